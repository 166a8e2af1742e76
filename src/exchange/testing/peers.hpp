#pragma once
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/time.hpp"
#include "engine/members/testing.hpp"
#include "engine/taxii/peers.hpp"
#include "exchange/peer_poller.hpp"

/// For tests of what is read from others by schedule.
namespace tocsin::exchange::testing {

/// A poller that asks `Server`, in memory: Server::get(url, options).
template <class Server>
class PeersTest : public engine::members::MembersTest {
 protected:
  ManualClock clock{store_testing::kTestNow};
  engine::taxii::Peers peers{SealingKey::random(), {}};
  Server server;
  std::unique_ptr<PeerPoller> poller;
  std::int64_t peer = 0;

  void SetUp() override {
    MembersTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    poller = std::make_unique<PeerPoller>(
        database(), peers, FetchSettings{}, clock,
        [this](std::string_view url, const FetchOptions& options) { return server.get(url, options); });
  }
  void TearDown() override {
    poller.reset();
    MembersTest::TearDown();
  }
  void add(const engine::taxii::PeerInput& input) {
    const auto made = engine::taxii::create_peer(database(), console, peers, input, clock.now());
    ASSERT_TRUE(made) << made.error().to_string();
    peer = *made;
  }
  store::TaxiiPeer kept() {
    return database()
        .read([&](store::Connection& connection) { return store::TaxiiPeers{connection}.find(peer); })
        .value()
        .value();
  }
  std::int64_t records() { return number(store::Sql{"SELECT count(*) FROM record"}); }
};

}  // namespace tocsin::exchange::testing
