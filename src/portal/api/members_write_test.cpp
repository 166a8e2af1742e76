#include <gmock/gmock.h>

#include "base/json.hpp"
#include "portal/members_fixture.hpp"

/// Changing members over the API: who may, what slips in, and what happens where two change the same.
namespace tocsin::portal::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class MembersWrite : public testing::MembersTest {
 protected:
  http::testing::Reply send(testing::Browser& browser, std::string_view method, std::string_view target,
                            std::string_view body, std::string_view headers = "If-Match: *\r\n") {
    return browser.send(method, target, body, "application/json",
                        "X-CSRF-Token: " + browser.csrf + "\r\n" + std::string{headers});
  }
  std::string text(const store::Sql& sql) {
    return database()
        .read([&](store::Connection& connection) {
          return connection.first(sql, [](const store::Row& row) { return row.string(0); });
        })
        .value()
        .value_or("");
  }
  /// Everything of members that an attack could have changed.
  std::string everything() {
    return text(store::Sql{"SELECT count(*) || ':' || coalesce(sum(roles), 0) FROM membership"}) + " " +
           text(store::Sql{"SELECT count(*) || ':' || sum(kind) || ':' || sum(status) || ':' || max(vendor_keys) FROM "
                           "organisation"}) +
           " " + text(store::Sql{"SELECT count(*) || ':' || sum(status) || ':' || max(email) FROM person"}) + " " +
           text(store::Sql{"SELECT count(*) || '' FROM organisation_contact"}) + " " +
           text(store::Sql{"SELECT count(*) || '' FROM community_organisation"});
  }
};

struct Attack {
  const char* name;
  const char* who;
  const char* method;
  const char* target;
  const char* body;
  int status;
};
constexpr Attack kAttacks[] = {
    // Members that are not this one's to set.
    {"StatusInTheProfile", "boss@plant.example", "PATCH", "/api/v1/organisations/2", R"({"status":"left"})", 400},
    {"KindOfTheOwnOrganisation", "boss@plant.example", "PATCH", "/api/v1/organisations/2", R"({"kind":"cert"})", 400},
    {"VendorKeysOfTheOwnOrganisation", "boss@plant.example", "PATCH", "/api/v1/organisations/2",
     R"({"vendor_keys":["abb"]})", 400},
    {"IdOfAnother", "boss@plant.example", "PATCH", "/api/v1/organisations/2", R"({"id":1})", 400},
    {"RolesInTheProfile", "member@plant.example", "PATCH", "/api/v1/me", R"({"roles":["administrator"]})", 400},
    {"StatusInTheOwnProfile", "member@plant.example", "PATCH", "/api/v1/me", R"({"status":"active"})", 400},
    {"OwnAddress", "member@plant.example", "PATCH", "/api/v1/me", R"({"email":"admin@cert.example"})", 400},
    {"RolesTwice", "boss@plant.example", "PUT", "/api/v1/people/11/memberships/2",
     R"({"roles":[],"roles":["organisation-administrator"]})", 400},
    {"StatusOfWhoIsInvited", "boss@plant.example", "POST", "/api/v1/people",
     R"({"name":"x","email":"x@plant.example","status":"active"})", 400},
    {"PasswordOfWhoIsInvited", "boss@plant.example", "POST", "/api/v1/people",
     R"({"name":"x","email":"x@plant.example","password":"correct horse battery staple"})", 400},
    {"StatusOfTheApplication", "boss@plant.example", "POST", "/api/v1/applications",
     R"({"name":"X works","person_name":"x","email":"x@x.example","status":"active"})", 400},
    {"OwnerOfTheCommunity", "coordinator@cert.example", "POST", "/api/v1/communities", R"({"name":"Ring","owner":2})",
     400},
    {"ANumberForAName", "boss@plant.example", "PATCH", "/api/v1/organisations/2", R"({"name":7})", 400},
    {"AnObjectForAList", "boss@plant.example", "PATCH", "/api/v1/organisations/2", R"({"sectors":{"0":"energy"}})",
     400},
    {"NoObject", "boss@plant.example", "PATCH", "/api/v1/organisations/2", R"([{"name":"x"}])", 400},
    // A role that one does not have.
    {"OwnRole", "boss@plant.example", "PUT", "/api/v1/people/12/memberships/2",
     R"({"roles":["organisation-administrator","vendor-coordinator"]})", 400},
    {"RoleOfTheCert", "boss@plant.example", "PUT", "/api/v1/people/11/memberships/2", R"({"roles":["administrator"]})",
     400},
    {"OwnRoleInTheCert", "admin@cert.example", "PUT", "/api/v1/people/17/memberships/1",
     R"({"roles":["administrator","coordinator"]})", 403},
    {"RoleAsAMember", "member@plant.example", "PUT", "/api/v1/people/11/memberships/2",
     R"({"roles":["organisation-administrator"]})", 403},
    {"RoleAsACoordinator", "coordinator@cert.example", "PUT", "/api/v1/people/15/memberships/1",
     R"({"roles":["administrator"]})", 403},
    {"InvitesOneselfAsAdministrator", "boss@plant.example", "POST", "/api/v1/people",
     R"({"name":"x","email":"boss@plant.example","organisation":1,"roles":["administrator"]})", 403},
    // Another organisation's.
    {"ProfileOfAnother", "boss@plant.example", "PATCH", "/api/v1/organisations/3", R"({"name":"Mine"})", 403},
    {"ContactOfAnother", "boss@plant.example", "POST", "/api/v1/organisations/3/contacts",
     R"({"role":"security","name":"x","email":"x@evil.example"})", 403},
    {"KeyOfAnother", "boss@plant.example", "POST", "/api/v1/organisations/1/keys", R"({"key":"x"})", 403},
    {"StatusOfAnother", "boss@plant.example", "POST", "/api/v1/organisations/3/status",
     R"({"status":"left","reason":"x"})", 403},
    {"PersonOfAnother", "boss@plant.example", "PUT", "/api/v1/people/13/memberships/3", R"({"roles":[]})", 404},
    {"PersonIntoAnother", "boss@plant.example", "POST", "/api/v1/people",
     R"({"name":"x","email":"x@plant.example","organisation":3})", 403},
    {"OwnPersonInAnother", "boss@plant.example", "PUT", "/api/v1/people/11/memberships/3", R"({"roles":[]})", 403},
    {"LinkForAnother", "boss@plant.example", "POST", "/api/v1/people/17/link", "{}", 404},
    {"LinkForAnActiveColleague", "boss@plant.example", "POST", "/api/v1/people/11/link", "{}", 403},
    {"ClientOfOneself", "boss@plant.example", "PUT", "/api/v1/organisations/2/clients/3", "", 403},
    {"ErasesAColleague", "boss@plant.example", "DELETE", "/api/v1/people/11", "", 403},
    {"SuspendsAColleague", "boss@plant.example", "POST", "/api/v1/people/11/status", R"({"status":"suspended"})", 403},
    {"ReopensOneself", "boss@plant.example", "POST", "/api/v1/organisations/2/status",
     R"({"status":"active","reason":"x"})", 403},
    {"CommunityAsAMember", "boss@plant.example", "PUT", "/api/v1/communities/1/organisations/2", "", 403},
    {"AuditorChangesNothing", "auditor@cert.example", "PATCH", "/api/v1/organisations/1", R"({"name":"x"})", 403},
    // What is not there.
    {"NoSuchOrganisation", "coordinator@cert.example", "PATCH", "/api/v1/organisations/99", R"({"name":"x"})", 404},
    {"PathInANumber", "coordinator@cert.example", "PATCH", "/api/v1/organisations/..%2F1", R"({"name":"x"})", 400},
    {"SqlInANumber", "coordinator@cert.example", "PATCH", "/api/v1/organisations/1%20OR%201=1", R"({"name":"x"})", 404},
    {"UnknownParameter", "coordinator@cert.example", "PATCH", "/api/v1/organisations/2?kind=cert", R"({"name":"x"})",
     400}};

TEST_P(MembersWrite, NothingSlipsInAndNobodyReachesBeyondTheirs) {
  std::map<std::string, std::unique_ptr<testing::Browser>> browsers;
  const auto before = everything();
  for (const auto& attack : kAttacks) {
    SCOPED_TRACE(attack.name);
    auto& browser = browsers[attack.who];
    if (!browser) browser = std::make_unique<testing::Browser>(signed_in(attack.who));
    // An address that cannot be read ends the connection.
    auto fresh = this->browser();
    fresh.cookies = browser->cookies;
    fresh.csrf = browser->csrf;
    const auto reply = send(fresh, attack.method, attack.target, attack.body);
    EXPECT_EQ(reply.status, attack.status) << reply.body;
    EXPECT_EQ(reply.header("content-type"), "application/problem+json");
    EXPECT_EQ(everything(), before);
  }
}

TEST_P(MembersWrite, ErrorsNameTheMemberByItsPointer) {
  auto coordinator = signed_in("coordinator@cert.example");
  for (const auto& [body, where] :
       {std::pair{R"({"name":""})", "/name"}, std::pair{R"({"kind":"club"})", "/kind"},
        std::pair{R"({"countries":["XX"]})", "/countries"},
        std::pair{R"j({"homepage":"javascript:alert(1)"})j", "/homepage"},
        std::pair{R"({"sectors":["moon"]})", "/sectors"}, std::pair{R"({"nothing":1})", "/nothing"}}) {
    const auto reply = send(coordinator, "PATCH", "/api/v1/organisations/2", body);
    EXPECT_EQ(reply.status, 400) << body;
    EXPECT_THAT(reply.body, HasSubstr("\"where\":\"" + std::string{where} + "\"")) << body;
  }
}

TEST_P(MembersWrite, TwoEditorsDoNotOverwriteEachOther) {
  auto coordinator = signed_in("coordinator@cert.example");
  auto boss = signed_in("boss@plant.example");
  for (const std::string target : {"/api/v1/organisations/2"}) {
    const auto seen = std::string{coordinator.get(target).header("etag")};
    EXPECT_EQ(seen, boss.get(target).header("etag"));
    EXPECT_EQ(send(boss, "PATCH", target, R"({"description":"x"})", "").status, 428);
    EXPECT_EQ(send(boss, "PATCH", target, R"({"description":"First"})", "If-Match: " + seen + "\r\n").status, 200);
    const auto late =
        send(coordinator, "PATCH", target, R"({"homepage":"https://plant.example"})", "If-Match: W/" + seen + "\r\n");
    EXPECT_EQ(late.status, 412) << late.body;
    const auto now = std::string{coordinator.get(target).header("etag")};
    EXPECT_EQ(send(coordinator, "PATCH", target, R"({"homepage":"https://plant.example"})", "If-Match: " + now + "\r\n")
                  .status,
              200);
  }
  EXPECT_EQ(text(store::Sql{"SELECT description FROM organisation WHERE id = 2"}), "First");
  // The page's form says so, too.
  const auto form = boss.get("/organisations/2/edit").body;
  const auto at = form.find("name=\"version\" value=\"") + 22;
  const auto version = form.substr(at, form.find('"', at) - at);
  ASSERT_EQ(send(coordinator, "PATCH", "/api/v1/organisations/2", R"({"description":"Second"})").status, 200);
  const auto reply = boss.post("/organisations/2/edit", {{"version", version}, {"name", "Plant"}});
  EXPECT_EQ(reply.status, 422);
  EXPECT_THAT(reply.body, HasSubstr("meanwhile"));
  EXPECT_EQ(text(store::Sql{"SELECT description FROM organisation WHERE id = 2"}), "Second");
}

TEST_P(MembersWrite, ForgedRequestsOfABrowserAreRefused) {
  auto admin = signed_in("admin@cert.example");
  EXPECT_EQ(
      admin.send("PATCH", "/api/v1/organisations/2", R"({"name":"x"})", "application/json", "If-Match: *\r\n").status,
      403);
  EXPECT_EQ(admin
                .send("PATCH", "/api/v1/organisations/2", R"({"name":"x"})", "application/json",
                      "If-Match: *\r\nOrigin: https://evil.example\r\nX-CSRF-Token: " + admin.csrf + "\r\n")
                .status,
            403);
}

TEST_P(MembersWrite, TokensNeedTheScopeAndMakeNoOtherAccess) {
  const engine::Actor console = engine::Actor::at_console();
  const auto token = [&](std::int64_t person, std::vector<std::string> scopes) {
    engine::identity::NewToken wanted;
    wanted.name = "program";
    wanted.scopes = std::move(scopes);
    wanted.expires_at = Timestamp{clock_.now().micros + std::int64_t{86'400'000'000}};
    auto made = identities().create_token({person}, {person == 12 ? kPlant : kCert}, wanted, console);
    EXPECT_TRUE(made.has_value()) << made.error().message;
    return made.value();
  };
  const auto as = [&](const std::string& secret, std::string_view method, std::string_view target,
                      std::string_view body) {
    auto program = browser();
    return program.send(method, target, body, "application/json",
                        "If-Match: *\r\nAuthorization: Bearer " + secret + "\r\n");
  };
  const auto reads = token(12, {"read"}), writes = token(12, {"read", "manage-members"});
  EXPECT_EQ(as(reads, "PATCH", "/api/v1/organisations/2", R"({"description":"x"})").status, 403);
  EXPECT_EQ(as(writes, "PATCH", "/api/v1/organisations/2", R"({"description":"By program"})").status, 200);
  EXPECT_EQ(as(writes, "POST", "/api/v1/people", R"({"name":"Pia","email":"pia@plant.example"})").status, 201);
  const auto administers = token(17, {"read", "manage-members"});
  for (const auto& [method, target, body] :
       {std::tuple{"POST", "/api/v1/people/11/link", "{}"}, std::tuple{"DELETE", "/api/v1/people/11", ""},
        std::tuple{"PATCH", "/api/v1/site", R"({"site_name":"x"})"},
        std::tuple{"PATCH", "/api/v1/me", R"({"name":"x"})"}, std::tuple{"GET", "/api/v1/people/11/export", ""},
        std::tuple{"PUT", "/api/v1/site/logo", "<svg/>"}}) {
    EXPECT_EQ(as(administers, method, target, body).status, 403) << target;
  }
}

TEST_P(MembersWrite, WhoAdmitsGetsTheApplicantsInvitation) {
  ASSERT_EQ(post("/api/v1/applications",
                 R"({"name":"Water works","kind":"asset-owner","person_name":"Wendy","email":"wendy@water.example"})")
                .status,
            202);
  // The same answer for what is known.
  ASSERT_EQ(post("/api/v1/applications", R"({"name":"Plant","person_name":"x","email":"x@x.example"})").status, 202);
  auto coordinator = signed_in("coordinator@cert.example");
  const auto id = count(store::Sql{"SELECT id FROM organisation WHERE name = 'Water works'"});
  const auto admitted = send(coordinator, "POST", "/api/v1/organisations/" + std::to_string(id) + "/status",
                             R"({"status":"active","reason":"Called the switchboard"})");
  ASSERT_EQ(admitted.status, 200) << admitted.body;
  EXPECT_THAT(admitted.body, HasSubstr("wendy@water.example"));
  const auto at = admitted.body.find("/link/");
  ASSERT_NE(at, std::string::npos) << admitted.body;
  const auto link = admitted.body.substr(at, admitted.body.find('"', at) - at);
  EXPECT_EQ(get(link).status, 200);
  // But no link for anybody else, and none by a token.
  EXPECT_EQ(send(coordinator, "POST", "/api/v1/people/11/link", "{}").status, 403);
}

TEST_P(MembersWrite, ListingAnAddressDoesNotTellWhetherThereIsAnAccount) {
  auto coordinator = signed_in("coordinator@cert.example");
  ASSERT_EQ(send(coordinator, "POST", "/api/v1/communities", R"({"name":"One"})").status, 201);
  ASSERT_EQ(send(coordinator, "POST", "/api/v1/communities", R"({"name":"Two"})").status, 201);
  const auto known = send(coordinator, "POST", "/api/v1/communities/1/people", R"({"email":"vendor@vendor.example"})");
  const auto unknown =
      send(coordinator, "POST", "/api/v1/communities/2/people", R"({"email":"nobody@vendor.example"})");
  EXPECT_EQ(known.status, 200) << known.body;
  EXPECT_EQ(unknown.status, 200) << unknown.body;
  const auto people = [](const http::testing::Reply& reply) {
    return reply.body.substr(reply.body.find("\"people\""));
  };
  EXPECT_EQ(people(known), "\"people\":[{\"id\":null,\"name\":\"vendor@vendor.example\"}]}");
  EXPECT_EQ(people(unknown), "\"people\":[{\"id\":null,\"name\":\"nobody@vendor.example\"}]}");
  EXPECT_THAT(coordinator.get("/communities/1").body, Not(HasSubstr("Somebody 13")));
  // Again, and away again: the same for both.
  for (const auto& [community, mail] : {std::pair{"1", "vendor"}, std::pair{"2", "nobody"}}) {
    const auto base = "/api/v1/communities/" + std::string{community} + "/people";
    EXPECT_EQ(send(coordinator, "POST", base, R"({"email":")" + std::string{mail} + R"(@vendor.example"})").status,
              409);
    EXPECT_EQ(send(coordinator, "DELETE", base + "/" + mail + "%40vendor.example", "").status, 204);
    EXPECT_EQ(send(coordinator, "DELETE", base + "/" + mail + "%40vendor.example", "").status, 404);
    EXPECT_EQ(send(coordinator, "PUT", base + "/13", "").status, 403);
    EXPECT_EQ(send(coordinator, "PUT", base + "/99", "").status, 403);
  }
  // Whoever manages people is told.
  auto admin = signed_in("admin@cert.example");
  const auto told = send(admin, "POST", "/api/v1/communities/1/people", R"({"email":"other@vendor.example"})");
  EXPECT_EQ(told.status, 400);
  EXPECT_THAT(told.body, HasSubstr("\"where\":\"/email\""));
}

TOCSIN_ON_BOTH_DATABASES(MembersWrite);

}  // namespace
}  // namespace tocsin::portal::api
