#include "domain/colour.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace tocsin::domain {
namespace {

// --bg, --surface and --surface-2; the last two are what accents stand on least legibly.
constexpr Colour kLightGrounds[] = {{0xF4, 0xF6, 0xF7}, {0xFF, 0xFF, 0xFF}, {0xED, 0xF1, 0xF3}};
constexpr Colour kDarkGrounds[] = {{0x0D, 0x14, 0x17}, {0x14, 0x1D, 0x21}, {0x1C, 0x27, 0x2C}};
constexpr Colour kWhite{0xFF, 0xFF, 0xFF};
constexpr Colour kBlack{0x00, 0x00, 0x00};
constexpr int kSteps = 1'000;

std::span<const Colour> grounds(Look look) noexcept {
  return look == Look::light ? std::span<const Colour>{kLightGrounds} : std::span<const Colour>{kDarkGrounds};
}

double linear(std::uint8_t value) noexcept {
  const double s = value / 255.0;
  return s <= 0.04045 ? s / 12.92 : std::pow((s + 0.055) / 1.055, 2.4);
}

double luminance(Colour colour) noexcept {
  return 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
}

std::uint8_t between(std::uint8_t from, std::uint8_t to, double share) noexcept {
  return static_cast<std::uint8_t>(std::lround(from + (to - from) * share));
}
Colour mixed(Colour from, Colour to, double share) noexcept {
  return {between(from.red, to.red, share), between(from.green, to.green, share), between(from.blue, to.blue, share)};
}

/// The ground of what is marked in the accent's own colour.
Colour soft_of(Look look, Colour accent) noexcept {
  return look == Look::light ? mixed(accent, kWhite, 0.88) : mixed(accent, kDarkGrounds[1], 0.82);
}

/// Text on a ground of this colour.
Colour text_on(Colour ground) noexcept { return contrast(ground, kWhite) >= kReadableContrast ? kWhite : kBlack; }

std::string declarations(Look look, Colour accent) {
  // A button's ground carries white text in both looks.
  auto button = accent;
  for (int step = 0; step <= kSteps && contrast(button, kWhite) < kReadableContrast; ++step) {
    button = mixed(accent, kBlack, static_cast<double>(step) / kSteps);
  }
  return fmt::format(
      "--accent:{};--link:{};--focus:{};--chart:{};--button:{};--button-hover:{};--on-accent:{};--accent-soft:{}",
      to_string(accent), to_string(accent), to_string(accent), to_string(accent), to_string(button),
      to_string(mixed(button, kBlack, 0.2)), to_string(text_on(accent)), to_string(soft_of(look, accent)));
}

}  // namespace

std::optional<Colour> parse_colour(std::string_view text) noexcept {
  if (!text.starts_with('#') || (text.size() != 4 && text.size() != 7)) return std::nullopt;
  const auto digit = [](char c) -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  };
  std::uint8_t parts[3];
  const bool is_short = text.size() == 4;
  for (std::size_t i = 0; i < 3; ++i) {
    const int high = digit(text[is_short ? 1 + i : 1 + 2 * i]);
    const int low = digit(text[is_short ? 1 + i : 2 + 2 * i]);
    if (high < 0 || low < 0) return std::nullopt;
    parts[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return Colour{parts[0], parts[1], parts[2]};
}

std::string to_string(Colour colour) {
  return fmt::format("#{:02x}{:02x}{:02x}", colour.red, colour.green, colour.blue);
}

double contrast(Colour a, Colour b) noexcept {
  const auto [darker, lighter] = std::minmax({luminance(a), luminance(b)});
  return (lighter + 0.05) / (darker + 0.05);
}

double contrast_on(Look look, Colour colour) noexcept {
  double least = contrast(colour, soft_of(look, colour));
  for (const auto ground : grounds(look)) least = std::min(least, contrast(colour, ground));
  return least;
}

Colour nearest_readable(Look look, Colour colour) noexcept {
  const auto towards = look == Look::light ? kBlack : kWhite;
  for (int step = 0; step <= kSteps; ++step) {
    const auto tried = mixed(colour, towards, static_cast<double>(step) / kSteps);
    if (contrast_on(look, tried) >= kReadableContrast) return tried;
  }
  return towards;
}

Result<Colour> readable_accent(Look look, std::string_view text, std::string_view field) {
  const auto colour = parse_colour(text::trim(text));
  if (!colour)
    return Error::invalid(std::string{tr<"A colour is written as # and six digits, such as #0b5d70">()},
                          std::string{field});
  const auto reached = contrast_on(look, *colour);
  if (reached >= kReadableContrast) return *colour;
  const auto name = to_string(*colour);
  const auto nearest = to_string(nearest_readable(look, *colour));
  // Rounded down, so that nobody is told that 4.5 is not enough.
  const auto contrast = std::floor(reached * 10) / 10;
  return Error::invalid(
      look == Look::light
          ? tr<"{} cannot be read well on a light ground: its contrast is {:.1f} to 1, and 4.5 to 1 is needed (WCAG "
               "AA). The nearest colour that has it is {}">(name, contrast, nearest)
          : tr<"{} cannot be read well on a dark ground: its contrast is {:.1f} to 1, and 4.5 to 1 is needed (WCAG "
               "AA). The nearest colour that has it is {}">(name, contrast, nearest),
      std::string{field});
}

std::string accent_sheet(std::optional<Colour> light, std::optional<Colour> dark) {
  std::string sheet;
  // As tokens.css and dark.css are put together: the reader's choice wins over the system's.
  if (light) sheet += ":root{" + declarations(Look::light, *light) + "}\n";
  if (dark) {
    const auto inner = declarations(Look::dark, *dark);
    sheet += "@media screen and (prefers-color-scheme:dark){:root:not([data-theme=\"light\"]){" + inner +
             "}}\n@media screen{:root[data-theme=\"dark\"]{" + inner + "}}\n";
  }
  return sheet;
}

}  // namespace tocsin::domain
