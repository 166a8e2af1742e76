#pragma once
#include <string_view>

#include <boost/json.hpp>

#include "base/result.hpp"

/// SSVC as people write it into a note of CSAF 2.0. Internal to convert/.
namespace tocsin::formats::csaf::convert {

/// Reads a vector "SSVCv2/E:P/A:N/T:P/2024-09-18T19:25:28Z/" or an SSVC 2.0.0 selection list in JSON; the result is a
/// valid ssvc_v2 object of CSAF 2.1. A vector names no versions of its decision points: the newest that has the value
/// is taken. Errors: invalid_input with what is missing or not known.
Result<boost::json::object> read_ssvc(std::string_view text);

}  // namespace tocsin::formats::csaf::convert
