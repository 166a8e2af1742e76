#pragma once
#include <optional>
#include <string>

#include "base/time.hpp"
#include "engine/exposure/decision.hpp"
#include "store/decision_history.hpp"
#include "store/exposures.hpp"

/// When what to do about a match became something else: from what to what, and which answer on the path did it.
namespace tocsin::engine::exposure {

/// Short text of what a decision was made of, to be kept beside it: the vulnerability that decided, and the value of
/// every point of the path.
std::string basis_of(const Decision& decision);

/// From what is stored of the match to the decision made now. Absent where it is the first one, and where neither the
/// action nor the day changed. `because` is in English.
std::optional<store::DecisionChange> change_of_decision(const store::AssetMatch& match, const Decision& now_decided,
                                                        const Rules& rules, Timestamp now);

}  // namespace tocsin::engine::exposure
