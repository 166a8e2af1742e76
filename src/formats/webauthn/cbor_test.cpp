#include "formats/webauthn/cbor.hpp"

#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace tocsin::formats::webauthn {
namespace {

using std::string_literals::operator""s;
using std::string_view_literals::operator""sv;

bool is_item(const std::string& bytes) {
  CborReader reader{bytes, "test"};
  return reader.item().has_value() && reader.end().has_value();
}

struct Item {
  std::string_view name;
  std::string bytes;
};
void PrintTo(const Item& each, std::ostream* out) { *out << each.name; }
const auto name_of = [](const auto& each) { return std::string{each.param.name}; };

class CborAccepts : public ::testing::TestWithParam<Item> {};
TEST_P(CborAccepts, Item) { EXPECT_TRUE(is_item(GetParam().bytes)); }
// Most of them from RFC 8949, appendix A.
const Item kGood[] = {
    {"Zero", "\0"s},
    {"TwentyThree", "\x17"},
    {"TwentyFour", "\x18\x18"},
    {"Thousand", "\x19\x03\xe8"},
    {"Million", "\x1a\0\x0f\x42\x40"s},
    {"Trillion", "\x1b\0\0\0\xe8\xd4\xa5\x10\0"s},
    {"MostPositive", "\x1b\xff\xff\xff\xff\xff\xff\xff\xff"},
    {"MinusThousand", "\x39\x03\xe7"},
    {"NoBytes", "\x40"},
    {"FourBytes", "\x44\1\2\3\4"},
    {"Text", "\x62\xc3\xbc"},
    {"Array", "\x83\1\2\3"},
    {"NestedArray", "\x83\1\x82\2\3\x82\4\5"},
    {"Map", "\xa2\x61\x61\1\x61\x62\x82\2\3"},
    {"False", "\xf4"},
    {"Null", "\xf6"},
    {"HalfFloat", "\xf9\x3c\0"s},
    {"DoubleFloat", "\xfb\x3f\xf1\x99\x99\x99\x99\x99\x9a"},
    {"Depth8", std::string(8, '\x81') + "\1"},
};
INSTANTIATE_TEST_SUITE_P(Cbor, CborAccepts, ::testing::ValuesIn(kGood), name_of);

class CborRefuses : public ::testing::TestWithParam<Item> {};
TEST_P(CborRefuses, Item) { EXPECT_FALSE(is_item(GetParam().bytes)); }
const Item kBad[] = {
    {"Nothing", ""},
    {"TwoItems", "\1\2"},
    {"TwentyThreeInTwoBytes", "\x18\x17"},
    {"ByteInThree", "\x19\0\xff"s},
    {"TwoBytesInFive", "\x1a\0\0\xff\xff"s},
    {"FourBytesInNine", "\x1b\0\0\0\0\xff\xff\xff\xff"s},
    {"LongLengthOfBytes", "\x58\1x"},
    {"LongCountOfMap", "\xb8\1\1\1"},
    {"HeadCut", "\x19\x03"},
    {"BytesCut", "\x44\1\2\3"},
    {"BytesOf16Exabytes", "\x5b\xff\xff\xff\xff\xff\xff\xff\xff"},
    {"ArrayOf16Exa", "\x9b\xff\xff\xff\xff\xff\xff\xff\xff"},
    {"MapOf16Exa", "\xbb\xff\xff\xff\xff\xff\xff\xff\xff"},
    {"MapOf8Exa", "\xbb\x80\0\0\0\0\0\0\1\1\1"s},
    {"MapCut", "\xa2\1\1\2"},
    {"ArrayCut", "\x83\1\2"},
    {"IndefiniteBytes", "\x5f\x41x\xff"},
    {"IndefiniteArray", "\x9f\1\xff"},
    {"IndefiniteMap", "\xbf\xff"},
    {"Break", "\xff"},
    {"ReservedHead", "\x1c"},
    {"Tag", "\xc1\1"},
    {"SimpleZero", "\xe0"},
    {"SimpleInTwoBytes", "\xf8\x20"},
    {"TextIsLatin1", "\x61\xfc"},
    {"TextIsASurrogate", "\x63\xed\xa0\x80"},
    {"KeyTwice", "\xa2\1\1\1\2"},
    {"KeyTwiceApart", "\xa3\x61\x61\1\x61\x62\1\x61\x61\1"},
    {"KeyTwiceWithin", "\x81\xa2\1\1\1\1"},
    {"Depth9", std::string(9, '\x81') + "\1"},
    {"DeepKeys", std::string(9, '\xa1') + std::string(20, '\1')},
    {"DepthOfThousands", std::string(5000, '\x81') + "\1"},
};
INSTANTIATE_TEST_SUITE_P(Cbor, CborRefuses, ::testing::ValuesIn(kBad), name_of);

TEST(Cbor, IntegersHaveTheirWholeRange) {
  const auto integer = [](std::string_view bytes) { return CborReader{bytes, "test"}.integer(); };
  EXPECT_EQ(*integer("\x1b\x7f\xff\xff\xff\xff\xff\xff\xff"), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(*integer("\x3b\x7f\xff\xff\xff\xff\xff\xff\xff"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(*integer("\x20"), -1);
  EXPECT_EQ(*integer("\x39\x01\x00"sv), -257);
}

TEST(Cbor, ErrorsSayWhere) {
  CborReader reader{"\x01\x02", "attestationObject"};
  ASSERT_TRUE(reader.integer());
  EXPECT_EQ(reader.text().error().where, "attestationObject:2");
}

}  // namespace
}  // namespace tocsin::formats::webauthn
