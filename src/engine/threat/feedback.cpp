#include "engine/threat/feedback.hpp"

#include <algorithm>

#include "base/messages.hpp"
#include "domain/role.hpp"
#include "engine/audit/trail.hpp"
#include "engine/manage/parts.hpp"
#include "engine/members/members.hpp"
#include "engine/post/letters.hpp"
#include "store/people.hpp"
#include "store/records.hpp"

namespace tocsin::engine::threat {
namespace {

using domain::PersonId;

/// Who shared it; where they are gone, who answers for their organisation.
Result<std::vector<PersonId>> givers_of(store::Connection& connection, const store::SharedReport& shared) {
  constexpr domain::Roles kAnswering{domain::Role::organisation_administrator};
  TRY(auto people,
      connection.all(store::Sql{"SELECT p.id FROM person p JOIN membership m ON m.person_id = p.id WHERE p.status = ? "
                                "AND m.organisation_id = ? AND (p.id = ? OR (m.roles & ?) <> 0) ORDER BY p.id",
                                domain::PersonStatus::active, shared.organisation, shared.person.value_or(PersonId{}),
                                kAnswering.bits()},
                     [](const store::Row& row) { return PersonId{row.integer(0)}; }));
  if (shared.person && std::ranges::find(people, *shared.person) != people.end()) people = {*shared.person};
  return people;
}

}  // namespace

Result<OwnThanks> own_thanks(store::Connection& connection, const Actor& actor, const domain::Record& record) {
  OwnThanks own;
  if (record.kind != domain::RecordKind::stix_object || !may_share(actor)) return own;
  store::SharedThreats threats{connection};
  TRY(const auto shared, threats.find(record.id));
  if (!shared || shared->organisation == *actor.viewer.organisation) return own;
  TRY(own.said, threats.has_thanked(record.id, *actor.viewer.organisation));
  own.may_say = !own.said;
  return own;
}

Status say_thanks(store::Database& database, const Actor& actor, domain::RecordId id, Timestamp now) {
  TRY_VOID(may_share(actor));
  return database.write([&](store::Connection& connection) -> Status {
    TRY(const auto seen, manage::need_record(connection, actor, id, now));
    store::SharedThreats threats{connection};
    TRY(const auto shared, threats.find(id));
    if (!shared) return Error::not_found("report");
    if (shared->organisation == *actor.viewer.organisation) {
      return Error::forbidden(std::string{tr<"Your own organisation shared this">()});
    }
    TRY(const bool is_new, threats.add_thanks(id, *actor.viewer.organisation, now));
    if (!is_new) return ok();
    TRY_VOID(audit::record(connection, actor, now, "report.thank", audit::object_of(id), seen.record.owner,
                           domain::audit::Outcome::done, {{"id", seen.record.key}}));
    return ok();
  });
}

Status take_thanks_back(store::Database& database, const Actor& actor, domain::RecordId id, Timestamp now) {
  TRY_VOID(may_share(actor));
  return database.write([&](store::Connection& connection) -> Status {
    TRY(const auto seen, manage::need_record(connection, actor, id, now));
    store::SharedThreats threats{connection};
    TRY(const auto shared, threats.find(id));
    if (!shared) return Error::not_found("report");
    TRY(const bool was_there, threats.remove_thanks(id, *actor.viewer.organisation));
    if (!was_there) return ok();
    TRY_VOID(audit::record(connection, actor, now, "report.unthank", audit::object_of(id), seen.record.owner,
                           domain::audit::Outcome::done, {{"id", seen.record.key}}));
    return ok();
  });
}

Status tell_giver(store::Connection& connection, const Actor& actor, const domain::Record& record, Timestamp now) {
  if (actor.post == nullptr || !actor.post->on() || !actor.viewer.organisation) return ok();
  store::SharedThreats threats{connection};
  TRY(const auto shared, threats.of_object(record.id));
  if (!shared || shared->organisation == *actor.viewer.organisation) return ok();
  // Administrators see whom letters wait for, and mail servers whom they go to: neither knows who gave it.
  if (shared->anonymous) return ok();
  TRY(const auto report, store::Records{connection}.load(shared->record));
  if (!report) return ok();
  TRY(const bool is_new, threats.add_told(shared->record, *actor.viewer.organisation));
  if (!is_new) return ok();
  TRY(const auto options, actor.post->options(connection));
  TRY(const auto people, givers_of(connection, *shared));
  for (const auto each : people) {
    TRY(const auto viewer, members::viewer_of(connection, each, shared->organisation));
    if (!domain::policy::may_see(viewer, domain::policy::facts_of(*report), now)) continue;
    TRY(const auto to, store::People{connection}.find(each));
    if (to) TRY_VOID(actor.post->put(connection, post::seen_elsewhere(options, *to, now), now));
  }
  return ok();
}

}  // namespace tocsin::engine::threat
