#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/inventory/inventory.hpp"
#include "formats/inventory/csv_cell.hpp"

/// The inventory as the file that an import reads back to the same assets.
namespace tocsin::engine::inventory {
namespace {

using formats::inventory::Field;
using formats::inventory::Item;

constexpr int kRowsAPage = 500;

/// A column of the file: a field, or one of several of its kind.
struct Column {
  Field field = Field::none;
  std::string header;     ///< Of free columns and of versions: the name that it is read by.
  std::size_t index = 0;  ///< Of several with the same header.
};

/// How often each component and each free column occurs in one asset, at most.
struct Shape {
  std::map<std::string, std::size_t> components, others;
  void take(const Item& item) {
    std::map<std::string, std::size_t> seen;
    for (const auto& version : item.versions) {
      auto& most = components[version.component];
      most = std::max(most, ++seen[version.component]);
    }
    seen.clear();
    for (const auto& [header, value] : item.others) {
      auto& most = others[header];
      most = std::max(most, ++seen[header]);
    }
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

template <class F>
Status each_page(store::Connection& connection, const Access& access, F use) {
  store::Assets assets{connection};
  const store::AssetFilter filter{.sites = access.sites};
  std::optional<store::AssetAfter> after;
  for (;;) {
    TRY(const auto rows, assets.page(access.organisation, filter, store::AssetSort::label, after, kRowsAPage));
    TRY_VOID(use(rows));
    if (rows.size() < static_cast<std::size_t>(kRowsAPage)) return ok();
    after = store::AssetAfter{.text = text::fold(rows.back().label), .number = 0, .id = rows.back().id};
  }
}

}  // namespace

Status export_csv(store::Database& database, const Actor& actor, const Access& access,
                  const std::function<Status(std::string_view)>& write, Timestamp now) {
  TRY_VOID(actor.require(domain::Permission::read_inventory));
  // First, so that what cannot be written down does not leave.
  TRY_VOID(database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(audit::record(connection, actor, now, "inventory.export",
                           audit::object_of("inventory", access.organisation.value), access.organisation));
    return ok();
  }));
  return database.snapshot([&](store::Connection& connection) -> Status {
    Shape shape;
    TRY_VOID(each_page(connection, access, [&](const std::vector<store::Asset>& rows) -> Status {
      for (const auto& row : rows) shape.take(row.item);
      return ok();
    }));
    const auto columns = columns_of(shape);
    // The mark tells spreadsheets that it is UTF-8.
    std::string out = "\xEF\xBB\xBF";
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (i > 0) out += ',';
      out += formats::inventory::csv_cell(written_header(columns[i]));
    }
    out += "\r\n";
    TRY_VOID(write(out));
    return each_page(connection, access, [&](const std::vector<store::Asset>& rows) -> Status {
      out.clear();
      for (const auto& row : rows) {
        for (std::size_t i = 0; i < columns.size(); ++i) {
          if (i > 0) out += ',';
          out += formats::inventory::csv_cell(cell_of(row.item, columns[i]));
        }
        out += "\r\n";
      }
      return write(out);
    });
  });
}

}  // namespace tocsin::engine::inventory
