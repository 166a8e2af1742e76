#include "store/migrations/list.hpp"

namespace tocsin::store {

// Not only collections of TAXII are read by schedule. kind: taxii, news, misp, list. etag, last_modified: what the
// server said of the document that was read to its end, and what it is asked by whether there is another; as it wrote
// them. taxii_peer_event: of a MISP feed, the events that were read: told_at is the timestamp (seconds) that its
// manifest gave them, read_at when that was.
constinit const Migration kMigration0042PeerKinds{
    .number = 42,
    .name = "peer_kinds",
    .common = R"sql(
ALTER TABLE taxii_peer ADD COLUMN kind {text_c} NOT NULL DEFAULT 'taxii';
ALTER TABLE taxii_peer ADD COLUMN etag {text_c} NOT NULL DEFAULT '';
ALTER TABLE taxii_peer ADD COLUMN last_modified {text_c} NOT NULL DEFAULT '';
CREATE TABLE taxii_peer_event (
  id         {id},
  peer_id    {int} NOT NULL REFERENCES taxii_peer (id),
  event_uuid {text_c} NOT NULL,
  told_at    {int} NOT NULL,
  read_at    {int} NOT NULL
){strict};
CREATE UNIQUE INDEX taxii_peer_event_uuid ON taxii_peer_event (peer_id, event_uuid);
CREATE INDEX removed_document_key ON removed_document (record_key);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
