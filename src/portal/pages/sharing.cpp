#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/approval_view.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/glass_view.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/manage.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"
#include "portal/pages/sharing_form.hpp"
#include "portal/pages/sharing_view.hpp"

/// Who sees an advisory or a STIX object and why, for those who handle it; and changing that, with a look at what it
/// does first.
namespace tocsin::portal {
namespace {

namespace sharing = engine::sharing;
using domain::Permission;
using html::Html;
using html::render;
using html::Url;
using pages::Form;
using pages::FormMarkup;
using pages::Sharing;

constexpr std::size_t kAddresseesMax = 2'000;
constexpr int kGlassRows = 20;

std::string page_url(const Sharing& loaded) { return pages::record_url(loaded.record) + "/sharing"; }

void begin_page(std::string& out, const Sharing& loaded, std::string_view heading) {
  out += pages::breadcrumb_html(pages::record_crumbs(loaded.record, tr<"Sharing">())).str();
  render<
      "<div class=\"page-head\"><div><p class=\"badges\">{} <span "
      "class=\"id\">{}</span></p><h1>{}</h1></div></div>\n<p class=\"lead\">{}</p>\n">(
      out, pages::tlp_badge(loaded.record.tlp), loaded.record.key, heading, loaded.record.title);
}

http::Response answer(App& app, const http::Request& request, const domain::Record& record, std::string out,
                      const Form& form) {
  pages::Page page;
  page.title = tr<"Sharing of {}">(pages::record_name(record));
  page.section = pages::is_threat(record) ? pages::Section::threats : pages::Section::advisories;
  page.main = Html::from_trusted(std::move(out));
  return pages::form_page(app, request, std::move(page), form);
}

void append_reach(std::string& out, const Sharing& loaded) {
  const auto marking = sharing::marking_of(loaded.record);
  render<"<section class=\"panel\" aria-labelledby=\"who\"><h2 id=\"who\">[[Who sees it, and why]]</h2>\n">(out);
  if (loaded.after_embargo) {
    render<"<h3>[[Until the embargo ends, {}]]</h3>">(out, pages::datetime_html(*marking.embargo_until));
  }
  out += pages::reach_html(loaded.now, marking, loaded.sight).str();
  if (loaded.after_embargo) {
    render<"<h3>[[From then on]]</h3>">(out);
    out += pages::reach_html(*loaded.after_embargo, marking, loaded.sight).str();
  }
  out += "</section>\n";
}

Result<http::Response> show(App& app, const http::Request& request, const Sharing& loaded, const Form& form) {
  std::string out;
  begin_page(out, loaded, tr<"Who sees this">());
  out += pages::error_summary(form).str();
  const auto marking = sharing::marking_of(loaded.record);
  TRY(const auto glass,
      engine::guard::glass_rows_of(app.database(), access::actor(request), loaded.record.id, kGlassRows, request.now));
  out += pages::glass_section_html(request, glass, page_url(loaded)).str();
  out += "<div class=\"grid-2\"><div>\n";
  append_reach(out, loaded);
  render<"</div><div>\n<section class=\"panel\" aria-labelledby=\"marking\"><h2 id=\"marking\">[[Marking now]]</h2>\n">(
      out);
  out += pages::marking_html(marking, loaded.now, loaded.sight).str();
  render<"<p class=\"note\">[[It belongs to {}.]]</p></section>\n">(out, loaded.owner_name);
  if (loaded.may_change) {
    render<"<section class=\"panel\" aria-labelledby=\"change\"><h2 id=\"change\">[[Change it]]</h2>\n">(out);
    TRY(const auto fields, pages::sharing_form_html(app, request, loaded, form));
    out += fields.str();
    out += "</section>\n";
  } else {
    render<"<p class=\"callout\">[[Changing it needs the role {} of the organisation that owns it.]]</p>\n">(
        out, access::roles_that_may(Permission::publish_record));
  }
  out += "</div></div>\n";
  return answer(app, request, loaded.record, std::move(out), form);
}

Result<http::Response> get_page(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  TRY(const auto loaded, pages::load_sharing(app, request));
  if (request.representation == http::Representation::json) {
    return pages::personal(http::Response::json(json::write(pages::sharing_json(loaded))));
  }
  return show(app, request, loaded, pages::sharing_form_of(loaded));
}

void append_side(std::string& out, std::string_view id, std::string_view title, const sharing::Reach& reach,
                 const sharing::Marking& marking, const sharing::Sight& sight, std::string_view none) {
  render<"<section class=\"panel\" aria-labelledby=\"{}\"><h2 id=\"{}\">{}</h2>\n">(out, id, id, title);
  if (reach.nobody()) {
    render<"<p>{}</p>">(out, none);
  } else {
    render<"<p class=\"lead\">{}</p>\n">(out, sharing::summary(reach, sight));
    out += pages::reach_html(reach, marking, sight).str();
  }
  out += "</section>\n";
}

/// The step before saving: what would change for whom.
Result<http::Response> show_difference(App& app, const http::Request& request, const Sharing& loaded, const Form& form,
                                       const sharing::Marking& wanted, const sharing::Difference& difference) {
  auto listed = wanted.listed;
  listed.insert(listed.end(), loaded.record.listed.begin(), loaded.record.listed.end());
  TRY(const auto sight, sharing::sight_of(app.database(), access::actor(request), listed));
  TRY(const auto reach, app.database().snapshot([&](store::Connection& connection) {
    // What it comes to, not the moment: the embargo stands beside it.
    return sharing::who_sees(connection, loaded.record.owner, wanted, wanted.embargo_until.value_or(request.now),
                             sharing::naming_for(access::actor(request)));
  }));
  std::string out;
  begin_page(out, loaded, tr<"Before it is saved">());
  out += pages::error_summary(form, "save").str();
  out += "<div class=\"grid-2\">\n";
  append_side(out, "gained", tr<"Newly reached">(), difference.gained, wanted, sight,
              tr<"Nobody who is not reached now.">());
  append_side(out, "lost", tr<"No longer reached">(), difference.lost, sharing::marking_of(loaded.record), sight,
              tr<"Nobody loses it.">());
  render<"</div>\n<section class=\"panel\" aria-labelledby=\"then\"><h2 id=\"then\">[[Marking then]]</h2>\n">(out);
  out += pages::marking_html(wanted, reach, sight).str();
  render<"<details class=\"fold\"><summary>[[Everybody who sees it then]]</summary>\n">(out);
  out += pages::reach_html(reach, wanted, sight).str();
  render<"</details></section>\n<section class=\"panel\" aria-label=\"[[Save]]\">\n">(out);
  std::string confirm;
  render<"<input type=\"hidden\" name=\"digest\" value=\"{}\">\n">(confirm, difference.digest());
  if (difference.widens()) {
    render<
        "<div class=\"callout callout-warn\"><p>[[<b>This cannot be taken back:</b> who has read it has read "
        "it.]]</p></div><div class=\"field choice\"><input id=\"save-confirmed\" type=\"checkbox\" name=\"confirmed\" "
        "value=\"yes\" required><label for=\"save-confirmed\">[[Yes, let it reach {}]]</label></div>\n">(
        confirm, sharing::summary(difference.gained, sight));
  }
  if (difference.widens() && access::actor(request).four_eyes.wanted(domain::Act::widen_sharing)) {
    const auto wrong = form.error_of("reason");
    render<
        "<div class=\"field\"><label for=\"save-reason\">[[Reason, for the second person]]</label><p class=\"hint\" "
        "id=\"save-reason-hint\">[[Another person has to approve this before it is done. They read "
        "why.]]{}</p><textarea "
        "id=\"save-reason\" name=\"reason\" rows=\"3\" maxlength=\"1000\" required "
        "aria-describedby=\"save-reason-hint\">{}</textarea></div>\n">(
        confirm, wrong.empty() ? std::string{} : fmt::format(" {}", wrong), form.get("reason"));
  }
  out += pages::sharing_again_html(request, loaded, form, "save", Html::from_trusted(std::move(confirm)), tr<"Save">(),
                                   difference.widens() ? FormMarkup::Button::danger : FormMarkup::Button::normal,
                                   "save", page_url(loaded))
             .str();
  out += pages::sharing_again_html(request, loaded, form, "edit", {}, tr<"Change it again">(),
                                   FormMarkup::Button::quiet, "again")
             .str();
  out += "</section>\n";
  return answer(app, request, loaded.record, std::move(out), form);
}

Result<http::Response> post_page(App& app, const http::Request& request) {
  TRY(const auto loaded, pages::load_sharing(app, request));
  auto actor = access::actor(request);
  TRY_VOID(sharing::may_change(actor, loaded.record));
  TRY(auto form, pages::read_sharing_form(request));
  actor.reason = form.get("reason");
  const auto step = form.get("step");
  if (step == "edit") return show(app, request, loaded, form);
  const auto wanted = pages::marking_of(app, actor, loaded.record, form);
  if (!wanted) {
    TRY_VOID(form.take(wanted.error()));
    return show(app, request, loaded, form);
  }
  if (step == "save") {
    const sharing::Confirmation confirmed{.given = form.checked("confirmed"), .digest = form.get("digest")};
    const auto changed =
        sharing::change_marking(app.database(), actor, loaded.record.id, *wanted, confirmed, request.now);
    if (changed) return pages::done(page_url(loaded), "saved");
    if (auto asked = pages::asked_instead(changed.error())) return std::move(*asked);
    TRY_VOID(form.take(changed.error()));
  }
  const auto difference = sharing::preview(app.database(), actor, loaded.record.id, *wanted, request.now);
  if (!difference) {
    if (form.good()) TRY_VOID(form.take(difference.error()));
    return show(app, request, loaded, form);
  }
  return show_difference(app, request, loaded, form, *wanted, *difference);
}

// --- programs ---

Result<std::string> text_member(const boost::json::object& body, std::string_view name) {
  const auto* member = body.if_contains(name);
  if (member == nullptr) return std::string{};
  if (!member->is_string()) return Error::invalid(fmt::format("'{}' is a text", name), fmt::format("/{}", name));
  return std::string{std::string_view{member->get_string()}};
}

Result<bool> flag_member(const boost::json::object& body, std::string_view name) {
  const auto* member = body.if_contains(name);
  if (member == nullptr) return false;
  if (!member->is_bool()) return Error::invalid(fmt::format("'{}' is true or false", name), fmt::format("/{}", name));
  return member->get_bool();
}

Status read_listed(App& app, const engine::Actor& actor, const domain::Record& record, const boost::json::value& listed,
                   sharing::Marking& marking) {
  if (!listed.is_array() || listed.get_array().size() > kAddresseesMax) {
    return Error::invalid(fmt::format("'listed' is an array of at most {} addressees", kAddresseesMax), "/listed");
  }
  marking.listed.clear();
  marking.addresses.clear();
  return app.database().read([&](store::Connection& connection) -> Status {
    for (const auto& each : listed.get_array()) {
      if (!each.is_string()) return Error::invalid("an addressee is a text such as organisation:3", "/listed");
      TRY_VOID(sharing::add_addressee(connection, actor, record, std::string_view{each.get_string()}, marking));
    }
    return ok();
  });
}

/// What the body names is changed, the rest stays.
Result<sharing::Marking> marking_of_body(App& app, const engine::Actor& actor, const domain::Record& record,
                                         const boost::json::object& body) {
  for (const auto& member : body) {
    const std::string_view known[] = {"tlp",       "audience", "listed",  "embargo_until", "status",
                                      "confirmed", "digest",   "preview", "reason"};
    if (std::ranges::find(known, std::string_view{member.key()}) == std::end(known)) {
      return Error::invalid(fmt::format("there is no member '{}' here", text::shorten(member.key(), 64)));
    }
  }
  auto marking = sharing::marking_of(record);
  TRY(const auto tlp, text_member(body, "tlp"));
  if (body.contains("tlp")) {
    const auto parsed = domain::parse_tlp(tlp);
    if (!parsed) return Error::invalid("'tlp' is CLEAR, GREEN, AMBER, AMBER+STRICT or RED", "/tlp");
    marking.tlp = *parsed;
  }
  TRY(const auto audience, text_member(body, "audience"));
  if (body.contains("audience")) {
    const auto parsed = sharing::parse_audience(audience);
    if (!parsed) return Error::invalid("'audience' is everyone, members, owner_only or listed", "/audience");
    marking.audience = *parsed;
  }
  if (const auto* listed = body.if_contains("listed")) TRY_VOID(read_listed(app, actor, record, *listed, marking));
  if (const auto* embargo = body.if_contains("embargo_until"); embargo != nullptr && embargo->is_null()) {
    marking.embargo_until = std::nullopt;
  } else if (embargo != nullptr) {
    TRY(const auto text, text_member(body, "embargo_until"));
    const auto time = parse_rfc3339(text);
    if (!time) return Error::invalid("'embargo_until' is written as 2026-06-01T12:00:00Z, or null", "/embargo_until");
    marking.embargo_until = *time;
  }
  TRY(const auto status, text_member(body, "status"));
  for (const auto each :
       {domain::RecordStatus::draft, domain::RecordStatus::published, domain::RecordStatus::withdrawn}) {
    if (status == domain::to_string(each)) {
      marking.status = each;
      return marking;
    }
  }
  if (body.contains("status")) return Error::invalid("'status' is draft, published or withdrawn", "/status");
  return marking;
}

Result<http::Response> post_api(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(auto loaded, pages::load_sharing(app, request));
  auto actor = access::actor(request);
  TRY_VOID(sharing::may_change(actor, loaded.record));
  TRY(const auto parsed, json::parse(request.body));
  if (!parsed.root().is_object()) return Error::invalid("the body is a JSON object");
  const auto& body = parsed.root().get_object();
  TRY(const auto wanted, marking_of_body(app, actor, loaded.record, body));
  TRY(const auto given, flag_member(body, "confirmed"));
  TRY(auto digest, text_member(body, "digest"));
  TRY(actor.reason, text_member(body, "reason"));
  TRY(const auto only_preview, flag_member(body, "preview"));
  TRY(const auto difference, sharing::preview(app.database(), actor, loaded.record.id, wanted, request.now));
  auto listed = wanted.listed;
  listed.insert(listed.end(), loaded.record.listed.begin(), loaded.record.listed.end());
  TRY(const auto sight, sharing::sight_of(app.database(), actor, listed));
  if (!only_preview) {
    TRY_VOID(sharing::change_marking(app.database(), actor, loaded.record.id, wanted,
                                     {.given = given, .digest = std::move(digest)}, request.now));
    TRY(loaded, pages::load_sharing(app, request));
  }
  auto out = pages::sharing_json(loaded);
  out["difference"] = pages::difference_json(difference, sight);
  return pages::personal(http::Response::json(json::write(out)));
}

}  // namespace

void add_sharing_routes(App& app, http::Router& router) {
  pages::add_resource(
      router, "/advisories/{id}/sharing", "/api/v1/advisories/{id}/sharing", "sharing",
      "Who sees an advisory, and why, for those who handle it",
      [&app](const http::Request& request) { return get_page(app, request); }, Permission::signed_in);
  pages::add_resource(
      router, "/threats/{id}/sharing", "/api/v1/threats/{id}/sharing", "threat_sharing",
      "Who sees a STIX object, and why, for those who handle it",
      [&app](const http::Request& request) { return get_page(app, request); }, Permission::signed_in);
  for (const auto base : pages::kRecordBases) {
    const bool threat = base.starts_with("/threats");
    const std::string name{threat ? "threat_sharing_change" : "sharing_change"};
    pages::add_action(app, router, fmt::format("{}/sharing", base), name + "_page", Permission::signed_in, post_page);
    http::Route change;
    change.method = http::Method::post;
    change.pattern = fmt::format("/api/v1{}/sharing", base);
    change.name = name;
    change.summary = threat ? "Change whom a STIX object is for" : "Change whom an advisory is for";
    change.permission = Permission::signed_in;
    change.handler = [&app](const http::Request& request) { return post_api(app, request); };
    router.add(std::move(change));
  }
}

}  // namespace tocsin::portal
