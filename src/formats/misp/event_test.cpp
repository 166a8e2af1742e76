#include "formats/misp/event.hpp"

#include <gtest/gtest.h>

#include "formats/misp/attributes.hpp"
#include "formats/misp/to_stix.hpp"
#include "formats/recognise.hpp"
#include "formats/stix/pattern.hpp"
#include "formats/stix/write.hpp"
#include "formats/threat_text/extract.hpp"

namespace tocsin::formats::misp {
namespace {

struct Document {
  std::string_view name, json;
  std::size_t events;
  std::string_view first;  ///< Pointer of the first event; of what is wrong where there is none.
};
void PrintTo(const Document& each, std::ostream* out) { *out << each.name; }
constexpr Document kDocuments[] = {
    {"One", R"({"Event":{"info":"x"}})", 1, "/Event"},
    {"List", R"([{"Event":{"info":"x"}},{"Event":{"info":"y"}}])", 2, "/0/Event"},
    {"Response", R"({"response":[{"Event":{"info":"x"}}]})", 1, "/response/0/Event"},
    {"ResponseOfOne", R"({"response":{"Event":{"info":"x"}}})", 1, "/response/Event"},
    {"NothingAround", R"({"info":"x","uuid":"u","Attribute":[]})", 1, ""},
    {"NoTitle", R"([{"Event":{"info":"x"}},{"Event":{"uuid":"y"}}])", 0, "/1/Event"},
    {"EmptyList", R"({"response":[]})", 0, "/response"},
    {"NoAttributes", R"({"response":{"Attribute":[]}})", 0, "/response"},
    {"Attributes", R"({"response":{"Attribute":[{"type":"domain","value":"a"}]}})", 1, "/response/Attribute/0"},
    {"AttributesOfOne", R"({"Attribute":[{"type":"domain","value":"a","Event":{"id":"7"}}]})", 1, "/Attribute/0/Event"},
    {"AttributeAlone", R"({"Attribute":{"type":"domain","value":"a"}})", 1, "/Attribute"},
    {"ListOfAttributes", R"([{"Attribute":{"type":"domain","value":"a"}}])", 1, "/0/Attribute"},
    {"Objects", R"({"response":[{"Object":{"name":"file","Attribute":[]}}]})", 1, "/response/0/Object"},
    {"PartsAndAnEvent",
     R"([{"Event":{"info":"x"}},{"Attribute":{"type":"domain","value":"a"}},{"Object":{"name":"file"}}])", 2,
     "/0/Event"},
    {"EventWithoutTitle", R"({"uuid":"u","Attribute":[{"type":"domain","value":"a"}]})", 0, ""},
    {"SomethingElse", R"({"a":1})", 0, ""},
    {"Text", R"("x")", 0, ""},
};
class Documents : public testing::TestWithParam<Document> {};
TEST_P(Documents, AreReadWithPointers) {
  const auto& given = GetParam();
  const auto read = read_events(given.json);
  if (given.events == 0) {
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().where, given.first);
    EXPECT_EQ(read.error().code, Error::Code::invalid_input);
    return;
  }
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(read->events.size(), given.events);
  EXPECT_EQ(read->events.front().pointer, given.first);
  EXPECT_EQ(recognise(read->parsed.root()), DocumentKind::misp_event);
}
INSTANTIATE_TEST_SUITE_P(Misp, Documents, testing::ValuesIn(kDocuments),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(MispEvents, HaveLimits) {
  const auto refused = [](Limits limits) {
    const auto read = read_events(
        R"([{"Event":{"info":"x","Attribute":[{},{}]}},{"Event":{"info":"y","Object":[{"Attribute":[{}]}]}}])", limits);
    return read ? std::string{} : std::string{to_string(read.error().code)};
  };
  EXPECT_EQ(refused({.events_max = 2, .parts_max = 4}), "");
  EXPECT_EQ(refused({.events_max = 1, .parts_max = 4}), "too_large");
  EXPECT_EQ(refused({.events_max = 2, .parts_max = 3}), "too_large");
  EXPECT_EQ(refused({.bytes_max = 20}), "too_large");
}

struct Gathered {
  Event::Kind kind;
  std::string_view uuid, id, info;
  std::vector<std::string> attributes, objects;
};
TEST(MispEvents, PartsAreGatheredByTheEventThatTheyName) {
  const auto read = read_events(R"({"response":[
    {"Attribute":[{"uuid":"1","Event":{"id":"7","uuid":"AB","info":"Pumps"}}, 5, {"uuid":"2"},
                  {"uuid":"3","event_uuid":"ab","event_id":"7"}, {"uuid":"4","event_id":"8"}, {"uuid":"5","event_id":"0"}]},
    {"Object":{"uuid":"6","name":"file","Event":{"id":"7","uuid":"ab","Attribute":[{}],"Object":[{}]}}}]})");
  ASSERT_TRUE(read) << read.error().to_string();
  const Gathered expected[] = {
      {Event::Kind::part,
       "ab",
       "7",
       "Pumps",
       {"/response/0/Attribute/0", "/response/0/Attribute/3"},
       {"/response/1/Object"}},
      {Event::Kind::loose, "", "", "", {"/response/0/Attribute/2", "/response/0/Attribute/5"}, {}},
      {Event::Kind::part, "", "8", "", {"/response/0/Attribute/4"}, {}},
  };
  ASSERT_EQ(read->events.size(), std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    const auto& event = read->events[i];
    EXPECT_EQ(event.kind, expected[i].kind) << i;
    EXPECT_EQ(text_at(*event.json, "uuid"), expected[i].uuid) << i;
    EXPECT_EQ(text_at(*event.json, "id"), expected[i].id) << i;
    EXPECT_EQ(text_at(*event.json, "info"), expected[i].info) << i;
    EXPECT_EQ(event.attribute_pointers, expected[i].attributes) << i;
    EXPECT_EQ(event.object_pointers, expected[i].objects) << i;
    EXPECT_EQ(objects_at(*event.json, "Attribute").size(), expected[i].attributes.size()) << i;
    EXPECT_EQ(objects_at(*event.json, "Object").size(), expected[i].objects.size()) << i;
  }
  // What a search cannot have answered is not read for it.
  EXPECT_EQ(recognise(json::parse(R"({"Attribute":[{"name":"x"}]})")->root()), DocumentKind::other_json);
}

TEST(MispEvents, PartsHaveLimits) {
  const auto refused = [](Limits limits) {
    const auto read = read_events(
        R"({"Attribute":[{"event_id":"1"},{"event_id":"2"}],"Object":[{"Attribute":[{}],"event_id":"2"}]})", limits);
    return read ? std::string{} : fmt::format("{} {}", to_string(read.error().code), read.error().where);
  };
  EXPECT_EQ(refused({.events_max = 2, .parts_max = 4}), "");
  EXPECT_EQ(refused({.events_max = 1, .parts_max = 4}), "too_large /Attribute/1");
  EXPECT_EQ(refused({.events_max = 2, .parts_max = 3}), "too_large /Object/0");
}

TEST(MispEvents, AManifestIsTold) {
  const auto kind = [](std::string_view json) { return recognise(json::parse(json).value().root()); };
  EXPECT_EQ(kind(R"({"56e12e66-f01c-41be-afea-4d9a950d210f":{"info":"x","timestamp":"1"}})"),
            DocumentKind::misp_manifest);
  EXPECT_EQ(kind(R"({"56e12e66-f01c-41be-afea-4d9a950d210f":{"info":"x"}})"), DocumentKind::other_json);
}

TEST(MispEvents, MomentsAreReadAsPeopleWriteThem) {
  const auto moment = [](std::string_view text) {
    const auto found = moment_at(boost::json::object{{"at", text}}, "at");
    return found ? format_rfc3339(*found) : std::string{};
  };
  EXPECT_EQ(moment("2020-10-25T16:22:00.123456+00:00"), "2020-10-25T16:22:00.123456Z");
  EXPECT_EQ(moment("2020-10-25T16:22:00+0200"), "2020-10-25T14:22:00Z");
  EXPECT_EQ(moment("2020-10-25 16:22:00"), "2020-10-25T16:22:00Z");
  EXPECT_EQ(moment("2020-10-25"), "2020-10-25T00:00:00Z");
  EXPECT_EQ(moment("1603642920"), "2020-10-25T16:22:00Z");
  EXPECT_EQ(moment("yesterday"), "");
  EXPECT_EQ(moment("-1"), "");
  EXPECT_EQ(moment("999999999999"), "");
}

struct Typed {
  std::string_view type, value, comparison;
  std::size_t observables;
  std::string_view last;  ///< Type of the last observable.
};
constexpr Typed kTyped[] = {
    {"ip-dst", "198.51.100.7",
     "network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.7'", 2,
     "network-traffic"},
    {"ip-src", "2001:db8::7",
     "network-traffic:src_ref.type = 'ipv6-addr' AND network-traffic:src_ref.value = '2001:db8::7'", 2,
     "network-traffic"},
    {"ip-dst", "198.51.100.0/24",
     "network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value ISSUBSET '198.51.100.0/24'", 2,
     "network-traffic"},
    {"ip-dst", "not an address", "", 0, ""},
    {"ip-dst|port", "198.51.100.7|502",
     "network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.7' AND "
     "network-traffic:dst_port = 502",
     2, "network-traffic"},
    {"ip-dst|port", "198.51.100.7|70000", "", 0, ""},
    {"hostname|port", "pump.example|443",
     "network-traffic:dst_ref.type = 'domain-name' AND network-traffic:dst_ref.value = 'pump.example' AND "
     "network-traffic:dst_port = 443",
     2, "network-traffic"},
    {"domain", "pump.example", "domain-name:value = 'pump.example'", 1, "domain-name"},
    {"domain|ip", "pump.example|198.51.100.7",
     "domain-name:value = 'pump.example' AND domain-name:resolves_to_refs[*].value = '198.51.100.7'", 2, "domain-name"},
    {"domain", "two words", "", 0, ""},
    {"url", "https://pump.example/it's?a=\\", R"(url:value = 'https://pump.example/it\'s?a=\\')", 1, "url"},
    {"link", "see the report", "", 0, ""},
    {"md5", "0123456789abcdef0123456789abcdef", "file:hashes.MD5 = '0123456789abcdef0123456789abcdef'", 1, "file"},
    {"md5", "short", "file:hashes.MD5 = 'short'", 0, ""},
    {"imphash", "0123456789abcdef0123456789abcdef", "file:hashes.IMPHASH = '0123456789abcdef0123456789abcdef'", 0, ""},
    {"filename|sha1", "a.exe|0123456789abcdef0123456789abcdef01234567",
     "file:name = 'a.exe' AND file:hashes.'SHA-1' = '0123456789abcdef0123456789abcdef01234567'", 1, "file"},
    {"filename|sha1", "a.exe", "", 0, ""},
    {"malware-sample", "a.exe|0123456789abcdef0123456789abcdef",
     "file:name = 'a.exe' AND file:hashes.MD5 = '0123456789abcdef0123456789abcdef'", 0, ""},
    {"AS", "AS64500", "autonomous-system:number = 64500", 1, "autonomous-system"},
    {"regkey|value", R"(HKLM\Run\x|y)",
     R"(windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\Run\\x' AND windows-registry-key:values[*].data = 'y')", 1,
     "windows-registry-key"},
    {"email-src", "a@pump.example", "email-message:from_ref.value = 'a@pump.example'", 2, "email-message"},
    {"x509-fingerprint-sha1", "0123456789abcdef0123456789abcdef01234567",
     "x509-certificate:hashes.'SHA-1' = '0123456789abcdef0123456789abcdef01234567'", 1, "x509-certificate"},
    {"port", "502", "network-traffic:dst_port = 502", 0, ""},
    {"btc", "1E38kt7ryhbRXUzbam6iQ6sd93VHUUdjEE", "", 0, ""},
    {"filename", "", "", 0, ""},
};
TEST(MispAttributes, AreWhatStixHasForThem) {
  for (const auto& each : kTyped) {
    const auto comparison = comparison_of(each.type, each.value);
    EXPECT_EQ(comparison, each.comparison) << each.type << " " << each.value;
    if (!comparison.empty()) EXPECT_TRUE(stix::parse_pattern("[" + comparison + "]")) << comparison;
    const auto observables = observables_of(each.type, each.value);
    ASSERT_EQ(observables.size(), each.observables) << each.type << " " << each.value;
    if (!observables.empty()) EXPECT_EQ(observables.back().at("type").as_string(), each.last) << each.type;
  }
}

TEST(MispAttributes, WithAPortAreWhatListsMakeOfTheSame) {
  constexpr std::string_view kSame[][3] = {{"ip-dst|port", "198.51.100.7|502", "198.51.100.7:502"},
                                           {"ip-dst|port", "198.51.100.0/24|502", "198.51.100.0/24:502"},
                                           {"ip-dst|port", "2001:db8::7|502", "[2001:db8::7]:502"},
                                           {"hostname|port", "pump.example|443", "pump.example:443"}};
  for (const auto& [type, value, line] : kSame) {
    EXPECT_EQ("[" + comparison_of(type, value) + "]", stix::pattern_of(threat_text::read_one(line).value())) << line;
  }
  EXPECT_EQ(comparison_of("ip-dst", "[2001:db8::7]:502"), "");
}

struct Distribution {
  std::string_view json;
  Reach reach;
};
TEST(MispReach, IsNeverWiderThanWhatIsSaid) {
  using enum Reach::To;
  const Distribution rows[] = {
      {R"({})", {everyone}},
      {R"({"distribution":"3"})", {everyone}},
      {R"({"distribution":5})", {everyone}},
      {R"({"distribution":"2"})", {members}},
      {R"({"distribution":1})", {members}},
      {R"({"distribution":"0"})", {nobody}},
      {R"({"distribution":"9"})", {nobody}},
      {R"({"distribution":null})", {nobody}},
      {R"({"distribution":"4"})", {nobody}},
      {R"({"distribution":"4","sharing_group_id":"7"})", {nobody}},
      {R"({"distribution":"4","SharingGroup":{"name":"Water"}})", {group, "", "Water"}},
      {R"({"distribution":"4","SharingGroup":{"name":"Water","uuid":"AB","SharingGroupOrg":[{"org_id":"1"}]}})",
       {group, "ab", "Water"}},
      // An empty group reaches nobody.
      {R"({"distribution":"4","SharingGroup":{"name":"Water","SharingGroupOrg":[],"SharingGroupServer":[]}})",
       {nobody}},
      {R"({"distribution":"4","SharingGroup":{"name":"Water","SharingGroupOrg":[]}})", {nobody}},
      {R"({"distribution":"4","SharingGroup":{"name":"Water","active":false}})", {nobody}},
      {R"({"distribution":"4","SharingGroup":{}})", {nobody}},
  };
  for (const auto& each : rows) {
    EXPECT_EQ(reach_of(json::parse(each.json).value().root().get_object()), each.reach) << each.json;
  }
  const Reach water{group, "w", "Water"}, power{group, "p", "Power"};
  EXPECT_EQ(narrower(water, power), Reach{nobody});
  EXPECT_EQ(narrower(water, water), water);
  EXPECT_EQ(narrower(water, {members}), water);
  EXPECT_EQ(narrower({everyone}, water), water);
  EXPECT_EQ(narrower({nobody}, water), Reach{nobody});
}

TEST(MispReach, TheStrictestTagOfTlpCounts) {
  const auto tlp = [](std::string_view tags) {
    const auto parsed = json::parse(fmt::format(R"({{"Tag":{}}})", tags));
    return std::string{tlp_of(parsed.value().root().get_object())};
  };
  EXPECT_EQ(tlp(R"([])"), "");
  EXPECT_EQ(tlp(R"([{"name":"tlp:white"}])"), "clear");
  EXPECT_EQ(tlp(R"([{"name":"TLP:AMBER"},{"name":"tlp:green"}])"), "amber");
  EXPECT_EQ(tlp(R"([{"name":"tlp:amber+strict"},{"name":"tlp:amber"}])"), "amber+strict");
  EXPECT_EQ(tlp(R"([{"name":"tlp:red"},{"name":"PAP:GREEN"}])"), "red");
  EXPECT_EQ(tlp(R"([{"name":"tlp:unclear"}])"), "");
}

}  // namespace
}  // namespace tocsin::formats::misp
