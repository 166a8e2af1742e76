#pragma once
#include <string>
#include <string_view>

/// Cells of tables that are written for spreadsheets.
namespace tocsin::formats::inventory {

/// A cell of RFC 4180. What a spreadsheet would take for a formula begins with an apostrophe, as people write it there.
std::string csv_cell(std::string_view text);
/// The text that csv_cell made safe: without that apostrophe.
std::string_view without_apostrophe(std::string_view cell) noexcept;

}  // namespace tocsin::formats::inventory
