#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "engine/exposure/matcher.hpp"

/// Which devices of a plant are affected, as one file to keep, to mail and to print. In English, as all files that are
/// passed on.
namespace tocsin::portal::pages {

struct ExposureLine {
  std::size_t row = 0;  ///< Of the inventory.
  std::string asset, site, address;
  std::string advisory;
  std::string decision;  ///< "act now"; may be empty.
  engine::exposure::Match match;
};

struct Exposure {
  Timestamp made;
  std::string inventory;  ///< The name of its file.
  std::size_t assets = 0, advisories = 0;
  bool lists_all = false;           ///< Lists what is fixed or not affected, too; counted is everything.
  std::vector<ExposureLine> lines;  ///< In any order.
};

/// Sorted by urgency: affected first, the surest on top, then by row. The same exposure gives the same bytes.
std::string exposure_file_html(Exposure exposure);

}  // namespace tocsin::portal::pages
