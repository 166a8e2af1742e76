#pragma once
#include <string>

#include "formats/inventory/item.hpp"

/// Which class of assets of MITRE ATT&CK for ICS a thing in a plant is: what techniques target. A guess from words, for
/// whoever has not said it.
namespace tocsin::engine::inventory {

/// "A0003" for what its tags, its name, or its vendor, family, product and model say is a programmable logic
/// controller; empty where they say nothing that is known. A tag goes before all else: an id ("A0003", also of a
/// class that is not known) or a word ("PLC") of a class.
std::string asset_class(const formats::inventory::Item& item);

}  // namespace tocsin::engine::inventory
