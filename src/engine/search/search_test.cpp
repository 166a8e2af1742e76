#include "engine/search/search.hpp"

#include <map>
#include <random>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/search/header_fields.hpp"
#include "engine/testing/samples.hpp"
#include "store/evidence.hpp"

namespace tocsin::engine::search {
namespace {

using engine::testing::EngineTest;
using engine::testing::member;
using engine::testing::owner;
using engine::testing::Sample;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

/// A small world of invented advisories, shaped like real ones.
class SearchTest : public EngineTest {
 protected:
  void SetUp() override {
    EngineTest::SetUp();
    if (IsSkipped()) return;
    put({.id = "ICSA-21-001-01",
         .title = "Siemens SIMATIC S7-1500 CPU family",
         .products = {{"Siemens AG", "SIMATIC S7-1500 CPU 1515-2 PN (6ES7515-2AM02-0AB0)", "< V2.9.1"}},
         .cve = "CVE-2021-22893",
         .summary = "A buffer overflow allows an attacker to stop the controller.",
         .published = "2021-01-05T00:00:00Z",
         .updated = "2022-03-01T00:00:00Z"});
    put({.id = "ICSA-20-002-02",
         .title = "Schneider Electric Modicon M340",
         .products = {{"Schneider Electric", "Modicon M340 BMXP342020", "<= 3.01"}},
         .cve = "CVE-2020-7537",
         .cwe = "CWE-20",
         .cwe_name = "Improper Input Validation",
         .score_tenths = 75,
         .sectors = "Critical Manufacturing, Energy",
         .countries = "Germany, France",
         .summary = "Overflow of a buffer in the web server; see also Siemens controllers.",
         .published = "2020-04-07T00:00:00Z",
         .updated = "2021-02-01T00:00:00Z",
         .fix = false});
    put({.id = "ICSMA-22-003-01",
         .title = "Müller Infusion Pump Ärger",
         .products = {{"Müller Medizin GmbH", "Infusomat", "1.0"}, {"ABB", "Relion 670", "2.1"}},
         .cve = "CVE-2021-2289",
         .cwe = "CWE-798",
         .cwe_name = "Use of Hard-coded Credentials",
         .score_tenths = 43,
         .sectors = "Healthcare and Public Health",
         .summary = "Hard-coded credentials let anybody in.",
         .published = "2022-06-01T00:00:00Z",
         .updated = "2022-06-01T00:00:00Z",
         .document_status = "interim",
         .aliases = {"VDE-2022-77"}});
    index();
  }
};
TOCSIN_ON_BOTH_DATABASES(SearchTest);

struct Wanted {
  std::string_view query;
  std::vector<std::string> keys;
};
const std::string kSiemens = "ICSA-21-001-01", kSchneider = "ICSA-20-002-02", kMueller = "ICSMA-22-003-01";

// What people at a plant type.
TEST_P(SearchTest, FindsWhatAPlantEngineerTypes) {
  const Wanted kWanted[] = {
      {"siemens", {kSiemens, kSchneider}},
      {"SIEMENS", {kSiemens, kSchneider}},
      {"simens s7 1500", {kSiemens}},
      {"s7-1500", {kSiemens}},
      {"S7\xE2\x80\x93"
       "1500",
       {kSiemens}},
      {"s71500", {kSiemens}},
      {"6ES7515-2AM02-0AB0", {kSiemens}},
      {"6ES7 515-2AM02-0AB0", {kSiemens}},
      {"6es7515", {kSiemens}},
      {"515-2AM02", {kSiemens}},
      {"BMXP342020", {kSchneider}},
      {"CVE-2021-22893", {kSiemens}},
      {"cve-2021-22893", {kSiemens}},
      {"2021-22893", {kSiemens}},
      {"CVE-2021-2289", {kMueller}},
      {"ICSA-21-001-01", {kSiemens}},
      {"icsa-21-001", {kSiemens}},
      {"VDE-2022-77", {kMueller}},
      {"muller arger", {kMueller}},
      {"MÜLLER", {kMueller}},
      {"schneider-electric modicon", {kSchneider}},
      {"schneiderelectric", {kSchneider}},
      {"shneider", {kSchneider}},
      {"\"buffer overflow\"", {kSiemens}},
      {"buffer overflow", {kSiemens, kSchneider}},
      {"overfl*", {kSiemens, kSchneider}},
      {"hard-coded credentials", {kMueller}},
      {"siemens -schneider", {kSiemens}},
      {"siemens -\"web server\"", {kSiemens}},
      {"nothingofthekind", {}},
      {"vendor:siemens", {kSiemens}},
      {"vendor:\"Siemens AG\"", {kSiemens}},
      {"vendor:\"Schneider Electric\"", {kSchneider}},
      {"vendor:schneider", {kSchneider}},
      {"vendor:sch*", {kSchneider}},
      {"vendor:abb,siemens", {kMueller, kSiemens}},
      {"-vendor:siemens", {kMueller, kSchneider}},
      {"product:infusomat", {kMueller}},
      {"product:\"modicon m340\"", {kSchneider}},
      {"version:2.9.1", {kSiemens}},
      {"version:2.9", {}},
      {"version:2.9*", {kSiemens}},
      {"title:modicon", {kSchneider}},
      {"title:overflow", {}},
      {"cve:CVE-2021-2289", {kMueller}},
      {"cve:CVE-2021-228", {}},
      {"cve:cve-2021*", {kMueller, kSiemens}},
      {"id:ICSA-20-002-02", {kSchneider}},
      {"id:ICSA-20-002", {}},
      {"id:icsa*", {kSiemens, kSchneider}},
      {"id:VDE-2022-77", {kMueller}},
      {"id:CVE-2021-22893", {}},
      {"cwe:20", {kSchneider}},
      {"sector:water", {kSiemens}},
      {"sector:energy", {kSiemens, kSchneider}},
      {"sector:health,manufacturing", {kMueller, kSchneider}},
      {"severity>=high", {kSiemens, kSchneider}},
      {"severity:medium", {kMueller}},
      {"cvss>=9", {kSiemens}},
      {"cvss:7..9", {kSchneider}},
      {"cvss<5", {kMueller}},
      {"published:2021..2022", {kMueller, kSiemens}},
      {"published:2020", {kSchneider}},
      {"published<2021", {kSchneider}},
      {"updated:2022-03", {kSiemens}},
      {"updated>=2022-03-02", {kMueller}},
      {"has:fix", {kMueller, kSiemens}},
      {"-has:fix", {kSchneider}},
      {"status:interim", {kMueller}},
      {"tlp:clear", {kMueller, kSiemens, kSchneider}},
      {"tlp:red", {}},
      {"publisher:cert", {kMueller, kSiemens, kSchneider}},
      {"country:germany", {kSchneider}},
      {"siemens vendor:\"Schneider Electric\" published:2020..2021 cvss>=7 sector:energy -rejected", {kSchneider}},
      {"csaf:2.0", {kMueller, kSiemens, kSchneider}},
      {"csaf:2.1", {}},
      {"category:csaf_security_advisory", {kMueller, kSiemens, kSchneider}},
      {"category:CSAF_sec*", {kMueller, kSiemens, kSchneider}},
      {"category:csaf_vex", {}},
      {"category:csaf%", {}},
      {"role:Coordinator", {kMueller, kSiemens, kSchneider}},
      {"-role:vendor", {kMueller, kSiemens, kSchneider}},
      {"namespace:https://cert.example", {kMueller, kSiemens, kSchneider}},
      {"namespace:https://cert*", {kMueller, kSiemens, kSchneider}},
      {"namespace:https://other.example", {}},
      {"edition:1", {kMueller, kSiemens, kSchneider}},
      {"edition:2,3", {}},
      {"revision:1", {kMueller, kSiemens, kSchneider}},
      {"revised:2022-03", {kSiemens}},
      {"revised<2022", {kSchneider}},
      {"revised:2021,2022-06", {kMueller, kSchneider}},
      {"summary:x", {kMueller, kSiemens, kSchneider}},
      {"summary:xx", {}},
      {"aggregate:important", {}},
      {"kev:yes", {}},
      {"kev:no", {kMueller, kSiemens, kSchneider}},
      {"http://nowhere.example", {}},
      {"", {kMueller, kSiemens, kSchneider}},
  };
  for (const auto& wanted : kWanted) {
    const auto found = keys(std::string{wanted.query});
    EXPECT_EQ(found, wanted.keys) << wanted.query;
    EXPECT_EQ(find(std::string{wanted.query}).total, static_cast<std::int64_t>(wanted.keys.size())) << wanted.query;
  }
}

TEST_P(SearchTest, AsksWhatIsKnownOfExploitation) {
  ASSERT_TRUE(database().write([](store::Connection& connection) -> Status {
    store::Evidence evidence{connection};
    TRY_VOID(evidence.put(store::KnownExploited{.cve = "CVE-2020-7537"}));
    const store::ExploitScore scores[] = {{.cve = "CVE-2020-7537", .probability = 500'000},
                                          {.cve = "CVE-2021-2289", .probability = 20'000}};
    return evidence.replace_scores(scores);
  }));
  // The catalogue is as it was: nothing was indexed since.
  EXPECT_THAT(keys("kev:yes"), ElementsAre(kSchneider));
  EXPECT_THAT(keys("kev:no"), ElementsAre(kMueller, kSiemens));
  EXPECT_THAT(keys("-kev:yes"), ElementsAre(kMueller, kSiemens));
  EXPECT_THAT(keys("epss>=0.5"), ElementsAre(kSchneider));
  EXPECT_THAT(keys("epss>0.5"), IsEmpty());
  EXPECT_THAT(keys("epss:0.5"), ElementsAre(kSchneider));
  EXPECT_THAT(keys("epss<0.5"), ElementsAre(kMueller));
  EXPECT_THAT(keys("epss<=0.02"), ElementsAre(kMueller));
  EXPECT_THAT(keys("epss:0.01..1"), ElementsAre(kMueller, kSchneider));
  EXPECT_THAT(keys("kev:yes epss>=0.1 vendor:schneider"), ElementsAre(kSchneider));
  EXPECT_TRUE(is_personal(parse_query("kev:yes").value()));
  const auto vulnerabilities_of = [&](std::string_view filter) {
    const auto page = database().read([&](store::Connection& connection) {
      return vulnerabilities(connection, {}, filter, VulnerabilitySort::score, 10, "", now);
    });
    std::vector<std::string> ids;
    EXPECT_TRUE(page) << page.error().to_string() << page.error().detail;
    for (const auto& each : page->rows) ids.push_back(each.id);
    return ids;
  };
  EXPECT_THAT(vulnerabilities_of("kev:yes"), ElementsAre("CVE-2020-7537"));
  EXPECT_THAT(vulnerabilities_of("kev:no"), ElementsAre("CVE-2021-22893", "CVE-2021-2289"));
  EXPECT_THAT(vulnerabilities_of("-kev:yes epss<0.5"), ElementsAre("CVE-2021-2289"));
  EXPECT_THAT(vulnerabilities_of("CVE-2021 epss>=0.01"), ElementsAre("CVE-2021-2289"));
  EXPECT_THAT(vulnerabilities_of("epss>=0.9"), IsEmpty());
  EXPECT_EQ(database()
                .read([&](store::Connection& connection) {
                  return vulnerabilities(connection, {}, "epss>=9", VulnerabilitySort::score, 10, "", now);
                })
                .error()
                .where,
            "q");
  ASSERT_TRUE(database().write([](store::Connection& connection) {
    return store::Evidence{connection}.remove_known_exploited("CVE-2020-7537");
  }));
  EXPECT_THAT(keys("kev:yes"), IsEmpty());
}

TEST_P(SearchTest, SortsByEveryRequiredField) {
  put({.id = "ICSA-9-1", .title = "A 10", .products = {{"Beta", "Box 9", "1.9"}}, .cve = "CVE-2021-10000"});
  put({.id = "ICSA-10-1", .title = "A 9", .products = {{"Beta", "Box 10", "1.10"}}, .cve = "CVE-2021-9999"});
  index();
  const auto sorted = [&](Sort sort) {
    SearchRequest request;
    request.query = "vendor:beta";
    request.sort = sort;
    std::vector<std::string> found;
    for (const auto& hit : find(request).hits) found.push_back(hit.card.key);
    return found;
  };
  // Numbers count as numbers.
  EXPECT_THAT(sorted(Sort::id), ElementsAre("ICSA-9-1", "ICSA-10-1"));
  EXPECT_THAT(sorted(Sort::title), ElementsAre("ICSA-10-1", "ICSA-9-1"));
  EXPECT_THAT(sorted(Sort::cve), ElementsAre("ICSA-10-1", "ICSA-9-1"));
  EXPECT_THAT(sorted(Sort::product), ElementsAre("ICSA-9-1", "ICSA-10-1"));
  EXPECT_THAT(sorted(Sort::version), ElementsAre("ICSA-9-1", "ICSA-10-1"));
  for (const auto sort : all_sorts()) {
    EXPECT_EQ(parse_sort(to_string(sort)), sort);
    // There and back, two at a time: each once, in one order.
    SearchRequest request;
    request.sort = sort;
    std::vector<std::string> all, walked, back;
    for (const auto& hit : find(request).hits) all.push_back(hit.card.key);
    EXPECT_THAT(all, SizeIs(5)) << to_string(sort);
    request.limit = 2;
    for (;;) {
      const auto page = find(request);
      for (const auto& hit : page.hits) walked.push_back(hit.card.key);
      if (page.next_cursor.empty()) {
        request.cursor = page.previous_cursor;
        break;
      }
      request.cursor = page.next_cursor;
    }
    EXPECT_EQ(walked, all) << to_string(sort);
    while (!request.cursor.empty()) {
      const auto page = find(request);
      for (std::size_t i = page.hits.size(); i-- > 0;) back.push_back(page.hits[i].card.key);
      request.cursor = page.previous_cursor;
    }
    EXPECT_EQ(back, std::vector<std::string>(all.rbegin() + 1, all.rend())) << to_string(sort);
  }
}

TEST(HeaderFields, KeepWhatADocumentSaysOfItself) {
  formats::csaf::Advisory advisory;
  advisory.header.category = "csaf_vex";
  advisory.header.publisher_category = "vendor";
  advisory.aggregate_severity = "  Very  Important ";
  advisory.history = {{.number = "1", .date = Timestamp{1}, .summary = "First"},
                      {.number = "2", .date = Timestamp{2}, .summary = "Second"}};
  std::map<HeaderField, std::vector<std::string>> found;
  for (const auto& each : header_fields(advisory, {})) found[each.field].push_back(each.value);
  EXPECT_THAT(found[HeaderField::aggregate_severity], ElementsAre("very important"));
  EXPECT_THAT(found[HeaderField::revision_number], ElementsAre("2", "1"));
  EXPECT_THAT(found[HeaderField::revision_summary], ElementsAre("second", "first"));
  EXPECT_THAT(found[HeaderField::category], ElementsAre("csaf_vex"));
  EXPECT_FALSE(found.contains(HeaderField::publisher_namespace));
  EXPECT_LT(natural_key("1.9"), natural_key("1.10"));
  EXPECT_LT(natural_key("a2"), natural_key("a010"));
  EXPECT_EQ(natural_key("007"), natural_key("7"));
}

TEST_P(SearchTest, TellsWhatItCorrected) {
  const auto result = find("simens s7 1500");
  ASSERT_THAT(result.corrections, SizeIs(1));
  EXPECT_EQ(result.corrections[0].typed, "simens");
  EXPECT_EQ(result.corrections[0].used, "siemens");
  EXPECT_THAT(find("siemens").corrections, IsEmpty());
  // Too short to guess, and what is in quotes is meant as it is.
  EXPECT_THAT(find("abx").corrections, IsEmpty());
  EXPECT_THAT(find("\"simens\"").corrections, IsEmpty());
}

TEST_P(SearchTest, RanksExactIdsThenNamesThenDates) {
  put({.id = "EX-1",
       .title = "Something else",
       .cve = "CVE-1900-1",
       .summary = "Successor of ICSA-20-002-02, of Siemens.",
       .updated = "2023-01-01T00:00:00Z"});
  index();
  EXPECT_THAT(keys("ICSA-20-002-02"), ElementsAre(kSchneider, "EX-1"));
  EXPECT_THAT(keys("siemens"), ElementsAre(kSiemens, "EX-1", kSchneider));
  put({.id = "EX-2", .title = "Siemens again", .cve = "CVE-1900-2", .updated = "2022-12-01T00:00:00Z"});
  index();
  EXPECT_THAT(keys("siemens"), ElementsAre("EX-2", kSiemens, "EX-1", kSchneider));
  SearchRequest request;
  request.query = "siemens";
  request.sort = Sort::updated;
  EXPECT_EQ(find(request).hits.front().card.key, "EX-1");
  request.sort = Sort::severity;
  EXPECT_EQ(find(request).hits.back().card.key, kSchneider);
}

TEST_P(SearchTest, CountsFacetsWithoutTheirOwnChoice) {
  const auto values = [](const SearchResult& result, Field field) {
    std::map<std::string, std::int64_t> counts;
    for (const auto& facet : result.facets) {
      if (facet.field != field) continue;
      for (const auto& value : facet.values) counts[value.value + (value.selected ? "!" : "")] = value.count;
    }
    return counts;
  };
  using Counts = std::map<std::string, std::int64_t>;
  const auto all = find("");
  EXPECT_EQ(values(all, Field::severity), (Counts{{"critical", 1}, {"high", 1}, {"medium", 1}}));
  EXPECT_EQ(values(all, Field::vendor),
            (Counts{{"siemens", 1}, {"schneider-electric", 1}, {"muller-medizin", 1}, {"abb", 1}}));
  EXPECT_EQ(values(all, Field::published), (Counts{{"2020", 1}, {"2021", 1}, {"2022", 1}}));
  EXPECT_EQ(values(all, Field::sector), (Counts{{"energy", 2}, {"water", 1}, {"manufacturing", 1}, {"healthcare", 1}}));
  EXPECT_EQ(values(all, Field::cwe), (Counts{{"CWE-787", 1}, {"CWE-20", 1}, {"CWE-798", 1}}));

  const auto chosen = find("vendor:siemens");
  EXPECT_EQ(values(chosen, Field::vendor),
            (Counts{{"siemens!", 1}, {"schneider-electric", 1}, {"muller-medizin", 1}, {"abb", 1}}));
  EXPECT_EQ(values(chosen, Field::severity), (Counts{{"critical", 1}}));

  const auto severe = find("severity>=high");
  EXPECT_EQ(values(severe, Field::severity), (Counts{{"critical!", 1}, {"high!", 1}, {"medium", 1}}));
  const auto years = find("published:2020..2021 sector:energy");
  EXPECT_EQ(values(years, Field::published), (Counts{{"2020!", 1}, {"2021!", 1}}));
  EXPECT_EQ(values(years, Field::sector), (Counts{{"energy!", 2}, {"water", 1}, {"manufacturing", 1}}));
  // What leaves nothing stays, so that it can be taken off.
  const auto nothing = find("sector:dams vendor:abb");
  EXPECT_EQ(nothing.total, 0);
  EXPECT_EQ(values(nothing, Field::sector).at("dams!"), 0);

  SearchRequest plain;
  plain.facets = false;
  EXPECT_THAT(find(plain).facets, IsEmpty());
}

TEST_P(SearchTest, MarksWhatWasFound) {
  const auto result = find("buffer");
  ASSERT_FALSE(result.hits.empty());
  ASSERT_FALSE(result.hits[0].snippet.empty());
  std::string text, marked;
  for (const auto& fragment : result.hits[0].snippet) {
    text += fragment.text;
    if (fragment.hit) marked += fragment.text;
  }
  EXPECT_EQ(marked, "buffer");
  EXPECT_THAT(text, HasSubstr("buffer overflow"));
  EXPECT_THAT(find("").hits[0].snippet, IsEmpty());
}

TEST_P(SearchTest, RefusesWhatItCannotRead) {
  const auto refused = [&](SearchRequest request) {
    const auto result = engine().search({}, request, now);
    EXPECT_FALSE(result.has_value());
    return result ? Error::Code::internal : result.error().code;
  };
  SearchRequest request;
  request.limit = 0;
  EXPECT_EQ(refused(request), Error::Code::invalid_input);
  request.limit = kLimitMax + 1;
  EXPECT_EQ(refused(request), Error::Code::invalid_input);
  request.limit = 10;
  request.query = "vendr:x";
  EXPECT_EQ(refused(request), Error::Code::invalid_input);
  request.query = "";
  for (const auto* cursor :
       {"x", "n", "n0~0~0", "n9~0~0~0", "n0~a~0~0", "n0~1~1~1~1", "n-1~1~1~1", "n0~99999999999999999999~1~1"}) {
    request.cursor = cursor;
    EXPECT_EQ(refused(request), Error::Code::invalid_input) << cursor;
  }
}

class HiddenTest : public SearchTest {};
TOCSIN_ON_BOTH_DATABASES(HiddenTest);

// Two worlds, one with records that the viewer may not see: nothing they can ask tells which one they are in.
TEST_P(HiddenTest, WhatIsHiddenChangesNoAnswer) {
  const char* kQueries[] = {
      "",          "siemens",         "secret",      "sekret",          "hiddenvendor",        "hidenvendor",
      "buffer",    "CVE-1900-666",    "vendor:acme", "vendor:electric", "vendor:hiddenvendor", "severity:critical",
      "tlp:amber", "EX-HIDDEN-001",   "id:EX*",      "6ES7515",         "sector:nuclear",      "published:1999",
      "cwe:666",   "product:secret*", "-siemens",    "shneider",        "version:66.6"};
  const auto everything = [&](const domain::policy::Viewer& viewer) {
    std::string text;
    for (const auto* query : kQueries) text += fmt::format("== {}\n{}", query, answer(query, viewer));
    for (const auto* prefix : {"si", "hid", "sec", "cve-1900", "ex-", "acme", "electric"}) {
      for (const auto& each : engine().suggest(viewer, prefix, 10, now).value()) {
        text += fmt::format("suggestion {} {} {} {}\n", prefix, each.label, each.value, each.count);
      }
    }
    const auto figures = engine().overview(viewer, now).value();
    text += fmt::format("{} {} {} {} {}", figures.advisories, figures.vulnerabilities, figures.vendors,
                        figures.products, fmt::join(figures.severities, ","));
    for (const auto& [year, count] : figures.by_year) text += fmt::format(" {}={}", year, count);
    for (const auto& card : figures.newest) text += " " + card.key;
    for (const auto& card : figures.most_severe) text += " " + card.key;
    for (const auto& each : figures.sectors) text += fmt::format(" {}={}", each.value, each.count);
    for (const auto& each : figures.top_vendors) text += fmt::format(" {}={}", each.value, each.count);
    return text;
  };
  const auto anonymous_before = everything({});
  const auto member_before = everything(member());

  Sample hidden{.id = "EX-HIDDEN-001",
                .title = "Secret Siemens Schneider buffer",
                .products = {{"Hiddenvendor", "Secret Box 6ES7515-2AM02-0AB0", "66.6"},
                             {"Electric", "Sekret", "1"},
                             {"Siemens", "Secret", "1"}},
                .cve = "CVE-1900-666",
                .cwe = "CWE-666",
                .sectors = "Nuclear Reactors, Materials, and Waste",
                .published = "1999-01-01T00:00:00Z",
                .updated = "2023-02-01T00:00:00Z"};
  hidden.tlp = domain::Tlp::amber;
  put(hidden);
  hidden.tlp = domain::Tlp::clear;
  hidden.id = "EX-HIDDEN-002";
  hidden.status = domain::RecordStatus::draft;
  put(hidden);
  hidden.status = domain::RecordStatus::published;
  hidden.id = "EX-HIDDEN-003";
  hidden.embargo_until = Timestamp{now.micros + 1};
  put(hidden);
  index();
  EXPECT_EQ(everything({}), anonymous_before);
  EXPECT_EQ(everything(member()), member_before);
  EXPECT_THAT(keys("secret", owner()), SizeIs(3));
  // The owner's answers do not reach others through what the engine remembers.
  EXPECT_EQ(everything({}), anonymous_before);

  // The embargo ends by itself, without any change in the database.
  now.micros += 1;
  EXPECT_THAT(keys("hiddenvendor"), ElementsAre("EX-HIDDEN-003"));
  EXPECT_THAT(keys("hidenvendor"), ElementsAre("EX-HIDDEN-003"));
}

TEST_P(HiddenTest, NamesAreNotSpelledAsInHiddenOnes) {
  put({.id = "EX-HIDDEN", .products = {{"ZETA WORKS", "SHOUTING BOX", "1"}}, .tlp = domain::Tlp::red});
  index();
  put({.id = "EX-OPEN", .products = {{"Zeta Works", "Shouting Box", "1"}}});
  index();
  const auto spelled = answer("vendor:zeta-works");
  EXPECT_THAT(spelled, HasSubstr("zeta-works/Zeta Works=1"));
  EXPECT_EQ(engine().suggest({}, "shout", 5, now).value().at(0).label, "Zeta Works Shouting Box");
  // And stay as they are.
  put({.id = "EX-OPEN-2", .products = {{"ZETA Works", "SHOUTING Box", "1"}}});
  put({.id = "EX-HIDDEN-2", .products = {{"zeta works", "shouting box", "1"}}, .tlp = domain::Tlp::red});
  index();
  EXPECT_THAT(answer("vendor:zeta-works"), HasSubstr("zeta-works/Zeta Works=2"));
}

TEST_P(HiddenTest, MembersSeeGreenOnes) {
  put({.id = "EX-GREEN", .title = "For members", .tlp = domain::Tlp::green});
  index();
  EXPECT_THAT(keys("members"), IsEmpty());
  EXPECT_THAT(keys("members", member()), ElementsAre("EX-GREEN"));
}

class PagesTest : public EngineTest {};
TOCSIN_ON_BOTH_DATABASES(PagesTest);

TEST_P(PagesTest, ReachEveryAdvisoryOnceInBothDirections) {
  std::mt19937 random{7};
  for (int i = 0; i < 57; ++i) {
    put({.id = fmt::format("EX-{:03}", i),
         .title = i % 3 == 0 ? "Siemens door" : "Open door",
         .cve = fmt::format("CVE-1900-{:04}", i),
         .score_tenths = static_cast<int>(random() % 4) * 30,
         .summary = i % 2 == 0 ? "Of Siemens." : "Of another.",
         // Few dates, so that many tie.
         .updated = fmt::format("2022-01-{:02}T00:00:00Z", 1 + random() % 5)});
  }
  index();
  for (const auto sort : {Sort::relevance, Sort::updated, Sort::published, Sort::severity}) {
    for (const auto* query : {"", "siemens"}) {
      SearchRequest request;
      request.query = query;
      request.sort = sort;
      request.limit = 200;
      std::vector<std::string> all;
      for (const auto& hit : find(request).hits) all.push_back(hit.card.key);
      EXPECT_EQ(all.size(), *query == '\0' ? 57U : 38U);
      request.limit = 7;
      std::vector<std::string> forwards;
      std::vector<std::vector<std::string>> pages;
      std::string last_previous;
      for (;;) {
        const auto page = find(request);
        EXPECT_EQ(page.first_position, static_cast<std::int64_t>(forwards.size()) + 1);
        EXPECT_EQ(page.previous_cursor.empty(), forwards.empty());
        pages.emplace_back();
        for (const auto& hit : page.hits) {
          forwards.push_back(hit.card.key);
          pages.back().push_back(hit.card.key);
        }
        last_previous = page.previous_cursor;
        if (page.next_cursor.empty()) break;
        request.cursor = page.next_cursor;
        ASSERT_LE(forwards.size(), all.size());
      }
      EXPECT_EQ(forwards, all) << to_string(sort) << query;
      for (auto page = pages.size() - 1; page-- > 0;) {
        request.cursor = last_previous;
        const auto back = find(request);
        std::vector<std::string> found;
        for (const auto& hit : back.hits) found.push_back(hit.card.key);
        EXPECT_EQ(found, pages[page]) << to_string(sort) << query;
        EXPECT_FALSE(back.next_cursor.empty());
        last_previous = back.previous_cursor;
      }
      EXPECT_TRUE(last_previous.empty());
    }
  }
}

TEST_P(PagesTest, WhatArrivesMeanwhileShiftsNothing) {
  for (int i = 0; i < 10; ++i) {
    put({.id = fmt::format("EX-{:03}", i),
         .cve = fmt::format("CVE-1900-{:04}", i),
         .updated = fmt::format("2022-01-{:02}T00:00:00Z", i + 1)});
  }
  index();
  SearchRequest request;
  request.limit = 4;
  request.cursor = find(request).next_cursor;
  put({.id = "EX-NEW", .cve = "CVE-1900-5000", .updated = "2022-02-01T00:00:00Z"});
  index();
  const auto second = find(request);
  ASSERT_THAT(second.hits, SizeIs(4));
  EXPECT_EQ(second.hits[0].card.key, "EX-005");
}

class SuggestTest : public SearchTest {};
TOCSIN_ON_BOTH_DATABASES(SuggestTest);

TEST_P(SuggestTest, CompletesVendorsProductsAndIds) {
  const auto suggest = [&](std::string_view prefix) {
    std::vector<std::string> found;
    for (const auto& each : engine().suggest({}, prefix, 5, now).value()) found.push_back(each.value);
    return found;
  };
  EXPECT_THAT(suggest("sie"), Contains("siemens"));
  EXPECT_THAT(suggest("MÜL"), Contains("muller-medizin"));
  EXPECT_THAT(suggest("modi"), Contains(HasSubstr("schneider-electric/modicon")));
  EXPECT_THAT(suggest("CVE-2021"), ::testing::IsSupersetOf({"CVE-2021-2289", "CVE-2021-22893"}));
  EXPECT_THAT(suggest("2021-22893"), Contains("CVE-2021-22893"));
  EXPECT_THAT(suggest("icsa-20"), Contains(kSchneider));
  EXPECT_THAT(suggest("s"), IsEmpty());
  EXPECT_THAT(suggest(""), IsEmpty());
  EXPECT_THAT(suggest("zzz"), IsEmpty());
  EXPECT_THAT(suggest("a\xFF\"%_"), IsEmpty());
}

TEST_P(SuggestTest, OverviewCountsWhatIsThere) {
  const auto figures = engine().overview({}, now).value();
  EXPECT_EQ(figures.advisories, 3);
  EXPECT_EQ(figures.vulnerabilities, 3);
  EXPECT_EQ(figures.vendors, 4);
  EXPECT_EQ(figures.products, 4);
  EXPECT_THAT(figures.severities, ElementsAre(0, 0, 1, 1, 1));
  EXPECT_THAT(figures.by_year, ElementsAre(std::pair{2020, 1}, std::pair{2021, 1}, std::pair{2022, 1}));
  ASSERT_THAT(figures.newest, SizeIs(3));
  EXPECT_EQ(figures.newest[0].key, kMueller);
  ASSERT_FALSE(figures.most_severe.empty());
  EXPECT_EQ(figures.most_severe[0].key, kSiemens);
}

}  // namespace
}  // namespace tocsin::engine::search
