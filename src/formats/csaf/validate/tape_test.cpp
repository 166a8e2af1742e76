#include "formats/csaf/validate/tape.hpp"

#include <gtest/gtest.h>

namespace tocsin::formats::csaf {
namespace {

TEST(Tape, ReadsEveryKindOfValue) {
  TapeReader reader;
  const auto root = reader.read(R"({"s":"a\u00e9","i":-3,"u":18446744073709551615,"d":1.5,"t":true,"f":false,"n":null,)"
                                R"("a":[1,[2,3],{"x":4}],"o":{}})");
  ASSERT_TRUE(root);
  EXPECT_TRUE(root->is_object());
  EXPECT_EQ(root->size(), 9U);
  EXPECT_EQ(root->text_at("s"), "a\u00e9");
  EXPECT_EQ((*root)["i"].number(), -3.0);
  EXPECT_TRUE((*root)["i"].is_integer());
  EXPECT_TRUE((*root)["u"].is_integer());
  EXPECT_EQ((*root)["d"].number(), 1.5);
  EXPECT_FALSE((*root)["d"].is_integer());
  EXPECT_TRUE((*root)["t"].is_true());
  EXPECT_TRUE((*root)["f"].is_boolean());
  EXPECT_TRUE((*root)["n"].is_null());
  std::vector<std::string> pointers;
  for (const auto element : (*root)["a"].elements()) pointers.push_back(element.pointer());
  EXPECT_EQ(pointers, (std::vector<std::string>{"/a/0", "/a/1", "/a/2"}));
  EXPECT_TRUE((*root)["o"].empty());
  EXPECT_FALSE((*root)["missing"]);
  EXPECT_FALSE((*root)["s"]["no object"]);
  EXPECT_TRUE((*root)["missing"].text().empty());
}

TEST(Tape, PointersEscape) {
  TapeReader reader;
  const auto root = reader.read(R"({"a/b":{"~":[0,{"":1}]}})");
  ASSERT_TRUE(root);
  Node inner;
  for (const auto element : (*root)["a/b"]["~"].elements()) inner = element;
  EXPECT_EQ(inner[""].pointer(), "/a~1b/~0/1/");
  EXPECT_EQ(root->pointer(), "");
}

TEST(Tape, TellsWhereSyntaxIsWrong) {
  TapeReader reader;
  for (const auto* text :
       {"", "{", "{\"a\":}", "[1,]", "\xEF\xBB\xBF{}", "\"\xFF\"", "{\"a\":NaN}", "01", "1 2", "\x01"}) {
    const auto root = reader.read(text);
    ASSERT_FALSE(root) << text;
    EXPECT_EQ(root.error().code, Error::Code::invalid_input) << text;
    EXPECT_FALSE(root.error().message.empty()) << text;
  }
}

TEST(Tape, HasLimits) {
  TapeReader reader;
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + "1" + std::string(depth, ']'); };
  EXPECT_TRUE(reader.read(nested(64)));
  EXPECT_FALSE(reader.read(nested(65)));
  EXPECT_FALSE(reader.read(nested(100000)));
  EXPECT_TRUE(reader.read(nested(3), {.bytes_max = 7, .depth_max = 3}));
  EXPECT_FALSE(reader.read(nested(4), {.bytes_max = 9, .depth_max = 3}));
  const auto large = reader.read("      7", {.bytes_max = 6, .depth_max = 3});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, Error::Code::too_large);
  // A large one, then small ones again.
  EXPECT_TRUE(reader.read("\"" + std::string(20 << 20, 'x') + "\""));
  const auto small = reader.read("[7]");
  ASSERT_TRUE(small);
  EXPECT_EQ(small->size(), 1U);
}

TEST(Tape, CountsWhatItsCounterCannotHold) {
  std::string text = "[0";
  constexpr std::size_t kMany = 17'000'000;
  text.reserve(2 * kMany + 2);
  for (std::size_t i = 1; i < kMany; ++i) text += ",0";
  TapeReader reader;
  const auto root = reader.read(text + "]");
  ASSERT_TRUE(root);
  EXPECT_EQ(root->size(), kMany);
}

TEST(Tape, BecomesATreeAgain) {
  TapeReader reader;
  constexpr auto kText = R"({"a":[1,-2,1.5,true,null,"x"],"b":{"c":18446744073709551615}})";
  const auto root = reader.read(kText);
  ASSERT_TRUE(root);
  EXPECT_EQ(json::write(root->to_value()), kText);
}

TEST(Tape, NumbersBeyond64BitsAreRefused) {
  TapeReader reader;
  for (const auto* text : {"44444444444444444444444444", "[-44444444444444444444444444]"}) {
    const auto read = reader.read(text);
    ASSERT_FALSE(read.has_value()) << text;
    EXPECT_EQ(read.error().code, Error::Code::invalid_input) << text;
    EXPECT_EQ(read.error().message, kNumberTooLarge) << text;
  }
  EXPECT_TRUE(reader.read("18446744073709551615").has_value());
  EXPECT_EQ(reader
                .read("{\"44444444444444444444\\\"\": 18446744073709551615,\n \"b\": [-9223372036854775808, "
                      "18446744073709551616]}")
                .error()
                .where,
            "2:30");
  EXPECT_EQ(reader.read("[-9223372036854775809]").error().where, "1:2");
  EXPECT_FALSE(reader.read(R"({"a":1e999})").has_value());
}

}  // namespace
}  // namespace tocsin::formats::csaf
