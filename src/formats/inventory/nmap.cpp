#include <charconv>

#include <fmt/format.h>

#include "formats/inventory/discovery.hpp"
#include "formats/inventory/elements.hpp"

namespace tocsin::formats::inventory {
namespace {

using cvrf::Element;

/// "Rockwell Automation/Allen-Bradley (1)": without the number that the name was looked up by.
std::string_view without_number(std::string_view text) {
  const auto open = text.rfind('(');
  if (open == std::string_view::npos || open == 0 || !text.ends_with(')')) return text;
  const auto inside = text.substr(open + 1, text.size() - open - 2);
  return inside.find_first_not_of("0123456789") == std::string_view::npos ? text::trim(text.substr(0, open)) : text;
}

/// "V2.3", "03.110", "v1".
bool is_version(std::string_view word) {
  const bool marked = word.starts_with('v') || word.starts_with('V');
  if (marked) word.remove_prefix(1);
  if (word.empty() || word.front() < '0' || word.front() > '9') return false;
  return marked || word.find('.') != std::string_view::npos;
}

void set(std::string& into, std::string_view text) {
  if (into.empty()) into = text::trim(text);
}

/// A script's answers by their names; `table` is the script's element or a table in it.
class Answers {
 public:
  explicit Answers(const Element& table) : table_(table) {}
  std::string_view operator[](std::string_view key) const noexcept {
    for (const auto* each : table_.children) {
      if (each->local() == "elem" && text::equals_ignore_case_ascii(attribute_of(*each, "key"), key)) {
        return text::trim(each->text);
      }
    }
    return {};
  }

 private:
  const Element& table_;
};

void take_other(Item& item, std::string_view name, std::string_view text) {
  if (!text.empty()) item.others.emplace_back(name, text);
}

void take_s7(Item& item, const Answers& answers) {
  set(item.model, answers["Module"]);
  set(item.product, answers["Module Type"]);
  set(item.name, answers["System Name"]);
  set(item.serial, answers["Serial Number"]);
  add_version(item, "firmware", answers["Version"]);
  // Makers of compatible modules write their own.
  if (text::contains(answers["Copyright"], "Siemens")) set(item.vendor, "Siemens");
  if (answers["Basic Hardware"] != answers["Module"]) take_other(item, "basic hardware", answers["Basic Hardware"]);
  take_other(item, "plant identification", answers["Plant Identification"]);
}

void take_enip(Item& item, const Answers& answers) {
  set(item.vendor, without_number(answers["vendor"]));
  set(item.product, answers["productName"]);
  set(item.serial, answers["serialNumber"]);
  add_version(item, "firmware", answers["revision"]);
  add_address(item, answers["deviceIp"]);
  take_other(item, "device type", without_number(answers["type"]));
}

void take_bacnet(Item& item, const Answers& answers) {
  set(item.vendor, without_number(answers["Vendor Name"]));
  set(item.product, answers["Model Name"]);
  set(item.name, answers["Object Name"]);
  set(item.site, answers["Location"]);
  add_version(item, "firmware", answers["Firmware"]);
  add_version(item, "software", answers["Application Software"]);
  take_other(item, "description", answers["Description"]);
  take_other(item, "BACnet device", answers["Object-identifier"]);
}

void take_fox(Item& item, const Answers& answers) {
  set(item.vendor, "Tridium");  // Whose protocol Fox is; the brand is who sells the station.
  set(item.product, "Niagara");
  set(item.name, answers["hostName"]);
  add_version(item, "", answers["app.version"]);
  take_other(item, "brand", answers["brandId"]);
  take_other(item, "application", answers["app.name"]);
  take_other(item, "operating system", answers["os.name"]);
  take_other(item, "host id", answers["hostId"]);
}

/// Vendor, product code and revision in one text: "Schneider Electric PM710 v03.110".
void take_modbus_text(Item& item, std::string_view text) {
  text = text::trim(text);
  set(item.product, text);
  const auto last = text.rfind(' ');
  if (last != std::string_view::npos && is_version(text.substr(last + 1))) {
    add_version(item, "firmware", text.substr(last + 1));
  }
}

void take_modbus(Item& item, const Element& script) {
  constexpr std::string_view kName = "Device identification";
  bool any = false;
  for (const auto* unit : script.children) {
    const auto text = Answers{*unit}[kName];
    any = any || !text.empty();
    if (!text.empty()) take_modbus_text(item, text);
  }
  if (any) return;
  // Older versions of the script answer in lines of text.
  for (const auto line : text::split(attribute_of(script, "output"), '\n')) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !text::equals_ignore_case_ascii(text::trim(line.substr(0, colon)), kName)) {
      continue;
    }
    take_modbus_text(item, line.substr(colon + 1));
    return;
  }
}

void take_script(Item& item, const Element& script) {
  const auto id = attribute_of(script, "id");
  const Answers answers{script};
  if (id == "s7-info") take_s7(item, answers);
  if (id == "enip-info") take_enip(item, answers);
  if (id == "bacnet-info") take_bacnet(item, answers);
  if (id == "fox-info") take_fox(item, answers);
  if (id == "modbus-discover") take_modbus(item, script);
}

/// A guess at the operating system counts only where Nmap is this sure.
constexpr int kAccuracyMin = 90;

void take_system(Item& item, const Element& os) {
  const Element* best = nullptr;
  int accuracy = 0;
  for (const auto* match : os.children) {
    if (match->local() != "osmatch") continue;
    int sure = 0;
    const auto text = attribute_of(*match, "accuracy");
    std::from_chars(text.data(), text.data() + text.size(), sure);
    if (sure > accuracy) {
      best = match;
      accuracy = sure;
    }
  }
  if (best == nullptr || accuracy < kAccuracyMin) return;
  const auto* kind = child(*best, "osclass");
  if (item.product.empty() && item.model.empty()) {
    item.product = attribute_of(*best, "name");
    if (kind != nullptr) {
      set(item.vendor, attribute_of(*kind, "vendor"));
      set(item.cpe, text_of(*kind, "cpe"));
    }
  } else {
    take_other(item, "operating system", attribute_of(*best, "name"));
  }
  take_other(item, "operating system, sure", fmt::format("{} %", accuracy));
}

/// What -sV recognised behind a port, if it has a name.
std::optional<Item> service_of(const Element& port, const Item& host) {
  const auto* service = child(port, "service");
  if (service == nullptr || attribute_of(*service, "product").empty()) return std::nullopt;
  Item item;
  item.product = attribute_of(*service, "product");
  add_version(item, "", attribute_of(*service, "version"));
  item.name = host.name;
  item.addresses = host.addresses;
  for (const auto* each : service->children) {
    // Of the CPE names of a service "a" is the program's, "o" and "h" are the host's.
    if (each->local() == "cpe" && text::trim(each->text).starts_with("cpe:/a:")) set(item.cpe, each->text);
  }
  const auto place = fmt::format("{}/{}", attribute_of(port, "portid"), attribute_of(port, "protocol"));
  item.key = host.addresses.empty() ? place : fmt::format("{} {}", host.addresses.front(), place);
  item.others.emplace_back("service", fmt::format("{} {}", place, attribute_of(*service, "name")));
  take_other(item, "further", attribute_of(*service, "extrainfo"));
  return item;
}

void read_host(const Element& host, std::vector<Item>& items) {
  if (const auto* status = child(host, "status"); status != nullptr && attribute_of(*status, "state") == "down") return;
  Item item;
  std::string_view card;
  for (const auto* each : host.children) {
    if (each->local() != "address") continue;
    add_address(item, attribute_of(*each, "addr"));
    if (attribute_of(*each, "addrtype") == "mac") card = attribute_of(*each, "vendor");
  }
  if (!item.addresses.empty()) item.key = item.addresses.front();
  if (const auto* names = child(host, "hostnames")) {
    for (const auto* each : names->children) set(item.name, attribute_of(*each, "name"));
  }
  std::vector<Item> services;
  for (const auto* each : host.children) {
    if (each->local() == "hostscript") {
      for (const auto* script : each->children) take_script(item, *script);
    }
    if (each->local() != "ports") continue;
    for (const auto* port : each->children) {
      const auto* state = child(*port, "state");
      if (port->local() != "port" || state == nullptr || !attribute_of(*state, "state").starts_with("open")) continue;
      for (const auto* script : port->children) {
        if (script->local() == "script") take_script(item, *script);
      }
      if (auto service = service_of(*port, item)) services.push_back(std::move(*service));
    }
  }
  if (const auto* os = child(host, "os")) take_system(item, *os);
  // Who made the network card is a weak word: it stands where no other does.
  if (item.vendor.empty() && !card.empty()) take_other(item, "network card", card);
  items.push_back(std::move(item));
  for (auto& service : services) items.push_back(std::move(service));
}

}  // namespace

Result<std::vector<Item>> read_nmap(std::string_view bytes) {
  constexpr std::size_t kBytesMax = std::size_t{256} << 20, kNodesMax = 3'000'000;
  TRY(const auto document,
      cvrf::parse_xml(bytes, {.bytes_max = kBytesMax, .nodes_max = kNodesMax, .bare_doctype = true}));
  if (document.root().local() != "nmaprun") {
    return Error::invalid("is no output of Nmap, whose root element is 'nmaprun'", "1:1");
  }
  std::vector<Item> items;
  for (const auto* host : document.root().children) {
    if (host->local() == "host") read_host(*host, items);
    if (items.size() > kItemsMax) return Error::invalid(fmt::format("has more than {} hosts and services", kItemsMax));
  }
  for (std::size_t at = 0; at < items.size(); ++at) items[at].row = at + 1;
  if (items.empty()) return Error::invalid("Nmap found no host that is up", document.root().path());
  return items;
}

}  // namespace tocsin::formats::inventory
