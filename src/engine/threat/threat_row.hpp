#pragma once
#include "engine/threat/threats.hpp"

/// Headers of objects out of the tables `stix_object s` and `record r`. Internal to engine/threat.
namespace tocsin::engine::threat {

#define TOCSIN_THREAT_COLUMNS                                                                                      \
  "s.record_id, s.stix_id, s.type, s.name, s.created, s.modified, s.confidence, s.revoked, r.tlp, s.valid_until, " \
  "s.sort_name"
inline constexpr int kThreatColumns = 11;

inline ThreatRow read_threat_row(const store::Row& row, int at = 0) {
  const auto time_unless_none = [](std::int64_t micros) {
    return micros == 0 ? std::nullopt : std::optional{Timestamp{micros}};
  };
  return {.record = {row.integer(at)},
          .id = row.string(at + 1),
          .type = row.string(at + 2),
          .name = row.string(at + 3),
          .created = time_unless_none(row.integer(at + 4)),
          .modified = time_unless_none(row.integer(at + 5)),
          .confidence = row.optional_integer(at + 6),
          .revoked = row.boolean(at + 7),
          .tlp = static_cast<domain::Tlp>(row.integer(at + 8)),
          .valid_until = row.optional_time(at + 9)};
}

}  // namespace tocsin::engine::threat
