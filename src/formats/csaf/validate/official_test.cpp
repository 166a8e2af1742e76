// Every example of the official test documents fails with the very test that it is made for, or passes it.
#include <algorithm>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/csaf/validate/tests.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::csaf {
namespace {

using Files = std::map<std::string, std::string>;

/// By path below the archive's folder.
std::optional<Files> official(std::string_view version) {
  Files files;
  const bool found = testing::for_each_file("csaf/oasis-tests-" + std::string{version} + ".tar.zst",
                                            [&](const std::string& name, const std::string& bytes) {
                                              const auto slash = name.find('/', name.starts_with("./") ? 2 : 0);
                                              files.emplace(name.substr(slash + 1), bytes);
                                            });
  if (!found) return std::nullopt;
  return files;
}

/// Tests of a version that are run here, where there is no dictionary.
std::set<std::string, std::less<>> test_ids(std::string_view version) {
  std::set<std::string, std::less<>> ids;
  for (const auto tests : {mandatory_tests(), recommended_tests(), informative_tests()}) {
    for (const auto& test : tests) {
      if (test.run != nullptr && !test.needs_speller && (version == "2.0" ? test.in_2_0 : test.in_2_1))
        ids.emplace(test.id);
    }
  }
  return ids;
}

std::set<std::string> paths_of(const Verdict& verdict, std::string_view test) {
  std::set<std::string> paths;
  for (const auto& each : verdict.findings) {
    if (each.test == test) paths.insert(each.path);
  }
  return paths;
}

/// Instance paths that a *.result.json lists for the example's own test.
std::set<std::string> expected_paths(const std::string& result) {
  std::set<std::string> paths;
  const auto parsed = json::parse(result);
  const auto* primary = parsed ? json::find(parsed->root(), "primary_result") : nullptr;
  if (primary == nullptr) return paths;
  for (const auto* key : {"errors", "warnings", "infos"}) {
    for (const auto& each : json::array_at(*primary, key)) paths.emplace(json::string_at(each, "instance_path"));
  }
  return paths;
}

/// Tests that tell themselves as not run, in this version.
std::set<std::string, std::less<>> told_as_not_run(std::string_view version) {
  std::set<std::string, std::less<>> ids;
  for (const auto& test : tests_of(version == "2.0" ? CsafVersion::v2_0 : CsafVersion::v2_1)) {
    if (!test.not_run.empty()) ids.emplace(test.id);
  }
  return ids;
}

/// Examples whose expected outcome contradicts the standard's own words, by file, with the reason.
std::string_view contradiction(std::string_view file) {
  // baseScore is 9.0, the temporal score; the vector's base score is 10.0, so 6.1.9 fails.
  if (file.ends_with("csaf_2_1-2024-6-1-10-13.json")) return "base score";
  // Listed as valid with values in the order for which 6-1-48-09 is to fail.
  if (file.ends_with("csaf_2_1-2024-6-1-48-19.json")) return "order of values";
  return {};
}

/// Examples that fail or pass their own test, but are listed as valid against another test's words, with that test.
std::string_view other_test_against(std::string_view file) {
  // Two products have one id.
  if (file.ends_with("csaf_2_1-2024-6-1-50-15.json")) return "6.1.2";
  // The namespace "invalid", for which 6-1-48-21 is to fail.
  if (file.ends_with("csaf_2_1-2024-6-2-34-03.json")) return "6.1.48";
  // Their only note has the category summary; 6.1.27.14 demands one of category description.
  if (file.ends_with("csaf_2_1-2024-6-2-39-02-01.json")) return "6.1.27.14";
  if (file.ends_with("csaf_2_1-2024-6-2-39-03-01.json")) return "6.1.27.14";
  // Its product is defined in an extension, which 6.1.1 does not count among the places of definitions.
  if (file.ends_with("csaf_2_1-2024-6-2-54-03-01.json")) return "6.1.1";
  return {};
}

class OfficialTests : public ::testing::TestWithParam<std::string_view> {};

TEST_P(OfficialTests, AgreeOnEveryExample) {
  const auto files = official(GetParam());
  if (!files) GTEST_SKIP() << "csaf/oasis-tests-" << GetParam() << ".tar.zst is not in TOCSIN_DATA";
  const auto cases = json::parse(files->at("testcases.json"));
  ASSERT_TRUE(cases);
  const auto known = test_ids(GetParam());
  Validator validator;
  int examples = 0;
  std::set<std::string, std::less<>> missing;
  for (const auto& test : json::array_at(cases->root(), "tests")) {
    const std::string id{json::string_at(test, "id")};
    if (!known.contains(id)) {
      missing.insert(id);
      continue;
    }
    for (const auto* kind : {"failures", "valid"}) {
      for (const auto& example : json::array_at(test, kind)) {
        const std::string name{json::string_at(example, "name")};
        if (!contradiction(name).empty()) continue;
        const auto verdict = validator.validate(files->at(name), Mode::full);
        const auto found = paths_of(verdict, id);
        ++examples;
        if (std::string_view{kind} == "valid") {
          EXPECT_TRUE(found.empty()) << id << " finds something in the valid " << name << ": " << *found.begin();
        } else {
          EXPECT_FALSE(found.empty()) << id << " finds nothing in " << name;
        }
        const auto* is_valid = json::find(example, "valid");
        if (is_valid != nullptr && is_valid->is_bool()) {
          std::string first;
          for (const auto& each : verdict.findings) {
            if (each.test == other_test_against(name)) continue;
            if (each.group == Finding::Group::schema || each.group == Finding::Group::mandatory) {
              first += each.test + " " + each.path + ": " + each.message + "\n";
            }
          }
          EXPECT_EQ(first.empty(), is_valid->get_bool()) << name << "\n" << first;
          if (const auto other = other_test_against(name); !other.empty()) {
            EXPECT_FALSE(paths_of(verdict, other).empty()) << name << " does not contradict any more";
          }
        }
        if (const auto result = json::string_at(example, "result");
            !result.empty() && files->contains(std::string{result})) {
          EXPECT_EQ(found, expected_paths(files->at(std::string{result}))) << name;
        }
      }
    }
  }
  // The draft goes on after the examples, so that tests without examples may be told as not run, too.
  EXPECT_TRUE(std::ranges::includes(told_as_not_run(GetParam()), missing)) << "a test is either run or told as not run";
  EXPECT_GT(examples, 0);
}

INSTANTIATE_TEST_SUITE_P(Csaf, OfficialTests, ::testing::Values("2.0", "2.1"),
                         [](const auto& each) { return each.param == "2.0" ? "v2_0" : "v2_1"; });

}  // namespace
}  // namespace tocsin::formats::csaf
