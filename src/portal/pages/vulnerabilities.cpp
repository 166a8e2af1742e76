#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/locale.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/advisories.hpp"
#include "engine/evidence/evidence.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/advisory_parts.hpp"
#include "portal/pages/evidence.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"
#include "portal/pages/threat_links.hpp"

/// Vulnerabilities across advisories: the list, and one with every advisory that speaks of it side by side.
namespace tocsin::portal {
namespace {

using engine::VulnerabilitySort;
using html::Html;
using html::render;
using html::Url;

constexpr int kLimitDefault = 50;
constexpr int kLimitMax = 200;

struct SortName {
  VulnerabilitySort sort;
  std::string_view name;
  Message label;
};
constexpr SortName kSorts[] = {{VulnerabilitySort::newest, "newest", message<"#sort by#newest advisory">},
                               {VulnerabilitySort::score, "score", message<"#sort by#score">},
                               {VulnerabilitySort::id, "id", message<"#sort by#id">}};

std::string score_range(const engine::VulnerabilityDetail& detail) {
  int low = 1000, high = -1;
  for (const auto& each : detail.mentions) {
    if (!each.score_tenths) continue;
    low = std::min(low, *each.score_tenths);
    high = std::max(high, *each.score_tenths);
  }
  return high < 0 || low == high ? std::string{} : tr<"{} to {}">(pages::score_text(low), pages::score_text(high));
}

Result<http::Response> list(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"q", "sort", "limit", "cursor"}));
  TRY(const int limit, request.integer("limit", kLimitDefault, 1, kLimitMax));
  const auto q = request.query.get("q");
  const auto sort_name = request.query.has("sort") ? request.query.get("sort") : kSorts[0].name;
  const auto sort = std::ranges::find(kSorts, sort_name, &SortName::name);
  if (sort == std::end(kSorts)) return Error::invalid(std::string{tr<"sort takes newest, score or id">()}, "sort");
  // Evidence is imported without the catalogue's knowing.
  const auto lower = text::lower_ascii(q);
  const bool asks_evidence = lower.find("kev") != std::string::npos || lower.find("epss") != std::string::npos;
  TRY(const auto page_of, app.database().read([&](store::Connection& connection) {
    return engine::vulnerabilities(connection, request.viewer, q, sort->sort, limit, request.query.get("cursor"),
                                   request.now);
  }));
  const bool api = request.representation == http::Representation::json;
  const std::string base = api ? "/api/v1/vulnerabilities" : "/vulnerabilities";
  const auto path = [&](std::string_view order, std::string_view cursor) {
    return http::with_query(base, {{"q", q},
                                   {"sort", order == kSorts[0].name ? std::string_view{} : order},
                                   {"limit", limit == kLimitDefault ? std::string{} : std::to_string(limit)},
                                   {"cursor", cursor}});
  };
  const auto next = page_of.next_cursor.empty() ? std::string{} : path(sort->name, page_of.next_cursor);
  if (api) {
    boost::json::array items;
    for (const auto& row : page_of.rows) {
      items.push_back(boost::json::object{{"id", row.id},
                                          {"url", pages::vulnerability_url(row.id)},
                                          {"title", row.title},
                                          {"advisory_count", row.advisories},
                                          {"top_score", pages::score_json(row.score_tenths)},
                                          {"newest_release_date", format_rfc3339(row.newest)}});
    }
    auto response = http::Response::json(json::write(pages::page_json(std::move(items), next, std::nullopt)));
    response.cacheable = !asks_evidence;
    return response;
  }
  std::string main;
  render<"<header class=\"page-head\"><h1>[[Vulnerabilities]]</h1></header>">(main);
  render<
      "<form class=\"search-row\" method=\"get\" action=\"/vulnerabilities\" role=\"search\"><label class=\"hidden\" "
      "for=\"vq\">[[Id or title]]</label><input class=\"search-input\" id=\"vq\" name=\"q\" value=\"{}\" "
      "placeholder=\"[[CVE-2021-22893, words of a title, kev:yes or epss&gt;=0.5]]\"><button "
      "class=\"button\">[[#verb#Find]]</button></form>">(main, q);
  std::string orders;
  for (const auto& each : kSorts) {
    if (&each != &kSorts[0]) orders += " · ";
    if (each.sort == sort->sort) {
      render<"<b aria-current=\"true\">{}</b>">(orders, each.label);
    } else {
      render<"<a href=\"{}\">{}</a>">(orders, Url::own(path(each.name, "")), each.label);
    }
  }
  render<"<p class=\"switch\">[[Sorted by {}]]</p>">(main, Html::from_trusted(std::move(orders)));
  if (page_of.rows.empty()) {
    render<
        "<div class=\"callout\"><p>[[No vulnerability here. Try the beginning of an id, such as CVE-2021, or a word of "
        "a title; <a href=\"/vulnerabilities\">show all</a>.]]</p></div>">(main);
  } else {
    render<
        "<div class=\"table-wrap stack\"><table class=\"sortable\"><caption "
        "class=\"hidden\">[[Vulnerabilities]]</caption><thead><tr><th scope=\"col\">[[Id]]</th><th "
        "scope=\"col\">[[Title]]</th><th scope=\"col\" data-first=\"descending\">[[Highest score]]</th><th "
        "scope=\"col\" class=\"num\" data-first=\"descending\">[[Advisories]]</th><th scope=\"col\" "
        "data-first=\"descending\">[[#advisory#Newest]]</th></tr></thead><tbody>">(main);
    for (const auto& row : page_of.rows) {
      render<
          "<tr><td data-label=\"[[Id]]\"><a class=\"id\" href=\"{}\">{}</a></td><td data-label=\"[[Title]]\">{}</td>">(
          main, Url::own(pages::vulnerability_url(row.id)), row.id, row.title);
      Html badge;
      if (row.score_tenths) {
        badge = pages::severity_badge(formats::cvss::severity_of(*row.score_tenths, formats::cvss::Version::v3_1),
                                      row.score_tenths);
      }
      render<
          "<td data-label=\"[[Highest score]]\" data-sort=\"{}\">{}</td><td class=\"num\" "
          "data-label=\"[[Advisories]]\">{}</td><td data-label=\"[[#advisory#Newest]]\">{}</td></tr>">(
          main, row.score_tenths.value_or(-1), badge, row.advisories, pages::date_html(row.newest));
    }
    main += "</tbody></table></div>";
  }
  if (!next.empty())
    render<
        "<nav class=\"pages\" aria-label=\"[[Pages]]\"><a class=\"button-quiet\" rel=\"next\" "
        "href=\"{}\">[[#page#Next]]</a></nav>">(main, Url::own(next));
  pages::Page page;
  page.title = tr<"Vulnerabilities">();
  page.section = pages::Section::vulnerabilities;
  page.main = Html::from_trusted(std::move(main));
  page.json_url = http::with_query("/api/v1/vulnerabilities", {{"q", q}});
  page.canonical = "/vulnerabilities";
  auto response = pages::render_page(app, request, page);
  response.cacheable = !asks_evidence;
  return response;
}

boost::json::object detail_json(const engine::VulnerabilityDetail& detail, const engine::evidence::Evidence* evidence) {
  boost::json::array mentions;
  for (const auto& each : detail.mentions) {
    boost::json::array cwes, products;
    for (const auto& cwe : each.cwe_ids) cwes.emplace_back(cwe);
    for (const auto& product : each.products) products.emplace_back(product);
    boost::json::object mention;
    mention["advisory"] = pages::card_json(each.card);
    mention["title"] = each.title;
    mention["cwes"] = std::move(cwes);
    mention["score"] = pages::score_json(each.score_tenths);
    mention["severity"] = formats::cvss::to_string(each.severity);
    mention["vector"] = each.vector;
    mention["affected_products"] = std::move(products);
    mention["has_fix"] = each.has_fix;
    mentions.push_back(std::move(mention));
  }
  boost::json::object out;
  out["id"] = detail.id;
  out["url"] = pages::vulnerability_url(detail.id);
  out["evidence"] = pages::evidence_json(evidence);
  out["mentions"] = std::move(mentions);
  return out;
}

Result<http::Response> detail(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  engine::evidence::Book book;
  TRY(const auto found,
      app.database().read([&](store::Connection& connection) -> Result<std::optional<engine::VulnerabilityDetail>> {
        TRY(auto detail, engine::vulnerability(connection, request.viewer, request.parameter("id"), request.now));
        if (detail) {
          TRY(book, engine::evidence::look_up(connection, std::array{detail->id}));
        }
        return detail;
      }));
  if (!found) return Error::not_found("vulnerability");
  const auto* evidence = book.find(found->id);
  TRY(const auto threats, pages::naming_of(app, request, std::array{found->id}));
  if (request.representation == http::Representation::json) {
    auto body = detail_json(*found, evidence);
    body["threats"] = pages::naming_json(threats);
    auto response = http::Response::json(json::write(body));
    response.cacheable = true;
    return response;
  }
  std::string main;
  render<
      "<nav class=\"breadcrumb no-print\" aria-label=\"[[Where you are]]\"><ol><li><a "
      "href=\"/vulnerabilities\">[[Vulnerabilities]]</a></li><li>{}</li></ol></nav>">(main, found->id);
  const auto titled = std::ranges::find_if(found->mentions, [](const auto& each) { return !each.title.empty(); });
  render<"<header class=\"page-head\"><div><h1><span class=\"id\">{}</span></h1>">(main, found->id);
  if (titled != found->mentions.end()) render<"<p class=\"lead\">{}</p>">(main, titled->title);
  main += "</div></header>";
  const auto count = static_cast<long long>(found->mentions.size());
  render<"<p>{}">(main, trn<"{} advisory speaks of it.", "{} advisories speak of it.">(count, locale::number(count)));
  if (const auto range = score_range(*found); !range.empty()) {
    render<" [[<b>They score it differently: {}.</b> The score says how bad it is in each product.]]">(main, range);
  }
  main += "</p>";
  TRY(const auto line, pages::vulnerability_line_html(app, request, found->id));
  main += line.str();
  if (evidence != nullptr && evidence->kev) {
    render<"<div class=\"callout callout-warn\"><p>{}.</p>">(main, pages::kev_html(*evidence->kev));
    if (!evidence->kev->action.empty()) render<"<p lang=\"en\">{}</p>">(main, evidence->kev->action);
    main += "</div>";
  }
  if (evidence != nullptr && evidence->epss) {
    render<"<p>[[Probability of exploitation (EPSS): {}]]</p>">(main, pages::epss_html(*evidence->epss));
  }
  if (found->id.starts_with("CVE-")) {
    render<
        "<p class=\"actions\"><a class=\"button-quiet\" rel=\"noopener noreferrer nofollow\" href=\"{}\">[[Record at "
        "CVE.org]]</a> <a class=\"button-quiet\" rel=\"noopener noreferrer nofollow\" href=\"{}\">[[Record in the "
        "NVD]]</a></p>">(main, Url::external("https://www.cve.org/CVERecord?id=" + found->id),
                         Url::external("https://nvd.nist.gov/vuln/detail/" + found->id));
  }
  render<
      "<div class=\"table-wrap stack\"><table class=\"sortable\"><caption class=\"hidden\">[[Advisories side by "
      "side]]</caption><thead><tr><th scope=\"col\">[[Advisory]]</th><th scope=\"col\" "
      "data-first=\"descending\">[[Score]]</th><th scope=\"col\">[[Affected]]</th><th "
      "scope=\"col\">[[#remedy#Fix]]</th><th scope=\"col\" "
      "data-first=\"descending\">[[Updated]]</th></tr></thead><tbody>">(main);
  for (const auto& each : found->mentions) {
    render<
        "<tr><td data-label=\"[[Advisory]]\"><a href=\"{}\"><span class=\"id\">{}</span> {}</a></td><td "
        "data-label=\"[[Score]]\" data-sort=\"{}\">{}">(main, Url::own(pages::advisory_url(each.card.slug)),
                                                        each.card.key, each.card.title, each.score_tenths.value_or(-1),
                                                        pages::severity_badge(each.severity, each.score_tenths));
    if (!each.vector.empty()) render<"<br><span class=\"vector\">{}</span>">(main, each.vector);
    render<"</td><td data-label=\"[[Affected]]\">">(main);
    for (std::size_t i = 0; i < each.products.size() && i < 5; ++i) {
      if (i > 0) main += "<br>";
      html::escape(main, each.products[i]);
    }
    if (each.products.size() > 5) {
      render<"<br><a href=\"{}\">[[and more]]</a>">(main, Url::own(pages::advisory_url(each.card.slug) + "#products"));
    }
    render<"</td><td data-label=\"[[#remedy#Fix]]\">{}</td><td data-label=\"[[Updated]]\">{}</td></tr>">(
        main, each.has_fix ? tr<"#fix#available">() : tr<"#fix#none named">(),
        pages::date_html(each.card.current_release_at));
  }
  main += "</tbody></table></div>";
  main += pages::naming_html(threats, tr<"Threats that name it">(), http::with_query("/threats", {{"cve", found->id}}))
              .str();
  std::vector<std::string_view> vectors;
  for (const auto& each : found->mentions) {
    if (!each.vector.empty() && std::ranges::find(vectors, each.vector) == vectors.end())
      vectors.push_back(each.vector);
  }
  if (!vectors.empty()) render<"<section><h2>[[What the scores say]]</h2>">(main);
  for (const auto vector : vectors) main += pages::vector_html(vector).str();
  if (!vectors.empty()) main += "</section>";
  std::vector<std::string_view> cwes;
  for (const auto& each : found->mentions) {
    for (const auto& cwe : each.cwe_ids) {
      if (std::ranges::find(cwes, cwe) == cwes.end()) cwes.push_back(cwe);
    }
  }
  if (!cwes.empty()) render<"<section><h2>[[Weakness]]</h2><p class=\"chips\">">(main);
  for (const auto cwe : cwes)
    render<"<a class=\"chip\" href=\"{}\">{}</a> ">(main, Url::own(pages::search_url(fmt::format("cwe:{}", cwe))), cwe);
  if (!cwes.empty()) main += "</p></section>";
  pages::Page page;
  page.title = found->id;
  page.description = tr<"Advisories that speak of {}, side by side.">(found->id);
  page.section = pages::Section::vulnerabilities;
  page.main = Html::from_trusted(std::move(main));
  page.json_url = "/api/v1" + pages::vulnerability_url(found->id);
  page.canonical = pages::vulnerability_url(found->id);
  auto response = pages::render_page(app, request, page);
  // What an organisation has in its plants changes without the advisories.
  if (pages::has_inventory(request)) return pages::personal(std::move(response));
  response.cacheable = true;
  return response;
}

}  // namespace

void add_vulnerability_routes(App& app, http::Router& router) {
  pages::add_resource(router, "/vulnerabilities", "/api/v1/vulnerabilities", "vulnerabilities",
                      "Vulnerabilities of all advisories",
                      [&app](const http::Request& request) { return list(app, request); });
  pages::add_resource(router, "/vulnerabilities/{id}", "/api/v1/vulnerabilities/{id}", "vulnerability",
                      "One vulnerability, as every advisory sees it",
                      [&app](const http::Request& request) { return detail(app, request); });
}

}  // namespace tocsin::portal
