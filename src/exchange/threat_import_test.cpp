#include "exchange/threat_import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "exchange/import.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

/// What becomes of files that people bring, below HTTP. The CERT is organisation 1; 2 (Plant) and 3 (Vendor) are in
/// community 1.
namespace tocsin::exchange {
namespace {

using domain::Audience;
using domain::OrganisationId;
using domain::Role;
using domain::Tlp;
using engine::Actor;
using engine::sharing::Marking;
using store::Sql;
using store_testing::kTestNow;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kPlant = 2, kVendor = 3;
constexpr std::string_view kGreen = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";
constexpr std::string_view kRed = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1";

std::string id_of(int number) { return fmt::format("tool--00000000-0000-4000-8000-{:012}", number); }

struct Tool {
  int number = 1;
  std::string_view name = "Tool";
  std::string_view modified = "2026-02-01T00:00:00.000Z";
  std::string_view marking = kGreen;
};
std::string tool(const Tool& it) {
  const auto marks = it.marking.empty() ? std::string{} : fmt::format(R"(,"object_marking_refs":["{}"])", it.marking);
  return fmt::format(
      R"({{"type":"tool","spec_version":"2.1","id":"{}","created":"2026-01-01T00:00:00.000Z","modified":"{}","name":"{}"{}}})",
      id_of(it.number), it.modified, it.name, marks);
}
std::string bundle(const std::vector<std::string>& objects) {
  return fmt::format(R"({{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000000","objects":[{}]}})",
                     fmt::join(objects, ","));
}

class ThreatImportTest : public store_testing::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    run(
        Sql{"INSERT INTO organisation (id, kind, name, folded_name, uuid, sectors, created_at, status) VALUES "
            "(2, 1, 'Plant', 'plant', 'u2', 'water', 0, 2), (3, 2, 'Vendor', 'vendor', 'u3', '', 0, 2)"});
    run(
        Sql{"INSERT INTO community (id, uuid, name, description, owner_id, members_hidden, closed, created_at) VALUES "
            "(1, '11111111-1111-4111-8111-111111111111', 'Water', '', 1, 0, 0, 0)"});
    run(Sql{
        "INSERT INTO community_organisation (community_id, organisation_id, joined_at) VALUES (1, 2, 0), (1, 3, 0)"});
  }
  void run(const Sql& sql) {
    const auto done = database().write([&](store::Connection& connection) -> Status {
      TRY_VOID(connection.run(sql));
      return ok();
    });
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  static Actor somebody(std::int64_t organisation, domain::Roles roles = {Role::member}) {
    Actor actor;
    actor.name = "somebody";
    actor.viewer.person = domain::PersonId{100 + organisation};
    actor.viewer.organisation = OrganisationId{organisation};
    actor.viewer.roles = roles;
    if (organisation != 1) actor.viewer.communities.push_back({1});
    return actor;
  }
  static Marking for_members(Tlp tlp = Tlp::amber_strict) {
    Marking marking;
    marking.tlp = tlp;
    marking.audience = Audience::members;
    marking.status = domain::RecordStatus::published;
    return marking;
  }
  Result<ThreatImport> preview(const Actor& actor, const std::string& bytes, std::string_view name = "a.json",
                               Timestamp now = kTestNow) {
    return preview_threats(database(), actor, {.name = name, .bytes = bytes}, for_members(), {}, now);
  }
  /// After a look, as people do it: what was shown is what comes of it.
  ThreatImport import(const Actor& actor, const std::string& bytes, std::string_view name = "a.json",
                      Timestamp now = kTestNow) {
    const auto before = records();
    const auto seen = preview(actor, bytes, name, now);
    EXPECT_TRUE(seen) << (seen ? "" : seen.error().to_string());
    EXPECT_EQ(records(), before) << "a look stores nothing";
    if (!seen) return {};
    // It is confirmed a while later.
    const Timestamp later{now.micros + 60'000'000};
    const auto done = import_threats(database(), actor, {.name = name, .bytes = bytes}, for_members(),
                                     {.expected_digest = seen->digest}, later);
    EXPECT_TRUE(done) << (done ? "" : done.error().to_string());
    if (!done) return {};
    EXPECT_EQ(done->counts, seen->counts);
    EXPECT_EQ(fates(*done), fates(*seen));
    return *done;
  }
  /// "created Tool", or of what cannot be read "refused /objects/2".
  static std::vector<std::string> fates(const ThreatImport& import) {
    std::vector<std::string> out;
    for (const auto& each : import.objects) {
      out.push_back(fmt::format("{} {}", to_string(each.fate), each.where.empty() ? each.title : each.where));
    }
    return out;
  }
  std::int64_t count(const Sql& sql) {
    return database()
        .read([&](store::Connection& connection) {
          return connection.first(sql, [](const store::Row& row) { return row.integer(0); });
        })
        .value()
        .value_or(-1);
  }
  std::int64_t records() { return count(Sql{"SELECT count(*) FROM revision"}); }
  std::vector<domain::Record> kept(std::string_view key) {
    return database()
        .read([&](store::Connection& connection) {
          return connection.all(
              Sql{"SELECT " TOCSIN_RECORD_COLUMNS " FROM record r WHERE r.record_key = ? ORDER BY r.id", key},
              [](const store::Row& row) { return store::read_record(row); });
        })
        .value();
  }
};
TOCSIN_ON_BOTH_DATABASES(ThreatImportTest);

TEST_P(ThreatImportTest, WhatIsNewIsTheirsAndForWhomTheyChose) {
  const auto plant = somebody(kPlant);
  const auto done = import(plant, bundle({tool({}), tool({.number = 2, .name = "Unmarked", .marking = {}}),
                                          R"({"type":"tool","id":"tool--x"})", "7"}));
  EXPECT_THAT(fates(done), ElementsAre("refused /objects/2", "refused /objects/3", "created Tool", "created Unmarked"));
  EXPECT_EQ(done.count(Fate::refused), 2);
  EXPECT_FALSE(done.objects.front().why.empty());
  ASSERT_THAT(kept(id_of(2)), SizeIs(1));
  const auto unmarked = kept(id_of(2)).front();
  EXPECT_EQ(unmarked.owner.value, kPlant);
  EXPECT_EQ(unmarked.audience, Audience::members);
  EXPECT_EQ(unmarked.tlp, Tlp::amber_strict);
  EXPECT_EQ(kept(id_of(1)).front().tlp, Tlp::green) << "what an object says of itself holds";
  EXPECT_TRUE(done.objects.back().tlp_defaulted);
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM audit WHERE action = 'threat.import' AND organisation_id = ?",
                      OrganisationId{kPlant}}),
            1);
}

struct AgainCase {
  std::string_view name;
  Tool again;
  std::string_view expected;
};
constexpr AgainCase kAgain[] = {
    {"TheSame", {}, "unchanged Tool"},
    {"Newer", {.name = "Tools", .modified = "2026-02-02T00:00:00.000Z"}, "updated Tools"},
    {"Older", {.name = "Tools", .modified = "2026-01-02T00:00:00.000Z"}, "history Tools"},
    {"OtherContentOfOneVersion", {.name = "Tools"}, "refused Tools"},
    {"BeyondTheirRole", {.modified = "2026-02-02T00:00:00.000Z", .marking = kRed}, "refused Tool"},
};
TEST_P(ThreatImportTest, WhatIsHereAlready) {
  int number = 0;
  for (const auto& each : kAgain) {
    SCOPED_TRACE(each.name);
    Tool first{.number = ++number}, again{each.again};
    again.number = number;
    import(somebody(kPlant), bundle({tool(first)}));
    EXPECT_THAT(fates(import(somebody(kPlant), bundle({tool(again)}))), ElementsAre(each.expected));
    EXPECT_THAT(kept(id_of(number)), SizeIs(1));
  }
}

TEST_P(ThreatImportTest, SeveralVersionsInOneFile) {
  const auto file = bundle({tool({.name = "First"}), tool({.name = "Second", .modified = "2026-02-02T00:00:00.000Z"}),
                            tool({.name = "Zero", .modified = "2026-01-02T00:00:00.000Z"}), tool({.name = "First"}),
                            tool({.name = "Liar"})});
  EXPECT_THAT(fates(import(somebody(kPlant), file)),
              ElementsAre("created First", "updated Second", "history Zero", "unchanged First", "refused Liar"));
}

TEST_P(ThreatImportTest, OthersObjectsStayTheirs) {
  import(somebody(kVendor), bundle({tool({})}));
  EXPECT_THAT(fates(import(somebody(kPlant), bundle({tool({})}))), ElementsAre("unchanged Tool"));
  const auto done = import(somebody(kPlant), bundle({tool({.name = "Mine", .modified = "2026-02-02T00:00:00.000Z"})}));
  EXPECT_THAT(fates(done), ElementsAre("refused Mine"));
  EXPECT_THAT(done.objects.front().why, HasSubstr("another organisation"));
  EXPECT_THAT(kept(id_of(1)), SizeIs(1));
  // What is hidden is neither told of nor in the way.
  run(Sql{"UPDATE record SET audience = ?, audience_id = NULL", Audience::owner_only});
  EXPECT_THAT(fates(import(somebody(kPlant), bundle({tool({})}))), ElementsAre("created Tool"));
  EXPECT_THAT(kept(id_of(1)), SizeIs(2));
}

TEST_P(ThreatImportTest, TheCertGoesOnWithWhatItImportedBefore) {
  const ManualClock clock{kTestNow};
  ASSERT_TRUE(import_documents(database(), {{"b.json", bundle({tool({})})}, {"bad.txt", "45.66.77.88\n45.66.77.89\n"}},
                               {}, {}, clock));
  const auto cert = somebody(1, {Role::member, Role::analyst});
  EXPECT_THAT(fates(import(cert, bundle({tool({.name = "Tools", .modified = "2026-02-02T00:00:00.000Z"})}))),
              ElementsAre("updated Tools"));
  EXPECT_EQ(kept(id_of(1)).front().audience, Audience::everyone) << "a later version is for whom the object is";
  const auto list = import(cert, "45.66.77.88\n45.66.77.90\n", "bad.txt", {kTestNow.micros + 3'600'000'000});
  EXPECT_EQ(list.count(Fate::created), 1);
  EXPECT_EQ(list.count(Fate::refused), 0);
  EXPECT_EQ(list.listed, 2);
}

TEST_P(ThreatImportTest, ListsOfOneNameByTwoAreTwo) {
  const std::string list = "45.66.77.88\n45.66.77.89\n45.66.77.90\nno value at all\n";
  const auto first = import(somebody(kPlant), list, "bad.txt");
  EXPECT_EQ(first.count(Fate::created), 4) << "three values, and who tells of them";
  EXPECT_EQ(first.objects.front().where, "4");
  const Timestamp later{kTestNow.micros + 3'600'000'000};
  EXPECT_EQ(import(somebody(kPlant), list, "bad.txt", later).count(Fate::unchanged), 4);
  EXPECT_EQ(import(somebody(kVendor), list, "bad.txt", later).count(Fate::created), 4);
}

TEST_P(ThreatImportTest, MispsDistributionNarrows) {
  const auto event = [](int number, std::string_view reach) {
    return fmt::format(
        R"({{"Event":{{"uuid":"00000000-0000-4000-9000-{:012}","info":"Event {}","date":"2026-01-01",)"
        R"("timestamp":"1767225600",{},"Attribute":[{{"uuid":"00000000-0000-4000-a000-{:012}","type":"ip-dst",)"
        R"("category":"Network activity","value":"45.66.77.{}","to_ids":true,"timestamp":"1767225600"}}]}}}})",
        number, number, reach, number, number);
  };
  struct Case {
    std::string_view reach;
    Audience expected;
  };
  const Case cases[] = {
      {R"("distribution":"0")", Audience::owner_only},
      {R"("distribution":"3")", Audience::members},
      {R"("distribution":"4","SharingGroup":{"name":"Water","uuid":"11111111-1111-4111-8111-111111111111"})",
       Audience::listed},
      {R"("distribution":"4","SharingGroup":{"name":"Else","uuid":"99999999-9999-4999-8999-999999999999"})",
       Audience::owner_only}};
  int number = 0;
  for (const auto& each : cases) {
    SCOPED_TRACE(each.reach);
    const auto done = import(somebody(kPlant), event(++number, each.reach));
    EXPECT_EQ(done.misp_events, 1);
    const auto found = kept(fmt::format("report--00000000-0000-4000-9000-{:012}", number));
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_EQ(found.front().audience, each.expected);
  }
}

TEST_P(ThreatImportTest, WhatIsRefusedAsAWhole) {
  const auto plant = somebody(kPlant);
  const auto file = bundle({tool({}), tool({.number = 2})});
  struct Case {
    std::string_view name;
    std::string bytes;
    Error::Code expected;
  };
  const Case cases[] = {{"Empty", "", Error::Code::invalid_input},
                        {"NoKindThatIsKnown", "Dear all,\nplease look.\n", Error::Code::invalid_input},
                        {"EndsInTheMiddle", file.substr(0, file.size() / 2), Error::Code::invalid_input},
                        {"NoThreats", R"({"spdxVersion":"SPDX-2.3"})", Error::Code::invalid_input},
                        {"TooLarge", std::string(kThreatFileBytesMax + 1, ' '), Error::Code::too_large}};
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    const auto seen = preview(plant, each.bytes);
    ASSERT_FALSE(seen);
    EXPECT_EQ(seen.error().code, each.expected) << seen.error().to_string();
  }
  const auto of = [&](const Actor& actor, const ThreatImportOptions& options) {
    const auto done =
        import_threats(database(), actor, {.name = "a.json", .bytes = file}, for_members(), options, kTestNow);
    return done ? std::nullopt : std::optional{done.error().code};
  };
  EXPECT_EQ(of(plant, {.objects_max = 1}), Error::Code::too_large);
  EXPECT_EQ(of(plant, {.expected_digest = "of something else"}), Error::Code::conflict);
  EXPECT_EQ(of(Actor::anonymous(), {}), Error::Code::forbidden);
  EXPECT_EQ(of(somebody(1, {Role::auditor}), {}), Error::Code::forbidden);
  EXPECT_EQ(records(), 0);
  EXPECT_EQ(of(plant, {.objects_max = 2}), std::nullopt);
}

}  // namespace
}  // namespace tocsin::exchange
