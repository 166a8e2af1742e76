#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "store/database.hpp"

/// Which records have which values: an inverted index in the database, without a row for each pair. Pairs of value and
/// record lie sorted and packed in blocks of a segment. What comes new is a segment of its own; where there are many of
/// one size, they are merged into the next. So writing costs as much as the pairs that are written, whatever is there
/// already, and a look-up reads a block or two of each of some tens of segments. Knows no policy: who asks for others
/// than the house has to ask for each record.
namespace tocsin::store {

/// Segments of one size that are merged.
inline constexpr std::size_t kSegmentsAlike = 8;

struct RecordValues {
  std::int64_t record = 0;
  std::vector<std::int64_t> values;  ///< Not negative. In any order, repeats count once; none: it has none any more.
};

class ValueIndex {
 public:
  explicit ValueIndex(Connection& connection) : connection_(connection) {}

  /// What these records have from now on. Inside a write transaction in which no other process writes here: the reader
  /// of the change feed has locked its cursor.
  Status put(std::vector<RecordValues> records);
  Status clear();

  /// Ascending.
  Result<std::vector<std::int64_t>> records_with(std::int64_t value);
  /// Pairs, and in how many segments.
  struct Size {
    std::int64_t pairs = 0, segments = 0;
  };
  Result<Size> size();

 private:
  struct Pair {
    std::int64_t value = 0, record = 0;
    friend auto operator<=>(const Pair&, const Pair&) = default;
  };
  class Writer;
  class Reader;
  Status erase(const Pair& pair);
  Status add_segment(const std::vector<Pair>& pairs);
  Result<std::int64_t> next_segment();
  Status merge_alike();
  Status merge(const std::vector<std::int64_t>& segments);
  static std::string pack(std::span<const Pair> pairs);
  static std::vector<Pair> unpack(std::string_view bytes);

  Connection& connection_;
};

}  // namespace tocsin::store
