#pragma once
#include <string>
#include <string_view>

#include "formats/inventory/columns.hpp"
#include "formats/inventory/item.hpp"

/// What CycloneDX has no member for, as properties of its components: the same names when an inventory is written and
/// when it is read. Internal to formats/inventory.
namespace tocsin::formats::inventory::bom {

/// In front of the name of a field: "tocsin:site", "tocsin:purdue_level". Lists have one property an entry.
inline constexpr std::string_view kOwn = "tocsin:";
/// Of metadata: what follows is an inventory of devices, and no bill of what one product is made of.
inline constexpr std::string_view kIsInventory = "tocsin:inventory";
/// In front of the header of a free column, behind kOwn.
inline constexpr std::string_view kOther = "other:";
/// Of a component inside of another: it only says a version of that, of this part of it ("firmware", or nothing).
inline constexpr std::string_view kVersionOf = "tocsin:version-of";
/// The component has no product, and its name repeats this field.
inline constexpr std::string_view kNamedBy = "tocsin:named-by";
/// Names that CycloneDX itself has for devices (its property taxonomy, cdx:device).
inline constexpr std::string_view kDevice = "cdx:device:";
inline constexpr std::string_view kSerialNumber = "serialNumber";

struct TextField {
  Field field;
  std::string Item::* member;
};
/// Fields with one text; those that CycloneDX has a member for are not among them. `cpe` is for what is no CPE.
inline constexpr TextField kTexts[] = {
    {Field::key, &Item::key},
    {Field::name, &Item::name},
    {Field::family, &Item::family},
    {Field::model, &Item::model},
    {Field::hardware, &Item::hardware},
    {Field::site, &Item::site},
    {Field::zone, &Item::zone},
    {Field::conduit, &Item::conduit},
    {Field::purdue_level, &Item::purdue_level},
    {Field::criticality, &Item::criticality},
    {Field::exposure, &Item::exposure},
    {Field::safety, &Item::safety},
    {Field::environment, &Item::environment},
    {Field::production, &Item::production},
    {Field::owner, &Item::owner},
    {Field::next_outage, &Item::next_outage},
};

}  // namespace tocsin::formats::inventory::bom
