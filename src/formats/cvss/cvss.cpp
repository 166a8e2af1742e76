#include "formats/cvss/cvss.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "formats/cvss/metrics.hpp"

namespace tocsin::formats::cvss {
namespace {

struct Prefix {
  std::string_view text;
  Version version;
};
constexpr Prefix kPrefixes[] = {
    {"CVSS:3.1/", Version::v3_1}, {"CVSS:3.0/", Version::v3_0}, {"CVSS:4.0/", Version::v4_0}};

std::string column(std::size_t offset) { return std::to_string(offset + 1); }

// What a message may repeat of a document: short, printable ASCII.
std::string quotable(std::string_view text) {
  std::string shown;
  for (const char c : text.substr(0, 20)) shown += c >= 0x20 && c < 0x7f ? c : '?';
  return shown;
}

}  // namespace

std::string_view to_string(Version version) noexcept {
  switch (version) {
    case Version::v2_0:
      return "2.0";
    case Version::v3_0:
      return "3.0";
    case Version::v3_1:
      return "3.1";
    case Version::v4_0:
      return "4.0";
  }
  return "";
}

Result<Vector> parse_vector(std::string_view text) {
  if (text.size() > kVectorBytesMax) return Error::too_large("CVSS vector", kVectorBytesMax);
  Vector vector;
  std::size_t begin = 0;
  std::size_t end_of_text = text.size();
  const auto* prefix = std::find_if(std::begin(kPrefixes), std::end(kPrefixes),
                                    [&](const Prefix& each) { return text.starts_with(each.text); });
  if (prefix != std::end(kPrefixes)) {
    vector.version = prefix->version;
    begin = prefix->text.size();
  } else if (text.starts_with("CVSS:")) {
    return Error::invalid("a CVSS vector with a prefix starts with CVSS:3.0/, CVSS:3.1/ or CVSS:4.0/", column(0));
  } else {
    vector.version = Version::v2_0;
    // The 2.0 guide (section 2.4) writes vectors in brackets.
    if (text.starts_with('(')) {
      if (!text.ends_with(')')) return Error::invalid("the bracket is not closed", column(text.size()));
      begin = 1;
      end_of_text -= 1;
    }
  }
  const auto metrics = metrics_of(vector.version);
  constexpr std::size_t kMetricsMax = 64;
  std::array<bool, kMetricsMax> seen{};
  std::array<const ValueSpec*, kMetricsMax> chosen{};
  while (begin <= end_of_text) {
    const auto end = std::min(text.find('/', begin), end_of_text);
    const auto field = text.substr(begin, end - begin);
    const auto colon = std::min(field.find(':'), field.size());
    const auto metric = field.substr(0, colon);
    const auto spec =
        std::find_if(metrics.begin(), metrics.end(), [&](const MetricSpec& each) { return each.metric == metric; });
    if (colon == field.size() || spec == metrics.end()) {
      return Error::invalid(fmt::format("'{}' is no metric of CVSS {}", quotable(field), to_string(vector.version)),
                            column(begin));
    }
    const auto index = static_cast<std::size_t>(spec - metrics.begin());
    if (seen[index]) return Error::invalid(fmt::format("metric {} stands twice", spec->metric), column(begin));
    seen[index] = true;
    vector.names_temporal = vector.names_temporal || spec->group == "Temporal";
    vector.names_environmental = vector.names_environmental || spec->group == "Environmental";
    const auto value = field.substr(colon + 1);
    const auto found = std::find_if(spec->values.begin(), spec->values.end(),
                                    [&](const ValueSpec& each) { return each.value == value; });
    if (found != spec->values.end()) {
      chosen[index] = &*found;
    } else if (spec->required || value != not_defined(vector.version)) {
      return Error::invalid(fmt::format("metric {} has no value '{}'", spec->metric, quotable(value)),
                            column(begin + colon + 1));
    }
    begin = end + 1;
  }
  vector.metrics.reserve(static_cast<std::size_t>(std::ranges::count_if(chosen, [](auto* each) { return each; })));
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (metrics[i].required && chosen[i] == nullptr) {
      return Error::invalid(fmt::format("base metric {} is missing", metrics[i].metric), column(text.size()));
    }
    if (chosen[i] == nullptr) continue;
    vector.metrics.push_back({metrics[i].metric, metrics[i].name, metrics[i].group, chosen[i]->value, chosen[i]->name,
                              chosen[i]->explanation, chosen[i]->weight});
  }
  return vector;
}

std::string_view to_string(Severity severity) noexcept {
  switch (severity) {
    case Severity::none:
      return "none";
    case Severity::low:
      return "low";
    case Severity::medium:
      return "medium";
    case Severity::high:
      return "high";
    case Severity::critical:
      return "critical";
  }
  return "";
}

std::optional<Severity> parse_severity(std::string_view text) noexcept {
  for (const auto severity : {Severity::none, Severity::low, Severity::medium, Severity::high, Severity::critical}) {
    const auto word = to_string(severity);
    const bool same = std::equal(text.begin(), text.end(), word.begin(), word.end(), [](char a, char b) {
      return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    });
    if (same) return severity;
  }
  return std::nullopt;
}

Severity severity_of(int score_tenths, Version version) noexcept {
  if (version == Version::v2_0) {
    // NVD's bands for 2.0, which has no rating of its own: low from 0.0, no "none" and no "critical".
    if (score_tenths >= 70) return Severity::high;
    return score_tenths >= 40 ? Severity::medium : Severity::low;
  }
  if (score_tenths >= 90) return Severity::critical;
  if (score_tenths >= 70) return Severity::high;
  if (score_tenths >= 40) return Severity::medium;
  return score_tenths >= 1 ? Severity::low : Severity::none;
}

}  // namespace tocsin::formats::cvss
