#include <algorithm>

#include <fmt/format.h>

#include "base/locale.hpp"
#include "base/text.hpp"
#include "engine/exposure/overview.hpp"
#include "portal/access.hpp"
#include "portal/api/body.hpp"
#include "portal/html/template.hpp"
#include "portal/http/target.hpp"
#include "portal/pages/exposure_parts.hpp"
#include "portal/pages/exposure_report.hpp"
#include "portal/pages/format.hpp"
#include "portal/pages/inventory_parts.hpp"
#include "portal/pages/layout.hpp"
#include "portal/pages/member_parts.hpp"
#include "portal/pages/readers_clock.hpp"
#include "portal/pages/routes.hpp"

/// The plant's exposure at a glance, what changed, and the report about it.
namespace tocsin::portal {
namespace {

namespace exposure = engine::exposure;
namespace inventory = engine::inventory;
using domain::Permission;
using exposure::Action;
using exposure::Change;
using exposure::Overview;
using exposure::Status;
using formats::cvss::Severity;
using formats::inventory::Field;
using html::attribute_if;
using html::Html;
using html::render;
using html::Url;

constexpr Action kByUrgency[] = {Action::act_now, Action::mitigate_now, Action::next_outage, Action::accept,
                                 Action::nothing_to_do};
constexpr Severity kAllSeverities[] = {Severity::critical, Severity::high, Severity::medium, Severity::low,
                                       Severity::none};
constexpr std::size_t kGroupsShown = 15;

/// What the query says.
struct Asked {
  std::string organisation;
  bool has_site = false;
  exposure::OverviewInput input;
};

Result<Asked> asked_of(const http::Request& request) {
  TRY_VOID(request.only_known({"organisation", "site", "since", "days"}));
  Asked asked;
  asked.organisation = text::trim(request.query.get("organisation"));
  if (const auto site = text::trim(request.query.get("site")); !site.empty()) asked.input.site = std::string{site};
  if (const auto since = text::trim(request.query.get("since")); !since.empty()) asked.input.since = since;
  TRY(asked.input.days, request.integer("days", asked.input.days, 7, 730));
  return asked;
}

std::string path_of(std::string_view base, const Asked& asked) {
  const exposure::OverviewInput plain;
  const auto& input = asked.input;
  return http::with_query(base, {{"organisation", asked.organisation},
                                 {"site", input.site.value_or("")},
                                 {"since", input.since == plain.since ? std::string{} : input.since},
                                 {"days", input.days == plain.days ? std::string{} : std::to_string(input.days)}});
}

/// The list of what is open, narrowed.
struct Narrow {
  std::string site = {}, zone = {}, vendor = {}, status = {}, decision = {}, severity = {};
};
std::string list_url(const Asked& asked, const Narrow& narrow) {
  return http::with_query("/exposure", {{"organisation", asked.organisation},
                                        {"status", narrow.status},
                                        {"site", narrow.site},
                                        {"zone", narrow.zone},
                                        {"vendor", narrow.vendor},
                                        {"decision", narrow.decision},
                                        {"severity", narrow.severity}});
}

std::string site_name(std::string_view site) { return site.empty() ? std::string{tr<"no site">()} : std::string{site}; }

std::string days_text(std::int64_t seconds) {
  constexpr std::int64_t kHour = 3'600, kDay = 86'400;
  if (seconds < 2 * kDay) {
    const auto hours = (seconds + kHour / 2) / kHour;
    return trn<"{} hour", "{} hours">(hours, locale::number(hours));
  }
  const auto days = (seconds + kDay / 2) / kDay;
  return trn<"{} day", "{} days">(days, locale::number(days));
}

// --- the head -------------------------------------------------------------------------------------------------------

void append_head(std::string& out, const Asked& asked) {
  render<
      "<div class=\"page-head\"><h1>[[Exposure at a glance]]</h1><p class=\"actions\"><a class=\"button\" "
      "href=\"{}\">[[List of all that is open]]</a> <a class=\"button-quiet\" href=\"{}\">[[Report as PDF]]</a> <a "
      "class=\"button-quiet\" href=\"{}\">[[Workbook]]</a> <a class=\"button-quiet\" href=\"{}\">CSV</a></p></div>\n<p "
      "class=\"lead\">[[What is open because of the advisories that you may read, and what changed. A matter is one "
      "advisory on one asset.]]</p>\n">(out, Url::own(list_url(asked, {.site = asked.input.site.value_or("")})),
                                        Url::own(path_of("/exposure/report.pdf", asked)),
                                        Url::own(path_of("/exposure/report.xlsx", asked)),
                                        Url::own(path_of("/exposure/report.csv", asked)));
}

void append_filters(std::string& out, const Asked& asked, const inventory::FilterValues& values) {
  render<
      R"(<form class="search-panel filter-form filter-many" action="/exposure/overview" role="search" aria-label="[[Exposure at a glance]]">
<div class="search-row">)">(out);
  if (!asked.organisation.empty()) {
    render<"<input type=\"hidden\" name=\"organisation\" value=\"{}\">">(out, asked.organisation);
  }
  if (!values.sites.empty()) {
    pages::append_filter(out, "overview-site", "site", pages::field_label(Field::site), tr<"Any site">(),
                         pages::options_of(values.sites), asked.input.site.value_or(""));
  }
  const exposure::OverviewInput plain;
  pages::append_filter(out, "overview-since", "since", tr<"What changed">(), tr<"Changes since yesterday">(),
                       {{"week", std::string{tr<"Changes of the last week">()}},
                        {"visit", std::string{tr<"Changes since my last visit">()}}},
                       asked.input.since == plain.since ? std::string{} : asked.input.since);
  pages::append_filter(out, "overview-days", "days", tr<"Days of the trend">(), tr<"Trend of 90 days">(),
                       {{"30", std::string{tr<"Trend of 30 days">()}}, {"365", std::string{tr<"Trend of a year">()}}},
                       asked.input.days == plain.days ? std::string{} : std::to_string(asked.input.days));
  render<"<button class=\"button\" type=\"submit\">[[Show]]</button></div></form>\n">(out);
}

void append_figures(std::string& out, const Overview& overview, const Asked& asked) {
  const auto site = asked.input.site.value_or("");
  const auto& totals = overview.totals;
  struct Figure {
    std::int64_t number;
    std::string what, url;
  };
  const auto exploited = static_cast<std::int64_t>(overview.exploited.size());
  const Figure figures[] = {
      {totals.assets, trn<"#under its number#device with something open", "devices with something open">(totals.assets),
       list_url(asked, {.site = site})},
      {totals.matters, trn<"#under its number#open matter", "open matters">(totals.matters),
       list_url(asked, {.site = site})},
      {totals.affected, trn<"#under its number#of them affected", "of them affected">(totals.affected),
       list_url(asked, {.site = site, .status = "affected"})},
      {totals.advisories, trn<"#under its number#advisory", "advisories">(totals.advisories), {}},
      {exploited,
       trn<"#under its number#vulnerability known to be exploited", "vulnerabilities known to be exploited">(exploited),
       {}},
      {overview.due.overdue, trn<"#under its number#matter overdue", "matters overdue">(overview.due.overdue), {}},
  };
  render<"<h2 class=\"hidden\">[[Now]]</h2>\n<ul class=\"stats\">\n">(out);
  for (const auto& figure : figures) {
    if (figure.url.empty()) {
      render<"<li class=\"stat\"><b>{}</b> <span>{}</span></li>\n">(out, locale::number(figure.number), figure.what);
    } else {
      render<"<li><a class=\"stat\" href=\"{}\"><b>{}</b> <span>{}</span></a></li>\n">(
          out, Url::own(figure.url), locale::number(figure.number), figure.what);
    }
  }
  out += "</ul>\n";
  if (!overview.exploited.empty()) {
    constexpr std::size_t kShown = 12;
    render<"<p>[[Known to be exploited:]]">(out);
    for (std::size_t i = 0; i < std::min(kShown, overview.exploited.size()); ++i) {
      const auto& cve = overview.exploited[i];
      render<" <a class=\"chip\" href=\"{}\">{}</a>">(
          out,
          Url::own(http::with_query("/exposure", {{"organisation", asked.organisation}, {"cve", cve}, {"site", site}})),
          cve);
    }
    if (overview.exploited.size() > kShown) out += " ...";
    out += "</p>\n";
  }
}

// --- by decision, and the heat maps ---------------------------------------------------------------------------------

void append_bar(std::string& out, const Html& label, std::int64_t count, std::int64_t most, std::string_view style) {
  render<
      R"(<li class="bar-row"><span class="label">{}</span> <svg class="bar" width="100%" height="16" aria-hidden="true" focusable="false"><rect class="bar-{}" width="{}" height="16" rx="3"/></svg> <span class="count">{}</span></li>
)">(out, label, style,
    fmt::format("{:.2f}%", most > 0 ? 100.0 * static_cast<double>(count) / static_cast<double>(most) : 0.0),
    locale::number(count));
}

void append_decisions(std::string& out, const Overview& overview) {
  render<"<section class=\"panel\" aria-labelledby=\"by-decision\"><h2 id=\"by-decision\">[[What to do]]</h2>\n">(out);
  if (overview.waiting > 0) {
    render<"<p class=\"note\">{}</p>\n">(out, trn<"{} match is being decided anew: the counts follow in a moment.",
                                                  "{} matches are being decided anew: the counts follow in a moment.">(
                                                  overview.waiting, text::thousands(overview.waiting)));
  }
  const auto most = *std::ranges::max_element(overview.actions);
  constexpr std::string_view kStyles[] = {"critical", "high", "medium", "low", "none"};
  out += "<ul class=\"bars bars-wide\">\n";
  for (const auto action : kByUrgency) {
    const auto at = static_cast<std::size_t>(action);
    append_bar(out, pages::action_tag(action), overview.actions[at], most, kStyles[at]);
  }
  out += "</ul>\n";
  const auto& due = overview.due;
  render<
      "<table class=\"figures\"><caption>[[By when]]</caption><tbody><tr><th scope=\"row\">[[overdue]]</th><td "
      "class=\"num\">{}</td></tr><tr><th scope=\"row\">[[within 7 days]]</th><td class=\"num\">{}</td></tr><tr><th "
      "scope=\"row\">[[within 30 days]]</th><td class=\"num\">{}</td></tr><tr><th scope=\"row\">[[later]]</th><td "
      "class=\"num\">{}</td></tr><tr><th scope=\"row\">[[no day]]</th><td class=\"num\">{}</td></tr></tbody></table>"
      "</section>\n">(out, locale::number(due.overdue), locale::number(due.week), locale::number(due.month),
                      locale::number(due.later), locale::number(due.none));
}

struct HeatColumn {
  std::string label;
  Narrow narrow;                     ///< What leads to those of a cell, but for the site; all empty: nothing does.
  std::vector<std::int64_t> counts;  ///< By site.
};

/// A table whose cells are darker the more they count; the number is always there.
void append_heat(std::string& out, const Overview& overview, const Asked& asked, std::string_view id,
                 std::string_view title, const std::vector<HeatColumn>& columns) {
  render<
      "<section class=\"panel\" aria-labelledby=\"{}\"><h2 id=\"{}\">{}</h2>\n<div class=\"table-wrap\"><table "
      "class=\"heat\"><thead><tr><th scope=\"col\">[[#plant#Site]]</th>">(out, id, id, title);
  std::int64_t most = 1;
  for (const auto& column : columns) {
    render<"<th scope=\"col\" class=\"num\">{}</th>">(out, column.label);
    for (const auto count : column.counts) most = std::max(most, count);
  }
  out += "</tr></thead><tbody>\n";
  for (std::size_t i = 0; i < overview.sites.size(); ++i) {
    const auto& site = overview.sites[i].site;
    const auto name = site_name(site);
    if (site.empty()) {
      render<"<tr><th scope=\"row\">{}</th>">(out, name);
    } else {
      render<"<tr><th scope=\"row\"><a href=\"{}\">{}</a></th>">(out, Url::own(list_url(asked, {.site = site})), name);
    }
    for (const auto& column : columns) {
      const auto count = column.counts[i];
      // Four steps: the eye tells no more of them apart.
      const auto heat = count == 0 ? 0 : 1 + (count * 4 - 1) / most;
      auto narrow = column.narrow;
      narrow.site = site;
      const bool leads = count > 0 && !site.empty() && !(narrow.decision.empty() && narrow.severity.empty());
      const auto shown = locale::number(count);
      render<"<td class=\"num heat-{}\">{}</td>">(
          out, std::min<std::int64_t>(heat, 4),
          leads ? html::fragment<"<a href=\"{}\">{}</a>">(Url::own(list_url(asked, narrow)), shown)
                : html::fragment<"{}">(shown));
    }
    out += "</tr>\n";
  }
  out += "</tbody></table></div></section>\n";
}

void append_heats(std::string& out, const Overview& overview, const Asked& asked) {
  std::vector<HeatColumn> actions, severities;
  for (const auto action : kByUrgency) {
    HeatColumn column{.label = std::string{pages::action_label(action)},
                      .narrow = {.decision = std::string{to_string(action)}},
                      .counts = {}};
    for (const auto& site : overview.sites) column.counts.push_back(site.actions[static_cast<std::size_t>(action)]);
    actions.push_back(std::move(column));
  }
  for (const auto severity : kAllSeverities) {
    HeatColumn column{
        .label = std::string{severity == Severity::none ? tr<"Not scored">() : pages::severity_title(severity)},
        .narrow = {.severity = severity == Severity::none ? std::string{} : std::string{to_string(severity)}},
        .counts = {}};
    for (const auto& site : overview.sites) {
      column.counts.push_back(site.severities[static_cast<std::size_t>(severity)]);
    }
    severities.push_back(std::move(column));
  }
  append_heat(out, overview, asked, "heat-decision", tr<"Sites by what to do">(), actions);
  append_heat(out, overview, asked, "heat-severity", tr<"Sites by severity">(), severities);
}

// --- over time ------------------------------------------------------------------------------------------------------

std::int64_t scale_step(std::int64_t most) {
  for (std::int64_t power = 1;; power *= 10) {
    for (const std::int64_t times : {1, 2, 5}) {
      if (most <= times * power * 4) return times * power;
    }
  }
}

/// An area of steps, a day each. Across it is stretched, so the words stand outside of what is stretched.
void append_trend(std::string& out, const Overview& overview) {
  const auto& trend = overview.trend;
  constexpr double kTop = 12, kBase = 180;
  render<"<section class=\"panel\" aria-labelledby=\"trend\"><h2 id=\"trend\">[[Open matters by day]]</h2>\n">(out);
  const auto most = std::max<std::int64_t>(1, std::ranges::max_element(trend, {}, &exposure::DayCount::open)->open);
  const auto step = scale_step(most);
  const auto top = (most + step - 1) / step * step;
  const auto y_of = [&](std::int64_t value) {
    return kBase - (kBase - kTop) * static_cast<double>(value) / static_cast<double>(top);
  };
  const auto said = tr<"{} on {}, {} on {}; at most {}">(
      locale::number(trend.front().open), format_date(trend.front().begin, pages::readers_zone()),
      locale::number(trend.back().open), format_date(trend.back().begin, pages::readers_zone()), locale::number(most));
  render<"<svg class=\"chart\" width=\"100%\" height=\"204\" role=\"img\" aria-label=\"{}\">">(out, said);
  for (std::int64_t value = 0; value <= top; value += step) {
    const auto y = fmt::format("{:.1f}", y_of(value));
    render<R"(<line class="{}" x1="0" x2="100%" y1="{}" y2="{}"/>)">(
        out, value == 0 ? std::string_view{"chart-axis"} : std::string_view{"chart-grid"}, y, y);
  }
  std::string path = fmt::format("M0 {:.1f}", kBase);
  for (std::size_t i = 0; i < trend.size(); ++i) {
    fmt::format_to(std::back_inserter(path), "L{} {:.1f}H{}", i, y_of(trend[i].open), i + 1);
  }
  path += fmt::format("V{:.1f}Z", kBase);
  render<
      R"(<svg width="100%" height="204" viewBox="{}" preserveAspectRatio="none"><path class="chart-area" d="{}"/></svg>)">(
      out, fmt::format("0 0 {} 204", trend.size()), path);
  for (std::int64_t value = 0; value <= top; value += step) {
    if (value == 0) continue;
    render<R"(<text class="chart-tick" x="2" y="{}">{}</text>)">(out, fmt::format("{:.1f}", y_of(value) - 3),
                                                                 locale::number(value));
  }
  render<
      R"(<text class="chart-tick" x="0" y="198">{}</text><text class="chart-end" x="100%" y="198">{}</text></svg>
)">(out, format_date(trend.front().begin, pages::readers_zone()),
    format_date(trend.back().begin, pages::readers_zone()));
  if (overview.history_since && *overview.history_since > trend.front().begin) {
    render<"<p class=\"note\">[[The history begins on {}: before that day nothing was noted.]]</p>\n">(
        out, pages::date_html(*overview.history_since));
  }
  render<
      "<p class=\"note\">[[Counted at the end of each day on your clock, by the advisories that you may read now. "
      "Assets that were removed since count as long as they were there.]]</p>\n<details "
      "class=\"fold\"><summary>[[As a table]]</summary><div class=\"table-wrap\"><table><thead><tr><th "
      "scope=\"col\">[[Day]]</th><th scope=\"col\" class=\"num\">[[Open matters]]</th></tr></thead><tbody>">(out);
  for (std::size_t i = trend.size(); i-- > 0;) {
    render<"<tr><th scope=\"row\">{}</th><td class=\"num\">{}</td></tr>">(
        out, format_date(trend[i].begin, pages::readers_zone()), locale::number(trend[i].open));
  }
  out += "</tbody></table></div></details></section>\n";
}

void append_times(std::string& out, const Overview& overview) {
  render<"<section class=\"panel\" aria-labelledby=\"ages\"><h2 id=\"ages\">[[How long matters are open]]</h2>\n">(out);
  const std::string_view labels[] = {tr<"up to 7 days">(), tr<"8 to 30 days">(), tr<"31 to 90 days">(),
                                     tr<"more than 90 days">()};
  constexpr std::string_view kStyles[] = {"low", "medium", "high", "critical"};
  const auto most = *std::ranges::max_element(overview.ages);
  out += "<ul class=\"bars bars-wide\">\n";
  for (std::size_t i = 0; i < overview.ages.size(); ++i) {
    append_bar(out, html::fragment<"{}">(labels[i]), overview.ages[i], most, kStyles[i]);
  }
  render<
      "</ul>\n<p class=\"note\">[[Since they were first found.]]</p></section>\n<section class=\"panel\" "
      "aria-labelledby=\"times\"><h2 id=\"times\">[[Time to remediate]]</h2>\n">(out);
  const bool any = std::ranges::any_of(overview.months, [](const auto& it) { return it.remediated > 0; });
  if (!any) {
    render<
        "<p>[[Nothing was remediated in the last twelve months: nothing was noted as done, and the inventory names "
        "no version with a fix where there was none before.]]</p></section>\n">(out);
    return;
  }
  render<
      "<p class=\"note\">[[From being found affected until somebody notes that it is done, or the inventory has a "
      "fixed "
      "version.]]</p>\n<div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th scope=\"col\">[[Month]]</th><th "
      "scope=\"col\" class=\"num\">[[Remediated]]</th><th scope=\"col\" class=\"num\">[[Mean]]</th><th scope=\"col\" "
      "class=\"num\">[[Median]]</th></tr></thead><tbody>\n">(out);
  for (std::size_t i = overview.months.size(); i-- > 0;) {
    const auto& each = overview.months[i];
    const bool some = each.remediated > 0;
    render<
        R"(<tr><th scope="row">{}</th><td class="num" data-label="[[Remediated]]">{}</td><td class="num" data-label="[[Mean]]">{}</td><td class="num" data-label="[[Median]]">{}</td></tr>
)">(out, format_date(each.begin, pages::readers_zone()).substr(0, 7), locale::number(each.remediated),
        some ? days_text(each.mean_s) : std::string{"-"}, some ? days_text(each.median_s) : std::string{"-"});
  }
  out += "</tbody></table></div></section>\n";
}

// --- what changed ---------------------------------------------------------------------------------------------------

std::string_view change_label(Change change) {
  switch (change) {
    case Change::appeared:
      return tr<"#change#new">();
    case Change::became_affected:
      return tr<"#change#became affected">();
    case Change::reopened:
      return tr<"#change#to be looked at again">();
    case Change::fixed:
      return tr<"#change#fixed">();
    case Change::not_affected:
      return tr<"#change#not affected any more">();
    case Change::gone:
      break;
  }
  return tr<"#change#gone">();
}

Html asset_html(const Asked& asked, std::int64_t asset, bool gone, const std::string& label) {
  if (gone) return html::fragment<"{} <span class=\"note\">[[removed]]</span>">(text::shorten(label, 60));
  return html::fragment<"<a href=\"{}\">{}</a>">(
      Url::own(http::with_query(pages::asset_url(asset), {{"organisation", asked.organisation}})),
      text::shorten(label, 60));
}

Html status_cell(const std::optional<int>& status) {
  if (!status) return html::fragment<"<span class=\"note\">[[no match]]</span>">();
  return pages::status_tag(static_cast<Status>(*status));
}

void append_change_counts(std::string& out, const Overview& overview) {
  const auto& counts = overview.change_counts;
  const std::pair<Change, std::int64_t> all[] = {
      {Change::appeared, counts.appeared},         {Change::became_affected, counts.became_affected},
      {Change::reopened, counts.reopened},         {Change::fixed, counts.fixed},
      {Change::not_affected, counts.not_affected}, {Change::gone, counts.gone}};
  out += "<ul class=\"change-counts\">\n";
  for (const auto& [change, count] : all) {
    render<"<li><b>{}</b> {}</li>\n">(out, locale::number(count), change_label(change));
  }
  for (const auto& each : overview.said_counts) {
    render<"<li><b>{}</b> [[noted as: {}]]</li>\n">(out, locale::number(each.count), pages::state_label(each.state));
  }
  if (overview.decision_change_count > 0) {
    render<"<li><b>{}</b> [[decided otherwise]]</li>\n">(out, locale::number(overview.decision_change_count));
  }
  out += "</ul>\n";
}

void append_decision_changes(std::string& out, const Overview& overview, const Asked& asked) {
  if (overview.decision_changes.empty()) return;
  render<
      "<h3>[[What is to be done became something else]]</h3>\n<div class=\"table-wrap\"><table "
      "class=\"stack\"><thead><tr><th scope=\"col\">[[Asset]]</th><th scope=\"col\">[[Advisory]]</th><th "
      "scope=\"col\">[[Before]]</th><th scope=\"col\">[[Now]]</th><th scope=\"col\">[[Because]]</th><th "
      "scope=\"col\">[[When]]</th></tr></thead><tbody>\n">(out);
  for (const auto& each : overview.decision_changes) {
    render<
        R"(<tr><th scope="row">{}<br><span class="note">{}</span></th><td data-label="[[Advisory]]"><a href="{}">{}</a> {}</td><td data-label="[[Before]]">{}</td><td data-label="[[Now]]">{}</td><td data-label="[[Because]]" lang="en">{}</td><td data-label="[[When]]">{}</td></tr>
)">(out, asset_html(asked, each.asset, false, each.label), each.site, Url::own(pages::advisory_url(each.slug)),
        each.tracking_id, pages::tlp_badge(each.tlp), pages::stored_action_html(each.before, each.due_before),
        pages::stored_action_html(each.after, each.due_after), text::shorten(each.because, 240),
        pages::date_html(each.at));
  }
  out += "</tbody></table></div>\n";
}

void append_changes(std::string& out, const Overview& overview, const Asked& asked) {
  render<
      "<section class=\"panel\" aria-labelledby=\"changes\"><div class=\"panel-head\"><h2 id=\"changes\">[[What "
      "changed "
      "since {}]]</h2></div>\n">(out, pages::datetime_html(overview.since));
  if (overview.changes.empty() && overview.said.empty() && overview.decision_changes.empty()) {
    render<"<p>[[Nothing: no match came, went or changed its status, and nobody noted anything.]]</p></section>\n">(
        out);
    return;
  }
  append_change_counts(out, overview);
  if (!overview.changes.empty()) {
    render<
        "<div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th scope=\"col\">[[Asset]]</th><th "
        "scope=\"col\">[[Advisory]]</th><th scope=\"col\">[[What]]</th><th scope=\"col\">[[Before]]</th><th "
        "scope=\"col\">[[Now]]</th><th scope=\"col\">[[When]]</th></tr></thead><tbody>\n">(out);
    for (const auto& each : overview.changes) {
      render<
          R"(<tr><th scope="row">{}<br><span class="note">{}</span></th><td data-label="[[Advisory]]"><a href="{}">{}</a> {}<br><span class="note" lang="en">{}</span></td><td data-label="[[What]]">{}</td><td data-label="[[Before]]">{}</td><td data-label="[[Now]]">{}</td><td data-label="[[When]]">{}</td></tr>
)">(out, asset_html(asked, each.asset, each.asset_gone, each.label), each.site,
          Url::own(pages::advisory_url(each.slug)), each.tracking_id, pages::tlp_badge(each.tlp),
          text::shorten(each.title, 90), change_label(exposure::change_of(each.before, each.after)),
          status_cell(each.before), status_cell(each.after), pages::date_html(each.at));
    }
    out += "</tbody></table></div>\n";
  }
  append_decision_changes(out, overview, asked);
  if (!overview.said.empty()) {
    render<
        "<h3>[[What people noted]]</h3>\n<div class=\"table-wrap\"><table class=\"stack\"><thead><tr><th "
        "scope=\"col\">[[Asset]]</th><th scope=\"col\">[[Advisory]]</th><th scope=\"col\">[[State]]</th><th "
        "scope=\"col\">[[By]]</th><th scope=\"col\">[[Note]]</th><th "
        "scope=\"col\">[[When]]</th></tr></thead><tbody>\n">(out);
    for (const auto& each : overview.said) {
      render<
          R"(<tr><th scope="row">{}</th><td data-label="[[Advisory]]"><a href="{}">{}</a> {} {}</td><td data-label="[[State]]">{}</td><td data-label="[[By]]">{}</td><td data-label="[[Note]]">{}</td><td data-label="[[When]]">{}</td></tr>
)">(out, asset_html(asked, each.asset, false, each.label), Url::own(pages::advisory_url(each.slug)), each.tracking_id,
          pages::tlp_badge(each.tlp), each.vulnerability, pages::state_tag(each.state), each.person,
          text::shorten(each.evidence, 160), pages::date_html(each.at));
    }
    out += "</tbody></table></div>\n";
  }
  const auto listed = static_cast<std::size_t>(asked.input.changes_max);
  if (overview.changes.size() >= listed || overview.said.size() >= listed ||
      overview.decision_changes.size() >= listed) {
    render<"<p>[[Listed are the first {}. The <a href=\"{}\">workbook</a> has more.]]</p>\n">(
        out, listed, Url::own(path_of("/exposure/report.xlsx", asked)));
  }
  out += "</section>\n";
}

// --- zones and vendors ----------------------------------------------------------------------------------------------

void append_groups(std::string& out, const std::vector<store::ExposureShare>& groups, const Asked& asked,
                   std::string_view id, std::string_view title, std::string_view column, bool are_zones) {
  if (groups.empty()) return;
  render<
      "<section class=\"panel\" aria-labelledby=\"{}\"><h2 id=\"{}\">{}</h2>\n<div class=\"table-wrap\"><table "
      "class=\"stack\"><thead><tr><th scope=\"col\">{}</th><th scope=\"col\" class=\"num\">[[Open matters]]</th><th "
      "scope=\"col\" class=\"num\">[[Affected]]</th><th scope=\"col\" "
      "class=\"num\">[[Assets]]</th></tr></thead><tbody>\n">(out, id, id, title, column);
  for (std::size_t i = 0; i < std::min(groups.size(), kGroupsShown); ++i) {
    const auto& each = groups[i];
    auto name = each.name.empty() ? std::string{tr<"not said">()} : each.name;
    if (are_zones) name = fmt::format("{}, {}", site_name(each.site), name);
    Narrow narrow{.site = are_zones ? each.site : asked.input.site.value_or("")};
    (are_zones ? narrow.zone : narrow.vendor) = each.name;
    if (each.name.empty()) {
      render<"<tr><th scope=\"row\">{}</th>">(out, name);
    } else {
      render<"<tr><th scope=\"row\"><a href=\"{}\">{}</a></th>">(out, Url::own(list_url(asked, narrow)), name);
    }
    render<
        R"(<td class="num" data-label="[[Open matters]]">{}</td><td class="num" data-label="[[Affected]]">{}</td><td class="num" data-label="[[Assets]]">{}</td></tr>
)">(out, locale::number(each.matters), locale::number(each.affected), locale::number(each.assets));
  }
  out += "</tbody></table></div></section>\n";
}

Result<http::Response> show(App& app, const http::Request& request) {
  TRY(auto asked, asked_of(request));
  TRY(const auto access, pages::inventory_access(app, request));
  const auto& zone = pages::readers_zone();
  TRY(const auto overview,
      exposure::overview(app.database(), access::actor(request), access, asked.input, zone, request.now));
  if (request.representation == http::Representation::json) {
    return api::personal_json(pages::overview_json(overview, zone));
  }
  asked.organisation = pages::organisation_parameter(request, access);
  TRY(const auto values, inventory::filter_values(app.database(), access));
  TRY(const bool any, app.database().read([&](store::Connection& connection) {
    return store::Assets{connection}.any(access.organisation);
  }));
  std::string out;
  append_head(out, asked);
  pages::append_granted(out, access);
  if (!any) {
    render<
        "<section class=\"panel\"><h2>[[There is nothing to hold advisories against]]</h2><p>[[First <a "
        "href=\"/inventory\">the inventory</a> has to say what there is in your plants.]]</p></section>\n">(out);
  } else {
    append_filters(out, asked, values);
    append_figures(out, overview, asked);
    out += "<div class=\"grid-2\">\n";
    append_decisions(out, overview);
    append_trend(out, overview);
    out += "</div>\n";
    if (!overview.sites.empty()) append_heats(out, overview, asked);
    append_changes(out, overview, asked);
    out += "<div class=\"grid-2\">\n";
    append_times(out, overview);
    append_groups(out, overview.zones, asked, "zones", tr<"Zones">(), pages::field_label(Field::zone), true);
    append_groups(out, overview.vendors, asked, "vendors", tr<"Vendors">(), pages::field_label(Field::vendor), false);
    out += "</div>\n";
  }
  pages::Page page;
  page.title = tr<"Exposure at a glance">();
  page.json_url = path_of("/api/v1/exposure/overview", asked);
  page.main = Html::from_trusted(std::move(out));
  return pages::member_page(app, request, std::move(page), "/exposure");
}

// --- the report -----------------------------------------------------------------------------------------------------

enum class ReportFormat { pdf, xlsx, csv };

Result<http::Response> report(App& app, const http::Request& request, ReportFormat format) {
  TRY(const auto asked, asked_of(request));
  TRY(const auto access, pages::inventory_access(app, request));
  const auto& zone = pages::readers_zone();
  // What is passed on speaks English, whoever fetched it.
  const LanguageScope english{Language::en};
  TRY(const auto made,
      exposure::report(app.database(), access::actor(request), access, asked.input, zone, request.now));
  http::Response response;
  std::string bytes;
  std::string_view ending;
  switch (format) {
    case ReportFormat::pdf: {
      TRY(auto pdf, pages::report_pdf(made, zone, paper::kPagesMaxServed));
      bytes = std::move(pdf.bytes);
      response.content_type = "application/pdf";
      ending = "pdf";
      break;
    }
    case ReportFormat::xlsx: {
      TRY(bytes, pages::report_xlsx(made, zone));
      response.content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
      ending = "xlsx";
      break;
    }
    case ReportFormat::csv:
      bytes = pages::report_csv(made);
      response.content_type = "text/csv; charset=utf-8";
      ending = "csv";
      break;
  }
  response.body = std::make_shared<const std::string>(std::move(bytes));
  response.with("Content-Disposition",
                fmt::format("attachment; filename=\"{}.{}\"", pages::report_name(made, zone), ending));
  return pages::personal(std::move(response));
}

}  // namespace

void add_exposure_overview_routes(App& app, http::Router& router) {
  pages::add_resource(
      router, "/exposure/overview", "/api/v1/exposure/overview", "exposure_overview",
      "Figures of the exposure now, over time, and what changed",
      [&app](const http::Request& request) { return show(app, request); }, Permission::read_inventory);
  struct Report {
    const char* ending;
    const char* name;
    const char* summary;
    ReportFormat format;
  };
  for (const auto& each :
       {Report{"pdf", "exposure_report_pdf", "Report of the exposure as PDF", ReportFormat::pdf},
        Report{"xlsx", "exposure_report_xlsx", "Report of the exposure as a workbook", ReportFormat::xlsx},
        Report{"csv", "exposure_report_csv", "Worklist of the exposure as CSV", ReportFormat::csv}}) {
    pages::add_resource(
        router, fmt::format("/exposure/report.{}", each.ending), fmt::format("/api/v1/exposure/report.{}", each.ending),
        each.name, each.summary,
        [&app, format = each.format](const http::Request& request) { return report(app, request, format); },
        Permission::read_inventory);
  }
}

}  // namespace tocsin::portal
