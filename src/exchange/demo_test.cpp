#include "exchange/demo.hpp"

#include <filesystem>
#include <set>

#include <gmock/gmock.h>

#include "domain/policy.hpp"
#include "engine/members/members.hpp"
#include "exchange/import.hpp"
#include "exchange/testing.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::exchange {
namespace {

namespace members = engine::members;
using engine::Actor;
using store::Sql;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::filesystem::path kDemo{TOCSIN_SOURCE_DIR "/demo"};

std::vector<SourceDocument> marked() {
  std::vector<SourceDocument> documents;
  for (const auto& entry : std::filesystem::directory_iterator{kDemo / "marked"}) {
    documents.push_back({.name = entry.path().filename().string(), .bytes = testing::read_file(entry.path().string())});
  }
  return documents;
}
std::string members_json() { return testing::read_file((kDemo / "members.json").string()); }

class DemoTest : public store_testing::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    engine::identity::Options options;
    options.password_cost = kPasswordCostForTests;
    identity_ = std::make_unique<engine::identity::Identity>(database(), SealingKey::random(), options, clock_);
  }
  void TearDown() override {
    identity_.reset();
    DatabaseTest::TearDown();
  }
  Result<std::vector<DemoPerson>> load() {
    return load_demo_members(database(), *identity_, members_json(), marked(), clock_);
  }
  std::vector<DemoPerson> loaded() {
    auto people = load();
    EXPECT_TRUE(people.has_value()) << people.error().to_string() << people.error().detail;
    return people ? std::move(people).value() : std::vector<DemoPerson>{};
  }
  std::int64_t number(const Sql& sql) {
    return database()
        .read([&](store::Connection& connection) {
          return connection.first(sql, [](const store::Row& row) { return row.integer(0); });
        })
        .value()
        .value_or(-1);
  }
  void run(const Sql& sql) {
    const auto done = database().write([&](store::Connection& connection) { return connection.run(sql); });
    ASSERT_TRUE(done.has_value()) << done.error().to_string() << done.error().detail;
  }
  /// The markings of the demonstration's documents that somebody sees, acting for their first organisation.
  std::vector<std::string> seen_by(std::string_view email) {
    return database()
        .read([&](store::Connection& connection) -> Result<std::vector<std::string>> {
          domain::policy::Viewer viewer;
          if (!email.empty()) {
            TRY(const auto person, members::find_person_by_email(database(), Actor::at_console(), email));
            if (!person) return Error::not_found("person");
            TRY(viewer, members::viewer_of(connection, person->person.id, {}));
          }
          std::vector<std::string> seen;
          for (const auto* key :
               {"TDC-2026-101", "TDC-2026-102", "TDC-2026-103", "TDC-2026-104", "TDC-2026-105", "TDC-2026-106"}) {
            TRY(const auto record,
                store::Records{connection}.find(viewer, domain::RecordKind::advisory, key, clock_.now()));
            if (record) seen.emplace_back(key + 9);
          }
          return seen;
        })
        .value();
  }

  ManualClock clock_{store_testing::kTestNow};
  std::unique_ptr<engine::identity::Identity> identity_;
};

TEST_P(DemoTest, HasPeopleOfEveryRole) {
  const auto people = loaded();
  EXPECT_EQ(people.size(), 12U);
  bool both = false;
  domain::Roles all;
  for (const auto& each : people) {
    for (const auto& seat : each.seats) {
      for (const auto role : domain::all_roles()) {
        if (seat.roles.has(role)) all = all.with(role);
      }
      both = both ||
             (seat.organisation == "Helmwerk Automation" && seat.roles.has(domain::Role::organisation_administrator) &&
              seat.roles.has(domain::Role::vendor_coordinator));
    }
  }
  for (const auto role : domain::all_roles()) EXPECT_TRUE(all.has(role)) << domain::name(role);
  EXPECT_TRUE(both);
  EXPECT_EQ(number(Sql{"SELECT COUNT(*) FROM person WHERE status <> 1"}), 0);
}

TEST_P(DemoTest, ASecondStartChangesNothing) {
  const auto before = loaded();
  const auto entries = number(Sql{"SELECT COUNT(*) FROM audit"});
  const auto changes = number(Sql{"SELECT COUNT(*) FROM change"});
  const auto after = loaded();
  ASSERT_EQ(after.size(), before.size());
  for (std::size_t i = 0; i < after.size(); ++i) EXPECT_EQ(after[i].id, before[i].id);
  EXPECT_EQ(number(Sql{"SELECT COUNT(*) FROM audit"}), entries);
  EXPECT_EQ(number(Sql{"SELECT COUNT(*) FROM change"}), changes);
}

TEST_P(DemoTest, WhatSomebodyChangedStays) {
  const auto people = loaded();
  const auto will = members::find_person_by_email(database(), Actor::at_console(), "will@water.demo.example").value();
  ASSERT_TRUE(will);
  ASSERT_EQ(will->memberships.size(), 2U);
  ASSERT_TRUE(members::set_roles(database(), Actor::at_console(), will->person.id,
                                 will->memberships.back().organisation, {}, clock_.now()));
  const auto ana = members::find_person_by_email(database(), Actor::at_console(), "ana@cert.demo.example").value();
  ASSERT_TRUE(members::set_person_status(database(), Actor::at_console(), ana->person.id,
                                         domain::PersonStatus::suspended, clock_.now()));
  const auto after = loaded();
  EXPECT_EQ(after.size(), people.size() - 1) << "who is suspended is not offered";
  EXPECT_THAT(after, Each(Field(&DemoPerson::id, ::testing::Ne(ana->person.id))));
  EXPECT_EQ(members::find_person(database(), Actor::at_console(), will->person.id).value()->memberships.size(), 1U);
}

TEST_P(DemoTest, WasCutOffWithinAPersonAndGoesOn) {
  loaded();
  // As after a crash between the invitation and the account.
  run(Sql{"UPDATE person SET status = 0 WHERE email = 'will@water.demo.example'"});
  run(Sql{
      "DELETE FROM membership WHERE person_id = (SELECT id FROM person WHERE email = 'will@water.demo.example') AND "
      "organisation_id = (SELECT id FROM organisation WHERE name = 'Talbach Water Supply')"});
  EXPECT_EQ(loaded().size(), 12U);
  const auto will = members::find_person_by_email(database(), Actor::at_console(), "will@water.demo.example").value();
  EXPECT_EQ(will->memberships.size(), 2U);
  EXPECT_EQ(will->person.status, domain::PersonStatus::active);
}

TEST_P(DemoTest, NobodyKnowsAPassword) {
  loaded();
  for (const auto* guess : {"", "demo", "tocsin", "password"}) {
    const auto answer =
        identity_->sign_in("cora@cert.demo.example", guess, {.address = "192.0.2.1", .agent = {}, .request_id = {}});
    ASSERT_TRUE(answer.has_value());
    EXPECT_EQ(answer->next, engine::identity::SignIn::Next::refused);
  }
}

TEST_P(DemoTest, EachSeesWhatTheirMarkingsSay) {
  loaded();
  EXPECT_THAT(seen_by(""), IsEmpty()) << "nothing of it is public";
  EXPECT_THAT(seen_by("gita@agency.demo.example"), ElementsAre("101", "102", "106"));
  EXPECT_THAT(seen_by("wendy@water.demo.example"), ElementsAre("101", "102", "105", "106"));
  EXPECT_THAT(seen_by("paul@power.demo.example"), ElementsAre("101", "103", "105"));
  EXPECT_THAT(seen_by("hanna@helmwerk.example"), ElementsAre("101", "104", "105"));
  EXPECT_THAT(seen_by("bram@brightwater.example"), ElementsAre("101", "102", "106"));
  EXPECT_THAT(seen_by("cora@cert.demo.example"), ElementsAre("101", "102", "103", "104", "106"));
  EXPECT_THAT(seen_by("ada@cert.demo.example"), ElementsAre("101")) << "operating is not reading";
}

TEST_P(DemoTest, GivesNothingAwayOfARealInstallation) {
  ASSERT_TRUE(members::invite(database(), Actor::at_console(), domain::kOwnOrganisation,
                              {.name = "Real Person", .email = "real@cert.example", .language = {}, .time_zone = {}},
                              {domain::Role::administrator}, clock_.now()));
  const auto refused = load();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Error::Code::conflict);
  EXPECT_EQ(number(Sql{"SELECT COUNT(*) FROM person"}), 1) << "nobody was added";
}

TEST_P(DemoTest, GivesNoMarkedDocumentsAway) {
  testing::AdvisoryText text;
  text.tlp = "AMBER";
  const auto imported =
      import_documents(database(), {{.name = "x.json", .bytes = testing::advisory_json(text)}}, {}, {}, clock_);
  ASSERT_TRUE(imported.has_value());
  ASSERT_EQ(imported->created, 1);
  const auto refused = load();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Error::Code::conflict);
}

TEST_P(DemoTest, SomebodyInvitedIntoTheDemonstrationIsNotOffered) {
  loaded();
  const auto guest = members::invite(
      database(), Actor::at_console(), domain::kOwnOrganisation,
      {.name = "Guest", .email = "guest@elsewhere.example", .language = {}, .time_zone = {}}, {}, clock_.now());
  ASSERT_TRUE(guest.has_value());
  EXPECT_THAT(loaded(), Each(Field(&DemoPerson::id, ::testing::Ne(*guest))));
}

TEST(DemoDocuments, AreValidAndBearEveryNarrowMarking) {
  std::set<domain::Tlp> markings;
  formats::csaf::Validator validator;
  for (const auto& document : marked()) {
    SCOPED_TRACE(document.name);
    const auto verdict = validator.validate(document.bytes);
    EXPECT_TRUE(verdict.is_valid()) << (verdict.findings.empty() ? "" : verdict.findings.front().message);
    const auto prepared = prepare(document.name, document.bytes, {});
    ASSERT_TRUE(prepared.revision);
    markings.insert(prepared.revision->tlp);
  }
  EXPECT_EQ(markings, (std::set{domain::Tlp::green, domain::Tlp::amber, domain::Tlp::amber_strict, domain::Tlp::red}));
}

struct MistakeCase {
  std::string_view name, from, to, says;
};
constexpr MistakeCase kMistakes[] = {
    {"UnknownOrganisation", R"({"organisation": "cert", "roles": ["analyst"]})",
     R"({"organisation": "nobody", "roles": ["analyst"]})", "no organisation 'nobody'"},
    {"UnknownRole", R"(["analyst"])", R"(["boss"])", "no role 'boss'"},
    {"UnknownKind", R"("kind": "isac")", R"("kind": "club")", "no kind"},
    {"UnknownAddressee", R"("community:circle")", R"("community:square")", "'community:square' names nobody"},
    {"UnknownPart", R"("part": "vendor")", R"("part": "owner")", "no part 'owner'"},
    {"UnknownCase", R"("case:levels")", R"("case:doors")", "'case:doors' names nobody"},
    {"UnknownDocument", "tdc-2026-103-v1.json", "tdc-2026-999-v1.json", "no document 'tdc-2026-999-v1.json'"},
    {"Syntax", R"("records":)", R"("records")", ""},
};
TEST_P(DemoTest, MistakesAreFound) {
  for (const auto& each : kMistakes) {
    SCOPED_TRACE(each.name);
    auto text = members_json();
    const auto at = text.find(each.from);
    ASSERT_NE(at, std::string::npos);
    text.replace(at, each.from.size(), each.to);
    const auto refused = load_demo_members(database(), *identity_, text, marked(), clock_);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().code, Error::Code::invalid_input);
    EXPECT_THAT(refused.error().message, HasSubstr(std::string{each.says}));
  }
}
TOCSIN_ON_BOTH_DATABASES(DemoTest);

}  // namespace
}  // namespace tocsin::exchange
