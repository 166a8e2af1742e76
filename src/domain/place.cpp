#include "domain/place.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace tocsin::domain {
namespace {

// Prose, not a list of places.
constexpr std::size_t kTextBytesMax = 1024;

struct Spelling {
  std::string_view folded;
  std::string_view name;
};
constexpr Spelling kSpellings[] = {
    {"worldwide", "Worldwide"},
    {"world-wide", "Worldwide"},
    {"world wide", "Worldwide"},
    {"globally", "Worldwide"},
    {"global", "Worldwide"},
    {"united state", "United States"},
    {"united states", "United States"},
    {"united states of america", "United States"},
    {"usa", "United States"},
    {"u.s.a", "United States"},
    {"u.s", "United States"},
    {"us", "United States"},
    {"outside the u.s", "Outside the United States"},
    {"outside the united states", "Outside the United States"},
    {"uk", "United Kingdom"},
    {"u.k", "United Kingdom"},
    {"great britain", "United Kingdom"},
    {"german", "Germany"},
    {"p.r.china", "China"},
    {"p.r. china", "China"},
    {"people's republic of china", "China"},
    {"republic of korea", "South Korea"},
    {"korea", "South Korea"},
    {"russian federation", "Russia"},
    {"czechia", "Czech Republic"},
    {"the netherlands", "Netherlands"},
    {"turkiye", "Turkey"},
    {"eu", "European Union"},
    {"various", ""},
    {"multiple", ""},
    {"multiple countries", ""},
    {"unknown", ""},
    {"n/a", ""},
    {"not applicable", ""},
    {"not available", ""},
    {"none", ""},
    {"open-source", ""},
    {"open source", ""},
    {"open-source project", ""},
    {"open source project", ""},
};

constexpr std::string_view kStates[] = {
    "alabama",       "alaska",     "arizona",      "arkansas",     "california",     "colorado",      "connecticut",
    "delaware",      "florida",    "georgia",      "hawaii",       "idaho",          "illinois",      "indiana",
    "iowa",          "kansas",     "kentucky",     "louisiana",    "maine",          "maryland",      "massachusetts",
    "michigan",      "minnesota",  "mississippi",  "missouri",     "montana",        "nebraska",      "nevada",
    "new hampshire", "new jersey", "new mexico",   "new york",     "north carolina", "north dakota",  "ohio",
    "oklahoma",      "oregon",     "pennsylvania", "rhode island", "south carolina", "south dakota",  "tennessee",
    "texas",         "utah",       "vermont",      "virginia",     "washington",     "west virginia", "wisconsin",
    "wyoming",
};

// Names with an "and" of their own.
constexpr std::string_view kNamesWithAnd[] = {"bosnia and herzegovina", "trinidad and tobago", "antigua and barbuda",
                                              "saint kitts and nevis", "sao tome and principe"};

std::string_view without_period(std::string_view text) {
  text = text::trim(text);
  while (text.ends_with('.') || text.ends_with(',') || text.ends_with(';')) {
    text.remove_suffix(1);
    text = text::trim(text);
  }
  return text;
}

std::string tidy_place(std::string_view text) {
  text = without_period(text);
  const auto folded = text::fold(text);
  for (const auto& each : kSpellings) {
    if (folded == each.folded) return std::string{each.name};
  }
  return std::string{text};
}

std::string_view without_lead(std::string_view text) {
  static constexpr std::string_view kLeads[] = {
      "Countries/Areas Deployed:", "Areas Deployed:", "Countries:", "Deployed ", "and ", "in "};
  for (bool again = true; again;) {
    again = false;
    text = text::trim(text);
    for (const auto lead : kLeads) {
      if (text.size() > lead.size() && text::equals_ignore_case_ascii(text.substr(0, lead.size()), lead)) {
        text.remove_prefix(lead.size());
        again = true;
      }
    }
  }
  return text;
}

template <class F>
void split_at_and(std::string_view part, F&& f) {
  const auto folded = text::lower_ascii(part);
  for (const auto each : kNamesWithAnd) {
    if (folded == each) return f(part);
  }
  for (auto at = folded.find(" and "); at != std::string::npos; at = text::lower_ascii(part).find(" and ")) {
    f(part.substr(0, at));
    part.remove_prefix(at + 5);
  }
  f(part);
}

}  // namespace

std::vector<std::string> read_countries(std::string_view text) {
  std::vector<std::string> places;
  auto flat = text::squeeze(text::repair_mojibake(text.substr(0, kTextBytesMax)));
  std::replace(flat.begin(), flat.end(), ';', ',');
  for (const auto part : text::split(flat, ',')) {
    split_at_and(without_lead(part), [&](std::string_view place) {
      auto tidy = tidy_place(without_lead(place));
      if (!tidy.empty() && std::find(places.begin(), places.end(), tidy) == places.end()) {
        places.push_back(std::move(tidy));
      }
    });
  }
  return places;
}

std::string read_headquarters(std::string_view text) {
  const auto flat = text::squeeze(text::repair_mojibake(text.substr(0, kTextBytesMax)));
  std::string tidy;
  std::string last;
  int parts = 0;
  for (const auto part : text::split(without_period(flat), ',')) {
    auto place = tidy_place(part);
    if (place.empty()) continue;
    if (!tidy.empty()) tidy += ", ";
    last = text::fold(place);
    tidy += place;
    ++parts;
  }
  // A state names its country; Georgia does so only behind a city.
  const bool is_state = std::find(std::begin(kStates), std::end(kStates), last) != std::end(kStates);
  if (is_state && (parts > 1 || last != "georgia")) tidy += ", United States";
  return tidy;
}

}  // namespace tocsin::domain
