#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"

/// The list of organisations: members see members, those who vet see all of them by status.
namespace tocsin::portal {
namespace {

namespace members = engine::members;
using domain::OrganisationStatus;
using domain::Permission;
using html::attribute_if;
using html::Html;
using html::render;
using html::Url;

constexpr int kPerPage = 50;
constexpr int kPerPageMax = 200;
constexpr int kWaitingShown = 20;

std::string path_of(std::string_view base, const members::OrganisationFilter& filter) {
  return http::with_query(base, {{"q", filter.text},
                                 {"kind", filter.kind ? domain::slug(*filter.kind) : std::string_view{}},
                                 {"status", filter.status ? domain::to_string(*filter.status) : std::string_view{}},
                                 {"limit", filter.limit == kPerPage ? std::string{} : std::to_string(filter.limit)},
                                 {"cursor", filter.cursor}});
}

Result<members::OrganisationFilter> filter_of(const http::Request& request) {
  TRY_VOID(request.only_known({"q", "kind", "status", "limit", "cursor"}));
  members::OrganisationFilter filter;
  filter.text = std::string{text::trim(request.query.get("q"))};
  if (const auto kind = request.query.get("kind"); !kind.empty()) {
    filter.kind = domain::parse_organisation_kind(kind);
    if (!filter.kind)
      return Error::invalid(std::string{tr<"'kind' is a kind of organisation, such as asset-owner or vendor">()},
                            "kind");
  }
  if (const auto status = request.query.get("status"); !status.empty()) {
    filter.status = domain::parse_organisation_status(status);
    if (!filter.status) {
      return Error::invalid(std::string{tr<"'status' is one of applied, vetted, active, suspended, left">()}, "status");
    }
  }
  TRY(filter.limit, request.integer("limit", kPerPage, 1, kPerPageMax));
  filter.cursor = std::string{request.query.get("cursor")};
  return filter;
}

void append_search(std::string& out, const members::OrganisationFilter& filter) {
  render<R"(<form class="search-panel filter-form" action="/organisations" role="search" aria-label="[[Organisations]]">
<div class="search-row"><label class="hidden" for="organisation-q">[[Part of the name]]</label>
<input id="organisation-q" type="search" name="q" value="{}" placeholder="[[Part of a name]]" maxlength="200">
<label class="hidden" for="organisation-kind">[[Kind]]</label><select id="organisation-kind" name="kind"><option value="">[[Any kind]]</option>)">(
      out, filter.text);
  for (const auto kind : domain::all_organisation_kinds()) {
    render<"<option value=\"{}\" {}>{}</option>">(
        out, domain::slug(kind), attribute_if<"selected">(filter.kind == kind), tr_text(domain::to_string(kind)));
  }
  out += "</select>\n";
  if (filter.status) {
    render<"<input type=\"hidden\" name=\"status\" value=\"{}\">\n">(out, domain::to_string(*filter.status));
  }
  render<"<button class=\"button\" type=\"submit\">[[Filter]]</button></div></form>\n">(out);
}

/// Every status with its number of organisations, as links that narrow.
Status append_statuses(std::string& out, App& app, const engine::Actor& actor,
                       const members::OrganisationFilter& filter) {
  auto each = filter;
  each.cursor.clear();
  render<"<div class=\"list-bar\"><ul class=\"switch\"><li>[[Status]]</li>">(out);
  const auto link = [&](std::string_view label, std::int64_t count) {
    render<"<li><a href=\"{}\" {}>{} <span class=\"count\">{}</span></a></li>">(
        out, Url::own(path_of("/organisations", each)),
        attribute_if<"aria-current">(each.status == filter.status, "true"), label, text::thousands(count));
  };
  each.status.reset();
  each.limit = 1;
  TRY(const auto all, members::list_organisations(app.database(), actor, each));
  each.limit = filter.limit;
  link(tr<"all">(), all.total);
  for (const auto status : domain::all_organisation_statuses()) {
    each.status = status;
    each.limit = 1;
    TRY(const auto some, members::list_organisations(app.database(), actor, each));
    each.limit = filter.limit;
    link(tr_text(domain::to_string(status)), some.total);
  }
  out += "</ul></div>\n";
  return ok();
}

void append_table(std::string& out, const members::OrganisationPage& found, bool vets) {
  render<R"(<div class="table-wrap"><table class="sortable stack"><thead><tr><th scope="col">[[Organisation]]</th>)">(
      out);
  if (vets) render<"<th scope=\"col\">[[Status]]</th>">(out);
  render<
      "<th scope=\"col\">[[Kind]]</th><th scope=\"col\">[[Sectors]]</th><th scope=\"col\">[[Countries]]</th><th "
      "scope=\"col\" class=\"num\" data-first=\"descending\">[[People]]</th><th scope=\"col\" "
      "data-first=\"descending\">[[Since]]</th></tr></thead><tbody>\n">(out);
  for (const auto& row : found.rows) {
    const auto& each = row.organisation;
    render<"<tr><th scope=\"row\"><a href=\"{}\">{}</a></th>">(out, Url::own(pages::organisation_url(each.id)),
                                                               each.name);
    if (vets) render<"<td data-label=\"[[Status]]\">{}</td>">(out, pages::status_tag(each.status));
    render<
        R"(<td data-label="[[Kind]]">{}</td><td data-label="[[Sectors]]">{}</td><td data-label="[[Countries]]">{}</td><td class="num" data-label="[[People]]">{}</td><td data-label="[[Since]]">{}</td></tr>
)">(out, tr_text(domain::to_string(each.kind)), pages::sector_names(each.sectors), pages::country_names(each.countries),
        row.people, pages::date_html(each.created_at));
  }
  out += "</tbody></table></div>\n";
}

void append_empty(std::string& out, const members::OrganisationFilter& filter, bool manages) {
  out += "<section class=\"panel\">";
  if (filter.text.empty() && !filter.kind && !filter.status) {
    render<"<h2>[[No organisation is here yet]]</h2><p>">(out);
    if (manages) {
      render<
          "[[Organisations apply by <a href=\"/register\">the form</a>, or you <a href=\"/organisations/new\">add "
          "one</a>.]]">(out);
    } else {
      render<"[[Organisations apply by <a href=\"/register\">the form</a>.]]">(out);
    }
    out += "</p>";
  } else {
    render<
        "<h2>[[No organisation fits]]</h2><p>[[Try part of the name, or see <a href=\"/organisations\">all of "
        "them</a>.]]</p>">(out);
  }
  out += "</section>\n";
}

/// Those whose turn has come stand above everything else.
Status append_waiting(std::string& out, App& app, const engine::Actor& actor) {
  members::OrganisationFilter filter;
  filter.status = OrganisationStatus::applied;
  filter.limit = kWaitingShown;
  TRY(const auto waiting, members::list_organisations(app.database(), actor, filter));
  if (waiting.rows.empty()) return ok();
  render<
      R"(<section class="callout callout-warn" aria-labelledby="waiting"><h2 id="waiting">[[Waiting for vetting]]</h2><ul>
)">(out);
  for (const auto& row : waiting.rows) {
    const auto& each = row.organisation;
    render<"<li>[[<a href=\"{}\">{}</a>, {}, applied {}]]</li>\n">(out, Url::own(pages::organisation_url(each.id)),
                                                                   each.name, tr_text(domain::to_string(each.kind)),
                                                                   pages::date_html(each.created_at));
  }
  out += "</ul>";
  if (waiting.total > static_cast<std::int64_t>(waiting.rows.size())) {
    render<"<p><a href=\"/organisations?status=applied\">[[All {} of them]]</a></p>">(out, waiting.total);
  }
  out += "</section>\n";
  return ok();
}

Result<http::Response> organisations(App& app, const http::Request& request) {
  TRY(const auto filter, filter_of(request));
  const auto actor = access::actor(request);
  const bool vets = actor.may(Permission::vet_organisations);
  TRY(const auto found, members::list_organisations(app.database(), actor, filter));
  auto next = filter;
  next.cursor = found.next_cursor;
  const auto next_path = [&](std::string_view base) {
    return found.next_cursor.empty() ? std::string{} : path_of(base, next);
  };
  if (request.representation == http::Representation::json) {
    boost::json::array items;
    for (const auto& row : found.rows) {
      auto each = pages::organisation_json(row.organisation);
      each["person_count"] = row.people;
      items.push_back(std::move(each));
    }
    return pages::personal(http::Response::json(
        json::write(pages::page_json(std::move(items), next_path("/api/v1/organisations"), found.total))));
  }
  const bool manages = actor.may(Permission::manage_organisations);
  std::string out;
  render<R"(<div class="page-head"><div><h1>{}</h1><p class="note">{}</p></div><p class="actions">)">(
      out, vets ? tr<"Organisations">() : tr<"Members">(),
      vets ? trn<"{} organisation", "{} organisations">(found.total, text::thousands(found.total))
           : trn<"{} member", "{} members">(found.total, text::thousands(found.total)));
  if (manages) render<"<a class=\"button\" href=\"/organisations/new\">[[Add an organisation]]</a>">(out);
  out += "</p></div>\n";
  if (vets && !filter.status && filter.cursor.empty()) TRY_VOID(append_waiting(out, app, actor));
  append_search(out, filter);
  if (vets) TRY_VOID(append_statuses(out, app, actor, filter));
  if (found.rows.empty()) {
    append_empty(out, filter, manages);
  } else {
    append_table(out, found, vets);
  }
  pages::append_next(out, next_path("/organisations"));
  pages::Page page;
  page.title = vets ? tr<"Organisations">() : tr<"Members">();
  page.json_url = path_of("/api/v1/organisations", filter);
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/organisations");
}

}  // namespace

void add_organisation_list_routes(App& app, http::Router& router) {
  pages::add_resource(
      router, "/organisations", "/api/v1/organisations", "organisations", "Organisations that are members",
      [&app](const http::Request& request) { return organisations(app, request); }, Permission::read_as_member);
}

}  // namespace tocsin::portal
