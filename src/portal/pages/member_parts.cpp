#include "portal/pages/member_parts.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/locale.hpp"
#include "base/text.hpp"
#include "domain/country.hpp"
#include "engine/identity/principal.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"

namespace tocsin::portal::pages {

using html::fragment;
using html::Html;
using html::render;
using html::Url;

namespace {

struct Tab {
  const char* path;
  Message label;
  domain::Permission permission;
};
constexpr Tab kTabs[] = {{"/admin", message<"Overview">, domain::Permission::administer},
                         {"/organisations", message<"Organisations">, domain::Permission::read_as_member},
                         {"/people", message<"People">, domain::Permission::manage_own_people},
                         {"/communities", message<"Communities">, domain::Permission::read_as_member},
                         {"/cases", message<"Cases">, domain::Permission::read_as_member},
                         {"/inventory", message<"Inventory">, domain::Permission::read_inventory},
                         {"/exposure", message<"Exposure">, domain::Permission::read_inventory},
                         {"/organisation/looks", message<"Who looked">, domain::Permission::manage_own_organisation},
                         {"/webhooks", message<"Webhooks">, domain::Permission::manage_own_organisation},
                         {"/audit", message<"Audit log">, domain::Permission::read_audit},
                         {"/admin/site", message<"Site">, domain::Permission::administer},
                         {"/admin/mail", message<"Mail">, domain::Permission::administer},
                         {"/admin/taxii", message<"Collections">, domain::Permission::administer},
                         {"/admin/peers", message<"#TAXII servers#Peers">, domain::Permission::administer}};

/// Nothing for visitors, and where there would be only one.
Html tabs_html(const http::Request& request, std::string_view current) {
  if (request.principal == nullptr) return {};
  std::string out;
  render<"<nav class=\"tabs no-print\" aria-label=\"[[Members]]\"><ul>">(out);
  int shown = 0;
  for (const auto& tab : kTabs) {
    if (!request.principal->may(tab.permission)) continue;
    render<"<li><a href=\"{}\" {}>{}</a></li>">(
        out, Url::own(tab.path), html::attribute_if<"aria-current">(current == tab.path, "true"), tab.label);
    ++shown;
  }
  out += "</ul></nav>\n";
  return shown > 1 ? Html::from_trusted(std::move(out)) : Html{};
}

template <class Id>
std::string numbered(std::string_view base, Id id) {
  return fmt::format("{}/{}", base, id.value);
}

}  // namespace

std::optional<std::int64_t> id_of(std::string_view text) {
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (error != std::errc{} || end != text.data() + text.size() || id < 1 || text.front() == '0') return std::nullopt;
  return id;
}

std::optional<std::int64_t> id_in_path(const http::Request& request, std::string_view parameter) {
  return id_of(request.parameter(parameter));
}

std::string organisation_url(domain::OrganisationId id) { return numbered("/organisations", id); }
std::string person_url(domain::PersonId id) { return numbered("/people", id); }
std::string community_url(domain::CommunityId id) { return numbered("/communities", id); }

Html status_tag(domain::OrganisationStatus status) {
  return fragment<"<span class=\"tag tag-{}\">{}</span>">(domain::to_string(status),
                                                          tr_text(domain::to_string(status)));
}
Html status_tag(domain::PersonStatus status) {
  return fragment<"<span class=\"tag tag-{}\">{}</span>">(domain::to_string(status),
                                                          tr_text(domain::to_string(status)));
}

std::string_view meaning(domain::OrganisationStatus status) noexcept {
  switch (status) {
    case domain::OrganisationStatus::applied:
      return tr<"Waits for the CERT to vet it. Its people see what the public sees.">();
    case domain::OrganisationStatus::vetted:
      return tr<"Was vetted and is not yet admitted. Its people see what the public sees.">();
    case domain::OrganisationStatus::active:
      return tr<"A member: its people see what is shared with members, and what is addressed to it.">();
    case domain::OrganisationStatus::suspended:
      return tr<"Suspended: its people see what the public sees until it is active again.">();
    case domain::OrganisationStatus::left:
      return tr<"No longer a member. What it owned belongs to another organisation now.">();
  }
  return {};
}

std::string joined(const std::vector<std::string>& texts, std::string_view separator) {
  return fmt::format("{}", fmt::join(texts, separator));
}

std::string country_names(const std::vector<std::string>& codes) {
  std::vector<std::string> names;
  for (const auto& code : codes) {
    const auto* country = domain::find_country(code);
    names.emplace_back(country == nullptr ? code : locale::country_name(code, country->name));
  }
  return joined(names);
}

std::string sector_names(const std::vector<domain::Sector>& sectors) {
  std::string out;
  for (const auto sector : sectors) {
    if (!out.empty()) out += ", ";
    out += tr_text(domain::name(sector));
  }
  return out;
}

std::string role_names(domain::Roles roles) {
  const auto special = roles.without(domain::Role::member);
  if (special.empty()) return std::string{tr_text(domain::name(domain::Role::member))};
  std::string out;
  for (const auto role : domain::all_roles()) {
    if (!special.has(role)) continue;
    if (!out.empty()) out += ", ";
    out += tr_text(domain::name(role));
  }
  return out;
}

Html breadcrumb_html(const std::vector<Crumb>& crumbs) {
  std::string out;
  render<"<nav class=\"breadcrumb no-print\" aria-label=\"[[Where you are]]\"><ol>">(out);
  for (const auto& crumb : crumbs) {
    if (crumb.path.empty()) {
      render<"<li>{}</li>">(out, crumb.label);
    } else {
      render<"<li><a href=\"{}\">{}</a></li>">(out, Url::own(crumb.path), crumb.label);
    }
  }
  out += "</ol></nav>\n";
  return Html::from_trusted(std::move(out));
}

void append_fact(std::string& out, std::string_view label, const Html& value) {
  if (!value.empty()) render<"<dt>{}</dt><dd>{}</dd>\n">(out, label, value);
}
void append_fact(std::string& out, std::string_view label, std::string_view value) {
  append_fact(out, label, Html::from_text(value));
}

void append_next(std::string& out, std::string_view path) {
  if (path.empty()) return;
  render<
      "<nav class=\"pages\" aria-label=\"[[Pages]]\"><p><a class=\"button-quiet\" rel=\"next\" "
      "href=\"{}\">[[Next]]</a></p></nav>\n">(out, Url::own(std::string{path}));
}

Html organisation_link(std::int64_t id, std::string_view name) {
  const auto shown = name.empty() ? tr<"organisation {}">(id) : std::string{name};
  return fragment<"<a href=\"{}\">{}</a>">(Url::own(organisation_url({id})), shown);
}

Result<engine::members::Names> organisations_of(App& app, const std::vector<engine::members::PersonRow>& people) {
  std::vector<std::int64_t> ids;
  for (const auto& row : people) {
    for (const auto& membership : row.memberships) ids.push_back(membership.organisation.value);
  }
  return app.database().read(
      [&](store::Connection& connection) { return engine::members::organisation_names(connection, ids); });
}

boost::json::value time_json(const std::optional<Timestamp>& time) {
  if (!time) return nullptr;
  return boost::json::string{format_rfc3339(*time)};
}

boost::json::object organisation_json(const domain::Organisation& organisation) {
  boost::json::object out;
  out["id"] = organisation.id.value;
  out["uuid"] = organisation.uuid;
  out["name"] = organisation.name;
  out["url"] = organisation_url(organisation.id);
  out["kind"] = domain::slug(organisation.kind);
  out["status"] = domain::to_string(organisation.status);
  auto& sectors = out["sectors"].emplace_array();
  for (const auto sector : organisation.sectors) {
    boost::json::object each;
    each["key"] = domain::slug(sector);
    each["name"] = domain::name(sector);
    sectors.push_back(std::move(each));
  }
  auto& countries = out["countries"].emplace_array();
  for (const auto& country : organisation.countries) countries.emplace_back(country);
  out["homepage"] = organisation.homepage;
  out["description"] = organisation.description;
  auto& keys = out["vendor_keys"].emplace_array();
  for (const auto& key : organisation.vendor_keys) keys.emplace_back(key);
  out["created_at"] = format_rfc3339(organisation.created_at);
  return out;
}

boost::json::object person_json(const engine::members::PersonRow& row, const engine::members::Names& organisations) {
  const auto& person = row.person;
  boost::json::object out;
  out["id"] = person.id.value;
  out["uuid"] = person.uuid;
  out["name"] = person.name;
  out["email"] = person.email;
  out["url"] = person_url(person.id);
  out["status"] = domain::to_string(person.status);
  out["language"] = person.language;
  out["time_zone"] = person.time_zone;
  out["created_at"] = format_rfc3339(person.created_at);
  out["email_verified_at"] = time_json(person.email_verified_at);
  out["last_sign_in_at"] = time_json(person.last_sign_in_at);
  auto& memberships = out["memberships"].emplace_array();
  for (const auto& membership : row.memberships) {
    boost::json::object each;
    boost::json::object organisation;
    organisation["id"] = membership.organisation.value;
    const auto name = organisations.find(membership.organisation.value);
    organisation["name"] = name == organisations.end() ? std::string{} : name->second;
    each["organisation"] = std::move(organisation);
    auto& roles = each["roles"].emplace_array();
    for (const auto role : domain::all_roles()) {
      if (membership.roles.has(role)) roles.emplace_back(domain::slug(role));
    }
    each["since"] = format_rfc3339(membership.created_at);
    memberships.push_back(std::move(each));
  }
  return out;
}

boost::json::object community_json(const engine::members::CommunityRow& row) {
  const auto count = [](const std::optional<std::int64_t>& number) -> boost::json::value {
    if (!number) return nullptr;
    return *number;
  };
  boost::json::object out;
  out["id"] = row.community.id.value;
  out["uuid"] = row.community.uuid;
  out["name"] = row.community.name;
  out["url"] = community_url(row.community.id);
  out["description"] = row.community.description;
  out["members_hidden"] = row.community.members_hidden;
  out["closed"] = row.community.closed;
  out["joined"] = row.joined;
  out["organisation_count"] = count(row.organisations);
  out["person_count"] = count(row.people);
  out["created_at"] = format_rfc3339(row.community.created_at);
  return out;
}

Result<std::vector<Option>> organisation_options(App& app, const engine::Actor& actor) {
  constexpr std::size_t kOptionsMax = 1'000;
  std::vector<Option> options;
  engine::members::OrganisationFilter filter;
  filter.status = domain::OrganisationStatus::active;
  filter.limit = 200;
  do {
    TRY(const auto page, engine::members::list_organisations(app.database(), actor, filter));
    for (const auto& row : page.rows) {
      options.push_back({.value = std::to_string(row.organisation.id.value), .label = row.organisation.name});
    }
    filter.cursor = page.next_cursor;
  } while (!filter.cursor.empty() && options.size() < kOptionsMax);
  return options;
}

void add_action(App& app, http::Router& router, std::string_view pattern, std::string_view name,
                domain::Permission permission, Result<http::Response> (*post)(App&, const http::Request&)) {
  add_page(
      router, http::Method::post, std::string{pattern}, std::string{name}, permission,
      [&app, post](const http::Request& request) { return post(app, request); },
      [](http::Route& route) { route.session_only = true; });
}

void add_form(App& app, http::Router& router, std::string_view pattern, std::string_view name,
              domain::Permission permission, Result<http::Response> (*get)(App&, const http::Request&),
              Result<http::Response> (*post)(App&, const http::Request&)) {
  add_page(
      router, http::Method::get, std::string{pattern}, fmt::format("{}_page", name), permission,
      [&app, get](const http::Request& request) { return get(app, request); },
      [](http::Route& route) { route.session_only = true; });
  add_action(app, router, pattern, name, permission, post);
}

http::Response member_page(App& app, const http::Request& request, Page page, std::string_view tab) {
  page.section = Section::members;
  page.noindex = true;
  page.main = Html::from_trusted(tabs_html(request, tab).str() + page.main.str());
  return personal(render_page(app, request, page));
}

http::Response form_answer(App& app, const http::Request& request, const FormFrame& frame, const Form& form,
                           const Html& markup) {
  std::string out = tabs_html(request, frame.crumbs.empty() ? std::string_view{} : frame.crumbs.front().path).str();
  if (!frame.crumbs.empty()) out += breadcrumb_html(frame.crumbs).str();
  render<"<div class=\"form-page\"><div class=\"page-head\"><h1>{}</h1></div>\n">(out, frame.title);
  out += error_summary(form).str();
  if (!frame.lead.empty()) render<"<div class=\"form-lead\">{}</div>\n">(out, frame.lead);
  out += markup.str();
  out += "</div>\n";
  Page page;
  page.title = frame.title;
  if (request.principal != nullptr) page.section = Section::members;
  page.main = Html::from_trusted(std::move(out));
  return form_page(app, request, std::move(page), form);
}

http::Response personal(http::Response response) {
  response.cacheable = false;
  response.cache_control = "no-store";
  return response;
}

}  // namespace tocsin::portal::pages
