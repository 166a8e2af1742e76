#include "portal/pages/threat_products.hpp"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/locale.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/exposure/parts.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"

namespace tocsin::portal::pages {
namespace {

namespace threat = engine::threat;
using html::Html;
using html::render;
using html::Url;

void append_product(std::string& out, const threat::NamedProduct& each, const ProductLinks& links) {
  const auto url = product_url(each.vendor_key, each.product_key);
  render<
      "<tr><th scope=\"row\" data-label=\"[[Product]]\"><a href=\"{}\">{}</a> <span class=\"note\">{}</span></th><td "
      "data-label=\"[[Advisories]]\">">(out, Url::own(url), each.product, each.vendor);
  for (const auto& advisory : each.advisories) {
    if (&advisory != &each.advisories.front()) out += "<br>";
    render<"<a href=\"{}\"><span class=\"id\">{}</span> <span lang=\"en\">{}</span></a>">(
        out, Url::own(advisory_url(advisory.slug)), advisory.key, text::shorten(advisory.title, 90));
  }
  if (std::cmp_greater(each.advisory_count, each.advisories.size())) {
    render<"<br><a href=\"{}\">{}</a>">(
        out, Url::own(url),
        trn<"{} advisory", "{} advisories">(each.advisory_count, locale::number(each.advisory_count)));
  }
  out += "</td>";
  if (links.has_inventory) {
    render<"<td data-label=\"[[Your devices]]\">">(out);
    const auto found = links.at_home.find(each.id);
    if (found == links.at_home.end()) {
      render<"<span class=\"note\">[[#devices#none]]</span>">(out);
    } else {
      render<"[[{} at {}]]">(
          out, trn<"{} device", "{} devices">(found->second.assets, text::thousands(found->second.assets)),
          trn<"{} site", "{} sites">(found->second.sites, text::thousands(found->second.sites)));
    }
    out += "</td>";
  }
  out += "</tr>\n";
}

}  // namespace

Result<ProductLinks> product_links(App& app, const http::Request& request, std::string_view text) {
  ProductLinks links;
  TRY(links.named, app.database().snapshot([&](store::Connection& connection) {
    return threat::products_named(connection, request.viewer, text, request.now);
  }));
  links.has_inventory = has_inventory(request);
  if (!links.has_inventory || links.named.items.empty()) return links;
  std::vector<std::int64_t> ids;
  for (const auto& each : links.named.items) ids.push_back(each.id);
  TRY(links.at_home, engine::exposure::at_products(app.database(), access::actor(request), ids, request.now));
  return links;
}

Html product_links_html(const ProductLinks& links) {
  if (links.named.items.empty()) return {};
  std::string out;
  render<
      "<section id=\"products\"><h2>[[Products that it names]] <span class=\"count\">{}</span></h2>\n<div "
      "class=\"table-wrap stack\"><table><caption class=\"hidden\">[[Products that it names]]</caption><thead><tr><th "
      "scope=\"col\">[[Product]]</th><th scope=\"col\">[[Advisories]]</th>">(out, locale::number(links.named.total));
  if (links.has_inventory) render<"<th scope=\"col\">[[Your devices]]</th>">(out);
  out += "</tr></thead><tbody>\n";
  for (const auto& each : links.named.items) append_product(out, each, links);
  out += "</tbody></table></div>\n";
  if (std::cmp_greater(links.named.total, links.named.items.size())) {
    render<"<p class=\"note\">[[Only the first {} are shown.]]</p>\n">(
        out, locale::number(static_cast<std::int64_t>(links.named.items.size())));
  }
  out += "</section>\n";
  return Html::from_trusted(std::move(out));
}

boost::json::object product_links_json(const ProductLinks& links) {
  boost::json::array items;
  for (const auto& each : links.named.items) {
    boost::json::array advisories;
    for (const auto& advisory : each.advisories) {
      advisories.push_back(boost::json::object{{"id", advisory.key},
                                               {"slug", advisory.slug},
                                               {"url", advisory_url(advisory.slug)},
                                               {"title", advisory.title},
                                               {"tlp", domain::to_string(advisory.tlp)},
                                               {"severity", formats::cvss::to_string(advisory.severity)},
                                               {"score", score_json(advisory.score_tenths)}});
    }
    boost::json::object item{{"vendor", each.vendor},
                             {"product", each.product},
                             {"url", product_url(each.vendor_key, each.product_key)},
                             {"advisories", std::move(advisories)},
                             {"advisory_count", each.advisory_count},
                             {"own_devices", nullptr},
                             {"own_sites", nullptr}};
    if (links.has_inventory) {
      const auto found = links.at_home.find(each.id);
      const auto counts = found == links.at_home.end() ? store::ExposureAtRecord{} : found->second;
      item["own_devices"] = counts.assets;
      item["own_sites"] = counts.sites;
    }
    items.push_back(std::move(item));
  }
  return {{"total", links.named.total}, {"items", std::move(items)}};
}

}  // namespace tocsin::portal::pages
