#include "base/json.hpp"

#include <cmath>
#include <limits>
#include <ostream>

#include <gtest/gtest.h>

#include "base/text.hpp"

namespace tocsin::json {
namespace {

struct RefuseCase {
  std::string_view name, text, where;
  Error::Code code = Error::Code::invalid_input;
};
void PrintTo(const RefuseCase& each, std::ostream* out) { *out << each.text; }
constexpr RefuseCase kRefuseCases[] = {
    {"Empty", "", "1:1"},
    {"BlanksOnly", " \n ", "2:2"},
    {"CutShort", "{\"a\":", "1:6"},
    {"TrailingComma", "[1,2,]", "1:6"},
    {"SecondLine", "{\n  \"a\": tru\n}", "2:8"},
    {"TwoValues", "{} {}", "1:4"},
    {"Comment", "[1] // no", "1:5"},
    {"SingleQuotes", "{'a':1}", "1:2"},
    {"ControlInString", "[\"a\tb\"]", "1:4"},
    {"BadEscape", "[\"\\x\"]", "1:4"},
    {"LeadingZero", "[01]", "1:3"},
    {"PlusSign", "[+1]", "1:2"},
    {"NaN", "[NaN]", "1:2"},
    {"LoneSurrogate", "[\"\\ud800\"]", "1:9"},
    {"IllFormedUtf8", "{\n\"a\":\"x\xff\"}", "2:7"},
    {"OverlongUtf8", "[\"\xc0\xaf\"]", "1:3"},
    {"SurrogateInUtf8", "[\"\xed\xa0\x80\"]", "1:3"},
    {"ByteOrderMark", "\xef\xbb\xbf{}", "1:1"},
    {"Utf16", "\xff\xfe{", "1:1"},
    {"RepeatedKey", R"({"a":1,"a":2})", "/a"},
    {"RepeatedKeyBelow", R"({"a":[{},{"b~/":{"c":1,"d":[0],"c":1}}]})", "/a/1/b~0~1/c"},
    {"RepeatedByEscape", R"({"a":1,"\u0061":2})", "/a"},
    {"RepeatedEmptyKey", R"({"":1,"":2})", "/"},
};
class Refuse : public testing::TestWithParam<RefuseCase> {};
TEST_P(Refuse, SaysWhere) {
  const auto parsed = parse(GetParam().text);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().code, GetParam().code);
  EXPECT_EQ(parsed.error().where, GetParam().where) << parsed.error().message;
  EXPECT_FALSE(parsed.error().message.empty());
}
INSTANTIATE_TEST_SUITE_P(Json, Refuse, testing::ValuesIn(kRefuseCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Refuse, NumbersThatNoDoubleHolds) {
  for (const char* text : {"[1e400]", "[-1e400]", "[1e99999999999]", "[1.7976931348623159e308]"}) {
    const auto parsed = parse(text);
    ASSERT_FALSE(parsed.has_value()) << text;
    EXPECT_EQ(parsed.error().message, "the number is too large for a double") << text;
  }
}

TEST(Refuse, SaysWhatToDoAboutAByteOrderMark) {
  EXPECT_NE(parse("\xef\xbb\xbf{}").error().message.find("byte order mark"), std::string::npos);
}

TEST(Refuse, RepetitionInALargeObject) {
  std::string text = "{";
  for (int i = 0; i < 1000; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  EXPECT_TRUE(parse(text + "\"last\":0}").has_value());
  EXPECT_EQ(parse(text + "\"k500\":0}").error().where, "/k500");
}

TEST(LimitOfDepth, OnBothSides) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(parse(nested(64)).has_value());
  const auto refused = parse(nested(65));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Error::Code::invalid_input);
  EXPECT_EQ(refused.error().where, "1:65");
  EXPECT_TRUE(parse("[{}]", {.depth_max = 2}).has_value());
  EXPECT_FALSE(parse("[{}]", {.depth_max = 1}).has_value());
  EXPECT_FALSE(parse(std::string(1 << 20, '[')).has_value());
}

TEST(LimitOfBytes, OnBothSides) {
  EXPECT_TRUE(parse("[1,2]", {.bytes_max = 5}).has_value());
  const auto refused = parse("[1,2]", {.bytes_max = 4});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, Error::Code::too_large);
}

struct WriteCase {
  std::string_view name, text, written;
};
void PrintTo(const WriteCase& each, std::ostream* out) { *out << each.text; }
constexpr WriteCase kWriteCases[] = {
    {"Scores", "[9.8, 10.0, 0.1, -0.5, 7.30]", "[9.8,10.0,0.1,-0.5,7.3]"},
    {"Integers", "[0,-1,9223372036854775807,18446744073709551615]", "[0,-1,9223372036854775807,18446744073709551615]"},
    {"LargeAndSmall", "[1e5,1E22,1e-6,1e-7,1.5e300]", "[100000.0,1e+22,0.000001,1e-07,1.5e+300]"},
    {"ThirtyDigitsBecomeADouble", "[123456789012345678901234567890]", "[1.2345678901234568e+29]"},
    {"ReadExactly", "[0.3,2.2250738585072014e-308,5e-324,9007199254740993.0]",
     "[0.3,2.2250738585072014e-308,5e-324,9007199254740992.0]"},
    {"TooSmallIsZero", "[1e-400]", "[0.0]"},
    {"NegativeZero", "[-0.0]", "[-0.0]"},
    {"Words", " [ true , false , null ] ", "[true,false,null]"},
    {"Empty", "[{},[],\"\"]", "[{},[],\"\"]"},
    {"OrderStays", R"({"z":1,"a":{"y":2,"b":3}})", R"({"z":1,"a":{"y":2,"b":3}})"},
    {"ScalarAtTheTop", "\"x\"", "\"x\""},
    {"Escapes", R"(["\"\\\/\b\f\n\r\t\u0001\u007f\u0085\u2028\u2029"])",
     R"(["\"\\/\b\f\n\r\t\u0001\u007f\u0085\u2028\u2029"])"},
    {"MarkupStays", R"(["<a href='x'>&amp;</a>"])", R"(["<a href='x'>&amp;</a>"])"},
    {"OtherScripts", "[\"Größe \\u65e5 \\ud83d\\ude00\"]", "[\"Größe 日 😀\"]"},
    {"NulInside", R"(["a\u0000b"])", R"(["a\u0000b"])"},
};
class RoundTrip : public testing::TestWithParam<WriteCase> {};
TEST_P(RoundTrip, WritesPlainlyAndReadsTheSameBack) {
  const auto parsed = parse(GetParam().text);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().to_string();
  const auto written = write(parsed->root());
  EXPECT_EQ(written, GetParam().written);
  const auto again = parse(written);
  ASSERT_TRUE(again.has_value()) << again.error().to_string();
  EXPECT_EQ(again->root(), parsed->root());
  const auto pretty = parse(write_pretty(parsed->root()));
  ASSERT_TRUE(pretty.has_value());
  EXPECT_EQ(pretty->root(), parsed->root());
}
INSTANTIATE_TEST_SUITE_P(Json, RoundTrip, testing::ValuesIn(kWriteCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Write, WhatJsonLacksIsNull) {
  EXPECT_EQ(write(std::numeric_limits<double>::infinity()), "null");
  EXPECT_EQ(write(std::nan("")), "null");
}

TEST(Write, IllFormedTextBecomesReplacementCharacters) {
  std::string out = "x";
  write_string(out,
               "a\xff"
               "b\xe2\x80");
  EXPECT_EQ(out,
            "x\"a\ufffd"
            "b\ufffd\ufffd\"");
  EXPECT_EQ(text::invalid_utf8_at(out), std::string_view::npos);
}

TEST(Write, PrettyHasTwoBlanksPerLevel) {
  const auto parsed = parse(R"({"a":[1,{"b":[]}],"c":{}})");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(write_pretty(parsed->root()), R"({
  "a": [
    1,
    {
      "b": []
    }
  ],
  "c": {}
})");
}

TEST(Parsed, MovesWithItsArena) {
  auto first = parse(R"({"a":"one longer than what a value holds in itself"})").value();
  auto second = parse(R"({"a":"two longer than what a value holds in itself"})").value();
  first = std::move(second);
  EXPECT_EQ(string_at(first.root(), "a"), "two longer than what a value holds in itself");
}

TEST(Pointer, AppendsWithEscapes) {
  EXPECT_EQ(pointer_append("", "a/b~c"), "/a~1b~0c");
  EXPECT_EQ(pointer_append("/x", 12), "/x/12");
  EXPECT_EQ(pointer_append("/x", ""), "/x/");
}

TEST(Pointer, ResolvesTheExamplesOfRfc6901) {
  const auto parsed = parse(R"({"foo":["bar","baz"],"":0,"a/b":1,"m~n":8," ":7})");
  ASSERT_TRUE(parsed.has_value());
  const auto& root = parsed->root();
  const auto written = [&root](std::string_view pointer) {
    const auto* value = at_pointer(root, pointer);
    return value == nullptr ? std::string{"nothing"} : write(*value);
  };
  EXPECT_EQ(at_pointer(root, ""), &root);
  EXPECT_EQ(written("/foo/0"), "\"bar\"");
  EXPECT_EQ(written("/"), "0");
  EXPECT_EQ(written("/a~1b"), "1");
  EXPECT_EQ(written("/m~0n"), "8");
  EXPECT_EQ(written("/ "), "7");
  for (const auto* pointer : {"foo", "/foo/2", "/foo/00", "/foo/-", "/foo/-1", "/foo/", "/foo/1x", "/absent",
                              "/foo/0/x", "/m~n", "/m~", "/foo/99999999999999999999"}) {
    EXPECT_EQ(written(pointer), "nothing") << pointer;
  }
}

TEST(LookUp, AbsentOrOfAnotherTypeReadsAsEmpty) {
  const auto parsed = parse(R"({"s":"text","n":1,"l":[1,2]})");
  ASSERT_TRUE(parsed.has_value());
  const auto& root = parsed->root();
  EXPECT_EQ(string_at(root, "s"), "text");
  EXPECT_EQ(string_at(root, "n"), "");
  EXPECT_EQ(string_at(root, "absent"), "");
  EXPECT_EQ(array_at(root, "l").size(), 2U);
  EXPECT_TRUE(array_at(root, "s").empty());
  EXPECT_EQ(find(root, "absent"), nullptr);
  EXPECT_EQ(find(*find(root, "l"), "s"), nullptr);
}

}  // namespace
}  // namespace tocsin::json
