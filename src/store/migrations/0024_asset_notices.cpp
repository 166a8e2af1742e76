#include "store/migrations/list.hpp"

namespace tocsin::store {

constinit const Migration kMigration0024AssetNotices{
    .number = 24,
    .name = "asset_notices",
    .common = R"sql(
-- What came to be because an asset was added or changed: written with the match, and taken away with the notices that
-- tell of it. `sequence`: of the change feed, up to which the match was made. `is_new`: the asset was added.
CREATE TABLE asset_news (
  id              {serial},
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  asset_id        {int} NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
  record_id       {int} NOT NULL REFERENCES record (id),
  is_new          {int} NOT NULL,
  sequence        {int} NOT NULL,
  at              {int} NOT NULL
){strict};
CREATE UNIQUE INDEX asset_news_once ON asset_news (asset_id, record_id);
CREATE INDEX asset_news_of ON asset_news (organisation_id, id);
CREATE INDEX asset_news_record ON asset_news (record_id);

-- One message to a person about assets of an organisation that were added or changed, whatever their number. The columns
-- are those of `notice`.
CREATE TABLE asset_notice (
  id              {serial},
  person_id       {int} NOT NULL REFERENCES person (id),
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  state           {int} NOT NULL,
  dropped_because {int} NOT NULL,
  pace            {int} NOT NULL,
  mail            {int} NOT NULL,
  feed            {int} NOT NULL,
  hook            {int} NOT NULL,
  why             {text} NOT NULL,
  noticed_at      {int} NOT NULL,
  due_at          {int} NOT NULL,
  settled_at      {int},
  letter_id       {int} REFERENCES notice_letter (id)
){strict};
CREATE INDEX asset_notice_due ON asset_notice (due_at, person_id) WHERE state = 1;
CREATE INDEX asset_notice_listed ON asset_notice (person_id, id);
CREATE INDEX asset_notice_letter ON asset_notice (letter_id) WHERE letter_id IS NOT NULL;

CREATE TABLE asset_notice_match (
  id        {serial},
  notice_id {int} NOT NULL REFERENCES asset_notice (id) ON DELETE CASCADE,
  asset_id  {int} NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
  record_id {int} NOT NULL REFERENCES record (id),
  is_new    {int} NOT NULL
){strict};
CREATE UNIQUE INDEX asset_notice_match_once ON asset_notice_match (notice_id, asset_id, record_id);
CREATE INDEX asset_notice_match_asset ON asset_notice_match (asset_id);
CREATE INDEX asset_notice_match_record ON asset_notice_match (record_id);

CREATE TABLE asset_notice_subscription (
  notice_id       {int} NOT NULL REFERENCES asset_notice (id) ON DELETE CASCADE,
  subscription_id {int} NOT NULL REFERENCES subscription (id) ON DELETE CASCADE,
  PRIMARY KEY (notice_id, subscription_id)
){strict_rowless};
CREATE INDEX asset_notice_subscription_of ON asset_notice_subscription (subscription_id);

-- Up to which notices of both kinds a person has looked through the list of them.
CREATE TABLE notice_seen (
  person_id       {int} NOT NULL PRIMARY KEY REFERENCES person (id),
  notice_id       {int} NOT NULL,
  asset_notice_id {int} NOT NULL
){strict};
-- What was told before there was this table is no news.
INSERT INTO notice_seen (person_id, notice_id, asset_notice_id)
  SELECT person_id, max(id), 0 FROM notice GROUP BY person_id;
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
