#pragma once
#include "base/result.hpp"
#include "domain/record.hpp"
#include "store/database.hpp"

/// Derives the tables of ATT&CK (migration 0031) from the change feed: what is of the knowledge base, and which STIX
/// objects and advisories name something of it. Under cursors of its own. Internal to engine/threat: the functions of
/// indexer.hpp run it.
namespace tocsin::engine::threat {

Status index_attack(store::Database& database);
/// Both within a transaction.
Status forget_attack(store::Connection& connection, domain::RecordId record);
Status reset_attack(store::Connection& connection);

}  // namespace tocsin::engine::threat
