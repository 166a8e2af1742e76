#include <fmt/format.h>
#include <gmock/gmock.h>

#include "portal/members_fixture.hpp"

namespace tocsin::portal {
namespace {

using testing::As;
using testing::Field;
using ::testing::HasSubstr;

constexpr std::string_view kHtml = "Accept: text/html\r\n";

class AccountPage : public testing::MemberPortalTest {
 protected:
  static std::vector<Field> profile(std::string name, std::string_view language, std::string time_zone) {
    return {{"name", std::move(name)}, {"language", std::string{language}}, {"time_zone", std::move(time_zone)}};
  }
  /// With a language chosen in this browser.
  http::testing::Reply get_with_choice(As who, std::string_view language) {
    auto cookies = cookie(who);
    cookies.insert(cookies.size() - 2, fmt::format("; tocsin-language={}", language));
    return get("/account", cookies + std::string{kHtml});
  }
  static std::string said_in(std::string_view language) { return fmt::format("<html lang=\"{}\"", language); }
};

TEST_P(AccountPage, OffersTheLanguagesThatThereAreAndSpeaksTheOneChosen) {
  const auto before = get_as(As::water_member, "/account", kHtml);
  EXPECT_THAT(before.body, HasSubstr(said_in("en")));
  EXPECT_THAT(before.body, HasSubstr("As the browser says"));
  EXPECT_THAT(get_as(As::water_member, "/account", "Accept: text/html\r\nAccept-Language: es\r\n").body,
              HasSubstr(said_in("es")))
      << "nothing is chosen yet";
  for (const auto language : kLanguages) {
    const auto tag = tag_of(language);
    SCOPED_TRACE(tag);
    EXPECT_THAT(before.body, HasSubstr(fmt::format("<option value=\"{}\" >{}</option>", tag, own_name(language))));
    const auto saved = post_as(As::water_member, "/account", profile("Will Weir", tag, "Europe/Berlin"));
    EXPECT_EQ(saved.status, 303) << saved.body;
    EXPECT_THAT(saved.head, HasSubstr("Set-Cookie: tocsin-language=;"))
        << "what was chosen in the browser before does not hide the profile";
    EXPECT_THAT(saved.head, HasSubstr("Max-Age=0"));
    const auto page = get_as(As::water_member, "/account", "Accept: text/html\r\nAccept-Language: fr, en\r\n");
    EXPECT_THAT(page.body, HasSubstr(said_in(tag)));
    EXPECT_THAT(page.body, HasSubstr(fmt::format("<option value=\"{}\" selected>", tag)));
  }
}

TEST_P(AccountPage, WhatIsChosenInTheBrowserGoesBeforeTheProfile) {
  ASSERT_EQ(post_as(As::water_member, "/account", profile("Will Weir", "de", "")).status, 303);
  EXPECT_THAT(get_as(As::water_member, "/account", kHtml).body, HasSubstr(said_in("de")));
  EXPECT_THAT(get_with_choice(As::water_member, "es").body, HasSubstr(said_in("es")));
  EXPECT_THAT(get_with_choice(As::water_member, "tlh").body, HasSubstr(said_in("de"))) << "no language of ours";
}

TEST_P(AccountPage, KeepsWhatWasTypedWhateverTheLanguage) {
  for (const auto language : kLanguages) {
    const auto tag = tag_of(language);
    SCOPED_TRACE(tag);
    ASSERT_EQ(post_as(As::water_member, "/account", profile("Will Weir", tag, "")).status, 303);
    const auto wrong = post_as(As::water_member, "/account", profile("Will <Weir>", tag, "Mars/Base"));
    EXPECT_EQ(wrong.status, 422);
    EXPECT_THAT(wrong.body, HasSubstr(said_in(tag)));
    EXPECT_THAT(wrong.body, HasSubstr("value=\"Will &lt;Weir&gt;\""));
    EXPECT_THAT(wrong.body, HasSubstr("value=\"Mars/Base\""));
    EXPECT_THAT(wrong.body, HasSubstr(fmt::format("<option value=\"{}\" selected>", tag)));
    EXPECT_THAT(wrong.body, HasSubstr("id=\"f-time_zone-error\""));
  }
}

TEST_P(AccountPage, RefusesALanguageThatThePortalDoesNotSpeak) {
  const auto wrong = post_as(As::water_member, "/account", profile("Will Weir", "tlh", ""));
  EXPECT_EQ(wrong.status, 422);
  EXPECT_THAT(wrong.body, HasSubstr("id=\"f-language-error\""));
  EXPECT_EQ(number(store::Sql{"SELECT COUNT(*) FROM person WHERE language = 'tlh'"}), 0);
}

TOCSIN_ON_BOTH_DATABASES(AccountPage);

}  // namespace
}  // namespace tocsin::portal
