#include "base/hash.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/check.hpp"

namespace tocsin {
namespace {

std::string hex(const unsigned char* bytes, std::size_t size) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(size * 2, '0');
  for (std::size_t i = 0; i < size; ++i) {
    text[2 * i] = kDigits[bytes[i] >> 4];
    text[2 * i + 1] = kDigits[bytes[i] & 15];
  }
  return text;
}

std::string digest(const EVP_MD* algorithm, std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  TOCSIN_CHECK(EVP_Digest(bytes.data(), bytes.size(), out.data(), &size, algorithm, nullptr) == 1);
  return hex(out.data(), size);
}

std::string hmac(const EVP_MD* algorithm, std::string_view key, std::string_view message) {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned size = 0;
  // A null key would mean "the one before"; an empty view may hold a null pointer.
  const auto* start = key.empty() ? "" : key.data();
  TOCSIN_CHECK(HMAC(algorithm, start, static_cast<int>(key.size()),
                    reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                    reinterpret_cast<unsigned char*>(out.data()), &size) != nullptr);
  out.resize(size);
  return out;
}

}  // namespace

std::string sha512_hex(std::string_view bytes) { return digest(EVP_sha512(), bytes); }
std::string sha256_hex(std::string_view bytes) { return digest(EVP_sha256(), bytes); }

std::string sha1_hex_upper(std::string_view bytes) {
  auto text = digest(EVP_sha1(), bytes);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c; });
  return text;
}

std::string hmac_sha1(std::string_view key, std::string_view message) { return hmac(EVP_sha1(), key, message); }
std::string hmac_sha256(std::string_view key, std::string_view message) { return hmac(EVP_sha256(), key, message); }
std::string hmac_sha512(std::string_view key, std::string_view message) { return hmac(EVP_sha512(), key, message); }

std::uint64_t fast_hash(std::string_view bytes) noexcept {
  return static_cast<std::uint64_t>(std::hash<std::string_view>{}(bytes));
}

struct Sha512::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha512::Sha512() : state_(std::make_unique<State>()) {
  TOCSIN_CHECK(EVP_DigestInit_ex(state_->context, EVP_sha512(), nullptr) == 1);
}
Sha512::~Sha512() = default;
Sha512::Sha512(Sha512&&) noexcept = default;
Sha512& Sha512::operator=(Sha512&&) noexcept = default;

void Sha512::update(std::string_view bytes) {
  TOCSIN_CHECK(EVP_DigestUpdate(state_->context, bytes.data(), bytes.size()) == 1);
}

std::string Sha512::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  TOCSIN_CHECK(EVP_DigestFinal_ex(state_->context, out.data(), &size) == 1);
  return tocsin::hex(out.data(), size);
}

}  // namespace tocsin
