#include "formats/csaf/structure_patterns.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/check.hpp"

namespace tocsin::formats::csaf {
namespace {

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool are_digits(std::string_view text) noexcept { return std::ranges::all_of(text, is_digit); }

/// Begins and ends with visible ASCII, one line.
bool is_line(std::string_view text) noexcept {
  const auto visible = [](char c) { return c > ' ' && c < '\x7F'; };
  return !text.empty() && visible(text.front()) && visible(text.back()) && text.find('\n') == std::string_view::npos;
}

bool is_line_between_alphanumerics(std::string_view text) noexcept {
  const auto alphanumeric = [](char c) { return is_letter(c) || is_digit(c); };
  return !text.empty() && alphanumeric(text.front()) && alphanumeric(text.back()) &&
         text.find('\n') == std::string_view::npos;
}

bool is_short_language(std::string_view text) noexcept {
  const auto letters = [&](std::size_t at) { return is_letter(text[at]) && is_letter(text[at + 1]); };
  return (text.size() == 2 && letters(0)) || (text.size() == 5 && text[2] == '-' && letters(0) && letters(3));
}

bool is_integer_version(std::string_view text) noexcept {
  return !text.empty() && (text[0] != '0' || text.size() == 1) && are_digits(text);
}

bool is_cve(std::string_view text) noexcept {
  return text.size() >= 13 && text.starts_with("CVE-") && are_digits(text.substr(4, 4)) && text[8] == '-' &&
         are_digits(text.substr(9));
}

bool is_cwe(std::string_view text) noexcept {
  return text.size() >= 5 && text.size() <= 10 && text.starts_with("CWE-") && text[4] != '0' &&
         are_digits(text.substr(4));
}

/// Metrics of CVSS 3.x: an M before those of a base score makes them modified, and lets them be not defined.
bool is_metric_3(std::string_view field) noexcept {
  const auto colon = field.size() < 4 ? field.find(':') : field.size() - 2;
  if (colon == std::string_view::npos || colon == 0 || field[colon] != ':' || field.size() != colon + 2) return false;
  auto key = field.substr(0, colon);
  const char value = field.back();
  const auto is_one_of = [&](std::string_view values) { return values.find(value) != std::string_view::npos; };
  if (key.size() == 2 && key[1] == 'R' && (key[0] == 'C' || key[0] == 'I' || key[0] == 'A')) return is_one_of("XLMH");
  if (key == "E") return is_one_of("XUPFH");
  if (key == "RL") return is_one_of("XOTWU");
  if (key == "RC") return is_one_of("XURC");
  if (key[0] == 'M' && key.size() > 1) {
    key.remove_prefix(1);
    if (value == 'X')
      return key == "AV" || key == "AC" || key == "PR" || key == "UI" || key == "S" || key == "C" || key == "I" ||
             key == "A";
  }
  if (key == "AV") return is_one_of("NALP");
  if (key == "AC") return is_one_of("LH");
  if (key == "PR") return is_one_of("NLH");
  if (key == "UI") return is_one_of("NR");
  if (key == "S") return is_one_of("UC");
  return key.size() == 1 && (key[0] == 'C' || key[0] == 'I' || key[0] == 'A') && is_one_of("NLH");
}

bool is_vector_3(std::string_view text, std::string_view prefix) noexcept {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  for (;;) {
    // Three or four characters: not worth a call.
    std::size_t end = 0;
    while (end < text.size() && text[end] != '/') ++end;
    if (!is_metric_3(text.substr(0, end))) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

bool is_vector_3_0(std::string_view text) noexcept { return is_vector_3(text, "CVSS:3.0/"); }
bool is_vector_3_1(std::string_view text) noexcept { return is_vector_3(text, "CVSS:3.1/"); }

struct SureMatch {
  std::string_view pattern;  ///< Its beginning.
  bool (*matches)(std::string_view) noexcept;
};
/// What stands in most documents. Beginnings are enough: a test holds each against its whole pattern.
constexpr SureMatch kSureMatches[] = {
    {R"(^[\S](.*[\S])?$)", is_line},
    {R"(^[^\s\-_\.](.*[^\s\-_\.])?$)", is_line_between_alphanumerics},
    {R"(^(([A-Za-z]{2,3}(-[A-Za-z]{3}(-)", is_short_language},
    {R"(^(0|[1-9][0-9]*)$|^)", is_integer_version},
    {"^CVE-", is_cve},
    {"^CWE-", is_cwe},
    {"^CVSS:3[.]0/", is_vector_3_0},
    {"^CVSS:3[.]1/", is_vector_3_1},
};

/// The bracket that closes the group whose content begins at `at`.
std::size_t closing_bracket(std::string_view text, std::size_t at) {
  int open = 1;
  for (std::size_t i = at; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '(') {
      ++open;
    } else if (text[i] == ')' && --open == 0) {
      return i;
    }
  }
  return text.size();
}

}  // namespace

Patterns::Patterns(const Grammar& grammar) : by_node_(grammar.nodes.size()) {
  for (std::size_t i = 0; i < grammar.nodes.size(); ++i) {
    const auto& node = grammar.nodes[i];
    if (node.pattern.empty()) continue;
    if (const auto known = compiled_.find(node.pattern); known != compiled_.end()) {
      by_node_[i] = &known->second;
      continue;
    }
    Pattern pattern;
    const std::string_view text = node.pattern;
    constexpr std::string_view kNot = "^(?!";
    if (text.starts_with(kNot)) {
      const auto end = closing_bracket(text, kNot.size());
      pattern.unwanted = compile(fmt::format("^(?:{})", text.substr(kNot.size(), end - kNot.size())));
      pattern.wanted = compile(fmt::format("^(?:{})", text.substr(end + 1)));
    } else {
      pattern.wanted = compile(text);
      pattern.matches_surely = sure_match_of(text);
    }
    // Nodes of an unordered_map stay where they are.
    by_node_[i] = &compiled_.emplace(node.pattern, std::move(pattern)).first->second;
  }
}

Patterns::~Patterns() = default;

bool Patterns::matches(std::size_t node, std::string_view text) const {
  if (text.size() > kPatternBytesMax) return false;
  const auto& found = *by_node_[node];
  if (found.matches_surely != nullptr && found.matches_surely(text)) return true;
  const re2::StringPiece piece{text.data(), text.size()};
  if (found.unwanted && re2::RE2::PartialMatch(piece, *found.unwanted)) return false;
  return re2::RE2::PartialMatch(piece, *found.wanted);
}

std::unique_ptr<re2::RE2> Patterns::compile(std::string_view text) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  auto compiled = std::make_unique<re2::RE2>(re2::StringPiece{text.data(), text.size()}, options);
  // A pattern of the generated tables that does not compile is our bug: it would refuse every document.
  TOCSIN_CHECK(compiled->ok());
  return compiled;
}

bool (*sure_match_of(std::string_view pattern) noexcept)(std::string_view) noexcept {
  const auto* found =
      std::ranges::find_if(kSureMatches, [&](const SureMatch& each) { return pattern.starts_with(each.pattern); });
  return found == std::end(kSureMatches) ? nullptr : found->matches;
}

const Grammar& grammar_of(CsafVersion version) noexcept {
  return version == CsafVersion::v2_0 ? kGrammar_2_0 : kGrammar_2_1;
}

const Patterns& patterns_of(CsafVersion version) {
  static const Patterns v2_0{kGrammar_2_0};
  static const Patterns v2_1{kGrammar_2_1};
  return version == CsafVersion::v2_0 ? v2_0 : v2_1;
}

}  // namespace tocsin::formats::csaf
