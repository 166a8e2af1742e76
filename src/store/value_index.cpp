#include "store/value_index.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/packing.hpp"
#include "store/rows.hpp"

namespace tocsin::store {
namespace {

/// A row with it lies on one page of either database.
constexpr std::size_t kBlockBytes = 1'750;
/// Of one pair, at most: two numbers of 64 bits.
constexpr std::size_t kPairBytesMax = 20;
constexpr std::size_t kBlocksAtOnce = 64;
constexpr std::int64_t kSmallSegment = 8'192;
constexpr std::size_t kReadAtOnce = 512;

/// Segments of equal size are merged with each other alone: each pair is written anew only as often as the index grows
/// by the eightfold.
int size_class(std::int64_t pairs) noexcept {
  int out = 0;
  for (auto most = kSmallSegment; pairs >= most; most *= static_cast<std::int64_t>(kSegmentsAlike)) ++out;
  return out;
}

std::string pack_keys(const std::vector<std::int64_t>& sorted) {
  std::string out;
  PackWriter writer{out};
  std::int64_t before = 0;
  for (const auto each : sorted) {
    writer.number(static_cast<std::uint64_t>(each - before));
    before = each;
  }
  return out;
}

std::vector<std::int64_t> unpack_keys(std::string_view bytes) {
  std::vector<std::int64_t> out;
  PackReader reader{bytes};
  std::uint64_t value = 0;
  while (!reader.at_end() && reader.good()) {
    value += reader.number();
    out.push_back(static_cast<std::int64_t>(value));
  }
  return out;
}

}  // namespace

/// Fills blocks with pairs that come in order.
class ValueIndex::Writer {
 public:
  Writer(Connection& connection, std::int64_t segment) : connection_(connection), segment_(segment) {}

  Status add(const Pair& pair) {
    if (pairs_ > 0 && pair == last_) return ok();
    PackWriter writer{bytes_};
    if (bytes_.empty()) {
      first_ = pair;
      writer.number(static_cast<std::uint64_t>(pair.value));
      writer.number(static_cast<std::uint64_t>(pair.record));
    } else {
      writer.number(static_cast<std::uint64_t>(pair.value - last_.value));
      const auto from = pair.value == last_.value ? last_.record : 0;
      writer.number(static_cast<std::uint64_t>(pair.record - from));
    }
    last_ = pair;
    ++pairs_;
    if (bytes_.size() + kPairBytesMax > kBlockBytes) return flush();
    return ok();
  }
  Result<std::int64_t> end() {
    TRY_VOID(flush());
    TRY_VOID(write());
    return pairs_;
  }

 private:
  Status flush() {
    if (bytes_.empty()) return ok();
    rows_.add("(?, ?, ?, ?)", segment_, first_.value, first_.record, Blob{std::move(bytes_)});
    bytes_ = {};
    return ++blocks_ < kBlocksAtOnce ? ok() : write();
  }
  Status write() {
    blocks_ = 0;
    return write_rows(connection_, std::array{&rows_});
  }
  static Sql head() {
    return Sql{"INSERT INTO stix_value_block (segment, first_value, first_record, postings) VALUES "};
  }

  Connection& connection_;
  std::int64_t segment_;
  Rows rows_{head()};
  std::string bytes_;
  Pair first_, last_;
  std::int64_t pairs_ = 0;
  std::size_t blocks_ = 0;
};

/// The pairs of a segment in order, some blocks in memory at a time.
class ValueIndex::Reader {
 public:
  Reader(Connection& connection, std::int64_t segment) : connection_(connection), segment_(segment) {}

  /// Is there one? To be called before `pair`, and after each `next`.
  Result<bool> ready() {
    while (at_ == pairs_.size() && !ended_) {
      pairs_.clear();
      at_ = 0;
      std::size_t blocks = 0;
      TRY_VOID(connection_.each(
          Sql{"SELECT first_value, first_record, postings FROM stix_value_block WHERE segment = ? AND (first_value, "
              "first_record) > (?, ?) ORDER BY first_value, first_record LIMIT ?",
              segment_, behind_.value, behind_.record, kBlocksAtOnce},
          [&](const Row& row) {
            behind_ = {row.integer(0), row.integer(1)};
            const auto some = unpack(row.text(2));
            pairs_.insert(pairs_.end(), some.begin(), some.end());
            ++blocks;
            return ok();
          }));
      ended_ = blocks < kBlocksAtOnce;
    }
    return at_ < pairs_.size();
  }
  const Pair& pair() const noexcept { return pairs_[at_]; }
  void next() noexcept { ++at_; }

 private:
  Connection& connection_;
  std::int64_t segment_;
  Pair behind_{-1, -1};
  std::vector<Pair> pairs_;
  std::size_t at_ = 0;
  bool ended_ = false;
};

std::string ValueIndex::pack(std::span<const Pair> pairs) {
  std::string out;
  PackWriter writer{out};
  Pair last;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    writer.number(static_cast<std::uint64_t>(pairs[i].value - last.value));
    const auto from = i > 0 && pairs[i].value == last.value ? last.record : 0;
    writer.number(static_cast<std::uint64_t>(pairs[i].record - from));
    last = pairs[i];
  }
  return out;
}

std::vector<ValueIndex::Pair> ValueIndex::unpack(std::string_view bytes) {
  std::vector<Pair> out;
  PackReader reader{bytes};
  std::uint64_t value = 0, record = 0;
  while (!reader.at_end()) {
    const auto more = reader.number(), number = reader.number();
    if (!reader.good()) break;
    record = more == 0 && !out.empty() ? record + number : number;
    value += more;
    out.push_back({static_cast<std::int64_t>(value), static_cast<std::int64_t>(record)});
  }
  return out;
}

Status ValueIndex::put(std::vector<RecordValues> records) {
  std::map<std::int64_t, std::vector<std::int64_t>> before;
  std::vector<std::int64_t> ids;
  ids.reserve(records.size());
  for (const auto& each : records) ids.push_back(each.record);
  for (std::size_t at = 0; at < ids.size(); at += kReadAtOnce) {
    Sql sql{"SELECT record_id, value_keys FROM stix_value_of WHERE record_id IN "};
    sql.append_list(std::span{ids}.subspan(at, std::min(kReadAtOnce, ids.size() - at)));
    TRY_VOID(connection_.each(sql, [&](const Row& row) {
      before.emplace(row.integer(0), unpack_keys(row.text(1)));
      return ok();
    }));
  }
  std::vector<Sql> statements;
  Rows rows{Sql{"INSERT INTO stix_value_of (record_id, value_keys) VALUES "}};
  std::vector<Pair> added, gone;
  for (auto& [record, values] : records) {
    std::ranges::sort(values);
    values.erase(std::ranges::unique(values).begin(), values.end());
    TOCSIN_CHECK(values.empty() || values.front() >= 0);
    const auto found = before.find(record);
    const auto had = found == before.end() ? std::vector<std::int64_t>{} : found->second;
    if (had == values) continue;
    std::vector<std::int64_t> more, less;
    std::ranges::set_difference(values, had, std::back_inserter(more));
    std::ranges::set_difference(had, values, std::back_inserter(less));
    for (const auto each : more) added.push_back({each, record});
    for (const auto each : less) gone.push_back({each, record});
    if (found != before.end()) statements.emplace_back("DELETE FROM stix_value_of WHERE record_id = ?", record);
    if (!values.empty()) rows.add("(?, ?)", record, Blob{pack_keys(values)});
  }
  TRY_VOID(connection_.run_all(statements));
  TRY_VOID(write_rows(connection_, std::array{&rows}));
  for (const auto& each : gone) TRY_VOID(erase(each));
  if (added.empty()) return ok();
  std::ranges::sort(added);
  TRY_VOID(add_segment(added));
  return merge_alike();
}

Status ValueIndex::clear() {
  std::vector<Sql> statements;
  statements.emplace_back("DELETE FROM stix_value_block");
  statements.emplace_back("DELETE FROM stix_value_segment");
  statements.emplace_back("DELETE FROM stix_value_of");
  return connection_.run_all(statements);
}

Status ValueIndex::erase(const Pair& pair) {
  struct Block {
    std::int64_t id = 0, segment = 0;
    std::vector<Pair> pairs;
  };
  // The one block of each segment in which the pair would stand.
  TRY(auto blocks,
      connection_.all(Sql{"SELECT b.id, b.segment, b.postings FROM stix_value_segment g JOIN stix_value_block b ON "
                          "b.id = (SELECT c.id FROM stix_value_block c WHERE c.segment = g.segment AND "
                          "(c.first_value, c.first_record) <= (?, ?) ORDER BY c.first_value DESC, c.first_record DESC "
                          "LIMIT 1)",
                          pair.value, pair.record},
                      [](const Row& row) {
                        return Block{.id = row.integer(0), .segment = row.integer(1), .pairs = unpack(row.text(2))};
                      }));
  std::vector<Sql> statements;
  for (auto& block : blocks) {
    const auto found = std::ranges::lower_bound(block.pairs, pair);
    if (found == block.pairs.end() || *found != pair) continue;
    block.pairs.erase(found);
    if (block.pairs.empty()) {
      statements.emplace_back("DELETE FROM stix_value_block WHERE id = ?", block.id);
    } else {
      statements.emplace_back("UPDATE stix_value_block SET postings = ? WHERE id = ?", Blob{pack(block.pairs)},
                              block.id);
    }
    statements.emplace_back("UPDATE stix_value_segment SET postings = postings - 1 WHERE segment = ?", block.segment);
    statements.emplace_back("DELETE FROM stix_value_segment WHERE segment = ? AND postings = 0", block.segment);
  }
  return connection_.run_all(statements);
}

Result<std::int64_t> ValueIndex::next_segment() {
  TRY(const auto last, connection_.first(Sql{"SELECT coalesce(max(segment), 0) FROM stix_value_segment"},
                                         [](const Row& row) { return row.integer(0); }));
  return last.value_or(0) + 1;
}

Status ValueIndex::add_segment(const std::vector<Pair>& pairs) {
  TRY(const auto segment, next_segment());
  Writer writer{connection_, segment};
  for (const auto& each : pairs) TRY_VOID(writer.add(each));
  TRY(const auto written, writer.end());
  TRY_VOID(connection_.run(Sql{"INSERT INTO stix_value_segment (segment, postings) VALUES (?, ?)", segment, written}));
  return ok();
}

Status ValueIndex::merge_alike() {
  for (;;) {
    std::map<int, std::vector<std::int64_t>> alike;
    TRY_VOID(
        connection_.each(Sql{"SELECT segment, postings FROM stix_value_segment ORDER BY segment"}, [&](const Row& row) {
          alike[size_class(row.integer(1))].push_back(row.integer(0));
          return ok();
        }));
    const auto found =
        std::ranges::find_if(alike, [](const auto& each) { return each.second.size() >= kSegmentsAlike; });
    if (found == alike.end()) return ok();
    TRY_VOID(merge(found->second));
  }
}

Status ValueIndex::merge(const std::vector<std::int64_t>& segments) {
  TRY(const auto made, next_segment());
  Writer writer{connection_, made};
  std::vector<Reader> readers;
  for (const auto each : segments) readers.emplace_back(connection_, each);
  std::vector<Reader*> open;
  for (auto& each : readers) {
    TRY(const bool ready, each.ready());
    if (ready) open.push_back(&each);
  }
  while (!open.empty()) {
    const auto least = std::ranges::min_element(open, {}, [](const Reader* each) { return each->pair(); });
    TRY_VOID(writer.add((*least)->pair()));
    (*least)->next();
    TRY(const bool ready, (*least)->ready());
    if (!ready) open.erase(least);
  }
  TRY(const auto written, writer.end());
  std::vector<Sql> statements;
  statements.emplace_back("DELETE FROM stix_value_block WHERE segment IN ").append_list(segments);
  statements.emplace_back("DELETE FROM stix_value_segment WHERE segment IN ").append_list(segments);
  statements.emplace_back("INSERT INTO stix_value_segment (segment, postings) VALUES (?, ?)", made, written);
  return connection_.run_all(statements);
}

Result<std::vector<std::int64_t>> ValueIndex::records_with(std::int64_t value) {
  std::vector<std::int64_t> out;
  // The last block that begins before it, and all that begin with it. CROSS JOIN: from the segments, for they are few.
  Sql sql{
      "SELECT b.postings FROM stix_value_segment g CROSS JOIN stix_value_block b WHERE b.id = (SELECT c.id FROM "
      "stix_value_block c WHERE c.segment = g.segment AND c.first_value < ? ORDER BY c.first_value DESC, "
      "c.first_record DESC LIMIT 1) UNION ALL SELECT b.postings FROM stix_value_segment g CROSS JOIN stix_value_block "
      "b "
      "WHERE b.segment = g.segment AND b.first_value = ?",
      value, value};
  TRY_VOID(connection_.each(sql, [&](const Row& row) {
    // Read as far as needed, and kept where it is of the value: look-ups are nearly all of the work here.
    PackReader reader{row.text(0)};
    std::uint64_t at = 0, record = 0;
    const auto wanted = static_cast<std::uint64_t>(value);
    for (bool first = true; !reader.at_end(); first = false) {
      const auto more = reader.number(), number = reader.number();
      if (!reader.good()) break;
      record = more == 0 && !first ? record + number : number;
      at += more;
      if (at > wanted) break;
      if (at == wanted) out.push_back(static_cast<std::int64_t>(record));
    }
    return ok();
  }));
  std::ranges::sort(out);
  out.erase(std::ranges::unique(out).begin(), out.end());
  return out;
}

Result<ValueIndex::Size> ValueIndex::size() {
  Size out;
  TRY_VOID(connection_.each(Sql{"SELECT postings FROM stix_value_segment"}, [&](const Row& row) {
    out.pairs += row.integer(0);
    ++out.segments;
    return ok();
  }));
  return out;
}

}  // namespace tocsin::store
