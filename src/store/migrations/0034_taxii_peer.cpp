#include "store/migrations/list.hpp"

namespace tocsin::store {

constinit const Migration kMigration0034TaxiiPeer{
    .number = 34,
    .name = "taxii_peer",
    .common = R"sql(
-- Collections of other TAXII servers that are read here (exchange/peer_poller.hpp). url: of the collection. auth: none,
-- basic, bearer; `secret` is sealed. markings: JSON, TLP by the id of a marking definition. trust: own, all.
-- Where reading stands: added_after and next go into the next question; reached: the latest date_added that was told;
-- page_limit: objects asked for at once; reading_all_since: it is being read from the beginning. busy_until is the lease
-- of who is reading, and changes with every page; failures counts tries in a row that failed. fault: what its server does
-- wrong and was coped with.
CREATE TABLE taxii_peer (
  id                {serial},
  uuid              {text_c} NOT NULL,
  name              {text} NOT NULL,
  folded_name       {text_c} NOT NULL,
  url               {text_c} NOT NULL,
  auth              {text_c} NOT NULL,
  account           {text} NOT NULL,
  secret            {text_c} NOT NULL,
  owner_id          {int} NOT NULL REFERENCES organisation (id),
  tlp_default       {int} NOT NULL,
  tlp_max           {int} NOT NULL,
  markings          {text} NOT NULL,
  trust             {text_c} NOT NULL,
  every_minutes     {int} NOT NULL,
  all_every_days    {int} NOT NULL,
  enabled           {int} NOT NULL,
  created_at        {int} NOT NULL,
  added_after       {text_c} NOT NULL,
  next              {text} NOT NULL,
  reached           {text_c} NOT NULL,
  page_limit        {int} NOT NULL,
  reading_all_since {int},
  read_all_at       {int},
  busy_until        {int} NOT NULL,
  next_run_at       {int} NOT NULL,
  failures          {int} NOT NULL,
  problem           {text} NOT NULL,
  fault             {text} NOT NULL,
  succeeded_at      {int},
  failed_at         {int},
  stored            {int} NOT NULL,
  unchanged         {int} NOT NULL,
  refused           {int} NOT NULL,
  above             {int} NOT NULL,
  held              {int} NOT NULL
){strict};
CREATE UNIQUE INDEX taxii_peer_uuid ON taxii_peer (uuid);
CREATE UNIQUE INDEX taxii_peer_name ON taxii_peer (folded_name);
CREATE INDEX taxii_peer_due ON taxii_peer (enabled, next_run_at);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
