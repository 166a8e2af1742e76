#include "base/keyed_hash.hpp"

#include <unistd.h>

#include "base/check.hpp"

namespace tocsin {

const KeyedHash::Keys& KeyedHash::keys() noexcept {
  static const Keys kKeys = [] {
    Keys drawn{};
    // Of the system: also where there is no OpenSSL, in browsers.
    TOCSIN_CHECK(::getentropy(&drawn, sizeof drawn) == 0);
    // A product with an even number loses bits.
    drawn.second |= 1;
    drawn.third |= 1;
    return drawn;
  }();
  return kKeys;
}

std::size_t KeyedHash::operator()(std::string_view text) const noexcept {
  const auto& key = keys();
  auto state = fold(text.size() ^ key.first, key.third);
  const char* at = text.data();
  auto left = text.size();
  // Every word meets a secret before it is multiplied, and the state goes into each product: no two blocks can be
  // chosen that cancel out.
  for (; left > 16; left -= 16, at += 16) state = fold(word(at) ^ key.second, word(at + 8) ^ state ^ key.third);
  std::uint64_t first = 0, second = 0;
  if (left >= 8) {
    first = word(at);
    second = word(at + left - 8);
  } else if (left >= 4) {
    std::uint32_t front = 0, back = 0;
    std::memcpy(&front, at, sizeof front);
    std::memcpy(&back, at + left - sizeof back, sizeof back);
    first = std::uint64_t{front} << 32 | back;
  } else if (left > 0) {
    const auto byte = [at](std::size_t i) { return std::uint64_t{static_cast<unsigned char>(at[i])}; };
    first = byte(0) << 16 | byte(left / 2) << 8 | byte(left - 1);
  }
  state = fold(first ^ key.second, second ^ state ^ key.third);
  return fold(state ^ key.first, key.second);
}

}  // namespace tocsin
