#include "portal/pages/match.hpp"

#include <fmt/format.h>

#include "engine/exposure/portable.hpp"
#include "portal/app.hpp"
#include "portal/assets.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/layout.hpp"

/// /match: an inventory is matched in the reader's browser, so that it need not leave the plant. The page's script
/// (web/src/match.ts) fetches the module and the advisories before a file is chosen; a worker that may not connect to
/// anything (worker_policy) reads the file.
namespace tocsin::portal {
namespace {

using engine::exposure::PortableAdvisories;
using html::Html;
using html::render;
using html::Url;

constexpr const char* kPath = "/match";
constexpr const char* kAdvisories = "/match/advisories";

Result<http::Response> page_of(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  std::string out;
  render<R"(<div class="page-head"><h1>[[Match an inventory in your browser]]</h1></div>
<p class="lead">[[Choose a table of your devices on your disk. It is held against the advisories that you may see, by your own browser: nothing of it is sent anywhere.]]</p>
<noscript><p class="callout">[[This needs JavaScript. Without it, <code>tocsin match</code> does the same on a command line: see below.]]</p></noscript>
<section class="panel" aria-labelledby="choose" data-match data-worker="{}" data-module="{}" data-advisories="{}" hidden>
<h2 id="choose">[[Your inventory]]</h2>
<div class="field"><label for="match-file">[[File]]</label>
<p class="hint" id="match-hint">[[A table: CSV with comma, semicolon or tab. Of a workbook save the sheet as CSV: in Excel “Save As”, “CSV UTF-8”; in LibreOffice “Save a Copy”, “Text CSV”.]]</p>
<input type="file" id="match-file" accept=".csv,.txt,.tsv,text/csv" aria-describedby="match-hint" disabled></div>
<p data-match-state></p>
<progress data-match-progress max="1" value="0" aria-labelledby="match-progress-label" hidden></progress><span id="match-progress-label" class="hidden">[[Progress]]</span>
<p class="note" data-match-sent></p>
</section>
<section data-match-results aria-labelledby="results" hidden><h2 id="results" tabindex="-1">[[What advisories say]]</h2>
<p data-match-summary></p>
<details class="fold" data-match-columns><summary>[[How the columns were understood]]</summary><dl class="kv"></dl></details>
<p class="no-print"><label><input type="checkbox" data-match-all> [[Also what is fixed or not affected]]</label></p>
<p class="no-print"><button type="button" class="button-quiet" data-match-save="csv">[[Save as CSV]]</button> <button type="button" class="button-quiet" data-match-save="json">[[Save as JSON]]</button></p>
<div class="table-wrap"><table class="sortable stack" data-filter="[[Filter results]]"><caption class="hidden">[[What advisories say]]</caption><thead><tr><th scope="col">[[Row]]</th><th scope="col">[[Asset]]</th><th scope="col">[[Advisory]]</th><th scope="col">[[Status]]</th><th scope="col" data-first="descending">[[Confidence]]</th><th scope="col">[[Because]]</th></tr></thead><tbody></tbody></table></div>
</section>
<section class="prose" aria-labelledby="how"><h2 id="how">[[How this works]]</h2>
<p>[[This page brings the portal's own matcher, compiled for browsers, and what it needs of the advisories that you may see. A worker of its own reads your file; the portal forbids it every connection, and your browser enforces that. Once the page says that it is ready you may cut the network.]]</p>
<p>[[What is shown are matches with a confidence of at least 50 %, and open questions. Which of them want attention first depends on how each device is used: that is told by <code>tocsin match</code>, and here for an inventory that is kept in the portal.]]</p>
<h2 id="command-line">[[On a command line]]</h2>
<p>[[<code>tocsin match --assets inventory.csv --advisories FOLDER</code> does the same without a browser and without a network, with the advisories in a folder or a bundle. It also reads workbooks, bills of materials and scans, and says what to do.]]</p>
</section>
)">(out, asset_path("matcher-worker.js"), asset_path("matcher.wasm"), kAdvisories);
  render<"<script defer src=\"{}\"></script>\n">(out, Url::own(std::string{asset_path("match.js")}));
  pages::Page page;
  page.title = tr<"Match an inventory in your browser">();
  page.description = tr<"Which of your devices advisories speak of, found out on your own machine.">();
  page.section = pages::Section::about;
  page.canonical = kPath;
  page.main = Html::from_trusted(std::move(out));
  auto response = pages::render_page(app, request, page);
  response.cacheable = true;
  return response;
}

}  // namespace

void add_match_routes(App& app, http::Router& router) {
  http::Route page;
  page.pattern = kPath;
  page.name = "match_page";
  page.handler = [&app](const http::Request& request) { return page_of(app, request); };
  router.add(std::move(page));

  http::Route advisories;
  advisories.pattern = kAdvisories;
  advisories.name = "match_advisories";
  const auto portable = std::make_shared<PortableAdvisories>();
  advisories.handler = [&app, portable](const http::Request& request) -> Result<http::Response> {
    TRY_VOID(request.only_known({}));
    TRY(auto file, portable->of(app.database(), request.viewer, request.now));
    http::Response response;
    response.body = std::make_shared<const std::string>(std::move(file));
    response.content_type = "application/x-tocsin-match";
    response.cacheable = true;
    return response;
  };
  router.add(std::move(advisories));
}

}  // namespace tocsin::portal
