#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// IP addresses and networks. An IPv4 address is its IPv4-mapped IPv6 address here (RFC 4291 section 2.5.5.2), so that
/// both ways of writing one mean the same. Pure functions.
namespace tocsin::engine::identity {

using AddressBytes = std::array<std::uint8_t, 16>;

/// "192.0.2.7", "2001:db8::7", "::ffff:192.0.2.7"; nullopt for anything else.
std::optional<AddressBytes> parse_address(std::string_view text);
bool is_ipv4(const AddressBytes& address) noexcept;

struct Network {
  AddressBytes address{};
  int prefix = 0;  ///< Of 128 bits.
  bool contains(const AddressBytes& other) const noexcept;
};
/// "192.0.2.0/24", "2001:db8::/32", or one address. Errors: invalid_input, saying what would be right; bits set beyond
/// the prefix are an error, for they are a slip more often than not.
Result<Network> parse_network(std::string_view text);

/// The network of this size that an address is in, as a short key: addresses of one network have equal keys. An address
/// that is none has the key of its text. IPv4 and IPv6 are counted in bits of their own kind.
std::string network_key(std::string_view address, int ipv4_prefix, int ipv6_prefix);

}  // namespace tocsin::engine::identity
