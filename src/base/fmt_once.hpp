#pragma once
#include <fmt/format.h>

/// fmt's formatter, compiled in one file (fmt_once.cpp): without this every file that appends formatted text to a
/// string compiles it again, which takes a third to half of that file's time. fmt's own library has it under the name
/// that g++ gives it, by which clang does not find it. In every precompiled header.
namespace fmt {
inline namespace v9 {
namespace detail {
extern template void vformat_to<char>(buffer<char>&, basic_string_view<char>,
                                      basic_format_args<FMT_BUFFER_CONTEXT(char)>, locale_ref);
}
}  // namespace v9
}  // namespace fmt
