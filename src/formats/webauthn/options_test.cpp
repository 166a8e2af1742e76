#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/webauthn/testing/house.hpp"

namespace tocsin::formats::webauthn {
namespace {

using testing::assertion_request, testing::creation_request, testing::filled;
using Code = Error::Code;

TEST(CreationOptions, AreWhatTheBrowserParses) {
  auto request = creation_request();
  request.display_name = "Ada \"<b>\" Lovelace";
  request.exclude = {{filled(16, 'i'), {"internal", "hybrid"}}, {filled(1023, 'j'), {}}};
  request.resident_key = ResidentKey::required;
  const auto options = creation_options(request);
  ASSERT_TRUE(options.has_value()) << options.error().to_string();
  EXPECT_EQ(*options, R"({"rp":{"id":"cert.example.org","name":"Example CERT"},"user":{"id":")" + filled(64, 'u') +
                          R"(","name":"ada","displayName":"Ada \"<b>\" Lovelace"},"challenge":")" + filled(32, 'c') +
                          R"(","pubKeyCredParams":[{"type":"public-key","alg":-7},{"type":"public-key","alg":-8},)"
                          R"({"type":"public-key","alg":-257}],"timeout":300000,"excludeCredentials":[)"
                          R"({"type":"public-key","id":")" +
                          filled(16, 'i') + R"(","transports":["internal","hybrid"]},{"type":"public-key","id":")" +
                          filled(1023, 'j') +
                          R"("}],"authenticatorSelection":{"residentKey":"required","requireResidentKey":true,)"
                          R"("userVerification":"required"},"attestation":"none","extensions":{"credProps":true}})");
}

TEST(CreationOptions, MayOnlyPrefer) {
  auto request = creation_request();
  request.user_verification = UserVerification::preferred;
  const auto options = json::parse(creation_options(request).value()).value();
  const auto& selection = *json::at_pointer(options.root(), "/authenticatorSelection");
  EXPECT_EQ(json::string_at(selection, "residentKey"), "preferred");
  EXPECT_EQ(json::string_at(selection, "userVerification"), "preferred");
  EXPECT_FALSE(selection.at("requireResidentKey").as_bool());
}

TEST(RequestOptions, AreWhatTheBrowserParses) {
  auto request = assertion_request();
  EXPECT_EQ(request_options(request).value(), R"({"challenge":")" + filled(32, 'c') +
                                                  R"(","timeout":300000,"rpId":"cert.example.org",)"
                                                  R"("allowCredentials":[],"userVerification":"required"})");
  request.allow = {{filled(32, 'i'), {"usb"}}};
  request.user_verification = UserVerification::preferred;
  request.timeout_ms = 60'000;
  EXPECT_EQ(request_options(request).value(),
            R"({"challenge":")" + filled(32, 'c') +
                R"(","timeout":60000,"rpId":"cert.example.org","allowCredentials":[{"type":"public-key","id":")" +
                filled(32, 'i') + R"(","transports":["usb"]}],"userVerification":"preferred"})");
}

struct Wrong {
  std::string_view name;
  void (*change)(CreationRequest&);
  std::string_view where;
};
void PrintTo(const Wrong& each, std::ostream* out) { *out << each.name; }
class WrongRequest : public ::testing::TestWithParam<Wrong> {};
TEST_P(WrongRequest, IsRefused) {
  auto request = creation_request();
  GetParam().change(request);
  const auto options = creation_options(request);
  ASSERT_FALSE(options.has_value());
  EXPECT_EQ(options.error().code, Code::invalid_input);
  EXPECT_EQ(options.error().where, GetParam().where);
}
const Wrong kWrong[] = {
    {"NoRelyingParty", [](CreationRequest& request) { request.rp_id.clear(); }, "rp.id"},
    {"NoName", [](CreationRequest& request) { request.rp_name.clear(); }, "rp.name"},
    {"UserHandleIsAnAddress", [](CreationRequest& request) { request.user_handle = "ada@example.org"; }, "user.id"},
    {"UserHandleTooShort", [](CreationRequest& request) { request.user_handle = filled(63, 'u'); }, "user.id"},
    {"UserHandleTooLong", [](CreationRequest& request) { request.user_handle = filled(65, 'u'); }, "user.id"},
    {"NoUserName", [](CreationRequest& request) { request.user_name.clear(); }, "user.name"},
    {"UserNameTooLong", [](CreationRequest& request) { request.user_name = std::string(257, 'a'); }, "user.name"},
    {"DisplayNameIsLatin1", [](CreationRequest& request) { request.display_name = "J\xfcrgen"; }, "user.displayName"},
    {"NoChallenge", [](CreationRequest& request) { request.challenge.clear(); }, "challenge"},
    {"ChallengeTooShort", [](CreationRequest& request) { request.challenge = filled(16, 'c'); }, "challenge"},
    {"ChallengeWithPadding", [](CreationRequest& request) { request.challenge += '='; }, "challenge"},
    {"NoTime", [](CreationRequest& request) { request.timeout_ms = 0; }, "timeout"},
    {"TooMuchTime", [](CreationRequest& request) { request.timeout_ms = 600'001; }, "timeout"},
    {"TooManyExcluded",
     [](CreationRequest& request) { request.exclude.assign(kDescriptorsMax + 1, {filled(32, 'i'), {}}); },
     "excludeCredentials"},
    {"ExcludedIdTooShort", [](CreationRequest& request) { request.exclude = {{filled(15, 'i'), {}}}; },
     "excludeCredentials"},
};
INSTANTIATE_TEST_SUITE_P(CreationOptions, WrongRequest, ::testing::ValuesIn(kWrong),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(RequestOptions, HaveTheSameLimits) {
  auto request = assertion_request();
  request.allow.assign(kDescriptorsMax, {filled(32, 'i'), {}});
  EXPECT_TRUE(request_options(request));
  request.allow.push_back(request.allow.front());
  EXPECT_EQ(request_options(request).error().where, "allowCredentials");
  request = assertion_request();
  request.challenge = "";
  EXPECT_EQ(request_options(request).error().where, "challenge");
}

json::Parsed testdata(std::string_view name) {
  std::ifstream file{std::string{TOCSIN_SOURCE_DIR "/src/formats/webauthn/testdata/"} + std::string{name}};
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str()).value();
}

TEST(AnswersOfABrowser, AreVerified) {
  const auto recorded = testdata("chromium.json");
  const auto& answers = recorded.root();
  auto expected = testing::expectation();
  expected.rp_id = "localhost";
  expected.origins = {std::string{json::string_at(answers, "origin")}};
  expected.require_user_handle = true;
  const auto registered = verify_registration(json::write(answers.at("registration")), expected);
  ASSERT_TRUE(registered.has_value()) << registered.error().to_string();
  EXPECT_EQ(registered->transports, std::vector<std::string>{"internal"});
  EXPECT_EQ(registered->discoverable, true);
  const auto asserted =
      verify_assertion(json::write(answers.at("authentication")), expected, testing::stored(*registered));
  ASSERT_TRUE(asserted.has_value()) << asserted.error().to_string();
  EXPECT_EQ(asserted->user_handle, testing::user_handle());
  EXPECT_GT(asserted->sign_count, registered->sign_count);
}

/// Section 16 of the specification; see testdata/README.md.
TEST(SpecificationVectors, AreVerifiedAsTheirSectionSays) {
  const auto vectors = testdata("vectors.json");
  ASSERT_EQ(vectors.root().as_array().size(), 4U);
  for (const auto& each : vectors.root().as_array()) {
    SCOPED_TRACE(json::string_at(each, "name"));
    const auto refused = json::string_at(each, "refused");
    Expectation expected;
    expected.origins = {"https://example.org"};
    expected.rp_id = "example.org";
    expected.require_user_verification = false;
    expected.challenge = json::string_at(each, "registration_challenge");
    const auto registered = verify_registration(json::write(each.at("registration")), expected);
    ASSERT_EQ(registered ? "" : registered.error().where, refused);
    if (!registered) continue;
    EXPECT_EQ(registered->credential_id, json::string_at(each.at("registration"), "id"));
    EXPECT_EQ(registered->aaguid, json::string_at(each, "aaguid"));
    EXPECT_EQ(static_cast<int>(registered->algorithm), each.at("algorithm").as_int64());
    expected.challenge = json::string_at(each, "authentication_challenge");
    const auto asserted =
        verify_assertion(json::write(each.at("authentication")), expected, testing::stored(*registered));
    EXPECT_TRUE(asserted.has_value()) << asserted.error().to_string();
  }
}

}  // namespace
}  // namespace tocsin::formats::webauthn
