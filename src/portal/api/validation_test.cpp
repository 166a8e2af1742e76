#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

#include "base/json.hpp"
#include "portal/app_fixture.hpp"

namespace tocsin::portal {
namespace {

using ::testing::HasSubstr;

std::string demo_document() {
  std::ifstream file{TOCSIN_SOURCE_DIR "/demo/advisories/tdc-2025-001-v3.json"};
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

class Validation : public testing::PortalTest {
 protected:
  boost::json::value ask(std::string_view body, int status = 200, std::string_view target = "/api/v1/csaf/validate") {
    const auto reply = post(target, body);
    EXPECT_EQ(reply.status, status) << reply.body;
    const auto parsed = json::parse(reply.body);
    EXPECT_TRUE(parsed) << reply.body;
    return parsed ? boost::json::value(parsed->root(), boost::json::storage_ptr()) : boost::json::value{};
  }
  static std::string request(std::string_view type, std::string_view name, std::string_view document) {
    return fmt::format(R"({{"tests":[{{"type":"{}","name":"{}"}}],"document":{}}})", type, name, document);
  }
};

TEST_P(Validation, PresetsRunTheirTests) {
  const auto document = demo_document();
  ASSERT_FALSE(document.empty());
  const auto basic = ask(request("preset", "basic", document));
  EXPECT_TRUE(basic.at("isValid").get_bool());
  const auto full = ask(request("preset", "full", document), 200, "/api/v1/validate");
  EXPECT_GT(full.at("tests").as_array().size(), basic.at("tests").as_array().size() - 1);
  const auto schema = ask(request("preset", "schema", document));
  ASSERT_EQ(schema.at("tests").as_array().size(), 1U);
  EXPECT_EQ(schema.at("tests").at(0).at("name"), "csaf_2_0_strict");
}

TEST_P(Validation, SpellsOrSaysThatItDidNot) {
  const auto answer =
      ask(request("test", "informativeTest_6_3_8",
                  R"({"document":{"csaf_version":"2.0","lang":"qqq","title":"Secruity researchers"}})"));
  ASSERT_EQ(answer.at("tests").as_array().size(), 1U);
  // Where there are dictionaries, none is of this language; where there are none, the test is not run.
  EXPECT_TRUE(answer.at("tests").at(0).at("isValid").get_bool());
  ASSERT_EQ(answer.at("tests").at(0).at("infos").as_array().size(), 1U);
  EXPECT_THAT(json::string_at(answer.at("tests").at(0).at("infos").at(0), "message"), HasSubstr("dictionary"));
}

TEST_P(Validation, TellsTestsThatItCannotRun) {
  const auto answer = ask(request("test", "informativeTest_6_3_6", R"({"document":{"csaf_version":"2.0"}})"));
  ASSERT_EQ(answer.at("tests").at(0).at("infos").as_array().size(), 1U);
  EXPECT_THAT(json::string_at(answer.at("tests").at(0).at("infos").at(0), "message"), HasSubstr("not run: "));
}

TEST_P(Validation, PathsBeginAtTheDocument) {
  const auto answer =
      ask(request("test", "mandatoryTest_6_1_1",
                  R"({"document":{"csaf_version":"2.0"},"vulnerabilities":[{"product_status":{"fixed":["A"]}}]})"));
  EXPECT_FALSE(answer.at("isValid").get_bool());
  ASSERT_EQ(answer.at("tests").as_array().size(), 1U);
  const auto& test = answer.at("tests").at(0);
  EXPECT_EQ(test.as_object().size(), 5U) << "clients refuse members that they do not know";
  EXPECT_EQ(test.at("name"), "mandatoryTest_6_1_1");
  EXPECT_FALSE(test.at("isValid").get_bool());
  EXPECT_EQ(test.at("errors").at(0).at("instancePath"), "/vulnerabilities/0/product_status/fixed/0");
  EXPECT_TRUE(test.at("warnings").as_array().empty());
}

TEST_P(Validation, StrictTakesNoAdditionalMember) {
  auto document = demo_document();
  document.insert(document.find('{') + 1, R"("x_more":1,)");
  EXPECT_TRUE(ask(request("test", "csaf_2_0", document)).at("isValid").get_bool());
  const auto strict = ask(request("test", "csaf_2_0_strict", document));
  EXPECT_FALSE(strict.at("isValid").get_bool());
  EXPECT_EQ(strict.at("tests").at(0).at("errors").at(0).at("instancePath"), "/x_more");
}

TEST_P(Validation, DocumentOfNoVersionIsNotValid) {
  for (const auto* preset : {"basic", "mandatory", "informative"}) {
    const auto answer = ask(request("preset", preset, R"({"document":{}})"));
    EXPECT_FALSE(answer.at("isValid").get_bool()) << preset;
    // No test that was not run is said to have been passed.
    ASSERT_EQ(answer.at("tests").as_array().size(), 1U) << preset;
    EXPECT_EQ(answer.at("tests").at(0).at("name"), "csaf_2_0_strict") << preset;
    EXPECT_FALSE(answer.at("tests").at(0).at("isValid").get_bool()) << preset;
  }
}

TEST_P(Validation, SaysWhatIsNoAdvisory) {
  const auto answer =
      ask(request("preset", "basic", R"({"@context":"https://openvex.dev/ns/v0.2.0","statements":[]})"));
  EXPECT_FALSE(answer.at("isValid").get_bool());
  ASSERT_EQ(answer.at("tests").as_array().size(), 1U);
  EXPECT_EQ(json::string_at(answer.at("tests").at(0).at("errors").at(0), "message"),
            "this is no CSAF advisory but: OpenVEX document");
  // What lies beside advisories has rules of its own (tocsin validate, /tools/csaf), but passes none of these tests.
  const auto category = ask(request("preset", "full", R"({"categories":{"category":[{"term":"PLC"}]}})"));
  EXPECT_FALSE(category.at("isValid").get_bool());
  ASSERT_EQ(category.at("tests").as_array().size(), 1U);
  EXPECT_FALSE(category.at("tests").at(0).at("isValid").get_bool());
}

TEST_P(Validation, BadRequestsSayWhere) {
  const std::pair<std::string, std::string> kBad[] = {
      {"", "1:1"},
      {"{", ""},
      {"[]", ""},
      {R"({"tests":[{"type":"preset","name":"basic"}]})", "/document"},
      {R"({"document":{}})", "/tests"},
      {R"({"tests":[],"document":{}})", "/tests"},
      {R"({"tests":[{"type":"preset","name":"thorough"}],"document":{}})", "/tests/0/name"},
      {R"({"tests":[{"type":"test","name":"6.1.1"}],"document":{}})", "/tests/0/name"},
      {R"({"tests":[7],"document":{}})", "/tests/0/type"},
  };
  for (const auto& [body, where] : kBad) {
    const auto problem = ask(body, 400);
    EXPECT_EQ(problem.at("status"), 400) << body;
    if (!where.empty()) {
      ASSERT_TRUE(problem.as_object().contains("where")) << body;
      EXPECT_EQ(problem.at("where").as_string(), where) << body;
    }
  }
}

TEST_P(Validation, EveryNamedTestCanBeAsked) {
  const auto reply = get("/api/v1/csaf/tests");
  ASSERT_EQ(reply.status, 200);
  const auto tests = json::parse(reply.body);
  ASSERT_TRUE(tests);
  for (const auto& test : tests->root().as_array()) {
    ask(request("test", json::string_at(test, "name"), R"({"document":{"csaf_version":"2.0"}})"));
  }
}

TOCSIN_ON_BOTH_DATABASES(Validation);

}  // namespace
}  // namespace tocsin::portal
