#pragma once
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

/// What sign-in and signatures are made of, on libsodium: randomness, comparison, password hashes, sealed values,
/// signatures. Any thread may call everything here. Digests and HMAC are in base/hash.hpp, base64 in base/encoding.hpp.
namespace tocsin {

/// `count` bytes from the system's generator.
std::string random_bytes(std::size_t count);
/// 32 random bytes as base64url: 43 characters that fit into cookies, URLs and forms. For sessions and links by mail.
std::string random_token();

/// Whether both are the same bytes, in a time that depends on their lengths only.
bool equal_secret(std::string_view a, std::string_view b) noexcept;

/// Overwrites the bytes in a way that the compiler does not leave out, then empties the text.
void wipe(std::string& text) noexcept;

/// Bytes that are wiped when they go: passwords, keys, codes. Moves only; no formatter, no stream, no comparison
/// (equal_secret does that), so that none of it gets into a log by accident.
class Secret {
 public:
  Secret() = default;
  /// A copy: wiping the original is up to whoever has it.
  explicit Secret(std::string_view bytes) : bytes_(bytes.begin(), bytes.end()) {}
  ~Secret();
  Secret(Secret&&) noexcept = default;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;

  /// The bytes, as long as this Secret lives.
  std::string_view reveal() const noexcept { return {bytes_.data(), bytes_.size()}; }
  bool empty() const noexcept { return bytes_.empty(); }

 private:
  std::vector<char> bytes_;  // Not std::string: a moved-from short one keeps its characters.
};

/// What one Argon2id hash costs; always one lane (p=1), which is what libsodium computes.
struct PasswordCost {
  std::size_t memory_bytes;  ///< 8 KiB to kPasswordMemoryMax.
  unsigned passes;           ///< 1 to kPasswordPassesMax.
};
/// OWASP's "Password Storage Cheat Sheet": m=19 MiB, t=2, p=1; some 15 ms of one core.
inline constexpr PasswordCost kPasswordCost{19ULL * 1024 * 1024, 2};
/// For tests only: the least that Argon2id allows.
inline constexpr PasswordCost kPasswordCostForTests{8192, 1};
/// A stored hash that asks for more is not computed: a restored database must not be able to stop the server.
inline constexpr std::size_t kPasswordMemoryMax = 256ULL * 1024 * 1024;
inline constexpr unsigned kPasswordPassesMax = 16;
/// Longer passwords are refused. Normalising (domain/password.hpp) may make eleven times as many bytes of what was
/// typed.
inline constexpr std::size_t kPasswordHashedBytesMax = 16 * 1024;

/// "$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH" with a fresh salt; at most 127 characters. The text is hashed as it is:
/// normalise it before. Errors: too_large; unavailable where the memory is not there.
Result<std::string> hash_password(std::string_view text, const PasswordCost& cost = kPasswordCost);
/// Whether `text` is the password of this hash. No for what is not an Argon2id hash within the limits above, and
/// where there is no memory to compute it.
bool verify_password(std::string_view phc, std::string_view text);
/// Takes as long as verify_password and is always false: for names that nobody has, so that time does not tell.
bool verify_nobodys_password(std::string_view text, const PasswordCost& cost = kPasswordCost);
/// Whether the hash was made at another cost than this, or is none: hash anew at the next successful sign-in.
bool needs_rehash(std::string_view phc, const PasswordCost& cost = kPasswordCost);

/// Bytes of every key here.
inline constexpr std::size_t kKeyBytes = 32;

/// Seals small values for the database: whoever has only the database can neither read nor change nor swap them.
/// XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) with a random nonce.
class SealingKey {
 public:
  /// Reads the key file, or makes it with mode 0600 where there is none (two processes that do so at once end up with
  /// the same key). The file is one line, "tocsin-sealing-key-1:" and base64url; its folder must exist.
  /// Errors: invalid_input, saying what is wrong and what to do: others may read it, somebody else owns it, not a
  /// file, another kind of key, a wrong size; unavailable where the system refuses. `where` = the path.
  static Result<SealingKey> open_or_create(const std::filesystem::path& path);
  /// A new key that is kept nowhere, for tests.
  static SealingKey random();

  /// "1." and base64url of nonce, ciphertext and tag: 56 characters and 4/3 of the plaintext. `context` says what it
  /// is and whose ("totp:person:12"); it is not in the text, but opens only with the same. At most kSealedBytesMax of
  /// plaintext (checked: a bigger one is our bug).
  std::string seal(std::string_view plaintext, std::string_view context) const;
  /// The plaintext. Errors: invalid_input, and always the same one, for whatever this key did not seal for this
  /// context.
  Result<Secret> open(std::string_view sealed, std::string_view context) const;

 private:
  explicit SealingKey(Secret key) : key_(std::move(key)) {}
  Secret key_;
};
inline constexpr std::size_t kSealedBytesMax = 64 * 1024;

/// Ed25519 (RFC 8032) for statements that others can check: the audit log's checkpoints.
class SigningKey {
 public:
  /// As SealingKey::open_or_create; the line starts with "tocsin-signing-key-1:".
  static Result<SigningKey> open_or_create(const std::filesystem::path& path);
  /// A new key that is kept nowhere, for tests.
  static SigningKey random();
  /// The key of a seed (RFC 8032's private key). Errors: invalid_input where it does not have kKeyBytes.
  static Result<SigningKey> from_seed(std::string_view seed);

  /// base64url, 86 characters.
  std::string sign(std::string_view message) const;
  /// base64url, 43 characters.
  const std::string& public_key() const noexcept { return public_key_; }
  /// signing_key_id(public_key()).
  const std::string& key_id() const noexcept { return key_id_; }
  /// As `openssl pkeyutl -verify -rawin -pubin -inkey` reads it.
  std::string public_key_pem() const;

 private:
  SigningKey() = default;
  Secret key_;  // Seed and public key, as libsodium wants them.
  std::string public_key_;
  std::string key_id_;
};

/// First 16 hex digits of SHA-256 over the public key's 32 bytes: names a key in a list, proves nothing. Errors:
/// invalid_input where `public_key` is not base64url of 32 bytes.
Result<std::string> signing_key_id(std::string_view public_key);
/// Whether `signature` (as sign() gives it) is of this message by this public key (as public_key() gives it). No for
/// whatever is not well-formed. Strict: one message has one valid signature text by a key.
bool verify_signature(std::string_view public_key, std::string_view message, std::string_view signature);

}  // namespace tocsin
