#include <algorithm>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/json.hpp"
#include "formats/cpe/cpe.hpp"
#include "formats/inventory/bom_properties.hpp"
#include "formats/inventory/sbom.hpp"
#include "formats/purl/purl.hpp"

namespace tocsin::formats::inventory {
namespace {

using boost::json::array;
using boost::json::object;

/// What a component can be (CycloneDX 1.6, component/type).
constexpr std::string_view kTypes[] = {
    "application",        "framework", "library", "container",        "platform", "device",
    "device-driver",      "firmware",  "file",    "operating-system", "data",     "machine-learning-model",
    "cryptographic-asset"};

struct HashName {
  std::string_view ours, theirs;
  std::size_t digits;
};
/// CycloneDX 1.6, hash-alg.
constexpr HashName kHashes[] = {{"md5", "MD5", 32},
                                {"sha1", "SHA-1", 40},
                                {"sha256", "SHA-256", 64},
                                {"sha384", "SHA-384", 96},
                                {"sha512", "SHA-512", 128},
                                {"sha3-256", "SHA3-256", 64},
                                {"sha3-384", "SHA3-384", 96},
                                {"sha3-512", "SHA3-512", 128},
                                {"blake2b-256", "BLAKE2b-256", 64},
                                {"blake2b-384", "BLAKE2b-384", 96},
                                {"blake2b-512", "BLAKE2b-512", 128},
                                {"blake3", "BLAKE3", 64}};

/// Null: the schema does not know it, or it is not the hash that it is called.
const HashName* hash_name(const std::pair<std::string, std::string>& hash) {
  const auto& [algorithm, value] = hash;
  const auto* found = std::ranges::find(kHashes, std::string_view{algorithm}, &HashName::ours);
  const bool fits = found != std::end(kHashes) && value.size() == found->digits &&
                    std::ranges::all_of(value, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  return fits ? found : nullptr;
}

/// Of an item that came out of a bill of materials, what it was there; else a device.
std::string_view type_of(const Item& item) {
  for (const auto& [header, value] : item.others) {
    if (header != "type") continue;
    if (const auto* found = std::ranges::find(kTypes, std::string_view{value}); found != std::end(kTypes)) {
      return *found;
    }
  }
  return "device";
}

class Properties {
 public:
  void add(std::string_view name, std::string_view value) { list_.push_back(object{{"name", name}, {"value", value}}); }
  void add_own(Field field, std::string_view value) {
    if (!value.empty()) add(fmt::format("{}{}", bom::kOwn, to_string(field)), value);
  }
  void put_into(object& component) && {
    if (!list_.empty()) component["properties"] = std::move(list_);
  }

 private:
  array list_;
};

void put_vendor(object& component, const std::string& vendor) {
  if (vendor.empty()) return;
  // Who delivered it an inventory does not tell; what asks for a supplier is to find who made it.
  component["supplier"] = object{{"name", vendor}};
  component["manufacturer"] = object{{"name", vendor}};
}

/// A name there has to be.
std::string_view put_name(object& component, const Item& item, Properties& properties) {
  const std::pair<Field, std::string_view> names[] = {
      {Field::product, item.product}, {Field::model, item.model},
      {Field::family, item.family},   {Field::name, item.name},
      {Field::key, item.key},         {Field::serial, item.serial},
      {Field::cpe, item.cpe},         {Field::purl, item.purls.empty() ? "" : std::string_view{item.purls.front()}}};
  const auto* found = std::ranges::find_if(names, [](const auto& each) { return !each.second.empty(); });
  const bool named = found != std::end(names);
  const std::string_view name = named ? found->second : "unnamed";
  component["name"] = name;
  if (item.product.empty()) properties.add(bom::kNamedBy, to_string(named ? found->first : Field::none));
  return name;
}

void put_identifiers(object& component, const Item& item, Properties& properties) {
  // What is none is refused by who reads them strictly.
  if (!item.cpe.empty() && cpe::parse(item.cpe)) {
    component["cpe"] = item.cpe;
  } else {
    properties.add_own(Field::cpe, item.cpe);
  }
  const bool first_is_one = !item.purls.empty() && purl::parse(item.purls.front()).has_value();
  if (first_is_one) component["purl"] = item.purls.front();
  for (std::size_t i = first_is_one ? 1 : 0; i < item.purls.size(); ++i) properties.add_own(Field::purl, item.purls[i]);
  if (item.hashes.empty()) return;
  array hashes;
  for (const auto& each : item.hashes) {
    if (const auto* name = hash_name(each)) hashes.push_back(object{{"alg", name->theirs}, {"content", each.second}});
  }
  // In their order: one that the schema does not know has all of them told once more.
  if (hashes.size() != item.hashes.size()) {
    for (const auto& [algorithm, value] : item.hashes) {
      properties.add_own(Field::hash, fmt::format("{}:{}", algorithm, value));
    }
  }
  if (!hashes.empty()) component["hashes"] = std::move(hashes);
}

std::string_view type_of_part(std::string_view part, std::string_view whole) {
  if (part.empty()) return whole;
  return part == "software" ? "application" : "firmware";
}

std::string name_of_part(const std::string& part, std::string_view whole) {
  if (part.empty()) return std::string{whole};
  return part == "firmware" || part == "software" ? fmt::format("{} {}", whole, part) : part;
}

/// The version of the thing itself is a member; each other one is a component of it, for a device has none of its own
/// firmware (CycloneDX 1.6, component/type "device").
void put_versions(object& component, const Item& item, std::string_view name, std::string_view type,
                  std::string_view ref) {
  const std::string_view own = type == "firmware" ? "firmware" : "";
  const auto first = std::ranges::find(item.versions, own, &Version::component);
  if (first != item.versions.end()) component["version"] = first->text;
  array parts;
  for (auto each = item.versions.begin(); each != item.versions.end(); ++each) {
    if (each == first) continue;
    object part;
    part["type"] = type_of_part(each->component, type);
    part["bom-ref"] = fmt::format("{}-{}", ref, parts.size() + 1);
    put_vendor(part, item.vendor);
    part["name"] = name_of_part(each->component, name);
    part["version"] = each->text;
    part["properties"] = array{object{{"name", bom::kVersionOf}, {"value", each->component}}};
    parts.push_back(std::move(part));
  }
  if (!parts.empty()) component["components"] = std::move(parts);
}

object component_of(const Item& item, std::string_view ref) {
  object component;
  Properties properties;
  const auto type = type_of(item);
  component["type"] = type;
  component["bom-ref"] = ref;
  put_vendor(component, item.vendor);
  const auto name = put_name(component, item, properties);
  if (!item.serial.empty()) properties.add(fmt::format("{}{}", bom::kDevice, bom::kSerialNumber), item.serial);
  put_identifiers(component, item, properties);
  for (const auto& [field, member] : bom::kTexts) properties.add_own(field, item.*member);
  for (const auto& each : item.addresses) properties.add_own(Field::address, each);
  for (const auto& each : item.tags) properties.add_own(Field::tags, each);
  for (const auto& [header, value] : item.others) {
    properties.add(fmt::format("{}{}{}", bom::kOwn, bom::kOther, header), value);
  }
  put_versions(component, item, name, type, ref);
  std::move(properties).put_into(component);
  return component;
}

}  // namespace

std::string CycloneDxStream::begin(const BomHead& head) {
  const object subject{{"type", "platform"}, {"bom-ref", "inventory"}, {"name", head.subject}};
  const object metadata{
      {"timestamp", head.timestamp},
      {"lifecycles", array{object{{"phase", "operations"}}}},
      {"tools", object{{"components", array{object{{"type", "application"}, {"name", "Tocsin"}}}}}},
      {"component", subject},
      {"properties", array{object{{"name", bom::kIsInventory}, {"value", "1"}}}},
  };
  // Open at its end: the components are written one by one.
  return fmt::format(
      R"({{"bomFormat":"CycloneDX","specVersion":"1.6","serialNumber":"urn:uuid:{}","version":1,"metadata":{},"components":[)",
      head.uuid, json::write(metadata));
}

std::string CycloneDxStream::add(const Item& item, std::string_view ref) {
  std::string out = std::exchange(any_, true) ? ",\n" : "\n";
  json::write(out, component_of(item, ref));
  return out;
}

}  // namespace tocsin::formats::inventory
