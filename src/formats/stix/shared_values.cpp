#include "formats/stix/shared_values.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sodium.h>

#include "base/text.hpp"
#include "formats/stix/forms.hpp"
#include "formats/stix/pattern.hpp"
#include "formats/threat_text/doubts.hpp"
#include "formats/threat_text/extract.hpp"
#include "formats/threat_text/known_good.hpp"

namespace tocsin::formats::stix {
namespace {

using Kind = ValueKind;

constexpr std::string_view kNames[kValueKinds] = {
    "ipv4",         "ipv6",         "domain",        "url",         "email",       "mac",      "md5",
    "sha1",         "sha256",       "sha512",        "other-hash",  "file-name",   "path",     "command-line",
    "mutex",        "registry-key", "asn",           "user",        "certificate", "software", "user-agent",
    "mail-subject", "message-id",   "vulnerability", "external-id", "name",        "rule"};

bool is_hex_of(std::string_view text, std::size_t size) noexcept { return text.size() == size && is_hex_text(text); }

/// Address and prefix as they are usually written; a prefix of all bits says no more than none.
std::optional<SharedValue> address_of(std::string_view text) {
  const auto slash = text.find('/');
  const std::string address{text.substr(0, slash)};
  if (address.size() > INET6_ADDRSTRLEN) return std::nullopt;
  const bool is_6 = address.find(':') != std::string::npos;
  std::array<unsigned char, 16> bytes{};
  std::array<char, INET6_ADDRSTRLEN + 1> written{};
  const int family = is_6 ? AF_INET6 : AF_INET;
  if (inet_pton(family, address.c_str(), bytes.data()) != 1) return std::nullopt;
  if (inet_ntop(family, bytes.data(), written.data(), written.size()) == nullptr) return std::nullopt;
  SharedValue made{.kind = is_6 ? Kind::ipv6 : Kind::ipv4, .text = written.data()};
  if (slash == text.npos) return made;
  const auto prefix = text.substr(slash + 1);
  if (prefix.empty() || prefix.size() > 3 ||
      !std::ranges::all_of(prefix, [](char c) { return c >= '0' && c <= '9'; })) {
    return std::nullopt;
  }
  const int bits = std::stoi(std::string{prefix});
  if (bits > (is_6 ? 128 : 32)) return std::nullopt;
  if (bits != (is_6 ? 128 : 32)) made.text += fmt::format("/{}", bits);
  return made;
}

std::string domain_text(std::string_view text) {
  auto out = text::lower_ascii(text);
  if (out.ends_with('.')) out.pop_back();
  return out;
}

/// Scheme and host in lower case; "http://host/" is "http://host".
std::string url_text(std::string_view text) {
  const auto scheme = text.find("://");
  if (scheme == text.npos) return std::string{text};
  const auto end = std::min(text.find_first_of("/?#", scheme + 3), text.size());
  auto out = text::lower_ascii(text.substr(0, end));
  const auto rest = text.substr(end);
  if (rest != "/") out += rest;
  return out;
}

std::optional<Kind> kind_of_hash(std::string_view algorithm, std::string_view digest) noexcept {
  const auto is = [&](std::string_view name) { return text::equals_ignore_case_ascii(algorithm, name); };
  if (is("MD5") && is_hex_of(digest, 32)) return Kind::md5;
  if ((is("SHA-1") || is("SHA1")) && is_hex_of(digest, 40)) return Kind::sha1;
  if ((is("SHA-256") || is("SHA256")) && is_hex_of(digest, 64)) return Kind::sha256;
  if ((is("SHA-512") || is("SHA512")) && is_hex_of(digest, 128)) return Kind::sha512;
  // A digest of another length than its algorithm's is a mistake that joins nothing.
  if (is("MD5") || is("SHA-1") || is("SHA1") || is("SHA-256") || is("SHA256") || is("SHA-512") || is("SHA512")) {
    return std::nullopt;
  }
  return Kind::other_hash;
}

struct Property {
  std::string_view type, property;
  Kind kind;
};
/// Properties of observables, also as patterns name them. An address is told from another by its form.
constexpr Property kProperties[] = {
    {"ipv4-addr", "value", Kind::ipv4},
    {"ipv6-addr", "value", Kind::ipv6},
    {"domain-name", "value", Kind::domain},
    {"url", "value", Kind::url},
    {"artifact", "url", Kind::url},
    {"email-addr", "value", Kind::email},
    {"mac-addr", "value", Kind::mac},
    {"file", "name", Kind::file_name},
    {"directory", "path", Kind::path},
    {"process", "command_line", Kind::command_line},
    {"mutex", "name", Kind::mutex},
    {"windows-registry-key", "key", Kind::registry_key},
    {"autonomous-system", "number", Kind::autonomous_system},
    {"user-account", "user_id", Kind::user_account},
    {"user-account", "account_login", Kind::user_account},
    {"x509-certificate", "serial_number", Kind::certificate},
    {"software", "cpe", Kind::software},
    {"email-message", "subject", Kind::email_subject},
    {"email-message", "message_id", Kind::message_id},
};
constexpr std::string_view kNamed[] = {"threat-actor", "intrusion-set", "malware", "tool", "campaign"};

/// One spelling of a text that is of this kind by what it stands in; nullopt where it is none.
std::optional<SharedValue> value_of(Kind kind, std::string_view given) {
  const auto text = text::trim(given);
  if (text.empty() || text.size() > kSharedBytesMax || text.find('\0') != text.npos) return std::nullopt;
  const auto made = [&](std::string spelled) {
    return spelled.empty() ? std::nullopt : std::optional{SharedValue{.kind = kind, .text = std::move(spelled)}};
  };
  switch (kind) {
    case Kind::ipv4:
    case Kind::ipv6:
      return address_of(text);
    case Kind::domain:
      return made(domain_text(text));
    case Kind::url:
      return made(url_text(text));
    case Kind::email:
    case Kind::registry_key:
    case Kind::md5:
    case Kind::sha1:
    case Kind::sha256:
    case Kind::sha512:
    case Kind::software:
    case Kind::certificate:
    case Kind::external_id:
    // Names of files count as Windows takes them.
    case Kind::file_name:
    case Kind::path:
      return made(text::lower_ascii(text));
    case Kind::mac: {
      auto spelled = text::lower_ascii(text);
      std::ranges::replace(spelled, '-', ':');
      return is_mac(spelled) ? made(std::move(spelled)) : std::nullopt;
    }
    case Kind::autonomous_system: {
      auto digits = text;
      if (digits.size() > 2 && text::equals_ignore_case_ascii(digits.substr(0, 2), "AS")) digits.remove_prefix(2);
      const bool good = digits.size() <= 10 && std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
      return good ? made(std::string{digits}) : std::nullopt;
    }
    case Kind::vulnerability: {
      const auto found = threat_text::read_one(text);
      return found && found->kind == threat_text::Kind::cve ? made(found->value) : std::nullopt;
    }
    case Kind::name:
    case Kind::email_subject:
      return made(text::fold(text::squeeze(text)));
    case Kind::rule:
      return made(text::squeeze(text));
    case Kind::other_hash:
    case Kind::command_line:
    case Kind::mutex:
    case Kind::user_account:
    case Kind::user_agent:
    case Kind::message_id:
      break;
  }
  return made(std::string{text});
}

std::optional<Kind> kind_of_found(threat_text::Kind kind) noexcept {
  switch (kind) {
    case threat_text::Kind::ipv4:
      return Kind::ipv4;
    case threat_text::Kind::ipv6:
      return Kind::ipv6;
    case threat_text::Kind::domain:
      return Kind::domain;
    case threat_text::Kind::url:
      return Kind::url;
    case threat_text::Kind::email:
      return Kind::email;
    case threat_text::Kind::md5:
      return Kind::md5;
    case threat_text::Kind::sha1:
      return Kind::sha1;
    case threat_text::Kind::sha256:
      return Kind::sha256;
    case threat_text::Kind::cve:
      return Kind::vulnerability;
    case threat_text::Kind::cwe:
    case threat_text::Kind::technique:
    case threat_text::Kind::url_path:
      break;
  }
  return std::nullopt;
}

class Gatherer {
 public:
  explicit Gatherer(std::vector<SharedValue>& out) : out_(out) {}

  void add(Kind kind, std::string_view text) {
    if (auto value = value_of(kind, text)) keep(*std::move(value));
  }
  void add_hash(std::string_view algorithm, std::string_view digest) {
    const auto kind = kind_of_hash(algorithm, digest);
    if (!kind) return;
    if (*kind != Kind::other_hash) return add(*kind, digest);
    if (digest.size() + algorithm.size() < kSharedBytesMax) {
      add(*kind, fmt::format("{}:{}", text::lower_ascii(algorithm), digest));
    }
  }
  /// Of something that is an address, a name or a mail address by its form: the end of a reference.
  void add_by_form(std::string_view text) {
    if (const auto found = threat_text::read_one(text)) {
      if (const auto kind = kind_of_found(found->kind)) add(*kind, found->value);
    }
  }
  void add_pattern(std::string_view text, std::string_view type, std::string_view version) {
    if (!type.empty() && type != "stix") return add(Kind::rule, text);
    const auto read = parse_pattern(text, version == "2.0" ? PatternVersion::v2_0 : PatternVersion::v2_1);
    // What is wrong with it, the validator tells.
    if (read) walk(read->root);
  }
  void sort() {
    const auto key = [](const SharedValue& each) { return std::tie(each.kind, each.text, each.derived); };
    std::ranges::sort(out_, [&](const auto& a, const auto& b) { return key(a) < key(b); });
    out_.erase(
        std::ranges::unique(out_, [](const auto& a, const auto& b) { return a.kind == b.kind && a.text == b.text; })
            .begin(),
        out_.end());
    std::ranges::stable_partition(out_, [](const auto& each) { return !each.derived; });
  }

 private:
  void keep(SharedValue value) {
    if (out_.size() >= kSharedMax) return;
    std::string_view host;
    if (value.kind == Kind::url) host = threat_text::host_of(value.text);
    if (value.kind == Kind::email) host = std::string_view{value.text}.substr(value.text.rfind('@') + 1);
    if (!host.empty()) {
      auto derived = address_of(host);
      if (!derived && host.find('.') != host.npos) derived = value_of(Kind::domain, host);
      if (derived && out_.size() + 1 < kSharedMax) {
        derived->derived = true;
        out_.push_back(*std::move(derived));
      }
    }
    out_.push_back(std::move(value));
  }

  void walk(const Observation& each) {
    for (const auto& part : each.parts) walk(part);
    if (each.kind == Observation::Kind::single) walk(each.comparison);
  }
  void walk(const Comparison& each) {
    for (const auto& part : each.parts) walk(part);
    if (each.kind != Comparison::Kind::test || each.negated || each.path.empty()) return;
    if (each.op != Operator::equal && each.op != Operator::in && each.op != Operator::is_subset) return;
    for (const auto& constant : each.constants) {
      if (constant.kind == Constant::Kind::string || constant.kind == Constant::Kind::integer) {
        add_constant(each, constant.text);
      }
    }
  }
  void add_constant(const Comparison& test, std::string_view constant) {
    const auto last = std::ranges::find_if(test.path.rbegin(), test.path.rend(),
                                           [](const PathStep& step) { return step.kind == PathStep::Kind::name; });
    if (last == test.path.rend()) return;
    const auto& property = last->name;
    if (test.path.size() >= 2) {
      const auto& before = test.path[test.path.size() - 2].name;
      if (before == "hashes") return add_hash(property, constant);
      if (before == "request_header" && text::equals_ignore_case_ascii(property, "User-Agent")) {
        return add(Kind::user_agent, constant);
      }
    }
    if (property == "imphash") return add_hash(property, constant);
    if (property == "value" && test.path.size() >= 2) return add_by_form(constant);
    if (property == "path") return add(Kind::path, constant);
    if (test.path.size() == 1) {
      for (const auto& row : kProperties) {
        if (row.type == test.object_type && row.property == property) return add(row.kind, constant);
      }
      return;
    }
    // "process:image_ref.name", "process:binary_ref.name".
    if (property == "name" && (test.object_type == "process" || test.object_type == "file")) {
      add(Kind::file_name, constant);
    }
  }

  std::vector<SharedValue>& out_;
};

void add_observable(Node object, const Facts& facts, Gatherer& to) {
  for (const auto& row : kProperties) {
    if (row.type != facts.type) continue;
    const auto value = object[row.property];
    if (value.is_string()) to.add(row.kind, value.text());
    if (value.is_integer() && row.kind == Kind::autonomous_system) {
      if (const auto number = value.number(); number && *number >= 0 && *number <= 4294967295.0) {
        to.add(row.kind, std::to_string(static_cast<std::int64_t>(*number)));
      }
    }
  }
  for (const auto [algorithm, digest] : object["hashes"].members()) {
    if (digest.is_string()) to.add_hash(algorithm, digest.text());
  }
  if (facts.type == "software" && object.text_at("cpe").empty()) {
    const auto name = object.text_at("name");
    if (!name.empty() && name.size() < kSharedBytesMax / 2) {
      to.add(Kind::software, fmt::format("{} {}", name, text::shorten(object.text_at("version"), 200)));
    }
  }
  if (facts.type == "file") {
    const auto imphash = object["extensions"]["windows-pebinary-ext"].text_at("imphash");
    if (!imphash.empty()) to.add_hash("imphash", imphash);
  }
  if (facts.type == "network-traffic") {
    const auto header = object["extensions"]["http-request-ext"]["request_header"];
    for (const auto [name, value] : header.members()) {
      if (!text::equals_ignore_case_ascii(name, "User-Agent")) continue;
      // 2.1 has a list of values, 2.0 one.
      if (value.is_string()) to.add(Kind::user_agent, value.text());
      for (const auto each : value.elements()) to.add(Kind::user_agent, each.text());
    }
  }
}

}  // namespace

std::string_view to_string(ValueKind kind) noexcept { return kNames[static_cast<std::size_t>(kind)]; }

std::optional<ValueKind> parse_value_kind(std::string_view text) noexcept {
  const auto* const found = std::ranges::find(kNames, text);
  if (found == std::end(kNames)) return std::nullopt;
  return static_cast<ValueKind>(found - std::begin(kNames));
}

std::vector<SharedValue> shared_values(Node object, const Facts& facts) {
  std::vector<SharedValue> out;
  if (facts.revoked) return out;
  Gatherer gatherer{out};
  add_observable(object, facts, gatherer);
  if (facts.type == "indicator" && !facts.pattern.empty()) {
    gatherer.add_pattern(facts.pattern, facts.pattern_type,
                         facts.spec_version == "2.0" ? facts.spec_version : facts.pattern_version);
  }
  if (std::ranges::find(kNamed, facts.type) != std::end(kNamed)) {
    gatherer.add(Kind::name, facts.name);
    for (const auto each : facts.aliases) gatherer.add(Kind::name, each);
  }
  if (facts.type == "vulnerability") gatherer.add(Kind::vulnerability, facts.name);
  for (const auto& each : facts.external_references) {
    if (each.external_id.empty() || each.external_id.size() + each.source_name.size() >= kSharedBytesMax) continue;
    if (each.source_name == "cve") {
      gatherer.add(Kind::vulnerability, each.external_id);
    } else {
      gatherer.add(Kind::external_id, fmt::format("{}:{}", each.source_name, each.external_id));
    }
  }
  gatherer.sort();
  return out;
}

std::vector<SharedValue> values_meant(std::string_view given, std::optional<ValueKind> kind) {
  std::vector<SharedValue> out;
  if (given.size() > kSharedBytesMax || text::invalid_utf8_at(given) != given.npos) return out;
  const auto text = text::trim(given);
  const auto add = [&](ValueKind of, std::string_view spelled) {
    if (auto value = value_of(of, spelled)) out.push_back(*std::move(value));
  };
  if (kind) {
    const auto found = threat_text::read_one(text);
    const auto as = found ? kind_of_found(found->kind) : std::nullopt;
    add(*kind, as == kind ? std::string_view{found->value} : text);
    return out;
  }
  if (const auto found = threat_text::read_one(text)) {
    if (const auto as = kind_of_found(found->kind)) add(*as, found->value);
    if (!out.empty()) return out;
  }
  if (is_hex_of(text, 128)) add(Kind::sha512, text);
  add(Kind::mac, text);
  if (text.size() > 2 && text::equals_ignore_case_ascii(text.substr(0, 2), "AS")) add(Kind::autonomous_system, text);
  if (!out.empty()) return out;
  for (const auto of : {Kind::other_hash, Kind::file_name, Kind::path, Kind::command_line, Kind::mutex,
                        Kind::registry_key, Kind::user_account, Kind::certificate, Kind::software, Kind::user_agent,
                        Kind::email_subject, Kind::message_id, Kind::external_id, Kind::name, Kind::rule}) {
    add(of, text);
  }
  return out;
}

std::int64_t value_key(ValueKind kind, std::string_view text) noexcept {
  std::array<unsigned char, 16> digest{};
  const auto key = static_cast<unsigned char>(kind);
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, digest.size());
  crypto_generichash_update(&state, &key, 1);
  crypto_generichash_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  crypto_generichash_final(&state, digest.data(), digest.size());
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < 8; ++i) out = out << 8U | digest[i];
  return static_cast<std::int64_t>(out >> 1U);
}

std::optional<Commonplace> commonplace_of(ValueKind kind, std::string_view text) {
  using threat_text::Doubt;
  threat_text::Found found;
  switch (kind) {
    case Kind::ipv4:
      found.kind = threat_text::Kind::ipv4;
      break;
    case Kind::ipv6:
      found.kind = threat_text::Kind::ipv6;
      break;
    case Kind::domain:
      found.kind = threat_text::Kind::domain;
      break;
    case Kind::url:
      found.kind = threat_text::Kind::url;
      break;
    case Kind::email:
      found.kind = threat_text::Kind::email;
      break;
    case Kind::md5:
      found.kind = threat_text::Kind::md5;
      break;
    case Kind::sha1:
      found.kind = threat_text::Kind::sha1;
      break;
    case Kind::sha256:
      found.kind = threat_text::Kind::sha256;
      break;
    default:
      return std::nullopt;
  }
  found.value = std::string{text};
  // What the operator knows to be good tells nothing here, either; it may be of documentation, too.
  const auto by_operator = [&]() -> std::optional<Commonplace> {
    return threat_text::is_known_good(found) ? std::optional{Commonplace::known_good} : std::nullopt;
  };
  const auto doubt = threat_text::doubt_of(found);
  if (!doubt) return by_operator();
  if (*doubt == Doubt::reserved) {
    const auto host = kind == Kind::url     ? threat_text::host_of(text)
                      : kind == Kind::email ? text.substr(text.rfind('@') + 1)
                                            : text;
    const auto ends = [&](std::string_view last) { return host == last.substr(1) || host.ends_with(last); };
    for (const std::string_view block : {"192.0.2.", "198.51.100.", "203.0.113.", "2001:db8:", "3fff:"}) {
      if (host.starts_with(block)) return by_operator();
    }
    for (const std::string_view last :
         {".example", ".test", ".invalid", ".example.com", ".example.net", ".example.org"}) {
      if (ends(last)) return by_operator();
    }
  }
  switch (*doubt) {
    case Doubt::own_network:
      return Commonplace::own_network;
    case Doubt::reserved:
      return Commonplace::reserved;
    case Doubt::wide_network:
      return Commonplace::wide_network;
    case Doubt::resolver:
      return Commonplace::resolver;
    case Doubt::common_service:
      return Commonplace::common_service;
    case Doubt::empty_file:
    case Doubt::known_good:  // Not by doubt_of.
      break;
  }
  return Commonplace::empty_file;
}

std::string_view to_string(Commonplace commonplace) noexcept {
  constexpr std::string_view kWords[] = {"own-network",    "reserved",   "wide-network", "resolver",
                                         "common-service", "empty-file", "known-good"};
  return kWords[static_cast<std::size_t>(commonplace)];
}

}  // namespace tocsin::formats::stix
