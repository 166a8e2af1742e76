#include "engine/hooks/hooks.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "engine/hooks/assets_event.hpp"
#include "engine/members/testing.hpp"

namespace tocsin::engine::hooks {
namespace {

using domain::OrganisationId;
using domain::PersonId;
using domain::Role;
using domain::Tlp;
using members::outcome;
using members::refusal;
using store::DeliveryState;
using store::Sql;
using store_testing::kTestNow;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr const char* kUrl = "https://siem.plant.example/tocsin";

class HooksTest : public members::MembersTest {
 protected:
  Hooks hooks{SealingKey::random(), {}};
  OrganisationId plant_, other_;
  PersonId wendy_, walt_, will_, olga_;

  void SetUp() override {
    MembersTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    plant_ = organisation("Plant");
    other_ = organisation("Other");
    wendy_ = person("wendy@plant.example", plant_, {Role::organisation_administrator});
    walt_ = person("walt@plant.example", plant_, {Role::organisation_administrator});
    will_ = person("will@plant.example", plant_);
    olga_ = person("olga@other.example", other_, {Role::organisation_administrator});
  }
  Actor wendy() { return acting(wendy_, plant_); }
  Actor walt() { return acting(walt_, plant_); }
  Made made(const Actor& actor, std::string url = kUrl) {
    auto done = create(database(), actor, hooks, {.name = "SIEM", .url = std::move(url)}, kTestNow);
    EXPECT_TRUE(done) << done.error().to_string() << done.error().detail;
    return done ? std::move(*done) : Made{};
  }
  std::int64_t put(const Event& event) {
    const auto added =
        database().write([&](store::Connection& connection) { return enqueue(connection, event, kTestNow); });
    EXPECT_TRUE(added) << added.error().to_string() << added.error().detail;
    return added ? *added : -1;
  }
  Event event(std::string id, PersonId person) {
    return {.id = std::move(id),
            .type = "advisory.created",
            .person = person,
            .organisation = plant_,
            .at = kTestNow,
            .data = {{"id", "ex-1"}}};
  }
  store::Webhook stored(std::int64_t id) {
    return database().read([&](store::Connection& c) { return store::Webhooks{c}.find(id); }).value().value();
  }
  std::vector<store::WebhookDelivery> stored_deliveries(std::int64_t id) {
    return database().read([&](store::Connection& c) { return store::Webhooks{c}.deliveries(id, {}, 100); }).value();
  }
};
TOCSIN_ON_BOTH_DATABASES(HooksTest);

TEST_P(HooksTest, AreForThoseWhoManageTheOrganisation) {
  const auto id = made(wendy()).id;
  EXPECT_EQ(last_entry(), fmt::format("webhook.create webhook:{}", id));
  const WebhookInput input{.name = "SIEM", .url = kUrl};
  const auto member = acting(will_, plant_), stranger = acting(olga_, other_);
  EXPECT_EQ(outcome(create(database(), member, hooks, input, kTestNow)), "forbidden");
  EXPECT_EQ(outcome(list(database(), member)), "forbidden");
  EXPECT_EQ(outcome(list(database(), Actor::anonymous())), "forbidden");
  EXPECT_EQ(list(database(), wendy())->size(), 1U);
  EXPECT_EQ(list(database(), walt())->size(), 1U) << "a colleague sees it as well";
  // To others it is not there.
  EXPECT_THAT(*list(database(), stranger), IsEmpty());
  EXPECT_FALSE(find(database(), stranger, id)->has_value());
  EXPECT_EQ(outcome(change(database(), stranger, hooks, id, input, true, kTestNow)), "not_found");
  EXPECT_EQ(outcome(rotate(database(), stranger, hooks, id, kTestNow)), "not_found");
  EXPECT_EQ(outcome(remove(database(), stranger, id, kTestNow)), "not_found");
  EXPECT_EQ(outcome(test(database(), stranger, id, kTestNow)), "not_found");
  EXPECT_EQ(outcome(replay(database(), stranger, id, {}, kTestNow)), "not_found");
  EXPECT_EQ(outcome(deliveries(database(), stranger, id)), "not_found");
  EXPECT_EQ(outcome(remove(database(), wendy(), id, kTestNow)), "ok");
  EXPECT_EQ(last_entry(), fmt::format("webhook.remove webhook:{}", id));
  // The console says for whom; who does not manage the organisation cannot be told for it.
  EXPECT_EQ(refusal(create(database(), console, hooks, input, kTestNow)), "invalid_input at organisation");
  EXPECT_EQ(refusal(create(database(), console, hooks, input, kTestNow, Whose{plant_, will_})),
            "invalid_input at person");
  EXPECT_EQ(outcome(create(database(), console, hooks, input, kTestNow, Whose{plant_, walt_})), "ok");
}

TEST_P(HooksTest, DeliveriesAreForTheirPersonAndAdministrators) {
  const auto cora = person("cora@cert.example", domain::kOwnOrganisation, {Role::coordinator});
  const auto carl = person("carl@cert.example", domain::kOwnOrganisation, {Role::coordinator});
  const auto alma = person("alma@cert.example", domain::kOwnOrganisation, {Role::administrator});
  const auto in_cert = [&](PersonId who) { return acting(who, domain::kOwnOrganisation); };
  const auto id = made(in_cert(cora)).id;
  auto told = event("notice:red", cora);
  told.organisation = domain::kOwnOrganisation;
  ASSERT_EQ(put(told), 1);
  ASSERT_TRUE(database().write([&](store::Connection& c) {
    return c.run(Sql{"UPDATE webhook SET succeeded_at = ?, failed_at = ? WHERE id = ?", kTestNow, kTestNow, id});
  }));
  for (const auto& who : {in_cert(cora), in_cert(alma), console}) {
    const auto row = find(database(), who, id)->value();
    EXPECT_TRUE(row.shows_deliveries);
    EXPECT_EQ(row.counts.waiting, 1);
    EXPECT_TRUE(row.it.succeeded_at);
    EXPECT_THAT(*deliveries(database(), who, id), SizeIs(1));
  }
  // A colleague manages it as well, and learns nothing of what is for Cora's eyes: neither how much nor when.
  const auto colleague = in_cert(carl);
  const auto row = find(database(), colleague, id)->value();
  EXPECT_EQ(list(database(), colleague)->size(), 1U);
  for (const auto& each : {row, list(database(), colleague)->front()}) {
    EXPECT_FALSE(each.shows_deliveries);
    EXPECT_EQ(each.counts.waiting + each.counts.delivered + each.counts.dead, 0);
    EXPECT_FALSE(each.it.succeeded_at || each.it.failed_at);
  }
  EXPECT_EQ(outcome(deliveries(database(), colleague, id)), "forbidden");
  EXPECT_EQ(outcome(replay(database(), colleague, id, {}, kTestNow)), "forbidden");
  // Another organisation's administrator: it is not there.
  EXPECT_EQ(outcome(deliveries(database(), wendy(), id)), "not_found");
  // May be switched off all the same; and becomes theirs with the address.
  ASSERT_TRUE(
      change(database(), colleague, hooks, id, {.name = "SIEM", .url = "https://carl.example/"}, true, kTestNow));
  EXPECT_TRUE(find(database(), colleague, id)->value().shows_deliveries);
  EXPECT_FALSE(find(database(), in_cert(cora), id)->value().shows_deliveries);
}

struct UrlCase {
  const char* url;
  bool good, good_with_http;
};
constexpr UrlCase kUrlCases[] = {
    {"https://siem.example/x?y=1", true, true},
    {"HTTPS://siem.example:8443", true, true},
    {"http://siem.example/", false, true},
    {"ftp://siem.example/", false, false},
    {"https://", false, false},
    {"https:///path", false, false},
    {"https://:443/", false, false},
    {"https://user:secret@siem.example/", false, false},
    {"https://siem.example/#part", false, false},
    {"https://siem.example/a b", false, false},
    {"https://siem.example\\@127.0.0.1/", false, false},
    {"https://sïem.example/", false, false},
    {"javascript:alert(1)", false, false},
    {"", false, false},
};

TEST_P(HooksTest, LeadToWebServersOnly) {
  const Hooks lenient{SealingKey::random(), {.allow_http = true}};
  for (const auto& each : kUrlCases) {
    const WebhookInput input{.name = "SIEM", .url = each.url};
    EXPECT_EQ(refusal(create(database(), wendy(), hooks, input, kTestNow)), each.good ? "ok" : "invalid_input at url")
        << each.url;
    EXPECT_EQ(refusal(create(database(), wendy(), lenient, input, kTestNow)),
              each.good_with_http ? "ok" : "invalid_input at url")
        << each.url;
  }
  EXPECT_EQ(refusal(create(database(), wendy(), hooks, {.name = " ", .url = kUrl}, kTestNow)), "invalid_input at name");
}

TEST_P(HooksTest, AreFew) {
  for (int i = 0; i < kPerOrganisationMax; ++i) made(wendy());
  EXPECT_EQ(refusal(create(database(), walt(), hooks, {.name = "One more", .url = kUrl}, kTestNow)), "conflict at url");
  EXPECT_EQ(outcome(create(database(), acting(olga_, other_), hooks, {.name = "Ours", .url = kUrl}, kTestNow)), "ok");
}

TEST_P(HooksTest, KeepTheSecretSealed) {
  const auto it = made(wendy());
  EXPECT_TRUE(it.secret.starts_with("whsec_"));
  EXPECT_EQ(base64_decode(it.secret.substr(6))->size(), 32U);
  auto row = stored(it.id);
  EXPECT_THAT(row.secret, Not(HasSubstr(it.secret.substr(6))));
  EXPECT_EQ(hooks.open(row.uuid, row.secret)->reveal(), it.secret);
  EXPECT_FALSE(hooks.open("another", row.secret)) << "it cannot be put to another endpoint";
  EXPECT_THAT(find(database(), wendy(), it.id)->value().it.secret, IsEmpty());
  const auto next = rotate(database(), walt(), hooks, it.id, kTestNow).value();
  EXPECT_NE(next.secret, it.secret);
  row = stored(it.id);
  EXPECT_EQ(hooks.open(row.uuid, row.secret)->reveal(), next.secret);
  EXPECT_EQ(hooks.open(row.uuid, row.former_secret)->reveal(), it.secret);
  EXPECT_EQ(row.former_until->micros - kTestNow.micros, std::chrono::microseconds{kFormerSecretLives}.count());
  EXPECT_EQ(row.person, wendy_) << "who gives it a new secret does not become whose it is";
}

TEST_P(HooksTest, AreToldTheSameOnce) {
  const auto id = made(wendy()).id;
  const auto second = made(wendy()).id;
  made(walt());
  EXPECT_EQ(put(event("notice:1", wendy_)), 2);
  EXPECT_EQ(put(event("notice:1", wendy_)), 0) << "twice changes nothing";
  EXPECT_EQ(put(event("notice:2", wendy_)), 2);
  EXPECT_EQ(put(event("notice:3", will_)), 0) << "somebody without an endpoint";
  auto elsewhere = event("notice:4", wendy_);
  elsewhere.organisation = other_;
  EXPECT_EQ(put(elsewhere), 0) << "acting for another organisation they see other things";
  const auto rows = stored_deliveries(id);
  ASSERT_THAT(rows, SizeIs(2));
  EXPECT_NE(rows[0].message_id, rows[1].message_id);
  EXPECT_NE(rows[0].message_id, stored_deliveries(second)[0].message_id);
  EXPECT_EQ(rows[0].payload, R"({"type":"advisory.created","timestamp":"2023-03-01T12:00:00Z","data":{"id":"ex-1"}})");
  EXPECT_THAT(deliveries(database(), walt(), id)->front().payload, IsEmpty());
}

TEST_P(HooksTest, WhoChangesWhereItLeadsIsWhomItIsFor) {
  const auto id = made(wendy()).id;
  ASSERT_EQ(put(event("notice:1", wendy_)), 1);
  // A name is only a name.
  ASSERT_TRUE(change(database(), walt(), hooks, id, {.name = "SIEM 2", .url = kUrl}, true, kTestNow));
  EXPECT_EQ(stored(id).person, wendy_);
  EXPECT_THAT(stored_deliveries(id), SizeIs(1));
  ASSERT_TRUE(
      change(database(), walt(), hooks, id, {.name = "SIEM 2", .url = "https://walt.example/"}, true, kTestNow));
  EXPECT_EQ(stored(id).person, walt_);
  EXPECT_THAT(stored_deliveries(id), IsEmpty()) << "what was for Wendy's eyes does not go there";
  EXPECT_EQ(put(event("notice:2", wendy_)), 0);
  EXPECT_EQ(put(event("notice:2", walt_)), 1);
  // Switching it off keeps what waits, among the dead; on again by somebody else drops it.
  ASSERT_TRUE(
      change(database(), wendy(), hooks, id, {.name = "SIEM", .url = "https://walt.example/"}, false, kTestNow));
  EXPECT_EQ(stored(id).person, walt_);
  EXPECT_EQ(stored(id).disabled_reason, "Switched off by hand");
  ASSERT_THAT(stored_deliveries(id), SizeIs(1));
  EXPECT_EQ(stored_deliveries(id)[0].state, DeliveryState::dead);
  EXPECT_EQ(put(event("notice:3", walt_)), 0);
  EXPECT_EQ(outcome(replay(database(), wendy(), id, {}, kTestNow)), "conflict");
  EXPECT_EQ(outcome(test(database(), wendy(), id, kTestNow)), "conflict");
  ASSERT_TRUE(change(database(), wendy(), hooks, id, {.name = "SIEM", .url = "https://walt.example/"}, true, kTestNow));
  EXPECT_EQ(stored(id).person, wendy_);
  EXPECT_THAT(stored_deliveries(id), IsEmpty());
  EXPECT_THAT(stored(id).disabled_reason, IsEmpty());
}

TEST_P(HooksTest, ReplaysTheDead) {
  const auto id = made(wendy()).id;
  put(event("notice:1", wendy_));
  put(event("notice:2", wendy_));
  EXPECT_EQ(replay(database(), wendy(), id, {}, kTestNow).value(), 0) << "none is dead";
  run(Sql{"UPDATE webhook_delivery SET state = 3, attempts = 10, problem = 'It answered 500'"});
  const auto before = stored_deliveries(id);
  EXPECT_EQ(outcome(replay(database(), wendy(), id, 4711, kTestNow)), "not_found");
  const Timestamp later{kTestNow.micros + 1'000'000};
  EXPECT_EQ(replay(database(), wendy(), id, before[0].id, later).value(), 1);
  EXPECT_EQ(outcome(replay(database(), wendy(), id, before[0].id, later)), "not_found") << "it is not dead any more";
  const auto after = stored_deliveries(id);
  EXPECT_EQ(after[0].message_id, before[0].message_id);
  EXPECT_EQ(after[0].attempts, 0);
  EXPECT_EQ(after[0].next_try_at, later);
  EXPECT_EQ(after[1].state, DeliveryState::dead);
  EXPECT_EQ(replay(database(), walt(), id, {}, later).value(), 1);
  EXPECT_EQ(last_entry(), fmt::format("webhook.replay webhook:{}", id));
}

TEST_P(HooksTest, GoWithWhomTheyAreFor) {
  const auto id = made(wendy()).id;
  put(event("notice:1", wendy_));
  const auto why = [&] {
    return database().read([&](store::Connection& c) { return why_not(c, stored(id)); }).value();
  };
  EXPECT_THAT(why(), IsEmpty());
  run(Sql{"UPDATE person SET status = ? WHERE id = ?", domain::PersonStatus::suspended, wendy_});
  EXPECT_THAT(why(), HasSubstr("account"));
  run(Sql{"UPDATE person SET status = ? WHERE id = ?", domain::PersonStatus::active, wendy_});
  run(Sql{"UPDATE organisation SET status = ? WHERE id = ?", domain::OrganisationStatus::suspended, plant_});
  EXPECT_THAT(why(), HasSubstr("organisation"));
  run(Sql{"UPDATE organisation SET status = ? WHERE id = ?", domain::OrganisationStatus::active, plant_});
  ASSERT_TRUE(members::set_roles(database(), console, wendy_, plant_, {Role::member}, kTestNow));
  EXPECT_THAT(why(), HasSubstr("manage"));
  ASSERT_THAT(members::export_person(database(), console, wendy_, kTestNow).value(), HasSubstr(kUrl));
  ASSERT_TRUE(members::erase_person(database(), console, wendy_, kTestNow));
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM webhook"}), 0);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM webhook_delivery"}), 0);
}

struct TlpCase {
  Tlp tlp;
  bool whole;
};
TEST(HookEvents, TellNoMoreThanMayLeaveThePortal) {
  for (const auto& each : {TlpCase{Tlp::clear, true}, TlpCase{Tlp::green, true}, TlpCase{Tlp::amber, false},
                           TlpCase{Tlp::amber_strict, false}, TlpCase{Tlp::red, false}}) {
    const auto event = event_of({.id = "1",
                                 .action = "updated",
                                 .person = {},
                                 .organisation = {},
                                 .record = "ex-1",
                                 .title = "Secret valve",
                                 .severity = "critical",
                                 .url = "https://cert.example/advisories/ex-1",
                                 .tlp = each.tlp,
                                 .subscriptions = {"Valves"},
                                 .at = kTestNow});
    const auto text = json::write(event.data);
    EXPECT_EQ(event.type, "advisory.updated");
    EXPECT_THAT(text, HasSubstr(R"("id":"ex-1")"));
    EXPECT_THAT(text, HasSubstr(std::string{domain::to_string(each.tlp)}));
    if (each.whole) {
      EXPECT_THAT(text, HasSubstr("Secret valve"));
      EXPECT_THAT(text, HasSubstr("critical"));
      EXPECT_THAT(text, HasSubstr("Valves"));
    } else {
      EXPECT_EQ(event.data.size(), 3U) << text;
    }
  }
}

TEST(HookSignatures, AreThoseOfStandardWebhooks) {
  const std::string key = "0123456789abcdef0123456789abcdef";
  const std::string body = R"({"type":"ping"})";
  const auto signature = sign("whsec_" + base64_encode(key), "msg_1", 1'674'087'231, body).value();
  // Computed anew, without our own functions.
  const std::string signed_text = "msg_1.1674087231." + body;
  unsigned char digest[32];
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(signed_text.data()), signed_text.size(), digest, &size);
  unsigned char encoded[64];
  const auto length = EVP_EncodeBlock(encoded, digest, static_cast<int>(size));
  EXPECT_EQ(signature, "v1," + std::string(reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(length)));
  EXPECT_FALSE(sign("0123", "msg_1", 1, body));
  EXPECT_FALSE(sign("whsec_!", "msg_1", 1, body));
}

TEST(AssetsEvent, TellsNoMoreOfWhatIsMarkedThanThatItIs) {
  AssetsNotice notice{.id = "assets:7",
                      .person = {11},
                      .organisation = {2},
                      .assets = 17,
                      .advisories = 2,
                      .worst = {{.record = "ex-1",
                                 .title = "Open door",
                                 .severity = "critical",
                                 .url = "https://cert.example/advisories/ex-1",
                                 .tlp = domain::Tlp::green,
                                 .assets = 12},
                                {.record = "ex-2",
                                 .title = "Secret door",
                                 .severity = "high",
                                 .url = "https://cert.example/advisories/ex-2",
                                 .tlp = domain::Tlp::amber,
                                 .assets = 5}},
                      .url = "https://cert.example/notifications/assets/7",
                      .subscriptions = {"Ours"},
                      .at = {}};
  const auto event = event_of(notice);
  EXPECT_EQ(event.type, "assets.affected");
  const auto text = boost::json::serialize(event.data);
  EXPECT_NE(text.find("\"assets\":17,\"advisories\":2"), std::string::npos) << text;
  EXPECT_NE(text.find("Open door"), std::string::npos) << text;
  EXPECT_NE(text.find("ex-2"), std::string::npos) << text;
  EXPECT_EQ(text.find("Secret door"), std::string::npos) << text;
  EXPECT_EQ(text.find("\"high\""), std::string::npos) << text;
}

}  // namespace
}  // namespace tocsin::engine::hooks
