#include <gmock/gmock.h>

#include "base/json.hpp"
#include "exchange/import.hpp"
#include "portal/members_fixture.hpp"

/// What shares values: the part of an object's page, the look-up, what arrived, and the API beside them.
namespace tocsin::portal {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kClear = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487";
constexpr std::string_view kGreen = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";

class CorrelationPages : public testing::MembersTest {
 protected:
  static std::string id_of(int number) { return fmt::format("indicator--00000000-0000-4000-8000-{:012}", number); }
  static std::string indicator(int number, std::string_view name, std::string_view pattern,
                               std::string_view marking = kClear) {
    return fmt::format(
        R"({{"type":"indicator","spec_version":"2.1","id":"{}","created":"2026-01-01T00:00:00.000Z","modified":"2026-02-01T00:00:00.000Z","valid_from":"2026-01-01T00:00:00Z","name":"{}","pattern_type":"stix","pattern":"{}","object_marking_refs":["{}"]}})",
        id_of(number), name, pattern, marking);
  }
  void SetUp() override {
    testing::MembersTest::SetUp();
    std::string bytes = "[";
    for (const auto& each :
         {indicator(1, "First <b>", "[ipv4-addr:value = '203.0.113.9']"),
          indicator(2, "Second", "[url:value = 'http://203.0.113.9/gate'] AND [ipv4-addr:value = '10.0.0.1']"),
          indicator(3, "Third", "[file:name = 'pump.dll']"),
          indicator(4, "Hidden", "[ipv4-addr:value = '203.0.113.9'] AND [file:name = 'pump.dll']", kGreen),
          indicator(5, "Fifth", "[mutex:name = 'pump.dll']")}) {
      bytes += (bytes.size() > 1 ? ",\n" : "") + each;
    }
    const auto summary = exchange::import_documents(database(), {{"t.json", bytes + "]"}}, {}, {}, clock_);
    ASSERT_TRUE(summary && summary->ok());
    ASSERT_TRUE(app().watch().has_value());
  }
  std::string page(std::string_view target) { return get(target, "Accept: text/html\r\n").body; }
  /// "ipv4=203.0.113.9 1: Second"
  static std::vector<std::string> shown(std::string_view body, std::string_view list = "items") {
    const auto parsed = json::parse(body);
    std::vector<std::string> out;
    if (!parsed) return {"no JSON"};
    for (const auto& each : json::array_at(parsed->root(), list)) {
      auto& line = out.emplace_back(fmt::format("{}={} {}:", json::string_at(each, "kind"),
                                                json::string_at(each, "value"), json::find(each, "count")->as_int64()));
      for (const auto& object : json::array_at(each, "objects")) {
        line.append(" ").append(json::string_at(object, "name"));
      }
    }
    return out;
  }
};
TOCSIN_ON_BOTH_DATABASES(CorrelationPages);

TEST_P(CorrelationPages, AnObjectTellsWhatItShares) {
  const auto shows = page("/threats/" + id_of(2));
  EXPECT_THAT(shows, AllOf(HasSubstr("Shares values with"), HasSubstr("First &lt;b&gt;"), Not(HasSubstr("Hidden")),
                           HasSubstr("/threats/values?value=203.0.113.9&amp;kind=ipv4"),
                           HasSubstr("an address or name that every network has of its own")));
  EXPECT_THAT(page("/threats/" + id_of(3)), Not(HasSubstr("Shares values with")));
  const auto answer = get("/api/v1/threats/" + id_of(2) + "/correlations").body;
  EXPECT_THAT(shown(answer), ElementsAre("ipv4=203.0.113.9 1: First <b>"));
  EXPECT_THAT(shown(answer, "set_aside"), ElementsAre("ipv4=10.0.0.1 0:"));
  auto member = signed_in("member@plant.example");
  EXPECT_THAT(shown(member.get("/api/v1/threats/" + id_of(2) + "/correlations").body),
              ElementsAre("ipv4=203.0.113.9 2: Hidden First <b>"));
  EXPECT_EQ(get("/api/v1/threats/" + id_of(4) + "/correlations").status, 404);
  EXPECT_EQ(get("/api/v1/threats/" + id_of(9) + "/correlations").status, 404);
}

TEST_P(CorrelationPages, AValueIsLookedUp) {
  EXPECT_THAT(shown(get("/api/v1/threats/values?value=203%5B.%5D0.113.9").body),
              ElementsAre("ipv4=203.0.113.9 2: Second First <b>"));
  EXPECT_THAT(shown(get("/api/v1/threats/values?value=PUMP.dll").body), ElementsAre("file-name=pump.dll 1: Third"));
  EXPECT_THAT(shown(get("/api/v1/threats/values?value=pump.dll").body),
              ElementsAre("file-name=pump.dll 1: Third", "mutex=pump.dll 1: Fifth"));
  EXPECT_THAT(shown(get("/api/v1/threats/values?value=pump.dll&kind=mutex").body),
              ElementsAre("mutex=pump.dll 1: Fifth"));
  EXPECT_THAT(shown(get("/api/v1/threats/values?value=nothing").body), IsEmpty());
  const auto first = get("/api/v1/threats/values?value=203.0.113.9&limit=1").body;
  EXPECT_THAT(shown(first), ElementsAre("ipv4=203.0.113.9 2: Second"));
  const std::string next{json::string_at(json::parse(first)->root(), "next")};
  const auto second = get(next).body;
  EXPECT_THAT(shown(second), ElementsAre("ipv4=203.0.113.9 2: First <b>"));
  EXPECT_TRUE(json::find(json::parse(second)->root(), "next")->is_null());
  EXPECT_THAT(page("/threats/values"), Not(HasSubstr("Nothing here")));
  EXPECT_THAT(page("/threats/values?value=%3Cb%3E"),
              AllOf(HasSubstr("value=\"&lt;b&gt;\""), HasSubstr("Nothing here for you has this value")));
  EXPECT_THAT(page("/threats/values?value=203.0.113.9"),
              AllOf(HasSubstr("First &lt;b&gt;"), HasSubstr("2 objects share it")));
  EXPECT_THAT(page("/threats/values?value=10.0.0.1"), HasSubstr("Set aside where objects are compared"));
  for (const auto* bad :
       {"", "?value=x&kind=pump", "?value=10.0.0.1&cursor=x", "?value=x&limit=0", "?value=x&more=1"}) {
    EXPECT_EQ(get(std::string{"/api/v1/threats/values"} + bad).status, 400) << bad;
  }
}

TEST_P(CorrelationPages, WhatArrivedIsConnected) {
  const auto names = [](std::string_view body) {
    std::vector<std::string> out;
    const auto parsed = json::parse(body);
    for (const auto& each : json::array_at(parsed->root(), "items")) {
      auto& line = out.emplace_back(json::string_at(*json::find(each, "object"), "name"));
      for (const auto& link : json::array_at(each, "links")) {
        line += fmt::format(" {} {}", json::string_at(link, "value"), json::find(link, "earlier")->as_int64());
      }
    }
    return out;
  };
  EXPECT_THAT(names(get("/api/v1/threats/connections").body), ElementsAre("Second 203.0.113.9 1"));
  EXPECT_THAT(names(get("/api/v1/threats/connections?kind=file-name").body), IsEmpty());
  auto member = signed_in("member@plant.example");
  const auto all = member.get("/api/v1/threats/connections").body;
  EXPECT_THAT(names(all), ElementsAre("Hidden pump.dll 1 203.0.113.9 2", "Second 203.0.113.9 1"));
  const auto first = member.get("/api/v1/threats/connections?limit=1").body;
  EXPECT_THAT(names(first), ElementsAre("Hidden pump.dll 1 203.0.113.9 2"));
  const std::string next{json::string_at(json::parse(first)->root(), "next")};
  EXPECT_THAT(names(member.get(next).body), ElementsAre("Second 203.0.113.9 1"));
  // A cursor at what is hidden is none.
  EXPECT_EQ(get(next).status, 400);
  const auto shows = page("/threats/connections");
  EXPECT_THAT(shows, AllOf(HasSubstr("Second"), HasSubstr("First &lt;b&gt;"), Not(HasSubstr("Hidden")),
                           HasSubstr("4 objects that arrived were looked at.")));
  EXPECT_THAT(page("/threats/connections?kind=mutex"), HasSubstr("None among what arrived in this time"));
  EXPECT_EQ(get("/api/v1/threats/connections?kind=x").status, 400);
  EXPECT_THAT(page("/threats"), HasSubstr("href=\"/threats/connections\""));
}

}  // namespace
}  // namespace tocsin::portal
