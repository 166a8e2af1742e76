#include "engine/sharing/sharing.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "domain/testing/worlds.hpp"
#include "engine/members/members.hpp"
#include "engine/testing/samples.hpp"
#include "store/audit.hpp"
#include "store/cases.hpp"
#include "store/changes.hpp"
#include "store/records.hpp"
#include "store/testing/test_database.hpp"

namespace tocsin::engine::sharing {
namespace {

using domain::Audience;
using domain::Grantee;
using domain::OrganisationId;
using domain::PersonId;
using domain::RecordStatus;
using domain::Role;
using domain::Roles;
using domain::Tlp;
using domain::policy::Reason;
using domain::testing::Worlds;
using store::Sql;
using store_testing::kTestNow;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class SharingTest : public store_testing::DatabaseTest {
 protected:
  void run(const Sql& sql) {
    const auto done = database().write([&](store::Connection& connection) { return connection.run(sql); });
    ASSERT_TRUE(done) << done.error().to_string() << done.error().detail;
  }
  void organisation(std::int64_t id, std::string_view name, bool active = true) {
    run(Sql{"INSERT INTO organisation (id, kind, name, created_at, status) VALUES (?, 2, ?, 0, ?)", id, name,
            active ? domain::OrganisationStatus::active : domain::OrganisationStatus::suspended});
  }
  void person(std::int64_t id, std::string_view name, bool active = true) {
    run(
        Sql{"INSERT INTO person (id, uuid, name, email, folded_email, status, language, time_zone, created_at) "
            "VALUES (?, '', ?, ?, ?, ?, '', '', 0)",
            id, name, fmt::format("p{}@example.com", id), fmt::format("p{}@example.com", id),
            active ? domain::PersonStatus::active : domain::PersonStatus::suspended});
  }
  void membership(std::int64_t person, std::int64_t organisation, Roles roles = {Role::member}) {
    run(Sql{"INSERT INTO membership (person_id, organisation_id, roles, created_at) VALUES (?, ?, ?, 0)", person,
            organisation, roles.bits()});
  }
  void community(std::int64_t id, std::string_view name, bool hidden = false, bool closed = false) {
    run(
        Sql{"INSERT INTO community (id, uuid, name, description, owner_id, members_hidden, closed, created_at) VALUES "
            "(?, ?, ?, '', 1, ?, ?, 0)",
            id, std::to_string(id), name, hidden, closed});
  }
  void case_file(std::int64_t id, std::string_view number, std::int64_t owner = 1, bool closed = false) {
    run(
        Sql{"INSERT INTO case_file (id, number, uuid, kind, title, state, owner_id, opened_at) VALUES (?, ?, ?, 1, "
            "'Pumps', ?, ?, 0)",
            id, number, number, closed ? 2 : 1, owner});
  }
  void takes_part(std::int64_t id, const Grantee& who) {
    run(Sql{"INSERT INTO case_participant (case_id, kind, grantee_id, part, added_at) VALUES (?, ?, ?, 6, 0)", id,
            who.kind, who.id});
  }
  void joins(std::int64_t community, const Grantee& member) {
    run(member.kind == Grantee::Kind::organisation
            ? Sql{"INSERT INTO community_organisation (community_id, organisation_id, joined_at) VALUES (?, ?, 0)",
                  community, member.id}
            : Sql{"INSERT INTO community_person (community_id, person_id, joined_at) VALUES (?, ?, 0)", community,
                  member.id});
  }
  void client(std::int64_t provider, std::int64_t client) {
    run(Sql{"INSERT INTO organisation_client (provider_id, client_id) VALUES (?, ?)", provider, client});
  }
  /// A document that says `label`, stored with this marking.
  domain::RecordId record(std::string id, std::string_view label, const Marking& marking, std::int64_t owner) {
    const auto put = database().write([&](store::Connection& connection) -> Result<store::PutResult> {
      auto revision = store_testing::sample_revision(id);
      revision.bytes = fmt::format(
          R"({{"document":{{"category":"csaf_base","csaf_version":"2.0","title":"T","distribution":{{"tlp":{{"label":"{}"}}}},"publisher":{{"category":"vendor","name":"N","namespace":"https://example.com"}},"tracking":{{"id":"{}","version":"1","status":"final","initial_release_date":"2023-01-01T00:00:00Z","current_release_date":"2023-01-01T00:00:00Z","revision_history":[]}}}}}})",
          label, id);
      revision.tlp = marking.tlp;
      revision.audience = marking.audience;
      revision.listed = marking.listed;
      revision.status = marking.status;
      revision.embargo_until = marking.embargo_until;
      revision.owner = {owner};
      return store::Records{connection}.put(revision, kTestNow);
    });
    EXPECT_TRUE(put) << put.error().to_string();
    return put.value().record;
  }
  Reach reach(const Marking& marking, std::int64_t owner, Timestamp now = kTestNow) {
    return database()
        .read([&](store::Connection& connection) { return who_sees(connection, {owner}, marking, now); })
        .value();
  }
  Actor actor(std::int64_t person, std::int64_t organisation) {
    Actor made;
    made.viewer = database()
                      .read([&](store::Connection& connection) {
                        return members::viewer_of(connection, {person}, OrganisationId{organisation});
                      })
                      .value();
    made.name = "somebody";
    return made;
  }
  domain::Record load(domain::RecordId id) {
    return database()
        .read([&](store::Connection& connection) { return store::Records{connection}.load(id); })
        .value()
        .value();
  }
  std::int64_t number(const Sql& sql) {
    return database()
        .read([&](store::Connection& connection) {
          return connection.first(sql, [](const store::Row& row) { return row.integer(0); });
        })
        .value()
        .value_or(-1);
  }
};
TOCSIN_ON_BOTH_DATABASES(SharingTest);

/// A vendor (2) with a coordinator and an administrator, water (3) and power works (4), an integrator (5) and its
/// client (6); community 7 of water and a single person.
class Plant : public SharingTest {
 protected:
  void SetUp() override {
    SharingTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    organisation(2, "Vendor");
    organisation(3, "Water works");
    organisation(4, "Power works");
    organisation(5, "Integrator");
    organisation(6, "Client");
    person(10, "Vera");
    membership(10, 2, {Role::member, Role::vendor_coordinator});
    person(11, "Viktor");
    membership(11, 2);
    person(12, "Wendy");
    membership(12, 3);
    person(13, "Paul");
    membership(13, 4);
    person(14, "Ina");
    membership(14, 5);
    person(15, "Clara");
    membership(15, 6);
    client(5, 6);
    person(16, "Solo");
    community(7, "Water");
    joins(7, {Grantee::Kind::organisation, 3});
    joins(7, {Grantee::Kind::person, 16});
    vendor_ = actor(10, 2);
  }
  static Marking listed(Tlp tlp, std::vector<Grantee> to) {
    return {.tlp = tlp,
            .audience = Audience::listed,
            .listed = std::move(to),
            .embargo_until = {},
            .status = RecordStatus::published};
  }
  static constexpr Grantee kWater{Grantee::Kind::organisation, 3}, kIntegrator{Grantee::Kind::organisation, 5},
      kCommunity{Grantee::Kind::community, 7}, kPaul{Grantee::Kind::person, 13};
  std::string told(const Reach& reach, const Marking& marking, const Actor& who) {
    const auto sight = sight_of(database(), who, marking.listed).value();
    std::string all;
    for (const auto& each : sentences(reach, marking, sight)) {
      all += each.text + (each.names_hidden ? " [hidden]" : "") + "\n";
      for (const auto& name : each.names) all += "- " + name + "\n";
    }
    return all;
  }
  Actor vendor_;
};
TOCSIN_ON_BOTH_DATABASES(Plant);

TEST_P(Plant, SaysWhoIsReachedAndWhy) {
  const auto marking = listed(Tlp::amber, {kIntegrator, kCommunity, kPaul});
  const auto seen = reach(marking, 2);
  EXPECT_FALSE(seen.everyone);
  EXPECT_EQ(seen.people_total, 7);  // Vendor 2, Ina, Clara, Wendy, Solo, Paul.
  EXPECT_EQ(told(seen, marking, Actor::at_console()),
            "The people of Vendor, whose it is. 2 people now.\n"
            "The people of 1 organisation, because it is listed by name. 1 person now.\n- Integrator (1 person)\n"
            "The people of 1 organisation in the community 'Water', because it is listed. 1 person now.\n"
            "- Water works (1 person)\n"
            "The people of 1 organisation that is a client of Integrator, which is listed: TLP:AMBER goes on to "
            "clients. 1 person now.\n- Client (1 person)\n"
            "1 person alone in the community 'Water', because it is listed.\n- Solo\n"
            "1 person, listed by name.\n- Paul\n");
}

TEST_P(Plant, HidesNamesThatTheReaderMayNotKnow) {
  const auto marking = listed(Tlp::amber, {kIntegrator, kCommunity});
  // The vendor is not in the community, and not the integrator: neither members nor clients are its business.
  const auto text = told(reach(marking, 2), marking, vendor_);
  EXPECT_THAT(text, Not(HasSubstr("Water")));
  EXPECT_THAT(text, Not(HasSubstr("Client")));
  EXPECT_THAT(text, Not(HasSubstr("Solo")));
  EXPECT_THAT(text, HasSubstr("a community that you do not know"));
  joins(7, {Grantee::Kind::organisation, 2});
  EXPECT_THAT(told(reach(marking, 2), marking, actor(10, 2)), HasSubstr("- Water works"));
  run(Sql{"UPDATE community SET members_hidden = 1"});
  const auto hidden = told(reach(marking, 2), marking, actor(10, 2));
  EXPECT_THAT(hidden, HasSubstr("the community 'Water'"));
  EXPECT_THAT(hidden, Not(HasSubstr("Water works")));
  EXPECT_THAT(hidden, Not(HasSubstr("Solo")));
}

TEST_P(Plant, CountsWhomTheirRoleTakesItFrom) {
  person(20, "Adam");
  membership(20, 3, {Role::member, Role::auditor});
  const auto seen = reach(listed(Tlp::green, {kWater}), 2);
  ASSERT_EQ(seen.organisations.size(), 2U);
  EXPECT_EQ(seen.organisations[1].name, "Water works");
  EXPECT_EQ(seen.organisations[1].seeing, 1);
  EXPECT_EQ(seen.organisations[1].not_seeing, 1);
}

TEST_P(Plant, AddresseesThatReachNobodyAreNamed) {
  community(8, "Empty");
  community(9, "Closed", false, true);
  joins(9, kWater);
  organisation(21, "Gone", false);
  person(22, "Away", false);
  case_file(8, "CASE-2026-48213");
  const std::vector<Grantee> to{{Grantee::Kind::organisation, 21},
                                {Grantee::Kind::community, 8},
                                {Grantee::Kind::community, 9},
                                {Grantee::Kind::person, 22}};
  EXPECT_EQ(reach(listed(Tlp::green, to), 2).idle, to);
}

TEST_P(Plant, WhyIsASentenceToTheViewer) {
  const auto at = [&](std::int64_t person, std::int64_t organisation, const Marking& marking) {
    domain::Record record;
    record.owner = {2};
    record.tlp = marking.tlp;
    record.audience = marking.audience;
    record.listed = marking.listed;
    record.status = marking.status;
    return database()
        .read([&](store::Connection& connection) {
          return why(connection, actor(person, organisation).viewer, record, kTestNow);
        })
        .value();
  };
  const auto marking = listed(Tlp::amber, {kIntegrator, kCommunity, kPaul});
  EXPECT_EQ(
      at(12, 3, marking),
      "You see this because your organisation Water works is in the community 'Water', which it is addressed to.");
  EXPECT_EQ(at(16, 0, marking), "You see this because you are in the community 'Water', which it is addressed to.");
  EXPECT_EQ(at(13, 4, marking), "You see this because it is addressed to you by name.");
  EXPECT_EQ(at(15, 6, marking),
            "You see this because your organisation Client is a client of Integrator, which it is addressed to, and "
            "TLP:AMBER goes on to clients.");
  EXPECT_EQ(at(11, 2, marking), "You see this because it belongs to your organisation Vendor.");
  EXPECT_EQ(at(12, 3, listed(Tlp::amber, {kPaul})), "");
  auto open = listed(Tlp::clear, {});
  open.audience = Audience::everyone;
  EXPECT_EQ(at(12, 3, open), "TLP:CLEAR: everyone sees it.");
}

TEST_P(Plant, ChangingAsksBeforeItWidens) {
  const auto id = record("EX-1", "GREEN", listed(Tlp::amber, {kWater}), 2);
  auto wider = listed(Tlp::amber, {kWater, kPaul});
  const auto asked = change_marking(database(), vendor_, id, wider, {}, kTestNow);
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code, Error::Code::conflict);
  EXPECT_EQ(asked.error().where, "confirmed");
  EXPECT_EQ(asked.error().message, "This newly reaches 1 person. Confirm it");
  EXPECT_EQ(load(id).listed, (std::vector{kWater}));
  const auto seen = preview(database(), vendor_, id, wider, kTestNow).value();
  ASSERT_TRUE(change_marking(database(), vendor_, id, wider, {true, seen.digest()}, kTestNow));
  EXPECT_EQ(load(id).listed, (std::vector{kWater, kPaul}));
  // Narrower is done at once; header, current revision, change and audit entry go together.
  const auto changes = number(Sql{"SELECT count(*) FROM change"});
  ASSERT_TRUE(change_marking(database(), vendor_, id, listed(Tlp::amber_strict, {kWater}), {}, kTestNow));
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM change"}), changes + 1);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM revision v JOIN record r ON r.current_revision_id = v.id WHERE v.tlp = "
                       "r.tlp AND v.audience_id = r.audience_id AND v.tlp = 3"}),
            1);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM audit WHERE action = 'record.change-marking' AND owner_id = 2"}), 2);
  // Nothing differs: nothing is written.
  ASSERT_TRUE(change_marking(database(), vendor_, id, listed(Tlp::amber_strict, {kWater}), {}, kTestNow));
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM change"}), changes + 1);
}

TEST_P(Plant, AConfirmationIsOfWhatWasShown) {
  const auto id = record("EX-1", "GREEN", listed(Tlp::amber, {kWater}), 2);
  const auto wider = listed(Tlp::amber, {kWater, kIntegrator});
  const auto seen = preview(database(), vendor_, id, wider, kTestNow).value();
  client(5, 4);
  const auto refused = change_marking(database(), vendor_, id, wider, {true, seen.digest()}, kTestNow);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("Meanwhile something has changed"));
}

TEST_P(Plant, AnEarlierEndOfAnEmbargoWidens) {
  auto before = listed(Tlp::amber, {kWater});
  before.embargo_until = Timestamp{kTestNow.micros + 1'000'000'000};
  const auto id = record("EX-1", "GREEN", before, 2);
  auto earlier = before, later = before;
  earlier.embargo_until = Timestamp{kTestNow.micros + 500'000'000};
  later.embargo_until = Timestamp{kTestNow.micros + 2'000'000'000};
  EXPECT_TRUE(preview(database(), vendor_, id, earlier, kTestNow).value().widens());
  EXPECT_FALSE(preview(database(), vendor_, id, later, kTestNow).value().widens());
  EXPECT_FALSE(change_marking(database(), vendor_, id, earlier, {}, kTestNow));
  EXPECT_TRUE(change_marking(database(), vendor_, id, later, {}, kTestNow));
}

struct Refusal {
  std::string_view name;
  Tlp tlp;
  RecordStatus from, to;
  std::string_view where, says;
};
TEST_P(Plant, RefusesWhatTheDocumentAndItsLifeForbid) {
  const Refusal refusals[] = {
      {"below the label", Tlp::clear, RecordStatus::published, RecordStatus::published, "tlp",
       "the document itself says TLP:AMBER"},
      {"back to draft", Tlp::amber, RecordStatus::published, RecordStatus::draft, "status", "does not become a draft"},
      {"un-withdrawn", Tlp::amber, RecordStatus::withdrawn, RecordStatus::published, "status", "stays withdrawn"},
      {"withdrawn by hand", Tlp::amber, RecordStatus::published, RecordStatus::withdrawn, "status",
       "import a revision"},
      {"withdrawn from draft", Tlp::amber, RecordStatus::draft, RecordStatus::withdrawn, "status", "import a revision"},
  };
  int n = 0;
  for (const auto& each : refusals) {
    auto marking = listed(Tlp::amber, {kWater});
    marking.status = each.from;
    const auto id = record(fmt::format("EX-{}", ++n), "AMBER", marking, 2);
    marking.tlp = each.tlp;
    marking.status = each.to;
    const auto refused = change_marking(database(), vendor_, id, marking, {true, {}}, kTestNow);
    ASSERT_FALSE(refused) << each.name;
    EXPECT_EQ(refused.error().where, each.where) << each.name;
    EXPECT_THAT(refused.error().message, HasSubstr(each.says)) << each.name;
    EXPECT_EQ(load(id).status, each.from) << each.name;
  }
}

TEST_P(Plant, RefusesAddresseesThatAreNone) {
  organisation(21, "Gone", false);
  community(9, "Secret");
  person(22, "Away", false);
  const auto id = record("EX-1", "GREEN", listed(Tlp::amber, {kWater}), 2);
  for (const auto& to : std::vector<Grantee>{{Grantee::Kind::organisation, 21},
                                             {Grantee::Kind::organisation, 404},
                                             {Grantee::Kind::community, 9},
                                             {Grantee::Kind::community, 404},
                                             {Grantee::Kind::case_file, 404},
                                             {Grantee::Kind::case_file, 8},
                                             {Grantee::Kind::person, 404}}) {
    const auto refused = change_marking(database(), vendor_, id, listed(Tlp::amber, {to}), {true, {}}, kTestNow);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().where, "listed");
  }
  // Who may be told of accounts is told of this one.
  EXPECT_FALSE(change_marking(database(), Actor::at_console(), id, listed(Tlp::amber, {{Grantee::Kind::person, 22}}),
                              {true, {}}, kTestNow));
  // The CERT knows every community.
  EXPECT_TRUE(change_marking(database(), Actor::at_console(), id, listed(Tlp::amber, {{Grantee::Kind::community, 9}}),
                             {}, kTestNow));
  // What stands in the list may stay, whoever put it there.
  EXPECT_TRUE(change_marking(database(), vendor_, id, listed(Tlp::amber_strict, {{Grantee::Kind::community, 9}}), {},
                             kTestNow));
}

TEST_P(Plant, OthersMayNotAndDoNotKnow) {
  const auto id = record("EX-1", "GREEN", listed(Tlp::amber, {kWater}), 2);
  const auto code = [&](const Actor& who) {
    const auto status = change_marking(database(), who, id, listed(Tlp::green, {kWater}), {true, {}}, kTestNow);
    return status ? Error::Code::internal : status.error().code;
  };
  EXPECT_EQ(code(Actor::anonymous()), Error::Code::forbidden);
  EXPECT_EQ(code(actor(11, 2)), Error::Code::not_found);  // A plain member of the owner.
  EXPECT_EQ(code(actor(12, 3)), Error::Code::not_found);  // Reads it, and that is all.
  person(30, "Cert");
  membership(30, 1, {Role::member, Role::coordinator});
  EXPECT_EQ(code(actor(30, 1)), Error::Code::not_found);  // The CERT's coordinator does not own it.
  person(31, "Analyst");
  membership(31, 1, {Role::member, Role::analyst});
  const auto ours = record("EX-2", "GREEN", listed(Tlp::amber, {kWater}), 1);
  EXPECT_EQ(
      change_marking(database(), actor(31, 1), ours, listed(Tlp::green, {kWater}), {true, {}}, kTestNow).error().code,
      Error::Code::forbidden);  // Edits, and does not publish.
  auto withheld = vendor_;
  withheld.withheld = ~std::uint32_t{0};
  EXPECT_EQ(code(withheld), Error::Code::forbidden);
  EXPECT_EQ(change_marking(database(), vendor_, {404}, listed(Tlp::green, {}), {}, kTestNow).error().code,
            Error::Code::not_found);
}

TEST_P(Plant, PublishingADraftAsks) {
  auto marking = listed(Tlp::amber, {kWater});
  marking.status = RecordStatus::draft;
  const auto id = record("EX-1", "AMBER", marking, 2);
  marking.listed.push_back(kPaul);
  ASSERT_TRUE(change_marking(database(), vendor_, id, marking, {}, kTestNow));  // A draft reaches nobody outside.
  marking.status = RecordStatus::published;
  const auto asked = change_marking(database(), vendor_, id, marking, {}, kTestNow);
  ASSERT_FALSE(asked);
  EXPECT_THAT(asked.error().message, HasSubstr("Water works"));
  EXPECT_TRUE(change_marking(database(), vendor_, id, marking, {true, {}}, kTestNow));
}

TEST_P(Plant, SaysWhoIsReachedThroughACaseAndWhy) {
  case_file(8, "CASE-2026-48213");
  takes_part(8, {Grantee::Kind::organisation, 1});
  takes_part(8, {Grantee::Kind::organisation, 3});
  takes_part(8, kPaul);
  const Grantee to{Grantee::Kind::case_file, 8};
  auto marking = listed(Tlp::amber, {to});
  EXPECT_EQ(told(reach(marking, 2), marking, Actor::at_console()),
            "The people of Vendor, whose it is. 2 people now.\n"
            "The people of 2 organisations that take part in the case CASE-2026-48213, which is listed. 1 person now.\n"
            "- Example CERT (0 people)\n- Water works (1 person)\n"
            "1 person who takes part in the case CASE-2026-48213 by name, because it is listed.\n- Paul\n");
  // Whoever does not take part is not told who does.
  const auto outside = told(reach(marking, 2), marking, vendor_);
  EXPECT_THAT(outside, Not(HasSubstr("Paul")));
  EXPECT_THAT(outside, Not(HasSubstr("Water works")));
  marking.tlp = Tlp::red;
  EXPECT_EQ(told(reach(marking, 2), marking, Actor::at_console()),
            "Those who handle TLP:RED for Vendor, whose it is. 1 person now. 1 more does not see it: their role reads "
            "less.\n"
            "1 person who takes part in the case CASE-2026-48213 by name, because it is listed.\n- Paul\n");

  // Listed by those who know it, while it is open; and each who reads it is told why.
  const auto id = record("EX-9", "CLEAR", listed(Tlp::amber, {}), 2);
  Marking typed = listed(Tlp::amber, {});
  const auto add = [&](const Actor& who) {
    return database().read([&](store::Connection& connection) {
      return add_addressee(connection, who, load(id), "case:case-2026-48213", typed);
    });
  };
  EXPECT_EQ(add(vendor_).error().where, "listed");
  EXPECT_FALSE(change_marking(database(), vendor_, id, listed(Tlp::amber, {to}), {true, {}}, kTestNow));
  takes_part(8, {Grantee::Kind::organisation, 2});
  ASSERT_TRUE(add(actor(10, 2)));
  ASSERT_EQ(typed.listed, std::vector<Grantee>{to});
  run(Sql{"UPDATE case_file SET state = 2"});
  EXPECT_EQ(change_marking(database(), actor(10, 2), id, typed, {true, {}}, kTestNow).error().where, "listed");
  run(Sql{"UPDATE case_file SET state = 1"});
  ASSERT_TRUE(change_marking(database(), actor(10, 2), id, typed, {true, {}}, kTestNow));
  const auto why_of = [&](std::int64_t person, std::int64_t organisation) {
    return database()
        .read([&](store::Connection& connection) {
          return why(connection, actor(person, organisation).viewer, load(id), kTestNow);
        })
        .value();
  };
  EXPECT_EQ(why_of(12, 3),
            "You see this because your organisation Water works takes part in CASE-2026-48213, which it is addressed "
            "to.");
  EXPECT_EQ(why_of(13, 4), "You see this because you take part in CASE-2026-48213, which it is addressed to.");
  EXPECT_EQ(why_of(14, 5), "");
  // Closing a case ends work, not trust.
  run(Sql{"UPDATE case_file SET state = 2"});
  EXPECT_THAT(why_of(12, 3), HasSubstr("takes part"));
}

/// The attack: a handler lists an address to find out whether it has an account here, of what kind, and what it reads.
TEST_P(Plant, AnAddressTellsNothingOfItsAccount) {
  person(17, "Zoe", false);  // Suspended.
  case_file(8, "CASE-2026-48213", 2);
  takes_part(8, {Grantee::Kind::organisation, 2});
  const auto vendor = actor(10, 2);
  std::set<std::string> stories;
  for (const std::string_view address : {"p12@example.com", "p13@example.com", "p16@example.com", "p17@example.com",
                                         "p11@example.com", "nobody@example.com", "a.nobody@example.com"}) {
    for (const auto tlp : {Tlp::green, Tlp::amber, Tlp::red}) {
      const auto id = record(fmt::format("EX-{}-{}", address.substr(0, address.find('@')), static_cast<int>(tlp)),
                             "CLEAR", listed(Tlp::amber_strict, {kWater}), 2);
      std::string story;
      Marking marking = listed(tlp, {kWater, {Grantee::Kind::case_file, 8}});
      const auto typed = database().read([&](store::Connection& connection) {
        return add_addressee(connection, vendor, load(id), fmt::format("person:{}", address), marking);
      });
      story += typed ? "typed\n" : typed.error().message;
      const auto tell = [&](const Reach& seen, const Marking& of) {
        const auto sight = sight_of(database(), vendor, of.listed).value();
        story += told(seen, of, vendor) + summary(seen, sight) + fmt::format(" {}\n", seen.people_total);
        for (const auto& each : addressees(of.listed, seen, sight)) story += each.text() + " " + each.name + "\n";
        for (const auto& each : addressees(seen.idle, seen, sight)) story += "idle " + each.text() + "\n";
      };
      const auto shown = preview(database(), vendor, id, marking, kTestNow);
      ASSERT_TRUE(shown) << shown.error().to_string();
      tell(shown->gained, marking);
      tell(shown->lost, marking);
      const auto seen = [&](const Marking& of) {
        return database()
            .read([&](store::Connection& connection) {
              return who_sees(connection, {2}, of, kTestNow, naming_for(vendor));
            })
            .value();
      };
      tell(seen(marking), marking);
      story += change_marking(database(), vendor, id, marking, {}, kTestNow).error().message + "\n";
      const auto changed = change_marking(database(), vendor, id, marking, {true, shown->digest()}, kTestNow);
      story += changed ? "changed\n" : changed.error().message;
      tell(seen(marking_of(load(id))), marking_of(load(id)));
      // Again the same, and by the number that it may have got.
      marking.addresses.clear();
      for (std::int64_t number = 1; number < 30; ++number) {
        const auto guess = database().read([&](store::Connection& connection) {
          return add_addressee(connection, vendor, load(id), fmt::format("person:{}", number), marking);
        });
        EXPECT_FALSE(guess);
      }
      for (std::size_t at = 0; (at = story.find(address)) != std::string::npos;) story.replace(at, address.size(), "X");
      if (tlp == Tlp::amber) stories.insert(story);
      EXPECT_THAT(story, HasSubstr("changed"));
      EXPECT_THAT(story, HasSubstr("1 person, listed by name.\n- X\n"));
    }
  }
  EXPECT_EQ(stories.size(), 1U) << *stories.begin() << "\n---\n" << *stories.rbegin();
  // It is kept for whoever proves the address.
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM person p JOIN audience_grantee g ON g.kind = 3 AND g.grantee_id = p.id "
                       "WHERE p.folded_email = 'nobody@example.com' AND p.status = ?",
                       domain::PersonStatus::invited}) > 0,
            true);
  // Who manages people is told.
  Marking marking = listed(Tlp::red, {});
  const auto id = record("EX-console", "CLEAR", marking, 2);
  EXPECT_THAT(database()
                  .read([&](store::Connection& connection) {
                    return add_addressee(connection, Actor::at_console(), load(id), "person:else@example.com", marking);
                  })
                  .error()
                  .message,
              HasSubstr("nobody here"));
}

/// Alone in a group, too: the preview of what is shared with it does not tell which of its addresses have an account.
TEST_P(Plant, AnAddressInAGroupTellsNothingOfItsAccount) {
  case_file(8, "CASE-2026-48213", 2);
  takes_part(8, {Grantee::Kind::organisation, 2});
  const Grantee to{Grantee::Kind::case_file, 8};
  const auto marking = listed(Tlp::amber, {to});
  const auto story = [&] {
    const auto vendor = actor(10, 2);
    const auto seen = database()
                          .read([&](store::Connection& connection) {
                            return who_sees(connection, {2}, marking, kTestNow, naming_for(vendor));
                          })
                          .value();
    auto text = told(seen, marking, vendor) + summary(seen, sight_of(database(), vendor, marking.listed).value());
    for (const std::string_view address : {"p13@example.com", "nobody@example.com"}) {
      for (std::size_t at = 0; (at = text.find(address)) != std::string::npos;) text.replace(at, address.size(), "X");
    }
    return text;
  };
  takes_part(8, kPaul);
  const auto with_account = story();
  run(Sql{"DELETE FROM case_participant WHERE kind = 3"});
  run(
      Sql{"INSERT INTO person (id, uuid, name, email, folded_email, status, language, time_zone, created_at) VALUES "
          "(40, '', 'n', 'nobody@example.com', 'nobody@example.com', ?, '', '', 0)",
          domain::PersonStatus::invited});
  takes_part(8, {Grantee::Kind::person, 40});
  EXPECT_EQ(story(), with_account);
  EXPECT_THAT(with_account, HasSubstr("1 person who takes part in the case CASE-2026-48213 by name"));
}

/// Random worlds: for every person and seat the same as members::viewer_of and the policy say, and asked exactly when
/// somebody is newly reached.
class RandomWorlds : public SharingTest {
 protected:
  void make(Worlds& random) {
    for (std::int64_t id = 2; id <= Worlds::kOrganisations; ++id) {
      organisation(id, fmt::format("Example {}", id), !random.one_in(4));
    }
    for (std::int64_t id = 1; id <= Worlds::kCommunities; ++id)
      community(id, fmt::format("C{}", id), false, random.one_in(4));
    for (std::int64_t id = 1; id <= Worlds::kCases; ++id) {
      case_file(id, fmt::format("CASE-2026-1000{}", id), random.number(1, Worlds::kOrganisations), random.one_in(4));
    }
    for (std::int64_t id = 1; id <= Worlds::kPeople; ++id) {
      person(id, fmt::format("Person {}", id), !random.one_in(5));
      for (std::int64_t other = 1; other <= Worlds::kOrganisations; ++other) {
        Roles roles{Role::member};
        for (const auto role : domain::all_roles()) {
          if (random.one_in(6)) roles = roles.with(role);
        }
        if (random.one_in(3)) membership(id, other, roles);
      }
      for (std::int64_t other = 1; other <= Worlds::kCommunities; ++other) {
        if (random.one_in(5)) joins(other, {Grantee::Kind::person, id});
      }
      for (std::int64_t other = 1; other <= Worlds::kCases; ++other) {
        if (random.one_in(5)) takes_part(other, {Grantee::Kind::person, id});
      }
    }
    for (std::int64_t id = 1; id <= Worlds::kOrganisations; ++id) {
      for (std::int64_t other = 1; other <= Worlds::kCommunities; ++other) {
        if (random.one_in(3)) joins(other, {Grantee::Kind::organisation, id});
      }
      for (std::int64_t other = 1; other <= Worlds::kCases; ++other) {
        if (random.one_in(3)) takes_part(other, {Grantee::Kind::organisation, id});
      }
      for (std::int64_t other = 1; other <= Worlds::kOrganisations; ++other) {
        if (other != id && random.one_in(5)) client(id, other);
      }
    }
  }
  static Marking marking(Worlds& random) {
    const auto facts = random.facts();
    return {.tlp = facts.tlp,
            .audience = facts.audience,
            .listed = facts.listed,
            .embargo_until = facts.embargo_until,
            .status = facts.status};
  }
  /// Every seat there is, asked one by one.
  std::map<Seat, domain::policy::Viewer> everybody(store::Connection& connection) {
    std::map<Seat, domain::policy::Viewer> all;
    for (std::int64_t id = 1; id <= Worlds::kPeople; ++id) {
      const auto alone = members::viewer_of(connection, {id}, {}).value();
      if (!alone.person) continue;
      if (!alone.organisation) all[{{id}, {}}] = alone;
      for (std::int64_t other = 1; other <= Worlds::kOrganisations; ++other) {
        const auto viewer = members::viewer_of(connection, {id}, OrganisationId{other}).value();
        if (viewer.organisation) all[{{id}, {other}}] = viewer;
      }
    }
    return all;
  }
};
TOCSIN_ON_BOTH_DATABASES(RandomWorlds);

TEST_P(RandomWorlds, ReachIsThePolicyForEverySeatAndChangesAskWhenItGrows) {
  Worlds random{4712, kTestNow};
  make(random);
  const auto seats = database()
                         .read([&](store::Connection& connection) -> Result<std::map<Seat, domain::policy::Viewer>> {
                           return everybody(connection);
                         })
                         .value();
  ASSERT_GE(seats.size(), 5U);
  const auto seen_by = [&](std::int64_t owner, const Marking& marking, Timestamp now) {
    std::vector<Seat> seen;
    for (const auto& [seat, viewer] : seats) {
      if (domain::policy::may_see(viewer, facts_of({owner}, marking), now)) seen.push_back(seat);
    }
    return seen;
  };
  // Also who is not here yet: visitors, and members to come of each organisation and of new ones.
  std::vector<domain::policy::Viewer> to_come{domain::policy::Viewer::anonymous()};
  for (std::int64_t organisation = 1; organisation <= Worlds::kOrganisations + 1; ++organisation) {
    domain::policy::Viewer viewer;
    viewer.organisation = OrganisationId{organisation};
    viewer.roles = {Role::member};
    const auto active = number(Sql{"SELECT count(*) FROM organisation WHERE id = ? AND status = 2", organisation}) == 1;
    if (!active && organisation <= Worlds::kOrganisations) continue;
    const auto loaded = database().read([&](store::Connection& connection) -> Status {
      TRY(viewer.communities,
          connection.all(Sql{"SELECT c.id FROM community c JOIN community_organisation o ON o.community_id = c.id "
                             "WHERE c.closed = 0 AND o.organisation_id = ? ORDER BY c.id",
                             organisation},
                         [](const store::Row& row) { return domain::CommunityId{row.integer(0)}; }));
      TRY(viewer.cases, store::Cases{connection}.of({Grantee::Kind::organisation, organisation}));
      TRY(viewer.providers,
          connection.all(Sql{"SELECT o.id FROM organisation o JOIN organisation_client c ON c.provider_id = o.id "
                             "WHERE o.status = 2 AND c.client_id = ? ORDER BY o.id",
                             organisation},
                         [](const store::Row& row) { return OrganisationId{row.integer(0)}; }));
      return ok();
    });
    ASSERT_TRUE(loaded);
    to_come.push_back(viewer);
  }
  int grew = 0, stayed = 0;
  for (int i = 0; i < 150; ++i) {
    const auto owner = random.number(1, Worlds::kOrganisations);
    const auto before = marking(random);
    for (const auto moment : {kTestNow, Timestamp{kTestNow.micros + 1}, Timestamp{kTestNow.micros + 100'000'000'000}}) {
      const auto found = reach(before, owner, moment);
      EXPECT_EQ(found.seats, seen_by(owner, before, moment)) << "world " << i;
      EXPECT_EQ(found.everyone, domain::policy::may_see({}, facts_of({owner}, before), moment));
      std::int64_t seeing = 0;
      for (const auto& each : found.organisations) seeing += each.seeing;
      // Everybody who sees it is told of: with an organisation, by name, or as one of all.
      if (!found.everyone) EXPECT_GE(seeing + static_cast<std::int64_t>(found.people.size()), found.people_total);
    }
    // Publishing apart, a status does not change by hand; the document is of no label.
    auto after = marking(random);
    after.status =
        before.status == RecordStatus::draft && after.status != RecordStatus::withdrawn ? after.status : before.status;
    std::erase_if(after.listed, [&](const Grantee& each) { return !std::ranges::binary_search(before.listed, each); });
    const auto id = record(fmt::format("EX-{}", i), "CLEAR", before, owner);
    std::set<Timestamp> moments{kTestNow};
    for (const auto& each : {before.embargo_until, after.embargo_until}) {
      if (each && *each > kTestNow) moments.insert(*each);
    }
    std::vector<Seat> gained;
    bool more = false;
    for (const auto moment : moments) {
      const auto was = seen_by(owner, before, moment), will = seen_by(owner, after, moment);
      std::ranges::set_difference(will, was, std::back_inserter(gained));
      for (const auto& viewer : to_come) {
        more = more || (domain::policy::may_see(viewer, facts_of({owner}, after), moment) &&
                        !domain::policy::may_see(viewer, facts_of({owner}, before), moment));
      }
    }
    std::ranges::sort(gained);
    gained.erase(std::unique(gained.begin(), gained.end()), gained.end());
    const auto console = Actor::at_console();
    EXPECT_EQ(preview(database(), console, id, after, kTestNow).value().gained.seats, gained) << "world " << i;
    const auto changed = change_marking(database(), console, id, after, {}, kTestNow);
    const bool asks = !gained.empty() || more;
    EXPECT_EQ(changed.has_value(), !asks) << "world " << i << (changed ? "" : changed.error().to_string());
    if (!changed) EXPECT_EQ(changed.error().code, Error::Code::conflict);
    asks ? ++grew : ++stayed;
    EXPECT_TRUE(change_marking(database(), console, id, after, {true, {}}, kTestNow));
    EXPECT_EQ(facts_of({owner}, marking_of(load(id))), facts_of({owner}, after));
  }
  // A test that always asks, or never, says nothing.
  EXPECT_GT(grew, 20);
  EXPECT_GT(stayed, 20);
}

TEST_P(SharingTest, CountsAThousandOrganisations) {
  ASSERT_TRUE(database().write([](store::Connection& connection) -> Status {
    std::vector<Sql> all;
    for (std::int64_t id = 2; id <= 1'001; ++id) {
      all.push_back(Sql{"INSERT INTO organisation (id, kind, name, created_at, status) VALUES (?, 2, ?, 0, 2)", id,
                        fmt::format("O{}", id)});
      for (std::int64_t n = id * 5; n < id * 5 + 5; ++n) {
        all.push_back(
            Sql{"INSERT INTO person (id, uuid, name, email, folded_email, status, language, time_zone, created_at) "
                "VALUES (?, '', 'P', '', ?, 1, '', '', 0)",
                n, std::to_string(n)});
        all.push_back(
            Sql{"INSERT INTO membership (person_id, organisation_id, roles, created_at) VALUES (?, ?, 1, 0)", n, id});
      }
    }
    return connection.run_all(all);
  }));
  Marking marking{.tlp = Tlp::amber,
                  .audience = Audience::members,
                  .listed = {},
                  .embargo_until = {},
                  .status = RecordStatus::published};
  const auto seen = reach(marking, 1);
  EXPECT_EQ(seen.people_total, 5'000);
  EXPECT_TRUE(seen.every_member);
}

}  // namespace
}  // namespace tocsin::engine::sharing
