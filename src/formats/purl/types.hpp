#pragma once
#include <cstdint>
#include <span>
#include <string_view>

/// The generated table behind purl.hpp.
namespace tocsin::formats::purl {

enum class Need : std::uint8_t { optional, required, prohibited };

struct TypeRules {
  std::string_view type;
  Need name_space = Need::optional;
  bool lower_name_space = false, lower_name = false, lower_version = false;  ///< Upper and lower case mean the same.
  std::string_view qualifiers;                                               ///< Keys that must be there, with commas.
};

/// By type.
std::span<const TypeRules> type_table() noexcept;

}  // namespace tocsin::formats::purl
