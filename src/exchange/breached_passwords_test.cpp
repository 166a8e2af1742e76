#include "exchange/breached_passwords.hpp"

#include <algorithm>
#include <ostream>
#include <set>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.hpp"
#include "exchange/testing.hpp"

namespace tocsin::exchange {
namespace {

using testing::TemporaryFolder;

/// "password 0", "password 1", ... with counts of all lengths, sorted by hash.
struct Entry {
  std::string hash, password;
  std::int64_t count;
};
std::vector<Entry> entries(int number) {
  std::vector<Entry> all;
  std::int64_t count = 1;
  for (int i = 0; i < number; ++i) {
    auto password = fmt::format("password {}", i);
    auto hash = sha1_hex_upper(password);
    all.push_back({std::move(hash), std::move(password), count});
    count = count > 100'000'000'000'000'000 ? 1 : count * 10 + i % 10;
  }
  std::sort(all.begin(), all.end(), [](const Entry& a, const Entry& b) { return a.hash < b.hash; });
  return all;
}
std::string text_of(const std::vector<Entry>& all, std::string_view line_end, bool final_line_end = true) {
  std::string text;
  for (const auto& each : all) text += fmt::format("{}:{}{}", each.hash, each.count, line_end);
  if (!final_line_end) text.resize(text.size() - line_end.size());
  return text;
}

struct ShapeCase {
  std::string_view name;
  int lines;
  std::string_view line_end;
  bool final_line_end;
};
void PrintTo(const ShapeCase& each, std::ostream* out) { *out << each.name; }
constexpr ShapeCase kShapes[] = {
    {"OneLine", 1, "\n", true},
    {"OneLineWithoutItsEnd", 1, "\n", false},
    {"OneLineCrLf", 1, "\r\n", true},
    {"TwoLines", 2, "\n", true},
    {"ThreeLinesWithoutTheLastEnd", 3, "\n", false},
    {"ThreeLinesCrLfWithoutTheLastEnd", 3, "\r\n", false},
    {"Many", 1000, "\n", true},
    {"ManyWithoutTheLastEnd", 1000, "\n", false},
    {"ManyCrLf", 999, "\r\n", true},
};
class Shapes : public ::testing::TestWithParam<ShapeCase> {};
TEST_P(Shapes, EveryLineIsFoundAndNothingElse) {
  const auto& shape = GetParam();
  const auto all = entries(shape.lines);
  const TemporaryFolder folder;
  const auto list =
      BreachedPasswords::open(folder.write("list.txt", text_of(all, shape.line_end, shape.final_line_end))).value();
  for (const auto& each : all) {
    EXPECT_EQ(list.count(each.password).value(), each.count);
    // Its neighbours are not in the list.
    auto next = each.hash;
    next.back() = next.back() == 'F' ? 'E' : next.back() == '9' ? 'A' : static_cast<char>(next.back() + 1);
    EXPECT_EQ(list.count_of_sha1(next).value(), 0);
  }
  EXPECT_EQ(list.count("absent").value(), 0);
  EXPECT_EQ(list.count_of_sha1(std::string(40, '0')).value(), 0);
  EXPECT_EQ(list.count_of_sha1(std::string(40, 'f')).value(), 0);
}
INSTANTIATE_TEST_SUITE_P(BreachedPasswords, Shapes, ::testing::ValuesIn(kShapes),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(BreachedPasswords, CaseOfHexDigitsDoesNotMatter) {
  const TemporaryFolder folder;
  const auto list =
      BreachedPasswords::open(folder.write("a", "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8:52256179\n")).value();
  EXPECT_EQ(list.count("password").value(), 52256179);
  EXPECT_EQ(list.count_of_sha1("5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8").value(), 52256179);
  EXPECT_EQ(list.count_of_sha1("5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8").value(), 52256179);
  for (const std::string_view hash :
       {"", "5baa", "5baa61e4c9b93f3f0682250b6cf8331b7ee68fdg", "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd80"}) {
    EXPECT_EQ(list.count_of_sha1(hash).error().code, Error::Code::invalid_input) << hash;
  }
}

TEST(BreachedPasswords, MovesAndKeepsTheOldFileWhenItIsReplaced) {
  const TemporaryFolder folder;
  const auto all = entries(50);
  const auto path = folder.write("list", text_of(all, "\n"));
  auto first = BreachedPasswords::open(path).value();
  ASSERT_EQ(::rename(folder.write("new", text_of(entries(1), "\n")).c_str(), path.c_str()), 0);
  auto second = std::move(first);
  EXPECT_EQ(second.count(all.back().password).value(), all.back().count);
  second = BreachedPasswords::open(path).value();
  EXPECT_EQ(second.count("password 49").value(), 0);
  EXPECT_EQ(second.count("password 0").value(), 1);
}

constexpr std::string_view kLow = "0000000000000000000000000000000000000001:1";
constexpr std::string_view kHigh = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFE:1";

struct RefusedCase {
  std::string_view name, bytes;
};
void PrintTo(const RefusedCase& each, std::ostream* out) { *out << each.name; }
constexpr RefusedCase kRefused[] = {
    {"Empty", ""},
    {"OnlyALineEnd", "\n"},
    {"NoCount", "0000000000000000000000000000000000000001:\n"},
    {"NoColon", "0000000000000000000000000000000000000001\n"},
    {"HashOnly", "0000000000000000000000000000000000000001"},
    {"CutOff", "0000000000000000000000000000000000000001:1\n00000000000000000000"},
    {"NegativeCount", "0000000000000000000000000000000000000001:-1\n"},
    {"CountTooLong", "0000000000000000000000000000000000000001:1234567890123456789\n"},
    {"CountIsNoNumber", "0000000000000000000000000000000000000001:1x\n"},
    {"NotHex", "000000000000000000000000000000000000000G:1\n"},
    {"NtlmHashes", "31D6CFE0D16AE931B73C59D7E0C089C0:1\n"},
    {"PlainPasswords", "password\n123456\n"},
    {"ByteOrderMark",
     "\xEF\xBB\xBF"
     "0000000000000000000000000000000000000001:1\n"},
    {"BlankLineAtTheEnd", "0000000000000000000000000000000000000001:1\n\n"},
    {"Nuls",
     std::string_view{"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 42}},
    {"NotInOrder", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFE:1\n0000000000000000000000000000000000000001:1\n"},
    {"TwiceTheSame", "0000000000000000000000000000000000000001:1\n0000000000000000000000000000000000000001:1\n"},
};
class RefusedList : public ::testing::TestWithParam<RefusedCase> {};
TEST_P(RefusedList, WhenOpening) {
  const TemporaryFolder folder;
  const auto path = folder.write("list", GetParam().bytes);
  const auto list = BreachedPasswords::open(path);
  ASSERT_FALSE(list.has_value());
  EXPECT_EQ(list.error().code, Error::Code::invalid_input) << list.error().message;
  EXPECT_EQ(list.error().where, path);
}
INSTANTIATE_TEST_SUITE_P(BreachedPasswords, RefusedList, ::testing::ValuesIn(kRefused),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(BreachedPasswords, WhatIsNoFileIsRefused) {
  const TemporaryFolder folder;
  EXPECT_EQ(BreachedPasswords::open(folder.file("missing")).error().code, Error::Code::not_found);
  EXPECT_EQ(BreachedPasswords::open(folder.path()).error().code, Error::Code::invalid_input);
  ASSERT_EQ(::mkfifo(folder.file("pipe").c_str(), 0600), 0);
  EXPECT_EQ(BreachedPasswords::open(folder.file("pipe")).error().code, Error::Code::invalid_input);
}

TEST(BreachedPasswords, DamageInTheMiddleIsAnError) {
  const TemporaryFolder folder;
  for (const auto& middle : {std::string{"not a line"}, std::string{}, std::string(10'000, 'A'),
                             std::string(10'000, '\n'), std::string(300, '\0')}) {
    const auto list = BreachedPasswords::open(folder.write("list", fmt::format("{}\n{}\n{}\n", kLow, middle, kHigh)));
    ASSERT_TRUE(list.has_value());
    const auto count = list->count("anything");
    ASSERT_FALSE(count.has_value()) << middle.size();
    EXPECT_EQ(count.error().code, Error::Code::invalid_input);
  }
}

TEST(BreachedPasswords, AnUnsortedMiddleIsNoticedOnTheWay) {
  auto all = entries(101);
  // Ordered by count, as the same list is also given out, but for the first and last line.
  std::sort(all.begin() + 1, all.end() - 1, [](const Entry& a, const Entry& b) { return a.hash > b.hash; });
  const TemporaryFolder folder;
  const auto list = BreachedPasswords::open(folder.write("list", text_of(all, "\n"))).value();
  int noticed = 0;
  for (const auto& each : all) {
    const auto count = list.count(each.password);
    if (!count && count.error().message.find("not sorted") != std::string::npos) ++noticed;
  }
  EXPECT_GT(noticed, 50);
}

TEST(BreachedPasswords, AFileThatBecomesShorterIsAnErrorNotACrash) {
  const TemporaryFolder folder;
  const auto path = folder.write("list", text_of(entries(100), "\n"));
  const auto list = BreachedPasswords::open(path).value();
  ASSERT_EQ(::truncate(path.c_str(), 10), 0);
  const auto count = list.count("password 1");
  ASSERT_FALSE(count.has_value());
  EXPECT_EQ(count.error().code, Error::Code::unavailable);
}

// Whatever single byte is changed, the answer is a number or an error.
TEST(BreachedPasswords, AnyByteMayBeWrong) {
  const TemporaryFolder folder;
  const auto all = entries(3);
  const auto text = text_of(all, "\n");
  const auto path = folder.write("list", text);
  const int file = ::open(path.c_str(), O_WRONLY);
  ASSERT_GE(file, 0);
  for (std::size_t i = 0; i < text.size(); ++i) {
    for (const char byte : {'\n', '\0', 'F', ':', '\xFF', text[i]}) {
      ASSERT_EQ(::pwrite(file, &byte, 1, static_cast<off_t>(i)), 1);
      const auto list = BreachedPasswords::open(path);
      EXPECT_TRUE(list || byte != text[i]);
      if (!list) continue;
      for (const auto& each : all) {
        if (const auto count = list->count(each.password)) {
          EXPECT_GE(*count, 0);
        }
      }
    }
  }
  ::close(file);
}

}  // namespace
}  // namespace tocsin::exchange
