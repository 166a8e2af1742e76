#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

/// What patterns and observables of others are among MISP's types. Pure.
namespace tocsin::formats::misp {

struct TypedValue {
  std::string type, value;
  std::string relation = {};  ///< Of an object, where it is another than the type.
};

/// What a STIX pattern asks for; empty where that cannot be said in attributes of their own (then it stands as a
/// pattern). `wanted`: a composite type such as "domain|ip" that the parts are of. `parts`: of an object, whose parts
/// may be joined by AND.
std::vector<TypedValue> values_of_pattern(std::string_view pattern, std::string_view wanted, bool parts);

/// Gives an object by its id, or nullptr.
using Finder = std::function<const boost::json::object*(std::string_view id)>;
std::vector<TypedValue> values_of_observable(const boost::json::object& observable, const Finder& find);

}  // namespace tocsin::formats::misp
