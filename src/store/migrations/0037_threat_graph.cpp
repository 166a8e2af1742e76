#include "store/migrations/list.hpp"

namespace tocsin::store {

// How STIX objects refer to each other, as an edge each, and when what they speak of happened. Derived of them from the
// change feed (engine/threat/indexer.hpp): all of it may be emptied and derived anew.
constinit const Migration kMigration0037ThreatGraph{
    .number = 37,
    .name = "threat_graph",
    .common = R"sql(
-- verb: type of the relationship, or the property that refers. record_id: what says so, and has to be seen by whoever is
-- told of the edge: a relationship, a sighting, or the object that refers. via: STIX id of a relationship or a sighting;
-- empty for a property. Both ends are STIX ids, whether they are here or not.
CREATE TABLE stix_edge (
  from_id   {text_c} NOT NULL,
  to_id     {text_c} NOT NULL,
  verb      {text_c} NOT NULL,
  record_id {int} NOT NULL REFERENCES record (id) ON DELETE CASCADE,
  via       {text_c} NOT NULL,
  PRIMARY KEY (from_id, to_id, verb, record_id)
){strict_rowless};
-- All that is asked for stands in the index.
CREATE INDEX stix_edge_to ON stix_edge (to_id, from_id, verb, record_id, via);
CREATE INDEX stix_edge_record ON stix_edge (record_id);

-- Of objects that say it: when something was seen or observed first and last, or when a report was published.
CREATE TABLE stix_time (
  record_id {int} NOT NULL PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
  began     {int},
  ended     {int}
){strict};
UPDATE derived_cursor SET sequence = 0 WHERE reader = 'threat';
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
