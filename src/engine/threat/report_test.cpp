#include "engine/threat/report.hpp"

#include <set>

#include "base/json.hpp"
#include "engine/manage/reading.hpp"
#include "engine/members/testing.hpp"
#include "engine/threat/indexer.hpp"
#include "engine/threat/sightings.hpp"
#include "engine/threat/threats.hpp"
#include "formats/stix/validate.hpp"
#include "formats/stix/write.hpp"

namespace tocsin::engine::threat {
namespace {

using domain::OrganisationId;
using domain::PersonId;
using domain::RecordKind;
using domain::Tlp;
using members::outcome;
using members::refusal;
using store::Sql;
using store_testing::kTestNow;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using enum domain::Role;
using Whom = ReportAudience::Whom;

constexpr Timestamp kLater{kTestNow.micros + 60'000'000};

ReportInput typed() {
  ReportInput input;
  input.title = "Odd traffic to the *pump* station";
  input.text = "It came at night from 203[.]0[.]114[.]9.\n\n- twice";
  input.first_seen = "2020-02-01T10:00";
  input.last_seen = "2020-02-02";
  input.sectors = {"water", "energy"};
  input.countries = {"de", "AT, CH"};
  input.indicators = "hxxp://evil[.]pump-update[.]net/a\n10.0.0.7\nnot an indicator\n45[.]66[.]77[.]88\n45.66.77.88";
  input.cves = "CVE-2024-12345, cve-2024-12346";
  input.techniques = "T0883 nonsense";
  return input;
}

class Reports : public members::MembersTest {
 protected:
  void SetUp() override {
    MembersTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    water_ = organisation("Riverside Water");
    works_ = organisation("Works");
    power_ = organisation("Power");
    for (const auto id : {water_, works_}) run(Sql{"UPDATE organisation SET sectors = 'water' WHERE id = ?", id});
    wendy_ = person("wendy@water.example", water_);
    will_ = person("will@water.example", water_);
    boss_ = person("boss@water.example", water_, {member, organisation_administrator});
    walt_ = person("walt@works.example", works_);
    petra_ = person("petra@power.example", power_);
    cora_ = person("cora@cert.example", domain::kOwnOrganisation, {coordinator});
    ana_ = person("ana@cert.example", domain::kOwnOrganisation, {analyst});
    aldo_ = person("aldo@cert.example", domain::kOwnOrganisation, {auditor});
  }
  Actor wendy() { return acting(wendy_, water_); }
  Actor walt() { return acting(walt_, works_); }
  Actor petra() { return acting(petra_, power_); }
  Actor cora() { return acting(cora_, domain::kOwnOrganisation); }

  Review reviewed(const ReportInput& input = typed()) {
    auto review = review_report(input, kTestNow);
    EXPECT_TRUE(review) << review.error().to_string();
    return review ? *review : Review{};
  }
  Result<std::string> share(const Actor& actor, const ReportAudience& audience,
                            Attribution attribution = Attribution::named, const ReportInput& input = typed()) {
    TRY(const auto marking, marking_of_report(database(), actor, audience, kTestNow));
    TRY(auto id, share_report(database(), actor, reviewed(input), marking, attribution, kTestNow));
    TRY_VOID(index_all(database()));
    return id;
  }
  domain::Record record(const std::string& id) {
    return database()
        .read([&](store::Connection& c) { return store::Records{c}.load(RecordKind::stix_object, "", id); })
        .value()
        .value_or(domain::Record{});
  }
  std::string bytes_of(const domain::Record& of) {
    return database()
        .read([&](store::Connection& c) { return store::Records{c}.document(of.id, of.current_revision); })
        .value()
        .value_or("");
  }
  bool sees(const Actor& actor, const std::string& id) {
    return database().read([&](store::Connection& c) { return find(c, actor.viewer, id, kLater); }).value().has_value();
  }
  /// Every STIX object that the actor sees, by title.
  std::vector<std::string> titles(const Actor& actor) {
    std::vector<std::string> out;
    for (const auto* const type : {"report", "indicator", "vulnerability", "sighting", "identity"}) {
      Filter filter;
      filter.type = type;
      for (const auto& row :
           database()
               .read([&](store::Connection& c) { return list(c, actor.viewer, filter, Sort::name, 50, {}, kLater); })
               .value()
               .rows) {
        out.push_back(fmt::format("{} {}", row.type, row.name));
      }
    }
    return out;
  }
  /// All that is stored, as one bundle.
  std::string bundle() {
    const auto all = database()
                         .read([](store::Connection& c) {
                           return c.all(Sql{"SELECT d.bytes FROM record r JOIN revision_document d ON d.revision_id = "
                                            "r.current_revision_id WHERE r.kind = ? ORDER BY r.id",
                                            RecordKind::stix_object},
                                        [](const store::Row& row) { return row.string(0); });
                         })
                         .value();
    return formats::stix::write_bundle("0b2f8c1e-93d7-4a55-8a6e-3d1c2b4a5f60", all);
  }
  OrganisationId water_, works_, power_;
  PersonId wendy_, will_, boss_, walt_, petra_, cora_, ana_, aldo_;
};
TOCSIN_ON_BOTH_DATABASES(Reports);

TEST(Review, TellsWhatItUnderstood) {
  const auto review = review_report(typed(), kTestNow).value();
  ASSERT_THAT(review.indicators, SizeIs(3));
  EXPECT_EQ(review.indicators[0].found.value, "http://evil.pump-update.net/a");
  EXPECT_EQ(review.indicators[1].found.value, "10.0.0.7");
  EXPECT_EQ(review.indicators[1].line, 2U);
  EXPECT_EQ(review.indicators[1].doubt, formats::threat_text::Doubt::own_network);
  EXPECT_FALSE(review.indicators[1].kept);
  EXPECT_TRUE(review.indicators[2].kept);
  ASSERT_THAT(review.unread, SizeIs(2));
  EXPECT_EQ(review.unread[0].line, 3U);
  EXPECT_EQ(review.unread[0].text, "not an indicator");
  EXPECT_EQ(review.unread[1].field, "techniques");
  EXPECT_THAT(review.cves, ElementsAre("CVE-2024-12345", "CVE-2024-12346"));
  EXPECT_THAT(review.techniques, ElementsAre("T0883"));
  EXPECT_THAT(review.countries, ElementsAre("AT", "CH", "DE"));
  ASSERT_THAT(review.also_in_text, SizeIs(1));
  EXPECT_EQ(review.also_in_text[0].value, "203.0.114.9");
  auto keeping = typed();
  keeping.keep = {"10.0.0.7"};
  EXPECT_TRUE(review_report(keeping, kTestNow).value().indicators[1].kept);
}

TEST(Review, KeepsPorts) {
  auto input = typed();
  input.text = "It called 45.66.77[.]88:8080, 45.66.77.88:443 and 45.66.77.88:443 again.";
  input.indicators = "45.66.77.88\n45[.]66.77.88:8080\n45.66.77.88:8080\n10.0.0.7:502\n10.0.0.7:102\n[2a0e::1]:502";
  input.keep = {"10.0.0.7:502"};
  const auto review = review_report(input, kTestNow).value();
  std::vector<std::string> told;
  for (const auto& each : review.indicators) {
    told.push_back(formats::threat_text::spelled(each.found) + (each.kept ? "" : " left out"));
  }
  EXPECT_THAT(told,
              ElementsAre("45.66.77.88", "45.66.77.88:8080", "10.0.0.7:502", "10.0.0.7:102 left out", "[2a0e::1]:502"));
  ASSERT_THAT(review.also_in_text, SizeIs(1));
  EXPECT_EQ(formats::threat_text::spelled(review.also_in_text[0]), "45.66.77.88:443");
}

TEST(Review, RefusesWithTheField) {
  const auto with = [](auto change) {
    auto input = typed();
    change(input);
    return refusal(review_report(input, kTestNow));
  };
  EXPECT_EQ(with([](auto& input) { input.title = " "; }), "invalid_input at title");
  EXPECT_EQ(with([](auto& input) { input.text = ""; }), "invalid_input at text");
  EXPECT_EQ(with([](auto& input) { input.first_seen = "yesterday"; }), "invalid_input at first_seen");
  EXPECT_EQ(with([](auto& input) { input.first_seen = "2999-01-01"; }), "invalid_input at first_seen");
  EXPECT_EQ(with([](auto& input) { input.last_seen = "2019-01-01"; }), "invalid_input at last_seen");
  EXPECT_EQ(with([](auto& input) { input.sectors = {"gardens"}; }), "invalid_input at sectors");
  EXPECT_EQ(with([](auto& input) { input.countries = {"Narnia"}; }), "invalid_input at countries");
  EXPECT_EQ(with([](auto& input) {
              input.indicators.clear();
              for (int i = 0; i <= 500; ++i) input.indicators += fmt::format("45.66.{}.{}\n", i / 250, i % 250);
            }),
            "invalid_input at indicators");
}

TEST_P(Reports, AreWellFormedAndMarked) {
  for (const auto tlp : {Tlp::clear, Tlp::green, Tlp::amber, Tlp::amber_strict}) {
    ASSERT_TRUE(share(wendy(), {.whom = Whom::members, .tlp = tlp}));
  }
  ASSERT_TRUE(share(wendy(), {.whom = Whom::members, .tlp = Tlp::amber}, Attribution::anonymous));
  formats::stix::Validator validator;
  for (const auto& each : validator.validate(bundle()).findings) {
    ADD_FAILURE() << each.test << " " << each.path << " " << each.message;
  }
}

TEST_P(Reports, ReachWhomTheyAreFor) {
  const auto all = share(wendy(), {.whom = Whom::members, .tlp = Tlp::green}).value();
  const auto sector = share(wendy(), {.whom = Whom::sector, .tlp = Tlp::amber}).value();
  const auto chosen =
      share(wendy(), {.whom = Whom::listed, .addressees = {fmt::format("organisation:{}", power_.value)}}).value();
  const auto cert = share(wendy(), {.whom = Whom::cert, .tlp = Tlp::amber_strict}).value();
  const auto who = [&](const std::string& id) {
    std::string out;
    for (const auto& [name, actor] : {std::pair{"wendy", wendy()},
                                      {"walt", walt()},
                                      {"petra", petra()},
                                      {"cora", cora()},
                                      {"nobody", Actor::anonymous()}}) {
      if (sees(actor, id)) out += std::string{name} + " ";
    }
    return out;
  };
  EXPECT_EQ(who(all), "wendy walt petra cora ");
  EXPECT_EQ(who(sector), "wendy walt cora ");
  EXPECT_EQ(who(chosen), "wendy petra cora ");
  EXPECT_EQ(who(cert), "wendy cora ");
  // Its name goes where something of it went.
  EXPECT_THAT(titles(petra()), Contains("identity Riverside Water"));
}

TEST_P(Reports, ANameReachesOnlyThoseWhoGotSomethingUnderIt) {
  ASSERT_TRUE(share(wendy(), {.whom = Whom::sector}));
  EXPECT_THAT(titles(walt()), Contains("identity Riverside Water"));
  EXPECT_THAT(titles(petra()), IsEmpty());
  ASSERT_TRUE(share(wendy(), {.whom = Whom::listed, .addressees = {fmt::format("organisation:{}", power_.value)}}));
  EXPECT_THAT(titles(petra()), Contains("identity Riverside Water"));
  EXPECT_THAT(titles(walt()), Contains("identity Riverside Water"));
}

TEST_P(Reports, ExistingVulnerabilitiesAreReferredTo) {
  const auto first = share(wendy(), {.whom = Whom::members}).value();
  ASSERT_TRUE(share(walt(), {.whom = Whom::members}));
  std::int64_t vulnerabilities = number(Sql{"SELECT count(*) FROM stix_object WHERE type = 'vulnerability'"});
  EXPECT_EQ(vulnerabilities, 2) << "of four that were named";
  // What the second could not have seen is made anew: that it is there says nothing to them.
  ASSERT_TRUE(share(petra(), {.whom = Whom::cert}, Attribution::named, [] {
    auto input = typed();
    input.cves = "CVE-2024-99999";
    return input;
  }()));
  ASSERT_TRUE(share(walt(), {.whom = Whom::members}, Attribution::named, [] {
    auto input = typed();
    input.cves = "CVE-2024-99999";
    return input;
  }()));
  vulnerabilities = number(Sql{"SELECT count(*) FROM stix_object WHERE sort_name = 'cve-2024-99999'"});
  EXPECT_EQ(vulnerabilities, 2);
}

TEST_P(Reports, AnonymousOnesSayNowhereWhose) {
  const auto before = audit_rows().size();
  const auto id = share(wendy(), {.whom = Whom::members, .tlp = Tlp::green}, Attribution::anonymous).value();
  EXPECT_EQ(record(id).owner, domain::kOwnOrganisation);
  const auto uuid = stored(water_).uuid;
  EXPECT_THAT(bundle(), AllOf(Not(HasSubstr("Riverside")), Not(HasSubstr(uuid)), Not(HasSubstr("wendy"))));
  const auto rows = audit_rows();
  ASSERT_EQ(rows.size(), before + 1);
  EXPECT_EQ(rows.back().entry.action, "report.share");
  EXPECT_FALSE(rows.back().entry.person);
  EXPECT_FALSE(rows.back().entry.organisation);
  EXPECT_EQ(rows.back().entry.owner, domain::kOwnOrganisation);
  EXPECT_THAT(rows.back().entry.personal.detail, AllOf(Not(HasSubstr("Riverside")), Not(HasSubstr("ada"))));
  EXPECT_EQ(rows.back().entry.personal.address + rows.back().entry.personal.agent, "");
  const auto giver = [&](PersonId person, OrganisationId organisation) {
    return database()
        .read([&](store::Connection& c) { return giver_of(c, acting(person, organisation), record(id).id); })
        .value()
        .organisation;
  };
  EXPECT_EQ(giver(petra_, power_), "");
  EXPECT_EQ(giver(ana_, domain::kOwnOrganisation), "");
  EXPECT_EQ(giver(aldo_, domain::kOwnOrganisation), "");
  EXPECT_EQ(giver(cora_, domain::kOwnOrganisation), "Riverside Water");
  EXPECT_THAT(own_reports(database(), wendy(), kLater).value(), SizeIs(1));
  EXPECT_THAT(own_reports(database(), cora(), kLater).value(), IsEmpty());
}

TEST_P(Reports, AreChangedByThoseWhoGaveThem) {
  const auto id = share(wendy(), {.whom = Whom::sector, .tlp = Tlp::amber}).value();
  auto input = typed();
  input.title = "Odder traffic";
  input.indicators = "45.66.77.88\nbad.pump-update.net";
  const auto change = [&](const Actor& actor, Whom whom = Whom::members) {
    const auto marking = marking_of_report(database(), actor, {.whom = whom, .tlp = Tlp::green}, kLater);
    if (!marking) return std::string{"no marking"};
    return outcome(change_report(database(), actor, id, reviewed(input), *marking, kLater));
  };
  EXPECT_EQ(change(walt()), "not_found");
  EXPECT_EQ(change(cora()), "not_found");
  EXPECT_EQ(change(acting(will_, water_)), "forbidden");
  EXPECT_EQ(outcome(revoke_report(database(), walt(), id, kLater)), "not_found");
  EXPECT_EQ(outcome(revoke_report(database(), acting(will_, water_), id, kLater)), "forbidden");
  ASSERT_FALSE(sees(petra(), id));
  ASSERT_EQ(change(wendy()), "ok");
  ASSERT_TRUE(index_all(database()));
  EXPECT_TRUE(sees(petra(), id));
  EXPECT_EQ(record(id).title, "Odder traffic");
  EXPECT_EQ(record(id).tlp, Tlp::green);
  // One stays what it is, one is new, one is revoked.
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM stix_object WHERE type = 'indicator'"}), 3);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM stix_object WHERE type = 'indicator' AND revoked = 1"}), 1);
  EXPECT_EQ(last_entry(), fmt::format("report.change record:{}", record(id).id.value));
  ASSERT_EQ(change(acting(boss_, water_), Whom::sector), "ok");
  ASSERT_EQ(outcome(revoke_report(database(), wendy(), id, kLater)), "ok");
  ASSERT_TRUE(index_all(database()));
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM stix_object WHERE type IN ('indicator', 'report', 'sighting') AND "
                       "revoked = 0"}),
            0);
  EXPECT_EQ(change(wendy()), "conflict");
  EXPECT_EQ(outcome(revoke_report(database(), wendy(), id, kLater)), "conflict");
  formats::stix::Validator validator;
  for (const auto& each : validator.validate(bundle()).findings) {
    ADD_FAILURE() << each.test << " " << each.path << " " << each.message;
  }
}

TEST_P(Reports, AreRefusedToThoseWhoMayNot) {
  EXPECT_EQ(outcome(share(Actor::anonymous(), {})), "forbidden");
  EXPECT_EQ(outcome(share(acting(aldo_, domain::kOwnOrganisation), {})), "forbidden");
  EXPECT_EQ(outcome(share(console, {})), "forbidden");
  auto program = wendy();
  program.program = true;
  program.withheld = 1U << static_cast<unsigned>(domain::Permission::edit_record);
  EXPECT_EQ(outcome(share(program, {})), "forbidden");
  // Who could not read it gives nothing RED.
  EXPECT_EQ(refusal(share(wendy(), {.tlp = Tlp::red})), "invalid_input at tlp");
  EXPECT_EQ(refusal(share(wendy(), {.whom = Whom::listed})), "invalid_input at listed");
  EXPECT_EQ(refusal(share(wendy(), {.whom = Whom::listed, .addressees = {"person:petra@power.example"}})),
            "invalid_input at listed");
  EXPECT_EQ(refusal(share(wendy(), {.whom = Whom::listed, .addressees = {"organisation:9999"}})),
            "invalid_input at listed");
  EXPECT_EQ(refusal(share(petra(), {.whom = Whom::sector})), "invalid_input at audience");
  EXPECT_EQ(refusal(share(wendy(), {.embargo_until = kTestNow})), "invalid_input at embargo");
}

TEST_P(Reports, AnEmbargoHoldsForAllOfIt) {
  const auto id = share(wendy(), {.embargo_until = Timestamp{kLater.micros + 1}}).value();
  EXPECT_THAT(titles(petra()), IsEmpty());
  EXPECT_TRUE(sees(wendy(), id));
}

TEST_P(Reports, AreSeenTooOnceByAnOrganisation) {
  const auto id = share(wendy(), {.whom = Whom::members, .tlp = Tlp::green}).value();
  const auto hidden = share(wendy(), {.whom = Whom::sector}).value();
  const auto report = record(id).id;
  const auto add = [&](const Actor& actor, domain::RecordId of, Attribution attribution = Attribution::named) {
    return outcome(add_sighting(database(), actor, of, attribution, {}, kLater));
  };
  EXPECT_EQ(add(petra(), record(hidden).id), "not_found");
  EXPECT_EQ(add(wendy(), report), "forbidden");
  EXPECT_EQ(add(Actor::anonymous(), report), "forbidden");
  ASSERT_EQ(add(petra(), report), "ok");
  EXPECT_EQ(add(petra(), report), "conflict");
  ASSERT_EQ(add(walt(), report, Attribution::anonymous), "ok");
  EXPECT_FALSE(audit_rows().back().entry.person);
  ASSERT_TRUE(manage::mark_read(database(), petra(), report, kLater));
  ASSERT_TRUE(manage::mark_read(database(), wendy(), report, kLater));
  const auto own = own_report(database(), wendy(), id, kLater).value();
  EXPECT_EQ(own.organisations_seen, 2);
  EXPECT_EQ(own.organisations_read, 1);
  ASSERT_THAT(own.seen_too, SizeIs(2));
  // At one moment: in the order of organisations.
  EXPECT_EQ(own.seen_too[0].organisation, "");
  EXPECT_EQ(own.seen_too[1].organisation, "Power");
  EXPECT_EQ(outcome(own_report(database(), petra(), id, kLater)), "not_found");
  // The sighting itself is for the giver and the CERT; an anonymous one says nowhere whose.
  ASSERT_TRUE(index_all(database()));
  EXPECT_THAT(titles(walt()), Not(Contains("identity Power")));
  EXPECT_THAT(bundle(), AllOf(Not(HasSubstr(stored(works_).uuid)), HasSubstr(stored(power_).uuid)));
  ASSERT_EQ(outcome(withdraw_sighting(database(), petra(), report, kLater)), "ok");
  EXPECT_EQ(outcome(withdraw_sighting(database(), petra(), report, kLater)), "not_found");
  EXPECT_EQ(own_report(database(), wendy(), id, kLater).value().organisations_seen, 1);
  ASSERT_EQ(add(petra(), report), "ok");
  formats::stix::Validator validator;
  for (const auto& each : validator.validate(bundle()).findings) {
    ADD_FAILURE() << each.test << " " << each.path << " " << each.message;
  }
}

TEST_P(Reports, ASightingOfWhatIsAnonymousTellsNotWhoGaveIt) {
  const auto id = share(wendy(), {.whom = Whom::members}, Attribution::anonymous).value();
  ASSERT_TRUE(add_sighting(database(), petra(), record(id).id, Attribution::named, {}, kLater));
  const auto sighting = number(Sql{"SELECT sighting_id FROM shared_sighting"});
  const auto kept = database()
                        .read([&](store::Connection& c) { return store::Records{c}.load(domain::RecordId{sighting}); })
                        .value()
                        .value();
  EXPECT_EQ(domain::write_grantees(kept.listed), "o1");
  EXPECT_EQ(own_report(database(), wendy(), id, kLater).value().organisations_seen, 1);
  EXPECT_EQ(outcome(add_sighting(database(), wendy(), record(id).id, Attribution::named, {}, kLater)), "forbidden");
}

}  // namespace
}  // namespace tocsin::engine::threat
