#pragma once
#include <string>
#include <string_view>

#include "formats/inventory/item.hpp"

/// What matching looks at of a thing, but for its serial number and hashes, as few bytes. Internal to engine/exposure.
namespace tocsin::engine::exposure {

/// Equal bytes are matched alike. `with_name`: whether the thing's own name is in it, in which two devices of one kind
/// mostly differ.
std::string pack(const formats::inventory::Item& item, bool with_name = true);
/// Of bytes that pack() made.
formats::inventory::Item unpack(std::string_view bytes);

}  // namespace tocsin::engine::exposure
