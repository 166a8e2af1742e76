#include "domain/vendor.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "base/text.hpp"
#include "domain/vendor_table.hpp"

namespace tocsin::domain {
namespace {

constexpr std::size_t kKeyBytesMax = 120;
// Names longer than this are no names; the rest would only cost time.
constexpr std::size_t kNameBytesMax = 4096;

bool is_key_byte(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (static_cast<unsigned char>(c) & 0x80U) != 0;
}

// Legal forms. Those of two letters are only cut from the end of a name that has more words.
constexpr std::string_view kCompanySuffixes[] = {
    "inc", "incorporated", "llc",  "ltd", "limited", "corp", "corporation", "co",  "company", "gmbh", "mbh",
    "ag",  "kg",           "kgaa", "se",  "sa",      "nv",   "bv",          "plc", "oy",      "oyj",  "ab",
    "as",  "asa",          "spa",  "srl", "sas",     "sarl", "kk",          "pte", "pty",     "ltda", "lp",
    "llp", "sro",          "doo",  "aps", "jsc",     "ooo",  "bhd",         "sdn", "ulc",     "pvt",
};

bool is_company_suffix(std::string_view word) noexcept {
  return std::find(std::begin(kCompanySuffixes), std::end(kCompanySuffixes), word) != std::end(kCompanySuffixes);
}

// "A, a subsidiary of B", "A (Division of B)", "A (formerly B)": A.
std::string_view without_owner(std::string_view name) {
  static constexpr std::string_view kMarks[] = {"a subsidiary of ", "(subsidiary of ",   "subsidiary of ",
                                                "a division of ",   "(division of ",     "(owned by ",
                                                "(formerly ",       "formerly known as "};
  for (const auto mark : kMarks) {
    const auto found = std::search(name.begin(), name.end(), mark.begin(), mark.end(), [](char a, char b) {
      return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
    });
    if (found != name.begin() && found != name.end()) {
      name = name.substr(0, static_cast<std::size_t>(found - name.begin()));
    }
  }
  return text::trim(name);
}

// "General Electric (GE)": the bracket repeats the name.
std::string_view without_last_bracket(std::string_view name) {
  if (!name.ends_with(')')) return name;
  const auto open = name.rfind('(');
  if (open == std::string_view::npos || open == 0) return name;
  const auto rest = text::trim(name.substr(0, open));
  return rest.empty() ? name : rest;
}

// The words of a folded name; dots inside are dropped so that "S.p.A." is one word.
std::vector<std::string> words_of(std::string_view folded) {
  std::vector<std::string> words(1);
  for (const char c : folded) {
    if (is_key_byte(c)) {
      words.back() += c;
    } else if (c != '.' && c != '\'' && !words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

std::string bounded_key(std::string key, std::string_view whole) {
  if (key.empty()) return "unknown";
  if (key.size() <= kKeyBytesMax) return key;
  // Long names differ at their ends, so a short hash (FNV-1a) of the whole keeps them apart.
  std::uint32_t hash = 2166136261U;
  for (const char c : whole) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  std::size_t end = kKeyBytesMax - 9;
  while (end > 0 && (static_cast<unsigned char>(key[end]) & 0xC0U) == 0x80U) --end;
  key.resize(end);
  while (key.ends_with('-')) key.pop_back();
  return key + fmt::format("-{:08x}", hash);
}

// The key by rule alone, before the table of aliases.
std::string key_by_rule(std::string_view name) {
  const auto repaired = text::squeeze(text::repair_mojibake(name.substr(0, kNameBytesMax)));
  const auto folded = text::fold(without_last_bracket(without_owner(repaired)));
  auto words = words_of(folded);
  std::erase(words, "and");
  while (words.size() > 1 && is_company_suffix(words.back())) words.pop_back();
  // "A/S" comes apart at its stroke.
  if (words.size() > 2 && words.back() == "s" && words[words.size() - 2] == "a") words.resize(words.size() - 2);
  std::string key;
  for (const auto& word : words) {
    if (!key.empty()) key += '-';
    key += word;
  }
  return bounded_key(std::move(key), folded);
}

template <class Row>
const Row* find_row(std::span<const Row> rows, std::string_view key) {
  const auto found = std::lower_bound(rows.begin(), rows.end(), key,
                                      [](const Row& row, std::string_view wanted) { return row.key < wanted; });
  return found != rows.end() && found->key == key ? &*found : nullptr;
}

bool is_comparator(char c) noexcept { return c == '<' || c == '>' || c == '='; }

}  // namespace

std::string vendor_key(std::string_view name) {
  auto key = key_by_rule(name);
  if (const auto* alias = find_row(vendor_aliases(), key); alias != nullptr) return std::string{alias->canonical};
  return key;
}

std::string vendor_display_name(std::string_view name) {
  const auto key = vendor_key(name);
  if (const auto* display = find_row(vendor_displays(), key); display != nullptr) return std::string{display->name};
  auto tidy = text::squeeze(text::repair_mojibake(name.substr(0, kNameBytesMax)));
  tidy = std::string{without_last_bracket(without_owner(tidy))};
  // Legal forms go from the end, word by word, with the commas before them.
  while (true) {
    while (tidy.ends_with(',') || tidy.ends_with(' ') || tidy.ends_with('&')) tidy.pop_back();
    const auto blank = tidy.find_last_of(" ,");
    if (blank == std::string::npos) break;
    std::string word;
    for (const char c : text::fold(std::string_view{tidy}.substr(blank + 1))) {
      if (c != '.' && c != ',') word += c;
    }
    if (!is_company_suffix(word)) break;
    tidy.resize(blank);
  }
  return tidy.empty() ? "Unknown vendor" : tidy;
}

std::string product_key(std::string_view name) {
  const auto folded = text::fold(text::repair_mojibake(name.substr(0, kNameBytesMax)));
  std::string key;
  for (const char c : folded) {
    if (is_key_byte(c) || c == '.') {
      key += c;
    } else if (c == '+') {
      // "Config+" is another product than "Config".
      if (!key.empty() && !key.ends_with('-')) key += '-';
      key += "plus-";
    } else if (!key.empty() && !key.ends_with('-') && c != '\'') {
      key += '-';
    }
  }
  while (key.ends_with('-') || key.ends_with('.')) key.pop_back();
  // "." and ".." are no names in a URL path.
  key.erase(0, key.find_first_not_of(".-"));
  return bounded_key(std::move(key), folded);
}

std::string product_display_name(std::string_view name) {
  auto tidy = text::squeeze(text::repair_mojibake(name));
  if (tidy.find(' ') == std::string::npos && tidy.find('_') != std::string::npos) {
    std::replace(tidy.begin(), tidy.end(), '_', ' ');
    tidy = text::squeeze(tidy);
  }
  return tidy;
}

std::string version_display_text(std::string_view text) {
  auto tidy = text::repair_mojibake(text);
  std::replace(tidy.begin(), tidy.end(), '_', ' ');
  tidy = text::squeeze(tidy);
  std::string_view rest = tidy;
  if (rest.starts_with("vers:")) {
    if (const auto slash = rest.find('/'); slash != std::string_view::npos) rest = text::trim(rest.substr(slash + 1));
  }
  if (rest == "*") return "all versions";
  std::string out;
  const auto blank = [&] {
    if (!out.empty() && !out.ends_with(' ')) out += ' ';
  };
  for (std::size_t i = 0; i < rest.size();) {
    const char c = rest[i];
    const bool is_arrow = c == '>' && i > 0 && rest[i - 1] == '-';
    const bool is_not_equal = c == '!' && i + 1 < rest.size() && rest[i + 1] == '=';
    // A single '=' belongs to a name ("x=24,40"); with '<' or '>' beside it, it is part of a comparator.
    const bool opens =
        (c == '<' || c == '>' || (c == '=' && i + 1 < rest.size() && (rest[i + 1] == '<' || rest[i + 1] == '>')));
    if ((opens && !is_arrow) || is_not_equal) {
      blank();
      out += c;
      ++i;
      if (i < rest.size() && is_comparator(rest[i]) && rest[i] != c) out += rest[i++];
      out += ' ';
      while (i < rest.size() && rest[i] == ' ') ++i;
    } else if (c == '|') {
      blank();
      out += "| ";
      ++i;
      while (i < rest.size() && rest[i] == ' ') ++i;
    } else {
      out += c;
      ++i;
    }
  }
  while (out.ends_with(' ')) out.pop_back();
  return out;
}

}  // namespace tocsin::domain
