#include "engine/threat/threats.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "engine/threat/indexer.hpp"
#include "formats/stix/versions.hpp"
#include "store/changes.hpp"
#include "store/records.hpp"
#include "store/removals.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::engine::threat {
namespace {

using domain::Tlp;
using domain::policy::Viewer;
using store_testing::kTestNow;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string id_of(std::string_view type, int number) {
  return fmt::format("{}--00000000-0000-4000-8000-{:012}", type, number);
}

class ThreatsTest : public store_testing::DatabaseTest {
 protected:
  struct Object {
    std::string type = "malware";
    int number = 1;
    std::string name = "Siltworm";
    Tlp tlp = Tlp::clear;
    std::string modified = "2024-02-01T00:00:00.000Z";
    std::string more = {};  ///< Members, each behind a comma.
  };
  void put(const Object& object) {
    domain::NewRevision revision;
    revision.kind = domain::RecordKind::stix_object;
    revision.key = id_of(object.type, object.number);
    revision.title = object.name;
    revision.tlp = object.tlp;
    revision.version = object.modified;
    revision.version_order = formats::stix::version_order(object.modified, false);
    revision.format = "stix-2.1";
    revision.initial_release_at = parse_rfc3339("2024-01-01T00:00:00Z").value();
    revision.current_release_at = parse_rfc3339(object.modified).value();
    revision.bytes = fmt::format(R"({{"type":"{}","spec_version":"2.1","id":"{}","name":"{}","modified":"{}"{}}})",
                                 object.type, revision.key, object.name, object.modified, object.more);
    revision.sha512 = sha512_hex(revision.bytes);
    ASSERT_TRUE(database().write([&](store::Connection& connection) -> Status {
      TRY_VOID(store::Records{connection}.put(revision, kTestNow));
      return ok();
    }));
  }
  void relate(int number, const std::string& source, std::string_view verb, const std::string& target,
              Tlp tlp = Tlp::clear) {
    put({.type = "relationship",
         .number = number,
         .name = std::string{verb},
         .tlp = tlp,
         .more =
             fmt::format(R"(,"relationship_type":"{}","source_ref":"{}","target_ref":"{}")", verb, source, target)});
  }
  void index() { ASSERT_TRUE(index_all(database())); }

  std::vector<std::string> names(const Filter& filter, const Viewer& viewer = {}, Sort sort = Sort::name) {
    std::vector<std::string> out;
    const auto page =
        database().read([&](store::Connection& c) { return list(c, viewer, filter, sort, 50, {}, kTestNow); });
    EXPECT_TRUE(page) << (page ? "" : page.error().to_string());
    if (!page) return out;
    for (const auto& each : page->rows) out.push_back(each.name);
    EXPECT_EQ(page->total, static_cast<std::int64_t>(out.size()));
    return out;
  }
  std::string counts(const Filter& filter, const Viewer& viewer = {}) {
    std::string out;
    for (const auto& each :
         database().read([&](store::Connection& c) { return count_types(c, viewer, filter, kTestNow); }).value()) {
      out += fmt::format("{} {} ", each.type, each.count);
    }
    return out;
  }
  std::optional<Threat> look(const std::string& id, const Viewer& viewer = {}) {
    auto found = database().read([&](store::Connection& c) { return find(c, viewer, id, kTestNow); });
    EXPECT_TRUE(found) << (found ? "" : found.error().to_string());
    return found ? *found : std::nullopt;
  }
  std::vector<std::string> edges(const std::string& id, const Viewer& viewer = {}) {
    std::vector<std::string> out;
    const auto threat = look(id, viewer);
    if (!threat) return {"absent"};
    for (const auto& each : threat->edges) {
      out.push_back(fmt::format("{} {} {}", each.outgoing ? "->" : "<-", each.verb, each.other.name));
    }
    return out;
  }
  static Viewer member() {
    Viewer viewer;
    viewer.organisation = domain::OrganisationId{77};
    viewer.roles = {domain::Role::analyst};
    return viewer;
  }
};
TOCSIN_ON_BOTH_DATABASES(ThreatsTest);

TEST_P(ThreatsTest, ListsByFilter) {
  put({.number = 1,
       .name = "Siltworm",
       .more = R"(,"description":"Opens sluices.","labels":["Water"],"malware_types":["worm"],"aliases":["Mudcat"])"});
  put({.number = 2, .name = "Dredger", .modified = "2024-03-01T00:00:00.000Z", .more = R"(,"revoked":true)"});
  put({.type = "tool",
       .number = 3,
       .name = "Sluicegate",
       .more = R"(,"confidence":80,"external_references":[{"source_name":"x","external_id":"S1234"}])"});
  put({.type = "tool", .number = 4, .name = "Members' tool", .tlp = Tlp::green});
  relate(5, id_of("malware", 1), "uses", id_of("tool", 3));
  index();
  EXPECT_THAT(names({}), ElementsAre("Dredger", "Siltworm", "Sluicegate"));
  EXPECT_THAT(names({}, {}, Sort::modified), ElementsAre("Dredger", "Sluicegate", "Siltworm"));
  EXPECT_THAT(names({}, {}, Sort::confidence).front(), "Sluicegate");
  EXPECT_THAT(names({}, member()), ElementsAre("Dredger", "Members' tool", "Siltworm", "Sluicegate"));
  EXPECT_THAT(names({.type = "tool"}), ElementsAre("Sluicegate"));
  EXPECT_THAT(names({.type = "relationship"}), ElementsAre("uses"));
  EXPECT_THAT(names({.text = "sluic"}), ElementsAre("Siltworm", "Sluicegate"));
  EXPECT_THAT(names({.text = "opens SLUICES"}), ElementsAre("Siltworm"));
  EXPECT_THAT(names({.text = "mudcat"}), ElementsAre("Siltworm"));
  EXPECT_THAT(names({.text = "s1234"}), ElementsAre("Sluicegate"));
  EXPECT_THAT(names({.text = id_of("tool", 3)}), ElementsAre("Sluicegate"));
  EXPECT_THAT(names({.text = "'\"*) OR"}), IsEmpty());
  EXPECT_THAT(names({.text = std::string{"a\0b", 3}}), IsEmpty());
  EXPECT_THAT(names({.label = "WATER"}), ElementsAre("Siltworm"));
  EXPECT_THAT(names({.label = "worm"}), ElementsAre("Siltworm"));
  EXPECT_THAT(names({.tlp = Tlp::green}), IsEmpty());
  EXPECT_THAT(names({.tlp = Tlp::green}, member()), ElementsAre("Members' tool"));
  EXPECT_THAT(names({.revoked = true}), ElementsAre("Dredger"));
  EXPECT_THAT(names({.revoked = false}), ElementsAre("Siltworm", "Sluicegate"));
  EXPECT_THAT(names({.modified_after = parse_rfc3339("2024-02-01T00:00:00Z").value()}), ElementsAre("Dredger"));
  EXPECT_EQ(counts({}), "malware 2 relationship 1 tool 1 ");
  EXPECT_EQ(counts({.type = "tool"}, member()), "malware 2 tool 2 relationship 1 ");
}

TEST_P(ThreatsTest, IndicatorsExpire) {
  put({.type = "indicator", .number = 6, .name = "Old rule", .more = R"(,"valid_until":"2020-01-01T00:00:00Z")"});
  put({.type = "indicator", .number = 7, .name = "Rule", .more = R"(,"valid_until":"2999-01-01T00:00:00Z")"});
  put({.type = "indicator", .number = 8, .name = "Rule for good"});
  index();
  EXPECT_THAT(names({.type = "indicator", .expired = true}), ElementsAre("Old rule"));
  EXPECT_THAT(names({.type = "indicator", .expired = false}), ElementsAre("Rule", "Rule for good"));
  EXPECT_THAT(names({.expired = true}), ElementsAre("Old rule"));
  const auto found = database().read(
      [&](store::Connection& c) { return list(c, {}, {.expired = true}, Sort::name, 50, {}, kTestNow); });
  ASSERT_TRUE(found && found->rows.size() == 1);
  EXPECT_TRUE(is_expired(found->rows[0], kTestNow));
  EXPECT_TRUE(is_expired(found->rows[0], *found->rows[0].valid_until));
  EXPECT_FALSE(is_expired(found->rows[0], Timestamp{found->rows[0].valid_until->micros - 1}));
  EXPECT_FALSE(is_expired({}, kTestNow));
}

TEST_P(ThreatsTest, PagesNeitherSkipNorRepeat) {
  for (int i = 1; i <= 23; ++i) {
    // Names with the cursor's own sign, some alike.
    put({.number = i,
         .name = fmt::format("N~{}", i % 5),
         .modified = fmt::format("2024-02-{:02}T00:00:00.000Z", 1 + i % 7),
         .more = i % 3 == 0 ? "" : fmt::format(R"(,"confidence":{})", i % 4)});
  }
  index();
  for (const auto sort : {Sort::modified, Sort::name, Sort::type, Sort::confidence}) {
    std::vector<std::string> all;
    std::string cursor;
    do {
      const auto page =
          database().read([&](store::Connection& c) { return list(c, {}, {}, sort, 4, cursor, kTestNow); });
      ASSERT_TRUE(page) << page.error().to_string();
      EXPECT_EQ(page->total, 23);
      for (const auto& each : page->rows) all.push_back(each.id);
      cursor = page->next_cursor;
    } while (!cursor.empty() && all.size() < 50);
    EXPECT_THAT(all, SizeIs(23)) << to_string(sort);
    std::ranges::sort(all);
    EXPECT_EQ(std::ranges::unique(all).begin(), all.end()) << to_string(sort);
  }
  const auto other =
      database().read([&](store::Connection& c) { return list(c, {}, {}, Sort::name, 4, "m1~x", kTestNow); });
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().where, "cursor");
}

TEST_P(ThreatsTest, EdgesOnlyBetweenWhatIsSeen) {
  const auto worm = id_of("malware", 1), tool = id_of("tool", 2), hidden = id_of("tool", 3);
  put({.number = 1, .name = "Siltworm", .more = fmt::format(R"(,"created_by_ref":"{}")", id_of("identity", 6))});
  put({.type = "tool", .number = 2, .name = "Probe"});
  put({.type = "tool", .number = 3, .name = "Secret", .tlp = Tlp::green});
  put({.type = "identity", .number = 6, .name = "Water CERT"});
  put({.type = "report",
       .number = 7,
       .name = "Report",
       .more = fmt::format(R"(,"object_refs":["{}","{}"])", worm, hidden)});
  relate(10, worm, "uses", tool);
  relate(11, worm, "uses", hidden);
  relate(12, worm, "drops", tool, Tlp::green);
  relate(13, worm, "uses", id_of("tool", 99));
  index();
  EXPECT_THAT(edges(worm), ElementsAre("-> uses Probe", "-> created_by_ref Water CERT", "<- object_refs Report"));
  EXPECT_THAT(edges(tool), ElementsAre("<- uses Siltworm"));
  EXPECT_THAT(edges(hidden), ElementsAre("absent"));
  EXPECT_THAT(edges(id_of("tool", 99)), ElementsAre("absent"));
  EXPECT_THAT(edges(worm, member()), ElementsAre("-> drops Probe", "-> uses Probe", "-> uses Secret",
                                                 "-> created_by_ref Water CERT", "<- object_refs Report"));
  // A relationship that is revoked joins nothing any more; what comes later is joined when it comes.
  put({.type = "relationship",
       .number = 10,
       .name = "uses",
       .modified = "2024-05-01T00:00:00.000Z",
       .more = fmt::format(R"(,"relationship_type":"uses","source_ref":"{}","target_ref":"{}","revoked":true)", worm,
                           tool)});
  put({.type = "tool", .number = 99, .name = "Late"});
  index();
  EXPECT_THAT(edges(worm), ElementsAre("-> uses Late", "-> created_by_ref Water CERT", "<- object_refs Report"));
}

TEST_P(ThreatsTest, IsDerivedAnewAndForgotten) {
  put({.number = 1, .more = R"(,"labels":["water"])"});
  put({.type = "tool", .number = 2, .name = "Probe", .more = fmt::format(R"(,"x_ref":"{}")", id_of("malware", 1))});
  index();
  put({.number = 1, .name = "Renamed", .modified = "2024-06-01T00:00:00.000Z"});
  index();
  EXPECT_THAT(names({}), ElementsAre("Probe", "Renamed"));
  EXPECT_THAT(names({.label = "water"}), IsEmpty());
  EXPECT_THAT(names({.text = "siltworm"}), IsEmpty());
  ASSERT_TRUE(reset_index(database()));
  EXPECT_THAT(names({}), IsEmpty());
  index();
  EXPECT_THAT(names({}), ElementsAre("Probe", "Renamed"));
  const auto threat = look(id_of("malware", 1));
  ASSERT_TRUE(threat);
  EXPECT_THAT(threat->revisions, SizeIs(2));
  ASSERT_TRUE(database().write([&](store::Connection& connection) -> Status {
    TRY_VOID(forget_record(connection, threat->record.id));
    return store::Removals{connection}.remove(threat->record, kTestNow);
  }));
  index();
  EXPECT_THAT(names({}), ElementsAre("Probe"));
  EXPECT_THAT(edges(id_of("tool", 2)), IsEmpty());
}

}  // namespace
}  // namespace tocsin::engine::threat
