#include "store/migrations/list.hpp"

namespace tocsin::store {

// The words of assets (engine/inventory/search_terms.hpp), each behind the number of the organisation: "17_pump", so
// that one organisation's search reads nothing of another's. `indexed` says that an asset's words are there; assets of
// before, and those that come from a backup, follow in the background (engine/inventory/index_assets.cpp).
constinit const Migration kMigration0026AssetText{
    .number = 26,
    .name = "asset_text",
    .common = R"sql(
ALTER TABLE asset ADD COLUMN indexed {int} NOT NULL DEFAULT 0;
CREATE INDEX asset_unindexed ON asset (organisation_id, id) WHERE indexed = 0;
CREATE INDEX asset_by_number ON asset (organisation_id, id);
)sql",
    .sqlite = R"sql(
CREATE VIRTUAL TABLE asset_text USING fts5 (
  terms, tokenize = "ascii tokenchars '_'", detail = 'none', columnsize = 0
);
)sql",
    .postgres = R"sql(
CREATE TABLE asset_text (
  asset_id bigint PRIMARY KEY REFERENCES asset (id) ON DELETE CASCADE,
  terms    tsvector NOT NULL
);
CREATE INDEX asset_text_terms ON asset_text USING gin (terms);
)sql",
};

}  // namespace tocsin::store
