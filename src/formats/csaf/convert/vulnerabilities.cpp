#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/keyed_hash.hpp"
#include "base/text.hpp"
#include "formats/csaf/convert/steps.hpp"
#include "formats/csaf/validate/validate.hpp"
#include "formats/cwe/cwe.hpp"

/// The parts of the conversion that concern vulnerabilities.
namespace tocsin::formats::csaf::convert {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using ProductIds = std::vector<std::string>;

/// Product groups by id, and how much more of them may be written out: groups name thousands of products in few bytes.
struct Groups {
  std::map<std::string, ProductIds, std::less<>> products;
  /// What comes out is validated, and would be too large for that.
  static constexpr std::size_t kBytesMax = kValidatorLimits.bytes_max;
  std::size_t left = kBytesMax;
  bool exceeded = false;
};

ProductIds ids_of(value* json) {
  ProductIds ids;
  auto* list = json == nullptr ? nullptr : json->if_array();
  if (list == nullptr) return ids;
  for (const auto& each : *list) ids.push_back(text_of(&each));
  return ids;
}

Groups groups_of(value& root) {
  Groups groups;
  auto* tree = find(root, "product_tree");
  auto* list = tree == nullptr ? nullptr : find_array(*tree, "product_groups");
  if (list == nullptr) return groups;
  for (auto& each : *list) groups.products.emplace(text_of(find(each, "group_id")), ids_of(find(each, "product_ids")));
  return groups;
}

array to_array(const ProductIds& ids) {
  array list;
  for (const auto& each : ids) list.push_back(value(each));
  return list;
}

void convert_scores(object& vulnerability) {
  auto* scores = vulnerability.if_contains("scores");
  if (scores == nullptr || !scores->is_array()) return;
  array metrics;
  for (auto& each : scores->get_array()) {
    object metric;
    object content;
    for (const auto* key : {"cvss_v2", "cvss_v3"}) {
      if (auto* cvss = find(each, key); cvss != nullptr) content[key] = std::move(*cvss);
    }
    if (content.empty()) continue;
    metric["content"] = std::move(content);
    if (auto* products = find(each, "products"); products != nullptr) metric["products"] = std::move(*products);
    metrics.push_back(std::move(metric));
  }
  vulnerability.erase("scores");
  if (!metrics.empty()) vulnerability["metrics"] = std::move(metrics);
}

void convert_cwe(object& vulnerability, const std::string& path, const Timestamp& released, Notes& notes) {
  auto* cwe = vulnerability.if_contains("cwe");
  if (cwe == nullptr) return;
  const auto id = text_of(find(*cwe, "id"));
  const std::string name{text::trim(text_of(find(*cwe, "name")))};
  vulnerability.erase("cwe");
  const auto version = cwe::version_that_matches(id, name, format_date(released));
  if (version.empty()) {
    notes.warn(path + "/cwe",
               fmt::format("no version of CWE has '{}' with the name '{}': it was not converted", id, name));
    return;
  }
  object converted;
  converted["id"] = id;
  converted["name"] = name;
  converted["version"] = version;
  vulnerability["cwes"] = array{std::move(converted)};
}

/// A remediation with its products, groups resolved.
struct Remediation {
  object members;
  ProductIds products;
  std::string category;
  bool changed = false;  ///< Products or category: they are written anew.
  bool had_any = false;  ///< It named products at all.
};

class Remediations {
 public:
  Remediations(object& vulnerability, Groups& groups, const ConvertOptions& options, std::string path, Notes& notes)
      : vulnerability_(vulnerability), options_(options), path_(std::move(path)), notes_(notes) {
    if (auto* status = vulnerability.if_contains("product_status"); status != nullptr) {
      for (const auto* key : {"known_not_affected", "fixed", "first_fixed"}) {
        for (auto& id : ids_of(find(*status, key))) safe_.insert(std::move(id));
      }
    }
    auto* list = vulnerability.if_contains("remediations");
    if (list == nullptr || !list->is_array() || !may_change(*list)) return;
    for (auto& each : list->get_array()) {
      if (!each.is_object()) continue;
      Remediation remediation;
      remediation.products = products_of(each, groups);
      remediation.category = text_of(find(each, "category"));
      remediation.had_any = !remediation.products.empty();
      remediation.members = std::move(each.get_object());
      items_.push_back(std::move(remediation));
    }
  }

  void convert() {
    if (items_.empty()) return;
    split_patches_for_safe_products();
    settle_none_available();
    write();
  }

 private:
  /// Only a fix of what is safe already and what has none come out otherwise.
  bool may_change(value& list) const {
    return std::ranges::any_of(list.get_array(), [&](value& each) {
      const auto category = text_of(find(each, "category"));
      return category == "none_available" || (category == "vendor_fix" && !safe_.empty());
    });
  }

  static ProductIds products_of(value& item, Groups& groups) {
    auto products = ids_of(find(item, "product_ids"));
    const auto group_ids = ids_of(find(item, "group_ids"));
    if (group_ids.empty()) return products;
    HashSet<std::string> known(products.begin(), products.end());
    for (const auto& group : group_ids) {
      const auto found = groups.products.find(group);
      if (found == groups.products.end()) continue;
      for (const auto& id : found->second) {
        // At least what a string takes itself.
        const auto bytes = sizeof(std::string) + id.size();
        groups.exceeded = groups.exceeded || bytes > groups.left;
        if (groups.exceeded) return products;
        groups.left -= bytes;
        if (known.insert(id).second) products.push_back(id);
      }
    }
    return products;
  }

  void split_patches_for_safe_products() {
    std::vector<Remediation> made;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      auto& each = items_[i];
      if (each.category == "vendor_fix") {
        ProductIds safe, others;
        for (const auto& id : each.products) (safe_.contains(id) ? safe : others).push_back(id);
        if (!safe.empty()) {
          notes_.warn(place(i),
                      fmt::format("the remediation became an optional_patch for {}, which {} not affected or fixed",
                                  fmt::join(safe, ", "), safe.size() == 1 ? "is" : "are"));
          Remediation patch = each;
          patch.category = "optional_patch";
          patch.products = std::move(safe);
          patch.changed = true;
          if (others.empty()) {
            made.push_back(std::move(patch));
            continue;
          }
          each.products = std::move(others);
          each.changed = true;
          made.push_back(each);
          made.push_back(std::move(patch));
          continue;
        }
      }
      made.push_back(each);
    }
    items_ = std::move(made);
  }

  /// Is the fix dated after the conversion, or not dated at all?
  bool is_planned(const Remediation& fix) const {
    const auto date = text_of(fix.members.if_contains("date"));
    if (date.empty()) return true;
    const auto time = parse_rfc3339(date);
    return time && *time > options_.now;
  }

  void settle_none_available() {
    const auto count = items_.size();
    // The fixes of a product in their order; those that are planned go one by one.
    HashMap<std::string, std::vector<std::size_t>> fixes;
    std::vector<bool> are_planned(count);
    for (auto i = count; i-- > 0;) {
      if (items_[i].category != "vendor_fix") continue;
      are_planned[i] = is_planned(items_[i]);
      for (const auto& id : items_[i].products) fixes[id].push_back(i);
    }
    std::vector<HashSet<std::string>> without(count);
    for (std::size_t i = 0; i < count; ++i) {
      if (items_[i].category != "none_available") continue;
      ProductIds planned, gone;
      for (const auto& id : items_[i].products) {
        const auto found = fixes.find(id);
        if (found == fixes.end() || found->second.empty()) continue;
        const auto fix = found->second.back();
        if (are_planned[fix]) {
          planned.push_back(id);
          without[fix].insert(id);
          found->second.pop_back();
        } else {
          gone.push_back(id);
        }
      }
      if (planned.empty() && gone.empty()) continue;
      auto& item = items_[i];
      item.changed = true;
      HashSet<std::string> settled(planned.begin(), planned.end());
      settled.insert(gone.begin(), gone.end());
      std::erase_if(item.products, [&](const std::string& id) { return settled.contains(id); });
      if (!gone.empty()) {
        notes_.warn(place(i),
                    fmt::format("'none_available' was removed for {}: there is a fix", fmt::join(gone, ", ")));
      }
      if (!planned.empty()) {
        notes_.warn(
            place(i),
            fmt::format("'none_available' became 'fix_planned' for {}, and the fix that is not there yet was removed",
                        fmt::join(planned, ", ")));
        Remediation plan = item;
        plan.category = "fix_planned";
        plan.products = std::move(planned);
        items_.push_back(std::move(plan));
      }
    }
    for (std::size_t i = 0; i < count; ++i) {
      if (without[i].empty()) continue;
      items_[i].changed = true;
      std::erase_if(items_[i].products, [&](const std::string& id) { return without[i].contains(id); });
    }
  }

  void write() {
    array list;
    for (auto& each : items_) {
      if (each.changed) {
        // The last product is gone: so is the remediation.
        if (each.had_any && each.products.empty()) continue;
        each.members["category"] = each.category;
        each.members.erase("group_ids");
        each.members["product_ids"] = to_array(each.products);
      }
      list.push_back(std::move(each.members));
    }
    if (list.empty()) {
      vulnerability_.erase("remediations");
    } else {
      vulnerability_["remediations"] = std::move(list);
    }
  }

  std::string place(std::size_t index) const { return fmt::format("{}/remediations/{}", path_, index); }

  object& vulnerability_;
  const ConvertOptions& options_;
  std::string path_;
  Notes& notes_;
  std::vector<Remediation> items_;
  std::set<std::string> safe_;
};

void convert_vulnerability(object& vulnerability, Groups& groups, const ConvertOptions& options,
                           const std::string& path, const Timestamp& released, Notes& notes) {
  convert_scores(vulnerability);
  convert_cwe(vulnerability, path, released, notes);
  if (auto* date = vulnerability.if_contains("release_date"); date != nullptr) {
    auto kept = std::move(*date);
    vulnerability.erase("release_date");
    vulnerability["disclosure_date"] = std::move(kept);
  }
  Remediations{vulnerability, groups, options, path, notes}.convert();
}

// ---- Fixed versions that an open range ends before

/// "4.5" of "< 4.5", "vers:generic/>=4.0|<4.5": the version that the range stops short of.
std::optional<std::string> version_stopped_before(std::string_view range) {
  if (const auto scheme = range.find('/'); range.starts_with("vers:") && scheme != std::string_view::npos) {
    range = range.substr(scheme + 1);
  }
  if (const auto bar = range.rfind('|'); bar != std::string_view::npos) range = range.substr(bar + 1);
  range = text::trim(range);
  if (!range.starts_with('<') || range.starts_with("<=")) return std::nullopt;
  const auto version = text::trim(range.substr(1));
  return version.empty() ? std::nullopt : std::optional{std::string{version}};
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
      walk(*tree, "/product_tree", {});
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

  void walk(value& parent, const std::string& path, const std::string& above) {
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
        walk(branch, fmt::format("{}/branches/{}", path, i), above.empty() ? name : above + " " + name);
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
      notes_.warn(fmt::format("{}/branches/{}", path, i),
                  fmt::format("the product '{}' was added to the product tree and as fixed to {}", full_name, places));
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

void convert_vulnerabilities(value& root, const ConvertOptions& options, Notes& notes) {
  auto* vulnerabilities = find_array(root, "vulnerabilities");
  if (vulnerabilities == nullptr) return;
  auto groups = groups_of(root);
  Timestamp released;
  if (const auto* date = json::at_pointer(root, "/document/tracking/current_release_date"); date != nullptr) {
    if (const auto time = parse_rfc3339(text_of(date)); time) released = *time;
  }
  for (std::size_t i = 0; i < vulnerabilities->size(); ++i) {
    if (auto* each = (*vulnerabilities)[i].if_object(); each != nullptr) {
      convert_vulnerability(*each, groups, options, fmt::format("/vulnerabilities/{}", i), released, notes);
    }
  }
  if (groups.exceeded) {
    notes.fail("/product_tree/product_groups",
               fmt::format("the products of the groups that remediations name, written out, take more than {} bytes",
                           Groups::kBytesMax));
  }
}

void add_fixed_products(value& root, Notes& notes) { FixedProducts{root, notes}.add(); }

}  // namespace tocsin::formats::csaf::convert
