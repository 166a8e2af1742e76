#include "store/migrations/list.hpp"

namespace tocsin::store {

// Files of threat knowledge on their way in (exchange/threat_import.hpp).
constinit const Migration kMigration0051ThreatUpload{
    .number = 51,
    .name = "threat_upload",
    .common = R"sql(
-- A file between its upload and the confirmation: for who sent it, for a while.
CREATE TABLE threat_upload (
  id              {text_c} NOT NULL PRIMARY KEY,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  person_id       {int} NOT NULL REFERENCES person (id),
  file_name       {text} NOT NULL,
  bytes           {blob} NOT NULL,
  sent_at         {int} NOT NULL
){strict};
CREATE INDEX threat_upload_age ON threat_upload (sent_at);
CREATE INDEX threat_upload_sender ON threat_upload (person_id, organisation_id);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
