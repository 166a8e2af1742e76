#pragma once
#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "formats/stix/facts.hpp"
#include "store/database.hpp"
#include "store/rows.hpp"

/// Derives the tables of ATT&CK (migration 0031) from the change feed: what is of the knowledge base, and which STIX
/// objects and advisories name something of it. Under cursors of its own. Internal to engine/threat: the functions of
/// indexer.hpp run it.
namespace tocsin::engine::threat {

/// The cursor over STIX objects.
inline constexpr std::string_view kAttackReader = "attack";

/// The rows of many objects, for who reads them anyway.
class AttackOfObjects {
 public:
  void derive(formats::stix::Node object, const formats::stix::Facts& facts, std::int64_t record);
  void derive_advisory(formats::stix::Node advisory, std::int64_t record);
  std::array<store::Rows*, 3> all() { return {&object_, &phase_, &mention_}; }

 private:
  void note_named(formats::stix::Node object, const formats::stix::Facts& facts);
  void walk(formats::stix::Node node, std::string_view by);
  void note(std::string_view named, std::string_view by);
  void add_mentions(std::int64_t record);

  store::Rows object_{store::Sql{"INSERT INTO attack_object (record_id, attack_id, kind, in_force, version) VALUES "}};
  store::Rows phase_{store::Sql{"INSERT INTO attack_phase (chain, phase, record_id) VALUES "}};
  store::Rows mention_{store::Sql{"INSERT INTO attack_mention (named, record_id, by_id) VALUES "}};
  std::set<std::pair<std::string, std::string>> mentions_;
};
/// The statements that take a record's rows away.
void append_attack_delete(std::int64_t record, std::vector<store::Sql>& out);

Status index_attack(store::Database& database);
/// Both within a transaction.
Status forget_attack(store::Connection& connection, domain::RecordId record);
Status reset_attack(store::Connection& connection);

}  // namespace tocsin::engine::threat
