#include "domain/password.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include <fmt/format.h>
#include <glib.h>

#include "base/messages.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"
#include "domain/common_passwords.hpp"

namespace tocsin::domain::password {
namespace {

/// Code points of well-formed UTF-8.
std::vector<char32_t> code_points(std::string_view text) {
  std::vector<char32_t> points;
  points.reserve(text.size());
  for (const auto byte : text) {
    const auto bits = static_cast<unsigned char>(byte);
    if ((bits & 0xC0) != 0x80) {
      const auto kept = bits < 0x80 ? 0x7FU : bits < 0xE0 ? 0x1FU : bits < 0xF0 ? 0x0FU : 0x07U;
      points.push_back(bits & kept);
    } else if (!points.empty()) {
      points.back() = points.back() << 6 | (bits & 0x3FU);
    }
  }
  return points;
}

/// Where a lower-case character stands on the rows of a keyboard (QWERTY, QWERTZ, AZERTY), or none.
std::optional<std::size_t> on_row(std::string_view row, char32_t c) {
  const auto at = c < 0x80 ? row.find(static_cast<char>(c)) : std::string_view::npos;
  return at == std::string_view::npos ? std::nullopt : std::optional{at};
}
constexpr std::string_view kRows[] = {"1234567890", "qwertyuiop", "asdfghjkl",  "zxcvbnm",
                                      "qwertzuiop", "yxcvbnm",    "azertyuiop", "qsdfghjklm"};

/// From one character to the next: 0 the same, 1 or -1 its neighbour in the alphabet or among the digits, none else.
std::optional<int> alphabet_step(char32_t from, char32_t to) {
  if (to == from) return 0;
  if (to == from + 1) return 1;
  if (from == to + 1) return -1;
  return std::nullopt;
}
std::optional<int> row_step(std::string_view row, char32_t from, char32_t to) {
  const auto a = on_row(row, from), b = on_row(row, to);
  if (!a || !b) return std::nullopt;
  // Round the end: after 0 comes 1, after p again q.
  if (*b == (*a + 1) % row.size()) return 1;
  if (*a == (*b + 1) % row.size()) return -1;
  return std::nullopt;
}

/// How many characters from `start` go on with the same step, along one and the same order.
std::size_t run_length(const std::vector<char32_t>& points, std::size_t start) {
  const auto longest = [&](const auto& step) {
    std::size_t end = start + 1;
    std::optional<int> first;
    for (; end < points.size(); ++end) {
      const auto next = step(points[end - 1], points[end]);
      if (!next || (first && next != first)) break;
      first = next;
    }
    return end - start;
  };
  auto best = longest(alphabet_step);
  for (const auto row : kRows) {
    best = std::max(best, longest([row](char32_t a, char32_t b) { return row_step(row, a, b); }));
  }
  return best;
}

/// Whether so much of it is repeated or consecutive characters that nothing is left to guess: four a run on average.
bool is_made_of_runs(const std::vector<char32_t>& points) {
  constexpr std::size_t kRunMin = 4;
  std::size_t runs = 0;
  for (std::size_t at = 0; at < points.size(); ++runs) at += run_length(points, at);
  return runs > 0 && points.size() / runs >= kRunMin;
}

/// The shortest text of which this one is a repetition, perhaps with a last part of it: of "abcabcab" "abc". All of it
/// where there is none that stands at least twice.
template <class Text>
Text repeated_unit(const Text& text) {
  // Knuth, Morris and Pratt's table: the length of the longest beginning that ends here too.
  std::vector<std::size_t> border(text.size());
  for (std::size_t i = 1, length = 0; i < text.size(); ++i) {
    while (length > 0 && text[i] != text[length]) length = border[length - 1];
    if (text[i] == text[length]) ++length;
    border[i] = length;
  }
  const auto period = text.empty() ? 0 : text.size() - border.back();
  return period * 2 <= text.size() ? Text(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(period)) : text;
}

/// Letters of other alphabets are letters: all their bytes are beyond ASCII.
bool is_letter_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

/// Folded (é as e, case ignored), and only the letters of that.
std::string letters_of(std::string_view text) {
  auto letters = text::fold(text);
  std::erase_if(letters, [](char c) { return !is_letter_byte(c); });
  return letters;
}

/// Letters of each word of a text, and of all of them together. An initial alone says too little: a few of them would
/// make up any password.
void add_words(std::vector<std::string>& words, std::string_view text) {
  std::string word;
  const auto folded = text::fold(text);
  for (std::size_t i = 0; i <= folded.size(); ++i) {
    if (i < folded.size() && is_letter_byte(folded[i])) {
      word += folded[i];
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  words.push_back(letters_of(text));
}

std::vector<std::string> words_of(const Context& context) {
  // A name longer than this is not what somebody repeats in a password.
  constexpr std::size_t kContextBytesMax = 200;
  std::vector<std::string> words;
  const auto local_part = std::string_view{context.mail}.substr(0, context.mail.find('@'));
  for (const std::string_view text : {std::string_view{context.site_name}, std::string_view{context.person_name},
                                      local_part, std::string_view{context.organisation_name}}) {
    add_words(words, text.substr(0, kContextBytesMax));
  }
  std::erase_if(words, [](const std::string& word) { return word.size() < 2; });
  std::sort(words.begin(), words.end());
  words.erase(std::unique(words.begin(), words.end()), words.end());
  return words;
}

/// Whether the letters of the password are such words one after the other, and nothing else.
bool is_made_of(const std::vector<std::string>& words, std::string_view letters) {
  if (letters.empty()) return false;
  std::vector<bool> reached(letters.size() + 1);
  reached[0] = true;
  for (std::size_t at = 0; at < letters.size(); ++at) {
    if (!reached[at]) continue;
    for (const auto& word : words) {
      if (letters.substr(at).starts_with(word)) reached[at + word.size()] = true;
    }
  }
  return reached.back();
}

/// Whether the password is common as it is, without its repetitions, or without digits and signs at its end.
bool is_common_in_essence(std::string_view normalised) {
  auto core = repeated_unit(std::string{normalised});
  if (is_common(normalised) || is_common(core)) return true;
  while (!core.empty() && !is_letter_byte(core.back())) core.pop_back();
  return is_common(repeated_unit(core));
}

}  // namespace

Result<std::string> normalise(std::string_view typed) {
  if (typed.size() > kBytesMax) return Error::too_large("The password", kBytesMax);
  if (text::invalid_utf8_at(typed) != std::string_view::npos) {
    return Error::invalid(std::string{tr<"The password is not well-formed text (UTF-8)">()});
  }
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  if (std::any_of(typed.begin(), typed.end(), is_control)) {
    return Error::invalid(
        std::string{tr<"A password may hold any letters, digits, signs and blanks, but no tabs, line ends or other "
                       "control characters">()});
  }
  const std::unique_ptr<char, decltype(&g_free)> made{
      g_utf8_normalize(typed.data(), static_cast<gssize>(typed.size()), G_NORMALIZE_NFKC), &g_free};
  if (!made) return Error::invalid(std::string{tr<"The password is not well-formed text (UTF-8)">()});
  return std::string{made.get()};
}

bool is_common(std::string_view normalised) {
  const auto common = common_passwords();
  return std::binary_search(common.begin(), common.end(), text::lower_ascii(normalised));
}

std::vector<std::string> problems(std::string_view normalised, Factors factors, const Context& context) {
  std::vector<std::string> found;
  const auto points = code_points(text::lower_ascii(normalised));
  const auto length_min = factors == Factors::password_only ? kLengthMinAlone : kLengthMinWithSecondFactor;
  if (points.size() < length_min) {
    found.push_back(tr<"The password is too short: it needs at least {} characters, and this one has {}.">(
        length_min, points.size()));
  }
  if (is_common_in_essence(normalised)) {
    found.emplace_back(
        tr<"The password is one of the most common ones, perhaps with digits or signs added, and is guessed first.">());
  }
  if (is_made_of(words_of(context), letters_of(normalised))) {
    found.emplace_back(tr<"The password is little more than the name of this site, of your organisation or of "
                          "yourself, which attackers try first.">());
  }
  constexpr std::size_t kUnitMin = 4;
  if (is_made_of_runs(points) || (repeated_unit(points).size() < kUnitMin && points.size() >= kUnitMin)) {
    found.emplace_back(tr<"The password is made of repeated characters or of sequences like 12345, abcde or qwerty, "
                          "which are easily guessed.">());
  }
  return found;
}

}  // namespace tocsin::domain::password
