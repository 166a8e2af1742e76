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
  } else {
    for (std::size_t i = 0; i < left; ++i) first = first << 8 | static_cast<unsigned char>(at[i]);
  }
  state = fold(first ^ key.second, second ^ state ^ key.third);
  return fold(state ^ key.first, key.second);
}

}  // namespace tocsin
