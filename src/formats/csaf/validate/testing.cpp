#include "formats/csaf/validate/testing.hpp"

#include <algorithm>
#include <random>

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace tocsin::formats::testing {
namespace {

namespace json = boost::json;
using csaf::CsafVersion;

constexpr std::string_view kDocument = R"({
  "document": {
    "category": "csaf_base",
    "csaf_version": "2.0",
    "publisher": {"category": "vendor", "name": "Lantern Works", "namespace": "https://lantern.example"},
    "title": "Lamp stays on",
    "tracking": {
      "current_release_date": "2024-03-01T10:00:00Z",
      "id": "LW-2024-01",
      "initial_release_date": "2024-03-01T10:00:00Z",
      "revision_history": [{"date": "2024-03-01T10:00:00Z", "number": "1", "summary": "First release"}],
      "status": "final",
      "version": "1"
    }
  }
})";

void merge(json::value& target, const json::value& patch) {
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  if (!target.is_object()) target = json::object{};
  auto& object = target.get_object();
  for (const auto& member : patch.get_object()) {
    if (member.value().is_null()) {
      object.erase(member.key());
    } else {
      merge(object[member.key()], member.value());
    }
  }
}

std::vector<Finding> run(std::span<const csaf::Test> tests, csaf::Node root) {
  const auto version = root["document"].text_at("csaf_version") == "2.1" ? CsafVersion::v2_1 : CsafVersion::v2_0;
  const csaf::Model model{root, version};
  std::vector<Finding> findings;
  constexpr std::size_t kFindings = 1000;
  csaf::Sink sink{root, findings, kFindings};
  for (const auto& test : tests) {
    if (test.run == nullptr || (model.is_2_0() ? !test.in_2_0 : !test.in_2_1)) continue;
    sink.begin(test.id, Finding::Group::mandatory);
    test.run(model, sink);
  }
  return findings;
}

/// Every value of a document, outer ones first.
void collect(json::value& value, std::vector<json::value*>& all) {
  all.push_back(&value);
  if (auto* array = value.if_array()) {
    for (auto& each : *array) collect(each, all);
  } else if (auto* object = value.if_object()) {
    for (auto& member : *object) collect(member.value(), all);
  }
}

/// The pointer without its last part stands in the document.
bool has_place(const json::value& root, std::string_view pointer) {
  if (pointer.empty()) return true;
  boost::system::error_code error;
  return root.find_pointer(pointer.substr(0, pointer.rfind('/')), error) != nullptr;
}

void check_findings(std::span<const csaf::Test> tests, csaf::TapeReader& reader, const json::value& document) {
  const auto text = json::serialize(document);
  const auto root = reader.read(text);
  ASSERT_TRUE(root) << root.error().message;
  for (const auto& finding : run(tests, *root)) {
    ASSERT_TRUE(has_place(document, finding.path)) << finding.test << " " << finding.path << "\n" << text;
    ASSERT_FALSE(finding.message.empty() || finding.mend.empty()) << finding.test << " " << finding.path;
  }
}

}  // namespace

std::string document(std::string_view version, std::string_view patch) {
  auto value = json::parse(kDocument);
  value.at_pointer("/document/csaf_version") = version;
  if (version == "2.1") {
    value.get_object()["$schema"] = "https://docs.oasis-open.org/csaf/csaf/v2.1/schema/csaf.json";
    value.at_pointer("/document").get_object()["distribution"] = {{"tlp", {{"label", "CLEAR"}}}};
  }
  std::string quoted{patch};
  std::ranges::replace(quoted, '\'', '"');
  merge(value, json::parse(quoted));
  return json::serialize(value);
}

std::vector<Finding> findings_of(std::string_view test, std::string_view json_text) {
  csaf::TapeReader reader;
  const auto root = reader.read(json_text);
  if (!root) {
    ADD_FAILURE() << root.error().message;
    return {};
  }
  std::vector<csaf::Test> wanted;
  for (const auto tests :
       {csaf::mandatory_tests(), csaf::recommended_tests(), csaf::informative_tests(), csaf::quality_tests()}) {
    std::ranges::copy_if(tests, std::back_inserter(wanted), [&](const csaf::Test& each) { return each.id == test; });
  }
  EXPECT_FALSE(wanted.empty()) << "no test " << test;
  return run(wanted, *root);
}

void PrintTo(const TestCase& each, std::ostream* out) {
  *out << each.test << " of " << each.version << ": " << each.patch;
}

std::string name_of(const TestCase& each) {
  auto name = fmt::format("v{}_{}_{}", each.version, each.test, each.name);
  std::ranges::replace(name, '.', '_');
  return name;
}

void check(const TestCase& each) {
  std::string paths;
  for (const auto& finding : findings_of(each.test, document(each.version, each.patch))) {
    if (!paths.empty()) paths += ' ';
    paths += finding.path;
    EXPECT_EQ(finding.test, each.test);
    EXPECT_FALSE(finding.message.empty() || finding.message.ends_with('.')) << finding.message;
    EXPECT_TRUE(finding.mend.ends_with('.')) << finding.mend;
  }
  EXPECT_EQ(paths, each.paths);
}

void check_takes_anything(std::span<const csaf::Test> tests, std::string_view json_text) {
  const auto original = json::parse(json_text);
  const auto pool = json::parse(R"([null, true, 0, -7, 1.5, 1e300, "", "1", "x", "csaf_vex", "2024-03-01T10:00:00Z",
      [], {}, [null], ["x"], [{}], [[]], {"x": {}}, {"product_ids": [7], "group_ids": {}}])")
                        .as_array();
  auto changed = original;
  std::vector<json::value*> all;
  collect(changed, all);
  csaf::TapeReader reader;
  // Places shift while one is another thing, so that each is found again by its number.
  const auto places = all.size();
  for (std::size_t place = 0; place < places; ++place) {
    for (const auto& other : pool) {
      changed = original;
      all.clear();
      collect(changed, all);
      *all[place] = other;
      ASSERT_NO_FATAL_FAILURE(check_findings(tests, reader, changed));
    }
  }
  std::mt19937 random{20240301};  // NOLINT: the same documents in every run.
  constexpr int kShuffles = 500;
  for (int round = 0; round < kShuffles; ++round) {
    changed = original;
    for (auto changes = 1 + random() % 6; changes > 0; --changes) {
      all.clear();
      collect(changed, all);
      auto& place = *all[random() % all.size()];
      // Half of them: a value from elsewhere in the document, which is likelier to be looked into.
      place = random() % 2 == 0 ? json::value{*all[random() % all.size()]} : pool[random() % pool.size()];
    }
    ASSERT_NO_FATAL_FAILURE(check_findings(tests, reader, changed));
  }
}

}  // namespace tocsin::formats::testing
