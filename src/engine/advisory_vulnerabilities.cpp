#include <algorithm>
#include <limits>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/advisories.hpp"
#include "engine/card.hpp"
#include "engine/keyset.hpp"
#include "engine/search/evidence_sql.hpp"
#include "formats/csaf/advisory.hpp"

namespace tocsin::engine {
namespace {

using domain::policy::Viewer;
using formats::csaf::ProductStatus;

constexpr std::size_t kProductsPerMention = 50;
constexpr std::int64_t kMentionsMax = 500;
/// No system's ids are this long.
constexpr std::size_t kIdBytesMax = 1000;

/// Affected products of the mentions' advisories, as "Vendor Product Version".
Status add_products(store::Connection& connection, std::vector<VulnerabilityMention>& mentions) {
  std::vector<std::int64_t> ids;
  std::unordered_map<std::int64_t, VulnerabilityMention*> by_id;
  for (auto& mention : mentions) {
    ids.push_back(mention.card.id.value);
    by_id.emplace(mention.card.id.value, &mention);
  }
  store::Sql sql{
      "SELECT x.record_id, w.name, p.name, x.version FROM advisory_product x JOIN product p ON p.id = x.product_id "
      "JOIN vendor w ON w.id = p.vendor_id WHERE x.status IN (?, ?, ?) AND x.record_id IN ",
      ProductStatus::known_affected, ProductStatus::first_affected, ProductStatus::last_affected};
  sql.append_list(std::span<const std::int64_t>{ids});
  sql.append(" ORDER BY x.record_id, x.position");
  return connection.each(sql, [&](const store::Row& row) -> Status {
    auto& products = by_id.at(row.integer(0))->products;
    if (products.size() < kProductsPerMention) {
      products.push_back(text::squeeze(fmt::format("{} {} {}", row.text(1), row.text(2), row.text(3))));
    }
    return ok();
  });
}

std::string like_prefix(std::string_view text) {
  std::string pattern;
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

char letter_of(VulnerabilitySort sort) noexcept {
  switch (sort) {
    case VulnerabilitySort::newest:
      return 'n';
    case VulnerabilitySort::score:
      return 's';
    case VulnerabilitySort::id:
      break;
  }
  return 'i';
}

std::int64_t number_of(const VulnerabilityRow& row, VulnerabilitySort sort) noexcept {
  switch (sort) {
    case VulnerabilitySort::newest:
      return row.newest.micros;
    case VulnerabilitySort::score:
      return row.score_tenths.value_or(-1);
    case VulnerabilitySort::id:
      break;
  }
  return 0;
}

/// Figures over what the viewer may see, one row an id; ends inside WHERE, so that callers add conditions with AND.
store::Sql vulnerability_rows(const Viewer& viewer, Timestamp now) {
  store::Sql sql{
      "SELECT v.vuln_id, coalesce(nullif(max(v.title), ''), max(r.title)), count(DISTINCT r.id), max(v.score_tenths), "
      "max(r.current_release_at) "
      "FROM advisory_vulnerability v JOIN record r ON r.id = v.record_id WHERE v.vuln_id <> '' AND "};
  sql.append(domain::policy::visible_sql(viewer, now));
  return sql;
}

VulnerabilityRow read_row(const store::Row& row) {
  VulnerabilityRow each;
  each.id = row.string(0);
  each.title = row.string(1);
  each.advisories = row.integer(2);
  if (const auto score = row.optional_integer(3)) each.score_tenths = static_cast<int>(*score);
  each.newest = row.time(4);
  return each;
}

/// The whole list grouped at once: where a filter leaves few, and in the order of ids, which an index gives.
Result<std::vector<VulnerabilityRow>> grouped(store::Connection& connection, store::Sql sql, VulnerabilitySort sort,
                                              const std::optional<Keyset>& after, int count) {
  if (after && sort == VulnerabilitySort::id) sql.append(" AND v.vuln_id < ?", after->text);
  sql.append(" GROUP BY v.vuln_id");
  switch (sort) {
    case VulnerabilitySort::newest:
      if (after) {
        sql.append(" HAVING max(r.current_release_at) < ? OR (max(r.current_release_at) = ? AND v.vuln_id < ?)",
                   after->number, after->number, after->text);
      }
      sql.append(" ORDER BY max(r.current_release_at) DESC, v.vuln_id DESC");
      break;
    case VulnerabilitySort::score:
      if (after) {
        sql.append(
            " HAVING coalesce(max(v.score_tenths), -1) < ? OR (coalesce(max(v.score_tenths), -1) = ? AND v.vuln_id < "
            "?)",
            after->number, after->number, after->text);
      }
      sql.append(" ORDER BY coalesce(max(v.score_tenths), -1) DESC, v.vuln_id DESC");
      break;
    case VulnerabilitySort::id:
      sql.append(" ORDER BY v.vuln_id DESC");
      break;
  }
  sql.append(" LIMIT ?", count);
  return connection.all(sql, read_row);
}

/// The list by newest or by score, read along an index in that order until a page is full: grouping some hundred
/// thousand rows for fifty takes a second. An id may be met several times; it belongs where its figure is the number it
/// is met at.
class OrderedWalk {
 public:
  OrderedWalk(store::Connection& connection, const Viewer& viewer, Timestamp now, std::size_t count)
      : connection_(connection), viewer_(viewer), now_(now), count_(count) {}

  Result<std::vector<VulnerabilityRow>> by_score(std::optional<Keyset> after) {
    for (;;) {
      store::Sql sql{
          "SELECT coalesce(v.score_tenths, -1), v.vuln_id FROM advisory_vulnerability v WHERE v.vuln_id <> ''"};
      if (after) {
        sql.append(" AND coalesce(v.score_tenths, -1) <= ? AND (coalesce(v.score_tenths, -1) < ? OR v.vuln_id < ?)",
                   after->number, after->number, after->text);
      }
      sql.append(
          " GROUP BY coalesce(v.score_tenths, -1), v.vuln_id ORDER BY coalesce(v.score_tenths, -1) DESC, v.vuln_id "
          "DESC "
          "LIMIT ?",
          kBatch);
      TRY(const auto met,
          connection_.all(sql, [](const store::Row& row) { return Keyset{row.integer(0), row.string(1)}; }));
      if (met.empty()) return std::move(rows_);
      TRY(auto found, figures(met));
      for (const auto& each : met) {
        const auto row = found.find(each.text);
        if (row == found.end() || number_of(row->second, VulnerabilitySort::score) != each.number) continue;
        rows_.push_back(std::move(row->second));
        found.erase(row);
        if (rows_.size() == count_) return std::move(rows_);
      }
      after = met.back();
    }
  }

  Result<std::vector<VulnerabilityRow>> by_newest(const std::optional<Keyset>& after) {
    auto newest = after ? after->number : std::numeric_limits<std::int64_t>::max();
    for (;;) {
      TRY(const auto records, records_until(newest));
      if (records.empty()) return std::move(rows_);
      TRY(const auto met, ids_of(records));
      TRY(auto found, figures(met));
      std::vector<VulnerabilityRow> batch;
      for (const auto& each : met) {
        const auto row = found.find(each.text);
        if (row == found.end() || row->second.newest.micros != each.number) continue;
        const bool seen = after && each.number == after->number && each.text >= after->text;
        if (!seen) batch.push_back(std::move(row->second));
        found.erase(row);
      }
      std::ranges::sort(batch, [](const VulnerabilityRow& a, const VulnerabilityRow& b) {
        return a.newest != b.newest ? a.newest > b.newest : a.id > b.id;
      });
      for (auto& each : batch) {
        rows_.push_back(std::move(each));
        if (rows_.size() == count_) return std::move(rows_);
      }
      newest = records.back().second - 1;
    }
  }

 private:
  static constexpr int kBatch = 400;

  /// Many documents may share one moment: more than one statement takes.
  template <class T, class Use>
  static Status in_chunks(const std::vector<T>& values, Use use) {
    for (std::size_t at = 0; at < values.size(); at += store::Sql::kListMax) {
      TRY_VOID(use(std::span{values}.subspan(at, std::min(store::Sql::kListMax, values.size() - at))));
    }
    return ok();
  }

  using Record = std::pair<std::int64_t, std::int64_t>;  ///< Id, current release.

  /// Visible records released then or before, newest first; all of those that share the last one's moment.
  Result<std::vector<Record>> records_until(std::int64_t newest) {
    const auto read = [](const store::Row& row) { return Record{row.integer(0), row.integer(1)}; };
    const auto visible = domain::policy::visible_sql(viewer_, now_);
    store::Sql sql{
        "SELECT r.id, r.current_release_at FROM record r WHERE r.kind = ? AND r.current_release_at <= ? AND ",
        domain::RecordKind::advisory, newest};
    sql.append(visible).append(" ORDER BY r.current_release_at DESC, r.id DESC LIMIT ?", kBatch);
    TRY(auto records, connection_.all(sql, read));
    if (records.size() < static_cast<std::size_t>(kBatch)) return records;
    const auto last = records.back().second;
    std::erase_if(records, [last](const Record& each) { return each.second == last; });
    store::Sql same{
        "SELECT r.id, r.current_release_at FROM record r WHERE r.kind = ? AND r.current_release_at = ? AND ",
        domain::RecordKind::advisory, last};
    same.append(visible);
    TRY(const auto rest, connection_.all(same, read));
    records.insert(records.end(), rest.begin(), rest.end());
    return records;
  }

  /// Ids that these records speak of, each with the latest moment it is met at.
  Result<std::vector<Keyset>> ids_of(const std::vector<Record>& records) {
    std::vector<std::int64_t> numbers;
    std::unordered_map<std::int64_t, std::int64_t> moments;
    for (const auto& [id, moment] : records) {
      numbers.push_back(id);
      moments.emplace(id, moment);
    }
    std::map<std::string, std::int64_t> latest;
    TRY_VOID(in_chunks(numbers, [&](std::span<const std::int64_t> chunk) -> Status {
      store::Sql sql{
          "SELECT v.record_id, v.vuln_id FROM advisory_vulnerability v WHERE v.vuln_id <> '' AND v.record_id IN "};
      sql.append_list(chunk);
      return connection_.each(sql, [&](const store::Row& row) -> Status {
        auto& moment = latest.try_emplace(row.string(1), std::numeric_limits<std::int64_t>::min()).first->second;
        moment = std::max(moment, moments.at(row.integer(0)));
        return ok();
      });
    }));
    std::vector<Keyset> met;
    met.reserve(latest.size());
    for (auto& [id, moment] : latest) met.push_back({moment, id});
    return met;
  }

  Result<std::unordered_map<std::string, VulnerabilityRow>> figures(const std::vector<Keyset>& met) {
    std::unordered_map<std::string, VulnerabilityRow> found;
    if (met.empty()) return found;
    std::vector<std::string> ids;
    ids.reserve(met.size());
    for (const auto& each : met) ids.push_back(each.text);
    TRY_VOID(in_chunks(ids, [&](std::span<const std::string> chunk) -> Status {
      auto sql = vulnerability_rows(viewer_, now_);
      sql.append(" AND v.vuln_id IN ").append_list(chunk).append(" GROUP BY v.vuln_id");
      return connection_.each(sql, [&](const store::Row& row) -> Status {
        auto each = read_row(row);
        auto id = each.id;
        found.emplace(std::move(id), std::move(each));
        return ok();
      });
    }));
    return found;
  }

  store::Connection& connection_;
  const Viewer& viewer_;
  Timestamp now_;
  std::size_t count_;
  std::vector<VulnerabilityRow> rows_;
};

}  // namespace

Result<std::optional<VulnerabilityDetail>> vulnerability(store::Connection& connection, const Viewer& viewer,
                                                         std::string_view id, Timestamp now) {
  VulnerabilityDetail detail;
  if (id.empty() || id.size() > kIdBytesMax) return std::optional<VulnerabilityDetail>{};
  store::Sql sql{
      "SELECT v.vuln_id, v.record_id, v.title, v.cwes, v.score_tenths, v.severity, v.vector, v.has_fix "
      "FROM advisory_vulnerability v JOIN record r ON r.id = v.record_id WHERE lower(v.vuln_id) = ? AND ",
      text::lower_ascii(id)};
  sql.append(domain::policy::visible_sql(viewer, now))
      .append(" ORDER BY r.current_release_at DESC, r.id DESC, v.position LIMIT ?", kMentionsMax);
  std::vector<std::int64_t> ids;
  std::unordered_map<std::int64_t, VulnerabilityMention> found;
  TRY_VOID(connection.each(sql, [&](const store::Row& row) -> Status {
    const auto record = row.integer(1);
    if (found.contains(record)) return ok();
    detail.id = row.string(0);
    VulnerabilityMention mention;
    mention.title = row.string(2);
    mention.cwe_ids = read_strings(row.text(3));
    if (const auto score = row.optional_integer(4)) mention.score_tenths = static_cast<int>(*score);
    mention.severity = static_cast<formats::cvss::Severity>(row.integer(5));
    mention.vector = row.string(6);
    mention.has_fix = row.boolean(7);
    ids.push_back(record);
    found.emplace(record, std::move(mention));
    return ok();
  }));
  if (ids.empty()) return std::optional<VulnerabilityDetail>{};
  TRY(auto cards, advisory_cards(connection, viewer, ids, now));
  for (auto& card : cards) {
    auto& mention = found.at(card.id.value);
    mention.card = std::move(card);
    detail.mentions.push_back(std::move(mention));
  }
  if (detail.mentions.empty()) return std::optional<VulnerabilityDetail>{};
  TRY_VOID(add_products(connection, detail.mentions));
  return std::optional{std::move(detail)};
}

namespace {

/// What is typed above the list: words, and the filters of evidence as the search of advisories has them.
struct FilterParts {
  std::string words;
  std::vector<search::Term> evidence;
};
Result<FilterParts> parts_of(std::string_view filter) {
  FilterParts parts;
  for (const auto word : text::split(filter, ' ')) {
    const auto name = text::lower_ascii(word.substr(word.starts_with('-') ? 1 : 0));
    const auto begins = [&](std::string_view field) {
      return name.starts_with(field) && name.size() > field.size() &&
             std::string_view{":<>="}.find(name[field.size()]) != std::string_view::npos;
    };
    if (begins("kev") || begins("epss")) {
      auto query = search::parse_query(word);
      if (!query) {
        auto error = std::move(query).error();
        error.where = "q";
        return error;
      }
      std::ranges::move(query->terms, std::back_inserter(parts.evidence));
    } else if (!word.empty()) {
      parts.words.append(parts.words.empty() ? "" : " ").append(word);
    }
  }
  return parts;
}

void append_evidence(store::Sql& sql, const search::Term& term) {
  if (term.field == search::Field::kev) {
    // Both, or neither.
    if (term.values.size() != 1) {
      if (term.negated) sql.append(" AND 1 = 0");
      return;
    }
    if ((term.values.front() == "yes") != term.negated) {
      sql.append(" AND v.vuln_id IN (SELECT k.cve FROM known_exploited k)");
    } else {
      sql.append(" AND v.vuln_id NOT IN (SELECT k.cve FROM known_exploited k)");
    }
    return;
  }
  if (term.negated) {
    sql.append(" AND v.vuln_id NOT IN (SELECT e.cve FROM exploit_score e WHERE");
  } else {
    sql.append(" AND v.vuln_id IN (SELECT e.cve FROM exploit_score e WHERE");
  }
  search::append_epss(sql, term);
  sql.append(")");
}

}  // namespace

Result<VulnerabilityPage> vulnerabilities(store::Connection& connection, const Viewer& viewer, std::string_view filter,
                                          VulnerabilitySort sort, int limit, std::string_view cursor, Timestamp now) {
  std::optional<Keyset> after;
  if (!cursor.empty()) {
    TRY(after, parse_keyset(letter_of(sort), cursor));
  }
  const auto size = static_cast<std::size_t>(clamp_limit(limit));
  TRY(const auto parts, parts_of(filter));
  const std::string_view wanted = parts.words;
  VulnerabilityPage page;
  if (!wanted.empty() || !parts.evidence.empty() || sort == VulnerabilitySort::id) {
    auto sql = vulnerability_rows(viewer, now);
    for (const auto& term : parts.evidence) append_evidence(sql, term);
    if (!wanted.empty()) {
      // Letters of ASCII alone are equal in both cases, on both databases.
      sql.append(" AND (lower(v.vuln_id) LIKE ? ESCAPE '\\' OR lower(v.title) LIKE ? ESCAPE '\\')",
                 like_prefix(text::lower_ascii(wanted)), "%" + like_prefix(text::lower_ascii(wanted)));
    }
    TRY(page.rows, grouped(connection, std::move(sql), sort, after, static_cast<int>(size) + 1));
  } else {
    OrderedWalk walk{connection, viewer, now, size + 1};
    TRY(page.rows, sort == VulnerabilitySort::score ? walk.by_score(after) : walk.by_newest(after));
  }
  if (page.rows.size() > size) {
    page.rows.pop_back();
    const auto& last = page.rows.back();
    page.next_cursor = keyset_text(letter_of(sort), {number_of(last, sort), last.id});
  }
  return page;
}

}  // namespace tocsin::engine
