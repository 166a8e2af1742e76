#pragma once
#include <string_view>

#include "engine/threat/attack.hpp"

/// Reading rows of ATT&CK. Internal to engine/threat.
namespace tocsin::engine::threat {

// Over attack_object a, stix_object s of the same record, and record r.
#define TOCSIN_ATTACK_COLUMNS                                                                                       \
  "a.attack_id, a.kind, a.version, a.in_force, s.record_id, s.stix_id, s.type, s.name, s.created, s.modified, "     \
  "s.confidence, s.revoked, r.tlp"
inline constexpr int kAttackColumns = 13;
#define TOCSIN_ATTACK_FROM \
  " FROM attack_object a JOIN stix_object s ON s.record_id = a.record_id JOIN record r ON r.id = a.record_id"

AttackRow read_attack_row(const store::Row& row, int at = 0);

}  // namespace tocsin::engine::threat
