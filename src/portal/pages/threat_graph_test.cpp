#include <gmock/gmock.h>

#include "base/json.hpp"
#include "exchange/import.hpp"
#include "portal/members_fixture.hpp"

/// The graph of threat knowledge: page and API of what is around an object, and of the way between two.
namespace tocsin::portal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kClear = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487";
constexpr std::string_view kGreen = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";

std::string id_of(std::string_view type, int number) {
  return fmt::format("{}--00000000-0000-4000-8000-{:012}", type, number);
}
std::string object(std::string_view id, std::string_view name, std::string_view marking, std::string_view more = "") {
  return fmt::format(
      R"({{"type":"{}","spec_version":"2.1","id":"{}","created":"2026-01-01T00:00:00.000Z","modified":"2026-02-01T00:00:00.000Z","name":"{}","object_marking_refs":["{}"]{}}})",
      id.substr(0, id.find("--")), id, name, marking, more);
}
std::string relation(int number, std::string_view source, std::string_view verb, std::string_view target,
                     std::string_view marking) {
  return object(id_of("relationship", number), verb, marking,
                fmt::format(R"(,"relationship_type":"{}","source_ref":"{}","target_ref":"{}")", verb, source, target));
}

class ThreatGraphPages : public testing::MembersTest {
 protected:
  void add_all() {
    std::string bytes;
    for (const auto& each :
         {object(worm_, "Siltworm <b>", kClear, R"(,"is_family":true)"), object(tool_, "Probe", kClear),
          object(gang_, "Mudlark", kClear), object(secret_, "Secret rake", kGreen),
          object(report_, "Spring tide", kClear,
                 fmt::format(R"(,"published":"2026-01-20T00:00:00Z","object_refs":["{}"])", gang_)),
          relation(10, worm_, "uses", tool_, kClear), relation(11, gang_, "uses", tool_, kClear),
          relation(12, worm_, "uses", secret_, kClear), relation(13, worm_, "related-to", gang_, kGreen)}) {
      bytes += (bytes.empty() ? "[" : ",\n") + each;
    }
    const auto summary = exchange::import_documents(database(), {{"t.json", bytes + "]"}}, {}, {}, clock_);
    ASSERT_TRUE(summary) << summary.error().to_string();
    ASSERT_TRUE(summary->ok());
    ASSERT_TRUE(app().watch().has_value());
  }
  std::string page(const std::string& target) { return get(target, "Accept: text/html\r\n").body; }
  static boost::json::value parsed(std::string_view body) {
    boost::system::error_code failed;
    auto found = boost::json::parse({body.data(), body.size()}, failed);
    return failed ? boost::json::value{} : found;
  }
  static std::vector<std::string> names(const boost::json::value& of, std::string_view list) {
    std::vector<std::string> out;
    for (const auto& each : json::array_at(of, list)) out.emplace_back(json::string_at(each, "name"));
    return out;
  }

  const std::string worm_ = id_of("malware", 1), tool_ = id_of("tool", 2), secret_ = id_of("tool", 3),
                    gang_ = id_of("intrusion-set", 4), report_ = id_of("report", 5);
};
TOCSIN_ON_BOTH_DATABASES(ThreatGraphPages);

TEST_P(ThreatGraphPages, TheApiTellsPagesOfWhatIsSeen) {
  add_all();
  const auto base = "/api/v1/threats/" + worm_ + "/graph";
  const auto whole = parsed(get(base + "?depth=3").body);
  EXPECT_THAT(names(whole, "items"), ElementsAre("Siltworm <b>", "Probe", "Mudlark", "Spring tide"));
  EXPECT_EQ(json::array_at(whole, "edges").size(), 3U);
  EXPECT_THAT(json::write(whole), HasSubstr(R"("verb":"object_refs","relationship":"")"));
  EXPECT_THAT(json::write(whole), HasSubstr(R"("kind":"published","from":"2026-01-20T00:00:00Z")"));
  EXPECT_THAT(names(parsed(get(base + "?depth=3&type=tool").body), "items"), ElementsAre("Siltworm <b>", "Probe"));
  const auto first = parsed(get(base + "?limit=2").body);
  EXPECT_THAT(names(first, "items"), ElementsAre("Siltworm <b>", "Probe"));
  const std::string next{json::string_at(first, "next")};
  EXPECT_THAT(next, HasSubstr("limit=2"));
  const auto second = parsed(get(next).body);
  EXPECT_THAT(names(second, "items"), ElementsAre("Mudlark"));
  EXPECT_THAT(names(second, "earlier"), ElementsAre("Probe"));
  for (const auto* bad : {"?depth=0", "?depth=4", "?limit=10001", "?cursor=x", "?order=near", "?nothing=1"}) {
    EXPECT_EQ(get(base + bad).status, 400) << bad;
  }
  for (const auto& absent : {secret_, id_of("tool", 99)}) {
    EXPECT_EQ(get("/api/v1/threats/" + absent + "/graph").status, 404);
    EXPECT_EQ(get("/threats/" + absent + "/graph").status, 404);
    EXPECT_EQ(get("/api/v1/threats/" + worm_ + "/path?to=" + absent).status, 404);
  }
  auto member = signed_in("member@plant.example");
  EXPECT_THAT(names(parsed(member.get(base + "?depth=1").body), "items"),
              ::testing::UnorderedElementsAre("Siltworm <b>", "Probe", "Secret rake", "Mudlark"));
}

TEST_P(ThreatGraphPages, ThePageListsAndTheDrawingHasItsSource) {
  add_all();
  EXPECT_THAT(page("/threats/" + worm_), HasSubstr("/threats/" + worm_ + "/graph\""));
  const auto shown = page("/threats/" + worm_ + "/graph?depth=3");
  EXPECT_THAT(shown, HasSubstr("Siltworm &lt;b&gt;"));
  EXPECT_THAT(shown, HasSubstr("1 step away"));
  EXPECT_THAT(shown, HasSubstr("2 steps away"));
  EXPECT_THAT(shown, HasSubstr("Siltworm &lt;b&gt; uses this"));
  EXPECT_THAT(shown, HasSubstr("This uses Probe"));
  EXPECT_THAT(shown, HasSubstr("data-graph=\"/api/v1/threats/" + worm_ + "/graph?depth=3\""));
  EXPECT_THAT(shown, Not(HasSubstr("Secret rake")));
  EXPECT_THAT(shown, Not(HasSubstr("related-to")));
  const auto in_time = page("/threats/" + worm_ + "/graph?depth=3&order=time");
  EXPECT_THAT(in_time, HasSubstr("<svg viewBox=\"0 0 960"));
  EXPECT_LT(in_time.find(">Spring tide</a>"), in_time.find(">Mudlark</a>"));
  const auto first = page("/threats/" + worm_ + "/graph?limit=2");
  EXPECT_THAT(first, HasSubstr("rel=\"next\""));
  EXPECT_EQ(get("/threats/" + worm_ + "/graph?order=size", "Accept: text/html\r\n").status, 400);
  EXPECT_THAT(page("/threats/" + id_of("relationship", 10)), Not(HasSubstr("/graph\"")));
  EXPECT_THAT(page("/threats/" + id_of("relationship", 10) + "/graph"), HasSubstr("Nothing that you may see"));
}

TEST_P(ThreatGraphPages, TheWayToAnotherIsFoundByIdOrName) {
  add_all();
  const auto base = "/api/v1/threats/" + worm_ + "/path";
  const auto found = parsed(get(base + "?to=" + gang_).body);
  EXPECT_THAT(names(found, "nodes"), ElementsAre("Siltworm <b>", "Probe", "Mudlark"));
  EXPECT_EQ(json::array_at(found, "edges").size(), 2U);
  auto member = signed_in("member@plant.example");
  EXPECT_THAT(names(parsed(member.get(base + "?to=" + gang_).body), "nodes"), ElementsAre("Siltworm <b>", "Mudlark"));
  EXPECT_EQ(get(base).status, 400);
  EXPECT_EQ(get(base + "?to=mudlark").status, 404);
  const auto paged = "/threats/" + worm_ + "/path";
  EXPECT_THAT(page(paged), HasSubstr("name=\"to\""));
  EXPECT_THAT(page(paged + "?to=mudlark"), HasSubstr("2 steps"));
  EXPECT_THAT(page(paged + "?to=rake"), HasSubstr("Nothing is so named here for you"));
  EXPECT_THAT(member.get(paged + "?to=rake", "Accept: text/html\r\n").body, HasSubstr("1 step<"));
  // Of several that have the words the one that is so called is meant.
  EXPECT_THAT(page(paged + "?to=Probe"), HasSubstr("1 step<"));
  // Where several are so named one is chosen.
  EXPECT_THAT(page(paged + "?to=00000000"), HasSubstr("/path?to=" + tool_));
  const auto alone = parsed(get("/api/v1/threats/" + report_ + "/path?to=" + id_of("relationship", 10)).body);
  EXPECT_TRUE(json::array_at(alone, "nodes").empty());
  EXPECT_THAT(json::write(alone), HasSubstr("\"complete\":true"));
  EXPECT_THAT(page("/threats/" + report_ + "/path?to=" + id_of("relationship", 10)),
              HasSubstr("Nothing that you may see joins the two"));
}

}  // namespace
}  // namespace tocsin::portal
