#pragma once
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>

/// Hash tables for keys that come from outside. The standard's hash of a text has a known key and that of a number is
/// the number, so that whoever writes a document can choose keys that all meet in one bucket: each look-up then takes
/// as long as the document is large. Here the key is drawn at random when the process starts.
namespace tocsin {

class KeyedHash {
 public:
  using is_transparent = void;
  using is_avalanching = void;  ///< For boost::unordered_flat_map: no further mixing is needed.

  std::size_t operator()(std::string_view text) const noexcept;
  template <class Number>
    requires std::integral<Number> || std::is_enum_v<Number>
  std::size_t operator()(Number number) const noexcept {
    return fold(static_cast<std::uint64_t>(number) ^ keys().first, keys().second);
  }

 private:
  struct Keys {
    std::uint64_t first, second, third;
  };
  static const Keys& keys() noexcept;
  /// Both halves of the product, so that every bit in changes every bit out.
  static std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
    __extension__ using Wide = unsigned __int128;
    const auto product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  }
  static std::uint64_t word(const char* bytes) noexcept {
    std::uint64_t read = 0;
    std::memcpy(&read, bytes, sizeof read);
    return read;
  }
};

/// Iteration order differs from run to run: nothing that is written may follow it.
template <class Key, class Value>
using HashMap = std::unordered_map<Key, Value, KeyedHash, std::equal_to<>>;
template <class Key>
using HashSet = std::unordered_set<Key, KeyedHash, std::equal_to<>>;

}  // namespace tocsin
