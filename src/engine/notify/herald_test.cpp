#include "engine/notify/herald.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/exposure/asked_runs.hpp"
#include "engine/notify/testing.hpp"

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
using ::testing::UnorderedElementsAre;

TOCSIN_ON_BOTH_DATABASES(HeraldTest);

TEST_P(HeraldTest, TellsAChangeOnceHoweverManySubscriptionsMatch) {
  subscribe_to(reader, {.name = "Pumps", .query = "vendor:\"Example Pumps\""});
  subscribe_to(reader, {.name = "Bad ones", .query = "cvss>=9"});
  subscribe_to(reader, {.name = "Daily", .query = "door", .pace = Pace::daily});
  subscribe_to(stranger, {.name = "Others", .query = "vendor:abb"});
  publish({});
  turn();
  const auto all = letters();
  ASSERT_THAT(all, SizeIs(1));
  const auto& letter = all.front();
  EXPECT_EQ(letter.address, "will@water.example");
  EXPECT_EQ(letter.subject, "Grid CERT: New: EX-2021-001: Open door in Flow Controller");
  EXPECT_THAT(letter.text, AllOf(HasSubstr("Pumps, Bad ones, Daily"), HasSubstr("critical 9.8"),
                                 HasSubstr("https://cert.example/notifications/"), HasSubstr("stop the pump")));
  EXPECT_THAT(letter.html, AllOf(HasSubstr("<html lang=\"en\">"), HasSubstr("Open door in Flow Controller")));
  ASSERT_THAT(letter.headers, SizeIs(2));
  EXPECT_THAT(letter.headers[0].second, HasSubstr("<https://cert.example/unsubscribe/"));
  EXPECT_EQ(letter.headers[1].second, "List-Unsubscribe=One-Click");
  for (const auto hours : {0, 24, 24 * 8}) turn(later(hours * kHour));
  EXPECT_THAT(told(), IsEmpty());
}

TEST_P(HeraldTest, TellsNothingOfWhatWasThereBefore) {
  publish({});
  turn();
  subscribe_to(reader, {}, later(1));
  turn(later(2));
  EXPECT_THAT(told(), IsEmpty());
  publish({.version = "2", .score_tenths = 75}, later(3));
  turn(later(4));
  EXPECT_THAT(told(), ElementsAre("will: Changed: EX-2021-001: Open door in Flow Controller"));
}

TEST_P(HeraldTest, TellsOfChangesThatMatterToWhoRunsTheProducts) {
  subscribe_to(reader, {});
  publish({});
  turn();
  EXPECT_THAT(told(), SizeIs(1));
  // Words alone are not told; what they are compared with later is what the person knows.
  publish({.version = "2", .summary = "An attacker on the network could halt the pump."}, later(1));
  turn(later(1));
  EXPECT_THAT(told(), IsEmpty());
  publish({.version = "3", .score_tenths = 75, .summary = "An attacker on the network could halt the pump."}, later(2));
  turn(later(2));
  EXPECT_THAT(told(), ElementsAre("will: Changed: EX-2021-001: Open door in Flow Controller"));
  publish({.version = "4", .status = domain::RecordStatus::withdrawn}, later(3));
  turn(later(3));
  EXPECT_THAT(told(), ElementsAre("will: Withdrawn: EX-2021-001: Open door in Flow Controller"));
  turn(later(4));
  EXPECT_THAT(told(), IsEmpty());
}

TEST_P(HeraldTest, SeveralRevisionsAtOnceAreOnePieceOfNews) {
  publish({});
  turn();
  subscribe_to(reader, {}, later(1));
  // The one that matters is not the last.
  publish({.version = "2", .score_tenths = 75}, later(2));
  publish({.version = "3", .score_tenths = 75, .summary = "Other words."}, later(3));
  publish({.version = "0", .summary = "History."}, later(4));
  turn(later(5));
  EXPECT_THAT(told(), ElementsAre("will: Changed: EX-2021-001: Open door in Flow Controller"));
}

TEST_P(HeraldTest, MatchingByHandIsNoNews) {
  ASSERT_TRUE(import_csv(editor, "Name,Vendor,Product,Firmware\nP1,Example Pumps,Flow Controller,V2.8.0\n"));
  subscribe_to(reader, {.name = "Ours", .exposure = true});
  publish({});
  turn();
  EXPECT_THAT(told(), SizeIs(1));
  const auto again = [&](const exposure::RunInput& input, Timestamp now) {
    ASSERT_TRUE(exposure::ask_run(database(), editor, input, now));
    exposure::Runs runs{database()};
    for (int i = 0; i < 100; ++i) {
      const auto step = runs.asked_step(now);
      ASSERT_TRUE(step) << step.error().to_string() << step.error().detail;
      if (step->caught_up) break;
    }
    turn(now);
  };
  const auto matches = exposure::list(database(), editor, own(editor), {}, kTestNow).value().rows;
  ASSERT_THAT(matches, SizeIs(1));
  again({.everything = true}, later(1));
  again({.records = {matches[0].match.record}}, later(2));
  again({.assets = {matches[0].match.asset}}, later(3));
  EXPECT_THAT(told(), IsEmpty());
  // A revision in which nothing that matters has changed, and matched by hand besides.
  publish({.version = "2", .summary = "Said in other words."}, later(4));
  again({.everything = true}, later(5));
  EXPECT_THAT(told(), IsEmpty());
}

TEST_P(HeraldTest, GathersADigestByThePersonsClock) {
  subscribe_to(reader, {.pace = Pace::daily});
  subscribe_to(editor, {.pace = Pace::weekly});
  run(Sql{"UPDATE person SET time_zone = 'Asia/Tokyo' WHERE id = ?", *reader.viewer.person});
  const domain::ReadingTimes times;
  publish({});
  publish({.id = "EX-2021-002", .title = "Second"});
  turn();
  EXPECT_THAT(told(), IsEmpty());
  const auto tokyo = domain::due_at(Pace::daily, times, **find_zone("Asia/Tokyo"), kTestNow);
  turn({tokyo.micros - 1});
  EXPECT_THAT(told(), IsEmpty());
  turn(tokyo);
  const auto daily = letters();
  ASSERT_THAT(daily, SizeIs(1));
  EXPECT_EQ(daily.front().subject, "Grid CERT: 2 pieces of news of the day");
  EXPECT_THAT(daily.front().text, AllOf(HasSubstr("EX-2021-001: Open door"), HasSubstr("EX-2021-002: Second")));
  turn(domain::due_at(Pace::weekly, times, Zone::utc(), kTestNow));
  EXPECT_THAT(told(), ElementsAre("wendy: 2 pieces of news of the week"));
}

TEST_P(HeraldTest, ADigestTellsOfARecordOnceAsItStands) {
  subscribe_to(reader, {.pace = Pace::daily});
  publish({});
  turn();
  publish({.version = "2", .title = "Open door, twice", .score_tenths = 75}, later(1));
  turn(later(1));
  turn(later(25 * kHour));
  EXPECT_THAT(told(), ElementsAre("will: New: EX-2021-001: Open door, twice"));
  EXPECT_THAT(states(), ElementsAre("dropped 3", "sent"));
}

TEST_P(HeraldTest, WaitsOutQuietHours) {
  const auto minute = static_cast<int>(kTestNow.micros / 60'000'000 % (24 * 60));
  set(reader, {.quiet_from = (minute + 24 * 60 - 30) % (24 * 60), .quiet_until = (minute + 30) % (24 * 60)});
  subscribe_to(reader, {});
  publish({});
  turn();
  turn(later(20 * 60'000'000LL));
  EXPECT_THAT(told(), IsEmpty());
  turn(later(31 * 60'000'000LL));
  EXPECT_THAT(told(), SizeIs(1));
}

TEST_P(HeraldTest, SaysNothingOfWhatIsMarkedNarrowerThanGreen) {
  subscribe_to(reader, {.name = "Secret pumps"});
  subscribe_to(stranger, {});
  publish({.tlp = domain::Tlp::amber, .audience = domain::Audience::listed, .listed = {to_water()}});
  publish({.id = "EX-2021-009", .tlp = domain::Tlp::green}, later(1));
  turn(later(1));
  const auto all = letters();
  ASSERT_THAT(all, SizeIs(3));
  for (const auto& letter : all) {
    if (letter.subject.find("EX-2021-009") != std::string::npos) continue;
    EXPECT_EQ(letter.address, "will@water.example");
    EXPECT_EQ(letter.subject, "Grid CERT: New: TLP:AMBER advisory");
    for (const auto* text : {&letter.text, &letter.html}) {
      for (const auto* hidden : {"EX-2021-001", "Open door", "Secret", "critical", "pump", "Example CERT"}) {
        EXPECT_THAT(*text, Not(HasSubstr(hidden)));
      }
    }
  }
}

TEST_P(HeraldTest, TellsWhatSomebodyComesToSee) {
  subscribe_to(reader, {});
  subscribe_to(stranger, {});
  publish({.tlp = domain::Tlp::amber, .audience = domain::Audience::owner_only});
  publish({.id = "EX-2021-002", .status = domain::RecordStatus::draft});
  publish({.id = "EX-2021-003", .embargo_until = later(10 * kHour)});
  turn();
  EXPECT_THAT(told(), IsEmpty());
  mark("EX-2021-001", domain::Tlp::amber, {to_water()}, later(1));
  mark("EX-2021-002", domain::Tlp::green, {to_water()}, later(1));
  turn(later(2));
  EXPECT_THAT(told(), UnorderedElementsAre("will: New: TLP:AMBER advisory",
                                           "will: New: EX-2021-002: Open door in Flow Controller"));
  // To more than before: who knew of it is not told again.
  mark("EX-2021-002", domain::Tlp::green, {to_water(), {domain::Grantee::Kind::organisation, power.value}}, later(3));
  turn(later(4));
  EXPECT_THAT(told(), ElementsAre("petra: New: EX-2021-002: Open door in Flow Controller"));
  // Nothing is written when an embargo ends.
  turn(later(10 * kHour - 1));
  EXPECT_THAT(told(), IsEmpty());
  for (int i = 0; i < 3; ++i) turn(later(10 * kHour + i));
  EXPECT_THAT(told(), UnorderedElementsAre("will: New: EX-2021-003: Open door in Flow Controller",
                                           "petra: New: EX-2021-003: Open door in Flow Controller"));
}

TEST_P(HeraldTest, AsksThePolicyAgainWhenItSends) {
  struct Case {
    std::string_view name;
    std::function<void()> between;
    std::string_view state;
  };
  const Case cases[] = {
      {"membership ended", [&] { run(Sql{"DELETE FROM membership WHERE person_id = ?", *reader.viewer.person}); },
       "dropped 1"},
      {"account suspended", [&] { run(Sql{"UPDATE person SET status = 2 WHERE id = ?", *reader.viewer.person}); },
       "dropped 1"},
      {"marking narrowed", [&] { run(Sql{"UPDATE record SET tlp = 2, audience = 2"}); }, "dropped 1"},
      {"subscription removed", [&] { run(Sql{"DELETE FROM subscription"}); }, "dropped 2"},
      {"subscription paused", [&] { run(Sql{"UPDATE subscription SET paused = 1"}); }, "dropped 2"},
      {"everything paused", [&] { set(reader, {.paused = true}); }, "dropped 4"},
      {"nothing", [] {}, "sent"},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    run(Sql{"DELETE FROM notice"});
    run(Sql{"DELETE FROM subscription"});
    run(Sql{"UPDATE person SET status = 1 WHERE id = ?", *reader.viewer.person});
    run(Sql{"UPDATE record SET tlp = 0, audience = 0"});
    run(Sql{"DELETE FROM reading_time"});
    run(
        Sql{"INSERT INTO membership (person_id, organisation_id, roles, created_at) VALUES (?, ?, 1, 0) ON CONFLICT DO "
            "NOTHING",
            *reader.viewer.person, water});
    subscribe_to(reader, {.query = "title:door"});
    static int number = 0;
    publish({.id = fmt::format("EX-1999-{:03}", ++number)});
    auto one = herald();
    notice(kTestNow, one);
    EXPECT_THAT(states(), ElementsAre("waiting"));
    each.between();
    send(kTestNow, one);
    EXPECT_THAT(states(), ElementsAre(std::string{each.state}));
    EXPECT_THAT(told(), SizeIs(each.state == "sent" ? 1 : 0));
  }
}

TEST_P(HeraldTest, TellsOfWhatConcernsThePlantsAlone) {
  ASSERT_TRUE(import_csv(editor,
                         "Name,Vendor,Product,Firmware,Site\n"
                         "P1,Example Pumps,Flow Controller,V2.8.0,Nord\n"
                         "P2,Example Pumps,Flow Controller,V2.9.1,West\n"
                         "M1,Brightwater,Level meter,1.0,West\n"));
  subscribe_to(reader, {.name = "Ours", .exposure = true});
  subscribe_to(editor, {.name = "West", .exposure = true, .statuses = {"affected"}, .site = "West"});
  subscribe_to(stranger, {.name = "Theirs", .exposure = true});
  publish({});
  publish({.id = "EX-2021-002", .products = {{.vendor = "Brightwater", .name = "Level meter", .version = "<= 1.2"}}});
  publish({.id = "EX-2021-003", .products = {{.vendor = "Nobody", .name = "Nothing at all", .version = "<= 1.2"}}});
  turn();
  EXPECT_THAT(told(), UnorderedElementsAre("will: New: EX-2021-001: Open door in Flow Controller",
                                           "will: New: EX-2021-002: Open door in Flow Controller",
                                           "wendy: New: EX-2021-002: Open door in Flow Controller"));
  EXPECT_EQ(inventory::refusal(subscribe(database(), auditor, *auditor.viewer.person, {.exposure = true}, kTestNow)),
            "forbidden at ");
}

TEST_P(HeraldTest, NothingIsTakenForAWordThatNobodyWrote) {
  subscribe_to(reader, {.query = "controler"});
  publish({});
  turn();
  EXPECT_THAT(told(), IsEmpty());
}

TEST_P(HeraldTest, AFloodComesInFewLetters) {
  subscribe_to(reader, {});
  for (int i = 0; i < 60; ++i) publish({.id = fmt::format("EX-2021-{:03}", i)});
  turn();
  EXPECT_THAT(told(), ElementsAre("will: 25 pieces of news", "will: 25 pieces of news", "will: 10 pieces of news"));
  EXPECT_THAT(states(), ::testing::Each(std::string{"sent"}));
}

/// Stopped after any number of steps, of whatever size, and taken up by another process or by two: the same.
TEST_P(HeraldTest, NeitherLosesNorRepeatsWhereverItIsStopped) {
  subscribe_to(reader, {});
  subscribe_to(stranger, {.query = "cvss>=9"});
  for (int stop = 0; stop < 6; ++stop) {
    for (int i = 0; i < 5; ++i) publish({.id = fmt::format("EX-200{}-{:03}", stop, i)}, later(stop));
    derive(later(stop));
    {
      auto killed = herald();
      for (int i = 0; i < stop; ++i) ASSERT_TRUE(killed.notice(later(stop), 2));
      if (stop % 2 == 1) ASSERT_TRUE(killed.send(later(stop), 1));
    }
    auto one = herald(), other = herald();
    for (int i = 0; i < 6; ++i) {
      ASSERT_TRUE(one.notice(later(stop), 1));
      ASSERT_TRUE(other.notice(later(stop), 3));
      ASSERT_TRUE(one.send(later(stop), 1));
      ASSERT_TRUE(other.send(later(stop), 1));
    }
    std::map<std::string, int> times;
    for (const auto& each : told()) ++times[each];
    EXPECT_THAT(times, SizeIs(10)) << stop;
    for (const auto& [text, count] : times) EXPECT_EQ(count, 1) << text;
  }
}

TEST_P(HeraldTest, WhoOwesASecondFactorIsToldNothing) {
  subscribe_to(reader, {});
  subscribe_to(stranger, {});  // Manages an organisation: the role demands a second factor.
  publish({});
  Herald strict{database(), *engine, *catalogue, post, {.site_zone = {}, .hook = {}, .factors_by_role = true}};
  notice(kTestNow, strict);
  send(kTestNow, strict);
  EXPECT_THAT(told(), ElementsAre("will: New: EX-2021-001: Open door in Flow Controller"));
  ASSERT_TRUE(database().write([&](store::Connection& connection) {
    return store::Credentials{connection}.add({.person = *stranger.viewer.person,
                                               .kind = store::CredentialKind::totp,
                                               .label = "App",
                                               .secret = "sealed",
                                               .created_at = kTestNow});
  }));
  publish({.id = "EX-2021-002"}, later(1));
  notice(later(1), strict);
  send(later(1), strict);
  EXPECT_THAT(told(), UnorderedElementsAre("petra: New: EX-2021-002: Open door in Flow Controller",
                                           "will: New: EX-2021-002: Open door in Flow Controller"));
}

TEST_P(HeraldTest, OnePersonsFailureDoesNotStopTheOthers) {
  subscribe_to(reader, {.channels = {.mail = true, .hook = true}});
  subscribe_to(stranger, {.name = "By hook", .channels = {.mail = true, .hook = true}});
  publish({});
  std::vector<Told> hooked;
  auto one = herald([&](store::Connection& connection, const Told& told) -> Status {
    EXPECT_TRUE(connection.writing());
    if (told.person == *reader.viewer.person) return Error::unavailable("not now");
    hooked.push_back(told);
    return ok();
  });
  notice(kTestNow, one);
  EXPECT_FALSE(one.send(kTestNow));
  EXPECT_THAT(told(), ElementsAre("petra: New: EX-2021-001: Open door in Flow Controller"));
  ASSERT_THAT(hooked, SizeIs(1));
  EXPECT_EQ(hooked.front().record, "EX-2021-001");
  EXPECT_EQ(hooked.front().organisation, power);
  EXPECT_EQ(hooked.front().url, "https://cert.example/advisories/EX-2021-001");
  EXPECT_THAT(hooked.front().subscriptions, ElementsAre("By hook"));
  // What failed waits, and is told later.
  auto again = herald([](store::Connection&, const Told&) { return ok(); });
  send(kTestNow, again);
  EXPECT_THAT(told(), ElementsAre("will: New: EX-2021-001: Open door in Flow Controller"));
}

TEST_P(HeraldTest, WhatWasToldAndLetterLinksAreTheReadersOwn) {
  subscribe_to(reader, {.name = "Feed", .channels = {.feed = true}});
  subscribe_to(reader, {.name = "Mail"});
  publish({});
  turn();
  const auto person = *reader.viewer.person;
  const auto page = notices(database(), reader, person, 0, 50, kTestNow);
  ASSERT_TRUE(page);
  ASSERT_THAT(page->rows, SizeIs(1));
  EXPECT_THAT(page->rows.front().notice.why, ElementsAre("Feed", "Mail"));
  EXPECT_EQ(follow(database(), reader, page->rows.front().notice.id, kTestNow).value().slug, "EX-2021-001");
  EXPECT_FALSE(follow(database(), stranger, page->rows.front().notice.id, kTestNow));
  EXPECT_FALSE(notices(database(), stranger, person, 0, 50, kTestNow));

  const auto token = make_feed_token(database(), reader, person, kTestNow).value();
  EXPECT_THAT(feed(database(), token, false, kTestNow).value(), SizeIs(1));
  EXPECT_FALSE(feed(database(), token + "x", false, kTestNow));
  EXPECT_FALSE(feed(database(), "", false, kTestNow));
  mark("EX-2021-001", domain::Tlp::amber, {}, later(1));
  EXPECT_THAT(feed(database(), token, false, later(2)).value(), IsEmpty());
  EXPECT_FALSE(notices(database(), reader, person, 0, 50, later(2)).value().rows.front().item);
  EXPECT_FALSE(follow(database(), reader, page->rows.front().notice.id, later(2)));
  const auto newer = make_feed_token(database(), reader, person, kTestNow).value();
  EXPECT_FALSE(feed(database(), token, false, kTestNow));
  ASSERT_TRUE(revoke_feed_token(database(), reader, person, kTestNow));
  EXPECT_FALSE(feed(database(), newer, false, kTestNow));

  // A letter's link ends mail, and nothing else.
  const auto all = letters();
  ASSERT_THAT(all, SizeIs(1));
  const auto& link = all.front().headers.front().second;
  const auto secret = link.substr(link.rfind('/') + 1, link.size() - link.rfind('/') - 2);
  ASSERT_THAT(of_letter(database(), secret).value().value(), SizeIs(1));
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(unsubscribe(database(), Actor::anonymous(), secret, kTestNow));
  EXPECT_FALSE(unsubscribe(database(), Actor::anonymous(), secret + "x", kTestNow));
  publish({.id = "EX-2021-002"}, later(3));
  turn(later(3));
  EXPECT_THAT(told(), IsEmpty());
}

}  // namespace
}  // namespace tocsin::engine::notify
