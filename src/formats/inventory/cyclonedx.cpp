#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
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

/// Names of properties that CycloneDX itself has for devices (its property taxonomy, cdx:device).
void take_property(Item& item, const std::string& name, const std::string& text) {
  constexpr std::string_view kDevice = "cdx:device:";
  if (!name.starts_with(kDevice) || text.empty()) return;
  const auto what = std::string_view{name}.substr(kDevice.size());
  if (what == "serialNumber") {
    item.serial = text;
  } else if (what == "macAddress") {
    add_address(item, text);
  } else {
    item.others.emplace_back(what, text);
  }
}

Item item_of(Component component, std::size_t row) {
  Item item;
  item.row = row;
  item.key = std::move(component.ref);
  for (auto* who : {&component.manufacturer, &component.supplier, &component.publisher}) {
    if (item.vendor.empty()) item.vendor = std::move(*who);
  }
  item.product = std::move(component.name);
  add_version(item, component.type == "firmware" ? "firmware" : "", component.version);
  item.cpe = std::move(component.cpe);
  if (!component.purl.empty()) item.purls.push_back(std::move(component.purl));
  for (const auto& [algorithm, digits] : component.hashes) add_hash(item, algorithm, digits);
  if (!component.type.empty()) item.others.emplace_back("type", std::move(component.type));
  if (!component.group.empty()) item.others.emplace_back("group", std::move(component.group));
  for (const auto& [name, text] : component.properties) take_property(item, name, text);
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
void say(const Component& subject, std::string* about) {
  if (about == nullptr || subject.name.empty()) return;
  *about = subject.name + (subject.version.empty() ? "" : " " + subject.version);
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
  /// Without recursion: how deep components nest is the document's choice.
  Result<std::vector<Item>> collect(const Node* subject, const std::vector<const Node*>& top, auto&& children_of) {
    std::vector<const Node*> waiting;
    if (subject != nullptr) waiting.push_back(subject);
    waiting.insert(waiting.end(), top.begin(), top.end());
    for (std::size_t at = 0; at < waiting.size(); ++at) {
      if (at == kItemsMax) return Error::invalid(fmt::format("The BOM has more than {} components", kItemsMax));
      items_.push_back(item_of(component_of(*waiting[at]), at + 1));
      children_of(*waiting[at], waiting);
    }
    if (items_.empty()) return Error::invalid("The BOM has no component, and does not say what it is about");
    return std::move(items_);
  }

 private:
  std::vector<Item> items_;
};

}  // namespace

Result<std::vector<Item>> read_cyclonedx(const value& root, std::string* about) {
  const auto version = json::string_at(root, "specVersion");
  if (json::string_at(root, "bomFormat") != "CycloneDX" || !version.starts_with("1.")) {
    return Error::invalid(fmt::format("is no CycloneDX 1.x, but specVersion is '{}'", text::shorten(version, 40)),
                          "/specVersion");
  }
  const auto children_of = [](const value& from, std::vector<const value*>& into) {
    for (const auto& each : json::array_at(from, "components")) into.push_back(&each);
  };
  const value* subject = nullptr;
  if (const auto* metadata = json::find(root, "metadata")) subject = json::find(*metadata, "component");
  if (subject != nullptr) say(component_of(*subject), about);
  std::vector<const value*> top;
  children_of(root, top);
  return Collector<value>{}.collect(subject, top, children_of);
}

Result<std::vector<Item>> read_cyclonedx_xml(std::string_view bytes, std::string* about) {
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
  if (subject != nullptr) say(component_of(*subject), about);
  std::vector<const Element*> top;
  children_of(root, top);
  return Collector<Element>{}.collect(subject, top, children_of);
}

}  // namespace tocsin::formats::inventory
