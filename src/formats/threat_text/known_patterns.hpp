#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "formats/threat_text/extract.hpp"

namespace re2 {
class RE2;
}

/// The lists of KnownGood that say what a value looks like instead of which it is: warning lists of MISP of type
/// "substring" and "regex". Internal to formats/threat_text. Asking costs a time linear in the value's length.
namespace tocsin::formats::threat_text {

/// Bytes. What is shorter stands in nearly everything.
inline constexpr std::size_t kSubstringBytesMin = 4, kSubstringBytesMax = 255;
/// Of all lists together.
inline constexpr std::size_t kSubstringsMax = 500'000;
inline constexpr std::size_t kRegexBytesMax = 1'000;
inline constexpr std::size_t kRegexesMax = 2'000;
/// Bytes of a value; what is longer looks like nothing that is known.
inline constexpr std::size_t kMatchedBytesMax = 2'048;

/// Kinds of what is found, a bit each.
using Kinds = std::uint16_t;
constexpr Kinds bit_of(Kind kind) noexcept { return static_cast<Kinds>(1U << static_cast<unsigned>(kind)); }

class KnownPatterns {
 public:
  KnownPatterns();
  ~KnownPatterns();
  KnownPatterns(const KnownPatterns&) = delete;
  KnownPatterns& operator=(const KnownPatterns&) = delete;

  /// A text that stands somewhere in the value, in whatever case. Empty: it is gone by; else why not.
  std::string_view add_substring(std::string_view text, Kinds of);
  /// An expression of RE2, bare or as PHP has it ("/^ns[0-9]+\./i"), that fits somewhere in the value, in whatever
  /// case. What it is of is asked for after `compile` alone. Empty: it is gone by; else why not.
  std::string add_regex(std::string_view text, Kinds of);
  /// Joins what was added since, so that many are asked for at once.
  void compile();

  bool has(Kind kind, std::string_view value) const;

 private:
  struct OfKinds {
    /// None of them begins with another: where one stands, it is the last that is not behind what stands there.
    std::set<std::string, std::less<>> substrings;
    std::vector<std::string> fresh;  ///< Sources that wait for `compile`.
    std::vector<std::unique_ptr<re2::RE2>> expressions;
  };
  static void join(std::span<const std::string> sources, std::vector<std::unique_ptr<re2::RE2>>& into);

  std::map<Kinds, OfKinds> of_kinds_;
  std::size_t substrings_ = 0, regexes_ = 0;
};

}  // namespace tocsin::formats::threat_text
