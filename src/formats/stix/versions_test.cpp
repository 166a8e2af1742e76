#include "formats/stix/versions.hpp"

#include <gtest/gtest.h>

#include "formats/stix/markings.hpp"

namespace tocsin::formats::stix {
namespace {

TEST(StixVersions, OrderIsThatOfTimes) {
  const std::vector<std::string> ascending{
      version_order("2016-01-01T00:00:00Z", true),       version_order("2016-01-01T00:00:00.000Z", false),
      version_order("2016-01-01T00:00:00.0001Z", false), version_order("2016-01-01T00:00:00.001Z", false),
      version_order("2016-01-01T00:00:00.01Z", false),   version_order("2016-01-01T00:00:01Z", false),
      version_order("2017-01-01T00:00:00.000Z", true),
  };
  for (std::size_t i = 1; i < ascending.size(); ++i) EXPECT_LT(ascending[i - 1], ascending[i]) << i;
  EXPECT_LT(version_order("", true), version_order("", false)) << "what has no versions is replaced likewise";
  EXPECT_EQ(version_order("2016-01-01T00:00:00Z", false), version_order("2016-01-01T00:00:00.000000Z", false));
  EXPECT_EQ(version_order("2016-01-01T00:00:00.1Z", true), version_order("2016-01-01T00:00:00.100Z", true));
}

TEST(StixVersions, SameObject) {
  struct Case {
    const char *a, *b;
    bool same;
  };
  static constexpr Case kCases[] = {
      {R"({"a":1,"b":[1,2]})", R"({ "b": [1, 2.0], "a": 1.0 })", true},
      {R"({"t":"2016-01-01T00:00:00Z"})", R"({"t":"2016-01-01T00:00:00.000Z"})", true},
      {R"({"t":"2016-01-01T00:00:00Z"})", R"({"t":"2016-01-01T00:00:00.001Z"})", false},
      {R"({"t":"a\u00e9"})", "{\"t\":\"a\xc3\xa9\"}", true},
      {R"({"a":1})", R"({"a":1,"b":2})", false},
      {R"({"a":1,"b":2})", R"({"a":1,"c":2})", false},
      {R"({"a":1,"a":1})", R"({"a":1,"b":1})", false},
      {R"({"a":[1,2]})", R"({"a":[2,1]})", false},
      {R"({"a":[1,2]})", R"({"a":[1]})", false},
      {R"({"a":null})", R"({"a":false})", false},
      {R"({"a":true})", R"({"a":true})", true},
      {R"({"a":"1"})", R"({"a":1})", false},
      {R"({"a":{"b":{"c":[]}}})", R"({"a":{"b":{"c":{}}}})", false},
  };
  for (const auto& each : kCases) {
    TapeReader one, other;
    const auto a = one.read(each.a), b = other.read(each.b);
    ASSERT_TRUE(a && b) << each.a;
    EXPECT_EQ(same_object(*a, *b), each.same) << each.a << "  " << each.b;
    EXPECT_EQ(same_object(*b, *a), each.same) << each.b << "  " << each.a;
  }
}

TEST(StixMarkings, Tlp) {
  EXPECT_EQ(tlp_level("marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"), "white");
  EXPECT_EQ(tlp_level("marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"), "amber+strict");
  EXPECT_EQ(tlp_level("marking-definition--00000000-0000-4000-8000-000000000000"), "");
  struct Case {
    const char *json, *level;
  };
  static constexpr Case kCases[] = {
      {R"({"type":"marking-definition","definition_type":"tlp","definition":{"tlp":"green"}})", "green"},
      {R"({"type":"marking-definition","extensions":{"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d":
           {"extension_type":"property-extension","tlp_2_0":"amber+strict"}}})",
       "amber+strict"},
      {R"({"type":"marking-definition","definition_type":"statement","definition":{"statement":"tlp"}})", ""},
      {R"({"type":"identity","definition_type":"tlp","definition":{"tlp":"green"}})", ""},
      {R"([])", ""},
  };
  for (const auto& each : kCases) {
    TapeReader reader;
    const auto root = reader.read(each.json);
    ASSERT_TRUE(root) << each.json;
    EXPECT_EQ(tlp_level_of(*root), each.level) << each.json;
  }
}

}  // namespace
}  // namespace tocsin::formats::stix
