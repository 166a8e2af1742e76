#pragma once
#include <cstddef>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "formats/csaf/grammar.hpp"
#include "formats/csaf/header.hpp"

namespace re2 {
class RE2;
}

/// The patterns of a grammar, compiled once. Internal to formats/csaf.
namespace tocsin::formats::csaf {

/// Bytes. RE2 is linear, but a text this long is no identifier: it does not match.
inline constexpr std::size_t kPatternBytesMax = 64 << 10;

/// RE2 knows no look-ahead; the schemas use it in one form, "^(?!X)Y": the text must not begin with X.
class Patterns {
 public:
  explicit Patterns(const Grammar& grammar);
  ~Patterns();
  Patterns(const Patterns&) = delete;
  Patterns& operator=(const Patterns&) = delete;

  /// `node` is a position in grammar.nodes that has a pattern.
  bool matches(std::size_t node, std::string_view text) const;

 private:
  struct Pattern {
    std::unique_ptr<re2::RE2> wanted, unwanted;
    /// True only for texts that match, for most of them; null where nobody has written one.
    bool (*matches_surely)(std::string_view text) noexcept = nullptr;
  };
  static std::unique_ptr<re2::RE2> compile(std::string_view text);
  std::unordered_map<std::string_view, Pattern> compiled_;
  std::vector<const Pattern*> by_node_;
};

/// The quick half for a pattern of the schemas, or null. For tests.
bool (*sure_match_of(std::string_view pattern) noexcept)(std::string_view) noexcept;

const Grammar& grammar_of(CsafVersion version) noexcept;
const Patterns& patterns_of(CsafVersion version);

}  // namespace tocsin::formats::csaf
