#include <fmt/format.h>

#include "formats/inventory/columns.hpp"
#include "formats/inventory/discovery.hpp"
#include "formats/inventory/elements.hpp"

namespace tocsin::formats::inventory {
namespace {

using cvrf::Element;
using Named = std::vector<std::pair<std::string, std::string>>;

/// Attributes of an element, without those that attributes have themselves.
Named attributes_of(const Element& element) {
  Named named;
  for (const auto* each : element.children) {
    if (each->local() != "Attribute") continue;
    if (const auto value = text_of(*each, "Value"); !value.empty())
      named.emplace_back(attribute_of(*each, "Name"), value);
  }
  return named;
}

/// Takes the value out.
std::string take(Named& named, std::string_view name) {
  const auto found = std::ranges::find_if(named, [&](const auto& each) { return each.first == name; });
  if (found == named.end()) return {};
  auto value = std::move(found->second);
  named.erase(found);
  return value;
}

/// "OrderNumber:6ES7 515-2AM01-0AB0/V2.8": number and firmware.
void take_type_identifier(Item& item, std::string_view text) {
  constexpr std::string_view kNumber = "OrderNumber:";
  if (!text.starts_with(kNumber)) return;  // "System:Rack.ET200SP": a place, nothing that one buys.
  text.remove_prefix(kNumber.size());
  const auto slash = text.find('/');
  item.model = text::trim(text.substr(0, slash));
  if (slash == std::string_view::npos) return;
  auto version = text::trim(text.substr(slash + 1));
  // Of panels a size or variant may follow.
  version = version.substr(0, version.find('/'));
  add_version(item, "firmware", version);
}

/// The addresses that interfaces inside of a thing have, down to the next thing.
void take_addresses(Item& item, const Element& of) {
  for (const auto* each : of.children) {
    if (each->local() == "Attribute" && attribute_of(*each, "Name") == "NetworkAddress") {
      add_address(item, text_of(*each, "Value"));
    }
    if (each->local() != "InternalElement" && each->local() != "ExternalInterface") continue;
    const bool is_thing = std::ranges::any_of(each->children, [](const Element* inner) {
      return inner->local() == "Attribute" && attribute_of(*inner, "Name") == "TypeIdentifier" &&
             text_of(*inner, "Value").starts_with("OrderNumber:");
    });
    if (!is_thing) take_addresses(item, *each);
  }
}

class Reader {
 public:
  /// Elements nest no deeper than parse_xml lets them. `station` is the nearest element above that is no thing itself.
  Status read(const Element& parent, std::string_view station) {
    for (const auto* each : parent.children) {
      if (each->local() != "InternalElement") continue;
      auto named = attributes_of(*each);
      Item item;
      take_type_identifier(item, take(named, "TypeIdentifier"));
      const auto type_name = take(named, "TypeName");
      for (const auto* unwanted : {"PositionNumber", "BuiltIn", "NetworkAddress"}) take(named, unwanted);
      const auto kind = take(named, "DeviceItemType");
      take_named(item, named);
      // Racks and interfaces have type names, too; what one can look up has a number, or a maker and a name.
      const bool is_thing = !item.model.empty() || (!item.vendor.empty() && !(type_name + item.product).empty());
      if (is_thing) {
        if (items.size() == kItemsMax) return Error::invalid(fmt::format("has more than {} things", kItemsMax));
        item.row = items.size() + 1;
        item.key = attribute_of(*each, "ID");
        item.name = attribute_of(*each, "Name");
        if (item.product.empty()) item.product = type_name;
        if (!station.empty()) item.others.emplace_back("station", station);
        if (!kind.empty()) item.others.emplace_back("kind", kind);
        take_addresses(item, *each);
        items.push_back(std::move(item));
      }
      TRY_VOID(read(*each, is_thing ? station : attribute_of(*each, "Name")));
    }
    return ok();
  }

  std::vector<Item> items;
};

}  // namespace

Result<std::vector<Item>> read_automation_ml(std::string_view bytes) {
  constexpr std::size_t kBytesMax = std::size_t{256} << 20, kNodesMax = 3'000'000, kDepthMax = 100;
  TRY(const auto document,
      cvrf::parse_xml(bytes, {.bytes_max = kBytesMax, .nodes_max = kNodesMax, .depth_max = kDepthMax}));
  if (document.root().local() != "CAEXFile") {
    return Error::invalid("is no AutomationML, whose root element is 'CAEXFile'", "1:1");
  }
  Reader reader;
  for (const auto* hierarchy : document.root().children) {
    if (hierarchy->local() == "InstanceHierarchy") TRY_VOID(reader.read(*hierarchy, ""));
  }
  if (reader.items.empty()) {
    return Error::invalid("No element of the plant has an order number, or a manufacturer and a type name",
                          document.root().path());
  }
  return std::move(reader.items);
}

}  // namespace tocsin::formats::inventory
