#include "store/migrations/list.hpp"

namespace tocsin::store {

// Whoever derives from one kind of record reads its changes without walking those of the others.
constinit const Migration kMigration0021ChangeKind{
    .number = 21,
    .name = "change_kind",
    .common = R"sql(
ALTER TABLE change ADD COLUMN kind {int} NOT NULL DEFAULT 1;
CREATE INDEX change_kind ON change (kind, sequence);
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
