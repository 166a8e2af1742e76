#include "engine/notify/connections.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/notify/testing.hpp"
#include "engine/testing/stix_revision.hpp"
#include "engine/threat/indexer.hpp"
#include "engine/threat/report.hpp"

/// Who is told that something has newly to do with what their organisation shared, and how often.
namespace tocsin::engine::notify {
namespace {

using domain::Pace;
using store::Sql;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using threat::Attribution;
using threat::ReportAudience;
using Whom = ReportAudience::Whom;

constexpr std::string_view kSubject = "A new connection with what your organisation shared";

class ConnectionNotices : public HeraldTest {
 protected:
  struct Given {
    std::string_view title, indicators;
    Whom whom = Whom::members;
    Attribution attribution = Attribution::named;
  };
  static threat::Review review_of(const Given& given, Timestamp now) {
    threat::ReportInput input;
    input.title = given.title;
    input.text = "It came at night.";
    input.indicators = given.indicators;
    // What says nothing of who shares it may be meant all the same.
    input.keep = {"10.0.0.7"};
    return threat::review_report(input, now).value();
  }
  sharing::Marking marking_of(const Actor& actor, Whom whom, Timestamp now) {
    return threat::marking_of_report(database(), actor, {.whom = whom}, now).value();
  }
  std::string share(const Actor& actor, const Given& given, Timestamp now) {
    const auto id = threat::share_report(database(), actor, review_of(given, now), marking_of(actor, given.whom, now),
                                         given.attribution, now);
    EXPECT_TRUE(id) << id.error().to_string() << id.error().detail;
    return id ? *id : std::string{};
  }
  void change(const Actor& actor, const std::string& id, const Given& given, Timestamp now) {
    const auto done =
        threat::change_report(database(), actor, id, review_of(given, now), marking_of(actor, given.whom, now), now);
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  /// A version of an indicator of an address, for everybody or for its owner alone.
  void put(int number, domain::OrganisationId owner, bool hidden, int version, Timestamp now) {
    auto revision = engine::testing::stix_revision(
        fmt::format(
            R"({{"type":"indicator","spec_version":"2.1","id":"indicator--00000000-0000-4000-8000-00000000000{}",)"
            R"("modified":"2024-02-0{}T00:00:00.000Z","name":"Object {}","pattern_type":"stix",)"
            R"("pattern":"[ipv4-addr:value = '45.66.77.95']"}})",
            number, version, number),
        hidden ? domain::Tlp::red : domain::Tlp::clear, now);
    revision.owner = owner;
    revision.audience = hidden ? domain::Audience::owner_only : domain::Audience::everyone;
    const auto done =
        database().write([&](store::Connection& connection) { return store::Records{connection}.put(revision, now); });
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  /// What the duties do, up to the notices; then up to the post.
  void look(Timestamp now, int changes_max = 256) {
    ASSERT_TRUE(threat::index_all(database()));
    auto one = herald();
    for (int i = 0; i < 1'000; ++i) {
      const auto step = one.notice_connections(now, changes_max);
      ASSERT_TRUE(step) << step.error().to_string() << step.error().detail;
      if (step->caught_up) return;
    }
    FAIL() << "noticing does not come to an end";
  }
  void tell(Timestamp now, int changes_max = 256) {
    look(now, changes_max);
    auto one = herald();
    send(now, one);
  }
  std::vector<NoticeRow> listed(const Actor& actor, Timestamp now) {
    return notices(database(), actor, *actor.viewer.person, 0, 50, now).value().rows;
  }
};
TOCSIN_ON_BOTH_DATABASES(ConnectionNotices);

TEST_P(ConnectionNotices, BothSidesAreToldOnceAndLettersSayNoMore) {
  subscribe_to(reader, {.connections = true});
  subscribe_to(reader, {.name = "Again", .connections = true, .pace = Pace::daily});
  subscribe_to(stranger, {.name = "Ours", .connections = true});
  share(editor, {"Odd traffic", "45.66.77.88\n45.66.77.89"}, later(1));
  tell(later(1));
  EXPECT_THAT(told(), IsEmpty());
  const auto id = share(stranger, {"Night visits", "45.66.77.88\n45.66.77.89"}, later(2));
  tell(later(2));
  const auto all = letters();
  ASSERT_THAT(all, SizeIs(2)) << "one for each of them, however many values and subscriptions there are";
  for (const auto& each : all) {
    EXPECT_EQ(each.subject, fmt::format("Grid CERT: {}", kSubject));
    EXPECT_THAT(each.text, AllOf(HasSubstr("https://cert.example/notifications/"), Not(HasSubstr("45.66")),
                                 Not(HasSubstr("Night visits")), Not(HasSubstr("Odd traffic"))));
    EXPECT_THAT(each.html, AllOf(Not(HasSubstr("45.66")), Not(HasSubstr("Night visits"))));
  }
  for (const auto hours : {0, 24, 24 * 8}) tell(later(3 + hours * kHour));
  EXPECT_THAT(told(), IsEmpty());
  const auto rows = listed(reader, later(4));
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(rows[0].item.value().title, "Night visits");
  EXPECT_THAT(rows[0].notice.why, ElementsAre("New connections with what we shared", "Again"));
  const auto to = follow(database(), reader, rows[0].notice.id, later(4)).value();
  EXPECT_TRUE(to.threat);
  EXPECT_EQ(to.slug, id);
  EXPECT_FALSE(follow(database(), stranger, rows[0].notice.id, later(4)));
}

TEST_P(ConnectionNotices, OneStepAfterTheOtherTellsTheSame) {
  subscribe_to(reader, {.connections = true});
  share(editor, {"Odd traffic", "45.66.77.88\n45.66.77.89"}, later(1));
  share(stranger, {"Night visits", "45.66.77.88\n45.66.77.89"}, later(2));
  tell(later(3), 1);
  EXPECT_THAT(told(), SizeIs(1));
}

/// As after a kill before the commit, and as a second process does.
TEST_P(ConnectionNotices, ReadingTheSameChangesAgainTellsNothing) {
  subscribe_to(reader, {.connections = true});
  share(editor, {"Odd traffic", "45.66.77.88"}, later(1));
  share(stranger, {"Night visits", "45.66.77.88"}, later(2));
  look(later(3));
  ASSERT_THAT(states(), ElementsAre("waiting"));
  run(Sql{"UPDATE derived_cursor SET sequence = 0 WHERE reader = 'connections'"});
  tell(later(4));
  EXPECT_THAT(told(), SizeIs(1));
  run(Sql{"UPDATE derived_cursor SET sequence = 0 WHERE reader = 'connections'"});
  tell(later(5));
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_THAT(states(), ElementsAre("sent"));
}

struct SilentCase {
  std::string_view name;
  std::string_view ours = "45.66.77.88", theirs = "45.66.77.88";
  Whom whom = Whom::members;                     ///< Theirs.
  Attribution attribution = Attribution::named;  ///< Ours.
  bool by_us = false;                            ///< Theirs is of the same organisation.
};
constexpr SilentCase kSilent[] = {
    {.name = "NothingInCommon", .theirs = "45.66.77.90"},
    {.name = "HiddenFromUs", .whom = Whom::cert},
    {.name = "GivenAnonymously", .attribution = Attribution::anonymous},
    {.name = "BothOurOwn", .by_us = true},
    {.name = "SaysNothingOfWhoSharesIt", .ours = "10.0.0.7", .theirs = "10.0.0.7"},
};
TEST_P(ConnectionNotices, NothingIsToldOfWhatIsNone) {
  for (const auto& each : kSilent) {
    const auto at = later((&each - kSilent + 1) * 10 * kHour);
    const auto subscription = subscribe_to(reader, {.connections = true}, at);
    // Values of their own, so that no case has to do with another.
    const auto own = [&](std::string_view value) {
      std::string text{value};
      if (!text.starts_with("10.")) text.replace(0, 2, std::to_string(50 + (&each - kSilent)));
      return text;
    };
    const auto ours = own(each.ours), theirs = own(each.theirs);
    share(editor, {fmt::format("Ours {}", each.name), ours, Whom::members, each.attribution}, {at.micros + 1'000});
    share(each.by_us ? editor : stranger, {fmt::format("Theirs {}", each.name), theirs, each.whom},
          {at.micros + 2'000});
    tell({at.micros + 3'000});
    EXPECT_THAT(told(), IsEmpty()) << each.name;
    EXPECT_THAT(listed(reader, at), IsEmpty()) << each.name;
    ASSERT_TRUE(remove(database(), reader, *reader.viewer.person, subscription, at));
  }
}

TEST_P(ConnectionNotices, WhatTooManyShareIsNoConnection) {
  subscribe_to(reader, {.connections = true});
  share(editor, {"Odd traffic", "45.66.77.88"}, later(1));
  // More than a few, and more than a fifth of all that is known.
  for (int i = 0; i < 12; ++i) share(stranger, {fmt::format("Visit {}", i), "45.66.77.88"}, later(2 + i));
  tell(later(20));
  EXPECT_THAT(told(), IsEmpty());
}

TEST_P(ConnectionNotices, WhatWasThereBeforeTheyAskedIsNoNews) {
  share(editor, {"Odd traffic", "45.66.77.88"}, later(1));
  share(stranger, {"Night visits", "45.66.77.88"}, later(2));
  subscribe_to(reader, {.connections = true}, later(3));
  tell(later(4));
  EXPECT_THAT(told(), IsEmpty());
  share(stranger, {"Day visits", "45.66.77.88"}, later(5));
  tell(later(6));
  EXPECT_THAT(told(), SizeIs(1));
}

TEST_P(ConnectionNotices, ALaterVersionTellsOfWhatItBrings) {
  subscribe_to(reader, {.connections = true});
  share(editor, {"Odd traffic", "45.66.77.88\n45.66.77.89"}, later(1));
  const auto id = share(stranger, {"Night visits", "45.66.77.88"}, later(1'000'000));
  tell(later(1'000'001));
  EXPECT_THAT(told(), SizeIs(1));
  change(stranger, id, {"Night visits, again", "45.66.77.88"}, later(2'000'000));
  tell(later(2'000'001));
  EXPECT_THAT(told(), IsEmpty()) << "other words, the same values";
  change(stranger, id, {"Night visits, again", "45.66.77.88\n45.66.77.89"}, later(3'000'000));
  tell(later(3'000'001));
  EXPECT_THAT(told(), SizeIs(1));
}

TEST_P(ConnectionNotices, AVersionThatWasHiddenDoesNotExist) {
  subscribe_to(reader, {.connections = true});
  put(1, water, false, 1, later(1));
  put(2, power, true, 1, later(2));
  tell(later(3));
  EXPECT_THAT(told(), IsEmpty());
  put(2, power, false, 2, later(4));
  tell(later(5));
  EXPECT_THAT(told(), SizeIs(1));
  put(2, power, false, 3, later(6));
  tell(later(7));
  EXPECT_THAT(told(), IsEmpty()) << "they know of the value now";
}

TEST_P(ConnectionNotices, DigestsWaitAndWhatIsHiddenByThenIsDropped) {
  subscribe_to(reader, {.connections = true, .pace = Pace::daily});
  share(editor, {"Odd traffic", "45.66.77.88"}, later(1));
  const auto first = share(stranger, {"Night visits", "45.66.77.88"}, later(2));
  look(later(3));
  EXPECT_THAT(states(), ElementsAre("waiting"));
  run(Sql{"UPDATE record SET tlp = ?, audience = ?, owner_id = ? WHERE record_key = ?", domain::Tlp::red,
          domain::Audience::owner_only, power, first});
  tell(later(48 * kHour));
  EXPECT_THAT(told(), IsEmpty());
  EXPECT_THAT(states(), ElementsAre("dropped 1"));
  EXPECT_FALSE(listed(reader, later(48 * kHour)).at(0).item);
}

TEST_P(ConnectionNotices, TheFeedSaysThatThereIsSomething) {
  subscribe_to(reader, {.connections = true, .channels = {.feed = true}});
  const auto token = make_feed_token(database(), reader, *reader.viewer.person, later(0)).value();
  share(editor, {"Odd traffic", "45.66.77.88"}, later(1));
  share(stranger, {"Night visits", "45.66.77.88"}, later(2));
  tell(later(3));
  EXPECT_THAT(told(), IsEmpty());
  const auto rows = feed(database(), token, false, later(4)).value();
  ASSERT_THAT(rows, SizeIs(1));
  EXPECT_EQ(heading(*rows[0].item), kSubject);
  EXPECT_EQ(rows[0].item->title, "");
  const auto seen = database()
                        .read([&](store::Connection& connection) {
                          return news(connection, *reader.viewer.person, store::NoticesSeen{}, false, later(4));
                        })
                        .value();
  ASSERT_THAT(seen.lines, SizeIs(1));
  EXPECT_EQ(seen.lines[0].text, "New connection: Night visits");
}

TEST_P(ConnectionNotices, SubscriptionsOfBothKindsKeepApart) {
  subscribe_to(reader, {.name = "Connections", .connections = true});
  subscribe_to(stranger, {.name = "Advisories"});
  publish({}, later(1));
  share(editor, {"Odd traffic", "45.66.77.88"}, later(2));
  share(stranger, {"Night visits", "45.66.77.88"}, later(3));
  turn(later(4));
  tell(later(4));
  EXPECT_THAT(told(), ::testing::UnorderedElementsAre("petra: New: EX-2021-001: Open door in Flow Controller",
                                                      fmt::format("will: {}", kSubject)));
}

struct RefusedCase {
  std::string_view name;
  SubscriptionInput input;
  std::string_view where;
};
TEST_P(ConnectionNotices, WhatAConnectionCannotBeIsRefused) {
  const RefusedCase cases[] = {
      {"Search", {.query = "cvss>=9", .connections = true}, "query"},
      {"Assets", {.exposure = true, .connections = true}, "exposure"},
      {"Webhook", {.connections = true, .channels = {.mail = true, .hook = true}}, "channels"},
      {"NoWay", {.connections = true, .channels = {}}, "channels"},
  };
  for (const auto& each : cases) {
    const auto made = subscribe(database(), editor, *editor.viewer.person, each.input, kTestNow);
    ASSERT_FALSE(made) << each.name;
    EXPECT_EQ(made.error().where, each.where) << each.name;
  }
  const auto id = subscribe_to(editor, {.connections = true});
  const auto kept = find(database(), editor, *editor.viewer.person, id).value();
  ASSERT_TRUE(kept);
  EXPECT_TRUE(input_of(*kept).connections);
}

}  // namespace
}  // namespace tocsin::engine::notify
