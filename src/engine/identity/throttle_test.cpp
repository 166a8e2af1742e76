#include "engine/identity/throttle.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/identity/networks.hpp"

namespace tocsin::engine::identity {
namespace {

using std::chrono::seconds;

Timestamp at(std::int64_t second) { return {1'700'000'000'000'000 + second * 1'000'000}; }

TEST(Buckets, GiveABurstAndThenOnePerPeriod) {
  Buckets buckets{{3, seconds{10}}};
  for (int i = 0; i < 3; ++i) {
    EXPECT_FALSE(buckets.wait("a", at(0)));
    buckets.take("a", at(0));
  }
  EXPECT_EQ(buckets.wait("a", at(0)), seconds{10});
  EXPECT_EQ(buckets.wait("a", at(4)), seconds{6});
  EXPECT_FALSE(buckets.wait("b", at(0)));
  EXPECT_FALSE(buckets.wait("a", at(10)));
  buckets.take("a", at(10));
  EXPECT_EQ(buckets.wait("a", at(10)), seconds{10});
  buckets.give_back("a");
  EXPECT_FALSE(buckets.wait("a", at(10)));
  for (int i = 0; i < 2; ++i) buckets.take("a", at(100));
  EXPECT_FALSE(buckets.wait("a", at(100))) << "never more than the burst is saved";
  buckets.take("a", at(100));
  EXPECT_TRUE(buckets.wait("a", at(100)));
}

TEST(Buckets, AFloodOfOtherKeysEmptiesNobodysCount) {
  Buckets buckets{{3, seconds{10}}};
  for (int i = 0; i < 3; ++i) buckets.take("victim", at(0));
  for (int i = 0; i < 500'000; ++i) buckets.take(fmt::format("other {}", i), at(0));
  EXPECT_TRUE(buckets.wait("victim", at(1)));
  // However many share a slot, it is free again after a burst's time.
  EXPECT_FALSE(buckets.wait("victim", at(31)));
}

TEST(Throttle, CountsAnAccountWhereverItIsTriedFrom) {
  Throttle throttle;
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(throttle.attempt("ada", fmt::format("10.{}.0.1", i), at(0))) << i;
  EXPECT_EQ(throttle.attempt("ada", "10.99.0.1", at(0)), seconds{120});
  EXPECT_FALSE(throttle.attempt("ben", "10.99.0.1", at(0)));
  EXPECT_FALSE(throttle.attempt("ada", "10.99.0.1", at(120)));
}

struct GroupCase {
  std::string_view name, first, same, other;
  int attempts;
};
constexpr GroupCase kGroups[] = {
    {"Ipv4Address", "192.0.2.1", "::ffff:192.0.2.1", "192.0.2.2", 20},
    {"Ipv6Subscriber", "2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1", 20},
};
TEST(Throttle, CountsAddressesOfOneSubscriberTogether) {
  for (const auto& each : kGroups) {
    Throttle throttle;
    for (int i = 0; i < each.attempts; ++i) {
      EXPECT_FALSE(throttle.attempt(fmt::format("account {}", i), each.first, at(0))) << each.name << i;
    }
    EXPECT_TRUE(throttle.attempt("x", each.first, at(0))) << each.name;
    EXPECT_TRUE(throttle.attempt("x", each.same, at(0))) << each.name;
    EXPECT_FALSE(throttle.attempt("x", each.other, at(0))) << each.name;
    EXPECT_FALSE(throttle.attempt("x", each.first, at(5))) << each.name;
  }
}

TEST(Throttle, CountsNetworksToo) {
  Throttle v4, v6;
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(v4.attempt(fmt::format("account {}", i), fmt::format("192.0.2.{}", i), at(0)));
    EXPECT_FALSE(v6.attempt(fmt::format("account {}", i), fmt::format("2001:db8:0:{:x}::1", i), at(0)));
  }
  EXPECT_TRUE(v4.attempt("x", "192.0.2.200", at(0)));
  EXPECT_FALSE(v4.attempt("x", "192.0.3.1", at(0)));
  EXPECT_TRUE(v6.attempt("x", "2001:db8:0:ffff::1", at(0)));
  EXPECT_FALSE(v6.attempt("x", "2001:db8:1::1", at(0)));
}

TEST(Throttle, WhatIsRefusedCostsNothing) {
  Throttle throttle;
  for (int i = 0; i < 1000; ++i) static_cast<void>(throttle.attempt("ada", "10.0.0.1", at(0)));
  EXPECT_EQ(throttle.attempt("ada", "10.0.0.1", at(0)), seconds{120});
  EXPECT_FALSE(throttle.attempt("ben", "10.0.0.1", at(0))) << "the address had attempts left";
}

TEST(Throttle, AKnownPairHasABucketOfItsOwn) {
  Throttle throttle;
  throttle.remember("ada", "192.0.2.1");
  for (int i = 0; i < 500; ++i) {
    static_cast<void>(throttle.attempt("ada", fmt::format("10.{}.0.1", i % 200), at(0)));
    static_cast<void>(throttle.attempt(fmt::format("other {}", i), "192.0.2.1", at(0)));
  }
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(throttle.attempt("ada", "192.0.2.1", at(0))) << i;
  EXPECT_EQ(throttle.attempt("ada", "192.0.2.1", at(0)), seconds{60}) << "and is no way around either";
}

TEST(Throttle, SuccessGivesBackOnlyItsOwnAttempt) {
  Throttle throttle;
  for (int i = 0; i < 10; ++i) {
    static_cast<void>(throttle.attempt("victim", "10.0.0.1", at(0)));
    static_cast<void>(throttle.attempt("mine", "10.0.0.1", at(0)));
    throttle.succeeded("mine", "10.0.0.1");
  }
  EXPECT_TRUE(throttle.attempt("victim", "10.0.0.2", at(0)));
}

struct NetworkCase {
  std::string_view text, inside, outside;
};
constexpr NetworkCase kNetworks[] = {
    {"192.0.2.0/24", "192.0.2.255", "192.0.3.0"},
    {"192.0.2.7", "192.0.2.7", "192.0.2.8"},
    {"10.0.0.0/8", "::ffff:10.1.2.3", "11.0.0.0"},
    {"0.0.0.0/0", "255.255.255.255", "2001:db8::1"},
    {"2001:db8::/33", "2001:db8:7fff::1", "2001:db8:8000::"},
    {"::1", "::1", "::2"},
    {"::ffff:192.0.2.0/120", "192.0.2.9", "192.0.3.9"},
};
TEST(Networks, ContainWhatTheirPrefixSays) {
  for (const auto& each : kNetworks) {
    const auto network = parse_network(each.text);
    ASSERT_TRUE(network) << each.text;
    EXPECT_TRUE(network->contains(parse_address(each.inside).value())) << each.text;
    EXPECT_FALSE(network->contains(parse_address(each.outside).value())) << each.text;
  }
  EXPECT_TRUE(parse_network("::/0")->contains(parse_address("192.0.2.1").value()));
}

constexpr std::string_view kNoNetworks[] = {"",
                                            "/",
                                            "192.0.2.0/",
                                            "192.0.2.0/33",
                                            "192.0.2.0/-1",
                                            "192.0.2.0/024",
                                            "192.0.2.0/2x",
                                            "192.0.2/24",
                                            "192.0.2.1/24",
                                            "2001:db8::1/32",
                                            "2001:db8::/129",
                                            "localhost",
                                            "192.0.2.0/24/8",
                                            " 192.0.2.1",
                                            "fe80::1%eth0",
                                            "192.0.2.0/99999999999"};
TEST(Networks, RefuseWhatIsNone) {
  for (const auto text : kNoNetworks) {
    const auto network = parse_network(text);
    ASSERT_FALSE(network) << text;
    EXPECT_EQ(network.error().code, Error::Code::invalid_input) << text;
  }
}

}  // namespace
}  // namespace tocsin::engine::identity
