#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/validate/coverage.hpp"
#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/walk.hpp"

/// What is advised about products: 6.2.1 to 6.2.3, 6.2.8, 6.2.9, 6.2.16, 6.2.18, 6.2.19.
namespace tocsin::formats::csaf {
namespace {

using cvss::Version;

void unused_definition_of_product_id(const Model& model, Sink& sink) {
  // Such a document has no vulnerabilities that could refer to products.
  if (model.category == "csaf_informational_advisory") return;
  std::vector<bool> used(model.products.size());
  for (const auto& reference : model.product_references) {
    if (reference.list == kNone) used[reference.product] = true;
  }
  for (const auto& list : model.lists) {
    for (const auto product : list.products) used[product] = true;
  }
  for (const auto& definition : model.definitions) {
    if (used[definition.product]) continue;
    sink.add(definition.id(), tr<"product id '{}' is defined but never used">(definition.id().text()),
             tr<"Remove the product, or say in a vulnerability what holds for it.">());
  }
}

/// Tells of each product with one of these statuses that no item of `covering` names.
template <class Wanted>
void each_not_covered(const Model& model, std::string_view covering, const Wanted& wanted, Sink& sink,
                      std::string_view missing, std::string_view mend) {
  Coverage covered{model};
  for (const auto& vulnerability : model.vulnerabilities) {
    if (vulnerability.status.empty()) continue;
    covered.clear();
    for (const auto item : vulnerability.node[covering].elements()) covered.add(item);
    for (const auto& status : vulnerability.status) {
      if (!wanted(class_of(status.member)) || covered.contains(status.product)) continue;
      sink.add(status.node,
               tr<"'{}' is {}, but there is no {} for it">(status.node.text(), to_string(status.member), missing),
               mend);
    }
  }
}

void missing_remediation(const Model& model, Sink& sink) {
  each_not_covered(
      model, "remediations",
      [](StatusClass status) { return status == StatusClass::affected || status == StatusClass::under_investigation; },
      sink, tr<"remediation">(),
      tr<"Add a remediation, of category none_available or no_fix_planned if there is none.">());
}

void missing_metric(const Model& model, Sink& sink) {
  each_not_covered(
      model, model.is_2_0() ? "scores" : "metrics", [](StatusClass status) { return status == StatusClass::affected; },
      sink, model.is_2_0() ? tr<"score">() : tr<"metric">(),
      tr<"Say how severe the vulnerability is for this product.">());
}

void check_only_algorithm(const Model& model, Sink& sink, std::string_view algorithm) {
  each_full_product_name(model, [&](Node product) {
    for (const auto file : product["product_identification_helper"]["hashes"].elements()) {
      const auto hashes = file["file_hashes"];
      if (hashes.empty()) continue;
      bool only = true;
      for (const auto each : hashes.elements()) only = only && each.text_at("algorithm") == algorithm;
      if (!only) continue;
      sink.add(hashes, tr<"{} is the only hash algorithm here, and collisions can be made for it">(algorithm),
               tr<"Add a hash of a stronger algorithm, such as sha256 or sha512.">());
    }
  });
}

void md5_as_the_only_hash_algorithm(const Model& model, Sink& sink) { check_only_algorithm(model, sink, "md5"); }
void sha1_as_the_only_hash_algorithm(const Model& model, Sink& sink) { check_only_algorithm(model, sink, "sha1"); }

void missing_product_identification_helper(const Model& model, Sink& sink) {
  each_full_product_name(model, [&](Node product) {
    if (!product.is_object() || product["product_identification_helper"]) return;
    sink.add(product, tr<"'{}' has no product_identification_helper">(text::shorten(product.text_at("name"), 80)),
             tr<"Say by which CPE, package URL, model number or serial number the product is told.">());
  });
}

/// ^vers:[a-z\.\-\+][a-z0-9\.\-\+]*/.+
bool looks_like_vers(std::string_view name) {
  constexpr std::string_view kScheme = "vers:";
  if (!name.starts_with(kScheme)) return false;
  name.remove_prefix(kScheme.size());
  const auto slash = name.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash + 1 >= name.size()) return false;
  // The expression's dot takes no line feed.
  if (name[slash + 1] == '\n') return false;
  const auto type = name.substr(0, slash);
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '+'; };
  return is_letter(type.front()) &&
         std::ranges::all_of(type, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

void product_version_range_without_vers(const Model& model, Sink& sink) {
  for (const auto& branch : model.branches) {
    if (branch.node.text_at("category") != "product_version_range") continue;
    const auto name = branch.node["name"];
    if (!name.is_string() || looks_like_vers(name.text())) continue;
    sink.add(name, tr<"the range '{}' is not written as vers">(text::shorten(name.text(), 80)),
             tr<"Write it as a version range specifier, such as vers:intdot/>=2.0|<4.5.">());
  }
}

// ---- 6.2.19

/// A metric's value as the vector has it, else as the member does that says the same; "X" for neither.
std::string_view value_of(const CvssView& cvss, std::string_view metric, std::string_view member) {
  if (cvss.vector) {
    const auto found = std::ranges::find(cvss.vector->metrics, metric, &cvss::MetricValue::metric);
    if (found != cvss.vector->metrics.end()) return found->value;
  }
  const auto written = cvss.node.text_at(member);
  return written == "NONE" || written == "NEGLIGIBLE" ? "N" : "X";
}

struct Impact {
  std::string_view modified, modified_member, base;
};
constexpr Impact kImpacts_3[] = {{"MC", "modifiedConfidentialityImpact", "C"},
                                 {"MI", "modifiedIntegrityImpact", "I"},
                                 {"MA", "modifiedAvailabilityImpact", "A"}};
constexpr Impact kImpacts_4[] = {
    {"MVC", "modifiedVulnConfidentialityImpact", "VC"}, {"MVI", "modifiedVulnIntegrityImpact", "VI"},
    {"MVA", "modifiedVulnAvailabilityImpact", "VA"},    {"MSC", "modifiedSubConfidentialityImpact", "SC"},
    {"MSI", "modifiedSubIntegrityImpact", "SI"},        {"MSA", "modifiedSubAvailabilityImpact", "SA"}};

/// Is the overall score 0: in the environment, where that is told, else as such? Environments may stand in the vector
/// or in members alone.
bool is_zero(const CvssView& cvss) {
  if (cvss.node["environmentalScore"].number() == 0.0) return true;
  if (!cvss.vector) return cvss.node["baseScore"].number() == 0.0;
  const auto none = [&](const Impact& impact) {
    const auto modified = value_of(cvss, impact.modified, impact.modified_member);
    return modified == "X" ? value_of(cvss, impact.base, {}) == "N" : modified == "N";
  };
  switch (cvss.vector->version) {
    case Version::v2_0:
      return value_of(cvss, "TD", "targetDistribution") == "N" ||
             (value_of(cvss, "C", {}) == "N" && value_of(cvss, "I", {}) == "N" && value_of(cvss, "A", {}) == "N");
    case Version::v3_0:
    case Version::v3_1:
      return std::ranges::all_of(kImpacts_3, none);
    case Version::v4_0:
      break;
  }
  return std::ranges::all_of(kImpacts_4, none);
}

void cvss_for_fixed_products(const Model& model, Sink& sink) {
  std::vector<bool> scored(model.products.size());
  auto cvss = model.cvss.begin();
  for (std::size_t i = 0; i < model.vulnerabilities.size(); ++i) {
    const auto& vulnerability = model.vulnerabilities[i];
    const bool any_fixed = std::ranges::any_of(
        vulnerability.status, [](const StatusEntry& each) { return class_of(each.member) == StatusClass::fixed; });
    std::vector<ProductNumber> marked;
    for (; cvss != model.cvss.end() && cvss->vulnerability == i; ++cvss) {
      if (!any_fixed || is_zero(*cvss)) continue;
      for (const auto product : model.products_of(cvss->item)) {
        scored[product] = true;
        marked.push_back(product);
      }
    }
    for (const auto& status : vulnerability.status) {
      if (class_of(status.member) != StatusClass::fixed || !scored[status.product]) continue;
      sink.add(status.node,
               tr<"'{}' is {}, but a CVSS that applies to it is above 0">(status.node.text(), to_string(status.member)),
               tr<"Take the product out of that score, or let its environmental metrics say that nothing is left.">());
    }
    for (const auto product : marked) scored[product] = false;
  }
}

constexpr Test kTests[] = {
    {.id = "6.2.1", .run = unused_definition_of_product_id},
    {.id = "6.2.2", .run = missing_remediation},
    {.id = "6.2.3", .run = missing_metric},
    {.id = "6.2.8", .run = md5_as_the_only_hash_algorithm},
    {.id = "6.2.9", .run = sha1_as_the_only_hash_algorithm},
    {.id = "6.2.16", .run = missing_product_identification_helper},
    {.id = "6.2.18", .run = product_version_range_without_vers},
    {.id = "6.2.19", .run = cvss_for_fixed_products},
};

}  // namespace

std::span<const Test> advice_product_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
