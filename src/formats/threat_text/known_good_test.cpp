#include "formats/threat_text/known_good.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/threat_text/doubts.hpp"
#include "formats/threat_text/known_patterns.hpp"

namespace tocsin::formats::threat_text {
namespace {

Found only(std::string_view text) {
  const auto found = extract(text);
  EXPECT_EQ(found.size(), 1U) << text;
  return found.empty() ? Found{} : found.front();
}

TEST(KnownGood, GoesByTheKindOfList) {
  KnownGood lists;
  EXPECT_EQ(lists.add(R"({"type":"hostname","list":["sluice.net",".Gate.org.","",7,"a b"]})").value().known, 2U);
  EXPECT_EQ(
      lists.add(R"({"type":"cidr","list":["45.66.0.0/17","2a0e:1::/32","45.67.1.1","45.66.0.0/33"]})").value().known,
      3U);
  EXPECT_EQ(lists.add(R"({"type":"string","list":["exact.net","D41D8CD98F00B204E9800998ECF8427F","45.68.1.0/24"]})")
                .value()
                .known,
            3U);
  EXPECT_EQ(lists.add("\xEF\xBB\xBF# ours\nlocks.net  # of the plant\r\n45.69.0.1\n\n").value().known, 2U);
  EXPECT_EQ(lists.size(), 10U);
  for (const auto* known :
       {"sluice.net", "www.sluice.net", "gate.org", "45.66.127.255", "45.66.1.0/24", "45.66.3.4:8080", "45.67.1.1",
        "2a0e:1::7", "exact.net", "d41d8cd98f00b204e9800998ecf8427f", "45.68.1.9", "https://www.sluice.net/",
        "http://45.66.1.1/", "locks.net", "eu.locks.net", "45.69.0.1"}) {
    EXPECT_TRUE(lists.has(only(known))) << known;
  }
  for (const auto* unknown : {"othersluice.net", "sluice.net.evil.org", "45.66.128.1", "45.66.0.0/16", "45.67.1.2",
                              "2a0e:2::7", "www.exact.net", "https://www.sluice.net/bad.exe", "CVE-2024-12345"}) {
    EXPECT_FALSE(lists.has(only(unknown))) << unknown;
  }
}

TEST(KnownGood, RefusesWhatIsOfNoUse) {
  KnownGood lists;
  for (const auto* bytes : {"", "# nothing\n", "{", R"({"type":"substring","list":["abc"]})",
                            R"({"type":"regex","list":["."]})", R"({"type":"regex","list":[]})",
                            R"({"type":"substring","list":["abcd"],"matching_attributes":["phone-number"]})",
                            R"({"type":"glob","list":["abcd"]})", R"({"list":["a.net"]})",
                            R"({"type":"cidr","list":[]})", R"({"type":"cidr","list":"45.66.0.0/17"})"}) {
    EXPECT_FALSE(lists.add(bytes)) << bytes;
  }
  EXPECT_EQ(lists.size(), 0U);
}

TEST(KnownGood, GoesByTextsThatStandInValues) {
  KnownGood lists;
  const auto added =
      lists.add(R"({"type":"substring","list":["sluice-update","Sluice-Update.net","gate","ate","\u00e4b"],)"
                R"("matching_attributes":["domain","hostname","email-src","domain|ip"]})");
  EXPECT_EQ(added.value().known, 3U);
  EXPECT_EQ(added.value().left_out, 2U);
  EXPECT_EQ(added.value().why, "'ate' is so short that it stands in nearly everything");
  ASSERT_TRUE(lists.add(R"({"type":"substring","list":["/locks.org/report"],"matching_attributes":["url","link"]})"));
  for (const auto* known : {"sluice-update.org", "eu.sluice-update.net", "the-gate.org", "ops@floodgate.org",
                            "https://floodgate.org/", "http://pump.net/locks.org/report?x"}) {
    EXPECT_TRUE(lists.has(only(known))) << known;
  }
  // A list of names says nothing of what lies below them, and one of addresses of mail nothing of hashes.
  for (const auto* unknown : {"sluice.net", "gat.org", "https://floodgate.org/a.exe", "http://locks.net/report"}) {
    EXPECT_FALSE(lists.has(only(unknown))) << unknown;
  }
}

TEST(KnownGood, GoesByExpressionsThatFit) {
  KnownGood lists;
  const auto added =
      lists.add(R"re({"type":"regex","list":["/^ns[0-9]+\\.sluice\\.net$/i","\\.gate\\.(org|eu)$","#^45\\.66\\.#",)re"
                R"re("(?=a)b","a(b","/^x/y",".*","","\\Qx"]})re");
  EXPECT_EQ(added.value().known, 3U);
  EXPECT_EQ(added.value().left_out, 6U);
  EXPECT_THAT(added.value().why, testing::StartsWith("'(?=a)b' cannot be read"));
  for (const auto* known :
       {"ns12.sluice.net", "www.gate.eu", "45.66.3.4", "https://www.gate.org/", "http://45.66.3.4/"}) {
    EXPECT_TRUE(lists.has(only(known))) << known;
  }
  // Without attributes it is of any kind but of what lies at an address.
  for (const auto* unknown : {"ns.sluice.net", "gate.org", "145.66.3.4", "https://www.gate.org/x", "CVE-2024-12345"}) {
    EXPECT_FALSE(lists.has(only(unknown))) << unknown;
  }
}

TEST(KnownPatterns, EndWhereTheirNumbersAndBytesDo) {
  KnownPatterns patterns;
  const auto of = bit_of(Kind::domain);
  EXPECT_EQ(patterns.add_substring(std::string(kSubstringBytesMax, 'a'), of), "");
  EXPECT_NE(patterns.add_substring(std::string(kSubstringBytesMax + 1, 'a'), of), "");
  EXPECT_EQ(patterns.add_regex("^" + std::string(kRegexBytesMax - 1, 'b'), of), "");
  EXPECT_NE(patterns.add_regex("^" + std::string(kRegexBytesMax, 'b'), of), "");
  EXPECT_EQ(patterns.add_regex("(?:[a-z]{900}){900}", of).substr(0, 14), "cannot be read");
  for (std::size_t i = 1; i < kRegexesMax; ++i) {
    ASSERT_EQ(patterns.add_regex(fmt::format("^ns{}x", i), of), "");
  }
  EXPECT_THAT(patterns.add_regex("^more", of), testing::StartsWith("comes behind"));
  // Until they are joined none is asked.
  EXPECT_FALSE(patterns.has(Kind::domain, "ns7x.net"));
  patterns.compile();
  EXPECT_TRUE(patterns.has(Kind::domain, "ns7x.net"));
  EXPECT_TRUE(patterns.has(Kind::domain, fmt::format("NS{}X.net", kRegexesMax - 1)));
  EXPECT_FALSE(patterns.has(Kind::ipv4, "ns7x.net"));
  EXPECT_FALSE(patterns.has(Kind::domain, "more.net"));
  EXPECT_TRUE(patterns.has(Kind::domain, "ns7x" + std::string(kMatchedBytesMax - 4, 'c')));
  EXPECT_FALSE(patterns.has(Kind::domain, "ns7x" + std::string(kMatchedBytesMax - 3, 'c')));
}

TEST(KnownPatterns, FindWhateverASimplerSearchFinds) {
  const std::vector<std::string> all{"pump", "pumps", "pump", "a.pump.b", "lock-", "lockgate", "mpus", "zzzz"};
  KnownPatterns patterns;
  for (const auto& each : all) ASSERT_EQ(patterns.add_substring(each, bit_of(Kind::domain)), "");
  for (const std::string_view value : {"pump", "xpum", "my.pumps.net", "lock-1", "lock1", "lockgat", "oldlockgate",
                                       "pum", "mpus", "zzzy", "azzzzb", "a.pum.b", ""}) {
    const bool stands = std::ranges::any_of(all, [&](const auto& each) { return value.find(each) != value.npos; });
    EXPECT_EQ(patterns.has(Kind::domain, value), stands) << value;
  }
}

TEST(KnownGood, IsAskedBesideOurOwnLists) {
  auto lists = std::make_shared<KnownGood>();
  ASSERT_TRUE(lists->add("sluice.net\n"));
  EXPECT_FALSE(doubt_here(only("sluice.net")));
  install_known_good(lists);
  EXPECT_EQ(doubt_here(only("sluice.net")), Doubt::known_good);
  EXPECT_EQ(doubt_here(only("10.0.0.1")), Doubt::own_network);
  EXPECT_FALSE(doubt_here(only("other.net")));
  // What is built in is the same everywhere.
  EXPECT_FALSE(doubt_of(only("sluice.net")));
  install_known_good(nullptr);
  EXPECT_FALSE(doubt_here(only("sluice.net")));
}

}  // namespace
}  // namespace tocsin::formats::threat_text
