#include "engine/search/indexer.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/log.hpp"
#include "base/text.hpp"
#include "domain/advisory_facts.hpp"
#include "domain/vendor.hpp"
#include "engine/search/derivation.hpp"
#include "engine/search/index_state.hpp"
#include "engine/search/text_index.hpp"
#include "store/changes.hpp"
#include "store/records.hpp"
#include "store/rows.hpp"

namespace tocsin::engine::search {
namespace {

/// Texts that stand in an index: PostgreSQL takes 2,704 bytes there, and one document must not stop the index of all.
constexpr std::size_t kIndexedBytesMax = 1000;

/// Bytes of documents that one step reads, beside the first.
constexpr std::int64_t kStepBytesMax = std::int64_t{16} << 20;
constexpr int kStepChangesMax = 4'096;

struct Source {
  domain::Record record;
  std::string document_status;
  std::string_view bytes;
};

/// Reads the document; one that cannot be read is indexed by its header, so that the feed never stops at it.
Derived derive_document(const Source& source) {
  const auto id = source.record.id.value;
  auto parsed = json::parse(source.bytes);
  Error error;
  if (parsed) {
    auto advisory = formats::csaf::read_advisory(parsed->root());
    if (advisory) return derive(id, *advisory);
    error = advisory.error();
  } else {
    error = parsed.error();
  }
  log::error("index.unreadable", {{"record", id}, {"slug", source.record.slug}, {"reason", error.to_string()}});
  formats::csaf::Advisory bare;
  bare.header.tracking_id = source.record.key;
  bare.header.title = source.record.title;
  bare.header.tracking_status = source.document_status;
  return derive(id, bare);
}

Derived derive_source(const Source& source) {
  auto derived = derive_document(source);
  derived.row.facts = domain::policy::facts_of(source.record);
  derived.row.initial_release_at = source.record.initial_release_at;
  derived.row.current_release_at = source.record.current_release_at;
  return derived;
}

/// Keys that one statement asks for.
constexpr std::size_t kKeysAtOnce = 4'096;

template <class T, class Use>
Status in_chunks(const std::vector<T>& all, Use use) {
  for (std::size_t at = 0; at < all.size(); at += kKeysAtOnce) {
    TRY_VOID(use(std::span{all}.subspan(at, std::min(kKeysAtOnce, all.size() - at))));
  }
  return ok();
}

/// Ids of vendors and products by key, created where they are missing. The first document decides how a name is
/// written, but one that everybody may read goes before one that only some may: its spelling must not tell of theirs.
class Names {
 public:
  Names(store::Connection& connection, const std::vector<Derived>& all) : connection_(connection) {
    for (const auto& derived : all) {
      // Long ago, so that what was under embargo once does not count.
      const bool open = domain::policy::may_see(domain::policy::Viewer::anonymous(), derived.row.facts, Timestamp{0});
      const auto& facts = derived.facts;
      for (const auto& product : facts.products) {
        name(vendor_names_[product.vendor_key], product.vendor_name, open);
        name(product_names_[{product.vendor_key, product.product_key}], product.product_name, open);
      }
      for (std::size_t i = 0; i < facts.vendor_keys.size(); ++i) {
        name(vendor_names_[facts.vendor_keys[i]], facts.vendor_names[i], open);
      }
    }
  }

  Status resolve() {
    TRY_VOID(resolve_vendors());
    return resolve_products();
  }

  std::int64_t vendor(const std::string& key) const { return vendors_.at(key).id; }
  std::int64_t product(const domain::ProductFact& fact) const {
    return products_.at({vendor(fact.vendor_key), fact.product_key}).id;
  }

 private:
  struct Name {
    std::string text;
    bool open = false;
  };
  /// What the database has.
  struct Known {
    std::int64_t id = 0;
    bool open = false;
  };
  static void name(Name& known, const std::string& text, bool open) {
    if (known.text.empty() || (open && !known.open)) known = {text, open};
  }
  /// Nothing to write: there already, under a name that this one does not go before.
  template <class Map, class Key>
  static bool settled(const Map& known, const Key& key, const Name& name) {
    const auto found = known.find(key);
    return found != known.end() && (found->second.open || !name.open);
  }

  Status find_vendors() {
    std::vector<std::string> keys;
    for (const auto& [key, name] : vendor_names_) keys.push_back(key);
    return in_chunks(keys, [&](std::span<const std::string> some) {
      store::Sql sql{"SELECT id, vendor_key, open_name FROM vendor WHERE vendor_key IN "};
      sql.append_list(some);
      return connection_.each(sql, [&](const store::Row& row) -> Status {
        vendors_[row.string(1)] = {row.integer(0), row.boolean(2)};
        return ok();
      });
    });
  }

  Status resolve_vendors() {
    TRY_VOID(find_vendors());
    std::vector<store::Sql> writes;
    for (const auto& [key, name] : vendor_names_) {
      if (settled(vendors_, key, name)) continue;
      writes.emplace_back(
          "INSERT INTO vendor (vendor_key, name, folded, open_name) VALUES (?, ?, ?, ?) ON CONFLICT (vendor_key) "
          "DO UPDATE SET name = excluded.name, folded = excluded.folded, open_name = excluded.open_name",
          key, name.text, text::fold(name.text), name.open);
    }
    if (writes.empty()) return ok();
    TRY_VOID(connection_.run_all(writes));
    return find_vendors();
  }

  Status find_products() {
    std::set<std::string> distinct;
    for (const auto& [key, name] : product_names_) distinct.insert(key.second);
    const std::vector<std::string> keys(distinct.begin(), distinct.end());
    std::vector<std::int64_t> ids;
    for (const auto& [key, known] : vendors_) ids.push_back(known.id);
    return in_chunks(ids, [&](std::span<const std::int64_t> some_vendors) {
      return in_chunks(keys, [&](std::span<const std::string> some) {
        store::Sql sql{"SELECT id, vendor_id, product_key, open_name FROM product WHERE product_key IN "};
        sql.append_list(some).append(" AND vendor_id IN ").append_list(some_vendors);
        return connection_.each(sql, [&](const store::Row& row) -> Status {
          products_[{row.integer(1), row.string(2)}] = {row.integer(0), row.boolean(3)};
          return ok();
        });
      });
    });
  }

  Status resolve_products() {
    TRY_VOID(find_products());
    std::vector<store::Sql> writes;
    for (const auto& [key, name] : product_names_) {
      const auto vendor_id = vendor(key.first);
      if (settled(products_, ProductKey{vendor_id, key.second}, name)) continue;
      writes.emplace_back(
          "INSERT INTO product (vendor_id, product_key, name, open_name) VALUES (?, ?, ?, ?) "
          "ON CONFLICT (vendor_id, product_key) DO UPDATE SET name = excluded.name, open_name = excluded.open_name",
          vendor_id, key.second, name.text, name.open);
    }
    if (writes.empty()) return ok();
    TRY_VOID(connection_.run_all(writes));
    return find_products();
  }

  using ProductKey = std::pair<std::int64_t, std::string>;
  store::Connection& connection_;
  std::map<std::string, Name> vendor_names_;
  std::map<std::pair<std::string, std::string>, Name> product_names_;
  std::unordered_map<std::string, Known> vendors_;
  std::map<ProductKey, Known> products_;
};

std::string json_list(const std::vector<std::string>& values) {
  std::string out = "[";
  for (const auto& value : values) {
    if (out.size() > 1) out += ',';
    json::write_string(out, value);
  }
  return out + "]";
}

std::string json_vendors(const domain::AdvisoryFacts& facts) {
  std::string out = "[";
  for (std::size_t i = 0; i < facts.vendor_keys.size(); ++i) {
    if (i > 0) out += ',';
    out += json_list({facts.vendor_keys[i], facts.vendor_names[i]});
  }
  return out + "]";
}

std::string json_sectors(const std::vector<domain::Sector>& sectors) {
  std::string out = "[";
  for (const auto sector : sectors) out += fmt::format("{}{}", out.size() > 1 ? "," : "", static_cast<int>(sector));
  return out + "]";
}

void append_delete(store::Dialect dialect, std::int64_t record, std::vector<store::Sql>& out) {
  out.emplace_back("DELETE FROM advisory_vendor WHERE record_id = ?", record);
  out.emplace_back("DELETE FROM advisory_product WHERE record_id = ?", record);
  out.emplace_back("DELETE FROM advisory_vulnerability WHERE record_id = ?", record);
  out.emplace_back("DELETE FROM advisory_catalogue WHERE record_id = ?", record);
  out.emplace_back("DELETE FROM advisory_field WHERE record_id = ?", record);
  out.emplace_back("DELETE FROM advisory WHERE record_id = ?", record);
  append_text_delete(dialect, record, out);
}

/// Everything derived in one step, by table.
struct Tables {
  store::Rows advisory{store::Sql{
      "INSERT INTO advisory (record_id, publisher, document_status, summary, severity, score_tenths, has_fix, "
      "vulnerability_count, product_count, vendors, sectors, cves) VALUES "}};
  store::Rows vendor{store::Sql{"INSERT INTO advisory_vendor (vendor_id, record_id, spelling) VALUES "}};
  store::Rows product{
      store::Sql{"INSERT INTO advisory_product (record_id, position, product_id, version, version_original, status, "
                 "order_numbers) "
                 "VALUES "}};
  store::Rows vulnerability{store::Sql{
      "INSERT INTO advisory_vulnerability (record_id, position, vuln_id, title, cwes, score_tenths, severity, vector, "
      "has_fix) VALUES "}};
  store::Rows catalogue{store::Sql{"INSERT INTO advisory_catalogue (record_id, packed) VALUES "}};
  store::Rows field{
      store::Sql{"INSERT INTO advisory_field (field, record_id, position, value, sort_key, number) VALUES "}};
  std::vector<store::Sql> text;

  void append_to(std::vector<store::Sql>& out, store::Dialect dialect) {
    for (auto* rows : {&advisory, &vendor, &product, &vulnerability, &catalogue, &field}) rows->append_to(out, dialect);
    std::ranges::move(text, std::back_inserter(out));
  }
};

void append_insert(store::Dialect dialect, const Derived& derived, const Names& names, Tables& out) {
  const auto& facts = derived.facts;
  out.advisory.add("(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", derived.record, derived.publisher, derived.document_status,
                   facts.summary, facts.severity, facts.score_tenths, facts.has_fix, facts.vulnerabilities.size(),
                   facts.products.size(), json_vendors(facts), json_sectors(facts.sectors),
                   json_list(derived.first_cves));
  std::set<std::pair<std::int64_t, std::string>> spellings;
  for (const auto& [key, spelling] : derived.vendor_spellings) {
    spellings.emplace(names.vendor(key), text::shorten(spelling, kIndexedBytesMax));
  }
  for (const auto& [vendor, spelling] : spellings) {
    out.vendor.add("(?, ?, ?)", vendor, derived.record, spelling);
  }
  std::int64_t position = 0;
  for (const auto& product : facts.products) {
    out.product.add("(?, ?, ?, ?, ?, ?, ?)", derived.record, position++, names.product(product), product.version,
                    product.version_original, product.status, json_list(product.order_numbers));
  }
  position = 0;
  for (std::size_t i = 0; i < facts.vulnerabilities.size(); ++i) {
    const auto& each = facts.vulnerabilities[i];
    // An id this long names nothing: the vulnerability is told of on its advisory's page alone.
    const std::string_view id = each.id.size() <= kIndexedBytesMax ? std::string_view{each.id} : std::string_view{};
    out.vulnerability.add("(?, ?, ?, ?, ?, ?, ?, ?, ?)", derived.record, position++, id, each.title,
                          json_list(each.cwe_ids), each.score_tenths, each.severity, derived.vectors[i],
                          derived.fixes[i] != 0);
  }
  for (const auto& each : derived.fields) {
    out.field.add("(?, ?, ?, ?, ?, ?)", static_cast<std::int64_t>(each.field), derived.record, each.position,
                  each.value, each.sort_key, each.number);
  }
  CatalogueRow row = derived.row;
  for (const auto& key : facts.vendor_keys) row.vendors.push_back(static_cast<std::uint32_t>(names.vendor(key)));
  out.catalogue.add("(?, ?)", derived.record, store::Blob{pack(row)});
  append_text_insert(dialect, derived.record, derived.text, out.text);
}

std::vector<std::int64_t> records_of(const std::vector<store::Change>& batch) {
  std::set<std::int64_t> distinct;
  for (const auto& change : batch) distinct.insert(change.record.value);
  return {distinct.begin(), distinct.end()};
}

/// Shortens the batch to what fits into memory; false where something was left for the next step.
Result<bool> bound_bytes(store::Connection& connection, std::vector<store::Change>& batch) {
  const auto ids = records_of(batch);
  store::Sql sql{"SELECT r.id, v.bytes FROM record r JOIN revision v ON v.id = r.current_revision_id WHERE r.id IN "};
  sql.append_list(std::span<const std::int64_t>{ids});
  std::unordered_map<std::int64_t, std::int64_t> sizes;
  TRY_VOID(connection.each(sql, [&](const store::Row& row) -> Status {
    sizes.emplace(row.integer(0), row.integer(1));
    return ok();
  }));
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    sum += std::exchange(sizes[batch[i].record.value], 0);
    if (sum > kStepBytesMax && i > 0) {
      batch.resize(i);
      return false;
    }
  }
  return true;
}

Result<IndexStep> step(store::Connection& connection, int changes_max) {
  store::Changes changes{connection};
  IndexStep result;
  TRY(result.cursor, changes.cursor(kIndexReader));
  TRY(auto batch, changes.after(result.cursor, changes_max));
  result.caught_up = batch.size() < static_cast<std::size_t>(changes_max);
  if (batch.empty()) return result;
  TRY(const bool all_taken, bound_bytes(connection, batch));
  result.caught_up = result.caught_up && all_taken;
  const auto ids = records_of(batch);

  std::vector<Derived> all;
  // "+": the ids lead to the records. SQLite would go through every record of the kind, once for each question.
  store::Sql documents{"SELECT " TOCSIN_RECORD_COLUMNS
                       ", v.document_status, d.bytes FROM record r JOIN revision v ON v.id = r.current_revision_id "
                       "JOIN revision_document d ON d.revision_id = v.id WHERE +r.kind = ? AND r.id IN ",
                       domain::RecordKind::advisory};
  documents.append_list(std::span<const std::int64_t>{ids});
  TRY_VOID(connection.each(documents, [&](const store::Row& row) -> Status {
    all.push_back(derive_source(
        {store::read_record(row), row.string(store::kRecordColumns), row.text(store::kRecordColumns + 1)}));
    return ok();
  }));

  store::Sql indexed{"SELECT record_id FROM advisory WHERE record_id IN "};
  indexed.append_list(std::span<const std::int64_t>{ids});
  TRY(const auto before, connection.all(indexed, [](const store::Row& row) { return row.integer(0); }));

  Names names{connection, all};
  TRY_VOID(names.resolve());
  std::vector<store::Sql> statements;
  for (const auto record : before) append_delete(connection.dialect(), record, statements);
  Tables tables;
  for (const auto& derived : all) append_insert(connection.dialect(), derived, names, tables);
  tables.append_to(statements, connection.dialect());
  TRY_VOID(connection.run_all(statements));
  result.changes = static_cast<std::int64_t>(batch.size());
  result.cursor = batch.back().sequence;
  TRY_VOID(changes.set_cursor(kIndexReader, result.cursor));
  return result;
}

}  // namespace

Result<IndexState> read_index_state(store::Connection& connection) {
  IndexState state;
  TRY(const auto cursor,
      connection.first(store::Sql{"SELECT sequence FROM derived_cursor WHERE reader = ?", kIndexReader},
                       [](const store::Row& row) { return row.integer(0); }));
  state.cursor = cursor.value_or(0);
  TRY(const auto epoch, connection.first(store::Sql{"SELECT value FROM search_state WHERE name = 'epoch'"},
                                         [](const store::Row& row) { return row.integer(0); }));
  state.epoch = epoch.value_or(0);
  return state;
}

Result<IndexStep> index_step(store::Database& database, int changes_max) {
  const int most = std::clamp(changes_max, 1, kStepChangesMax);
  return database.write([&](store::Connection& connection) { return step(connection, most); });
}

Status index_all(store::Database& database, const std::function<void(const IndexStep&)>& progress) {
  for (;;) {
    // A look that takes no write lock: most calls find nothing to do.
    TRY(const bool behind, database.read([](store::Connection& connection) -> Result<bool> {
      TRY(const auto state, read_index_state(connection));
      TRY(const auto newest, store::Changes{connection}.newest());
      return newest > state.cursor;
    }));
    if (!behind) return ok();
    TRY(const auto done, index_step(database));
    if (progress) progress(done);
    if (done.changes == 0) return ok();
  }
}

Status forget_record(store::Connection& connection, domain::RecordId record) {
  TRY([[maybe_unused]] const auto locked, store::Changes{connection}.cursor(kIndexReader));
  std::vector<store::Sql> statements;
  append_delete(connection.dialect(), record.value, statements);
  return connection.run_all(statements);
}

Status reset_index(store::Database& database) {
  return database.write([](store::Connection& connection) -> Status {
    TRY([[maybe_unused]] const auto locked, store::Changes{connection}.cursor(kIndexReader));
    std::vector<store::Sql> statements;
    statements.emplace_back("DELETE FROM advisory_text");
    statements.emplace_back("DELETE FROM advisory_field");
    statements.emplace_back("DELETE FROM advisory_catalogue");
    statements.emplace_back("DELETE FROM advisory_vulnerability");
    statements.emplace_back("DELETE FROM advisory_product");
    statements.emplace_back("DELETE FROM advisory_vendor");
    statements.emplace_back("DELETE FROM advisory");
    statements.emplace_back("DELETE FROM product");
    statements.emplace_back("DELETE FROM vendor");
    statements.emplace_back(
        "INSERT INTO search_state (name, value) VALUES ('epoch', 1) "
        "ON CONFLICT (name) DO UPDATE SET value = search_state.value + 1");
    TRY_VOID(connection.run_all(statements));
    return store::Changes{connection}.set_cursor(kIndexReader, 0);
  });
}

}  // namespace tocsin::engine::search
