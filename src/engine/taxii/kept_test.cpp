#include "engine/taxii/kept.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "engine/taxii/feed.hpp"
#include "engine/threat/indexer.hpp"
#include "formats/stix/versions.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::engine::taxii {
namespace {

using domain::Tlp;
using store::Sql;
using store_testing::kTestNow;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class KeptCollections : public store_testing::DatabaseTest {
 protected:
  void put(int number, std::string_view more = {}, Tlp tlp = Tlp::clear, int month = 2) {
    domain::NewRevision revision;
    revision.kind = domain::RecordKind::stix_object;
    revision.key = fmt::format("malware--00000000-0000-4000-8000-{:012}", number);
    revision.title = fmt::format("Malware {}", number);
    revision.tlp = tlp;
    revision.version = fmt::format("2024-{:02}-01T00:00:00.000Z", month);
    revision.version_order = formats::stix::version_order(revision.version, false);
    revision.format = "stix-2.1";
    revision.current_release_at = parse_rfc3339(revision.version).value();
    revision.bytes = fmt::format(R"({{"type":"malware","spec_version":"2.1","id":"{}","modified":"{}"{}}})",
                                 revision.key, revision.version, more);
    revision.sha512 = sha512_hex(revision.bytes);
    ASSERT_TRUE(database().write([&](store::Connection& connection) -> Status {
      TRY_VOID(store::Records{connection}.put(revision, kTestNow));
      return ok();
    }));
    tell();
  }
  /// When a window has passed; each time in another one.
  void tell() {
    clock_.micros += 2 * kWindow;
    ASSERT_TRUE(threat::index_all(database()));
    ASSERT_TRUE(feed_all(database(), clock_));
  }
  static Actor administrator() {
    Actor actor;
    actor.viewer.person = domain::PersonId{1};
    actor.viewer.organisation = domain::kOwnOrganisation;
    actor.viewer.roles = {domain::Role::member, domain::Role::coordinator, domain::Role::administrator};
    return actor;
  }
  KeptCollection kept(std::string_view which, const Actor& actor = administrator()) {
    auto found = kept_collection(database(), actor, which, kTestNow);
    EXPECT_TRUE(found) << (found ? "" : found.error().to_string() + found.error().detail);
    return found ? *std::move(found) : KeptCollection{};
  }
  static std::vector<std::string> names(const Held& held) {
    std::vector<std::string> out;
    for (const auto& each : held.newest) out.push_back(each.name);
    return out;
  }
  Timestamp clock_ = kTestNow;
};
TOCSIN_ON_BOTH_DATABASES(KeptCollections);

TEST_P(KeptCollections, TellWhatTheyHoldTheNewestFirst) {
  tell();
  EXPECT_EQ(kept("all").held->objects, 0);
  EXPECT_THAT(kept("all").held->newest, IsEmpty());
  for (int i = 1; i <= 12; ++i) put(i);
  // A newer version of the first: counted once, and added last.
  put(1, R"(,"name":"again")", Tlp::clear, 3);
  const auto held = *kept("all").held;
  EXPECT_EQ(held.objects, 12);
  EXPECT_FALSE(held.more);
  EXPECT_THAT(names(held), ElementsAre("Malware 1", "Malware 12", "Malware 11", "Malware 10", "Malware 9", "Malware 8",
                                       "Malware 7", "Malware 6", "Malware 5", "Malware 4"));
  for (std::size_t i = 1; i < held.newest.size(); ++i) EXPECT_LT(held.newest[i].added, held.newest[i - 1].added);
  EXPECT_EQ(held.newest.front().type, "malware");
}

TEST_P(KeptCollections, CountWhatTheActorMaySeeAlone) {
  put(1);
  put(2, {}, Tlp::red);
  // Of the CERT's own, that somebody of the CERT may not act for: the policy says, not the role.
  EXPECT_EQ(kept("all").held->objects, 2);
  auto elsewhere = administrator();
  elsewhere.viewer.organisation = domain::OrganisationId{77};
  const auto held = *kept("all", elsewhere).held;
  EXPECT_EQ(held.objects, 1);
  EXPECT_THAT(names(held), ElementsAre("Malware 1"));
}

struct PreviewCase {
  std::string_view name;
  CollectionFilter filter;
  std::vector<std::string> held;
  std::string_view where;  ///< Of the error, where it is refused.
};
TEST_P(KeptCollections, PreviewAFilterAndSayWhereItIsWrong) {
  put(1, R"(,"confidence":80,"labels":["Water"])");
  put(2, R"(,"confidence":69)");
  put(3, {}, Tlp::green);
  const std::vector<PreviewCase> cases{
      {"everything", {}, {"Malware 3", "Malware 2", "Malware 1"}, ""},
      {"confident", {.confidence_min = 70}, {"Malware 1"}, ""},
      {"labelled", {.labels = {"water"}}, {"Malware 1"}, ""},
      {"clear", {.tlp_max = Tlp::clear}, {"Malware 2", "Malware 1"}, ""},
      {"words", {.words = "malware 3"}, {"Malware 3"}, ""},
      {"no word", {.words = "--"}, {}, ""},
      {"another type", {.types = {"tool"}}, {}, ""},
      {"no type", {.types = {"NO TYPE"}}, {}, "types"},
      {"an empty label", {.labels = {""}}, {}, "labels"},
      {"many words", {.words = std::string(251, 'a')}, {}, "words"},
      {"no confidence", {.confidence_min = 101}, {}, "confidence_min"},
  };
  for (const auto& each : cases) {
    const auto held = preview_filter(database(), administrator(), each.filter, kTestNow);
    if (!each.where.empty()) {
      ASSERT_FALSE(held) << each.name;
      EXPECT_EQ(held.error().code, Error::Code::invalid_input) << each.name;
      EXPECT_EQ(held.error().where, each.where) << each.name;
      continue;
    }
    ASSERT_TRUE(held) << each.name << held.error().to_string();
    EXPECT_EQ(names(*held), each.held) << each.name;
    EXPECT_EQ(held->objects, static_cast<std::int64_t>(each.held.size())) << each.name;
  }
}

TEST_P(KeptCollections, NameWhomTheyAreFor) {
  tell();
  ASSERT_TRUE(database().write([](store::Connection& connection) {
    return connection.run_all(
        {Sql{"INSERT INTO organisation (id, kind, name, folded_name, uuid, created_at, status) VALUES (7, 1, 'Water "
             "works', 'water works', 'u7', 0, 2)"},
         Sql{"INSERT INTO community (id, uuid, name, description, owner_id, created_at, members_hidden, closed) VALUES "
             "(3, 'c3', 'Circle', '', 7, 0, 0, 0)"}});
  }));
  const auto made = create_collection(
      database(), administrator(),
      {.alias = "circle",
       .title = "Circle",
       .readers = {.who = CollectionReaders::Who::community, .community = domain::CommunityId{3}, .sector = {}},
       .writers = {.who = CollectionWriters::Who::organisation,
                   .organisation = domain::OrganisationId{7},
                   .sector = {}}},
      kTestNow);
  ASSERT_TRUE(made) << made.error().to_string();
  EXPECT_EQ(kept("all").root, kDefaultRoot);
  const auto found = kept("circle");
  EXPECT_EQ(found.it.id, *made);
  EXPECT_EQ(found.root, "c3");
  EXPECT_EQ(found.community, "Circle");
  EXPECT_EQ(found.writer, "Water works");
  ASSERT_TRUE(database().write([](store::Connection& connection) -> Status {
    TRY_VOID(connection.run(Sql{"UPDATE community SET closed = 1 WHERE id = 3"}));
    return ok();
  }));
  EXPECT_EQ(kept(*made).root, "") << "nobody is told of it";
  EXPECT_EQ(kept(*made).community, "Circle");
  EXPECT_THAT(kept_collections(database(), administrator(), kTestNow).value(), SizeIs(2));
  auto same = found.it;
  EXPECT_EQ(change_collection(database(), administrator(), same.id, same, kTestNow).error().where, "readers");
  same.readers = {};
  same.writers.organisation = domain::OrganisationId{99};
  EXPECT_EQ(change_collection(database(), administrator(), same.id, same, kTestNow).error().where, "writers");
}

TEST_P(KeptCollections, AreListedWhileTheIndexIsMadeAnew) {
  put(1);
  ASSERT_TRUE(threat::reset_index(database()));
  EXPECT_FALSE(kept("all").held);
  EXPECT_EQ(preview_filter(database(), administrator(), {}, kTestNow).error().code, Error::Code::unavailable);
}

TEST_P(KeptCollections, AreForThoseWhoAdministerAndNotTooMany) {
  tell();
  auto member = administrator();
  member.viewer.roles = {domain::Role::member, domain::Role::coordinator};
  for (const auto& actor : {Actor::anonymous(), member}) {
    EXPECT_EQ(kept_collections(database(), actor, kTestNow).error().code, Error::Code::forbidden);
    EXPECT_EQ(kept_collection(database(), actor, "all", kTestNow).error().code, Error::Code::forbidden);
    EXPECT_EQ(preview_filter(database(), actor, {}, kTestNow).error().code, Error::Code::forbidden);
  }
  EXPECT_EQ(kept_collection(database(), administrator(), "none", kTestNow).error().code, Error::Code::not_found);
  EXPECT_EQ(kept_collection(database(), administrator(), "", kTestNow).error().code, Error::Code::not_found);
  ASSERT_TRUE(database().write([](store::Connection& connection) -> Status {
    for (std::int64_t i = 2; i < kCollectionsMax; ++i) {
      TRY_VOID(
          connection.run(Sql{"INSERT INTO taxii_collection (id, alias, title, description, filter, readers, "
                             "created_at) VALUES (?, '', 'More', '', '{}', '{\"who\":\"members\"}', 0)",
                             fmt::format("c{}", i)}));
    }
    return ok();
  }));
  const CollectionInput one{.title = "One more"};
  EXPECT_TRUE(create_collection(database(), administrator(), one, kTestNow));
  EXPECT_EQ(create_collection(database(), administrator(), one, kTestNow).error().code, Error::Code::invalid_input);
}

}  // namespace
}  // namespace tocsin::engine::taxii
