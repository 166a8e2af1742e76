#pragma once
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "domain/person.hpp"
#include "engine/identity/identity.hpp"
#include "engine/members/members.hpp"
#include "portal/app_fixture.hpp"
#include "portal/http/target.hpp"
#include "store/credentials.hpp"
#include "store/members_state.hpp"

/// For tests: the portal with people who sign in, and a browser that keeps cookies and fills forms.
namespace tocsin::portal::testing {

inline constexpr std::string_view kPassword = "correct horse battery staple";

using FormFields = std::vector<std::pair<std::string, std::string>>;

/// As much of a browser as attacks need: cookies by name, the form token of the last page.
class Browser {
 public:
  explicit Browser(std::uint16_t port) : client_(std::make_unique<http::testing::Client>(port)) {}

  http::testing::Reply get(std::string_view target, std::string_view headers = {}) {
    return taken(client_->get(target, std::string{headers} + cookie_line()));
  }
  /// Sends the fields with the last page's form token, unless they have a `csrf` of their own.
  http::testing::Reply post(std::string_view target, const FormFields& fields, std::string_view headers = {}) {
    std::string body;
    bool with_csrf = false;
    for (const auto& [name, value] : fields) {
      with_csrf = with_csrf || name == "csrf";
      if (name == "csrf" && value.empty()) continue;
      body += (body.empty() ? "" : "&") + http::encode_component(name) + "=" + http::encode_component(value);
    }
    if (!with_csrf) body += (body.empty() ? "csrf=" : "&csrf=") + http::encode_component(csrf);
    return send("POST", target, body, "application/x-www-form-urlencoded", headers);
  }
  http::testing::Reply send(std::string_view method, std::string_view target, std::string_view body,
                            std::string_view type, std::string_view headers = {}) {
    client_->send(std::string{method} + " " + std::string{target} +
                  " HTTP/1.1\r\nHost: portal.example\r\nContent-Type: " + std::string{type} +
                  "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + std::string{headers} + cookie_line() +
                  "\r\n" + std::string{body});
    return taken(client_->read());
  }

  std::map<std::string, std::string> cookies;
  std::string csrf;

 private:
  std::string cookie_line() const {
    std::string line;
    for (const auto& [name, value] : cookies) line += (line.empty() ? "Cookie: " : "; ") + name + "=" + value;
    return line.empty() ? line : line + "\r\n";
  }
  http::testing::Reply taken(http::testing::Reply reply) {
    for (const auto line : text::split(reply.head, '\n')) {
      constexpr std::string_view kName = "Set-Cookie: ";
      if (!line.starts_with(kName)) continue;
      const auto pair = line.substr(kName.size(), line.find(';') - kName.size());
      const auto equals = pair.find('=');
      const std::string name{pair.substr(0, equals)};
      const std::string value{pair.substr(equals + 1)};
      if (value.empty()) {
        cookies.erase(name);
      } else {
        cookies[name] = value;
      }
    }
    constexpr std::string_view kField = "name=\"csrf\" value=\"";
    if (const auto at = reply.body.find(kField); at != std::string::npos) {
      const auto begin = at + kField.size();
      csrf = reply.body.substr(begin, reply.body.find('"', begin) - begin);
    }
    return reply;
  }
  std::unique_ptr<http::testing::Client> client_;
};

/// One person for each role, each with kPassword. The CERT is organisation 1, the plant 2, the vendor 3.
class MembersTest : public PortalTest {
 protected:
  struct Someone {
    std::int64_t id;
    std::string_view mail;
    std::int64_t organisation;
    domain::Roles roles;
  };
  static constexpr std::int64_t kCert = 1, kPlant = 2, kVendor = 3;
  static const std::vector<Someone>& everybody() {
    using domain::Role;
    static const std::vector<Someone> people{
        {11, "member@plant.example", kPlant, {Role::member}},
        {12, "boss@plant.example", kPlant, {Role::member, Role::organisation_administrator}},
        {13, "vendor@vendor.example", kVendor, {Role::member, Role::vendor_coordinator}},
        {14, "analyst@cert.example", kCert, {Role::member, Role::analyst}},
        {15, "coordinator@cert.example", kCert, {Role::member, Role::coordinator}},
        {16, "auditor@cert.example", kCert, {Role::member, Role::auditor}},
        {17, "admin@cert.example", kCert, {Role::member, Role::administrator}}};
    return people;
  }

  void SetUp() override {
    identity_options_.password_cost = kPasswordCostForTests;
    identity_options_.second_factor_by_role = false;
    PortalTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    populate();
  }
  /// Who is there before the test begins.
  virtual void populate() {
    run(
        store::Sql{"INSERT INTO organisation (id, kind, name, folded_name, uuid, created_at, status) VALUES "
                   "(2, 1, 'Plant', 'plant', 'u2', 0, 2), (3, 2, 'Vendor', 'vendor', 'u3', 0, 2)"});
    const auto hash = hash_password(kPassword, kPasswordCostForTests).value();
    for (const auto& each : everybody()) add_person(each, hash);
    if (GetParam() == store::Dialect::postgres) {
      // Rows with numbers of their own do not move the counters that give the next one.
      run(store::Sql{"SELECT setval(pg_get_serial_sequence('organisation', 'id'), 100)"});
      run(store::Sql{"SELECT setval(pg_get_serial_sequence('person', 'id'), 100)"});
    }
    ASSERT_TRUE(app().watch().has_value());
  }
  void TearDown() override { PortalTest::TearDown(); }

  virtual engine::identity::Options more_options(engine::identity::Options options) { return options; }
  engine::identity::Identity* identity() override {
    identity_options_ = more_options(std::move(identity_options_));
    identity_options_.public_url = settings_.public_url;
    identity_ =
        std::make_unique<engine::identity::Identity>(database(), SealingKey::random(), identity_options_, clock_);
    return identity_.get();
  }
  engine::identity::Identity& identities() { return *identity_; }

  void run(const store::Sql& sql) {
    const auto done = database().write([&](store::Connection& connection) -> Status {
      TRY_VOID(connection.run(sql));
      return store::MembersState{connection}.advance();
    });
    ASSERT_TRUE(done.has_value()) << done.error().to_string() << done.error().detail;
  }
  void add_person(const Someone& someone, const std::string& hash) {
    run(
        store::Sql{"INSERT INTO person (id, uuid, name, email, folded_email, status, language, time_zone, created_at) "
                   "VALUES (?, ?, ?, ?, ?, 1, '', '', 0)",
                   someone.id, "p" + std::to_string(someone.id), "Somebody " + std::to_string(someone.id), someone.mail,
                   someone.mail});
    run(store::Sql{"INSERT INTO membership (person_id, organisation_id, roles, created_at) VALUES (?, ?, ?, 0)",
                   someone.id, someone.organisation, someone.roles.bits()});
    const auto done = database().write([&](store::Connection& connection) {
      return store::Credentials{connection}.set_password(domain::PersonId{someone.id}, hash, clock_.now());
    });
    ASSERT_TRUE(done.has_value()) << done.error().detail;
  }
  std::int64_t count(const store::Sql& sql) {
    const auto found = database().read([&](store::Connection& connection) {
      return connection.first(sql, [](const store::Row& row) { return row.integer(0); });
    });
    return found.value().value_or(-1);
  }

  std::string_view cookie_name() const {
    return settings_.public_url.starts_with("https://") ? "__Host-tocsin" : "tocsin";
  }
  Browser browser() { return Browser{running().port()}; }
  /// Signs in as people do: by the form.
  Browser signed_in(std::string_view mail) {
    auto made = browser();
    made.get("/sign-in");
    const auto reply = made.post("/sign-in", {{"email", std::string{mail}}, {"password", std::string{kPassword}}});
    EXPECT_EQ(reply.status, 303) << reply.body;
    EXPECT_TRUE(made.cookies.contains(std::string{cookie_name()})) << reply.head;
    made.get("/account");
    return made;
  }

  engine::identity::Options identity_options_;

 private:
  std::unique_ptr<engine::identity::Identity> identity_;
};

using Field = FormFields::value_type;

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

/// Another cast, of people who have signed in already and are called by their part.
class MemberPortalTest : public MembersTest {
 protected:
  void populate() override {
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
  /// What a program of theirs sends, or their browser by script.
  http::testing::Reply api(As who, std::string_view method, std::string_view target, std::string_view body = {},
                           std::string_view type = "application/json", std::string_view more = {}) {
    http::testing::Client client{running().port()};
    client.send(std::string{method} + " " + std::string{target} + " HTTP/1.1\r\nHost: portal.example\r\n" +
                cookie(who) + "X-CSRF-Token: " + csrf(who) + "\r\nContent-Type: " + std::string{type} + "\r\n" +
                std::string{more} + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string{body});
    return client.read();
  }
  std::string cookie(As who) const {
    const auto found = tokens_.find(who);
    return found == tokens_.end() ? std::string{} : "Cookie: tocsin=" + found->second + "\r\n";
  }
  std::string csrf(As who) {
    const auto found = tokens_.find(who);
    if (found == tokens_.end()) return {};
    const auto principal = identities().load_session(found->second, {}).value();
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
  std::int64_t number(const store::Sql& sql) { return count(sql); }
  /// Invites, activates and signs in.
  void enter(As who, std::string name, std::string email, domain::OrganisationId organisation, domain::Roles roles) {
    const auto id = person(std::move(name), std::move(email), organisation, roles);
    run(store::Sql{"UPDATE person SET status = ? WHERE id = ?", domain::PersonStatus::active, id});
    const auto signed_in = identities().sign_in_as(id, {});
    ASSERT_TRUE(signed_in.has_value()) << signed_in.error().to_string() << signed_in.error().detail;
    ASSERT_EQ(signed_in->next, engine::identity::SignIn::Next::signed_in) << signed_in->message;
    tokens_[who] = signed_in->token;
    people_[who] = id;
  }

  domain::OrganisationId water_, power_;
  std::map<As, domain::PersonId> people_;
  std::map<As, std::string> tokens_;
  const engine::Actor console_ = engine::Actor::at_console();
};

}  // namespace tocsin::portal::testing
