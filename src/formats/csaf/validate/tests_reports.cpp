#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/validate/profile_findings.hpp"
#include "formats/csaf/validate/test_groups.hpp"

/// The profile for vulnerability reports, which are exchanged while a disclosure is coordinated: 6.1.27.20, 6.2.39.6 to
/// 6.2.39.13, 6.3.23.x. They came into the draft of CSAF 2.1 after the official test documents that we hold.
namespace tocsin::formats::csaf {
namespace {

bool is_report(const Model& model) noexcept { return model.category == "csaf_vulnerability_report"; }

/// One note of each vulnerability has one of the titles, and the category that goes with it (section 3.2.4.10).
void check_notes(const Model& model, Sink& sink, const Translation& titles) {
  const auto category_of = [&](std::string_view title) -> std::string_view {
    if (title == titles.vulnerability_summary) return "summary";
    return title == titles.cve_description ? "description" : std::string_view{};
  };
  for (const auto& vulnerability : model.vulnerabilities) {
    Node of_other_category;
    bool found = false;
    for (const auto note : vulnerability.node["notes"].elements()) {
      const auto wanted = category_of(note.text_at("title"));
      if (wanted.empty()) continue;
      found = found || note.text_at("category") == wanted;
      if (!found && !of_other_category) of_other_category = note;
    }
    if (found) continue;
    if (of_other_category) {
      const auto title = of_other_category.text_at("title");
      add_at_member(
          sink, of_other_category, "category",
          tr<"the note '{}' has the category '{}'">(title, text::shorten(of_other_category.text_at("category"), 40)),
          tr<"Make its category {}.">(category_of(title)));
      continue;
    }
    add_at_member(sink, vulnerability.node, "notes",
                  tr<"no note of the vulnerability has the title '{}' or '{}'">(titles.vulnerability_summary,
                                                                                titles.cve_description),
                  tr<"Add a note of category summary with the title '{}'.">(titles.vulnerability_summary));
  }
}

void vulnerability_notes(const Model& model, Sink& sink) {
  const auto lang = model.document.text_at("lang");
  if (!is_report(model) || !(lang.empty() || is_english(lang))) return;
  check_notes(model, sink, *translation_of("en"));
}

void language_specific_vulnerability_notes(const Model& model, Sink& sink) {
  if (!is_report(model)) return;
  const auto* titles = titles_of(model, sink, "Vulnerability Summary", true);
  if (titles != nullptr) check_notes(model, sink, *titles);
}

void require_in_document(const Model& model, Sink& sink, std::string_view name, std::string_view message,
                         std::string_view mend) {
  if (is_report(model) && !model.document[name]) sink.add(model.document, fmt::format("/{}", name), message, mend);
}

void document_acknowledgments(const Model& model, Sink& sink) {
  require_in_document(model, sink, "acknowledgments", tr<"the report does not say who is to be thanked">(),
                      tr<"Name in acknowledgments who found the vulnerability.">());
}

void aggregate_severity(const Model& model, Sink& sink) {
  require_in_document(model, sink, "aggregate_severity", tr<"the report does not say how severe it is as a whole">(),
                      tr<"Give aggregate_severity, for example that of the most severe vulnerability.">());
}

void tlp_label(const Model& model, Sink& sink) {
  const auto tlp = model.document["distribution"]["tlp"];
  // 2.1's schema demands a label; where there is none, it tells so.
  if (!is_report(model) || !tlp["label"] || tlp.text_at("label") == "AMBER") return;
  sink.add(tlp["label"], tr<"the report is TLP:{}, not TLP:AMBER as advised">(text::shorten(tlp.text_at("label"), 40)),
           tr<"Use AMBER, unless fewer are to see the report, or it is public already.">());
}

void require_in_vulnerabilities(const Model& model, Sink& sink, std::string_view name, std::string_view message,
                                std::string_view mend) {
  if (!is_report(model)) return;
  for (const auto& vulnerability : model.vulnerabilities) {
    if (!vulnerability.node[name]) sink.add(vulnerability.node, fmt::format("/{}", name), message, mend);
  }
}

void vulnerability_metrics(const Model& model, Sink& sink) {
  require_in_vulnerabilities(model, sink, "metrics", tr<"the vulnerability is not rated">(),
                             tr<"Add metrics, for example a CVSS vector or an SSVC selection.">());
}

void vulnerability_references(const Model& model, Sink& sink) {
  require_in_vulnerabilities(model, sink, "references", tr<"the vulnerability refers to nothing that is published">(),
                             tr<"Refer to what is public already, where there is something.">());
}

void vulnerability_threats(const Model& model, Sink& sink) {
  require_in_vulnerabilities(model, sink, "threats", tr<"the vulnerability does not say what comes of it">(),
                             tr<"Add a threat of category impact or exploit_status.">());
}

void vulnerability_title(const Model& model, Sink& sink) {
  require_in_vulnerabilities(model, sink, "title", tr<"the vulnerability has no title">(),
                             tr<"Give it a short title.">());
}

void involvement(const Model& model, Sink& sink) {
  // The draft has moved involvements from each vulnerability to the document; whoever records them in either place
  // records them.
  if (model.document["involvement"]) return;
  require_in_vulnerabilities(model, sink, "involvements", tr<"the report does not say who has done what so far">(),
                             tr<"Record in involvements who was contacted, and when.">());
}

void disclosure_date(const Model& model, Sink& sink) {
  require_in_vulnerabilities(model, sink, "disclosure_date",
                             tr<"the report does not say when the vulnerability is to be public">(),
                             tr<"Give disclosure_date, the day that is intended where it lies ahead.">());
}

constexpr Test kTests[] = {
    {.id = "6.1.27.20", .in_2_0 = false, .run = vulnerability_notes},
    {.id = "6.2.39.6", .in_2_0 = false, .run = language_specific_vulnerability_notes},
    {.id = "6.2.39.7", .in_2_0 = false, .run = document_acknowledgments},
    {.id = "6.2.39.8", .in_2_0 = false, .run = aggregate_severity},
    {.id = "6.2.39.9", .in_2_0 = false, .run = tlp_label},
    {.id = "6.2.39.10", .in_2_0 = false, .run = vulnerability_metrics},
    {.id = "6.2.39.11", .in_2_0 = false, .run = vulnerability_references},
    {.id = "6.2.39.12", .in_2_0 = false, .run = vulnerability_threats},
    {.id = "6.2.39.13", .in_2_0 = false, .run = vulnerability_title},
    {.id = "6.3.23.1", .in_2_0 = false, .run = involvement},
    {.id = "6.3.23.2", .in_2_0 = false, .run = disclosure_date},
};

}  // namespace

std::span<const Test> report_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
