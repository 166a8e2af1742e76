#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/time.hpp"
#include "domain/four_eyes.hpp"
#include "engine/audit/verify.hpp"
#include "engine/guard/break_glass.hpp"
#include "engine/members/actor.hpp"
#include "store/approvals.hpp"
#include "store/database.hpp"

/// Four eyes: acts that wait for another person who may do them, and their decision. An act is carried out in the
/// transaction of its approval, as whoever asked, with every check made again.
namespace tocsin::engine::guard {

/// What some acts need to be carried out.
struct ApprovalTools {
  GlassRules glass;
  const SigningKey* audit_key = nullptr;  ///< prune_audit
  audit::Trust trust;                     ///< prune_audit
};

/// As its readers see it.
struct ApprovalRow {
  store::Approval approval;
  std::optional<domain::Act> act;
  std::vector<std::string> difference;
  std::string person, organisation, decided_by;  ///< Names now; `person` is "the console" where nobody's.
  bool waits = false, may_decide = false, own = false;
  std::int64_t others = 0;  ///< People who could approve it at present.
};
/// Those that the actor asked for or may decide; all, for the console and auditors. Waiting ones first, then newest
/// first.
Result<std::vector<ApprovalRow>> list_approvals(store::Database& database, const Actor& actor, int limit,
                                                Timestamp now);
/// Errors: not_found, also for what the actor may not know of.
Result<ApprovalRow> find_approval(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now);

/// Does it, as whoever asked. Errors: not_found; forbidden for one's own and by token; conflict where somebody was
/// faster, it has ended, or - said and kept - what it was based on has changed.
Status approve(store::Database& database, const Actor& actor, const ApprovalTools& tools, std::int64_t id,
               Timestamp now);
/// `why` is shown to who asked; at most 1,000 bytes.
Status reject(store::Database& database, const Actor& actor, std::int64_t id, std::string_view why, Timestamp now);
/// By who asked.
Status withdraw(store::Database& database, const Actor& actor, std::int64_t id, Timestamp now);

/// Acts of others that wait for this actor's decision: for the menu.
Result<std::int64_t> count_decidable(store::Connection& connection, const Actor& actor, Timestamp now);
/// Active people who may do such an act anywhere: for the check of the settings.
Result<std::int64_t> count_eligible(store::Connection& connection, domain::Act act);

}  // namespace tocsin::engine::guard
