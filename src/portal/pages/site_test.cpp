#include <gmock/gmock.h>

#include "base/json.hpp"
#include "portal/members_fixture.hpp"

/// What administrators set of the site, and what it does to every page.
namespace tocsin::portal {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kLogo =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><path d=\"M0 0h8v8z\" fill=\"#fff\"/></svg>";

class SitePages : public testing::MembersTest {
 protected:
  static std::string upload(std::string_view csrf, std::string_view bytes) {
    return "--b\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n" + std::string{csrf} +
           "\r\n--b\r\nContent-Disposition: form-data; name=\"logo\"; filename=\"x.svg\"\r\n\r\n" + std::string{bytes} +
           "\r\n--b--\r\n";
  }
  http::testing::Reply send_logo(testing::Browser& browser, std::string_view bytes) {
    return browser.send("POST", "/admin/site/logo", upload(browser.csrf, bytes), "multipart/form-data; boundary=b");
  }
  static std::string between(std::string_view text, std::string_view begin, std::string_view end) {
    const auto at = text.find(begin);
    if (at == std::string_view::npos) return {};
    const auto from = at + begin.size();
    return std::string{text.substr(from, text.find(end, from) - from)};
  }
  static std::string first_time(std::string_view page) { return between(page, "<time datetime=\"", "\""); }
  http::testing::Reply patch(testing::Browser& browser, std::string_view body, std::string_view headers) {
    return browser.send("PATCH", "/api/v1/site", body, "application/json",
                        "X-CSRF-Token: " + browser.csrf + "\r\n" + std::string{headers});
  }
};

TEST_P(SitePages, NameColourAndTimeZoneAreOnEveryPageAtOnce) {
  auto admin = signed_in("admin@cert.example");
  const auto first = first_time(get("/advisories").body);
  ASSERT_TRUE(first.ends_with('Z')) << first;
  auto form = admin.get("/admin/site");
  ASSERT_EQ(form.status, 200) << form.body;
  const auto version = between(form.body, "name=\"version\" value=\"", "\"");
  const testing::FormFields fields{
      {"version", version},          {"site_name", "Grid <CERT>"}, {"contact", "soc@cert.example"},
      {"time_zone", "Asia/Kolkata"}, {"accent", "#7a1f5c"},        {"accent_dark", ""}};
  const auto saved = admin.post("/admin/site", fields);
  ASSERT_EQ(saved.status, 303) << saved.body;
  const auto page = get("/advisories").body;
  EXPECT_THAT(page, HasSubstr("Grid &lt;CERT&gt;"));
  const auto there = first_time(page);
  EXPECT_TRUE(there.ends_with("+05:30")) << there;
  EXPECT_EQ(parse_rfc3339(there).value(), parse_rfc3339(first).value());
  const auto sheet = between(page, "href=\"/site/style-", "\"");
  ASSERT_FALSE(sheet.empty());
  const auto css = get("/site/style-" + sheet);
  EXPECT_EQ(css.status, 200);
  EXPECT_EQ(css.header("content-type"), "text/css; charset=utf-8");
  EXPECT_THAT(css.header("cache-control"), HasSubstr("immutable"));
  EXPECT_THAT(css.body, HasSubstr("--accent:#7a1f5c"));
  // Whoever had it open in another tab is told.
  const auto late = admin.post("/admin/site", fields);
  EXPECT_EQ(late.status, 422);
  EXPECT_THAT(late.body, HasSubstr("meanwhile"));
}

TEST_P(SitePages, PeopleSeeTheirOwnTimeZone) {
  run(store::Sql{"UPDATE person SET time_zone = 'America/New_York' WHERE id = 11"});
  auto member = signed_in("member@plant.example");
  const auto theirs = first_time(member.get("/advisories").body), everybodys = first_time(get("/advisories").body);
  EXPECT_THAT(theirs, ::testing::AnyOf(::testing::EndsWith("-05:00"), ::testing::EndsWith("-04:00")));
  EXPECT_TRUE(everybodys.ends_with('Z')) << everybodys;
  EXPECT_EQ(parse_rfc3339(theirs).value(), parse_rfc3339(everybodys).value());
}

TEST_P(SitePages, AnUnreadableColourIsRefusedWithAReadableOne) {
  auto admin = signed_in("admin@cert.example");
  const auto refused = admin.post("/admin/site", {{"site_name", "Tocsin"}, {"accent", "#ffcc00"}});
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("The nearest colour that has it is #"));
  EXPECT_THAT(get("/").body, Not(HasSubstr("/site/style-")));
}

TEST_P(SitePages, WhatTheFileSetsIsShownAndNotAsked) {
  settings_.site.values["site_name"] = "From the file";
  settings_.site.where["site_name"] = "tocsin.toml:3:1";
  start();
  auto admin = signed_in("admin@cert.example");
  const auto page = admin.get("/admin/site").body;
  EXPECT_THAT(page, HasSubstr("tocsin.toml:3:1"));
  EXPECT_THAT(page, Not(HasSubstr("name=\"site_name\"")));
  const auto refused = admin.post("/admin/site", {{"site_name", "Mine"}});
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(get("/").body, HasSubstr("From the file"));
}

TEST_P(SitePages, LogoIsServedSoThatItCanDoNothing) {
  auto admin = signed_in("admin@cert.example");
  const auto saved = send_logo(admin, kLogo);
  ASSERT_EQ(saved.status, 303) << saved.body;
  const auto path = "/site/logo-" + between(get("/").body, "src=\"/site/logo-", "\"");
  const auto logo = get(path);
  ASSERT_EQ(logo.status, 200) << path;
  EXPECT_EQ(logo.header("content-type"), "image/svg+xml");
  EXPECT_EQ(logo.header("x-content-type-options"), "nosniff");
  EXPECT_EQ(logo.header("content-security-policy"), "default-src 'none'; style-src 'unsafe-inline'; sandbox");
  EXPECT_THAT(logo.body, HasSubstr("M0 0h8v8z"));
  for (const auto* hostile :
       {"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><script>alert(1)</script></svg>",
        "<html><script>alert(1)</script></html>", "GIF89a", "\xFF\xD8\xFF"}) {
    const auto refused = send_logo(admin, hostile);
    EXPECT_EQ(refused.status, 422) << hostile;
    EXPECT_THAT(refused.body, Not(HasSubstr("alert(1)")));
  }
  EXPECT_EQ(send_logo(admin, std::string(600'000, 'x')).status, 413);
  auto again = signed_in("admin@cert.example");
  ASSERT_EQ(again.post("/admin/site/logo/remove", {}).status, 303);
  EXPECT_EQ(get(path).status, 404);
  EXPECT_THAT(get("/").body, HasSubstr("mark-bell"));
}

TEST_P(SitePages, OtherNamesUnderSiteAreNobodys) {
  for (const auto* path : {"/site/style-.css", "/site/logo-.svg", "/site/..%2f..%2fetc%2fpasswd", "/site/tocsin.toml",
                           "/site/style-0000000000000000.css"}) {
    // An address that cannot be read ends the connection.
    const auto reply = browser().get(path);
    EXPECT_GE(reply.status, 400) << path;
    EXPECT_LT(reply.status, 500) << path;
  }
}

TEST_P(SitePages, OnlyAdministratorsAndOnlyWithTheirFormToken) {
  for (const auto& someone : everybody()) {
    auto browser = signed_in(someone.mail);
    const bool may = someone.roles.has(domain::Role::administrator);
    EXPECT_EQ(browser.get("/admin/site").status, may ? 200 : 403) << someone.mail;
    EXPECT_EQ(browser.get("/api/v1/site").status, may ? 200 : 403) << someone.mail;
    if (!may) {
      EXPECT_EQ(browser.post("/admin/site", {{"site_name", "x"}}).status, 403) << someone.mail;
      EXPECT_EQ(send_logo(browser, kLogo).status, 403) << someone.mail;
      EXPECT_EQ(patch(browser, R"({"site_name":"x"})", "If-Match: *\r\n").status, 403) << someone.mail;
    }
  }
  auto admin = signed_in("admin@cert.example");
  EXPECT_EQ(admin.send("POST", "/admin/site/logo", upload("wrong", kLogo), "multipart/form-data; boundary=b").status,
            403);
}

TEST_P(SitePages, TheApiAsksForTheVersionThatWasSeen) {
  auto admin = signed_in("admin@cert.example");
  const auto read = admin.get("/api/v1/site");
  const std::string tag{read.header("etag")};
  ASSERT_FALSE(tag.empty());
  EXPECT_EQ(patch(admin, R"({"contact":"a@cert.example"})", "").status, 428);
  const auto changed = patch(admin, R"({"contact":"a@cert.example"})", "If-Match: " + tag + "\r\n");
  EXPECT_EQ(changed.status, 200) << changed.body;
  EXPECT_NE(changed.header("etag"), tag);
  EXPECT_EQ(patch(admin, R"({"contact":"b@cert.example"})", "If-Match: " + tag + "\r\n").status, 412);
  const auto wrong = patch(admin, R"({"accent":"#ffff00"})", "If-Match: *\r\n");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_THAT(wrong.body, HasSubstr("\"where\":\"/accent\""));
  EXPECT_EQ(patch(admin, R"({"role":"administrator"})", "If-Match: *\r\n").status, 400);
}

TOCSIN_ON_BOTH_DATABASES(SitePages);

}  // namespace
}  // namespace tocsin::portal
