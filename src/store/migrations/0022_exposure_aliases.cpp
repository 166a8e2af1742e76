#include "store/migrations/list.hpp"

namespace tocsin::store {

constinit const Migration kMigration0022ExposureAliases{
    .number = 22,
    .name = "exposure_aliases",
    .common = R"sql(
-- What an organisation calls a vendor or a product, learnt from what its people confirmed
-- (docs/decisions/0018-learnt-aliases.md). `kind`: 1 vendor, 2 product, 3 order number. `of_vendor` is the key of the
-- vendor that the thing's inventory tells ('' where it tells none, or where that does not count), `text_key` of what it
-- is called; `shown` as it was written. `is_denied`: the organisation does not want the community's alias.
CREATE TABLE exposure_alias (
  id              {serial},
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  kind            {int} NOT NULL,
  of_vendor       {text_c} NOT NULL,
  text_key        {text_c} NOT NULL,
  shown           {text} NOT NULL,
  vendor_key      {text_c} NOT NULL,
  product_key     {text_c} NOT NULL,
  vendor          {text} NOT NULL,
  product         {text} NOT NULL,
  is_denied       {int} NOT NULL,
  taught_by       {int} REFERENCES person (id),
  taught_at       {int} NOT NULL
){strict};
CREATE UNIQUE INDEX exposure_alias_of
  ON exposure_alias (organisation_id, kind, of_vendor, text_key, vendor_key, product_key);
-- The confirmations that taught it. One that is taken back takes what it alone taught with it.
CREATE TABLE exposure_alias_lesson (
  alias_id  {int} NOT NULL REFERENCES exposure_alias (id) ON DELETE CASCADE,
  asset_id  {int} NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
  record_id {int} NOT NULL,
  PRIMARY KEY (alias_id, asset_id, record_id)
){strict_rowless};
CREATE INDEX exposure_alias_lesson_of ON exposure_alias_lesson (asset_id, record_id);
CREATE INDEX exposure_alias_lesson_record ON exposure_alias_lesson (record_id);

-- That an organisation contributes its aliases to the community's. `admitted_at` is NULL while it waits for others.
CREATE TABLE exposure_alias_consent (
  id              {serial},
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  granted_by      {int} REFERENCES person (id),
  granted_at      {int} NOT NULL,
  admitted_at     {int},
  revoked_by      {int} REFERENCES person (id),
  revoked_at      {int}
){strict};
CREATE UNIQUE INDEX exposure_alias_consent_open ON exposure_alias_consent (organisation_id) WHERE revoked_at IS NULL;
CREATE INDEX exposure_alias_consent_of ON exposure_alias_consent (organisation_id, id);

-- Days on which it was counted what enough organisations contributed.
CREATE TABLE exposure_alias_run (
  day     {int} NOT NULL PRIMARY KEY,
  made_at {int} NOT NULL,
  least   {int} NOT NULL
){strict_rowless};
-- What at least `least` organisations had contributed when it was counted; of which ones, nothing here tells. `state`:
-- 0 offered, 1 accepted, 2 refused.
CREATE TABLE community_alias (
  id          {serial},
  kind        {int} NOT NULL,
  of_vendor   {text_c} NOT NULL,
  text_key    {text_c} NOT NULL,
  vendor_key  {text_c} NOT NULL,
  product_key {text_c} NOT NULL,
  vendor      {text} NOT NULL,
  product     {text} NOT NULL,
  least       {int} NOT NULL,
  offered_at  {int} NOT NULL,
  state       {int} NOT NULL,
  judged_by   {int} REFERENCES person (id),
  judged_at   {int}
){strict};
CREATE UNIQUE INDEX community_alias_of ON community_alias (kind, of_vendor, text_key, vendor_key, product_key);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
