#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"
#include "store/records.hpp"

/// What advisories mean for one's own plants: the list, and what is said of its entries.
namespace tocsin::portal {
namespace {

namespace exposure = engine::exposure;
namespace inventory = engine::inventory;
using domain::MatchVerdict;
using domain::Permission;
using domain::RemediationState;
using exposure::Status;
using formats::inventory::Field;
using html::attribute_if;
using html::Html;
using html::render;
using html::Url;
using pages::Form;

constexpr int kPerPage = 50;
constexpr int kPerPageMax = 200;
constexpr Status kStatuses[] = {Status::affected, Status::undecidable, Status::under_investigation, Status::fixed,
                                Status::not_affected};

/// What the query says, as it was said.
struct Asked {
  std::string organisation, status, state, site, zone, vendor, cve, advisory, cursor;
  int limit = kPerPage;
};

std::string path_of(std::string_view base, const Asked& asked) {
  return http::with_query(base, {{"organisation", asked.organisation},
                                 {"status", asked.status},
                                 {"state", asked.state},
                                 {"site", asked.site},
                                 {"zone", asked.zone},
                                 {"vendor", asked.vendor},
                                 {"cve", asked.cve},
                                 {"advisory", asked.advisory},
                                 {"limit", asked.limit == kPerPage ? std::string{} : std::to_string(asked.limit)},
                                 {"cursor", asked.cursor}});
}

Result<Asked> asked_of(const http::Request& request) {
  TRY_VOID(request.only_known({"organisation", "status", "state", "site", "zone", "vendor", "cve", "advisory", "limit",
                               "cursor", pages::kNoticeParameter}));
  const auto text = [&](std::string_view name) { return std::string{text::trim(request.query.get(name))}; };
  Asked asked{.organisation = text("organisation"),
              .status = text("status"),
              .state = text("state"),
              .site = text("site"),
              .zone = text("zone"),
              .vendor = text("vendor"),
              .cve = text("cve"),
              .advisory = text("advisory"),
              .cursor = text("cursor")};
  TRY(asked.limit, request.integer("limit", kPerPage, 1, kPerPageMax));
  return asked;
}

/// `status`: one of the matcher's, "all", or absent for what wants attention; `state` likewise.
Result<exposure::ListInput> input_of(App& app, const http::Request& request, const Asked& asked) {
  auto input = exposure::open_matters();
  input.limit = asked.limit;
  input.cursor = asked.cursor;
  if (asked.status == "all") {
    input.statuses.clear();
  } else if (!asked.status.empty()) {
    input.statuses.clear();
    for (const auto each : kStatuses) {
      if (exposure::to_string(each) == asked.status) input.statuses.push_back(static_cast<int>(each));
    }
    if (input.statuses.empty()) {
      return Error::invalid(
          std::string{tr<"'status' is all, affected, undecidable, under_investigation, fixed or not_affected">()},
          "status");
    }
  }
  if (asked.state == "all") {
    input.states.clear();
  } else if (!asked.state.empty()) {
    const auto state = domain::parse_remediation_state(asked.state);
    if (!state) {
      return Error::invalid(std::string{tr<"'state' is all, open, in_progress, done or accepted">()}, "state");
    }
    input.states = {*state};
  }
  if (!asked.site.empty()) input.site = asked.site;
  input.zone = asked.zone;
  input.vendor = asked.vendor;
  input.cve = asked.cve;
  if (!asked.advisory.empty()) {
    TRY(const auto record, app.database().read([&](store::Connection& connection) {
      return store::Records{connection}.find(request.viewer, domain::RecordKind::advisory, asked.advisory, request.now);
    }));
    if (!record) return Error::not_found("advisory");
    input.record = record->id;
  }
  return input;
}

Status status_of(const store::ExposureRow& row) { return static_cast<Status>(row.match.status); }

void append_counts(std::string& out, const std::vector<store::ExposureCount>& counts, const Asked& asked) {
  render<"<div class=\"list-bar\"><ul class=\"switch\"><li>[[Status]]</li>">(out);
  auto each = asked;
  each.cursor.clear();
  const auto link = [&](std::string_view value, std::string_view label, std::int64_t count) {
    each.status = value;
    render<"<li><a href=\"{}\" {}>{} <span class=\"count\">{}</span></a></li>">(
        out, Url::own(path_of("/exposure", each)), attribute_if<"aria-current">(asked.status == value, "true"), label,
        text::thousands(count));
  };
  const auto of = [&](Status status) {
    std::int64_t count = 0;
    for (const auto& row : counts) {
      if (row.status == static_cast<int>(status)) count += row.open + row.done;
    }
    return count;
  };
  link("", tr<"to be looked at">(), of(Status::affected) + of(Status::undecidable) + of(Status::under_investigation));
  for (const auto status : kStatuses) link(exposure::to_string(status), pages::status_label(status), of(status));
  out += "</ul></div>\n";
}

void append_filters(std::string& out, const Asked& asked, const inventory::FilterValues& values) {
  render<
      R"(<form class="search-panel filter-form filter-many" action="/exposure" role="search" aria-label="[[Exposure]]">
<div class="search-row">)">(out);
  for (const auto& [name, value] : {std::pair{"organisation", asked.organisation}, std::pair{"status", asked.status},
                                    std::pair{"advisory", asked.advisory}, std::pair{"cve", asked.cve}}) {
    if (!value.empty()) render<"<input type=\"hidden\" name=\"{}\" value=\"{}\">">(out, name, value);
  }
  std::vector<pages::Option> states{{"all", std::string{tr<"any state">()}}};
  for (const auto state : domain::all_remediation_states()) {
    states.push_back({std::string{domain::to_string(state)}, std::string{pages::state_label(state)}});
  }
  pages::append_filter(out, "exposure-state", "state", tr<"State">(), tr<"neither done nor accepted">(), states,
                       asked.state);
  if (!values.sites.empty()) {
    pages::append_filter(out, "exposure-site", "site", pages::field_label(Field::site), tr<"Any site">(),
                         pages::options_of(values.sites), asked.site);
  }
  if (!values.zones.empty()) {
    pages::append_filter(out, "exposure-zone", "zone", pages::field_label(Field::zone), tr<"Any zone">(),
                         pages::options_of(values.zones), asked.zone);
  }
  if (!values.vendors.empty()) {
    pages::append_filter(out, "exposure-vendor", "vendor", pages::field_label(Field::vendor), tr<"Any vendor">(),
                         pages::options_of(values.vendors), asked.vendor);
  }
  render<"<button class=\"button\" type=\"submit\">[[Filter]]</button></div></form>\n">(out);
}

std::string subject_of(const store::ExposureRow& row) {
  return fmt::format("{}.{}", row.match.asset, row.match.record.value);
}

void append_table(std::string& out, const std::vector<store::ExposureRow>& rows,
                  const std::vector<exposure::Decision>& decisions, const http::Request& request, bool may_edit,
                  const Form& form, const std::string& organisation) {
  const auto chosen = form.all("match");
  out += "<div class=\"table-wrap\"><table class=\"stack\"><thead><tr>";
  if (may_edit) render<"<th scope=\"col\"><span class=\"hidden\">[[Choose]]</span></th>">(out);
  render<
      "<th scope=\"col\">[[Asset]]</th><th scope=\"col\">[[Advisory]]</th><th scope=\"col\">[[Status]]</th><th "
      "scope=\"col\">[[What to do]]</th><th scope=\"col\">[[Because]]</th><th "
      "scope=\"col\">[[State]]</th></tr></thead><tbody>\n">(out);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& row = rows[i];
    const auto& match = row.match;
    out += "<tr>";
    if (may_edit) {
      const auto subject = subject_of(row);
      render<R"(<td data-label="[[Choose]]"><input type="checkbox" name="match" value="{}" aria-label="{}" {}></td>)">(
          out, subject, fmt::format("{}, {}", row.label, row.tracking_id),
          attribute_if<"checked">(std::ranges::find(chosen, subject) != chosen.end()));
    }
    std::string place = row.site;
    if (!row.zone.empty()) place += (place.empty() ? "" : ", ") + row.zone;
    render<
        R"(<th scope="row"><a href="{}">{}</a><br><span class="note">{}</span></th><td data-label="[[Advisory]]"><a href="{}">{}</a> {}<br><span class="note" lang="en">{}</span></td>)">(
        out, Url::own(http::with_query(pages::asset_url(match.asset), {{"organisation", organisation}})),
        text::shorten(row.label, 60), place, Url::own(pages::advisory_url(row.slug)), row.tracking_id,
        pages::tlp_badge(row.tlp), text::shorten(row.title, 90));
    render<R"(<td data-label="[[Status]]">{} <span class="note">{} %</span></td>)">(
        out, pages::status_tag(status_of(row)), match.confidence / 10);
    render<R"(<td data-label="[[What to do]]">{} {}</td>)">(
        out, pages::action_tag(decisions[i].action),
        decisions[i].due ? html::fragment<"<span class=\"note\">[[by {}]]</span>">(pages::date_html(*decisions[i].due))
                         : Html{});
    render<R"(<td data-label="[[Because]]" lang="en">{}</td>)">(
        out, match.question.empty() ? match.because : fmt::format("{} {}", match.question, match.because));
    render<R"(<td data-label="[[State]]">{}</td></tr>
)">(out, pages::state_tag(exposure::state_at(match, request.now)));
  }
  out += "</tbody></table></div>\n";
}

Html acts_html(const Form& form) {
  std::string out;
  const auto value = [&](std::string_view name) { return form.get(name); };
  render<
      "<section class=\"panel\" aria-labelledby=\"acts\"><h2 id=\"acts\">[[With those that are chosen]]</h2>\n<div "
      "class=\"field\"><label for=\"f-state\">[[State]]</label><select id=\"f-state\" name=\"state\">">(out);
  for (const auto state : domain::all_remediation_states()) {
    render<"<option value=\"{}\" {}>{}</option>">(out, domain::to_string(state),
                                                  attribute_if<"selected">(value("state") == domain::to_string(state)),
                                                  pages::state_label(state));
  }
  render<
      "</select></div>\n<div class=\"field\"><label for=\"f-evidence\">[[Evidence: what was done, ticket, or why the "
      "risk is accepted]]</label><input id=\"f-evidence\" type=\"text\" name=\"evidence\" maxlength=\"2000\" "
      "autocomplete=\"off\" "
      "value=\"{}\"></div>\n<div class=\"field\"><label for=\"f-until\">[[Accepted until]]</label><input "
      "id=\"f-until\" "
      "name=\"until\" type=\"date\" value=\"{}\"></div>\n<p><button class=\"button\" name=\"do\" "
      "value=\"state\">[[Set the state]]</button></p>\n">(out, value("evidence"), value("until"));
  render<
      "<div class=\"field\"><label for=\"f-reason\">[[Why the match is right or wrong]]</label><input id=\"f-reason\" "
      "type=\"text\" name=\"reason\" maxlength=\"1000\" autocomplete=\"off\" value=\"{}\"></div>\n<p "
      "class=\"form-buttons\"><button "
      "class=\"button-quiet\" name=\"do\" value=\"confirmed\">[[It is this product]]</button> <button "
      "class=\"button-quiet\" name=\"do\" value=\"rejected\">[[It is not, in this advisory]]</button> <button "
      "class=\"button-quiet\" name=\"do\" value=\"never\">[[Things of this kind never are]]</button> <button "
      "class=\"button-quiet\" name=\"do\" value=\"none\">[[Take back what was said]]</button></p></section>\n">(
      out, value("reason"));
  return Html::from_trusted(std::move(out));
}

void append_empty(std::string& out, const Asked& asked, bool any) {
  out += "<section class=\"panel\">";
  if (!any) {
    render<
        "<h2>[[There is nothing to hold advisories against]]</h2><p>[[First <a href=\"/inventory\">the inventory</a> "
        "has to say what there is in your plants.]]</p>">(out);
  } else if (asked.status.empty() && asked.state.empty() && asked.site.empty() && asked.zone.empty() &&
             asked.vendor.empty() && asked.advisory.empty() && asked.cve.empty()) {
    render<
        "<h2>[[Nothing waits for you]]</h2><p>[[No advisory that you may read says that something in the inventory is "
        "affected, or everything is done or accepted. See <a href=\"/exposure?status=all&amp;state=all\">all of "
        "them</a>.]]</p>">(out);
  } else {
    render<"<h2>[[Nothing fits]]</h2><p>[[See <a href=\"/exposure\">what wants attention</a>.]]</p>">(out);
  }
  out += "</section>\n";
}

Result<http::Response> show(App& app, const http::Request& request, const Form& form) {
  TRY(auto asked, asked_of(request));
  TRY(const auto access, pages::inventory_access(app, request));
  const auto actor = access::actor(request);
  TRY(const auto input, input_of(app, request, asked));
  TRY(const auto found, exposure::list(app.database(), actor, access, input, request.now));
  auto next = asked;
  next.cursor = found.next_cursor;
  const auto next_path = [&](std::string_view base) {
    return found.next_cursor.empty() ? std::string{} : path_of(base, next);
  };
  auto all = input;
  all.statuses.clear();
  TRY(const auto counts, exposure::counts(app.database(), actor, access, all, request.now));
  TRY(const auto decisions, exposure::decisions_on(app.database(), actor, access, found.rows, request.now));
  if (request.representation == http::Representation::json) {
    boost::json::array items;
    for (std::size_t i = 0; i < found.rows.size(); ++i) {
      items.push_back(pages::match_json(found.rows[i], decisions[i], request.now));
    }
    auto body = pages::page_json(std::move(items), next_path("/api/v1/exposure"), {});
    body.erase("total");
    auto& by_status = body["counts"].emplace_object();
    for (const auto& row : counts) {
      by_status[exposure::to_string(static_cast<Status>(row.status))] = row.open + row.done;
    }
    return api::personal_json(body);
  }
  TRY(const auto values, inventory::filter_values(app.database(), access));
  TRY(const bool any, app.database().read([&](store::Connection& connection) {
    return store::Assets{connection}.any(access.organisation);
  }));
  const auto organisation = pages::organisation_parameter(request, access);
  asked.organisation = organisation;
  std::string out;
  render<
      "<div class=\"page-head\"><h1>[[Exposure]]</h1><p class=\"actions\"><a class=\"button-quiet\" "
      "href=\"{}\">[[At a glance, and reports]]</a></p></div>\n<p class=\"lead\">[[What the advisories that you may "
      "read "
      "say of what is in the inventory, and what was done about it.]]</p>\n">(
      out, Url::own(http::with_query("/exposure/overview", {{"organisation", organisation}, {"site", asked.site}})));
  out += pages::error_summary(form).str();
  pages::append_granted(out, access);
  if (any) {
    append_counts(out, counts, asked);
    append_filters(out, asked, values);
  }
  if (found.rows.empty()) {
    append_empty(out, asked, any);
  } else if (access.may_edit) {
    pages::FormMarkup markup{request, path_of("/exposure", asked), form};
    std::string table;
    append_table(table, found.rows, decisions, request, true, form, organisation);
    markup.html(Html::from_trusted(std::move(table)));
    out += markup.end(acts_html(form)).str();
  } else {
    append_table(out, found.rows, decisions, request, false, form, organisation);
  }
  pages::append_next(out, next_path("/exposure"));
  pages::Page page;
  page.title = tr<"Exposure">();
  page.json_url = path_of("/api/v1/exposure", asked);
  page.main = Html::from_trusted(std::move(out));
  auto response = pages::member_page(app, request, std::move(page), "/exposure");
  if (!form.good()) response.status = 422;
  return response;
}

/// "12.7": an asset and a record.
std::optional<exposure::Subject> subject_of(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto asset = pages::id_of(text.substr(0, dot));
  const auto record = pages::id_of(text.substr(dot + 1));
  if (!asset || !record) return std::nullopt;
  return exposure::Subject{.asset = *asset, .record = {*record}};
}

/// The end of that day, UTC.
Result<std::optional<Timestamp>> day_of(const std::string& text) {
  if (text.empty()) return std::optional<Timestamp>{};
  const auto parsed = parse_rfc3339(text + "T23:59:59Z");
  if (!parsed) return Error::invalid(std::string{tr<"a day is written 2027-05-31">()}, "until");
  return std::optional{*parsed};
}

tocsin::Status act(App& app, const http::Request& request, const Form& form) {
  std::vector<exposure::Subject> subjects;
  for (const auto& each : form.all("match")) {
    const auto subject = subject_of(each);
    if (!subject) return Error::not_found("match");
    subjects.push_back(*subject);
  }
  const auto actor = access::actor(request);
  if (form.get("do") == "state") {
    const auto state = domain::parse_remediation_state(form.get("state"));
    if (!state) return Error::invalid(std::string{tr<"choose a state">()}, "state");
    TRY(const auto until, day_of(form.get("until")));
    return exposure::set_state(app.database(), actor, subjects,
                               {.state = *state, .evidence = form.get("evidence"), .until = until}, request.now);
  }
  const auto verdict = domain::parse_match_verdict(form.get("do"));
  if (!verdict) return Error::invalid(std::string{tr<"choose what to do">()}, "state");
  return exposure::set_verdict(app.database(), actor, subjects, *verdict, form.get("reason"), request.now);
}

Result<http::Response> post(App& app, const http::Request& request) {
  TRY(auto form, Form::read(request, {"do", "state", "evidence", "until", "reason"}, {"match"}));
  TRY(auto asked, asked_of(request));
  if (const auto done = act(app, request, form); !done) {
    auto error = done.error();
    if (error.where == "match") error.where.clear();
    TRY_VOID(form.take(error));
    return show(app, request, form);
  }
  return pages::done(path_of("/exposure", asked), "saved");
}

}  // namespace

void add_exposure_routes(App& app, http::Router& router) {
  pages::add_resource(
      router, "/exposure", "/api/v1/exposure", "exposure", "What advisories mean for the own inventory",
      [&app](const http::Request& request) { return show(app, request, {}); }, Permission::read_inventory);
  pages::add_action(app, router, "/exposure", "exposure_post", Permission::edit_inventory, post);
}

}  // namespace tocsin::portal
