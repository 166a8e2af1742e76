#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/keyed_hash.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/convert/steps.hpp"
#include "formats/csaf/names.hpp"
#include "formats/vers/range.hpp"
#include "formats/vers/vendor_text.hpp"

/// The parts of the conversion that concern the product tree.
namespace tocsin::formats::csaf::convert {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

// ---- Branches

/// A branch with those above it, outermost first; each with its pointer.
struct Step {
  object* branch;
  std::string path;
};
using Path = std::vector<Step>;

std::string category_of(const Step& step) { return text_of(step.branch->if_contains("category")); }
std::string name_of(const Step& step) { return text_of(step.branch->if_contains("name")); }

/// Vendors that name nobody, however they are spelled.
bool is_placeholder_vendor(std::string_view name) {
  const auto plain = name_without_separators(name);
  return plain == "opensource" || plain == "noassertion" || plain == "undefined" || plain == "unknown";
}

/// CSAF 2.1 section 6.1.57: a family may hold families.
bool may_stack(std::string_view category) noexcept { return category == "product_family"; }

std::optional<std::string> stacked_category(const Path& path) {
  std::map<std::string, int> seen;
  for (const auto& step : path) {
    auto category = category_of(step);
    if (!may_stack(category) && ++seen[category] > 1) return category;
  }
  return std::nullopt;
}

/// The product name becomes a family and the first version below it a product name that begins with it.
bool make_version_a_name(const Path& path, std::size_t version) {
  if (version == 0) return false;
  auto& above = path[version - 1];
  const auto category = category_of(above);
  if (category == "product_name") {
    (*above.branch)["category"] = "product_family";
  } else if (category != "product_family") {
    return false;
  }
  (*path[version].branch)["category"] = "product_name";
  (*path[version].branch)["name"] = name_of(above) + " " + name_of(path[version]);
  return true;
}

std::size_t first_of(const Path& path, std::string_view category) {
  return static_cast<std::size_t>(
      std::ranges::find_if(path, [&](const Step& step) { return category_of(step) == category; }) - path.begin());
}

void mend_stacked(const Path& path, Notes& notes) {
  const auto stacked = stacked_category(path);
  if (!stacked) return;
  const auto& leaf = path.back();
  bool mended = false;
  if (*stacked == "product_version") {
    const auto version = first_of(path, "product_version");
    mended = version > 0 && category_of(path[version - 1]) == "product_name" && make_version_a_name(path, version) &&
             !stacked_category(path);
  }
  if (mended) {
    notes.warn(leaf.path,
               tr<"the branch category '{}' stood several times along this path; that was resolved">(*stacked));
  } else {
    notes.fail(leaf.path,
               tr<"the branch category '{}' stands several times along this path and could not be resolved">(*stacked));
  }
}

void mend_version_above_range(const Path& path, Notes& notes) {
  const auto version = first_of(path, "product_version");
  const auto range = first_of(path, "product_version_range");
  if (version == path.size() || range == path.size()) return;
  const auto& leaf = path.back();
  if (version < range && make_version_a_name(path, version)) {
    notes.warn(leaf.path, tr<"'{}' was a product_version above a product_version_range and became a product_name">(
                              name_of(path[version])));
  } else {
    notes.fail(
        leaf.path,
        std::string{tr<"product_version and product_version_range stand along one path and could not be resolved">()});
  }
}

void remember_places(value& parent, const std::string& path) {
  auto* branches = find_array(parent, "branches");
  if (branches == nullptr) return;
  for (std::size_t i = 0; i < branches->size(); ++i) {
    auto* branch = (*branches)[i].if_object();
    if (branch == nullptr) continue;
    const auto place = fmt::format("{}/branches/{}", path, i);
    (*branch)[kSourcePlace] = place;
    remember_places((*branches)[i], place);
  }
}

/// Without the placeholder vendors along a path: what they hold moves up.
void drop_placeholder_vendors(value& parent, bool below_vendor, Notes& notes) {
  auto* branches = find_array(parent, "branches");
  if (branches == nullptr) return;
  array kept;
  for (auto& branch : *branches) {
    const auto place = branch.is_object() ? place_of(branch.get_object()) : std::string{};
    const bool vendor = text_of(find(branch, "category")) == "vendor";
    drop_placeholder_vendors(branch, below_vendor || vendor, notes);
    auto* inner = find_array(branch, "branches");
    const bool holds_vendor = inner != nullptr && std::ranges::any_of(*inner, [](value& each) {
                                return text_of(find(each, "category")) == "vendor";
                              });
    const bool drop = vendor && (below_vendor || holds_vendor) &&
                      is_placeholder_vendor(text_of(find(branch, "name"))) && inner != nullptr;
    if (!drop) {
      kept.push_back(std::move(branch));
      continue;
    }
    notes.warn(place, tr<"the branch category 'vendor' stood several times along a path; '{}' was removed">(
                          text_of(find(branch, "name"))));
    for (auto& each : *inner) kept.push_back(std::move(each));
  }
  *branches = std::move(kept);
}

/// The version that an upper open range ends with, or that a range of one version is: ">=1.0" gives "1.0".
std::optional<std::string> lone_version(std::string_view range, std::string_view comparator) {
  if (!range.starts_with("vers:")) {
    // The vls form: a version alone, which stays as it is (test 6.1.59 takes the same for one).
    const bool lone = comparator.empty() && !range.empty() && range.find_first_of(" \t,*|") == std::string_view::npos &&
                      !text::lower_ascii(range).ends_with(".x") &&
                      std::string_view{"<>=!"}.find(range.front()) == std::string_view::npos;
    return lone ? std::optional{std::string{range}} : std::nullopt;
  }
  const auto scheme = range.find('/');
  if (scheme == std::string_view::npos) return std::nullopt;
  auto constraint = range.substr(scheme + 1);
  if (constraint.find('|') != std::string_view::npos || constraint == "*" || constraint == "all") return std::nullopt;
  if (!constraint.starts_with(comparator)) return std::nullopt;
  constraint.remove_prefix(comparator.size());
  if (constraint.empty() || constraint.starts_with('<') || constraint.starts_with('>') || constraint.starts_with('=') ||
      constraint.starts_with('!')) {
    return std::nullopt;
  }
  return std::string{constraint};
}

/// The same range as the constraints of a vers, where a vendor's own words can be read for certain; else nothing.
std::string range_in_form(std::string_view product, std::string_view name) {
  const auto reading = vers::read_vendor_text(vers::BranchKind::product_version_range, product, name);
  const auto range = vers::as_range(reading);
  if (!range) return {};
  if (range->everything) return "vers:all/*";
  constexpr std::string_view kScheme = "vers:generic/";
  const auto text = vers::to_text(*range).substr(kScheme.size());
  return vers::why_not_canonical_constraints(text).empty() ? text : std::string{};
}

/// CSAF 2.1 takes ranges only as vers, or as the constraints of one.
void write_range_in_form(object& branch, std::string_view product, const std::string& path, Notes& notes) {
  const auto before = text_of(branch.if_contains("name"));
  const bool good = before.starts_with("vers:") ? vers::why_not_canonical(before).empty()
                                                : vers::why_not_canonical_constraints(before).empty();
  if (good && before != "*") return;
  const auto after = range_in_form(product, before);
  if (after.empty() || after == before) return;
  branch["name"] = after;
  notes.warn(path + "/name",
             tr<"CSAF 2.1 does not take the product_version_range '{}': it was written as '{}'">(before, after));
}

/// ">=1.0|<2.0|>=3.0" ends with "3.0" afterwards; nothing where that would change a boundary, as of ">3.0".
std::string closed_above(const std::string& name) {
  const auto range = name.starts_with("vers:") ? vers::parse(name) : vers::parse_constraints(name);
  if (!range || range->constraints.size() < 2 || !vers::is_open_above(*range)) return {};
  if (range->constraints.back().comparator != vers::Comparator::greater_or_equal) return {};
  const auto bar = name.rfind('|');
  return bar == std::string::npos ? std::string{} : name.substr(0, bar + 1) + name.substr(name.find('=', bar) + 1);
}

void mend_range(object& branch, std::string_view product, const std::string& path, Notes& notes) {
  if (text_of(branch.if_contains("category")) != "product_version_range") return;
  write_range_in_form(branch, product, path, notes);
  const auto before = text_of(branch.if_contains("name"));
  for (const std::string_view comparator : {">=", ">", "=", ""}) {
    const auto version = lone_version(before, comparator);
    if (!version) continue;
    branch["category"] = "product_version";
    branch["name"] = *version;
    notes.warn(path + "/name",
               comparator.starts_with('>')
                   ? tr<"the product_version_range '{}' is an upper open range and became the product_version '{}'">(
                         before, *version)
                   : tr<"the product_version_range '{}' is a single version and became the product_version '{}'">(
                         before, *version));
    return;
  }
  const auto range = before.starts_with("vers:") ? vers::parse(before) : vers::parse_constraints(before);
  if (!range || range->constraints.size() < 2 || !vers::is_open_above(*range)) return;
  if (const auto after = closed_above(before); !after.empty()) {
    branch["name"] = after;
    notes.warn(path + "/name",
               tr<"the product_version_range '{}' is an upper open range and became '{}'">(before, after));
  } else {
    notes.fail(path + "/name",
               tr<"the product_version_range '{}' is an upper open range and could not be given an end">(before));
  }
}

class Branches {
 public:
  Branches(const ConvertOptions& options, Notes& notes) : options_(options), notes_(notes) {}

  void convert(value& parent) {
    // Looked up anew each time: what a branch below mends along its path may move the members of this one.
    for (std::size_t i = 0; i < branches_of(parent); ++i) {
      auto& branch = (*find_array(parent, "branches"))[i];
      if (!branch.is_object()) continue;
      auto& members = branch.get_object();
      const auto place = place_of(members);
      if (text_of(members.if_contains("category")) == "legacy") {
        members["category"] = "product_name";
        notes_.warn(
            place + "/category",
            std::string{tr<
                "CSAF 2.1 has no branch category 'legacy': it was replaced by 'product_name', which may not fit">()});
      }
      mend_range(members, product_above(), place, notes_);
      along_.push_back({&members, place});
      if (auto* product = members.if_contains("product"); product != nullptr) {
        convert_full_product_name(*product, place + "/product", options_, notes_);
      }
      if (auto* inner = members.if_contains("branches"); inner != nullptr && inner->is_array()) {
        convert(branch);
      } else {
        mend_stacked(along_, notes_);
        mend_version_above_range(along_, notes_);
      }
      along_.pop_back();
    }
  }

 private:
  /// The name of the product that the branches belong to. None where it is so long that it tells nothing about ranges.
  std::string_view product_above() const {
    constexpr std::size_t kNameBytesMax = 1000;
    for (auto i = along_.size(); i-- > 0;) {
      if (category_of(along_[i]) != "product_name") continue;
      const auto* name = along_[i].branch->if_contains("name");
      const auto* text = name == nullptr ? nullptr : name->if_string();
      return text == nullptr || text->size() > kNameBytesMax ? std::string_view{}
                                                             : std::string_view{text->data(), text->size()};
    }
    return {};
  }

  static std::size_t branches_of(value& parent) {
    const auto* branches = find_array(parent, "branches");
    return branches == nullptr ? 0 : branches->size();
  }

  const ConvertOptions& options_;
  Notes& notes_;
  Path along_;
};

void convert_relationships(object& tree, const ConvertOptions& options, Notes& notes) {
  auto* relationships = tree.if_contains("relationships");
  if (relationships == nullptr || !relationships->is_array()) return;
  array paths;
  for (std::size_t i = 0; i < relationships->get_array().size(); ++i) {
    auto& each = relationships->get_array()[i];
    object path;
    path["beginning_product_reference"] = text_of(find(each, "product_reference"));
    if (auto* name = find(each, "full_product_name"); name != nullptr) {
      convert_full_product_name(*name, fmt::format("/product_tree/relationships/{}/full_product_name", i), options,
                                notes);
      path["full_product_name"] = std::move(*name);
    }
    object subpath;
    subpath["category"] = text_of(find(each, "category"));
    subpath["next_product_reference"] = text_of(find(each, "relates_to_product_reference"));
    path["subpaths"] = array{std::move(subpath)};
    paths.push_back(std::move(path));
  }
  tree.stable_erase("relationships");
  if (!paths.empty()) tree["product_paths"] = std::move(paths);
}

}  // namespace

void convert_product_tree(value& root, const ConvertOptions& options, Notes& notes) {
  auto* tree = find(root, "product_tree");
  if (tree == nullptr || !tree->is_object()) return;
  remember_places(*tree, "/product_tree");
  drop_placeholder_vendors(*tree, false, notes);
  Branches{options, notes}.convert(*tree);
  keep_unreadable_ranges(*tree, notes);
  if (auto* names = find_array(*tree, "full_product_names"); names != nullptr) {
    for (std::size_t i = 0; i < names->size(); ++i) {
      convert_full_product_name((*names)[i], fmt::format("/product_tree/full_product_names/{}", i), options, notes);
    }
  }
  convert_relationships(tree->as_object(), options, notes);
}

}  // namespace tocsin::formats::csaf::convert
