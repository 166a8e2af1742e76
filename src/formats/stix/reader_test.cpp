#include "formats/stix/reader.hpp"

#include <gtest/gtest.h>

#include "formats/stix/facts.hpp"

namespace tocsin::formats::stix {
namespace {

struct CutCase {
  std::string_view name, bytes;
  Form form;
  std::vector<std::string> objects;
};
void PrintTo(const CutCase& each, std::ostream* out) { *out << each.bytes; }

class Cutting : public testing::TestWithParam<CutCase> {};

TEST_P(Cutting, KeepsTheBytesOfEachObject) {
  std::vector<std::string> objects;
  const auto read = read_objects(GetParam().bytes, {}, [&](const RawObject& each) -> Status {
    EXPECT_EQ(each.index, objects.size());
    EXPECT_EQ(GetParam().bytes.substr(each.offset, each.bytes.size()), each.bytes);
    objects.emplace_back(each.bytes);
    return ok();
  });
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(read->form, GetParam().form);
  EXPECT_EQ(read->objects, objects.size());
  EXPECT_EQ(objects, GetParam().objects);
}

INSTANTIATE_TEST_SUITE_P(
    Forms, Cutting,
    testing::Values(CutCase{"Bundle",
                            R"({"type":"bundle","id":"bundle--1","objects":[ {"a": 1} , {"b":"]}\"\\"}]})",
                            Form::bundle,
                            {R"({"a": 1})", R"({"b":"]}\"\\"})"}},
                    CutCase{"BundleWithMembersBehind",
                            R"({"objects":[{"a":[{}]}],"x":{"objects":[1]},"type":"bundle"})",
                            Form::bundle,
                            {R"({"a":[{}]})"}},
                    CutCase{"EmptyBundle", R"({"type":"bundle","objects":[]})", Form::bundle, {}},
                    CutCase{"Envelope", R"({"more":true,"objects":[{}]})", Form::envelope, {"{}"}},
                    CutCase{"List", "[{},\n{\"a\":\"\\u0022,\"}]\n", Form::list, {"{}", "{\"a\":\"\\u0022,\"}"}},
                    CutCase{"NotOnlyObjects", "[1,\"x\",null]", Form::list, {"1", "\"x\"", "null"}},
                    CutCase{"Single", R"( {"type":"tool"} )", Form::object, {R"({"type":"tool"})"}},
                    CutCase{"ObservedDataIsNoBundle",
                            R"({"type":"observed-data","objects":{"0":{}}})",
                            Form::object,
                            {R"({"type":"observed-data","objects":{"0":{}}})"}},
                    CutCase{"Lines", "{\"a\":1}\n{\"b\":2}\r\n\n{}", Form::lines, {"{\"a\":1}", "{\"b\":2}", "{}"}}),
    [](const auto& each) { return std::string{each.param.name}; });

TEST(Cutting, FindsEndsWhereverTheyStand) {
  // Objects are looked through 64 bytes at once: each end, quote and backslash comes to stand on each of them.
  constexpr std::size_t kLengths = 150;
  for (std::size_t length = 0; length < kLengths; ++length) {
    const std::string filling(length, 'x'), slashes(length * 2, '\\');
    for (const auto& object : {
             R"({"a":")" + filling + R"("})",
             R"({"a":")" + filling + R"(\"}{[","b":[[{"c":"]"}],{}]})",
             R"({"a":")" + filling + R"(\\","b":{}})",
             R"({"a":")" + slashes + R"(","b":"}"})",
             R"({"a":"x)" + slashes + R"(\"}","b":"{"})",
             std::string(length + 1, '[') + '"' + filling + '"' + std::string(length + 1, ']'),
         }) {
      const auto content = "[" + object + "," + object + "]";
      std::vector<std::string_view> objects;
      const auto read = read_objects(content, {}, [&](const RawObject& each) -> Status {
        objects.push_back(each.bytes);
        return ok();
      });
      ASSERT_TRUE(read) << content << "\n" << read.error().to_string();
      EXPECT_EQ(objects, (std::vector<std::string_view>{object, object}));
      // An object that does not end is told, wherever the content stops.
      EXPECT_FALSE(read_objects(content.substr(0, object.size()), {}, [](const RawObject&) { return ok(); }))
          << content;
    }
  }
}

class Refusing : public testing::TestWithParam<std::pair<std::string_view, std::string_view>> {};
TEST_P(Refusing, SaysWhere) {
  const auto read = read_objects(GetParam().first, {}, [](const RawObject&) { return ok(); });
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Error::Code::invalid_input);
  EXPECT_EQ(read.error().where, GetParam().second);
}
INSTANTIATE_TEST_SUITE_P(Broken, Refusing,
                         testing::Values(std::pair{"", "byte 0"}, std::pair{"  ", "byte 2"}, std::pair{"x", "byte 0"},
                                         std::pair{"{\"a\":", "byte 5"}, std::pair{"[{} {}]", "byte 4"},
                                         std::pair{"[{},", "byte 4"}, std::pair{"{} 1", "byte 3"},
                                         std::pair{"[] []", "byte 3"}, std::pair{"\xEF\xBB\xBF{}", "byte 0"},
                                         std::pair{"{\"objects\":[{}] \"id\":1}", "byte 16"},
                                         std::pair{"{\"objects\":[{}],}", "byte 16"}));

TEST(Cutting, HasLimitsOnBothSides) {
  const auto none = [](const RawObject&) { return ok(); };
  EXPECT_TRUE(read_objects("[{},{}]", {.objects_max = 2}, none));
  EXPECT_EQ(read_objects("[{},{},{}]", {.objects_max = 2}, none).error().code, Error::Code::too_large);
  EXPECT_TRUE(read_objects("[{\"a\":1}]", {.object_bytes_max = 7}, none));
  EXPECT_EQ(read_objects("[{\"a\":12}]", {.object_bytes_max = 7}, none).error().code, Error::Code::too_large);
  EXPECT_TRUE(read_objects("[{}]", {.bytes_max = 4}, none));
  EXPECT_EQ(read_objects("[{} ]", {.bytes_max = 4}, none).error().code, Error::Code::too_large);
}

TEST(Facts, OfAnIndicator) {
  TapeReader reader;
  const auto root = reader.read(R"({"type":"indicator","spec_version":"2.1",
    "id":"indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f","created":"2016-04-06T20:03:48.000Z",
    "modified":"2016-04-07T20:03:48.000Z","created_by_ref":"identity--f431f809-377b-45e0-aa1c-6a4751cae5ff",
    "revoked":true,"confidence":55,"lang":"en","name":"N","description":"D","labels":["l"],"indicator_types":["benign"],
    "pattern":"[a:b = 1]","pattern_type":"stix","valid_from":"2016-01-01T00:00:00Z",
    "kill_chain_phases":[{"kill_chain_name":"k","phase_name":"p"}],
    "external_references":[{"source_name":"capec","external_id":"CAPEC-1","url":"https://x.example/"}],
    "granular_markings":[{"marking_ref":"marking-definition--1","selectors":["name"]}],
    "object_marking_refs":["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"],
    "extensions":{"e":{"seen_ref":"identity--2"}}})");
  ASSERT_TRUE(root);
  const auto facts = read_facts(*root);
  EXPECT_EQ(facts.type, "indicator");
  EXPECT_EQ(facts.modified_text, "2016-04-07T20:03:48.000Z");
  EXPECT_LT(*facts.created, *facts.modified);
  EXPECT_TRUE(facts.revoked);
  EXPECT_EQ(facts.confidence, 55);
  EXPECT_EQ(facts.types, std::vector<std::string_view>{"benign"});
  EXPECT_EQ(facts.pattern_type, "stix");
  ASSERT_EQ(facts.external_references.size(), 1U);
  EXPECT_EQ(facts.external_references[0].external_id, "CAPEC-1");
  ASSERT_EQ(facts.granular_markings.size(), 1U);
  EXPECT_EQ(facts.granular_markings[0].selectors.front(), "name");
  ASSERT_EQ(facts.references.size(), 4U);
  EXPECT_EQ(facts.references[3].property, "seen_ref");
}

TEST(Facts, OfObservables) {
  TapeReader reader;
  const auto root = reader.read(R"({"type":"file","name":"a.exe","hashes":{"MD5":"AA","SHA-256":"BB"}})");
  ASSERT_TRUE(root);
  const auto facts = read_facts(*root);
  ASSERT_EQ(facts.values.size(), 3U);
  EXPECT_EQ(facts.values[0].value, "a.exe");
  EXPECT_EQ(facts.values[2].property, "hashes.SHA-256");
  EXPECT_EQ(facts.values[2].value, "BB");
}

TEST(Facts, OfAnythingAreNothing) {
  TapeReader reader;
  for (const auto* each : {"1", "[]", "{}", R"({"":1,"id":5,"labels":{},"created":"x","granular_markings":[1]})"}) {
    const auto root = reader.read(each);
    ASSERT_TRUE(root);
    EXPECT_TRUE(read_facts(*root).id.empty());
  }
}

}  // namespace
}  // namespace tocsin::formats::stix
