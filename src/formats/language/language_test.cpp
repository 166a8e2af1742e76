#include "formats/language/language.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "formats/language/table.hpp"

namespace tocsin::formats::language {
namespace {

TEST(Language, KnowsWhatIsRegistered) {
  // Examples of RFC 5646 appendix A among them.
  for (const auto* tag :
       {"de", "en-US", "EN-us", "zh-Hant", "zh-cmn-Hans-CN", "sr-Latn-RS", "sl-rozaj-biske", "de-CH-1901",
        "hy-Latn-IT-arevela", "es-419", "de-CH-x-phonebk", "x-whatever", "qaa-Qaaa-QM-x-southern", "en-US-u-islamcal",
        "en-a-myext-b-another", "i-klingon", "art-lojban", "en-GB-oed", "iw"}) {
    EXPECT_TRUE(check_tag(tag)) << tag;
  }
}

TEST(Language, RefusesWhatIsNot) {
  for (const auto* tag : {"",
                          "-",
                          "e",
                          "EZ",
                          "en-",
                          "-en",
                          "en--US",
                          "xx",
                          "en-ZB",
                          "en-Xxxx",
                          "de-419-DE",
                          "a-DE",
                          "en-USA",
                          "zh-abc",
                          "en-cmn",
                          "de-DE-1901-1901",
                          "de-1902",
                          "ar-a-aaa-b-bbb-a-ccc",
                          "en-x",
                          "en-u",
                          "en-abcdefghi",
                          "en_US",
                          "en US",
                          "d\xC3\xA9"}) {
    const auto checked = check_tag(tag);
    EXPECT_FALSE(checked) << tag;
    if (!checked) EXPECT_FALSE(checked.error().message.empty());
  }
  EXPECT_FALSE(check_tag(std::string(5000, 'a')));
}

TEST(Language, TablesAreSorted) {
  for (const auto table : {language_table(), script_table(), region_table(), variant_table(), grandfathered_table()}) {
    EXPECT_TRUE(std::ranges::is_sorted(table));
    EXPECT_FALSE(table.empty());
  }
  EXPECT_TRUE(std::ranges::is_sorted(extlang_table(), {}, &Extlang::subtag));
  EXPECT_EQ(private_ranges().size(), 4U);
}

}  // namespace
}  // namespace tocsin::formats::language
