#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "engine/search/query.hpp"

/// The values of filters: what each field takes, in which spelling, with which operators. Used by the parser.
namespace tocsin::engine::search {

/// Characters before a '*', so that no query asks for half the dictionary.
inline constexpr std::size_t kPrefixBytesMin = 2;

/// Reads one value into the term. Errors: invalid_input that says what would be right; `where` is the caller's.
Status add_value(Term& term, const std::string& value);
/// Checks what only the whole term can tell: the operator, the number of values.
Status finish_values(Term& term);
bool takes_prefix(Field field) noexcept;
/// "vendor:siemens"
std::string_view example_of(Field field) noexcept;
/// Cannot be written without quotes and be read back as it is.
bool needs_quotes(const std::string& value) noexcept;
/// 1-based column of a byte offset, counted in characters.
std::string column_text(std::string_view text, std::size_t offset);

}  // namespace tocsin::engine::search
