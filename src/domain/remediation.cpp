#include "domain/remediation.hpp"

#include <array>

namespace tocsin::domain {
namespace {

constexpr std::array kStates{RemediationState::open, RemediationState::in_progress, RemediationState::done,
                             RemediationState::accepted};
constexpr std::array<std::string_view, 4> kStateNames{"open", "in_progress", "done", "accepted"};
constexpr std::array<std::string_view, 4> kVerdictNames{"none", "confirmed", "rejected", "never"};

template <class T>
std::optional<T> parse(const std::array<std::string_view, 4>& names, std::string_view text) noexcept {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) return static_cast<T>(i);
  }
  return std::nullopt;
}

}  // namespace

std::span<const RemediationState> all_remediation_states() noexcept { return kStates; }
std::string_view to_string(RemediationState state) noexcept { return kStateNames[static_cast<std::size_t>(state)]; }
std::optional<RemediationState> parse_remediation_state(std::string_view text) noexcept {
  return parse<RemediationState>(kStateNames, text);
}
std::string_view to_string(MatchVerdict verdict) noexcept { return kVerdictNames[static_cast<std::size_t>(verdict)]; }
std::optional<MatchVerdict> parse_match_verdict(std::string_view text) noexcept {
  return parse<MatchVerdict>(kVerdictNames, text);
}

}  // namespace tocsin::domain
