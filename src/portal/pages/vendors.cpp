#include <set>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/locale.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/routes.hpp"

/// Vendors, a vendor, a product of a vendor.
namespace tocsin::portal {
namespace {

namespace search = engine::search;
using engine::VendorSort;
using html::attribute_if;
using html::fragment;
using html::Html;
using html::render;
using html::Url;

constexpr int kVendorsDefault = 500;
constexpr int kVendorsMax = 500;
constexpr int kNewestShown = 8;
constexpr std::size_t kOrderNumbersShown = 60;

struct SortName {
  VendorSort sort;
  std::string_view name;
  Message label;
};
constexpr SortName kSorts[] = {{VendorSort::name, "name", message<"#sort by#name">},
                               {VendorSort::advisories, "advisories", message<"#sort by#number of advisories">},
                               {VendorSort::newest, "newest", message<"#sort by#newest advisory">}};

struct VendorsAddress {
  std::string q;
  VendorSort sort = VendorSort::name;
  int limit = kVendorsDefault;
  std::string cursor;
};

std::string path_of(std::string_view base, const VendorsAddress& address) {
  const auto name = address.sort == VendorSort::name ? std::string_view{} : kSorts[static_cast<int>(address.sort)].name;
  return http::with_query(base,
                          {{"q", address.q},
                           {"sort", name},
                           {"limit", address.limit == kVendorsDefault ? std::string{} : std::to_string(address.limit)},
                           {"cursor", address.cursor}});
}

Html score_cell(std::optional<int> tenths) {
  if (!tenths) return {};
  return pages::severity_badge(formats::cvss::severity_of(*tenths, formats::cvss::Version::v3_1), tenths);
}

std::string score_sort(std::optional<int> tenths) { return tenths ? std::to_string(*tenths) : std::string{}; }

/// "A" for Åland's vendors too; "#" for what begins with no letter.
char letter_of(std::string_view name) {
  const auto folded = text::fold(name);
  const char first = folded.empty() ? '#' : folded.front();
  return first >= 'a' && first <= 'z' ? static_cast<char>(first - 'a' + 'A') : '#';
}
std::string anchor_of(char letter) {
  return letter == '#' ? std::string{"letter-0"} : fmt::format("letter-{}", letter);
}

boost::json::object vendor_json(const engine::VendorRow& row) {
  boost::json::object out;
  out["key"] = row.key;
  out["name"] = row.name;
  out["url"] = pages::vendor_url(row.key);
  out["advisory_count"] = row.advisories;
  out["product_count"] = row.products;
  out["top_score"] = pages::score_json(row.top_score_tenths);
  out["newest_release_date"] = format_rfc3339(row.newest);
  return out;
}

Html vendors_page(const VendorsAddress& address, const engine::VendorPage& found) {
  std::string out;
  const auto total = locale::number(found.total);
  render<R"(<div class="page-head"><div><h1>[[Vendors]]</h1><p class="note">{}</p></div></div>
<form class="search-panel" action="/vendors"><div class="search-row"><label class="hidden" for="vendor-q">[[Filter vendors by name]]</label>
<input id="vendor-q" type="search" name="q" value="{}" placeholder="[[Part of a vendor's name]]" maxlength="200">
)">(out,
    address.q.empty()
        ? trn<"{} vendor with advisories", "{} vendors with advisories">(found.total, total)
        : trn<"{} vendor with advisories, name contains \"{}\"", "{} vendors with advisories, name contains \"{}\"">(
              found.total, total, address.q),
    address.q);
  if (address.sort != VendorSort::name) {
    render<"<input type=\"hidden\" name=\"sort\" value=\"{}\">\n">(out, kSorts[static_cast<int>(address.sort)].name);
  }
  render<
      "<button class=\"button\" type=\"submit\">[[Filter]]</button></div></form>\n<div class=\"list-bar\"><ul "
      "class=\"switch\"><li>[[Sort by]]</li>">(out);
  for (const auto& each : kSorts) {
    auto other = address;
    other.sort = each.sort;
    other.cursor.clear();
    render<"<li><a href=\"{}\" {}>{}</a></li>">(out, Url::own(path_of("/vendors", other)),
                                                attribute_if<"aria-current">(each.sort == address.sort, "true"),
                                                each.label);
  }
  out += "</ul></div>\n";
  if (found.rows.empty()) {
    render<
        "<section class=\"panel\"><h2>[[No vendor has that in its name]]</h2><p>[[Vendors are listed once, whatever "
        "way documents spell them.]] ">(out);
    if (address.q.empty()) {
      render<"[[See <a href=\"/vendors\">all vendors</a>.]]">(out);
    } else {
      render<"[[See <a href=\"/vendors\">all vendors</a> or <a href=\"{}\">search advisories for {}</a>.]]">(
          out, Url::own(pages::search_url(address.q)), address.q);
    }
    out += "</p></section>\n";
    return Html::from_trusted(std::move(out));
  }
  const bool letters = address.sort == VendorSort::name;
  if (letters) {
    render<"<nav aria-label=\"[[Vendors by first letter]]\"><ul class=\"letters\">">(out);
    std::set<char> all;
    for (const auto& row : found.rows) all.insert(letter_of(row.name));
    for (const char letter : all) {
      render<"<li><a href=\"#{}\">{}</a></li>">(out, anchor_of(letter), std::string_view{&letter, 1});
    }
    out += "</ul></nav>\n";
  }
  render<
      "<div class=\"table-wrap\"><table class=\"sortable stack\"><thead><tr><th scope=\"col\">[[Vendor]]</th><th "
      "scope=\"col\" class=\"num\" data-first=\"descending\">[[Advisories]]</th><th scope=\"col\" class=\"num\" "
      "data-first=\"descending\">[[Products]]</th><th scope=\"col\" data-first=\"descending\">[[Highest "
      "score]]</th><th scope=\"col\" data-first=\"descending\">[[Newest advisory]]</th></tr></thead><tbody>\n">(out);
  std::set<char> anchored;
  for (const auto& row : found.rows) {
    const char letter = letter_of(row.name);
    render<
        R"(<tr {}><th scope="row"><a href="{}">{}</a></th><td class="num" data-label="[[Advisories]]">{}</td><td class="num" data-label="[[Products]]">{}</td><td data-label="[[Highest score]]" data-sort="{}">{}</td><td data-label="[[Newest advisory]]">{}</td></tr>
)">(out, attribute_if<"id">(letters && anchored.insert(letter).second, anchor_of(letter)),
        Url::own(pages::vendor_url(row.key)), row.name, row.advisories, row.products, score_sort(row.top_score_tenths),
        score_cell(row.top_score_tenths), pages::date_html(row.newest));
  }
  out += "</tbody></table></div>\n";
  if (!found.next_cursor.empty()) {
    auto next = address;
    next.cursor = found.next_cursor;
    render<
        "<nav class=\"pages\" aria-label=\"[[Pages]]\"><p><a class=\"button-quiet\" "
        "href=\"{}\">[[#page#Next]]</a></p></nav>\n">(out, Url::own(path_of("/vendors", next)));
  }
  return Html::from_trusted(std::move(out));
}

Result<http::Response> vendors(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"q", "sort", "limit", "cursor"}));
  VendorsAddress address;
  address.q = std::string{text::trim(request.query.get("q"))};
  if (const auto name = request.query.get("sort"); !name.empty()) {
    const auto* found =
        std::find_if(std::begin(kSorts), std::end(kSorts), [name](const auto& each) { return each.name == name; });
    if (found == std::end(kSorts))
      return Error::invalid(std::string{tr<"'sort' is one of name, advisories, newest">()}, "sort");
    address.sort = found->sort;
  }
  TRY(address.limit, request.integer("limit", kVendorsDefault, 1, kVendorsMax));
  address.cursor = std::string{request.query.get("cursor")};
  TRY(const auto found, app.database().read([&](store::Connection& connection) {
    return engine::vendors(connection, request.viewer, address.q, address.sort, address.limit, address.cursor,
                           request.now);
  }));
  http::Response response;
  if (request.representation == http::Representation::json) {
    boost::json::array items;
    for (const auto& row : found.rows) items.push_back(vendor_json(row));
    auto next = address;
    next.cursor = found.next_cursor;
    response = http::Response::json(json::write(pages::page_json(
        std::move(items), found.next_cursor.empty() ? std::string{} : path_of("/api/v1/vendors", next), found.total)));
  } else {
    pages::Page page;
    page.title = tr<"Vendors">();
    page.description = tr<"Vendors of industrial control systems that advisories speak of.">();
    page.section = pages::Section::vendors;
    page.canonical = "/vendors";
    page.json_url = path_of("/api/v1/vendors", address);
    page.main = vendors_page(address, found);
    response = pages::render_page(app, request, page);
  }
  response.cacheable = true;
  return response;
}

Html breadcrumb(std::string_view vendor_key, std::string_view vendor_name) {
  std::string out;
  render<"<nav class=\"breadcrumb\" aria-label=\"[[Breadcrumb]]\"><ol><li><a href=\"/vendors\">[[Vendors]]</a></li>">(
      out);
  if (!vendor_key.empty()) {
    render<"<li><a href=\"{}\">{}</a></li>">(out, Url::own(pages::vendor_url(vendor_key)), vendor_name);
  }
  out += "</ol></nav>\n";
  return Html::from_trusted(std::move(out));
}

Html vendor_page(const engine::VendorDetail& detail, const std::vector<search::Hit>& newest) {
  const auto& row = detail.vendor;
  const auto all = pages::search_url(search::to_text(search::with({}, search::Field::vendor, row.key)));
  std::string out = breadcrumb({}, {}).str();
  render<
      R"(<div class="page-head"><h1>{}</h1><p class="actions"><a class="button-quiet" href="{}">{}</a> <a class="button-quiet" href="{}">[[Atom feed]]</a></p></div>
<ul class="stats"><li class="stat"><b>{}</b> <span>{}</span></li><li class="stat"><b>{}</b> <span>{}</span></li><li class="stat"><b>{}</b> <span>[[highest score]]</span></li><li class="stat"><b>{}</b> <span>[[newest advisory]]</span></li></ul>
)">(out, row.name, Url::own(all),
    trn<"All {} advisory", "All {} advisories">(row.advisories, locale::number(row.advisories)),
    Url::own(fmt::format("/feeds/vendors/{}.atom", http::encode_component(row.key))), locale::number(row.advisories),
    trn<"#under its number#advisory", "advisories">(row.advisories), locale::number(row.products),
    trn<"#under its number#product", "products">(row.products),
    row.top_score_tenths ? pages::score_text(*row.top_score_tenths) : std::string{"-"}, pages::date_html(row.newest));

  std::vector<std::string> others;
  for (const auto& spelling : detail.spellings) {
    if (spelling != row.name) others.push_back(spelling);
  }
  if (!others.empty()) {
    std::string list;
    for (std::size_t i = 0; i < others.size(); ++i) {
      if (i > 0) list += ", ";
      render<"<q>{}</q>">(list, others[i]);
    }
    render<"<p class=\"note\">[[Documents also write: {}]]</p>\n">(out, Html::from_trusted(std::move(list)));
  }

  if (!newest.empty()) {
    render<
        "<section aria-labelledby=\"newest\"><div class=\"panel-head\"><h2 id=\"newest\">[[Newest advisories]]</h2><a "
        "href=\"{}\">[[All of them]]</a></div>\n<ul class=\"cards compact\">\n">(out, Url::own(all));
    for (const auto& hit : newest) out += pages::advisory_card_html(hit.card).str();
    out += "</ul></section>\n";
  }

  if (!detail.products.empty()) {
    render<R"(<section aria-labelledby="products"><h2 id="products">[[Products]]</h2>
<div class="table-wrap"><table class="sortable stack" data-filter="[[Filter products]]"><thead><tr><th scope="col">[[Product]]</th><th scope="col" class="num" data-first="descending">[[Advisories]]</th><th scope="col" data-first="descending">[[Highest score]]</th><th scope="col" data-first="descending">[[Newest advisory]]</th></tr></thead><tbody>
)">(out);
    for (const auto& product : detail.products) {
      render<
          R"(<tr><th scope="row"><a href="{}">{}</a></th><td class="num" data-label="[[Advisories]]">{}</td><td data-label="[[Highest score]]" data-sort="{}">{}</td><td data-label="[[Newest advisory]]">{}</td></tr>
)">(out, Url::own(pages::product_url(row.key, product.key)), product.name, product.advisories,
          score_sort(product.top_score_tenths), score_cell(product.top_score_tenths), pages::date_html(product.newest));
    }
    out += "</tbody></table></div>\n";
    if (row.products > static_cast<std::int64_t>(detail.products.size())) {
      render<"<p class=\"note\">[[The {} products with most advisories are shown.]]</p>\n">(out,
                                                                                            detail.products.size());
    }
    out += "</section>\n";
  }
  return Html::from_trusted(std::move(out));
}

Result<http::Response> vendor(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  const auto key = request.parameter("vendor");
  TRY(const auto detail, app.database().read([&](store::Connection& connection) {
    return engine::vendor(connection, request.viewer, key, request.now);
  }));
  if (!detail) return Error::not_found("vendor");
  search::SearchRequest wanted;
  wanted.query = search::to_text(search::with({}, search::Field::vendor, detail->vendor.key));
  wanted.sort = search::Sort::updated;
  wanted.limit = kNewestShown;
  wanted.facets = false;
  TRY(const auto newest, app.search().search(request.viewer, wanted, request.now));

  const auto api_path = "/api/v1" + pages::vendor_url(detail->vendor.key);
  http::Response response;
  if (request.representation == http::Representation::json) {
    auto out = vendor_json(detail->vendor);
    auto& spellings = out["spellings"].emplace_array();
    for (const auto& spelling : detail->spellings) spellings.emplace_back(spelling);
    auto& products = out["products"].emplace_array();
    for (const auto& product : detail->products) {
      boost::json::object each;
      each["key"] = product.key;
      each["name"] = product.name;
      each["url"] = pages::product_url(detail->vendor.key, product.key);
      each["advisory_count"] = product.advisories;
      each["top_score"] = pages::score_json(product.top_score_tenths);
      each["newest_release_date"] = format_rfc3339(product.newest);
      products.push_back(std::move(each));
    }
    auto& advisories = out["newest_advisories"].emplace_array();
    for (const auto& hit : newest.hits) advisories.push_back(pages::card_json(hit.card));
    response = http::Response::json(json::write(out));
  } else {
    pages::Page page;
    page.title = detail->vendor.name;
    page.description = tr<"Security advisories on products of {}.">(detail->vendor.name);
    page.section = pages::Section::vendors;
    page.canonical = pages::vendor_url(detail->vendor.key);
    page.json_url = api_path;
    page.atom_url = fmt::format("/feeds/vendors/{}.atom", http::encode_component(detail->vendor.key));
    page.main = vendor_page(*detail, newest.hits);
    response = pages::render_page(app, request, page);
  }
  response.cacheable = true;
  return response;
}

/// Versions of one advisory by what is said of them.
struct VersionGroups {
  std::vector<std::string_view> affected, fixed, not_affected, open;
};
VersionGroups group(const std::vector<std::pair<std::string, std::string>>& versions) {
  VersionGroups groups;
  for (const auto& [version, status] : versions) {
    const std::string_view shown = version.empty() ? tr<"#version#not stated">() : std::string_view{version};
    if (status.ends_with("not_affected")) {
      groups.not_affected.push_back(shown);
    } else if (status.ends_with("affected")) {
      groups.affected.push_back(shown);
    } else if (status.ends_with("fixed") || status == "recommended") {
      groups.fixed.push_back(shown);
    } else {
      groups.open.push_back(shown);
    }
  }
  return groups;
}

Html version_list(const std::vector<std::string_view>& versions) {
  if (versions.empty()) return {};
  std::string out;
  for (std::size_t i = 0; i < versions.size(); ++i) {
    if (i > 0) out += "<br>";
    html::escape(out, versions[i]);
  }
  return Html::from_trusted(std::move(out));
}

Html product_page(const engine::ProductDetail& detail) {
  std::string out = breadcrumb(detail.vendor_key, detail.vendor_name).str();
  auto query = search::with({}, search::Field::vendor, detail.vendor_key);
  query = search::with(query, search::Field::product, detail.name);
  render<
      R"(<div class="page-head"><div><h1>{}</h1><p class="note">[[by <a href="{}">{}</a>, {}]]</p></div><p class="actions"><a class="button-quiet" href="{}">[[Search these advisories]]</a></p></div>
)">(out, detail.name, Url::own(pages::vendor_url(detail.vendor_key)), detail.vendor_name,
    trn<"{} advisory", "{} advisories">(static_cast<long long>(detail.advisories.size()),
                                        locale::number(static_cast<long long>(detail.advisories.size()))),
    Url::own(pages::search_url(search::to_text(query))));
  if (!detail.order_numbers.empty()) {
    render<"<section class=\"panel\"><h2>[[Order numbers]]</h2>\n<ul class=\"chips\">">(out);
    const auto shown = std::min(detail.order_numbers.size(), kOrderNumbersShown);
    for (std::size_t i = 0; i < shown; ++i) {
      const auto& number = detail.order_numbers[i];
      render<"<li><a class=\"chip id\" href=\"{}\">{}</a></li>">(
          out, Url::own(pages::search_url(search::to_text(search::with({}, search::Field::text, number)))), number);
    }
    if (detail.order_numbers.size() > shown) {
      render<"<li class=\"note\">[[and {} more]]</li>">(out, detail.order_numbers.size() - shown);
    }
    out += "</ul></section>\n";
  }
  const bool with_others = std::any_of(detail.advisories.begin(), detail.advisories.end(), [](const auto& each) {
    const auto groups = group(each.versions);
    return !groups.not_affected.empty() || !groups.open.empty();
  });
  render<R"(<section aria-labelledby="advisories"><h2 id="advisories">[[What advisories say about it]]</h2>
<div class="table-wrap"><table class="sortable stack" data-filter="[[Filter advisories]]"><thead><tr><th scope="col">[[Advisory]]</th><th scope="col" data-first="descending">[[Severity]]</th><th scope="col">[[Affected]]</th><th scope="col">[[Fixed]]</th>{}<th scope="col" data-first="descending">[[Updated]]</th></tr></thead><tbody>
)">(out, with_others ? fragment<"<th scope=\"col\">[[Not affected or open]]</th>">() : Html{});
  for (const auto& each : detail.advisories) {
    auto groups = group(each.versions);
    groups.not_affected.insert(groups.not_affected.end(), groups.open.begin(), groups.open.end());
    const auto others =
        with_others ? fragment<"<td data-label=\"[[Not affected or open]]\">{}</td>">(version_list(groups.not_affected))
                    : Html{};
    auto fixed = version_list(groups.fixed);
    if (fixed.empty() && each.card.has_fix) {
      fixed = fragment<"<a class=\"tag tag-fix\" href=\"{}\">[[see the advisory]]</a>">(
          Url::own(pages::advisory_url(each.card.slug)));
    }
    render<
        R"(<tr><th scope="row"><a href="{}">{}</a><br><span class="id note">{}</span></th><td data-label="[[Severity]]" data-sort="{}">{}</td><td data-label="[[Affected]]">{}</td><td data-label="[[Fixed]]">{}</td>{}<td data-label="[[Updated]]">{}</td></tr>
)">(out, Url::own(pages::advisory_url(each.card.slug)), each.card.title, each.card.key,
        score_sort(each.card.score_tenths), pages::severity_badge(each.card.severity, each.card.score_tenths),
        version_list(groups.affected), fixed, others, pages::date_html(each.card.current_release_at));
  }
  out += "</tbody></table></div></section>\n";
  return Html::from_trusted(std::move(out));
}

Result<http::Response> product(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto detail, app.database().read([&](store::Connection& connection) {
    return engine::product(connection, request.viewer, request.parameter("vendor"), request.parameter("product"),
                           request.now);
  }));
  if (!detail) return Error::not_found("product");
  http::Response response;
  if (request.representation == http::Representation::json) {
    boost::json::object out;
    auto& vendor = out["vendor"].emplace_object();
    vendor["key"] = detail->vendor_key;
    vendor["name"] = detail->vendor_name;
    out["key"] = detail->key;
    out["name"] = detail->name;
    out["url"] = pages::product_url(detail->vendor_key, detail->key);
    auto& numbers = out["order_numbers"].emplace_array();
    for (const auto& number : detail->order_numbers) numbers.emplace_back(number);
    auto& advisories = out["advisories"].emplace_array();
    for (const auto& each : detail->advisories) {
      auto card = pages::card_json(each.card);
      auto& versions = card["versions"].emplace_array();
      for (const auto& [version, status] : each.versions) {
        boost::json::object one;
        one["version"] = version;
        one["status"] = status;
        versions.push_back(std::move(one));
      }
      advisories.push_back(std::move(card));
    }
    response = http::Response::json(json::write(out));
  } else {
    pages::Page page;
    page.title = tr<"{} by {}">(detail->name, detail->vendor_name);
    page.description =
        tr<"Security advisories on {} by {}: affected and fixed versions.">(detail->name, detail->vendor_name);
    page.section = pages::Section::vendors;
    page.canonical = pages::product_url(detail->vendor_key, detail->key);
    page.json_url = "/api/v1" + page.canonical;
    page.main = product_page(*detail);
    response = pages::render_page(app, request, page);
  }
  response.cacheable = true;
  return response;
}

}  // namespace

void add_vendor_routes(App& app, http::Router& router) {
  pages::add_resource(router, "/vendors", "/api/v1/vendors", "vendors", "Vendors that advisories speak of",
                      [&app](const http::Request& request) { return vendors(app, request); });
  pages::add_resource(router, "/vendors/{vendor}", "/api/v1/vendors/{vendor}", "vendor",
                      "A vendor, its products and its newest advisories",
                      [&app](const http::Request& request) { return vendor(app, request); });
  pages::add_resource(router, "/vendors/{vendor}/{product}", "/api/v1/vendors/{vendor}/{product}", "product",
                      "A product: affected and fixed versions by advisory",
                      [&app](const http::Request& request) { return product(app, request); });
}

}  // namespace tocsin::portal
