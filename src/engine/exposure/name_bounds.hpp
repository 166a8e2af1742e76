#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "formats/vers/vendor_text.hpp"

/// What stands in a product's name and does not name it but says which of it are meant: "SIMATIC WinCC V7.2 and
/// earlier", "S7-400 CPU hardware version 4.0 and below", "FX5U Serial number 179**** and prior", "1756-EN2T Series D".
/// Pure functions.
namespace tocsin::engine::exposure {

struct NameBounds {
  std::optional<formats::vers::VendorReading> versions;
  std::optional<formats::vers::VendorReading> hardware;  ///< Of the hardware's version, as of versions.
  std::optional<formats::vers::VendorReading> serial;    ///< A serial_number.
  std::string option;                                    ///< "X30" of "(with option X30)"; else empty.
  char series = 0;  ///< 'D': of a catalogue number whose series of hardware are told by letters; else 0.
};

/// Takes them out of a name. One that would say nothing without them stays as it is.
NameBounds take_bounds(std::string& name);

/// 'D' of "Series D", "ser. d", "1756-EN2T/D", "D"; 0 where no series is told. `alone`: whether a letter by itself is
/// one, as in a column of hardware revisions.
char series_in(std::string_view text, bool alone);

}  // namespace tocsin::engine::exposure
