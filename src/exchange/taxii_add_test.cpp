#include "exchange/taxii_add.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "engine/taxii/feed.hpp"
#include "engine/taxii/objects.hpp"
#include "engine/threat/indexer.hpp"
#include "engine/threat/threats.hpp"
#include "exchange/import.hpp"
#include "exchange/taxii_remove.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

/// What programs write by TAXII, below HTTP. The CERT is organisation 1; 2 (Plant) and 3 (Vendor) are in community 1,
/// Plant and 4 (Mill) in community 2; 5 (Shop) is in none.
namespace tocsin::exchange {
namespace {

namespace taxii = engine::taxii;
using domain::Audience;
using domain::Grantee;
using domain::OrganisationId;
using domain::Role;
using domain::Tlp;
using engine::Actor;
using store::Sql;
using store_testing::kTestNow;
using Readers = taxii::CollectionReaders::Who;
using Writers = taxii::CollectionWriters::Who;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

constexpr std::int64_t kCert = 1, kPlant = 2, kVendor = 3, kMill = 4, kShop = 5;
constexpr std::string_view kClear = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487";
constexpr std::string_view kGreen = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";
constexpr std::string_view kAmber = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421";
constexpr std::string_view kRed = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1";

std::string id_of(std::string_view type, int number) {
  return fmt::format("{}--00000000-0000-4000-8000-{:012}", type, number);
}

struct Tool {
  int number = 1;
  std::string_view marking = kGreen;
  std::string_view modified = "2026-02-01T00:00:00.000Z";
  std::string_view name = "Tool";
  std::string_view more = "";  ///< Members, each behind a comma.
};
std::string tool(const Tool& it) {
  const auto marks = it.marking.empty() ? std::string{} : fmt::format(R"(,"object_marking_refs":["{}"])", it.marking);
  return fmt::format(
      R"({{"type":"tool","spec_version":"2.1","id":"{}","created":"2026-01-01T00:00:00.000Z","modified":"{}","name":"{}"{}{}}})",
      id_of("tool", it.number), it.modified, it.name, marks, it.more);
}
constexpr std::string_view kAddressId = "ipv4-addr--22222222-2222-5222-8222-222222222222";
std::string address(std::string_view marking = kGreen) {
  return fmt::format(
      R"({{"type":"ipv4-addr","spec_version":"2.1","id":"{}","value":"198.51.100.3","object_marking_refs":["{}"]}})",
      kAddressId, marking);
}
std::string envelope(const std::vector<std::string>& objects) {
  return fmt::format(R"({{"objects":[{}]}})", fmt::join(objects, ",\n"));
}

/// "tool:why"; the message may be empty.
std::vector<std::string> told(const std::vector<taxii::StatusDetail>& list) {
  std::vector<std::string> out;
  for (const auto& each : list)
    out.push_back(fmt::format("{}:{}", each.id.substr(0, each.id.find("--")), each.message));
  return out;
}

class TaxiiAddTest : public store_testing::DatabaseTest {
 protected:
  void SetUp() override {
    DatabaseTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    run(
        Sql{"INSERT INTO organisation (id, kind, name, folded_name, uuid, sectors, created_at, status) VALUES "
            "(2, 1, 'Plant', 'plant', 'u2', 'water', 0, 2), (3, 2, 'Vendor', 'vendor', 'u3', '', 0, 2), "
            "(4, 1, 'Mill', 'mill', 'u4', '', 0, 2), (5, 1, 'Shop', 'shop', 'u5', '', 0, 2)"});
    run(
        Sql{"INSERT INTO community (id, uuid, name, description, owner_id, members_hidden, closed, created_at) VALUES "
            "(1, '11111111-1111-4111-8111-111111111111', 'Water', '', 1, 0, 0, 0), "
            "(2, '22222222-2222-4222-8222-222222222222', 'Paper', '', 1, 0, 0, 0)"});
    water_ = made("water", {.who = Readers::community, .community = domain::CommunityId{1}});
    paper_ = made("paper", {.who = Readers::community, .community = domain::CommunityId{2}});
    made("members", {.who = Readers::members});
    made("open", {.who = Readers::anyone});
  }
  void run(const Sql& sql) {
    const auto done = database().write([&](store::Connection& connection) -> Status {
      TRY_VOID(connection.run(sql));
      return ok();
    });
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  std::string made(std::string_view alias, const taxii::CollectionReaders& readers,
                   const taxii::CollectionFilter& filter = {},
                   const taxii::CollectionWriters& writers = {.who = Writers::members}) {
    taxii::CollectionInput input;
    input.alias = alias;
    input.title = alias;
    input.readers = readers;
    input.filter = filter;
    input.writers = writers;
    const auto id = taxii::create_collection(database(), Actor::at_console(), input, kTestNow);
    EXPECT_TRUE(id) << (id ? "" : id.error().to_string());
    return id ? *id : std::string{};
  }
  /// A program of somebody of the organisation.
  static Actor program(std::int64_t organisation, domain::Roles roles = {Role::member}) {
    Actor actor;
    actor.program = true;
    actor.name = "token";
    actor.viewer.person = domain::PersonId{100 + organisation};
    actor.viewer.organisation = OrganisationId{organisation};
    actor.viewer.roles = roles;
    if (organisation == kPlant || organisation == kVendor) actor.viewer.communities.push_back({1});
    if (organisation == kPlant || organisation == kMill) actor.viewer.communities.push_back({2});
    return actor;
  }
  static std::string_view root_of(std::string_view collection) {
    if (collection == "water") return "11111111-1111-4111-8111-111111111111";
    return collection == "paper" ? "22222222-2222-4222-8222-222222222222" : taxii::kDefaultRoot;
  }
  Result<taxii::WriteStatus> try_add(const Actor& actor, std::string_view collection, const std::string& body,
                                     const TaxiiAddOptions& options = {}, Timestamp now = kTestNow) {
    return add_to_collection(database(), actor, root_of(collection), collection, body, options, now);
  }
  taxii::WriteStatus add(const Actor& actor, std::string_view collection, const std::vector<std::string>& objects) {
    auto status = try_add(actor, collection, envelope(objects));
    EXPECT_TRUE(status) << (status ? "" : status.error().to_string() + status.error().detail);
    return status ? *std::move(status) : taxii::WriteStatus{};
  }
  void import(const std::vector<std::string>& objects) {
    const ManualClock clock{kTestNow};
    ASSERT_TRUE(import_documents(database(), {{"b.json", envelope(objects)}}, {}, {}, clock));
  }
  /// When a window has passed.
  void tell() {
    moment_.micros += 2 * taxii::kWindow;
    ASSERT_TRUE(engine::threat::index_all(database()));
    const auto fed = taxii::feed_all(database(), moment_);
    ASSERT_TRUE(fed) << fed.error().to_string();
  }
  /// "tool 1 Name": what the collection holds for the actor.
  std::vector<std::string> held(const Actor& actor, std::string_view collection, bool all_versions = false) {
    tell();
    const auto found = database().read([&](store::Connection& connection) -> Result<taxii::ObjectPage> {
      TRY(const auto root, taxii::api_root(connection, actor, root_of(collection)));
      TRY(const auto place, taxii::collection(connection, actor, root, collection));
      taxii::ObjectQuery query;
      query.versions.all = all_versions;
      return taxii::objects(connection, actor.viewer, place.filter, query, true, moment_);
    });
    EXPECT_TRUE(found) << (found ? "" : found.error().to_string());
    std::vector<std::string> out;
    if (!found) return out;
    for (const auto& each : found->objects) {
      const auto json = boost::json::parse(each.bytes);
      const auto* name = json.as_object().if_contains("name");
      out.push_back(fmt::format("{} {} {}", each.type, std::stoll(each.id.substr(each.id.size() - 4)),
                                name == nullptr ? std::string_view{} : std::string_view{name->as_string()}));
    }
    return out;
  }
  std::vector<domain::Record> records(std::string_view key) {
    return database()
        .read([&](store::Connection& connection) {
          return connection.all(
              Sql{"SELECT " TOCSIN_RECORD_COLUMNS " FROM record r WHERE r.record_key = ? ORDER BY r.id", key},
              [](const store::Row& row) { return store::read_record(row); });
        })
        .value();
  }
  std::int64_t count(const Sql& sql) {
    return database()
        .read([&](store::Connection& connection) {
          return connection.first(sql, [](const store::Row& row) { return row.integer(0); });
        })
        .value()
        .value_or(-1);
  }

  std::string water_, paper_;
  Timestamp moment_ = kTestNow;
};
TOCSIN_ON_BOTH_DATABASES(TaxiiAddTest);

TEST_P(TaxiiAddTest, WhatIsAddedIsThePostersAndForTheReaders) {
  const auto status = add(program(kPlant), "water", {tool({}), address(kAmber)});
  EXPECT_THAT(status.failures, IsEmpty());
  ASSERT_THAT(status.successes, SizeIs(2));
  EXPECT_EQ(status.successes[0].version, "2026-02-01T00:00:00.000Z");
  EXPECT_FALSE(status.successes[1].version.empty()) << "an observable's is that of the request";
  const auto kept = records(id_of("tool", 1));
  ASSERT_THAT(kept, SizeIs(1));
  EXPECT_EQ(kept[0].owner.value, kPlant);
  EXPECT_EQ(kept[0].tlp, Tlp::green);
  EXPECT_EQ(kept[0].audience, Audience::listed);
  EXPECT_THAT(kept[0].listed, ElementsAre(Grantee{Grantee::Kind::community, 1}));
  EXPECT_THAT(held(program(kVendor), "water"), UnorderedElementsAre("tool 1 Tool", "ipv4-addr 2222 "));
  // Nobody beyond the community, not even of another one that the poster is in, nor all members with TLP:GREEN.
  EXPECT_THAT(held(program(kMill), "paper"), IsEmpty());
  EXPECT_THAT(held(program(kMill), "members"), IsEmpty());
  EXPECT_THAT(held(program(kShop), "members"), IsEmpty());
  EXPECT_THAT(held(program(kCert, {Role::member, Role::coordinator}), "members"), IsEmpty());
  // In the audit log, as what it is.
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM audit WHERE action = 'taxii.add' AND organisation_id = 2 AND object = ?",
                      "taxii-collection:" + water_}),
            1);
}

TEST_P(TaxiiAddTest, AudienceFollowsTheReaders) {
  add(program(kPlant), "members", {tool({.number = 1, .marking = kAmber})});
  add(program(kPlant), "open", {tool({.number = 2, .marking = kClear}), tool({.number = 3, .marking = kGreen})});
  EXPECT_THAT(held(program(kShop), "members"), UnorderedElementsAre("tool 1 Tool", "tool 2 Tool", "tool 3 Tool"));
  EXPECT_THAT(held(Actor::anonymous(), "open"), UnorderedElementsAre("tool 2 Tool"));
}

struct RefusedCase {
  std::string_view name, collection;
  std::string object;
  std::string_view why;
};
TEST_P(TaxiiAddTest, WhatCannotBeKeptThereIsAFailureWithAReason) {
  made("indicators", {.who = Readers::members}, {.types = {"indicator"}});
  made("sure", {.who = Readers::members}, {.confidence_min = 70});
  made("pumps", {.who = Readers::members}, {.labels = {"Pump"}});
  made("worded", {.who = Readers::members}, {.words = "boiler"});
  made("public", {.who = Readers::members}, {.tlp_max = Tlp::clear});
  const auto deep = fmt::format(R"(,"x_a":{}{})", std::string(80, '['), std::string(80, ']'));
  const RefusedCase cases[] = {
      {"RedIsForPeople", "water", tool({.marking = kRed}), "TLP:RED"},
      {"AmberIsNotForAnyone", "open", tool({.marking = kAmber}), "TLP:AMBER"},
      {"UnmarkedIsNotForAnyone", "open", tool({.marking = ""}), "AMBER+STRICT"},
      {"OtherType", "indicators", tool({}), "of type indicator only"},
      {"NoConfidence", "sure", tool({}), "confidence of 70"},
      {"LittleConfidence", "sure", tool({.more = R"(,"confidence":69)"}), "confidence of 70"},
      {"OtherLabel", "pumps", tool({.more = R"(,"labels":["valve"])"}), "labels Pump"},
      {"OtherWords", "worded", tool({}), "\"boiler\""},
      {"AboveTheCollection", "public", tool({}), "up to TLP:CLEAR"},
      {"NoId", "water", R"({"type":"tool","spec_version":"2.1","name":"x"})", "id"},
      {"NothingRequired", "water",
       R"({"type":"tool","spec_version":"2.1","id":"tool--00000000-0000-4000-8000-000000000001","name":"x"})",
       "'created' is missing"},
      {"Stix20", "water",
       R"({"type":"tool","spec_version":"2.0","id":"tool--00000000-0000-4000-8000-000000000001","name":"x"})", "2.1"},
      {"OtherTypeInId", "water",
       R"({"type":"malware","spec_version":"2.1","id":"tool--00000000-0000-4000-8000-000000000001","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"x","is_family":false})",
       "type"},
      {"NoObject", "water", "7", "object"},
      {"Deep", "water", tool({.more = deep}), "no JSON that can be read"},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    const auto status = add(program(kPlant), each.collection, {each.object, tool({.number = 9, .marking = kRed})});
    EXPECT_THAT(status.successes, IsEmpty());
    ASSERT_THAT(status.failures, SizeIs(2));
    EXPECT_TRUE(std::ranges::any_of(status.failures, [&](const taxii::StatusDetail& detail) {
      return detail.message.find(each.why) != std::string::npos;
    })) << ::testing::PrintToString(told(status.failures));
    for (const auto& detail : status.failures) EXPECT_FALSE(detail.id.empty() || detail.version.empty());
  }
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM record"}), 0);
  // One that is refused spoils no other.
  EXPECT_THAT(add(program(kPlant), "water", {tool({.marking = kRed}), tool({.number = 2})}).successes, SizeIs(1));
}

TEST_P(TaxiiAddTest, WhatIsAddedIsFoundInTheCollection) {
  const std::string objects[] = {
      tool({.number = 1, .more = R"(,"confidence":80,"labels":["Pump","boiler house"])"}),
      tool({.number = 2,
            .name = "Boilermaker",
            .more = R"(,"tool_types":["pump"],"description":"Opens VALVES-7 of Éclair")"}),
      tool({.number = 3, .marking = kClear, .more = R"(,"confidence":0,"aliases":["the boiler"])"}),
      tool({.number = 4,
            .marking = kAmber,
            .more = R"(,"external_references":[{"source_name":"x","external_id":"PUMP-4"}])"}),
      address()};
  const taxii::CollectionFilter filters[] = {{},
                                             {.types = {"ipv4-addr", "indicator"}},
                                             {.labels = {"PUMP"}},
                                             {.labels = {"boiler", "none"}},
                                             {.words = "boil"},
                                             {.words = "boiler house"},
                                             {.words = "valves eclair"},
                                             {.words = "198.51.100.3"},
                                             {.words = "pump-4"},
                                             {.words = "..."},
                                             {.tlp_max = Tlp::green, .confidence_min = 0},
                                             {.tlp_max = Tlp::clear}};
  int number = 0;
  for (const auto& filter : filters) {
    const auto alias = fmt::format("c{}", ++number);
    made(alias, {.who = Readers::members}, filter);
    run(Sql{"DELETE FROM taxii_version"});
    run(Sql{"DELETE FROM revision_document"});
    run(Sql{"DELETE FROM revision"});
    run(Sql{"DELETE FROM record"});
    ASSERT_TRUE(engine::threat::reset_index(database()));
    SCOPED_TRACE(boost::json::serialize(taxii::to_json(filter)));
    const auto status = add(program(kPlant), alias, {objects[0], objects[1], objects[2], objects[3], objects[4]});
    EXPECT_EQ(held(program(kPlant), alias).size(), status.successes.size());
    // And what was refused would not have been: kept by another way, the collection does not hold it.
    add(program(kPlant), "members", {objects[0], objects[1], objects[2], objects[3], objects[4]});
    EXPECT_EQ(held(program(kPlant), alias).size(), status.successes.size());
    EXPECT_THAT(held(program(kPlant), "members"), SizeIs(5));
  }
}

TEST_P(TaxiiAddTest, NobodyWritesUponAnothersObject) {
  import({tool({.number = 1, .marking = kClear, .name = "CERT"})});
  add(program(kVendor), "water", {tool({.number = 2, .name = "Vendor"})});
  const auto newer = "2026-03-01T00:00:00.000Z";
  for (const int number : {1, 2}) {
    const auto before = records(id_of("tool", number));
    for (const auto* collection : {"water", "members", "open"}) {
      const auto status = add(program(kPlant), collection,
                              {tool({.number = number, .marking = kClear, .modified = newer, .name = "Mine"})});
      EXPECT_THAT(status.successes, IsEmpty());
      ASSERT_THAT(status.failures, SizeIs(1));
      EXPECT_THAT(status.failures[0].message, HasSubstr("another organisation"));
    }
    const auto after = records(id_of("tool", number));
    ASSERT_THAT(after, SizeIs(1));
    EXPECT_EQ(after[0].sha512, before[0].sha512);
    EXPECT_EQ(after[0].owner, before[0].owner);
  }
  // The same words again change nothing: a client sends what it has read.
  EXPECT_THAT(told(add(program(kPlant), "water", {tool({.number = 2, .name = "Vendor"})}).successes),
              ElementsAre(HasSubstr("already")));
  EXPECT_THAT(told(add(program(kPlant), "water", {tool({.number = 1, .marking = kClear, .name = "CERT"})}).successes),
              ElementsAre(HasSubstr("already")));
  // But are not passed on to those for whom they are not.
  EXPECT_THAT(told(add(program(kPlant), "paper", {tool({.number = 2, .name = "Vendor"})}).failures),
              ElementsAre(HasSubstr("theirs to share")));
  EXPECT_THAT(held(program(kMill), "paper"), UnorderedElementsAre("tool 1 CERT"));
}

/// Observables have ids that follow from what they are: who posts one must not learn that others know it.
TEST_P(TaxiiAddTest, AHiddenObjectOfTheSameIdIsNeitherToldNorTouched) {
  add(program(kMill), "paper", {address(kAmber), tool({.number = 1, .name = "Mill"})});
  const auto alone = add(program(kVendor), "water", {address(), tool({.number = 1, .name = "Vendor"})});
  EXPECT_THAT(alone.failures, IsEmpty());
  EXPECT_THAT(told(alone.successes), ElementsAre("ipv4-addr:", "tool:")) << "as if nothing were here";
  EXPECT_THAT(records(kAddressId), SizeIs(2));
  // Each sees their own, under its own id.
  EXPECT_THAT(held(program(kVendor), "water"), UnorderedElementsAre("tool 1 Vendor", "ipv4-addr 2222 "));
  EXPECT_THAT(held(program(kMill), "paper"), UnorderedElementsAre("tool 1 Mill", "ipv4-addr 2222 "));
  const auto page = [&](const Actor& actor, const std::string& id = id_of("tool", 1)) {
    const auto found = database()
                           .read([&](store::Connection& connection) {
                             return engine::threat::find(connection, actor.viewer, id, moment_);
                           })
                           .value();
    return found ? found->record.title : std::string{"none"};
  };
  EXPECT_EQ(page(program(kVendor)), "Vendor");
  EXPECT_EQ(page(program(kMill)), "Mill");
  EXPECT_EQ(page(program(kShop)), "none");
  EXPECT_EQ(page(program(kVendor), text::lower_ascii(records(id_of("tool", 1)).at(1).slug)), "none")
      << "its slug says that it is the second";
  // Who sees both is told the first, once, whatever versions the other gets.
  add(program(kVendor), "water", {tool({.number = 1, .modified = "2026-05-01T00:00:00.000Z", .name = "Newer"})});
  EXPECT_THAT(held(program(kPlant), "members", true), UnorderedElementsAre("tool 1 Mill", "ipv4-addr 2222 "));
  EXPECT_EQ(page(program(kPlant)), "Mill");
  const auto listed = database()
                          .read([&](store::Connection& connection) {
                            return engine::threat::list(connection, program(kPlant).viewer, {},
                                                        engine::threat::Sort::modified, 10, "", moment_);
                          })
                          .value();
  EXPECT_EQ(listed.total, 2);
  // The CERT's goes before all, also where it comes last.
  import({tool({.number = 1, .marking = kClear, .name = "CERT"})});
  EXPECT_THAT(held(program(kPlant), "members"), UnorderedElementsAre("tool 1 CERT", "ipv4-addr 2222 "));
  EXPECT_EQ(page(program(kVendor)), "CERT");
}

TEST_P(TaxiiAddTest, OwnObjectsGetVersionsWhereTheyAre) {
  const auto plant = program(kPlant);
  add(plant, "water", {tool({})});
  const auto with = [&](std::string_view collection, const Tool& it) {
    const auto status = add(plant, collection, {tool(it)});
    const auto& detail = status.successes.empty() ? status.failures.at(0) : status.successes.at(0);
    return (status.successes.empty() ? "failed " : "done ") + detail.message;
  };
  EXPECT_THAT(with("water", {}), HasSubstr("done It is here already"));
  EXPECT_EQ(with("water", {.modified = "2026-03-01T00:00:00.000Z", .name = "Second"}), "done ");
  EXPECT_THAT(with("water", {.modified = "2026-01-15T00:00:00.000Z", .name = "Before"}),
              HasSubstr("done A newer version"));
  EXPECT_THAT(with("water", {.modified = "2026-03-01T00:00:00.000Z", .name = "Other"}),
              HasSubstr("failed This version"));
  EXPECT_THAT(with("paper", {.modified = "2026-04-01T00:00:00.000Z", .name = "Moved"}),
              HasSubstr("failed It is here already, for others"));
  EXPECT_THAT(held(program(kVendor), "water"), ElementsAre("tool 1 Second"));
  EXPECT_THAT(held(program(kVendor), "water", true), SizeIs(3));
  EXPECT_THAT(held(program(kMill), "paper"), IsEmpty());
  // A colleague's token does as well.
  auto colleague = program(kPlant);
  colleague.viewer.person = domain::PersonId{999};
  EXPECT_THAT(add(colleague, "water", {tool({.modified = "2026-05-01T00:00:00.000Z", .name = "Third"})}).successes,
              SizeIs(1));
  // Everything of one request is one transaction in its order.
  add(plant, "water",
      {tool({.number = 7, .name = "a"}), tool({.number = 7, .modified = "2026-03-01T00:00:00.000Z", .name = "b"})});
  EXPECT_THAT(held(program(kVendor), "water"), UnorderedElementsAre("tool 1 Third", "tool 7 b"));
}

TEST_P(TaxiiAddTest, TheStandardsMarkingsAreNobodysToAdd) {
  const auto status = add(
      program(kPlant), "water",
      {fmt::format(
          R"({{"type":"marking-definition","spec_version":"2.1","id":"{}","created":"2022-10-01T00:00:00.000Z","name":"Mine"}})",
          kGreen)});
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM record"}), 0) << ::testing::PrintToString(told(status.failures));
}

TEST_P(TaxiiAddTest, WhoMayWrite) {
  made("plants", {.who = Readers::members}, {}, {.who = Writers::organisation, .organisation = OrganisationId{kPlant}});
  made("wet", {.who = Readers::members}, {}, {.who = Writers::sector, .sector = domain::Sector::water});
  made("closed", {.who = Readers::members}, {}, {});
  auto without_scope = program(kPlant);
  without_scope.withheld = 1U << static_cast<unsigned>(domain::Permission::edit_record);
  auto in_browser = program(kPlant);
  in_browser.program = false;
  auto homeless = program(kPlant);
  homeless.viewer.organisation.reset();
  struct {
    std::string_view name, collection;
    Actor actor;
    std::optional<Error::Code> refused;
  } const cases[] = {
      {"AMember", "members", program(kPlant), {}},
      {"TheNamedOrganisation", "plants", program(kPlant), {}},
      {"OneOfTheSector", "wet", program(kPlant), {}},
      {"AnotherOrganisation", "plants", program(kVendor), Error::Code::forbidden},
      {"OneOfNoSector", "wet", program(kVendor), Error::Code::forbidden},
      {"Nobody", "closed", program(kPlant), Error::Code::forbidden},
      {"WithoutTheScope", "members", without_scope, Error::Code::forbidden},
      {"ByASession", "members", in_browser, Error::Code::forbidden},
      {"WithoutOrganisation", "members", homeless, Error::Code::not_found},
      {"AnAuditor", "members", program(kCert, {Role::member, Role::auditor}), Error::Code::forbidden},
      {"WhoMayNotRead", "water", program(kMill), Error::Code::not_found},
      {"AVisitor", "open", Actor::anonymous(), Error::Code::forbidden},
      {"NoCollection", "none", program(kPlant), Error::Code::not_found},
  };
  int number = 0;
  for (const auto& each : cases) {
    SCOPED_TRACE(each.name);
    const auto status = try_add(each.actor, each.collection, envelope({tool({.number = ++number})}));
    if (each.refused) {
      ASSERT_FALSE(status);
      EXPECT_EQ(status.error().code, *each.refused) << status.error().to_string();
      EXPECT_THAT(records(id_of("tool", number)), IsEmpty());
    } else {
      ASSERT_TRUE(status) << status.error().to_string();
      EXPECT_THAT(status->successes, SizeIs(1));
    }
  }
  // Nothing can be addressed to a sector.
  taxii::CollectionInput input;
  input.title = "Sector";
  input.readers = {.who = Readers::sector, .community = {}, .sector = domain::Sector::water};
  input.writers = {.who = Writers::members};
  EXPECT_EQ(taxii::create_collection(database(), Actor::at_console(), input, kTestNow).error().where, "writers");
}

TEST_P(TaxiiAddTest, EnvelopesAreReadStrictly) {
  const std::pair<std::string, Error::Code> cases[] = {
      {"", Error::Code::invalid_input},
      {"{}", Error::Code::invalid_input},
      {"[]", Error::Code::invalid_input},
      {"7", Error::Code::invalid_input},
      {R"({"objects":[]})", Error::Code::invalid_input},
      {R"({"objects":{}})", Error::Code::invalid_input},
      {R"({"objects":[)" + tool({}), Error::Code::invalid_input},
      {"[" + tool({}) + "]", Error::Code::invalid_input},
      {tool({}), Error::Code::invalid_input},
      {"[" + std::string(100'000, '[') + std::string(100'000, ']') + "]", Error::Code::invalid_input},
      {envelope({tool({}), tool({.number = 2}), tool({.number = 3})}), Error::Code::too_large},
  };
  for (const auto& [body, code] : cases) {
    const auto status = try_add(program(kPlant), "members", body, {.objects_max = 2});
    ASSERT_FALSE(status) << body.substr(0, 100);
    EXPECT_EQ(status.error().code, code) << body.substr(0, 100) << " " << status.error().to_string();
  }
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM record"}), 0);
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM taxii_status"}), 0);
  EXPECT_TRUE(
      try_add(program(kPlant), "members",
              R"({"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000001","objects":[)" + tool({}) + "]}"))
      << "clients that know bundles only";
}

TEST_P(TaxiiAddTest, AStatusIsItsPostersAndEnds) {
  const auto status = add(program(kPlant), "water", {tool({}), tool({.number = 2, .marking = kRed})});
  const auto asked = [&](const Actor& actor, std::string_view root, Timestamp now) {
    const auto found = database().read(
        [&](store::Connection& connection) { return taxii::find_status(connection, actor, root, status.id, now); });
    return found ? *found : found.error().code == Error::Code::not_found ? "none" : found.error().to_string();
  };
  const auto root = root_of("water");
  EXPECT_EQ(boost::json::parse(asked(program(kPlant), root, kTestNow)), boost::json::value(taxii::to_json(status)));
  auto colleague = program(kPlant);
  colleague.viewer.person = domain::PersonId{999};
  auto elsewhere = program(kPlant);
  elsewhere.viewer.organisation = OrganisationId{kVendor};
  for (const auto& other : {colleague, elsewhere, program(kVendor), Actor::anonymous(), Actor::at_console()}) {
    EXPECT_EQ(asked(other, root, kTestNow), "none");
  }
  EXPECT_EQ(asked(program(kPlant), taxii::kDefaultRoot, kTestNow), "none");
  const Timestamp later{kTestNow.micros + std::chrono::microseconds{taxii::kStatusKept}.count()};
  EXPECT_NE(asked(program(kPlant), root, {later.micros - 1}), "none");
  EXPECT_EQ(asked(program(kPlant), root, later), "none");
  // Gone with the next one.
  ASSERT_TRUE(try_add(program(kVendor), "water", envelope({tool({.number = 3})}), {}, later));
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM taxii_status"}), 1);
}

class TaxiiRemoveTest : public TaxiiAddTest {
 protected:
  static Actor coordinator() { return program(kCert, {Role::member, Role::coordinator}); }
  Status remove(const Actor& actor, std::string_view collection, const std::string& object,
                std::optional<taxii::WantedVersions> versions = {}) {
    tell();
    taxii::ObjectQuery query;
    if (versions) query.versions = *versions;
    return remove_from_collection(database(), actor, root_of(collection), collection, object, query,
                                  versions.has_value(), moment_);
  }
  static taxii::WantedVersions at(std::string_view time) {
    return {.last = false, .first = false, .all = false, .at = {parse_rfc3339(time).value().micros}};
  }
};
TOCSIN_ON_BOTH_DATABASES(TaxiiRemoveTest);

TEST_P(TaxiiRemoveTest, WhoMayRemoveTheRecordMayDelete) {
  import({tool({.number = 1}), tool({.number = 2})});
  add(program(kPlant), "members", {tool({.number = 3})});
  made("closed", {.who = Readers::members}, {}, {});
  const auto code = [](const Status& status) {
    return status ? std::string{"done"} : std::string{to_string(status.error().code)};
  };
  EXPECT_EQ(code(remove(program(kPlant), "members", id_of("tool", 1))), "forbidden") << "another's";
  EXPECT_EQ(code(remove(program(kPlant), "members", id_of("tool", 3))), "forbidden") << "no role that removes";
  EXPECT_EQ(code(remove(coordinator(), "members", id_of("tool", 3))), "forbidden") << "another's";
  EXPECT_EQ(code(remove(coordinator(), "closed", id_of("tool", 1))), "forbidden") << "no writer";
  EXPECT_EQ(code(remove(coordinator(), "water", id_of("tool", 1))), "not_found") << "no reader";
  EXPECT_EQ(code(remove(coordinator(), "members", id_of("tool", 9))), "not_found");
  auto without_scope = coordinator();
  without_scope.withheld = 1U << static_cast<unsigned>(domain::Permission::delete_record);
  EXPECT_EQ(code(remove(without_scope, "members", id_of("tool", 1))), "forbidden");
  EXPECT_THAT(held(coordinator(), "members"), SizeIs(3));
  EXPECT_EQ(code(remove(coordinator(), "members", id_of("tool", 1))), "done");
  EXPECT_THAT(held(coordinator(), "members"), UnorderedElementsAre("tool 2 Tool", "tool 3 Tool"));
  EXPECT_EQ(code(remove(coordinator(), "members", id_of("tool", 1))), "not_found");
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM audit WHERE action = 'record.remove'"}), 1);
  // The same bytes do not come back, where they were removed.
  EXPECT_THAT(told(add(coordinator(), "members", {tool({.number = 1})}).failures), ElementsAre(HasSubstr("removed")));
  // Of others that says nothing.
  EXPECT_THAT(add(program(kPlant), "members", {tool({.number = 1})}).successes, SizeIs(1));
}

TEST_P(TaxiiRemoveTest, SingleVersionsGoAndTheOneBeforeIsCurrentAgain) {
  const auto february = "2026-02-01T00:00:00.000Z", march = "2026-03-01T00:00:00.000Z",
             april = "2026-04-01T00:00:00.000Z";
  import({tool({.modified = february, .name = "One", .more = R"(,"labels":["a"])"}),
          tool({.modified = march, .name = "Two"}), tool({.marking = kClear, .modified = april, .name = "Three"})});
  const auto id = id_of("tool", 1);
  EXPECT_FALSE(remove(coordinator(), "members", id, at("2026-03-02T00:00:00Z")));
  const auto first = remove(coordinator(), "members", id, at(march));
  ASSERT_TRUE(first) << first.error().to_string() << first.error().detail;
  EXPECT_THAT(held(coordinator(), "members"), ElementsAre("tool 1 Three"));
  EXPECT_THAT(held(coordinator(), "members", true), UnorderedElementsAre("tool 1 One", "tool 1 Three"));
  const auto newest = remove(coordinator(), "members", id, taxii::WantedVersions{});
  ASSERT_TRUE(newest) << newest.error().to_string() << newest.error().detail;
  EXPECT_THAT(held(coordinator(), "members", true), ElementsAre("tool 1 One"));
  const auto kept = records(id);
  ASSERT_THAT(kept, SizeIs(1));
  EXPECT_EQ(kept[0].title, "One");
  EXPECT_EQ(kept[0].version, february);
  EXPECT_EQ(kept[0].tlp, Tlp::green) << "as it was marked then";
  EXPECT_THAT(kept[0].labels, ElementsAre("a"));
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM revision"}), 1);
  EXPECT_EQ(count(Sql{"SELECT count(*) FROM audit WHERE action = 'taxii.remove-version'"}), 2);
  // The last one left is the object.
  ASSERT_TRUE(remove(coordinator(), "members", id, at(february)));
  EXPECT_THAT(records(id), IsEmpty());
}

}  // namespace
}  // namespace tocsin::exchange
