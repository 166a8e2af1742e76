// Law: an expression that we take is one in parentheses too, with the same identifiers, each of which is found or not
// without regard to case.
#include <algorithm>
#include <cstdint>
#include <string>

#include "base/check.hpp"
#include "base/text.hpp"
#include "formats/spdx/expression.hpp"
#include "formats/spdx/licences.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  using namespace tocsin::formats;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto first = spdx::parse_expression(text);
  if (!first) {
    TOCSIN_CHECK(!first.error().message.empty());
    return 0;
  }
  TOCSIN_CHECK(!first->empty());
  for (const auto& id : *first) {
    TOCSIN_CHECK(id.text.data() >= text.data() && id.text.data() + id.text.size() <= text.data() + text.size());
    if (!id.is_reference) TOCSIN_CHECK(spdx::find_licence(id.text) == spdx::find_licence(text::lower_ascii(id.text)));
  }
  const auto enclosed = "(" + std::string{text} + ")";
  const auto second = spdx::parse_expression(enclosed);
  // But for the limits on bytes and depth.
  const bool at_limit =
      enclosed.size() > spdx::kExpressionBytesMax || std::ranges::count(text, '(') >= spdx::kExpressionDepthMax;
  TOCSIN_CHECK(second.has_value() || at_limit);
  if (second) TOCSIN_CHECK(std::ranges::equal(*first, *second, {}, &spdx::Identifier::text, &spdx::Identifier::text));
  return 0;
}
