#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "formats/inventory/item.hpp"

/// Software bills of materials as inventories: what a device or program is made of. Pure functions.
namespace tocsin::formats::inventory {

/// CycloneDX 1.x, JSON (written for 1.4 to 1.6; members of other versions that are alike are read, too): the thing that
/// the BOM is about (metadata.component) first, then its components, those of components behind them. Parsed with
/// json::parse. `about`, where given, gets name and version of that thing, or stays as it is. Errors: invalid_input
/// (another version, no component), more than kItemsMax components.
Result<std::vector<Item>> read_cyclonedx(const boost::json::value& root, std::string* about = nullptr);
/// The same, in XML. Errors: also those of cvrf::parse_xml.
Result<std::vector<Item>> read_cyclonedx_xml(std::string_view bytes, std::string* about = nullptr);

/// SPDX 2.x (written for 2.3), JSON: its packages. `about` gets the document's name. Errors: as above.
Result<std::vector<Item>> read_spdx(const boost::json::value& root, std::string* about = nullptr);
/// The same as tags and values ("PackageName: x"). Errors: invalid_input with the line in `where`.
Result<std::vector<Item>> read_spdx_tags(std::string_view text, std::string* about = nullptr);

}  // namespace tocsin::formats::inventory
