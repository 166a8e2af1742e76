#pragma once
#include <string_view>

#include "formats/csaf/grammar.hpp"

namespace tocsin::formats::csaf {

/// Is the text of the format, as JSON Schema 2020-12 section 7.3 names it?
bool has_format(std::string_view text, GrammarFormat format);
/// "a date and time such as 2022-05-10T13:05:00Z": completes "expected ...".
std::string_view describe(GrammarFormat format) noexcept;

}  // namespace tocsin::formats::csaf
