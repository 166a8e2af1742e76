#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/convert/steps.hpp"

/// The parts of the conversion that concern the document as a whole, and points in time everywhere.
namespace tocsin::formats::csaf::convert {
namespace {

using boost::json::value;

/// Days that ended with a leap second, as the International Earth Rotation Service announced them; none since 2016.
constexpr std::string_view kLeapDays[] = {
    "1972-06-30", "1972-12-31", "1973-12-31", "1974-12-31", "1975-12-31", "1976-12-31", "1977-12-31",
    "1978-12-31", "1979-12-31", "1981-06-30", "1982-06-30", "1983-06-30", "1985-06-30", "1987-12-31",
    "1989-12-31", "1990-12-31", "1992-06-30", "1993-06-30", "1994-06-30", "1995-12-31", "1997-06-30",
    "1998-12-31", "2005-12-31", "2008-12-31", "2012-06-30", "2015-06-30", "2016-12-31"};

constexpr std::string_view kTimes[] = {"current_release_date", "date", "discovery_date", "initial_release_date",
                                       "release_date"};

/// "2016-12-31T23:59:60Z" and the same moment at other offsets. parse_rfc3339 reads :60 as :59.
bool is_real_leap_second(std::string_view text) {
  const auto time = parse_rfc3339(text);
  if (!time) return false;
  const auto utc = format_rfc3339(*time);
  return utc.substr(11, 8) == "23:59:59" &&
         std::ranges::find(kLeapDays, std::string_view{utc}.substr(0, 10)) != std::end(kLeapDays);
}

/// The place of the seconds in "YYYY-MM-DDThh:mm:ss".
constexpr std::size_t kSeconds = 17;

void mend_leap_seconds(value& json, const std::string& path, Notes& notes) {
  if (auto* array = json.if_array(); array != nullptr) {
    for (std::size_t i = 0; i < array->size(); ++i)
      mend_leap_seconds((*array)[i], json::pointer_append(path, i), notes);
    return;
  }
  auto* object = json.if_object();
  if (object == nullptr) return;
  for (auto& member : *object) {
    const auto place = json::pointer_append(path, member.key());
    const bool is_time = std::ranges::find(kTimes, std::string_view{member.key()}) != std::end(kTimes);
    if (!is_time || !member.value().is_string()) {
      mend_leap_seconds(member.value(), place, notes);
      continue;
    }
    const std::string before{member.value().get_string()};
    if (before.size() < kSeconds + 2 || before.compare(kSeconds, 2, "60") != 0) continue;
    auto rest = std::string_view{before}.substr(kSeconds + 2);
    if (rest.starts_with('.')) rest = rest.substr(std::min(rest.find_first_not_of("0123456789", 1), rest.size()));
    member.value() = before.substr(0, kSeconds) + "59.999999" + std::string{rest};
    const auto after = text_of(&member.value());
    notes.warn(place,
               is_real_leap_second(before)
                   ? tr<"'{}' is a valid leap second; CSAF 2.1 prohibits them, so it became '{}'">(before, after)
                   : tr<"'{}' is no valid leap second; CSAF 2.1 prohibits them, so it became '{}'">(before, after));
  }
}

void convert_tlp(value& document, const ConvertOptions& options, Notes& notes) {
  auto& members = document.as_object();
  if (!members.contains("distribution")) members["distribution"].emplace_object();
  auto& distribution = members["distribution"];
  auto* tlp = find(distribution, "tlp");
  const auto old_label = tlp == nullptr ? std::string{} : text_of(find(*tlp, "label"));
  std::string label = old_label == "WHITE" ? "CLEAR" : old_label;
  if (label.empty()) {
    label = "CLEAR";
    notes.warn("/document/distribution/tlp/label",
               std::string{tr<"no TLP label was given: the default TLP:CLEAR was set">()});
  }
  constexpr std::string_view kMark = "TLP v2.0: TLP:";
  const auto text = text_of(find(distribution, "text"));
  if (const auto at = text.find(kMark); at != std::string::npos && options.tlp_from_text) {
    const auto rest = std::string_view{text}.substr(at + kMark.size());
    // The longer one first: AMBER is the beginning of AMBER+STRICT.
    for (const std::string_view each : {"AMBER+STRICT", "AMBER", "CLEAR", "GREEN", "RED"}) {
      if (!rest.starts_with(each)) continue;
      if (each != label) {
        notes.warn("/document/distribution/text",
                   tr<"the TLP label was taken from the distribution text: TLP:{} instead of TLP:{}">(each, label));
      }
      label = each;
      break;
    }
  }
  if (tlp == nullptr) {
    distribution.as_object()["tlp"].emplace_object();
    tlp = find(distribution, "tlp");
  }
  tlp->as_object()["label"] = label;
}

bool is_separator(char c) noexcept {
  return c == ' ' || c == '\t' || c == ':' || c == '-' || c == '(' || c == ')' || c == '[' || c == ']' || c == '|' ||
         c == ',' || c == ';' || c == '/';
}

/// The title without the id and what separated it from the rest.
std::string without(std::string_view title, std::string_view id) {
  std::string kept;
  std::size_t begin = 0;
  for (auto at = title.find(id); at != std::string_view::npos; at = title.find(id, begin)) {
    kept += title.substr(begin, at - begin);
    while (!kept.empty() && is_separator(kept.back())) kept.pop_back();
    begin = at + id.size();
    while (begin < title.size() && is_separator(title[begin])) ++begin;
    // Words on both sides stay apart.
    if (!kept.empty() && begin < title.size()) kept += ' ';
  }
  return kept.append(title.substr(begin));
}

void convert_title(value& document) {
  auto* tracking = find(document, "tracking");
  const auto id = tracking == nullptr ? std::string{} : text_of(find(*tracking, "id"));
  auto title = text_of(find(document, "title"));
  if (id.empty() || !text::contains(title, id)) return;
  // What is left may give the id anew where it holds a blank; a title of thousands of its pieces is not worth the time.
  constexpr int kRoundsMax = 8;
  for (int round = 0; round < kRoundsMax && text::contains(title, id); ++round) title = without(title, id);
  // A title that was nothing but the id has to stay: 2.1 wants one as well.
  if (!title.empty()) document.as_object()["title"] = title;
}

}  // namespace

void convert_times(value& root, Notes& notes) { mend_leap_seconds(root, {}, notes); }

void convert_document(value& root, const ConvertOptions& options, Notes& notes) {
  auto* document = find(root, "document");
  if (document == nullptr || !document->is_object()) return;
  document->as_object()["csaf_version"] = "2.1";
  convert_tlp(*document, options, notes);
  convert_title(*document);
  auto* publisher = find_object(*document, "publisher");
  if (publisher == nullptr || text_of(publisher->if_contains("category")) != "other") return;
  if (options.other_publisher == ConvertOptions::OtherPublisher::multiplier) {
    (*publisher)["category"] = "multiplier";
  } else if (options.other_publisher == ConvertOptions::OtherPublisher::warn) {
    notes.warn(
        "/document/publisher/category",
        std::string{tr<"some parties that CSAF 2.0 called 'other' are a 'multiplier' in 2.1; the value was kept">()});
  }
}

}  // namespace tocsin::formats::csaf::convert
