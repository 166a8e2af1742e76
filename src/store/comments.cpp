#include "store/comments.hpp"

namespace tocsin::store {
namespace {

Comment comment_of(const Row& row) {
  Comment comment{.number = row.integer(0),
                  .id = row.string(1),
                  .record = {row.integer(2)},
                  .organisation = {row.integer(3)},
                  .person = {},
                  .wide = row.boolean(5),
                  .body = row.string(6),
                  .written_at = row.time(7),
                  .edited_at = row.optional_time(8),
                  .organisation_name = row.string(9),
                  .person_name = row.string(10)};
  if (const auto person = row.optional_integer(4)) comment.person = domain::PersonId{*person};
  return comment;
}

Sql select() {
  return Sql{
      "SELECT c.id, c.uuid, c.record_id, c.organisation_id, c.person_id, c.wide, c.body, c.written_at, c.edited_at, "
      "o.name, coalesce(p.name, '') FROM record_comment c JOIN organisation o ON o.id = c.organisation_id LEFT JOIN "
      "person p ON p.id = c.person_id WHERE "};
}

}  // namespace

Result<std::vector<Comment>> Comments::of(domain::RecordId record) {
  return connection_.all(select().append("c.record_id = ? ORDER BY c.id", record), comment_of);
}

Result<std::optional<Comment>> Comments::find(domain::RecordId record, std::string_view id) {
  return connection_.first(select().append("c.record_id = ? AND c.uuid = ?", record, id), comment_of);
}

Result<std::int64_t> Comments::count(domain::RecordId record, domain::OrganisationId organisation) {
  TRY(const auto count,
      connection_.first(
          Sql{"SELECT count(*) FROM record_comment WHERE record_id = ? AND organisation_id = ?", record, organisation},
          [](const Row& row) { return row.integer(0); }));
  return count.value_or(0);
}

Status Comments::add(const Comment& comment) {
  TRY_VOID(connection_.run(
      Sql{"INSERT INTO record_comment (uuid, record_id, organisation_id, person_id, wide, body, written_at) VALUES "
          "(?, ?, ?, ?, ?, ?, ?)",
          comment.id, comment.record, comment.organisation, comment.person, comment.wide, comment.body,
          comment.written_at}));
  return ok();
}

Status Comments::set_body(std::int64_t number, std::string_view body, Timestamp now) {
  TRY_VOID(connection_.run(Sql{"UPDATE record_comment SET body = ?, edited_at = ? WHERE id = ?", body, now, number}));
  return ok();
}

Status Comments::remove(std::int64_t number) {
  TRY_VOID(connection_.run(Sql{"DELETE FROM record_comment WHERE id = ?", number}));
  return ok();
}

}  // namespace tocsin::store
