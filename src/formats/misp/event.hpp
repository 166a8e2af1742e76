#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/json.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

/// MISP events as JSON, after the MISP core format (draft-dulaunoy-misp-core-format) and what MISP and PyMISP really
/// write. Pure, no I/O.
namespace tocsin::formats::misp {

struct Limits {
  std::size_t bytes_max = std::size_t{256} << 20;
  std::size_t depth_max = 64;
  std::size_t events_max = 10'000;
  std::size_t parts_max = 1'000'000;  ///< Attributes and objects of all events together.
};

struct Event {
  /// whole: an event. part: attributes and objects that a search found without the rest of their event, which is known
  /// as far as they name it. loose: such that name no event.
  enum class Kind { whole, part, loose };
  /// The event itself, without "Event" around it. Of parts: what they say of their event, with them in its lists.
  const boost::json::object* json = nullptr;
  /// "/response/3/Event", "" for an event without anything around it. Of parts: of the first of them.
  std::string pointer = {};
  Kind kind = Kind::whole;
  /// Of parts, which stand at places of their own: the pointer of each element of "Attribute" and "Object".
  std::vector<std::string> attribute_pointers = {}, object_pointers = {};
};

/// What was read lives as long as this.
struct Events {
  json::Parsed parsed;
  std::deque<boost::json::object> gathered = {};  ///< Of parts: what `json` leads to.
  std::vector<Event> events = {};
};

/// Knows {"Event": {...}}, lists of these, {"response": ...} as the REST interface answers, and one event without
/// anything around it, as PyMISP writes it; also what a search for attributes or objects answers: {"Attribute": [...]},
/// {"Object": {...}}, lists of these. Those are put together by the event that they name (`Event`, `event_uuid`,
/// `event_id`). Tolerant within an event. Errors: those of json::parse; invalid_input with a JSON pointer where there
/// is none of these, or an event has no `info`; too_large.
Result<Events> read_events(std::string_view bytes, const Limits& limits = {});

/// Is this one of the forms that read_events knows?
bool looks_like_events(const boost::json::value& root) noexcept;
/// Is it a feed's manifest.json: members named by UUIDs, each with `info` and `timestamp`?
bool looks_like_manifest(const boost::json::value& root) noexcept;

// What MISP writes now as text, now as a number or boolean.

/// A text, or a number as text; else empty.
std::string text_at(const boost::json::object& object, std::string_view name);
/// A number, or a text that is one.
std::optional<std::int64_t> number_at(const boost::json::object& object, std::string_view name);
/// true, 1, "1", "true".
bool flag_at(const boost::json::object& object, std::string_view name);
/// Seconds since 1970, as number or text; only years 1970 to 9999.
std::optional<Timestamp> seconds_at(const boost::json::object& object, std::string_view name);
/// first_seen and such: RFC 3339, also without a zone (then UTC), or seconds.
std::optional<Timestamp> moment_at(const boost::json::object& object, std::string_view name);
/// Elements of a list that are objects; an object alone reads as a list of one.
std::vector<const boost::json::object*> objects_at(const boost::json::object& object, std::string_view name);

}  // namespace tocsin::formats::misp
