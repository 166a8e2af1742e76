#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/inventory/item_rules.hpp"
#include "engine/inventory/testing.hpp"
#include "formats/inventory/csv_cell.hpp"
#include "formats/inventory/worksheet.hpp"

namespace tocsin::engine::inventory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using ImportTest = InventoryTest;
TOCSIN_ON_BOTH_DATABASES(ImportTest);

constexpr std::string_view kPlant =
    "Asset ID,Name,Hersteller,Modell,Firmware,Standort,Cabinet\n"
    "A-1,Pump 1,Helmwerk,HW-710,V2.8.1,Nord,C1\n"
    "A-2,Pump 2,Helmwerk,HW-710,V2.9.1,Nord,C2\n"
    ",Meter,Brightwater,BM-9,1.0,West,\n";

TEST_P(ImportTest, SaysWhatChangesBeforeItDoes) {
  const auto first = compare_csv(editor, kPlant);
  ASSERT_TRUE(first) << first.error().to_string();
  EXPECT_EQ(first->added, 3U);
  EXPECT_THAT(first->added_labels, ElementsAre("Pump 1", "Pump 2", "Meter"));
  EXPECT_THAT(assets(editor), IsEmpty());
  ASSERT_TRUE(import_csv(editor, kPlant, {.expected_digest = first->digest}));
  EXPECT_THAT(assets(editor), SizeIs(3));

  const auto again = compare_csv(editor, kPlant);
  EXPECT_EQ(again->unchanged, 3U);
  EXPECT_EQ(again->added + again->changed + again->missing, 0U);

  const auto next = compare_csv(editor,
                                "Asset ID,Name,Hersteller,Modell,Firmware,Standort,Cabinet\n"
                                "A-1,Pump 1,Helmwerk,HW-710,V2.9.1,Nord,C9\n"
                                "A-3,Pump 3,Helmwerk,HW-710,V2.9.1,Nord,\n"
                                ",Meter,Brightwater,BM-9,1.0,West,\n");
  ASSERT_TRUE(next);
  EXPECT_EQ(next->added, 1U);
  EXPECT_EQ(next->changed, 1U);
  EXPECT_EQ(next->unchanged, 1U);
  EXPECT_EQ(next->missing, 1U);
  EXPECT_EQ(next->removed, 0U);
  EXPECT_THAT(next->missing_labels, ElementsAre("Pump 2"));
  ASSERT_THAT(next->changed_assets, SizeIs(1));
  std::vector<std::string> fields;
  for (const auto& each : next->changed_assets[0].fields) {
    fields.push_back(fmt::format("{}: {} -> {}", each.field, each.before, each.after));
  }
  EXPECT_THAT(fields,
              ElementsAre("versions: firmware V2.8.1 -> firmware V2.9.1", "others: Cabinet: C1 -> Cabinet: C9"));
}

TEST_P(ImportTest, DoesWhatWasShownAndNothingElse) {
  const auto shown = compare_csv(editor, kPlant);
  ASSERT_TRUE(import_csv(editor, "Asset ID,Name\nA-1,Elsewhere\n"));
  const auto late = import_csv(editor, kPlant, {.expected_digest = shown->digest});
  EXPECT_EQ(refusal(late), "conflict at digest");
  EXPECT_THAT(assets(editor), SizeIs(1));  // Nothing of it was written.
}

TEST_P(ImportTest, RemovesWhatIsMissingOnlyWhereAsked) {
  ASSERT_TRUE(import_csv(editor, kPlant));
  const auto kept = import_csv(editor, "Asset ID,Name\nA-1,Pump 1\n");
  EXPECT_EQ(kept->missing, 2U);
  EXPECT_THAT(assets(editor), SizeIs(3));
  const auto removed = import_csv(editor, "Asset ID,Name\nA-1,Pump 1\n", {.remove_missing = true});
  EXPECT_EQ(removed->removed, 2U);
  EXPECT_THAT(assets(editor), SizeIs(1));
}

struct KeyCase {
  std::string_view name, csv;
  std::size_t added, bad;
};

TEST_P(ImportTest, ErrorsAreByRowAndRefuseAllUnlessGoodRowsAreKept) {
  constexpr std::string_view kMessy =
      "Asset ID,Name,Serial,Model,Site\n"
      "A-1,Pump,,,Nord\n"
      "A-1,Other,,,Nord\n"
      ",Meter,S-1,,West\n"
      ",Meter,s-1,,West\n"
      ",,,,Nowhere\n"
      ",Valve,,V1,West\n"
      ",Valve,,V1,West\n"
      ",Valve,,V1,Nord\n";
  const auto shown = compare_csv(editor, kMessy);
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->bad, 4U);
  std::vector<std::string> errors;
  for (const auto& each : shown->errors) errors.push_back(fmt::format("{}: {}", each.row, each.message));
  EXPECT_THAT(errors, ElementsAre(HasSubstr("3: the same as row 2"), HasSubstr("5: the same as row 4"),
                                  HasSubstr("6: name: nothing says what it is"), HasSubstr("8: the same as row 7")));
  EXPECT_EQ(refusal(import_csv(editor, kMessy)), "invalid_input at row 3");
  EXPECT_THAT(assets(editor), IsEmpty());
  const auto kept = import_csv(editor, kMessy, {.keep_good_rows = true});
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->added, 4U);
  EXPECT_THAT(assets(editor), SizeIs(4));
}

TEST_P(ImportTest, AFileThatIsNoneChangesNothing) {
  EXPECT_EQ(outcome(import_csv(editor, "")), "invalid_input");
  EXPECT_EQ(outcome(import_csv(editor, "a,b\n\"open")), "invalid_input");
  EXPECT_THAT(assets(editor), IsEmpty());
}

/// The same columns, read back, give the same assets.
TEST_P(ImportTest, WhatIsExportedIsReadBackToTheSame) {
  ASSERT_TRUE(import_csv(
      editor,
      "key,name,vendor,family,product,model,hardware,version,version: CP module,firmware,software,serial,cpe,purl,"
      "address,site,zone,conduit,purdue level,criticality,exposure,safety,environment,production,owner,next outage,"
      "tags,hash,=Formula,other: Site,Room;No\n"
      "k1,\"=cmd|'/c'!A1\",Helmwerk,HW,\"HW-710, \"\"big\"\"\",HW-710,FS3,1,2.0,V2.8.1,SW1,S1,"
      "cpe:2.3:o:v:p:1:*:*:*:*:*:*:*,pkg:npm/a@1;pkg:npm/b@2,10.0.0.1; 10.0.0.2,Nord,Z1,C1,3.5,high,internet,low,"
      "none,stop,Ops,2027-05-01,\"a; b\",sha256:00ff,@x,-y,'z\n"
      ",+Meter,Brightwater,,,BM-9,,,,,,,,,,\xC3\x9C"
      "berlingen,,,,,,,,,,,,,,,\n"));
  const auto before = assets(editor);
  ASSERT_THAT(before, SizeIs(2));
  const auto csv = exported(editor);
  // No cell is a formula to a spreadsheet.
  EXPECT_THAT(csv, ::testing::Not(HasSubstr(",=")));
  EXPECT_THAT(csv, HasSubstr("'=cmd"));
  EXPECT_THAT(csv, HasSubstr("'+Meter"));
  const auto same = compare_csv(editor, csv);
  ASSERT_TRUE(same) << same.error().to_string();
  EXPECT_EQ(same->unchanged, 2U) << csv;
  const auto same_workbook = compare_csv(editor, exported(editor, ExportAs::xlsx));
  ASSERT_TRUE(same_workbook) << same_workbook.error().to_string();
  EXPECT_EQ(same_workbook->unchanged, 2U);
  const auto bom = exported(editor, ExportAs::cyclonedx);
  const auto same_bom = compare_csv(editor, bom);
  ASSERT_TRUE(same_bom) << same_bom.error().to_string();
  EXPECT_EQ(same_bom->unchanged, 2U) << bom;
  EXPECT_EQ(same_bom->rows, 2U) << "what it is about is no asset";
  // Also into an inventory that is empty.
  for (const auto& file : {csv, bom}) {
    ASSERT_TRUE(import_csv(stranger, file, {.remove_missing = true}));
    const auto after = assets(stranger);
    ASSERT_THAT(after, SizeIs(2));
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(after[i].digest, before[i].digest);
      EXPECT_THAT(changes_between(before[i].item, after[i].item), IsEmpty());
    }
    ASSERT_TRUE(import_csv(stranger, "key,name\nother,Other\n", {.remove_missing = true}));
  }
}

TEST_P(ImportTest, AnExportedBillOfMaterialsIsNone) {
  ASSERT_TRUE(import_csv(editor, kPlant));
  const auto bom = exported(editor, ExportAs::cyclonedx);
  const auto reading = read_file(database(), water, bom, "plant.cdx.json").value();
  EXPECT_EQ(reading.bom, "");
  EXPECT_EQ(reading.items.at(0).key, "A-1") << "no name of a bill stands in front of it";
  // Not what its components are parts of.
  EXPECT_EQ(outcome(read_file(database(), water, bom, "plant.cdx.json", "Skid")), "invalid_input");
  // Components that came out of a bill of materials are kept as what they were there.
  constexpr std::string_view kBom =
      R"({"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"metadata":{"component":
      {"type":"device","name":"Skid","version":"1"}},"components":[
      {"type":"library","bom-ref":"lib-1","group":"net.zlib","name":"zlib","version":"1.2.11","purl":"pkg:generic/zlib@1.2.11"}]})";
  ASSERT_TRUE(import_csv(editor, kBom));
  const auto again = compare_csv(editor, exported(editor, ExportAs::cyclonedx));
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_EQ(again->unchanged, 5U);
  EXPECT_EQ(again->rows, 5U);
}

TEST_P(ImportTest, RemembersWhatColumnsMean) {
  constexpr std::string_view kOdd = "Ding,Wo\nPump,Nord\n";
  auto reading = read_file(database(), water, kOdd).value();
  EXPECT_FALSE(check_columns(reading));
  reading.columns = {formats::inventory::Field::name, formats::inventory::Field::site};
  EXPECT_TRUE(check_columns(reading));
  ASSERT_TRUE(remember_columns(database(), editor, reading, kTestNow));
  EXPECT_EQ(read_file(database(), water, kOdd).value().columns, reading.columns);
  EXPECT_FALSE(check_columns(read_file(database(), power, kOdd).value()));  // Another's memory is its own.
}

TEST_P(ImportTest, BillsOfMaterialsAndWorkbooksAreFilesLikeTables) {
  constexpr std::string_view kBom =
      R"({"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[
      {"type":"firmware","bom-ref":"fw-1","supplier":{"name":"Helmwerk"},"name":"HW-710","version":"2.8.1"},
      {"type":"library","bom-ref":"lib-1","name":"zlib","version":"1.2.11","purl":"pkg:generic/zlib@1.2.11"}]})";
  ASSERT_TRUE(import_csv(editor, kBom));
  const auto kept = assets(editor);
  ASSERT_THAT(kept, SizeIs(2));
  EXPECT_EQ(kept[0].item.vendor, "Helmwerk");
  EXPECT_EQ(kept[0].item.versions.at(0).text, "2.8.1");
  EXPECT_THAT(kept[1].item.purls, ::testing::ElementsAre("pkg:generic/zlib@1.2.11"));
  EXPECT_EQ(compare_csv(editor, kBom)->unchanged, 2U);

  formats::inventory::Table table;
  table.headers = {"Name", "Order number"};
  table.rows = {{"Press 4", "7HW1 710-1AB00"}};
  const auto sheet = formats::inventory::write_worksheet(table).value();
  const auto reading = read_file(database(), water, sheet, "plant.xlsx").value();
  EXPECT_EQ(reading.kind, formats::inventory::Kind::worksheet);
  EXPECT_THAT(reading.columns,
              ::testing::ElementsAre(formats::inventory::Field::name, formats::inventory::Field::model));
  ASSERT_TRUE(import_csv(editor, sheet));
  EXPECT_THAT(assets(editor), SizeIs(3));
  EXPECT_FALSE(read_file(database(), water, "%PDF-1.7 no inventory"));
}

TEST_P(ImportTest, AnUploadWaitsForItsSenderOnly) {
  const auto id = keep_upload(database(), editor, "plant.csv", kPlant, kTestNow).value();
  ASSERT_TRUE(find_upload(database(), editor, id).value());
  EXPECT_FALSE(find_upload(database(), stranger, id).value());
  EXPECT_EQ(outcome(find_upload(database(), reader, id)), "forbidden");
  const auto colleague = acting(person("wim@water.example", water, {Role::organisation_administrator}), water);
  EXPECT_FALSE(find_upload(database(), colleague, id).value());
  // A day later another upload clears it away.
  Timestamp later = kTestNow;
  later.micros += std::int64_t{25} * 3600 * 1'000'000;
  ASSERT_TRUE(keep_upload(database(), stranger, "x.csv", "a", later));
  EXPECT_FALSE(find_upload(database(), editor, id).value());
}

TEST(CsvCells, AreNoFormulasAndComeBack) {
  for (const std::string_view text : {"=1+1", "+49", "-5", "@x", "'quoted", "''=", "plain", "a,b", "\"", "", "'"}) {
    auto cell = formats::inventory::csv_cell(text);
    EXPECT_EQ(cell.find_first_of("=+-@"), cell.empty() ? std::string::npos : cell.find_first_of("=+-@", 1)) << text;
    if (cell.starts_with('"')) {
      std::string bare;
      for (std::size_t i = 1; i + 1 < cell.size(); ++i) {
        bare += cell[i];
        if (cell[i] == '"') ++i;
      }
      cell = bare;
    }
    EXPECT_EQ(formats::inventory::without_apostrophe(cell), text);
  }
}

}  // namespace
}  // namespace tocsin::engine::inventory
