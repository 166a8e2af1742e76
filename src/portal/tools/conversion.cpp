#include "portal/tools/conversion.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "formats/csaf/convert/to_2_0.hpp"
#include "formats/csaf/export/markdown.hpp"
#include "formats/csaf/export/plain_text.hpp"
#include "formats/cvrf/cvrf.hpp"
#include "formats/feed/news_to_stix.hpp"
#include "formats/misp/event.hpp"
#include "formats/misp/to_misp.hpp"
#include "formats/misp/to_stix.hpp"
#include "formats/recognise.hpp"
#include "formats/stix/lift.hpp"
#include "formats/stix/reader.hpp"
#include "formats/threat_list/list_to_stix.hpp"
#include "formats/vex/cyclonedx.hpp"
#include "formats/vex/openvex.hpp"
#include "portal/pages/advisory_file.hpp"
#include "portal/paper/advisory_pdf.hpp"

namespace tocsin::portal::tools {
namespace {

namespace csaf = formats::csaf;
using csaf::ConversionNote;
using formats::DocumentKind;

struct FormFacts {
  Form form;
  std::string_view name, label, media_type, extension;
};
constexpr FormFacts kForms[] = {
    {Form::csaf_2_1, "csaf-2.1", "CSAF 2.1", "application/json", "json"},
    {Form::csaf_2_0, "csaf-2.0", "CSAF 2.0", "application/json", "json"},
    {Form::openvex, "openvex", "OpenVEX", "application/json", "openvex.json"},
    {Form::cyclonedx_vex, "cyclonedx-vex", "CycloneDX VEX", "application/vnd.cyclonedx+json", "cdx.json"},
    {Form::html, "html", "HTML in one file", "text/html; charset=utf-8", "html"},
    {Form::pdf, "pdf", "PDF", "application/pdf", "pdf"},
    {Form::markdown, "markdown", "Markdown", "text/markdown; charset=utf-8", "md"},
    {Form::text, "text", "Plain text", "text/plain; charset=utf-8", "txt"},
    {Form::stix_2_1, "stix-2.1", "STIX 2.1", "application/stix+json;version=2.1", "stix.json"},
    {Form::misp, "misp", "MISP event", "application/json", "misp.json"},
};

const FormFacts& facts_of(Form form) noexcept { return *std::ranges::find(kForms, form, &FormFacts::form); }

/// "esa-2026-001.cdx.json" of a tracking id.
std::string name_of(std::string_view tracking_id, Form form) {
  auto name = csaf::file_name(tracking_id);
  name.resize(name.rfind('.') + 1);
  return name += extension_of(form);
}

Converted made(const boost::json::value& document, std::vector<ConversionNote> notes, std::string_view tracking_id,
               Form to) {
  return {
      .bytes = json::write_pretty(document) + "\n", .file_name = name_of(tracking_id, to), .notes = std::move(notes)};
}

Converted made(csaf::Conversion conversion, Form to) {
  const auto* id = json::at_pointer(conversion.document, "/document/tracking/id");
  const std::string tracking_id{id != nullptr && id->is_string() ? std::string_view{id->get_string()} : ""};
  return made(conversion.document, std::move(conversion.notes), tracking_id, to);
}

std::vector<ConversionNote> notes_of(std::vector<formats::vex::Loss> losses) {
  std::vector<ConversionNote> notes;
  for (auto& each : losses) {
    notes.push_back({ConversionNote::Level::warning, std::move(each.path), tr<"lost: {}">(each.message),
                     ConversionNote::Kind::loss});
  }
  return notes;
}

Converted made_from_vex(formats::vex::Made result, Form to) {
  return made(csaf::Conversion{std::move(result.document), notes_of(std::move(result.losses))}, to);
}

Result<Converted> from_cvrf(std::string_view bytes, DocumentKind kind, Form to, const Options& options) {
  if (to != Form::csaf_2_0 && to != Form::csaf_2_1) {
    return Error::invalid(tr<"is no CSAF 2.0 or 2.1 document but: {}; CVRF becomes csaf-2.0 or csaf-2.1 first">(
        formats::to_string(kind)));
  }
  const formats::cvrf::Options of_cvrf{.publisher = options.publisher,
                                       .publisher_namespace = options.publisher_namespace,
                                       .cvss_v3 = options.cvss_v3,
                                       .mend = options.mend,
                                       .to_2_1 = options.csaf};
  TRY(auto conversion,
      to == Form::csaf_2_0 ? formats::cvrf::to_csaf_2_0(bytes, of_cvrf) : formats::cvrf::to_csaf_2_1(bytes, of_cvrf));
  return made(std::move(conversion), to);
}

Result<Converted> to_csaf_2_1(std::string_view bytes, const Options& options) {
  if (const auto parsed = json::parse(bytes)) {
    const formats::vex::Origin origin{.tracking_id = options.tracking_id,
                                      .publisher = options.publisher,
                                      .publisher_namespace = options.publisher_namespace,
                                      .now = options.csaf.now};
    const auto kind = formats::recognise(parsed->root());
    if (kind == DocumentKind::openvex) {
      TRY(auto result, formats::vex::from_openvex(parsed->root(), origin));
      return made_from_vex(std::move(result), Form::csaf_2_1);
    }
    if (kind == DocumentKind::cyclonedx) {
      TRY(auto result, formats::vex::from_cyclonedx_vex(parsed->root(), origin));
      return made_from_vex(std::move(result), Form::csaf_2_1);
    }
  }
  TRY(auto conversion, csaf::to_csaf_2_1(bytes, options.csaf));
  return made(std::move(conversion), Form::csaf_2_1);
}

Result<Converted> to_pdf(const csaf::Advisory& advisory, int pages_max) {
  TRY(const auto tlp, pages::stated_tlp(advisory));
  TRY(auto pdf, paper::advisory_pdf(advisory, tlp, pages_max));
  Converted converted{.bytes = std::move(pdf.bytes)};
  if (pdf.lacks_glyphs) {
    converted.notes.push_back(
        {ConversionNote::Level::warning, "",
         std::string{tr<"the installed fonts lack some characters of this document; boxes stand in their place "
                        "(for Chinese, Japanese and Korean: apt install fonts-noto-cjk)">()}});
  }
  return converted;
}

Result<Converted> to_html(std::string bytes) {
  TRY(const auto read, pages::read_document(std::move(bytes)));
  TRY(const auto tlp, pages::stated_tlp(read.advisory));
  return Converted{.bytes = pages::advisory_file_html(read, tlp)};
}

void tell(Converted& made, std::string path, const std::string& text) {
  made.notes.push_back(
      {ConversionNote::Level::warning, std::move(path), tr<"lost: {}">(text), ConversionNote::Kind::loss});
}

Result<Converted> to_stix(std::string_view bytes, const Options& options) {
  Converted made{.bytes = {}, .file_name = fmt::format("threats.{}", extension_of(Form::stix_2_1))};
  if (formats::stix::looks_like_stix(bytes)) {
    TRY(auto lifted, formats::stix::lift_to_2_1(bytes));
    if (lifted.of_2_0 == 0) return Error::invalid(std::string{tr<"is STIX 2.1 already">()});
    for (auto& each : lifted.remarks) tell(made, std::move(each.path), each.text);
    made.bytes = std::move(lifted.json);
    return made;
  }
  if (formats::feed::looks_like_news(bytes)) {
    TRY(auto news, formats::feed::read_news(bytes));
    for (auto& each : news.refused) tell(made, std::move(each.where), each.text);
    made.bytes = formats::feed::write_news_bundle(news, formats::feed::news_to_stix(news)) + "\n";
    return made;
  }
  if (formats::threat_list::looks_like_list(bytes)) {
    TRY(auto list, formats::threat_list::read_list(bytes));
    for (auto& each : list.refused) tell(made, std::to_string(each.line), each.text);
    for (auto& each : list.remarks) {
      made.notes.push_back({ConversionNote::Level::warning, std::to_string(each.line), each.text});
    }
    const formats::threat_list::ListSource source{.id = "", .title = "List of indicators"};
    made.bytes = formats::threat_list::write_list_bundle(
                     source, formats::threat_list::list_to_stix(list, source, options.csaf.now)) +
                 "\n";
    return made;
  }
  TRY(const auto read, formats::misp::read_events(bytes));
  std::vector<formats::misp::ToStix> events;
  for (const auto& each : read.events) {
    auto& one = events.emplace_back(formats::misp::to_stix(each));
    for (auto* list : {&one.refused, &one.remarks}) {
      for (auto& remark : *list) tell(made, std::move(remark.pointer), remark.text);
    }
  }
  made.bytes = formats::misp::write_bundle(events) + "\n";
  return made;
}

Result<Converted> to_misp(std::string_view bytes) {
  if (!formats::stix::looks_like_stix(bytes)) return Error::invalid(std::string{tr<"is no STIX">()});
  TRY(auto events, formats::misp::to_misp(bytes));
  Converted made{.bytes = formats::misp::write_events(events.events),
                 .file_name = fmt::format("event.{}", extension_of(Form::misp))};
  for (auto& each : events.remarks) tell(made, std::move(each.pointer), each.text);
  return made;
}

Result<Converted> from_advisory(const csaf::Advisory& advisory, std::string bytes, Form to, const Options& options) {
  switch (to) {
    case Form::openvex: {
      TRY(auto result, formats::vex::to_openvex(advisory));
      return made(result.document, notes_of(std::move(result.losses)), advisory.header.tracking_id, to);
    }
    case Form::cyclonedx_vex: {
      TRY(auto result, formats::vex::to_cyclonedx_vex(advisory));
      return made(result.document, notes_of(std::move(result.losses)), advisory.header.tracking_id, to);
    }
    case Form::html:
      return to_html(std::move(bytes));
    case Form::pdf:
      return to_pdf(advisory, options.pages_max);
    case Form::markdown:
      return Converted{.bytes = csaf::to_markdown(advisory)};
    default:
      return Converted{.bytes = csaf::to_plain_text(advisory)};
  }
}

}  // namespace

std::span<const Form> all_forms() noexcept {
  static constexpr Form kAll[] = {Form::csaf_2_1, Form::csaf_2_0, Form::openvex,  Form::cyclonedx_vex,
                                  Form::html,     Form::pdf,      Form::markdown, Form::text};
  return kAll;
}

std::string_view to_string(Form form) noexcept { return facts_of(form).name; }
std::string_view label_of(Form form) noexcept { return facts_of(form).label; }
std::string_view media_type_of(Form form) noexcept { return facts_of(form).media_type; }
std::string_view extension_of(Form form) noexcept { return facts_of(form).extension; }

std::optional<Form> parse_form(std::string_view text) noexcept {
  const auto* found = std::ranges::find(kForms, text, &FormFacts::name);
  return found == std::end(kForms) ? std::nullopt : std::optional{found->form};
}

bool Converted::is_good() const noexcept {
  return std::ranges::none_of(notes, [](const auto& each) { return each.level == ConversionNote::Level::error; });
}

bool Converted::is_lossless() const noexcept {
  return std::ranges::none_of(notes, [](const auto& each) { return each.kind == ConversionNote::Kind::loss; });
}

Result<csaf::Advisory> read_csaf(const boost::json::value& root) {
  const auto kind = formats::recognise(root);
  if (kind != DocumentKind::csaf_2_0 && kind != DocumentKind::csaf_2_1) {
    return Error::invalid(tr<"is no CSAF 2.0 or 2.1 document but: {}">(formats::to_string(kind)));
  }
  return csaf::read_advisory(root);
}

Result<Converted> convert(std::string bytes, Form to, const Options& options) {
  if (to == Form::stix_2_1) return to_stix(bytes, options);
  if (to == Form::misp) return to_misp(bytes);
  if (const auto kind = formats::recognise_xml(bytes)) return from_cvrf(bytes, *kind, to, options);
  if (to == Form::csaf_2_1) return to_csaf_2_1(bytes, options);
  if (to == Form::csaf_2_0) {
    TRY(auto conversion, csaf::to_csaf_2_0(bytes));
    return made(std::move(conversion), to);
  }
  TRY(const auto advisory, [&]() -> Result<csaf::Advisory> {
    TRY(const auto parsed, json::parse(bytes));
    return read_csaf(parsed.root());
  }());
  TRY(auto converted, from_advisory(advisory, std::move(bytes), to, options));
  converted.file_name = name_of(advisory.header.tracking_id, to);
  return converted;
}

}  // namespace tocsin::portal::tools
