#pragma once
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "store/aliases.hpp"

/// Which texts of an inventory may be told to others as the name of a vendor or product. Pure functions.
namespace tocsin::engine::exposure {

inline constexpr std::size_t kSharedTextMax = 60;
inline constexpr std::size_t kSharedWordsMax = 8;

/// What an organisation's plants are called: names of sites, zones and devices, serial numbers, its own name.
class PrivateWords {
 public:
  explicit PrivateWords(const std::vector<std::string>& texts);
  /// Is one of them in the text, as whole words?
  bool are_in(std::string_view text) const;

 private:
  std::set<std::string, std::less<>> keys_;
  std::size_t words_max_ = 0;
};

/// Why this is not contributed, in English: a host name, an address, a mail address, a serial number, a name of the
/// plant, too long ... Empty: it may be.
std::string_view why_not_shared(const store::AliasKey& key, std::string_view shown, const PrivateWords& words);

}  // namespace tocsin::engine::exposure
