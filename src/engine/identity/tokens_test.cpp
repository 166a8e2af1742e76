#include "engine/identity/testing.hpp"
#include "engine/members/members.hpp"

namespace tocsin::engine::identity {
namespace {

using domain::Permission;
using domain::PersonStatus;
using domain::Role;
using domain::Roles;
using store::Sql;
using ::testing::ElementsAre;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class TokensTest : public IdentityTest {
 protected:
  NewToken wanted() {
    return {.name = "Scanner",
            .scopes = {"read"},
            .networks = {},
            .expires_at = {clock.now().micros + std::chrono::microseconds{std::chrono::days{30}}.count()}};
  }
  std::string create(const NewToken& token) {
    const auto made = identity->create_token(ada, kWater, token, self(ada));
    EXPECT_TRUE(made) << made.error().to_string() << made.error().detail;
    return made.value();
  }
  PrincipalPtr use(std::string_view token, const Where& where = kHome) {
    const auto found = identity->load_token(token, where);
    EXPECT_TRUE(found) << found.error().to_string() << found.error().detail;
    return found.value();
  }
};
TOCSIN_ON_BOTH_DATABASES(TokensTest);

TEST_P(TokensTest, ActsForItsPersonInItsOrganisation) {
  const auto token = create(wanted());
  EXPECT_THAT(token, StartsWith("tocsin_"));
  EXPECT_EQ(token.size(), 7U + 43U);
  const auto principal = use(token);
  ASSERT_NE(principal, nullptr);
  EXPECT_EQ(principal->by, Principal::By::token);
  EXPECT_EQ(principal->person, ada);
  EXPECT_EQ(principal->viewer.organisation, kWater);
  ASSERT_THAT(principal->seats, SizeIs(1));
  EXPECT_TRUE(principal->csrf.empty());
  EXPECT_TRUE(principal->may(Permission::read_as_member));
  EXPECT_FALSE(identity->fresh(*principal, clock.now())) << "a token never proves who is there";
  EXPECT_EQ(identity->cached_token(token, kHome.address), principal);
  EXPECT_THAT(texts(Sql{"SELECT token_hash FROM api_token"}), ElementsAre(sha256_hex(token)));
  EXPECT_THAT(actions(), ElementsAre("token.create"));
}

TEST_P(TokensTest, ForgedOnesAreNobody) {
  const auto token = create(wanted());
  ASSERT_NE(use(token), nullptr);
  auto last = token;
  last.back() = last.back() == 'A' ? 'B' : 'A';
  for (const auto& forged : {last, token.substr(7), "TOCSIN_" + token.substr(7), token + " ", std::string{},
                             "tocsin_" + std::string(43, 'A'), sha256_hex(token), "tocsin_" + sha256_hex(token)}) {
    EXPECT_EQ(use(forged), nullptr) << forged;
    EXPECT_EQ(identity->cached_token(forged, kHome.address), nullptr) << forged;
  }
  EXPECT_EQ(load(token), nullptr) << "no session either";
  EXPECT_EQ(load(token.substr(7)), nullptr);
  const auto session = signed_in();
  EXPECT_EQ(use("tocsin_" + session), nullptr) << "a session is no token";
}

TEST_P(TokensTest, ScopesNarrowRolesAndNeverWidenThem) {
  membership(ada, kCert, {Role::member, Role::coordinator});
  add_totp(ada);
  const auto made = [&](std::vector<std::string> scopes, domain::OrganisationId organisation) {
    auto token = wanted();
    token.scopes = std::move(scopes);
    return use(identity->create_token(ada, organisation, token, self(ada)).value());
  };
  const auto reader = made({"read"}, kCert), publisher = made({"read", "publish"}, kCert),
             everything = made({"read", "write-records", "publish", "manage-members", "audit"}, kCert),
             member = made({"read", "write-records", "publish", "manage-members", "audit"}, kWater);
  struct Row {
    Permission permission;
    bool reader, publisher, everything, member;
  };
  constexpr Row kRows[] = {
      {Permission::anyone, true, true, true, true},
      {Permission::signed_in, true, true, true, true},
      {Permission::read_as_member, true, true, true, true},
      {Permission::manage_own_organisation, false, false, true, false},
      {Permission::edit_record, false, false, true, false},
      {Permission::publish_record, false, true, true, false},
      {Permission::delete_record, false, true, true, false},
      {Permission::vet_organisations, false, false, true, false},
      {Permission::manage_people, false, false, false, false},  // An administrator's.
      {Permission::read_audit, false, false, false, false},     // An auditor's.
      {Permission::administer, false, false, false, false},
  };
  for (const auto& row : kRows) {
    const auto name = domain::slug(row.permission);
    EXPECT_EQ(reader->may(row.permission), row.reader) << name;
    EXPECT_EQ(publisher->may(row.permission), row.publisher) << name;
    EXPECT_EQ(everything->may(row.permission), row.everything) << name;
    EXPECT_EQ(member->may(row.permission), row.member) << name;
    // What the engine's use cases ask is the same.
    EXPECT_EQ(reader->actor("", "", "").may(row.permission), row.reader) << name;
    EXPECT_EQ(publisher->actor("", "", "").may(row.permission), row.publisher) << name;
    EXPECT_EQ(everything->actor("", "", "").may(row.permission), row.everything) << name;
  }
}

TEST_P(TokensTest, AStolenTokenBreedsNoOtherAccess) {
  const auto actor = use(create(wanted()))->actor("192.0.2.1", "", "");
  EXPECT_EQ(identity->create_token(ada, kWater, wanted(), actor).error().code, Error::Code::forbidden);
  EXPECT_EQ(identity->change_password(ada, kPassword, "another long passphrase", actor).error().code,
            Error::Code::forbidden);
  EXPECT_EQ(identity->new_recovery_codes(ada, actor).error().code, Error::Code::forbidden);
  EXPECT_EQ(identity->remove_totp(ada, actor).error().code, Error::Code::forbidden);
  EXPECT_EQ(identity->create_link(LinkPurpose::password_reset, ada, {}, actor).error().code, Error::Code::forbidden);
  EXPECT_EQ(identity->create_link(LinkPurpose::email_proof, ada, {}, actor).error().code, Error::Code::forbidden);
  EXPECT_EQ(identity->revoke_other_sessions(ada, 0, actor).error().code, Error::Code::forbidden);
  const members::PersonInput profile{.name = "Ada", .email = "thief@example.org", .language = {}, .time_zone = {}};
  EXPECT_EQ(members::change_person(database(), actor, ada, profile, clock.now()).error().code, Error::Code::forbidden)
      << "an address leads to a new password";
  EXPECT_EQ(members::erase_person(database(), actor, ada, clock.now()).error().code, Error::Code::forbidden);
  EXPECT_EQ(members::export_person(database(), actor, ada, clock.now()).error().code, Error::Code::forbidden);
}

TEST_P(TokensTest, WorksFromItsNetworksOnly) {
  auto token = wanted();
  token.networks = {"192.0.2.0/24", "2001:db8:1::/48"};
  const auto secret = create(token);
  const auto from = [&](std::string_view address) {
    return use(secret, {.address = std::string{address}, .agent = {}, .request_id = {}}) != nullptr;
  };
  EXPECT_TRUE(from("192.0.2.1"));
  EXPECT_TRUE(from("::ffff:192.0.2.1"));
  EXPECT_TRUE(from("2001:db8:1::5"));
  EXPECT_NE(identity->cached_token(secret, "192.0.2.99"), nullptr);
  // From memory as from the database.
  for (const auto* address : {"192.0.3.1", "::ffff:192.0.3.1", "2001:db8:2::5", "", "unknown", "192.0.2.1.5"}) {
    EXPECT_FALSE(from(address)) << address;
    EXPECT_EQ(identity->cached_token(secret, address), nullptr) << address;
  }
  EXPECT_EQ(count_of("token.use-refused"), 5) << "noted, and not without end";
  EXPECT_EQ(number(Sql{"SELECT outcome FROM audit WHERE action = 'token.use-refused'"}), 1);
}

TEST_P(TokensTest, ExpiresByTheClock) {
  const auto secret = create(wanted());
  clock.advance(std::chrono::days{30} - std::chrono::seconds{1});
  EXPECT_NE(use(secret), nullptr);
  clock.advance(std::chrono::seconds{1});
  EXPECT_EQ(identity->cached_token(secret, kHome.address), nullptr);
  EXPECT_EQ(use(secret), nullptr);
}

TEST_P(TokensTest, RevokingStopsItEverywhere) {
  const auto secret = create(wanted());
  const auto other_process = another();
  ASSERT_NE(use(secret), nullptr);
  ASSERT_NE(other_process->load_token(secret, kHome).value(), nullptr);
  const auto id = identity->tokens(ada)->front().id;
  EXPECT_EQ(identity->revoke_token(ada, id, self(ben)).error().code, Error::Code::forbidden);
  EXPECT_EQ(identity->revoke_token(ben, id, self(ben)).error().code, Error::Code::not_found);
  ASSERT_TRUE(identity->revoke_token(ada, id, self(ada)));
  EXPECT_EQ(use(secret), nullptr);
  ASSERT_TRUE(other_process->refresh());
  EXPECT_EQ(other_process->load_token(secret, kHome).value(), nullptr);
  EXPECT_TRUE(identity->tokens(ada)->front().revoked_at);
  EXPECT_EQ(identity->revoke_token(ada, id, self(ada)).error().code, Error::Code::not_found);
}

TEST_P(TokensTest, StopsWithPersonOrganisationAndMembership) {
  struct Case {
    std::string_view what;
    Sql before, after;
  };
  const Case cases[] = {
      {"person", Sql{"UPDATE person SET status = ? WHERE id = 1", PersonStatus::suspended},
       Sql{"UPDATE person SET status = ? WHERE id = 1", PersonStatus::active}},
      {"organisation", Sql{"UPDATE organisation SET status = 3 WHERE id = 2"},
       Sql{"UPDATE organisation SET status = 2 WHERE id = 2"}},
      {"membership", Sql{"DELETE FROM membership WHERE person_id = 1 AND organisation_id = 2"},
       Sql{"INSERT INTO membership (person_id, organisation_id, roles, created_at) VALUES (1, 2, 1, 0)"}}};
  const auto secret = create(wanted());
  for (const auto& each : cases) {
    EXPECT_NE(use(secret), nullptr) << each.what;
    run_as_member_change(each.before);
    ASSERT_TRUE(identity->refresh());
    EXPECT_EQ(use(secret), nullptr) << each.what;
    run_as_member_change(each.after);
    ASSERT_TRUE(identity->refresh());
  }
  EXPECT_NE(use(secret), nullptr);
}

TEST_P(TokensTest, LastUseIsWrittenAtMostOnceAMinute) {
  const auto secret = create(wanted());
  const auto began = clock.now();
  use(secret);
  clock.advance(std::chrono::seconds{59});
  use(secret, kElsewhere);
  EXPECT_EQ(identity->tokens(ada)->front().last_used_at, began);
  EXPECT_EQ(identity->tokens(ada)->front().last_used_address, kHome.address);
  clock.advance(std::chrono::seconds{1});
  use(secret, kElsewhere);
  EXPECT_EQ(identity->tokens(ada)->front().last_used_at, clock.now());
  EXPECT_EQ(identity->tokens(ada)->front().last_used_address, kElsewhere.address);
}

TEST_P(TokensTest, RefusesWhatIsNoToken) {
  struct Case {
    std::string_view where;
    std::function<void(NewToken&)> change;
  };
  const Case cases[] = {
      {"name", [](NewToken& t) { t.name = "  "; }},
      {"name", [](NewToken& t) { t.name = std::string(101, 'x'); }},
      {"name", [](NewToken& t) { t.name = "a\nb"; }},
      {"name", [](NewToken& t) { t.name = "\xFF"; }},
      {"scopes", [](NewToken& t) { t.scopes = {}; }},
      {"scopes", [](NewToken& t) { t.scopes = {"read", "everything"}; }},
      {"scopes", [](NewToken& t) { t.scopes = {"publish"}; }},
      {"networks", [](NewToken& t) { t.networks = {"192.0.2.1/33"}; }},
      {"networks", [](NewToken& t) { t.networks = {"example.org"}; }},
      {"networks", [](NewToken& t) { t.networks.assign(51, "192.0.2.1"); }},
      {"expires_at", [&](NewToken& t) { t.expires_at = clock.now(); }},
      {"expires_at", [](NewToken& t) { t.expires_at.micros += 337LL * 86'400'000'000; }},
  };
  for (const auto& each : cases) {
    auto token = wanted();
    each.change(token);
    const auto made = identity->create_token(ada, kWater, token, self(ada));
    ASSERT_FALSE(made) << each.where;
    EXPECT_EQ(made.error().code, Error::Code::invalid_input);
    EXPECT_EQ(made.error().where, each.where);
  }
  EXPECT_EQ(identity->create_token(ada, kCert, wanted(), self(ada)).error().code, Error::Code::not_found);
  EXPECT_EQ(identity->create_token(ada, kWater, wanted(), self(ben)).error().code, Error::Code::forbidden);
  EXPECT_EQ(number(Sql{"SELECT COUNT(*) FROM api_token"}), 0);
}

TEST_P(TokensTest, SaysWhyNobodyCanActThere) {
  const auto console = Actor::at_console();
  const auto refusal = [&](domain::PersonId person, domain::OrganisationId organisation, const Actor& actor) {
    const auto made = identity->create_token(person, organisation, wanted(), actor);
    EXPECT_FALSE(made);
    return made ? Error{} : made.error();
  };
  const auto invited = refusal(cem, kWater, console);
  EXPECT_EQ(invited.code, Error::Code::conflict);
  EXPECT_THAT(invited.message, ::testing::HasSubstr("invitation"));
  const auto elsewhere = refusal(ada, kCert, console);
  EXPECT_EQ(elsewhere.code, Error::Code::conflict);
  EXPECT_THAT(elsewhere.message, ::testing::HasSubstr("not a member"));
  EXPECT_EQ(refusal({77}, kWater, console).message, Error::not_found("person").message);
  // Away from the console, one that exists is one that does not.
  EXPECT_EQ(refusal(ada, kCert, self(ada)).message, refusal(ada, {77}, self(ada)).message);
  run(Sql{"UPDATE person SET status = ? WHERE id = ?", domain::PersonStatus::suspended, ada});
  EXPECT_THAT(refusal(ada, kWater, console).message, ::testing::HasSubstr("suspended"));
  EXPECT_EQ(number(Sql{"SELECT COUNT(*) FROM api_token"}), 0);
}

TEST_P(TokensTest, HasALimitPerPerson) {
  for (int i = 0; i < 50; ++i) create(wanted());
  EXPECT_EQ(identity->create_token(ada, kWater, wanted(), self(ada)).error().code, Error::Code::conflict);
  ASSERT_TRUE(identity->revoke_token(ada, identity->tokens(ada)->front().id, self(ada)));
  create(wanted());
}

TEST_P(TokensTest, OfAPersonWhoseSecondFactorIsMissingMayNothing) {
  const auto token = identity->create_token(ben, kCert, wanted(), self(ben)).value();
  const auto principal = use(token);
  ASSERT_NE(principal, nullptr);
  EXPECT_TRUE(principal->must_add_factor);
  EXPECT_FALSE(principal->may(Permission::read_as_member));
  EXPECT_FALSE(principal->viewer.organisation);
}

TEST_P(TokensTest, GuessingFillsNoAuditLog) {
  for (int i = 0; i < 100; ++i) use("tocsin_" + random_token());
  EXPECT_EQ(count_of("token.use-refused"), 5);
}

}  // namespace
}  // namespace tocsin::engine::identity
