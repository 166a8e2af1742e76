#pragma once
#include <string>
#include <string_view>
#include <vector>

/// Places as advisories write them: where a product is deployed, where its maker sits.
namespace tocsin::domain {

/// Reads "East Asia, Europe, and United States", "Deployed worldwide", "Areas Deployed: Worldwide": tidy names in the
/// order of the text, no repeats. A text that names no place ("Unknown", "Multiple") gives none.
std::vector<std::string> read_countries(std::string_view text);
/// Reads "Milwaukee, Wisconsin" (-> "Milwaukee, Wisconsin, United States"), "USA", "German": tidy, or empty where the
/// text names no place.
std::string read_headquarters(std::string_view text);

}  // namespace tocsin::domain
