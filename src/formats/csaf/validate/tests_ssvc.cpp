#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/structure.hpp"
#include "formats/csaf/validate/test_groups.hpp"
#include "formats/ssvc/ssvc.hpp"

/// SSVC objects of CSAF 2.1: 6.1.46 to 6.1.48.
namespace tocsin::formats::csaf {
namespace {

/// Calls `use(ssvc, vulnerability)` for every /vulnerabilities[]/metrics[]/content/ssvc_v2.
template <class Use>
void each_ssvc(const Model& model, Use use) {
  for (const auto& vulnerability : model.vulnerabilities) {
    for (const auto metric : vulnerability.node["metrics"].elements()) {
      if (const auto ssvc = metric["content"]["ssvc_v2"]) use(ssvc, vulnerability);
    }
  }
}

void invalid_ssvc(const Model& model, Sink& sink) {
  constexpr std::string_view kPlace[] = {"vulnerabilities", "[]", "metrics", "[]", "content", "ssvc_v2"};
  each_ssvc(model, [&](Node ssvc, const VulnerabilityView&) {
    for (const auto& finding : check_part(ssvc, model.version(), kPlace)) {
      sink.add(ssvc, finding.path, tr<"the SSVC object is not valid: {}">(finding.message),
               tr<"Write the object as the SSVC selection list schema demands.">());
    }
  });
}

void inconsistent_target_ids(const Model& model, Sink& sink) {
  const auto tracking_id = model.tracking.text_at("id");
  const bool several = model.vulnerabilities.size() > 1;
  each_ssvc(model, [&](Node ssvc, const VulnerabilityView& vulnerability) {
    for (const auto target : ssvc["target_ids"].elements()) {
      if (!target.is_string()) continue;
      if (several && target.text() == tracking_id) {
        sink.add(target, tr<"the target is the whole document, which speaks of several vulnerabilities">(),
                 tr<"Name the vulnerability that was assessed.">());
        continue;
      }
      bool named = vulnerability.node.text_at("cve") == target.text();
      for (const auto id : vulnerability.node["ids"].elements()) named = named || id.text_at("text") == target.text();
      if (!named) {
        sink.add(target, tr<"'{}' is no id of this vulnerability">(text::shorten(target.text(), 80)),
                 tr<"Name its CVE or one of its ids, or leave target_ids out.">());
      }
    }
  });
}

void decision_points(const Model& model, Sink& sink) {
  each_ssvc(model, [&](Node ssvc, const VulnerabilityView&) {
    for (const auto selection : ssvc["selections"].elements()) {
      const auto name_space = selection.text_at("namespace");
      const auto key = selection.text_at("key");
      const auto version = selection.text_at("version");
      std::vector<std::string_view> values;
      std::vector<Node> nodes;
      for (const auto value : selection["values"].elements()) {
        values.push_back(value.text_at("key"));
        nodes.push_back(value);
      }
      const auto verdict = ssvc::check_selection(name_space, key, version, values);
      const auto about =
          fmt::format("{} {} {}", text::shorten(name_space, 60), text::shorten(key, 40), text::shorten(version, 40));
      const auto at = verdict.value < nodes.size() ? nodes[verdict.value] : selection;
      switch (verdict.fault) {
        case ssvc::Fault::none:
          break;
        case ssvc::Fault::forbidden_namespace:
          sink.add(selection["namespace"], tr<"this namespace is reserved: nothing in it is valid">(),
                   tr<"Use a namespace that exists.">());
          break;
        case ssvc::Fault::unknown_decision_point:
          sink.add(selection["key"], tr<"there is no decision point {}">(about),
                   tr<"Name a decision point of the namespace, or use an unregistered namespace (x_...).">());
          break;
        case ssvc::Fault::unknown_version:
          sink.add(selection["version"], tr<"the decision point {} has no such version">(about),
                   tr<"Name a version that was published.">());
          break;
        case ssvc::Fault::unknown_value:
          sink.add(at, tr<"the decision point {} has no value '{}'">(about, text::shorten(values[verdict.value], 40)),
                   tr<"Choose among the values of its definition.">());
          break;
        case ssvc::Fault::repeated_value:
          sink.add(at, tr<"the value '{}' of {} stands here twice">(text::shorten(values[verdict.value], 40), about),
                   tr<"Let each value stand once.">());
          break;
        case ssvc::Fault::wrong_order:
          sink.add(at, tr<"the value '{}' of {} stands out of order">(text::shorten(values[verdict.value], 40), about),
                   tr<"Order the values as the definition does.">());
          break;
      }
    }
  });
}

constexpr Test kTests[] = {
    {.id = "6.1.46", .in_2_0 = false, .run = invalid_ssvc},
    {.id = "6.1.47", .in_2_0 = false, .run = inconsistent_target_ids},
    {.id = "6.1.48", .in_2_0 = false, .run = decision_points},
};

}  // namespace

std::span<const Test> ssvc_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
