#include "formats/csaf/convert/to_2_1.hpp"

#include <cstdio>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/csaf/validate/testing.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "formats/recognise.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::csaf {
namespace {

const ConvertOptions kOptions{.now = parse_rfc3339("2026-06-01T00:00:00Z").value()};

/// document("2.0", patch), converted; the test fails where it cannot be.
Conversion converted(std::string_view patch, const ConvertOptions& options = kOptions) {
  auto conversion = to_csaf_2_1(testing::document("2.0", patch), options);
  EXPECT_TRUE(conversion) << conversion.error().to_string();
  return conversion ? std::move(*conversion) : Conversion{};
}

std::string at(const Conversion& conversion, std::string_view pointer) {
  const auto* value = json::at_pointer(conversion.document, pointer);
  return value == nullptr ? "" : json::write(*value);
}

std::string notes_of(const Conversion& conversion) {
  std::string text;
  for (const auto& note : conversion.notes) {
    text += fmt::format("{} {} {}\n", to_string(note.level), note.path, note.message);
  }
  return text;
}

struct Rule {
  std::string_view name, patch;
  std::string_view pointer, value;  ///< What stands there afterwards, as JSON; empty: nothing.
  std::string_view note;            ///< Part of a note; empty: none is expected to hold it.
};
void PrintTo(const Rule& each, std::ostream* out) { *out << each.name; }

#define TREE(...) "{'product_tree':{'full_product_names':null,'branches':[" __VA_ARGS__ "]},'vulnerabilities':null}"
#define LEAF(category, name) "{'category':'" category "','name':'" name "','product':{'product_id':'P1','name':'x'}}"
#define NAMED(name, ...)                                                                                              \
  "{'category':'vendor','name':'V','branches':[{'category':'product_name','name':'" name "','branches':[" __VA_ARGS__ \
  "]}]}"
#define HELPER(...)                                                                                                    \
  "{'product_tree':{'full_product_names':[{'product_id':'P1','name':'x','product_identification_helper':{" __VA_ARGS__ \
  "}}]},'vulnerabilities':null}"
#define BRANCH "/product_tree/branches/0/branches/0/"
#define HELPER_AT "/product_tree/full_product_names/0/product_identification_helper/"

#define FILE_HASHES "{'filename':'f','file_hashes':[{'algorithm':'sha256','value':'abcdef0123456789abcdef0123456789'}]}"
#define DISCLAIMERS(text) "{'document':{'notes':[{'category':'legal_disclaimer','text':'" text "'}]}}"
#define LAMPS                                                                                                   \
  "'product_tree':{'full_product_names':null,'branches':[{'category':'product_name','name':'Lamp','branches':[" \
  "{'category':'product_version','name':'1','product':{'product_id':'P1','name':'Lamp 1'}},"                    \
  "{'category':'product_version','name':'2','product':{'product_id':'P2','name':'Lamp 2'}}]}]}"
#define NOTE(category, title) \
  "{'document':{'notes':[{'category':'" category "','title':'" title "','text':'x'}]}," LAMPS "}"
#define VULNERABILITY(...) \
  "{" LAMPS ",'vulnerabilities':[{'cve':'CVE-1900-0001','product_status':{'known_affected':['P1']}," __VA_ARGS__ "}]}"
#define ID(system, text) VULNERABILITY("'ids':[{'system_name':'" system "','text':'" text "'}]")
#define ID_AT "/vulnerabilities/0/ids/0"
#define VECTOR_4 "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"
#define REFERENCE(url) VULNERABILITY("'references':[{'category':'external','summary':'x','url':'" url "'}]")
#define SSVC(category, text) VULNERABILITY("'notes':[{'category':'" category "','title':'SSVC','text':'" text "'}]")

constexpr Rule kRules[] = {
    {"Schema", "{}", "/$schema", "\"https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json\"", ""},
    {"Version", "{}", "/document/csaf_version", "\"2.1\"", ""},
    {"AdditionalProperty", "{'document':{'extra':{'a':1}}}", "/document/extra", "", "'extra' with value {\"a\":1}"},
    {"White", "{'document':{'distribution':{'tlp':{'label':'WHITE'}}}}", "/document/distribution/tlp/label",
     "\"CLEAR\"", ""},
    {"NoTlp", "{'document':{'distribution':null}}", "/document/distribution/tlp/label", "\"CLEAR\"",
     "default TLP:CLEAR"},
    {"TlpFromText", "{'document':{'distribution':{'text':'TLP v2.0: TLP:AMBER+STRICT','tlp':{'label':'RED'}}}}",
     "/document/distribution/tlp/label", "\"AMBER+STRICT\"", "taken from the distribution text"},
    {"LeapSecond", "{'document':{'tracking':{'initial_release_date':'2016-12-31T23:59:60Z'}}}",
     "/document/tracking/initial_release_date", "\"2016-12-31T23:59:59.999999Z\"", "a valid leap second"},
    {"NoLeapSecond", "{'document':{'tracking':{'initial_release_date':'2016-12-30T10:00:60.5+01:00'}}}",
     "/document/tracking/initial_release_date", "\"2016-12-30T10:00:59.999999+01:00\"", "no valid leap second"},
    {"IdInTitle", "{'document':{'title':'D-1: Pump (D-1) opens','tracking':{'id':'D-1'}}}", "/document/title",
     "\"Pump opens\"", ""},
    {"Other", "{'document':{'publisher':{'category':'other'}}}", "/document/publisher/category", "\"other\"",
     "multiplier"},
    {"Legacy", TREE(NAMED("N", LEAF("legacy", "L"))), BRANCH "branches/0/category", "\"product_name\"", "'legacy'"},
    {"SingleVers", TREE(NAMED("N", LEAF("product_version_range", "vers:generic/1.0"))), BRANCH "branches/0/name",
     "\"1.0\"", "a single version"},
    {"SingleVls", TREE(NAMED("N", LEAF("product_version_range", "V1.0"))), BRANCH "branches/0/category",
     "\"product_version\"", "a single version"},
    {"UpperOpen", TREE(NAMED("N", LEAF("product_version_range", "vers:generic/>=1.0"))), BRANCH "branches/0/category",
     "\"product_version\"", "an upper open range"},
    {"ModelNumber", HELPER("'model_numbers':['A-1']"), HELPER_AT "model_numbers", "[\"A-1*\"]", "a star was added"},
    {"BackslashInSku", HELPER("'skus':['A\\\\1*']"), HELPER_AT "skus", "[\"A\\\\\\\\1*\"]", ""},
    {"TwoStars", HELPER("'serial_numbers':['A*1']"), HELPER_AT "serial_numbers", "", "several stars"},
    {"Purl", HELPER("'purl':'pkg:npm/a@1'"), HELPER_AT "purls", "[\"pkg:npm/a@1\"]", ""},
    {"Hash",
     HELPER("'hashes':[{'filename':'f','file_hashes':[{'algorithm':'SHA-256','value':'"
            "ABCDEF0123456789ABCDEF0123456789"
            "'}]}]"),
     HELPER_AT "hashes/0/file_hashes/0", "{\"algorithm\":\"sha256\",\"value\":\"abcdef0123456789abcdef0123456789\"}",
     ""},
    {"UnknownHash",
     HELPER("'hashes':[{'filename':'f','file_hashes':[{'algorithm':'Own','value':'"
            "abcdef0123456789abcdef0123456789"
            "'}]}]"),
     HELPER_AT "hashes/0/file_hashes/0/algorithm", "\"own\"", "unknown hash algorithm"},
    {"ReleaseDate", "{'vulnerabilities':[{'cve':'CVE-1900-0001','release_date':'2026-01-01T00:00:00Z'}]}",
     "/vulnerabilities/0/disclosure_date", "\"2026-01-01T00:00:00Z\"", ""},
    {"Cwe", "{'vulnerabilities':[{'cwe':{'id':'CWE-20','name':' Improper Input Validation '}}]}",
     "/vulnerabilities/0/cwes/0/name", "\"Improper Input Validation\"", ""},
    {"InvalidCpe", HELPER("'cpe':'cpe:/no such','skus':['A*']"), HELPER_AT "cpe", "", "no valid CPE"},
    {"OnlyAnInvalidCpe", HELPER("'cpe':'cpe:2.3:x'"), "/product_tree/full_product_names/0",
     "{\"product_id\":\"P1\",\"name\":\"x\"}", "no valid CPE"},
    {"PurlInUpperCase", HELPER("'purl':'pkg:NPM/a@1'"), HELPER_AT "purls", "[\"pkg:npm/a@1\"]", "lower case"},
    {"RepeatedUrls", HELPER("'sbom_urls':['https://a.example','https://a.example']"), HELPER_AT "sbom_urls",
     "[\"https://a.example\"]", ""},
    {"RepeatedHash", HELPER("'hashes':[" FILE_HASHES "," FILE_HASHES "]"), HELPER_AT "hashes/1", "", ""},
    {"Licence", DISCLAIMERS("CC-BY-4.0"), "/document/license_expression", "\"CC-BY-4.0\"", "was found and set"},
    {"LicenceInProse", DISCLAIMERS("Licensed under (Apache-2.0 OR MIT), as is."), "/document/license_expression",
     "\"(Apache-2.0 OR MIT)\"", "was found and set"},
    {"LicenceTag", DISCLAIMERS("Legal. SPDX-License-Identifier: MIT"), "/document/license_expression", "\"MIT\"",
     "was found and set"},
    {"NoLicence", DISCLAIMERS("Provided as is by the MIT and Intel, in fair use; see ISO-8601"),
     "/document/license_expression", "", ""},
    {"SameLicenceTwice", DISCLAIMERS("CC-BY-4.0'},{'category':'legal_disclaimer','text':'Under CC-BY-4.0."),
     "/document/license_expression", "\"CC-BY-4.0\"", "was found and set"},
    {"SeveralLicences", DISCLAIMERS("CC-BY-4.0'},{'category':'legal_disclaimer','text':'MIT"),
     "/document/license_expression", "", "'CC-BY-4.0' (/document/notes/0), 'MIT' (/document/notes/1)"},
    {"LicenceElsewhere", "{'document':{'notes':[{'category':'general','text':'CC-BY-4.0'}]}}",
     "/document/license_expression", "", ""},
    {"NoteOfProduct", NOTE("description", "Product Description of Lamp 2"), "/document/notes/0/product_ids", "[\"P2\"]",
     "it was assigned to P2"},
    {"NoteOfAllVersions", NOTE("summary", "Summary: Lamp"), "/document/notes/0/product_ids", "[\"P1\",\"P2\"]",
     "it was assigned to P1, P2"},
    {"NoteOfNoProduct", NOTE("description", "Product Description (Ship)"), "/document/notes/0/product_ids", "",
     "none is called 'Ship'"},
    {"NoteOfAnotherTitle", NOTE("description", "Product Descriptions"), "/document/notes/0/product_ids", "", ""},
    {"NoteOfAnotherCategory", NOTE("faq", "Summary Lamp"), "/document/notes/0/product_ids", "", ""},
    {"NoteOfVulnerability",
     VULNERABILITY("'notes':[{'category':'description','title':'Preconditions for Lamp 1','text':"
                   "'x'}]"),
     "/vulnerabilities/0/notes/0/product_ids", "[\"P1\"]", "it was assigned to P1"},
    {"RegisteredId", ID("https://euvd.enisa.europa.eu", "EUVD-2026-4660"), ID_AT,
     "{\"system_name\":\"https://euvd.enisa.europa.eu\",\"text\":\"EUVD-2026-4660\"}", ""},
    {"MappedId", ID("OASIS Open CSAF TC GitHub Issues", "Issue #0121"), ID_AT,
     "{\"system_name\":\"https://github.com/oasis-tcs/csaf\",\"text\":\"#121\"}", "known mapping and was converted"},
    {"MappedIdOfOtherForm", ID("OASIS Open CSAF TC GitHub Issues", "oasis-tcs/csaf#121"), ID_AT,
     "{\"system_name\":\"OASIS Open CSAF TC GitHub Issues\",\"text\":\"oasis-tcs/csaf#121\"}",
     "could not be converted"},
    {"RegisteredIdOfOtherForm", ID("https://github.com/oasis-tcs/csaf", "121"), ID_AT,
     "{\"system_name\":\"https://github.com/oasis-tcs/csaf\",\"text\":\"#121\"}", "registered vulnerability system"},
    {"RegisteredIdWithoutMapping", ID("https://euvd.enisa.europa.eu", "4660"), ID_AT,
     "{\"system_name\":\"https://euvd.enisa.europa.eu\",\"text\":\"4660\"}", "no mapping of its text is known"},
    {"UnregisteredId", ID("Lantern bugs", "7"), ID_AT, "{\"system_name\":\"Lantern bugs\",\"text\":\"7\"}",
     "may not be registered"},
    {"Cvss4", REFERENCE("https://www.first.org/cvss/calculator/4.0#" VECTOR_4), "/vulnerabilities/0/metrics/0",
     "{\"content\":{\"cvss_v4\":{\"version\":\"4.0\",\"vectorString\":\"" VECTOR_4
     "\",\"baseScore\":9.3,\"baseSeverity\":\"CRITICAL\"}},\"products\":[\"P1\"]}",
     "became a CVSS 4.0 score"},
    {"Cvss4Broken", REFERENCE("https://www.first.org/cvss/calculator/4.0#CVSS:4.0/AV:N"), "/vulnerabilities/0/metrics",
     "", "the automatic conversion of the CVSS v4.0 reference"},
    {"Cvss4Elsewhere", REFERENCE("https://cvss.example/cvss/calculator/4.0#" VECTOR_4), "/vulnerabilities/0/metrics",
     "", ""},
    {"Cvss3Calculator", REFERENCE("https://www.first.org/cvss/calculator/3.1#CVSS:3.1/AV:N"),
     "/vulnerabilities/0/metrics", "", ""},
    {"Cvss4OfNoProduct",
     "{'vulnerabilities':[{'references':[{'summary':'x','url':'https://www.first.org/cvss/calculator/4.0#" VECTOR_4
     "'}]}]}",
     "/vulnerabilities/0/metrics", "", "no product is affected"},
    {"Ssvc", SSVC("other", "SSVCv2/E:P/A:N/T:P/2024-02-18T19:25:28Z/"), "/vulnerabilities/0/metrics/0/content/ssvc_v2",
     "{\"timestamp\":\"2024-02-18T19:25:28Z\",\"schemaVersion\":\"2.0.0\",\"selections\":["
     "{\"namespace\":\"ssvc\",\"key\":\"E\",\"version\":\"1.1.0\",\"name\":\"Exploitation\",\"values\":[{\"key\":\"P\","
     "\"name\":\"Public PoC\"}]},"
     "{\"namespace\":\"ssvc\",\"key\":\"A\",\"version\":\"2.0.0\",\"name\":\"Automatable\",\"values\":[{\"key\":\"N\","
     "\"name\":\"No\"}]},"
     "{\"namespace\":\"ssvc\",\"key\":\"TI\",\"version\":\"1.0.0\",\"name\":\"Technical Impact\",\"values\":[{\"key\":"
     "\"P\",\"name\":\"Partial\"}]}]}",
     "the note was removed"},
    {"SsvcDecision", SSVC("other", "SSVCv2/D:C/1605040000"),
     "/vulnerabilities/0/metrics/0/content/ssvc_v2/selections/0/values/0/key", "\"AC\"", "the note was removed"},
    {"SsvcWithoutMoment", SSVC("other", "SSVCv2/E:P/A:N/T:P/"), "/vulnerabilities/0/notes/0/title", "\"SSVC\"",
     "ends with no moment"},
    {"SsvcOfUnknownValue", SSVC("other", "SSVCv2/E:X/2024-02-18T19:25:28Z/"), "/vulnerabilities/0/metrics", "",
     "'X' is no value of Exploitation"},
    {"SsvcOfTheFuture", SSVC("other", "SSVCv2/E:P/2028-09-18T19:25:28Z/"), "/vulnerabilities/0/metrics", "",
     "after the newest revision"},
    {"SsvcInWords", SSVC("other", "Exploitation: none"), "/vulnerabilities/0/metrics", "", "neither a vector"},
    {"SsvcOfAnotherCategory", SSVC("details", "SSVCv2/E:P/2024-02-18T19:25:28Z/"), "/vulnerabilities/0/metrics", "",
     "this one has 'details'"},
    {"CweOfNoVersion", "{'vulnerabilities':[{'cve':'CVE-1900-0001','cwe':{'id':'CWE-20','name':'Bad input'}}]}",
     "/vulnerabilities/0/cwes", "", "no version of CWE"},
};

class ToCsaf21 : public ::testing::TestWithParam<Rule> {};
TEST_P(ToCsaf21, FollowsTheRule) {
  const auto& rule = GetParam();
  const auto conversion = converted(rule.patch);
  EXPECT_EQ(at(conversion, rule.pointer), rule.value) << notes_of(conversion);
  if (!rule.note.empty()) EXPECT_THAT(notes_of(conversion), ::testing::HasSubstr(std::string{rule.note}));
}
INSTANTIATE_TEST_SUITE_P(Csaf, ToCsaf21, ::testing::ValuesIn(kRules),
                         [](const auto& each) { return std::string{each.param.name}; });

#define FIXES(...)                                                                                         \
  "{'vulnerabilities':[{'cve':'CVE-1900-0001','product_status':{'known_affected':['P1'],'fixed':['P2']},'" \
  "remediations':[" __VA_ARGS__ "]}]}"

TEST(ToCsaf21Of, RemediationsIsSettled) {
  const auto split = converted(FIXES("{'category':'vendor_fix','details':'Update','product_ids':['P1','P2']}"));
  EXPECT_EQ(at(split, "/vulnerabilities/0/remediations/0/category"), "\"vendor_fix\"");
  EXPECT_EQ(at(split, "/vulnerabilities/0/remediations/0/product_ids"), "[\"P1\"]");
  EXPECT_EQ(at(split, "/vulnerabilities/0/remediations/1/category"), "\"optional_patch\"");
  EXPECT_EQ(at(split, "/vulnerabilities/0/remediations/1/product_ids"), "[\"P2\"]");
  EXPECT_THAT(notes_of(split), ::testing::HasSubstr("optional_patch for P2"));

  const auto planned = converted(
      FIXES("{'category':'none_available','details':'Wait','product_ids':['P1']},"
            "{'category':'vendor_fix','details':'Update','date':'2026-07-01T00:00:00Z','product_ids':['P1']}"));
  EXPECT_EQ(at(planned, "/vulnerabilities/0/remediations/0/category"), "\"fix_planned\"");
  EXPECT_EQ(at(planned, "/vulnerabilities/0/remediations/1"), "");

  const auto there = converted(
      FIXES("{'category':'none_available','details':'Wait','product_ids':['P1']},"
            "{'category':'vendor_fix','details':'Update','date':'2026-05-01T00:00:00Z','product_ids':['P1']}"));
  EXPECT_EQ(at(there, "/vulnerabilities/0/remediations/0/category"), "\"vendor_fix\"");
  EXPECT_EQ(at(there, "/vulnerabilities/0/remediations/1"), "");
}

TEST(ToCsaf21Of, RelationshipsIsPaths) {
  const auto conversion = converted(
      "{'product_tree':{'relationships':[{'category':'installed_on','product_reference':'P1','relates_to_product_"
      "reference':"
      "'P2','full_product_name':{'product_id':'R1','name':'P1 on P2'}}]}}");
  EXPECT_EQ(at(conversion, "/product_tree/relationships"), "");
  EXPECT_EQ(at(conversion, "/product_tree/product_paths/0/beginning_product_reference"), "\"P1\"");
  EXPECT_EQ(at(conversion, "/product_tree/product_paths/0/subpaths"),
            "[{\"category\":\"installed_on\",\"next_product_reference\":\"P2\"}]");
}

TEST(ToCsaf21Of, VersionAboveRangeBecomesPartOfTheName) {
  const auto conversion = converted(TREE(NAMED("Pump", "{'category':'product_version','name':'2','branches':[" LEAF(
                                                           "product_version_range", "vers:generic/<2.5") "]}")));
  EXPECT_EQ(at(conversion, BRANCH "category"), "\"product_family\"");
  EXPECT_EQ(at(conversion, BRANCH "branches/0/category"), "\"product_name\"");
  EXPECT_EQ(at(conversion, BRANCH "branches/0/name"), "\"Pump 2\"");
  EXPECT_TRUE(conversion.is_good()) << notes_of(conversion);
}

TEST(ToCsaf21Of, RangesTakeTheFormOfTheStandard) {
  const auto name_of = [](std::string_view name) {
    const auto branch = fmt::format(
        "{{'category':'product_version_range','name':'{}','product':{{'product_id':'P1','name':'x'}}}}", name);
    return at(converted(fmt::format(
                  "{{'product_tree':{{'full_product_names':null,'branches':[{{'category':'vendor','name':'V',"
                  "'branches':[{{'category':'product_name','name':'Pump','branches':[{}]}}]}}]}},"
                  "'vulnerabilities':null}}",
                  branch)),
              BRANCH "branches/0/name");
  };
  EXPECT_EQ(name_of("< V4.5"), "\"<V4.5\"");
  EXPECT_EQ(name_of("vers:all/<V5.6.0"), "\"<V5.6.0\"");
  EXPECT_EQ(name_of("All versions"), "\"vers:all/*\"");
  EXPECT_EQ(name_of(">= V2.0 < V2.1.6"), "\">=V2.0|<V2.1.6\"");
  EXPECT_EQ(name_of("vers:intdot/<4.2.0"), "\"vers:intdot/<4.2.0\"");
}

TEST(ToCsaf21Of, WhatIsNoRangeIsKeptAsPartOfTheName) {
  // Beside another version, alone with a level between, and without a product's name above.
  const auto beside = converted(
      TREE(NAMED("Pump", LEAF("product_version", "1") ","
                                                      "{'category':'product_version_range','name':'distributed before "
                                                      "2018','product':{'product_id':'P2','name':'y'}}")));
  EXPECT_TRUE(beside.is_good()) << notes_of(beside);
  EXPECT_EQ(at(beside, "/product_tree/branches/0/branches/0/name"), "\"Pump\"");
  EXPECT_EQ(at(beside, "/product_tree/branches/0/branches/0/branches/1"), "");
  EXPECT_EQ(
      at(beside, "/product_tree/branches/0/branches/1"),
      "{\"category\":\"product_name\",\"name\":\"Pump distributed before 2018\",\"product\":{\"product_id\":\"P2\","
      "\"name\":\"y\"}}");
  EXPECT_THAT(notes_of(beside),
              ::testing::HasSubstr("warning " BRANCH "branches/1/name 'distributed before 2018' is no"));

  const auto between =
      converted(TREE(NAMED("Pump", "{'category':'architecture','name':'ARM','branches':[" LEAF(
                                       "product_version_range", "All versions of the Pump in 2018") "]}")));
  EXPECT_TRUE(between.is_good()) << notes_of(between);
  EXPECT_EQ(at(between, "/product_tree/branches/0/branches/0/name"), "\"Pump All versions of the Pump in 2018\"");
  EXPECT_EQ(at(between, "/product_tree/branches/0/branches/0/branches/0"),
            "{\"category\":\"architecture\",\"name\":\"ARM\",\"product\":{\"product_id\":\"P1\",\"name\":\"x\"}}");
  EXPECT_EQ(at(between, "/product_tree/branches/0/branches/1"), "");

  const auto in_family = converted(TREE("{'category':'product_family','name':'Pumps','branches':[" LEAF(
      "product_version_range", "serial numbers from 4 on") "]}"));
  EXPECT_TRUE(in_family.is_good()) << notes_of(in_family);
  EXPECT_EQ(at(in_family, "/product_tree/branches/0/branches/0/name"), "\"Pumps serial numbers from 4 on\"");
}

TEST(ToCsaf21Of, UpperOpenRangeOfSeveralConstraintsIsClosed) {
  const auto closed = converted(TREE(NAMED("Pump", LEAF("product_version_range", "vers:generic/>=1.0|<2.0|>=3.0"))));
  EXPECT_EQ(at(closed, BRANCH "branches/0/name"), "\"vers:generic/>=1.0|<2.0|3.0\"");
  EXPECT_TRUE(closed.is_good()) << notes_of(closed);
  const auto excluding = converted(TREE(NAMED("Pump", LEAF("product_version_range", "vers:generic/>=1.0|<2.0|>3.0"))));
  EXPECT_EQ(at(excluding, BRANCH "branches/0/name"), "\"vers:generic/>=1.0|<2.0|>3.0\"");
  EXPECT_THAT(notes_of(excluding), ::testing::HasSubstr("could not be given an end"));
  EXPECT_FALSE(excluding.is_good());
}

TEST(ToCsaf21Of, OptionsDecideWhereTheStandardLeavesAChoice) {
  constexpr std::string_view kNumbers = HELPER("'model_numbers':['A?1*','B**','C']");
  auto options = kOptions;
  options.question_marks_are_literal = true;
  EXPECT_EQ(at(converted(kNumbers, options), HELPER_AT "model_numbers"), R"(["A\\?1*","C*"])");
  options.stars_are_literal = true;
  EXPECT_EQ(at(converted(kNumbers, options), HELPER_AT "model_numbers"), R"(["A\\?1\\**","B\\*\\**","C*"])");
  options.numbers_are_complete = true;
  EXPECT_EQ(at(converted(kNumbers, options), HELPER_AT "model_numbers"), R"(["A\\?1\\*","B\\*\\*","C"])");

  constexpr std::string_view kOther = "{'document':{'publisher':{'category':'other'}}}";
  options.other_publisher = ConvertOptions::OtherPublisher::keep;
  EXPECT_EQ(at(converted(kOther, options), "/document/publisher/category"), "\"other\"");
  EXPECT_THAT(notes_of(converted(kOther, options)), ::testing::Not(::testing::HasSubstr("multiplier")));
  options.other_publisher = ConvertOptions::OtherPublisher::multiplier;
  EXPECT_EQ(at(converted(kOther, options), "/document/publisher/category"), "\"multiplier\"");

  constexpr std::string_view kCwe = "{'vulnerabilities':[{'cwe':{'id':'CWE-20','name':'Improper Input Validation'}}]}";
  EXPECT_EQ(at(converted(kCwe), "/vulnerabilities/0/cwes/0/version"), "\"4.14\"");
  options.latest_cwe = true;
  EXPECT_NE(at(converted(kCwe, options), "/vulnerabilities/0/cwes/0/version"), "\"4.14\"");
}

TEST(ToCsaf21Of, SsvcSelectionListBecomesAMetric) {
  constexpr std::string_view kList =
      "{\\'timestamp\\':\\'2024-01-01T00:00:00Z\\',\\'schemaVersion\\':\\'2.0.0\\',\\'selections\\':[{\\'namespace\\':"
      "\\'ssvc\\',\\'key\\':\\'A\\',\\'version\\':\\'2.0.0\\',\\'values\\':[{\\'key\\':\\'Y\\'}]}]";
  const auto with = [&](const std::string& more) {
    return converted("{" LAMPS
                     ",'vulnerabilities':[{'cve':'CVE-1900-0001','product_status':{'known_affected':['P1']},"
                     "'notes':[{'category':'other','title':'SSVC','text':'" +
                     std::string{kList} + more + "}'}]}]}");
  };
  const auto good = with("");
  EXPECT_EQ(at(good, "/vulnerabilities/0/metrics/0/content/ssvc_v2/selections/0/values/0/key"), "\"Y\"");
  EXPECT_EQ(at(good, "/vulnerabilities/0/notes"), "");
  EXPECT_TRUE(good.is_good()) << notes_of(good);
  // About another vulnerability; with a member that the object does not have.
  for (const auto* more : {",\\'target_ids\\':[\\'CVE-1900-0002\\']", ",\\'role\\':\\'x\\'"}) {
    const auto kept = with(more);
    EXPECT_EQ(at(kept, "/vulnerabilities/0/metrics"), "") << more;
    EXPECT_EQ(at(kept, "/vulnerabilities/0/notes/0/title"), "\"SSVC\"") << more;
    EXPECT_THAT(notes_of(kept), ::testing::HasSubstr("the note was kept"));
  }
}

TEST(ToCsaf21Of, AFixThatIsThereCountsMoreThanAPlannedOne) {
  const auto conversion =
      converted(FIXES("{'category':'none_available','details':'Wait','product_ids':['P1']},"
                      "{'category':'vendor_fix','details':'Later','date':'2026-07-01T00:00:00Z','product_ids':['P1']},"
                      "{'category':'vendor_fix','details':'Now','date':'2026-05-01T00:00:00Z','product_ids':['P1']}"));
  EXPECT_EQ(at(conversion, "/vulnerabilities/0/remediations/0/details"), "\"Later\"");
  EXPECT_EQ(at(conversion, "/vulnerabilities/0/remediations/1/details"), "\"Now\"");
  EXPECT_EQ(at(conversion, "/vulnerabilities/0/remediations/2"), "");
}

TEST(ToCsaf21Of, OtherDocumentsIsRefused) {
  for (const auto* text :
       {"", "{}", "[]", R"({"document":{"csaf_version":"2.1"}})", R"({"document":{"csaf_version":"2.0"}})"}) {
    const auto conversion = to_csaf_2_1(text, kOptions);
    ASSERT_FALSE(conversion) << text;
    EXPECT_EQ(conversion.error().code, Error::Code::invalid_input) << text;
  }
}

/// Converts every document of an archive that is one of CSAF 2.0: the result is valid, or a note says why it is not.
void convert_all(std::string_view archive, int& seen, int& good, int& refused) {
  Validator validator;
  const bool present = testing::for_each_file(archive, [&](const std::string& name, const std::string& bytes) {
    const auto parsed = json::parse(bytes);
    if (!parsed || recognise(parsed->root()) != DocumentKind::csaf_2_0) return;
    ++seen;
    const auto conversion = to_csaf_2_1(bytes, kOptions);
    if (!conversion) {
      ++refused;
      EXPECT_FALSE(validator.validate(bytes).is_valid()) << name << " " << conversion.error().to_string();
      return;
    }
    EXPECT_EQ(validator.validate(json::write(conversion->document)).is_valid(), conversion->is_good()) << name;
    if (conversion->is_good()) ++good;
  });
  if (!present) GTEST_SKIP() << archive << " is not in TOCSIN_DATA";
}

TEST(ToCsaf21Of, RealDocumentsIsValidOrSaysWhyNot) {
  int seen = 0, good = 0, refused = 0;
  convert_all("csaf/cisa-ot-2017-2022.tar.zst", seen, good, refused);
  if (IsSkipped()) return;
  std::printf("%d of %d real documents converted\n", good, seen);
  EXPECT_EQ(seen, 1655);
  EXPECT_EQ(refused, 0);
  EXPECT_GE(good, 1608);
}

TEST(ToCsaf21Of, OtherIssuersIsValidOrSaysWhyNot) {
  int seen = 0, good = 0, refused = 0;
  for (const auto* archive : {"csaf/cisa-it.tar.zst", "csaf/other-issuers.tar.zst", "csaf/examples.tar.zst",
                              "csaf/oasis-tests-2.0.tar.zst"}) {
    convert_all(archive, seen, good, refused);
    if (IsSkipped()) return;
  }
  std::printf("%d of %d documents of others converted, %d were no valid ones of 2.0\n", good, seen, refused);
  EXPECT_GE(good, 34);
}

}  // namespace
}  // namespace tocsin::formats::csaf
