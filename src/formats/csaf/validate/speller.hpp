#pragma once
#include <string>
#include <string_view>

/// What test 6.3.8 asks about words. Dictionaries are files, and this room opens none: whoever validates hands them in
/// (exchange/spelling.hpp has the machine's).
namespace tocsin::formats::csaf {

/// Of one language. One thread at a time.
class Dictionary {
 public:
  virtual ~Dictionary() = default;
  /// `word` in UTF-8 as it stands in the text, with apostrophes as '.
  virtual bool knows(std::string_view word) = 0;
  /// A word it knows that may be meant by one that it does not know, or empty. Costs a thousand times as much.
  virtual std::string suggestion(std::string_view word) = 0;
};

/// One thread at a time.
class Speller {
 public:
  virtual ~Speller() = default;
  /// For a language tag (BCP 47); null where there is none. Lives as long as the speller.
  virtual Dictionary* dictionary(std::string_view language_tag) = 0;
};

}  // namespace tocsin::formats::csaf
