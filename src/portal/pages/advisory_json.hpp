#pragma once
#include <boost/json.hpp>

#include "formats/csaf/compare.hpp"
#include "portal/pages/advisory_load.hpp"

/// The API's shape of an advisory; its JSON Schema stands in api/schemas.cpp under "AdvisoryDetail". The command line
/// prints the same.
namespace tocsin::portal::pages {

boost::json::object advisory_json(const LoadedAdvisory& loaded);
boost::json::object revision_json(const LoadedAdvisory& loaded, const domain::Revision& revision);
/// Members `matters_to_owners` and `changes` of a comparison.
void add_changes(boost::json::object& out, const std::vector<formats::csaf::Change>& changes);

}  // namespace tocsin::portal::pages
