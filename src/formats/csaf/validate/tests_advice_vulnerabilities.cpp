#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/names.hpp"
#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/walk.hpp"
#include "formats/ssvc/ssvc.hpp"

/// What is advised about vulnerabilities in CSAF 2.1: 6.2.33 to 6.2.37, 6.2.41, 6.2.47, 6.2.53, 6.3.20.
namespace tocsin::formats::csaf {
namespace {

const RevisionView* newest_revision(const Model& model) {
  const RevisionView* newest = nullptr;
  for (const auto& each : model.revisions) {
    if (each.date && (newest == nullptr || *each.date > *newest->date)) newest = &each;
  }
  return newest;
}

std::optional<Timestamp> time_of(Node text) {
  if (!text.is_string()) return std::nullopt;
  const auto time = parse_rfc3339(text.text());
  return time ? std::optional{*time} : std::nullopt;
}

void disclosure_date_newer_than_revision(const Model& model, Sink& sink) {
  const auto* newest = newest_revision(model);
  if (newest == nullptr) return;
  for (const auto& vulnerability : model.vulnerabilities) {
    const auto date = vulnerability.node["disclosure_date"];
    const auto time = time_of(date);
    // A date that is still to come may well be newer.
    if (!time || *time <= *newest->date || *time > system_clock().now()) continue;
    sink.add(date, tr<"the vulnerability was disclosed after the newest revision, of {}">(newest->node.text_at("date")),
             tr<"Publish a revision, now that the vulnerability is disclosed.">());
  }
}

void old_epss_timestamp(const Model& model, Sink& sink) {
  constexpr std::int64_t kDays = 15;
  constexpr std::int64_t kMicrosPerDay = std::int64_t{24} * 60 * 60 * 1'000'000;
  const auto* newest = newest_revision(model);
  if (newest == nullptr || (model.status != "final" && model.status != "interim")) return;
  for (const auto& vulnerability : model.vulnerabilities) {
    Node youngest;
    std::optional<Timestamp> youngest_time;
    for (const auto metric : vulnerability.node["metrics"].elements()) {
      const auto text = metric["content"]["epss"]["timestamp"];
      const auto time = time_of(text);
      if (!time || (youngest_time && *time <= *youngest_time)) continue;
      youngest = text;
      youngest_time = time;
    }
    if (!youngest_time || youngest_time->micros >= newest->date->micros - kDays * kMicrosPerDay) continue;
    sink.add(youngest,
             tr<"the youngest EPSS is more than {} days older than the newest revision, of {}">(
                 kDays, newest->node.text_at("date")),
             tr<"Give the EPSS of these days, or leave it out.">());
  }
}

void qualitative_rating_by_issuing_party(const Model& model, Sink& sink) {
  std::string_view canonical_url;
  const auto filename = file_name(model.tracking.text_at("id"));
  for (const auto each : model.document["references"].elements()) {
    const auto url = each.text_at("url");
    if (each.text_at("category") == "self" && url.starts_with("https://") && url.ends_with(filename))
      canonical_url = url;
  }
  each_metric(model, [&](Node metric) {
    if (!metric["content"]["qualitative_severity_rating"]) return;
    const auto source = metric["source"];
    if (source && (canonical_url.empty() || source.text() != canonical_url)) return;
    sink.add(metric, tr<"the issuing party rates the severity in one word">(),
             tr<"Rate it by CVSS or SSVC, which say why.">());
  });
}

// ---- SSVC

/// Calls `use(ssvc, selection)` for every /vulnerabilities[]/metrics[]/content/ssvc_v2/selections[].
template <class Use>
void each_selection(const Model& model, const Use& use) {
  each_metric(model, [&](Node metric) {
    const auto ssvc = metric["content"]["ssvc_v2"];
    for (const auto selection : ssvc["selections"].elements()) use(ssvc, selection);
  });
}

/// Reserved for documentation and tests: whatever stands there is right.
bool is_special(ssvc::Standing standing) noexcept {
  return standing == ssvc::Standing::test || standing == ssvc::Standing::example;
}

bool is_clear(const Model& model) { return model.document["distribution"]["tlp"].text_at("label") == "CLEAR"; }

void unknown_ssvc_namespace(const Model& model, Sink& sink) {
  each_selection(model, [&](Node, Node selection) {
    const auto name = selection["namespace"];
    if (!name.is_string()) return;
    const auto standing = ssvc::read_namespace(name.text()).standing;
    if (standing == ssvc::Standing::registered || is_special(standing)) return;
    sink.add(name, tr<"'{}' is no registered namespace: readers may not know it">(text::shorten(name.text(), 80)),
             tr<"Use a decision point of a registered namespace, where there is one.">());
  });
}

void unregistered_ssvc_namespace_in_clear(const Model& model, Sink& sink) {
  if (!is_clear(model)) return;
  each_selection(model, [&](Node, Node selection) {
    const auto name = selection["namespace"];
    if (ssvc::read_namespace(name.text()).standing != ssvc::Standing::unregistered) return;
    sink.add(name, tr<"'{}' is not registered, and everybody may read this document">(text::shorten(name.text(), 80)),
             tr<"Use a decision point of a registered namespace.">());
  });
}

void ssvc_extension_in_clear(const Model& model, Sink& sink) {
  if (!is_clear(model)) return;
  each_selection(model, [&](Node, Node selection) {
    const auto name = selection["namespace"];
    const auto read = ssvc::read_namespace(name.text());
    if (!read.has_extension() || is_special(read.standing)) return;
    sink.add(name,
             tr<"the namespace has the extension '{}', and everybody may read this document">(
                 text::shorten(read.extensions, 80)),
             tr<"Use the decision point as it is registered.">());
  });
}

void unknown_ssvc_namespace_without_resource(const Model& model, Sink& sink) {
  each_selection(model, [&](Node ssvc, Node selection) {
    const auto name = selection["namespace"];
    if (!name.is_string()) return;
    const auto read = ssvc::read_namespace(name.text());
    if (is_special(read.standing) || (read.standing == ssvc::Standing::registered && !read.has_extension())) return;
    const auto resources = ssvc["decision_point_resources"];
    for (const auto resource : resources.elements()) {
      if (resource.text_at("summary").find(name.text()) != std::string_view::npos) return;
    }
    const auto wrong = tr<"no decision point resource says what '{}' is">(text::shorten(name.text(), 80));
    constexpr Message kMend = message<"Add one with a summary that names the namespace, and where it is defined.">;
    if (resources) {
      sink.add(resources, wrong, kMend);
    } else {
      sink.add(ssvc, "/decision_point_resources", wrong, kMend);
    }
  });
}

// ---- Ids

/// Calls `use(id, system)` for every /vulnerabilities[]/ids[]; `system` is null where it is not registered.
template <class Use>
void each_id(const Model& model, const Use& use) {
  for (const auto& vulnerability : model.vulnerabilities) {
    for (const auto id : vulnerability.node["ids"].elements()) {
      const auto systems = registered_id_systems();
      const auto found = std::ranges::find(systems, id.text_at("system_name"), &IdSystem::system_name);
      use(id, found == systems.end() ? nullptr : &*found);
    }
  }
}

void text_of_registered_id_system(const Model& model, Sink& sink) {
  each_id(model, [&](Node id, const IdSystem* system) {
    const auto text = id["text"];
    if (system == nullptr || !text.is_string() || system->matches(text.text())) return;
    sink.add(text, tr<"'{}' is no id of {}">(text::shorten(text.text(), 60), system->common_name),
             tr<"Write it as the registry says, such as {}.">(system->example));
  });
}

void unregistered_id_system(const Model& model, Sink& sink) {
  each_id(model, [&](Node id, const IdSystem* system) {
    const auto name = id["system_name"];
    if (system != nullptr || !name.is_string()) return;
    sink.add(name, tr<"'{}' is not registered as a system of vulnerability ids">(text::shorten(name.text(), 80)),
             tr<"Use the name that the registry (RVISC) has for it, or have it registered.">());
  });
}

constexpr Test kTests[] = {
    {.id = "6.2.33", .in_2_0 = false, .run = disclosure_date_newer_than_revision},
    {.id = "6.2.34", .in_2_0 = false, .run = unknown_ssvc_namespace},
    {.id = "6.2.35", .in_2_0 = false, .run = unregistered_ssvc_namespace_in_clear},
    {.id = "6.2.36", .in_2_0 = false, .run = ssvc_extension_in_clear},
    {.id = "6.2.37", .in_2_0 = false, .run = unknown_ssvc_namespace_without_resource},
    {.id = "6.2.41", .in_2_0 = false, .run = old_epss_timestamp},
    {.id = "6.2.47", .in_2_0 = false, .run = qualitative_rating_by_issuing_party},
    {.id = "6.2.53", .in_2_0 = false, .run = text_of_registered_id_system},
    {.id = "6.3.20", .in_2_0 = false, .run = unregistered_id_system},
};

}  // namespace

std::span<const Test> advice_vulnerability_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
