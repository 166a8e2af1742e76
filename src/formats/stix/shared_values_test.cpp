#include "formats/stix/shared_values.hpp"

#include <memory>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/threat_text/known_good.hpp"

namespace tocsin::formats::stix {
namespace {

std::string shown(const std::vector<SharedValue>& values) {
  std::string out;
  for (const auto& each : values) {
    if (!out.empty()) out += " | ";
    out += fmt::format("{}{}={}", each.derived ? "~" : "", to_string(each.kind), each.text);
  }
  return out;
}

std::string of_object(std::string_view json) {
  TapeReader reader;
  const auto root = reader.read(json);
  if (!root) return root.error().to_string();
  return shown(shared_values(*root, read_facts(*root)));
}

struct ObjectCase {
  std::string_view name, json, values;
};
constexpr ObjectCase kObjects[] = {
    {"Address", R"({"type":"ipv4-addr","value":"203.0.113.9/32"})", "ipv4=203.0.113.9"},
    {"Network", R"({"type":"ipv4-addr","value":"203.0.113.0/24"})", "ipv4=203.0.113.0/24"},
    {"Address6", R"({"type":"ipv6-addr","value":"2001:DB8:0:0::7"})", "ipv6=2001:db8::7"},
    {"NoAddress", R"({"type":"ipv4-addr","value":"pump"})", ""},
    {"Domain", R"({"type":"domain-name","value":"Pump.Example."})", "domain=pump.example"},
    {"UrlAndItsHost", R"({"type":"url","value":"HTTPS://Pump.Example/Way?A=B"})",
     "url=https://pump.example/Way?A=B | ~domain=pump.example"},
    {"UrlOfAnAddress", R"({"type":"url","value":"http://203.0.113.9:8080/"})",
     "url=http://203.0.113.9:8080 | ~ipv4=203.0.113.9"},
    {"MailAndItsDomain", R"({"type":"email-addr","value":"Op@Pump.Example"})",
     "email=op@pump.example | ~domain=pump.example"},
    {"File",
     R"({"type":"file","name":"Setup.EXE","hashes":{"MD5":"900150983CD24FB0D6963F7D28E17F72","SHA-256":"short","SSDEEP":"3:AB:cd"}})",
     "md5=900150983cd24fb0d6963f7d28e17f72 | other-hash=ssdeep:3:AB:cd | file-name=setup.exe"},
    {"SystemByNumber", R"({"type":"autonomous-system","number":64500})", "asn=64500"},
    {"Software", R"({"type":"software","name":"Pump Studio","version":"3.1"})", "software=pump studio 3.1"},
    {"Agent",
     R"({"type":"network-traffic","extensions":{"http-request-ext":{"request_header":{"User-Agent":["pumpctl/1"]}}}})",
     "user-agent=pumpctl/1"},
    {"NamesOfMalware", R"({"type":"malware","name":"Silt  Worm","aliases":["MUDCAT","silt worm"]})",
     "name=mudcat | name=silt worm"},
    {"NoNameOfReports", R"({"type":"report","name":"Siltworm"})", ""},
    {"IdsOfOthers",
     R"({"type":"vulnerability","name":"cve-2024-1234","external_references":[{"source_name":"cve","external_id":"CVE-2024-1234"},{"source_name":"capec","external_id":"CAPEC-98"},{"source_name":"a book"}]})",
     "vulnerability=CVE-2024-1234 | external-id=capec:capec-98"},
    {"Pattern",
     R"({"type":"indicator","pattern_type":"stix","pattern":"[ipv4-addr:value = '203.0.113.9' OR domain-name:value IN ('a.example','B.example')] AND [file:hashes.'SHA-1' = 'A9993E364706816ABA3E25717850C26C9CD0D89D' AND file:name != 'x' AND mutex:name NOT = 'm']"})",
     "ipv4=203.0.113.9 | domain=a.example | domain=b.example | sha1=a9993e364706816aba3e25717850c26c9cd0d89d"},
    {"PatternThroughReferences",
     R"({"type":"indicator","pattern_type":"stix","pattern":"[network-traffic:dst_ref.value = '203.0.113.9' AND email-message:from_ref.value = 'op@pump.example' AND autonomous-system:number = 64500]"})",
     "ipv4=203.0.113.9 | email=op@pump.example | asn=64500 | ~domain=pump.example"},
    {"PatternOfAnEndpoint",
     R"({"type":"indicator","pattern_type":"stix","pattern":"[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '203.0.113.9' AND network-traffic:dst_port = 4444]"})",
     "ipv4=203.0.113.9"},
    {"PatternOfAnEndpoint6",
     R"({"type":"indicator","pattern_type":"stix","pattern":"[network-traffic:dst_ref.type = 'ipv6-addr' AND network-traffic:dst_ref.value = '2001:DB8:0:0::7' AND network-traffic:dst_port = 502]"})",
     "ipv6=2001:db8::7"},
    {"PatternOfANamedEndpoint",
     R"({"type":"indicator","pattern_type":"stix","pattern":"[network-traffic:dst_ref.type = 'domain-name' AND network-traffic:dst_ref.value = 'Pump.Example' AND network-traffic:dst_port = 8080]"})",
     "domain=pump.example"},
    {"PatternOfEndpointsOfANetwork",
     R"({"type":"indicator","pattern_type":"stix","pattern":"[network-traffic:dst_ref.value ISSUBSET '203.0.113.0/24' AND network-traffic:dst_port = 502]"})",
     "ipv4=203.0.113.0/24"},
    {"PatternOfNetwork",
     R"({"type":"indicator","pattern_type":"stix","pattern":"[ipv4-addr:value ISSUBSET '203.0.113.0/24']"})",
     "ipv4=203.0.113.0/24"},
    {"NotNegatedNorLike",
     R"({"type":"indicator","pattern_type":"stix","pattern":"[ipv4-addr:value NOT = '203.0.113.9' AND url:value LIKE 'http://%']"})",
     ""},
    {"BrokenPattern", R"({"type":"indicator","pattern_type":"stix","pattern":"[ipv4-addr:value ="})", ""},
    {"Rule", R"({"type":"indicator","pattern_type":"yara","pattern":"rule a {\n  condition: true }"})",
     "rule=rule a { condition: true }"},
    {"WhatIsRevokedSharesNothing", R"({"type":"ipv4-addr","value":"203.0.113.9","revoked":true})", ""},
    {"OtherTypesOfJson", R"({"type":"ipv4-addr","value":7,"hashes":[1]})", ""},
};
class OfObjects : public testing::TestWithParam<ObjectCase> {};
TEST_P(OfObjects, AreGatheredInOneSpelling) { EXPECT_EQ(of_object(GetParam().json), GetParam().values); }
INSTANTIATE_TEST_SUITE_P(SharedValues, OfObjects, testing::ValuesIn(kObjects),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(SharedValues, AreBounded) {
  std::string aliases;
  for (int i = 0; i < 6'000; ++i) aliases += fmt::format(R"({}"name {}")", i == 0 ? "" : ",", i);
  const auto json = fmt::format(R"({{"type":"malware","name":"{}","aliases":[{}]}})", std::string(3'000, 'a'), aliases);
  TapeReader reader;
  const auto root = reader.read(json);
  ASSERT_TRUE(root);
  EXPECT_THAT(shared_values(*root, read_facts(*root)), testing::SizeIs(kSharedMax));
}

TEST(SharedValues, AreMeantByTexts) {
  EXPECT_EQ(shown(values_meant(" 203[.]0[.]113[.]9 ")), "ipv4=203.0.113.9");
  EXPECT_EQ(shown(values_meant("hxxps://Pump[.]example/")), "url=https://pump.example");
  EXPECT_EQ(shown(values_meant("203.0.113.9:4444")), "ipv4=203.0.113.9");
  EXPECT_EQ(shown(values_meant("[2001:db8::7]:502")), "ipv6=2001:db8::7");
  EXPECT_EQ(shown(values_meant("pump.example:8080", ValueKind::domain)), "domain=pump.example");
  EXPECT_EQ(shown(values_meant("cve-2024-1234")), "vulnerability=CVE-2024-1234");
  EXPECT_EQ(shown(values_meant("900150983CD24FB0D6963F7D28E17F72")), "md5=900150983cd24fb0d6963f7d28e17f72");
  EXPECT_EQ(shown(values_meant("00-1B-19-00-00-01")), "mac=00:1b:19:00:00:01");
  EXPECT_EQ(shown(values_meant("AS64500")), "asn=64500");
  EXPECT_EQ(shown(values_meant("Silt Worm", ValueKind::name)), "name=silt worm");
  EXPECT_EQ(shown(values_meant("pump", ValueKind::ipv4)), "");
  EXPECT_THAT(values_meant("Silt Worm"), testing::Contains(SharedValue{.kind = ValueKind::name, .text = "silt worm"}));
  EXPECT_THAT(values_meant(""), testing::IsEmpty());
  EXPECT_THAT(values_meant(std::string(3'000, 'a')), testing::IsEmpty());
  EXPECT_THAT(values_meant("\xff"), testing::IsEmpty());
}

TEST(SharedValues, AreWhatTheyMeanAgain) {
  for (const auto& each : kObjects) {
    TapeReader reader;
    const auto root = reader.read(each.json);
    ASSERT_TRUE(root) << each.name;
    for (const auto& value : shared_values(*root, read_facts(*root))) {
      const auto again = values_meant(value.text, value.kind);
      ASSERT_THAT(again, testing::SizeIs(1)) << value.text;
      EXPECT_EQ(again[0].kind, value.kind) << value.text;
      EXPECT_EQ(again[0].text, value.text);
    }
  }
}

TEST(SharedValues, HaveKeysByKindAndText) {
  std::set<std::int64_t> keys;
  for (std::size_t i = 0; i < kValueKinds; ++i) {
    const auto kind = static_cast<ValueKind>(i);
    EXPECT_EQ(parse_value_kind(to_string(kind)), kind);
    for (const std::string_view text : {"", "a", "b", "ab"}) {
      const auto key = value_key(kind, text);
      EXPECT_GE(key, 0);
      keys.insert(key);
    }
  }
  EXPECT_EQ(keys.size(), kValueKinds * 4);
  EXPECT_EQ(parse_value_kind("pump"), std::nullopt);
}

TEST(SharedValues, KnowWhatIsCommonplace) {
  const auto is = [](ValueKind kind, std::string_view text) {
    const auto found = commonplace_of(kind, text);
    return found ? to_string(*found) : std::string_view{};
  };
  EXPECT_EQ(is(ValueKind::ipv4, "192.168.1.1"), "own-network");
  EXPECT_EQ(is(ValueKind::ipv4, "224.0.0.1"), "reserved");
  EXPECT_EQ(is(ValueKind::ipv4, "8.8.8.8"), "resolver");
  EXPECT_EQ(is(ValueKind::ipv4, "11.0.0.0/8"), "wide-network");
  EXPECT_EQ(is(ValueKind::ipv6, "::1"), "own-network");
  EXPECT_EQ(is(ValueKind::domain, "github.com"), "common-service");
  EXPECT_EQ(is(ValueKind::md5, "d41d8cd98f00b204e9800998ecf8427e"), "empty-file");
  // Exercises are written with these.
  EXPECT_EQ(is(ValueKind::ipv4, "203.0.113.9"), "");
  EXPECT_EQ(is(ValueKind::ipv6, "2001:db8::7"), "");
  EXPECT_EQ(is(ValueKind::domain, "pump.example"), "");
  EXPECT_EQ(is(ValueKind::url, "http://pump.example/"), "");
  EXPECT_EQ(is(ValueKind::file_name, "192.168.1.1"), "");
}

TEST(SharedValues, GoByTheOperatorsListsToo) {
  auto lists = std::make_shared<threat_text::KnownGood>();
  ASSERT_TRUE(lists->add("sluice.net\n203.0.113.0/24\n"));
  threat_text::install_known_good(lists);
  for (const auto& [kind, text] : {std::pair{ValueKind::domain, "update.sluice.net"},
                                   {ValueKind::url, "https://sluice.net/"},
                                   {ValueKind::ipv4, "203.0.113.9"}}) {
    EXPECT_EQ(commonplace_of(kind, text), Commonplace::known_good) << text;
  }
  EXPECT_EQ(to_string(Commonplace::known_good), "known-good");
  EXPECT_EQ(commonplace_of(ValueKind::ipv4, "8.8.8.8"), Commonplace::resolver);
  EXPECT_FALSE(commonplace_of(ValueKind::ipv4, "198.51.100.9"));
  EXPECT_FALSE(commonplace_of(ValueKind::name, "sluice.net"));
  threat_text::install_known_good(nullptr);
  EXPECT_FALSE(commonplace_of(ValueKind::domain, "update.sluice.net"));
}

}  // namespace
}  // namespace tocsin::formats::stix
