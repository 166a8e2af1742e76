#include "store/migrations/list.hpp"

namespace tocsin::store {

// What techniques of ATT&CK find in a plant: the class of each asset (engine/inventory/asset_class.hpp), and what an
// organisation says that it has. Assets that are here get theirs in the background, with their words.
constinit const Migration kMigration0048Coverage{
    .number = 48,
    .name = "coverage",
    .common = R"sql(
ALTER TABLE asset ADD COLUMN attack_class {text} NOT NULL DEFAULT '';
CREATE INDEX asset_by_class ON asset (organisation_id, zone, attack_class);
UPDATE asset SET indexed = 0;

-- zone: '' for everywhere. attack_id: of a class of assets, a mitigation or a data component. in_place: 0 where
-- somebody says that a class of assets is not there.
CREATE TABLE coverage_statement (
  id              {serial},
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  zone            {text_c} NOT NULL,
  attack_id       {text_c} NOT NULL,
  in_place        {int} NOT NULL,
  stated_at       {int} NOT NULL,
  stated_by       {int} REFERENCES person (id)
){strict};
CREATE UNIQUE INDEX coverage_statement_of ON coverage_statement (organisation_id, zone, attack_id);
CREATE INDEX coverage_statement_person ON coverage_statement (stated_by);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
