#include "engine/inventory/export.hpp"

#include <algorithm>
#include <map>
#include <span>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "engine/audit/trail.hpp"
#include "engine/inventory/inventory.hpp"
#include "formats/inventory/csv_cell.hpp"
#include "formats/inventory/sbom.hpp"
#include "formats/inventory/worksheet.hpp"
#include "store/assets_in_order.hpp"

/// The inventory as the file that an import reads back to the same assets.
namespace tocsin::engine::inventory {
namespace {

using formats::inventory::Field;
using formats::inventory::Item;

constexpr int kRowsAPage = 500, kShapesAPage = 5'000;
/// Of a worksheet, without its headers.
constexpr std::int64_t kWorksheetRowsMax = 1'048'575;

/// A column of the file: a field, or one of several of its kind.
struct Column {
  Field field = Field::none;
  std::string header;     ///< Of free columns and of versions: the name that it is read by.
  std::size_t index = 0;  ///< Of several with the same header.
};

/// How often each component and each free column occurs in one asset, at most.
struct Shape {
  using Counts = std::map<std::string, std::size_t>;
  Counts components, others;
  static Shape of(const store::AssetColumns& columns) {
    Shape shape;
    for (const auto& version : columns.versions) ++shape.components[version.component];
    for (const auto& [header, value] : columns.others) ++shape.others[header];
    return shape;
  }
  void widen(const Shape& other) {
    const auto to = [](Counts& counts, const Counts& by) {
      for (const auto& [name, count] : by) {
        auto& most = counts[name];
        most = std::max(most, count);
      }
    };
    to(components, other.components);
    to(others, other.others);
  }
  bool has_room_for(const Shape& other) const {
    const auto in = [](const Counts& counts, const Counts& wanted) {
      return std::ranges::all_of(wanted, [&](const auto& each) {
        const auto found = counts.find(each.first);
        return found != counts.end() && found->second >= each.second;
      });
    };
    return in(components, other.components) && in(others, other.others);
  }
};

std::string header_of(const std::string& component) {
  if (component.empty()) return "version";
  if (component == "firmware" || component == "software") return component + "_version";
  return fmt::format("{}{}", formats::inventory::kVersionOf, component);
}

std::vector<Column> columns_of(const Shape& shape) {
  std::vector<Column> columns;
  for (const auto field : formats::inventory::all_fields()) {
    if (field == Field::firmware || field == Field::software) continue;
    if (field != Field::version) {
      columns.push_back({.field = field, .header = std::string{formats::inventory::to_string(field)}});
      continue;
    }
    for (const auto& [component, most] : shape.components) {
      for (std::size_t i = 0; i < most; ++i) columns.push_back({Field::version, component, i});
    }
  }
  for (const auto& [header, most] : shape.others) {
    for (std::size_t i = 0; i < most; ++i) columns.push_back({Field::none, header, i});
  }
  return columns;
}

std::string joined(const std::vector<std::string>& texts) { return fmt::format("{}", fmt::join(texts, "; ")); }

std::string nth_version(const Item& item, const Column& column) {
  std::size_t at = 0;
  for (const auto& version : item.versions) {
    if (version.component == column.header && at++ == column.index) return version.text;
  }
  return {};
}

std::string nth_other(const Item& item, const Column& column) {
  std::size_t at = 0;
  for (const auto& [header, value] : item.others) {
    if (header == column.header && at++ == column.index) return value;
  }
  return {};
}

std::string cell_of(const Item& item, const Column& column) {
  switch (column.field) {
    case Field::none:
      return nth_other(item, column);
    case Field::version:
    case Field::firmware:
    case Field::software:
      return nth_version(item, column);
    case Field::key:
      return item.key;
    case Field::name:
      return item.name;
    case Field::vendor:
      return item.vendor;
    case Field::family:
      return item.family;
    case Field::product:
      return item.product;
    case Field::model:
      return item.model;
    case Field::hardware:
      return item.hardware;
    case Field::serial:
      return item.serial;
    case Field::cpe:
      return item.cpe;
    case Field::purl:
      return joined(item.purls);
    case Field::address:
      return joined(item.addresses);
    case Field::site:
      return item.site;
    case Field::zone:
      return item.zone;
    case Field::conduit:
      return item.conduit;
    case Field::purdue_level:
      return item.purdue_level;
    case Field::criticality:
      return item.criticality;
    case Field::exposure:
      return item.exposure;
    case Field::safety:
      return item.safety;
    case Field::environment:
      return item.environment;
    case Field::production:
      return item.production;
    case Field::owner:
      return item.owner;
    case Field::next_outage:
      return item.next_outage;
    case Field::tags:
      return joined(item.tags);
    case Field::hash: {
      std::vector<std::string> hashes;
      for (const auto& [algorithm, value] : item.hashes) hashes.push_back(algorithm + ":" + value);
      return joined(hashes);
    }
  }
  return {};
}

/// A free column's header would be taken for a field's where it is called like one.
std::string written_header(const Column& column) {
  if (column.field == Field::version) return header_of(column.header);
  if (column.field != Field::none) return column.header;
  const bool plain = !column.header.empty() && !column.header.starts_with(formats::inventory::kFreeColumn) &&
                     formats::inventory::recognise_columns({column.header}).front() == Field::none;
  return plain ? column.header : fmt::format("{}{}", formats::inventory::kFreeColumn, column.header);
}

/// Of an export, so that the same one has the same: a UUID of version 8 (RFC 9562 section 5.8) over SHA-256.
std::string serial_of(const Access& access, Timestamp made_at) {
  auto name = fmt::format("tocsin inventory {} {}", access.organisation.value, made_at.micros);
  if (access.sites) {
    for (const auto& site : *access.sites) name.append("\n").append(site);
  }
  const auto hex = sha256_hex(name);
  return fmt::format("{}-{}-8{}-a{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(13, 3), hex.substr(17, 3),
                     hex.substr(20, 12));
}

}  // namespace

struct FileExport::State {
  store::Database& database;
  Access access;
  ExportAs as = ExportAs::csv;
  Timestamp made_at = {};
  Shape shape = {};
  std::vector<Column> columns = {};
  std::optional<formats::inventory::WorksheetStream> sheet = {};
  formats::inventory::CycloneDxStream bom = {};
  std::int64_t after = 0;
  bool begun = false, ended = false;

  /// What columns there are, and whether all assets have room, is known only once every asset has been looked at, at
  /// nothing else of it.
  Status find_columns() {
    std::int64_t assets = 0;
    for (std::int64_t last = 0;;) {
      TRY(const auto some, database.read([&](store::Connection& connection) {
        return store::AssetsInOrder{connection, access.organisation, access.sites}.columns(last, kShapesAPage);
      }));
      for (const auto& each : some) shape.widen(Shape::of(each));
      assets += static_cast<std::int64_t>(some.size());
      if (some.size() < static_cast<std::size_t>(kShapesAPage)) break;
      last = some.back().id;
    }
    columns = columns_of(shape);
    if (as == ExportAs::xlsx && assets > kWorksheetRowsMax) {
      return Error::invalid(tr<"A worksheet has {} rows at most: take the inventory as CSV">(kWorksheetRowsMax));
    }
    constexpr auto kComponentsMax = static_cast<std::int64_t>(formats::inventory::kItemsMax);
    if (as == ExportAs::cyclonedx && assets > kComponentsMax) {
      return Error::invalid(
          tr<"A bill of materials with more than {} components is not read back: take the inventory as CSV">(
              kComponentsMax));
    }
    return ok();
  }

  Result<std::string> begin_file() {
    if (as == ExportAs::cyclonedx) {
      return bom.begin({.subject = fmt::format("Inventory of {}", access.organisation_name),
                        .uuid = serial_of(access, made_at),
                        .timestamp = format_rfc3339(made_at)});
    }
    std::vector<std::string> headers;
    for (const auto& column : columns) headers.push_back(written_header(column));
    if (as == ExportAs::xlsx) {
      // How wide its columns are follows from the rows that come first.
      sheet.emplace(std::move(headers));
      return std::string{};
    }
    // The mark tells spreadsheets that it is UTF-8.
    return "\xEF\xBB\xBF" + line_of(headers);
  }

  static std::string line_of(const std::vector<std::string>& cells) {
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out += ',';
      out += formats::inventory::csv_cell(cells[i]);
    }
    return out += "\r\n";
  }

  Result<std::string> write(std::span<const store::Asset> assets) {
    std::string out;
    if (as == ExportAs::cyclonedx) {
      for (const auto& asset : assets) out += bom.add(asset.item, fmt::format("asset-{}", asset.id));
      return out;
    }
    std::vector<std::vector<std::string>> rows;
    for (const auto& asset : assets) {
      if (!shape.has_room_for(Shape::of({asset.id, asset.item.versions, asset.item.others}))) {
        return Error::conflict("the inventory got another column while it was being written: begin again");
      }
      auto& row = rows.emplace_back();
      for (const auto& column : columns) row.push_back(cell_of(asset.item, column));
    }
    if (as == ExportAs::xlsx) return sheet->add(rows);
    for (const auto& row : rows) out += line_of(row);
    return out;
  }

  /// What stands behind the last asset.
  Result<std::string> end_file() {
    if (as == ExportAs::xlsx) return sheet->finish();
    return as == ExportAs::cyclonedx ? bom.end() : std::string{};
  }
};

FileExport::FileExport(std::unique_ptr<State> state) : state_(std::move(state)) {}
FileExport::FileExport(FileExport&& other) noexcept = default;
FileExport& FileExport::operator=(FileExport&& other) noexcept = default;
FileExport::~FileExport() = default;

Result<FileExport> FileExport::begin(store::Database& database, const Actor& actor, const Access& access, ExportAs as,
                                     Timestamp now) {
  TRY_VOID(actor.require(domain::Permission::read_inventory));
  // First, so that what cannot be written down does not leave.
  TRY_VOID(database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(audit::record(connection, actor, now, "inventory.export",
                           audit::object_of("inventory", access.organisation.value), access.organisation));
    return ok();
  }));
  return FileExport{std::make_unique<State>(State{.database = database, .access = access, .as = as, .made_at = now})};
}

Result<std::optional<std::string>> FileExport::next() {
  auto& it = *state_;
  std::string out;
  if (!it.begun) {
    TRY_VOID(it.find_columns());
    it.begun = true;
    TRY(out, it.begin_file());
  }
  // Of a workbook there is not always a next piece yet.
  while (out.empty() && !it.ended) {
    TRY(const auto rows, it.database.read([&](store::Connection& connection) {
      return store::AssetsInOrder{connection, it.access.organisation, it.access.sites}.page(it.after, kRowsAPage);
    }));
    TRY(out, it.write(rows));
    if (!rows.empty()) it.after = rows.back().id;
    it.ended = rows.size() < static_cast<std::size_t>(kRowsAPage);
    if (it.ended) {
      TRY(const auto last, it.end_file());
      out += last;
    }
  }
  if (out.empty()) return std::optional<std::string>{};
  return std::optional{std::move(out)};
}

Status export_file(store::Database& database, const Actor& actor, const Access& access, ExportAs as,
                   const std::function<Status(std::string_view)>& write, Timestamp now) {
  TRY(auto file, FileExport::begin(database, actor, access, as, now));
  for (;;) {
    TRY(const auto piece, file.next());
    if (!piece) return ok();
    TRY_VOID(write(*piece));
  }
}

}  // namespace tocsin::engine::inventory
