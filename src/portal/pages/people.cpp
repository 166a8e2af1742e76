#include <fmt/format.h>

#include "base/json.hpp"
#include "base/locale.hpp"
#include "base/text.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"

/// People, for those who manage them: everybody, or those of one's own organisation.
namespace tocsin::portal {
namespace {

namespace members = engine::members;
using domain::Permission;
using domain::PersonStatus;
using html::attribute_if;
using html::fragment;
using html::Html;
using html::render;
using html::Url;

constexpr int kPerPage = 50;
constexpr int kPerPageMax = 200;

std::string path_of(std::string_view base, const members::PersonFilter& filter) {
  return http::with_query(
      base, {{"q", filter.text},
             {"organisation", filter.organisation ? std::to_string(filter.organisation->value) : std::string{}},
             {"status", filter.status ? domain::to_string(*filter.status) : std::string_view{}},
             {"limit", filter.limit == kPerPage ? std::string{} : std::to_string(filter.limit)},
             {"cursor", filter.cursor}});
}

Result<members::PersonFilter> filter_of(const http::Request& request) {
  TRY_VOID(request.only_known({"q", "organisation", "status", "limit", "cursor", pages::kNoticeParameter}));
  members::PersonFilter filter;
  filter.text = std::string{text::trim(request.query.get("q"))};
  if (const auto typed = request.query.get("organisation"); !typed.empty()) {
    const auto id = pages::id_of(typed);
    if (!id)
      return Error::invalid(std::string{tr<"'organisation' is the number of an organisation">()}, "organisation");
    filter.organisation = domain::OrganisationId{*id};
  }
  if (const auto typed = request.query.get("status"); !typed.empty()) {
    filter.status = domain::parse_person_status(typed);
    if (!filter.status)
      return Error::invalid(std::string{tr<"'status' is one of invited, active, suspended, erased">()}, "status");
  }
  TRY(filter.limit, request.integer("limit", kPerPage, 1, kPerPageMax));
  filter.cursor = std::string{request.query.get("cursor")};
  return filter;
}

Html memberships_html(const members::PersonRow& row, const members::Names& organisations) {
  std::string out;
  for (const auto& membership : row.memberships) {
    if (!out.empty()) out += "<br>";
    const auto name = organisations.find(membership.organisation.value);
    render<"{} <span class=\"note\">{}</span>">(
        out, pages::organisation_link(membership.organisation.value, name == organisations.end() ? "" : name->second),
        pages::role_names(membership.roles));
  }
  return Html::from_trusted(std::move(out));
}

void append_search(std::string& out, const members::PersonFilter& filter) {
  render<R"(<form class="search-panel filter-form" action="/people" role="search" aria-label="[[People]]">
<div class="search-row"><label class="hidden" for="person-q">[[Part of a name or mail address]]</label>
<input id="person-q" type="search" name="q" value="{}" placeholder="[[Part of a name or mail address]]" maxlength="200">
<label class="hidden" for="person-status">[[Status]]</label><select id="person-status" name="status"><option value="">[[Any status]]</option>)">(
      out, filter.text);
  for (const auto status :
       {PersonStatus::invited, PersonStatus::active, PersonStatus::suspended, PersonStatus::erased}) {
    render<"<option value=\"{}\" {}>{}</option>">(out, domain::to_string(status),
                                                  attribute_if<"selected">(filter.status == status),
                                                  tr_text(domain::to_string(status)));
  }
  out += "</select>\n";
  if (filter.organisation) {
    render<"<input type=\"hidden\" name=\"organisation\" value=\"{}\">\n">(out, filter.organisation->value);
  }
  render<"<button class=\"button\" type=\"submit\">[[Filter]]</button></div></form>\n">(out);
}

void append_table(std::string& out, const members::PersonPage& found, const members::Names& organisations) {
  render<
      "<div class=\"table-wrap\"><table class=\"sortable stack\"><thead><tr><th scope=\"col\">[[Name]]</th><th "
      "scope=\"col\">[[Mail address]]</th><th scope=\"col\">[[Status]]</th><th scope=\"col\">[[Organisations and "
      "roles]]</th><th scope=\"col\" data-first=\"descending\">[[Last sign-in]]</th></tr></thead><tbody>\n">(out);
  for (const auto& row : found.rows) {
    const auto& person = row.person;
    render<
        R"(<tr><th scope="row"><a href="{}">{}</a></th><td data-label="[[Mail address]]">{}</td><td data-label="[[Status]]">{}</td><td data-label="[[Organisations and roles]]">{}</td><td data-label="[[Last sign-in]]" data-sort="{}">{}</td></tr>
)">(out, Url::own(pages::person_url(person.id)), person.name.empty() ? tr<"person {}">(person.id.value) : person.name,
        person.email, pages::status_tag(person.status), memberships_html(row, organisations),
        person.last_sign_in_at ? person.last_sign_in_at->micros : 0,
        person.last_sign_in_at ? pages::date_html(*person.last_sign_in_at)
                               : fragment<"<span class=\"note\">[[never]]</span>">());
  }
  out += "</tbody></table></div>\n";
}

Result<http::Response> people(App& app, const http::Request& request) {
  TRY(auto filter, filter_of(request));
  const auto actor = access::actor(request);
  TRY(const auto found, members::list_people(app.database(), actor, filter));
  TRY(const auto organisations, pages::organisations_of(app, found.rows));
  auto next = filter;
  next.cursor = found.next_cursor;
  const auto next_path = [&](std::string_view base) {
    return found.next_cursor.empty() ? std::string{} : path_of(base, next);
  };
  if (request.representation == http::Representation::json) {
    boost::json::array items;
    for (const auto& row : found.rows) items.push_back(pages::person_json(row, organisations));
    return pages::personal(http::Response::json(
        json::write(pages::page_json(std::move(items), next_path("/api/v1/people"), found.total))));
  }
  std::string out;
  render<
      R"(<div class="page-head"><div><h1>[[People]]</h1><p class="note">{}</p></div><p class="actions"><a class="button" href="{}">[[Invite somebody]]</a></p></div>
)">(out, trn<"{} person", "{} people">(found.total, text::thousands(found.total)),
    Url::own(http::with_query(
        "/people/invite",
        {{"organisation", filter.organisation ? std::to_string(filter.organisation->value) : std::string{}}})));
  append_search(out, filter);
  if (filter.organisation) {
    auto all = filter;
    all.organisation.reset();
    all.cursor.clear();
    TRY(const auto names, app.database().read([&](store::Connection& connection) {
      return members::organisation_names(connection, {filter.organisation->value});
    }));
    // The name only where the list shows it anyway.
    const bool shown = !found.rows.empty() && !names.empty();
    render<
        "<ul class=\"chips\"><li><a class=\"chip chip-remove\" href=\"{}\">{}<span class=\"hidden\">[[: remove this "
        "condition]]</span></a></li></ul>\n">(
        out, Url::own(path_of("/people", all)),
        shown ? names.begin()->second : tr<"organisation {}">(filter.organisation->value));
  }
  if (found.rows.empty()) {
    render<
        "<section class=\"panel\"><h2>[[Nobody fits]]</h2><p>[[Try part of the name, see <a href=\"/people\">all "
        "people</a>, or <a href=\"/people/invite\">invite somebody</a>.]]</p></section>\n">(out);
  } else {
    append_table(out, found, organisations);
  }
  pages::append_next(out, next_path("/people"));
  pages::Page page;
  page.title = tr<"People">();
  page.json_url = path_of("/api/v1/people", filter);
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/people");
}

/// What the asker may do with somebody.
void append_actions(std::string& out, const App& app, const http::Request& request, const members::PersonRow& row) {
  const auto actor = access::actor(request);
  const auto& person = row.person;
  const auto base = pages::person_url(person.id);
  const bool all = actor.may(Permission::manage_people);
  const auto link = [&](std::string_view rest, std::string_view label) {
    render<"<a class=\"button-quiet\" href=\"{}\">{}</a> ">(out, Url::own(base + std::string{rest}), label);
  };
  if (person.status == PersonStatus::erased) return;
  if (all) link("/edit", tr<"Edit">());
  if (person.status == PersonStatus::invited) {
    out += pages::button_form(request, base + "/link",
                              app.mails() ? tr<"Send the invitation again">() : tr<"New invitation link">())
               .str();
  } else if (all && person.status == PersonStatus::active) {
    out += pages::button_form(request, base + "/link",
                              app.mails() ? tr<"Send a link for a new password">() : tr<"Link for a new password">())
               .str();
  }
  if (!all) return;
  if (person.status == PersonStatus::active) {
    out += pages::button_form(request, base + "/status", tr<"Suspend">(), {{"status", "suspended"}}).str();
  } else if (person.status == PersonStatus::suspended) {
    out += pages::button_form(request, base + "/status", tr<"Activate">(), {{"status", "active"}}).str();
  }
  link("/export", tr<"Export all data">());
  link("/erase", tr<"Erase">());
}

void append_memberships(std::string& out, const http::Request& request, const members::PersonRow& row,
                        const members::Names& organisations) {
  const auto actor = access::actor(request);
  render<
      "<section class=\"panel\" aria-labelledby=\"memberships\"><h2 id=\"memberships\">[[Organisations and "
      "roles]]</h2>\n">(out);
  if (row.memberships.empty()) {
    render<
        "<p class=\"note\">[[In no organisation: sees what the public sees. Invite the address into one to change "
        "that.]]</p>">(out);
  } else {
    out += "<ul class=\"plain-list\">\n";
    for (const auto& membership : row.memberships) {
      const auto name = organisations.find(membership.organisation.value);
      const auto shown = name == organisations.end() ? std::string{} : name->second;
      render<"<li><div>{}<br>{} <span class=\"note\">[[since {}]]</span></div>">(
          out, pages::organisation_link(membership.organisation.value, shown), pages::role_names(membership.roles),
          pages::date_html(membership.created_at));
      if (actor.may(Permission::manage_people) || actor.viewer.organisation == membership.organisation) {
        render<"<a class=\"button-quiet\" href=\"{}\">[[Roles<span class=\"hidden\"> in {}</span>]]</a>">(
            out, Url::own(fmt::format("{}/roles/{}", pages::person_url(row.person.id), membership.organisation.value)),
            shown);
      }
      out += "</li>\n";
    }
    out += "</ul>";
  }
  out += "</section>\n";
}

Result<http::Response> person(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  const auto id = pages::id_in_path(request, "person");
  if (!id) return Error::not_found("person");
  TRY(const auto row, members::find_person(app.database(), access::actor(request), {*id}));
  if (!row) return Error::not_found("person");
  TRY(const auto organisations, pages::organisations_of(app, {*row}));
  if (request.representation == http::Representation::json) {
    return api::with_version(api::personal_json(pages::person_json(*row, organisations)),
                             members::version_of(row->person));
  }
  const auto& found = row->person;
  const auto name = found.name.empty() ? tr<"Person {}">(found.id.value) : found.name;
  std::string out = pages::breadcrumb_html({{"/people", std::string{tr<"People">()}}, {"", name}}).str();
  render<"<div class=\"page-head\"><div><h1>{}</h1><p class=\"note\">{}</p></div><div class=\"actions\">">(
      out, name, pages::status_tag(found.status));
  append_actions(out, app, request, *row);
  render<
      "</div></div>\n<div class=\"grid-2\"><section class=\"panel\" aria-labelledby=\"account\"><h2 "
      "id=\"account\">[[Account]]</h2><dl class=\"kv\">\n">(out);
  pages::append_fact(out, tr<"Mail address">(), found.email);
  if (found.status != PersonStatus::erased) {
    pages::append_fact(
        out, tr<"Address confirmed">(),
        found.email_verified_at ? pages::datetime_html(*found.email_verified_at) : Html::from_text(tr<"not yet">()));
    pages::append_fact(
        out, tr<"Last sign-in">(),
        found.last_sign_in_at ? pages::datetime_html(*found.last_sign_in_at) : Html::from_text(tr<"never">()));
  }
  pages::append_fact(out, tr<"Language">(),
                     found.language.empty() ? std::string{} : locale::language_name(found.language));
  pages::append_fact(out, tr<"Time zone">(), found.time_zone);
  pages::append_fact(out, tr<"Here since">(), pages::date_html(found.created_at));
  out += "</dl></section>\n";
  append_memberships(out, request, *row, organisations);
  out += "</div>\n";
  if (found.status == PersonStatus::invited) {
    render<
        "<p class=\"callout\">[[Has not accepted the invitation yet. Its link works once and for a limited time; a new "
        "one replaces it.]]</p>\n">(out);
  }
  pages::Page page;
  page.title = name;
  page.json_url = "/api/v1" + pages::person_url(found.id);
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/people");
}

}  // namespace

void add_people_routes(App& app, http::Router& router) {
  // Those who manage all people have this permission, too.
  pages::add_resource(
      router, "/people", "/api/v1/people", "people", "People, as far as the asker manages them",
      [&app](const http::Request& request) { return people(app, request); }, Permission::manage_own_people);
  pages::add_resource(
      router, "/people/{person}", "/api/v1/people/{person}", "person", "One person with organisations and roles",
      [&app](const http::Request& request) { return person(app, request); }, Permission::manage_own_people);
}

}  // namespace tocsin::portal
