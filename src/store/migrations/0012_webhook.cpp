#include "store/migrations/list.hpp"

namespace tocsin::store {

constinit const Migration kMigration0012Webhook{
    .number = 12,
    .name = "webhook",
    .common = R"sql(
-- Where programs of organisations are told what is new. An endpoint is told what its person would be told, acting for
-- its organisation. `secret` is sealed, as is `former_secret`, by which is signed as well until `former_until`.
-- `busy_until` is the lease of who is sending to it, and how long it is left alone after it failed; `failures` counts
-- attempts in a row that failed on its side.
CREATE TABLE webhook (
  id              {serial},
  uuid            {text_c} NOT NULL,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  person_id       {int} NOT NULL REFERENCES person (id),
  name            {text} NOT NULL,
  url             {text_c} NOT NULL,
  secret          {text_c} NOT NULL,
  former_secret   {text_c} NOT NULL,
  former_until    {int},
  enabled         {int} NOT NULL,
  disabled_reason {text} NOT NULL,
  created_at      {int} NOT NULL,
  busy_until      {int} NOT NULL,
  failures        {int} NOT NULL,
  succeeded_at    {int},
  failed_at       {int}
){strict};
CREATE UNIQUE INDEX webhook_uuid ON webhook (uuid);
CREATE INDEX webhook_organisation ON webhook (organisation_id, person_id);
CREATE INDEX webhook_person ON webhook (person_id);

-- One event for one endpoint. `message_id` is the same at every attempt. `state`: 1 waiting, 2 delivered, 3 dead.
CREATE TABLE webhook_delivery (
  id           {serial},
  webhook_id   {int} NOT NULL REFERENCES webhook (id),
  event_id     {text_c} NOT NULL,
  message_id   {text_c} NOT NULL,
  type         {text_c} NOT NULL,
  payload      {text} NOT NULL,
  state        {int} NOT NULL,
  attempts     {int} NOT NULL,
  created_at   {int} NOT NULL,
  next_try_at  {int} NOT NULL,
  expires_at   {int} NOT NULL,
  delivered_at {int},
  last_status  {int},
  problem      {text} NOT NULL,
  UNIQUE (webhook_id, event_id)
){strict};
CREATE UNIQUE INDEX webhook_delivery_message ON webhook_delivery (message_id);
CREATE INDEX webhook_delivery_due ON webhook_delivery (state, next_try_at);
CREATE INDEX webhook_delivery_list ON webhook_delivery (webhook_id, state, next_try_at);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
