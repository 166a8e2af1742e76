#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "domain/case.hpp"
#include "domain/community.hpp"
#include "domain/record.hpp"
#include "domain/role.hpp"

/// Who may see what, decided here and nowhere else. Two forms that a property test holds equal: a predicate for one
/// object, an SQL condition for lists, counts, searches and feeds. What a viewer may not see does not exist for them.
namespace tocsin::domain::policy {

/// One record that a person opened by breaking the glass, beside what the policy shows them.
struct Glass {
  RecordId record;
  std::int64_t grant = 0;  ///< Number of the grant (store/glass.hpp).
  Timestamp until;         ///< In force before it.
  friend auto operator<=>(const Glass&, const Glass&) = default;
};

/// For whom a request is answered. Made from a session or token by engine/identity, which resolves what stands in the
/// database (active organisation, roles, communities) once.
struct Viewer {
  std::optional<PersonId> person;
  /// The one they act for. Set only while it is active and the person is in it.
  std::optional<OrganisationId> organisation;
  Roles roles;                            ///< Held in `organisation`.
  std::vector<CommunityId> communities;   ///< Open ones that list the organisation or the person. Sorted.
  std::vector<CaseId> cases;              ///< Open or closed, in which the organisation takes part. Sorted.
  std::vector<CaseId> cases_by_name;      ///< In which the person does. Sorted.
  std::vector<OrganisationId> providers;  ///< Organisations whose client `organisation` is (for AMBER). Sorted.
  std::vector<Glass> glass;               ///< What a session has opened. Sorted.
  /// Equal keys see equal things at an equal time: for caches and ETags.
  std::string cache_key() const;
  /// The grant through which this record is open to them at this moment, whatever else shows it.
  const Glass* open_glass(RecordId record, Timestamp now) const noexcept;
  static Viewer anonymous() { return {}; }
};

/// The part of a record that decides.
struct Facts {
  Tlp tlp = Tlp::clear;
  RecordStatus status = RecordStatus::published;
  Audience audience = Audience::everyone;
  OrganisationId owner;
  std::optional<Timestamp> embargo_until{};
  /// Audience::listed: whom the record is addressed to; else empty. Sorted, no repeats. Empty and listed: nobody.
  std::vector<Grantee> listed{};
  /// Whose facts they are; 0 where they stand for every record of these facts.
  RecordId record{};
  friend bool operator==(const Facts&, const Facts&) = default;
};
Facts facts_of(const Record& record);
/// Those of a revision of it: seen by whoever sees the record and may see these as well.
Facts facts_of(const Record& record, const Revision& revision);

/// Why somebody sees something, or why not: the first rule that decides, in the order in which they are asked.
enum class Reason {
  // seen
  public_record,       ///< CLEAR, for everyone, released.
  own_organisation,    ///< Their organisation owns it.
  own_handler,         ///< Owned draft or RED, and they handle such.
  member,              ///< GREEN (or CLEAR) addressed to everyone or members, and they are one.
  named_organisation,  ///< Listed by name.
  named_community,     ///< In a listed community.
  case_participant,    ///< Takes part in a listed case.
  client_of_named,     ///< AMBER: their provider is listed.
  named_person,        ///< Listed by name.
  broke_glass,         ///< Nothing of the above, but they broke the glass.
  // not seen
  draft,
  embargoed,
  not_addressed,   ///< Audience does not reach them.
  marking,         ///< Audience would, the marking does not.
  role_reads_none  ///< Auditor, or administrator and AMBER or above.
};
std::string_view to_string(Reason reason) noexcept;
struct Decision {
  bool seen = false;
  Reason reason = Reason::not_addressed;
  /// Which listed organisation, community, case or person decided; empty for the other reasons.
  std::optional<Grantee> through;
};

/// May the viewer know that this exists and read it? The table of rules stands in docs/policy.md and above the code.
Decision decide(const Viewer& viewer, const Facts& facts, Timestamp now) noexcept;
inline bool may_see(const Viewer& viewer, const Facts& facts, Timestamp now) noexcept {
  return decide(viewer, facts, now).seen;
}

/// Does the case exist for them? For those whom an AMBER+STRICT record addressed to it reaches.
bool knows_case(const Viewer& viewer, CaseId id) noexcept;

/// SQL text with '?' for each parameter, over the columns id, tlp, status, audience, audience_id, owner_id,
/// embargo_until of the record table under the alias `r`, and the table audience_grantee.
struct SqlCondition {
  std::string text;
  std::vector<std::variant<std::int64_t, std::string>> parameters;
};
SqlCondition visible_sql(const Viewer& viewer, Timestamp now);

}  // namespace tocsin::domain::policy
