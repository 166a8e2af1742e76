#include "exchange/address.hpp"

#include <charconv>

#include <arpa/inet.h>
#include <fmt/format.h>

namespace tocsin::exchange {
namespace {

constexpr int kMappedPrefixBits = 96;

constexpr Address ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  return {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, a, b, c, d}};
}
constexpr Network ipv4_network(std::uint8_t a, std::uint8_t b, std::uint8_t c, int bits) {
  return {ipv4(a, b, c, 0), kMappedPrefixBits + bits};
}
constexpr Network ipv6_network(std::uint16_t a, std::uint16_t b, std::uint16_t c, int bits) {
  const auto high = [](std::uint16_t group) { return static_cast<std::uint8_t>(group >> 8); };
  const auto low = [](std::uint16_t group) { return static_cast<std::uint8_t>(group & 0xFF); };
  return {{{high(a), low(a), high(b), low(b), high(c), low(c), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}}, bits};
}

// IANA's special-purpose address registries and RFC 5771 (multicast); some blocks inside 192.0.0.0/24 are reachable,
// but no web server is there.
constexpr Network kSpecialIpv4[] = {
    ipv4_network(0, 0, 0, 8),      ipv4_network(10, 0, 0, 8),     ipv4_network(100, 64, 0, 10),
    ipv4_network(127, 0, 0, 8),    ipv4_network(169, 254, 0, 16), ipv4_network(172, 16, 0, 12),
    ipv4_network(192, 0, 0, 24),   ipv4_network(192, 0, 2, 24),   ipv4_network(192, 88, 99, 24),
    ipv4_network(192, 168, 0, 16), ipv4_network(198, 18, 0, 15),  ipv4_network(198, 51, 100, 24),
    ipv4_network(203, 0, 113, 24), ipv4_network(224, 0, 0, 4),    ipv4_network(240, 0, 0, 4),
};
// Within 2000::/3, outside of which nothing is global: protocol assignments with Teredo, benchmarking and ORCHID in
// them, and the two documentation ranges (RFC 3849, RFC 9637).
constexpr Network kSpecialIpv6[] = {
    ipv6_network(0x2001, 0, 0, 23),
    ipv6_network(0x2001, 0x0DB8, 0, 32),
    ipv6_network(0x3FFF, 0, 0, 20),
};
constexpr auto kGlobalUnicast = ipv6_network(0x2000, 0, 0, 3);
constexpr auto k6to4 = ipv6_network(0x2002, 0, 0, 16);
constexpr auto kNat64 = ipv6_network(0x0064, 0xFF9B, 0, 96);

bool within(std::span<const Network> networks, const Address& address) noexcept {
  for (const auto& network : networks) {
    if (network.contains(address)) return true;
  }
  return false;
}

Address embedded(const Address& address, std::size_t at) noexcept {
  const auto& bytes = address.bytes;
  return ipv4(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

}  // namespace

bool Address::is_ipv4() const noexcept { return Network{ipv4(0, 0, 0, 0), kMappedPrefixBits}.contains(*this); }

bool Network::contains(const Address& other) const noexcept {
  const auto whole = static_cast<std::size_t>(prefix_bits / 8);
  for (std::size_t i = 0; i < whole; ++i) {
    if (address.bytes[i] != other.bytes[i]) return false;
  }
  const int rest = prefix_bits % 8;
  return rest == 0 || ((address.bytes[whole] ^ other.bytes[whole]) >> (8 - rest)) == 0;
}

std::optional<Address> parse_address(std::string_view text) {
  if (text.size() >= INET6_ADDRSTRLEN) return std::nullopt;
  const std::string terminated{text};
  if (terminated.find('\0') != std::string::npos) return std::nullopt;
  in_addr four{};
  if (inet_pton(AF_INET, terminated.c_str(), &four) == 1) {
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(&four);
    return ipv4(bytes[0], bytes[1], bytes[2], bytes[3]);
  }
  Address address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) != 1) return std::nullopt;
  return address;
}

std::string to_string(const Address& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const auto* bytes = address.bytes.data();
  if (address.is_ipv4()) {
    inet_ntop(AF_INET, bytes + 12, text.data(), text.size());
  } else {
    inet_ntop(AF_INET6, bytes, text.data(), text.size());
  }
  return text.data();
}

Result<Network> parse_network(std::string_view text) {
  const auto refuse = [&] {
    return Error::invalid(
        fmt::format("'{}' is no network; it looks like 10.0.0.0/8 or fd00::/8, without bits set "
                    "beyond the prefix",
                    text.substr(0, 80)));
  };
  const auto slash = text.find('/');
  const auto address = parse_address(text.substr(0, slash));
  if (!address) return refuse();
  Network network{*address, 128};
  if (slash == std::string_view::npos) return network;
  const auto digits = text.substr(slash + 1);
  const bool dotted = text.substr(0, slash).find(':') == std::string_view::npos;
  int bits = -1;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc{} || end != digits.data() + digits.size() || bits < 0 || bits > (dotted ? 32 : 128)) {
    return refuse();
  }
  network.prefix_bits = dotted ? kMappedPrefixBits + bits : bits;
  for (int bit = network.prefix_bits; bit < 128; ++bit) {
    if ((address->bytes[static_cast<std::size_t>(bit / 8)] >> (7 - bit % 8) & 1) != 0) return refuse();
  }
  return network;
}

bool is_public_address(const Address& address) noexcept {
  if (address.is_ipv4()) return !within(kSpecialIpv4, address);
  // Gateways turn these into the IPv4 address inside them (RFC 6052 section 2.1, RFC 3056).
  if (kNat64.contains(address)) return !within(kSpecialIpv4, embedded(address, 12));
  if (k6to4.contains(address)) return !within(kSpecialIpv4, embedded(address, 2));
  return kGlobalUnicast.contains(address) && !within(kSpecialIpv6, address);
}

}  // namespace tocsin::exchange
