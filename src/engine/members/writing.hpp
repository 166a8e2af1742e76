#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "engine/audit/trail.hpp"
#include "engine/members/members.hpp"
#include "store/database.hpp"
#include "store/members_state.hpp"
#include "store/organisations.hpp"

/// What every write to members shares. Of this folder only.
namespace tocsin::engine::members {

/// One transaction that other writers of members wait for, so that what it reads (is this the last administrator?)
/// stays true until its end. Moves the generation.
template <class F>
auto write_members(store::Database& database, F body) -> std::invoke_result_t<F, store::Connection&> {
  return database.write([&](store::Connection& connection) -> std::invoke_result_t<F, store::Connection&> {
    TRY_VOID(connection.lock_changes());
    TRY_VOID(store::Organisations{connection}.complete_own());
    auto result = body(connection);
    if (result.has_value()) TRY_VOID(store::MembersState{connection}.advance());
    return result;
  });
}

/// The audit entry of something done.
inline Status note(store::Connection& connection, const Actor& actor, Timestamp now, audit::Action action,
                   std::string object, std::optional<domain::OrganisationId> owner,
                   const boost::json::object& detail = {}) {
  TRY_VOID(
      audit::record(connection, actor, now, action, std::move(object), owner, domain::audit::Outcome::done, detail));
  return ok();
}

/// Errors: conflict where the editor has seen another version.
Status check_version(std::string_view now, std::string_view expected);
/// Errors: not_found.
Result<domain::Organisation> need_organisation(store::Connection& connection, domain::OrganisationId id);

}  // namespace tocsin::engine::members
