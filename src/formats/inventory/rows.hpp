#pragma once
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "formats/inventory/table.hpp"

/// From cells to a table: the same for every kind of table. Internal to formats/inventory.
namespace tocsin::formats::inventory {

using Rows = std::vector<std::pair<std::size_t, std::vector<std::string>>>;  ///< Line or row in the source, and cells.

/// What a row may have beyond the headers: in CSV it is a sign of quotes gone wrong, in a worksheet a remark.
enum class Beyond { is_wrong, gets_a_column };

/// Takes the cells. `unit`: "Line", "Row". Errors: no row; more cells than columns; too many cells.
Result<Table> table_of(Rows rows, const char* unit, Beyond beyond);

}  // namespace tocsin::formats::inventory
