#include <algorithm>
#include <array>
#include <utility>

#include "base/text.hpp"
#include "formats/vers/vendor_version.hpp"

namespace tocsin::formats::vers {
namespace {

using Part = VersionPart;

constexpr std::size_t kPartsMax = 24;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr bool is_letter(char c) noexcept { return lower(c) >= 'a' && lower(c) <= 'z'; }
constexpr bool is_alnum(char c) noexcept { return is_digit(c) || is_letter(c); }

struct Suffix {
  std::string_view written, name;
  std::uint8_t rank;
  bool bare;  ///< Also without a number behind it.
};
// Longer spellings before their beginnings.
constexpr std::array kSuffixes = std::to_array<Suffix>({
    {"service packs", "sp", kRankPack, false},
    {"service pack", "sp", kRankPack, false},
    {"feature pack", "fp", kRankPack, false},
    {"maintenance pack", "mp", kRankPack, false},
    {"maintenance release", "mr", kRankPack, true},
    {"service release", "sr", kRankPack, false},
    {"security patch", "patch", kRankUpdate, false},
    {"patch level", "patch", kRankUpdate, false},
    {"cumulative update", "cu", kRankUpdate, false},
    {"hot fix", "hf", kRankFix, false},
    {"build number", "build", kRankBuild, false},
    {"build nr", "build", kRankBuild, false},
    {"build no", "build", kRankBuild, false},
    {"hotfix", "hf", kRankFix, true},
    {"update", "update", kRankUpdate, true},
    {"upd", "update", kRankUpdate, true},
    {"up", "update", kRankUpdate, false},
    {"u", "update", kRankUpdate, false},
    {"patch", "patch", kRankUpdate, true},
    {"p", "patch", kRankUpdate, false},
    {"sp", "sp", kRankPack, true},
    {"fp", "fp", kRankPack, false},
    {"mp", "mp", kRankPack, false},
    {"mr", "mr", kRankPack, true},
    {"sr", "sr", kRankPack, false},
    {"ru", "ru", kRankUpdate, false},
    {"rollup", "ru", kRankUpdate, false},
    {"qu", "qu", kRankUpdate, false},
    {"uc", "uc", kRankUpdate, false},
    {"cu", "cu", kRankUpdate, false},
    {"hf", "hf", kRankFix, false},
    {"tc", "tc", kRankFix, false},
    {"build", "build", kRankBuild, false},
    {"bld", "build", kRankBuild, false},
    {"bn", "build", kRankBuild, false},
    {"release", "release", kRankBuild, false},
    {"revision", "rev", kRankBuild, false},
    {"rev", "rev", kRankBuild, false},
    {"r", "r", kRankRelease, false},
    {"alpha", "alpha", kRankPre, true},
    {"beta", "beta", kRankPre, true},
    {"preview", "pre", kRankPre, true},
    {"pre", "pre", kRankPre, true},
    {"rc", "rc", kRankPre, true},
    {"dev", "dev", kRankPre, true},
    {"snapshot", "snapshot", kRankPre, true},
});

constexpr std::array kPrefixes =
    std::to_array<std::string_view>({"versions", "version", "vers", "ver", "revision", "rev", "release", "rel",
                                     "firmware", "fw", "frn", "software", "sw", "v", "r"});

bool matches(std::string_view text, std::size_t at, std::string_view word) noexcept {
  if (text.size() - at < word.size()) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (lower(text[at + i]) != word[i]) return false;
  }
  return true;
}

std::size_t skip_any(std::string_view text, std::size_t at, std::string_view chars) noexcept {
  while (at < text.size() && chars.find(text[at]) != std::string_view::npos) ++at;
  return at;
}

std::size_t end_of_digits(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

std::size_t end_of_letters(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_letter(text[at])) ++at;
  return at;
}

bool digit_at(std::string_view text, std::size_t at) noexcept { return at < text.size() && is_digit(text[at]); }
bool letter_at(std::string_view text, std::size_t at) noexcept { return at < text.size() && is_letter(text[at]); }
bool alnum_at(std::string_view text, std::size_t at) noexcept { return at < text.size() && is_alnum(text[at]); }
/// A letter that stands alone.
bool single_letter_at(std::string_view text, std::size_t at) noexcept {
  return letter_at(text, at) && !alnum_at(text, at + 1);
}

Part number_of(std::string_view digits) {
  auto significant = digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
  if (significant.empty()) significant = "0";
  return {Part::Kind::number, std::string{significant}, 0, static_cast<std::uint32_t>(digits.size())};
}

/// "1SAP500100R0001", "6ED1052-1xy08": what orders a thing, not what versions it.
bool is_order_number(std::string_view text, std::size_t at) noexcept {
  const auto digits = end_of_digits(text, at);
  const auto letters = end_of_letters(text, digits);
  const auto more = end_of_digits(text, letters);
  return digits > at && digits - at <= 2 && letters - digits >= 2 && letters - digits <= 4 && more - letters >= 2 &&
         (more - letters >= 4 || letters - digits == 2);
}

class Scanner {
 public:
  Scanner(std::string_view text, std::size_t at, LettersFirst letters, VendorVersion& version)
      : text_(text), at_(at), letters_(letters), version_(version) {}

  std::size_t scan() {
    const auto start = at_;
    version_ = {};
    prefixes();
    if (!first() || !rest()) return start;
    version_.text = text_.substr(start, at_ - start);
    return at_;
  }

 private:
  void push(Part part) { version_.parts.push_back(std::move(part)); }

  /// "V", "Ver. ", "FW ", "Rev. ": before a digit, and some before a letter that stands alone.
  void prefixes() {
    for (bool again = true; again;) {
      again = false;
      for (const auto prefix : kPrefixes) {
        if (!matches(text_, at_, prefix)) continue;
        const auto behind = at_ + prefix.size();
        const bool short_one = prefix.size() == 1;
        auto next = short_one ? behind : skip_any(text_, behind, ".:# ");
        if (prefix == "v") {
          next = skip_any(text_, behind, ". ");
          // "VX.17" is a way to write V17 and the name of some product lines alike.
          if (matches(text_, at_, "vx.") && digit_at(text_, at_ + 3)) next = at_ + 3;
        }
        const bool names_letter = prefix.starts_with("rev") || prefix.starts_with("ver");
        const bool letter = !short_one && next > behind && (names_letter ? single_letter_at(text_, next) : false);
        const bool word = !short_one && next > behind && prefix_at(next);
        if (!digit_at(text_, next) && !letter && !word) continue;
        if (letter) letters_ = LettersFirst::alone;
        if (version_.prefix.empty() || !word) version_.prefix = prefix;
        at_ = next;
        again = word;
        break;
      }
    }
  }

  bool prefix_at(std::size_t at) const noexcept {
    return std::ranges::any_of(kPrefixes, [&](std::string_view prefix) {
      return matches(text_, at, prefix) && !letter_at(text_, at + prefix.size());
    });
  }

  bool first() {
    if (at_ >= text_.size()) return false;
    if (is_digit(text_[at_])) {
      if (is_order_number(text_, at_)) return false;
      if (date()) return true;
      const auto end = end_of_digits(text_, at_);
      push(number_of(text_.substr(at_, end - at_)));
      at_ = end;
      return true;
    }
    if (!is_letter(text_[at_])) return false;
    if (suffix(at_, true)) return true;
    const auto end = end_of_letters(text_, at_);
    const auto length = end - at_;
    const bool separated = end < text_.size() && (text_[end] == '.' || text_[end] == '-');
    // "MX-V4.1.9"
    const bool marked = separated && length >= 2 && matches(text_, end + 1, "v") && digit_at(text_, end + 2);
    const auto digits = marked ? end + 2 : separated ? end + 1 : end;
    const bool lettered = separated && text_[end] == '.' && length == 1 && letter_at(text_, digits);
    if ((digit_at(text_, digits) || lettered) && length <= 6) {
      auto letters = text::lower_ascii(text_.substr(at_, length));
      if (length == 1) {
        push({Part::Kind::letters, std::move(letters), 0, 0});
        at_ = end;
        return true;
      }
      version_.component = std::move(letters);
      const auto number = end_of_digits(text_, digits);
      push(number_of(text_.substr(digits, number - digits)));
      at_ = number;
      return true;
    }
    const bool upper = std::ranges::all_of(text_.substr(at_, length), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (letters_ == LettersFirst::alone && length <= 2 && upper && nothing_but_letters_until(end)) {
      const auto letters = text_.substr(at_, length);
      if (letters == "NA" || letters == "NO") return false;
      push({Part::Kind::letters, text::lower_ascii(letters), 0, 0});
      at_ = end;
      return true;
    }
    return false;
  }

  /// "LF" ends there or begins a range: "MS 2.6" is a name and a version.
  bool nothing_but_letters_until(std::size_t end) const noexcept {
    if (end == text_.size()) return true;
    if (is_alnum(text_[end]) || static_cast<unsigned char>(text_[end]) >= 0x80) return false;
    if (text_[end] != ' ' || !alnum_at(text_, end + 1)) return true;
    return std::ranges::any_of(std::array<std::string_view, 6>{"and", "or", "to", "through", "only", "with"},
                               [&](std::string_view word) {
                                 return matches(text_, end + 1, word) && !alnum_at(text_, end + 1 + word.size());
                               });
  }

  /// "2021-8-13", "29.03.2007", "20190812": as a whole, since versions of other kinds do not compare with it.
  bool date() {
    const auto first = end_of_digits(text_, at_);
    const auto digits = text_.substr(at_, first - at_);
    if (digits.size() == 8) {
      return !continues(first) && push_date(digits.substr(0, 4), digits.substr(4, 2), digits.substr(6), first);
    }
    if (first >= text_.size() || (text_[first] != '-' && text_[first] != '.')) return false;
    const char separator = text_[first];
    const auto second = end_of_digits(text_, first + 1);
    if (second == first + 1 || second >= text_.size() || text_[second] != separator) return false;
    const auto third = end_of_digits(text_, second + 1);
    if (third == second + 1 || continues(third)) return false;
    const auto middle = text_.substr(first + 1, second - first - 1);
    const auto last = text_.substr(second + 1, third - second - 1);
    if (separator == '-') return push_date(digits, middle, last, third);
    // "2.1.2019" may be a version, "02.01.2019" and "29.3.2007" are none.
    const bool padded = digits.size() == 2 && middle.size() == 2 && (digits[0] == '0' || middle[0] == '0');
    const bool day_only = digits.size() == 2 && digits > "12";
    return version_.prefix.empty() && (padded || day_only) && push_date(last, middle, digits, third);
  }

  /// Whether more of a version follows.
  bool continues(std::size_t at) const noexcept {
    return alnum_at(text_, at) ||
           (at < text_.size() && (text_[at] == '.' || text_[at] == '-') && alnum_at(text_, at + 1));
  }

  bool push_date(std::string_view year, std::string_view month, std::string_view day, std::size_t end) {
    const auto within = [](std::string_view digits, int most) {
      if (digits.empty() || digits.size() > 2) return false;
      int number = 0;
      for (const char c : digits) number = number * 10 + (c - '0');
      return number >= 1 && number <= most;
    };
    if (year.size() != 4 || (!year.starts_with("19") && !year.starts_with("20")) || !within(month, 12) ||
        !within(day, 31)) {
      return false;
    }
    std::string digits{year};
    for (const auto field : {month, day}) {
      if (field.size() == 1) digits += '0';
      digits += field;
    }
    push({Part::Kind::date, std::move(digits), 0, 0});
    at_ = end;
    return true;
  }

  bool rest() {
    while (at_ < text_.size()) {
      if (version_.parts.size() > kPartsMax) return false;
      if (version_.wildcard != VendorVersion::Wildcard::none) break;
      if (!next()) break;
    }
    return version_.parts.size() <= kPartsMax;
  }

  /// One more part; false where the version ends.
  bool next() {
    const char c = text_[at_];
    if (is_digit(c)) {
      const auto end = end_of_digits(text_, at_);
      push(number_of(text_.substr(at_, end - at_)));
      at_ = end;
      return true;
    }
    if (is_letter(c)) return attached_letters(Gap::none);
    if (c == '*') return line_wildcard(at_ + 1);
    if (c == '.' || c == '-') {
      if (digit_at(text_, at_ + 1)) {
        ++at_;
        return true;
      }
      if (at_ + 1 < text_.size() && text_[at_ + 1] == '*') return line_wildcard(at_ + 2);
      if (letter_at(text_, at_ + 1)) {
        const auto back = at_++;
        if (attached_letters(Gap::sign)) return true;
        at_ = back;
        return false;
      }
      // A point that ends a sentence.
      if (c == '.' && (at_ + 1 == text_.size() || text_[at_ + 1] == ' ')) {
        ++at_;
        return at_ < text_.size();
      }
      return false;
    }
    if (c == '(' || c == '{') return attached_bracket(c == '(' ? ')' : '}');
    if (c == ' ') return after_blank();
    return false;
  }

  enum class Gap : std::uint8_t { none, sign, blank };

  bool line_wildcard(std::size_t end) {
    // A star with more behind it is no wildcard at the end.
    if (alnum_at(text_, end)) return false;
    // "12.x.*"
    at_ = end;
    while (at_ + 1 < text_.size() && text_[at_] == '.' && (text_[at_ + 1] == '*' || lower(text_[at_ + 1]) == 'x')) {
      at_ += 2;
    }
    version_.wildcard = VendorVersion::Wildcard::line;
    return true;
  }

  bool is_x_run(std::size_t begin, std::size_t end) const noexcept {
    return end - begin <= 4 &&
           std::ranges::all_of(text_.substr(begin, end - begin), [](char c) { return lower(c) == 'x'; });
  }

  bool attached_letters(Gap gap) {
    const auto end = end_of_letters(text_, at_);
    if (is_x_run(at_, end) && !alnum_at(text_, end)) {
      if (gap == Gap::sign) {
        // "3.X.17": only what stands for a whole number between others.
        if (end + 1 < text_.size() && text_[end] == '.' && digit_at(text_, end + 1)) {
          push({Part::Kind::any, "x", 0, 0});
          at_ = end;
          return true;
        }
        return line_wildcard(end);
      }
      // "7.4x", but "1.21X" is revision X of 1.21.
      if (text_[at_] == 'x' && end - at_ == 1 && !version_.parts.empty() &&
          version_.parts.back().kind == Part::Kind::number) {
        version_.wildcard = VendorVersion::Wildcard::digits;
        at_ = end;
        // "8.1x.x" says no more than "8.1x".
        while (at_ + 1 < text_.size() && text_[at_] == '.' && lower(text_[at_ + 1]) == 'x') at_ += 2;
        return true;
      }
    }
    // "81xx2" stands for numbers, but not at an end.
    if (end - at_ > 1 && is_x_run(at_, end)) return false;
    if (gap != Gap::blank && suffix(at_, false, gap)) return true;
    // "-GA": generally available, the version itself.
    if (matches(text_, at_, "ga") && end - at_ == 2) {
      at_ = end;
      return true;
    }
    if (end - at_ > 12) return false;
    auto letters = text::lower_ascii(text_.substr(at_, end - at_));
    if (is_month(letters)) return false;
    push({Part::Kind::letters, std::move(letters), 0, 0});
    at_ = end;
    return true;
  }

  /// "15.2(5)EA": a short number in brackets without a blank before it is part of the version.
  bool attached_bracket(char close) {
    auto end = at_ + 1;
    while (end < text_.size() && end - at_ <= 6 && is_alnum(text_[end])) ++end;
    if (end == at_ + 1 || end >= text_.size() || text_[end] != close || !is_digit(text_[at_ + 1])) return false;
    for (auto at = at_ + 1; at < end;) {
      const auto stop = is_digit(text_[at]) ? end_of_digits(text_, at) : end_of_letters(text_, at);
      push(is_digit(text_[at]) ? number_of(text_.substr(at, stop - at))
                               : Part{Part::Kind::letters, text::lower_ascii(text_.substr(at, stop - at)), 0, 0});
      at = stop;
    }
    at_ = end + 1;
    return true;
  }

  bool after_blank() {
    const auto begin = at_ + 1;
    if (begin >= text_.size()) return false;
    if (text_[begin] == '*') {
      // "2.2.4 *", but not "1.0 * and more".
      if (begin + 1 < text_.size() && text_[begin + 1] != ' ' && text_[begin + 1] != '|') return false;
      return line_wildcard(begin + 1);
    }
    const auto digits = end_of_digits(text_, begin);
    if (digits > begin) {
      // "2.9 17030709": a build that does not say so.
      const bool boundary =
          digits == text_.size() || text_[digits] == ' ' || text_[digits] == '|' || text_[digits] == ',';
      if (digits - begin < 4 || version_.parts.size() < 2 || !boundary ||
          version_.parts.front().kind != Part::Kind::number)
        return false;
      push({Part::Kind::suffix, "build", kRankBuild, 0});
      push(number_of(text_.substr(begin, digits - begin)));
      at_ = digits;
      return true;
    }
    if (!is_letter(text_[begin])) return false;
    if (suffix(begin, false, Gap::blank)) return true;
    const auto letters = end_of_letters(text_, begin);
    const auto length = letters - begin;
    // "1.05 F"
    if (length == 1 && text_[begin] <= 'Z' && version_.parts.back().kind == Part::Kind::number &&
        (letters == text_.size() || text_[letters] == '|' || text_.substr(letters).starts_with(" |"))) {
      push({Part::Kind::letters, text::lower_ascii(text_.substr(begin, 1)), 0, 0});
      at_ = letters;
      return true;
    }
    // "3.0 D15", "1.70 IR22": a level of some kind, comparable with its like.
    if (digit_at(text_, letters) && length <= 4 && !(length == 1 && lower(text_[begin]) == 'v') &&
        version_.parts.front().kind == Part::Kind::number && version_.parts.size() >= 2) {
      push({Part::Kind::letters, text::lower_ascii(text_.substr(begin, length)), 0, 0});
      at_ = letters;
      return true;
    }
    return false;
  }

  /// A known suffix at `at`, its number left to be read. `leading`: as the first thing of a version.
  bool suffix(std::size_t at, bool leading, Gap gap = Gap::none) {
    for (const auto& candidate : kSuffixes) {
      if (!matches(text_, at, candidate.written)) continue;
      const auto behind = at + candidate.written.size();
      if (letter_at(text_, behind)) continue;
      const bool single = candidate.written.size() == 1;
      auto number = single ? behind : skip_any(text_, behind, gap == Gap::blank || leading ? " .:#-" : " .#-");
      const auto digits = end_of_digits(text_, number) - number;
      if (leading && (single ? candidate.name != "patch" || digits < 3
                             : candidate.rank < kRankPack || candidate.rank > kRankFix)) {
        continue;
      }
      if (single) {
        // "2.4.2-r29" and "12U000040" are letters, "2018R2" and "4.4u3" are not.
        const bool release_of_year = version_.parts.size() == 1 && version_.parts[0].text.size() == 4;
        if (candidate.name == "r" && gap == Gap::sign && !release_of_year) continue;
        if (candidate.name == "update" && digits > 2) continue;
        if (digits == 0) continue;
      }
      const bool letter_behind = candidate.name == "rev" && number > behind && single_letter_at(text_, number);
      if (digits == 0 && !letter_behind) {
        if (!candidate.bare || leading) continue;
        // Without a number only where nothing comes that would be one.
        if (candidate.rank != kRankPre && candidate.name != "mr" && gap == Gap::blank) continue;
        number = behind;
      }
      push({Part::Kind::suffix, std::string{candidate.name}, candidate.rank, 0});
      at_ = number;
      return true;
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_;
  LettersFirst letters_;
  VendorVersion& version_;
};

}  // namespace

bool is_month(std::string_view lower_word) noexcept {
  constexpr std::array kMonths = std::to_array<std::string_view>(
      {"january",   "february", "march",    "april",    "may",  "june", "july", "august",
       "september", "october",  "november", "december", "jan",  "feb",  "mar",  "apr",
       "jun",       "jul",      "aug",      "sep",      "sept", "oct",  "nov",  "dec"});
  return std::ranges::find(kMonths, lower_word) != kMonths.end();
}

std::size_t scan_vendor_version(std::string_view text, std::size_t at, LettersFirst letters, VendorVersion& version) {
  if (at >= text.size()) return at;
  return Scanner(text, at, letters, version).scan();
}

std::optional<std::string> build_of_note(std::string_view note) {
  auto rest = text::trim(note);
  for (const std::string_view word : {"build number", "build nr", "build no", "build", "bn"}) {
    if (!matches(rest, 0, word)) continue;
    rest.remove_prefix(skip_any(rest, word.size(), " .:#"));
    break;
  }
  const bool named = rest.size() != text::trim(note).size();
  const bool numbers = !rest.empty() && is_digit(rest.front()) &&
                       std::ranges::all_of(rest, [](char c) { return is_digit(c) || c == '.'; });
  if (!numbers || rest.back() == '.' || (!named && text::contains(rest, "."))) return std::nullopt;
  return std::string{rest};
}

std::optional<VendorVersion> read_vendor_version(std::string_view text) {
  if (text.size() > kVendorVersionBytesMax) return std::nullopt;
  auto clean = normalise_vendor_text(text);
  // "V12.1a (2018 R1)": the note says the same in other words, unless it is a build.
  if (const auto note = clean.find(" ("); note != std::string::npos && note > 0) {
    const auto build = build_of_note(std::string_view{clean}.substr(note + 2, clean.find(')', note) - note - 2));
    clean.resize(note);
    if (build) clean.append(" build ").append(*build);
  }
  VendorVersion version;
  for (std::size_t at = 0, words = 0; at < clean.size() && words < 4; ++words) {
    const auto end = scan_vendor_version(clean, at, LettersFirst::alone, version);
    if (end == clean.size()) {
      if (version.wildcard != VendorVersion::Wildcard::none) return std::nullopt;
      if (at > 0 && version.component.empty()) version.component = text::lower_ascii(text::trim(clean.substr(0, at)));
      return version;
    }
    // Words in front, as in "BIOS V21.01" or "Firmware version 3".
    const auto blank = clean.find(' ', at);
    if (blank == std::string::npos) break;
    if (clean.find_first_of("0123456789<>=|,;*", at) < blank) break;
    at = blank + 1;
  }
  return std::nullopt;
}

}  // namespace tocsin::formats::vers
