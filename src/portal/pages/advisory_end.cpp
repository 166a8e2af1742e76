#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/locale.hpp"
#include "base/text.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/advisory_view.hpp"
#include "portal/pages/format.hpp"

/// The end of an advisory's page: notes, references, history, quality, and the document itself.
namespace tocsin::portal::pages {
namespace {

namespace csaf = formats::csaf;
using html::Html;
using html::render;
using html::Url;

constexpr std::size_t kQualityFindingsShown = 20;
constexpr std::size_t kExtensionsShown = 50;

std::string as_sentence(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z')
    text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text + '.';
}

/// Where the other representations of what is shown are.
void append_downloads(std::string& out, const LoadedAdvisory& stored) {
  const auto base = "/api/v1" + advisory_url(stored.record.slug);
  const auto document =
      (stored.is_current()
           ? base
           : base + "/revisions/" + http::encode_component(revision_name(stored.revisions, stored.revision))) +
      "/document";
  render<
      "<p class=\"actions\"><a class=\"button-quiet\" href=\"{}\">[[Download as received]]</a> <a "
      "class=\"button-quiet\" href=\"{}\">PDF</a> <a class=\"button-quiet\" href=\"{}\">[[HTML in one file]]</a> ">(
      out, Url::own(document), Url::own(document + ".pdf"), Url::own(document + ".html"));
  for (const auto& [form, ending, name] : kOtherForms) {
    const bool is_2_0 = stored.advisory.header.csaf_version == csaf::CsafVersion::v2_0;
    if (form == (is_2_0 ? tools::Form::csaf_2_0 : tools::Form::csaf_2_1)) continue;
    render<"<a class=\"button-quiet\" href=\"{}\">{}</a> ">(out, Url::own(document + std::string{ending}),
                                                            tr_text(tools::label_of(form)));
  }
  if (stored.is_current()) {
    render<"<a class=\"button-quiet\" href=\"{}\">[[Read the raw JSON]]</a> ">(
        out, Url::own(advisory_url(stored.record.slug) + "/raw"));
    render<"<a class=\"button-quiet\" href=\"{}\">[[As API answer]]</a>">(out, Url::own(base));
  }
  out += "</p>";
}

}  // namespace

void portal_link(std::string& out, const View& view, std::string path, std::string_view text) {
  if (view.stored == nullptr) {
    html::escape(out, text);
  } else {
    render<"<a href=\"{}\">{}</a>">(out, Url::own(std::move(path)), text);
  }
}

void external_link(std::string& out, const Url& url, std::string_view text) {
  if (url.empty()) {
    html::escape(out, text);
  } else {
    render<"<a href=\"{}\" rel=\"noopener noreferrer nofollow\">{}</a>">(out, url, text);
  }
}

Html extensions_html(const View& view) {
  const auto& extensions = view.read.advisory.extensions;
  if (extensions.empty()) return {};
  std::string out;
  const auto count = static_cast<long long>(extensions.size());
  const auto essential = text::list_some(csaf::essential_schemas(extensions));
  render<"<section id=\"extensions\" class=\"callout callout-warn\"><h2>[[Extensions]]</h2><p>{}</p>">(
      out, essential.empty()
               ? trn<"This advisory holds {} extension that Tocsin does not know.",
                     "This advisory holds {} extensions that Tocsin does not know.">(count, locale::number(count))
               : trn<"This advisory holds {} extension that Tocsin does not know; essential to understand it: {}.",
                     "This advisory holds {} extensions that Tocsin does not know; essential to understand it: {}.">(
                     count, locale::number(count), essential));
  render<"<details><summary>[[Which, and where]]</summary><ul>">(out);
  for (std::size_t i = 0; i < std::min(extensions.size(), kExtensionsShown); ++i) {
    const auto& each = extensions[i];
    render<"<li><code>{}</code>: {}, {}</li>">(out, each.path, each.schema, each.category);
  }
  out += "</ul></details></section>";
  return finish(out);
}

Html notes_html(const View& view) {
  std::vector<csaf::Note> own, boilerplate;
  for (const auto& note : view.read.advisory.notes) {
    auto& list = domain::is_boilerplate(note) ? boilerplate : own;
    list.push_back(note);
  }
  if (own.empty() && boilerplate.empty()) return {};
  std::string out;
  render<"<section id=\"notes\"><h2>[[Notes]]</h2>">(out);
  for (const auto& note : own) {
    render<"<h3>{}</h3><div class=\"doc-text\">{}</div>">(
        out, note.title.empty() ? std::string_view{note.category} : std::string_view{note.title},
        html::paragraphs(note.text));
  }
  if (!boilerplate.empty()) {
    render<"<details class=\"fold\"><summary>[[General advice and terms ({})]]</summary>">(out, boilerplate.size());
    std::string last;
    for (const auto& note : boilerplate) {
      if (note.title != last)
        render<"<h3>{}</h3>">(out, note.title.empty() ? std::string_view{note.category} : std::string_view{note.title});
      last = note.title;
      render<"<div class=\"doc-text\">{}</div>">(out, html::paragraphs(note.text));
    }
    out += "</details>";
  }
  out += "</section>";
  return finish(out);
}

Html references_html(const View& view) {
  const auto& advisory = view.read.advisory;
  std::string out;
  if (!advisory.references.empty()) {
    render<"<section id=\"references\"><h2>[[References]]</h2><ul>">(out);
    for (const auto& each : advisory.references) {
      out += "<li>";
      external_link(out, Url::external(each.url), each.summary.empty() ? each.url : each.summary);
      out += "</li>";
    }
    out += "</ul></section>";
  }
  if (!advisory.acknowledgments.empty()) {
    render<"<section><h2>[[Acknowledgments]]</h2><ul>">(out);
    for (const auto& each : advisory.acknowledgments) {
      std::string names;
      for (const auto& name : each.names) names += (names.empty() ? "" : ", ") + name;
      if (!each.organization.empty())
        names = names.empty() ? each.organization : tr<"{} of {}">(names, each.organization);
      render<"<li>{}{}{}</li>">(out, names, !names.empty() && !each.summary.empty() ? ": " : "", each.summary);
    }
    out += "</ul></section>";
  }
  return finish(out);
}

Html history_html(const View& view) {
  if (view.stored == nullptr && view.read.advisory.history.empty()) return {};
  std::string out;
  render<"<section id=\"history\"><h2>[[Revision history]]</h2>">(out);
  if (!view.read.advisory.history.empty()) {
    render<
        "<div class=\"table-wrap\"><table><caption class=\"hidden\">[[As the document tells "
        "it]]</caption><thead><tr><th scope=\"col\">[[Version]]</th><th scope=\"col\">[[Date]]</th><th "
        "scope=\"col\">[[What changed]]</th></tr></thead><tbody>">(out);
    for (auto each = view.read.advisory.history.rbegin(); each != view.read.advisory.history.rend(); ++each) {
      render<"<tr><td>{}</td><td>{}</td><td>{}</td></tr>">(out, each->number,
                                                           each->date ? date_html(*each->date) : Html{}, each->summary);
    }
    out += "</tbody></table></div>";
  }
  if (view.stored != nullptr) {
    const auto& revisions = view.stored->revisions;
    const auto url = Url::own(advisory_url(view.stored->record.slug) + "/revisions");
    const auto count = static_cast<long long>(revisions.size());
    const auto words = trn<"{} revision", "{} revisions">(count, locale::number(count));
    if (count > 1) {
      render<"<p>[[Stored here: <a href=\"{}\">{}</a>, any two of which can be compared.]]</p>">(out, url, words);
    } else {
      render<"<p>[[Stored here: <a href=\"{}\">{}</a>.]]</p>">(out, url, words);
    }
  }
  out += "</section>";
  return finish(out);
}

/// Most documents have nothing to show here, and then there is no section.
Html quality_html(const View& view) {
  const auto& findings = view.read.quality;
  if (findings.empty()) return {};
  std::string out;
  render<
      "<section id=\"quality\"><h2>[[Quality]] <span class=\"count\">{}</span></h2><p>[[The standard lets these places "
      "pass, but they can hardly be meant so. Worth a word to the issuer; until then read these places with "
      "care.]]</p>">(out, findings.size());
  render<
      "<div class=\"table-wrap stack\"><table class=\"sortable\"><caption class=\"hidden\">[[What cannot be "
      "meant]]</caption><thead><tr><th scope=\"col\">[[#of a standard#Test]]</th><th scope=\"col\">[[What is "
      "wrong]]</th><th scope=\"col\">[[How to mend it]]</th><th scope=\"col\">[[Place]]</th></tr></thead><tbody>">(out);
  for (std::size_t i = 0; i < findings.size() && i < kQualityFindingsShown; ++i) {
    const auto& each = findings[i];
    render<
        "<tr><td data-label=\"[[#of a standard#Test]]\" class=\"id\">{}</td><td data-label=\"[[What is "
        "wrong]]\">{}</td><td data-label=\"[[How to mend it]]\">{}</td><td data-label=\"[[Place]]\"><span "
        "class=\"vector\">{}</span></td></tr>">(out, each.test, as_sentence(each.message), each.mend, each.path);
  }
  out += "</tbody></table></div>";
  if (findings.size() > kQualityFindingsShown) {
    render<"<p>[[And {} more: <code>tocsin validate --quality</code> lists them all.]]</p>">(
        out, locale::number(static_cast<long long>(findings.size() - kQualityFindingsShown)));
  }
  out += "</section>";
  return finish(out);
}

Html files_html(const View& view) {
  std::string out;
  render<"<section id=\"files\"><h2>[[The document itself]]</h2>">(out);
  if (view.stored != nullptr) append_downloads(out, *view.stored);
  const auto hash = view.stored != nullptr ? view.stored->revision.sha512 : sha512_hex(view.read.bytes);
  render<
      "<dl class=\"kv\"><dt>[[Format]]</dt><dd>CSAF {}</dd><dt>[[Size]]</dt><dd>[[{} "
      "bytes]]</dd><dt>SHA-512</dt><dd><span class=\"hash\" data-copy=\"{}\">{}</span></dd>">(
      out, csaf::to_string(view.read.advisory.header.csaf_version),
      locale::number(static_cast<long long>(view.read.bytes.size())), hash, hash);
  if (view.stored != nullptr)
    render<"<dt>[[Received]]</dt><dd>{}</dd>">(out, datetime_html(view.stored->revision.received_at));
  out += "</dl></section>";
  return finish(out);
}

}  // namespace tocsin::portal::pages
