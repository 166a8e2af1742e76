#pragma once
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "exchange/openid.hpp"
#include "exchange/testing/loopback_server.hpp"
#include "formats/jose/testing.hpp"
#include "formats/oidc/sign_in.hpp"
#include "portal/http/target.hpp"
#include "portal/members_fixture.hpp"

/// For tests: an OpenID provider on loopback that also says what no honest one would.
namespace tocsin::portal::testing {

class FakeProvider {
 public:
  using Key = formats::jose::testing::PrivateKey;
  static constexpr std::string_view kClient = "tocsin", kSecret = "client secret";

  explicit FakeProvider(const Clock& clock)
      : clock_(clock), key_(Key::p256()), server_([this](exchange::testing::Connection& connection) {
          const auto answer = reply(connection.request());
          connection.write(answer);
        }) {}

  std::string issuer() const { return server_.url(""); }
  exchange::OpenIdSettings settings() const {
    exchange::OpenIdSettings settings{.issuer = issuer(), .client_id = std::string{kClient}};
    settings.client_secret = kSecret;
    settings.name = "Example ID";
    settings.second_factor = {"mfa"};
    settings.allow_loopback = true;
    return settings;
  }

  /// Who signs in next: members of the ID token beside those of the protocol, or instead of them. Empty: left out.
  std::map<std::string, std::string> claims;
  /// Makes the ID token; default: honestly.
  std::function<std::string(const std::string& claims)> sign = {};
  bool broken = false;  ///< Every answer is 500.
  std::string kid = "k1";

  void is(std::string_view subject, std::string_view email, std::string_view more = {}) {
    claims = {
        {"sub", quoted(subject)}, {"email", quoted(email)}, {"email_verified", "true"}, {"name", R"("Ada Outside")"}};
    if (!more.empty()) claims["groups"] = more;
  }
  void rotate() {
    const std::scoped_lock lock{mutex_};
    key_ = Key::p256();
    kid += "x";
  }
  std::string honest(const std::string& text) const {
    return key_.token(fmt::format(R"({{"alg":"ES256","kid":"{}","typ":"JWT"}})", kid), text,
                      formats::jose::Algorithm::es256);
  }
  const Key& key() const { return key_; }
  int asked(const std::string& path) {
    const std::scoped_lock lock{mutex_};
    return asked_[path];
  }

  /// Where a browser that was sent to `location` comes back, having signed in: state and code and iss.
  struct Return {
    std::string state, code, iss;
    std::string target() const {
      return "/sign-in/oidc/callback?" + formats::oidc::form_encode(std::vector<std::pair<std::string, std::string>>{
                                             {"code", code}, {"state", state}, {"iss", iss}});
    }
  };
  Return authorise(const std::string& location) {
    EXPECT_TRUE(location.starts_with(issuer() + "/authorize?")) << location;
    const auto query = http::parse_form(location.substr(location.find('?') + 1)).value();
    EXPECT_EQ(query.get("response_type"), "code");
    EXPECT_EQ(query.get("code_challenge_method"), "S256");
    EXPECT_EQ(query.get("client_id"), kClient);
    EXPECT_EQ(query.get("redirect_uri"), "http://portal.example/sign-in/oidc/callback");
    const std::scoped_lock lock{mutex_};
    auto code = fmt::format("code{}", codes_.size() + 1);
    codes_[code] = {std::string{query.get("nonce")}, std::string{query.get("code_challenge")},
                    std::string{query.get("max_age")}};
    return {std::string{query.get("state")}, code, issuer()};
  }

  static std::string quoted(std::string_view text) { return json::write(boost::json::value(text)); }

 private:
  struct Code {
    std::string nonce, challenge, max_age;
    bool used = false;
  };

  std::string reply(const std::string& request) {
    const std::scoped_lock lock{mutex_};
    const auto target =
        request.substr(request.find(' ') + 1, request.find(' ', request.find(' ') + 1) - request.find(' ') - 1);
    ++asked_[target];
    if (broken) return answer(500, "{}");
    if (target == "/.well-known/openid-configuration") return answer(200, discovery());
    if (target == "/keys") {
      return answer(200, formats::jose::testing::key_set({key_.jwk(kid, R"(,"use":"sig","alg":"ES256")")}));
    }
    if (target == "/token") return token(request);
    return answer(404, "{}");
  }

  std::string discovery() const {
    return fmt::format(
        R"({{"issuer":"{0}","authorization_endpoint":"{0}/authorize","token_endpoint":"{0}/token","jwks_uri":"{0}/keys",)"
        R"("end_session_endpoint":"{0}/end","response_types_supported":["code"],)"
        R"("id_token_signing_alg_values_supported":["ES256","RS256"],"code_challenge_methods_supported":["S256"],)"
        R"("authorization_response_iss_parameter_supported":true}})",
        issuer());
  }

  std::string token(const std::string& request) {
    const auto form = http::parse_form(request.substr(request.find("\r\n\r\n") + 4)).value();
    const auto found = codes_.find(std::string{form.get("code")});
    const auto basic = "Authorization: Basic " + base64_encode("tocsin:client%20secret");
    if (found == codes_.end() || found->second.used || request.find(basic) == std::string::npos ||
        formats::oidc::code_challenge(form.get("code_verifier")) != found->second.challenge) {
      return answer(400, R"({"error":"invalid_grant"})");
    }
    found->second.used = true;
    const auto now = clock_.now().micros / 1'000'000;
    std::map<std::string, std::string> all{{"iss", quoted(issuer())},
                                           {"aud", quoted(kClient)},
                                           {"exp", std::to_string(now + 300)},
                                           {"iat", std::to_string(now)},
                                           {"nonce", quoted(found->second.nonce)}};
    if (!found->second.max_age.empty()) all["auth_time"] = std::to_string(now);
    for (const auto& [name, value] : claims) all[name] = value;
    std::string text;
    for (const auto& [name, value] : all) {
      if (!value.empty()) text += fmt::format("{}\"{}\":{}", text.empty() ? "{" : ",", name, value);
    }
    text += "}";
    return answer(200, fmt::format(R"({{"token_type":"Bearer","access_token":"a","id_token":"{}"}})",
                                   sign ? sign(text) : honest(text)));
  }

  static std::string answer(int status, std::string_view body) {
    return fmt::format("HTTP/1.1 {} X\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{}", status, body.size(), body);
  }

  const Clock& clock_;
  std::mutex mutex_;
  Key key_;
  std::map<std::string, Code> codes_;
  std::map<std::string, int> asked_;
  exchange::testing::LoopbackServer server_;  ///< Last: its thread uses the rest.
};

/// The portal with that provider; its groups give roles in the plant (organisation 2) and the CERT (1).
class OutsideTest : public MembersTest {
 protected:
  void SetUp() override {
    settings_.public_url = "http://portal.example";
    openid_ = exchange::OpenId::open(provider_.settings(), clock_).value();
    settings_.openid = openid_;
    identity_options_.outside.name = "Example ID";
    identity_options_.outside.groups = domain::parse_group_roles(
                                           "plant-admins = Plant: organisation-administrator\nanalysts = 1: analyst\n"
                                           "chiefs = 1: administrator\nplant = Plant")
                                           .value();
    MembersTest::SetUp();
  }

  static constexpr std::string_view kInvited = "ada@plant.example";
  /// Invited into the plant, without password.
  void invite_ada(int status = 0) {
    run(
        store::Sql{"INSERT INTO person (id, uuid, name, email, folded_email, status, language, time_zone, created_at) "
                   "VALUES (50, 'p50', 'Ada', ?, ?, ?, '', '', 0)",
                   kInvited, kInvited, status});
    run(store::Sql{"INSERT INTO membership (person_id, organisation_id, roles, created_at) VALUES (50, 2, 1, 0)"});
  }
  /// From the button to the provider and back to the callback's address; nothing has come back yet.
  FakeProvider::Return leave(Browser& browser, const std::string& next = {}) {
    browser.get("/sign-in");
    const auto sent = browser.post("/sign-in/oidc", {{"next", next}});
    EXPECT_EQ(sent.status, 303) << sent.body;
    return provider_.authorise(sent.header("location"));
  }
  http::testing::Reply sign_in_outside(Browser& browser, const std::string& next = {}) {
    return browser.get(leave(browser, next).target());
  }
  bool has_session(const Browser& browser) const { return browser.cookies.contains("tocsin"); }
  std::int64_t links() { return count(store::Sql{"SELECT count(*) FROM credential WHERE kind = 5"}); }
  std::int64_t roles(std::int64_t person, std::int64_t organisation) {
    return count(
        store::Sql{"SELECT roles FROM membership WHERE person_id = ? AND organisation_id = ?", person, organisation});
  }
  std::int64_t entries(std::string_view action) {
    return count(store::Sql{"SELECT count(*) FROM audit WHERE action = ?", action});
  }

  FakeProvider provider_{clock_};
  std::shared_ptr<exchange::OpenId> openid_;
};

}  // namespace tocsin::portal::testing
