#pragma once
#include <string>
#include <vector>

#include "base/result.hpp"
#include "formats/inventory/columns.hpp"

namespace tocsin::cli {

/// "Header=field" of the command line, put over what was recognised. Errors: invalid_input, where = "--column".
Status apply_columns(const std::vector<std::string>& wanted, const formats::inventory::Table& table,
                     std::vector<formats::inventory::Field>& columns);

}  // namespace tocsin::cli
