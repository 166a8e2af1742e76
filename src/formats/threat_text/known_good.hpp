#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "formats/threat_text/extract.hpp"
#include "formats/threat_text/known_patterns.hpp"

/// Lists of what is known to be good, as an operator brings them: warning lists of MISP (misp-warninglists, list.json),
/// or a value a line.
namespace tocsin::formats::threat_text {

class KnownGood {
 public:
  struct Added {
    std::size_t known = 0;     ///< Values and patterns.
    std::size_t left_out = 0;  ///< Patterns that are not gone by.
    std::string why = {};      ///< Of the first of those: a sentence.
  };
  /// A list. JSON: `type` is "hostname" (names, and whatever stands below them), "cidr" (addresses and networks),
  /// "string" (values as they are, names and addresses among them), "substring" (texts that stand in values) or "regex"
  /// (expressions that fit somewhere in them), `list` its values. The last two are asked only of kinds of values that
  /// `matching_attributes` names, and of URLs only where it names those. Else a value a line: a name, an address, a
  /// network or a hash; "#" begins a remark. Values that are none are left out. Errors: invalid_input for other types,
  /// for JSON that is no list, for lists of attributes that are never found, and for lists in which nothing is of use.
  Result<Added> add(std::string_view bytes);
  bool has(const Found& found) const;
  std::size_t size() const noexcept { return size_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
  };
  using Set = std::unordered_map<std::string, char, Hash, std::equal_to<>>;
  enum class As : std::uint8_t { network, exact, with_below };
  Result<Added> add_json(std::string_view bytes);
  bool add_value(std::string_view text, As as);
  bool add_network(std::string_view text);
  bool has_address(std::string_view text) const;
  bool has_name(std::string_view name) const;

  Set values_;  ///< Exactly these.
  Set names_;   ///< These, and what stands below them.
  /// By how many bits count: the first bits of each, packed; for both sizes of address.
  std::map<std::pair<int, int>, Set> networks_;
  KnownPatterns patterns_;
  std::size_t size_ = 0;
};

/// What doubts.hpp asks beside its own lists (doubt_here). Until something is installed: nothing. Any thread.
void install_known_good(std::shared_ptr<const KnownGood> lists);
bool is_known_good(const Found& found);

}  // namespace tocsin::formats::threat_text
