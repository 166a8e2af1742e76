#include <gmock/gmock.h>

#include "exchange/mail.hpp"

namespace tocsin::exchange {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Timestamp kDate{1'652'140'800'000'000};
MailSettings settings() {
  MailSettings made;
  made.url = "smtp://mail.example.org:587";
  made.from = "tocsin@cert.example";
  made.from_name = "Example CERT";
  return made;
}
Result<std::string> message(const Mail& mail, const MailSettings& with = settings()) {
  return mail_message(with, mail, kDate, "1@cert.example");
}

TEST(MailMessage, IsWrittenAsTheStandardsSay) {
  const auto text = message({{"ada@works.example", "Bo@gas.example"},
                             "New advisory",
                             "Hello,\n\nthe gate opens = for everybody. \nEnd",
                             {{"List-Id", "<advisories.cert.example>"}, {"Reply-To", "desk@cert.example"}}});
  ASSERT_TRUE(text) << text.error().to_string();
  EXPECT_EQ(*text,
            "From: \"Example CERT\"\r\n <tocsin@cert.example>\r\n"
            "To: <ada@works.example>,\r\n <Bo@gas.example>\r\n"
            "Subject: New advisory\r\n"
            "Date: Tue, 10 May 2022 00:00:00 +0000\r\n"
            "Message-ID: <1@cert.example>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "List-Id: <advisories.cert.example>\r\n"
            "Reply-To: desk@cert.example\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: quoted-printable\r\n"
            "\r\n"
            "Hello,\r\n\r\nthe gate opens =3D for everybody.=20\r\nEnd\r\n");
}

TEST(MailMessage, CarriesEveryLanguage) {
  auto with = settings();
  with.from_name = "Zürich \"CERT\"";
  const auto text = message(
      {{"a@b.example"}, "Lücke in Ventilen: Größe, Öl, Wärme, Küche, Tür und noch viel mehr Äpfel", "Grüße\r\n", {}},
      with);
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("From: =?UTF-8?B?WsO8cmljaCAiQ0VSVCI=?=\r\n <tocsin@cert.example>\r\n"));
  EXPECT_THAT(*text, HasSubstr("Subject: =?UTF-8?B?TMO8Y2tlIGluIFZlbnRpbGVuOiBHcsO2w59lLCDDlmwsIFc=?=\r\n =?UTF-8?B?"));
  EXPECT_THAT(*text, HasSubstr("\r\n\r\nGr=C3=BC=C3=9Fe\r\n"));
  // What looks like an encoded word is text, and stays text.
  EXPECT_THAT(*message({{"a@b.example"}, "=?UTF-8?B?QQ==?=", "", {}}),
              HasSubstr("Subject: =?UTF-8?B?PT9VVEYtOD9CP1FRPT0/PQ==?=\r\n"));
  // No line is longer than relays take (RFC 5322 section 2.1.1), however long the text's are.
  const auto long_lines =
      message({{"a@b.example"}, std::string(400, 'x') + "ä", std::string(5000, 'y') + "ß" + std::string(5000, ' '), {}})
          .value();
  for (std::size_t at = 0; at < long_lines.size();) {
    const auto end = long_lines.find("\r\n", at);
    ASSERT_NE(end, std::string::npos);
    EXPECT_LE(end - at, 78U) << long_lines.substr(at, end - at);
    at = end + 2;
  }
}

TEST(MailMessage, KeepsLineEndsTogether) {
  EXPECT_THAT(*message({{"a@b.example"}, "s", "a\rb\nc\r\nd\n.\n", {}}),
              HasSubstr("\r\n\r\na\r\nb\r\nc\r\nd\r\n.\r\n"));
  EXPECT_THAT(*message({{"a@b.example"}, "s", "a\r\n.\r\nb", {}}), Not(HasSubstr("\n\n")));
}

TEST(MailMessage, BringsHtmlBesideTheText) {
  Mail mail{.to = {"ada@example.com"}, .subject = "News", .text = "Plain: 1 < 2\n", .headers = {}};
  mail.headers = {{"List-Unsubscribe", "<https://cert.example/unsubscribe/abc>"},
                  {"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"}};
  mail.html = "<p>Rich: 1 &lt; 2 =_tocsin --=_tocsin--</p>\n";
  const auto written = message(mail);
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_NE(written->find("List-Unsubscribe: <https://cert.example/unsubscribe/abc>\r\n"), std::string::npos);
  EXPECT_NE(written->find("MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=\"=_tocsin\"\r\n\r\n"
                          "--=_tocsin\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: "
                          "quoted-printable\r\n\r\nPlain: 1 < 2\r\n\r\n--=_tocsin\r\nContent-Type: text/html; "
                          "charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>Rich"),
            std::string::npos)
      << *written;
  EXPECT_TRUE(written->ends_with("\r\n--=_tocsin--\r\n"));
  // What it says cannot end its part: three delimiters, and no more.
  std::size_t delimiters = 0;
  for (auto at = written->find("--=_tocsin"); at != std::string::npos; at = written->find("--=_tocsin", at + 1)) {
    ++delimiters;
  }
  EXPECT_EQ(delimiters, 3U);
}

TEST(MailMessage, RefusesHeadersThatCarryMore) {
  const std::string breaks[] = {
      "a\r\nBcc: evil@example.org", "a\nb", "a\rb", std::string{"a\0b", 3}, "a\x01", "a\x7F", "a\xFF"};
  for (const auto& text : breaks) {
    EXPECT_FALSE(message({{"a@b.example"}, text, "", {}})) << text;
    EXPECT_FALSE(message({{"a@b.example"}, "s", "", {{"X-A", text}}})) << text;
    EXPECT_FALSE(message({{"a@b.example" + text}, "s", "", {}})) << text;
    auto with = settings();
    with.from_name = text;
    EXPECT_FALSE(message({{"a@b.example"}, "s", "", {}}, with)) << text;
    with = settings();
    with.from = "x@y.example" + text;
    EXPECT_FALSE(message({{"a@b.example"}, "s", "", {}}, with)) << text;
    EXPECT_FALSE(mail_message(settings(), {{"a@b.example"}, "s", "", {}}, kDate, "1@x" + text)) << text;
  }
  for (const auto* name :
       {"", "From", "TO", "Bcc", "cc", "Subject", "Date", "Message-Id", "Content-Type", "MIME-Version",
        "Auto-Submitted", "Resent-To", "X A", "X:", "X\r\nBcc", "Sender", "Received"}) {
    EXPECT_FALSE(message({{"a@b.example"}, "s", "", {{name, "v"}}})) << name;
  }
  EXPECT_FALSE(message({{"a@b.example"}, "s", std::string{"a\0b", 3}, {}}));
  EXPECT_FALSE(message({{"a@b.example"}, "s", "\xC3", {}}));
}

TEST(MailMessage, RefusesWhatIsNoAddress) {
  for (const auto* to :
       {"", "a", "a@", "@b.example", "a@b@c.example", "a b@c.example", "a@b.example, c@d.example", "<a@b.example>",
        "a@b.example>\r\nRCPT TO:<c@d.example", "a@b", "ä@b.example", "a@bä.example", "\"a b\"@c.example"}) {
    EXPECT_EQ(message({{to}, "s", "", {}}).error().code, Error::Code::invalid_input) << to;
  }
  EXPECT_FALSE(message({{}, "s", "", {}}));
  EXPECT_TRUE(message({{"a@localhost"}, "s", "", {}}));
}

TEST(MailMessage, HasLimits) {
  const std::vector<std::string> many(kMailRecipientsMax, "a@b.example");
  auto more = many;
  more.push_back("a@b.example");
  EXPECT_TRUE(message({many, "s", "", {}}));
  EXPECT_FALSE(message({more, "s", "", {}}));
  EXPECT_TRUE(
      message({{"a@b.example"}, std::string(kMailSubjectBytesMax, 's'), std::string(kMailTextBytesMax, 't'), {}}));
  EXPECT_EQ(message({{"a@b.example"}, std::string(kMailSubjectBytesMax + 1, 's'), "", {}}).error().code,
            Error::Code::too_large);
  EXPECT_EQ(message({{"a@b.example"}, "s", std::string(kMailTextBytesMax + 1, 't'), {}}).error().code,
            Error::Code::too_large);
  const std::vector<std::pair<std::string, std::string>> headers(kMailHeadersMax + 1, {"X-A", "b"});
  EXPECT_FALSE(message({{"a@b.example"}, "s", "", headers}));
  EXPECT_FALSE(message({{"a@b.example"}, "s", "", {{"X-A", std::string(1000, 'x')}}}));
}

TEST(MailSettings, AreCheckedBeforeTheFirstMail) {
  EXPECT_TRUE(check(settings()));
  for (const auto* url : {"", "mail.example.org", "http://mail.example.org", "smtp://",
                          "smtp://user:pw@mail.example.org", "smtp://u@h/", "smtp://mail.example.org/%0d%0aMAIL",
                          "smtp://mail.example.org/?x", "smtp://mail.example.org\r\n", "smtp://h:99999"}) {
    auto with = settings();
    with.url = url;
    EXPECT_EQ(check(with).error().code, Error::Code::invalid_input) << url;
  }
  auto with = settings();
  with.user = "tocsin";
  EXPECT_FALSE(check(with)) << "no password";
  with.password = "secret";
  EXPECT_TRUE(check(with));
  with.starttls_required = false;
  EXPECT_FALSE(check(with)) << "the password could be read on its way";
  with.url = "smtps://mail.example.org/tocsin.cert.example";
  EXPECT_TRUE(check(with));
  with.from = "nobody";
  EXPECT_FALSE(check(with));
}

}  // namespace
}  // namespace tocsin::exchange
