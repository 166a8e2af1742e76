#pragma once
#include <optional>
#include <string_view>

#include "formats/vex/claims.hpp"

/// What CSAF and CycloneDX call the same things, for the writer and the reader. Internal to formats/vex.
namespace tocsin::formats::vex {

inline constexpr std::string_view kTitle = "csaf:document:title";
inline constexpr std::string_view kTrackingId = "csaf:document:tracking:id";
inline constexpr std::string_view kTrackingVersion = "csaf:document:tracking:version";
inline constexpr std::string_view kTlp = "csaf:document:distribution:tlp:label";

/// CSAF's flags as CycloneDX's justifications; empty where none says the same.
inline std::string_view justification_of(std::string_view flag) noexcept {
  if (flag == "component_not_present" || flag == "vulnerable_code_not_present") return "code_not_present";
  if (flag == "vulnerable_code_not_in_execute_path") return "code_not_reachable";
  if (flag == "inline_mitigations_already_exist") return "protected_by_mitigating_control";
  return "";
}

/// And back.
inline std::string_view flag_of(std::string_view justification) noexcept {
  if (justification == "code_not_present") return "vulnerable_code_not_present";
  if (justification == "code_not_reachable") return "vulnerable_code_not_in_execute_path";
  if (justification.starts_with("protected_")) return "inline_mitigations_already_exist";
  return "";
}

inline std::string_view state_of(Status status) noexcept {
  switch (status) {
    case Status::affected:
      return "exploitable";
    case Status::not_affected:
      return "not_affected";
    case Status::fixed:
      return "resolved";
    case Status::under_investigation:
      break;
  }
  return "in_triage";
}

inline std::optional<Status> status_of(std::string_view state) noexcept {
  if (state == "exploitable") return Status::affected;
  if (state == "not_affected" || state == "false_positive") return Status::not_affected;
  if (state == "resolved" || state == "resolved_with_pedigree") return Status::fixed;
  if (state == "in_triage") return Status::under_investigation;
  return std::nullopt;
}

}  // namespace tocsin::formats::vex
