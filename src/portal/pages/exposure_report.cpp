#include "portal/pages/exposure_report.hpp"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "base/text.hpp"
#include "domain/tlp.hpp"
#include "formats/cvss/cvss.hpp"
#include "formats/inventory/csv_cell.hpp"
#include "formats/inventory/worksheet.hpp"

namespace tocsin::portal::pages {
namespace {

using engine::exposure::Action;
using engine::exposure::Change;
using engine::exposure::DecidedMatters;
using engine::exposure::Overview;
using engine::exposure::Status;
using formats::inventory::Table;
using paper::Paper;
using paper::TableRow;

/// A PDF is read, not filtered: what is longer stands in the workbook.
constexpr std::size_t kPrintedMatters = 300, kPrintedChanges = 100;
constexpr std::size_t kNamedCves = 8;

constexpr std::array kByUrgency{Action::act_now, Action::mitigate_now, Action::next_outage, Action::accept,
                                Action::nothing_to_do};
constexpr std::array<std::string_view, engine::exposure::kAges> kAgeNames{"0 to 7 days", "8 to 30 days",
                                                                          "31 to 90 days", "more than 90 days"};
constexpr std::array<std::string_view, engine::exposure::kAges> kAgeKeys{"days_0_7", "days_8_30", "days_31_90",
                                                                         "days_over_90"};

std::string number(std::int64_t value) { return text::thousands(value); }
std::string_view site_name(std::string_view site) { return site.empty() ? "(no site)" : site; }

std::string_view in_words(domain::RemediationState state) {
  constexpr std::array<std::string_view, 4> kWords{"not remediated", "in progress", "done", "risk accepted"};
  return kWords[static_cast<std::size_t>(state)];
}
std::string_view in_words(Change change) {
  constexpr std::array<std::string_view, 6> kWords{"new",   "became affected",       "to be looked at again",
                                                   "fixed", "not affected any more", "gone"};
  return kWords[static_cast<std::size_t>(change)];
}
std::string status_words(const std::optional<int>& status) {
  if (!status) return "-";
  std::string words{engine::exposure::to_string(static_cast<Status>(*status))};
  std::ranges::replace(words, '_', ' ');
  return words;
}

std::string period_of(const Overview& overview, const Zone& zone) {
  return fmt::format("{} to {}", format_date(overview.since, zone), format_date(overview.made, zone));
}

std::string tlp_of(const Overview& overview) {
  return overview.tlp ? fmt::format("TLP:{}", domain::to_string(*overview.tlp)) : std::string{};
}

std::string joined(const std::vector<std::string>& all, std::size_t at_most) {
  std::string out;
  for (std::size_t i = 0; i < all.size() && i < at_most; ++i) out.append(out.empty() ? "" : ", ").append(all[i]);
  if (all.size() > at_most) out += fmt::format(" and {} more", all.size() - at_most);
  return out;
}

/// Mean over the months, each match weighing the same.
std::pair<std::int64_t, std::int64_t> remediated(const Overview& overview) {
  std::int64_t count = 0, sum = 0;
  for (const auto& each : overview.months) {
    count += each.remediated;
    sum += each.remediated * each.mean_s;
  }
  return {count, count == 0 ? 0 : sum / count};
}

std::vector<std::string> summary_of(const Overview& overview, const Zone& zone) {
  const auto& totals = overview.totals;
  std::vector<std::string> out;
  if (totals.matters == 0) {
    out.emplace_back(
        "Nothing is open: no advisory says that something in the inventory is affected, or everything is "
        "done or accepted.");
  } else {
    out.push_back(
        fmt::format("{} {} something open because of {}. Each matter is one advisory on one asset, and there are {} of "
                    "them: {} affected, "
                    "the others have to be decided or wait for the vendor.",
                    text::count_of(totals.assets, "asset", "assets"), totals.assets == 1 ? "has" : "have",
                    text::count_of(totals.advisories, "advisory", "advisories"), number(totals.matters),
                    totals.affected == 1 ? std::string{"1 is"} : number(totals.affected) + " are"));
    const auto now = overview.actions[0], mitigate = overview.actions[1];
    std::string urgent = now + mitigate == 0
                             ? std::string{"Nothing has to be done at once."}
                             : fmt::format("{} to be acted on now, {} to be mitigated now and patched later.",
                                           text::count_of(now, "matter is", "matters are"), number(mitigate));
    if (overview.due.overdue > 0) {
      urgent += fmt::format(" {} overdue.", text::count_of(overview.due.overdue, "matter is", "matters are"));
    }
    if (overview.due.week > 0) {
      urgent +=
          fmt::format(" {} due within seven days.", text::count_of(overview.due.week, "matter is", "matters are"));
    }
    out.push_back(std::move(urgent));
    if (overview.exploited.empty()) {
      out.emplace_back("None of the vulnerabilities concerned stands in the catalogue of known exploited ones.");
    } else {
      out.push_back(fmt::format(
          "{} concerned {} known to be exploited: {}.",
          text::count_of(static_cast<long long>(overview.exploited.size()), "vulnerability", "vulnerabilities"),
          overview.exploited.size() == 1 ? "is" : "are", joined(overview.exploited, kNamedCves)));
    }
  }
  const auto& changes = overview.change_counts;
  out.push_back(fmt::format(
      "Since {}: {} new, {} became affected, {} fixed, {} not affected any more, {} to be looked at again, {} gone "
      "because the advisory or the asset changed.",
      format_date(overview.since, zone), number(changes.appeared), number(changes.became_affected),
      number(changes.fixed), number(changes.not_affected), number(changes.reopened), number(changes.gone)));
  const auto [count, mean] = remediated(overview);
  if (count > 0) {
    out.push_back(fmt::format("Of the last twelve months, {} remediated, {} after being found on average.",
                              text::count_of(count, "matter was", "matters were"), duration_text(mean)));
  }
  return out;
}

std::string trend_words(const Overview& overview, const Zone& zone) {
  const auto& trend = overview.trend;
  const auto most = std::ranges::max_element(trend, {}, &engine::exposure::DayCount::open);
  return fmt::format("Open matters at the end of each day: {} on {}, {} on {}; the most were {}, on {}.{}",
                     number(trend.front().open), format_date(trend.front().begin, zone), number(trend.back().open),
                     format_date(trend.back().begin, zone), number(most->open), format_date(most->begin, zone),
                     overview.history_since && *overview.history_since > trend.front().begin
                         ? fmt::format(" The history begins on {}.", format_date(*overview.history_since, zone))
                         : std::string{});
}

std::string because_of(const DecidedMatters::Matter& matter) {
  const auto& match = matter.row.match;
  return match.question.empty() ? match.because : fmt::format("{} {}", match.question, match.because);
}

Table worklist(const Overview& overview) {
  Table table;
  table.headers = {"what_to_do",
                   "due",
                   "asset",
                   "site",
                   "zone",
                   "vendor",
                   "criticality",
                   "advisory",
                   "title",
                   "tlp",
                   "score",
                   "status",
                   "state",
                   "found_on",
                   "vulnerabilities",
                   "known_exploited",
                   "why_this_decision",
                   "because"};
  const std::set<std::string, std::less<>> exploited(overview.exploited.begin(), overview.exploited.end());
  for (const auto& each : overview.decided.matters) {
    const auto& row = each.row;
    std::vector<std::string> known;
    for (const auto& cve : row.match.cves) {
      if (exploited.contains(cve)) known.push_back(cve);
    }
    table.rows.push_back(
        {std::string{engine::exposure::in_words(each.decision.action)},
         each.decision.due ? format_date(*each.decision.due) : std::string{}, row.label, row.site, row.zone, row.vendor,
         row.criticality, row.tracking_id, row.title, fmt::format("TLP:{}", domain::to_string(row.tlp)),
         row.score_tenths ? fmt::format("{}.{}", *row.score_tenths / 10, *row.score_tenths % 10) : std::string{},
         status_words(row.match.status), std::string{in_words(engine::exposure::state_at(row.match, overview.made))},
         format_date(row.match.found_at), joined(row.match.cves, row.match.cves.size()), joined(known, known.size()),
         each.decision.because, because_of(each)});
  }
  return table;
}

Table site_table(const Overview& overview) {
  Table table;
  table.headers = {"Site", "Assets", "Open matters"};
  for (const auto action : kByUrgency) table.headers.emplace_back(engine::exposure::in_words(action));
  for (const auto* word : {"Critical", "High", "Medium", "Low", "Not scored"}) table.headers.emplace_back(word);
  for (const auto& each : overview.sites) {
    std::vector<std::string> row{std::string{site_name(each.site)}, std::to_string(each.assets),
                                 std::to_string(each.matters)};
    for (const auto count : each.actions) row.push_back(std::to_string(count));
    for (std::size_t i = each.severities.size(); i-- > 0;) row.push_back(std::to_string(each.severities[i]));
    table.rows.push_back(std::move(row));
  }
  return table;
}

/// "act now by 2027-05-31"
std::string decided_words(int action, std::optional<Timestamp> due) {
  if (action < 0 || action >= store::kUndecided) return {};
  auto words = std::string{in_words(static_cast<engine::exposure::Action>(action))};
  return due ? fmt::format("{} by {}", words, format_date(*due)) : words;
}

Table change_table(const Overview& overview, const Zone& zone) {
  Table table;
  table.headers = {"When", "What", "Asset", "Site", "Advisory", "TLP", "Before", "Now", "By", "Note"};
  for (const auto& each : overview.changes) {
    table.rows.push_back(
        {format_minute(each.at, zone), std::string{in_words(engine::exposure::change_of(each.before, each.after))},
         each.label, each.site, each.tracking_id, fmt::format("TLP:{}", domain::to_string(each.tlp)),
         status_words(each.before), status_words(each.after), "", each.asset_gone ? "the asset was removed" : ""});
  }
  for (const auto& each : overview.decision_changes) {
    table.rows.push_back({format_minute(each.at, zone), "decided otherwise", each.label, each.site, each.tracking_id,
                          fmt::format("TLP:{}", domain::to_string(each.tlp)),
                          decided_words(each.before, each.due_before), decided_words(each.after, each.due_after), "",
                          each.because});
  }
  for (const auto& each : overview.said) {
    table.rows.push_back({format_minute(each.at, zone), std::string{"state set: "} + std::string{in_words(each.state)},
                          each.label, each.site, each.tracking_id, fmt::format("TLP:{}", domain::to_string(each.tlp)),
                          each.vulnerability, "", each.person, each.evidence});
  }
  return table;
}

std::vector<std::pair<std::string, std::string>> cover_of(const Overview& overview, const Zone& zone) {
  return {{"Organisation", overview.organisation},
          {"Site", overview.site ? std::string{site_name(*overview.site)} : std::string{"all"}},
          {"Period", period_of(overview, zone)},
          {"Generated", format_minute(overview.made, zone)},
          {"Marking", overview.tlp ? tlp_of(overview) + ", the highest of the advisories inside"
                                   : std::string{"none: no advisory is inside"}}};
}

std::string not_all(const Overview& overview) {
  if (overview.decided.all) return {};
  return fmt::format(
      "Counted are all open matters; listed are the {} most urgent of {}. Ask for one site to see all of it.",
      number(static_cast<std::int64_t>(overview.decided.matters.size())), number(overview.totals.matters));
}

Table summary_table(const Overview& overview, const Zone& zone) {
  Table table;
  table.headers = {"What", "Value"};
  const auto add = [&](std::string_view what, std::string value) {
    table.rows.push_back({std::string{what}, std::move(value)});
  };
  for (auto& [what, value] : cover_of(overview, zone)) add(what, std::move(value));
  for (auto& each : summary_of(overview, zone)) add("Summary", std::move(each));
  if (auto note = not_all(overview); !note.empty()) add("Note", std::move(note));
  add("Assets with open matters", std::to_string(overview.totals.assets));
  add("Open matters", std::to_string(overview.totals.matters));
  add("Affected", std::to_string(overview.totals.affected));
  add("In progress", std::to_string(overview.totals.in_progress));
  add("Advisories", std::to_string(overview.totals.advisories));
  add("Known exploited", std::to_string(overview.exploited.size()));
  for (const auto action : kByUrgency) {
    add(fmt::format("To do: {}", engine::exposure::in_words(action)),
        std::to_string(overview.actions[static_cast<std::size_t>(action)]));
  }
  add("Overdue", std::to_string(overview.due.overdue));
  add("Due within 7 days", std::to_string(overview.due.week));
  add("Due within 30 days", std::to_string(overview.due.month));
  for (std::size_t i = 0; i < kAgeNames.size(); ++i) {
    add(fmt::format("Open for {}", kAgeNames[i]), std::to_string(overview.ages[i]));
  }
  for (const auto& each : overview.months) {
    add(fmt::format("Remediated in {}", format_date(each.begin, zone).substr(0, 7)),
        each.remediated == 0 ? std::string{"0"}
                             : fmt::format("{}; mean {}, median {}", each.remediated, duration_text(each.mean_s),
                                           duration_text(each.median_s)));
  }
  return table;
}

paper::Ink marking_ink(domain::Tlp tlp) {
  switch (tlp) {
    case domain::Tlp::red:
      return {1, 0.169, 0.169};
    case domain::Tlp::amber_strict:
    case domain::Tlp::amber:
      return {1, 0.753, 0};
    case domain::Tlp::green:
      return {0.2, 1, 0};
    case domain::Tlp::clear:
      break;
  }
  return {1, 1, 1};
}

/// "Pump 3, Waterworks Nord": a column of its own for the site would leave none its room.
std::string placed(std::string_view label, std::string_view site) {
  auto out = text::shorten(label, 80);
  if (!site.empty()) out += ", " + text::shorten(site, 60);
  return out;
}

constexpr paper::Ink kUrgent{0.65, 0.11, 0.11};

void print_sites(Paper& out, const Overview& overview) {
  if (overview.sites.size() < 2) return;
  out.heading(2, "By site", "");
  // Four: with more, names of sites are torn.
  std::vector<TableRow> rows{{{"Site"}, {"Open matters"}, {"Act now, mitigate"}, {"Critical or high"}}};
  for (const auto& each : overview.sites) {
    const auto urgent = each.actions[0] + each.actions[1];
    rows.push_back({{std::string{site_name(each.site)}, paper::kBlack, true},
                    {number(each.matters)},
                    {number(urgent), each.actions[0] > 0 ? kUrgent : paper::kBlack, each.actions[0] > 0},
                    {number(each.severities[4] + each.severities[3])}});
  }
  out.table(rows);
}

void print_worklist(Paper& out, const Overview& overview, const Zone& zone) {
  if (overview.decided.matters.empty()) return;
  out.heading(2, "Worklist", "");
  if (const auto note = not_all(overview); !note.empty()) out.paragraph(note);
  const auto& matters = overview.decided.matters;
  const auto today = format_date(overview.made, zone);
  for (std::size_t at = 0; at < std::min(matters.size(), kPrintedMatters);) {
    const auto action = matters[at].decision.action;
    out.heading(3,
                fmt::format("{} ({})", engine::exposure::in_words(action),
                            number(overview.actions[static_cast<std::size_t>(action)])),
                "");
    std::vector<TableRow> rows{{{"By"}, {"Asset, site"}, {"Advisory"}, {"Why"}}};
    for (; at < std::min(matters.size(), kPrintedMatters) && matters[at].decision.action == action; ++at) {
      const auto& [row, decision] = matters[at];
      const auto due = decision.due ? format_date(*decision.due) : std::string{"-"};
      const bool late = decision.due && due < today;
      rows.push_back({{late ? due + " overdue" : due, late ? kUrgent : paper::kBlack, late},
                      {placed(row.label, row.site), paper::kBlack, true},
                      {row.tracking_id},
                      {text::shorten(decision.because.empty() ? because_of(matters[at]) : decision.because, 240)}});
    }
    out.table(rows);
  }
  if (matters.size() > kPrintedMatters) {
    out.paragraph(fmt::format("{} more stand in the workbook and in the CSV file.",
                              number(static_cast<std::int64_t>(matters.size() - kPrintedMatters))));
  }
}

void print_changes(Paper& out, const Overview& overview, const Zone& zone) {
  out.heading(2, fmt::format("What changed since {}", format_date(overview.since, zone)), "");
  if (overview.changes.empty() && overview.said.empty() && overview.decision_changes.empty()) {
    out.paragraph("Nothing.");
    return;
  }
  if (!overview.changes.empty()) {
    out.heading(3, "What advisories and the inventory say", "");
    std::vector<TableRow> rows{{{"Day"}, {"Asset, site"}, {"Advisory"}, {"What"}}};
    for (std::size_t i = 0; i < std::min(overview.changes.size(), kPrintedChanges); ++i) {
      const auto& each = overview.changes[i];
      auto what = std::string{in_words(engine::exposure::change_of(each.before, each.after))};
      if (each.before) what += fmt::format(", was {}", status_words(each.before));
      if (!each.before && each.after) what += fmt::format(", {}", status_words(each.after));
      if (each.asset_gone) what += ", the asset was removed";
      rows.push_back({{format_date(each.at, zone)},
                      {placed(each.label, each.site), paper::kBlack, true},
                      {each.tracking_id},
                      {std::move(what)}});
    }
    out.table(rows);
    if (overview.changes.size() > kPrintedChanges) out.paragraph("More stand in the workbook.");
  }
  if (!overview.decision_changes.empty()) {
    out.heading(3, "What is to be done became something else", "");
    std::vector<TableRow> rows{{{"Day"}, {"Asset, site"}, {"Advisory"}, {"What"}}};
    for (std::size_t i = 0; i < std::min(overview.decision_changes.size(), kPrintedChanges); ++i) {
      const auto& each = overview.decision_changes[i];
      rows.push_back({{format_date(each.at, zone)},
                      {placed(each.label, each.site), paper::kBlack, true},
                      {each.tracking_id},
                      {fmt::format("{}, was {}: {}", decided_words(each.after, each.due_after),
                                   decided_words(each.before, each.due_before), text::shorten(each.because, 240))}});
    }
    out.table(rows);
    if (overview.decision_changes.size() > kPrintedChanges) out.paragraph("More stand in the workbook.");
  }
  if (!overview.said.empty()) {
    out.heading(3, "What people noted", "");
    std::vector<TableRow> rows{{{"Day"}, {"Asset, site"}, {"Advisory"}, {"What"}}};
    for (std::size_t i = 0; i < std::min(overview.said.size(), kPrintedChanges); ++i) {
      const auto& each = overview.said[i];
      auto what = std::string{in_words(each.state)};
      if (!each.vulnerability.empty()) what += fmt::format(" ({})", each.vulnerability);
      if (!each.person.empty()) what += fmt::format(", {}", each.person);
      if (!each.evidence.empty()) what += fmt::format(": {}", text::shorten(each.evidence, 200));
      rows.push_back({{format_date(each.at, zone)},
                      {placed(each.label, each.site), paper::kBlack, true},
                      {each.tracking_id},
                      {std::move(what)}});
    }
    out.table(rows);
    if (overview.said.size() > kPrintedChanges) out.paragraph("More stand in the workbook.");
  }
}

void print_times(Paper& out, const Overview& overview, const Zone& zone) {
  out.heading(2, "How long things are open", "");
  std::vector<TableRow> ages{{{"Open for"}, {"Matters"}}};
  for (std::size_t i = 0; i < kAgeNames.size(); ++i) {
    ages.push_back({{std::string{kAgeNames[i]}}, {number(overview.ages[i])}});
  }
  out.table(ages);
  std::vector<TableRow> rows{{{"Remediated in"}, {"Matters"}, {"Mean time"}, {"Median time"}}};
  for (const auto& each : overview.months) {
    if (each.remediated == 0) continue;
    rows.push_back({{format_date(each.begin, zone).substr(0, 7)},
                    {number(each.remediated)},
                    {duration_text(each.mean_s)},
                    {duration_text(each.median_s)}});
  }
  if (rows.size() > 1) out.table(rows);
}

boost::json::object group_json(const store::ExposureShare& group, std::string_view name) {
  boost::json::object object;
  if (name == "zone") object["site"] = group.site;
  object[name] = group.name;
  object["matters"] = group.matters;
  object["affected"] = group.affected;
  object["assets"] = group.assets;
  return object;
}

boost::json::object severities_json(const std::array<std::int64_t, store::kSeverities>& counts) {
  boost::json::object object;
  for (std::size_t i = counts.size(); i-- > 0;) {
    object[formats::cvss::to_string(static_cast<formats::cvss::Severity>(i))] = counts[i];
  }
  return object;
}

boost::json::object actions_json(const std::array<std::int64_t, engine::exposure::kActionCount>& counts) {
  boost::json::object object;
  for (const auto action : kByUrgency) {
    object[engine::exposure::to_string(action)] = counts[static_cast<std::size_t>(action)];
  }
  return object;
}

boost::json::object decided_json(int action, std::optional<Timestamp> due) {
  const auto known = action >= 0 && action < store::kUndecided;
  return {{"action", engine::exposure::to_string(known ? static_cast<engine::exposure::Action>(action)
                                                       : engine::exposure::Action::nothing_to_do)},
          {"due", due ? boost::json::value{format_date(*due)} : boost::json::value{}}};
}

boost::json::value status_json(const std::optional<int>& status) {
  if (!status) return nullptr;
  return boost::json::value(engine::exposure::to_string(static_cast<Status>(*status)));
}

}  // namespace

std::string duration_text(std::int64_t seconds) {
  constexpr std::int64_t kHour = 3'600, kDay = 86'400;
  if (seconds < 2 * kHour) return text::count_of((seconds + 30) / 60, "minute", "minutes");
  if (seconds < 2 * kDay) return text::count_of((seconds + kHour / 2) / kHour, "hour", "hours");
  return text::count_of((seconds + kDay / 2) / kDay, "day", "days");
}

std::string report_name(const Overview& overview, const Zone& zone) {
  return "exposure-" + format_date(overview.made, zone);
}

std::string report_csv(const Overview& overview) {
  const auto table = worklist(overview);
  // The mark tells spreadsheets that it is UTF-8.
  std::string out = "\xEF\xBB\xBF";
  const auto add = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out += ',';
      out += formats::inventory::csv_cell(cells[i]);
    }
    out += "\r\n";
  };
  add(table.headers);
  for (const auto& row : table.rows) add(row);
  return out;
}

Result<std::string> report_xlsx(const Overview& overview, const Zone& zone) {
  const auto summary = summary_table(overview, zone);
  const auto work = worklist(overview);
  const auto sites = site_table(overview);
  const auto changes = change_table(overview, zone);
  return formats::inventory::write_workbook(
      {{"Summary", &summary}, {"Worklist", &work}, {"By site", &sites}, {"Changes", &changes}});
}

Result<paper::Pdf> report_pdf(const Overview& overview, const Zone& zone, int pages_max) {
  paper::Frame frame;
  frame.id = "Exposure report";
  frame.title =
      overview.site ? fmt::format("{}, {}", overview.organisation, site_name(*overview.site)) : overview.organisation;
  frame.author = overview.organisation;
  frame.foot = fmt::format("{}, generated {}", period_of(overview, zone), format_minute(overview.made, zone));
  frame.language = "en";
  frame.date = overview.made;
  if (overview.tlp) frame.marking = paper::Marking{tlp_of(overview), marking_ink(*overview.tlp)};
  return paper::make_pdf(frame, pages_max, [&](Paper& out) {
    out.heading(1, fmt::format("Exposure report: {}", frame.title), "");
    for (const auto& [label, value] : cover_of(overview, zone)) out.fact(label, value);
    out.heading(2, "Summary", "");
    for (const auto& each : summary_of(overview, zone)) out.paragraph(each);
    out.heading(2, fmt::format("Open exposure, last {} days", overview.trend.size()), "");
    std::vector<std::int64_t> values;
    for (const auto& each : overview.trend) values.push_back(each.open);
    out.chart(values, format_date(overview.trend.front().begin, zone), format_date(overview.trend.back().begin, zone));
    out.paragraph(trend_words(overview, zone));
    out.heading(2, "By decision", "");
    std::vector<TableRow> rows{{{"What to do"}, {"Open matters"}}};
    for (const auto action : kByUrgency) {
      rows.push_back({{std::string{engine::exposure::in_words(action)}},
                      {number(overview.actions[static_cast<std::size_t>(action)])}});
    }
    out.table(rows);
    print_sites(out, overview);
    print_worklist(out, overview, zone);
    print_changes(out, overview, zone);
    print_times(out, overview, zone);
    out.heading(2, "How to read this", "");
    out.paragraph(
        "A matter is what one advisory says of one asset in the inventory. It is open while it is affected, undecided "
        "or under investigation, and nobody has said that it is done or that the risk is accepted. What to do and by "
        "when follows from a decision table: exploitation, exposure of the asset, and what an attack would do to "
        "people or the process. An asset without a line was matched by no advisory that you may read, which is no "
        "proof that it has no flaw.");
  });
}

boost::json::object overview_json(const Overview& overview, const Zone& zone) {
  boost::json::object out;
  out["organisation"] = overview.organisation;
  out["site"] = overview.site ? boost::json::value(*overview.site) : boost::json::value(nullptr);
  out["generated"] = format_rfc3339(overview.made);
  out["time_zone"] = zone.name().empty() ? "UTC" : zone.name();
  out["tlp"] = overview.tlp ? boost::json::value(domain::to_string(*overview.tlp)) : boost::json::value(nullptr);
  auto& open = out["open"].emplace_object();
  open["matters"] = overview.totals.matters;
  open["affected"] = overview.totals.affected;
  open["in_progress"] = overview.totals.in_progress;
  open["assets"] = overview.totals.assets;
  open["advisories"] = overview.totals.advisories;
  auto& exploited = open["known_exploited"].emplace_array();
  for (const auto& each : overview.exploited) exploited.emplace_back(each);
  auto& decisions = out["decisions"].emplace_object();
  decisions["complete"] = overview.waiting == 0;
  decisions["decided"] = overview.totals.matters - overview.undecided;
  decisions["by_decision"] = actions_json(overview.actions);
  decisions["by_due"] = boost::json::object{{"overdue", overview.due.overdue},
                                            {"within_7_days", overview.due.week},
                                            {"within_30_days", overview.due.month},
                                            {"later", overview.due.later},
                                            {"none", overview.due.none}};
  auto& sites = out["sites"].emplace_array();
  for (const auto& each : overview.sites) {
    sites.push_back(boost::json::object{{"site", each.site},
                                        {"matters", each.matters},
                                        {"assets", each.assets},
                                        {"by_decision", actions_json(each.actions)},
                                        {"by_severity", severities_json(each.severities)}});
  }
  auto& zones = out["zones"].emplace_array();
  for (const auto& each : overview.zones) zones.push_back(group_json(each, "zone"));
  auto& vendors = out["vendors"].emplace_array();
  for (const auto& each : overview.vendors) vendors.push_back(group_json(each, "vendor"));
  auto& ages = out["open_for"].emplace_object();
  for (std::size_t i = 0; i < kAgeKeys.size(); ++i) ages[kAgeKeys[i]] = overview.ages[i];
  out["history_since"] = overview.history_since ? boost::json::value(format_rfc3339(*overview.history_since))
                                                : boost::json::value(nullptr);
  auto& trend = out["trend"].emplace_array();
  for (const auto& each : overview.trend) {
    trend.push_back(boost::json::object{{"day", format_date(each.begin, zone)}, {"open", each.open}});
  }
  auto& months = out["remediation"].emplace_array();
  for (const auto& each : overview.months) {
    const bool any = each.remediated > 0;
    months.push_back(
        boost::json::object{{"month", format_date(each.begin, zone).substr(0, 7)},
                            {"remediated", each.remediated},
                            {"mean_seconds", any ? boost::json::value(each.mean_s) : boost::json::value(nullptr)},
                            {"median_seconds", any ? boost::json::value(each.median_s) : boost::json::value(nullptr)}});
  }
  auto& changed = out["changed"].emplace_object();
  changed["since"] = format_rfc3339(overview.since);
  const auto& counts = overview.change_counts;
  changed["counts"] = boost::json::object{
      {"appeared", counts.appeared}, {"became_affected", counts.became_affected}, {"reopened", counts.reopened},
      {"fixed", counts.fixed},       {"not_affected", counts.not_affected},       {"gone", counts.gone}};
  auto& changes = changed["matches"].emplace_array();
  for (const auto& each : overview.changes) {
    changes.push_back(boost::json::object{
        {"change", engine::exposure::to_string(engine::exposure::change_of(each.before, each.after))},
        {"asset", each.asset},
        {"asset_removed", each.asset_gone},
        {"label", each.label},
        {"site", each.site},
        {"advisory", each.slug},
        {"before", status_json(each.before)},
        {"now", status_json(each.after)},
        {"at", format_rfc3339(each.at)}});
  }
  changed["decision_count"] = overview.decision_change_count;
  auto& otherwise = changed["decisions"].emplace_array();
  for (const auto& each : overview.decision_changes) {
    otherwise.push_back(boost::json::object{{"asset", each.asset},
                                            {"label", each.label},
                                            {"site", each.site},
                                            {"advisory", each.slug},
                                            {"before", decided_json(each.before, each.due_before)},
                                            {"now", decided_json(each.after, each.due_after)},
                                            {"because", each.because},
                                            {"at", format_rfc3339(each.at)}});
  }
  auto& states = changed["state_counts"].emplace_object();
  for (const auto state : domain::all_remediation_states()) states[domain::to_string(state)] = 0;
  for (const auto& each : overview.said_counts) states[domain::to_string(each.state)] = each.count;
  auto& said = changed["states"].emplace_array();
  for (const auto& each : overview.said) {
    said.push_back(boost::json::object{{"state", domain::to_string(each.state)},
                                       {"asset", each.asset},
                                       {"label", each.label},
                                       {"site", each.site},
                                       {"advisory", each.slug},
                                       {"vulnerability", each.vulnerability},
                                       {"person", each.person},
                                       {"evidence", each.evidence},
                                       {"at", format_rfc3339(each.at)}});
  }
  return out;
}

boost::json::object report_json(const Overview& overview, const Zone& zone) {
  auto out = overview_json(overview, zone);
  const auto table = worklist(overview);
  auto& list = out["worklist"].emplace_array();
  for (const auto& row : table.rows) {
    boost::json::object object;
    for (std::size_t i = 0; i < row.size(); ++i) object[table.headers[i]] = row[i];
    list.push_back(std::move(object));
  }
  return out;
}

}  // namespace tocsin::portal::pages
