#include "formats/vers/orders.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "base/time.hpp"

namespace tocsin::formats::vers {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string_view without_zeros(std::string_view digits) noexcept {
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  return digits;
}

int compare_digits(std::string_view a, std::string_view b) noexcept {
  a = a.empty() ? std::string_view{"0"} : without_zeros(a);
  b = b.empty() ? std::string_view{"0"} : without_zeros(b);
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  return sign(a.compare(b));
}

namespace {

/// A run of digits or letters, with what it means for the order.
struct Token {
  enum class Rank : std::uint8_t { pre_release, end, post_release, letter, number };
  Rank rank = Rank::end;
  std::string_view text;
};

/// Words that stand before the version that they belong to.
constexpr std::string_view kBefore[] = {"alpha", "beta",     "dev",       "pre",    "preview",
                                        "rc",    "snapshot", "milestone", "nightly"};
/// Words that stand behind it.
constexpr std::string_view kBehind[] = {"post", "sp", "patch", "pl", "hotfix", "hf", "update", "upd", "fp", "mp"};

Token next_token(std::string_view& rest, bool behind_number) {
  take_while(rest, [](char c) { return !is_digit(c) && !is_letter(c); });
  if (rest.empty()) return {};
  if (is_digit(rest.front())) return {Token::Rank::number, take_digits(rest)};
  const auto word = take_letters(rest);
  const auto lower = text::lower_ascii(word);
  if (std::ranges::find(kBefore, lower) != std::end(kBefore)) return {Token::Rank::pre_release, word};
  if (std::ranges::find(kBehind, lower) != std::end(kBehind)) return {Token::Rank::post_release, word};
  // "1.0b2" is a beta, "1.0b" a revision: a letter alone comes behind the version without it.
  const bool before_number = !rest.empty() && is_digit(rest.front());
  if (word.size() == 1 && before_number && behind_number && (lower == "a" || lower == "b")) {
    return {Token::Rank::pre_release, word};
  }
  return {Token::Rank::letter, word};
}

int compare_words(std::string_view a, std::string_view b) {
  return sign(text::lower_ascii(a).compare(text::lower_ascii(b)));
}

std::string_view without_v(std::string_view version) noexcept {
  const bool has_v = version.size() > 1 && (version[0] == 'v' || version[0] == 'V') && is_digit(version[1]);
  return has_v ? version.substr(1) : version;
}

}  // namespace

namespace {

/// All tokens, without the zeros at the end of a run of numbers: "1.0-beta" reads as "1-beta".
std::vector<Token> tokens_of(std::string_view version) {
  std::vector<Token> tokens;
  const auto drop_zeros = [&] {
    while (tokens.size() > 1 && tokens.back().rank == Token::Rank::number && without_zeros(tokens.back().text) == "0") {
      tokens.pop_back();
    }
  };
  version = without_v(text::trim(version));
  while (true) {
    const auto token = next_token(version, !tokens.empty() && tokens.back().rank == Token::Rank::number);
    if (token.rank != Token::Rank::number) drop_zeros();
    if (token.rank == Token::Rank::end) return tokens;
    tokens.push_back(token);
  }
}

}  // namespace

/// Runs of digits and of letters, compared one by one: numbers as numbers, words in the order of releases.
int compare_generic(std::string_view a, std::string_view b) {
  const auto left = tokens_of(a);
  const auto right = tokens_of(b);
  for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const auto x = i < left.size() ? left[i] : Token{};
    const auto y = i < right.size() ? right[i] : Token{};
    if (x.rank != y.rank) return x.rank < y.rank ? -1 : 1;
    const int order = x.rank == Token::Rank::number ? compare_digits(x.text, y.text) : compare_words(x.text, y.text);
    if (order != 0) return order;
  }
  return 0;
}

int compare_intdot(std::string_view a, std::string_view b) {
  const auto numbers_of = [](std::string_view version) {
    return take_while(version, [](char c) { return is_digit(c) || c == '.'; });
  };
  a = numbers_of(a);
  b = numbers_of(b);
  while (!a.empty() || !b.empty()) {
    const auto left = take_digits(a);
    const auto right = take_digits(b);
    if (const int order = compare_digits(left, right); order != 0) return order;
    if (!a.empty()) a.remove_prefix(1);
    if (!b.empty()) b.remove_prefix(1);
  }
  return 0;
}

int compare_lexicographic(std::string_view a, std::string_view b) { return sign(a.compare(b)); }

int compare_datetime(std::string_view a, std::string_view b) {
  const auto left = parse_rfc3339(a);
  const auto right = parse_rfc3339(b);
  if (!left || !right) return sign(a.compare(b));
  return sign(left->micros - right->micros);
}

Status check_datetime(std::string_view version) {
  if (version.find_first_of("tz") != std::string_view::npos) {
    return Error::invalid("a datetime has upper-case T and Z");
  }
  if (const auto time = parse_rfc3339(version); !time) return time.error();
  return ok();
}

Status check_starts_with_digit(std::string_view version) {
  if (version.empty() || !is_digit(version.front())) {
    return Error::invalid("the version does not begin with a number");
  }
  return ok();
}

}  // namespace tocsin::formats::vers
