#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Critical infrastructure sectors: CISA's sixteen, one controlled list, and the reading of what documents write
/// instead.
namespace tocsin::domain {

/// Stored as its number; only ever added to. `multiple` is what documents say when they name none.
enum class Sector {
  chemical = 1,
  commercial_facilities,
  communications,
  critical_manufacturing,
  dams,
  defense_industrial_base,
  emergency_services,
  energy,
  financial_services,
  food_and_agriculture,
  government_facilities,
  healthcare,
  information_technology,
  nuclear,
  transportation,
  water,
  multiple
};

std::span<const Sector> all_sectors() noexcept;
/// "Water and Wastewater Systems"
std::string_view name(Sector sector) noexcept;
/// "water": for URLs and the filter language.
std::string_view slug(Sector sector) noexcept;
/// Slug, name, or a usual short form ("health", "manufacturing", "it"), any case.
std::optional<Sector> parse_sector(std::string_view text);
/// Reads a free-text list ("Critical Manufacturing, Energy, Water and Wastewater Systems", "Multiple Sectors",
/// misspellings included). Sorted, no repeats; unknown parts are left out.
std::vector<Sector> read_sectors(std::string_view text);

}  // namespace tocsin::domain
