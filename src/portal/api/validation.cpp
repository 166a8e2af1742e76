#include <map>
#include <set>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "exchange/spelling.hpp"
#include "formats/csaf/structure.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "portal/app.hpp"

/// CSAF validation as a service, in the shape that existing tools ask of a remote validator: they send tests or presets
/// by name with a document, and get the outcome of each test. Nothing is stored.
namespace tocsin::portal {
namespace {

namespace csaf = formats::csaf;
using boost::json::array;
using boost::json::object;
using csaf::CsafVersion;
using csaf::Node;
using csaf::TestInfo;
using formats::Finding;

/// A request names few tests; more are a mistake or an attack.
constexpr std::size_t kTestsMax = 1000;

/// "csaf_2_0_strict", "mandatoryTest_6_1_27_9", "optionalTest_6_2_1", "recommendedTest_6_2_1", "informativeTest_6_3_1".
std::string name_of(const TestInfo& test, CsafVersion version) {
  if (test.group == Finding::Group::schema) {
    return version == CsafVersion::v2_0 ? "csaf_2_0_strict" : "csaf_2_1_strict";
  }
  std::string name{csaf::group_name(test.group, version)};
  name += "Test_";
  for (const char c : test.id) name += c == '.' ? '_' : c;
  return name;
}

/// The tests of a preset, by group.
std::optional<std::set<Finding::Group>> preset(std::string_view name) {
  using Group = Finding::Group;
  static const std::map<std::string_view, std::set<Group>> kPresets{
      {"schema", {Group::schema}},
      {"mandatory", {Group::mandatory}},
      {"optional", {Group::recommended}},
      {"recommended", {Group::recommended}},
      {"informative", {Group::informative}},
      {"basic", {Group::schema, Group::mandatory}},
      {"extended", {Group::schema, Group::mandatory, Group::recommended}},
      {"full", {Group::schema, Group::mandatory, Group::recommended, Group::informative}},
  };
  const auto found = kPresets.find(name);
  return found == kPresets.end() ? std::nullopt : std::optional{found->second};
}

/// Every name that is known, with its preset: tests of both versions.
const std::map<std::string, std::string, std::less<>>& known_tests() {
  static const auto kKnown = [] {
    std::map<std::string, std::string, std::less<>> known;
    for (const auto version : {CsafVersion::v2_0, CsafVersion::v2_1}) {
      for (const auto& test : csaf::tests_of(version)) {
        known.emplace(name_of(test, version), csaf::group_name(test.group, version));
      }
    }
    // Without "strict", members that the schema of 2.0 does not describe may stand.
    known.emplace("csaf_2_0", "schema");
    known.emplace("csaf_2_1", "schema");
    return known;
  }();
  return kKnown;
}

struct Wanted {
  std::set<Finding::Group> groups;
  std::set<std::string, std::less<>> names;
  bool is_strict() const { return groups.contains(Finding::Group::schema) || names.contains("csaf_2_0_strict"); }
  bool takes(const TestInfo& test, CsafVersion version) const {
    if (groups.contains(test.group)) return true;
    const auto name = name_of(test, version);
    if (names.contains(name)) return true;
    return test.group == Finding::Group::schema &&
           names.contains(name.substr(0, name.size() - 7));  // without "_strict"
  }
};

Result<Wanted> read_wanted(Node tests) {
  if (!tests.is_array() || tests.empty()) {
    return Error::invalid(
        "expected a list of at least one test or preset, as [{\"type\":\"preset\",\"name\":\"basic\"}]", "/tests");
  }
  if (tests.size() > kTestsMax) return Error::invalid(fmt::format("expected at most {} tests", kTestsMax), "/tests");
  Wanted wanted;
  for (const auto each : tests.elements()) {
    const auto type = each.text_at("type");
    const auto name = each.text_at("name");
    if (type == "preset") {
      const auto groups = preset(name);
      if (!groups) {
        return Error::invalid(
            fmt::format("there is no preset '{}': take schema, mandatory, optional, informative, basic, "
                        "extended or full",
                        text::shorten(name, 60)),
            each.pointer() + "/name");
      }
      wanted.groups.insert(groups->begin(), groups->end());
    } else if (type == "test") {
      if (!known_tests().contains(name)) {
        return Error::invalid(
            fmt::format("there is no test '{}': GET /api/v1/csaf/tests lists them", text::shorten(name, 60)),
            each.pointer() + "/name");
      }
      wanted.names.emplace(name);
    } else {
      return Error::invalid("expected \"test\" or \"preset\"", each.pointer() + "/type");
    }
  }
  return wanted;
}

object finding_json(const Finding& finding) {
  object made;
  made["instancePath"] = finding.path;
  made["message"] = formats::sentence_of(finding);
  return made;
}

/// Exactly these members: some clients refuse others.
object test_json(const TestInfo& test, CsafVersion version,
                 const std::multimap<std::string_view, const Finding*>& by_test, const csaf::Verdict& verdict) {
  array errors, warnings, infos;
  const auto [first, last] = by_test.equal_range(test.id);
  for (auto each = first; each != last; ++each) {
    auto& list = test.group == Finding::Group::recommended   ? warnings
                 : test.group == Finding::Group::informative ? infos
                                                             : errors;
    list.push_back(finding_json(*each->second));
  }
  for (const auto& each : verdict.not_run) {
    if (each.test != test.id) continue;
    object told;
    told["instancePath"] = "";
    told["message"] = fmt::format("not run: {}", each.why);
    infos.push_back(std::move(told));
  }
  object made;
  made["name"] = name_of(test, version);
  made["isValid"] = errors.empty();
  made["errors"] = std::move(errors);
  made["warnings"] = std::move(warnings);
  made["infos"] = std::move(infos);
  return made;
}

Result<http::Response> validate(const http::Request& request) {
  TRY_VOID(request.only_known({}));
  thread_local csaf::TapeReader reader;
  thread_local exchange::HunspellSpeller speller{exchange::system_dictionaries()};
  TRY(const auto root, reader.read(request.body, csaf::kValidatorLimits));
  if (!root.is_object()) return Error::invalid("expected an object with the members tests and document");
  const auto document = root["document"];
  if (!document.is_object()) return Error::invalid("expected the CSAF document, an object", "/document");
  TRY(const auto wanted, read_wanted(root["tests"]));

  const auto version = document["document"].text_at("csaf_version") == "2.1" ? CsafVersion::v2_1 : CsafVersion::v2_0;
  const auto verdict =
      csaf::validate(document, [&](const TestInfo& test) { return wanted.takes(test, version); }, speller.if_any());
  // What is called strict takes no member that the schema leaves undescribed; 2.1's schema itself does not.
  std::vector<Finding> additional;
  if (version == CsafVersion::v2_0 && verdict.version && wanted.is_strict()) {
    for (auto& path : csaf::unknown_members(document, version)) {
      additional.push_back({.test = "schema",
                            .group = Finding::Group::schema,
                            .path = std::move(path),
                            .message = "the schema does not describe this member",
                            .mend = "Leave it out."});
    }
  }
  std::multimap<std::string_view, const Finding*> by_test;
  for (const auto& finding : verdict.findings) by_test.emplace(finding.test, &finding);
  for (const auto& finding : additional) by_test.emplace(finding.test, &finding);
  array tests;
  for (const auto& test : csaf::tests_of(version)) {
    // What is no CSAF document has no other outcome than that: no other test was run, so none was passed.
    const bool told = verdict.version ? wanted.takes(test, version) : test.group == Finding::Group::schema;
    if (told) tests.push_back(test_json(test, version, by_test, verdict));
  }
  object answer;
  answer["isValid"] = verdict.is_valid() && additional.empty();
  answer["tests"] = std::move(tests);
  auto response = http::Response::json(json::write(answer));
  response.cache_control = "no-store";
  return response;
}

Result<http::Response> list_tests(const http::Request& request) {
  TRY_VOID(request.only_known({}));
  array tests;
  for (const auto& [name, group] : known_tests()) {
    object test;
    test["name"] = name;
    test["preset"] = group;
    tests.push_back(std::move(test));
  }
  auto response = http::Response::json(json::write(tests));
  response.cacheable = true;
  return response;
}

}  // namespace

void add_validation_routes(App&, http::Router& router) {
  const auto add = [&](http::Method method, const char* pattern, const char* name, const char* summary, auto handler) {
    http::Route route;
    route.method = method;
    route.pattern = pattern;
    route.name = name;
    route.summary = summary;
    route.handler = handler;
    router.add(std::move(route));
  };
  add(http::Method::post, "/api/v1/csaf/validate", "csaf_validate", "Validate a CSAF document", validate);
  add(http::Method::get, "/api/v1/csaf/tests", "csaf_tests", "Names of the tests that a document can be put to",
      list_tests);
  // Where tools look that were written for a validator service: they know only its root address.
  add(http::Method::post, "/api/v1/validate", "csaf_validate_service",
      "The same, at the address of a validator service", validate);
  add(http::Method::get, "/api/v1/tests", "csaf_tests_service", "The same, at the address of a validator service",
      list_tests);
}

}  // namespace tocsin::portal
