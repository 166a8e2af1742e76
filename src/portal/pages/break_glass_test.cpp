#include "engine/guard/break_glass.hpp"

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

constexpr std::string_view kHtml = "Accept: text/html\r\n";
constexpr std::string_view kPage = "/advisories/GLASS-1";
constexpr std::string_view kApi = "/api/v1/advisories/GLASS-1";
constexpr std::string_view kReason = "The plant's pumps stand still & nobody answers";

class BreakGlassPages : public testing::MemberPortalTest {
 protected:
  void SetUp() override {
    MemberPortalTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    // The water works' own: nobody of the CERT sees it.
    put("GLASS-1", water_);
    put("GLASS-2", water_);
    enter(As::water_administrator, "Wanda Weir", "wanda@water.example", water_,
          {Role::member, Role::organisation_administrator});
  }
  void put(std::string id, domain::OrganisationId owner) {
    const auto stored = database().write([&](store::Connection& connection) {
      auto revision = store_testing::sample_revision(id);
      revision.bytes = fmt::format(
          R"({{"document":{{"category":"csaf_base","csaf_version":"2.0","title":"Valve opens {0}","distribution":{{"tlp":{{"label":"AMBER"}}}},"publisher":{{"category":"vendor","name":"N","namespace":"https://example.com"}},"tracking":{{"id":"{0}","version":"1","status":"final","initial_release_date":"2023-01-01T00:00:00Z","current_release_date":"2023-01-01T00:00:00Z","revision_history":[{{"number":"1","date":"2023-01-01T00:00:00Z","summary":"First"}}]}}}}}})",
          id);
      revision.title = "Valve opens " + id;
      revision.sha512 = sha512_hex(revision.bytes);
      revision.tlp = Tlp::amber;
      revision.audience = Audience::owner_only;
      revision.owner = owner;
      return store::Records{connection}.put(revision, clock_.now());
    });
    ASSERT_TRUE(stored) << stored.error().to_string();
    ASSERT_TRUE(app().catch_up());
  }
  http::testing::Reply open(As who, std::string id, std::string_view reason = kReason, bool understood = true) {
    std::vector<Field> fields{{"id", std::move(id)}, {"reason", std::string{reason}}};
    if (understood) fields.emplace_back("understood", "yes");
    return post_as(who, "/break-glass/open", fields);
  }
  std::int64_t total(As who) {
    const auto parsed = json::parse(get_as(who, "/api/v1/advisories").body);
    return parsed.has_value() ? json::find(parsed->root(), "total")->get_int64() : -1;
  }
};
TOCSIN_ON_BOTH_DATABASES(BreakGlassPages);

TEST_P(BreakGlassPages, OpensOneRecordToReadAndNothingElse) {
  ASSERT_EQ(get_as(As::administrator, kPage, kHtml).status, 404);
  const auto before = total(As::administrator);
  EXPECT_EQ(get_as(As::administrator, "/break-glass/open", kHtml).status, 200);
  const auto opened = open(As::administrator, "glass-1");
  ASSERT_EQ(opened.status, 303) << opened.body;
  EXPECT_THAT(opened.head, HasSubstr("Location: /advisories/GLASS-1\r\n"));

  const auto page = get_as(As::administrator, kPage, kHtml);
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("because you broke the glass at "));
  EXPECT_THAT(page.body, HasSubstr("stand still &amp; nobody answers"));
  EXPECT_EQ(page.header("cache-control"), "no-store");
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM audit WHERE action = 'break-glass.read'"}), 1);
  // Lists and counts follow.
  EXPECT_EQ(total(As::administrator), before + 1);
  EXPECT_THAT(get_as(As::administrator, "/advisories?q=GLASS", kHtml).body, HasSubstr("GLASS-1"));
  EXPECT_EQ(get_as(As::administrator, "/advisories/GLASS-2", kHtml).status, 404);
  EXPECT_EQ(get_as(As::coordinator, kPage, kHtml).status, 404) << "who opened it, and nobody else";
  // Reading only.
  for (const auto* file : {"/document", "/document.html", "/document.pdf"}) {
    const auto refused = get_as(As::administrator, std::string{kApi} + file);
    EXPECT_EQ(refused.status, 403) << file;
    EXPECT_THAT(refused.body, HasSubstr("for reading only"));
  }
  EXPECT_EQ(get_as(As::administrator, std::string{kPage} + "/sharing", kHtml).status, 404);
}

TEST_P(BreakGlassPages, ATokenReadsNothingThroughIt) {
  ASSERT_EQ(open(As::administrator, "GLASS-1").status, 303);
  const auto principal = identities().load_session(tokens_[As::administrator], {}).value();
  const auto secret = identities()
                          .create_token(people_[As::administrator], domain::kOwnOrganisation,
                                        {.name = "script",
                                         .scopes = {"read"},
                                         .networks = {},
                                         .expires_at = {clock_.now().micros + 3'600'000'000}},
                                        principal->actor("", "", ""))
                          .value();
  EXPECT_EQ(get(kApi, "Authorization: Bearer " + secret + "\r\n").status, 404);
  EXPECT_EQ(get_as(As::administrator, kApi).status, 200);
}

TEST_P(BreakGlassPages, EndsByItselfAlsoForWhatIsKeptInMemory) {
  const auto before = total(As::administrator);
  ASSERT_EQ(open(As::administrator, "GLASS-1").status, 303);
  ASSERT_EQ(total(As::administrator), before + 1);
  clock_.set({clock_.now().micros + std::int64_t{3'599} * 1'000'000});
  EXPECT_EQ(total(As::administrator), before + 1);
  EXPECT_EQ(get_as(As::administrator, kPage, kHtml).status, 200);
  clock_.set({clock_.now().micros + 1'000'000});
  EXPECT_EQ(total(As::administrator), before);
  EXPECT_EQ(get_as(As::administrator, kPage, kHtml).status, 404);
}

TEST_P(BreakGlassPages, ThoseWhoseItIsSeeItAndEndIt) {
  const auto before = total(As::administrator);
  ASSERT_EQ(open(As::administrator, "GLASS-1").status, 303);
  const auto looks = get_as(As::water_administrator, "/organisation/looks", kHtml);
  EXPECT_THAT(looks.body, HasSubstr("1 open at this moment."));
  EXPECT_THAT(looks.body, HasSubstr("Ada Admin"));
  EXPECT_THAT(looks.body, HasSubstr("stand still &amp; nobody answers"));
  EXPECT_THAT(looks.body, HasSubstr("Valve opens GLASS-1"));
  // The CERT's coordinators see that, not what it is.
  const auto cert = get_as(As::coordinator, "/organisation/looks", kHtml);
  EXPECT_THAT(cert.body, HasSubstr("1 open at this moment."));
  EXPECT_THAT(cert.body, Not(HasSubstr("GLASS-1")));
  EXPECT_THAT(get_as(As::auditor, "/audit", kHtml).body, HasSubstr("1 open at this moment."));
  const auto listed = json::parse(get_as(As::auditor, "/api/v1/break-glass").body);
  ASSERT_TRUE(listed.has_value());
  EXPECT_EQ(json::array_at(listed->root(), "items").size(), 1U);
  const auto strangers = json::parse(get_as(As::power_member, "/api/v1/break-glass").body);
  EXPECT_EQ(json::array_at(strangers->root(), "items").size(), 0U);

  EXPECT_EQ(post_as(As::power_member, "/break-glass/1/end", {{"back", "/"}}).status, 404);
  EXPECT_EQ(post_as(As::auditor, "/break-glass/1/end", {{"back", "/"}}).status, 404);
  const auto ended = post_as(As::water_administrator, "/break-glass/1/end", {{"back", "/organisation/looks"}});
  EXPECT_EQ(ended.status, 303);
  EXPECT_THAT(ended.head, HasSubstr("Location: /organisation/looks?notice=glass-ended\r\n"));
  EXPECT_EQ(get_as(As::administrator, kPage, kHtml).status, 404);
  EXPECT_EQ(total(As::administrator), before);
  EXPECT_THAT(get_as(As::water_administrator, "/organisation/looks", kHtml).body, HasSubstr("by Wanda Weir"));
}

TEST_P(BreakGlassPages, TheHandlersOfTheRecordSeeItOnItsSharingPage) {
  run(Sql{"UPDATE membership SET roles = ? WHERE person_id = ?",
          domain::Roles{Role::member, Role::vendor_coordinator}.bits(), people_[As::water_member]});
  run(Sql{"UPDATE member_state SET value = value + 1"});
  ASSERT_TRUE(identities().refresh());
  ASSERT_EQ(open(As::administrator, "GLASS-1").status, 303);
  const auto page = get_as(As::water_member, std::string{kPage} + "/sharing", kHtml);
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("Break-glass access"));
  EXPECT_THAT(page.body, HasSubstr("Ada Admin"));
}

TEST_P(BreakGlassPages, WhatIsHiddenAndWhatIsNotThereAnswerAlikeUntilItIsBroken) {
  for (const auto& [reason, understood] :
       {std::pair{std::string_view{"too short"}, true}, {kReason, false}, {std::string_view{}, true}}) {
    auto hidden = open(As::administrator, "GLASS-1", reason, understood);
    auto absent = open(As::administrator, "GLASS-9", reason, understood);
    EXPECT_EQ(hidden.status, 422);
    EXPECT_EQ(absent.status, 422);
    const auto at = hidden.body.find("GLASS-1");
    ASSERT_NE(at, std::string::npos) << "what was typed is there again";
    EXPECT_EQ(hidden.body.replace(at, 7, "GLASS-9"), absent.body);
  }
  const auto absent = open(As::administrator, "GLASS-9");
  EXPECT_EQ(absent.status, 422);
  EXPECT_THAT(absent.body, HasSubstr("There is nothing of this name"));
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM audit WHERE action = 'break-glass.refused'"}), 1);
}

TEST_P(BreakGlassPages, AsksAgainWhoItIs) {
  clock_.set({clock_.now().micros + std::int64_t{11 * 60} * 1'000'000});
  const auto shown = get_as(As::administrator, "/break-glass/open", kHtml);
  EXPECT_EQ(shown.status, 303);
  EXPECT_THAT(shown.head, HasSubstr("Location: /confirm?next="));
  const auto posted = open(As::administrator, "GLASS-1");
  EXPECT_EQ(posted.status, 303);
  EXPECT_THAT(posted.head, HasSubstr("Location: /confirm?next="));
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM break_glass"}), 0);
}

TEST_P(BreakGlassPages, IsForCoordinatorsAndAdministratorsOfTheCert) {
  for (const auto who : {As::analyst, As::auditor, As::water_administrator, As::power_member}) {
    EXPECT_EQ(get_as(who, "/break-glass/open", kHtml).status, 403);
    EXPECT_EQ(open(who, "GLASS-1").status, 403);
  }
  EXPECT_EQ(open(As::coordinator, "GLASS-1").status, 303);
}

}  // namespace
}  // namespace tocsin::portal
