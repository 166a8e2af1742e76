#include "formats/inventory/sbom.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"

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
