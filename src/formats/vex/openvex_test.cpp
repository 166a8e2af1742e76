#include "formats/vex/openvex.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "formats/recognise.hpp"
#include "formats/testing/corpus.hpp"
#include "formats/testing/golden.hpp"

namespace tocsin::formats::vex {
namespace {

std::string told(const Made& made) {
  std::string text = json::write_pretty(made.document) + "\n";
  for (const auto& loss : made.losses) text += "lost " + loss.path + ": " + loss.message + "\n";
  return text;
}

std::string at(const Made& made, std::string_view pointer) {
  const auto* found = json::at_pointer(made.document, pointer);
  return found == nullptr ? "" : json::write(*found);
}

/// An OpenVEX document with these statements.
Result<Made> from(std::string_view statements) {
  const auto text = fmt::format(R"({{"@context":"https://openvex.dev/ns/v0.2.0","@id":"https://orme.example/vex/7",
"author":"Orme Drives","timestamp":"2024-02-03T04:05:06Z","version":1,"statements":{}}})",
                                statements);
  const auto parsed = json::parse(text);
  return from_openvex(parsed.value().root());
}

constexpr std::string_view kProduct = R"("products":[{"@id":"pkg:generic/drive@1"}])";
Result<Made> from_statement(std::string_view members) {
  return from(fmt::format(R"([{{"vulnerability":{{"name":"CVE-2024-90001"}},{},{}}}])", kProduct, members));
}

TEST(OpenVex, Golden) {
  for (const std::string stem : {"full-2.0", "full-2.1"}) {
    const auto made = to_openvex(testing::sample(stem + ".json"));
    ASSERT_TRUE(made) << made.error().to_string();
    testing::expect_golden("vex/testdata/" + stem + ".expected.openvex.txt", told(*made));
    const auto back = from_openvex(made->document);
    ASSERT_TRUE(back) << back.error().to_string();
    testing::expect_golden("vex/testdata/" + stem + ".expected.openvex-and-back.txt", told(*back));
  }
}

struct FromCase {
  std::string_view name, members, pointer, expected;
};
void PrintTo(const FromCase& each, std::ostream* out) { *out << each.members; }

constexpr FromCase kFromCases[] = {
    {"Fixed", R"("status":"fixed")", "/vulnerabilities/0/product_status/fixed", R"(["P-1"])"},
    {"Investigated", R"("status":"under_investigation")", "/vulnerabilities/0/product_status/under_investigation",
     R"(["P-1"])"},
    {"NotAffected", R"("status":"not_affected","justification":"component_not_present")", "/vulnerabilities/0/flags/0",
     R"({"label":"component_not_present","product_ids":["P-1"]})"},
    {"NotAffectedInWords", R"("status":"not_affected","impact_statement":"No radio.")",
     "/vulnerabilities/0/threats/0/details", R"("No radio.")"},
    {"NotAffectedWithoutReason", R"("status":"not_affected")", "/vulnerabilities/0/threats/0/details",
     R"("The OpenVEX document gives no reason.")"},
    {"Affected", R"("status":"affected","action_statement":"Update.")", "/vulnerabilities/0/remediations/0",
     R"({"category":"mitigation","details":"Update.","product_ids":["P-1"]})"},
    {"AffectedWithoutAction", R"("status":"affected")", "/vulnerabilities/0/remediations/0/category",
     R"("none_available")"},
    {"PackageUrl", R"("status":"fixed")", "/product_tree/full_product_names/0/product_identification_helper/purls",
     R"(["pkg:generic/drive@1"])"},
    {"Namespace", R"("status":"fixed")", "/document/publisher/namespace", R"("https://orme.example")"},
};
class FromOpenVexCase : public ::testing::TestWithParam<FromCase> {};
TEST_P(FromOpenVexCase, BecomesCsaf) {
  const auto made = from_statement(GetParam().members);
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_EQ(at(*made, GetParam().pointer), GetParam().expected) << json::write_pretty(made->document);
}
INSTANTIATE_TEST_SUITE_P(OpenVex, FromOpenVexCase, ::testing::ValuesIn(kFromCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(OpenVex, TakesTheLatestOfSeveralStatements) {
  const auto made = from(
      R"([{"vulnerability":{"name":"CVE-2024-90001"},"products":[{"@id":"pkg:generic/a@1"}],"status":"fixed","timestamp":"2024-05-01T00:00:00Z"},
{"vulnerability":{"name":"GHSA-aaaa-bbbb-cccc","aliases":["CVE-2024-90001"]},"products":[{"@id":"pkg:generic/a@1"}],"status":"under_investigation"}])");
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_EQ(at(*made, "/vulnerabilities/0/product_status"), R"({"fixed":["P-1"]})");
  EXPECT_EQ(at(*made, "/vulnerabilities/0/ids/0/text"), R"("GHSA-aaaa-bbbb-cccc")");
  EXPECT_EQ(at(*made, "/vulnerabilities/1"), "");
  EXPECT_TRUE(text::contains(told(*made), "statements that later ones take the place of"));
}

TEST(OpenVex, TakesTheWorseOfTwoStatementsOfTheSameMoment) {
  const auto made = from(fmt::format(
      R"([{{"vulnerability":{{"name":"CVE-2024-90001"}},{0},"status":"affected","action_statement":"Wait."}},
{{"vulnerability":{{"name":"CVE-2024-90001"}},{0},"status":"fixed"}}])",
      kProduct));
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_EQ(at(*made, "/vulnerabilities/0/product_status"), R"({"known_affected":["P-1"]})");
}

TEST(OpenVex, KeepsProductsApartThatShareAPackageUrl) {
  const auto made = to_openvex(testing::advisory_from(
      R"({"document":{"category":"csaf_base","csaf_version":"2.0","title":"T",
"publisher":{"category":"vendor","name":"N","namespace":"https://n.example"},
"tracking":{"current_release_date":"2022-01-01T00:00:00Z","id":"X 1","initial_release_date":"2022-01-01T00:00:00Z",
"revision_history":[],"status":"final","version":"1"}},"product_tree":{"full_product_names":[
{"name":"a","product_id":"a","product_identification_helper":{"purl":"pkg:generic/x"}},
{"name":"b","product_id":"b","product_identification_helper":{"purl":"pkg:generic/x"}}]},
"vulnerabilities":[{"cve":"CVE-2022-90001","product_status":{"known_affected":["a"],"fixed":["b"]}}]})"));
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_EQ(at(*made, "/statements/0/products/0/@id"), R"("https://n.example/X%201#a")");
  const auto back = from_openvex(made->document);
  ASSERT_TRUE(back) << back.error().to_string();
  EXPECT_EQ(at(*back, "/vulnerabilities/0/product_status"), R"({"known_affected":["P-1"],"fixed":["P-2"]})");
}

struct Refused {
  std::string_view name, statements, where;
};
void PrintTo(const Refused& each, std::ostream* out) { *out << each.statements; }
constexpr Refused kRefused[] = {
    {"NoStatement", "[]", ""},
    {"NoProduct", R"([{"vulnerability":{"name":"CVE-2024-90001"},"status":"fixed"}])", ""},
    {"Status", R"([{"vulnerability":{"name":"CVE-2024-90001"},"status":"mended"}])", "/statements/0/status"},
    {"NoName", R"([{"vulnerability":{},"status":"fixed"}])", "/statements/0/vulnerability/name"},
    {"Justification", R"([{"vulnerability":{"name":"x"},"status":"not_affected","justification":"luck"}])",
     "/statements/0/justification"},
    {"Time", R"([{"vulnerability":{"name":"x"},"status":"fixed","timestamp":"soon"}])", "/statements/0/timestamp"},
    {"NamelessProduct", R"([{"vulnerability":{"name":"x"},"status":"fixed","products":[{}]}])",
     "/statements/0/products/0"},
    {"NotStatements", "7", ""},
};
class FromOpenVexRefused : public ::testing::TestWithParam<Refused> {};
TEST_P(FromOpenVexRefused, SaysWhere) {
  const auto made = from(GetParam().statements);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Error::Code::invalid_input);
  EXPECT_EQ(made.error().where, GetParam().where);
}
INSTANTIATE_TEST_SUITE_P(OpenVex, FromOpenVexRefused, ::testing::ValuesIn(kRefused),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(OpenVex, StopsWhereALongTextWouldBeToldTooOften) {
  std::string products, ids, remediations;
  for (int each = 0; each < 600; ++each) {
    const auto* comma = each == 0 ? "" : ",";
    products += fmt::format(R"({}{{"name":"p","product_id":"{}"}})", comma, each);
    ids += fmt::format(R"({}"{}")", comma, each);
    remediations += fmt::format(R"({}{{"category":"mitigation","details":"d","product_ids":["{}"]}})", comma, each);
  }
  const auto made = to_openvex(testing::advisory_from(fmt::format(
      R"({{"document":{{"category":"csaf_base","csaf_version":"2.0","title":"T",
"publisher":{{"category":"vendor","name":"N","namespace":"https://n.example"}},
"tracking":{{"current_release_date":"2022-01-01T00:00:00Z","id":"X","initial_release_date":"2022-01-01T00:00:00Z",
"revision_history":[],"status":"final","version":"1"}}}},"product_tree":{{"full_product_names":[{}]}},
"vulnerabilities":[{{"cve":"CVE-2022-90001","notes":[{{"category":"description","text":"{}"}}],
"product_status":{{"known_affected":[{}]}},"remediations":[{}]}}]}})",
      products, std::string(500'000, 'x'), ids, remediations)));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Error::Code::too_large);
}

TEST(OpenVex, RealAdvisoriesGoThereAndBackWithEveryVulnerabilityThatHasAStatus) {
  int made_count = 0;
  const bool there = testing::for_each_file("csaf/other-issuers.tar.zst", [&](const auto& name, const auto& bytes) {
    const auto parsed = json::parse(bytes);
    if (!parsed || made_count >= 60) return;
    const auto advisory = csaf::read_advisory(parsed->root());
    if (!advisory) return;
    const auto made = to_openvex(*advisory);
    if (!made) return;
    ++made_count;
    const auto back = from_openvex(made->document);
    ASSERT_TRUE(back) << name << ": " << back.error().to_string();
    const auto text = json::write(back->document);
    for (const auto& vulnerability : advisory->vulnerabilities) {
      if (!vulnerability.statuses.empty() && vulnerability.statuses[0].status != csaf::ProductStatus::recommended &&
          vulnerability.statuses[0].status != csaf::ProductStatus::unknown) {
        EXPECT_TRUE(text::contains(text, vulnerability.cve)) << name << " " << vulnerability.cve;
      }
    }
  });
  if (!there) GTEST_SKIP() << "csaf/other-issuers.tar.zst of the shared archive is not here";
  EXPECT_GT(made_count, 0);
}

}  // namespace
}  // namespace tocsin::formats::vex
