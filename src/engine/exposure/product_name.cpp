#include "engine/exposure/product_name.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "domain/vendor.hpp"
#include "formats/order_number.hpp"

namespace tocsin::engine::exposure {
namespace {

/// Pieces are of so many runs of letters or digits, and so long, at most.
constexpr std::size_t kRunsMax = 6;
constexpr std::size_t kPieceBytesMax = 24;
constexpr std::size_t kRunsOfTextMax = 96;
constexpr std::size_t kTermsMax = 24;
constexpr std::size_t kSpellingsMax = 16;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (static_cast<unsigned char>(c) & 0x80U) != 0; }
bool is_alnum(char c) noexcept { return is_digit(c) || is_letter(c); }

std::string compact(std::string_view folded) {
  std::string out;
  for (const char c : folded) {
    if (is_alnum(c)) out += c;
  }
  return out;
}

bool is_version_word(std::string_view word) noexcept {
  if (word.starts_with('v') && word.size() > 1) {
    return std::ranges::all_of(word.substr(1), [](char c) { return is_digit(c) || c == '.' || c == 'x'; });
  }
  const bool year =
      word.size() == 4 && (word.starts_with("19") || word.starts_with("20")) && is_digit(word[2]) && is_digit(word[3]);
  return year || (word.starts_with("sp") && word.size() == 3 && is_digit(word[2]));
}

/// "R00/01/02CPU" as r00cpu, r01cpu, r02cpu; "R120(EN)CPU" as r120cpu, r120encpu; else the word itself.
std::vector<std::string> spellings_of(std::string_view word) {
  std::vector<std::string> found;
  const auto add = [&found](std::string spelling) {
    if (!spelling.empty() && found.size() < kSpellingsMax && std::ranges::find(found, spelling) == found.end()) {
      found.push_back(std::move(spelling));
    }
  };
  if (const auto open = word.find('('); open != std::string_view::npos) {
    const auto close = word.find(')', open);
    if (close != std::string_view::npos) {
      const auto head = word.substr(0, open), tail = word.substr(close + 1);
      for (const auto& each : spellings_of(std::string{head}.append(tail))) add(each);
      for (const auto& each :
           spellings_of(std::string{head}.append(word.substr(open + 1, close - open - 1)).append(tail))) {
        add(each);
      }
      return found;
    }
  }
  const auto parts = text::split(word, '/');
  const bool list = parts.size() > 1 && std::ranges::all_of(parts, [](std::string_view part) {
                      return !part.empty() && std::ranges::any_of(part, is_digit);
                    });
  if (!list) {
    add(compact(word));
    return found;
  }
  // What stands before the digits of the first goes for all, and what stands behind those of the last.
  const auto first_digit =
      static_cast<std::size_t>(std::ranges::find_if(parts.front(), is_digit) - parts.front().begin());
  const auto head = parts.front().substr(0, first_digit);
  const auto& last = parts.back();
  auto tail_at = last.size();
  while (tail_at > 0 && !is_digit(last[tail_at - 1])) --tail_at;
  const auto tail = last.substr(tail_at);
  for (const auto part : parts) {
    std::string whole;
    if (is_digit(part.front()) && &part != &parts.front()) whole += head;
    whole += part;
    if (is_digit(part.back())) whole += tail;
    add(compact(whole));
  }
  return found;
}

struct Word {
  std::string text;  ///< Folded.
  bool aside = false;
};

bool ends_word(char c) noexcept {
  switch (c) {
    case ' ':
    case ',':
    case ';':
    case ':':
    case '"':
    case '\'':
    case '&':
    case '|':
    case '[':
    case ']':
      return true;
    default:
      return false;
  }
}

std::vector<Word> words_of(std::string_view folded) {
  std::vector<Word> words;
  std::string word;
  int depth = 0;
  const auto finish = [&] {
    if (!compact(word).empty()) words.push_back({word, depth > 0});
    word.clear();
  };
  for (std::size_t at = 0; at < folded.size(); ++at) {
    const char c = folded[at];
    if (c == '(') {
      // "R120(EN)CPU": part of the word.
      const auto close = folded.find(')', at);
      const bool inside = !word.empty() && close != std::string_view::npos && close - at <= 6 &&
                          folded.substr(at, close - at).find(' ') == std::string_view::npos &&
                          close + 1 < folded.size() && is_alnum(folded[close + 1]);
      if (inside) {
        word += folded.substr(at, close - at + 1);
        at = close;
        continue;
      }
      finish();
      ++depth;
    } else if (c == ')') {
      finish();
      depth = std::max(0, depth - 1);
    } else if (ends_word(c)) {
      finish();
    } else {
      word += c;
    }
  }
  finish();
  return words;
}

/// Takes out "(incl. SIPLUS variants)", "including ...": tells whether there was one.
bool take_variants(std::string& folded) {
  bool found = false;
  for (const std::string_view opening : {"(incl", "(all ", "(and variants", "(with all"}) {
    for (auto at = folded.find(opening); at != std::string::npos; at = folded.find(opening)) {
      int depth = 0;
      auto end = at;
      for (; end < folded.size(); ++end) {
        if (folded[end] == '(') ++depth;
        if (folded[end] == ')' && --depth == 0) break;
      }
      folded.erase(at, end == folded.size() ? end - at : end + 1 - at);
      found = true;
    }
  }
  return found;
}

}  // namespace

bool has_digits(std::string_view text) noexcept { return std::ranges::any_of(text, is_digit); }

bool is_generic_word(std::string_view word) noexcept {
  static constexpr std::array kWords = std::to_array<std::string_view>(
      {"a",       "all",     "an",        "and",     "any",         "by",         "device",     "devices",
       "edition", "family",  "firmware",  "for",     "from",        "fw",         "hardware",   "in",
       "inc",     "incl",    "installed", "line",    "model",       "models",     "module",     "modules",
       "of",      "on",      "or",        "part",    "plc",         "plcs",       "product",    "products",
       "range",   "rev",     "revision",  "running", "series",      "software",   "suite",      "system",
       "systems", "the",     "to",        "type",    "unit",        "units",      "variant",    "variants",
       "ver",     "version", "versions",  "with",    "application", "controller", "controllers"});
  return std::ranges::find(kWords, word) != kWords.end();
}

std::string compact_order_number(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c >= 'a' && c <= 'z') {
      out += static_cast<char>(c - 32);
    } else if (is_digit(c) || (c >= 'A' && c <= 'Z') || c == '*' || c == '?' || c == '/') {
      out += c;
    }
  }
  return out;
}

ProductName read_product_name(std::string_view vendor, std::string_view name) {
  ProductName product;
  const auto shown = domain::product_display_name(name.substr(0, kNameBytesMax));
  auto rest = shown;
  for (const auto& number : formats::order_numbers_in(shown)) {
    product.order_numbers.push_back(compact_order_number(number));
    if (const auto at = rest.find(number); at != std::string::npos) rest.replace(at, number.size(), " ");
  }
  auto folded = text::fold(rest);
  product.with_variants = take_variants(folded);
  const auto vendor_words = words_of(text::fold(vendor));
  const auto of_vendor = [&](const std::string& word) {
    return std::ranges::any_of(vendor_words, [&](const Word& each) { return each.text == word; });
  };
  bool front = true;  // The vendor's own name stands in front: "GE PACSystems", "BD Pyxis".
  for (const auto& word : words_of(folded)) {
    if (product.terms.size() == kTermsMax) break;
    if (front && !word.aside && of_vendor(word.text)) continue;
    front = false;
    NameTerm term;
    term.spellings = spellings_of(word.text);
    if (term.spellings.empty()) continue;
    const auto& first = term.spellings.front();
    if (word.aside) {
      term.kind = NameTerm::Kind::aside;
    } else if (is_generic_word(first)) {
      term.kind = NameTerm::Kind::generic;
    } else if (is_version_word(word.text)) {
      term.kind = NameTerm::Kind::version;
    } else if (has_digits(first)) {
      term.kind = NameTerm::Kind::code;
    }
    product.terms.push_back(std::move(term));
  }
  // A name of nothing but such words is what it is: "FW 01".
  const auto says_little = [](const NameTerm& term) {
    return term.kind == NameTerm::Kind::generic || term.kind == NameTerm::Kind::aside;
  };
  if (std::ranges::all_of(product.terms, says_little)) {
    for (auto& term : product.terms) {
      term.kind = has_digits(term.spellings.front()) ? NameTerm::Kind::code : NameTerm::Kind::plain;
    }
  }
  return product;
}

NamePieces::NamePieces(const std::vector<std::string_view>& texts) {
  for (const auto each : texts) {
    const auto folded = text::fold(domain::product_display_name(each.substr(0, kNameBytesMax)));
    for (const auto& word : words_of(folded)) {
      // Written as advisories write it: "R00/01/02CPU".
      if (word.text.find_first_of("/(") != std::string::npos) {
        for (auto& spelling : spellings_of(word.text)) pieces_.insert(std::move(spelling));
      }
      // A slash is an end here: "CPU317/CPU319" is two things that stand side by side.
      for (const auto part : text::split(word.text, '/')) {
        auto whole = compact(part);
        if (!whole.empty() && std::ranges::find(words_, whole) == words_.end()) words_.push_back(std::move(whole));
      }
    }
    std::vector<std::string_view> runs;
    for (std::size_t at = 0; at < folded.size() && runs.size() < kRunsOfTextMax;) {
      if (!is_alnum(folded[at])) {
        ++at;
        continue;
      }
      const auto begin = at;
      const bool digits = is_digit(folded[at]);
      while (at < folded.size() && is_alnum(folded[at]) && is_digit(folded[at]) == digits) ++at;
      runs.push_back(std::string_view{folded}.substr(begin, at - begin));
    }
    for (std::size_t first = 0; first < runs.size(); ++first) {
      std::string piece;
      for (std::size_t last = first; last < runs.size() && last < first + kRunsMax; ++last) {
        piece += runs[last];
        if (piece.size() > kPieceBytesMax && last > first) break;
        pieces_.insert(piece);
      }
    }
  }
}

bool NamePieces::nearly_holds(std::string_view word) const {
  if (word.size() < 5 || has_digits(word)) return false;
  const int limit = word.size() >= 9 ? 2 : 1;
  return std::ranges::any_of(words_, [&](const std::string& own) {
    return own.front() == word.front() && text::edit_distance(own, word, limit) <= limit;
  });
}

}  // namespace tocsin::engine::exposure
