#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/time.hpp"
#include "engine/members/actor.hpp"
#include "store/database.hpp"

/// What became of requests that added objects (TAXII 2.1 section 4.3). Kept for whoever sent them, while acting for the
/// same organisation; for anybody else there is none.
namespace tocsin::engine::taxii {

/// How long a status is told: section 4.3 asks for a day at least.
inline constexpr std::chrono::days kStatusKept{7};

struct StatusDetail {
  std::string id, version;  ///< Version: RFC 3339.
  std::string message = {};
};

/// Everything is done within the request, so nothing is ever pending.
struct WriteStatus {
  std::string id;  ///< UUID.
  Timestamp requested_at = {};
  std::vector<StatusDetail> successes = {}, failures = {};
};
/// The status resource (section 4.3.1).
boost::json::object to_json(const WriteStatus& status);

/// Inside the transaction of what it tells of; forgets those that have ended.
Status keep_status(store::Connection& connection, const Actor& actor, std::string_view root,
                   std::string_view collection, const WriteStatus& status);
/// The status resource as it was kept. Errors: not_found, also for those of others.
Result<std::string> find_status(store::Connection& connection, const Actor& actor, std::string_view root,
                                std::string_view id, Timestamp now);

}  // namespace tocsin::engine::taxii
