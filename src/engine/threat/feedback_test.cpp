#include "engine/threat/feedback.hpp"

#include "engine/members/testing.hpp"
#include "engine/post/post.hpp"
#include "engine/threat/indexer.hpp"
#include "engine/threat/sightings.hpp"
#include "formats/stix/validate.hpp"
#include "formats/stix/write.hpp"
#include "store/records.hpp"

/// What comes back to who shared something: sightings with what is said of them, thanks, and letters.
namespace tocsin::engine::threat {
namespace {

using domain::OrganisationId;
using domain::PersonId;
using members::outcome;
using members::refusal;
using store::Sql;
using store_testing::kTestNow;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using enum domain::Role;
using Whom = ReportAudience::Whom;

constexpr Timestamp kLater{kTestNow.micros + 60'000'000};

struct InputCase {
  std::string_view name;
  SightingInput input;
  std::string_view refused;  ///< Empty: taken.
};
void PrintTo(const InputCase& each, std::ostream* out) { *out << each.name; }

std::vector<InputCase> input_cases() {
  return {
      {"Nothing", {}, ""},
      {"Everything",
       {.count = " 999999999 ",
        .first_seen = "2020-01-01",
        .last_seen = "2020-01-02T10:00",
        .remark = "At <two>\ngates"},
       ""},
      {"OneMoment", {.first_seen = "2020-01-01T00:00", .last_seen = "2020-01-01"}, ""},
      {"WithAZone", {.first_seen = "2020-01-01T10:00:00+02:00", .last_seen = "2020-01-01T08:00:00Z"}, ""},
      {"LongestRemark", {.remark = std::string(kSightingRemarkBytesMax, 'x')}, ""},
      {"Never", {.count = "0"}, "invalid_input at count"},
      {"LessThanNever", {.count = "-1"}, "invalid_input at count"},
      {"TooOften", {.count = "1000000000"}, "invalid_input at count"},
      {"BeyondAnyNumber", {.count = "99999999999999999999"}, "invalid_input at count"},
      {"HalfATime", {.count = "1.5"}, "invalid_input at count"},
      {"InWords", {.count = "often"}, "invalid_input at count"},
      {"NoTime", {.first_seen = "yesterday"}, "invalid_input at first_seen"},
      {"NoDate", {.last_seen = "2020-02-30"}, "invalid_input at last_seen"},
      {"NotYet", {.first_seen = "2999-01-01"}, "invalid_input at first_seen"},
      {"NotYetTheLast", {.last_seen = "2999-01-01T00:00:00Z"}, "invalid_input at last_seen"},
      {"Backwards", {.first_seen = "2020-01-02", .last_seen = "2020-01-01"}, "invalid_input at last_seen"},
      {"ControlCharacters", {.remark = "bell\a"}, "invalid_input at remark"},
      {"TooLong", {.remark = std::string(kSightingRemarkBytesMax + 1, 'x')}, "invalid_input at remark"},
  };
}
class SightingInputs : public ::testing::TestWithParam<InputCase> {};
TEST_P(SightingInputs, AreReadOrRefusedWithTheField) {
  const auto read = read_sighting(GetParam().input, kTestNow);
  EXPECT_EQ(read ? std::string{} : refusal(read), GetParam().refused);
}
INSTANTIATE_TEST_SUITE_P(All, SightingInputs, ::testing::ValuesIn(input_cases()),
                         [](const auto& each) { return std::string{each.param.name}; });

class Feedback : public members::MembersTest {
 protected:
  void SetUp() override {
    MembersTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    water_ = organisation("Riverside Water");
    works_ = organisation("Works");
    power_ = organisation("Power");
    wendy_ = person("wendy@water.example", water_);
    boss_ = person("boss@water.example", water_, {member, organisation_administrator});
    walt_ = person("walt@works.example", works_);
    petra_ = person("petra@power.example", power_);
    cora_ = person("cora@cert.example", domain::kOwnOrganisation, {coordinator});
    aldo_ = person("aldo@cert.example", domain::kOwnOrganisation, {auditor});
  }
  Actor by(PersonId person, OrganisationId organisation) {
    auto actor = acting(person, organisation);
    actor.post = &post_;
    return actor;
  }
  Actor wendy() { return by(wendy_, water_); }
  Actor walt() { return by(walt_, works_); }
  Actor petra() { return by(petra_, power_); }

  std::string share(Whom whom = Whom::members, Attribution attribution = Attribution::named) {
    ReportInput input;
    input.title = "Odd traffic";
    input.text = "It came at night.";
    input.indicators = "45.66.77.88";
    ReportAudience audience{.whom = whom};
    if (whom == Whom::listed) audience.addressees = {fmt::format("organisation:{}", works_.value)};
    const auto review = review_report(input, kTestNow).value();
    const auto marking = marking_of_report(database(), wendy(), audience, kTestNow).value();
    auto id = share_report(database(), wendy(), review, marking, attribution, kTestNow).value();
    EXPECT_TRUE(index_all(database()));
    return id;
  }
  domain::RecordId record(const std::string& id) {
    return database()
        .read([&](store::Connection& c) { return store::Records{c}.load(domain::RecordKind::stix_object, "", id); })
        .value()
        .value_or(domain::Record{})
        .id;
  }
  domain::RecordId indicator() { return {number(Sql{"SELECT record_id FROM stix_object WHERE type = 'indicator'"})}; }
  std::string see(const Actor& actor, domain::RecordId of, Attribution attribution = Attribution::named,
                  const SightingInput& input = {}) {
    return outcome(add_sighting(database(), actor, of, attribution, input, kLater));
  }
  std::string thank(const Actor& actor, domain::RecordId of) {
    return outcome(say_thanks(database(), actor, of, kLater));
  }
  OwnThanks thanks_of(const Actor& actor, const std::string& id) {
    return database()
        .read([&](store::Connection& c) -> Result<OwnThanks> {
          TRY(const auto found, store::Records{c}.load(domain::RecordKind::stix_object, "", id));
          return own_thanks(c, actor, found.value_or(domain::Record{}));
        })
        .value();
  }
  std::string sighting_document() {
    return database()
        .read([](store::Connection& c) {
          return c.first(Sql{"SELECT d.bytes FROM shared_sighting s JOIN record r ON r.id = s.sighting_id JOIN "
                             "revision_document d ON d.revision_id = r.current_revision_id"},
                         [](const store::Row& row) { return row.string(0); });
        })
        .value()
        .value_or("");
  }
  /// All that is stored, as one bundle.
  std::string bundle() {
    const auto all = database()
                         .read([](store::Connection& c) {
                           return c.all(Sql{"SELECT d.bytes FROM record r JOIN revision_document d ON d.revision_id = "
                                            "r.current_revision_id WHERE r.kind = ? ORDER BY r.id",
                                            domain::RecordKind::stix_object},
                                        [](const store::Row& row) { return row.string(0); });
                         })
                         .value();
    return formats::stix::write_bundle("0b2f8c1e-93d7-4a55-8a6e-3d1c2b4a5f60", all);
  }
  /// What waits in the queue.
  std::vector<post::Letter> letters() {
    const auto queued =
        database()
            .read([](store::Connection& connection) {
              return connection.all(Sql{"SELECT message_id, sealed, person_id, expires_at FROM mail_queue ORDER BY id"},
                                    [](const store::Row& row) {
                                      return store::QueuedMail{.message_id = row.string(0),
                                                               .person = PersonId{row.integer(2)},
                                                               .sealed = row.string(1),
                                                               .expires_at = {row.integer(3)}};
                                    });
            })
            .value();
    std::vector<post::Letter> all;
    for (const auto& each : queued) all.push_back(post_.open(each).value());
    return all;
  }
  post::Post post_{SealingKey::random(), {.public_url = "https://cert.example", .site_name = "CERT", .mail = true}};
  OrganisationId water_, works_, power_;
  PersonId wendy_, boss_, walt_, petra_, cora_, aldo_;
};
TOCSIN_ON_BOTH_DATABASES(Feedback);

TEST_P(Feedback, SightingsTellHowOftenWhenAndARemark) {
  const auto id = share();
  ASSERT_EQ(see(petra(), indicator(), Attribution::named,
                {.count = "12",
                 .first_seen = "2020-01-01T10:00:00+02:00",
                 .last_seen = "2020-01-02",
                 .remark = " At <two>\ngates. "}),
            "ok");
  const auto document = sighting_document();
  EXPECT_THAT(document, AllOf(HasSubstr(R"("count":12)"), HasSubstr(R"("first_seen":"2020-01-01T08:00:00.000Z")"),
                              HasSubstr(R"("last_seen":"2020-01-02T00:00:00.000Z")"),
                              HasSubstr(R"("description":"At <two>\ngates.")")));
  formats::stix::Validator validator;
  for (const auto& each : validator.validate(bundle()).findings) {
    ADD_FAILURE() << each.test << " " << each.path << " " << each.message;
  }
  const auto own = own_report(database(), wendy(), id, kLater).value();
  ASSERT_THAT(own.seen_too, SizeIs(1));
  EXPECT_EQ(own.seen_too[0].facts.count, 12);
  EXPECT_EQ(own.seen_too[0].facts.last_seen, parse_rfc3339("2020-01-02T00:00:00Z").value());
  EXPECT_EQ(own.seen_too[0].facts.remark, "At <two>\ngates.");
}

TEST_P(Feedback, SightingsWithNothingSaidAreAsTheyWere) {
  const auto id = share();
  ASSERT_EQ(see(petra(), record(id)), "ok");
  EXPECT_THAT(sighting_document(), AllOf(Not(HasSubstr("count")), Not(HasSubstr("description")),
                                         Not(HasSubstr("first_seen")), Not(HasSubstr("last_seen"))));
  const auto own = own_report(database(), wendy(), id, kLater).value();
  EXPECT_FALSE(own.seen_too.at(0).facts.count);
}

TEST_P(Feedback, AnonymousSightingsStayAnonymousWhateverTheySay) {
  const auto id = share();
  ASSERT_EQ(see(petra(), record(id), Attribution::anonymous, {.count = "3", .remark = "Seen."}), "ok");
  EXPECT_THAT(sighting_document(), AllOf(Not(HasSubstr(stored(power_).uuid)), Not(HasSubstr("where_sighted_refs"))));
  const auto own = own_report(database(), wendy(), id, kLater).value();
  EXPECT_EQ(own.seen_too.at(0).organisation, "");
  EXPECT_EQ(own.seen_too.at(0).facts.remark, "Seen.");
  EXPECT_FALSE(audit_rows().back().entry.person);
  EXPECT_THAT(audit_rows().back().entry.personal.detail, Not(HasSubstr("Seen.")));
  for (const auto& each : letters()) EXPECT_THAT(each.text + each.subject, Not(HasSubstr("Power")));
}

TEST_P(Feedback, WhatIsWrongOrHiddenStoresNothing) {
  const auto id = share(Whom::listed);
  EXPECT_EQ(see(petra(), record(id), Attribution::named, {.count = "1"}), "not_found");
  EXPECT_EQ(see(petra(), indicator()), "not_found");
  EXPECT_EQ(see(walt(), record(id), Attribution::named, {.count = "no"}), "invalid_input");
  EXPECT_EQ(thank(petra(), record(id)), "not_found");
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM shared_sighting"}), 0);
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM shared_thanks"}), 0);
  EXPECT_THAT(letters(), IsEmpty());
}

TEST_P(Feedback, WhoSharedItIsWrittenToOnceByEachOrganisation) {
  const auto id = share();
  ASSERT_EQ(see(petra(), record(id)), "ok");
  ASSERT_EQ(see(petra(), indicator()), "ok");
  auto all = letters();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].address, "wendy@water.example");
  EXPECT_THAT(all[0].text, AllOf(HasSubstr("https://cert.example/threats/shared\n"), Not(HasSubstr("Power")),
                                 Not(HasSubstr("Odd traffic")), Not(HasSubstr(id))));
  ASSERT_EQ(outcome(withdraw_sighting(database(), petra(), record(id), kLater)), "ok");
  ASSERT_EQ(see(petra(), record(id)), "ok");
  EXPECT_THAT(letters(), SizeIs(1)) << "taking it back and saying it again writes nobody";
  ASSERT_EQ(see(walt(), indicator(), Attribution::anonymous), "ok");
  EXPECT_THAT(letters(), SizeIs(2));
}

TEST_P(Feedback, WhereTheyAreGoneTheirAdministratorsAreWrittenTo) {
  const auto id = share();
  run(Sql{"DELETE FROM membership WHERE person_id = ?", wendy_});
  ASSERT_EQ(see(petra(), record(id)), "ok");
  const auto all = letters();
  ASSERT_THAT(all, SizeIs(1));
  EXPECT_EQ(all[0].address, "boss@water.example");
}

TEST_P(Feedback, NoLetterTellsWhoGaveWhatIsAnonymous) {
  const auto id = share(Whom::members, Attribution::anonymous);
  ASSERT_EQ(see(petra(), record(id)), "ok");
  EXPECT_THAT(letters(), IsEmpty());
  EXPECT_EQ(own_report(database(), wendy(), id, kLater).value().organisations_seen, 1);
}

TEST_P(Feedback, ThanksAreSaidOnceByAnOrganisation) {
  const auto id = share();
  const auto report = record(id);
  EXPECT_EQ(thank(wendy(), report), "forbidden");
  EXPECT_EQ(thank(by(boss_, water_), report), "forbidden");
  EXPECT_EQ(thank(Actor::anonymous(), report), "forbidden");
  EXPECT_EQ(thank(by(aldo_, domain::kOwnOrganisation), report), "forbidden");
  EXPECT_EQ(thank(petra(), indicator()), "not_found") << "thanks are for the report";
  EXPECT_FALSE(thanks_of(wendy(), id).may_say);
  EXPECT_TRUE(thanks_of(petra(), id).may_say);
  ASSERT_EQ(thank(petra(), report), "ok");
  EXPECT_EQ(last_entry(), fmt::format("report.thank record:{}", report.value));
  const auto entries = audit_rows().size();
  ASSERT_EQ(thank(petra(), report), "ok");
  EXPECT_EQ(audit_rows().size(), entries) << "again changes nothing";
  EXPECT_TRUE(thanks_of(petra(), id).said);
  EXPECT_FALSE(thanks_of(petra(), id).may_say);
  ASSERT_EQ(thank(walt(), report), "ok");
  const auto own = own_report(database(), wendy(), id, kLater).value();
  EXPECT_EQ(own.organisations_thanked, 2);
  EXPECT_THAT(own.thanked_by, UnorderedElementsAre("Power", "Works"));
}

TEST_P(Feedback, ThanksAreTakenBackByWhoSaidThem) {
  const auto id = share(Whom::listed);
  const auto report = record(id);
  const auto take_back = [&](const Actor& actor, domain::RecordId of) {
    return outcome(take_thanks_back(database(), actor, of, kLater));
  };
  ASSERT_EQ(thank(walt(), report), "ok");
  const auto entries = audit_rows().size();
  EXPECT_EQ(take_back(petra(), report), "not_found") << "they may not see it";
  EXPECT_EQ(take_back(walt(), indicator()), "not_found") << "thanks are for the report";
  EXPECT_EQ(take_back(by(aldo_, domain::kOwnOrganisation), report), "forbidden");
  EXPECT_EQ(take_back(wendy(), report), "ok") << "they have said none";
  EXPECT_EQ(number(Sql{"SELECT count(*) FROM shared_thanks"}), 1);
  EXPECT_EQ(audit_rows().size(), entries);
  ASSERT_EQ(take_back(walt(), report), "ok");
  EXPECT_EQ(last_entry(), fmt::format("report.unthank record:{}", report.value));
  EXPECT_TRUE(thanks_of(walt(), id).may_say);
  EXPECT_EQ(own_report(database(), wendy(), id, kLater).value().organisations_thanked, 0);
  ASSERT_EQ(take_back(walt(), report), "ok");
  EXPECT_EQ(audit_rows().size(), entries + 1) << "again changes nothing";
  ASSERT_EQ(thank(walt(), report), "ok") << "and they may say it again";
}

TEST_P(Feedback, ThanksToWhoIsNotNamedNameNobody) {
  const auto id = share(Whom::members, Attribution::anonymous);
  ASSERT_EQ(thank(petra(), record(id)), "ok");
  ASSERT_EQ(thank(by(cora_, domain::kOwnOrganisation), record(id)), "ok") << "the CERT gave it its name alone";
  EXPECT_EQ(thank(wendy(), record(id)), "forbidden");
  const auto own = own_report(database(), wendy(), id, kLater).value();
  EXPECT_EQ(own.organisations_thanked, 2);
  EXPECT_THAT(own.thanked_by, IsEmpty());
}

}  // namespace
}  // namespace tocsin::engine::threat
