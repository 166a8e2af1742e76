#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

/// What MISP's object templates are in STIX: patterns of attributes that belong together, and observables. Pure.
namespace tocsin::formats::misp {

/// One attribute of an object, as far as it is asked for here.
struct Part {
  std::string relation, type, value;
  bool to_ids = false;
};

/// A pattern of those parts that are meant for detection; empty where none of them can be looked for. Of a template
/// that we know they are told together, of others each for itself.
std::string pattern_of(std::string_view name, const std::vector<Part>& parts);
/// The observables of a template that we know; empty where it is another, or lacks what they need.
std::vector<boost::json::object> observables_of(std::string_view name, const std::vector<Part>& parts);

/// "attack-pattern" for the type "mitre-attack-pattern" of a galaxy; empty where STIX has nothing of the kind.
std::string_view stix_type_of_galaxy(std::string_view galaxy_type) noexcept;

}  // namespace tocsin::formats::misp
