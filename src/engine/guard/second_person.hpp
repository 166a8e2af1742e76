#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/four_eyes.hpp"
#include "domain/organisation.hpp"
#include "engine/members/actor.hpp"
#include "store/database.hpp"

/// For use cases whose act may want a second person: instead of being done, it is put down, and waits
/// (engine/guard/approvals.hpp decides it, and calls the use case again).
namespace tocsin::engine::guard {

/// What somebody wants done.
struct Proposal {
  domain::Act act = domain::Act::widen_sharing;
  std::string object;  ///< As in the audit log.
  std::optional<domain::OrganisationId> owner;
  boost::json::object parameters;       ///< For doing it.
  std::vector<std::string> difference;  ///< In sentences, for who decides.
  std::string basis;                    ///< Of the state that it was based on: another one, and it is not done.
};

/// Beginning of the `where` of the error that says that an act waits; the whole is its path: "approvals/12".
inline constexpr std::string_view kAsked = "approvals/";
/// Does this actor need somebody for it? Not the console, and not when it is carried out.
bool wants_second(const Actor& actor, domain::Act act) noexcept;
/// What a use case returns within its transaction, after its checks and before it writes.
Error waits();
/// Puts it down. The error that the use case answers with: conflict with `where` = "approvals/ID"; invalid_input with
/// `where` = "reason" where none is given; conflict where the same is waiting already.
Error ask(store::Database& database, const Actor& actor, const Proposal& proposal, Timestamp now);

/// Runs `act` - a function that takes std::optional<Proposal>& and opens its own transaction - and puts down what it
/// proposes instead of doing it.
template <class F>
auto with_second_person(store::Database& database, const Actor& actor, Timestamp now, F act) {
  std::optional<Proposal> proposal;
  auto done = act(proposal);
  if (!done && proposal) done = ask(database, actor, *proposal, now);
  return done;
}

}  // namespace tocsin::engine::guard
