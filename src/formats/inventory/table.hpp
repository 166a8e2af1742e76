#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// Tables as plants keep their lists in: comma-separated values and worksheets.
namespace tocsin::formats::inventory {

inline constexpr std::size_t kColumnsMax = 512;
inline constexpr std::size_t kRowsMax = 2'000'000;
inline constexpr std::size_t kCellsMax = 40'000'000;  ///< Rows times columns.
inline constexpr std::size_t kCellBytesMax = 64 * 1024;

/// The first row that has several cells filled names the columns; what stands above it is a title.
struct Table {
  std::vector<std::string> headers;            ///< Trimmed; may be empty, may repeat.
  std::vector<std::vector<std::string>> rows;  ///< Trimmed cells, as many as headers; rows of empty cells are left out.
  std::vector<std::size_t> lines;              ///< Of each row: its line or row in the source, from 1.
};

/// RFC 4180 as programs really write it: separated by comma, semicolon, tab or bar (found out from the text), "sep=;"
/// of spreadsheets, UTF-8 with or without mark, UTF-16 with mark, else Windows-1252. Errors: invalid_input with the
/// line in `where` (a quote that is not closed, more cells than columns, no header); too_large.
Result<Table> read_csv(std::string_view bytes);

}  // namespace tocsin::formats::inventory
