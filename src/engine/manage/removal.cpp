#include "engine/manage/removal.hpp"

#include <fmt/format.h>

#include "base/messages.hpp"
#include "engine/audit/trail.hpp"
#include "engine/guard/second_person.hpp"
#include "engine/manage/parts.hpp"
#include "engine/members/input.hpp"
#include "engine/search/indexer.hpp"
#include "engine/threat/indexer.hpp"
#include "store/removals.hpp"

namespace tocsin::engine::manage {
namespace {

using domain::Permission;

/// Of what was to be removed: a record that has another revision by now may be wanted.
std::string basis_of(const domain::Record& record) {
  return fmt::format("{} {}", record.current_revision.value, record.sha512);
}

Result<domain::Record> examine(store::Connection& connection, const Actor& actor, domain::RecordId id, Timestamp now) {
  TRY(auto seen, need_record(connection, actor, id, now));
  TRY_VOID(may_remove(actor, seen.record));
  return std::move(seen.record);
}

Status carry_out(store::Connection& connection, const Actor& actor, const domain::Record& record, Timestamp now,
                 store::Remembered remembered = store::Remembered::yes) {
  store::Removals removals{connection};
  TRY(const auto documents, removals.documents(record.id));
  boost::json::array revisions;
  for (const auto& each : documents) {
    revisions.emplace_back(boost::json::object{{"version", each.version}, {"sha512", each.sha512}});
  }
  TRY_VOID(search::forget_record(connection, record.id));
  TRY_VOID(threat::forget_record(connection, record.id));
  TRY_VOID(removals.remove(record, now, remembered));
  // What is long stands last: an entry that is too long loses its end.
  TRY_VOID(audit::record(connection, actor, now, "record.remove", audit::object_of(record.id), record.owner,
                         domain::audit::Outcome::done,
                         {{"id", record.key},
                          {"issuer", record.issuer},
                          {"version", record.version},
                          {"sha512", record.sha512},
                          {"tlp", domain::to_string(record.tlp)},
                          {"reason", actor.reason},
                          {"revisions", revisions}}));
  return ok();
}

guard::Proposal proposal_of(const domain::Record& record) {
  return {.act = domain::Act::remove_record,
          .object = audit::object_of(record.id),
          .owner = record.owner,
          .parameters = {{"record", record.id.value}},
          .difference = {"All of its revisions go for good, and what was noted about it"},
          .basis = basis_of(record)};
}

}  // namespace

Status may_remove(const Actor& actor, const domain::Record& record) {
  TRY_VOID(actor.require(Permission::delete_record));
  if (actor.console || actor.viewer.organisation == record.owner) return ok();
  return Error::forbidden(std::string{tr<"Only the organisation whose it is removes it">()});
}

Status remove_record(store::Database& database, const Actor& actor, domain::RecordId record, Timestamp now) {
  TRY_VOID(actor.require(Permission::delete_record));
  auto named = actor;
  const auto check = [&]() -> Status {
    TRY(named.reason, members::many_lines(actor.reason, "reason", members::kReasonBytesMax));
    if (named.reason.empty()) return Error::invalid(std::string{tr<"say why it is removed">()}, "reason");
    return ok();
  };
  return guard::with_second_person(database, actor, now, [&](std::optional<guard::Proposal>& proposal) {
    return database.write([&](store::Connection& connection) -> Status {
      TRY_VOID(connection.lock_changes());
      TRY(const auto found, examine(connection, actor, record, now));
      TRY_VOID(check());
      if (guard::wants_second(actor, domain::Act::remove_record)) {
        proposal = proposal_of(found);
        return guard::waits();
      }
      return carry_out(connection, named, found, now);
    });
  });
}

Status take_back_in(store::Connection& connection, const Actor& actor, const domain::Record& record, Timestamp now) {
  TRY_VOID(may_remove(actor, record));
  return carry_out(connection, actor, record, now, store::Remembered::no);
}

Status remove_record_in(store::Connection& connection, const Actor& actor, domain::RecordId record,
                        std::string_view basis, Timestamp now) {
  TRY(const auto found, examine(connection, actor, record, now));
  if (basis_of(found) != basis) return Error::conflict("The advisory has another revision by now");
  return carry_out(connection, actor, found, now);
}

}  // namespace tocsin::engine::manage
