#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "engine/testing/samples.hpp"
#include "portal/members_fixture.hpp"
#include "store/records.hpp"

/// Marking advisories as read, commenting on them and removing them: pages and API.
namespace tocsin::portal {
namespace {

using domain::Tlp;
using engine::testing::Sample;
using ::testing::AllOf;
using testing::As;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kHtml = "Accept: text/html\r\n";

class ManagePages : public testing::MemberPortalTest {
 protected:
  void populate() override {
    testing::MemberPortalTest::populate();
    put({.id = "EX-1", .title = "Zyxophone door"});
    put({.id = "EX-2", .title = "Zyxophone window"});
    put({.id = "EX-3",
         .title = "Zyxophone hatch",
         .tlp = Tlp::amber,
         .audience = domain::Audience::listed,
         .listed = {{domain::Grantee::Kind::organisation, water_.value}}});
  }
  void put(const Sample& sample) {
    const auto stored = database().write([&](store::Connection& connection) {
      return store::Records{connection}.put(engine::testing::revision_of(sample), clock_.now());
    });
    ASSERT_TRUE(stored) << stored.error().to_string() << stored.error().detail;
    ASSERT_TRUE(app().catch_up());
  }
  std::int64_t total(As who, const std::string& query) {
    const auto reply = get_as(who, "/api/v1/advisories?q=" + http::encode_component("zyxophone " + query));
    EXPECT_EQ(reply.status, 200) << reply.body;
    const auto parsed = json::parse(reply.body);
    return parsed ? parsed->root().at("total").as_int64() : -1;
  }
};
TOCSIN_ON_BOTH_DATABASES(ManagePages);

TEST_P(ManagePages, TheListTellsReadFromUnread) {
  start();
  auto list = get_as(As::water_member, "/advisories?q=zyxophone", kHtml).body;
  EXPECT_THAT(list, AllOf(HasSubstr("is-unread"), HasSubstr("Unread:"), Not(HasSubstr("is-read")),
                          HasSubstr("Mark all of this search as read")));
  EXPECT_EQ(total(As::water_member, "read:no"), 3);
  // The answer was kept for nobody: the next one knows.
  ASSERT_EQ(post_as(As::water_member, "/advisories/EX-1/read", {{"read", "yes"}}).status, 303);
  list = get_as(As::water_member, "/advisories?q=zyxophone", kHtml).body;
  EXPECT_THAT(list, AllOf(HasSubstr("is-unread"), HasSubstr("is-read")));
  EXPECT_THAT(get_as(As::water_member, "/advisories/EX-1", kHtml).body, HasSubstr("Mark as unread"));
  EXPECT_EQ(total(As::water_member, "read:no"), 2);
  EXPECT_EQ(total(As::water_member, "read:yes"), 1);
  EXPECT_EQ(total(As::water_member, "-read:no door"), 1);
  // Another person has a mind of their own.
  EXPECT_EQ(total(As::water_administrator, "read:no"), 3);
  // All of a search, and nothing beside it.
  const auto until = std::to_string(clock_.now().micros);
  ASSERT_EQ(post_as(As::water_member, "/read", {{"q", "zyxophone window"}, {"until", until}}).status, 303);
  EXPECT_EQ(total(As::water_member, "read:no"), 1);
  ASSERT_EQ(post_as(As::water_member, "/read", {{"q", "zyxophone read:no"}, {"until", until}}).status, 303);
  EXPECT_EQ(total(As::water_member, "read:no"), 0);
  ASSERT_EQ(post_as(As::water_member, "/advisories/EX-1/read", {{"read", "no"}}).status, 303);
  EXPECT_EQ(total(As::water_member, "read:no"), 1);
}

TEST_P(ManagePages, VisitorsHaveNoMarks) {
  start();
  const auto list = get("/advisories?q=zyxophone", kHtml).body;
  EXPECT_THAT(list, AllOf(Not(HasSubstr("read-")), Not(HasSubstr("is-read")), Not(HasSubstr("is-unread")),
                          Not(HasSubstr("Mark all"))));
  // Who is nobody in particular has read nothing.
  EXPECT_THAT(get("/api/v1/advisories?q=read:no+door+zyxophone").body, HasSubstr(R"("total":1)"));
  EXPECT_THAT(get("/api/v1/advisories?q=read:yes").body, HasSubstr(R"("total":0)"));
  EXPECT_THAT(get("/advisories/EX-1", kHtml).body, AllOf(Not(HasSubstr("Mark as read")), Not(HasSubstr("comment"))));
  EXPECT_EQ(get("/api/v1/advisories/EX-1/read").status, 401);
  EXPECT_EQ(get("/api/v1/advisories/EX-1/comments").status, 401);
}

TEST_P(ManagePages, ProgramsMarkToo) {
  start();
  EXPECT_EQ(get_as(As::power_member, "/api/v1/advisories/EX-1/read").body, R"({"read":false})");
  EXPECT_EQ(api(As::power_member, "PUT", "/api/v1/advisories/EX-1/read").status, 204);
  EXPECT_EQ(get_as(As::power_member, "/api/v1/advisories/EX-1/read").body, R"({"read":true})");
  EXPECT_EQ(api(As::power_member, "DELETE", "/api/v1/advisories/EX-1/read").status, 204);
  EXPECT_EQ(get_as(As::power_member, "/api/v1/advisories/EX-1/read").body, R"({"read":false})");
  for (const auto* method : {"GET", "PUT", "DELETE"}) {
    EXPECT_EQ(api(As::power_member, method, "/api/v1/advisories/EX-3/read").status, 404) << method;
  }
}

TEST_P(ManagePages, CommentsStandOnTheAdvisoryForThoseTheyAreFor) {
  start();
  ASSERT_EQ(post_as(As::water_member, "/advisories/EX-3/comments",
                    {{"text", "Line 3 <b>stops</b>\nat night"}, {"for", "organisation"}})
                .status,
            303);
  ASSERT_EQ(post_as(As::analyst, "/advisories/EX-3/comments", {{"text", "We asked them"}, {"for", "everyone"}}).status,
            303);
  const auto own = get_as(As::water_administrator, "/advisories/EX-3", kHtml).body;
  EXPECT_THAT(own, AllOf(HasSubstr("Line 3 &lt;b&gt;stops"), HasSubstr("Will Weir"), HasSubstr("We asked them"),
                         Not(HasSubstr("Ana Analyst")), HasSubstr("Your comment"), Not(HasSubstr("/remove"))));
  const auto cert = get_as(As::coordinator, "/advisories/EX-3", kHtml).body;
  EXPECT_THAT(cert, AllOf(Not(HasSubstr("Line 3")), HasSubstr("We asked them"), HasSubstr("Ana Analyst"),
                          HasSubstr("/remove")));
  // Who does not see the advisory gets what an address gets that nobody has.
  EXPECT_EQ(get_as(As::power_member, "/advisories/EX-3/comments", kHtml).status, 404);
  EXPECT_EQ(get_as(As::power_member, "/advisories/EX-9/comments", kHtml).status, 404);
  EXPECT_EQ(get_as(As::auditor, "/advisories/EX-1/comments", kHtml).status, 403);
  // They leave in no form of the document.
  for (const auto* form : {"", "/document", "/document.html", "/document.md", "/document.txt", "/document.pdf"}) {
    EXPECT_THAT(get_as(As::water_member, fmt::format("/api/v1/advisories/EX-3{}", form)).body,
                AllOf(Not(HasSubstr("We asked them")), Not(HasSubstr("Line 3"))))
        << form;
  }
  // Wrong input is told beside what was typed.
  const auto empty = post_as(As::water_member, "/advisories/EX-3/comments", {{"text", " "}, {"for", "organisation"}});
  EXPECT_EQ(empty.status, 422);
  EXPECT_THAT(empty.body, HasSubstr("a comment has a text"));
  EXPECT_EQ(post_as(As::water_member, "/advisories/EX-3/comments", {{"text", "Hello"}, {"for", "everyone"}}).status,
            403);
  EXPECT_EQ(post_as(As::water_member, "/advisories/EX-3/comments", {{"text", "Hello"}, {"for", "nobody"}}).status, 422);
}

TEST_P(ManagePages, CommentsAreEditedAndRemovedOverTheApi) {
  start();
  const auto made =
      api(As::analyst, "POST", "/api/v1/advisories/EX-1/comments", R"({"text":"First","for":"everyone"})");
  ASSERT_EQ(made.status, 201) << made.body;
  const auto url = std::string{made.header("location")};
  EXPECT_THAT(get_as(As::power_member, url).body, AllOf(HasSubstr("First"), HasSubstr(R"("person":null)")));
  EXPECT_EQ(api(As::power_member, "PATCH", url, R"({"text":"Mine"})").status, 403);
  EXPECT_EQ(api(As::analyst, "PATCH", url, R"({"text":"Second","for":"organisation"})").status, 400);
  const auto changed = api(As::analyst, "PATCH", url, R"({"text":"Second"})");
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_THAT(changed.body, HasSubstr(R"("text":"Second")"));
  EXPECT_EQ(api(As::power_member, "DELETE", url).status, 403);
  EXPECT_EQ(api(As::coordinator, "DELETE", url).status, 204) << "moderated";
  EXPECT_EQ(get_as(As::analyst, url).status, 404);
  EXPECT_EQ(
      api(As::power_member, "POST", "/api/v1/advisories/EX-1/comments", R"({"text":"x","for":"everyone"})").status,
      403);
  EXPECT_EQ(api(As::power_member, "POST", "/api/v1/advisories/EX-3/comments", R"({"text":"x"})").status, 404);
  // The page of one comment is its author's.
  const auto own = api(As::power_member, "POST", "/api/v1/advisories/EX-1/comments", R"({"text":"Ours"})");
  const auto page = std::string{own.header("location")}.substr(std::string_view{"/api/v1"}.size());
  EXPECT_THAT(get_as(As::power_member, page, kHtml).body, HasSubstr("Ours"));
  EXPECT_EQ(get_as(As::water_member, page, kHtml).status, 404);
  EXPECT_EQ(post_as(As::power_member, page, {{"text", "Ours, better"}}).status, 303);
  EXPECT_THAT(get_as(As::power_member, "/advisories/EX-1", kHtml).body,
              AllOf(HasSubstr("Ours, better"), HasSubstr("changed")));
  EXPECT_EQ(post_as(As::power_member, page + "/remove", {}).status, 303);
  EXPECT_THAT(get_as(As::power_member, "/advisories/EX-1", kHtml).body, Not(HasSubstr("Ours, better")));
}

TEST_P(ManagePages, CoordinatorsRemoveForGood) {
  start();
  EXPECT_THAT(get_as(As::coordinator, "/advisories/EX-1", kHtml).body, HasSubstr("Remove this advisory"));
  EXPECT_THAT(get_as(As::analyst, "/advisories/EX-1", kHtml).body, Not(HasSubstr("Remove this advisory")));
  EXPECT_EQ(get_as(As::analyst, "/advisories/EX-1/remove", kHtml).status, 403);
  EXPECT_THAT(get_as(As::coordinator, "/advisories/EX-1/remove", kHtml).body, HasSubstr("cannot be undone"));
  EXPECT_EQ(post_as(As::coordinator, "/advisories/EX-1/remove", {{"reason", "Sent by mistake"}}).status, 422);
  EXPECT_EQ(post_as(As::coordinator, "/advisories/EX-1/remove", {{"reason", ""}, {"understood", "yes"}}).status, 422);
  EXPECT_EQ(get_as(As::coordinator, "/advisories/EX-1", kHtml).status, 200);
  ASSERT_EQ(post_as(As::coordinator, "/advisories/EX-1/remove", {{"reason", "Sent by mistake"}, {"understood", "yes"}})
                .status,
            303);
  ASSERT_TRUE(app().catch_up());
  EXPECT_EQ(get_as(As::coordinator, "/advisories/EX-1", kHtml).status, 404);
  EXPECT_EQ(total(As::coordinator, ""), 2);
  EXPECT_EQ(total(As::coordinator, "door"), 0);
  EXPECT_EQ(api(As::analyst, "POST", "/api/v1/advisories/EX-2/removal", R"({"reason":"x"})").status, 403);
  EXPECT_EQ(api(As::coordinator, "POST", "/api/v1/advisories/EX-2/removal", R"({})").status, 400);
  EXPECT_EQ(api(As::coordinator, "POST", "/api/v1/advisories/EX-2/removal", R"({"reason":"x"})").status, 204);
  ASSERT_TRUE(app().catch_up());
  EXPECT_EQ(total(As::coordinator, ""), 1);
  // Long after the last proof of who they are, it is asked for first.
  clock_.set({clock_.now().micros + std::int64_t{3'600} * 1'000'000});
  EXPECT_THAT(std::string{get_as(As::coordinator, "/advisories/EX-3/remove", kHtml).header("location")},
              HasSubstr("/confirm"));
  EXPECT_EQ(api(As::coordinator, "POST", "/api/v1/advisories/EX-3/removal", R"({"reason":"x"})").status, 403);
}

}  // namespace
}  // namespace tocsin::portal
