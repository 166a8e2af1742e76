#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/vers/vendor_items.hpp"
#include "formats/vers/vendor_kinds.hpp"

namespace tocsin::formats::vers {
namespace {

namespace chrono = std::chrono;

constexpr std::size_t kSubjectBytesMax = 120;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }

/// A number, a word, or nothing of a date.
struct Field {
  std::string_view text;
  char before = ' ';  ///< The sign in front of it.
  bool number = false;
};

std::vector<Field> fields_of(std::string_view lower) {
  std::vector<Field> fields;
  char before = ' ';
  for (std::size_t at = 0; at < lower.size();) {
    const bool number = is_digit(lower[at]);
    if (!number && !is_lower(lower[at])) {
      if (lower[at] != ' ' && std::string_view{",./-"}.find(lower[at]) == std::string_view::npos) return {};
      if (lower[at] != ' ') before = lower[at];
      ++at;
      continue;
    }
    const auto begin = at;
    while (at < lower.size() && (number ? is_digit(lower[at]) : is_lower(lower[at]))) ++at;
    auto text = lower.substr(begin, at - begin);
    // "1st", "23rd"
    if (number && at < lower.size() && is_lower(lower[at])) {
      const auto ending = lower.substr(at, 2);
      if (ending != "st" && ending != "nd" && ending != "rd" && ending != "th") return {};
      at += 2;
      if (at < lower.size() && is_lower(lower[at])) return {};
    }
    // "Q2"
    if (!number && text == "q" && at < lower.size() && is_digit(lower[at])) text = lower.substr(begin, 2), ++at;
    fields.push_back({text, before, number});
    before = ' ';
    if (fields.size() > 3) return {};
  }
  return fields;
}

int number_of(std::string_view digits) {
  int number = -1;
  if (digits.size() <= 8) std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::optional<int> year_of(const Field& field) {
  const auto year = field.number && field.text.size() == 4 ? number_of(field.text) : 0;
  return year >= 1900 && year < 2100 ? std::optional{year} : std::nullopt;
}

std::optional<unsigned> month_of(const Field& field) {
  if (field.number || !is_month(field.text)) return std::nullopt;
  constexpr std::string_view kBegins = "janfebmaraprmayjunjulaugsepoctnovdec";
  return static_cast<unsigned>(kBegins.find(field.text.substr(0, 3)) / 3 + 1);
}

std::string written(const chrono::year_month_day& day) {
  return fmt::format("{:04}{:02}{:02}", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                     static_cast<unsigned>(day.day()));
}

std::optional<VendorDays> day(int year, unsigned month, int number) {
  const chrono::year_month_day date{chrono::year{year}, chrono::month{month},
                                    chrono::day{static_cast<unsigned>(std::max(number, 0))}};
  if (number > 31 || !date.ok()) return std::nullopt;
  return VendorDays{written(date), written(date)};
}

std::optional<VendorDays> months(int year, unsigned first, unsigned last) {
  const chrono::year_month_day begin{chrono::year{year}, chrono::month{first}, chrono::day{1}};
  const chrono::year_month_day end{chrono::year{year} / chrono::month{last} / chrono::last};
  if (!begin.ok() || !end.ok()) return std::nullopt;
  return VendorDays{written(begin), written(end)};
}

std::optional<VendorDays> numeric(const std::vector<Field>& fields) {
  const auto number = [&](std::size_t i) { return number_of(fields[i].text); };
  const auto in_year = [&](int year, int month, int day_number) {
    return month >= 1 && month <= 12 ? day(year, static_cast<unsigned>(month), day_number) : std::nullopt;
  };
  const char separator = fields[1].before;
  if (separator == ' ' || separator != fields[2].before) return std::nullopt;
  // "2019.1.2" and "2.1.2019" may be versions.
  if (const auto year = year_of(fields[0])) {
    return separator == '.' ? std::nullopt : in_year(*year, number(1), number(2));
  }
  const auto year = year_of(fields[2]);
  if (!year) return std::nullopt;
  auto day_first = in_year(*year, number(1), number(0));
  const bool padded = fields[0].text.size() == 2 && fields[1].text.size() == 2;
  if (separator == '.') return padded || number(0) > 12 ? day_first : std::nullopt;
  auto month_first = in_year(*year, number(0), number(1));
  if (!day_first || !month_first) return day_first ? day_first : month_first;
  if (day_first->first == month_first->first) return day_first;
  return VendorDays{std::min(day_first->first, month_first->first), std::max(day_first->last, month_first->last), true};
}

std::string_view without_end(std::string_view text) {
  while (!text.empty() && (text.back() == '.' || text.back() == ',' || text.back() == ' ')) text.remove_suffix(1);
  return text::trim(text);
}

VendorBound bound(const std::string& digits, bool inclusive) {
  VendorVersion version;
  version.parts.push_back({VersionPart::Kind::date, digits, 0, 0});
  version.text = canonical_text(version);
  return {std::move(version), inclusive};
}

struct Sign {
  std::string_view words;
  char kind;  ///< '<', '>', '=', or 'b' for "between"
  bool inclusive;
};
constexpr std::array kSigns = std::to_array<Sign>({{"<=", '<', true},
                                                   {"=<", '<', true},
                                                   {">=", '>', true},
                                                   {"=>", '>', true},
                                                   {"<", '<', false},
                                                   {">", '>', false},
                                                   {"=", '=', true},
                                                   {"on or before", '<', true},
                                                   {"no later than", '<', true},
                                                   {"prior to", '<', false},
                                                   {"earlier than", '<', false},
                                                   {"older than", '<', false},
                                                   {"before", '<', false},
                                                   {"up to", '<', true},
                                                   {"until", '<', true},
                                                   {"later than", '>', false},
                                                   {"after", '>', false},
                                                   {"since", '>', true},
                                                   {"between", 'b', true}});

bool is_letter_or_digit(char c) { return is_digit(c) || is_lower(c); }

/// The first sign of the text and where it stands.
const Sign* first_sign(std::string_view lower, std::size_t& at) {
  for (at = 0; at < lower.size(); ++at) {
    for (const auto& sign : kSigns) {
      if (!lower.substr(at).starts_with(sign.words)) continue;
      const auto end = at + sign.words.size();
      const bool word = is_lower(sign.words[0]);
      if (word &&
          ((at > 0 && is_letter_or_digit(lower[at - 1])) || (end < lower.size() && is_letter_or_digit(lower[end])))) {
        continue;
      }
      return &sign;
    }
  }
  return nullptr;
}

/// Words that say what bears the date, but not those said of versions anyway.
std::string subject_of(std::string_view words) {
  std::string subject;
  for (const auto word : text::split(words, ' ')) {
    const auto lower = text::lower_ascii(word);
    constexpr std::array kNoise = std::to_array<std::string_view>({"all", "any", "versions", "version", "the", ""});
    if (std::ranges::find(kNoise, lower) != kNoise.end()) continue;
    subject.append(subject.empty() ? "" : " ").append(word);
  }
  while (!subject.empty() && (subject.back() == ':' || subject.back() == ',')) subject.pop_back();
  return subject;
}

/// Days at the end of `words`, and what stands in front of them.
std::optional<std::pair<VendorDays, std::string>> days_behind_words(std::string_view words) {
  for (std::size_t at = 0; at < words.size();) {
    if (auto days = read_days(words.substr(at))) return std::pair{std::move(*days), subject_of(words.substr(0, at))};
    const auto blank = words.find(' ', at);
    if (blank == std::string_view::npos) break;
    at = blank + 1;
  }
  return std::nullopt;
}

bool names_month(std::string_view lower) {
  for (std::size_t at = 0; at < lower.size();) {
    const auto begin = at;
    while (at < lower.size() && is_lower(lower[at])) ++at;
    const auto word = lower.substr(begin, at - begin);
    if (word.empty()) {
      ++at;
      continue;
    }
    if (!is_month(word)) continue;
    // "may also be affected" is no month: a day or a year stands beside one.
    const auto next = lower.find_first_not_of(" .,/-", at);
    const auto before = begin == 0 ? std::string_view::npos : lower.find_last_not_of(" .,/-", begin - 1);
    const auto digit = [&](std::size_t i) { return i != std::string_view::npos && is_digit(lower[i]); };
    if (digit(next) || (digit(before) && word != "may" && word != "march")) return true;
  }
  return false;
}

/// "Q2 2023"
bool names_quarter(std::string_view lower) {
  for (std::size_t at = lower.find('q'); at != std::string_view::npos; at = lower.find('q', at + 1)) {
    const auto rest = lower.substr(at);
    const bool begins = at == 0 || lower[at - 1] == ' ';
    if (begins && rest.size() >= 7 && rest[1] >= '1' && rest[1] <= '4' && rest[2] == ' ' &&
        read_days(rest.substr(0, 7)))
      return true;
  }
  return false;
}

/// Without what stands in brackets.
std::string outside_of_brackets(std::string_view text) {
  std::string out;
  int depth = 0;
  for (const char c : text) {
    if (c == '(') ++depth;
    if (depth == 0) out += c;
    if (c == ')' && depth > 0) --depth;
  }
  return out;
}

}  // namespace

std::optional<VendorDays> read_days(std::string_view text) {
  const auto lower = text::lower_ascii(without_end(text));
  if (lower.empty() || lower.size() > 40) return std::nullopt;
  const auto fields = fields_of(lower);
  const auto all_numbers = std::ranges::all_of(fields, &Field::number);
  if (fields.size() == 1 && all_numbers && fields[0].text.size() == 8) {
    const auto digits = fields[0].text;
    const std::vector<Field> parts{
        {digits.substr(0, 4), ' ', true}, {digits.substr(4, 2), '-', true}, {digits.substr(6), '-', true}};
    return numeric(parts);
  }
  if (fields.size() == 2) {
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
      const auto year = year_of(fields[1 - i]);
      if (!year) continue;
      if (const auto month = month_of(fields[i])) return months(*year, *month, *month);
      if (fields[i].text.size() == 2 && fields[i].text[0] == 'q' && fields[i].text[1] >= '1' &&
          fields[i].text[1] <= '4') {
        const auto quarter = static_cast<unsigned>(fields[i].text[1] - '0');
        return months(*year, quarter * 3 - 2, quarter * 3);
      }
    }
    // "2023-04"; "2023 4" is none.
    const auto year = year_of(fields[0]);
    const auto month = number_of(fields[1].text);
    if (year && all_numbers && fields[1].before == '-' && fields[1].text.size() == 2 && month >= 1 && month <= 12) {
      return months(*year, static_cast<unsigned>(month), static_cast<unsigned>(month));
    }
    return std::nullopt;
  }
  if (fields.size() != 3) return std::nullopt;
  if (all_numbers) return numeric(fields);
  const auto year = year_of(fields[2]);
  if (!year) return std::nullopt;
  if (const auto month = month_of(fields[0]); month && fields[1].number && fields[1].text.size() <= 2) {
    return day(*year, *month, number_of(fields[1].text));
  }
  if (const auto month = month_of(fields[1]); month && fields[0].number && fields[0].text.size() <= 2) {
    return day(*year, *month, number_of(fields[0].text));
  }
  return std::nullopt;
}

bool is_about_dates(std::string_view lower) {
  const auto outside = outside_of_brackets(lower);
  return contains_any(lower, {"manufactur", "production date", "production-date", "shipped", "distributed", "dated",
                              "date code"}) ||
         names_month(outside) || names_quarter(outside);
}

bool read_dates(std::string_view text, VendorReading& reading) {
  const auto lower = text::lower_ascii(text);
  std::size_t at = 0;
  const auto* const sign = first_sign(lower, at);
  std::string subject;
  VendorInterval interval;
  if (sign == nullptr) {
    // "January 2019", "January 2019 and earlier"
    auto rest = text;
    bool below = false;
    for (const std::string_view ending : {"and earlier", "or earlier", "and prior", "or prior", "and older"}) {
      if (!lower.ends_with(ending)) continue;
      rest.remove_suffix(ending.size());
      below = true;
      break;
    }
    const auto days = days_behind_words(without_end(rest));
    if (!days || days->first.ambiguous) return false;
    subject = days->second;
    if (!below) interval.low = bound(days->first.first, true);
    interval.high = bound(days->first.last, true);
  } else {
    subject = subject_of(text.substr(0, at));
    auto rest = text::trim(text.substr(at + sign->words.size()));
    const auto rest_lower = text::lower_ascii(rest);
    const auto apart = sign->kind == 'b' ? rest_lower.find(" and ") : rest_lower.find("|<");
    std::optional<std::pair<VendorDays, std::string>> end;
    if (apart != std::string::npos) {
      auto second = rest.substr(apart + (sign->kind == 'b' ? 5 : 2));
      rest = rest.substr(0, apart);
      const bool inclusive = sign->kind == 'b' || second.starts_with('=');
      if (second.starts_with('=')) second.remove_prefix(1);
      end = days_behind_words(text::trim(second));
      if (!end || end->first.ambiguous || !end->second.empty() || sign->kind == '<') return false;
      interval.high = bound(inclusive ? end->first.last : end->first.first, inclusive);
    } else if (sign->kind == 'b') {
      return false;
    }
    const auto begin = days_behind_words(rest);
    if (!begin || begin->first.ambiguous) return false;
    if (!begin->second.empty()) subject.append(subject.empty() ? "" : " ").append(begin->second);
    const auto& days = begin->first;
    if (sign->kind == '<') {
      interval.high = bound(sign->inclusive ? days.last : days.first, sign->inclusive);
    } else {
      interval.low = bound(sign->inclusive ? days.first : days.last, sign->inclusive);
      if (sign->kind == '=') interval.high = bound(days.last, true);
    }
    if (interval.low && interval.high &&
        interval.high->version.parts.front().text < interval.low->version.parts.front().text) {
      return false;
    }
  }
  if (subject.size() > kSubjectBytesMax || subject.find_first_of("<>=|[]\"?") != std::string::npos) return false;
  reading.kind = VendorReading::Kind::date;
  reading.date_of = std::move(subject);
  reading.intervals.clear();
  reading.intervals.push_back(std::move(interval));
  return true;
}

std::optional<std::pair<VendorDays, std::string>> days_of_installed(std::string_view installed) {
  const auto clean = normalise_vendor_text(installed);
  auto found = clean.size() > kVendorVersionBytesMax ? std::nullopt : days_behind_words(clean);
  // "V3.2 of January 2020" is a version first.
  if (found && std::ranges::any_of(found->second, is_digit)) return std::nullopt;
  return found;
}

}  // namespace tocsin::formats::vers
