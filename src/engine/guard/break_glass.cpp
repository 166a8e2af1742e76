#include "engine/guard/break_glass.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "engine/audit/trail.hpp"
#include "engine/guard/guard_parts.hpp"
#include "engine/guard/second_person.hpp"
#include "engine/members/input.hpp"
#include "engine/members/names.hpp"
#include "engine/post/letters.hpp"
#include "store/audit.hpp"
#include "store/members_state.hpp"
#include "store/people.hpp"
#include "store/records.hpp"

namespace tocsin::engine::guard {
namespace {

using domain::Permission;
using domain::Role;
using store::Sql;

constexpr std::size_t kIdBytesMax = 200;
constexpr std::int64_t kHour = std::int64_t{3'600} * 1'000'000;

Status require_glass(const Actor& actor) {
  if (actor.console)
    return Error::invalid(std::string{tr<"The console reads what it wants to: there is no glass in front of it">()});
  TRY_VOID(actor.require(Permission::break_glass));
  if (actor.program) return Error::forbidden(std::string{tr<"A token opens nothing so: sign in to do it">()});
  if (!actor.second_factor) {
    return Error::forbidden(
        std::string{tr<"This needs a session that was begun with a second factor: sign in again with it">()});
  }
  return ok();
}

/// Of well-formed UTF-8.
std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Result<std::int64_t> misses(store::Connection& connection, const Actor& actor, Timestamp now) {
  store::AuditFilter filter;
  filter.person = actor.viewer.person;
  filter.action = "break-glass.refused";
  filter.from = Timestamp{now.micros - kHour};
  return store::Audit{connection}.count(filter);
}

Status alert(store::Connection& connection, const GlassRules& rules, const store::GlassGrant& grant, Timestamp now) {
  if (rules.post == nullptr || !rules.post->on()) return ok();
  TRY(const auto people, members::person_names(connection, {grant.person.value}));
  TRY(const auto names, members::organisation_names(connection, {grant.organisation.value, grant.owner.value}));
  const auto name = [](const members::Names& all, std::int64_t id) {
    const auto found = all.find(id);
    return found == all.end() ? std::string{"?"} : found->second;
  };
  const post::OpenedGlass opened{.person = name(people, grant.person.value),
                                 .organisation = name(names, grant.organisation.value),
                                 .owner = name(names, grant.owner.value),
                                 .began_at = grant.began_at,
                                 .until = grant.until};
  TRY(const auto options, rules.post->options(connection));
  TRY(const auto watchers, watchers_of(connection, grant.owner));
  for (const auto& each : watchers) {
    if (each == grant.person) continue;
    TRY(const auto to, store::People{connection}.find(each));
    if (to) TRY_VOID(rules.post->put(connection, post::glass_alert(options, *to, opened), now));
  }
  return ok();
}

}  // namespace

Status check_glass_request(const Actor& actor, const GlassRequest& request) {
  TRY_VOID(require_glass(actor));
  TRY(const auto reason, members::many_lines(request.reason, "reason", kGlassReasonBytesMax));
  if (characters(reason) < kGlassReasonMin) {
    return Error::invalid(tr<"Say why, in at least {} characters: others will read it">(kGlassReasonMin), "reason");
  }
  const auto id = text::trim(request.id);
  if (id.empty() || id.size() > kIdBytesMax)
    return Error::invalid(std::string{tr<"Type the id of the record">()}, "id");
  return ok();
}

Result<GlassOutcome> break_glass_in(store::Connection& connection, const Actor& actor, const GlassRules& rules,
                                    const GlassRequest& request, Timestamp now) {
  TRY_VOID(check_glass_request(actor, request));
  TRY(const auto reason, members::many_lines(request.reason, "reason", kGlassReasonBytesMax));
  const auto id = text::trim(request.id);
  TRY(const auto missed, misses(connection, actor, now));
  if (missed >= kGlassMissesMax) {
    return Error::unavailable(
        std::string{tr<"There was nothing of too many names: wait an hour, or ask whose it is">()});
  }
  store::Glass glass{connection};
  TRY(const auto open, glass.list({.person = actor.viewer.person, .in_force_at = now}, 100));
  // Before anything is looked for: what is refused for another reason must not tell whether it is there.
  if (open.size() >= kGlassOpenMax) {
    return Error::conflict(tr<"At most {} records are open so at once: end one first">(kGlassOpenMax), "id");
  }
  TRY(const auto record, store::Records{connection}.load(domain::RecordKind::advisory, id));
  if (!record) {
    TRY_VOID(audit::record(connection, actor, now, "break-glass.refused", {}, domain::kOwnOrganisation,
                           domain::audit::Outcome::refused, {{"id", id}, {"reason", reason}}));
    return GlassOutcome{
        .opened = {},
        .refused = Error::invalid(
            std::string{tr<"There is nothing of this name. That you asked has been written down">()}, "id")};
  }
  if (domain::policy::may_see(actor.viewer, domain::policy::facts_of(*record), now)) {
    return Error::conflict(std::string{tr<"You see this already: nothing was opened">()}, "id");
  }
  if (std::ranges::any_of(open, [&](const auto& each) {
        return each.record == record->id && each.organisation == actor.viewer.organisation;
      })) {
    return Error::conflict(std::string{tr<"You have opened this already">()}, "id");
  }
  store::GlassGrant grant{.person = *actor.viewer.person,
                          .organisation = *actor.viewer.organisation,
                          .record = record->id,
                          .owner = record->owner,
                          .reason = reason,
                          .began_at = now,
                          .until = {now.micros + std::chrono::microseconds{rules.lasts}.count()}};
  TRY(grant.id, glass.add(grant));
  TRY_VOID(store::MembersState{connection}.advance());
  TRY_VOID(audit::record(connection, actor, now, "break-glass.open", audit::object_of(record->id), record->owner,
                         domain::audit::Outcome::done,
                         {{"grant", grant.id},
                          {"reason", reason},
                          {"tlp", domain::to_string(record->tlp)},
                          {"until", format_rfc3339(grant.until)}}));
  TRY_VOID(alert(connection, rules, grant, now));
  return GlassOutcome{.opened = {.grant = grant.id, .record_slug = record->slug, .until = grant.until},
                      .refused = std::nullopt};
}

Result<GlassOpened> break_glass(store::Database& database, const Actor& actor, const GlassRules& rules,
                                const GlassRequest& request, Timestamp now) {
  TRY_VOID(check_glass_request(actor, request));
  if (wants_second(actor, domain::Act::break_glass)) {
    // Without a look at what there is: whoever asks is told nothing, and who approves what was typed.
    auto asking = actor;
    asking.reason = request.reason;
    const auto id = std::string{text::trim(request.id)};
    return ask(database, asking,
               {.act = domain::Act::break_glass,
                .object = {},
                .owner = domain::kOwnOrganisation,
                .parameters = {{"id", id}},
                .difference = {fmt::format("Opens the record '{}' for {} minutes from the approval on, for reading.",
                                           id, rules.lasts.count())},
                .basis = {}},
               now);
  }
  TRY(auto outcome, database.write([&](store::Connection& connection) -> Result<GlassOutcome> {
    TRY_VOID(connection.lock_changes());
    return break_glass_in(connection, actor, rules, request, now);
  }));
  if (outcome.refused) return std::move(*outcome.refused);
  return std::move(outcome.opened);
}

Status end_glass(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now) {
  TRY_VOID(actor.require(Permission::signed_in));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    store::Glass glass{connection};
    TRY(const auto grant, glass.find(id));
    if (!grant || !may_end(actor, *grant)) return Error::not_found("break-glass access");
    TRY(const auto ended, glass.end(id, actor.viewer.person, now));
    if (ended == 0) return Error::conflict(std::string{tr<"It has ended already">()});
    TRY_VOID(store::MembersState{connection}.advance());
    TRY_VOID(audit::record(connection, actor, now, "break-glass.end", audit::object_of(grant->record), grant->owner,
                           domain::audit::Outcome::done, {{"grant", id}, {"person", grant->person.value}}));
    return ok();
  });
}

namespace {

Result<std::vector<GlassRow>> with_names(store::Connection& connection, const Actor& actor,
                                         std::vector<store::GlassGrant> grants, Timestamp now) {
  std::vector<std::int64_t> people, organisations, records;
  for (const auto& each : grants) {
    people.push_back(each.person.value);
    if (each.ended_by) people.push_back(each.ended_by->value);
    organisations.push_back(each.organisation.value);
    organisations.push_back(each.owner.value);
    records.push_back(each.record.value);
  }
  TRY(auto person_names, members::person_names(connection, people));
  TRY(auto organisation_names, members::organisation_names(connection, organisations));
  TRY(const auto headers, store::Records{connection}.headers(actor.viewer, records, now));
  std::map<std::int64_t, const domain::Record*> readable;
  for (const auto& each : headers) readable.emplace(each.id.value, &each);
  std::vector<GlassRow> rows;
  for (auto& each : grants) {
    GlassRow row;
    row.in_force = each.in_force(now);
    row.own = actor.viewer.person == each.person;
    row.may_end = row.in_force && may_end(actor, each);
    row.person = person_names[each.person.value];
    row.organisation = organisation_names[each.organisation.value];
    row.owner = organisation_names[each.owner.value];
    if (each.ended_by) row.ended_by = person_names[each.ended_by->value];
    if (const auto found = readable.find(each.record.value); found != readable.end()) {
      row.record_slug = found->second->slug;
      row.record_title = found->second->title;
      row.tlp = found->second->tlp;
    }
    row.grant = std::move(each);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

Result<std::vector<GlassRow>> glass_rows(store::Database& database, const Actor& actor, GlassScope scope, int limit,
                                         Timestamp now) {
  TRY_VOID(actor.require(Permission::signed_in));
  return database.snapshot([&](store::Connection& connection) -> Result<std::vector<GlassRow>> {
    store::GlassFilter filter;
    if (scope == GlassScope::own_only || !sees_all_glass(actor)) {
      filter.person = actor.viewer.person;
      if (scope == GlassScope::known && actor.viewer.person && actor.viewer.organisation && watches_own(actor)) {
        filter.person.reset();
        filter.either = {*actor.viewer.person, *actor.viewer.organisation};
      }
    }
    TRY(auto grants, store::Glass{connection}.list(filter, limit));
    return with_names(connection, actor, std::move(grants), now);
  });
}

Result<std::vector<GlassRow>> glass_rows_of(store::Database& database, const Actor& actor, domain::RecordId record,
                                            int limit, Timestamp now) {
  return database.snapshot([&](store::Connection& connection) -> Result<std::vector<GlassRow>> {
    TRY(auto grants, store::Glass{connection}.list({.record = record}, limit));
    return with_names(connection, actor, std::move(grants), now);
  });
}

}  // namespace tocsin::engine::guard
