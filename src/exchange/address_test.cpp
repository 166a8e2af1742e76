#include "exchange/address.hpp"

#include <gtest/gtest.h>

namespace tocsin::exchange {
namespace {

// Borders of every special-purpose range from both sides.
constexpr std::string_view kPublic[] = {
    "1.1.1.1",         "8.8.8.8",      "9.255.255.255",    "11.0.0.0",         "100.63.255.255",       "100.128.0.0",
    "126.255.255.255", "128.0.0.0",    "169.253.255.255",  "169.255.0.0",      "172.15.255.255",       "172.32.0.0",
    "192.0.1.0",       "192.0.3.0",    "192.88.98.255",    "192.88.100.0",     "192.167.255.255",      "192.169.0.0",
    "198.17.255.255",  "198.20.0.0",   "198.51.99.255",    "198.51.101.0",     "203.0.112.255",        "203.0.114.0",
    "223.255.255.255", "2001:200::1",  "2001:db7:ffff::1", "2001:db9::1",      "2606:4700:4700::1111", "2a00:1450::1",
    "3ffe::1",         "3fff:1000::1", "::ffff:8.8.8.8",   "64:ff9b::8.8.8.8", "2002:808:808::1"};
constexpr std::string_view kNotPublic[] = {
    // IPv4
    "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255", "127.0.0.1",
    "127.255.255.255", "169.254.0.0", "169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.255",
    "192.0.2.1", "192.88.99.1", "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.7",
    "203.0.113.255", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    // IPv6: unspecified, loopback, IPv4-compatible, discard, private, link-local, site-local, multicast, SRv6
    "::", "::1", "::7f00:1", "::8.8.8.8", "100::1", "fc00::1", "fd12:3456::1", "fe80::1", "febf::1", "fec0::1",
    "ff02::1", "5f00::1", "4000::1",
    // protocol assignments, Teredo, benchmarking, ORCHID, documentation
    "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:2::1", "2001:10::1", "2001:20::1", "2001:1ff::1",
    "2001:db8::1", "2001:db8:ffff::1", "3fff::1", "3fff:fff::1",
    // IPv4 in other clothes
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0", "64:ff9b::127.0.0.1",
    "64:ff9b::a00:1", "64:ff9b:1::8.8.8.8", "2002:7f00:1::1", "2002:c0a8:101::", "2002:a9fe:a9fe::1",
    "2002:e000:1::", "::ffff:0:127.0.0.1"};

TEST(PublicAddress, KnowsTheSpecialPurposeRanges) {
  for (const auto text : kPublic) {
    ASSERT_TRUE(parse_address(text)) << text;
    EXPECT_TRUE(is_public_address(*parse_address(text))) << text;
  }
  for (const auto text : kNotPublic) {
    ASSERT_TRUE(parse_address(text)) << text;
    EXPECT_FALSE(is_public_address(*parse_address(text))) << text;
  }
}

TEST(Address, HasOneValueForEachHost) {
  EXPECT_EQ(parse_address("192.0.2.1"), parse_address("::ffff:192.0.2.1"));
  EXPECT_EQ(to_string(*parse_address("::ffff:192.0.2.1")), "192.0.2.1");
  EXPECT_EQ(to_string(*parse_address("2001:DB8:0::1")), "2001:db8::1");
  for (const auto* text : {"", "1.2.3", "1.2.3.4.5", "0x7f.0.0.1", "2130706433", "127.1", "1.2.3.256", "[::1]",
                           "fe80::1%eth0", "::1 ", "localhost", "1.2.3.4/8", ":::", "12345::"}) {
    EXPECT_FALSE(parse_address(text)) << text;
  }
  EXPECT_FALSE(parse_address(std::string_view{"::1\0", 4}));
}

TEST(Network, HoldsItsAddressesOnly) {
  struct Row {
    std::string_view network, within, beyond;
  };
  for (const auto& [network, within, beyond] :
       {Row{"10.0.0.0/8", "10.255.255.255", "11.0.0.0"}, Row{"10.0.0.0/8", "::ffff:10.1.2.3", "::a01:203"},
        Row{"192.168.4.0/22", "192.168.7.255", "192.168.8.0"}, Row{"192.0.2.7", "192.0.2.7", "192.0.2.6"},
        Row{"fd00::/8", "fdff::1", "fe00::1"}, Row{"2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"},
        Row{"0.0.0.0/0", "255.1.1.1", "::1"}, Row{"::/0", "1.1.1.1", ""}}) {
    const auto parsed = parse_network(network);
    ASSERT_TRUE(parsed) << network;
    EXPECT_TRUE(parsed->contains(*parse_address(within))) << network;
    if (!beyond.empty()) EXPECT_FALSE(parsed->contains(*parse_address(beyond))) << network;
  }
  for (const auto* text : {"", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/8x", "fd00::/129",
                           "fd00::1/8", "10/8", "example.org", "10.0.0.0/8/8", "10.0.0.0/ 8", "10.0.0.0/+8"}) {
    EXPECT_EQ(parse_network(text).error().code, Error::Code::invalid_input) << text;
  }
}

}  // namespace
}  // namespace tocsin::exchange
