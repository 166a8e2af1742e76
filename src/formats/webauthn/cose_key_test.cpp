#include "formats/webauthn/cose_key.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/webauthn/testing/house.hpp"

namespace tocsin::formats::webauthn {
namespace {

using testing::Authenticator, testing::cbor_bytes, testing::cbor_head, testing::cbor_integer, testing::cbor_text,
    testing::device_of;
using Code = Error::Code;

std::string pair(std::int64_t label, const std::string& value) { return cbor_integer(label) + value; }
std::string map_of(std::initializer_list<std::string> pairs) {
  auto map = cbor_head(5, pairs.size());
  for (const auto& each : pairs) map += each;
  return map;
}
std::string unhex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16));
  }
  return bytes;
}

// The generator of P-256 (NIST SP 800-186), which is a point like any other.
const std::string kX = unhex("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296");
const std::string kY = unhex("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
// The base point of Ed25519 (RFC 8032).
const std::string kB = unhex("58") + std::string(31, '\x66');

std::string ec2(const std::string& x, const std::string& y) {
  return map_of(
      {pair(1, "\x02"), pair(3, cbor_integer(-7)), pair(-1, "\x01"), pair(-2, cbor_bytes(x)), pair(-3, cbor_bytes(y))});
}
std::string okp(const std::string& x) {
  return map_of({pair(1, "\x01"), pair(3, cbor_integer(-8)), pair(-1, "\x06"), pair(-2, cbor_bytes(x))});
}
std::string rsa(const std::string& n, const std::string& e) {
  return map_of({pair(1, "\x03"), pair(3, cbor_integer(-257)), pair(-1, cbor_bytes(n)), pair(-2, cbor_bytes(e))});
}
std::string modulus(std::size_t bytes) { return '\x80' + std::string(bytes - 2, '\x55') + '\x01'; }
const std::string kE("\x01\x00\x01", 3);

struct BadKey {
  std::string_view name;
  std::string key;
  Code code = Code::invalid_input;
};
void PrintTo(const BadKey& each, std::ostream* out) { *out << each.name; }

class UnusableKey : public ::testing::TestWithParam<BadKey> {};
TEST_P(UnusableKey, IsRefused) {
  const auto key = PublicKey::parse(GetParam().key);
  ASSERT_FALSE(key.has_value());
  EXPECT_EQ(key.error().code, GetParam().code) << key.error().to_string();
  EXPECT_THAT(key.error().where, ::testing::StartsWith("credentialPublicKey"));
}
const BadKey kBadKeys[] = {
    {"Empty", ""},
    {"EmptyMap", "\xa0"},
    {"NoMap", "\x80"},
    {"Es384",
     map_of({pair(1, "\x02"), pair(3, cbor_integer(-35)), pair(-1, "\x02"), pair(-2, cbor_bytes(kX)),
             pair(-3, cbor_bytes(kY))}),
     Code::forbidden},
    {"Ps256",
     map_of(
         {pair(1, "\x03"), pair(3, cbor_integer(-37)), pair(-1, cbor_bytes(modulus(256))), pair(-2, cbor_bytes(kE))}),
     Code::forbidden},
    {"Rs1",
     map_of({pair(1, "\x03"), pair(3, cbor_integer(-65535)), pair(-1, cbor_bytes(modulus(256))),
             pair(-2, cbor_bytes(kE))}),
     Code::forbidden},
    {"NoAlgorithm", map_of({pair(1, "\x02"), pair(-1, "\x01"), pair(-2, cbor_bytes(kX)), pair(-3, cbor_bytes(kY))})},
    {"NoType",
     map_of({pair(3, cbor_integer(-7)), pair(-1, "\x01"), pair(-2, cbor_bytes(kX)), pair(-3, cbor_bytes(kY))})},
    {"AlgorithmInWords", map_of({pair(1, "\x02"), pair(3, cbor_text("ES256"))})},
    {"Es256OfAnOkp", map_of({pair(1, "\x01"), pair(3, cbor_integer(-7)), pair(-1, "\x06"), pair(-2, cbor_bytes(kB))})},
    {"Es256OnP384", map_of({pair(1, "\x02"), pair(3, cbor_integer(-7)), pair(-1, "\x02"), pair(-2, cbor_bytes(kX)),
                            pair(-3, cbor_bytes(kY))})},
    {"EdDsaOfAnEc2", map_of({pair(1, "\x02"), pair(3, cbor_integer(-8)), pair(-1, "\x01"), pair(-2, cbor_bytes(kX)),
                             pair(-3, cbor_bytes(kY))})},
    {"EdDsaOnX25519", map_of({pair(1, "\x01"), pair(3, cbor_integer(-8)), pair(-1, "\x04"), pair(-2, cbor_bytes(kB))})},
    {"Rs256OfAnEc2", map_of({pair(1, "\x02"), pair(3, cbor_integer(-257)), pair(-1, "\x01"), pair(-2, cbor_bytes(kX)),
                             pair(-3, cbor_bytes(kY))})},
    {"Es256OfAnRsa", map_of({pair(1, "\x03"), pair(3, cbor_integer(-7)), pair(-1, cbor_bytes(modulus(256))),
                             pair(-2, cbor_bytes(kE))})},
    {"NotOnTheCurve", ec2(kX, kX)},
    {"AtInfinity", ec2(std::string(32, '\0'), std::string(32, '\0'))},
    {"CoordinateBeyondTheField", ec2(std::string(32, '\xff'), kY)},
    {"CoordinateTooShort", ec2(kX.substr(1), kY)},
    {"CoordinateTooLong", ec2('\0' + kX, kY)},
    {"CompressedPoint", map_of({pair(1, "\x02"), pair(3, cbor_integer(-7)), pair(-1, "\x01"), pair(-2, cbor_bytes(kX)),
                                pair(-3, "\xf5")})},
    {"NoY", map_of({pair(1, "\x02"), pair(3, cbor_integer(-7)), pair(-1, "\x01"), pair(-2, cbor_bytes(kX))})},
    {"OptionalParameter", map_of({pair(1, "\x02"), pair(2, cbor_bytes("kid")), pair(3, cbor_integer(-7)),
                                  pair(-1, "\x01"), pair(-2, cbor_bytes(kX)), pair(-3, cbor_bytes(kY))})},
    {"PrivateKeyToo", map_of({pair(1, "\x02"), pair(3, cbor_integer(-7)), pair(-1, "\x01"), pair(-2, cbor_bytes(kX)),
                              pair(-3, cbor_bytes(kY)), pair(-4, cbor_bytes(kX))})},
    {"ParameterInWords", map_of({cbor_text("kty") + "\x02"})},
    {"ParameterTwice", map_of({pair(1, "\x02"), pair(1, "\x02"), pair(3, cbor_integer(-7)), pair(-1, "\x01"),
                               pair(-2, cbor_bytes(kX)), pair(-3, cbor_bytes(kY))})},
    {"SomethingFollows", ec2(kX, kY) + '\0'},
    {"EdIdentity", okp('\x01' + std::string(31, '\0'))},
    {"EdOrderTwo", okp('\xec' + std::string(30, '\xff') + '\x7f')},
    {"EdOrderFour", okp(std::string(32, '\0'))},
    {"EdOrderEight", okp(unhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"))},
    {"EdNotCanonical", okp('\xf0' + std::string(30, '\xff') + '\x7f')},
    {"EdNotOnTheCurve", okp('\x02' + std::string(31, '\0'))},
    {"EdTooShort", okp(kB.substr(1))},
    {"EdWithY", map_of({pair(1, "\x01"), pair(3, cbor_integer(-8)), pair(-1, "\x06"), pair(-2, cbor_bytes(kB)),
                        pair(-3, cbor_bytes(kB))})},
    {"RsaOf2040Bits", rsa(modulus(255), kE)},
    {"RsaOf2047Bits", rsa('\x40' + modulus(256).substr(1), kE)},
    {"RsaOf4104Bits", rsa(modulus(513), kE)},
    {"RsaWithLeadingZero", rsa('\0' + modulus(256), kE)},
    {"RsaEven", rsa(modulus(256).substr(0, 255) + '\x02', kE)},
    {"RsaNoModulus", rsa("", kE)},
    {"RsaExponentThree", rsa(modulus(256), "\x03")},
    {"RsaExponentOne", rsa(modulus(256), std::string("\0\0\x01", 3))},
    {"RsaExponentEven", rsa(modulus(256), std::string("\x01\0\0", 3))},
    {"RsaExponentLong", rsa(modulus(256), std::string("\x01\0\0\0\x01", 5))},
    {"RsaWithCurve",
     map_of({pair(1, "\x03"), pair(3, cbor_integer(-257)), pair(-1, "\x01"), pair(-2, cbor_bytes(kE))})},
};
INSTANTIATE_TEST_SUITE_P(CoseKey, UnusableKey, ::testing::ValuesIn(kBadKeys),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(CoseKey, ParametersMayComeInAnyOrder) {
  EXPECT_TRUE(PublicKey::parse(ec2(kX, kY)));
  EXPECT_TRUE(PublicKey::parse(map_of({pair(-3, cbor_bytes(kY)), pair(-1, "\x01"), pair(3, cbor_integer(-7)),
                                       pair(-2, cbor_bytes(kX)), pair(1, "\x02")})));
  EXPECT_TRUE(PublicKey::parse(okp(kB)));
}

TEST(CoseKey, IsCheckedBeforeItIsStored) {
  EXPECT_TRUE(PublicKey::parse(ec2(kX, kY))->check());
  EXPECT_TRUE(PublicKey::parse(okp(kB))->check());
  for (const int bits : {2048, 3072}) {
    EXPECT_TRUE(PublicKey::parse(Authenticator(Algorithm::rs256, bits).cose_key())->check());
  }
  // 2^2203 - 1 is a prime, so whoever sees it has the private key.
  const auto prime = PublicKey::parse(rsa('\x07' + std::string(275, '\xff'), kE));
  ASSERT_TRUE(prime.has_value()) << prime.error().to_string();
  EXPECT_FALSE(prime->check());
}

TEST(CoseKey, SignatureOfOneAlgorithmIsNoneOfAnother) {
  for (const auto signer : {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256}) {
    const auto signature = device_of(signer).sign("message");
    for (const auto verifier : {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256}) {
      const auto key = PublicKey::parse(device_of(verifier).cose_key());
      ASSERT_TRUE(key.has_value());
      EXPECT_EQ(key->verifies("message", signature), signer == verifier);
      EXPECT_FALSE(key->verifies("another message", signature));
    }
  }
}

TEST(CoseKey, SignatureHasNoZerosOfItsOwn) {
  // r = s = 0 verifies with careless code whatever the message is.
  const auto key = PublicKey::parse(ec2(kX, kY));
  EXPECT_FALSE(key->verifies("message", std::string("\x30\x06\x02\x01\x00\x02\x01\x00", 8)));
}

}  // namespace
}  // namespace tocsin::formats::webauthn
