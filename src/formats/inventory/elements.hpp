#pragma once
#include <algorithm>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "formats/cvrf/xml.hpp"

/// Looking things up in small XML documents. Internal to formats/inventory.
namespace tocsin::formats::inventory {

/// The first child of this name (without prefix), or null.
inline const cvrf::Element* child(const cvrf::Element& of, std::string_view name) noexcept {
  const auto found = std::ranges::find_if(of.children, [&](const auto* each) { return each->local() == name; });
  return found == of.children.end() ? nullptr : *found;
}
/// Trimmed; empty where there is none.
inline std::string_view text_of(const cvrf::Element& of, std::string_view name) noexcept {
  const auto* found = child(of, name);
  return found == nullptr ? std::string_view{} : text::trim(found->text);
}
inline std::string_view attribute_of(const cvrf::Element& of, std::string_view name) noexcept {
  const auto* found = of.attribute(name);
  return found == nullptr ? std::string_view{} : text::trim(found->value);
}

}  // namespace tocsin::formats::inventory
