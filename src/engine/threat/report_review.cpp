#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "domain/country.hpp"
#include "engine/members/input.hpp"
#include "engine/threat/report_parts.hpp"

/// What was typed into the form, understood. Reads no database.
namespace tocsin::engine::threat {
namespace {

namespace threat_text = formats::threat_text;
using threat_text::Kind;

constexpr std::size_t kUnreadBytesMax = 200;

Status read_sectors(Review& review) {
  std::set<domain::Sector> sectors;
  for (const auto& each : review.input.sectors) {
    const auto sector = domain::parse_sector(each);
    if (!sector) return Error::invalid(tr<"'{}' is no sector">(text::shorten(each, 80)), "sectors");
    sectors.insert(*sector);
  }
  review.sectors.assign(sectors.begin(), sectors.end());
  return ok();
}

Status read_countries(Review& review) {
  std::set<std::string> countries;
  for (const auto& typed : review.input.countries) {
    auto all = typed;
    std::ranges::replace_if(all, [](char c) { return c == ',' || c == ';' || c == '\n' || c == '\r'; }, ' ');
    all = text::squeeze(all);
    for (const auto code : text::split(all, ' ')) {
      if (code.empty()) continue;
      const auto* country = domain::find_country(code);
      if (country == nullptr) {
        return Error::invalid(tr<"'{}' is no country's code of two letters">(text::shorten(code, 40)), "countries");
      }
      countries.emplace(country->code);
    }
  }
  review.countries.assign(countries.begin(), countries.end());
  return ok();
}

void unread(Review& review, std::string_view field, std::size_t line, std::string_view text) {
  review.unread.push_back({.field = field, .line = line, .text = text::shorten(text, kUnreadBytesMax)});
}

Status read_indicators(Review& review) {
  std::set<std::string, std::less<>> seen;
  const std::set<std::string, std::less<>> keep{review.input.keep.begin(), review.input.keep.end()};
  std::size_t number = 0;
  for (const auto given : text::split(review.input.indicators, '\n')) {
    ++number;
    const auto line = text::trim(given);
    if (line.empty()) continue;
    const auto found = threat_text::read_one(line);
    if (!found || !threat_text::is_observable(found->kind)) {
      unread(review, "indicators", number, line);
      continue;
    }
    const auto value = threat_text::spelled(*found);
    if (!seen.insert(value).second) continue;
    const auto doubt = threat_text::doubt_here(*found);
    review.indicators.push_back(
        {.found = *found, .line = number, .doubt = doubt, .kept = !doubt || keep.contains(value)});
    if (review.indicators.size() > kIndicatorsMax) {
      return Error::invalid(tr<"at most {} indicators in one report">(kIndicatorsMax), "indicators");
    }
  }
  return ok();
}

Status read_ids(Review& review, std::string_view field, std::string_view typed, Kind kind,
                std::vector<std::string>& into) {
  std::size_t number = 0;
  for (const auto line : text::split(typed, '\n')) {
    ++number;
    std::string words{line};
    std::ranges::replace_if(words, [](char c) { return c == ',' || c == ';' || c == '\t' || c == '\r'; }, ' ');
    for (const auto word : text::split(words, ' ')) {
      if (word.empty()) continue;
      const auto found = threat_text::read_one(word);
      if (!found || found->kind != kind) {
        unread(review, field, number, word);
      } else if (std::ranges::find(into, found->value) == into.end()) {
        into.push_back(found->value);
      }
      if (into.size() > kReportIdsMax || review.unread.size() > kIndicatorsMax) {
        return Error::invalid(tr<"at most {} in one report">(kReportIdsMax), std::string{field});
      }
    }
  }
  return ok();
}

void look_into_text(Review& review) {
  std::set<std::string, std::less<>> known;
  for (const auto& each : review.indicators) known.insert(threat_text::spelled(each.found));
  known.insert(review.cves.begin(), review.cves.end());
  known.insert(review.techniques.begin(), review.techniques.end());
  for (auto& found : threat_text::extract(review.text)) {
    if (found.kind == Kind::cwe || !known.insert(threat_text::spelled(found)).second) continue;
    // Links to sources are no indicators; what somebody made harmless is meant as one.
    if (found.kind == Kind::url && !found.defanged) continue;
    if (threat_text::is_observable(found.kind) && threat_text::doubt_here(found)) continue;
    if (review.also_in_text.size() >= kReportIdsMax) return;
    review.also_in_text.push_back(std::move(found));
  }
}

}  // namespace

Result<std::optional<Timestamp>> read_seen_time(std::string_view typed, std::string_view field) {
  const std::string text{text::trim(typed)};
  if (text.empty()) return std::optional<Timestamp>{};
  for (const std::string_view end : {"", "Z", ":00Z", "T00:00:00Z"}) {
    if (const auto time = parse_rfc3339(text + std::string{end})) return std::optional{*time};
  }
  return Error::invalid(std::string{tr<"a date and time in UTC is written as 2026-06-01T12:00">()}, std::string{field});
}

Status check_seen_times(const std::optional<Timestamp>& first, const std::optional<Timestamp>& last, Timestamp now) {
  // A clock may be a little off.
  constexpr std::int64_t kHour = 3'600'000'000;
  for (const auto& [time, field] : {std::pair{first, "first_seen"}, {last, "last_seen"}}) {
    if (time && time->micros > now.micros + kHour) {
      return Error::invalid(std::string{tr<"this has not happened yet">()}, field);
    }
  }
  if (first && last && *last < *first) {
    return Error::invalid(std::string{tr<"it was last seen before it was first seen">()}, "last_seen");
  }
  return ok();
}

std::string_view to_string(ReportAudience::Whom whom) noexcept {
  switch (whom) {
    case ReportAudience::Whom::members:
      return "members";
    case ReportAudience::Whom::sector:
      return "sector";
    case ReportAudience::Whom::listed:
      return "listed";
    case ReportAudience::Whom::cert:
      break;
  }
  return "cert";
}

std::optional<ReportAudience::Whom> parse_whom(std::string_view text) noexcept {
  using enum ReportAudience::Whom;
  for (const auto each : {members, sector, listed, cert}) {
    if (text == to_string(each)) return each;
  }
  return std::nullopt;
}

Result<Review> review_report(const ReportInput& input, Timestamp now) {
  Review review;
  review.input = input;
  TRY(review.title, members::one_line(input.title, "title", 3, kReportTitleBytesMax));
  TRY(review.text, members::many_lines(input.text, "text", kReportTextBytesMax));
  if (review.text.empty()) return Error::invalid(std::string{tr<"say what happened">()}, "text");
  for (auto [field, text] : {std::pair{"indicators", &review.input.indicators},
                             {"cves", &review.input.cves},
                             {"techniques", &review.input.techniques}}) {
    TRY(*text, members::many_lines(*text, field, kReportListBytesMax));
  }
  TRY(review.first_seen, read_seen_time(input.first_seen, "first_seen"));
  TRY(review.last_seen, read_seen_time(input.last_seen, "last_seen"));
  TRY_VOID(check_seen_times(review.first_seen, review.last_seen, now));
  TRY_VOID(read_sectors(review));
  TRY_VOID(read_countries(review));
  TRY_VOID(read_indicators(review));
  TRY_VOID(read_ids(review, "cves", review.input.cves, Kind::cve, review.cves));
  TRY_VOID(read_ids(review, "techniques", review.input.techniques, Kind::technique, review.techniques));
  look_into_text(review);
  return review;
}

std::string product_text_of(const Review& review) { return review.title + '\n' + review.text; }

}  // namespace tocsin::engine::threat
