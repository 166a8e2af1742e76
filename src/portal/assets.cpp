#include "portal/assets.hpp"

#include <unordered_map>

#include "base/check.hpp"

namespace tocsin::portal {

const Asset* find_asset(std::string_view path) noexcept {
  static const auto by_path = [] {
    std::unordered_map<std::string_view, const Asset*> map;
    for (const auto& each : embedded_assets()) map.emplace(each.asset.path, &each.asset);
    return map;
  }();
  const auto found = by_path.find(path);
  return found == by_path.end() ? nullptr : found->second;
}

std::string_view find_asset_path(std::string_view name) noexcept {
  static const auto by_name = [] {
    std::unordered_map<std::string_view, std::string_view> map;
    for (const auto& each : embedded_assets()) map.emplace(each.name, each.asset.path);
    return map;
  }();
  const auto found = by_name.find(name);
  return found == by_name.end() ? std::string_view{} : found->second;
}

std::string_view asset_path(std::string_view name) noexcept {
  const auto path = find_asset_path(name);
  TOCSIN_CHECK(!path.empty());
  return path;
}

}  // namespace tocsin::portal
