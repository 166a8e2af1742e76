#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/inventory/item.hpp"

/// Lists of an asset as the JSON texts that their columns hold. Of this folder only.
namespace tocsin::store {

std::string json_of(const std::vector<std::string>& texts);
std::string json_of(const std::vector<std::pair<std::string, std::string>>& pairs);
std::string json_of(const std::vector<formats::inventory::Version>& versions);
/// What cannot be read is empty: only a damaged database holds it.
std::vector<std::string> texts_of(std::string_view json);
std::vector<std::pair<std::string, std::string>> pairs_of(std::string_view json);
std::vector<formats::inventory::Version> versions_of(std::string_view json);

}  // namespace tocsin::store
