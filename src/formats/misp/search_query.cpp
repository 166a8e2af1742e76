#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/misp/event.hpp"
#include "formats/misp/search.hpp"

namespace tocsin::formats::misp {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

/// Values of one filter.
constexpr std::size_t kValuesMax = 1'000;
constexpr std::size_t kValueBytesMax = 4'096;
/// Of these those with '%', which cost more.
constexpr std::size_t kPatternsMax = 100;
constexpr std::size_t kNamedBytesMax = 100;

std::string_view view(const boost::json::string& text) noexcept { return {text.data(), text.size()}; }

Error bad(std::string_view name, std::string message) { return Error::invalid(std::move(message), std::string{name}); }

/// What MISP reads as "not given".
bool is_nothing(const value& given) {
  if (given.is_null()) return true;
  if (const auto* flag = given.if_bool()) return !*flag;
  if (const auto* text = given.if_string()) return text->empty() || *text == "0";
  if (const auto* number = given.if_int64()) return *number == 0;
  if (const auto* list = given.if_array()) return std::ranges::all_of(*list, is_nothing);
  return false;
}

std::optional<bool> flag_of(const value& given) {
  if (const auto* flag = given.if_bool()) return *flag;
  if (const auto* number = given.if_int64(); number != nullptr && (*number == 0 || *number == 1)) return *number == 1;
  const auto* text = given.if_string();
  if (text == nullptr) return std::nullopt;
  if (*text == "1" || text::equals_ignore_case_ascii(view(*text), "true")) return true;
  if (*text == "0" || text::equals_ignore_case_ascii(view(*text), "false")) return false;
  return std::nullopt;
}

Result<std::string> text_of(std::string_view name, const value& given) {
  auto text = std::string{};
  if (const auto* said = given.if_string()) {
    text = view(*said);
  } else if (given.is_int64() || given.is_uint64()) {
    text = json::write(given);
  } else {
    return bad(name, fmt::format("'{}' wants texts", name));
  }
  if (text.size() > kValueBytesMax) return bad(name, fmt::format("'{}' has a value that is too long", name));
  return text;
}

Status add(std::string_view name, const value& given, std::vector<std::string>& to, std::vector<std::string>* negated) {
  if (const auto* list = given.if_array()) {
    for (const auto& each : *list) TRY_VOID(add(name, each.is_array() ? value{object{}} : each, to, negated));
    return ok();
  }
  TRY(auto text, text_of(name, given));
  if (text.empty()) return ok();
  // As MISP has it: "!x" is not x.
  auto* into = &to;
  if (negated != nullptr && text.size() > 1 && text.front() == '!') {
    text.erase(0, 1);
    into = negated;
  }
  into->push_back(text::fold(text));
  if (into->size() > kValuesMax) return bad(name, fmt::format("'{}' takes at most {} values", name, kValuesMax));
  if (text.find('%') == text.npos) return ok();
  const auto patterns = std::ranges::count_if(*into, [](const auto& each) { return each.find('%') != each.npos; });
  if (static_cast<std::size_t>(patterns) > kPatternsMax) {
    return bad(name, fmt::format("'{}' takes at most {} values with '%'", name, kPatternsMax));
  }
  return ok();
}

Status read(std::string_view name, const value& given, Wanted& wanted) {
  // 0 may be a value.
  if (given.is_null() || (given.is_bool() && !given.get_bool())) return ok();
  const auto* by_word = given.if_object();
  if (by_word == nullptr) return add(name, given, wanted.any, &wanted.none);
  for (const auto& [word, values] : *by_word) {
    const auto lower = text::lower_ascii({word.data(), word.size()});
    auto* to = lower == "or" ? &wanted.any : lower == "and" ? &wanted.all : lower == "not" ? &wanted.none : nullptr;
    if (to == nullptr) return bad(name, fmt::format("'{}' takes OR, AND and NOT", name));
    TRY_VOID(add(name, values, *to, nullptr));
  }
  return ok();
}

std::optional<double> number_of_text(std::string_view text) {
  double number = 0;
  const auto end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, number, std::chars_format::fixed);
  if (failed != std::errc{} || stop != end) return std::nullopt;
  return number;
}

/// "7d", "24h", "30m", "10s": so long ago.
std::optional<Timestamp> ago(std::string_view text, Timestamp now) {
  if (text.size() < 2) return std::nullopt;
  std::int64_t unit = 0;
  switch (text.back()) {
    case 'd':
      unit = 86'400;
      break;
    case 'h':
      unit = 3'600;
      break;
    case 'm':
      unit = 60;
      break;
    case 's':
      unit = 1;
      break;
    default:
      return std::nullopt;
  }
  std::int64_t count = 0;
  const auto end = text.data() + text.size() - 1;
  const auto [stop, failed] = std::from_chars(text.data(), end, count);
  if (failed != std::errc{} || stop != end || count < 0) return std::nullopt;
  // Longer ago than anything.
  constexpr std::int64_t kSecondsMax = 100'000'000'000;
  if (count > kSecondsMax / unit) return Timestamp{0};
  return Timestamp{std::max<std::int64_t>(0, now.micros - count * unit * 1'000'000)};
}

Result<Timestamp> time_of(std::string_view name, const value& given, Timestamp now) {
  constexpr double kSecondsMax = 253'402'300'799.0;
  std::optional<double> seconds;
  if (given.is_int64()) seconds = static_cast<double>(given.get_int64());
  if (given.is_double()) seconds = given.get_double();
  if (const auto* text = given.if_string()) {
    const auto trimmed = text::trim(view(*text));
    if (const auto time = ago(trimmed, now)) return *time;
    seconds = number_of_text(trimmed);
    if (!seconds && trimmed.size() <= kNamedBytesMax) {
      if (const auto time = moment_at(object{{"at", trimmed}}, "at")) return *time;
    }
  }
  if (seconds && *seconds >= 0 && *seconds <= kSecondsMax) {
    return Timestamp{static_cast<std::int64_t>(std::floor(*seconds)) * 1'000'000};
  }
  return bad(name,
             fmt::format("'{}' is a time: \"2026-01-31\", seconds since 1970, or \"7d\" for seven days ago", name));
}

/// One time is a beginning; two are beginning and end, in whatever order.
Result<Span> span_of(std::string_view name, const value& given, Timestamp now) {
  Span span;
  const auto* list = given.if_array();
  if (list == nullptr) {
    TRY(span.from, time_of(name, given, now));
    return span;
  }
  if (list->size() != 2) return bad(name, fmt::format("'{}' is one time, or two", name));
  TRY(const auto first, time_of(name, (*list)[0], now));
  TRY(const auto second, time_of(name, (*list)[1], now));
  span.from = std::min(first, second);
  span.to = std::max(first, second);
  return span;
}

Result<std::size_t> count_of(std::string_view name, const value& given) {
  std::int64_t number = 0;
  if (const auto* plain = given.if_int64()) {
    number = *plain;
  } else if (const auto* text = given.if_string()) {
    number = number_at(object{{"n", *text}}, "n").value_or(0);
  }
  constexpr std::int64_t kMax = 1'000'000'000;
  if (number < 1 || number > kMax) return bad(name, fmt::format("'{}' is a whole number above 0", name));
  return static_cast<std::size_t>(number);
}

class Reading {
 public:
  Reading(Query& query, Timestamp now) : query_(query), now_(now) {}

  Status parameter(std::string_view name, const value& given) {
    for (const auto& [filter, wanted] : {std::pair{"value", &query_.value},
                                         {"type", &query_.type},
                                         {"category", &query_.category},
                                         {"uuid", &query_.uuid},
                                         {"tags", &query_.tags},
                                         {"tag", &query_.tags},
                                         {"event_tags", &query_.event_tags},
                                         {"org", &query_.org},
                                         {"eventid", &query_.eventid},
                                         {"eventinfo", &query_.eventinfo}}) {
      if (name == filter) return read(name, given, *wanted);
    }
    if (is_nothing(given) && name != "published" && name != "to_ids") return ok();
    if (name == "returnFormat") {
      const auto* format = given.if_string();
      if (format != nullptr && (*format == "json" || *format == "JSON")) return ok();
      return bad(name, "Only returnFormat \"json\" is made here; STIX and CSV have addresses of their own");
    }
    if (name == "published") return flag(name, given, query_.published);
    if (name == "to_ids") return flag(name, given, query_.to_ids);
    if (name == "limit") {
      TRY(query_.limit, count_of(name, given));
      return ok();
    }
    if (name == "page") {
      TRY(query_.page, count_of(name, given));
      return ok();
    }
    for (const auto& [filter, wanted] : {std::pair{"metadata", &query_.metadata},
                                         {"includeEventUuid", &query_.with_event_uuid},
                                         {"includeEventTags", &query_.with_event_tags},
                                         {"withAttachments", &query_.with_attachments}}) {
      if (name != filter) continue;
      std::optional<bool> said;
      TRY_VOID(flag(name, given, said));
      *wanted = said.value_or(false);
      return ok();
    }
    // Of an attribute the event is always told, and sightings always stand where they belong.
    if (name == "includeContext" || name == "includeSightings") return ok();
    return time(name, given);
  }

 private:
  static Status flag(std::string_view name, const value& given, std::optional<bool>& into) {
    if (given.is_null() || (given.is_string() && given.get_string().empty())) return ok();
    into = flag_of(given);
    if (!into) return bad(name, fmt::format("'{}' is 0 or 1", name));
    return ok();
  }
  Status time(std::string_view name, const value& given) {
    const bool of_attributes = query_.scope == Scope::attributes;
    for (const auto& [filter, span] :
         {std::pair{"timestamp", of_attributes ? &query_.timestamp : &query_.event_timestamp},
          {"event_timestamp", &query_.event_timestamp},
          {"publish_timestamp", &query_.publish_timestamp},
          {"last", &query_.publish_timestamp}}) {
      if (name != filter) continue;
      TRY(*span, span_of(name, given, now_));
      return ok();
    }
    if (name == "from" || name == "to") {
      TRY(const auto at, time_of(name, given, now_));
      (name == "from" ? query_.date_from : query_.date_to) = format_date(at);
      return ok();
    }
    if (name == "date") {
      TRY(const auto span, span_of(name, given, now_));
      query_.date_from = format_date(*span.from);
      if (span.to) query_.date_to = format_date(*span.to);
      return ok();
    }
    return bad(text::shorten(name, kNamedBytesMax),
               fmt::format("'{}' is no filter that is supported here. These are: value, type, category, org, tags, "
                           "event_tags, from, to, date, last, timestamp, event_timestamp, publish_timestamp, eventid, "
                           "uuid, eventinfo, published, to_ids, limit, page, metadata, withAttachments, "
                           "includeEventUuid, includeEventTags, includeContext, includeSightings, returnFormat",
                           text::shorten(name, kNamedBytesMax)));
  }

  Query& query_;
  Timestamp now_;
};

}  // namespace

bool Query::asks_attributes() const noexcept {
  return !value.empty() || !type.empty() || !category.empty() || !uuid.empty() || !tags.empty() || to_ids.has_value();
}

Result<Query> read_query(const object& body, Scope scope, Timestamp now) {
  const auto* asked = &body;
  if (const auto* within = body.if_contains("request"); within != nullptr && within->is_object()) {
    asked = &within->get_object();
  }
  Query query;
  query.scope = scope;
  Reading reading{query, now};
  for (const auto& [name, given] : *asked) TRY_VOID(reading.parameter({name.data(), name.size()}, given));
  return query;
}

}  // namespace tocsin::formats::misp
