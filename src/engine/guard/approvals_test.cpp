#include "engine/guard/approvals.hpp"

#include <atomic>
#include <latch>
#include <thread>

#include "engine/audit/testing.hpp"
#include "engine/guard/second_person.hpp"
#include "engine/members/testing.hpp"
#include "engine/sharing/sharing.hpp"

namespace tocsin::engine::guard {
namespace {

using domain::Act;
using domain::Audience;
using domain::FourEyes;
using domain::OrganisationId;
using domain::OrganisationStatus;
using domain::PersonId;
using domain::Roles;
using domain::Tlp;
using members::outcome;
using members::refusal;
using store::Sql;
using store_testing::kTestNow;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using enum domain::Role;

class Approvals : public members::MembersTest {
 protected:
  void SetUp() override {
    MembersTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ada_ = person("ada@cert.example", domain::kOwnOrganisation, {administrator});
    abe_ = person("abe@cert.example", domain::kOwnOrganisation, {administrator});
    ann_ = person("ann@cert.example", domain::kOwnOrganisation, {administrator});
    cora_ = person("cora@cert.example", domain::kOwnOrganisation, {coordinator});
    carl_ = person("carl@cert.example", domain::kOwnOrganisation, {coordinator});
    will_ = person("will@cert.example", domain::kOwnOrganisation);
    for (const auto act : domain::all_acts()) all_.want(act);
  }
  /// In a session where everything wants a second person.
  Actor as(PersonId person, std::string reason = "The desk needs it") {
    auto actor = acting(person, domain::kOwnOrganisation);
    actor.second_factor = true;
    actor.four_eyes = all_;
    actor.reason = std::move(reason);
    actor.name = fmt::format("person {}", person.value);
    return actor;
  }
  Status give(const Actor& actor, PersonId person, Roles roles) {
    return members::set_roles(database(), actor, person, domain::kOwnOrganisation, roles, kTestNow);
  }
  /// Number of what an act was turned into.
  template <class T>
  std::int64_t asked(const Result<T>& done) {
    EXPECT_FALSE(done);
    if (done) return 0;
    EXPECT_EQ(outcome(done), "conflict") << done.error().to_string();
    EXPECT_TRUE(done.error().where.starts_with(kAsked)) << done.error().to_string();
    return std::atoll(done.error().where.substr(kAsked.size()).c_str());
  }
  Status agree(const Actor& actor, std::int64_t id, Timestamp now = kTestNow) {
    return approve(database(), actor, tools_, id, now);
  }
  Roles roles_of(PersonId person) {
    return Roles::from_bits(
        number(Sql{"SELECT roles FROM membership WHERE person_id = ? AND organisation_id = 1", person}));
  }
  store::ApprovalState state(std::int64_t id) {
    return static_cast<store::ApprovalState>(number(Sql{"SELECT state FROM approval WHERE id = ?", id}));
  }
  std::vector<std::string> actions() {
    std::vector<std::string> all;
    for (const auto& row : audit_rows()) all.push_back(row.entry.action);
    return all;
  }
  OrganisationStatus status_of(OrganisationId id) { return stored(id).status; }
  domain::RecordId record(std::string key, Tlp tlp) {
    auto revision = store_testing::sample_revision(key);
    revision.tlp = tlp;
    revision.bytes = fmt::format(
        R"({{"document":{{"category":"csaf_base","csaf_version":"2.0","title":"T","publisher":{{"category":"vendor","name":"N","namespace":"https://example.com"}},"tracking":{{"id":"{}","version":"1","status":"final","initial_release_date":"2023-01-01T00:00:00Z","current_release_date":"2023-01-01T00:00:00Z","revision_history":[{{"number":"1","date":"2023-01-01T00:00:00Z","summary":"First"}}]}}}}}})",
        key);
    revision.audience = Audience::owner_only;
    const auto put = database().write(
        [&](store::Connection& connection) { return store::Records{connection}.put(revision, kTestNow); });
    EXPECT_TRUE(put) << put.error().to_string() << put.error().detail;
    return put ? put->record : domain::RecordId{};
  }

  PersonId ada_, abe_, ann_, cora_, carl_, will_;
  FourEyes all_;
  SigningKey key_ = SigningKey::random();
  ApprovalTools tools_{
      .glass = {}, .audit_key = &key_, .trust = {.public_keys = {key_.public_key()}, .checkpoints = {}}};
};
TOCSIN_ON_BOTH_DATABASES(Approvals);

TEST_P(Approvals, AWeightyRoleIsGivenByTwo) {
  const auto id = asked(give(as(ada_), will_, {member, coordinator}));
  EXPECT_EQ(roles_of(will_), Roles{member}) << "nothing was done yet";
  EXPECT_EQ(last_entry(), fmt::format("approval.ask approval:{}", id));
  EXPECT_EQ(audit_rows().back().entry.person, ada_);

  const auto row = find_approval(database(), as(abe_), id, kTestNow).value();
  EXPECT_TRUE(row.waits && row.may_decide && !row.own);
  EXPECT_EQ(row.others, 2);
  EXPECT_EQ(row.approval.reason, "The desk needs it");
  EXPECT_THAT(row.difference, ElementsAre(HasSubstr("Roles of "), "Now: member", "Then: member, coordinator"));

  const auto done = agree(as(abe_), id);
  ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  EXPECT_EQ(roles_of(will_), (Roles{member, coordinator}));
  EXPECT_EQ(state(id), store::ApprovalState::approved);
  const auto rows = audit_rows();
  const auto& change = rows[rows.size() - 2].entry;
  EXPECT_EQ(change.action, "membership.change");
  EXPECT_EQ(change.person, ada_) << "who asked did it";
  EXPECT_THAT(change.personal.detail, HasSubstr(fmt::format("\"approved_by\":\"person {}\"", abe_.value)));
  EXPECT_EQ(rows.back().entry.action, "approval.approve");
  EXPECT_EQ(rows.back().entry.person, abe_);
  EXPECT_EQ(outcome(agree(as(ann_), id)), "conflict") << "once";
}

TEST_P(Approvals, OtherActsAndTheConsoleNeedNobody) {
  EXPECT_TRUE(give(as(ada_), will_, {member, analyst}));
  EXPECT_TRUE(give(as(ada_), cora_, {member})) << "taking away";
  EXPECT_TRUE(give(console, will_, {member, coordinator}));
  auto without = as(ada_);
  without.four_eyes = FourEyes{}.want(Act::break_glass);
  EXPECT_TRUE(give(without, carl_, {member, coordinator, auditor}));
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM approval"}), 0);
}

TEST_P(Approvals, WantsAReasonAndIsAskedOnce) {
  EXPECT_EQ(refusal(give(as(ada_, "  "), will_, {member, auditor})), "invalid_input at reason");
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM approval"}), 0);
  const auto id = asked(give(as(ada_), will_, {member, auditor}));
  EXPECT_EQ(asked(give(as(ada_, "Another reason"), will_, {member, auditor})), id);
  EXPECT_NE(asked(give(as(ada_), will_, {member, coordinator})), id);
}

TEST_P(Approvals, NobodyApprovesTheirOwnOrForThemselvesOrByToken) {
  const auto id = asked(give(as(ada_), cora_, {member, coordinator, administrator}));
  EXPECT_EQ(outcome(agree(as(ada_), id)), "forbidden");
  EXPECT_EQ(outcome(reject(database(), as(ada_), id, "", kTestNow)), "forbidden");
  EXPECT_EQ(outcome(agree(as(cora_), id)), "not_found") << "who may not do it does not know of it";
  auto token = as(abe_);
  token.program = true;
  EXPECT_EQ(outcome(agree(token, id)), "not_found");
  EXPECT_EQ(outcome(withdraw(database(), as(abe_), id, kTestNow)), "forbidden");
  // Somebody with the permission who is given something by it.
  const auto abes = asked(give(as(ada_), abe_, {member, administrator, auditor}));
  EXPECT_NE(outcome(agree(as(abe_), abes)), "ok");
  EXPECT_EQ(find_approval(database(), as(ada_), abes, kTestNow).value().others, 1) << "ann alone";
  EXPECT_TRUE(agree(console, id));
  EXPECT_EQ(roles_of(cora_), (Roles{member, coordinator, administrator}));
}

TEST_P(Approvals, IsRejectedWithdrawnOrOver) {
  const auto rejected = asked(give(as(ada_), will_, {member, auditor}));
  EXPECT_TRUE(reject(database(), as(abe_), rejected, "Not him", kTestNow));
  EXPECT_EQ(find_approval(database(), as(ada_), rejected, kTestNow).value().approval.outcome, "Not him");
  EXPECT_EQ(outcome(agree(as(ann_), rejected)), "conflict");

  const auto withdrawn = asked(give(as(ada_), will_, {member, auditor}));
  EXPECT_TRUE(withdraw(database(), as(ada_), withdrawn, kTestNow));
  EXPECT_EQ(outcome(agree(as(abe_), withdrawn)), "conflict");

  const auto late = asked(give(as(ada_), will_, {member, auditor}));
  const Timestamp over{kTestNow.micros + std::int64_t{7} * 86'400 * 1'000'000};
  EXPECT_EQ(outcome(agree(as(abe_), late, over)), "conflict");
  EXPECT_FALSE(find_approval(database(), as(abe_), late, over).value().may_decide);
  EXPECT_EQ(roles_of(will_), Roles{member});
  EXPECT_THAT(actions(), Contains("approval.reject"));
  EXPECT_THAT(actions(), Contains("approval.withdraw"));
}

TEST_P(Approvals, WhatItWasBasedOnMustNotHaveChanged) {
  const auto id = asked(give(as(ada_), will_, {member, coordinator}));
  ASSERT_TRUE(give(console, will_, {member, analyst}));
  const auto late = agree(as(abe_), id);
  EXPECT_EQ(outcome(late), "conflict");
  EXPECT_THAT(late.error().message, HasSubstr("The roles are others by now"));
  EXPECT_EQ(roles_of(will_), (Roles{member, analyst}));
  EXPECT_EQ(state(id), store::ApprovalState::refused) << "so that nobody waits for it";
  EXPECT_EQ(last_entry(), fmt::format("approval.refused approval:{}", id));
  EXPECT_THAT(find_approval(database(), as(ada_), id, kTestNow).value().approval.outcome, HasSubstr("others by now"));
}

TEST_P(Approvals, APermissionThatWasLostMeanwhileIsLost) {
  // The one who asked.
  const auto first = asked(give(as(ada_), will_, {member, coordinator}));
  ASSERT_TRUE(give(console, ada_, {member, analyst}));
  EXPECT_EQ(outcome(agree(as(abe_), first)), "conflict");
  EXPECT_EQ(state(first), store::ApprovalState::refused);
  // The one who approves, with a session that does not know yet.
  const auto second = asked(give(as(abe_), will_, {member, coordinator}));
  const auto stale = as(ann_);
  ASSERT_TRUE(give(console, ann_, {member}));
  EXPECT_NE(outcome(agree(stale, second)), "ok");
  EXPECT_EQ(state(second), store::ApprovalState::waiting);
  // A suspended one.
  ASSERT_TRUE(give(console, carl_, {member, coordinator, administrator}));
  ASSERT_TRUE(members::set_person_status(database(), console, abe_, domain::PersonStatus::suspended, kTestNow));
  EXPECT_EQ(outcome(agree(console, second)), "conflict");
  EXPECT_EQ(roles_of(will_), Roles{member});
}

TEST_P(Approvals, AnOrganisationIsAdmittedByTwo) {
  ASSERT_TRUE(
      members::apply(database(), Actor::anonymous(), members::applying("Water works", "w@water.example"), kTestNow));
  const OrganisationId water{number(Sql{"SELECT id FROM organisation WHERE name = 'Water works'"})};
  const auto admit = [&](const Actor& actor, std::string_view reason) {
    return members::set_organisation_status(database(), actor, water, OrganisationStatus::active, reason, {}, kTestNow);
  };
  EXPECT_TRUE(members::set_organisation_status(database(), as(cora_), water, OrganisationStatus::vetted, "Looked", {},
                                               kTestNow));
  const auto id = asked(admit(as(cora_), "We know them"));
  EXPECT_EQ(find_approval(database(), as(carl_), id, kTestNow).value().approval.reason, "We know them");
  EXPECT_EQ(status_of(water), OrganisationStatus::vetted);
  EXPECT_TRUE(agree(as(carl_), id));
  EXPECT_EQ(status_of(water), OrganisationStatus::active);
  // One that is entered by hand becomes a member in the same way.
  const auto made = members::create_organisation(database(), as(cora_), members::named("Power plant"), kTestNow);
  ASSERT_TRUE(made);
  EXPECT_EQ(status_of(*made), OrganisationStatus::vetted);
}

TEST_P(Approvals, ARecordReachesMoreByTwo) {
  const auto id = record("EX-1", Tlp::amber);
  sharing::Marking wide{.tlp = Tlp::green,
                        .audience = Audience::members,
                        .listed = {},
                        .embargo_until = {},
                        .status = domain::RecordStatus::published};
  const auto change = [&](const Actor& actor, const sharing::Marking& marking, bool confirmed) {
    return sharing::change_marking(database(), actor, id, marking, {.given = confirmed, .digest = {}}, kTestNow);
  };
  EXPECT_EQ(refusal(change(as(cora_), wide, false)), "conflict at confirmed") << "first whoever asks has to mean it";
  const auto approval = asked(change(as(cora_), wide, true));
  EXPECT_EQ(number(Sql{"SELECT tlp FROM record WHERE id = ?", id.value}), static_cast<int>(Tlp::amber));
  EXPECT_THAT(find_approval(database(), as(carl_), approval, kTestNow).value().difference,
              Contains("TLP: AMBER becomes GREEN"));
  EXPECT_EQ(outcome(agree(as(ada_), approval)), "not_found") << "publishes nothing";
  const auto done = agree(as(carl_), approval);
  ASSERT_TRUE(done) << done.error().to_string();
  EXPECT_EQ(number(Sql{"SELECT tlp FROM record WHERE id = ?", id.value}), static_cast<int>(Tlp::green));
  // Narrower needs nobody.
  auto narrow = wide;
  narrow.audience = Audience::owner_only;
  EXPECT_TRUE(change(as(cora_), narrow, false));
  // Others than those who were shown.
  const auto again = asked(change(as(cora_), wide, true));
  organisation("Newcomer");
  const auto late = agree(as(carl_), again);
  EXPECT_EQ(outcome(late), "conflict");
  EXPECT_THAT(late.error().message, HasSubstr("reach others by now"));
  // Another marking meanwhile.
  const auto third = asked(change(as(cora_), wide, true));
  narrow.tlp = Tlp::red;
  ASSERT_TRUE(change(as(cora_), narrow, false));
  EXPECT_THAT(agree(as(carl_), third).error().message, HasSubstr("marking or its document is another"));
  EXPECT_EQ(number(Sql{"SELECT tlp FROM record WHERE id = ?", id.value}), static_cast<int>(Tlp::red));
}

TEST_P(Approvals, TheGlassIsBrokenByTwoAndNeitherIsToldWhatThereIs) {
  record("EX-RED", Tlp::red);
  constexpr std::string_view kReason = "The plant's pumps stand still, nobody answers";
  const auto open = [&](const Actor& actor, std::string id) {
    return break_glass(database(), actor, tools_.glass, {.id = std::move(id), .reason = std::string{kReason}},
                       kTestNow);
  };
  const auto hidden = open(as(ada_), "ex-red"), absent = open(as(ada_), "ex-none");
  const auto first = asked(hidden), second = asked(absent);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM break_glass"}), 0);
  EXPECT_TRUE(agree(as(abe_), first));
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM break_glass WHERE person_id = ?", ada_}), 1);
  const auto nothing = agree(as(abe_), second);
  EXPECT_EQ(outcome(nothing), "conflict");
  EXPECT_EQ(state(second), store::ApprovalState::refused);
  auto one_factor = as(carl_);
  one_factor.second_factor = false;
  const auto third = asked(open(as(abe_), "ex-red"));
  EXPECT_EQ(outcome(agree(one_factor, third)), "not_found");
}

TEST_P(Approvals, TheLogIsCutByTwoAlsoAtTheConsole) {
  auto operator_ = Actor::at_console();
  operator_.four_eyes = all_;
  operator_.reason = "Retention";
  const Timestamp later{kTestNow.micros + std::int64_t{10} * 86'400 * 1'000'000};
  const auto before = audit_rows().size();
  const auto id = asked(audit::prune(database(), operator_, 5, key_, tools_.trust, later));
  EXPECT_EQ(audit_rows().size(), before + 1);
  EXPECT_EQ(outcome(agree(operator_, id, later)), "forbidden") << "the console's own";
  const auto done = agree(as(ada_), id, later);
  ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  EXPECT_LT(audit_rows().size(), before);
  const auto report =
      database()
          .snapshot([&](store::Connection& connection) { return audit::verify(connection, tools_.trust); })
          .value();
  EXPECT_TRUE(report.intact());
}

TEST_P(Approvals, AreListedForThoseWhoDecideAndThoseWhoAsked) {
  const auto id = asked(give(as(ada_), will_, {member, coordinator}));
  const auto count = [&](const Actor& actor) { return list_approvals(database(), actor, 10, kTestNow).value().size(); };
  const auto decidable = [&](const Actor& actor) {
    return database()
        .read([&](store::Connection& connection) { return count_decidable(connection, actor, kTestNow); })
        .value();
  };
  EXPECT_EQ(count(as(ada_)), 1U);
  EXPECT_EQ(decidable(as(ada_)), 0);
  EXPECT_EQ(count(as(abe_)), 1U);
  EXPECT_EQ(decidable(as(abe_)), 1);
  EXPECT_EQ(count(as(cora_)), 0U);
  EXPECT_EQ(count(as(will_)), 0U);
  EXPECT_EQ(count(console), 1U);
  ASSERT_TRUE(agree(as(abe_), id));
  EXPECT_EQ(decidable(as(abe_)), 0);
  EXPECT_EQ(count(as(abe_)), 1U) << "what was decided stays to be seen";
}

TEST_P(Approvals, OneAloneIsTold) {
  ASSERT_TRUE(give(console, abe_, {member}));
  ASSERT_TRUE(give(console, ann_, {member}));
  const auto asked_for = give(as(ada_), will_, {member, coordinator});
  EXPECT_THAT(asked_for.error().message, HasSubstr("nobody else may approve it"));
  EXPECT_EQ(database()
                .read([](store::Connection& connection) { return count_eligible(connection, Act::grant_role); })
                .value(),
            1);
}

TEST_P(Approvals, OfManyDecisionsAtOnceOneCounts) {
  for (int round = 0; round < 8; ++round) {
    ASSERT_TRUE(give(console, will_, {member}));
    const auto id = asked(give(as(ada_), will_, {member, coordinator}));
    const auto abe = as(abe_), ann = as(ann_), ada = as(ada_);
    std::atomic<int> done{0}, late{0}, other{0};
    std::atomic<bool> approved{false};
    std::latch start{4};
    const auto run_one = [&](auto decide, bool approves) {
      return std::thread{[&, decide, approves] {
        start.arrive_and_wait();
        const auto result = decide();
        if (result) {
          ++done;
          if (approves) approved = true;
        } else if (result.error().code == Error::Code::conflict) {
          ++late;
        } else {
          ++other;
        }
      }};
    };
    std::vector<std::thread> threads;
    threads.push_back(run_one([&] { return agree(abe, id); }, true));
    threads.push_back(run_one([&] { return agree(ann, id); }, true));
    threads.push_back(run_one([&] { return withdraw(database(), ada, id, kTestNow); }, false));
    threads.push_back(run_one([&] { return reject(database(), ann, id, "No", kTestNow); }, false));
    for (auto& each : threads) each.join();
    EXPECT_EQ(done, 1);
    EXPECT_EQ(late, 3);
    EXPECT_EQ(other, 0);
    EXPECT_EQ(roles_of(will_).has(coordinator), approved.load());
    EXPECT_EQ(state(id) == store::ApprovalState::approved, approved.load());
  }
}

TEST_P(Approvals, ALossOfPermissionAtTheSameMomentIsBeforeOrAfterNotBetween) {
  for (int round = 0; round < 6; ++round) {
    ASSERT_TRUE(give(console, will_, {member}));
    ASSERT_TRUE(give(console, ada_, {member, administrator}));
    const auto id = asked(give(as(ada_), will_, {member, coordinator}));
    const auto abe = as(abe_);
    std::latch start{2};
    Status approved = ok(), taken = ok();
    std::thread one{[&] {
      start.arrive_and_wait();
      approved = agree(abe, id);
    }};
    std::thread two{[&] {
      start.arrive_and_wait();
      taken = give(console, ada_, {member});
    }};
    one.join();
    two.join();
    EXPECT_TRUE(taken);
    EXPECT_EQ(roles_of(will_).has(coordinator), approved.has_value());
    EXPECT_EQ(state(id), approved ? store::ApprovalState::approved : store::ApprovalState::refused);
  }
}

}  // namespace
}  // namespace tocsin::engine::guard
