#include "store/migrations/list.hpp"

namespace tocsin::store {

// What clauses 12, 13 and 17 of CSAF 2.1 want beyond what was there.
constinit const Migration kMigration0019Clauses{
    .number = 19,
    .name = "clauses",
    .common = R"sql(
-- Values of an advisory that it is searched and sorted by (engine/search/header_fields.hpp numbers the fields). `value`
-- is folded; byte order of `sort_key` is the order for people; `number` is a moment, where the value is one. What an
-- advisory is sorted by has position 0. Derived like the rest of the index, which is therefore made anew.
CREATE TABLE advisory_field (
  field     {int} NOT NULL,
  record_id {int} NOT NULL REFERENCES record (id),
  position  {int} NOT NULL,
  value     {text_c} NOT NULL,
  sort_key  {text_c} NOT NULL,
  number    {int},
  PRIMARY KEY (field, record_id, position)
){strict_rowless};
CREATE INDEX advisory_field_record ON advisory_field (record_id);
CREATE INDEX advisory_field_sort ON advisory_field (field, position, sort_key, record_id);

DELETE FROM advisory_vulnerability;
DELETE FROM advisory_product;
DELETE FROM advisory_vendor;
DELETE FROM advisory_catalogue;
DELETE FROM advisory;
DELETE FROM product;
DELETE FROM vendor;
INSERT INTO search_state (name, value) VALUES ('epoch', 1)
  ON CONFLICT (name) DO UPDATE SET value = search_state.value + 1;
UPDATE derived_cursor SET sequence = 0 WHERE reader = 'search';
)sql",
    .sqlite = "DELETE FROM advisory_text;\n",
    .postgres = "DELETE FROM advisory_text;\n",
};

}  // namespace tocsin::store
