#include "cli/sarif.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "formats/stix/validate.hpp"

namespace tocsin::cli {
namespace {

using boost::json::object;
using formats::Finding;

std::string_view level_of(Finding::Group group) noexcept {
  switch (group) {
    case Finding::Group::schema:
    case Finding::Group::mandatory:
      return "error";
    case Finding::Group::recommended:
      return "warning";
    case Finding::Group::informative:
    case Finding::Group::quality:
      break;
  }
  return "note";
}

/// RFC 3986 section 3.3: what may stand in a path stays, the rest is percent-encoded.
std::string uri_of(std::string_view path) {
  static constexpr std::string_view kMarks = "-._~/!$&'()*+,;=:@";
  std::string uri;
  for (const char c : path) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       kMarks.find(c) != std::string_view::npos;
    if (plain) {
      uri += c;
    } else {
      fmt::format_to(std::back_inserter(uri), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return uri;
}

object text(std::string_view words) {
  object made;
  made["text"] = words;
  return made;
}

}  // namespace

void SarifLog::add(std::string_view file, std::span<const Finding> findings) {
  object place;
  place["uri"] = uri_of(file);
  object artifact;
  artifact["location"] = place;
  const auto index = artifacts_.size();
  artifacts_.push_back(std::move(artifact));
  place["index"] = index;
  for (const auto& finding : findings) {
    rules_.insert(finding.test);
    object physical;
    physical["artifactLocation"] = place;
    object logical;
    // SARIF's fullyQualifiedName takes any text: the JSON pointer says it exactly.
    logical["fullyQualifiedName"] = finding.path;
    logical["kind"] = "value";
    object location;
    location["physicalLocation"] = std::move(physical);
    location["logicalLocations"] = boost::json::array{std::move(logical)};
    object result;
    result["ruleId"] = finding.test;
    result["level"] = level_of(finding.group);
    result["message"] = text(formats::sentence_of(finding));
    result["locations"] = boost::json::array{std::move(location)};
    results_.push_back(std::move(result));
  }
}

object SarifLog::finish() && {
  boost::json::array rules;
  for (const auto& id : rules_) {
    object rule;
    rule["id"] = id;
    const auto stix = std::ranges::find(formats::stix::tests(), id, &formats::stix::TestInfo::id);
    if (stix != formats::stix::tests().end()) {
      rule["shortDescription"] = text(stix->what);
      rules.push_back(std::move(rule));
      continue;
    }
    rule["shortDescription"] = text(id == "schema"           ? "The grammar of the CSAF schema"
                                    : id.starts_with("TOC-") ? fmt::format("Quality test {} of Tocsin", id)
                                                             : fmt::format("Test {} of the CSAF standard", id));
    rules.push_back(std::move(rule));
  }
  object driver;
  driver["name"] = "tocsin";
  driver["version"] = TOCSIN_VERSION;
  driver["rules"] = std::move(rules);
  object tool;
  tool["driver"] = std::move(driver);
  object run;
  run["tool"] = std::move(tool);
  run["artifacts"] = std::move(artifacts_);
  run["results"] = std::move(results_);
  object log;
  log["$schema"] = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/os/schemas/sarif-schema-2.1.0.json";
  log["version"] = "2.1.0";
  log["runs"] = boost::json::array{std::move(run)};
  return log;
}

}  // namespace tocsin::cli
