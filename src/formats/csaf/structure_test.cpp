#include "formats/csaf/structure.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::csaf {
namespace {

std::string read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

const std::filesystem::path kTestdata = std::filesystem::path{TOCSIN_SOURCE_DIR} / "src/formats/csaf/testdata";

/// Findings of a document in bytes.
std::vector<Finding> check(std::string_view bytes) {
  TapeReader reader;
  const auto root = reader.read(bytes);
  EXPECT_TRUE(root.has_value());
  return root ? check_structure(*root) : std::vector<Finding>{};
}

/// A fixture with one member set to another JSON text, or removed where the text is empty.
std::vector<Finding> check_changed(std::string_view fixture, std::string_view pointer, std::string_view json_text) {
  const auto parsed = json::parse(read(kTestdata / fixture));
  EXPECT_TRUE(parsed.has_value());
  boost::json::value root = parsed->root();
  const auto slash = pointer.rfind('/');
  const std::string key{pointer.substr(slash + 1)};
  auto* parent = const_cast<boost::json::value*>(json::at_pointer(root, pointer.substr(0, slash)));
  EXPECT_NE(parent, nullptr) << pointer;
  if (parent == nullptr) return {};
  if (json_text.empty()) {
    parent->as_object().erase(key);
  } else if (parent->is_array()) {
    parent->as_array()[std::stoul(key)] = boost::json::parse(std::string{json_text});
  } else {
    parent->as_object()[key] = boost::json::parse(std::string{json_text});
  }
  return check(json::write(root));
}

struct Refusal {
  std::string_view name, fixture, pointer, json;  ///< `json` empty: removed.
  std::string_view found_at, message;
};
void PrintTo(const Refusal& each, std::ostream* out) { *out << each.pointer << " = " << each.json; }

constexpr Refusal kRefusals[] = {
    {"TitleMissing", "full-2.0.json", "/document/title", "", "/document/title", "required"},
    {"TitleEmpty", "full-2.0.json", "/document/title", "\"\"", "/document/title", "not empty"},
    {"TitleIsNumber", "full-2.0.json", "/document/title", "7", "/document/title", "expected a string, found a number"},
    {"CategoryStartsWithBlank", "full-2.0.json", "/document/category", "\" x\"", "/document/category", "form"},
    {"StatusUnknown", "full-2.0.json", "/document/tracking/status", "\"done\"", "/document/tracking/status", "draft"},
    {"VersionNotOne", "full-2.0.json", "/document/tracking/version", "\"1.x\"", "/document/tracking/version", "form"},
    {"DateWithoutTime", "full-2.0.json", "/document/tracking/current_release_date", "\"2022-05-10\"",
     "/document/tracking/current_release_date", "date and time"},
    {"NamespaceRelative", "full-2.0.json", "/document/publisher/namespace", "\"example\"",
     "/document/publisher/namespace", "URI"},
    {"NamespaceWithScript", "full-2.0.json", "/document/publisher/namespace", "\"https://x/<script>\"",
     "/document/publisher/namespace", "URI"},
    {"PublisherIsArray", "full-2.0.json", "/document/publisher", "[]", "/document/publisher", "an object"},
    {"TlpOfTheOtherVersion", "full-2.0.json", "/document/distribution/tlp/label", "\"CLEAR\"",
     "/document/distribution/tlp/label", "WHITE"},
    {"CveMisspelled", "full-2.0.json", "/vulnerabilities/0/cve", "\"CVE-19-1\"", "/vulnerabilities/0/cve", "form"},
    {"NotesEmpty", "full-2.0.json", "/document/notes", "[]", "/document/notes", "at least 1 element"},
    {"CsafVersionUnknown", "full-2.0.json", "/document/csaf_version", "\"1.2\"", "/document/csaf_version", "2.1"},
    {"UnknownMember", "full-2.1.json", "/document/titel", "\"x\"", "/document/titel", "did you mean 'title'"},
    {"TlpOfTheOlderVersion", "full-2.1.json", "/document/distribution/tlp/label", "\"WHITE\"",
     "/document/distribution/tlp/label", "CLEAR"},
    {"SchemaMissing", "full-2.1.json", "/$schema", "", "/$schema", "required"},
};

class Structure : public ::testing::TestWithParam<Refusal> {};
TEST_P(Structure, SaysWhereAndWhat) {
  const auto& expected = GetParam();
  const auto findings = check_changed(expected.fixture, expected.pointer, expected.json);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].path, expected.found_at);
  EXPECT_THAT(findings[0].message, ::testing::HasSubstr(std::string{expected.message}));
  EXPECT_EQ(findings[0].test, "schema");
}
INSTANTIATE_TEST_SUITE_P(Csaf, Structure, ::testing::ValuesIn(kRefusals),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(StructureOf, FixturesIsRight) {
  for (const auto* name : {"full-2.0.json", "full-2.0-later.json", "full-2.1.json"}) {
    const auto findings = check(read(kTestdata / name));
    EXPECT_TRUE(findings.empty()) << name << " " << findings.front().path << ": " << findings.front().message;
  }
}

TEST(StructureOf, DemoAdvisoriesIsRight) {
  int seen = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator{std::filesystem::path{TOCSIN_SOURCE_DIR} / "demo/advisories"}) {
    const auto findings = check(read(entry.path()));
    EXPECT_TRUE(findings.empty()) << entry.path() << " " << findings.front().path << ": " << findings.front().message;
    ++seen;
  }
  EXPECT_GT(seen, 10);
}

TEST(StructureOf, WhatIsNoDocument) {
  for (const auto* text : {"[]", "1", "{}", "{\"document\":7}", "{\"document\":{}}", "null"}) {
    EXPECT_EQ(check(text).size(), 1U) << text;
  }
}

TEST(StructureOf, RepeatedElementIsFoundByMeaning) {
  // uniqueItems compares values: the order of members does not make two objects differ.
  const auto findings =
      check_changed("full-2.0.json", "/document/distribution", R"({"tlp":{"label":"WHITE"},"text":"x"})");
  EXPECT_TRUE(findings.empty());
  const auto repeated = check_changed("full-2.0.json", "/document/tracking/aliases", R"(["A-1","A-1"])");
  ASSERT_EQ(repeated.size(), 1U);
  EXPECT_EQ(repeated[0].path, "/document/tracking/aliases/1");
}

TEST(StructureOf, RepeatedMemberIsFound) {
  const auto findings = check(R"({"document":{"csaf_version":"2.0","title":"a","title":"b"}})");
  EXPECT_TRUE(std::ranges::any_of(findings, [](const Finding& each) {
    return each.path == "/document/title" && each.message.ends_with("more than once");
  }));
}

TEST(StructureOf, FindingsAreCut) {
  std::string notes = "[";
  for (std::size_t i = 0; i < kFindingsMax + 50; ++i) notes += i == 0 ? "7" : ",7";
  const auto findings = check_changed("full-2.0.json", "/document/notes", notes + "]");
  EXPECT_EQ(findings.size(), kFindingsMax);
}

/// The findings of some bytes; a text that is no JSON counts as one.
std::vector<Finding> check_bytes(const std::string& bytes) {
  TapeReader reader;
  const auto root = reader.read(bytes);
  if (root) return check_structure(*root);
  return {Finding{.test = "schema", .path = root.error().where, .message = root.error().message, .mend = {}}};
}

TEST(StructureOf, EveryRealAdvisoryIsRight) {
  constexpr std::string_view kArchive = "csaf/cisa-ot-2017-2022.tar.zst";
  int seen = 0;
  const bool present = testing::for_each_file(kArchive, [&](const std::string& name, const std::string& bytes) {
    if (!name.ends_with(".json")) return;
    ++seen;
    const auto findings = check_bytes(bytes);
    EXPECT_TRUE(findings.empty()) << name << " " << findings.front().path << ": " << findings.front().message;
  });
  if (!present) GTEST_SKIP() << kArchive << " is not there; TOCSIN_DATA names the folder of real data";
  EXPECT_EQ(seen, 1'655);
}

struct OfficialTests {
  std::string_view name, archive;
  std::size_t documents;
  /// Failing documents of tests about what the schemas say themselves, or that no reader with a limit takes. All others
  /// are to be right in structure, whatever else is wrong with them.
  std::vector<std::string_view> against_the_schema;
};
void PrintTo(const OfficialTests& each, std::ostream* out) { *out << each.archive; }

const std::vector<OfficialTests>& official_tests() {
  static const std::vector<OfficialTests> all{
      {"Csaf20",
       "csaf/oasis-tests-2.0.tar.zst",
       156,
       {
           // 6.1.8: the CVSS schemas require version and severity.
           "6-1-08-01",
           "6-1-08-03",
       }},
      {"Csaf21",
       "csaf/oasis-tests-2.1.tar.zst",
       523,
       {
           // 6.1.8 as in 2.0; the schema of CVSS 4.0 knows no threatScore, and bounds the score by its severity
           // (6.1.9).
           "6-1-08-01",
           "6-1-08-03",
           "6-1-08-05",
           "6-1-09-05",
           // 6.1.34: branches nested deeper than our limit of 64 levels.
           "6-1-34-01",
           // 6.1.37: no date-time of RFC 3339, which the schema's format asks for.
           "6-1-37-01",
           "6-1-37-03",
           "6-1-37-05",
           // 6.1.46: SSVC without its selections. 6.1.60.1: an extension that does not say whether it is critical.
           "6-1-46-01",
           "6-1-60-01-01",
       }},
  };
  return all;
}

class OfficialStructure : public ::testing::TestWithParam<OfficialTests> {};
TEST_P(OfficialStructure, OnlyDocumentsAgainstTheSchemaAreRefused) {
  const auto& expected = GetParam();
  std::map<std::string, std::string> files;
  const bool present = testing::for_each_file(expected.archive, [&](const std::string& name, const std::string& bytes) {
    files.emplace(name.substr(name.find('/') + 1), bytes);
  });
  if (!present) GTEST_SKIP() << expected.archive << " is not there; TOCSIN_DATA names the folder of real data";
  const auto cases = json::parse(files.at("testcases.json"));
  ASSERT_TRUE(cases.has_value());

  std::set<std::string> seen, refused;
  for (const auto& test : json::array_at(cases->root(), "tests")) {
    for (const auto* group : {"failures", "valid"}) {
      for (const auto& each : json::array_at(test, group)) {
        const std::string name{json::string_at(each, "name")};
        const auto file = files.find(name);
        if (file == files.end()) continue;  // The archive holds a part of the suite.
        if (!seen.insert(name).second) continue;
        // ".../oasis_csaf_tc-csaf_2_1-2024-6-1-08-01.json" -> "6-1-08-01"
        const auto number = name.substr(name.find("-20", name.find("csaf_2_")) + 6);
        const auto key = number.substr(0, number.find('.'));
        const auto findings = check_bytes(file->second);
        if (std::ranges::find(expected.against_the_schema, key) != expected.against_the_schema.end()) {
          EXPECT_EQ(std::string_view{group}, "failures") << name;
          if (!findings.empty()) refused.insert(key);
        } else {
          EXPECT_TRUE(findings.empty()) << name << " " << findings.front().path << ": " << findings.front().message;
        }
      }
    }
  }
  EXPECT_EQ(seen.size(), expected.documents);
  EXPECT_EQ(refused, std::set<std::string>(expected.against_the_schema.begin(), expected.against_the_schema.end()));
}
INSTANTIATE_TEST_SUITE_P(Oasis, OfficialStructure, ::testing::ValuesIn(official_tests()),
                         [](const auto& each) { return std::string{each.param.name}; });

}  // namespace
}  // namespace tocsin::formats::csaf
