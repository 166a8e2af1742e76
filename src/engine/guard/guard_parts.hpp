#pragma once
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "domain/person.hpp"
#include "engine/guard/break_glass.hpp"
#include "engine/members/actor.hpp"
#include "store/approvals.hpp"
#include "store/database.hpp"

/// Of this folder only.
namespace tocsin::engine::guard {

/// Whom a broken glass is told to: active coordinators and administrators of the owner, coordinators of the CERT. Each
/// once.
Result<std::vector<domain::PersonId>> watchers_of(store::Connection& connection, domain::OrganisationId owner);
/// Do they answer for what their organisation owns?
bool watches_own(const Actor& actor) noexcept;
/// The console, auditors, and those of the CERT who may break the glass themselves.
bool sees_all_glass(const Actor& actor) noexcept;
bool may_end(const Actor& actor, const store::GlassGrant& grant) noexcept;

/// Approvals looked at for one list.
inline constexpr int kApprovalsListed = 500;
/// Active people who could approve it at present: neither who asked nor who is to be given something.
Result<std::vector<domain::PersonId>> deciders_of(store::Connection& connection, const store::Approval& approval);
Result<std::int64_t> count_others(store::Connection& connection, const store::Approval& approval);

/// What was done, or a refusal that has been written down all the same.
struct GlassOutcome {
  GlassOpened opened;
  std::optional<Error> refused;
};
/// break_glass() within the caller's transaction, which is to commit for a refusal as well.
Result<GlassOutcome> break_glass_in(store::Connection& connection, const Actor& actor, const GlassRules& rules,
                                    const GlassRequest& request, Timestamp now);

}  // namespace tocsin::engine::guard
