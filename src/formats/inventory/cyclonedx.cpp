#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/inventory/bom_properties.hpp"
#include "formats/inventory/elements.hpp"
#include "formats/inventory/sbom.hpp"

namespace tocsin::formats::inventory {
namespace {

using boost::json::value;
using cvrf::Element;

/// What both notations say of a component.
struct Component {
  std::string type, ref, manufacturer, supplier, publisher, group, name, version, cpe, purl;
  std::vector<std::pair<std::string, std::string>> hashes{}, properties{};
};

constexpr std::string_view kOwnHash = "tocsin:hash";

/// What CycloneDX itself names of devices.
void take_of_device(Item& item, std::string_view what, const std::string& text) {
  if (what == bom::kSerialNumber) {
    item.serial = text;
  } else if (what == "macAddress") {
    add_address(item, text);
  } else {
    item.others.emplace_back(what, text);
  }
}

/// "sha256:00ff"
void take_hash(Item& item, std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return;
  item.hashes.emplace_back(text::trim(text.substr(0, colon)), text::trim(text.substr(colon + 1)));
}

/// What an inventory is written with (bom_properties.hpp).
void take_own(Item& item, std::string_view what, const std::string& text) {
  if (what.starts_with(bom::kOther)) {
    item.others.emplace_back(what.substr(bom::kOther.size()), text);
    return;
  }
  const auto field = parse_field(what);
  if (!field) return;
  if (const auto* found = std::ranges::find(bom::kTexts, *field, &bom::TextField::field);
      found != std::end(bom::kTexts)) {
    item.*found->member = text;
    return;
  }
  if (*field == Field::cpe) item.cpe = text;
  if (*field == Field::purl) item.purls.push_back(text);
  if (*field == Field::address) add_address(item, text);
  if (*field == Field::tags) item.tags.push_back(text);
  if (*field == Field::hash) take_hash(item, text);
}

void take_properties(Item& item, const Component& component) {
  const auto& properties = component.properties;
  const auto has = [&](std::string_view name) {
    return std::ranges::any_of(properties, [&](const auto& each) { return each.first == name; });
  };
  if (has(bom::kNamedBy)) item.product.clear();
  // All of them once more, where a member could not say one.
  if (has(kOwnHash)) item.hashes.clear();
  for (const auto& [name, text] : properties) {
    const std::string_view whole = name;
    if (text.empty()) continue;
    if (whole.starts_with(bom::kDevice)) take_of_device(item, whole.substr(bom::kDevice.size()), text);
    if (whole.starts_with(bom::kOwn)) take_own(item, whole.substr(bom::kOwn.size()), text);
  }
}

/// Of which part of the component that it stands in it only says the version; nothing where it is one of its own.
std::optional<std::string> version_of(const Component& component) {
  const auto found =
      std::ranges::find(component.properties, bom::kVersionOf, &std::pair<std::string, std::string>::first);
  if (found == component.properties.end()) return std::nullopt;
  return found->second;
}

Item item_of(Component component, std::size_t row, bool of_inventory) {
  Item item;
  item.row = row;
  if (!of_inventory) item.key = std::move(component.ref);
  for (auto* who : {&component.manufacturer, &component.supplier, &component.publisher}) {
    if (item.vendor.empty()) item.vendor = std::move(*who);
  }
  item.product = std::move(component.name);
  add_version(item, component.type == "firmware" ? "firmware" : "", component.version);
  item.cpe = std::move(component.cpe);
  if (!component.purl.empty()) item.purls.push_back(std::move(component.purl));
  for (const auto& [algorithm, digits] : component.hashes) add_hash(item, algorithm, digits);
  // An inventory has its free columns as properties.
  if (!of_inventory) {
    if (!component.type.empty()) item.others.emplace_back("type", std::move(component.type));
    if (!component.group.empty()) item.others.emplace_back("group", std::move(component.group));
  }
  take_properties(item, component);
  return item;
}

std::string text_at(const value& object, std::string_view key) {
  return std::string{text::trim(json::string_at(object, key))};
}
std::string name_at(const value& object, std::string_view key) {
  const auto* found = json::find(object, key);
  return found == nullptr ? std::string{} : text_at(*found, "name");
}

Component component_of(const value& from) {
  Component component{.type = text_at(from, "type"),
                      .ref = text_at(from, "bom-ref"),
                      .manufacturer = name_at(from, "manufacturer"),
                      .supplier = name_at(from, "supplier"),
                      .publisher = text_at(from, "publisher"),
                      .group = text_at(from, "group"),
                      .name = text_at(from, "name"),
                      .version = text_at(from, "version"),
                      .cpe = text_at(from, "cpe"),
                      .purl = text_at(from, "purl")};
  for (const auto& hash : json::array_at(from, "hashes")) {
    component.hashes.emplace_back(text_at(hash, "alg"), text_at(hash, "content"));
  }
  for (const auto& property : json::array_at(from, "properties")) {
    component.properties.emplace_back(text_at(property, "name"), text_at(property, "value"));
  }
  return component;
}

/// "Pump controller 2.1"
void say(const Component& subject, BomSubject& about) {
  if (subject.name.empty()) return;
  about.name = subject.name + (subject.version.empty() ? "" : " " + subject.version);
}

std::string name_of(const Element& of, std::string_view name) {
  const auto* found = child(of, name);
  return std::string{found == nullptr ? std::string_view{} : text_of(*found, "name")};
}

Component component_of(const Element& from) {
  Component component{.type = std::string{attribute_of(from, "type")},
                      .ref = std::string{attribute_of(from, "bom-ref")},
                      .manufacturer = name_of(from, "manufacturer"),
                      .supplier = name_of(from, "supplier"),
                      .publisher = std::string{text_of(from, "publisher")},
                      .group = std::string{text_of(from, "group")},
                      .name = std::string{text_of(from, "name")},
                      .version = std::string{text_of(from, "version")},
                      .cpe = std::string{text_of(from, "cpe")},
                      .purl = std::string{text_of(from, "purl")}};
  if (const auto* hashes = child(from, "hashes")) {
    for (const auto* hash : hashes->children) {
      component.hashes.emplace_back(attribute_of(*hash, "alg"), text::trim(hash->text));
    }
  }
  if (const auto* properties = child(from, "properties")) {
    for (const auto* property : properties->children) {
      component.properties.emplace_back(attribute_of(*property, "name"), text::trim(property->text));
    }
  }
  return component;
}

template <class Node>
class Collector {
 public:
  explicit Collector(bool of_inventory) : of_inventory_(of_inventory) {}
  /// Without recursion: how deep components nest is the document's choice.
  Result<std::vector<Item>> collect(const Node* subject, const std::vector<const Node*>& top, auto&& children_of) {
    std::vector<const Node*> waiting, inside;
    if (subject != nullptr && !of_inventory_) waiting.push_back(subject);
    waiting.insert(waiting.end(), top.begin(), top.end());
    for (std::size_t at = 0; at < waiting.size(); ++at) {
      if (at == kItemsMax) return Error::invalid(fmt::format("The BOM has more than {} components", kItemsMax));
      auto& item = items_.emplace_back(item_of(component_of(*waiting[at]), at + 1, of_inventory_));
      inside.clear();
      children_of(*waiting[at], inside);
      for (const auto* each : inside) {
        const auto part = component_of(*each);
        if (auto part_name = version_of(part)) {
          if (!part.version.empty()) item.versions.push_back({std::move(*part_name), part.version});
          // Whatever somebody put in there is no version.
          children_of(*each, waiting);
        } else {
          waiting.push_back(each);
        }
      }
    }
    if (items_.empty()) return Error::invalid("The BOM has no component, and does not say what it is about");
    return std::move(items_);
  }

 private:
  const bool of_inventory_;
  std::vector<Item> items_;
};

}  // namespace

Result<std::vector<Item>> read_cyclonedx(const value& root, BomSubject* about) {
  const auto version = json::string_at(root, "specVersion");
  if (json::string_at(root, "bomFormat") != "CycloneDX" || !version.starts_with("1.")) {
    return Error::invalid(fmt::format("is no CycloneDX 1.x, but specVersion is '{}'", text::shorten(version, 40)),
                          "/specVersion");
  }
  const auto children_of = [](const value& from, std::vector<const value*>& into) {
    for (const auto& each : json::array_at(from, "components")) into.push_back(&each);
  };
  const value* subject = nullptr;
  BomSubject said;
  if (const auto* metadata = json::find(root, "metadata")) {
    subject = json::find(*metadata, "component");
    said.is_inventory = std::ranges::any_of(json::array_at(*metadata, "properties"), [](const value& each) {
      return text_at(each, "name") == bom::kIsInventory;
    });
  }
  if (subject != nullptr) say(component_of(*subject), said);
  if (about != nullptr) *about = said;
  std::vector<const value*> top;
  children_of(root, top);
  return Collector<value>{said.is_inventory}.collect(subject, top, children_of);
}

Result<std::vector<Item>> read_cyclonedx_xml(std::string_view bytes, BomSubject* about) {
  constexpr std::size_t kDepthMax = 128, kNodesMax = 2'000'000;
  TRY(const auto document, cvrf::parse_xml(bytes, {.nodes_max = kNodesMax, .depth_max = kDepthMax}));
  const auto& root = document.root();
  constexpr std::string_view kNamespace = "http://cyclonedx.org/schema/bom/1.";
  if (root.local() != "bom" || !root.uri.starts_with(kNamespace)) {
    return Error::invalid(fmt::format("is no CycloneDX 1.x, whose root element is 'bom' of {}x", kNamespace), "1:1");
  }
  const auto children_of = [](const Element& from, std::vector<const Element*>& into) {
    const auto* components = child(from, "components");
    if (components == nullptr) return;
    for (const auto* each : components->children) {
      if (each->local() == "component") into.push_back(each);
    }
  };
  const auto* metadata = child(root, "metadata");
  const auto* subject = metadata == nullptr ? nullptr : child(*metadata, "component");
  const auto* properties = metadata == nullptr ? nullptr : child(*metadata, "properties");
  BomSubject said;
  said.is_inventory = properties != nullptr && std::ranges::any_of(properties->children, [](const auto* each) {
                        return attribute_of(*each, "name") == bom::kIsInventory;
                      });
  if (subject != nullptr) say(component_of(*subject), said);
  if (about != nullptr) *about = said;
  std::vector<const Element*> top;
  children_of(root, top);
  return Collector<Element>{said.is_inventory}.collect(subject, top, children_of);
}

}  // namespace tocsin::formats::inventory
