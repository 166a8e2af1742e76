#include "formats/csaf/names.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace tocsin::formats::csaf {
namespace {

bool is_separator(std::string_view character) noexcept {
  constexpr std::string_view kSeparators[] = {
      "\t",     "\n",     "\v",     "\f",     "\r",     " ",      "-",      "_",      "\u0085", "\u00a0", "\u1680",
      "\u2028", "\u2029", "\u202f", "\u205f", "\u3000", "\u200b", "\u2060", "\ufeff", "\u00ad", "\u058a", "\u05be",
      "\u1400", "\u1806", "\u2043", "\u207b", "\u208b", "\u2212", "\u2e17", "\u2e1a", "\u2e3a", "\u2e3b", "\u2e40",
      "\u301c", "\u3030", "\u30a0", "\u2796", "\ufe31", "\ufe32", "\ufe58", "\ufe63", "\uff0d", "\u0332", "\u0333",
      "\u2017", "\u203f", "\u2040", "\u2054", "\ufe33", "\ufe34", "\ufe4d", "\ufe4e", "\ufe4f", "\uff3f",
  };
  // U+2000 to U+200A are blanks, U+2010 to U+2015 hyphens and dashes.
  if (character.starts_with("\xe2\x80") && character.size() == 3) {
    const auto last = static_cast<unsigned char>(character[2]);
    if (last <= 0x8a || (last >= 0x90 && last <= 0x95)) return true;
  }
  return std::ranges::find(kSeparators, character) != std::end(kSeparators);
}

constexpr std::string_view kHashAlgorithms[] = {
    "blake2b512", "blake2s256", "md4",      "md5",      "md5-sha1", "mdc2",     "ripemd",    "ripemd160", "rmd160",
    "sha1",       "sha224",     "sha256",   "sha3-224", "sha3-256", "sha3-384", "sha3-512",  "sha384",    "sha512",
    "sha512-224", "sha512-256", "shake128", "shake256", "sm3",      "ssl3-md5", "ssl3-sha1", "whirlpool",
};

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// ^#[1-9]\d*$
bool is_issue_number(std::string_view text) noexcept {
  return text.size() >= 2 && text[0] == '#' && text[1] != '0' && std::ranges::all_of(text.substr(1), is_digit);
}

/// ^EUVD-[1-9][0-9]{3}-[0-9]{4,}$
bool is_euvd_id(std::string_view text) noexcept {
  constexpr std::string_view kPrefix = "EUVD-";
  if (!text.starts_with(kPrefix)) return false;
  text.remove_prefix(kPrefix.size());
  return text.size() >= 9 && text[4] == '-' && text[0] != '0' && std::ranges::all_of(text.substr(0, 4), is_digit) &&
         std::ranges::all_of(text.substr(5), is_digit);
}

constexpr IdSystem kIdSystems[] = {
    {"https://github.com/oasis-tcs/csaf", "OASIS Open CSAF TC GitHub Issues", is_issue_number, "#1217"},
    {"https://euvd.enisa.europa.eu", "EUVD IDs", is_euvd_id, "EUVD-2026-4660"},
};

constexpr Translation kTranslations[] = {
    {"en", "Product Description", "Reasoning for Supersession", "Reasoning for Withdrawal", "Superseding Document",
     "CVE Description", "Vulnerability Summary"},
    {"de", "Produktbeschreibung", "Begründung für die Ersetzung", "Begründung für die Zurückziehung",
     "Ersetzendes Dokument", "CVE Beschreibung", "Schwachstellenzusammenfassung"},
};

}  // namespace

std::string name_without_separators(std::string_view name) {
  std::string squeezed;
  for (std::size_t at = 0; at < name.size();) {
    const auto character = name.substr(at, std::max<std::size_t>(text::utf8_length_at(name, at), 1));
    if (!is_separator(character)) squeezed += character;
    at += character.size();
  }
  return text::lower_ascii(squeezed);
}

bool is_listed_hash_algorithm(std::string_view algorithm) noexcept {
  return std::ranges::find(kHashAlgorithms, algorithm) != std::end(kHashAlgorithms);
}

std::span<const IdSystem> registered_id_systems() noexcept { return kIdSystems; }

const Translation* translation_of(std::string_view language_tag) noexcept {
  if (language_tag.empty()) return kTranslations;
  const auto primary = language_tag.substr(0, language_tag.find('-'));
  const auto* found = std::ranges::find_if(
      kTranslations, [&](const Translation& each) { return text::equals_ignore_case_ascii(each.language, primary); });
  return found == std::end(kTranslations) ? nullptr : found;
}

bool is_english(std::string_view language_tag) noexcept { return translation_of(language_tag) == kTranslations; }

}  // namespace tocsin::formats::csaf
