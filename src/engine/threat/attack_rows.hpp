#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/threat/attack.hpp"

/// Reading rows of ATT&CK. Internal to engine/threat.
namespace tocsin::engine::threat {

// Over attack_object a, stix_object s of the same record, and record r.
#define TOCSIN_ATTACK_COLUMNS                                                                                   \
  "a.attack_id, a.kind, a.version, a.in_force, s.record_id, s.stix_id, s.type, s.name, s.created, s.modified, " \
  "s.confidence, s.revoked, r.tlp"
inline constexpr int kAttackColumns = 13;
#define TOCSIN_ATTACK_FROM \
  " FROM attack_object a JOIN stix_object s ON s.record_id = a.record_id JOIN record r ON r.id = a.record_id"

/// A relationship that the viewer may see and that is in force, and its ends.
struct Joint {
  std::int64_t record = 0;
  std::string verb, via, here, other;
};
/// Those that begin at (`outgoing`) or lead to one of these. A newer release of ATT&CK says of objects that they are
/// deprecated, but leaves relationships out: one that belongs to ATT&CK holds no more where a release names both ends
/// and no release names it. Only releases that the viewer may see count. Several questions of one step each: joined all
/// at once, planners begin anywhere.
Result<std::vector<Joint>> joints(store::Connection& connection, const domain::policy::Viewer& viewer,
                                  std::span<const std::string> from, bool outgoing, Timestamp now);

AttackRow read_attack_row(const store::Row& row, int at = 0);

}  // namespace tocsin::engine::threat
