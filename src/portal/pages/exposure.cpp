#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "engine/exposure/asked_runs.hpp"
#include "engine/exposure/parts.hpp"
#include "engine/exposure/sharing.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/attack_parts.hpp"
#include "portal/pages/exposure_parts.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/routes.hpp"
#include "portal/pages/threat_json.hpp"
#include "portal/pages/threat_links.hpp"
#include "store/assets.hpp"

/// What advisories mean for one's own plants: the list to work through, and what is said of its entries.
namespace tocsin::portal {
namespace {

namespace exposure = engine::exposure;
namespace inventory = engine::inventory;
using domain::MatchVerdict;
using domain::Permission;
using domain::RemediationState;
using exposure::Action;
using exposure::Status;
using formats::inventory::Field;
using html::attribute_if;
using html::Html;
using html::render;
using html::Url;
using pages::exposure_path;
using pages::ExposureAsked;
using pages::Form;

using Attackers = std::map<std::string, std::vector<engine::threat::ThreatRow>>;  ///< By CVE.

/// Of one match.
constexpr std::size_t kAttackersShown = 3;
constexpr Status kStatuses[] = {Status::affected, Status::undecidable, Status::under_investigation, Status::fixed,
                                Status::not_affected};

Status status_of(const store::ExposureRow& row) { return static_cast<Status>(row.match.status); }

std::int64_t count_of(const exposure::DecisionCounts& counts, Action action) {
  const auto found = std::ranges::find(counts.counts, static_cast<int>(action), &store::DecisionCount::decision);
  return found == counts.counts.end() ? 0 : found->count;
}

std::int64_t total_of(const exposure::DecisionCounts& counts) {
  std::int64_t total = 0;
  for (const auto& each : counts.counts) total += each.count;
  return total;
}

/// How many matches the list has on all its pages.
std::int64_t listed(const exposure::DecisionCounts& counts, const ExposureAsked& asked) {
  const auto action = exposure::parse_action(asked.decision);
  return action ? count_of(counts, *action) : total_of(counts);
}

void append_decision_tabs(std::string& out, const exposure::DecisionCounts& counts, const ExposureAsked& asked) {
  render<"<div class=\"list-bar\"><ul class=\"switch\"><li>[[What to do]]</li>">(out);
  auto each = asked;
  each.cursor.clear();
  const auto link = [&](std::string_view value, std::string_view label, std::int64_t count) {
    each.decision = value;
    render<"<li><a href=\"{}\" {}>{} <span class=\"count\">{}</span></a></li>">(
        out, Url::own(exposure_path("/exposure", each)), attribute_if<"aria-current">(asked.decision == value, "true"),
        label, text::thousands(count));
  };
  link("", tr<"everything">(), total_of(counts));
  for (const auto action : exposure::kActions) {
    const auto count = count_of(counts, action);
    if (count == 0 && action == Action::nothing_to_do && asked.decision != exposure::to_string(action)) continue;
    link(exposure::to_string(action), pages::action_label(action), count);
  }
  out += "</ul></div>\n";
}

void append_status_tabs(std::string& out, const std::vector<store::ExposureCount>& counts, const ExposureAsked& asked) {
  render<"<div class=\"list-bar\"><ul class=\"switch\"><li>[[Status]]</li>">(out);
  auto each = asked;
  each.cursor.clear();
  const auto link = [&](std::string_view value, std::string_view label, std::int64_t count) {
    each.status = value;
    render<"<li><a href=\"{}\" {}>{} <span class=\"count\">{}</span></a></li>">(
        out, Url::own(exposure_path("/exposure", each)), attribute_if<"aria-current">(asked.status == value, "true"),
        label, text::thousands(count));
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

void append_filters(std::string& out, const ExposureAsked& asked, const inventory::FilterValues& values) {
  render<
      R"(<form class="search-panel filter-form filter-many" action="/exposure" role="search" aria-label="[[Exposure]]">
<div class="search-row">)">(out);
  for (const auto& [name, value] :
       {std::pair{"organisation", asked.organisation}, std::pair{"status", asked.status},
        std::pair{"decision", asked.decision}, std::pair{"advisory", asked.advisory}, std::pair{"cve", asked.cve},
        std::pair{"product", asked.product}, std::pair{"bom", asked.bom}, std::pair{"asset", asked.asset}}) {
    if (!value.empty()) render<"<input type=\"hidden\" name=\"{}\" value=\"{}\">">(out, name, value);
  }
  const auto option = [](std::string_view value, std::string_view label) {
    return pages::Option{std::string{value}, std::string{label}};
  };
  std::vector<pages::Option> states{option("all", tr<"any state">())};
  for (const auto state : domain::all_remediation_states()) {
    states.push_back(option(domain::to_string(state), pages::state_label(state)));
  }
  pages::append_filter(out, "exposure-state", "state", tr<"State">(), tr<"neither done nor accepted">(), states,
                       asked.state);
  pages::append_filter(out, "exposure-due", "due", tr<"Due">(), tr<"Due whenever">(),
                       {option("overdue", tr<"overdue">()), option("week", tr<"due within 7 days">()),
                        option("month", tr<"due within 30 days">()), option("none", tr<"no day is set">())},
                       asked.due);
  pages::append_filter(out, "exposure-severity", "severity", tr<"Severity">(), tr<"Any severity">(),
                       {option("critical", tr<"critical">()), option("high", tr<"high or more">()),
                        option("medium", tr<"medium or more">())},
                       asked.severity);
  pages::append_filter(out, "exposure-threats", "threats", tr<"Threats">(), tr<"Named by threats or not">(),
                       {option("yes", tr<"somebody attacks by it">())}, asked.threats);
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
  pages::append_filter(out, "exposure-sort", "sort", tr<"Order">(), tr<"most urgent first">(),
                       {option("due", tr<"by due date">()), option("status", tr<"by status">()),
                        option("site", tr<"by site">()), option("confidence", tr<"surest first">())},
                       asked.sort);
  pages::append_filter(out, "exposure-group", "group", tr<"Counted by">(), tr<"not counted by place">(),
                       {option("site", tr<"counted by site">()), option("zone", tr<"counted by zone">()),
                        option("vendor", tr<"counted by vendor">())},
                       asked.group);
  render<"<button class=\"button\" type=\"submit\">[[Filter]]</button></div></form>\n">(out);
}

/// Counts by site, zone or vendor; each a link to its matches.
void append_groups(std::string& out, const std::vector<store::ExposureGroup>& groups, const ExposureAsked& asked) {
  if (groups.empty()) return;
  const auto by = *exposure::parse_group(asked.group);
  const auto field = by == store::ExposureGroupBy::site   ? Field::site
                     : by == store::ExposureGroupBy::zone ? Field::zone
                                                          : Field::vendor;
  render<
      "<section class=\"panel\" aria-labelledby=\"groups\"><h2 id=\"groups\">{}</h2>\n<div class=\"table-wrap\"><table "
      "class=\"stack\"><thead><tr><th scope=\"col\">{}</th>">(out,
                                                              by == store::ExposureGroupBy::site   ? tr<"By site">()
                                                              : by == store::ExposureGroupBy::zone ? tr<"By zone">()
                                                                                                   : tr<"By vendor">(),
                                                              pages::field_label(field));
  for (const auto action : exposure::kActions) {
    render<"<th scope=\"col\" class=\"num\">{}</th>">(out, pages::action_label(action));
  }
  out += "</tr></thead><tbody>\n";
  for (const auto& group : groups) {
    auto narrowed = asked;
    narrowed.cursor.clear();
    narrowed.decision.clear();
    (by == store::ExposureGroupBy::site   ? narrowed.site
     : by == store::ExposureGroupBy::zone ? narrowed.zone
                                          : narrowed.vendor) = group.value;
    // What says nothing cannot be asked for.
    const bool is_said = !group.value.empty();
    out += "<tr><th scope=\"row\">";
    if (is_said) {
      render<"<a href=\"{}\">{}</a>">(out, Url::own(exposure_path("/exposure", narrowed)), group.value);
    } else {
      render<"[[not said]]">(out);
    }
    out += "</th>";
    for (const auto action : exposure::kActions) {
      const auto found = std::ranges::find(group.counts, static_cast<int>(action), &store::DecisionCount::decision);
      render<"<td class=\"num\" data-label=\"{}\">">(out, pages::action_label(action));
      if (found != group.counts.end()) {
        narrowed.decision = exposure::to_string(action);
        const auto number = text::thousands(found->count);
        if (is_said) {
          render<"<a href=\"{}\" aria-label=\"{}\">{}</a>">(
              out, Url::own(exposure_path("/exposure", narrowed)),
              fmt::format("{}, {}: {}", group.value, pages::action_label(action), number), number);
        } else {
          out += number;
        }
      }
      out += "</td>";
    }
    out += "</tr>\n";
  }
  out += "</tbody></table></div></section>\n";
}

std::string subject_of(const store::ExposureRow& row) {
  return fmt::format("{}.{}", row.match.asset, row.match.record.value);
}

/// Who attacks by what a match is about, each once.
std::vector<engine::threat::ThreatRow> attackers_of(const Attackers& attackers, const store::ExposureRow& row) {
  std::vector<engine::threat::ThreatRow> out;
  for (const auto& cve : row.match.cves) {
    const auto found = attackers.find(cve);
    if (found == attackers.end()) continue;
    for (const auto& each : found->second) {
      const bool known = std::ranges::find(out, each.id, &engine::threat::ThreatRow::id) != out.end();
      if (!known && out.size() < kAttackersShown) out.push_back(each);
    }
  }
  return out;
}

void append_table(std::string& out, const std::vector<store::ExposureRow>& rows,
                  const std::vector<exposure::Decision>& decisions, const Attackers& attackers,
                  const std::set<std::string>& explained, const http::Request& request, bool may_edit, const Form& form,
                  const std::string& organisation) {
  const auto chosen = form.all("match");
  out += "<div class=\"table-wrap\"><table class=\"stack exposure-list\"><thead><tr>";
  if (may_edit) render<"<th scope=\"col\"><span class=\"hidden\">[[Choose]]</span></th>">(out);
  render<
      "<th scope=\"col\">[[Asset]]</th><th scope=\"col\" class=\"wide\">[[Advisory, and why]]</th><th "
      "scope=\"col\">[[Status]]</th><th scope=\"col\" class=\"wide\">[[What to do]]</th><th "
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
        R"(<th scope="row"><a href="{}">{}</a><br><span class="note">{}</span></th><td data-label="[[Advisory]]"><a href="{}">{}</a> {} <span class="note" lang="en">{}</span><p lang="en">{}</p>)">(
        out, Url::own(http::with_query(pages::asset_url(match.asset), {{"organisation", organisation}})),
        text::shorten(row.label, 60), place, Url::own(pages::advisory_url(row.slug)), row.tracking_id,
        pages::tlp_badge(row.tlp), text::shorten(row.title, 90),
        match.question.empty() ? match.because : fmt::format("{} {}", match.question, match.because));
    if (const auto who = attackers_of(attackers, row); !who.empty()) {
      render<"<p><span class=\"tag tag-refused\">[[attacked by]]</span> {}</p>">(out, pages::attackers_html(who));
    }
    render<
        R"(</td><td data-label="[[Status]]">{} <span class="note">{} %</span></td><td data-label="[[What to do]]">{}</td><td data-label="[[State]]">{}</td></tr>
)">(out, pages::status_tag(status_of(row)), match.confidence / 10, pages::decision_html(decisions[i], explained),
        pages::state_tag(exposure::state_at(match, request.now)));
  }
  out += "</tbody></table></div>\n";
}

Html acts_html(const Form& form, const ExposureAsked& asked, std::int64_t all, std::size_t shown) {
  std::string out;
  const auto value = [&](std::string_view name) { return form.get(name); };
  render<"<section class=\"panel\" aria-labelledby=\"acts\"><h2 id=\"acts\">[[With those that are chosen]]</h2>\n">(
      out);
  if (all > 1) {
    render<
        R"(<p class="choice"><input id="f-everything" type="checkbox" name="everything" value="{}" {}> <label for="f-everything">{}</label></p>
)">(out, all, attribute_if<"checked">(form.checked("everything")),
        std::cmp_greater(all, shown)
            ? tr<"All {} that fit the filter, on this page and the others">(text::thousands(all))
            : tr<"All {} of this list">(text::thousands(all)));
  }
  if (!asked.cve.empty()) {
    render<
        R"(<p class="choice"><input id="f-vulnerability" type="checkbox" name="vulnerability" value="{}" {}> <label for="f-vulnerability">[[The state of {} only, not of its advisories as a whole]]</label></p>
)">(out, asked.cve, attribute_if<"checked">(form.checked("vulnerability")), asked.cve);
  }
  render<"<div class=\"field\"><label for=\"f-state\">[[State]]</label><select id=\"f-state\" name=\"state\">">(out);
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
      "value=\"state\">[[Set the state]]</button> <button class=\"button-quiet\" name=\"do\" "
      "value=\"run\">[[Match again]]</button></p>\n">(out, value("evidence"), value("until"));
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

void append_empty(std::string& out, const ExposureAsked& asked, bool any) {
  out += "<section class=\"panel\">";
  if (!any) {
    render<
        "<h2>[[There is nothing to hold advisories against]]</h2><p>[[First <a href=\"/inventory\">the inventory</a> "
        "has to say what there is in your plants.]]</p>">(out);
  } else if (!asked.narrows()) {
    render<
        "<h2>[[Nothing waits for you]]</h2><p>[[No advisory that you may read says that something in the inventory is "
        "affected, or everything is done or accepted. See <a href=\"/exposure?status=all&amp;state=all\">all of "
        "them</a>.]]</p>">(out);
  } else {
    render<"<h2>[[Nothing fits]]</h2><p>[[See <a href=\"/exposure\">what wants attention</a>.]]</p>">(out);
  }
  out += "</section>\n";
}

boost::json::object counts_json(const std::vector<store::DecisionCount>& counts) {
  boost::json::object out;
  for (const auto& each : counts) {
    out[each.decision == store::kUndecided ? std::string_view{"undecided"}
                                           : exposure::to_string(static_cast<Action>(each.decision))] = each.count;
  }
  return out;
}

struct Found {
  exposure::ExposurePage page;
  std::vector<exposure::Decision> decisions;
  std::vector<store::ExposureCount> by_status;
  exposure::DecisionCounts by_decision;
  std::vector<store::ExposureGroup> groups;
  std::set<std::string> explained;  ///< Controls that ATT&CK explains here.
  Attackers attackers;
};

Result<Found> find(App& app, const http::Request& request, const inventory::Access& access,
                   const ExposureAsked& asked) {
  const auto actor = access::actor(request);
  TRY(const auto input, pages::exposure_input(app, request, access, asked));
  Found found;
  TRY(found.page, exposure::list(app.database(), actor, access, input, request.now));
  TRY(found.decisions, exposure::decisions_on(app.database(), actor, access, found.page.rows, request.now));
  TRY(found.attackers,
      exposure::attackers_on(app.database(), actor, access, found.page.rows, kAttackersShown, request.now));
  TRY(found.explained, pages::explained_controls(app, request));
  auto any_status = input;
  any_status.statuses.clear();
  TRY(found.by_status, exposure::counts(app.database(), actor, access, any_status, request.now));
  TRY(found.by_decision, exposure::decision_counts(app.database(), actor, access, input, request.now));
  if (const auto by = exposure::parse_group(asked.group)) {
    TRY(found.groups, exposure::groups(app.database(), actor, access, input, *by, request.now));
  }
  return found;
}

http::Response as_json(const Found& found, const ExposureAsked& asked, std::string_view next, Timestamp now) {
  boost::json::array items;
  for (std::size_t i = 0; i < found.page.rows.size(); ++i) {
    auto item = pages::match_json(found.page.rows[i], found.decisions[i], now);
    auto& threats = item["threats"].emplace_array();
    for (const auto& each : attackers_of(found.attackers, found.page.rows[i])) {
      threats.push_back(pages::threat_row_json(each));
    }
    items.push_back(std::move(item));
  }
  auto body = pages::page_json(std::move(items), next, {});
  body.erase("total");
  auto& by_status = body["counts"].emplace_object();
  for (const auto& row : found.by_status) {
    by_status[exposure::to_string(static_cast<Status>(row.status))] = row.open + row.done;
  }
  body["decisions"] = counts_json(found.by_decision.counts);
  body["waiting"] = found.by_decision.waiting;
  if (!asked.group.empty()) {
    auto& groups = body["groups"].emplace_array();
    for (const auto& group : found.groups) {
      groups.push_back({{"value", group.value}, {"decisions", counts_json(group.counts)}});
    }
  }
  return api::personal_json(body);
}

/// The same filters, for the lists.
ExposureAsked list_of(ExposureAsked asked) {
  asked.cursor.clear();
  asked.sort.clear();
  asked.group.clear();
  return asked;
}

Result<http::Response> show(App& app, const http::Request& request, const Form& form) {
  TRY(auto asked, pages::exposure_asked(request));
  TRY(const auto access, pages::inventory_access(app, request));
  TRY(const auto found, find(app, request, access, asked));
  auto next = asked;
  next.cursor = found.page.next_cursor;
  const auto next_path = [&](std::string_view base) {
    return next.cursor.empty() ? std::string{} : exposure_path(base, next);
  };
  if (request.representation == http::Representation::json) {
    return as_json(found, asked, next_path("/api/v1/exposure"), request.now);
  }
  TRY(const auto values, inventory::filter_values(app.database(), access));
  TRY(const bool any, app.database().read([&](store::Connection& connection) {
    return store::Assets{connection}.any(access.organisation);
  }));
  const auto organisation = pages::organisation_parameter(request, access);
  asked.organisation = organisation;
  const auto& rows = found.page.rows;
  auto file = asked;
  file.cursor.clear();
  file.group.clear();
  file.limit = ExposureAsked{}.limit;
  std::string out;
  render<
      "<div class=\"page-head\"><div><h1>[[Exposure]]</h1><p class=\"lead\">[[What the advisories that you may read "
      "say of what is in the inventory, what is to be done about it, and what was done.]]</p></div><p "
      "class=\"actions\"><a class=\"button-quiet\" href=\"{}\">[[At a glance, and reports]]</a> <a "
      "class=\"button-quiet\" href=\"{}\">[[Lists]]</a> <a class=\"button-quiet\" href=\"{}\">[[Runs]]</a> <a "
      "class=\"button-quiet\" href=\"{}\">CSV</a> <a class=\"button-quiet\" "
      "href=\"{}\">XLSX</a> <a class=\"button-quiet\" href=\"{}\">[[Decision table]]</a></p></div>\n">(
      out, Url::own(http::with_query("/exposure/overview", {{"organisation", organisation}, {"site", asked.site}})),
      Url::own(exposure_path("/exposure/lists", list_of(asked))),
      Url::own(http::with_query("/exposure/runs", {{"organisation", organisation}})),
      Url::own(exposure_path("/exposure/export.csv", file)), Url::own(exposure_path("/exposure/export.xlsx", file)),
      Url::own(http::with_query("/exposure/decisions", {{"organisation", organisation}})));
  pages::append_granted(out, access);
  if (!access.granted) {
    render<
        "<p><a href=\"/exposure/aliases\">[[What things are called]]</a> · <a "
        "href=\"/threats/attack/coverage\">[[Coverage by ATT&amp;CK]]</a></p>\n">(out);
  }
  if (exposure::may_read_sums(access::actor(request))) {
    render<"<p><a href=\"/exposure/sums\">[[Sums over organisations]]</a></p>\n">(out);
  }
  out += pages::error_summary(form).str();
  if (any) {
    append_decision_tabs(out, found.by_decision, asked);
    append_status_tabs(out, found.by_status, asked);
    append_filters(out, asked, values);
    TRY(const auto narrowed, pages::exposure_narrowed_html(app, access, asked, "/exposure"));
    out += narrowed.str();
    append_groups(out, found.groups, asked);
  }
  if (found.by_decision.waiting > 0) {
    render<"<p class=\"callout\">{}</p>\n">(
        out, trn<"{} match is being decided anew: each line shows what holds now, the counts follow in a moment.",
                 "{} matches are being decided anew: each line shows what holds now, the counts follow in a moment.">(
                 found.by_decision.waiting, text::thousands(found.by_decision.waiting)));
  }
  if (rows.empty()) {
    append_empty(out, asked, any);
  } else if (access.may_edit) {
    pages::FormMarkup markup{request, exposure_path("/exposure", asked), form};
    std::string table;
    append_table(table, rows, found.decisions, found.attackers, found.explained, request, true, form, organisation);
    markup.html(Html::from_trusted(std::move(table)));
    out += markup.end(acts_html(form, asked, listed(found.by_decision, asked), rows.size())).str();
  } else {
    append_table(out, rows, found.decisions, found.attackers, found.explained, request, false, form, organisation);
  }
  pages::append_next(out, next_path("/exposure"));
  pages::Page page;
  page.title = tr<"Exposure">();
  page.json_url = exposure_path("/api/v1/exposure", asked);
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

/// Those that were ticked, or all that fit the filter.
Result<std::vector<exposure::Subject>> subjects_of(App& app, const http::Request& request, const Form& form,
                                                   const ExposureAsked& asked) {
  if (form.checked("everything")) {
    const auto told = pages::id_of(form.get("everything"));
    if (!told) return Error::not_found("match");
    TRY(const auto access, pages::inventory_access(app, request));
    TRY(const auto input, pages::exposure_input(app, request, access, asked));
    return exposure::subjects_of(app.database(), access::actor(request), access, input, *told, request.now);
  }
  std::vector<exposure::Subject> subjects;
  for (const auto& each : form.all("match")) {
    const auto subject = subject_of(each);
    if (!subject) return Error::not_found("match");
    subjects.push_back(*subject);
  }
  return subjects;
}

tocsin::Status act(App& app, const http::Request& request, const Form& form, const ExposureAsked& asked) {
  TRY(const auto subjects, subjects_of(app, request, form, asked));
  const auto actor = access::actor(request);
  if (form.get("do") == "run") {
    exposure::RunInput input;
    for (const auto& each : subjects) {
      input.records.push_back(each.record);
      input.assets.push_back(each.asset);
    }
    TRY_VOID(exposure::ask_run(app.database(), actor, input, request.now));
    return ok();
  }
  if (form.get("do") == "state") {
    const auto state = domain::parse_remediation_state(form.get("state"));
    if (!state) return Error::invalid(std::string{tr<"choose a state">()}, "state");
    TRY(const auto until, day_of(form.get("until")));
    return exposure::set_state(app.database(), actor, subjects,
                               {.state = *state,
                                .evidence = form.get("evidence"),
                                .until = until,
                                .vulnerability = form.checked("vulnerability") ? asked.cve : std::string{}},
                               request.now);
  }
  const auto verdict = domain::parse_match_verdict(form.get("do"));
  if (!verdict) return Error::invalid(std::string{tr<"choose what to do">()}, "state");
  return exposure::set_verdict(app.database(), actor, subjects, *verdict, form.get("reason"), request.now);
}

Result<http::Response> post(App& app, const http::Request& request) {
  TRY(auto form,
      Form::read(request, {"do", "state", "evidence", "until", "reason", "everything", "vulnerability"}, {"match"}));
  TRY(auto asked, pages::exposure_asked(request));
  if (const auto done = act(app, request, form, asked); !done) {
    auto error = done.error();
    if (error.where == "match") error.where.clear();
    TRY_VOID(form.take(error));
    return show(app, request, form);
  }
  if (form.get("do") == "run") return pages::done("/exposure/runs", "run-asked");
  return pages::done(exposure_path("/exposure", asked), "saved");
}

}  // namespace

void add_exposure_routes(App& app, http::Router& router) {
  pages::add_resource(
      router, "/exposure", "/api/v1/exposure", "exposure", "What advisories mean for the own inventory",
      [&app](const http::Request& request) { return show(app, request, {}); }, Permission::read_inventory);
  pages::add_action(app, router, "/exposure", "exposure_post", Permission::edit_inventory, post);
}

}  // namespace tocsin::portal
