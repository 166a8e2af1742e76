#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// Countries and areas by ISO 3166-1 alpha-2.
namespace tocsin::domain {

struct Country {
  std::string_view code;  ///< "DE"
  std::string_view name;  ///< "Germany"
};
/// By code.
std::span<const Country> all_countries() noexcept;
/// Any case; nullptr for what is no code.
const Country* find_country(std::string_view code);

}  // namespace tocsin::domain
