#include <limits>

#include <fmt/format.h>

#include "base/json.hpp"
#include "engine/audit/view.hpp"
#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/glass_view.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"

/// For each organisation: who has looked at what it shared.
namespace tocsin::portal {
namespace {

namespace view = engine::audit::view;
using domain::Permission;
using html::Html;
using html::render;
using html::Url;

constexpr int kPerPage = 100;
constexpr int kPerPageMax = 500;
constexpr int kGlassRows = 20;

boost::json::object look_json(const view::Look& look) {
  boost::json::object out;
  out["entry"] = look.sequence;
  out["at"] = format_rfc3339(look.at);
  out["how"] = look.exported ? "exported" : look.broke_glass ? "break-glass" : "read";
  if (look.organisation) {
    boost::json::object organisation;
    organisation["id"] = look.organisation->id;
    organisation["name"] = look.organisation->name;
    out["organisation"] = std::move(organisation);
  } else {
    out["organisation"] = nullptr;
  }
  out["person"] = look.person;
  out["record"] = look.record_slug;
  out["title"] = look.record_title;
  return out;
}

Html who(const view::Look& look) {
  auto organisation = look.organisation ? pages::organisation_link(look.organisation->id, look.organisation->name)
                                        : html::fragment<"<span class=\"note\">[[without an organisation]]</span>">();
  if (look.person.empty()) return organisation;
  return html::fragment<"[[{} <span class=\"note\">for</span> {}]]">(look.person, organisation);
}

Result<http::Response> looks(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"limit", "cursor", pages::kNoticeParameter}));
  TRY(const auto limit, request.integer("limit", kPerPage, 1, kPerPageMax));
  TRY(const auto before, request.integer("cursor", 0, 0, std::numeric_limits<int>::max()));
  TRY(const auto found, view::looks(app.database(), access::actor(request), before, limit, request.now));
  const auto path = [&](std::string_view base) {
    if (found.next == 0) return std::string{};
    return http::with_query(base, {{"limit", limit == kPerPage ? std::string{} : std::to_string(limit)},
                                   {"cursor", std::to_string(found.next)}});
  };
  if (request.representation == http::Representation::json) {
    boost::json::array items;
    for (const auto& look : found.rows) items.push_back(look_json(look));
    return pages::personal(http::Response::json(
        json::write(pages::page_json(std::move(items), path("/api/v1/organisation/looks"), std::nullopt))));
  }
  std::string out;
  render<
      "<div class=\"page-head\"><h1>[[Who looked at what we shared]]</h1></div>\n<p class=\"lead\">[[Every time "
      "somebody opens or downloads something of yours that is marked TLP:AMBER or above, it is written down here. "
      "People of other organisations appear as their organisation.]]</p>\n">(out);
  if (before == 0) {
    TRY(const auto glass, engine::guard::glass_rows(app.database(), access::actor(request),
                                                    engine::guard::GlassScope::known, kGlassRows, request.now));
    out += pages::glass_section_html(request, glass, "/organisation/looks").str();
  }
  if (found.rows.empty()) {
    render<
        "<section class=\"panel\"><h2>[[Nobody has looked yet]]</h2><p>[[As soon as somebody opens an advisory of your "
        "organisation that is marked TLP:AMBER, TLP:AMBER+STRICT or TLP:RED, it stands here. What is TLP:CLEAR or "
        "TLP:GREEN is read without being written down.]]</p></section>\n">(out);
  } else {
    render<
        "<div class=\"table-wrap\"><table class=\"sortable stack\"><thead><tr><th scope=\"col\" "
        "data-first=\"descending\">[[Time]]</th><th scope=\"col\">[[What]]</th><th scope=\"col\">[[How]]</th><th "
        "scope=\"col\">[[Who]]</th></tr></thead><tbody>\n">(out);
    for (const auto& look : found.rows) {
      std::string what;
      if (look.record_slug.empty()) {
        render<"<span class=\"note\">[[something that you may not read yourself]]</span>">(what);
      } else {
        render<"{} <a href=\"{}\">{}</a> {}">(what, pages::tlp_badge(*look.tlp),
                                              Url::own(pages::advisory_url(look.record_slug)), look.record_slug,
                                              look.record_title);
      }
      render<
          R"(<tr><td data-label="[[Time]]">{}</td><td data-label="[[What]]">{}</td><td data-label="[[How]]">{}</td><td data-label="[[Who]]">{}</td></tr>
)">(out, pages::datetime_html(look.at), Html::from_trusted(std::move(what)),
          look.exported      ? tr<"taken as a file">()
          : look.broke_glass ? tr<"read, after breaking the glass">()
                             : tr<"#past participle#read">(),
          who(look));
    }
    out += "</tbody></table></div>\n";
  }
  pages::append_next(out, path("/organisation/looks"));
  pages::Page page;
  page.title = tr<"Who looked at what we shared">();
  page.json_url = "/api/v1/organisation/looks";
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/organisation/looks");
}

}  // namespace

void add_look_routes(App& app, http::Router& router) {
  pages::add_resource(
      router, "/organisation/looks", "/api/v1/organisation/looks", "looks",
      "Who has looked at what the own organisation shared",
      [&app](const http::Request& request) { return looks(app, request); }, Permission::manage_own_organisation);
}

}  // namespace tocsin::portal
