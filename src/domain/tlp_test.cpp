#include "domain/tlp.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace tocsin::domain {
namespace {

struct Label {
  std::string_view name, label;
  std::optional<Tlp> tlp;
};
void PrintTo(const Label& each, std::ostream* out) { *out << '"' << each.label << '"'; }

constexpr Label kLabels[] = {
    {"Clear", "CLEAR", Tlp::clear},
    {"WhiteIsClear", "WHITE", Tlp::clear},
    {"Green", "GREEN", Tlp::green},
    {"Amber", "AMBER", Tlp::amber},
    {"AmberStrict", "AMBER+STRICT", Tlp::amber_strict},
    {"AmberStrictWithUnderscore", "AMBER_STRICT", Tlp::amber_strict},
    {"AmberStrictAsSlug", "amber-strict", Tlp::amber_strict},
    {"Red", "RED", Tlp::red},
    {"WithPrefix", "TLP:RED", Tlp::red},
    {"AnyCase", "tlp:Amber+Strict", Tlp::amber_strict},
    {"WithBlanks", "  TLP:GREEN\n", Tlp::green},
    // A marking that is not understood is for the caller to treat with care; guessing would let it out.
    {"Nothing", "", std::nullopt},
    {"OnlyThePrefix", "TLP:", std::nullopt},
    {"PrefixTwice", "TLP:TLP:RED", std::nullopt},
    {"BlankWithin", "AMBER STRICT", std::nullopt},
    {"MoreThanALabel", "GREENISH", std::nullopt},
    {"Unknown", "BLUE", std::nullopt},
};

class ParseTlp : public ::testing::TestWithParam<Label> {};
TEST_P(ParseTlp, ReadsBothVersions) { EXPECT_EQ(parse_tlp(GetParam().label), GetParam().tlp); }
INSTANTIATE_TEST_SUITE_P(Tlp, ParseTlp, ::testing::ValuesIn(kLabels),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(TlpNames, AreReadBackAndOrderedFromWideToNarrow) {
  constexpr Tlp kAll[] = {Tlp::clear, Tlp::green, Tlp::amber, Tlp::amber_strict, Tlp::red};
  for (const auto each : kAll) {
    EXPECT_EQ(parse_tlp(to_string(each)), each);
    EXPECT_EQ(parse_tlp(slug(each)), each);
  }
  EXPECT_TRUE(std::ranges::is_sorted(kAll));
  EXPECT_EQ(to_string(Tlp::amber_strict), "AMBER+STRICT");
  EXPECT_EQ(slug(Tlp::amber_strict), "amber-strict");
}

}  // namespace
}  // namespace tocsin::domain
