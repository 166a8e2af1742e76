#include "store/mail_keys.hpp"

namespace tocsin::store {

Result<std::optional<MailKeyRow>> MailKeys::find(domain::PersonId person) {
  return connection_.first(
      Sql{"SELECT kind, fingerprint, body, otherwise, added_at FROM mail_key WHERE person_id = ?", person},
      [](const Row& row) {
        return MailKeyRow{.kind = static_cast<MailKeyRow::Kind>(row.integer(0)),
                          .fingerprint = row.string(1),
                          .body = row.string(2),
                          .otherwise = static_cast<MailOtherwise>(row.integer(3)),
                          .added_at = row.time(4)};
      });
}

Status MailKeys::put(domain::PersonId person, const MailKeyRow& key) {
  TRY_VOID(connection_.run(
      Sql{"INSERT INTO mail_key (person_id, kind, fingerprint, body, otherwise, added_at) VALUES (?, ?, ?, ?, ?, ?) ON "
          "CONFLICT (person_id) DO UPDATE SET kind = excluded.kind, fingerprint = excluded.fingerprint, body = "
          "excluded.body, otherwise = excluded.otherwise, added_at = excluded.added_at",
          person, key.kind, key.fingerprint, key.body, key.otherwise, key.added_at}));
  return ok();
}

Result<std::int64_t> MailKeys::remove(domain::PersonId person) {
  return connection_.run(Sql{"DELETE FROM mail_key WHERE person_id = ?", person});
}

}  // namespace tocsin::store
