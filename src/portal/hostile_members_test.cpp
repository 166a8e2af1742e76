#include <fstream>
#include <set>

#include <gmock/gmock.h>

#include "base/json.hpp"
#include "engine/cases/cases.hpp"
#include "portal/api/schemas.hpp"
#include "portal/members_fixture.hpp"

/// Attacks by people who may type something: what they type comes back as text and nothing else, on every page; what
/// they put into filters and addresses is data and nothing else, on every route.
namespace tocsin::portal {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// Would leave an attribute, open an element, and bring an event. Each field has a mark of its own.
std::string hostile(std::string_view field) { return "zq" + std::string{field} + "\"'><b id=pwn onpwn=\"1\"></title>"; }
/// As a page must show it.
std::string mark(std::string_view field) { return "zq" + std::string{field} + "&quot;"; }

class HostileMembers : public testing::MembersTest {
 protected:
  testing::Browser& as(const std::string& mail) {
    auto& browser = browsers_[mail];
    if (!browser) browser = std::make_unique<testing::Browser>(mail.empty() ? this->browser() : signed_in(mail));
    return *browser;
  }
  /// By the API, for it takes each field by its name.
  void change(const std::string& mail, std::string_view method, std::string_view target,
              const boost::json::object& body, int status) {
    auto& browser = as(mail);
    const auto reply = browser.send(method, target, json::write(body), "application/json",
                                    "If-Match: *\r\nX-CSRF-Token: " + browser.csrf + "\r\n");
    EXPECT_EQ(reply.status, status) << target << "\n" << reply.body;
  }
  /// "/organisations/{organisation}" with these values; empty where there is no value for a parameter.
  static std::string filled(std::string_view pattern, const std::map<std::string, std::string, std::less<>>& values) {
    std::string path;
    while (!pattern.empty()) {
      const auto open = pattern.find('{');
      path += pattern.substr(0, open);
      if (open == std::string_view::npos) return path;
      const auto close = pattern.find('}', open);
      auto name = pattern.substr(open + 1, close - open - 1);
      if (name.ends_with("...")) name.remove_suffix(3);
      const auto found = values.find(name);
      if (found == values.end()) return {};
      path += found->second;
      pattern.remove_prefix(close + 1);
    }
    return path;
  }
  std::map<std::string, std::unique_ptr<testing::Browser>> browsers_;
};

TEST_P(HostileMembers, WhatAnybodyTypesIsTextOnEveryPage) {
  std::set<std::string> fields;
  const auto bad = [&](const std::string& field) {
    fields.insert(field);
    return hostile(field);
  };
  const std::string admin = "admin@cert.example", boss = "boss@plant.example", coordinator = "coordinator@cert.example";
  // Every field that people of each kind can type.
  change("", "POST", "/api/v1/applications",
         {{"name", bad("applicant")},
          {"description", bad("about-applicant")},
          {"homepage", "https://x.example/zq'onpwn='1"},
          {"person_name", bad("applying-person")},
          {"email", "applying@x.example"},
          {"note", bad("note")}},
         202);
  change(boss, "PATCH", "/api/v1/organisations/2",
         {{"name", bad("organisation")},
          {"description", bad("description") + "\n\n<script>alert(1)</script>\n[x](javascript:alert(1))"},
          {"homepage", "https://plant.example/zq'onpwn='1"}},
         200);
  change(boss, "POST", "/api/v1/organisations/2/contacts",
         {{"role", "security"}, {"name", bad("contact")}, {"email", "desk@plant.example"}, {"phone", "+49 1"}}, 201);
  std::ifstream certificate{TOCSIN_SOURCE_DIR "/src/formats/keys/testdata/certificate.pem"};
  change(boss, "POST", "/api/v1/organisations/2/keys",
         {{"label", bad("label")}, {"key", std::string{std::istreambuf_iterator<char>{certificate}, {}}}}, 201);
  change("member@plant.example", "PATCH", "/api/v1/me", {{"name", bad("own-name")}}, 200);
  change(boss, "POST", "/api/v1/people", {{"name", bad("invited")}, {"email", "invited@plant.example"}}, 201);
  change(coordinator, "POST", "/api/v1/communities",
         {{"name", bad("community")}, {"description", bad("about-community")}}, 201);
  change(coordinator, "PUT", "/api/v1/communities/1/organisations/2", {}, 204);
  change(coordinator, "POST", "/api/v1/cases", {{"title", bad("case")}}, 201);
  const auto case_number = engine::cases::list_cases(database(), engine::Actor::at_console()).value().at(0).it.number;
  change(coordinator, "PUT", "/api/v1/cases/" + case_number + "/organisations/2", {{"part", "vendor"}}, 204);
  change(admin, "PUT", "/api/v1/communities/1/people/11", {}, 204);
  change(coordinator, "PUT", "/api/v1/organisations/2/clients/3", {}, 204);
  change(admin, "POST", "/api/v1/organisations/3/status", {{"status", "suspended"}, {"reason", bad("reason")}}, 200);
  change(admin, "POST", "/api/v1/organisations/3/status", {{"status", "active"}, {"reason", "Well again"}}, 200);
  boost::json::object site{{"site_name", bad("site-name")}, {"contact", bad("site-contact")}};
  for (const auto& field : engine::site::fields()) {
    if (field.name.starts_with("cert.") && field.name != "cert.languages")
      site[field.name] = bad(std::string{field.name});
  }
  change(admin, "PATCH", "/api/v1/site", site, 200);
  // Names in a token's row, and of the agent in the list of sessions.
  engine::identity::NewToken token;
  token.name = bad("token");
  token.scopes = {"read"};
  token.expires_at = Timestamp{clock_.now().micros + std::int64_t{86'400'000'000}};
  ASSERT_TRUE(identities().create_token({11}, {kPlant}, token, engine::Actor::at_console()).has_value());

  const auto applied = std::to_string(count(store::Sql{"SELECT max(id) FROM organisation"}));
  const auto invited = std::to_string(count(store::Sql{"SELECT max(id) FROM person"}));
  std::vector<std::string> targets;
  const auto router = app().routes();
  for (const auto& route : router.routes()) {
    if (route->method != http::Method::get || route->pattern.starts_with("/api/")) continue;
    if (route->pattern == "/live") continue;  // It goes on; live_test.cpp has its attacks.
    for (const auto& organisation : {std::string{"1"}, std::string{"2"}, std::string{"3"}, applied}) {
      for (const auto& person : {std::string{"11"}, std::string{"12"}, invited}) {
        auto path = filled(route->pattern, {{"organisation", organisation},
                                            {"person", person},
                                            {"community", "1"},
                                            {"case", case_number},
                                            {"id", "tdc-2025-001"},
                                            {"entry", "1"}});
        if (!path.empty() && std::ranges::find(targets, path) == targets.end()) targets.push_back(std::move(path));
      }
    }
  }
  for (const auto* list : {"/people?organisation=2", "/audit?limit=500", "/organisations?status=applied"}) {
    targets.emplace_back(list);
  }
  const auto entries = count(store::Sql{"SELECT max(sequence) FROM audit"});
  for (std::int64_t entry = 1; entry <= entries; ++entry) targets.push_back("/audit/" + std::to_string(entry));
  std::set<std::string> seen;
  for (const std::string& who : {std::string{}, std::string{"member@plant.example"}, boss, coordinator, admin,
                                 std::string{"auditor@cert.example"}}) {
    for (const auto& target : targets) {
      const auto reply = as(who).get(target);
      EXPECT_LT(reply.status, 500) << target;
      if (!reply.header("content-type").starts_with("text/html")) continue;
      SCOPED_TRACE(who + " " + target);
      for (const auto* broken : {"<b id=pwn", "onpwn=\"1\"", "<script>alert", "href=\"javascript:", "'onpwn='1"}) {
        EXPECT_THAT(reply.body, Not(HasSubstr(broken)));
      }
      for (const auto& field : fields) {
        if (reply.body.find(mark(field)) != std::string::npos) seen.insert(field);
      }
    }
  }
  // A field that no page shows would prove nothing.
  for (const auto& field : fields) EXPECT_TRUE(seen.contains(field)) << field << " was shown nowhere";
}

TEST_P(HostileMembers, FiltersAreDataInEveryList) {
  constexpr const char* kPayloads[] = {"' OR '1'='1",
                                       "1 OR 1=1",
                                       "1; DROP TABLE person; --",
                                       "') UNION SELECT email FROM person --",
                                       "\" OR \"\"=\"",
                                       "%' OR folded_name LIKE '%",
                                       "\\' OR 1=1 --",
                                       "1)) OR ((1=1",
                                       "$1",
                                       "!%_",
                                       "{{7*7}}",
                                       "../../../etc/passwd",
                                       "\xE2\x80\xAE'"};
  const auto people = count(store::Sql{"SELECT count(*) FROM person"});
  const auto organisations = count(store::Sql{"SELECT count(*) FROM organisation"});
  const auto router = app().routes();
  int asked = 0;
  for (const auto& route : router.routes()) {
    if (route->method != http::Method::get || !route->pattern.starts_with("/api/v1")) continue;
    const auto* operation = api::find_operation(route->name);
    ASSERT_NE(operation, nullptr) << route->name;
    const auto api_path = filled(route->pattern, {{"organisation", "2"},
                                                  {"person", "11"},
                                                  {"community", "1"},
                                                  {"id", "tdc-2025-001"},
                                                  {"vendor", "x"},
                                                  {"entry", "1"}});
    if (api_path.empty()) continue;
    const std::string who = api_path.starts_with("/api/v1/audit") ? "auditor@cert.example" : "admin@cert.example";
    for (const auto& parameter : operation->query) {
      for (const auto* payload : kPayloads) {
        // The page is the same handler at another address.
        for (const auto& path : {api_path, api_path.substr(std::string_view{"/api/v1"}.size())}) {
          const auto target = path + "?" + std::string{parameter.name} + "=" + http::encode_component(payload);
          const auto reply = as(who).get(target);
          EXPECT_LT(reply.status, 500) << target << "\n" << reply.body;
          EXPECT_THAT(reply.body, Not(HasSubstr("syntax error"))) << target;
          ++asked;
          // Part of a name: nobody is called so, and a filter that everything fits would be one that was broken open.
          const bool by_name = parameter.name == "q" && (route->name == "people" || route->name == "organisations");
          if (by_name && path == api_path && reply.status == 200) {
            EXPECT_THAT(reply.body, HasSubstr("\"total\":0")) << target;
          }
        }
      }
    }
  }
  EXPECT_GT(asked, 500);
  EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM person"}), people);
  EXPECT_EQ(count(store::Sql{"SELECT count(*) FROM organisation"}), organisations);
}

TEST_P(HostileMembers, NamesInAddressesLeadNowhereElse) {
  constexpr const char* kNames[] = {"..%2f..%2f..%2f..%2fetc%2fpasswd",
                                    "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
                                    "....%2f%2fetc%2fpasswd",
                                    "..%5c..%5cetc%5cpasswd",
                                    "%00",
                                    "1%00.svg",
                                    "%2fetc%2fpasswd",
                                    "file:%2f%2f%2fetc%2fpasswd",
                                    "007",
                                    "-1",
                                    "9223372036854775808",
                                    "1e1",
                                    "1;rm"};
  const auto router = app().routes();
  for (const auto& route : router.routes()) {
    const auto open = route->pattern.find('{');
    if (route->method != http::Method::get || open == std::string::npos || route->secret_path) continue;
    for (const auto* name : kNames) {
      auto target = route->pattern;
      while (target.find('{') != std::string::npos) {
        const auto begin = target.find('{');
        target.replace(begin, target.find('}') - begin + 1, name);
      }
      const std::string who = target.starts_with("/api/v1/audit") || target.starts_with("/audit")
                                  ? "auditor@cert.example"
                                  : "admin@cert.example";
      // An address that cannot be read ends the connection.
      auto fresh = browser();
      fresh.cookies = as(who).cookies;
      const auto reply = fresh.get(target);
      EXPECT_GE(reply.status, 300) << target;
      EXPECT_LT(reply.status, 500) << target << "\n" << reply.body;
      EXPECT_THAT(reply.body, Not(HasSubstr("root:"))) << target;
    }
  }
}

TOCSIN_ON_BOTH_DATABASES(HostileMembers);

}  // namespace
}  // namespace tocsin::portal
