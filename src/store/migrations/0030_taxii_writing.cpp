#include "store/migrations/list.hpp"

namespace tocsin::store {

// What programs write by TAXII 2.1 (engine/taxii, exchange/taxii_add.hpp).
constinit const Migration kMigration0030TaxiiWriting{
    .number = 30,
    .name = "taxii_writing",
    .common = R"sql(
-- Who adds objects to a collection: JSON (engine/taxii/collections.hpp). Without a row: nobody.
CREATE TABLE taxii_writer (
  collection_id {text_c} NOT NULL PRIMARY KEY REFERENCES taxii_collection (id) ON DELETE CASCADE,
  writers       {text} NOT NULL
){strict};

-- What became of a request that added objects, for whoever sent it, until expires_at. body: the status resource, JSON.
CREATE TABLE taxii_status (
  id              {text_c} NOT NULL PRIMARY KEY,
  root            {text_c} NOT NULL,
  collection_id   {text_c} NOT NULL,
  person_id       {int} NOT NULL,
  organisation_id {int} NOT NULL,
  requested_at    {int} NOT NULL,
  expires_at      {int} NOT NULL,
  body            {text} NOT NULL
){strict};
CREATE INDEX taxii_status_expires ON taxii_status (expires_at);
CREATE INDEX taxii_status_person ON taxii_status (person_id);

-- What organisations add is theirs under an issuer of their own, so that nobody writes upon another's: whether an id is
-- here already is asked without the issuer.
CREATE INDEX record_by_key ON record (record_key);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
