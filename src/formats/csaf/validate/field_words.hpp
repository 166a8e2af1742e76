#pragma once
#include <string_view>

/// Words of security and of control systems that general dictionaries lack.
namespace tocsin::formats::csaf {

/// `word` in lower case; a plural by s counts as well.
bool is_field_word(std::string_view word) noexcept;

}  // namespace tocsin::formats::csaf
