#include "store/migrations/list.hpp"

namespace tocsin::store {

constinit const Migration kMigration0020ExposureSums{
    .number = 20,
    .name = "exposure_sums",
    .common = R"sql(
-- That an organisation's counts go into sums over several (docs/decisions/0015-aggregates.md). `sector` is the one that
-- it counts in, fixed when it consents; 0: none. `admitted_at` is NULL while it waits for others. Rows stay, for who
-- asks later.
CREATE TABLE exposure_consent (
  id              {serial},
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  sector          {int} NOT NULL,
  granted_by      {int} REFERENCES person (id),
  granted_at      {int} NOT NULL,
  admitted_at     {int},
  revoked_by      {int} REFERENCES person (id),
  revoked_at      {int}
){strict};
CREATE UNIQUE INDEX exposure_consent_open ON exposure_consent (organisation_id) WHERE revoked_at IS NULL;
CREATE INDEX exposure_consent_of ON exposure_consent (organisation_id, id);

-- Days on which sums were made: `day` counts from 1970-01-01. What was made for fewer than the newest's `least` is not
-- shown.
CREATE TABLE exposure_sum_run (
  day     {int} NOT NULL PRIMARY KEY,
  made_at {int} NOT NULL,
  least   {int} NOT NULL
){strict_rowless};

-- What was published of an advisory, or of a product (then `record_id` is 0), at one time, when `least` organisations
-- had to stand behind each figure. All are kept: what is published next is held against each of them.
CREATE TABLE exposure_sum (
  id         {serial},
  record_id  {int} NOT NULL,
  product    {text_c} NOT NULL,
  least      {int} NOT NULL,
  made_at    {int} NOT NULL,
  is_current {int} NOT NULL
){strict};
CREATE INDEX exposure_sum_of ON exposure_sum (record_id, product, id);
CREATE INDEX exposure_sum_current ON exposure_sum (is_current, record_id, product);
-- Figures as they are shown, rounded; `sector` -1 is the sum of all.
CREATE TABLE exposure_sum_cell (
  sum_id        {int} NOT NULL REFERENCES exposure_sum (id) ON DELETE CASCADE,
  sector        {int} NOT NULL,
  organisations {int} NOT NULL,
  assets        {int} NOT NULL,
  PRIMARY KEY (sum_id, sector)
){strict_rowless};
-- What stands behind them. Without organisation: one that has withdrawn since.
CREATE TABLE exposure_sum_part (
  id              {serial},
  sum_id          {int} NOT NULL REFERENCES exposure_sum (id) ON DELETE CASCADE,
  organisation_id {int},
  sector          {int} NOT NULL,
  assets          {int} NOT NULL
){strict};
CREATE INDEX exposure_sum_part_sum ON exposure_sum_part (sum_id);
CREATE INDEX exposure_sum_part_of ON exposure_sum_part (organisation_id);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
