#include "formats/csaf/operations/edit.hpp"

#include <algorithm>

namespace tocsin::formats::csaf::edit {

using boost::json::array;
using boost::json::object;
using boost::json::value;

value* find(value& parent, std::string_view key) noexcept {
  auto* members = parent.if_object();
  return members == nullptr ? nullptr : members->if_contains(key);
}
object* find_object(value& parent, std::string_view key) noexcept {
  auto* found = find(parent, key);
  return found == nullptr ? nullptr : found->if_object();
}
array* find_array(value& parent, std::string_view key) noexcept {
  auto* found = find(parent, key);
  return found == nullptr ? nullptr : found->if_array();
}

void put(object& parent, std::string_view key, value incoming) {
  if (auto* there = parent.if_contains(key)) {
    *there = std::move(incoming);
    return;
  }
  const auto name = [](const auto& member) { return std::string_view{member.key()}; };
  const bool sorted = std::ranges::is_sorted(parent, {}, name);
  if (!sorted || parent.empty() || name(*(parent.end() - 1)) < key) {
    parent.emplace(key, std::move(incoming));
    return;
  }
  object ordered(parent.storage());
  ordered.reserve(parent.size() + 1);
  auto* const behind = std::ranges::upper_bound(parent, key, {}, name);
  const auto take = [&](auto* from, const auto* to) {
    for (; from != to; ++from) ordered.emplace(from->key(), std::move(from->value()));
  };
  take(parent.begin(), behind);
  ordered.emplace(key, std::move(incoming));
  take(behind, parent.end());
  parent = std::move(ordered);
}

bool remove(object& parent, std::string_view key) {
  auto* const found = parent.find(key);
  if (found == parent.end()) return false;
  // erase() would put the last member in its place.
  parent.stable_erase(found);
  return true;
}

array& array_at(object& parent, std::string_view key) {
  auto* there = parent.if_contains(key);
  if (there == nullptr || !there->is_array()) put(parent, key, array());
  return parent.at(key).get_array();
}

}  // namespace tocsin::formats::csaf::edit
