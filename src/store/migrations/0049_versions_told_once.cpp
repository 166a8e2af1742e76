#include "store/migrations/list.hpp"

namespace tocsin::store {

// Objects that came in STIX 2.0 as well as in 2.1 were told twice by TAXII. standing 2: conflicting, which is told to
// nobody.
constinit const Migration kMigration0049VersionsToldOnce{
    .number = 49,
    .name = "versions_told_once",
    .common = R"sql(
DELETE FROM taxii_version WHERE revision_id IN (
  SELECT v.id FROM revision v WHERE v.format = 'stix-2.0' AND EXISTS (
    SELECT 1 FROM revision w WHERE w.record_id = v.record_id AND w.released_at = v.released_at AND
      w.format = 'stix-2.1' AND w.standing <> 2));
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
