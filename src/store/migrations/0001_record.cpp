#include "store/migrations/list.hpp"

namespace tocsin::store {

// What every later table leans on: who owns (organisation, person), what is known (record, its revisions and their
// bytes), what happened (change), how far who has read (derived_cursor), and small facts about the installation.
constinit const Migration kMigration0001Record{
    .number = 1,
    .name = "record",
    .common = R"sql(
CREATE TABLE setting (
  key   {text_c} NOT NULL PRIMARY KEY,
  value {text} NOT NULL
){strict};

CREATE TABLE organisation (
  id         {id},
  kind       {int} NOT NULL,
  name       {text} NOT NULL,
  created_at {int} NOT NULL
){strict};

CREATE TABLE person (
  id              {id},
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  name            {text} NOT NULL,
  email           {text} NOT NULL,
  created_at      {int} NOT NULL
){strict};
CREATE INDEX person_organisation ON person (organisation_id);

CREATE TABLE record (
  id                  {id},
  kind                {int} NOT NULL,
  issuer              {text_c} NOT NULL,
  record_key          {text_c} NOT NULL,
  slug                {text_c} NOT NULL,
  title               {text} NOT NULL,
  tlp                 {int} NOT NULL CHECK (tlp BETWEEN 0 AND 4),
  owner_id            {int} NOT NULL REFERENCES organisation (id),
  audience            {int} NOT NULL,
  status              {int} NOT NULL,
  embargo_until       {int},
  version             {text} NOT NULL,
  version_order       {text_c} NOT NULL,
  format              {text} NOT NULL,
  sha512              {text_c} NOT NULL,
  current_revision_id {int} NOT NULL,
  initial_release_at  {int} NOT NULL,
  current_release_at  {int} NOT NULL,
  created_at          {int} NOT NULL,
  updated_at          {int} NOT NULL,
  labels              {text} NOT NULL
){strict};
CREATE UNIQUE INDEX record_identity ON record (kind, issuer, record_key);
CREATE UNIQUE INDEX record_slug ON record (kind, lower(slug));
CREATE INDEX record_policy ON record (kind, status, tlp, audience, owner_id, embargo_until);
CREATE INDEX record_release ON record (kind, current_release_at, id);

CREATE TABLE revision (
  id              {id},
  record_id       {int} NOT NULL REFERENCES record (id),
  version         {text_c} NOT NULL,
  version_order   {text_c} NOT NULL,
  standing        {int} NOT NULL,
  format          {text} NOT NULL,
  document_status {text} NOT NULL,
  sha512          {text_c} NOT NULL,
  bytes           {int} NOT NULL,
  released_at     {int} NOT NULL,
  received_at     {int} NOT NULL,
  source          {text} NOT NULL
){strict};
CREATE UNIQUE INDEX revision_content ON revision (record_id, version, sha512);

CREATE TABLE revision_document (
  revision_id {int} NOT NULL PRIMARY KEY REFERENCES revision (id),
  bytes       {blob} NOT NULL
){strict};

CREATE TABLE change (
  sequence    {serial},
  at          {int} NOT NULL,
  action      {int} NOT NULL,
  record_id   {int} NOT NULL REFERENCES record (id),
  revision_id {int} NOT NULL REFERENCES revision (id)
){strict};

CREATE TABLE derived_cursor (
  reader   {text_c} NOT NULL PRIMARY KEY,
  sequence {int} NOT NULL
){strict};
)sql",
    .sqlite = "",
    .postgres = R"sql(
-- The CERT's own organisation is number 1 by definition.
ALTER TABLE organisation ALTER COLUMN id RESTART WITH 2;

-- Wakes whoever listens, once per transaction that commits.
CREATE FUNCTION tocsin_notify_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('tocsin_change', '');
  RETURN NULL;
END $$;
CREATE TRIGGER change_notify AFTER INSERT ON change FOR EACH STATEMENT EXECUTE FUNCTION tocsin_notify_change();
)sql",
};

}  // namespace tocsin::store
