#include "base/keyed_hash.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace tocsin {
namespace {

TEST(KeyedHash, TextsOfEveryLengthDiffer) {
  const KeyedHash hash;
  std::set<std::size_t> hashes;
  std::size_t count = 0;
  // Every length twice: all the same letter, and with another last one.
  for (std::size_t length = 0; length < 200; ++length) {
    hashes.insert(hash(std::string(length, 'a')));
    ++count;
    if (length == 0) continue;
    hashes.insert(hash(std::string(length - 1, 'a') + "b"));
    ++count;
  }
  EXPECT_EQ(hashes.size(), count);
}

TEST(KeyedHash, EveryByteCounts) {
  const KeyedHash hash;
  const std::string text = "the quick brown fox jumps over the lazy dog, twice";
  std::set<std::size_t> hashes{hash(text)};
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto other = text;
    other[i] = static_cast<char>(other[i] ^ 1);
    hashes.insert(hash(other));
  }
  EXPECT_EQ(hashes.size(), text.size() + 1);
}

/// Multiples of the bucket counts all meet in one bucket of a table that takes the number for its hash.
TEST(KeyedHash, NumbersChosenForOneBucketSpread) {
  const std::int64_t together = std::int64_t{85229} * 42043;
  HashSet<std::int64_t> set;
  for (std::int64_t i = 0; i < 50'000; ++i) set.insert(i * together);
  std::size_t fullest = 0;
  for (std::size_t bucket = 0; bucket < set.bucket_count(); ++bucket) {
    fullest = std::max(fullest, set.bucket_size(bucket));
  }
  // Of so many buckets with one element each on average the fullest has about seven.
  EXPECT_LT(fullest, 30U);
}

/// Blocks whose differences cancel out in the standard library's hash of texts, whatever stands before them.
TEST(KeyedHash, TextsOfTwoKindsOfBlocksSpread) {
  HashSet<std::string> set;
  for (unsigned i = 0; i < 1U << 14; ++i) {
    std::string text;
    for (unsigned bit = 0; bit < 14; ++bit) text += (i >> bit & 1) != 0 ? "aaaaaaaaAAAAAAAA" : "AAAAAAAAaaaaaaaa";
    set.insert(text);
  }
  EXPECT_EQ(set.size(), 1U << 14);
  std::size_t fullest = 0;
  for (std::size_t bucket = 0; bucket < set.bucket_count(); ++bucket) {
    fullest = std::max(fullest, set.bucket_size(bucket));
  }
  EXPECT_LT(fullest, 30U);
}

TEST(HashMap, TakesViewsForStrings) {
  HashMap<std::string, int> map{{"one", 1}};
  EXPECT_EQ(map.find(std::string_view{"one"})->second, 1);
  EXPECT_FALSE(map.contains(std::string_view{"two"}));
}

}  // namespace
}  // namespace tocsin
