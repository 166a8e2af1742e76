#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/inventory/columns.hpp"
#include "formats/inventory/discovery.hpp"

namespace tocsin::formats::inventory {
namespace {

using boost::json::value;
using json::find;
using json::string_at;

std::string_view name_at(const value& object, std::string_view key, std::string_view member = "name") {
  const auto* found = find(object, key);
  return found == nullptr ? std::string_view{} : text::trim(string_at(*found, member));
}

const boost::json::array* devices_of(const value& root) noexcept {
  if (root.is_array()) return &root.get_array();
  const auto* results = find(root, "results");
  return results == nullptr || !results->is_array() ? nullptr : &results->get_array();
}

std::string plain(const value& from) {
  if (from.is_string()) return std::string{std::string_view{from.get_string()}};
  if (from.is_int64() || from.is_uint64() || from.is_double() || from.is_bool()) return json::write(from);
  // A choice with its label, or another object with its name.
  const auto label = string_at(from, "label");
  return std::string{label.empty() ? string_at(from, "name") : label};
}

Item item_of(const value& device, std::size_t row) {
  Item item;
  item.row = row;
  item.key = text::trim(string_at(device, "asset_tag"));
  if (const auto* id = find(device, "id"); item.key.empty() && id != nullptr && id->is_int64()) {
    item.key = fmt::format("device {}", id->get_int64());
  }
  item.name = text::trim(string_at(device, "name"));
  item.serial = text::trim(string_at(device, "serial"));
  if (const auto* type = find(device, "device_type")) {
    item.vendor = name_at(*type, "manufacturer");
    item.product = text::trim(string_at(*type, "model"));
    item.model = text::trim(string_at(*type, "part_number"));
  }
  item.site = name_at(device, "site");
  item.owner = name_at(device, "tenant");
  for (const auto* each : {"primary_ip4", "primary_ip6", "oob_ip"}) {
    const auto address = name_at(device, each, "address");
    add_address(item, address.substr(0, address.find('/')));
  }
  for (const auto& tag : json::array_at(device, "tags")) {
    if (const auto name = text::trim(string_at(tag, "name")); !name.empty()) item.tags.emplace_back(name);
  }
  for (const auto& [label, key] :
       std::initializer_list<std::pair<const char*, const char*>>{{"location", "location"},
                                                                  {"rack", "rack"},
                                                                  {"role", "role"},
                                                                  {"role", "device_role"},
                                                                  {"platform", "platform"}}) {
    const auto name = name_at(device, key);
    const std::pair<std::string, std::string> other{label, name};
    if (!name.empty() && std::ranges::find(item.others, other) == item.others.end()) item.others.push_back(other);
  }
  if (const auto* fields = find(device, "custom_fields"); fields != nullptr && fields->is_object()) {
    std::vector<std::pair<std::string, std::string>> named;
    for (const auto& field : fields->get_object()) named.emplace_back(field.key(), plain(field.value()));
    take_named(item, named);
  }
  return item;
}

}  // namespace

bool looks_like_netbox(const value& root) noexcept {
  const auto* devices = devices_of(root);
  if (devices == nullptr || devices->empty()) return false;
  const auto* type = find(devices->front(), "device_type");
  return type != nullptr && find(*type, "manufacturer") != nullptr;
}

Result<std::vector<Item>> read_netbox(const value& root) {
  const auto* devices = devices_of(root);
  if (devices == nullptr) return Error::invalid("is no list of NetBox's devices: it has no 'results'");
  if (devices->size() > kItemsMax) return Error::invalid(fmt::format("has more than {} devices", kItemsMax));
  std::vector<Item> items;
  for (const auto& device : *devices) items.push_back(item_of(device, items.size() + 1));
  if (items.empty()) return Error::invalid("The list of devices is empty", "/results");
  return items;
}

}  // namespace tocsin::formats::inventory
