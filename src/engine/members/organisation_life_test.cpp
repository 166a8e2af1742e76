#include "engine/members/testing.hpp"
#include "store/changes.hpp"

namespace tocsin::engine::members {
namespace {

using ::testing::HasSubstr;

class OrganisationLifeTest : public MembersTest {
 protected:
  OrganisationId applicant() {
    EXPECT_TRUE(apply(database(), Actor::anonymous(), applying("Water works", "a@water.example"), kTestNow));
    return {number(Sql{"SELECT max(id) FROM organisation"})};
  }
  void put(OrganisationId owner, std::string key) {
    auto revision = store_testing::sample_revision(std::move(key));
    revision.owner = owner;
    ASSERT_TRUE(database().write(
        [&](store::Connection& connection) { return store::Records{connection}.put(revision, kTestNow); }));
  }
  Status become(OrganisationId id, OrganisationStatus status, std::optional<OrganisationId> heir = {}) {
    return set_organisation_status(database(), console, id, status, "because", heir, kTestNow);
  }
};
TOCSIN_ON_BOTH_DATABASES(OrganisationLifeTest);

TEST_P(OrganisationLifeTest, AnApplicantIsNobodyUntilVetted) {
  const auto id = applicant();
  EXPECT_EQ(stored(id).status, OrganisationStatus::applied);
  const auto row = find_person_by_email(database(), console, "A@WATER.example").value();
  ASSERT_TRUE(row);
  EXPECT_EQ(row->person.status, PersonStatus::invited);
  ASSERT_EQ(row->memberships.size(), 1U);
  EXPECT_EQ(row->memberships[0].roles, (Roles{Role::member, Role::organisation_administrator}));
  activate(row->person.id);
  EXPECT_FALSE(acting(row->person.id, id).viewer.organisation);
  ASSERT_TRUE(become(id, OrganisationStatus::active));
  EXPECT_TRUE(acting(row->person.id, id).viewer.organisation);
  const auto entries = audit_rows();
  EXPECT_EQ(entries[entries.size() - 2].entry.action, "organisation.apply");
  EXPECT_THAT(entries[entries.size() - 2].entry.personal.detail, HasSubstr("We run pumps."));
  EXPECT_EQ(entries.back().entry.action, "organisation.activate");
  EXPECT_THAT(entries.back().entry.personal.detail, HasSubstr("because"));
}

TEST_P(OrganisationLifeTest, AKnownNameOrAddressGetsTheSameAnswerAndNothingIsStored) {
  const auto id = organisation("Water works");
  person("a@water.example", id);
  const auto organisations = number(Sql{"SELECT count(*) FROM organisation"});
  const auto people = number(Sql{"SELECT count(*) FROM person"});
  for (const auto& each : {applying("WATER works", "new@water.example"), applying("New works", "A@Water.example"),
                           applying("Water Works", "a@water.example")}) {
    EXPECT_TRUE(apply(database(), Actor::anonymous(), each, kTestNow));
    EXPECT_EQ(number(Sql{"SELECT count(*) FROM organisation"}), organisations);
    EXPECT_EQ(number(Sql{"SELECT count(*) FROM person"}), people);
    EXPECT_EQ(audit_rows().back().entry.outcome, domain::audit::Outcome::refused);
  }
}

TEST_P(OrganisationLifeTest, ABadApplicationIsToldWhere) {
  const auto with = [&](auto change) {
    auto given = applying("Water works", "a@water.example");
    change(given);
    return refusal(apply(database(), Actor::anonymous(), given, kTestNow));
  };
  EXPECT_EQ(with([](auto& it) { it.organisation.name = ""; }), "invalid_input at name");
  EXPECT_EQ(with([](auto& it) { it.person_name = ""; }), "invalid_input at person_name");
  EXPECT_EQ(with([](auto& it) { it.email = "nobody"; }), "invalid_input at email");
  EXPECT_EQ(with([](auto& it) { it.note = std::string(2'001, 'a'); }), "invalid_input at note");
  EXPECT_EQ(with([](auto& it) { it.note = std::string(2'000, 'a'); }), "ok");
}

TEST_P(OrganisationLifeTest, AFloodOfApplicationsEnds) {
  std::vector<Sql> flood;
  for (int i = 0; i < 1'000; ++i) {
    const auto name = "Flood " + std::to_string(i);
    flood.emplace_back("INSERT INTO organisation (kind, name, folded_name, created_at, status) VALUES (1, ?, ?, 0, 0)",
                       name, name);
  }
  ASSERT_TRUE(database().write([&](store::Connection& connection) { return connection.run_all(flood); }));
  EXPECT_EQ(outcome(apply(database(), Actor::anonymous(), applying("Water works", "a@water.example"), kTestNow)),
            "unavailable");
}

TEST_P(OrganisationLifeTest, EveryStepFollowsTheStatusMachine) {
  int next = 0;
  for (const auto from : domain::all_organisation_statuses()) {
    for (const auto to : domain::all_organisation_statuses()) {
      const auto id = organisation("Works " + std::to_string(++next));
      run(Sql{"UPDATE organisation SET status = ? WHERE id = ?", from, id});
      const auto done = become(id, to);
      EXPECT_EQ(refusal(done), domain::may_become(from, to) ? "ok" : "conflict at status")
          << to_string(from) << " -> " << to_string(to);
      EXPECT_EQ(stored(id).status, done ? to : from);
    }
  }
}

TEST_P(OrganisationLifeTest, TheOwnOrganisationStays) {
  for (const auto to : {OrganisationStatus::suspended, OrganisationStatus::left}) {
    EXPECT_EQ(refusal(become(domain::kOwnOrganisation, to)), "conflict at status");
  }
  EXPECT_EQ(outcome(become({404}, OrganisationStatus::suspended)), "not_found");
}

TEST_P(OrganisationLifeTest, SuspendingEndsWhatActsForItAndNothingElse) {
  const auto id = organisation("Water works");
  const auto other = organisation("Power works");
  const auto someone = person("a@water.example", id);
  ASSERT_TRUE(invite(database(), console, other, mailed("a@water.example"), {}, kTestNow));
  session(someone, id);
  session(someone, other);
  ASSERT_TRUE(become(id, OrganisationStatus::suspended));
  EXPECT_EQ(sessions(someone), 2);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM session WHERE organisation_id = ?", id}), 0);
  EXPECT_FALSE(acting(someone, id).viewer.organisation);
  EXPECT_EQ(last_entry(), "organisation.suspend organisation:" + std::to_string(id.value));
}

TEST_P(OrganisationLifeTest, WhoLeavesHandsItsRecordsOn) {
  const auto id = organisation("Water works");
  const auto heir = organisation("Power works");
  const auto gone = organisation("Gone works");
  ASSERT_TRUE(become(gone, OrganisationStatus::left));
  put(id, "EX-1");
  put(id, "EX-2");
  put(heir, "EX-3");
  const auto someone = person("a@water.example", id);
  session(someone, id);
  EXPECT_EQ(refusal(become(id, OrganisationStatus::left)), "invalid_input at heir");
  for (const auto bad : {id, gone, OrganisationId{404}}) {
    EXPECT_EQ(refusal(become(id, OrganisationStatus::left, bad)), "invalid_input at heir") << bad.value;
  }
  EXPECT_EQ(sessions(someone), 2);
  const auto newest = [&] {
    return database().read([](store::Connection& c) { return store::Changes{c}.newest(); }).value();
  };
  const auto before = newest();
  ASSERT_TRUE(become(id, OrganisationStatus::left, heir));
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM record WHERE owner_id = ?", heir}), 3);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM record WHERE owner_id = ?", id}), 0);
  EXPECT_EQ(newest(), before + 2);
  const auto changes =
      database().read([&](store::Connection& c) { return store::Changes{c}.after(before, 10); }).value();
  for (const auto& each : changes) {
    EXPECT_EQ(each.action, store::ChangeAction::updated);
    EXPECT_EQ(number(Sql{"SELECT current_revision_id FROM record WHERE id = ?", each.record}), each.revision.value);
  }
  EXPECT_EQ(sessions(someone), 0);
}

TEST_P(OrganisationLifeTest, LeavingCutsTies) {
  const auto id = organisation("Water works");
  const auto provider = organisation("Integrator");
  ASSERT_TRUE(add_client(database(), console, provider, id, kTestNow));
  const auto community =
      create_community(database(), console, {.uuid = {}, .name = "Water", .description = {}}, kTestNow).value();
  ASSERT_TRUE(add_to_community(database(), console, community, {Grantee::Kind::organisation, id.value}, kTestNow));
  ASSERT_TRUE(become(id, OrganisationStatus::left));
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM organisation_client"}), 0);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM community_organisation"}), 0);
  EXPECT_EQ(outcome(add_client(database(), console, provider, id, kTestNow)), "conflict");
}

TEST_P(OrganisationLifeTest, ItsOwnAdministratorMayLetItLeaveToTheCertAndNoMore) {
  const auto id = organisation("Water works");
  const auto other = organisation("Power works");
  put(id, "EX-1");
  const auto admin = acting(person("a@water.example", id, {Role::organisation_administrator}), id);
  const auto member = acting(person("m@water.example", id), id);
  const auto let = [&](const Actor& actor, OrganisationId which, OrganisationStatus to, OrganisationId heir) {
    return refusal(set_organisation_status(database(), actor, which, to, "", heir, kTestNow));
  };
  const auto cert = domain::kOwnOrganisation;
  EXPECT_EQ(let(member, id, OrganisationStatus::left, cert), "forbidden at ");
  EXPECT_EQ(let(admin, other, OrganisationStatus::left, cert), "forbidden at ");
  EXPECT_EQ(let(admin, {404}, OrganisationStatus::left, cert), "forbidden at ");
  EXPECT_EQ(let(admin, id, OrganisationStatus::suspended, cert), "forbidden at ");
  EXPECT_EQ(let(admin, id, OrganisationStatus::left, other), "invalid_input at heir");
  EXPECT_EQ(let(admin, id, OrganisationStatus::left, cert), "ok");
}

TEST_P(OrganisationLifeTest, ALongReasonIsRefused) {
  const auto id = organisation("Water works");
  EXPECT_EQ(refusal(set_organisation_status(database(), console, id, OrganisationStatus::suspended,
                                            std::string(1'001, 'a'), {}, kTestNow)),
            "invalid_input at reason");
}

}  // namespace
}  // namespace tocsin::engine::members
