#pragma once
#include <boost/json.hpp>

#include "engine/exposure/status.hpp"

namespace tocsin::portal::pages {

/// What was known of a product, as the API and `tocsin status --format json` tell it.
boost::json::object status_json(const engine::exposure::StatusAnswer& answer);
boost::json::object status_entry_json(const engine::exposure::StatusEntry& entry);

}  // namespace tocsin::portal::pages
