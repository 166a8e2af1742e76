#include "engine/threat/author.hpp"

#include "base/json.hpp"
#include "engine/threat/testing/writers.hpp"
#include "engine/threat/threats.hpp"
#include "store/records.hpp"

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
using Whom = ReportAudience::Whom;

constexpr Timestamp kLater{kTestNow.micros + 60'000'000};
constexpr std::string_view kCampaign = R"({"type":"campaign","name":"Spring tide","x_own":{"a":[1]}})";
constexpr std::string_view kRed = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1";

struct DraftCase {
  std::string_view name, json, problem;  ///< Pointer of the first; empty: none.
};
constexpr DraftCase kDrafts[] = {
    {"Plain", kCampaign, ""},
    {"NoType", R"({"name":"a"})", "/type"},
    {"NoTypeOfOurs", R"({"type":"report","name":"a"})", "/type"},
    {"Identity", R"({"type":"identity","name":"a","identity_class":"organization","sectors":["energy"]})", ""},
    {"LocationOfACountry", R"({"type":"location","country":"DE"})", ""},
    {"LocationNorthOfThePole", R"({"type":"location","latitude":90.5,"longitude":1})", "/latitude"},
    {"MalwareAnalysis", R"({"type":"malware-analysis","product":"any-run","result":"malicious"})", ""},
    {"NoName", R"({"type":"campaign"})", ""},
    {"IdOfItsOwn", R"({"type":"campaign","name":"a","id":"campaign--0b2f8c1e-93d7-4a55-8a6e-3d1c2b4a5f60"})", "/id"},
    {"Revoked", R"({"type":"campaign","name":"a","revoked":true})", "/revoked"},
    {"OldVersion", R"({"type":"campaign","name":"a","spec_version":"2.0"})", "/spec_version"},
    {"WrongType", R"({"type":"campaign","name":"a","aliases":"b"})", "/aliases"},
    {"NoPattern",
     R"({"type":"indicator","pattern":"[ipv4-addr:value = ","pattern_type":"stix","valid_from":"2020-01-01T00:00:00Z"})",
     "/pattern"},
    {"GoodPattern",
     R"({"type":"indicator","pattern":"[ipv4-addr:value = '198.51.100.7']","pattern_type":"stix",)"
     R"("valid_from":"2020-01-01T00:00:00Z","name":"a","indicator_types":["unknown"]})",
     ""},
    {"OtherTlp",
     R"({"type":"campaign","name":"a","object_marking_refs":["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]})",
     "/object_marking_refs/0"},
    {"StricterPart",
     R"({"type":"campaign","name":"a","granular_markings":[{"selectors":["name"],"marking_ref":)"
     R"("marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"}]})",
     "/granular_markings/0/marking_ref"},
};
class Drafts : public ::testing::TestWithParam<DraftCase> {};
TEST_P(Drafts, AreChecked) {
  const auto checked =
      check_draft({.json = std::string{GetParam().json}, .relations = {}}, Tlp::amber, nullptr, kTestNow);
  ASSERT_TRUE(checked) << checked.error().to_string();
  if (GetParam().name == "NoName") {
    ASSERT_THAT(checked->problems, SizeIs(1));
    EXPECT_THAT(checked->problems[0].message, HasSubstr("name"));
    return;
  }
  if (GetParam().problem.empty()) {
    for (const auto& each : checked->problems) ADD_FAILURE() << each.path << " " << each.message;
    return;
  }
  ASSERT_FALSE(checked->problems.empty());
  EXPECT_EQ(checked->problems[0].path, GetParam().problem) << checked->problems[0].message;
}
INSTANTIATE_TEST_SUITE_P(Author, Drafts, ::testing::ValuesIn(kDrafts),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(AuthorDraft, IsOneObject) {
  for (const auto* text : {"", "{", "[]", "null", R"({"type":"campaign"}{"type":"campaign"})"}) {
    EXPECT_EQ(outcome(check_draft({.json = text, .relations = {}}, Tlp::amber, nullptr, kTestNow)), "invalid_input")
        << text;
  }
}

class Authors : public testing::WritersTest {};
TOCSIN_ON_BOTH_DATABASES(Authors);

TEST_P(Authors, WriteAndChangeWhatIsTheirs) {
  const auto tool = write(wendy(), R"({"type":"tool","name":"Rake"})").value();
  const auto made = write(wendy(), std::string{kCampaign}, {{"uses", tool.id}, {"uses", tool.id}}).value();
  const auto there = editable(database(), wendy(), made.id, kTestNow).value();
  EXPECT_EQ(there.record.owner, water_);
  EXPECT_THAT(there.relations, ElementsAre(RelationTo{"uses", tool.id}));
  EXPECT_EQ(json::write(there.object.at("x_own")), R"({"a":[1]})");
  EXPECT_THAT(json::write(there.object), HasSubstr("\"created_by_ref\":\"identity--"));
  // By somebody else who answers for it; without the relationship.
  auto object = there.object;
  object["name"] = "Neap tide";
  const auto by_boss = boss();
  const Draft draft{.json = json::write(object), .relations = {}};
  EXPECT_EQ(
      refusal(change_object(database(), by_boss, made.id, "2001-01-01T00:00:00.000Z", draft, marking(by_boss), kLater)),
      "conflict at version");
  const auto changed =
      change_object(database(), by_boss, made.id, made.version, draft, marking(by_boss), kLater).value();
  EXPECT_GT(changed.version, made.version);
  EXPECT_EQ(refusal(change_object(database(), wendy(), made.id, made.version, draft, marking(wendy()), kLater)),
            "conflict at version")
      << "it was looked at before";
  // The same again is no version.
  const auto again = change_object(database(), by_boss, made.id, "", draft, marking(by_boss), kLater).value();
  EXPECT_EQ(again.version, changed.version);
  EXPECT_THAT(editable(database(), wendy(), made.id, kLater).value().relations, IsEmpty());
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM revision v JOIN record r ON r.id = v.record_id WHERE r.record_key = ?",
                       made.id}),
            2);
  EXPECT_EQ(audit_rows().back().entry.action, "threat.change");
}

TEST_P(Authors, ToldNothingOfWhatIsHidden) {
  const auto hidden = write(wendy(), R"({"type":"tool","name":"Secret rake"})", {}, Whom::cert).value();
  const auto absent = std::string{"tool--0b2f8c1e-93d7-4a55-8a6e-3d1c2b4a5f60"};
  const auto related = [&](const std::string& id) {
    const auto made = write(petra(), std::string{kCampaign}, {{"uses", id}});
    return made ? std::string{"made"} : made.error().to_string();
  };
  EXPECT_EQ(related(hidden.id), related(absent));
  EXPECT_THAT(related(absent), HasSubstr("/relationships/0/target"));
  for (const auto& id : {hidden.id, absent}) {
    EXPECT_EQ(outcome(editable(database(), petra(), id, kTestNow)), "not_found");
    EXPECT_EQ(outcome(withdraw_object(database(), petra(), id, "why", kTestNow)), "not_found");
  }
  const auto named = [&](std::string_view text) {
    return outcome(
        database().read([&](store::Connection& c) { return named_object(c, petra().viewer, text, kTestNow); }));
  };
  EXPECT_EQ(named("secret rake"), "invalid_input");
  EXPECT_EQ(named(hidden.id), "invalid_input");
  const auto open = write(wendy(), R"({"type":"tool","name":"Open rake"})").value();
  EXPECT_EQ(named("open RAKE"), "ok");
  EXPECT_EQ(named("https://portal.example/threats/" + open.id), "ok");
}

TEST_P(Authors, RefuseOthers) {
  const auto made = write(wendy(), std::string{kCampaign}).value();
  EXPECT_EQ(outcome(editable(database(), petra(), made.id, kTestNow)), "forbidden");
  EXPECT_EQ(outcome(editable(database(), acting(will_, water_), made.id, kTestNow)), "forbidden")
      << "neither who wrote it, nor who answers for them";
  EXPECT_EQ(outcome(create_object(database(), Actor::anonymous(), {.json = std::string{kCampaign}, .relations = {}},
                                  marking(wendy()), kTestNow)),
            "forbidden");
  auto red = marking(wendy());
  red.tlp = Tlp::red;
  EXPECT_EQ(
      refusal(create_object(database(), wendy(), {.json = std::string{kCampaign}, .relations = {}}, red, kTestNow)),
      "invalid_input at tlp");
  const auto with_red = fmt::format(R"({{"type":"campaign","name":"a","object_marking_refs":["{}"]}})", kRed);
  EXPECT_EQ(
      refusal(create_object(database(), wendy(), {.json = with_red, .relations = {}}, marking(wendy()), kTestNow)),
      "invalid_input at /object_marking_refs/0");
}

TEST_P(Authors, RevokeWithAReason) {
  const auto tool = write(wendy(), R"({"type":"tool","name":"Rake"})").value();
  const auto made = write(wendy(), std::string{kCampaign}, {{"uses", tool.id}}).value();
  EXPECT_EQ(refusal(withdraw_object(database(), wendy(), made.id, " ", kLater)), "invalid_input at reason");
  ASSERT_TRUE(withdraw_object(database(), wendy(), made.id, "it was the tide", kLater));
  EXPECT_EQ(outcome(editable(database(), wendy(), made.id, kLater)), "conflict");
  const auto last = audit_rows().back().entry;
  EXPECT_EQ(last.action, "threat.revoke");
  ASSERT_TRUE(index_all(database()));
  const auto shown =
      database().read([&](store::Connection& c) { return find(c, petra().viewer, made.id, kLater); }).value().value();
  EXPECT_THAT(shown.bytes, HasSubstr("\"revoked\":true"));
  EXPECT_THAT(shown.edges, ::testing::Each(::testing::Field(&Edge::via, IsEmpty()))) << "the relationship went with it";
  // What came with a report is changed with it: neither is the other.
  EXPECT_EQ(outcome(revoke_report(database(), wendy(), tool.id, kLater)), "conflict");
}

}  // namespace
}  // namespace tocsin::engine::threat
