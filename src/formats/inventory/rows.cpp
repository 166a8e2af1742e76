#include "formats/inventory/rows.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace tocsin::formats::inventory {

Result<Table> table_of(Rows rows, const char* unit, Beyond beyond) {
  const auto filled = [](const std::vector<std::string>& cells) {
    return std::ranges::count_if(cells, [](const std::string& cell) { return !cell.empty(); });
  };
  auto head = std::ranges::find_if(rows, [&](const auto& row) { return filled(row.second) > 1; });
  // A list of one column has its name in the first line.
  if (head == rows.end()) head = rows.begin();
  if (head == rows.end())
    return Error::invalid("The table is empty: a line with the names of the columns was expected", "1");
  Table table;
  table.headers = std::move(head->second);
  while (table.headers.size() > 1 && table.headers.back().empty()) table.headers.pop_back();
  for (auto row = std::next(head); row != rows.end(); ++row) {
    auto& cells = row->second;
    while (cells.size() > table.headers.size() && cells.back().empty()) cells.pop_back();
    if (cells.size() <= table.headers.size()) continue;
    if (beyond == Beyond::is_wrong) {
      return Error::invalid(fmt::format("{} {}: {} cells, but the line of names has {}", unit, row->first, cells.size(),
                                        table.headers.size()),
                            std::to_string(row->first));
    }
    table.headers.resize(cells.size());
  }
  const auto count = static_cast<std::size_t>(std::distance(head, rows.end())) - 1;
  // A few bytes of a row stand for as many cells as there are columns.
  if (count > kCellsMax / std::max<std::size_t>(table.headers.size(), 1)) {
    return Error::invalid(
        fmt::format("The table has more than {} cells: {} rows of {} columns", kCellsMax, count, table.headers.size()));
  }
  table.rows.reserve(count);
  table.lines.reserve(count);
  for (auto row = std::next(head); row != rows.end(); ++row) {
    row->second.resize(table.headers.size());
    table.rows.push_back(std::move(row->second));
    table.lines.push_back(row->first);
  }
  return table;
}

}  // namespace tocsin::formats::inventory
