#pragma once
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// SPDX licence expressions after SPDX 3.0.1, annex B. Pure functions: any thread may call them.
namespace tocsin::formats::spdx {

/// Bytes. Expressions that people write have some hundred; whoever pastes a licence text has thousands.
inline constexpr std::size_t kExpressionBytesMax = 64 * 1024;
/// Parentheses in parentheses.
inline constexpr int kExpressionDepthMax = 64;

/// An identifier of an expression; views into the text that was parsed.
struct Identifier {
  std::string_view text;      ///< "MIT", "LicenseRef-acme-2.0", "AdditionRef-acme-plugins"; without '+'.
  std::string_view document;  ///< "DocumentRef-acme" of "DocumentRef-acme:LicenseRef-x", else empty.
  bool is_addition = false;   ///< Follows WITH.
  bool is_reference = false;  ///< LicenseRef- or AdditionRef-: not of the SPDX License List.
  bool or_later = false;      ///< Followed by '+'.
};

/// The identifiers of an expression in their order, whether they are listed anywhere or not. Operators are all upper or
/// all lower case, a '+' touches its identifier, WITH stands between blanks, AND and OR between blanks or parentheses.
/// Errors: too_large; invalid_input with `where` = 1-based column for what the annex's ABNF does not give.
Result<std::vector<Identifier>> parse_expression(std::string_view text);

}  // namespace tocsin::formats::spdx
