#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "exchange/hook_sender.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"
#include "portal/pages/webhook_parts.hpp"

/// Webhooks of the organisation acted for: the list, and one with its deliveries.
namespace tocsin::portal {

namespace hooks = engine::hooks;

namespace pages {

std::string webhook_url(std::int64_t id) { return fmt::format("/webhooks/{}", id); }

Result<hooks::WebhookRow> webhook_of(App& app, const http::Request& request) {
  const auto id = id_in_path(request, "webhook");
  if (!id) return Error::not_found("webhook");
  TRY(auto found, hooks::find(app.database(), access::actor(request), *id));
  if (!found) return Error::not_found("webhook");
  return std::move(*found);
}

Result<const hooks::Hooks*> hooks_of(const App& app) {
  if (app.hooks_desk() == nullptr) return Error::conflict(std::string{tr<"This portal has no webhooks">()});
  return app.hooks_desk();
}

void wake_hooks(const App& app) {
  if (app.hook_sender() != nullptr) app.hook_sender()->wake();
}

boost::json::object webhook_json(const hooks::WebhookRow& row) {
  boost::json::object out;
  out["id"] = row.it.id;
  out["page"] = webhook_url(row.it.id);
  out["name"] = row.it.name;
  out["url"] = row.it.url;
  boost::json::object organisation;
  organisation["id"] = row.it.organisation.value;
  organisation["name"] = row.organisation_name;
  out["organisation"] = std::move(organisation);
  boost::json::object person;
  person["id"] = row.it.person.value;
  person["name"] = row.person_name;
  out["person"] = std::move(person);
  out["enabled"] = row.it.enabled;
  out["disabled_reason"] = row.it.disabled_reason;
  out["created_at"] = format_rfc3339(row.it.created_at);
  out["failures"] = row.it.failures;
  out["succeeded_at"] = time_json(row.it.succeeded_at);
  out["failed_at"] = time_json(row.it.failed_at);
  out["waiting"] = out["delivered"] = out["dead"] = nullptr;
  if (row.shows_deliveries) {
    out["waiting"] = row.counts.waiting;
    out["delivered"] = row.counts.delivered;
    out["dead"] = row.counts.dead;
  }
  return out;
}

boost::json::object delivery_json(const store::WebhookDelivery& delivery) {
  boost::json::object out;
  out["id"] = delivery.id;
  out["message_id"] = delivery.message_id;
  out["type"] = delivery.type;
  out["state"] = store::to_string(delivery.state);
  out["attempts"] = delivery.attempts;
  out["created_at"] = format_rfc3339(delivery.created_at);
  out["next_try_at"] = nullptr;
  if (delivery.state == store::DeliveryState::waiting) out["next_try_at"] = format_rfc3339(delivery.next_try_at);
  out["delivered_at"] = time_json(delivery.delivered_at);
  out["last_status"] = nullptr;
  if (delivery.last_status) out["last_status"] = *delivery.last_status;
  out["problem"] = delivery.problem;
  return out;
}

}  // namespace pages

namespace {

using domain::Permission;
using html::fragment;
using html::Html;
using html::render;
using html::Url;
using pages::FormMarkup;
using store::DeliveryState;

constexpr const char* kHere = "/webhooks";

Html state_of(const hooks::WebhookRow& row) {
  if (!row.it.enabled) return fragment<"<span class=\"tag\">[[#a webhook#disabled]]</span>">();
  if (row.it.failures > 0) return fragment<"<span class=\"tag tag-warn\">[[#a webhook#does not answer]]</span>">();
  return fragment<"<span class=\"tag tag-active\">[[#a webhook#enabled]]</span>">();
}

std::string counted(std::int64_t count) { return text::thousands(count); }
/// In a list, where some rows' are for others.
std::string shown(const hooks::WebhookRow& row, std::int64_t count) {
  return row.shows_deliveries ? counted(count) : std::string{"–"};
}
Html last_success(const hooks::WebhookRow& row) {
  if (!row.shows_deliveries) return Html::from_text("–");
  return row.it.succeeded_at ? pages::datetime_html(*row.it.succeeded_at) : Html::from_text(tr<"never">());
}

Result<http::Response> get_list(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  TRY(const auto rows, hooks::list(app.database(), access::actor(request)));
  if (request.representation == http::Representation::json) {
    boost::json::array items;
    for (const auto& row : rows) items.push_back(pages::webhook_json(row));
    const auto total = static_cast<std::int64_t>(items.size());
    return api::personal_json(pages::page_json(std::move(items), "", total));
  }
  std::string out;
  render<
      "<div class=\"page-head\"><h1>[[Webhooks]]</h1><p class=\"actions\"><a class=\"button\" "
      "href=\"/webhooks/new\">[[New webhook]]</a></p></div>\n<p class=\"lead\">[[Your programs are told what is new, "
      "signed, at an address of yours: a SIEM, a ticket system, a chat.]]</p>\n">(out);
  if (app.hooks_desk() == nullptr || !app.hooks_desk()->options().on) {
    render<"<p class=\"callout\">[[Nothing is sent from here: this is a demonstration.]]</p>\n">(out);
  }
  if (rows.empty()) {
    render<"<p class=\"panel\">[[Your organisation has none.]]</p>\n">(out);
  } else {
    render<
        "<div class=\"table-wrap stack\"><table><thead><tr><th>[[Name]]</th><th>[[Address]]</th><th>[[State]]</th>"
        "<th>[[#webhook#On behalf of]]</th><th>[[#deliveries#Waiting]]</th><th>[[#deliveries#Dead]]</th>"
        "<th>[[#webhook#Last success]]</th></tr></thead><tbody>\n">(out);
    for (const auto& row : rows) {
      render<
          "<tr><th scope=\"row\"><a href=\"{}\">{}</a></th><td data-label=\"[[Address]]\"><span "
          "class=\"id\">{}</span></td><td data-label=\"[[State]]\">{}</td><td data-label=\"[[#webhook#On behalf "
          "of]]\">{}</td><td data-label=\"[[#deliveries#Waiting]]\">{}</td><td "
          "data-label=\"[[#deliveries#Dead]]\">{}</td><td data-label=\"[[#webhook#Last success]]\">{}</td></tr>\n">(
          out, Url::own(pages::webhook_url(row.it.id)), row.it.name, hooks::host_of(row.it.url), state_of(row),
          row.person_name, shown(row, row.counts.waiting), shown(row, row.counts.dead), last_success(row));
    }
    out += "</tbody></table></div>\n";
  }
  render<
      "<p class=\"note\">[[How a receiver checks the signature, and what it is told, is described in the <a "
      "href=\"/api\">API</a>.]]</p>\n">(out);
  pages::Page page;
  page.title = tr<"Webhooks">();
  page.json_url = "/api/v1/webhooks";
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), kHere);
}

Html delivery_state(const store::WebhookDelivery& delivery, Timestamp now) {
  switch (delivery.state) {
    case DeliveryState::delivered:
      return fragment<"<span class=\"tag tag-active\">[[#a delivery#delivered]]</span>">();
    case DeliveryState::dead:
      return fragment<"<span class=\"tag tag-warn\">[[#a delivery#dead]]</span>">();
    case DeliveryState::waiting:
      break;
  }
  if (delivery.next_try_at <= now) return fragment<"<span class=\"tag\">[[#a delivery#waits]]</span>">();
  return fragment<"<span class=\"tag\">[[#a delivery#waits]]</span> [[next try {}]]">(
      pages::datetime_html(delivery.next_try_at));
}

void append_deliveries(std::string& out, const http::Request& request, const hooks::WebhookRow& row,
                       const std::vector<store::WebhookDelivery>& rows) {
  const auto url = pages::webhook_url(row.it.id);
  render<"<section class=\"panel\" aria-labelledby=\"deliveries\"><h2 id=\"deliveries\">[[Deliveries]]</h2>\n">(out);
  if (row.counts.dead > 0 && row.it.enabled) {
    out += "<p>" +
           pages::button_form(request, url + "/replay", tr<"Try all dead ones again">(), {}, FormMarkup::Button::normal)
               .str() +
           "</p>\n";
  }
  if (rows.empty()) {
    render<"<p class=\"note\">[[None yet. Send a test to see whether it arrives.]]</p></section>\n">(out);
    return;
  }
  render<
      "<div class=\"table-wrap stack\"><table><thead><tr><th>[[What]]</th><th>[[Written]]</th><th>[[State]]</th>"
      "<th>[[Tries]]</th><th>[[#of a server#Answer]]</th><th>[[Last problem]]</th><th><span "
      "class=\"hidden\">[[Actions]]</span></th></tr></thead><tbody>\n">(out);
  for (const auto& each : rows) {
    const auto action = each.state == DeliveryState::dead && row.it.enabled
                            ? pages::button_form(request, fmt::format("{}/deliveries/{}/replay", url, each.id),
                                                 tr<"Try again">(), {}, FormMarkup::Button::quiet, each.message_id)
                            : Html{};
    render<
        "<tr><th scope=\"row\"><code>{}</code></th><td data-label=\"[[Written]]\">{}</td><td "
        "data-label=\"[[State]]\">{}</td><td data-label=\"[[Tries]]\">{}</td><td data-label=\"[[#of a "
        "server#Answer]]\">{}</td><td data-label=\"[[Last problem]]\">{}</td><td>{}</td></tr>\n">(
        out, each.type, pages::datetime_html(each.created_at), delivery_state(each, request.now), each.attempts,
        each.last_status ? std::to_string(*each.last_status) : std::string{"–"},
        each.problem.empty() ? std::string{"–"} : each.problem, action);
  }
  out += "</tbody></table></div>\n";
  const auto all = row.counts.waiting + row.counts.delivered + row.counts.dead;
  if (all > static_cast<std::int64_t>(rows.size())) {
    render<"<p class=\"note\">[[{} of {} are shown.]]</p>\n">(out, rows.size(), counted(all));
  }
  render<
      "<p class=\"note\">[[What was told is not shown, for it may be for another's eyes. Delivered ones are kept for a "
      "week, dead ones for a month.]]</p></section>\n">(out);
}

Result<http::Response> get_one(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  TRY(const auto row, pages::webhook_of(app, request));
  if (request.representation == http::Representation::json) return api::personal_json(pages::webhook_json(row));
  std::vector<store::WebhookDelivery> rows;
  if (row.shows_deliveries) {
    TRY(rows, hooks::deliveries(app.database(), access::actor(request), row.it.id));
  }
  const auto url = pages::webhook_url(row.it.id);
  std::string out = pages::breadcrumb_html({{kHere, std::string{tr<"Webhooks">()}}, {"", row.it.name}}).str();
  render<"<div class=\"page-head\"><div><p class=\"badges\">{}</p><h1>{}</h1></div><div class=\"actions\">">(
      out, state_of(row), row.it.name);
  if (row.it.enabled) out += pages::button_form(request, url + "/test", tr<"Send a test">()).str();
  render<" <a class=\"button-quiet\" href=\"{}\">[[Edit]]</a> ">(out, Url::own(url + "/edit"));
  render<"<a class=\"button-quiet\" href=\"{}\">[[New secret]]</a> ">(out, Url::own(url + "/rotate"));
  render<"<a class=\"button-quiet\" href=\"{}\">[[Remove]]</a></div></div>\n">(out, Url::own(url + "/remove"));
  if (!row.it.enabled) {
    render<"<p class=\"callout callout-warn\">[[<b>Nothing is sent to it.</b> {}.]]</p>\n">(
        out, tr_text(row.it.disabled_reason));
  } else if (row.it.failures > 0) {
    render<
        "<p class=\"callout callout-warn\">[[<b>Its server does not answer as it should.</b> Nothing is lost: it is "
        "tried again, with longer pauses, for about three days.]]</p>\n">(out);
  }
  out += "<dl class=\"kv\">\n";
  pages::append_fact(out, tr<"Address">(), row.it.url);
  pages::append_fact(out, tr<"#webhook#On behalf of">(), row.person_name);
  pages::append_fact(out, tr<"#webhook#Made">(), pages::datetime_html(row.it.created_at));
  if (row.it.succeeded_at) {
    pages::append_fact(out, tr<"#webhook#Last success">(), pages::datetime_html(*row.it.succeeded_at));
  }
  if (row.it.failed_at) pages::append_fact(out, tr<"#webhook#Last failure">(), pages::datetime_html(*row.it.failed_at));
  if (row.shows_deliveries) {
    pages::append_fact(out, tr<"#deliveries#Waiting">(), counted(row.counts.waiting));
    pages::append_fact(out, tr<"#deliveries#Delivered">(), counted(row.counts.delivered));
    pages::append_fact(out, tr<"#deliveries#Dead">(), counted(row.counts.dead));
  }
  out += "</dl>\n";
  if (row.shows_deliveries) {
    append_deliveries(out, request, row, rows);
  } else {
    render<
        "<p class=\"note\">[[What is delivered on somebody's behalf is for them and for the organisation's "
        "administrators.]]</p>\n">(out);
  }
  pages::Page page;
  page.title = row.it.name;
  page.json_url = "/api/v1" + url;
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), kHere);
}

}  // namespace

void add_webhook_routes(App& app, http::Router& router) {
  constexpr auto kManage = Permission::manage_own_organisation;
  pages::add_resource(
      router, "/webhooks", "/api/v1/webhooks", "webhooks", "Webhooks of the organisation acted for",
      [&app](const http::Request& request) { return get_list(app, request); }, kManage);
  pages::add_resource(
      router, "/webhooks/{webhook}", "/api/v1/webhooks/{webhook}", "webhook", "One webhook",
      [&app](const http::Request& request) { return get_one(app, request); }, kManage);
}

}  // namespace tocsin::portal
