#include "formats/stix/validate.hpp"

#include <filesystem>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "formats/stix/grammar.hpp"
#include "formats/stix/ids.hpp"
#include "formats/stix/pattern.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::stix {
namespace {

constexpr std::string_view kIdentity =
    R"("type":"identity","spec_version":"2.1","id":"identity--f431f809-377b-45e0-aa1c-6a4751cae5ff","created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.000Z","name":"A")";
constexpr std::string_view kTail =
    R"("spec_version":"2.1","created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.000Z")";

std::string with(std::string_view type, std::string_view members) {
  return fmt::format(R"({{"type":"{0}","id":"{0}--f431f809-377b-45e0-aa1c-6a4751cae5f0",{1}{2}{3}}})", type, kTail,
                     members.empty() ? "" : ",", members);
}
std::string identity(std::string_view more) {
  return fmt::format("{{{}{}{}}}", kIdentity, more.empty() ? "" : ",", more);
}

/// A later version of it, or an earlier one.
std::string version(std::string_view modified, std::string_view more) {
  return fmt::format(
      R"({{"type":"identity","spec_version":"2.1","id":"identity--f431f809-377b-45e0-aa1c-6a4751cae5ff","created":"2016-04-06T20:03:48.000Z","modified":"{}","name":"A"{}{}}})",
      modified, more.empty() ? "" : ",", more);
}

std::string file(std::string_view members) {
  return fmt::format(R"({{"type":"file","spec_version":"2.1","id":"file--ff26c055-6336-4bc5-b98d-13d6226742dd",{}}})",
                     members);
}

struct RuleCase {
  std::string_view name;
  std::string json;
  std::string_view test;  ///< Empty: nothing is found.
  std::string_view path;
};
void PrintTo(const RuleCase& each, std::ostream* out) { *out << each.json; }
class Rule : public ::testing::TestWithParam<RuleCase> {};

TEST_P(Rule, IsFoundWhereItIsBroken) {
  Validator validator;
  const auto verdict = validator.validate(GetParam().json);
  if (GetParam().test.empty()) {
    for (const auto& each : verdict.findings) ADD_FAILURE() << each.test << " " << each.path << " " << each.message;
    return;
  }
  std::string all;
  bool found = false;
  for (const auto& each : verdict.findings) {
    all += each.test + " " + each.path + " " + each.message + "\n";
    found = found || (each.test == GetParam().test && each.path == GetParam().path);
  }
  EXPECT_TRUE(found) << all;
}

const RuleCase kRules[] = {
    {"GoodIdentity", identity(""), "", ""},
    {"Broken", R"([{"a":}])", "STIX-json", "/0"},
    {"NoObject", "[1]", "STIX-3-object", "/0"},
    {"NoType", R"([{"id":"x"}])", "STIX-3-object", "/0"},
    {"RepeatedKey", identity(R"("name":"B")"), "STIX-json-repeated", "/name"},
    {"RepeatedOwnKey", identity(R"("x_a":1,"x_b":2,"x_a":3)"), "STIX-json-repeated", "/x_a"},
    {"WrongType", identity(R"("description":5)"), "STIX-2-type", "/description"},
    {"ListIsMissing", identity(R"("labels":"a")"), "STIX-2-type", "/labels"},
    {"EmptyList", identity(R"("labels":[])"), "STIX-2.12-empty", "/labels"},
    {"Required", with("tool", ""), "STIX-3-required", ""},
    {"IdForm", R"({"type":"tool","spec_version":"2.1","id":"tool--1","name":"x"})", "STIX-2.9-form", "/id"},
    {"ReferenceType", identity(R"("created_by_ref":"tool--f431f809-377b-45e0-aa1c-6a4751cae5ff")"),
     "STIX-3-reference-type", "/created_by_ref"},
    {"Timestamp", with("campaign", R"("name":"x","first_seen":"2016-02-30T00:00:00Z")"), "STIX-2.16-timestamp",
     "/first_seen"},
    {"Order",
     with("campaign", R"("name":"x","first_seen":"2016-02-02T00:00:00.5Z","last_seen":"2016-02-02T00:00:00.41Z")"),
     "STIX-3-order", "/last_seen"},
    {"Range", identity(R"("confidence":101)"), "STIX-3-range", "/confidence"},
    {"Vocabulary", identity(R"("identity_class":"robot")"), "STIX-10-vocabulary", "/identity_class"},
    {"Enumeration",
     with("opinion", R"("opinion":"maybe","object_refs":["tool--f431f809-377b-45e0-aa1c-6a4751cae5ff"])"),
     "STIX-10-enumeration", "/opinion"},
    {"Language", identity(R"("lang":"klingon-english-xx")"), "STIX-3.2-lang", "/lang"},
    {"Selector",
     identity(
         R"("granular_markings":[{"marking_ref":"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9","selectors":["labels.[0]"]}])"),
     "STIX-7.2.3-selector", "/granular_markings/0/selectors/0"},
    {"SelectorThatSelects",
     identity(
         R"("granular_markings":[{"marking_ref":"marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9","selectors":["name"]}])"),
     "", ""},
    {"CustomProperty", identity(R"("colour":1)"), "STIX-11.1-custom-property", "/colour"},
    {"PropertyName", identity(R"("Colour":1)"), "STIX-3-property-name", "/Colour"},
    {"CustomObject", with("gadget", ""), "STIX-11.2-custom-object", "/type"},
    {"Pattern", with("indicator", R"("pattern":"[a:b = ]","pattern_type":"stix","valid_from":"2016-01-01T00:00:00Z")"),
     "STIX-9-pattern", "/pattern"},
    {"ValidUntil",
     with(
         "indicator",
         R"("pattern":"[a:b = 1]","pattern_type":"stix","valid_from":"2016-01-01T00:00:00Z","valid_until":"2016-01-01T00:00:00Z")"),
     "STIX-3-order", "/valid_until"},
    {"RelationshipTypes",
     with(
         "relationship",
         R"("relationship_type":"uses","source_ref":"campaign--f431f809-377b-45e0-aa1c-6a4751cae5f1","target_ref":"identity--f431f809-377b-45e0-aa1c-6a4751cae5ff")"),
     "STIX-5.1-types", ""},
    {"Tlp", with("marking-definition", R"("definition_type":"tlp","definition":{"tlp":"red"})"), "STIX-7.2.1-tlp", ""},
    {"FamilyHasName", with("malware", R"("is_family":true)"), "STIX-3-required", ""},
    {"Deterministic",
     R"({"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","value":"198.51.100.3"})",
     "", ""},
    {"NotDeterministic",
     R"({"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd","value":"198.51.100.4"})",
     "STIX-2.9-deterministic", "/id"},
    {"Address",
     R"({"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--ff26c055-6336-5bc5-b98d-13d6226742dd","value":"198.51.100"})",
     "STIX-6-value", "/value"},
    {"Hash",
     R"({"type":"file","spec_version":"2.1","id":"file--ff26c055-6336-4bc5-b98d-13d6226742dd","hashes":{"MD5":"00"}})",
     "STIX-2.7-hash", "/hashes/MD5"},
    {"OneOf", R"({"type":"file","spec_version":"2.1","id":"file--ff26c055-6336-4bc5-b98d-13d6226742dd","size":1})",
     "STIX-3-one-of", ""},
    {"Bundle", R"({"type":"bundle","id":"x","objects":[]})", "STIX-8-bundle", "/id"},
    {"SameUuid",
     fmt::format(
         "[{},{}]", identity(""),
         R"({"type":"tool","id":"tool--f431f809-377b-45e0-aa1c-6a4751cae5ff","name":"x","spec_version":"2.1","created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.000Z"})"),
     "STIX-2.9-reused", "/1"},
    {"EmptyDictionary", identity(R"("extensions":{})"), "STIX-2.3-empty", "/extensions"},
    {"UnknownInPart", identity(R"("external_references":[{"source_name":"a","description":"b","colour":1}])"),
     "STIX-3-unknown", "/external_references/0/colour"},
    {"TypeName", R"([{"type":"Gadget","id":"Gadget--f431f809-377b-45e0-aa1c-6a4751cae5ff"}])", "STIX-3.1-type-name",
     "/0/type"},
    {"TypeNameBeginsWithDigit", R"([{"type":"2-gadget","id":"2-gadget--f431f809-377b-45e0-aa1c-6a4751cae5ff"}])",
     "STIX-3.1-type-name", "/0/type"},
    {"IdType",
     R"({"type":"tool","spec_version":"2.1","id":"malware--f431f809-377b-45e0-aa1c-6a4751cae5ff","name":"x"})",
     "STIX-2.9-type", "/id"},
    {"IdVersion",
     R"({"type":"tool","spec_version":"2.1","id":"tool--f431f809-377b-15e0-aa1c-6a4751cae5ff","name":"x"})",
     "STIX-2.9-uuid-version", "/id"},
    {"IdVersionIn20", R"({"type":"tool","id":"tool--f431f809-377b-15e0-aa1c-6a4751cae5ff","name":"x"})",
     "STIX-2.9-form", "/id"},
    {"IdOfLaterRfc",
     R"({"type":"tool","spec_version":"2.1","id":"tool--f431f809-377b-75e0-aa1c-6a4751cae5ff","name":"x"})",
     "STIX-2.9-form", "/id"},
    {"IdInUpperCase",
     R"({"type":"tool","spec_version":"2.1","id":"tool--F431f809-377b-45e0-aa1c-6a4751cae5ff","name":"x"})",
     "STIX-2.9-lower-case", "/id"},
    {"NothingContributes",
     R"({"type":"process","spec_version":"2.1","id":"process--ff26c055-6336-5bc5-b98d-13d6226742dd","pid":1})",
     "STIX-2.9-not-contributing", "/id"},
    {"Precision",
     R"({"type":"tool","spec_version":"2.1","id":"tool--f431f809-377b-45e0-aa1c-6a4751cae5ff","name":"x","created":"2016-04-06T20:03:48Z","modified":"2016-04-06T20:03:48.000Z"})",
     "STIX-3.2-precision", "/created"},
    {"NoVersionInABundle",
     R"({"type":"bundle","id":"bundle--f431f809-377b-45e0-aa1c-6a4751cae5f1","objects":[{"type":"tool","id":"tool--f431f809-377b-45e0-aa1c-6a4751cae5ff","name":"x","created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.000Z"}]})",
     "STIX-3-required", "/objects/0"},
    {"Hex", file(R"("name":"a","magic_number_hex":"4d5")"), "STIX-2.8-hex", "/magic_number_hex"},
    {"HexInUpperCase", file(R"("name":"a","magic_number_hex":"4D5A")"), "STIX-2.8-lower-case", "/magic_number_hex"},
    {"Binary",
     R"({"type":"artifact","spec_version":"2.1","id":"artifact--ff26c055-6336-4bc5-b98d-13d6226742dd","payload_bin":"a"})",
     "STIX-2.1-binary", "/payload_bin"},
    {"Url", identity(R"("external_references":[{"source_name":"a","url":"see there"}])"), "STIX-2.5-url",
     "/external_references/0/url"},
    {"FuzzyHash", file(R"("hashes":{"TLSH":"00"})"), "STIX-2.7-hash", "/hashes/TLSH"},
    {"HashName", file(R"("hashes":{"x_own":"00"})"), "STIX-10.7-hash-algorithm", "/hashes/x_own"},
    {"DictionaryKey", file(R"("name":"a","extensions":{"pdf-ext":{"document_info_dict":{"a b":"c"}}})"), "STIX-2.3-key",
     "/extensions/pdf-ext/document_info_dict/a b"},
    {"DictionaryValue", file(R"("name":"a","extensions":{"pdf-ext":{"document_info_dict":{"Title":5}}})"),
     "STIX-2-type", "/extensions/pdf-ext/document_info_dict/Title"},
    {"MarksItself",
     with(
         "marking-definition",
         R"("definition_type":"statement","definition":{"statement":"x"},"object_marking_refs":["marking-definition--f431f809-377b-45e0-aa1c-6a4751cae5f0"])"),
     "STIX-7.2-circular", ""},
    {"Granular", identity(R"("granular_markings":[{"selectors":["name"]}])"), "STIX-7.2.3-granular",
     "/granular_markings/0"},
    {"Extension", identity(R"("extensions":{"colour":{"a":1}})"), "STIX-7.3-extension", "/extensions/colour"},
    {"ExtensionOfAnotherType", identity(R"("extensions":{"pdf-ext":{"version":"1"}})"), "STIX-7.3-extension",
     "/extensions/pdf-ext"},
    {"CustomExtension", identity(R"("extensions":{"x-colour-ext":{"a":1}})"), "STIX-11.3-custom-extension",
     "/extensions/x-colour-ext"},
    {"UndefinedExtension",
     "[" +
         identity(
             R"("extensions":{"extension-definition--f431f809-377b-45e0-aa1c-6a4751cae5f2":{"extension_type":"property-extension"}})") +
         "]",
     "STIX-7.3-undefined", "/0/extensions/extension-definition--f431f809-377b-45e0-aa1c-6a4751cae5f2"},
    {"Deprecated",
     R"({"type":"ipv4-addr","spec_version":"2.1","id":"ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4","value":"198.51.100.3","belongs_to_refs":["autonomous-system--3aa27478-50b5-5ab8-9da9-cdc12b657fff"]})",
     "STIX-deprecated", "/belongs_to_refs"},
    {"RelationshipName",
     with(
         "relationship",
         R"("relationship_type":"paints","source_ref":"campaign--f431f809-377b-45e0-aa1c-6a4751cae5f1","target_ref":"identity--f431f809-377b-45e0-aa1c-6a4751cae5ff")"),
     "STIX-5.1-name", "/relationship_type"},
    {"OtherBytesOfOneVersion", "[" + identity("") + "," + identity(R"("description":"b")") + "]", "STIX-3.6-versions",
     "/1"},
    {"OtherBytesOfALaterVersion",
     "[" + identity("") + "," + version("2018-01-01T00:00:00.000Z", "") + "," +
         version("2017-01-01T00:00:00.000Z", "") + "," + version("2018-01-01T00:00:00.000000Z", R"("revoked":false)") +
         "]",
     "STIX-3.6-versions", "/3"},
    {"OneVersionOften",
     "[" + identity("") + "," + version("2018-01-01T00:00:00.000Z", "") + "," +
         version("2018-01-01T00:00:00.000Z", "") + "," + identity("") + "]",
     "", ""},
    {"VersionsOfAnotherCreation",
     "[" + identity("") +
         R"(,{"type":"identity","spec_version":"2.1","id":"identity--f431f809-377b-45e0-aa1c-6a4751cae5ff","created":"2016-04-06T20:03:49.000Z","modified":"2016-04-07T20:03:48.000Z","name":"A"}])",
     "STIX-3.6-versions", "/1"},
    {"VersionsOfAnotherCreator",
     "[" + identity("") + "," +
         version("2018-01-01T00:00:00.000Z", R"("created_by_ref":"identity--f431f809-377b-45e0-aa1c-6a4751cae5f0")") +
         "]",
     "STIX-3.6-versions", "/1"},
    {"OneVersionWrittenInTwoWays",
     "[" + identity(R"("description":"b")") + ", {\"description\" : \"b\", " + std::string{kIdentity} + "}]", "", ""},
    {"VersionBehindRevocation",
     "[" + identity(R"("revoked":true)") +
         R"(,{"type":"identity","spec_version":"2.1","id":"identity--f431f809-377b-45e0-aa1c-6a4751cae5ff","created":"2016-04-06T20:03:48.000Z","modified":"2016-04-06T20:03:48.0001Z","name":"A"}])",
     "STIX-3.6-revoked", "/0"},
    {"VersionBehindALaterRevocation",
     "[" + identity("") + "," + version("2018-01-01T00:00:00.000Z", "") + "," +
         version("2017-01-01T00:00:00.000Z", R"("revoked":true)") + "]",
     "STIX-3.6-revoked", "/0"},
    {"FirstVersionBehindARevocation",
     "[" + identity("") + "," + version("2016-04-06T20:03:48Z", "") + "," +
         version("2016-04-06T20:03:47.999Z", R"("revoked":true)") + "]",
     "STIX-3.6-revoked", "/0"},
    {"RevokedAtLast",
     "[" + version("2018-01-01T00:00:00.000Z", R"("revoked":true)") + "," + identity("") + "," +
         version("2017-01-01T00:00:00.000Z", R"("revoked":true)") + "]",
     "", ""},
    // As text the second is behind the first; as time both are one.
    {"EqualTimesOfOtherLength",
     "[" + identity(R"("revoked":true)") +
         R"(,{"type":"identity","spec_version":"2.1","id":"identity--f431f809-377b-45e0-aa1c-6a4751cae5ff","created":"2016-04-06T20:03:48.000000Z","modified":"2016-04-06T20:03:48.000000Z","name":"A"}])",
     "STIX-3.6-versions", "/1"},
    {"PatternLanguage", with("indicator", R"("pattern":"x","pattern_type":"own","valid_from":"2016-01-01T00:00:00Z")"),
     "STIX-4.7-pattern-type", "/pattern_type"},
    {"Together", with("location", R"("latitude":1)"), "STIX-together", "/latitude"},
    {"SpecVersion",
     R"({"type":"tool","spec_version":"3.0","id":"tool--f431f809-377b-45e0-aa1c-6a4751cae5ff","name":"x"})",
     "STIX-3.2-spec-version", "/spec_version"},
    {"Reserved", identity(R"("severity":1)"), "STIX-3.8-reserved", "/severity"},
    {"ReservedType", with("action", ""), "STIX-3.8-reserved", "/type"},
    {"Defanged", identity(R"("defanged":true)"), "STIX-3.2-not-applicable", "/defanged"},
    {"Null", identity(R"("x_own":null)"), "STIX-2-type", "/x_own"},
    {"Hive",
     R"({"type":"windows-registry-key","spec_version":"2.1","id":"windows-registry-key--ff26c055-6336-4bc5-b98d-13d6226742dd","key":"HKLM\\System"})",
     "STIX-6-value", "/key"},
    {"OnlyTheKindOfProgram", file(R"("name":"a","extensions":{"windows-pebinary-ext":{"pe_type":"dll"}})"),
     "STIX-3-one-of", "/extensions/windows-pebinary-ext"},
    {"StampWithFraction",
     file(
         R"("name":"a","extensions":{"windows-pebinary-ext":{"pe_type":"dll","time_date_stamp":"2016-01-01T00:00:00.5Z"}})"),
     "STIX-3.2-precision", "/extensions/windows-pebinary-ext/time_date_stamp"},
    {"ExtensionPropertiesWithoutTheirType",
     with(
         "extension-definition",
         R"("created_by_ref":"identity--f431f809-377b-45e0-aa1c-6a4751cae5ff","name":"a","schema":"b","version":"1","extension_types":["new-sdo"],"extension_properties":["colour"])"),
     "STIX-together", "/extension_properties"},
    {"ContainerKey",
     with(
         "observed-data",
         R"("first_observed":"2016-01-01T00:00:00Z","last_observed":"2016-01-01T00:00:00Z","number_observed":1,"objects":{"0":{"type":"email-addr","value":"a@b.example","belongs_to_ref":"1"}})"),
     "STIX-2.13-container", "/objects/0/belongs_to_ref"},
};
INSTANTIATE_TEST_SUITE_P(Stix, Rule, ::testing::ValuesIn(kRules),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(StixTests, HaveDifferentIds) {
  std::set<std::string_view> ids;
  for (const auto& each : tests()) EXPECT_TRUE(ids.insert(each.id).second) << each.id;
}

TEST(StixTests, HaveACaseEach) {
  std::set<std::string_view> met;
  for (const auto& each : kRules) met.insert(each.test);
  for (const auto& each : tests()) EXPECT_TRUE(met.contains(each.id)) << each.id;
}

TEST(StixTests, AreInTheDocument) {
  const auto text = testing::read_file(std::filesystem::path{TOCSIN_SOURCE_DIR} / "docs/stix.md");
  std::size_t rows = 0;
  for (auto at = text.find("| `STIX-"); at != text.npos; at = text.find("| `STIX-", at + 1)) ++rows;
  EXPECT_EQ(rows, tests().size());
  for (const auto& each : tests()) {
    EXPECT_NE(text.find(fmt::format("| `{}` |", each.id)), text.npos) << each.id;
    EXPECT_NE(text.find(fmt::format("| {} | {} |", to_string(each.group), each.what)), text.npos) << each.what;
  }
}

TEST(StixValidator, FindsNothingInOneOfEachType) {
  const auto text =
      testing::read_file(std::filesystem::path{TOCSIN_SOURCE_DIR} / "src/formats/stix/testdata/every-type.json");
  Validator validator;
  std::set<std::string> types;
  const auto verdict =
      validator.validate(text, [&](const RawObject&, Node object) { types.emplace(object.text_at("type")); });
  for (const auto& each : verdict.findings) ADD_FAILURE() << each.test << " " << each.path << " " << each.message;
  for (std::size_t i = 0; i + 1 < kTypes; ++i) {
    EXPECT_TRUE(types.contains(std::string{to_string(static_cast<Type>(i))})) << to_string(static_cast<Type>(i));
  }
}

TEST(StixRecognise, LooksAtTheOutermost) {
  EXPECT_TRUE(looks_like_stix(R"({"id":"bundle--1","objects":[],"type":"bundle"})"));
  EXPECT_TRUE(looks_like_stix(R"( [ {"type":"tool","id":"tool--1"}])"));
  EXPECT_TRUE(looks_like_stix(R"({"more":false,"objects":[{"type":"tool","id":"tool--1"}]})"));
  EXPECT_TRUE(looks_like_stix("{\"type\":\"tool\",\"id\":\"tool--1\"}\n{"));
  EXPECT_FALSE(looks_like_stix(R"({"type":"tool","id":"7"})"));
  EXPECT_FALSE(looks_like_stix(R"({"type":"pump","id":"pump--1"})"));
  EXPECT_FALSE(looks_like_stix(R"({"document":{"csaf_version":"2.0"},"type":"bundle","id":"bundle--1"})"));
  EXPECT_FALSE(looks_like_stix(R"([1])"));
  EXPECT_FALSE(looks_like_stix(R"({"objects":[)"));
  EXPECT_FALSE(looks_like_stix(""));
}

TEST(StixReport, KeepsSomeOfEachAndCountsTheRest) {
  std::string many = "[1";
  for (int i = 0; i < 150; ++i) many += ",1";
  Validator validator;
  const auto verdict = validator.validate(many + "]");
  EXPECT_EQ(verdict.findings.size(), kFindingsPerTestMax + 1);
  EXPECT_EQ(verdict.findings.back().message, "The same was found 51 more times.");
}

TEST(StixPattern, FollowsTheOfficialSyntaxCases) {
  const auto path = testing::data_root() / "stix/pattern-syntax-cases.json";
  if (!std::filesystem::exists(path)) GTEST_SKIP() << "no official cases of patterns: " << path;
  const auto text = testing::read_file(path);
  const auto root = boost::json::parse(text);
  std::size_t count = 0;
  for (const auto& each : root.at("cases").as_array()) {
    const auto version = each.at("stix_version").as_string() == "2.0" ? PatternVersion::v2_0 : PatternVersion::v2_1;
    const std::string pattern{each.at("pattern").as_string().c_str()};
    const auto read = parse_pattern(pattern, version);
    EXPECT_EQ(read.has_value(), each.at("expect").as_string() == "valid")
        << pattern << " " << (read ? std::string{} : read.error().to_string());
    ++count;
    if (!read) continue;
    const auto once = to_string(*read);
    const auto again = parse_pattern(once, version);
    ASSERT_TRUE(again) << pattern << "\n" << once << "\n" << again.error().to_string();
    EXPECT_EQ(to_string(*again), once);
  }
  EXPECT_EQ(count, 65U);
}

TEST(StixPattern, SaysWhereItIsWrong) {
  EXPECT_EQ(parse_pattern("[file:name = 'a' XOR file:size = 1]").error().where, "1:18");
  EXPECT_EQ(parse_pattern("[file:name\n = a]").error().where, "2:4");
  std::string deep(200, '(');
  EXPECT_EQ(parse_pattern(deep).error().code, Error::Code::too_large);
  EXPECT_EQ(equal_values(*parse_pattern("[file:name = 'a'] OR [url:value IN ('b', 'c')]")).size(), 3U);
}

}  // namespace
}  // namespace tocsin::formats::stix
