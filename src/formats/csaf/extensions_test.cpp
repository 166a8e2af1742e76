#include "formats/csaf/extensions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin::formats::csaf {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<Extension> of(const char* json) { return extensions_of(boost::json::parse(json)); }

TEST(Extensions, AreFoundWhereverTheyStandInDocumentOrder) {
  const auto found =
      of(R"({"document": {"csaf_version": "2.1", "x_extensions": [{"$schema": "https://a.example/a_1.0.0.json",
    "category": "essential", "critical": true, "content": {"x_extensions": [1]}}]},
    "vulnerabilities": [{"metrics": [{"content": {"x_extensions": [{"category": "supplementary"}, 7]}}]}],
    "x_extensions": [{"category": "critical"}]})");
  EXPECT_THAT(found, ElementsAre(Field(&Extension::path, "/document/x_extensions/0"),
                                 Field(&Extension::path, "/vulnerabilities/0/metrics/0/content/x_extensions/0"),
                                 Field(&Extension::path, "/vulnerabilities/0/metrics/0/content/x_extensions/1"),
                                 Field(&Extension::path, "/x_extensions/0")));
  EXPECT_TRUE(found[0].critical);
  EXPECT_TRUE(found[0].is_essential());
  EXPECT_FALSE(found[1].is_essential());
  EXPECT_TRUE(found[3].is_essential()) << "the name of earlier drafts";
}

TEST(Extensions, Csaf20HasNone) {
  EXPECT_TRUE(of(R"({"document": {"csaf_version": "2.0", "x_extensions": [{}]}})").empty());
  EXPECT_TRUE(of("[]").empty());
}

TEST(Extensions, TheWarningNamesWhatIsEssential) {
  EXPECT_EQ(warning_of({}), "");
  const Extension essential{.path = "/x", .schema = "https://a.example/a_1.0.0.json", .category = "essential"};
  const Extension other{.path = "/y", .schema = "https://b.example/b_1.0.0.json", .category = "significant"};
  EXPECT_EQ(warning_of({other}), "holds 1 extension that Tocsin does not know");
  EXPECT_THAT(warning_of({essential, other, essential}),
              ::testing::AllOf(HasSubstr("3 extensions"), HasSubstr("it: https://a.example/a_1.0.0.json"),
                               Not(HasSubstr("b.example"))));
}

}  // namespace
}  // namespace tocsin::formats::csaf
