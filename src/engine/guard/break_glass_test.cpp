#include "engine/guard/break_glass.hpp"

#include "base/secret.hpp"
#include "engine/audit/view.hpp"
#include "engine/members/testing.hpp"
#include "store/mail_queue.hpp"

namespace tocsin::engine::guard {
namespace {

using domain::Audience;
using domain::OrganisationId;
using domain::PersonId;
using domain::RecordStatus;
using domain::Tlp;
using members::outcome;
using members::refusal;
using store::Sql;
using store_testing::kTestNow;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using enum domain::Role;

constexpr std::string_view kReason = "The plant's pumps stand still and its CERT is away";

class BreakGlass : public members::MembersTest {
 protected:
  void SetUp() override {
    MembersTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    vendor_ = organisation("Vendor", domain::OrganisationKind::vendor);
    other_ = organisation("Other");
    cora_ = person("cora@cert.example", domain::kOwnOrganisation, {coordinator});
    ada_ = person("ada@cert.example", domain::kOwnOrganisation, {administrator});
    vera_ = person("vera@vendor.example", vendor_, {vendor_coordinator});
    record("EX-RED", Tlp::red, vendor_);
    record("EX-DRAFT", Tlp::amber, vendor_, RecordStatus::draft);
    record("EX-OPEN", Tlp::green, vendor_);
  }
  void record(std::string key, Tlp tlp, OrganisationId owner, RecordStatus status = RecordStatus::published) {
    auto revision = store_testing::sample_revision(key);
    revision.tlp = tlp;
    revision.status = status;
    revision.audience = tlp == Tlp::green ? Audience::everyone : Audience::owner_only;
    revision.owner = owner;
    const auto put = database().write(
        [&](store::Connection& connection) { return store::Records{connection}.put(revision, kTestNow); });
    ASSERT_TRUE(put) << put.error().to_string() << put.error().detail;
  }
  /// In a session with a second factor, as it stands at a moment.
  Actor in_session(PersonId person, OrganisationId organisation, Timestamp now = kTestNow) {
    auto actor = acting(person, organisation);
    actor.second_factor = true;
    actor.viewer.glass = database()
                             .read([&](store::Connection& connection) {
                               return store::Glass{connection}.open(person, organisation, now);
                             })
                             .value();
    return actor;
  }
  Actor cora(Timestamp now = kTestNow) { return in_session(cora_, domain::kOwnOrganisation, now); }
  Result<GlassOpened> open(const Actor& actor, std::string id, std::string_view reason = kReason,
                           Timestamp now = kTestNow) {
    return break_glass(database(), actor, rules_, {.id = std::move(id), .reason = std::string{reason}}, now);
  }
  bool sees(const Actor& actor, std::string_view slug, Timestamp now = kTestNow) {
    return database()
        .read([&](store::Connection& connection) {
          return store::Records{connection}.find(actor.viewer, domain::RecordKind::advisory, slug, now);
        })
        .value()
        .has_value();
  }
  static Timestamp after(std::chrono::seconds time) {
    return {kTestNow.micros + std::chrono::microseconds{time}.count()};
  }

  OrganisationId vendor_, other_;
  PersonId cora_, ada_, vera_;
  GlassRules rules_;
};
TOCSIN_ON_BOTH_DATABASES(BreakGlass);

TEST_P(BreakGlass, OpensOneRecordForAWhile) {
  EXPECT_FALSE(sees(cora(), "ex-red"));
  const auto opened = open(cora(), "Ex-Red ");
  ASSERT_TRUE(opened) << opened.error().to_string() << opened.error().detail;
  EXPECT_EQ(opened->record_slug, "EX-RED");
  EXPECT_EQ(opened->until, after(std::chrono::hours{1}));
  EXPECT_EQ(last_entry(), "break-glass.open record:1");
  EXPECT_THAT(audit_rows().back().entry.personal.detail, HasSubstr(kReason));
  EXPECT_EQ(audit_rows().back().entry.owner, vendor_);

  EXPECT_TRUE(sees(cora(), "ex-red"));
  EXPECT_FALSE(sees(cora(), "ex-draft")) << "only the one that was named";
  EXPECT_FALSE(sees(in_session(ada_, domain::kOwnOrganisation), "ex-red")) << "only who opened it";
  const auto last = after(std::chrono::seconds{3'599}), over = after(std::chrono::hours{1});
  EXPECT_TRUE(sees(cora(last), "ex-red", last));
  EXPECT_FALSE(sees(cora(over), "ex-red", over));
  // Kept in memory too long, it still ends.
  EXPECT_FALSE(sees(cora(last), "ex-red", over));
}

TEST_P(BreakGlass, OpensDraftsAsWell) {
  ASSERT_TRUE(open(in_session(ada_, domain::kOwnOrganisation), "ex-draft"));
  EXPECT_TRUE(sees(in_session(ada_, domain::kOwnOrganisation), "ex-draft"));
}

TEST_P(BreakGlass, CountsOnlyWhileActingForTheSameOrganisation) {
  ASSERT_TRUE(members::invite(database(), console, other_, members::mailed("cora@cert.example"), {member}, kTestNow));
  ASSERT_TRUE(open(cora(), "ex-red"));
  EXPECT_FALSE(sees(in_session(cora_, other_), "ex-red"));
}

TEST_P(BreakGlass, IsForThoseWhoMay) {
  EXPECT_EQ(outcome(open(in_session(vera_, vendor_), "ex-red")), "forbidden");
  EXPECT_EQ(outcome(open(console, "ex-red")), "invalid_input");
  auto token = cora();
  token.program = true;
  EXPECT_EQ(outcome(open(token, "ex-red")), "forbidden");
  auto one_factor = cora();
  one_factor.second_factor = false;
  EXPECT_EQ(outcome(open(one_factor, "ex-red")), "forbidden");
  EXPECT_EQ(refusal(open(cora(), "ex-red", "  because I want to  ")), "invalid_input at reason");
  EXPECT_EQ(refusal(open(cora(), "  ")), "invalid_input at id");
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM break_glass"}), 0);
  EXPECT_FALSE(sees(cora(), "ex-red"));
}

TEST_P(BreakGlass, WhatIsRefusedForAnotherReasonDoesNotTellWhetherItIsThere) {
  for (const auto* reason : {"short", ""}) {
    const auto hidden = open(cora(), "ex-red", reason), absent = open(cora(), "ex-none", reason);
    EXPECT_EQ(refusal(hidden), refusal(absent));
    EXPECT_EQ(hidden.error().message, absent.error().message);
  }
  for (int i = 0; i < static_cast<int>(kGlassOpenMax); ++i) {
    record(fmt::format("EX-{}", i), Tlp::red, vendor_);
    ASSERT_TRUE(open(cora(), fmt::format("EX-{}", i)));
  }
  const auto hidden = open(cora(), "ex-red"), absent = open(cora(), "ex-none");
  EXPECT_EQ(refusal(hidden), "conflict at id");
  EXPECT_EQ(refusal(absent), "conflict at id");
  EXPECT_EQ(hidden.error().message, absent.error().message);
}

TEST_P(BreakGlass, AMissIsWrittenDownAndThereAreFew) {
  for (std::int64_t i = 0; i < kGlassMissesMax; ++i) {
    EXPECT_EQ(refusal(open(cora(), "ex-none")), "invalid_input at id");
    EXPECT_EQ(last_entry(), "break-glass.refused ");
  }
  const auto before = audit_rows().size();
  EXPECT_EQ(outcome(open(cora(), "ex-none")), "unavailable");
  EXPECT_EQ(outcome(open(cora(), "ex-red")), "unavailable");
  EXPECT_EQ(audit_rows().size(), before);
  EXPECT_TRUE(open(in_session(ada_, domain::kOwnOrganisation), "ex-red")) << "it is counted for each person";
  EXPECT_TRUE(open(cora(), "ex-red", kReason, after(std::chrono::seconds{3'601})));
}

TEST_P(BreakGlass, WhatIsSeenAlreadyIsNotOpened) {
  EXPECT_EQ(refusal(open(cora(), "ex-open")), "conflict at id");
  ASSERT_TRUE(open(cora(), "ex-red"));
  EXPECT_EQ(refusal(open(cora(), "ex-red")), "conflict at id");
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM break_glass"}), 1);
}

TEST_P(BreakGlass, EndsBeforeItsTimeByThoseConcerned) {
  const auto wendy = person("wendy@vendor.example", vendor_, {organisation_administrator});
  const auto oscar = person("oscar@other.example", other_, {organisation_administrator});
  const auto plain = person("plain@vendor.example", vendor_);
  const auto stranger = in_session(oscar, other_), colleague = in_session(plain, vendor_);
  for (const auto& by : {cora(), in_session(ada_, domain::kOwnOrganisation), in_session(vera_, vendor_),
                         in_session(wendy, vendor_), console}) {
    const auto opened = open(cora(), "ex-red");
    ASSERT_TRUE(opened) << opened.error().to_string();
    EXPECT_EQ(outcome(end_glass(database(), stranger, opened->grant, kTestNow)), "not_found");
    EXPECT_EQ(outcome(end_glass(database(), colleague, opened->grant, kTestNow)), "not_found");
    EXPECT_TRUE(sees(cora(), "ex-red"));
    const auto generation = generation_now();
    EXPECT_EQ(outcome(end_glass(database(), by, opened->grant, kTestNow)), "ok");
    EXPECT_GT(generation_now(), generation) << "sessions in memory must be looked up again";
    EXPECT_EQ(last_entry(), "break-glass.end record:1");
    EXPECT_FALSE(sees(cora(), "ex-red"));
    EXPECT_EQ(outcome(end_glass(database(), by, opened->grant, kTestNow)), "conflict");
  }
}

TEST_P(BreakGlass, IsShownToThoseConcernedAsFarAsTheyMayRead) {
  ASSERT_TRUE(open(cora(), "ex-red"));
  const auto rows = [&](const Actor& actor, Timestamp now = kTestNow) {
    return glass_rows(database(), actor, GlassScope::known, 10, now).value();
  };
  const auto of_vera = rows(in_session(vera_, vendor_));
  ASSERT_EQ(of_vera.size(), 1U);
  EXPECT_EQ(of_vera[0].record_slug, "EX-RED");
  EXPECT_EQ(of_vera[0].grant.reason, kReason);
  EXPECT_TRUE(of_vera[0].in_force && of_vera[0].may_end && !of_vera[0].own);
  const auto of_ada = rows(in_session(ada_, domain::kOwnOrganisation));
  ASSERT_EQ(of_ada.size(), 1U);
  EXPECT_EQ(of_ada[0].record_slug, "") << "that it was opened, not what it is";
  EXPECT_EQ(of_ada[0].owner, "Vendor");
  const auto oscar = person("oscar@other.example", other_, {organisation_administrator});
  EXPECT_TRUE(rows(in_session(oscar, other_)).empty());
  EXPECT_TRUE(glass_rows(database(), in_session(ada_, domain::kOwnOrganisation), GlassScope::own_only, 10, kTestNow)
                  .value()
                  .empty());
  const auto over = after(std::chrono::hours{1});
  const auto later = rows(cora(over), over);
  ASSERT_EQ(later.size(), 1U) << "what has ended stays in the list";
  EXPECT_FALSE(later[0].in_force || later[0].may_end);
  EXPECT_TRUE(later[0].own);
  EXPECT_EQ(later[0].record_slug, "");
}

TEST_P(BreakGlass, WritesToThoseConcernedWithoutSayingWhatItIs) {
  const post::Post post{SealingKey::random(),
                        {.public_url = "https://cert.example", .site_name = "Example CERT", .mail = true}};
  rules_.post = &post;
  const auto carl = person("carl@cert.example", domain::kOwnOrganisation, {coordinator});
  static_cast<void>(carl);
  ASSERT_TRUE(open(cora(), "ex-red"));
  std::vector<std::string> addresses;
  const auto queued =
      database()
          .read([](store::Connection& connection) {
            return connection.all(Sql{"SELECT message_id, sealed, purpose FROM mail_queue"}, [](const store::Row& row) {
              return store::QueuedMail{.message_id = row.string(0),
                                       .purpose = static_cast<store::MailPurpose>(row.integer(2)),
                                       .sealed = row.string(1)};
            });
          })
          .value();
  for (const auto& each : queued) {
    const auto letter = post.open(each).value();
    EXPECT_EQ(letter.purpose, post::Purpose::alert);
    EXPECT_THAT(letter.text, HasSubstr("of Vendor"));
    EXPECT_THAT(letter.text, Not(HasSubstr("EX-RED")));
    EXPECT_THAT(letter.text, Not(HasSubstr(kReason)));
    addresses.push_back(letter.address);
  }
  std::ranges::sort(addresses);
  EXPECT_THAT(addresses, ElementsAre("carl@cert.example", "vera@vendor.example")) << "not to who did it";
}

TEST_P(BreakGlass, EachLookIsWrittenDownAsOneAndNothingIsTakenAway) {
  ASSERT_TRUE(open(cora(), "ex-red"));
  const auto actor = cora();
  const auto record =
      database()
          .read([&](store::Connection& connection) {
            return store::Records{connection}.find(actor.viewer, domain::RecordKind::advisory, "ex-red", kTestNow);
          })
          .value();
  ASSERT_TRUE(record);
  namespace view = audit::view;
  EXPECT_TRUE(view::is_recorded(actor.viewer, *record, kTestNow));
  EXPECT_TRUE(view::record_look(database(), actor, *record, view::Looking::read, kTestNow));
  EXPECT_EQ(last_entry(), "break-glass.read record:1");
  EXPECT_EQ(outcome(view::record_look(database(), actor, *record, view::Looking::exported, kTestNow)), "forbidden");
  const auto looks = view::looks(database(), in_session(vera_, vendor_), 0, 10, kTestNow);
  EXPECT_EQ(outcome(looks), "forbidden") << "a vendor coordinator alone manages no organisation";
  const auto wendy = person("wendy@vendor.example", vendor_, {organisation_administrator, vendor_coordinator});
  const auto seen = view::looks(database(), in_session(wendy, vendor_), 0, 10, kTestNow).value();
  ASSERT_EQ(seen.rows.size(), 1U);
  EXPECT_TRUE(seen.rows[0].broke_glass);
  EXPECT_EQ(seen.rows[0].record_slug, "EX-RED");
}

TEST_P(BreakGlass, ErasingThePersonTakesTheirReasonsAndEndsWhatIsOpen) {
  const auto opened = open(cora(), "ex-red");
  ASSERT_TRUE(opened);
  ASSERT_TRUE(members::erase_person(database(), console, cora_, kTestNow));
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM break_glass WHERE reason = '' AND ended_at IS NOT NULL"}), 1);
}

}  // namespace
}  // namespace tocsin::engine::guard
