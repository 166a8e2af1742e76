#pragma once
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "domain/record.hpp"

/// Who may see what, decided here and nowhere else. Two forms that a property test holds equal: a predicate for one
/// object, an SQL condition for lists, counts, searches and feeds. What a viewer may not see does not exist for them.
namespace tocsin::domain::policy {

/// For whom a request is answered. Until sign-in exists everyone is anonymous, but every read passes through here.
struct Viewer {
  std::optional<PersonId> person;
  std::optional<OrganisationId> organisation;  ///< The one they act for.
  /// Equal keys see equal things at an equal time: for caches and ETags.
  std::string cache_key() const;
  static Viewer anonymous() { return {}; }
};

/// The part of a record that decides.
struct Facts {
  Tlp tlp = Tlp::clear;
  RecordStatus status = RecordStatus::published;
  Audience audience = Audience::everyone;
  OrganisationId owner;
  std::optional<Timestamp> embargo_until;
};
Facts facts_of(const Record& record);

/// May the viewer know that this exists and read it?
/// Owner organisation: always. Others: only published (or withdrawn: the notice stays readable), not under embargo,
/// addressed to them, and marked no narrower than they may read: anonymous CLEAR; members of any organisation GREEN.
bool may_see(const Viewer& viewer, const Facts& facts, Timestamp now) noexcept;

/// SQL text with '?' for each parameter, over the columns tlp, status, audience, owner_id, embargo_until of the record
/// table under the alias `r`.
struct SqlCondition {
  std::string text;
  std::vector<std::variant<std::int64_t, std::string>> parameters;
};
SqlCondition visible_sql(const Viewer& viewer, Timestamp now);

}  // namespace tocsin::domain::policy
