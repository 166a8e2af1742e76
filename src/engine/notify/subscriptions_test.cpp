#include "engine/notify/subscriptions.hpp"

#include <gmock/gmock.h>

#include "engine/inventory/testing.hpp"

namespace tocsin::engine::notify {
namespace {

using inventory::kTestNow;
using members::outcome;
using members::refusal;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class SubscriptionsTest : public inventory::InventoryTest {
 protected:
  domain::PersonId me() const { return *reader.viewer.person; }
};
TOCSIN_ON_BOTH_DATABASES(SubscriptionsTest);

TEST_P(SubscriptionsTest, AreCheckedBeforeTheyAreKept) {
  struct Case {
    SubscriptionInput input;
    std::string_view refusal;
  };
  const Case cases[] = {
      {{}, "ok"},
      {{.name = "Bad ones", .query = "cvss>=9 vendor:abb"}, "ok"},
      {{.query = "vendr:abb"}, "invalid_input at query"},
      {{.query = "cvss>=99"}, "invalid_input at query"},
      {{.name = std::string(kNameBytesMax + 1, 'x')}, "invalid_input at name"},
      {{.exposure = true, .statuses = {"affected", "fixed"}}, "ok"},
      {{.exposure = true, .statuses = {"broken"}}, "invalid_input at statuses"},
      {{.exposure = true, .site = std::string(kSiteBytesMax + 1, 'x')}, "invalid_input at site"},
      {{.channels = {}}, "invalid_input at channels"},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(refusal(subscribe(database(), reader, me(), each.input, kTestNow)), each.refusal) << each.input.query;
  }
  const auto all = list(database(), reader, me()).value();
  ASSERT_THAT(all, SizeIs(3));
  EXPECT_EQ(all[0].name, "Every advisory");
  EXPECT_EQ(all[1].query, "cvss>=9 vendor:abb");
  EXPECT_THAT(input_of(all[2]).statuses, ElementsAre("affected", "fixed"));
  EXPECT_EQ(last_entry(), "subscription.create subscription:3");
}

TEST_P(SubscriptionsTest, BelongToWhoMadeThem) {
  const auto id = subscribe(database(), reader, me(), {}, kTestNow).value();
  EXPECT_EQ(outcome(list(database(), stranger, me())), "not_found");
  EXPECT_EQ(outcome(change(database(), stranger, me(), id, {}, kTestNow)), "not_found");
  EXPECT_EQ(outcome(change(database(), stranger, *stranger.viewer.person, id, {}, kTestNow)), "not_found");
  EXPECT_EQ(outcome(remove(database(), stranger, *stranger.viewer.person, id, kTestNow)), "not_found");
  EXPECT_EQ(outcome(subscribe(database(), administrator, me(), {}, kTestNow)), "not_found");
  EXPECT_EQ(outcome(set_times(database(), stranger, me(), {}, kTestNow)), "not_found");
  EXPECT_EQ(outcome(make_feed_token(database(), stranger, me(), kTestNow)), "not_found");
  // The console may help anybody.
  EXPECT_EQ(outcome(change(database(), console, me(), id, {.name = "Renamed"}, kTestNow)), "ok");
  EXPECT_EQ(list(database(), reader, me()).value().front().name, "Renamed");
  EXPECT_EQ(outcome(remove(database(), reader, me(), id, kTestNow)), "ok");
  EXPECT_THAT(list(database(), reader, me()).value(), IsEmpty());
}

TEST_P(SubscriptionsTest, ATokenHasThoseOfItsOrganisationAndScopes) {
  const auto mine = subscribe(database(), reader, me(), {.name = "All"}, kTestNow).value();
  const auto plants = subscribe(database(), reader, me(), {.name = "Ours", .exposure = true}, kTestNow).value();
  const auto without = [](domain::Permission permission) { return 1U << static_cast<unsigned>(permission); };
  auto token = reader;
  token.program = true;
  EXPECT_THAT(list(database(), token, me()).value(), SizeIs(2));
  token.withheld = without(domain::Permission::read_inventory);
  EXPECT_THAT(list(database(), token, me()).value(), SizeIs(1));
  EXPECT_FALSE(find(database(), token, me(), plants).value());
  EXPECT_EQ(outcome(change(database(), token, me(), plants, {.name = "x"}, kTestNow)), "not_found");
  EXPECT_EQ(outcome(change(database(), token, me(), mine, {.name = "x"}, kTestNow)), "ok");
  token.withheld = without(domain::Permission::edit_record);
  EXPECT_EQ(outcome(subscribe(database(), token, me(), {}, kTestNow)), "forbidden");
  EXPECT_EQ(outcome(change(database(), token, me(), mine, {}, kTestNow)), "forbidden");
  EXPECT_EQ(outcome(remove(database(), token, me(), mine, kTestNow)), "forbidden");
  token.withheld = 0;
  token.viewer.organisation = power;
  EXPECT_THAT(list(database(), token, me()).value(), IsEmpty());
  EXPECT_EQ(outcome(remove(database(), token, me(), mine, kTestNow)), "not_found");
  // Somebody at a browser sees theirs whomever they act for.
  token.program = false;
  EXPECT_THAT(list(database(), token, me()).value(), SizeIs(2));
}

TEST_P(SubscriptionsTest, AreNoMoreThanSomebodyCanOverlook) {
  for (std::int64_t i = 0; i < kSubscriptionsMax; ++i) {
    ASSERT_TRUE(subscribe(database(), reader, me(), {}, kTestNow));
  }
  EXPECT_EQ(outcome(subscribe(database(), reader, me(), {}, kTestNow)), "conflict");
}

TEST_P(SubscriptionsTest, TimesAreKeptAsTheyAreChosen) {
  EXPECT_EQ(times(database(), reader, me()).value(), domain::ReadingTimes{});
  const domain::ReadingTimes chosen{
      .digest_minute = 450, .digest_weekday = 5, .quiet_from = 1'320, .quiet_until = 360, .paused = true};
  ASSERT_TRUE(set_times(database(), reader, me(), chosen, kTestNow));
  EXPECT_EQ(times(database(), reader, me()).value(), chosen);
  EXPECT_EQ(refusal(set_times(database(), reader, me(), {.digest_weekday = 8}, kTestNow)),
            "invalid_input at digest_on");
  EXPECT_EQ(refusal(set_times(database(), reader, me(), {.quiet_until = 1'440}, kTestNow)),
            "invalid_input at quiet_until");
}

TEST_P(SubscriptionsTest, GoWithThePerson) {
  ASSERT_TRUE(subscribe(database(), reader, me(), {.name = "Pumps"}, kTestNow));
  ASSERT_TRUE(set_times(database(), reader, me(), {}, kTestNow));
  const auto exported = members::export_person(database(), reader, me(), kTestNow);
  ASSERT_TRUE(exported);
  EXPECT_THAT(*exported, ::testing::HasSubstr("Pumps"));
  ASSERT_TRUE(members::erase_person(database(), reader, me(), kTestNow));
  EXPECT_EQ(number(members::Sql{"SELECT (SELECT count(*) FROM subscription) + (SELECT count(*) FROM reading_time)"}),
            0);
}

TEST_P(SubscriptionsTest, ATestGoesByMailAlone) {
  const post::Post off{SealingKey::random(), {}};
  const post::Post on{SealingKey::random(),
                      {.public_url = "https://cert.example", .site_name = "Grid CERT", .mail = true}};
  const auto id = subscribe(database(), reader, me(), {.name = "Pumps"}, kTestNow).value();
  EXPECT_EQ(outcome(send_test(database(), reader, me(), id, off, kTestNow)), "conflict");
  EXPECT_EQ(outcome(send_test(database(), stranger, *stranger.viewer.person, id, on, kTestNow)), "not_found");
  ASSERT_TRUE(send_test(database(), reader, me(), id, on, kTestNow));
  EXPECT_EQ(number(members::Sql{"SELECT count(*) FROM mail_queue WHERE person_id = ?", me()}), 1);
}

}  // namespace
}  // namespace tocsin::engine::notify
