#include <set>

#include "engine/exposure/runs.hpp"
#include "engine/guard/approvals.hpp"
#include "engine/guard/second_person.hpp"
#include "engine/manage/comments.hpp"
#include "engine/manage/reading.hpp"
#include "engine/manage/removal.hpp"
#include "engine/members/testing.hpp"
#include "engine/search/indexer.hpp"
#include "engine/testing/samples.hpp"
#include "store/changes.hpp"
#include "store/glass.hpp"
#include "store/people.hpp"
#include "store/removals.hpp"

namespace tocsin::engine::manage {
namespace {

using domain::OrganisationId;
using domain::OrganisationKind;
using domain::PersonId;
using domain::RecordId;
using domain::Tlp;
using engine::testing::Sample;
using members::outcome;
using members::refusal;
using store::Sql;
using store_testing::kTestNow;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using enum domain::Role;

constexpr Timestamp kLater{kTestNow.micros + 60'000'000};

/// A vendor whose advisory everybody may read and one that is AMBER and for the plant; Olga is elsewhere.
class Manage : public members::MembersTest {
 protected:
  void SetUp() override {
    MembersTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    vendor_ = organisation("Vendor", OrganisationKind::vendor);
    plant_ = organisation("Plant");
    other_ = organisation("Other");
    cora_ = person("cora@cert.example", domain::kOwnOrganisation, {coordinator});
    carl_ = person("carl@cert.example", domain::kOwnOrganisation, {coordinator});
    ana_ = person("ana@cert.example", domain::kOwnOrganisation, {analyst});
    aldo_ = person("aldo@cert.example", domain::kOwnOrganisation, {auditor});
    vera_ = person("vera@vendor.example", vendor_, {vendor_coordinator});
    wendy_ = person("wendy@plant.example", plant_);
    will_ = person("will@plant.example", plant_);
    olga_ = person("olga@other.example", other_);
    open_ = put({.id = "EX-1"});
    closed_ = put(secret());
  }
  Sample secret() const {
    return {.id = "EX-2",
            .tlp = Tlp::amber,
            .owner = vendor_,
            .audience = domain::Audience::listed,
            .listed = {{domain::Grantee::Kind::organisation, plant_.value},
                       {domain::Grantee::Kind::organisation, domain::kOwnOrganisation.value}}};
  }
  store::PutResult put_revision(const Sample& sample, store::Again again = store::Again::no, Timestamp now = kTestNow) {
    auto done = database().write([&](store::Connection& connection) {
      return store::Records{connection}.put(engine::testing::revision_of(sample), now, again);
    });
    EXPECT_TRUE(done) << done.error().to_string() << done.error().detail;
    return done ? *done : store::PutResult{};
  }
  RecordId put(const Sample& sample) { return put_revision(sample).record; }
  Actor cora() { return acting(cora_, domain::kOwnOrganisation); }
  Actor carl() { return acting(carl_, domain::kOwnOrganisation); }
  Actor ana() { return acting(ana_, domain::kOwnOrganisation); }
  Actor aldo() { return acting(aldo_, domain::kOwnOrganisation); }
  Actor vera() { return acting(vera_, vendor_); }
  Actor wendy() { return acting(wendy_, plant_); }
  Actor will() { return acting(will_, plant_); }
  Actor olga() { return acting(olga_, other_); }
  bool has_read(PersonId person, RecordId record) {
    return database().read([&](store::Connection& connection) { return is_read(connection, person, record); }).value();
  }
  std::vector<std::string> texts(const Actor& actor, RecordId record) {
    std::vector<std::string> all;
    const auto list = comments_of(database(), actor, record, kTestNow);
    if (!list) return {std::string{to_string(list.error().code)}};
    for (const auto& row : list->rows) all.push_back(row.comment.body);
    return all;
  }
  std::int64_t rows(const char* table) {
    if (std::string_view{table} == "record") return number(Sql{"SELECT count(*) FROM record"});
    if (std::string_view{table} == "revision_document") return number(Sql{"SELECT count(*) FROM revision_document"});
    if (std::string_view{table} == "advisory") return number(Sql{"SELECT count(*) FROM advisory"});
    return number(Sql{"SELECT count(*) FROM advisory_text"});
  }
  void index() {
    const auto done = search::index_all(database());
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  Actor removing(Actor actor, std::string why = "Sent by mistake") {
    actor.reason = std::move(why);
    return actor;
  }
  OrganisationId vendor_, plant_, other_;
  PersonId cora_, carl_, ana_, aldo_, vera_, wendy_, will_, olga_;
  RecordId open_, closed_;
};
TOCSIN_ON_BOTH_DATABASES(Manage);

TEST_P(Manage, ReadIsOfOnePersonAndOneMarkSays) {
  EXPECT_FALSE(has_read(wendy_, open_));
  ASSERT_EQ(outcome(mark_read(database(), wendy(), open_, kTestNow)), "ok");
  EXPECT_TRUE(has_read(wendy_, open_));
  EXPECT_FALSE(has_read(will_, open_));
  EXPECT_EQ(last_entry(), fmt::format("record.mark-read record:{}", open_.value));
  const auto entries = audit_rows().size();
  ASSERT_EQ(outcome(mark_read(database(), wendy(), open_, kTestNow)), "ok");
  EXPECT_EQ(audit_rows().size(), entries) << "marking twice changes nothing";
  ASSERT_EQ(outcome(mark_unread(database(), wendy(), open_, kTestNow)), "ok");
  EXPECT_FALSE(has_read(wendy_, open_));
}

TEST_P(Manage, WhatIsHiddenIsNotRead) {
  EXPECT_EQ(outcome(mark_read(database(), olga(), closed_, kTestNow)), "not_found");
  EXPECT_EQ(outcome(mark_read(database(), olga(), RecordId{9'999}, kTestNow)), "not_found");
  EXPECT_EQ(outcome(mark_read(database(), Actor::anonymous(), open_, kTestNow)), "forbidden");
  EXPECT_EQ(outcome(mark_read(database(), console, open_, kTestNow)), "forbidden");
  const std::int64_t both[] = {open_.value, closed_.value};
  EXPECT_EQ(mark_all_read(database(), olga(), both, kTestNow, kTestNow).value(), 1);
  EXPECT_EQ(mark_all_read(database(), wendy(), both, kTestNow, kTestNow).value(), 2);
  EXPECT_EQ(mark_all_read(database(), wendy(), both, kTestNow, kTestNow).value(), 0);
  EXPECT_TRUE(has_read(wendy_, closed_));
  // What came while they looked at the list.
  const auto late = put_revision({.id = "EX-3"}, store::Again::no, kLater).record;
  const std::int64_t it[] = {late.value};
  EXPECT_EQ(mark_all_read(database(), wendy(), it, kTestNow, kLater).value(), 0);
}

TEST_P(Manage, ANewRevisionIsUnreadWhereItMatters) {
  struct Row {
    std::string_view name;
    Sample before, after;
    bool stays_read;
  };
  const Row table[] = {
      {"only words", {.id = "R-1"}, {.id = "R-1", .version = "2", .summary = "The same, said better."}, true},
      {"another score", {.id = "R-2"}, {.id = "R-2", .version = "2", .score_tenths = 75}, false},
      {"another product", {.id = "R-3"}, {.id = "R-3", .version = "2", .products = {{}, {.name = "Valve"}}}, false},
      {"withdrawn", {.id = "R-4"}, {.id = "R-4", .version = "2", .status = domain::RecordStatus::withdrawn}, false},
      {"what cannot be compared", {.id = "R-5"}, {.id = "R-5", .version = "2", .bytes = "{}"}, false},
  };
  for (const auto& row : table) {
    SCOPED_TRACE(row.name);
    const auto record = put(row.before);
    ASSERT_EQ(outcome(mark_read(database(), wendy(), record, kTestNow)), "ok");
    const auto after = put_revision(row.after);
    ASSERT_EQ(after.outcome, domain::PutOutcome::updated);
    EXPECT_EQ(has_read(wendy_, record), row.stays_read);
    EXPECT_FALSE(has_read(will_, record));
  }
}

TEST_P(Manage, CommentsAreSeenByThoseTheyAreFor) {
  ASSERT_EQ(outcome(add_comment(database(), wendy(), closed_, "Ours, line 3", false, kTestNow)), "ok");
  ASSERT_EQ(outcome(add_comment(database(), vera(), closed_, "From the vendor", true, kTestNow)), "ok");
  ASSERT_EQ(outcome(add_comment(database(), ana(), closed_, "From the CERT", true, kTestNow)), "ok");
  ASSERT_EQ(outcome(add_comment(database(), ana(), closed_, "Among us", false, kTestNow)), "ok");
  EXPECT_THAT(texts(wendy(), closed_), ElementsAre("Ours, line 3", "From the vendor", "From the CERT"));
  EXPECT_THAT(texts(will(), closed_), ElementsAre("Ours, line 3", "From the vendor", "From the CERT"));
  EXPECT_THAT(texts(vera(), closed_), ElementsAre("From the vendor", "From the CERT"));
  EXPECT_THAT(texts(cora(), closed_), ElementsAre("From the vendor", "From the CERT", "Among us"));
  EXPECT_THAT(texts(console, closed_), ElementsAre("Ours, line 3", "From the vendor", "From the CERT", "Among us"));
  // A hidden record has none, and nobody is told how many there are.
  EXPECT_THAT(texts(olga(), closed_), ElementsAre("not_found"));
  EXPECT_THAT(texts(aldo(), closed_), ElementsAre("not_found"));
  EXPECT_THAT(texts(Actor::anonymous(), open_), IsEmpty());
  ASSERT_EQ(outcome(add_comment(database(), ana(), open_, "Read this first", true, kTestNow)), "ok");
  EXPECT_THAT(texts(olga(), open_), ElementsAre("Read this first"));
  EXPECT_THAT(texts(Actor::anonymous(), open_), IsEmpty());
  EXPECT_THAT(texts(aldo(), open_), IsEmpty()) << "an auditor reads what the public reads";
  // Other organisations' people have no names.
  const auto list = comments_of(database(), wendy(), closed_, kTestNow).value();
  EXPECT_EQ(list.rows[0].comment.organisation_name, "Plant");
  EXPECT_EQ(list.rows[0].comment.person_name, "Ada Example");
  EXPECT_EQ(list.rows[1].comment.organisation_name, "Vendor");
  EXPECT_EQ(list.rows[1].comment.person_name, "");
  EXPECT_FALSE(list.rows[1].comment.person);
  // Nor does the log know what was written.
  for (const auto& row : audit_rows()) EXPECT_THAT(row.entry.personal.detail, Not(HasSubstr("line 3")));
}

TEST_P(Manage, CommentsAreWrittenByThoseWhoMay) {
  struct Row {
    std::string_view name;
    Actor actor;
    RecordId record;
    std::string text;
    bool wide;
    std::string_view answer;
  };
  const Row table[] = {
      {"a member", wendy(), closed_, "Hello", false, "ok"},
      {"a member, for everyone", wendy(), closed_, "Hello", true, "forbidden at "},
      {"its owner, for everyone", vera(), closed_, "Hello", true, "ok"},
      {"a vendor on what is the CERT's", vera(), open_, "Hello", true, "forbidden at "},
      {"an analyst of the CERT", ana(), open_, "Hello", true, "ok"},
      {"an auditor", aldo(), open_, "Hello", false, "forbidden at "},
      {"a visitor", Actor::anonymous(), open_, "Hello", false, "forbidden at "},
      {"who does not see it", olga(), closed_, "Hello", false, "not_found at "},
      {"nothing", wendy(), open_, " \n ", false, "invalid_input at text"},
      {"the longest", wendy(), open_, std::string(kCommentBytesMax, 'x'), false, "ok"},
      {"one more", wendy(), open_, std::string(kCommentBytesMax + 1, 'x'), false, "invalid_input at text"},
      {"control characters", wendy(), open_, "a\x1b[31m", false, "invalid_input at text"},
      {"the console", console, closed_, "Hello", true, "ok"},
  };
  // A token has at most what its scopes name.
  auto token = wendy();
  token.program = true;
  token.withheld = 1U << static_cast<unsigned>(domain::Permission::edit_record);
  EXPECT_EQ(outcome(add_comment(database(), token, closed_, "Hello", false, kTestNow)), "forbidden");
  token.withheld = 0;
  EXPECT_EQ(outcome(add_comment(database(), token, closed_, "Hello", false, kTestNow)), "ok");
  for (const auto& row : table) {
    SCOPED_TRACE(row.name);
    const auto before = number(Sql{"SELECT count(*) FROM record_comment"});
    const auto done = add_comment(database(), row.actor, row.record, row.text, row.wide, kTestNow);
    EXPECT_EQ(refusal(done), row.answer);
    EXPECT_EQ(number(Sql{"SELECT count(*) FROM record_comment"}), before + (done ? 1 : 0));
  }
}

TEST_P(Manage, ACommentIsItsAuthors) {
  const auto own = add_comment(database(), wendy(), closed_, "Ours", false, kTestNow).value();
  const auto wide = add_comment(database(), vera(), closed_, "For all", true, kTestNow).value();
  EXPECT_EQ(outcome(change_comment(database(), will(), closed_, own, "Mine", kTestNow)), "forbidden");
  EXPECT_EQ(outcome(remove_comment(database(), will(), closed_, own, kTestNow)), "forbidden");
  EXPECT_EQ(outcome(change_comment(database(), vera(), closed_, own, "Mine", kTestNow)), "not_found");
  EXPECT_EQ(outcome(remove_comment(database(), cora(), closed_, own, kTestNow)), "not_found");
  EXPECT_EQ(outcome(remove_comment(database(), wendy(), open_, own, kTestNow)), "not_found") << "of another record";
  ASSERT_EQ(outcome(change_comment(database(), wendy(), closed_, own, "Ours, better", kLater)), "ok");
  const auto row = find_comment(database(), wendy(), closed_, own, kLater).value();
  EXPECT_EQ(row.comment.body, "Ours, better");
  EXPECT_EQ(row.comment.edited_at, kLater);
  EXPECT_TRUE(row.may_edit);
  // Moderated by the CERT's coordinators, changed by nobody else.
  EXPECT_EQ(outcome(change_comment(database(), cora(), closed_, wide, "Censored", kTestNow)), "forbidden");
  EXPECT_EQ(outcome(remove_comment(database(), ana(), closed_, wide, kTestNow)), "forbidden");
  EXPECT_EQ(outcome(remove_comment(database(), cora(), closed_, wide, kTestNow)), "ok");
  EXPECT_EQ(last_entry(), fmt::format("comment.remove record:{}", closed_.value));
  EXPECT_EQ(outcome(remove_comment(database(), wendy(), closed_, own, kTestNow)), "ok");
  EXPECT_THAT(texts(console, closed_), IsEmpty());
}

TEST_P(Manage, AnErasedPersonLeavesNoCommentsOrMarks) {
  ASSERT_EQ(outcome(add_comment(database(), wendy(), open_, "Ours", false, kTestNow)), "ok");
  ASSERT_EQ(outcome(mark_read(database(), wendy(), open_, kTestNow)), "ok");
  const auto facts =
      database().read([&](store::Connection& connection) { return store::People{connection}.identity_facts(wendy_); });
  ASSERT_TRUE(facts) << facts.error().to_string();
  EXPECT_EQ(facts->at("comments").as_array().size(), 1U);
  EXPECT_EQ(facts->at("marked_as_read").as_array().size(), 1U);
  ASSERT_EQ(outcome(members::erase_person(database(), console, wendy_, kTestNow)), "ok");
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM record_comment"}), 0);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM record_read"}), 0);
}

TEST_P(Manage, RemovingLeavesNothingButTheLogAndItsHashes) {
  put_revision({.id = "EX-1", .version = "2", .summary = "Said better."});
  index();
  ASSERT_EQ(outcome(mark_read(database(), wendy(), open_, kTestNow)), "ok");
  ASSERT_EQ(outcome(add_comment(database(), wendy(), open_, "Ours", false, kTestNow)), "ok");
  const auto before = rows("record");
  const auto sha512 = engine::testing::revision_of({.id = "EX-1"}).sha512;
  ASSERT_EQ(outcome(remove_record(database(), removing(cora()), open_, kTestNow)), "ok");
  EXPECT_EQ(rows("record"), before - 1);
  EXPECT_EQ(rows("revision_document"), 1);
  EXPECT_EQ(rows("advisory"), 1);
  EXPECT_EQ(rows("advisory_text"), 1);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM record_comment"}), 0);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM record_read"}), 0);
  const auto entry = audit_rows().back().entry;
  EXPECT_EQ(entry.action, "record.remove");
  EXPECT_THAT(entry.personal.detail, ::testing::AllOf(HasSubstr("EX-1"), HasSubstr(sha512), HasSubstr("by mistake")));
  // The feed tells it, and deriving goes on.
  const auto changes =
      database().read([](store::Connection& connection) { return store::Changes{connection}.after(0, 100); }).value();
  EXPECT_EQ(changes.back().action, store::ChangeAction::removed);
  EXPECT_EQ(changes.back().record, open_);
  index();
  EXPECT_EQ(outcome(mark_read(database(), wendy(), open_, kTestNow)), "not_found");
  EXPECT_EQ(outcome(remove_record(database(), removing(cora()), open_, kTestNow)), "not_found");
}

TEST_P(Manage, WhatWasRemovedComesBackOnlyWhenAsked) {
  const Sample newest{.id = "EX-9"};
  const auto record = put(newest);
  ASSERT_EQ(outcome(remove_record(database(), removing(cora()), record, kTestNow)), "ok");
  EXPECT_EQ(put_revision(newest).outcome, domain::PutOutcome::removed);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM record WHERE record_key = 'EX-9'"}), 0);
  // Another revision is another document; what was removed does not come with it.
  const auto other = put_revision({.id = "EX-9", .version = "2"});
  EXPECT_EQ(other.outcome, domain::PutOutcome::created);
  EXPECT_GT(other.record, record) << "a number is never given again";
  EXPECT_EQ(put_revision(newest).outcome, domain::PutOutcome::removed);
  EXPECT_EQ(put_revision(newest, store::Again::yes).outcome, domain::PutOutcome::history);
  EXPECT_EQ(put_revision(newest).outcome, domain::PutOutcome::unchanged);
  // Removed once more, with the bytes that were removed before.
  ASSERT_EQ(outcome(remove_record(database(), removing(cora()), other.record, kTestNow)), "ok");
  EXPECT_GT(put_revision(newest, store::Again::yes).record, other.record);
}

TEST_P(Manage, OnlyTheOwnersCoordinatorsRemove) {
  struct Row {
    std::string_view name;
    Actor actor;
    RecordId record;
    std::string_view answer;
  };
  const Row table[] = {
      {"a member", wendy(), open_, "forbidden at "},
      {"an analyst", ana(), open_, "forbidden at "},
      {"an auditor", aldo(), open_, "forbidden at "},
      {"of another organisation", cora(), closed_, "forbidden at "},
      {"the vendor's coordinator", vera(), closed_, "forbidden at "},
      {"a visitor", Actor::anonymous(), open_, "forbidden at "},
      {"without a reason", cora(), open_, "invalid_input at reason"},
      {"what is not there", cora(), RecordId{9'999}, "not_found at "},
  };
  const auto before = rows("record");
  for (const auto& row : table) {
    SCOPED_TRACE(row.name);
    const auto why = row.answer == "invalid_input at reason" ? "" : "Sent by mistake";
    EXPECT_EQ(refusal(remove_record(database(), removing(row.actor, why), row.record, kTestNow)), row.answer);
  }
  EXPECT_EQ(rows("record"), before);
  EXPECT_EQ(outcome(remove_record(database(), removing(console), closed_, kTestNow)), "ok");
}

TEST_P(Manage, ASecondPersonMayBeWanted) {
  const auto with_four_eyes = [&](Actor actor) {
    actor.four_eyes.want(domain::Act::remove_record);
    return removing(std::move(actor));
  };
  const auto asked = remove_record(database(), with_four_eyes(cora()), open_, kTestNow);
  ASSERT_EQ(outcome(asked), "conflict");
  ASSERT_TRUE(asked.error().where.starts_with(guard::kAsked)) << asked.error().to_string();
  const auto id = std::atoll(asked.error().where.substr(guard::kAsked.size()).c_str());
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM record WHERE id = ?", open_}), 1);
  EXPECT_EQ(outcome(guard::approve(database(), with_four_eyes(cora()), {}, id, kTestNow)), "forbidden");
  EXPECT_EQ(outcome(guard::approve(database(), ana(), {}, id, kTestNow)), "not_found");
  // Another revision came meanwhile: nobody agreed to removing that.
  const auto late = put({.id = "EX-8"});
  const auto second = remove_record(database(), with_four_eyes(cora()), late, kTestNow);
  const auto late_id = std::atoll(second.error().where.substr(guard::kAsked.size()).c_str());
  put_revision({.id = "EX-8", .version = "2"});
  EXPECT_EQ(outcome(guard::approve(database(), with_four_eyes(carl()), {}, late_id, kTestNow)), "conflict");
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM record WHERE id = ?", late}), 1);
  ASSERT_EQ(outcome(guard::approve(database(), with_four_eyes(carl()), {}, id, kTestNow)), "ok");
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM record WHERE id = ?", open_}), 0);
}

}  // namespace
}  // namespace tocsin::engine::manage
