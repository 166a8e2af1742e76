#pragma once
#include <optional>
#include <string_view>

namespace tocsin::domain {

/// Traffic Light Protocol 2.0 (FIRST). Stored as its number; the order is from widest to narrowest.
enum class Tlp { clear = 0, green = 1, amber = 2, amber_strict = 3, red = 4 };

/// "CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED".
std::string_view to_string(Tlp tlp) noexcept;
/// "clear", "amber-strict": for CSS classes and URLs.
std::string_view slug(Tlp tlp) noexcept;
/// Reads TLP 2.0 and TLP 1 labels ("WHITE" is CLEAR), any case, with or without "TLP:", "AMBER_STRICT" as well.
std::optional<Tlp> parse_tlp(std::string_view label) noexcept;

}  // namespace tocsin::domain
