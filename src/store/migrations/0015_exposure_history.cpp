#include "store/migrations/list.hpp"

namespace tocsin::store {

constinit const Migration kMigration0015ExposureHistory{
    .number = 15,
    .name = "exposure_history",
    .common = R"sql(
-- From when until when a match had a status; `until` is NULL while it has. Source of trends and of "what changed": what
-- was counted on a day depends on who asks, so days are counted when somebody looks, from rows that the policy can be
-- asked of. Outlives the asset, so that yesterday's figures stay what they were: `label` and `site` are the asset's
-- and set when it goes; while it is there, its own count.
CREATE TABLE asset_match_span (
  id              {serial},
  organisation_id {int} NOT NULL,
  asset_id        {int} NOT NULL,
  record_id       {int} NOT NULL,
  status          {int} NOT NULL,
  since           {int} NOT NULL,
  until           {int},
  label           {text_c} NOT NULL,
  site            {text_c} NOT NULL
){strict};
CREATE UNIQUE INDEX asset_match_span_of ON asset_match_span (asset_id, record_id, since);
CREATE INDEX asset_match_span_since ON asset_match_span (organisation_id, since);
CREATE INDEX asset_match_span_until ON asset_match_span (organisation_id, until);
CREATE INDEX asset_match_span_ended ON asset_match_span (until) WHERE until IS NOT NULL;
-- All that counting what is open needs to read of a match, many of which are a page of text each.
CREATE INDEX asset_match_open ON asset_match (organisation_id, status, state, state_until, record_id, asset_id);
CREATE INDEX asset_state_said ON asset_state (organisation_id, at);

-- As far back as anything is known: what a match was before its last change is not.
INSERT INTO asset_match_span (organisation_id, asset_id, record_id, status, since, until, label, site)
  SELECT organisation_id, asset_id, record_id, status, found_at, NULL, '', '' FROM asset_match
  ORDER BY asset_id, record_id;
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
