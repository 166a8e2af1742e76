#include "base/encoding.hpp"

#include <array>
#include <cstdint>

#include <fmt/format.h>

namespace tocsin {
namespace {

/// One of RFC 4648's alphabets: `bits` of each character.
struct Alphabet {
  std::string_view name, characters;
  unsigned bits;
};
constexpr Alphabet kBase64{"base64", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6};
constexpr Alphabet kBase64Url{"base64url", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 6};
constexpr Alphabet kBase32{"base32", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5};

constexpr std::uint8_t kForeign = 0xFF;
constexpr std::array<std::uint8_t, 256> values_of(const Alphabet& alphabet) {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = kForeign;
  for (std::size_t i = 0; i < alphabet.characters.size(); ++i) {
    values[static_cast<unsigned char>(alphabet.characters[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}
template <const Alphabet& kAlphabet>
constexpr auto kValues = values_of(kAlphabet);

template <const Alphabet& kAlphabet>
std::string encode(std::string_view bytes) {
  constexpr auto kBits = kAlphabet.bits;
  constexpr auto kMask = (1U << kBits) - 1;
  std::string text;
  text.reserve((bytes.size() * 8 + kBits - 1) / kBits + 3);
  std::uint32_t pending = 0;
  unsigned count = 0;
  for (const auto byte : bytes) {
    pending = pending << 8 | static_cast<unsigned char>(byte);
    for (count += 8; count >= kBits; count -= kBits) text += kAlphabet.characters[pending >> (count - kBits) & kMask];
  }
  if (count > 0) text += kAlphabet.characters[pending << (kBits - count) & kMask];
  return text;
}

Error bad(std::string_view name, std::string_view what, std::size_t at) {
  return Error::invalid(fmt::format("not {}: {}", name, what), fmt::to_string(at + 1));
}

template <const Alphabet& kAlphabet>
Result<std::string> decode(std::string_view text) {
  constexpr auto kBits = kAlphabet.bits;
  std::string bytes;
  bytes.reserve(text.size() * kBits / 8);
  std::uint32_t pending = 0;
  unsigned count = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto value = kValues<kAlphabet>[static_cast<unsigned char>(text[at])];
    if (value == kForeign) return bad(kAlphabet.name, "a character that does not belong there", at);
    pending = pending << kBits | value;
    count += kBits;
    if (count >= 8) bytes += static_cast<char>(pending >> (count -= 8) & 0xFFU);
  }
  // A whole character is left over where no number of bytes has this length.
  if (count >= kBits) return bad(kAlphabet.name, "the end is missing", text.size());
  if ((pending & ((1U << count) - 1)) != 0) return bad(kAlphabet.name, "bits beyond the last byte", text.size() - 1);
  return bytes;
}

}  // namespace

std::string base64url_encode(std::string_view bytes) { return encode<kBase64Url>(bytes); }
Result<std::string> base64url_decode(std::string_view text) { return decode<kBase64Url>(text); }

std::string base64_encode(std::string_view bytes) {
  auto text = encode<kBase64>(bytes);
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}
Result<std::string> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return bad(kBase64.name, "its length is no multiple of four", text.size());
  // At most two: a third would stand where a character must, and is foreign there.
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  return decode<kBase64>(text);
}

std::string base32_encode(std::string_view bytes) { return encode<kBase32>(bytes); }
Result<std::string> base32_decode(std::string_view text) { return decode<kBase32>(text); }

}  // namespace tocsin
