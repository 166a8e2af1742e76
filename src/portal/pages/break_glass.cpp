#include "engine/guard/break_glass.hpp"

#include <fmt/format.h>

#include "base/json.hpp"
#include "engine/identity/identity.hpp"
#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/approval_view.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/glass_view.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"

/// Break-glass access: who has opened what and why, and opening a record in an emergency.
namespace tocsin::portal {
namespace {

namespace guard = engine::guard;
using domain::Permission;
using html::Html;
using html::render;
using pages::Form;
using pages::FormMarkup;

constexpr const char* kHere = "/break-glass";
constexpr const char* kOpen = "/break-glass/open";
constexpr int kRows = 100;

Result<http::Response> list(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  const auto actor = access::actor(request);
  TRY(const auto rows, guard::glass_rows(app.database(), actor, guard::GlassScope::known, kRows, request.now));
  if (request.representation == http::Representation::json) {
    boost::json::array items;
    for (const auto& row : rows) items.push_back(pages::glass_json(row));
    return pages::personal(http::Response::json(json::write(pages::page_json(std::move(items), "", std::nullopt))));
  }
  std::string out;
  render<"<div class=\"page-head\"><h1>[[Break-glass access]]</h1>">(out);
  if (actor.may(Permission::break_glass)) {
    render<"<p class=\"actions\"><a class=\"button-quiet\" href=\"{}\">[[Open a record in an emergency]]</a></p>">(
        out, html::Url::own(kOpen));
  }
  render<
      "</div>\n<p class=\"lead\">[[In an emergency, coordinators and administrators of the CERT may open one record "
      "that "
      "they do not see otherwise: for a while, and with a reason. Those whose it is see that here at once, and may end "
      "it.]]</p>\n">(out);
  if (rows.empty()) {
    render<
        "<section class=\"panel\"><h2>[[Nobody has done it]]</h2><p>[[What somebody opens of yours, or you open "
        "yourself, "
        "stands here from then on.]]</p></section>\n">(out);
  } else {
    out += pages::glass_table_html(request, rows, kHere).str();
  }
  pages::Page page;
  page.title = tr<"Break-glass access">();
  page.json_url = "/api/v1/break-glass";
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), kHere);
}

http::Response open_form(App& app, const http::Request& request, const Form& form) {
  const auto& rules = app.settings().guard.glass;
  std::string lead;
  render<
      "<p>[[This opens <b>one</b> record for you, for <b>{} minutes</b>, to read: not to download, to change or to "
      "pass "
      "on.]]</p><p>[[The coordinators and administrators of whoever owns it and the coordinators of the CERT are told "
      "at "
      "once, with your name and your reason; each time that you read it is written down.]]</p>">(lead,
                                                                                                 rules.lasts.count());
  if (access::actor(request).four_eyes.wanted(domain::Act::break_glass)) {
    render<
        "<p class=\"callout\">[[Here this needs two people: another coordinator or administrator has to approve it, "
        "and "
        "the time runs from then on.]]</p>">(lead);
  }
  FormMarkup markup{request, kOpen, form};
  markup.input(
      {.name = "id",
       .label = tr<"Id of the record">(),
       .hint = tr<"As whoever told you of it wrote it: in the address /advisories/ID. Nothing is suggested here.">(),
       .required = true,
       .code = true});
  markup.textarea({.name = "reason",
                   .label = tr<"Why">(),
                   .hint = tr<"At least 20 characters. Those whose record it is read this.">(),
                   .maxlength = static_cast<int>(guard::kGlassReasonBytesMax),
                   .required = true},
                  4);
  markup.checkbox("understood", tr<"I know that this is told to others, and I have no other way in time">());
  pages::FormFrame frame;
  frame.title = tr<"Open a record in an emergency">();
  frame.crumbs = {{kHere, std::string{tr<"Break-glass access">()}}, {"", std::string{tr<"Open a record">()}}};
  frame.lead = Html::from_trusted(std::move(lead));
  return pages::form_answer(app, request, frame, form,
                            markup.submit(tr<"Break the glass">(), FormMarkup::Button::danger, kHere));
}

Result<http::Response> show_open(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  if (auto first = pages::confirm_first(app, request, kOpen)) return std::move(*first);
  return open_form(app, request, {});
}

Result<http::Response> open(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"id", "reason", "understood"}));
  if (auto first = pages::confirm_first(app, request, kOpen)) return std::move(*first);
  if (!form.checked("understood")) {
    form.wrong("understood", std::string{tr<"Say that you know what this does.">()});
    return open_form(app, request, form);
  }
  auto rules = app.settings().guard.glass;
  rules.post = app.post();
  const auto opened = guard::break_glass(app.database(), access::actor(request), rules,
                                         {.id = form.get("id"), .reason = form.get("reason")}, request.now);
  if (!opened) {
    if (auto asked = pages::asked_instead(opened.error())) return std::move(*asked);
    TRY_VOID(form.take(opened.error()));
    return open_form(app, request, form);
  }
  TRY_VOID(app.identity()->refresh());
  return pages::done(pages::advisory_url(opened->record_slug));
}

Result<http::Response> end(App& app, const http::Request& request) {
  TRY(const auto form, Form::read(request, {"back"}));
  const auto grant = pages::id_in_path(request, "grant");
  if (!grant) return Error::not_found("break-glass access");
  TRY_VOID(guard::end_glass(app.database(), access::actor(request), *grant, request.now));
  TRY_VOID(app.identity()->refresh());
  auto back = access::safe_next(form.get("back"));
  return pages::done(back == "/" ? kHere : back, "glass-ended");
}

}  // namespace

void add_break_glass_routes(App& app, http::Router& router) {
  pages::add_resource(
      router, kHere, "/api/v1/break-glass", "break_glass",
      "Break-glass access that the asker made, or that concerns what their organisation owns",
      [&app](const http::Request& request) { return list(app, request); }, Permission::signed_in);
  pages::add_form(app, router, kOpen, "break_glass_open", Permission::break_glass, show_open, open);
  pages::add_action(app, router, "/break-glass/{grant}/end", "break_glass_end", Permission::signed_in, end);
}

}  // namespace tocsin::portal
