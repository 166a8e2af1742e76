#include "engine/threat/products.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/threat/text.hpp"
#include "engine/threat/threat_row.hpp"

namespace tocsin::engine::threat {
namespace {

using domain::policy::visible_sql;
using store::Sql;

constexpr std::size_t kWordsMax = 12;
constexpr std::size_t kSureLettersMin = 5;

using Tokens = std::vector<std::string_view>;

/// Runs of letters and digits of a folded text.
Tokens tokens_of(std::string_view folded) {
  const auto belongs = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
  };
  Tokens out;
  for (std::size_t at = 0; at < folded.size();) {
    if (!belongs(folded[at])) {
      ++at;
      continue;
    }
    auto end = at;
    while (end < folded.size() && belongs(folded[end])) ++end;
    out.push_back(folded.substr(at, end - at));
    at = end;
  }
  return out;
}

/// Of several words, of which one has a letter, and not too short: no "V 2".
bool is_telling(const Tokens& words) {
  std::size_t size = 0;
  bool letter = false;
  for (const auto word : words) {
    size += word.size();
    letter =
        letter || std::ranges::any_of(word, [](char c) { return c > '9' || static_cast<unsigned char>(c) >= 0x80; });
  }
  return words.size() >= 2 && size >= kSureLettersMin && letter;
}

struct Span {
  std::size_t begin = 0, end = 0;  ///< Words of the text.
};

class Text {
 public:
  explicit Text(std::string_view text) : folded_(text::fold(text.substr(0, kProductTextBytesMax))) {
    words_ = tokens_of(folded_);
    for (std::size_t i = 0; i < words_.size(); ++i) places_[words_[i]].push_back(i);
  }
  std::vector<Span> find(const Tokens& words) const {
    std::vector<Span> out;
    if (words.empty() || words.size() > kWordsMax) return out;
    const auto first = places_.find(words.front());
    if (first == places_.end()) return out;
    for (const auto at : first->second) {
      if (at + words.size() <= words_.size() &&
          std::equal(words.begin(), words.end(), words_.begin() + static_cast<std::ptrdiff_t>(at))) {
        out.push_back({.begin = at, .end = at + words.size()});
      }
    }
    return out;
  }

 private:
  std::string folded_;
  Tokens words_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> places_;
};

struct Vendor {
  std::vector<std::size_t> ends;  ///< Behind each place where it stands.
  std::size_t words = 0;
  std::string folded;
};

Result<std::map<std::int64_t, Vendor>> vendors_in(store::Connection& connection, const Text& text) {
  std::map<std::int64_t, Vendor> out;
  TRY_VOID(
      connection.each(Sql{"SELECT id, folded FROM vendor WHERE vendor_key <> 'unknown'"}, [&](const store::Row& row) {
        Vendor vendor{.ends = {}, .words = 0, .folded = row.string(1)};
        const auto words = tokens_of(vendor.folded);
        vendor.words = words.size();
        for (const auto& span : text.find(words)) vendor.ends.push_back(span.end);
        if (!vendor.ends.empty()) out.emplace(row.integer(0), std::move(vendor));
        return ok();
      }));
  return out;
}

/// Where this product's name stands so that it is meant.
std::vector<Span> places_of(const Text& text, const Vendor& vendor, std::string_view name) {
  const auto folded = text::fold(name);
  auto words = tokens_of(folded);
  // "Example Pumps Flow Controller": its vendor is said apart.
  const auto own = tokens_of(vendor.folded);
  if (words.size() > own.size() && std::equal(own.begin(), own.end(), words.begin())) {
    words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(own.size()));
  }
  auto found = text.find(words);
  if (!is_telling(words)) {
    std::erase_if(found,
                  [&](const Span& span) { return std::ranges::find(vendor.ends, span.begin) == vendor.ends.end(); });
  }
  return found;
}

/// A product of an advisory.
struct Asked {
  std::int64_t id = 0;
  std::string vendor, name;  ///< The vendor's folded.
};

Result<std::vector<Asked>> products_of(store::Connection& connection, domain::RecordId advisory) {
  return connection.all(
      Sql{"SELECT DISTINCT p.id, w.folded, p.name FROM advisory_product x JOIN product p ON p.id = x.product_id JOIN "
          "vendor w ON w.id = p.vendor_id WHERE x.record_id = ? AND w.vendor_key <> 'unknown' ORDER BY p.id LIMIT ?",
          advisory, static_cast<std::int64_t>(kProductsAsked)},
      [](const store::Row& row) {
        return Asked{.id = row.integer(0), .vendor = row.string(1), .name = row.string(2)};
      });
}

/// What has all words of one of the products, newest first.
Result<std::vector<ThreatRow>> candidates_of(store::Connection& connection, const domain::policy::Viewer& viewer,
                                             const std::vector<Asked>& products, Timestamp now) {
  std::vector<std::string> texts;
  for (const auto& each : products) texts.push_back(each.vendor + ' ' + each.name);
  const auto words = any_words_condition(connection.dialect(), texts);
  if (!words) return std::vector<ThreatRow>{};
  Sql sql{"SELECT " TOCSIN_THREAT_COLUMNS
          " FROM stix_object s JOIN record r ON r.id = s.record_id WHERE s.on_lists = 1 AND s.revoked = 0 AND "};
  sql.append(*words).append(" AND ").append(visible_sql(viewer, now));
  append_first_of_id(sql, viewer, now);
  sql.append(" ORDER BY s.modified DESC, s.stix_id DESC LIMIT ?", static_cast<std::int64_t>(kNamingCandidatesMax));
  return connection.all(sql, [](const store::Row& row) { return read_threat_row(row); });
}

/// What an object says of products; empty where it cannot be read.
Result<std::string> text_of_record(store::Connection& connection, domain::RecordId record) {
  TRY(const auto bytes, connection.first(Sql{"SELECT d.bytes FROM record r JOIN revision_document d ON d.revision_id = "
                                             "r.current_revision_id WHERE r.id = ?",
                                             record},
                                         [](const store::Row& row) { return row.string(0); }));
  const auto parsed = json::parse(bytes.value_or("{}"));
  if (!parsed || !parsed->root().is_object()) return std::string{};
  return product_text_of(parsed->root().get_object());
}

/// Does one of the products stand in the text at all? Quick, and never wrongly no.
bool may_name(const Text& text, const std::vector<Asked>& products) {
  return std::ranges::any_of(products, [&](const Asked& each) {
    Vendor vendor{.ends = {}, .words = 0, .folded = each.vendor};
    for (const auto& span : text.find(tokens_of(vendor.folded))) vendor.ends.push_back(span.end);
    return !vendor.ends.empty() && !places_of(text, vendor, each.name).empty();
  });
}

/// What the viewer may see of these products.
Result<std::map<std::int64_t, NamedProduct>> seen_of(store::Connection& connection,
                                                     const domain::policy::Viewer& viewer,
                                                     std::span<const std::int64_t> ids, Timestamp now) {
  std::map<std::int64_t, NamedProduct> out;
  if (ids.empty()) return out;
  Sql sql{
      "SELECT DISTINCT p.id, w.vendor_key, w.name, p.product_key, p.name, r.slug, r.record_key, r.title, r.tlp, "
      "a.score_tenths, a.severity, r.current_release_at, r.id FROM advisory_product x JOIN product p ON p.id = "
      "x.product_id JOIN vendor w ON w.id = p.vendor_id JOIN record r ON r.id = x.record_id JOIN advisory a ON "
      "a.record_id = r.id WHERE x.product_id IN "};
  sql.append_list(ids.subspan(0, std::min(ids.size(), Sql::kListMax)));
  sql.append(" AND ").append(visible_sql(viewer, now)).append(" ORDER BY r.current_release_at DESC, r.id DESC");
  TRY_VOID(connection.each(sql, [&](const store::Row& row) {
    auto& product = out[row.integer(0)];
    if (product.advisory_count++ == 0) {
      product.id = row.integer(0);
      product.vendor_key = row.string(1);
      product.vendor = row.string(2);
      product.product_key = row.string(3);
      product.product = row.string(4);
    }
    if (product.advisories.size() == kAdvisoriesShown) return ok();
    SpeakingAdvisory advisory{.slug = row.string(5),
                              .key = row.string(6),
                              .title = row.string(7),
                              .tlp = static_cast<domain::Tlp>(row.integer(8)),
                              .score_tenths = {},
                              .severity = static_cast<formats::cvss::Severity>(row.integer(10))};
    if (const auto score = row.optional_integer(9)) advisory.score_tenths = static_cast<int>(*score);
    product.advisories.push_back(std::move(advisory));
    return ok();
  }));
  return out;
}

}  // namespace

Result<NamedProducts> products_named(store::Connection& connection, const domain::policy::Viewer& viewer,
                                     std::string_view given, Timestamp now) {
  NamedProducts out;
  const Text text{given};
  TRY(const auto vendors, vendors_in(connection, text));
  if (vendors.empty()) return out;
  std::vector<std::int64_t> vendor_ids, ids;
  for (const auto& [id, vendor] : vendors) vendor_ids.push_back(id);
  std::map<std::int64_t, std::vector<Span>> places;
  Sql sql{"SELECT id, vendor_id, name FROM product WHERE vendor_id IN "};
  sql.append_list(std::span<const std::int64_t>{vendor_ids}.subspan(0, std::min(vendor_ids.size(), Sql::kListMax)));
  TRY_VOID(connection.each(sql, [&](const store::Row& row) {
    auto found = places_of(text, vendors.at(row.integer(1)), row.string(2));
    if (found.empty()) return ok();
    ids.push_back(row.integer(0));
    places.emplace(row.integer(0), std::move(found));
    return ok();
  }));
  // What is hidden goes first: it must not stand in the way of what is there for the viewer.
  TRY(auto seen, seen_of(connection, viewer, ids, now));
  std::erase_if(places, [&](const auto& each) { return !seen.contains(each.first); });
  // "Flow Controller" within "Flow Controller Pro" is not meant.
  const auto is_within = [](const Span& small, const Span& large) {
    return large.begin <= small.begin && small.end <= large.end && large.end - large.begin > small.end - small.begin;
  };
  std::vector<Span> all;
  for (const auto& [id, spans] : places) all.insert(all.end(), spans.begin(), spans.end());
  std::ranges::sort(all, {}, &Span::begin);
  for (const auto& [id, spans] : places) {
    const bool meant = std::ranges::any_of(spans, [&](const Span& span) {
      // Names have at most kWordsMax words: what holds this one begins shortly before it.
      const auto from =
          std::ranges::lower_bound(all, span.begin < kWordsMax ? 0 : span.begin - kWordsMax, {}, &Span::begin);
      const auto to = std::ranges::upper_bound(all, span.begin, {}, &Span::begin);
      return std::none_of(from, to, [&](const Span& other) { return is_within(span, other); });
    });
    if (meant) out.items.push_back(std::move(seen.at(id)));
  }
  out.total = static_cast<std::int64_t>(out.items.size());
  std::ranges::sort(out.items, {}, [](const NamedProduct& each) {
    return std::tuple{-each.advisory_count, std::string_view{each.vendor_key}, std::string_view{each.product_key}};
  });
  if (out.items.size() > kProductsShown) out.items.resize(kProductsShown);
  return out;
}

Result<std::vector<ProductThreat>> threats_naming_products(store::Connection& connection,
                                                           const domain::policy::Viewer& viewer,
                                                           domain::RecordId advisory, std::size_t limit,
                                                           Timestamp now) {
  std::vector<ProductThreat> out;
  TRY(const auto products, products_of(connection, advisory));
  TRY(auto candidates, candidates_of(connection, viewer, products, now));
  std::set<std::int64_t> ids;
  for (const auto& each : products) ids.insert(each.id);
  for (auto& each : candidates) {
    if (out.size() == limit) break;
    TRY(const auto text, text_of_record(connection, each.record));
    if (!may_name(Text{text}, products)) continue;
    // Whether it is meant is decided as on the object's own page.
    TRY(const auto named, products_named(connection, viewer, text, now));
    ProductThreat threat{.row = std::move(each), .products = {}};
    for (const auto& product : named.items) {
      if (ids.contains(product.id)) threat.products.push_back(product.product);
    }
    if (!threat.products.empty()) out.push_back(std::move(threat));
  }
  return out;
}

std::string product_text_of(const boost::json::object& object) {
  std::string out;
  const auto add = [&](const boost::json::object& from, std::string_view name, char end) {
    const auto* found = from.if_contains(name);
    if (found != nullptr && found->is_string()) out.append(std::string_view{found->get_string()}).push_back(end);
  };
  // Software: vendor and name beside each other.
  add(object, "vendor", ' ');
  for (const std::string_view name : {"name", "version", "cpe", "description", "abstract", "content", "explanation"}) {
    add(object, name, '\n');
  }
  for (const std::string_view list : {"external_references", "aliases"}) {
    const auto* found = object.if_contains(list);
    if (found == nullptr || !found->is_array()) continue;
    for (const auto& each : found->get_array()) {
      if (each.is_string()) out.append(std::string_view{each.get_string()}).push_back('\n');
      if (each.is_object()) add(each.get_object(), "description", '\n');
      if (out.size() > kProductTextBytesMax) return out;
    }
  }
  return out;
}

}  // namespace tocsin::engine::threat
