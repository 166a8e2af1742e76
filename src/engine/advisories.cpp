#include "engine/advisories.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/card.hpp"
#include "engine/keyset.hpp"
#include "formats/csaf/advisory.hpp"

namespace tocsin::engine {
namespace {

using domain::policy::Viewer;
using formats::cvss::Severity;

constexpr std::int64_t kPerPageMax = 500;

void read_vendors(std::string_view json_text, AdvisoryCard& card) {
  const auto parsed = json::parse(json_text);
  if (!parsed || !parsed->root().is_array()) return;
  for (const auto& each : parsed->root().get_array()) {
    if (!each.is_array() || each.get_array().size() != 2) continue;
    const auto& pair = each.get_array();
    if (!pair[0].is_string() || !pair[1].is_string()) continue;
    card.vendor_keys.emplace_back(pair[0].get_string());
    card.vendor_names.emplace_back(pair[1].get_string());
  }
}

void read_sectors(std::string_view json_text, AdvisoryCard& card) {
  const auto parsed = json::parse(json_text);
  if (!parsed || !parsed->root().is_array()) return;
  for (const auto& each : parsed->root().get_array()) {
    if (each.is_int64()) card.sectors.push_back(static_cast<domain::Sector>(each.get_int64()));
  }
}

VendorRow read_vendor_row(const store::Row& row) {
  VendorRow vendor;
  vendor.key = row.string(0);
  vendor.name = row.string(1);
  vendor.advisories = row.integer(2);
  if (const auto score = row.optional_integer(3)) vendor.top_score_tenths = static_cast<int>(*score);
  vendor.newest = row.time(4);
  vendor.products = row.integer(5);
  return vendor;
}

/// Vendors of visible advisories with their figures; ends inside WHERE, so that callers add conditions with AND.
/// Products are counted per vendor in a query of its own: joined here they would multiply the advisories.
store::Sql vendor_rows(const Viewer& viewer, Timestamp now) {
  const auto visible = domain::policy::visible_sql(viewer, now);
  store::Sql sql{
      "SELECT w.vendor_key, w.name, count(DISTINCT r.id), max(a.score_tenths), max(r.current_release_at), "
      "(SELECT count(*) FROM product p WHERE p.vendor_id = w.id AND EXISTS (SELECT 1 FROM advisory_product x "
      "JOIN record r ON r.id = x.record_id WHERE x.product_id = p.id AND "};
  sql.append(visible).append(
      ")) FROM vendor w JOIN advisory_vendor v ON v.vendor_id = w.id JOIN record r ON r.id = v.record_id "
      "JOIN advisory a ON a.record_id = r.id WHERE ");
  sql.append(visible);
  return sql;
}

char letter_of(VendorSort sort) noexcept {
  switch (sort) {
    case VendorSort::name:
      return 'a';
    case VendorSort::advisories:
      return 'c';
    case VendorSort::newest:
      break;
  }
  return 'n';
}

std::string like_pattern(std::string_view folded) {
  std::string pattern = "%";
  for (const char c : folded) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern + "%";
}

/// Cards of many records by id.
Result<std::unordered_map<std::int64_t, AdvisoryCard>> cards_by_id(store::Connection& connection, const Viewer& viewer,
                                                                   const std::vector<std::int64_t>& ids,
                                                                   Timestamp now) {
  TRY(auto cards, advisory_cards(connection, viewer, ids, now));
  std::unordered_map<std::int64_t, AdvisoryCard> result;
  for (auto& card : cards) {
    const auto id = card.id.value;
    result.emplace(id, std::move(card));
  }
  return result;
}

}  // namespace

std::vector<std::string> read_strings(std::string_view json_text) {
  std::vector<std::string> result;
  const auto parsed = json::parse(json_text);
  if (!parsed || !parsed->root().is_array()) return result;
  for (const auto& each : parsed->root().get_array()) {
    if (each.is_string()) result.emplace_back(each.get_string());
  }
  return result;
}

AdvisoryCard read_card(const store::Row& row, int first) {
  AdvisoryCard card;
  card.id = {row.integer(first)};
  card.slug = row.string(first + 1);
  card.key = row.string(first + 2);
  card.title = row.string(first + 3);
  card.tlp = static_cast<domain::Tlp>(row.integer(first + 4));
  card.version = row.string(first + 5);
  card.initial_release_at = row.time(first + 6);
  card.current_release_at = row.time(first + 7);
  card.publisher = row.string(first + 8);
  card.document_status = row.string(first + 9);
  card.summary = row.string(first + 10);
  card.severity = static_cast<Severity>(row.integer(first + 11));
  if (const auto score = row.optional_integer(first + 12)) card.score_tenths = static_cast<int>(*score);
  card.has_fix = row.boolean(first + 13);
  card.vulnerability_count = row.integer(first + 14);
  card.product_count = row.integer(first + 15);
  read_vendors(row.text(first + 16), card);
  read_sectors(row.text(first + 17), card);
  card.cves = read_strings(row.text(first + 18));
  return card;
}

Result<std::vector<AdvisoryCard>> advisory_cards(store::Connection& connection, const Viewer& viewer,
                                                 const std::vector<std::int64_t>& ids, Timestamp now) {
  std::vector<AdvisoryCard> cards;
  if (ids.empty()) return cards;
  store::Sql sql{"SELECT " TOCSIN_CARD_COLUMNS " FROM record r JOIN advisory a ON a.record_id = r.id WHERE r.id IN "};
  sql.append_list(std::span<const std::int64_t>{ids});
  sql.append(" AND ").append(domain::policy::visible_sql(viewer, now));
  TRY(auto found, connection.all(sql, [](const store::Row& row) { return read_card(row, 0); }));
  std::unordered_map<std::int64_t, std::size_t> places;
  for (std::size_t i = 0; i < found.size(); ++i) places.emplace(found[i].id.value, i);
  for (const auto id : ids) {
    const auto place = places.find(id);
    if (place == places.end()) continue;
    cards.push_back(std::move(found[place->second]));
    places.erase(place);
  }
  return cards;
}

Result<VendorPage> vendors(store::Connection& connection, const Viewer& viewer, std::string_view filter,
                           VendorSort sort, int limit, std::string_view cursor, Timestamp now) {
  std::optional<Keyset> after;
  if (!cursor.empty()) {
    TRY(after, parse_keyset(letter_of(sort), cursor));
  }
  auto sql = vendor_rows(viewer, now);
  const auto folded = text::squeeze(text::fold(filter));
  if (!folded.empty()) sql.append(" AND w.folded LIKE ? ESCAPE '\\'", like_pattern(folded));
  sql.append(" GROUP BY w.id, w.vendor_key, w.name");
  TRY(auto rows, connection.all(sql, read_vendor_row));

  // Some hundreds of vendors: sorted here, so that each order is one line and the total needs no second query.
  const auto key_of = [&](const VendorRow& row) -> std::int64_t {
    switch (sort) {
      case VendorSort::advisories:
        return row.advisories;
      case VendorSort::newest:
        return row.newest.micros;
      case VendorSort::name:
        break;
    }
    return 0;
  };
  // By name means as people write it, whatever the key; the key tells equal ones apart.
  const auto text_of = [&](const VendorRow& row) {
    return sort == VendorSort::name ? text::fold(row.name) + '\x1f' + row.key : row.key;
  };
  const auto before = [&](std::int64_t left_key, std::string_view left, std::int64_t right_key,
                          std::string_view right) {
    return left_key != right_key ? left_key > right_key : left < right;
  };
  std::ranges::sort(rows, [&](const VendorRow& a, const VendorRow& b) {
    return before(key_of(a), text_of(a), key_of(b), text_of(b));
  });
  VendorPage page;
  page.total = static_cast<std::int64_t>(rows.size());
  for (auto& row : rows) {
    if (after && !before(after->number, after->text, key_of(row), text_of(row))) continue;
    if (page.rows.size() == static_cast<std::size_t>(clamp_limit(limit))) {
      const auto& last = page.rows.back();
      page.next_cursor = keyset_text(letter_of(sort), {key_of(last), text_of(last)});
      break;
    }
    page.rows.push_back(std::move(row));
  }
  return page;
}

Result<std::optional<VendorDetail>> vendor(store::Connection& connection, const Viewer& viewer,
                                           std::string_view vendor_key, Timestamp now) {
  auto sql = vendor_rows(viewer, now);
  sql.append(" AND w.vendor_key = ? GROUP BY w.id, w.vendor_key, w.name", vendor_key);
  TRY(auto row, connection.first(sql, read_vendor_row));
  if (!row) return std::optional<VendorDetail>{};
  VendorDetail detail;
  detail.vendor = std::move(*row);
  const auto visible = domain::policy::visible_sql(viewer, now);
  store::Sql spellings{
      "SELECT DISTINCT v.spelling FROM advisory_vendor v JOIN vendor w ON w.id = v.vendor_id JOIN record r ON r.id = "
      "v.record_id "
      "WHERE w.vendor_key = ? AND ",
      vendor_key};
  spellings.append(visible).append(" ORDER BY v.spelling");
  TRY(detail.spellings, connection.all(spellings, [](const store::Row& each) { return each.string(0); }));
  store::Sql products{
      "SELECT p.product_key, p.name, count(DISTINCT r.id), max(a.score_tenths), max(r.current_release_at) FROM product "
      "p "
      "JOIN vendor w ON w.id = p.vendor_id JOIN advisory_product x ON x.product_id = p.id JOIN record r ON r.id = "
      "x.record_id "
      "JOIN advisory a ON a.record_id = r.id WHERE w.vendor_key = ? AND ",
      vendor_key};
  products.append(visible).append(
      " GROUP BY p.id, p.product_key, p.name ORDER BY count(DISTINCT r.id) DESC, p.product_key LIMIT ?", kPerPageMax);
  TRY(detail.products, connection.all(products, [](const store::Row& each) {
    ProductRow product;
    product.key = each.string(0);
    product.name = each.string(1);
    product.advisories = each.integer(2);
    if (const auto score = each.optional_integer(3)) product.top_score_tenths = static_cast<int>(*score);
    product.newest = each.time(4);
    return product;
  }));
  return std::optional{std::move(detail)};
}

Result<std::optional<ProductDetail>> product(store::Connection& connection, const Viewer& viewer,
                                             std::string_view vendor_key, std::string_view product_key, Timestamp now) {
  store::Sql sql{
      "SELECT w.name, p.name, x.record_id, x.version, x.status, x.order_numbers FROM product p JOIN vendor w ON w.id = "
      "p.vendor_id "
      "JOIN advisory_product x ON x.product_id = p.id JOIN record r ON r.id = x.record_id "
      "WHERE w.vendor_key = ? AND p.product_key = ? AND ",
      vendor_key, product_key};
  sql.append(domain::policy::visible_sql(viewer, now))
      .append(" ORDER BY r.current_release_at DESC, r.id DESC, x.position LIMIT ?", kPerPageMax * 20);
  ProductDetail detail;
  detail.vendor_key = std::string{vendor_key};
  detail.key = std::string{product_key};
  std::vector<std::int64_t> ids;
  std::map<std::int64_t, std::vector<std::pair<std::string, std::string>>> versions;
  TRY_VOID(connection.each(sql, [&](const store::Row& row) -> Status {
    detail.vendor_name = row.string(0);
    detail.name = row.string(1);
    const auto id = row.integer(2);
    if (!versions.contains(id)) ids.push_back(id);
    const auto status = static_cast<formats::csaf::ProductStatus>(row.integer(4));
    versions[id].emplace_back(row.string(3), formats::csaf::to_string(status));
    for (auto& number : read_strings(row.text(5))) {
      if (std::ranges::find(detail.order_numbers, number) == detail.order_numbers.end()) {
        detail.order_numbers.push_back(std::move(number));
      }
    }
    return ok();
  }));
  if (ids.empty()) return std::optional<ProductDetail>{};
  if (ids.size() > kPerPageMax) ids.resize(kPerPageMax);
  TRY(auto cards, cards_by_id(connection, viewer, ids, now));
  for (const auto id : ids) {
    const auto card = cards.find(id);
    if (card != cards.end()) detail.advisories.push_back({std::move(card->second), std::move(versions[id])});
  }
  return std::optional{std::move(detail)};
}

}  // namespace tocsin::engine
