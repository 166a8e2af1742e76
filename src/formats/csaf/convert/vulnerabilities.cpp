#include <algorithm>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/keyed_hash.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/convert/steps.hpp"
#include "formats/cwe/cwe.hpp"

/// The parts of the conversion that concern vulnerabilities.
namespace tocsin::formats::csaf::convert {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;
using ProductIds = std::vector<std::string>;

void convert_cwe(object& vulnerability, const std::string& path, const std::string& day, Notes& notes) {
  auto* cwe = vulnerability.if_contains("cwe");
  if (cwe == nullptr) return;
  const auto id = text_of(find(*cwe, "id"));
  const std::string name{text::trim(text_of(find(*cwe, "name")))};
  vulnerability.stable_erase("cwe");
  const auto version = cwe::version_that_matches(id, name, day);
  if (version.empty()) {
    notes.warn(path + "/cwe", tr<"no version of CWE has '{}' with the name '{}': it was not converted">(id, name));
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
  Remediations(object& vulnerability, const Groups& groups, const ConvertOptions& options, std::string path,
               Notes& notes)
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

  void split_patches_for_safe_products() {
    std::vector<Remediation> made;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      auto& each = items_[i];
      if (each.category == "vendor_fix") {
        ProductIds safe, others;
        for (const auto& id : each.products) (safe_.contains(id) ? safe : others).push_back(id);
        if (!safe.empty()) {
          notes_.warn(place(i), trn<"the remediation became an optional_patch for {}, which is not affected or fixed",
                                    "the remediation became an optional_patch for {}, which are not affected or fixed">(
                                    static_cast<long long>(safe.size()), list_for_reader(safe)));
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
    struct Fixes {
      bool any_there = false;            ///< Counts, whatever else is planned.
      std::vector<std::size_t> planned;  ///< Taken away once they are settled.
    };
    HashMap<std::string, Fixes> fixes;
    for (std::size_t i = 0; i < count; ++i) {
      if (items_[i].category != "vendor_fix") continue;
      const bool planned = is_planned(items_[i]);
      for (const auto& id : items_[i].products) {
        auto& of_product = fixes[id];
        if (planned) of_product.planned.push_back(i);
        of_product.any_there = of_product.any_there || !planned;
      }
    }
    std::vector<HashSet<std::string>> without(count);
    for (std::size_t i = 0; i < count; ++i) {
      if (items_[i].category != "none_available") continue;
      ProductIds planned, gone;
      for (const auto& id : items_[i].products) {
        const auto found = fixes.find(id);
        if (found == fixes.end()) continue;
        if (found->second.any_there) {
          gone.push_back(id);
        } else if (!found->second.planned.empty()) {
          planned.push_back(id);
          for (const auto fix : found->second.planned) without[fix].insert(id);
          found->second.planned.clear();
        }
      }
      if (planned.empty() && gone.empty()) continue;
      auto& item = items_[i];
      item.changed = true;
      HashSet<std::string> settled(planned.begin(), planned.end());
      settled.insert(gone.begin(), gone.end());
      std::erase_if(item.products, [&](const std::string& id) { return settled.contains(id); });
      if (!gone.empty()) {
        notes_.warn(place(i), tr<"'none_available' was removed for {}: there is a fix">(list_for_reader(gone)));
      }
      if (!planned.empty()) {
        notes_.warn(place(i),
                    tr<"'none_available' became 'fix_planned' for {}, and the fix that is not there yet was removed">(
                        list_for_reader(planned)));
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
        each.members.stable_erase("group_ids");
        each.members["product_ids"] = to_array(each.products);
      }
      list.push_back(std::move(each.members));
    }
    if (list.empty()) {
      vulnerability_.stable_erase("remediations");
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

void convert_vulnerability(value& item, const Groups& groups, const ConvertOptions& options, const std::string& path,
                           const std::string& day, const std::optional<Timestamp>& newest_revision, Notes& notes) {
  convert_metrics(item, path, newest_revision, notes);
  auto& vulnerability = item.get_object();
  convert_cwe(vulnerability, path, day, notes);
  convert_ids(vulnerability, path, notes);
  if (auto* date = vulnerability.if_contains("release_date"); date != nullptr) {
    auto kept = std::move(*date);
    vulnerability.stable_erase("release_date");
    vulnerability["disclosure_date"] = std::move(kept);
  }
  Remediations{vulnerability, groups, options, path, notes}.convert();
}

/// Drafts may speak of what is to come.
std::optional<Timestamp> newest_revision_of(value& root) {
  std::optional<Timestamp> newest;
  auto* document = find(root, "document");
  auto* tracking = document == nullptr ? nullptr : find(*document, "tracking");
  auto* history = tracking == nullptr ? nullptr : find_array(*tracking, "revision_history");
  if (history == nullptr || text_of(find(*tracking, "status")) == "draft") return newest;
  for (auto& each : *history) {
    const auto time = parse_rfc3339(text_of(find(each, "date")));
    if (time && (!newest || *newest < *time)) newest = *time;
  }
  return newest;
}

}  // namespace

void convert_vulnerabilities(value& root, const ConvertOptions& options, Notes& notes) {
  auto* vulnerabilities = find_array(root, "vulnerabilities");
  if (vulnerabilities == nullptr) return;
  const auto groups = groups_of(root);
  // By which day the versions of CWE are chosen.
  auto day = std::string{"9999-12-31"};
  if (const auto* date = json::at_pointer(root, "/document/tracking/current_release_date");
      date != nullptr && !options.latest_cwe) {
    if (const auto time = parse_rfc3339(text_of(date)); time) day = format_date(*time);
  }
  const auto newest = newest_revision_of(root);
  for (std::size_t i = 0; i < vulnerabilities->size(); ++i) {
    if (auto& each = (*vulnerabilities)[i]; each.is_object()) {
      convert_vulnerability(each, groups, options, fmt::format("/vulnerabilities/{}", i), day, newest, notes);
    }
  }
  groups.tell(notes);
}

}  // namespace tocsin::formats::csaf::convert
