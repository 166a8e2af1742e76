#include "store/migrations/list.hpp"

namespace tocsin::store {

// The page that asset owners open every morning counts what is open by what was decided about it. Without its columns
// in the index, a page of text is read for each match.
constinit const Migration kMigration0041ExposureFigures{
    .number = 41,
    .name = "exposure_figures",
    .common = R"sql(
DROP INDEX asset_match_open;
CREATE INDEX asset_match_open ON asset_match
  (organisation_id, status, state, state_until, record_id, asset_id, decision, decision_due, decide_at);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
