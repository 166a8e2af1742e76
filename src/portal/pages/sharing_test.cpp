#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "portal/members_fixture.hpp"
#include "store/records.hpp"

namespace tocsin::portal {
namespace {

using domain::Audience;
using domain::Grantee;
using domain::Role;
using domain::Tlp;
using store::Sql;
using testing::As;
using testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kPath = "/advisories/SHARE-1/sharing";
constexpr std::string_view kApi = "/api/v1/advisories/SHARE-1/sharing";
constexpr std::string_view kHtml = "Accept: text/html\r\n";

class SharingPages : public testing::MemberPortalTest {
 protected:
  void SetUp() override {
    MemberPortalTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    // The CERT's own, for the water works only; the document would let it go to all members.
    put("SHARE-1", "GREEN", Tlp::amber, {{Grantee::Kind::organisation, water_.value}});
  }
  void put(std::string id, std::string_view label, Tlp tlp, std::vector<Grantee> listed) {
    const auto stored = database().write([&](store::Connection& connection) {
      auto revision = store_testing::sample_revision(id);
      revision.bytes = fmt::format(
          R"({{"document":{{"category":"csaf_base","csaf_version":"2.0","title":"Valve <b>opens</b>","distribution":{{"tlp":{{"label":"{}"}}}},"publisher":{{"category":"vendor","name":"N","namespace":"https://example.com"}},"tracking":{{"id":"{}","version":"1","status":"final","initial_release_date":"2023-01-01T00:00:00Z","current_release_date":"2023-01-01T00:00:00Z","revision_history":[{{"number":"1","date":"2023-01-01T00:00:00Z","summary":"First"}}]}}}}}})",
          label, id);
      revision.title = "Valve <b>opens</b>";
      revision.sha512 = sha512_hex(revision.bytes);
      revision.tlp = tlp;
      revision.audience = Audience::listed;
      revision.listed = std::move(listed);
      return store::Records{connection}.put(revision, clock_.now());
    });
    ASSERT_TRUE(stored) << stored.error().to_string();
    ASSERT_TRUE(app().catch_up());
  }
  std::vector<Field> fields(std::string_view tlp, std::string_view audience) {
    return {{"tlp", std::string{tlp}}, {"audience", std::string{audience}}, {"people", ""}, {"embargo", ""}};
  }
  http::testing::Reply post_json(As who, std::string_view body, bool with_csrf = true) {
    http::testing::Client client{running().port()};
    client.send("POST " + std::string{kApi} + " HTTP/1.1\r\nHost: portal.example\r\n" + cookie(who) +
                (with_csrf ? "X-CSRF-Token: " + csrf(who) + "\r\n" : "") +
                "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                std::string{body});
    return client.read();
  }
  static std::string digest_in(const std::string& page) {
    const std::string_view before = "name=\"digest\" value=\"";
    const auto at = page.find(before);
    return at == std::string::npos ? std::string{} : page.substr(at + before.size(), 32);
  }
  std::int64_t tlp() { return number(Sql{"SELECT tlp FROM record WHERE slug = 'SHARE-1'"}); }
};
TOCSIN_ON_BOTH_DATABASES(SharingPages);

TEST_P(SharingPages, HandlersSeeWhoIsReachedOthersFindNothing) {
  const auto page = get_as(As::coordinator, kPath, kHtml);
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("Water works (2 people)"));
  EXPECT_THAT(page.body, HasSubstr("Change it"));
  EXPECT_EQ(page.header("cache-control"), "no-store");
  // Edits, and does not publish: sees it, without the form.
  const auto analyst = get_as(As::analyst, kPath, kHtml);
  EXPECT_EQ(analyst.status, 200);
  EXPECT_THAT(analyst.body, Not(HasSubstr("name=\"audience\"")));
  for (const auto who : {As::water_member, As::water_administrator, As::power_member, As::auditor, As::administrator}) {
    const auto hidden = get_as(who, kPath, kHtml);
    EXPECT_EQ(hidden.status, 404);
    EXPECT_EQ(get_as(who, "/advisories/NO-SUCH/sharing", kHtml).status, 404);
    EXPECT_EQ(get_as(who, kApi).status, 404);
    EXPECT_EQ(post_as(who, kPath, fields("GREEN", "members")).status, 404);
    EXPECT_EQ(post_json(who, "{}").status, 404);
  }
  EXPECT_EQ(get(kApi).status, 401);
  EXPECT_EQ(get(kPath, kHtml).status, 303);
  EXPECT_EQ(get("/advisories/NO-SUCH/sharing", kHtml).status, 303);
  EXPECT_EQ(tlp(), 2);
}

TEST_P(SharingPages, AdvisoryPagesSayWhy) {
  const auto water = get_as(As::water_member, "/advisories/SHARE-1", kHtml).body;
  EXPECT_THAT(
      water,
      HasSubstr("<b>Why can I see this?</b> You see this because it is addressed to your organisation Water works."));
  EXPECT_THAT(water, Not(HasSubstr("/sharing")));
  EXPECT_THAT(get_as(As::coordinator, "/advisories/SHARE-1", kHtml).body,
              HasSubstr("href=\"/advisories/SHARE-1/sharing\""));
  EXPECT_EQ(get_as(As::power_member, "/advisories/SHARE-1", kHtml).status, 404);
  EXPECT_THAT(get_as(As::power_member, "/advisories/TDC-2025-001", kHtml).body,
              HasSubstr("TLP:CLEAR: everyone sees it."));
  EXPECT_THAT(get("/advisories/TDC-2025-001", kHtml).body, HasSubstr("TLP:CLEAR: everyone sees it."));
}

TEST_P(SharingPages, WideningShowsTheDifferenceAndAsks) {
  auto wanted = fields("GREEN", "members");
  const auto shown = post_as(As::coordinator, kPath, wanted);
  EXPECT_EQ(shown.status, 200);
  EXPECT_THAT(shown.body, HasSubstr("Newly reached"));
  EXPECT_THAT(shown.body, HasSubstr("Power plant"));
  EXPECT_EQ(tlp(), 2);
  wanted.emplace_back("step", "save");
  wanted.emplace_back("digest", digest_in(shown.body));
  const auto unconfirmed = post_as(As::coordinator, kPath, wanted);
  EXPECT_EQ(unconfirmed.status, 422);
  EXPECT_THAT(unconfirmed.body, HasSubstr("This newly reaches every member organisation"));
  EXPECT_EQ(tlp(), 2);
  wanted.emplace_back("confirmed", "yes");
  const auto saved = post_as(As::coordinator, kPath, wanted);
  EXPECT_EQ(saved.status, 303);
  EXPECT_EQ(tlp(), 1);
  ASSERT_TRUE(app().catch_up());
  EXPECT_EQ(get_as(As::power_member, "/advisories/SHARE-1", kHtml).status, 200);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM audit WHERE action = 'record.change-marking'"}), 1);
}

TEST_P(SharingPages, AStaleConfirmationIsAskedAgain) {
  auto wanted = fields("AMBER", "members");
  const auto digest = digest_in(post_as(As::coordinator, kPath, wanted).body);
  enter(As::visitor, "Nora New", "nora@power.example", power_, {Role::member});
  wanted.insert(wanted.end(), {{"step", "save"}, {"digest", digest}, {"confirmed", "yes"}});
  const auto again = post_as(As::coordinator, kPath, wanted);
  EXPECT_EQ(again.status, 422);
  EXPECT_THAT(again.body, HasSubstr("Meanwhile something has changed"));
}

TEST_P(SharingPages, NarrowingAndPeopleByAddress) {
  auto wanted = fields("RED", "listed");
  wanted[2].second = "will@water.example\n";
  wanted[3].second = "2030-01-01T12:00";
  wanted.emplace_back("step", "save");
  // Whether an address is that of one who is reached already, this does not tell: it is asked.
  EXPECT_EQ(post_as(As::coordinator, kPath, wanted).status, 422);
  wanted.emplace_back("confirmed", "yes");
  EXPECT_EQ(post_as(As::coordinator, kPath, wanted).status, 303);
  EXPECT_EQ(tlp(), 4);
  EXPECT_EQ(get_as(As::water_member, "/advisories/SHARE-1", kHtml).status, 404);  // Embargoed.
  const auto page = get_as(As::coordinator, kPath, kHtml).body;
  EXPECT_THAT(page, HasSubstr("Until the embargo ends"));
  EXPECT_THAT(page, HasSubstr("will@water.example"));
  EXPECT_THAT(page, HasSubstr("value=\"2030-01-01T12:00\""));
  EXPECT_THAT(page, Not(HasSubstr("Will Weir")));
}

TEST_P(SharingPages, RefusalsStandAtTheirField) {
  const auto refused = [&](std::vector<Field> wanted, std::string_view says) {
    const auto page = post_as(As::coordinator, kPath, std::move(wanted));
    EXPECT_EQ(page.status, 422) << says;
    EXPECT_THAT(page.body, HasSubstr(says));
  };
  refused(fields("CLEAR", "everyone"), "the document itself says TLP:GREEN");
  refused(fields("PINK", "everyone"), "choose a TLP label");
  refused(fields("AMBER", "friends"), "choose to whom it is addressed");
  auto bad = fields("AMBER", "listed");
  bad[2].second = "<script>alert(1)</script>@example.com";
  const auto page = post_as(As::coordinator, kPath, bad);
  EXPECT_EQ(page.status, 422);
  EXPECT_THAT(page.body, Not(HasSubstr("<script>alert")));
  bad[2].second = "";
  bad[3].second = "tomorrow";
  refused(bad, "a date and time in UTC is written as");
  // By number nobody is found out.
  bad[3].second = "";
  bad.emplace_back("person", std::to_string(people_[As::power_member].value));
  refused(bad, "people are added by their mail address");
  EXPECT_EQ(post_as(As::coordinator, kPath, {{"nonsense", "1"}}).status, 400);
  EXPECT_EQ(tlp(), 2);
}

TEST_P(SharingPages, ForgeriesDoNothing) {
  auto wanted = fields("GREEN", "members");
  wanted.insert(wanted.end(), {{"step", "save"}, {"confirmed", "yes"}});
  EXPECT_EQ(post_bare(As::coordinator, kPath, wanted).status, 403);
  wanted.emplace_back("csrf", csrf(As::analyst));
  EXPECT_EQ(post_bare(As::coordinator, kPath, wanted).status, 403);
  EXPECT_EQ(post_json(As::coordinator, R"({"tlp":"GREEN","confirmed":true})", false).status, 403);
  EXPECT_EQ(post_as(As::analyst, kPath, fields("GREEN", "members")).status, 403);
  EXPECT_EQ(tlp(), 2);
}

TEST_P(SharingPages, NamesAreEscapedAndHiddenMembersStayHidden) {
  run(Sql{"UPDATE organisation SET name = '<img src=x>' WHERE id = ?", water_});
  const auto page = get_as(As::coordinator, kPath, kHtml).body;
  EXPECT_THAT(page, Not(HasSubstr("<img")));
  EXPECT_THAT(page, HasSubstr("&lt;img src=x&gt;"));
  EXPECT_THAT(page, Not(HasSubstr("<b>opens")));
  // A vendor whose advisory the CERT addressed to a community that the vendor is not in.
  const auto vendor = organisation("Vendor", domain::OrganisationKind::vendor);
  enter(As::visitor, "Vera", "vera@vendor.example", vendor, {Role::member, Role::vendor_coordinator});
  const auto community =
      engine::members::create_community(
          database(), console_, {.uuid = {}, .name = "Covert", .description = {}, .members_hidden = true}, clock_.now())
          .value();
  ASSERT_TRUE(engine::members::add_to_community(database(), console_, community,
                                                {Grantee::Kind::organisation, power_.value}, clock_.now()));
  put("SHARE-2", "AMBER", Tlp::amber, {{Grantee::Kind::community, community.value}});
  run(Sql{"UPDATE record SET owner_id = ? WHERE slug = 'SHARE-2'", vendor});
  const auto theirs = get_as(As::visitor, "/advisories/SHARE-2/sharing", kHtml);
  EXPECT_EQ(theirs.status, 200);
  EXPECT_THAT(theirs.body, HasSubstr("a community that you do not know"));
  EXPECT_THAT(theirs.body, Not(HasSubstr("Covert")));
  EXPECT_THAT(theirs.body, Not(HasSubstr("Power plant (")));
  EXPECT_THAT(get_as(As::visitor, "/api/v1/advisories/SHARE-2/sharing").body, Not(HasSubstr("Power plant")));
}

TEST_P(SharingPages, ProgramsReadPreviewAndChange) {
  const auto read = get_as(As::coordinator, kApi);
  ASSERT_EQ(read.status, 200);
  const auto parsed = json::parse(read.body).value();
  EXPECT_EQ(parsed.root().at("marking").at("tlp").as_string(), "AMBER");
  EXPECT_EQ(parsed.root().at("marking").at("listed").at(0).as_string(), fmt::format("organisation:{}", water_.value));
  const auto body = fmt::format(R"({{"listed":["organisation:{}","person:petra@power.example"]}})", water_.value);
  const auto asked = post_json(As::coordinator, body);
  EXPECT_EQ(asked.status, 409);
  EXPECT_THAT(asked.body, HasSubstr("This newly reaches 1 person"));
  auto with = body;
  with.insert(with.size() - 1, R"(,"preview":true)");
  const auto previewed = post_json(As::coordinator, with);
  EXPECT_EQ(previewed.status, 200);
  EXPECT_THAT(previewed.body, HasSubstr("\"newly_reached\":\"1 person\""));
  EXPECT_THAT(get_as(As::coordinator, kApi).body, Not(HasSubstr("person:")));
  with = body;
  with.insert(with.size() - 1, R"(,"confirmed":true)");
  EXPECT_EQ(post_json(As::coordinator, with).status, 200);
  EXPECT_THAT(get_as(As::coordinator, kApi).body,
              ::testing::AllOf(HasSubstr("person:petra@power.example"), Not(HasSubstr("Petra Pylon"))));
  for (const auto* bad : {"[]", "{", R"({"tlp":1})", R"({"tlp":"PINK"})", R"({"listed":"all"})", R"({"listed":[3]})",
                          R"({"listed":["planet:1"]})", R"({"embargo_until":"soon"})", R"({"status":"lost"})",
                          R"({"confirmed":"yes"})", R"({"other":1})"}) {
    EXPECT_EQ(post_json(As::coordinator, bad).status, 400) << bad;
  }
}

}  // namespace
}  // namespace tocsin::portal
