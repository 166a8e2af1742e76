#include "domain/policy.hpp"

#include <fmt/format.h>

namespace tocsin::domain::policy {
namespace {

/// Widest marking and audience that a viewer who does not own a record may read. Both forms of the policy stand on this
/// one table.
struct Reach {
  Tlp tlp_max;
  Audience audience_max;
};
Reach reach_of(const Viewer& viewer) noexcept {
  if (viewer.organisation) return {Tlp::green, Audience::members};
  return {Tlp::clear, Audience::everyone};
}

}  // namespace

std::string Viewer::cache_key() const {
  if (!person && !organisation) return "anonymous";
  return fmt::format("p{}o{}", person ? person->value : 0, organisation ? organisation->value : 0);
}

Facts facts_of(const Record& record) {
  return {record.tlp, record.status, record.audience, record.owner, record.embargo_until};
}

bool may_see(const Viewer& viewer, const Facts& facts, Timestamp now) noexcept {
  if (viewer.organisation && *viewer.organisation == facts.owner) return true;
  const Reach reach = reach_of(viewer);
  return facts.status != RecordStatus::draft && facts.tlp <= reach.tlp_max && facts.audience <= reach.audience_max &&
         (!facts.embargo_until || *facts.embargo_until <= now);
}

SqlCondition visible_sql(const Viewer& viewer, Timestamp now) {
  const Reach reach = reach_of(viewer);
  SqlCondition condition{
      "r.status <> ? AND r.tlp <= ? AND r.audience <= ? AND (r.embargo_until IS NULL OR r.embargo_until <= ?)",
      {static_cast<std::int64_t>(RecordStatus::draft), static_cast<std::int64_t>(reach.tlp_max),
       static_cast<std::int64_t>(reach.audience_max), now.micros}};
  if (viewer.organisation) {
    condition.text = "r.owner_id = ? OR (" + condition.text + ")";
    condition.parameters.insert(condition.parameters.begin(), viewer.organisation->value);
  }
  return condition;
}

}  // namespace tocsin::domain::policy
