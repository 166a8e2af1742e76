#include "store/migrations/list.hpp"

namespace tocsin::store {

// Threat knowledge that members gave (engine/threat/report.hpp), and who saw it too. The objects are records like all
// others; here stands what must not stand in them: who gave what was given anonymously.
constinit const Migration kMigration0032SharedThreats{
    .number = 32,
    .name = "shared_threats",
    .common = R"sql(
-- One per report that was given here. content: what was typed, as JSON, to go on with. person_id: empty after erasure.
CREATE TABLE shared_report (
  record_id       {int} NOT NULL PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  person_id       {int} REFERENCES person (id),
  anonymous       {int} NOT NULL,
  content         {text} NOT NULL,
  shared_at       {int} NOT NULL
){strict};
CREATE INDEX shared_report_organisation ON shared_report (organisation_id, shared_at);
CREATE INDEX shared_report_person ON shared_report (person_id);

-- What came with a report; what: "ipv4 198.51.100.7", by which a newer version finds it again.
CREATE TABLE shared_object (
  record_id {int} NOT NULL PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
  report_id {int} NOT NULL REFERENCES record (id) ON DELETE CASCADE,
  what      {text_c} NOT NULL
){strict};
CREATE INDEX shared_object_report ON shared_object (report_id);

-- "We saw this too": one per organisation and object. sighting_id: the record of the STIX sighting.
CREATE TABLE shared_sighting (
  record_id       {int} NOT NULL REFERENCES record (id) ON DELETE CASCADE,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  sighting_id     {int} NOT NULL REFERENCES record (id) ON DELETE CASCADE,
  person_id       {int} REFERENCES person (id),
  anonymous       {int} NOT NULL,
  made_at         {int} NOT NULL,
  PRIMARY KEY (record_id, organisation_id)
){strict_rowless};
CREATE INDEX shared_sighting_sighting ON shared_sighting (sighting_id);
CREATE INDEX shared_sighting_organisation ON shared_sighting (organisation_id);
CREATE INDEX shared_sighting_person ON shared_sighting (person_id);
)sql",
    .sqlite = {},
    .postgres = {},
};

}  // namespace tocsin::store
