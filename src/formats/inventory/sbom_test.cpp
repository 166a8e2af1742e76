#include "formats/inventory/sbom.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/inventory/read.hpp"

namespace tocsin::formats::inventory {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr const char* kJson = R"({"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":
  {"type":"firmware","bom-ref":"fw","supplier":{"name":"Supplier"},"manufacturer":{"name":"Helmwerk"},"name":"HW-710 Firmware",
   "version":"2.3","cpe":"cpe:2.3:o:helmwerk:hw-710:2.3:*:*:*:*:*:*:*",
   "properties":[{"name":"cdx:device:serialNumber","value":"S1"},{"name":"cdx:device:macAddress","value":"00:11:22:33:44:55"},
                 {"name":"cdx:device:sku","value":"k"},{"name":"own","value":"z"}]}},
  "components":[{"type":"library","bom-ref":"a","group":"org.x","name":"zlib","version":"1.2.11","purl":"pkg:generic/zlib@1.2.11",
    "publisher":"zlib.net","hashes":[{"alg":"SHA-256","content":"ABCD"},{"alg":"BLAKE2b-256","content":"ef"}],
    "components":[{"type":"file","name":"inner"}]},
   {"type":"operating-system","name":"Linux","version":"5.10"}, 7, {"name":9}]})";

constexpr const char* kXml =
    R"(<?xml version="1.0"?><bom xmlns="http://cyclonedx.org/schema/bom/1.4"><metadata><component type="firmware" bom-ref="fw">
  <supplier><name>Supplier</name></supplier><manufacturer><name>Helmwerk</name></manufacturer><name>HW-710 Firmware</name><version>2.3</version>
  <cpe>cpe:2.3:o:helmwerk:hw-710:2.3:*:*:*:*:*:*:*</cpe><properties><property name="cdx:device:serialNumber">S1</property>
  <property name="cdx:device:macAddress">00:11:22:33:44:55</property><property name="cdx:device:sku">k</property></properties></component></metadata>
  <components><component type="library" bom-ref="a"><publisher>zlib.net</publisher><group>org.x</group><name>zlib</name><version>1.2.11</version>
  <hashes><hash alg="SHA-256">ABCD</hash><hash alg="BLAKE2b-256">ef</hash></hashes><purl>pkg:generic/zlib@1.2.11</purl>
  <components><component type="file"><name>inner</name></component></components></component>
  <component type="operating-system"><name>Linux</name><version>5.10</version></component></components></bom>)";

TEST(CycloneDx, BothNotationsSayTheSame) {
  const auto parsed = json::parse(kJson);
  ASSERT_TRUE(parsed);
  for (const auto& items : {read_cyclonedx(parsed->root()), read_cyclonedx_xml(kXml)}) {
    ASSERT_TRUE(items) << items.error().to_string();
    ASSERT_GE(items->size(), 4U);
    const auto& device = (*items)[0];
    EXPECT_EQ(device.row, 1U);
    EXPECT_EQ(device.key, "fw");
    EXPECT_EQ(device.vendor, "Helmwerk") << "who made it before who sells it";
    EXPECT_EQ(device.product, "HW-710 Firmware");
    ASSERT_EQ(device.versions.size(), 1U);
    EXPECT_EQ(device.versions[0].component, "firmware");
    EXPECT_EQ(device.versions[0].text, "2.3");
    EXPECT_EQ(device.serial, "S1");
    EXPECT_THAT(device.addresses, ElementsAre("00:11:22:33:44:55"));
    EXPECT_THAT(device.cpe, HasSubstr("helmwerk"));
    EXPECT_THAT(device.others, ElementsAre(Pair("type", "firmware"), Pair("sku", "k")));
    const auto& library = (*items)[1];
    EXPECT_EQ(library.vendor, "zlib.net");
    EXPECT_THAT(library.purls, ElementsAre("pkg:generic/zlib@1.2.11"));
    EXPECT_THAT(library.hashes, ElementsAre(Pair("sha256", "abcd"), Pair("blake2b-256", "ef")));
    EXPECT_EQ(library.versions[0].component, "");
    EXPECT_EQ((*items)[2].product, "Linux");
    EXPECT_EQ(items->back().product, "inner") << "components of components stand behind them";
  }
}

TEST(CycloneDx, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"bomFormat":"CycloneDX","specVersion":"2.0"})", "specVersion is '2.0'"},
      {R"({"bomFormat":"CycloneDX","specVersion":"1.5"})", "no component"},
      {R"({"bomFormat":"CycloneDX","specVersion":"1.5","components":{}})", "no component"},
      {"7", "no CycloneDX"},
  };
  for (const auto& [text, wanted] : cases) {
    const auto parsed = json::parse(text);
    const auto items = read_cyclonedx(parsed->root());
    ASSERT_FALSE(items) << text;
    EXPECT_THAT(items.error().message, HasSubstr(wanted));
  }
  std::string deep = "<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">";
  for (int i = 0; i < 200; ++i) deep += "<components><component>";
  const std::pair<std::string, const char*> documents[] = {
      {"<bom/>", "no CycloneDX"},
      {"<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\"/>", "no component"},
      {"<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">", "well-formed"},
      {"<!DOCTYPE bom SYSTEM \"file:///etc/passwd\"><bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\"/>",
       "document type"},
      {deep, "well-formed"},
  };
  for (const auto& [text, wanted] : documents) {
    const auto items = read_cyclonedx_xml(text);
    ASSERT_FALSE(items) << text;
    EXPECT_THAT(items.error().message, HasSubstr(wanted));
  }
  std::string closing;
  for (int i = 0; i < 200; ++i) closing += "</component></components>";
  EXPECT_THAT(read_cyclonedx_xml(deep + closing + "</bom>").error().message, HasSubstr("nested more than 128 deep"));
}

/// Everything of it, for comparing.
std::string told(const Item& item) {
  std::string out;
  for (const auto* text : {&item.key,    &item.name,        &item.vendor,       &item.family,      &item.product,
                           &item.model,  &item.hardware,    &item.serial,       &item.cpe,         &item.site,
                           &item.zone,   &item.conduit,     &item.purdue_level, &item.criticality, &item.exposure,
                           &item.safety, &item.environment, &item.production,   &item.owner,       &item.next_outage}) {
    out += *text + "|";
  }
  for (const auto& each : item.versions) out += fmt::format(" v[{}]{}", each.component, each.text);
  for (const auto* list : {&item.purls, &item.addresses, &item.tags}) out += fmt::format(" l{}", fmt::join(*list, ","));
  for (const auto* list : {&item.hashes, &item.others}) {
    for (const auto& [name, value] : *list) out += fmt::format(" p[{}]{}", name, value);
  }
  return out;
}

std::string written(const std::vector<Item>& items) {
  CycloneDxStream stream;
  auto out = stream.begin({.subject = "Inventory of \"Nord\"",
                           .uuid = "3e671687-395b-41f5-a30f-a58921a69b79",
                           .timestamp = "2027-05-01T00:00:00Z"});
  for (std::size_t i = 0; i < items.size(); ++i) out += stream.add(items[i], fmt::format("asset-{}", i + 1));
  return out + stream.end();
}

std::vector<Item> plant() {
  const std::string hash(64, 'a');
  Item full{.row = 1,
            .key = "A-1",
            .name = "Pump \"1\"",
            .vendor = "Helmwerk",
            .family = "HW",
            .product = "HW-710",
            .model = "7HW1 710",
            .hardware = "FS3",
            .versions = {{"", "1"}, {"", "1a"}, {"CP module", "2.0"}, {"firmware", "V2.8.1"}, {"software", "SW1"}},
            .serial = "S1",
            .cpe = "cpe:2.3:o:helmwerk:hw-710:2.3:*:*:*:*:*:*:*",
            .purls = {"pkg:npm/a@1", "no purl", "pkg:npm/b@2"},
            .hashes = {{"sha256", hash}, {"md5", std::string(32, '0')}},
            .addresses = {"10.0.0.1", "00:11:22:33:44:55", "plc1"},
            .site = "Nord",
            .zone = "Z1",
            .conduit = "C1",
            .purdue_level = "3.5",
            .criticality = "high",
            .exposure = "internet",
            .safety = "low",
            .environment = "none",
            .production = "stop",
            .owner = "Ops",
            .next_outage = "2027-05-01",
            .tags = {"a", "b"},
            .others = {{"", "no header"}, {"Room;No", "1"}, {"site", "<&>"}}};
  // Without a product, with what the schema has no place for.
  Item odd;
  odd.model = "BM-9";
  odd.cpe = "helmwerk";
  odd.purls = {"no purl", "pkg:npm/c@3"};
  odd.hashes = {{"sha256", hash}, {"crc32", "00ff"}, {"sha1", "short"}};
  // Of a bill of materials.
  Item firmware;
  firmware.key = "Skid#fw";
  firmware.product = "Controller";
  firmware.versions = {{"", "R1"}, {"firmware", "2.3"}, {"firmware", "2.4"}};
  firmware.others = {{"group", "org.x"}, {"type", "firmware"}};
  Item cpe_alone;
  cpe_alone.cpe = "cpe:/o:helmwerk:hw-710";
  return {std::move(full), std::move(odd), std::move(firmware), std::move(cpe_alone)};
}

/// As engine/inventory keeps versions: by part, those of one part in their order.
std::vector<Version> by_part(const std::vector<Version>& versions) {
  std::vector<Version> sorted;
  for (const auto& each : versions) {
    sorted.insert(std::ranges::upper_bound(sorted, each.component, {}, &Version::component), each);
  }
  return sorted;
}

TEST(CycloneDx, AnInventoryIsReadBackAsItWas) {
  const auto items = plant();
  const auto contents = read_contents(written(items), "plant.cdx.json");
  ASSERT_TRUE(contents) << contents.error().to_string();
  EXPECT_TRUE(contents->is_inventory);
  EXPECT_FALSE(contents->is_bom());
  EXPECT_EQ(contents->about, "Inventory of \"Nord\"");
  ASSERT_EQ(contents->items.size(), items.size()) << "what it is about and versions of parts are no items";
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto back = contents->items[i];
    back.versions = by_part(back.versions);
    EXPECT_EQ(told(back), told(items[i]));
    EXPECT_EQ(back.row, i + 1);
  }
}

TEST(CycloneDx, AnInventoryIsWrittenAsTheSchemaHasIt) {
  const auto text = written(plant());
  const auto parsed = json::parse(text);
  ASSERT_TRUE(parsed) << parsed.error().to_string();
  const auto& root = parsed->root();
  EXPECT_EQ(json::string_at(root, "bomFormat"), "CycloneDX");
  EXPECT_EQ(json::string_at(root, "specVersion"), "1.6");
  EXPECT_EQ(json::string_at(root, "serialNumber"), "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79");
  EXPECT_EQ(json::string_at(*json::find(root, "metadata"), "timestamp"), "2027-05-01T00:00:00Z");
  std::set<std::string> refs{"inventory"};
  std::vector<const boost::json::value*> all;
  for (const auto& each : json::array_at(root, "components")) all.push_back(&each);
  ASSERT_EQ(all.size(), 4U);
  for (std::size_t at = 0; at < all.size(); ++at) {
    for (const auto& each : json::array_at(*all[at], "components")) all.push_back(&each);
    EXPECT_FALSE(json::string_at(*all[at], "type").empty());
    EXPECT_FALSE(json::string_at(*all[at], "name").empty());
    EXPECT_TRUE(refs.emplace(json::string_at(*all[at], "bom-ref")).second) << "each reference stands once";
  }
  const auto& pump = *all[0];
  EXPECT_EQ(json::string_at(pump, "type"), "device");
  EXPECT_EQ(json::string_at(pump, "version"), "1");
  EXPECT_EQ(json::string_at(*json::find(pump, "manufacturer"), "name"), "Helmwerk");
  EXPECT_EQ(json::string_at(*json::find(pump, "supplier"), "name"), "Helmwerk");
  EXPECT_EQ(json::string_at(pump, "purl"), "pkg:npm/a@1");
  EXPECT_EQ(json::string_at(json::array_at(pump, "hashes").at(0), "alg"), "SHA-256");
  const auto& firmware = json::array_at(pump, "components").at(2);
  EXPECT_EQ(json::string_at(firmware, "type"), "firmware");
  EXPECT_EQ(json::string_at(firmware, "name"), "HW-710 firmware");
  EXPECT_EQ(json::string_at(firmware, "version"), "V2.8.1");
  // What strict readers refuse is no member.
  const auto& odd = *all[1];
  EXPECT_EQ(json::string_at(odd, "name"), "BM-9");
  EXPECT_EQ(json::find(odd, "cpe"), nullptr);
  EXPECT_EQ(json::find(odd, "purl"), nullptr);
  EXPECT_EQ(json::array_at(odd, "hashes").size(), 1U);
  EXPECT_EQ(json::string_at(*all[2], "type"), "firmware");
  EXPECT_EQ(json::string_at(*all[2], "version"), "2.3");
  EXPECT_EQ(json::string_at(*all[3], "name"), "cpe:/o:helmwerk:hw-710");
}

TEST(CycloneDx, WhatAnInventoryIsWrittenWithIsReadInTheBomsOfOthers) {
  constexpr const char* kJsonOfOthers = R"({"bomFormat":"CycloneDX","specVersion":"1.6","metadata":{"component":
    {"type":"device","name":"Skid"},"properties":[{"name":"other","value":"1"}]},"components":[
    {"type":"device","bom-ref":"a","name":"HW-710","properties":[{"name":"tocsin:site","value":"Nord"},{"name":"tocsin:other:Room","value":"1"},
     {"name":"tocsin:unknown","value":"x"},{"name":"tocsin:hash","value":"no colon"},{"name":"tocsin:zone","value":""},{"name":"tocsin:tags","value":"t"}],
     "components":[{"type":"firmware","name":"F","version":"2","properties":[{"name":"tocsin:version-of","value":"firmware"}]},
                   {"type":"firmware","name":"G","properties":[{"name":"tocsin:version-of","value":"boot"}],
                    "components":[{"type":"library","name":"inner"}]},
                   {"type":"library","name":"zlib"}]}]})";
  constexpr const char* kXmlOfOthers = R"(<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><metadata>
    <component type="device"><name>Skid</name></component><properties><property name="other">1</property></properties></metadata>
    <components><component type="device" bom-ref="a"><name>HW-710</name><properties><property name="tocsin:site">Nord</property>
    <property name="tocsin:other:Room">1</property><property name="tocsin:tags">t</property></properties><components>
    <component type="firmware"><name>F</name><version>2</version><properties><property name="tocsin:version-of">firmware</property></properties></component>
    <component type="firmware"><name>G</name><properties><property name="tocsin:version-of">boot</property></properties>
    <components><component type="library"><name>inner</name></component></components></component>
    <component type="library"><name>zlib</name></component></components></component></components></bom>)";
  const auto parsed = json::parse(kJsonOfOthers);
  ASSERT_TRUE(parsed) << parsed.error().to_string();
  BomSubject about;
  for (const auto& items : {read_cyclonedx(parsed->root(), &about), read_cyclonedx_xml(kXmlOfOthers, &about)}) {
    ASSERT_TRUE(items) << items.error().to_string();
    EXPECT_FALSE(about.is_inventory);
    EXPECT_EQ(about.name, "Skid");
    ASSERT_EQ(items->size(), 4U);
    const auto& device = (*items)[1];
    EXPECT_EQ(device.key, "a");
    EXPECT_EQ(device.site, "Nord");
    EXPECT_THAT(device.tags, ElementsAre("t"));
    ASSERT_EQ(device.versions.size(), 1U);
    EXPECT_EQ(device.versions[0].component, "firmware");
    EXPECT_EQ(device.versions[0].text, "2");
    EXPECT_TRUE(device.hashes.empty());
    EXPECT_THAT(device.others, ElementsAre(Pair("type", "device"), Pair("Room", "1")));
    EXPECT_EQ((*items)[2].product, "inner");
    EXPECT_EQ((*items)[3].product, "zlib");
  }
}

constexpr const char* kSpdx =
    R"json({"spdxVersion":"SPDX-2.3","packages":[{"SPDXID":"SPDXRef-A","name":"HW-710","versionInfo":"2.3",
  "supplier":"Organization: Supplier (x@example.com)","originator":"Organization: Helmwerk (Automation) (info@example.com)",
  "primaryPackagePurpose":"FIRMWARE","checksums":[{"algorithm":"SHA256","checksumValue":"ABCD"}],
  "externalRefs":[{"referenceCategory":"SECURITY","referenceType":"cpe22Type","referenceLocator":"cpe:/o:helmwerk:hw-710"},
   {"referenceCategory":"SECURITY","referenceType":"cpe23Type","referenceLocator":"cpe:2.3:o:helmwerk:hw-710:2.3:*:*:*:*:*:*:*"},
   {"referenceCategory":"PACKAGE-MANAGER","referenceType":"purl","referenceLocator":"pkg:generic/hw-710@2.3"}]},
  {"SPDXID":"SPDXRef-B","name":"zlib","versionInfo":"NOASSERTION","supplier":"NOASSERTION"}]})json";

constexpr const char* kTags =
    "SPDXVersion: SPDX-2.3\r\n# a comment\r\nPackageName: HW-710\r\nSPDXID: SPDXRef-A\r\nPackageVersion: 2.3\r\n"
    "PackageSupplier: Organization: Supplier (x@example.com)\r\nPackageOriginator: Organization: Helmwerk (Automation) "
    "(info@example.com)\r\n"
    "PackageDescription: <text>two lines\r\nPackageName: none</text>\r\nPrimaryPackagePurpose: "
    "FIRMWARE\r\nPackageChecksum: SHA256: ABCD\r\n"
    "ExternalRef: SECURITY cpe22Type cpe:/o:helmwerk:hw-710\r\nExternalRef: SECURITY cpe23Type "
    "cpe:2.3:o:helmwerk:hw-710:2.3:*:*:*:*:*:*:*\r\n"
    "ExternalRef: PACKAGE-MANAGER purl pkg:generic/hw-710@2.3\r\nPackageName: zlib\r\nSPDXID: "
    "SPDXRef-B\r\nPackageVersion: NOASSERTION\r\n"
    "PackageSupplier: NOASSERTION\r\nFileName: ./x\r\nSPDXID: SPDXRef-C\r\n";

TEST(Spdx, BothNotationsSayTheSame) {
  const auto parsed = json::parse(kSpdx);
  ASSERT_TRUE(parsed);
  for (const auto& items : {read_spdx(parsed->root()), read_spdx_tags(kTags)}) {
    ASSERT_TRUE(items) << items.error().to_string();
    ASSERT_EQ(items->size(), 2U);
    const auto& device = (*items)[0];
    EXPECT_EQ(device.key, "SPDXRef-A");
    EXPECT_EQ(device.vendor, "Helmwerk (Automation)");
    EXPECT_EQ(device.product, "HW-710");
    ASSERT_EQ(device.versions.size(), 1U);
    EXPECT_EQ(device.versions[0].component, "firmware");
    EXPECT_EQ(device.cpe, "cpe:2.3:o:helmwerk:hw-710:2.3:*:*:*:*:*:*:*");
    EXPECT_THAT(device.purls, ElementsAre("pkg:generic/hw-710@2.3"));
    EXPECT_THAT(device.hashes, ElementsAre(Pair("sha256", "abcd")));
    EXPECT_EQ((*items)[1].product, "zlib");
    EXPECT_TRUE((*items)[1].versions.empty() && (*items)[1].vendor.empty());
  }
}

TEST(Spdx, SaysWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"SPDXVersion: SPDX-3.0\n", "SPDX-3.0"},
      {"SPDXVersion: SPDX-2.3\n", "no package"},
      {"SPDXVersion: SPDX-2.3\nnothing\n", "2: a line is written"},
      {"SPDXVersion: SPDX-2.3\nPackageName: <text>a\n", "2: a <text> is opened"},
      {"PackageName: a\n", "no SPDX 2.x"},
  };
  for (const auto& [text, wanted] : cases) {
    const auto items = read_spdx_tags(text);
    ASSERT_FALSE(items) << text;
    EXPECT_THAT(items.error().to_string(), HasSubstr(wanted));
  }
  EXPECT_FALSE(read_spdx(json::parse(R"({"spdxVersion":"SPDX-2.3"})")->root()));
}

}  // namespace
}  // namespace tocsin::formats::inventory
