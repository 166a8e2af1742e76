#include "formats/misp/templates.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/misp/attributes.hpp"

namespace tocsin::formats::misp {
namespace {

using boost::json::array;
using boost::json::object;

/// What a relation of a template is, where its type alone does not say it. "as": the type whose comparison it is;
/// "path": a path of its own. Neither: it says nothing that can be looked for.
struct Relation {
  std::string_view name, relation, as, path;
};
constexpr Relation kRelations[] = {
    {"file", "path", "", "file:parent_directory_ref.path"},
    {"file", "mimetype", "mime-type", ""},
    {"domain-ip", "ip", "", ""},
    {"domain-ip", "port", "", ""},
    {"url", "domain", "", ""},
    {"url", "host", "", ""},
    {"url", "ip", "", ""},
    {"url", "port", "", ""},
    {"email", "cc", "", "email-message:cc_refs[*].value"},
    {"email", "bcc", "", "email-message:bcc_refs[*].value"},
    {"asn", "subnet-announced", "", ""},
    {"ip-port", "domain", "", ""},
    {"ip-port", "hostname", "", ""},
    {"ip-port", "ip", "ip-dst", ""},
    {"ip-port", "ip-dst", "ip-dst", ""},
    {"ip-port", "ip-src", "ip-src", ""},
    {"mutex", "name", "mutex", ""},
    {"process", "image", "", "process:image_ref.name"},
    {"process", "command-line", "", "process:command_line"},
    {"process", "parent-image", "", "process:parent_ref.image_ref.name"},
    {"registry-key", "name", "", "windows-registry-key:values[*].name"},
    {"registry-key", "data", "", "windows-registry-key:values[*].data"},
    {"user-account", "username", "", "user-account:account_login"},
    {"user-account", "user-id", "", "user-account:user_id"},
    {"x509", "serial-number", "", "x509-certificate:serial_number"},
    {"x509", "issuer", "", "x509-certificate:issuer"},
    {"x509", "subject", "", "x509-certificate:subject"},
    {"network-connection", "hostname-dst", "", ""},
    {"network-connection", "hostname-src", "", ""},
    {"network-socket", "hostname-dst", "", ""},
    {"network-socket", "hostname-src", "", ""},
};
constexpr std::string_view kTogether[] = {"file",          "domain-ip", "url",   "email",
                                          "ip-port",       "process",   "mutex", "registry-key",
                                          "user-account",  "x509",      "asn",   "network-connection",
                                          "network-socket"};

const Relation* relation_of(std::string_view name, std::string_view relation) noexcept {
  const auto* found = std::ranges::find_if(
      kRelations, [&](const Relation& each) { return each.name == name && each.relation == relation; });
  return found == std::end(kRelations) ? nullptr : found;
}

bool is_traffic(std::string_view name) noexcept {
  return name == "ip-port" || name == "network-connection" || name == "network-socket";
}

std::string comparison(std::string_view name, const Part& part, bool with_domain) {
  if (part.value.empty()) return {};
  if (name == "domain-ip" && part.relation == "ip" && address_of(part.value) != Address::none) {
    if (with_domain) return fmt::format("domain-name:resolves_to_refs[*].value = {}", quoted(part.value));
    return fmt::format("{}:value = {}", address_of(part.value) == Address::ipv4 ? "ipv4-addr" : "ipv6-addr",
                       quoted(part.value));
  }
  if (is_traffic(name) && part.type == "port") {
    const auto port = comparison_of("port", part.value);
    if (port.empty()) return {};
    const bool source = part.relation == "src-port";
    return fmt::format("network-traffic:{}_port{}", source ? "src" : "dst", port.substr(port.find(' ')));
  }
  const auto* row = relation_of(name, part.relation);
  if (row == nullptr) return comparison_of(part.type, part.value);
  if (!row->as.empty()) return comparison_of(row->as, part.value);
  return row->path.empty() ? std::string{} : fmt::format("{} = {}", row->path, quoted(part.value));
}

/// Values of a relation, in order.
class Values {
 public:
  explicit Values(const std::vector<Part>& parts) {
    for (const auto& each : parts) {
      if (!each.value.empty()) values_[each.relation].push_back(&each);
    }
  }
  std::string_view one(std::string_view relation) const {
    const auto found = values_.find(relation);
    return found == values_.end() ? std::string_view{} : std::string_view{found->second.front()->value};
  }
  std::vector<const Part*> all(std::string_view relation) const {
    const auto found = values_.find(relation);
    return found == values_.end() ? std::vector<const Part*>{} : found->second;
  }

 private:
  std::map<std::string, std::vector<const Part*>, std::less<>> values_;
};

/// Observables that refer to each other, with their ids.
class Made {
 public:
  std::string add(object observable) {
    auto id = give_id(observable);
    const bool is_new = std::ranges::none_of(
        objects_, [&](const object& each) { return std::string_view{each.at("id").get_string()} == id; });
    if (is_new) objects_.push_back(std::move(observable));
    return id;
  }
  /// The observables of an attribute; the id of the last, or nothing.
  std::string attribute(std::string_view type, std::string_view value) {
    std::string id;
    for (auto& each : misp::observables_of(type, value)) id = add(std::move(each));
    return id;
  }
  /// An address, or a name.
  std::string host(std::string_view value) {
    const auto kind = address_of(value);
    if (kind == Address::none) return attribute("domain", value);
    auto out = begin(kind == Address::ipv4 ? "ipv4-addr" : "ipv6-addr");
    out["value"] = value;
    return add(std::move(out));
  }
  static object begin(std::string_view type) {
    object out;
    out["type"] = type;
    out["spec_version"] = "2.1";
    out["id"] = "";
    return out;
  }
  std::vector<object> take() { return std::move(objects_); }

 private:
  std::vector<object> objects_;
};

std::optional<std::int64_t> number_in(const std::string& comparison) {
  const auto at = comparison.rfind(' ');
  if (at == std::string::npos) return std::nullopt;
  return std::stoll(comparison.substr(at + 1));
}

void file(const Values& values, Made& made) {
  auto out = Made::begin("file");
  object hashes;
  for (const std::string_view type : {"md5", "sha1", "sha256", "sha512", "sha3-256", "sha3-512", "ssdeep"}) {
    const auto value = values.one(type);
    if (is_hash_of_stix(type, value))
      hashes[hash_name(type)] = type == "ssdeep" ? std::string{value} : text::lower_ascii(value);
  }
  const auto name = values.one("filename");
  if (hashes.empty() && name.empty()) return;
  if (!hashes.empty()) out["hashes"] = std::move(hashes);
  if (const auto size = number_in(comparison_of("size-in-bytes", values.one("size-in-bytes")))) out["size"] = *size;
  if (!name.empty()) out["name"] = name;
  if (const auto type = values.one("mimetype"); !type.empty()) out["mime_type"] = type;
  if (const auto path = values.one("path"); !path.empty()) {
    auto folder = Made::begin("directory");
    folder["path"] = path;
    out["parent_directory_ref"] = made.add(std::move(folder));
  }
  made.add(std::move(out));
}

void domain_ip(const Values& values, Made& made) {
  array addresses;
  for (const auto* each : values.all("ip")) {
    if (address_of(each->value) != Address::none) addresses.emplace_back(made.host(each->value));
  }
  for (const std::string_view relation : {"domain", "hostname"}) {
    for (const auto* each : values.all(relation)) {
      auto names = misp::observables_of("domain", each->value);
      if (names.empty()) continue;
      auto& name = names.back();
      if (!addresses.empty()) name["resolves_to_refs"] = addresses;
      made.add(std::move(name));
    }
  }
}

void traffic(const Values& values, Made& made) {
  auto out = Made::begin("network-traffic");
  const auto side = [&](std::string_view end, std::initializer_list<std::string_view> relations) {
    for (const auto relation : relations) {
      const auto value = values.one(relation);
      if (value.empty()) continue;
      if (const auto id = made.host(value); !id.empty()) {
        out[fmt::format("{}_ref", end)] = id;
        return;
      }
    }
  };
  side("src", {"ip-src", "hostname-src"});
  side("dst", {"ip-dst", "ip", "hostname-dst", "domain", "hostname"});
  for (const std::string_view end : {"src", "dst"}) {
    const auto port = number_in(comparison_of("port", values.one(fmt::format("{}-port", end))));
    if (port) out[fmt::format("{}_port", end)] = *port;
  }
  // The standard wants one end at least.
  if (!out.contains("src_ref") && !out.contains("dst_ref")) return;
  auto& protocols = out["protocols"].emplace_array();
  for (const std::string_view relation : {"layer3-protocol", "layer4-protocol", "layer7-protocol", "protocol"}) {
    const auto protocol = text::lower_ascii(values.one(relation));
    if (!protocol.empty() && protocol.find(' ') == std::string::npos) protocols.emplace_back(protocol);
  }
  if (protocols.empty()) protocols.emplace_back("tcp");
  made.add(std::move(out));
}

void email(const Values& values, Made& made) {
  auto out = Made::begin("email-message");
  out["is_multipart"] = false;
  bool any = false;
  for (const auto& [relation, property] : {std::pair{"to", "to_refs"}, {"cc", "cc_refs"}, {"bcc", "bcc_refs"}}) {
    array refs;
    for (const auto* each : values.all(relation)) {
      if (const auto id = made.attribute("email", each->value); !id.empty()) refs.emplace_back(id);
    }
    if (refs.empty()) continue;
    any = true;
    out[property] = std::move(refs);
  }
  if (const auto id = made.attribute("email", values.one("from")); !id.empty()) {
    any = true;
    out["from_ref"] = id;
  }
  for (const auto& [relation, property] : {std::pair{"subject", "subject"}, {"message-id", "message_id"}}) {
    const auto value = values.one(relation);
    if (value.empty()) continue;
    any = true;
    out[property] = value;
  }
  if (any) made.add(std::move(out));
}

void registry_key(const Values& values, Made& made) {
  const auto key = values.one("key");
  if (key.empty()) return;
  auto out = Made::begin("windows-registry-key");
  out["key"] = full_registry_key(key);
  object value;
  if (const auto name = values.one("name"); !name.empty()) value["name"] = name;
  if (const auto data = values.one("data"); !data.empty()) value["data"] = data;
  if (!value.empty()) out["values"].emplace_array().emplace_back(std::move(value));
  made.add(std::move(out));
}

void account(const Values& values, Made& made) {
  auto out = Made::begin("user-account");
  if (const auto id = values.one("user-id"); !id.empty()) out["user_id"] = id;
  if (const auto login = values.one("username"); !login.empty()) out["account_login"] = login;
  if (const auto shown = values.one("display-name"); !shown.empty()) out["display_name"] = shown;
  if (out.contains("user_id") || out.contains("account_login")) made.add(std::move(out));
}

void certificate(const Values& values, Made& made) {
  auto out = Made::begin("x509-certificate");
  object hashes;
  for (const std::string_view type : {"md5", "sha1", "sha256"}) {
    const auto value = values.one(fmt::format("x509-fingerprint-{}", type));
    if (is_hash_of_stix(type, value)) hashes[hash_name(type)] = text::lower_ascii(value);
  }
  if (!hashes.empty()) out["hashes"] = std::move(hashes);
  for (const auto& [relation, property] :
       {std::pair{"serial-number", "serial_number"}, {"issuer", "issuer"}, {"subject", "subject"}}) {
    if (const auto value = values.one(relation); !value.empty()) out[property] = value;
  }
  constexpr std::size_t kHead = 3;
  if (out.size() > kHead) made.add(std::move(out));
}

}  // namespace

std::string pattern_of(std::string_view name, const std::vector<Part>& parts) {
  const bool together = std::ranges::find(kTogether, name) != std::end(kTogether);
  const bool with_domain = std::ranges::any_of(
      parts, [](const Part& each) { return each.to_ids && (each.type == "domain" || each.type == "hostname"); });
  // What one relation says more than once are alternatives.
  std::vector<std::pair<std::string_view, std::vector<std::string>>> groups;
  for (const auto& each : parts) {
    if (!each.to_ids) continue;
    auto made = together ? comparison(name, each, with_domain) : comparison_of(each.type, each.value);
    if (made.empty()) continue;
    auto group = std::ranges::find_if(groups, [&](const auto& one) { return one.first == each.relation; });
    if (group == groups.end()) group = groups.insert(groups.end(), {each.relation, {}});
    if (std::ranges::find(group->second, made) == group->second.end()) group->second.push_back(std::move(made));
  }
  std::string out;
  if (!together) {
    for (const auto& [relation, comparisons] : groups) {
      for (const auto& each : comparisons) out += fmt::format("{}[{}]", out.empty() ? "" : " OR ", each);
    }
    return out;
  }
  for (const auto& [relation, comparisons] : groups) {
    out += out.empty() ? "" : " AND ";
    if (comparisons.size() == 1) {
      out += comparisons.front();
      continue;
    }
    for (std::size_t i = 0; i < comparisons.size(); ++i) {
      out += fmt::format("{}({})", i == 0 ? "(" : " OR ", comparisons[i]);
    }
    out += ')';
  }
  return out.empty() ? out : "[" + out + "]";
}

std::vector<object> observables_of(std::string_view name, const std::vector<Part>& parts) {
  const Values values{parts};
  Made made;
  if (name == "file") file(values, made);
  if (name == "domain-ip") domain_ip(values, made);
  if (is_traffic(name)) traffic(values, made);
  if (name == "email") email(values, made);
  if (name == "registry-key") registry_key(values, made);
  if (name == "user-account") account(values, made);
  if (name == "x509") certificate(values, made);
  if (name == "url") made.attribute("url", values.one("url"));
  if (name == "mutex") made.attribute("mutex", values.one("name"));
  if (name == "asn") made.attribute("AS", values.one("asn"));
  return made.take();
}

std::string_view stix_type_of_galaxy(std::string_view galaxy) noexcept {
  struct Ending {
    std::string_view text, type;
  };
  // "mitre-enterprise-attack-attack-pattern", "stix-2.1-campaign": by how they end.
  static constexpr Ending kEndings[] = {
      {"attack-pattern", "attack-pattern"},
      {"course-of-action", "course-of-action"},
      {"intrusion-set", "intrusion-set"},
      {"threat-actor", "threat-actor"},
      {"malware", "malware"},
      {"campaign", "campaign"},
      {"-tool", "tool"},
      {"vulnerability", "vulnerability"},
  };
  static constexpr Ending kNames[] = {
      {"mitre-ics-techniques", "attack-pattern"},
      {"mitre-ics-groups", "threat-actor"},
      {"mitre-ics-software", "malware"},
      {"microsoft-activity-group", "threat-actor"},
      {"android", "malware"},
      {"backdoor", "malware"},
      {"banker", "malware"},
      {"cryptominers", "malware"},
      {"malpedia", "malware"},
      {"ransomware", "malware"},
      {"stealer", "malware"},
      {"botnet", "tool"},
      {"exploit-kit", "tool"},
      {"rat", "tool"},
      {"tds", "tool"},
      {"tool", "tool"},
      {"sector", "identity"},
  };
  for (const auto& each : kNames) {
    if (galaxy == each.text) return each.type;
  }
  for (const auto& each : kEndings) {
    if (galaxy.ends_with(each.text)) return each.type;
  }
  return {};
}

}  // namespace tocsin::formats::misp
