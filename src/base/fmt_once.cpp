#include "base/fmt_once.hpp"

namespace fmt {
inline namespace v9 {
namespace detail {
template void vformat_to<char>(buffer<char>&, basic_string_view<char>, basic_format_args<FMT_BUFFER_CONTEXT(char)>,
                               locale_ref);
}
}  // namespace v9
}  // namespace fmt
