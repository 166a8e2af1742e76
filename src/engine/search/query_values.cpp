#include "engine/search/query_values.hpp"

#include <charconv>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "domain/tlp.hpp"
#include "engine/search/tokens.hpp"

namespace tocsin::engine::search {
namespace {

using formats::cvss::Severity;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool all_digits(std::string_view text) noexcept { return !text.empty() && std::ranges::all_of(text, is_digit); }

std::string upper_ascii(std::string_view text) {
  std::string out{text};
  for (auto& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

void add_once(std::vector<std::string>& values, std::string value) {
  if (std::ranges::find(values, value) == values.end()) values.push_back(std::move(value));
}

/// "9", "9.8", "10.0" as tenths.
std::optional<int> read_tenths(std::string_view text) {
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  if (!all_digits(whole) || whole.size() > 2) return std::nullopt;
  int tenths = 0;
  std::from_chars(whole.data(), whole.data() + whole.size(), tenths);
  tenths *= 10;
  if (point != std::string_view::npos) {
    const auto fraction = text.substr(point + 1);
    if (fraction.size() != 1 || !is_digit(fraction[0])) return std::nullopt;
    tenths += fraction[0] - '0';
  }
  return tenths <= 100 ? std::optional{tenths} : std::nullopt;
}

std::string tenths_text(int tenths) {
  return tenths % 10 == 0 ? fmt::format("{}", tenths / 10) : fmt::format("{}.{}", tenths / 10, tenths % 10);
}

Error no_score() {
  return Error::invalid(std::string{tr<"cvss takes a number from 0 to 10, as in cvss>=9 or cvss:7..8.9">()});
}

Status add_score(Term& term, const std::string& value) {
  if (!term.values.empty())
    return Error::invalid(std::string{tr<"cvss takes one value; a range is written cvss:7..8.9">()});
  if (const auto dots = value.find(".."); dots != std::string::npos) {
    const auto low = std::string_view{value}.substr(0, dots);
    const auto high = std::string_view{value}.substr(dots + 2);
    if (term.comparison != Comparison::equal)
      return Error::invalid(std::string{tr<"a range is written cvss:7..8.9">()});
    const auto from = low.empty() ? std::optional{0} : read_tenths(low);
    const auto to = high.empty() ? std::optional{100} : read_tenths(high);
    if (!from || !to || (low.empty() && high.empty())) return no_score();
    if (*from > *to) return Error::invalid(std::string{tr<"the range of cvss begins after its end">()});
    term.score_tenths = from;
    term.score_tenths_max = to;
    term.values.push_back(tenths_text(*from) + ".." + tenths_text(*to));
    return ok();
  }
  const auto tenths = read_tenths(value);
  if (!tenths) return no_score();
  term.score_tenths = tenths;
  term.values.push_back(tenths_text(*tenths));
  return ok();
}

/// "0.5", "1", "0.000123" as millionths.
std::optional<std::int64_t> read_millionths(std::string_view text) {
  const auto point = text.find('.');
  const auto whole = text.substr(0, point);
  if (whole != "0" && whole != "1") return std::nullopt;
  std::int64_t millionths = whole == "1" ? 1'000'000 : 0;
  if (point != std::string_view::npos) {
    const auto fraction = text.substr(point + 1);
    if (!all_digits(fraction) || fraction.size() > 6) return std::nullopt;
    std::int64_t unit = 100'000;
    for (const char digit : fraction) {
      millionths += (digit - '0') * unit;
      unit /= 10;
    }
  }
  return millionths <= 1'000'000 ? std::optional{millionths} : std::nullopt;
}

std::string millionths_text(std::int64_t millionths) {
  auto text = fmt::format("{}.{:06}", millionths / 1'000'000, millionths % 1'000'000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

Status add_probability(Term& term, const std::string& value) {
  const auto wrong = [] {
    return Error::invalid(std::string{tr<"epss takes a number from 0 to 1, as in epss>=0.5 or epss:0.1..0.5">()});
  };
  if (!term.values.empty()) return wrong();
  const auto dots = value.find("..");
  if (dots == std::string::npos) {
    term.millionths = read_millionths(value);
    if (!term.millionths) return wrong();
    term.values.push_back(millionths_text(*term.millionths));
    return ok();
  }
  const auto low = std::string_view{value}.substr(0, dots);
  const auto high = std::string_view{value}.substr(dots + 2);
  const auto from = low.empty() ? std::optional<std::int64_t>{0} : read_millionths(low);
  const auto to = high.empty() ? std::optional<std::int64_t>{1'000'000} : read_millionths(high);
  if (term.comparison != Comparison::equal || !from || !to || *from > *to || (low.empty() && high.empty())) {
    return wrong();
  }
  term.millionths = from;
  term.millionths_max = to;
  term.values.push_back(millionths_text(*from) + ".." + millionths_text(*to));
  return ok();
}

/// A year, month or day: from its first moment to the first after it.
std::optional<std::pair<Timestamp, Timestamp>> read_date(std::string_view text) {
  const auto parts = text::split(text, '-');
  static constexpr std::size_t kSizes[] = {4, 2, 2};
  if (parts.empty() || parts.size() > 3) return std::nullopt;
  int numbers[3] = {0, 1, 1};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].size() != kSizes[i] || !all_digits(parts[i])) return std::nullopt;
    std::from_chars(parts[i].data(), parts[i].data() + parts[i].size(), numbers[i]);
  }
  const auto year = numbers[0];
  const auto month = static_cast<unsigned>(numbers[1]);
  const auto day = static_cast<unsigned>(numbers[2]);
  // 9999 has no year after it that a date could name.
  if (year < 1 || year > 9998) return std::nullopt;
  const auto first = from_date(year, month, day);
  if (!first) return std::nullopt;
  auto next = parts.size() == 1   ? from_date(year + 1, 1, 1)
              : parts.size() == 2 ? from_date(month == 12 ? year + 1 : year, month == 12 ? 1 : month + 1, 1)
                                  : Result<Timestamp>{Timestamp{first->micros + std::int64_t{86'400} * 1'000'000}};
  if (!next) return std::nullopt;
  return std::pair{*first, *next};
}

Status add_date(Term& term, const std::string& value) {
  const auto name = to_string(term.field);
  const auto no_date = [&] {
    return Error::invalid(
        tr<"{0} takes a year, month or day, as in {0}:2021, {0}>=2021-05-10 or {0}:2021..2022">(name));
  };
  Interval interval;
  if (const auto dots = value.find(".."); dots != std::string::npos) {
    if (term.comparison != Comparison::equal) return Error::invalid(tr<"a range is written {}:2021..2022">(name));
    const auto low = std::string_view{value}.substr(0, dots);
    const auto high = std::string_view{value}.substr(dots + 2);
    if (low.empty() && high.empty()) return no_date();
    if (!low.empty()) {
      const auto date = read_date(low);
      if (!date) return no_date();
      interval.from = date->first;
    }
    if (!high.empty()) {
      const auto date = read_date(high);
      if (!date) return no_date();
      interval.until = date->second;
    }
    if (interval.from && interval.until && *interval.from >= *interval.until) {
      return Error::invalid(tr<"the range of {} begins after its end">(name));
    }
  } else {
    const auto date = read_date(value);
    if (!date) return no_date();
    switch (term.comparison) {
      case Comparison::equal:
        interval = {date->first, date->second};
        break;
      case Comparison::less:
        interval.until = date->first;
        break;
      case Comparison::less_equal:
        interval.until = date->second;
        break;
      case Comparison::greater:
        interval.from = date->second;
        break;
      case Comparison::greater_equal:
        interval.from = date->first;
        break;
    }
  }
  if (std::ranges::find(term.values, value) != term.values.end()) return ok();
  term.intervals.push_back(interval);
  term.values.push_back(value);
  return ok();
}

Status add_severity(Term& term, const std::string& value) {
  const auto severity = formats::cvss::parse_severity(value);
  if (!severity) {
    return Error::invalid(tr<"'{}' is no severity: take none, low, medium, high or critical">(value));
  }
  add_once(term.values, std::string{formats::cvss::to_string(*severity)});
  return ok();
}

Status add_sector(Term& term, const std::string& value) {
  const auto sector = domain::parse_sector(value);
  if (!sector) {
    const auto typed = text::lower_ascii(value);
    std::string_view near;
    std::string all;
    int least = 4;
    for (const auto each : domain::all_sectors()) {
      const auto slug = domain::slug(each);
      const int distance = text::edit_distance(typed, slug, least - 1);
      if (distance < least) {
        least = distance;
        near = slug;
      }
      all.append(all.empty() ? "" : ", ").append(slug);
    }
    if (!near.empty()) return Error::invalid(tr<"'{}' is no sector: did you mean {}?">(value, near));
    return Error::invalid(tr<"'{}' is no sector: take one of {}">(value, all));
  }
  add_once(term.values, std::string{domain::slug(*sector)});
  return ok();
}

Status add_word_of(Term& term, const std::string& value, std::span<const std::string_view> words) {
  for (const auto word : words) {
    if (text::equals_ignore_case_ascii(word, value)) {
      add_once(term.values, std::string{word});
      return ok();
    }
  }
  return Error::invalid(
      tr<"{} takes {}, not '{}'">(to_string(term.field), fmt::format("{}", fmt::join(words, ", ")), value));
}

constexpr std::string_view kStatuses[] = {"draft", "final", "interim"};
constexpr std::string_view kHas[] = {"fix", "cve", "cvss"};
constexpr std::string_view kYesNo[] = {"yes", "no"};

struct FieldRules {
  Field field;
  bool ordered;  ///< Takes < <= > >=.
  bool prefix;   ///< Takes a '*'.
  std::string_view example;
};
constexpr FieldRules kRules[] = {
    {Field::text, false, true, "siemens"},
    {Field::id, false, true, "id:ICSA-22-130-01"},
    {Field::title, false, true, "title:\"buffer overflow\""},
    {Field::vendor, false, true, "vendor:\"Schneider Electric\""},
    {Field::product, false, true, "product:S7-1500"},
    {Field::version, false, true, "version:2.9.1"},
    {Field::cve, false, true, "cve:CVE-2021-22893"},
    {Field::cwe, false, false, "cwe:CWE-787"},
    {Field::sector, false, false, "sector:energy,water"},
    {Field::severity, true, false, "severity>=high"},
    {Field::cvss, true, false, "cvss>=9"},
    {Field::published, true, false, "published:2021..2022"},
    {Field::updated, true, false, "updated>=2022-05-10"},
    {Field::tlp, false, false, "tlp:clear"},
    {Field::publisher, false, true, "publisher:CISA"},
    {Field::status, false, false, "status:interim"},
    {Field::country, false, true, "country:Germany"},
    {Field::has, false, false, "has:fix"},
    {Field::read, false, false, "read:no"},
    {Field::category, false, true, "category:csaf_security_advisory"},
    {Field::csaf, false, false, "csaf:2.0"},
    {Field::role, false, false, "role:vendor"},
    {Field::name_space, false, true, "namespace:https://www.cisa.gov/"},
    {Field::edition, false, true, "edition:1.1.0"},
    {Field::revision, false, true, "revision:2.0.0"},
    {Field::revised, true, false, "revised:2022-05"},
    {Field::summary, false, false, "summary:\"initial publication\""},
    {Field::aggregate, false, true, "aggregate:Important"},
    {Field::kev, false, false, "kev:yes"},
    {Field::epss, true, false, "epss>=0.5"},
};
static_assert(std::size(kRules) == static_cast<std::size_t>(Field::epss) + 1);
const FieldRules& rules_of(Field field) noexcept { return kRules[static_cast<std::size_t>(field)]; }

}  // namespace

Status add_value(Term& term, const std::string& value) {
  const auto name = to_string(term.field);
  if (term.comparison != Comparison::equal && !rules_of(term.field).ordered) {
    return Error::invalid(tr<"{} is not ordered: write {}">(name, example_of(term.field)));
  }
  switch (term.field) {
    case Field::cvss:
      return add_score(term, value);
    case Field::published:
    case Field::updated:
    case Field::revised:
      return add_date(term, value);
    case Field::severity:
      return add_severity(term, value);
    case Field::sector:
      return add_sector(term, value);
    case Field::status:
      return add_word_of(term, text::lower_ascii(value), kStatuses);
    case Field::has:
      return add_word_of(term, text::lower_ascii(value), kHas);
    case Field::read:
    case Field::kev:
      return add_word_of(term, text::lower_ascii(value), kYesNo);
    case Field::epss:
      return add_probability(term, value);
    case Field::tlp: {
      const auto tlp = domain::parse_tlp(value);
      if (!tlp)
        return Error::invalid(tr<"'{}' is no TLP marking: take clear, green, amber, amber-strict or red">(value));
      add_once(term.values, std::string{domain::slug(*tlp)});
      return ok();
    }
    case Field::cwe: {
      auto id = upper_ascii(value);
      if (id.starts_with("CWE-") || id.starts_with("CWE_")) id.erase(0, 4);
      if (!all_digits(id) || id.size() > 5) return Error::invalid(tr<"'{}' is no weakness: write cwe:CWE-787">(value));
      add_once(term.values, "CWE-" + id);
      return ok();
    }
    case Field::cve: {
      auto id = upper_ascii(text::fold(value));
      if (id.size() >= 4 && all_digits(id.substr(0, 4)) && (id.size() == 4 || id[4] == '-')) id.insert(0, "CVE-");
      if (compact(id).empty()) return Error::invalid(tr<"'{}' is no id of a vulnerability">(value));
      add_once(term.values, std::move(id));
      return ok();
    }
    case Field::version:
      if (version_tokens(value).empty())
        return Error::invalid(std::string{tr<"version needs a digit, as in version:2.9.1">()});
      add_once(term.values, value);
      return ok();
    default:
      if (tokens(value).empty()) {
        return Error::invalid(tr<"{} needs letters or digits, as in {}">(name, example_of(term.field)));
      }
      add_once(term.values, value);
      return ok();
  }
}

Status finish_values(Term& term) {
  const auto name = to_string(term.field);
  if (term.comparison != Comparison::equal && term.values.size() > 1) {
    return Error::invalid(tr<"{} takes one value after < or >">(name));
  }
  if (term.field == Field::severity) {
    for (const auto severity : {Severity::none, Severity::low, Severity::medium, Severity::high, Severity::critical}) {
      const bool any = std::ranges::any_of(term.values, [&](const std::string& value) {
        const auto given = *formats::cvss::parse_severity(value);
        switch (term.comparison) {
          case Comparison::equal:
            return severity == given;
          case Comparison::less:
            return severity < given;
          case Comparison::less_equal:
            return severity <= given;
          case Comparison::greater:
            return severity > given;
          case Comparison::greater_equal:
            return severity >= given;
        }
        return false;
      });
      if (any) term.severities.push_back(severity);
    }
  }
  if (term.field == Field::sector) {
    for (const auto& value : term.values) term.sectors.push_back(*domain::parse_sector(value));
  }
  return ok();
}

bool takes_prefix(Field field) noexcept { return rules_of(field).prefix; }
std::string_view example_of(Field field) noexcept { return rules_of(field).example; }

bool needs_quotes(const std::string& value) noexcept {
  if (value.empty() || value.front() == '"' || value.ends_with('*')) return true;
  return std::ranges::any_of(value, [](char c) {
    return c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
  });
}

std::string column_text(std::string_view text, std::size_t offset) {
  std::size_t column = 1;
  for (std::size_t i = 0; i < std::min(offset, text.size()); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) ++column;
  }
  return std::to_string(column);
}

const std::vector<FilterHelp>& filter_help() {
  static const std::vector<FilterHelp> kHelp{
      {"words", "siemens overflow", "All of these words, anywhere: ids, titles, vendors, products, notes."},
      {"\"phrase\"", "\"buffer overflow\"", "These words next to each other."},
      {"prefix*", "6ES7515*", "Words that begin so; parts of ids and order numbers are found without the star."},
      {"-", "-rejected -vendor:abb", "Without what follows: a word, a phrase or a filter."},
      {"id", "id:ICSA-22-130-01", "Id or alias of the advisory; ends in * for all that begin so."},
      {"title", "title:overflow", "Words of the title."},
      {"vendor", "vendor:\"Schneider Electric\"", "Vendor of a product; several with commas mean any of them."},
      {"product", "product:S7-1500", "Words of a product name."},
      {"version", "version:2.9.1", "Version that an affected product's range mentions."},
      {"cve", "cve:CVE-2021-22893", "Vulnerability, by CVE or another id."},
      {"cwe", "cwe:CWE-787", "Kind of weakness."},
      {"sector", "sector:energy,water", "Critical infrastructure sector."},
      {"severity", "severity>=high", "none, low, medium, high, critical; also severity:high,critical."},
      {"cvss", "cvss>=9", "Highest base score; also cvss:7..8.9."},
      {"published", "published:2021..2022", "First release: year, month or day; also published>=2021-05-10."},
      {"updated", "updated:2022-05", "Current release, in the same ways."},
      {"tlp", "tlp:clear", "Traffic Light Protocol marking."},
      {"publisher", "publisher:CISA", "Words of the publisher's name."},
      {"status", "status:interim", "Of the document: draft, interim, final."},
      {"country", "country:Germany", "Where products are deployed, or where their maker sits."},
      {"has", "has:fix", "fix: a fix by the vendor; cve: a vulnerability id; cvss: a score."},
      {"read", "read:no", "What you have not marked as read, or have (read:yes); for people who have signed in."},
      {"kev", "kev:yes", "A vulnerability that is known to be exploited (CISA's catalogue), or none (kev:no)."},
      {"epss", "epss>=0.5", "Probability of exploitation (EPSS) of a vulnerability, from 0 to 1; also epss:0.1..0.5."},
      {"category", "category:csaf_vex", "Category of the document; ends in * for all that begin so."},
      {"csaf", "csaf:2.1", "Version of CSAF."},
      {"role", "role:vendor", "Category of the publisher: vendor, coordinator, discoverer, ..."},
      {"namespace", "namespace:https://www.cisa.gov*", "Namespace of the publisher."},
      {"edition", "edition:1.1.0", "Version of the document."},
      {"revision", "revision:2.0.0", "Number of a revision in its history."},
      {"revised", "revised:2022-05", "Date of any of its revisions."},
      {"summary", "summary:\"added CVE\"", "Words in the summary of a revision."},
      {"aggregate", "aggregate:Important", "Aggregate severity, as the document words it."},
  };
  return kHelp;
}

}  // namespace tocsin::engine::search
