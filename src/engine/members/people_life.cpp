#include <algorithm>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "engine/members/members.hpp"
#include "engine/members/people_rules.hpp"
#include "engine/members/writing.hpp"
#include "store/audit.hpp"
#include "store/cases.hpp"
#include "store/communities.hpp"
#include "store/people.hpp"

namespace tocsin::engine::members {
namespace {

using domain::Permission;
using domain::PersonStatus;

/// Audit entries in an export; a person with more gets the newest, and is told so.
constexpr std::size_t kExportEntriesMax = 20'000;

Status require_own_or_people(const Actor& actor, domain::PersonId person) {
  // Not by a token: a stolen one must not carry the whole account off, or end it.
  const bool own = actor.viewer.person == person && !actor.program;
  return actor.require(own ? Permission::signed_in : Permission::manage_people);
}

boost::json::value moment(std::optional<Timestamp> at) {
  if (!at) return nullptr;
  return boost::json::value(format_rfc3339(*at));
}

boost::json::object profile(const domain::Person& person) {
  return {{"id", person.id.value},
          {"uuid", person.uuid},
          {"name", person.name},
          {"email", person.email},
          {"status", to_string(person.status)},
          {"language", person.language},
          {"time_zone", person.time_zone},
          {"created_at", moment(person.created_at)},
          {"email_verified_at", moment(person.email_verified_at)},
          {"last_sign_in_at", moment(person.last_sign_in_at)}};
}

Result<boost::json::array> memberships_json(store::Connection& connection, domain::PersonId person) {
  boost::json::array list;
  TRY(const auto memberships, store::People{connection}.memberships(person));
  for (const auto& each : memberships) {
    TRY(const auto organisation, need_organisation(connection, each.organisation));
    list.push_back({{"organisation", each.organisation.value},
                    {"organisation_name", organisation.name},
                    {"roles", domain::to_string(each.roles)},
                    {"since", moment(each.created_at)}});
  }
  return list;
}

Result<boost::json::array> cases_json(store::Connection& connection, domain::PersonId person) {
  const domain::Grantee who{domain::Grantee::Kind::person, person.value};
  boost::json::array list;
  store::Cases cases{connection};
  TRY(const auto ids, cases.of(who));
  TRY(const auto found, cases.among(ids));
  for (const auto& each : found) {
    TRY(const auto participants, cases.participants(each.id));
    const auto own = std::ranges::find(participants, who, &domain::CaseParticipant::who);
    if (own == participants.end()) continue;
    list.push_back({{"number", each.number},
                    {"title", each.title},
                    {"part", domain::slug(own->part)},
                    {"since", moment(own->added_at)}});
  }
  return list;
}

Result<boost::json::array> communities_json(store::Connection& connection, domain::PersonId person) {
  boost::json::array list;
  TRY(const auto communities, store::Communities{connection}.listing(person, std::nullopt));
  for (const auto& each : communities) list.push_back({{"uuid", each.uuid}, {"name", each.name}});
  return list;
}

/// What they did, with where from; what was done to them by others, without where those were.
Result<boost::json::array> entries_json(store::Connection& connection, const store::AuditFilter& filter,
                                        domain::PersonId person, bool& cut) {
  boost::json::array list;
  for (std::int64_t before = 0;;) {
    TRY(const auto rows, store::Audit{connection}.newest(filter, before, 1'000));
    for (const auto& row : rows) {
      if (list.size() == kExportEntriesMax) {
        cut = true;
        return list;
      }
      const auto& entry = row.entry;
      boost::json::object item{{"at", moment(entry.at)},
                               {"action", entry.action},
                               {"object", entry.object},
                               {"outcome", to_string(entry.outcome)}};
      if (entry.person == person) {
        item["address"] = entry.personal.address;
        item["agent"] = entry.personal.agent;
        item["detail"] = entry.personal.detail;
      }
      list.push_back(std::move(item));
      before = entry.sequence;
    }
    if (rows.size() < 1'000) return list;
  }
}

}  // namespace

Status set_person_status(store::Database& database, const Actor& actor, domain::PersonId person, PersonStatus status,
                         Timestamp now) {
  TRY_VOID(actor.require(Permission::manage_people));
  return write_members(database, [&](store::Connection& connection) -> Status {
    TRY(const auto before, need_person(connection, person));
    const bool suspends = before.status == PersonStatus::active && status == PersonStatus::suspended;
    const bool opens = before.status == PersonStatus::suspended && status == PersonStatus::active;
    if (!suspends && !opens) {
      return Error::conflict(
          tr<"An account that is {} does not become {}">(tr_text(to_string(before.status)), tr_text(to_string(status))),
          "status");
    }
    store::People people{connection};
    if (suspends) TRY_VOID(keep_last_cert_administrator(connection, person));
    TRY_VOID(people.set_status(person, status));
    TRY_VOID(people.end_sessions(person));
    return note(connection, actor, now, suspends ? audit::Action{"person.suspend"} : audit::Action{"person.activate"},
                audit::object_of(person), {});
  });
}

Status erase_person(store::Database& database, const Actor& actor, domain::PersonId person, Timestamp now) {
  TRY_VOID(require_own_or_people(actor, person));
  return write_members(database, [&](store::Connection& connection) -> Status {
    TRY_VOID(need_person(connection, person));
    TRY_VOID(keep_last_cert_administrator(connection, person));
    TRY_VOID(store::People{connection}.erase(person));
    TRY_VOID(note(connection, actor, now, "person.erase", audit::object_of(person), {}));
    // Last, for the entry of a person who erases themselves is one of theirs.
    TRY_VOID(store::Audit{connection}.erase_personal(person));
    return ok();
  });
}

Result<std::string> export_person(store::Database& database, const Actor& actor, domain::PersonId person,
                                  Timestamp now) {
  TRY_VOID(require_own_or_people(actor, person));
  return database.write([&](store::Connection& connection) -> Result<std::string> {
    TRY(const auto found, need_person(connection, person));
    boost::json::object all;
    all["exported_at"] = moment(now);
    all["person"] = profile(found);
    TRY(all["memberships"], memberships_json(connection, person));
    TRY(all["communities"], communities_json(connection, person));
    TRY(all["cases"], cases_json(connection, person));
    TRY(auto identity, store::People{connection}.identity_facts(person));
    for (auto& each : identity) all[each.key()] = std::move(each.value());
    bool cut = false;
    TRY(all["done_by_person"], entries_json(connection, {.person = person}, person, cut));
    TRY(all["done_to_account"], entries_json(connection, {.object = audit::object_of(person)}, person, cut));
    all["log_entries_left_out"] = cut;
    // After reading, so that the export does not hold itself.
    TRY_VOID(note(connection, actor, now, "person.export", audit::object_of(person), {}));
    return json::write_pretty(all) + '\n';
  });
}

}  // namespace tocsin::engine::members
