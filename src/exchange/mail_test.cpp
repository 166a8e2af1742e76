#include "exchange/mail.hpp"

#include <gmock/gmock.h>

#include "exchange/testing.hpp"
#include "exchange/testing/loopback_server.hpp"

namespace tocsin::exchange {
namespace {

using testing::Connection;
using ::testing::HasSubstr;
using testing::LoopbackServer;
using ::testing::Not;
using testing::TemporaryFolder;

/// An SMTP server that answers each command by the first row whose word it starts with; "" closes the connection.
struct Script {
  std::string greeting = "220 mail.example ESMTP";
  std::map<std::string, std::string, std::less<>> replies{{"EHLO", "250-mail.example\r\n250 8BITMIME"},
                                                          {"HELO", "250 mail.example"},
                                                          {"MAIL", "250 ok"},
                                                          {"RCPT", "250 ok"},
                                                          {"DATA", "354 go on"},
                                                          {".", "250 queued"},
                                                          {"QUIT", "221 bye"}};
  std::string pem_file;  ///< For STARTTLS.
};
class MailServer {
 public:
  explicit MailServer(Script script) : script_(std::move(script)), server_([this](Connection& c) { talk(c); }) {}
  MailSettings settings() const {
    MailSettings made;
    made.url = server_.url("/tocsin.example", "smtp");
    made.from = "tocsin@cert.example";
    made.starttls_required = false;
    return made;
  }
  /// Commands and message, as they came.
  const std::string& heard() const noexcept { return heard_; }
  const LoopbackServer& server() const noexcept { return server_; }

 private:
  void talk(Connection& connection) {
    if (script_.greeting.empty() || !connection.write(script_.greeting + "\r\n")) return;
    while (true) {
      const auto line = connection.line();
      if (line.empty()) return;
      heard_ += line + "\n";
      const auto found =
          script_.replies.find(std::string_view{line}.substr(0, std::min<std::size_t>(4, line.find(' '))));
      const auto reply = line.starts_with("STARTTLS")     ? script_.replies["STARTTLS"]
                         : found == script_.replies.end() ? "500 what"
                                                          : found->second;
      if (reply.empty() || !connection.write(reply + "\r\n")) return;
      if (line.starts_with("STARTTLS") && !connection.start_tls(script_.pem_file)) return;
      if (line.starts_with("DATA") && reply.starts_with("354") && !take_message(connection)) return;
    }
  }
  bool take_message(Connection& connection) {
    // The message has empty lines, so the end of the connection must be told from them: it never ends before its dot.
    for (auto line = connection.line(); line != "."; line = connection.line()) heard_ += line + "\n";
    return connection.write(script_.replies["."] + "\r\n");
  }
  Script script_;
  std::string heard_;
  LoopbackServer server_;
};

const Mail kMail{{"ada@works.example", "bo@gas.example"}, "New advisory", "The gate opens.\n.\n..two dots\n", {}};
Script with(std::string_view command, std::string_view reply) {
  Script script;
  script.replies[std::string{command}] = reply;
  return script;
}

TEST(Mail, IsHandedToTheServer) {
  MailServer server{Script{}};
  const ManualClock clock{{1'652'140'800'000'000}};
  const auto sent = send(server.settings(), kMail, clock);
  ASSERT_TRUE(sent) << sent.error().to_string() << sent.error().detail;
  EXPECT_THAT(server.heard(), HasSubstr("EHLO tocsin.example\nMAIL FROM:<tocsin@cert.example>"));
  EXPECT_THAT(server.heard(),
              HasSubstr("RCPT TO:<ada@works.example>\nRCPT TO:<bo@gas.example>\nDATA\nFrom: <tocsin@cert.example>\n"));
  EXPECT_THAT(server.heard(), HasSubstr("\nDate: Tue, 10 May 2022 00:00:00 +0000\nMessage-ID: <"));
  EXPECT_THAT(server.heard(), HasSubstr("@cert.example>\nAuto-Submitted: auto-generated\n"));
  EXPECT_THAT(server.heard(), HasSubstr("\n\nThe gate opens.\n..\n...two dots\n"));
}

struct Refusal {
  std::string_view name;
  Script script;
  Error::Code code;
  std::string_view says, detail;
};
TEST(Mail, SaysWhyItWasNotTaken) {
  using enum Error::Code;
  Script closed;
  closed.greeting = "";
  Script busy;
  busy.greeting = "421 4.3.2 too many connections";
  Script rejects;
  rejects.greeting = "554 5.7.1 not from you";
  const Refusal cases[] = {
      {"RecipientUnknown", with("RCPT", "550 5.1.1 no such user"), forbidden, "550", "no such user"},
      {"SenderRefused", with("MAIL", "553 5.1.8 not your domain"), forbidden, "553", "not your domain"},
      {"Greylisted", with("RCPT", "451 4.7.1 come back later"), unavailable, "451", "come back later"},
      {"MailboxFull", with("MAIL", "452 4.3.1 no space"), unavailable, "452", ""},
      {"NoData", with("DATA", "554 5.6.0 no"), forbidden, "554", ""},
      {"ContentRefused", with(".", "550 5.7.1 looks like spam"), forbidden, "550", "spam"},
      {"NotQueued", with(".", "451 4.3.0 disk"), unavailable, "451", ""},
      {"TooBusy", busy, unavailable, "", ""},
      {"NotFromUs", rejects, forbidden, "554", "not from you"},
      {"DropsAtOnce", closed, unavailable, "", ""},
      {"DropsAfterMail", with("MAIL", ""), unavailable, "", ""},
      {"DropsAfterData", with("DATA", ""), unavailable, "", ""},
  };
  for (const auto& each : cases) {
    MailServer server{each.script};
    const auto sent = send(server.settings(), kMail);
    ASSERT_FALSE(sent) << each.name;
    EXPECT_EQ(sent.error().code, each.code) << each.name << ": " << sent.error().to_string() << sent.error().detail;
    EXPECT_THAT(sent.error().message, HasSubstr(each.says)) << each.name << sent.error().detail;
    EXPECT_THAT(sent.error().detail, HasSubstr(each.detail)) << each.name;
  }
}

// Whoever tries again must know whether it is this mail that fails, or all of them.
TEST(Mail, TellsTheLettersFaultFromTheServers) {
  using enum Delivery::Outcome;
  Script closed;
  closed.greeting = "";
  Script rejects;
  rejects.greeting = "554 5.7.1 not from you";
  struct Case {
    std::string_view name;
    Script script;
    Delivery::Outcome outcome;
  };
  const Case cases[] = {
      {"Taken", {}, taken},
      {"RecipientUnknown", with("RCPT", "550 5.1.1 no such user"), refused},
      {"ContentRefused", with(".", "550 5.7.1 looks like spam"), refused},
      {"Greylisted", with("RCPT", "451 4.7.1 come back later"), later},
      {"NotQueued", with(".", "451 4.3.0 disk"), later},
      {"DropsAfterMail", with("MAIL", ""), later},
      {"DropsAtOnce", closed, no_server},
      {"NotFromUs", rejects, no_server},
  };
  for (const auto& each : cases) {
    MailServer server{each.script};
    const auto delivery = deliver(server.settings(), kMail);
    EXPECT_EQ(delivery.outcome, each.outcome) << each.name << (delivery.error ? delivery.error->to_string() : "");
    EXPECT_EQ(delivery.error.has_value(), each.outcome != taken) << each.name;
  }
  MailServer server{Script{}};
  auto settings = server.settings();
  settings.starttls_required = true;
  EXPECT_EQ(deliver(settings, kMail).outcome, no_server) << "no TLS";
  EXPECT_EQ(deliver(server.settings(), {{"grüße@works.example"}, "Subject", "Text", {}}).outcome, refused)
      << "no server takes it";
}

TEST(Mail, KeepsItsIdAtEveryAttempt) {
  auto mail = kMail;
  mail.id = "the-letters-own";
  MailServer server{Script{}};
  ASSERT_TRUE(send(server.settings(), mail));
  EXPECT_THAT(server.heard(), HasSubstr("\nMessage-ID: <the-letters-own@cert.example>\n"));
}

TEST(Mail, GoesToAllOrNone) {
  Script script;
  MailServer server{with("RCPT", "550 no")};
  EXPECT_FALSE(send(server.settings(), kMail));
  EXPECT_THAT(server.heard(), Not(HasSubstr("DATA")));
}

TEST(Mail, WaitsNoLongerThanTold) {
  LoopbackServer silent{[](Connection& connection) { connection.wait_for_end(); }};
  MailSettings settings;
  settings.url = silent.url("", "smtp");
  settings.from = "tocsin@cert.example";
  settings.total_timeout = std::chrono::milliseconds{20};
  EXPECT_EQ(send(settings, kMail).error().code, Error::Code::timeout);
}

TEST(Mail, IsNotSentWithoutTheTlsThatIsRequired) {
  // Taken out of the answer by somebody on the way, or never offered: the same.
  MailServer server{Script{}};
  auto settings = server.settings();
  settings.starttls_required = true;
  const auto sent = send(settings, kMail);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Error::Code::forbidden);
  EXPECT_THAT(sent.error().message, HasSubstr("STARTTLS"));
  EXPECT_THAT(server.heard(), Not(HasSubstr("MAIL")));
}

class MailOverTls : public ::testing::Test {
 protected:
  Script script() const {
    auto made = with("STARTTLS", "220 go");
    made.replies["EHLO"] = "250-mail.example\r\n250-AUTH PLAIN\r\n250 STARTTLS";
    made.replies["AUTH"] = "235 welcome";
    made.pem_file = pem_;
    return made;
  }
  MailSettings settings(const MailServer& server) const {
    auto made = server.settings();
    made.starttls_required = true;
    made.ca_file = pem_;
    made.user = "tocsin";
    made.password = "secret";
    return made;
  }
  TemporaryFolder folder_;
  std::string pem_ = folder_.write("server.pem", testing::self_signed_pem("IP:127.0.0.1"));
};

TEST_F(MailOverTls, SignsInAndSends) {
  MailServer server{script()};
  const auto sent = send(settings(server), kMail);
  ASSERT_TRUE(sent) << sent.error().to_string() << sent.error().detail;
  EXPECT_THAT(server.heard(), HasSubstr("STARTTLS\nEHLO tocsin.example\nAUTH PLAIN AHRvY3NpbgBzZWNyZXQ=\nMAIL"));
}

TEST_F(MailOverTls, RefusesWhomItCannotTrust) {
  MailServer server{script()};
  auto with_others = settings(server);
  with_others.ca_file.clear();
  EXPECT_EQ(send(with_others, kMail).error().code, Error::Code::forbidden);
  with_others = settings(server);
  with_others.url = server.server().url("", "smtp", "localhost");  // Not in the certificate.
  EXPECT_EQ(send(with_others, kMail).error().code, Error::Code::forbidden);
  EXPECT_THAT(server.heard(), Not(HasSubstr("AUTH")));
}

TEST_F(MailOverTls, TakesNothingThatWasSlippedInBeforeTls) {
  auto injecting = script();
  injecting.replies["STARTTLS"] = "220 go\r\n250 AUTH PLAIN";
  MailServer server{injecting};
  const auto sent = send(settings(server), kMail);
  ASSERT_FALSE(sent);
  EXPECT_THAT(server.heard(), Not(HasSubstr("AUTH")));
}

TEST_F(MailOverTls, SaysThatThePasswordIsWrong) {
  auto refusing = script();
  refusing.replies["AUTH"] = "535 5.7.8 no";
  MailServer server{refusing};
  const auto sent = send(settings(server), kMail);
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Error::Code::forbidden);
  EXPECT_THAT(sent.error().message, HasSubstr("user and password"));
  EXPECT_THAT(server.heard(), Not(HasSubstr("MAIL")));
}

TEST(Mail, DoesNotLeaveWhereItIsWrong) {
  MailServer server{Script{}};
  auto mail = kMail;
  mail.subject = "a\r\nBcc: evil@example.org";
  EXPECT_EQ(send(server.settings(), mail).error().code, Error::Code::invalid_input);
  mail = kMail;
  mail.to = {"a@b.example>\r\nRCPT TO:<c@d.example"};
  EXPECT_EQ(send(server.settings(), mail).error().code, Error::Code::invalid_input);
  EXPECT_EQ(server.server().connections(), 0);
}

}  // namespace
}  // namespace tocsin::exchange
