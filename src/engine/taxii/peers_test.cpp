#include "engine/taxii/peers.hpp"

#include <gmock/gmock.h>

#include "engine/members/testing.hpp"

namespace tocsin::engine::taxii {
namespace {

using domain::Role;
using store::PeerAuth;
using store::Sql;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kMarking = "marking-definition--0b7dc8a1-5a57-4f3b-9b0a-6a6f0c3f2d11";

class PeersTest : public members::MembersTest {
 protected:
  Peers peers_{SealingKey::random(), {}};
  Actor console_ = Actor::at_console();

  static PeerInput input() {
    return {.name = "CERT Example",
            .url = "https://taxii.example/api/collections/91a7/",
            .auth = PeerAuth::basic,
            .account = "us",
            .secret = "pass word"};
  }
  std::int64_t made(const PeerInput& it = input()) {
    auto id = create_peer(database(), console_, peers_, it, now_);
    EXPECT_TRUE(id) << id.error().to_string();
    return id ? *id : 0;
  }
  store::TaxiiPeer stored(std::int64_t id) {
    return database()
        .read([&](store::Connection& connection) { return store::TaxiiPeers{connection}.find(id); })
        .value()
        .value();
  }
  Timestamp now_ = store_testing::kTestNow;
};
TOCSIN_ON_BOTH_DATABASES(PeersTest);

TEST_P(PeersTest, KeepsWhatItIsTold) {
  const auto id = made();
  const auto peer = find_peer(database(), console_, id);
  ASSERT_TRUE(peer);
  EXPECT_EQ(peer->name, "CERT Example");
  EXPECT_EQ(peer->account, "us");
  EXPECT_EQ(peer->secret, "") << "not even sealed";
  EXPECT_FALSE(peer->enabled) << "looked at first";
  EXPECT_EQ(health_of(*peer, now_), PeerHealth::paused);
  const auto kept = stored(id);
  EXPECT_THAT(kept.secret, Not(HasSubstr("pass")));
  EXPECT_EQ(peers_.open(kept.uuid, kept.secret)->reveal(), "pass word");
  EXPECT_FALSE(peers_.open("another", kept.secret)) << "sealed for this peer only";
  EXPECT_EQ(list_peers(database(), console_)->size(), 1U);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM audit WHERE action = 'taxii.peer'"}), 1);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM audit_personal WHERE detail LIKE '%pass word%'"}), 0);
}

TEST_P(PeersTest, IsForThoseWhoAdminister) {
  const auto id = made();
  const auto plant = organisation("Plant");
  for (const auto role : {Role::organisation_administrator, Role::coordinator, Role::auditor}) {
    const auto where = role == Role::organisation_administrator ? plant : domain::kOwnOrganisation;
    const auto actor = acting(person(fmt::format("p{}@plant.example", static_cast<int>(role)), where, {role}), where);
    EXPECT_EQ(create_peer(database(), actor, peers_, input(), now_).error().code, Error::Code::forbidden);
    EXPECT_EQ(change_peer(database(), actor, peers_, id, input(), now_).error().code, Error::Code::forbidden);
    EXPECT_EQ(remove_peer(database(), actor, id, now_).error().code, Error::Code::forbidden);
    EXPECT_EQ(ask_for_peer(database(), actor, id, now_).error().code, Error::Code::forbidden);
    EXPECT_EQ(list_peers(database(), actor).error().code, Error::Code::forbidden);
    EXPECT_EQ(find_peer(database(), actor, id).error().code, Error::Code::forbidden);
  }
}

TEST_P(PeersTest, AddressesAreOfTheirKind) {
  using store::PeerKind;
  const auto kept = [&](PeerKind kind, const char* url) {
    auto it = input();
    it.kind = kind;
    it.name = fmt::format("{} {}", store::to_string(kind), url);
    it.url = url;
    const auto id = create_peer(database(), console_, peers_, it, now_);
    return id ? stored(*id).url : id.error().where;
  };
  EXPECT_EQ(kept(PeerKind::list, "https://lists.example/bad.csv?key=1"), "https://lists.example/bad.csv?key=1");
  EXPECT_EQ(kept(PeerKind::news, "https://cert.example/feed"), "https://cert.example/feed");
  EXPECT_EQ(kept(PeerKind::misp, "https://misp.example/feed"), "https://misp.example/feed/");
  EXPECT_EQ(kept(PeerKind::misp, "https://misp.example/feed/manifest.json"), "https://misp.example/feed/");
  EXPECT_EQ(kept(PeerKind::taxii, "https://taxii.example/c/?a=b"), "url");
  EXPECT_EQ(kept(PeerKind::misp, "https://misp.example/?a=b"), "url");
  EXPECT_EQ(kept(PeerKind::list, "http://lists.example/bad.csv"), "url");
  EXPECT_EQ(kept(PeerKind::list, "https://us:pw@lists.example/bad.csv"), "url");
  EXPECT_EQ(kept(PeerKind::list, "https://lists.example/a b"), "url");
}

TEST_P(PeersTest, SaysWhichFieldIsWrong) {
  struct Case {
    void (*change)(PeerInput&);
    const char* where;
  };
  const Case cases[] = {
      {[](PeerInput& it) { it.name = " "; }, "name"},
      {[](PeerInput& it) { it.url = "http://taxii.example/c/"; }, "url"},
      {[](PeerInput& it) { it.url = "ftp://taxii.example/c/"; }, "url"},
      {[](PeerInput& it) { it.url = "https:///c/"; }, "url"},
      {[](PeerInput& it) { it.url = "https://us:pw@taxii.example/c/"; }, "url"},
      {[](PeerInput& it) { it.url = "https://taxii.example/c/?x=1"; }, "url"},
      {[](PeerInput& it) { it.url = "https://taxii.example/c#x"; }, "url"},
      {[](PeerInput& it) { it.account = ""; }, "account"},
      {[](PeerInput& it) { it.account = "a:b"; }, "account"},
      {[](PeerInput& it) { it.secret = "a\nb"; }, "secret"},
      {[](PeerInput& it) { it.secret.reset(); }, "secret"},
      {[](PeerInput& it) { it.every_minutes = 0; }, "every_minutes"},
      {[](PeerInput& it) { it.all_every_days = -1; }, "all_every_days"},
      {[](PeerInput& it) { it.tlp_max = domain::Tlp::green; }, "tlp_default"},
      {[](PeerInput& it) { it.owner = {4'711}; }, "owner"},
      {[](PeerInput& it) { it.markings = {{"identity--1", domain::Tlp::green}}; }, "markings"},
  };
  for (const auto& each : cases) {
    auto it = input();
    each.change(it);
    const auto refused = create_peer(database(), console_, peers_, it, now_);
    ASSERT_FALSE(refused) << each.where;
    EXPECT_EQ(refused.error().code, Error::Code::invalid_input);
    EXPECT_EQ(refused.error().where, each.where) << refused.error().to_string();
  }
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM taxii_peer"}), 0);
  made();
  auto twin = input();
  twin.name = "cert EXAMPLE";
  EXPECT_EQ(create_peer(database(), console_, peers_, twin, now_).error().where, "name");
}

TEST_P(PeersTest, TakesTheAddressOfItsObjectsForTheCollections) {
  for (const auto* url :
       {"https://taxii.example/api/collections/91a7", "https://taxii.example/api/collections/91a7/",
        "https://taxii.example/api/collections/91a7/objects/", "https://taxii.example/api/collections/91a7/objects"}) {
    auto it = input();
    it.name = url;
    it.url = url;
    EXPECT_EQ(find_peer(database(), console_, made(it))->url, "https://taxii.example/api/collections/91a7/");
  }
}

TEST_P(PeersTest, ASecretNeverGoesToAnotherServer) {
  const auto id = made();
  auto it = input_of(*find_peer(database(), console_, id));
  it.tlp_max = domain::Tlp::red;
  ASSERT_TRUE(change_peer(database(), console_, peers_, id, it, now_));
  EXPECT_EQ(peers_.open(stored(id).uuid, stored(id).secret)->reveal(), "pass word") << "not given: kept";
  it.url = "https://elsewhere.example/api/collections/91a7/";
  EXPECT_EQ(change_peer(database(), console_, peers_, id, it, now_).error().where, "secret");
  it.secret = "another";
  ASSERT_TRUE(change_peer(database(), console_, peers_, id, it, now_));
  EXPECT_EQ(peers_.open(stored(id).uuid, stored(id).secret)->reveal(), "another");
  it.auth = PeerAuth::none;
  ASSERT_TRUE(change_peer(database(), console_, peers_, id, it, now_));
  EXPECT_EQ(stored(id).secret, "");
}

TEST_P(PeersTest, AnotherCeilingBeginsAnewAndAnotherNameDoesNot) {
  const auto id = made();
  auto at_work = stored(id);
  at_work.busy_until = {now_.micros + 1'000'000};
  at_work.position = {.added_after = "2026-01-01T00:00:00.000000Z", .next = "7", .reached = "x", .page_limit = 500};
  ASSERT_TRUE(database().write([&](store::Connection& connection) -> Status {
    store::TaxiiPeers peers{connection};
    const auto leased = peers.lease(stored(id), at_work.busy_until);
    EXPECT_EQ(*leased, 1);
    TRY_VOID(peers.note_page(at_work, {.stored = 3}, at_work.busy_until));
    return ok();
  }));
  EXPECT_EQ(health_of(stored(id), now_), PeerHealth::reading);
  auto it = input_of(*find_peer(database(), console_, id));
  it.name = "Another name";
  ASSERT_TRUE(change_peer(database(), console_, peers_, id, it, now_));
  EXPECT_EQ(stored(id).position.next, "7");
  EXPECT_EQ(stored(id).counts.stored, 3);
  EXPECT_EQ(stored(id).busy_until.micros, 0) << "whoever reads it has lost it";
  it.tlp_max = domain::Tlp::red;
  ASSERT_TRUE(change_peer(database(), console_, peers_, id, it, now_));
  EXPECT_EQ(stored(id).position.next, "");
  EXPECT_EQ(stored(id).position.added_after, "");
}

TEST_P(PeersTest, IsReadAtOnceOnlyWhereItIsReadAtAll) {
  const auto id = made();
  EXPECT_EQ(ask_for_peer(database(), console_, id, now_).error().code, Error::Code::conflict);
  auto it = input_of(*find_peer(database(), console_, id));
  it.enabled = true;
  ASSERT_TRUE(change_peer(database(), console_, peers_, id, it, now_));
  ASSERT_TRUE(ask_for_peer(database(), console_, id, {now_.micros + 5}));
  EXPECT_EQ(stored(id).next_run_at.micros, now_.micros + 5);
  ASSERT_TRUE(remove_peer(database(), console_, id, now_));
  EXPECT_EQ(ask_for_peer(database(), console_, id, now_).error().code, Error::Code::not_found);
  EXPECT_EQ(find_peer(database(), console_, id).error().code, Error::Code::not_found);
}

TEST(PeerMarkings, AreLines) {
  const auto read = read_marking_lines(std::string{"\n "} + kMarking + " = TLP:GREEN\n\n");
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(read->at(kMarking), domain::Tlp::green);
  EXPECT_EQ(marking_lines(*read), std::string{kMarking} + " = GREEN\n");
  EXPECT_EQ(*read_markings(write_markings(*read)), *read);
  for (const auto* bad : {"x", "marking-definition--1 = green", "identity--0b7dc8a1-5a57-4f3b-9b0a-6a6f0c3f2d11 = red",
                          "marking-definition--0b7dc8a1-5a57-4f3b-9b0a-6a6f0c3f2d11 = purple"}) {
    EXPECT_EQ(read_marking_lines(bad).error().where, "markings") << bad;
  }
}

}  // namespace
}  // namespace tocsin::engine::taxii
