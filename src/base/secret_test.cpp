#include "base/secret.hpp"

#include <filesystem>
#include <fstream>
#include <ostream>
#include <set>
#include <sstream>
#include <thread>
#include <type_traits>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.hpp"

namespace tocsin {
namespace {

TEST(Random, DiffersAndHasItsLength) {
  std::set<std::string> seen;
  for (std::size_t i = 0; i < 200; ++i) {
    EXPECT_EQ(random_bytes(i).size(), i);
    const auto token = random_token();
    EXPECT_EQ(token.size(), 43U);
    EXPECT_EQ(base64url_decode(token).value().size(), 32U);
    seen.insert(token);
  }
  EXPECT_EQ(seen.size(), 200U);
}

TEST(EqualSecret, ComparesAllBytes) {
  EXPECT_TRUE(equal_secret("", ""));
  EXPECT_TRUE(equal_secret({}, ""));
  EXPECT_TRUE(equal_secret("same", std::string{"same"}));
  EXPECT_FALSE(equal_secret("same", "sama"));
  EXPECT_FALSE(equal_secret("same", "came"));
  EXPECT_FALSE(equal_secret("same", "samee"));
  EXPECT_FALSE(equal_secret("same", ""));
  EXPECT_FALSE(equal_secret(std::string_view{"a\0b", 3}, std::string_view{"a\0c", 3}));
}

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(!fmt::is_formattable<Secret>::value, "a Secret must not get into a log");

TEST(Secret, MovesAndLeavesNothingBehind) {
  Secret first{"short"};
  Secret second{std::move(first)};
  EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): that is what is tested.
  EXPECT_EQ(second.reveal(), "short");
  Secret third{"another"};
  third = std::move(second);
  EXPECT_EQ(third.reveal(), "short");
  EXPECT_TRUE(second.empty());  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(Secret{}.empty());
}

TEST(Secret, WipeEmptiesAndOverwrites) {
  std::string text = "secret";
  const char* bytes = text.data();  // In the object itself: short.
  wipe(text);
  EXPECT_TRUE(text.empty());
  for (int i = 0; i < 6; ++i) EXPECT_EQ(bytes[i], '\0');
}

TEST(Password, HashesAsOwaspSaysAndVerifies) {
  const auto phc = hash_password("correct horse battery staple").value();
  EXPECT_TRUE(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << phc;
  EXPECT_LT(phc.size(), 128U);
  EXPECT_TRUE(verify_password(phc, "correct horse battery staple"));
  EXPECT_FALSE(verify_password(phc, "correct horse battery stapl"));
  // A view without an address, as a form without the field gives it.
  EXPECT_FALSE(verify_password(phc, std::string_view{}));
  EXPECT_TRUE(verify_password(hash_password({}, kPasswordCostForTests).value(), {}));
  EXPECT_TRUE(equal_secret(std::string_view{}, ""));
  EXPECT_FALSE(needs_rehash(phc));
  EXPECT_TRUE(needs_rehash(phc, {kPasswordCost.memory_bytes * 2, kPasswordCost.passes}));
}

TEST(Password, HasAFreshSaltEachTime) {
  const auto a = hash_password("same", kPasswordCostForTests).value();
  const auto b = hash_password("same", kPasswordCostForTests).value();
  EXPECT_NE(a, b);
  EXPECT_TRUE(verify_password(a, "same") && verify_password(b, "same"));
  EXPECT_TRUE(needs_rehash(a));
  EXPECT_FALSE(needs_rehash(a, kPasswordCostForTests));
}

TEST(Password, AllBytesCount) {
  for (const std::string& text : {std::string{}, std::string{"a\0b", 3}, std::string(kPasswordHashedBytesMax, 'x')}) {
    const auto phc = hash_password(text, kPasswordCostForTests).value();
    EXPECT_TRUE(verify_password(phc, text));
    EXPECT_FALSE(verify_password(phc, text + "y"));
    EXPECT_FALSE(verify_password(phc, text.empty() ? "x" : text.substr(0, text.size() - 1)));
  }
}

TEST(Password, LongerOnesAreRefused) {
  const std::string text(kPasswordHashedBytesMax + 1, 'x');
  const auto phc = hash_password(text, kPasswordCostForTests);
  ASSERT_FALSE(phc.has_value());
  EXPECT_EQ(phc.error().code, Error::Code::too_large);
}

TEST(Password, NobodyHasOne) {
  EXPECT_FALSE(verify_nobodys_password("", kPasswordCostForTests));
  EXPECT_FALSE(verify_nobodys_password("anything", kPasswordCostForTests));
}

// A hash of "password" made by the Argon2 reference program, as its own test has it.
constexpr std::string_view kForeignHash =
    "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
TEST(Password, ReadsWhatOtherProgramsHash) {
  EXPECT_TRUE(verify_password(kForeignHash, "password"));
  EXPECT_FALSE(verify_password(kForeignHash, "passwore"));
  EXPECT_TRUE(needs_rehash(kForeignHash));
}

struct HashCase {
  std::string_view name, phc;
};
void PrintTo(const HashCase& each, std::ostream* out) { *out << each.phc; }
constexpr HashCase kNoHashes[] = {
    {"Empty", ""},
    {"Plaintext", "password"},
    {"AnotherKind", "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"},
    {"OldVersion", "$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"},
    {"TooMuchMemory", "$argon2id$v=19$m=4194304,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"},
    {"MemoryOverflows", "$argon2id$v=19$m=99999999999,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"},
    {"TooManyPasses", "$argon2id$v=19$m=256,t=4000000,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"},
    {"ManyLanes", "$argon2id$v=19$m=256,t=2,p=4$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"},
    {"NegativeMemory", "$argon2id$v=19$m=-256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"},
    {"CutOff", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ"},
    {"CutOffEarlier", "$argon2id$v=19$m=256"},
    {"CutOffInTheMiddle", "$argon2id$v=19$m=256,t="},
    {"NoHash", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$"},
    {"Continued", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4$"},
};
class NoHash : public testing::TestWithParam<HashCase> {};
TEST_P(NoHash, IsNobodysPassword) {
  EXPECT_FALSE(verify_password(GetParam().phc, "password"));
  EXPECT_FALSE(verify_password(GetParam().phc, ""));
  EXPECT_FALSE(verify_password(GetParam().phc, GetParam().phc));
}
INSTANTIATE_TEST_SUITE_P(Password, NoHash, testing::ValuesIn(kNoHashes),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Password, AHashWithBytesBehindItsEndIsNone) {
  std::string phc{kForeignHash};
  phc += '\0';
  EXPECT_FALSE(verify_password(phc, "password"));
  EXPECT_FALSE(verify_password(std::string(5000, '$'), "password"));
}

TEST(Sealing, OpensWhatItSealed) {
  const auto key = SealingKey::random();
  for (const std::string& text : {std::string{}, std::string{"a"}, std::string("\0\xFF\n", 3), random_bytes(1000),
                                  std::string(kSealedBytesMax, 'x')}) {
    const auto sealed = key.seal(text, "totp:person:12");
    EXPECT_TRUE(sealed.starts_with("1."));
    EXPECT_TRUE(base64url_decode(sealed.substr(2)).has_value());
    EXPECT_EQ(key.open(sealed, "totp:person:12").value().reveal(), text);
    EXPECT_NE(sealed, key.seal(text, "totp:person:12")) << "the nonce must differ";
  }
}

TEST(Sealing, RefusesEverythingElseWithOneSentence) {
  const auto key = SealingKey::random();
  const auto sealed = key.seal("the secret", "totp:person:12");
  const auto expected = key.open("", "").error().message;
  const auto refused = [&](const SealingKey& with, std::string_view text, std::string_view context) {
    const auto opened = with.open(text, context);
    EXPECT_FALSE(opened.has_value()) << text << ' ' << context;
    if (opened.has_value()) return;
    EXPECT_EQ(opened.error().code, Error::Code::invalid_input);
    EXPECT_EQ(opened.error().message, expected);
  };
  refused(SealingKey::random(), sealed, "totp:person:12");
  refused(key, sealed, "totp:person:13");
  refused(key, sealed, "");
  refused(key, sealed.substr(2), "totp:person:12");
  refused(key, "2." + sealed.substr(2), "totp:person:12");
  refused(key, sealed + "A", "totp:person:12");
  refused(key, sealed + "AAAA", "totp:person:12");
  refused(key, sealed + "=", "totp:person:12");
  refused(key, std::string(200'000, 'A'), "totp:person:12");
  refused(key, "1." + std::string(200'000, 'A'), "totp:person:12");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    refused(key, sealed.substr(0, i), "totp:person:12");
    auto changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    refused(key, changed, "totp:person:12");
  }
}

/// Gone with the test.
class KeyFiles : public testing::Test {
 protected:
  KeyFiles() {
    folder_ = std::filesystem::temp_directory_path() / ("tocsin-keys-" + random_token());
    std::filesystem::create_directories(folder_);
  }
  ~KeyFiles() override { std::filesystem::remove_all(folder_); }
  std::string file(std::string_view name) const { return (folder_ / name).string(); }
  std::string write(std::string_view name, std::string_view bytes, mode_t mode = 0600) const {
    auto path = file(name);
    std::ofstream{path} << bytes;
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }
  std::string read(const std::string& path) const {
    std::ostringstream text;
    text << std::ifstream{path}.rdbuf();
    return text.str();
  }
  std::size_t count() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{folder_}, {}));
  }
  std::filesystem::path folder_;
};

TEST_F(KeyFiles, AreMadeForTheirOwnerOnlyAndReadAgain) {
  const auto path = file("sealing.key");
  const auto made = SealingKey::open_or_create(path).value();
  struct stat facts{};
  ASSERT_EQ(::stat(path.c_str(), &facts), 0);
  EXPECT_EQ(facts.st_mode & 07777U, 0600U);
  EXPECT_EQ(count(), 1U) << "no draft may stay behind";
  EXPECT_TRUE(read(path).starts_with("tocsin-sealing-key-1:"));
  EXPECT_EQ(read(path).size(), 21U + 43 + 1);
  const auto again = SealingKey::open_or_create(path).value();
  EXPECT_EQ(again.open(made.seal("text", "c"), "c").value().reveal(), "text");

  const auto signing = SigningKey::open_or_create(file("signing.key")).value();
  EXPECT_EQ(SigningKey::open_or_create(file("signing.key")).value().public_key(), signing.public_key());
  EXPECT_NE(SigningKey::open_or_create(file("other.key")).value().public_key(), signing.public_key());
}

TEST_F(KeyFiles, OfTwoThatMakeOneAtOnceBothGetTheSame) {
  const auto path = file("signing.key");
  std::vector<std::string> keys(8);
  {
    std::vector<std::jthread> threads;
    for (auto& key : keys) {
      threads.emplace_back([&path, &key] { key = SigningKey::open_or_create(path).value().public_key(); });
    }
  }
  EXPECT_EQ(std::set<std::string>(keys.begin(), keys.end()).size(), 1U);
  EXPECT_EQ(count(), 1U);
}

TEST_F(KeyFiles, ALineEndMayBeMissing) {
  const auto line = "tocsin-signing-key-1:" + base64url_encode(std::string(32, 'k'));
  const auto key = SigningKey::open_or_create(write("a", line)).value();
  EXPECT_EQ(key.public_key(), SigningKey::open_or_create(write("b", line + "\n")).value().public_key());
  EXPECT_EQ(key.public_key(), SigningKey::from_seed(std::string(32, 'k')).value().public_key());
}

TEST_F(KeyFiles, WhatIsWrongIsSaid) {
  const auto line = "tocsin-sealing-key-1:" + base64url_encode(std::string(32, 'k')) + "\n";
  const auto refused = [](const std::string& path, std::string_view part,
                          Error::Code code = Error::Code::invalid_input) {
    const auto key = SealingKey::open_or_create(path);
    ASSERT_FALSE(key.has_value()) << path;
    EXPECT_EQ(key.error().code, code);
    EXPECT_EQ(key.error().where, path);
    EXPECT_NE(key.error().message.find(part), std::string::npos) << key.error().message;
    EXPECT_EQ(key.error().to_string().find("a2tr"), std::string::npos) << "quotes the key";
  };
  for (const mode_t mode : {0640U, 0604U, 0660U, 0666U, 0601U, 0620U}) {
    refused(write("open", line, mode), "chmod 600");
  }
  refused(write("short", line.substr(0, 40)), "wrong size");
  refused(write("long", line + "\n"), "wrong size");
  refused(write("longer", line + std::string(500, 'A')), "wrong size");
  refused(write("raw", std::string(32, 'k')), "kind of key file");
  refused(write("empty", ""), "kind of key file");
  refused(write("signing", "tocsin-signing-key-1:" + line.substr(21)), "kind of key file");
  refused(write("33", "tocsin-sealing-key-1:" + base64url_encode(std::string(33, 'k'))), "wrong size");
  std::filesystem::create_directory(file("folder"));
  refused(file("folder"), "ordinary file");
  ASSERT_EQ(::mkfifo(file("pipe").c_str(), 0600), 0);
  refused(file("pipe"), "ordinary file");
  refused(file("missing/key"), "Cannot make", Error::Code::unavailable);
  if (::geteuid() == 0) {
    const auto path = write("foreign", line);
    ASSERT_EQ(::chown(path.c_str(), 12345, 12345), 0);
    refused(path, "somebody else");
  }
}

// RFC 8032, section 7.1, tests 1 to 3.
struct SignatureCase {
  std::string_view name, seed, public_key, message, signature;
};
void PrintTo(const SignatureCase& each, std::ostream* out) { *out << each.name; }
constexpr SignatureCase kSignatureCases[] = {
    {"Nothing", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
     "d25bf5f0595bbe24655141438e7a100b"},
    {"OneByte", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
     "387b2eaeb4302aeeb00d291612bb0c00"},
    {"TwoBytes", "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
     "4a7c15e9716ed28dc027beceea1ec40a"},
};
std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string{hex.substr(i, 2)}, nullptr, 16));
  }
  return bytes;
}
class Signature : public testing::TestWithParam<SignatureCase> {};
TEST_P(Signature, MatchesTheStandard) {
  const auto& each = GetParam();
  const auto key = SigningKey::from_seed(from_hex(each.seed)).value();
  const auto message = from_hex(each.message);
  EXPECT_EQ(key.public_key(), base64url_encode(from_hex(each.public_key)));
  EXPECT_EQ(key.sign(message), base64url_encode(from_hex(each.signature)));
  EXPECT_TRUE(verify_signature(key.public_key(), message, key.sign(message)));
  EXPECT_FALSE(verify_signature(key.public_key(), message + "x", key.sign(message)));
}
INSTANTIATE_TEST_SUITE_P(Rfc8032, Signature, testing::ValuesIn(kSignatureCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Signature, OfAnotherKeyOrChangedOrIllFormedIsRefused) {
  const auto key = SigningKey::random();
  const auto other = SigningKey::random();
  const auto signature = key.sign("checkpoint 7");
  EXPECT_EQ(signature.size(), 86U);
  EXPECT_TRUE(verify_signature(key.public_key(), "checkpoint 7", signature));
  EXPECT_FALSE(verify_signature(other.public_key(), "checkpoint 7", signature));
  EXPECT_FALSE(verify_signature(key.public_key(), "checkpoint 8", signature));
  EXPECT_FALSE(verify_signature("", "checkpoint 7", signature));
  EXPECT_FALSE(verify_signature(key.public_key() + "A", "checkpoint 7", signature));
  EXPECT_FALSE(verify_signature(key.public_key(), "checkpoint 7", ""));
  EXPECT_FALSE(verify_signature(key.public_key(), "checkpoint 7", signature + "=="));
  for (std::size_t i = 0; i < signature.size(); ++i) {
    auto changed = signature;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(verify_signature(key.public_key(), "checkpoint 7", changed)) << i;
    EXPECT_FALSE(verify_signature(key.public_key(), "checkpoint 7", signature.substr(0, i))) << i;
  }
  // The group's neutral element as key and as half of the signature would make every message valid.
  const auto neutral = std::string{"\x01"} + std::string(31, '\0');
  EXPECT_FALSE(verify_signature(base64url_encode(neutral), "x", base64url_encode(neutral + std::string(32, '\0'))));
}

TEST(SigningKey, IsNamedAfterItsPublicKey) {
  const auto key = SigningKey::from_seed(from_hex(kSignatureCases[0].seed)).value();
  EXPECT_EQ(key.key_id(), "21fe31dfa154a261");
  EXPECT_EQ(key.key_id(), signing_key_id(key.public_key()).value());
  EXPECT_FALSE(signing_key_id("").has_value());
  EXPECT_FALSE(signing_key_id(key.public_key().substr(1)).has_value());
  EXPECT_FALSE(SigningKey::from_seed("short").has_value());
}

TEST(SigningKey, GivesOpensslItsPublicKey) {
  const auto key = SigningKey::from_seed(from_hex(kSignatureCases[0].seed)).value();
  EXPECT_EQ(key.public_key_pem(),
            "-----BEGIN PUBLIC KEY-----\n"
            "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
            "-----END PUBLIC KEY-----\n");
}

}  // namespace
}  // namespace tocsin
