#include "store/outside.hpp"

namespace tocsin::store {

Status Outside::begin(std::string_view token_hash, std::string_view sealed, Timestamp expires_at) {
  TRY_VOID(connection_.run(Sql{"INSERT INTO outside_attempt (token_hash, sealed, expires_at) VALUES (?, ?, ?)",
                               token_hash, sealed, expires_at}));
  return ok();
}

Result<std::optional<std::string>> Outside::take(std::string_view token_hash, Timestamp now) {
  TRY(const auto found, connection_.first(Sql{"SELECT sealed FROM outside_attempt WHERE token_hash = ? AND "
                                              "expires_at > ?",
                                              token_hash, now},
                                          [](const Row& row) { return row.string(0); }));
  TRY(const auto taken, connection_.run(Sql{"DELETE FROM outside_attempt WHERE token_hash = ?", token_hash}));
  return taken == 1 ? found : std::nullopt;
}

Result<std::int64_t> Outside::count_attempts() {
  TRY(const auto count,
      connection_.first(Sql{"SELECT COUNT(*) FROM outside_attempt"}, [](const Row& row) { return row.integer(0); }));
  return count.value_or(0);
}

Status Outside::remove_expired(Timestamp now) {
  TRY_VOID(connection_.run(Sql{"DELETE FROM outside_attempt WHERE expires_at <= ?", now}));
  return ok();
}

Result<std::vector<OutsideRole>> Outside::roles(domain::PersonId person) {
  return connection_.all(Sql{"SELECT organisation_id, roles, confirmed_at FROM outside_role WHERE person_id = ? ORDER "
                             "BY organisation_id",
                             person},
                         [](const Row& row) {
                           return OutsideRole{.organisation = {row.integer(0)},
                                              .roles = domain::Roles::from_bits(row.integer(1)),
                                              .confirmed_at = row.time(2)};
                         });
}

Status Outside::put_role(domain::PersonId person, const OutsideRole& role) {
  TRY_VOID(
      connection_.run(Sql{"INSERT INTO outside_role (person_id, organisation_id, roles, confirmed_at) VALUES (?, "
                          "?, ?, ?) ON CONFLICT (person_id, organisation_id) DO UPDATE SET roles = "
                          "excluded.roles, confirmed_at = excluded.confirmed_at",
                          person, role.organisation, role.roles.bits(), role.confirmed_at}));
  return ok();
}

Status Outside::remove_role(domain::PersonId person, domain::OrganisationId organisation) {
  TRY_VOID(connection_.run(
      Sql{"DELETE FROM outside_role WHERE person_id = ? AND organisation_id = ?", person, organisation}));
  return ok();
}

Result<std::vector<domain::PersonId>> Outside::unconfirmed_since(Timestamp before, int limit) {
  return connection_.all(Sql{"SELECT DISTINCT person_id FROM outside_role WHERE confirmed_at < ? ORDER BY person_id "
                             "LIMIT ?",
                             before, limit},
                         [](const Row& row) { return domain::PersonId{row.integer(0)}; });
}

}  // namespace tocsin::store
