#include "engine/manage/reading.hpp"

#include "base/messages.hpp"
#include "engine/audit/trail.hpp"
#include "engine/manage/parts.hpp"
#include "store/read_marks.hpp"

namespace tocsin::engine::manage {
namespace {

Result<domain::PersonId> need_person(const Actor& actor) {
  TRY_VOID(actor.require(domain::Permission::signed_in));
  if (actor.viewer.person) return *actor.viewer.person;
  return Error::forbidden(std::string{tr<"Only a person who has signed in reads something">()});
}

}  // namespace

Status mark_read(store::Database& database, const Actor& actor, domain::RecordId record, Timestamp now) {
  TRY(const auto person, need_person(actor));
  return database.write([&](store::Connection& connection) -> Status {
    TRY_VOID(connection.lock_changes());
    TRY(const auto seen, need_record(connection, actor, record, now));
    const std::int64_t ids[] = {record.value};
    TRY(const auto marked, store::ReadMarks{connection}.mark(person, actor.viewer, ids, seen.record.updated_at, now));
    if (marked == 0) return ok();
    TRY_VOID(audit::record(connection, actor, now, "record.mark-read", audit::object_of(record), seen.record.owner));
    return ok();
  });
}

Status mark_unread(store::Database& database, const Actor& actor, domain::RecordId record, Timestamp now) {
  TRY(const auto person, need_person(actor));
  return database.write([&](store::Connection& connection) -> Status {
    TRY(const auto seen, need_record(connection, actor, record, now));
    TRY(const auto gone, store::ReadMarks{connection}.unmark(person, record));
    if (gone == 0) return ok();
    TRY_VOID(audit::record(connection, actor, now, "record.mark-unread", audit::object_of(record), seen.record.owner));
    return ok();
  });
}

Result<std::int64_t> mark_all_read(store::Database& database, const Actor& actor, std::span<const std::int64_t> records,
                                   Timestamp until, Timestamp now) {
  TRY(const auto person, need_person(actor));
  if (records.empty()) return std::int64_t{0};
  // What a broken glass opens stays out, whatever list it stands in.
  auto viewer = actor.viewer;
  viewer.glass.clear();
  return database.write([&](store::Connection& connection) -> Result<std::int64_t> {
    TRY_VOID(connection.lock_changes());
    TRY(const auto marked, store::ReadMarks{connection}.mark(person, viewer, records, until, now));
    if (marked == 0) return marked;
    TRY_VOID(audit::record(connection, actor, now, "record.mark-read", {}, {}, domain::audit::Outcome::done,
                           {{"records", marked}}));
    return marked;
  });
}

Result<bool> is_read(store::Connection& connection, domain::PersonId person, domain::RecordId record) {
  const std::int64_t ids[] = {record.value};
  TRY(const auto read, store::ReadMarks{connection}.among(person, ids));
  return !read.empty();
}

}  // namespace tocsin::engine::manage
