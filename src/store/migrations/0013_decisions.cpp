#include "store/migrations/list.hpp"

namespace tocsin::store {

constinit const Migration kMigration0013Decisions{
    .number = 13,
    .name = "decisions",
    .common = R"sql(
-- What to do about a match (engine/exposure/deciding.hpp): `decision` as engine/exposure/decision.hpp numbers actions, 5
-- while none has been made; the day by which it is to be done; the table that was asked. `decide_at`: from this moment
-- on it has to be decided again, 0 at once, NULL not before something changes.
ALTER TABLE asset_match DROP COLUMN decision;
ALTER TABLE asset_match ADD COLUMN decision {int} NOT NULL DEFAULT 5;
ALTER TABLE asset_match ADD COLUMN decision_due {int};
ALTER TABLE asset_match ADD COLUMN decision_table {text} NOT NULL DEFAULT '';
ALTER TABLE asset_match ADD COLUMN decide_at {int} DEFAULT 0;
CREATE INDEX asset_match_decided ON asset_match (organisation_id, decision, record_id, asset_id);
CREATE INDEX asset_match_to_decide ON asset_match (decide_at, record_id, asset_id) WHERE decide_at IS NOT NULL;

-- Every match waits to be decided, so what changed until now is of no interest.
INSERT INTO exposure_cursor (name, sequence, until, asset_id)
  SELECT 'decisions', coalesce(max(sequence), 0), 0, 0 FROM change;

-- By which table an organisation decides: only ever added to, the newest version counts. `base` names a built-in table,
-- or is "own", and then `document` holds it (SSVC DecisionTable 2.0.0, JSON).
CREATE TABLE decision_table (
  id              {serial},
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  version         {int} NOT NULL,
  base            {text_c} NOT NULL,
  document        {text} NOT NULL,
  note            {text} NOT NULL,
  person_id       {int} REFERENCES person (id),
  at              {int} NOT NULL
){strict};
CREATE UNIQUE INDEX decision_table_version ON decision_table (organisation_id, version);
CREATE INDEX decision_table_person ON decision_table (person_id);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
