#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tocsin {

/// Lower-case hex of SHA-512: 128 characters.
std::string sha512_hex(std::string_view bytes);
/// Lower-case hex of SHA-256: 64 characters.
std::string sha256_hex(std::string_view bytes);
/// Upper-case hex of SHA-1: 40 characters. Only for lists that are keyed by it; it protects nothing.
std::string sha1_hex_upper(std::string_view bytes);

/// HMAC (RFC 2104), raw bytes: 20, 32 and 64. Keys of any length. SHA-1 only for one-time codes (RFC 4226), where its
/// collisions do not matter.
std::string hmac_sha1(std::string_view key, std::string_view message);
std::string hmac_sha256(std::string_view key, std::string_view message);
std::string hmac_sha512(std::string_view key, std::string_view message);

/// Fast non-cryptographic 64-bit hash for cache keys and ETags within one build; never stored, never compared across
/// processes.
std::uint64_t fast_hash(std::string_view bytes) noexcept;

/// SHA-512 in pieces, for what does not fit in memory.
class Sha512 {
 public:
  Sha512();
  ~Sha512();
  Sha512(Sha512&&) noexcept;
  Sha512& operator=(Sha512&&) noexcept;
  void update(std::string_view bytes);
  /// Ends the computation; call once.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tocsin
