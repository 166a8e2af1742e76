#include "engine/guard/approvals.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "engine/audit/checkpoint.hpp"
#include "engine/audit/trail.hpp"
#include "engine/guard/approval_letters.hpp"
#include "engine/guard/guard_parts.hpp"
#include "engine/guard/second_person.hpp"
#include "engine/manage/removal.hpp"
#include "engine/members/approvable.hpp"
#include "engine/members/input.hpp"
#include "engine/members/members.hpp"
#include "engine/members/names.hpp"
#include "engine/sharing/approvable.hpp"
#include "store/glass.hpp"
#include "store/members_state.hpp"
#include "store/people.hpp"

namespace tocsin::engine::guard {
namespace {

using domain::Act;
using domain::Permission;
using store::Approval;
using store::ApprovalState;

constexpr std::size_t kWhyBytesMax = 1'000;

std::int64_t number_at(const boost::json::object& parameters, std::string_view name) {
  const auto* found = parameters.if_contains(name);
  return found != nullptr && found->is_int64() ? found->get_int64() : 0;
}

/// Is it decided by the people of the organisation whose record it is?
bool of_owner(Act act) noexcept { return act == Act::widen_sharing || act == Act::remove_record; }

bool is_own(const Actor& actor, const Approval& approval) noexcept {
  return actor.console ? !approval.person : approval.person.has_value() && actor.viewer.person == approval.person;
}

/// As far as the actor's own roles say; an own request is decided by nobody's roles.
bool may_decide(const Actor& actor, const Approval& approval) noexcept {
  const auto act = domain::act_of(approval.act);
  if (!act || is_own(actor, approval) || actor.program) return false;
  if (actor.console) return true;
  if (!actor.may(domain::permission_of(*act))) return false;
  if (of_owner(*act)) return actor.viewer.organisation == approval.owner;
  if (*act == Act::break_glass) return actor.second_factor;
  // Nobody gives themselves a role, with whosever help.
  if (*act == Act::grant_role) return approval.object != audit::object_of(*actor.viewer.person);
  return true;
}

bool may_know(const Actor& actor, const Approval& approval) noexcept {
  return actor.console || is_own(actor, approval) || actor.may(Permission::read_audit) || may_decide(actor, approval);
}

/// The same person with the roles of this moment, not of when they were last looked up.
Result<Actor> at_this_moment(store::Connection& connection, const Actor& actor) {
  auto now = actor;
  if (actor.console || !actor.viewer.person) return now;
  TRY(now.viewer, members::viewer_of(connection, *actor.viewer.person, actor.viewer.organisation));
  if (actor.viewer.organisation != now.viewer.organisation) now.viewer.organisation.reset();
  return now;
}

/// Errors: not_found for what the actor may not know of; conflict where it does not wait any more.
Result<Approval> need_waiting(store::Connection& connection, const Actor& actor, std::int64_t id, Timestamp now) {
  TRY(auto found, store::Approvals{connection}.find(id));
  if (!found || !may_know(actor, *found)) return Error::not_found("approval");
  if (found->state != ApprovalState::waiting) return Error::conflict(std::string{tr<"It has been decided already">()});
  if (!found->waits(now)) return Error::conflict(std::string{tr<"It is over: nobody decided in time. Ask again">()});
  return std::move(*found);
}

Status require_decision(const Actor& actor, const Approval& approval) {
  if (actor.program) return Error::forbidden(std::string{tr<"A token approves nothing: sign in to do it">()});
  if (is_own(actor, approval))
    return Error::forbidden(std::string{tr<"Nobody decides about what they asked for themselves">()});
  if (may_decide(actor, approval)) return ok();
  return Error::forbidden(std::string{tr<"This is for another person who may do the same">()});
}

/// Whoever asked, with the roles of this moment.
Result<Actor> asker_of(store::Connection& connection, const Approval& approval, const Actor& by) {
  Actor asker;
  if (!approval.person) {
    asker = Actor::at_console();
  } else {
    TRY(asker.viewer, members::viewer_of(connection, *approval.person, approval.organisation));
    if (asker.viewer.organisation != approval.organisation) asker.viewer.organisation.reset();
    TRY(const auto person, store::People{connection}.find(*approval.person));
    if (person) asker.name = person->email;
    // It was asked for when they asked.
    asker.second_factor = true;
  }
  asker.reason = approval.reason;
  asker.approved_by = by.name;
  return asker;
}

/// What has to be known before the transaction, for it takes its time or opens one.
struct Prepared {
  std::optional<audit::VerifyReport> log;
  std::vector<std::int64_t> communities;
};
Result<Prepared> prepare(store::Database& database, const Approval& approval, const Actor& by,
                         const ApprovalTools& tools) {
  Prepared prepared;
  if (approval.act == static_cast<int>(Act::prune_audit)) {
    if (tools.audit_key == nullptr)
      return Error::unavailable(std::string{tr<"The key that signs the audit log is not here">()});
    TRY(prepared.log,
        database.snapshot([&](store::Connection& connection) { return audit::verify(connection, tools.trust); }));
  }
  if (approval.act == static_cast<int>(Act::widen_sharing)) {
    TRY(const auto asker,
        database.read([&](store::Connection& connection) { return asker_of(connection, approval, by); }));
    TRY(prepared.communities, sharing::known_communities(database, asker));
  }
  return prepared;
}

Status carry_out(store::Connection& connection, const Approval& approval, const Actor& asker, const Prepared& prepared,
                 const ApprovalTools& tools, Timestamp now) {
  TRY(const auto parsed, json::parse(approval.parameters));
  const auto& parameters = parsed.root().as_object();
  switch (static_cast<Act>(approval.act)) {
    case Act::widen_sharing: {
      TRY(const auto change, sharing::change_of(parameters));
      return sharing::change_marking_in(connection, asker, prepared.communities, change, approval.basis, now);
    }
    case Act::admit_organisation:
      return members::admit_in(connection, asker, {number_at(parameters, "organisation")}, approval.reason,
                               approval.basis, now);
    case Act::grant_role:
      return members::set_roles_in(connection, asker, {number_at(parameters, "person")},
                                   {number_at(parameters, "organisation")},
                                   domain::Roles::from_bits(number_at(parameters, "roles")), approval.basis, now);
    case Act::break_glass: {
      GlassRequest request{.id = std::string{json::string_at(parameters, "id")}, .reason = approval.reason};
      TRY(auto outcome, break_glass_in(connection, asker, tools.glass, request, now));
      if (outcome.refused) return std::move(*outcome.refused);
      return ok();
    }
    case Act::prune_audit: {
      TRY_VOID(audit::prune_through(connection, asker, number_at(parameters, "through"), approval.basis,
                                    *tools.audit_key, *prepared.log, now));
      return ok();
    }
    case Act::remove_record:
      return manage::remove_record_in(connection, asker, {number_at(parameters, "record")}, approval.basis, now);
  }
  return Error::internal("an approval of no act");
}

/// Would trying again help? Then it goes on waiting.
bool passes(Error::Code code) noexcept {
  return code == Error::Code::unavailable || code == Error::Code::timeout || code == Error::Code::internal;
}

Status note(store::Connection& connection, const Actor& actor, Timestamp now, audit::Action action,
            const Approval& approval, domain::audit::Outcome outcome, std::string_view said) {
  boost::json::object detail{{"object", approval.object}};
  if (const auto act = domain::act_of(approval.act)) detail["act"] = domain::slug(*act);
  if (approval.person) detail["asked_by"] = approval.person->value;
  if (!said.empty()) detail["said"] = said;
  TRY_VOID(audit::record(connection, actor, now, action, audit::object_of("approval", approval.id), approval.owner,
                         outcome, detail));
  return ok();
}

/// Something that is decided without being done.
Status close(store::Connection& connection, const Actor& actor, const Approval& approval, ApprovalState state,
             audit::Action action, domain::audit::Outcome outcome, std::string_view said, Timestamp now) {
  TRY(const auto closed, store::Approvals{connection}.decide(approval.id, state, actor.viewer.person, said, now));
  if (closed == 0) return Error::conflict(std::string{tr<"It has been decided already">()});
  TRY_VOID(store::MembersState{connection}.advance());
  return note(connection, actor, now, action, approval, outcome, said);
}

/// Active people who hold the permission in the organisation where it counts, with their roles.
Result<std::vector<std::int64_t>> eligible(store::Connection& connection, Act act,
                                           std::optional<domain::OrganisationId> organisation) {
  store::Sql sql{
      "SELECT m.person_id, m.roles FROM membership m JOIN person p ON p.id = m.person_id JOIN organisation o ON o.id = "
      "m.organisation_id WHERE p.status = ? AND o.status = ?",
      domain::PersonStatus::active, domain::OrganisationStatus::active};
  if (organisation) sql.append(" AND m.organisation_id = ?", *organisation);
  sql.append(" ORDER BY m.person_id");
  std::vector<std::int64_t> people;
  TRY_VOID(connection.each(sql, [&](const store::Row& row) -> Status {
    if (!domain::allows(domain::Roles::from_bits(row.integer(1)), domain::permission_of(act))) return ok();
    if (people.empty() || people.back() != row.integer(0)) people.push_back(row.integer(0));
    return ok();
  }));
  return people;
}

Result<std::vector<ApprovalRow>> with_names(store::Connection& connection, const Actor& actor,
                                            std::vector<Approval> approvals, Timestamp now) {
  std::vector<std::int64_t> people, organisations;
  for (const auto& each : approvals) {
    if (each.person) people.push_back(each.person->value);
    if (each.decided_by) people.push_back(each.decided_by->value);
    if (each.organisation) organisations.push_back(each.organisation->value);
  }
  TRY(auto person_names, members::person_names(connection, people));
  TRY(auto organisation_names, members::organisation_names(connection, organisations));
  std::vector<ApprovalRow> rows;
  for (auto& each : approvals) {
    ApprovalRow row;
    row.act = domain::act_of(each.act);
    row.waits = each.waits(now);
    row.own = is_own(actor, each);
    row.may_decide = row.waits && may_decide(actor, each);
    row.person = each.person ? person_names[each.person->value] : std::string{"the console"};
    if (each.organisation) row.organisation = organisation_names[each.organisation->value];
    if (each.decided_by) row.decided_by = person_names[each.decided_by->value];
    if (!each.decided_by && each.decided_at) row.decided_by = "the console";
    const auto parsed = json::parse(each.difference);
    if (parsed && parsed->root().is_array()) {
      for (const auto& sentence : parsed->root().as_array()) {
        if (sentence.is_string()) row.difference.emplace_back(std::string_view{sentence.get_string()});
      }
    }
    if (row.waits) {
      TRY(row.others, count_others(connection, each));
    }
    row.approval = std::move(each);
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

Result<std::vector<domain::PersonId>> deciders_of(store::Connection& connection, const Approval& approval) {
  std::vector<domain::PersonId> deciders;
  const auto act = domain::act_of(approval.act);
  if (!act) return deciders;
  const auto where = of_owner(*act) && approval.owner ? *approval.owner : domain::kOwnOrganisation;
  TRY(const auto people, eligible(connection, *act, where));
  for (const auto id : people) {
    const bool own = approval.person && approval.person->value == id;
    const bool concerned = *act == Act::grant_role && approval.object == audit::object_of(domain::PersonId{id});
    if (!own && !concerned) deciders.push_back({id});
  }
  return deciders;
}

Result<std::int64_t> count_others(store::Connection& connection, const Approval& approval) {
  TRY(const auto deciders, deciders_of(connection, approval));
  return static_cast<std::int64_t>(deciders.size());
}

Result<std::int64_t> count_eligible(store::Connection& connection, Act act) {
  const auto where = of_owner(act) ? std::nullopt : std::optional{domain::kOwnOrganisation};
  TRY(const auto people, eligible(connection, act, where));
  return static_cast<std::int64_t>(people.size());
}

Result<std::int64_t> count_decidable(store::Connection& connection, const Actor& actor, Timestamp now) {
  TRY(const auto waiting, store::Approvals{connection}.waiting(now, kApprovalsListed));
  return std::ranges::count_if(waiting, [&](const Approval& each) { return may_decide(actor, each); });
}

Result<std::vector<ApprovalRow>> list_approvals(store::Database& database, const Actor& actor, int limit,
                                                Timestamp now) {
  TRY_VOID(actor.require(Permission::signed_in));
  return database.snapshot([&](store::Connection& connection) -> Result<std::vector<ApprovalRow>> {
    store::Approvals approvals{connection};
    TRY(auto all, approvals.waiting(now, kApprovalsListed));
    TRY(auto newest, approvals.newest(kApprovalsListed));
    std::erase_if(newest, [&](const Approval& each) { return each.waits(now); });
    std::ranges::move(newest, std::back_inserter(all));
    std::erase_if(all, [&](const Approval& each) { return !may_know(actor, each); });
    if (all.size() > static_cast<std::size_t>(limit)) all.resize(static_cast<std::size_t>(limit));
    return with_names(connection, actor, std::move(all), now);
  });
}

Result<ApprovalRow> find_approval(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now) {
  TRY_VOID(actor.require(Permission::signed_in));
  return database.snapshot([&](store::Connection& connection) -> Result<ApprovalRow> {
    TRY(auto found, store::Approvals{connection}.find(id));
    if (!found || !may_know(actor, *found)) return Error::not_found("approval");
    std::vector<Approval> one;
    one.push_back(std::move(*found));
    TRY(auto rows, with_names(connection, actor, std::move(one), now));
    return std::move(rows.front());
  });
}

Status approve(store::Database& database, const Actor& actor, const ApprovalTools& tools, std::int64_t id,
               Timestamp now) {
  TRY_VOID(actor.require(Permission::signed_in));
  TRY(const auto asked, database.read([&](store::Connection& connection) -> Result<Approval> {
    TRY(auto found, need_waiting(connection, actor, id, now));
    TRY_VOID(require_decision(actor, found));
    return found;
  }));
  TRY(const auto prepared, prepare(database, asked, actor, tools));
  std::optional<Error> stale;
  auto done = database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto by, at_this_moment(connection, actor));
    TRY(const auto approval, need_waiting(connection, by, id, now));
    TRY_VOID(require_decision(by, approval));
    TRY(const auto decided,
        store::Approvals{connection}.decide(id, ApprovalState::approved, by.viewer.person, {}, now));
    if (decided == 0) return Error::conflict(std::string{tr<"It has been decided already">()});
    TRY(const auto asker, asker_of(connection, approval, by));
    // What stands in the way is kept with the request, for others to read.
    const LanguageScope stored{Language::en};
    if (auto carried_out = carry_out(connection, approval, asker, prepared, tools, now); !carried_out) {
      if (!passes(carried_out.error().code)) stale = carried_out.error();
      return carried_out;
    }
    TRY_VOID(store::MembersState{connection}.advance());
    TRY_VOID(write_to_asker(connection, by, approval, post::Decision::approved, now));
    return note(connection, by, now, "approval.approve", approval, domain::audit::Outcome::done, {});
  });
  if (done || !stale) return done;
  // Nothing of it was done; that it cannot be is kept, so that nobody waits for it.
  TRY_VOID(database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto by, at_this_moment(connection, actor));
    TRY(const auto approval, need_waiting(connection, by, id, now));
    TRY_VOID(require_decision(by, approval));
    TRY_VOID(write_to_asker(connection, by, approval, post::Decision::refused, now));
    return close(connection, by, approval, ApprovalState::refused, "approval.refused", domain::audit::Outcome::refused,
                 stale->message, now);
  }));
  return Error::conflict(tr<"It was not done, and is closed: {}">(stale->message));
}

Status reject(store::Database& database, const Actor& actor, std::int64_t id, std::string_view why, Timestamp now) {
  TRY_VOID(actor.require(Permission::signed_in));
  TRY(const auto said, members::many_lines(why, "why", kWhyBytesMax));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto by, at_this_moment(connection, actor));
    TRY(const auto approval, need_waiting(connection, by, id, now));
    TRY_VOID(require_decision(by, approval));
    TRY_VOID(write_to_asker(connection, by, approval, post::Decision::rejected, now));
    return close(connection, by, approval, ApprovalState::rejected, "approval.reject", domain::audit::Outcome::done,
                 said, now);
  });
}

Status withdraw(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now) {
  TRY_VOID(actor.require(Permission::signed_in));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto approval, need_waiting(connection, actor, id, now));
    if (!is_own(actor, approval)) return Error::forbidden(std::string{tr<"Only who asked for it withdraws it">()});
    return close(connection, actor, approval, ApprovalState::withdrawn, "approval.withdraw",
                 domain::audit::Outcome::done, {}, now);
  });
}

}  // namespace tocsin::engine::guard
