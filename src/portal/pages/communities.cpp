#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"

/// Communities: groups that records can be addressed to.
namespace tocsin::portal {

namespace members = engine::members;

namespace pages {

boost::json::object community_detail_json(const members::CommunityDetail& detail) {
  auto out = community_json(detail.row);
  auto& organisations = out["organisations"].emplace_array();
  for (const auto& organisation : detail.organisations) {
    boost::json::object each;
    each["id"] = organisation.id.value;
    each["name"] = organisation.name;
    organisations.push_back(std::move(each));
  }
  auto& people = out["people"].emplace_array();
  for (const auto& person : detail.people) {
    boost::json::object each;
    each["id"] = nullptr;
    if (person.id.value != 0) each["id"] = person.id.value;
    each["name"] = person.name;
    people.push_back(std::move(each));
  }
  return out;
}

}  // namespace pages

namespace {

using domain::Permission;
using html::Html;
using html::render;
using html::Url;

Html state_tags(const members::CommunityRow& row) {
  std::string out;
  if (row.community.closed) render<"<span class=\"tag tag-suspended\">[[closed]]</span> ">(out);
  if (row.community.members_hidden) render<"<span class=\"tag\">[[members hidden]]</span> ">(out);
  if (row.joined) render<"<span class=\"tag tag-active\">[[joined]]</span>">(out);
  return Html::from_trusted(std::move(out));
}

std::string count_or_hidden(const std::optional<std::int64_t>& count) {
  return count ? text::thousands(*count) : std::string{"hidden"};
}

Result<http::Response> communities(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  const auto actor = access::actor(request);
  TRY(const auto rows, members::list_communities(app.database(), actor));
  if (request.representation == http::Representation::json) {
    boost::json::array items;
    for (const auto& row : rows) items.push_back(pages::community_json(row));
    const auto total = static_cast<std::int64_t>(rows.size());
    return pages::personal(http::Response::json(json::write(pages::page_json(std::move(items), {}, total))));
  }
  const bool manages = actor.may(Permission::manage_communities);
  std::string out;
  render<"<div class=\"page-head\"><h1>[[Communities]]</h1><p class=\"actions\">">(out);
  if (manages) render<"<a class=\"button\" href=\"/communities/new\">[[New community]]</a>">(out);
  render<
      "</p></div>\n<p class=\"lead\">[[A community is a group of organisations and people that something can be "
      "addressed to. Only its members know of it.]]</p>\n">(out);
  if (rows.empty()) {
    render<"<section class=\"panel\"><h2>[[You are in no community]]</h2><p>">(out);
    if (manages) {
      render<"[[<a href=\"/communities/new\">Make one</a>, for instance for a sector, an exercise or an incident.]]">(
          out);
    } else {
      render<"[[The CERT adds organisations and people. Tell it if you miss one.]]">(out);
    }
    out += "</p></section>\n";
  } else {
    render<
        "<div class=\"table-wrap\"><table class=\"sortable stack\"><thead><tr><th scope=\"col\">[[Community]]</th><th "
        "scope=\"col\">[[About]]</th><th scope=\"col\" class=\"num\" "
        "data-first=\"descending\">[[Organisations]]</th><th scope=\"col\" class=\"num\" "
        "data-first=\"descending\">[[People]]</th><th scope=\"col\">[[State]]</th><th scope=\"col\" "
        "data-first=\"descending\">[[Since]]</th></tr></thead><tbody>\n">(out);
    for (const auto& row : rows) {
      render<
          R"(<tr><th scope="row"><a href="{}">{}</a></th><td data-label="[[About]]">{}</td><td class="num" data-label="[[Organisations]]">{}</td><td class="num" data-label="[[People]]">{}</td><td data-label="[[State]]">{}</td><td data-label="[[Since]]">{}</td></tr>
)">(out, Url::own(pages::community_url(row.community.id)), row.community.name,
          text::shorten(row.community.description, 120), count_or_hidden(row.organisations),
          count_or_hidden(row.people), state_tags(row), pages::date_html(row.community.created_at));
    }
    out += "</tbody></table></div>\n";
  }
  pages::Page page;
  page.title = tr<"Communities">();
  page.json_url = "/api/v1/communities";
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/communities");
}

Html removal(const http::Request& request, domain::CommunityId id, domain::Grantee::Kind kind, std::int64_t member,
             std::string_view name) {
  return pages::button_form(request, pages::community_url(id) + "/remove", tr<"Remove">(),
                            {{"kind", domain::to_string(kind)}, {"member", std::to_string(member)}},
                            pages::FormMarkup::Button::quiet, name);
}

void append_members(std::string& out, const http::Request& request, const members::CommunityDetail& detail,
                    bool manages) {
  const auto id = detail.row.community.id;
  render<
      "<div class=\"grid-2\"><section class=\"panel\" aria-labelledby=\"organisations\"><h2 "
      "id=\"organisations\">[[Organisations]]</h2>\n">(out);
  if (detail.organisations.empty()) render<"<p class=\"note\">[[None.]]</p>">(out);
  out += "<ul class=\"plain-list\">\n";
  for (const auto& each : detail.organisations) {
    render<"<li><div>{} <span class=\"note\">{}</span></div>">(out, pages::organisation_link(each.id.value, each.name),
                                                               tr_text(domain::to_string(each.kind)));
    if (manages) out += removal(request, id, domain::Grantee::Kind::organisation, each.id.value, each.name).str();
    out += "</li>\n";
  }
  render<
      "</ul></section>\n<section class=\"panel\" aria-labelledby=\"people\"><h2 id=\"people\">[[Single "
      "people]]</h2>\n">(out);
  if (detail.people.empty()) render<"<p class=\"note\">[[None beside those of the organisations.]]</p>">(out);
  out += "<ul class=\"plain-list\">\n";
  for (const auto& each : detail.people) {
    render<"<li><div>{}</div>">(out, each.name);
    if (manages && each.id.value != 0) {
      out += removal(request, id, domain::Grantee::Kind::person, each.id.value, each.name).str();
    } else if (manages) {
      out += pages::button_form(request, pages::community_url(id) + "/remove", "Remove", {{"email", each.email}},
                                pages::FormMarkup::Button::quiet, each.name)
                 .str();
    }
    out += "</li>\n";
  }
  out += "</ul></section></div>\n";
}

Result<http::Response> community(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  const auto id = pages::id_in_path(request, "community");
  if (!id) return Error::not_found("community");
  const auto actor = access::actor(request);
  TRY(const auto detail, members::find_community(app.database(), actor, {*id}));
  if (!detail) return Error::not_found("community");
  if (request.representation == http::Representation::json) {
    return api::with_version(api::personal_json(pages::community_detail_json(*detail)),
                             members::version_of(detail->row.community));
  }
  const auto& found = detail->row.community;
  const bool manages = actor.may(Permission::manage_communities);
  const auto url = pages::community_url(found.id);
  std::string out =
      pages::breadcrumb_html({{"/communities", std::string{tr<"Communities">()}}, {"", found.name}}).str();
  render<"<div class=\"page-head\"><div><h1>{}</h1><p class=\"note\">{}</p></div><p class=\"actions\">">(
      out, found.name, state_tags(detail->row));
  if (manages) {
    render<
        "<a class=\"button-quiet\" href=\"{}\">[[Add a member]]</a> <a class=\"button-quiet\" "
        "href=\"{}\">[[Edit]]</a>">(out, Url::own(url + "/add"), Url::own(url + "/edit"));
  }
  out += "</p></div>\n";
  if (found.closed) {
    render<
        "<p class=\"callout callout-warn\">[[This community is closed: it takes nothing new, and what was addressed to "
        "it reaches nobody by it.]]</p>\n">(out);
  }
  if (!found.description.empty()) render<"<div class=\"prose\">{}</div>\n">(out, html::paragraphs(found.description));
  if (found.members_hidden && !manages) {
    render<
        "<p class=\"callout\">[[<b>Its members are hidden.</b> You know that you are one; who else is, only the CERT "
        "knows.]]</p>\n">(out);
  } else {
    if (found.members_hidden) {
      render<"<p class=\"callout\">[[Its members do not see each other.]]</p>\n">(out);
    }
    append_members(out, request, *detail, manages);
  }
  render<
      "<p class=\"note\">[[UUID <code data-copy=\"{}\" data-copy-label=\"{}\">{}</code>, since {}. Under this "
      "UUID MISP's sharing groups and CSAF documents name it.]]</p>\n">(out, found.uuid, tr<"the UUID">(), found.uuid,
                                                                        pages::date_html(found.created_at));
  pages::Page page;
  page.title = found.name;
  page.json_url = "/api/v1" + url;
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/communities");
}

}  // namespace

void add_community_routes(App& app, http::Router& router) {
  pages::add_resource(
      router, "/communities", "/api/v1/communities", "communities", "Communities that the asker is in or manages",
      [&app](const http::Request& request) { return communities(app, request); }, Permission::read_as_member);
  pages::add_resource(
      router, "/communities/{community}", "/api/v1/communities/{community}", "community",
      "One community with its members, as far as they are shown",
      [&app](const http::Request& request) { return community(app, request); }, Permission::read_as_member);
}

}  // namespace tocsin::portal
