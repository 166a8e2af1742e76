#include "engine/exposure/vendor_group.hpp"

#include <algorithm>

#include "domain/vendor.hpp"

namespace tocsin::engine::exposure {
namespace {

/// A name on devices, and whose advisories speak of them, today or in the past.
struct Kin {
  std::string_view name, owner;
};
constexpr Kin kKin[] = {
    {"3s", "codesys"},
    {"abb-power-grids", "hitachi-energy"},
    {"adam", "advantech"},
    {"alerton", "honeywell"},
    {"allen-bradley", "rockwell-automation"},
    {"alstom-grid", "general-electric"},
    {"apc", "schneider-electric"},
    {"apogee", "siemens"},
    {"aveva", "schneider-electric"},
    {"b-r-industrial-automation", "abb"},
    {"belden", "hirschmann-automation-control"},
    {"bently-nevada", "general-electric"},
    {"bosch-rexroth", "bosch"},
    {"cooper-power-systems", "eaton"},
    {"elster", "honeywell"},
    {"emerson", "general-electric"},
    {"eurotherm", "schneider-electric"},
    {"fisher-rosemount", "emerson"},
    {"foxboro", "schneider-electric"},
    {"garrettcom", "belden"},
    {"ge-digital", "general-electric"},
    {"ge-fanuc", "general-electric"},
    {"ge-intelligent-platforms", "general-electric"},
    {"ge-vernova", "general-electric"},
    {"hirschmann-automation-control", "belden"},
    {"iconics", "mitsubishi-electric"},
    {"innominate", "phoenix-contact"},
    {"invensys", "aveva"},
    {"invensys", "schneider-electric"},
    {"lsis", "ls-electric"},
    {"matrikon", "honeywell"},
    {"merlin-gerin", "schneider-electric"},
    {"modicon", "schneider-electric"},
    {"novar", "honeywell"},
    {"osisoft", "aveva"},
    {"pelco", "schneider-electric"},
    {"prosoft", "prosoft-technology"},
    {"rosemount", "emerson"},
    {"ruggedcom", "siemens"},
    {"scalance", "siemens"},
    {"sel", "schweitzer-engineering-laboratories"},
    {"simatic", "siemens"},
    {"square-d", "schneider-electric"},
    {"telemecanique", "schneider-electric"},
    {"telvent", "schneider-electric"},
    {"trend", "honeywell"},
    {"tridium", "honeywell"},
    {"westinghouse-ovation", "emerson"},
    {"wonderware", "aveva"},
    {"wonderware", "schneider-electric"},
    {"xylem-sensus", "sensus"},
};

bool begins_with_words(std::string_view longer, std::string_view shorter) noexcept {
  return longer.starts_with(shorter) && (longer.size() == shorter.size() || longer[shorter.size()] == '-');
}

}  // namespace

std::vector<std::string> vendor_group(std::string_view vendor) {
  std::vector<std::string> keys;
  if (vendor.find_first_not_of(" \t-") == std::string_view::npos) return keys;
  keys.push_back(domain::vendor_key(vendor));
  const std::string own = keys.front();
  const auto add = [&keys](std::string_view key) {
    if (std::ranges::find(keys, key) == keys.end()) keys.emplace_back(key);
  };
  for (const auto& kin : kKin) {
    if (begins_with_words(own, kin.name)) add(kin.owner);
  }
  return keys;
}

bool may_be_one(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::ranges::any_of(a, [&](const std::string& one) {
    return std::ranges::any_of(
        b, [&](const std::string& other) { return begins_with_words(one, other) || begins_with_words(other, one); });
  });
}

}  // namespace tocsin::engine::exposure
