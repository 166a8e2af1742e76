#include "engine/exposure/exposure.hpp"

#include <algorithm>
#include <charconv>
#include <span>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/exposure/aliases.hpp"
#include "engine/exposure/decision_inputs.hpp"
#include "engine/exposure/every_match.hpp"
#include "engine/exposure/matcher.hpp"
#include "engine/exposure/runs.hpp"
#include "engine/members/input.hpp"
#include "store/exposure_history.hpp"
#include "store/exposure_rows.hpp"

namespace tocsin::engine::exposure {
namespace {

using domain::MatchVerdict;
using domain::Permission;
using domain::RemediationState;

constexpr int kHistoryMax = 200;

constexpr int kGroupsMax = 100;
constexpr std::size_t kReadAtOnce = 500;
constexpr std::int64_t kDay = std::int64_t{86'400} * 1'000'000;
constexpr std::string_view kDues[] = {"overdue", "week", "month", "none"};

struct SortName {
  std::string_view name;
  store::ExposureSort sort;
  char letter;  ///< Of its cursors.
};
constexpr SortName kSorts[] = {{"status", store::ExposureSort::status, 'e'},
                               {"decision", store::ExposureSort::decision, 'd'},
                               {"due", store::ExposureSort::due, 'u'},
                               {"site", store::ExposureSort::site, 's'},
                               {"confidence", store::ExposureSort::confidence, 'c'}};
struct GroupName {
  std::string_view name;
  store::ExposureGroupBy by;
};
constexpr GroupName kGroups[] = {{"site", store::ExposureGroupBy::site},
                                 {"zone", store::ExposureGroupBy::zone},
                                 {"vendor", store::ExposureGroupBy::vendor}};

char letter_of(store::ExposureSort sort) noexcept { return std::ranges::find(kSorts, sort, &SortName::sort)->letter; }

/// The letter says which order it belongs to: in another it would skip and repeat.
std::string cursor_of(const store::ExposureRow& row, store::ExposureSort sort) {
  const auto after = store::Exposures::after(row, sort);
  return fmt::format("{}{}.{}.{}~{}", letter_of(sort), after.number, after.record, after.asset, after.text);
}

Result<store::ExposureAfter> read_cursor(std::string_view text, store::ExposureSort sort) {
  constexpr std::size_t kCursorBytesMax = 2'000;
  auto bad = Error::invalid("this cursor was not made by this server: start again from the first page", "cursor");
  const auto tilde = text.find('~');
  if (text.size() > kCursorBytesMax || tilde == std::string_view::npos || tilde == 0 ||
      text::invalid_utf8_at(text) != std::string_view::npos || text.find('\0') != std::string_view::npos) {
    return bad;
  }
  if (text.front() != letter_of(sort)) {
    return Error::invalid("this cursor belongs to another order: start again from the first page", "cursor");
  }
  const auto parts = text::split(text.substr(1, tilde - 1), '.');
  if (parts.size() != 3) return bad;
  store::ExposureAfter after;
  std::int64_t* const into[] = {&after.number, &after.record, &after.asset};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto [end, error] = std::from_chars(parts[i].data(), parts[i].data() + parts[i].size(), *into[i]);
    if (error != std::errc{} || end != parts[i].data() + parts[i].size()) return bad;
  }
  after.text = std::string{text.substr(tilde + 1)};
  return after;
}

Result<domain::OrganisationId> editing(const Actor& actor, std::size_t subjects) {
  TRY_VOID(actor.require(Permission::edit_inventory));
  if (!actor.viewer.organisation) return Error::not_found("match");
  if (subjects == 0) return Error::invalid(std::string{tr<"choose at least one">()}, "match");
  if (subjects > kSubjectsMax) return Error::invalid(tr<"at most {} at once">(kSubjectsMax), "match");
  return *actor.viewer.organisation;
}

/// The rows of the subjects, each as far as the actor may see it.
Result<std::vector<store::ExposureRow>> rows_of(store::Exposures& exposures, const Actor& actor,
                                                domain::OrganisationId organisation,
                                                const std::vector<Subject>& subjects, Timestamp now) {
  const auto viewer = reader_of(actor, {.organisation = organisation});
  std::vector<store::ExposureRow> rows;
  for (const auto& each : subjects) {
    TRY(auto row, exposures.find(viewer, organisation, each.asset, each.record, now));
    if (!row) return Error::not_found("match");
    rows.push_back(std::move(*row));
  }
  return rows;
}

}  // namespace

domain::policy::Viewer reader_of(const Actor& actor, const inventory::Access& access) {
  if (!actor.console) return actor.viewer;
  domain::policy::Viewer viewer;
  viewer.organisation = access.organisation;
  viewer.roles = {domain::Role::member};
  return viewer;
}

ListInput open_matters() {
  return {.statuses = {static_cast<int>(Status::affected), static_cast<int>(Status::undecidable),
                       static_cast<int>(Status::under_investigation)},
          .states = {RemediationState::open, RemediationState::in_progress}};
}

Result<store::ExposureFilter> filter_of(const inventory::Access& access, const ListInput& input, Timestamp now) {
  store::ExposureFilter filter{.site = input.site,
                               .zone = input.zone,
                               .vendor = input.vendor,
                               .product = input.product,
                               .bom = input.bom,
                               .asset = input.asset,
                               .record = input.record,
                               .cve = input.cve,
                               .sites = access.sites,
                               .score_from = input.score_from,
                               .cves = input.cves};
  for (const auto each : input.statuses) filter.statuses.push_back(each);
  for (const auto each : input.states) filter.states.push_back(static_cast<std::int64_t>(each));
  for (const auto each : input.decisions) filter.decisions.push_back(each);
  const auto today = midnight_of(now);
  if (input.due == "overdue") {
    filter.due_before = today;
  } else if (input.due == "week" || input.due == "month") {
    filter.due_before = Timestamp{today.micros + (input.due == "week" ? 8 : 31) * kDay};
  } else if (input.due == "none") {
    filter.no_due = true;
  } else if (!input.due.empty()) {
    return Error::invalid(std::string{tr<"'due' is overdue, week, month or none">()}, "due");
  }
  return filter;
}

std::span<const std::string_view> all_dues() noexcept { return kDues; }

std::string_view to_string(store::ExposureSort sort) noexcept {
  return std::ranges::find(kSorts, sort, &SortName::sort)->name;
}
std::optional<store::ExposureSort> parse_sort(std::string_view text) noexcept {
  const auto* found = std::ranges::find(kSorts, text, &SortName::name);
  return found == std::end(kSorts) ? std::nullopt : std::optional{found->sort};
}
std::string_view to_string(store::ExposureGroupBy by) noexcept {
  return std::ranges::find(kGroups, by, &GroupName::by)->name;
}
std::optional<store::ExposureGroupBy> parse_group(std::string_view text) noexcept {
  const auto* found = std::ranges::find(kGroups, text, &GroupName::name);
  return found == std::end(kGroups) ? std::nullopt : std::optional{found->by};
}

Result<ExposurePage> list(store::Database& database, const Actor& actor, const inventory::Access& access,
                          const ListInput& input, Timestamp now) {
  TRY_VOID(actor.require(Permission::read_inventory));
  if (input.limit < 1 || input.limit > 200) {
    return Error::invalid(std::string{tr<"a page has 1 to 200 entries">()}, "limit");
  }
  TRY(const auto filter, filter_of(access, input, now));
  std::optional<store::ExposureAfter> after;
  if (!input.cursor.empty()) {
    TRY(after, read_cursor(input.cursor, input.sort));
  }
  ExposurePage page;
  TRY(page.rows, database.read([&](store::Connection& connection) {
    return store::Exposures{connection}.page(reader_of(actor, access), access.organisation, filter, input.sort, after,
                                             input.limit + 1, now);
  }));
  if (std::cmp_greater(page.rows.size(), input.limit)) {
    page.rows.pop_back();
    page.next_cursor = cursor_of(page.rows.back(), input.sort);
  }
  return page;
}

Result<std::vector<store::ExposureCount>> counts(store::Database& database, const Actor& actor,
                                                 const inventory::Access& access, const ListInput& input,
                                                 Timestamp now) {
  TRY_VOID(actor.require(Permission::read_inventory));
  TRY(const auto filter, filter_of(access, input, now));
  return database.read([&](store::Connection& connection) {
    return store::Exposures{connection}.counts(reader_of(actor, access), access.organisation, filter, now);
  });
}

Result<DecisionCounts> decision_counts(store::Database& database, const Actor& actor, const inventory::Access& access,
                                       ListInput input, Timestamp now) {
  TRY_VOID(actor.require(Permission::read_inventory));
  input.decisions.clear();
  TRY(const auto filter, filter_of(access, input, now));
  return database.snapshot([&](store::Connection& connection) -> Result<DecisionCounts> {
    store::Exposures exposures{connection};
    const auto viewer = reader_of(actor, access);
    DecisionCounts found;
    TRY(found.counts, exposures.decision_counts(viewer, access.organisation, filter, now));
    TRY(found.waiting, exposures.waiting(viewer, access.organisation, filter, now));
    return found;
  });
}

Result<std::vector<store::ExposureGroup>> groups(store::Database& database, const Actor& actor,
                                                 const inventory::Access& access, const ListInput& input,
                                                 store::ExposureGroupBy by, Timestamp now) {
  TRY_VOID(actor.require(Permission::read_inventory));
  TRY(const auto filter, filter_of(access, input, now));
  return database.read([&](store::Connection& connection) {
    return store::Exposures{connection}.groups(reader_of(actor, access), access.organisation, filter, by, kGroupsMax,
                                               now);
  });
}

Result<std::vector<Subject>> subjects_of(store::Database& database, const Actor& actor, const inventory::Access& access,
                                         ListInput input, std::int64_t told, Timestamp now) {
  std::vector<Subject> subjects;
  input.limit = 200;
  input.cursor.clear();
  for (;;) {
    TRY(const auto page, list(database, actor, access, input, now));
    for (const auto& row : page.rows) subjects.push_back({.asset = row.match.asset, .record = row.match.record});
    if (subjects.size() > kSubjectsMax) return Error::invalid(tr<"at most {} at once">(kSubjectsMax), "match");
    if (page.next_cursor.empty()) break;
    input.cursor = page.next_cursor;
  }
  if (std::cmp_not_equal(subjects.size(), told)) {
    return Error::invalid(tr<"there are {} now, not {}: look at them first">(subjects.size(), told), "match");
  }
  return subjects;
}

Result<std::optional<store::ExposureAtRecord>> at_record(store::Database& database, const Actor& actor,
                                                         domain::RecordId record) {
  if (!actor.viewer.organisation || !actor.may(Permission::read_inventory)) {
    return std::optional<store::ExposureAtRecord>{};
  }
  TRY(const auto found, database.read([&](store::Connection& connection) {
    return store::Exposures{connection}.at_record(*actor.viewer.organisation, record, {});
  }));
  if (found.assets == 0) return std::optional<store::ExposureAtRecord>{};
  return std::optional{found};
}

Result<std::vector<store::AssetState>> history(store::Database& database, const Actor& actor,
                                               const inventory::Access& access, std::int64_t asset, Timestamp now) {
  TRY_VOID(actor.require(Permission::read_inventory));
  return database.read([&](store::Connection& connection) {
    return store::Exposures{connection}.history(reader_of(actor, access), access.organisation, asset, now, kHistoryMax);
  });
}

RemediationState state_at(const store::AssetMatch& match, Timestamp now) noexcept {
  const bool ended = match.state == RemediationState::accepted && match.state_until && *match.state_until <= now;
  return ended ? RemediationState::open : match.state;
}

tocsin::Status set_state(store::Database& database, const Actor& actor, const std::vector<Subject>& subjects,
                         const StateInput& input, Timestamp now) {
  TRY(const auto organisation, editing(actor, subjects.size()));
  TRY(const auto evidence, members::many_lines(input.evidence, "evidence", 2'000));
  if (input.until && input.state != RemediationState::accepted) {
    return Error::invalid(std::string{tr<"only an acceptance ends on a day">()}, "until");
  }
  if (input.until && *input.until <= now) return Error::invalid(std::string{tr<"this day is past">()}, "until");
  if (input.state == RemediationState::accepted && evidence.empty()) {
    return Error::invalid(std::string{tr<"who accepts a risk says why">()}, "evidence");
  }
  return database.write([&](store::Connection& connection) -> tocsin::Status {
    TRY_VOID(connection.lock_changes());
    store::Exposures exposures{connection};
    TRY(const auto rows, rows_of(exposures, actor, organisation, subjects, now));
    for (const auto& row : rows) {
      if (!input.vulnerability.empty() &&
          std::ranges::find(row.match.cves, input.vulnerability) == row.match.cves.end()) {
        return Error::invalid(std::string{tr<"the match does not name this vulnerability">()}, "vulnerability");
      }
      TRY_VOID(exposures.set_state({.organisation = organisation,
                                    .asset = row.match.asset,
                                    .record = row.match.record,
                                    .vulnerability = input.vulnerability,
                                    .state = input.state,
                                    .person = actor.viewer.person,
                                    .at = now,
                                    .evidence = evidence,
                                    .until = input.until}));
    }
    TRY_VOID(audit::record(connection, actor, now, "exposure.state", audit::object_of("inventory", organisation.value),
                           organisation, domain::audit::Outcome::done,
                           {{"state", domain::to_string(input.state)}, {"count", rows.size()}}));
    return ok();
  });
}

tocsin::Status set_verdict(store::Database& database, const Actor& actor, const std::vector<Subject>& subjects,
                           MatchVerdict verdict, std::string_view reason, Timestamp now) {
  TRY(const auto organisation, editing(actor, subjects.size()));
  TRY(const auto why, members::one_line(reason, "reason", 0, members::kReasonBytesMax));
  if (why.empty() && (verdict == MatchVerdict::rejected || verdict == MatchVerdict::never)) {
    return Error::invalid(std::string{tr<"say why: whoever looks at it later has to understand it">()}, "reason");
  }
  return database.write([&](store::Connection& connection) -> tocsin::Status {
    TRY_VOID(connection.lock_changes());
    store::Exposures exposures{connection};
    store::Assets assets{connection};
    TRY(const auto rows, rows_of(exposures, actor, organisation, subjects, now));
    std::vector<store::AssetMatch> changed;
    int learnt = 0, forgotten = 0;
    for (const auto& row : rows) {
      auto match = row.match;
      TRY(const auto asset, assets.find(organisation, match.asset));
      if (!asset) return Error::not_found("match");
      store::AssetVerdict said{.organisation = organisation,
                               .verdict = verdict,
                               .asset = match.asset,
                               .record = match.record,
                               .reason = why,
                               .person = actor.viewer.person,
                               .at = now};
      TRY_VOID(exposures.remove_verdict(organisation, match.asset, match.record));
      if (verdict == MatchVerdict::none && match.verdict == MatchVerdict::never) {
        for (const auto& key : match.product_keys) {
          TRY_VOID(exposures.remove_never(organisation, asset->identity, key));
        }
        TRY_VOID(assets.set_due(organisation, asset->identity));
      }
      if (verdict == MatchVerdict::never) {
        if (match.product_keys.empty()) {
          return Error::invalid(std::string{tr<"the advisory names no product that could be ruled out">()}, "verdict");
        }
        said.asset = 0;
        said.record = {};
        said.identity = asset->identity;
        for (const auto& key : match.product_keys) {
          said.product_key = key;
          TRY_VOID(exposures.set_verdict(said));
        }
        TRY_VOID(assets.set_due(organisation, asset->identity));
      } else if (verdict != MatchVerdict::none) {
        TRY_VOID(exposures.set_verdict(said));
      }
      if (verdict == MatchVerdict::confirmed) {
        TRY(const auto count, learn(connection, actor, *asset, match, now));
        learnt += count;
      } else {
        const bool rejected = verdict != MatchVerdict::none;
        TRY(const auto count,
            rejected ? unlearn(connection, actor, *asset, match, now) : forget_lesson(connection, *asset, match));
        forgotten += count;
      }
      TRY(const auto of_kind, exposures.nevers(std::span{&asset->identity, 1}));
      std::vector<const store::AssetVerdict*> nevers;
      for (const auto& each : of_kind) {
        if (each.organisation == organisation) nevers.push_back(&each);
      }
      const bool of_asset = verdict == MatchVerdict::confirmed || verdict == MatchVerdict::rejected;
      hear(match, of_asset ? &said : nullptr, nevers);
      changed.push_back(std::move(match));
    }
    TRY_VOID(exposures.put(changed));
    TRY_VOID(store::ExposureHistory{connection}.note(changed, {}, now));
    TRY_VOID(audit::record(
        connection, actor, now, "exposure.verdict", audit::object_of("inventory", organisation.value), organisation,
        domain::audit::Outcome::done, {{"verdict", domain::to_string(verdict)}, {"count", rows.size()}}));
    if (learnt + forgotten > 0) {
      TRY_VOID(audit::record(connection, actor, now, "exposure.alias",
                             audit::object_of("inventory", organisation.value), organisation,
                             domain::audit::Outcome::done, {{"learnt", learnt}, {"forgotten", forgotten}}));
    }
    return ok();
  });
}

struct EveryMatch::State {
  store::Database& database;
  Actor actor;
  inventory::Access access;
  Timestamp now = {};
  std::vector<store::ToDecide> numbers = {};
  std::size_t at = 0;
};

EveryMatch::EveryMatch(std::unique_ptr<State> state) : state_(std::move(state)) {}
EveryMatch::EveryMatch(EveryMatch&& other) noexcept = default;
EveryMatch& EveryMatch::operator=(EveryMatch&& other) noexcept = default;
EveryMatch::~EveryMatch() = default;

Result<EveryMatch> EveryMatch::begin(store::Database& database, const Actor& actor, const inventory::Access& access,
                                     const ListInput& input, std::size_t matches_max, Timestamp now) {
  TRY_VOID(actor.require(Permission::read_inventory));
  TRY(const auto filter, filter_of(access, input, now));
  auto state = std::make_unique<State>(State{.database = database, .actor = actor, .access = access, .now = now});
  const auto viewer = reader_of(actor, access);
  TRY(state->numbers, database.read([&](store::Connection& connection) {
    return store::ExposureRows{connection, viewer, access.organisation}.numbers(filter, input.sort,
                                                                                static_cast<int>(matches_max) + 1, now);
  }));
  if (state->numbers.size() > matches_max) {
    return Error::invalid(tr<"more than {} matches fit: filter for fewer, one site at a time">(
        text::thousands(static_cast<long long>(matches_max))));
  }
  return EveryMatch{std::move(state)};
}

Result<std::optional<EveryMatch::Some>> EveryMatch::next() {
  auto& it = *state_;
  const auto viewer = reader_of(it.actor, it.access);
  while (it.at < it.numbers.size()) {
    const auto numbers = std::span{it.numbers}.subspan(it.at, std::min(kReadAtOnce, it.numbers.size() - it.at));
    it.at += numbers.size();
    Some some;
    TRY(some.rows, it.database.read([&](store::Connection& connection) {
      return store::ExposureRows{connection, viewer, it.access.organisation}.of(numbers, it.now);
    }));
    // The CERT's grant may be for some sites only, and an asset may have moved away from them.
    if (it.access.sites) {
      std::erase_if(some.rows, [&](const store::ExposureRow& row) {
        return std::ranges::find(*it.access.sites, row.site) == it.access.sites->end();
      });
    }
    if (some.rows.empty()) continue;
    TRY(some.decisions, decisions_on(it.database, it.actor, it.access, some.rows, it.now));
    return std::optional{std::move(some)};
  }
  return std::optional<Some>{};
}

}  // namespace tocsin::engine::exposure
