#include "engine/exposure/decision.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/exposure/decision_inputs.hpp"

namespace tocsin::engine::exposure {
namespace {

using formats::csaf::RemediationCategory;
using formats::inventory::Item;
using ::testing::HasSubstr;

constexpr std::string_view kRemote = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
const Timestamp kToday = from_date(2026, 5, 1).value();

Match match(Status status = Status::affected) {
  Match made;
  made.status = status;
  made.product_ids = {"P1"};
  made.cves = {"CVE-2026-0001"};
  return made;
}

VulnerabilityFacts facts(std::string vector = std::string{kRemote}) {
  VulnerabilityFacts made;
  made.id = "CVE-2026-0001";
  made.vector = std::move(vector);
  return made;
}

Remedy remedy(RemediationCategory category, std::string details, std::vector<std::string> products = {}) {
  Remedy made;
  made.category = category;
  made.details = std::move(details);
  made.product_ids = std::move(products);
  return made;
}

Item item(std::string exposure, std::string safety, std::string criticality, std::string outage = {}) {
  Item made;
  made.exposure = std::move(exposure);
  made.safety = std::move(safety);
  made.criticality = std::move(criticality);
  made.next_outage = std::move(outage);
  return made;
}

evidence::Book kev() {
  evidence::Book book;
  book.has_kev = true;
  book.of_cve["CVE-2026-0001"].kev = evidence::KnownExploited{.since = from_date(2023, 1, 2).value(), .due = {}};
  return book;
}
evidence::Book quiet() {
  evidence::Book book;
  book.has_kev = true;
  return book;
}

const Step& step(const Decision& decision, std::string_view name) {
  const auto found = std::ranges::find(decision.path, name, &Step::name);
  EXPECT_NE(found, decision.path.end()) << name;
  return *found;
}

TEST(Decision, EveryActionOfThePlantsTable) {
  struct Case {
    std::string why;
    evidence::Book book;
    Item item;
    std::vector<Remedy> remedies;
    Action action;
    std::string due;
  };
  const auto fix = remedy(RemediationCategory::vendor_fix, "Update to V2.9.2");
  const auto mitigation = remedy(RemediationCategory::mitigation, "Use a firewall");
  const Case cases[] = {
      {"exploited, open, safety", kev(), item("internet", "high", "high"), {fix}, Action::act_now, "2026-05-01"},
      {"exploited, open, safety, no fix",
       kev(),
       item("internet", "high", "high"),
       {mitigation},
       Action::mitigate_now,
       "2026-05-01"},
      {"exploited, open, safety, nothing", kev(), item("internet", "high", "high"), {}, Action::act_now, "2026-05-01"},
      {"exploited, controlled, an outage soon",
       kev(),
       item("VPN", "none", "medium", "2026-05-20"),
       {fix},
       Action::next_outage,
       "2026-05-20"},
      {"exploited, controlled, high, an outage far",
       kev(),
       item("VPN", "none", "high", "2026-12-01"),
       {fix},
       Action::mitigate_now,
       "2026-05-01"},
      {"quiet, isolated, low", quiet(), item("isolated", "none", "low", "2026-12-01"), {fix}, Action::accept, ""},
      {"quiet, isolated, high",
       quiet(),
       item("isolated", "none", "high", "24.12.2026"),
       {fix},
       Action::next_outage,
       "2026-12-24"},
  };
  for (const auto& each : cases) {
    auto vulnerability = facts();
    vulnerability.remedies = each.remedies;
    const auto decision = decide(match(), each.item, {vulnerability}, each.book, Rules::built_in("ot"), kToday);
    EXPECT_EQ(decision.action, each.action) << each.why << ": " << decision.because;
    EXPECT_EQ(decision.due ? format_date(*decision.due) : "", each.due) << each.why;
    EXPECT_EQ(decision.table, "x_tocsin.portal#ot:DT_OT:1.0.0");
    EXPECT_EQ(decision.path.size(), 6U);
  }
}

TEST(Decision, WhatIsFixedOrNotAffectedNeedsNothing) {
  for (const auto status : {Status::fixed, Status::not_affected}) {
    const auto decision = decide(match(status), {}, {facts()}, kev(), Rules::built_in("ot"), kToday);
    EXPECT_EQ(decision.action, Action::nothing_to_do);
    EXPECT_TRUE(decision.path.empty());
  }
}

TEST(Decision, WhatIsUnknownIsTakenAsTheWorseAndNamed) {
  const auto decision = decide(match(), {}, {facts("")}, {}, Rules::built_in("ot"), kToday);
  EXPECT_EQ(decision.action, Action::act_now);
  for (const std::string_view name :
       {"Exploitation", "System Exposure", "Safety Consequence", "Process Consequence", "Outage"}) {
    EXPECT_TRUE(step(decision, name).assumed) << name;
  }
  EXPECT_FALSE(step(decision, "Remedy").assumed) << "the advisory is there, and names none";
  EXPECT_THAT(decision.path_text(), HasSubstr("(assumed)"));
  const auto undecided = decide(match(Status::undecidable), {}, {facts("")}, {}, Rules::built_in("ot"), kToday);
  EXPECT_EQ(undecided.path.front().name, "Status");
  EXPECT_TRUE(undecided.path.front().assumed);
}

TEST(Decision, ExploitationHasAReason) {
  struct Case {
    std::string vector, active, proof, none;
    std::optional<double> epss;
    bool has_kev;
    std::string value, because;
  };
  const Case cases[] = {
      {"", "the advisory says it", "", "", {}, true, "A", "the advisory says it"},
      {"", "", "an exploit is published", "", {}, true, "P", "an exploit is published"},
      {std::string{kRemote} + "/E:P", "", "", "", {}, true, "P", "E:P"},
      {std::string{kRemote} + "/E:U", "", "", "", {}, false, "N", "E:U"},
      {"", "", "", "", 0.1, true, "P", "0.1 or more"},
      {"", "", "", "", 0.09, false, "N", "less than 0.1"},
      {"", "", "", "", 0.09, true, "N", "not in CISA KEV, and EPSS 0.09"},
      {"", "", "", "the advisory says none", {}, false, "N", "says none"},
      {"", "", "", "", {}, false, "P", "neither KEV nor EPSS"},
      {"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:A", "", "", "", {}, true, "A", "E:A"},
  };
  for (const auto& each : cases) {
    auto vulnerability = facts(each.vector);
    vulnerability.active = each.active;
    vulnerability.proof = each.proof;
    vulnerability.none = each.none;
    evidence::Book book;
    book.has_kev = each.has_kev;
    evidence::Evidence evidence;
    if (each.epss) evidence.epss = evidence::Epss{.probability = *each.epss, .percentile = {}, .date = {}};
    const auto found = match();
    const Item thing;
    const auto input = derive(
        "ssvc", "E",
        {.match = found, .item = thing, .facts = vulnerability, .evidence = &evidence, .book = book, .today = kToday});
    ASSERT_TRUE(input);
    EXPECT_EQ(input->value, each.value) << input->because;
    EXPECT_THAT(input->because, HasSubstr(each.because));
    EXPECT_EQ(input->assumed, each.value == "P" && each.proof.empty() && each.vector.empty() && !each.epss);
  }
}

TEST(Decision, WordsOfThreeLanguages) {
  const std::pair<std::string, std::optional<int>> levels[] = {{"none", 0},
                                                               {"keine", 0},
                                                               {"ninguna", 0},
                                                               {"Low", 1},
                                                               {"gering", 1},
                                                               {"bajo", 1},
                                                               {"medium", 2},
                                                               {"mittel", 2},
                                                               {"medio", 2},
                                                               {"High", 3},
                                                               {"hoch", 3},
                                                               {"alta", 3},
                                                               {"kritisch", 3},
                                                               {"crítico", 3},
                                                               {"sehr hoch", 4},
                                                               {"muy alto", 4},
                                                               {"katastrophal", 4},
                                                               {"SIL 2", 3},
                                                               {"unkritisch", 1},
                                                               {"non-critical", 1},
                                                               {"3", 3},
                                                               {"5", 4},
                                                               {"Level 3", std::nullopt},
                                                               {"", std::nullopt},
                                                               {"pump", std::nullopt}};
  for (const auto& [text, level] : levels) EXPECT_EQ(level_of(text), level) << text;
  const std::array<std::tuple<std::string, std::string, std::string>, 9> exposures{{{"Internet", "", "O"},
                                                                                    {"no internet access", "", "C"},
                                                                                    {"isoliert", "", "S"},
                                                                                    {"aislado", "", "S"},
                                                                                    {"DMZ", "", "C"},
                                                                                    {"öffentlich", "", "O"},
                                                                                    {"", "1", "S"},
                                                                                    {"", "3.5", "C"},
                                                                                    {"", "Level 4", "O"}}};
  for (const auto& [exposure, level, value] : exposures) {
    Item thing;
    thing.exposure = exposure;
    thing.purdue_level = level;
    const auto decision = decide(match(), thing, {facts()}, quiet(), Rules::built_in("ot"), kToday);
    EXPECT_EQ(step(decision, "System Exposure").value, value) << exposure << level;
    EXPECT_FALSE(step(decision, "System Exposure").assumed);
  }
}

TEST(Decision, DatesOfOutages) {
  for (const auto* text : {"2026-12-24", "24.12.2026", "24/12/2026", "2026-12-24T06:00"}) {
    const auto date = date_of(text);
    ASSERT_TRUE(date) << text;
    EXPECT_EQ(format_date(*date), "2026-12-24");
  }
  for (const auto* text : {"", "2026-13-01", "31.02.2026", "soon", "12/2026"}) EXPECT_FALSE(date_of(text)) << text;
  Item thing;
  thing.next_outage = "2026-04-30";
  EXPECT_FALSE(outage_of(thing, kToday)) << "has passed";
  thing.next_outage = "jederzeit";
  EXPECT_EQ(outage_of(thing, Timestamp{kToday.micros + 5}), kToday);
}

TEST(Decision, TheMostUrgentVulnerabilityDecides) {
  auto harmless = facts("CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N"), bad = facts();
  bad.id = "CVE-2026-0002";
  auto both = match();
  both.cves = {"CVE-2026-0001", "CVE-2026-0002"};
  auto book = quiet();
  book.of_cve["CVE-2026-0002"].kev = evidence::KnownExploited{.since = kToday, .due = {}};
  const auto decision =
      decide(both, item("internet", "high", "high"), {harmless, bad}, book, Rules::built_in("ot"), kToday);
  EXPECT_EQ(decision.vulnerability, "CVE-2026-0002");
  EXPECT_EQ(decision.action, Action::act_now);
}

TEST(Decision, TellsWhatToDoForTheProductsThatMatched) {
  auto vulnerability = facts();
  vulnerability.remedies = {
      remedy(RemediationCategory::mitigation, "Block port 102 with a firewall and change the password."),
      remedy(RemediationCategory::vendor_fix, "Update to V2.9.2", {"P1"}),
      remedy(RemediationCategory::vendor_fix, "Update to V7", {"P2"}),
      remedy(RemediationCategory::none_available, "Nothing")};
  const auto decision = decide(match(), {}, {vulnerability}, kev(), Rules::built_in("ot"), kToday);
  ASSERT_EQ(decision.to_do.size(), 2U);
  EXPECT_EQ(decision.to_do[0].text, "Update to V2.9.2");
  std::vector<std::string_view> controls;
  for (const auto* each : decision.to_do[1].controls) controls.push_back(each->mitigation);
  EXPECT_THAT(controls, ::testing::ElementsAre("M0937", "M0927"));
  EXPECT_EQ(find_control("M0937")->requirement, "SR 5.1");
}

TEST(Decision, OtherTablesDecideToo) {
  const auto thing = item("internet", "high", "high");
  const auto deployer = decide(match(), thing, {facts()}, kev(), Rules::built_in("deployer"), kToday);
  EXPECT_EQ(deployer.action, Action::act_now) << deployer.because;
  EXPECT_EQ(deployer.table, "ssvc:DT_DP:1.0.0");
  EXPECT_EQ(step(deployer, "Human Impact").value, "H");
  const auto cisa = decide(match(), thing, {facts()}, kev(), Rules::built_in("cisa"), kToday);
  EXPECT_EQ(cisa.action, Action::act_now) << cisa.because;
  EXPECT_EQ(cisa.table, "cisa:DT_CO:2.0.3");
  const auto calm =
      decide(match(), item("isolated", "none", "low"), {facts("CVSS:3.1/AV:L/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N")}, quiet(),
             Rules::built_in("deployer"), kToday);
  EXPECT_EQ(calm.action, Action::accept) << calm.because;
}

/// A worse input never makes the decision milder: over every combination of the plant's table.
TEST(Decision, ThePlantsTableIsMonotonous) {
  const auto& rules = Rules::built_in("ot");
  const auto& table = rules.table();
  std::vector<std::size_t> values(table.inputs.size());
  std::size_t combinations = 0;
  const auto visit = [&](auto&& self, std::size_t point) -> void {
    if (point < values.size()) {
      for (values[point] = 0; values[point] < table.inputs[point].values.size(); ++values[point]) self(self, point + 1);
      values[point] = 0;
      return;
    }
    ++combinations;
    const auto action = rules.action(table.decide(values));
    for (std::size_t i = 0; i < values.size(); ++i) {
      // What the advisory offers is no matter of better and worse: without any remedy, an act may be impossible.
      if (table.inputs[i].key == "R" || values[i] + 1 == table.inputs[i].values.size()) continue;
      auto worse = values;
      ++worse[i];
      EXPECT_LE(rules.action(table.decide(worse)), action) << table.inputs[i].name;
    }
  };
  visit(visit, 0);
  EXPECT_EQ(combinations, 324U);
}

TEST(Decision, RefusesTablesThatItCannotAskOrObey) {
  struct Case {
    std::string name_space, key, outcome_key, message;
  };
  const Case cases[] = {{"ssvc", "VD", "D", "no decision point that follows from an inventory"},
                        {"ssvc", "A", "X", "says nothing that can be acted upon"}};
  for (const auto& each : cases) {
    formats::ssvc::DecisionTable table;
    table.inputs.push_back({.id = "i",
                            .name_space = each.name_space,
                            .key = each.key,
                            .version = "9.0.0",
                            .name = "I",
                            .values = {{"N", "No"}, {"Y", "Yes"}}});
    table.outcome = {.id = "o",
                     .name_space = "ssvc",
                     .key = "DSOI",
                     .version = "1.0.0",
                     .name = "O",
                     .values = {{each.outcome_key, "x"}}};
    table.outcomes = {0, 0};
    const auto rules = Rules::of(table);
    ASSERT_FALSE(rules);
    EXPECT_THAT(rules.error().message, HasSubstr(each.message));
  }
  formats::ssvc::DecisionTable half;
  half.inputs.push_back(
      {.id = "i", .name_space = "ssvc", .key = "A", .version = "9.0.0", .name = "I", .values = {{"N", "No"}}});
  const auto rules = Rules::of(half);
  ASSERT_FALSE(rules);
  EXPECT_THAT(rules.error().message, HasSubstr("no value 'Y'"));
}

}  // namespace
}  // namespace tocsin::engine::exposure
