#include "portal/pages/threat_same.hpp"

#include <fmt/format.h>

#include "base/locale.hpp"
#include "base/messages.hpp"
#include "engine/threat/author.hpp"
#include "engine/threat/graph.hpp"
#include "engine/threat/report.hpp"
#include "formats/stix/facts.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/manage.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"
#include "portal/pages/threat_html.hpp"
#include "portal/pages/threat_json.hpp"
#include "portal/pages/threat_names.hpp"

namespace tocsin::portal {
namespace {

namespace threat = engine::threat;
using html::Html;
using html::render;
using html::Url;
using pages::Form;

Result<pages::SameView> view_of(store::Connection& connection, const http::Request& request,
                                const threat::Threat& object) {
  pages::SameView out;
  TRY(out.known, threat::sameness(connection, request.viewer, object.record.key, request.now));
  TRY(const auto shared, threat::correlations(connection, request.viewer, object, request.now));
  out.maybe = threat::maybe_same(object.record.key, shared, out.known);
  return out;
}

// --- the form ---

struct Target {
  domain::Record record;
  std::string url;
};
Result<Target> load(App& app, const http::Request& request) {
  TRY_VOID(threat::may_share(access::actor(request)));
  TRY(auto record, pages::record_of(app, request));
  auto url = pages::threat_url(record.slug);
  return Target{.record = std::move(record), .url = std::move(url)};
}

Result<http::Response> form_page(App& app, const http::Request& request, const Target& target, const Form& form) {
  auto title = tr<"The same as another: {}">(target.record.title);
  std::string main = pages::breadcrumb_html(
                         {{"/threats", std::string{tr<"Threats">()}}, {target.url, target.record.title}, {"", title}})
                         .str();
  render<"<div class=\"page-head\"><h1>{}</h1></div>\n">(main, title);
  main += pages::error_summary(form).str();
  render<
      "<p class=\"lead\">[[Say that this object and another one are the same thing, and why. Both stay as they are; "
      "whoever sees both is told, and reads what is connected with either. You can take it back.]]</p>\n">(main);
  pages::FormMarkup markup{request, target.url + "/same", form};
  markup.input({.name = "of",
                .label = tr<"The one that stands for both">(),
                .hint = tr<"Its name, its STIX id, or the address of its page.">(),
                .required = true});
  markup.input({.name = "reason",
                .label = tr<"Why">(),
                .hint = tr<"Whoever sees both objects reads this.">(),
                .maxlength = static_cast<int>(threat::kReasonBytesMax),
                .required = true});
  main += markup.submit(tr<"Say so">(), pages::FormMarkup::Button::normal, target.url).str();
  pages::Page page;
  page.title = std::move(title);
  page.section = pages::Section::threats;
  page.main = Html::from_trusted(std::move(main));
  return pages::form_page(app, request, std::move(page), form);
}

Result<http::Response> get_same(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"of"}));
  TRY(const auto target, load(app, request));
  Form form;
  form.with("of", std::string{request.query.get("of")});
  return form_page(app, request, target, form);
}

Result<http::Response> post_same(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto target, load(app, request));
  TRY(auto form, Form::read(request, {"of", "reason"}));
  const auto said = threat::say_same(app.database(), access::actor(request), target.record.key, form.get("of"),
                                     form.get("reason"), request.now);
  if (!said) {
    TRY_VOID(form.take(said.error()));
    return form_page(app, request, target, form);
  }
  return pages::done(target.url, "saved");
}

Result<http::Response> post_withdraw(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto target, load(app, request));
  TRY_VOID(Form::read(request, {}));
  TRY_VOID(threat::take_back_same(app.database(), access::actor(request), target.record.key,
                                  request.parameter("relationship"), request.now));
  return pages::done(target.url, "withdrawn");
}

// --- the API ---

Result<http::Response> list(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto view, app.database().snapshot([&](store::Connection& connection) -> Result<pages::SameView> {
    TRY(const auto found, threat::find(connection, request.viewer, request.parameter("id"), request.now));
    if (!found) return Error::not_found("threat");
    return view_of(connection, request, *found);
  }));
  boost::json::array items, through, maybe;
  for (const auto& each : view.known.said) {
    items.push_back(boost::json::object{{"relationship", each.via},
                                        {"is_duplicate", each.is_duplicate},
                                        {"object", pages::threat_row_json(each.other)},
                                        {"reason", each.reason},
                                        {"by", each.by},
                                        {"own", each.own}});
  }
  for (const auto& each : view.known.through) {
    through.push_back(boost::json::object{{"duplicate", each.duplicate.id},
                                          {"verb", each.edge.verb},
                                          {"outgoing", each.edge.outgoing},
                                          {"relationship", each.edge.via},
                                          {"object", pages::threat_row_json(each.edge.other)}});
  }
  for (const auto& each : view.maybe) maybe.push_back(pages::threat_row_json(each));
  return api::personal_json({{"items", std::move(items)},
                             {"through", std::move(through)},
                             {"more_through", view.known.more_through},
                             {"maybe", std::move(maybe)}});
}

Result<http::Response> post_duplicate(App& app, const http::Request& request) {
  TRY_VOID(threat::may_share(access::actor(request)));
  TRY(const auto body, api::Body::read(request, {"of", "reason"}));
  TRY(const auto of, body.text("of"));
  TRY(const auto reason, body.text("reason"));
  TRY(const auto made, threat::say_same(app.database(), access::actor(request), request.parameter("id"),
                                        of.value_or(""), reason.value_or(""), request.now));
  return api::personal_json({{"relationship", made}, {"url", pages::threat_url(made)}}, 201)
      .with("Location", "/api/v1/threats/" + made);
}

Result<http::Response> delete_duplicate(App& app, const http::Request& request) {
  TRY_VOID(threat::take_back_same(app.database(), access::actor(request), request.parameter("id"),
                                  request.parameter("relationship"), request.now));
  return http::Response::nothing();
}

}  // namespace

namespace pages {

Html duplicate_tag(bool duplicate) {
  return duplicate ? html::fragment<" <span class=\"tag\">[[#object#duplicate]]</span>">() : Html{};
}

Html same_html(const http::Request& request, const domain::Record& record, const SameView& view) {
  const bool may = threat::may_share(access::actor(request)).has_value() &&
                   threat::is_node_type(formats::stix::type_of_id(record.key));
  const auto url = threat_url(record.slug);
  std::string out;
  if (!view.known.said.empty()) {
    render<"<section id=\"same\"><h2>[[The same as]]</h2>\n<ul>\n">(out);
    for (const auto& each : view.known.said) {
      render<"<li><a href=\"{}\">{}</a>{}: ">(out, Url::own(threat_url(each.other.id)), each.other.name,
                                              revoked_tag(each.other.revoked));
      html::escape(out, each.is_duplicate ? tr<"it stands for both.">() : tr<"a duplicate of this.">());
      if (!each.reason.empty()) render<" <q>{}</q>">(out, each.reason);
      render<
          " <span class=\"note\">{} <a href=\"{}\">[[#stix#relationship]]<span class=\"hidden\"> {}</span></a></span>">(
          out, each.by.empty() ? std::string{tr<"Said by somebody who is not named.">()} : tr<"Said by {}.">(each.by),
          Url::own(threat_url(each.via)), each.other.name);
      if (each.own && may) {
        render<" {}">(out, button_form(request, fmt::format("{}/same/{}/withdraw", url, each.via),
                                       tr<"Take that back">(), {}, FormMarkup::Button::quiet, each.other.name));
      }
      out += "</li>\n";
    }
    out += "</ul>\n</section>\n";
  }
  if (!view.maybe.empty()) {
    render<
        "<section><h2>[[Maybe the same]]</h2>\n<p class=\"note\">[[They have a name, an alias or a value in common "
        "with it.]]</p>\n<ul>\n">(out);
    for (const auto& each : view.maybe) {
      render<"<li><a href=\"{}\">{}</a>">(out, Url::own(threat_url(each.id)), each.name);
      if (may) {
        render<
            " <a class=\"note no-print\" href=\"{}\">[[Say that it is the same<span class=\"hidden\"> as "
            "{}</span>]]</a>">(out, Url::own(http::with_query(url + "/same", {{"of", each.id}})), each.name);
      }
      out += "</li>\n";
    }
    out += "</ul>\n</section>\n";
  }
  if (may) {
    render<"<p class=\"actions no-print\"><a class=\"button-quiet\" href=\"{}\">[[The same as another]]</a></p>\n">(
        out, Url::own(url + "/same"));
  }
  return Html::from_trusted(std::move(out));
}

Html through_html(const threat::Sameness& known, Timestamp now) {
  if (known.through.empty()) return {};
  std::string out;
  render<"<section id=\"through\"><h2>[[Connected through duplicates]]</h2>\n<ul>\n">(out);
  for (const auto& each : known.through) {
    render<"<li><a href=\"{}\">{}</a> <span class=\"note\">{} · {}</span>{}{} ">(
        out, Url::own(threat_url(each.edge.other.id)), each.edge.other.name, threat_type_title(each.edge.other.type),
        edge_heading(each.edge), revoked_tag(each.edge.other.revoked),
        expired_tag(threat::is_expired(each.edge.other, now)));
    render<"<span class=\"note\">[[Also via its duplicate <a href=\"{}\">{}</a>]]</span></li>\n">(
        out, Url::own(threat_url(each.duplicate.id)), each.duplicate.name);
  }
  out += "</ul>\n";
  if (known.more_through) {
    render<"<p class=\"note\">[[Only the first {} are shown.]]</p>\n">(out, locale::number(threat::kThroughMax));
  }
  out += "</section>\n";
  return Html::from_trusted(std::move(out));
}

void add_threat_same_routes(App& app, http::Router& router) {
  constexpr auto kMember = domain::Permission::read_as_member;
  const auto handle = [&app](Result<http::Response> (*handler)(App&, const http::Request&)) {
    return [&app, handler](const http::Request& request) { return handler(app, request); };
  };
  const auto session = [](http::Route& route) { route.session_only = true; };
  using enum http::Method;
  add_page(router, get, "/threats/{id}/same", "threat_same_page", kMember, handle(get_same), session);
  add_page(router, post, "/threats/{id}/same", "threat_same", kMember, handle(post_same), session);
  add_page(router, post, "/threats/{id}/same/{relationship}/withdraw", "threat_same_withdraw", kMember,
           handle(post_withdraw), session);
  http::Route all;
  all.pattern = "/api/v1/threats/{id}/duplicates";
  all.name = "threat_duplicates";
  all.summary = "What a STIX object is said to be the same as, and what may be the same";
  all.handler = [&app](const http::Request& request) { return list(app, request); };
  router.add(std::move(all));
  const api::WriteRoute writes[] = {{.method = post,
                                     .pattern = "/api/v1/threats/{id}/duplicates",
                                     .name = "threat_duplicate_add",
                                     .summary = "Say that an object is a duplicate of another",
                                     .permission = kMember,
                                     .handler = post_duplicate},
                                    {.method = delete_,
                                     .pattern = "/api/v1/threats/{id}/duplicates/{relationship}",
                                     .name = "threat_duplicate_withdraw",
                                     .summary = "Take that back",
                                     .permission = kMember,
                                     .handler = delete_duplicate}};
  for (const auto& route : writes) api::add_write_route(app, router, route);
}

}  // namespace pages
}  // namespace tocsin::portal
