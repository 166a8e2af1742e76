#include "store/migrations/list.hpp"

namespace tocsin::store {

// A page of TAXII reads all that it needs of versions from the index that has their order.
constinit const Migration kMigration0047TaxiiPages{
    .number = 47,
    .name = "taxii_pages",
    .common = R"sql(
DROP INDEX taxii_version_added;
CREATE INDEX taxii_version_added ON taxii_version (added, revision_id, record_id, type, version_at);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
