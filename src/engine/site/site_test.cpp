#include "engine/site/site.hpp"

#include "engine/members/testing.hpp"

namespace tocsin::engine::site {
namespace {

using members::outcome;
using ::testing::HasSubstr;

class SiteTest : public members::MembersTest {
 protected:
  Site site(const Fixed& fixed = {}) {
    return database().read([&](store::Connection& connection) { return load(connection, fixed); }).value();
  }
  Status set(const Values& wanted, const Fixed& fixed = {}, std::string_view expected = {}) {
    return change(database(), console, wanted, fixed, expected, store_testing::kTestNow);
  }
};

TEST_P(SiteTest, BeginsWithWhatIsBuiltInAndKeepsWhatIsSet) {
  const auto before = site();
  EXPECT_EQ(before.text("site_name"), "Tocsin");
  EXPECT_EQ(before.text("cert.languages"), "en");
  EXPECT_EQ(before.style_sheet, "");
  EXPECT_EQ(before.zone->name(), "UTC");
  ASSERT_EQ(outcome(set({{"site_name", " Grid   CERT "}, {"time_zone", "Europe/Berlin"}, {"accent", "#0B5D70"}})),
            "ok");
  const auto after = site();
  EXPECT_EQ(after.text("site_name"), "Grid CERT");
  EXPECT_EQ(after.zone->name(), "Europe/Berlin");
  EXPECT_THAT(after.style_sheet, HasSubstr("#0b5d70"));
  EXPECT_THAT(after.style_sheet, HasSubstr("data-theme=\"dark\""));
  EXPECT_NE(after.version, before.version);
  // Empty means what is built in.
  ASSERT_EQ(outcome(set({{"site_name", ""}, {"time_zone", ""}, {"accent", ""}})), "ok");
  EXPECT_EQ(site().text("site_name"), "Tocsin");
  EXPECT_EQ(site().version, before.version);
}

TEST_P(SiteTest, WhatTheFileSetsWinsAndCannotBeChangedHere) {
  ASSERT_EQ(outcome(set({{"site_name", "Grid CERT"}})), "ok");
  const Fixed fixed{.values = {{"site_name", "From the file"}}, .where = {{"site_name", "tocsin.toml:3:1"}}};
  EXPECT_EQ(site(fixed).text("site_name"), "From the file");
  EXPECT_TRUE(site(fixed).is_fixed("site_name"));
  const auto refused = set({{"site_name", "Mine"}}, fixed);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Error::Code::conflict);
  EXPECT_THAT(refused.error().message, HasSubstr("tocsin.toml:3:1"));
  EXPECT_EQ(site().text("site_name"), "Grid CERT");
}

TEST_P(SiteTest, WhatIsWrongChangesNothing) {
  for (const auto& [name, value] :
       {std::pair{"accent", "#ffcc00"}, std::pair{"accent", "red"}, std::pair{"time_zone", "../../etc/passwd"},
        std::pair{"time_zone", "Mars/Base"}, std::pair{"site_name", "a\x01"}, std::pair{"nothing", "x"}}) {
    const auto refused = set({{"contact", "soc@cert.example"}, {name, value}});
    ASSERT_FALSE(refused.has_value()) << name;
    EXPECT_EQ(refused.error().where, name);
    EXPECT_EQ(site().text("contact"), "");
  }
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM audit WHERE action = 'setting.change'"}), 0);
}

TEST_P(SiteTest, TwoEditorsDoNotOverwriteEachOther) {
  const auto version = site().version;
  ASSERT_EQ(outcome(set({{"contact", "first@cert.example"}}, {}, version)), "ok");
  const auto second = set({{"contact", "second@cert.example"}}, {}, version);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().where, "version");
  EXPECT_EQ(site().text("contact"), "first@cert.example");
}

TEST_P(SiteTest, OnlyAdministratorsChangeIt) {
  for (const auto role : domain::all_roles()) {
    Actor actor;
    actor.viewer.person = domain::PersonId{1};
    actor.viewer.organisation = domain::kOwnOrganisation;
    actor.viewer.roles = {domain::Role::member, role};
    const bool may = role == domain::Role::administrator;
    EXPECT_EQ(change(database(), actor, {{"contact", std::string{domain::slug(role)}}}, {}, {}, store_testing::kTestNow)
                  .has_value(),
              may)
        << domain::slug(role);
    EXPECT_EQ(set_logo(database(), actor, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"/>",
                       store_testing::kTestNow)
                  .has_value(),
              may);
  }
}

TEST_P(SiteTest, LogoIsKeptAsItMayBeServed) {
  const std::string drawn =
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><path d=\"M0 0h8v8\"/></svg>";
  ASSERT_EQ(outcome(set_logo(database(), console, drawn, store_testing::kTestNow)), "ok");
  ASSERT_TRUE(site().logo.has_value());
  EXPECT_EQ(site().logo->media_type, "image/svg+xml");
  EXPECT_THAT(logo_bytes(database()).value().value(), HasSubstr("M0 0h8v8"));
  const auto refused = set_logo(database(), console, "<svg><script/></svg>", store_testing::kTestNow);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().where, "logo");
  ASSERT_EQ(outcome(remove_logo(database(), console, store_testing::kTestNow)), "ok");
  EXPECT_FALSE(site().logo.has_value());
  EXPECT_FALSE(logo_bytes(database()).value().has_value());
  EXPECT_FALSE(remove_logo(database(), console, store_testing::kTestNow).has_value());
}

TOCSIN_ON_BOTH_DATABASES(SiteTest);

}  // namespace
}  // namespace tocsin::engine::site
