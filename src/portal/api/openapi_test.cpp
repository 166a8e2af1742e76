#include "portal/api/openapi.hpp"

#include <cstdlib>
#include <filesystem>
#include <set>

#include <gmock/gmock.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "engine/audit/view.hpp"
#include "portal/api/schemas.hpp"
#include "portal/http/target.hpp"
#include "portal/member_fixture.hpp"

namespace tocsin::portal::api {
namespace {

using boost::json::value;

/// The part of JSON Schema that our declarations use; a keyword it does not know is a failure, so that none is ignored.
/// Stricter in one thing: a member that no declaration names is a failure. The published schemas leave objects open,
/// because members may be added within v1; what this binary answers must all be described.
class Checker {
 public:
  explicit Checker(const value& document) : document_(document) {}

  std::vector<std::string> check(const value& schema, const value& instance) {
    problems_.clear();
    walk(schema, instance, "");
    return problems_;
  }

 private:
  void problem(const std::string& at, const std::string& what) {
    constexpr std::size_t kEnough = 10;
    if (problems_.size() < kEnough) problems_.push_back((at.empty() ? "/" : at) + ": " + what);
  }

  static bool has_type(std::string_view type, const value& instance) {
    if (type == "null") return instance.is_null();
    if (type == "boolean") return instance.is_bool();
    if (type == "string") return instance.is_string();
    if (type == "array") return instance.is_array();
    if (type == "object") return instance.is_object();
    if (type == "integer") return instance.is_int64() || instance.is_uint64();
    if (type == "number") return instance.is_number();
    return false;
  }

  void walk(const value& schema, const value& instance, const std::string& at) {
    keywords(schema, instance, at);
    std::set<std::string_view> named;
    if (!instance.is_object() || !names(schema, named)) return;
    for (const auto& [name, member] : instance.as_object()) {
      if (!named.contains(name)) problem(json::pointer_append(at, name), "is described nowhere");
    }
  }

  /// Collects the members that a schema and what it builds on describe; false where it lets everything pass.
  bool names(const value& schema, std::set<std::string_view>& named) const {
    bool any = false;
    if (const auto reference = json::string_at(schema, "$ref"); !reference.empty()) {
      const auto* target = json::at_pointer(document_, reference.substr(1));
      if (target != nullptr) any = names(*target, named) || any;
    }
    for (const auto& part : json::array_at(schema, "allOf")) any = names(part, named) || any;
    if (const auto* properties = json::find(schema, "properties")) {
      any = true;
      for (const auto& [name, property] : properties->as_object()) named.insert(name);
    }
    return any && json::find(schema, "additionalProperties") == nullptr;
  }

  void keywords(const value& schema, const value& instance, const std::string& at) {
    for (const auto& [keyword, rule] : schema.as_object()) keyword_rule(keyword, rule, schema, instance, at);
  }

  void keyword_rule(std::string_view keyword, const value& rule, const value& schema, const value& instance,
                    const std::string& at) {
    static const std::set<std::string_view> kWords{"description", "title", "examples", "default"};
    if (kWords.contains(keyword)) return;
    if (keyword == "$ref") {
      const auto* target = json::at_pointer(document_, std::string_view{rule.as_string()}.substr(1));
      if (target == nullptr) return problem(at, "refers to nothing: " + std::string{rule.as_string()});
      return keywords(*target, instance, at);
    }
    if (keyword == "allOf") {
      for (const auto& part : rule.as_array()) keywords(part, instance, at);
      return;
    }
    if (keyword == "type") {
      if (rule.is_string() ? has_type(rule.as_string(), instance)
                           : std::any_of(rule.as_array().begin(), rule.as_array().end(),
                                         [&](const value& each) { return has_type(each.as_string(), instance); })) {
        return;
      }
      return problem(at, "is not of type " + json::write(rule) + ": " + json::write(instance).substr(0, 80));
    }
    if (keyword == "enum") {
      const auto& all = rule.as_array();
      if (std::find(all.begin(), all.end(), instance) == all.end()) problem(at, "is none of " + json::write(rule));
      return;
    }
    if (keyword == "oneOf") {
      int fits = 0;
      for (const auto& each : rule.as_array()) fits += Checker{document_}.check(each, instance).empty() ? 1 : 0;
      if (fits != 1) problem(at, "fits " + std::to_string(fits) + " of oneOf: " + json::write(instance).substr(0, 200));
      return;
    }
    if (keyword == "minimum" || keyword == "maximum") {
      if (!instance.is_number()) return;
      const double number = instance.to_number<double>();
      const double limit = rule.to_number<double>();
      if (keyword == "minimum" ? number < limit : number > limit) problem(at, "is beyond its " + std::string{keyword});
      return;
    }
    if (keyword == "format") {
      if (!instance.is_string()) return;
      const std::string_view text = instance.as_string();
      const std::string_view format = rule.as_string();
      if (format == "date-time") {
        if (!parse_rfc3339(text)) problem(at, "is no date-time: " + std::string{text});
      } else if (format == "uri") {
        if (!text::contains(text, ":")) problem(at, "is no URI: " + std::string{text});
      } else {
        problem(at, "unknown format " + std::string{format});
      }
      return;
    }
    if (keyword == "items") {
      if (!instance.is_array()) return;
      for (std::size_t i = 0; i < instance.as_array().size(); ++i) {
        walk(rule, instance.as_array()[i], json::pointer_append(at, i));
      }
      return;
    }
    if (keyword == "properties") {
      if (!instance.is_object()) return;
      for (const auto& [name, property] : rule.as_object()) {
        if (const auto* found = instance.as_object().if_contains(name)) {
          walk(property, *found, json::pointer_append(at, name));
        }
      }
      return;
    }
    if (keyword == "required") {
      if (!instance.is_object()) return;
      for (const auto& name : rule.as_array()) {
        if (!instance.as_object().contains(std::string_view{name.as_string()})) {
          problem(at, "lacks " + std::string{name.as_string()});
        }
      }
      return;
    }
    if (keyword == "additionalProperties") {
      if (!instance.is_object()) return;
      const auto* properties = schema.as_object().if_contains("properties");
      for (const auto& [name, member] : instance.as_object()) {
        if (properties == nullptr || !properties->as_object().contains(name)) {
          walk(rule, member, json::pointer_append(at, name));
        }
      }
      return;
    }
    problem(at, "the schema uses a keyword that the test does not know: " + std::string{keyword});
  }

  const value& document_;
  std::vector<std::string> problems_;
};

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

class OpenApi : public testing::MemberPortalTest {
 protected:
  void SetUp() override {
    MemberPortalTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    auto reply = get("/api/openapi.json");
    ASSERT_EQ(reply.status, 200);
    auto parsed = json::parse(reply.body);
    ASSERT_TRUE(parsed.has_value()) << parsed.error().to_string();
    document_.emplace(std::move(parsed).value());
  }
  const value& document() const { return document_->root(); }
  /// As whoever may: the audit log is the auditors', everything else is open to administrators.
  http::testing::Reply ask(const std::string& target, const std::string& body) {
    if (!body.empty()) return post(target, body);
    return get_as(target.starts_with("/api/v1/audit") ? testing::As::auditor : testing::As::administrator, target);
  }
  /// Something of everything that members' answers can show.
  void make_members() {
    const auto water = "/organisations/" + std::to_string(water_.value);
    using testing::As;
    EXPECT_EQ(post_as(As::coordinator, water + "/contacts/new",
                      {{"role", "security"}, {"name", "Desk"}, {"email", "d@w.example"}})
                  .status,
              303);
    EXPECT_EQ(post_as(As::coordinator, water + "/clients/new", {{"client", std::to_string(power_.value)}}).status, 303);
    EXPECT_EQ(post_as(As::coordinator, "/communities/new", {{"name", "Circle"}}).status, 303);
    EXPECT_EQ(post_as(As::coordinator, "/communities/1/add", {{"organisation", std::to_string(water_.value)}}).status,
              303);
    EXPECT_EQ(post_as(As::coordinator, "/communities/1/add", {{"email", "petra@power.example"}}).status, 303);
    const domain::Record record = [] {
      domain::Record made;
      made.id = {1};
      made.tlp = domain::Tlp::amber;
      return made;
    }();
    EXPECT_TRUE(engine::audit::view::record_look(database(), console_, record, engine::audit::view::Looking::read,
                                                 clock_.now()));
    run(store::Sql{"DELETE FROM audit_personal WHERE sequence = 1"});
  }

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
      EXPECT_NE(json::at_pointer(operation, "/responses/200"), nullptr);
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
  EXPECT_EQ(described, json::find(document(), "paths")->as_object().size());
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

/// Asks every route for each thing that the lists name, every `stride`th of them.
class Crawl {
 public:
  /// With a body it is posted.
  using Send = std::function<http::testing::Reply(const std::string& target, const std::string& body)>;
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
    ask("csaf_tests", "/api/v1/csaf/tests");
    ask("csaf_tests_service", "/api/v1/tests");
    const std::string request =
        R"({"tests":[{"type":"preset","name":"full"}],"document":{"document":{"csaf_version":"2.1"}}})";
    ask("csaf_validate", "/api/v1/csaf/validate", request);
    ask("csaf_validate_service", "/api/v1/validate", request);
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
    ask("looks", "/api/v1/organisation/looks");
  }
  const std::set<std::string>& covered() const noexcept { return covered_; }

 private:
  value ask(const std::string& route, const std::string& target, const std::string& body_sent = {}) {
    SCOPED_TRACE(target);
    covered_.insert(route);
    const auto reply = send_(target, body_sent);
    EXPECT_EQ(reply.status, 200) << reply.body;
    const auto* operation = find_operation(route);
    if (operation == nullptr) {
      ADD_FAILURE() << route << " is not declared";
      return {};
    }
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
  Crawl crawl{document(), [this](const std::string& target, const std::string& body) { return ask(target, body); }, 1};
  crawl.run();
  make_members();
  crawl.run_members();
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
  ASSERT_TRUE(exchange::import_paths(database(), {archive}, {}, {}, clock_).has_value());
  ASSERT_TRUE(app().catch_up().has_value());
  Crawl crawl{document(), [this](const std::string& target, const std::string& body) { return ask(target, body); }, 15};
  crawl.run();
}

TOCSIN_ON_BOTH_DATABASES(OpenApi);

}  // namespace
}  // namespace tocsin::portal::api
