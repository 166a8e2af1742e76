#include "formats/vers/vendor_phrases.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace tocsin::formats::vers {
namespace {

using Kind = VendorToken::Kind;

constexpr std::size_t kTokensMax = 512;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
constexpr bool is_alnum(char c) noexcept { return is_digit(c) || is_letter(c); }

struct Phrase {
  std::string_view words;
  Kind kind;
};

// Longer phrases before their beginnings.
constexpr std::array kPhrases = std::to_array<Phrase>({
    {"up to but not including", Kind::less},
    {"up to but excluding", Kind::less},
    {"up to and including", Kind::less_or_equal},
    {"prior to and including", Kind::less_or_equal},
    {"less than or equal to", Kind::less_or_equal},
    {"lower than or equal to", Kind::less_or_equal},
    {"greater than or equal to", Kind::greater_or_equal},
    {"higher than or equal to", Kind::greater_or_equal},
    {"no later than", Kind::less_or_equal},
    {"not later than", Kind::less_or_equal},
    {"up to", Kind::less_or_equal},
    {"prior to", Kind::less},
    {"previous to", Kind::less},
    {"earlier than", Kind::less},
    {"older than", Kind::less},
    {"lower than", Kind::less},
    {"less than", Kind::less},
    {"smaller than", Kind::less},
    {"preceding", Kind::less},
    {"before", Kind::less},
    {"below", Kind::less},
    {"under", Kind::less},
    {"later than", Kind::greater},
    {"newer than", Kind::greater},
    {"greater than", Kind::greater},
    {"higher than", Kind::greater},
    {"more recent than", Kind::greater},
    {"after", Kind::greater},
    {"above", Kind::greater},
    {"starting from", Kind::greater_or_equal},
    {"starting with", Kind::greater_or_equal},
    {"beginning with", Kind::greater_or_equal},
    {"from", Kind::greater_or_equal},
    {"since", Kind::greater_or_equal},
    {"as of", Kind::greater_or_equal},
    {"through", Kind::dash},
    {"thru", Kind::dash},
    {"until", Kind::dash},
    {"till", Kind::dash},
    {"to", Kind::dash},
    {"between", Kind::between},
    {"and/or", Kind::comma},
    {"and", Kind::comma},
    {"or", Kind::comma},
    {"inclusive", Kind::including},
    {"exclusive", Kind::excluding},
});

constexpr std::array kEverything = std::to_array<std::string_view>(
    {"all firmware versions", "all software versions", "all bios versions", "all released versions",
     "all product versions", "all affected versions", "all supported versions", "all versions", "all version",
     "all releases", "any versions", "any version", "every version", "all known versions"});

// Said of versions without restricting them.
constexpr std::array kNoise =
    std::to_array<std::string_view>({"versions", "version", "firmware", "software", "releases", "release", "all", "any",
                                     "the", "affected", "of", "fw", "sw", "lts"});

constexpr std::array kBelowWords = std::to_array<std::string_view>(
    {"prior", "earlier", "older", "below", "lower", "previous", "preceding", "under", "before", "down", "former"});
constexpr std::array kAboveWords =
    std::to_array<std::string_view>({"later", "newer", "above", "higher", "greater", "up", "upwards", "onwards",
                                     "onward", "after", "beyond", "subsequent", "following", "upper"});

// A word of these begins a restriction, which reaches to the end of the text.
constexpr std::array kConditionWords = std::to_array<std::string_view>(
    {"with",      "without",    "on",         "if",       "only",      "when",      "where", "using",     "running",
     "in",        "model",      "models",     "except",   "excluding", "for",       "that",  "which",     "used",
     "installed", "deployed",   "regardless", "via",      "unless",    "depending", "at",    "including", "while",
     "w/",        "configured", "enabled",    "provided", "but",       "other"});
// Words that make a note in brackets a restriction.
constexpr std::array kNoteConditions = std::to_array<std::string_view>(
    {"only",    "with",      "without",  "if",  "when",   "where",         "using",      "use",     "running",
     "except",  "excluding", "excludes", "for", "option", "configuration", "configured", "enabled", "module",
     "modules", "installed", "affected", "not", "tag",    "unless",        "high",       "removed"});
constexpr std::array kMaybeWords = std::to_array<std::string_view>({"may", "possibly", "also", "might", "could"});

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) noexcept {
  return std::ranges::find(words, word) != words.end();
}

/// Words of lower-cased text, without punctuation at their ends.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < text.size();) {
    while (at < text.size() && !is_alnum(text[at])) ++at;
    const auto begin = at;
    while (at < text.size() && (is_alnum(text[at]) || static_cast<unsigned char>(text[at]) >= 0x80)) ++at;
    if (at > begin) words.push_back(text.substr(begin, at - begin));
  }
  return words;
}

class Tokeniser {
 public:
  Tokeniser(std::string_view text, std::string_view product)
      : text_(text), lower_(text::lower_ascii(text)), product_(text::lower_ascii(normalise_vendor_text(product))) {
    product_words_ = words_of(product_);
    std::ranges::sort(product_words_);
  }

  VendorTokens tokens() {
    while (at_ < text_.size() && !done_) {
      if (text_[at_] == ' ') {
        ++at_;
      } else if (result_.tokens.size() >= kTokensMax) {
        result_.refused = true;
        break;
      } else {
        step();
      }
    }
    if (!result_.tokens.empty()) result_.cut_off = result_.cut_off || result_.tokens.back().kind == Kind::comma;
    return std::move(result_);
  }

 private:
  void push(Kind kind, std::size_t length) {
    VendorToken token;
    token.kind = kind;
    token.begin = at_;
    token.end = at_ + length;
    result_.tokens.push_back(std::move(token));
    at_ += length;
  }

  Kind last() const noexcept { return result_.tokens.empty() ? Kind::bar : result_.tokens.back().kind; }
  static bool is_sign(Kind kind) noexcept {
    return kind == Kind::less || kind == Kind::less_or_equal || kind == Kind::greater ||
           kind == Kind::greater_or_equal || kind == Kind::equal;
  }
  bool after_operator() const noexcept { return is_sign(last()); }
  /// After a version or the marks that belong to it.
  bool after_version() const noexcept {
    const auto kind = last();
    return kind == Kind::version || kind == Kind::including || kind == Kind::excluding;
  }

  bool word_at(std::size_t at, std::string_view word) const noexcept {
    if (std::string_view{lower_}.substr(at).substr(0, word.size()) != word) return false;
    const auto end = at + word.size();
    return end >= lower_.size() || !is_alnum(lower_[end]);
  }

  std::size_t skip_blanks(std::size_t at) const noexcept {
    while (at < text_.size() && text_[at] == ' ') ++at;
    return at;
  }

  void step() {
    if (sign()) return;
    if (text_[at_] == '(' || text_[at_] == '[') return bracket();
    if (after_version() && (below_or_above() || other_numbering())) return;
    if (phrase()) return;
    if (version()) return;
    word();
  }

  /// "<= a3b04b7bc4872a5a39e5de3fdc5fbde52c09e10e": a commit, which no version compares with, at the end of the text.
  bool commit() {
    constexpr std::size_t kCommitBytesMin = 20;
    const auto begin = skip_blanks(lower_.find_first_not_of("<>=", at_));
    const auto hash = std::string_view{lower_}.substr(std::min(begin, lower_.size()));
    const auto is_hex = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); };
    if (hash.size() < kCommitBytesMin || !std::ranges::all_of(hash, is_hex) || !std::ranges::any_of(hash, is_digit) ||
        std::ranges::all_of(hash, is_digit)) {
      return false;
    }
    add_condition(std::string_view{text_}.substr(at_));
    return done_ = true;
  }

  bool sign() {
    const auto rest = std::string_view{text_}.substr(at_);
    if ((rest[0] == '<' || rest[0] == '>') && last() == Kind::bar && !result_.tokens.empty() && commit()) return true;
    constexpr std::array kSigns = std::to_array<Phrase>({{"<=", Kind::less_or_equal},
                                                         {"=<", Kind::less_or_equal},
                                                         {">=", Kind::greater_or_equal},
                                                         {"=>", Kind::greater_or_equal},
                                                         {"<", Kind::less},
                                                         {">", Kind::greater},
                                                         {"==", Kind::equal},
                                                         {"=", Kind::equal},
                                                         {"||", Kind::either},
                                                         {"|", Kind::bar},
                                                         {",", Kind::comma},
                                                         {";", Kind::comma},
                                                         {"&", Kind::comma},
                                                         {"/", Kind::slash}});
    for (const auto& candidate : kSigns) {
      if (!rest.starts_with(candidate.words)) continue;
      push(candidate.kind, candidate.words.size());
      return true;
    }
    if (rest[0] == '*' && (rest.size() == 1 || !is_alnum(rest[1]))) {
      push(Kind::everything, 1);
      return true;
    }
    // "V4.7:" announces; "R8.01 -|" is a slip.
    if (rest[0] == ':' || rest[0] == '"' || rest[0] == '\'') {
      ++at_;
      return true;
    }
    if (rest[0] == '-') {
      const auto next = skip_blanks(at_ + 1);
      if (next == text_.size() || text_[next] == '|' || text_[next] == '(') {
        at_ = next;
      } else {
        push(Kind::dash, 1);
      }
      return true;
    }
    if (rest[0] == '+' && after_version()) {
      push(Kind::and_above, 1);
      return true;
    }
    if (rest[0] == '.' && (rest.size() == 1 || rest[1] == ' ')) {
      ++at_;
      return true;
    }
    return false;
  }

  /// Notes. Those that are bounds of their own or widen the product change nothing here.
  void bracket() {
    const char open = text_[at_];
    const char close = open == '(' ? ')' : ']';
    std::size_t end = at_;
    int depth = 0;
    for (; end < text_.size(); ++end) {
      if (text_[end] == open) ++depth;
      if (text_[end] == close && --depth == 0) break;
    }
    const auto inner = std::string_view{lower_}.substr(at_ + 1, end - at_ - 1);
    const auto next = std::min(end + 1, text_.size());
    if (inner == "including" || inner == "inclusive" || inner == "incl." || inner == "included") {
      push(Kind::including, next - at_);
      return;
    }
    if (inner == "excluding" || inner == "exclusive" || inner == "excl." || inner == "excluded") {
      push(Kind::excluding, next - at_);
      return;
    }
    // "<=(R4.02)", "(Release 1.3.2 1.4.0)", "4.2 (and earlier)": what would stand there without brackets too.
    const auto kind = last();
    const bool begins = is_sign(kind) || kind == Kind::bar || kind == Kind::either || kind == Kind::comma;
    const auto first = inner.substr(0, inner.find(' '));
    const bool continues = after_version() && (first == "and" || first == "or") && below_or_above_behind(at_ + 1);
    if ((begins && result_.condition.empty() && inner.find('(') == std::string_view::npos) || continues) {
      ++at_;
      if (end < text_.size()) text_[end] = lower_[end] = ' ';
      return;
    }
    if (last() == Kind::version && result_.tokens.back().version.parts.front().kind == VersionPart::Kind::number &&
        suffix_in_brackets(inner)) {
      at_ = next;
      return;
    }
    note(std::string_view{text_}.substr(at_ + 1, end - at_ - 1), inner);
    at_ = next;
  }

  /// "V4.5 (SP1)" is V4.5 SP1.
  bool suffix_in_brackets(std::string_view inner) {
    VendorVersion suffix;
    if (scan_vendor_version(inner, 0, LettersFirst::with_digits, suffix) != inner.size() || suffix.parts.empty() ||
        suffix.parts.front().kind != VersionPart::Kind::suffix) {
      return false;
    }
    auto& version = result_.tokens.back().version;
    version.parts.insert(version.parts.end(), suffix.parts.begin(), suffix.parts.end());
    version.text.append(" ").append(suffix.text);
    return true;
  }

  void note(std::string_view written, std::string_view inner) {
    const auto words = words_of(inner);
    const auto has = [&](const auto& list) {
      return std::ranges::any_of(words, [&](std::string_view word) { return is_one_of(word, list); });
    };
    const bool widens = !words.empty() && (words[0] == "including" || words[0] == "incl" || words[0] == "formerly" ||
                                           words[0] == "aka" || words[0] == "integrated" || words[0] == "based");
    if (has(kMaybeWords)) {
      VendorToken token;
      const bool below = has(kBelowWords) && after_version();
      token.kind = below ? Kind::possibly_below : Kind::word;
      token.begin = token.end = at_;
      if (below) {
        result_.tokens.push_back(std::move(token));
      } else {
        result_.cut_off = true;
      }
    } else if (!widens && (has(kNoteConditions) || inner.find("cve-") != std::string_view::npos)) {
      add_condition(written);
    } else {
      result_.notes.emplace_back(written);
    }
  }

  void add_condition(std::string_view words) {
    if (!result_.condition.empty()) result_.condition += "; ";
    result_.condition += text::trim(words);
  }

  /// Whether "and earlier" or the like stands there, whatever follows.
  bool below_or_above_behind(std::size_t at) const {
    const auto end = std::min(lower_.find_first_of(")]", at), lower_.size());
    const auto words = words_of(std::string_view{lower_}.substr(at, end - at));
    return std::ranges::any_of(
               words,
               [](std::string_view word) { return is_one_of(word, kBelowWords) || is_one_of(word, kAboveWords); }) &&
           std::ranges::none_of(words, [](std::string_view word) { return is_digit(word.front()); });
  }

  /// "and all earlier versions", "or newer", "and <".
  bool below_or_above() {
    auto at = at_;
    bool joined = false;
    bool possibly = false;
    for (bool again = true; again;) {
      again = false;
      for (const std::string_view skipped :
           {"and", "or", "&", "all", "any", "possibly", "potentially", "versions", "the"}) {
        if (!word_at(at, skipped)) continue;
        possibly = possibly || skipped.starts_with("p");
        joined = true;
        at = skip_blanks(at + skipped.size());
        again = true;
        break;
      }
    }
    if (joined && at < text_.size() && (text_[at] == '<' || text_[at] == '>')) {
      const auto end = at + (at + 1 < text_.size() && text_[at + 1] == '=' ? 2U : 1U);
      const auto next = skip_blanks(end);
      if (next < text_.size() && text_[next] != '|') return false;
      const bool below = text_[at] == '<';
      push(below ? Kind::and_below : Kind::and_above, end - at_);
      return true;
    }
    const auto find = [&](const auto& words) {
      return std::ranges::find_if(words, [&](std::string_view word) { return word_at(at, word); });
    };
    const auto below = find(kBelowWords);
    const auto above = find(kAboveWords);
    const bool is_below = below != kBelowWords.end();
    if (!is_below && above == kAboveWords.end()) return false;
    auto end = at + (is_below ? below->size() : above->size());
    auto next = skip_blanks(end);
    for (const std::string_view noise : {"firmware", "software"}) {
      if (word_at(next, noise)) next = skip_blanks(next + noise.size());
    }
    for (const std::string_view noise : {"versions", "version", "releases", "release", "revisions", "ones"}) {
      if (word_at(next, noise)) {
        next = end = next + noise.size();
        next = skip_blanks(next);
        break;
      }
    }
    // "5.0 before 5.1", "5.0 and prior to 4.1": the word belongs to what follows.
    if (next < text_.size() && (is_digit(text_[next]) || word_at(next, "to") || word_at(next, "than"))) return false;
    if (!joined && next < text_.size() && is_letter(text_[next])) return false;
    push(is_below ? (possibly ? Kind::possibly_below : Kind::and_below) : Kind::and_above, end - at_);
    return true;
  }

  /// "2018 SP3 Version 3.4.430", "4.04E v10.95.210.01".
  bool other_numbering() {
    if (last() != Kind::version || result_.tokens.back().end + 1 != at_) return false;
    const bool bound = result_.tokens.size() >= 2 && is_sign(result_.tokens[result_.tokens.size() - 2].kind);
    const bool announced =
        bound || word_at(at_, "version") || (lower_[at_] == 'v' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]));
    if (!announced) return false;
    VendorVersion version;
    const auto end = scan_vendor_version(text_, at_, LettersFirst::with_digits, version);
    // "4.04E 10.95.210.01" without a word needs three numbers to be told from a list.
    if (end == at_ || (bound && version.prefix.empty() && version.parts.size() < 3)) return false;
    // "< 9.0.0 9.0.1" lacks a bar.
    if (version.prefix != "version" && version.parts.front() == result_.tokens.back().version.parts.front())
      return false;
    if (version.parts.front().kind != VersionPart::Kind::number || !version.component.empty() ||
        version.wildcard != VendorVersion::Wildcard::none)
      return false;
    push(Kind::version, end - at_);
    result_.tokens.back().version = std::move(version);
    result_.tokens.back().other_numbering = true;
    return true;
  }

  bool phrase() {
    for (const auto words : kEverything) {
      if (word_at(at_, words)) {
        push(Kind::everything, words.size());
        return true;
      }
    }
    if (word_at(at_, "all") && at_ + 3 == text_.size() && result_.tokens.empty()) {
      push(Kind::everything, 3);
      return true;
    }
    for (const auto& candidate : kPhrases) {
      if (!word_at(at_, candidate.words)) continue;
      push(candidate.kind, candidate.words.size());
      return true;
    }
    return false;
  }

  bool version() {
    VendorVersion version;
    const auto letters = after_operator() || last() == Kind::dash ? LettersFirst::alone : LettersFirst::with_digits;
    const auto end = scan_vendor_version(text_, at_, letters, version);
    if (end == at_) return false;
    // "750-823/xxx", "S2-LP-1501@": something else begins so.
    if (end < text_.size() && (is_alnum(text_[end]) || static_cast<unsigned char>(text_[end]) >= 0x80)) return false;
    // "SRN4000 v2.16", "CVE-2019-18340": a name with a number.
    const bool identifier = version.component == "cve" || version.component == "cwe" || version.component == "icsa" ||
                            version.component == "ssa";
    const bool name =
        identifier || (!version.component.empty() && version.parts.size() == 1 && end + 2 < text_.size() &&
                       text_[end] == ' ' && lower_[end + 1] == 'v' && is_digit(text_[end + 2]));
    if (name) {
      push_word(end);
      return true;
    }
    push(Kind::version, end - at_);
    result_.tokens.back().version = std::move(version);
    return true;
  }

  void word() {
    auto end = at_;
    while (end < text_.size() && std::string_view{" |,;<>()[]"}.find(text_[end]) == std::string_view::npos) ++end;
    if (end == at_) ++end;
    auto plain = std::string_view{lower_}.substr(at_, end - at_);
    while (!plain.empty() && (plain.back() == ':' || plain.back() == '.')) plain.remove_suffix(1);
    if (plain == "with" && software_behind(end)) {
      result_.software_named = true;
      at_ = end;
      return;
    }
    // "Service Pack R8.2 SP2"
    if (plain == "service" && word_at(skip_blanks(end), "pack")) {
      at_ = skip_blanks(end) + 4;
      return;
    }
    // "5.x only" restricts nothing else.
    if (plain == "only" && skip_blanks(end) == text_.size() && result_.condition.empty()) {
      at_ = end;
      return;
    }
    if (is_one_of(plain, kConditionWords)) {
      add_condition(std::string_view{text_}.substr(at_));
      done_ = true;
      return;
    }
    if (plain == "of" && last() == Kind::version && names_component(end)) return;
    if (is_one_of(plain, kNoise) || in_product(plain)) {
      at_ = end;
      return;
    }
    push_word(end);
  }

  void push_word(std::size_t end) {
    auto written = text_.substr(at_, end - at_);
    push(Kind::word, end - at_);
    result_.tokens.back().word = std::move(written);
  }

  /// "6.3 of telerik software": to the end of the text words that could stand in front of the sign as well.
  bool names_component(std::size_t at) {
    const auto rest = std::string_view{text_}.substr(at);
    const bool plain = std::ranges::all_of(rest, [](char c) { return is_alnum(c) || c == ' ' || c == '-'; });
    if (!plain || rest.empty()) return false;
    std::vector<std::string> names;
    for (const auto word : text::split(rest, ' ')) {
      const auto lower = text::lower_ascii(word);
      if (word.empty() || is_one_of(lower, kNoise) || in_product(lower)) continue;
      if (is_digit(word.front()) || is_one_of(lower, kConditionWords)) return false;
      names.emplace_back(word);
    }
    if (names.empty()) return false;
    result_.component = std::move(names);
    done_ = true;
    return true;
  }

  /// "with Software 04.00.00 or newer": what versions the thing, not what restricts it.
  bool software_behind(std::size_t at) const {
    if (std::ranges::any_of(result_.tokens, [](const VendorToken& token) { return token.kind == Kind::version; }))
      return false;
    const auto next = skip_blanks(at);
    return word_at(next, "software") || word_at(next, "firmware") || word_at(next, "version") ||
           word_at(next, "versions");
  }

  bool in_product(std::string_view word) const {
    const auto words = words_of(word);
    return !words.empty() && std::ranges::all_of(words, [&](std::string_view one) {
      return std::ranges::binary_search(product_words_, one);
    });
  }

  std::string text_;
  std::string lower_;
  std::string product_;
  std::vector<std::string_view> product_words_;
  std::size_t at_ = 0;
  bool done_ = false;
  VendorTokens result_;
};

}  // namespace

VendorTokens tokenise_vendor_text(std::string_view text, std::string_view product) {
  return Tokeniser(text, product).tokens();
}

}  // namespace tocsin::formats::vers
