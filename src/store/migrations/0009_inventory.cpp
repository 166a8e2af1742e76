#include "store/migrations/list.hpp"

namespace tocsin::store {

constinit const Migration kMigration0009Inventory{
    .number = 9,
    .name = "inventory",
    .common = R"sql(
-- What an organisation has in its plants (formats/inventory/item.hpp). Lists are JSON. `asset_key` names it within the
-- organisation; `row_version` grows with each change; `due` says that the matcher has not seen it since a change.
CREATE TABLE asset (
  id              {serial},
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  asset_key       {text_c} NOT NULL,
  label           {text_c} NOT NULL,
  folded_label    {text_c} NOT NULL,
  search_text     {text_c} NOT NULL,
  item_key        {text} NOT NULL,
  name            {text} NOT NULL,
  vendor          {text_c} NOT NULL,
  family          {text} NOT NULL,
  product         {text} NOT NULL,
  model           {text} NOT NULL,
  hardware        {text} NOT NULL,
  versions        {text} NOT NULL,
  serial          {text} NOT NULL,
  cpe             {text} NOT NULL,
  purls           {text} NOT NULL,
  hashes          {text} NOT NULL,
  addresses       {text} NOT NULL,
  site            {text_c} NOT NULL,
  zone            {text_c} NOT NULL,
  conduit         {text} NOT NULL,
  purdue_level    {text} NOT NULL,
  criticality     {text_c} NOT NULL,
  exposure        {text_c} NOT NULL,
  safety          {text} NOT NULL,
  environment     {text} NOT NULL,
  production      {text} NOT NULL,
  owner           {text} NOT NULL,
  next_outage     {text} NOT NULL,
  tags            {text} NOT NULL,
  others          {text} NOT NULL,
  digest          {text_c} NOT NULL,
  identity        {text_c} NOT NULL,
  row_version     {int} NOT NULL,
  due             {int} NOT NULL,
  added_at        {int} NOT NULL,
  changed_at      {int} NOT NULL
){strict};
CREATE UNIQUE INDEX asset_by_key ON asset (organisation_id, asset_key);
CREATE INDEX asset_by_label ON asset (organisation_id, folded_label, id);
CREATE INDEX asset_by_vendor ON asset (organisation_id, vendor, id);
CREATE INDEX asset_by_site ON asset (organisation_id, site, id);
CREATE INDEX asset_by_zone ON asset (organisation_id, zone, id);
CREATE INDEX asset_by_exposure ON asset (organisation_id, exposure, id);
CREATE INDEX asset_by_criticality ON asset (organisation_id, criticality, id);
CREATE INDEX asset_by_changed ON asset (organisation_id, changed_at, id);
CREATE INDEX asset_by_identity ON asset (organisation_id, identity, id);
CREATE INDEX asset_due ON asset (id) WHERE due = 1;

-- What an advisory says of an asset. Derived (engine/exposure/runs.hpp); shown through the policy of who looks.
-- `found_*` is what the matcher said, status and confidence what counts once a person's verdict is heard. `state` is
-- that of the whole advisory, from asset_state.
CREATE TABLE asset_match (
  asset_id         {int} NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
  record_id        {int} NOT NULL,
  organisation_id  {int} NOT NULL,
  status           {int} NOT NULL,
  found_status     {int} NOT NULL,
  confidence       {int} NOT NULL,
  found_confidence {int} NOT NULL,
  product_ids      {text} NOT NULL,
  product_keys     {text} NOT NULL,
  cves             {text} NOT NULL,
  because          {text} NOT NULL,
  found_because    {text} NOT NULL,
  question         {text} NOT NULL,
  digest           {text_c} NOT NULL,
  verdict          {int} NOT NULL,
  decision         {text} NOT NULL,
  state            {int} NOT NULL,
  state_until      {int},
  found_at         {int} NOT NULL,
  changed_at       {int} NOT NULL,
  PRIMARY KEY (asset_id, record_id)
){strict_rowless};
CREATE INDEX asset_match_listed ON asset_match (organisation_id, status, record_id, asset_id);
CREATE INDEX asset_match_by_record ON asset_match (record_id, asset_id);
CREATE INDEX asset_match_by_advisory ON asset_match (organisation_id, record_id, status, asset_id);

-- What was done about it, by whom: only ever added to; `is_current` marks the newest of each asset, record and
-- vulnerability ("" is the advisory as a whole).
CREATE TABLE asset_state (
  id              {serial},
  organisation_id {int} NOT NULL,
  asset_id        {int} NOT NULL REFERENCES asset (id) ON DELETE CASCADE,
  record_id       {int} NOT NULL,
  vulnerability   {text_c} NOT NULL,
  state           {int} NOT NULL,
  person_id       {int} REFERENCES person (id),
  at              {int} NOT NULL,
  evidence        {text} NOT NULL,
  until           {int},
  is_current      {int} NOT NULL
){strict};
CREATE INDEX asset_state_current ON asset_state (asset_id, record_id, is_current);
CREATE INDEX asset_state_person ON asset_state (person_id);

-- What people said of matches: confirmed and rejected for one asset and record; never for every asset of an identity
-- (vendor, product, model) and an advisory's product, whatever the advisory.
CREATE TABLE asset_verdict (
  id              {serial},
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  verdict         {int} NOT NULL,
  asset_id        {int} REFERENCES asset (id) ON DELETE CASCADE,
  record_id       {int},
  identity        {text_c} NOT NULL,
  product_key     {text_c} NOT NULL,
  reason          {text} NOT NULL,
  person_id       {int} REFERENCES person (id),
  at              {int} NOT NULL
){strict};
CREATE UNIQUE INDEX asset_verdict_of_asset ON asset_verdict (asset_id, record_id) WHERE asset_id IS NOT NULL;
CREATE UNIQUE INDEX asset_verdict_never ON asset_verdict (organisation_id, identity, product_key)
  WHERE asset_id IS NULL;

-- What the columns of an organisation's files mean, by folded header.
CREATE TABLE inventory_mapping (
  id              {serial},
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  header          {text_c} NOT NULL,
  field           {text_c} NOT NULL
){strict};
CREATE UNIQUE INDEX inventory_mapping_header ON inventory_mapping (organisation_id, header);

-- A file between its upload and the confirmation: for who sent it, for a while.
CREATE TABLE inventory_upload (
  id              {text_c} NOT NULL PRIMARY KEY,
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  person_id       {int} REFERENCES person (id),
  file_name       {text} NOT NULL,
  bytes           {blob} NOT NULL,
  sent_at         {int} NOT NULL
){strict};
CREATE INDEX inventory_upload_age ON inventory_upload (sent_at);

-- That the CERT may read an inventory, as a whole ("") or one site of it. Rows stay, for who asks later.
CREATE TABLE inventory_grant (
  id              {serial},
  organisation_id {int} NOT NULL REFERENCES organisation (id),
  site            {text_c} NOT NULL,
  reason          {text} NOT NULL,
  granted_by      {int} REFERENCES person (id),
  granted_at      {int} NOT NULL,
  revoked_by      {int} REFERENCES person (id),
  revoked_at      {int}
){strict};
CREATE INDEX inventory_grant_of ON inventory_grant (organisation_id, id);

-- Where matching stands in the change feed: changes up to `sequence` are done; those up to `until` are being matched,
-- against assets up to `asset_id` already.
CREATE TABLE exposure_cursor (
  name     {text_c} NOT NULL PRIMARY KEY,
  sequence {int} NOT NULL,
  until    {int} NOT NULL,
  asset_id {int} NOT NULL
){strict};
INSERT INTO exposure_cursor (name, sequence, until, asset_id) VALUES ('advisories', 0, 0, 0);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
