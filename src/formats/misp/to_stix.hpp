#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "formats/misp/event.hpp"

/// One MISP event as STIX 2.1 objects. Nothing is lost: what STIX has no place for stands in properties `x_misp_...` of
/// the object it belongs to, so that `to_misp` gives the event back. MISP's UUIDs stay: the event is report--UUID, an
/// attribute indicator--UUID where it is meant for detection, else observed-data--UUID, and x-misp-attribute--UUID
/// where STIX has no observable of it. Parts of an event without the rest of it are a grouping, whose UUID follows from
/// the event and them: the report's would pass for the whole. Pure, deterministic. docs/misp.md has the tables,
/// docs/decisions/0038 the reasons.
namespace tocsin::formats::misp {

/// How far MISP's distribution lets something go. Ordered from wide to narrow, but for groups: of two different groups
/// nobody is left.
struct Reach {
  enum class To { everyone, members, group, nobody };
  To to = To::everyone;
  std::string group_uuid = {}, group_name = {};  ///< To::group.
  friend bool operator==(const Reach&, const Reach&) = default;
};
/// What both allow.
Reach narrower(const Reach& a, const Reach& b);
/// Of anything that may have `distribution`, `sharing_group_id` and `SharingGroup`. Absent, and "inherit" (5):
/// everyone. A distribution that MISP does not know: nobody. A sharing group that is not named, or that lists neither
/// organisations nor servers though it has such a list: nobody.
Reach reach_of(const boost::json::object& part);

/// "amber" for the strictest of the tags "tlp:..." that TLP 1 or 2 knows; empty where none is. `tags`: of something
/// that may have `Tag`.
std::string_view tlp_of(const boost::json::object& part);
/// Of two such levels the one that fewer may see; empty is the widest.
std::string_view stricter(std::string_view a, std::string_view b) noexcept;

struct Object {
  std::string id, json;
  std::string pointer;  ///< Into the document: what it came of.
  Reach reach = {};
  /// TLP of the event, for objects that bear no marking because they belong to no one event: organisations, clusters of
  /// galaxies, observables. Empty where the event says none.
  std::string tlp = {};
};

struct Remark {
  std::string pointer, text;
};

struct ToStix {
  /// The report or grouping first, where there is one, then what it refers to, each before what refers to it only as
  /// far as that is a matter of course.
  std::vector<Object> objects;
  std::vector<Remark> refused;  ///< Attributes and objects without what makes them one.
  std::vector<Remark> remarks;  ///< What is not taken, though nothing is wrong with it.
};

ToStix to_stix(const Event& event);

/// A bundle of what came of one event or several, each object once, with the TLP definitions that they name. Its id
/// follows from the objects'.
std::string write_bundle(const std::vector<ToStix>& events);

}  // namespace tocsin::formats::misp
