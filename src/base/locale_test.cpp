#include "base/locale.hpp"

#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace tocsin::locale {
namespace {

struct Case {
  Language language;
  std::string_view small, four, large, negative, fraction, date;
};
constexpr Case kCases[] = {
    {Language::en, "7", "1,234", "1,234,567", "-12,345", "12.3", "28 November 2026"},
    {Language::de, "7", "1.234", "1.234.567", "-12.345", "12,3", "28. November 2026"},
    {Language::es, "7", "1234", "1.234.567", "-12.345", "12,3", "28 de noviembre de 2026"},
};

Timestamp day(int year, unsigned month, unsigned of_month) { return from_date(year, month, of_month).value(); }

TEST(Locale, NumbersAndDatesAreWrittenAsTheLanguageDoes) {
  for (const auto& each : kCases) {
    const LanguageScope speaking{each.language};
    EXPECT_EQ(number(7), each.small);
    EXPECT_EQ(number(1234), each.four);
    EXPECT_EQ(number(1'234'567), each.large);
    EXPECT_EQ(number(-12'345), each.negative);
    EXPECT_EQ(decimal(12.34, 1), each.fraction);
    EXPECT_EQ(long_date(day(2026, 11, 28)), each.date);
  }
}

TEST(Locale, ADateIsThatOfUtcToTheLastMicrosecond) {
  auto last = day(2026, 11, 29);
  --last.micros;
  EXPECT_EQ(long_date(last), "28 November 2026");
  EXPECT_EQ(long_date(day(1500, 2, 28)), "28 February 1500") << "not the Julian calendar's 18 February";
}

TEST(Locale, EnglishNumbersAreThoseOfTheCommandLine) {
  for (const long long value : {0LL, 1LL, 999LL, 1000LL, 1655LL, 10'844LL, 987'654'321LL, -1LL, -1000LL}) {
    EXPECT_EQ(number(value), text::thousands(value));
  }
  EXPECT_EQ(decimal(0, 1), "0.0");
  EXPECT_EQ(decimal(99.96, 1), "100.0");
}

TEST(Locale, NamesOfCountriesAndLanguages) {
  EXPECT_EQ(country_name("DE", "Germany"), "Germany");
  EXPECT_EQ(language_name("de"), "German");
  const LanguageScope speaking{Language::es};
  EXPECT_EQ(country_name("DE", "Germany"), "Alemania");
  EXPECT_EQ(language_name("de"), "alemán");
  EXPECT_EQ(language_name("no such tag"), "no such tag");
  EXPECT_EQ(language_name(""), "");
}

TEST(Locale, ThreadsSpeakEachTheirOwn) {
  std::vector<std::string> said(kLanguageCount);
  std::vector<std::thread> threads;
  for (const auto& each : kCases) {
    threads.emplace_back([&each, &out = said[static_cast<std::size_t>(each.language)]] {
      const LanguageScope speaking{each.language};
      for (int i = 0; i < 200; ++i) out = number(1234) + " " + long_date(day(2026, 11, 28)) + " " + decimal(12.34, 1);
    });
  }
  for (auto& thread : threads) thread.join();
  for (const auto& each : kCases) {
    EXPECT_EQ(said[static_cast<std::size_t>(each.language)],
              std::string{each.four} + " " + std::string{each.date} + " " + std::string{each.fraction});
  }
}

}  // namespace
}  // namespace tocsin::locale
