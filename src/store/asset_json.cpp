#include "store/asset_json.hpp"

#include "base/json.hpp"

namespace tocsin::store {
namespace {

constexpr std::string_view kNothing = "[]";

std::string text_of(const boost::json::value& value) {
  return value.is_string() ? std::string{value.get_string()} : std::string{};
}

}  // namespace

std::string json_of(const std::vector<std::string>& texts) {
  std::string out = "[";
  for (const auto& text : texts) {
    if (out.size() > 1) out += ',';
    json::write_string(out, text);
  }
  return out + "]";
}

std::string json_of(const std::vector<std::pair<std::string, std::string>>& pairs) {
  std::string out = "[";
  for (const auto& [first, second] : pairs) {
    if (out.size() > 1) out += ',';
    out += '[';
    json::write_string(out, first);
    out += ',';
    json::write_string(out, second);
    out += ']';
  }
  return out + "]";
}

std::string json_of(const std::vector<formats::inventory::Version>& versions) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const auto& version : versions) pairs.emplace_back(version.component, version.text);
  return json_of(pairs);
}

std::vector<std::string> texts_of(std::string_view text) {
  std::vector<std::string> texts;
  if (text == kNothing) return texts;
  const auto parsed = json::parse(text);
  if (!parsed || !parsed->root().is_array()) return texts;
  for (const auto& each : parsed->root().get_array()) texts.push_back(text_of(each));
  return texts;
}

std::vector<std::pair<std::string, std::string>> pairs_of(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  if (text == kNothing) return pairs;
  const auto parsed = json::parse(text);
  if (!parsed || !parsed->root().is_array()) return pairs;
  for (const auto& each : parsed->root().get_array()) {
    if (!each.is_array() || each.get_array().size() != 2) continue;
    pairs.emplace_back(text_of(each.get_array()[0]), text_of(each.get_array()[1]));
  }
  return pairs;
}

std::vector<formats::inventory::Version> versions_of(std::string_view text) {
  std::vector<formats::inventory::Version> versions;
  for (auto& [component, version] : pairs_of(text)) versions.push_back({std::move(component), std::move(version)});
  return versions;
}

}  // namespace tocsin::store
