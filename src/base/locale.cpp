#include "base/locale.hpp"

#include <array>
#include <memory>

#include <fmt/format.h>
#include <unicode/gregocal.h>
#include <unicode/locid.h>
#include <unicode/numberformatter.h>
#include <unicode/smpdtfmt.h>
#include <unicode/timezone.h>
#include <unicode/unistr.h>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace tocsin::locale {
namespace {

std::string utf8(const icu::UnicodeString& text) {
  std::string out;
  text.toUTF8String(out);
  return out;
}

/// British English: day before month, as our documents write dates.
icu::Locale locale_of(Language language) {
  if (language == Language::en) return icu::Locale::getUK();
  const auto tag = tag_of(language);
  return icu::Locale{std::string{tag}.c_str()};
}

/// What is dear to make, once for each language. Formatters for numbers are immutable and any thread's; one for dates
/// keeps a calendar within, so each thread copies it.
struct Formats {
  explicit Formats(Language language)
      : locale(locale_of(language)), number(icu::number::NumberFormatter::withLocale(locale)) {
    UErrorCode status = U_ZERO_ERROR;
    const std::unique_ptr<icu::DateFormat> made{icu::DateFormat::createDateInstance(icu::DateFormat::kLong, locale)};
    if (auto* simple = dynamic_cast<icu::SimpleDateFormat*>(made.get())) {
      date = std::make_unique<icu::SimpleDateFormat>(*simple);
      // Gregory's calendar all the way back, as RFC 3339 has it and the rest of the program counts.
      auto calendar = std::make_unique<icu::GregorianCalendar>(*icu::TimeZone::getGMT(), locale, status);
      calendar->setGregorianChange(-8.64e15, status);
      date->adoptCalendar(calendar.release());
    }
    // The first use compiles it; the result is not needed.
    static_cast<void>(number.formatInt(0, status));
  }
  icu::Locale locale;
  icu::number::LocalizedNumberFormatter number;
  std::unique_ptr<icu::SimpleDateFormat> date;
};

const Formats& formats() {
  static const Formats english{Language::en};
  static const Formats german{Language::de};
  static const Formats spanish{Language::es};
  switch (current_language()) {
    case Language::de:
      return german;
    case Language::es:
      return spanish;
    case Language::en:
      break;
  }
  return english;
}

}  // namespace

std::string number(long long value) {
  // Programs, logs and most readers speak English: they need no tables for it.
  if (current_language() == Language::en) return text::thousands(value);
  UErrorCode status = U_ZERO_ERROR;
  const auto done = formats().number.formatInt(value, status).toString(status);
  return U_SUCCESS(status) ? utf8(done) : text::thousands(value);
}

std::string decimal(double value, int digits) {
  UErrorCode status = U_ZERO_ERROR;
  const auto done = formats()
                        .number.precision(icu::number::Precision::fixedFraction(digits))
                        .roundingMode(UNUM_ROUND_HALFEVEN)
                        .formatDouble(value, status)
                        .toString(status);
  return U_SUCCESS(status) ? utf8(done) : fmt::format("{:.{}f}", value, digits);
}

std::string long_date(Timestamp time) {
  const auto& shared = formats();
  if (shared.date == nullptr) return format_date(time);
  static thread_local std::array<std::unique_ptr<icu::SimpleDateFormat>, kLanguageCount> own;
  auto& mine = own[static_cast<std::size_t>(current_language())];
  if (mine == nullptr) mine = std::make_unique<icu::SimpleDateFormat>(*shared.date);
  icu::UnicodeString done;
  mine->format(static_cast<UDate>(time.micros) / 1000.0, done);
  return utf8(done);
}

std::string country_name(std::string_view code, std::string_view english) {
  if (current_language() == Language::en) return std::string{english};
  icu::UnicodeString name;
  icu::Locale{"", std::string{code}.c_str()}.getDisplayCountry(formats().locale, name);
  return name.isEmpty() ? std::string{english} : utf8(name);
}

std::string language_name(std::string_view tag) {
  UErrorCode status = U_ZERO_ERROR;
  const auto language = icu::Locale::forLanguageTag(icu::StringPiece{tag.data(), static_cast<int>(tag.size())}, status);
  icu::UnicodeString name;
  if (U_SUCCESS(status) && !language.isBogus() && *language.getLanguage() != '\0') {
    language.getDisplayName(formats().locale, name);
  }
  return name.isEmpty() ? std::string{tag} : utf8(name);
}

}  // namespace tocsin::locale
