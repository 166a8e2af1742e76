#include "portal/pages/layout.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "engine/identity/identity.hpp"
#include "portal/access.hpp"
#include "portal/assets.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/island_texts.hpp"
#include "portal/pages/site.hpp"

namespace tocsin::portal::pages {
namespace {

using html::attribute_if;
using html::fragment;
using html::Html;
using html::render;
using html::Url;

struct NavigationItem {
  Section section;
  const char* path;
  Message label;
  domain::Permission permission = domain::Permission::anyone;
};
constexpr NavigationItem kNavigation[] = {
    {Section::advisories, "/advisories", message<"Advisories">},
    {Section::vulnerabilities, "/vulnerabilities", message<"Vulnerabilities">},
    {Section::vendors, "/vendors", message<"Vendors">},
    {Section::threats, "/threats", message<"Threats">},
    {Section::status, "/status", message<"#menu#Status">},
    {Section::members, "/organisations", message<"Members">, domain::Permission::read_as_member},
    {Section::about, "/about", message<"About">},
};

Html asset_url_link(std::string_view name, std::string_view rel) {
  return fragment<"<link rel=\"{}\" href=\"{}\">\n">(rel, Url::own(std::string{asset_path(name)}));
}

/// The mark: a bell that is struck. Decorative; the name stands beside it. The same drawing as web/icons/icon.svg.
constexpr const char* kMark =
    R"(<svg class="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">)"
    R"(<path class="mark-bell" d="M16 4.2a2 2 0 0 0-2 2v.5c-3.6.9-6 4-6 8v4.8L5.6 23a1 1 0 0 0 .8 1.6h19.2a1 1 0 0 0 )"
    R"(.8-1.6L24 19.5v-4.8c0-4-2.4-7.1-6-8v-.5a2 2 0 0 0-2-2z"/>)"
    R"(<path class="mark-clapper" d="M12.6 26.2h6.8a3.4 3.4 0 0 1-6.8 0z"/>)"
    R"(<path class="mark-wave" d="M4.7 5.2A13 13 0 0 0 2 13M27.3 5.2A13 13 0 0 1 30 13"/></svg>)";

void append_head(std::string& out, App& app, const Page& page) {
  const auto site = app.site_text("site_name");
  render<R"(<!doctype html>
<html lang="{}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
)">(out, tag_of(current_language()));
  if (page.title.empty()) {
    render<"<title>{}</title>\n">(out, site);
  } else {
    render<"<title>{} - {}</title>\n">(out, page.title, site);
  }
  if (!page.description.empty()) render<"<meta name=\"description\" content=\"{}\">\n">(out, page.description);
  if (page.noindex) out += "<meta name=\"robots\" content=\"noindex\">\n";
  out += asset_url_link("portal.css", "stylesheet").str();
  if (const auto sheet = site_style_url(app); !sheet.empty()) {
    render<"<link rel=\"stylesheet\" href=\"{}\">\n">(out, Url::own(sheet));
  }
  // Not deferred: it sets the remembered theme before the first paint. A file, because scripts in the page are refused.
  render<"<script src=\"{}\"></script>\n">(out, Url::own(std::string{asset_path("theme.js")}));
  render<"<script defer src=\"{}\"></script>\n">(out, Url::own(std::string{asset_path("portal.js")}));
  render<"<link rel=\"icon\" type=\"image/svg+xml\" href=\"{}\">\n">(out,
                                                                     Url::own(std::string{asset_path("icon.svg")}));
  if (!page.canonical.empty()) {
    render<"<link rel=\"canonical\" href=\"{}\">\n">(out, Url::own(app.settings().public_url + page.canonical));
  }
  if (!page.atom_url.empty()) {
    render<"<link rel=\"alternate\" type=\"application/atom+xml\" title=\"{}\" href=\"{}\">\n">(
        out, page.title.empty() ? site : page.title, Url::own(page.atom_url));
  }
  if (!page.json_url.empty()) {
    render<"<link rel=\"alternate\" type=\"application/json\" href=\"{}\">\n">(out, Url::own(page.json_url));
  }
  out += "<link rel=\"search\" href=\"/advisories\">\n</head>\n";
}

struct MenuItem {
  domain::Permission permission;
  const char* path;
  Message label;
};
/// In the order of the menu; each shown to those who may.
constexpr MenuItem kMenu[] = {
    {domain::Permission::signed_in, "/account", message<"Profile">},
    {domain::Permission::signed_in, "/notifications", message<"Notifications">},
    {domain::Permission::signed_in, "/account/security", message<"Security">},
    {domain::Permission::signed_in, "/account/tokens", message<"Tokens for programs">},
    {domain::Permission::manage_own_organisation, "/organisation/looks", message<"Who looked at what we shared">},
    {domain::Permission::break_glass, "/break-glass", message<"Break-glass access">},
    {domain::Permission::manage_own_people, "/people", message<"People">},
    {domain::Permission::read_audit, "/audit", message<"Audit log">},
    {domain::Permission::administer, "/admin", message<"Overview">},
    {domain::Permission::administer, "/admin/site", message<"Site">},
};

/// Where to come back to after a detour: this page, or empty where it is the home page or nothing one can come back to.
std::string way_back(const http::Request& request) {
  const bool page = request.method == http::Method::get && !request.secret_path && !request.path.empty();
  auto next = page ? access::safe_next(request.target) : std::string{};
  return next == "/" ? std::string{} : next;
}

/// Who has signed in, for whom they act, and where they may go; or the way to sign in.
void append_person(std::string& out, App& app, const http::Request& request) {
  if (app.identity() == nullptr) return;
  if (request.principal == nullptr) {
    const auto next = way_back(request);
    render<"<a class=\"sign-in-link\" href=\"{}\">[[Sign in]]</a>\n">(
        out, Url::own(http::with_query("/sign-in", {{"next", next}})));
    return;
  }
  const auto& principal = *request.principal;
  const engine::identity::Seat* seat = nullptr;
  for (const auto& each : principal.seats) {
    if (principal.viewer.organisation == each.organisation) seat = &each;
  }
  render<"<details class=\"person-menu\"><summary><span class=\"person-name\">{}</span>{}</summary>\n<div>">(
      out, principal.person_name,
      seat == nullptr ? Html{} : fragment<"<span class=\"person-seat\">{}</span>">(seat->name));
  out += "<ul>";
  for (const auto& item : kMenu) {
    if (!principal.may(item.permission)) continue;
    render<"<li><a href=\"{}\" {}>{}</a></li>">(
        out, Url::own(item.path), attribute_if<"aria-current">(request.path == item.path, "page"), item.label);
  }
  if (principal.four_eyes.any()) {
    render<"<li><a href=\"/approvals\" {}>[[Approvals]]{}</a></li>">(
        out, attribute_if<"aria-current">(request.path == "/approvals", "page"),
        principal.approvals == 0
            ? Html{}
            : fragment<
                  " <span class=\"tag tag-applied\">{}<span class=\"hidden\"> [[for your decision]]</span></span>">(
                  principal.approvals));
  }
  out += "</ul>";
  const auto others = std::count_if(principal.seats.begin(), principal.seats.end(), [&](const auto& each) {
    return each.active && principal.viewer.organisation != each.organisation;
  });
  if (others > 0) {
    render<"<h2>[[Act for]]</h2>">(out);
    for (const auto& each : principal.seats) {
      if (!each.active || principal.viewer.organisation == each.organisation) continue;
      out += button_form(request, "/act-for", each.name, {{"organisation", std::to_string(each.organisation.value)}})
                 .str();
    }
  }
  out += button_form(request, "/sign-out", tr<"Sign out">()).str();
  out += "</div></details>\n";
}

/// The way to what somebody is told; a script tells there, and in a line at the foot, what is new (web/src/live.ts).
void append_bell(std::string& out, const http::Request& request) {
  const auto* principal = request.principal.get();
  if (principal == nullptr || principal->by != engine::identity::Principal::By::session || principal->must_add_factor)
    return;
  render<
      "<a class=\"bell\" href=\"/notifications\" data-live data-live-new=\"[[New notifications: {}]]\" "
      "data-live-exposure=\"[[The exposure has changed]]\" data-live-show=\"[[#live#Show]]\" "
      "data-live-close=\"[[#live#Close]]\" {}><svg viewBox=\"0 0 24 24\" width=\"20\" height=\"20\" "
      "aria-hidden=\"true\" focusable=\"false\"><path d=\"M12 3a6 6 0 0 0-6 6v4.2L4.3 16.4a.9.9 0 0 0 .8 "
      "1.3h13.8a.9.9 0 0 0 .8-1.3L18 13.2V9a6 6 0 0 0-6-6zM9.6 19.2a2.4 2.4 0 0 0 4.8 0z\"/></svg><span "
      "class=\"hidden\" data-live-label>[[Notifications]]</span><span class=\"bell-count\" data-live-count "
      "aria-hidden=\"true\" hidden></span></a>\n">(
      out, "{0}", attribute_if<"aria-current">(request.path == "/notifications", "page"));
}

/// Where the administrator has given a logo, that; else ours.
Html site_mark(const App& app) {
  const auto logo = site_logo_url(app);
  if (logo.empty()) return Html::from_trusted(kMark);
  return fragment<"<img class=\"brand-logo\" src=\"{}\" alt=\"\">">(Url::own(logo));
}

void append_header(std::string& out, App& app, const http::Request& request, const Page& page) {
  out += "<header class=\"top\"><div class=\"wrap top-row\">\n";
  render<"<a class=\"brand\" href=\"/\" {}>{}<span>{}</span></a>\n">(
      out, attribute_if<"aria-current">(page.section == Section::home, "page"), site_mark(app),
      app.site_text("site_name"));
  if (!page.hide_header_search) {
    render<R"(<form class="top-search" role="search" aria-label="[[Advisories]]" action="/advisories">
<label class="hidden" for="q-top">[[Search advisories]]</label>
<input id="q-top" class="search-input" type="search" name="q" value="{}" placeholder="[[Search: vendor, product, CVE, order number]]" autocomplete="off" spellcheck="false" maxlength="1000" data-suggest>
<button class="button-quiet" type="submit">[[#verb#Search]]</button>
</form>
)">(out, page.query);
  }
  render<"<nav class=\"top-nav\" aria-label=\"[[Main]]\"><ul>">(out);
  for (const auto& item : kNavigation) {
    const bool open = item.permission == domain::Permission::anyone ||
                      (request.principal != nullptr && request.principal->may(item.permission));
    if (!open) continue;
    render<"<li><a href=\"{}\" {}>{}</a></li>">(
        out, Url::own(item.path), attribute_if<"aria-current">(item.section == page.section, "page"), item.label);
  }
  out += "</ul></nav>\n";
  append_bell(out, request);
  append_person(out, app, request);
  // Works by script only, so the script shows it.
  out += R"(<button class="theme-toggle" type="button" data-theme-toggle hidden></button>
</div></header>
)";
}

/// What the markings on this page mean to whom it is shown.
void append_marking(std::string& out, App& app, const http::Request& request) {
  const auto site = app.site_text("site_name");
  const auto& viewer = request.viewer;
  if (!viewer.organisation && !viewer.person) {
    render<"<p>[[Public part of {}: what is shown here is marked <a href=\"/about#tlp\">TLP:CLEAR</a>.]]">(out, site);
    return;
  }
  render<
      "<p>[[{} as you may see it: each document bears its <a href=\"/about#tlp\">TLP marking</a>, which says to whom "
      "you may pass it on.]]">(out, site);
}

/// Each language in its own words, so that whoever cannot read this page finds theirs.
void append_language_switch(std::string& out, const http::Request& request) {
  render<"<ul class=\"foot-links languages\" aria-label=\"[[Language]]\">">(out);
  const auto next = way_back(request);
  for (const auto language : kLanguages) {
    const auto tag = tag_of(language);
    render<"<li><a href=\"{}\" lang=\"{}\" hreflang=\"{}\" rel=\"nofollow\" {}>{}</a></li>">(
        out, Url::own(http::with_query(fmt::format("/language/{}", tag), {{"next", next}})), tag, tag,
        attribute_if<"aria-current">(language == current_language(), "true"), own_name(language));
  }
  out += "</ul>\n";
}

void append_footer(std::string& out, App& app, const http::Request& request, const Page& page) {
  const auto& settings = app.settings();
  render<
      "<footer class=\"foot\"><div class=\"wrap foot-row\">\n<ul class=\"foot-links\"><li><a "
      "href=\"/about\">[[About]]</a></li><li><a href=\"/help/search\">[[Search help]]</a></li><li><a "
      "href=\"/api\">API</a></li><li><a href=\"/rfc2350\">[[Who we are]]</a></li><li><a "
      "href=\"/privacy\">[[Privacy]]</a></li>">(out);
  if (app.identity() != nullptr && request.principal == nullptr) {
    render<"<li><a href=\"/register\">[[Apply for membership]]</a></li>">(out);
  }
  render<"<li><a href=\"{}\">[[Atom feed]]</a></li>">(
      out, Url::own(page.atom_url.empty() ? "/feeds/advisories.atom" : page.atom_url));
  if (!page.json_url.empty()) render<"<li><a href=\"{}\">[[This page as JSON]]</a></li>">(out, Url::own(page.json_url));
  if (const auto contact = app.site_text("contact"); !contact.empty()) {
    auto url = Url::external(contact);
    if (url.empty()) url = Url::external("mailto:" + contact);
    if (url.empty()) {
      render<"<li>[[Contact: {}]]</li>">(out, contact);
    } else {
      render<"<li>[[Contact: <a href=\"{}\">{}</a>]]</li>">(
          out, url, contact.starts_with("mailto:") ? contact.substr(7) : contact);
    }
  }
  out += "</ul>\n";
  append_marking(out, app, request);
  if (!settings.version.empty()) render<" Tocsin {}.">(out, settings.version);
  out += "</p>\n";
  append_language_switch(out, request);
  out += "</div></footer>\n";
}

}  // namespace

http::Response render_page(App& app, const http::Request& request, const Page& page, int status) {
  std::string out;
  out.reserve(page.main.str().size() + 8192);
  append_head(out, app, page);
  render<"<body>\n<a class=\"skip\" href=\"#main\">[[Skip to content]]</a>\n">(out);
  if (app.settings().demo) {
    render<
        "<aside class=\"banner\" aria-label=\"[[Demonstration]]\"><span "
        "class=\"wrap\">[[<strong>Demonstration.</strong> Vendors, products and vulnerabilities shown here are "
        "invented.]]</span></aside>\n">(out);
  }
  append_header(out, app, request, page);
  out += "<main id=\"main\" class=\"wrap\" tabindex=\"-1\">\n";
  if (const auto notice = notice_text(request.query.get(kNoticeParameter)); !notice.empty()) {
    out += notice_is_bad(request.query.get(kNoticeParameter)) ? "<p class=\"callout callout-error\" role=\"alert\">"
                                                              : "<p class=\"callout callout-good\" role=\"status\">";
    render<"{}</p>\n">(out, notice);
  }
  out += page.main.str();
  out += "\n</main>\n";
  append_island_texts(out, page.main.str());
  append_footer(out, app, request, page);
  out += "</body>\n</html>\n";
  auto response = http::Response::html(std::move(out), status);
  return response;
}

}  // namespace tocsin::portal::pages
