#include "formats/csaf/structure_patterns.hpp"

#include <fmt/format.h>
#include <re2/re2.h>

#include "base/check.hpp"

namespace tocsin::formats::csaf {
namespace {

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
    }
    // Nodes of an unordered_map stay where they are.
    by_node_[i] = &compiled_.emplace(node.pattern, std::move(pattern)).first->second;
  }
}

Patterns::~Patterns() = default;

bool Patterns::matches(std::size_t node, std::string_view text) const {
  if (text.size() > kPatternBytesMax) return false;
  const re2::StringPiece piece{text.data(), text.size()};
  const auto& found = *by_node_[node];
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

const Grammar& grammar_of(CsafVersion version) noexcept {
  return version == CsafVersion::v2_0 ? kGrammar_2_0 : kGrammar_2_1;
}

const Patterns& patterns_of(CsafVersion version) {
  static const Patterns v2_0{kGrammar_2_0};
  static const Patterns v2_1{kGrammar_2_1};
  return version == CsafVersion::v2_0 ? v2_0 : v2_1;
}

}  // namespace tocsin::formats::csaf
