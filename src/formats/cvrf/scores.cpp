#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/cvrf/steps.hpp"

/// The part of the conversion that concerns CVSS.
namespace tocsin::formats::cvrf {
namespace {

using boost::json::array;
using boost::json::object;
using cvss::Version;

struct Score {
  const Element* element;
  Version version;
  object cvss;
  std::vector<std::string> products;
};

bool is_v3(Version version) noexcept { return version == Version::v3_0 || version == Version::v3_1; }

/// "CVSS:3.1/" of a vector that says so.
std::optional<Version> version_in_vector(std::string_view vector) noexcept {
  for (const auto version : {Version::v3_0, Version::v3_1, Version::v4_0}) {
    constexpr std::string_view kPrefix = "CVSS:";
    if (vector.starts_with(kPrefix) && vector.substr(kPrefix.size()).starts_with(cvss::to_string(version))) {
      return version;
    }
  }
  return std::nullopt;
}

/// Of ".../cvss-v3.1.xsd"; nothing for other namespaces and for those of CVSS 2.
std::optional<Version> version_of_namespace(std::string_view uri) noexcept {
  if (!is_cvss_namespace(uri)) return std::nullopt;
  for (const auto version : {Version::v3_0, Version::v3_1, Version::v4_0}) {
    const auto at = uri.find("cvss-v");
    if (at != std::string_view::npos && uri.substr(at + 6).starts_with(cvss::to_string(version))) return version;
  }
  return std::nullopt;
}

/// Of a score set of version 3 whose vector does not say its minor version.
Version guess_version(Context& context, const Element& set) {
  if (const auto version = version_of_namespace(set.uri)) {
    context.warn(set, tr<"the vector does not say its version of CVSS: {} was guessed from the element's namespace">(
                          cvss::to_string(*version)));
    return *version;
  }
  std::set<Version> declared;
  for (const auto uri : context.document().root_namespaces()) {
    if (const auto version = version_of_namespace(uri)) declared.insert(*version);
  }
  if (declared.size() == 1) {
    const auto version = *declared.begin();
    context.warn(set, tr<"the vector does not say its version of CVSS: {} was guessed from the global namespace">(
                          cvss::to_string(version)));
    return version;
  }
  const auto version = context.options().cvss_v3;
  context.warn(set, tr<"the vector does not say its version of CVSS: {} was taken from the configuration">(
                        cvss::to_string(version)));
  return version;
}

std::optional<double> number_of(std::string_view text) noexcept {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size() || !(number >= 0 && number <= 10)) return std::nullopt;
  return number;
}

/// Vectors of CVSS 2 are often written in brackets.
std::string without_brackets(std::string vector) {
  if (vector.size() > 2 && vector.front() == '(' && vector.back() == ')') return vector.substr(1, vector.size() - 2);
  return vector;
}

/// False, with a note, where a score is none.
bool put_scores(Context& context, const Element& set, std::string_view suffix, Version version, object& out) {
  constexpr Word kScores[] = {
      {"BaseScore", "baseScore"}, {"TemporalScore", "temporalScore"}, {"EnvironmentalScore", "environmentalScore"}};
  for (const auto& each : kScores) {
    const auto* element = child_of(&set, fmt::format("{}{}", each.cvrf, suffix));
    if (element == nullptr) continue;
    const auto number = number_of(line_of(element));
    if (!number) {
      context.fail(*element,
                   tr<"'{}' is no score; expected is a number from 0.0 to 10.0">(text::shorten(line_of(element), 40)));
      return false;
    }
    // CVSS 4.0 has one score only.
    if (version == Version::v4_0 && each.csaf != "baseScore") continue;
    out[each.csaf] = *number;
    if (each.csaf != "baseScore" || version == Version::v2_0) continue;
    const auto severity = cvss::severity_of(static_cast<int>(std::lround(*number * 10)), version);
    std::string name;
    for (const char c : cvss::to_string(severity)) name += static_cast<char>(c - 'a' + 'A');
    out["baseSeverity"] = name;
  }
  return out.contains("baseScore");
}

/// Nothing, with a note, where it cannot be converted.
std::optional<Score> read_score(Context& context, const Element& set, const DefaultProducts& products) {
  const auto suffix = set.local().substr(std::string_view{"ScoreSet"}.size());
  auto vector = without_brackets(line_of(child_of(&set, fmt::format("Vector{}", suffix))));
  if (vector.empty()) {
    context.note(context.options().mend ? csaf::ConversionNote::Level::warning : csaf::ConversionNote::Level::error,
                 set, {}, tr<"the CVSS element could not be converted, as the CVSS vector is missing">());
    return std::nullopt;
  }
  auto version = version_in_vector(vector);
  if (!version && suffix == "V3") {
    version = guess_version(context, set);
    vector = fmt::format("CVSS:{}/{}", cvss::to_string(*version), vector);
  }
  Score score{&set, version.value_or(Version::v2_0), {}, {}};
  if (const auto parsed = cvss::parse_vector(vector); !parsed) {
    context.fail(set, tr<"the CVSS element could not be converted, as '{}' is no CVSS vector: {}">(
                          text::shorten(vector, 200), parsed.error().message));
    return std::nullopt;
  }
  score.cvss["version"] = cvss::to_string(score.version);
  score.cvss["vectorString"] = vector;
  if (!put_scores(context, set, suffix, score.version, score.cvss)) return std::nullopt;
  for (const auto* id : children_of(&set, "ProductID")) score.products.push_back(line_of(id));
  if (score.products.empty()) score.products = context.products_for(set, products, tr<"score">());
  if (score.products.empty()) return std::nullopt;
  return score;
}

/// Where a product has scores of 3.0 and of 3.1, the former go.
void discard_v3_0(Context& context, std::vector<Score>& scores) {
  std::set<std::string> newer;
  for (const auto& each : scores) {
    if (each.version == Version::v3_1) newer.insert(each.products.begin(), each.products.end());
  }
  for (auto& each : scores) {
    if (each.version != Version::v3_0) continue;
    std::vector<std::string> kept, discarded;
    for (const auto& id : each.products) (newer.contains(id) ? discarded : kept).push_back(id);
    if (discarded.empty()) continue;
    context.warn(*each.element, tr<"the score of CVSS 3.0 was discarded for {}: there is one of CVSS 3.1">(
                                    text::shorten(fmt::format("{}", fmt::join(discarded, ", ")), 400)));
    each.products = std::move(kept);
  }
  std::erase_if(scores, [](const Score& each) { return each.products.empty(); });
}

}  // namespace

array make_scores(Context& context, const Element& vulnerability, const DefaultProducts& products, std::size_t index,
                  const std::string& pointer) {
  std::vector<Score> scores;
  if (const auto* sets = child_of(&vulnerability, "CVSSScoreSets"); sets != nullptr) {
    for (const auto* set : sets->children) {
      const auto name = set->local();
      if (name != "ScoreSet" && name != "ScoreSetV2" && name != "ScoreSetV3") continue;
      if (!is_cvrf_namespace(set->uri) && !is_cvss_namespace(set->uri)) continue;
      if (auto score = read_score(context, *set, products)) scores.push_back(std::move(*score));
    }
  }
  discard_v3_0(context, scores);
  array made;
  for (auto& each : scores) {
    if (each.version == Version::v4_0) {
      object content;
      content["cvss_v4"] = std::move(each.cvss);
      context.only_in_2_1[index].metrics.push_back(
          object{{"content", std::move(content)}, {"products", texts(each.products)}});
      continue;
    }
    context.made_from(fmt::format("{}/scores/{}", pointer, made.size()), *each.element);
    context.made_from(fmt::format("{}/metrics/{}", pointer, made.size()), *each.element);
    object score;
    score[is_v3(each.version) ? "cvss_v3" : "cvss_v2"] = std::move(each.cvss);
    score["products"] = texts(each.products);
    made.push_back(std::move(score));
  }
  return made;
}

}  // namespace tocsin::formats::cvrf
