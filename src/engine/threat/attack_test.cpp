#include "engine/threat/attack.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "engine/testing/attack_base.hpp"
#include "engine/testing/stix_revision.hpp"
#include "engine/threat/attack_changes.hpp"
#include "engine/threat/indexer.hpp"
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
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class AttackTest : public store_testing::DatabaseTest {
 protected:
  void put(const std::string& bytes, Tlp tlp = Tlp::clear) { put(testing::stix_revision(bytes, tlp, kTestNow)); }
  void put_advisory(const std::string& id, const std::string& text, Tlp tlp = Tlp::clear) {
    domain::NewRevision revision;
    revision.issuer = "https://cert.example";
    revision.key = id;
    revision.title = "Advisory " + id;
    revision.version = "1";
    revision.version_order = "1";
    revision.format = "csaf-2.0";
    revision.tlp = tlp;
    revision.initial_release_at = revision.current_release_at = kTestNow;
    revision.bytes = fmt::format(
        R"({{"document":{{"notes":[{{"text":"{}"}}]}},"product_tree":{{"branches":[{{"name":"T9002"}}]}}}})", text);
    revision.sha512 = sha512_hex(revision.bytes);
    put(revision);
  }
  void put(const domain::NewRevision& revision) {
    const auto stored = database().write([&](store::Connection& connection) -> Status {
      TRY_VOID(store::Records{connection}.put(revision, kTestNow));
      return ok();
    });
    ASSERT_TRUE(stored) << stored.error().to_string();
  }
  void put_base() {
    for (const auto& each : testing::attack_base()) put(each);
    index();
  }
  void index() {
    const auto done = index_all(database());
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }

  /// "TA9002: T9002 (T9002.001) | TA9001: T9001 T9002"
  std::string shown(const Viewer& viewer = {}, std::string_view domain = "ics-attack") {
    const auto found = database().read([&](store::Connection& c) { return matrix(c, viewer, domain, kTestNow); });
    EXPECT_TRUE(found) << (found ? "" : found.error().to_string() + found.error().detail);
    if (!found || !*found) return "absent";
    std::string out;
    for (const auto& column : (*found)->columns) {
      out += fmt::format("{}{}:", out.empty() ? "" : " | ", column.tactic.attack_id);
      for (const auto& cell : column.cells) {
        out += " " + cell.technique.attack_id;
        for (const auto& below : cell.below) out += fmt::format(" ({})", below.attack_id);
      }
    }
    return out;
  }
  std::optional<AttackObject> look(std::string_view id, const Viewer& viewer = {}) {
    auto found = database().read([&](store::Connection& c) { return find_attack(c, viewer, id, kTestNow); });
    EXPECT_TRUE(found) << (found ? "" : found.error().to_string() + found.error().detail);
    return found ? *std::move(found) : std::nullopt;
  }
  std::vector<std::string> relations(std::string_view id, const Viewer& viewer = {}) {
    std::vector<std::string> out;
    const auto found = look(id, viewer);
    if (!found) return {"absent"};
    for (const auto& each : found->relations) {
      out.push_back(fmt::format("{} {} {}", each.outgoing ? "->" : "<-", each.verb, each.other.attack_id));
    }
    return out;
  }
  std::map<std::string, std::int64_t> counts(const Viewer& viewer = {}) {
    auto found = database().read([&](store::Connection& c) { return mention_counts(c, viewer, kTestNow); });
    EXPECT_TRUE(found) << (found ? "" : found.error().to_string() + found.error().detail);
    return found ? *found : std::map<std::string, std::int64_t>{};
  }
  std::vector<std::string> mentions(std::string_view id, const Viewer& viewer = {}) {
    std::vector<std::string> out;
    const auto found = look(id, viewer);
    if (!found) return {"absent"};
    for (const auto& each : found->mentions) out.push_back(each.title);
    EXPECT_EQ(found->mentions_total, static_cast<std::int64_t>(out.size()));
    return out;
  }
  static Viewer member() {
    Viewer viewer;
    viewer.organisation = domain::OrganisationId{77};
    viewer.roles = {domain::Role::analyst};
    return viewer;
  }
  static std::string report(int number, std::string_view name, std::string_view more) {
    return fmt::format(
        R"({{"type":"report","spec_version":"2.1","id":"{}","created":"2025-01-01T00:00:00.000Z","modified":"2025-01-01T00:00:00.000Z","name":"{}"{}}})",
        testing::attack_stix_id("report", number), name, more);
  }
  static std::string relation(int number, const std::string& source, const std::string& target) {
    return fmt::format(
        R"({{"type":"relationship","spec_version":"2.1","id":"{}","created":"2025-01-01T00:00:00.000Z","modified":"2025-01-01T00:00:00.000Z","relationship_type":"indicates","source_ref":"{}","target_ref":"{}"}})",
        testing::attack_stix_id("relationship", number), source, target);
  }
  static std::string indicator(int number, std::string_view name) {
    return fmt::format(
        R"({{"type":"indicator","spec_version":"2.1","id":"{}","created":"2025-01-01T00:00:00.000Z","modified":"2025-01-01T00:00:00.000Z","name":"{}","pattern":"[ipv4-addr:value = '198.51.100.1']","pattern_type":"stix","valid_from":"2025-01-01T00:00:00Z"}})",
        testing::attack_stix_id("indicator", number), name);
  }
};
TOCSIN_ON_BOTH_DATABASES(AttackTest);

TEST_P(AttackTest, TheMatrixIsOfWhatIsInForceInItsOrder) {
  EXPECT_EQ(shown(), "absent");
  put_base();
  EXPECT_EQ(shown(), "TA9002: T9002 (T9002.001) | TA9001: T9001 T9002");
  EXPECT_EQ(shown({}, "enterprise-attack"), "absent");
  EXPECT_EQ(shown({}, std::string{"a\0b", 3}), "absent");
  const auto all = database().read([&](store::Connection& c) { return domains(c, {}, kTestNow); }).value();
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].name, "Matrix of sluices");
  EXPECT_EQ(all[0].chain, "mitre-ics-attack");
  EXPECT_EQ(all[0].version, "7.1");
  std::vector<std::string> picked;
  for (const auto& each :
       database().read([&](store::Connection& c) { return pickers(c, {}, all[0], kTestNow); }).value()) {
    picked.push_back(each.attack_id);
  }
  EXPECT_THAT(picked, ElementsAre("G9001", "S9001", "C9001", "M9001", "A9001"));
}

TEST_P(AttackTest, OnlyWhatMayBeSeenStandsInIt) {
  for (const auto& each : testing::attack_base()) {
    // The sub-technique's parent and what the group does are the members' own.
    const bool hidden = each.find("\"Run a ladder\"") != each.npos || each.find("009301\"") != each.npos;
    put(each, hidden ? Tlp::green : Tlp::clear);
  }
  index();
  EXPECT_EQ(shown(), "TA9002: T9002.001 | TA9001: T9001");
  EXPECT_EQ(shown(member()), "TA9002: T9002 (T9002.001) | TA9001: T9001 T9002");
  EXPECT_THAT(relations("G9001"), ElementsAre("-> uses S9001", "<- attributed-to C9001"));
  EXPECT_THAT(relations("G9001", member()), ElementsAre("-> uses T9001", "-> uses S9001", "<- attributed-to C9001"));
  EXPECT_THAT(relations("T9002"), ElementsAre("absent"));
  const auto used = [&](const Viewer& viewer) {
    return database()
        .read([&](store::Connection& c) -> Result<std::set<std::string>> {
          TRY(const auto row, find_attack_row(c, viewer, "G9001", kTestNow));
          return techniques_of(c, viewer, *row, kTestNow);
        })
        .value();
  };
  EXPECT_THAT(used({}), IsEmpty());
  EXPECT_THAT(used(member()), UnorderedElementsAre("T9001"));
}

TEST_P(AttackTest, EachKindHasItsRelationsBothWays) {
  put_base();
  EXPECT_THAT(relations("T9001"), ElementsAre("-> targets A9001", "<- detects DET9001", "<- mitigates M9001",
                                              "<- revoked-by T9004", "<- uses G9001", "<- uses C9001"));
  EXPECT_THAT(relations("T9002.001"), ElementsAre("-> subtechnique-of T9002"));
  EXPECT_THAT(relations("T9004"), ElementsAre("-> revoked-by T9001"));
  EXPECT_THAT(relations("S9001"), ElementsAre("-> uses T9002", "<- uses G9001"));
  EXPECT_THAT(relations("C9001"), ElementsAre("-> attributed-to G9001", "-> uses T9001"));
  EXPECT_THAT(relations("A9001"), ElementsAre("<- targets T9001"));
  EXPECT_THAT(relations("DET9001"), ElementsAre("-> detects T9001", "-> x_mitre_analytic_refs AN9001"));
  EXPECT_THAT(relations("AN9001"),
              ElementsAre("-> x_mitre_data_component_ref DC9001", "<- x_mitre_analytic_refs DET9001"));
  EXPECT_THAT(relations("DC9001"), ElementsAre("<- x_mitre_data_component_ref AN9001"));
  const auto technique = look("T9001");
  ASSERT_TRUE(technique);
  EXPECT_EQ(technique->row.version, "1.2");
  ASSERT_EQ(technique->tactics.size(), 1U);
  EXPECT_EQ(technique->tactics[0].attack_id, "TA9001");
  const auto tactic = look("TA9001");
  ASSERT_TRUE(tactic);
  ASSERT_EQ(tactic->techniques.size(), 2U);
  EXPECT_EQ(tactic->techniques[0].attack_id, "T9001");
  ASSERT_EQ(technique->detected.size(), 1U);
  EXPECT_EQ(technique->detected[0].attack_id, "DC9001");
  const auto component = look("DC9001");
  ASSERT_TRUE(component && component->detected.size() == 1);
  EXPECT_EQ(component->detected[0].attack_id, "T9001");
  EXPECT_THAT(database()
                  .read([&](store::Connection& c) {
                    const std::vector<std::string> ids{"T9001", "T1047", "G9001"};
                    return present(c, {}, ids, kTestNow);
                  })
                  .value(),
              UnorderedElementsAre("T9001", "G9001"));
  const auto old = look("T9003");
  ASSERT_TRUE(old);
  EXPECT_FALSE(old->row.in_force);
  for (const auto* absent : {"T1234", "", "ics-attack", "t9001", "T9001 "}) EXPECT_FALSE(look(absent)) << absent;
}

TEST_P(AttackTest, WhatNamesItIsCountedOnceAndForWhoMaySeeIt) {
  put_base();
  EXPECT_THAT(counts(), IsEmpty());
  const auto opening = testing::attack_stix_id("attack-pattern", 9101);
  put_advisory("A-1", "Used as T9001, T9001 and T9999.");
  put_advisory("A-2", "Used as T9001.", Tlp::green);
  put_advisory("A-3", "Nothing.");
  put(report(1, "By reference and by name",
             fmt::format(R"(,"object_refs":["{}"],"description":"T9001","x_note":"T9002.001")", opening)));
  put(indicator(2, "Joined"));
  put(relation(3, testing::attack_stix_id("indicator", 2), opening));
  put(indicator(4, "Joined in secret"));
  put(relation(5, testing::attack_stix_id("indicator", 4), opening), Tlp::green);
  put(indicator(6, "Secret"), Tlp::green);
  put(relation(7, testing::attack_stix_id("indicator", 6), opening));
  put(relation(8, testing::attack_stix_id("indicator", 99), opening));
  index();
  EXPECT_THAT(counts(), ElementsAre(Pair("T9001", 3), Pair("T9002.001", 1)));
  EXPECT_THAT(mentions("T9001"), UnorderedElementsAre("Advisory A-1", "By reference and by name", "Joined"));
  EXPECT_THAT(counts(member()), ElementsAre(Pair("T9001", 6), Pair("T9002.001", 1)));
  EXPECT_THAT(mentions("T9001", member()),
              UnorderedElementsAre("Advisory A-1", "Advisory A-2", "By reference and by name", "Joined",
                                   "Joined in secret", "Secret"));
  // The product tree names nothing.
  EXPECT_THAT(mentions("T9002"), IsEmpty());
}

TEST_P(AttackTest, ARelationThatANewerReleaseLeavesOutHoldsNoMore) {
  put_base();
  const auto group = testing::attack_stix_id("intrusion-set", 9201),
             opening = testing::attack_stix_id("attack-pattern", 9101);
  // Our own, which no release knows, stays.
  put(fmt::format(
      R"({{"type":"relationship","spec_version":"2.1","id":"{}","created":"2025-01-01T00:00:00.000Z","modified":"2025-01-01T00:00:00.000Z","relationship_type":"uses","source_ref":"{}","target_ref":"{}"}})",
      testing::attack_stix_id("relationship", 99), group, testing::attack_stix_id("attack-pattern", 9102)));
  const auto release = [&](std::string_view modified, const std::vector<std::string>& contents) {
    std::string list;
    for (const auto& each : contents) {
      list += fmt::format(R"({}{{"object_ref":"{}"}})", list.empty() ? "" : ",", each);
    }
    return fmt::format(
        R"({{"type":"x-mitre-collection","spec_version":"2.1","id":"{}","created":"2025-01-01T00:00:00.000Z","modified":"{}","name":"Sluices","x_mitre_version":"8.0","x_mitre_contents":[{}]}})",
        testing::attack_stix_id("x-mitre-collection", 9000), modified, list);
  };
  index();
  EXPECT_THAT(relations("G9001"),
              ElementsAre("-> uses T9001", "-> uses T9002", "-> uses S9001", "<- attributed-to C9001"));
  // It names one end only: nothing follows from that.
  put(release("2026-01-01T00:00:00.000Z", {group}));
  index();
  EXPECT_THAT(relations("G9001"),
              ElementsAre("-> uses T9001", "-> uses T9002", "-> uses S9001", "<- attributed-to C9001"));
  put(release("2026-02-01T00:00:00.000Z", {group, opening, testing::attack_stix_id("attack-pattern", 9102)}));
  index();
  EXPECT_THAT(relations("G9001"), ElementsAre("-> uses T9002", "-> uses S9001", "<- attributed-to C9001"));
  EXPECT_THAT(relations("T9001"), ::testing::Not(::testing::Contains("<- uses G9001")));
  put(release("2026-03-01T00:00:00.000Z", {group, opening, testing::attack_stix_id("relationship", 9301)}));
  index();
  EXPECT_THAT(relations("T9001"), ::testing::Contains("<- uses G9001"));
  // A release that is hidden from the asker changes nothing for them.
  put(release("2026-04-01T00:00:00.000Z", {group, opening}), Tlp::green);
  index();
  EXPECT_THAT(relations("T9001"), ::testing::Contains("<- uses G9001"));
  EXPECT_THAT(relations("T9001", member()), ::testing::Not(::testing::Contains("<- uses G9001")));
}

TEST_P(AttackTest, IsDerivedAnewForgottenAndUpgraded) {
  put_base();
  put_advisory("A-1", "T9001");
  index();
  const auto opening = testing::attack_stix_id("attack-pattern", 9101);
  ASSERT_TRUE(reset_index(database()));
  EXPECT_EQ(shown(), "absent");
  EXPECT_THAT(counts(), IsEmpty());
  index();
  EXPECT_THAT(counts(), ElementsAre(Pair("T9001", 1)));
  // A newer release takes a technique back.
  put(testing::attack_object("attack-pattern", 9102, "T9002", "Run a ladder", R"(,"revoked":true)",
                             "2026-01-01T00:00:00.000Z"));
  index();
  EXPECT_EQ(shown(), "TA9002: T9002.001 | TA9001: T9001");
  const auto advisory = database()
                            .read([&](store::Connection& c) {
                              return store::Records{c}.find({}, domain::RecordKind::advisory, "A-1", kTestNow);
                            })
                            .value();
  ASSERT_TRUE(advisory);
  ASSERT_TRUE(database().write([&](store::Connection& connection) -> Status {
    TRY_VOID(forget_record(connection, advisory->id));
    return store::Removals{connection}.remove(*advisory, kTestNow);
  }));
  index();
  EXPECT_THAT(counts(), IsEmpty());
}

TEST_P(AttackTest, ReleasesAreCompared) {
  const auto id = testing::attack_stix_id;
  const std::string old = "2025-01-01T00:00:00.000Z", later = "2025-06-01T00:00:00.000Z",
                    latest = "2026-01-01T00:00:00.000Z";
  const std::pair matrix{id("x-mitre-matrix", 9001), old}, mitigation{id("course-of-action", 9204), old};
  // "added T9009 | renamed T9001 (Open the sluice) | +M9001 mitigates T9001"
  const auto told = [&](std::string_view before = "", std::string_view after = "", const Viewer& viewer = {}) {
    const auto found =
        database().read([&](store::Connection& c) { return attack_changes(c, viewer, "", before, after, kTestNow); });
    if (!found) return found.error().to_string();
    if (!found->before) return fmt::format("{} releases", found->releases.size());
    std::string out = found->before->version + " -> " + found->after->version;
    for (const auto& each : found->difference.objects) {
      const auto& object = each.after.id.empty() ? each.before : each.after;
      out += fmt::format(" | {} {}", formats::attack::slug(each.what), object.id);
    }
    for (const auto& each : found->difference.relations) {
      out += fmt::format(" | {}{} {} {}", each.added ? '+' : '-', each.source.id, each.verb, each.target.id);
    }
    return out;
  };
  EXPECT_EQ(told(), "0 releases");
  put_base();
  EXPECT_EQ(told(), "1 releases");
  put(testing::attack_release("7.2", later,
                              {matrix,
                               mitigation,
                               {id("attack-pattern", 9101), old},
                               {id("attack-pattern", 9102), old},
                               {id("malware", 9202), old},
                               {id("relationship", 9302), old}}));
  put(testing::attack_object("attack-pattern", 9101, "T9001", "Open the floodgate", "", latest));
  put(testing::attack_object("attack-pattern", 9109, "T9009", "Dig a ditch", "", latest), Tlp::green);
  // Of no release: changes nothing.
  put(testing::attack_object("attack-pattern", 9102, "T9002", "Run two ladders", "", "2026-02-01T00:00:00.000Z"));
  put(testing::attack_release("7.3", latest,
                              {matrix,
                               mitigation,
                               {id("attack-pattern", 9101), latest},
                               {id("attack-pattern", 9109), latest},
                               {id("malware", 9202), old},
                               {id("relationship", 9306), old}}));
  index();
  EXPECT_EQ(told(), "7.2 -> 7.3 | renamed T9001 | removed T9002 | +M9001 mitigates T9001 | -S9001 uses T9002");
  EXPECT_EQ(told("7.3", "7.2"),
            "7.3 -> 7.2 | added T9002 | renamed T9001 | +S9001 uses T9002 | -M9001 mitigates T9001");
  EXPECT_EQ(told("", "7.2"), told("7.1", "7.2"));
  EXPECT_THAT(told("7.1", "7.2"), ::testing::StartsWith("7.1 -> 7.2 | added T9001 | added T9002"));
  EXPECT_EQ(told("", "", member()),
            "7.2 -> 7.3 | added T9009 | renamed T9001 | removed T9002 | +M9001 mitigates T9001 | -S9001 uses T9002");
  EXPECT_THAT(told("7.3", "7.3"), ::testing::HasSubstr("Two different releases"));
  for (const auto* absent : {"6", "'", "7.30"}) EXPECT_THAT(told(absent), ::testing::HasSubstr("No such release"));
}

}  // namespace
}  // namespace tocsin::engine::threat
