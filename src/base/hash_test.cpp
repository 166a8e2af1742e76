#include "base/hash.hpp"

#include <algorithm>
#include <ostream>
#include <set>

#include <gtest/gtest.h>

#include "base/ids.hpp"

namespace tocsin {
namespace {

// FIPS 180-4's examples and the digests of nothing.
struct DigestCase {
  std::string_view name, text, sha256, sha512;
};
void PrintTo(const DigestCase& each, std::ostream* out) { *out << each.name; }
constexpr DigestCase kDigestCases[] = {
    {"Nothing", "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce"
     "47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e"},
    {"Abc", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
    {"TwoBlocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
     "204a8fc6dda82f0a0ced7beb8e08a41657c16ef468b228a8279be331a703c335"
     "96fd15c13b1b07f9aa1d3bea57789ca031ad85c7a71dd70354ec631238ca3445"},
};
class Digest : public testing::TestWithParam<DigestCase> {};
TEST_P(Digest, MatchesTheStandard) {
  const auto& each = GetParam();
  EXPECT_EQ(sha256_hex(each.text), each.sha256);
  EXPECT_EQ(sha512_hex(each.text), each.sha512);
}
TEST_P(Digest, InPiecesIsTheSame) {
  const auto text = GetParam().text;
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Sha512 hash;
    hash.update(text.substr(0, cut));
    Sha512 moved = std::move(hash);
    moved.update(text.substr(cut));
    EXPECT_EQ(moved.hex(), GetParam().sha512);
  }
}
INSTANTIATE_TEST_SUITE_P(Sha2, Digest, testing::ValuesIn(kDigestCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Sha1, IsUpperCaseHex) {
  EXPECT_EQ(sha1_hex_upper(""), "DA39A3EE5E6B4B0D3255BFEF95601890AFD80709");
  EXPECT_EQ(sha1_hex_upper("abc"), "A9993E364706816ABA3E25717850C26C9CD0D89D");
}

// RFC 2202 and RFC 4231, tests 2 and 6 (a key longer than a block), and RFC 2104 without any key.
std::string hex_of(std::string_view bytes) {
  std::string text;
  for (const auto byte : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned char>(byte) >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}
TEST(Hmac, MatchesTheStandards) {
  constexpr std::string_view kText = "what do ya want for nothing?";
  EXPECT_EQ(hex_of(hmac_sha1("Jefe", kText)), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(hex_of(hmac_sha256("Jefe", kText)), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex_of(hmac_sha512("Jefe", kText)),
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
            "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
  constexpr std::string_view kLong = "Test Using Larger Than Block-Size Key - Hash Key First";
  EXPECT_EQ(hex_of(hmac_sha1(std::string(80, '\xaa'), kLong)), "aa4ae5e15272d00e95705637ce8a3b55ed402112");
  EXPECT_EQ(hex_of(hmac_sha256(std::string(131, '\xaa'), kLong)),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  // After another key: a null one must not mean "the same again".
  EXPECT_EQ(hex_of(hmac_sha256({}, {})), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(FastHash, TellsTextsApart) {
  EXPECT_EQ(fast_hash("advisory"), fast_hash(std::string{"advisory"}));
  EXPECT_NE(fast_hash("advisory"), fast_hash("advisorz"));
}

TEST(RandomUuid, HasVersionFourAndItsVariant) {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const auto id = random_uuid();
    ASSERT_EQ(id.size(), 36U);
    for (std::size_t at = 0; at < id.size(); ++at) {
      const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
      EXPECT_EQ(id[at] == '-', dash) << id;
      EXPECT_NE(std::string_view{"-0123456789abcdef"}.find(id[at]), std::string_view::npos) << id;
    }
    EXPECT_EQ(id[14], '4');
    EXPECT_NE(std::string_view{"89ab"}.find(id[19]), std::string_view::npos) << id;
    seen.insert(id);
  }
  EXPECT_EQ(seen.size(), 200U);
}

TEST(RandomRequestId, HasSixteenHexDigits) {
  const auto id = random_request_id();
  EXPECT_EQ(id.size(), 16U);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(id, random_request_id());
}

}  // namespace
}  // namespace tocsin
