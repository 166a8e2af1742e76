#include "engine/evidence/evidence.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "store/evidence.hpp"
#include "store/exposures.hpp"

namespace tocsin::engine::evidence {
namespace {

/// More names than this are counted in the audit log, not listed.
constexpr std::size_t kNamedMax = 50;

boost::json::array named(const std::vector<std::string>& cves) {
  boost::json::array array;
  for (std::size_t i = 0; i < cves.size() && i < kNamedMax; ++i) array.emplace_back(cves[i]);
  return array;
}

std::string counted(std::size_t count) {
  return text::count_of(static_cast<long long>(count), "vulnerability", "vulnerabilities");
}

store::KnownExploited row_of(const formats::kev::Entry& entry) {
  return {.cve = entry.cve,
          .added = entry.added,
          .due = entry.due,
          .ransomware = entry.ransomware,
          .vendor = entry.vendor,
          .product = entry.product,
          .name = entry.name,
          .action = entry.action};
}

/// One transaction with its entry in the log.
template <class Take>
Result<Taken> import(store::Database& database, const Actor& actor, Timestamp now, Take take) {
  TRY_VOID(actor.require(domain::Permission::publish_record));
  return database.write([&](store::Connection& connection) -> Result<Taken> {
    // Also orders two that import at once.
    TRY_VOID(connection.lock_changes());
    TRY(auto taken, take(connection));
    boost::json::object detail;
    detail["taken"] = taken.taken;
    detail["entries"] = taken.entries;
    detail["what"] = taken.said;
    if (!taken.added.empty()) detail["added"] = named(taken.added);
    if (!taken.removed.empty()) detail["removed"] = named(taken.removed);
    TRY_VOID(audit::record(connection, actor, now, "evidence.import", "evidence:" + taken.source, {},
                           taken.taken ? domain::audit::Outcome::done : domain::audit::Outcome::refused, detail));
    return taken;
  });
}

}  // namespace

Result<Taken> take_kev(store::Connection& connection, const formats::kev::Catalogue& catalogue, Timestamp now) {
  store::Evidence rows{connection};
  Taken taken{.source = std::string{store::kKevSource}, .entries = static_cast<std::int64_t>(catalogue.entries.size())};
  const auto newest = catalogue.newest();
  TRY(const auto here, rows.source(store::kKevSource));
  if (here) {
    const bool released_earlier = catalogue.released && here->released_at && *catalogue.released < *here->released_at;
    if (newest < here->as_of || (newest == here->as_of && released_earlier)) {
      taken.said = fmt::format(
          "The catalogue of known exploited vulnerabilities ends with {} and the one here with {}: "
          "the newer one stays",
          format_date(newest), format_date(here->as_of));
      if (newest == here->as_of) {
        taken.said = fmt::format(
            "The catalogue of known exploited vulnerabilities is of {} and the one here of {}: the "
            "newer one stays",
            format_rfc3339(*catalogue.released), format_rfc3339(*here->released_at));
      }
      return taken;
    }
  }
  TRY(const auto old, rows.all_known_exploited());
  // Both are sorted by CVE.
  auto before = old.begin();
  for (const auto& entry : catalogue.entries) {
    for (; before != old.end() && before->cve < entry.cve; ++before) taken.removed.push_back(before->cve);
    const auto row = row_of(entry);
    const bool known = before != old.end() && before->cve == entry.cve;
    if (!known) taken.added.push_back(entry.cve);
    if (known && *before != row) ++taken.changed;
    if (!known || *before != row) TRY_VOID(rows.put(row));
    if (known) ++before;
  }
  for (; before != old.end(); ++before) taken.removed.push_back(before->cve);
  for (const auto& cve : taken.removed) TRY_VOID(rows.remove_known_exploited(cve));
  const bool same = here && taken.added.empty() && taken.removed.empty() && taken.changed == 0;
  // The same file again is no news, but one that was released later is.
  if (!same || (catalogue.released && catalogue.released != here->released_at)) {
    TRY_VOID(rows.put_source({.name = std::string{store::kKevSource},
                              .version = catalogue.version.empty() && same ? here->version : catalogue.version,
                              .as_of = newest,
                              .released_at = !catalogue.released && same ? here->released_at : catalogue.released,
                              .entries = taken.entries,
                              .imported_at = now}));
  }
  // Decisions may follow from it.
  if (!same) TRY_VOID(store::Exposures{connection}.decide_all_again());
  taken.taken = true;
  taken.said =
      same ? fmt::format("{} known to be exploited (CISA KEV), as before", counted(catalogue.entries.size()))
           : fmt::format("{} known to be exploited (CISA KEV): {} added, {} removed, {} changed",
                         counted(catalogue.entries.size()), text::thousands(static_cast<long long>(taken.added.size())),
                         text::thousands(static_cast<long long>(taken.removed.size())), text::thousands(taken.changed));
  return taken;
}

Result<Taken> take_epss(store::Connection& connection, const formats::epss::Scores& scores, Timestamp now) {
  if (!scores.date) {
    return Error::invalid(
        "The file does not say of which day its scores are: its first line is no comment with score_date, and its name "
        "is not epss_scores-YYYY-MM-DD.csv",
        "1");
  }
  store::Evidence rows{connection};
  Taken taken{.source = std::string{store::kEpssSource}, .entries = static_cast<std::int64_t>(scores.scores.size())};
  TRY(const auto here, rows.source(store::kEpssSource));
  if (here && *scores.date < here->as_of) {
    taken.said = fmt::format("The EPSS scores are of {} and those here of {}: the newer ones stay",
                             format_date(*scores.date), format_date(here->as_of));
    return taken;
  }
  std::vector<store::ExploitScore> all;
  all.reserve(scores.scores.size());
  for (const auto& each : scores.scores) {
    store::ExploitScore row{.cve = each.cve, .probability = each.probability, .percentile = {}};
    if (each.percentile) row.percentile = *each.percentile;
    all.push_back(std::move(row));
  }
  TRY_VOID(rows.replace_scores(all));
  TRY_VOID(rows.put_source({.name = std::string{store::kEpssSource},
                            .version = scores.model,
                            .as_of = *scores.date,
                            .released_at = {},
                            .entries = taken.entries,
                            .imported_at = now}));
  TRY_VOID(store::Exposures{connection}.decide_all_again());
  taken.taken = true;
  taken.said = fmt::format("EPSS scores of {} for {}", format_date(*scores.date), counted(scores.scores.size()));
  return taken;
}

Result<Taken> import_kev(store::Database& database, const Actor& actor, const formats::kev::Catalogue& catalogue,
                         Timestamp now) {
  return import(database, actor, now,
                [&](store::Connection& connection) { return take_kev(connection, catalogue, now); });
}

Result<Taken> import_epss(store::Database& database, const Actor& actor, const formats::epss::Scores& scores,
                          Timestamp now) {
  return import(database, actor, now,
                [&](store::Connection& connection) { return take_epss(connection, scores, now); });
}

Result<Book> look_up(store::Connection& connection, std::span<const std::string> cves) {
  store::Evidence rows{connection};
  Book book;
  TRY(const auto kev, rows.source(store::kKevSource));
  TRY(const auto epss, rows.source(store::kEpssSource));
  book.has_kev = kev.has_value();
  book.has_epss = epss.has_value();
  if (cves.empty()) return book;
  if (kev) {
    TRY(auto known, rows.known_exploited(cves));
    for (auto& each : known) {
      book.of_cve[each.cve].kev = KnownExploited{
          .since = each.added, .due = each.due, .ransomware = each.ransomware, .action = std::move(each.action)};
    }
  }
  if (epss) {
    TRY(const auto scores, rows.scores(cves));
    constexpr double kOne = formats::epss::kOne;
    for (const auto& each : scores) {
      Epss score{.probability = static_cast<double>(each.probability) / kOne, .percentile = {}, .date = epss->as_of};
      if (each.percentile) score.percentile = static_cast<double>(*each.percentile) / kOne;
      book.of_cve[each.cve].epss = score;
    }
  }
  return book;
}

}  // namespace tocsin::engine::evidence
