#include <gmock/gmock.h>

#include "base/text.hpp"
#include "portal/members_fixture.hpp"

/// Who sees which page, what is hidden, and what forms refuse.
namespace tocsin::portal {
namespace {

using ::testing::AllOf;
using testing::As;
using testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

class MemberPages : public testing::MemberPortalTest {
 protected:
  /// The answer with the id (of six digits, like nothing else) and what belongs to the request out of it.
  std::string without_id(As who, std::string_view base, std::int64_t id) {
    const auto reply = get_as(who, std::string{base} + std::to_string(id));
    auto text = std::to_string(reply.status) + reply.header("content-type") + reply.header("cache-control") +
                reply.header("content-length") + "\n" + reply.body;
    for (const std::string& part : {std::to_string(id), reply.header("x-request-id")}) {
      for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        text.replace(at, part.size(), "*");
      }
    }
    return text;
  }
};

TEST_P(MemberPages, EachRoleSeesItsPages) {
  const auto all = [](int visitor, int administrator, int coordinator, int auditor, int own, int member) {
    return std::map<As, int>{{As::visitor, visitor}, {As::administrator, administrator}, {As::coordinator, coordinator},
                             {As::auditor, auditor}, {As::water_administrator, own},     {As::water_member, member}};
  };
  const auto water = std::to_string(water_.value);
  const auto self = std::to_string(people_[As::water_member].value);
  const std::pair<std::string, std::map<As, int>> sights[] = {
      {"/register", all(200, 200, 200, 200, 200, 200)},
      {"/register/done", all(200, 200, 200, 200, 200, 200)},
      {"/organisations", all(303, 200, 200, 403, 200, 200)},
      {"/organisations/" + water, all(303, 200, 200, 403, 200, 200)},
      {"/organisations/new", all(303, 200, 200, 403, 403, 403)},
      {"/organisations/" + water + "/edit", all(303, 200, 200, 403, 200, 403)},
      {"/organisations/1/edit", all(303, 200, 200, 403, 403, 403)},
      {"/organisations/" + water + "/status", all(303, 200, 200, 403, 200, 403)},
      {"/organisations/" + water + "/contacts/new", all(303, 200, 200, 403, 200, 403)},
      {"/organisations/" + water + "/keys/new", all(303, 200, 200, 403, 200, 403)},
      {"/organisations/" + water + "/clients/new", all(303, 200, 200, 403, 403, 403)},
      {"/organisation/looks", all(303, 200, 200, 403, 200, 403)},
      {"/people", all(303, 200, 403, 403, 200, 403)},
      {"/people/" + self, all(303, 200, 403, 403, 200, 403)},
      {"/people/invite", all(303, 200, 403, 403, 200, 403)},
      {"/people/" + self + "/edit", all(303, 200, 403, 403, 403, 403)},
      {"/people/" + self + "/roles/" + water, all(303, 200, 403, 403, 200, 403)},
      {"/people/" + self + "/erase", all(303, 200, 403, 403, 403, 403)},
      {"/people/" + self + "/export", all(303, 200, 403, 403, 403, 403)},
      {"/communities", all(303, 200, 200, 403, 200, 200)},
      {"/communities/new", all(303, 200, 200, 403, 403, 403)},
      {"/audit", all(303, 403, 403, 200, 403, 403)},
      {"/audit/1", all(303, 403, 403, 200, 403, 403)},
      {"/admin", all(303, 200, 403, 403, 403, 403)},
      {"/admin/mail", all(303, 200, 403, 403, 403, 403)},
      {"/admin/peers", all(303, 200, 403, 403, 403, 403)},
      {"/admin/peers/new", all(303, 200, 403, 403, 403, 403)},
      {"/api/v1/peers", all(401, 200, 403, 403, 403, 403)},
      {"/api/v1/organisations", all(401, 200, 200, 403, 200, 200)},
      {"/api/v1/people", all(401, 200, 403, 403, 200, 403)},
      {"/api/v1/communities", all(401, 200, 200, 403, 200, 200)},
      {"/api/v1/audit", all(401, 403, 403, 200, 403, 403)},
      {"/api/v1/audit/export", all(401, 403, 403, 200, 403, 403)},
      {"/api/v1/organisation/looks", all(401, 200, 200, 403, 200, 403)},
  };
  for (const auto& [path, statuses] : sights) {
    for (const auto& [who, status] : statuses) {
      const auto reply = get_as(who, path);
      EXPECT_EQ(reply.status, status) << path << " as " << static_cast<int>(who) << "\n" << reply.body.substr(0, 2000);
      if (status == 200 && who != As::visitor && path != "/register/done") {
        EXPECT_THAT(reply.header("cache-control"), HasSubstr("no-store")) << path;
      }
    }
  }
}

TEST_P(MemberPages, WhatIsHiddenAnswersLikeWhatIsAbsent) {
  run(store::Sql{
      "INSERT INTO organisation (id, kind, status, name, folded_name, uuid, created_at) VALUES (700001, 2, 0, "
      "'Hidden applicant', 'hidden applicant', 'u', 0)"});
  for (const auto* base : {"/organisations/", "/api/v1/organisations/"}) {
    EXPECT_EQ(without_id(As::water_member, base, 700001), without_id(As::water_member, base, 700002));
    EXPECT_EQ(get_as(As::water_member, base + std::string{"700001"}).status, 404);
    EXPECT_EQ(get_as(As::coordinator, base + std::string{"700001"}).status, 200);
  }
  EXPECT_THAT(get_as(As::water_member, "/organisations").body, Not(HasSubstr("Hidden applicant")));
  EXPECT_THAT(get_as(As::water_member, "/organisations?status=applied").body, Not(HasSubstr("Hidden applicant")));

  run(
      store::Sql{"INSERT INTO person (id, uuid, name, email, folded_email, status, language, time_zone, created_at) "
                 "VALUES (800001, 'u', 'Stranger', 's@power.example', 's@power.example', 1, '', '', 0)"});
  run(store::Sql{"INSERT INTO membership (person_id, organisation_id, roles, created_at) VALUES (800001, ?, 1, 0)",
                 power_});
  for (const auto* base : {"/people/", "/api/v1/people/"}) {
    EXPECT_EQ(without_id(As::water_administrator, base, 800001), without_id(As::water_administrator, base, 800002));
    EXPECT_EQ(get_as(As::water_administrator, base + std::string{"800001"}).status, 404);
    EXPECT_EQ(get_as(As::administrator, base + std::string{"800001"}).status, 200);
  }
  EXPECT_THAT(get_as(As::water_administrator, "/people").body, AllOf(HasSubstr("Will Weir"), Not(HasSubstr("Petra"))));
  EXPECT_THAT(get_as(As::water_administrator, "/people?organisation=" + std::to_string(power_.value)).body,
              AllOf(Not(HasSubstr("Petra")), Not(HasSubstr("Power plant"))));

  run(
      store::Sql{"INSERT INTO community (id, uuid, name, description, owner_id, members_hidden, closed, created_at) "
                 "VALUES (900001, 'u', 'Quiet circle', '', 1, 1, 0, 0)"});
  for (const auto* base : {"/communities/", "/api/v1/communities/"}) {
    EXPECT_EQ(without_id(As::water_member, base, 900001), without_id(As::water_member, base, 900002));
    EXPECT_EQ(get_as(As::coordinator, base + std::string{"900001"}).status, 200);
  }
  for (const auto* odd : {"/organisations/0", "/organisations/01", "/organisations/-1", "/organisations/1x",
                          "/organisations/99999999999999999999", "/people/abc", "/communities/0", "/audit/0"}) {
    const auto who = std::string_view{odd}.starts_with("/audit") ? As::auditor : As::administrator;
    EXPECT_EQ(get_as(who, odd).status, 404) << odd;
  }
}

TEST_P(MemberPages, MembersOfAHiddenCommunityDoNotSeeEachOther) {
  const auto made = post_as(As::coordinator, "/communities/new", {{"name", "Quiet circle"}, {"members_hidden", "yes"}});
  ASSERT_EQ(made.status, 303) << made.body;
  const auto url = made.header("location").substr(0, made.header("location").find('?'));
  EXPECT_EQ(
      post_as(As::coordinator, url + "/add", {{"organisation", std::to_string(water_.value)}, {"email", ""}}).status,
      303);
  EXPECT_EQ(post_as(As::coordinator, url + "/add", {{"organisation", ""}, {"email", "petra@power.example"}}).status,
            303);
  const auto seen = get_as(As::water_member, url);
  EXPECT_EQ(seen.status, 200);
  EXPECT_THAT(seen.body,
              AllOf(HasSubstr("Its members are hidden"), Not(HasSubstr("Petra")), HasSubstr("Quiet circle")));
  EXPECT_THAT(get_as(As::water_member, "/api/v1" + url).body, AllOf(Not(HasSubstr("Petra")), HasSubstr("null")));
  // Who manages communities and not people sees the address that was typed; whether an account is behind it, not.
  EXPECT_THAT(get_as(As::coordinator, url).body,
              AllOf(HasSubstr("petra@power.example"), Not(HasSubstr("Petra Pylon")), HasSubstr("Water works")));
  EXPECT_THAT(get_as(As::administrator, url).body, AllOf(HasSubstr("Petra Pylon"), HasSubstr("Water works")));
  EXPECT_EQ(
      post_as(As::coordinator, url + "/remove", {{"kind", "organisation"}, {"member", std::to_string(water_.value)}})
          .status,
      303);
  EXPECT_EQ(get_as(As::water_member, url).status, 404);
  // Neither, both, or for those who manage people nobody known.
  for (const auto& [organisation, email] : {std::pair{"", ""}, std::pair{"1", "petra@power.example"},
                                            std::pair{"x", ""}, std::pair{"", "nobody@example.org"}}) {
    EXPECT_EQ(post_as(As::administrator, url + "/add", {{"organisation", organisation}, {"email", email}}).status, 422);
  }
  EXPECT_EQ(post_as(As::coordinator, url + "/remove", {{"kind", "community"}, {"member", "1"}}).status, 400);
}

TEST_P(MemberPages, FormsKeepWhatWasTyped) {
  const auto reply = post_as(As::coordinator, "/organisations/new",
                             {{"name", "Gas & Heat"},
                              {"kind", "vendor"},
                              {"sectors", "energy"},
                              {"sectors", "water"},
                              {"countries", "DE, Atlantis"},
                              {"homepage", "https://gas.example"},
                              {"description", "Pipes <and> more"},
                              {"vendor_keys", ""}});
  EXPECT_EQ(reply.status, 422);
  EXPECT_THAT(reply.body,
              AllOf(HasSubstr("value=\"Gas &amp; Heat\""), HasSubstr("DE, Atlantis"), HasSubstr("https://gas.example"),
                    HasSubstr("Pipes &lt;and&gt; more"), HasSubstr("aria-invalid")));
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM organisation WHERE name = 'Gas & Heat'"}), 0);
  const auto invited =
      post_as(As::administrator, "/people/invite",
              {{"name", "Nina New"}, {"email", "no address"}, {"organisation", "1"}, {"roles", "analyst"}});
  EXPECT_EQ(invited.status, 422);
  EXPECT_THAT(invited.body, AllOf(HasSubstr("Nina New"), HasSubstr("no address")));
}

TEST_P(MemberPages, ProfilesAreEditedByTheirOwnAndByTheCert) {
  const auto url = "/organisations/" + std::to_string(water_.value);
  const std::vector<Field> own{
      {"name", "Water works"}, {"countries", "DE"}, {"homepage", ""}, {"description", "Clean"}, {"sectors", "water"}};
  EXPECT_EQ(post_as(As::water_administrator, url + "/edit", own).status, 303);
  EXPECT_THAT(get_as(As::water_member, url).body, AllOf(HasSubstr("Clean"), HasSubstr("Germany")));
  EXPECT_EQ(post_as(As::water_administrator, "/organisations/" + std::to_string(power_.value) + "/edit", own).status,
            403);
  EXPECT_EQ(post_as(As::water_member, url + "/edit", own).status, 403);

  EXPECT_EQ(post_as(As::water_administrator, url + "/contacts/new",
                    {{"role", "security"}, {"name", "Desk"}, {"email", "desk@water.example"}, {"phone", ""}})
                .status,
            303);
  EXPECT_THAT(get_as(As::power_member, url).body,
              AllOf(HasSubstr("desk@water.example"), Not(HasSubstr("contacts/remove"))));
  const auto contact = std::to_string(number(store::Sql{"SELECT max(id) FROM organisation_contact"}));
  EXPECT_EQ(post_as(As::water_member, url + "/contacts/remove", {{"contact", contact}}).status, 403);
  // A contact of another organisation is no contact of this one.
  EXPECT_EQ(post_as(As::coordinator, "/organisations/" + std::to_string(power_.value) + "/contacts/remove",
                    {{"contact", contact}})
                .status,
            404);
  EXPECT_EQ(post_as(As::water_administrator, url + "/contacts/remove", {{"contact", contact}}).status, 303);
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM organisation_contact"}), 0);

  const auto secret =
      post_as(As::water_administrator, url + "/keys/new",
              {{"label", "Ours"}, {"key", "-----BEGIN PRIVATE KEY-----\nMIIabc\n-----END PRIVATE KEY-----"}});
  EXPECT_EQ(secret.status, 422);
  EXPECT_THAT(secret.body, Not(HasSubstr("MIIabc")));
}

TEST_P(MemberPages, ApplicationsAreVetted) {
  const std::vector<Field> application{
      {"name", "New Dam"},     {"kind", "asset-owner"},           {"sectors", "dams"},
      {"countries", "AT"},     {"homepage", "https://d.example"}, {"description", ""},
      {"person_name", "Dora"}, {"email", "dora@dam.example"},     {"note", "Call our switchboard"}};
  const auto page = get("/register");
  // The visitor's form has a cookie and what belongs to it.
  const auto cookie = page.header("set-cookie").substr(0, page.header("set-cookie").find(';'));
  const auto at = page.body.find("name=\"csrf\" value=\"") + 19;
  const auto csrf = page.body.substr(at, page.body.find('"', at) - at);
  const auto apply = [&](std::vector<Field> fields) {
    std::string body = "csrf=" + http::encode_component(csrf);
    for (const auto& [name, value] : fields) body += "&" + name + "=" + http::encode_component(value);
    http::testing::Client client{running().port()};
    client.send("POST /register HTTP/1.1\r\nHost: portal.example\r\nCookie: " + cookie +
                "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body);
    return client.read();
  };
  const auto first = apply(application);
  ASSERT_EQ(first.status, 303) << first.body;
  EXPECT_EQ(first.header("location"), "/register/done");
  // Again, with a name and an address that are known: the same answer, and nothing more is stored.
  const auto again = apply(application);
  EXPECT_EQ(again.status, first.status);
  EXPECT_EQ(again.header("location"), first.header("location"));
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM organisation WHERE name = 'New Dam'"}), 1);
  auto smuggling = application;
  smuggling.emplace_back("status", "active");
  EXPECT_EQ(apply(smuggling).status, 400);
  EXPECT_EQ(post_bare(As::visitor, "/register", application).status, 403);
  // Five from one address, then one in ten minutes.
  for (int time = 0; time < 3; ++time) EXPECT_EQ(apply(application).status, 303);
  const auto flooding = apply(application);
  EXPECT_EQ(flooding.status, 429);
  EXPECT_EQ(flooding.header("retry-after"), "600");

  const auto id = number(store::Sql{"SELECT id FROM organisation WHERE name = 'New Dam'"});
  const auto url = "/organisations/" + std::to_string(id);
  EXPECT_THAT(get_as(As::coordinator, "/organisations").body,
              AllOf(HasSubstr("Waiting for vetting"), HasSubstr("New Dam")));
  EXPECT_THAT(get_as(As::administrator, "/admin").body, HasSubstr("1 organisation waits"));
  EXPECT_THAT(get_as(As::coordinator, url).body, HasSubstr("Call our switchboard"));
  EXPECT_EQ(get_as(As::water_member, url).status, 404);
  EXPECT_EQ(post_as(As::coordinator, url + "/status", {{"status", "active"}, {"reason", ""}}).status, 422);
  EXPECT_EQ(post_as(As::coordinator, url + "/status", {{"status", "suspended"}, {"reason", "x"}}).status, 422);
  EXPECT_EQ(post_as(As::water_administrator, url + "/status", {{"status", "active"}, {"reason", "x"}}).status, 404);
  const auto admitted =
      post_as(As::coordinator, url + "/status", {{"status", "active"}, {"reason", "Called them back"}});
  EXPECT_EQ(admitted.status, 200);
  EXPECT_THAT(admitted.body, HasSubstr("/link/"));
  EXPECT_EQ(get_as(As::water_member, url).status, 200);
  EXPECT_THAT(get_as(As::coordinator, url).body, AllOf(HasSubstr("Called them back"), HasSubstr("Cora Coordinator")));
  EXPECT_THAT(get_as(As::water_member, url).body, Not(HasSubstr("Called them back")));
}

TEST_P(MemberPages, InvitationLinksAreShownOnce) {
  const auto reply =
      post_as(As::water_administrator, "/people/invite", {{"name", "Nina New"}, {"email", "nina@water.example"}});
  ASSERT_EQ(reply.status, 200) << reply.body;
  EXPECT_THAT(reply.header("cache-control"), HasSubstr("no-store"));
  const auto at = reply.body.find("/link/");
  ASSERT_NE(at, std::string::npos);
  const auto secret = reply.body.substr(at + 6, 43);
  const auto id = std::to_string(number(store::Sql{"SELECT id FROM person WHERE folded_email = 'nina@water.example'"}));
  EXPECT_THAT(get_as(As::water_administrator, "/people/" + id).body,
              AllOf(HasSubstr("Nina New"), Not(HasSubstr(secret))));
  EXPECT_TRUE(identities().find_link(secret).value().has_value());
  // A new one replaces it.
  const auto second = post_as(As::water_administrator, "/people/" + id + "/link", {});
  EXPECT_EQ(second.status, 200) << second.body;
  EXPECT_FALSE(identities().find_link(secret).value().has_value());
  // An organisation's administrators hand out invitations, but no new passwords, and only to their own people.
  EXPECT_EQ(post_as(As::water_administrator, "/people/" + std::to_string(people_[As::water_member].value) + "/link", {})
                .status,
            403);
  EXPECT_EQ(post_as(As::water_administrator, "/people/" + std::to_string(people_[As::power_member].value) + "/link", {})
                .status,
            404);
  EXPECT_EQ(
      post_as(As::administrator, "/people/" + std::to_string(people_[As::water_member].value) + "/link", {}).status,
      200);
}

TEST_P(MemberPages, RolesAreGivenWithinBounds) {
  const auto will = "/people/" + std::to_string(people_[As::water_member].value);
  const auto path = will + "/roles/" + std::to_string(water_.value);
  EXPECT_EQ(post_as(As::water_administrator, path, {{"roles", "organisation-administrator"}}).status, 303);
  EXPECT_THAT(get_as(As::water_administrator, will).body, HasSubstr("Organisation administrator"));
  for (const auto* role : {"administrator", "coordinator", "auditor", "vendor-coordinator", "king"}) {
    EXPECT_EQ(post_as(As::water_administrator, path, {{"roles", role}}).status, 422) << role;
  }
  // Nobody gives themselves a role, nor in another organisation.
  const auto ada = "/people/" + std::to_string(people_[As::administrator].value) + "/roles/1";
  EXPECT_GE(post_as(As::administrator, ada, {{"roles", "administrator"}, {"roles", "auditor"}}).status, 403);
  EXPECT_EQ(post_as(As::water_administrator, ada, {{"roles", "analyst"}}).status, 404);
  EXPECT_EQ(post_as(As::water_administrator, path + "/remove", {}).status, 303);
  EXPECT_EQ(get_as(As::water_administrator, will).status, 404);
}

TEST_P(MemberPages, AccountsAreErasedOnlyWhenTheirAddressIsTyped) {
  const auto will = "/people/" + std::to_string(people_[As::water_member].value);
  EXPECT_EQ(post_as(As::administrator, will + "/erase", {{"confirmation", "yes"}}).status, 422);
  EXPECT_EQ(get_as(As::administrator, will + "/export").header("content-disposition"),
            "attachment; filename=\"person-" + std::to_string(people_[As::water_member].value) + ".json\"");
  EXPECT_EQ(post_as(As::administrator, will + "/status", {{"status", "erased"}}).status, 400);
  EXPECT_EQ(post_as(As::administrator, will + "/status", {{"status", "suspended"}}).status, 303);
  EXPECT_EQ(get_as(As::water_member, "/organisations").status, 303);
  EXPECT_EQ(post_as(As::administrator, will + "/erase", {{"confirmation", "Will@water.example"}}).status, 303);
  EXPECT_THAT(get_as(As::administrator, will).body, AllOf(HasSubstr("erased"), Not(HasSubstr("Weir"))));
}

TEST_P(MemberPages, DangerousActsAskAgainWhoItIs) {
  const auto will = "/people/" + std::to_string(people_[As::water_member].value);
  clock_.advance(std::chrono::minutes{11});
  for (const auto& path : {will + "/erase", will + "/roles/" + std::to_string(water_.value),
                           "/organisations/" + std::to_string(water_.value) + "/status"}) {
    const auto reply = get_as(As::administrator, path);
    EXPECT_EQ(reply.status, 303) << path;
    EXPECT_THAT(reply.header("location"), HasSubstr("/confirm?next=")) << path;
  }
  EXPECT_THAT(post_as(As::administrator, will + "/erase", {{"confirmation", "will@water.example"}}).header("location"),
              HasSubstr("/confirm"));
  EXPECT_THAT(post_as(As::administrator, will + "/link", {}).header("location"), HasSubstr("/confirm"));
  EXPECT_EQ(number(store::Sql{"SELECT count(*) FROM person WHERE status = 3"}), 0);
}

TEST_P(MemberPages, EveryFormNeedsItsToken) {
  const auto router = app().routes();
  int checked = 0;
  for (const auto& route : router.routes()) {
    if (route->method != http::Method::post || route->pattern.starts_with("/api/")) continue;
    if (route->secret_is_enough) continue;
    auto path = route->pattern;
    for (auto open = path.find('{'); open != std::string::npos; open = path.find('{')) {
      path.replace(open, path.find('}') - open + 1, "1");
    }
    for (const auto& fields : {std::vector<Field>{}, {{"csrf", "x"}}, {{"csrf", csrf(As::water_member)}}}) {
      const auto reply = post_bare(As::administrator, path, fields);
      EXPECT_EQ(reply.status, 403) << path;
    }
    ++checked;
  }
  EXPECT_GT(checked, 15);
}

TEST_P(MemberPages, NothingIsAssignedThatAFormDoesNotHave) {
  const auto water = "/organisations/" + std::to_string(water_.value);
  const auto will = "/people/" + std::to_string(people_[As::water_member].value);
  const std::vector<Field> profile{{"name", "W"}, {"countries", ""}, {"homepage", ""}, {"description", ""}};
  const auto with = [](std::vector<Field> fields, std::string name, std::string value) {
    fields.emplace_back(std::move(name), std::move(value));
    return fields;
  };
  struct Attempt {
    As who;
    std::string path;
    std::vector<Field> fields;
  };
  const Attempt attempts[] = {
      {As::water_administrator, water + "/edit", with(profile, "kind", "cert")},
      {As::water_administrator, water + "/edit", with(profile, "vendor_keys", "siemens")},
      {As::water_administrator, water + "/edit", with(profile, "status", "active")},
      {As::water_administrator, water + "/edit", with(profile, "id", "1")},
      {As::water_administrator,
       "/people/invite",
       {{"name", "N"}, {"email", "n@example.org"}, {"organisation", std::to_string(power_.value)}}},
      {As::administrator,
       will + "/edit",
       {{"name", "W"}, {"email", "w@example.org"}, {"language", ""}, {"time_zone", ""}, {"status", "active"}}},
      {As::administrator, "/communities/new", {{"name", "C"}, {"description", ""}, {"owner", "2"}}},
      {As::coordinator, "/organisations/new", with(with(profile, "kind", "vendor"), "uuid", "x")},
  };
  for (const auto& attempt : attempts) {
    EXPECT_EQ(post_as(attempt.who, attempt.path, attempt.fields).status, 400) << attempt.path;
  }
}

TEST_P(MemberPages, HostileTextStaysText) {
  const std::string bad = "\"><script>alert(1)</script><img src=x onerror=alert(2)>";
  const auto water = "/organisations/" + std::to_string(water_.value);
  const auto will = "/people/" + std::to_string(people_[As::water_member].value);
  // As if every check of the forms had been passed by.
  run(store::Sql{
      "UPDATE organisation SET name = ?, description = ?, homepage = ?, countries = ?, vendor_keys = ? WHERE "
      "id = ?",
      bad, bad, "javascript:alert(1)", bad, bad, water_});
  run(store::Sql{"UPDATE person SET name = ?, email = ?, language = ?, time_zone = ? WHERE id = ?", bad, bad, bad, bad,
                 people_[As::water_member]});
  run(store::Sql{"INSERT INTO organisation_contact (organisation_id, role, name, email, phone) VALUES (?, ?, ?, ?, ?)",
                 water_, bad, bad, bad, bad});
  run(store::Sql{
      "INSERT INTO organisation_key (organisation_id, kind, fingerprint, label, body, created_at) VALUES (?, "
      "0, ?, ?, ?, 0)",
      water_, bad, bad, bad});
  const auto community = engine::members::create_community(
      database(), console_, {.uuid = {}, .name = "C" + bad, .description = bad, .members_hidden = false}, clock_.now());
  ASSERT_TRUE(community.has_value()) << community.error().to_string();
  const auto circle = "/communities/" + std::to_string(community->value);
  ASSERT_EQ(post_as(As::coordinator, circle + "/add", {{"organisation", std::to_string(water_.value)}}).status, 303);
  static_cast<void>(post_as(As::coordinator, water + "/status", {{"status", "suspended"}, {"reason", bad}}));
  static_cast<void>(
      get_as(As::coordinator, "/organisations?q=" + http::encode_component(bad), "User-Agent: " + bad + "\r\n"));
  const auto entry = std::to_string(number(store::Sql{"SELECT max(sequence) FROM audit"}));
  const std::pair<As, std::string> pages[] = {
      {As::coordinator, "/organisations"},
      {As::coordinator, water},
      {As::coordinator, water + "/edit"},
      {As::coordinator, water + "/status"},
      {As::coordinator, water + "/clients/new"},
      {As::coordinator, "/communities"},
      {As::coordinator, circle},
      {As::coordinator, circle + "/edit"},
      {As::coordinator, circle + "/add"},
      {As::administrator, "/people"},
      {As::administrator, will},
      {As::administrator, will + "/edit"},
      {As::administrator, will + "/erase"},
      {As::administrator, will + "/roles/" + std::to_string(water_.value)},
      {As::administrator, "/people/invite"},
      {As::administrator, "/admin"},
      {As::auditor, "/audit"},
      {As::auditor, "/audit/" + entry},
      {As::auditor, "/audit?action=" + http::encode_component(bad)},
      {As::administrator, "/people?q=" + http::encode_component(bad)},
      {As::coordinator, "/organisations?q=" + http::encode_component(bad)},
  };
  for (const auto& [who, path] : pages) {
    const auto reply = get_as(who, path);
    EXPECT_EQ(reply.status, 200) << path;
    EXPECT_THAT(reply.body, AllOf(Not(HasSubstr("<script>alert")), Not(HasSubstr("<img src=x")),
                                  Not(HasSubstr("href=\"javascript:"))))
        << path;
  }
  const auto typed = post_as(As::coordinator, "/organisations/new",
                             {{"name", bad},
                              {"kind", bad},
                              {"countries", bad},
                              {"homepage", bad},
                              {"description", bad},
                              {"vendor_keys", bad},
                              {"sectors", bad}});
  EXPECT_EQ(typed.status, 422);
  EXPECT_THAT(typed.body, AllOf(Not(HasSubstr("<script>alert")), HasSubstr("&lt;script&gt;")));
}

TOCSIN_ON_BOTH_DATABASES(MemberPages);

}  // namespace
}  // namespace tocsin::portal
