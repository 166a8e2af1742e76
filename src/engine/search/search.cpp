#include "engine/search/search.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/search/facets.hpp"
#include "engine/search/header_fields.hpp"
#include "engine/search/match.hpp"
#include "engine/search/page.hpp"
#include "engine/search/snapshot.hpp"
#include "engine/search/snippet.hpp"

namespace tocsin::engine::search {
namespace {

CatalogueSnapshot::Order order_of(Sort sort) {
  switch (sort) {
    case Sort::published:
      return CatalogueSnapshot::Order::published;
    case Sort::severity:
      return CatalogueSnapshot::Order::severity;
    case Sort::cvss:
      return CatalogueSnapshot::Order::cvss;
    case Sort::tlp:
      return CatalogueSnapshot::Order::tlp;
    default:
      break;
  }
  return CatalogueSnapshot::Order::updated;
}

/// What the database sorts by; nothing for what the catalogue does.
std::optional<HeaderField> field_of(Sort sort) {
  switch (sort) {
    case Sort::id:
      return HeaderField::id;
    case Sort::title:
      return HeaderField::title;
    case Sort::publisher:
      return HeaderField::publisher;
    case Sort::role:
      return HeaderField::publisher_category;
    case Sort::name_space:
      return HeaderField::publisher_namespace;
    case Sort::category:
      return HeaderField::category;
    case Sort::csaf:
      return HeaderField::csaf_version;
    case Sort::status:
      return HeaderField::status;
    case Sort::edition:
      return HeaderField::document_version;
    case Sort::revision:
      return HeaderField::revision_number;
    case Sort::revised:
      return HeaderField::revision_date;
    case Sort::summary:
      return HeaderField::revision_summary;
    case Sort::aggregate:
      return HeaderField::aggregate_severity;
    case Sort::cve:
      return HeaderField::cve;
    case Sort::vendor:
      return HeaderField::vendor;
    case Sort::product:
      return HeaderField::product;
    case Sort::version:
      return HeaderField::product_version;
    default:
      return std::nullopt;
  }
}

/// The catalogue is loaded by whoever needs it first; afterwards the portal's duty keeps it fresh.
Result<std::shared_ptr<const CatalogueSnapshot>> loaded(Catalogue& catalogue) {
  if (auto snapshot = catalogue.snapshot()) return snapshot;
  TRY_VOID(catalogue.refresh());
  return catalogue.snapshot();
}

/// Cards of the positions, in their order. One that vanished since the snapshot is left out.
Result<std::vector<AdvisoryCard>> cards_of(store::Connection& connection, const CatalogueSnapshot& snapshot,
                                           const domain::policy::Viewer& viewer,
                                           const std::vector<std::uint32_t>& positions, Timestamp now) {
  std::vector<std::int64_t> ids;
  for (const auto position : positions) ids.push_back(snapshot[position].record);
  return advisory_cards(connection, viewer, ids, now);
}

std::vector<std::uint32_t> first_of(const CatalogueSnapshot& snapshot, const Bits& bits, CatalogueSnapshot::Order order,
                                    std::size_t limit, std::int64_t not_before) {
  std::vector<std::uint32_t> positions;
  for (const auto position : snapshot.order(order)) {
    if (positions.size() == limit) break;
    if (bits.test(position) && snapshot[position].current >= not_before) positions.push_back(position);
  }
  return positions;
}

Result<std::int64_t> count_of(store::Connection& connection, const store::Sql& sql) {
  TRY(const auto count, connection.first(sql, [](const store::Row& row) { return row.integer(0); }));
  return count.value_or(0);
}

Result<Overview> overview_of(store::Connection& connection, const CatalogueSnapshot& snapshot,
                             const domain::policy::Viewer& viewer, Timestamp now) {
  Overview result;
  result.generation = snapshot.generation();
  const Bits visible = snapshot.visible(viewer, now);
  result.advisories = static_cast<std::int64_t>(visible.count());
  std::int64_t newest = 0;
  visible.each([&](std::size_t i) {
    ++result.severities[snapshot[i].severity];
    newest = std::max(newest, snapshot[i].current);
  });
  for (const auto& year : count_field(snapshot, visible, Field::published, 0)) {
    result.by_year.emplace_back(std::stoi(year.value), year.count);
  }
  std::ranges::reverse(result.by_year);
  const auto vendors = count_field(snapshot, visible, Field::vendor, 0);
  result.vendors = static_cast<std::int64_t>(vendors.size());
  result.top_vendors.assign(vendors.begin(),
                            vendors.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(12, vendors.size())));
  result.sectors = count_field(snapshot, visible, Field::sector, 0);

  const auto condition = domain::policy::visible_sql(viewer, now);
  store::Sql vulnerabilities{
      "SELECT count(DISTINCT v.vuln_id) FROM advisory_vulnerability v JOIN record r ON r.id = v.record_id "
      "WHERE v.vuln_id <> '' AND "};
  vulnerabilities.append(condition);
  TRY(result.vulnerabilities, count_of(connection, vulnerabilities));
  store::Sql products{
      "SELECT count(*) FROM product p WHERE EXISTS (SELECT 1 FROM advisory_product a JOIN record r ON r.id = "
      "a.record_id "
      "WHERE a.product_id = p.id AND "};
  products.append(condition).append(")");
  TRY(result.products, count_of(connection, products));

  using Order = CatalogueSnapshot::Order;
  constexpr std::int64_t kYear = 365LL * 86'400 * 1'000'000;
  TRY(result.newest,
      cards_of(connection, snapshot, viewer, first_of(snapshot, visible, Order::updated, 8, INT64_MIN), now));
  TRY(result.most_severe,
      cards_of(connection, snapshot, viewer, first_of(snapshot, visible, Order::severity, 6, newest - kYear), now));
  return result;
}

}  // namespace

std::span<const Sort> all_sorts() noexcept {
  static constexpr auto kAll = [] {
    std::array<Sort, static_cast<std::size_t>(Sort::version) + 1> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<Sort>(i);
    return all;
  }();
  return kAll;
}

std::string_view to_string(Sort sort) noexcept {
  static constexpr std::string_view kNames[] = {
      "relevance", "updated", "published", "severity", "cvss",   "tlp",     "id",      "title",
      "publisher", "role",    "namespace", "category", "csaf",   "status",  "edition", "revision",
      "revised",   "summary", "aggregate", "cve",      "vendor", "product", "version"};
  static_assert(std::size(kNames) == static_cast<std::size_t>(Sort::version) + 1);
  return kNames[static_cast<std::size_t>(sort)];
}

std::optional<Sort> parse_sort(std::string_view text) noexcept {
  for (const auto sort : all_sorts()) {
    if (to_string(sort) == text) return sort;
  }
  return std::nullopt;
}

Result<SearchResult> SearchEngine::search(const domain::policy::Viewer& viewer, const SearchRequest& request,
                                          Timestamp now) {
  if (request.limit < 1 || request.limit > kLimitMax) {
    return Error::invalid(tr<"limit takes a number from 1 to {}">(kLimitMax), "limit");
  }
  SearchResult result;
  TRY(result.query, parse_query(request.query));
  std::optional<Cursor> cursor;
  if (!request.cursor.empty()) {
    TRY(cursor, parse_cursor(request.cursor));
  }
  TRY(const auto snapshot, loaded(catalogue_));
  result.generation = snapshot->generation();
  TRY_VOID(database_.read([&](store::Connection& connection) -> Status {
    TRY(const auto matched, match(connection, *snapshot, viewer, result.query, now));
    std::vector<Bits> ranked;
    if (request.sort == Sort::relevance) {
      TRY(ranked, tiers(connection, *snapshot, matched));
    } else {
      ranked.push_back(matched.result);
    }
    const auto* at = cursor ? &*cursor : nullptr;
    const auto limit = static_cast<std::size_t>(request.limit);
    PageOfPositions page;
    if (const auto field = field_of(request.sort)) {
      TRY(const auto order, field_order(connection, *snapshot, *field));
      page = page_of(*snapshot, ranked, *order, at, limit);
    } else {
      page = page_of(*snapshot, ranked, order_of(request.sort), at, limit);
    }
    TRY(auto cards, cards_of(connection, *snapshot, viewer, page.positions, now));
    for (auto& card : cards) {
      Hit hit;
      if (!matched.words.empty()) hit.snippet = snippet(card.summary, matched.words);
      hit.card = std::move(card);
      result.hits.push_back(std::move(hit));
    }
    result.total = static_cast<std::int64_t>(matched.result.count());
    result.next_cursor = page.next;
    result.previous_cursor = page.previous;
    result.first_position = page.first_position;
    result.corrections = matched.corrections;
    if (!request.facets) return ok();
    if (result.query.empty()) {
      TRY(const auto facets,
          snapshot->remember<std::vector<Facet>>("facets", viewer, now, [&]() -> Result<std::vector<Facet>> {
            return count_facets(*snapshot, matched, result.query);
          }));
      result.facets = *facets;
    } else {
      result.facets = count_facets(*snapshot, matched, result.query);
    }
    return ok();
  }));
  return result;
}

Result<std::vector<std::int64_t>> SearchEngine::among(const domain::policy::Viewer& viewer, const Query& query,
                                                      const std::vector<std::int64_t>& records, Timestamp now) {
  TRY(const auto snapshot, loaded(catalogue_));
  return database_.read([&](store::Connection& connection) -> Result<std::vector<std::int64_t>> {
    TRY(const auto matched, match(connection, *snapshot, viewer, query, now, false));
    std::vector<std::int64_t> found;
    for (const auto record : records) {
      const auto position = snapshot->position_of(record);
      if (position && matched.result.test(*position)) found.push_back(record);
    }
    return found;
  });
}

Result<std::vector<std::int64_t>> SearchEngine::matching(const domain::policy::Viewer& viewer, std::string_view query,
                                                         Timestamp now) {
  TRY(const auto parsed, parse_query(query));
  TRY(const auto snapshot, loaded(catalogue_));
  return database_.read([&](store::Connection& connection) -> Result<std::vector<std::int64_t>> {
    TRY(const auto matched, match(connection, *snapshot, viewer, parsed, now));
    std::vector<std::int64_t> records;
    matched.result.each([&](std::size_t position) { records.push_back((*snapshot)[position].record); });
    return records;
  });
}

Result<Overview> SearchEngine::overview(const domain::policy::Viewer& viewer, Timestamp now) {
  TRY(const auto snapshot, loaded(catalogue_));
  TRY(const auto result, snapshot->remember<Overview>("overview", viewer, now, [&]() -> Result<Overview> {
    return database_.read(
        [&](store::Connection& connection) { return overview_of(connection, *snapshot, viewer, now); });
  }));
  return *result;
}

}  // namespace tocsin::engine::search
