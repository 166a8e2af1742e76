#pragma once
#include <boost/json.hpp>

#include "portal/html/safe.hpp"

namespace tocsin::portal::pages {

/// JSON for reading: indented, a line an anchor (#L12), keys and kinds of values told apart by class.
html::Html raw_json_html(const boost::json::value& root);

}  // namespace tocsin::portal::pages
