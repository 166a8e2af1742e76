#include "store/assets.hpp"

#include <map>
#include <utility>

#include "base/text.hpp"
#include "store/asset_json.hpp"
#include "store/assets_in_order.hpp"

namespace tocsin::store {
namespace {

#define TOCSIN_ASSET_FIELDS                                                                                         \
  "item_key, name, vendor, family, product, model, hardware, versions, serial, cpe, purls, hashes, addresses, "     \
  "site, zone, conduit, purdue_level, criticality, exposure, safety, environment, production, owner, next_outage, " \
  "tags, others"
#define TOCSIN_ASSET_ROW                                                                                      \
  "SELECT id, organisation_id, asset_key, label, search_text, digest, identity, row_version, due, added_at, " \
  "changed_at, " TOCSIN_ASSET_FIELDS " FROM asset"

Asset read_asset(const Row& row) {
  Asset asset{.id = row.integer(0),
              .organisation = {row.integer(1)},
              .key = row.string(2),
              .label = row.string(3),
              .search = row.string(4),
              .terms = {},
              .digest = row.string(5),
              .identity = row.string(6),
              .version = row.integer(7),
              .due = row.boolean(8),
              .added_at = row.time(9),
              .changed_at = row.time(10),
              .item = {}};
  auto& item = asset.item;
  item.key = row.string(11);
  item.name = row.string(12);
  item.vendor = row.string(13);
  item.family = row.string(14);
  item.product = row.string(15);
  item.model = row.string(16);
  item.hardware = row.string(17);
  item.versions = versions_of(row.text(18));
  item.serial = row.string(19);
  item.cpe = row.string(20);
  item.purls = texts_of(row.text(21));
  item.hashes = pairs_of(row.text(22));
  item.addresses = texts_of(row.text(23));
  item.site = row.string(24);
  item.zone = row.string(25);
  item.conduit = row.string(26);
  item.purdue_level = row.string(27);
  item.criticality = row.string(28);
  item.exposure = row.string(29);
  item.safety = row.string(30);
  item.environment = row.string(31);
  item.production = row.string(32);
  item.owner = row.string(33);
  item.next_outage = row.string(34);
  item.tags = texts_of(row.text(35));
  item.others = pairs_of(row.text(36));
  return asset;
}

/// "%word%" where LIKE takes the word as it is.
std::string like(std::string_view word) {
  std::string pattern = "%";
  for (const char c : word) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + '%';
}

void append_item(Sql& sql, const formats::inventory::Item& item) {
  sql.append("?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?", item.key, item.name,
             item.vendor, item.family, item.product, item.model, item.hardware, json_of(item.versions), item.serial,
             item.cpe, json_of(item.purls), json_of(item.hashes), json_of(item.addresses), item.site, item.zone,
             item.conduit, item.purdue_level, item.criticality, item.exposure, item.safety, item.environment,
             item.production, item.owner, item.next_outage, json_of(item.tags), json_of(item.others));
}

void append_row(Sql& sql, const Asset& asset) {
  sql.append("(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ", asset.organisation, asset.key, asset.label,
             text::fold(asset.label), asset.search, asset.digest, asset.identity, asset.attack_class, asset.version,
             asset.due, !asset.terms.empty(), asset.added_at, asset.changed_at);
  append_item(sql, asset.item);
  sql.append(")");
}

/// Rows of one INSERT: full groups and single rows, so that the statement cache sees two texts.
constexpr std::size_t kGroup = 16;
/// So many assets that a word finds are sorted; where there are more, the order is walked along and each asked whether
/// it is among them.
constexpr std::int64_t kFew = 4'096;

}  // namespace

Result<std::optional<Asset>> Assets::find(domain::OrganisationId organisation, std::int64_t id) {
  return connection_.first(Sql{TOCSIN_ASSET_ROW " WHERE id = ? AND organisation_id = ?", id, organisation}, read_asset);
}

Result<std::optional<Asset>> Assets::find_by_key(domain::OrganisationId organisation, std::string_view key) {
  return connection_.first(Sql{TOCSIN_ASSET_ROW " WHERE organisation_id = ? AND asset_key = ?", organisation, key},
                           read_asset);
}

Result<std::vector<Asset>> Assets::of_keys(domain::OrganisationId organisation, std::span<const std::string> keys) {
  std::vector<Asset> found;
  constexpr std::size_t kAtOnce = 512;
  for (std::size_t at = 0; at < keys.size(); at += kAtOnce) {
    Sql sql{TOCSIN_ASSET_ROW " WHERE organisation_id = ? AND asset_key IN ", organisation};
    sql.append_list(keys.subspan(at, std::min(kAtOnce, keys.size() - at)));
    TRY_VOID(connection_.each(sql, [&](const Row& row) -> Status {
      found.push_back(read_asset(row));
      return ok();
    }));
  }
  return found;
}

Result<Assets::Hits> Assets::hits(domain::OrganisationId organisation, const AssetFilter& filter) {
  Hits hits;
  if (filter.terms.empty() && filter.words.empty()) return hits;
  AssetText text{connection_};
  hits.by_words = filter.terms.empty();
  if (!hits.by_words) {
    TRY(const bool whole, text.is_whole(organisation));
    hits.by_words = !whole && !filter.words.empty();
  }
  if (hits.by_words) return hits;
  hits.by_terms = true;
  TRY(auto found, text.find(organisation, filter.terms, static_cast<int>(kFew) + 1));
  if (std::cmp_less_equal(found.size(), kFew)) hits.few = std::move(found);
  return hits;
}

Sql Assets::where(domain::OrganisationId organisation, const AssetFilter& filter, const Hits& hits) const {
  // SQLite would rather walk along an index of the organisation than look up what is known by its number; "+" keeps it
  // from either.
  const bool sqlite = connection_.dialect() == Dialect::sqlite;
  Sql sql;
  if (hits.few) {
    sql = sqlite ? Sql{" WHERE +organisation_id = ?", organisation} : Sql{" WHERE organisation_id = ?", organisation};
    sql.append(" AND id IN ").append_list(std::span<const std::int64_t>{*hits.few});
  } else {
    sql = Sql{" WHERE organisation_id = ?", organisation};
    if (hits.by_terms) {
      if (sqlite) {
        sql.append(" AND +id IN (");
      } else {
        sql.append(" AND id IN (");
      }
      sql.append(AssetText::select(connection_.dialect(), organisation, filter.terms)).append(")");
    }
  }
  if (hits.by_words) {
    for (const auto& word : filter.words) sql.append(" AND search_text LIKE ? ESCAPE '\\'", like(word));
  }
  if (!filter.vendor.empty()) sql.append(" AND vendor = ?", filter.vendor);
  if (!filter.zone.empty()) sql.append(" AND zone = ?", filter.zone);
  if (!filter.exposure.empty()) sql.append(" AND exposure = ?", filter.exposure);
  if (!filter.criticality.empty()) sql.append(" AND criticality = ?", filter.criticality);
  if (filter.site) sql.append(" AND site = ?", *filter.site);
  if (filter.sites) {
    sql.append(" AND site IN ");
    sql.append_list(std::span<const std::string>{*filter.sites});
  }
  return sql;
}

Result<std::vector<Asset>> Assets::page(domain::OrganisationId organisation, const AssetFilter& filter, AssetSort sort,
                                        const std::optional<AssetAfter>& after, int limit) {
  TRY(const auto found, hits(organisation, filter));
  Sql sql{TOCSIN_ASSET_ROW};
  sql.append(where(organisation, filter, found));
  switch (sort) {
    case AssetSort::label:
      if (after) sql.append(" AND (folded_label, id) > (?, ?)", after->text, after->id);
      sql.append(" ORDER BY folded_label, id");
      break;
    case AssetSort::vendor:
      if (after) sql.append(" AND (vendor, id) > (?, ?)", after->text, after->id);
      sql.append(" ORDER BY vendor, id");
      break;
    case AssetSort::site:
      if (after) sql.append(" AND (site, id) > (?, ?)", after->text, after->id);
      sql.append(" ORDER BY site, id");
      break;
    case AssetSort::changed:
      if (after) sql.append(" AND (changed_at, id) < (?, ?)", after->number, after->id);
      sql.append(" ORDER BY changed_at DESC, id DESC");
      break;
  }
  sql.append(" LIMIT ?", limit);
  return connection_.all(sql, read_asset);
}

Result<std::int64_t> Assets::count(domain::OrganisationId organisation, const AssetFilter& filter) {
  TRY(const auto found, hits(organisation, filter));
  const bool narrower = !filter.vendor.empty() || !filter.zone.empty() || !filter.exposure.empty() ||
                        !filter.criticality.empty() || filter.site || filter.sites;
  if (found.by_terms && !narrower) {
    if (found.few) return static_cast<std::int64_t>(found.few->size());
    return AssetText{connection_}.count(organisation, filter.terms);
  }
  Sql sql{"SELECT count(*) FROM asset"};
  sql.append(where(organisation, filter, found));
  TRY(const auto count, connection_.first(sql, [](const Row& row) { return row.integer(0); }));
  return count.value_or(0);
}

void AssetsInOrder::append_after(Sql& sql, std::int64_t after, int limit) const {
  sql.append(" WHERE organisation_id = ? AND id > ?", organisation_, after);
  if (sites_) sql.append(" AND site IN ").append_list(std::span<const std::string>{*sites_});
  sql.append(" ORDER BY id LIMIT ?", limit);
}

Result<std::vector<Asset>> AssetsInOrder::page(std::int64_t after, int limit) {
  Sql sql{TOCSIN_ASSET_ROW};
  append_after(sql, after, limit);
  return connection_.all(sql, read_asset);
}

Result<std::vector<AssetColumns>> AssetsInOrder::columns(std::int64_t after, int limit) {
  Sql sql{"SELECT id, versions, others FROM asset"};
  append_after(sql, after, limit);
  return connection_.all(sql, [](const Row& row) {
    return AssetColumns{.id = row.integer(0), .versions = versions_of(row.text(1)), .others = pairs_of(row.text(2))};
  });
}

Result<bool> Assets::any(domain::OrganisationId organisation) {
  TRY(const auto found, connection_.first(Sql{"SELECT 1 FROM asset WHERE organisation_id = ? LIMIT 1", organisation},
                                          [](const Row& row) { return row.integer(0); }));
  return found.has_value();
}

Result<bool> Assets::any() {
  TRY(const auto found,
      connection_.first(Sql{"SELECT 1 FROM asset LIMIT 1"}, [](const Row& row) { return row.integer(0); }));
  return found.has_value();
}

Result<std::vector<AssetMark>> Assets::marks(domain::OrganisationId organisation, std::string_view after, int limit) {
  return connection_.all(
      Sql{"SELECT id, asset_key, digest FROM asset WHERE organisation_id = ? AND asset_key > ? ORDER BY asset_key "
          "LIMIT ?",
          organisation, after, limit},
      [](const Row& row) { return AssetMark{row.integer(0), row.string(1), row.string(2)}; });
}

Result<std::vector<std::string>> Assets::values(domain::OrganisationId organisation, Column column, int limit) {
  const auto next = [&](std::string_view after) {
    switch (column) {
      case Column::vendor:
        return Sql{"SELECT min(vendor) FROM asset WHERE organisation_id = ? AND vendor > ?", organisation, after};
      case Column::site:
        return Sql{"SELECT min(site) FROM asset WHERE organisation_id = ? AND site > ?", organisation, after};
      case Column::zone:
        return Sql{"SELECT min(zone) FROM asset WHERE organisation_id = ? AND zone > ?", organisation, after};
      case Column::exposure:
        return Sql{"SELECT min(exposure) FROM asset WHERE organisation_id = ? AND exposure > ?", organisation, after};
      case Column::criticality:
        break;
    }
    return Sql{"SELECT min(criticality) FROM asset WHERE organisation_id = ? AND criticality > ?", organisation, after};
  };
  std::vector<std::string> values;
  std::string after;
  while (std::cmp_less(values.size(), limit)) {
    TRY(auto value, connection_.first(next(after), [](const Row& row) { return row.string(0); }));
    if (!value || value->empty()) break;
    after = *value;
    values.push_back(std::move(*value));
  }
  return values;
}

Status Assets::insert(std::span<const Asset> assets) {
  std::vector<Sql> statements;
  for (std::size_t at = 0; at < assets.size();) {
    const std::size_t rows = assets.size() - at >= kGroup ? kGroup : 1;
    Sql sql{
        "INSERT INTO asset (organisation_id, asset_key, label, folded_label, search_text, digest, identity, "
        "attack_class, row_version, due, indexed, added_at, changed_at, " TOCSIN_ASSET_FIELDS ") VALUES "};
    for (std::size_t i = 0; i < rows; ++i) {
      if (i > 0) sql.append(", ");
      append_row(sql, assets[at + i]);
    }
    statements.push_back(std::move(sql));
    at += rows;
  }
  for (const auto& asset : assets) {
    if (asset.terms.empty()) continue;
    AssetText::append_insert(connection_.dialect(), asset.organisation, asset.key, asset.terms, statements);
  }
  return connection_.run_all(statements);
}

Result<std::int64_t> Assets::update(const Asset& asset, Timestamp now) {
  Sql sql{
      "UPDATE asset SET asset_key = ?, label = ?, folded_label = ?, search_text = ?, digest = ?, identity = ?, "
      "attack_class = ?, row_version = row_version + 1, due = ?, indexed = ?, changed_at = ?, (" TOCSIN_ASSET_FIELDS
      ") = (",
      asset.key,
      asset.label,
      text::fold(asset.label),
      asset.search,
      asset.digest,
      asset.identity,
      asset.attack_class,
      asset.due,
      !asset.terms.empty(),
      now};
  append_item(sql, asset.item);
  sql.append(") WHERE id = ? AND organisation_id = ? AND row_version = ?", asset.id, asset.organisation, asset.version);
  TRY(const auto rows, connection_.run(sql));
  if (rows == 0) return rows;
  std::vector<Sql> statements;
  // What to do about its matches may follow from what has changed, though they stay as they are.
  statements.emplace_back("UPDATE asset_match SET decide_at = 0 WHERE asset_id = ?", asset.id);
  AssetText::append_put(connection_.dialect(), asset.organisation, asset.id, asset.terms, statements);
  TRY_VOID(connection_.run_all(statements));
  return rows;
}

Result<std::int64_t> Assets::remove(domain::OrganisationId organisation, std::int64_t id) {
  TRY(const auto rows,
      connection_.run(Sql{"DELETE FROM asset WHERE id = ? AND organisation_id = ?", id, organisation}));
  // On PostgreSQL it goes by itself; SQLite's index knows no foreign keys, nor may triggers write to it.
  if (rows > 0 && connection_.dialect() == Dialect::sqlite) {
    TRY_VOID(connection_.run(Sql{"DELETE FROM asset_text WHERE rowid = ?", id}));
  }
  return rows;
}

Result<std::vector<Asset>> Assets::due(int limit) {
  return connection_.all(Sql{TOCSIN_ASSET_ROW " WHERE due = 1 ORDER BY id LIMIT ?", limit}, read_asset);
}

Result<std::vector<Asset>> Assets::of_ids(std::span<const std::int64_t> ids) {
  Sql sql{TOCSIN_ASSET_ROW " WHERE id IN "};
  sql.append_list(ids).append(" ORDER BY id");
  return connection_.all(sql, read_asset);
}

Result<std::vector<Asset>> Assets::after(std::int64_t id, int limit) {
  return connection_.all(Sql{TOCSIN_ASSET_ROW " WHERE id > ? ORDER BY id LIMIT ?", id, limit}, read_asset);
}

Result<std::vector<std::int64_t>> Assets::ids_of_keys(domain::OrganisationId organisation,
                                                      std::span<const std::string> keys) {
  Sql sql{"SELECT id FROM asset WHERE organisation_id = ? AND asset_key IN ", organisation};
  sql.append_list(keys).append(" ORDER BY id");
  return connection_.all(sql, [](const Row& row) { return row.integer(0); });
}

Result<std::vector<std::int64_t>> Assets::ids_of(domain::OrganisationId organisation,
                                                 std::span<const std::int64_t> ids) {
  Sql sql{"SELECT id FROM asset WHERE organisation_id = ? AND id IN ", organisation};
  sql.append_list(ids).append(" ORDER BY id");
  return connection_.all(sql, [](const Row& row) { return row.integer(0); });
}

Result<std::vector<std::int64_t>> Assets::ids_of_identity(domain::OrganisationId organisation,
                                                          std::string_view identity) {
  return connection_.all(
      Sql{"SELECT id FROM asset WHERE organisation_id = ? AND identity = ? ORDER BY id", organisation, identity},
      [](const Row& row) { return row.integer(0); });
}

Result<std::vector<Asset>> Assets::after(domain::OrganisationId organisation, std::int64_t id, int limit) {
  return connection_.all(
      Sql{TOCSIN_ASSET_ROW " WHERE organisation_id = ? AND id > ? ORDER BY id LIMIT ?", organisation, id, limit},
      read_asset);
}

Result<std::vector<std::int64_t>> Assets::unchanged(std::span<const Asset> assets) {
  std::map<std::int64_t, std::int64_t> versions;
  std::vector<std::int64_t> ids;
  for (const auto& asset : assets) {
    versions.emplace(asset.id, asset.version);
    ids.push_back(asset.id);
  }
  std::vector<std::int64_t> same;
  if (ids.empty()) return same;
  Sql sql{"SELECT id, row_version FROM asset WHERE id IN "};
  sql.append_list(std::span<const std::int64_t>{ids});
  TRY_VOID(connection_.each(sql, [&](const Row& row) -> Status {
    if (versions[row.integer(0)] == row.integer(1)) same.push_back(row.integer(0));
    return ok();
  }));
  return same;
}

Status Assets::set_matched(std::span<const std::int64_t> ids) {
  if (ids.empty()) return ok();
  Sql sql{"UPDATE asset SET due = 0 WHERE due = 1 AND id IN "};
  sql.append_list(ids);
  TRY_VOID(connection_.run(sql));
  return ok();
}

Status Assets::set_due(domain::OrganisationId organisation, std::string_view identity) {
  TRY_VOID(connection_.run(
      Sql{"UPDATE asset SET due = 1 WHERE organisation_id = ? AND identity = ?", organisation, identity}));
  return ok();
}

}  // namespace tocsin::store
