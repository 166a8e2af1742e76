#include <fmt/format.h>
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "portal/members_fixture.hpp"

/// Which language an answer has. What the catalogues say is theirs: the expected texts are asked of them.
namespace tocsin::portal {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kAdvisory = "/advisories/TDC-2025-001";
constexpr std::string_view kHtml = "Accept: text/html\r\n";

std::string asking(std::string_view accept_language) {
  return fmt::format("{}Accept-Language: {}\r\n", kHtml, accept_language);
}

class LanguagePages : public testing::MembersTest {
 protected:
  static void expect_language(const http::testing::Reply& reply, Language language) {
    const auto tag = tag_of(language);
    EXPECT_THAT(reply.body, HasSubstr(fmt::format("<html lang=\"{}\">", tag)));
    EXPECT_EQ(reply.header("content-language"), tag);
    EXPECT_THAT(reply.header("vary"), HasSubstr("Accept-Language"));
    EXPECT_THAT(reply.header("vary"), HasSubstr("Cookie"));
    const LanguageScope speaking{language};
    EXPECT_THAT(reply.body, HasSubstr(fmt::format(">{}</a></li>", tr<"Vulnerabilities">())));
    EXPECT_THAT(reply.body, HasSubstr(fmt::format("aria-current=\"true\">{}</a>", own_name(language))));
  }
};

TEST_P(LanguagePages, TheBrowsersLanguageIsSpoken) {
  for (const auto target :
       {std::string_view{"/"}, kAdvisory, std::string_view{"/about"}, std::string_view{"/nothing"}}) {
    SCOPED_TRACE(target);
    expect_language(get(target, asking("de-AT, en;q=0.5")), Language::de);
    expect_language(get(target, asking("fr, es;q=0.9, de;q=0.8")), Language::es);
    expect_language(get(target, asking("fr")), Language::en);
    expect_language(get(target, kHtml), Language::en);
  }
}

/// A site that speaks German to whoever asks for nothing that the portal speaks.
class SiteLanguagePages : public LanguagePages {
 protected:
  void SetUp() override {
    settings_.site.values["language"] = "de";
    LanguagePages::SetUp();
  }
};
TOCSIN_ON_BOTH_DATABASES(SiteLanguagePages);

TEST_P(SiteLanguagePages, IsSpokenWhereTheBrowserAsksForNoneOfOurs) {
  expect_language(get("/", asking("fr")), Language::de);
  expect_language(get("/", kHtml), Language::de);
  expect_language(get("/nothing", kHtml), Language::de);
  expect_language(get("/", asking("fr, en;q=0.1")), Language::en);
  expect_language(get("/", asking("es")), Language::es);
  EXPECT_THAT(get("/api/v1/advisories/nothing").body, HasSubstr("No such advisory")) << "programs get English";
}

TEST_P(LanguagePages, ErrorsSpeakTheReadersLanguage) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"/advisories?sort=nothing", "„sort“ ist eines von relevance, updated, published, severity, cvss"},
      {"/advisories?q=cvss:many", "cvss nimmt eine Zahl von 0 bis 10"},
      // Found before anybody asked for the language.
      {"/advisories/%zz", "auf „%“ folgen zwei hexadezimale Ziffern"},
  };
  for (const auto& [target, german] : cases) {
    const auto reply = get(target, asking("de"));
    EXPECT_EQ(reply.status, 400) << target;
    EXPECT_THAT(reply.body, HasSubstr(german)) << target;
    EXPECT_THAT(get(target, kHtml).body, Not(HasSubstr(german)));
  }
}

TEST_P(LanguagePages, NumbersAreWrittenAsTheLanguageDoes) {
  const auto english = get(kAdvisory, kHtml).body;
  constexpr std::string_view kBefore = "</dt><dd>", kAfter = " bytes</dd>";
  const auto end = english.find(kAfter);
  ASSERT_NE(end, std::string::npos);
  const auto begin = english.rfind(kBefore, end) + kBefore.size();
  auto number = english.substr(begin, end - begin);
  ASSERT_NE(number.find(','), std::string::npos) << number;
  std::ranges::replace(number, ',', '.');
  EXPECT_THAT(get(kAdvisory, asking("de")).body, HasSubstr(number + " "));
}

TEST_P(LanguagePages, AnswersKeptForOneLanguageAreNotGivenToAnother) {
  for (int round = 0; round < 3; ++round) {
    for (const auto language : kLanguages) {
      expect_language(get("/advisories", asking(tag_of(language))), language);
      expect_language(get("/api", asking(tag_of(language))), language);
    }
  }
  const auto german = get("/", asking("de"));
  const auto etag = german.header("etag");
  ASSERT_NE(etag, "");
  EXPECT_EQ(get("/", asking("de") + "If-None-Match: " + etag + "\r\n").status, 304);
  EXPECT_EQ(get("/", asking("es") + "If-None-Match: " + etag + "\r\n").status, 200);
}

TEST_P(LanguagePages, ProgramsGetEnglish) {
  for (const std::string target :
       {"/api/v1/advisories/TDC-2025-001", "/api/v1/overview", "/api/v1/advisories?facets=true",
        "/api/v1/advisories/TDC-2025-001/document.html", "/feeds/advisories.atom", "/api/v1/nothing"}) {
    SCOPED_TRACE(target);
    const auto english = get(target), german = get(target, "Accept-Language: de\r\nCookie: tocsin-language=de\r\n");
    EXPECT_EQ(english.status, german.status);
    if (english.status == 200) EXPECT_EQ(english.body, german.body);
    EXPECT_EQ(english.header("content-type"), german.header("content-type"));
  }
  // The page's own address, asked by a program.
  const std::string json = "Accept: application/json\r\n";
  EXPECT_EQ(get(kAdvisory, json).body, get(kAdvisory, json + "Accept-Language: es\r\n").body);
}

TEST_P(LanguagePages, ChosenBeforeProfileBeforeBrowser) {
  run(store::Sql{"UPDATE person SET language = 'es' WHERE id = 11"});
  testing::Browser browser{running().port()};
  // The profile counts from signing in on, the choice of this browser above it.
  expect_language(browser.get("/", asking("de")), Language::de);
  browser.cookies["tocsin"] = identities().sign_in_as(domain::PersonId{11}, {}).value().token;
  expect_language(browser.get("/", asking("de")), Language::es);
  const auto chosen = browser.get("/language/en?next=%2Fvendors%3Fsort%3Dnewest", asking("de"));
  EXPECT_EQ(chosen.status, 303);
  EXPECT_EQ(chosen.header("location"), "/vendors?sort=newest");
  EXPECT_THAT(chosen.header("set-cookie"), HasSubstr("tocsin-language=en"));
  EXPECT_EQ(chosen.header("cache-control"), "no-store");
  expect_language(browser.get("/", asking("de")), Language::en);
  browser.cookies["tocsin-language"] = "xx";
  expect_language(browser.get("/", asking("de")), Language::es);
}

TEST_P(LanguagePages, TheSwitchLeadsBackToThePage) {
  const auto page = get("/advisories?q=controller&sort=severity", kHtml).body;
  for (const auto language : kLanguages) {
    EXPECT_THAT(page,
                HasSubstr(fmt::format("<a href=\"/language/{0}?next=%2Fadvisories%3Fq%3Dcontroller%26sort%3Dseverity\" "
                                      "lang=\"{0}\" hreflang=\"{0}\" rel=\"nofollow\"",
                                      tag_of(language))));
  }
  EXPECT_THAT(get("/", kHtml).body, HasSubstr("<a href=\"/language/de\" lang=\"de\""));
  EXPECT_EQ(get("/language/de", kHtml).header("location"), "/");
}

TEST_P(LanguagePages, OnlyOurLanguagesAndOnlyOurAddresses) {
  for (const auto* target : {"/language/xx", "/language/de-AT", "/language/DE", "/language/"}) {
    EXPECT_EQ(get(target, kHtml).status, 404) << target;
  }
  for (const auto* next : {"https%3A%2F%2Fevil.example%2F", "%2F%2Fevil.example", "%2F%5Cevil.example",
                           "javascript%3Aalert(1)", "%2Fsign-out", "%2Fapi%2Fv1%2Foverview", "evil"}) {
    const auto reply = get(fmt::format("/language/es?next={}", next), kHtml);
    EXPECT_EQ(reply.status, 303) << next;
    EXPECT_EQ(reply.header("location"), "/") << next;
  }
  EXPECT_EQ(get("/language/es?other=1", kHtml).status, 400);
}

TEST_P(LanguagePages, DocumentsOfTheCertSayThatTheyAreEnglish) {
  EXPECT_THAT(get("/rfc2350", asking("de")).body, HasSubstr("<article class=\"prose\" lang=\"en\">"));
  EXPECT_THAT(get("/rfc2350", kHtml).body, Not(HasSubstr("lang=\"en\"><h1>")));
}

TEST_P(LanguagePages, APageBringsTheTextsOfItsScripts) {
  const auto plain = get("/about", kHtml).body, advisory = get(kAdvisory, kHtml).body;
  EXPECT_THAT(plain, HasSubstr("<p data-text=\"theme-dark\">Theme: dark</p>"));
  EXPECT_THAT(plain, Not(HasSubstr("data-text=\"copied\"")));
  EXPECT_THAT(advisory, HasSubstr("<p data-text=\"copied\">Copied</p>"));
  EXPECT_THAT(advisory, HasSubstr("<p data-text=\"rows\">{0} of {1}</p>"));
  EXPECT_THAT(get("/help/search", kHtml).body, HasSubstr("data-text=\"shortcuts-on\""));
  EXPECT_THAT(plain, Not(HasSubstr("data-text=\"passkey-NotAllowedError\"")));
  settings_.public_url = "https://portal.example";  // Passkeys belong to an address.
  start();
  EXPECT_THAT(get("/sign-in", kHtml).body, HasSubstr("data-text=\"passkey-NotAllowedError\""));
}

TOCSIN_ON_BOTH_DATABASES(LanguagePages);

}  // namespace
}  // namespace tocsin::portal
