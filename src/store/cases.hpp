#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/case.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// Cases and who takes part. Rules and permissions: engine/cases.
class Cases {
 public:
  explicit Cases(Connection& connection) : connection_(connection) {}
  Result<std::optional<domain::Case>> find(domain::CaseId id);
  /// By number, as parse_case_number gives it.
  Result<std::optional<domain::Case>> find(std::string_view number);
  /// All but id. Nothing where the number is taken.
  Result<std::optional<domain::CaseId>> insert(const domain::Case& it);
  /// Title, state, closed_at.
  Status update(const domain::Case& it);
  /// Newest first: all, or these.
  Result<std::vector<domain::Case>> all();
  Result<std::vector<domain::Case>> among(std::span<const domain::CaseId> ids);
  /// By part, then when they were added.
  Result<std::vector<domain::CaseParticipant>> participants(domain::CaseId id);
  Result<std::int64_t> participant_count(domain::CaseId id);
  /// Number of rows: 0 where it takes part already.
  Result<std::int64_t> add(domain::CaseId id, const domain::CaseParticipant& participant);
  /// The same participant in another part.
  Status set_part(domain::CaseId id, const domain::Grantee& who, domain::CasePart part);
  Result<std::int64_t> remove(domain::CaseId id, const domain::Grantee& who);
  /// In which it takes part, sorted: for the viewer.
  Result<std::vector<domain::CaseId>> of(const domain::Grantee& who);

  // For an organisation that leaves.
  Result<std::int64_t> owned(domain::OrganisationId owner);
  /// Its cases become the heir's, which takes part in them as coordinator from then on.
  Status hand_on(domain::OrganisationId from, domain::OrganisationId to, Timestamp now);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
