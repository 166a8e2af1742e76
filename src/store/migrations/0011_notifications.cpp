#include "store/migrations/list.hpp"

namespace tocsin::store {

constinit const Migration kMigration0011Notifications{
    .number = 11,
    .name = "notifications",
    .common = R"sql(
-- What somebody wants to be told of. `query`: a search expression; empty: everything. `statuses`: numbers of
-- engine/exposure/matcher.hpp, joined by blanks; `decisions`: of engine/exposure/decision.hpp, empty for any.
CREATE TABLE subscription (
  id              {serial},
  person_id       {int} NOT NULL REFERENCES person (id),
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  name            {text} NOT NULL,
  query           {text} NOT NULL,
  exposure        {int} NOT NULL,
  statuses        {text} NOT NULL,
  decisions       {text} NOT NULL,
  site            {text_c} NOT NULL,
  pace            {int} NOT NULL,
  mail            {int} NOT NULL,
  feed            {int} NOT NULL,
  hook            {int} NOT NULL,
  paused          {int} NOT NULL,
  created_at      {int} NOT NULL,
  changed_at      {int} NOT NULL
){strict};
CREATE INDEX subscription_of ON subscription (person_id, id);

-- When somebody reads; minutes from midnight by their clock. `feed_hash`: SHA-256 of the token of their feed, or empty.
CREATE TABLE reading_time (
  person_id      {int} NOT NULL PRIMARY KEY REFERENCES person (id),
  digest_minute  {int} NOT NULL,
  digest_weekday {int} NOT NULL,
  quiet_from     {int} NOT NULL,
  quiet_until    {int} NOT NULL,
  paused         {int} NOT NULL,
  feed_hash      {text_c} NOT NULL,
  feed_made_at   {int}
){strict};
CREATE UNIQUE INDEX reading_time_feed ON reading_time (feed_hash) WHERE feed_hash <> '';

-- How each record stood when it was last looked at for notices: what is news for whom is what differs from it. Derived
-- under the cursor "notices" of the change feed.
CREATE TABLE notice_record (
  record_id     {int} NOT NULL PRIMARY KEY REFERENCES record (id),
  revision_id   {int} NOT NULL,
  tlp           {int} NOT NULL,
  status        {int} NOT NULL,
  audience      {int} NOT NULL,
  audience_id   {int},
  owner_id      {int} NOT NULL,
  embargo_until {int},
  at            {int} NOT NULL
){strict};
CREATE INDEX notice_record_embargo ON notice_record (embargo_until) WHERE embargo_until IS NOT NULL;

-- A letter of notices that went into the post: by the token in it (SHA-256 here) one unsubscribes without signing in.
-- `subscription_id`: of a test letter, which has no notices.
CREATE TABLE notice_letter (
  id              {serial},
  person_id       {int} NOT NULL REFERENCES person (id),
  token_hash      {text_c} NOT NULL,
  sent_at         {int} NOT NULL,
  subscription_id {int}
){strict};
CREATE UNIQUE INDEX notice_letter_token ON notice_letter (token_hash);
CREATE INDEX notice_letter_of ON notice_letter (person_id, id);

-- That a change is told to a person: once, however many subscriptions ask for it. `what`: 1 new, 2 changed, 3 withdrawn;
-- `withdrawal` is 1 with the last alone. `state`: 1 waiting, 2 sent, 3 dropped. `why`: names of the subscriptions, JSON.
CREATE TABLE notice (
  id              {serial},
  person_id       {int} NOT NULL REFERENCES person (id),
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  record_id       {int} NOT NULL REFERENCES record (id),
  revision_id     {int} NOT NULL REFERENCES revision (id),
  withdrawal      {int} NOT NULL,
  what            {int} NOT NULL,
  state           {int} NOT NULL,
  dropped_because {int} NOT NULL,
  pace            {int} NOT NULL,
  mail            {int} NOT NULL,
  feed            {int} NOT NULL,
  hook            {int} NOT NULL,
  why             {text} NOT NULL,
  changed_at      {int} NOT NULL,
  noticed_at      {int} NOT NULL,
  due_at          {int} NOT NULL,
  settled_at      {int},
  letter_id       {int} REFERENCES notice_letter (id)
){strict};
CREATE UNIQUE INDEX notice_once ON notice (person_id, record_id, revision_id, withdrawal);
CREATE INDEX notice_due ON notice (due_at, person_id) WHERE state = 1;
CREATE INDEX notice_listed ON notice (person_id, id);
CREATE INDEX notice_letter_notices ON notice (letter_id) WHERE letter_id IS NOT NULL;

CREATE TABLE notice_subscription (
  notice_id       {int} NOT NULL REFERENCES notice (id) ON DELETE CASCADE,
  subscription_id {int} NOT NULL REFERENCES subscription (id) ON DELETE CASCADE,
  PRIMARY KEY (notice_id, subscription_id)
){strict_rowless};
CREATE INDEX notice_subscription_of ON notice_subscription (subscription_id);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
