#include "base/secret.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "base/hash.hpp"

namespace tocsin {
namespace {

/// libsodium chooses its fastest routines once, before anything else is called.
void ready() {
  static const bool kReady = [] {
    TOCSIN_CHECK(sodium_init() >= 0);
    return true;
  }();
  static_cast<void>(kReady);
}

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
/// An empty view may have no address, but the library takes none that is null.
const char* start_of(std::string_view text) { return text.empty() ? "" : text.data(); }
const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(start_of(text)); }

}  // namespace

std::string random_bytes(std::size_t count) {
  ready();
  std::string bytes(count, '\0');
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

std::string random_token() {
  auto bytes = random_bytes(32);
  auto token = base64url_encode(bytes);
  wipe(bytes);
  return token;
}

bool equal_secret(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && sodium_memcmp(start_of(a), start_of(b), a.size()) == 0;
}

void wipe(std::string& text) noexcept {
  sodium_memzero(text.data(), text.size());
  text.clear();
}

Secret::~Secret() { sodium_memzero(bytes_.data(), bytes_.size()); }
Secret& Secret::operator=(Secret&& other) noexcept {
  // What was here goes with the temporary, which wipes it.
  Secret taken{std::move(other)};
  bytes_.swap(taken.bytes_);
  return *this;
}

// Passwords.
namespace {

/// What a PHC string asks for: "$argon2id$v=19$m=19456,t=2,p=1$...". None where it is not one of ours or asks for more
/// than we give.
std::optional<PasswordCost> cost_of(std::string_view phc) {
  constexpr std::string_view kStart = "$argon2id$v=19$m=";
  if (phc.size() >= crypto_pwhash_STRBYTES || !phc.starts_with(kStart)) return std::nullopt;
  const auto* const end = phc.data() + phc.size();
  std::uint32_t kibibytes = 0, passes = 0;
  const auto memory = std::from_chars(phc.data() + kStart.size(), end, kibibytes);
  std::string_view rest{memory.ptr, static_cast<std::size_t>(end - memory.ptr)};
  if (memory.ec != std::errc{} || !rest.starts_with(",t=")) return std::nullopt;
  const auto time = std::from_chars(rest.data() + 3, end, passes);
  rest = {time.ptr, static_cast<std::size_t>(end - time.ptr)};
  if (time.ec != std::errc{} || !rest.starts_with(",p=1$")) return std::nullopt;
  if (kibibytes > kPasswordMemoryMax / 1024 || passes > kPasswordPassesMax) return std::nullopt;
  return PasswordCost{kibibytes * std::size_t{1024}, passes};
}

}  // namespace

Result<std::string> hash_password(std::string_view text, const PasswordCost& cost) {
  ready();
  if (text.size() > kPasswordHashedBytesMax) return Error::too_large("The password", kPasswordHashedBytesMax);
  TOCSIN_CHECK(cost.memory_bytes >= crypto_pwhash_argon2id_MEMLIMIT_MIN && cost.memory_bytes <= kPasswordMemoryMax);
  TOCSIN_CHECK(cost.passes >= 1 && cost.passes <= kPasswordPassesMax);
  std::array<char, crypto_pwhash_STRBYTES> phc{};
  if (crypto_pwhash_str_alg(phc.data(), start_of(text), text.size(), cost.passes, cost.memory_bytes,
                            crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return Error::unavailable("The server has too little memory to store a password; please try again later");
  }
  return std::string{phc.data()};
}

bool verify_password(std::string_view phc, std::string_view text) {
  ready();
  if (text.size() > kPasswordHashedBytesMax || !cost_of(phc)) return false;
  // With a NUL at its end, and none before it.
  const std::string terminated{phc};
  if (terminated.find('\0') != std::string::npos) return false;
  return crypto_pwhash_str_verify(terminated.c_str(), start_of(text), text.size()) == 0;
}

bool verify_nobodys_password(std::string_view text, const PasswordCost& cost) {
  static_cast<void>(hash_password(text, cost));
  return false;
}

bool needs_rehash(std::string_view phc, const PasswordCost& cost) {
  const auto now = cost_of(phc);
  return !now || now->memory_bytes != cost.memory_bytes / 1024 * 1024 || now->passes != cost.passes;
}

// Key files.
namespace {

class File {
 public:
  File(const std::string& path, int flags, mode_t mode = 0) : number_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  ~File() {
    if (number_ >= 0) ::close(number_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  explicit operator bool() const { return number_ >= 0; }
  int number() const { return number_; }

 private:
  int number_;
};

Error system_refuses(std::string_view doing, const std::string& path) {
  auto error =
      Error::unavailable(fmt::format("Cannot {} this key file: {}", doing, std::generic_category().message(errno)));
  error.where = path;
  return error;
}

/// Writes a file of its own and then gives it its name where that is free, so that nobody ever reads half a key and the
/// first of two processes wins.
Status make_key_file(const std::string& path, std::string_view line) {
  const auto draft = fmt::format("{}.{}.new", path, base64url_encode(random_bytes(9)));
  {
    const File file{draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, S_IRUSR | S_IWUSR};
    if (!file) return system_refuses("make", path);
    const bool written = ::write(file.number(), line.data(), line.size()) == static_cast<ssize_t>(line.size()) &&
                         ::fsync(file.number()) == 0;
    if (!written || (::link(draft.c_str(), path.c_str()) != 0 && errno != EEXIST)) {
      auto error = system_refuses("write", path);
      ::unlink(draft.c_str());
      return error;
    }
  }
  ::unlink(draft.c_str());
  // The name too must outlive a power cut, or what is sealed from now on is lost with the key.
  auto folder = std::filesystem::path{path}.parent_path().string();
  const File parent{folder.empty() ? "." : folder, O_RDONLY | O_DIRECTORY};
  if (!parent || ::fsync(parent.number()) != 0) return system_refuses("write", path);
  return ok();
}

/// The key in the file, which is made with a random one where there is none.
Result<Secret> open_or_create_key(const std::filesystem::path& where, std::string_view label) {
  const auto path = where.string();
  auto descriptor = std::make_unique<File>(path, O_RDONLY | O_NONBLOCK);
  if (!*descriptor && errno == ENOENT) {
    auto key = random_bytes(kKeyBytes);
    auto encoded = base64url_encode(key);
    auto line = fmt::format("{}{}\n", label, encoded);
    const auto made = make_key_file(path, line);
    wipe(key);
    wipe(encoded);
    wipe(line);
    if (!made) return made.error();
    descriptor = std::make_unique<File>(path, O_RDONLY | O_NONBLOCK);
  }
  if (!*descriptor) return system_refuses("open", path);
  struct stat facts{};
  if (::fstat(descriptor->number(), &facts) != 0) return system_refuses("look at", path);
  if (!S_ISREG(facts.st_mode)) return Error::invalid("A key must be in an ordinary file, and this is none", path);
  if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return Error::invalid(fmt::format("Others than its owner may use this key file (mode {:04o}): run chmod 600 on it, "
                                      "and replace the key if others could have read it",
                                      facts.st_mode & 07777U),
                          path);
  }
  if (facts.st_uid != ::geteuid() && facts.st_uid != 0) {
    return Error::invalid("This key file belongs to somebody else: run chown on it", path);
  }
  std::array<char, 128> read{};
  const auto size = ::read(descriptor->number(), read.data(), read.size());
  if (size < 0) return system_refuses("read", path);
  std::string_view text{read.data(), static_cast<std::size_t>(size)};
  const auto answer = [&]() -> Result<Secret> {
    if (!text.starts_with(label)) {
      return Error::invalid(fmt::format("This is not the right kind of key file: it must start with \"{}\"", label),
                            path);
    }
    text.remove_prefix(label.size());
    if (text.ends_with('\n')) text.remove_suffix(1);
    auto key = base64url_decode(text);
    if (!key || key->size() != kKeyBytes) {
      if (key) wipe(*key);
      return Error::invalid(
          fmt::format("This key has a wrong size: after \"{}\" must stand {} bytes as 43 characters of base64url, "
                      "and nothing more. Restore the file from a copy; a new key does not open what the old one sealed",
                      label, kKeyBytes),
          path);
    }
    Secret secret{*key};
    wipe(*key);
    return secret;
  };
  auto key = answer();
  sodium_memzero(read.data(), read.size());
  return key;
}

constexpr std::string_view kSealingLabel = "tocsin-sealing-key-1:";
constexpr std::string_view kSigningLabel = "tocsin-signing-key-1:";

/// 32 random bytes that are nowhere else.
Secret random_key() {
  auto bytes = random_bytes(kKeyBytes);
  Secret key{bytes};
  wipe(bytes);
  return key;
}

}  // namespace

// Sealing.
namespace {
constexpr std::string_view kSealedVersion = "1.";
constexpr std::size_t kNonceBytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t kTagBytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(kKeyBytes == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
}  // namespace

Result<SealingKey> SealingKey::open_or_create(const std::filesystem::path& path) {
  TRY(auto key, open_or_create_key(path, kSealingLabel));
  return SealingKey{std::move(key)};
}

SealingKey SealingKey::random() { return SealingKey{random_key()}; }

std::string SealingKey::seal(std::string_view plaintext, std::string_view context) const {
  TOCSIN_CHECK(plaintext.size() <= kSealedBytesMax);
  const auto nonce = random_bytes(kNonceBytes);
  std::string box = nonce;
  box.resize(kNonceBytes + plaintext.size() + kTagBytes);
  TOCSIN_CHECK(crypto_aead_xchacha20poly1305_ietf_encrypt(bytes_of(box) + kNonceBytes, nullptr, bytes_of(plaintext),
                                                          plaintext.size(), bytes_of(context), context.size(), nullptr,
                                                          bytes_of(nonce), bytes_of(key_.reveal())) == 0);
  return fmt::format("{}{}", kSealedVersion, base64url_encode(box));
}

Result<Secret> SealingKey::open(std::string_view sealed, std::string_view context) const {
  const auto refused = [] { return Error::invalid("This sealed value cannot be opened with this server's key"); };
  constexpr auto kTextMax = kSealedVersion.size() + (kNonceBytes + kSealedBytesMax + kTagBytes + 2) / 3 * 4;
  if (sealed.size() > kTextMax || !sealed.starts_with(kSealedVersion)) return refused();
  const auto box = base64url_decode(sealed.substr(kSealedVersion.size()));
  if (!box || box->size() < kNonceBytes + kTagBytes) return refused();
  std::string plaintext(box->size() - kNonceBytes - kTagBytes, '\0');
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes_of(plaintext), nullptr, nullptr, bytes_of(*box) + kNonceBytes,
                                                 box->size() - kNonceBytes, bytes_of(context), context.size(),
                                                 bytes_of(*box), bytes_of(key_.reveal())) != 0) {
    return refused();
  }
  Secret opened{plaintext};
  wipe(plaintext);
  return opened;
}

// Signing.
static_assert(kKeyBytes == crypto_sign_SEEDBYTES && kKeyBytes == crypto_sign_PUBLICKEYBYTES);

Result<SigningKey> SigningKey::from_seed(std::string_view seed) {
  ready();
  if (seed.size() != kKeyBytes) return Error::invalid(fmt::format("A signing key's seed has {} bytes", kKeyBytes));
  std::string public_key(crypto_sign_PUBLICKEYBYTES, '\0');
  std::string secret_key(crypto_sign_SECRETKEYBYTES, '\0');
  TOCSIN_CHECK(crypto_sign_seed_keypair(bytes_of(public_key), bytes_of(secret_key), bytes_of(seed)) == 0);
  SigningKey key;
  key.key_ = Secret{secret_key};
  wipe(secret_key);
  key.public_key_ = base64url_encode(public_key);
  TRY(key.key_id_, signing_key_id(key.public_key_));
  return key;
}

Result<SigningKey> SigningKey::open_or_create(const std::filesystem::path& path) {
  TRY(const auto seed, open_or_create_key(path, kSigningLabel));
  return from_seed(seed.reveal());
}

SigningKey SigningKey::random() { return from_seed(random_key().reveal()).value(); }

std::string SigningKey::sign(std::string_view message) const {
  std::string signature(crypto_sign_BYTES, '\0');
  TOCSIN_CHECK(crypto_sign_detached(bytes_of(signature), nullptr, bytes_of(message), message.size(),
                                    bytes_of(key_.reveal())) == 0);
  return base64url_encode(signature);
}

std::string SigningKey::public_key_pem() const {
  // RFC 8410, section 4: SubjectPublicKeyInfo of id-Ed25519, always these bytes before the key.
  constexpr std::string_view kBefore{"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00", 12};
  const auto key = base64url_decode(public_key_).value();
  return fmt::format("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
                     base64_encode(std::string{kBefore} + key));
}

Result<std::string> signing_key_id(std::string_view public_key) {
  const auto bytes = base64url_decode(public_key);
  if (!bytes || bytes->size() != kKeyBytes) {
    return Error::invalid(fmt::format("A public key is {} bytes as 43 characters of base64url", kKeyBytes));
  }
  return sha256_hex(*bytes).substr(0, 16);
}

bool verify_signature(std::string_view public_key, std::string_view message, std::string_view signature) {
  ready();
  const auto key = base64url_decode(public_key);
  const auto bytes = base64url_decode(signature);
  return key && bytes && key->size() == crypto_sign_PUBLICKEYBYTES && bytes->size() == crypto_sign_BYTES &&
         crypto_sign_verify_detached(bytes_of(*bytes), bytes_of(message), message.size(), bytes_of(*key)) == 0;
}

}  // namespace tocsin
