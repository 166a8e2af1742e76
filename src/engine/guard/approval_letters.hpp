#pragma once
#include "base/result.hpp"
#include "engine/members/actor.hpp"
#include "engine/post/letters.hpp"
#include "store/approvals.hpp"
#include "store/database.hpp"

/// Letters about what waits for a second person, put into the post in the transaction of what they tell of: so each
/// goes out once, or never. Of this folder only. Nothing is written where actor.post is not on.
namespace tocsin::engine::guard {

/// To everybody who may decide it at present; where it is about a record, to those of them who may see that. What kind
/// of act it is, the letter says where that tells of nothing that is AMBER or above.
Status write_to_deciders(store::Connection& connection, const Actor& actor, const store::Approval& approval,
                         Timestamp now);
/// To whoever asked, unless it was the console or their account is not active.
Status write_to_asker(store::Connection& connection, const Actor& actor, const store::Approval& approval,
                      post::Decision decision, Timestamp now);

}  // namespace tocsin::engine::guard
