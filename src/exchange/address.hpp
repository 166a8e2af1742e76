#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// Internet addresses, and which of them belong to the public internet.
namespace tocsin::exchange {

/// IPv4 as ::ffff:a.b.c.d, so that each host has one value.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  bool is_ipv4() const noexcept;
  friend bool operator==(const Address&, const Address&) = default;
};
/// "192.0.2.1" (four decimal numbers) or "2001:db8::1", without brackets or zone.
std::optional<Address> parse_address(std::string_view text);
std::string to_string(const Address& address);

struct Network {
  Address address;
  int prefix_bits = 128;  ///< Of the 128: an IPv4 /8 is 104.
  bool contains(const Address& other) const noexcept;
};
/// "10.0.0.0/8", "fd00::/8", or one address. Errors: invalid_input, also where bits beyond the prefix are set.
Result<Network> parse_network(std::string_view text);

/// False for what IANA's special-purpose registries keep from the internet: unspecified, loopback, private, link-local,
/// shared (CGNAT), multicast, reserved, benchmarking and documentation ranges, and for the IPv4-mapped, NAT64 (RFC
/// 6052) and 6to4 forms of those; IPv4-compatible, Teredo and local NAT64 addresses always.
bool is_public_address(const Address& address) noexcept;

}  // namespace tocsin::exchange
