#pragma once
#include <string>
#include <string_view>

#include <boost/json.hpp>

/// Clusters of MISP's galaxies as STIX objects. Pure.
namespace tocsin::formats::misp {

/// The galaxy's type that a cluster says it is of: "mitre-attack-pattern".
std::string galaxy_type_of(const boost::json::object& galaxy, const boost::json::object& cluster);

/// `type`: what stix_type_of_galaxy says. It bears no marking and no author, and the same cluster is the same object
/// whatever event it came with.
boost::json::object cluster_object(std::string_view type, std::string_view uuid, const boost::json::object& galaxy,
                                   const boost::json::object& cluster);

}  // namespace tocsin::formats::misp
