#include "cli/columns_given.hpp"

#include <fmt/format.h>

namespace tocsin::cli {

namespace inventory = formats::inventory;

Status apply_columns(const std::vector<std::string>& wanted, const inventory::Table& table,
                     std::vector<inventory::Field>& columns) {
  for (const auto& each : wanted) {
    const auto equals = each.rfind('=');
    if (equals == std::string::npos) return Error::invalid("is written as HEADER=FIELD", "--column");
    const auto header = each.substr(0, equals);
    const auto field = inventory::parse_field(each.substr(equals + 1));
    if (!field) {
      std::string names = "none";
      for (const auto known : inventory::all_fields()) names.append(", ").append(inventory::to_string(known));
      return Error::invalid(fmt::format("'{}' is no field; there are {}", each.substr(equals + 1), names), "--column");
    }
    bool found = false;
    for (std::size_t column = 0; column < table.headers.size(); ++column) {
      if (table.headers[column] != header) continue;
      columns[column] = *field;
      found = true;
    }
    if (!found) return Error::invalid(fmt::format("the table has no column '{}'", header), "--column");
  }
  return ok();
}

std::vector<std::string> columns_in_words(const std::vector<std::string>& headers,
                                          const std::vector<inventory::Field>& columns) {
  std::string read, kept;
  for (std::size_t i = 0; i < headers.size() && i < columns.size(); ++i) {
    if (columns[i] == inventory::Field::none) {
      kept += fmt::format("{}'{}'", kept.empty() ? "" : ", ", headers[i]);
    } else {
      read += fmt::format("{}'{}' as {}", read.empty() ? "" : ", ", headers[i], inventory::to_string(columns[i]));
    }
  }
  std::vector<std::string> out;
  if (!read.empty()) out.push_back(fmt::format("Columns: {}.", read));
  if (!kept.empty()) {
    out.push_back(fmt::format(
        "Nothing knows {}: kept as it is, and not used to match. --column 'HEADER=FIELD' says what a column is.",
        kept));
  }
  return out;
}

}  // namespace tocsin::cli
