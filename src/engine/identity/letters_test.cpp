#include "engine/identity/state.hpp"
#include "engine/identity/testing.hpp"
#include "engine/post/post.hpp"
#include "store/mail_queue.hpp"

namespace tocsin::engine::identity {
namespace {

using store::MailPurpose;
using store::Sql;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr std::string_view kNew = "seven purple turbines hum";

/// An identity that writes letters; what it wrote is read out of the queue.
class LettersTest : public IdentityTest {
 protected:
  post::Post post{SealingKey::random(), {.public_url = "https://cert.example", .site_name = "Grid CERT", .mail = true}};

  Options options() override {
    auto made = IdentityTest::options();
    made.post = &post;
    return made;
  }
  std::vector<store::QueuedMail> queue() {
    const auto rows = database().read([&](store::Connection& connection) {
      return connection.all(Sql{"SELECT id FROM mail_queue ORDER BY id"},
                            [](const store::Row& row) { return row.integer(0); });
    });
    std::vector<store::QueuedMail> found;
    for (const auto id : rows.value()) {
      found.push_back(*database()
                           .read([&](store::Connection& connection) { return store::MailQueue{connection}.find(id); })
                           .value());
    }
    return found;
  }
  std::vector<post::Letter> letters() {
    std::vector<post::Letter> opened;
    for (const auto& each : queue()) opened.push_back(post.open(each).value());
    return opened;
  }
  void empty_queue() { run(Sql{"DELETE FROM mail_queue"}); }
  /// What the post office does.
  void answer_requests() {
    for (const auto& each : queue()) {
      if (each.purpose == MailPurpose::reset_request) ASSERT_TRUE(identity->answer_reset_request(each));
    }
  }
  static std::string secret_in(const post::Letter& letter) {
    constexpr std::string_view kLink = "https://cert.example/link/";
    const auto at = letter.text.find(kLink);
    EXPECT_NE(at, std::string::npos) << letter.text;
    return letter.text.substr(at + kLink.size(), 43);
  }
  Actor at_home(domain::PersonId id) {
    auto actor = self(id);
    actor.agent = "Firefox\r\nBcc: all@example.org";
    return actor;
  }
};
TOCSIN_ON_BOTH_DATABASES(LettersTest);

TEST_P(LettersTest, AnInvitationBringsTheLinkToNobodyElse) {
  const auto sent = identity->send_link(LinkPurpose::invitation, cem, kWater, Actor::at_console());
  ASSERT_TRUE(sent) << sent.error().to_string();
  EXPECT_EQ(*sent, "cem@example.org");
  auto written = letters();
  ASSERT_EQ(written.size(), 1U);
  EXPECT_EQ(written[0].purpose, MailPurpose::invitation);
  EXPECT_EQ(written[0].address, "cem@example.org");
  EXPECT_EQ(written[0].person, cem);
  EXPECT_EQ(written[0].subject, "Invitation to Grid CERT");
  EXPECT_THAT(written[0].text, HasSubstr("as a member of Water works"));
  EXPECT_EQ(written[0].expires_at.micros, (clock.now() + std::chrono::days{7}).micros);
  // The database alone opens no account.
  EXPECT_THAT(queue()[0].sealed, Not(HasSubstr(secret_in(written[0]))));
  ASSERT_TRUE(identity->use_link(secret_in(written[0]), kNew, kHome));
  EXPECT_EQ(identity->sign_in("cem@example.org", kNew, kHome)->next, SignIn::Next::signed_in);
}

constexpr std::string_view kSomeGerman = R"po(
msgid "Invitation to {}"
msgstr "Einladung: {}"

msgid "Hello {},"
msgstr "Guten Tag, {}!"

msgid "New password for {}"
msgstr "Neues Passwort: {}"

msgid "Your password was changed"
msgstr "Ihr Passwort wurde geändert"
)po";

/// A few German messages while it lives, for the real catalogues are the portal's.
class SomeGerman {
 public:
  SomeGerman() { messages::load(Language::de, kSomeGerman); }
  ~SomeGerman() { messages::load(Language::de, {}); }
  SomeGerman(const SomeGerman&) = delete;
  SomeGerman& operator=(const SomeGerman&) = delete;
};

TEST_P(LettersTest, EverybodyIsWrittenToInTheirLanguage) {
  const SomeGerman german;
  const auto speaks = [&](domain::PersonId id, std::string_view language) {
    run(Sql{"UPDATE person SET language = ? WHERE id = ?", language, id});
  };
  const auto invited = [&](Language administrators) {
    empty_queue();
    const LanguageScope speaking{administrators};
    EXPECT_TRUE(identity->send_link(LinkPurpose::invitation, cem, kWater, Actor::at_console()));
    return letters().at(0);
  };
  speaks(cem, "de-CH");
  auto letter = invited(Language::en);
  EXPECT_EQ(letter.subject, "Einladung: Grid CERT");
  EXPECT_THAT(letter.text, HasSubstr("Guten Tag, "));
  EXPECT_THAT(letter.text, HasSubstr("https://cert.example/link/"));
  speaks(cem, "en");
  EXPECT_EQ(invited(Language::de).subject, "Invitation to Grid CERT") << "whatever the administrator speaks";
  speaks(cem, "");
  EXPECT_EQ(invited(Language::de).subject, "Einladung: Grid CERT") << "they chose nothing, and nobody else did";
  run(Sql{"INSERT INTO setting (key, value) VALUES ('site/language', 'de')"});
  EXPECT_EQ(invited(Language::en).subject, "Einladung: Grid CERT") << "the site's language";
  EXPECT_EQ(current_language(), Language::en);
  // What is written down speaks English.
  const auto detail = database()
                          .read([&](store::Connection& connection) {
                            return connection.first(Sql{"SELECT detail FROM audit_personal ORDER BY sequence DESC"},
                                                    [](const store::Row& row) { return row.string(0); });
                          })
                          .value();
  EXPECT_THAT(detail.value_or(""), HasSubstr("invitation"));
}

TEST_P(LettersTest, WhatIsAskedForOnAPageIsAnsweredInItsLanguage) {
  const SomeGerman german;
  {
    const LanguageScope speaking{Language::de};
    ASSERT_TRUE(identity->forgot_password("ada@example.org", kHome));
  }
  // The post office answers later, in a thread that speaks English.
  answer_requests();
  ASSERT_EQ(letters().size(), 1U);
  EXPECT_EQ(letters()[0].subject, "Neues Passwort: Grid CERT");
  {
    const LanguageScope speaking{Language::de};
    ASSERT_TRUE(identity->use_link(secret_in(letters()[0]), kNew, kHome));
  }
  const auto notice = letters().back();
  EXPECT_EQ(notice.subject, "Grid CERT: Ihr Passwort wurde geändert");
}

TEST_P(LettersTest, SendingAgainReplacesTheLetterThatWaits) {
  ASSERT_TRUE(identity->send_link(LinkPurpose::invitation, cem, kWater, Actor::at_console()));
  const auto first = secret_in(letters()[0]);
  ASSERT_TRUE(identity->send_link(LinkPurpose::invitation, cem, kWater, Actor::at_console()));
  const auto written = letters();
  ASSERT_EQ(written.size(), 1U) << "its link is dead";
  EXPECT_NE(secret_in(written[0]), first);
  EXPECT_FALSE(identity->find_link(first).value());
}

TEST_P(LettersTest, SendingNeedsThePermissionOfMaking) {
  EXPECT_EQ(identity->send_link(LinkPurpose::password_reset, ada, {}, self(ben)).error().code, Error::Code::forbidden);
  EXPECT_THAT(queue(), IsEmpty());
}

TEST_P(LettersTest, ForgettingIsTheSameWorkForEverybody) {
  const std::string_view typed[] = {"ada@example.org", "nobody@example.org", "cem@example.org", "not an address", ""};
  for (const auto each : typed) {
    SCOPED_TRACE(each);
    empty_queue();
    const auto entries = number(Sql{"SELECT count(*) FROM audit"});
    const auto links = number(Sql{"SELECT count(*) FROM one_time_link"});
    password_checks = 0;
    ASSERT_TRUE(identity->forgot_password(each, kHome));
    const auto rows = queue();
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].purpose, MailPurpose::reset_request);
    EXPECT_FALSE(rows[0].person) << "nobody has been looked for";
    EXPECT_EQ(number(Sql{"SELECT count(*) FROM audit"}), entries);
    EXPECT_EQ(number(Sql{"SELECT count(*) FROM one_time_link"}), links);
    EXPECT_EQ(password_checks, 0);
    answer_requests();
    EXPECT_EQ(queue().size(), each == "ada@example.org" ? 1U : 0U);
  }
  EXPECT_EQ(count_of("link.create"), 4) << "who typed nothing is not worth an entry";
}

TEST_P(LettersTest, AForgottenPasswordIsSetByTheLetter) {
  ASSERT_TRUE(identity->forgot_password("ADA@example.org", kElsewhere));
  const auto message_id = queue()[0].message_id;
  answer_requests();
  auto written = letters();
  ASSERT_EQ(written.size(), 1U);
  EXPECT_EQ(queue()[0].message_id, message_id);
  EXPECT_EQ(written[0].purpose, MailPurpose::password_reset);
  EXPECT_EQ(written[0].address, "Ada@example.org") << "as she wrote it, not as somebody typed it";
  EXPECT_THAT(written[0].text, HasSubstr("Somebody at the address 198.51.100.77"));
  empty_queue();
  ASSERT_TRUE(identity->use_link(secret_in(written[0]), kNew, kHome));
  // And she is told.
  written = letters();
  ASSERT_EQ(written.size(), 1U);
  EXPECT_EQ(written[0].subject, "Grid CERT: Your password was changed");
  EXPECT_THAT(written[0].text, HasSubstr("from 192.0.2.10 (Browser)"));
}

TEST_P(LettersTest, AskingAgainAtOnceSendsNothingAndKeepsTheLink) {
  ASSERT_TRUE(identity->forgot_password("ada@example.org", kHome));
  answer_requests();
  const auto first = secret_in(letters()[0]);
  ASSERT_TRUE(identity->forgot_password("ada@example.org", kHome));
  answer_requests();
  EXPECT_EQ(queue().size(), 1U);
  EXPECT_TRUE(identity->find_link(first).value());
  clock.advance(std::chrono::minutes{6});
  ASSERT_TRUE(identity->forgot_password("ada@example.org", kHome));
  answer_requests();
  ASSERT_EQ(queue().size(), 1U) << "the new letter in the old one's place";
  EXPECT_FALSE(identity->find_link(first).value());
}

TEST_P(LettersTest, AMailboxIsNotFlooded) {
  std::optional<Error> refused;
  for (int i = 0; i < 20 && !refused; ++i) {
    const auto answer = identity->forgot_password(
        "ada@example.org", {.address = fmt::format("10.{}.0.1", i), .agent = {}, .request_id = {}});
    if (!answer) refused = answer.error();
  }
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->code, Error::Code::unavailable);
}

TEST_P(LettersTest, ANewAddressTakesEffectWhenItIsProven) {
  const auto token = signed_in();
  ASSERT_TRUE(identity->change_address(ada, " ada@new.example ", at_home(ada)));
  auto written = letters();
  ASSERT_EQ(written.size(), 1U);
  EXPECT_EQ(written[0].address, "ada@new.example");
  EXPECT_EQ(identity->awaited_address(ada).value(), "ada@new.example");
  EXPECT_EQ(load(token)->email, "Ada@example.org");
  EXPECT_EQ(identity->use_link(secret_in(written[0]), kNew, kHome).error().code, Error::Code::not_found)
      << "it sets no password";
  empty_queue();
  ASSERT_TRUE(identity->prove_email(secret_in(written[0]), kHome));
  EXPECT_THAT(texts(Sql{"SELECT email FROM person WHERE id = 1"}), ElementsAre("ada@new.example"));
  EXPECT_EQ(number(Sql{"SELECT email_verified_at FROM person WHERE id = 1"}), clock.now().micros);
  EXPECT_FALSE(identity->awaited_address(ada).value());
  EXPECT_EQ(load(token)->email, "ada@new.example") << "what was resolved before is not believed";
  EXPECT_EQ(identity->sign_in("ada@new.example", kPassword, kHome)->next, SignIn::Next::signed_in);
  EXPECT_EQ(identity->sign_in("ada@example.org", kPassword, kHome)->next, SignIn::Next::refused);
  // The old address is told.
  const auto told = letters();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].address, "Ada@example.org");
  EXPECT_THAT(told[0].text, AllOf(Not(HasSubstr("new.example")), Not(HasSubstr("/forgot")), HasSubstr("at once")));
  EXPECT_EQ(count_of("person.change"), 1);
}

TEST_P(LettersTest, AskingForAnAddressTellsNobodyWhoseItIs) {
  ASSERT_TRUE(identity->change_address(ada, "free@new.example", at_home(ada)));
  const auto free_rows = queue();
  ASSERT_EQ(free_rows.size(), 1U);
  empty_queue();
  ASSERT_TRUE(identity->change_address(ada, "BEN@example.org", at_home(ada)));
  ASSERT_EQ(queue().size(), 1U);
  EXPECT_EQ(identity->awaited_address(ada).value(), "BEN@example.org") << "looks like the other";
  const auto told = letters()[0];
  EXPECT_EQ(told.address, "ben@example.org");
  EXPECT_EQ(told.person, ben);
  EXPECT_THAT(told.text, AllOf(Not(HasSubstr("/link/")), Not(HasSubstr("Ada"))));
  empty_queue();
  // Invited, so no account that could be told: still the same work.
  ASSERT_TRUE(identity->change_address(ada, "cem@example.org", at_home(ada)));
  ASSERT_EQ(queue().size(), 1U);
  answer_requests();
  EXPECT_THAT(queue(), IsEmpty());
  EXPECT_THAT(texts(Sql{"SELECT email FROM person ORDER BY id"}),
              ElementsAre("Ada@example.org", "ben@example.org", "cem@example.org"));
}

TEST_P(LettersTest, AnAddressThatSomebodyGotMeanwhileStaysTheirs) {
  ASSERT_TRUE(identity->change_address(ada, "team@new.example", at_home(ada)));
  const auto secret = secret_in(letters()[0]);
  run(Sql{"UPDATE person SET email = 'Team@new.example', folded_email = 'team@new.example' WHERE id = 2"});
  EXPECT_EQ(identity->prove_email(secret, kHome).error().code, Error::Code::conflict);
  EXPECT_THAT(texts(Sql{"SELECT email FROM person WHERE id = 1"}), ElementsAre("Ada@example.org"));
}

TEST_P(LettersTest, OnlyThePersonAsksForTheirAddress) {
  EXPECT_EQ(identity->change_address(ada, "x@new.example", self(ben)).error().code, Error::Code::forbidden);
  auto program = self(ada);
  program.program = true;
  EXPECT_EQ(identity->change_address(ada, "x@new.example", program).error().code, Error::Code::forbidden);
  EXPECT_EQ(identity->change_address(ada, "nonsense", self(ada)).error().where, "email");
  run(Sql{"UPDATE person SET email_verified_at = 5 WHERE id = 1"});
  EXPECT_EQ(identity->change_address(ada, "Ada@example.org", self(ada)).error().where, "email");
  EXPECT_THAT(queue(), IsEmpty());
}

TEST_P(LettersTest, WhatChangesHowSomebodySignsInIsToldToThem) {
  struct Case {
    std::string_view subject;
    std::function<bool()> act;
  };
  const auto actor = at_home(ada);
  const Case cases[] = {
      {"Your password was changed", [&] { return identity->change_password(ada, kPassword, kNew, actor).has_value(); }},
      {"An authenticator app was added",
       [&] {
         const auto offer = identity->offer_totp(ada).value();
         return identity->confirm_totp(ada, offer.sealed, code_of(base32_decode(offer.secret_base32).value()), actor)
             .has_value();
       }},
      {"New recovery codes were made", [&] { return identity->new_recovery_codes(ada, actor).has_value(); }},
      {"An authenticator app was removed", [&] { return identity->remove_totp(ada, actor).has_value(); }},
      {"A token for programs was made",
       [&] {
         auto member = actor;
         member.viewer.organisation = kWater;
         return identity
             ->create_token(ada, kWater,
                            {.name = "Scanner",
                             .scopes = {"read"},
                             .networks = {},
                             .expires_at = clock.now() + std::chrono::days{5}},
                            member)
             .has_value();
       }},
  };
  for (const auto& each : cases) {
    SCOPED_TRACE(each.subject);
    empty_queue();
    ASSERT_TRUE(each.act());
    const auto written = letters();
    ASSERT_EQ(written.size(), 1U);
    EXPECT_EQ(written[0].subject, fmt::format("Grid CERT: {}", each.subject));
    EXPECT_EQ(written[0].address, "Ada@example.org");
    EXPECT_THAT(written[0].text,
                AllOf(HasSubstr("on 1 March 2023, 12:00 UTC, from 192.0.2.10 (Firefox"), Not(HasSubstr("\nBcc"))));
  }
}

TEST_P(LettersTest, AnAdministratorsAddressIsNotTold) {
  add_totp(ada);
  empty_queue();
  auto admin = self(ben);
  admin.viewer.organisation = kCert;
  admin.viewer.roles = {domain::Role::member, domain::Role::administrator};
  ASSERT_TRUE(identity->remove_totp(ada, admin));
  const auto written = letters();
  ASSERT_EQ(written.size(), 1U);
  EXPECT_THAT(written[0].text, AllOf(HasSubstr("by an administrator"), Not(HasSubstr("192.0.2.10"))));
}

/// Where no mail is sent, nothing is written, and links are handed out.
class WithoutMailTest : public LettersTest {
 protected:
  post::Post off{SealingKey::random(), {.public_url = {}, .site_name = "Grid CERT", .mail = true}};
  Options options() override {
    auto made = IdentityTest::options();
    made.post = &off;
    return made;
  }
};
TOCSIN_ON_BOTH_DATABASES(WithoutMailTest);

TEST_P(WithoutMailTest, NothingIsWritten) {
  EXPECT_EQ(identity->send_link(LinkPurpose::invitation, cem, kWater, Actor::at_console()).error().code,
            Error::Code::conflict);
  EXPECT_EQ(identity->forgot_password("ada@example.org", kHome).error().code, Error::Code::conflict);
  EXPECT_EQ(identity->change_address(ada, "x@new.example", self(ada)).error().code, Error::Code::conflict);
  EXPECT_TRUE(identity->create_link(LinkPurpose::invitation, cem, {}, Actor::at_console()));
  EXPECT_TRUE(identity->change_password(ada, kPassword, kNew, self(ada)));
  EXPECT_THAT(queue(), IsEmpty());
}

}  // namespace
}  // namespace tocsin::engine::identity
