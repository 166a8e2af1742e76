#include "formats/ssvc/ssvc.hpp"

#include <algorithm>
#include <tuple>

namespace tocsin::formats::ssvc {
namespace {

Standing standing_of(std::string_view base) noexcept {
  const auto core = base.substr(0, base.find('#'));
  // The reserved words are whole names: "x_example.test#plant" is an ordinary unregistered namespace.
  for (const auto [word, standing] : {std::pair{std::string_view{"test"}, Standing::test},
                                      {"example", Standing::example},
                                      {"invalid", Standing::invalid}}) {
    if (core == word || (core.starts_with("x_") && core.substr(2) == word)) return standing;
  }
  if (core.starts_with("x_")) return Standing::unregistered;
  const auto registered = registered_namespaces();
  // A fragment either belongs to the registered name ("nist#800-30") or is one that the registry does not know.
  return std::ranges::binary_search(registered, base) ? Standing::registered : Standing::unknown;
}

/// All versions of (namespace, key), the newest last.
std::span<const DecisionPoint> versions_of(std::string_view base, std::string_view key) noexcept {
  const auto all = decision_points();
  const auto name = [](const DecisionPoint& point) { return std::tuple{point.name_space, point.key}; };
  const auto found = std::ranges::equal_range(all, std::tuple{base, key}, {}, name);
  return {found.begin(), found.end()};
}

}  // namespace

Namespace read_namespace(std::string_view text) {
  Namespace read;
  read.full = text;
  const auto slash = std::min(text.find('/'), text.size());
  read.base = text.substr(0, slash);
  read.extensions = text.substr(slash);
  read.standing = standing_of(read.base);
  for (auto rest = read.extensions; !rest.empty();) {
    rest.remove_prefix(1);
    const auto segment = rest.substr(0, rest.find('/'));
    rest.remove_prefix(segment.size());
    // A segment is a language, or starts with '.' and ends in a translation's language behind '$'.
    const auto dollar = segment.find('$');
    if (!segment.starts_with('.')) {
      if (!segment.empty()) read.languages.push_back(segment);
    } else if (dollar != std::string_view::npos) {
      read.languages.push_back(segment.substr(dollar + 1));
    }
  }
  return read;
}

const DecisionPoint* find_decision_point(std::string_view base, std::string_view key,
                                         std::string_view version) noexcept {
  const auto versions = versions_of(base, key);
  const auto found = std::ranges::find(versions, version, &DecisionPoint::version);
  return found == versions.end() ? nullptr : &*found;
}

std::optional<std::size_t> position_of(const DecisionPoint& point, std::string_view value_key) noexcept {
  const auto found = std::ranges::find(point.values, value_key, &Value::key);
  if (found == point.values.end()) return std::nullopt;
  return static_cast<std::size_t>(found - point.values.begin());
}

std::string_view latest_version(std::string_view base, std::string_view key) noexcept {
  const auto versions = versions_of(base, key);
  return versions.empty() ? std::string_view{} : versions.back().version;
}

Verdict check_selection(std::string_view name_space, std::string_view key, std::string_view version,
                        std::span<const std::string_view> value_keys) {
  const auto read = read_namespace(name_space);
  if (read.standing == Standing::invalid) return {.fault = Fault::forbidden_namespace};
  if (read.standing != Standing::registered) return {};
  const auto* point = find_decision_point(read.base, key, version);
  if (point == nullptr) {
    return {.fault = versions_of(read.base, key).empty() ? Fault::unknown_decision_point : Fault::unknown_version};
  }
  std::optional<std::size_t> before;
  for (std::size_t i = 0; i < value_keys.size(); ++i) {
    const auto position = position_of(*point, value_keys[i]);
    if (!position) return {.fault = Fault::unknown_value, .value = i};
    if (std::ranges::find(value_keys.first(i), value_keys[i]) != value_keys.first(i).end()) {
      return {.fault = Fault::repeated_value, .value = i};
    }
    if (before && *position < *before) return {.fault = Fault::wrong_order, .value = i};
    before = position;
  }
  return {};
}

}  // namespace tocsin::formats::ssvc
