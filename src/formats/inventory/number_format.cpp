#include "formats/inventory/number_format.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <vector>

#include <fmt/format.h>

namespace tocsin::formats::inventory {
namespace {

/// One thing of a format code.
struct Token {
  enum class Kind { literal, digit, point, grouping, percent, date, other };
  Kind kind = Kind::other;
  std::string text;
};

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// The first section, or where there are several and the number is negative, the second.
std::vector<Token> tokens_of(std::string_view format, bool negative, bool& took_negative) {
  std::vector<std::vector<Token>> sections(1);
  for (std::size_t at = 0; at < format.size(); ++at) {
    auto& tokens = sections.back();
    const char c = format[at];
    const auto add = [&](Token::Kind kind, std::string text) { tokens.push_back({kind, std::move(text)}); };
    if (c == ';') {
      sections.emplace_back();
    } else if (c == '"') {
      const auto close = std::min(format.find('"', at + 1), format.size());
      add(Token::Kind::literal, std::string{format.substr(at + 1, close - at - 1)});
      at = close;
    } else if (c == '\\') {
      if (at + 1 < format.size()) add(Token::Kind::literal, std::string{format[++at]});
    } else if (c == '_' || c == '*') {
      ++at;  // Room and filling.
    } else if (c == '[') {
      const auto close = std::min(format.find(']', at), format.size());
      const auto inside = format.substr(at + 1, close - at - 1);
      // Elapsed hours, minutes or seconds are times; colours, languages and conditions say nothing of the text.
      if (inside.find_first_not_of("hHmMsS") == std::string_view::npos && !inside.empty()) {
        add(Token::Kind::date, std::string{lower(inside.front())});
      } else if (inside.starts_with('<') || inside.starts_with('>') || inside.starts_with('=')) {
        add(Token::Kind::other, std::string{inside});
      }
      at = close;
    } else if (c == '0' || c == '#' || c == '?') {
      add(Token::Kind::digit, std::string{c});
    } else if (c == '.') {
      add(Token::Kind::point, ".");
    } else if (c == ',') {
      add(Token::Kind::grouping, ",");
    } else if (c == '%') {
      add(Token::Kind::percent, "%");
    } else if (std::string_view{"ymdhs"}.find(lower(c)) != std::string_view::npos) {
      add(Token::Kind::date, std::string{lower(c)});
    } else if (static_cast<unsigned char>(c) >= 0x80 ||
               std::string_view{" $-+/():!^&'~{}<>=VvRr"}.find(c) != std::string_view::npos) {
      add(Token::Kind::literal, std::string{c});
    } else {
      add(Token::Kind::other, std::string{c});
    }
  }
  took_negative = negative && sections.size() > 1;
  return took_negative ? sections[1] : sections[0];
}

/// Digits without exponent; at most 15 significant ones.
std::string decimal(double number) {
  double rounded = number;
  const auto short_text = fmt::format("{:.15g}", number);
  std::from_chars(short_text.data(), short_text.data() + short_text.size(), rounded);
  std::array<char, 400> buffer{};
  const auto [end, error] =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), rounded, std::chars_format::fixed);
  return error == std::errc{} ? std::string{buffer.data(), end} : short_text;
}

std::optional<std::string> as_date(double number, const std::vector<Token>& tokens, bool since_1904) {
  bool has_month = false, has_day = false, has_time = false;
  for (const auto& token : tokens) {
    if (token.kind == Token::Kind::digit || token.kind == Token::Kind::other) {
      // "mm:ss.0" and "AM/PM" belong to times.
      if (token.text != "0" && token.text != "A" && token.text != "P" && token.text != "a" && token.text != "p") {
        return std::nullopt;
      }
    }
    if (token.kind != Token::Kind::date) continue;
    has_day = has_day || token.text == "y" || token.text == "d";
    has_month = has_month || token.text == "m";
    has_time = has_time || token.text == "h" || token.text == "s";
  }
  has_day = has_day || (has_month && !has_time);
  if (!has_day && !has_time) return std::nullopt;
  constexpr double kLastDay = 2'958'465;  // 9999-12-31
  if (!(number >= 0) || number > kLastDay + 1) return std::nullopt;
  auto seconds = std::llround(number * 86'400);
  auto day = seconds / 86'400;
  seconds %= 86'400;
  const auto time = fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (!has_day) return day == 0 ? time : fmt::format("{}{}", day * 24 + seconds / 3600, time.substr(2));
  if (since_1904) day += 1462;
  // Day 60 is the 29th of February 1900, which there never was.
  if (day < 60) ++day;
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::year{1899} / 12 / 30} +
                                         std::chrono::days{day}};
  auto text = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                          static_cast<unsigned>(date.day()));
  return has_time ? text + "T" + time : text;
}

std::optional<std::string> as_number(double number, const std::vector<Token>& tokens, bool took_negative) {
  using Kind = Token::Kind;
  std::size_t whole_places = 0, decimal_places = 0, least_decimals = 0;
  bool after_point = false, percent = false, ended = false, grouping_last = false;
  for (const auto& token : tokens) {
    if (token.kind == Kind::other || token.kind == Kind::date) return std::nullopt;
    if (token.kind == Kind::digit) {
      if (ended && after_point) return std::nullopt;  // Digits, text, digits behind the point.
      ++(after_point ? decimal_places : whole_places);
      if (after_point && token.text != "#") least_decimals = decimal_places;
    }
    if (token.kind == Kind::literal && after_point) ended = true;
    if (token.kind == Kind::literal && token.text == "/") return std::nullopt;  // A fraction.
    if (token.kind == Kind::point) {
      if (after_point) return std::nullopt;
      after_point = true;
    }
    percent = percent || token.kind == Kind::percent;
    if (token.kind != Kind::literal && token.kind != Kind::percent) grouping_last = token.kind == Kind::grouping;
  }
  // A comma at the end divides by a thousand.
  if (whole_places + decimal_places == 0 || grouping_last || decimal_places > 15) return std::nullopt;
  const auto digits = fmt::format("{:.{}f}", std::abs(number) * (percent ? 100 : 1), decimal_places);
  auto whole = digits.substr(0, digits.find('.'));
  auto rest = decimal_places == 0 ? std::string{} : digits.substr(whole.size() + 1);
  while (rest.size() > least_decimals && rest.ends_with('0')) rest.pop_back();
  std::size_t zeros = 0, place = 0;  // How many digits the format demands: from the first '0' on.
  for (const auto& token : tokens) {
    if (token.kind == Kind::point) break;
    if (token.kind != Kind::digit) continue;
    if (token.text == "0" && zeros == 0) zeros = whole_places - place;
    ++place;
  }
  if (whole == "0" && zeros == 0) whole.clear();
  if (whole.size() < zeros) whole.insert(0, zeros - whole.size(), '0');

  std::string out;
  const bool is_zero = digits.find_first_not_of("0.") == std::string::npos;
  if (number < 0 && !took_negative && !is_zero) out += '-';
  std::size_t written = 0;
  place = 0;
  after_point = false;
  for (const auto& token : tokens) {
    if (token.kind == Kind::literal || token.kind == Kind::percent) out += token.text;
    if (token.kind == Kind::point) {
      after_point = true;
      if (!rest.empty()) out.append(".").append(rest);
    }
    if (token.kind != Kind::digit || after_point) continue;
    ++place;
    const auto due = whole.size() + place > whole_places ? whole.size() + place - whole_places : 0;
    if (due > written) {
      out += whole.substr(written, due - written);
      written = due;
    }
  }
  return out;
}

}  // namespace

std::string_view built_in_format(unsigned id) noexcept {
  switch (id) {
    case 1:
      return "0";
    case 2:
      return "0.00";
    case 3:
      return "#,##0";
    case 4:
      return "#,##0.00";
    case 9:
      return "0%";
    case 10:
      return "0.00%";
    case 14:
    case 15:
    case 16:
    case 17:
    case 27:
    case 28:
    case 29:
    case 30:
    case 31:
    case 36:
    case 50:
    case 51:
    case 52:
    case 53:
    case 54:
    case 57:
    case 58:
      return "yyyy-mm-dd";  // Which order is the language's matter: all become ISO 8601.
    case 18:
    case 19:
    case 20:
    case 21:
    case 32:
    case 33:
    case 34:
    case 35:
    case 45:
    case 46:
    case 47:
    case 55:
    case 56:
      return "h:mm:ss";
    case 22:
      return "yyyy-mm-dd h:mm";
    case 37:
    case 38:
      return "#,##0";
    case 39:
    case 40:
      return "#,##0.00";
    default:
      return "General";
  }
}

std::string shown(double number, std::string_view format, bool since_1904) {
  if (!std::isfinite(number)) return {};
  constexpr std::size_t kFormatBytesMax = 512;
  if (format.size() <= kFormatBytesMax && std::abs(number) < 1e15) {
    bool took_negative = false;
    const auto tokens = tokens_of(format, number < 0, took_negative);
    if (auto date = as_date(number, tokens, since_1904)) return *date;
    if (auto text = as_number(number, tokens, took_negative)) return *text;
  }
  return decimal(number);
}

}  // namespace tocsin::formats::inventory
