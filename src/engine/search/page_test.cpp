#include "engine/search/page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/search/snippet.hpp"

namespace tocsin::engine::search {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::shared_ptr<const CatalogueSnapshot> snapshot_of(std::vector<std::int64_t> currents) {
  CatalogueSnapshot::Builder builder;
  std::int64_t record = 0;
  for (const auto current : currents) {
    CatalogueRow row;
    row.record = ++record;
    row.facts.owner = domain::kOwnOrganisation;
    row.current_release_at = {current};
    builder.add(row);
  }
  return builder.build({}, 1);
}

TEST(Cursors, AreReadBackAndCheckedStrictly) {
  const Cursor cursor{.backwards = true, .tier = 2, .key = -5, .record = 77, .position = 12};
  const auto read = parse_cursor(to_text(cursor));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->backwards, true);
  EXPECT_EQ(read->tier, 2U);
  EXPECT_EQ(read->key, -5);
  EXPECT_EQ(read->record, 77);
  EXPECT_EQ(read->position, 12);
  for (const auto* bad :
       {"", "n", "x0~1~2~3", "n0~1~2", "n0~1~2~3~4", "n3~1~2~3", "n-1~1~2~3", "n0~1~2~-3", "n0~1~2~3 ", "n0~+1~2~3"}) {
    EXPECT_FALSE(parse_cursor(bad).has_value()) << bad;
  }
  EXPECT_FALSE(parse_cursor(std::string(101, 'n')).has_value());
}

TEST(Pages, GoThroughTiersAndTiesInOneOrder) {
  const auto snapshot = snapshot_of({10, 30, 30, 20, 50});
  Bits names(5), rest(5);
  for (const auto i : {0U, 2U}) names.set(i);
  for (const auto i : {1U, 3U, 4U}) rest.set(i);
  const auto page = page_of(*snapshot, {names, rest}, CatalogueSnapshot::Order::updated, nullptr, 3);
  EXPECT_THAT(page.positions, ElementsAre(2, 0, 4));
  EXPECT_EQ(page.first_position, 1);
  EXPECT_EQ(page.previous, "");
  const auto cursor = parse_cursor(page.next).value();
  const auto second = page_of(*snapshot, {names, rest}, CatalogueSnapshot::Order::updated, &cursor, 3);
  EXPECT_THAT(second.positions, ElementsAre(1, 3));
  EXPECT_EQ(second.first_position, 4);
  EXPECT_EQ(second.next, "");
  const auto back = parse_cursor(second.previous).value();
  EXPECT_THAT(page_of(*snapshot, {names, rest}, CatalogueSnapshot::Order::updated, &back, 3).positions,
              ElementsAre(2, 0, 4));
}

TEST(Pages, OfNothingAreEmpty) {
  const auto snapshot = snapshot_of({});
  const auto page = page_of(*snapshot, {Bits(0)}, CatalogueSnapshot::Order::severity, nullptr, 10);
  EXPECT_THAT(page.positions, IsEmpty());
  EXPECT_EQ(page.next, "");
  EXPECT_EQ(page.previous, "");
}

TEST(Positions, AreFoundWithAndWithoutGaps) {
  for (const std::vector<std::int64_t>& records :
       {std::vector<std::int64_t>{}, {7}, {5, 6, 7, 8}, {5, 6, 9, 100, 1'000'000'000'000}}) {
    CatalogueSnapshot::Builder builder;
    for (const auto record : records) {
      CatalogueRow row;
      row.record = record;
      builder.add(row);
    }
    const auto snapshot = builder.build({}, 1);
    for (std::int64_t record = -1; record < 110; ++record) {
      const auto place = std::ranges::find(records, record);
      const auto found = snapshot->position_of(record);
      EXPECT_EQ(found.has_value(), place != records.end()) << record;
      if (found) EXPECT_EQ(*found, static_cast<std::size_t>(place - records.begin()));
    }
    if (!records.empty()) EXPECT_EQ(snapshot->position_of(records.back()), records.size() - 1);
  }
}

TEST(PackedRows, AreReadBackAndCheckedStrictly) {
  CatalogueRow row;
  row.facts = {
      domain::Tlp::amber_strict, domain::RecordStatus::withdrawn, domain::Audience::members, {42}, Timestamp{-7}, {}};
  row.severity = formats::cvss::Severity::high;
  row.score_tenths = 75;
  row.has_fix = true;
  row.document_status = 3;
  row.sectors = 0x20006;
  row.initial_release_at = {123};
  row.current_release_at = {456};
  row.vendors = {1, 70'000};
  row.cwes = {787};
  const auto bytes = pack(row);
  EXPECT_LE(bytes.size(), 100U);
  CatalogueRow read;
  ASSERT_TRUE(unpack(bytes, read));
  EXPECT_EQ(pack(read), bytes);
  EXPECT_EQ(read.facts.embargo_until, row.facts.embargo_until);
  EXPECT_EQ(read.vendors, row.vendors);
  EXPECT_TRUE(read.has_fix);
  EXPECT_FALSE(read.has_cve);
  for (std::size_t size = 0; size < bytes.size(); ++size) EXPECT_FALSE(unpack(bytes.substr(0, size), read)) << size;
  EXPECT_FALSE(unpack(bytes + '\0', read));
  auto other_version = bytes;
  other_version[0] = 99;
  EXPECT_FALSE(unpack(other_version, read));
}

std::string marked(std::string_view text, const std::vector<std::string>& words) {
  std::string out;
  for (const auto& each : snippet(text, words)) out += each.hit ? "[" + each.text + "]" : each.text;
  return out;
}

TEST(Snippets, MarkWordsInTheTextAsItIsWritten) {
  EXPECT_EQ(marked("An Ärger in the valve.", {"arger"}), "An [Ärger] in the valve.");
  EXPECT_EQ(marked("S7-1500 and <b>", {"s7", "1500"}), "[S7]-[1500] and <b>");
  EXPECT_EQ(marked("nothing here", {"pump"}), "");
  EXPECT_EQ(marked("", {"pump"}), "");
}

TEST(Snippets, OfLongTextsAreCutAroundTheWord) {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "filler ";
  text += "pump ";
  for (int i = 0; i < 100; ++i) text += "filler ";
  const auto cut = marked(text, {"pump"});
  EXPECT_THAT(cut, ::testing::HasSubstr("[pump]"));
  EXPECT_LE(cut.size(), 260U);
  EXPECT_TRUE(cut.starts_with("\xE2\x80\xA6"));
  EXPECT_TRUE(cut.ends_with("\xE2\x80\xA6"));
}

}  // namespace
}  // namespace tocsin::engine::search
