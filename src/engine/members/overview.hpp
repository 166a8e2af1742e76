#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/person.hpp"
#include "engine/members/actor.hpp"
#include "store/database.hpp"

/// What stands how, counted for those who operate the installation.
namespace tocsin::engine::members {

struct Overview {
  std::array<std::int64_t, 5> organisations{};  ///< By number of domain::OrganisationStatus.
  std::array<std::int64_t, 4> people{};         ///< By number of domain::PersonStatus.
  std::int64_t communities = 0;                 ///< Open ones.
  std::int64_t sessions = 0, tokens = 0;        ///< In force now.
  struct Named {
    domain::PersonId id;
    std::string name;
  };
  /// Active people whose roles demand a second factor and who have none; by name, the first 20.
  std::vector<Named> without_factor;
  std::int64_t without_factor_total = 0;
};
/// administer. Errors: forbidden.
Result<Overview> overview(store::Database& database, const Actor& actor, Timestamp now);

}  // namespace tocsin::engine::members
