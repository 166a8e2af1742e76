#include "store/migrations/list.hpp"

namespace tocsin::store {

// Subscriptions to what has newly to do with what one's organisation shared (engine/notify/connections.hpp). Their
// notices are rows of `notice`, with 4 for `what`.
constinit const Migration kMigration0052SubscribedConnections{
    .number = 52,
    .name = "subscribed_connections",
    .common = R"sql(
ALTER TABLE subscription ADD COLUMN connections {int} NOT NULL DEFAULT 0;
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
