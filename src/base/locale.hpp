#pragma once
#include <string>
#include <string_view>

#include "base/time.hpp"

/// Numbers, dates and names as the language of the thread writes them (base/messages.hpp), by Unicode's CLDR. For texts
/// that people read: what programs read, and scores in the notation of a standard, are none of this.
namespace tocsin::locale {

/// 1655: "1,655" in English, "1.655" in German, "1655" in Spanish, which groups from five digits on.
std::string number(long long value);
/// 12.345 with one digit: "12.3", "12,3". Always so many digits behind the sign; halves go to the even neighbour.
std::string decimal(double value, int digits);
/// "28 November 2026", "28. November 2026", "28 de noviembre de 2026"; the date in UTC.
std::string long_date(Timestamp time);
/// Country by ISO 3166-1 alpha-2: in English as our own table says it, for ICU's names differ in places.
std::string country_name(std::string_view code, std::string_view english);
/// Language by BCP 47: "German", "Deutsch", "alemán". The tag itself where it is none that is known.
std::string language_name(std::string_view tag);

}  // namespace tocsin::locale
