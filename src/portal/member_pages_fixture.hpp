#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/identity/identity.hpp"
#include "engine/members/members.hpp"
#include "portal/app_fixture.hpp"
#include "portal/http/target.hpp"

/// For tests: the portal with organisations and people of every role, all of whom have signed in.
namespace tocsin::portal::testing {

using Field = std::pair<std::string, std::string>;

enum class As {
  visitor,
  administrator,
  coordinator,
  analyst,
  auditor,
  water_administrator,
  water_member,
  power_member
};

class MemberPortalTest : public PortalTest {
 protected:
  void SetUp() override {
    PortalTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    using enum domain::Role;
    water_ = organisation("Water works", domain::OrganisationKind::asset_owner);
    power_ = organisation("Power plant", domain::OrganisationKind::asset_owner);
    const auto cert = domain::kOwnOrganisation;
    enter(As::administrator, "Ada Admin", "ada@cert.example", cert, {member, administrator});
    enter(As::coordinator, "Cora Coordinator", "cora@cert.example", cert, {member, coordinator});
    enter(As::analyst, "Ana Analyst", "ana@cert.example", cert, {member, analyst});
    enter(As::auditor, "Aldo Auditor", "aldo@cert.example", cert, {member, auditor});
    enter(As::water_administrator, "Wendy Wells", "wendy@water.example", water_, {member, organisation_administrator});
    enter(As::water_member, "Will Weir", "will@water.example", water_, {member});
    enter(As::power_member, "Petra Pylon", "petra@power.example", power_, {member});
  }
  void TearDown() override {
    finish();
    own_identity_.reset();
    PortalTest::TearDown();
  }

  http::testing::Reply get_as(As who, std::string_view target, std::string_view headers = {}) {
    return get(target, cookie(who) + std::string{headers});
  }
  /// A form of theirs, with the token that theirs has to have.
  http::testing::Reply post_as(As who, std::string_view target, std::vector<Field> fields) {
    fields.emplace_back("csrf", csrf(who));
    return post_bare(who, target, fields);
  }
  http::testing::Reply post_bare(As who, std::string_view target, const std::vector<Field>& fields) {
    std::string body;
    for (const auto& [name, value] : fields) {
      if (!body.empty()) body += '&';
      body += http::encode_component(name) + "=" + http::encode_component(value);
    }
    http::testing::Client client{running().port()};
    client.send("POST " + std::string{target} + " HTTP/1.1\r\nHost: portal.example\r\n" + cookie(who) +
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
    return client.read();
  }
  std::string cookie(As who) const {
    const auto found = tokens_.find(who);
    return found == tokens_.end() ? std::string{} : "Cookie: tocsin=" + found->second + "\r\n";
  }
  std::string csrf(As who) {
    const auto found = tokens_.find(who);
    if (found == tokens_.end()) return {};
    const auto principal = own_identity_->load_session(found->second, {}).value();
    return principal == nullptr ? std::string{} : principal->csrf;
  }

  domain::OrganisationId organisation(std::string name, domain::OrganisationKind kind) {
    engine::members::OrganisationInput input;
    input.kind = kind;
    input.name = std::move(name);
    auto made = engine::members::create_organisation(database(), console_, input, clock_.now());
    EXPECT_TRUE(made.has_value()) << made.error().to_string() << made.error().detail;
    return made.value();
  }
  domain::PersonId person(std::string name, std::string email, domain::OrganisationId organisation,
                          domain::Roles roles) {
    auto made = engine::members::invite(
        database(), console_, organisation,
        {.name = std::move(name), .email = std::move(email), .language = {}, .time_zone = {}}, roles, clock_.now());
    EXPECT_TRUE(made.has_value()) << made.error().to_string() << made.error().detail;
    return made.value();
  }
  void run(const store::Sql& sql) {
    const auto done = database().write([&](store::Connection& connection) { return connection.run(sql); });
    ASSERT_TRUE(done.has_value()) << done.error().to_string() << done.error().detail;
  }
  std::int64_t number(const store::Sql& sql) {
    return database()
        .read([&](store::Connection& connection) {
          return connection.first(sql, [](const store::Row& row) { return row.integer(0); });
        })
        .value()
        .value_or(-1);
  }
  /// Invites, activates and signs in.
  void enter(As who, std::string name, std::string email, domain::OrganisationId organisation, domain::Roles roles) {
    const auto id = person(std::move(name), std::move(email), organisation, roles);
    run(store::Sql{"UPDATE person SET status = ? WHERE id = ?", domain::PersonStatus::active, id});
    const auto signed_in = own_identity_->sign_in_as(id, {});
    ASSERT_TRUE(signed_in.has_value()) << signed_in.error().to_string() << signed_in.error().detail;
    ASSERT_EQ(signed_in->next, engine::identity::SignIn::Next::signed_in) << signed_in->message;
    tokens_[who] = signed_in->token;
    people_[who] = id;
  }

  virtual engine::identity::Options more_options(engine::identity::Options options) { return options; }
  engine::identity::Identity* identity() override {
    if (own_identity_) return own_identity_.get();
    engine::identity::Options options;
    options.password_cost = kPasswordCostForTests;
    // What a second factor changes is tested where people sign in.
    options.second_factor_by_role = false;
    options = more_options(std::move(options));
    own_identity_ = std::make_unique<engine::identity::Identity>(database(), SealingKey::random(), options, clock_);
    return own_identity_.get();
  }
  domain::OrganisationId water_, power_;
  std::map<As, domain::PersonId> people_;
  std::map<As, std::string> tokens_;
  const engine::Actor console_ = engine::Actor::at_console();

 private:
  std::unique_ptr<engine::identity::Identity> own_identity_;
};

}  // namespace tocsin::portal::testing
