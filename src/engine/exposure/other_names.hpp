#pragma once
#include <string>
#include <string_view>
#include <vector>

/// What else a product is called by the name that an advisory gives it. Pure functions.
namespace tocsin::engine::exposure {

/// Names of single things in a name that lists several or tells a former one: "GENESIS64" and "Hyper Historian" of
/// "Suite including GENESIS64 and Hyper Historian", "MRD-315" of "MRD-315 MRD-355", "Unity Pro" of "(formerly Unity
/// Pro)". Empty where there are none.
std::vector<std::string> names_within(std::string_view name);

/// "Unity Pro" of "... (including former Unity Pro)".
std::vector<std::string> former_names_in(std::string_view text);

/// All of them, with those without a brand, a release that is a bound, a part number, what it is for.
/// `version_text`: what the advisory says of its versions. `front_is_one`: no other product of the advisory begins with
/// the same words before "for".
std::vector<std::string> other_names(std::string_view name, std::string_view version_text, bool front_is_one);

/// "SICAM WEB firmware" of "SICAM WEB firmware for SICAM A8000 RTUs"; empty where there is no "for".
std::string_view before_for(std::string_view name);

/// "4" of "XHQ 4", of which all before 4.7.1.3 are affected: the number is that of the line of releases.
std::string_view line_in_name(std::string_view name, std::string_view version_text);

}  // namespace tocsin::engine::exposure
