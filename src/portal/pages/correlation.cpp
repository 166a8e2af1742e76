#include <fmt/format.h>

#include "base/json.hpp"
#include "base/locale.hpp"
#include "base/messages.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/correlation_parts.hpp"
#include "portal/pages/correlation_rows.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"
#include "portal/pages/threat_html.hpp"
#include "portal/pages/threat_json.hpp"
#include "portal/pages/threat_names.hpp"

/// What has a value, and what arrived and shares something with what was here before.
namespace tocsin::portal::pages {
namespace {

namespace stix = formats::stix;
namespace threat = engine::threat;
using html::attribute_if;
using html::Html;
using html::render;
using html::Url;

constexpr int kLimitDefault = 50;
constexpr int kArrivalsDefault = 25;
constexpr const char* kValuesApi = "/api/v1/threats/values";
constexpr const char* kConnectionsApi = "/api/v1/threats/connections";

bool is_api(const http::Request& request) { return request.representation == http::Representation::json; }

Result<std::optional<threat::ValueKind>> asked_kind(const http::Request& request) {
  const auto text = request.query.get("kind");
  if (text.empty()) return std::optional<threat::ValueKind>{};
  const auto kind = stix::parse_value_kind(text);
  if (!kind) return Error::invalid(tr<"'{}' is no kind of value">(text), "kind");
  return kind;
}

std::string kind_text(std::optional<threat::ValueKind> kind) {
  return kind ? std::string{stix::to_string(*kind)} : std::string{};
}

Page page_of(std::string_view title, std::string main, std::string json_url, std::string canonical) {
  Page page;
  page.title = title;
  page.section = Section::threats;
  page.main = Html::from_trusted(std::move(main));
  page.json_url = std::move(json_url);
  page.canonical = std::move(canonical);
  page.noindex = true;
  return page;
}

/// The tables are asked each time: no cache keeps it.
http::Response uncached(http::Response response) {
  response.cacheable = false;
  return response;
}

// --- what has a value ---

struct AskedValue {
  std::string text;
  std::optional<threat::ValueKind> kind;
  int limit = kLimitDefault;
  std::vector<threat::SharedValue> meant;
};

struct FoundValue {
  std::vector<threat::Sharers> sharers;
  std::vector<threat::ThreatRow> rows;  ///< Of the only one.
  std::string next_cursor;
};

Result<FoundValue> look_up(App& app, const http::Request& request, const AskedValue& asked) {
  return app.database().snapshot([&](store::Connection& connection) -> Result<FoundValue> {
    FoundValue found;
    if (asked.meant.size() == 1) {
      TRY(auto page, threat::sharing(connection, request.viewer, asked.meant.front(), asked.limit,
                                     request.query.get("cursor"), request.now));
      found.sharers.push_back(std::move(page.sharers));
      found.rows = std::move(page.rows);
      found.next_cursor = std::move(page.next_cursor);
      return found;
    }
    TRY(found.sharers, threat::sharing_any(connection, request.viewer, asked.meant, request.now));
    return found;
  });
}

std::string path_of(std::string_view base, const AskedValue& asked, std::string_view cursor = {}) {
  return http::with_query(std::string{base},
                          {{"value", asked.text},
                           {"kind", kind_text(asked.kind)},
                           {"limit", asked.limit == kLimitDefault ? std::string{} : std::to_string(asked.limit)},
                           {"cursor", cursor}});
}

void append_kinds(std::string& out, std::optional<threat::ValueKind> chosen) {
  render<
      "<label class=\"hidden\" for=\"vk\">[[Kind of value]]</label><select id=\"vk\" name=\"kind\"><option "
      "value=\"\">[[Any kind of value]]</option>">(out);
  for (std::size_t i = 0; i < stix::kValueKinds; ++i) {
    const auto kind = static_cast<threat::ValueKind>(i);
    render<"<option value=\"{}\" {}>{}</option>">(out, stix::to_string(kind), attribute_if<"selected">(chosen == kind),
                                                  value_kind_title(kind));
  }
  out += "</select>";
}

void append_found(std::string& out, const AskedValue& asked, const FoundValue& found) {
  if (found.sharers.empty()) {
    render<"<div class=\"callout\"><p>[[Nothing here for you has this value.]]</p></div>\n">(out);
    return;
  }
  const bool only = asked.meant.size() == 1;
  for (const auto& each : found.sharers) {
    render<"<section><h2><a href=\"{}\">{}</a> <span class=\"note\">{}</span></h2>\n">(
        out, Url::own(value_url(each.value)), shown_value(each.value), value_kind_title(each.value.kind));
    if (each.set_aside != threat::SetAside::no) {
      render<"<p class=\"note\">[[Set aside where objects are compared:]] {}</p>\n">(out, why_aside(each));
    } else {
      render<"<p>{}</p>\n">(out, shared_by(each));
    }
    append_objects(out, only ? found.rows : each.first);
    if (!only && each.count > static_cast<std::int64_t>(each.first.size())) {
      render<"<p><a href=\"{}\">[[All that have it]]<span class=\"hidden\">: {}</span></a></p>\n">(
          out, Url::own(value_url(each.value)), shown_value(each.value));
    }
    out += "</section>\n";
  }
}

Result<http::Response> values(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"value", "kind", "limit", "cursor"}));
  AskedValue asked;
  asked.text = request.query.get("value");
  TRY(asked.kind, asked_kind(request));
  TRY(asked.limit, request.integer("limit", kLimitDefault, 1, threat::kLimitMax));
  if (is_api(request) && asked.text.empty()) {
    return Error::invalid(std::string{tr<"value takes an address, a hash, a name: what objects have in common">()},
                          "value");
  }
  asked.meant = stix::values_meant(asked.text, asked.kind);
  TRY(const auto found, look_up(app, request, asked));
  const auto next = found.next_cursor.empty()
                        ? std::string{}
                        : path_of(is_api(request) ? kValuesApi : kValuesPath, asked, found.next_cursor);
  if (is_api(request)) {
    boost::json::array items;
    for (const auto& each : found.sharers) {
      items.push_back(sharers_json(each, asked.meant.size() == 1 ? found.rows : each.first));
    }
    const auto total = static_cast<std::int64_t>(items.size());
    return uncached(http::Response::json(json::write(page_json(std::move(items), next, total))));
  }
  std::string main =
      breadcrumb_html({{"/threats", std::string{tr<"Threats">()}}, {"", std::string{tr<"Look up a value">()}}}).str();
  render<
      "<header class=\"page-head\"><h1>[[Look up a value]]</h1></header>\n<p class=\"lead\">[[An address, a hash, a "
      "file, a name: everything that has it. Also as it was made harmless (hxxp, [.]).]]</p>\n<form "
      "class=\"search-row search-row-wraps\" method=\"get\" action=\"{}\" role=\"search\"><label class=\"hidden\" "
      "for=\"vq\">[[#correlation#Value]]</label><input class=\"search-input\" id=\"vq\" name=\"value\" value=\"{}\" "
      "maxlength=\"2048\">">(main, Url::own(kValuesPath), asked.text);
  append_kinds(main, asked.kind);
  render<"<button class=\"button\">[[#verb#Find]]</button></form>\n">(main);
  if (!asked.text.empty()) append_found(main, asked, found);
  append_next(main, next);
  return uncached(render_page(app, request,
                              page_of(tr<"Look up a value">(), std::move(main),
                                      asked.text.empty() ? std::string{} : path_of(kValuesApi, asked), kValuesPath)));
}

// --- what arrived ---

void append_link(std::string& out, const threat::Link& link) {
  render<"<li><a href=\"{}\">{}</a> <span class=\"note\">{}{}</span>: ">(
      out, Url::own(value_url(link.value)), shown_value(link.value), value_kind_title(link.value.kind),
      link.value.derived ? tr<", follows from another value">() : std::string_view{});
  for (std::size_t i = 0; i < link.first.size(); ++i) {
    const auto& row = link.first[i];
    render<"{}<a href=\"{}\">{}</a> <span class=\"note\">{}</span>">(
        out, i == 0 ? std::string_view{} : std::string_view{", "}, Url::own(threat_url(row.id)), row.name,
        threat_type_title(row.type));
  }
  const auto left = link.earlier - static_cast<std::int64_t>(link.first.size());
  if (left > 0) {
    render<" <span class=\"note\">{}</span>">(out, trn<"and {} more", "and {} more">(left, locale::number(left)));
  }
  out += "</li>\n";
}

void append_arrivals(std::string& out, const threat::ArrivalsPage& page) {
  for (const auto& row : page.rows) {
    render<
        "<section><h2><a href=\"{}\">{}</a> <span class=\"note\">{}</span>{}</h2>\n<p>{} <span "
        "class=\"note\">[[Arrived]] {}</span></p>\n<ul>\n">(
        out, Url::own(threat_url(row.object.id)), row.object.name, threat_type_title(row.object.type),
        revoked_tag(row.object.revoked), tlp_badge(row.object.tlp), datetime_html(row.arrived));
    for (const auto& link : row.links) append_link(out, link);
    out += "</ul></section>\n";
  }
}

boost::json::object arrival_json(const threat::Arrival& arrival) {
  boost::json::array links;
  for (const auto& each : arrival.links) {
    auto link = value_json(each.value);
    link["earlier"] = each.earlier;
    link["objects"] = rows_json(each.first);
    links.push_back(std::move(link));
  }
  boost::json::object out;
  out["object"] = threat_row_json(arrival.object);
  out["arrived_date"] = format_rfc3339(arrival.arrived);
  out["links"] = std::move(links);
  return out;
}

Result<http::Response> connections(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"kind", "limit", "cursor"}));
  TRY(const auto kind, asked_kind(request));
  TRY(const int limit, request.integer("limit", kArrivalsDefault, 1, threat::kLimitMax));
  TRY(const auto found, app.database().snapshot([&](store::Connection& connection) {
    return threat::new_connections(connection, request.viewer, kind, limit, request.query.get("cursor"), request.now);
  }));
  const auto path = [&](const char* base, std::string_view cursor) {
    return http::with_query(base, {{"kind", kind_text(kind)},
                                   {"limit", limit == kArrivalsDefault ? std::string{} : std::to_string(limit)},
                                   {"cursor", cursor}});
  };
  const auto next = found.next_cursor.empty()
                        ? std::string{}
                        : path(is_api(request) ? kConnectionsApi : kConnectionsPath, found.next_cursor);
  if (is_api(request)) {
    boost::json::array items;
    for (const auto& each : found.rows) items.push_back(arrival_json(each));
    auto out = page_json(std::move(items), next, {});
    out["looked_at"] = found.looked_at;
    return uncached(http::Response::json(json::write(out)));
  }
  std::string main =
      breadcrumb_html({{"/threats", std::string{tr<"Threats">()}}, {"", std::string{tr<"New connections">()}}}).str();
  render<
      "<header class=\"page-head\"><h1>[[New connections]]</h1></header>\n<p class=\"lead\">[[What arrived and shares "
      "a "
      "rare value with what was here before, the latest first.]]</p>\n<form class=\"search-row search-row-wraps\" "
      "method=\"get\" action=\"{}\">">(main, Url::own(kConnectionsPath));
  append_kinds(main, kind);
  render<"<button class=\"button\">[[#verb#Show]]</button></form>\n">(main);
  if (found.rows.empty()) {
    render<"<div class=\"callout\"><p>[[None among what arrived in this time.]]</p></div>\n">(main);
  }
  append_arrivals(main, found);
  render<"<p class=\"note\">{}</p>\n">(
      main, trn<"{} object that arrived was looked at.", "{} objects that arrived were looked at.">(
                found.looked_at, locale::number(found.looked_at)));
  append_next(main, next);
  if (request.viewer.organisation) {
    render<
        "<p class=\"no-print\"><a href=\"/notifications/new?connections=yes\">[[Be told of new connections with what "
        "we shared]]</a></p>\n">(main);
  }
  return uncached(render_page(
      app, request, page_of(tr<"New connections">(), std::move(main), path(kConnectionsApi, {}), kConnectionsPath)));
}

Result<http::Response> of_object(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto found, app.database().snapshot([&](store::Connection& connection) -> Result<threat::Correlations> {
    TRY(const auto object, threat::find(connection, request.viewer, request.parameter("id"), request.now));
    if (!object) return Error::not_found("threat");
    return threat::correlations(connection, request.viewer, *object, request.now);
  }));
  return uncached(http::Response::json(json::write(correlations_json(found))));
}

}  // namespace

void add_correlation_routes(App& app, http::Router& router) {
  add_resource(router, kValuesPath, kValuesApi, "threat_values", "Everything that has a value",
               [&app](const http::Request& request) { return values(app, request); });
  add_resource(router, kConnectionsPath, kConnectionsApi, "threat_connections",
               "What arrived and shares a rare value with what was here before",
               [&app](const http::Request& request) { return connections(app, request); });
  http::Route route;
  route.pattern = "/api/v1/threats/{id}/correlations";
  route.name = "threat_correlations";
  route.summary = "What shares values with a STIX object, rarest first";
  route.handler = [&app](const http::Request& request) { return of_object(app, request); };
  router.add(std::move(route));
}

}  // namespace tocsin::portal::pages
