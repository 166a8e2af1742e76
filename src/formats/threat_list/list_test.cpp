#include "formats/threat_list/list.hpp"

#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/stix/validate.hpp"
#include "formats/threat_list/columns.hpp"
#include "formats/threat_list/list_to_stix.hpp"

namespace tocsin::formats::threat_list {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// "KIND value" of each entry, then "-LINE" of each refused line.
std::string told(std::string_view text) {
  const auto list = read_list(text).value();
  std::string out;
  for (const auto& each : list.entries) {
    out += fmt::format("{} {}; ", threat_text::to_string(each.found.kind), threat_text::spelled(each.found));
  }
  for (const auto& each : list.refused) out += fmt::format("-{}; ", each.line);
  return out;
}

struct LineCase {
  std::string_view text, told;
};
void PrintTo(const LineCase& each, std::ostream* out) { *out << each.text; }
class LinesOfLists : public ::testing::TestWithParam<LineCase> {};
TEST_P(LinesOfLists, AreRead) { EXPECT_EQ(told(GetParam().text), GetParam().told); }
const LineCase kLines[] = {
    {"", ""},
    {"# a comment\n; another\n// a third\n\n", ""},
    {"198.51.100.7\n", "ipv4 198.51.100.7; "},
    {"\xEF\xBB\xBF"
     "198.51.100.7",
     "ipv4 198.51.100.7; "},
    {"a.example\r\nb.example\r\n", "domain a.example; domain b.example; "},
    {"A.Example\na.example", "domain a.example; "},
    {"hxxps://pump[.]example/x\n203[.]0[.]113[.]9\npump [dot] example\nhmi(at)pump.example",
     "url https://pump.example/x; ipv4 203.0.113.9; domain pump.example; email hmi@pump.example; "},
    {"198.51.100.0/24\n2001:DB8::1\n198.51.100.7:443",
     "ipv4 198.51.100.0/24; ipv6 2001:db8::1; ipv4 198.51.100.7:443; "},
    {"198.51.100.7:443\n198.51.100.7\n198[.]51.100.7:443\n198.51.100.7:502\n198.51.100.7:99999",
     "ipv4 198.51.100.7:443; ipv4 198.51.100.7; ipv4 198.51.100.7:502; "},
    {"[2001:DB8::1]:502\n2001:db8::1\n[2001:db8::1]:0", "ipv6 [2001:db8::1]:502; ipv6 2001:db8::1; -3; "},
    {"evil.example:8080\nEVIL[.]example:8080 # again\nevil.example\nhttp://evil.example:8080/x",
     "domain evil.example:8080; domain evil.example; url http://evil.example:8080/x; "},
    {"evil.example:8080/x.php", "url http://evil.example:8080/x.php; "},
    {"D41D8CD98F00B204E9800998ECF8427E", "md5 d41d8cd98f00b204e9800998ecf8427e; "},
    {"pump.example/include/x.php", "url http://pump.example/include/x.php; "},
    {"198.51.100.7/x.php", "url http://198.51.100.7/x.php; "},
    {"0.0.0.0 pump.example\n127.0.0.1\tb.example", "domain pump.example; domain b.example; "},
    {"pump.example # bad\nhttps://pump.example/#part", "domain pump.example; url https://pump.example/#part; "},
    {"what is this\nCVE-2026-11111\nT0883\npump.example\nsetup.exe", "domain pump.example; -1; -2; -3; -5; "},
    {"indicator\npump.example", "domain pump.example; "},
    {"Type,Indicator,Comment\nIPv4,198.51.100.7,\"C2, main\"\n", "ipv4 198.51.100.7; "},
    {"ioc;tags\npump.example;a\n", "domain pump.example; "},
    {"ioc\ttags\npump.example\ta\n", "domain pump.example; "},
    {"value|type\npump.example|domain\n", "domain pump.example; "},
    {"value,type\npump.example,ip\npump.example,mutex\npump.example,\n198.51.100.7:443,ip:port",
     "domain pump.example; ipv4 198.51.100.7:443; -2; -3; "},
    {"value,type\nevil.example:8080,domain\nevil.example:8080,url\n[2001:db8::1]:502,ipv6",
     "domain evil.example:8080; url http://evil.example:8080; ipv6 [2001:db8::1]:502; "},
    {"value,type\npump.example,url\npump.example/x,url\nhttp://pump.example,url",
     "url http://pump.example; url http://pump.example/x; "},
    {"# made today\n# \"first_seen_utc\",\"dst_ip\",\"dst_port\"\n\"2026-03-01 10:00:00\",\"198.51.100.7\",\"443\"",
     "ipv4 198.51.100.7:443; "},
    {"ip,port\n198.51.100.7,443\n198.51.100.7,502\n198.51.100.7,\n2001:db8::7,502\n198.51.100.7:443,443",
     "ipv4 198.51.100.7:443; ipv4 198.51.100.7:502; ipv4 198.51.100.7; ipv6 [2001:db8::7]:502; "},
    {"dst_ip;dst_port;first_seen\npump.example;8080;2026-03-01\n", "domain pump.example:8080; "},
    {"indicator,dport\nhttp://pump.example/x,8080\nd41d8cd98f00b204e9800998ecf8427e,8080\nhmi@pump.example,25",
     "url http://pump.example/x; md5 d41d8cd98f00b204e9800998ecf8427e; email hmi@pump.example; "},
    {"dst_ip,port\n198.51.100.0/24,443\n198.51.100.7:80,443\n198.51.100.8,0\n198.51.100.9,https",
     "ipv4 198.51.100.0/24; ipv4 198.51.100.7:80; ipv4 198.51.100.8; ipv4 198.51.100.9; "},
    {"value,comment\n\"pump.example,never closed\nb.example,x\n", "domain b.example; -2; "},
    {"value,comment\n\"pump.example\",\"two\nlines\"\nb.example,x\nnothing",
     "domain pump.example; domain b.example; -5; "},
    {"value,tlp\na.example,TLP:AMBER+STRICT\nb.example,secret\nc.example,white\n",
     "domain a.example; domain c.example; -3; "},
    {"value,first_seen,valid_until\na.example,2026-03-02,2026-03-01", "-2; "},
    {"value\n,\n\n\"\"", "-2; -4; "},
    {"http://pump.example/\xFF", "-1; "},
    {"/gate/x.php\n/a?b=%20c\n/x\n/--\n//a comment\n/a b\n/\xC3\xA4/x",
     "url-path /gate/x.php; url-path /a?b=%20c; -3; -4; -6; -7; "},
    {"value,type\n/gate/x.php,uri\n/gate/y.php,url path\n/gate/z.php,domain",
     "url-path /gate/x.php; url-path /gate/y.php; -4; "},
};
INSTANTIATE_TEST_SUITE_P(ThreatList, LinesOfLists, ::testing::ValuesIn(kLines));

TEST(ThreatListColumns, SayWhatIsKnownOfAValue) {
  const auto list = read_list(
                        "Indicator,Type,Description,Confidence,Tags,First Seen (UTC),Last Seen,Valid Until,TLP\n"
                        "hxxp://pump[.]example/x,URL,\"Loader\tof \"\"X\"\"\",75%,\"ics, loader,ics\",2026-03-01 "
                        "10:00:00 UTC,2026-03-05T00:00:00Z,1799999999,TLP:GREEN\n"
                        "b.example,,,very,,soon,,,\n")
                        .value();
  ASSERT_THAT(list.entries, SizeIs(2));
  const auto& first = list.entries[0];
  EXPECT_EQ(first.found.value, "http://pump.example/x");
  EXPECT_EQ(first.description, "Loader of \"X\"");
  EXPECT_EQ(first.confidence, 75);
  EXPECT_THAT(first.labels, ElementsAre("ics", "loader"));
  EXPECT_EQ(format_rfc3339(*first.first_seen), "2026-03-01T10:00:00Z");
  EXPECT_EQ(format_rfc3339(*first.last_seen), "2026-03-05T00:00:00Z");
  EXPECT_EQ(first.valid_until->micros, 1'799'999'999'000'000);
  EXPECT_EQ(first.tlp, "green");
  // What is not understood beside a value is told, and the value taken.
  EXPECT_FALSE(list.entries[1].confidence || list.entries[1].first_seen);
  std::vector<std::string> remarks;
  for (const auto& each : list.remarks) remarks.push_back(fmt::format("{} {}", each.line, each.text));
  EXPECT_THAT(remarks, ElementsAre(HasSubstr("2 'http://pump.example/x' is doubtful: reserved"),
                                   "3 'very' is no confidence from 0 to 100, and was passed over",
                                   "3 'soon' is no date, and was passed over", HasSubstr("3 'b.example' is doubtful")));
}

TEST(ThreatListColumns, PortsThatAreNoneAreTold) {
  const auto list = read_list(
                        "dst_ip,dst_port\n45.66.0.0/24,443\n45.66.1.7:80,443\n45.66.1.8,65536\npump-bills.net,a\n"
                        "45.66.1.9,65535\n")
                        .value();
  std::vector<std::string> remarks;
  for (const auto& each : list.remarks) remarks.push_back(fmt::format("{} {}", each.line, each.text));
  EXPECT_THAT(
      remarks,
      ElementsAre("2 '45.66.0.0/24': the port is left out, the indicator is of the whole network",
                  "3 '45.66.1.7:80' has a port already: that of the column, 443, was passed over",
                  HasSubstr("4 '65536': a port is a number from 1 to 65535; it is left out, the indicator is of the "
                            "whole address"),
                  HasSubstr("5 'a': a port is a number from 1 to 65535; it is left out, the indicator is of the whole "
                            "name")));
  EXPECT_EQ(threat_text::spelled(list.entries.back().found), "45.66.1.9:65535");
}

TEST(ThreatListColumns, ConfidenceAndTimesAreReadAsTheyAreWritten) {
  EXPECT_EQ(read_confidence("High"), 85);
  EXPECT_EQ(read_confidence("0"), 0);
  EXPECT_EQ(read_confidence("100 %"), 100);
  for (const auto* each : {"101", "-1", "", "7.5", "%"}) EXPECT_FALSE(read_confidence(each)) << each;
  for (const auto* each : {"2026-03-01T10:00:00Z", "2026-03-01 10:00", "2026-03-01 10:00:00", "2026-03-01 10:00:00 UTC",
                           "2026-03-01T11:00:00+01:00", "1772359200", "Sun, 01 Mar 2026 10:00:00 GMT"}) {
    const auto time = read_time(each);
    EXPECT_TRUE(time && format_rfc3339(*time) == "2026-03-01T10:00:00Z") << each;
  }
  for (const auto* each : {"", "yesterday", "2026-13-01", "2026-03-01 25:00", "17723592000"}) {
    EXPECT_FALSE(read_time(each)) << each;
  }
}

struct LookCase {
  std::string_view text;
  bool is_list;
};
void PrintTo(const LookCase& each, std::ostream* out) { *out << each.text; }
class LooksLikeAList : public ::testing::TestWithParam<LookCase> {};
TEST_P(LooksLikeAList, ByItsFirstLines) { EXPECT_EQ(looks_like_list(GetParam().text), GetParam().is_list); }
const LookCase kLooks[] = {
    {"198.51.100.7", true},
    {"# bad ones\n\npump.example\nb.example\nnonsense\n", true},
    {"indicator,type\npump.example,domain\n", true},
    {"ioc\npump.example\n", true},
    {"# \"first_seen_utc\",\"dst_ip\"\n\"2026-03-01\",\"198.51.100.7\"\n", true},
    {"IP Address;Port\n198.51.100.7;443\n", true},
    {"ip,zone\n198.51.100.7,plant\n", false},
    {"ip,port,vendor\n198.51.100.7,443,Example\n", false},
    {"", false},
    {"# nothing but comments\n", false},
    {"hello", false},
    {"hello\nworld\npump.example\n", false},
    {"{\"document\":{}}", false},
    {"[\"pump.example\"]", false},
    {"<feed/>", false},
    {"PK\x03\x04", false},
    {"pump.example\n{\n", true},
    {"vendor,product,version,ip\nSiemens,S7-1500,2.9,198.51.100.7\n", false},
    {"ip\n198.51.100.7\n198.51.100.8\n", false},
    {"IP address;Name\n198.51.100.7;PLC 1\n", false},
    {"name,value\ntemperature,21\npressure,3\n", false},
    {"#model_version:v2026\ncve,epss\nCVE-2026-11111,0.1\n", false},
    {"\"2023/icsa-23-001-01.json\",\"2023-01-01T00:00:00Z\"\n", false},
    {"2023/icsa-23-001-01.json\n2023/icsa-23-002-01.json\n", false},
    {"#separator \\x09\n#fields\tts\tuid\tid.orig_h\n1.0\tC1\t198.51.100.7\n", false},
};
INSTANTIATE_TEST_SUITE_P(ThreatList, LooksLikeAList, ::testing::ValuesIn(kLooks));

TEST(LooksLikeAList, AlsoBehindManyCommentsAndOfALongOne) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "# Reference: https://news.example/\n";
  for (int i = 0; i < 20'000; ++i) text += fmt::format("a{}.example\n", i);
  EXPECT_TRUE(looks_like_list(text));
}

TEST(ThreatListLimits, AreKept) {
  EXPECT_EQ(read_list("a.example", {.bytes_max = 8}).error().code, Error::Code::too_large);
  EXPECT_EQ(read_list("a.example\nb.example", {.lines_max = 1}).error().code, Error::Code::too_large);
  EXPECT_TRUE(read_list("a.example\nb.example", {.lines_max = 2}));
  EXPECT_EQ(read_list("a.example\nb.example", {.entries_max = 1}).error().code, Error::Code::too_large);
  const auto list = read_list(std::string(kListLineMax + 1, 'x') + "\na.example").value();
  EXPECT_THAT(list.entries, SizeIs(1));
  EXPECT_EQ(list.refused_count, 1U);
  std::string bad;
  for (std::size_t i = 0; i < kListRemarksMax + 5; ++i) bad += "?\n";
  EXPECT_EQ(read_list(bad)->refused_count, kListRemarksMax + 5);
  EXPECT_THAT(read_list(bad)->refused, SizeIs(kListRemarksMax));
}

constexpr Timestamp kNow{1'772'359'200'123'456};
constexpr std::string_view kRow =
    "value,description,confidence,tags,last_seen,valid_until,tlp\n"
    "pump.example,\"says \"\"modified\"\":\"\"2000-01-01T00:00:00.000Z\"\"\",75,ics,2026-03-01,2027-01-01,amber\n";

TEST(ListToStix, IsValidAndSaysWhatTheListSays) {
  const ListSource source{.id = "bad.csv", .title = "bad.csv"};
  const auto made = list_to_stix(read_list(kRow).value(), source, kNow);
  ASSERT_THAT(made, SizeIs(3));
  const auto bundle = write_list_bundle(source, made);
  stix::Validator validator;
  for (const auto& finding : validator.validate(bundle).findings) ADD_FAILURE() << finding.path << finding.message;
  const auto indicator = json::parse(made[1].bytes);
  ASSERT_TRUE(indicator);
  const auto& json = indicator->root();
  EXPECT_EQ(json::string_at(json, "pattern"), "[domain-name:value = 'pump.example']");
  EXPECT_EQ(json::string_at(json, "created"), "2026-03-01T10:00:00.123Z");
  EXPECT_EQ(json::string_at(json, "valid_until"), "2027-01-01T00:00:00.000Z");
  EXPECT_EQ(json.at("confidence"), 75);
  EXPECT_EQ(made[1].tlp, "amber");
  EXPECT_EQ(made[1].title, "pump.example");
  const auto sighting = json::parse(made[2].bytes);
  EXPECT_EQ(json::string_at(sighting->root(), "sighting_of_ref"), made[1].id);
}

TEST(ListToStix, APathIsLookedForInWhatIsAskedOverHttp) {
  const ListSource source{.id = "trails.txt", .title = "trails.txt"};
  const auto list = read_list("/gate/it's.php\n/index.php\n").value();
  ASSERT_THAT(list.remarks, SizeIs(1));
  EXPECT_THAT(list.remarks[0].text, HasSubstr("very many visit this every day"));
  const auto made = list_to_stix(list, source, kNow);
  stix::Validator validator;
  for (const auto& finding : validator.validate(write_list_bundle(source, made)).findings) {
    ADD_FAILURE() << finding.path << finding.message;
  }
  EXPECT_EQ(json::string_at(json::parse(made[1].bytes)->root(), "pattern"),
            "[network-traffic:extensions.'http-request-ext'.request_value = '/gate/it\\'s.php']");
  EXPECT_EQ(made[1].title, "/gate/it's.php");
}

TEST(ListToStix, IdsFollowFromSourceAndValue) {
  const auto ids = [](std::string_view text, std::string_view source) {
    std::vector<std::string> out;
    for (const auto& each : list_to_stix(read_list(text).value(), {std::string{source}, "T"}, kNow)) {
      out.push_back(each.id);
    }
    return out;
  };
  const auto once = ids("a.example\nb.example", "one");
  EXPECT_EQ(once, ids("a[.]example\nB.example", "one"));
  EXPECT_NE(once[1], once[2]);
  EXPECT_NE(once[1], ids("a.example", "two")[1]);
  // What was read before ports were kept is found again.
  EXPECT_EQ(ids("198.51.100.7", "one")[1], "indicator--058bddcc-f2d7-49ac-b596-3298cd0a5741");
  const auto ports = ids("198.51.100.7\n198.51.100.7:443\n198.51.100.7:502", "one");
  EXPECT_EQ(std::set<std::string>(ports.begin(), ports.end()).size(), 4U);
  EXPECT_EQ(ids("198[.]51.100.7:0443", "one")[1], ports[2]);
}

TEST(ListToStix, AValueThatEndedBeganBefore) {
  const auto made = list_to_stix(read_list("value,valid_until\na.example,2020-01-01").value(), {"s", "s"}, kNow);
  stix::Validator validator;
  EXPECT_THAT(validator.validate(made[1].bytes).findings, IsEmpty());
}

TEST(ListToStix, WhatIsReadAgainIsAsItWas) {
  const auto first = list_to_stix(read_list(kRow).value(), {"s", "s"}, kNow);
  const auto later = list_to_stix(read_list(kRow).value(), {"s", "s"}, {kNow.micros + 5'000'000});
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(with_times_of(later[i].bytes, first[i].bytes, later[i].times, true), first[i].bytes);
  }
  EXPECT_NE(first[1].bytes, later[1].bytes);
  const auto update = with_times_of(later[1].bytes, first[1].bytes, later[1].times, false);
  EXPECT_EQ(time_of(update, "created"), time_of(first[1].bytes, "created"));
  EXPECT_EQ(time_of(update, "valid_from"), time_of(first[1].bytes, "valid_from"));
  EXPECT_EQ(time_of(update, "modified"), "2026-03-01T10:00:05.123Z");
  // Whatever is kept is survived.
  for (const auto* kept : {"", "{}", R"({"created":1,"modified":"x","valid_from":"2026")", R"("created":")"}) {
    EXPECT_EQ(with_times_of(later[1].bytes, kept, later[1].times, true), later[1].bytes);
  }
}

TEST(ThreatLists, TellOfWhatIsNoPort) {
  const auto list = read_list(
                        "45.66.77.88:80800\n"
                        "pump.heron-blog.net:0\n"
                        "45.66.77.89:8080\n"
                        "evil.heron-blog.net:8443\n"
                        "10.0.0.1:502\n"
                        "http://45.66.77.90:8080/x\n")
                        .value();
  EXPECT_THAT(list.entries, SizeIs(6));
  std::vector<std::string> remarks;
  for (const auto& each : list.remarks) remarks.push_back(fmt::format("{} {}", each.line, each.text));
  EXPECT_THAT(remarks,
              ElementsAre("1 '45.66.77.88:80800': a port is a number from 1 to 65535; it is left out, the indicator is "
                          "of the whole address",
                          "2 'pump.heron-blog.net:0': a port is a number from 1 to 65535; it is left out, the "
                          "indicator is of the whole name",
                          HasSubstr("5 '10.0.0.1:502' is doubtful: everybody has this")));
}

struct EndpointCase {
  std::string_view line, title, pattern;
};
constexpr EndpointCase kEndpoints[] = {
    {"203.0.113.7", "203.0.113.7", "[ipv4-addr:value = '203.0.113.7']"},
    {"203.0.113.7:4444", "203.0.113.7:4444",
     "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '203.0.113.7' AND "
     "network-traffic:dst_port = 4444]"},
    {"203.0.113.0/24:4444", "203.0.113.0/24:4444",
     "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value ISSUBSET '203.0.113.0/24' AND "
     "network-traffic:dst_port = 4444]"},
    {"[2001:DB8::1]:502", "[2001:db8::1]:502",
     "[network-traffic:dst_ref.type = 'ipv6-addr' AND network-traffic:dst_ref.value = '2001:db8::1' AND "
     "network-traffic:dst_port = 502]"},
    {"Evil.example:8080", "evil.example:8080",
     "[network-traffic:dst_ref.type = 'domain-name' AND network-traffic:dst_ref.value = 'evil.example' AND "
     "network-traffic:dst_port = 8080]"},
    {"http://evil.example:8080/x", "http://evil.example:8080/x", "[url:value = 'http://evil.example:8080/x']"},
};

TEST(ListToStix, AnEndpointIsTrafficToItsPort) {
  for (const auto& each : kEndpoints) {
    const ListSource source{.id = "c2.txt", .title = "c2.txt"};
    const auto made = list_to_stix(read_list(each.line).value(), source, kNow);
    ASSERT_THAT(made, SizeIs(2)) << each.line;
    EXPECT_EQ(json::string_at(json::parse(made[1].bytes)->root(), "pattern"), each.pattern);
    EXPECT_EQ(made[1].title, each.title);
    stix::Validator validator;
    for (const auto& finding : validator.validate(write_list_bundle(source, made)).findings) {
      ADD_FAILURE() << each.line << finding.path << finding.message;
    }
  }
}

}  // namespace
}  // namespace tocsin::formats::threat_list
