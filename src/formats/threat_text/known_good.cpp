#include "formats/threat_text/known_good.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/threat_text/doubts.hpp"

namespace tocsin::formats::threat_text {
namespace {

constexpr std::size_t kValueBytesMax = 2'048;

/// The bytes of an address and how many bits count; no bytes: it is none.
struct Network {
  std::string bytes;
  int bits = 0;
};

Network network_of(std::string_view text) {
  const auto slash = text.find('/');
  const std::string address{text.substr(0, slash)};
  Network out;
  in_addr v4{};
  in6_addr v6{};
  if (inet_pton(AF_INET, address.c_str(), &v4) == 1) {
    out.bytes.assign(reinterpret_cast<const char*>(&v4), sizeof v4);
  } else if (inet_pton(AF_INET6, address.c_str(), &v6) == 1) {
    out.bytes.assign(reinterpret_cast<const char*>(&v6), sizeof v6);
  } else {
    return {};
  }
  const int whole = static_cast<int>(out.bytes.size() * 8);
  out.bits = whole;
  if (slash != text.npos) {
    const auto digits = text.substr(slash + 1);
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), out.bits);
    if (failed != std::errc{} || end != digits.data() + digits.size() || out.bits < 0 || out.bits > whole) return {};
  }
  return out;
}

/// The address with all bits behind the first `bits` cleared.
std::string first_bits(std::string bytes, int bits) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const int here = std::clamp(bits - static_cast<int>(i) * 8, 0, 8);
    bytes[i] = static_cast<char>(static_cast<unsigned char>(bytes[i]) & static_cast<unsigned char>(0xFF00U >> here));
  }
  return bytes;
}

constexpr Kinds kHostKinds = bit_of(Kind::ipv4) | bit_of(Kind::ipv6) | bit_of(Kind::domain);
/// URLs are not among them: what lies at a good site may well be bad, so lists have to mean them.
constexpr Kinds kAnyKind = kHostKinds | bit_of(Kind::email) | bit_of(Kind::md5) | bit_of(Kind::sha1) |
                           bit_of(Kind::sha256) | bit_of(Kind::url_path);

/// Attributes of MISP, of those with two values ("domain|ip") each of both.
struct AttributeKinds {
  std::string_view name;
  Kinds kinds;
};
constexpr AttributeKinds kAttributes[] = {
    {"ip", bit_of(Kind::ipv4) | bit_of(Kind::ipv6)},
    {"ip-src", bit_of(Kind::ipv4) | bit_of(Kind::ipv6)},
    {"ip-dst", bit_of(Kind::ipv4) | bit_of(Kind::ipv6)},
    {"domain", bit_of(Kind::domain)},
    // Of MISP's hostnames some are addresses.
    {"hostname", kHostKinds},
    {"url", bit_of(Kind::url)},
    {"link", bit_of(Kind::url)},
    {"uri", bit_of(Kind::url) | bit_of(Kind::url_path)},
    {"email", bit_of(Kind::email)},
    {"email-src", bit_of(Kind::email)},
    {"email-dst", bit_of(Kind::email)},
    {"email-reply-to", bit_of(Kind::email)},
    {"md5", bit_of(Kind::md5)},
    {"sha1", bit_of(Kind::sha1)},
    {"sha256", bit_of(Kind::sha256)},
};

/// Of which kinds a warning list speaks; without `matching_attributes` of any.
Kinds kinds_of(const boost::json::value& list) {
  const auto& attributes = json::array_at(list, "matching_attributes");
  if (attributes.empty()) return kAnyKind;
  Kinds out = 0;
  for (const auto& each : attributes) {
    std::string_view names = each.is_string() ? std::string_view{each.get_string()} : std::string_view{};
    while (!names.empty()) {
      const auto end = std::min(names.find('|'), names.size());
      const auto* found = std::ranges::find(kAttributes, names.substr(0, end), &AttributeKinds::name);
      if (found != std::end(kAttributes)) out = static_cast<Kinds>(out | found->kinds);
      names.remove_prefix(std::min(end + 1, names.size()));
    }
  }
  return out;
}

std::atomic<std::shared_ptr<const KnownGood>>& installed() {
  static std::atomic<std::shared_ptr<const KnownGood>> lists;
  return lists;
}

}  // namespace

bool KnownGood::add_network(std::string_view text) {
  auto network = network_of(text);
  if (network.bytes.empty()) return false;
  const auto key = std::pair{static_cast<int>(network.bytes.size()), network.bits};
  networks_[key].emplace(first_bits(std::move(network.bytes), network.bits), 0);
  return true;
}

bool KnownGood::add_value(std::string_view text, As as) {
  auto value = text::lower_ascii(text::trim(text));
  if (value.empty() || value.size() > kValueBytesMax) return false;
  if (add_network(value)) return true;
  if (as == As::network) return false;
  const bool below = as == As::with_below;
  if (value.ends_with('.')) value.pop_back();
  if (below && value.starts_with('.')) value.erase(0, 1);
  if (value.find_first_of(" \t") != value.npos) return false;
  (below ? names_ : values_).emplace(std::move(value), 0);
  return true;
}

Result<KnownGood::Added> KnownGood::add_json(std::string_view bytes) {
  TRY(const auto parsed, json::parse(bytes));
  const auto type = json::string_at(parsed.root(), "type");
  const auto& values = json::array_at(parsed.root(), "list");
  const auto each_text = [&](auto use) {
    for (const auto& each : values) {
      if (each.is_string()) use(std::string_view{each.get_string()});
    }
  };
  Added out;
  if (type == "substring" || type == "regex") {
    const auto kinds = kinds_of(parsed.root());
    if (kinds == 0) return Error::invalid("is for attributes that nothing here is", "/matching_attributes");
    each_text([&](std::string_view text) {
      const std::string why{type == "regex" ? patterns_.add_regex(text, kinds)
                                            : std::string{patterns_.add_substring(text, kinds)}};
      if (why.empty()) {
        ++out.known;
      } else if (++out.left_out == 1) {
        constexpr std::size_t kToldMax = 80;
        out.why = fmt::format("'{}' {}", text::shorten(text::squeeze(text), kToldMax), why);
      }
    });
    patterns_.compile();
    if (out.known == 0 && out.left_out > 0) return Error::invalid(fmt::format("holds no pattern of use: {}", out.why));
    return out;
  }
  if (type != "hostname" && type != "cidr" && type != "string") {
    return Error::invalid("is a list of a type that is not read: there are hostname, cidr, string, substring and regex",
                          "/type");
  }
  const auto as = type == "hostname" ? As::with_below : type == "cidr" ? As::network : As::exact;
  each_text([&](std::string_view text) {
    if (add_value(text, as)) ++out.known;
  });
  return out;
}

Result<KnownGood::Added> KnownGood::add(std::string_view bytes) {
  Added out;
  if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
  const auto start = bytes.find_first_not_of(" \t\r\n");
  if (start != bytes.npos && bytes[start] == '{') {
    TRY(out, add_json(bytes));
  } else {
    while (!bytes.empty()) {
      const auto end = std::min(bytes.find('\n'), bytes.size());
      const auto line = bytes.substr(0, end);
      bytes.remove_prefix(std::min(end + 1, bytes.size()));
      // Of a list without a type a name means what stands below it, too.
      if (add_value(line.substr(0, line.find('#')), As::with_below)) ++out.known;
    }
  }
  if (out.known == 0) {
    return Error::invalid("holds no value that could be known: a name, an address, a network or a hash");
  }
  size_ += out.known;
  return out;
}

bool KnownGood::has_name(std::string_view name) const {
  if (values_.contains(name)) return true;
  for (;;) {
    if (names_.contains(name)) return true;
    const auto dot = name.find('.');
    if (dot == name.npos) return false;
    name.remove_prefix(dot + 1);
  }
}

bool KnownGood::has_address(std::string_view text) const {
  const auto network = network_of(text);
  if (network.bytes.empty()) return false;
  return std::ranges::any_of(networks_, [&](const auto& each) {
    const auto [size, bits] = each.first;
    // What is wider than the network is more than what is known.
    return size == static_cast<int>(network.bytes.size()) && bits <= network.bits &&
           each.second.contains(first_bits(network.bytes, bits));
  });
}

bool KnownGood::has(const Found& found) const {
  if (size_ == 0) return false;
  switch (found.kind) {
    case Kind::ipv4:
    case Kind::ipv6:
      return has_address(found.value) || patterns_.has(found.kind, found.value);
    case Kind::domain:
      return has_name(found.value) || patterns_.has(Kind::domain, found.value);
    case Kind::url: {
      if (values_.contains(text::lower_ascii(found.value)) || patterns_.has(Kind::url, found.value)) return true;
      // What lies at a good site may well be bad; the site itself is not.
      const auto path = found.value.find('/', found.value.find("://") + 3);
      if (path != found.value.npos && path + 1 != found.value.size()) return false;
      const auto host = text::lower_ascii(host_of(found.value));
      const auto as = network_of(host).bytes.empty() ? Kind::domain
                      : host.find(':') == host.npos  ? Kind::ipv4
                                                     : Kind::ipv6;
      return has_address(host) || has_name(host) || patterns_.has(as, host);
    }
    case Kind::email:
    case Kind::md5:
    case Kind::sha1:
    case Kind::sha256:
    case Kind::url_path:
      return values_.contains(text::lower_ascii(found.value)) || names_.contains(text::lower_ascii(found.value)) ||
             patterns_.has(found.kind, found.value);
    case Kind::cve:
    case Kind::cwe:
    case Kind::technique:
      break;
  }
  return false;
}

void install_known_good(std::shared_ptr<const KnownGood> lists) { installed().store(std::move(lists)); }

bool is_known_good(const Found& found) {
  const auto lists = installed().load();
  return lists != nullptr && lists->has(found);
}

}  // namespace tocsin::formats::threat_text
