#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "domain/organisation.hpp"
#include "domain/person.hpp"
#include "domain/record.hpp"

/// A case: work in progress that several parties share, with its own list of who takes part. What is addressed to a
/// case reaches its participants (domain/policy.hpp). The parts are those of ISO/IEC 29147 and 30111.
namespace tocsin::domain {

struct CaseId {
  std::int64_t value = 0;
  friend auto operator<=>(const CaseId&, const CaseId&) = default;
};

/// Stored as its number; only ever added to.
enum class CaseKind { coordination = 1, incident = 2 };
std::span<const CaseKind> all_case_kinds() noexcept;
std::string_view slug(CaseKind kind) noexcept;       ///< "coordination": for JSON and the command line.
std::string_view to_string(CaseKind kind) noexcept;  ///< "vulnerability coordination"
std::optional<CaseKind> parse_case_kind(std::string_view slug) noexcept;

/// Closed when its work is done. Its participants stay who they are, and go on seeing what was shared with them.
enum class CaseState { open = 1, closed = 2 };  ///< Stored as its number; only ever added to.
std::string_view to_string(CaseState state) noexcept;
std::optional<CaseState> parse_case_state(std::string_view text) noexcept;

/// What somebody does in a case. Stored as its number; only ever added to.
enum class CasePart { coordinator = 1, reporter = 2, vendor = 3, asset_owner = 4, agency = 5, other = 6 };
std::span<const CasePart> all_case_parts() noexcept;
std::string_view slug(CasePart part) noexcept;       ///< "asset-owner"
std::string_view to_string(CasePart part) noexcept;  ///< "asset owner"
std::optional<CasePart> parse_case_part(std::string_view slug) noexcept;

struct Case {
  CaseId id;           ///< Shown to nobody: it would tell how many there are.
  std::string number;  ///< "CASE-2026-48213", unique: the year it was opened, and random digits.
  std::string uuid;
  CaseKind kind = CaseKind::coordination;
  std::string title;
  CaseState state = CaseState::open;
  OrganisationId owner = kOwnOrganisation;  ///< Its handlers keep the case. Always a participant, as coordinator.
  Timestamp opened_at;
  std::optional<Timestamp> closed_at;
};

struct CaseParticipant {
  Grantee who;  ///< An organisation or a person.
  CasePart part = CasePart::other;
  Timestamp added_at;
  std::optional<PersonId> added_by;  ///< Absent: at the console.
};

/// "CASE-2026-48213" of a year and its digits.
std::string case_number(int year, std::string_view digits);
/// In capitals where it looks like a case's number, else nullopt.
std::optional<std::string> parse_case_number(std::string_view text);

}  // namespace tocsin::domain
