#include "store/migrations/list.hpp"

namespace tocsin::store {

// Which STIX objects have which values (store/value_index.hpp), derived from the change feed
// (engine/threat/values.hpp). All of it may be emptied and derived anew.
constinit const Migration kMigration0036StixValues{
    .number = 36,
    .name = "stix_values",
    .common = R"sql(
CREATE TABLE stix_value_segment (
  segment  {int} NOT NULL PRIMARY KEY,
  postings {int} NOT NULL
){strict};

-- postings: pairs of value and record, sorted and packed. first_*: no more than its first pair.
CREATE TABLE stix_value_block (
  id           {id},
  segment      {int} NOT NULL,
  first_value  {int} NOT NULL,
  first_record {int} NOT NULL,
  postings     {blob} NOT NULL
){strict};
CREATE UNIQUE INDEX stix_value_block_first ON stix_value_block (segment, first_value, first_record);

-- What stands in the blocks of a record, so that it can be taken out again.
CREATE TABLE stix_value_of (
  record_id  {int} NOT NULL PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
  value_keys {blob} NOT NULL
){strict};
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
