#include "store/migrations/list.hpp"

namespace tocsin::store {

// Keys come in no order: each index over them writes to pages all over it. One that begins with the key says of an
// issuer's record and of all issuers' alike, whatever else is asked.
constinit const Migration kMigration0046RecordIdentity{
    .number = 46,
    .name = "record_identity",
    .common = R"sql(
DROP INDEX record_by_key;
DROP INDEX record_identity;
CREATE UNIQUE INDEX record_identity ON record (record_key, kind, issuer);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
