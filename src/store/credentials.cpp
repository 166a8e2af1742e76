#include "store/credentials.hpp"

namespace tocsin::store {
namespace {

Credential credential_of(const Row& row) {
  return {.id = row.integer(0),
          .person = {row.integer(1)},
          .kind = static_cast<CredentialKind>(row.integer(2)),
          .external_id = row.string(3),
          .label = row.string(4),
          .secret = row.string(5),
          .counter = row.integer(6),
          .created_at = row.time(7),
          .last_used_at = row.optional_time(8)};
}
Sql select() {
  return Sql{
      "SELECT id, person_id, kind, external_id, label, secret, counter, created_at, last_used_at FROM credential"};
}

}  // namespace

Result<std::vector<Credential>> Credentials::of(domain::PersonId person) {
  return connection_.all(select().append(" WHERE person_id = ? ORDER BY id", person), credential_of);
}

Result<std::optional<Credential>> Credentials::find_external(CredentialKind kind, std::string_view external_id) {
  return connection_.first(
      select().append(" WHERE kind = ? AND external_id = ? AND external_id <> ''", kind, external_id), credential_of);
}

Result<std::int64_t> Credentials::add(const Credential& credential) {
  TRY(const auto id,
      connection_.first(Sql{"INSERT INTO credential (person_id, kind, external_id, label, secret, counter, created_at) "
                            "VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
                            credential.person, credential.kind, credential.external_id, credential.label,
                            credential.secret, credential.counter, credential.created_at},
                        [](const Row& row) { return row.integer(0); }));
  return id.value_or(0);
}

Status Credentials::remove_kind(domain::PersonId person, CredentialKind kind) {
  TRY_VOID(connection_.run(Sql{"DELETE FROM credential WHERE person_id = ? AND kind = ?", person, kind}));
  return ok();
}

Result<std::int64_t> Credentials::remove(domain::PersonId person, CredentialKind kind, std::int64_t id) {
  return connection_.run(Sql{"DELETE FROM credential WHERE person_id = ? AND kind = ? AND id = ?", person, kind, id});
}

Status Credentials::set_password(domain::PersonId person, std::string_view hash, Timestamp now) {
  TRY_VOID(remove_kind(person, CredentialKind::password));
  TRY_VOID(add({.person = person, .kind = CredentialKind::password, .secret = std::string{hash}, .created_at = now}));
  return ok();
}

Status Credentials::rehash(std::int64_t id, std::string_view old_hash, std::string_view hash) {
  TRY_VOID(connection_.run(Sql{"UPDATE credential SET secret = ? WHERE id = ? AND secret = ?", hash, id, old_hash}));
  return ok();
}

Result<std::int64_t> Credentials::advance(std::int64_t id, std::int64_t counter, Timestamp now) {
  return connection_.run(Sql{"UPDATE credential SET counter = ?, last_used_at = ? WHERE id = ? AND counter < ?",
                             counter, now, id, counter});
}

Result<std::int64_t> Credentials::use_uncounted(std::int64_t id, Timestamp now) {
  return connection_.run(Sql{"UPDATE credential SET last_used_at = ? WHERE id = ? AND counter = 0", now, id});
}

Status Credentials::used(std::int64_t id, std::int64_t counter, Timestamp now) {
  TRY_VOID(connection_.run(Sql{"UPDATE credential SET counter = ?, last_used_at = ? WHERE id = ?", counter, now, id}));
  return ok();
}

Result<std::int64_t> Credentials::take_recovery_code(domain::PersonId person, std::string_view hash) {
  return connection_.run(Sql{"DELETE FROM credential WHERE person_id = ? AND kind = ? AND secret = ?", person,
                             CredentialKind::recovery_code, hash});
}

}  // namespace tocsin::store
