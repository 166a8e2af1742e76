#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "domain/role.hpp"

/// Acts that an installation may want a second person for.
namespace tocsin::domain {

/// Stored as its number; only ever added to.
enum class Act : std::uint8_t {
  widen_sharing = 1,       ///< A marking that newly reaches somebody.
  admit_organisation = 2,  ///< An organisation becomes a member.
  grant_role = 3,          ///< Coordinator, auditor or administrator is given.
  break_glass = 4,
  prune_audit = 5,   ///< By hand; retention is a setting.
  remove_record = 6  ///< With all its revisions, for good.
};
std::span<const Act> all_acts() noexcept;
/// "widen_sharing": as settings and programs write it.
std::string_view slug(Act act) noexcept;
/// "Let a record reach more": for people.
std::string_view name(Act act) noexcept;
std::optional<Act> act_of(std::int64_t number) noexcept;
/// Who does it, and so who may approve it.
Permission permission_of(Act act) noexcept;

/// Which acts want one, and for how long what waits does.
class FourEyes {
 public:
  constexpr FourEyes() = default;
  bool wanted(Act act) const noexcept { return (bits_ & (1U << static_cast<unsigned>(act))) != 0; }
  bool any() const noexcept { return bits_ != 0; }
  FourEyes& want(Act act) noexcept {
    bits_ |= 1U << static_cast<unsigned>(act);
    return *this;
  }
  int days = 7;
  /// Slugs, separated by commas. Errors: invalid_input naming what is none.
  static Result<FourEyes> parse(std::string_view text);
  friend constexpr bool operator==(const FourEyes&, const FourEyes&) = default;

 private:
  std::uint32_t bits_ = 0;
};

}  // namespace tocsin::domain
