#include <fmt/format.h>

#include "base/messages.hpp"
#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/walk.hpp"

/// Dates of CSAF 2.1: how they are written, and what cannot have happened after the document: 6.1.37, 6.1.45, 6.1.49,
/// 6.1.51 to 6.1.53, 6.1.62.
namespace tocsin::formats::csaf {
namespace {

/// What keeps a text from being a date and time of section 2.3, in a sentence, or nothing.
std::string fault_of(std::string_view text) {
  // "2024-01-24T10:00:00": the parts that CSAF reads more strictly than RFC 3339 stand at fixed places.
  constexpr std::size_t kSeparator = 10, kSecond = 17, kZone = 19;
  if (text.size() <= kSeparator) return tr<"'{}' is no date and time">(text);
  if (text[kSeparator] == 't' || text[kSeparator] == ' ')
    return tr<"'{}' does not separate date and time by the letter T">(text);
  if (text.size() <= kZone) return tr<"'{}' is no date and time with seconds and timezone">(text);
  if (text.ends_with('z')) return tr<"'{}' writes the timezone Z in lower case">(text);
  if (text.substr(kSecond, 2) == "60") return tr<"'{}' is a leap second, which CSAF does not allow">(text);
  if (parse_rfc3339(text)) return {};
  const char last = text.back();
  if (last != 'Z' && text.find_first_of("+-", kZone) == std::string_view::npos) return tr<"'{}' has no timezone">(text);
  // RFC 3339 knows the year 0, a leap year, and any offset at the ends of time, where our timestamps end.
  if (text.starts_with("0000-") || text.starts_with("0001-01-01") || text.starts_with("9999-12-31")) {
    const auto elsewhere = (text.starts_with("0000-") ? "2000" : "2001") + std::string{text.substr(4)};
    if (parse_rfc3339(elsewhere)) return {};
  }
  return tr<"'{}' is no date and time that exists">(text);
}

void check_date(Node value, Sink& sink) {
  if (!value.is_string()) return;
  const auto fault = fault_of(value.text());
  if (fault.empty()) return;
  sink.add(value, fault,
           tr<"Write date and time as 2024-01-24T10:00:00.000Z or with an offset as +01:00 in place of Z.">());
}

void date_and_time(const Model& model, Sink& sink) {
  check_date(model.tracking["current_release_date"], sink);
  check_date(model.tracking["generator"]["date"], sink);
  check_date(model.tracking["initial_release_date"], sink);
  for (const auto& revision : model.revisions) check_date(revision.node["date"], sink);
  for (const auto& vulnerability : model.vulnerabilities) {
    for (const auto member : vulnerability.node.members()) {
      const auto name = member.name;
      if (name == "disclosure_date" || name == "discovery_date") {
        check_date(member.value, sink);
      } else if (name == "first_known_exploitation_dates" || name == "flags" || name == "involvements" ||
                 name == "remediations" || name == "threats") {
        for (const auto each : member.value.elements()) {
          check_date(each["date"], sink);
          if (name == "first_known_exploitation_dates") check_date(each["exploitation_date"], sink);
        }
      } else if (name == "metrics") {
        for (const auto each : member.value.elements()) {
          check_date(each["content"]["epss"]["timestamp"], sink);
          check_date(each["content"]["ssvc_v2"]["timestamp"], sink);
        }
      }
    }
  }
}

std::optional<Timestamp> time_of(Node value) {
  if (!value.is_string()) return std::nullopt;
  const auto time = parse_rfc3339(value.text());
  if (!time) return std::nullopt;
  return *time;
}

/// The date of the newest revision, where the document's status binds what it tells to that.
std::optional<Timestamp> newest_revision(const Model& model) {
  std::optional<Timestamp> newest;
  if (model.status != "final" && model.status != "interim") return newest;
  for (const auto& revision : model.revisions) {
    if (revision.date && (!newest || *newest < *revision.date)) newest = revision.date;
  }
  return newest;
}

void check_not_after(Node value, std::string_view what, Timestamp newest, Sink& sink) {
  const auto time = time_of(value);
  if (!time || *time <= newest) return;
  sink.add(value, tr<"{} {} is later than the newest revision of {}">(what, value.text(), format_rfc3339(newest)),
           tr<"Correct the date, or add a revision of that date or later.">());
}

void inconsistent_disclosure_date(const Model& model, Sink& sink) {
  if (model.document["distribution"]["tlp"].text_at("label") != "CLEAR") return;
  const auto newest = newest_revision(model);
  if (!newest) return;
  for (const auto& vulnerability : model.vulnerabilities) {
    check_not_after(vulnerability.node["disclosure_date"], "disclosure_date", *newest, sink);
  }
}

void inconsistent_ssvc_timestamp(const Model& model, Sink& sink) {
  const auto newest = newest_revision(model);
  if (!newest) return;
  each_metric(model, [&](Node metric) {
    check_not_after(metric["content"]["ssvc_v2"]["timestamp"], "the SSVC timestamp", *newest, sink);
  });
}

void inconsistent_epss_timestamp(const Model& model, Sink& sink) {
  const auto newest = newest_revision(model);
  if (!newest) return;
  each_metric(model, [&](Node metric) {
    check_not_after(metric["content"]["epss"]["timestamp"], "the EPSS timestamp", *newest, sink);
  });
}

void inconsistent_first_known_exploitation_dates(const Model& model, Sink& sink) {
  const auto newest = newest_revision(model);
  if (!newest) return;
  for (const auto& vulnerability : model.vulnerabilities) {
    for (const auto each : vulnerability.node["first_known_exploitation_dates"].elements()) {
      check_not_after(each["date"], "date", *newest, sink);
      check_not_after(each["exploitation_date"], "exploitation_date", *newest, sink);
    }
  }
}

void inconsistent_exploitation_date(const Model& model, Sink& sink) {
  for (const auto& vulnerability : model.vulnerabilities) {
    for (const auto each : vulnerability.node["first_known_exploitation_dates"].elements()) {
      const auto known = time_of(each["date"]);
      const auto exploited = time_of(each["exploitation_date"]);
      if (!known || !exploited || *exploited <= *known) continue;
      sink.add(each["exploitation_date"],
               tr<"exploitation_date {} is later than the date {} on which it was known">(
                   each.text_at("exploitation_date"), each.text_at("date")),
               tr<"Let exploitation_date be when it was exploited, and date when that became known.">());
    }
  }
}

void inconsistent_discovery_date(const Model& model, Sink& sink) {
  const auto newest = newest_revision(model);
  for (const auto& vulnerability : model.vulnerabilities) {
    const auto discovery = vulnerability.node["discovery_date"];
    if (newest) check_not_after(discovery, "discovery_date", *newest, sink);
    const auto discovered = time_of(discovery);
    const auto disclosed = time_of(vulnerability.node["disclosure_date"]);
    if (!discovered || !disclosed || *discovered <= *disclosed) continue;
    sink.add(discovery,
             tr<"discovery_date {} is later than disclosure_date {}">(discovery.text(),
                                                                      vulnerability.node.text_at("disclosure_date")),
             tr<"Correct one of them: nothing is disclosed before it is discovered.">());
  }
}

constexpr Test kTests[] = {
    {.id = "6.1.37", .in_2_0 = false, .run = date_and_time},
    {.id = "6.1.45", .in_2_0 = false, .run = inconsistent_disclosure_date},
    {.id = "6.1.49", .in_2_0 = false, .run = inconsistent_ssvc_timestamp},
    {.id = "6.1.51", .in_2_0 = false, .run = inconsistent_epss_timestamp},
    {.id = "6.1.52", .in_2_0 = false, .run = inconsistent_first_known_exploitation_dates},
    {.id = "6.1.53", .in_2_0 = false, .run = inconsistent_exploitation_date},
    {.id = "6.1.62", .in_2_0 = false, .run = inconsistent_discovery_date},
};

}  // namespace

std::span<const Test> date_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
