#include "portal/pages/threat_author.hpp"

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "engine/threat/report.hpp"
#include "formats/stix/write.hpp"
#include "portal/access.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/threat_author_form.hpp"
#include "portal/pages/threat_json.hpp"
#include "portal/pages/threat_names.hpp"
#include "portal/pages/threat_report_form.hpp"

/// People write, edit and revoke objects of STIX for their organisation.
namespace tocsin::portal {
namespace {

namespace threat = engine::threat;
using html::Html;
using html::render;
using html::Url;
using pages::AuthorTarget;
using pages::AuthorView;
using pages::Form;

http::Response page_of(App& app, const http::Request& request, std::string title, const AuthorTarget& target,
                       const std::string& main, const Form& form, std::string_view form_id = "f") {
  std::vector<pages::Crumb> crumbs{{"/threats", std::string{tr<"Threats">()}}};
  if (target.before != nullptr) {
    crumbs.push_back({pages::threat_url(target.before->record.slug), target.before->record.title});
  }
  crumbs.push_back({"", title});
  std::string out = pages::breadcrumb_html(crumbs).str();
  render<"<div class=\"page-head\"><h1>{}</h1></div>\n">(out, title);
  out += pages::error_summary(form, form_id).str();
  out += main;
  pages::Page page;
  page.title = std::move(title);
  page.section = pages::Section::threats;
  page.main = Html::from_trusted(std::move(out));
  return pages::form_page(app, request, std::move(page), form);
}

std::string title_of(const AuthorTarget& target) {
  const auto type = pages::threat_type_title(target.type);
  return target.before != nullptr ? tr<"Edit: {}">(type) : tr<"New: {}">(type);
}

Result<http::Response> show_form(App& app, const http::Request& request, const AuthorTarget& target, const Form& form,
                                 const std::string& above = {}) {
  TRY(const auto markup, pages::author_form_html(app, request, target, form));
  return page_of(app, request, title_of(target), target, above + markup.str(), form);
}

/// With the object that it starts from, or that is there.
Form first_form(const http::Request& request, const AuthorTarget& target, AuthorView view) {
  Form beside;
  boost::json::object object;
  std::vector<threat::RelationTo> relations;
  if (target.before != nullptr) {
    beside.with("version", target.before->record.version);
    auto marking = engine::sharing::marking_of(target.before->record);
    if (marking.embargo_until && *marking.embargo_until <= request.now) marking.embargo_until.reset();
    pages::fill_audience(beside, marking, access::actor(request));
    object = threat::without_tlp(target.before->object);
    relations = target.before->relations;
  } else {
    beside.with("whom", "members").with("tlp", "AMBER");
    object["type"] = target.type;
    for (const auto* each : formats::stix::fields_of(formats::stix::type_of(target.type))) {
      if (each->name == "pattern_type") object[each->name] = "stix";
      if (each->name == "valid_from") object[each->name] = formats::stix::write_time(request.now);
      // An empty place for what cannot be left out.
      const bool plain = each->kind == formats::stix::Kind::string && (each->flags & formats::stix::kRequired) != 0;
      if (view == AuthorView::source && plain && !object.contains(each->name)) object[each->name] = "";
    }
  }
  return pages::author_form_of(object, relations, view, beside);
}

/// Somebody else was faster: what was typed stays, and goes over theirs only if it is sent again.
Result<http::Response> show_conflict(App& app, const http::Request& request, AuthorTarget target, const Form& form,
                                     const threat::Editable& now_there) {
  target.before = &now_there;
  Form shown = form;
  shown.replace("version", now_there.record.version);
  shown.wrong("", tr<"Somebody else has saved a newer version of this meanwhile">());
  std::string above;
  render<
      "<p class=\"callout callout-warn\">[[What you typed is still here. Look at <a href=\"{}\">what they saved</a>; "
      "if you go on, yours takes its place.]]</p>\n">(above, Url::own(pages::threat_url(now_there.record.slug)));
  return show_form(app, request, target, shown, above);
}

Result<http::Response> take_form(App& app, const http::Request& request, AuthorTarget target) {
  const auto actor = access::actor(request);
  TRY(auto form, pages::read_author_form(request, target.type));
  const auto step = form.get("step");
  if (step == "edit") return show_form(app, request, target, form);
  TRY(const auto authored, pages::read_authored(app, request, target.type, form));
  const bool switches = step == "source" || step == "fields";
  if (!form.good()) return show_form(app, request, target, form);
  if (switches && authored.object) {
    const auto view = step == "source" ? AuthorView::source : AuthorView::fields;
    const auto type = std::string{json::string_at(*authored.object, "type")};
    if (target.before == nullptr && threat::is_authored_type(type)) target.type = type;
    if (type == target.type) {
      return show_form(app, request, target,
                       pages::author_form_of(*authored.object, authored.draft.relations, view, form));
    }
    form.wrong("source", tr<"/type: '{}' is no type that is written here.">(type));
    return show_form(app, request, target, form);
  }
  const auto refused = [&](Error error) -> Result<http::Response> {
    if (error.where.starts_with("/relationships")) {
      form.wrong("rel", error.message);
    } else {
      if (error.where.starts_with('/') || error.where == "source") {
        error.where = pages::view_of(form) == AuthorView::source ? "source" : "";
      }
      TRY_VOID(form.take(error));
    }
    return show_form(app, request, target, form);
  };
  const auto audience = pages::report_audience(form);
  if (!audience) return refused(audience.error());
  const auto marking = threat::marking_of_report(app.database(), actor, *audience, request.now);
  if (!marking) return refused(marking.error());
  const auto* before = target.before != nullptr ? &target.before->object : nullptr;
  const auto checked = threat::check_draft(authored.draft, marking->tlp, before, request.now);
  if (!checked) {
    auto error = checked.error();
    if (!error.where.empty()) error.message = fmt::format("{} ({})", error.message, error.where);
    error.where = "source";
    return refused(std::move(error));
  }
  pages::tell_problems(checked->problems, form);
  if (!form.good()) return show_form(app, request, target, form);
  if (target.before != nullptr && form.get("version") != target.before->record.version) {
    return show_conflict(app, request, target, form, *target.before);
  }
  if (step != "save") {
    TRY(const auto markup, pages::author_review_html(app, request, target, form, *checked, authored.draft, *marking));
    std::string main;
    render<"<p class=\"lead\">[[Look at it once more: nothing has been saved yet.]]</p>\n">(main);
    return page_of(app, request, title_of(target), target, main + markup.str(), form, "save");
  }
  if (target.before == nullptr) {
    const auto made = threat::create_object(app.database(), actor, authored.draft, *marking, request.now);
    if (!made) return refused(made.error());
    return pages::done(pages::threat_url(made->id), "saved");
  }
  const auto& id = target.before->record.key;
  const auto changed =
      threat::change_object(app.database(), actor, id, form.get("version"), authored.draft, *marking, request.now);
  if (!changed && changed.error().where == "version") {
    TRY(const auto there, threat::editable(app.database(), actor, id, request.now));
    return show_conflict(app, request, target, form, there);
  }
  if (!changed) return refused(changed.error());
  return pages::done(pages::threat_url(id), "saved");
}

// --- new ---

Html types_html() {
  std::string out = "<ul class=\"plain-list\">\n";
  for (const auto type : threat::authored_types()) {
    render<"<li><a href=\"{}\"><b>{}</b></a><br><span class=\"note\">{}</span></li>\n">(
        out, Url::own(fmt::format("{}?type={}", pages::kNewObjectPath, type)), pages::threat_type_title(type),
        pages::authored_type_hint(type));
  }
  out += "</ul>\n";
  render<
      "<p class=\"note\">[[Reports have <a href=\"{}\">a form of their own</a>. An observed-data object, a note, an "
      "opinion or a grouping names what it is about by id.]]</p>\n">(out, Url::own(std::string{pages::kSharePath}));
  return Html::from_trusted(std::move(out));
}

AuthorTarget new_target(std::string_view type) {
  return {.type = std::string{type},
          .action = std::string{pages::kNewObjectPath},
          .cancel = std::string{pages::kNewObjectPath}};
}

Result<std::string> type_asked(std::string_view type) {
  if (threat::is_authored_type(type)) return std::string{type};
  return Error::invalid(tr<"'{}' is no type that is written here.">(type), "type");
}

Result<http::Response> get_new(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"type", "view"}));
  TRY_VOID(threat::may_share(access::actor(request)));
  if (!request.query.has("type")) {
    return page_of(app, request, std::string{tr<"Write an object">()}, {}, types_html().str(), {});
  }
  TRY(const auto type, type_asked(request.query.get("type")));
  const auto target = new_target(type);
  const auto view = request.query.get("view") == "source" ? AuthorView::source : AuthorView::fields;
  return show_form(app, request, target, first_form(request, target, view));
}

Result<http::Response> post_new(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY_VOID(threat::may_share(access::actor(request)));
  TRY(const auto type, type_asked(request.form.get("type")));
  return take_form(app, request, new_target(type));
}

// --- edit and revoke ---

Result<threat::Editable> load(App& app, const http::Request& request) {
  return threat::editable(app.database(), access::actor(request), request.parameter("id"), request.now);
}

AuthorTarget edit_target(const threat::Editable& before) {
  const auto url = pages::threat_url(before.record.slug);
  return {.type = std::string{json::string_at(before.object, "type")},
          .action = url + "/edit",
          .cancel = url,
          .before = &before};
}

Result<http::Response> get_edit(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({"view"}));
  TRY(const auto before, load(app, request));
  const auto target = edit_target(before);
  const auto view = request.query.get("view") == "source" ? AuthorView::source : AuthorView::fields;
  return show_form(app, request, target, first_form(request, target, view));
}

Result<http::Response> post_edit(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto before, load(app, request));
  return take_form(app, request, edit_target(before));
}

Result<http::Response> revoke_page(App& app, const http::Request& request, const threat::Editable& before,
                                   const Form& form) {
  const auto url = pages::threat_url(before.record.slug);
  std::string main;
  render<
      "<p class=\"lead\">[[Revoking tells everybody who got it that it does not hold any more; it is not deleted. It "
      "cannot be taken back.]]</p>\n">(main);
  pages::FormMarkup markup{request, url + "/revoke", form};
  markup.input({.name = "reason",
                .label = tr<"Why">(),
                .hint = tr<"For the audit log.">(),
                .maxlength = static_cast<int>(threat::kReasonBytesMax),
                .required = true});
  main += markup.submit(tr<"Revoke it">(), pages::FormMarkup::Button::danger, url).str();
  return page_of(app, request, tr<"Revoke: {}">(before.record.title), edit_target(before), main, form);
}

Result<http::Response> get_revoke(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto before, load(app, request));
  return revoke_page(app, request, before, {});
}

Result<http::Response> post_revoke(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({}));
  TRY(const auto before, load(app, request));
  TRY(auto form, Form::read(request, {"reason"}));
  const auto done = threat::withdraw_object(app.database(), access::actor(request), before.record.key,
                                            form.get("reason"), request.now);
  if (!done) {
    TRY_VOID(form.take(done.error()));
    return revoke_page(app, request, before, form);
  }
  return pages::done(pages::threat_url(before.record.slug), "report-revoked");
}

}  // namespace

namespace pages {

Html author_actions_html(std::string_view slug) {
  std::string out;
  render<
      "<p class=\"actions no-print\"><a class=\"button-quiet\" href=\"{}\">[[Edit it]]</a> <a class=\"button-quiet\" "
      "href=\"{}\">[[Revoke it]]</a></p>\n">(out, Url::own(threat_url(slug) + "/edit"),
                                             Url::own(threat_url(slug) + "/revoke"));
  return Html::from_trusted(std::move(out));
}

Result<Html> author_line_html(App& app, const http::Request& request, const domain::Record& record) {
  const auto actor = access::actor(request);
  // Without a look into the database for nearly all.
  if (!threat::may_share(actor) || actor.viewer.organisation != record.owner) return Html{};
  TRY(const bool may, app.database().snapshot([&](store::Connection& connection) -> Result<bool> {
    return threat::may_edit(connection, actor, record.key, request.now);
  }));
  return may ? author_actions_html(record.slug) : Html{};
}

}  // namespace pages

void add_threat_author_routes(App& app, http::Router& router) {
  constexpr auto kMember = domain::Permission::read_as_member;
  constexpr std::size_t kBodyBytes = 4 << 20;
  const auto handle = [&app](Result<http::Response> (*handler)(App&, const http::Request&)) {
    return [&app, handler](const http::Request& request) { return handler(app, request); };
  };
  const auto session = [](http::Route& route) { route.session_only = true; };
  const auto large = [](http::Route& route) {
    route.session_only = true;
    route.body_bytes_max = kBodyBytes;
  };
  using enum http::Method;
  const std::string fresh{pages::kNewObjectPath};
  pages::add_page(router, get, fresh, "threat_new_page", kMember, handle(get_new), session);
  pages::add_page(router, post, fresh, "threat_new", kMember, handle(post_new), large);
  pages::add_page(router, get, "/threats/{id}/edit", "threat_edit_page", kMember, handle(get_edit), session);
  pages::add_page(router, post, "/threats/{id}/edit", "threat_edit", kMember, handle(post_edit), large);
  pages::add_page(router, get, "/threats/{id}/revoke", "threat_revoke_page", kMember, handle(get_revoke), session);
  pages::add_page(router, post, "/threats/{id}/revoke", "threat_revoke_form", kMember, handle(post_revoke), session);
}

}  // namespace tocsin::portal
