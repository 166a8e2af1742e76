#include <fmt/format.h>

#include "base/locale.hpp"
#include "base/messages.hpp"
#include "engine/threat/feedback.hpp"
#include "engine/threat/sightings.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/form.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/manage.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"
#include "portal/pages/threat_json.hpp"
#include "portal/pages/threat_report_form.hpp"
#include "portal/pages/threat_reports.hpp"

/// What readers tell those who shared something: that they saw it too, how often and when, and thanks.
namespace tocsin::portal {
namespace {

namespace threat = engine::threat;
using domain::Permission;
using html::Html;
using html::render;
using html::Url;
using pages::Form;

/// Of the form, on the page of an object and on its own.
constexpr std::string_view kFormId = "seen";

std::string seen_url(const domain::Record& record) { return pages::threat_url(record.slug) + "/seen"; }

Html facts_html(const threat::SightingFacts& facts) {
  std::string rows;
  if (facts.count) pages::append_fact(rows, tr<"How often">(), locale::number(*facts.count));
  if (facts.first_seen) pages::append_fact(rows, tr<"First seen">(), pages::datetime_html(*facts.first_seen));
  if (facts.last_seen) pages::append_fact(rows, tr<"Last seen">(), pages::datetime_html(*facts.last_seen));
  if (!facts.remark.empty()) {
    pages::append_fact(rows, tr<"Remark">(), html::fragment<"<span class=\"comment-text\">{}</span>">(facts.remark));
  }
  if (rows.empty()) return {};
  return html::fragment<"<dl class=\"kv\">\n{}</dl>\n">(Html::from_trusted(std::move(rows)));
}

/// A press of one of its buttons is enough; what more can be said is folded away until there is something in it.
Html sighting_form_html(const http::Request& request, const domain::Record& record, const Form& form) {
  pages::FormMarkup markup{request, seen_url(record), form, kFormId};
  // Enter in a field presses a form's first button. Whoever wants to stay unnamed must not be named by that.
  markup.html(Html::from_trusted("<button type=\"submit\" disabled hidden></button>\n"));
  bool said = !form.good();
  for (const auto* const name : {"count", "first_seen", "last_seen", "remark"}) said = said || !form.get(name).empty();
  markup.html(html::fragment<"<details class=\"field\" {}><summary>[[How often, when, and a remark]]</summary>\n">(
      html::attribute_if<"open">(said)));
  markup.input({.name = "count", .label = tr<"How often">(), .maxlength = 20, .inputmode = "numeric"});
  markup.html(Html::from_trusted("<div class=\"grid-2\">"));
  markup.input({.name = "first_seen", .label = tr<"First seen (UTC)">(), .type = "datetime-local", .maxlength = 32});
  markup.input({.name = "last_seen", .label = tr<"Last seen (UTC)">(), .type = "datetime-local", .maxlength = 32});
  markup.html(Html::from_trusted("</div>\n"));
  markup.textarea(
      {.name = "remark",
       .label = tr<"Remark">(),
       .hint = tr<"Goes to who shared it and to the CERT. Who wants to stay anonymous names nobody in it.">(),
       .maxlength = static_cast<int>(threat::kSightingRemarkBytesMax)},
      3);
  markup.html(Html::from_trusted("</details>\n"));
  return markup.end(
      html::fragment<"<button class=\"button\" type=\"submit\" name=\"seen\" value=\"named\">{}</button> <button "
                     "class=\"button-quiet\" type=\"submit\" name=\"seen\" value=\"anonymous\">{}</button>">(
          tr<"We saw this too">(), tr<"The same, anonymously">()));
}

/// The form again, with what was typed and what is wrong with it.
http::Response show_sighting(App& app, const http::Request& request, const domain::Record& record, const Form& form) {
  std::string out = pages::breadcrumb_html(pages::record_crumbs(record, tr<"We saw this too">())).str();
  render<"<div class=\"form-page\"><div class=\"page-head\"><h1>[[We saw this too]]</h1></div>\n">(out);
  out += pages::error_summary(form, kFormId).str();
  out += sighting_form_html(request, record, form).str();
  out += "</div>\n";
  pages::Page page;
  page.title = tr<"We saw this too">();
  page.section = pages::Section::threats;
  page.main = Html::from_trusted(std::move(out));
  return pages::form_page(app, request, std::move(page), form);
}

Result<http::Response> post_seen(App& app, const http::Request& request) {
  TRY(const auto record, pages::record_of(app, request));
  TRY(auto form, Form::read(request, {"seen", "count", "first_seen", "last_seen", "remark"}));
  const auto actor = access::actor(request);
  const auto wanted = form.get("seen");
  if (wanted == "withdraw") {
    TRY_VOID(threat::withdraw_sighting(app.database(), actor, record.id, request.now));
    return pages::done(pages::threat_url(record.slug), "withdrawn");
  }
  if (wanted != "named" && wanted != "anonymous") {
    return Error::invalid(std::string{tr<"'seen' is named, anonymous or withdraw">()}, "seen");
  }
  const auto attribution = wanted == "named" ? threat::Attribution::named : threat::Attribution::anonymous;
  const threat::SightingInput input{.count = form.get("count"),
                                    .first_seen = form.get("first_seen"),
                                    .last_seen = form.get("last_seen"),
                                    .remark = std::string{form.raw("remark")}};
  const auto added = threat::add_sighting(app.database(), actor, record.id, attribution, input, request.now);
  if (!added) {
    // What stands in no field is not mended in one.
    if (added.error().where.empty()) return added.error();
    TRY_VOID(form.take(added.error()));
    return show_sighting(app, request, record, form);
  }
  return pages::done(pages::threat_url(record.slug), "seen-too");
}

Result<http::Response> post_thanks(App& app, const http::Request& request) {
  TRY(const auto record, pages::record_of(app, request));
  TRY(const auto form, Form::read(request, {"thanks"}));
  const auto actor = access::actor(request);
  const auto wanted = form.get("thanks");
  if (wanted == "withdraw") {
    TRY_VOID(threat::take_thanks_back(app.database(), actor, record.id, request.now));
    return pages::done(pages::threat_url(record.slug), "withdrawn");
  }
  if (!wanted.empty()) return Error::invalid(std::string{tr<"'thanks' is withdraw, or nothing">()}, "thanks");
  TRY_VOID(threat::say_thanks(app.database(), actor, record.id, request.now));
  return pages::done(pages::threat_url(record.slug), "thanked");
}

void append_giver(std::string& out, const threat::Giver& giver) {
  if (giver.given_here && giver.own) {
    render<"<p class=\"note\">[[Your organisation shared this: <a href=\"{}\">what we shared</a>.]]</p>\n">(
        out, Url::own(std::string{pages::kSharedPath}));
  } else if (giver.only_you_know) {
    render<
        "<p class=\"callout callout-warn\">[[Shared anonymously by {}. Only coordinators of the CERT are shown this: "
        "keep it so.]]</p>\n">(out, giver.organisation);
  } else if (giver.given_here) {
    render<"<p class=\"note\">{}</p>\n">(out, giver.anonymous
                                                  ? std::string{tr<"Shared by a member that is not named.">()}
                                                  : tr<"Shared by {}.">(giver.organisation));
  }
}

void append_thanks(std::string& out, const http::Request& request, const domain::Record& record,
                   const threat::OwnThanks& own) {
  if (own.said) {
    render<"<div class=\"read-line no-print\"><span>[[Your organisation thanked who shared this.]]</span> {}</div>\n">(
        out, pages::button_form(request, pages::threat_url(record.slug) + "/thanks", tr<"Take that back">(),
                                {{"thanks", "withdraw"}}));
  } else if (own.may_say) {
    render<"<div class=\"read-line no-print\">{}</div>\n">(
        out, pages::button_form(request, pages::threat_url(record.slug) + "/thanks", tr<"Thank who shared it">()));
  }
}

void append_own_sighting(std::string& out, const http::Request& request, const domain::Record& record,
                         const threat::OwnSighting& own) {
  if (own.made) {
    render<"<div class=\"read-line no-print\"><span>{}</span> {}</div>\n{}">(
        out,
        own.anonymous ? tr<"Your organisation saw this too; it said so anonymously.">()
                      : tr<"Your organisation saw this too.">(),
        pages::button_form(request, seen_url(record), tr<"Take that back">(), {{"seen", "withdraw"}}),
        facts_html(own.facts));
  } else if (own.may_add) {
    render<
        "<section class=\"sighting no-print\"><p class=\"note\">[[Did you see it, too? Only who shared it and the CERT "
        "are "
        "told.]]</p>\n{}</section>\n">(out, sighting_form_html(request, record, {}));
  }
}

}  // namespace

namespace pages {

Html seen_too_html(const std::vector<threat::SeenToo>& seen) {
  if (seen.empty()) return {};
  std::string out = "<ul>\n";
  for (const auto& each : seen) {
    render<"<li>{}: {} <span class=\"note\">{}</span>{}</li>\n">(
        out,
        each.organisation.empty() ? tr<"An organisation that is not named">() : std::string_view{each.organisation},
        each.object, datetime_html(each.at), facts_html(each.facts));
  }
  out += "</ul>\n";
  return Html::from_trusted(std::move(out));
}

Html thanks_html(const threat::OwnReport& report) {
  if (report.organisations_thanked == 0) return {};
  const auto thanked = trn<"{} organisation said thanks.", "{} organisations said thanks.">(
      report.organisations_thanked, locale::number(report.organisations_thanked));
  return html::fragment<"<p>{} {}</p>\n">(thanked, joined(report.thanked_by));
}

Result<Html> given_html(App& app, const http::Request& request, const domain::Record& record) {
  const auto actor = access::actor(request);
  return app.database().snapshot([&](store::Connection& connection) -> Result<Html> {
    std::string out;
    TRY(const auto giver, threat::giver_of(connection, actor, record.id));
    append_giver(out, giver);
    TRY(const auto thanks, threat::own_thanks(connection, actor, record));
    append_thanks(out, request, record, thanks);
    TRY(const auto own, threat::own_sighting(connection, actor, record));
    append_own_sighting(out, request, record, own);
    TRY(const auto seen, threat::seen_too(connection, actor, record, request.now));
    if (!seen.empty()) {
      render<"<section><h2>[[Who saw it too]]</h2>\n{}</section>\n">(out, seen_too_html(seen));
    }
    return Html::from_trusted(std::move(out));
  });
}

}  // namespace pages

void add_threat_feedback_routes(App& app, http::Router& router) {
  constexpr auto kMember = Permission::read_as_member;
  pages::add_action(app, router, "/threats/{id}/seen", "threat_seen_page", kMember, post_seen);
  pages::add_action(app, router, "/threats/{id}/thanks", "threat_thank_page", kMember, post_thanks);
}

}  // namespace tocsin::portal
