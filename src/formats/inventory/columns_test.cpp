#include "formats/inventory/columns.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin::formats::inventory {
namespace {

using testing::ElementsAre;
using enum Field;

TEST(Columns, AreRecognisedByTheirNames) {
  struct Case {
    std::vector<std::string> headers;
    std::vector<Field> fields;
  };
  const Case cases[] = {
      {{"Vendor", "Product", "Version"}, {vendor, product, version}},
      {{"Manufacturer Name", "Order No.", "FW-Version", "S/N"}, {vendor, model, firmware, serial}},
      {{"Hersteller", "Gerätetyp", "Bestell-Nr.", "Firmwarestand", "Standort"},
       {vendor, product, model, firmware, site}},
      {{"Fabricante", "Modelo", "Versión de firmware", "Número de serie"}, {vendor, model, firmware, serial}},
      {{"asset_id", "Description", "IP Address", "MAC", "Colour"}, {key, name, address, address, none}},
      // The better name wins; the other is worth reading, too.
      {{"Type", "Product name", "Model", "Order number"}, {family, product, none, model}},
      {{"Vendor", "Model", "Order number"}, {vendor, product, model}},
      {{"Vendor", "Product", "Model", "Order number"}, {vendor, product, family, model}},
      {{"Hersteller", "Artikel-Nr.", "FW-Stand", "Nächster Stillstand"}, {vendor, model, firmware, next_outage}},
      {{"Make", "Model/Type", "Order #", "Exposition"}, {vendor, product, model, exposure}},
      {{"", "?"}, {none, none}},
  };
  for (const auto& each : cases) {
    EXPECT_EQ(recognise_columns(each.headers), each.fields) << testing::PrintToString(each.headers);
  }
}

TEST(Columns, EveryFieldHasAName) {
  for (const auto field : all_fields()) EXPECT_EQ(parse_field(to_string(field)), field);
  EXPECT_EQ(parse_field("none"), none);
  EXPECT_EQ(parse_field("colour"), std::nullopt);
}

/// What an export writes is read back.
TEST(Columns, NamesOfFieldsAreRecognised) {
  for (const auto field : all_fields()) {
    // "software" alone may as well be the name of it.
    const std::string header{field == Field::software ? "software_version" : to_string(field)};
    EXPECT_EQ(recognise_columns({header}).front(), field) << header;
  }
  EXPECT_EQ(recognise_columns({"Version: bootloader"}).front(), Field::version);
  EXPECT_EQ(recognise_columns({"other: site"}).front(), Field::none);
}

TEST(Columns, RowsBecomeItems) {
  Table table;
  table.headers = {"vendor", "model", "fw", "bootloader", "ip", "colour", "tags"};
  table.rows = {{"Siemens", "6ES7 515-2AM01-0AB0", "2.8.1", "1.0", "10.0.0.1; 10.0.0.2", "grey", "a,b"},
                {"n/a", "-", "unknown", "", "", "", ""}};
  const auto items = items_of(table, {vendor, model, firmware, version, address, none, tags});
  ASSERT_EQ(items.size(), 2U);
  EXPECT_EQ(items[0].row, 1U);
  EXPECT_EQ(items[0].model, "6ES7 515-2AM01-0AB0");
  ASSERT_EQ(items[0].versions.size(), 2U);
  EXPECT_EQ(items[0].versions[0].component, "firmware");
  EXPECT_THAT(items[0].addresses, ElementsAre("10.0.0.1", "10.0.0.2"));
  EXPECT_THAT(items[0].others, ElementsAre(std::pair<std::string, std::string>{"colour", "grey"}));
  EXPECT_THAT(items[0].tags, ElementsAre("a", "b"));
  EXPECT_TRUE(items[1].vendor.empty() && items[1].model.empty() && items[1].versions.empty()) << "what says nothing";
}

}  // namespace
}  // namespace tocsin::formats::inventory
