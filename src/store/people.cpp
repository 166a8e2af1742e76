#include "store/people.hpp"

#include "base/messages.hpp"
#include "base/text.hpp"

namespace tocsin::store {
namespace {

#define TOCSIN_PERSON_ROW                                                                                 \
  "p.id, p.uuid, p.name, p.email, p.status, p.language, p.time_zone, p.created_at, p.email_verified_at, " \
  "p.last_sign_in_at"

domain::Person read_person(const Row& row) {
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

domain::Membership read_membership(const Row& row) {
  return {.person = {row.integer(0)},
          .organisation = {row.integer(1)},
          .roles = domain::Roles::from_bits(row.integer(2)),
          .created_at = row.time(3)};
}

template <class T>
Result<T> or_address_taken(Result<T> result) {
  if (!result && result.error().code == Error::Code::conflict) {
    return Error::conflict(std::string{tr<"This address cannot be used: somebody has it already">()}, "email");
  }
  return result;
}

void narrow(Sql& sql, const PersonQuery& query) {
  if (!query.folded_text.empty()) {
    const auto part = like_part(query.folded_text);
    sql.append(" AND (p.folded_name LIKE ? ESCAPE '!' OR p.folded_email LIKE ? ESCAPE '!')", part, part);
  }
  if (query.organisation) {
    sql.append(" AND EXISTS (SELECT 1 FROM membership m WHERE m.person_id = p.id AND m.organisation_id = ?)",
               *query.organisation);
  }
  if (query.status) sql.append(" AND p.status = ?", *query.status);
}

}  // namespace

Result<std::optional<domain::Person>> People::find(domain::PersonId id) {
  return connection_.first(Sql{"SELECT " TOCSIN_PERSON_ROW " FROM person p WHERE p.id = ?", id}, read_person);
}

Result<std::optional<domain::Person>> People::find_by_email(std::string_view folded) {
  return connection_.first(Sql{"SELECT " TOCSIN_PERSON_ROW " FROM person p WHERE p.folded_email = ?", folded},
                           read_person);
}

Result<domain::PersonId> People::insert(const domain::Person& it) {
  TRY(const auto folded, domain::folded_email(it.email));
  TRY(const auto id,
      or_address_taken(connection_.first(
          Sql{"INSERT INTO person (uuid, name, folded_name, email, folded_email, status, language, time_zone, "
              "created_at, email_verified_at, last_sign_in_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
              it.uuid, it.name, text::fold(it.name), it.email, folded, it.status, it.language, it.time_zone,
              it.created_at, it.email_verified_at, it.last_sign_in_at},
          [](const Row& row) { return domain::PersonId{row.integer(0)}; })));
  if (!id) return Error::internal("An INSERT returned no row");
  return *id;
}

Status People::update(const domain::Person& it) {
  TRY(const auto folded, domain::folded_email(it.email));
  TRY_VOID(or_address_taken(connection_.run(
      Sql{"UPDATE person SET name = ?, folded_name = ?, email = ?, folded_email = ?, language = ?, time_zone = ?, "
          "email_verified_at = ? WHERE id = ?",
          it.name, text::fold(it.name), it.email, folded, it.language, it.time_zone, it.email_verified_at, it.id})));
  return ok();
}

Status People::set_status(domain::PersonId id, domain::PersonStatus status) {
  TRY_VOID(connection_.run(Sql{"UPDATE person SET status = ? WHERE id = ?", status, id}));
  return ok();
}

Result<std::vector<domain::Person>> People::list(const PersonQuery& query, const NameCursor& after, int limit) {
  Sql sql{"SELECT " TOCSIN_PERSON_ROW
          " FROM person p WHERE p.status <> ? AND (p.folded_name > ? OR (p.folded_name = ? AND p.id > ?))",
          domain::PersonStatus::erased, after.folded_name, after.folded_name, after.id};
  narrow(sql, query);
  sql.append(" ORDER BY p.folded_name, p.id LIMIT ?", limit);
  return connection_.all(sql, read_person);
}

Result<std::int64_t> People::count(const PersonQuery& query) {
  Sql sql{"SELECT count(*) FROM person p WHERE p.status <> ?", domain::PersonStatus::erased};
  narrow(sql, query);
  TRY(const auto count, connection_.first(sql, [](const Row& row) { return row.integer(0); }));
  return count.value_or(0);
}

Result<std::vector<domain::Membership>> People::memberships(domain::PersonId person) {
  return connection_.all(Sql{"SELECT person_id, organisation_id, roles, created_at FROM membership WHERE person_id = ? "
                             "ORDER BY organisation_id",
                             person},
                         read_membership);
}

Result<std::vector<domain::Membership>> People::memberships_of(domain::OrganisationId organisation) {
  return connection_.all(Sql{"SELECT person_id, organisation_id, roles, created_at FROM membership WHERE "
                             "organisation_id = ? ORDER BY person_id",
                             organisation},
                         read_membership);
}

Result<std::optional<domain::Membership>> People::membership(domain::PersonId person,
                                                             domain::OrganisationId organisation) {
  return connection_.first(Sql{"SELECT person_id, organisation_id, roles, created_at FROM membership WHERE person_id = "
                               "? AND organisation_id = ?",
                               person, organisation},
                           read_membership);
}

Status People::put_membership(const domain::Membership& it) {
  TRY_VOID(
      connection_.run(Sql{"INSERT INTO membership (person_id, organisation_id, roles, created_at) VALUES (?, ?, ?, "
                          "?) ON CONFLICT (person_id, organisation_id) DO UPDATE SET roles = excluded.roles",
                          it.person, it.organisation, it.roles.with(domain::Role::member).bits(), it.created_at}));
  return ok();
}

Status People::remove_membership(domain::PersonId person, domain::OrganisationId organisation) {
  TRY_VOID(
      connection_.run(Sql{"DELETE FROM membership WHERE person_id = ? AND organisation_id = ?", person, organisation}));
  return ok();
}

Result<std::int64_t> People::other_holders(domain::OrganisationId organisation, domain::Role role, domain::PersonId but,
                                           bool invited_too) {
  const auto second = invited_too ? domain::PersonStatus::invited : domain::PersonStatus::active;
  TRY(const auto count,
      connection_.first(Sql{"SELECT count(*) FROM membership m JOIN person p ON p.id = m.person_id WHERE "
                            "m.organisation_id = ? AND m.person_id <> ? AND (m.roles & ?) <> 0 AND p.status IN (?, ?)",
                            organisation, but, domain::Roles{role}.bits(), domain::PersonStatus::active, second},
                        [](const Row& row) { return row.integer(0); }));
  return count.value_or(0);
}

Status People::end_sessions(domain::PersonId person, std::optional<domain::OrganisationId> organisation) {
  if (organisation) {
    return connection_.run_all(
        {Sql{"DELETE FROM session WHERE person_id = ? AND organisation_id = ?", person, *organisation},
         Sql{"DELETE FROM api_token WHERE person_id = ? AND organisation_id = ?", person, *organisation},
         Sql{"DELETE FROM one_time_link WHERE person_id = ? AND organisation_id = ? AND used_at IS NULL", person,
             *organisation}});
  }
  return connection_.run_all({Sql{"DELETE FROM session WHERE person_id = ?", person},
                              Sql{"DELETE FROM api_token WHERE person_id = ?", person},
                              Sql{"DELETE FROM one_time_link WHERE person_id = ? AND used_at IS NULL", person}});
}

Status People::end_sessions(domain::OrganisationId organisation) {
  return connection_.run_all({Sql{"DELETE FROM session WHERE organisation_id = ?", organisation},
                              Sql{"DELETE FROM api_token WHERE organisation_id = ?", organisation}});
}

}  // namespace tocsin::store
