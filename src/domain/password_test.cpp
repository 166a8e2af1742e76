#include "domain/password.hpp"

#include <algorithm>
#include <ostream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/secret.hpp"
#include "domain/common_passwords.hpp"

namespace tocsin::domain::password {
namespace {

const Context kContext{.site_name = "Tocsin",
                       .person_name = "Ada B. Lovelace",
                       .mail = "a.lovelace42@cert-energy.example",
                       .organisation_name = "Stadtwerke Köln"};

enum Rule : unsigned { fine = 0, is_short = 1, common = 2, named = 4, runs = 8 };

struct RuleCase {
  std::string_view name, password;
  unsigned rules;
  Factors factors = Factors::password_only;
};
void PrintTo(const RuleCase& each, std::ostream* out) { *out << each.password; }
constexpr auto kWithSecond = Factors::second_factor_enforced;
constexpr RuleCase kRuleCases[] = {
    {"Words", "correct horse battery staple", fine},
    {"OnlyLowerCaseLetters", "zugspitzbahnhof", fine},
    {"OnlyDigits", "836195027461930", fine},
    {"BlanksAndSigns", "  -- + tree? .,;", fine},
    {"Greek", "καλημέραθάλασσα", fine},
    {"Emoji", "🔒🐘🌋🎻🧀🚲🛶🎲🪁🧭🏔🦉🌵🥁🧵", fine},
    {"FourteenCharacters", "zugspitzbahnho", is_short},
    {"FourteenUmlautsAreNot28", "äöüßéèçñøåæþðł", is_short},
    {"FourteenWithASecondFactor", "zugspitzbahnho", fine, kWithSecond},
    {"EightWithASecondFactor", "zugspitz", fine, kWithSecond},
    {"SevenWithASecondFactor", "zugspit", is_short, kWithSecond},
    {"Empty", "", is_short, kWithSecond},
    {"Common", "password", common, kWithSecond},
    {"CommonInCapitals", "PassWord", common, kWithSecond},
    {"CommonWithDigits", "password1984628", common},
    {"CommonWithSigns", "Sunshine!!!!!!?1", common},
    {"CommonTwice", "passwordpassword", common},
    {"CommonTwiceAndDigits", "PasswordPassword123", common},
    {"CommonAmongOtherWords", "password of the glacier", fine},
    {"SiteName", "Tocsin", is_short | named},
    {"SiteNameAndDigits", "tocsin123456789012", named},
    {"SiteNameBetweenDigits", "2024-Tocsin-2024!", named},
    {"SiteNameTorn", "t0o1c2s3i4n-5-6-7-8", named},
    {"PersonsName", "Ada Lovelace 1815", named},
    {"PersonsNameTurned", "lovelace.ada.1815", named},
    {"PersonsNameWithTheInitial", "AdaBLovelace1815", named},
    {"MailsLocalPart", "a.lovelace42-2025", named},
    {"NameTwice", "lovelacelovelace", named},
    {"OrganisationWithoutUmlaut", "Stadtwerke Koln 2025", named},
    {"OrganisationDecomposed", "stadtwerkeko\u0308ln2025", named},
    {"NameAmongOtherWords", "Ada likes glaciers", fine},
    {"InitialsAreNoWord", "baba abba b a b", fine},
    {"OneCharacter", "xxxxxxxxxxxxxxxx", runs},
    {"OneBlank", "                ", runs},
    {"OneCharacterOfMoreBytes", "öööööööööööööööö", runs},
    {"TwoCharacters", "ababababababababab", runs},
    {"ThreeCharacters", "x7!x7!x7!x7!x7!x7", runs},
    {"Digits", "1234567890123456", runs},
    {"DigitsBackwards", "9876543210987654", runs},
    {"Alphabet", "abcdefghijklmnop", runs},
    {"AlphabetInCapitals", "ABCDEFGHIJKLMNOP", runs},
    {"TwoSequences", "abcdefgh12345678", runs},
    {"FourRepetitions", "aaaabbbbccccdddd", runs},
    {"Keyboard", "qwertyuiopasdfgh", runs},
    {"KeyboardGerman", "qwertzuiopasdfgh", runs},
    {"KeyboardBackwards", "poiuytrewqlkjhgf", runs},
    {"GreekAlphabet", "αβγδεζηθικλμνξοπ", runs},
    {"SequenceAmongWords", "my 1234 glaciers melt", fine},
    {"AllAtOnce", "11111111", is_short | common | runs},
};
class Rules : public testing::TestWithParam<RuleCase> {};
TEST_P(Rules, AreSaidOneByOne) {
  const auto& each = GetParam();
  const auto found = problems(normalise(each.password).value(), each.factors, kContext);
  std::vector<testing::Matcher<std::string>> expected;
  if (each.rules & is_short) expected.emplace_back(testing::HasSubstr("too short"));
  if (each.rules & common) expected.emplace_back(testing::HasSubstr("most common"));
  if (each.rules & named) expected.emplace_back(testing::HasSubstr("name of"));
  if (each.rules & runs) expected.emplace_back(testing::HasSubstr("sequences"));
  EXPECT_THAT(found, testing::ElementsAreArray(expected));
  for (const auto& sentence : found) {
    EXPECT_TRUE(sentence.ends_with('.'));
    // But for the one that every sentence has anyhow.
    if (each.password.size() > 3 && each.password != "password") {
      EXPECT_EQ(sentence.find(each.password), std::string::npos) << "quotes it";
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Password, Rules, testing::ValuesIn(kRuleCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Problems, SaysBothNumbers) {
  EXPECT_THAT(problems("zugspitz", Factors::password_only, {}),
              testing::ElementsAre("The password is too short: it needs at least 15 characters, and this one has 8."));
}

TEST(Problems, WithoutContextNamesAreFine) {
  EXPECT_THAT(problems("tocsin 836195027", Factors::password_only, {}), testing::IsEmpty());
}

TEST(Problems, LongOnesAreJudgedQuickly) {
  Context context;
  for (int i = 0; i < 100; ++i) context.person_name += "a b ab ba ";
  const std::string text(kBytesMax, 'a');
  EXPECT_FALSE(problems(text, Factors::password_only, context).empty());
  EXPECT_FALSE(problems(std::string(kPasswordHashedBytesMax, 'b'), Factors::password_only, context).empty());
}

TEST(Normalise, MakesTheSameOfWhatLooksTheSame) {
  EXPECT_EQ(normalise("Ko\u0308ln").value(), "Köln");
  EXPECT_EQ(normalise("Köln").value(), "Köln");
  EXPECT_EQ(normalise("\uFB01sh").value(), "fish");
  EXPECT_EQ(normalise("\uFF21\uFF11").value(), "A1");
  EXPECT_EQ(normalise("a\u00A0b\u3000c").value(), "a b c");
  EXPECT_EQ(normalise("\u1E9B\u0323").value(), "\u1E69");  // UAX 15, figure 6.
  EXPECT_EQ(normalise("각").value(), normalise("\u1100\u1161\u11A8").value());
  EXPECT_EQ(normalise(" Case and blanks stay ").value(), " Case and blanks stay ");
  EXPECT_EQ(normalise("").value(), "");
  EXPECT_EQ(normalise({}).value(), "");
}

TEST(Normalise, IsStableAndFitsIntoWhatIsHashed) {
  // U+FDFA becomes eleven times as many bytes, more than any other.
  std::string text;
  while (text.size() + 3 <= kBytesMax) text += "\uFDFA";
  const auto once = normalise(text).value();
  EXPECT_GT(once.size(), 10'000U);
  EXPECT_LE(once.size(), kPasswordHashedBytesMax);
  EXPECT_TRUE(hash_password(once, kPasswordCostForTests).has_value());
}

TEST(Normalise, RefusesWhatIsNoText) {
  const auto code_of = [](std::string_view text) { return normalise(text).error().code; };
  EXPECT_TRUE(normalise(std::string(kBytesMax, 'x')).has_value());
  EXPECT_EQ(code_of(std::string(kBytesMax + 1, 'x')), Error::Code::too_large);
  for (const std::string_view text : {std::string_view{"a\0b", 3}, std::string_view{"a\tb"}, std::string_view{"a\n"},
                                      std::string_view{"\x7F"}, std::string_view{"\xFF"}, std::string_view{"a\xC3"},
                                      std::string_view{"\xED\xA0\x80"}, std::string_view{"\xC0\x80"}}) {
    EXPECT_EQ(code_of(text), Error::Code::invalid_input);
  }
}

TEST(CommonPasswords, AreSortedLowerCaseLongEnoughAndMany) {
  const auto all = common_passwords();
  EXPECT_EQ(all.size(), 10'000U);
  EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
  EXPECT_EQ(std::adjacent_find(all.begin(), all.end()), all.end());
  for (const auto each : all) {
    EXPECT_GE(each.size(), 8U) << each;
    EXPECT_TRUE(std::none_of(each.begin(), each.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) << each;
    EXPECT_TRUE(is_common(each)) << each;
  }
  EXPECT_TRUE(is_common("BASEBALL"));
  EXPECT_FALSE(is_common(""));
  EXPECT_FALSE(is_common("zugspitzbahnhof"));
}

}  // namespace
}  // namespace tocsin::domain::password
