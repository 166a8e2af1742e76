#include "base/hash.hpp"

#include <array>
#include <functional>

#include <openssl/evp.h>

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

}  // namespace

std::string sha512_hex(std::string_view bytes) { return digest(EVP_sha512(), bytes); }
std::string sha256_hex(std::string_view bytes) { return digest(EVP_sha256(), bytes); }

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
