#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "formats/inventory/columns.hpp"
#include "formats/inventory/item.hpp"
#include "formats/inventory/table.hpp"

/// One way in for every inventory, whatever it is. Pure functions.
namespace tocsin::formats::inventory {

enum class Kind : std::uint8_t {
  table,      ///< CSV and the like.
  worksheet,  ///< .xlsx, .xlsm
  cyclonedx,  ///< JSON or XML
  spdx,       ///< JSON or tags and values
  nmap,
  zeek,
  netbox,  ///< Of its API; its CSV is a table.
  grassmarlin,
  automation_ml,  ///< .aml, .amlx
};
/// "CycloneDX BOM": for people.
std::string_view to_string(Kind kind) noexcept;

/// What can be read, in one sentence's part: for messages and help.
inline constexpr std::string_view kReadable =
    "a table (CSV, .xlsx), a CycloneDX or SPDX bill of materials, Nmap's XML, Zeek's logs, NetBox's device list, "
    "GRASSMARLIN's export, AutomationML";

/// Judged by the bytes; the name of the file decides where bytes do not (a Zeek log in JSON is told by both). gzip is
/// looked into. Errors: invalid_input where it is none of them, with what it is instead where that can be said, and
/// what could be read.
Result<Kind> recognise(std::string_view bytes, std::string_view name);

struct ReadOptions {
  std::vector<std::pair<std::string, Field>> columns;  ///< Header and what it means, over what was recognised.
  std::string sheet;                                   ///< Of a workbook; empty: the first with something in it.
};

/// What a file holds, before anybody has said what its columns mean.
struct Contents {
  Kind kind = Kind::table;
  Table table;                ///< Of tables and workbooks.
  std::vector<Item> items;    ///< Of all others.
  std::string about;          ///< Of bills of materials: what they are of, as they say it; may be empty.
  bool is_inventory = false;  ///< A bill of materials in form alone: what an inventory was exported as.
  bool is_bom() const noexcept { return (kind == Kind::cyclonedx || kind == Kind::spdx) && !is_inventory; }
  bool is_table() const noexcept { return kind == Kind::table || kind == Kind::worksheet; }
};

/// `name` is the file's, for recognising only; `sheet` of a workbook, empty: the first with something in it. Errors:
/// those of recognise() and of the reader; invalid_input where no item says what it is, and for a sheet of what has
/// none.
Result<Contents> read_contents(std::string_view bytes, std::string_view name, std::string_view sheet = {});

struct Inventory {
  Kind kind = Kind::table;
  std::vector<Item> items;
  std::vector<std::string> headers;  ///< Of tables.
  std::vector<Field> columns;        ///< As many as headers: what was understood.
};

/// Reads whatever it is, as items. Errors: those of read_contents(); invalid_input where no column (`where` is
/// "columns") says what the things are, for an unknown column, and for columns of what has none.
Result<Inventory> read_inventory(std::string_view bytes, std::string_view name, const ReadOptions& options = {});

}  // namespace tocsin::formats::inventory
