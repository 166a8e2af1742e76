#include <fmt/format.h>

#include "formats/inventory/columns.hpp"
#include "formats/inventory/discovery.hpp"
#include "formats/inventory/elements.hpp"

namespace tocsin::formats::inventory {

Result<std::vector<Item>> read_grassmarlin(std::string_view bytes) {
  constexpr std::size_t kBytesMax = std::size_t{256} << 20, kNodesMax = 3'000'000;
  TRY(const auto document, cvrf::parse_xml(bytes, {.bytes_max = kBytesMax, .nodes_max = kNodesMax}));
  if (document.root().local() != "GmDataExportType") {
    return Error::invalid("is no data export of GRASSMARLIN, whose root element is 'GmDataExportType'", "1:1");
  }
  std::vector<Item> items;
  const auto* data = child(document.root(), "Data");
  static const std::vector<const cvrf::Element*> kNone;
  for (const auto* network : data == nullptr ? kNone : data->children) {
    if (network->local() != "Network") continue;
    for (const auto* device : network->children) {
      if (device->local() != "Device") continue;
      if (items.size() == kItemsMax) return Error::invalid(fmt::format("has more than {} devices", kItemsMax));
      auto& item = items.emplace_back();
      item.row = items.size();
      item.name = attribute_of(*device, "name");
      add_address(item, attribute_of(*device, "primaryAddress"));
      item.zone = attribute_of(*network, "name");
      std::vector<std::pair<std::string, std::string>> details;
      for (const auto* detail : device->children) {
        if (detail->local() == "Detail") details.emplace_back(attribute_of(*detail, "name"), detail->text);
      }
      take_named(item, details);
    }
  }
  if (items.empty()) return Error::invalid("The export holds no device", document.root().path());
  return items;
}

}  // namespace tocsin::formats::inventory
