#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/time.hpp"

/// What clients of MISP ask for by `restSearch`, and whether an event, or an attribute of one, is it. Pure.
namespace tocsin::formats::misp {

/// Of one filter, folded (base/text.hpp), for letter case counts for nothing. '%' stands for any letters.
struct Wanted {
  std::vector<std::string> any, all, none;
  bool empty() const noexcept { return any.empty() && all.empty() && none.empty(); }
};
/// Both ends count as within.
struct Span {
  std::optional<Timestamp> from, to;
  bool empty() const noexcept { return !from && !to; }
};

enum class Scope { events, attributes };

struct Query {
  Scope scope = Scope::events;
  Wanted value, type, category, uuid;          ///< Of attributes; `uuid` also of the event and its objects.
  Wanted tags;                                 ///< Of the event or the attribute.
  Wanted org, event_tags, eventid, eventinfo;  ///< Of the event.
  std::string date_from, date_to;              ///< "2026-01-02"; empty: open.
  Span timestamp;                              ///< Of the event; of the attribute, where those are asked for.
  Span event_timestamp, publish_timestamp;     ///< Of the event.
  std::optional<bool> published, to_ids;
  bool metadata = false, with_event_uuid = false, with_event_tags = false, with_attachments = false;
  std::optional<std::size_t> limit;
  std::size_t page = 1;

  /// Is there a filter that only the attributes answer?
  bool asks_attributes() const noexcept;
};

/// The body of restSearch, also with "request" around it. What is not supported is refused by its name, unless it says
/// 0, false or nothing. Errors: invalid_input with `where` = the parameter.
Result<Query> read_query(const boost::json::object& body, Scope scope, Timestamp now);

/// Only by its number or UUID.
bool may_be(const Query& query, std::string_view event_uuid);
/// By what stands in the event itself: not by attributes, of which it may have none here. Tags are asked only where
/// they can be told without attributes.
bool header_matches(const Query& query, const boost::json::object& event);
/// By everything; `event` is whole.
bool event_matches(const Query& query, const boost::json::object& event);

/// An attribute of an event, and the object that it stands in.
struct Place {
  const boost::json::object* attribute = nullptr;
  const boost::json::object* object = nullptr;
};
/// Those that the query asks for, of an event whose header matches; never what is deleted.
std::vector<Place> matching_attributes(const Query& query, const boost::json::object& event);

/// The number by which clients of MISP call something: it follows from the UUID alone, so it is the same for every
/// reader and tells nothing of what else there is. At most 48 bits; 0 for what has no UUID.
std::int64_t number_of(std::string_view uuid) noexcept;

/// The event as REST answers it: with numbers of its own and of all its parts, without what is deleted.
boost::json::object for_rest(boost::json::object event);
/// Of such an event only what stands in itself.
boost::json::object metadata_of(boost::json::object event);
/// An attribute out of such an event, with what it needs to stand alone.
boost::json::object attribute_for_rest(const Query& query, const boost::json::object& event, const Place& place);

}  // namespace tocsin::formats::misp
