#pragma once
#include <span>
#include <string>

#include <boost/json.hpp>

#include "engine/threat/vulnerabilities.hpp"
#include "portal/html/safe.hpp"
#include "store/exposures.hpp"

/// What pages and API say of the advisories that speak of a vulnerability or a product, and of the reader's devices.
namespace tocsin::portal::pages {

/// A link to each, in lines of their own.
html::Html speaking_html(std::span<const engine::threat::SpeakingAdvisory> advisories);
/// Schema: "SpeakingAdvisories".
boost::json::array speaking_json(std::span<const engine::threat::SpeakingAdvisory> advisories);

/// "9 devices at 2 sites".
html::Html devices_text(const store::ExposureAtRecord& found);
/// `found`: nullptr where nothing is affected, or for who has no inventory.
void add_own_devices(boost::json::object& out, bool has_inventory, const store::ExposureAtRecord* found);

/// The value of a key, or nullptr.
template <class Map, class Key>
const store::ExposureAtRecord* at_home_of(const Map& at_home, const Key& key) {
  const auto found = at_home.find(key);
  return found == at_home.end() ? nullptr : &found->second;
}

}  // namespace tocsin::portal::pages
