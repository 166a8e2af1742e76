#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/app.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/case_parts.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"

/// Cases: the list of those that the asker may know of, and one with its participants and what is shared with it.
namespace tocsin::portal {

namespace cases = engine::cases;

namespace pages {

std::string case_url(std::string_view number) { return fmt::format("/cases/{}", number); }

Result<cases::CaseDetail> case_of(App& app, const http::Request& request) {
  TRY(auto detail, cases::find_case(app.database(), access::actor(request), request.parameter("case"), request.now));
  if (!detail) return Error::not_found("case");
  return std::move(*detail);
}

boost::json::object case_json(const cases::CaseRow& row) {
  boost::json::object out;
  out["number"] = row.it.number;
  out["uuid"] = row.it.uuid;
  out["url"] = case_url(row.it.number);
  out["kind"] = domain::slug(row.it.kind);
  out["title"] = row.it.title;
  out["state"] = domain::to_string(row.it.state);
  boost::json::object owner;
  owner["id"] = row.it.owner.value;
  owner["name"] = row.owner_name;
  out["owner"] = std::move(owner);
  out["opened_at"] = format_rfc3339(row.it.opened_at);
  out["closed_at"] = time_json(row.it.closed_at);
  out["part"] = nullptr;
  if (row.part) out["part"] = domain::slug(*row.part);
  out["may_change"] = row.keeps;
  out["participant_count"] = nullptr;
  if (row.participant_count) out["participant_count"] = *row.participant_count;
  return out;
}

boost::json::object case_detail_json(const cases::CaseDetail& detail) {
  auto out = case_json(detail.row);
  auto& participants = out["participants"].emplace_array();
  for (const auto& row : detail.participants) {
    boost::json::object each;
    each["kind"] = domain::to_string(row.it.who.kind);
    each["id"] = nullptr;
    if (row.it.who.id != 0) each["id"] = row.it.who.id;
    each["name"] = row.name;
    each["part"] = domain::slug(row.it.part);
    each["added_at"] = format_rfc3339(row.it.added_at);
    each["added_by"] = row.added_by;
    participants.push_back(std::move(each));
  }
  auto& records = out["records"].emplace_array();
  for (const auto& record : detail.records) {
    boost::json::object each;
    each["id"] = record.key;
    each["title"] = record.title;
    each["tlp"] = domain::to_string(record.tlp);
    each["url"] = advisory_url(record.slug);
    records.push_back(std::move(each));
  }
  return out;
}

}  // namespace pages

namespace {

using domain::Grantee;
using domain::Permission;
using html::attribute_if;
using html::Html;
using html::render;
using html::Url;

Html state_tag(domain::CaseState state) {
  std::string out;
  if (state == domain::CaseState::open) {
    render<"<span class=\"tag tag-active\">[[open]]</span>">(out);
  } else {
    render<"<span class=\"tag\">[[closed]]</span>">(out);
  }
  return Html::from_trusted(std::move(out));
}

Result<cases::CaseFilter> filter_of(const http::Request& request) {
  TRY_VOID(request.only_known({"q", "state", "kind", pages::kNoticeParameter}));
  cases::CaseFilter filter;
  filter.text = std::string{text::trim(request.query.get("q"))};
  if (const auto state = request.query.get("state"); !state.empty()) {
    filter.state = domain::parse_case_state(state);
    if (!filter.state) return Error::invalid(std::string{tr<"'state' is open or closed">()}, "state");
  }
  if (const auto kind = request.query.get("kind"); !kind.empty()) {
    filter.kind = domain::parse_case_kind(kind);
    if (!filter.kind) return Error::invalid(std::string{tr<"'kind' is coordination or incident">()}, "kind");
  }
  return filter;
}

void append_filter(std::string& out, const cases::CaseFilter& filter) {
  render<R"(<form class="search-panel filter-form" action="/cases" role="search" aria-label="[[Cases]]">
<div class="search-row"><label class="hidden" for="case-q">[[Part of number or title]]</label>
<input id="case-q" type="search" name="q" value="{}" placeholder="[[Part of number or title]]" maxlength="200">
<label class="hidden" for="case-kind">[[Kind]]</label><select id="case-kind" name="kind"><option value="">[[Any kind]]</option>)">(
      out, filter.text);
  for (const auto kind : domain::all_case_kinds()) {
    render<"<option value=\"{}\" {}>{}</option>">(
        out, domain::slug(kind), attribute_if<"selected">(filter.kind == kind), tr_text(domain::to_string(kind)));
  }
  render<
      R"(</select><label class="hidden" for="case-state">[[State]]</label><select id="case-state" name="state"><option value="">[[Open and closed]]</option>)">(
      out);
  for (const auto state : {domain::CaseState::open, domain::CaseState::closed}) {
    render<"<option value=\"{}\" {}>{}</option>">(out, domain::to_string(state),
                                                  attribute_if<"selected">(filter.state == state),
                                                  tr_text(domain::to_string(state)));
  }
  render<"</select>\n<button class=\"button\" type=\"submit\">[[Filter]]</button></div></form>\n">(out);
}

void append_empty(std::string& out, bool filtered, bool opens) {
  if (filtered) {
    render<
        "<section class=\"panel\"><h2>[[No case fits]]</h2><p>[[Try part of the title, or see <a "
        "href=\"/cases\">all of them</a>.]]</p></section>\n">(out);
    return;
  }
  render<"<section class=\"panel\"><h2>[[You take part in no case]]</h2><p>">(out);
  if (opens) {
    render<
        "[[<a href=\"/cases/new\">Open one</a> for a vulnerability to coordinate or an incident, and add who takes "
        "part.]]">(out);
  } else {
    render<"[[The CERT or a vendor adds who takes part. A case shows here once you or your organisation do.]]">(out);
  }
  out += "</p></section>\n";
}

void append_table(std::string& out, const std::vector<cases::CaseRow>& rows) {
  render<
      "<div class=\"table-wrap\"><table class=\"sortable stack\"><thead><tr><th scope=\"col\">[[Case]]</th><th "
      "scope=\"col\">[[Title]]</th><th scope=\"col\">[[Kind]]</th><th scope=\"col\">[[State]]</th><th "
      "scope=\"col\">[[Kept by]]</th><th scope=\"col\">[[Your part]]</th><th scope=\"col\" class=\"num\" "
      "data-first=\"descending\">[[Participants]]</th><th scope=\"col\" "
      "data-first=\"descending\">[[Opened]]</th></tr></thead><tbody>\n">(out);
  for (const auto& row : rows) {
    render<
        R"(<tr><th scope="row"><a href="{}">{}</a></th><td data-label="[[Title]]">{}</td><td data-label="[[Kind]]">{}</td><td data-label="[[State]]">{}</td><td data-label="[[Kept by]]">{}</td><td data-label="[[Your part]]">{}</td><td class="num" data-label="[[Participants]]">{}</td><td data-label="[[Opened]]">{}</td></tr>
)">(out, Url::own(pages::case_url(row.it.number)), row.it.number, row.it.title, tr_text(domain::to_string(row.it.kind)),
        state_tag(row.it.state), row.owner_name,
        row.part ? tr_text(domain::to_string(*row.part)) : std::string_view{"–"},
        row.participant_count ? text::thousands(*row.participant_count) : std::string{"–"},
        pages::date_html(row.it.opened_at));
  }
  out += "</tbody></table></div>\n";
}

Result<http::Response> get_list(App& app, const http::Request& request) {
  TRY(const auto filter, filter_of(request));
  const auto actor = access::actor(request);
  TRY(const auto rows, cases::list_cases(app.database(), actor, filter));
  if (request.representation == http::Representation::json) {
    boost::json::array items;
    for (const auto& row : rows) items.push_back(pages::case_json(row));
    const auto total = static_cast<std::int64_t>(rows.size());
    return pages::personal(http::Response::json(json::write(pages::page_json(std::move(items), {}, total))));
  }
  const bool opens = actor.may(Permission::handle_cases);
  const bool filtered = !filter.text.empty() || filter.state || filter.kind;
  std::string out;
  render<"<div class=\"page-head\"><h1>[[Cases]]</h1><p class=\"actions\">">(out);
  if (opens) render<"<a class=\"button\" href=\"/cases/new\">[[New case]]</a>">(out);
  render<
      "</p></div>\n<p class=\"lead\">[[A case is work that several parties share: a vulnerability that is coordinated, "
      "an incident. Only those who take part know of it, and see what is addressed to it.]]</p>\n">(out);
  if (filtered || !rows.empty()) append_filter(out, filter);
  if (rows.empty()) {
    append_empty(out, filtered, opens);
  } else {
    append_table(out, rows);
  }
  pages::Page page;
  page.title = tr<"Cases">();
  page.json_url = http::with_query("/api/v1/cases",
                                   {{"q", filter.text},
                                    {"state", filter.state ? domain::to_string(*filter.state) : std::string_view{}},
                                    {"kind", filter.kind ? domain::slug(*filter.kind) : std::string_view{}}});
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/cases");
}

void append_participants(std::string& out, const http::Request& request, const cases::CaseDetail& detail) {
  const auto& it = detail.row.it;
  render<
      "<section aria-labelledby=\"participants\"><h2 id=\"participants\">[[Participants]]</h2>\n<div "
      "class=\"table-wrap\"><table class=\"sortable stack\"><thead><tr><th scope=\"col\">[[Name]]</th><th "
      "scope=\"col\">[[Part]]</th><th scope=\"col\">[[Kind]]</th><th scope=\"col\" "
      "data-first=\"descending\">[[Added]]</th><th scope=\"col\">[[By]]</th>">(out);
  if (detail.row.keeps) render<"<th scope=\"col\" data-nosort><span class=\"hidden\">[[Remove]]</span></th>">(out);
  out += "</tr></thead><tbody>\n";
  for (const auto& row : detail.participants) {
    const bool organisation = row.it.who.kind == Grantee::Kind::organisation;
    const bool owner = organisation && row.it.who.id == it.owner.value;
    render<
        R"(<tr><th scope="row">{}</th><td data-label="[[Part]]">{}</td><td data-label="[[Kind]]">{}</td><td data-label="[[Added]]">{}</td><td data-label="[[By]]">{}</td>)">(
        out, organisation ? pages::organisation_link(row.it.who.id, row.name) : Html::from_text(row.name),
        tr_text(domain::to_string(row.it.part)), organisation ? tr<"organisation">() : tr<"single person">(),
        pages::datetime_html(row.it.added_at), row.added_by.empty() ? std::string_view{"–"} : row.added_by);
    if (detail.row.keeps) {
      out += "<td>";
      if (!owner) {
        const auto id = std::to_string(row.it.who.id);
        const auto member = row.it.who.id == 0 ? std::pair<std::string_view, std::string_view>{"email", row.name}
                                               : std::pair<std::string_view, std::string_view>{"member", id};
        out += pages::button_form(request, pages::case_url(it.number) + "/remove", tr<"Remove">(),
                                  {{"kind", domain::to_string(row.it.who.kind)}, member},
                                  pages::FormMarkup::Button::quiet, row.name)
                   .str();
      }
      out += "</td>";
    }
    out += "</tr>\n";
  }
  out += "</tbody></table></div></section>\n";
}

void append_records(std::string& out, const cases::CaseDetail& detail) {
  render<"<section class=\"panel\" aria-labelledby=\"shared\"><h2 id=\"shared\">[[Shared with it]]</h2>\n">(out);
  if (detail.records.empty()) {
    render<
        "<p class=\"note\">[[Nothing that you may see. An advisory is shared with a case on its page "
        "Sharing.]]</p></section>\n">(out);
    return;
  }
  out += "<ul class=\"plain-list\">\n";
  for (const auto& record : detail.records) {
    render<"<li><div>{} <a href=\"{}\">{}</a> <span class=\"id\">{}</span></div></li>\n">(
        out, pages::tlp_badge(record.tlp), Url::own(pages::advisory_url(record.slug)), record.title, record.key);
  }
  out += "</ul></section>\n";
}

Result<http::Response> get_one(App& app, const http::Request& request) {
  TRY_VOID(request.only_known({pages::kNoticeParameter}));
  TRY(const auto detail, pages::case_of(app, request));
  const auto& it = detail.row.it;
  if (request.representation == http::Representation::json) {
    return api::with_version(api::personal_json(pages::case_detail_json(detail)), cases::version_of(it));
  }
  const auto url = pages::case_url(it.number);
  std::string out = pages::breadcrumb_html({{"/cases", std::string{tr<"Cases">()}}, {"", it.number}}).str();
  render<
      "<div class=\"page-head\"><div><p class=\"badges\">{} <span class=\"id\">{}</span></p><h1>{}</h1></div><p "
      "class=\"actions\">">(out, state_tag(it.state), it.number, it.title);
  if (detail.row.keeps) {
    if (it.state == domain::CaseState::open) {
      render<"<a class=\"button-quiet\" href=\"{}\">[[Add a participant]]</a> ">(out, Url::own(url + "/add"));
    }
    render<"<a class=\"button-quiet\" href=\"{}\">[[Edit]]</a>">(out, Url::own(url + "/edit"));
  }
  out += "</p></div>\n";
  if (it.state == domain::CaseState::closed) {
    render<
        "<p class=\"callout\">[[This case is closed: nothing new is shared with it and nobody is added. Who takes part "
        "still sees what was shared.]]</p>\n">(out);
  }
  out += "<dl class=\"kv\">\n";
  pages::append_fact(out, tr<"Kind">(), tr_text(domain::to_string(it.kind)));
  pages::append_fact(out, tr<"Kept by">(), pages::organisation_link(it.owner.value, detail.row.owner_name));
  if (detail.row.part) pages::append_fact(out, tr<"Your part">(), tr_text(domain::to_string(*detail.row.part)));
  pages::append_fact(out, tr<"Opened">(), pages::datetime_html(it.opened_at));
  if (it.closed_at) pages::append_fact(out, tr<"Closed">(), pages::datetime_html(*it.closed_at));
  out += "</dl>\n";
  append_records(out, detail);
  if (detail.row.participant_count) {
    append_participants(out, request, detail);
  } else {
    render<
        "<p class=\"callout\">[[<b>Who else takes part is not shown to you.</b> Those who answer for your organisation "
        "see it.]]</p>\n">(out);
  }
  pages::Page page;
  page.title = fmt::format("{}: {}", it.number, it.title);
  page.json_url = "/api/v1" + url;
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/cases");
}

}  // namespace

void add_case_routes(App& app, http::Router& router) {
  // Somebody may take part by name, without an organisation.
  pages::add_resource(
      router, "/cases", "/api/v1/cases", "cases", "Cases in which the asker or the organisation acted for takes part",
      [&app](const http::Request& request) { return get_list(app, request); }, Permission::signed_in);
  pages::add_resource(
      router, "/cases/{case}", "/api/v1/cases/{case}", "case",
      "One case with its participants, as far as they are shown, and what is shared with it",
      [&app](const http::Request& request) { return get_one(app, request); }, Permission::signed_in);
}

}  // namespace tocsin::portal
