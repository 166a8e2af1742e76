#pragma once
#include <optional>
#include <string>
#include <string_view>

/// Number formats of worksheets (ECMA-376 part 1, 18.8.30): what a cell shows. Pure functions.
namespace tocsin::formats::inventory {

/// The code of a built-in format; "General" for those that the standard leaves to the language.
std::string_view built_in_format(unsigned id) noexcept;

/// What a cell with this number shows: "2.10" for 2.1 in "0.00", "000123" for 123 in "000000", dates and times as
/// ISO 8601 ("2025-03-01", "2025-03-01T14:30:00", "14:30:00"). Thousands stay unseparated. Where the format is none
/// that is understood (fractions, exponents, conditions): the shortest decimal with at most 15 digits, which is all
/// that a worksheet keeps.
std::string shown(double number, std::string_view format, bool since_1904 = false);

}  // namespace tocsin::formats::inventory
