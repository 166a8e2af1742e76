#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/locale.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/manage.hpp"
#include "portal/pages/routes.hpp"
#include "store/read_marks.hpp"

/// The list of advisories: search, facets, sort, pages by cursor; and suggestions for the search box.
namespace tocsin::portal {
namespace {

namespace search = engine::search;
using html::attribute_if;
using html::fragment;
using html::Html;
using html::render;
using html::Url;

constexpr int kLimitDefault = 25;
constexpr int kExportLimit = search::kLimitMax;
constexpr int kSuggestionsDefault = 5;
constexpr int kSuggestionsMax = 20;
/// A facet longer than this scrolls.
constexpr std::size_t kFacetScroll = 12;

/// What the address says: everything a page of the list depends on, so that it can be saved and sent.
struct ListAddress {
  std::string q;  ///< As typed.
  search::Sort sort = search::Sort::relevance;
  int limit = kLimitDefault;
  std::string cursor;
  bool compact = false;  ///< Page only.
  bool facets = true;    ///< API: "facets".
};

std::string sort_names() {
  std::string names;
  for (const auto sort : search::all_sorts()) names.append(names.empty() ? "" : ", ").append(search::to_string(sort));
  return names;
}

Result<ListAddress> read_address(const http::Request& request) {
  ListAddress address;
  const bool json = request.representation == http::Representation::json;
  if (json) {
    TRY_VOID(request.only_known({"q", "sort", "limit", "cursor", "facets"}));
    address.facets = false;
  } else {
    TRY_VOID(request.only_known({"q", "sort", "limit", "cursor", "density", pages::kNoticeParameter}));
  }
  address.q = std::string{text::trim(request.query.get("q"))};
  if (const auto name = request.query.get("sort"); !name.empty()) {
    const auto sort = search::parse_sort(name);
    if (!sort) return Error::invalid(tr<"'sort' is one of {}">(sort_names()), "sort");
    address.sort = *sort;
  }
  TRY(address.limit, request.integer("limit", kLimitDefault, 1, search::kLimitMax));
  address.cursor = std::string{request.query.get("cursor")};
  if (const auto density = request.query.get("density"); !density.empty()) {
    if (density != "compact" && density != "comfortable") {
      return Error::invalid(std::string{tr<"'density' is compact or comfortable">()}, "density");
    }
    address.compact = density == "compact";
  }
  if (const auto facets = request.query.get("facets"); !facets.empty()) {
    if (facets != "true" && facets != "false")
      return Error::invalid(std::string{tr<"'facets' is true or false">()}, "facets");
    address.facets = facets == "true";
  }
  return address;
}

/// Defaults are left out, so that one page has one address.
std::string path_of(std::string_view base, const ListAddress& address) {
  const bool api = base.starts_with("/api/");
  return http::with_query(
      base, {{"q", address.q},
             {"sort", address.sort == search::Sort::relevance ? std::string_view{} : search::to_string(address.sort)},
             {"limit", address.limit == kLimitDefault ? std::string{} : std::to_string(address.limit)},
             {"density", !api && address.compact ? "compact" : ""},
             {"facets", api && address.facets ? "true" : ""},
             {"cursor", address.cursor}});
}
std::string page_path(const ListAddress& address) { return path_of("/advisories", address); }

/// Another query begins at its first page.
ListAddress with_query_text(ListAddress address, std::string q) {
  address.q = std::move(q);
  address.cursor.clear();
  return address;
}

search::Query without_term(search::Query query, std::size_t index) {
  query.terms.erase(query.terms.begin() + static_cast<std::ptrdiff_t>(index));
  return query;
}

bool has_words(const search::Query& query) {
  return std::any_of(query.terms.begin(), query.terms.end(),
                     [](const auto& term) { return term.field == search::Field::text && !term.negated; });
}

void append_search_form(std::string& out, const ListAddress& address) {
  render<R"(<form class="search-panel" role="search" action="/advisories">
<div class="search-row"><label class="hidden" for="q">[[Search advisories]]</label>
<input id="q" class="search-input" type="search" name="q" value="{}" placeholder="[[Vendor, product, CVE, order number, or a filter such as cvss&gt;=9]]" autocomplete="off" spellcheck="false" maxlength="1000" data-suggest>
<button class="button" type="submit">[[#verb#Search]]</button></div>
)">(out, address.q);
  // What is not the default survives a new search.
  if (address.sort != search::Sort::relevance) {
    render<"<input type=\"hidden\" name=\"sort\" value=\"{}\">\n">(out, search::to_string(address.sort));
  }
  if (address.limit != kLimitDefault)
    render<"<input type=\"hidden\" name=\"limit\" value=\"{}\">\n">(out, address.limit);
  if (address.compact) out += "<input type=\"hidden\" name=\"density\" value=\"compact\">\n";
}

/// The query with a mark under the place of the error. `where` is the 1-based column in characters.
Html error_pointer(std::string_view query, const Error& error) {
  std::size_t column = 0;
  for (const char c : error.where) {
    if (c < '0' || c > '9' || column > search::kQueryBytesMax) return {};
    column = column * 10 + static_cast<std::size_t>(c - '0');
  }
  if (column == 0) return {};
  std::string mark(column - 1, ' ');
  mark += '^';
  return fragment<"<pre aria-hidden=\"true\">{}\n{}</pre>">(query, mark);
}

http::Response query_error_page(App& app, const http::Request& request, const ListAddress& address,
                                const Error& error) {
  std::string out;
  render<"<h1 class=\"hidden\">[[Advisories]]</h1>\n">(out);
  append_search_form(out, address);
  render<
      R"(<div class="search-error callout callout-error" role="alert"><p>[[<strong>The search was not understood:</strong> {}]]</p>{}
<p class="note"><a href="/help/search">[[How to search]]</a></p></div></form>
)">(out, error.message, error_pointer(address.q, error));
  pages::Page page;
  page.title = tr<"Advisories">();
  page.section = pages::Section::advisories;
  page.hide_header_search = true;
  page.noindex = true;
  page.main = Html::from_trusted(std::move(out));
  return pages::render_page(app, request, page, 400);
}

void append_corrections(std::string& out, const search::SearchResult& result) {
  if (result.corrections.empty()) return;
  std::string list;
  for (std::size_t i = 0; i < result.corrections.size(); ++i) {
    if (i > 0) list += ", ";
    const auto& each = result.corrections[i];
    render<"[[<strong>{}</strong> <span class=\"note\">instead of {}</span>]]">(list, each.used, each.typed);
  }
  render<"<p class=\"search-hint\" role=\"status\">[[Showing results for {}.]]</p>\n">(
      out, Html::from_trusted(std::move(list)));
}

void append_chips(std::string& out, const ListAddress& address, const search::Query& query) {
  if (query.terms.empty()) return;
  render<"<ul class=\"chips\" aria-label=\"[[Filters in use]]\">\n">(out);
  for (std::size_t i = 0; i < query.terms.size(); ++i) {
    const auto text = search::to_text(query.terms[i]);
    const auto rest = with_query_text(address, search::to_text(without_term(query, i)));
    render<"<li><a class=\"chip chip-remove\" href=\"{}\">[[<span class=\"hidden\">Remove </span>{}]]</a></li>\n">(
        out, Url::own(page_path(rest)), text);
  }
  if (query.terms.size() > 1) {
    render<"<li><a class=\"chip\" href=\"{}\">[[Clear all]]</a></li>\n">(
        out, Url::own(page_path(with_query_text(address, {}))));
  }
  out += "</ul>\n";
}

std::string_view facet_title(const search::Facet& facet) {
  switch (facet.field) {
    case search::Field::severity:
      return tr<"Severity">();
    case search::Field::vendor:
      return tr<"Vendor">();
    case search::Field::sector:
      return tr<"Sector">();
    case search::Field::published:
      return tr<"Published">();
    case search::Field::cwe:
      return tr<"Weakness">();
    default:
      return facet.label;
  }
}

/// Words of ours in the reader's language; names of vendors and ids of weaknesses are what they are.
std::string_view value_title(search::Field field, const search::FacetValue& value) {
  if (field == search::Field::sector) return tr_text(value.label);
  if (field == search::Field::severity) {
    using formats::cvss::Severity;
    for (const auto severity : {Severity::critical, Severity::high, Severity::medium, Severity::low, Severity::none}) {
      if (value.value == formats::cvss::to_string(severity)) return pages::severity_title(severity);
    }
  }
  return value.label;
}

void append_facets(std::string& out, const ListAddress& address, const search::SearchResult& result) {
  render<"<details class=\"facets no-print\"><summary>[[Filters]]</summary>\n<h2 class=\"hidden\">[[Filters]]</h2>\n">(
      out);
  for (const auto& facet : result.facets) {
    const auto shown = std::count_if(facet.values.begin(), facet.values.end(),
                                     [](const auto& value) { return value.count > 0 || value.selected; });
    if (shown == 0) continue;
    render<"<section class=\"facet\"><h3>{}</h3><ul {}>\n">(
        out, facet_title(facet), attribute_if<"class">(static_cast<std::size_t>(shown) > kFacetScroll, "facet-scroll"));
    for (const auto& value : facet.values) {
      if (value.count == 0 && !value.selected) continue;
      const auto query = value.selected ? search::without(result.query, facet.field, value.value)
                                        : search::with(result.query, facet.field, value.value);
      const auto url = page_path(with_query_text(address, search::to_text(query)));
      const auto label_class =
          facet.field == search::Field::severity ? "label dot dot-" + value.value : std::string{"label"};
      render<
          "<li><a href=\"{}\" rel=\"nofollow\" {}><span class=\"{}\">{}</span> <span "
          "class=\"count\">{}</span>{}</a></li>\n">(
          out, Url::own(url), attribute_if<"aria-current">(value.selected, "true"), label_class,
          value_title(facet.field, value), locale::number(value.count),
          value.selected ? fragment<"<span class=\"hidden\"> [[(selected, remove)]]</span>">() : Html{});
    }
    out += "</ul>";
    if (facet.more > 0) {
      if (facet.field == search::Field::vendor) {
        render<"<p class=\"note\"><a href=\"/vendors\">[[{} more]]</a></p>">(out, locale::number(facet.more));
      } else {
        render<"<p class=\"note\">[[{} more]]</p>">(out, locale::number(facet.more));
      }
    }
    out += "</section>\n";
  }
  out += "</details>\n";
}

/// The many that are asked for less: a form of its own, so that it works without JavaScript.
void append_more_sorts(std::string& out, const ListAddress& address) {
  using search::Sort;
  struct SortLabel {
    Sort sort;
    Message label;
  };
  static constexpr SortLabel kSorts[] = {{Sort::cvss, message<"#sort by#CVSS score">},
                                         {Sort::tlp, message<"#sort by#TLP">},
                                         {Sort::id, message<"#sort by#id">},
                                         {Sort::title, message<"#sort by#title">},
                                         {Sort::vendor, message<"#sort by#vendor">},
                                         {Sort::product, message<"#sort by#product">},
                                         {Sort::version, message<"#sort by#product version">},
                                         {Sort::cve, message<"#sort by#CVE">},
                                         {Sort::publisher, message<"#sort by#publisher">},
                                         {Sort::role, message<"#sort by#publisher's category">},
                                         {Sort::name_space, message<"#sort by#publisher's namespace">},
                                         {Sort::category, message<"#sort by#document category">},
                                         {Sort::csaf, message<"#sort by#CSAF version">},
                                         {Sort::status, message<"#sort by#status">},
                                         {Sort::edition, message<"#sort by#document version">},
                                         {Sort::revision, message<"#sort by#newest revision's number">},
                                         {Sort::revised, message<"#sort by#newest revision's date">},
                                         {Sort::summary, message<"#sort by#newest revision's summary">},
                                         {Sort::aggregate, message<"#sort by#aggregate severity">}};
  const bool any = std::ranges::find(kSorts, address.sort, &SortLabel::sort) != std::end(kSorts);
  out += "<form class=\"switch\" action=\"/advisories\">";
  if (!address.q.empty()) render<"<input type=\"hidden\" name=\"q\" value=\"{}\">">(out, address.q);
  if (address.limit != kLimitDefault) render<"<input type=\"hidden\" name=\"limit\" value=\"{}\">">(out, address.limit);
  if (address.compact) out += "<input type=\"hidden\" name=\"density\" value=\"compact\">";
  render<
      "<label class=\"hidden\" for=\"more-sorts\">[[Sort by something else]]</label><select id=\"more-sorts\" "
      "name=\"sort\">">(out);
  if (!any) render<"<option value=\"{}\">[[something else]]</option>">(out, search::to_string(address.sort));
  for (const auto& [sort, label] : kSorts) {
    render<"<option value=\"{}\" {}>{}</option>">(out, search::to_string(sort),
                                                  attribute_if<"selected">(sort == address.sort), label);
  }
  render<"</select> <button class=\"button-quiet\" type=\"submit\">[[#verb#Sort]]</button></form>\n">(out);
}

void append_bar(std::string& out, const ListAddress& address, const search::SearchResult& result) {
  const auto last = result.first_position + static_cast<std::int64_t>(result.hits.size()) - 1;
  out += "<div class=\"list-bar\">";
  render<"<p><strong class=\"count\">{}</strong>">(
      out, trn<"{} advisory", "{} advisories">(result.total, locale::number(result.total)));
  if (result.total > static_cast<std::int64_t>(result.hits.size()) && !result.hits.empty()) {
    render<" <span class=\"note\">[[{} to {}]]</span>">(out, locale::number(result.first_position),
                                                        locale::number(last));
  }
  out += "</p>\n<div class=\"switches\">";

  struct SortLabel {
    search::Sort sort;
    Message label;
  };
  static constexpr SortLabel kSorts[] = {{search::Sort::relevance, message<"#sort by#relevance">},
                                         {search::Sort::updated, message<"#sort by#last update">},
                                         {search::Sort::published, message<"#sort by#first release">},
                                         {search::Sort::severity, message<"#sort by#severity">}};
  const bool words = has_words(result.query);
  // Without words there is nothing to be relevant for: the engine sorts by last update then.
  const auto current = !words && address.sort == search::Sort::relevance ? search::Sort::updated : address.sort;
  render<"<ul class=\"switch\"><li>[[Sort by]]</li>">(out);
  for (const auto& [sort, label] : kSorts) {
    if (sort == search::Sort::relevance && !words) continue;
    auto other = address;
    other.sort = sort == search::Sort::updated && !words ? search::Sort::relevance : sort;
    other.cursor.clear();
    render<"<li><a href=\"{}\" rel=\"nofollow\" {}>{}</a></li>">(
        out, Url::own(page_path(other)), attribute_if<"aria-current">(sort == current, "true"), label);
  }
  out += "</ul>\n";
  append_more_sorts(out, address);
  render<"<ul class=\"switch\"><li>[[Rows]]</li>">(out);
  for (const bool compact : {false, true}) {
    auto other = address;
    other.compact = compact;
    render<"<li><a href=\"{}\" rel=\"nofollow\" {}>{}</a></li>">(
        out, Url::own(page_path(other)), attribute_if<"aria-current">(compact == address.compact, "true"),
        compact ? tr<"#rows#compact">() : tr<"#rows#comfortable">());
  }
  out += "</ul></div></div>\n";
}

void append_pages(std::string& out, const ListAddress& address, const search::SearchResult& result,
                  std::string_view feed_path) {
  render<"<nav class=\"pages\" aria-label=\"[[Pages]]\"><p class=\"actions\">">(out);
  const auto link = [&](std::string_view cursor, std::string_view label) {
    auto other = address;
    other.cursor = std::string{cursor};
    render<"<a class=\"button-quiet\" href=\"{}\">{}</a> ">(out, Url::own(page_path(other)), label);
  };
  if (!result.previous_cursor.empty()) link(result.previous_cursor, tr<"#page#Previous">());
  if (!result.next_cursor.empty()) link(result.next_cursor, tr<"#page#Next">());
  auto exported = address;
  exported.cursor.clear();
  exported.limit = kExportLimit;
  exported.facets = false;
  render<"</p>\n<p class=\"note\">[[This list as <a href=\"{}\">Atom feed</a>, <a href=\"{}\">JSON</a>]]</p></nav>\n">(
      out, Url::own(std::string{feed_path}), Url::own(path_of("/api/v1/advisories", exported)));
}

void append_nothing_found(std::string& out, const ListAddress& address, const search::SearchResult& result) {
  const auto& query = result.query;
  if (query.terms.empty()) {
    render<
        "<section class=\"panel\"><h2>[[No advisories yet]]</h2><p>[[Nothing has been imported: see <a href=\"/\">how "
        "to begin</a>.]]</p></section>\n">(out);
    return;
  }
  render<"<section class=\"panel\"><h2>[[No advisory matches]]</h2>\n<ul>\n">(out);
  if (query.terms.size() > 1) {
    std::string list;
    for (std::size_t i = 0; i < query.terms.size(); ++i) {
      if (i > 0) list += ", ";
      const auto rest = with_query_text(address, search::to_text(without_term(query, i)));
      render<"<a href=\"{}\">[[without {}]]</a>">(list, Url::own(page_path(rest)), search::to_text(query.terms[i]));
    }
    render<"<li>[[Leave out a condition: {}]]</li>\n">(out, Html::from_trusted(std::move(list)));
  }
  if (has_words(query)) {
    render<
        "<li>[[Use fewer or shorter words; the beginning of a word with a star finds more: "
        "<code>modic*</code>]]</li>\n">(out);
  }
  render<
      "<li>[[An order number is found by any part of it, a vulnerability by its CVE number]]</li>\n<li>[[See <a "
      "href=\"/help/search\">how to search</a>, <a href=\"/vendors\">all vendors</a>, or <a href=\"/advisories\">all "
      "advisories</a>]]</li>\n</ul></section>\n">(out);
}

/// Unread or read, and marking all as read: for somebody who has signed in.
void append_read_bar(std::string& out, const http::Request& request, const ListAddress& address,
                     const search::SearchResult& result) {
  render<"<div class=\"list-bar no-print\"><ul class=\"switch\"><li>[[Show]]</li>">(out);
  struct Choice {
    std::string_view value;
    Message label;
  };
  static constexpr Choice kChoices[] = {
      {"", message<"#show#all">}, {"no", message<"#show#unread">}, {"yes", message<"#show#read">}};
  auto rest = result.query;
  std::string current;
  for (const auto& term : rest.terms) {
    if (term.field == search::Field::read && !term.negated && term.values.size() == 1) current = term.values.front();
  }
  std::erase_if(rest.terms, [](const auto& term) { return term.field == search::Field::read; });
  for (const auto& [value, label] : kChoices) {
    const auto query = value.empty() ? rest : search::with(rest, search::Field::read, value);
    render<"<li><a href=\"{}\" rel=\"nofollow\" {}>{}</a></li>">(
        out, Url::own(page_path(with_query_text(address, search::to_text(query)))),
        attribute_if<"aria-current">(value == current, "true"), label);
  }
  out += "</ul>\n";
  if (result.total > 0) {
    out += pages::button_form(request, pages::kReadPath, tr<"Mark all of this search as read">(),
                              {{"q", search::to_text(result.query)}, {"until", std::to_string(request.now.micros)}})
               .str();
  }
  out += "</div>\n";
}

http::Response list_page(App& app, const http::Request& request, const ListAddress& address,
                         const search::SearchResult& result, const std::optional<std::set<std::int64_t>>& read) {
  const auto canonical = search::to_text(result.query);
  const auto feed = http::with_query("/feeds/advisories.atom", {{"q", canonical}});
  std::string out;
  render<"<h1 class=\"hidden\">[[Advisories]]</h1>\n">(out);
  append_search_form(out, address);
  append_corrections(out, result);
  out += "</form>\n";
  append_chips(out, address, result.query);
  out += "<div class=\"list-layout\">\n";
  append_facets(out, address, result);
  render<"<section aria-labelledby=\"results\"><h2 id=\"results\" class=\"hidden\">[[Results]]</h2>\n">(out);
  append_bar(out, address, result);
  if (read) append_read_bar(out, request, address, result);
  if (result.hits.empty()) {
    append_nothing_found(out, address, result);
  } else {
    render<"<ul class=\"cards {}\">\n">(out, address.compact ? "compact" : "");
    for (const auto& hit : result.hits) {
      out += (read ? pages::advisory_card_html(hit.card, &hit.snippet, read->contains(hit.card.id.value))
                   : pages::advisory_card_html(hit.card, &hit.snippet))
                 .str();
    }
    out += "</ul>\n";
  }
  append_pages(out, address, result, feed);
  if (request.principal != nullptr) {
    render<"<p><a class=\"button-quiet\" href=\"{}\">[[Subscribe to this search]]</a></p>\n">(
        out, Url::own(http::with_query("/notifications/new", {{"q", canonical}})));
  }
  out += "</section>\n</div>\n";

  pages::Page page;
  page.title = canonical.empty() ? std::string{tr<"Advisories">()} : tr<"{} - Advisories">(canonical);
  page.description =
      tr<"Security advisories for industrial control systems, with filters by vendor, sector and severity.">();
  page.section = pages::Section::advisories;
  page.hide_header_search = true;
  page.atom_url = feed;
  page.json_url = path_of("/api/v1/advisories", address);
  page.canonical = page_path(with_query_text(address, canonical));
  page.noindex = !address.cursor.empty() || !address.q.empty();
  page.main = Html::from_trusted(std::move(out));
  return pages::render_page(app, request, page);
}

http::Response list_json(const ListAddress& address, const search::SearchResult& result) {
  constexpr std::string_view kPath = "/api/v1/advisories";
  const auto path_with = [&](const std::string& cursor) -> std::string {
    if (cursor.empty()) return {};
    auto other = address;
    other.cursor = cursor;
    return path_of(kPath, other);
  };
  boost::json::array items;
  for (const auto& hit : result.hits) items.push_back(pages::hit_json(hit));
  auto out = pages::page_json(std::move(items), path_with(result.next_cursor), result.total);
  if (const auto previous = path_with(result.previous_cursor); previous.empty()) {
    out["previous"] = nullptr;
  } else {
    out["previous"] = previous;
  }
  out["query"] = search::to_text(result.query);
  out["corrections"] = pages::corrections_json(result);
  auto& facets = out["facets"].emplace_array();
  for (const auto& facet : result.facets) {
    boost::json::object each;
    each["field"] = search::to_string(facet.field);
    each["label"] = facet.label;
    auto& values = each["values"].emplace_array();
    for (const auto& value : facet.values) {
      boost::json::object one;
      one["value"] = value.value;
      one["label"] = value.label;
      one["count"] = value.count;
      one["selected"] = value.selected;
      values.push_back(std::move(one));
    }
    each["more"] = facet.more;
    facets.push_back(std::move(each));
  }
  return http::Response::json(json::write(out));
}

Result<http::Response> list(App& app, const http::Request& request) {
  TRY(const auto address, read_address(request));
  const bool json = request.representation == http::Representation::json;
  if (const auto query = search::parse_query(address.q); !query) {
    if (json) return query.error();
    return query_error_page(app, request, address, query.error());
  }
  search::SearchRequest wanted;
  wanted.query = address.q;
  wanted.sort = address.sort;
  wanted.limit = address.limit;
  wanted.cursor = address.cursor;
  wanted.facets = address.facets;
  TRY(const auto result, app.search().search(request.viewer, wanted, request.now));
  if (json) {
    auto response = list_json(address, result);
    response.cacheable = !search::is_personal(result.query);
    return response;
  }
  std::optional<std::set<std::int64_t>> read;
  if (request.viewer.person) {
    std::vector<std::int64_t> ids;
    for (const auto& hit : result.hits) ids.push_back(hit.card.id.value);
    TRY(read, app.database().read([&](store::Connection& connection) {
      return store::ReadMarks{connection}.among(*request.viewer.person, ids);
    }));
  }
  auto response = list_page(app, request, address, result, read);
  // Marks change without the catalogue: what shows them is made anew.
  response.cacheable = !read;
  return response;
}

std::string_view kind_name(search::Suggestion::Kind kind) {
  switch (kind) {
    case search::Suggestion::Kind::advisory:
      return "advisory";
    case search::Suggestion::Kind::vendor:
      return "vendor";
    case search::Suggestion::Kind::product:
      return "product";
    case search::Suggestion::Kind::cve:
      return "cve";
  }
  return "advisory";
}

std::string suggestion_url(const search::Suggestion& suggestion) {
  switch (suggestion.kind) {
    case search::Suggestion::Kind::advisory:
      return pages::advisory_url(suggestion.value);
    case search::Suggestion::Kind::vendor:
      return pages::vendor_url(suggestion.value);
    case search::Suggestion::Kind::cve:
      return pages::vulnerability_url(suggestion.value);
    case search::Suggestion::Kind::product: {
      const auto slash = suggestion.value.find('/');
      if (slash == std::string::npos) return pages::vendor_url(suggestion.value);
      return pages::product_url(std::string_view{suggestion.value}.substr(0, slash),
                                std::string_view{suggestion.value}.substr(slash + 1));
    }
  }
  return "/advisories";
}

Result<http::Response> suggest(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"q", "limit"}));
  TRY(const int limit, request.integer("limit", kSuggestionsDefault, 1, kSuggestionsMax));
  const auto prefix = text::trim(request.query.get("q"));
  boost::json::array items;
  // One letter suggests everything, and so nothing.
  if (prefix.size() >= 2) {
    TRY(const auto suggestions, app.search().suggest(request.viewer, prefix, limit, request.now));
    for (const auto& suggestion : suggestions) {
      boost::json::object each;
      each["kind"] = kind_name(suggestion.kind);
      each["label"] = suggestion.label;
      each["value"] = suggestion.value;
      each["url"] = suggestion_url(suggestion);
      each["count"] = suggestion.count;
      items.push_back(std::move(each));
    }
  }
  boost::json::object out;
  out["items"] = std::move(items);
  auto response = http::Response::json(json::write(out));
  response.cacheable = true;
  return response;
}

}  // namespace

void add_advisory_list_routes(App& app, http::Router& router) {
  pages::add_resource(router, "/advisories", "/api/v1/advisories", "advisories",
                      "Advisories that match a search, page by page",
                      [&app](const http::Request& request) { return list(app, request); });
  http::Route suggestions;
  suggestions.pattern = "/api/v1/suggest";
  suggestions.name = "suggest";
  suggestions.summary = "Advisories, vendors, products and vulnerabilities whose name begins like this";
  suggestions.handler = [&app](const http::Request& request) { return suggest(app, request); };
  router.add(std::move(suggestions));
  http::Route moved;
  moved.pattern = "/search";
  moved.name = "search_page";
  moved.inline_ = true;
  moved.handler = [](const http::Request& request) -> Result<http::Response> {
    return http::Response::redirect(http::with_query("/advisories", {{"q", request.query.get("q")}}), 308);
  };
  router.add(std::move(moved));
}

}  // namespace tocsin::portal
