#include "portal/pages/threat_products.hpp"

#include <utility>
#include <vector>

#include "base/locale.hpp"
#include "base/messages.hpp"
#include "engine/exposure/parts.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/threat_speaking.hpp"

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
  out += speaking_html(each.advisories).str();
  if (std::cmp_greater(each.advisory_count, each.advisories.size())) {
    render<"<br><a href=\"{}\">{}</a>">(
        out, Url::own(url),
        trn<"{} advisory", "{} advisories">(each.advisory_count, locale::number(each.advisory_count)));
  }
  out += "</td>";
  if (links.has_inventory) {
    render<"<td data-label=\"[[Your devices]]\">">(out);
    if (const auto* found = at_home_of(links.at_home, each.id); found != nullptr) {
      out += devices_text(*found).str();
    } else {
      render<"<span class=\"note\">[[#devices#none]]</span>">(out);
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
    boost::json::object item{{"vendor", each.vendor},
                             {"product", each.product},
                             {"url", product_url(each.vendor_key, each.product_key)},
                             {"advisories", speaking_json(each.advisories)},
                             {"advisory_count", each.advisory_count}};
    add_own_devices(item, links.has_inventory, at_home_of(links.at_home, each.id));
    items.push_back(std::move(item));
  }
  return {{"total", links.named.total}, {"items", std::move(items)}};
}

}  // namespace tocsin::portal::pages
