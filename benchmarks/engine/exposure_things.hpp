#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "exposure_lines.hpp"

namespace tocsin::benchmarks {

/// "S7-1500" of turn 3 is "S7-4833", "SCALANCE" is "SCALANCEd": other things of the same shape. What a turn does to a
/// name it does to a thing's name alike.
std::string shifted(std::string_view text, std::size_t turn);

/// The things of a plant: lines of all turns, each with a serial number, a tag and a site of its own.
class Things {
 public:
  Things(const std::vector<formats::csaf::Advisory>& advisories, std::size_t turns);
  formats::inventory::Item make(std::size_t number) const;

 private:
  std::vector<Line> lines_;
  std::size_t turns_;
};

}  // namespace tocsin::benchmarks
