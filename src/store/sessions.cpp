#include "store/sessions.hpp"

namespace tocsin::store {
namespace {

Session session_of(const Row& row) {
  Session session{.id = row.integer(0),
                  .token_hash = row.string(1),
                  .person = {row.integer(2)},
                  .method = row.string(4),
                  .second_factor = row.boolean(5),
                  .address = row.string(6),
                  .agent = row.string(7),
                  .created_at = row.time(8),
                  .authenticated_at = row.time(9),
                  .last_seen_at = row.time(10),
                  .expires_at = row.time(11)};
  if (const auto organisation = row.optional_integer(3)) session.organisation = {*organisation};
  return session;
}
Sql select() {
  return Sql{
      "SELECT id, token_hash, person_id, organisation_id, method, second_factor, address, agent, created_at, "
      "authenticated_at, last_seen_at, expires_at FROM session"};
}

}  // namespace

Result<std::int64_t> Sessions::add(const Session& session) {
  TRY(const auto id,
      connection_.first(
          Sql{"INSERT INTO session (token_hash, person_id, organisation_id, method, second_factor, address, agent, "
              "created_at, authenticated_at, last_seen_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
              "RETURNING id",
              session.token_hash, session.person, session.organisation, session.method, session.second_factor,
              session.address, session.agent, session.created_at, session.authenticated_at, session.last_seen_at,
              session.expires_at},
          [](const Row& row) { return row.integer(0); }));
  return id.value_or(0);
}

Result<std::optional<Session>> Sessions::find(std::string_view token_hash) {
  return connection_.first(select().append(" WHERE token_hash = ?", token_hash), session_of);
}

Result<std::vector<Session>> Sessions::of(domain::PersonId person) {
  return connection_.all(select().append(" WHERE person_id = ? ORDER BY created_at DESC, id DESC", person), session_of);
}

Status Sessions::seen(std::int64_t id, Timestamp now) {
  TRY_VOID(connection_.run(Sql{"UPDATE session SET last_seen_at = ? WHERE id = ? AND last_seen_at < ?", now, id, now}));
  return ok();
}

Result<std::int64_t> Sessions::replace(std::string_view old_token_hash, const Session& session) {
  return connection_.run(
      Sql{"UPDATE session SET token_hash = ?, organisation_id = ?, method = ?, second_factor = ?, "
          "authenticated_at = ?, last_seen_at = ? WHERE id = ? AND token_hash = ?",
          session.token_hash, session.organisation, session.method, session.second_factor, session.authenticated_at,
          session.last_seen_at, session.id, old_token_hash});
}

Result<std::int64_t> Sessions::remove(domain::PersonId person, std::int64_t id) {
  return connection_.run(Sql{"DELETE FROM session WHERE person_id = ? AND id = ?", person, id});
}

Result<std::int64_t> Sessions::remove_others(domain::PersonId person, std::int64_t keep) {
  return connection_.run(Sql{"DELETE FROM session WHERE person_id = ? AND id <> ?", person, keep});
}

Result<std::int64_t> Sessions::remove_single_factor(domain::PersonId person, std::int64_t keep) {
  TRY_VOID(connection_.run(Sql{"UPDATE session SET second_factor = 1 WHERE person_id = ? AND id = ?", person, keep}));
  return connection_.run(Sql{"DELETE FROM session WHERE person_id = ? AND second_factor = 0", person});
}

Result<std::int64_t> Sessions::remove_by_method(domain::PersonId person, std::string_view method, std::int64_t keep) {
  return connection_.run(Sql{"DELETE FROM session WHERE person_id = ? AND id <> ? AND method LIKE ?", person, keep,
                             std::string{method} + "%"});
}

Result<std::int64_t> Sessions::trim(domain::PersonId person, int max) {
  return connection_.run(
      Sql{"DELETE FROM session WHERE person_id = ? AND id NOT IN (SELECT id FROM session WHERE person_id = ? "
          "ORDER BY created_at DESC, id DESC LIMIT ?)",
          person, person, max});
}

Result<std::int64_t> Sessions::remove_expired(Timestamp now, Timestamp idle_before) {
  return connection_.run(Sql{"DELETE FROM session WHERE expires_at <= ? OR last_seen_at <= ?", now, idle_before});
}

Result<std::int64_t> Sessions::count_from(domain::PersonId person, std::string_view address) {
  TRY(const auto count,
      connection_.first(Sql{"SELECT COUNT(*) FROM session WHERE person_id = ? AND address = ?", person, address},
                        [](const Row& row) { return row.integer(0); }));
  return count.value_or(0);
}

}  // namespace tocsin::store
