#include <fmt/format.h>

#include "base/text.hpp"
#include "engine/audit/view.hpp"
#include "engine/members/overview.hpp"
#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"

/// What an administrator looks at first: what waits, what is unsafe, who is here.
namespace tocsin::portal {
namespace {

namespace members = engine::members;
using domain::OrganisationStatus;
using domain::Permission;
using domain::PersonStatus;
using html::Html;
using html::render;
using html::Url;

void append_stat(std::string& out, const std::string& path, std::int64_t count, std::string_view label) {
  render<"<li><a class=\"stat\" href=\"{}\"><b>{}</b> <span>{}</span></a></li>">(
      out, Url::own(path), text::thousands(count), tr_text(label));
}

void append_waiting(std::string& out, const members::Overview& overview) {
  const auto applied = overview.organisations[static_cast<std::size_t>(OrganisationStatus::applied)];
  if (applied == 0 && overview.without_factor.empty()) {
    render<"<p class=\"callout callout-good\">[[Nothing waits for you.]]</p>\n">(out);
    return;
  }
  if (applied > 0) {
    const auto count = text::thousands(applied);
    if (applied == 1) {
      render<
          "<p class=\"callout callout-warn\">[[<b>{} organisation waits</b> for vetting. <a "
          "href=\"/organisations?status=applied\">Look at them</a>]]</p>\n">(out, count);
    } else {
      render<
          "<p class=\"callout callout-warn\">[[<b>{} organisations wait</b> for vetting. <a "
          "href=\"/organisations?status=applied\">Look at them</a>]]</p>\n">(out, count);
    }
  }
  if (!overview.without_factor.empty()) {
    render<
        "<section class=\"callout callout-warn\"><h2>{}</h2><p>[[Their role needs one. "
        "They can do nothing but add it; remind them.]]</p><ul>">(
        out, trn<"{} person without a second factor", "{} people without a second factor">(
                 overview.without_factor_total, text::thousands(overview.without_factor_total)));
    for (const auto& each : overview.without_factor) {
      render<"<li><a href=\"{}\">{}</a></li>">(out, Url::own(pages::person_url(each.id)), each.name);
    }
    out += "</ul></section>\n";
  }
}

Result<http::Response> overview(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  const auto actor = access::actor(request);
  TRY(const auto found, members::overview(app.database(), actor, request.now));
  TRY(const auto chain, engine::audit::view::chain(app.database(), actor));
  std::string out;
  render<
      "<div class=\"page-head\"><h1>[[Overview]]</h1><p class=\"actions\"><a class=\"button-quiet\" "
      "href=\"/organisations/new\">[[Add an organisation]]</a> <a class=\"button-quiet\" "
      "href=\"/people/invite\">[[Invite somebody]]</a> <a class=\"button-quiet\" href=\"/communities/new\">[[New "
      "community]]</a></p></div>\n">(out);
  append_waiting(out, found);
  render<"<h2>[[Organisations]]</h2><ul class=\"stats\">">(out);
  for (const auto status : domain::all_organisation_statuses()) {
    append_stat(out, fmt::format("/organisations?status={}", domain::to_string(status)),
                found.organisations[static_cast<std::size_t>(status)], domain::to_string(status));
  }
  render<"</ul>\n<h2>[[People]]</h2><ul class=\"stats\">">(out);
  for (const auto status :
       {PersonStatus::invited, PersonStatus::active, PersonStatus::suspended, PersonStatus::erased}) {
    append_stat(out, fmt::format("/people?status={}", domain::to_string(status)),
                found.people[static_cast<std::size_t>(status)], domain::to_string(status));
  }
  render<"</ul>\n<div class=\"grid-2\"><section class=\"panel\"><h2>[[Now]]</h2><dl class=\"kv\">\n">(out);
  pages::append_fact(out, tr<"Sessions">(), text::thousands(found.sessions));
  pages::append_fact(out, tr<"Tokens for programs in force">(), text::thousands(found.tokens));
  pages::append_fact(out, tr<"Communities">(),
                     html::fragment<"<a href=\"/communities\">{}</a>">(text::thousands(found.communities)));
  pages::append_fact(out, tr<"Version">(), app.settings().version);
  render<"</dl></section>\n<section class=\"panel\"><h2>[[Audit log]]</h2><dl class=\"kv\">\n">(out);
  pages::append_fact(out, tr<"Newest entry">(),
                     chain.newest == 0 ? std::string{tr<"none yet">()} : text::thousands(chain.newest));
  pages::append_fact(out, tr<"Last signed checkpoint">(),
                     chain.checkpoint ? html::fragment<"[[entry {}, {}]]">(chain.checkpoint->sequence,
                                                                           pages::datetime_html(chain.checkpoint->at))
                                      : Html::from_text(tr<"none yet">()));
  render<
      "</dl><p class=\"note\">[[Auditors read it; administrators do not, so that nobody watches over "
      "themselves.]]</p></section></div>\n<p class=\"note\">[[From a shell on the server: <code>tocsin org</code>, "
      "<code>tocsin user</code>, <code>tocsin community</code> and <code>tocsin token</code> do the same.]]</p>\n">(
      out);
  pages::Page page;
  page.title = tr<"Overview">();
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/admin");
}

}  // namespace

void add_admin_routes(App& app, http::Router& router) {
  pages::add_page(router, http::Method::get, "/admin", "admin_page", Permission::administer,
                  [&app](const http::Request& request) { return overview(app, request); });
}

}  // namespace tocsin::portal
