#pragma once
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csaf/validate/speller.hpp"

/// Dictionaries of hunspell for the spell check of CSAF documents (test 6.3.8).
namespace tocsin::exchange {

/// Where Debian's hunspell-* packages put them.
inline constexpr const char* kDictionaryFolder = "/usr/share/hunspell";

/// The dictionaries of a folder, each loaded when a document first needs it, and kept: 10 to 20 MB. Any thread may ask.
class Dictionaries {
 public:
  /// A pair of files "de_DE.aff" and "de_DE.dic" is one. A folder that is not there has none.
  explicit Dictionaries(const std::filesystem::path& folder);
  ~Dictionaries();
  Dictionaries(const Dictionaries&) = delete;
  Dictionaries& operator=(const Dictionaries&) = delete;

  bool empty() const noexcept { return names_.empty(); }
  /// "en_US" for the tags (BCP 47) "en-US" and "en"; empty where there is none. A tag with a region is about that
  /// region's spelling, so "en-GB" is not served by "en_US".
  std::string name_for(std::string_view language_tag) const;
  /// Whether this dictionary knows the word; nothing known where it cannot be loaded, which `can_load` tells.
  bool knows(const std::string& name, std::string_view word);
  bool can_load(const std::string& name);

 private:
  class Loaded;
  Loaded* loaded(const std::string& name);

  std::filesystem::path folder_;
  std::vector<std::string> names_;  ///< Sorted.
  std::mutex mutex_;                ///< Of the map, not of what it holds.
  std::map<std::string, std::unique_ptr<Loaded>, std::less<>> loaded_;
};

/// This machine's, of kDictionaryFolder.
Dictionaries& system_dictionaries();

/// Asks Dictionaries and remembers the answers, so that threads wait for one another only over new words. One per
/// thread.
class HunspellSpeller final : public formats::csaf::Speller {
 public:
  explicit HunspellSpeller(Dictionaries& dictionaries);
  /// As a validator wants it: null where there is not one dictionary.
  formats::csaf::Speller* if_any() noexcept { return dictionaries_.empty() ? nullptr : this; }
  ~HunspellSpeller() override;
  formats::csaf::Dictionary* dictionary(std::string_view language_tag) override;

 private:
  class Remembering;
  Dictionaries& dictionaries_;
  std::map<std::string, std::unique_ptr<Remembering>, std::less<>> by_name_;
};

}  // namespace tocsin::exchange
