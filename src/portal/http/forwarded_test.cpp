#include "portal/http/forwarded.hpp"

#include <gtest/gtest.h>

namespace tocsin::portal::http {
namespace {

struct ForwardedCase {
  std::string_view name, peer, header, client;
};
void PrintTo(const ForwardedCase& each, std::ostream* out) { *out << each.header; }
constexpr ForwardedCase kCases[] = {
    {"NotFromAProxy", "198.51.100.1", "203.0.113.9", "198.51.100.1"},
    {"ByOneProxy", "10.0.0.1", "203.0.113.9", "203.0.113.9"},
    {"ByTwoProxies", "10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"},
    {"InventedBefore", "10.0.0.1", "127.0.0.1, 203.0.113.9", "203.0.113.9"},
    {"InventedProxyBefore", "10.0.0.1", "10.0.0.7, 203.0.113.9, 10.0.0.2", "203.0.113.9"},
    {"NoHeader", "10.0.0.1", "", "10.0.0.1"},
    {"NoAddress", "10.0.0.1", "unknown", "10.0.0.1"},
    {"NoAddressInBetween", "10.0.0.1", "203.0.113.9, x, 10.0.0.2", "10.0.0.2"},
    {"LineOfAnAttacker", "10.0.0.1", "203.0.113.9, <script>", "10.0.0.1"},
    {"OnlyProxies", "10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
    {"VersionSix", "2001:db8::1", "2001:db8:ffff::9", "2001:db8:ffff::9"},
};
class Forwarded : public testing::TestWithParam<ForwardedCase> {};
TEST_P(Forwarded, IsTheLastThatNoProxyIs) {
  const auto proxies = TrustedProxies::parse("10.0.0.0/24, 2001:db8::1");
  ASSERT_TRUE(proxies.has_value());
  Request request;
  if (!GetParam().header.empty()) request.headers.emplace_back("x-forwarded-for", GetParam().header);
  EXPECT_EQ(proxies->client(GetParam().peer, request), GetParam().client);
}
INSTANTIATE_TEST_SUITE_P(Http, Forwarded, testing::ValuesIn(kCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Forwarded, CountsForNothingWithoutProxies) {
  Request request;
  request.headers.emplace_back("x-forwarded-for", "203.0.113.9");
  EXPECT_EQ(TrustedProxies{}.client("10.0.0.1", request), "10.0.0.1");
}

TEST(Forwarded, RefusesWhatIsNoNetwork) {
  EXPECT_TRUE(TrustedProxies::parse(" ").has_value());
  for (const auto* bad : {"proxy.example", "10.0.0.0/33", "10.0.0.1/24", "10.0.0.1,", "10.0.0.1;10.0.0.2"}) {
    EXPECT_FALSE(TrustedProxies::parse(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace tocsin::portal::http
