#include <cmath>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/structure.hpp"
#include "formats/csaf/validate/test_groups.hpp"
#include "formats/cvss/metrics.hpp"
#include "formats/cvss/score.hpp"

/// CVSS objects: their grammar, and whether what they say follows from their vector: 6.1.8 to 6.1.10.
namespace tocsin::formats::csaf {
namespace {

using cvss::Version;

void invalid_cvss(const Model& model, Sink& sink) {
  if (model.fits_schema) return;
  for (const auto& each : model.cvss) {
    const std::string_view in_2_0[] = {"vulnerabilities", "[]", "scores", "[]", each.key};
    const std::string_view in_2_1[] = {"vulnerabilities", "[]", "metrics", "[]", "content", each.key};
    const auto findings = model.is_2_0() ? check_part(each.node, model.version(), in_2_0)
                                         : check_part(each.node, model.version(), in_2_1);
    for (const auto& finding : findings) {
      sink.add(each.node, finding.path, tr<"the CVSS object is not valid: {}">(finding.message),
               tr<"Write the object as the CVSS schema of its version demands.">());
    }
  }
}

/// A score and its severity as the object gives them.
struct Given {
  Node score, severity;
};
struct GivenScores {
  explicit GivenScores(Node object) {
    for (const auto member : object.members()) {
      if (auto* const place = place_of(member.name); place != nullptr && !*place) *place = member.value;
    }
  }
  Node* place_of(std::string_view name) noexcept {
    if (is(name, "baseScore")) return &base.score;
    if (is(name, "baseSeverity")) return &base.severity;
    if (is(name, "temporalScore")) return &temporal.score;
    if (is(name, "temporalSeverity")) return &temporal.severity;
    if (is(name, "threatScore")) return &threat.score;
    if (is(name, "threatSeverity")) return &threat.severity;
    if (is(name, "environmentalScore")) return &environmental.score;
    if (is(name, "environmentalSeverity")) return &environmental.severity;
    return nullptr;
  }
  Given base, temporal, threat, environmental;
};

void compare_score(const Given& given, int tenths, Version version, Sink& sink) {
  if (const auto score = given.score.number(); score && std::abs(*score * 10.0 - static_cast<double>(tenths)) > 1e-6) {
    sink.add(given.score, tr<"the vector computes to {}, not {}">(cvss::score_text(tenths), *score),
             tr<"Write {}, or correct the vector.">(cvss::score_text(tenths)));
  }
  // CVSS 2.0 knows no severities.
  if (version == Version::v2_0) return;
  const auto severity = given.severity;
  const auto right = cvss::severity_of(tenths, version);
  if (severity.is_string() && !text::equals_ignore_case_ascii(severity.text(), cvss::to_string(right))) {
    sink.add(severity,
             tr<"a score of {} is {}, not {}">(cvss::score_text(tenths), cvss::to_string(right),
                                               text::shorten(text::lower_ascii(severity.text()), 40)),
             tr<"Write the severity that the score stands for.">());
  }
}

struct Property {
  std::string_view name;    ///< "attackVector"
  std::string_view metric;  ///< "AV"
};

constexpr Property kProperties_2_0[] = {
    {"accessVector", "AV"},         {"accessComplexity", "AC"},
    {"authentication", "Au"},       {"confidentialityImpact", "C"},
    {"integrityImpact", "I"},       {"availabilityImpact", "A"},
    {"exploitability", "E"},        {"remediationLevel", "RL"},
    {"reportConfidence", "RC"},     {"collateralDamagePotential", "CDP"},
    {"targetDistribution", "TD"},   {"confidentialityRequirement", "CR"},
    {"integrityRequirement", "IR"}, {"availabilityRequirement", "AR"},
};
constexpr Property kProperties_3[] = {
    {"attackVector", "AV"},
    {"attackComplexity", "AC"},
    {"privilegesRequired", "PR"},
    {"userInteraction", "UI"},
    {"scope", "S"},
    {"confidentialityImpact", "C"},
    {"integrityImpact", "I"},
    {"availabilityImpact", "A"},
    {"exploitCodeMaturity", "E"},
    {"remediationLevel", "RL"},
    {"reportConfidence", "RC"},
    {"confidentialityRequirement", "CR"},
    {"integrityRequirement", "IR"},
    {"availabilityRequirement", "AR"},
    {"modifiedAttackVector", "MAV"},
    {"modifiedAttackComplexity", "MAC"},
    {"modifiedPrivilegesRequired", "MPR"},
    {"modifiedUserInteraction", "MUI"},
    {"modifiedScope", "MS"},
    {"modifiedConfidentialityImpact", "MC"},
    {"modifiedIntegrityImpact", "MI"},
    {"modifiedAvailabilityImpact", "MA"},
};
constexpr Property kProperties_4_0[] = {
    {"attackVector", "AV"},
    {"attackComplexity", "AC"},
    {"attackRequirements", "AT"},
    {"privilegesRequired", "PR"},
    {"userInteraction", "UI"},
    {"vulnConfidentialityImpact", "VC"},
    {"vulnIntegrityImpact", "VI"},
    {"vulnAvailabilityImpact", "VA"},
    {"subConfidentialityImpact", "SC"},
    {"subIntegrityImpact", "SI"},
    {"subAvailabilityImpact", "SA"},
    {"exploitMaturity", "E"},
    {"confidentialityRequirement", "CR"},
    {"integrityRequirement", "IR"},
    {"availabilityRequirement", "AR"},
    {"modifiedAttackVector", "MAV"},
    {"modifiedAttackComplexity", "MAC"},
    {"modifiedAttackRequirements", "MAT"},
    {"modifiedPrivilegesRequired", "MPR"},
    {"modifiedUserInteraction", "MUI"},
    {"modifiedVulnConfidentialityImpact", "MVC"},
    {"modifiedVulnIntegrityImpact", "MVI"},
    {"modifiedVulnAvailabilityImpact", "MVA"},
    {"modifiedSubConfidentialityImpact", "MSC"},
    {"modifiedSubIntegrityImpact", "MSI"},
    {"modifiedSubAvailabilityImpact", "MSA"},
    {"Safety", "S"},
    {"Automatable", "AU"},
    {"Recovery", "R"},
    {"valueDensity", "V"},
    {"vulnerabilityResponseEffort", "RE"},
    {"providerUrgency", "U"},
};

std::span<const Property> properties_of(Version version) noexcept {
  switch (version) {
    case Version::v2_0:
      return kProperties_2_0;
    case Version::v3_0:
    case Version::v3_1:
      return kProperties_3;
    case Version::v4_0:
      break;
  }
  return kProperties_4_0;
}

/// Calls `use` with each character of "Proof of concept" as the JSON schemas write it, "PROOF_OF_CONCEPT", as long as
/// it answers true.
template <class Use>
void spell(std::string_view value_name, Version version, Use use) {
  // The schemas of 3.x have this one word more than the specification.
  const bool v3 = version == Version::v3_0 || version == Version::v3_1;
  const std::string_view name = v3 && value_name == "Adjacent" ? "Adjacent Network" : value_name;
  bool blank = false;
  bool first = true;
  for (const char c : name) {
    const bool small = c >= 'a' && c <= 'z';
    if (small || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) {
      if (blank && !first && !use('_')) return;
      blank = first = false;
      if (!use(small ? static_cast<char>(c - 'a' + 'A') : c)) return;
    } else {
      blank = true;
    }
  }
}

std::string written_as(std::string_view value, Version version) {
  std::string written;
  spell(value, version, [&](char c) {
    written += c;
    return true;
  });
  return written;
}

bool is_written_as(std::string_view text, std::string_view value, Version version) {
  std::size_t at = 0;
  bool same = true;
  spell(value, version, [&](char c) { return same = same && at < text.size() && text[at++] == c; });
  return same && at == text.size();
}

/// The vector with metrics that only members give: some write the environment of CVSS 4.0 so (official example
/// 6-2-19-19 of 2.1).
std::optional<cvss::Vector> completed(const CvssView& cvss) {
  std::string text{cvss.node.text_at("vectorString")};
  const auto version = cvss.vector->version;
  bool any = false;
  for (const auto& property : properties_of(version)) {
    const auto written = cvss.node.text_at(property.name);
    if (written.empty()) continue;
    if (std::ranges::find(cvss.vector->metrics, property.metric, &cvss::MetricValue::metric) !=
        cvss.vector->metrics.end()) {
      continue;
    }
    const auto specs = cvss::metrics_of(version);
    const auto spec = std::ranges::find(specs, property.metric, &cvss::MetricSpec::metric);
    if (spec == specs.end()) continue;
    for (const auto& value : spec->values) {
      if (!is_written_as(written, value.name, version)) continue;
      text += fmt::format("/{}:{}", property.metric, value.value);
      any = true;
    }
  }
  auto vector = any ? cvss::parse_vector(text) : Result<cvss::Vector>{Error::invalid("nothing to add")};
  return vector ? std::optional{std::move(*vector)} : std::nullopt;
}

void invalid_cvss_computation(const Model& model, Sink& sink) {
  for (const auto& each : model.cvss) {
    if (!each.vector) continue;
    const auto object = each.node;
    const auto& vector = *each.vector;
    auto scores = *each.scores;
    const auto version = vector.version;
    const bool v2 = version == Version::v2_0;
    if (version == Version::v4_0 && std::lround(object["baseScore"].number().value_or(-1) * 10) != scores.base_tenths) {
      if (const auto with_members = completed(each)) scores = cvss::scores_of(*with_members);
    }
    const GivenScores given{object};
    compare_score(given.base, scores.base_tenths, version, sink);
    if (version == Version::v4_0) {
      // One score stands on all metrics; the members of other groups say the same or nothing.
      compare_score(given.threat, scores.base_tenths, version, sink);
      compare_score(given.environmental, scores.base_tenths, version, sink);
      continue;
    }
    // Metrics that a vector leaves out weigh as "not defined": the score of the group below stands.
    const int temporal = scores.temporal_tenths.value_or(scores.base_tenths);
    compare_score(given.temporal, temporal, version, sink);
    if (scores.environmental_tenths || !v2) {
      compare_score(given.environmental, scores.environmental_tenths.value_or(temporal), version, sink);
    }
  }
}

/// What every object has, to be told before its metrics are searched for it.
bool is_no_metric(std::string_view name) noexcept {
  return is(name, "version") || is(name, "vectorString") || is(name, "baseScore") || is(name, "baseSeverity");
}

void inconsistent_cvss(const Model& model, Sink& sink) {
  for (const auto& each : model.cvss) {
    if (!each.vector) continue;
    const auto object = each.node;
    const auto& vector = *each.vector;
    if (const auto version = object.text_at("version");
        !version.empty() && version != cvss::to_string(vector.version)) {
      sink.add(object["version"],
               tr<"the vector is of CVSS {}, not {}">(cvss::to_string(vector.version), text::shorten(version, 20)),
               tr<"Let version and vector be of the same CVSS version.">());
    }
    const auto properties = properties_of(vector.version);
    for (const auto member : object.members()) {
      if (is_no_metric(member.name)) continue;
      const auto property = std::ranges::find(properties, member.name, &Property::name);
      if (property == properties.end() || !member.value.is_string()) continue;
      const auto metric = std::ranges::find(vector.metrics, property->metric, &cvss::MetricValue::metric);
      // What the vector leaves out it does not contradict: some give those metrics as members only (official example
      // 6-2-19-13 of 2.0).
      if (metric == vector.metrics.end()) continue;
      if (is_written_as(member.value.text(), metric->value_name, vector.version)) continue;
      const auto right = written_as(metric->value_name, vector.version);
      sink.add(member.value,
               tr<"the vector says {} for {}, not {}">(right, property->metric, text::shorten(member.value.text(), 40)),
               tr<"Write what the vector says, or leave the member out.">());
    }
  }
}

constexpr Test kTests[] = {
    {.id = "6.1.8", .run = invalid_cvss},
    {.id = "6.1.9", .run = invalid_cvss_computation},
    {.id = "6.1.10", .run = inconsistent_cvss},
};

}  // namespace

std::span<const Test> score_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
