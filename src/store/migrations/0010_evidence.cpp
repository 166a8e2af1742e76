#include "store/migrations/list.hpp"

namespace tocsin::store {

constinit const Migration kMigration0010Evidence{
    .number = 10,
    .name = "evidence",
    .common = R"sql(
-- What others know of vulnerabilities, each source as its newest file says it. Public data: no policy stands on it.
-- `name`: "kev", "epss". `as_of` orders the files of one source; `released_at` is its publisher's time, where it says
-- one. `version` is the catalogue's or the model's.
CREATE TABLE evidence_source (
  name        {text_c} NOT NULL PRIMARY KEY,
  version     {text} NOT NULL,
  as_of       {int} NOT NULL,
  released_at {int},
  entries     {int} NOT NULL,
  imported_at {int} NOT NULL
){strict};

-- CISA's catalogue of known exploited vulnerabilities.
CREATE TABLE known_exploited (
  cve        {text_c} NOT NULL PRIMARY KEY,
  added_at   {int} NOT NULL,
  due_at     {int},
  ransomware {int} NOT NULL,
  vendor     {text} NOT NULL,
  product    {text} NOT NULL,
  name       {text} NOT NULL,
  action     {text} NOT NULL
){strict};

-- EPSS. Probability and percentile in millionths.
CREATE TABLE exploit_score (
  cve         {text_c} NOT NULL PRIMARY KEY,
  probability {int} NOT NULL,
  percentile  {int}
){strict_rowless};

-- Bundles for places without a network: those made here (`direction` 1) and taken in (2). A stream is what one key signs
-- for one recipient; within it `sequence` only grows. `digest` names a bundle: the next one says which it follows.
CREATE TABLE bundle (
  id        {serial},
  direction {int} NOT NULL,
  key_id    {text_c} NOT NULL,
  recipient {text_c} NOT NULL,
  sequence  {int} NOT NULL,
  digest    {text_c} NOT NULL,
  at        {int} NOT NULL,
  UNIQUE (direction, key_id, recipient, sequence)
){strict};

-- What of each record was told when a bundle was made here, in it or before: the next one brings what differs.
-- `marking`: whom it was for, as the bundle said it.
CREATE TABLE bundle_content (
  bundle_id   {int} NOT NULL REFERENCES bundle (id),
  record_id   {int} NOT NULL,
  revision_id {int} NOT NULL,
  marking     {text_c} NOT NULL,
  PRIMARY KEY (bundle_id, record_id)
){strict_rowless};
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
