#include "store/accounts.hpp"

namespace tocsin::store {
namespace {

domain::Person person_of(const Row& row) {
  return {.id = {row.integer(0)},
          .uuid = row.string(1),
          .name = row.string(2),
          .email = row.string(3),
          .status = static_cast<domain::PersonStatus>(row.integer(4)),
          .language = row.string(5),
          .time_zone = row.string(6),
          .created_at = row.time(7),
          .email_verified_at = row.optional_time(8),
          .last_sign_in_at = row.optional_time(9)};
}
Sql select() {
  return Sql{
      "SELECT id, uuid, name, email, status, language, time_zone, created_at, email_verified_at, last_sign_in_at "
      "FROM person"};
}

}  // namespace

Result<std::optional<domain::Person>> Accounts::find(domain::PersonId person) {
  return connection_.first(select().append(" WHERE id = ?", person), person_of);
}
Result<std::optional<domain::Person>> Accounts::find_by_email(std::string_view folded_email) {
  return connection_.first(select().append(" WHERE folded_email = ?", folded_email), person_of);
}
Result<std::vector<Accounts::Held>> Accounts::held(domain::PersonId person) {
  return connection_.all(Sql{"SELECT o.id, o.name, m.roles FROM membership m JOIN organisation o "
                             "ON o.id = m.organisation_id WHERE m.person_id = ? ORDER BY o.id",
                             person},
                         [](const Row& row) {
                           return Held{.organisation = {row.integer(0)},
                                       .name = row.string(1),
                                       .roles = domain::Roles::from_bits(row.integer(2))};
                         });
}
Status Accounts::signed_in(domain::PersonId person, Timestamp now) {
  TRY_VOID(connection_.run(Sql{"UPDATE person SET last_sign_in_at = ? WHERE id = ?", now, person}));
  return ok();
}
Result<std::int64_t> Accounts::activate(domain::PersonId person) {
  return connection_.run(Sql{"UPDATE person SET status = ? WHERE id = ? AND status = ?", domain::PersonStatus::active,
                             person, domain::PersonStatus::invited});
}
Status Accounts::change_email(domain::PersonId person, std::string_view email, std::string_view folded_email) {
  TRY_VOID(connection_.run(Sql{"UPDATE person SET email = ?, folded_email = ?, email_verified_at = NULL WHERE id = ?",
                               email, folded_email, person}));
  return ok();
}
Result<std::int64_t> Accounts::prove_email(domain::PersonId person, std::string_view email, Timestamp now) {
  return connection_.run(Sql{"UPDATE person SET email_verified_at = ? WHERE id = ? AND email = ?", now, person, email});
}

}  // namespace tocsin::store
