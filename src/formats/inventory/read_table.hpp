#pragma once
#include <string_view>

#include "base/result.hpp"
#include "formats/inventory/read.hpp"

/// The part of reading inventories that needs no library: tables, and telling text from text. Internal to
/// formats/inventory and to the matcher for browsers.
namespace tocsin::formats::inventory {

/// `what`, and what an inventory is.
Error unreadable(std::string_view what);
/// Without UTF-8's byte order mark.
std::string_view without_mark(std::string_view bytes);
bool starts_json(std::string_view bytes);
/// What is neither packed nor JSON nor XML.
Result<Kind> recognise_text(std::string_view bytes);
/// Rows as items, by what the columns are called and by what somebody said of them. Errors: invalid_input for a column
/// that is not there, and where none (`where` is "columns") says what the things are.
Result<Inventory> map_columns(Kind kind, const Table& table, const ReadOptions& options);

}  // namespace tocsin::formats::inventory
