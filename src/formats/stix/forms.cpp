#include "formats/stix/forms.hpp"

#include <algorithm>

namespace tocsin::formats::stix {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr bool is_hex(char c) noexcept { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Names of 2.1 begin with a letter; 2.0 does not say so.
bool begins_well(std::string_view name, bool is_2_0) noexcept { return is_2_0 || is_lower(name.front()); }

struct HashForm {
  std::string_view name;
  std::size_t digits;
};
constexpr HashForm kHashForms[] = {{"MD5", 32},      {"SHA-1", 40},     {"SHA-224", 56},    {"SHA-256", 64},
                                   {"SHA-384", 96},  {"SHA-512", 128},  {"SHA3-224", 56},   {"SHA3-256", 64},
                                   {"SHA3-384", 96}, {"SHA3-512", 128}, {"RIPEMD-160", 40}, {"WHIRLPOOL", 128}};

}  // namespace

bool is_type_name(std::string_view name, bool is_2_0) noexcept {
  return name.size() >= 3 && name.size() <= 250 && begins_well(name, is_2_0) && name.front() != '-' &&
         name.find("--") == name.npos &&
         std::ranges::all_of(name, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
}
bool is_property_name(std::string_view name, bool is_2_0) noexcept {
  return name.size() >= 3 && name.size() <= 250 && begins_well(name, is_2_0) &&
         std::ranges::all_of(name, [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}
bool is_dictionary_key(std::string_view name) noexcept {
  return !name.empty() && name.size() <= 250 && std::ranges::all_of(name, [](char c) {
    return is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '-';
  });
}
bool is_url(std::string_view text) noexcept {
  const auto colon = text.find(':');
  if (colon == text.npos || colon == 0 || colon + 1 == text.size()) return false;
  const auto scheme = text.substr(0, colon);
  if (!std::ranges::all_of(scheme,
                           [](char c) {
                             return is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '+' || c == '-' ||
                                    c == '.';
                           }) ||
      is_digit(scheme.front())) {
    return false;
  }
  // All are looked at, which compilers do for many at once.
  bool is_wrong = false;
  for (const char c : text) {
    is_wrong |= (static_cast<unsigned char>(c) <= ' ') | (c == '<') | (c == '>') | (c == '"');
  }
  return !is_wrong;
}
bool is_base64(std::string_view text) noexcept {
  if (text.empty() || text.size() % 4 != 0) return false;
  auto body = text;
  for (int i = 0; i < 2 && body.ends_with('='); ++i) body.remove_suffix(1);
  return std::ranges::all_of(
      body, [](char c) { return is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '+' || c == '/'; });
}
bool is_ipv4(std::string_view text, bool with_prefix) noexcept {
  int parts = 0;
  while (true) {
    std::size_t size = 0;
    int number = 0;
    while (size < text.size() && size < 3 && is_digit(text[size])) number = number * 10 + (text[size++] - '0');
    if (size == 0 || number > 255 || (size > 1 && text[0] == '0')) return false;
    text.remove_prefix(size);
    if (++parts == 4) break;
    if (!text.starts_with('.')) return false;
    text.remove_prefix(1);
  }
  if (text.empty()) return true;
  if (!with_prefix || text.front() != '/' || text.size() < 2 || text.size() > 3) return false;
  int bits = 0;
  for (const char c : text.substr(1)) {
    if (!is_digit(c)) return false;
    bits = bits * 10 + (c - '0');
  }
  return bits <= 32;
}
bool is_ipv6(std::string_view text) noexcept {
  if (const auto slash = text.find('/'); slash != text.npos) {
    const auto bits = text.substr(slash + 1);
    if (bits.empty() || bits.size() > 3 || !std::ranges::all_of(bits, is_digit)) return false;
    int number = 0;
    for (const char c : bits) number = number * 10 + (c - '0');
    if (number > 128) return false;
    text = text.substr(0, slash);
  }
  if (const auto zone = text.find('%'); zone != text.npos) text = text.substr(0, zone);
  int groups = 0;
  bool gap = false;
  if (text.starts_with("::")) {
    gap = true;
    text.remove_prefix(2);
    if (text.empty()) return true;
  }
  while (true) {
    if (text.find('.') != text.npos && text.find(':') == text.npos) {
      if (!is_ipv4(text, false)) return false;
      groups += 2;
      break;
    }
    std::size_t size = 0;
    while (size < text.size() && size < 5 && is_hex(text[size])) ++size;
    if (size == 0 || size > 4) return false;
    ++groups;
    text.remove_prefix(size);
    if (text.empty()) break;
    if (text.starts_with("::")) {
      if (gap) return false;
      gap = true;
      text.remove_prefix(2);
      if (text.empty()) break;
    } else if (text.front() == ':') {
      text.remove_prefix(1);
    } else {
      return false;
    }
  }
  return gap ? groups < 8 : groups == 8;
}

bool is_custom_extension(std::string_view name) noexcept {
  return name.size() >= 5 && name.ends_with("-ext") && is_type_name(name, false);
}

bool is_hash(std::string_view algorithm, std::string_view digest) noexcept {
  const auto is_alphanumeric = [](char c) { return is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c); };
  if (algorithm == "SSDEEP") {
    return std::ranges::count(digest, ':') == 2 && std::ranges::all_of(digest, [&](char c) {
             return is_alphanumeric(c) || c == '/' || c == '+' || c == ':' || c == '.';
           });
  }
  if (algorithm == "TLSH") {
    // Newer tools write T1 before the digest.
    return (digest.size() == 70 || (digest.size() == 72 && digest.starts_with("T1"))) &&
           std::ranges::all_of(digest, is_alphanumeric);
  }
  const auto* const form = std::ranges::find(kHashForms, algorithm, &HashForm::name);
  return form == std::end(kHashForms) || (digest.size() == form->digits && std::ranges::all_of(digest, is_hex));
}

bool is_mac(std::string_view text) noexcept {
  if (text.size() != 17) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % 3 == 2 ? text[i] != ':' : !is_digit(text[i]) && (text[i] < 'a' || text[i] > 'f')) return false;
  }
  return true;
}

bool is_hex_text(std::string_view text) noexcept {
  return !text.empty() && text.size() % 2 == 0 && std::ranges::all_of(text, is_hex);
}

bool is_character_set(std::string_view name) noexcept {
  return name.size() >= 2 && name.size() <= 250 && std::ranges::all_of(name, [](char c) {
           return is_lower(c) || (c >= 'A' && c <= 'Z') || is_digit(c) ||
                  std::string_view{"/.+_:()-"}.find(c) != std::string_view::npos;
         });
}

}  // namespace tocsin::formats::stix
