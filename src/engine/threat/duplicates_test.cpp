#include "engine/threat/duplicates.hpp"

#include "base/hash.hpp"
#include "base/json.hpp"
#include "engine/threat/graph.hpp"
#include "engine/threat/testing/writers.hpp"
#include "formats/stix/validate.hpp"
#include "store/records.hpp"
#include "store/shared_threats.hpp"

namespace tocsin::engine::threat {
namespace {

using domain::Tlp;
using members::outcome;
using members::refusal;
using store::Sql;
using store_testing::kTestNow;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using enum domain::Role;

constexpr Timestamp kLater{kTestNow.micros + 60'000'000};

class Duplicates : public testing::WritersTest {
 protected:
  std::string write(const Actor& actor, std::string_view name, Whom whom = Whom::members, Tlp tlp = Tlp::green,
                    std::string_view type = "intrusion-set", std::string_view more = {},
                    std::vector<RelationTo> relations = {}) {
    auto written = WritersTest::write(actor, fmt::format(R"({{"type":"{}","name":"{}"{}}})", type, name, more),
                                      std::move(relations), whom, tlp);
    EXPECT_TRUE(written) << (written ? "" : written.error().to_string());
    return written ? written->id : std::string{};
  }
  std::string say(const Actor& actor, const std::string& id, const std::string& of,
                  std::string_view reason = "Same certificates") {
    const auto said = say_same(database(), actor, id, of, reason, kTestNow);
    EXPECT_TRUE(said) << (said ? "" : said.error().to_string());
    EXPECT_TRUE(index_all(database()));
    return said ? *said : std::string{};
  }
  Sameness look(const Actor& actor, const std::string& id, Timestamp now = kLater) {
    auto found = database().read([&](store::Connection& c) { return sameness(c, actor.viewer, id, now); });
    EXPECT_TRUE(found) << (found ? "" : found.error().to_string());
    return found ? *std::move(found) : Sameness{};
  }
  std::vector<std::string> told(const Actor& actor, const std::string& id) {
    std::vector<std::string> out;
    for (const auto& each : look(actor, id).said) {
      out.push_back(fmt::format("{} {}: {} ({}){}", each.is_duplicate ? "of" : "has", each.other.name, each.reason,
                                each.by, each.own ? " own" : ""));
    }
    return out;
  }
  /// A star for what is marked.
  std::vector<std::string> names(const Actor& actor, const Filter& filter) {
    std::vector<std::string> out;
    const auto page =
        database()
            .read([&](store::Connection& c) { return list(c, actor.viewer, filter, Sort::name, 50, {}, kLater); })
            .value();
    EXPECT_EQ(page.total, static_cast<std::int64_t>(page.rows.size()));
    for (const auto& each : page.rows) out.push_back(each.name + (each.duplicate ? "*" : ""));
    return out;
  }
};
TOCSIN_ON_BOTH_DATABASES(Duplicates);

TEST_P(Duplicates, AreSaidWithTheReasonAndTakenBack) {
  const auto tool = write(wendy(), "Probe", Whom::members, Tlp::green, "tool", R"(,"tool_types":["unknown"])");
  const auto main = write(wendy(), "Silt Bear");
  const auto other =
      write(petra(), "Mud Bear", Whom::members, Tlp::green, "intrusion-set", "", {{.verb = "uses", .target = tool}});
  const auto relationship = say(petra(), other, "silt bear", " Same certificates ");
  EXPECT_THAT(told(wendy(), main), ElementsAre("has Mud Bear: Same certificates (Power)"));
  EXPECT_THAT(told(petra(), other), ElementsAre("of Silt Bear: Same certificates (Power) own"));
  const auto seen = look(wendy(), main);
  ASSERT_THAT(seen.through, SizeIs(1));
  EXPECT_EQ(seen.through[0].duplicate.name, "Mud Bear");
  EXPECT_EQ(seen.through[0].edge.other.name, "Probe");
  EXPECT_THAT(look(wendy(), other).through, IsEmpty());
  const Filter groups{.type = "intrusion-set"};
  EXPECT_THAT(names(wendy(), groups), ElementsAre("Mud Bear*", "Silt Bear"));
  EXPECT_THAT(names(wendy(), {.type = "intrusion-set", .duplicate = false}), ElementsAre("Silt Bear"));
  EXPECT_THAT(names(wendy(), {.type = "intrusion-set", .duplicate = true}), ElementsAre("Mud Bear*"));
  // An edge of the graph like any other: from the main object its duplicate's tool is two steps away.
  const auto around =
      database().read([&](store::Connection& c) { return neighbourhood(c, wendy().viewer, main, {}, kLater); }).value();
  EXPECT_THAT(around.nodes, SizeIs(3));
  // What is kept is STIX.
  const auto record = database()
                          .read([&](store::Connection& c) {
                            return store::Records{c}.load(domain::RecordKind::stix_object, "", relationship);
                          })
                          .value();
  ASSERT_TRUE(record);
  const auto bytes =
      database()
          .read([&](store::Connection& c) { return store::Records{c}.document(record->id, record->current_revision); })
          .value()
          .value();
  EXPECT_THAT(bytes, HasSubstr(R"("relationship_type":"duplicate-of")"));
  formats::stix::Validator validator;
  for (const auto& finding : validator.validate(bytes).findings) {
    EXPECT_NE(finding.group, formats::Finding::Group::schema) << finding.message;
    EXPECT_NE(finding.group, formats::Finding::Group::mandatory) << finding.message;
  }
  const auto back = [&](const Actor& actor, const std::string& id, const std::string& via) {
    return outcome(take_back_same(database(), actor, id, via, kLater));
  };
  EXPECT_EQ(back(wendy(), main, relationship), "not_found") << "another organisation said so";
  EXPECT_EQ(back(petra(), tool, relationship), "not_found") << "of something else";
  EXPECT_EQ(back(petra(), other, tool), "not_found") << "no relationship";
  EXPECT_EQ(back(petra(), other, relationship), "ok");
  EXPECT_EQ(back(petra(), other, relationship), "not_found") << "once";
  ASSERT_TRUE(index_all(database()));
  EXPECT_THAT(told(wendy(), main), IsEmpty());
  EXPECT_THAT(names(wendy(), {.type = "intrusion-set", .duplicate = false}), ElementsAre("Mud Bear", "Silt Bear"));
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM audit WHERE action IN ('threat.same', 'threat.same-withdraw')"}), 2);
}

TEST_P(Duplicates, AreForNobodyWhoDoesNotSeeBothEnds) {
  const auto main = write(petra(), "Silt Bear");
  const auto secret = write(petra(), "Secret Bear", Whom::cert, Tlp::amber_strict);
  const auto relationship = say(petra(), secret, main);
  EXPECT_THAT(told(petra(), main), SizeIs(1));
  EXPECT_THAT(told(wendy(), main), IsEmpty());
  EXPECT_THAT(look(wendy(), main).through, IsEmpty());
  EXPECT_THAT(names(wendy(), {.type = "intrusion-set"}), ElementsAre("Silt Bear"));
  // Nor is the relationship there for them, by which its ends would be named.
  const auto seen =
      database().read([&](store::Connection& c) { return find_record(c, wendy().viewer, relationship, kLater); });
  EXPECT_EQ(seen.value(), std::nullopt);
  // The other way round: the hidden one marks nothing.
  const auto reverse = write(petra(), "Open Bear");
  say(petra(), reverse, secret);
  EXPECT_THAT(names(wendy(), {.type = "intrusion-set"}), ElementsAre("Open Bear", "Silt Bear"));
  EXPECT_THAT(names(wendy(), {.duplicate = true}), IsEmpty());
  EXPECT_THAT(names(petra(), {.duplicate = true}), ElementsAre("Open Bear*", "Secret Bear*"));
  // What is hidden and what is not there are one.
  EXPECT_EQ(
      refusal(say_same(database(), wendy(), main, secret, "x", kLater)),
      refusal(say_same(database(), wendy(), main, "intrusion-set--00000000-0000-4000-8000-000000000001", "x", kLater)));
  EXPECT_EQ(outcome(say_same(database(), wendy(), secret, main, "x", kLater)), "not_found");
}

TEST_P(Duplicates, WhatOnePersonSeesIsNotSaidForTheirOrganisation) {
  const auto main = write(petra(), "Silt Bear");
  const auto named = write(petra(), "Named Bear", Whom::cert, Tlp::amber);
  const auto addressed = database().write([&](store::Connection& c) -> Status {
    TRY(const auto record, store::Records{c}.load(domain::RecordKind::stix_object, "", named));
    return store::SharedThreats{c}.address(*record, domain::Audience::listed,
                                           {{domain::Grantee::Kind::person, will_.value}}, kTestNow);
  });
  ASSERT_TRUE(addressed) << addressed.error().to_string();
  ASSERT_TRUE(index_all(database()));
  EXPECT_EQ(outcome(say_same(database(), wendy(), main, named, "x", kLater)), "invalid_input") << "not there";
  EXPECT_EQ(outcome(say_same(database(), will(), main, named, "x", kLater)), "forbidden");
  // Whose it is says so; will, who sees the one for his own sake and the other as a member, is not told.
  say(petra(), named, main);
  EXPECT_THAT(told(petra(), main), SizeIs(1));
  EXPECT_THAT(told(will(), main), IsEmpty());
}

TEST_P(Duplicates, RefusesWhatSaysNothing) {
  const auto main = write(wendy(), "Silt Bear"), other = write(wendy(), "Mud Bear");
  const auto tool = write(wendy(), "Probe", Whom::members, Tlp::green, "tool", R"(,"tool_types":["unknown"])");
  const auto said = [&](const Actor& actor, const std::string& id, const std::string& of, std::string_view why) {
    return outcome(say_same(database(), actor, id, of, why, kLater));
  };
  EXPECT_EQ(said(wendy(), main, other, "  "), "invalid_input");
  EXPECT_EQ(said(wendy(), main, other, std::string(kReasonBytesMax + 1, 'x')), "too_large");
  EXPECT_EQ(said(wendy(), main, main, "x"), "invalid_input");
  EXPECT_EQ(said(wendy(), main, tool, "x"), "invalid_input");
  EXPECT_EQ(refusal(say_same(database(), wendy(), main, tool, "x", kLater)), "invalid_input at of");
  EXPECT_EQ(refusal(say_same(database(), wendy(), main, tool, "", kLater)), "invalid_input at reason");
  EXPECT_EQ(said(wendy(), main, "", "x"), "invalid_input");
  EXPECT_EQ(said(wendy(), "intrusion-set--x", main, "x"), "not_found");
  EXPECT_EQ(said({}, main, other, "x"), "forbidden");
  EXPECT_EQ(said(wendy(), other, main, std::string(kReasonBytesMax, 'x')), "ok");
  ASSERT_TRUE(index_all(database()));
  EXPECT_EQ(said(will(), main, other, "x"), "conflict");
  EXPECT_EQ(said(will(), other, main, "x"), "conflict");
  EXPECT_EQ(said(petra(), other, main, "x"), "ok") << "another organisation may say so, too";
}

TEST_P(Duplicates, MayBeTheSameByNameAliasOrValue) {
  const auto main =
      write(wendy(), "Silt Bear", Whom::members, Tlp::green, "intrusion-set", R"(,"aliases":["APT-9000"])");
  const auto other =
      write(petra(), "Mud Bear", Whom::members, Tlp::green, "intrusion-set", R"(,"aliases":["silt bear"])");
  write(petra(), "Silt Bear", Whom::members, Tlp::green, "campaign");
  write(petra(), "apt-9000", Whom::cert, Tlp::amber_strict);
  const auto maybe = [&](const Actor& actor, const std::string& id) {
    return database()
        .read([&](store::Connection& c) -> Result<std::vector<std::string>> {
          TRY(const auto threat, find(c, actor.viewer, id, kLater));
          TRY(const auto shared, correlations(c, actor.viewer, *threat, kLater));
          TRY(const auto known, sameness(c, actor.viewer, id, kLater));
          std::vector<std::string> out;
          for (const auto& each : maybe_same(id, shared, known)) out.push_back(each.name);
          return out;
        })
        .value();
  };
  EXPECT_THAT(maybe(wendy(), main), ElementsAre("Mud Bear")) << "no other type, nothing hidden";
  EXPECT_THAT(maybe(petra(), main), SizeIs(2));
  // An alias names it where nothing else has it.
  const auto named = [&](const Actor& actor, std::string_view name) {
    return outcome(database().read([&](store::Connection& c) { return named_object(c, actor.viewer, name, kLater); }));
  };
  EXPECT_EQ(named(wendy(), "apt-9000"), "ok");
  EXPECT_EQ(named(petra(), "apt-9000"), "invalid_input") << "two have it";
  EXPECT_EQ(named(wendy(), "apt"), "invalid_input") << "a beginning is no name";
  say(wendy(), other, main);
  EXPECT_THAT(maybe(wendy(), main), IsEmpty()) << "that is known";
  constexpr std::string_view kPattern =
      R"(,"pattern":"[ipv4-addr:value = '198.51.100.7']","pattern_type":"stix","valid_from":"2020-01-01T00:00:00Z","indicator_types":["unknown"])";
  const auto first = write(wendy(), "One", Whom::members, Tlp::green, "indicator", kPattern);
  write(petra(), "Two", Whom::members, Tlp::green, "indicator", kPattern);
  EXPECT_THAT(maybe(wendy(), first), ElementsAre("Two"));
}

}  // namespace
}  // namespace tocsin::engine::threat
