#include "formats/csaf/convert/to_2_1.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/csaf/validate/testing.hpp"
#include "formats/csaf/validate/validate.hpp"
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
  // What cannot be read for certain stays, and is told of.
  EXPECT_EQ(name_of("< V4.5 only with web server"), "\"< V4.5 only with web server\"");
}

TEST(ToCsaf21Of, OtherDocumentsIsRefused) {
  for (const auto* text :
       {"", "{}", "[]", R"({"document":{"csaf_version":"2.1"}})", R"({"document":{"csaf_version":"2.0"}})"}) {
    const auto conversion = to_csaf_2_1(text, kOptions);
    ASSERT_FALSE(conversion) << text;
    EXPECT_EQ(conversion.error().code, Error::Code::invalid_input) << text;
  }
}

TEST(ToCsaf21Of, RealDocumentsIsValidOrSaysWhyNot) {
  int good = 0, seen = 0;
  const bool present =
      testing::for_each_file("csaf/cisa-ot-2017-2022.tar.zst", [&](const std::string& name, const std::string& bytes) {
        // A tenth of them is enough to meet every form.
        if (!name.ends_with(".json") || ++seen % 10 != 0) return;
        const auto conversion = to_csaf_2_1(bytes, kOptions);
        ASSERT_TRUE(conversion) << name << " " << conversion.error().to_string();
        Validator validator;
        EXPECT_EQ(validator.validate(json::write(conversion->document)).is_valid(), conversion->is_good()) << name;
        if (conversion->is_good()) ++good;
      });
  if (!present) GTEST_SKIP() << "csaf/cisa-ot-2017-2022.tar.zst is not in TOCSIN_DATA";
  EXPECT_GT(good, 140) << "of 165";
}

}  // namespace
}  // namespace tocsin::formats::csaf
