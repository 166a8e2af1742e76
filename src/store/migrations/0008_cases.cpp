#include "store/migrations/list.hpp"

namespace tocsin::store {

// Work in progress that several parties share. `kind`, `state` and `part`: domain/case.hpp. A participant is an
// organisation (1) or a person (3), as in audience_grantee; there a case is kind 4.
constinit const Migration kMigration0008Cases{
    .number = 8,
    .name = "cases",
    .common = R"sql(
CREATE TABLE case_file (
  id        {id},
  number    {text_c} NOT NULL,
  uuid      {text_c} NOT NULL,
  kind      {int} NOT NULL,
  title     {text} NOT NULL,
  state     {int} NOT NULL,
  owner_id  {int} NOT NULL REFERENCES organisation (id),
  opened_at {int} NOT NULL,
  closed_at {int}
){strict};
CREATE UNIQUE INDEX case_file_number ON case_file (number);
CREATE UNIQUE INDEX case_file_uuid ON case_file (uuid);
CREATE INDEX case_file_owner ON case_file (owner_id);

CREATE TABLE case_participant (
  case_id    {int} NOT NULL REFERENCES case_file (id),
  kind       {int} NOT NULL,
  grantee_id {int} NOT NULL,
  part       {int} NOT NULL,
  added_at   {int} NOT NULL,
  added_by   {int} REFERENCES person (id),
  PRIMARY KEY (case_id, kind, grantee_id)
){strict_rowless};
CREATE INDEX case_participant_of ON case_participant (kind, grantee_id);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
