#include "engine/exposure/exposure.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/exposure/matcher.hpp"
#include "engine/exposure/runs.hpp"
#include "engine/members/input.hpp"
#include "store/exposure_history.hpp"

namespace tocsin::engine::exposure {
namespace {

using domain::MatchVerdict;
using domain::Permission;
using domain::RemediationState;

constexpr int kHistoryMax = 200;

store::ExposureFilter filter_of(const inventory::Access& access, const ListInput& input) {
  store::ExposureFilter filter{.site = input.site,
                               .zone = input.zone,
                               .vendor = input.vendor,
                               .asset = input.asset,
                               .record = input.record,
                               .cve = input.cve,
                               .sites = access.sites};
  for (const auto each : input.statuses) filter.statuses.push_back(each);
  for (const auto each : input.states) filter.states.push_back(static_cast<std::int64_t>(each));
  return filter;
}

std::string cursor_of(const store::ExposureRow& row) {
  return fmt::format("e{}.{}.{}", row.match.status, row.match.record.value, row.match.asset);
}

Result<store::ExposureAfter> read_cursor(std::string_view text) {
  auto bad = Error::invalid("this cursor was not made by this server: start again from the first page", "cursor");
  if (!text.starts_with('e')) return bad;
  const auto parts = text::split(text.substr(1), '.');
  if (parts.size() != 3) return bad;
  store::ExposureAfter after;
  std::int64_t* const into[] = {&after.status, &after.record, &after.asset};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto [end, error] = std::from_chars(parts[i].data(), parts[i].data() + parts[i].size(), *into[i]);
    if (error != std::errc{} || end != parts[i].data() + parts[i].size()) return bad;
  }
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

Result<ExposurePage> list(store::Database& database, const Actor& actor, const inventory::Access& access,
                          const ListInput& input, Timestamp now) {
  TRY_VOID(actor.require(Permission::read_inventory));
  if (input.limit < 1 || input.limit > 200) {
    return Error::invalid(std::string{tr<"a page has 1 to 200 entries">()}, "limit");
  }
  std::optional<store::ExposureAfter> after;
  if (!input.cursor.empty()) {
    TRY(after, read_cursor(input.cursor));
  }
  ExposurePage page;
  TRY(page.rows, database.read([&](store::Connection& connection) {
    return store::Exposures{connection}.page(reader_of(actor, access), access.organisation, filter_of(access, input),
                                             after, input.limit + 1, now);
  }));
  if (std::cmp_greater(page.rows.size(), input.limit)) {
    page.rows.pop_back();
    page.next_cursor = cursor_of(page.rows.back());
  }
  return page;
}

Result<std::vector<store::ExposureCount>> counts(store::Database& database, const Actor& actor,
                                                 const inventory::Access& access, const ListInput& input,
                                                 Timestamp now) {
  TRY_VOID(actor.require(Permission::read_inventory));
  return database.read([&](store::Connection& connection) {
    return store::Exposures{connection}.counts(reader_of(actor, access), access.organisation, filter_of(access, input),
                                               now);
  });
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
    return ok();
  });
}

}  // namespace tocsin::engine::exposure
