#include "portal/api/openapi.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <set>

#include <gmock/gmock.h>

#include "base/hash.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/audit/view.hpp"
#include "engine/exposure/decision.hpp"
#include "engine/exposure/runs.hpp"
#include "engine/hooks/hooks.hpp"
#include "engine/inventory/inventory.hpp"
#include "engine/notify/herald.hpp"
#include "engine/notify/subscriptions.hpp"
#include "engine/taxii/peers.hpp"
#include "engine/testing/attack_base.hpp"
#include "portal/api/schema_checker.hpp"
#include "portal/api/schemas.hpp"
#include "portal/http/target.hpp"
#include "portal/members_fixture.hpp"
#include "store/records.hpp"

namespace tocsin::portal::api {
namespace {

using boost::json::value;

TEST(SchemaChecker, RefusesWhatDoesNotFit) {
  const auto schema = json::parse(R"({"type":"object","required":["a"],"properties":{
      "a":{"type":"integer","minimum":1,"maximum":5},"b":{"type":["string","null"],"format":"date-time"},
      "c":{"type":"array","items":{"enum":["x","y"]}},"d":{"oneOf":[{"type":"string"},{"type":"null"}]}}})");
  ASSERT_TRUE(schema.has_value());
  const auto problems = [&](std::string_view text) {
    const auto instance = json::parse(text);
    return Checker{schema->root()}.check(schema->root(), instance->root()).size();
  };
  EXPECT_EQ(problems(R"({"a":1,"b":"2022-05-10T00:00:00Z","c":["x"],"d":null})"), 0U);
  EXPECT_EQ(problems(R"({"a":5,"b":null})"), 0U);
  for (const auto* bad : {R"({})", R"([])", R"({"a":0})", R"({"a":6})", R"({"a":"1"})", R"({"a":1,"b":"yesterday"})",
                          R"({"a":1,"b":3})", R"({"a":1,"c":["z"]})", R"({"a":1,"d":3})", R"({"a":1,"e":1})"}) {
    EXPECT_GT(problems(bad), 0U) << bad;
  }
  const auto unknown = json::parse(R"({"pattern":"x"})");
  EXPECT_EQ(Checker{unknown->root()}.check(unknown->root(), unknown->root()).size(), 1U);
}

constexpr std::pair<const char*, const char*> kOtherForms[] = {{"csaf_2_1", "csaf-2.1.json"},
                                                               {"csaf_2_0", "csaf-2.0.json"},
                                                               {"openvex", "openvex.json"},
                                                               {"cyclonedx", "cdx.json"},
                                                               {"markdown", "md"},
                                                               {"text", "txt"}};

std::string demo_document(std::string_view version = "3") {
  std::ifstream file{fmt::format("{}/demo/advisories/tdc-2025-001-v{}.json", TOCSIN_SOURCE_DIR, version)};
  return {std::istreambuf_iterator<char>{file}, {}};
}

class OpenApi : public testing::MembersTest {
 protected:
  void SetUp() override {
    MembersTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    auto reply = get("/api/openapi.json");
    ASSERT_EQ(reply.status, 200);
    auto parsed = json::parse(reply.body);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().to_string();
    document_.emplace(std::move(parsed).value());
  }
  engine::hooks::Hooks hooks_{SealingKey::random(), {}};
  void prepare(App& app) override { app.set_webhooks(&hooks_); }
  /// Whose pages these are: the audit log is the auditors'.
  static std::string who_may(std::string_view target) {
    if (target.starts_with("/api/v1/audit")) return "auditor@cert.example";
    if (target.starts_with("/api/v1/exposure/sums") || target.starts_with("/api/v1/exposure/alias-offers"))
      return "coordinator@cert.example";
    for (const std::string_view path :
         {"/api/v1/inventory", "/api/v1/exposure", "/api/v1/webhooks", "/api/v1/subscriptions", "/api/v1/notices",
          "/api/v1/threats/reports", "/api/v1/threats/extraction", "/api/v1/threats/import",
          "/api/v1/attack/coverage"}) {
      if (target.starts_with(path)) return "boss@plant.example";
    }
    if (target == "/api/v1/threats" || target.starts_with("/api/v1/threats/tool--")) return "boss@plant.example";
    if (target.ends_with("/sharing") || target.starts_with("/api/v1/cases") || target.ends_with("/read") ||
        target.ends_with("/removal") || target.ends_with("/sighting") || target.ends_with("/thanks") ||
        target.find("/comments") != std::string_view::npos) {
      return "coordinator@cert.example";
    }
    for (const std::string_view path : {"/api/v1/organisation", "/api/v1/people", "/api/v1/communities", "/api/v1/site",
                                        "/api/v1/break-glass", "/api/v1/approvals", "/api/v1/peers", "/api/v1/taxii"}) {
      if (target.starts_with(path)) return "admin@cert.example";
    }
    return {};
  }
  /// As a visitor, and where an account is needed as a member.
  http::testing::Reply ask(std::string_view method, const std::string& target, const std::string& body) {
    if (const auto mail = who_may(target); !mail.empty()) {
      auto& browser = browsers_[mail];
      if (!browser) browser = std::make_unique<testing::Browser>(signed_in(mail));
      if (method == "GET") return browser->get(target);
      return browser->send(method, target, body, "application/json",
                           "If-Match: *\r\nX-CSRF-Token: " + browser->csrf + "\r\n");
    }
    const bool own = target.starts_with("/api/v1/me") || target.starts_with("/api/v1/tokens");
    if (!own) return body.empty() ? get(target) : post(target, body);
    if (!member_) member_.emplace(signed_in("member@plant.example"));
    if (method == "GET") return member_->get(target);
    return member_->send(method, target, body, "application/json",
                         "If-Match: *\r\nX-CSRF-Token: " + member_->csrf + "\r\n");
  }
  std::optional<testing::Browser> member_;
  std::map<std::string, std::unique_ptr<testing::Browser>> browsers_;
  const value& document() const { return document_->root(); }
  /// Something of everything that members' answers can show.
  void make_members() {
    // Organisations are identities of STIX: the world's short names for them are no UUIDs.
    run(store::Sql{"UPDATE organisation SET uuid = '0b2f8c1e-93d7-4a55-8a6e-3d1c2b4a5f60' WHERE id = 2"});
    auto coordinator = signed_in("coordinator@cert.example");
    const auto post_form = [&](std::string_view target, const testing::FormFields& fields) {
      const auto reply = coordinator.post(target, fields);
      EXPECT_EQ(reply.status, 303) << target << "\n" << reply.body;
    };
    post_form("/organisations/2/contacts/new", {{"role", "security"}, {"name", "Desk"}, {"email", "d@plant.example"}});
    post_form("/organisations/2/clients/new", {{"client", "3"}});
    post_form("/communities/new", {{"name", "Circle"}});
    post_form("/communities/1/add", {{"organisation", "2"}});
    post_form("/communities/1/add", {{"email", "vendor@vendor.example"}});
    const domain::Record record = [] {
      domain::Record made;
      made.id = {1};
      made.tlp = domain::Tlp::amber;
      return made;
    }();
    EXPECT_TRUE(engine::audit::view::record_look(database(), engine::Actor::at_console(), record,
                                                 engine::audit::view::Looking::read, clock_.now()));
    run(store::Sql{"DELETE FROM audit_personal WHERE sequence = 1"});
    run(
        store::Sql{"INSERT INTO exposure_sum (id, record_id, product, least, made_at, is_current) VALUES (1, 0, "
                   "'example-pumps/flow-controller', 5, 0, 1), (2, 1, '', 5, 0, 1)"});
    run(
        store::Sql{"INSERT INTO exposure_sum_cell (sum_id, sector, organisations, assets) VALUES (1, -1, 5, 20), (2, "
                   "-1, 10, 40), (2, 16, 5, 15)"});
    run(
        store::Sql{"INSERT INTO exposure_alias (id, organisation_id, kind, of_vendor, text_key, shown, vendor_key, "
                   "product_key, vendor, product, is_denied, taught_at) VALUES (101, 2, 1, '', 'pumpco', 'Pumpco', "
                   "'example-pumps', '', 'Example Pumps', '', 0, 0)"});
    run(store::Sql{
        "INSERT INTO community_alias (id, kind, of_vendor, text_key, vendor_key, product_key, vendor, product, "
        "least, offered_at, state) VALUES (1, 2, 'pumpco', 'blue-box', 'example-pumps', 'flow-controller', "
        "'Example Pumps', 'Flow Controller', 5, 0, 0)"});
    auto plant = engine::Actor::at_console();
    plant.viewer.organisation = domain::OrganisationId{2};
    formats::inventory::Item item;
    item.name = "Pump controller";
    item.model = "7HW1710-1AB00-0XA0";
    item.versions = {{"firmware", "V2.8"}};
    item.hashes = {{"sha256", "00ff"}};
    item.others = {{"Cabinet", "C4"}};
    EXPECT_TRUE(engine::inventory::add(database(), plant, item, clock_.now()));
    engine::exposure::Runs runs{database()};
    EXPECT_TRUE(runs.all(clock_));
    const engine::taxii::Peers peers{SealingKey::random(), {}};
    EXPECT_TRUE(engine::taxii::create_peer(
        database(), engine::Actor::at_console(), peers,
        {.name = "CERT Example",
         .url = "https://taxii.example/api/collections/91a7/",
         .markings = {{"marking-definition--0b7dc8a1-5a57-4f3b-9b0a-6a6f0c3f2d11", domain::Tlp::green}},
         .enabled = true},
        clock_.now()));
    run(
        store::Sql{"INSERT INTO break_glass (person_id, organisation_id, record_id, owner_id, reason, began_at, until) "
                   "VALUES (15, 1, 1, 3, 'The plant stands still', 0, 1)"});
    run(
        store::Sql{"INSERT INTO approval (act, object, owner_id, parameters, difference, basis, reason, person_id, "
                   "organisation_id, asked_at, expires_at, state, outcome) VALUES (3, 'person:14', 1, '{}', "
                   "'[\"Then: coordinator\"]', '', 'The desk needs it', 17, 1, 0, 1, 1, '')"});
  }

  /// A portal that writes letters from now on, and has told somebody of two advisories.
  void make_notices() {
    app().set_mail(&post_);
    engine::notify::Herald herald{database(), app().search(), app().catalogue(), post_, {}};
    const auto turn = [&] {
      ASSERT_TRUE(app().catch_up());
      engine::exposure::Runs runs{database()};
      ASSERT_TRUE(runs.all(clock_));
      ASSERT_TRUE(herald.turn(clock_));
    };
    // Of what there is already, before anybody asks for it.
    turn();
    ASSERT_TRUE(engine::notify::subscribe(database(), engine::Actor::at_console(), {12},
                                          {.name = "All", .channels = {.mail = true, .feed = true}}, clock_.now()));
    for (const auto* id : {"EX-NOTICED-1", "EX-NOTICED-2"}) {
      auto revision = store_testing::sample_revision(id);
      revision.tlp = domain::Tlp::clear;
      revision.audience = domain::Audience::everyone;
      ASSERT_TRUE(database().write(
          [&](store::Connection& connection) { return store::Records{connection}.put(revision, clock_.now()); }));
    }
    turn();
    make_connection(herald);
  }
  /// Somebody who asked for it is told that another organisation shared what theirs had shared.
  void make_connection(engine::notify::Herald& herald) {
    ASSERT_TRUE(engine::notify::subscribe(database(), engine::Actor::at_console(), {12},
                                          {.name = "Shared", .connections = true, .channels = {.feed = true}},
                                          clock_.now()));
    for (const auto& [number, owner] : {std::pair{1, 2}, std::pair{2, 1}}) {
      auto revision = store_testing::sample_revision("EX-CONNECTED");
      revision.kind = domain::RecordKind::stix_object;
      revision.key = fmt::format("indicator--00000000-0000-4000-8000-00000000090{}", number);
      revision.title = fmt::format("Connected {}", number);
      revision.tlp = domain::Tlp::clear;
      revision.audience = domain::Audience::everyone;
      revision.format = "stix-2.1";
      revision.owner = {owner};
      revision.bytes =
          fmt::format(R"({{"type":"indicator","spec_version":"2.1","id":"{}","modified":"2024-02-01T00:00:00.000Z",)"
                      R"("name":"Connected {}","pattern_type":"stix","pattern":"[ipv4-addr:value = '45.66.77.91']"}})",
                      revision.key, number);
      revision.sha512 = sha512_hex(revision.bytes);
      ASSERT_TRUE(database().write(
          [&](store::Connection& connection) { return store::Records{connection}.put(revision, clock_.now()); }));
    }
    ASSERT_TRUE(app().catch_up());
    ASSERT_TRUE(herald.turn(clock_));
  }

  engine::post::Post post_{SealingKey::random(),
                           {.public_url = "http://cert.example", .site_name = "Grid CERT", .mail = true}};
  std::optional<json::Parsed> document_;
};

TEST_P(OpenApi, IsAWellFormedDocument) {
  EXPECT_EQ(json::string_at(document(), "openapi"), "3.1.0");
  for (const auto* member : {"info", "paths", "components"}) EXPECT_NE(json::find(document(), member), nullptr);
  for (const auto* member : {"title", "version", "description"}) {
    EXPECT_FALSE(json::string_at(*json::find(document(), "info"), member).empty());
  }
  std::set<std::string> operation_ids;
  for (const auto& [path, methods] : json::find(document(), "paths")->as_object()) {
    SCOPED_TRACE(path);
    for (const auto& [method, operation] : methods.as_object()) {
      EXPECT_TRUE(operation_ids.insert(std::string{json::string_at(operation, "operationId")}).second);
      EXPECT_FALSE(json::string_at(operation, "summary").empty());
      std::set<std::string> in_path;
      std::set<std::pair<std::string, std::string>> names;
      for (const auto& parameter : json::array_at(operation, "parameters")) {
        const std::string name{json::string_at(parameter, "name")};
        EXPECT_TRUE(names.emplace(json::string_at(parameter, "in"), name).second) << name;
        EXPECT_FALSE(json::string_at(parameter, "description").empty()) << name;
        EXPECT_NE(json::find(parameter, "schema"), nullptr) << name;
        if (json::string_at(parameter, "in") == "path") in_path.insert(name);
      }
      for (const auto& name : in_path) EXPECT_NE(path.find("{" + name + "}"), std::string_view::npos);
      EXPECT_EQ(static_cast<std::size_t>(std::count(path.begin(), path.end(), '{')), in_path.size());
      const auto& responses = json::find(operation, "responses")->as_object();
      EXPECT_EQ(
          std::count_if(responses.begin(), responses.end(), [](const auto& each) { return each.key()[0] == '2'; }), 1);
    }
  }
}

void each_reference(const value& node, const std::function<void(std::string_view)>& visit) {
  if (node.is_object()) {
    for (const auto& [name, member] : node.as_object()) {
      if (name == "$ref" && member.is_string()) visit(member.as_string());
      each_reference(member, visit);
    }
  } else if (node.is_array()) {
    for (const auto& element : node.as_array()) each_reference(element, visit);
  }
}

TEST_P(OpenApi, EveryReferenceLeadsSomewhereAndEverySchemaIsUsed) {
  std::set<std::string> used;
  each_reference(document(), [&](std::string_view reference) {
    ASSERT_TRUE(reference.starts_with("#/"));
    EXPECT_NE(json::at_pointer(document(), reference.substr(1)), nullptr) << reference;
    used.emplace(reference.substr(reference.rfind('/') + 1));
  });
  for (const auto& [name, schema] : json::at_pointer(document(), "/components/schemas")->as_object()) {
    EXPECT_TRUE(used.contains(std::string{name})) << name << " is used by nobody";
  }
}

TEST_P(OpenApi, EveryApiRouteIsInIt) {
  const auto router = app().routes();
  std::size_t described = 0;
  for (const auto& route : router.routes()) {
    if (!route->pattern.starts_with("/api/v1")) continue;
    EXPECT_FALSE(route->summary.empty()) << route->pattern;
    EXPECT_NE(find_operation(route->name), nullptr) << route->name;
    ++described;
  }
  std::size_t operations = 0;
  for (const auto& [path, methods] : json::find(document(), "paths")->as_object())
    operations += methods.as_object().size();
  EXPECT_EQ(described, operations);
  EXPECT_GT(described, 5U);
}

TEST_P(OpenApi, NamesItsServerWhereItKnowsIt) {
  EXPECT_EQ(json::find(document(), "servers"), nullptr);
  settings_.public_url = "https://cert.example";
  start();
  EXPECT_THAT(get("/api/openapi.json").body, ::testing::HasSubstr("\"url\": \"https://cert.example\""));
}

TEST_P(OpenApi, ErrorsConformToo) {
  Checker checker{document()};
  const auto* problem = json::at_pointer(document(), "/components/schemas/Problem");
  ASSERT_NE(problem, nullptr);
  for (const auto* target : {"/api/v1/nothing", "/api/v1/advisories?limit=0", "/api/v1/advisories/none"}) {
    const auto reply = get(target);
    EXPECT_GE(reply.status, 400) << target;
    EXPECT_EQ(reply.header("content-type"), "application/problem+json") << target;
    const auto body = json::parse(reply.body);
    ASSERT_TRUE(body.has_value()) << reply.body;
    EXPECT_THAT(checker.check(*problem, body->root()), ::testing::IsEmpty()) << target;
  }
}

std::string certificate() {
  std::ifstream file{TOCSIN_SOURCE_DIR "/src/formats/keys/testdata/certificate.pem"};
  return {std::istreambuf_iterator<char>{file}, {}};
}

/// Asks every route for each thing that the lists name, every `stride`th of them.
class Crawl {
 public:
  /// With a body it is posted.
  using Send =
      std::function<http::testing::Reply(std::string_view method, const std::string& target, const std::string& body)>;
  Crawl(const value& document, Send send, std::size_t stride)
      : document_(document), checker_(document), send_(std::move(send)), stride_(stride) {}

  void run() {
    ask("overview", "/api/v1/overview");
    for (const auto* query : {"?q=firmware&facets=true", "?q=severity:critical&sort=severity&facets=true",
                              "?q=nothingatallfound", "?sort=published"}) {
      ask("advisories", "/api/v1/advisories" + std::string{query});
    }
    const auto first = ask("advisories", "/api/v1/advisories?limit=2");
    const auto next = std::string{json::string_at(first, "next")};
    ASSERT_FALSE(next.empty());
    EXPECT_FALSE(json::string_at(ask("advisories", next), "previous").empty());
    each("advisories", "/api/v1/advisories?limit=200", "slug", [this](const std::string& id) { advisory(id); });
    each("vendors", "/api/v1/vendors?sort=newest", "key", [this](const std::string& key) { vendor(key); });
    for (const auto* question : {"product=HW-740+Safety+Controller&version=V1.5", "model=7HW1+710-1AB00-0XA0",
                                 "product=Coffee+machine&at=2020-01-01&known_by=received"}) {
      ask("status", "/api/v1/status?" + std::string{question});
    }
    ask("csaf_tests", "/api/v1/csaf/tests");
    ask("csaf_tests_service", "/api/v1/tests");
    const std::string request =
        R"({"tests":[{"type":"preset","name":"full"}],"document":{"document":{"csaf_version":"2.1"}}})";
    ask("csaf_validate", "/api/v1/csaf/validate", request);
    ask("csaf_validate_service", "/api/v1/validate", request);
    ask("csaf_convert", "/api/v1/csaf/convert?to=csaf-2.1&wrap=true", demo_document());
    ask("csaf_convert", "/api/v1/csaf/convert?to=markdown&wrap=true", demo_document());
    ask("csaf_compare", "/api/v1/csaf/compare",
        fmt::format(R"({{"before":{},"after":{}}})", demo_document("1"), demo_document()));
    ask("me", "/api/v1/me");
    ask("token_create", "/api/v1/tokens",
        R"({"name":"crawl","scopes":["read"],"networks":["192.0.2.0/24"],"expires_at":")" +
            format_rfc3339(Timestamp{store_testing::kTestNow.micros + std::int64_t{86'400'000'000}}) + "\"}");
    const auto tokens = ask("tokens", "/api/v1/tokens");
    for (const auto& token : json::array_at(tokens, "items")) {
      ask("token_revoke", "/api/v1/tokens/" + std::to_string(json::find(token, "id")->as_int64()), {}, "DELETE");
    }
    each("threats", "/api/v1/threats?type=campaign", "id", [this](const std::string& id) {
      ask("threat", "/api/v1/threats/" + id);
      ask("threat_document", "/api/v1/threats/" + id + "/document");
      ask("threat_correlations", "/api/v1/threats/" + id + "/correlations");
      const auto around = ask("threat_graph", "/api/v1/threats/" + id + "/graph?limit=2");
      if (const auto more = std::string{json::string_at(around, "next")}; !more.empty()) ask("threat_graph", more);
      ask("threat_path", "/api/v1/threats/" + id + "/path?to=" + id);
    });
    each("threats", "/api/v1/threats?type=indicator&sort=confidence_now&limit=3", "id", [this](const std::string& id) {
      EXPECT_TRUE(ask("threat", "/api/v1/threats/" + id).at("decay").is_object());
    });
    for (const auto* query : {"value=203.0.113.9", "value=grey%20heron", "value=192.168.0.1&kind=ipv4"}) {
      ask("threat_values", std::string{"/api/v1/threats/values?"} + query);
    }
    ask("threat_connections", "/api/v1/threats/connections?limit=2");
    for (const auto* query : {"", "?by=G9001"}) {
      ask("attack", "/api/v1/attack" + std::string{query});
      ask("attack_layer", "/api/v1/attack/layer" + std::string{query});
    }
    ask("attack_changes", "/api/v1/attack/changes");
    for (const auto* id :
         {"T9001", "TA9001", "G9001", "S9001", "C9001", "M9001", "A9001", "DC9001", "DET9001", "AN9001"}) {
      ask("attack_object", std::string{"/api/v1/attack/"} + id);
    }
    ask("vulnerabilities", "/api/v1/vulnerabilities?limit=1");
    each("vulnerabilities", "/api/v1/vulnerabilities?sort=score&limit=200", "id", [this](const std::string& id) {
      ask("vulnerability", "/api/v1/vulnerabilities/" + http::encode_component(id));
    });
  }
  /// Organisations, people, communities and the audit log, of which there have to be some.
  void run_members() {
    const auto id_of = [](const value& item, std::string_view member) {
      return std::to_string(item.at(member).as_int64());
    };
    for (const auto& [route, single, member] :
         {std::tuple{"organisations", "organisation", "id"}, std::tuple{"people", "person", "id"},
          std::tuple{"communities", "community", "id"}, std::tuple{"audit", "audit_entry", "sequence"}}) {
      const auto base = "/api/v1/" + std::string{route};
      const auto list = ask(route, base);
      EXPECT_FALSE(json::array_at(list, "items").empty()) << route;
      for (const auto& item : json::array_at(list, "items")) ask(single, base + "/" + id_of(item, member));
    }
    EXPECT_FALSE(json::string_at(ask("people", "/api/v1/people?limit=1"), "next").empty());
    EXPECT_FALSE(json::string_at(ask("organisations", "/api/v1/organisations?limit=1"), "next").empty());
    ask("audit_export", "/api/v1/audit/export");
    const std::string csv = "Name,Vendor,Firmware\nMeter,Brightwater,1.0\nMeter 2,Brightwater,2.0\n";
    ask("inventory_import", "/api/v1/inventory/import?dry_run=true", csv);
    ask("inventory_import", "/api/v1/inventory/import", csv);
    EXPECT_FALSE(json::string_at(ask("inventory", "/api/v1/inventory?limit=1"), "next").empty());
    ask("inventory_export", "/api/v1/inventory/export");
    ask("inventory_export_xlsx", "/api/v1/inventory/export.xlsx");
    ask("inventory_export_cyclonedx", "/api/v1/inventory/export.cdx.json");
    const auto entered = ask("asset_create", "/api/v1/inventory",
                             R"({"name":"Valve","versions":[{"component":"firmware","text":"3"}],"tags":["a"]})");
    const auto asset = "/api/v1/inventory/" + id_of(entered, "id");
    ask("asset_replace", asset, R"({"name":"Valve","purls":["pkg:npm/a@1"],"others":[{"name":"x","value":"y"}]})",
        "PUT");
    ask("inventory_asset", asset);
    ask("asset_delete", asset, {}, "DELETE");
    ask("inventory_asset", "/api/v1/inventory/1");
    const auto exposure = ask("exposure", "/api/v1/exposure?status=all&state=all");
    ASSERT_FALSE(json::array_at(exposure, "items").empty());
    const auto slug = std::string{json::string_at(json::array_at(exposure, "items")[0], "advisory")};
    const auto matches = fmt::format(R"("matches":[{{"asset":1,"advisory":"{}"}}])", slug);
    ask("exposure_state", "/api/v1/exposure/state", "{" + matches + R"(,"state":"done","evidence":"Updated"})");
    ask("exposure_verdict", "/api/v1/exposure/verdict", "{" + matches + R"(,"verdict":"rejected","reason":"Spare"})");
    const auto overview = ask("exposure_overview", "/api/v1/exposure/overview?since=week");
    EXPECT_FALSE(json::array_at(overview, "trend").empty());
    for (const auto* ending : {"pdf", "xlsx", "csv"}) {
      ask(fmt::format("exposure_report_{}", ending), fmt::format("/api/v1/exposure/report.{}", ending));
    }
    ask("exposure", "/api/v1/exposure?status=all&state=all&group=site&sort=due");
    for (const auto* by : {"product", "bom", "advisory", "vulnerability", "asset"}) {
      ask("exposure_lists", fmt::format("/api/v1/exposure/lists?status=all&state=all&by={}", by));
    }
    ask("exposure_run_ask", "/api/v1/exposure/runs", fmt::format(R"({{"advisories":["{}"],"assets":[1]}})", slug));
    ask("exposure_run", "/api/v1/exposure/runs/1");
    ask("exposure_runs", "/api/v1/exposure/runs");
    ask("inventory_import", "/api/v1/inventory/import?bom=Skid",
        "SPDXVersion: SPDX-2.3\nDocumentName: Pump skid\n\nPackageName: zlib\nSPDXID: SPDXRef-a\nPackageVersion: "
        "1.2\n");
    ask("attack_coverage_state", "/api/v1/attack/coverage", R"({"classes":["A9001"],"mitigations":["M9001"]})", "PUT");
    ask("attack_coverage", "/api/v1/attack/coverage");
    ask("attack_coverage_layer", "/api/v1/attack/coverage/layer");
    ask("inventory_boms", "/api/v1/inventory/boms");
    ask("inventory_bom_delete", "/api/v1/inventory/boms/1?components=true", {}, "DELETE");
    const auto sums = ask("exposure_sums", "/api/v1/exposure/sums");
    EXPECT_EQ(json::array_at(sums, "sums").size(), 2U);
    ask("exposure_sharing", "/api/v1/exposure/sharing");
    ask("exposure_sharing_set", "/api/v1/exposure/sharing", R"({"sector":""})", "PUT");
    ask("exposure_sharing", "/api/v1/exposure/sharing");
    ask("exposure_sharing_stop", "/api/v1/exposure/sharing", {}, "DELETE");
    ask("exposure_alias_contribute", "/api/v1/exposure/alias-contribution", {}, "PUT");
    const auto aliases = ask("exposure_aliases", "/api/v1/exposure/aliases");
    EXPECT_EQ(json::array_at(aliases, "aliases").size(), 1U);
    ask("exposure_alias_offers", "/api/v1/exposure/alias-offers");
    ask("exposure_alias_judge", "/api/v1/exposure/alias-offers/1", R"({"accept":true})", "PUT");
    ask("exposure_alias_offers", "/api/v1/exposure/alias-offers");
    ask("exposure_aliases", "/api/v1/exposure/aliases");
    ask("exposure_alias_use", "/api/v1/exposure/community-aliases/1", R"({"use":false})", "PUT");
    ask("exposure_alias_forget", "/api/v1/exposure/aliases/101", {}, "DELETE");
    ask("exposure_alias_stop", "/api/v1/exposure/alias-contribution", {}, "DELETE");
    ask("decision_table", "/api/v1/exposure/decisions");
    ask("decision_table_preview", "/api/v1/exposure/decisions/preview", R"({"base":"cisa"})");
    ask("decision_table_set", "/api/v1/exposure/decisions", R"({"base":"cisa","note":"A test","version":0})", "PUT");
    ask("decision_table_set", "/api/v1/exposure/decisions",
        fmt::format(R"({{"table":{}}})", engine::exposure::Rules::document("deployer")), "PUT");
    ask("decision_table_version", "/api/v1/exposure/decisions/1");
    ask("looks", "/api/v1/organisation/looks");
    const auto glass = ask("break_glass", "/api/v1/break-glass");
    EXPECT_EQ(json::array_at(glass, "items").size(), 1U);
    const auto approvals = ask("approvals", "/api/v1/approvals");
    EXPECT_EQ(json::array_at(approvals, "items").size(), 1U);
    ask("approval", "/api/v1/approvals/1");
    ask("sharing", "/api/v1/advisories/TDC-2025-001/sharing");
    ask("sharing_change", "/api/v1/advisories/TDC-2025-001/sharing", R"({"tlp":"AMBER","preview":true})");
  }
  /// What a member shares, and what is done with objects of STIX.
  void shared_threats() {
    const std::string reports = "/api/v1/threats/reports", threats = "/api/v1/threats/";
    const auto made =
        ask("threat_report_share", reports,
            R"({"title":"Scans at night","text":"From 45[.]66[.]77[.]99.","first_seen":"2020-01-01",)"
            R"("indicators":["45[.]66[.]77[.]88","10.0.0.7"],"keep":["10.0.0.7"],"cves":["CVE-1900-0101"],)"
            R"("techniques":["T0883"],"sectors":["water"],"countries":["DE"],"tlp":"GREEN",)"
            R"("audience":"members","embargo_until":null,"anonymous":false})");
    const std::string id{json::string_at(made.at("report"), "id")};
    EXPECT_FALSE(json::array_at(made.at("review"), "also_in_text").empty());
    ask("threat_report_change", reports + "/" + id,
        R"({"title":"Scans, again","text":"More.","tlp":"GREEN","audience":"members"})", "PUT");
    ask("threat_sighting_add", threats + id + "/sighting",
        R"({"anonymous":false,"count":7,"first_seen":"2020-01-01","last_seen":null,"remark":"At two gateways."})",
        "PUT");
    ask("threat_thank", threats + id + "/thanks", {}, "PUT");
    EXPECT_FALSE(json::array_at(ask("threat_report", reports + "/" + id), "seen_too").empty());
    ask("threat_reports", reports);
    const auto extraction =
        ask("threat_extraction", "/api/v1/threats/extraction?name=a.eml",
            "From: a@pump-update.net\nSubject: Bill\nContent-Type: application/zip; name=b.zip\n\nPK");
    EXPECT_EQ(json::array_at(extraction, "attachments").size(), 1U);
    EXPECT_FALSE(json::array_at(extraction, "found").empty());
    const std::string import = threats + "import?name=bad.txt&tlp=AMBER&audience=members";
    const std::string list = "# bad\n45.66.77.55\n45.66.77.56\nwhat is this?\n";
    const auto foreseen = ask("threat_import", import + "&preview=true", list);
    const auto imported =
        ask("threat_import", import + "&digest=" + std::string{json::string_at(foreseen, "digest")}, list);
    EXPECT_EQ(imported.at("counts"), foreseen.at("counts"));
    EXPECT_TRUE(imported.at("imported").as_bool());
    ask("threat_sighting_withdraw", threats + id + "/sighting", {}, "DELETE");
    ask("threat_thanks_withdraw", threats + id + "/thanks", {}, "DELETE");
    ask("threat_report_revoke", reports + "/" + id + "/revocation", "{}");
    const auto object =
        ask("threat_create", "/api/v1/threats",
            R"({"object":{"type":"tool","name":"Rake"},"tlp":"GREEN","audience":"members","relationships":[]})");
    const std::string written{json::string_at(object, "id")};
    ask("threat_change", threats + written,
        R"({"object":{"type":"tool","name":"Hoe"},"tlp":"GREEN","audience":"members"})", "PUT");
    const auto twin = ask("threat_create", "/api/v1/threats",
                          R"({"object":{"type":"tool","name":"hoe"},"tlp":"GREEN","audience":"members"})");
    const auto said =
        ask("threat_duplicate_add", threats + written + "/duplicates",
            fmt::format(R"({{"of":"{}","reason":"A test"}})", std::string_view{json::string_at(twin, "id")}));
    EXPECT_FALSE(json::array_at(ask("threat_duplicates", threats + written + "/duplicates"), "items").empty());
    ask("threat_duplicate_withdraw",
        threats + written + "/duplicates/" + std::string{json::string_at(said, "relationship")}, {}, "DELETE");
    ask("threat_revoke", threats + written + "/revocation", R"({"reason":"A test"})");
    const auto some = json::array_at(ask("threats", "/api/v1/threats?type=campaign"), "items");
    ASSERT_FALSE(some.empty());
    const auto it = threats + std::string{json::string_at(some.front(), "id")};
    ask("threat_report_bundle", it + "/bundle");
    ask("threat_sharing", it + "/sharing");
    ask("threat_sharing_change", it + "/sharing", R"({"tlp":"RED","preview":true})");
    ask("threat_mark_read", it + "/read", {}, "PUT");
    ask("threat_read", it + "/read");
    ask("threat_mark_unread", it + "/read", {}, "DELETE");
    const auto comment = ask("threat_comment_add", it + "/comments", R"({"text":"Seen here"})");
    const auto comment_url = it + "/comments/" + std::string{json::string_at(comment, "id")};
    ask("threat_comment_change", comment_url, R"({"text":"Seen twice"})", "PATCH");
    ask("threat_comment", comment_url);
    EXPECT_FALSE(json::array_at(ask("threat_comments", it + "/comments"), "items").empty());
    ask("threat_comment_remove", comment_url, {}, "DELETE");
    ask("threat_removal", it + "/removal", R"({"reason":"Of no use any more"})");
  }
  /// What programs change; each answer conforms, and so does what is sent.
  void run_changes() {
    const std::string base = "/api/v1/organisations/2";
    const auto number = [](const value& made) { return std::to_string(made.at("id").as_int64()); };
    const auto made = ask("organisation_create", "/api/v1/organisations",
                          R"({"name":"Crawled works","kind":"vendor","sectors":["energy"],"countries":["DE"]})");
    ask("application_create", "/api/v1/applications",
        R"({"name":"Hopeful","person_name":"Hope","email":"hope@hopeful.example","note":"please"})");
    ask("organisation_change", base, R"({"description":"Pumps","homepage":"https://plant.example"})", "PATCH");
    ask("organisation_status_set", "/api/v1/organisations/" + number(made) + "/status",
        R"({"status":"suspended","reason":"A test"})");
    const auto contact =
        ask("contact_create", base + "/contacts", R"({"role":"technical","name":"Shift","phone":"+49 30 1234567"})");
    ask("contact_delete", base + "/contacts/" + number(contact), {}, "DELETE");
    const auto key =
        ask("key_create", base + "/keys", json::write(boost::json::object{{"label", "Desk"}, {"key", certificate()}}));
    ask("key_delete", base + "/keys/" + number(key), {}, "DELETE");
    for (int twice = 0; twice < 2; ++twice) ask("client_put", base + "/clients/3", {}, "PUT");
    ask("client_delete", base + "/clients/3", {}, "DELETE");
    const auto person = ask("person_invite_api", "/api/v1/people",
                            R"({"name":"Nia New","email":"nia@plant.example","organisation":2,"roles":[]})");
    const auto someone = "/api/v1/people/" + number(person);
    ask("person_change", someone, R"({"time_zone":"Europe/Vienna"})", "PATCH");
    ask("person_link_api", someone + "/link", "{}");
    ask("membership_put", someone + "/memberships/2", R"({"roles":["organisation-administrator"]})", "PUT");
    ask("membership_put", someone + "/memberships/2", R"({"roles":[]})", "PUT");
    // Before the account is suspended, which ends its sessions.
    ask("me_change", "/api/v1/me", R"({"language":"de"})", "PATCH");
    ask("person_status_set", "/api/v1/people/11/status", R"({"status":"suspended"})");
    ask("person_status_set", "/api/v1/people/11/status", R"({"status":"active"})");
    ask("person_export_data", someone + "/export");
    const auto ring = ask("community_create", "/api/v1/communities", R"({"name":"Ring","members_hidden":true})");
    const auto community = "/api/v1/communities/" + number(ring);
    ask("community_change", community, R"({"description":"All pumps"})", "PATCH");
    ask("community_organisation_put", community + "/organisations/2", {}, "PUT");
    ask("community_organisation_delete", community + "/organisations/2", {}, "DELETE");
    ask("community_person_list", community + "/people", R"({"email":"vendor@vendor.example"})");
    ask("community_person_put", community + "/people/12", {}, "PUT");
    ask("community_person_delete", community + "/people/12", {}, "DELETE");
    ask("community_person_delete", community + "/people/vendor%40vendor.example", {}, "DELETE");
    const auto opened = ask("case_create", "/api/v1/cases", R"({"title":"Pumps that stop"})");
    const auto case_url = "/api/v1/cases/" + std::string{json::string_at(opened, "number")};
    ask("case_organisation_put", case_url + "/organisations/2", R"({"part":"asset-owner"})", "PUT");
    ask("case_person_add", case_url + "/people", R"({"email":"vendor@vendor.example","part":"vendor"})");
    ask("case", case_url);
    EXPECT_FALSE(json::array_at(ask("cases", "/api/v1/cases"), "items").empty());
    ask("case_change", case_url, R"({"title":"Pumps","state":"closed"})", "PATCH");
    ask("case_organisation_delete", case_url + "/organisations/2", {}, "DELETE");
    ask("case_person_delete", case_url + "/people/vendor%40vendor.example", {}, "DELETE");
    const std::string advisory = "/api/v1/advisories/TDC-2025-001";
    ask("advisory_mark_read", advisory + "/read", {}, "PUT");
    ask("advisory_read", advisory + "/read");
    ask("advisory_mark_unread", advisory + "/read", {}, "DELETE");
    const auto comment = ask("comment_add", advisory + "/comments", R"({"text":"Seen in the field","for":"everyone"})");
    const auto comment_url = advisory + "/comments/" + std::string{json::string_at(comment, "id")};
    ask("comment_change", comment_url, R"({"text":"Seen twice"})", "PATCH");
    ask("comment", comment_url);
    EXPECT_FALSE(json::array_at(ask("comments", advisory + "/comments"), "items").empty());
    ask("comment_remove", comment_url, {}, "DELETE");
    ask("advisory_removal", advisory + "/removal", R"({"reason":"Of no use any more"})");
    shared_threats();
    webhooks();
    each("peers", "/api/v1/peers", "page",
         [&](const std::string& page) { ask("peer", "/api/v1/peers" + page.substr(page.rfind('/'))); });
    each("kept_collections", "/api/v1/taxii/collections", "page", [&](const std::string& page) {
      ask("kept_collection", "/api/v1/taxii/collections" + page.substr(page.rfind('/')));
    });
    ask("membership_delete", someone + "/memberships/2", {}, "DELETE");
    ask("person_erase_api", someone, {}, "DELETE");
    ask("site_settings", "/api/v1/site");
    ask("site_settings_change", "/api/v1/site", R"({"site_name":"Crawled","accent":"#0b5d70"})", "PATCH");
    ask("site_logo_put", "/api/v1/site/logo",
        R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>)", "PUT");
    ask("site_settings", "/api/v1/site");
    ask("site_logo_delete", "/api/v1/site/logo", {}, "DELETE");
  }
  /// Of somebody who has been told something.
  void run_subscriptions() {
    const auto number = [](const value& of) { return std::to_string(json::find(of, "id")->as_int64()); };
    const auto made = ask("subscription_create", "/api/v1/subscriptions",
                          R"({"query":"cvss>=7","exposure":true,"statuses":["affected"],"decisions":["act_now"],)"
                          R"("site":"North","pace":"daily","channels":["mail","feed"]})");
    const auto subscription = "/api/v1/subscriptions/" + number(made);
    EXPECT_EQ(json::array_at(ask("subscriptions", "/api/v1/subscriptions"), "items").size(), 3U);
    ask("subscription", subscription);
    ask("subscription_change", subscription, R"({"name":"Ours","exposure":false,"paused":true})", "PATCH");
    ask("subscription_test", subscription + "/test", "{}");
    ask("subscription_delete", subscription, {}, "DELETE");
    ask("asset_notices", "/api/v1/notices/assets");
    const auto told = ask("notices", "/api/v1/notices");
    ASSERT_EQ(json::array_at(told, "items").size(), 3U);
    EXPECT_FALSE(json::find(json::array_at(told, "items")[0], "threat")->is_null());
    EXPECT_TRUE(json::find(json::array_at(told, "items")[0], "advisory")->is_null());
    EXPECT_FALSE(json::find(json::array_at(told, "items")[1], "advisory")->is_null());
    const auto next = std::string{json::string_at(ask("notices", "/api/v1/notices?limit=1"), "next")};
    ASSERT_FALSE(next.empty());
    EXPECT_EQ(json::array_at(ask("notices", next), "items").size(), 1U);
  }
  const std::set<std::string>& covered() const noexcept { return covered_; }

 private:
  void webhooks() {
    const auto number = [](const value& of) { return std::to_string(json::find(of, "id")->as_int64()); };
    const auto made = ask("webhook_create", "/api/v1/webhooks", R"({"name":"SIEM","url":"https://siem.example/"})");
    const auto webhook = "/api/v1/webhooks/" + number(made);
    ask("webhook_ping", webhook + "/test", "{}");
    EXPECT_FALSE(json::array_at(ask("webhooks", "/api/v1/webhooks"), "items").empty());
    ask("webhook_deliveries", webhook + "/deliveries");
    // Switched off, what waits becomes dead.
    ask("webhook_change", webhook, R"({"enabled":false})", "PATCH");
    ask("webhook", webhook);
    ask("webhook_change", webhook, R"({"enabled":true})", "PATCH");
    const auto dead = ask("webhook_deliveries", webhook + "/deliveries?state=dead");
    const auto& items = json::array_at(dead, "items");
    ASSERT_EQ(items.size(), 1U);
    ask("webhook_replay_delivery", fmt::format("{}/deliveries/{}/replay", webhook, number(items[0])), "{}");
    ask("webhook_replay_dead", webhook + "/replay", "{}");
    ask("webhook_new_secret", webhook + "/rotate", "{}");
    ask("webhook_delete", webhook, {}, "DELETE");
  }
  value ask(const std::string& route, const std::string& target, const std::string& body_sent = {},
            std::string_view method = {}) {
    SCOPED_TRACE(target);
    covered_.insert(route);
    const auto reply = send_(!method.empty() ? method : body_sent.empty() ? "GET" : "POST", target, body_sent);
    // Some documents cannot become what is asked for: their answer says why.
    if (reply.status == 409 && target.find("/document.") != std::string::npos) {
      EXPECT_THAT(reply.body, ::testing::HasSubstr("cannot become"));
      return {};
    }
    const auto* operation = find_operation(route);
    if (operation == nullptr) {
      ADD_FAILURE() << route << " is not declared";
      return {};
    }
    EXPECT_EQ(reply.status, operation->status) << reply.body;
    if (const auto sent = json::parse(body_sent); sent && !operation->body.empty()) {
      const auto* schema = json::at_pointer(document_, "/components/schemas/" + std::string{operation->body});
      EXPECT_TRUE(schema != nullptr) << operation->body;
      if (schema != nullptr) EXPECT_THAT(checker_.check(*schema, sent->root()), ::testing::IsEmpty()) << body_sent;
    }
    if (operation->status == 204) return {};
    EXPECT_TRUE(reply.header("content-type").starts_with(operation->media_type)) << reply.header("content-type");
    if (operation->media_type != "application/json") return {};
    const auto body = json::parse(reply.body);
    if (!body) {
      ADD_FAILURE() << body.error().to_string();
      return {};
    }
    if (!operation->schema.empty()) {
      const auto* schema = json::at_pointer(document_, "/components/schemas/" + std::string{operation->schema});
      if (schema == nullptr) {
        ADD_FAILURE() << operation->schema << " is not in the document";
        return {};
      }
      EXPECT_THAT(checker_.check(*schema, body->root()), ::testing::IsEmpty());
    }
    return value(body->root(), boost::json::storage_ptr());
  }

  template <class F>
  void each(const std::string& route, const std::string& target, std::string_view member, F visit) {
    const auto list = ask(route, target);
    visit_items(json::array_at(list, "items"), member, visit);
  }
  template <class F>
  void visit_items(const boost::json::array& items, std::string_view member, F visit) {
    EXPECT_FALSE(items.empty());
    for (std::size_t i = 0; i < items.size(); i += stride_) visit(std::string{json::string_at(items[i], member)});
  }

  void advisory(const std::string& id) {
    ask("suggest", "/api/v1/suggest?q=" + http::encode_component(id.substr(0, 6)));
    const auto base = "/api/v1/advisories/" + http::encode_component(id);
    ask("advisory", base);
    for (const std::string form : {"", "html", "pdf"}) {
      const auto name = form.empty() ? "document" : "document_" + form;
      ask("advisory_" + name, base + "/document" + (form.empty() ? "" : "." + form));
    }
    for (const auto& [form, ending] : kOtherForms) {
      ask(fmt::format("advisory_document_{}", form), fmt::format("{}/document.{}", base, ending));
    }
    const auto list = ask("revisions", base + "/revisions");
    const auto& items = json::array_at(list, "items");
    ASSERT_FALSE(items.empty());
    const auto oldest = json::string_at(items.back(), "revision");
    for (const auto& item : items) {
      const auto name = json::string_at(item, "revision");
      const auto revision = base + "/revisions/" + http::encode_component(name);
      ask("revision", revision);
      ask("revision_document", revision + "/document");
      ask("revision_document_html", revision + "/document.html");
      ask("revision_document_pdf", revision + "/document.pdf");
      for (const auto& [form, ending] : kOtherForms) {
        ask(fmt::format("revision_document_{}", form), fmt::format("{}/document.{}", revision, ending));
      }
      ask("diff", base + http::with_query("/diff", {{"from", oldest}, {"to", name}}));
    }
  }

  void vendor(const std::string& key) {
    const auto detail = ask("vendor", "/api/v1/vendors/" + key);
    ask("suggest", "/api/v1/suggest?q=" + http::encode_component(json::string_at(detail, "name")));
    visit_items(json::array_at(detail, "products"), "key", [&](const std::string& product) {
      ask("product", "/api/v1/vendors/" + key + "/" + http::encode_component(product));
    });
  }

  const value& document_;
  Checker checker_;
  Send send_;
  std::size_t stride_;
  std::set<std::string> covered_;
};

TEST_P(OpenApi, AnswersConform) {
  ASSERT_TRUE(exchange::import_paths(database(), {TOCSIN_SOURCE_DIR "/demo/threats"}, {}, {}, clock_).has_value());
  ASSERT_TRUE(exchange::import_documents(database(), {{"attack.json", engine::testing::attack_file()}}, {}, {}, clock_)
                  .has_value());
  Crawl crawl{document(),
              [this](std::string_view method, const std::string& target, const std::string& body) {
                // What was said a moment ago is derived by now.
                if (target.ends_with("/duplicates")) EXPECT_TRUE(app().watch().has_value());
                return ask(method, target, body);
              },
              1};
  crawl.run();
  make_members();
  crawl.run_members();
  crawl.run_changes();
  make_notices();
  crawl.run_subscriptions();
  const auto router = app().routes();
  for (const auto& route : router.routes()) {
    if (!route->pattern.starts_with("/api/v1")) continue;
    EXPECT_TRUE(crawl.covered().contains(route->name)) << route->name;
  }
}

/// What real issuers write, with everything that we did not think of.
TEST_P(OpenApi, AnswersOnRealDocumentsConform) {
  if (GetParam() != store::Dialect::sqlite) GTEST_SKIP() << "the answers are made from the same rows on both databases";
  const char* configured = std::getenv("TOCSIN_DATA");
  const std::string data = configured != nullptr ? configured : TOCSIN_SOURCE_DIR "/../shared/data";
  const auto archive = data + "/csaf/cisa-ot-2017-2022.tar.zst";
  if (!std::filesystem::exists(archive)) {
    GTEST_SKIP() << "no data set at " << archive << " (TOCSIN_DATA names its folder)";
  }
  ASSERT_TRUE(
      exchange::import_paths(database(), {archive, TOCSIN_SOURCE_DIR "/demo/threats"}, {}, {}, clock_).has_value());
  ASSERT_TRUE(exchange::import_documents(database(), {{"attack.json", engine::testing::attack_file()}}, {}, {}, clock_)
                  .has_value());
  ASSERT_TRUE(app().catch_up().has_value());
  Crawl crawl{document(),
              [this](std::string_view method, const std::string& target, const std::string& body) {
                return ask(method, target, body);
              },
              15};
  crawl.run();
}

TOCSIN_ON_BOTH_DATABASES(OpenApi);

}  // namespace
}  // namespace tocsin::portal::api
