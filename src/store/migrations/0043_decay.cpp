#include "store/migrations/list.hpp"

namespace tocsin::store {

// What the present confidence of indicators is computed of (engine/threat/decay.hpp). Derived, but for the rules, which
// are the house's settings.
constinit const Migration kMigration0043Decay{
    .number = 43,
    .name = "decay",
    .common = R"sql(
-- Of indicators. kind: domain/decay.hpp. stated: 0 to 100; NULL where it states none. asserted: by itself.
CREATE TABLE stix_decay (
  record_id {int} NOT NULL PRIMARY KEY REFERENCES record (id) ON DELETE CASCADE,
  kind      {int} NOT NULL,
  stated    {int},
  asserted  {int} NOT NULL
){strict};

-- Sightings that say that an indicator was seen. record_id: the sighting, which whoever is told has to see.
CREATE TABLE stix_seen (
  indicator_id {text_c} NOT NULL,
  record_id    {int} NOT NULL REFERENCES record (id) ON DELETE CASCADE,
  seen_at      {int} NOT NULL,
  PRIMARY KEY (indicator_id, record_id)
){strict_rowless};
CREATE INDEX stix_seen_record ON stix_seen (record_id);

CREATE TABLE stix_decay_rule (
  kind             {int} NOT NULL PRIMARY KEY,
  days             {int} NOT NULL,
  speed_hundredths {int} NOT NULL,
  confidence       {int} NOT NULL,
  faded_below      {int} NOT NULL
){strict};
-- What follows of a rule: up to which age (microseconds) so many percent are left.
CREATE TABLE stix_decay_curve (
  kind    {int} NOT NULL,
  percent {int} NOT NULL,
  lasts   {int} NOT NULL,
  PRIMARY KEY (kind, percent)
){strict_rowless};
CREATE INDEX stix_decay_curve_lasts ON stix_decay_curve (kind, lasts, percent);
UPDATE derived_cursor SET sequence = 0 WHERE reader = 'threat';
)sql",
    .sqlite = "",
    .postgres = "",
};

}  // namespace tocsin::store
