#include "store/evidence.hpp"

#include <fmt/format.h>

namespace tocsin::store {
namespace {

#define TOCSIN_KNOWN_EXPLOITED "cve, added_at, due_at, ransomware, vendor, product, name, action"

KnownExploited read_known(const Row& row) {
  return {.cve = row.string(0),
          .added = row.time(1),
          .due = row.optional_time(2),
          .ransomware = row.boolean(3),
          .vendor = row.string(4),
          .product = row.string(5),
          .name = row.string(6),
          .action = row.string(7)};
}
ExploitScore read_score(const Row& row) {
  return {.cve = row.string(0), .probability = row.integer(1), .percentile = row.optional_integer(2)};
}

/// Few lengths of statements, so that each is prepared once.
constexpr std::size_t kRowsAtOnce[] = {512, 16, 1};

}  // namespace

Result<std::optional<EvidenceSource>> Evidence::source(std::string_view name) {
  return connection_.first(
      Sql{"SELECT name, version, as_of, released_at, entries, imported_at FROM evidence_source WHERE name = ?", name},
      [](const Row& row) {
        return EvidenceSource{.name = row.string(0),
                              .version = row.string(1),
                              .as_of = row.time(2),
                              .released_at = row.optional_time(3),
                              .entries = row.integer(4),
                              .imported_at = row.time(5)};
      });
}

Status Evidence::put_source(const EvidenceSource& source) {
  TRY_VOID(connection_.run(
      Sql{"INSERT INTO evidence_source (name, version, as_of, released_at, entries, imported_at) VALUES (?, ?, ?, ?, "
          "?, ?) ON CONFLICT (name) DO UPDATE SET version = excluded.version, as_of = excluded.as_of, released_at = "
          "excluded.released_at, entries = excluded.entries, imported_at = excluded.imported_at",
          source.name, source.version, source.as_of, source.released_at, source.entries, source.imported_at}));
  return ok();
}

Result<std::string> Evidence::version() {
  std::string version;
  TRY_VOID(connection_.each(
      Sql{"SELECT name, as_of, entries, imported_at FROM evidence_source ORDER BY name"}, [&](const Row& row) {
        version += fmt::format("{}:{}:{}:{};", row.text(0), row.integer(1), row.integer(2), row.integer(3));
        return ok();
      }));
  return version;
}

Result<std::vector<KnownExploited>> Evidence::known_exploited(std::span<const std::string> cves) {
  std::vector<KnownExploited> found;
  while (!cves.empty()) {
    const auto some = cves.subspan(0, std::min(cves.size(), Sql::kListMax));
    cves = cves.subspan(some.size());
    Sql sql{"SELECT " TOCSIN_KNOWN_EXPLOITED " FROM known_exploited WHERE cve IN "};
    sql.append_list(some).append(" ORDER BY cve");
    TRY_VOID(connection_.each(sql, [&](const Row& row) {
      found.push_back(read_known(row));
      return ok();
    }));
  }
  return found;
}

Result<std::vector<KnownExploited>> Evidence::all_known_exploited() {
  return connection_.all(Sql{"SELECT " TOCSIN_KNOWN_EXPLOITED " FROM known_exploited ORDER BY cve"}, read_known);
}

Status Evidence::put(const KnownExploited& entry) {
  TRY_VOID(connection_.run(
      Sql{"INSERT INTO known_exploited (" TOCSIN_KNOWN_EXPLOITED
          ") VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (cve) DO UPDATE SET added_at = excluded.added_at, due_at = "
          "excluded.due_at, ransomware = excluded.ransomware, vendor = excluded.vendor, product = excluded.product, "
          "name = excluded.name, action = excluded.action",
          entry.cve, entry.added, entry.due, entry.ransomware, entry.vendor, entry.product, entry.name, entry.action}));
  return ok();
}

Status Evidence::remove_known_exploited(std::string_view cve) {
  TRY_VOID(connection_.run(Sql{"DELETE FROM known_exploited WHERE cve = ?", cve}));
  return ok();
}

Result<std::vector<ExploitScore>> Evidence::scores(std::span<const std::string> cves) {
  std::vector<ExploitScore> found;
  while (!cves.empty()) {
    const auto some = cves.subspan(0, std::min(cves.size(), Sql::kListMax));
    cves = cves.subspan(some.size());
    Sql sql{"SELECT cve, probability, percentile FROM exploit_score WHERE cve IN "};
    sql.append_list(some).append(" ORDER BY cve");
    TRY_VOID(connection_.each(sql, [&](const Row& row) {
      found.push_back(read_score(row));
      return ok();
    }));
  }
  return found;
}

Result<std::vector<ExploitScore>> Evidence::all_scores() {
  return connection_.all(Sql{"SELECT cve, probability, percentile FROM exploit_score ORDER BY cve"}, read_score);
}

Status Evidence::replace_scores(std::span<const ExploitScore> scores) {
  TRY_VOID(connection_.run(Sql{"DELETE FROM exploit_score"}));
  for (const auto count : kRowsAtOnce) {
    while (scores.size() >= count) {
      Sql sql{"INSERT INTO exploit_score (cve, probability, percentile) VALUES "};
      for (std::size_t i = 0; i < count; ++i) {
        const auto& each = scores[i];
        if (i > 0) sql.append(", ");
        sql.append("(?, ?, ?)", each.cve, each.probability, each.percentile);
      }
      TRY_VOID(connection_.run(sql));
      scores = scores.subspan(count);
    }
  }
  return ok();
}

}  // namespace tocsin::store
