#include "engine/exposure/status.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "engine/exposure/aliases.hpp"
#include "engine/inventory/testing.hpp"
#include "engine/testing/samples.hpp"
#include "formats/csaf/advisory.hpp"

namespace tocsin::engine::exposure {
namespace {

using domain::policy::Viewer;
using engine::testing::Sample;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Timestamp at(std::string_view text) { return parse_rfc3339(text).value(); }

/// One line an entry.
std::vector<std::string> lines(const std::vector<StatusEntry>& entries) {
  std::vector<std::string> out;
  for (const auto& each : entries) {
    out.push_back(
        fmt::format("{} {} {} {}", each.tracking_id, each.version, to_string(each.kind), to_string(each.match.status)));
  }
  return out;
}

/// All of an answer that a reader gets, confidence included.
std::string everything(const StatusAnswer& answer) {
  std::string out = fmt::format("{} {}", answer.known_total, answer.since_total);
  for (const auto* part : {&answer.known, &answer.since}) {
    for (const auto& each : *part) {
      out += fmt::format("\n{} {} {} {} {} {} {} {} {} {}", each.tracking_id, each.version, to_string(each.kind),
                         to_string(each.match.status), each.match.confidence, each.match.because,
                         fmt::join(each.match.product_ids, ","), fmt::join(each.match.cves, ","),
                         each.score_tenths.value_or(-1), each.remedies.size());
    }
  }
  return out;
}

class StatusTest : public inventory::InventoryTest {
 protected:
  void publish(const Sample& sample, Timestamp received = inventory::kTestNow) {
    const auto put = database().write([&](store::Connection& connection) {
      return store::Records{connection}.put(engine::testing::revision_of(sample), received);
    });
    ASSERT_TRUE(put) << put.error().detail;
  }
  StatusAnswer ask(const StatusQuestion& question, const Viewer& viewer = {}) {
    StatusDesk desk{database()};
    return ask(desk, question, viewer);
  }
  static StatusAnswer ask(StatusDesk& desk, const StatusQuestion& question, const Viewer& viewer = {},
                          Timestamp now = inventory::kTestNow) {
    auto answer = desk.ask(viewer, question, now);
    EXPECT_TRUE(answer) << answer.error().to_string() << answer.error().detail;
    return answer ? std::move(*answer) : StatusAnswer{};
  }
  /// Fixed with V2.9.1; from version 2 on it says V3.0.
  void publish_two_versions() {
    publish({}, at("2021-06-20T00:00:00Z"));
    publish({.version = "2", .products = {{.version = "< V3.0"}}, .updated = "2021-09-01T10:00:00Z"},
            at("2021-11-01T00:00:00Z"));
  }
  static StatusQuestion pump(std::string when = "", std::string version = "V2.9.5") {
    return {
        .vendor = "Example Pumps", .product = "Flow Controller", .version = std::move(version), .at = std::move(when)};
  }
};
TOCSIN_ON_BOTH_DATABASES(StatusTest);

TEST_P(StatusTest, UsesTheAliasesThatTheAskerMaySee) {
  publish({.products = {{.name = "Flow Controller"}}});
  const auto plant = organisation("Plant"), other = organisation("Other");
  const auto boss = acting(person("boss@plant.example", plant), plant);
  const auto rival = acting(person("rival@other.example", other), other);
  const store::AliasKey own{store::AliasKind::product, alias_vendor_key("Pumpco"), "blue-box", "example-pumps",
                            "flow-controller"};
  auto community = own;
  community.text = "red-box";
  ASSERT_TRUE(database().write([&](store::Connection& connection) -> tocsin::Status {
    store::Aliases aliases{connection};
    TRY_VOID(aliases.put({.organisation = plant,
                          .key = own,
                          .shown = "Blue Box",
                          .vendor = "Example Pumps",
                          .product = "Flow Controller",
                          .taught_at = inventory::kTestNow}));
    TRY_VOID(aliases.offer({.key = community, .vendor = "Example Pumps", .product = "Flow Controller", .least = 5}));
    TRY(const auto offered, aliases.community(store::CommunityAliasState::offered, 0));
    return aliases.judge(offered.at(0).id, store::CommunityAliasState::accepted, {}, inventory::kTestNow);
  }));
  StatusDesk desk{database()};
  const auto said = [&](std::string product, const Actor* asker) {
    const auto answer =
        desk.ask(asker == nullptr ? Viewer{} : asker->viewer,
                 {.vendor = "Pumpco", .product = std::move(product), .version = "V1.0"}, inventory::kTestNow, asker);
    EXPECT_TRUE(answer) << answer.error().to_string() << answer.error().detail;
    return !answer || answer->known.empty() ? std::string{"nothing"} : answer->known.front().match.because;
  };
  const auto anonymous = Actor::anonymous();
  EXPECT_THAT(said("Blue Box", &boss), HasSubstr("your organisation confirmed on "));
  EXPECT_EQ(said("Blue Box", &rival), "nothing") << "what Plant calls things is Plant's";
  EXPECT_EQ(said("Blue Box", &anonymous), "nothing");
  // A program of Plant's that may not read the inventory.
  auto narrow = boss;
  narrow.withheld = ~std::uint32_t{};
  EXPECT_EQ(said("Blue Box", &narrow), "nothing");
  for (const auto* asker : {&boss, &rival, &anonymous}) {
    EXPECT_THAT(said("Red Box", asker), HasSubstr("and the CERT accepted on ")) << "accepted for everybody";
  }
  EXPECT_EQ(said("Red Box", nullptr), "nothing");
  // What an organisation means otherwise, it is not told.
  ASSERT_TRUE(database().write([&](store::Connection& connection) {
    return store::Aliases{connection}.put({.organisation = plant,
                                           .key = community,
                                           .vendor = "Example Pumps",
                                           .product = "Flow Controller",
                                           .denied = true,
                                           .taught_at = inventory::kTestNow});
  }));
  EXPECT_EQ(said("Red Box", &boss), "nothing");
  EXPECT_NE(said("Red Box", &rival), "nothing");
}

TEST_P(StatusTest, TellsOfAdvisoriesAsTheyStood) {
  publish_two_versions();
  struct Case {
    std::string_view at;
    KnownBy by;
    std::vector<std::string> known, since;
  };
  const std::string first = "EX-2021-001 1 as_it_stood fixed", second = "EX-2021-001 2 as_it_stood affected";
  const std::string changed = "EX-2021-001 2 changed affected", published = "EX-2021-001 2 published affected";
  const Case cases[] = {
      // Before the first release, and between that and the first revision that is kept.
      {"2021-05-09", KnownBy::published, {}, {published}},
      {"2021-05-10", KnownBy::published, {"EX-2021-001 1 earliest_kept fixed"}, {changed}},
      {"2021-06-11", KnownBy::published, {first}, {changed}},
      {"2021-08-31", KnownBy::published, {first}, {changed}},
      // A moment, with and without a zone that is not UTC.
      {"2021-09-01T09:59:59Z", KnownBy::published, {first}, {changed}},
      {"2021-09-01T12:00:00+02:00", KnownBy::published, {second}, {}},
      {"2021-09-01", KnownBy::published, {second}, {}},
      {"", KnownBy::published, {second}, {}},
      // What had come here.
      {"2021-06-19", KnownBy::received, {}, {published}},
      {"2021-06-20", KnownBy::received, {first}, {changed}},
      {"2021-10-31", KnownBy::received, {first}, {changed}},
      {"2021-11-01", KnownBy::received, {second}, {}},
  };
  StatusDesk desk{database()};
  for (const auto& each : cases) {
    auto question = pump(std::string{each.at});
    question.known_by = each.by;
    const auto answer = ask(desk, question);
    EXPECT_EQ(lines(answer.known), each.known) << each.at << " " << to_string(each.by);
    EXPECT_EQ(lines(answer.since), each.since) << each.at << " " << to_string(each.by);
  }
}

TEST_P(StatusTest, TellsWhatDecidedAndWhatHelps) {
  publish({});
  const auto answer = ask(pump("", "V2.8"));
  ASSERT_EQ(answer.known.size(), 1U);
  const auto& entry = answer.known[0];
  EXPECT_EQ(entry.match.status, Status::affected);
  EXPECT_THAT(entry.match.because, HasSubstr("2.8"));
  EXPECT_EQ(entry.score_tenths, 98);
  ASSERT_EQ(entry.vulnerabilities.size(), 1U);
  EXPECT_EQ(entry.vulnerabilities[0].id, "CVE-1900-10001");
  EXPECT_THAT(entry.vulnerabilities[0].vector, HasSubstr("CVSS:3.1/"));
  ASSERT_FALSE(entry.remedies.empty());
  EXPECT_EQ(entry.remedies[0].category, formats::csaf::RemediationCategory::vendor_fix);
  // All in one field, and no version: a question, not an all-clear.
  const auto vague = ask({.product = "Example Pumps Flow Controller"});
  ASSERT_EQ(vague.known.size(), 1U);
  EXPECT_EQ(vague.known[0].match.status, Status::undecidable);
  EXPECT_FALSE(vague.known[0].match.question.empty());
  EXPECT_THAT(ask({.vendor = "Brightwater", .product = "Level meter"}).known, IsEmpty());
}

TEST_P(StatusTest, TellsWhatWasTakenBackSince) {
  publish({.id = "EX-1"});
  publish(
      {.id = "EX-1", .version = "2", .products = {{.name = "Valve Positioner"}}, .updated = "2021-09-01T00:00:00Z"});
  publish({.id = "EX-2"});
  publish({.id = "EX-2", .version = "2", .updated = "2021-09-01T00:00:00Z", .status = domain::RecordStatus::withdrawn});
  const auto before = ask(pump("2021-08-01", "V2.8"));
  EXPECT_THAT(lines(before.known), ElementsAre("EX-1 1 as_it_stood affected", "EX-2 1 as_it_stood affected"));
  EXPECT_THAT(lines(before.since), ElementsAre("EX-1 2 no_longer affected", "EX-2 2 withdrawn affected"));
  const auto after = ask(pump("2021-09-02", "V2.8"));
  EXPECT_THAT(after.known, IsEmpty());
  EXPECT_THAT(after.since, IsEmpty());
}

TEST_P(StatusTest, RefusesWhatIsNoQuestion) {
  struct Case {
    StatusQuestion question;
    std::string_view where;
  };
  const Case cases[] = {
      {{}, "product"},
      {{.vendor = "Example Pumps", .version = "1"}, "product"},
      {{.product = std::string(kQuestionBytesMax + 1, 'x')}, "product"},
      {{.product = "x\x01y"}, "product"},
      {{.product = "\xFF"}, "product"},
      {{.vendor = std::string(kQuestionBytesMax + 1, 'x'), .product = "x"}, "vendor"},
      {{.product = "x", .version = std::string(kQuestionBytesMax + 1, '1')}, "version"},
      {{.product = "x", .at = "yesterday"}, "at"},
      {{.product = "x", .at = "2021-02-30"}, "at"},
      {{.product = "x", .at = "2021-02-03T10:00:00"}, "at"},
      {{.product = "x", .at = "9999-12-31"}, "at"},
  };
  StatusDesk desk{database()};
  for (const auto& each : cases) {
    const auto answer = desk.ask({}, each.question, inventory::kTestNow);
    ASSERT_FALSE(answer) << each.where << each.question.at;
    EXPECT_EQ(answer.error().code, Error::Code::invalid_input);
    EXPECT_EQ(answer.error().where, each.where);
  }
}

/// Whatever is hidden, in whichever way, changes not one word of what others are told.
TEST_P(StatusTest, WhatIsHiddenChangesNothing) {
  publish_two_versions();
  const auto questions = {pump(), pump("2021-07-01"), pump("2021-05-01", "V2.8"),
                          StatusQuestion{.product = "Flow Controller Pro"}, StatusQuestion{.product = "Ghost pump"}};
  std::vector<std::string> before;
  for (const auto& each : questions) before.push_back(everything(ask(each)));
  StatusDesk desk{database()};
  ask(desk, pump());
  const std::vector<engine::testing::SampleProduct> products = {
      {}, {.name = "Flow Controller Pro", .version = "vers:all/*"}, {.name = "Ghost pump", .version = "vers:all/*"}};
  publish({.id = "H-1", .products = products, .tlp = domain::Tlp::amber});
  publish({.id = "H-2", .products = products, .status = domain::RecordStatus::draft});
  publish({.id = "H-3", .products = products, .embargo_until = Timestamp{inventory::kTestNow.micros + 1}});
  publish({.id = "H-4", .products = products, .tlp = domain::Tlp::green});
  publish({.id = "H-5",
           .products = products,
           .audience = domain::Audience::listed,
           .listed = {{.kind = domain::Grantee::Kind::organisation, .id = water.value}}});
  ASSERT_TRUE(desk.refresh(inventory::kTestNow));
  std::size_t i = 0;
  for (const auto& each : questions) {
    EXPECT_EQ(everything(ask(each)), before[i]) << "loaded";
    EXPECT_EQ(everything(ask(desk, each)), before[i]) << "refreshed";
    ++i;
  }
  // Those for whom they are see them, an embargo ends by itself.
  EXPECT_THAT(lines(ask(desk, {.product = "Ghost pump"}, reader.viewer).known), ::testing::SizeIs(2));
  EXPECT_THAT(lines(ask(desk, {.product = "Ghost pump"}, {}, Timestamp{inventory::kTestNow.micros + 1}).known),
              ElementsAre("H-3 1 as_it_stood affected"));
}

/// A revision of before was for whom it was for.
TEST_P(StatusTest, AnEarlierRevisionKeepsItsMarking) {
  publish({.id = "EX-1", .tlp = domain::Tlp::red});
  publish({.id = "EX-1", .version = "2", .products = {{.version = "< V3.0"}}, .updated = "2021-09-01T00:00:00Z"});
  const auto answer = ask(pump("2021-07-01"));
  // The advisory existed then, by what the later revision says itself; the revision of then is not told of.
  EXPECT_THAT(lines(answer.known), ElementsAre("EX-1 2 earliest_kept affected"));
  EXPECT_THAT(answer.since, IsEmpty());
}

TEST_P(StatusTest, WhatChangesIsTakenIn) {
  publish_two_versions();
  StatusDesk desk{database()};
  EXPECT_THAT(lines(ask(desk, pump()).known), ElementsAre("EX-2021-001 2 as_it_stood affected"));
  publish({.id = "EX-NEW", .products = {{.version = "vers:all/*"}}});
  publish({.version = "3", .products = {{.version = "< V2.9.1"}}, .updated = "2021-12-01T10:00:00Z"});
  ASSERT_TRUE(desk.refresh(inventory::kTestNow, true));
  const auto expected = ElementsAre("EX-NEW 1 as_it_stood affected", "EX-2021-001 3 as_it_stood fixed");
  EXPECT_THAT(lines(ask(desk, pump()).known), expected);
  EXPECT_EQ(everything(ask(desk, pump())), everything(ask(pump())));
  // Many at once are left to whoever has the time.
  for (int i = 0; i < 301; ++i) {
    publish({.id = fmt::format("M-{}", i), .products = {{.vendor = "Brightwater", .name = "Level meter"}}});
  }
  ASSERT_TRUE(desk.refresh(inventory::kTestNow, true));
  EXPECT_EQ(ask(desk, {.product = "Level meter"}).known_total, 0U);
  ASSERT_TRUE(desk.refresh(inventory::kTestNow));
  const auto many = ask(desk, {.product = "Level meter"});
  EXPECT_EQ(many.known_total, 301U);
  EXPECT_EQ(many.known.size(), kEntriesMax);
  EXPECT_THAT(lines(ask(desk, pump()).known), expected);
}

/// What was open and is hidden now no longer weighs.
TEST_P(StatusTest, WhatIsHiddenLaterIsForgotten) {
  publish_two_versions();
  const auto before = everything(ask(pump()));
  publish({.id = "EX-S", .products = {{.version = "vers:all/*"}, {.name = "Flow", .version = "vers:all/*"}}});
  StatusDesk desk{database()};
  EXPECT_NE(everything(ask(desk, pump())), before);
  publish({.id = "EX-S", .version = "2", .tlp = domain::Tlp::amber});
  ASSERT_TRUE(desk.refresh(inventory::kTestNow, true));
  EXPECT_EQ(everything(ask(desk, pump())), before);
}

TEST(StatusOfDocuments, NeedsNoDatabase) {
  std::vector<KeptRevision> revisions;
  for (const auto& sample :
       {Sample{}, Sample{.version = "2", .products = {{.version = "< V3.0"}}, .updated = "2021-09-01T00:00:00Z"}}) {
    const auto parsed = json::parse(engine::testing::document_of(sample));
    ASSERT_TRUE(parsed);
    revisions.push_back(kept_of_document(formats::csaf::read_advisory(parsed->root()).value(), inventory::kTestNow));
  }
  StatusDesk desk{AdvisoryHistory::of_documents(std::move(revisions))};
  const auto answer =
      desk.ask({}, {.vendor = "Example Pumps", .product = "Flow Controller", .version = "2.9.5", .at = "2021-07-01"},
               inventory::kTestNow);
  ASSERT_TRUE(answer) << answer.error().to_string();
  EXPECT_THAT(lines(answer->known), ElementsAre("EX-2021-001 1 as_it_stood fixed"));
  EXPECT_THAT(lines(answer->since), ElementsAre("EX-2021-001 2 changed affected"));
}

}  // namespace
}  // namespace tocsin::engine::exposure
