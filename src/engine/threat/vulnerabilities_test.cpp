#include "engine/threat/vulnerabilities.hpp"

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

constexpr const char* kGate = "CVE-1900-0101";
constexpr const char* kPump = "CVE-1900-0102";

std::string id_of(std::string_view type, int number) {
  return fmt::format("{}--00000000-0000-4000-8000-{:012}", type, number);
}

class ThreatVulnerabilitiesTest : public store_testing::DatabaseTest {
 protected:
  struct Object {
    std::string type = "malware";
    int number = 1;
    std::string name = "Siltworm";
    std::string more = {};  ///< Members, each behind a comma.
    Tlp tlp = Tlp::clear;
    std::string modified = "2024-02-01T00:00:00.000Z";
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
    revision.initial_release_at = kTestNow;
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
              Tlp tlp = Tlp::clear, std::string_view more = "",
              const std::string& modified = "2024-02-01T00:00:00.000Z") {
    put({.type = "relationship",
         .number = number,
         .name = std::string{verb},
         .more = fmt::format(R"(,"relationship_type":"{}","source_ref":"{}","target_ref":"{}"{})", verb, source, target,
                             more),
         .tlp = tlp,
         .modified = modified});
  }
  void index() {
    const auto done = index_all(database());
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  /// A campaign that uses malware, which exploits a vulnerability, which a report contains; an indicator of the
  /// malware; the group behind the campaign.
  void put_chain(Tlp vulnerability = Tlp::clear, Tlp malware = Tlp::clear, Tlp exploits = Tlp::clear,
                 Tlp uses = Tlp::clear) {
    put({.type = "vulnerability", .number = 1, .name = kGate, .tlp = vulnerability});
    put({.type = "malware", .number = 2, .name = "Siltworm", .tlp = malware});
    put({.type = "campaign", .number = 3, .name = "Low tide"});
    put({.type = "intrusion-set", .number = 4, .name = "Herons", .more = R"(,"description":"See cve-1900-0102.")"});
    put({.type = "report",
         .number = 5,
         .name = "On sluices",
         .more = fmt::format(R"(,"object_refs":["{}"])", id_of("vulnerability", 1))});
    put({.type = "indicator", .number = 6, .name = "Its traffic"});
    relate(11, id_of("malware", 2), "exploits", id_of("vulnerability", 1), exploits);
    relate(12, id_of("campaign", 3), "uses", id_of("malware", 2), uses);
    relate(13, id_of("indicator", 6), "indicates", id_of("malware", 2));
    relate(14, id_of("campaign", 3), "attributed-to", id_of("intrusion-set", 4));
    index();
  }

  /// "Siltworm relates exploits", as far as the viewer may see it, by name.
  std::vector<std::string> who(const std::vector<std::string>& cves, const Viewer& viewer = {}) {
    std::vector<std::string> out;
    const auto found =
        database().read([&](store::Connection& c) { return naming_threats(c, viewer, cves, 50, kTestNow); });
    EXPECT_TRUE(found) << (found ? "" : found.error().to_string() + found.error().detail);
    if (!found) return {"error"};
    EXPECT_EQ(found->total, static_cast<std::int64_t>(found->rows.size()));
    for (const auto& each : found->rows) {
      for (const auto& way : each.ways) {
        auto text = fmt::format("{} {}", each.row.name, to_string(way.how));
        if (!way.verb.empty()) text += " " + way.verb;
        if (!way.via.empty()) text += " " + found->names.at(way.via);
        out.push_back(std::move(text));
      }
    }
    std::ranges::sort(out);
    return out;
  }
  std::vector<std::string> named(const std::string& id, const Viewer& viewer = {}) {
    std::vector<std::string> out;
    const auto found = database().read([&](store::Connection& c) { return named_by(c, viewer, id, kTestNow); });
    EXPECT_TRUE(found) << (found ? "" : found.error().to_string() + found.error().detail);
    if (!found) return {"error"};
    for (const auto& way : *found) out.push_back(fmt::format("{} {}", way.cve, to_string(way.how)));
    return out;
  }
  std::map<std::string, std::vector<std::string>> attack(const std::vector<std::string>& cves,
                                                         const Viewer& viewer = {}) {
    std::map<std::string, std::vector<std::string>> out;
    const auto found = database().read([&](store::Connection& c) { return attackers(c, viewer, cves, 2, kTestNow); });
    EXPECT_TRUE(found) << (found ? "" : found.error().to_string() + found.error().detail);
    if (!found) return out;
    for (const auto& [cve, rows] : *found) {
      for (const auto& row : rows) out[cve].push_back(row.name);
    }
    return out;
  }
  /// Both directions say the same of everything that is here.
  void expect_both_ends_agree(const Viewer& viewer) {
    const std::vector<std::string> cves{kGate, kPump, "CVE-1900-01012"};
    const auto from = database().read([&](store::Connection& c) { return naming(c, viewer, cves, kTestNow); }).value();
    const auto page =
        database().read([&](store::Connection& c) { return list(c, viewer, {}, Sort::name, 200, {}, kTestNow); });
    for (const auto& row : page.value().rows) {
      const auto way = from.find(row.id);
      const auto there = way == from.end() || row.revoked ? std::vector<Way>{} : way->second;
      EXPECT_EQ(database().read([&](store::Connection& c) { return named_by(c, viewer, row.id, kTestNow); }).value(),
                there)
          << row.name;
    }
  }
  static Viewer member() {
    Viewer viewer;
    viewer.organisation = domain::OrganisationId{77};
    viewer.roles = {domain::Role::analyst};
    return viewer;
  }
};
TOCSIN_ON_BOTH_DATABASES(ThreatVulnerabilitiesTest);

TEST_P(ThreatVulnerabilitiesTest, ObjectsNameThemInManyWays) {
  put({.type = "vulnerability",
       .number = 1,
       .name = "Gate opens",
       .more = R"(,"description":"Unlike CVE-1900-0102.","external_references":[{"source_name":"CVE",)"
               R"("external_id":"cve-1900-0101"}])"});
  put({.number = 2,
       .name = "Refers",
       .more = R"(,"external_references":[{"source_name":"cve","external_id":"CVE-1900-0101"}])"});
  put({.number = 3, .name = "Says", .more = R"(,"description":"By CVE-1900-0101, of course")"});
  put({.type = "indicator",
       .number = 4,
       .name = "Rule",
       .more = R"x(,"pattern":"alert tcp any (msg:\"CVE-1900-0101\";)")x"});
  put({.number = 5, .name = "Taken back", .more = R"(,"revoked":true,"description":"CVE-1900-0101")"});
  put({.number = 6, .name = "Another", .more = R"(,"description":"CVE-1900-01012, CVE-1900-1")"});
  put({.type = "campaign", .number = 7, .name = "Told by its relationship"});
  put({.type = "attack-pattern", .number = 8, .name = "Break in"});
  relate(20, id_of("campaign", 7), "uses", id_of("attack-pattern", 8), Tlp::clear,
         R"(,"description":"through CVE-1900-0101")");
  put({.type = "sighting",
       .number = 9,
       .name = "Seen",
       .more = fmt::format(R"(,"sighting_of_ref":"{}")", id_of("vulnerability", 1))});
  index();
  EXPECT_THAT(who({kGate}),
              ElementsAre("Gate opens is", "Refers refers", "Rule says", "Says says", "Seen contains sighting_of_ref",
                          "Told by its relationship relationship_says uses"));
  // A vulnerability that another one's text mentions is not that one.
  EXPECT_THAT(who({kPump}), ElementsAre("Gate opens says"));
  EXPECT_THAT(who({}), IsEmpty());
  EXPECT_THAT(who({"CVE-1900-9999", "' OR 1=1"}), IsEmpty());
  expect_both_ends_agree({});
  // What comes anew replaces what was said, and what goes is gone.
  put({.number = 3, .name = "Says", .more = R"(,"description":"none")", .modified = "2024-03-01T00:00:00.000Z"});
  index();
  EXPECT_THAT(named(id_of("malware", 3)), IsEmpty());
  ASSERT_TRUE(reset_index(database()));
  EXPECT_THAT(who({kGate}), IsEmpty());
  index();
  EXPECT_THAT(named(id_of("malware", 2)), ElementsAre("CVE-1900-0101 refers"));
  const auto removed = database().write([&](store::Connection& connection) -> Status {
    TRY(const auto record,
        connection.first(store::Sql{"SELECT id FROM record WHERE record_key = ?", id_of("malware", 2)},
                         [](const store::Row& row) { return row.integer(0); }));
    return forget_record(connection, {*record});
  });
  ASSERT_TRUE(removed);
  EXPECT_THAT(named(id_of("malware", 2)), IsEmpty());
}

TEST_P(ThreatVulnerabilitiesTest, RelationshipsLeadToThem) {
  put_chain();
  EXPECT_THAT(who({kGate}), ElementsAre("CVE-1900-0101 is", "Its traffic through indicates Siltworm",
                                        "Low tide through uses Siltworm", "On sluices contains object_refs",
                                        "Siltworm relates exploits"));
  EXPECT_THAT(who({kPump}), ElementsAre("Herons says"));
  EXPECT_THAT(attack({kGate, kPump}), ElementsAre(::testing::Pair(kGate, ElementsAre("Low tide", "Siltworm")),
                                                  ::testing::Pair(kPump, ElementsAre("Herons"))));
  expect_both_ends_agree({});
  // The group has what its campaign names itself, not what that names through another.
  put({.type = "campaign",
       .number = 3,
       .name = "Low tide",
       .more = R"(,"description":"CVE-1900-0101")",
       .modified = "2024-03-01T00:00:00.000Z"});
  // A technique passes nothing on.
  put({.type = "attack-pattern", .number = 7, .name = "Break in", .more = R"(,"description":"as with CVE-1900-0102")"});
  relate(15, id_of("campaign", 3), "uses", id_of("attack-pattern", 7));
  index();
  EXPECT_THAT(named(id_of("campaign", 3)), ElementsAre("CVE-1900-0101 says"));
  EXPECT_THAT(named(id_of("intrusion-set", 4)), ElementsAre("CVE-1900-0101 through", "CVE-1900-0102 says"));
  expect_both_ends_agree({});
  // A relationship that was taken back joins nothing.
  relate(11, id_of("malware", 2), "exploits", id_of("vulnerability", 1), Tlp::clear, R"(,"revoked":true)",
         "2024-03-01T00:00:00.000Z");
  index();
  EXPECT_THAT(who({kGate}), ElementsAre("CVE-1900-0101 is", "Herons through attributed-to Low tide", "Low tide says",
                                        "On sluices contains object_refs"));
  expect_both_ends_agree({});
}

/// What a viewer may not see leads nowhere: each object on the way, and each relationship.
TEST_P(ThreatVulnerabilitiesTest, WhatIsHiddenLeadsNowhere) {
  struct Case {
    const char* name;
    Tlp vulnerability, malware, exploits, uses;
    std::vector<std::string> seen;
  };
  using enum Tlp;
  const Case cases[] = {
      {"vulnerability", green, clear, clear, clear, {}},
      {"malware", clear, green, clear, clear, {"CVE-1900-0101 is", "On sluices contains object_refs"}},
      {"exploits", clear, clear, green, clear, {"CVE-1900-0101 is", "On sluices contains object_refs"}},
      {"uses",
       clear,
       clear,
       clear,
       green,
       {"CVE-1900-0101 is", "Its traffic through indicates Siltworm", "On sluices contains object_refs",
        "Siltworm relates exploits"}},
  };
  int version = 1;
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    ++version;
    const auto modified = fmt::format("2024-{:02}-01T00:00:00.000Z", version);
    put({.type = "vulnerability", .number = 1, .name = kGate, .tlp = each.vulnerability, .modified = modified});
    put({.type = "malware", .number = 2, .name = "Siltworm", .tlp = each.malware, .modified = modified});
    if (version == 2) put_chain(each.vulnerability, each.malware, each.exploits, each.uses);
    relate(11, id_of("malware", 2), "exploits", id_of("vulnerability", 1), each.exploits, "", modified);
    relate(12, id_of("campaign", 3), "uses", id_of("malware", 2), each.uses, "", modified);
    index();
    EXPECT_EQ(who({kGate}), each.seen);
    EXPECT_EQ(who({kGate}, member()).size(), 5U);
    EXPECT_EQ(attack({kGate}, member()).at(kGate).size(), 2U);
    expect_both_ends_agree({});
    expect_both_ends_agree(member());
  }
}

}  // namespace
}  // namespace tocsin::engine::threat
