#include <gmock/gmock.h>

#include "base/json.hpp"
#include "exchange/import.hpp"
#include "portal/members_fixture.hpp"

/// The feed of MISP as its clients meet it.
namespace tocsin::portal {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string uuid_of(int number) { return fmt::format("00000000-0000-4000-8000-{:012}", number); }
std::string attribute(int number, std::string_view more = "") {
  return fmt::format(
      R"({{"uuid":"{}","type":"domain","category":"Network activity","value":"a{}.example","to_ids":true,"timestamp":"1767400000"{}}})",
      uuid_of(number), number, more);
}
std::string event(int number, std::string_view tag, const std::vector<std::string>& attributes) {
  return fmt::format(
      R"({{"Event":{{"uuid":"{}","info":"Event {}","date":"2026-01-02","timestamp":"{}","published":true,"distribution":"3",)"
      R"("Orgc":{{"name":"Water CERT","uuid":"{}"}},"Tag":[{{"name":"{}"}}],"Attribute":[{}]}}}})",
      uuid_of(number), number, 1767400000 + number, uuid_of(99), tag, fmt::join(attributes, ","));
}

class MispFeedPages : public testing::MembersTest {
 protected:
  void add(const std::string& bytes) {
    const auto summary = exchange::import_documents(database(), {{"e.json", bytes}}, {}, {}, clock_);
    ASSERT_TRUE(summary && summary->ok());
    ASSERT_TRUE(app().watch().has_value());
  }
  static std::string at(int number) { return fmt::format("/feeds/misp/{}.json", uuid_of(number)); }
};
TOCSIN_ON_BOTH_DATABASES(MispFeedPages);

TEST_P(MispFeedPages, EachAskerGetsTheirOwnFeed) {
  add(event(1, "tlp:white", {attribute(11), attribute(12, R"(,"distribution":"0")")}));
  add(event(2, "tlp:green", {attribute(21)}));
  add(event(3, "tlp:amber", {attribute(31)}));
  const auto manifest = get("/feeds/misp/manifest.json");
  EXPECT_EQ(manifest.status, 200);
  EXPECT_EQ(manifest.header("content-type"), "application/json");
  EXPECT_THAT(manifest.body, HasSubstr(uuid_of(1)));
  EXPECT_THAT(manifest.body, Not(HasSubstr(uuid_of(2))));
  EXPECT_THAT(get(at(1)).body, HasSubstr("a11.example"));
  EXPECT_THAT(get(at(1)).body, Not(HasSubstr("a12.example"))) << "an attribute for its organisation only";
  const auto absent = get(at(8));
  EXPECT_EQ(absent.status, 404);
  EXPECT_EQ(get(at(2)).status, 404);
  EXPECT_EQ(get("/feeds/misp/nothing.json").status, 404);
  EXPECT_EQ(get("/feeds/misp/manifest.json?x=1").status, 400);
  auto member = signed_in("member@plant.example");
  const auto theirs = member.get("/feeds/misp/manifest.json").body;
  EXPECT_THAT(theirs, HasSubstr(uuid_of(1)));
  EXPECT_THAT(theirs, HasSubstr(uuid_of(2)));
  EXPECT_THAT(theirs, Not(HasSubstr(uuid_of(3))));
  EXPECT_THAT(member.get(at(2)).body, HasSubstr("a21.example"));
  EXPECT_EQ(member.get(at(3)).status, 404);
  // Hashes are of what the feed has: one domain each.
  const auto lines = [](const std::string& body) { return std::ranges::count(body, '\n'); };
  EXPECT_EQ(lines(get("/feeds/misp/hashes.csv").body), 1);
  EXPECT_EQ(lines(member.get("/feeds/misp/hashes.csv").body), 2);
}

TEST_P(MispFeedPages, TheEventIsTheOneThatCame) {
  const auto came = event(1, "tlp:white", {attribute(11), attribute(12)});
  add(came);
  EXPECT_EQ(boost::json::parse(get(at(1)).body), boost::json::parse(came));
  const auto reply = get(at(1));
  EXPECT_EQ(get(at(1), fmt::format("If-None-Match: {}\r\n", reply.header("etag"))).status, 304);
}

}  // namespace
}  // namespace tocsin::portal
