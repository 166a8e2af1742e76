#include <array>
#include <mutex>

#include <fmt/format.h>

#include "base/locale.hpp"
#include "portal/api/schemas.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"

/// What this is, how to search it, and how programs use it.
namespace tocsin::portal {
namespace {

namespace search = engine::search;
using html::Html;
using html::render;
using html::Url;

Result<http::Response> about(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto overview, app.search().overview(request.viewer, request.now));
  const auto& settings = app.settings();
  std::string out;
  render<R"(<article class="prose"><h1>[[About {}]]</h1>
<p class="lead">[[This portal publishes security advisories for industrial control systems: for those who operate them, and for the programs that help them.]]</p>
<p>[[It holds {}, which speak of {} in {} by {}.]]</p>
<h2>[[What you can do here]]</h2>
<ul>
<li>[[<a href="/advisories">Search and filter</a> by vendor, product, version, order number, CVE, sector, severity and date. <a href="/help/search">How to search</a>.]]</li>
<li>[[Read an advisory as a page, see what changed between its revisions, and take the document itself: byte for byte as its issuer published it, with its SHA-512.]]</li>
<li>[[Compare what all advisories say about one <a href="/vulnerabilities">vulnerability</a>, or about one product of a <a href="/vendors">vendor</a>.]]</li>
<li>[[<a href="/tools/csaf">Check, convert and compare</a> CSAF documents of your own, which are not kept.]]</li>
<li>[[<a href="/match">Match an inventory</a> of your devices in your own browser, without sending it.]]</li>
<li>[[Subscribe to an <a href="/feeds/advisories.atom">Atom feed</a>: of everything, of a vendor, or of any search.]]</li>
<li>[[Let programs use the same by the <a href="/api">API</a>. Nobody needs an account, and every page works without JavaScript.]]</li>
</ul>
<h2>[[Tidy values, original documents]]</h2>
<p>[[Documents name one vendor in several ways and write sectors and dates as free text. Lists and filters here use tidied values; the original words are in the document, one click away. Scores are those of the documents: nothing is rated anew.]]</p>
<h2 id="tlp">Traffic Light Protocol</h2>
<p>[[Every document carries a marking that says who may read it (<abbr title="Traffic Light Protocol">TLP</abbr> 2.0 by FIRST). Without signing in you see what is marked CLEAR.]]</p>
<div class="table-wrap"><table class="stack"><thead><tr><th scope="col">[[Marking]]</th><th scope="col">[[Who may have it]]</th></tr></thead><tbody>
<tr><td>{}</td><td>[[Everybody; no limit on disclosure.]]</td></tr>
<tr><td>{}</td><td>[[The community of the recipients, but not public channels.]]</td></tr>
<tr><td>{}</td><td>[[The recipient's organisation and its clients who need to know.]]</td></tr>
<tr><td>{}</td><td>[[The recipient's organisation only.]]</td></tr>
<tr><td>{}</td><td>[[The persons addressed, nobody else.]]</td></tr>
</tbody></table></div>
<h2>[[Software]]</h2>
<p>[[Tocsin {}. Free software under the Apache License 2.0. A tocsin is the bell that is rung when there is danger. Documents remain under the terms of their issuers.]]</p>
)">(out, app.site_text("site_name"),
    trn<"#it holds#{} advisory", "{} advisories">(overview.advisories, locale::number(overview.advisories)),
    trn<"#speak of#{} vulnerability", "{} vulnerabilities">(overview.vulnerabilities,
                                                            locale::number(overview.vulnerabilities)),
    trn<"#in#{} product", "{} products">(overview.products, locale::number(overview.products)),
    trn<"#by#{} vendor", "{} vendors">(overview.vendors, locale::number(overview.vendors)),
    pages::tlp_badge(domain::Tlp::clear), pages::tlp_badge(domain::Tlp::green), pages::tlp_badge(domain::Tlp::amber),
    pages::tlp_badge(domain::Tlp::amber_strict), pages::tlp_badge(domain::Tlp::red), settings.version);
  out += "</article>\n";
  pages::Page page;
  page.title = tr<"About">();
  page.section = pages::Section::about;
  page.canonical = "/about";
  page.main = Html::from_trusted(std::move(out));
  auto response = pages::render_page(app, request, page);
  response.cacheable = true;
  return response;
}

Result<http::Response> search_help(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  std::string out;
  render<R"(<article class="prose"><h1>[[How to search]]</h1>
<p class="lead">[[Type words: vendor, product, what can go wrong. All of them must be found; small slips in vendor and product names are forgiven.]]</p>
<ul>
<li>[[Advisory ids, CVE numbers and order numbers are found exactly, and order numbers by any part: <code>6ES7515</code>.]]</li>
<li>[[Quotes keep words together: <code>"buffer overflow"</code>. A star at the end finds beginnings: <code>modic*</code>.]]</li>
<li>[[A minus leaves out: <code>-rejected</code>, <code>-vendor:abb</code>.]]</li>
<li>[[Upper and lower case, accents and dashes make no difference.]]</li>
</ul>
<h2 id="filters">[[Filters]]</h2>
<p>[[A filter is a name, a colon and a value. A comma between values means "or"; several filters must all hold. The same language works here, in the <a href="/api">API</a> and on the command line.]]</p>
</article>
<div class="table-wrap"><table class="stack"><thead><tr><th scope="col">[[#noun#Filter]]</th><th scope="col">[[For example]]</th><th scope="col">[[#what a filter#Finds]]</th></tr></thead><tbody>
)">(out);
  for (const auto& each : search::filter_help()) {
    render<"<tr><th scope=\"row\"><code>{}</code></th><td><a class=\"mono\" href=\"{}\">{}</a></td><td>{}</td></tr>\n">(
        out, each.name, Url::own(pages::search_url(each.example)), each.example, tr_text(each.meaning));
  }
  render<R"(</tbody></table></div>
<article class="prose"><h2>[[Order of results]]</h2>
<p>[[Exact ids come first, then words found in the title, then what is recent. Lists can also be sorted by last update, first release or severity. The address of a list says everything about it: save it, send it, or subscribe to it as a feed.]]</p>
<h2>[[Keys]]</h2>
<p>[[<kbd>/</kbd> goes to the search box; <kbd>j</kbd> and <kbd>k</kbd> go to the next and previous entry of a list.]]</p>
<p><button class="button-quiet" type="button" data-shortcuts-toggle hidden>[[Single-key shortcuts]]</button></p>
</article>
)">(out);
  pages::Page page;
  page.title = tr<"How to search">();
  page.section = pages::Section::about;
  page.canonical = "/help/search";
  page.main = Html::from_trusted(std::move(out));
  auto response = pages::render_page(app, request, page);
  response.cacheable = true;
  return response;
}

void append_endpoint(std::string& out, const http::Route& route) {
  render<"<section class=\"panel\" id=\"{}\"><h3><code>{} {}</code></h3>\n<p>{}.</p>\n">(
      out, route.name, http::to_string(route.method), route.pattern, route.summary);
  const auto* operation = api::find_operation(route.name);
  if (operation != nullptr) out += html::markdown(operation->description).str();
  if (operation != nullptr && !operation->query.empty()) {
    out += "<dl class=\"kv\">";
    for (const auto& parameter : operation->query) {
      render<"<dt><code>{}</code></dt><dd>{}</dd>">(out, parameter.name, html::markdown(parameter.description));
    }
    out += "</dl>\n";
  }
  out += "</section>\n";
}

Html api_page(App& app) {
  // As good an example as any where nobody said under which address the portal is reached.
  const std::string base = app.settings().public_url.empty() ? "http://127.0.0.1:8080" : app.settings().public_url;
  std::string out;
  render<R"(<article class="prose"><h1>API</h1>
<p class="lead">[[Everything the pages show, for programs: JSON over HTTP, without key or account. Every page has the same at an address under <code>/api/v1</code>, or at its own with <code>Accept: application/json</code>.]]</p>
<p>[[The machine-readable description is <a href="/api/openapi.json">OpenAPI 3.1</a>.]]</p>
<h2>[[A first look]]</h2>
<pre><code>curl -s {}/api/v1/overview
curl -s '{}/api/v1/advisories?q=severity:critical+has:fix&amp;limit=5'
curl -s {}/feeds/advisories.atom</code></pre>
)">(out, base, base, base);
  render<R"(<h2>[[Ground rules]]</h2>
<ul>
<li>[[Lists come in pages: follow <code>next</code> until it is null. A cursor stays good while documents arrive.]]</li>
<li>[[Times are RFC 3339 in UTC. Members may be added to answers; none changes its meaning within <code>v1</code>.]]</li>
<li>[[Every answer has an <code>ETag</code>. Send it back as <code>If-None-Match</code> and get 304 while nothing has changed.]]</li>
<li>[[Errors are problem details (RFC 9457): <code>detail</code> says what would be right, <code>where</code> names the parameter or the place in the search.]]</li>
<li>[[An unknown query parameter is an error: a misspelt filter shall not look like an answer.]]</li>
<li>[[Documents come byte for byte as published, so that hashes and signatures verify.]]</li>
</ul>
</article>
<h2>[[Addresses]]</h2>
)">(out);
  // What is said of each address is the API's description, which is English.
  const bool english = current_language() == Language::en;
  if (!english) out += "<article class=\"plain\" lang=\"en\">\n";
  // A table of routes of our own, because the one in use belongs to the server.
  const auto router = app.routes();
  for (const auto& route : router.routes()) {
    if (route->pattern.starts_with("/api/v1") && !route->summary.empty()) append_endpoint(out, *route);
  }
  if (!english) out += "</article>\n";
  return Html::from_trusted(std::move(out));
}

}  // namespace

void add_about_routes(App& app, http::Router& router) {
  const auto add = [&router](std::string pattern, std::string name, http::Handler handler) {
    http::Route route;
    route.pattern = std::move(pattern);
    route.name = std::move(name);
    route.handler = std::move(handler);
    router.add(std::move(route));
  };
  add("/about", "about_page", [&app](const http::Request& request) { return about(app, request); });
  add("/help/search", "search_help_page", [&app](const http::Request& request) { return search_help(app, request); });

  struct Once {
    std::once_flag flag;
    Html main;
  };
  // One for each language.
  using Mains = std::array<Once, kLanguageCount>;
  add("/api", "api_page",
      [&app, mains = std::make_shared<Mains>()](const http::Request& request) -> Result<http::Response> {
        TRY_VOID(request.only_known({}));
        auto& once = (*mains)[static_cast<std::size_t>(current_language())];
        std::call_once(once.flag, [&] { once.main = api_page(app); });
        pages::Page page;
        page.title = "API";
        page.section = pages::Section::about;
        page.canonical = "/api";
        page.main = once.main;
        auto response = pages::render_page(app, request, page);
        response.cacheable = true;
        return response;
      });
}

}  // namespace tocsin::portal
