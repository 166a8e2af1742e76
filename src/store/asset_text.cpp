#include "store/asset_text.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/check.hpp"

namespace tocsin::store {
namespace {

/// Terms are letters and digits by construction; a quote in one would be our bug.
std::string term_of(domain::OrganisationId organisation, std::string_view term) {
  TOCSIN_CHECK(!term.empty() && term.find_first_of("'\"\\ _:*") == std::string_view::npos);
  return fmt::format("{}_{}", organisation.value, term);
}

/// What is stored: sorted, each once.
std::string stored(Dialect dialect, domain::OrganisationId organisation, std::span<const std::string> terms) {
  const std::set<std::string_view> each_once(terms.begin(), terms.end());
  std::string out;
  for (const auto& term : each_once) {
    if (!out.empty()) out += ' ';
    const auto text = term_of(organisation, term);
    out += dialect == Dialect::postgres ? "'" + text + "'" : text;
  }
  return out;
}

std::string expression(Dialect dialect, domain::OrganisationId organisation, std::span<const TermChoice> asked) {
  const bool postgres = dialect == Dialect::postgres;
  std::string out;
  for (const auto& choice : asked) {
    TOCSIN_CHECK(!choice.empty());
    if (!out.empty()) out += postgres ? " & " : " AND ";
    out += '(';
    for (std::size_t i = 0; i < choice.size(); ++i) {
      if (i > 0) out += postgres ? " | " : " OR ";
      const auto term = term_of(organisation, choice[i]);
      out += postgres ? fmt::format("'{}':*", term) : fmt::format("\"{}\" *", term);
    }
    out += ')';
  }
  return out;
}

}  // namespace

void AssetText::append_put(Dialect dialect, domain::OrganisationId organisation, std::int64_t id,
                           std::span<const std::string> terms, std::vector<Sql>& statements) {
  if (dialect == Dialect::postgres) {
    statements.emplace_back(
        "INSERT INTO asset_text (asset_id, terms) VALUES (?, CAST(? AS tsvector)) ON CONFLICT (asset_id) DO UPDATE SET "
        "terms = excluded.terms",
        id, stored(dialect, organisation, terms));
    return;
  }
  statements.emplace_back("DELETE FROM asset_text WHERE rowid = ?", id);
  statements.emplace_back("INSERT INTO asset_text (rowid, terms) VALUES (?, ?)", id,
                          stored(dialect, organisation, terms));
}

void AssetText::append_insert(Dialect dialect, domain::OrganisationId organisation, std::string_view key,
                              std::span<const std::string> terms, std::vector<Sql>& statements) {
  const auto text = stored(dialect, organisation, terms);
  if (dialect == Dialect::postgres) {
    statements.emplace_back(
        "INSERT INTO asset_text (asset_id, terms) SELECT id, CAST(? AS tsvector) FROM asset WHERE organisation_id = ? "
        "AND asset_key = ?",
        text, organisation, key);
    return;
  }
  statements.emplace_back(
      "INSERT INTO asset_text (rowid, terms) SELECT id, ? FROM asset WHERE organisation_id = ? AND asset_key = ?", text,
      organisation, key);
}

// SQLite would read every asset of the organisation along another index.
#define TOCSIN_UNINDEXED_HINT "INDEXED BY asset_unindexed"

Result<bool> AssetText::is_whole(domain::OrganisationId organisation) {
  const bool sqlite = connection_.dialect() == Dialect::sqlite;
  TRY(const auto found,
      connection_.first(
          sqlite
              ? Sql{"SELECT 1 FROM asset " TOCSIN_UNINDEXED_HINT " WHERE organisation_id = ? AND indexed = 0 LIMIT 1",
                    organisation}
              : Sql{"SELECT 1 FROM asset WHERE organisation_id = ? AND indexed = 0 LIMIT 1", organisation},
          [](const Row& row) { return row.integer(0); }));
  return !found.has_value();
}

Sql AssetText::select(Dialect dialect, domain::OrganisationId organisation, std::span<const TermChoice> asked) {
  const auto text = expression(dialect, organisation, asked);
  return dialect == Dialect::postgres ? Sql{"SELECT asset_id FROM asset_text WHERE terms @@ CAST(? AS tsquery)", text}
                                      : Sql{"SELECT rowid FROM asset_text WHERE asset_text MATCH ?", text};
}

Result<std::int64_t> AssetText::count(domain::OrganisationId organisation, std::span<const TermChoice> asked) {
  Sql sql{"SELECT count(*) FROM ("};
  sql.append(select(connection_.dialect(), organisation, asked)).append(") found");
  TRY(const auto found, connection_.first(sql, [](const Row& row) { return row.integer(0); }));
  return found.value_or(0);
}

Result<std::vector<std::int64_t>> AssetText::find(domain::OrganisationId organisation,
                                                  std::span<const TermChoice> asked, int limit) {
  auto sql = select(connection_.dialect(), organisation, asked);
  sql.append(" LIMIT ?", limit);
  return connection_.all(sql, [](const Row& row) { return row.integer(0); });
}

Result<std::vector<UnindexedAsset>> AssetText::unindexed(int limit) {
  return connection_.all(
      Sql{"SELECT id, organisation_id, search_text FROM asset WHERE indexed = 0 LIMIT ?", limit}, [](const Row& row) {
        return UnindexedAsset{.id = row.integer(0), .organisation = {row.integer(1)}, .search = row.string(2)};
      });
}

Status AssetText::set_indexed(std::span<const std::pair<std::int64_t, std::string>> classes) {
  std::map<std::string_view, std::vector<std::int64_t>> by_class;
  for (const auto& [id, name] : classes) by_class[name].push_back(id);
  for (const auto& [name, ids] : by_class) {
    Sql sql{"UPDATE asset SET indexed = 1, attack_class = ? WHERE id IN ", name};
    TRY_VOID(connection_.run(sql.append_list(ids)));
  }
  return ok();
}

}  // namespace tocsin::store
