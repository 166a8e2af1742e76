#include "engine/threat/correlation.hpp"

#include <memory>
#include <set>
#include <thread>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "engine/threat/indexer.hpp"
#include "engine/threat/values.hpp"
#include "formats/stix/versions.hpp"
#include "formats/threat_text/known_good.hpp"
#include "store/records.hpp"
#include "store/removals.hpp"
#include "store/testing/test_database.hpp"
#include "store/value_index.hpp"

namespace tocsin::engine::threat {
namespace {

using domain::Tlp;
using domain::policy::Viewer;
using store_testing::kTestNow;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class CorrelationTest : public store_testing::DatabaseTest {
 protected:
  struct Object {
    std::string type = "indicator";
    int number = 1;
    std::string body = {};  ///< Members, each behind a comma.
    Tlp tlp = Tlp::clear;
    std::string modified = "2024-02-01T00:00:00.000Z";
  };
  static std::string id_of(std::string_view type, int number) {
    return fmt::format("{}--00000000-0000-4000-8000-{:012}", type, number);
  }
  /// Indicators of an address, named after their number.
  static std::string of_address(std::string_view address) {
    return fmt::format(R"(,"pattern_type":"stix","pattern":"[ipv4-addr:value = '{}']")", address);
  }
  static domain::NewRevision revision_of(const Object& object) {
    domain::NewRevision revision;
    revision.kind = domain::RecordKind::stix_object;
    revision.key = id_of(object.type, object.number);
    revision.title = std::to_string(object.number);
    revision.tlp = object.tlp;
    revision.version = object.modified;
    revision.version_order = formats::stix::version_order(object.modified, false);
    revision.format = "stix-2.1";
    revision.initial_release_at = parse_rfc3339("2024-01-01T00:00:00Z").value();
    revision.current_release_at = parse_rfc3339(object.modified).value();
    revision.bytes = fmt::format(R"({{"type":"{}","spec_version":"2.1","id":"{}","modified":"{}"{}}})", object.type,
                                 revision.key, object.modified, object.body);
    revision.sha512 = sha512_hex(revision.bytes);
    return revision;
  }
  void put(const std::vector<Object>& objects) {
    const auto done = database().write([&](store::Connection& connection) -> Status {
      for (const auto& each : objects) TRY_VOID(store::Records{connection}.put(revision_of(each), kTestNow));
      return ok();
    });
    ASSERT_TRUE(done) << done.error().to_string();
    ASSERT_TRUE(index_all(database()));
  }
  static Viewer member() {
    Viewer viewer;
    viewer.organisation = domain::OrganisationId{77};
    viewer.roles = {domain::Role::analyst};
    return viewer;
  }

  static std::string shown(const Sharers& each, const std::vector<ThreatRow>& rows) {
    std::string out = fmt::format("{}{}={} {}{}", each.value.derived ? "~" : "", to_string(each.value.kind),
                                  each.value.text, each.more ? ">" : "", each.count);
    if (each.set_aside == SetAside::many) out += " too common";
    if (each.commonplace) out += fmt::format(" {}", to_string(*each.commonplace));
    for (const auto& row : rows) out += fmt::format(" {}", row.name);
    return out;
  }
  std::vector<std::string> of(int number, const Viewer& viewer = {}, std::string_view type = "indicator") {
    std::vector<std::string> out;
    const auto done = database().snapshot([&](store::Connection& c) -> Status {
      TRY(const auto threat, find(c, viewer, id_of(type, number), kTestNow));
      if (!threat) {
        out = {"absent"};
        return ok();
      }
      TRY(const auto found, correlations(c, viewer, *threat, kTestNow));
      for (const auto& each : found.shared) out.push_back(shown(each, each.first));
      for (const auto& each : found.set_aside) out.push_back("aside: " + shown(each, each.first));
      return ok();
    });
    EXPECT_TRUE(done) << (done ? "" : done.error().to_string());
    return out;
  }
  /// Through all pages.
  std::string having(ValueKind kind, const std::string& text, const Viewer& viewer = {}, int limit = 3) {
    std::string cursor, out;
    for (int page = 0; page < 100; ++page) {
      const auto found = database().snapshot([&](store::Connection& c) {
        return sharing(c, viewer, {.kind = kind, .text = text, .derived = false}, limit, cursor, kTestNow);
      });
      EXPECT_TRUE(found) << (found ? "" : found.error().to_string());
      if (!found) return out;
      if (page == 0) out = shown(found->sharers, {});
      for (const auto& row : found->rows) out += " " + row.name;
      cursor = found->next_cursor;
      if (cursor.empty()) break;
    }
    return out;
  }
  std::vector<std::string> arrived(const Viewer& viewer = {}, std::optional<ValueKind> kind = {}, int limit = 2) {
    std::vector<std::string> out;
    std::string cursor;
    do {
      const auto page = database().snapshot(
          [&](store::Connection& c) { return new_connections(c, viewer, kind, limit, cursor, kTestNow); });
      EXPECT_TRUE(page) << (page ? "" : page.error().to_string());
      if (!page) return out;
      for (const auto& row : page->rows) {
        auto line = row.object.name + ":";
        for (const auto& link : row.links) {
          line += fmt::format(" {}={} {}", to_string(link.value.kind), link.value.text, link.earlier);
          for (const auto& each : link.first) line += " " + each.name;
        }
        out.push_back(std::move(line));
      }
      cursor = page->next_cursor;
    } while (!cursor.empty());
    return out;
  }
};
TOCSIN_ON_BOTH_DATABASES(CorrelationTest);

TEST_P(CorrelationTest, RanksByRarity) {
  put({{.number = 1, .body = of_address("203.0.113.1")},
       {.number = 2, .body = of_address("203.0.113.1")},
       {.type = "ipv4-addr", .number = 3, .body = R"(,"value":"203.0.113.1")"},
       {.type = "url", .number = 4, .body = R"(,"value":"http://203.0.113.1/x")"},
       {.type = "url", .number = 5, .body = R"(,"value":"http://pump.example/x")"},
       {.number = 6,
        .body =
            R"(,"pattern_type":"stix","pattern":"[url:value = 'http://pump.example/x' OR ipv4-addr:value = '203.0.113.1' OR ipv4-addr:value = '192.168.0.1']")"},
       {.type = "domain-name", .number = 7, .body = R"(,"value":"PUMP.example")"},
       {.type = "malware", .number = 8, .body = R"(,"name":"Silt Worm")"},
       {.type = "tool", .number = 9, .body = R"(,"name":"Other","aliases":["SILT WORM"])"}});
  EXPECT_THAT(of(6), ElementsAre("url=http://pump.example/x 1 5", "~domain=pump.example 2 7 5",
                                 "ipv4=203.0.113.1 4 4 3 2 1", "aside: ipv4=192.168.0.1 0 own-network"));
  EXPECT_THAT(of(8, {}, "malware"), ElementsAre("name=silt worm 1 9"));
  EXPECT_THAT(of(99), ElementsAre("absent"));
  EXPECT_EQ(having(ValueKind::ipv4, "203.0.113.1"), "ipv4=203.0.113.1 5 6 4 3 2 1");
  EXPECT_EQ(having(ValueKind::ipv4, "203.0.113.2"), "ipv4=203.0.113.2 0");
  const auto any = database().snapshot([](store::Connection& c) {
    return sharing_any(c, Viewer{}, formats::stix::values_meant("Silt worm"), kTestNow);
  });
  ASSERT_TRUE(any);
  ASSERT_THAT(*any, SizeIs(1));
  EXPECT_EQ(any->front().count, 2);
  EXPECT_THAT(arrived(),
              ElementsAre("9: name=silt worm 1 8", "7: domain=pump.example 2 6 5",
                          "6: url=http://pump.example/x 1 5 domain=pump.example 1 5 ipv4=203.0.113.1 4 4 3 2",
                          "4: ipv4=203.0.113.1 3 3 2 1", "3: ipv4=203.0.113.1 2 2 1", "2: ipv4=203.0.113.1 1 1"));
  EXPECT_THAT(arrived({}, ValueKind::name), ElementsAre("9: name=silt worm 1 8"));
}

TEST_P(CorrelationTest, AnEndpointMeetsItsHostAndOtherPorts) {
  const auto of_endpoint = [](std::string_view type, std::string_view host, int port) {
    return fmt::format(
        R"(,"pattern_type":"stix","pattern":"[network-traffic:dst_ref.type = '{}' AND network-traffic:dst_ref.value = '{}' AND network-traffic:dst_port = {}]")",
        type, host, port);
  };
  put({{.number = 1, .body = of_address("203.0.113.1")},
       {.number = 2, .body = of_endpoint("ipv4-addr", "203.0.113.1", 4444)},
       {.number = 3, .body = of_endpoint("ipv4-addr", "203.0.113.1", 502)},
       {.number = 4, .body = of_endpoint("ipv4-addr", "203.0.113.2", 502)},
       {.type = "ipv6-addr", .number = 5, .body = R"(,"value":"2001:DB8:0:0::7")"},
       {.number = 6, .body = of_endpoint("ipv6-addr", "2001:db8::7", 502)},
       {.type = "domain-name", .number = 7, .body = R"(,"value":"PUMP.example")"},
       {.number = 8, .body = of_endpoint("domain-name", "pump.example", 502)}});
  EXPECT_THAT(of(1), ElementsAre("ipv4=203.0.113.1 2 3 2"));
  EXPECT_THAT(of(2), ElementsAre("ipv4=203.0.113.1 2 3 1"));
  EXPECT_THAT(of(4), IsEmpty());
  EXPECT_THAT(of(6), ElementsAre("ipv6=2001:db8::7 1 5"));
  EXPECT_THAT(of(8), ElementsAre("domain=pump.example 1 7"));
}

TEST_P(CorrelationTest, SetsAsideWhatIsTooCommon) {
  std::vector<Object> objects;
  for (int i = 1; i <= 22; ++i) objects.push_back({.type = "file", .number = i, .body = R"(,"name":"a.exe")"});
  for (int i = 31; i <= 41; ++i) objects.push_back({.number = i, .body = of_address("203.0.113.1")});
  put(objects);
  // 21 others have the name of a file, which is more than 20; 10 others have the address, which are few anywhere.
  EXPECT_THAT(of(1, {}, "file"), ElementsAre("aside: file-name=a.exe >20 too common"));
  EXPECT_THAT(of(31), ElementsAre("ipv4=203.0.113.1 10 41 40 39 38 37 36 35 34 33 32"));
  EXPECT_THAT(having(ValueKind::file_name, "a.exe", {}, 100),
              testing::StartsWith("file-name=a.exe 22 too common 22 21"));
  // 11 of 34 are more than one in five; of 60 they are not.
  put({{.number = 42, .body = of_address("203.0.113.1")}});
  EXPECT_THAT(of(31), ElementsAre("aside: ipv4=203.0.113.1 11 too common"));
  objects.clear();
  for (int i = 101; i <= 126; ++i) objects.push_back({.type = "report", .number = i});
  put(objects);
  EXPECT_THAT(of(31), ElementsAre(testing::StartsWith("ipv4=203.0.113.1 11 42")));
  EXPECT_THAT(arrived({}, ValueKind::file_name), IsEmpty());
}

TEST_P(CorrelationTest, GoesByTheOperatorsListsAsTheyAreNow) {
  put({{.number = 1, .body = of_address("203.0.113.1")},
       {.number = 2, .body = of_address("203.0.113.1")},
       {.number = 3, .body = of_address("203.0.113.1")}});
  EXPECT_THAT(of(1), ElementsAre("ipv4=203.0.113.1 2 3 2"));
  auto lists = std::make_shared<formats::threat_text::KnownGood>();
  ASSERT_TRUE(lists->add("203.0.113.0/28\n"));
  formats::threat_text::install_known_good(lists);
  EXPECT_THAT(of(1), ElementsAre("aside: ipv4=203.0.113.1 0 known-good"));
  EXPECT_EQ(having(ValueKind::ipv4, "203.0.113.1"), "ipv4=203.0.113.1 3 known-good 3 2 1");
  EXPECT_THAT(arrived(), IsEmpty());
  // Nothing of it is stored: without the list it is as before.
  formats::threat_text::install_known_good(nullptr);
  EXPECT_THAT(of(1), ElementsAre("ipv4=203.0.113.1 2 3 2"));
}

TEST_P(CorrelationTest, WhatIsHiddenChangesNothing) {
  put({{.number = 1, .body = of_address("203.0.113.1")},
       {.number = 2, .body = of_address("203.0.113.1"), .tlp = Tlp::green},
       {.number = 3, .body = of_address("203.0.113.1")},
       {.number = 4, .body = of_address("203.0.113.4")}});
  const auto look = [&](const Viewer& viewer) {
    std::vector<std::string> out{having(ValueKind::ipv4, "203.0.113.1", viewer, 1),
                                 having(ValueKind::ipv4, "203.0.113.4", viewer, 1)};
    for (const int i : {1, 3, 4}) {
      for (auto& each : of(i, viewer)) out.push_back(std::move(each));
    }
    for (auto& each : arrived(viewer)) out.push_back(std::move(each));
    return out;
  };
  const auto before = look({}), of_member = look(member());
  EXPECT_THAT(before, ElementsAre("ipv4=203.0.113.1 2 3 1", "ipv4=203.0.113.4 1 4", "ipv4=203.0.113.1 1 3",
                                  "ipv4=203.0.113.1 1 1", "3: ipv4=203.0.113.1 1 1"));
  EXPECT_THAT(of_member, ElementsAre("ipv4=203.0.113.1 3 3 2 1", "ipv4=203.0.113.4 1 4", "ipv4=203.0.113.1 2 3 2",
                                     "ipv4=203.0.113.1 2 2 1", "3: ipv4=203.0.113.1 2 2 1", "2: ipv4=203.0.113.1 1 1"));
  // So many that they would be too common, and more than are read at once.
  std::vector<Object> hidden;
  for (int i = 1'000; i < 1'120; ++i)
    hidden.push_back({.number = i, .body = of_address("203.0.113.1"), .tlp = Tlp::amber});
  hidden.push_back({.number = 1'200, .body = of_address("203.0.113.4"), .tlp = Tlp::red});
  put(hidden);
  EXPECT_EQ(look({}), before);
  EXPECT_EQ(look(member()), of_member);
  const auto cursor = database().snapshot([&](store::Connection& c) {
    return new_connections(c, Viewer{}, {}, 1, fmt::format("c0~{}", id_of("indicator", 1'000)), kTestNow);
  });
  ASSERT_FALSE(cursor);
  EXPECT_EQ(cursor.error().where, "cursor");
}

TEST_P(CorrelationTest, FollowsWhatChangesAndIsDerivedAnew) {
  put({{.number = 1, .body = of_address("203.0.113.1")},
       {.number = 2, .body = of_address("203.0.113.1")},
       {.number = 3, .body = of_address("203.0.113.1")}});
  EXPECT_THAT(of(1), ElementsAre("ipv4=203.0.113.1 2 3 2"));
  put({{.number = 2, .body = of_address("203.0.113.2"), .modified = "2024-03-01T00:00:00.000Z"}});
  EXPECT_THAT(of(1), ElementsAre("ipv4=203.0.113.1 1 3"));
  put({{.number = 3,
        .body = of_address("203.0.113.1") + R"(,"revoked":true)",
        .modified = "2024-03-01T00:00:00.000Z"}});
  EXPECT_THAT(of(1), IsEmpty());
  put({{.number = 3, .body = of_address("203.0.113.2"), .modified = "2024-04-01T00:00:00.000Z"}});
  EXPECT_THAT(of(2), ElementsAre("ipv4=203.0.113.2 1 3"));
  ASSERT_TRUE(reset_index(database()));
  EXPECT_EQ(database().read([](store::Connection& c) { return store::ValueIndex{c}.size(); })->pairs, 0);
  ASSERT_TRUE(index_all(database()));
  ASSERT_TRUE(index_values(database()));
  EXPECT_THAT(of(2), ElementsAre("ipv4=203.0.113.2 1 3"));
  ASSERT_TRUE(database().write([&](store::Connection& connection) -> Status {
    TRY(const auto record, store::Records{connection}.load(domain::RecordKind::stix_object, id_of("indicator", 3)));
    TRY_VOID(forget_record(connection, record->id));
    return store::Removals{connection}.remove(*record, kTestNow);
  }));
  EXPECT_THAT(of(2), IsEmpty());
  // Nothing of what was removed is left.
  EXPECT_EQ(database().read([](store::Connection& c) { return store::ValueIndex{c}.size(); })->pairs, 2);
}

TEST_P(CorrelationTest, TwoWhoDeriveAtOnceTakeTurnsAndWhatIsRemovedMeanwhileStaysAway) {
  constexpr int kObjects = 30;
  ASSERT_TRUE(database().write([&](store::Connection& connection) -> Status {
    for (int i = 1; i <= kObjects; ++i) {
      TRY_VOID(store::Records{connection}.put(revision_of({.number = i, .body = of_address("203.0.113.1")}), kTestNow));
    }
    return ok();
  }));
  const auto derive = [&] {
    for (bool more = true; more;) {
      const auto done = index_step(database(), 3);
      EXPECT_TRUE(done) << done.error().to_string();
      more = done && done->changes > 0;
    }
  };
  {
    const std::jthread one{derive}, other{derive};
    const auto removed = database().write([&](store::Connection& connection) -> Status {
      TRY(const auto record,
          store::Records{connection}.load(domain::RecordKind::stix_object, id_of("indicator", kObjects)));
      TRY_VOID(forget_record(connection, record->id));
      return store::Removals{connection}.remove(*record, kTestNow);
    });
    EXPECT_TRUE(removed) << removed.error().to_string();
  }
  ASSERT_TRUE(index_all(database()));
  EXPECT_EQ(database().read([](store::Connection& c) { return store::ValueIndex{c}.size(); })->pairs, kObjects - 1);
  const auto kept = database().read([](store::Connection& c) {
    return c.first(store::Sql{"SELECT count(*) FROM stix_object"},
                   [](const store::Row& row) { return row.integer(0); });
  });
  EXPECT_EQ(**kept, kObjects - 1);
}

}  // namespace
}  // namespace tocsin::engine::threat
