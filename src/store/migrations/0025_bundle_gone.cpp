#include "store/migrations/list.hpp"

namespace tocsin::store {

constinit const Migration kMigration0025BundleGone{
    .number = 25,
    .name = "bundle_gone",
    .common = R"sql(
-- What a bundle made here told of and was removed since: the next one takes it back. The record is gone, so its name
-- stands here.
CREATE TABLE bundle_gone (
  bundle_id  {int} NOT NULL REFERENCES bundle (id),
  record_id  {int} NOT NULL,
  issuer     {text_c} NOT NULL,
  record_key {text_c} NOT NULL,
  PRIMARY KEY (bundle_id, record_id)
){strict_rowless};

-- From now on bundle_content also holds what came with a bundle that was taken in: of all that is here, this alone can
-- be taken back by the next one of its stream.
CREATE INDEX bundle_content_record ON bundle_content (record_id);

-- Taken in: the version of the own organisation's decision table that came with it.
ALTER TABLE bundle ADD COLUMN table_version {int};
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
