#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "formats/misp/to_stix.hpp"

/// STIX 2.1 objects as MISP events. What `to_stix` made comes back as it was; what others made is translated as far as
/// MISP has a place for it. Pure, deterministic.
namespace tocsin::formats::misp {

struct Source {
  const boost::json::object* object = nullptr;
  /// TLP that it counts as here, where that is known; what its own marking says besides counts too.
  std::string_view tlp = {};
};

struct ToMisp {
  std::vector<boost::json::object> events;  ///< Without "Event" around them; one for each report and grouping.
  std::vector<Remark> remarks;              ///< `pointer`: the STIX id of what MISP has no place for.
};

/// Objects that no report refers to are left out, unless there is no report: then all are of one event. What a report
/// refers to and is not among `objects` does not exist.
ToMisp to_misp(std::span<const Source> objects);

/// A bundle, envelope, list or single object; of STIX 2.0 too, which is lifted. Errors: those of stix::read_objects.
Result<ToMisp> to_misp(std::string_view bytes);

/// {"Event": ...}, or {"response": [...]} of several.
std::string write_events(const std::vector<boost::json::object>& events);

}  // namespace tocsin::formats::misp
