#include "store/migrations/list.hpp"

namespace tocsin::store {

// What comes back to those who shared a report (engine/threat/feedback.hpp).
constinit const Migration kMigration0050SharedThanks{
    .number = 50,
    .name = "shared_thanks",
    .common = R"sql(
-- "Thank who shared it": one per organisation and report.
CREATE TABLE shared_thanks (
  record_id       {int} NOT NULL REFERENCES record (id) ON DELETE CASCADE,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  said_at         {int} NOT NULL,
  PRIMARY KEY (record_id, organisation_id)
){strict_rowless};
CREATE INDEX shared_thanks_organisation ON shared_thanks (organisation_id);

-- Whose sightings of a report, or of what came with it, its giver was written to about: each organisation's once, also
-- where one is taken back and made anew.
CREATE TABLE shared_told (
  record_id       {int} NOT NULL REFERENCES record (id) ON DELETE CASCADE,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  PRIMARY KEY (record_id, organisation_id)
){strict_rowless};
CREATE INDEX shared_told_organisation ON shared_told (organisation_id);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
