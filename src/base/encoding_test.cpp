#include "base/encoding.hpp"

#include <ostream>

#include <gtest/gtest.h>

namespace tocsin {
namespace {

// RFC 4648, section 10, and bytes that use the alphabets' last two characters.
struct EncodingCase {
  std::string_view name, bytes, base64, base64url, base32;
};
void PrintTo(const EncodingCase& each, std::ostream* out) { *out << each.name; }
constexpr EncodingCase kEncodingCases[] = {
    {"Nothing", "", "", "", ""},
    {"OneByte", "f", "Zg==", "Zg", "MY"},
    {"TwoBytes", "fo", "Zm8=", "Zm8", "MZXQ"},
    {"ThreeBytes", "foo", "Zm9v", "Zm9v", "MZXW6"},
    {"FourBytes", "foob", "Zm9vYg==", "Zm9vYg", "MZXW6YQ"},
    {"FiveBytes", "fooba", "Zm9vYmE=", "Zm9vYmE", "MZXW6YTB"},
    {"SixBytes", "foobar", "Zm9vYmFy", "Zm9vYmFy", "MZXW6YTBOI"},
    {"Zeros", std::string_view{"\0\0", 2}, "AAA=", "AAA", "AAAA"},
    {"Ones", "\xFB\xFF\xFE", "+//+", "-__-", "7P774"},
};
class Encoding : public testing::TestWithParam<EncodingCase> {};
TEST_P(Encoding, MatchesTheStandardBothWays) {
  const auto& each = GetParam();
  EXPECT_EQ(base64_encode(each.bytes), each.base64);
  EXPECT_EQ(base64url_encode(each.bytes), each.base64url);
  EXPECT_EQ(base32_encode(each.bytes), each.base32);
  EXPECT_EQ(base64_decode(each.base64).value(), each.bytes);
  EXPECT_EQ(base64url_decode(each.base64url).value(), each.bytes);
  EXPECT_EQ(base32_decode(each.base32).value(), each.bytes);
}
INSTANTIATE_TEST_SUITE_P(Rfc4648, Encoding, testing::ValuesIn(kEncodingCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Encoding, EveryByteSurvivesAtEveryLength) {
  std::string bytes;
  for (int length = 0; length <= 300; ++length) {
    EXPECT_EQ(base64_decode(base64_encode(bytes)).value(), bytes);
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)).value(), bytes);
    EXPECT_EQ(base32_decode(base32_encode(bytes)).value(), bytes);
    bytes += static_cast<char>(length * 7);
  }
}

struct RefusedCase {
  std::string_view name;
  Result<std::string> (*decode)(std::string_view);
  std::string_view text, where;
};
void PrintTo(const RefusedCase& each, std::ostream* out) { *out << each.text; }
constexpr RefusedCase kRefusedCases[] = {
    {"UrlPadding", base64url_decode, "Zg==", "3"},
    {"UrlStandardAlphabet", base64url_decode, "+//+", "1"},
    {"UrlBlank", base64url_decode, "Zm9v Zm9v", "5"},
    {"UrlLineEnd", base64url_decode, "Zm9v\n", "5"},
    {"UrlNul", base64url_decode, std::string_view{"Zm9v\0", 5}, "5"},
    {"UrlNotAscii", base64url_decode, "Zm9\xC3", "4"},
    {"UrlOneCharacterLeft", base64url_decode, "Zm9vY", "6"},
    {"UrlTrailingBitsAfterOneByte", base64url_decode, "Zh", "2"},
    {"UrlTrailingBitsAfterTwoBytes", base64url_decode, "Zm9", "3"},
    {"NoPadding", base64_decode, "Zg", "3"},
    {"HalfThePadding", base64_decode, "Zg=", "4"},
    {"TooMuchPadding", base64_decode, "Z===", "2"},
    {"OnlyPadding", base64_decode, "====", "1"},
    {"PaddingWhereNoneBelongs", base64_decode, "Zm9v====", "5"},
    {"PaddingInside", base64_decode, "Zg==Zg==", "3"},
    {"UrlAlphabet", base64_decode, "-__-", "1"},
    {"TrailingBits", base64_decode, "Zh==", "2"},
    {"Base32LowerCase", base32_decode, "my", "1"},
    {"Base32Padding", base32_decode, "MY======", "3"},
    {"Base32Digits", base32_decode, "MZXW1", "5"},
    {"Base32OneCharacter", base32_decode, "M", "2"},
    {"Base32ThreeCharacters", base32_decode, "MZX", "4"},
    {"Base32SixCharacters", base32_decode, "MZXW6Y", "7"},
    {"Base32TrailingBits", base32_decode, "MZ", "2"},
};
class RefusedText : public testing::TestWithParam<RefusedCase> {};
TEST_P(RefusedText, SaysWhereAndDoesNotQuote) {
  const auto bytes = GetParam().decode(GetParam().text);
  ASSERT_FALSE(bytes.has_value());
  EXPECT_EQ(bytes.error().code, Error::Code::invalid_input);
  EXPECT_EQ(bytes.error().where, GetParam().where) << bytes.error().message;
  EXPECT_EQ(bytes.error().message.find(GetParam().text), std::string::npos);
}
INSTANTIATE_TEST_SUITE_P(Decoders, RefusedText, testing::ValuesIn(kRefusedCases),
                         [](const auto& each) { return std::string{each.param.name}; });

// What a decoder accepts is exactly what the encoder gives: no two texts for the same bytes.
TEST(Encoding, OfAllTwoCharacterTextsOnlyTheEncodersOwnAreRead) {
  for (int a = 0; a < 256; ++a) {
    for (int b = 0; b < 256; ++b) {
      const std::string text{static_cast<char>(a), static_cast<char>(b)};
      if (const auto bytes = base64url_decode(text)) {
        EXPECT_EQ(base64url_encode(*bytes), text);
      }
      if (const auto bytes = base32_decode(text)) {
        EXPECT_EQ(base32_encode(*bytes), text);
      }
    }
  }
}

TEST(Base64url, ReadsWhatItWrites) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(base64url_decode(base64url_encode(bytes)).value(), bytes);
    bytes += static_cast<char>(i * 37);
  }
  // RFC 4648, section 10.
  EXPECT_EQ(base64url_encode("fooba"), "Zm9vYmE");
  EXPECT_EQ(base64url_encode("\xff\xef\xbe"), "_---");
}

TEST(Base64url, HasOneTextForEachValue) {
  for (const auto* const bad :
       {"A", "AAAAA", "AA==", "AAA=", "AB", "AAB", "A+AA", "A/AA", "AA A", "AAA\n", "\xc3\xa4gA"}) {
    EXPECT_FALSE(base64url_decode(bad)) << bad;
  }
  EXPECT_TRUE(base64url_decode(""));
}

}  // namespace
}  // namespace tocsin
