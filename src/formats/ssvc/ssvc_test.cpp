#include "formats/ssvc/ssvc.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::ssvc {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct SelectionCase {
  std::string_view name, name_space, key, version;
  std::vector<std::string_view> values;
  Fault fault;
  std::size_t value = 0;
};
void PrintTo(const SelectionCase& each, std::ostream* out) { *out << each.name_space << ' ' << each.key; }
const SelectionCase kSelectionCases[] = {
    {"OneValue", "ssvc", "E", "1.1.0", {"P"}, Fault::none},
    {"AllValuesInOrder", "ssvc", "SI", "2.0.0", {"N", "M", "R", "C"}, Fault::none},
    {"SomeValuesInOrder", "ssvc", "SI", "2.0.0", {"N", "C"}, Fault::none},
    {"WrongOrder", "ssvc", "SI", "2.0.0", {"N", "C", "R"}, Fault::wrong_order, 2},
    {"RepeatedValue", "ssvc", "SI", "2.0.0", {"N", "M", "N"}, Fault::repeated_value, 2},
    {"ValueOfALaterVersion", "ssvc", "MI", "1.0.0", {"N", "D"}, Fault::unknown_value, 1},
    {"ValueInAnotherCase", "ssvc", "E", "1.1.0", {"p"}, Fault::unknown_value, 0},
    {"UnknownVersion", "ssvc", "E", "9.0.0", {"P"}, Fault::unknown_version},
    {"UnknownKey", "ssvc", "ZZZ", "1.0.0", {"P"}, Fault::unknown_decision_point},
    {"KeyOfAnotherNamespace", "cisa", "SI", "2.0.0", {"N"}, Fault::unknown_decision_point},
    {"GrandfatheredKey", "cisa", "CISA", "1.1.0", {"T", "T*"}, Fault::none},
    {"RegisteredWithFragment", "nist#800-30", "P_5X", "1.0.0", {}, Fault::none},
    {"ExtensionKeepsTheValues", "ssvc//.example.test#plant", "SI", "2.0.0", {"M", "R"}, Fault::none},
    {"ExtensionAddsAValue", "ssvc//.example.test#plant", "SI", "2.0.0", {"S"}, Fault::unknown_value, 0},
    {"TranslationChangesTheOrder", "ssvc//.example.test$en-CA", "SI", "2.0.0", {"M", "C", "R"}, Fault::wrong_order, 2},
    {"OwnNamespace", "x_example.test#plant", "SI", "1.9.7", {"S", "R"}, Fault::none},
    {"UnknownNamespace", "nobody", "SI", "1.0.0", {"S"}, Fault::none},
    {"UnknownFragmentOfARegisteredOne", "ssvc#plant", "ZZZ", "1.0.0", {"S"}, Fault::none},
    {"ReservedForTests", "test", "ANY", "2.0.0", {"A"}, Fault::none},
    {"ReservedForDocumentation", "example/de-DE", "ANY", "2.0.0", {"A"}, Fault::none},
    {"ReservedAsInvalid", "invalid", "E", "1.1.0", {"P"}, Fault::forbidden_namespace},
    {"ReservedAsInvalidToo", "x_invalid#plant", "E", "1.1.0", {"P"}, Fault::forbidden_namespace},
    {"Empty", "", "", "", {}, Fault::none},
};
class Selection : public ::testing::TestWithParam<SelectionCase> {};
TEST_P(Selection, IsJudged) {
  const auto& each = GetParam();
  const auto verdict = check_selection(each.name_space, each.key, each.version, each.values);
  EXPECT_EQ(verdict.fault, each.fault);
  EXPECT_EQ(verdict.value, each.value);
}
INSTANTIATE_TEST_SUITE_P(Ssvc, Selection, ::testing::ValuesIn(kSelectionCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Namespace, IsCutIntoBaseExtensionsAndLanguages) {
  const auto plain = read_namespace("ssvc");
  EXPECT_EQ(plain.base, "ssvc");
  EXPECT_FALSE(plain.has_extension());
  EXPECT_EQ(plain.standing, Standing::registered);

  const auto extended = read_namespace("ssvc/de-DE/.example.test#plant/en-GB");
  EXPECT_EQ(extended.base, "ssvc");
  EXPECT_EQ(extended.extensions, "/de-DE/.example.test#plant/en-GB");
  EXPECT_THAT(extended.languages, ElementsAre("de-DE", "en-GB"));
  EXPECT_EQ(extended.standing, Standing::registered);

  EXPECT_THAT(read_namespace("ssvc//.example.test#plant$de-DE").languages, ElementsAre("de-DE"));
  EXPECT_THAT(read_namespace("ssvc//.example.test#plant").languages, IsEmpty());
  EXPECT_EQ(read_namespace("nist#800-30/de").base, "nist#800-30");
  EXPECT_EQ(read_namespace("nist#800-30/de").standing, Standing::registered);
  EXPECT_EQ(read_namespace("x_example.test#plant").standing, Standing::unregistered);
  EXPECT_EQ(read_namespace("x_example").standing, Standing::example);
  EXPECT_EQ(read_namespace("test//.example.test#plant").standing, Standing::test);
  EXPECT_EQ(read_namespace("SSVC").standing, Standing::unknown);
  EXPECT_TRUE(read_namespace("/").has_extension());
}

TEST(DecisionPoints, HaveALatestVersionByNumber) {
  EXPECT_EQ(latest_version("ssvc", "MI"), "2.0.0");
  EXPECT_EQ(latest_version("ssvc", "SI"), "2.0.1");
  EXPECT_EQ(latest_version("ssvc", "ZZZ"), "");
  EXPECT_EQ(latest_version("nobody", "MI"), "");
}

TEST(DecisionPoints, AreSortedAndWhole) {
  std::set<std::tuple<std::string_view, std::string_view, std::string_view>> seen;
  for (const auto& point : decision_points()) {
    EXPECT_TRUE(seen.emplace(point.name_space, point.key, point.version).second) << point.key;
    EXPECT_FALSE(point.values.empty()) << point.key;
    EXPECT_FALSE(point.name.empty()) << point.key;
    EXPECT_EQ(find_decision_point(point.name_space, point.key, point.version), &point);
    EXPECT_EQ(read_namespace(point.name_space).standing, Standing::registered);
  }
  EXPECT_GE(seen.size(), 147U);
}

TEST(DecisionPoints, AreThoseOfTheSharedRegistry) {
  std::size_t points = 0;
  const auto read = [&](const std::string& name, const std::string& bytes) {
    if (name.find("json/decision_points/") == std::string::npos || name.find("/x_") != std::string::npos) return;
    const auto parsed = json::parse(bytes);
    ASSERT_TRUE(parsed.has_value()) << name;
    const auto& root = parsed->root();
    // The folder once held the rating scale under another key; the registry is what counts.
    const auto* point = find_decision_point(json::string_at(root, "namespace"), json::string_at(root, "key"),
                                            json::string_at(root, "version"));
    if (point == nullptr) {
      EXPECT_EQ(json::string_at(root, "name"), "CVSS Qualitative Severity Rating Scale") << name;
      return;
    }
    ++points;
    std::size_t at = 0;
    for (const auto& value : json::array_at(root, "values")) {
      ASSERT_LT(at, point->values.size()) << name;
      EXPECT_EQ(point->values[at].key, json::string_at(value, "key")) << name;
      ++at;
    }
    EXPECT_EQ(at, point->values.size()) << name;
  };
  if (!testing::for_each_file("vuln/ssvc.tar.zst", read)) GTEST_SKIP() << "vuln/ssvc.tar.zst is absent";
  EXPECT_GE(points, 140U);
}

}  // namespace
}  // namespace tocsin::formats::ssvc
