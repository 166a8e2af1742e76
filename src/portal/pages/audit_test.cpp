#include "domain/audit.hpp"

#include <gmock/gmock.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "portal/members_fixture.hpp"

/// The audit log's pages, and what is written down when somebody reads.
namespace tocsin::portal {
namespace {

using ::testing::AllOf;
using testing::As;
using ::testing::HasSubstr;
using ::testing::Not;

class AuditPages : public testing::MemberPortalTest {
 protected:
  /// One advisory becomes the water works', marked and addressed to the power plant.
  std::string share(domain::Tlp tlp) {
    run(store::Sql{"INSERT INTO audience (id, digest) VALUES (70, ?)", "o" + std::to_string(power_.value)});
    run(store::Sql{"INSERT INTO audience_grantee (audience_id, kind, grantee_id) VALUES (70, 1, ?)", power_});
    run(store::Sql{"UPDATE record SET tlp = ?, owner_id = ?, audience = 3, audience_id = 70 WHERE id = 1", tlp,
                   water_});
    return database()
        .read([](store::Connection& connection) {
          return connection.first(store::Sql{"SELECT slug FROM record WHERE id = 1"},
                                  [](const store::Row& row) { return row.string(0); });
        })
        .value()
        .value();
  }
  std::int64_t entries(std::string_view action) {
    return number(store::Sql{"SELECT count(*) FROM audit WHERE action = ?", action});
  }
};

TEST_P(AuditPages, LooksAtAmberAreWrittenDownEveryTime) {
  const auto slug = share(domain::Tlp::amber);
  const auto page = "/advisories/" + slug;
  const auto api = "/api/v1/advisories/" + slug;
  std::int64_t reads = 0, exports = 0;
  for (int time = 0; time < 2; ++time) {
    for (const auto& path : {page, page + "/raw", page + "/revisions", api, api + "/revisions"}) {
      const auto reply = get_as(As::power_member, path);
      ASSERT_EQ(reply.status, 200) << path;
      EXPECT_THAT(reply.header("cache-control"), HasSubstr("no-store")) << path;
      EXPECT_EQ(entries("record.read"), ++reads) << path;
    }
    for (const auto* ending : {"", ".html", ".pdf"}) {
      ASSERT_EQ(get_as(As::power_member, api + "/document" + ending).status, 200);
      EXPECT_EQ(entries("record.export"), ++exports) << ending;
    }
  }
  // Those who may not see it leave no trace in the owner's list, and lists are no looks.
  EXPECT_EQ(get(page).status, 404);
  EXPECT_EQ(get_as(As::administrator, page).status, 404);
  EXPECT_EQ(get_as(As::power_member, "/advisories").status, 200);
  EXPECT_EQ(entries("record.read"), reads);
}

TEST_P(AuditPages, WhatIsGreenIsReadWithoutBeingWrittenDown) {
  const auto slug = share(domain::Tlp::green);
  EXPECT_EQ(get_as(As::power_member, "/advisories/" + slug).status, 200);
  EXPECT_EQ(get_as(As::power_member, "/api/v1/advisories/" + slug + "/document").status, 200);
  EXPECT_EQ(entries("record.read") + entries("record.export"), 0);
}

TEST_P(AuditPages, OwnersSeeWhichOrganisationLooked) {
  const auto slug = share(domain::Tlp::amber_strict);
  ASSERT_EQ(get_as(As::power_member, "/advisories/" + slug).status, 200);
  ASSERT_EQ(get_as(As::water_member, "/api/v1/advisories/" + slug + "/document").status, 200);
  const auto seen = get_as(As::water_administrator, "/organisation/looks").body;
  EXPECT_THAT(seen, AllOf(HasSubstr("Power plant"), Not(HasSubstr("Petra")), HasSubstr("Will Weir"), HasSubstr(slug),
                          HasSubstr("taken as a file")));
  const auto api = json::parse(get_as(As::water_administrator, "/api/v1/organisation/looks?limit=1").body);
  ASSERT_TRUE(api.has_value());
  ASSERT_EQ(json::array_at(api->root(), "items").size(), 1U);
  const std::string next{json::string_at(api->root(), "next")};
  ASSERT_FALSE(next.empty());
  EXPECT_THAT(get_as(As::water_administrator, next).body, AllOf(HasSubstr("Power plant"), Not(HasSubstr("Petra"))));
  // It is the owner's list only.
  EXPECT_THAT(get_as(As::coordinator, "/organisation/looks").body, Not(HasSubstr(slug)));
}

TEST_P(AuditPages, EntriesAreFilteredAndPaged) {
  static_cast<void>(engine::members::create_community(
      database(), console_, {.uuid = {}, .name = "Circle", .description = {}, .members_hidden = false}, clock_.now()));
  const auto all = get_as(As::auditor, "/audit?limit=3");
  EXPECT_EQ(all.status, 200);
  EXPECT_THAT(all.body, AllOf(HasSubstr("rel=\"next\""), HasSubstr("community.create")));
  EXPECT_THAT(get_as(As::auditor, "/audit?action=community.*").body,
              AllOf(HasSubstr("community.create"), Not(HasSubstr("<code>person.invite"))));
  EXPECT_THAT(get_as(As::auditor, "/audit?action=nothing").body, HasSubstr("No entry fits"));
  const auto day = format_date(clock_.now());
  EXPECT_THAT(get_as(As::auditor, "/audit?from=" + day + "&to=" + day).body, HasSubstr("community.create"));
  EXPECT_THAT(get_as(As::auditor, "/audit?to=2000-01-01").body, HasSubstr("No entry fits"));
  for (const auto* bad : {"person=x", "organisation=0", "owner=-1", "outcome=maybe", "from=yesterday", "to=2026-02-30",
                          "limit=0", "limit=501", "before=x", "colour=red"}) {
    EXPECT_EQ(get_as(As::auditor, "/audit?" + std::string{bad}).status, 400) << bad;
  }
  // That the log was read is written down as well.
  EXPECT_GT(entries("audit.read"), 0);
  // Every entry, page by page, each once.
  const auto there = number(store::Sql{"SELECT count(*) FROM audit"});
  std::string next = "/api/v1/audit?limit=2";
  std::int64_t seen = 0, last = std::numeric_limits<std::int64_t>::max();
  while (!next.empty()) {
    const auto page = json::parse(get_as(As::auditor, next).body);
    ASSERT_TRUE(page.has_value());
    for (const auto& item : json::array_at(page->root(), "items")) {
      const auto sequence = item.at("sequence").as_int64();
      EXPECT_LT(sequence, last);
      last = sequence;
      ++seen;
    }
    next = json::string_at(page->root(), "next");
  }
  EXPECT_EQ(last, 1);
  EXPECT_EQ(seen, there);
}

TEST_P(AuditPages, ExportIsJsonLinesAndIsItselfWrittenDown) {
  const auto reply = get_as(As::auditor, "/api/v1/audit/export");
  ASSERT_EQ(reply.status, 200);
  EXPECT_THAT(reply.header("content-disposition"), HasSubstr(".jsonl"));
  std::int64_t expected = 1;
  for (const auto line : text::split(reply.body, '\n')) {
    if (line.empty()) continue;
    const auto parsed = json::parse(line);
    ASSERT_TRUE(parsed.has_value()) << line;
    EXPECT_EQ(parsed->root().at("sequence").as_int64(), expected++);
  }
  EXPECT_GT(expected, 5);
  EXPECT_EQ(entries("audit.export"), 1);
}

TEST_P(AuditPages, VerificationFindsWhatWasAltered) {
  EXPECT_THAT(post_as(As::auditor, "/audit/verify", {}).body, HasSubstr("are whole"));
  run(store::Sql{"UPDATE audit SET action = 'sign-out' WHERE sequence = 2"});
  const auto altered = post_as(As::auditor, "/audit/verify", {});
  EXPECT_THAT(altered.body, AllOf(HasSubstr("The chain is broken"), HasSubstr("Entry 2")));
  EXPECT_EQ(post_as(As::administrator, "/audit/verify", {}).status, 403);
}

TEST_P(AuditPages, VerificationFindsWhatWasRemoved) {
  run(store::Sql{"DELETE FROM audit_personal WHERE sequence = 3"});
  EXPECT_THAT(post_as(As::auditor, "/audit/verify", {}).body, HasSubstr("are whole"));
  run(store::Sql{"DELETE FROM audit WHERE sequence = 3"});
  EXPECT_THAT(post_as(As::auditor, "/audit/verify", {}).body, AllOf(HasSubstr("Entry 3"), HasSubstr("missing")));
}

TOCSIN_ON_BOTH_DATABASES(AuditPages);

}  // namespace
}  // namespace tocsin::portal
