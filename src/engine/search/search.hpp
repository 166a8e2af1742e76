#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "engine/advisories.hpp"
#include "engine/search/catalogue.hpp"
#include "engine/search/query.hpp"
#include "store/database.hpp"

/// Search over advisories: one function behind page, API, feed and command line.
namespace tocsin::engine::search {

/// The first six descending, relevance = updated without words; the others ascending by what the filter of that name
/// looks for (of several values the least, of revisions the newest), but for `revised`, newest first.
enum class Sort {
  relevance,
  updated,
  published,
  severity,
  cvss,
  tlp,
  id,
  title,
  publisher,
  role,
  name_space,
  category,
  csaf,
  status,
  edition,
  revision,
  revised,
  summary,
  aggregate,
  cve,
  vendor,
  product,
  version
};
std::span<const Sort> all_sorts() noexcept;
std::string_view to_string(Sort sort) noexcept;
std::optional<Sort> parse_sort(std::string_view text) noexcept;

inline constexpr int kLimitMax = 200;

struct SearchRequest {
  std::string query;  ///< Filter language.
  Sort sort = Sort::relevance;
  int limit = 25;      ///< 1..kLimitMax
  std::string cursor;  ///< Opaque, from an earlier answer; empty for the first page.
  bool facets = true;
};

/// A run of text, for snippets: the renderer escapes it and wraps `hit` runs in <mark>.
struct Fragment {
  std::string text;
  bool hit = false;
};

struct Hit {
  AdvisoryCard card;
  std::vector<Fragment> snippet;  ///< Part of the summary around the words; empty without words.
};

struct FacetValue {
  std::string value;       ///< What the filter language takes: "siemens", "energy", "critical", "2022".
  std::string label;       ///< For people: "Siemens", "Energy".
  std::int64_t count = 0;  ///< Advisories that the query would have with this value instead of the field's others.
  bool selected = false;
};

struct Facet {
  Field field = Field::vendor;
  std::string label;               ///< "Vendor"
  std::vector<FacetValue> values;  ///< Most frequent first (years: newest first; severity: worst first), selected kept.
  std::int64_t more = 0;           ///< Further values left out.
};

struct Correction {
  std::string typed;
  std::string used;  ///< "siemens" for "simens".
};

struct SearchResult {
  Query query;
  std::int64_t total = 0;
  std::vector<Hit> hits;
  std::vector<Facet> facets;    ///< severity, vendor, sector, year (field published), cwe
  std::string next_cursor;      ///< Empty on the last page.
  std::string previous_cursor;  ///< Empty on the first page.
  std::vector<Correction> corrections;
  std::int64_t generation = 0;
  /// Position of the first hit, 1-based.
  std::int64_t first_position = 0;
};

struct Suggestion {
  enum class Kind { advisory, vendor, product, cve };
  Kind kind = Kind::vendor;
  std::string label;
  std::string value;       ///< Advisory slug, vendor key, CVE id; products: "vendor/product" keys.
  std::int64_t count = 0;  ///< Visible advisories.
};

/// Figures of the home page, over what the viewer may see.
struct Overview {
  std::int64_t advisories = 0, vulnerabilities = 0, vendors = 0, products = 0;
  std::int64_t severities[5] = {};                    ///< Advisories by severity, none..critical.
  std::vector<std::pair<int, std::int64_t>> by_year;  ///< Oldest first, initial release.
  std::vector<AdvisoryCard> newest;                   ///< By current release.
  std::vector<AdvisoryCard> most_severe;              ///< Highest score among the last 12 months of data.
  std::vector<FacetValue> sectors, top_vendors;
  std::int64_t generation = 0;
};

class SearchEngine {
 public:
  SearchEngine(store::Database& database, Catalogue& catalogue) : database_(database), catalogue_(catalogue) {}
  /// Errors: invalid_input (query, limit, cursor), unavailable.
  Result<SearchResult> search(const domain::policy::Viewer& viewer, const SearchRequest& request, Timestamp now);
  /// Which of these records the query finds for the viewer, in the order given. Words are taken as they are written:
  /// what nothing contains today finds nothing, until something does. As the catalogue stands (Catalogue::generation).
  Result<std::vector<std::int64_t>> among(const domain::policy::Viewer& viewer, const Query& query,
                                          const std::vector<std::int64_t>& records, Timestamp now);
  /// Numbers of all records that match, in no order. Errors: as search().
  Result<std::vector<std::int64_t>> matching(const domain::policy::Viewer& viewer, std::string_view query,
                                             Timestamp now);
  /// For the search box: at most `limit` per kind, for a prefix of at least two characters.
  Result<std::vector<Suggestion>> suggest(const domain::policy::Viewer& viewer, std::string_view prefix, int limit,
                                          Timestamp now);
  Result<Overview> overview(const domain::policy::Viewer& viewer, Timestamp now);

 private:
  store::Database& database_;
  Catalogue& catalogue_;
};

}  // namespace tocsin::engine::search
