#include "engine/guard/approvals.hpp"

#include <charconv>

#include <fmt/format.h>

#include "base/json.hpp"
#include "engine/guard/second_person.hpp"
#include "engine/identity/identity.hpp"
#include "portal/access.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/pages/approval_view.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/manage.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"
#include "store/records.hpp"

/// What waits for a second person, and their decision.
namespace tocsin::portal {
namespace {

namespace guard = engine::guard;
using domain::Permission;
using guard::ApprovalRow;
using html::Html;
using html::render;
using html::Url;
using pages::Form;
using pages::FormMarkup;
using store::ApprovalState;

constexpr const char* kHere = "/approvals";
constexpr int kRows = 200;

std::string path_of(const ApprovalRow& row) { return fmt::format("{}/{}", kHere, row.approval.id); }
std::string_view act_name(const ApprovalRow& row) {
  return row.act ? tr_text(domain::name(*row.act)) : tr<"an unknown act">();
}
std::string_view asker_of(const ApprovalRow& row) {
  if (row.own) return tr<"#who asked#you">();
  return row.approval.person ? std::string_view{row.person} : tr<"the console">();
}
std::string_view decider_of(const ApprovalRow& row) {
  if (row.approval.decided_by || !row.approval.decided_at) return row.decided_by;
  return tr<"the console">();
}

Message state_of(const ApprovalRow& row) {
  if (row.waits) return message<"#an approval#waiting">;
  switch (row.approval.state) {
    case ApprovalState::waiting:
      return message<"#an approval#over">;
    case ApprovalState::approved:
      return message<"#an approval#approved">;
    case ApprovalState::rejected:
      return message<"#an approval#rejected">;
    case ApprovalState::withdrawn:
      return message<"#an approval#withdrawn">;
    case ApprovalState::refused:
      break;
  }
  return message<"#an approval#not possible any more">;
}

boost::json::object approval_json(const ApprovalRow& row) {
  const auto& approval = row.approval;
  boost::json::object out;
  out["id"] = approval.id;
  out["url"] = path_of(row);
  out["act"] = row.act ? domain::slug(*row.act) : "";
  out["object"] = approval.object;
  out["state"] = row.waits                                  ? "waiting"
                 : approval.state == ApprovalState::waiting ? "over"
                 : approval.state == ApprovalState::refused ? "refused"
                                                            : state_of(row).english();
  out["asked_by"] = row.person;
  out["asked_for"] = row.organisation;
  out["reason"] = approval.reason;
  auto& difference = out["difference"].emplace_array();
  for (const auto& each : row.difference) difference.emplace_back(each);
  out["asked_at"] = format_rfc3339(approval.asked_at);
  out["expires_at"] = format_rfc3339(approval.expires_at);
  out["decided_by"] = row.decided_by;
  out["decided_at"] = pages::time_json(approval.decided_at);
  out["outcome"] = approval.outcome;
  out["may_decide"] = row.may_decide;
  return out;
}

Html state_tag(const ApprovalRow& row) {
  std::string out;
  render<"<span class=\"{}\">{}</span>">(out, row.waits ? "tag tag-applied" : "tag", state_of(row).text());
  return Html::from_trusted(std::move(out));
}

void append_table(std::string& out, const std::vector<ApprovalRow>& rows) {
  render<
      "<div class=\"table-wrap\"><table class=\"stack\"><caption "
      "class=\"hidden\">[[Approvals]]</caption><thead><tr><th "
      "scope=\"col\">[[What]]</th><th scope=\"col\">[[Who asked]]</th><th scope=\"col\">[[Why]]</th><th "
      "scope=\"col\">[[When]]</th><th scope=\"col\">[[Now]]</th></tr></thead><tbody>\n">(out);
  for (const auto& row : rows) {
    render<
        R"(<tr><td data-label="[[What]]"><a href="{}">{}</a><br><span class="note">{}</span></td><td data-label="[[Who asked]]">{}</td><td data-label="[[Why]]">{}</td><td data-label="[[When]]">{}</td><td data-label="[[Now]]">{}{}</td></tr>
)">(out, Url::own(path_of(row)), act_name(row), row.difference.empty() ? std::string{} : row.difference.front(),
        asker_of(row), row.approval.reason, pages::datetime_html(row.approval.asked_at), state_tag(row),
        row.may_decide ? fmt::format(" {}", tr<"for your decision">()) : std::string{});
  }
  out += "</tbody></table></div>\n";
}

Result<http::Response> list(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  TRY(const auto rows, guard::list_approvals(app.database(), access::actor(request), kRows, request.now));
  if (request.representation == http::Representation::json) {
    boost::json::array items;
    for (const auto& row : rows) items.push_back(approval_json(row));
    return pages::personal(http::Response::json(json::write(pages::page_json(std::move(items), "", std::nullopt))));
  }
  std::string out;
  render<
      "<div class=\"page-head\"><h1>[[Approvals]]</h1></div>\n<p class=\"lead\">[[What one person asked for and "
      "another one "
      "has to agree to: your requests, and those that you may decide about.]]</p>\n">(out);
  std::vector<ApprovalRow> waiting, others;
  for (const auto& row : rows) (row.waits ? waiting : others).push_back(row);
  render<"<section class=\"panel\" aria-labelledby=\"waiting\"><h2 id=\"waiting\">[[Waiting]]</h2>\n">(out);
  if (waiting.empty()) {
    render<"<p>[[Nothing waits.]] ">(out);
    std::string acts;
    for (const auto act : domain::all_acts()) {
      if (app.settings().four_eyes.wanted(act))
        acts += fmt::format("{}{}", acts.empty() ? "" : ", ", tr_text(domain::name(act)));
    }
    render<"{}</p>\n">(out, acts.empty()
                                ? std::string{tr<"This installation asks no second person for anything (setting "
                                                 "four_eyes).">()}
                                : tr<"These acts need two people here: {}.">(acts));
  } else {
    append_table(out, waiting);
  }
  out += "</section>\n";
  if (!others.empty()) {
    render<"<section class=\"panel\" aria-labelledby=\"decided\"><h2 id=\"decided\">[[Decided]]</h2>\n">(out);
    append_table(out, others);
    out += "</section>\n";
  }
  pages::Page page;
  page.title = tr<"Approvals">();
  page.json_url = "/api/v1/approvals";
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), kHere);
}

/// What it is about, as a link where there is a page for it and the reader may see it.
Result<Html> object_link(App& app, const http::Request& request, const ApprovalRow& row) {
  const auto& object = row.approval.object;
  const auto colon = object.find(':');
  const auto id = colon == std::string::npos ? std::nullopt : pages::id_of(object.substr(colon + 1));
  if (!id) return Html{};
  if (object.starts_with("person:")) {
    return html::fragment<"<a href=\"{}\">{}</a>">(Url::own(pages::person_url({*id})), object);
  }
  if (object.starts_with("organisation:")) {
    return html::fragment<"<a href=\"{}\">{}</a>">(Url::own(pages::organisation_url({*id})), object);
  }
  if (!object.starts_with("record:")) return html::fragment<"{}">(object);
  TRY(const auto found, app.database().read([&](store::Connection& connection) {
    return store::Records{connection}.headers(request.viewer, std::vector{*id}, request.now);
  }));
  if (found.empty()) return html::fragment<"{}">(object);
  return html::fragment<"{} <a href=\"{}\">{}</a> {}">(pages::tlp_badge(found.front().tlp),
                                                       Url::own(pages::record_url(found.front())), found.front().key,
                                                       found.front().title);
}

void append_decision(std::string& out, const http::Request& request, const ApprovalRow& row, const Form& form) {
  const auto path = path_of(row);
  if (row.may_decide) {
    render<"<section class=\"panel\" aria-labelledby=\"decide\"><h2 id=\"decide\">[[Your decision]]</h2>\n">(out);
    if (row.act == domain::Act::break_glass) {
      render<"<p class=\"callout callout-warn\">[[Nobody has looked whether there is such a record.]]</p>\n">(out);
    }
    FormMarkup approve{request, path + "/approve", {}, "approve"};
    out += approve.submit(tr<"Approve: let it be done now">(), FormMarkup::Button::danger).str();
    FormMarkup reject{request, path + "/reject", form, "reject"};
    reject.textarea(
        {.name = "why", .label = tr<"Why not">(), .hint = tr<"Who asked reads this.">(), .maxlength = 1'000}, 3);
    out += reject.submit(tr<"Reject">(), FormMarkup::Button::quiet).str();
    out += "</section>\n";
  } else if (row.waits && row.own) {
    render<
        "<section class=\"panel\" aria-labelledby=\"decide\"><h2 id=\"decide\">[[It waits for somebody else]]</h2>\n">(
        out);
    if (row.others == 0) {
      render<
          "<p class=\"callout callout-warn\">[[<b>At present nobody else may approve this.</b> Give another person the "
          "role, or ask the operator, who may do it on the command line: <code>tocsin approval "
          "approve</code>.]]</p>\n">(out);
    } else {
      render<"<p>{}</p>\n">(out, row.others == 1 ? std::string{tr<"One other person may approve it.">()}
                                                 : tr<"{} other people may approve it.">(row.others));
    }
    out += pages::button_form(request, path + "/withdraw", tr<"Withdraw it">()).str();
    out += "</section>\n";
  }
}

Result<http::Response> show(App& app, const http::Request& request, const ApprovalRow& row, const Form& form) {
  std::string out =
      pages::breadcrumb_html({{kHere, std::string{tr<"Approvals">()}}, {"", tr<"Number {}">(row.approval.id)}}).str();
  render<"<div class=\"page-head\"><div><p class=\"badges\">{}</p><h1>{}</h1></div></div>\n">(out, state_tag(row),
                                                                                              act_name(row));
  out += pages::error_summary(form).str();
  render<
      "<div class=\"grid-2\"><section class=\"panel\" aria-labelledby=\"what\"><h2 id=\"what\">[[What would be "
      "done]]</h2>\n">(out);
  TRY(const auto object, object_link(app, request, row));
  if (!object.empty()) render<"<p>{}</p>\n">(out, object);
  out += "<ul class=\"plain\">\n";
  for (const auto& each : row.difference) render<"<li>{}</li>\n">(out, each);
  render<
      "</ul></section>\n<section class=\"panel\" aria-labelledby=\"who\"><h2 id=\"who\">[[Who asks, and "
      "why]]</h2>\n<dl "
      "class=\"kv\">\n">(out);
  const auto& approval = row.approval;
  pages::append_fact(out, tr<"Asked by">(), asker_of(row));
  pages::append_fact(out, tr<"#an organisation#For">(), row.organisation);
  pages::append_fact(out, tr<"Reason">(), approval.reason);
  pages::append_fact(out, tr<"#when#Asked">(), pages::datetime_html(approval.asked_at));
  if (row.waits) pages::append_fact(out, tr<"Waits until">(), pages::datetime_html(approval.expires_at));
  if (approval.decided_at) {
    pages::append_fact(out, tr<"#when#Decided">(), pages::datetime_html(*approval.decided_at));
    pages::append_fact(out, tr<"#who decided#By">(), decider_of(row));
  }
  pages::append_fact(out, tr<"Said">(), approval.outcome);
  out += "</dl></section></div>\n";
  append_decision(out, request, row, form);
  pages::Page page;
  page.title = tr<"Approval {}">(approval.id);
  page.json_url = fmt::format("/api/v1{}", path_of(row));
  page.main = Html::from_trusted(std::move(out));
  if (!form.good()) return pages::form_page(app, request, std::move(page), form);
  return pages::member_page(app, request, std::move(page), kHere);
}

Result<ApprovalRow> found(App& app, const http::Request& request) {
  const auto id = pages::id_in_path(request, "approval");
  if (!id) return Error::not_found("approval");
  return guard::find_approval(app.database(), access::actor(request), *id, request.now);
}

Result<http::Response> one(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  TRY(const auto row, found(app, request));
  if (request.representation == http::Representation::json) {
    return pages::personal(http::Response::json(json::write(approval_json(row))));
  }
  return show(app, request, row, {});
}

/// The page again with what is to be mended; done where nothing is.
Result<http::Response> answer(App& app, const http::Request& request, const Status& done, const ApprovalRow& row,
                              Form form, std::string_view notice) {
  if (done) {
    TRY_VOID(app.identity()->refresh());
    return pages::done(path_of(row), notice);
  }
  TRY_VOID(form.take(done.error()));
  TRY(const auto again, found(app, request));
  return show(app, request, again, form);
}

Result<http::Response> approve(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {}));
  TRY(const auto row, found(app, request));
  if (auto first = pages::confirm_first(app, request, path_of(row))) return std::move(*first);
  auto tools = app.settings().guard;
  tools.glass.post = app.post();
  const auto done = guard::approve(app.database(), access::actor(request), tools, row.approval.id, request.now);
  return answer(app, request, done, row, std::move(form), "approved");
}

Result<http::Response> reject(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"why"}));
  TRY(const auto row, found(app, request));
  const auto done =
      guard::reject(app.database(), access::actor(request), row.approval.id, form.get("why"), request.now);
  return answer(app, request, done, row, std::move(form), "rejected");
}

Result<http::Response> withdraw(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {}));
  TRY(const auto row, found(app, request));
  const auto done = guard::withdraw(app.database(), access::actor(request), row.approval.id, request.now);
  return answer(app, request, done, row, std::move(form), "withdrawn");
}

}  // namespace

namespace pages {

std::optional<http::Response> asked_instead(const Error& error) {
  if (!error.where.starts_with(guard::kAsked)) return std::nullopt;
  return done("/" + error.where, "asked");
}

void append_reason(FormMarkup& markup, const http::Request& request, domain::Act act) {
  if (!access::actor(request).four_eyes.wanted(act)) return;
  markup.textarea({.name = "reason",
                   .label = tr<"Reason, for the second person">(),
                   .hint = tr<"Another person has to approve this before it is done. They read why.">(),
                   .maxlength = 1'000},
                  3);
}

}  // namespace pages

void add_approval_routes(App& app, http::Router& router) {
  pages::add_resource(
      router, kHere, "/api/v1/approvals", "approvals", "What waits for a second person, and what was decided",
      [&app](const http::Request& request) { return list(app, request); }, Permission::signed_in);
  pages::add_resource(
      router, "/approvals/{approval}", "/api/v1/approvals/{approval}", "approval", "One of them",
      [&app](const http::Request& request) { return one(app, request); }, Permission::signed_in);
  pages::add_action(app, router, "/approvals/{approval}/approve", "approval_approve", Permission::signed_in, approve);
  pages::add_action(app, router, "/approvals/{approval}/reject", "approval_reject", Permission::signed_in, reject);
  pages::add_action(app, router, "/approvals/{approval}/withdraw", "approval_withdraw", Permission::signed_in,
                    withdraw);
}

}  // namespace tocsin::portal
