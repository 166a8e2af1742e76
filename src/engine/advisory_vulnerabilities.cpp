#include <algorithm>
#include <unordered_map>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/advisories.hpp"
#include "engine/keyset.hpp"
#include "formats/csaf/advisory.hpp"

namespace tocsin::engine {
namespace {

using domain::policy::Viewer;
using formats::csaf::ProductStatus;

constexpr std::size_t kProductsPerMention = 50;
constexpr std::int64_t kMentionsMax = 500;

std::string upper_ascii(std::string_view text) {
  std::string out{text};
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

std::vector<std::string> read_strings(std::string_view json_text) {
  std::vector<std::string> result;
  const auto parsed = json::parse(json_text);
  if (!parsed || !parsed->root().is_array()) return result;
  for (const auto& each : parsed->root().get_array()) {
    if (each.is_string()) result.emplace_back(each.get_string());
  }
  return result;
}

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

}  // namespace

Result<std::optional<VulnerabilityDetail>> vulnerability(store::Connection& connection, const Viewer& viewer,
                                                         std::string_view id, Timestamp now) {
  VulnerabilityDetail detail;
  if (id.empty() || id.size() > 200) return std::optional<VulnerabilityDetail>{};
  // CVE ids are stored in upper case; ids of other systems as they are.
  store::Sql sql{
      "SELECT v.vuln_id, v.record_id, v.title, v.cwes, v.score_tenths, v.severity, v.vector, v.has_fix "
      "FROM advisory_vulnerability v JOIN record r ON r.id = v.record_id WHERE v.vuln_id IN (?, ?) AND ",
      upper_ascii(id), id};
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

Result<VulnerabilityPage> vulnerabilities(store::Connection& connection, const Viewer& viewer, std::string_view filter,
                                          VulnerabilitySort sort, int limit, std::string_view cursor, Timestamp now) {
  std::optional<Keyset> after;
  if (!cursor.empty()) {
    TRY(after, parse_keyset(cursor));
  }
  store::Sql sql{
      "SELECT v.vuln_id, coalesce(nullif(max(v.title), ''), max(r.title)), count(DISTINCT r.id), max(v.score_tenths), "
      "max(r.current_release_at) "
      "FROM advisory_vulnerability v JOIN record r ON r.id = v.record_id WHERE v.vuln_id <> '' AND "};
  sql.append(domain::policy::visible_sql(viewer, now));
  const auto wanted = text::trim(filter);
  if (!wanted.empty()) {
    sql.append(" AND (v.vuln_id LIKE ? ESCAPE '\\' OR lower(v.title) LIKE ? ESCAPE '\\')",
               like_prefix(upper_ascii(wanted)), "%" + like_prefix(text::lower_ascii(wanted)));
  }
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
  sql.append(" LIMIT ?", limit + 1);
  VulnerabilityPage page;
  TRY(page.rows, connection.all(sql, [](const store::Row& row) {
    VulnerabilityRow each;
    each.id = row.string(0);
    each.title = row.string(1);
    each.advisories = row.integer(2);
    if (const auto score = row.optional_integer(3)) each.score_tenths = static_cast<int>(*score);
    each.newest = row.time(4);
    return each;
  }));
  if (page.rows.size() > static_cast<std::size_t>(limit)) {
    page.rows.pop_back();
    const auto& last = page.rows.back();
    std::int64_t number = 0;
    if (sort == VulnerabilitySort::newest) number = last.newest.micros;
    if (sort == VulnerabilitySort::score) number = last.score_tenths.value_or(-1);
    page.next_cursor = keyset_text({number, last.id});
  }
  return page;
}

}  // namespace tocsin::engine
