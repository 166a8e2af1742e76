#include <charconv>

#include "base/locale.hpp"
#include "base/messages.hpp"
#include "engine/exposure/aliases.hpp"
#include "engine/exposure/sharing.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"

/// What an organisation calls vendors and products, whether it contributes that, and for the CERT what enough
/// contributed.
namespace tocsin::portal {
namespace {

namespace exposure = engine::exposure;
using domain::Permission;
using html::Html;
using html::render;
using pages::Form;
using pages::FormMarkup;

constexpr const char* kPath = "/exposure/aliases";
constexpr const char* kOffersPath = "/exposure/alias-offers";

std::string_view kind_name(store::AliasKind kind) {
  switch (kind) {
    case store::AliasKind::vendor:
      return tr<"Vendor">();
    case store::AliasKind::product:
      return tr<"Product">();
    case store::AliasKind::order_number:
      break;
  }
  return tr<"Order number">();
}

std::string meaning(const std::string& vendor, const std::string& product) {
  return product.empty() || product.starts_with(vendor) ? (product.empty() ? vendor : product) : vendor + " " + product;
}

/// The engine says it in English, for the command line and programs.
std::string_view why_text(std::string_view why) {
  if (why == "is too long for a name") return tr<"is too long for a name">();
  if (why == "is too short for a name") return tr<"is too short for a name">();
  if (why == "looks like a mail address") return tr<"looks like a mail address">();
  if (why == "looks like a path") return tr<"looks like a path">();
  if (why == "looks like an address") return tr<"looks like an address">();
  if (why == "looks like a host name") return tr<"looks like a host name">();
  if (why == "looks like a serial number") return tr<"looks like a serial number">();
  return tr<"holds a name of the organisation or of its plants">();
}

std::int64_t number_in(std::string_view text) noexcept {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? number : 0;
}

bool may_contribute(const engine::Actor& actor) {
  return actor.may(Permission::manage_own_organisation) && actor.viewer.organisation &&
         *actor.viewer.organisation != domain::kOwnOrganisation;
}

boost::json::object key_json(const store::AliasKey& key, const std::string& vendor, const std::string& product) {
  boost::json::object out;
  out["kind"] = exposure::to_string(key.kind);
  out["of_vendor"] = nullptr;
  if (!key.of_vendor.empty()) out["of_vendor"] = key.of_vendor;
  out["vendor"] = vendor;
  out["product"] = nullptr;
  if (!product.empty()) out["product"] = product;
  return out;
}

// --- for an organisation ---

void append_own(std::string& out, const http::Request& request, const exposure::AliasesOf& found, bool edits) {
  render<"<section class=\"panel\" aria-labelledby=\"own\"><h2 id=\"own\">[[What we call things]]</h2>\n">(out);
  if (found.own.empty()) {
    render<
        "<p>[[Nothing was learnt yet. Whoever confirms under Exposure that a match is right teaches what the inventory "
        "calls its vendor and product.]]</p></section>\n">(out);
    return;
  }
  render<
      "<div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th scope=\"col\">[[In the inventory]]</th><th "
      "scope=\"col\">[[Means]]</th><th scope=\"col\">[[Confirmed]]</th><th scope=\"col\">[[For the "
      "community]]</th></tr></thead><tbody>\n">(out);
  for (const auto& [alias, why] : found.own) {
    Html shared = !found.contributes() ? html::fragment<"<span class=\"note\">[[no]]</span>">()
                  : why.empty()        ? html::fragment<"[[contributed]]">()
                                       : html::fragment<"<span class=\"note\">[[no: it {}]]</span>">(why_text(why));
    Html remove;
    if (edits) {
      remove = html::fragment<" {}">(pages::button_form(request, kPath, tr<"Forget">(),
                                                        {{"do", "forget"}, {"alias", std::to_string(alias.id)}},
                                                        FormMarkup::Button::quiet, alias.shown));
    }
    render<
        R"(<tr><th scope="row">{} <span class="note">{}</span></th><td data-label="[[Means]]">{}</td><td data-label="[[Confirmed]]">{} <span class="note">{}</span>{}</td><td data-label="[[For the community]]">{}</td></tr>
)">(out, alias.shown, kind_name(alias.key.kind), meaning(alias.vendor, alias.product),
        pages::date_html(alias.taught_at), alias.taught_by_name, remove, shared);
  }
  out += "</tbody></table></div></section>\n";
}

void append_community(std::string& out, const http::Request& request, const exposure::AliasesOf& found, bool edits) {
  if (found.community.empty()) return;
  render<
      "<section class=\"panel\" aria-labelledby=\"community\"><h2 id=\"community\">[[What the community calls "
      "things]]</h2>\n<p class=\"note\">[[Contributed by at least {} organisations, and accepted by the CERT. What is "
      "said above comes first.]]</p>\n<div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th "
      "scope=\"col\">[[In the inventory]]</th><th scope=\"col\">[[Means]]</th><th scope=\"col\">[[Accepted]]</th><th "
      "scope=\"col\">[[Used here]]</th></tr></thead><tbody>\n">(out, found.least);
  for (const auto& [alias, used] : found.community) {
    Html button;
    if (edits) {
      button =
          html::fragment<" {}">(pages::button_form(request, kPath, used ? tr<"Do not use it">() : tr<"Use it">(),
                                                   {{"do", used ? "deny" : "use"}, {"alias", std::to_string(alias.id)}},
                                                   FormMarkup::Button::quiet, alias.key.text));
    }
    render<
        R"(<tr><th scope="row">{} <span class="note">{}</span></th><td data-label="[[Means]]">{}</td><td data-label="[[Accepted]]">{}</td><td data-label="[[Used here]]">{}{}</td></tr>
)">(out, alias.key.text, kind_name(alias.key.kind), meaning(alias.vendor, alias.product),
        pages::date_html(alias.judged_at.value_or(alias.offered_at)),
        used ? html::fragment<"[[yes]]">() : html::fragment<"[[no]]">(), button);
  }
  out += "</tbody></table></div></section>\n";
}

void append_contribution(std::string& out, const http::Request& request, const exposure::AliasesOf& found,
                         const engine::Actor& actor) {
  render<
      "<section class=\"panel\" aria-labelledby=\"give\"><h2 id=\"give\">[[For the community]]</h2>\n<p>[[What several "
      "organisations call a thing helps all. Once at least {} organisations contribute the same, the CERT sees it, "
      "without who they are, and may accept it for everybody. What looks like a host name, an address, a serial number "
      "or a name of your plants is never contributed. Off until you switch it on; you can take it back at any time, "
      "and "
      "then nothing of yours counts any more.]]</p>\n">(out, found.least);
  if (!found.contributes()) {
    render<"<p>[[The organisation contributes nothing.]]</p>\n">(out);
  } else {
    render<"<p>[[The organisation contributes since {}.]] ">(out, pages::date_html(found.consents.front().granted_at));
    if (!found.consents.front().admitted_at) {
      render<"[[It counts once enough others come with it, so that nobody sees what is its own.]]">(out);
    }
    out += "</p>\n";
  }
  if (may_contribute(actor)) {
    out += found.contributes()
               ? pages::button_form(request, kPath, tr<"Take it back">(), {{"do", "stop"}}, FormMarkup::Button::danger)
                     .str()
               : pages::button_form(request, kPath, tr<"Contribute what we call things">(), {{"do", "contribute"}},
                                    FormMarkup::Button::normal)
                     .str();
  } else {
    render<"<p class=\"note\">[[Administrators of the organisation decide this.]]</p>\n">(out);
  }
  out += "</section>\n";
}

Result<http::Response> show(App& app, const http::Request& request, const Form& form) {
  const auto actor = access::actor(request);
  TRY(const auto found, exposure::aliases(app.database(), actor, request.now));
  const bool edits = actor.may(Permission::edit_inventory);
  std::string out;
  if (exposure::may_read_sums(actor)) {
    render<"<p><a href=\"/exposure/alias-offers\">[[What organisations contribute]]</a></p>\n">(out);
  }
  append_own(out, request, found, edits);
  append_community(out, request, found, edits);
  append_contribution(out, request, found, actor);
  return pages::form_answer(
      app, request,
      {.title = std::string{tr<"What things are called">()},
       .crumbs = {{"/exposure", std::string{tr<"Exposure">()}}, {"", std::string{tr<"What things are called">()}}},
       .lead = html::fragment<
           "[[When somebody confirms a match whose vendor or product the inventory names otherwise than the advisory, "
           "that name is remembered, and used at the next matches: less sure than what is built in, and said beside "
           "the match. Only advisories that everybody may read teach. A rejected match unteaches.]]">()},
      form, Html::from_trusted(std::move(out)));
}

Result<http::Response> get(App& app, const http::Request& request) {
  if (request.representation != http::Representation::json) {
    TRY_VOID(request.only_known({pages::kNoticeParameter}));
    return show(app, request, {});
  }
  TRY_VOID(request.only_known({}));
  TRY(const auto found, exposure::aliases(app.database(), access::actor(request), request.now));
  boost::json::object body;
  auto& own = body["aliases"].emplace_array();
  for (const auto& [alias, why] : found.own) {
    auto each = key_json(alias.key, alias.vendor, alias.product);
    each["id"] = alias.id;
    each["text"] = alias.shown;
    each["taught_at"] = format_rfc3339(alias.taught_at);
    each["taught_by"] = nullptr;
    if (!alias.taught_by_name.empty()) each["taught_by"] = alias.taught_by_name;
    each["not_contributed"] = nullptr;
    if (!why.empty()) each["not_contributed"] = why;
    own.push_back(std::move(each));
  }
  auto& community = body["community"].emplace_array();
  for (const auto& [alias, used] : found.community) {
    auto each = key_json(alias.key, alias.vendor, alias.product);
    each["id"] = alias.id;
    each["text"] = alias.key.text;
    each["accepted_at"] = format_rfc3339(alias.judged_at.value_or(alias.offered_at));
    each["used"] = used;
    community.push_back(std::move(each));
  }
  body["contributes"] = found.contributes();
  body["since"] = nullptr;
  if (found.contributes()) body["since"] = format_rfc3339(found.consents.front().granted_at);
  body["waits"] = found.contributes() && !found.consents.front().admitted_at;
  body["organisations_min"] = found.least;
  return api::personal_json(body);
}

Result<http::Response> post(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"do", "alias"}));
  const auto actor = access::actor(request);
  const auto what = form.get("do");
  const auto id = number_in(form.get("alias"));
  const auto act = [&]() -> Status {
    if (what == "contribute") return exposure::contribute_aliases(app.database(), actor, request.now);
    if (what == "stop") return exposure::stop_contributing(app.database(), actor, request.now);
    if (what == "forget") return exposure::forget_alias(app.database(), actor, id, request.now);
    return exposure::use_community_alias(app.database(), actor, id, what == "use", request.now);
  };
  if (const auto done = act(); !done) {
    TRY_VOID(form.take(done.error()));
    return show(app, request, form);
  }
  return pages::done(kPath, "saved");
}

// --- for the CERT ---

void append_offers(std::string& out, const http::Request& request, const std::vector<store::CommunityAlias>& list,
                   bool accept, bool refuse) {
  render<
      "<div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th scope=\"col\">[[In inventories]]</th><th "
      "scope=\"col\">[[Means]]</th><th scope=\"col\">[[Organisations]]</th><th scope=\"col\">[[Since]]</th><td></td>"
      "</tr></thead><tbody>\n">(out);
  for (const auto& alias : list) {
    std::string buttons;
    const auto id = std::to_string(alias.id);
    if (accept) {
      buttons += pages::button_form(request, kOffersPath, tr<"Accept">(), {{"do", "accept"}, {"alias", id}},
                                    FormMarkup::Button::quiet, alias.key.text)
                     .str();
    }
    if (refuse) {
      buttons += pages::button_form(request, kOffersPath, tr<"Refuse">(), {{"do", "refuse"}, {"alias", id}},
                                    FormMarkup::Button::quiet, alias.key.text)
                     .str();
    }
    const auto of = alias.key.of_vendor.empty()
                        ? Html{}
                        : html::fragment<" <span class=\"note\">[[of {}]]</span>">(alias.key.of_vendor);
    render<
        R"(<tr><th scope="row">{}{} <span class="note">{}</span></th><td data-label="[[Means]]">{}</td><td data-label="[[Organisations]]">[[at least {}]]</td><td data-label="[[Since]]">{}</td><td><div class="actions">{}</div></td></tr>
)">(out, alias.key.text, of, kind_name(alias.key.kind), meaning(alias.vendor, alias.product), alias.least,
        pages::date_html(alias.judged_at.value_or(alias.offered_at)), Html::from_trusted(std::move(buttons)));
  }
  out += "</tbody></table></div>\n";
}

Result<http::Response> show_offers(App& app, const http::Request& request, const Form& form) {
  TRY(const auto found, exposure::offered_aliases(app.database(), access::actor(request)));
  std::string out;
  render<"<section class=\"panel\" aria-labelledby=\"offered\"><h2 id=\"offered\">[[To be judged]]</h2>\n">(out);
  if (found.offered.empty()) {
    render<"<p>[[Nothing waits that at least {} organisations contributed. It is counted once a day.]]</p>\n">(
        out, found.least);
  } else {
    append_offers(out, request, found.offered, true, true);
  }
  out += "</section>\n";
  if (!found.accepted.empty()) {
    render<"<section class=\"panel\" aria-labelledby=\"accepted\"><h2 id=\"accepted\">[[Accepted]]</h2>\n">(out);
    append_offers(out, request, found.accepted, false, true);
    out += "</section>\n";
  }
  if (!found.refused.empty()) {
    render<"<section class=\"panel\" aria-labelledby=\"refused\"><h2 id=\"refused\">[[Refused]]</h2>\n">(out);
    append_offers(out, request, found.refused, true, false);
    out += "</section>\n";
  }
  return pages::form_answer(
      app, request,
      {.title = std::string{tr<"What organisations contribute">()},
       .crumbs = {{"/exposure", std::string{tr<"Exposure">()}},
                  {"", std::string{tr<"What organisations contribute">()}}},
       .lead = html::fragment<
           "[[What organisations call vendors and products, learnt from confirmed matches. What you accept is used at "
           "everybody's next matches, with its source said. Shown is only what at least {} organisations contributed; "
           "which ones, and how many more, nobody is told.]]">(found.least)},
      form, Html::from_trusted(std::move(out)));
}

Result<http::Response> get_offers(App& app, const http::Request& request) {
  if (request.representation != http::Representation::json) {
    TRY_VOID(request.only_known({pages::kNoticeParameter}));
    return show_offers(app, request, {});
  }
  TRY_VOID(request.only_known({}));
  TRY(const auto found, exposure::offered_aliases(app.database(), access::actor(request)));
  boost::json::object body;
  body["organisations_min"] = found.least;
  const auto add = [&](std::string_view name, const std::vector<store::CommunityAlias>& list) {
    auto& into = body[name].emplace_array();
    for (const auto& alias : list) {
      auto each = key_json(alias.key, alias.vendor, alias.product);
      each["id"] = alias.id;
      each["text"] = alias.key.text;
      each["offered_at"] = format_rfc3339(alias.offered_at);
      each["organisations_min"] = alias.least;
      into.push_back(std::move(each));
    }
  };
  add("offered", found.offered);
  add("accepted", found.accepted);
  add("refused", found.refused);
  return api::personal_json(body);
}

Result<http::Response> post_offers(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"do", "alias"}));
  const auto done = exposure::judge_alias(app.database(), access::actor(request), number_in(form.get("alias")),
                                          form.get("do") == "accept", request.now);
  if (!done) {
    TRY_VOID(form.take(done.error()));
    return show_offers(app, request, form);
  }
  return pages::done(kOffersPath, "saved");
}

// --- programs ---

Result<http::Response> api_forget(App& app, const http::Request& request) {
  TRY_VOID(exposure::forget_alias(app.database(), access::actor(request), number_in(request.parameter("alias")),
                                  request.now));
  return http::Response::nothing();
}

Result<http::Response> api_use(App& app, const http::Request& request) {
  TRY(const auto body, api::Body::read(request, {"use"}));
  TRY(const auto use, body.flag("use"));
  if (!use) return Error::invalid(std::string{tr<"say true or false">()}, "use");
  TRY_VOID(exposure::use_community_alias(app.database(), access::actor(request), number_in(request.parameter("alias")),
                                         *use, request.now));
  return http::Response::nothing();
}

Result<http::Response> api_contribute(App& app, const http::Request& request) {
  TRY_VOID(exposure::contribute_aliases(app.database(), access::actor(request), request.now));
  return http::Response::nothing();
}

Result<http::Response> api_stop(App& app, const http::Request& request) {
  TRY_VOID(exposure::stop_contributing(app.database(), access::actor(request), request.now));
  return http::Response::nothing();
}

Result<http::Response> api_judge(App& app, const http::Request& request) {
  TRY(const auto body, api::Body::read(request, {"accept"}));
  TRY(const auto accept, body.flag("accept"));
  if (!accept) return Error::invalid(std::string{tr<"say true or false">()}, "accept");
  TRY_VOID(exposure::judge_alias(app.database(), access::actor(request), number_in(request.parameter("alias")), *accept,
                                 request.now));
  return http::Response::nothing();
}

}  // namespace

void add_exposure_aliases_routes(App& app, http::Router& router) {
  pages::add_resource(
      router, kPath, "/api/v1/exposure/aliases", "exposure_aliases", "What an organisation calls vendors and products",
      [&app](const http::Request& request) { return get(app, request); }, Permission::read_inventory);
  pages::add_resource(
      router, kOffersPath, "/api/v1/exposure/alias-offers", "exposure_alias_offers",
      "What enough organisations call vendors and products",
      [&app](const http::Request& request) { return get_offers(app, request); }, Permission::read_inventory);
  // Which of them somebody may, the engine asks.
  pages::add_page(
      router, http::Method::post, kPath, "exposure_aliases_post", Permission::edit_inventory,
      [&app](const http::Request& request) { return post(app, request); },
      [](http::Route& route) { route.session_only = true; });
  pages::add_page(
      router, http::Method::post, kOffersPath, "exposure_alias_offers_post", Permission::edit_inventory,
      [&app](const http::Request& request) { return post_offers(app, request); },
      [](http::Route& route) { route.session_only = true; });
  const api::WriteRoute routes[] = {{.method = http::Method::delete_,
                                     .pattern = "/api/v1/exposure/aliases/{alias}",
                                     .name = "exposure_alias_forget",
                                     .summary = "Forget what a vendor or product is called",
                                     .permission = Permission::edit_inventory,
                                     .handler = api_forget},
                                    {.method = http::Method::put,
                                     .pattern = "/api/v1/exposure/community-aliases/{alias}",
                                     .name = "exposure_alias_use",
                                     .summary = "Use one of the community's aliases, or do not",
                                     .permission = Permission::edit_inventory,
                                     .handler = api_use},
                                    {.method = http::Method::put,
                                     .pattern = "/api/v1/exposure/alias-contribution",
                                     .name = "exposure_alias_contribute",
                                     .summary = "Contribute the organisation's aliases to the community's",
                                     .permission = Permission::manage_own_organisation,
                                     .handler = api_contribute},
                                    {.method = http::Method::delete_,
                                     .pattern = "/api/v1/exposure/alias-contribution",
                                     .name = "exposure_alias_stop",
                                     .summary = "Take that back",
                                     .permission = Permission::manage_own_organisation,
                                     .handler = api_stop},
                                    {.method = http::Method::put,
                                     .pattern = "/api/v1/exposure/alias-offers/{alias}",
                                     .name = "exposure_alias_judge",
                                     .summary = "Accept or refuse an alias for the community",
                                     .permission = Permission::edit_inventory,
                                     .handler = api_judge}};
  for (const auto& route : routes) api::add_write_route(app, router, route);
}

}  // namespace tocsin::portal
