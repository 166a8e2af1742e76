#include "formats/attack/difference.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/testing/corpus.hpp"

namespace tocsin::formats::attack {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string object(int number, std::string_view id, std::string_view name, std::string_view version,
                   std::string_view more = "", std::string_view modified = "2025-01-01T00:00:00.000Z") {
  return fmt::format(
      R"({{"type":"attack-pattern","id":"attack-pattern--00000000-0000-4000-8000-{:012}","name":"{}","modified":"{}","external_references":[{{"source_name":"mitre-attack","external_id":"{}"}}],"x_mitre_version":"{}"{}}})",
      number, name, modified, id, version, more);
}
std::string relation(std::string_view verb, int source, int target, std::string_view more = "") {
  return fmt::format(
      R"({{"type":"relationship","id":"relationship--00000000-0000-4000-8000-{:06}{:06}","relationship_type":"{}","source_ref":"attack-pattern--00000000-0000-4000-8000-{:012}","target_ref":"attack-pattern--00000000-0000-4000-8000-{:012}","x_mitre_version":"1.0"{}}})",
      source, target, verb, source, target, more);
}
Release release(const std::vector<std::string>& objects) {
  std::string all;
  for (const auto& each : objects) all += (all.empty() ? "" : ",") + each;
  return Release::read(R"({"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":[)" + all +
                       "]}")
      .value();
}
std::vector<std::string> told(const Difference& difference) {
  std::vector<std::string> out;
  for (const auto& each : difference.objects) {
    const auto& named = each.what == What::removed ? each.before : each.after;
    out.push_back(
        fmt::format("{} {}{}{}", slug(each.what), named.id, each.successor.empty() ? "" : " -> ", each.successor));
  }
  for (const auto& each : difference.relations) {
    out.push_back(fmt::format("{} {} {} {}", each.added ? "+" : "-", each.source.id, each.verb, each.target.id));
  }
  return out;
}

TEST(AttackDifference, TellsEachWayOfChanging) {
  const auto before = release({
      object(1, "T0001", "Same", "1.0"),
      object(2, "T0002", "Old name", "1.0"),
      object(3, "T0003", "Revoked", "1.0"),
      object(4, "T0004", "Deprecated", "1.0"),
      object(5, "T0005", "Major", "1.9"),
      object(6, "T0006", "Minor", "1.1"),
      object(7, "T0007", "Edited", "1.0"),
      object(8, "T0008", "Gone", "1.0"),
      object(10, "T0010", "Back", "1.0", R"(,"x_mitre_deprecated":true)"),
      relation("uses", 1, 2),
      relation("uses", 1, 3),
      relation("uses", 1, 4),
  });
  const auto after = release({
      object(1, "T0001", "Same", "1.0"),
      object(2, "T0002", "New name", "1.1"),
      object(3, "T0003", "Revoked", "1.0", R"(,"revoked":true)", "2025-02-01T00:00:00.000Z"),
      object(4, "T0004", "Deprecated", "1.0", R"(,"x_mitre_deprecated":true)"),
      object(5, "T0005", "Major", "2.0"),
      object(6, "T0006", "Minor", "1.2"),
      object(7, "T0007", "Edited", "1.0", "", "2025-02-01T00:00:00.000Z"),
      object(9, "T0009", "New", "1.0"),
      object(10, "T0010", "Back", "1.0"),
      relation("uses", 1, 2),
      relation("uses", 1, 3, R"(,"x_mitre_deprecated":true)"),
      relation("uses", 1, 4, R"(,"revoked":true)"),
      relation("revoked-by", 3, 2),
  });
  EXPECT_THAT(told(compare(before, after)),
              ElementsAre("added T0009", "renamed T0002", "revoked T0003 -> T0002 New name", "deprecated T0004",
                          "reinstated T0010", "removed T0008", "major-version T0005", "minor-version T0002",
                          "minor-version T0006", "edited T0007", "+ T0003 revoked-by T0002", "- T0001 uses T0003",
                          "- T0001 uses T0004"));
  EXPECT_THAT(told(compare(before, before)), IsEmpty());
  const auto back = compare(after, before);
  EXPECT_EQ(back.objects.front().what, What::added);
  EXPECT_EQ(back.objects.front().after.id, "T0008");
}

TEST(AttackDifference, RefusesWhatIsNoKnowledgeBase) {
  for (const auto* bad :
       {"", "no JSON", "{}", R"({"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":[]})",
        R"([{"type":"malware","id":"malware--00000000-0000-4000-8000-000000000001","name":"x"}])"}) {
    EXPECT_FALSE(Release::read(bad)) << bad;
  }
}

TEST(AttackDifference, OfTheRealKnowledgeBase) {
  const auto old_bytes = testing::uncompressed("attack/ics-attack-12.1.json.gz");
  const auto new_bytes = testing::uncompressed("attack/ics-attack-18.1.json.gz");
  if (!old_bytes || !new_bytes) GTEST_SKIP() << "no real ATT&CK in the folder that TOCSIN_DATA names";
  const auto before = Release::read(*old_bytes).value(), after = Release::read(*new_bytes).value();
  EXPECT_EQ(before.version(), "12.1");
  EXPECT_EQ(after.version(), "18.1");
  const auto lines = told(compare(before, after));
  EXPECT_THAT(lines, ::testing::Contains("added A0008"));
  EXPECT_THAT(lines, ::testing::Contains("added DET0738"));
}

}  // namespace
}  // namespace tocsin::formats::attack
