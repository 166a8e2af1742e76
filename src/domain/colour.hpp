#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// Colours of the pages and whether they can be read: relative luminance and contrast as WCAG 2.2 defines them.
namespace tocsin::domain {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
  friend bool operator==(const Colour&, const Colour&) = default;
};
/// "#0b5d70" or "#abc", any case.
std::optional<Colour> parse_colour(std::string_view text) noexcept;
/// "#0b5d70"
std::string to_string(Colour colour);
/// 1..21: WCAG 2.2, "contrast ratio".
double contrast(Colour a, Colour b) noexcept;
/// Success criterion 1.4.3 (AA) for text of normal size.
inline constexpr double kReadableContrast = 4.5;

/// The grounds of a look on which the accent stands as text, link and edge: web/styles/tokens.css and dark.css.
enum class Look { light, dark };
/// The least contrast with them.
double contrast_on(Look look, Colour colour) noexcept;
/// The same hue, made darker (light look) or lighter (dark look) just as far as reading needs.
Colour nearest_readable(Look look, Colour colour) noexcept;
/// "#rrggbb", lower case. Errors: invalid_input that says how far it is from readable, and which colour would be.
Result<Colour> readable_accent(Look look, std::string_view text, std::string_view field);
/// The style sheet that puts the accents over those of tokens.css. What is absent stays.
std::string accent_sheet(std::optional<Colour> light, std::optional<Colour> dark);

}  // namespace tocsin::domain
