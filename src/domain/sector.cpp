#include "domain/sector.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace tocsin::domain {
namespace {

constexpr Sector kAll[] = {
    Sector::chemical,
    Sector::commercial_facilities,
    Sector::communications,
    Sector::critical_manufacturing,
    Sector::dams,
    Sector::defense_industrial_base,
    Sector::emergency_services,
    Sector::energy,
    Sector::financial_services,
    Sector::food_and_agriculture,
    Sector::government_facilities,
    Sector::healthcare,
    Sector::information_technology,
    Sector::nuclear,
    Sector::transportation,
    Sector::water,
    Sector::multiple,
};

struct Names {
  Sector sector;
  std::string_view slug;
  std::string_view name;
};
constexpr Names kNames[] = {
    {Sector::chemical, "chemical", "Chemical"},
    {Sector::commercial_facilities, "commercial", "Commercial Facilities"},
    {Sector::communications, "communications", "Communications"},
    {Sector::critical_manufacturing, "manufacturing", "Critical Manufacturing"},
    {Sector::dams, "dams", "Dams"},
    {Sector::defense_industrial_base, "defense", "Defense Industrial Base"},
    {Sector::emergency_services, "emergency", "Emergency Services"},
    {Sector::energy, "energy", "Energy"},
    {Sector::financial_services, "financial", "Financial Services"},
    {Sector::food_and_agriculture, "food", "Food and Agriculture"},
    {Sector::government_facilities, "government", "Government Facilities"},
    {Sector::healthcare, "healthcare", "Healthcare and Public Health"},
    {Sector::information_technology, "it", "Information Technology"},
    {Sector::nuclear, "nuclear", "Nuclear Reactors, Materials, and Waste"},
    {Sector::transportation, "transportation", "Transportation Systems"},
    {Sector::water, "water", "Water and Wastewater Systems"},
    {Sector::multiple, "multiple", "Multiple Sectors"},
};

struct Word {
  std::string_view text;
  Sector sector;
};
// A sector is named wherever one of these stands, also inside a longer word ("petrochemical", "andWater"): separators
// and the words around them vary too much to lean on.
constexpr Word kStems[] = {
    {"chemical", Sector::chemical},
    {"pharmaceutic", Sector::chemical},
    {"commercial", Sector::commercial_facilities},
    {"communication", Sector::communications},
    {"telecom", Sector::communications},
    {"manufactur", Sector::critical_manufacturing},
    {"defense", Sector::defense_industrial_base},
    {"defence", Sector::defense_industrial_base},
    {"emergency", Sector::emergency_services},
    {"energy", Sector::energy},
    {"electric", Sector::energy},
    {"power", Sector::energy},
    {"financ", Sector::financial_services},
    {"banking", Sector::financial_services},
    {"food", Sector::food_and_agriculture},
    {"agricult", Sector::food_and_agriculture},
    {"government", Sector::government_facilities},
    {"election", Sector::government_facilities},
    {"health", Sector::healthcare},
    {"hospital", Sector::healthcare},
    {"life science", Sector::healthcare},
    {"information", Sector::information_technology},
    {"nuclear", Sector::nuclear},
    {"transport", Sector::transportation},
    {"water", Sector::water},
};
// Too short to be looked for inside other words.
constexpr Word kWholeWords[] = {
    {"dam", Sector::dams},
    {"dams", Sector::dams},
    {"oil", Sector::energy},
    {"gas", Sector::energy},
    {"petroleum", Sector::energy},
    {"medical", Sector::healthcare},
    {"railway", Sector::transportation},
    {"aviation", Sector::transportation},
    {"sewage", Sector::water},
};
// What misspelt words are compared with: the sectors' own long words.
constexpr Word kSpellings[] = {
    {"chemical", Sector::chemical},
    {"commercial", Sector::commercial_facilities},
    {"communications", Sector::communications},
    {"manufacturing", Sector::critical_manufacturing},
    {"emergency", Sector::emergency_services},
    {"financial", Sector::financial_services},
    {"agriculture", Sector::food_and_agriculture},
    {"government", Sector::government_facilities},
    {"healthcare", Sector::healthcare},
    {"information", Sector::information_technology},
    {"nuclear", Sector::nuclear},
    {"transportation", Sector::transportation},
    {"wastewater", Sector::water},
};
constexpr std::string_view kManySectors[] = {"multiple", "various", "several", "numerous", "all sectors"};

constexpr Word kShortForms[] = {
    {"commercial-facilities", Sector::commercial_facilities},
    {"commercial facilities", Sector::commercial_facilities},
    {"communication", Sector::communications},
    {"telecom", Sector::communications},
    {"critical manufacturing", Sector::critical_manufacturing},
    {"critical-manufacturing", Sector::critical_manufacturing},
    {"dam", Sector::dams},
    {"defence", Sector::defense_industrial_base},
    {"emergency-services", Sector::emergency_services},
    {"electricity", Sector::energy},
    {"finance", Sector::financial_services},
    {"food-and-agriculture", Sector::food_and_agriculture},
    {"agriculture", Sector::food_and_agriculture},
    {"health", Sector::healthcare},
    {"medical", Sector::healthcare},
    {"information-technology", Sector::information_technology},
    {"transport", Sector::transportation},
    {"transportation-systems", Sector::transportation},
    {"wastewater", Sector::water},
    {"water and wastewater", Sector::water},
    {"several", Sector::multiple},
};

bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (static_cast<unsigned char>(c) & 0x80U) != 0; }

template <class F>
void each_word(std::string_view text, F&& f) {
  for (std::size_t i = 0; i < text.size();) {
    if (!is_letter(text[i])) {
      ++i;
      continue;
    }
    auto end = i;
    while (end < text.size() && is_letter(text[end])) ++end;
    f(text.substr(i, end - i));
    i = end;
  }
}

const Names& names_of(Sector sector) noexcept {
  for (const auto& each : kNames) {
    if (each.sector == sector) return each;
  }
  return kNames[std::size(kNames) - 1];
}

}  // namespace

std::span<const Sector> all_sectors() noexcept { return kAll; }
std::string_view name(Sector sector) noexcept { return names_of(sector).name; }
std::string_view slug(Sector sector) noexcept { return names_of(sector).slug; }

std::optional<Sector> parse_sector(std::string_view text) {
  const auto folded = text::fold(text::trim(text));
  for (const auto& each : kNames) {
    if (folded == each.slug || folded == text::fold(each.name)) return each.sector;
  }
  for (const auto& each : kShortForms) {
    if (folded == each.text) return each.sector;
  }
  return std::nullopt;
}

std::vector<Sector> read_sectors(std::string_view text) {
  // Longer texts are prose, not a list; what matters stands at their beginning.
  constexpr std::size_t kTextBytesMax = 4096;
  const auto folded = text::fold(text.substr(0, kTextBytesMax));
  std::array<bool, std::size(kAll) + 1> found{};
  const auto mark = [&](Sector sector) { found[static_cast<std::size_t>(sector)] = true; };
  for (const auto& each : kStems) {
    if (text::contains(folded, each.text)) mark(each.sector);
  }
  each_word(folded, [&](std::string_view word) {
    for (const auto& each : kWholeWords) {
      if (word == each.text) return mark(each.sector);
    }
    constexpr std::size_t kFuzzyBytesMin = 7;
    if (word.size() < kFuzzyBytesMin || word.size() > 20) return;
    for (const auto& each : kSpellings) {
      // A stem inside the word has already decided; the rest is compared letter by letter.
      const int allowed = each.text.size() > 9 ? 2 : 1;
      if (text::edit_distance(word, each.text, allowed) <= allowed) return mark(each.sector);
    }
  });
  for (const auto part : text::split(text, ',')) {
    if (text::trim(part) == "IT") mark(Sector::information_technology);
  }
  std::vector<Sector> sectors;
  for (const auto sector : kAll) {
    if (found[static_cast<std::size_t>(sector)]) sectors.push_back(sector);
  }
  if (sectors.empty()) {
    for (const auto each : kManySectors) {
      if (text::contains(folded, each)) return {Sector::multiple};
    }
  }
  return sectors;
}

}  // namespace tocsin::domain
