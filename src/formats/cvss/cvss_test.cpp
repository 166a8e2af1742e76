#include "formats/cvss/cvss.hpp"

#include <filesystem>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/cvss/metrics.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::cvss {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::vector<std::string> short_form(const Vector& vector) {
  std::vector<std::string> fields;
  for (const auto& each : vector.metrics) fields.push_back(std::string{each.metric} + ':' + std::string{each.value});
  return fields;
}

TEST(ParseVector, ReadsEachVersion) {
  EXPECT_EQ(parse_vector("AV:N/AC:L/Au:N/C:C/I:C/A:C")->version, Version::v2_0);
  EXPECT_EQ(parse_vector("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")->version, Version::v3_0);
  EXPECT_EQ(parse_vector("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")->version, Version::v3_1);
  EXPECT_EQ(parse_vector("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N")->version, Version::v4_0);
}

TEST(ParseVector, ReadsTheBracketsOf20) {
  const auto vector = parse_vector("(AV:N/AC:M/Au:S/C:P/I:N/A:C)");
  ASSERT_TRUE(vector.has_value());
  EXPECT_THAT(short_form(*vector), ElementsAre("AV:N", "AC:M", "Au:S", "C:P", "I:N", "A:C"));
}

TEST(ParseVector, OrdersMetricsAsTheSpecificationDoes) {
  const auto vector = parse_vector("CVSS:3.1/A:H/I:L/C:N/S:U/UI:R/PR:L/AC:H/AV:P");
  ASSERT_TRUE(vector.has_value());
  EXPECT_THAT(short_form(*vector), ElementsAre("AV:P", "AC:H", "PR:L", "UI:R", "S:U", "C:N", "I:L", "A:H"));
}

TEST(ParseVector, LeavesOutWhatIsNotDefined) {
  const auto v3 = parse_vector("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:X/RL:O/MAV:X/CR:H");
  ASSERT_TRUE(v3.has_value());
  EXPECT_THAT(short_form(*v3), ElementsAre("AV:N", "AC:L", "PR:N", "UI:N", "S:U", "C:H", "I:H", "A:H", "RL:O", "CR:H"));
  const auto v2 = parse_vector("AV:N/AC:L/Au:N/C:C/I:C/A:C/E:ND/RL:OF/CDP:ND");
  ASSERT_TRUE(v2.has_value());
  EXPECT_EQ(v2->metrics.back().value, "OF");
}

TEST(ParseVector, ExplainsInPlainWords) {
  const auto vector = parse_vector("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H");
  ASSERT_TRUE(vector.has_value());
  const auto& reach = vector->metrics[0];
  EXPECT_EQ(reach.metric_name, "Attack Vector");
  EXPECT_EQ(reach.group, "Base");
  EXPECT_EQ(reach.value_name, "Network");
  EXPECT_THAT(std::string{reach.explanation}, HasSubstr("from anywhere"));
  EXPECT_EQ(reach.weight, 3);
  EXPECT_EQ(vector->metrics[5].weight, 0);
  EXPECT_EQ(vector->metrics[7].value_name, "High");
}

TEST(ParseVector, ExplainsSupplementalAndThreatMetricsOf40) {
  const auto vector = parse_vector(
      "CVSS:4.0/AV:A/AC:H/AT:P/PR:L/UI:P/VC:L/VI:N/VA:H/SC:N/SI:L/SA:H/E:A/MSI:S/S:P/AU:Y/R:I/V:C/RE:H/U:Red");
  ASSERT_TRUE(vector.has_value());
  std::set<std::string_view> groups;
  for (const auto& each : vector->metrics) groups.insert(each.group);
  EXPECT_THAT(groups, ElementsAre("Base", "Environmental", "Supplemental", "Threat"));
  EXPECT_EQ(vector->metrics.back().value_name, "Red");
}

struct Refusal {
  std::string_view name, vector, where;
};
void PrintTo(const Refusal& each, std::ostream* out) { *out << each.vector; }
constexpr Refusal kRefusals[] = {
    {"Empty", "", "1"},
    {"Prose", "not a vector", "1"},
    {"UnknownVersion", "CVSS:3.2/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "1"},
    {"PrefixOnly", "CVSS:3.1/", "10"},
    {"MissingBaseMetric", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H", "41"},
    {"RepeatedMetric", "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "15"},
    {"RepeatedNotDefined", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:X/E:X", "50"},
    {"UnknownMetric", "CVSS:3.1/AV:N/XX:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "15"},
    {"MetricOfAnotherVersion", "CVSS:3.1/AV:N/AC:L/Au:N/PR:N/UI:N/S:U/C:H/I:H/A:H", "20"},
    {"UnknownValue", "CVSS:3.1/AV:Q/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "13"},
    {"EmptyValue", "CVSS:3.1/AV:/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "13"},
    {"NotDefinedBaseMetric", "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "13"},
    {"NotDefinedOfAnotherVersion", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:ND", "48"},
    {"LowerCase", "CVSS:3.1/av:n/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "10"},
    {"DoubleSlash", "CVSS:3.1/AV:N//AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "15"},
    {"TrailingSlash", "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/", "46"},
    {"Blank", "CVSS:3.1/AV:N/ AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "15"},
    {"OpenBracket", "(AV:N/AC:L/Au:N/C:C/I:C/A:C", "28"},
    {"BracketsWithPrefix", "(CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H)", "2"},
    {"EmptyBrackets", "()", "2"},
    {"SafetyInAnUnmodified40Metric", "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:S/SA:N", "58"},
};
class RefusedVector : public ::testing::TestWithParam<Refusal> {};
TEST_P(RefusedVector, NamesTheColumn) {
  const auto vector = parse_vector(GetParam().vector);
  ASSERT_FALSE(vector.has_value());
  EXPECT_EQ(vector.error().code, Error::Code::invalid_input);
  EXPECT_EQ(vector.error().where, GetParam().where) << vector.error().message;
}
INSTANTIATE_TEST_SUITE_P(Cvss, RefusedVector, ::testing::ValuesIn(kRefusals),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(ParseVector, HasALimitOfBytes) {
  std::string text = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
  text.resize(kVectorBytesMax, ' ');
  EXPECT_EQ(parse_vector(text).error().code, Error::Code::invalid_input);
  text += ' ';
  EXPECT_EQ(parse_vector(text).error().code, Error::Code::too_large);
}

TEST(ParseVector, QuotesOnlyPrintableText) {
  const auto vector = parse_vector("CVSS:3.1/AV:\x1b[31m\xff");
  ASSERT_FALSE(vector.has_value());
  EXPECT_EQ(vector.error().message, "metric AV has no value '?[31m?'");
}

class EveryVersion : public ::testing::TestWithParam<Version> {};
TEST_P(EveryVersion, HasCompleteTables) {
  const auto metrics = metrics_of(GetParam());
  std::set<std::string_view> names;
  for (const auto& metric : metrics) {
    EXPECT_TRUE(names.insert(metric.metric).second) << metric.metric;
    EXPECT_FALSE(metric.name.empty());
    std::set<std::string_view> values;
    for (const auto& value : metric.values) {
      EXPECT_TRUE(values.insert(value.value).second) << metric.metric << value.value;
      EXPECT_TRUE(value.explanation.ends_with('.')) << metric.metric << value.value;
      EXPECT_GE(value.weight, 0);
      EXPECT_LE(value.weight, 3);
    }
    EXPECT_FALSE(values.contains(not_defined(GetParam()))) << metric.metric;
    EXPECT_GE(values.size(), 2U);
  }
}
INSTANTIATE_TEST_SUITE_P(Cvss, EveryVersion,
                         ::testing::Values(Version::v2_0, Version::v3_0, Version::v3_1, Version::v4_0),
                         [](const auto& each) {
                           return "V" + std::string{to_string(each.param).substr(0, 1)} + "_" +
                                  std::string{to_string(each.param).substr(2)};
                         });

TEST(Severity, FollowsTheBands) {
  EXPECT_EQ(severity_of(0, Version::v3_1), Severity::none);
  EXPECT_EQ(severity_of(1, Version::v3_1), Severity::low);
  EXPECT_EQ(severity_of(39, Version::v4_0), Severity::low);
  EXPECT_EQ(severity_of(40, Version::v3_0), Severity::medium);
  EXPECT_EQ(severity_of(69, Version::v3_1), Severity::medium);
  EXPECT_EQ(severity_of(70, Version::v3_1), Severity::high);
  EXPECT_EQ(severity_of(89, Version::v3_1), Severity::high);
  EXPECT_EQ(severity_of(90, Version::v3_1), Severity::critical);
  EXPECT_EQ(severity_of(100, Version::v2_0), Severity::high);
  EXPECT_EQ(severity_of(69, Version::v2_0), Severity::medium);
  EXPECT_EQ(severity_of(39, Version::v2_0), Severity::low);
}

TEST(Severity, IsReadInAnyCase) {
  EXPECT_EQ(parse_severity("CRITICAL"), Severity::critical);
  EXPECT_EQ(parse_severity("Medium"), Severity::medium);
  EXPECT_EQ(parse_severity("none"), Severity::none);
  EXPECT_EQ(parse_severity("important"), std::nullopt);
  EXPECT_EQ(parse_severity(""), std::nullopt);
  EXPECT_EQ(parse_severity("HIGHER"), std::nullopt);
}

TEST(ParseVector, ReadsEveryVectorOfTheSharedLists) {
  const auto folder = testing::data_root() / "cvss";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << folder << " is absent";
  std::size_t vectors = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with("vectors_") || !name.ends_with(".txt")) continue;
    std::istringstream lines(testing::read_file(entry.path()));
    for (std::string line; std::getline(lines, line);) {
      const auto text = line.substr(0, line.find(' '));
      if (text.empty()) continue;
      const auto vector = parse_vector(text);
      ASSERT_TRUE(vector.has_value()) << name << ": " << text << ": " << vector.error().to_string();
      ++vectors;
      // Every metric that the text defines comes out, and no other.
      std::size_t defined = 0;
      const auto fields = text.starts_with("CVSS:") ? text.substr(text.find('/') + 1) : text;
      std::istringstream parts(fields);
      for (std::string field; std::getline(parts, field, '/');) {
        if (field.substr(field.find(':') + 1) != not_defined(vector->version)) ++defined;
      }
      EXPECT_EQ(vector->metrics.size(), defined) << text;
    }
  }
  EXPECT_GE(vectors, 3835U);
}

}  // namespace
}  // namespace tocsin::formats::cvss
