#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/keyed_hash.hpp"
#include "base/text.hpp"
#include "formats/inventory/discovery.hpp"

namespace tocsin::formats::inventory {
namespace {

constexpr std::size_t kFieldsMax = 256;
constexpr std::size_t kServicesMax = 1000;  ///< Told of one address.

/// One line of a log.
class Record {
 public:
  std::string path;
  std::vector<std::pair<std::string, std::string>> fields;

  bool has(std::string_view name) const noexcept {
    return std::ranges::any_of(fields, [&](const auto& each) { return each.first == name; });
  }
  std::string_view operator[](std::string_view name) const noexcept {
    const auto found = std::ranges::find_if(fields, [&](const auto& each) { return each.first == name; });
    return found == fields.end() ? std::string_view{} : text::trim(found->second);
  }
};

/// "\x09" and other bytes that Zeek escapes.
std::string unescape(std::string_view text) {
  const auto digit = [](char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 3 < text.size() && text[at + 1] == 'x' && digit(text[at + 2]) >= 0 &&
        digit(text[at + 3]) >= 0) {
      out += static_cast<char>(digit(text[at + 2]) * 16 + digit(text[at + 3]));
      at += 3;
    } else {
      out += text[at];
    }
  }
  // What an attacker's device calls itself goes into messages and files.
  if (text::invalid_utf8_at(out) != std::string::npos) return std::string{text};
  std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return out;
}

/// Which log has such fields, where neither the record nor the file's name says it.
std::string_view path_by_fields(const Record& record) {
  if (record.has("device_type_name") && record.has("product_name")) return "cip_identity";
  if (record.has("automation_system_name") || record.has("module_serial")) return "s7comm_known_devices";
  if (record.has("software_type")) return "software";
  if (record.has("object_id_code") && record.has("object_value")) return "modbus_read_device_identification";
  if (record.has("pdu_service") && record.has("property")) return "bacnet_property";
  if (record.has("pdu_service") && record.has("instance_number")) return "bacnet_discovery";
  if (record.has("port_num") && record.has("port_proto")) return "known_services";
  if (record.has("host") && record.has("device_type")) return "known_modbus";
  if (record.has("mac") && record.has("dhcp_host_name")) return "known_devices";
  if (record.has("host") && record.fields.size() <= 3) return "known_hosts";
  return {};
}

constexpr std::string_view kPaths[] = {
    "known_hosts",  "known_services",   "known_devices",        "known_modbus",    "software",
    "cip_identity", "bacnet_discovery", "s7comm_known_devices", "bacnet_property", "modbus_read_device_identification"};

class Collector {
 public:
  /// False where the log says nothing of devices.
  Result<bool> take(const Record& record) {
    auto path = std::string_view{record.path};
    if (std::ranges::find(kPaths, path) == std::end(kPaths)) return false;
    if (items_.size() > kItemsMax) return Error::invalid(fmt::format("has more than {} things", kItemsMax));
    if (path == "known_hosts") device(record["host"]);
    if (path == "known_services") take_service(record);
    if (path == "known_devices") take_known_device(record);
    if (path == "known_modbus") take_known_modbus(record);
    if (path == "software") take_software(record);
    if (path == "cip_identity") take_cip(record);
    if (path == "s7comm_known_devices") take_s7(record);
    if (path == "bacnet_discovery") take_bacnet(record);
    if (path == "bacnet_property") take_bacnet_property(record);
    if (path == "modbus_read_device_identification") take_modbus(record);
    return true;
  }

  std::vector<Item> finish() && {
    std::vector<Item> items;
    for (auto& item : items_) {
      item.row = items.size() + 1;
      items.push_back(std::move(item));
    }
    return items;
  }

 private:
  static void set(std::string& into, std::string_view text) {
    if (into.empty() && text != "Unknown") into = text;
  }

  /// The thing at an address, or one of several behind it. Null where the log says no address.
  Item* device(std::string_view address, std::string_view part = {}) {
    if (address.empty()) return nullptr;
    auto key = part.empty() ? std::string{address} : fmt::format("{} {}", address, part);
    const auto [at, is_new] = by_key_.try_emplace(key, items_.size());
    if (is_new) {
      items_.emplace_back().key = std::move(key);
      add_address(items_.back(), address);
    }
    return &items_[at->second];
  }

  void take_service(const Record& record) {
    auto* item = device(record["host"]);
    if (item == nullptr || item->others.size() >= kServicesMax) return;
    std::pair<std::string, std::string> service{
        "service", text::trim(fmt::format("{}/{} {}", record["port_num"], record["port_proto"], record["service"]))};
    if (std::ranges::find(item->others, service) == item->others.end()) item->others.push_back(std::move(service));
  }

  void take_known_device(const Record& record) {
    if (auto* item = device(record["mac"])) set(item->name, record["dhcp_host_name"]);
  }

  void take_known_modbus(const Record& record) {
    auto* item = device(record["host"]);
    if (item == nullptr) return;
    std::pair<std::string, std::string> role{"modbus", record["device_type"]};
    if (std::ranges::find(item->others, role) == item->others.end()) item->others.push_back(std::move(role));
  }

  void take_software(const Record& record) {
    const auto name = record["name"];
    auto version = std::string{};
    for (const auto* each : {"version.major", "version.minor", "version.minor2", "version.minor3"}) {
      if (record[each].empty()) break;
      version.append(version.empty() ? "" : ".").append(record[each]);
    }
    if (!record["version.addl"].empty() && !version.empty()) version.append("-").append(record["version.addl"]);
    if (name.empty() || record["host"].empty()) return;
    auto* item = device(record["host"], fmt::format("{} {}", name, version));
    set(item->product, name);
    add_version(*item, "", version);
    if (item->others.empty()) {
      item->others.emplace_back("type", record["software_type"]);
      item->others.emplace_back("as seen", record["unparsed_version"]);
    }
  }

  void take_cip(const Record& record) {
    auto address = record["socket_address"];
    // Behind a gateway a device names no address of its own.
    if (address.empty() || address == "0.0.0.0") address = record["source_h"];
    if (address.empty()) address = record["id.resp_h"];
    auto* item = device(address);
    if (item == nullptr) return;
    set(item->vendor, record["vendor_name"]);
    set(item->product, record["product_name"]);
    set(item->serial, record["serial_number"]);
    add_version(*item, "firmware", record["revision"]);
    if (const auto type = record["device_type_name"]; !type.empty() && item->others.empty()) {
      item->others.emplace_back("device type", type);
    }
  }

  void take_s7(const Record& record) {
    auto* item = device(record["source_h"].empty() ? record["id.resp_h"] : record["source_h"]);
    if (item == nullptr) return;
    set(item->product, record["module_name"]);
    set(item->name, record["automation_system_name"]);
    set(item->serial, record["module_serial"]);
    if (const auto plant = record["plant_name"]; !plant.empty() && item->others.empty()) {
      item->others.emplace_back("plant identification", plant);
    }
  }

  /// Devices behind a router share its address; their number tells them apart.
  Item* bacnet_device(const Record& record) {
    const auto number = record["instance_number"];
    if (record["object_type"] != "device" || number.empty()) return nullptr;
    return device(record["source_h"].empty() ? record["id.orig_h"] : record["source_h"],
                  fmt::format("device {}", number));
  }

  void take_bacnet(const Record& record) {
    if (record["pdu_service"] != "i-am") return;
    if (auto* item = bacnet_device(record)) set(item->vendor, record["vendor"]);
  }

  void take_bacnet_property(const Record& record) {
    if (!record["pdu_service"].ends_with("-ack")) return;
    auto* item = bacnet_device(record);
    const auto property = record["property"], value = record["value"];
    if (item == nullptr || value.empty()) return;
    if (property == "vendor-name") set(item->vendor, value);
    if (property == "model-name") set(item->product, value);
    if (property == "object-name") set(item->name, value);
    if (property == "serial-number") set(item->serial, value);
    if (property == "location") set(item->site, value);
    if (property == "firmware-revision") add_version(*item, "firmware", value);
    if (property == "application-software-version") add_version(*item, "software", value);
  }

  void take_modbus(const Record& record) {
    const auto value = record["object_value"];
    if (value.empty() || record["request_response"] == "REQUEST") return;
    const auto unit = record["unit"];
    const auto address = record["source_h"].empty() ? record["id.resp_h"] : record["source_h"];
    auto* item = device(address, unit.empty() ? std::string{} : fmt::format("unit {}", unit));
    const auto what = record["object_id"];
    if (item == nullptr) return;
    if (what == "VendorName") set(item->vendor, value);
    if (what == "ProductCode") set(item->model, value);
    if (what == "MajorMinorVersion") add_version(*item, "firmware", value);
    if (what == "ProductName") set(item->product, value);
    if (what == "ModelName") set(item->family, value);
    if (what == "UserApplicationName") set(item->name, value);
  }

  std::vector<Item> items_;
  HashMap<std::string, std::size_t> by_key_;
};

/// Zeek's header of a log of tab-separated values.
struct Header {
  char separator = '\t';
  std::string set_separator = ",", empty = "(empty)", unset = "-", path;
  std::vector<std::string> fields;

  void take(std::string_view line) {
    const auto end = line.find_first_of(std::string{" "} + separator);
    if (end == std::string_view::npos) return;
    const auto name = line.substr(0, end);
    const auto value = line.substr(end + 1);
    if (name == "#separator") {
      *this = {};  // A next log begins.
      const auto text = value.starts_with("\\x") && value.size() == 4 ? value : std::string_view{"\\x09"};
      separator = text == "\\x20"                      ? ' '
                  : text == "\\x2c" || text == "\\x2C" ? ','
                  : text == "\\x7c" || text == "\\x7C" ? '|'
                                                       : '\t';
    }
    if (name == "#empty_field") empty = value;
    if (name == "#unset_field") unset = value;
    if (name == "#path") path = value;
    if (name == "#fields") {
      fields.clear();
      for (const auto field : text::split(value, separator)) fields.emplace_back(text::trim(field));
    }
  }
};

/// "zeek/known_hosts.log", "cip_identity.2025-03-01.log": what stands before the first dot.
std::string path_in(std::string_view name) {
  const auto slash = name.find_last_of("/\\");
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  return std::string{name.substr(0, name.find('.'))};
}

Result<Record> json_record(std::string_view line, std::size_t number) {
  auto parsed = json::parse(line, {.bytes_max = std::size_t{1} << 20, .depth_max = 8});
  if (!parsed || !parsed->root().is_object()) {
    return Error::invalid(fmt::format("Line {}: {}", number, parsed ? "no JSON object" : parsed.error().message),
                          std::to_string(number));
  }
  Record record;
  record.path = json::string_at(parsed->root(), "_path");
  for (const auto& member : parsed->root().get_object()) {
    if (record.fields.size() == kFieldsMax) break;
    const auto& value = member.value();
    if (value.is_null()) continue;
    std::string text;
    if (value.is_string()) {
      text = unescape(std::string_view{value.get_string()});
    } else if (value.is_array()) {
      for (const auto& each : value.get_array()) {
        if (each.is_string()) text.append(text.empty() ? "" : ",").append(std::string_view{each.get_string()});
      }
    } else if (!value.is_object()) {
      text = json::write(value);
    }
    record.fields.emplace_back(member.key(), std::move(text));
  }
  return record;
}

}  // namespace

Result<std::vector<Item>> read_zeek(std::string_view text, std::string_view name) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Collector collector;
  Header header;
  std::vector<std::string> passed_over;
  const auto named = path_in(name);
  std::size_t number = 0;
  bool any = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    auto line = text.substr(at, end - at);
    at = end + 1;
    ++number;
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() > (std::size_t{1} << 20))
      return Error::too_large(fmt::format("Line {}", number), std::size_t{1} << 20);
    if (text::trim(line).empty()) continue;
    if (line.front() == '#') {
      header.take(line);
      if (header.fields.size() > kFieldsMax) {
        return Error::invalid(fmt::format("Line {}: more than {} fields", number, kFieldsMax), std::to_string(number));
      }
      continue;
    }
    Record record;
    if (line.front() == '{') {
      TRY(record, json_record(line, number));
      if (record.path.empty() && std::ranges::find(kPaths, named) != std::end(kPaths)) record.path = named;
    } else {
      if (header.fields.empty()) {
        return Error::invalid(fmt::format("Line {}: no line '#fields' stands above it", number),
                              std::to_string(number));
      }
      record.path = header.path;
      const auto values = text::split(line, header.separator);
      if (values.size() != header.fields.size()) {
        return Error::invalid(
            fmt::format("Line {}: {} values, but '#fields' names {}", number, values.size(), header.fields.size()),
            std::to_string(number));
      }
      for (std::size_t field = 0; field < values.size(); ++field) {
        if (values[field] == header.unset || values[field] == header.empty) continue;
        record.fields.emplace_back(header.fields[field], unescape(values[field]));
      }
    }
    if (record.path.empty()) record.path = path_by_fields(record);
    TRY(const bool taken, collector.take(record));
    any = any || taken;
    const auto path = !record.path.empty() ? record.path : named.empty() || named == "-" ? "these records" : named;
    if (!taken && passed_over.size() < 20 && std::ranges::find(passed_over, path) == passed_over.end())
      passed_over.push_back(path);
  }
  auto items = std::move(collector).finish();
  if (!items.empty()) return items;
  std::vector<std::string> known{std::begin(kPaths), std::end(kPaths)};
  if (any || passed_over.empty()) return Error::invalid("The logs name no device");
  return Error::invalid(
      fmt::format("Nothing of {} names devices; read are {}", text::list_some(passed_over), fmt::join(known, ", ")));
}

}  // namespace tocsin::formats::inventory
