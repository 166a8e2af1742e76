#include "engine/threat/threats.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/locale.hpp"
#include "base/messages.hpp"
#include "engine/threat/vulnerabilities.hpp"
#include "formats/cve/cve.hpp"
#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/advisory_load.hpp"
#include "portal/pages/attack_parts.hpp"
#include "portal/pages/correlation_parts.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/manage.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"
#include "portal/pages/sharing_view.hpp"
#include "portal/pages/threat_author.hpp"
#include "portal/pages/threat_decay.hpp"
#include "portal/pages/threat_graph.hpp"
#include "portal/pages/threat_html.hpp"
#include "portal/pages/threat_import.hpp"
#include "portal/pages/threat_json.hpp"
#include "portal/pages/threat_links.hpp"
#include "portal/pages/threat_names.hpp"
#include "portal/pages/threat_products.hpp"
#include "portal/pages/threat_report_form.hpp"
#include "portal/pages/threat_reports.hpp"
#include "portal/pages/threat_same.hpp"
#include "store/records.hpp"

/// Threat knowledge: the list of STIX objects with its filters, one object, and the object as it came.
namespace tocsin::portal {
namespace {

namespace threat = engine::threat;
using engine::audit::view::Looking;
using html::attribute_if;
using html::Html;
using html::render;
using html::Url;

constexpr int kLimitDefault = 50;

constexpr std::pair<threat::Sort, Message> kSorts[] = {
    {threat::Sort::modified, message<"#sort by#newest version">},
    {threat::Sort::name, message<"#sort by#name">},
    {threat::Sort::type, message<"#sort by#type">},
    {threat::Sort::confidence, message<"#sort by#confidence">},
    {threat::Sort::confidence_now, message<"#sort by#confidence left">},
};

struct Asked {
  threat::Filter filter;
  threat::Sort sort = threat::Sort::modified;
  int limit = kLimitDefault;
  std::string tlp, revoked, expired, faded, worth, duplicates, modified_after, cve, advisory;  ///< As they were given.
};

Result<Asked> read_asked(const http::Request& request) {
  // What was just done is told on the page alone; no API sends it.
  const auto notice =
      request.representation == http::Representation::json ? std::string_view{"q"} : pages::kNoticeParameter;
  TRY_VOID(request.only_known({"q", "type", "label", "tlp", "revoked", "expired", "faded", "confidence_now",
                               "duplicates", "modified_after", "cve", "advisory", "sort", "limit", "cursor", notice}));
  Asked asked;
  TRY(asked.limit, request.integer("limit", kLimitDefault, 1, threat::kLimitMax));
  asked.filter.text = request.query.get("q");
  asked.filter.type = request.query.get("type");
  asked.filter.label = request.query.get("label");
  asked.tlp = request.query.get("tlp");
  if (!asked.tlp.empty()) {
    asked.filter.tlp = domain::parse_tlp(asked.tlp);
    if (!asked.filter.tlp) return Error::invalid(tr<"'{}' is no TLP label">(asked.tlp), "tlp");
  }
  asked.revoked = request.query.get("revoked");
  if (!asked.revoked.empty() && asked.revoked != "yes" && asked.revoked != "no") {
    return Error::invalid(std::string{tr<"revoked takes yes or no">()}, "revoked");
  }
  if (!asked.revoked.empty()) asked.filter.revoked = asked.revoked == "yes";
  asked.expired = request.query.get("expired");
  if (!asked.expired.empty() && asked.expired != "yes" && asked.expired != "no") {
    return Error::invalid(std::string{tr<"expired takes yes or no">()}, "expired");
  }
  if (!asked.expired.empty()) asked.filter.expired = asked.expired == "yes";
  asked.faded = request.query.get("faded");
  if (!asked.faded.empty() && asked.faded != "yes" && asked.faded != "no") {
    return Error::invalid(std::string{tr<"faded takes yes or no">()}, "faded");
  }
  if (!asked.faded.empty()) asked.filter.faded = asked.faded == "yes";
  // A form sends an empty one where nothing was chosen.
  asked.worth = request.query.get("confidence_now");
  if (!asked.worth.empty()) {
    TRY(asked.filter.confidence_now_least, request.integer("confidence_now", 1, 1, 100));
  }
  asked.duplicates = request.query.get("duplicates");
  if (!asked.duplicates.empty() && asked.duplicates != "yes" && asked.duplicates != "no") {
    return Error::invalid(std::string{tr<"duplicates takes yes or no">()}, "duplicates");
  }
  if (!asked.duplicates.empty()) asked.filter.duplicate = asked.duplicates == "yes";
  asked.modified_after = request.query.get("modified_after");
  if (!asked.modified_after.empty()) {
    const auto text = asked.modified_after.size() == 10 ? asked.modified_after + "T00:00:00Z" : asked.modified_after;
    const auto time = parse_rfc3339(text);
    if (!time) {
      return Error::invalid(std::string{tr<"modified_after takes a date such as 2026-01-31, or a time">()},
                            "modified_after");
    }
    asked.filter.modified_after = *time;
  }
  asked.cve = formats::cve::canonical(request.query.get("cve"));
  if (asked.cve.empty() && !request.query.get("cve").empty()) {
    return Error::invalid(std::string{tr<"cve takes an id such as CVE-2021-22893">()}, "cve");
  }
  asked.advisory = request.query.get("advisory");
  if (request.query.has("sort")) {
    const auto sort = threat::parse_sort(request.query.get("sort"));
    if (!sort)
      return Error::invalid(std::string{tr<"sort takes modified, name, type, confidence or confidence_now">()}, "sort");
    asked.sort = *sort;
  }
  return asked;
}

/// Only what names the vulnerabilities that are asked about.
Status narrow(store::Connection& connection, const http::Request& request, Asked& asked) {
  if (asked.cve.empty() && asked.advisory.empty()) return ok();
  std::vector<std::string> cves;
  if (!asked.advisory.empty()) {
    TRY(const auto record,
        store::Records{connection}.find(request.viewer, domain::RecordKind::advisory, asked.advisory, request.now));
    if (!record) return Error::not_found("advisory");
    TRY(cves, threat::vulnerabilities_of_advisory(connection, record->id));
    if (!asked.cve.empty()) std::erase_if(cves, [&](const std::string& each) { return each != asked.cve; });
  } else {
    cves.push_back(asked.cve);
  }
  return threat::only_naming(connection, request.viewer, cves, asked.filter, request.now);
}

std::string path_of(std::string_view base, const Asked& asked, std::string_view cursor = {}) {
  return http::with_query(
      std::string{base},
      {{"q", asked.filter.text},
       {"type", asked.filter.type},
       {"label", asked.filter.label},
       {"tlp", asked.tlp},
       {"revoked", asked.revoked},
       {"expired", asked.expired},
       {"faded", asked.faded},
       {"confidence_now", asked.worth},
       {"duplicates", asked.duplicates},
       {"modified_after", asked.modified_after},
       {"cve", asked.cve},
       {"advisory", asked.advisory},
       {"sort", asked.sort == threat::Sort::modified ? std::string_view{} : threat::to_string(asked.sort)},
       {"limit", asked.limit == kLimitDefault ? std::string{} : std::to_string(asked.limit)},
       {"cursor", cursor}});
}

void append_search(std::string& out, const Asked& asked) {
  render<
      "<form class=\"search-row search-row-wraps\" method=\"get\" action=\"/threats\" role=\"search\"><label "
      "class=\"hidden\" "
      "for=\"tq\">[[Words, names, ids or values]]</label><input class=\"search-input\" id=\"tq\" name=\"q\" "
      "value=\"{}\" placeholder=\"[[A name, an alias, T0883, a CVE, an address]]\">">(out, asked.filter.text);
  const auto keep = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) render<"<input type=\"hidden\" name=\"{}\" value=\"{}\">">(out, name, value);
  };
  keep("type", asked.filter.type);
  keep("label", asked.filter.label);
  keep("modified_after", asked.modified_after);
  keep("cve", asked.cve);
  keep("advisory", asked.advisory);
  if (asked.sort != threat::Sort::modified) keep("sort", threat::to_string(asked.sort));
  render<
      "<label class=\"hidden\" for=\"tt\">TLP</label><select id=\"tt\" name=\"tlp\"><option "
      "value=\"\">[[Any TLP]]</option>">(out);
  for (const auto tlp :
       {domain::Tlp::clear, domain::Tlp::green, domain::Tlp::amber, domain::Tlp::amber_strict, domain::Tlp::red}) {
    render<"<option value=\"{}\" {}>{}</option>">(
        out, domain::to_string(tlp), attribute_if<"selected">(asked.filter.tlp == tlp), domain::to_string(tlp));
  }
  render<
      "</select><label class=\"hidden\" for=\"tr\">[[Revoked]]</label><select id=\"tr\" name=\"revoked\"><option "
      "value=\"\">[[Revoked or not]]</option><option value=\"no\" {}>[[In force]]</option><option value=\"yes\" "
      "{}>[[#objects#Revoked]]</option></select><label class=\"hidden\" for=\"te\">[[#objects#Expired]]</label><select "
      "id=\"te\" name=\"expired\"><option value=\"\">[[Expired or not]]</option><option value=\"no\" "
      "{}>[[#objects#Not expired]]</option><option value=\"yes\" {}>[[#objects#Expired]]</option></select>">(
      out, attribute_if<"selected">(asked.revoked == "no"), attribute_if<"selected">(asked.revoked == "yes"),
      attribute_if<"selected">(asked.expired == "no"), attribute_if<"selected">(asked.expired == "yes"));
  render<
      "<label class=\"hidden\" for=\"tf\">[[#indicators#Faded]]</label><select id=\"tf\" name=\"faded\"><option "
      "value=\"\">[[Faded or not]]</option><option value=\"no\" {}>[[#indicators#Not faded]]</option><option "
      "value=\"yes\" {}>[[#indicators#Faded]]</option></select><label class=\"hidden\" for=\"tw\">[[Confidence that "
      "is left]]</label><select id=\"tw\" name=\"confidence_now\"><option value=\"\">[[Any confidence]]</option>">(
      out, attribute_if<"selected">(asked.faded == "no"), attribute_if<"selected">(asked.faded == "yes"));
  std::vector<std::int64_t> steps{25, 50, 75};
  const auto& least = asked.filter.confidence_now_least;
  if (least && std::ranges::find(steps, *least) == steps.end()) steps.push_back(*least);
  for (const auto step : steps) {
    render<"<option value=\"{}\" {}>{}</option>">(out, step, attribute_if<"selected">(least == step),
                                                  tr<"At least {} left">(step));
  }
  render<
      "</select><label class=\"hidden\" for=\"td\">[[#objects#Duplicates]]</label><select id=\"td\" "
      "name=\"duplicates\"><option value=\"\">[[With duplicates]]</option><option value=\"no\" {}>[[Without "
      "duplicates]]</option><option value=\"yes\" {}>[[Only duplicates]]</option></select><button "
      "class=\"button\">[[#verb#Find]]</button></form>\n">(out, attribute_if<"selected">(asked.duplicates == "no"),
                                                           attribute_if<"selected">(asked.duplicates == "yes"));
}

void append_types(std::string& out, const Asked& asked, const std::vector<threat::TypeCount>& types) {
  if (types.empty()) return;
  render<"<ul class=\"chips\" aria-label=\"[[By type]]\">\n">(out);
  for (const auto& each : types) {
    const bool selected = each.type == asked.filter.type;
    auto other = asked;
    other.filter.type = selected ? std::string{} : each.type;
    render<"<li><a class=\"chip{}\" href=\"{}\" {}>{} <span class=\"count\">{}</span></a></li>\n">(
        out, selected ? " chip-remove" : "", Url::own(path_of("/threats", other)),
        attribute_if<"aria-current">(selected, "true"), pages::threat_type_title(each.type),
        locale::number(each.count));
  }
  out += "</ul>\n";
  if (!asked.filter.label.empty()) {
    auto other = asked;
    other.filter.label.clear();
    render<"<p class=\"switch\">[[Only with the label <b>{}</b>. <a href=\"{}\">Show all</a>]]</p>\n">(
        out, asked.filter.label, Url::own(path_of("/threats", other)));
  }
}

void append_narrowed(std::string& out, const Asked& asked) {
  if (asked.cve.empty() && asked.advisory.empty()) return;
  auto other = asked;
  other.cve.clear();
  other.advisory.clear();
  const auto all = path_of("/threats", other);
  if (asked.advisory.empty()) {
    render<"<p class=\"switch\">[[Only what names <b>{}</b>. <a href=\"{}\">Show all</a>]]</p>\n">(out, asked.cve,
                                                                                                   Url::own(all));
  } else {
    render<
        "<p class=\"switch\">[[Only what names vulnerabilities of <a href=\"{}\">{}</a>. <a href=\"{}\">Show "
        "all</a>]]</p>\n">(out, Url::own(pages::advisory_url(asked.advisory)), asked.advisory, Url::own(all));
  }
}

void append_orders(std::string& out, const Asked& asked) {
  std::string orders;
  for (const auto& [sort, label] : kSorts) {
    if (!orders.empty()) orders += " · ";
    auto other = asked;
    other.sort = sort;
    if (sort == asked.sort) {
      render<"<b aria-current=\"true\">{}</b>">(orders, label);
    } else {
      render<"<a href=\"{}\">{}</a>">(orders, Url::own(path_of("/threats", other)), label);
    }
  }
  render<"<p class=\"switch\">[[Sorted by {}]]</p>\n">(out, Html::from_trusted(std::move(orders)));
}

void append_rows(std::string& out, const threat::Page& page, Timestamp now) {
  render<
      "<div class=\"table-wrap stack\"><table class=\"sortable\"><caption class=\"hidden\">[[Threats]]</caption><thead>"
      "<tr><th scope=\"col\">[[Name]]</th><th scope=\"col\">[[#object#Type]]</th><th scope=\"col\">TLP</th><th "
      "scope=\"col\" class=\"num\" data-first=\"descending\">[[Confidence]]</th><th scope=\"col\" class=\"num\" "
      "data-first=\"descending\">[[#confidence#Left]]</th><th scope=\"col\" "
      "data-first=\"descending\">[[#object#Changed]]</th></tr></thead><tbody>\n">(out);
  for (const auto& row : page.rows) {
    render<
        "<tr><td data-label=\"[[Name]]\"><a href=\"{}\">{}</a>{}{}{}{}</td><td "
        "data-label=\"[[#object#Type]]\">{}</td><td "
        "data-label=\"TLP\">{}</td><td class=\"num\" data-label=\"[[Confidence]]\" data-sort=\"{}\">{}</td><td "
        "class=\"num\" "
        "data-label=\"[[#confidence#Left]]\" data-sort=\"{}\">{}</td><td "
        "data-label=\"[[#object#Changed]]\">{}</td></tr>\n">(
        out, Url::own(pages::threat_url(row.id)), row.name, pages::revoked_tag(row.revoked),
        pages::expired_tag(threat::is_expired(row, now)),
        pages::faded_tag(row.faded && !row.revoked && !threat::is_expired(row, now)),
        pages::duplicate_tag(row.duplicate), pages::threat_type_title(row.type), pages::tlp_badge(row.tlp),
        row.confidence.value_or(-1), row.confidence ? std::to_string(*row.confidence) : std::string{},
        row.confidence_now.value_or(-1), row.confidence_now ? std::to_string(*row.confidence_now) : std::string{},
        row.modified ? pages::date_html(*row.modified) : Html{});
  }
  out += "</tbody></table></div>\n";
}

Result<http::Response> list(App& app, const http::Request& request) {
  TRY(auto asked, read_asked(request));
  threat::Page found;
  std::vector<threat::TypeCount> types;
  TRY_VOID(app.database().snapshot([&](store::Connection& connection) -> Status {
    TRY_VOID(narrow(connection, request, asked));
    TRY(found, threat::list(connection, request.viewer, asked.filter, asked.sort, asked.limit,
                            request.query.get("cursor"), request.now));
    TRY(types, threat::count_types(connection, request.viewer, asked.filter, request.now));
    return ok();
  }));
  const bool api = request.representation == http::Representation::json;
  const auto next = found.next_cursor.empty() ? std::string{}
                                              : path_of(api ? "/api/v1/threats" : "/threats", asked, found.next_cursor);
  if (api) {
    boost::json::array items, counts;
    for (const auto& row : found.rows) items.push_back(pages::listed_threat_json(row));
    for (const auto& each : types) {
      counts.push_back(boost::json::object{{"type", each.type}, {"count", each.count}});
    }
    auto out = pages::page_json(std::move(items), next, found.total);
    out["types"] = std::move(counts);
    return http::Response::json(json::write(out));
  }
  std::string main;
  render<
      "<header class=\"page-head\"><h1>[[Threats]]</h1></header>\n<p class=\"lead\">[[Who attacks, how and with what, "
      "and what helps: objects of STIX that the CERT and its partners share.]]</p>\n<p class=\"switch\"><b "
      "aria-current=\"true\">[[All objects]]</b> · <a href=\"/threats/attack\">ATT&amp;CK</a> · <a "
      "href=\"/threats/connections\">[[New connections]]</a> · <a href=\"/threats/values\">[[Look up a "
      "value]]</a></p>\n">(main);
  if (threat::may_share(access::actor(request))) {
    render<
        "<p class=\"actions no-print\"><a class=\"button\" href=\"{}\">[[Share what we saw]]</a> <a "
        "class=\"button-quiet\" href=\"{}\">[[Write an object]]</a> <a class=\"button-quiet\" href=\"{}\">[[Import a "
        "file]]</a> <a class=\"button-quiet\" href=\"{}\">[[What we shared]]</a></p>\n">(
        main, Url::own(std::string{pages::kSharePath}), Url::own(std::string{pages::kNewObjectPath}),
        Url::own(std::string{pages::kThreatImportPath}), Url::own(std::string{pages::kSharedPath}));
  }
  append_search(main, asked);
  append_types(main, asked, types);
  append_narrowed(main, asked);
  if (found.rows.empty()) {
    render<
        "<div class=\"callout\"><p>[[Nothing here for you. Try fewer words, or <a href=\"/threats\">show "
        "all</a>.]]</p></div>\n">(main);
  } else {
    render<"<p>{}</p>\n">(main, trn<"{} object", "{} objects">(found.total, locale::number(found.total)));
    append_orders(main, asked);
    append_rows(main, found, request.now);
  }
  pages::append_next(main, next);
  pages::Page page;
  page.title = tr<"Threats">();
  page.section = pages::Section::threats;
  page.main = Html::from_trusted(std::move(main));
  page.json_url = path_of("/api/v1/threats", asked);
  page.canonical = "/threats";
  return pages::render_page(app, request, page);
}

Result<threat::Threat> load(App& app, const http::Request& request) {
  TRY(auto found, app.database().snapshot([&](store::Connection& connection) {
    return threat::find(connection, request.viewer, request.parameter("id"), request.now);
  }));
  if (!found) return Error::not_found("threat");
  return *std::move(found);
}

/// Who looked is written down, as with advisories. No cache keeps it: the catalogue's generation knows nothing of it.
Result<http::Response> shown(App& app, const http::Request& request, const threat::Threat& threat, Looking looking,
                             http::Response response) {
  TRY(response, pages::looked_at(app, request, threat.record, looking, std::move(response)));
  response.cacheable = false;
  return response;
}

/// Who gave it, why the reader sees it, and whether they marked it as read.
Result<Html> above_html(App& app, const http::Request& request, const domain::Record& record) {
  TRY(const auto given, pages::given_html(app, request, record));
  TRY(const auto why, pages::why_html(app, request, record));
  TRY(const auto marks, pages::read_line_html(app, request, record));
  TRY(const auto author, pages::author_line_html(app, request, record));
  return Html::from_trusted(given.str() + why.str() + marks.str() + author.str());
}

Result<http::Response> detail(App& app, const http::Request& request) {
  if (request.representation == http::Representation::json) {
    TRY_VOID(request.only_known({}));
  } else {
    TRY_VOID(request.only_known({pages::kNoticeParameter}));
  }
  TRY(const auto found, load(app, request));
  TRY(const auto parsed, json::parse(found.bytes));
  TRY(const auto links, pages::object_links(app, request, found.record.key));
  TRY(const auto worth, app.database().snapshot([&](store::Connection& connection) {
    return pages::worth_of(connection, request.viewer, found.record, request.now);
  }));
  const auto* object = parsed.root().if_object();
  TRY(const auto products,
      pages::product_links(app, request, object == nullptr ? std::string{} : threat::product_text_of(*object)));
  if (request.representation == http::Representation::json) {
    auto body = pages::threat_json(found, parsed.root());
    body["vulnerabilities"] = pages::object_links_json(links);
    body["products"] = pages::product_links_json(products);
    body["confidence_now"] = worth ? boost::json::value(worth->decay.now) : boost::json::value(nullptr);
    body["decay"] = worth ? boost::json::value(pages::worth_json(*worth)) : boost::json::value(nullptr);
    return shown(app, request, found, Looking::read, http::Response::json(json::write(body)));
  }
  pages::Page page;
  page.title = found.record.title;
  page.section = pages::Section::threats;
  TRY(const auto above, above_html(app, request, found.record));
  TRY(const auto below, pages::comments_section_html(app, request, found.record));
  TRY(const auto shared, app.database().snapshot([&](store::Connection& connection) {
    return threat::correlations(connection, request.viewer, found, request.now);
  }));
  pages::SameView same;
  TRY(same.known, app.database().snapshot([&](store::Connection& connection) {
    return threat::sameness(connection, request.viewer, found.record.key, request.now);
  }));
  same.maybe = threat::maybe_same(found.record.key, shared, same.known);
  page.main = pages::threat_html(
      found, parsed.root(),
      {.above = above,
       .worth = worth ? pages::worth_html(*worth, request.now) : Html{},
       .same = pages::same_html(request, found.record, same),
       .links = Html::from_trusted(pages::object_links_html(links).str() + pages::product_links_html(products).str()),
       .through = pages::through_html(same.known, request.now),
       .shared = pages::correlations_html(shared),
       .below = below},
      request.now);
  page.json_url = "/api/v1" + pages::threat_url(found.record.key);
  page.canonical = pages::threat_url(found.record.key);
  page.noindex = found.record.tlp != domain::Tlp::clear;
  return shown(app, request, found, Looking::read, pages::render_page(app, request, page));
}

Result<http::Response> document(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto found, load(app, request));
  auto response = http::Response::json({});
  response.body = std::make_shared<const std::string>(found.bytes);
  response.content_type = "application/stix+json;version=2.1";
  response.etag = "\"" + found.record.sha512.substr(0, 32) + "\"";
  // An id is of letters, digits and hyphens: safe in a header.
  response.with("Content-Disposition", fmt::format("attachment; filename=\"{}.json\"", found.record.key));
  return shown(app, request, found, Looking::exported, std::move(response));
}

Result<http::Response> bundle(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto found, load(app, request));
  TRY(auto text, app.database().snapshot([&](store::Connection& connection) {
    return threat::bundle_of(connection, request.viewer, found, request.now);
  }));
  auto response = http::Response::json({});
  response.body = std::make_shared<const std::string>(std::move(text));
  response.content_type = "application/stix+json;version=2.1";
  response.with("Content-Disposition", fmt::format("attachment; filename=\"{}-bundle.json\"", found.record.slug));
  return shown(app, request, found, Looking::exported, std::move(response));
}

}  // namespace

void add_threat_report_routes(App& app, http::Router& router);    // threat_reports.cpp
void add_threat_feedback_routes(App& app, http::Router& router);  // threat_feedback.cpp
void add_threat_report_api(App& app, http::Router& router);       // api/threat_reports.cpp
void add_threat_author_routes(App& app, http::Router& router);    // threat_author.cpp
void add_threat_object_api(App& app, http::Router& router);       // api/threat_objects.cpp
void add_threat_import_routes(App& app, http::Router& router);    // threat_import.cpp
void add_threat_import_api(App& app, http::Router& router);       // api/threat_import.cpp

void add_threat_routes(App& app, http::Router& router) {
  add_threat_report_routes(app, router);
  add_threat_feedback_routes(app, router);
  add_threat_report_api(app, router);
  add_threat_author_routes(app, router);
  add_threat_object_api(app, router);
  add_threat_import_routes(app, router);
  add_threat_import_api(app, router);
  pages::add_attack_routes(app, router);
  pages::add_correlation_routes(app, router);
  pages::add_threat_graph_routes(app, router);
  pages::add_threat_same_routes(app, router);
  pages::add_resource(router, "/threats", "/api/v1/threats", "threats", "Threat knowledge: STIX objects",
                      [&app](const http::Request& request) { return list(app, request); });
  pages::add_resource(router, "/threats/{id}", "/api/v1/threats/{id}", "threat",
                      "One STIX object, and what it refers to and is referred to by",
                      [&app](const http::Request& request) { return detail(app, request); });
  http::Route route;
  route.pattern = "/api/v1/threats/{id}/document";
  route.name = "threat_document";
  route.summary = "A STIX object, byte for byte as it came";
  route.handler = [&app](const http::Request& request) { return document(app, request); };
  router.add(std::move(route));
  http::Route whole;
  whole.pattern = "/api/v1/threats/{id}/bundle";
  whole.name = "threat_report_bundle";
  whole.summary = "A STIX object as a bundle, a report with what it refers to";
  whole.handler = [&app](const http::Request& request) { return bundle(app, request); };
  router.add(std::move(whole));
}

}  // namespace tocsin::portal
