#include "formats/csaf/validate/tape.hpp"

#include <string>
#include <vector>

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

/// Every value of a document, in its order.
void collect(Node node, std::vector<Node>& nodes) {
  nodes.push_back(node);
  for (const auto element : node.elements()) collect(element, nodes);
  for (const auto member : node.members()) collect(member.value, nodes);
}

TEST(Tape, PointersInAnyOrder) {
  TapeReader reader;
  const auto root = reader.read(R"({"a":[1,{"x":[],"y":"t"},[[2],3]],"b/c":{"d":{}},"e":-1.5,"f":[[],[]]})");
  ASSERT_TRUE(root);
  std::vector<Node> nodes;
  collect(*root, nodes);
  ASSERT_EQ(nodes.size(), 16U);
  std::vector<std::string> expected;
  for (const auto node : nodes) expected.push_back(node.pointer());
  EXPECT_EQ(expected[4], "/a/1/x");
  EXPECT_EQ(expected[11], "/b~1c/d");
  // After each one, each other one: forwards, backwards, up and down.
  Pointers pointers{*root};
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    for (std::size_t j = 0; j < nodes.size(); ++j) {
      EXPECT_EQ(pointers.to(nodes[i]), expected[i]);
      EXPECT_EQ(pointers.to(nodes[j]), expected[j]) << "after " << expected[i];
    }
  }
}

TEST(Tape, BytesOfTextsAreEqualForEqualArraysOnly) {
  TapeReader reader;
  const auto root = reader.read(R"([["a","bc"],["a","bc"],["ab","c"],["a"],["a","bc",""],["bc","a"]])");
  ASSERT_TRUE(root);
  std::vector<std::string_view> bytes;
  for (const auto element : root->elements()) bytes.push_back(element.bytes_of_texts());
  EXPECT_EQ(bytes[0], bytes[1]);
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    for (std::size_t j = i + 1; j < bytes.size(); ++j) EXPECT_NE(bytes[i], bytes[j]) << i << " and " << j;
  }
}

TEST(Tape, OnlyArraysOfTextsHaveBytesOfTexts) {
  TapeReader reader;
  // The integer looks like a text on the tape: its first byte is a quotation mark.
  const auto root =
      reader.read(R"([[],["a",7],[7,"a"],["a",2449958197289549825],["a",{"b":"c"}],["a",["b"]],["a",null],{},"a",7])");
  ASSERT_TRUE(root);
  for (const auto element : root->elements()) EXPECT_TRUE(element.bytes_of_texts().empty()) << element.pointer();
}

TEST(Tape, ReadsToTheEndOfAPage) {
  // Wherever the text ends, what stands behind it has no say.
  TapeReader reader;
  constexpr std::string_view kText = R"({"a":["b","c"]})";
  constexpr std::size_t kPage = 4096;
  std::string room(2 * kPage, '}');
  for (std::size_t end = kPage - 80; end <= kPage + 80; ++end) {
    room.replace(end - kText.size(), kText.size(), kText);
    const auto root = reader.read(std::string_view{room}.substr(end - kText.size(), kText.size()));
    ASSERT_TRUE(root) << end << root.error().to_string();
    EXPECT_EQ((*root)["a"].size(), 2U);
  }
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
