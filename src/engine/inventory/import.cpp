#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/ids.hpp"
#include "base/keyed_hash.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/inventory/inventory.hpp"
#include "engine/inventory/item_rules.hpp"
#include "engine/inventory/search_terms.hpp"
#include "formats/inventory/csv_cell.hpp"
#include "store/exposure_history.hpp"

/// Files become assets: read, compared with what is there, and only then written, in one transaction.
namespace tocsin::engine::inventory {
namespace {

using domain::Permission;
using formats::inventory::Field;
using formats::inventory::Item;

constexpr std::size_t kChunk = 512;
constexpr std::size_t kErrorsShown = 100;
constexpr std::size_t kHeadersRemembered = 512;
constexpr std::chrono::hours kUploadLives{24};

Result<domain::OrganisationId> organisation_of(const Actor& actor) {
  TRY_VOID(actor.require(Permission::edit_inventory));
  if (!actor.viewer.organisation) return Error::not_found("inventory");
  return *actor.viewer.organisation;
}

/// Rows that may become assets, and what is wrong with the others.
struct Rows {
  std::vector<store::Asset> good;
  HashMap<std::string, std::size_t> row_of;  ///< By key.
};

Rows check_rows(std::vector<Item> items, domain::OrganisationId organisation, Difference& difference) {
  Rows rows;
  rows.good.reserve(items.size());
  difference.rows = items.size();
  const auto refuse = [&](std::size_t row, std::string message) {
    ++difference.bad;
    if (difference.errors.size() < kErrorsShown) difference.errors.push_back({row, std::move(message)});
  };
  for (auto& item : items) {
    const auto row = item.row;
    if (const auto tidied = tidy(item); !tidied) {
      const auto& error = tidied.error();
      refuse(row, error.where.empty() ? error.message : fmt::format("{}: {}", error.where, error.message));
      continue;
    }
    store::Asset asset;
    asset.organisation = organisation;
    asset.item = std::move(item);
    derive(asset);
    const auto [at, is_new] = rows.row_of.try_emplace(asset.key, row);
    if (!is_new) {
      refuse(row, tr<"the same as row {}: a key, a serial number or another name sets them apart">(at->second));
      continue;
    }
    rows.good.push_back(std::move(asset));
  }
  return rows;
}

/// What to write, chunk by chunk.
struct Writes {
  bool wanted = false;
  Timestamp now;
};

/// Holds rows against what is there; writes them where that is wanted.
class Comparison {
 public:
  Comparison(store::Connection& connection, domain::OrganisationId organisation, Difference& difference, Writes writes)
      : connection_(connection),
        assets_(connection),
        organisation_(organisation),
        difference_(difference),
        writes_(writes) {}

  Status rows(std::vector<store::Asset>& all) {
    for (std::size_t at = 0; at < all.size(); at += kChunk) {
      TRY_VOID(chunk(std::span{all}.subspan(at, std::min(kChunk, all.size() - at))));
    }
    return ok();
  }

  Status missing(const HashMap<std::string, std::size_t>& in_file, bool remove) {
    std::string after;
    for (;;) {
      TRY(const auto marks, assets_.marks(organisation_, after, 4'096));
      for (const auto& mark : marks) {
        if (in_file.contains(mark.key)) continue;
        ++difference_.missing;
        if (difference_.missing_labels.size() < kDifferenceShown) {
          TRY(const auto asset, assets_.find(organisation_, mark.id));
          if (asset) difference_.missing_labels.push_back(asset->label);
        }
        if (!remove) continue;
        ++difference_.removed;
        digest_.update(fmt::format("-{};", mark.id));
        if (!writes_.wanted) continue;
        TRY_VOID(store::ExposureHistory{connection_}.note_removal(mark.id, writes_.now));
        TRY_VOID(assets_.remove(organisation_, mark.id));
      }
      if (marks.size() < 4'096) return ok();
      after = marks.back().key;
    }
  }

  std::string digest() { return digest_.hex().substr(0, 32); }

 private:
  Status chunk(std::span<store::Asset> rows) {
    std::vector<std::string> keys;
    for (const auto& row : rows) keys.push_back(row.key);
    TRY(auto there, assets_.of_keys(organisation_, keys));
    HashMap<std::string, store::Asset*> by_key;
    for (auto& each : there) by_key.emplace(each.key, &each);
    std::vector<store::Asset> fresh;
    for (auto& row : rows) {
      const auto found = by_key.find(row.key);
      if (found == by_key.end()) {
        ++difference_.added;
        if (difference_.added_labels.size() < kDifferenceShown) difference_.added_labels.push_back(row.label);
        digest_.update(fmt::format("+{}:{};", row.key, row.digest));
        row.added_at = row.changed_at = writes_.now;
        if (!writes_.wanted) continue;
        row.terms = search_terms(row.search);
        fresh.push_back(std::move(row));
        continue;
      }
      TRY_VOID(compare(*found->second, row));
    }
    return assets_.insert(fresh);
  }

  Status compare(store::Asset& there, store::Asset& row) {
    if (there.digest == row.digest) {
      ++difference_.unchanged;
      return ok();
    }
    ++difference_.changed;
    digest_.update(fmt::format("*{}:{}:{};", there.id, there.version, row.digest));
    if (difference_.changed_assets.size() < kDifferenceShown) {
      difference_.changed_assets.push_back(
          {.id = there.id, .label = there.label, .fields = changes_between(there.item, row.item)});
    }
    if (!writes_.wanted) return ok();
    const bool matters = matter_of(there.item) != matter_of(row.item);
    there.item = std::move(row.item);
    derive(there);
    there.terms = search_terms(there.search);
    there.due = there.due || matters;
    TRY_VOID(assets_.update(there, writes_.now));
    return ok();
  }

  store::Connection& connection_;
  store::Assets assets_;
  domain::OrganisationId organisation_;
  Difference& difference_;
  Writes writes_;
  Sha512 digest_;
};

/// The last part of a path, without what is no name.
std::string_view file_of(std::string_view path) {
  const auto slash = path.find_last_of("/\\");
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  return path == "-" ? std::string_view{} : path;
}

std::string bom_name(const formats::inventory::Contents& contents, std::string_view file, std::string_view given) {
  constexpr std::size_t kNameBytesMax = 200;
  for (const auto name : {given, std::string_view{contents.about}, file_of(file)}) {
    // What files say may hold anything.
    std::string clean;
    for (const char c : name) clean += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    if (auto trimmed = text::trim(clean); !trimmed.empty()) return text::shorten(trimmed, kNameBytesMax);
  }
  return std::string{formats::inventory::to_string(contents.kind)};
}

/// "Pump controller 2.1#pkg:npm/left-pad": a reference names a component only inside of its own bill of materials.
void name_components(std::vector<Item>& items, std::string_view bom) {
  for (auto& item : items) {
    std::string reference = item.key;
    if (reference.empty() && !item.purls.empty()) reference = item.purls.front();
    if (reference.empty()) {
      reference = item.product;
      for (const auto& version : item.versions) reference += "@" + version.text;
    }
    auto key = fmt::format("{}#{}", bom, reference);
    // References may be as long as they like; fields of an asset may not.
    if (key.size() > kFieldBytesMax) key = fmt::format("{}#{}", bom, sha256_hex(reference));
    item.key = std::move(key);
  }
}

/// The components of a bill of materials, instead of those before.
Status put_bom(store::Connection& connection, const Actor& actor, domain::OrganisationId organisation,
               const HashMap<std::string, std::size_t>& row_of, const ImportOptions& options, Timestamp now) {
  store::Boms boms{connection};
  TRY(const auto bom, boms.put({.organisation = organisation,
                                .name = options.bom,
                                .kind = std::string{formats::inventory::to_string(options.kind)},
                                .file_name = text::shorten(file_of(options.file_name), 200),
                                .imported_at = now,
                                .imported_by = actor.viewer.person}));
  std::vector<std::string> keys;
  const auto flush = [&]() -> Status {
    TRY(const auto ids, store::Assets{connection}.ids_of_keys(organisation, keys));
    keys.clear();
    return boms.add_parts(bom, ids);
  };
  for (const auto& [key, row] : row_of) {
    keys.push_back(key);
    if (keys.size() == kChunk) TRY_VOID(flush());
  }
  return flush();
}

}  // namespace

Result<Reading> read_file(store::Database& database, domain::OrganisationId organisation, std::string_view bytes,
                          std::string_view name, std::string_view bom) {
  TRY(auto contents, formats::inventory::read_contents(bytes, name));
  Reading reading{.kind = contents.kind,
                  .items = std::move(contents.items),
                  .table = std::move(contents.table),
                  .columns = {},
                  .bom = {}};
  if (contents.is_bom()) {
    reading.bom = bom_name(contents, name, bom);
    name_components(reading.items, reading.bom);
  } else if (!bom.empty()) {
    return Error::invalid(std::string{tr<"This is no bill of materials that could be given a name">()}, "bom");
  }
  if (!contents.is_table()) return reading;
  auto& table = reading.table;
  for (auto& header : table.headers) header = std::string{formats::inventory::without_apostrophe(header)};
  for (auto& row : table.rows) {
    for (auto& cell : row) {
      if (!cell.empty() && cell.front() == '\'') cell = std::string{formats::inventory::without_apostrophe(cell)};
    }
  }
  reading.columns = formats::inventory::recognise_columns(table.headers);
  TRY(const auto remembered, database.read([&](store::Connection& connection) {
    return store::InventoryParts{connection}.mapping(organisation);
  }));
  for (std::size_t i = 0; i < table.headers.size(); ++i) {
    const auto folded = text::fold(table.headers[i]);
    const auto found =
        std::ranges::find(remembered, folded, [](const auto& each) -> const std::string& { return each.first; });
    if (found == remembered.end()) continue;
    if (const auto field = formats::inventory::parse_field(found->second)) reading.columns[i] = *field;
  }
  return reading;
}

Status check_columns(const Reading& reading) {
  if (!reading.items.empty() || formats::inventory::name_things(reading.columns)) return ok();
  return Error::invalid(
      std::string{
          tr<"No column says what the things are: one of them has to be the name, product, model, family, CPE or "
             "purl">()},
      "columns");
}

std::vector<Item> items_of(const Reading& reading) {
  if (!reading.items.empty()) return reading.items;
  auto items = formats::inventory::items_of(reading.table, reading.columns);
  // Whoever sent the file looks there for what is wrong: titles, the names of the columns and empty rows count.
  for (std::size_t i = 0; i < items.size(); ++i) items[i].row = reading.table.lines[i];
  return items;
}

Result<Difference> compare(store::Database& database, const Actor& actor, std::vector<Item> items,
                           const ImportOptions& options) {
  TRY(const auto organisation, organisation_of(actor));
  Difference difference;
  auto rows = check_rows(std::move(items), organisation, difference);
  return database.snapshot([&](store::Connection& connection) -> Result<Difference> {
    Comparison comparison{connection, organisation, difference, {}};
    TRY_VOID(comparison.rows(rows.good));
    TRY_VOID(comparison.missing(rows.row_of, options.remove_missing));
    difference.digest = comparison.digest();
    return std::move(difference);
  });
}

Result<Difference> import(store::Database& database, const Actor& actor, std::vector<Item> items,
                          const ImportOptions& options, Timestamp now) {
  TRY(const auto organisation, organisation_of(actor));
  Difference difference;
  auto rows = check_rows(std::move(items), organisation, difference);
  if (difference.bad > 0 && !options.keep_good_rows) {
    const auto& first = difference.errors.front();
    return Error::invalid(tr<"{} of {} rows have errors and nothing was imported; the first is row {}: {}">(
                              difference.bad, difference.rows, first.row, first.message),
                          fmt::format("row {}", first.row));
  }
  return database.write([&](store::Connection& connection) -> Result<Difference> {
    // The matcher and other editors wait, so that what was compared stays true.
    TRY_VOID(connection.lock_changes());
    Comparison comparison{connection, organisation, difference, {.wanted = true, .now = now}};
    TRY_VOID(comparison.rows(rows.good));
    TRY_VOID(comparison.missing(rows.row_of, options.remove_missing));
    difference.digest = comparison.digest();
    if (!options.expected_digest.empty() && options.expected_digest != difference.digest) {
      return Error::conflict(
          std::string{tr<"The inventory has changed since the difference was shown: look at it again">()}, "digest");
    }
    if (!options.bom.empty()) TRY_VOID(put_bom(connection, actor, organisation, rows.row_of, options, now));
    TRY_VOID(audit::record(connection, actor, now, "inventory.import",
                           audit::object_of("inventory", organisation.value), organisation,
                           domain::audit::Outcome::done,
                           {{"rows", difference.rows},
                            {"added", difference.added},
                            {"changed", difference.changed},
                            {"removed", difference.removed},
                            {"left_out", difference.bad}}));
    return std::move(difference);
  });
}

Status remember_columns(store::Database& database, const Actor& actor, const Reading& reading, Timestamp now) {
  TRY(const auto organisation, organisation_of(actor));
  return database.write([&](store::Connection& connection) -> Status {
    store::InventoryParts parts{connection};
    TRY(const auto known, parts.mapping(organisation));
    const auto recognised = formats::inventory::recognise_columns(reading.table.headers);
    bool wrote = false;
    for (std::size_t i = 0; i < reading.table.headers.size(); ++i) {
      const auto header = text::fold(reading.table.headers[i]);
      if (header.empty() || header.size() > 200) continue;
      const auto found =
          std::ranges::find(known, header, [](const auto& each) -> const std::string& { return each.first; });
      const bool as_known = found != known.end() ? found->second == formats::inventory::to_string(reading.columns[i])
                                                 : recognised[i] == reading.columns[i];
      if (as_known || (found == known.end() && known.size() >= kHeadersRemembered)) continue;
      TRY_VOID(parts.remember(organisation, header, formats::inventory::to_string(reading.columns[i])));
      wrote = true;
    }
    if (!wrote) return ok();
    TRY_VOID(audit::record(connection, actor, now, "inventory.map-columns",
                           audit::object_of("inventory", organisation.value), organisation));
    return ok();
  });
}

Result<std::string> keep_upload(store::Database& database, const Actor& actor, std::string_view file_name,
                                std::string_view bytes, Timestamp now) {
  TRY(const auto organisation, organisation_of(actor));
  if (!actor.viewer.person) return Error::forbidden(std::string{tr<"This needs an account: sign in first">()});
  if (bytes.size() > kUploadBytesMax) return Error::too_large("file", kUploadBytesMax);
  store::InventoryUpload upload{.id = random_uuid(),
                                .organisation = organisation,
                                .person = actor.viewer.person,
                                .file_name = text::shorten(file_name, 200),
                                .bytes = std::string{bytes},
                                .sent_at = now};
  TRY_VOID(database.write([&](store::Connection& connection) -> Status {
    store::InventoryParts parts{connection};
    TRY_VOID(parts.remove_uploads_before(
        {now.micros - std::chrono::duration_cast<std::chrono::microseconds>(kUploadLives).count()}));
    return parts.put_upload(upload);
  }));
  return upload.id;
}

Result<std::optional<store::InventoryUpload>> find_upload(store::Database& database, const Actor& actor,
                                                          std::string_view id) {
  TRY(const auto organisation, organisation_of(actor));
  if (!actor.viewer.person) return std::optional<store::InventoryUpload>{};
  return database.read([&](store::Connection& connection) {
    return store::InventoryParts{connection}.upload(organisation, *actor.viewer.person, id);
  });
}

Status drop_upload(store::Database& database, const Actor& actor, std::string_view id) {
  TRY(const auto upload, find_upload(database, actor, id));
  if (!upload) return ok();
  return database.write(
      [&](store::Connection& connection) { return store::InventoryParts{connection}.remove_upload(id); });
}

}  // namespace tocsin::engine::inventory
