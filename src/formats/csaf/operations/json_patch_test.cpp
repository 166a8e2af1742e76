#include "formats/csaf/operations/json_patch.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"

namespace tocsin::formats::csaf {
namespace {

using boost::json::value;

/// ' for ".
value parsed(std::string_view text) {
  std::string quoted{text};
  std::ranges::replace(quoted, '\'', '"');
  return value(json::parse(quoted).value().root(), boost::json::storage_ptr());
}

struct Patch {
  std::string_view name, document, patch;
  std::string_view result;  ///< As it is written, members in their order.
};
void PrintTo(const Patch& each, std::ostream* out) { *out << each.name; }

constexpr Patch kPatches[] = {
    {"Nothing", "{'a':1}", "[]", "{'a':1}"},
    {"AddMember", "{'b':1}", "[{'op':'add','path':'/a','value':2}]", "{'b':1,'a':2}"},
    {"AddOverMember", "{'a':1,'b':2}", "[{'op':'add','path':'/a','value':3}]", "{'a':3,'b':2}"},
    {"AddElement", "{'a':[1,3]}", "[{'op':'add','path':'/a/1','value':2}]", "{'a':[1,2,3]}"},
    {"AddBehind", "{'a':[1]}", "[{'op':'add','path':'/a/1','value':2}]", "{'a':[1,2]}"},
    {"AddLast", "{'a':[1]}", "[{'op':'add','path':'/a/-','value':[2]}]", "{'a':[1,[2]]}"},
    {"AddWhole", "{'a':1}", "[{'op':'add','path':'','value':[1]}]", "[1]"},
    {"AddNull", "{}", "[{'op':'add','path':'/a','value':null}]", "{'a':null}"},
    {"RemoveMember", "{'a':1,'b':2,'c':3}", "[{'op':'remove','path':'/a'}]", "{'b':2,'c':3}"},
    {"RemoveElement", "[1,2,3]", "[{'op':'remove','path':'/1'}]", "[1,3]"},
    {"Replace", "{'a':1,'b':2}", "[{'op':'replace','path':'/a','value':{}}]", "{'a':{},'b':2}"},
    {"ReplaceWhole", "{'a':1}", "[{'op':'replace','path':'','value':5}]", "5"},
    {"ReplaceElement", "[1,2]", "[{'op':'replace','path':'/1','value':3}]", "[1,3]"},
    {"MoveMember", "{'a':{'x':1},'b':{}}", "[{'op':'move','from':'/a/x','path':'/b/y'}]", "{'a':{},'b':{'y':1}}"},
    {"MoveElement", "[1,2,3]", "[{'op':'move','from':'/0','path':'/2'}]", "[2,3,1]"},
    {"MoveNowhere", "{'a':1}", "[{'op':'move','from':'/a','path':'/a'}]", "{'a':1}"},
    {"MoveBesideItself", "{'a':1}", "[{'op':'move','from':'/a','path':'/ab'}]", "{'ab':1}"},
    {"Copy", "{'a':{'x':1}}", "[{'op':'copy','from':'/a','path':'/b'}]", "{'a':{'x':1},'b':{'x':1}}"},
    {"CopyIntoItself", "{'a':{}}", "[{'op':'copy','from':'/a','path':'/a/b'}]", "{'a':{'b':{}}}"},
    {"Test", "{'a':[1,'x',null]}", "[{'op':'test','path':'/a','value':[1.0,'x',null]}]", "{'a':[1,'x',null]}"},
    {"TestMembersInAnyOrder", "{'a':1,'b':2}", "[{'op':'test','path':'','value':{'b':2,'a':1}}]", "{'a':1,'b':2}"},
    {"Escapes", "{'a/b':1,'m~n':2}", "[{'op':'remove','path':'/a~1b'},{'op':'replace','path':'/m~0n','value':3}]",
     "{'m~n':3}"},
    {"EmptyName", "{'':1}", "[{'op':'replace','path':'/','value':2}]", "{'':2}"},
    {"NumberAsName", "{'0':1}", "[{'op':'remove','path':'/0'}]", "{}"},
    {"OtherMembers", "{}", "[{'op':'add','path':'/a','value':1,'why':'x','from':3}]", "{'a':1}"},
    {"InOrder", "{}", "[{'op':'add','path':'/a','value':[]},{'op':'add','path':'/a/0','value':1}]", "{'a':[1]}"},
};

class JsonPatch : public ::testing::TestWithParam<Patch> {};
TEST_P(JsonPatch, Applies) {
  const auto& each = GetParam();
  const auto result = apply_patch(parsed(each.document), parsed(each.patch));
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ(json::write(*result), json::write(parsed(each.result)));
}
INSTANTIATE_TEST_SUITE_P(Csaf, JsonPatch, ::testing::ValuesIn(kPatches),
                         [](const auto& each) { return std::string{each.param.name}; });

struct BadPatch {
  std::string_view name, patch;
  std::string_view where, message;  ///< Part of the message.
};
void PrintTo(const BadPatch& each, std::ostream* out) { *out << each.name; }

/// All applied to {"a":{"b":1},"list":[1,2]}.
constexpr BadPatch kBadPatches[] = {
    {"NoArray", "{'op':'remove','path':'/a'}", "", "an array of operations"},
    {"NoObject", "[1]", "/0", "is an object"},
    {"NoOp", "[{'path':'/a'}]", "/0", "no member op"},
    {"OpIsNumber", "[{'op':1,'path':'/a'}]", "/0/op", "op is a string"},
    {"UnknownOp", "[{'op':'delete','path':'/a'}]", "/0/op", "'delete' is none of"},
    {"OpInCapitals", "[{'op':'ADD','path':'/a','value':1}]", "/0/op", "'ADD' is none of"},
    {"NoPath", "[{'op':'remove'}]", "/0", "no member path"},
    {"NoValue", "[{'op':'add','path':'/x'}]", "/0", "needs a member value"},
    {"NoFrom", "[{'op':'copy','path':'/x'}]", "/0", "no member from"},
    {"NoSlash", "[{'op':'remove','path':'a'}]", "/0/path", "begins with /"},
    {"BadEscape", "[{'op':'remove','path':'/a~2'}]", "/0/path", "behind ~ stands 0 or 1"},
    {"RemoveAbsent", "[{'op':'remove','path':'/x'}]", "/0/path", "there is no /x"},
    {"RemoveAll", "[{'op':'remove','path':''}]", "/0/path", "whole document"},
    {"RemoveBehindLast", "[{'op':'remove','path':'/list/-'}]", "/0/path", "there is no /list/-"},
    {"ReplaceAbsent", "[{'op':'replace','path':'/a/c','value':1}]", "/0/path", "there is no /a/c"},
    {"AddBelowAbsent", "[{'op':'add','path':'/x/y','value':1}]", "/0/path", "there is no /x"},
    {"AddBelowScalar", "[{'op':'add','path':'/a/b/c','value':1}]", "/0/path", "neither an object nor an array"},
    {"AddFarBehind", "[{'op':'add','path':'/list/3','value':1}]", "/0/path", "has only 2 elements"},
    {"LeadingZero", "[{'op':'remove','path':'/list/01'}]", "/0/path", "a number or -"},
    {"Negative", "[{'op':'remove','path':'/list/-1'}]", "/0/path", "a number or -"},
    {"HugeIndex", "[{'op':'remove','path':'/list/99999999999999999999'}]", "/0/path", "a number or -"},
    {"ThroughTheEnd", "[{'op':'add','path':'/list/-/x','value':1}]", "/0/path", "has only 2 elements"},
    {"MoveIntoItself", "[{'op':'move','from':'/a','path':'/a/b'}]", "/0/path", "cannot move into itself"},
    {"MoveAbsent", "[{'op':'move','from':'/x','path':'/x'}]", "/0/from", "there is no /x"},
    {"MoveWhole", "[{'op':'move','from':'','path':'/x'}]", "/0/path", "cannot move into itself"},
    {"CopyAbsent", "[{'op':'copy','from':'/x','path':'/y'}]", "/0/from", "there is no /x"},
    {"TestFails", "[{'op':'test','path':'/a/b','value':'1'}]", "/0", "/a/b is 1, not \"1\""},
    {"TestOfMore", "[{'op':'test','path':'/a','value':{'b':1,'c':2}}]", "/0", "the test fails"},
    {"TestAbsent", "[{'op':'test','path':'/x','value':null}]", "/0/path", "there is no /x"},
    {"Second", "[{'op':'remove','path':'/a'},{'op':'remove','path':'/a'}]", "/1/path", "there is no /a"},
};

class JsonPatchBad : public ::testing::TestWithParam<BadPatch> {};
TEST_P(JsonPatchBad, IsRefused) {
  const auto& each = GetParam();
  const auto result = apply_patch(parsed("{'a':{'b':1},'list':[1,2]}"), parsed(each.patch));
  ASSERT_FALSE(result) << json::write(*result);
  EXPECT_EQ(result.error().code, Error::Code::invalid_input);
  EXPECT_EQ(result.error().where, each.where);
  EXPECT_THAT(result.error().message, ::testing::HasSubstr(std::string{each.message}));
}
INSTANTIATE_TEST_SUITE_P(Csaf, JsonPatchBad, ::testing::ValuesIn(kBadPatches),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(JsonPatchLimits, AreKept) {
  boost::json::array many;
  const auto test = parsed("{'op':'test','path':'/a','value':1}");
  for (std::size_t i = 0; i < kPatchOperationsMax; ++i) many.push_back(test);
  EXPECT_TRUE(apply_patch(parsed("{'a':1}"), many));
  many.push_back(test);
  EXPECT_EQ(apply_patch(parsed("{'a':1}"), many).error().code, Error::Code::too_large);

  // Each copy doubles what is there.
  const auto twice = parsed("{'op':'copy','from':'','path':'/a'}");
  boost::json::array doubling;
  for (int i = 0; i < 12; ++i) doubling.push_back(twice);
  EXPECT_TRUE(apply_patch(parsed("{'b':{}}"), doubling));
  boost::json::array growing;
  for (int i = 0; i < 40; ++i) {
    growing.push_back(parsed("{'op':'copy','from':'/l','path':'/l/-'}"));
    growing.push_back(parsed("{'op':'copy','from':'/l','path':'/l/-'}"));
  }
  EXPECT_EQ(apply_patch(parsed("{'l':[]}"), growing).error().code, Error::Code::too_large);

  // Deeper by one with each operation.
  std::string path;
  boost::json::array deep;
  for (std::size_t i = 0; i < kPatchDepthMax; ++i) {
    path += "/a";
    deep.push_back({{"op", "add"}, {"path", path}, {"value", i + 1 < kPatchDepthMax ? parsed("{}") : parsed("1")}});
  }
  EXPECT_TRUE(apply_patch(parsed("{}"), deep));
  deep.back().get_object()["value"] = parsed("{}");
  EXPECT_EQ(apply_patch(parsed("{}"), deep).error().code, Error::Code::invalid_input);
}

TEST(JsonPatchOf, TheOriginalIsLeftAlone) {
  const auto document = parsed("{'a':1}");
  EXPECT_FALSE(apply_patch(document, parsed("[{'op':'remove','path':'/a'},{'op':'remove','path':'/a'}]")));
  EXPECT_TRUE(apply_patch(document, parsed("[{'op':'remove','path':'/a'}]")));
  EXPECT_EQ(json::write(document), "{\"a\":1}");
}

TEST(EqualJson, ComparesByValue) {
  EXPECT_TRUE(equal_json(parsed("1"), parsed("1.0")));
  EXPECT_TRUE(equal_json(parsed("18446744073709551615"), parsed("18446744073709551615")));
  EXPECT_FALSE(equal_json(parsed("18446744073709551615"), parsed("18446744073709551614")));
  EXPECT_FALSE(equal_json(parsed("-1"), parsed("18446744073709551615")));
  EXPECT_FALSE(equal_json(parsed("1"), parsed("true")));
  EXPECT_FALSE(equal_json(parsed("[1,2]"), parsed("[2,1]")));
  EXPECT_FALSE(equal_json(parsed("[1]"), parsed("[1,2]")));
  EXPECT_FALSE(equal_json(parsed("{'a':1}"), parsed("{'b':1}")));
  EXPECT_TRUE(equal_json(parsed("{'a':{'x':[null]}}"), parsed("{'a':{'x':[null]}}")));
}

}  // namespace
}  // namespace tocsin::formats::csaf
