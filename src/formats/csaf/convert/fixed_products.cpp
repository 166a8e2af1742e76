#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/keyed_hash.hpp"
#include "base/messages.hpp"
#include "formats/csaf/convert/steps.hpp"
#include "formats/vers/range.hpp"

/// The part of the conversion to 2.1 that adds the fixed versions that ranges end before.
namespace tocsin::formats::csaf::convert {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

/// "4.5" of "<4.5", "vers:generic/>=4.0|<4.5": the version that the range stops short of.
std::optional<std::string> version_stopped_before(const std::string& name) {
  const auto range = name.starts_with("vers:") ? vers::parse(name) : vers::parse_constraints(name);
  if (!range || range->constraints.empty()) return std::nullopt;
  const auto& last = range->constraints.back();
  return last.comparator == vers::Comparator::less ? std::optional{last.version} : std::nullopt;
}

class FixedProducts {
 public:
  /// Of the names above a version together. The name of a product that is added is made of them; a longer one, once for
  /// each of thousands of ranges, would take any memory.
  static constexpr std::size_t kNameBytesMax = 4000;

  FixedProducts(value& root, Notes& notes) : root_(root), notes_(notes) {
    auto* vulnerabilities = find_array(root, "vulnerabilities");
    if (vulnerabilities == nullptr) return;
    for (std::size_t i = 0; i < vulnerabilities->size(); ++i) {
      auto* status = find((*vulnerabilities)[i], "product_status");
      if (status == nullptr) continue;
      for (const auto* key : {"known_affected", "first_affected", "last_affected"}) {
        for (const auto& id : ids_of(find(*status, key))) affected_in_[id].insert(i);
      }
    }
  }

  void add() {
    if (auto* tree = find(root_, "product_tree"); tree != nullptr) {
      collect_ids(*tree);
      walk(*tree, {});
    }
  }

 private:
  void collect_ids(const value& json) {
    if (const auto* list = json.if_array(); list != nullptr) {
      for (const auto& each : *list) collect_ids(each);
    } else if (const auto* members = json.if_object(); members != nullptr) {
      for (const auto& member : *members) {
        if (member.key() == "product_id") ids_.insert(text_of(&member.value()));
        collect_ids(member.value());
      }
    }
  }

  void walk(value& parent, const std::string& above) {
    auto* branches = find_array(parent, "branches");
    if (branches == nullptr) return;
    array added;
    HashSet<std::string> versions;
    for (auto& branch : *branches) {
      if (text_of(find(branch, "category")) == "product_version") versions.insert(text_of(find(branch, "name")));
    }
    for (std::size_t i = 0; i < branches->size(); ++i) {
      auto& branch = (*branches)[i];
      const auto name = text_of(find(branch, "name"));
      if (find(branch, "branches") != nullptr && above.size() + name.size() <= kNameBytesMax) {
        walk(branch, above.empty() ? name : above + " " + name);
      }
      if (text_of(find(branch, "category")) != "product_version_range") continue;
      auto* product = find(branch, "product");
      const auto version = version_stopped_before(name);
      if (product == nullptr || !version) continue;
      const auto affected = affected_in_.find(text_of(find(*product, "product_id")));
      if (affected == affected_in_.end()) continue;
      if (versions.contains(*version)) continue;
      const auto full_name = above + " " + *version;
      const auto id = fresh_id(text_of(find(*product, "product_id")));
      object full;
      full["name"] = full_name;
      full["product_id"] = id;
      object made;
      made["category"] = "product_version";
      made["name"] = *version;
      made["product"] = std::move(full);
      added.push_back(std::move(made));
      std::string places;
      for (const auto index : affected->second) {
        mark_fixed(index, id);
        places += fmt::format("{}/vulnerabilities/{}", places.empty() ? "" : ", ", index);
      }
      notes_.warn(place_of(branch.as_object()),
                  tr<"the product '{}' was added to the product tree and as fixed to {}">(full_name, places));
    }
    for (auto& each : added) branches->push_back(std::move(each));
  }

  std::string fresh_id(const std::string& base) {
    // Where several products have this base, the search goes on where it ended.
    for (auto& number = numbers_[base];;) {
      ++number;
      auto id = number == 1 ? base + "-fixed" : fmt::format("{}-fixed-{}", base, number);
      if (ids_.insert(id).second) return id;
    }
  }

  void mark_fixed(std::size_t index, const std::string& id) {
    auto& vulnerability = root_.at("vulnerabilities").get_array()[index];
    auto& status = vulnerability.get_object()["product_status"].get_object();
    if (!status.contains("fixed")) status["fixed"].emplace_array();
    status["fixed"].get_array().push_back(value(id));
  }

  value& root_;
  Notes& notes_;
  std::map<std::string, std::set<std::size_t>> affected_in_;
  std::set<std::string> ids_;
  HashMap<std::string, int> numbers_;  ///< The last one tried for an id.
};

}  // namespace

void add_fixed_products(value& root, Notes& notes) { FixedProducts{root, notes}.add(); }

}  // namespace tocsin::formats::csaf::convert
