#include "formats/attack/attack.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin::formats::attack {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct IdCase {
  std::string_view id;
  std::optional<Kind> kind;
};
constexpr IdCase kIds[] = {
    {"T0855", Kind::technique},
    {"T1059.001", Kind::technique},
    {"TA0107", Kind::tactic},
    {"G0034", Kind::group},
    {"S1009", Kind::software},
    {"C0028", Kind::campaign},
    {"M0930", Kind::mitigation},
    {"A0008", Kind::asset},
    {"DC0045", Kind::data_component},
    {"DS0002", Kind::data_source},
    {"DET0738", Kind::detection_strategy},
    {"AN1881", Kind::analytic},
    {"", std::nullopt},
    {"T", std::nullopt},
    {"T855", std::nullopt},
    {"t0855", std::nullopt},
    {"T0855.1", std::nullopt},
    {"G0034.001", std::nullopt},
    {"X0001", std::nullopt},
    {"T0855 ", std::nullopt},
    {"0855", std::nullopt},
};
TEST(Attack, IdsTellTheirKind) {
  for (const auto& each : kIds) EXPECT_EQ(kind_of_id(each.id), each.kind) << each.id;
  EXPECT_EQ(parent_of("T1059.001"), "T1059");
  EXPECT_EQ(parent_of("T1059"), "");
}

struct TextCase {
  std::string_view text;
  std::vector<std::string> ids;
};
TEST(Attack, TextsNameIds) {
  const TextCase cases[] = {
      {"Attackers may use T0855 (Unauthorized Command Message), then T0831.", {"T0855", "T0831"}},
      {"T1059.001 and T1059.001 again; T1059", {"T1059.001", "T1059"}},
      {"https://attack.mitre.org/techniques/T1059/001/ and https://attack.mitre.org/groups/G0034",
       {"T1059.001", "G0034"}},
      {"see attack.mitre.org/software/S1009, attack.mitre.org/mitigations/M0930.", {"S1009", "M0930"}},
      {"/techniques/T0855", {"T0855"}},
      {"(T0855)", {"T0855"}},
      // Numbers of products and orders are none.
      {"6ES7-T0855, XT0855, T08555, T0855-5, T0855x, T0855_1", {}},
      {"Group G0034 and M0930 without an address", {}},
      {"attack.mitre.org/", {}},
      {"attack.mitre.org/groups/", {}},
      {"attack.mitre.org/resources/faq", {}},
      {"", {}},
      {"T", {}},
  };
  for (const auto& each : cases) EXPECT_EQ(ids_in(each.text), each.ids) << each.text;
  // The bare id stands where its sub-technique has no right form.
  EXPECT_THAT(ids_in("T1059.01 is short"), ElementsAre("T1059"));
}

TEST(Attack, LabelsNameRequirements) {
  EXPECT_EQ(read_requirement("NIST SP 800-53 Rev. 5 - AC-3; SC-7"),
            (Requirement{"NIST SP 800-53 Rev. 5", {"AC-3", "SC-7"}}));
  EXPECT_EQ(read_requirement("IEC 62443-3-3:2013 - SR 5.1"), (Requirement{"IEC 62443-3-3:2013", {"SR 5.1"}}));
  for (const auto* none : {"", "water", "IEC 62443", "IEC 62443 - ", "IEC - ;;", "own - label", " - SR 5.1"}) {
    EXPECT_FALSE(read_requirement(none)) << none;
  }
}

std::optional<Facts> read(std::string_view bytes) {
  stix::TapeReader reader;
  const auto root = reader.read(bytes);
  EXPECT_TRUE(root.has_value()) << bytes;
  if (!root) return std::nullopt;
  return read_facts(*root, stix::read_facts(*root));
}
std::string object(std::string_view type, std::string_view id, std::string_view more) {
  return fmt::format(
      R"({{"type":"{0}","id":"{0}--00000000-0000-4000-8000-000000000001","external_references":[{{"source_name":"mitre-attack","external_id":"{1}"}}]{2}}})",
      type, id, more);
}

TEST(Attack, ReadsWhatAnIndexNeeds) {
  const auto technique = read(object(
      "attack-pattern", "T0855",
      R"(,"x_mitre_version":"1.2","kill_chain_phases":[{"kill_chain_name":"mitre-ics-attack","phase_name":"impair-process-control"}])"));
  ASSERT_TRUE(technique);
  EXPECT_EQ(technique->kind, Kind::technique);
  EXPECT_EQ(technique->id, "T0855");
  EXPECT_EQ(technique->version, "1.2");
  EXPECT_FALSE(technique->deprecated);
  EXPECT_THAT(technique->phases, ElementsAre(Phase{"mitre-ics-attack", "impair-process-control"}));
  const auto tactic =
      read(object("x-mitre-tactic", "TA0106",
                  R"(,"x_mitre_shortname":"impact","x_mitre_domains":["ics-attack","enterprise-attack"])"));
  ASSERT_TRUE(tactic);
  EXPECT_THAT(tactic->phases, ElementsAre(Phase{"mitre-ics-attack", "impact"}, Phase{"mitre-attack", "impact"}));
  const auto matrix = read(object("x-mitre-matrix", "ics-attack", R"(,"x_mitre_version":"1.0")"));
  ASSERT_TRUE(matrix);
  EXPECT_EQ(matrix->id, "ics-attack");
  EXPECT_THAT(matrix->phases, ElementsAre(Phase{"mitre-ics-attack", ""}));
  const auto old = read(object("malware", "S0001", R"(,"x_mitre_deprecated":true)"));
  ASSERT_TRUE(old);
  EXPECT_EQ(old->kind, Kind::software);
  EXPECT_TRUE(old->deprecated);
  const auto release = read(R"({"type":"x-mitre-collection","id":"x-mitre-collection--1","x_mitre_version":"18.1"})");
  ASSERT_TRUE(release);
  EXPECT_EQ(release->kind, Kind::collection);
  EXPECT_EQ(release->version, "18.1");
}

TEST(Attack, WhatIsNoPartIsNotTaken) {
  // Somebody's own attack pattern that names a technique; a mitigation of before 2019 under a technique's id; ids of
  // another kind, of forms that are none; a type without pages.
  EXPECT_FALSE(read(object("attack-pattern", "T0855", "")));
  EXPECT_FALSE(read(object("course-of-action", "T1156", R"(,"x_mitre_deprecated":true)")));
  EXPECT_FALSE(read(object("attack-pattern", "G0034", R"(,"x_mitre_version":"1.0")")));
  EXPECT_FALSE(read(object("attack-pattern", "T1\\u0000", R"(,"x_mitre_version":"1.0")")));
  EXPECT_FALSE(read(object("x-mitre-matrix", "a\\u0000b", R"(,"x_mitre_version":"1.0")")));
  EXPECT_FALSE(read(object("report", "T0855", R"(,"x_mitre_version":"1.0")")));
  EXPECT_FALSE(
      read(R"({"type":"malware","id":"malware--00000000-0000-4000-8000-000000000001","x_mitre_version":"1.0"})"));
  EXPECT_FALSE(read(R"({"type":"relationship","id":"relationship--1"})"));
  const auto gone = read(R"({"type":"relationship","id":"relationship--1","x_mitre_deprecated":true})");
  ASSERT_TRUE(gone);
  EXPECT_EQ(gone->kind, Kind::relationship);
  EXPECT_TRUE(gone->deprecated);
  const auto odd = read(object("malware", "S0001", R"(,"x_mitre_version":"1\u00002")"));
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->version, "");
}

}  // namespace
}  // namespace tocsin::formats::attack
