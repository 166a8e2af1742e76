#include "formats/otp/totp.hpp"

#include <limits>
#include <ostream>

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "formats/otp/qr.hpp"

namespace tocsin::formats::otp {
namespace {

constexpr std::string_view kSecret20 = "12345678901234567890";
constexpr std::string_view kSecret32 = "12345678901234567890123456789012";
constexpr std::string_view kSecret64 = "1234567890123456789012345678901234567890123456789012345678901234";

// RFC 4226, appendix D.
TEST(Hotp, MatchesTheStandard) {
  constexpr std::string_view kCodes[] = {"755224", "287082", "359152", "969429", "338314",
                                         "254676", "287922", "162583", "399871", "520489"};
  for (std::uint64_t counter = 0; counter < std::size(kCodes); ++counter) {
    EXPECT_EQ(hotp(kSecret20, counter), kCodes[counter]) << counter;
  }
}

// RFC 6238, appendix B.
struct CodeCase {
  std::string_view name;
  std::int64_t seconds;
  std::string_view sha1, sha256, sha512;
};
void PrintTo(const CodeCase& each, std::ostream* out) { *out << each.seconds; }
constexpr CodeCase kCodeCases[] = {
    {"Second59", 59, "94287082", "46119246", "90693936"},
    {"Year2005", 1111111109, "07081804", "68084774", "25091201"},
    {"NextPeriod", 1111111111, "14050471", "67062674", "99943326"},
    {"Year2009", 1234567890, "89005924", "91819424", "93441116"},
    {"Year2033", 2000000000, "69279037", "90698825", "38618901"},
    {"Year2603", 20000000000, "65353130", "77737706", "47863826"},
};
class Totp : public testing::TestWithParam<CodeCase> {};
TEST_P(Totp, MatchesTheStandard) {
  const auto& each = GetParam();
  const Timestamp time{each.seconds * 1'000'000};
  const auto code = [&](std::string_view secret, Algorithm algorithm) {
    const Parameters parameters{algorithm, 8, 30};
    return totp_at(secret, step_at(time, parameters), parameters);
  };
  EXPECT_EQ(code(kSecret20, Algorithm::sha1), each.sha1);
  EXPECT_EQ(code(kSecret32, Algorithm::sha256), each.sha256);
  EXPECT_EQ(code(kSecret64, Algorithm::sha512), each.sha512);
  // Fewer digits are the last ones.
  EXPECT_EQ(totp_at(kSecret20, step_at(time)), each.sha1.substr(2));
  EXPECT_EQ(verify(kSecret20, each.sha1.substr(2), time, std::nullopt), step_at(time));
}
INSTANTIATE_TEST_SUITE_P(Rfc6238, Totp, testing::ValuesIn(kCodeCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Totp, PeriodsStartOnTheSecond) {
  EXPECT_EQ(step_at({0}), 0);
  EXPECT_EQ(step_at({29'999'999}), 0);
  EXPECT_EQ(step_at({30'000'000}), 1);
  EXPECT_EQ(step_at({-1}), 0);
  EXPECT_EQ(step_at({60'000'000}, {Algorithm::sha1, 6, 60}), 1);
}

constexpr Timestamp kNow{1'700'000'015'000'000};
const std::int64_t kStep = step_at(kNow);

TEST(Verify, TakesTheCodesAroundNowAndNoOthers) {
  for (int offset = -5; offset <= 5; ++offset) {
    const auto code = totp_at(kSecret20, kStep + offset);
    for (int window = 0; window <= 3; ++window) {
      const auto step = verify(kSecret20, code, kNow, std::nullopt, window);
      if (std::abs(offset) <= window) {
        EXPECT_EQ(step, kStep + offset);
      } else {
        EXPECT_EQ(step, std::nullopt) << offset << ' ' << window;
      }
    }
  }
}

TEST(Verify, RefusesWhatWasUsedAndWhatCameBeforeIt) {
  const auto before = totp_at(kSecret20, kStep - 1);
  const auto present = totp_at(kSecret20, kStep);
  const auto after = totp_at(kSecret20, kStep + 1);
  EXPECT_EQ(verify(kSecret20, present, kNow, kStep - 1), kStep);
  EXPECT_EQ(verify(kSecret20, present, kNow, kStep), std::nullopt);
  EXPECT_EQ(verify(kSecret20, before, kNow, kStep), std::nullopt);
  EXPECT_EQ(verify(kSecret20, before, kNow, kStep - 1), std::nullopt);
  EXPECT_EQ(verify(kSecret20, before, kNow, kStep - 2), kStep - 1);
  EXPECT_EQ(verify(kSecret20, after, kNow, kStep), kStep + 1);
  EXPECT_EQ(verify(kSecret20, after, kNow, kStep + 1), std::nullopt);
  EXPECT_EQ(verify(kSecret20, after, kNow, std::numeric_limits<std::int64_t>::max()), std::nullopt);
  EXPECT_EQ(verify(kSecret20, totp_at(kSecret20, 0), {0}, -1), 0);
}

TEST(Verify, TakesBlanksAsAppsShowThem) {
  const auto code = totp_at(kSecret20, kStep);
  for (const auto& typed : {" " + code, code + "  ", code.substr(0, 3) + " " + code.substr(3),
                            code.substr(0, 3) + "\xC2\xA0" + code.substr(3)}) {
    EXPECT_EQ(verify(kSecret20, typed, kNow, std::nullopt), kStep) << typed;
  }
}

TEST(Verify, RefusesWhatIsNoCode) {
  const auto code = totp_at(kSecret20, kStep);
  for (const auto& typed : {std::string{}, std::string{" "}, code.substr(1), code.substr(0, 5), code + "0", "0" + code,
                            "+" + code.substr(1), code + std::string(1, '\0'), std::string{"abcdef"},
                            std::string(100, ' ') + code, std::string(1'000'000, '1')}) {
    EXPECT_EQ(verify(kSecret20, typed, kNow, std::nullopt), std::nullopt);
  }
  EXPECT_EQ(verify("another secret of 20", code, kNow, std::nullopt), std::nullopt);
  EXPECT_EQ(verify("", totp_at("", kStep), kNow, std::nullopt), std::nullopt) << "no secret is nobody's";
}

struct UriCase {
  std::string_view name, issuer, account, uri;
};
void PrintTo(const UriCase& each, std::ostream* out) { *out << each.name; }
constexpr UriCase kUriCases[] = {
    {"Plain", "Tocsin", "ada@example.org",
     "otpauth://totp/"
     "Tocsin:ada%40example.org?secret=GEZDGNBVGY3TQOJQ&issuer=Tocsin&algorithm=SHA1&digits=6&period=30"},
    {"BlanksAreNotPluses", "ACME Co", "a b+c",
     "otpauth://totp/ACME%20Co:a%20b%2Bc?secret=GEZDGNBVGY3TQOJQ&issuer=ACME%20Co&algorithm=SHA1&digits=6&period=30"},
    {"ColonsWouldMoveTheBorder", "CERT: Energy", ":a:b:",
     "otpauth://totp/"
     "CERT%20Energy:a%20b?secret=GEZDGNBVGY3TQOJQ&issuer=CERT%20Energy&algorithm=SHA1&digits=6&period=30"},
    {"ParametersCannotBeAdded", "A&secret=B", "c?d#e/f%",
     "otpauth://totp/"
     "A%26secret%3DB:c%3Fd%23e%2Ff%25?secret=GEZDGNBVGY3TQOJQ&issuer=A%26secret%3DB&algorithm=SHA1&digits=6&period=30"},
    {"Umlauts", "Bürger", "ö",
     "otpauth://totp/B%C3%BCrger:%C3%B6?secret=GEZDGNBVGY3TQOJQ&issuer=B%C3%BCrger&algorithm=SHA1&digits=6&period=30"},
    {"LineEnds", "A\r\nB", "\tc\n",
     "otpauth://totp/A%20B:c?secret=GEZDGNBVGY3TQOJQ&issuer=A%20B&algorithm=SHA1&digits=6&period=30"},
};
class Uri : public testing::TestWithParam<UriCase> {};
TEST_P(Uri, IsEncoded) {
  const auto& each = GetParam();
  EXPECT_EQ(otpauth_uri(each.issuer, each.account, "1234567890").value(), each.uri);
}
INSTANTIATE_TEST_SUITE_P(Otpauth, Uri, testing::ValuesIn(kUriCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Uri, SaysItsParameters) {
  const auto uri = otpauth_uri("A", "b", "1234567890", {Algorithm::sha512, 8, 60}).value();
  EXPECT_TRUE(uri.ends_with("&algorithm=SHA512&digits=8&period=60")) << uri;
  EXPECT_TRUE(otpauth_uri("A", "b", "1", {Algorithm::sha256, 7, 60}).value().find("algorithm=SHA256") !=
              std::string::npos);
}

TEST(Uri, AlwaysFitsIntoAQrCodeAndCutsBetweenCharacters) {
  for (const std::string_view character : {"x", "ü", "漢", "🔒", "%"}) {
    std::string name;
    while (name.size() < 2000) name += character;
    const auto uri = otpauth_uri(name, name, kSecret64, {Algorithm::sha512, 8, 3600}).value();
    EXPECT_LE(uri.size(), kQrTextBytesMax);
    EXPECT_TRUE(qr_svg(uri).has_value());
    const auto issuer_end = uri.find(':', 15);
    const auto issuer = uri.substr(15, issuer_end - 15);
    EXPECT_FALSE(issuer.empty());
    EXPECT_NE(uri.find("&issuer=" + issuer + "&"), std::string::npos);
    const auto one = otpauth_uri(character, "x", kSecret20).value();
    const auto encoded = one.substr(15, one.find(':', 15) - 15);
    EXPECT_EQ(issuer.size() % encoded.size(), 0U) << "cut within a character";
  }
}

TEST(Uri, RefusesWhatShowsNothing) {
  EXPECT_EQ(otpauth_uri("", "a", kSecret20).error().where, "issuer");
  EXPECT_EQ(otpauth_uri(" : ", "a", kSecret20).error().where, "issuer");
  EXPECT_EQ(otpauth_uri("\xFF", "a", kSecret20).error().where, "issuer");
  EXPECT_EQ(otpauth_uri("A", "", kSecret20).error().where, "account");
  EXPECT_EQ(otpauth_uri("A", "\xC3", kSecret20).error().where, "account");
  EXPECT_EQ(otpauth_uri("A", "a", "").error().code, Error::Code::invalid_input);
  EXPECT_EQ(otpauth_uri("A", "a", std::string(65, 'x')).error().code, Error::Code::invalid_input);
}

}  // namespace
}  // namespace tocsin::formats::otp
