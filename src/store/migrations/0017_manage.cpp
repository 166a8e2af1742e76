#include "store/migrations/list.hpp"

namespace tocsin::store {

// What a CSAF management system keeps beside the documents: who has read what, comments, and what was removed.
constinit const Migration kMigration0017Manage{
    .number = 17,
    .name = "manage",
    .common = R"sql(
-- The revision that somebody has read; unread again where the record's current one is another.
CREATE TABLE record_read (
  person_id   {int} NOT NULL REFERENCES person (id),
  record_id   {int} NOT NULL REFERENCES record (id),
  revision_id {int} NOT NULL REFERENCES revision (id),
  read_at     {int} NOT NULL,
  PRIMARY KEY (person_id, record_id)
){strict_rowless};
CREATE INDEX record_read_record ON record_read (record_id, revision_id);

-- `uuid` names a comment outside: numbers would count those that are hidden. `wide`: for everyone here who may see the
-- record, else for the organisation's people. Without person: written at the console.
CREATE TABLE record_comment (
  id              {serial},
  uuid            {text_c} NOT NULL,
  record_id       {int} NOT NULL REFERENCES record (id),
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  person_id       {int} REFERENCES person (id),
  wide            {int} NOT NULL,
  body            {text} NOT NULL,
  written_at      {int} NOT NULL,
  edited_at       {int}
){strict};
CREATE UNIQUE INDEX record_comment_uuid ON record_comment (uuid);
CREATE INDEX record_comment_record ON record_comment (record_id, id);
CREATE INDEX record_comment_person ON record_comment (person_id);

-- Documents that were removed, so that nothing brings them back unasked. The number of their record is never given again.
CREATE TABLE removed_document (
  sha512     {text_c} NOT NULL PRIMARY KEY,
  record_id  {int} NOT NULL,
  kind       {int} NOT NULL,
  issuer     {text_c} NOT NULL,
  record_key {text_c} NOT NULL,
  version    {text_c} NOT NULL,
  removed_at {int} NOT NULL
){strict_rowless};
CREATE INDEX removed_document_record ON removed_document (record_id);
)sql",
    // The feed tells of records that are gone, so it no longer points to rows that have to be there.
    .sqlite = R"sql(
CREATE TABLE change_17 (
  sequence    {serial},
  at          {int} NOT NULL,
  action      {int} NOT NULL,
  record_id   {int} NOT NULL,
  revision_id {int} NOT NULL
){strict};
INSERT INTO change_17 (sequence, at, action, record_id, revision_id)
  SELECT sequence, at, action, record_id, revision_id FROM change ORDER BY sequence;
DROP TABLE change;
ALTER TABLE change_17 RENAME TO change;
)sql",
    .postgres = R"sql(
ALTER TABLE change DROP CONSTRAINT change_record_id_fkey;
ALTER TABLE change DROP CONSTRAINT change_revision_id_fkey;
)sql",
};

}  // namespace tocsin::store
