#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/search/facets.hpp"
#include "engine/search/search.hpp"
#include "engine/search/snapshot.hpp"

namespace tocsin::engine::search {
namespace {

struct ProductName {
  std::string vendor_key, key, label, folded;
  std::int64_t id = 0;
};

/// Names of products that the viewer may know of, once per snapshot.
Result<std::shared_ptr<const std::vector<ProductName>>> product_names(store::Connection& connection,
                                                                      const CatalogueSnapshot& snapshot,
                                                                      const domain::policy::Viewer& viewer,
                                                                      Timestamp now) {
  return snapshot.remember<
      std::vector<ProductName>>("products", viewer, now, [&]() -> Result<std::vector<ProductName>> {
    store::Sql sql{
        "SELECT v.vendor_key, v.name, p.product_key, p.name, p.id FROM product p JOIN vendor v ON v.id = p.vendor_id "
        "WHERE EXISTS (SELECT 1 FROM advisory_product a JOIN record r ON r.id = a.record_id WHERE a.product_id = p.id "
        "AND "};
    sql.append(domain::policy::visible_sql(viewer, now)).append(") ORDER BY v.vendor_key, p.product_key");
    return connection.all(sql, [](const store::Row& row) {
      ProductName name;
      name.vendor_key = row.string(0);
      name.key = row.string(2);
      name.label = fmt::format("{} {}", row.text(1), row.text(3));
      name.folded = text::fold(name.label);
      name.id = row.integer(4);
      return name;
    });
  });
}

/// Every word of the prefix begins some word of the text.
bool fits(std::string_view folded, const std::vector<std::string_view>& words) {
  return std::ranges::all_of(words, [&](std::string_view word) {
    for (auto at = folded.find(word); at != std::string_view::npos; at = folded.find(word, at + 1)) {
      const char before = at == 0 ? ' ' : folded[at - 1];
      const bool inside = (before >= 'a' && before <= 'z') || (before >= '0' && before <= '9');
      if (!inside) return true;
    }
    return false;
  });
}

std::string upper_ascii(std::string_view text) {
  std::string out{text};
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  }
  return out;
}

/// First text that does not begin with the prefix, for a range look-up in an index.
std::string after_prefix(std::string prefix) {
  prefix += "\x7F";
  return prefix;
}

}  // namespace

Result<std::vector<Suggestion>> SearchEngine::suggest(const domain::policy::Viewer& viewer, std::string_view prefix,
                                                      int limit, Timestamp now) {
  std::vector<Suggestion> result;
  const auto folded = text::squeeze(text::fold(prefix.substr(0, 100)));
  if (folded.size() < 2 || limit < 1) return result;
  std::vector<std::string_view> words;
  for (const auto word : text::split(folded, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  auto snapshot = catalogue_.snapshot();
  if (!snapshot) {
    TRY_VOID(catalogue_.refresh());
    snapshot = catalogue_.snapshot();
  }
  const auto most = static_cast<std::size_t>(limit);
  TRY(const auto vendors,
      snapshot->remember<std::vector<FacetValue>>("vendors", viewer, now, [&]() -> Result<std::vector<FacetValue>> {
        return count_field(*snapshot, snapshot->visible(viewer, now), Field::vendor, 0);
      }));
  std::size_t taken = 0;
  for (const auto& vendor : *vendors) {
    if (taken == most) break;
    if (!fits(text::fold(vendor.label), words)) continue;
    result.push_back({Suggestion::Kind::vendor, vendor.label, vendor.value, vendor.count});
    ++taken;
  }
  TRY_VOID(database_.read([&](store::Connection& connection) -> Status {
    const auto condition = domain::policy::visible_sql(viewer, now);
    TRY(const auto names, product_names(connection, *snapshot, viewer, now));
    taken = 0;
    for (const auto& name : *names) {
      if (taken == most) break;
      if (!fits(name.folded, words)) continue;
      store::Sql sql{
          "SELECT count(DISTINCT a.record_id) FROM advisory_product a JOIN record r ON r.id = a.record_id WHERE "
          "a.product_id = ? AND ",
          name.id};
      sql.append(condition);
      TRY(const auto count, connection.first(sql, [](const store::Row& row) { return row.integer(0); }));
      result.push_back({Suggestion::Kind::product, name.label, name.vendor_key + "/" + name.key, count.value_or(0)});
      ++taken;
    }
    if (words.size() > 1) return ok();
    store::Sql advisories{
        "SELECT r.slug, r.title FROM record r WHERE r.kind = ? AND lower(r.slug) >= ? AND lower(r.slug) < ? AND ",
        domain::RecordKind::advisory, folded, after_prefix(folded)};
    advisories.append(condition).append(" ORDER BY r.current_release_at DESC, r.id DESC LIMIT ?", limit);
    TRY_VOID(connection.each(advisories, [&](const store::Row& row) -> Status {
      result.push_back({Suggestion::Kind::advisory, fmt::format("{} {}", row.text(0), row.text(1)), row.string(0), 1});
      return ok();
    }));
    auto id = upper_ascii(folded);
    // "2021-22893": a CVE id without its name.
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (id.size() > 5 && id[4] == '-' && std::all_of(id.begin(), id.begin() + 4, is_digit)) id.insert(0, "CVE-");
    store::Sql vulnerabilities{
        "SELECT v.vuln_id, count(DISTINCT v.record_id) FROM advisory_vulnerability v JOIN record r ON r.id = "
        "v.record_id "
        "WHERE v.vuln_id >= ? AND v.vuln_id < ? AND ",
        id, after_prefix(id)};
    // A prefix such as "CVE-2" covers nearly everything: only longer ones are looked up.
    if (id.size() < 7) return ok();
    vulnerabilities.append(condition).append(" GROUP BY v.vuln_id ORDER BY v.vuln_id LIMIT ?", limit);
    return connection.each(vulnerabilities, [&](const store::Row& row) -> Status {
      result.push_back({Suggestion::Kind::cve, row.string(0), row.string(0), row.integer(1)});
      return ok();
    });
  }));
  return result;
}

}  // namespace tocsin::engine::search
