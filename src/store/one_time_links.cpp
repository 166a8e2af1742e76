#include "store/one_time_links.hpp"

namespace tocsin::store {
namespace {

#define TOCSIN_LINK_SELECT                                                                                      \
  "SELECT id, token_hash, purpose, person_id, organisation_id, email, created_by, created_at, expires_at FROM " \
  "one_time_link"

OneTimeLink link_of(const Row& row) {
  OneTimeLink link{.id = row.integer(0),
                   .token_hash = row.string(1),
                   .purpose = static_cast<LinkPurpose>(row.integer(2)),
                   .person = {row.integer(3)},
                   .email = row.string(5),
                   .created_at = row.time(7),
                   .expires_at = row.time(8)};
  if (const auto organisation = row.optional_integer(4)) link.organisation = {*organisation};
  if (const auto creator = row.optional_integer(6)) link.created_by = {*creator};
  return link;
}

}  // namespace

Result<std::int64_t> OneTimeLinks::add(const OneTimeLink& link) {
  TRY_VOID(remove(link.person, link.purpose));
  TRY(const auto id,
      connection_.first(
          Sql{"INSERT INTO one_time_link (token_hash, purpose, person_id, organisation_id, email, created_by, "
              "created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
              link.token_hash, link.purpose, link.person, link.organisation, link.email, link.created_by,
              link.created_at, link.expires_at},
          [](const Row& row) { return row.integer(0); }));
  return id.value_or(0);
}

Result<std::optional<OneTimeLink>> OneTimeLinks::find(std::string_view token_hash, Timestamp now) {
  return connection_.first(
      Sql{TOCSIN_LINK_SELECT " WHERE token_hash = ? AND used_at IS NULL AND expires_at > ?", token_hash, now}, link_of);
}

Result<std::optional<OneTimeLink>> OneTimeLinks::waiting(domain::PersonId person, LinkPurpose purpose, Timestamp now) {
  return connection_.first(
      Sql{TOCSIN_LINK_SELECT " WHERE person_id = ? AND purpose = ? AND used_at IS NULL AND expires_at > ?", person,
          purpose, now},
      link_of);
}

Result<std::int64_t> OneTimeLinks::use(std::int64_t id, Timestamp now) {
  return connection_.run(
      Sql{"UPDATE one_time_link SET used_at = ? WHERE id = ? AND used_at IS NULL AND expires_at > ?", now, id, now});
}

Status OneTimeLinks::remove(domain::PersonId person, LinkPurpose purpose) {
  TRY_VOID(connection_.run(Sql{"DELETE FROM one_time_link WHERE person_id = ? AND purpose = ?", person, purpose}));
  return ok();
}

}  // namespace tocsin::store
