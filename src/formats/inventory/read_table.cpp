#include "formats/inventory/read_table.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace tocsin::formats::inventory {
namespace {

bool is_zeek_text(std::string_view bytes) {
  bytes = without_mark(bytes);
  return bytes.starts_with("#separator ") || bytes.starts_with("#fields\t");
}

bool is_spdx_text(std::string_view bytes) {
  constexpr std::size_t kHeadBytes = std::size_t{16} << 10;
  const auto head = without_mark(bytes).substr(0, kHeadBytes);
  return head.starts_with("SPDXVersion:") || head.find("\nSPDXVersion:") != std::string_view::npos;
}

Status apply(const std::vector<std::pair<std::string, Field>>& wanted, Inventory& inventory) {
  for (const auto& [header, field] : wanted) {
    bool found = false;
    for (std::size_t column = 0; column < inventory.headers.size(); ++column) {
      if (inventory.headers[column] != header) continue;
      inventory.columns[column] = field;
      found = true;
    }
    if (!found) {
      return Error::invalid(
          fmt::format("The table has no column '{}', but {}", header, text::list_some(inventory.headers)));
    }
  }
  return ok();
}

}  // namespace

Error unreadable(std::string_view what) {
  return Error::invalid(fmt::format("{}; an inventory is {}", what, kReadable));
}

std::string_view without_mark(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  return bytes;
}

bool starts_json(std::string_view bytes) {
  const auto first = text::trim(without_mark(bytes).substr(0, 4096));
  return first.starts_with('{') || first.starts_with('[');
}

Result<Kind> recognise_text(std::string_view bytes) {
  if (is_zeek_text(bytes)) return Kind::zeek;
  if (is_spdx_text(bytes)) return Kind::spdx;
  if (bytes.starts_with("%PDF-")) return unreadable("This is a PDF");
  if (bytes.starts_with("\x89PNG") || bytes.starts_with("\xFF\xD8\xFF")) return unreadable("This is a picture");
  const auto head = bytes.substr(0, 4096);
  const bool wide = head.starts_with("\xFF\xFE") || head.starts_with("\xFE\xFF");
  if (!wide && head.find('\0') != std::string_view::npos) return unreadable("This is no text");
  return Kind::table;
}

Result<Inventory> map_columns(Kind kind, const Table& table, const ReadOptions& options) {
  Inventory inventory;
  inventory.kind = kind;
  inventory.headers = table.headers;
  inventory.columns = recognise_columns(table.headers);
  TRY_VOID(apply(options.columns, inventory));
  if (!name_things(inventory.columns)) {
    return Error::invalid(fmt::format("No column says what the things are: {}", text::list_some(table.headers)),
                          "columns");
  }
  inventory.items = items_of(table, inventory.columns);
  return inventory;
}

}  // namespace tocsin::formats::inventory
