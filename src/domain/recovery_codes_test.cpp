#include "domain/recovery_codes.hpp"

#include <ostream>
#include <set>

#include <gtest/gtest.h>

#include "base/hash.hpp"

namespace tocsin::domain::recovery_codes {
namespace {

TEST(RecoveryCodes, AreTenDifferentOnesInGroups) {
  std::set<std::string> seen;
  std::set<char> characters;
  for (int round = 0; round < 50; ++round) {
    const auto codes = make();
    ASSERT_EQ(codes.size(), 10U);
    for (const auto& code : codes) {
      ASSERT_EQ(code.size(), 19U) << code;
      for (std::size_t i = 0; i < code.size(); ++i) {
        EXPECT_EQ(code[i] == '-', i % 5 == 4) << code;
        characters.insert(code[i]);
      }
      seen.insert(code);
    }
  }
  EXPECT_EQ(seen.size(), 500U);
  // All 32, the dash, and none that is misread.
  EXPECT_EQ(characters.size(), 33U);
  for (const char c : {'I', 'L', 'O', 'U'}) EXPECT_FALSE(characters.contains(c)) << c;
}

struct FoldCase {
  std::string_view name, typed, folded;
};
void PrintTo(const FoldCase& each, std::ostream* out) { *out << each.typed; }
constexpr FoldCase kFoldCases[] = {
    {"AsShown", "7K3Q-M9TX-0ARB-W5HE", "7K3QM9TX0ARBW5HE"},
    {"LowerCase", "7k3q-m9tx-0arb-w5he", "7K3QM9TX0ARBW5HE"},
    {"Blanks", " 7K3Q M9TX\t0ARB  W5HE\r\n", "7K3QM9TX0ARBW5HE"},
    {"Nothing", "7K3QM9TX0ARBW5HE", "7K3QM9TX0ARBW5HE"},
    {"OtherDashes", "7K3Q–M9TX—0ARB−W5HE", "7K3QM9TX0ARBW5HE"},
    {"NoBreakSpaces", "7K3Q\u00A0M9TX\u00A00ARB\u00A0W5HE", "7K3QM9TX0ARBW5HE"},
    {"MisreadLetters", "oOiI-lL01-ABCD-EFGH", "0011 1101ABCDEFGH"},
    {"TooShort", "7K3Q-M9TX-0ARB-W5H", ""},
    {"TooLong", "7K3Q-M9TX-0ARB-W5HEE", ""},
    {"ForeignLetter", "7K3Q-M9TX-0ARB-W5HU", ""},
    {"ForeignSign", "7K3Q-M9TX-0ARB-W5H!", ""},
    {"Empty", "", ""},
    {"OnlyDashes", "----------------", ""},
    {"Ideograph", "漢K3Q-M9TX-0ARB-W5HE", ""},
};
class Fold : public testing::TestWithParam<FoldCase> {};
TEST_P(Fold, ReadsWhatPeopleType) {
  auto expected = std::string{GetParam().folded};
  std::erase(expected, ' ');
  EXPECT_EQ(fold(GetParam().typed), expected);
  EXPECT_EQ(hash(GetParam().typed), expected.empty() ? "" : sha256_hex(expected));
  if (!expected.empty()) EXPECT_EQ(fold(expected), expected);
}
INSTANTIATE_TEST_SUITE_P(RecoveryCodes, Fold, testing::ValuesIn(kFoldCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(RecoveryCodes, AreFoundByTheirHashes) {
  const auto codes = make();
  std::vector<std::string> hashes;
  for (const auto& code : codes) hashes.push_back(hash(code));
  for (std::size_t i = 0; i < codes.size(); ++i) {
    EXPECT_EQ(find(hashes, codes[i]), i);
    EXPECT_EQ(find(hashes, " " + fold(codes[i])), i);
    EXPECT_EQ(find(hashes, hashes[i]), std::nullopt) << "a hash is no code";
  }
  EXPECT_EQ(find(hashes, make()[0]), std::nullopt);
  EXPECT_EQ(find({}, codes[0]), std::nullopt);
  hashes[3].clear();
  EXPECT_EQ(find(hashes, codes[3]), std::nullopt);
  EXPECT_EQ(find(hashes, ""), std::nullopt) << "nothing typed is not a used code";
  EXPECT_EQ(find(hashes, "wrong"), std::nullopt);
  EXPECT_EQ(find(hashes, std::string(1'000'000, 'A')), std::nullopt);
}

}  // namespace
}  // namespace tocsin::domain::recovery_codes
