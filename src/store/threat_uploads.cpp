#include "store/threat_uploads.hpp"

namespace tocsin::store {

Status ThreatUploads::put(const ThreatUpload& it) {
  TRY_VOID(connection_.run(
      Sql{"DELETE FROM threat_upload WHERE person_id = ? AND organisation_id = ?", it.person, it.organisation}));
  TRY_VOID(connection_.run(
      Sql{"INSERT INTO threat_upload (id, organisation_id, person_id, file_name, bytes, sent_at) VALUES (?, ?, ?, ?, "
          "?, ?)",
          it.id, it.organisation, it.person, it.file_name, Blob{it.bytes}, it.sent_at}));
  return ok();
}

Result<std::optional<ThreatUpload>> ThreatUploads::find(domain::OrganisationId organisation, domain::PersonId person,
                                                        std::string_view id) {
  return connection_.first(Sql{"SELECT id, organisation_id, person_id, file_name, bytes, sent_at FROM threat_upload "
                               "WHERE id = ? AND person_id = ? AND organisation_id = ?",
                               id, person, organisation},
                           [](const Row& row) {
                             return ThreatUpload{.id = row.string(0),
                                                 .organisation = {row.integer(1)},
                                                 .person = {row.integer(2)},
                                                 .file_name = row.string(3),
                                                 .bytes = row.string(4),
                                                 .sent_at = row.time(5)};
                           });
}

Result<std::int64_t> ThreatUploads::remove(domain::OrganisationId organisation, domain::PersonId person,
                                           std::string_view id) {
  return connection_.run(Sql{"DELETE FROM threat_upload WHERE id = ? AND person_id = ? AND organisation_id = ?", id,
                             person, organisation});
}

Status ThreatUploads::remove_before(Timestamp at) {
  TRY_VOID(connection_.run(Sql{"DELETE FROM threat_upload WHERE sent_at < ?", at}));
  return ok();
}

}  // namespace tocsin::store
