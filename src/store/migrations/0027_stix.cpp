#include "store/migrations/list.hpp"

namespace tocsin::store {

// What is derived of STIX objects from the change feed (engine/threat/indexer.hpp). All of it may be emptied and
// derived anew.
constinit const Migration kMigration0027Stix{
    .number = 27,
    .name = "stix",
    .common = R"sql(
-- created, modified: 0 where the type has none. verb: of a relationship. on_lists: 0 for what belongs to another object
-- (relationships, markings) and is listed only where its type is asked for.
CREATE TABLE stix_object (
  record_id   {int} NOT NULL PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
  stix_id     {text_c} NOT NULL,
  type        {text_c} NOT NULL,
  on_lists    {int} NOT NULL,
  name        {text} NOT NULL,
  sort_name   {text_c} NOT NULL,
  verb        {text_c} NOT NULL,
  pattern     {text} NOT NULL,
  created     {int} NOT NULL,
  modified    {int} NOT NULL,
  revoked     {int} NOT NULL,
  confidence  {int},
  is_family   {int},
  valid_from  {int},
  valid_until {int}
){strict};
CREATE INDEX stix_object_id ON stix_object (stix_id);
CREATE INDEX stix_object_type ON stix_object (type, modified);
CREATE INDEX stix_object_modified ON stix_object (modified, stix_id);

CREATE TABLE stix_label (
  label     {text_c} NOT NULL,
  record_id {int} NOT NULL REFERENCES record (id) ON DELETE CASCADE,
  PRIMARY KEY (label, record_id)
){strict_rowless};
CREATE INDEX stix_label_record ON stix_label (record_id);

-- target_id: the STIX id of what is referred to, whether it is here or not.
CREATE TABLE stix_reference (
  record_id {int} NOT NULL REFERENCES record (id) ON DELETE CASCADE,
  property  {text_c} NOT NULL,
  target_id {text_c} NOT NULL,
  PRIMARY KEY (record_id, property, target_id)
){strict_rowless};
CREATE INDEX stix_reference_target ON stix_reference (target_id, property);
)sql",
    .sqlite = R"sql(
CREATE VIRTUAL TABLE stix_text USING fts5 (terms, tokenize = "ascii tokenchars '_'", detail = 'none');
)sql",
    .postgres = R"sql(
CREATE TABLE stix_text (
  record_id bigint PRIMARY KEY,
  terms     tsvector NOT NULL
);
CREATE INDEX stix_text_terms ON stix_text USING gin (terms) WITH (fastupdate = off);
)sql",
};

}  // namespace tocsin::store
