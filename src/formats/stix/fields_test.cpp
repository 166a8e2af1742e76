#include "formats/stix/fields.hpp"

#include <gmock/gmock.h>

#include "base/json.hpp"
#include "formats/stix/validate.hpp"

namespace tocsin::formats::stix {
namespace {

using ::testing::Contains;
using ::testing::Not;

const Property& property(Type type, std::string_view name) {
  for (const auto* each : fields_of(type)) {
    if (each->name == name) return *each;
  }
  ADD_FAILURE() << name;
  return *fields_of(type).front();
}

TEST(Fields, AreThoseOfTheGrammar) {
  std::vector<std::string_view> names;
  for (const auto* each : fields_of(Type::observed_data)) names.push_back(each->name);
  EXPECT_THAT(names, ::testing::ElementsAre("first_observed", "last_observed", "number_observed", "object_refs",
                                            "labels", "confidence", "lang", "external_references"));
}

struct Case {
  std::string_view name;
  Type type;
  std::string_view property, before, typed, after;
};
constexpr Case kCases[] = {
    {"Text", Type::campaign, "name", R"({})", " Ice ", R"({"name":"Ice"})"},
    {"Gone", Type::campaign, "description", R"({"description":"a"})", "", R"({})"},
    {"TextWithLines", Type::campaign, "description", R"({"description":"a\nb"})", "a\r\nb",
     R"({"description":"a\nb"})"},
    {"Lines", Type::campaign, "aliases", R"({})", "one\r\n\r\n two ", R"({"aliases":["one","two"]})"},
    {"Day", Type::campaign, "first_seen", R"({})", "2026-03-01", R"({"first_seen":"2026-03-01T00:00:00.000Z"})"},
    {"Minute", Type::campaign, "first_seen", R"({})", "2026-03-01T10:20",
     R"({"first_seen":"2026-03-01T10:20:00.000Z"})"},
    {"FractionsStay", Type::campaign, "first_seen", R"({"first_seen":"2026-03-01T10:20:00.000000Z"})",
     "2026-03-01T10:20", R"({"first_seen":"2026-03-01T10:20:00.000000Z"})"},
    {"Number", Type::campaign, "confidence", R"({})", "70", R"({"confidence":70})"},
    {"Degrees", Type::location, "latitude", R"({})", " -48.137 ", R"({"latitude":-48.137})"},
    {"NotTickedIsNo", Type::malware, "is_family", R"({})", "", R"({"is_family":false})"},
    {"Ticked", Type::malware, "is_family", R"({"is_family":false})", "yes", R"({"is_family":true})"},
    {"Phase", Type::malware, "kill_chain_phases", R"({})", "mitre-ics-attack: impact",
     R"({"kill_chain_phases":[{"kill_chain_name":"mitre-ics-attack","phase_name":"impact"}]})"},
    {"Reference", Type::malware, "external_references", R"({})", "cve | CVE-2024-1 | | a | b",
     R"({"external_references":[{"source_name":"cve","external_id":"CVE-2024-1","description":"a | b"}]})"},
    {"HashesOfReferencesStay", Type::malware, "external_references",
     R"({"external_references":[{"source_name":"a","url":"https://a.example/","hashes":{"MD5":"0"}}]})",
     "a |  | https://a.example/\nb",
     R"({"external_references":[{"source_name":"a","url":"https://a.example/","hashes":)"
     R"({"MD5":"0"}},{"source_name":"b"}]})"},
    {"OthersStay", Type::campaign, "name", R"({"x_own":[1,{"a":2}],"name":"a"})", "b",
     R"({"x_own":[1,{"a":2}],"name":"b"})"},
};

class FieldCase : public testing::TestWithParam<Case> {};
TEST_P(FieldCase, IsPut) {
  const auto& each = GetParam();
  const auto before = json::parse(each.before).value();
  boost::json::object object(before.root().get_object(), boost::json::storage_ptr{});
  ASSERT_TRUE(put_field(object, property(each.type, each.property), each.typed));
  EXPECT_EQ(json::write(object), each.after);
}
INSTANTIATE_TEST_SUITE_P(Stix, FieldCase, testing::ValuesIn(kCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Fields, RefuseWhatIsNone) {
  boost::json::object object;
  const auto when = put_field(object, property(Type::campaign, "first_seen"), "soon");
  ASSERT_FALSE(when);
  EXPECT_EQ(when.error().where, "/first_seen");
  EXPECT_FALSE(put_field(object, property(Type::campaign, "confidence"), "7x"));
  for (const auto* typed : {"north", "48,1", "inf", "nan", "1e999"}) {
    EXPECT_FALSE(put_field(object, property(Type::location, "latitude"), typed)) << typed;
  }
  EXPECT_TRUE(object.empty());
}

TEST(Fields, WriteWhatTheyReadBack) {
  // Of every type: what is shown and sent again changes nothing.
  for (const auto& name : {"campaign", "malware", "indicator", "note", "opinion", "observed-data", "grouping",
                           "identity", "location", "malware-analysis"}) {
    boost::json::object object{{"labels", {"a", "b"}},
                               {"valid_from", "2020-01-01T00:00:01.5Z"},
                               {"first_seen", "2020-01-01T00:00:00Z"},
                               {"is_family", true},
                               {"number_observed", 3},
                               {"latitude", 48.137},
                               {"opinion", "agree"}};
    const auto before = json::write(object);
    for (const auto* each : fields_of(type_of(name))) {
      const auto text = field_text(*each, object.if_contains(each->name));
      if (object.contains(each->name)) ASSERT_TRUE(put_field(object, *each, text));
    }
    EXPECT_EQ(json::write(object), before) << name;
  }
}

TEST(Fields, VerbsAreThoseOfTheStandard) {
  const auto verbs = verbs_from(Type::campaign);
  EXPECT_THAT(verbs, Contains("attributed-to"));
  EXPECT_THAT(verbs, Contains("related-to"));
  EXPECT_THAT(verbs, Not(Contains("indicates")));
}

}  // namespace
}  // namespace tocsin::formats::stix
