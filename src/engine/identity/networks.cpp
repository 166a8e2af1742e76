#include "engine/identity/networks.hpp"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace tocsin::engine::identity {
namespace {

constexpr std::size_t kAddressBytesMax = 45;  // "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255"
constexpr AddressBytes kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0};
constexpr int kMappedBits = 96;

AddressBytes cut(AddressBytes address, int prefix) noexcept {
  for (int byte = 0; byte < 16; ++byte) {
    const int kept = std::clamp(prefix - byte * 8, 0, 8);
    auto& each = address[static_cast<std::size_t>(byte)];
    each = static_cast<std::uint8_t>(each & (0xFF00 >> kept));
  }
  return address;
}

}  // namespace

std::optional<AddressBytes> parse_address(std::string_view text) {
  if (text.empty() || text.size() > kAddressBytesMax || text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string terminated{text};
  auto address = kMapped;
  if (inet_pton(AF_INET, terminated.c_str(), address.data() + 12) == 1) return address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
  return std::nullopt;
}

bool is_ipv4(const AddressBytes& address) noexcept { return cut(address, kMappedBits) == kMapped; }

bool Network::contains(const AddressBytes& other) const noexcept { return cut(other, prefix) == cut(address, prefix); }

Result<Network> parse_network(std::string_view text) {
  const auto wrong = [&] {
    return Error::invalid(
        tr<"'{}' is no network; one looks like 192.0.2.0/24 or 2001:db8::/32">(text::shorten(text, 60)));
  };
  const auto slash = text.find('/');
  const auto host = text.substr(0, slash);
  const auto address = parse_address(host);
  if (!address) return wrong();
  const bool dotted = host.find(':') == std::string_view::npos;
  Network network{.address = *address, .prefix = 128};
  if (slash != std::string_view::npos) {
    const auto digits = text.substr(slash + 1);
    int bits = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    const bool number = error == std::errc{} && end == digits.data() + digits.size() && digits.front() != '-' &&
                        (digits.size() == 1 || digits.front() != '0');
    if (!number || bits > (dotted ? 32 : 128)) return wrong();
    network.prefix = dotted ? kMappedBits + bits : bits;
  }
  if (cut(network.address, network.prefix) != network.address) {
    return Error::invalid(tr<"'{}' has bits set beyond its prefix: is the address or the number of bits wrong?">(
        text::shorten(text, 60)));
  }
  return network;
}

std::string network_key(std::string_view address, int ipv4_prefix, int ipv6_prefix) {
  const auto parsed = parse_address(address);
  if (!parsed) return fmt::format("?{}", address.substr(0, kAddressBytesMax));
  const int prefix = is_ipv4(*parsed) ? kMappedBits + ipv4_prefix : ipv6_prefix;
  const auto network = cut(*parsed, prefix);
  std::string key(network.begin(), network.end());
  key += static_cast<char>(prefix);
  return key;
}

}  // namespace tocsin::engine::identity
