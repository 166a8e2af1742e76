#include "store/migrations/list.hpp"

namespace tocsin::store {

constinit const Migration kMigration0028DecisionHistory{
    .number = 28,
    .name = "decision_history",
    .common = R"sql(
-- What was decided about a match, when it became another: `action` as engine/exposure/decision.hpp numbers it, `because`
-- in English. Unlike the match it is in backups; it goes with the asset.
CREATE TABLE asset_decision (
  id              {serial},
  organisation_id {int} NOT NULL,
  asset_id        {int} NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
  record_id       {int} NOT NULL,
  at              {int} NOT NULL,
  before_action   {int} NOT NULL,
  before_due      {int},
  after_action    {int} NOT NULL,
  after_due       {int},
  because         {text} NOT NULL
){strict};
CREATE INDEX asset_decision_of ON asset_decision (asset_id, record_id, id);
CREATE INDEX asset_decision_at ON asset_decision (organisation_id, at, id);
CREATE INDEX asset_decision_old ON asset_decision (at);
CREATE INDEX asset_decision_record ON asset_decision (record_id);
-- Of what the decision was made (engine/exposure/decision_change.hpp), so that a change can be explained.
ALTER TABLE asset_match ADD COLUMN decision_basis {text} NOT NULL DEFAULT '';
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
