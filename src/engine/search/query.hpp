#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/sector.hpp"
#include "formats/cvss/cvss.hpp"

/// The filter language of the search box, the API and the command line:
///   siemens "buffer overflow" vendor:"Schneider Electric" cvss>=9 cve:CVE-2021-22893 sector:energy,water
///   published:2021..2022 severity>=high has:fix -rejected -vendor:abb 6ES7515* sort is not part of it.
/// Words and phrases are ANDed; commas inside a filter value mean OR; '-' negates; a word may end in '*'.
namespace tocsin::engine::search {

inline constexpr std::size_t kQueryBytesMax = 1000;
inline constexpr std::size_t kTermsMax = 32;
/// Alternatives of one filter.
inline constexpr std::size_t kValuesMax = 64;

enum class Field {
  text,  ///< Free words; no field name.
  id,    ///< Advisory id or alias, with * as wildcard at the end.
  title,
  vendor,
  product,
  version,
  cve,
  cwe,
  sector,
  severity,
  cvss,
  published,
  updated,
  tlp,
  publisher,
  status,
  country,
  has,   ///< has:fix, has:cve, has:cvss
  read,  ///< read:yes, read:no: of the person who asks.
  category,
  csaf,
  role,        ///< Category of the publisher.
  name_space,  ///< Of the publisher: "namespace".
  edition,     ///< Version of the document.
  revision,    ///< Number in the revision history, like `revised` (date) and `summary`.
  revised,
  summary,
  aggregate,  ///< Text of the aggregate severity.
  kev,        ///< kev:yes, kev:no
  epss
};
std::string_view to_string(Field field) noexcept;

enum class Comparison { equal, less, less_equal, greater, greater_equal };

/// Half-open; an end that is not there is open.
struct Interval {
  std::optional<Timestamp> from, until;
  friend bool operator==(const Interval&, const Interval&) = default;
};

/// One condition. Which members are filled depends on the field.
struct Term {
  Field field = Field::text;
  bool negated = false;
  bool phrase = false;  ///< Words: written in quotes. Filters: some value cannot do without.
  bool prefix = false;  ///< Ended in '*'.
  Comparison comparison = Comparison::equal;
  /// Without quotes and '*', several mean any of them: words as typed, the rest in its canonical spelling
  /// ("CVE-2021-22893", "CWE-787", sector slugs).
  std::vector<std::string> values;
  std::optional<int> score_tenths;                         ///< cvss; of a range the lower end
  std::optional<int> score_tenths_max;                     ///< cvss: upper end of a range, inclusive
  std::optional<std::int64_t> millionths, millionths_max;  ///< epss, likewise.
  std::vector<formats::cvss::Severity> severities;         ///< severity (after applying the comparison)
  std::vector<domain::Sector> sectors;                     ///< sector
  /// published, updated: any of from <= t < until; several where several were listed.
  std::vector<Interval> intervals;
  std::size_t column = 0;  ///< 0-based byte offset in the text, for errors.

  /// Asks for the same; where it was written does not count.
  friend bool operator==(const Term& a, const Term& b) {
    return a.field == b.field && a.negated == b.negated && a.phrase == b.phrase && a.prefix == b.prefix &&
           a.comparison == b.comparison && a.values == b.values && a.score_tenths == b.score_tenths &&
           a.score_tenths_max == b.score_tenths_max && a.millionths == b.millionths &&
           a.millionths_max == b.millionths_max && a.severities == b.severities && a.sectors == b.sectors &&
           a.intervals == b.intervals;
  }
};

struct Query {
  std::vector<Term> terms;
  bool empty() const noexcept { return terms.empty(); }
  friend bool operator==(const Query&, const Query&) = default;
};

/// Errors: invalid_input with `where` = "COLUMN" (1-based, in characters) and a message that says what would be right
/// ("unknown filter 'vendr': did you mean vendor?", "cvss takes a number from 0 to 10"); too_large.
Result<Query> parse_query(std::string_view text);
/// Canonical text: parses to the same query. Used for links, "saved by URL" and cache keys.
std::string to_text(const Query& query);
std::string to_text(const Term& term);
/// Query with a term `field:value` added (quoted where needed), respectively removed; for facet links. Adding a value
/// to a field that already has an equal-comparison term replaces it unless `any` (then it joins the list: OR).
Query with(const Query& query, Field field, std::string_view value, bool any = true);
Query without(const Query& query, Field field, std::string_view value);

/// Does the answer change without the catalogue: with the person who asks, or with evidence that is imported?
bool is_personal(const Query& query) noexcept;

/// One line per filter for the help page: name, example, meaning. The help page and `tocsin search --help` print it.
struct FilterHelp {
  std::string_view name, example, meaning;
};
const std::vector<FilterHelp>& filter_help();

}  // namespace tocsin::engine::search
