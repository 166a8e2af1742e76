// What is told of assets that were added or changed.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/exposure/decisions.hpp"
#include "engine/exposure/exposure.hpp"
#include "engine/notify/testing.hpp"
#include "store/asset_notices.hpp"

namespace tocsin::engine::notify {
namespace {

using domain::Pace;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class AssetNewsTest : public HeraldTest {
 protected:
  /// Everything that a running server does, once.
  void pass(Timestamp now, AssetsChannel hook = {}) {
    derive(now);
    decide(now);
    Herald one{database(), *engine, *catalogue, post, {.site_zone = {}, .assets_hook = std::move(hook)}};
    const ManualClock clock{now};
    const auto done = one.turn(clock);
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  void decide(Timestamp now) {
    exposure::Deciding deciding{database()};
    for (int i = 0; i < 1'000; ++i) {
      const auto step = deciding.step(now);
      ASSERT_TRUE(step) << step.error().to_string();
      if (step->caught_up) return;
    }
  }
  /// `flow` devices with the flaw and `others` without, at "North" or "South" in turn.
  static std::string list_of(int flow, int others, std::string_view version = "2.1") {
    std::string csv = "Key,Name,Vendor,Product,Version,Site\n";
    for (int i = 0; i < flow; ++i) {
      csv += fmt::format("f{0},Pump {0},Example Pumps,Flow Controller,{1},{2}\n", i, version,
                         i % 2 == 0 ? "North" : "South");
    }
    for (int i = 0; i < others; ++i) csv += fmt::format("o{0},Fan {0},Breeze,Ventilator,1,North\n", i);
    return csv;
  }
  void import(const std::string& csv, const Actor& actor) {
    const auto done = import_csv(actor, csv);
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  void import(const std::string& csv) { import(csv, editor); }
  void prepare() {
    publish({});
    pass(kTestNow);
    EXPECT_THAT(letters(), IsEmpty());
  }
};
TOCSIN_ON_BOTH_DATABASES(AssetNewsTest);

TEST_P(AssetNewsTest, AnImportIsOneMessageHoweverLong) {
  prepare();
  subscribe_to(reader, {.name = "Our plants", .exposure = true});
  subscribe_to(reader, {.name = "Bad ones", .query = "cvss>=9", .exposure = true});
  subscribe_to(reader, {.name = "All advisories"});
  import(list_of(700, 600));
  pass(later(kHour));
  const auto all = letters();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].address, "will@water.example");
  EXPECT_EQ(all[0].subject, "Grid CERT: 1 advisory speaks of 700 added or changed assets");
  EXPECT_THAT(all[0].text, AllOf(HasSubstr("EX-2021-001: Open door in Flow Controller"), HasSubstr("700 assets"),
                                 HasSubstr("https://cert.example/notifications/assets/"),
                                 HasSubstr("Our plants, Bad ones"), Not(HasSubstr("All advisories"))));
  EXPECT_THAT(all[0].text, Not(HasSubstr("Pump 1"))) << "names of assets do not travel";
  ASSERT_THAT(all[0].headers, SizeIs(2));
  // The same list again, and everything matched anew: nothing that would be news.
  import(list_of(700, 600));
  pass(later(2 * kHour));
  ASSERT_TRUE(database().write([](store::Connection& connection) { return store::Exposures{connection}.reset(); }));
  for (const auto hours : {3, 27, 24 * 9}) pass(later(hours * kHour));
  EXPECT_THAT(letters(), IsEmpty());
}

TEST_P(AssetNewsTest, OnlyWhatTheSubscriptionAsksFor) {
  prepare();
  subscribe_to(reader, {.name = "South", .exposure = true, .site = "South"});
  subscribe_to(editor, {.name = "Other vendor", .query = "vendor:abb", .exposure = true});
  subscribe_to(stranger, {.name = "Another plant", .exposure = true});
  import(list_of(5, 0));
  pass(later(kHour));
  const auto all = letters();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].address, "will@water.example");
  EXPECT_THAT(all[0].subject, HasSubstr("2 added or changed assets"));
}

TEST_P(AssetNewsTest, OnlyWithTheDecisionThatIsAskedFor) {
  prepare();
  subscribe_to(reader, {.name = "Wrong", .exposure = true, .decisions = {"nothing_to_do"}});
  subscribe_to(editor,
               {.name = "Right", .exposure = true, .decisions = {"act_now", "mitigate_now", "next_outage", "accept"}});
  import(list_of(3, 0));
  pass(later(kHour));
  const auto all = letters();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].address, "wendy@water.example");
}

TEST_P(AssetNewsTest, WhatWasThereBeforeSomebodyAskedIsNoNews) {
  prepare();
  import(list_of(3, 0));
  derive(later(kHour));
  decide(later(kHour));
  subscribe_to(reader, {.name = "Later", .exposure = true}, later(2 * kHour));
  pass(later(3 * kHour));
  EXPECT_THAT(letters(), IsEmpty());
}

TEST_P(AssetNewsTest, AChangedAssetIsNewsWhereItBecomesAffected) {
  prepare();
  subscribe_to(reader, {.name = "Our plants", .exposure = true});
  import(list_of(4, 0, "9.9"));
  pass(later(kHour));
  EXPECT_THAT(letters(), IsEmpty());
  import(list_of(4, 0, "2.1"));
  pass(later(2 * kHour));
  const auto all = letters();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_THAT(all[0].subject, HasSubstr("4 added or changed assets"));
  EXPECT_THAT(all[0].text, Not(HasSubstr("were added.")));
}

TEST_P(AssetNewsTest, AnAdvisoryThatComesWithTheAssetsIsToldOnce) {
  subscribe_to(reader, {.name = "Our plants", .exposure = true});
  import(list_of(2, 0));
  publish({});
  pass(later(kHour));
  EXPECT_THAT(told(), ElementsAre("will: New: EX-2021-001: Open door in Flow Controller"));
  pass(later(2 * kHour));
  EXPECT_THAT(told(), IsEmpty());
  // One that comes later is the advisory's own news.
  publish({.id = "EX-2021-002"}, later(3 * kHour));
  pass(later(3 * kHour));
  EXPECT_THAT(told(), SizeIs(1));
}

TEST_P(AssetNewsTest, DigestsGatherAndQuietHoursAreWaitedOut) {
  prepare();
  subscribe_to(reader, {.name = "Daily", .exposure = true, .pace = Pace::daily});
  import(list_of(2, 0));
  pass(later(1));
  import(list_of(6, 0));
  pass(later(2));
  EXPECT_THAT(letters(), IsEmpty());
  pass(later(25 * kHour));
  const auto all = letters();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_THAT(all[0].subject, HasSubstr("6 added or changed assets"));
}

TEST_P(AssetNewsTest, WhatIsNoMoreWhenItIsSentIsNotTold) {
  prepare();
  subscribe_to(reader, {.name = "Daily", .exposure = true, .pace = Pace::daily});
  import(list_of(2, 0));
  pass(later(1));
  import(list_of(2, 0, "9.9"));
  pass(later(25 * kHour));
  EXPECT_THAT(letters(), IsEmpty());
}

TEST_P(AssetNewsTest, NothingOfWhatTheReaderMayNotSee) {
  publish({});
  publish({.id = "EX-2021-RED"});
  // For the other plant alone.
  mark("EX-2021-RED", domain::Tlp::amber, {{domain::Grantee::Kind::organisation, power.value}}, kTestNow);
  pass(kTestNow);
  letters();
  subscribe_to(reader, {.name = "Our plants", .exposure = true});
  subscribe_to(stranger, {.name = "Our plants", .exposure = true});
  import(list_of(3, 0));
  import(list_of(3, 0), stranger);
  pass(later(kHour));
  std::vector<std::string> subjects;
  for (const auto& letter : letters()) {
    subjects.push_back(letter.subject);
    EXPECT_THAT(letter.text, Not(HasSubstr("EX-2021-RED"))) << "AMBER does not travel by name";
  }
  EXPECT_THAT(subjects, UnorderedElementsAre("Grid CERT: 1 advisory speaks of 3 added or changed assets",
                                             "Grid CERT: 2 advisories speak of 3 added or changed assets"));
  const auto rows = asset_notices(database(), reader, *reader.viewer.person, 10, later(kHour));
  ASSERT_TRUE(rows);
  ASSERT_THAT(*rows, SizeIs(1));
  EXPECT_EQ(rows->front().item.advisories, 1);
  EXPECT_EQ(inventory::outcome(asset_notice(database(), stranger, rows->front().notice.id, later(kHour))), "not_found");
}

TEST_P(AssetNewsTest, WhoLostTheRightIsToldNothing) {
  prepare();
  subscribe_to(reader, {.name = "Daily", .exposure = true, .pace = Pace::daily});
  import(list_of(2, 0));
  pass(later(1));
  ASSERT_TRUE(database().write([&](store::Connection& connection) {
    return connection.run(store::Sql{"DELETE FROM membership WHERE person_id = ?", *reader.viewer.person});
  }));
  pass(later(25 * kHour));
  EXPECT_THAT(letters(), IsEmpty());
}

TEST_P(AssetNewsTest, HooksAndFeedTellTheSame) {
  prepare();
  subscribe_to(editor, {.name = "Hook", .exposure = true, .channels = {.hook = true}});
  subscribe_to(reader, {.name = "Feed", .exposure = true, .channels = {.feed = true}});
  import(list_of(3, 0));
  std::vector<AssetsTold> by_hook;
  pass(later(kHour), [&](store::Connection&, const AssetsTold& it) -> Status {
    by_hook.push_back(it);
    return ok();
  });
  ASSERT_THAT(by_hook, SizeIs(1));
  EXPECT_EQ(by_hook[0].assets, 3);
  EXPECT_EQ(by_hook[0].advisories, 1);
  ASSERT_THAT(by_hook[0].worst, SizeIs(1));
  EXPECT_THAT(by_hook[0].subscriptions, ElementsAre("Hook"));
  const auto token = make_feed_token(database(), reader, *reader.viewer.person, later(kHour));
  ASSERT_TRUE(token);
  const auto rows = asset_feed(database(), *token, false, later(kHour));
  ASSERT_TRUE(rows);
  ASSERT_THAT(*rows, SizeIs(1));
  EXPECT_EQ(rows->front().item.assets, 3);
}

TEST_P(AssetNewsTest, UnsubscribingByTheLetterEndsThem) {
  prepare();
  subscribe_to(reader, {.name = "Our plants", .exposure = true});
  import(list_of(1, 0));
  pass(later(kHour));
  const auto all = letters();
  ASSERT_THAT(all, SizeIs(1));
  const auto& way_out = all[0].headers[0].second;
  const auto from = way_out.rfind('/') + 1;
  const auto token = way_out.substr(from, way_out.size() - 1 - from);
  ASSERT_EQ(inventory::outcome(unsubscribe(database(), reader, token, later(kHour))), "ok");
  import(list_of(5, 0));
  pass(later(2 * kHour));
  EXPECT_THAT(letters(), IsEmpty());
}

TEST_P(AssetNewsTest, AProcessThatDiesLeavesWhatWaits) {
  prepare();
  subscribe_to(reader, {.name = "Our plants", .exposure = true});
  import(list_of(3, 0));
  derive(later(kHour));
  decide(later(kHour));
  // What was matched stands in the database: another process tells it, and only one does.
  auto one = herald();
  auto other = herald();
  ASSERT_TRUE(one.notice(later(kHour)));
  const auto step = one.notice_assets(later(kHour));
  ASSERT_TRUE(step) << step.error().to_string() << step.error().detail;
  EXPECT_EQ(step->notices, 1);
  const auto again = other.notice_assets(later(kHour));
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->caught_up);
  send(later(kHour), other);
  send(later(kHour), one);
  EXPECT_THAT(letters(), SizeIs(1));
}

TEST_P(AssetNewsTest, NewsCountUntilTheListWasLookedThrough) {
  prepare();
  subscribe_to(reader, {.name = "Our plants", .exposure = true});
  import(list_of(3, 0));
  pass(later(kHour));
  const auto me = *reader.viewer.person;
  const auto look = [&](domain::PersonId whose, std::optional<store::NoticesSeen> after) {
    return database()
        .read([&](store::Connection& connection) { return news(connection, whose, after, false, later(kHour)); })
        .value();
  };
  auto now = look(me, store::NoticesSeen{});
  EXPECT_EQ(now.unread, 1);
  ASSERT_THAT(now.lines, SizeIs(1));
  EXPECT_THAT(now.lines[0].text, HasSubstr("3 added or changed assets"));
  EXPECT_THAT(look(me, now.newest).lines, IsEmpty());
  EXPECT_EQ(look(*stranger.viewer.person, store::NoticesSeen{}).unread, 0);
  ASSERT_TRUE(look_through(database(), me));
  EXPECT_EQ(look(me, {}).unread, 0);
  publish({.id = "EX-2021-002"}, later(2 * kHour));
  pass(later(2 * kHour));
  EXPECT_EQ(look(me, {}).unread, 1);
}

}  // namespace
}  // namespace tocsin::engine::notify
