#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "formats/vers/vendor_kinds.hpp"

namespace tocsin::formats::vers {
namespace {

constexpr std::size_t kWordsMax = 9;
constexpr std::size_t kModelsMax = 64;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
constexpr bool is_alnum(char c) noexcept { return is_digit(c) || is_lower(c); }

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) noexcept {
  return std::ranges::find(words, word) != words.end();
}

// Texts with one of these speak of versions, or of what is not affected.
constexpr std::array kVersionWords = std::to_array<std::string_view>(
    {"version",     "versions", "firmware", "release", "releases", "revision", "revisions", "rev",     "prior",
     "before",      "earlier",  "older",    "below",   "previous", "later",    "newer",     "above",   "after",
     "between",     "through",  "until",    "since",   "not",      "fixed",    "affected",  "all",     "any",
     "only",        "build",    "update",   "patch",   "hotfix",   "except",   "cve",       "cwe",     "ssa",
     "icsa",        "icsma",    "unknown",  "tbd",     "n/a",      "none",     "latest",    "current", "undefined",
     "unspecified", "various",  "multiple", "other",   "others",   "see",      "sp",        "up",      "and/or"});
// Letters in front of a number that make it a version.
constexpr std::array kVersionLetters = std::to_array<std::string_view>(
    {"v",    "r",   "fw",    "sw",    "ver",    "vers",  "rel",   "rev",   "p",   "u",   "sp", "fp", "mp",
     "mr",   "sr",  "ru",    "qu",    "uc",     "cu",    "hf",    "tc",    "up",  "upd", "bn", "rc", "b",
     "beta", "pre", "build", "patch", "update", "alpha", "level", "issue", "bld", "frn", "hw"});
// Words that restrict what they follow.
constexpr std::array kConditionWords =
    std::to_array<std::string_view>({"with", "where", "when", "if", "without", "running", "using", "unless"});

/// Letters, digits, letters, ... of one word.
struct Runs {
  std::vector<std::string_view> runs;
  bool dashed = false;
  bool dotted = false;   ///< A point with a digit on a side.
  bool version = false;  ///< A point between digits.
  bool odd = false;      ///< Signs that codes do not have.
  std::size_t letters = 0;
  std::size_t digits = 0;
  std::size_t longest_number = 0;
  bool begins_with_digit() const noexcept { return !runs.empty() && is_digit(runs[0][0]); }
};

Runs runs_of(std::string_view lower) {
  Runs out;
  for (std::size_t at = 0; at < lower.size();) {
    const char c = lower[at];
    if (!is_alnum(c)) {
      if (c == '-' || c == '/') {
        out.dashed = true;
      } else if (c == '.') {
        const bool before = at > 0 && is_digit(lower[at - 1]);
        const bool behind = at + 1 < lower.size() && is_digit(lower[at + 1]);
        out.dotted = out.dotted || before || behind;
        out.version = out.version || (before && behind);
      } else {
        out.odd = true;
      }
      ++at;
      continue;
    }
    const bool number = is_digit(c);
    const auto begin = at;
    while (at < lower.size() && (number ? is_digit(lower[at]) : is_lower(lower[at]))) ++at;
    const auto run = lower.substr(begin, at - begin);
    out.runs.push_back(run);
    (number ? out.digits : out.letters) += run.size();
    if (number) out.longest_number = std::max(out.longest_number, run.size());
  }
  return out;
}

bool is_year(std::string_view digits) noexcept {
  return digits.size() == 4 && (digits.starts_with("19") || digits.starts_with("20"));
}

enum class Looks : std::uint8_t { other, number, code };

/// Whether one word can be nothing but the code of a model or an order number.
Looks looks_of(std::string_view lower) {
  const auto runs = runs_of(lower);
  if (runs.runs.empty() || runs.odd) return Looks::other;
  const auto first = runs.runs[0];
  if (runs.begins_with_digit()) {
    const bool digits_only = runs.runs.size() == 1 && !runs.dashed;
    if (digits_only) return first.size() >= 5 && !read_days(lower) ? Looks::code : Looks::number;
    // "474021A.101"
    if (first.size() >= 6 && runs.letters > 0) return Looks::code;
    if (runs.dotted || is_year(first)) return Looks::other;
    // "1783-SAD2T2SBK9", "750-852", "04088-9000-0001"
    if (runs.dashed && first.size() >= 3 && (runs.runs.size() >= 2)) return Looks::code;
    // "2490C"
    if (first.size() >= 4 && runs.runs.size() == 2 && !runs.dashed) return Looks::code;
    // "6ED1052-xyy08-0BA0", "1SAP500100R0001"
    return end_of_order_number(lower) > 0 ? Looks::code : Looks::other;
  }
  if (runs.dotted || is_one_of(first, kVersionLetters)) return Looks::other;
  const bool suffixed = std::ranges::any_of(runs.runs, [](std::string_view run) {
    return run.size() > 1 && !is_digit(run[0]) && is_one_of(run, kVersionLetters);
  });
  if (suffixed) return Looks::other;
  // "HEN04103", "MMT-1710", "PM554-TP-ETH", but "SE2021" may be a version.
  if (runs.longest_number >= 3 && runs.runs.size() >= 2 && !is_year(runs.runs[1])) return Looks::code;
  // "HPSS16"
  if (runs.runs.size() == 2 && first.size() >= 4 && runs.digits >= 2) return Looks::code;
  // "H2W2PC1M", "HPW2P1"
  if (runs.runs.size() >= 4 && runs.longest_number > 0) return Looks::code;
  // "DH-IPC-HDW1XXX"
  if (runs.dashed && runs.letters >= 4 && runs.digits > 0 && runs.runs.size() >= 3) return Looks::code;
  // "CP31" beside "CP345", but alone it may be a version.
  return runs.runs.size() == 2 && first.size() >= 2 ? Looks::number : Looks::other;
}

/// Words without punctuation at their ends.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (auto word : text::split(text, ' ')) {
    while (!word.empty() && std::string_view{",;:()\"'."}.find(word.back()) != std::string_view::npos) {
      word.remove_suffix(1);
    }
    while (!word.empty() && std::string_view{"(\"'"}.find(word.front()) != std::string_view::npos)
      word.remove_prefix(1);
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

/// A word of a name: mostly letters, three or more of them.
bool is_name_word(std::string_view lower) {
  const auto runs = runs_of(lower);
  return runs.letters >= 3 && !runs.version && (runs.digits == 0 || runs.dashed) && !is_month(lower);
}

/// Names are short and hold no versions: a dotted number is one.
bool is_name(const std::vector<std::string_view>& words) {
  if (words.empty() || words.size() > kWordsMax) return false;
  return std::ranges::any_of(words, is_name_word) &&
         std::ranges::none_of(words, [](std::string_view word) { return runs_of(word).version; });
}

std::string_view trimmed_end(std::string_view text) {
  for (bool again = true; again;) {
    again = false;
    text = text::trim(text);
    while (!text.empty() && (text.back() == ',' || text.back() == ';')) {
      text.remove_suffix(1);
      again = true;
    }
    for (const std::string_view ending : {" and", " or", " *"}) {
      if (text.size() <= ending.size() || !text::lower_ascii(text).ends_with(ending)) continue;
      text.remove_suffix(ending.size());
      again = true;
    }
  }
  return text;
}

std::string without_notes(std::string_view text) {
  std::string out;
  int depth = 0;
  for (const char c : text) {
    if (c == '(') ++depth;
    if (depth == 0) out += c;
    if (c == ')' && depth > 0) --depth;
  }
  return out;
}

/// Where the first word that restricts begins.
std::size_t condition_at(std::string_view lower) {
  for (std::size_t at = 0; at < lower.size();) {
    const auto blank = std::min(lower.find(' ', at), lower.size());
    if (at > 0 && is_one_of(lower.substr(at, blank - at), kConditionWords)) return at;
    at = blank + 1;
  }
  return std::string_view::npos;
}

}  // namespace

std::size_t end_of_order_number(std::string_view text) noexcept {
  std::size_t runs[3] = {0, 0, 0};
  std::size_t at = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const auto begin = at;
    while (at < text.size()) {
      const char c = text[at];
      const bool letter = is_lower(c) || (c >= 'A' && c <= 'Z');
      if (i == 1 ? !letter : !is_digit(c)) break;
      ++at;
    }
    runs[i] = at - begin;
  }
  const bool mixed =
      runs[0] >= 1 && runs[0] <= 2 && runs[1] >= 2 && runs[1] <= 4 && runs[2] >= 2 && (runs[2] >= 4 || runs[1] == 2);
  const bool number = runs[0] >= 6 && runs[1] == 0;
  if (!mixed && !number) return 0;
  while (at < text.size() && (is_digit(text[at]) || is_lower(text[at]) || (text[at] >= 'A' && text[at] <= 'Z') ||
                              text[at] == '-' || text[at] == '.')) {
    ++at;
  }
  return at;
}

bool read_models(std::string_view text, VendorReading& reading) {
  const auto all = trimmed_end(text);
  const auto all_lower = text::lower_ascii(all);
  if (all.empty() || all.find_first_of("<>=") != std::string_view::npos) return false;
  const auto restricts = condition_at(all_lower);
  const auto names = trimmed_end(all.substr(0, restricts));
  std::vector<std::string> models;
  bool sure = false;
  std::string unbarred{names};
  std::ranges::replace(unbarred, '|', ',');
  for (auto segment : text::split(unbarred, ',')) {
    segment = trimmed_end(segment);
    if (segment.empty()) continue;
    // A note in brackets says more of the name.
    const auto lower = without_notes(text::lower_ascii(segment));
    const auto words = words_of(lower);
    if (std::ranges::any_of(words, [](std::string_view word) {
          return is_one_of(word, kVersionWords) || word.starts_with("cve-") || word.starts_with("ssa-") ||
                 word.starts_with("icsa-") || word.starts_with("icsma-");
        })) {
      return false;
    }
    const auto looks = words.size() == 1 ? looks_of(words[0]) : Looks::other;
    const bool name = is_name(words) && (words.size() > 1 || runs_of(words[0]).digits == 0);
    if (looks == Looks::code || name) {
      sure = true;
    } else if (looks != Looks::number) {
      return false;
    }
    if (models.size() == kModelsMax) return false;
    models.emplace_back(segment);
  }
  if (!sure) return false;
  reading.kind = VendorReading::Kind::model;
  reading.models = std::move(models);
  if (restricts == std::string_view::npos) return true;
  reading.kind = VendorReading::Kind::condition;
  reading.condition = text::trim(all.substr(restricts));
  return !reading.condition.empty();
}

bool is_prose(std::string_view text) {
  const auto lower = text::lower_ascii(text);
  const auto words = words_of(lower);
  return words.size() > kWordsMax && text.find_first_of("<>=") == std::string_view::npos &&
         std::ranges::none_of(
             words, [](std::string_view word) { return word.starts_with("version") || runs_of(word).version; });
}

}  // namespace tocsin::formats::vers
