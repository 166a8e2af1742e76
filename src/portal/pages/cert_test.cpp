#include <gmock/gmock.h>

#include "portal/members_fixture.hpp"

namespace tocsin::portal {
namespace {

namespace members = engine::members;
using testing::As;
using ::testing::HasSubstr;
using ::testing::Not;

class CertPagesTest : public testing::MemberPortalTest {
 protected:
  void contact(std::string role, std::string email, std::string phone = {}) {
    domain::OrganisationContact each;
    each.role = std::move(role);
    each.name = "Duty <officer>";
    each.email = std::move(email);
    each.phone = std::move(phone);
    const auto added = members::add_contact(database(), console_, domain::kOwnOrganisation, each, clock_.now());
    ASSERT_TRUE(added.has_value()) << added.error().to_string();
  }
  void key(std::string_view kind, std::string_view fingerprint) {
    run(store::Sql{
        "INSERT INTO organisation_key (organisation_id, kind, fingerprint, label, body, created_at) VALUES (1, "
        "?, ?, 'team', 'BODY', 0)",
        kind == "openpgp" ? 0 : 1, fingerprint});
  }
  std::string security_txt() {
    const auto reply = get("/.well-known/security.txt");
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.header("content-type"), "text/plain; charset=utf-8");
    return reply.body;
  }
};

TEST_P(CertPagesTest, SecurityTxtHasWhatIsKnown) {
  contact("press", "press@cert.example");
  contact("around-the-clock", "", "+43 1 555-01 40");
  contact("security", "csirt@cert.example", "555 0140");
  key("openpgp", "AB12");
  key("certificate", "CD34");
  EXPECT_EQ(security_txt(),
            "Contact: mailto:csirt@cert.example\n"
            "Contact: tel:+4315550140\n"
            "Expires: 2023-08-28T00:00:00Z\n"
            "Encryption: openpgp4fpr:ab12\n"
            "Preferred-Languages: en\n")
      << "no web address but by HTTPS; 180 days from 2023-03-01";
}

TEST_P(CertPagesTest, SecurityTxtBehindHttps) {
  contact("security", "csirt@cert.example");
  key("openpgp", "AB12");
  key("certificate", "CD34");
  settings_.public_url = "https://cert.example";
  settings_.site.values["contact"] = "https://cert.example/contact";
  settings_.site.values["cert.languages"] = "en, de";
  start();
  EXPECT_EQ(security_txt(),
            "Contact: mailto:csirt@cert.example\n"
            "Contact: https://cert.example/contact\n"
            "Expires: 2023-08-28T00:00:00Z\n"
            "Encryption: https://cert.example/keys/AB12.asc\n"
            "Encryption: https://cert.example/keys/CD34.pem\n"
            "Preferred-Languages: en, de\n"
            "Canonical: https://cert.example/.well-known/security.txt\n"
            "Policy: https://cert.example/rfc2350\n");
}

TEST_P(CertPagesTest, NobodySetsTheAddressesFromOutside) {
  contact("security", "csirt@cert.example");
  const auto reply = get("/.well-known/security.txt", "Host: evil.example\r\nX-Forwarded-Host: evil.example\r\n");
  EXPECT_THAT(reply.body, Not(HasSubstr("evil")));
}

TEST_P(CertPagesTest, ExpiryMovesWithTheDayAndStaysBelowAYear) {
  contact("security", "csirt@cert.example");
  const auto before = security_txt();
  clock_.advance(std::chrono::hours{11});
  EXPECT_EQ(security_txt(), before) << "the same all day, so that it can be cached";
  clock_.advance(std::chrono::hours{2});
  EXPECT_THAT(security_txt(), HasSubstr("Expires: 2023-08-29T00:00:00Z"));
}

TEST_P(CertPagesTest, WithoutAContactThereIsNoSecurityTxt) {
  EXPECT_EQ(get("/.well-known/security.txt").status, 404);
  settings_.site.values["contact"] = "ask at the gate";
  start();
  EXPECT_EQ(get("/.well-known/security.txt").status, 404) << "a sentence is no URI";
  settings_.site.values["contact"] = "cert@cert.example";
  start();
  EXPECT_THAT(security_txt(), HasSubstr("Contact: mailto:cert@cert.example\n"));
}

TEST_P(CertPagesTest, KeysAreTheCertsOwn) {
  key("openpgp", "AB12");
  run(store::Sql{
      "INSERT INTO organisation_key (organisation_id, kind, fingerprint, label, body, created_at) VALUES (?, 0, "
      "'EF56', 'x', 'THEIRS', 0)",
      water_});
  const auto reply = get("/keys/AB12.asc");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.body, "BODY");
  EXPECT_EQ(reply.header("content-type"), "application/pgp-keys");
  for (const auto* name : {"/keys/EF56.asc", "/keys/AB12.pem", "/keys/AB12", "/keys/", "/keys/..%2Fx"}) {
    EXPECT_NE(get(name).status, 200) << name;
  }
}

TEST_P(CertPagesTest, TheDescriptionIsMadeFromTheProfile) {
  contact("security", "csirt@cert.example", "+43 1 555 0140");
  key("openpgp", "AB12");
  settings_.site.values["cert.constituency"] = "Operators in <Austria>";
  start();
  const auto page = get("/rfc2350");
  EXPECT_EQ(page.status, 200);
  EXPECT_THAT(page.body, HasSubstr("Duty &lt;officer&gt; (security)"));
  EXPECT_THAT(page.body, HasSubstr("mailto:csirt@cert.example"));
  EXPECT_THAT(page.body, HasSubstr("/keys/AB12.asc"));
  EXPECT_THAT(page.body, HasSubstr("Operators in &lt;Austria&gt;"));
  EXPECT_THAT(page.body, HasSubstr("Not stated.")) << "nothing is made up";
  EXPECT_THAT(page.body, Not(HasSubstr("Ada Admin"))) << "the CERT's people are not named";
  for (const auto* title : {"1. About this document", "2. Contact", "3. Charter", "4. Policies", "5. Services",
                            "6. Reporting incidents", "7. Disclaimers"}) {
    EXPECT_THAT(page.body, HasSubstr(title));
  }
}

TEST_P(CertPagesTest, ThePrivacyPageSaysWhatIsInForce) {
  settings_.privacy = {.access_log = false, .session_idle_minutes = 90, .session_absolute_hours = 48, .mail = false};
  start();
  auto page = get("/privacy").body;
  EXPECT_THAT(page, HasSubstr("Ends after 90 minutes without a request, at the latest after 2 days"));
  EXPECT_THAT(page, HasSubstr("No line for requests"));
  EXPECT_THAT(page, Not(HasSubstr("mail server")));
  EXPECT_THAT(page, Not(HasSubstr("demonstration")));
  settings_.privacy.access_log = settings_.privacy.mail = true;
  settings_.demo = true;
  settings_.demo_people = {{.id = people_[As::coordinator], .name = "Cora", .seats = {}}};
  start();
  page = get("/privacy").body;
  EXPECT_THAT(page, HasSubstr("A line of the server&#39;s log for each request"));
  EXPECT_THAT(page, HasSubstr("which a mail server carries"));
  EXPECT_THAT(page, HasSubstr("Enter nothing that is true of real people"));
}

TOCSIN_ON_BOTH_DATABASES(CertPagesTest);

class MirrorTest : public testing::PortalTest {};
TEST_P(MirrorTest, SaysNothingOfAccountsThatItDoesNotHave) {
  const auto page = get("/privacy").body;
  EXPECT_THAT(page, HasSubstr("Readers without an account"));
  EXPECT_THAT(page, Not(HasSubstr("People with an account")));
  EXPECT_THAT(page, Not(HasSubstr("audit log")));
  EXPECT_EQ(get("/rfc2350").status, 200);
}
TOCSIN_ON_BOTH_DATABASES(MirrorTest);

}  // namespace
}  // namespace tocsin::portal
