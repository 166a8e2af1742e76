#include "formats/misp/to_stix.hpp"

#include <map>
#include <set>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "formats/misp/event.hpp"
#include "formats/misp/to_misp.hpp"
#include "formats/stix/validate.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::misp {
namespace {

constexpr std::string_view kEvent = R"({"Event":{
  "uuid":"11111111-1111-4111-8111-111111111111","info":"Pumps that stop","date":"2026-01-02","timestamp":"1767400000",
  "publish_timestamp":"1767400100","published":true,"threat_level_id":"2","analysis":"1","distribution":"3",
  "Orgc":{"name":"Water CERT","uuid":"22222222-2222-4222-8222-222222222222"},
  "Tag":[{"name":"tlp:green","colour":"#339900"},{"name":"PAP:AMBER"},{"name":"misp-galaxy:threat-actor=\"Plumber\""}],
  "Galaxy":[{"name":"Threat Actor","type":"threat-actor","GalaxyCluster":[{
     "uuid":"33333333-3333-4333-8333-333333333333","type":"threat-actor","value":"Plumber","description":"Stops pumps.",
     "version":"7","meta":{"synonyms":["Tap"],"refs":["https://pump.example/plumber","a book"]}}]}],
  "Attribute":[
   {"uuid":"44444444-4444-4444-8444-444444444441","type":"ip-dst","category":"Network activity","value":"198.51.100.7",
    "to_ids":true,"timestamp":"1767399999","comment":"Command and control","distribution":"5","Tag":[{"name":"ics:x"}],
    "Sighting":[{"uuid":"44444444-4444-4444-8444-444444444449","date_sighting":"1767400001","type":"0","source":"",
      "attribute_uuid":"44444444-4444-4444-8444-444444444441","Organisation":{"name":"Dairy","uuid":"55555555-5555-4555-8555-555555555555"}},
      {"date_sighting":"1767400002","type":"1","attribute_uuid":"44444444-4444-4444-8444-444444444441"}]},
   {"uuid":"44444444-4444-4444-8444-444444444442","type":"domain","category":"Network activity","value":"pump.example",
    "to_ids":false,"timestamp":"1767399998","distribution":"0"},
   {"uuid":"44444444-4444-4444-8444-444444444443","type":"btc","category":"Financial fraud","value":"1E38","to_ids":true,
    "timestamp":"1767399998","Tag":[{"name":"tlp:red"}]},
   {"uuid":"44444444-4444-4444-8444-444444444444","type":"vulnerability","value":"CVE-2024-12345","category":"External analysis",
    "to_ids":false,"timestamp":"1767399998"},
   {"uuid":"44444444-4444-4444-8444-444444444445","type":"yara","value":"rule x { condition: true }","to_ids":true,
    "category":"Payload delivery","timestamp":"1767399998"},
   {"type":"mutex","value":"no uuid","to_ids":true,"category":"Artifacts dropped","timestamp":"1767399998"},
   {"uuid":"44444444-4444-4444-8444-444444444446","type":"text","value":"","category":"Other","deleted":true}],
  "Object":[
   {"uuid":"66666666-6666-4666-8666-666666666661","name":"file","meta-category":"file","timestamp":"1767399990",
    "distribution":"4","SharingGroup":{"uuid":"77777777-7777-4777-8777-777777777777","name":"Water"},
    "ObjectReference":[{"uuid":"66666666-6666-4666-8666-666666666669","referenced_uuid":"66666666-6666-4666-8666-666666666662",
      "relationship_type":"contains","timestamp":"1767399990"}],
    "Attribute":[
     {"uuid":"66666666-6666-4666-8666-666666666671","type":"filename","object_relation":"filename","value":"a.exe","to_ids":true,"timestamp":"1767399990"},
     {"uuid":"66666666-6666-4666-8666-666666666672","type":"md5","object_relation":"md5","value":"0123456789abcdef0123456789abcdef","to_ids":true,"timestamp":"1767399991"}]},
   {"uuid":"66666666-6666-4666-8666-666666666662","name":"domain-ip","meta-category":"network","timestamp":"1767399990",
    "Attribute":[
     {"uuid":"66666666-6666-4666-8666-666666666673","type":"domain","object_relation":"domain","value":"pump.example","to_ids":false},
     {"uuid":"66666666-6666-4666-8666-666666666674","type":"ip-dst","object_relation":"ip","value":"198.51.100.7","to_ids":false,"distribution":"1"}]},
   {"uuid":"66666666-6666-4666-8666-666666666663","name":"bank-account","meta-category":"financial","timestamp":"1767399990",
    "Attribute":[{"uuid":"66666666-6666-4666-8666-666666666675","type":"iban","object_relation":"iban","value":"LU12"}]},
   {"uuid":"66666666-6666-4666-8666-666666666664","name":"vulnerability","meta-category":"vulnerability","timestamp":"1767399990",
    "Attribute":[{"uuid":"66666666-6666-4666-8666-666666666676","type":"text","object_relation":"id","value":"CVE-2024-12346"}]}],
  "EventReport":[{"uuid":"88888888-8888-4888-8888-888888888888","name":"What happened","content":"At **night**.",
    "timestamp":"1767400000","distribution":"1"}]
}})";

std::string findings_of(const std::string& bundle, std::string_view but = {}) {
  stix::Validator validator;
  std::string out;
  for (const auto& each : validator.validate(bundle).findings) {
    if (each.test != but) out += each.test + " " + each.path + " " + each.message + "\n";
  }
  return out;
}

ToStix converted(std::string_view json) {
  const auto read = read_events(json);
  EXPECT_TRUE(read) << read.error().to_string();
  return to_stix(read->events.front());
}

const Object* with_id(const ToStix& made, std::string_view id) {
  const auto found = std::ranges::find(made.objects, id, &Object::id);
  return found == made.objects.end() ? nullptr : &*found;
}

/// Both as values, so that the order of members counts for nothing. Lists of sightings may come in another order.
void expect_same(const boost::json::object& came, const boost::json::object& went, const std::string& name) {
  boost::json::object expected(came, boost::json::storage_ptr{});
  if (auto* related = expected.if_contains("RelatedEvent"); related != nullptr && related->is_array()) {
    related->get_array().clear();
  }
  EXPECT_EQ(boost::json::value(expected), boost::json::value(went)) << name;
}

/// Attributes and objects, where no event says more.
void expect_same_parts(const boost::json::object& came, const boost::json::object& went, const std::string& name) {
  for (const std::string_view list : {"Attribute", "Object"}) {
    const auto parts = [&](const boost::json::object& of) {
      boost::json::array out;
      for (const auto* each : objects_at(of, list)) out.emplace_back(*each);
      return boost::json::value(out);
    };
    EXPECT_EQ(parts(came), parts(went)) << name << " " << list;
  }
}

TEST(MispToStix, EachPartIsWhatMispStixMakesOfIt) {
  const auto made = converted(kEvent);
  EXPECT_TRUE(made.refused.empty());
  const std::pair<std::string_view, Reach::To> expected[] = {
      {"report--11111111-1111-4111-8111-111111111111", Reach::To::everyone},
      {"identity--22222222-2222-4222-8222-222222222222", Reach::To::everyone},
      {"threat-actor--33333333-3333-4333-8333-333333333333", Reach::To::everyone},
      {"indicator--44444444-4444-4444-8444-444444444441", Reach::To::everyone},
      {"sighting--44444444-4444-4444-8444-444444444449", Reach::To::everyone},
      {"observed-data--44444444-4444-4444-8444-444444444442", Reach::To::nobody},
      {"x-misp-attribute--44444444-4444-4444-8444-444444444443", Reach::To::everyone},
      {"vulnerability--44444444-4444-4444-8444-444444444444", Reach::To::everyone},
      {"indicator--44444444-4444-4444-8444-444444444445", Reach::To::everyone},
      {"x-misp-attribute--44444444-4444-4444-8444-444444444446", Reach::To::everyone},
      {"indicator--66666666-6666-4666-8666-666666666661", Reach::To::group},
      {"observed-data--66666666-6666-4666-8666-666666666662", Reach::To::members},
      {"relationship--66666666-6666-4666-8666-666666666669", Reach::To::group},
      {"x-misp-object--66666666-6666-4666-8666-666666666663", Reach::To::everyone},
      {"vulnerability--66666666-6666-4666-8666-666666666664", Reach::To::everyone},
      {"note--88888888-8888-4888-8888-888888888888", Reach::To::members},
  };
  for (const auto& [id, reach] : expected) {
    const auto* found = with_id(made, id);
    ASSERT_NE(found, nullptr) << id;
    EXPECT_EQ(found->reach.to, reach) << id;
  }
  EXPECT_EQ(made.objects.front().id, expected[0].first);
}

TEST(MispToStix, TheValidatorFindsNothing) {
  const auto made = converted(kEvent);
  EXPECT_EQ(findings_of(write_bundle({made})), "");
  EXPECT_EQ(write_bundle({made}), write_bundle({converted(kEvent), converted(kEvent)}));
}

TEST(MispToStix, PartsAreMarkedByTheStrictestOfEventAndPart) {
  const auto made = converted(kEvent);
  const auto has = [&](std::string_view id, std::string_view level) {
    const auto* found = with_id(made, id);
    return found != nullptr && found->json.find(level) != std::string::npos;
  };
  EXPECT_TRUE(has("report--11111111-1111-4111-8111-111111111111", "marking-definition--bab4a63c"));            // green
  EXPECT_TRUE(has("x-misp-attribute--44444444-4444-4444-8444-444444444443", "marking-definition--e828b379"));  // red
  // What belongs to no one event bears none, but is known to be of this one.
  const auto* actor = with_id(made, "threat-actor--33333333-3333-4333-8333-333333333333");
  ASSERT_NE(actor, nullptr);
  EXPECT_EQ(actor->json.find("object_marking_refs"), std::string::npos);
  EXPECT_EQ(actor->tlp, "green");
}

TEST(MispToStix, TheEventComesBackAsItWas) {
  const auto read = read_events(kEvent);
  const auto back = to_misp(write_bundle({converted(kEvent)}));
  ASSERT_TRUE(back) << back.error().to_string();
  ASSERT_EQ(back->events.size(), 1U);
  EXPECT_TRUE(back->remarks.empty());
  expect_same(*read->events.front().json, back->events.front(), "own");
}

TEST(MispToStix, WhatIsNoAttributeIsToldAlone) {
  const auto made = converted(
      R"({"Event":{"info":"x","Attribute":[{"type":"domain"},{"value":"y"},{"type":"domain","value":"pump.example"}],
          "Object":[{"Attribute":[]}],"EventReport":[{}]}})");
  ASSERT_EQ(made.refused.size(), 4U);
  EXPECT_EQ(made.refused[0].pointer, "/Event/Attribute/0");
  EXPECT_EQ(made.refused[2].pointer, "/Event/Object/0");
  EXPECT_EQ(findings_of(write_bundle({made})), "");
}

TEST(MispToStix, AnEmptyEventStillStandsAlone) {
  for (const std::string_view json : {R"({"Event":{"info":""}})", R"({"Event":{"info":"x","timestamp":"nonsense"}})"}) {
    EXPECT_EQ(findings_of(write_bundle({converted(json)})), "") << json;
  }
}

TEST(MispToStix, OneUuidTwiceMakesTwoObjects) {
  const auto made = converted(R"({"Event":{"uuid":"11111111-1111-4111-8111-111111111111","info":"x","Attribute":[
      {"uuid":"11111111-1111-4111-8111-111111111111","type":"domain","value":"a.example","to_ids":true},
      {"uuid":"44444444-4444-4444-8444-444444444441","type":"domain","value":"b.example","to_ids":true},
      {"uuid":"44444444-4444-4444-8444-444444444441","type":"domain","value":"c.example"}]}})");
  std::set<std::string> ids;
  for (const auto& each : made.objects) EXPECT_TRUE(ids.insert(each.id).second) << each.id;
  EXPECT_EQ(findings_of(write_bundle({made})), "");
}

TEST(MispToStix, RealEventsComeBackWithoutLoss) {
  std::size_t events = 0;
  const auto check = [&](const std::string& name, const std::string& bytes) {
    const auto read = read_events(bytes);
    if (!read) return;
    for (const auto& each : read->events) {
      ++events;
      const auto made = to_stix(each);
      EXPECT_TRUE(made.refused.empty()) << name;
      const auto bundle = write_bundle({made});
      // MISP's own UUIDs of clusters are of version 5.
      EXPECT_EQ(findings_of(bundle, "STIX-2.9-uuid-version"), "") << name;
      const auto back = to_misp(bundle);
      ASSERT_TRUE(back) << name << back.error().to_string();
      ASSERT_EQ(back->events.size(), 1U) << name;
      if (each.kind == Event::Kind::loose) {
        expect_same_parts(*each.json, back->events.front(), name);
      } else {
        expect_same(*each.json, back->events.front(), name);
      }
    }
  };
  for (const std::string_view archive : {"misp/feed.tar.zst", "misp/misp-stix-pairs.tar.zst"}) {
    if (!testing::for_each_file(archive, check)) {
      GTEST_SKIP() << "no real MISP content: " << archive << " is not in the folder that TOCSIN_DATA names";
    }
  }
  EXPECT_EQ(events, 17U);
}

constexpr std::string_view kFound = R"({"response":{"Attribute":[
   {"uuid":"44444444-4444-4444-8444-444444444441","type":"domain","value":"pump.example","to_ids":true,"event_id":"7",
    "timestamp":"1767399999","distribution":"5","object_id":"3","object_relation":"domain",
    "Object":{"id":"3","distribution":"0"},
    "Event":{"id":"7","uuid":"11111111-1111-4111-8111-111111111111","info":"Pumps that stop","distribution":"3","orgc_id":"2"}},
   {"uuid":"44444444-4444-4444-8444-444444444442","type":"mutex","value":"tap","to_ids":true,"event_id":"7",
    "timestamp":"1767399998","distribution":"5",
    "Event":{"id":"7","uuid":"11111111-1111-4111-8111-111111111111","info":"Pumps that stop","distribution":"1",
      "Orgc":{"name":"Water CERT","uuid":"22222222-2222-4222-8222-222222222222"},"Tag":[{"name":"tlp:amber"}]}}]}})";

TEST(MispToStix, WhatASearchFoundOfAnEventIsAGroupingAndNotItsReport) {
  const auto made = converted(kFound);
  EXPECT_TRUE(made.refused.empty());
  EXPECT_EQ(findings_of(write_bundle({made})), "");
  const auto grouping = json::parse(made.objects.front().json);
  const auto& of = grouping->root().get_object();
  EXPECT_EQ(of.at("type").as_string(), "grouping");
  EXPECT_EQ(of.at("name").as_string(), "Pumps that stop");
  EXPECT_EQ(of.at("modified").as_string(), "2026-01-03T00:26:39.000Z");
  EXPECT_EQ(of.at("object_refs").as_array().size(), 2U);
  // The narrowest and strictest of what its parts say of the event; the first is of an object for nobody else.
  EXPECT_EQ(made.objects.front().reach.to, Reach::To::members);
  const auto* first = with_id(made, "indicator--44444444-4444-4444-8444-444444444441");
  const auto* second = with_id(made, "indicator--44444444-4444-4444-8444-444444444442");
  ASSERT_TRUE(first != nullptr && second != nullptr);
  EXPECT_EQ(first->reach.to, Reach::To::nobody);
  EXPECT_EQ(first->pointer, "/response/Attribute/0");
  EXPECT_EQ(second->reach.to, Reach::To::members);
  EXPECT_NE(second->json.find("marking-definition--55d920b0"), std::string::npos);  // amber
  // Back it is the event, as far as it was found.
  const auto back = to_misp(write_bundle({made}));
  ASSERT_EQ(back->events.size(), 1U);
  EXPECT_EQ(text_at(back->events[0], "uuid"), "11111111-1111-4111-8111-111111111111");
  EXPECT_EQ(text_at(back->events[0], "info"), "Pumps that stop");
  EXPECT_EQ(objects_at(back->events[0], "Attribute").size(), 2U);
}

TEST(MispToStix, AnotherAnswerIsAnotherGrouping) {
  const auto id_of = [](std::string_view json) { return converted(json).objects.front().id; };
  constexpr std::string_view kOne =
                                 R"({"Attribute":[{"uuid":"1","type":"domain","value":"a.example","event_id":"7"}]})",
                             kSame =
                                 R"([{"Attribute":{"uuid":"1","type":"domain","value":"b.example","event_id":"7"}}])",
                             kOther =
                                 R"({"Attribute":[{"uuid":"2","type":"domain","value":"a.example","event_id":"7"}]})",
                             kEvent8 =
                                 R"({"Attribute":[{"uuid":"1","type":"domain","value":"a.example","event_id":"8"}]})";
  EXPECT_EQ(id_of(kOne), id_of(kSame));
  EXPECT_NE(id_of(kOne), id_of(kOther));
  EXPECT_NE(id_of(kOne), id_of(kEvent8));
  EXPECT_TRUE(id_of(kOne).starts_with("grouping--"));
  EXPECT_NE(converted(kOne).objects.front().json.find("MISP event 7"), std::string::npos);
}

TEST(MispToStix, PartsOfNoEventStandAloneAndInheritFromNobody) {
  const auto made = converted(R"([{"Attribute":{"uuid":"44444444-4444-4444-8444-444444444441","type":"domain",
      "value":"a.example","to_ids":true,"distribution":"5"}},
    {"Attribute":[{"uuid":"44444444-4444-4444-8444-444444444442","type":"domain","value":"b.example","to_ids":true},
      {"type":"domain"}]},
    {"Object":{"uuid":"66666666-6666-4666-8666-666666666661","name":"bank-account","distribution":"1","Attribute":[]}},
    {"Object":{"uuid":"66666666-6666-4666-8666-666666666662","name":"bank-account","Attribute":[],
      "ObjectReference":[{"uuid":"66666666-6666-4666-8666-666666666669","relationship_type":"contains",
        "referenced_uuid":"66666666-6666-4666-8666-666666666661"}]}}])");
  const std::pair<std::string_view, Reach::To> expected[] = {
      {"indicator--44444444-4444-4444-8444-444444444441", Reach::To::nobody},
      {"indicator--44444444-4444-4444-8444-444444444442", Reach::To::everyone},
      {"x-misp-object--66666666-6666-4666-8666-666666666661", Reach::To::members},
      {"x-misp-object--66666666-6666-4666-8666-666666666662", Reach::To::everyone},
      {"relationship--66666666-6666-4666-8666-666666666669", Reach::To::members},
  };
  ASSERT_EQ(made.objects.size(), std::size(expected));
  for (const auto& [id, reach] : expected) {
    const auto* found = with_id(made, id);
    ASSERT_NE(found, nullptr) << id;
    EXPECT_EQ(found->reach.to, reach) << id;
  }
  EXPECT_EQ(with_id(made, expected[4].first)->pointer, "/3/Object/ObjectReference/0");
  ASSERT_EQ(made.refused.size(), 1U);
  EXPECT_EQ(made.refused[0].pointer, "/1/Attribute/1");
  EXPECT_EQ(findings_of(write_bundle({made})), "");
}

/// Of each indicator the comparisons of its pattern, whose order says nothing.
std::map<std::string, std::multiset<std::string>> patterns_of(const std::string& bundle) {
  std::map<std::string, std::multiset<std::string>> out;
  const auto parsed = json::parse(bundle);
  for (const auto& each : parsed->root().at("objects").as_array()) {
    const auto& of = each.as_object();
    if (of.at("type").as_string() != "indicator") continue;
    const auto pattern = text_at(of, "pattern");
    std::string_view rest = pattern;
    rest = rest.substr(1, rest.size() - 2);
    auto& comparisons = out[text_at(of, "id")];
    for (constexpr std::string_view kAnd = " AND "; !rest.empty();) {
      const auto end = std::min(rest.find(kAnd), rest.size());
      comparisons.emplace(rest.substr(0, end));
      rest.remove_prefix(std::min(end + kAnd.size(), rest.size()));
    }
  }
  return out;
}

TEST(MispToStix, AnswersOfASearchAreTheIndicatorsThatMispStixMakesOfThem) {
  std::map<std::string, std::string> files;
  const bool there = testing::for_each_file(
      "misp/misp-stix-pairs.tar.zst",
      [&](const std::string& name, const auto& bytes) { files[name.substr(name.rfind('/') + 1)] = bytes; });
  if (!there) GTEST_SKIP() << "no real MISP content in the folder that TOCSIN_DATA names";
  for (const std::string_view kind : {"attributes", "objects"}) {
    std::vector<ToStix> made;
    for (const auto number : {1, 2}) {
      auto one = read_events(files[fmt::format("test_{}_collection_{}.json", kind, number)]);
      ASSERT_TRUE(one) << kind << number;
      ASSERT_EQ(one->events.size(), 1U) << kind << number;
      made.push_back(to_stix(one->events.front()));
      EXPECT_TRUE(made.back().refused.empty()) << kind << number;
    }
    const auto ours = patterns_of(write_bundle(made));
    const auto theirs = patterns_of(files[fmt::format("test_{}_collection_stix21.json", kind)]);
    EXPECT_EQ(ours.size(), 3U) << kind;
    EXPECT_EQ(ours, theirs) << kind;
  }
}

struct Back {
  std::string_view name, objects, type, value;
  bool to_ids = true;
};
constexpr Back kBack[] = {
    {"Address", R"({"type":"indicator","id":"indicator--1","pattern":"[ipv4-addr:value = '198.51.100.7']"})", "ip-dst",
     "198.51.100.7"},
    {"Endpoint",
     R"({"type":"indicator","id":"indicator--1","pattern":"[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '198.51.100.7' AND network-traffic:dst_port = 4444]"})",
     "ip-dst|port", "198.51.100.7|4444"},
    {"Endpoint6",
     R"({"type":"indicator","id":"indicator--1","pattern":"[network-traffic:dst_ref.type = 'ipv6-addr' AND network-traffic:dst_ref.value = '2001:db8::7' AND network-traffic:dst_port = 502]"})",
     "ip-dst|port", "2001:db8::7|502"},
    {"NamedEndpoint",
     R"({"type":"indicator","id":"indicator--1","pattern":"[network-traffic:dst_ref.type = 'domain-name' AND network-traffic:dst_ref.value = 'pump.example' AND network-traffic:dst_port = 8080]"})",
     "hostname|port", "pump.example|8080"},
    {"Pair",
     R"({"type":"indicator","id":"indicator--1","pattern":"[file:name = 'a' AND file:hashes.'SHA-256' = 'b']"})",
     "filename|sha256", "a|b"},
    {"Path",
     R"({"type":"indicator","id":"indicator--1","pattern":"[network-traffic:extensions.'http-request-ext'.request_value = '/gate/x.php']"})",
     "uri", "/gate/x.php"},
    {"Rule", R"({"type":"indicator","id":"indicator--1","pattern":"rule x","pattern_type":"yara"})", "yara", "rule x"},
    {"TooMuch",
     R"({"type":"indicator","id":"indicator--1","pattern":"[domain-name:value = 'a'] FOLLOWEDBY [url:value = 'b']"})",
     "stix2-pattern", "[domain-name:value = 'a'] FOLLOWEDBY [url:value = 'b']"},
    {"Like", R"({"type":"indicator","id":"indicator--1","pattern":"[domain-name:value LIKE 'a%']"})", "stix2-pattern",
     "[domain-name:value LIKE 'a%']"},
    {"Vulnerability", R"({"type":"vulnerability","id":"vulnerability--1","name":"CVE-2024-12345"})", "vulnerability",
     "CVE-2024-12345", false},
    {"Observable", R"({"type":"url","id":"url--1","value":"https://pump.example/"})", "url", "https://pump.example/",
     false},
    {"LabelSaysWhichType",
     R"({"type":"indicator","id":"indicator--1","labels":["misp:type=\"hostname\""],"pattern":"[domain-name:value = 'a.b']"})",
     "hostname", "a.b"},
};
TEST(MispFromStix, WhatOthersMadeIsTranslated) {
  for (const auto& each : kBack) {
    const auto back = to_misp(fmt::format(R"({{"type":"bundle","id":"bundle--1","objects":[{}]}})", each.objects));
    ASSERT_TRUE(back) << each.name << back.error().to_string();
    ASSERT_EQ(back->events.size(), 1U) << each.name;
    const auto attributes = objects_at(back->events.front(), "Attribute");
    ASSERT_EQ(attributes.size(), 1U) << each.name;
    EXPECT_EQ(text_at(*attributes[0], "type"), each.type) << each.name;
    EXPECT_EQ(text_at(*attributes[0], "value"), each.value) << each.name;
    EXPECT_EQ(flag_at(*attributes[0], "to_ids"), each.to_ids) << each.name;
  }
}

TEST(MispFromStix, AStricterMarkingIsSaidInTags) {
  const auto made = converted(kEvent);
  const auto object = json::parse(made.objects.front().json);
  const Source source{.object = &object->root().get_object(), .tlp = "amber"};
  const auto back = to_misp(std::span{&source, 1});
  EXPECT_EQ(tlp_of(back.events.at(0)), "amber");
  // Attributes that were not given do not exist.
  EXPECT_TRUE(objects_at(back.events.at(0), "Attribute").empty());
}

TEST(MispFromStix, WhatMispStixWroteIsRead) {
  std::map<std::string, std::string> files;
  const bool there = testing::for_each_file(
      "misp/misp-stix-pairs.tar.zst",
      [&](const std::string& name, const auto& bytes) { files[name.substr(name.rfind('/') + 1)] = bytes; });
  if (!there) GTEST_SKIP() << "no real MISP content in the folder that TOCSIN_DATA names";
  // type and value of every attribute, also of those in objects: what MISP had, and what comes of its STIX.
  const auto told = [](const boost::json::object& event) {
    std::multiset<std::string> out;
    for (const auto* each : objects_at(event, "Attribute"))
      out.insert(text_at(*each, "type") + " " + text_at(*each, "value"));
    return out;
  };
  const auto back = to_misp(files["test_event1_stix21.json"]);
  ASSERT_TRUE(back);
  ASSERT_EQ(back->events.size(), 2U);
  EXPECT_EQ(told(back->events[0]), (std::multiset<std::string>{"AS 174"}));
  // An indicator and what it was seen in are both told.
  EXPECT_EQ(told(back->events[1]), (std::multiset<std::string>{"domain circl.lu", "domain circl.lu"}));
}

}  // namespace
}  // namespace tocsin::formats::misp
