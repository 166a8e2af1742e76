#include "formats/misp/attributes.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/stix/ids.hpp"
#include "formats/threat_text/extract.hpp"

namespace tocsin::formats::misp {
namespace {

using boost::json::array;
using boost::json::object;
using threat_text::Kind;

/// One property with the value as it stands.
struct Simple {
  std::string_view type, observable, property;
};
constexpr Simple kSimple[] = {
    {"domain", "domain-name", "value"},
    {"hostname", "domain-name", "value"},
    {"url", "url", "value"},
    {"uri", "url", "value"},
    {"link", "url", "value"},
    {"email", "email-addr", "value"},
    {"mutex", "mutex", "name"},
    {"filename", "file", "name"},
    {"regkey", "windows-registry-key", "key"},
    {"mac-address", "mac-addr", "value"},
    {"email-subject", "email-message", "subject"},
    {"email-body", "email-message", "body"},
    {"email-message-id", "email-message", "message_id"},
};

/// Only in patterns: as properties of observables they would need what MISP does not say.
struct PatternOnly {
  std::string_view type, path;
  bool is_number = false;
};
constexpr PatternOnly kPatternOnly[] = {
    {"email-attachment", "email-message:body_multipart[*].body_raw_ref.name"},
    {"email-reply-to", "email-message:additional_header_fields.'Reply-To'"},
    {"email-x-mailer", "email-message:additional_header_fields.'X-Mailer'"},
    {"email-header", "email-message:received_lines[*]"},
    {"http-method", "network-traffic:extensions.'http-request-ext'.request_method"},
    {"user-agent", "network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'"},
    {"port", "network-traffic:dst_port", true},
    {"size-in-bytes", "file:size", true},
    {"mime-type", "file:mime_type"},
};

struct Hash {
  std::string_view type, name;
  std::size_t digits = 0;  ///< 0: no hash of hexadecimal digits, or none that STIX knows.
};
constexpr Hash kHashes[] = {
    {"md5", "MD5", 32},
    {"sha1", "SHA-1", 40},
    {"sha256", "SHA-256", 64},
    {"sha512", "SHA-512", 128},
    {"sha3-256", "SHA3-256", 64},
    {"sha3-512", "SHA3-512", 128},
    {"ssdeep", "SSDEEP"},
    {"tlsh", "TLSH"},
    {"sha224", "SHA-224"},
    {"sha384", "SHA-384"},
    {"sha512/224", "SHA-512/224"},
    {"sha512/256", "SHA-512/256"},
    {"sha3-224", "SHA3-224"},
    {"sha3-384", "SHA3-384"},
    {"authentihash", "AUTHENTIHASH"},
    {"imphash", "IMPHASH"},
    {"pehash", "PEHASH"},
    {"telfhash", "TELFHASH"},
    {"vhash", "VHASH"},
};

struct Certificate {
  std::string_view type, hash;
};
constexpr Certificate kCertificates[] = {
    {"x509-fingerprint-md5", "md5"}, {"x509-fingerprint-sha1", "sha1"}, {"x509-fingerprint-sha256", "sha256"}};

template <class Row, std::size_t N>
const Row* row_of(const Row (&rows)[N], std::string_view type) noexcept {
  const auto* found = std::ranges::find(rows, type, &Row::type);
  return found == std::end(rows) ? nullptr : found;
}

std::optional<std::int64_t> whole_number(std::string_view text, std::int64_t max) noexcept {
  std::int64_t number = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc{} || stop != end || number < 0 || number > max) return std::nullopt;
  return number;
}
constexpr std::int64_t kPortMax = 65'535;
constexpr std::int64_t kAsMax = 4'294'967'295;

std::optional<std::int64_t> as_number(std::string_view text) noexcept {
  if (text.size() > 2 && text::equals_ignore_case_ascii(text.substr(0, 2), "as")) text.remove_prefix(2);
  return whole_number(text, kAsMax);
}

std::string_view address_type(Address address) noexcept { return address == Address::ipv4 ? "ipv4-addr" : "ipv6-addr"; }

std::string hash_path(std::string_view observable, std::string_view name) {
  const bool plain = std::ranges::all_of(name, [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
  return plain ? fmt::format("{}:hashes.{}", observable, name) : fmt::format("{}:hashes.{}", observable, quoted(name));
}

std::string equal(std::string_view path, std::string_view value) { return fmt::format("{} = {}", path, quoted(value)); }

/// "network-traffic:dst_ref.value" of an address, or of a name.
std::string traffic(std::string_view end, std::string_view value) {
  const auto address = address_of(value);
  const auto type = address == Address::none ? std::string_view{"domain-name"} : address_type(address);
  const bool network = address != Address::none && text::contains(value, "/");
  return fmt::format("network-traffic:{0}_ref.type = '{1}' AND network-traffic:{0}_ref.value {2} {3}", end, type,
                     network ? "ISSUBSET" : "=", quoted(value));
}

object begin(std::string_view type) {
  object out;
  out["type"] = type;
  out["spec_version"] = "2.1";
  out["id"] = "";
  return out;
}

object with_value(std::string_view type, std::string_view property, std::string_view value) {
  auto out = begin(type);
  if (type == "email-message") out["is_multipart"] = false;
  out[property] = value;
  return out;
}

object address(Address kind, std::string_view value) { return with_value(address_type(kind), "value", value); }

object traffic_of(std::string_view end, const std::string& ref, std::optional<std::int64_t> port) {
  auto out = begin("network-traffic");
  out["protocols"].emplace_array().emplace_back("tcp");
  out[fmt::format("{}_ref", end)] = ref;
  if (port) out[fmt::format("{}_port", end)] = *port;
  return out;
}

std::vector<object> done(std::vector<object> made) {
  for (auto& each : made) {
    if (each.at("id").get_string().empty()) give_id(each);
  }
  return made;
}

/// A file by name and hash, either of which may be absent.
std::vector<object> file_of(std::string_view name, std::string_view hash, std::string_view value) {
  if (!hash.empty() && !is_hash_of_stix(hash, value)) return {};
  auto out = begin("file");
  if (!hash.empty()) out["hashes"].emplace_object()[hash_name(hash)] = text::lower_ascii(value);
  if (hash == "ssdeep") out["hashes"].get_object()[hash_name(hash)] = value;
  if (!name.empty()) out["name"] = name;
  return done({std::move(out)});
}

/// "src" of "ip-src", "dst" of "hostname|port"; empty where it is neither.
std::string_view end_of(std::string_view type) noexcept {
  if (type.starts_with("ip-src")) return "src";
  if (type.starts_with("ip-dst") || type == "hostname|port") return "dst";
  return {};
}

bool is_url(std::string_view value) noexcept {
  return text::contains(value, "://") &&
         std::ranges::none_of(value, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

bool is_mail_address(std::string_view value) noexcept {
  const auto at = value.find('@');
  return at != value.npos && at > 0 && at + 1 < value.size() && value.find_first_of(" \t\r\n<>") == value.npos;
}

bool is_mac(std::string_view value) noexcept {
  constexpr std::size_t kBytes = 17;
  if (value.size() != kBytes) return false;
  for (std::size_t i = 0; i < kBytes; ++i) {
    const char c = value[i];
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (i % 3 == 2 ? c != ':' : !digit) return false;
  }
  return true;
}

/// Is it what the type says it is, as far as STIX asks?
bool fits(std::string_view type, std::string_view value) noexcept {
  if (value.empty()) return false;
  if (type == "url" || type == "uri" || type == "link") return is_url(value);
  if (type == "email" || type == "email-src" || type == "email-dst") return is_mail_address(value);
  if (type == "mac-address") return is_mac(value);
  if (type == "domain" || type == "hostname") {
    return value.find_first_of(" \t\r\n/") == value.npos && address_of(value) == Address::none;
  }
  return true;
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out += '\'';
}

Halves halves_of(std::string_view text) noexcept {
  const auto at = text.find('|');
  if (at == text.npos) return {text, {}};
  return {text.substr(0, at), text.substr(at + 1)};
}

std::string_view hash_name(std::string_view type) noexcept {
  const auto* row = row_of(kHashes, type);
  return row != nullptr ? row->name : std::string_view{};
}

bool is_hash_of_stix(std::string_view type, std::string_view value) noexcept {
  const auto* row = row_of(kHashes, type);
  if (row == nullptr) return false;
  if (type == "ssdeep") {
    const auto parts = text::split(value, ':');
    return parts.size() == 3 && whole_number(parts[0], 1LL << 40).has_value();
  }
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  return row->digits > 0 && value.size() == row->digits && std::ranges::all_of(value, is_hex);
}

std::string_view rule_language(std::string_view type) noexcept {
  for (const std::string_view each : {"yara", "sigma", "snort", "suricata"}) {
    if (type == each) return each;
  }
  return {};
}

Address address_of(std::string_view value) noexcept {
  const auto found = threat_text::read_one(value);
  if (!found || found->defanged) return Address::none;
  if (found->kind == Kind::ipv4) return Address::ipv4;
  // "[2001:db8::7]:502" is an address and more.
  return found->kind == Kind::ipv6 && found->port == 0 ? Address::ipv6 : Address::none;
}

std::string full_registry_key(std::string_view key) {
  static constexpr std::pair<std::string_view, std::string_view> kHives[] = {{"HKLM", "HKEY_LOCAL_MACHINE"},
                                                                             {"HKCU", "HKEY_CURRENT_USER"},
                                                                             {"HKCR", "HKEY_CLASSES_ROOT"},
                                                                             {"HKU", "HKEY_USERS"},
                                                                             {"HKCC", "HKEY_CURRENT_CONFIG"}};
  const auto hive = key.substr(0, key.find('\\'));
  for (const auto& [abbreviated, full] : kHives) {
    if (text::equals_ignore_case_ascii(hive, abbreviated)) return std::string{full}.append(key.substr(hive.size()));
  }
  return std::string{key};
}

std::string give_id(object& observable) {
  csaf::TapeReader reader;
  const auto written = json::write(observable);
  std::optional<std::string> id;
  if (const auto read = reader.read(written, {})) id = stix::deterministic_id(*read);
  if (!id) {
    // Nothing to follow from: of version 4 by its form, but the same each time.
    auto uuid = stix::observable_uuid(written);
    uuid[14] = '4';
    const auto& type = observable.at("type").get_string();
    id = fmt::format("{}--{}", std::string_view{type.data(), type.size()}, uuid);
  }
  observable["id"] = *id;
  return *std::move(id);
}

std::string comparison_of(std::string_view type, std::string_view value) {
  if (!fits(type, value)) return {};
  if (const auto* row = row_of(kSimple, type)) {
    return equal(fmt::format("{}:{}", row->observable, row->property),
                 type == "regkey" ? full_registry_key(value) : std::string{value});
  }
  if (const auto* row = row_of(kPatternOnly, type)) {
    if (!row->is_number) return equal(row->path, value);
    const auto number = whole_number(value, type == "port" ? kPortMax : (1LL << 53));
    return number ? fmt::format("{} = {}", row->path, *number) : std::string{};
  }
  if (const auto name = hash_name(type); !name.empty()) return equal(hash_path("file", name), value);
  if (const auto* row = row_of(kCertificates, type)) {
    return equal(hash_path("x509-certificate", hash_name(row->hash)), value);
  }
  if (type == "ip-src" || type == "ip-dst") {
    return address_of(value) == Address::none ? std::string{} : traffic(end_of(type), value);
  }
  if (type == "email-src") return equal("email-message:from_ref.value", value);
  if (type == "email-dst") return equal("email-message:to_refs[*].value", value);
  if (type == "AS") {
    const auto number = as_number(value);
    return number ? fmt::format("autonomous-system:number = {}", *number) : std::string{};
  }
  if (type == "github-username") {
    return "user-account:account_type = 'github' AND " + equal("user-account:account_login", value);
  }
  const auto types = halves_of(type == "malware-sample" ? "filename|md5" : type);
  const auto values = halves_of(value);
  if (types.second.empty() || values.first.empty() || values.second.empty()) return {};
  if (types.first == "filename" && !hash_name(types.second).empty()) {
    return equal("file:name", values.first) + " AND " +
           equal(hash_path("file", hash_name(types.second)), values.second);
  }
  if (type == "domain|ip" && address_of(values.second) != Address::none) {
    return equal("domain-name:value", values.first) + " AND " +
           equal("domain-name:resolves_to_refs[*].value", values.second);
  }
  if (type == "regkey|value") {
    return equal("windows-registry-key:key", full_registry_key(values.first)) + " AND " +
           equal("windows-registry-key:values[*].data", values.second);
  }
  const auto port = whole_number(values.second, kPortMax);
  const auto end = end_of(type);
  if (types.second == "port" && port && !end.empty() &&
      (type == "hostname|port" || address_of(values.first) != Address::none)) {
    return fmt::format("{} AND network-traffic:{}_port = {}", traffic(end, values.first), end, *port);
  }
  return {};
}

std::vector<object> observables_of(std::string_view type, std::string_view value) {
  if (!fits(type, value)) return {};
  if (type == "filename") return file_of(value, {}, {});
  if (const auto* row = row_of(kSimple, type)) {
    const auto said = type == "mac-address" ? text::lower_ascii(value)
                      : type == "regkey"    ? full_registry_key(value)
                                            : std::string{value};
    return done({with_value(row->observable, row->property, said)});
  }
  if (!hash_name(type).empty()) return file_of({}, type, value);
  if (const auto* row = row_of(kCertificates, type); row != nullptr && is_hash_of_stix(row->hash, value)) {
    auto out = begin("x509-certificate");
    out["hashes"].emplace_object()[hash_name(row->hash)] = text::lower_ascii(value);
    return done({std::move(out)});
  }
  if (type == "ip-src" || type == "ip-dst") {
    const auto kind = address_of(value);
    if (kind == Address::none) return {};
    auto host = address(kind, value);
    const auto ref = give_id(host);
    return done({std::move(host), traffic_of(end_of(type), ref, {})});
  }
  if (type == "email-src" || type == "email-dst") {
    auto mailbox = with_value("email-addr", "value", value);
    const auto ref = give_id(mailbox);
    auto message = begin("email-message");
    message["is_multipart"] = false;
    if (type == "email-src") {
      message["from_ref"] = ref;
    } else {
      message["to_refs"].emplace_array().emplace_back(ref);
    }
    return done({std::move(mailbox), std::move(message)});
  }
  if (type == "AS") {
    const auto number = as_number(value);
    if (!number) return {};
    auto out = begin("autonomous-system");
    out["number"] = *number;
    return done({std::move(out)});
  }
  if (type == "github-username") {
    auto out = with_value("user-account", "account_login", value);
    out["account_type"] = "github";
    return done({std::move(out)});
  }
  const auto types = halves_of(type);
  const auto values = halves_of(value);
  if (types.second.empty() || values.first.empty() || values.second.empty()) return {};
  if (types.first == "filename") return file_of(values.first, types.second, values.second);
  if (type == "domain|ip") {
    const auto kind = address_of(values.second);
    if (kind == Address::none) return {};
    auto host = address(kind, values.second);
    const auto ref = give_id(host);
    auto name = with_value("domain-name", "value", values.first);
    name["resolves_to_refs"].emplace_array().emplace_back(ref);
    return done({std::move(host), std::move(name)});
  }
  if (type == "regkey|value") {
    auto out = with_value("windows-registry-key", "key", full_registry_key(values.first));
    out["values"].emplace_array().emplace_back(object{{"data", values.second}});
    return done({std::move(out)});
  }
  const auto port = whole_number(values.second, kPortMax);
  if (types.second == "port" && port && !end_of(type).empty()) {
    const auto kind = address_of(values.first);
    if (kind == Address::none && (type != "hostname|port" || !fits("hostname", values.first))) return {};
    auto host = kind == Address::none ? with_value("domain-name", "value", values.first) : address(kind, values.first);
    const auto ref = give_id(host);
    return done({std::move(host), traffic_of(end_of(type), ref, port)});
  }
  return {};
}

std::string_view type_of_path(std::string_view path, std::string_view value) noexcept {
  struct Known {
    std::string_view path, type;
  };
  static constexpr Known kKnown[] = {
      {"ipv4-addr:value", "ip-dst"},
      {"ipv6-addr:value", "ip-dst"},
      {"domain-name:value", "domain"},
      {"url:value", "url"},
      {"email-addr:value", "email"},
      {"mac-addr:value", "mac-address"},
      {"mutex:name", "mutex"},
      {"file:name", "filename"},
      {"file:size", "size-in-bytes"},
      {"file:mime_type", "mime-type"},
      {"windows-registry-key:key", "regkey"},
      {"autonomous-system:number", "AS"},
      {"network-traffic:src_port", "port"},
      {"network-traffic:dst_port", "port"},
      {"email-message:subject", "email-subject"},
      {"email-message:body", "email-body"},
      {"email-message:message_id", "email-message-id"},
      {"email-message:from_ref.value", "email-src"},
      {"email-message:to_refs[*].value", "email-dst"},
      {"email-message:cc_refs[*].value", "email-dst"},
      {"email-message:body_multipart[*].body_raw_ref.name", "email-attachment"},
      {"email-message:additional_header_fields.'Reply-To'", "email-reply-to"},
      {"email-message:additional_header_fields.'X-Mailer'", "email-x-mailer"},
      {"network-traffic:extensions.'http-request-ext'.request_method", "http-method"},
      {"network-traffic:extensions.'http-request-ext'.request_value", "uri"},
      {"network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'", "user-agent"},
  };
  const auto* found = std::ranges::find(kKnown, path, &Known::path);
  if (found != std::end(kKnown)) return found->type;
  if (path == "network-traffic:src_ref.value") return address_of(value) == Address::none ? "hostname" : "ip-src";
  if (path == "network-traffic:dst_ref.value") return address_of(value) == Address::none ? "hostname" : "ip-dst";
  if (path == "domain-name:resolves_to_refs[*].value")
    return address_of(value) == Address::none ? "hostname" : "ip-dst";
  for (const auto& each : kHashes) {
    if (path == hash_path("file", each.name)) return each.type;
  }
  for (const auto& each : kCertificates) {
    if (path == hash_path("x509-certificate", hash_name(each.hash))) return each.type;
  }
  return {};
}

std::string_view category_of(std::string_view type) noexcept {
  const auto half = halves_of(type).first;
  if (type == "vulnerability" || type == "weakness" || type == "link") return "External analysis";
  if (type == "campaign-name" || type == "threat-actor") return "Attribution";
  if (!rule_language(type).empty() || type == "stix2-pattern") return "Payload installation";
  if (!hash_name(type).empty() || half == "filename" || type == "malware-sample" || half.starts_with("email") ||
      type == "mime-type") {
    return "Payload delivery";
  }
  if (half == "regkey") return "Persistence mechanism";
  if (type == "mutex") return "Artifacts dropped";
  if (type == "size-in-bytes" || type == "text" || type == "comment" || type == "other") return "Other";
  if (type == "github-username") return "Social network";
  return "Network activity";
}

}  // namespace tocsin::formats::misp
