#include "domain/recovery_codes.hpp"

#include <algorithm>

#include "base/hash.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"

namespace tocsin::domain::recovery_codes {
namespace {

// 32 characters, so that five random bits are one.
constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static_assert(kAlphabet.size() == 32);
constexpr std::size_t kGroup = 4;
/// Characters, blanks and dashes of what a person types.
constexpr std::size_t kTypedBytesMax = 128;

}  // namespace

std::vector<std::string> make() {
  std::vector<std::string> codes(kCodes);
  for (auto& code : codes) {
    auto random = random_bytes(kCharacters);
    for (std::size_t i = 0; i < kCharacters; ++i) {
      if (i > 0 && i % kGroup == 0) code += '-';
      code += kAlphabet[static_cast<unsigned char>(random[i]) % kAlphabet.size()];
    }
    wipe(random);
  }
  return codes;
}

std::string fold(std::string_view typed) {
  if (typed.size() > kTypedBytesMax) return {};
  std::string code;
  // Folded text has all blanks as ' ' and all dashes as '-', and full-width letters as ASCII.
  for (auto c : text::fold(typed)) {
    if (c == ' ' || c == '-') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == 'O') c = '0';
    if (c == 'I' || c == 'L') c = '1';
    if (kAlphabet.find(c) == std::string_view::npos) return {};
    code += c;
  }
  return code.size() == kCharacters ? code : std::string{};
}

std::string hash(std::string_view typed) {
  auto code = fold(typed);
  if (code.empty()) return {};
  auto digest = sha256_hex(code);
  wipe(code);
  return digest;
}

std::optional<std::size_t> find(std::span<const std::string> hashes, std::string_view typed) {
  const auto wanted = hash(typed);
  std::optional<std::size_t> found;
  // A used code may be stored as an empty text; nothing typed is equal to that.
  if (wanted.empty()) return found;
  for (std::size_t i = 0; i < hashes.size(); ++i) {
    if (equal_secret(hashes[i], wanted)) found = i;
  }
  return found;
}

}  // namespace tocsin::domain::recovery_codes
