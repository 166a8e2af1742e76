#include "formats/inventory/read.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/inventory/worksheet.hpp"
#include "formats/inventory/zip.hpp"

namespace tocsin::formats::inventory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kCycloneDx =
    R"({"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"device","name":"HW-710"}]})";
constexpr const char* kAml =
    "<CAEXFile><InstanceHierarchy><InternalElement Name=\"a\"><Attribute "
    "Name=\"TypeIdentifier\"><Value>OrderNumber:HW-710</Value>"
    "</Attribute></InternalElement></InstanceHierarchy></CAEXFile>";

std::string workbook() {
  Table table;
  table.headers = {"product", "firmware"};
  table.rows = {{"HW-710", "2.3"}};
  return *write_worksheet(table);
}

TEST(Read, RecognisesEveryKind) {
  const auto amlx = write_zip({{"_rels/.rels",
                                "<Relationships><Relationship Id=\"a\" "
                                "Type=\"http://schemas.automationml.org/container/relationship/RootDocument\" "
                                "Target=\"/plant.aml\"/></Relationships>"},
                               {"plant.aml", kAml}});
  struct Case {
    std::string bytes, name;
    Kind kind;
  };
  const Case cases[] = {
      {"product;firmware\nHW-710;2.3\n", "plant.csv", Kind::table},
      {std::string("\xFF\xFE"
                   "p\0r\0o\0d\0u\0c\0t\0\n\0H\0",
                   20),
       "plant.txt", Kind::table},
      {workbook(), "-", Kind::worksheet},
      {kCycloneDx, "-", Kind::cyclonedx},
      {std::string("\xEF\xBB\xBF \n") + kCycloneDx, "-", Kind::cyclonedx},
      {"<?xml version=\"1.0\"?><!-- <a> --><b:bom "
       "xmlns:b=\"http://cyclonedx.org/schema/bom/1.5\"><b:components><b:component><b:name>HW-710</b:name>"
       "</b:component></b:components></b:bom>",
       "-", Kind::cyclonedx},
      {R"({"spdxVersion":"SPDX-2.3","packages":[{"name":"HW-710"}]})", "-", Kind::spdx},
      {"SPDXVersion: SPDX-2.3\nPackageName: HW-710\n", "-", Kind::spdx},
      {"<!DOCTYPE nmaprun><nmaprun><host><hostnames><hostname name=\"a\"/></hostnames></host></nmaprun>", "-",
       Kind::nmap},
      {"#separator \\x09\n#path\tsoftware\n#fields\thost\tname\n10.0.0.1\tApache\n", "-", Kind::zeek},
      {"{\"host\":\"10.0.0.1\",\"software_type\":\"x\",\"name\":\"Apache\"}\n{\"host\":\"10.0.0.1\",\"software_type\":"
       "\"x\",\"name\":\"B\"}\n",
       "-", Kind::zeek},
      {"{\"ts\":1,\"mac\":\"a\",\"dhcp_host_name\":\"hmi\"}", "known_devices.log", Kind::zeek},
      {R"({"results":[{"device_type":{"model":"HW-710","manufacturer":{"name":"Helmwerk"}}}]})", "-", Kind::netbox},
      {"<GmDataExportType><Data><Network name=\"n\"><Device name=\"plc\"/></Network></Data></GmDataExportType>", "-",
       Kind::grassmarlin},
      {kAml, "-", Kind::automation_ml},
      {amlx, "-", Kind::automation_ml},
  };
  for (const auto& each : cases) {
    const auto kind = recognise(each.bytes, each.name);
    ASSERT_TRUE(kind) << kind.error().message;
    EXPECT_EQ(*kind, each.kind) << each.bytes;
    EXPECT_FALSE(to_string(*kind).empty());
    const auto inventory = read_inventory(each.bytes, each.name);
    ASSERT_TRUE(inventory) << inventory.error().to_string();
    EXPECT_EQ(inventory->kind, each.kind);
    EXPECT_FALSE(inventory->items.empty());
  }
}

TEST(Read, TablesSayTheirColumns) {
  for (const auto& bytes : {std::string{"product,firmware\nHW-710,2.3\n"}, workbook()}) {
    const auto inventory = read_inventory(bytes, "-");
    ASSERT_TRUE(inventory);
    EXPECT_THAT(inventory->headers, ElementsAre("product", "firmware"));
    EXPECT_THAT(inventory->columns, ElementsAre(Field::product, Field::firmware));
    EXPECT_EQ(inventory->items.front().product, "HW-710");
    const auto other = read_inventory(bytes, "-", {.columns = {{"product", Field::model}}, .sheet = ""});
    ASSERT_TRUE(other);
    EXPECT_EQ(other->items.front().model, "HW-710");
    EXPECT_THAT(read_inventory(bytes, "-", {.columns = {{"colour", Field::model}}, .sheet = ""}).error().message,
                HasSubstr("no column 'colour'"));
  }
  EXPECT_TRUE(read_inventory(workbook(), "-", {.columns = {}, .sheet = "inventory"}));
  EXPECT_THAT(read_inventory(workbook(), "-", {.columns = {}, .sheet = "x"}).error().message,
              HasSubstr("no worksheet 'x'"));
}

TEST(Read, NetBoxTablesAreTables) {
  const auto inventory = read_inventory(
      "Name,Status,Tenant,Site,Location,Rack,Role,Manufacturer,Type,IP Address,Serial number,Asset tag\n"
      "plc-1,Active,Water,Plant 3,Hall 2,R1,Controller,Helmwerk,HW-710,10.0.0.1/24,S1,A-7\n",
      "netbox_devices.csv");
  ASSERT_TRUE(inventory);
  const auto& item = inventory->items.front();
  EXPECT_EQ(item.key, "A-7");
  EXPECT_EQ(item.name, "plc-1");
  EXPECT_EQ(item.vendor, "Helmwerk");
  EXPECT_EQ(item.product, "HW-710");
  EXPECT_EQ(item.serial, "S1");
  EXPECT_EQ(item.site, "Plant 3");
}

TEST(Read, UnpacksGzip) {
  // "product\nHW-710\n", packed by another program.
  const std::string packed{
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\x2b\x28\xca\x4f\x29\x4d\x2e\xe1\xf2\x08\xd7\x35\x37\x34\xe0\x02\x00\xda"
      "\x41\x8b\x79\x0f\x00\x00\x00",
      35};
  const auto inventory = read_inventory(packed, "plant.csv.gz");
  ASSERT_TRUE(inventory) << inventory.error().to_string();
  EXPECT_EQ(inventory->items.front().product, "HW-710");
}

TEST(Read, SaysWhatItIsInstead) {
  const std::pair<std::string, const char*> cases[] = {
      {"", "The file is empty; an inventory is a table (CSV, .xlsx)"},
      {" \n ", "The file is empty"},
      {"%PDF-1.7", "This is a PDF"},
      {"\x89PNG\r\n", "a picture"},
      {std::string("\0\1\2", 3), "no text"},
      {"{}", "no inventory that is known"},
      {"{\"a\":", "1:"},
      {"[1]", "no inventory that is known"},
      {R"({"document":{"csaf_version":"2.0"}})", "This is a CSAF 2.0 advisory, no inventory"},
      {R"({"@context":"https://openvex.dev/ns/v0.2.0"})", "no inventory"},
      {"<html/>", "root element 'html'"},
      {"<", "root element ''"},
      {"<cvrfdoc/>", "a CVRF advisory"},
      {"a,b\n1,2\n", "No column says what the things are: a, b"},
      {"#separator \\x09\n#path\tknown_hosts\n#fields\thost\n10.0.0.1\n",
       "Nothing in this log of Zeek says what the things are"},
      {"\xD0\xCF\x11\xE0", "password"},
      {"PK\3\4", "damaged"},
      {"\x1F\x8B\x08", "damaged"},
  };
  for (const auto& [bytes, wanted] : cases) {
    const auto inventory = read_inventory(bytes, "-");
    ASSERT_FALSE(inventory) << bytes;
    EXPECT_THAT(inventory.error().to_string(), HasSubstr(wanted));
  }
  EXPECT_THAT(read_inventory(kCycloneDx, "-", {.columns = {{"a", Field::model}}, .sheet = ""}).error().message,
              HasSubstr("of tables only"));
  EXPECT_THAT(read_inventory("a\n", "-", {.columns = {}, .sheet = "x"}).error().message,
              HasSubstr("of a workbook only"));
}

}  // namespace
}  // namespace tocsin::formats::inventory
