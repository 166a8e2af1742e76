#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// Layers of the ATT&CK Navigator: annotations of a matrix. Written as version 4.5 of its layer format; read is what
/// versions 4.0 to 4.5 have in common. Pure.
namespace tocsin::formats::attack {

inline constexpr std::size_t kLayerBytesMax = std::size_t{4} << 20;
inline constexpr std::size_t kLayerTechniquesMax = 20'000;

struct LayerTechnique {
  std::string id;      ///< "T0855"
  std::string tactic;  ///< "impair-process-control"; empty: wherever the technique stands.
  std::optional<double> score;
  std::string color;  ///< "#fd8d3c"; empty: none.
  std::string comment;
  bool enabled = true;
  friend bool operator==(const LayerTechnique&, const LayerTechnique&) = default;
};

struct LegendItem {
  std::string label, color;
  friend bool operator==(const LegendItem&, const LegendItem&) = default;
};

struct Layer {
  std::string name, description;
  std::string domain;          ///< "ics-attack"
  std::string attack_version;  ///< "18.1"; may be empty.
  std::vector<LayerTechnique> techniques;
  std::vector<LegendItem> legend;
  friend bool operator==(const Layer&, const Layer&) = default;
};

/// One layer, or the first of a list of them, in UTF-8, or UTF-16 with its byte order mark. Errors: too_large;
/// invalid_input with `where` = JSON pointer (or LINE:COLUMN for what is no JSON): no name or domain, a technique
/// without an id of its form, a score that is no number, a layer of another version than 4.
Result<Layer> read_layer(std::string_view bytes);
/// The gradient goes from no score to the highest, or to 2.
std::string write_layer(const Layer& layer);

}  // namespace tocsin::formats::attack
