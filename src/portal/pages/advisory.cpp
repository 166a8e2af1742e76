#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/header.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/advisory_file.hpp"
#include "portal/pages/advisory_json.hpp"
#include "portal/pages/advisory_load.hpp"
#include "portal/pages/advisory_parts.hpp"
#include "portal/pages/advisory_view.hpp"
#include "portal/pages/attack_parts.hpp"
#include "portal/pages/exposure_sums.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/manage.hpp"
#include "portal/pages/raw_json.hpp"
#include "portal/pages/routes.hpp"
#include "portal/pages/sharing_view.hpp"
#include "portal/pages/threat_links.hpp"
#include "portal/paper/advisory_pdf.hpp"
#include "portal/tools/conversion.hpp"

/// An advisory: the page, the same as JSON, the document as received, and the document to read.
namespace tocsin::portal {
namespace {

using engine::audit::view::Looking;
using html::Html;
using html::render;
using html::Url;
using pages::LoadedAdvisory;

/// Upper and lower case are one advisory; one address is enough for links and caches.
std::optional<http::Response> canonical_redirect(const http::Request& request, const LoadedAdvisory& loaded,
                                                 std::string_view rest) {
  if (request.parameter("id") == loaded.record.slug) return std::nullopt;
  const bool api = request.path.starts_with("/api/");
  return http::Response::redirect((api ? "/api/v1" : "") + pages::advisory_url(loaded.record.slug) + std::string{rest},
                                  308);
}

void breadcrumb(std::string& out, const LoadedAdvisory& loaded) {
  render<
      "<nav class=\"breadcrumb no-print\" aria-label=\"[[Where you are]]\"><ol><li><a "
      "href=\"/advisories\">[[Advisories]]</a></li><li>{}</li></ol></nav>">(out, loaded.record.key);
}

Result<http::Response> advisory(App& app, const http::Request& request) {
  if (request.representation == http::Representation::json) {
    TRY_VOID(request.only_known({}));
  } else {
    TRY_VOID(request.only_known({pages::kNoticeParameter}));
  }
  TRY(const auto loaded, pages::load_advisory(app, request));
  if (auto redirect = canonical_redirect(request, loaded, "")) return std::move(*redirect);
  const auto base = pages::advisory_url(loaded.record.slug);
  TRY(const auto links, app.database().snapshot([&](store::Connection& connection) {
    return pages::advisory_links(connection, request.viewer, loaded.record.id, request.now);
  }));
  if (request.representation == http::Representation::json) {
    auto body = pages::advisory_json(loaded);
    pages::add_advisory_links(body, links);
    TRY(body["sharing"], pages::why_json(app, request, loaded.record));
    auto response = http::Response::json(json::write(body));
    return pages::looked_at(app, request, loaded.record, Looking::read, std::move(response));
  }
  std::string main;
  breadcrumb(main, loaded);
  TRY(const auto why, pages::why_html(app, request, loaded.record));
  main += why.str();
  TRY(const auto at_home, pages::exposure_line_html(app, request, loaded.record));
  main += at_home.str();
  TRY(const auto sums, pages::sums_section_html(app, request, loaded.record));
  TRY(const auto marks, pages::read_line_html(app, request, loaded.record));
  main += marks.str();
  main += pages::advisory_body_html(loaded).str();
  main += pages::advisory_links_html(links, loaded.record).str();
  main += sums.str();
  TRY(const auto comments, pages::comments_section_html(app, request, loaded.record));
  main += comments.str();
  pages::Page page;
  page.title = fmt::format("{} {}", loaded.record.key, loaded.advisory.header.title);
  page.description = text::shorten(loaded.facts.summary, 160);
  page.section = pages::Section::advisories;
  page.main = Html::from_trusted(std::move(main));
  page.json_url = "/api/v1" + base;
  page.canonical = base;
  auto response = pages::render_page(app, request, page);
  TRY(response, pages::looked_at(app, request, loaded.record, Looking::read, std::move(response)));
  // The inventory changes without the catalogue: what tells of it is made anew for whoever may read one.
  // So do marks and comments.
  if (request.viewer.person || pages::has_inventory(request)) response.cacheable = false;
  return response;
}

Result<http::Response> document(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto loaded, pages::load_advisory(app, request, request.parameter("revision")));
  auto response = http::Response::json({});
  response.body = std::make_shared<const std::string>(loaded.bytes);
  response.etag = "\"" + loaded.revision.sha512.substr(0, 32) + "\"";
  response.last_modified = loaded.revision.received_at;
  // The name that CSAF demands of files (section 5.1): letters, digits, '+', '-', '_' only, safe in a header.
  response.with("Content-Disposition", fmt::format("attachment; filename=\"{}\"",
                                                   formats::csaf::file_name(loaded.advisory.header.tracking_id)));
  return pages::looked_at(app, request, loaded.record, Looking::exported, std::move(response));
}

/// An answer that is a file to keep. Attached, for the portal's own Content-Security-Policy would take its styles.
Result<http::Response> file(App& app, const http::Request& request, const LoadedAdvisory& loaded,
                            std::string_view extension, std::string_view content_type, std::string body) {
  http::Response response;
  response.content_type = content_type;
  response.body = std::make_shared<const std::string>(std::move(body));
  response.last_modified = loaded.revision.received_at;
  response.with("Content-Disposition",
                fmt::format("attachment; filename=\"{}\"", pages::export_file_name(loaded.advisory, extension)));
  return pages::looked_at(app, request, loaded.record, Looking::exported, std::move(response));
}

Result<http::Response> document_html(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto loaded, pages::load_advisory(app, request, request.parameter("revision")));
  return file(app, request, loaded, "html", "text/html; charset=utf-8",
              pages::advisory_file_html(loaded, loaded.record.tlp));
}

Result<http::Response> document_pdf(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto loaded, pages::load_advisory(app, request, request.parameter("revision")));
  TRY(auto pdf, paper::advisory_pdf(loaded.advisory, loaded.record.tlp, paper::kPagesMaxServed));
  return file(app, request, loaded, "pdf", "application/pdf", std::move(pdf.bytes));
}

/// Another form of the document: what `tocsin convert` makes of it.
Result<http::Response> document_as(App& app, const http::Request& request, tools::Form form) {
  TRY_VOID(request.only_known({}));
  TRY(const auto loaded, pages::load_advisory(app, request, request.parameter("revision")));
  const bool is_2_0 = loaded.advisory.header.csaf_version == formats::csaf::CsafVersion::v2_0;
  if (form == (is_2_0 ? tools::Form::csaf_2_0 : tools::Form::csaf_2_1)) return document(app, request);
  const auto converted = tools::convert(loaded.bytes, form, {.csaf = {.now = request.now}});
  if (!converted) return converted.error();
  for (const auto& note : converted->notes) {
    if (note.level != formats::csaf::ConversionNote::Level::error) continue;
    return Error::conflict(tr<"This advisory cannot become {}: {}">(tools::label_of(form), note.message), note.path);
  }
  return file(app, request, loaded, tools::extension_of(form), tools::media_type_of(form), converted->bytes);
}

Result<http::Response> raw(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto loaded, pages::load_advisory(app, request));
  if (auto redirect = canonical_redirect(request, loaded, "/raw")) return std::move(*redirect);
  const auto base = pages::advisory_url(loaded.record.slug);
  std::string main;
  render<
      "<nav class=\"breadcrumb no-print\" aria-label=\"[[Where you are]]\"><ol><li><a "
      "href=\"/advisories\">[[Advisories]]</a></li><li><a href=\"{}\">{}</a></li><li>[[raw JSON]]</li></ol></nav>">(
      main, Url::own(base), loaded.record.key);
  render<
      "<header class=\"page-head\"><h1>[[{} as JSON]]</h1></header><p>[[Indented for reading; <a href=\"{}\">download "
      "it as received</a> to check its signature.]]</p>">(
      main, loaded.record.key, Url::own(fmt::format("/api/v1/advisories/{}/document", loaded.record.slug)));
  TRY(const auto parsed, json::parse(loaded.bytes));
  main += pages::raw_json_html(parsed.root()).str();
  pages::Page page;
  page.title = tr<"{} as JSON">(loaded.record.key);
  page.section = pages::Section::advisories;
  page.main = Html::from_trusted(std::move(main));
  page.noindex = true;
  auto response = pages::render_page(app, request, page);
  return pages::looked_at(app, request, loaded.record, Looking::read, std::move(response));
}

}  // namespace

void add_advisory_routes(App& app, http::Router& router) {
  pages::add_resource(router, "/advisories/{id}", "/api/v1/advisories/{id}", "advisory", "One advisory",
                      [&app](const http::Request& request) { return advisory(app, request); });
  http::Route page;
  page.pattern = "/advisories/{id}/raw";
  page.name = "advisory_raw_page";
  page.handler = [&app](const http::Request& request) { return raw(app, request); };
  router.add(std::move(page));
  struct Form {
    std::string_view ending, name, of_advisory, of_revision;
    Result<http::Response> (*answer)(App&, const http::Request&);
  };
  static constexpr Form kForms[] = {
      {"", "document", "The document of an advisory, byte for byte as received",
       "The document of one revision, byte for byte as received", document},
      {".html", "document_html", "An advisory as one HTML file", "One revision of an advisory as one HTML file",
       document_html},
      {".pdf", "document_pdf", "An advisory as PDF", "One revision of an advisory as PDF", document_pdf}};
  const auto add = [&](std::string_view ending, std::string_view name, std::string_view of_advisory,
                       std::string_view of_revision, const http::Handler& handler) {
    http::Route current;
    current.pattern = fmt::format("/api/v1/advisories/{{id}}/document{}", ending);
    current.name = fmt::format("advisory_{}", name);
    current.summary = of_advisory;
    current.handler = handler;
    router.add(std::move(current));
    http::Route older;
    older.pattern = fmt::format("/api/v1/advisories/{{id}}/revisions/{{revision}}/document{}", ending);
    older.name = fmt::format("revision_{}", name);
    older.summary = of_revision;
    older.handler = handler;
    router.add(std::move(older));
  };
  for (const auto& form : kForms) {
    add(form.ending, form.name, form.of_advisory, form.of_revision,
        [&app, answer = form.answer](const http::Request& request) { return answer(app, request); });
  }
  for (const auto& other : pages::kOtherForms) {
    const auto label = tools::label_of(other.form);
    add(other.ending, other.name, fmt::format("An advisory as {}", label),
        fmt::format("One revision of an advisory as {}", label),
        [&app, form = other.form](const http::Request& request) { return document_as(app, request, form); });
  }
}

}  // namespace tocsin::portal
