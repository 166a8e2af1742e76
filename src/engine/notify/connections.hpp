#pragma once
#include <optional>
#include <string>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "domain/tlp.hpp"
#include "store/notices.hpp"

/// What comes to share something with what one's organisation shared, told as notices of the kind `connected`: of the
/// report or object that brought it. Letters and feeds say that there is something and no more, for what it is
/// connected with may be marked higher than itself. Of this folder only.
namespace tocsin::engine::notify {

/// What lists show of the record of such a notice.
struct ConnectedCard {
  std::string slug, title;
  domain::Tlp tlp = domain::Tlp::clear;
};
/// None where the viewer may not see it.
Result<std::optional<ConnectedCard>> connected_card(store::Connection& connection, const domain::policy::Viewer& viewer,
                                                    domain::RecordId record, Timestamp now);

}  // namespace tocsin::engine::notify
