#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/validate/test_groups.hpp"

/// The way of branches to a product in CSAF 2.1: 6.1.34, 6.1.57 to 6.1.59.
namespace tocsin::formats::csaf {
namespace {

constexpr std::uint32_t kBranchesMax = 30;

void branches_recursion_depth(const Model& model, Sink& sink) {
  for (const auto& branch : model.branches) {
    if (branch.depth <= kBranchesMax) continue;
    if (const auto product = branch.node["product"]) {
      sink.add(product, tr<"the product stands below {} branches, {} are allowed">(branch.depth, kBranchesMax),
               tr<"Leave branches out that say nothing about the product.">());
    }
  }
}

/// For each branch: does a full product name stand in it or below?
std::vector<bool> lead_to_product(const Model& model) {
  std::vector<bool> leads(model.branches.size());
  for (auto i = model.branches.size(); i-- > 0;) {
    const auto& branch = model.branches[i];
    if (!leads[i] && branch.node["product"]) leads[i] = true;
    // Children come after their parents.
    if (leads[i] && branch.parent != kNone) leads[branch.parent] = true;
  }
  return leads;
}

/// Sets of categories as bits: those of the schema are twelve; what comes beyond kBits different ones is not followed.
class CategoryNumbers {
 public:
  static constexpr std::size_t kBits = 64;
  std::uint64_t bit_of(std::string_view category) {
    const auto found = std::ranges::find(names_, category);
    const auto index = static_cast<std::size_t>(found - names_.begin());
    if (found == names_.end()) {
      if (names_.size() == kBits) return 0;
      names_.push_back(category);
    }
    return std::uint64_t{1} << index;
  }

 private:
  std::vector<std::string_view> names_;
};

/// Calls with each branch that leads to a product, its category, and the categories of the branches above as bits.
template <class Visit>
void each_path(const Model& model, CategoryNumbers& numbers, const Visit& visit) {
  if (model.branches.empty()) return;
  const auto leads = lead_to_product(model);
  std::vector<std::uint64_t> with_self(model.branches.size());
  for (std::size_t i = 0; i < model.branches.size(); ++i) {
    const auto& branch = model.branches[i];
    const auto above = branch.parent == kNone ? 0 : with_self[branch.parent];
    with_self[i] = above;
    const auto category = branch.node["category"];
    if (!category.is_string()) continue;
    const auto bit = numbers.bit_of(category.text());
    with_self[i] |= bit;
    if (leads[i]) visit(category, bit, above);
  }
}

void stacked_branch_categories(const Model& model, Sink& sink) {
  CategoryNumbers numbers;
  const auto family = numbers.bit_of("product_family");
  each_path(model, numbers, [&](Node category, std::uint64_t bit, std::uint64_t above) {
    if (bit == family || (bit & above) == 0) return;
    sink.add(category, tr<"category '{}' is already used by a branch above">(category.text()),
             tr<"Join the two branches, or use product_family, which may be repeated.">());
  });
}

void use_of_product_version_in_one_path_with_product_version_range(const Model& model, Sink& sink) {
  CategoryNumbers numbers;
  const auto version = numbers.bit_of("product_version");
  const auto range = numbers.bit_of("product_version_range");
  each_path(model, numbers, [&](Node category, std::uint64_t bit, std::uint64_t above) {
    const bool mixed = (bit == version && (above & range) != 0) || (bit == range && (above & version) != 0);
    if (!mixed) return;
    sink.add(category, tr<"product_version and product_version_range are both used on the way to a product">(),
             tr<"Say with one of them which versions are meant; what is left may be part of product_name.">());
  });
}

/// Of a version range: "<" and "1.2" of "<1.2"; without comparator "=".
struct Constraint {
  std::string_view comparator;
  std::string_view version;
};

Constraint read_constraint(std::string_view text) {
  for (const std::string_view comparator : {">=", "<=", "!=", "==", "<", ">", "="}) {
    if (text.starts_with(comparator)) {
      return {comparator == "==" ? "=" : comparator, text.substr(comparator.size())};
    }
  }
  return {"=", text};
}

/// The only version that a range holds, where that can be said without knowing how versions are ordered.
std::optional<std::string_view> single_version(std::string_view name) {
  const bool is_vers = name.starts_with("vers:");
  if (is_vers) {
    const auto slash = name.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    name.remove_prefix(slash + 1);
  } else if (name.find_first_of(" \t,*") != std::string_view::npos || text::lower_ascii(name).ends_with(".x")) {
    // Words, lists and wildcards: no version, and what else they are is for 6.1.50 to say.
    return std::nullopt;
  }
  if (name.empty() || name == "*") return std::nullopt;
  const auto version = read_constraint(name.substr(0, name.find('|'))).version;
  bool equal = false, at_least = false, at_most = false;
  for (;;) {
    const auto bar = name.find('|');
    const auto constraint = read_constraint(name.substr(0, bar));
    if (constraint.version != version || version.empty()) return std::nullopt;
    if (constraint.comparator == "=") {
      equal = true;
    } else if (constraint.comparator == ">=") {
      at_least = true;
    } else if (constraint.comparator == "<=") {
      at_most = true;
    } else {
      return std::nullopt;
    }
    if (bar == std::string_view::npos) break;
    name.remove_prefix(bar + 1);
  }
  // ">=1|<=1" is 1; "1|>=1" is more.
  if ((equal && !at_least && !at_most) || (at_least && at_most)) return version;
  return std::nullopt;
}

void single_version_as_product_version_range(const Model& model, Sink& sink) {
  for (const auto& branch : model.branches) {
    if (branch.node.text_at("category") != "product_version_range") continue;
    const auto name = branch.node["name"];
    const auto version = single_version(name.text());
    if (!version) continue;
    sink.add(name, tr<"'{}' is the single version {}, no range">(name.text(), *version),
             tr<"Use category product_version with the name {}.">(*version));
  }
}

constexpr Test kTests[] = {
    {.id = "6.1.34", .in_2_0 = false, .run = branches_recursion_depth},
    {.id = "6.1.57", .in_2_0 = false, .run = stacked_branch_categories},
    {.id = "6.1.58", .in_2_0 = false, .run = use_of_product_version_in_one_path_with_product_version_range},
    {.id = "6.1.59", .in_2_0 = false, .run = single_version_as_product_version_range},
};

}  // namespace

std::span<const Test> branch_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
