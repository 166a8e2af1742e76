#include "formats/csaf/validate/words.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text.hpp"

namespace tocsin::formats::csaf {
namespace {

constexpr std::size_t kWordBytesMin = 3;
constexpr std::size_t kNowhere = std::string_view::npos;

enum class Kind : std::uint8_t {
  space,
  letter,
  apostrophe,
  divider,  ///< Divides words: hyphens, brackets, commas.
  point,    ///< In front of a letter it makes code of the whole.
  joint,    ///< The same between letters.
  code,     ///< Never in prose.
};

constexpr std::array<Kind, 128> kAscii = [] {
  std::array<Kind, 128> kinds{};
  for (std::size_t c = 0; c < kinds.size(); ++c) {
    const auto is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    kinds[c] = is_letter ? Kind::letter : c <= ' ' ? Kind::space : Kind::code;
  }
  for (const char c : std::string_view{"-,;!?()\"*"}) kinds[static_cast<unsigned char>(c)] = Kind::divider;
  for (const char c : std::string_view{":[]"}) kinds[static_cast<unsigned char>(c)] = Kind::joint;
  kinds['.'] = Kind::point;
  kinds['\''] = Kind::apostrophe;
  return kinds;
}();

bool is_ascii_letter(char c) noexcept {
  const auto byte = static_cast<unsigned char>(c);
  return byte < kAscii.size() && kAscii[byte] == Kind::letter;
}

struct Character {
  Kind kind;
  std::size_t length;
};

Character wide_character_at(std::string_view text, std::size_t at) noexcept {
  const auto length = std::max<std::size_t>(text::utf8_length_at(text, at), 1);
  const auto bytes = text.substr(at, length);
  if (bytes == "\u2019") return {Kind::apostrophe, length};
  if (bytes == "\u2010" || bytes == "\u2011") return {Kind::divider, length};
  if (bytes == "\u00ad") return {Kind::code, length};  // A soft hyphen: nobody sees the word that way.
  if (bytes == "\u00aa" || bytes == "\u00b5" || bytes == "\u00ba") return {Kind::letter, length};
  const auto first = static_cast<unsigned char>(bytes[0]);
  // U+0080 to U+00BF, U+2000 to U+2BFF, U+3000 to U+303F, U+FFFD and beyond U+FFFF: signs, dashes, quotation marks,
  // pictures.
  const bool is_sign = first == 0xC2 || (first == 0xE2 && length == 3 && static_cast<unsigned char>(bytes[1]) < 0xB0) ||
                       (first == 0xE3 && length == 3 && static_cast<unsigned char>(bytes[1]) == 0x80) ||
                       first >= 0xF0 || bytes == "\ufffd";
  return {is_sign ? Kind::space : Kind::letter, length};
}

inline Character character_at(std::string_view text, std::size_t at) noexcept {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x80) return {kAscii[byte], 1};
  return wide_character_at(text, at);
}

/// Where the code that a run of backticks begins has ended, or kNowhere. One backtick alone may be an old quotation
/// mark, so that its partner is only looked for nearby.
std::size_t end_of_code(std::string_view text, std::size_t at, bool& fence_is_open) noexcept {
  constexpr std::size_t kNear = 200;
  if (!text.substr(at).starts_with("```")) {
    const auto near = text.substr(at + 1, kNear);
    const auto end = near.find('`');
    return end == kNowhere || near.substr(0, end).find('\n') != kNowhere ? kNowhere : at + 1 + end + 1;
  }
  if (fence_is_open) return kNowhere;  // Looked for before, so that many of them do not take long.
  const auto end = text.find("```", at + 3);
  fence_is_open = end == kNowhere;
  return fence_is_open ? kNowhere : end + 3;
}

/// Without "'s", where that is no part of the word itself.
std::string_view without_genitive(std::string_view word) noexcept {
  for (const std::string_view ending : {"'s", "\u2019s"}) {
    if (word.ends_with(ending)) return word.substr(0, word.size() - ending.size());
  }
  return word;
}

void append_word(std::string_view word, std::vector<std::string_view>& words) {
  word = without_genitive(word);
  if (word.size() < kWordBytesMin || word.size() > kWordBytesMax) return;
  const auto has_capital = std::ranges::any_of(word.substr(1), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!has_capital) words.push_back(word);
}

}  // namespace

void split_words(std::string_view text, std::vector<std::string_view>& words) {
  bool fence_is_open = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto words_before = words.size();
    auto begin = kNowhere;  // Of the word that is being read.
    bool is_prose = true, may_join = false, has_letters = false;
    const auto finish = [&] {
      if (begin != kNowhere) append_word(text.substr(begin, at - begin), words);
      begin = kNowhere;
    };
    for (bool inside = true; inside && at < text.size();) {
      const auto [kind, length] = character_at(text, at);
      switch (kind) {
        case Kind::letter:
          if (begin == kNowhere) begin = at;
          if (may_join) is_prose = false;
          has_letters = true;
          while (at + length < text.size() && is_ascii_letter(text[at + length])) ++at;  // Most of a text is these.
          break;
        case Kind::apostrophe:
          if (begin != kNowhere && (at + length == text.size() || character_at(text, at + length).kind != Kind::letter))
            finish();
          break;
        case Kind::space:
          finish();
          inside = false;
          break;
        case Kind::divider:
          finish();
          if (text.substr(at).starts_with("()")) is_prose = false;
          break;
        case Kind::point:
          finish();
          may_join = true;
          break;
        case Kind::joint:
          finish();
          may_join = may_join || has_letters;
          break;
        case Kind::code:
          finish();
          is_prose = false;
          if (text[at] == '`') {
            if (const auto end = end_of_code(text, at, fence_is_open); end != kNowhere) at = end - length;
          }
          break;
      }
      at += length;
    }
    finish();
    if (!is_prose) words.resize(words_before);
  }
}

void each_run_of_letters(std::string_view name, const std::function<void(std::string_view)>& use) {
  auto begin = kNowhere;
  for (std::size_t at = 0; at <= name.size();) {
    const auto [kind, length] = at < name.size() ? character_at(name, at) : Character{Kind::space, 1};
    if (kind == Kind::letter && begin == kNowhere) begin = at;
    if (kind != Kind::letter && begin != kNowhere) {
      if (at - begin >= kWordBytesMin) use(name.substr(begin, at - begin));
      begin = kNowhere;
    }
    at += length;
  }
}

std::string one_letter_off(std::string_view word, const std::function<bool(std::string_view)>& is_known) {
  constexpr std::string_view kLetters[] = {"e", "t", "a", "o", "i", "n", "s", "r", "h", "l", "d", "c", "u",
                                           "m", "f", "p", "g", "w", "y", "b", "v", "k", "x", "j", "q", "z"};
  constexpr std::string_view kUmlauts[] = {"ä", "ö", "ü", "ß"};
  std::vector<std::string_view> characters;
  for (std::size_t at = 0; at < word.size();) {
    characters.push_back(word.substr(at, std::max<std::size_t>(text::utf8_length_at(word, at), 1)));
    at += characters.back().size();
  }
  std::vector<std::string_view> letters{std::begin(kLetters), std::end(kLetters)};
  // Whoever writes a word with an umlaut knows umlauts; in other words they are what is missing too seldom.
  if (characters.size() != word.size()) letters.insert(letters.end(), std::begin(kUmlauts), std::end(kUmlauts));
  std::string tried;
  const auto is_hit = [&](std::size_t front, std::initializer_list<std::string_view> middle, std::size_t back) {
    tried.clear();
    for (std::size_t i = 0; i < front; ++i) tried += characters[i];
    for (const auto each : middle) tried += each;
    for (auto i = back; i < characters.size(); ++i) tried += characters[i];
    return tried != word && is_known(tried);
  };
  const auto count = characters.size();
  for (std::size_t i = 0; i + 1 < count; ++i) {
    if (is_hit(i, {characters[i + 1], characters[i]}, i + 2)) return tried;
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (is_hit(i, {}, i + 1)) return tried;
  }
  for (std::size_t i = 1; i <= count; ++i) {
    for (const auto letter : letters) {
      if (is_hit(i, {letter}, i)) return tried;
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    // A capital is another one's capital, which would lead to names.
    if (i == 0 && characters[0].size() == 1 && characters[0][0] >= 'A' && characters[0][0] <= 'Z') continue;
    for (const auto letter : letters) {
      if (is_hit(i, {letter}, i + 1)) return tried;
    }
  }
  return {};
}

}  // namespace tocsin::formats::csaf
