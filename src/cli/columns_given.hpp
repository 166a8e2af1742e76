#pragma once
#include <string>
#include <vector>

#include "base/result.hpp"
#include "formats/inventory/columns.hpp"

namespace tocsin::cli {

/// "Header=field" of the command line, put over what was recognised. Errors: invalid_input, where = "--column".
Status apply_columns(const std::vector<std::string>& wanted, const formats::inventory::Table& table,
                     std::vector<formats::inventory::Field>& columns);

/// What each column is taken for, and which nothing knows and are kept as they are: lines for who tries a file out.
/// Empty for what has no columns.
std::vector<std::string> columns_in_words(const std::vector<std::string>& headers,
                                          const std::vector<formats::inventory::Field>& columns);

}  // namespace tocsin::cli
