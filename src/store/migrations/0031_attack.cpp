#include "store/migrations/list.hpp"

namespace tocsin::store {

// What is derived of ATT&CK and of what names it, from the change feed (engine/threat/attack_indexer.hpp). All of it
// may be emptied and derived anew.
constinit const Migration kMigration0031Attack{
    .number = 31,
    .name = "attack",
    .common = R"sql(
-- attack_id: "T0855"; of a matrix its domain; empty for relationships and releases. kind:
-- formats::attack::Kind. in_force: 0 where it is revoked or deprecated.
CREATE TABLE attack_object (
  record_id {int} NOT NULL PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
  attack_id {text_c} NOT NULL,
  kind      {int} NOT NULL,
  in_force  {int} NOT NULL,
  version   {text_c} NOT NULL
){strict};
CREATE INDEX attack_object_id ON attack_object (attack_id);
CREATE INDEX attack_object_kind ON attack_object (kind, attack_id);

-- Where a technique stands, which column a tactic is, and which chain of columns a matrix has (phase: empty).
CREATE TABLE attack_phase (
  chain     {text_c} NOT NULL,
  phase     {text_c} NOT NULL,
  record_id {int} NOT NULL REFERENCES record (id) ON DELETE CASCADE,
  PRIMARY KEY (chain, phase, record_id)
){strict_rowless};
CREATE INDEX attack_phase_record ON attack_phase (record_id);

-- What names something of ATT&CK and is no part of it. named: an ATT&CK id or a STIX id, whether it is here or not.
-- by_id: STIX id of the other end, where the record is a relationship and it is that end which has to do with it.
CREATE TABLE attack_mention (
  named     {text_c} NOT NULL,
  record_id {int} NOT NULL REFERENCES record (id) ON DELETE CASCADE,
  by_id     {text_c} NOT NULL,
  PRIMARY KEY (named, record_id, by_id)
){strict_rowless};
CREATE INDEX attack_mention_record ON attack_mention (record_id);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
