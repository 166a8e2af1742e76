#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "formats/inventory/item.hpp"

/// Software bills of materials as inventories: what a device or program is made of; and inventories as bills of
/// materials. Pure functions.
namespace tocsin::formats::inventory {

/// What a document says of itself.
struct BomSubject {
  std::string name;           ///< Name and version of the thing that it is about, or empty.
  bool is_inventory = false;  ///< CycloneDxStream wrote it: its components are devices of a plant, not parts of one.
};

/// CycloneDX 1.x, JSON (written for 1.4 to 1.6; members of other versions that are alike are read, too): the thing that
/// the BOM is about (metadata.component) first, then its components, those of components behind them. Properties that
/// CycloneDxStream writes are read as what they are, whoever wrote them. Of what it wrote itself, the thing that it is
/// about is no item, and references are no keys. Parsed with json::parse. `about`, where given, gets what the document
/// says of itself. Errors: invalid_input (another version, no component), more than kItemsMax components.
Result<std::vector<Item>> read_cyclonedx(const boost::json::value& root, BomSubject* about = nullptr);
/// The same, in XML. Errors: also those of cvrf::parse_xml.
Result<std::vector<Item>> read_cyclonedx_xml(std::string_view bytes, BomSubject* about = nullptr);

struct BomHead {
  std::string subject;    ///< "Inventory of the water works"
  std::string uuid;       ///< Of this file alone.
  std::string timestamp;  ///< RFC 3339
};
/// An inventory as a CycloneDX 1.6 BOM (JSON) that read_cyclonedx() reads back to the same items: a component each, of
/// type "device" where nothing else is known of it, with a component inside for each version of a part. What CycloneDX
/// has no member for are properties whose names begin with "tocsin:". Piece by piece: begin(), add() for each, end().
class CycloneDxStream {
 public:
  std::string begin(const BomHead& head);
  /// `ref` names it in this file, no other item and not "inventory"; its parts are called by it with "-1", "-2" behind.
  std::string add(const Item& item, std::string_view ref);
  std::string end() { return "\n]}\n"; }

 private:
  bool any_ = false;
};

/// SPDX 2.x (written for 2.3), JSON: its packages. `about` gets the document's name. Errors: as above.
Result<std::vector<Item>> read_spdx(const boost::json::value& root, std::string* about = nullptr);
/// The same as tags and values ("PackageName: x"). Errors: invalid_input with the line in `where`.
Result<std::vector<Item>> read_spdx_tags(std::string_view text, std::string* about = nullptr);

}  // namespace tocsin::formats::inventory
