#include <optional>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "engine/taxii/collections.hpp"
#include "engine/taxii/feed.hpp"
#include "engine/taxii/objects.hpp"
#include "engine/threat/indexer.hpp"
#include "formats/stix/versions.hpp"
#include "store/changes.hpp"
#include "store/records.hpp"
#include "store/removals.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::engine::taxii {
namespace {

using domain::Tlp;
using domain::policy::Viewer;
using store_testing::kTestNow;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr std::int64_t kSecond = 1'000'000;

std::string id_of(std::string_view type, int number) {
  return fmt::format("{}--00000000-0000-4000-8000-{:012}", type, number);
}
Timestamp later(std::int64_t seconds) { return {kTestNow.micros + seconds * kSecond}; }

class TaxiiTest : public store_testing::DatabaseTest {
 protected:
  struct Object {
    std::string type = "malware";
    int number = 1;
    Tlp tlp = Tlp::clear;
    std::string modified = "2024-02-01T00:00:00.000Z";
    std::string more = {};  ///< Members, each behind a comma.
    std::optional<Timestamp> embargo = {};
    bool lifted = false;  ///< From STIX 2.0.
  };
  void put(const Object& object, Timestamp now = kTestNow) {
    domain::NewRevision revision;
    revision.kind = domain::RecordKind::stix_object;
    revision.key = id_of(object.type, object.number);
    revision.title = fmt::format("{} {}", object.type, object.number);
    revision.tlp = object.tlp;
    revision.version = object.modified;
    revision.version_order = formats::stix::version_order(object.modified, object.lifted);
    revision.format = object.lifted ? "stix-2.0" : "stix-2.1";
    if (!object.modified.empty()) revision.current_release_at = parse_rfc3339(object.modified).value();
    revision.embargo_until = object.embargo;
    revision.bytes = fmt::format(R"({{"type":"{}","spec_version":"2.1","id":"{}","modified":"{}"{}}})", object.type,
                                 revision.key, object.modified, object.more);
    revision.sha512 = sha512_hex(revision.bytes);
    ASSERT_TRUE(database().write([&](store::Connection& connection) -> Status {
      TRY_VOID(store::Records{connection}.put(revision, now));
      return ok();
    }));
  }
  void relate(int number, const std::string& source, const std::string& target, Timestamp now = kTestNow) {
    put({.type = "relationship",
         .number = number,
         .more = fmt::format(R"(,"relationship_type":"uses","source_ref":"{}","target_ref":"{}")", source, target)},
        now);
  }
  /// When a window has passed; each time in another one.
  void tell(std::optional<Timestamp> at = {}) {
    clock_ = at ? *at : Timestamp{clock_.micros + 2 * kWindow};
    tell_at(clock_);
  }
  void tell_at(Timestamp now) {
    ASSERT_TRUE(threat::index_all(database()));
    const auto told = feed_all(database(), now);
    ASSERT_TRUE(told) << told.error().to_string() << told.error().detail;
  }
  ObjectPage page(const ObjectQuery& query, const Viewer& viewer = {}, const CollectionFilter& filter = {},
                  Timestamp now = kTestNow) {
    auto found = database().read(
        [&](store::Connection& connection) { return objects(connection, viewer, filter, query, true, now); });
    EXPECT_TRUE(found) << (found ? "" : found.error().to_string() + found.error().detail);
    return found ? *std::move(found) : ObjectPage{};
  }
  static std::vector<std::string> names(const ObjectPage& page) {
    std::vector<std::string> out;
    for (const auto& each : page.objects) {
      out.push_back(fmt::format("{} {}", each.type, std::stoi(each.id.substr(each.id.size() - 12))));
    }
    return out;
  }
  /// Follows `next` to the end, `limit` at a time.
  std::vector<ObjectVersion> walk(int limit, const Viewer& viewer = {}) {
    std::vector<ObjectVersion> out;
    ObjectQuery query{.limit = limit};
    for (;;) {
      auto some = page(query, viewer);
      out.insert(out.end(), some.objects.begin(), some.objects.end());
      if (!some.more) return out;
      EXPECT_THAT(some.objects, SizeIs(limit));
      query.added_after = some.objects.back().added;
    }
  }
  Timestamp clock_ = kTestNow;
  static Viewer member() {
    Viewer viewer;
    viewer.organisation = domain::OrganisationId{77};
    viewer.roles = {domain::Role::analyst};
    return viewer;
  }
};
TOCSIN_ON_BOTH_DATABASES(TaxiiTest);

/// What knowledge bases publish in both versions of the standard is one version here, told once, whichever came first.
TEST_P(TaxiiTest, AVersionInBothStandardsIsToldOnce) {
  const auto every = [&] {
    std::vector<std::string> out;
    for (const auto& each : page({.versions = {.last = false, .all = true}}).objects) {
      out.push_back(fmt::format("{} {}", each.type, std::stoi(each.id.substr(each.id.size() - 12))));
    }
    std::ranges::sort(out);
    return out;
  };
  put({.type = "tool", .number = 1, .lifted = true});
  put({.type = "tool", .number = 2});
  put({.type = "tool", .number = 3, .lifted = true});
  tell();
  tell();
  EXPECT_THAT(every(), ElementsAre("tool 1", "tool 2", "tool 3"));
  put({.type = "tool", .number = 1, .modified = "2024-02-01T00:00:00.000000Z", .more = R"(,"name":"a")"});
  put({.type = "tool", .number = 2, .more = R"(,"name":"b")", .lifted = true});
  tell();
  tell();
  EXPECT_THAT(every(), ElementsAre("tool 1", "tool 2", "tool 3"));
}

TEST_P(TaxiiTest, MomentsGrowInTheOrderOfTheFeed) {
  for (int i = 1; i <= 25; ++i) put({.number = i});
  tell_at(kTestNow);
  EXPECT_THAT(walk(100), IsEmpty()) << "its window has not passed";
  tell();
  for (const int limit : {1, 2, 7, 24, 25, 26}) {
    std::set<std::string> ids;
    const auto all = walk(limit);
    ASSERT_THAT(all, SizeIs(25)) << limit;
    for (std::size_t i = 0; i < all.size(); ++i) {
      ids.insert(all[i].id);
      if (i > 0) EXPECT_GT(all[i].added, all[i - 1].added);
    }
    EXPECT_THAT(ids, SizeIs(25));
  }
  const auto last = walk(100).back().added;
  // A clock that goes back gives no moment before what was told.
  put({.number = 26}, {kTestNow.micros - 3'600 * kSecond});
  tell_at({kTestNow.micros - 3'599 * kSecond});
  const auto after = page({.added_after = last});
  EXPECT_THAT(names(after), UnorderedElementsAre("malware 26"));
  // Nor does one that was ahead keep others waiting.
  put({.number = 27}, later(3'600));
  put({.number = 28}, later(1));
  tell_at(later(2));
  tell_at(later(3));
  EXPECT_THAT(walk(100), SizeIs(28));
  // Told again without anything new: the same.
  const auto newest = walk(100).back().added;
  tell_at(later(5));
  EXPECT_EQ(walk(100).back().added, newest);
}

TEST_P(TaxiiTest, AMomentSaysNothingOfWhatElseWasWritten) {
  const auto moment = [&](int hidden) -> std::int64_t {
    for (int i = 0; i < hidden; ++i) put({.number = 100 + i, .tlp = Tlp::green}, clock_);
    put({.number = 1, .more = fmt::format(R"(,"name":"{}")", "same")}, clock_);
    const auto written = clock_;
    tell();
    const auto found = page({.types = {"malware"}});
    return found.objects.empty() ? -1 : found.objects.back().added - (written.micros - written.micros % kWindow);
  };
  const auto alone = moment(0);
  ASSERT_GT(alone, 0);
  ASSERT_TRUE(database().write([](store::Connection& connection) {
    return connection.run_all({store::Sql{"DELETE FROM taxii_version"}, store::Sql{"DELETE FROM taxii_clock"}});
  }));
  clock_ = kTestNow;
  EXPECT_EQ(moment(40), alone);
}

TEST_P(TaxiiTest, EqualMomentsStandOnOnePage) {
  for (int i = 1; i <= 9; ++i) put({.number = i});
  tell();
  const auto all = walk(100);
  // Three times three.
  for (std::size_t i = 0; i < all.size(); ++i) {
    ASSERT_TRUE(database().write([&](store::Connection& connection) {
      return connection.run_all(
          {store::Sql{"UPDATE taxii_version SET added = ? WHERE added = ?", all[i - i % 3].added, all[i].added}});
    }));
  }
  for (const int limit : {1, 2, 3, 4, 5, 6, 8, 9}) {
    std::set<std::string> ids;
    std::size_t count = 0;
    ObjectQuery query{.limit = limit};
    for (bool more = true; more;) {
      const auto some = page(query);
      for (const auto& each : some.objects) ids.insert(each.id);
      count += some.objects.size();
      EXPECT_EQ(some.objects.size() % 3, 0U) << limit;
      query.added_after = some.objects.back().added;
      more = some.more;
    }
    EXPECT_EQ(count, 9U) << limit;
    EXPECT_THAT(ids, SizeIs(9)) << limit;
  }
}

TEST_P(TaxiiTest, EqualMomentsOfWhichSomeAreHiddenAreReadOnce) {
  for (int i = 1; i <= 8; ++i) {
    put({.number = i, .tlp = Tlp::red});
    put({.number = i, .modified = "2024-03-01T00:00:00.000Z"});
  }
  tell();
  std::vector<std::int64_t> moments;
  ASSERT_TRUE(database().read([&](store::Connection& connection) {
    return connection.each(store::Sql{"SELECT added FROM taxii_version ORDER BY added"}, [&](const store::Row& row) {
      moments.push_back(row.integer(0));
      return ok();
    });
  }));
  ASSERT_THAT(moments, SizeIs(16));
  // One, two, three and so on at once.
  for (std::size_t i = 0, first = 0, length = 1; i < moments.size(); ++i) {
    if (i == first + length) first += length++;
    ASSERT_TRUE(database().write([&](store::Connection& connection) {
      return connection.run_all(
          {store::Sql{"UPDATE taxii_version SET added = ? WHERE added = ?", moments[first], moments[i]}});
    }));
  }
  for (const int limit : {1, 3, 7, 9}) {
    for (const auto& types : {std::vector<std::string>{}, {"malware"}, {"malware", "tool"}}) {
      std::vector<std::string> found;
      ObjectQuery query{.types = types, .versions = {.all = true}, .limit = limit};
      for (bool more = true; more;) {
        const auto some = page(query);
        ASSERT_FALSE(some.objects.empty());
        for (const auto& each : some.objects) {
          EXPECT_THAT(each.bytes, testing::HasSubstr(each.id));
          found.push_back(each.id);
        }
        query.added_after = some.objects.back().added;
        more = some.more;
      }
      EXPECT_THAT(found, SizeIs(8)) << limit;
      EXPECT_THAT(std::set(found.begin(), found.end()), SizeIs(8)) << limit;
    }
  }
}

TEST_P(TaxiiTest, APageEndsBeforeItHoldsTooMuch) {
  for (int i = 1; i <= 5; ++i) put({.number = i});
  tell();
  const std::string large(kPageBytesMax * 2 / 5, ' ');
  ASSERT_TRUE(database().write([&](store::Connection& connection) {
    return connection.run_all({store::Sql{"UPDATE revision_document SET bytes = ?", store::Blob{large}},
                               store::Sql{"UPDATE revision SET bytes = ?", large.size()}});
  }));
  const auto first = page({});
  ASSERT_THAT(first.objects, SizeIs(2));
  EXPECT_EQ(first.objects[1].bytes.size(), large.size());
  EXPECT_TRUE(first.more);
  const auto by_ids = page({.ids = {id_of("malware", 1), id_of("malware", 2), id_of("malware", 3)}});
  ASSERT_THAT(by_ids.objects, SizeIs(2));
  EXPECT_EQ(by_ids.objects[1].bytes.size(), large.size());
  const auto rest = page({.added_after = first.objects.back().added, .limit = 3});
  EXPECT_THAT(rest.objects, SizeIs(2));
  const auto last = page({.added_after = rest.objects.back().added});
  EXPECT_THAT(last.objects, SizeIs(1));
  EXPECT_FALSE(last.more);
  // What came at one moment stands on one page all the same.
  ASSERT_TRUE(database().write([&](store::Connection& connection) {
    return connection.run_all({store::Sql{"UPDATE taxii_version SET added = ?", last.objects[0].added}});
  }));
  EXPECT_THAT(page({}).objects, SizeIs(5));
}

TEST_P(TaxiiTest, WhoFollowsDuringWritesEndsWithExactlyTheSet) {
  std::set<std::string> seen;
  std::int64_t at = -1;
  for (int i = 1; i <= 40; ++i) {
    put({.number = i}, {clock_.micros + (i % 3) * kWindow / 3});
    tell();
    for (;;) {
      const auto some = page({.added_after = at, .limit = 3});
      for (const auto& each : some.objects) {
        EXPECT_TRUE(seen.insert(each.id).second) << "twice: " << each.id;
        at = each.added;
      }
      if (!some.more) break;
    }
  }
  tell();
  for (const auto& each : page({.added_after = at}).objects) seen.insert(each.id);
  EXPECT_THAT(seen, SizeIs(40));
}

TEST_P(TaxiiTest, VersionsAreChosen) {
  put({.number = 1});
  put({.number = 1, .modified = "2024-03-01T00:00:00.000Z"});
  put({.number = 1, .modified = "2024-04-01T00:00:00.000Z"});
  put({.type = "ipv4-addr", .number = 2, .modified = "", .more = R"(,"value":"192.0.2.1")"});
  tell();
  const auto versions = [&](WantedVersions wanted) {
    std::vector<std::string> out;
    for (const auto& each : page({.versions = std::move(wanted)}).objects) {
      out.push_back(each.type == "malware" ? format_date({each.version}) : each.type);
    }
    return out;
  };
  EXPECT_THAT(versions({}), UnorderedElementsAre("2024-04-01", "ipv4-addr"));
  EXPECT_THAT(versions({.last = false, .first = true}), UnorderedElementsAre("2024-02-01", "ipv4-addr"));
  EXPECT_THAT(versions({.last = false, .all = true}),
              UnorderedElementsAre("2024-02-01", "2024-03-01", "2024-04-01", "ipv4-addr"));
  const auto march = parse_rfc3339("2024-03-01T00:00:00Z").value().micros;
  EXPECT_THAT(versions({.last = false, .at = {march}}), UnorderedElementsAre("2024-03-01"));
  EXPECT_THAT(versions({.last = true, .first = true}), UnorderedElementsAre("2024-02-01", "2024-04-01", "ipv4-addr"));
  // What has no version has that of being added.
  const auto address = page({.types = {"ipv4-addr"}, .versions = {}}).objects.at(0);
  EXPECT_EQ(address.version, address.added);
  EXPECT_THAT(versions({.last = false, .at = {address.added}}), UnorderedElementsAre("ipv4-addr"));
}

TEST_P(TaxiiTest, NobodyHearsOfWhatIsHidden) {
  put({.number = 1});
  put({.number = 2, .tlp = Tlp::green});
  put({.type = "tool", .number = 3});
  relate(10, id_of("malware", 1), id_of("tool", 3));
  relate(11, id_of("malware", 2), id_of("tool", 3));
  relate(12, id_of("malware", 1), id_of("tool", 99));
  tell();
  EXPECT_THAT(names(page({})), UnorderedElementsAre("malware 1", "tool 3", "relationship 10"));
  EXPECT_THAT(names(page({}, member())),
              UnorderedElementsAre("malware 1", "malware 2", "tool 3", "relationship 10", "relationship 11"));
  // Older versions are seen as their own marking says.
  put({.number = 2, .tlp = Tlp::clear, .modified = "2024-03-01T00:00:00.000Z"});
  tell();
  const ObjectQuery all{.ids = {id_of("malware", 2)}, .types = {}, .versions = {.all = true}};
  EXPECT_THAT(page(all).objects, SizeIs(1));
  EXPECT_THAT(page(all, member()).objects, SizeIs(2));
}

/// What somebody may see only now has to come after all that they were told before.
TEST_P(TaxiiTest, WhatOpensLaterIsToldLater) {
  put({.number = 1, .embargo = later(100)});
  put({.number = 2});
  relate(10, id_of("malware", 1), id_of("malware", 2));
  relate(11, id_of("malware", 2), id_of("tool", 3));
  tell();
  auto told = page({});
  EXPECT_THAT(names(told), UnorderedElementsAre("malware 2"));
  auto at = told.objects.back().added;
  const auto news = [&](Timestamp now) {
    const auto some = page({.added_after = at}, {}, {}, now);
    if (!some.objects.empty()) at = some.objects.back().added;
    return names(some);
  };
  // The end of a relationship comes.
  put({.type = "tool", .number = 3}, later(10));
  tell(later(11));
  EXPECT_THAT(news(later(11)), UnorderedElementsAre("tool 3", "relationship 11"));
  // An embargo ends, and nothing was written.
  tell(later(99));
  EXPECT_THAT(news(later(99)), IsEmpty());
  tell(later(101));
  EXPECT_THAT(news(later(101)), UnorderedElementsAre("malware 1", "relationship 10"));
  // Once.
  tell(later(102));
  EXPECT_THAT(news(later(102)), IsEmpty());
}

TEST_P(TaxiiTest, WhatIsRemovedIsGoneAndItsMomentIsNotGivenAgain) {
  put({.number = 1});
  put({.number = 2});
  tell();
  const auto last = page({}).objects.back().added;
  ASSERT_TRUE(database().write([&](store::Connection& connection) -> Status {
    TRY(const auto record,
        store::Records{connection}.find(member(), domain::RecordKind::stix_object, id_of("malware", 2), kTestNow));
    TRY_VOID(threat::forget_record(connection, record->id));
    return store::Removals{connection}.remove(*record, kTestNow);
  }));
  tell();
  EXPECT_THAT(names(page({})), UnorderedElementsAre("malware 1"));
  put({.number = 3}, clock_);
  tell();
  EXPECT_THAT(names(page({.added_after = last})), UnorderedElementsAre("malware 3"));
}

TEST_P(TaxiiTest, CollectionsAreViews) {
  put({.type = "indicator", .number = 1, .more = R"(,"confidence":80,"labels":["Water"],"pattern":"[a:b = 1]")"});
  put({.type = "indicator", .number = 2, .more = R"(,"confidence":69)"});
  put({.type = "indicator", .number = 3});
  put({.type = "tool", .number = 4, .tlp = Tlp::green, .more = R"(,"confidence":90)"});
  tell();
  const auto of = [&](const CollectionFilter& filter) { return names(page({}, member(), filter)); };
  EXPECT_THAT(of({}), SizeIs(4));
  EXPECT_THAT(of({.types = {"indicator"}}), SizeIs(3));
  EXPECT_THAT(of({.labels = {"water"}}), UnorderedElementsAre("indicator 1"));
  EXPECT_THAT(of({.confidence_min = 70}), UnorderedElementsAre("indicator 1", "tool 4"));
  EXPECT_THAT(of({.tlp_max = Tlp::clear, .confidence_min = 70}), UnorderedElementsAre("indicator 1"));
  EXPECT_THAT(of({.words = "tool"}), UnorderedElementsAre("tool 4"));
}

TEST_P(TaxiiTest, WhileTheIndexIsMadeAnewNothingIsTold) {
  put({.number = 1});
  tell();
  ASSERT_TRUE(threat::reset_index(database()));
  const auto refused = database().read(
      [&](store::Connection& connection) { return objects(connection, member(), {}, {}, true, kTestNow); });
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Error::Code::unavailable);
  tell();
  EXPECT_THAT(names(page({})), UnorderedElementsAre("malware 1"));
}

TEST_P(TaxiiTest, CollectionsAreKeptByAdministrators) {
  tell();
  const auto console = Actor::at_console();
  const auto first = all_collections(database(), console).value();
  ASSERT_THAT(first, SizeIs(1));
  EXPECT_EQ(first[0].alias, "all");
  const CollectionInput water{
      .id = {},
      .alias = "water",
      .title = "Water",
      .filter = {.confidence_min = 70},
      .readers = {.who = CollectionReaders::Who::sector, .community = {}, .sector = domain::Sector::water},
      .created_at = {}};
  EXPECT_EQ(create_collection(database(), Actor::anonymous(), water, kTestNow).error().code, Error::Code::forbidden);
  const auto id = create_collection(database(), console, water, kTestNow);
  ASSERT_TRUE(id) << id.error().to_string();
  EXPECT_EQ(create_collection(database(), console, water, kTestNow).error().where, "alias");
  auto renamed = water;
  renamed.title = "Drinking water";
  ASSERT_TRUE(change_collection(database(), console, *id, renamed, kTestNow));
  const auto seen = [&](const Actor& actor) {
    std::vector<std::string> out;
    const auto found = database().read([&](store::Connection& connection) {
      return collections(connection, actor,
                         {
                             .name = "default",
                         });
    });
    for (const auto& each : found.value()) out.push_back(each.title);
    return out;
  };
  EXPECT_THAT(seen(console), UnorderedElementsAre("All threat knowledge", "Drinking water"));
  EXPECT_THAT(seen(Actor::anonymous()), IsEmpty());
  ASSERT_TRUE(remove_collection(database(), console, *id, kTestNow));
  EXPECT_EQ(remove_collection(database(), console, *id, kTestNow).error().code, Error::Code::not_found);
  std::vector<CollectionInput> broken(4, water);
  broken[0].title = " ";
  broken[1].alias = "Not an alias";
  broken[2].filter.types = {"NO TYPE"};
  broken[3].readers = {.who = CollectionReaders::Who::community, .community = domain::CommunityId{9}, .sector = {}};
  for (const auto& each : broken) {
    EXPECT_FALSE(create_collection(database(), console, each, kTestNow)) << each.title << ' ' << each.alias;
  }
}

TEST(TaxiiWriters, AreReadStrictly) {
  for (const auto* bad : {"[]", "{}", R"({"who":"anyone"})", R"({"who":"organisation"})",
                          R"({"who":"organisation","organisation":"Plant"})", R"({"who":"sector","sector":"moon"})"}) {
    EXPECT_FALSE(read_writers(boost::json::parse(bad))) << bad;
  }
  for (const auto* good : {R"({"who":"nobody"})", R"({"who":"members"})", R"({"who":"organisation","organisation":7})",
                           R"({"who":"sector","sector":"water"})"}) {
    const auto read = read_writers(boost::json::parse(good));
    ASSERT_TRUE(read) << good;
    EXPECT_EQ(to_json(*read), boost::json::parse(good)) << good;
  }
  EXPECT_FALSE(
      addressees_of({.who = CollectionReaders::Who::sector, .community = {}, .sector = domain::Sector::water}));
}

TEST(TaxiiFilter, IsReadStrictly) {
  for (const auto* bad : {R"({"type":["a"]})", R"({"types":"indicator"})", R"({"types":["In"]})",
                          R"({"confidence_min":101})", R"({"tlp_max":"blue"})", R"({"words":1})", "[]"}) {
    EXPECT_FALSE(read_filter(boost::json::parse(bad))) << bad;
  }
  for (const auto* good :
       {"{}",
        R"({"types":["indicator","x-own"],"labels":["a"],"words":"b","tlp_max":"amber+strict","confidence_min":0})"}) {
    const auto read = read_filter(boost::json::parse(good));
    ASSERT_TRUE(read) << good;
    EXPECT_EQ(to_json(*read), boost::json::parse(good)) << good;
  }
}

}  // namespace
}  // namespace tocsin::engine::taxii
