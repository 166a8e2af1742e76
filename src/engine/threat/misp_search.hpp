#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "formats/misp/search.hpp"
#include "store/database.hpp"

/// Reports looked for as MISP's clients look for events (`restSearch`). What is asked is asked of the events as the
/// viewer gets them, so nothing that they may not see is found, counted, or changes a page.
namespace tocsin::engine::threat {

/// Events of one answer, and attributes.
inline constexpr std::size_t kFoundEventsMax = 500;
inline constexpr std::size_t kFoundAttributesMax = 10'000;
/// Events that one search reads whole, and whose headers it reads: beyond them it asks for more filters.
inline constexpr std::size_t kReadEventsMax = 2'000;
inline constexpr std::size_t kReadHeadersMax = 20'000;

/// A page of events as REST answers them, the newest first. Without a limit: all, or an error. Errors: too_large with
/// what to ask instead, never a part in silence.
Result<std::vector<boost::json::object>> search_misp_events(store::Connection& connection,
                                                            const domain::policy::Viewer& viewer,
                                                            const formats::misp::Query& query, Timestamp now);
/// The same of attributes.
Result<std::vector<boost::json::object>> search_misp_attributes(store::Connection& connection,
                                                                const domain::policy::Viewer& viewer,
                                                                const formats::misp::Query& query, Timestamp now);

/// The UUID of the event that is called by its number (formats/misp: number_of) or UUID. Absent: there is none for
/// them.
Result<std::optional<std::string>> misp_event_uuid(store::Connection& connection, const domain::policy::Viewer& viewer,
                                                   std::string_view number_or_uuid, Timestamp now);

/// Names of tags of the newest kFeedEventsMax events, each once, sorted.
Result<std::vector<std::string>> misp_tags(store::Connection& connection, const domain::policy::Viewer& viewer,
                                           Timestamp now);

}  // namespace tocsin::engine::threat
