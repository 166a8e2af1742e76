#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/convert/back_steps.hpp"

/// The part of the conversion to 2.0 that concerns the product tree.
namespace tocsin::formats::csaf::convert {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

struct Number {
  std::string text;
  bool is_complete = true;  ///< No star at its end: 2.0 reads every number as a beginning.
  bool is_widened = false;  ///< A '?' or '*' of its own is a placeholder now, for 2.0 escapes nothing.
};

Number number_in_2_0(std::string_view written) {
  Number number;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const char c = written[i];
    if (c == '\\' && i + 1 < written.size()) {
      const char escaped = written[++i];
      number.is_widened = number.is_widened || escaped != '\\';
      number.text += escaped == '\\' ? '\\' : '?';
      continue;
    }
    if (c == '*' && i + 1 == written.size()) {
      number.is_complete = false;
      // "*" alone stays: no text may be empty.
      if (!number.text.empty()) continue;
    }
    number.text += c;
  }
  return number;
}

void write_numbers(value& helper, std::string_view key, std::string_view what, const std::string& path, Notes& notes) {
  auto* list = find_array(helper, key);
  if (list == nullptr) return;
  std::size_t complete = 0, widened = 0;
  for (auto& each : *list) {
    const auto number = number_in_2_0(text_of(&each));
    complete += number.is_complete ? 1 : 0;
    widened += number.is_widened ? 1 : 0;
    each = number.text;
  }
  const auto place = fmt::format("{}/{}", path, key);
  if (complete > 0) {
    notes.lose(place, trn<"that {} of {} {} is complete: 2.0 reads each as a beginning",
                          "that {} of {} {} are complete: 2.0 reads each as a beginning">(
                          static_cast<long long>(complete), complete, list->size(), what));
  }
  if (widened > 0) {
    notes.lose(place, tr<"that '?' or '*' is a character of {} of {} {}: 2.0 cannot tell it from a placeholder">(
                          widened, list->size(), what));
  }
  drop_repeated(*list);
}

/// 2.0 has one purl; the others name the same product, so that they can stand among its generic URIs.
void write_purls(value& helper, const std::string& path, Notes& notes) {
  auto* purls = find_array(helper, "purls");
  if (purls == nullptr) return;
  auto list = std::move(*purls);
  auto& members = helper.get_object();
  members.stable_erase("purls");
  if (list.empty()) return;
  members["purl"] = text_of(&list[0]);
  if (list.size() == 1) return;
  if (!members.contains("x_generic_uris")) members["x_generic_uris"].emplace_array();
  auto& uris = members["x_generic_uris"].get_array();
  for (std::size_t i = 1; i < list.size(); ++i) {
    object uri;
    uri["namespace"] = "https://github.com/package-url/purl-spec";
    uri["uri"] = text_of(&list[i]);
    uris.push_back(std::move(uri));
  }
  notes.lose(path + "/purls",
             tr<"{} of {} package URLs as such; they became generic URIs">(list.size() - 1, list.size()));
}

void write_product(value& product, const std::string& path, Notes& notes) {
  auto* helper = find(product, "product_identification_helper");
  if (helper == nullptr || !helper->is_object()) return;
  const auto place = path + "/product_identification_helper";
  write_numbers(*helper, "model_numbers", tr<"model numbers">(), place, notes);
  write_numbers(*helper, "serial_numbers", tr<"serial numbers">(), place, notes);
  write_numbers(*helper, "skus", tr<"stock keeping units">(), place, notes);
  write_purls(*helper, place, notes);
}

void write_branches(value& parent, const std::string& path, Notes& notes) {
  auto* branches = find_array(parent, "branches");
  if (branches == nullptr) return;
  for (std::size_t i = 0; i < branches->size(); ++i) {
    auto& branch = (*branches)[i];
    auto* members = branch.if_object();
    if (members == nullptr) continue;
    const auto place = fmt::format("{}/branches/{}", path, i);
    const auto category = text_of(members->if_contains("category"));
    if (const auto name = text_of(members->if_contains("name"));
        category == "product_version" && name.starts_with("vers:")) {
      // Test 6.1.31 of 2.0 is stricter here.
      (*members)["category"] = "product_version_range";
      notes.warn(place + "/category",
                 tr<"the product_version '{}' is a range and became a product_version_range">(name));
    }
    if (category == "platform") {
      (*members)["category"] = "architecture";
      notes.lose(place + "/category", tr<"that the branch is a platform; its category became 'architecture'">());
    }
    if (auto* product = members->if_contains("product"); product != nullptr)
      write_product(*product, place + "/product", notes);
    write_branches(branch, place, notes);
  }
}

/// Product paths as relationships; a path of several steps as a chain of them.
class Relationships {
 public:
  Relationships(value& tree, Notes& notes) : tree_(tree), notes_(notes) {}

  void write() {
    auto* paths = find_array(tree_, "product_paths");
    if (paths == nullptr) return;
    gather(tree_);
    array list;
    for (std::size_t i = 0; i < paths->size(); ++i) {
      if ((*paths)[i].is_object()) add((*paths)[i], fmt::format("/product_tree/product_paths/{}", i), list);
    }
    auto& members = tree_.get_object();
    members.stable_erase("product_paths");
    if (!list.empty()) members["relationships"] = std::move(list);
  }

 private:
  void gather(const value& json) {
    if (const auto* each = json.if_array(); each != nullptr) {
      for (const auto& element : *each) gather(element);
    } else if (const auto* members = json.if_object(); members != nullptr) {
      if (auto id = text_of(members->if_contains("product_id")); !id.empty()) ids_.insert(std::move(id));
      for (const auto& member : *members) gather(member.value());
    }
  }

  void add(value& path, const std::string& place, array& list) {
    auto* name = find(path, "full_product_name");
    auto* steps = find_array(path, "subpaths");
    if (name == nullptr || steps == nullptr || steps->empty()) return;
    write_product(*name, place + "/full_product_name", notes_);
    // Written once a step, so that long ones are not taken whole.
    constexpr std::size_t kNameBytesMax = 200;
    auto id = text_of(find(*name, "product_id"));
    if (id.size() > kNameBytesMax) id = "path";
    const auto whole = text::shorten(text_of(find(*name, "name")), kNameBytesMax);
    auto from = text_of(find(path, "beginning_product_reference"));
    for (std::size_t i = 0; i < steps->size(); ++i) {
      const bool last = i + 1 == steps->size();
      object relationship;
      relationship["category"] = text_of(find((*steps)[i], "category"));
      if (last) {
        relationship["full_product_name"] = std::move(*name);
      } else {
        object part;
        part["name"] = fmt::format("{} (step {} of {})", whole, i + 1, steps->size());
        part["product_id"] = fresh_id(fmt::format("{}-step-{}", id, i + 1));
        relationship["full_product_name"] = std::move(part);
      }
      relationship["product_reference"] = from;
      relationship["relates_to_product_reference"] = text_of(find((*steps)[i], "next_product_reference"));
      from = text_of(find(relationship["full_product_name"], "product_id"));
      list.push_back(std::move(relationship));
    }
    if (steps->size() > 1) {
      notes_.warn(place + "/subpaths",
                  tr<"the path of {} steps became as many relationships, with products between">(steps->size()));
    }
  }

  std::string fresh_id(const std::string& base) {
    for (int number = 1;; ++number) {
      auto id = number == 1 ? base : fmt::format("{}-{}", base, number);
      if (ids_.insert(id).second) return id;
    }
  }

  value& tree_;
  Notes& notes_;
  std::set<std::string> ids_;
};

}  // namespace

void write_product_tree_2_0(value& root, Notes& notes) {
  auto* tree = find(root, "product_tree");
  if (tree == nullptr || !tree->is_object()) return;
  write_branches(*tree, "/product_tree", notes);
  if (auto* names = find_array(*tree, "full_product_names"); names != nullptr) {
    for (std::size_t i = 0; i < names->size(); ++i) {
      write_product((*names)[i], fmt::format("/product_tree/full_product_names/{}", i), notes);
    }
  }
  Relationships{*tree, notes}.write();
}

}  // namespace tocsin::formats::csaf::convert
