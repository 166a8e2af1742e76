#include "formats/threat_text/extract.hpp"

#include <tuple>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/threat_text/doubts.hpp"

namespace tocsin::formats::threat_text {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<std::string> found_in(std::string_view text) {
  std::vector<std::string> out;
  for (const auto& each : extract(text)) {
    out.push_back(fmt::format("{} {}{}", to_string(each.kind), spelled(each), each.defanged ? " (defanged)" : ""));
  }
  return out;
}

struct LineCase {
  std::string_view line, kind, value;
};
void PrintTo(const LineCase& each, std::ostream* out) { *out << each.line; }
class Line : public ::testing::TestWithParam<LineCase> {};

TEST_P(Line, IsReadAsOneThing) {
  const auto& [line, kind, value] = GetParam();
  const auto found = read_one(line);
  if (kind.empty()) {
    EXPECT_FALSE(found) << to_string(found->kind) << ' ' << found->value;
    return;
  }
  ASSERT_TRUE(found);
  EXPECT_EQ(to_string(found->kind), kind);
  EXPECT_EQ(spelled(*found), value);
}

constexpr std::string_view kMd5 = "0123456789ABCDEF0123456789abcdef";
const LineCase kLines[] = {
    {"198.51.100.7", "ipv4", "198.51.100.7"},
    {"  198.51.100.7\t", "ipv4", "198.51.100.7"},
    {"198[.]51[.]100[.]7", "ipv4", "198.51.100.7"},
    {"198.51.100[.7", "ipv4", "198.51.100.7"},
    {"198(.)51.100{.}7", "ipv4", "198.51.100.7"},
    {"198.51.100.7:443", "ipv4", "198.51.100.7:443"},
    {"198[.]51[.]100[.]7[:]443", "ipv4", "198.51.100.7:443"},
    {"198.51.100.7:0443", "ipv4", "198.51.100.7:443"},
    {"198.51.100.7:1", "ipv4", "198.51.100.7:1"},
    {"198.51.100.7:65535", "ipv4", "198.51.100.7:65535"},
    {"198.51.100.7:65536", "ipv4", "198.51.100.7"},
    {"198.51.100.7:0", "ipv4", "198.51.100.7"},
    {"198.51.100.7:100000", "", ""},
    {"198.51.100.7:", "", ""},
    {"198.51.100.7:x", "", ""},
    {":443", "", ""},
    {"198.51.100.0/24", "ipv4", "198.51.100.0/24"},
    {"198.51.100.0/24:502", "ipv4", "198.51.100.0/24:502"},
    {"198.51.100.0/33", "", ""},
    {"198.51.100.256", "", ""},
    {"198.51.100.07", "", ""},
    {"198.51.100", "", ""},
    {"2001:DB8:0:0::7", "ipv6", "2001:db8::7"},
    {"2001[:]db8::7", "ipv6", "2001:db8::7"},
    {"2001:db8::/32", "ipv6", "2001:db8::/32"},
    {"2001:db8::/129", "", ""},
    {"[2001:DB8::7]:502", "ipv6", "[2001:db8::7]:502"},
    {"[2001[:]db8::7]:502", "ipv6", "[2001:db8::7]:502"},
    {"[::1]:502", "ipv6", "[::1]:502"},
    {"[2001:db8::7]:0", "", ""},
    {"[2001:db8::7]:65536", "", ""},
    {"[198.51.100.7]:502", "", ""},
    {"[]:502", "", ""},
    {"2001:db8::7:502", "ipv6", "2001:db8::7:502"},
    {"12:34", "", ""},
    {"Pump-Control[.]Example", "domain", "pump-control.example"},
    {"pump[dot]example", "domain", "pump.example"},
    {"pump (dot) example", "domain", "pump.example"},
    {"pump.example.", "domain", "pump.example"},
    {"Evil[.]Example:8080", "domain", "evil.example:8080"},
    {"evil.example.:8080", "domain", "evil.example:8080"},
    {"evil.example:99999", "domain", "evil.example"},
    {"setup.exe:8080", "", ""},
    {"xn--pmp-hoa.xn--p1ai", "domain", "xn--pmp-hoa.xn--p1ai"},
    {"setup.exe", "", ""},
    {"recipe.xlsx", "", ""},
    {"-pump.example", "", ""},
    {"pump", "", ""},
    {"hxxp://pump[.]example/a?b=c", "url", "http://pump.example/a?b=c"},
    {"hXXps[:]//pump[.]example:8443/", "url", "https://pump.example:8443/"},
    {"hxxps[://]pump.example", "url", "https://pump.example"},
    {"HTTP://Pump.example/A", "url", "http://Pump.example/A"},
    {"fxp://198.51.100.7/x", "url", "ftp://198.51.100.7/x"},
    {"http://[2001:db8::7]/x", "url", "http://[2001:db8::7]/x"},
    {"http://plc7/x", "url", "http://plc7/x"},
    {"javascript:alert(1)", "", ""},
    {"file:///etc/passwd", "", ""},
    {"http:///x", "", ""},
    {"Ops@Pump.example", "email", "Ops@pump.example"},
    {"ops[at]pump[.]example", "email", "ops@pump.example"},
    {"ops (at) pump (dot) example", "email", "ops@pump.example"},
    {"ops[@]pump.example", "email", "ops@pump.example"},
    {"@pump.example", "", ""},
    {"a@b@pump.example", "", ""},
    {kMd5, "md5", "0123456789abcdef0123456789abcdef"},
    {"0123456789abcdef0123456789abcdef01234567", "sha1", "0123456789abcdef0123456789abcdef01234567"},
    {"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdeF", "sha256",
     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"},
    {"0123456789abcdef0123456789abcdef0", "", ""},
    {"cve-2024-12345", "cve", "CVE-2024-12345"},
    {"CVE-2024-123", "", ""},
    {"CVE-2024-12345x", "", ""},
    {"cwe-79", "cwe", "CWE-79"},
    {"T0883", "technique", "T0883"},
    {"t1059.001", "technique", "T1059.001"},
    {"T1059.01", "", ""},
    {"T08831", "", ""},
    {"two words", "", ""},
    {"http://pump.example/\\[.]x", "", ""},
    {"", "", ""},
    {"[.]", "", ""},
    {"(at)", "", ""},
};
INSTANTIATE_TEST_SUITE_P(Extract, Line, ::testing::ValuesIn(kLines));

TEST(Extract, FindsThingsInSentences) {
  EXPECT_THAT(found_in("The loader (setup.exe) called hxxps://cdn[.]pump[.]example/a.php, then 198.51.100.7."),
              ElementsAre("url https://cdn.pump.example/a.php (defanged)", "ipv4 198.51.100.7"));
  EXPECT_THAT(found_in("CVE-2024-12345/CVE-2024-12346 (CWE-787), T0883; see [pump](https://pump.example/x?y=z)."),
              ElementsAre("cve CVE-2024-12345", "cve CVE-2024-12346", "cwe CWE-787", "technique T0883",
                          "url https://pump.example/x?y=z"));
  EXPECT_THAT(found_in("md5=0123456789abcdef0123456789abcdef url=https://pump.example"),
              ElementsAre("md5 0123456789abcdef0123456789abcdef", "url https://pump.example"));
  EXPECT_THAT(found_in("Write to ops (at) pump (dot) example at 12:30, version 1.2.3, e.g. in v2.0."),
              ElementsAre("email ops@pump.example (defanged)"));
  EXPECT_THAT(found_in("Nothing happened."), IsEmpty());
  EXPECT_THAT(found_in("**pump.example** _198.51.100.7_ `T0883`"),
              ElementsAre("domain pump.example", "ipv4 198.51.100.7", "technique T0883"));
}

TEST(Extract, TheValueOfAnEndpointIsItsHost) {
  for (const auto& [line, host, port] : {std::tuple{"198.51.100.7:443", "198.51.100.7", 443},
                                         {"[2001:DB8::7]:502", "2001:db8::7", 502},
                                         {"Evil.example:8080", "evil.example", 8080},
                                         {"198.51.100.7", "198.51.100.7", 0},
                                         {"198.51.100.7:65536", "198.51.100.7", 0},
                                         {"http://pump.example:8080/x", "http://pump.example:8080/x", 0}}) {
    const auto found = read_one(line);
    ASSERT_TRUE(found) << line;
    EXPECT_EQ(found->value, host);
    EXPECT_EQ(found->port, port);
    const auto again = read_one(spelled(*found));
    ASSERT_TRUE(again) << line;
    EXPECT_EQ(again->value, host);
    EXPECT_EQ(again->port, port);
  }
}

TEST(Extract, FindsEndpointsInSentences) {
  EXPECT_THAT(found_in("C2 at 198.51.100.7:443, [2001:db8::7]:502 and evil[.]example:8080."),
              ElementsAre("ipv4 198.51.100.7:443", "ipv6 [2001:db8::7]:502", "domain evil.example:8080 (defanged)"));
  EXPECT_THAT(found_in("(198.51.100.7:443/tcp) c2=evil.example:8080 to=[2001:db8::7]:502/udp ([2001:db8::8]:102)"),
              ElementsAre("ipv4 198.51.100.7:443", "domain evil.example:8080", "ipv6 [2001:db8::7]:502",
                          "ipv6 [2001:db8::8]:102"));
  // What is behind the colon may be something else.
  EXPECT_THAT(found_in("198.51.100.7:80-90 evil.example:10:30 198.51.100.8:443x [2001:db8::7] CVE-2024-12345:12"),
              ElementsAre("ipv4 198.51.100.7", "domain evil.example", "ipv4 198.51.100.8", "ipv6 2001:db8::7",
                          "cve CVE-2024-12345"));
  EXPECT_THAT(found_in("At 10:30 ratio=3:2 [a]:80"), IsEmpty());
}

TEST(Extract, SaysWhereItStands) {
  const std::string_view text = "see hxxp://pump[.]example/x, and CVE-2024-12345.";
  const auto found = extract(text);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(text.substr(found[0].begin, found[0].end - found[0].begin), "hxxp://pump[.]example/x");
  EXPECT_EQ(text.substr(found[1].begin, found[1].end - found[1].begin), "CVE-2024-12345");
  const std::string_view ports = "see 198[.]51.100.7:443, and ([2001:db8::7]:502).";
  const auto endpoints = extract(ports);
  ASSERT_EQ(endpoints.size(), 2U);
  EXPECT_EQ(ports.substr(endpoints[0].begin, endpoints[0].end - endpoints[0].begin), "198[.]51.100.7:443");
  EXPECT_EQ(ports.substr(endpoints[1].begin, endpoints[1].end - endpoints[1].begin), "[2001:db8::7]:502");
}

TEST(Extract, EveryBlankEndsAWord) {
  for (const std::string_view blank : {"\xC2\xA0", "\v", "\f", "\t", "\r\n"}) {
    const auto text = std::string{"hxxps://pump[.]example/a?x"}.append(blank).append("198[.]51[.]100[.]7");
    const auto found = extract(text);
    ASSERT_THAT(found, SizeIs(2)) << blank;
    EXPECT_EQ(found[0].value, "https://pump.example/a?x");
    EXPECT_EQ(found[1].value, "198.51.100.7");
    for (const auto& each : found) {
      const auto again = read_one(each.value);
      ASSERT_TRUE(again);
      EXPECT_EQ(again->value, each.value);
    }
    EXPECT_EQ(text.substr(found[0].begin, found[0].end - found[0].begin), "hxxps://pump[.]example/a?x");
  }
}

TEST(Extract, IsLinear) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "[.](at) hxxp://";
  EXPECT_THAT(extract(text), IsEmpty());
  EXPECT_THAT(extract(std::string(200'000, '(')), IsEmpty());
}

struct DoubtCase {
  std::string_view line, doubt;
};
void PrintTo(const DoubtCase& each, std::ostream* out) { *out << each.line; }
class Doubted : public ::testing::TestWithParam<DoubtCase> {};
TEST_P(Doubted, Says) {
  const auto found = read_one(GetParam().line);
  ASSERT_TRUE(found);
  const auto doubt = doubt_of(*found);
  EXPECT_EQ(doubt ? to_string(*doubt) : "", GetParam().doubt);
}
const DoubtCase kDoubts[] = {
    {"10.1.2.3", "own-network"},
    {"172.31.255.255", "own-network"},
    {"172.32.0.1", ""},
    {"192.168.0.0/24", "own-network"},
    {"127.0.0.1", "own-network"},
    {"198.51.100.7", "reserved"},
    {"255.255.255.255", "reserved"},
    {"8.8.8.8", "resolver"},
    {"8.8.8.8:53", "resolver"},
    {"10.1.2.3:502", "own-network"},
    {"[::1]:502", "own-network"},
    {"google.com:8443", "common-service"},
    {"45.66.77.88:8080", ""},
    {"8.8.8.9", ""},
    {"104.16.1.1", "common-service"},
    {"104.32.0.1", ""},
    {"185.199.109.153", "common-service"},
    {"2606:4700::6810:1", "common-service"},
    {"mail.google.com", "common-service"},
    {"s3.amazonaws.com", "common-service"},
    {"evil-bucket.s3.amazonaws.com", ""},
    {"45.0.0.0/8", "wide-network"},
    {"45.66.0.0/16", ""},
    {"fe80::1", "own-network"},
    {"fd12::1", "own-network"},
    {"::1", "own-network"},
    {"2001:db8::1", "reserved"},
    {"2606:4700:4700::1111", "resolver"},
    {"2a0e::1", ""},
    {"google.com", "common-service"},
    {"www.Google.com", "common-service"},
    {"evil.google.com.bad.net", ""},
    {"d111.cloudfront.net", ""},
    {"https://github.com/", "common-service"},
    {"https://github.com/bad/loader", ""},
    {"http://10.0.0.7/x", "own-network"},
    {"http://plc7/x", "own-network"},
    {"pump.example", "reserved"},
    {"plant.local", "own-network"},
    {"bad@gmail.com", ""},
    {"bad@plant.local", "own-network"},
    {"d41d8cd98f00b204e9800998ecf8427e", "empty-file"},
    {"d41d8cd98f00b204e9800998ecf8427f", ""},
    {"CVE-2024-12345", ""},
};
INSTANTIATE_TEST_SUITE_P(Extract, Doubted, ::testing::ValuesIn(kDoubts));

}  // namespace
}  // namespace tocsin::formats::threat_text
