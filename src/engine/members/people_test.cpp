#include "base/json.hpp"
#include "engine/members/testing.hpp"

namespace tocsin::engine::members {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr auto kCert = domain::kOwnOrganisation;

class PeopleTest : public MembersTest {
 protected:
  Roles roles_of(PersonId person, OrganisationId organisation) {
    return Roles::from_bits(
        number(Sql{"SELECT roles FROM membership WHERE person_id = ? AND organisation_id = ?", person, organisation}));
  }
  PersonStatus status_of(PersonId person) {
    return static_cast<PersonStatus>(number(Sql{"SELECT status FROM person WHERE id = ?", person}));
  }
};
TOCSIN_ON_BOTH_DATABASES(PeopleTest);

TEST_P(PeopleTest, ANewAddressBecomesAnInvitedPersonAndAKnownOneAMember) {
  const auto water = organisation("Water works");
  const auto power = organisation("Power works");
  const auto before = generation_now();
  const auto first = invite(database(), console, water, mailed(" Ada@Water.example ", " Ada  Example"), {}, kTestNow);
  ASSERT_TRUE(first) << first.error().to_string();
  EXPECT_EQ(status_of(*first), PersonStatus::invited);
  EXPECT_EQ(roles_of(*first, water), Roles{Role::member});
  EXPECT_EQ(last_entry(), "membership.add person:" + std::to_string(first->value));
  EXPECT_EQ(generation_now(), before + 1);
  const auto second =
      invite(database(), console, power, mailed("ada@water.EXAMPLE", "Somebody else"), {Role::member}, kTestNow);
  ASSERT_TRUE(second);
  EXPECT_EQ(*second, *first);
  const auto row = find_person(database(), console, *first).value();
  EXPECT_EQ(row->person.name, "Ada Example");
  EXPECT_EQ(row->person.email, "Ada@Water.example");
  EXPECT_EQ(row->person.uuid.size(), 36U);
  EXPECT_EQ(row->memberships.size(), 2U);
  EXPECT_EQ(refusal(invite(database(), console, power, mailed("ada@water.example"), {}, kTestNow)),
            "conflict at email");
  EXPECT_EQ(outcome(invite(database(), console, {404}, mailed("b@water.example"), {}, kTestNow)), "not_found");
}

TEST_P(PeopleTest, WhatIsNotRightIsRefusedAtItsField) {
  const auto water = organisation("Water works");
  const auto someone = person("a@water.example", water);
  const auto with = [&](auto change) {
    auto input = mailed("b@water.example");
    change(input);
    const auto invited = refusal(invite(database(), console, water, input, {}, kTestNow));
    EXPECT_EQ(refusal(change_person(database(), console, someone, input, kTestNow)), invited);
    return invited;
  };
  EXPECT_EQ(with([](auto& it) { it.name = " "; }), "invalid_input at name");
  EXPECT_EQ(with([](auto& it) { it.name = std::string(201, 'a'); }), "invalid_input at name");
  EXPECT_EQ(with([](auto& it) { it.email = "b"; }), "invalid_input at email");
  EXPECT_EQ(with([](auto& it) { it.email = "b@x.example, c@x.example"; }), "invalid_input at email");
  EXPECT_EQ(with([](auto& it) {
              it.email = "b@x.example\n";
              it.name = "a\x7F";
            }),
            "invalid_input at name");
  EXPECT_EQ(with([](auto& it) { it.language = "no language"; }), "invalid_input at language");
  EXPECT_EQ(with([](auto& it) { it.time_zone = "../../etc/passwd"; }), "invalid_input at time_zone");
  EXPECT_EQ(with([](auto& it) { it.time_zone = std::string(65, 'a'); }), "invalid_input at time_zone");
}

TEST_P(PeopleTest, RolesFollowTheirOrganisation) {
  const auto water = organisation("Water works");
  const auto vendor = organisation("Example Pumps", OrganisationKind::vendor);
  for (const auto role : domain::all_roles()) {
    for (const auto where : {kCert, water, vendor}) {
      const auto expected = domain::may_hold({role}, stored(where)) ? "ok" : "invalid_input at roles";
      const auto name = std::string{domain::slug(role)} + std::to_string(where.value);
      EXPECT_EQ(refusal(invite(database(), console, where, mailed(name + "@x.example"), {role}, kTestNow)), expected);
      const auto other = person("o" + name + "@x.example", where);
      EXPECT_EQ(refusal(set_roles(database(), console, other, where, {role}, kTestNow)), expected) << name;
    }
  }
}

TEST_P(PeopleTest, NobodyRaisesTheirOwnRoles) {
  const auto admin_id = person("root@cert.example", kCert, {Role::administrator});
  person("second@cert.example", kCert, {Role::administrator});
  const auto admin = acting(admin_id, kCert);
  EXPECT_EQ(outcome(set_roles(database(), admin, admin_id, kCert, {Role::administrator, Role::coordinator}, kTestNow)),
            "forbidden");
  const auto water = organisation("Water works");
  EXPECT_EQ(outcome(invite(database(), admin, water, mailed("root@cert.example"), {Role::organisation_administrator},
                           kTestNow)),
            "forbidden");
  EXPECT_EQ(roles_of(admin_id, kCert), (Roles{Role::member, Role::administrator}));
  EXPECT_EQ(outcome(set_roles(database(), admin, admin_id, kCert, {Role::member}, kTestNow)), "ok");
}

TEST_P(PeopleTest, AnOrganisationsAdministratorRulesAtHomeAndMakesNobodyOfTheCert) {
  const auto water = organisation("Water works");
  const auto power = organisation("Power works");
  const auto admin = acting(person("a@water.example", water, {Role::organisation_administrator}), water);
  const auto colleague = invite(database(), admin, water, mailed("m@water.example"), {}, kTestNow);
  ASSERT_TRUE(colleague) << colleague.error().to_string();
  EXPECT_TRUE(set_roles(database(), admin, *colleague, water, {Role::organisation_administrator}, kTestNow));
  const auto stranger = person("s@power.example", power);
  EXPECT_EQ(outcome(set_roles(database(), admin, stranger, power, {}, kTestNow)), "forbidden");
  EXPECT_EQ(outcome(set_roles(database(), admin, stranger, water, {}, kTestNow)), "not_found");
  EXPECT_EQ(outcome(set_roles(database(), admin, {404}, water, {}, kTestNow)), "not_found");
  EXPECT_EQ(outcome(invite(database(), admin, power, mailed("x@water.example"), {}, kTestNow)), "forbidden");
  EXPECT_EQ(outcome(change_person(database(), admin, *colleague, mailed("evil@water.example"), kTestNow)), "forbidden");
  EXPECT_EQ(outcome(set_person_status(database(), admin, *colleague, PersonStatus::suspended, kTestNow)), "forbidden");
  EXPECT_EQ(outcome(erase_person(database(), admin, *colleague, kTestNow)), "forbidden");
  EXPECT_EQ(outcome(export_person(database(), admin, *colleague, kTestNow)), "forbidden");
  // The administrator of the CERT's profile is not one of the installation.
  const auto profile = acting(person("p@cert.example", kCert, {Role::organisation_administrator}), kCert);
  const auto analyst = person("n@cert.example", kCert, {Role::analyst});
  EXPECT_EQ(outcome(invite(database(), profile, kCert, mailed("e@cert.example"), {Role::administrator}, kTestNow)),
            "forbidden");
  EXPECT_EQ(outcome(set_roles(database(), profile, analyst, kCert, {Role::administrator}, kTestNow)), "forbidden");
  EXPECT_EQ(outcome(set_roles(database(), profile, analyst, kCert, {}, kTestNow)), "forbidden");
  EXPECT_EQ(outcome(invite(database(), profile, kCert, mailed("e@cert.example"), {Role::member}, kTestNow)), "ok");
}

TEST_P(PeopleTest, TheLastAdministratorOfAnOrganisationStaysOne) {
  const auto water = organisation("Water works");
  const auto first = person("a@water.example", water, {Role::organisation_administrator});
  for (const auto roles : {Roles{}, Roles{Role::member}}) {
    EXPECT_EQ(refusal(set_roles(database(), console, first, water, roles, kTestNow)), "conflict at roles");
  }
  const auto second = person("b@water.example", water, {Role::organisation_administrator});
  ASSERT_TRUE(set_person_status(database(), console, second, PersonStatus::suspended, kTestNow));
  EXPECT_EQ(refusal(set_roles(database(), console, first, water, {}, kTestNow)), "conflict at roles");
  ASSERT_TRUE(set_person_status(database(), console, second, PersonStatus::active, kTestNow));
  EXPECT_EQ(refusal(set_roles(database(), console, first, water, {}, kTestNow)), "ok");
}

TEST_P(PeopleTest, TheLastAdministratorOfTheCertStaysWhateverIsTried) {
  const auto root = person("root@cert.example", kCert, {Role::administrator});
  const auto invited =
      invite(database(), console, kCert, mailed("next@cert.example"), {Role::administrator}, kTestNow).value();
  const auto refused_all = [&] {
    EXPECT_EQ(outcome(set_person_status(database(), console, root, PersonStatus::suspended, kTestNow)), "conflict");
    EXPECT_EQ(outcome(erase_person(database(), console, root, kTestNow)), "conflict");
    EXPECT_EQ(outcome(erase_person(database(), acting(root, kCert), root, kTestNow)), "conflict");
    EXPECT_EQ(outcome(set_roles(database(), console, root, kCert, {}, kTestNow)), "conflict");
    EXPECT_EQ(outcome(set_roles(database(), console, root, kCert, {Role::coordinator}, kTestNow)), "conflict");
  };
  refused_all();  // Who is only invited cannot act yet.
  activate(invited);
  ASSERT_TRUE(set_person_status(database(), console, invited, PersonStatus::suspended, kTestNow));
  refused_all();
  ASSERT_TRUE(set_person_status(database(), console, invited, PersonStatus::active, kTestNow));
  EXPECT_EQ(outcome(erase_person(database(), console, root, kTestNow)), "ok");
}

TEST_P(PeopleTest, AMembershipEndsWithWhatActsForIt) {
  const auto water = organisation("Water works");
  const auto power = organisation("Power works");
  const auto someone = person("a@water.example", water);
  ASSERT_TRUE(invite(database(), console, power, mailed("a@water.example"), {}, kTestNow));
  session(someone, water);
  session(someone, power);
  ASSERT_TRUE(set_roles(database(), console, someone, water, {}, kTestNow));
  EXPECT_EQ(sessions(someone), 2);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM session WHERE organisation_id = ?", water}), 0);
  EXPECT_EQ(last_entry(), "membership.remove person:" + std::to_string(someone.value));
  EXPECT_EQ(outcome(set_roles(database(), console, someone, water, {Role::member}, kTestNow)), "not_found");
}

TEST_P(PeopleTest, OnlyActiveAndSuspendedTakeTurns) {
  const auto water = organisation("Water works");
  for (const auto from : {PersonStatus::invited, PersonStatus::active, PersonStatus::suspended, PersonStatus::erased}) {
    for (const auto to : {PersonStatus::invited, PersonStatus::active, PersonStatus::suspended, PersonStatus::erased}) {
      const auto someone = person(std::string{to_string(from)} + std::string{to_string(to)} + "@x.example", water);
      session(someone, water);
      run(Sql{"UPDATE person SET status = ? WHERE id = ?", from, someone});
      const bool allowed = (from == PersonStatus::active && to == PersonStatus::suspended) ||
                           (from == PersonStatus::suspended && to == PersonStatus::active);
      const auto expected = allowed ? "ok" : from == PersonStatus::erased ? "not_found" : "conflict";
      EXPECT_EQ(outcome(set_person_status(database(), console, someone, to, kTestNow)), expected)
          << to_string(from) << " -> " << to_string(to);
      EXPECT_EQ(sessions(someone), allowed ? 0 : 2);
    }
  }
}

TEST_P(PeopleTest, EverybodyChangesTheirOwnProfileButNotTheirAddress) {
  const auto water = organisation("Water works");
  const auto someone = person("a@water.example", water);
  person("b@water.example", water);
  run(Sql{"UPDATE person SET email_verified_at = 1 WHERE id = ?", someone});
  const auto actor = acting(someone, water);
  auto input = mailed("A@water.example", "Ada Lovelace");
  input.language = "de-CH";
  input.time_zone = "Europe/Zurich";
  ASSERT_TRUE(change_person(database(), actor, someone, input, kTestNow));
  auto row = find_person(database(), actor, someone).value();
  EXPECT_EQ(row->person.name, "Ada Lovelace");
  EXPECT_EQ(row->person.language, "de-CH");
  EXPECT_TRUE(row->person.email_verified_at);
  // Free or in use, the answer is the same.
  EXPECT_EQ(outcome(change_person(database(), actor, someone, mailed("new@water.example"), kTestNow)), "forbidden");
  EXPECT_EQ(outcome(change_person(database(), actor, someone, mailed("B@water.example"), kTestNow)), "forbidden");
  ASSERT_TRUE(change_person(database(), console, someone, mailed("new@water.example"), kTestNow));
  row = find_person(database(), actor, someone).value();
  EXPECT_FALSE(row->person.email_verified_at);
  EXPECT_EQ(refusal(change_person(database(), console, someone, mailed("B@water.example"), kTestNow)),
            "conflict at email");
  EXPECT_EQ(outcome(change_person(database(), actor, {404}, mailed("x@water.example"), kTestNow)), "forbidden");
  EXPECT_EQ(outcome(change_person(database(), Actor::anonymous(), someone, mailed("x@water.example"), kTestNow)),
            "forbidden");
}

TEST_P(PeopleTest, ErasingLeavesTheNumberAndNothingElse) {
  const auto water = organisation("Water works");
  const auto someone = person("ada@water.example", water);
  session(someone, water);
  run(
      Sql{"INSERT INTO credential (person_id, kind, external_id, label, secret, counter, created_at) VALUES (?, 1, '', "
          "'', 'hash', 0, 0)",
          someone});
  run(
      Sql{"INSERT INTO one_time_link (token_hash, purpose, person_id, email, created_at, expires_at, used_at) VALUES "
          "('l', 1, ?, 'ada@water.example', 0, 0, 1)",
          someone});
  const auto community =
      create_community(database(), console, {.uuid = {}, .name = "Water", .description = {}}, kTestNow).value();
  ASSERT_TRUE(add_to_community(database(), console, community, {Grantee::Kind::person, someone.value}, kTestNow));
  const auto actor = acting(someone, water);
  ASSERT_TRUE(change_person(database(), actor, someone, mailed("ada@water.example", "Ada Byron"), kTestNow));
  const auto entries = audit_rows().size();
  ASSERT_TRUE(erase_person(database(), actor, someone, kTestNow));
  EXPECT_EQ(status_of(someone), PersonStatus::erased);
  EXPECT_EQ(number(Sql{"SELECT length(name) + length(email) + length(uuid) + length(folded_name) + length(language) + "
                       "length(time_zone) FROM person WHERE id = ?",
                       someone}),
            0);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM person WHERE id = ? AND folded_email = ?", someone,
                       "erased:" + std::to_string(someone.value)}),
            1);
  EXPECT_EQ(sessions(someone), 0);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM credential"}), 0);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM one_time_link"}), 0);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM membership WHERE person_id = ?", someone}), 0);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM community_person"}), 0);
  const auto rows = audit_rows();
  EXPECT_EQ(rows.size(), entries + 1);
  EXPECT_EQ(rows.back().entry.action, "person.erase");
  for (const auto& row : rows) {
    if (row.entry.person == someone) EXPECT_EQ(row.entry.personal.address + row.entry.personal.detail, "");
    EXPECT_THAT(row.entry.personal.detail, Not(HasSubstr("Byron")));
  }
  EXPECT_EQ(outcome(erase_person(database(), console, someone, kTestNow)), "not_found");
  EXPECT_EQ(outcome(export_person(database(), console, someone, kTestNow)), "not_found");
  EXPECT_EQ(outcome(change_person(database(), console, someone, mailed("x@x.example"), kTestNow)), "not_found");
  // The address is free again, for somebody else.
  const auto next = invite(database(), console, water, mailed("ada@water.example"), {}, kTestNow);
  ASSERT_TRUE(next);
  EXPECT_NE(*next, someone);
}

TEST_P(PeopleTest, AnExportHasAllOfThePersonAndNoSecretOfTheirs) {
  const auto water = organisation("Water works");
  const auto someone = person("ada@water.example", water);
  const auto other = person("other@water.example", water);
  session(someone, water);
  session(other, water);
  run(
      Sql{"INSERT INTO credential (person_id, kind, external_id, label, secret, counter, created_at) VALUES (?, 4, "
          "'key-id', 'Blue key', 'top-secret', 0, 0)",
          someone});
  const auto community =
      create_community(database(), console, {.uuid = {}, .name = "Water ring", .description = {}}, kTestNow).value();
  ASSERT_TRUE(add_to_community(database(), console, community, {Grantee::Kind::person, someone.value}, kTestNow));
  auto admin = acting(person("root@cert.example", kCert, {Role::administrator}), kCert);
  admin.address = "198.51.100.99";
  ASSERT_TRUE(change_person(database(), admin, someone, mailed("ada@water.example", "Ada Byron"), kTestNow));
  const auto actor = acting(someone, water);
  ASSERT_TRUE(change_person(database(), actor, someone, mailed("ada@water.example", "Ada Lovelace"), kTestNow));
  const auto text = export_person(database(), actor, someone, kTestNow);
  ASSERT_TRUE(text) << text.error().to_string();
  const auto parsed = json::parse(*text);
  ASSERT_TRUE(parsed);
  const auto& root = parsed->root().as_object();
  EXPECT_EQ(root.at("person").at("name").as_string(), "Ada Lovelace");
  EXPECT_EQ(root.at("memberships").as_array().size(), 1U);
  EXPECT_EQ(root.at("communities").as_array().size(), 1U);
  EXPECT_EQ(root.at("credentials").as_array().size(), 1U);
  EXPECT_EQ(root.at("sessions").as_array().size(), 1U);
  EXPECT_EQ(root.at("tokens").as_array().size(), 1U);
  EXPECT_EQ(root.at("done_by_person").as_array().size(), 1U);
  EXPECT_EQ(root.at("done_to_account").as_array().size(), 4U);
  for (const auto* secret : {"top-secret", "198.51.100.99", "other@water"}) EXPECT_THAT(*text, Not(HasSubstr(secret)));
  EXPECT_EQ(last_entry(), "person.export person:" + std::to_string(someone.value));
  EXPECT_EQ(outcome(export_person(database(), admin, someone, kTestNow)), "ok");
  EXPECT_EQ(outcome(export_person(database(), acting(other, water), someone, kTestNow)), "forbidden");
}

TEST_P(PeopleTest, PeopleAreSeenByThoseWhoManageThemAndByThemselves) {
  const auto water = organisation("Water works");
  const auto power = organisation("Power works");
  const auto admin_id = person("adm@water.example", water, {Role::organisation_administrator});
  const auto both = person("both@water.example", water);
  ASSERT_TRUE(invite(database(), console, power, mailed("both@water.example"), {}, kTestNow));
  const auto stranger = person("s@power.example", power);
  const auto admin = acting(admin_id, water);
  const auto member = acting(both, water);
  const auto page = list_people(database(), admin, {}).value();
  EXPECT_EQ(page.total, 2);
  for (const auto& row : page.rows) EXPECT_EQ(row.memberships.size(), 1U);  // Not where else they are.
  PersonFilter elsewhere;
  elsewhere.organisation = power;
  EXPECT_THAT(list_people(database(), admin, elsewhere).value().rows, IsEmpty());
  EXPECT_EQ(list_people(database(), console, elsewhere).value().rows.size(), 2U);
  EXPECT_EQ(outcome(list_people(database(), member, {})), "forbidden");
  EXPECT_EQ(outcome(list_people(database(), Actor::anonymous(), {})), "forbidden");
  EXPECT_FALSE(find_person(database(), admin, stranger).value());
  EXPECT_FALSE(find_person(database(), admin, {404}).value());
  EXPECT_FALSE(find_person_by_email(database(), admin, "s@power.example").value());
  EXPECT_FALSE(find_person_by_email(database(), admin, "nobody at all").value());
  EXPECT_TRUE(find_person(database(), admin, both).value());
  EXPECT_EQ(find_person(database(), member, both).value()->memberships.size(), 2U);
  EXPECT_FALSE(find_person(database(), member, admin_id).value());
  const auto coordinator = acting(person("c@cert.example", kCert, {Role::coordinator}), kCert);
  EXPECT_TRUE(find_person(database(), coordinator, stranger).value());
}

TEST_P(PeopleTest, ListsFindByNameAndAddressAndGoOn) {
  const auto water = organisation("Water works");
  for (const auto* name : {"Bert", "Carla"}) {
    ASSERT_TRUE(invite(database(), console, water, mailed(std::string{name} + "@water.example", name), {}, kTestNow));
  }
  ASSERT_TRUE(invite(database(), console, water, mailed("anne@water.example", "\xC3\x84nne"), {}, kTestNow));
  PersonFilter filter;
  filter.limit = 1;
  std::vector<std::string> names;
  do {
    const auto page = list_people(database(), console, filter).value();
    for (const auto& row : page.rows) names.push_back(row.person.name);
    filter.cursor = page.next_cursor;
  } while (!filter.cursor.empty());
  EXPECT_THAT(names, ElementsAre("\xC3\x84nne", "Bert", "Carla"));
  filter.limit = 50;
  filter.text = "ANNE@";
  EXPECT_EQ(list_people(database(), console, filter).value().total, 1);
  filter.text = "%";
  EXPECT_EQ(list_people(database(), console, filter).value().total, 0);
  filter.text.clear();
  filter.status = PersonStatus::active;
  EXPECT_EQ(list_people(database(), console, filter).value().total, 0);
}

}  // namespace
}  // namespace tocsin::engine::members
