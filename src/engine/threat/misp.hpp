#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "engine/threat/threats.hpp"
#include "store/database.hpp"

/// Reports as events of MISP, for whoever asks: what they may not see of a report is not in its event. Reports that
/// came as events give these back, others are translated (formats/misp).
namespace tocsin::engine::threat {

/// A feed has the newest of them; one that lists everything would be made for minutes.
inline constexpr std::size_t kFeedEventsMax = 1'000;

/// The event of report--UUID as others get it. Absent: there is no such report for them, or it is revoked.
Result<std::optional<boost::json::object>> misp_event(store::Connection& connection,
                                                      const domain::policy::Viewer& viewer, std::string_view uuid,
                                                      Timestamp now);

/// The same as it came, also with what is only for its owner: for a later version of it.
Result<std::optional<boost::json::object>> misp_event_as_kept(store::Connection& connection,
                                                              const domain::policy::Viewer& viewer,
                                                              std::string_view uuid, Timestamp now);
/// The same of a report that the viewer was shown. Absent: it cannot be read.
Result<std::optional<boost::json::object>> misp_event_of(store::Connection& connection,
                                                         const domain::policy::Viewer& viewer, const ThreatRow& report,
                                                         Timestamp now);
/// Only what stands in the event itself, with its organisation.
Result<std::optional<boost::json::object>> misp_header_of(store::Connection& connection,
                                                          const domain::policy::Viewer& viewer, const ThreatRow& report,
                                                          Timestamp now);

/// The feed's manifest.json: up to kFeedEventsMax reports, the newest first.
Result<boost::json::object> misp_manifest(store::Connection& connection, const domain::policy::Viewer& viewer,
                                          Timestamp now);
/// The feed's hashes.csv, of the same events.
Result<std::string> misp_hashes(store::Connection& connection, const domain::policy::Viewer& viewer, Timestamp now);

}  // namespace tocsin::engine::threat
