#include "engine/exposure/overview.hpp"

#include <algorithm>
#include <span>
#include <tuple>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "engine/audit/trail.hpp"
#include "store/changes.hpp"
#include "store/decision_history.hpp"
#include "store/exposure_rows.hpp"

namespace tocsin::engine::exposure {
namespace {

constexpr std::int64_t kSecond = 1'000'000, kDay = 86'400 * kSecond, kQuarter = 900 * kSecond;
constexpr int kGroupsMax = 100;
constexpr std::size_t kMonths = 12;
constexpr int kForgottenAtOnce = 5'000;
constexpr std::size_t kDecidedAtOnce = 200;

/// The day there, as number of days since 1970-01-01.
std::int64_t day_number(Timestamp time, const Zone& zone) {
  const auto local = time.micros + zone.offset_s(time) * kSecond;
  return local >= 0 ? local / kDay : (local - kDay + 1) / kDay;
}

/// First moment of a day there.
Timestamp begin_of(std::int64_t day, const Zone& zone) {
  const auto local = day * kDay;
  Timestamp time{local - zone.offset_s({local}) * kSecond};
  time.micros = local - zone.offset_s(time) * kSecond;
  // Where clocks jump at midnight the day begins later, or twice.
  while (day_number(time, zone) < day) time.micros += kQuarter;
  while (day_number({time.micros - kQuarter}, zone) == day) time.micros -= kQuarter;
  return time;
}

std::chrono::year_month_day date_of(std::int64_t day) {
  return std::chrono::year_month_day{std::chrono::sys_days{std::chrono::days{day}}};
}

/// Beginnings of this month and those before it, by time.
std::vector<Timestamp> months_until(Timestamp now, const Zone& zone) {
  const auto today = date_of(day_number(now, zone));
  std::vector<Timestamp> begins;
  for (int back = static_cast<int>(kMonths) - 1; back >= 0; --back) {
    const auto month = today.year() / today.month() - std::chrono::months{back};
    const std::chrono::sys_days first{month / 1};
    begins.push_back(begin_of(first.time_since_epoch().count(), zone));
  }
  return begins;
}

std::optional<std::int64_t> day_of_text(std::string_view text) {
  if (text.size() != 10) return {};
  const auto time = parse_rfc3339(std::string{text} + "T00:00:00Z");
  if (!time) return {};
  return time->micros / kDay;
}

/// The sign-in before this one.
Result<std::optional<Timestamp>> last_visit(store::Connection& connection, const Actor& actor) {
  if (!actor.viewer.person) return std::optional<Timestamp>{};
  return connection.first(
      store::Sql{"SELECT at FROM audit WHERE person_id = ? AND action IN ('sign-in', 'demo.sign-in') AND outcome = ? "
                 "ORDER BY sequence DESC LIMIT 1 OFFSET 1",
                 *actor.viewer.person, domain::audit::Outcome::done},
      [](const store::Row& row) { return row.time(0); });
}

Result<Timestamp> since_of(store::Connection& connection, const Actor& actor, const std::string& text, const Zone& zone,
                           Timestamp now) {
  const auto today = day_number(now, zone);
  if (text == "yesterday") return begin_of(today - 1, zone);
  if (text == "week") return begin_of(today - 7, zone);
  if (text == "visit") {
    TRY(const auto visit, last_visit(connection, actor));
    return visit.value_or(begin_of(today - 1, zone));
  }
  const auto day = day_of_text(text);
  if (!day || *day > today) {
    return Error::invalid(std::string{tr<"'since' is yesterday, week, visit or a day such as 2027-05-31">()}, "since");
  }
  return begin_of(*day, zone);
}

std::vector<DayCount> trend_of(const std::vector<store::ExposureMove>& moves, int days, const Zone& zone,
                               Timestamp now) {
  const auto today = day_number(now, zone);
  std::vector<DayCount> trend;
  std::int64_t open = 0;
  std::size_t at = 0;
  for (auto day = today - days + 1; day <= today; ++day) {
    const auto end = begin_of(day + 1, zone);
    while (at < moves.size() && moves[at].at < end) open += moves[at++].by;
    trend.push_back({begin_of(day, zone), open});
  }
  return trend;
}

ChangeCounts counts_of(const std::vector<store::ExposureChangeCount>& counts) {
  ChangeCounts out;
  for (const auto& each : counts) {
    if (each.before.value_or(9) > 2 && each.after.value_or(9) > 2) continue;
    switch (change_of(each.before, each.after)) {
      case Change::appeared:
        out.appeared += each.count;
        break;
      case Change::became_affected:
        out.became_affected += each.count;
        break;
      case Change::reopened:
        out.reopened += each.count;
        break;
      case Change::fixed:
        out.fixed += each.count;
        break;
      case Change::not_affected:
        out.not_affected += each.count;
        break;
      case Change::gone:
        out.gone += each.count;
        break;
    }
  }
  return out;
}

void count_decisions(Overview& out, const std::vector<store::ExposureDecided>& decided) {
  for (const auto& each : decided) {
    out.waiting += each.waiting;
    switch (each.due) {
      case store::DueBand::overdue:
        out.due.overdue += each.matters;
        break;
      case store::DueBand::week:
        out.due.week += each.matters;
        break;
      case store::DueBand::month:
        out.due.month += each.matters;
        break;
      case store::DueBand::later:
        out.due.later += each.matters;
        break;
      case store::DueBand::none:
        out.due.none += each.matters;
        break;
    }
    if (each.decision < 0 || each.decision >= store::kUndecided) {
      out.undecided += each.matters;
      continue;
    }
    const auto action = static_cast<std::size_t>(each.decision);
    out.actions[action] += each.matters;
    const auto site = std::ranges::find(out.sites, each.site, &SiteHeat::site);
    if (site != out.sites.end()) site->actions[action] += each.matters;
  }
}

/// What is listed. What waits to be decided stands where it was, with what holds now.
tocsin::Status list_matters(store::Database& database, const Actor& actor, const inventory::Access& access,
                            const OverviewInput& input, Overview& out) {
  if (input.matters_max == 0) return ok();
  store::ExposureFilter filter{.statuses = {static_cast<int>(Status::affected), static_cast<int>(Status::undecidable),
                                            static_cast<int>(Status::under_investigation)},
                               .states = {static_cast<int>(domain::RemediationState::open),
                                          static_cast<int>(domain::RemediationState::in_progress)},
                               .site = input.site,
                               .sites = access.sites};
  const auto viewer = reader_of(actor, access);
  TRY(auto rows, database.read([&](store::Connection& connection) {
    return store::ExposureRows{connection, viewer, access.organisation}.most_urgent(filter, input.matters_max + 1,
                                                                                    out.made);
  }));
  if (std::cmp_greater(rows.size(), input.matters_max)) {
    rows.pop_back();
    out.decided.all = false;
  }
  for (std::size_t at = 0; at < rows.size(); at += kDecidedAtOnce) {
    const auto some = std::span{rows}.subspan(at, std::min(kDecidedAtOnce, rows.size() - at));
    TRY(auto decisions, decisions_on(database, actor, access, some, out.made));
    for (std::size_t i = 0; i < some.size(); ++i) {
      out.decided.matters.push_back({std::move(some[i]), std::move(decisions[i])});
    }
  }
  std::ranges::sort(out.decided.matters, {}, [](const DecidedMatters::Matter& it) {
    // What has no day comes after what has one.
    return std::tuple{it.decision.action,  it.decision.due ? 0 : 1,       it.decision.due.value_or(Timestamp{}),
                      it.row.match.status, std::string_view{it.row.site}, -it.row.match.record.value,
                      it.row.match.asset};
  });
  return ok();
}

void raise(std::optional<domain::Tlp>& tlp, domain::Tlp other) {
  if (!tlp || *tlp < other) tlp = other;
}

tocsin::Status load_history(store::Connection& connection, Overview& out, const store::ExposureScope& scope,
                            const OverviewInput& input, const Zone& zone) {
  const auto now = out.made;
  store::ExposureHistory history{connection};
  TRY(out.history_since, history.begins(scope, now));
  const auto from = begin_of(day_number(now, zone) - input.days + 1, zone);
  TRY(const auto moves, history.moves(scope, from, now));
  out.trend = trend_of(moves, input.days, zone, now);
  const auto months = months_until(now, zone);
  TRY(const auto times, history.remediation_times(scope, months, now));
  for (std::size_t i = 0; i < months.size(); ++i) {
    const auto end = i + 1 < months.size() ? months[i + 1] : Timestamp{now.micros + 1};
    if (!out.history_since || end <= *out.history_since) continue;
    const auto found = std::ranges::find(times, i, &store::RemediationTime::period);
    out.months.push_back(found == times.end() ? MonthCount{.begin = months[i]}
                                              : MonthCount{months[i], found->count, found->mean_s, found->median_s});
  }
  TRY(const auto counts, history.change_counts(scope, out.since, now));
  out.change_counts = counts_of(counts);
  TRY(out.changes, history.changes(scope, out.since, input.changes_max, now));
  TRY(out.said_counts, history.said_counts(scope, out.since, now));
  TRY(out.said, history.said(scope, out.since, input.changes_max, now));
  store::DecisionHistory decisions{connection};
  TRY(out.decision_change_count, decisions.count(scope, out.since, now));
  TRY(out.decision_changes, decisions.changes(scope, out.since, input.changes_max, now));
  return ok();
}

tocsin::Status load_figures(store::Connection& connection, Overview& out, const store::ExposureScope& scope,
                            const Zone& zone) {
  const auto now = out.made;
  store::ExposureFigures figures{connection};
  TRY(out.totals, figures.totals(scope, now));
  TRY(out.exploited, figures.exploited(scope, now));
  // Due dates are days without a clock: of every zone the same.
  const Timestamp today{day_number(now, zone) * kDay};
  TRY(auto shares, figures.shares(scope, today, kGroupsMax, now));
  for (const auto& each : shares.sites) {
    out.sites.push_back({.site = each.site,
                         .matters = each.matters,
                         .assets = each.assets,
                         .severities = each.severities,
                         .actions = {}});
  }
  out.zones = std::move(shares.zones);
  out.vendors = std::move(shares.vendors);
  count_decisions(out, shares.decided);
  // "Up to 7 days" ends where the eighth does.
  const Timestamp bounds[] = {{now.micros - 8 * kDay}, {now.micros - 31 * kDay}, {now.micros - 91 * kDay}};
  TRY(const auto ages, figures.ages(scope, bounds, now));
  std::ranges::copy(ages, out.ages.begin());
  return ok();
}

}  // namespace

std::string_view to_string(Change change) noexcept {
  constexpr std::string_view kNames[] = {"appeared", "became_affected", "reopened", "fixed", "not_affected", "gone"};
  return kNames[static_cast<std::size_t>(change)];
}

Change change_of(std::optional<int> before, std::optional<int> after) noexcept {
  if (!after) return Change::gone;
  if (*after == static_cast<int>(Status::fixed)) return Change::fixed;
  if (*after == static_cast<int>(Status::not_affected)) return Change::not_affected;
  if (!before) return Change::appeared;
  return *after == static_cast<int>(Status::affected) ? Change::became_affected : Change::reopened;
}

Timestamp day_begin(Timestamp time, const Zone& zone) { return begin_of(day_number(time, zone), zone); }

Result<Overview> overview(store::Database& database, const Actor& actor, const inventory::Access& access,
                          const OverviewInput& input, const Zone& zone, Timestamp now) {
  TRY_VOID(actor.require(domain::Permission::read_inventory));
  if (input.days < 7 || input.days > 730) {
    return Error::invalid(std::string{tr<"'days' is 7 to 730">()}, "days");
  }
  Overview out;
  out.organisation = access.organisation_name;
  out.site = input.site;
  out.made = now;
  const store::ExposureScope scope{.viewer = reader_of(actor, access),
                                   .organisation = access.organisation,
                                   .site = input.site,
                                   .sites = access.sites};
  TRY_VOID(database.snapshot([&](store::Connection& connection) -> tocsin::Status {
    TRY(out.since, since_of(connection, actor, input.since, zone, now));
    TRY_VOID(load_figures(connection, out, scope, zone));
    return load_history(connection, out, scope, input, zone);
  }));
  TRY_VOID(list_matters(database, actor, access, input, out));
  out.tlp = out.totals.tlp;
  for (const auto& each : out.changes) raise(out.tlp, each.tlp);
  for (const auto& each : out.said) raise(out.tlp, each.tlp);
  for (const auto& each : out.decision_changes) raise(out.tlp, each.tlp);
  for (const auto& each : out.decided.matters) raise(out.tlp, each.row.tlp);
  return out;
}

Result<Overview> report(store::Database& database, const Actor& actor, const inventory::Access& access,
                        OverviewInput input, const Zone& zone, Timestamp now) {
  TRY_VOID(actor.require(domain::Permission::read_inventory));
  // First, so that what cannot be written down does not leave.
  TRY_VOID(database.write([&](store::Connection& connection) -> tocsin::Status {
    boost::json::object detail{{"since", input.since}};
    if (input.site) detail["site"] = *input.site;
    TRY_VOID(audit::record(connection, actor, now, "exposure.export",
                           audit::object_of("inventory", access.organisation.value), access.organisation,
                           domain::audit::Outcome::done, detail));
    return ok();
  }));
  input.changes_max = kReportChangesMax;
  input.matters_max = kReportMattersMax;
  return overview(database, actor, access, input, zone, now);
}

Result<HistoryUpkeep> keep_history(store::Database& database, int keep_days, Timestamp now) {
  return database.write([&](store::Connection& connection) -> Result<HistoryUpkeep> {
    TRY_VOID(connection.lock_changes());
    HistoryUpkeep done;
    store::ExposureHistory history{connection};
    TRY(const auto cursor, store::Exposures{connection}.cursor());
    TRY(const auto newest, store::Changes{connection}.newest());
    // While advisories are still being matched, what is missing may yet come.
    if (cursor.sequence == newest) {
      TRY(done.settled, history.settle(now));
    }
    if (keep_days > 0) {
      const Timestamp before{now.micros - keep_days * kDay};
      TRY(done.forgotten, history.prune(before, kForgottenAtOnce));
      TRY(const auto decisions, store::DecisionHistory{connection}.prune(before, kForgottenAtOnce));
      done.forgotten += decisions;
    }
    return done;
  });
}

}  // namespace tocsin::engine::exposure
