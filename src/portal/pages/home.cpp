#include <fmt/format.h>

#include "base/json.hpp"
#include "base/locale.hpp"
#include "engine/threat/report.hpp"
#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/routes.hpp"

/// The home page: a large search, what is new, what is most severe, and figures at a glance.
namespace tocsin::portal {
namespace {

namespace search = engine::search;
using engine::search::Overview;
using formats::cvss::Severity;
using html::fragment;
using html::Html;
using html::render;
using html::Url;

constexpr std::size_t kCardsShown = 6;
constexpr std::size_t kYearsShown = 16;
/// Worst first, as everywhere.
constexpr Severity kSeverities[] = {Severity::critical, Severity::high, Severity::medium, Severity::low,
                                    Severity::none};

std::string_view severity_label(Severity severity) {
  return severity == Severity::none ? tr<"Not scored">() : pages::severity_title(severity);
}

std::string query_of(search::Field field, std::string_view value) {
  return search::to_text(search::with({}, field, value));
}

std::string percent(double part, double whole) {
  return fmt::format("{:.2f}%", whole > 0 ? 100.0 * part / whole : 0.0);
}

/// Searches that find something here.
std::vector<std::string> examples(const Overview& overview) {
  std::vector<std::string> list;
  if (!overview.top_vendors.empty()) {
    list.push_back(query_of(search::Field::vendor, overview.top_vendors.front().value) + " cvss>=9");
  }
  if (!overview.sectors.empty()) {
    list.push_back(query_of(search::Field::sector, overview.sectors.front().value) + " severity:critical");
  }
  for (const auto& card : overview.most_severe) {
    if (card.cves.empty()) continue;
    list.push_back(card.cves.front());
    break;
  }
  if (!overview.by_year.empty()) list.push_back(fmt::format("published:{} has:fix", overview.by_year.back().first));
  return list;
}

void append_hero(std::string& out, const Overview& overview) {
  render<R"(<section class="hero" aria-labelledby="welcome">
<h1 id="welcome">[[Security advisories for industrial control systems]]</h1>
<p class="lead">[[What is vulnerable, how badly, and what to do about it: {} from {}, searchable by vendor, product, order number and CVE.]]</p>
<form class="search-row" role="search" action="/advisories">
<label class="hidden" for="q">[[Search advisories]]</label>
<input id="q" class="search-input" type="search" name="q" placeholder="[[Vendor, product, CVE, order number ...]]" autocomplete="off" spellcheck="false" maxlength="1000" data-suggest>
<button class="button" type="submit">[[#verb#Search]]</button>
</form>
)">(out, trn<"#about it#{} advisory", "{} advisories">(overview.advisories, locale::number(overview.advisories)),
    trn<"#from#{} vendor", "{} vendors">(overview.vendors, locale::number(overview.vendors)));
  const auto list = examples(overview);
  if (!list.empty()) {
    render<"<ul class=\"examples\" aria-label=\"[[Example searches]]\"><li>[[For example]]</li>">(out);
    for (const auto& each : list) {
      render<"<li><a href=\"{}\">{}</a></li>">(out, Url::own(pages::search_url(each)), each);
    }
    out += "</ul>\n";
  }
  render<"<p class=\"hero-more\">[[Or ask of one product: <a href=\"/status\">what was known on a day?</a>]]</p>\n">(
      out);
  out += "</section>\n";
}

void append_figures(std::string& out, const Overview& overview) {
  struct Figure {
    std::int64_t number;
    std::string what;
    std::string url;
  };
  const auto critical = overview.severities[static_cast<std::size_t>(Severity::critical)];
  const Figure figures[] = {
      {overview.advisories, trn<"#under its number#advisory", "advisories">(overview.advisories), "/advisories"},
      {critical, trn<"#under its number#critical advisory", "critical advisories">(critical),
       pages::search_url("severity:critical")},
      {overview.vulnerabilities, trn<"#under its number#vulnerability", "vulnerabilities">(overview.vulnerabilities),
       "/vulnerabilities"},
      {overview.vendors, trn<"#under its number#vendor", "vendors">(overview.vendors), "/vendors"},
      {overview.products, trn<"#under its number#product", "products">(overview.products), "/vendors?sort=advisories"},
  };
  render<"<h2 class=\"hidden\">[[At a glance]]</h2>\n<ul class=\"stats\">\n">(out);
  for (const auto& figure : figures) {
    render<"<li><a class=\"stat\" href=\"{}\"><b>{}</b> <span>{}</span></a></li>\n">(
        out, Url::own(figure.url), locale::number(figure.number), figure.what);
  }
  out += "</ul>\n";
}

void append_cards(std::string& out, std::string_view title, const std::vector<engine::AdvisoryCard>& cards,
                  std::string_view more_path, std::string_view more_label) {
  const std::vector<engine::AdvisoryCard> shown{
      cards.begin(), cards.begin() + static_cast<std::ptrdiff_t>(std::min(cards.size(), kCardsShown))};
  render<R"(<section class="panel brief"><div class="panel-head"><h2>{}</h2><a href="{}">{}</a></div>
<ul class="cards">
{}</ul></section>
)">(out, title, Url::own(std::string{more_path}), more_label, pages::advisory_cards_html(shown));
}

void append_severities(std::string& out, const Overview& overview) {
  const auto most = static_cast<double>(
      std::max<std::int64_t>(1, *std::max_element(std::begin(overview.severities), std::end(overview.severities))));
  render<"<section class=\"panel\"><h2>[[By severity]]</h2>\n<ul class=\"bars\">\n">(out);
  for (const auto severity : kSeverities) {
    const auto word = formats::cvss::to_string(severity);
    const auto count = overview.severities[static_cast<std::size_t>(severity)];
    render<
        R"(<li><a href="{}"><span class="label">{}</span> <svg class="bar" width="100%" height="16" aria-hidden="true" focusable="false"><rect class="bar-{}" width="{}" height="16" rx="3"/></svg> <span class="count">{}</span></a></li>
)">(out, Url::own(pages::search_url(query_of(search::Field::severity, word))), severity_label(severity), word,
        percent(static_cast<double>(count), most), locale::number(count));
  }
  out += "</ul></section>\n";
}

/// Columns by year. Positions across are percents, so that the words keep their size on any width.
void append_years(std::string& out, const Overview& overview) {
  auto years = overview.by_year;
  if (years.size() > kYearsShown) years.erase(years.begin(), years.end() - kYearsShown);
  if (years.empty()) return;
  std::int64_t most = 1;
  for (const auto& [year, count] : years) most = std::max(most, count);
  constexpr double kTop = 20;
  constexpr double kBase = 170;
  const auto columns = static_cast<double>(years.size());
  render<
      "<section class=\"panel\"><h2>[[By year of first release]]</h2>\n<svg class=\"chart\" width=\"100%\" "
      "height=\"194\" role=\"group\" aria-label=\"[[Advisories by year]]\">">(out);
  for (std::size_t i = 0; i < years.size(); ++i) {
    const auto& [year, count] = years[i];
    const double height = (kBase - kTop) * static_cast<double>(count) / static_cast<double>(most);
    const double left = static_cast<double>(i) / columns;
    const auto middle = percent(left + 0.5 / columns, 1);
    render<
        R"(<a href="{}"><title>{}: {}</title><rect class="chart-hit" x="{}" y="0" width="{}" height="194"/><rect class="chart-bar" x="{}" y="{}" width="{}" height="{}" rx="3"/><text class="chart-value" x="{}" y="{}">{}</text><text x="{}" y="188">{}</text></a>)">(
        out, Url::own(pages::search_url(fmt::format("published:{}", year))), year,
        trn<"{} advisory", "{} advisories">(count, locale::number(count)), percent(left, 1), percent(1, columns),
        percent(left + 0.16 / columns, 1), fmt::format("{:.1f}", kBase - height), percent(0.68, columns),
        fmt::format("{:.1f}", height), middle, fmt::format("{:.1f}", kBase - height - 6), locale::number(count), middle,
        year);
  }
  render<
      "<line class=\"chart-axis\" x1=\"0\" x2=\"100%\" y1=\"170\" y2=\"170\"/></svg>\n<details "
      "class=\"fold\"><summary>[[As a table]]</summary><div class=\"table-wrap\"><table><thead><tr><th "
      "scope=\"col\">[[Year]]</th><th scope=\"col\" class=\"num\">[[Advisories]]</th></tr></thead><tbody>">(out);
  for (const auto& [year, count] : years) {
    render<"<tr><th scope=\"row\"><a href=\"{}\">{}</a></th><td class=\"num\">{}</td></tr>">(
        out, Url::own(pages::search_url(fmt::format("published:{}", year))), year, locale::number(count));
  }
  out += "</tbody></table></div></details></section>\n";
}

void append_values(std::string& out, std::string_view title, const std::vector<search::FacetValue>& values,
                   search::Field field, std::string_view all_path, std::string_view all_label) {
  if (values.empty()) return;
  render<"<section class=\"panel\"><div class=\"panel-head\"><h2>{}</h2>">(out, title);
  if (!all_path.empty()) render<"<a href=\"{}\">{}</a>">(out, Url::own(std::string{all_path}), all_label);
  out += "</div>\n<ul class=\"chips\">\n";
  for (const auto& each : values) {
    const auto url =
        field == search::Field::vendor ? pages::vendor_url(each.value) : pages::search_url(query_of(field, each.value));
    render<"<li><a class=\"chip\" href=\"{}\">{} <span class=\"count\">{}</span></a></li>\n">(
        out, Url::own(url), field == search::Field::vendor ? std::string_view{each.label} : tr_text(each.label),
        locale::number(each.count));
  }
  out += "</ul></section>\n";
}

Html empty_home() {
  return fragment<R"(<section class="hero" aria-labelledby="welcome">
<h1 id="welcome">[[Nothing here yet]]</h1>
<p class="lead">[[This portal stands and waits for its first advisories. Three first steps:]]</p></section>
<section class="panel"><ol class="steps">
<li><h2>[[Import documents you have]]</h2><p>[[CSAF files, folders and archives alike. The portal shows them within a second; it need not be stopped.]]</p>
<pre><code>tocsin import --data DIR advisories/ more.tar.zst</code></pre></li>
<li><h2>[[Have a look with invented ones]]</h2><p>[[A handful of advisories about vendors that do not exist shows every page.]]</p>
<pre><code>tocsin serve --data DIR --demo</code></pre></li>
<li><h2>[[Check a document first]]</h2><p>[[Says what is wrong with it, and where, without storing anything.]]</p>
<pre><code>tocsin validate advisory.json</code></pre></li>
</ol></section>)">();
}

boost::json::array values_json(const std::vector<search::FacetValue>& values) {
  boost::json::array list;
  for (const auto& value : values) {
    boost::json::object each;
    each["key"] = value.value;
    each["name"] = value.label;
    each["count"] = value.count;
    list.push_back(std::move(each));
  }
  return list;
}

boost::json::array cards_json(const std::vector<engine::AdvisoryCard>& cards) {
  boost::json::array list;
  for (const auto& card : cards) list.push_back(pages::card_json(card));
  return list;
}

http::Response overview_json(const Overview& overview) {
  boost::json::object out;
  out["advisories"] = overview.advisories;
  out["vulnerabilities"] = overview.vulnerabilities;
  out["vendors"] = overview.vendors;
  out["products"] = overview.products;
  auto& severities = out["severities"].emplace_object();
  for (const auto severity : kSeverities) {
    severities[formats::cvss::to_string(severity)] = overview.severities[static_cast<std::size_t>(severity)];
  }
  auto& years = out["by_year"].emplace_array();
  for (const auto& [year, count] : overview.by_year) {
    boost::json::object each;
    each["year"] = year;
    each["count"] = count;
    years.push_back(std::move(each));
  }
  out["newest"] = cards_json(overview.newest);
  out["most_severe"] = cards_json(overview.most_severe);
  out["sectors"] = values_json(overview.sectors);
  out["top_vendors"] = values_json(overview.top_vendors);
  return http::Response::json(json::write(out));
}

Result<http::Response> home(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto overview, app.search().overview(request.viewer, request.now));
  http::Response response;
  if (request.representation == http::Representation::json) {
    response = overview_json(overview);
  } else {
    pages::Page page;
    page.description =
        tr<"Security advisories for industrial control systems: what is vulnerable, how badly, what to do.">();
    page.section = pages::Section::home;
    page.hide_header_search = true;
    page.canonical = "/";
    page.json_url = "/api/v1/overview";
    page.atom_url = "/feeds/advisories.atom";
    if (overview.advisories == 0) {
      page.main = empty_home();
    } else {
      std::string out;
      append_hero(out, overview);
      append_figures(out, overview);
      if (pages::has_inventory(request)) {
        render<
            "<p><a href=\"/exposure/overview\">[[What this means for your plants: the exposure at a "
            "glance]]</a></p>\n">(out);
      }
      if (engine::threat::may_share(access::actor(request))) {
        render<
            "<p><a href=\"/threats/share\">[[You noticed something that others should know of? Share what you "
            "saw]]</a></p>\n">(out);
      }
      out += "<div class=\"grid-2\">\n";
      append_cards(out, tr<"#advisories#Newest">(), overview.newest, "/advisories?sort=updated",
                   tr<"All, newest first">());
      append_cards(out, tr<"Most severe, last 12 months">(), overview.most_severe, "/advisories?sort=severity",
                   tr<"All, worst first">());
      append_severities(out, overview);
      append_years(out, overview);
      append_values(out, tr<"Sectors">(), overview.sectors, search::Field::sector, {}, {});
      append_values(out, tr<"Vendors with most advisories">(), overview.top_vendors, search::Field::vendor, "/vendors",
                    tr<"All vendors">());
      out += "</div>\n";
      page.main = Html::from_trusted(std::move(out));
    }
    response = pages::render_page(app, request, page);
  }
  response.cacheable = true;
  return response;
}

}  // namespace

void add_home_routes(App& app, http::Router& router) {
  pages::add_resource(router, "/", "/api/v1/overview", "overview",
                      "Figures over all advisories, the newest and the most severe",
                      [&app](const http::Request& request) { return home(app, request); });
}

}  // namespace tocsin::portal
