#include "formats/csaf/convert/steps.hpp"

#include "base/json.hpp"
#include "base/keyed_hash.hpp"
#include "base/messages.hpp"

namespace tocsin::formats::csaf::convert {

boost::json::value* find(boost::json::value& object, std::string_view key) noexcept {
  auto* members = object.if_object();
  return members == nullptr ? nullptr : members->if_contains(key);
}
boost::json::object* find_object(boost::json::value& object, std::string_view key) noexcept {
  auto* found = find(object, key);
  return found == nullptr ? nullptr : found->if_object();
}
boost::json::array* find_array(boost::json::value& object, std::string_view key) noexcept {
  auto* found = find(object, key);
  return found == nullptr ? nullptr : found->if_array();
}
std::string text_of(const boost::json::value* value) {
  return value != nullptr && value->is_string() ? std::string{value->get_string()} : std::string{};
}

std::vector<std::string> ids_of(const boost::json::value* list) {
  std::vector<std::string> ids;
  const auto* array = list == nullptr ? nullptr : list->if_array();
  if (array == nullptr) return ids;
  for (const auto& each : *array) ids.push_back(text_of(&each));
  return ids;
}

boost::json::array to_array(const std::vector<std::string>& ids) {
  boost::json::array list;
  for (const auto& each : ids) list.push_back(boost::json::value(each));
  return list;
}

Groups groups_of(boost::json::value& root) {
  Groups groups;
  auto* tree = find(root, "product_tree");
  auto* list = tree == nullptr ? nullptr : find_array(*tree, "product_groups");
  if (list == nullptr) return groups;
  for (auto& each : *list) groups.products.emplace(text_of(find(each, "group_id")), ids_of(find(each, "product_ids")));
  return groups;
}

void Groups::tell(Notes& notes) const {
  if (!exceeded) return;
  notes.fail("/product_tree/product_groups",
             tr<"the products of the groups that others name, written out, take more than {} bytes">(kBytesMax));
}

std::vector<std::string> products_of(boost::json::value& item, const Groups& groups) {
  auto ids = ids_of(find(item, "product_ids"));
  const auto group_ids = ids_of(find(item, "group_ids"));
  if (group_ids.empty()) return ids;
  HashSet<std::string> seen(ids.begin(), ids.end());
  for (const auto& group : group_ids) {
    const auto found = groups.products.find(group);
    if (found == groups.products.end()) continue;
    for (const auto& id : found->second) {
      // At least what a string takes itself.
      const auto bytes = sizeof(std::string) + id.size();
      groups.exceeded = groups.exceeded || bytes > groups.left;
      if (groups.exceeded) return ids;
      groups.left -= bytes;
      if (seen.insert(id).second) ids.push_back(id);
    }
  }
  return ids;
}

std::string list_for_reader(const std::vector<std::string>& ids) {
  constexpr std::size_t kAllMax = 5, kNamed = 3;
  const auto named = ids.size() <= kAllMax ? ids.size() : kNamed;
  auto list = fmt::format("{}", fmt::join(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(named), ", "));
  if (const auto others = ids.size() - named; others > 0) {
    list += trn<" and {} other", " and {} others">(static_cast<long long>(others), others);
  }
  return list;
}

std::string place_of(const boost::json::object& branch) { return text_of(branch.if_contains(kSourcePlace)); }

void drop_repeated(boost::json::array& list) {
  HashSet<std::string> seen;
  boost::json::array kept;
  for (auto& each : list) {
    if (seen.insert(json::write(each)).second) kept.push_back(std::move(each));
  }
  list = std::move(kept);
}

}  // namespace tocsin::formats::csaf::convert
