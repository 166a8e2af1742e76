#include <algorithm>

#include "base/json.hpp"
#include "base/locale.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/advisory_json.hpp"
#include "portal/pages/advisory_load.hpp"
#include "portal/pages/advisory_parts.hpp"
#include "portal/pages/changes_html.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/readers_clock.hpp"
#include "portal/pages/routes.hpp"
#include "portal/pages/sharing_view.hpp"

/// Revisions of an advisory: the list, one of them, and what changed between two.
namespace tocsin::portal {
namespace {

namespace csaf = formats::csaf;
using engine::audit::view::Looking;
using html::Html;
using html::render;
using html::Url;
using pages::LoadedAdvisory;
using pages::revision_name;

std::string revisions_url(const domain::Record& record) { return pages::advisory_url(record.slug) + "/revisions"; }

std::string diff_url(const domain::Record& record, std::string_view from, std::string_view to) {
  return http::with_query(pages::advisory_url(record.slug) + "/diff", {{"from", from}, {"to", to}});
}

void breadcrumb(std::string& out, const LoadedAdvisory& loaded, std::string_view last) {
  render<
      "<nav class=\"breadcrumb no-print\" aria-label=\"[[Where you are]]\"><ol><li><a "
      "href=\"/advisories\">[[Advisories]]</a></li><li><a href=\"{}\">{}</a></li><li>{}</li></ol></nav>">(
      out, Url::own(pages::advisory_url(loaded.record.slug)), loaded.record.key, last);
}

std::string_view standing_label(domain::Standing standing) {
  switch (standing) {
    case domain::Standing::current:
      return tr<"#revision#current">();
    case domain::Standing::superseded:
      return tr<"#revision#superseded">();
    case domain::Standing::conflicting:
      break;
  }
  return tr<"#revision#conflicting: same version, other content">();
}

Result<http::Response> revisions(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto loaded, pages::load_advisory(app, request));
  const auto& all = loaded.revisions;
  if (request.representation == http::Representation::json) {
    boost::json::array items;
    for (const auto& each : all) items.push_back(pages::revision_json(loaded, each));
    const auto count = static_cast<std::int64_t>(items.size());
    auto response = http::Response::json(json::write(pages::page_json(std::move(items), "", count)));
    return pages::looked_at(app, request, loaded.record, Looking::read, std::move(response));
  }
  std::string main;
  breadcrumb(main, loaded, tr<"#place#revisions">());
  TRY(const auto why, pages::why_html(app, request, loaded.record));
  main += why.str();
  render<"<header class=\"page-head\"><h1>[[Revisions of {}]]</h1></header><p class=\"lead\">{}</p>">(
      main, loaded.record.key, loaded.advisory.header.title);
  if (all.size() > 1) {
    render<"<form class=\"panel actions\" method=\"get\" action=\"{}\">">(
        main, Url::own(pages::advisory_url(loaded.record.slug) + "/diff"));
    const auto select = [&](std::string_view name, std::string_view label, std::size_t chosen) {
      render<"<label>{} <select name=\"{}\">">(main, label, name);
      for (std::size_t i = 0; i < all.size(); ++i) {
        render<"<option value=\"{}\"{}>{} ({})</option>">(main, revision_name(all, all[i]),
                                                          html::attribute_if<"selected">(i == chosen), all[i].version,
                                                          format_date(all[i].released_at, pages::readers_zone()));
      }
      main += "</select></label> ";
    };
    select("from", tr<"#two revisions#Compare">(), 1);
    select("to", tr<"#two revisions#with">(), 0);
    render<"<button class=\"button\">[[Show what changed]]</button></form>">(main);
  } else {
    render<"<p>[[There is one revision. When a newer one is imported, both are kept and can be compared here.]]</p>">(
        main);
  }
  render<
      "<div class=\"table-wrap stack\"><table><caption class=\"hidden\">[[Stored revisions]]</caption><thead><tr><th "
      "scope=\"col\">[[Version]]</th><th scope=\"col\">[[Released]]</th><th scope=\"col\">[[Received]]</th><th "
      "scope=\"col\">[[Standing]]</th><th scope=\"col\">[[Size]]</th><th "
      "scope=\"col\">SHA-512</th></tr></thead><tbody>">(main);
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto& each = all[i];
    const auto name = revision_name(all, each);
    render<"<tr><td data-label=\"[[Version]]\"><a href=\"{}\">{}</a> {}</td><td data-label=\"[[Released]]\">{}</td>">(
        main, Url::own(revisions_url(loaded.record) + "/" + http::encode_component(name)), each.version,
        pages::document_status_text(each.document_status), pages::date_html(each.released_at));
    render<"<td data-label=\"[[Received]]\">{}</td><td data-label=\"[[Standing]]\">{}">(
        main, pages::datetime_html(each.received_at), standing_label(each.standing));
    if (i + 1 < all.size()) {
      render<" <a href=\"{}\">[[changes]]</a>">(
          main, Url::own(diff_url(loaded.record, revision_name(all, all[i + 1]), name)));
    }
    render<
        "</td><td data-label=\"[[Size]]\" class=\"num\">{}</td><td data-label=\"SHA-512\"><span class=\"hash\" "
        "data-copy=\"{}\">{}…</span></td></tr>">(main, locale::number(each.bytes), each.sha512,
                                                 each.sha512.substr(0, 16));
  }
  main += "</tbody></table></div>";
  pages::Page page;
  page.title = tr<"Revisions of {}">(loaded.record.key);
  page.section = pages::Section::advisories;
  page.main = Html::from_trusted(std::move(main));
  page.json_url = "/api/v1" + revisions_url(loaded.record);
  page.canonical = revisions_url(loaded.record);
  auto response = pages::render_page(app, request, page);
  return pages::looked_at(app, request, loaded.record, Looking::read, std::move(response));
}

Result<http::Response> revision(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto loaded, pages::load_advisory(app, request, request.parameter("revision")));
  if (request.representation == http::Representation::json) {
    auto body = pages::advisory_json(loaded);
    TRY(body["sharing"], pages::why_json(app, request, loaded.record));
    auto response = http::Response::json(json::write(body));
    return pages::looked_at(app, request, loaded.record, Looking::read, std::move(response));
  }
  std::string main;
  breadcrumb(main, loaded, tr<"version {}">(loaded.revision.version));
  TRY(const auto why, pages::why_html(app, request, loaded.record));
  main += why.str();
  if (!loaded.is_current()) {
    render<
        "<div class=\"callout callout-warn\" role=\"note\"><p>[[<b>This is version {}, {}.</b> <a href=\"{}\">Read "
        "version {}</a>, or <a href=\"{}\">see what changed since</a>.]]</p></div>">(
        main, loaded.revision.version, standing_label(loaded.revision.standing),
        Url::own(pages::advisory_url(loaded.record.slug)), loaded.record.version,
        Url::own(diff_url(loaded.record, revision_name(loaded.revisions, loaded.revision), [&] {
          const auto current =
              std::ranges::find(loaded.revisions, loaded.record.current_revision, &domain::Revision::id);
          return current == loaded.revisions.end() ? loaded.record.version : revision_name(loaded.revisions, *current);
        }())));
  }
  main += pages::advisory_body_html(loaded).str();
  pages::Page page;
  page.title = tr<"{} version {}">(loaded.record.key, loaded.revision.version);
  page.section = pages::Section::advisories;
  page.main = Html::from_trusted(std::move(main));
  page.canonical = pages::advisory_url(loaded.record.slug);
  page.noindex = !loaded.is_current();
  auto response = pages::render_page(app, request, page);
  return pages::looked_at(app, request, loaded.record, Looking::read, std::move(response));
}

std::string summary_of(const std::vector<csaf::Change>& changes) {
  if (changes.empty()) return std::string{tr<"Nothing that a reader would notice has changed.">()};
  const auto weighty = std::ranges::count_if(
      changes, [](const csaf::Change& each) { return each.concerns != csaf::Change::Concerns::editorial; });
  const auto all = static_cast<long long>(changes.size());
  const auto count = trn<"{} change", "{} changes">(all, locale::number(all));
  if (weighty == 0) {
    return tr<"{}, none of which concerns what is affected, how bad it is or what to do: only words changed.">(count);
  }
  return trn<"{}, {} of which concerns what is affected, how bad it is or what to do.",
             "{}, {} of which concern what is affected, how bad it is or what to do.">(weighty, count,
                                                                                       locale::number(weighty));
}

std::string_view concern_label(csaf::Change::Concerns concerns) noexcept {
  switch (concerns) {
    case csaf::Change::Concerns::affected:
      return tr<"#concerns#what is affected">();
    case csaf::Change::Concerns::remediation:
      return tr<"#concerns#what to do">();
    case csaf::Change::Concerns::severity:
      return tr<"#concerns#how bad it is">();
    case csaf::Change::Concerns::editorial:
      break;
  }
  return "";
}

void render_changes(std::string& out, const std::vector<csaf::Change>& changes) {
  std::string_view section;
  bool open = false;
  for (const auto& each : changes) {
    if (each.section != section) {
      if (open) out += "</tbody></table></div>";
      section = each.section;
      open = true;
      render<
          "<h2>{}</h2><div class=\"table-wrap stack\"><table><caption "
          "class=\"hidden\">[[Changes]]</caption><thead><tr><th scope=\"col\">[[What]]</th><th "
          "scope=\"col\">[[Before]]</th><th scope=\"col\">[[After]]</th></tr></thead><tbody>">(out, section);
    }
    render<"<tr><th scope=\"row\">{}">(out, each.what);
    if (const auto label = concern_label(each.concerns); !label.empty()) {
      render<" <span class=\"tag\">{}</span>">(out, label);
    }
    render<"</th><td data-label=\"[[Before]]\">">(out);
    if (each.before.empty()) {
      render<"<span class=\"quiet\">[[added]]</span>">(out);
    } else {
      render<"<del>{}</del>">(out, each.before);
    }
    render<"</td><td data-label=\"[[After]]\">">(out);
    if (each.after.empty()) {
      render<"<span class=\"quiet\">[[removed]]</span>">(out);
    } else {
      render<"<ins>{}</ins>">(out, each.after);
    }
    out += "</td></tr>";
  }
  if (open) out += "</tbody></table></div>";
}

}  // namespace

html::Html pages::changes_html(const std::vector<csaf::Change>& changes) {
  std::string out;
  render<"<p>{}</p>">(out, summary_of(changes));
  render_changes(out, changes);
  return Html::from_trusted(std::move(out));
}

namespace {

Result<http::Response> diff(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"from", "to"}));
  const auto from = request.query.get("from"), to = request.query.get("to");
  if (from.empty() || to.empty()) {
    return Error::invalid(std::string{tr<"a comparison needs two revisions: ?from=1&to=2">()},
                          from.empty() ? "from" : "to");
  }
  TRY(const auto before, pages::load_advisory(app, request, from));
  TRY(const auto after, pages::load_advisory(app, request, to));
  const auto changes = csaf::compare(before.advisory, after.advisory);
  if (request.representation == http::Representation::json) {
    boost::json::object out;
    out["from"] = pages::revision_json(before, before.revision);
    out["to"] = pages::revision_json(after, after.revision);
    pages::add_changes(out, changes);
    auto response = http::Response::json(json::write(out));
    return pages::looked_at(app, request, after.record, Looking::read, std::move(response));
  }
  std::string main;
  breadcrumb(main, after, tr<"#place#what changed">());
  TRY(const auto why, pages::why_html(app, request, after.record));
  main += why.str();
  render<"<header class=\"page-head\"><h1>[[{}: version {} to {}]]</h1></header>">(
      main, after.record.key, before.revision.version, after.revision.version);
  render<"<p>{} <a href=\"{}\">[[All revisions]]</a></p>">(main, summary_of(changes),
                                                           Url::own(revisions_url(after.record)));
  render_changes(main, changes);
  pages::Page page;
  page.title = tr<"{}: version {} to {}">(after.record.key, before.revision.version, after.revision.version);
  page.section = pages::Section::advisories;
  page.main = Html::from_trusted(std::move(main));
  page.json_url = "/api/v1" + diff_url(after.record, from, to);
  page.noindex = true;
  auto response = pages::render_page(app, request, page);
  return pages::looked_at(app, request, after.record, Looking::read, std::move(response));
}

}  // namespace

void add_revision_routes(App& app, http::Router& router) {
  pages::add_resource(router, "/advisories/{id}/revisions", "/api/v1/advisories/{id}/revisions", "revisions",
                      "Stored revisions of an advisory",
                      [&app](const http::Request& request) { return revisions(app, request); });
  pages::add_resource(router, "/advisories/{id}/revisions/{revision}", "/api/v1/advisories/{id}/revisions/{revision}",
                      "revision", "One revision of an advisory",
                      [&app](const http::Request& request) { return revision(app, request); });
  pages::add_resource(router, "/advisories/{id}/diff", "/api/v1/advisories/{id}/diff", "diff",
                      "What changed between two revisions",
                      [&app](const http::Request& request) { return diff(app, request); });
}

}  // namespace tocsin::portal
