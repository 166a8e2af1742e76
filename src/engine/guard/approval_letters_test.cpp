#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include "engine/guard/approvals.hpp"
#include "engine/guard/second_person.hpp"
#include "engine/members/testing.hpp"
#include "engine/post/post.hpp"
#include "engine/sharing/sharing.hpp"

namespace tocsin::engine::guard {
namespace {

using domain::Audience;
using domain::PersonId;
using domain::Tlp;
using store::Sql;
using store_testing::kTestNow;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using enum domain::Role;

constexpr std::string_view kReason = "The plant's pumps stand still, nobody answers";

class ApprovalLetters : public members::MembersTest {
 protected:
  void SetUp() override {
    MembersTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ada_ = person("ada@cert.example", domain::kOwnOrganisation, {administrator});
    abe_ = person("abe@cert.example", domain::kOwnOrganisation, {administrator});
    cora_ = person("cora@cert.example", domain::kOwnOrganisation, {coordinator});
    carl_ = person("carl@cert.example", domain::kOwnOrganisation, {coordinator});
    will_ = person("will@cert.example", domain::kOwnOrganisation);
  }
  Actor as(PersonId person) {
    auto actor = acting(person, domain::kOwnOrganisation);
    actor.second_factor = true;
    for (const auto act : domain::all_acts()) actor.four_eyes.want(act);
    actor.reason = kReason;
    actor.post = &post_;
    return actor;
  }
  template <class T>
  std::int64_t asked(const Result<T>& done) {
    EXPECT_FALSE(done);
    if (done || !done.error().where.starts_with(kAsked)) return 0;
    return std::atoll(done.error().where.substr(kAsked.size()).c_str());
  }
  Status give_role(const Actor& actor) {
    return members::set_roles(database(), actor, will_, domain::kOwnOrganisation, {member, auditor}, kTestNow);
  }
  /// What waits in the queue since it was last looked at.
  std::vector<post::Letter> letters() {
    auto queued = database()
                      .read([](store::Connection& connection) {
                        return connection.all(Sql{"SELECT message_id, sealed, person_id, expires_at FROM mail_queue "
                                                  "ORDER BY id"},
                                              [](const store::Row& row) {
                                                return store::QueuedMail{.message_id = row.string(0),
                                                                         .person = PersonId{row.integer(2)},
                                                                         .sealed = row.string(1),
                                                                         .expires_at = {row.integer(3)}};
                                              });
                      })
                      .value();
    std::vector<post::Letter> all;
    for (const auto& each : queued) all.push_back(post_.open(each).value());
    run(Sql{"DELETE FROM mail_queue"});
    return all;
  }
  std::vector<std::string> addresses(const std::vector<post::Letter>& letters) {
    std::vector<std::string> all;
    for (const auto& each : letters) all.push_back(each.address);
    std::ranges::sort(all);
    return all;
  }
  domain::RecordId record(const std::string& key, Tlp tlp, domain::OrganisationId owner = domain::kOwnOrganisation) {
    auto revision = store_testing::sample_revision(key);
    revision.tlp = tlp;
    revision.audience = Audience::owner_only;
    revision.owner = owner;
    revision.bytes = fmt::format(
        R"({{"document":{{"category":"csaf_base","csaf_version":"2.0","title":"T","publisher":{{"category":"vendor","name":"N","namespace":"https://example.com"}},"tracking":{{"id":"{}","version":"1","status":"final","initial_release_date":"2023-01-01T00:00:00Z","current_release_date":"2023-01-01T00:00:00Z","revision_history":[{{"number":"1","date":"2023-01-01T00:00:00Z","summary":"First"}}]}}}}}})",
        key);
    return database()
        .write([&](store::Connection& connection) { return store::Records{connection}.put(revision, kTestNow); })
        .value()
        .record;
  }

  PersonId ada_, abe_, cora_, carl_, will_;
  post::Post post_{SealingKey::random(), {.public_url = "https://cert.example", .site_name = "CERT", .mail = true}};
  ApprovalTools tools_;
};
TOCSIN_ON_BOTH_DATABASES(ApprovalLetters);

TEST_P(ApprovalLetters, GoToWhoMayDecideOnceAndToWhoAskedWhenItWasDecided) {
  const auto id = asked(give_role(as(ada_)));
  const auto wanted = letters();
  EXPECT_THAT(addresses(wanted), ElementsAre("abe@cert.example")) << "not to who asked, nor to who may not";
  ASSERT_EQ(wanted.size(), 1U);
  EXPECT_EQ(wanted[0].subject, "CERT: An approval waits (Give a weighty role)");
  EXPECT_THAT(wanted[0].text, HasSubstr(fmt::format("https://cert.example/approvals/{}\n", id)));
  EXPECT_THAT(wanted[0].text, AllOf(Not(HasSubstr(kReason)), Not(HasSubstr("will"))));
  EXPECT_EQ(wanted[0].expires_at, find_approval(database(), as(abe_), id, kTestNow)->approval.expires_at);

  EXPECT_EQ(asked(give_role(as(ada_))), id);
  EXPECT_THAT(letters(), IsEmpty()) << "the same waits already";

  ASSERT_TRUE(approve(database(), as(abe_), tools_, id, kTestNow));
  const auto told = letters();
  EXPECT_THAT(addresses(told), ElementsAre("ada@cert.example"));
  EXPECT_EQ(told.at(0).subject, "CERT: Your request was approved (Give a weighty role)");
  EXPECT_FALSE(approve(database(), as(abe_), tools_, id, kTestNow));
  EXPECT_THAT(letters(), IsEmpty());
}

TEST_P(ApprovalLetters, TellOfRejectionAndOfWhatCouldNotBeDoneButNotOfWithdrawal) {
  auto id = asked(give_role(as(ada_)));
  static_cast<void>(letters());
  ASSERT_TRUE(reject(database(), as(abe_), id, "Ask me on Monday", kTestNow));
  auto told = letters();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told[0].subject, HasSubstr("Your request was rejected"));
  EXPECT_THAT(told[0].text, Not(HasSubstr("Monday")));

  id = asked(give_role(as(ada_)));
  static_cast<void>(letters());
  ASSERT_TRUE(members::set_roles(database(), console, will_, domain::kOwnOrganisation, {member, analyst}, kTestNow));
  EXPECT_FALSE(approve(database(), as(abe_), tools_, id, kTestNow)) << "its basis is another by now";
  told = letters();
  EXPECT_THAT(addresses(told), ElementsAre("ada@cert.example"));
  EXPECT_THAT(told.at(0).subject, HasSubstr("Your request could not be done"));

  id = asked(give_role(as(ada_)));
  static_cast<void>(letters());
  ASSERT_TRUE(withdraw(database(), as(ada_), id, kTestNow));
  EXPECT_THAT(letters(), IsEmpty());
}

TEST_P(ApprovalLetters, SayOfRecordsOnlyThatSomethingWaits) {
  const auto widen = [&](domain::RecordId id, Tlp tlp) {
    const sharing::Marking wide{.tlp = tlp,
                                .audience = Audience::members,
                                .listed = {},
                                .embargo_until = {},
                                .status = domain::RecordStatus::published};
    return sharing::change_marking(database(), as(cora_), id, wide, {.given = true, .digest = {}}, kTestNow);
  };
  EXPECT_NE(asked(widen(record("EX-AMBER", Tlp::amber), Tlp::amber)), 0);
  auto wanted = letters();
  EXPECT_THAT(addresses(wanted), ElementsAre("carl@cert.example"));
  EXPECT_EQ(wanted.at(0).subject, "CERT: An approval waits");
  EXPECT_THAT(wanted[0].text, AllOf(Not(HasSubstr("EX-")), Not(HasSubstr("AMBER")), Not(HasSubstr("record"))));
  EXPECT_NE(asked(widen(record("EX-GREEN", Tlp::green), Tlp::green)), 0);
  wanted = letters();
  EXPECT_EQ(wanted.at(0).subject, "CERT: An approval waits (Let a record reach more)");
  EXPECT_THAT(wanted[0].text, Not(HasSubstr("EX-")));

  EXPECT_NE(asked(break_glass(database(), as(abe_), {}, {.id = "EX-RED", .reason = std::string{kReason}}, kTestNow)),
            0);
  for (const auto& each : letters()) {
    EXPECT_EQ(each.subject, "CERT: An approval waits");
    EXPECT_THAT(each.text, AllOf(Not(HasSubstr("EX-")), Not(HasSubstr("glass"))));
  }
}

TEST_P(ApprovalLetters, GoOnlyToThoseWhoMaySeeTheRecord) {
  const auto vendor = organisation("Vendor", domain::OrganisationKind::vendor);
  const auto vera = person("vera@vendor.example", vendor, {vendor_coordinator});
  person("vic@vendor.example", vendor, {vendor_coordinator});
  person("val@vendor.example", vendor);
  const auto id = record("EX-1", Tlp::red, vendor);
  auto actor = acting(vera, vendor);
  actor.four_eyes.want(domain::Act::widen_sharing);
  actor.reason = kReason;
  actor.post = &post_;
  const sharing::Marking wide{.tlp = Tlp::amber,
                              .audience = Audience::members,
                              .listed = {},
                              .embargo_until = {},
                              .status = domain::RecordStatus::published};
  const auto done = sharing::change_marking(database(), actor, id, wide, {.given = true, .digest = {}}, kTestNow);
  EXPECT_NE(asked(done), 0) << done.error().to_string();
  EXPECT_THAT(addresses(letters()), ElementsAre("vic@vendor.example")) << "coordinators of the CERT do not see it";
}

TEST_P(ApprovalLetters, AreNotWrittenWhereThereIsNoMail) {
  auto actor = as(ada_);
  actor.post = nullptr;
  EXPECT_NE(asked(give_role(actor)), 0);
  EXPECT_THAT(letters(), IsEmpty());
}

/// Asks and rejects without end, and tells of each that was committed.
[[noreturn]] void ask_until_killed(const store_testing::TestDatabase& test, const Actor& asker, const Actor& decider,
                                   int committed) {
  const auto database = test.open();
  if (!database) _exit(1);
  for (int number = 0;; ++number) {
    const auto done =
        break_glass(**database, asker, {},
                    {.id = fmt::format("EX-{}-{}", ::getpid(), number), .reason = std::string{kReason}}, kTestNow);
    if (done || !done.error().where.starts_with(kAsked)) _exit(2);
    if (::write(committed, "a", 1) != 1) _exit(3);
    const auto id = std::atoll(done.error().where.substr(kAsked.size()).c_str());
    if (!reject(**database, decider, id, "No", kTestNow)) _exit(4);
    if (::write(committed, "r", 1) != 1) _exit(5);
  }
}

TEST_P(ApprovalLetters, AreWrittenOnceOrNeverWhenTheProcessIsKilled) {
  const auto asker = as(ada_), decider = as(abe_);
  const auto first =
      asked(break_glass(database(), asker, {}, {.id = "EX-0", .reason = std::string{kReason}}, kTestNow));
  const auto deciders = find_approval(database(), decider, first, kTestNow)->others;
  ASSERT_GT(deciders, 0);
  for (const int kill_after : {1, 2, 7, 20}) {
    close();  // No connection may cross the fork.
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
      ::close(ends[0]);
      ask_until_killed(test_database(), asker, decider, ends[1]);
    }
    ::close(ends[1]);
    int told = 0;
    for (char byte = 0; told < kill_after && ::read(ends[0], &byte, 1) == 1;) ++told;
    ::kill(child, SIGKILL);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "exit " << WEXITSTATUS(status);
    ::close(ends[0]);
    reopen();
    const auto requests = number(Sql{"SELECT count(*) FROM approval"});
    const auto rejected = number(Sql{"SELECT count(*) FROM approval WHERE state = ?", store::ApprovalState::rejected});
    EXPECT_GE(requests + rejected, told);
    EXPECT_EQ(number(Sql{"SELECT count(*) FROM mail_queue"}), requests * deciders + rejected);
    EXPECT_EQ(number(Sql{"SELECT count(*) FROM mail_queue WHERE person_id = ?", ada_}), rejected);
  }
}

}  // namespace
}  // namespace tocsin::engine::guard
