#include "engine/exposure/aliases.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "engine/exposure/exposure.hpp"
#include "engine/exposure/runs.hpp"
#include "engine/inventory/testing.hpp"
#include "engine/manage/removal.hpp"
#include "engine/search/indexer.hpp"
#include "engine/testing/samples.hpp"
#include "store/organisations.hpp"

namespace tocsin::engine::exposure {
namespace {

using domain::MatchVerdict;
using engine::testing::Sample;
using inventory::kTestNow;
using inventory::outcome;
using store::AliasKind;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// Of which one is known by its order number, whatever vendor an inventory tells.
Sample numbered(std::string id = "EX-2021-001") {
  return {.id = std::move(id), .products = {{}, {.name = "Flow Controller 6ES7515-2AM02-0AB0"}}};
}

constexpr std::string_view kHeader = "Key,Name,Vendor,Product,Model,Firmware,Site\n";

Timestamp day(int days) {
  auto time = kTestNow;
  time.micros += std::int64_t{days} * 86'400 * 1'000'000;
  return time;
}

class AliasesTest : public inventory::InventoryTest {
 protected:
  void publish(const Sample& sample) {
    ASSERT_TRUE(database().write([&](store::Connection& connection) {
      return store::Records{connection}.put(engine::testing::revision_of(sample), kTestNow);
    }));
    ASSERT_TRUE(search::index_all(database()));
  }
  void match() {
    Runs runs{database()};
    match(runs);
  }
  void match(Runs& runs) {
    for (int i = 0; i < 1'000; ++i) {
      const auto step = runs.step(kTestNow, 7);
      ASSERT_TRUE(step) << step.error().to_string() << step.error().detail;
      if (step->caught_up) return;
    }
    FAIL() << "does not come to an end";
  }
  void load(const Actor& actor, std::string_view lines) {
    const auto done = import_csv(actor, std::string{kHeader} + std::string{lines});
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  std::vector<store::ExposureRow> seen(const Actor& actor) {
    const auto page = list(database(), actor, own(actor), {}, kTestNow);
    EXPECT_TRUE(page) << page.error().to_string();
    return page ? page->rows : std::vector<store::ExposureRow>{};
  }
  std::string status_of(const Actor& actor, std::string_view label) {
    for (const auto& row : seen(actor)) {
      if (row.label == label) return std::string{to_string(static_cast<exposure::Status>(row.match.status))};
    }
    return "none";
  }
  store::AssetMatch match_of(const Actor& actor, std::string_view label) {
    for (const auto& row : seen(actor)) {
      if (row.label == label) return row.match;
    }
    ADD_FAILURE() << label << " has no match";
    return {};
  }
  void say(const Actor& actor, std::string_view label, MatchVerdict verdict) {
    const auto match = match_of(actor, label);
    const auto done = set_verdict(database(), actor, {{match.asset, match.record}}, verdict, "I looked", kTestNow);
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  std::vector<std::string> own_of(const Actor& actor) {
    const auto found = aliases(database(), actor, kTestNow);
    EXPECT_TRUE(found) << found.error().to_string();
    std::vector<std::string> out;
    if (!found) return out;
    for (const auto& each : found->own) {
      out.push_back(fmt::format("{}: {} = {} {}", to_string(each.alias.key.kind), each.alias.shown, each.alias.vendor,
                                each.alias.product));
    }
    return out;
  }
  std::vector<std::string> rows() {
    return database()
        .read([](store::Connection& connection) {
          return connection.all(
              store::Sql{"SELECT a.label, r.record_key, m.status, m.confidence, m.product_ids, m.because FROM "
                         "asset_match m JOIN asset a ON a.id = m.asset_id JOIN record r ON r.id = m.record_id ORDER BY "
                         "a.organisation_id, a.asset_key, r.record_key"},
              [](const store::Row& row) {
                return fmt::format("{} {} {} {} {} {}", row.text(0), row.text(1), row.integer(2), row.integer(3),
                                   row.text(4), row.text(5));
              });
        })
        .value();
  }
  /// As a confirmation would have taught it.
  void teach(const Actor& actor, const store::AliasKey& key, std::string_view shown, std::string_view product) {
    const auto done = database().write([&](store::Connection& connection) -> tocsin::Status {
      TRY_VOID(store::Aliases{connection}.put({.organisation = *actor.viewer.organisation,
                                               .key = key,
                                               .shown = std::string{shown},
                                               .vendor = "Example Pumps",
                                               .product = std::string{product},
                                               .taught_by = actor.viewer.person,
                                               .taught_at = kTestNow}));
      return match_again(connection, key, actor.viewer.organisation);
    });
    ASSERT_TRUE(done) << done.error().detail;
  }
  static store::AliasKey blue_box() {
    return {AliasKind::product, alias_vendor_key("Pumpco"), "blue-box", "example-pumps", "flow-controller"};
  }
  Actor plant(int number) {
    const auto id = organisation(fmt::format("Plant {}", number));
    return acting(person(fmt::format("boss{}@plant.example", number), id, {domain::Role::organisation_administrator}),
                  id);
  }
  std::vector<std::string> offered(const Actor& actor) {
    const auto found = offered_aliases(database(), actor);
    EXPECT_TRUE(found) << found.error().to_string();
    std::vector<std::string> out;
    if (!found) return out;
    for (const auto& each : found->offered) out.push_back(each.key.text);
    return out;
  }
  bool offer(int days, int least = 3) {
    const auto done = offer_aliases(database(), least, day(days));
    EXPECT_TRUE(done) << done.error().to_string() << done.error().detail;
    return done && done->made;
  }
};
TOCSIN_ON_BOTH_DATABASES(AliasesTest);

TEST_P(AliasesTest, AConfirmationTeachesWhatTheVendorIsCalled) {
  publish(numbered());
  load(editor,
       "1,P1,Pumpco,Flow Controller,6ES7515-2AM02-0AB0,V2.8.0,Nord\n2,P2,Pumpco,Flow Controller,,V2.8.0,Nord\n"
       "3,P3,Example Pumps,Flow Controller,,V2.8.0,Nord\n");
  load(stranger, "1,G1,Pumpco,Flow Controller,,V2.8.0,Nord\n");
  match();
  const auto before = rows();
  ASSERT_EQ(status_of(editor, "P1"), "affected");
  EXPECT_EQ(status_of(editor, "P2"), "none");
  say(editor, "P1", MatchVerdict::confirmed);
  EXPECT_THAT(own_of(editor), ElementsAre("vendor: Pumpco = Example Pumps "));
  match();
  ASSERT_EQ(status_of(editor, "P2"), "affected");
  const auto learnt = match_of(editor, "P2"), built_in = match_of(editor, "P3");
  EXPECT_THAT(learnt.because, HasSubstr("your organisation confirmed on 20"));
  EXPECT_THAT(learnt.because, HasSubstr("that \"Pumpco\" is Example Pumps"));
  EXPECT_THAT(built_in.because, Not(HasSubstr("your organisation")));
  EXPECT_LT(learnt.confidence, built_in.confidence);
  EXPECT_GE(learnt.confidence, 500);
  // Another organisation's people confirmed nothing.
  EXPECT_EQ(status_of(stranger, "G1"), "none");
  EXPECT_THAT(own_of(stranger), IsEmpty());
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM audit WHERE action = 'exposure.alias'"}), 1);
  // It is taken back: what it alone taught goes, and what was found by that.
  say(editor, "P1", MatchVerdict::none);
  EXPECT_THAT(own_of(editor), IsEmpty());
  match();
  EXPECT_EQ(rows(), before);
}

TEST_P(AliasesTest, ARejectionUnteaches) {
  publish({});
  load(editor, "1,P1,Pumpco,Blue box,,V2.8.0,Nord\n2,P2,Pumpco,Other box,,V2.8.0,Nord\n");
  match();
  EXPECT_THAT(rows(), IsEmpty());
  teach(editor, blue_box(), "Blue box", "Flow Controller");
  match();
  ASSERT_EQ(status_of(editor, "P1"), "affected");
  EXPECT_EQ(status_of(editor, "P2"), "none");
  say(editor, "P1", MatchVerdict::rejected);
  EXPECT_THAT(own_of(editor), IsEmpty());
  match();
  EXPECT_EQ(status_of(editor, "P1"), "none");
  // One by hand; who only reads may not, and others' are not there.
  teach(editor, blue_box(), "Blue box", "Flow Controller");
  const auto id = aliases(database(), editor, kTestNow)->own.front().alias.id;
  EXPECT_EQ(outcome(forget_alias(database(), reader, id, kTestNow)), "forbidden");
  EXPECT_EQ(outcome(forget_alias(database(), stranger, id, kTestNow)), "not_found");
  EXPECT_EQ(outcome(forget_alias(database(), editor, id, kTestNow)), "ok");
  EXPECT_THAT(own_of(editor), IsEmpty());
}

TEST_P(AliasesTest, AConfirmationTeachesWhatAProductIsCalled) {
  publish(numbered());
  load(editor,
       "1,P1,Pumpco,Blue box,6ES7515-2AM02-0AB0,V2.8.0,Nord\n2,P2,Pumpco,BLUE  Box,,V2.8.0,Nord\n3,P3,Pumpco,Red "
       "box,,V2.8.0,Nord\n");
  match();
  EXPECT_EQ(status_of(editor, "P2"), "none");
  say(editor, "P1", MatchVerdict::confirmed);
  EXPECT_THAT(own_of(editor), ElementsAre("vendor: Pumpco = Example Pumps ",
                                          "product: Blue box = Example Pumps Flow Controller 6ES7515-2AM02-0AB0"));
  match();
  EXPECT_EQ(status_of(editor, "P2"), "affected");
  EXPECT_THAT(match_of(editor, "P2").because, HasSubstr("that \"BLUE Box\" is Example Pumps Flow Controller"));
  EXPECT_EQ(status_of(editor, "P3"), "none");
  // Once more teaches nothing new; a rejection on the other asset unteaches it.
  say(editor, "P1", MatchVerdict::confirmed);
  EXPECT_THAT(own_of(editor), SizeIs(2));
  say(editor, "P2", MatchVerdict::rejected);
  EXPECT_THAT(own_of(editor), ElementsAre("vendor: Pumpco = Example Pumps "));
}

TEST_P(AliasesTest, WhatSaysLessThanAProductTeachesNothing) {
  publish({.products = {{.name = "Flow Controller Pro 6ES7515-2AM02-0AB0"}}});
  load(editor, "1,P1,Example Pumps,Flow Controller,6ES7515-2AM02-0AB0,V2.8.0,Nord\n");
  match();
  ASSERT_THAT(seen(editor), SizeIs(1));
  say(editor, "P1", MatchVerdict::confirmed);
  EXPECT_THAT(own_of(editor), IsEmpty());
}

TEST_P(AliasesTest, OnlyAdvisoriesThatAnybodyMayReadTeach) {
  auto amber = numbered("EX-AMBER");
  amber.tlp = domain::Tlp::amber;
  amber.audience = domain::Audience::listed;
  amber.listed = {{domain::Grantee::Kind::organisation, water.value}};
  publish(amber);
  load(editor, "1,P1,Pumpco,Flow Controller,6ES7515-2AM02-0AB0,V2.8.0,Nord\n");
  match();
  say(editor, "P1", MatchVerdict::confirmed);
  EXPECT_THAT(own_of(editor), IsEmpty());
}

TEST_P(AliasesTest, NothingIsLeftOfWhatARemovedAdvisoryTaught) {
  publish(numbered());
  publish({.id = "EX-2"});
  load(editor,
       "1,P1,Pumpco,Flow Controller,6ES7515-2AM02-0AB0,V2.8.0,Nord\n2,P2,Pumpco,Flow Controller,,V2.8.0,Nord\n");
  match();
  const auto match_of_first = match_of(editor, "P1");
  ASSERT_EQ(outcome(set_verdict(database(), editor, {{match_of_first.asset, match_of_first.record}},
                                MatchVerdict::confirmed, "", kTestNow)),
            "ok");
  match();
  ASSERT_EQ(status_of(editor, "P2"), "affected");
  auto console = Actor::at_console();
  console.reason = "Sent by mistake";
  ASSERT_TRUE(manage::remove_record(database(), console, match_of_first.record, kTestNow));
  EXPECT_THAT(own_of(editor), IsEmpty());
  ASSERT_TRUE(search::index_all(database()));
  match();
  EXPECT_EQ(status_of(editor, "P2"), "none");
}

/// The finder of decision 0016: whatever is learnt in between, what a process finds that goes on is what looking at
/// everything anew finds.
TEST_P(AliasesTest, WhatIsFoundIsWhatIsFoundByLookingAtEveryAsset) {
  constexpr std::string_view kVendors[] = {"Pumpco", "Example Pumps", "Brightwater", ""};
  constexpr std::string_view kProducts[] = {"Blue box", "Flow Controller", "Level meter", "Unrelated display",
                                            "Red box"};
  const auto fleet = [&](int from, int to) {
    std::string lines;
    for (int i = from; i < to; ++i) {
      const auto at = static_cast<std::size_t>(i);
      lines += fmt::format("K{},A{},{},{},{},V{}.{}.0,Nord\n", i, i, kVendors[at % 4], kProducts[at * 7 % 5],
                           i % 5 == 0 ? "PB 1-2345" : "", i % 4, i % 7);
    }
    return lines;
  };
  Runs going_on{database()};
  load(editor, fleet(0, 40));
  load(stranger, fleet(10, 30));
  publish({.id = "EX-0", .products = {{.vendor = "Nobody", .name = "Unknown thing"}}});
  int by_alias = 0;
  const auto compare = [&](std::string_view when) {
    match(going_on);
    const auto found = rows();
    ASSERT_TRUE(database().write([](store::Connection& connection) { return store::Exposures{connection}.reset(); }));
    Runs walked{database(), true};
    match(walked);
    EXPECT_EQ(rows(), found) << when;
    for (const auto& each : found) by_alias += each.find(" confirmed") != std::string::npos ? 1 : 0;
  };
  compare("nothing is known");
  teach(editor, blue_box(), "Blue box", "Flow Controller");
  match(going_on);
  // From now on found by the alias alone.
  publish({});
  compare("an advisory after an alias");
  EXPECT_GT(by_alias, 0);
  teach(stranger, {AliasKind::vendor, "", alias_vendor_key("Pumpco"), "example-pumps", ""}, "Pumpco", "");
  compare("a vendor's alias");
  publish({.id = "EX-2", .products = {{.name = "Level meter", .version = "vers:all/*"}}});
  compare("an advisory that a vendor's alias leads to");
  teach(editor, {AliasKind::order_number, "", "PB12345", "example-pumps", "level-meter"}, "PB 1-2345", "Level meter");
  load(editor, fleet(40, 60));
  compare("an order number, and more assets");
  publish({.id = "EX-2", .version = "2", .products = {{.name = "Level meter", .version = "< V1.0.0"}}});
  compare("a revision");
  const auto id = aliases(database(), editor, kTestNow)->own.front().alias.id;
  ASSERT_TRUE(forget_alias(database(), editor, id, kTestNow));
  compare("one is forgotten");
  ASSERT_TRUE(database().write([&](store::Connection& connection) -> tocsin::Status {
    store::Aliases store{connection};
    TRY_VOID(store.offer({.key = {AliasKind::product, "brightwater", "red-box", "example-pumps", "flow-controller"},
                          .vendor = "Example Pumps",
                          .product = "Flow Controller",
                          .least = 5,
                          .offered_at = kTestNow}));
    return ok();
  }));
  ASSERT_TRUE(judge_alias(database(), coordinator, offered_aliases(database(), coordinator)->offered.front().id, true,
                          kTestNow));
  const auto before = rows();
  compare("the community's");
  EXPECT_NE(rows(), before);
  publish({.id = "EX-3", .products = {{.version = "vers:all/*"}}});
  compare("an advisory after that");
}

TEST_P(AliasesTest, TheCommunityLearnsWhatEnoughContributeAndTheCertAccepts) {
  publish({});
  std::vector<Actor> plants;
  for (int i = 0; i < 4; ++i) {
    plants.push_back(plant(i));
    load(plants.back(), "1,P1,Pumpco,Blue box,,V2.8.0,Talheim\n");
    if (i < 3) teach(plants.back(), blue_box(), i == 1 ? "BLUE  Box" : "Blue box", "Flow Controller");
  }
  load(editor, "1,P1,Pumpco,Blue box,,V2.8.0,Nord\n");
  teach(plants[3], {AliasKind::product, "", "rare-box", "example-pumps", "flow-controller"}, "Rare box",
        "Flow Controller");
  match();
  EXPECT_TRUE(offer(1));
  EXPECT_FALSE(offer(1)) << "once a day";
  EXPECT_THAT(offered(coordinator), IsEmpty()) << "nobody has consented";
  for (std::size_t i = 0; i < 2; ++i) ASSERT_EQ(outcome(contribute_aliases(database(), plants[i], day(1))), "ok");
  // Two of them, and as many of their people as there may be.
  const auto second =
      acting(person("second@plant.example", *plants[0].viewer.organisation, {domain::Role::organisation_administrator}),
             *plants[0].viewer.organisation);
  EXPECT_EQ(outcome(contribute_aliases(database(), second, day(1))), "conflict");
  teach(second, blue_box(), "Blue box", "Flow Controller");
  EXPECT_TRUE(offer(2));
  EXPECT_THAT(offered(coordinator), IsEmpty());
  for (std::size_t i = 2; i < 4; ++i) ASSERT_EQ(outcome(contribute_aliases(database(), plants[i], day(2))), "ok");
  EXPECT_TRUE(offer(3));
  EXPECT_THAT(offered(coordinator), ElementsAre("blue-box")) << "not what one contributed";
  // Nobody matches by it before a person has accepted it; only the CERT's people may.
  match();
  EXPECT_EQ(status_of(editor, "P1"), "none");
  const auto id = offered_aliases(database(), coordinator)->offered.front().id;
  for (const auto* who : {&editor, &stranger, &plants[0], &auditor, &administrator}) {
    EXPECT_EQ(outcome(judge_alias(database(), *who, id, true, kTestNow)), "forbidden");
    EXPECT_FALSE(offered_aliases(database(), *who));
  }
  ASSERT_EQ(outcome(judge_alias(database(), coordinator, id, true, kTestNow)), "ok");
  match();
  ASSERT_EQ(status_of(editor, "P1"), "affected");
  const auto by_community = match_of(editor, "P1"), by_own = match_of(plants[0], "P1");
  EXPECT_THAT(by_community.because, HasSubstr("organisations of the community confirmed, and the CERT accepted on"));
  EXPECT_THAT(by_own.because, HasSubstr("your organisation confirmed"));
  EXPECT_LT(by_community.confidence, by_own.confidence);
  // Who means something else says so: by a rejection, or by hand.
  say(editor, "P1", MatchVerdict::rejected);
  match();
  EXPECT_EQ(status_of(editor, "P1"), "none");
  EXPECT_FALSE(aliases(database(), editor, kTestNow)->community.front().used);
  EXPECT_THAT(own_of(editor), IsEmpty());
  ASSERT_EQ(outcome(use_community_alias(database(), editor, id, true, kTestNow)), "ok");
  match();
  EXPECT_EQ(status_of(editor, "P1"), "not_affected") << "the rejection stays";
  // The CERT thinks otherwise by now.
  ASSERT_EQ(outcome(judge_alias(database(), coordinator, id, false, kTestNow)), "ok");
  match();
  EXPECT_EQ(status_of(editor, "P1"), "none");
  EXPECT_EQ(status_of(plants[0], "P1"), "affected");
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM audit WHERE action = 'exposure.judge'"}), 2);
}

/// Against whoever compares what is shown before and after: neither consent nor withdrawal, neither learning nor
/// forgetting of one organisation changes what another one or the CERT is shown of the others.
TEST_P(AliasesTest, NobodySeesWhoContributedWhat) {
  std::vector<Actor> plants;
  for (int i = 0; i < 7; ++i) {
    plants.push_back(plant(i));
    load(plants.back(), "1,P1,Pumpco,Blue box,,V2.8.0,Talheim\n");
    ASSERT_EQ(outcome(contribute_aliases(database(), plants.back(), day(0))), "ok");
    if (i < 3) teach(plants.back(), blue_box(), "Blue box", "Flow Controller");
  }
  const auto shown_to = [&](const Actor& actor) {
    std::vector<std::string> out;
    if (const auto own = aliases(database(), actor, kTestNow)) {
      for (const auto& each : own->own) out.push_back(fmt::format("own {}", each.alias.key.text));
      for (const auto& each : own->community)
        out.push_back(fmt::format("community {} {}", each.alias.key.text, each.used));
    }
    if (const auto all = offered_aliases(database(), actor)) {
      for (const auto* list : {&all->offered, &all->accepted, &all->refused}) {
        for (const auto& each : *list) {
          out.push_back(fmt::format("{} {} {} {}", each.id, each.key.text, each.least, each.offered_at.micros));
        }
      }
    }
    return out;
  };
  ASSERT_TRUE(offer(1));
  ASSERT_THAT(offered(coordinator), ElementsAre("blue-box"));
  const auto cert = shown_to(coordinator), other = shown_to(plants[6]);
  EXPECT_THAT(other, IsEmpty());
  // Others contribute the same, others leave: the figure is what was asked for, never how many there are.
  for (int i = 3; i < 6; ++i) teach(plants[static_cast<std::size_t>(i)], blue_box(), "Blue box", "Flow Controller");
  ASSERT_TRUE(offer(2));
  EXPECT_EQ(shown_to(coordinator), cert);
  for (int i = 0; i < 6; ++i) {
    ASSERT_EQ(outcome(stop_contributing(database(), plants[static_cast<std::size_t>(i)], day(2))), "ok");
    EXPECT_EQ(shown_to(coordinator), cert) << i;
    EXPECT_EQ(shown_to(plants[6]), other) << i;
    ASSERT_TRUE(offer(3 + i));
    EXPECT_EQ(shown_to(coordinator), cert) << i;
  }
  // What was contributed has gone: it counts for nothing that is offered from now on.
  for (int i = 0; i < 3; ++i) {
    teach(plants[static_cast<std::size_t>(i)],
          {AliasKind::product, "", "green-box", "example-pumps", "flow-controller"}, "Green box", "Flow Controller");
  }
  ASSERT_TRUE(offer(20));
  EXPECT_EQ(shown_to(coordinator), cert);
  // One who comes alone waits for others, so that what appears next is not known to be theirs.
  teach(plants[6], {AliasKind::product, "", "green-box", "example-pumps", "flow-controller"}, "Green box",
        "Flow Controller");
  ASSERT_EQ(outcome(contribute_aliases(database(), plants[0], day(21))), "ok");
  ASSERT_EQ(outcome(contribute_aliases(database(), plants[1], day(21))), "ok");
  ASSERT_TRUE(offer(22));
  EXPECT_EQ(shown_to(coordinator), cert) << "three have it, of whom two have not been admitted";
  ASSERT_EQ(outcome(contribute_aliases(database(), plants[2], day(22))), "ok");
  ASSERT_TRUE(offer(23));
  EXPECT_THAT(offered(coordinator), ElementsAre("blue-box", "green-box"));
  // Where more have to stand behind each, what was offered for fewer is not shown.
  ASSERT_TRUE(offer(24, 5));
  EXPECT_THAT(offered(coordinator), IsEmpty());
  // Nothing that is stored of the community's names an organisation.
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM community_alias"}), 2);
}

TEST_P(AliasesTest, NoTextThatTellsOfAPlantIsContributed) {
  std::vector<Actor> plants;
  const store::AliasKey site{AliasKind::product, "", "box-of-talheim", "example-pumps", "flow-controller"};
  for (int i = 0; i < 3; ++i) {
    plants.push_back(plant(i));
    load(plants.back(), "1,P1,Pumpco,Blue box,,V2.8.0,Talheim\n");
    teach(plants.back(), site, "Box of Talheim", "Flow Controller");
    teach(plants.back(), {AliasKind::product, "", "plc01.corp.example", "example-pumps", "flow-controller"},
          "plc01.corp.example", "Flow Controller");
    // A word of the organisation's name.
    teach(plants.back(), {AliasKind::product, "", "plant-pump", "example-pumps", "flow-controller"}, "Plant pump",
          "Flow Controller");
    ASSERT_EQ(outcome(contribute_aliases(database(), plants.back(), day(0))), "ok");
  }
  ASSERT_TRUE(offer(1));
  EXPECT_THAT(offered(coordinator), IsEmpty());
  const auto own = aliases(database(), plants[0], kTestNow);
  ASSERT_TRUE(own);
  ASSERT_THAT(own->own, SizeIs(3));
  EXPECT_EQ(own->own[0].not_shared, "holds a name of the organisation or of its plants");
  EXPECT_EQ(own->own[1].not_shared, "holds a name of the organisation or of its plants");
  EXPECT_EQ(own->own[2].not_shared, "looks like a host name");
  // Who reads the inventory sees them; who may not, nothing.
  EXPECT_EQ(own_of(reader), std::vector<std::string>{});
  EXPECT_EQ(outcome(contribute_aliases(database(), reader, kTestNow)), "forbidden");
  EXPECT_EQ(outcome(stop_contributing(database(), editor, kTestNow)), "conflict");
  EXPECT_FALSE(contribute_aliases(database(), acting(*coordinator.viewer.person, domain::kOwnOrganisation), kTestNow));
}

TEST_P(AliasesTest, NothingIsLeftOfAnOrganisationThatLeaves) {
  load(editor, "1,P1,Pumpco,Blue box,,V2.8.0,Nord\n");
  teach(editor, blue_box(), "Blue box", "Flow Controller");
  ASSERT_EQ(outcome(contribute_aliases(database(), editor, kTestNow)), "ok");
  ASSERT_TRUE(database().write(
      [&](store::Connection& connection) { return store::Organisations{connection}.cut_ties(water); }));
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM exposure_alias"}), 0);
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM exposure_alias_lesson"}), 0);
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM exposure_alias_consent"}), 0);
}

}  // namespace
}  // namespace tocsin::engine::exposure
