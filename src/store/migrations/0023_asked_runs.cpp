#include "store/migrations/list.hpp"

namespace tocsin::store {

constinit const Migration kMigration0023AskedRuns{
    .number = 23,
    .name = "asked_runs",
    .common = R"sql(
-- Bills of materials of an organisation: which of its assets each one names. A component may stand in several.
CREATE TABLE inventory_bom (
  id              {serial},
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  name            {text_c} NOT NULL,
  kind            {text} NOT NULL,
  file_name       {text} NOT NULL,
  imported_at     {int} NOT NULL,
  imported_by     {int} REFERENCES person (id)
){strict};
CREATE UNIQUE INDEX inventory_bom_name ON inventory_bom (organisation_id, name);
CREATE TABLE inventory_bom_part (
  bom_id   {int} NOT NULL REFERENCES inventory_bom (id) ON DELETE CASCADE,
  asset_id {int} NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
  PRIMARY KEY (bom_id, asset_id)
){strict_rowless};
CREATE INDEX inventory_bom_part_asset ON inventory_bom_part (asset_id);

-- Matching that somebody asked for, beside what happens by itself. `records` and `assets` are JSON lists of numbers,
-- "[]" is all of them; assets up to `after_asset` are done. `state`: 0 waits or is being done, 1 is done.
CREATE TABLE exposure_run (
  id              {serial},
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  person_id       {int} REFERENCES person (id),
  records         {text} NOT NULL,
  assets          {text} NOT NULL,
  asked_at        {int} NOT NULL,
  state           {int} NOT NULL,
  ended_at        {int},
  after_asset     {int} NOT NULL,
  looked_at       {int} NOT NULL
){strict};
CREATE INDEX exposure_run_of ON exposure_run (organisation_id, id);
CREATE INDEX exposure_run_open ON exposure_run (id) WHERE state = 0;
-- Matches that it changed; `is_news`: in something that matters. Shown through the policy of who looks.
CREATE TABLE exposure_run_change (
  run_id    {int} NOT NULL REFERENCES exposure_run (id) ON DELETE CASCADE,
  asset_id  {int} NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
  record_id {int} NOT NULL,
  is_news   {int} NOT NULL,
  PRIMARY KEY (run_id, asset_id, record_id)
){strict_rowless};
CREATE INDEX exposure_run_change_record ON exposure_run_change (record_id);
CREATE INDEX exposure_run_change_asset ON exposure_run_change (asset_id);

CREATE INDEX asset_by_organisation ON asset (organisation_id, id);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
