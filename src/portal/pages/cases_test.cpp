#include "engine/cases/cases.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "portal/members_fixture.hpp"
#include "store/records.hpp"

namespace tocsin::portal {
namespace {

using domain::Grantee;
using domain::Tlp;
using ::testing::AllOf;
using testing::As;
using testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kHtml = "Accept: text/html\r\n";

class CasePages : public testing::MemberPortalTest {
 protected:
  std::string opened() {
    const auto reply =
        post_as(As::coordinator, "/cases/new", {{"title", "Pumps <b>stop</b>"}, {"kind", "coordination"}});
    EXPECT_EQ(reply.status, 303) << reply.body;
    const auto to = std::string{reply.header("location")};
    return to.substr(0, to.find('?'));
  }
  void put(const std::string& id, Tlp tlp, std::vector<Grantee> listed) {
    const auto stored = database().write([&](store::Connection& connection) {
      auto revision = store_testing::sample_revision(id);
      revision.bytes = fmt::format(
          R"({{"document":{{"category":"csaf_base","csaf_version":"2.0","title":"T","distribution":{{"tlp":{{"label":"GREEN"}}}},"publisher":{{"category":"vendor","name":"N","namespace":"https://example.com"}},"tracking":{{"id":"{}","version":"1","status":"final","initial_release_date":"2023-01-01T00:00:00Z","current_release_date":"2023-01-01T00:00:00Z","revision_history":[{{"number":"1","date":"2023-01-01T00:00:00Z","summary":"First"}}]}}}}}})",
          id);
      revision.sha512 = sha512_hex(revision.bytes);
      revision.tlp = tlp;
      revision.audience = domain::Audience::listed;
      revision.listed = std::move(listed);
      return store::Records{connection}.put(revision, clock_.now());
    });
    ASSERT_TRUE(stored) << stored.error().to_string();
    ASSERT_TRUE(app().catch_up());
  }
  http::testing::Reply api(As who, std::string_view method, const std::string& target, std::string_view body,
                           std::string_view headers = {}) {
    http::testing::Client client{running().port()};
    client.send(
        fmt::format("{} {} HTTP/1.1\r\nHost: portal.example\r\n{}X-CSRF-Token: {}\r\n{}Content-Type: "
                    "application/json\r\nContent-Length: {}\r\n\r\n{}",
                    method, target, cookie(who), csrf(who), headers, body.size(), body));
    return client.read();
  }
};
TOCSIN_ON_BOTH_DATABASES(CasePages);

TEST_P(CasePages, AreForThoseWhoTakePart) {
  start();
  EXPECT_THAT(get_as(As::coordinator, "/cases", kHtml).body,
              AllOf(HasSubstr("You take part in no case"), HasSubstr("/cases/new")));
  EXPECT_THAT(get_as(As::water_member, "/cases", kHtml).body,
              AllOf(HasSubstr("You take part in no case"), Not(HasSubstr("/cases/new"))));
  const auto url = opened();
  ASSERT_THAT(url, ::testing::MatchesRegex("/cases/CASE-20[0-9]{2}-[0-9]{5}"));
  EXPECT_EQ(post_as(As::coordinator, url + "/add",
                    {{"organisation", std::to_string(water_.value)}, {"email", ""}, {"part", "asset-owner"}})
                .status,
            303);
  EXPECT_EQ(post_as(As::coordinator, url + "/add",
                    {{"organisation", ""}, {"email", "petra@power.example"}, {"part", "reporter"}})
                .status,
            303);
  const auto kept = get_as(As::coordinator, url, kHtml).body;
  EXPECT_THAT(kept, AllOf(HasSubstr("Pumps &lt;b&gt;stop"), HasSubstr("Water works"), HasSubstr("petra@power.example"),
                          Not(HasSubstr("Petra Pylon")), HasSubstr("Cora Coordinator"), HasSubstr("/remove")));
  // Those who answer for the organisation see who is in it, its members what it is.
  EXPECT_THAT(get_as(As::water_administrator, url, kHtml).body,
              AllOf(HasSubstr("Petra Pylon"), Not(HasSubstr("/remove")), Not(HasSubstr("petra@"))));
  EXPECT_THAT(get_as(As::water_member, url, kHtml).body,
              AllOf(HasSubstr("asset owner"), HasSubstr("is not shown to you"), Not(HasSubstr("Petra"))));
  EXPECT_THAT(get_as(As::power_member, url, kHtml).body, AllOf(HasSubstr("reporter"), HasSubstr("Water works")));
  // Nobody else: as what does not exist, to the byte.
  const auto nothing = get_as(As::auditor, "/cases/CASE-1999-00000", kHtml);
  EXPECT_EQ(nothing.status, 404);
  const auto hidden = get_as(As::auditor, url, kHtml);
  EXPECT_EQ(hidden.status, 404);
  // Both pages offer to search for what was asked for.
  auto body = hidden.body;
  const auto number = url.substr(url.rfind('/') + 1);
  for (std::size_t found = 0; (found = body.find(number)) != std::string::npos;) {
    body.replace(found, number.size(), "CASE-1999-00000");
  }
  EXPECT_EQ(body, nothing.body);
  for (const auto& path : {url + "/edit", url + "/add"}) {
    EXPECT_EQ(get_as(As::water_administrator, path, kHtml).status, 403) << path;
  }
  EXPECT_EQ(get(url).status, 303);
  // Wrong input changes nothing and says what is wrong.
  EXPECT_EQ(post_as(As::coordinator, url + "/add", {{"organisation", ""}, {"email", ""}, {"part", "vendor"}}).status,
            422);
  EXPECT_EQ(post_as(As::coordinator, url + "/add", {{"organisation", "1"}, {"email", ""}, {"part", "owner"}}).status,
            422);
  EXPECT_EQ(post_as(As::coordinator, url + "/remove", {{"kind", "person"}, {"email", "petra@power.example"}}).status,
            303);
  EXPECT_EQ(get_as(As::power_member, url, kHtml).status, 404);
  // Closed, it is read on.
  const auto edit = get_as(As::coordinator, url + "/edit", kHtml).body;
  const std::string mark = "name=\"version\" value=\"";
  const auto at = edit.find(mark);
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(post_as(As::coordinator, url + "/edit",
                    {{"version", edit.substr(at + mark.size(), 32)}, {"title", "Pumps"}, {"closed", "yes"}})
                .status,
            303);
  EXPECT_THAT(get_as(As::water_member, url, kHtml).body, HasSubstr("This case is closed"));
  EXPECT_EQ(post_as(As::coordinator, url + "/add",
                    {{"organisation", std::to_string(power_.value)}, {"email", ""}, {"part", "vendor"}})
                .status,
            422);
  EXPECT_THAT(get_as(As::water_member, "/cases?state=open", kHtml).body, HasSubstr("No case fits"));
  EXPECT_THAT(get_as(As::water_member, "/cases?q=pump", kHtml).body, HasSubstr(url));
}

TEST_P(CasePages, TheApiDoesTheSame) {
  start();
  const auto made = api(As::coordinator, "POST", "/api/v1/cases", R"({"title":"Pumps","kind":"incident"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto url = std::string{made.header("location")};
  const auto water = fmt::format("{}/organisations/{}", url, water_.value);
  EXPECT_EQ(api(As::coordinator, "PUT", water, R"({"part":"vendor"})").status, 204);
  EXPECT_EQ(api(As::coordinator, "PUT", water, R"({"part":"asset-owner"})").status, 204);
  EXPECT_EQ(api(As::coordinator, "PUT", water, R"({"part":"king"})").status, 400);
  EXPECT_EQ(api(As::water_administrator, "PUT", water, R"({"part":"vendor"})").status, 403);
  EXPECT_EQ(api(As::power_member, "GET", url, "").status, 404);
  const auto person = api(As::coordinator, "POST", url + "/people", R"({"email":"Nobody@else.example"})");
  EXPECT_EQ(person.status, 200);
  EXPECT_THAT(person.body, HasSubstr("nobody@else.example"));
  EXPECT_EQ(api(As::coordinator, "DELETE", url + "/people/nobody%40else.example", "").status, 204);
  EXPECT_EQ(api(As::coordinator, "DELETE", url + "/people/nobody%40else.example", "").status, 404);
  EXPECT_EQ(api(As::coordinator, "PATCH", url, R"({"title":"Valves"})").status, 428);
  const auto found = api(As::coordinator, "GET", url, "");
  const auto tag = std::string{found.header("etag")};
  EXPECT_EQ(api(As::coordinator, "PATCH", url, R"({"title":"Valves"})", "If-Match: " + tag + "\r\n").status, 200);
  EXPECT_EQ(api(As::coordinator, "PATCH", url, R"({"title":"Doors"})", "If-Match: " + tag + "\r\n").status, 412);
  EXPECT_THAT(api(As::water_member, "GET", "/api/v1/cases", "").body,
              AllOf(HasSubstr("Valves"), HasSubstr("\"participant_count\":null")));
  EXPECT_EQ(api(As::coordinator, "DELETE", water, "").status, 204);
  EXPECT_THAT(api(As::water_member, "GET", "/api/v1/cases", "").body, Not(HasSubstr("Valves")));
}

TEST_P(CasePages, AnAdvisoryIsSharedWithACase) {
  start();
  const auto url = opened();
  const auto number = url.substr(url.rfind('/') + 1);
  ASSERT_EQ(post_as(As::coordinator, url + "/add",
                    {{"organisation", std::to_string(water_.value)}, {"email", ""}, {"part", "vendor"}})
                .status,
            303);
  put("CASED-1", Tlp::amber, {});
  const std::string sharing = "/advisories/CASED-1/sharing";
  EXPECT_EQ(get_as(As::water_member, "/advisories/CASED-1", kHtml).status, 404);
  EXPECT_THAT(get_as(As::coordinator, sharing, kHtml).body, HasSubstr(number));
  std::vector<Field> fields{
      {"tlp", "AMBER"}, {"audience", "listed"}, {"case", number}, {"people", ""}, {"embargo", ""}};
  EXPECT_THAT(post_as(As::coordinator, sharing, fields).body, HasSubstr("Water works"));
  fields.emplace_back("step", "save");
  fields.emplace_back("confirmed", "yes");
  ASSERT_EQ(post_as(As::coordinator, sharing, fields).status, 303);
  ASSERT_TRUE(app().catch_up());
  EXPECT_THAT(get_as(As::water_member, "/advisories/CASED-1", kHtml).body,
              HasSubstr("takes part in " + number + ", which it is addressed to"));
  EXPECT_THAT(get_as(As::water_member, url, kHtml).body, HasSubstr("/advisories/CASED-1"));
  EXPECT_EQ(get_as(As::power_member, "/advisories/CASED-1", kHtml).status, 404);
  EXPECT_THAT(get_as(As::coordinator, "/api/v1" + sharing).body, HasSubstr("case:" + number));
  // Out of the case, out of what was shared with it.
  ASSERT_EQ(
      post_as(As::coordinator, url + "/remove", {{"kind", "organisation"}, {"member", std::to_string(water_.value)}})
          .status,
      303);
  ASSERT_TRUE(app().watch());
  EXPECT_EQ(get_as(As::water_member, "/advisories/CASED-1", kHtml).status, 404);
}

/// The attack by the API and by the form: whatever the address, the answers are the same but for the address itself.
TEST_P(CasePages, AddressesTellNothingOfAccounts) {
  start();
  std::vector<std::string> stories;
  for (const std::string_view address : {"will@water.example", "petra@power.example", "nobody@nowhere.example"}) {
    const auto id = fmt::format("ASK-{}", stories.size());
    put(id, Tlp::amber, {{Grantee::Kind::organisation, water_.value}});
    const auto sharing = fmt::format("/advisories/{}/sharing", id);
    const auto listed = fmt::format(R"("listed":["organisation:{}","person:{}"])", water_.value, address);
    std::string story;
    const auto say = [&](const http::testing::Reply& reply) {
      auto body = reply.body;
      for (const auto& [from, to] :
           {std::pair{std::string{address}, std::string{"X"}}, std::pair{id, std::string{"ID"}}}) {
        for (std::size_t at = 0; (at = body.find(from)) != std::string::npos;) body.replace(at, from.size(), to);
      }
      if (const auto at = body.find("urn:tocsin:request:"); at != std::string::npos) body.replace(at + 19, 16, "R");
      // The digest of a difference covers the address.
      for (const std::string mark : {"\"digest\":\"", "name=\"digest\" value=\""}) {
        if (const auto at = body.find(mark); at != std::string::npos) body.replace(at + mark.size(), 32, "D");
      }
      story += fmt::format("{}\n{}\n", reply.status, body);
    };
    say(api(As::coordinator, "POST", "/api/v1" + sharing, "{\"preview\":true," + listed + "}"));
    say(post_as(As::coordinator, sharing,
                {{"tlp", "RED"}, {"audience", "listed"}, {"people", std::string{address}}, {"embargo", ""}}));
    say(api(As::coordinator, "POST", "/api/v1" + sharing, "{" + listed + "}"));
    say(api(As::coordinator, "POST", "/api/v1" + sharing, "{\"confirmed\":true," + listed + "}"));
    say(get_as(As::coordinator, "/api/v1" + sharing));
    say(get_as(As::coordinator, sharing, kHtml));
    stories.push_back(std::move(story));
  }
  EXPECT_THAT(stories[0], AllOf(HasSubstr("person:X"), HasSubstr("1 person, listed by name")));
  EXPECT_EQ(stories[0], stories[1]);
  EXPECT_EQ(stories[0], stories[2]);
  EXPECT_EQ(get_as(As::power_member, "/advisories/ASK-1", kHtml).status, 200);
}

}  // namespace
}  // namespace tocsin::portal
