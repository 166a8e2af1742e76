#include "store/migrations/list.hpp"

namespace tocsin::store {

// What is derived of advisories from the change feed (engine/search/indexer.hpp): rows for lists and filters, tokens
// for full text, one packed row for the catalogue. All of it may be emptied and derived anew.
constinit const Migration kMigration0002Search{
    .number = 2,
    .name = "search",
    .common = R"sql(
-- open_name: the name comes from an advisory that everybody may read.
CREATE TABLE vendor (
  id         {id},
  vendor_key {text_c} NOT NULL,
  name       {text} NOT NULL,
  folded     {text_c} NOT NULL,
  open_name  {int} NOT NULL
){strict};
CREATE UNIQUE INDEX vendor_by_key ON vendor (vendor_key);

CREATE TABLE product (
  id          {id},
  vendor_id   {int} NOT NULL REFERENCES vendor (id),
  product_key {text_c} NOT NULL,
  name        {text} NOT NULL,
  open_name   {int} NOT NULL
){strict};
CREATE UNIQUE INDEX product_by_key ON product (vendor_id, product_key);

CREATE TABLE advisory (
  record_id           {int} NOT NULL PRIMARY KEY REFERENCES record (id),
  publisher           {text} NOT NULL,
  document_status     {text} NOT NULL,
  summary             {text} NOT NULL,
  severity            {int} NOT NULL,
  score_tenths        {int},
  has_fix             {int} NOT NULL,
  vulnerability_count {int} NOT NULL,
  product_count       {int} NOT NULL,
  vendors             {text} NOT NULL,
  sectors             {text} NOT NULL,
  cves                {text} NOT NULL
){strict};

CREATE TABLE advisory_vendor (
  vendor_id {int} NOT NULL REFERENCES vendor (id),
  record_id {int} NOT NULL REFERENCES record (id),
  spelling  {text_c} NOT NULL,
  PRIMARY KEY (vendor_id, record_id, spelling)
){strict_rowless};
CREATE INDEX advisory_vendor_record ON advisory_vendor (record_id);

CREATE TABLE advisory_product (
  record_id        {int} NOT NULL REFERENCES record (id),
  position         {int} NOT NULL,
  product_id       {int} NOT NULL REFERENCES product (id),
  version          {text} NOT NULL,
  version_original {text} NOT NULL,
  status           {int} NOT NULL,
  order_numbers    {text} NOT NULL,
  PRIMARY KEY (record_id, position)
){strict_rowless};
CREATE INDEX advisory_product_product ON advisory_product (product_id, record_id);

CREATE TABLE advisory_vulnerability (
  record_id    {int} NOT NULL REFERENCES record (id),
  position     {int} NOT NULL,
  vuln_id      {text_c} NOT NULL,
  title        {text} NOT NULL,
  cwes         {text} NOT NULL,
  score_tenths {int},
  severity     {int} NOT NULL,
  vector       {text} NOT NULL,
  has_fix      {int} NOT NULL,
  PRIMARY KEY (record_id, position)
){strict_rowless};
CREATE INDEX advisory_vulnerability_id ON advisory_vulnerability (vuln_id, record_id);

-- How often everything was derived anew ("epoch").
CREATE TABLE search_state (
  name  {text_c} NOT NULL PRIMARY KEY,
  value {int} NOT NULL
){strict};

CREATE TABLE advisory_catalogue (
  record_id {int} NOT NULL PRIMARY KEY REFERENCES record (id),
  packed    {blob} NOT NULL
){strict};
)sql",
    .sqlite = R"sql(
-- Tokens of our own making, joined by blanks: letters, digits, '_' and bytes above ASCII. The ascii tokenizer takes the
-- last as they are and splits exactly at the blanks.
CREATE VIRTUAL TABLE advisory_text USING fts5 (
  ids, title, vendors, products, versions, publisher, places, body,
  tokenize = "ascii tokenchars '_'", detail = 'full'
);
)sql",
    .postgres = R"sql(
CREATE TABLE advisory_text (
  record_id bigint PRIMARY KEY,
  terms     tsvector NOT NULL
);
CREATE INDEX advisory_text_terms ON advisory_text USING gin (terms) WITH (fastupdate = off);
)sql",
};

}  // namespace tocsin::store
