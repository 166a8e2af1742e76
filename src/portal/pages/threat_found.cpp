#include "portal/pages/threat_found.hpp"

#include <fmt/format.h>

#include "base/locale.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/threat/report.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/threat_report_form.hpp"

namespace tocsin::portal::pages {
namespace {

namespace document = formats::document;
namespace threat = engine::threat;
namespace threat_text = formats::threat_text;
using document::Place;
using document::Reserve;
using html::Html;
using html::render;

std::string number(std::size_t of) { return locale::number(static_cast<std::int64_t>(of)); }

std::string_view format_title(document::Format format) {
  switch (format) {
    case document::Format::text:
      return tr<"#format#text">();
    case document::Format::markdown:
      return "Markdown";
    case document::Format::html:
      return "HTML";
    case document::Format::mail:
      return tr<"#format#mail">();
    case document::Format::pdf:
      break;
  }
  return "PDF";
}

void append_table(std::string& out, const exchange::Extracted& found) {
  render<
      "<div class=\"table-wrap stack\"><table><caption class=\"hidden\">[[What was found]]</caption><thead><tr><th "
      "scope=\"col\">[[#indicator#Kind]]</th><th scope=\"col\">[[#indicator#Value]]</th><th "
      "scope=\"col\">[[#found#Where]]</th><th scope=\"col\">[[Remark]]</th></tr></thead><tbody>\n">(out);
  for (const auto& hit : found.hits) {
    std::string remark;
    if (hit.reserve != Reserve::none) {
      render<"<span class=\"tag tag-refused\">[[not taken over]]</span> {}">(remark, reserve_text(hit));
    }
    render<
        "<tr><td data-label=\"[[#indicator#Kind]]\">{}</td><td data-label=\"[[#indicator#Value]]\"><code "
        "class=\"breaks\">{}</code></td><td data-label=\"[[#found#Where]]\">{}</td><td "
        "data-label=\"[[Remark]]\">{}</td></tr>\n">(out, kind_title(hit.found.kind), threat_text::spelled(hit.found),
                                                    place_text(hit), Html::from_trusted(std::move(remark)));
  }
  out += "</tbody></table></div>\n";
}

void append_attachments(std::string& out, const document::Document& of) {
  if (of.attachments.empty()) return;
  render<"<h3>[[What hangs on the mail]]</h3>\n<ul>\n">(out);
  for (const auto& each : of.attachments) {
    render<"<li>{} <span class=\"note\">{}</span><br><code class=\"breaks\">{}</code></li>\n">(
        out, each.name,
        trn<"{}, {} byte", "{}, {} bytes">(static_cast<std::int64_t>(each.bytes), each.media_type, number(each.bytes)),
        each.sha256);
  }
  out += "</ul>\n";
}

/// Links of a mail, so that nobody follows them from the report.
std::string made_harmless(std::string_view text) {
  std::string out;
  std::size_t at = 0;
  for (const auto& found : threat_text::extract(text)) {
    if (found.kind != threat_text::Kind::url || found.defanged || found.begin < at) continue;
    out += text.substr(at, found.begin - at);
    auto url = std::string{text.substr(found.begin, found.end - found.begin)};
    const auto scheme = url.find("://");
    const auto host_end = scheme == url.npos ? url.npos : std::min(url.find_first_of("/?#", scheme + 3), url.size());
    if (scheme != url.npos) {
      for (auto dot = host_end; dot-- > scheme;) {
        if (url[dot] == '.') url.replace(dot, 1, "[.]");
      }
      const auto name = text::lower_ascii(url.substr(0, scheme));
      if (name.starts_with("http")) url.replace(1, 2, "xx");
    }
    out += url;
    at = found.end;
  }
  out += text.substr(at);
  return out;
}

}  // namespace

std::string place_text(const document::Hit& hit) {
  std::string out;
  switch (hit.place) {
    case Place::text:
      out = hit.page > 0 ? tr<"page {}, line {}">(number(hit.page), number(hit.line))
                         : tr<"text, line {}">(number(hit.line));
      break;
    case Place::html:
      out = tr<"HTML, line {} of its text">(number(hit.line));
      break;
    case Place::link:
      out = tr<"a link in HTML">();
      break;
    case Place::header:
      out = tr<"header {}">(hit.name);
      break;
    case Place::attachment:
      out = tr<"hash of the attachment {}">(hit.name);
      break;
  }
  if (hit.times > 1) {
    const auto more = hit.times - 1;
    out += trn<", and once more", ", and {} times more">(static_cast<std::int64_t>(more), number(more));
  }
  return out;
}

std::string_view reserve_text(const document::Hit& hit) noexcept {
  switch (hit.reserve) {
    case Reserve::none:
      return {};
    case Reserve::doubtful:
      return hit.doubt ? doubt_text(*hit.doubt) : std::string_view{};
    case Reserve::header:
      return tr<"Headers of a mail say what senders like, and name machines that only passed it on.">();
    case Reserve::plain_link:
      return tr<"A link that nobody made harmless: mostly to a source.">();
    case Reserve::no_part:
      break;
  }
  return tr<"Reports name vulnerabilities and techniques.">();
}

Html found_html(const exchange::Extracted& found, std::string_view name) {
  std::string out;
  render<"<section class=\"panel\" aria-labelledby=\"found\"><h2 id=\"found\">[[What was found in {}]]</h2>\n">(
      out, name.empty() ? tr<"your file">() : name);
  render<"<p>{} {} {}</p>\n">(
      out, tr<"Read as: {}.">(format_title(found.document.format)),
      trn<"{} thing was found.", "{} things were found.">(static_cast<std::int64_t>(found.hits.size()),
                                                          number(found.hits.size())),
      tr<"What is meant stands in the form below: take out what does not belong there, and add what was not taken over "
         "and is meant all the same.">());
  if (found.document.cut) {
    render<
        "<p class=\"callout callout-warn\">[[The file is larger than what is read: look that nothing is "
        "missing.]]</p>\n">(out);
  }
  if (!found.hits.empty()) append_table(out, found);
  append_attachments(out, found.document);
  out += "</section>\n";
  return Html::from_trusted(std::move(out));
}

void fill_from_file(Form& form, const exchange::Extracted& found) {
  auto reading = found.document.reading();
  if (found.document.format == document::Format::mail) reading = made_harmless(reading);
  std::string indicators, cves, techniques;
  std::size_t watched = 0, cves_count = 0, techniques_count = 0;
  for (const auto& hit : found.hits) {
    if (hit.reserve != Reserve::none) continue;
    if (hit.found.kind == threat_text::Kind::cve) {
      if (++cves_count <= threat::kReportIdsMax) cves += hit.found.value + "\n";
    } else if (hit.found.kind == threat_text::Kind::technique) {
      if (++techniques_count <= threat::kReportIdsMax) techniques += hit.found.value + "\n";
    } else if (++watched <= threat::kIndicatorsMax) {
      indicators += threat_text::spelled(hit.found) + "\n";
    }
  }
  form.with("title", text::shorten(found.document.title, threat::kReportTitleBytesMax))
      .with("text", text::shorten(reading, threat::kReportTextBytesMax))
      .with("indicators", std::move(indicators))
      .with("cves", std::move(cves))
      .with("techniques", std::move(techniques));
}

boost::json::object found_json(const exchange::Extracted& found) {
  boost::json::array hits, attachments;
  for (const auto& hit : found.hits) {
    const auto count = [](std::size_t of) {
      return of == 0 ? boost::json::value() : boost::json::value(static_cast<std::int64_t>(of));
    };
    hits.push_back(boost::json::object{
        {"kind", threat_text::to_string(hit.found.kind)},
        {"value", threat_text::spelled(hit.found)},
        {"defanged", hit.found.defanged},
        {"place", document::to_string(hit.place)},
        {"name", hit.name},
        {"page", count(hit.page)},
        {"line", count(hit.line)},
        {"times", static_cast<std::int64_t>(hit.times)},
        {"doubt", hit.doubt ? boost::json::value(threat_text::to_string(*hit.doubt)) : boost::json::value()},
        {"reserve",
         hit.reserve == Reserve::none ? boost::json::value() : boost::json::value(document::to_string(hit.reserve))}});
  }
  for (const auto& each : found.document.attachments) {
    attachments.push_back(boost::json::object{{"name", each.name},
                                              {"media_type", each.media_type},
                                              {"bytes", static_cast<std::int64_t>(each.bytes)},
                                              {"sha256", each.sha256}});
  }
  return {{"format", document::to_string(found.document.format)},
          {"title", found.document.title},
          {"text", found.document.reading()},
          {"cut", found.document.cut},
          {"found", std::move(hits)},
          {"attachments", std::move(attachments)}};
}

}  // namespace tocsin::portal::pages
