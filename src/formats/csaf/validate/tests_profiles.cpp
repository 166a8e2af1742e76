#include <algorithm>
#include <initializer_list>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/names.hpp"
#include "formats/csaf/validate/coverage.hpp"
#include "formats/csaf/validate/profile_findings.hpp"
#include "formats/csaf/validate/test_groups.hpp"

/// Profiles (section 4): the category's name, and what each profile demands: 6.1.26 and 6.1.27.1 to 6.1.27.19 but for
/// 6.1.27.13, which has a file of its own.
namespace tocsin::formats::csaf {
namespace {

constexpr std::string_view kInformational = "csaf_informational_advisory";
constexpr std::string_view kIncidentResponse = "csaf_security_incident_response";
constexpr std::string_view kSecurityAdvisory = "csaf_security_advisory";
constexpr std::string_view kVex = "csaf_vex";
constexpr std::string_view kDeprecatedSecurityAdvisory = "csaf_deprecated_security_advisory";  // These four: 2.1.
constexpr std::string_view kWithdrawn = "csaf_withdrawn";
constexpr std::string_view kSuperseded = "csaf_superseded";
constexpr std::string_view kVulnerabilityReport = "csaf_vulnerability_report";

/// Profiles but for CSAF Base; 2.0 knows the first four.
constexpr std::string_view kProfiles[] = {
    kInformational, kIncidentResponse, kSecurityAdvisory,    kVex, kDeprecatedSecurityAdvisory,
    kWithdrawn,     kSuperseded,       kVulnerabilityReport,
};
constexpr std::size_t kProfilesOf20 = 4;

std::span<const std::string_view> profiles_of(const Model& model) noexcept {
  const std::span<const std::string_view> all{kProfiles};
  return model.is_2_0() ? all.first(kProfilesOf20) : all;
}

bool is_in(std::span<const std::string_view> names, std::string_view name) noexcept {
  return std::ranges::find(names, name) != names.end();
}

/// The document has one of these profiles, and its version of CSAF knows it.
bool has_profile(const Model& model, std::initializer_list<std::string_view> names) noexcept {
  return is_in({names.begin(), names.size()}, model.category) && is_in(profiles_of(model), model.category);
}

void prohibited_document_category_name(const Model& model, Sink& sink) {
  constexpr std::string_view kPrefix = "csaf_";
  const auto category = model.document["category"];
  const auto value = category.text();
  if (value.empty() || value == "csaf_base" || is_in(profiles_of(model), value)) return;
  if (text::equals_ignore_case_ascii(value.substr(0, kPrefix.size()), kPrefix)) {
    sink.add(category, tr<"category '{}' begins with csaf_, but is no profile of CSAF">(value),
             tr<"Use the value of a profile, csaf_base, or a category without this prefix.">());
    return;
  }
  const auto name = name_without_separators(value);
  for (const auto profile : profiles_of(model)) {
    const auto full = name_without_separators(profile);
    if (name != full && name != std::string_view{full}.substr(kPrefix.size() - 1)) continue;
    sink.add(category, tr<"category '{}' reads as the profile {}, but is not its value">(value, profile),
             tr<"Use {} where the document follows that profile, else another category.">(profile));
    return;
  }
}

void require_note(const Model& model, Sink& sink, std::span<const std::string_view> categories) {
  for (const auto note : model.document["notes"].elements()) {
    if (is_in(categories, note.text_at("category"))) return;
  }
  const auto list = fmt::format("{}", fmt::join(categories, ", "));
  add_at_member(sink, model.document, "notes",
                tr<"the profile {} needs a document note of category {}">(model.category, list),
                tr<"Add a note of category {} that says what the document is about.">(list));
}

void document_notes(const Model& model, Sink& sink) {
  constexpr std::string_view kCategories[] = {"description", "details", "general", "summary"};
  if (has_profile(model, {kInformational, kIncidentResponse})) require_note(model, sink, kCategories);
}

void document_notes_of_withdrawn(const Model& model, Sink& sink) {
  constexpr std::string_view kCategories[] = {"description"};
  if (has_profile(model, {kWithdrawn, kSuperseded})) require_note(model, sink, kCategories);
}

/// The schema's default is external.
bool is_external(Node reference) noexcept {
  return reference.is_object() && (!reference["category"] || reference.text_at("category") == "external");
}

void document_references(const Model& model, Sink& sink) {
  if (!has_profile(model, {kInformational, kIncidentResponse})) return;
  for (const auto reference : model.document["references"].elements()) {
    if (is_external(reference)) return;
  }
  add_at_member(sink, model.document, "references",
                tr<"the profile {} needs a document reference of category external">(model.category),
                tr<"Add a reference of category external to where more is said about the issue.">());
}

void prohibit(const Model& model, Sink& sink, std::string_view name) {
  const auto member = model.root()[name];
  if (!member) return;
  sink.add(member, tr<"a document of profile {} has no {}">(model.category, name),
           tr<"Remove {}, or choose another category, for example csaf_base.">(name));
}

void require(const Model& model, Sink& sink, std::string_view name) {
  if (model.root()[name]) return;
  sink.add(model.root(), fmt::format("/{}", name), tr<"the profile {} needs {}">(model.category, name),
           tr<"Add {}, or choose another category, for example csaf_base.">(name));
}

void no_vulnerabilities(const Model& model, Sink& sink) {
  if (has_profile(model, {kInformational, kWithdrawn, kSuperseded})) prohibit(model, sink, "vulnerabilities");
}

void product_tree_needed(const Model& model, Sink& sink) {
  if (has_profile(model, {kSecurityAdvisory, kVex, kDeprecatedSecurityAdvisory})) require(model, sink, "product_tree");
}

void vulnerabilities_needed(const Model& model, Sink& sink) {
  if (has_profile(model, {kSecurityAdvisory, kVex, kDeprecatedSecurityAdvisory})) {
    require(model, sink, "vulnerabilities");
  }
}

void no_product_tree(const Model& model, Sink& sink) {
  if (has_profile(model, {kWithdrawn, kSuperseded})) prohibit(model, sink, "product_tree");
}

void require_of_vulnerabilities(const Model& model, Sink& sink, Node VulnerabilityView::* member, std::string_view name,
                                std::string_view mend) {
  for (const auto& vulnerability : model.vulnerabilities) {
    if (vulnerability.*member) continue;
    sink.add(vulnerability.node, fmt::format("/{}", name),
             tr<"the profile {} needs {} in each vulnerability">(model.category, name), mend);
  }
}

void vulnerability_notes(const Model& model, Sink& sink) {
  if (!has_profile(model, {kSecurityAdvisory, kVex, kDeprecatedSecurityAdvisory})) return;
  require_of_vulnerabilities(model, sink, &VulnerabilityView::notes, "notes",
                             tr<"Describe the vulnerability in a note.">());
}

void product_status(const Model& model, Sink& sink) {
  if (!has_profile(model, {kSecurityAdvisory, kDeprecatedSecurityAdvisory})) return;
  require_of_vulnerabilities(model, sink, &VulnerabilityView::product_status, "product_status",
                             tr<"Say which products are affected, fixed or neither.">());
}

void vex_product_status(const Model& model, Sink& sink) {
  if (!has_profile(model, {kVex})) return;
  constexpr std::string_view kMembers[] = {"fixed", "known_affected", "known_not_affected", "under_investigation"};
  for (const auto& vulnerability : model.vulnerabilities) {
    const auto status = vulnerability.product_status;
    if (std::ranges::any_of(kMembers, [&](std::string_view name) { return static_cast<bool>(status[name]); })) continue;
    add_at_member(
        sink, vulnerability.node, "product_status",
        tr<"a VEX needs fixed, known_affected, known_not_affected or under_investigation in each vulnerability">(),
        tr<"Say for at least one product which of these it is.">());
  }
}

/// Neither: then the statement is about every product of the vulnerability.
bool names_products(Node item) noexcept { return item["product_ids"] || item["group_ids"]; }

void vulnerability_id(const Model& model, Sink& sink) {
  if (!has_profile(model, {kVex})) return;
  Coverage with_id{model};
  for (const auto& vulnerability : model.vulnerabilities) {
    if (vulnerability.node["cve"]) continue;
    const auto ids = vulnerability.node["ids"];
    if (!ids) {
      sink.add(vulnerability.node, tr<"the vulnerability has neither a CVE nor another id">(),
               tr<"Add cve or ids, so that readers know which vulnerability is meant.">());
      continue;
    }
    // 2.0 has no ids for single products.
    if (model.is_2_0()) continue;
    with_id.clear();
    bool for_all = false;
    for (const auto id : ids.elements()) {
      for_all = for_all || !names_products(id);
      with_id.add(id);
    }
    if (for_all) continue;
    for (const auto& entry : vulnerability.status) {
      if (with_id.contains(entry.product)) continue;
      sink.add(entry.node,
               tr<"product id '{}' is in no item of ids, and the vulnerability has no CVE">(
                   model.products[entry.product].id),
               tr<"Add the product to an item of ids, or an id or a CVE that is about all products.">());
    }
  }
}

/// Each product of one member of product_status needs to be named by an item that counts.
template <class Covers>
void require_statement(const Model& model, Sink& sink, StatusMember member, std::string_view what, Covers covers) {
  if (!has_profile(model, {kVex})) return;
  Coverage covered{model};
  for (const auto& vulnerability : model.vulnerabilities) {
    covered.clear();
    covers(vulnerability.node, covered);
    for (const auto& entry : vulnerability.status) {
      if (entry.member != member || covered.contains(entry.product)) continue;
      sink.add(entry.node,
               tr<"product id '{}' is {}, but has no {}">(model.products[entry.product].id, to_string(member), what),
               member == StatusMember::known_affected
                   ? tr<"Add a remediation that names the product or a group with it.">()
                   : tr<"Add a flag, or a threat of category impact, that names the product or a group with it.">());
    }
  }
}

void impact_statement(const Model& model, Sink& sink) {
  require_statement(model, sink, StatusMember::known_not_affected, tr<"impact statement">(),
                    [](Node vulnerability, Coverage& covered) {
                      for (const auto flag : vulnerability["flags"].elements()) covered.add(flag);
                      for (const auto threat : vulnerability["threats"].elements()) {
                        if (threat.text_at("category") == "impact") covered.add(threat);
                      }
                    });
}

void action_statement(const Model& model, Sink& sink) {
  require_statement(model, sink, StatusMember::known_affected, tr<"action statement">(),
                    [](Node vulnerability, Coverage& covered) {
                      for (const auto each : vulnerability["remediations"].elements()) covered.add(each);
                    });
}

void affected_products(const Model& model, Sink& sink) {
  if (!has_profile(model, {kSecurityAdvisory})) return;
  for (const auto& vulnerability : model.vulnerabilities) {
    const auto status = vulnerability.node["product_status"];
    if (status["known_affected"]) continue;
    sink.add(status ? status : vulnerability.node, status ? "/known_affected" : "/product_status",
             tr<"a security advisory needs known_affected in the product_status of each vulnerability">(),
             tr<"Say in known_affected which products have the vulnerability.">());
  }
}

void two_revisions(const Model& model, Sink& sink) {
  if (!has_profile(model, {kWithdrawn, kSuperseded}) || model.revisions.size() >= 2) return;
  add_at_member(sink, model.tracking ? model.tracking : model.document,
                model.tracking ? "revision_history" : "tracking",
                tr<"a document of profile {} has at least two revisions, this one has {}">(model.category,
                                                                                           model.revisions.size()),
                tr<"Keep the revisions from before, and add the one that withdraws or supersedes the document.">());
}

/// Exactly one document note has this title; its category is description.
void require_reasoning(const Model& model, Sink& sink, std::string_view profile, std::string_view title) {
  if (!has_profile(model, {profile}) || !is_english(model.document.text_at("lang"))) return;
  int found = 0;
  for (const auto note : model.document["notes"].elements()) {
    if (note.text_at("title") != title) continue;
    ++found;
    if (found > 1) {
      sink.add(note, tr<"the document has more than one note with the title '{}'">(title),
               tr<"Give the reasoning in one note.">());
    }
    if (note.text_at("category") != "description") {
      add_at_member(sink, note, "category",
                    tr<"the note '{}' has the category '{}' instead of description">(title, note.text_at("category")),
                    tr<"Set the note's category to description.">());
    }
  }
  if (found > 0) return;
  add_at_member(sink, model.document, "notes", tr<"the document has no note with the title '{}'">(title),
                tr<"Add a note of category description with the title '{}' that gives the reason.">(title));
}

void reasoning_for_withdrawal(const Model& model, Sink& sink) {
  require_reasoning(model, sink, kWithdrawn, translation_of({})->reasoning_for_withdrawal);
}

void reasoning_for_supersession(const Model& model, Sink& sink) {
  require_reasoning(model, sink, kSuperseded, translation_of({})->reasoning_for_supersession);
}

void reference_to_superseding_document(const Model& model, Sink& sink) {
  const auto summary = translation_of({})->superseding_document;
  if (!has_profile(model, {kSuperseded}) || !is_english(model.document.text_at("lang"))) return;
  Node of_other_category;
  for (const auto reference : model.document["references"].elements()) {
    if (!reference.text_at("summary").starts_with(summary)) continue;
    if (is_external(reference)) return;
    if (!of_other_category) of_other_category = reference;
  }
  constexpr Message kMend =
      message<"Add a reference of category external with a summary that begins with 'Superseding Document'.">;
  if (of_other_category) {
    add_at_member(sink, of_other_category, "category",
                  tr<"the reference to the superseding document has the category '{}' instead of external">(
                      of_other_category.text_at("category")),
                  tr<"Set the reference's category to external.">());
    return;
  }
  add_at_member(sink, model.document, "references",
                tr<"no reference has a summary that begins with 'Superseding Document'">(), kMend);
}

constexpr Test kTests[] = {
    {.id = "6.1.26", .run = prohibited_document_category_name},
    {.id = "6.1.27.1", .run = document_notes},
    {.id = "6.1.27.2", .run = document_references},
    {.id = "6.1.27.3", .run = no_vulnerabilities},
    {.id = "6.1.27.4", .run = product_tree_needed},
    {.id = "6.1.27.5", .run = vulnerability_notes},
    {.id = "6.1.27.6", .run = product_status},
    {.id = "6.1.27.7", .run = vex_product_status},
    {.id = "6.1.27.8", .run = vulnerability_id},
    {.id = "6.1.27.9", .run = impact_statement},
    {.id = "6.1.27.10", .run = action_statement},
    {.id = "6.1.27.11", .run = vulnerabilities_needed},
    {.id = "6.1.27.12", .in_2_0 = false, .run = affected_products},
    {.id = "6.1.27.14", .in_2_0 = false, .run = document_notes_of_withdrawn},
    {.id = "6.1.27.15", .in_2_0 = false, .run = no_product_tree},
    {.id = "6.1.27.16", .in_2_0 = false, .run = two_revisions},
    {.id = "6.1.27.17", .in_2_0 = false, .run = reasoning_for_withdrawal},
    {.id = "6.1.27.18", .in_2_0 = false, .run = reasoning_for_supersession},
    {.id = "6.1.27.19", .in_2_0 = false, .run = reference_to_superseding_document},
};

}  // namespace

std::span<const Test> profile_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
