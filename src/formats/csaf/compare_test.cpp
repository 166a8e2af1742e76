#include "formats/csaf/compare.hpp"

#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::csaf {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using testing::sample;

// "section | what | before -> after", as one line to compare and to print.
std::vector<std::string> lines_of(const std::vector<Change>& changes) {
  std::vector<std::string> lines;
  for (const auto& change : changes) {
    const char sign = change.kind == Change::Kind::added ? '+' : change.kind == Change::Kind::removed ? '-' : '~';
    lines.push_back(
        fmt::format("{} {} | {} | {} -> {}", sign, change.section, change.what, change.before, change.after));
  }
  return lines;
}

Product product(std::string id, std::string vendor, std::string name, std::string version) {
  Product result;
  result.id = std::move(id);
  result.vendor = std::move(vendor);
  result.product = std::move(name);
  result.version = std::move(version);
  return result;
}

Vulnerability vulnerability(std::string cve, std::vector<StatusGroup> statuses = {}) {
  Vulnerability result;
  result.cve = std::move(cve);
  result.statuses = std::move(statuses);
  return result;
}

Remediation remediation(RemediationCategory category, std::string details, std::vector<std::string> products) {
  Remediation result;
  result.category = category;
  result.details = std::move(details);
  result.product_ids = std::move(products);
  return result;
}

Advisory advisory(std::vector<Product> products, std::vector<Vulnerability> vulnerabilities = {}) {
  Advisory result;
  result.products = std::move(products);
  result.vulnerabilities = std::move(vulnerabilities);
  return result;
}

TEST(Compare, EqualDocumentsGiveNothing) {
  for (const std::string_view name : {"full-2.0.json", "full-2.1.json", "hostile-2.0.json"}) {
    EXPECT_THAT(compare(sample(name), sample(name)), IsEmpty()) << name;
  }
}

TEST(Compare, TellsARevisionInReadingOrder) {
  const auto lines = lines_of(compare(sample("full-2.0.json"), sample("full-2.0-later.json")));
  EXPECT_THAT(
      lines,
      ElementsAre(
          "~ Document | Version | 2 -> 3",
          "~ Document | Current release | 2022-05-12 08:00 UTC -> 2022-06-01 08:00 UTC",
          "+ Products | Product |  -> Norvatek Controls, Inc. FlowGate V3",
          "~ Products | Version of Norvatek Controls, Inc. PumpMaster 300 | < V4.5 -> < V4.6",
          "~ Products | Version of Norvatek Controls, Inc. PumpMaster 300 | V4.5 -> V4.6",
          "+ CVE-2022-90001 | Status of Norvatek Controls, Inc. FlowGate V3 |  -> fixed",
          "~ CVE-2022-90001 | Status of Norvatek ServiceTool | known_not_affected -> known_affected",
          "+ CVE-2022-90001 | Remediation (vendor_fix) |  -> Update FlowGate to V3.",
          "~ CVE-2022-90001 | Remediation (vendor_fix) | Update to V4.5 or later. -> Update to V4.6 or later.",
          "- CVE-2022-90001 | Remediation (none_available) | FlowGate is out of support. -> ",
          "~ CVE-2022-90002 | CWE | CWE-79 Improper Neutralization of Input During Web Page Generation ('Cross-site "
          "Scripting') -> CWE-80 Improper Neutralization of Script-Related HTML Tags in a Web Page (Basic XSS)",
          "~ CVE-2022-90002 | CVSS 3.1 score | 5.4 medium -> 9.6 critical",
          "~ CVE-2022-90002 | CVSS 3.1 vector | CVSS:3.0/AV:N/AC:L/PR:L/UI:R/S:C/C:L/I:L/A:N -> "
          "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H",
          "+ CVE-2022-90003 | Vulnerability |  -> CWE-306 Missing Authentication for Critical Function, 8.8 high",
          "~ Notes | Note (Exploitability) | No known public exploits specifically target these vulnerabilities. These "
          "vulnerabilities have a low attack complexity. -> Exploits are publicly available.",
          "+ References | Reference |  -> Release notes of FlowGate V3 (https://norvatek.example/flowgate/v3)",
          "+ Revision history | Revision 3 |  -> 2022-06-01: FlowGate has a fix now"));
}

TEST(Compare, TellsTheSameBackwards) {
  const auto forth = compare(sample("full-2.0.json"), sample("full-2.0-later.json"));
  const auto back = compare(sample("full-2.0-later.json"), sample("full-2.0.json"));
  ASSERT_EQ(forth.size(), back.size());
  std::multimap<std::string, std::string> turned, expected;
  for (const auto& change : back) turned.emplace(change.after, change.before);
  for (const auto& change : forth) expected.emplace(change.before, change.after);
  EXPECT_EQ(turned.size(), expected.size());
  for (const auto& each : expected) EXPECT_THAT(turned, Contains(each));
}

TEST(Compare, RenumberedProductsAreTheSameProducts) {
  const auto before =
      advisory({product("1", "Acme", "Valve", "1.0"), product("2", "Acme", "Valve", "2.0")},
               {vulnerability("CVE-1", {{ProductStatus::known_affected, {"1"}}, {ProductStatus::fixed, {"2"}}})});
  const auto after =
      advisory({product("1", "Acme", "Valve", "2.0"), product("2", "Acme", "Valve", "1.0")},
               {vulnerability("CVE-1", {{ProductStatus::known_affected, {"2"}}, {ProductStatus::fixed, {"1"}}})});
  EXPECT_THAT(compare(before, after), IsEmpty());
}

TEST(Compare, CaseAndBlanksOfANameMakeNoOtherProduct) {
  EXPECT_THAT(lines_of(compare(advisory({product("1", "MOXA", "EDR  810", "< V5")}),
                               advisory({product("1", "Moxa", "EDR 810", "< V5")}))),
              IsEmpty());
}

TEST(Compare, AProductThatMovesToFixedSaysSo) {
  const auto products = {product("1", "Acme", "Valve", "2.0")};
  const auto before = advisory(products, {vulnerability("CVE-1", {{ProductStatus::known_affected, {"1"}}})});
  const auto after = advisory(products, {vulnerability("CVE-1", {{ProductStatus::fixed, {"1"}}})});
  EXPECT_THAT(lines_of(compare(before, after)),
              ElementsAre("~ CVE-1 | Status of Acme Valve 2.0 | known_affected -> fixed"));
}

TEST(Compare, ProductsThatMoveAlikeAreToldTogether) {
  std::vector<Product> products;
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) {
    ids.push_back(std::to_string(i));
    products.push_back(product(ids.back(), "Acme", "Valve " + ids.back(), "1"));
  }
  const auto before = advisory(products, {vulnerability("CVE-1", {{ProductStatus::under_investigation, ids}})});
  const auto after = advisory(products, {vulnerability("CVE-1", {{ProductStatus::known_affected, {"0", "1", "2", "3"}},
                                                                 {ProductStatus::known_not_affected, {"4"}}})});
  EXPECT_THAT(
      lines_of(compare(before, after)),
      ElementsAre("~ CVE-1 | Status of Acme Valve 0 1 and 3 more products | under_investigation -> known_affected",
                  "~ CVE-1 | Status of Acme Valve 4 1 | under_investigation -> known_not_affected"));
}

TEST(Compare, ARemovedProductIsRemovedOnceAndFromItsStatus) {
  const auto before = advisory({product("1", "Acme", "Valve", "1"), product("2", "Acme", "Pump", "1")},
                               {vulnerability("CVE-1", {{ProductStatus::known_affected, {"1", "2"}}})});
  const auto after = advisory({product("1", "Acme", "Valve", "1")},
                              {vulnerability("CVE-1", {{ProductStatus::known_affected, {"1"}}})});
  EXPECT_THAT(lines_of(compare(before, after)), ElementsAre("- Products | Product | Acme Pump 1 -> ",
                                                            "- CVE-1 | Status of Acme Pump 1 | known_affected -> "));
}

TEST(Compare, ReadsRemediationsByWhatTheyAreAbout) {
  const std::vector<Product> products = {product("1", "Acme", "Valve", "1"), product("2", "Acme", "Pump", "1")};
  auto before = advisory(products, {vulnerability("CVE-1")});
  auto after = before;
  using enum RemediationCategory;
  before.vulnerabilities[0].remediations = {remediation(fix_planned, "A fix is planned.", {"1"}),
                                            remediation(mitigation, "Close port 80.", {"1"}),
                                            remediation(mitigation, "Lock the cabinet.", {"1", "2"})};
  after.vulnerabilities[0].remediations = {remediation(vendor_fix, "Update to 2.", {"1"}),
                                           remediation(mitigation, "Close port 80.", {"1", "2"}),
                                           remediation(workaround, "Lock the cabinet.", {"1", "2"})};
  EXPECT_THAT(lines_of(compare(before, after)),
              ElementsAre("+ CVE-1 | Remediation (vendor_fix) |  -> Update to 2.",
                          "+ CVE-1 | Products of remediation (mitigation) |  -> Acme Pump 1",
                          "~ CVE-1 | Remediation category | mitigation -> workaround",
                          "- CVE-1 | Remediation (fix_planned) | A fix is planned. -> "));
}

TEST(Compare, AScoreThatComesIsAddedAndOneThatGoesIsRemoved) {
  auto before = advisory({}, {vulnerability("CVE-1")});
  auto after = before;
  before.vulnerabilities[0].scores = {
      {cvss::Version::v2_0, "AV:N/AC:L/Au:N/C:P/I:P/A:P", 75, cvss::Severity::high, {}}};
  after.vulnerabilities[0].scores = {{cvss::Version::v4_0, "CVSS:4.0/...", 93, cvss::Severity::critical, {}}};
  EXPECT_THAT(lines_of(compare(before, after)),
              ElementsAre("+ CVE-1 | CVSS 4.0 score |  -> 9.3 critical", "- CVE-1 | CVSS 2.0 score | 7.5 high -> "));
}

TEST(Compare, AVulnerabilityThatGetsItsCveIsTheSame) {
  auto before = advisory({}, {vulnerability("")});
  before.vulnerabilities[0].title = "Weak lock";
  auto after = advisory({}, {vulnerability("CVE-1")});
  after.vulnerabilities[0].title = "Weak lock";
  EXPECT_THAT(lines_of(compare(before, after)), ElementsAre("+ CVE-1 | CVE |  -> CVE-1"));
}

TEST(Compare, NotesWithOneTitleArePairedByTextFirst) {
  Advisory before, after;
  before.notes = {{"general", "Practices", "a", ""}, {"general", "Practices", "b", ""}};
  after.notes = {
      {"general", "Practices", "b", ""}, {"general", "Practices", "c", ""}, {"general", "Practices", "d", ""}};
  EXPECT_THAT(lines_of(compare(before, after)),
              ElementsAre("~ Notes | Note (Practices) | a -> c", "+ Notes | Note (Practices) |  -> d"));
}

TEST(Compare, FlagsThreatsAndDatesAreTold) {
  auto before = advisory({product("1", "Acme", "Valve", "1")}, {vulnerability("CVE-1")});
  auto after = before;
  before.vulnerabilities[0].flags = {{"component_not_present", {"1"}}};
  before.vulnerabilities[0].threats = {{"exploit_status", "None known.", {}}};
  after.vulnerabilities[0].threats = {{"exploit_status", "Attacked.", {}}};
  after.vulnerabilities[0].first_known_exploitation = from_date(2025, 1, 2).value();
  EXPECT_THAT(lines_of(compare(before, after)),
              ElementsAre("~ CVE-1 | Threat (exploit_status) | None known. -> Attacked.",
                          "- CVE-1 | Products of flag (component_not_present) | Acme Valve 1 -> ",
                          "+ CVE-1 | First known exploitation |  -> 2025-01-02"));
}

TEST(Compare, ReferencesToProductsThatDoNotExistCompareById) {
  const auto before = advisory({}, {vulnerability("CVE-1", {{ProductStatus::known_affected, {"ghost"}}})});
  const auto after = advisory({}, {vulnerability("CVE-1", {{ProductStatus::fixed, {"ghost"}}})});
  EXPECT_THAT(lines_of(compare(before, after)), ElementsAre("~ CVE-1 | Status of ghost | known_affected -> fixed"));
  EXPECT_THAT(compare(before, before), IsEmpty());
}

TEST(Compare, RealDocumentsAreEqualToThemselves) {
  std::size_t compared = 0;
  const bool present =
      testing::for_each_file("csaf/cisa-ot-2017-2022.tar.zst", [&](const std::string& name, const std::string& bytes) {
        if (!name.ends_with(".json")) return;
        const auto document = testing::advisory_from(bytes);
        const auto changes = compare(document, document);
        EXPECT_THAT(lines_of(changes), IsEmpty()) << name;
        ++compared;
      });
  if (!present) GTEST_SKIP() << "csaf/cisa-ot-2017-2022.tar.zst is not under " << testing::data_root();
  EXPECT_EQ(compared, 1655U);
}

TEST(Compare, TellsWhatConcernsAnOwner) {
  const auto base = advisory({product("A", "Acme", "Pump", "< 2")},
                             {vulnerability("CVE-2026-1", {{ProductStatus::known_affected, {"A"}}})});
  using Concerns = Change::Concerns;
  const auto concerns = [&](const std::function<void(Advisory&)>& change) {
    auto later = base;
    change(later);
    const auto changes = compare(base, later);
    EXPECT_EQ(changes.size(), 1U);
    EXPECT_EQ(matters_to_owners(changes), !changes.empty() && changes[0].concerns != Concerns::editorial);
    return changes.empty() ? Concerns::editorial : changes[0].concerns;
  };
  EXPECT_EQ(concerns([](Advisory& each) { each.header.title = "Another"; }), Concerns::editorial);
  EXPECT_EQ(concerns([](Advisory& each) { each.vulnerabilities[0].title = "Another"; }), Concerns::editorial);
  EXPECT_EQ(concerns([](Advisory& each) { each.products[0].version = "< 3"; }), Concerns::affected);
  EXPECT_EQ(concerns([](Advisory& each) { each.vulnerabilities[0].statuses[0].status = ProductStatus::fixed; }),
            Concerns::affected);
  EXPECT_EQ(concerns([](Advisory& each) { each.vulnerabilities.push_back(vulnerability("CVE-2026-2")); }),
            Concerns::affected);
  EXPECT_EQ(concerns([](Advisory& each) {
              each.vulnerabilities[0].remediations = {remediation(RemediationCategory::vendor_fix, "Update", {"A"})};
            }),
            Concerns::remediation);
  EXPECT_EQ(concerns([](Advisory& each) { each.vulnerabilities[0].threats = {{"exploit_status", "Seen", {"A"}}}; }),
            Concerns::severity);
  EXPECT_FALSE(matters_to_owners({}));
}

}  // namespace
}  // namespace tocsin::formats::csaf
