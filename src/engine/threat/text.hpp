#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "domain/policy.hpp"
#include "formats/stix/facts.hpp"
#include "store/database.hpp"

/// The words of STIX objects, found alike in both databases, and which of several records of one id is told. Internal
/// to engine/threat and engine/taxii.
namespace tocsin::engine::threat {

/// Collects words, each once.
class Words {
 public:
  void add(std::string_view text);
  void clear();
  /// What the database's index takes.
  std::string write(store::Dialect dialect) const;
  /// Would words_condition of this text find them?
  bool has(std::string_view text) const;

 private:
  std::string joined_;
};

/// A condition on `s.record_id`: every word of the text, the last one as a beginning. nullopt where it has no word, and
/// so finds nothing.
std::optional<store::Sql> words_condition(store::Dialect dialect, std::string_view text);

/// The same for every word, whole, of any of the texts; those without a word find nothing.
std::optional<store::Sql> any_words_condition(store::Dialect dialect, std::span<const std::string> texts);

/// All that an object is found by. `title`, `key`: its record's.
void add_words(Words& words, std::string_view title, std::string_view key, const formats::stix::Facts& facts);

/// " AND ...", over the record `r` of the object `s`: what organisations add by TAXII are records of their own, also
/// where another, that they may not see, has the same STIX id. Of those that the viewer may see, the CERT's is told,
/// else the one that was here first.
void append_first_of_id(store::Sql& sql, const domain::policy::Viewer& viewer, Timestamp now);

}  // namespace tocsin::engine::threat
