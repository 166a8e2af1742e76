#pragma once

/// Colours of print.
namespace tocsin::portal::paper {

/// Parts from 0 to 1.
struct Ink {
  double red = 0, green = 0, blue = 0;
};
inline constexpr Ink kBlack{0.06, 0.11, 0.14};

}  // namespace tocsin::portal::paper
