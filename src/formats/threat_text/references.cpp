#include "formats/threat_text/references.hpp"

#include <utility>

#include "base/text.hpp"
#include "formats/attack/attack.hpp"
#include "formats/cve/cve_id.hpp"
#include "formats/stix/ids.hpp"

namespace tocsin::formats::threat_text {
namespace {

using To = Reference::To;

/// Names of types (STIX 2.1 section 3.1).
constexpr std::size_t kTypeBytesMin = 3, kTypeBytesMax = 250;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
bool is_word(char c) noexcept { return is_digit(c) || is_lower(c) || is_upper(c) || c == '_'; }
bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_ascii(char c) noexcept { return static_cast<unsigned char>(c) < 0x80; }

/// Does a character beyond ASCII make one word of what stands beside it? Letters of Latin, Greek, Cyrillic, Hebrew and
/// Arabic do; marks do not, nor do scripts that are written without blanks, whose texts name ids in the midst of words.
bool joins_words(std::string_view character) noexcept {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(character[at]); };
  if (character.size() == 2) {
    // U+00A0..U+00BF are blanks, quotes and signs, but for the soft hyphen and three letters.
    if (byte(0) != 0xC2) return true;
    return byte(1) == 0xAA || byte(1) == 0xAD || byte(1) == 0xB5 || byte(1) == 0xBA;
  }
  if (character.size() != 3) return false;
  // Latin letters of Vietnamese and others; hyphens, and joiners that nobody sees.
  if (byte(0) == 0xE1) return byte(1) >= 0xB8 && byte(1) <= 0xBB;
  return byte(0) == 0xE2 && byte(1) == 0x80 &&
         (byte(2) == 0x8C || byte(2) == 0x8D || byte(2) == 0x90 || byte(2) == 0x91);
}

bool starts_word(std::string_view text, std::size_t at, bool behind_reference) noexcept {
  if (at == 0) return true;
  const char before = text[at - 1];
  if (is_ascii(before)) {
    // "T0855/T0856" are two; what stands behind any other slash is part of a path.
    if (before == '/') return behind_reference;
    return is_blank(before) || std::string_view{"([{<>\"',;:|*~!"}.find(before) != std::string_view::npos;
  }
  auto begin = at - 1;
  while (begin > 0 && at - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  return !joins_words(text.substr(begin, at - begin));
}

bool ends_word(std::string_view text, std::size_t end, To to) noexcept {
  if (end >= text.size()) return true;
  const auto joins = [&](std::size_t at) {
    if (at >= text.size()) return false;
    return is_ascii(text[at]) ? is_word(text[at]) : joins_words(text.substr(at, text::utf8_length_at(text, at)));
  };
  const char next = text[end];
  if (!is_ascii(next)) return !joins(end);
  // "T0855.pdf" is a file, and the id of a sub-technique that nobody gave ("T0855.1") is none of its technique.
  if (next == '.') return !joins(end + 1);
  // "T1000-5" is an order number; "CVE-2021-22893-PoC" speaks of the vulnerability (as formats/cve has it).
  if (next == '-') return to == To::vulnerability || (to == To::attack && !joins(end + 1));
  return !joins(end) && next != '@' && next != '\\';
}

/// Bytes of the STIX id that begins the text; 0 where none does.
std::size_t stix_bytes(std::string_view text) noexcept {
  std::size_t end = 0;
  while (end < text.size() && (is_lower(text[end]) || is_digit(text[end]) || text[end] == '-')) ++end;
  const auto parts = stix::parse_id(text.substr(0, end));
  if (!parts || parts->type.size() < kTypeBytesMin || parts->type.size() > kTypeBytesMax) return 0;
  return parts->type.back() == '-' || text::contains(parts->type, "--") ? 0 : end;
}

/// Bytes of the ATT&CK id that begins the text; 0 where none does.
std::size_t attack_bytes(std::string_view text) noexcept {
  constexpr std::size_t kLettersMax = 3, kDigits = 4, kSubDigits = 3;
  std::size_t letters = 0;
  while (letters < text.size() && letters <= kLettersMax && is_upper(text[letters])) ++letters;
  const auto digits_at = [&](std::size_t at) {
    std::size_t count = 0;
    while (at + count < text.size() && count <= kDigits && is_digit(text[at + count])) ++count;
    return count;
  };
  if (letters == 0 || digits_at(letters) != kDigits) return 0;
  const auto end = letters + kDigits;
  const auto kind = attack::kind_of_id(text.substr(0, end));
  if (!kind) return 0;
  if (kind == attack::Kind::technique) {
    const bool sub = end < text.size() && text[end] == '.' && digits_at(end + 1) == kSubDigits;
    return sub ? end + 1 + kSubDigits : end;
  }
  // Devices are called so as well ("M2400", "A1000"): ATT&CK's numbers of one letter begin at 0 and went up to 1xxx,
  // those of assets are all below 1000.
  const char first = text[letters];
  const char last = kind == attack::Kind::asset ? '0' : '1';
  return letters == 1 && first > last ? 0 : end;
}

std::optional<Reference> reference_at(std::string_view text, std::size_t at) {
  const auto rest = text.substr(at);
  const char first = rest.front();
  Reference out;
  out.begin = at;
  if (auto cve = first == 'C' || first == 'c' ? cve::cve_at_begin(rest) : std::nullopt) {
    out.to = To::vulnerability;
    out.id = std::move(cve->id);
    out.end = at + cve->bytes;
  } else if (const auto bytes = is_lower(first) ? stix_bytes(rest) : 0; bytes > 0) {
    out.id = rest.substr(0, bytes);
    out.end = at + bytes;
  } else if (const auto length = is_upper(first) ? attack_bytes(rest) : 0; length > 0) {
    out.to = To::attack;
    out.id = rest.substr(0, length);
    out.end = at + length;
  } else {
    return std::nullopt;
  }
  if (!ends_word(text, out.end, out.to)) return std::nullopt;
  return out;
}

}  // namespace

std::vector<Reference> references_in(std::string_view text, std::size_t most) {
  std::vector<Reference> out;
  bool in_address = false;
  for (std::size_t at = 0; at < text.size() && out.size() < most;) {
    const char c = text[at];
    const bool behind_reference = at > 0 && !out.empty() && out.back().end == at - 1;
    if (is_blank(c)) in_address = false;
    // Of addresses and paths nothing is told up to the next blank, so that "https://x.example/?a,T0855" stays whole.
    if (c == '/' && (out.empty() || out.back().end != at)) in_address = true;
    if (!is_word(c)) {
      ++at;
      continue;
    }
    if (!in_address && starts_word(text, at, behind_reference)) {
      if (auto found = reference_at(text, at)) {
        at = found->end;
        out.push_back(*std::move(found));
        continue;
      }
    }
    // Behind the whole word, hyphens too: each byte is looked at once, however long it is.
    while (at < text.size() && (is_word(text[at]) || text[at] == '-')) ++at;
  }
  return out;
}

std::optional<Reference> read_reference(std::string_view text) {
  if (text.empty() || text.size() > kTypeBytesMax * 2) return std::nullopt;
  if (!is_word(text.front())) return std::nullopt;
  auto found = reference_at(text, 0);
  return found && found->end == text.size() ? std::move(found) : std::nullopt;
}

}  // namespace tocsin::formats::threat_text
