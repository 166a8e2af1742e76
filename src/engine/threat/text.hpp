#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "store/database.hpp"

/// The words of STIX objects, found alike in both databases. Internal to engine/threat.
namespace tocsin::engine::threat {

/// Collects words, each once.
class Words {
 public:
  void add(std::string_view text);
  void clear();
  /// What the database's index takes.
  std::string write(store::Dialect dialect) const;

 private:
  std::string joined_;
};

/// A condition on `s.record_id`: every word of the text, the last one as a beginning. nullopt where it has no word, and
/// so finds nothing.
std::optional<store::Sql> words_condition(store::Dialect dialect, std::string_view text);

}  // namespace tocsin::engine::threat
