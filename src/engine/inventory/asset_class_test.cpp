#include "engine/inventory/asset_class.hpp"

#include <gtest/gtest.h>

namespace tocsin::engine::inventory {
namespace {

struct ClassCase {
  std::string_view vendor, family, product, name, tag;
  std::string_view expected;
};

constexpr ClassCase kCases[] = {
    {"Siemens", "SIMATIC S7-1500", "CPU 1515-2 PN", "", "", "A0003"},
    {"Siemens", "SIMATIC S7-1200", "CPU 1214C DC/DC/DC", "Boiler", "", "A0003"},
    {"Schneider Electric", "Modicon", "M340", "", "", "A0003"},
    {"Rockwell", "", "GuardLogix 5580", "", "", "A0010"},
    {"", "", "", "PLC-12 boiler", "", "A0003"},
    {"", "", "Modicon M340", "HMI of line 2", "", "A0003"},
    {"Siemens", "SIPROTEC 5", "7SJ85", "", "", "A0005"},
    {"Hitachi", "RTU500", "CMU", "", "", "A0004"},
    {"Siemens", "SIMATIC HMI", "KTP700 Basic", "", "", "A0002"},
    {"AVEVA", "", "Historian", "", "", "A0006"},
    {"Siemens", "SCALANCE X", "XC208", "", "", "A0015"},
    {"Siemens", "SCALANCE S", "SC642-2C", "", "", "A0016"},
    {"Phoenix Contact", "", "FL MGUARD RS4000", "", "", "A0016"},
    {"Siemens", "SINAMICS", "G120", "", "", "A0013"},
    {"Siemens", "", "TIA Portal V17", "", "", "A0001"},
    {"Microsoft", "", "Windows Server 2019", "", "", "A0008"},
    // A tag goes before what everything else says.
    {"Siemens", "SIMATIC S7-1500", "CPU 1515-2 PN", "", "a0010", "A0010"},
    {"Siemens", "SIMATIC S7-1500", "CPU 1515-2 PN", "", "Safety controller", "A0010"},
    {"Siemens", "SIMATIC S7-1500", "CPU 1515-2 PN", "", "west", "A0003"},
    {"", "", "Thing", "", "PLC", "A0003"},
    // Words, not parts of words; nothing where nothing is known.
    {"Acme", "", "Splcer", "Sensortec", "", ""},
    {"Acme", "", "Flow Controller", "Pump 1", "", ""},
    {"", "", "", "", "", ""},
    {"", "", "--", "|", "|", ""},
};

TEST(AssetClass, IsWhatItsWordsSay) {
  for (const auto& each : kCases) {
    formats::inventory::Item item;
    item.vendor = each.vendor;
    item.family = each.family;
    item.product = each.product;
    item.name = each.name;
    if (!each.tag.empty()) item.tags = {"other", std::string{each.tag}};
    EXPECT_EQ(asset_class(item), each.expected) << each.product << ' ' << each.name << ' ' << each.tag;
  }
}

}  // namespace
}  // namespace tocsin::engine::inventory
