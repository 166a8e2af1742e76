#include "store/migrations/list.hpp"

namespace tocsin::store {

// What TAXII 2.1 tells of STIX objects, and to whom (engine/taxii).
constinit const Migration kMigration0029Taxii{
    .number = 29,
    .name = "taxii",
    .common = R"sql(
-- added: TAXII's date_added, microseconds since 1970. They grow in the order of commits, so that whoever asks for what came
-- after one misses nothing and hears nothing twice, and each depends on its version and on the clock alone, so that
-- nobody can tell from two of them what came between. Two may be equal, seldom; they stay on one page. A version that
-- more people may see, or whose ends have come, is added anew. version_at: `modified`, else `created`, else 0 for
-- observables, whose version is when they were added (TAXII 2.1 section 3.3).
CREATE TABLE taxii_version (
  added       {int} NOT NULL,
  record_id   {int} NOT NULL REFERENCES record (id) ON DELETE CASCADE,
  revision_id {int} NOT NULL PRIMARY KEY,
  type        {text_c} NOT NULL,
  version_at  {int} NOT NULL
){strict};
CREATE UNIQUE INDEX taxii_version_added ON taxii_version (added, revision_id);
CREATE INDEX taxii_version_record ON taxii_version (record_id, version_at);
CREATE INDEX taxii_version_type ON taxii_version (type, added);

-- One row, once anything was told. sequence: of the change feed, up to which all was told. told_until: the beginning of
-- the window in which the last ones were added. embargo: ends until then were heard.
CREATE TABLE taxii_clock (
  id         {int} NOT NULL PRIMARY KEY,
  sequence   {int} NOT NULL,
  told_until {int} NOT NULL,
  embargo    {int} NOT NULL
){strict};

-- Views of what the asker may see. filter, readers: JSON (engine/taxii/collections.hpp).
CREATE TABLE taxii_collection (
  id          {text_c} NOT NULL PRIMARY KEY,
  alias       {text_c} NOT NULL,
  title       {text} NOT NULL,
  description {text} NOT NULL,
  filter      {text} NOT NULL,
  readers     {text} NOT NULL,
  created_at  {int} NOT NULL
){strict};
CREATE UNIQUE INDEX taxii_collection_alias ON taxii_collection (alias) WHERE alias <> '';
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
