#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

/// What people say of a match between an advisory and something in their plant.
namespace tocsin::domain {

/// What has been done about it (CSAF 2.1 section 9.1.13). Stored as its number.
enum class RemediationState : std::uint8_t {
  open = 0,         ///< Not remediated: nobody has begun.
  in_progress = 1,  ///< Somebody is at it.
  done = 2,         ///< Patched, mitigated or taken out of service.
  accepted = 3      ///< The risk is borne, until a day where one was said.
};
std::span<const RemediationState> all_remediation_states() noexcept;
std::string_view to_string(RemediationState state) noexcept;  ///< "in_progress"
std::optional<RemediationState> parse_remediation_state(std::string_view text) noexcept;

/// Whether it is a match at all. Stored as its number.
enum class MatchVerdict : std::uint8_t {
  none = 0,
  confirmed = 1,  ///< It is this product.
  rejected = 2,   ///< It is not, in this advisory.
  never = 3       ///< Things of this kind are never this product, whatever the advisory.
};
std::string_view to_string(MatchVerdict verdict) noexcept;  ///< "rejected"
std::optional<MatchVerdict> parse_match_verdict(std::string_view text) noexcept;

}  // namespace tocsin::domain
