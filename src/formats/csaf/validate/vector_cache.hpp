#pragma once
#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/keyed_hash.hpp"
#include "formats/cvss/cvss.hpp"
#include "formats/cvss/score.hpp"

namespace tocsin::formats::csaf {

/// Vectors that were read already, with their scores: documents repeat each other's. One thread at a time.
class VectorCache {
 public:
  struct Entry {
    std::string text;
    cvss::Vector vector;
    cvss::Scores scores;
    bool good = false;
  };
  /// Null where it is no vector. Valid until clear_if_large().
  const Entry* find(std::string_view text);
  /// Between documents: what was found is forgotten where it is very much.
  void clear_if_large();

 private:
  static constexpr std::size_t kEntriesMax = 10'000;
  std::deque<Entry> entries_;
  boost::unordered_flat_map<std::string_view, const Entry*, KeyedHash> by_text_;
};

}  // namespace tocsin::formats::csaf
