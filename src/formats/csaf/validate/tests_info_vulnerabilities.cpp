#include <algorithm>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/walk.hpp"
#include "formats/ssvc/ssvc.hpp"

/// What is worth knowing about vulnerabilities: 6.3.1 to 6.3.4, 6.3.12 to 6.3.15, 6.3.18. What no program without a
/// network or a grammarian can tell: 6.2.55, 6.3.6, 6.3.7, 6.3.16, 6.3.24.
namespace tocsin::formats::csaf {
namespace {

void cvss_v2_as_the_only_scoring_system(const Model& model, Sink& sink) {
  auto first = model.cvss.begin();
  std::vector<bool> scored(model.products.size());
  while (first != model.cvss.end()) {
    const auto last = std::find_if(first, model.cvss.end(),
                                   [&](const CvssView& each) { return each.vulnerability != first->vulnerability; });
    std::vector<ProductNumber> marked;
    for (auto each = first; each != last; ++each) {
      if (each->key == "cvss_v2") continue;
      for (const auto product : model.products_of(each->item)) {
        scored[product] = true;
        marked.push_back(product);
      }
    }
    for (auto each = first; each != last; ++each) {
      if (each->key != "cvss_v2") continue;
      const auto products = model.products_of(each->item);
      const auto is_scored = [&](ProductNumber product) { return scored[product]; };
      if (!products.empty() && std::ranges::all_of(products, is_scored)) continue;
      sink.add(each->node, tr<"CVSS 2.0 is the only score for a product">(), tr<"Give a score of CVSS 4.0 as well.">());
    }
    for (const auto product : marked) scored[product] = false;
    first = last;
  }
}

void use_of_cvss_v3_0(const Model& model, Sink& sink) {
  for (const auto& each : model.cvss) {
    if (each.key != "cvss_v3") continue;
    constexpr Message kMend = message<"Score the vulnerability by CVSS 3.1, or better by 4.0.">;
    if (const auto version = each.node["version"]; version.text() == "3.0") {
      sink.add(version, tr<"CVSS 3.0 is used">(), kMend);
    }
    if (const auto vector = each.node["vectorString"]; vector.text().starts_with("CVSS:3.0")) {
      sink.add(vector, tr<"the vector is of CVSS 3.0">(), kMend);
    }
  }
}

void missing_cve(const Model& model, Sink& sink) {
  for (const auto& each : model.vulnerabilities) {
    if (!each.node.is_object() || !each.node.text_at("cve").empty()) continue;
    sink.add(each.node, "/cve", tr<"the vulnerability has no CVE">(), tr<"Give the CVE, or have one assigned.">());
  }
}

void missing_cwe(const Model& model, Sink& sink) {
  const std::string_view member = model.is_2_0() ? "cwe" : "cwes";
  for (const auto& each : model.vulnerabilities) {
    if (!each.node.is_object() || !each.node[member].empty()) continue;
    sink.add(each.node, fmt::format("/{}", member), tr<"the vulnerability names no weakness">(), tr<"Give its CWE.">());
  }
}

void missing_cvss_v4(const Model& model, Sink& sink) {
  std::vector<bool> scored(model.products.size());
  auto cvss = model.cvss.begin();
  for (std::size_t i = 0; i < model.vulnerabilities.size(); ++i) {
    const auto& vulnerability = model.vulnerabilities[i];
    std::vector<ProductNumber> marked;
    for (; cvss != model.cvss.end() && cvss->vulnerability == i; ++cvss) {
      for (const auto product : model.products_of(cvss->item)) {
        scored[product] = true;
        marked.push_back(product);
      }
    }
    for (const auto metric : vulnerability.node["metrics"].elements()) {
      const auto content = metric["content"];
      if ((content["cvss_v2"] || content["cvss_v3"]) && !content["cvss_v4"]) {
        sink.add(content, tr<"there is a CVSS, but none of version 4.0">(), tr<"Add cvss_v4.">());
      }
    }
    for (const auto& status : vulnerability.status) {
      if (class_of(status.member) != StatusClass::affected || scored[status.product]) continue;
      sink.add(status.node, tr<"no CVSS covers '{}'">(text::shorten(status.node.text(), 60)),
               tr<"Add a metric with cvss_v4 for this product.">());
    }
    for (const auto product : marked) scored[product] = false;
  }
}

/// Calls `use(selection)` for every /vulnerabilities[]/metrics[]/content/ssvc_v2/selections[].
template <class Use>
void each_selection(const Model& model, const Use& use) {
  each_metric(model, [&](Node metric) {
    for (const auto selection : metric["content"]["ssvc_v2"]["selections"].elements()) use(selection);
  });
}

void non_latest_ssvc_version(const Model& model, Sink& sink) {
  each_selection(model, [&](Node selection) {
    const auto name_space = ssvc::read_namespace(selection.text_at("namespace"));
    if (name_space.standing != ssvc::Standing::registered) return;
    const auto key = selection.text_at("key");
    const auto version = selection["version"];
    const auto latest = ssvc::latest_version(name_space.base, key);
    // A version that does not exist is for 6.1.48 to tell.
    if (latest.empty() || version.text() == latest ||
        ssvc::find_decision_point(name_space.base, key, version.text()) == nullptr) {
      return;
    }
    sink.add(selection,
             tr<"{} {} is used, {} is the latest">(text::shorten(key, 40), text::shorten(version.text(), 40), latest),
             tr<"Assess the vulnerability by the latest version of the decision point.">());
  });
}

bool is_clear(const Model& model) { return model.document["distribution"]["tlp"].text_at("label") == "CLEAR"; }

void unregistered_ssvc_namespace(const Model& model, Sink& sink) {
  if (is_clear(model)) return;
  each_selection(model, [&](Node selection) {
    const auto name = selection["namespace"];
    if (ssvc::read_namespace(name.text()).standing != ssvc::Standing::unregistered) return;
    sink.add(name, tr<"'{}' is not registered: readers may not know it">(text::shorten(name.text(), 80)),
             tr<"Use a decision point of a registered namespace, or say where this one is defined.">());
  });
}

void ssvc_namespace_with_extension(const Model& model, Sink& sink) {
  if (is_clear(model)) return;
  each_selection(model, [&](Node selection) {
    const auto name = selection["namespace"];
    const auto read = ssvc::read_namespace(name.text());
    const bool special = read.standing == ssvc::Standing::test || read.standing == ssvc::Standing::example;
    if (!read.has_extension() || special) return;
    sink.add(name,
             tr<"the namespace has the extension '{}': readers may not know it">(text::shorten(read.extensions, 80)),
             tr<"Use the decision point as it is registered, where you can.">());
  });
}

void qualitative_severity_rating(const Model& model, Sink& sink) {
  each_metric(model, [&](Node metric) {
    if (!metric["content"]["qualitative_severity_rating"]) return;
    sink.add(metric, tr<"the severity is rated in one word, without saying why">(),
             tr<"Use CVSS or SSVC, whose inputs can be checked.">());
  });
}

constexpr std::string_view kNeedsNetwork = "it would have to fetch each URL; this validator uses no network";
constexpr std::string_view kNeedsKey = "it would have to fetch the OpenPGP key; this validator uses no network";

constexpr Test kTests[] = {
    {.id = "6.2.55", .in_2_0 = false, .not_run = kNeedsKey},
    {.id = "6.3.1", .run = cvss_v2_as_the_only_scoring_system},
    {.id = "6.3.2", .run = use_of_cvss_v3_0},
    {.id = "6.3.3", .run = missing_cve},
    {.id = "6.3.4", .run = missing_cwe},
    {.id = "6.3.6", .not_run = kNeedsNetwork},
    {.id = "6.3.7", .not_run = kNeedsNetwork},
    {.id = "6.3.8", .run = spell_check, .not_run = "no dictionary is installed", .needs_speller = true},
    {.id = "6.3.12", .in_2_0 = false, .run = missing_cvss_v4},
    {.id = "6.3.13", .in_2_0 = false, .run = non_latest_ssvc_version},
    {.id = "6.3.14", .in_2_0 = false, .run = unregistered_ssvc_namespace},
    {.id = "6.3.15", .in_2_0 = false, .run = ssvc_namespace_with_extension},
    {.id = "6.3.16", .in_2_0 = false, .not_run = "there is no grammar checker here that could be relied on"},
    {.id = "6.3.18", .in_2_0 = false, .run = qualitative_severity_rating},
    {.id = "6.3.24", .in_2_0 = false, .not_run = kNeedsKey},
};

}  // namespace

std::span<const Test> info_vulnerability_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
