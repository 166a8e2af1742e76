#include "formats/cvss/score.hpp"

#include <charconv>
#include <cmath>
#include <filesystem>
#include <optional>
#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/cvss/macro_vectors.hpp"
#include "formats/cvss/metrics.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::cvss {
namespace {

Scores scores(std::string_view text) {
  const auto vector = parse_vector(text);
  EXPECT_TRUE(vector.has_value()) << text << ": " << vector.error().to_string();
  return vector ? scores_of(*vector) : Scores{};
}

constexpr int kNone = -1;  // No such score.

struct ScoreCase {
  std::string_view name, vector;
  int base, temporal, environmental;
};
void PrintTo(const ScoreCase& each, std::ostream* out) { *out << each.vector; }
constexpr ScoreCase kScoreCases[] = {
    // The worked examples of the 2.0 guide, section 3.3, with its scores.
    {"V2StopsTheServer", "AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:H", 78, 64, 92},
    {"V2RunsCode", "AV:N/AC:L/Au:N/C:C/I:C/A:C/E:F/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:L", 100, 83, 90},
    {"V2LocalOverflow", "AV:L/AC:H/Au:N/C:C/I:C/A:C/E:POC/RL:OF/RC:C/CDP:H/TD:H/CR:M/IR:M/AR:M", 62, 49, 75},
    {"V2NoImpactScoresZero", "AV:N/AC:L/Au:N/C:N/I:N/A:N", 0, kNone, kNone},
    {"V2BaseOnly", "AV:N/AC:L/Au:N/C:P/I:P/A:P", 75, kNone, kNone},
    {"V2TemporalOnly", "AV:N/AC:L/Au:S/C:C/I:C/A:C/E:F/RL:U/RC:C", 90, 86, kNone},
    {"V2NamedAsNotDefinedIsAskedFor", "AV:N/AC:L/Au:N/C:P/I:P/A:P/E:ND/TD:ND", 75, 75, 75},
    {"V2NobodyHasIt", "AV:N/AC:L/Au:N/C:C/I:C/A:C/TD:N", 100, kNone, 0},
    // The guide's equation goes below zero where little is needed and lost; a score does not.
    {"V2NeverBelowZero", "AV:L/AC:H/Au:M/C:P/I:N/A:N/CR:L", 8, kNone, 0},
    {"V3RemoteTakeover", "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98, 98, 98},
    {"V31RemoteTakeover", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98, 98, 98},
    {"V31StopsThePlantButLeaksNothing", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H", 75, 75, 75},
    {"V31NoImpactScoresZero", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:N", 0, 0, 0},
    {"V31ChangedScopeReachesTen", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 100, 100, 100},
    {"V31PrivilegesWeighMoreInAChangedScope", "CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N", 54, 54, 54},
    {"V31Temporal", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/RL:O/RC:U", 98, 78, 78},
    {"V31EnvironmentTakesTheNetworkAway", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/MAV:P/CR:L/IR:L/AR:L", 98, 98,
     50},
    {"V31EnvironmentTakesTheImpactAway", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/MC:N/MI:N/MA:N", 98, 98, 0},
    {"V4Everything", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", 100, kNone, kNone},
    {"V4OwnSystemOnly", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", 93, kNone, kNone},
    {"V4NoImpactScoresZero", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", 0, kNone, kNone},
    {"V4Mildest", "CVSS:4.0/AV:P/AC:H/AT:P/PR:H/UI:A/VC:L/VI:N/VA:N/SC:N/SI:N/SA:N/E:U/CR:L/IR:L/AR:L", 1, kNone,
     kNone},
    {"V4SafetyOfTheEnvironment", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/MSI:S", 100, kNone,
     kNone},
    // The mean of the distances ends on half a tenth: up, where floating point falls below (two published scores did).
    {"V4HalfATenthGoesUp", "CVSS:4.0/AV:N/AC:H/AT:P/PR:H/UI:A/VC:L/VI:H/VA:N/SC:N/SI:N/SA:N", 57, kNone, kNone},
    {"V4SupplementalChangesNothing", "CVSS:4.0/AV:N/AC:L/AT:P/PR:H/UI:N/VC:N/VI:N/VA:N/SC:H/SI:H/SA:N/RE:L/U:Green", 51,
     kNone, kNone},
};
class ComputedScore : public ::testing::TestWithParam<ScoreCase> {};
TEST_P(ComputedScore, MatchesTheSpecification) {
  const auto& expected = GetParam();
  const auto got = scores(expected.vector);
  EXPECT_EQ(got.base_tenths, expected.base);
  EXPECT_EQ(got.temporal_tenths.value_or(kNone), expected.temporal);
  EXPECT_EQ(got.environmental_tenths.value_or(kNone), expected.environmental);
}
INSTANTIATE_TEST_SUITE_P(Cvss, ComputedScore, ::testing::ValuesIn(kScoreCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(ComputedScore, Of31HasItsOwnFormulaForAModifiedChangedScope) {
  // Also where no environmental metric is defined.
  EXPECT_EQ(scores("CVSS:3.0/AV:N/AC:L/PR:L/UI:R/S:C/C:H/I:H/A:H").environmental_tenths, 90);
  EXPECT_EQ(scores("CVSS:3.1/AV:N/AC:L/PR:L/UI:R/S:C/C:H/I:H/A:H").environmental_tenths, 91);
}

TEST(Nomenclature, NamesTheGroupsThatCount) {
  const std::string base = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
  EXPECT_EQ(scores(base).nomenclature, "CVSS-B");
  EXPECT_EQ(scores(base + "/S:P/U:Red").nomenclature, "CVSS-B");
  EXPECT_EQ(scores(base + "/E:X/CR:X").nomenclature, "CVSS-B");
  EXPECT_EQ(scores(base + "/E:P").nomenclature, "CVSS-BT");
  EXPECT_EQ(scores(base + "/MAV:L").nomenclature, "CVSS-BE");
  EXPECT_EQ(scores(base + "/E:U/CR:L").nomenclature, "CVSS-BTE");
  EXPECT_EQ(scores("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H").nomenclature, "");
}

TEST(MacroVectors, AreTwoHundredAndSeventy) {
  int known = 0;
  for (const auto each : kMacroVectorTenths) known += each == kNoMacroVector ? 0 : 1;
  EXPECT_EQ(known, 270);
  EXPECT_EQ(tenths_of({0, 0, 0, 0, 0, 0}), 100);
  EXPECT_EQ(tenths_of({2, 1, 2, 2, 2, 1}), 1);
  EXPECT_EQ(tenths_of({0, 0, 2, 0, 0, 0}), -1);
  EXPECT_EQ(tenths_of({3, 0, 0, 0, 0, 0}), -1);
  EXPECT_EQ(tenths_of({0, 0, 0, 0, -1, 0}), -1);
}

// Whatever becomes worse by one metric never scores less: holds for every base vector of 4.0.
TEST(ComputedScore, NeverFallsWhenABaseMetricOf40BecomesWorse) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kWorstFirst = {{{"AV", "NALP"},
                                                                                          {"AC", "LH"},
                                                                                          {"AT", "NP"},
                                                                                          {"PR", "NLH"},
                                                                                          {"UI", "NPA"},
                                                                                          {"VC", "HLN"},
                                                                                          {"VI", "HLN"},
                                                                                          {"VA", "HLN"},
                                                                                          {"SC", "HLN"},
                                                                                          {"SI", "HLN"},
                                                                                          {"SA", "HLN"}}};
  const auto text = [&](const std::array<std::size_t, 11>& at) {
    std::string out = "CVSS:4.0";
    for (std::size_t i = 0; i < at.size(); ++i) {
      out += fmt::format("/{}:{}", kWorstFirst[i].first, kWorstFirst[i].second[at[i]]);
    }
    return out;
  };
  // A walk of all vectors in steps of a prime number: every value of every metric beside every other of the next.
  constexpr std::size_t kVectors = std::size_t{4} * 2 * 2 * 3 * 3 * 3 * 3 * 3 * 3 * 3 * 3;
  for (std::size_t number = 0; number < kVectors; number += 97) {
    std::array<std::size_t, 11> at{};
    auto rest = number;
    for (std::size_t i = 0; i < at.size(); ++i) {
      at[i] = rest % kWorstFirst[i].second.size();
      rest /= kWorstFirst[i].second.size();
    }
    const auto score = scores(text(at)).base_tenths;
    ASSERT_GE(score, 0);
    ASSERT_LE(score, 100);
    for (std::size_t i = 0; i < at.size(); ++i) {
      if (at[i] == 0) continue;
      auto worse = at;
      --worse[i];
      EXPECT_GE(scores(text(worse)).base_tenths, score) << text(at) << " against " << text(worse);
    }
  }
}

struct CanonicalCase {
  std::string_view name, typed, expected;
};
void PrintTo(const CanonicalCase& each, std::ostream* out) { *out << each.typed; }
constexpr CanonicalCase kCanonicalCases[] = {
    {"Brackets", "(AV:N/AC:M/Au:S/C:P/I:N/A:C)", "AV:N/AC:M/Au:S/C:P/I:N/A:C"},
    {"OrderOf2", "TD:L/AV:N/AC:M/Au:S/C:P/I:N/A:C/RL:ND/E:F", "AV:N/AC:M/Au:S/C:P/I:N/A:C/E:F/TD:L"},
    {"OrderOf30", "CVSS:3.0/S:U/AV:N/AC:L/PR:H/UI:N/C:L/I:L/A:N/E:F/RL:X",
     "CVSS:3.0/AV:N/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:N/E:F"},
    {"SameIn31", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"},
    {"OrderOf40", "CVSS:4.0/U:Red/E:A/MAV:X/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N",
     "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:A/U:Red"},
};
class Canonical : public ::testing::TestWithParam<CanonicalCase> {};
TEST_P(Canonical, IsTheSpecificationsForm) {
  const auto vector = parse_vector(GetParam().typed);
  ASSERT_TRUE(vector.has_value()) << vector.error().to_string();
  EXPECT_EQ(canonical(*vector), GetParam().expected);
  EXPECT_EQ(canonical(*parse_vector(GetParam().expected)), GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(Cvss, Canonical, ::testing::ValuesIn(kCanonicalCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(ScoreText, HasOneDecimal) {
  EXPECT_EQ(score_text(0), "0.0");
  EXPECT_EQ(score_text(7), "0.7");
  EXPECT_EQ(score_text(100), "10.0");
}

// ---- The shared vectors
// ----------------------------------------------------------------------------------------------

int tenths(double number) { return static_cast<int>(std::lround(number * 10)); }

/// "(9.0, 8.6, None)", "(9.2,)" or "0.0".
std::vector<std::optional<int>> listed(std::string_view text) {
  std::vector<std::optional<int>> numbers;
  std::string spaced{text};
  for (auto& c : spaced) c = c == '(' || c == ')' || c == ',' ? ' ' : c;
  std::istringstream words(spaced);
  for (std::string word; words >> word;) {
    if (word == "None") {
      numbers.emplace_back();
    } else {
      numbers.emplace_back(tenths(std::stod(word)));
    }
  }
  return numbers;
}

TEST(SharedVectors, OfTheListsScoreExactly) {
  const auto folder = testing::data_root() / "cvss";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is absent";
  std::size_t vectors = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with("vectors_") || !name.ends_with(".txt")) continue;
    std::istringstream lines(testing::read_file(entry.path()));
    for (std::string line; std::getline(lines, line);) {
      const auto at = line.find(" - ");
      if (at == std::string::npos) continue;
      const auto got = scores(line.substr(0, at));
      const auto expected = listed(line.substr(at + 3));
      ASSERT_TRUE(expected.size() == 1 || expected.size() == 3) << line;
      EXPECT_EQ(got.base_tenths, expected[0]) << name << ": " << line;
      if (expected.size() == 3) {
        EXPECT_EQ(got.temporal_tenths, expected[1]) << name << ": " << line;
        EXPECT_EQ(got.environmental_tenths, expected[2]) << name << ": " << line;
      }
      ++vectors;
    }
  }
  EXPECT_GE(vectors, 3835U);
}

double number_at(const boost::json::value& object, std::string_view key) {
  const auto* found = json::find(object, key);
  return found != nullptr && found->is_number() ? found->to_number<double>() : -1;
}

TEST(SharedVectors, OfTwoImplementationsThatAgreeScoreExactly) {
  const auto text = testing::uncompressed("cvss/more-vectors.json.gz");
  if (!text) GTEST_SKIP() << "cvss/more-vectors.json.gz is absent";
  const auto parsed = json::parse(*text);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().to_string();

  std::size_t vectors = 0;
  for (const auto& each : json::array_at(parsed->root(), "vectors")) {
    const auto vector = json::string_at(each, "vector");
    const auto got = scores(vector);
    EXPECT_EQ(to_string(got.version), json::string_at(each, "version")) << vector;
    if (got.version == Version::v4_0) {
      EXPECT_EQ(got.base_tenths, tenths(number_at(each, "score"))) << vector;
      EXPECT_EQ(got.macro_vector, json::string_at(each, "macrovector")) << vector;
    } else {
      EXPECT_EQ(got.base_tenths, tenths(number_at(each, "base"))) << vector;
      if (const auto temporal = number_at(each, "temporal"); temporal >= 0) {
        EXPECT_EQ(got.temporal_tenths, tenths(temporal)) << vector;
      }
      if (const auto environmental = number_at(each, "environmental"); environmental >= 0) {
        EXPECT_EQ(got.environmental_tenths, tenths(environmental)) << vector;
      }
    }
    ++vectors;
  }
  EXPECT_GE(vectors, 4495U);

  std::size_t contradictions = 0, published = 0;
  for (const auto& each : json::array_at(parsed->root(), "published_vectors")) {
    const auto vector = json::string_at(each, "vector");
    const auto got = scores(vector);
    EXPECT_EQ(got.base_tenths, tenths(number_at(each, "computed"))) << vector;
    const bool agrees = got.base_tenths == tenths(number_at(each, "published"));
    if (!agrees) ++contradictions;
    if (agrees) EXPECT_EQ(got.severity(), parse_severity(json::string_at(each, "publishedSeverity"))) << vector;
    ++published;
  }
  EXPECT_GE(published, 1166U);
  EXPECT_EQ(contradictions, 2U) << "two publishers rounded half a tenth down";

  std::size_t cases = 0;
  for (const auto& each : json::array_at(parsed->root(), "parse_cases")) {
    const auto* valid = json::find(each, "valid");
    ASSERT_TRUE(valid != nullptr && valid->is_bool());
    EXPECT_EQ(parse_vector(json::string_at(each, "vector")).has_value(), valid->as_bool())
        << json::string_at(each, "name");
    ++cases;
  }
  EXPECT_GE(cases, 12U);
}

}  // namespace
}  // namespace tocsin::formats::cvss
