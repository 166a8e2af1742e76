#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.hpp"
#include "engine/identity/networks.hpp"

/// A network contains its own address and no address that differs in the last bit of its prefix; IPv4 written as an
/// IPv4-mapped IPv6 network is the same network.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::engine::identity;
  const std::string text{reinterpret_cast<const char*>(data), size};
  static_cast<void>(network_key(text, 24, 48));
  const auto network = parse_network(text);
  if (!network) return 0;
  TOCSIN_CHECK(network->prefix >= 0 && network->prefix <= 128);
  TOCSIN_CHECK(network->contains(network->address));
  if (network->prefix > 0) {
    auto other = network->address;
    const auto bit = static_cast<std::size_t>(network->prefix - 1);
    other[bit / 8] = static_cast<std::uint8_t>(other[bit / 8] ^ (0x80U >> (bit % 8)));
    TOCSIN_CHECK(!network->contains(other));
  }
  if (text.find(':') == std::string::npos) {
    const auto slash = text.find('/');
    const auto mapped = parse_network("::ffff:" + text.substr(0, slash) + "/" + std::to_string(network->prefix));
    TOCSIN_CHECK(mapped && mapped->prefix == network->prefix && mapped->address == network->address);
  }
  return 0;
}
