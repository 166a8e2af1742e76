#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "formats/csaf/advisory.hpp"
#include "formats/inventory/item.hpp"

/// Inventory lines as plants write them, made out of advisories, with what is true of them by construction: for
/// exposure_quality, which counts how often the matcher is right, and exposure_bench, which counts how fast it is.
namespace tocsin::benchmarks {

struct Line {
  /// `ask`: the line says too little, so that it is neither to be told to be affected without a doubt nor passed over.
  enum class Truth : std::uint8_t { affected, not_affected, ask };
  std::string kind;  ///< How it is written.
  formats::inventory::Item item;
  std::size_t advisory = 0;  ///< The one that the truth is about.
  std::size_t origin = 0;    ///< The one that names the thing; another where the truth is that it is not named.
  Truth truth = Truth::affected;
};

/// The lines of up to `products_max` products an advisory. The same seed gives the same lines.
std::vector<Line> make_lines(const std::vector<formats::csaf::Advisory>& advisories, std::uint32_t seed,
                             std::size_t products_max);

}  // namespace tocsin::benchmarks
