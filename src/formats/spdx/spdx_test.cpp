#include <gtest/gtest.h>

#include "formats/spdx/expression.hpp"
#include "formats/spdx/licence_table.hpp"
#include "formats/spdx/licences.hpp"

namespace tocsin::formats::spdx {
namespace {

struct Case {
  std::string_view text;
  std::string_view outcome;  ///< Identifiers with a blank between them; of an error "@" and its column.
};
void PrintTo(const Case& each, std::ostream* out) { *out << each.text; }

class Expression : public ::testing::TestWithParam<Case> {};
TEST_P(Expression, IsReadAsTheAnnexSays) {
  const auto parsed = parse_expression(GetParam().text);
  std::string outcome;
  if (!parsed) {
    outcome = "@" + parsed.error().where;
  } else {
    for (const auto& id : *parsed) {
      if (!outcome.empty()) outcome += ' ';
      if (id.is_addition) outcome += "/";
      if (!id.document.empty()) outcome += std::string{id.document} + ":";
      outcome += id.text;
      if (id.or_later) outcome += "+";
      if (id.is_reference) outcome += "*";
    }
  }
  EXPECT_EQ(outcome, GetParam().outcome);
}
INSTANTIATE_TEST_SUITE_P(
    Spdx, Expression,
    ::testing::Values(Case{"MIT", "MIT"}, Case{"  MIT ", "MIT"}, Case{"EUPL-1.1+", "EUPL-1.1+"},
                      Case{"MIT OR any-OSI", "MIT any-OSI"}, Case{"mit or isc and Zlib", "mit isc Zlib"},
                      Case{"(MIT OR ISC)AND(Zlib)", "MIT ISC Zlib"}, Case{"((MIT))", "MIT"},
                      Case{"GPL-2.0-or-later WITH Bison-exception-2.2", "GPL-2.0-or-later /Bison-exception-2.2"},
                      Case{"MIT with AdditionRef-acme-plugin OR ISC", "MIT /AdditionRef-acme-plugin* ISC"},
                      Case{"LicenseRef-lantern.example-terms-1.0", "LicenseRef-lantern.example-terms-1.0*"},
                      Case{"DocumentRef-a:LicenseRef-b", "DocumentRef-a:LicenseRef-b*"}, Case{"ORANGE", "ORANGE"},
                      // What is refused, and where.
                      Case{"", "@1"}, Case{"   ", "@4"}, Case{"MIT ISC", "@5"}, Case{"MIT AND", "@8"},
                      Case{"AND MIT", "@1"}, Case{"MIT And ISC", "@5"}, Case{"(MIT", "@5"}, Case{"MIT)", "@4"},
                      Case{"()", "@2"}, Case{"MIT +", "@5"}, Case{"MIT++", "@1"}, Case{"MIT/ISC", "@1"},
                      Case{"(MIT) WITH x", "@7"}, Case{"MIT WITH (x)", "@10"}, Case{"MIT WITH a WITH b", "@12"},
                      Case{"MIT WITH a+", "@10"}, Case{"MIT WITH LicenseRef-a", "@10"}, Case{"AdditionRef-a", "@1"},
                      Case{"LicenseRef-", "@1"}, Case{"LicenseRef-a+", "@1"}, Case{"licenseref-a", "@1"},
                      Case{"LicenseRef-a%20b", "@1"}, Case{"DocumentRef-a:MIT", "@1"},
                      Case{"DocumentRef-:LicenseRef-a", "@1"}, Case{"DocumentRef-a", "@1"},
                      Case{"Doc:LicenseRef-a", "@1"}, Case{"MIT\xC3\xA9", "@1"}));

TEST(Expression, IsBounded) {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '(') + "MIT" +
           std::string(static_cast<std::size_t>(depth), ')');
  };
  EXPECT_TRUE(parse_expression(nested(kExpressionDepthMax)));
  EXPECT_FALSE(parse_expression(nested(kExpressionDepthMax + 1)));
  EXPECT_TRUE(parse_expression(std::string(kExpressionBytesMax, 'a')));
  const auto large = parse_expression(std::string(kExpressionBytesMax + 1, 'a'));
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, Error::Code::too_large);
}

TEST(Licences, AreFoundWithTheirDeprecation) {
  EXPECT_EQ(find_licence("MIT"), Listing::current);
  EXPECT_EQ(find_licence("mit"), Listing::current);
  EXPECT_EQ(find_licence("GFDL-1.1"), Listing::deprecated);
  EXPECT_EQ(find_licence("No-Such-Licence"), Listing::unlisted);
  EXPECT_EQ(find_licence(""), Listing::unlisted);
  EXPECT_EQ(find_licence("Classpath-exception-2.0"), Listing::unlisted);
  EXPECT_EQ(find_licence("LicenseRef-scancode-public-domain"), Listing::current);
  EXPECT_EQ(find_licence("LicenseRef-scancode-no-such-licence"), Listing::unlisted);
  EXPECT_EQ(find_licence("LicenseRef-MIT"), Listing::unlisted);
  EXPECT_EQ(find_exception("Classpath-exception-2.0"), Listing::current);
  EXPECT_EQ(find_exception("Nokia-Qt-exception-1.1"), Listing::deprecated);
  EXPECT_EQ(find_exception("MIT"), Listing::unlisted);
  EXPECT_EQ(find_exception("AdditionRef-scancode-alfresco-exception-0.5"), Listing::current);
}

TEST(Licences, EveryEntryOfTheTablesIsFound) {
  for (const auto& each : licence_table()) {
    EXPECT_EQ(find_licence(each.id), each.deprecated ? Listing::deprecated : Listing::current) << each.id;
  }
  for (const auto& each : exception_table()) {
    EXPECT_EQ(find_exception(each.id), each.deprecated ? Listing::deprecated : Listing::current) << each.id;
  }
  for (const auto& each : scancode_licence_table()) {
    EXPECT_NE(find_licence("LicenseRef-scancode-" + std::string{each.id}), Listing::unlisted) << each.id;
  }
}

}  // namespace
}  // namespace tocsin::formats::spdx
