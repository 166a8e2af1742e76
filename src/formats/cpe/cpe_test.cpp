#include "formats/cpe/cpe.hpp"

#include <sstream>

#include <gtest/gtest.h>

#include "formats/testing/corpus.hpp"

namespace tocsin::formats::cpe {
namespace {

Name name(std::string_view text) {
  auto parsed = parse(text);
  EXPECT_TRUE(parsed.has_value()) << text << ": " << parsed.error().to_string();
  return parsed ? std::move(*parsed) : Name{};
}

struct FormCase {
  std::string_view name, typed, formatted, uri;
};
void PrintTo(const FormCase& each, std::ostream* out) { *out << each.typed; }
constexpr FormCase kFormCases[] = {
    {"Formatted", "cpe:2.3:o:example:plc_firmware:4.1:*:*:*:*:*:*:*",
     "cpe:2.3:o:example:plc_firmware:4.1:*:*:*:*:*:*:*", "cpe:/o:example:plc_firmware:4.1"},
    {"Uri", "cpe:/o:example:plc_firmware:4.1", "cpe:2.3:o:example:plc_firmware:4.1:*:*:*:*:*:*:*",
     "cpe:/o:example:plc_firmware:4.1"},
    {"UriWithEmptyComponents", "cpe:/a:example:tool:8::server:", "cpe:2.3:a:example:tool:8:*:server:*:*:*:*:*",
     "cpe:/a:example:tool:8::server"},
    {"PrefixAndPartInAnyCase", "CPE:/O:Example:PLC", "cpe:2.3:o:example:plc:*:*:*:*:*:*:*:*", "cpe:/o:example:plc"},
    {"LowerCase", "cpe:2.3:h:Example:PLC_7:PL17:*:*:*:*:*:*:*", "cpe:2.3:h:example:plc_7:pl17:*:*:*:*:*:*:*",
     "cpe:/h:example:plc_7:pl17"},
    {"NothingSaid", "cpe:/", "cpe:2.3:*:*:*:*:*:*:*:*:*:*:*", "cpe:/"},
    {"NotApplicable", "cpe:2.3:a:example:tool:-:*:*:*:*:*:*:*", "cpe:2.3:a:example:tool:-:*:*:*:*:*:*:*",
     "cpe:/a:example:tool:-"},
    {"QuotedCharacters", "cpe:2.3:a:example:c\\+\\+_tool\\:x:1.0\\~2:*:*:*:*:*:*:*",
     "cpe:2.3:a:example:c\\+\\+_tool\\:x:1.0\\~2:*:*:*:*:*:*:*", "cpe:/a:example:c%2b%2b_tool%3ax:1.0%7e2"},
    {"EncodedCharacters", "cpe:/a:example:c%2B%2b_tool:1.0~2", "cpe:2.3:a:example:c\\+\\+_tool:1.0\\~2:*:*:*:*:*:*:*",
     "cpe:/a:example:c%2b%2b_tool:1.0%7e2"},
    {"Wildcards", "cpe:2.3:a:example:*tool??:*\\*:*:*:*:*:*:*:*", "cpe:2.3:a:example:*tool??:*\\*:*:*:*:*:*:*:*",
     "cpe:/a:example:%02tool%01%01:%02%2a"},
    {"WildcardsOfAUri", "cpe:/a:example:tool%01%01:%024", "cpe:2.3:a:example:tool??:*4:*:*:*:*:*:*:*",
     "cpe:/a:example:tool%01%01:%024"},
    {"PackedEdition", "cpe:/a:example:tool:1.0:sp1:~~pro~windows~x64~",
     "cpe:2.3:a:example:tool:1.0:sp1:*:*:pro:windows:x64:*", "cpe:/a:example:tool:1.0:sp1:~~pro~windows~x64~"},
    {"PackedEditionWithAll", "cpe:/a:example:tool:1.0::~se~pro~-~x64~o:de-DE",
     "cpe:2.3:a:example:tool:1.0:*:se:de-de:pro:-:x64:o", "cpe:/a:example:tool:1.0::~se~pro~-~x64~o:de-de"},
    {"HyphensAreText", "cpe:2.3:a:example:--:-1-:*:*:*:*:*:*:*", "cpe:2.3:a:example:--:-1-:*:*:*:*:*:*:*",
     "cpe:/a:example:--:-1-"},
    {"LanguageWithoutRegion", "cpe:2.3:a:x:y:1:*:*:de:*:*:*:*", "cpe:2.3:a:x:y:1:*:*:de:*:*:*:*", "cpe:/a:x:y:1:::de"},
};
class Form : public ::testing::TestWithParam<FormCase> {};
TEST_P(Form, IsWrittenInBothForms) {
  const auto parsed = name(GetParam().typed);
  EXPECT_EQ(to_formatted_string(parsed), GetParam().formatted);
  EXPECT_EQ(to_uri(parsed), GetParam().uri);
  EXPECT_EQ(name(GetParam().formatted), parsed);
  EXPECT_EQ(name(GetParam().uri), parsed);
}
INSTANTIATE_TEST_SUITE_P(Cpe, Form, ::testing::ValuesIn(kFormCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Parse, TellsTextFromWildcards) {
  const auto parsed = name("cpe:2.3:a:*ex\\?ample*:???t?:1.*:*:*:*:*:*:*:*");
  EXPECT_EQ(parsed[Part::vendor].text, "ex?ample");
  EXPECT_EQ(parsed[Part::vendor].before, Attribute::kMany);
  EXPECT_EQ(parsed[Part::vendor].behind, Attribute::kMany);
  EXPECT_EQ(parsed[Part::product].text, "t");
  EXPECT_EQ(parsed[Part::product].before, 3);
  EXPECT_EQ(parsed[Part::product].behind, 1);
  EXPECT_EQ(parsed[Part::version].text, "1.");
  EXPECT_EQ(parsed[Part::update].kind, Attribute::Kind::any);
}

TEST(ToUri, CannotSayAPartThatIsNotApplicable) {
  EXPECT_EQ(to_uri(name("cpe:2.3:-:example:plc:*:*:*:*:*:*:*:*")), std::nullopt);
}

struct RefusalCase {
  std::string_view name, typed, where;
};
void PrintTo(const RefusalCase& each, std::ostream* out) { *out << each.typed; }
constexpr RefusalCase kRefusalCases[] = {
    {"Empty", "", "1"},
    {"Prose", "Example PLC 4.1", "1"},
    {"OtherVersion", "cpe:2.4:a:x:y:*:*:*:*:*:*:*:*", "1"},
    {"UpperCasePrefixOf23", "CPE:2.3:a:x:y:*:*:*:*:*:*:*:*", "1"},
    {"TextBefore", "PREFIXcpe:/o:example:plc", "1"},
    {"PrefixOnly", "cpe:2.3:", "9"},
    {"TooFewAttributes", "cpe:2.3:a:x:y:*:*:*:*:*:*:*", "28"},
    {"TooManyAttributes", "cpe:2.3:a:x:y:*:*:*:*:*:*:*:*:*", "30"},
    {"EmptyAttribute", "cpe:2.3:a:x::*:*:*:*:*:*:*:*", "13"},
    {"UnknownPart", "cpe:2.3:x:x:y:*:*:*:*:*:*:*:*", "9"},
    {"UpperCasePartOf23", "cpe:2.3:A:x:y:*:*:*:*:*:*:*:*", "9"},
    {"PartWithWildcard", "cpe:2.3:a?:x:y:*:*:*:*:*:*:*:*", "9"},
    {"Unquoted", "cpe:2.3:a:x:c++:*:*:*:*:*:*:*:*", "14"},
    {"QuotedLetter", "cpe:2.3:a:x:\\y:*:*:*:*:*:*:*:*", "13"},
    {"QuotedHyphen", "cpe:2.3:a:x:\\-:*:*:*:*:*:*:*:*", "13"},
    {"LoneBackslash", "cpe:2.3:a:x:y:*:*:*:*:*:*:*:\\", "29"},
    {"Blank", "cpe:2.3:a:x:y z:*:*:*:*:*:*:*:*", "14"},
    {"WildcardsOnly", "cpe:2.3:a:???:y:*:*:*:*:*:*:*:*", "11"},
    {"WildcardAmidText", "cpe:2.3:a:x*z:y:*:*:*:*:*:*:*:*", "11"},
    {"MixedWildcards", "cpe:2.3:a:?*x:y:*:*:*:*:*:*:*:*", "11"},
    {"TwoStars", "cpe:2.3:a:x**:y:*:*:*:*:*:*:*:*", "11"},
    {"LanguageThatIsNone", "cpe:2.3:a:x:y:*:*:*:german:*:*:*:*", "21"},
    {"NonAscii", "cpe:2.3:a:x:\xc3\xbc:*:*:*:*:*:*:*:*", "13"},
    {"UriTooLong", "cpe:/a:x:y:1:2:3:de:5", "20"},
    {"UriUnknownPart", "cpe:/x:x", "6"},
    {"UriPartNotApplicable", "cpe:/-:x", "6"},
    {"UriBadEncoding", "cpe:/a:x%2", "9"},
    {"UriEncodedLetter", "cpe:/a:x%41", "9"},
    {"UriEncodedNul", "cpe:/a:x%00y", "9"},
    {"UriUnencoded", "cpe:/a:x+y", "9"},
    {"UriPacksTooFew", "cpe:/a:x:y:1::~a~b", "15"},
    {"UriPacksTooMany", "cpe:/a:x:y:1::~a~b~c~d~e~f", "25"},
};
class Refusal : public ::testing::TestWithParam<RefusalCase> {};
TEST_P(Refusal, NamesTheColumn) {
  const auto parsed = parse(GetParam().typed);
  ASSERT_FALSE(parsed.has_value());
  EXPECT_EQ(parsed.error().code, Error::Code::invalid_input);
  EXPECT_EQ(parsed.error().where, GetParam().where) << parsed.error().message;
}
INSTANTIATE_TEST_SUITE_P(Cpe, Refusal, ::testing::ValuesIn(kRefusalCases),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Parse, HasALimitOfBytes) {
  std::string text = "cpe:/a:";
  text.append(kNameBytesMax - text.size(), 'x');
  EXPECT_TRUE(parse(text).has_value());
  text += 'x';
  EXPECT_EQ(parse(text).error().code, Error::Code::too_large);
}

struct RelationCase {
  std::string_view name, source, target;
  Relation relation;
};
void PrintTo(const RelationCase& each, std::ostream* out) { *out << each.source << " against " << each.target; }
constexpr RelationCase kRelationCases[] = {
    // Table 6-2 of NISTIR 7696, row by row, of the version; * any, - not applicable.
    {"AnyAny", "*", "*", Relation::equal},
    {"AnyNa", "*", "-", Relation::superset},
    {"AnyText", "*", "1", Relation::superset},
    {"AnyWild", "*", "1*", Relation::undefined},
    {"NaAny", "-", "*", Relation::subset},
    {"NaNa", "-", "-", Relation::equal},
    {"NaText", "-", "1", Relation::disjoint},
    {"NaWild", "-", "1*", Relation::undefined},
    {"TextAny", "1", "*", Relation::subset},
    {"TextNa", "1", "-", Relation::disjoint},
    {"TextSame", "1", "1", Relation::equal},
    {"TextOther", "1", "2", Relation::disjoint},
    {"TextInAnotherCase", "sp1", "SP1", Relation::equal},
    {"TextWild", "1", "1*", Relation::undefined},
    {"WildAny", "1*", "*", Relation::subset},
    {"WildNa", "1*", "-", Relation::disjoint},
    {"WildText", "1*", "1.2", Relation::superset},
    {"WildWild", "1*", "1*", Relation::undefined},
    {"StarForNothing", "1*", "1", Relation::superset},
    {"StarBefore", "*.2", "1.2", Relation::superset},
    {"StarOnTheWrongSide", "*1", "1.2", Relation::disjoint},
    {"MarkForOne", "1.?", "1.2", Relation::superset},
    {"MarkForNothing", "1.?", "1.", Relation::superset},
    {"MarkForTwo", "1.?", "1.23", Relation::disjoint},
    {"MarksForTwo", "1.??", "1.23", Relation::superset},
    {"MarksOnBothSides", "?1??", "21.3", Relation::superset},
    {"MarksBeforeTooFew", "?1", "221", Relation::disjoint},
    {"LaterOccurrence", "?ab", "abab", Relation::disjoint},
    {"OccurrenceThatFits", "*ab", "abab", Relation::superset},
    {"QuotedStarIsText", "1\\*", "12", Relation::disjoint},
};
class AttributeRelation : public ::testing::TestWithParam<RelationCase> {};
TEST_P(AttributeRelation, FollowsTheTable) {
  const auto of = [](std::string_view version) {
    return name("cpe:2.3:a:x:y:" + std::string{version} + ":*:*:*:*:*:*:*")[Part::version];
  };
  EXPECT_EQ(compare(of(GetParam().source), of(GetParam().target)), GetParam().relation);
}
INSTANTIATE_TEST_SUITE_P(Cpe, AttributeRelation, ::testing::ValuesIn(kRelationCases),
                         [](const auto& each) { return std::string{each.param.name}; });

constexpr RelationCase kNameRelations[] = {
    {"Equal", "cpe:/a:x:y:1", "cpe:2.3:a:x:y:1:*:*:*:*:*:*:*", Relation::equal},
    {"Superset", "cpe:/a:x:y", "cpe:/a:x:y:1:sp2", Relation::superset},
    {"Subset", "cpe:/a:x:y:1", "cpe:/a:x", Relation::subset},
    {"Disjoint", "cpe:/a:x:y", "cpe:/a:x:z", Relation::disjoint},
    {"BothDirections", "cpe:/a:x:y:1", "cpe:/a:x:y::sp1", Relation::undefined},
    {"WildTarget", "cpe:/a:x:y", "cpe:/a:x:y:1%02", Relation::undefined},
    {"DisjointDecides", "cpe:/a:x:y:1", "cpe:/a:z:y:1%02", Relation::disjoint},
};
class NameRelation : public ::testing::TestWithParam<RelationCase> {};
TEST_P(NameRelation, JoinsTheAttributes) {
  const auto source = name(GetParam().source);
  const auto target = name(GetParam().target);
  EXPECT_EQ(compare(source, target), GetParam().relation);
  EXPECT_EQ(covers(source, target),
            GetParam().relation == Relation::equal || GetParam().relation == Relation::superset);
}
INSTANTIATE_TEST_SUITE_P(Cpe, NameRelation, ::testing::ValuesIn(kNameRelations),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(SharedNames, AreTakenAndRefusedAsCsafsPatternDoes) {
  std::size_t valid = 0, invalid = 0;
  const auto read = [&](const std::string& file, const std::string& bytes) {
    if (!file.ends_with("cpe.txt")) return;
    const bool expected = file.find("/valid/") != std::string::npos;
    std::istringstream lines(bytes);
    for (std::string line; std::getline(lines, line);) {
      if (line.empty()) continue;
      EXPECT_EQ(parse(line).has_value(), expected) << line;
      ++(expected ? valid : invalid);
    }
  };
  if (!testing::for_each_file("csaf/oasis-other-tests.tar.zst", read)) {
    GTEST_SKIP() << "csaf/oasis-other-tests.tar.zst is absent";
  }
  EXPECT_GE(valid, 10U);
  EXPECT_GE(invalid, 9U);
}

}  // namespace
}  // namespace tocsin::formats::cpe
