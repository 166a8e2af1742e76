#include "formats/attack/layer.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "base/charset.hpp"
#include "base/json.hpp"
#include "formats/attack/attack.hpp"

namespace tocsin::formats::attack {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

constexpr std::string_view kLayerVersion = "4.5";
/// The first Navigator that knows the format.
constexpr std::string_view kNavigatorVersion = "4.9.0";
constexpr std::size_t kTextBytesMax = 10'000;

bool is_colour(std::string_view text) {
  return text.size() == 7 && text[0] == '#' && std::ranges::all_of(text.substr(1), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

/// At most so many bytes, whole characters.
std::string_view cut(std::string_view text) {
  if (text.size() <= kTextBytesMax) return text;
  auto end = kTextBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

Result<LayerTechnique> read_technique(const value& of, const std::string& where) {
  LayerTechnique out;
  out.id = json::string_at(of, "techniqueID");
  if (kind_of_id(out.id) != Kind::technique) {
    return Error::invalid("A technique of a layer has a techniqueID such as T0855", where + "/techniqueID");
  }
  out.tactic = json::string_at(of, "tactic");
  if (out.tactic.size() > 100) return Error::invalid("This is no name of a tactic", where + "/tactic");
  if (const auto* score = json::find(of, "score"); score != nullptr && !score->is_null()) {
    if (!score->is_number()) return Error::invalid("A score is a number", where + "/score");
    out.score = score->to_number<double>();
  }
  if (const auto colour = json::string_at(of, "color"); is_colour(colour)) out.color = colour;
  out.comment = cut(json::string_at(of, "comment"));
  if (const auto* enabled = json::find(of, "enabled"); enabled != nullptr && enabled->is_bool()) {
    out.enabled = enabled->get_bool();
  }
  return out;
}

/// Readers of layers want whole numbers written as such.
value number(double given) {
  constexpr double kExact = 9'007'199'254'740'992.0;
  if (given == std::floor(given) && std::abs(given) <= kExact) return static_cast<std::int64_t>(given);
  return given;
}

}  // namespace

Result<Layer> read_layer(std::string_view bytes) {
  std::string converted;
  if (bytes.size() <= kLayerBytesMax && (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"))) {
    // So MITRE's own library writes files of layers.
    converted = text::to_utf8(bytes, "utf-16");
    bytes = converted;
  }
  TRY(const auto parsed, json::parse(bytes, {.bytes_max = kLayerBytesMax, .depth_max = 32}));
  const auto* root = &parsed.root();
  std::string where;
  if (const auto* list = root->if_array(); list != nullptr && !list->empty()) {
    root = &list->front();
    where = "/0";
  }
  if (!root->is_object()) return Error::invalid("A layer of the Navigator is a JSON object", where);
  Layer out;
  out.name = cut(json::string_at(*root, "name"));
  if (out.name.empty()) return Error::invalid("A layer has a name", where + "/name");
  out.domain = json::string_at(*root, "domain");
  if (out.domain.empty() || out.domain.size() > 60) {
    return Error::invalid("A layer has a domain such as ics-attack", where + "/domain");
  }
  out.description = cut(json::string_at(*root, "description"));
  if (const auto* versions = json::find(*root, "versions")) {
    if (const auto attack = json::string_at(*versions, "attack"); attack.size() <= 20) out.attack_version = attack;
    const auto layer = json::string_at(*versions, "layer");
    if (!layer.empty() && !layer.starts_with("4")) {
      return Error::invalid("Layers of version 4 can be read, and no others", where + "/versions/layer");
    }
  }
  const auto& techniques = json::array_at(*root, "techniques");
  if (techniques.size() > kLayerTechniquesMax) return Error::too_large("techniques of a layer", kLayerTechniquesMax);
  for (std::size_t i = 0; i < techniques.size(); ++i) {
    TRY(auto technique, read_technique(techniques[i], fmt::format("{}/techniques/{}", where, i)));
    out.techniques.push_back(std::move(technique));
  }
  for (const auto& each : json::array_at(*root, "legendItems")) {
    const auto label = json::string_at(each, "label"), colour = json::string_at(each, "color");
    if (!label.empty() && is_colour(colour) && out.legend.size() < 100) {
      out.legend.push_back({.label = std::string{cut(label)}, .color = std::string{colour}});
    }
  }
  return out;
}

std::string write_layer(const Layer& layer) {
  object versions;
  if (!layer.attack_version.empty()) versions["attack"] = layer.attack_version;
  versions["navigator"] = kNavigatorVersion;
  versions["layer"] = kLayerVersion;
  object out;
  out["name"] = layer.name;
  out["versions"] = std::move(versions);
  out["domain"] = layer.domain;
  out["description"] = layer.description;
  out["hideDisabled"] = false;
  // Two steps between three colours: MITRE's own library refuses a gradient with fewer.
  double highest = 2;
  array techniques;
  for (const auto& each : layer.techniques) {
    object technique;
    technique["techniqueID"] = each.id;
    if (!each.tactic.empty()) technique["tactic"] = each.tactic;
    if (each.score) {
      technique["score"] = number(*each.score);
      highest = std::max(highest, *each.score);
    }
    if (!each.color.empty()) technique["color"] = each.color;
    if (!each.comment.empty()) technique["comment"] = each.comment;
    technique["enabled"] = each.enabled;
    techniques.push_back(std::move(technique));
  }
  out["techniques"] = std::move(techniques);
  out["gradient"] = object{
      {"colors", array{"#ffffff", "#e8b84a", "#b42318"}}, {"minValue", 0}, {"maxValue", number(std::ceil(highest))}};
  array legend;
  for (const auto& each : layer.legend) legend.push_back(object{{"label", each.label}, {"color", each.color}});
  out["legendItems"] = std::move(legend);
  return json::write(out);
}

}  // namespace tocsin::formats::attack
