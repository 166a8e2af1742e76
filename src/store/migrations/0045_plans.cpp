#include "store/migrations/list.hpp"

namespace tocsin::store {

// What ends by itself is looked for every few seconds, among all records there are. And SQLite plans without
// statistics, so that a statement is done in the way that was measured (decision 0046): those that earlier releases
// made go.
constinit const Migration kMigration0045Plans{
    .number = 45,
    .name = "plans",
    .common = R"sql(
CREATE INDEX record_embargo ON record (embargo_until) WHERE embargo_until IS NOT NULL;
)sql",
    .sqlite = R"sql(
DROP TABLE IF EXISTS sqlite_stat1;
)sql",
    .postgres = "",
};

}  // namespace tocsin::store
