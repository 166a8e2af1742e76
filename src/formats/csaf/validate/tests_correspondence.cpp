#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/keyed_hash.hpp"
#include "base/messages.hpp"
#include "formats/csaf/validate/test_groups.hpp"

/// Of each fixed product, another version is affected, and the other way round: 6.1.27.13 and 6.2.39.1.
///
/// What "a corresponding version of the product" is, the product tree tells: of products in branches, those of the same
/// vendor and product name; of product paths, those that differ in the version of one component. Products from
/// full_product_names carry their version in a text for people, so that any of them may correspond to any product.
namespace tocsin::formats::csaf {
namespace {

using Key = std::uint64_t;

Key mix(Key value) noexcept {  // SplitMix64's finaliser: spreads small numbers over all bits.
  value += 0x9e3779b97f4a7c15;
  value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
  value = (value ^ value >> 27) * 0x94d049bb133111eb;
  return value ^ value >> 31;
}
Key mix(Key a, Key b) noexcept { return mix(mix(a) ^ b); }
Key hash(std::string_view text) noexcept { return std::hash<std::string_view>{}(text); }

/// Categories of branches that tell versions of one product from each other.
constexpr std::string_view kVersionCategories[] = {"product_version", "product_version_range", "service_pack",
                                                   "patch_level"};

/// Product paths that are nested deeper or have more components count as products of which nothing is told: any
/// affected one may be their counterpart.
constexpr int kNestingMax = 64;
constexpr std::size_t kComponentsMax = 64;

/// What a product is as a number, so that comparing takes no walk. Paths are sums over their components, so that one of
/// them is exchanged without walking the others.
struct Identity {
  Key exact = 0;              ///< The same for the same product, or for paths of the same components.
  Key family = 0;             ///< The same for versions of one product; 0 where nothing tells.
  std::uint32_t places = 1;   ///< Components.
  std::vector<Key> variants;  ///< Of a path: it with one component as a family; else, or where too long, empty.
  std::vector<Key> bases;     ///< Of a path: what stands before each installed_with.
  bool is_known = false;
};

class Identities {
 public:
  explicit Identities(const Model& model)
      : model_(model), name_hashes_(model.branches.size()), identities_(model.products.size()) {
    for (ProductNumber product = 0; product < identities_.size(); ++product) identify(product, 0);
    for (auto& [product, bases] : additions_) std::ranges::sort(bases);
  }

  const Identity& of(ProductNumber product) const noexcept { return identities_[product]; }
  /// What a product that is installed with others is added to, as exact identities in ascending order: a hotfix's base.
  const std::vector<Key>& bases_of_addition(ProductNumber product) const noexcept {
    static const std::vector<Key> kNothing;
    const auto found = additions_.find(product);
    return found == additions_.end() ? kNothing : found->second;
  }

 private:
  static Key place_weight(std::uint32_t place) noexcept { return mix(place) | 1; }
  static Key component(Key category, Key what, std::uint32_t place) noexcept {
    return mix(category, what) * place_weight(place);
  }

  /// Recursion ends at kNestingMax, also where paths contain themselves.
  Identity identify(ProductNumber product, int depth) {
    if (product == kNone) return {};
    if (identities_[product].is_known) return identities_[product];
    Identity identity;
    identity.exact = mix(product);
    const auto definition = model_.products[product].definition;
    if (definition != kNone) {
      const auto& defined = model_.definitions[definition];
      if (defined.kind == Definition::Kind::branch) {
        identity.family = family_of_branch(defined.branch);
      } else if (defined.kind == Definition::Kind::product_path && depth < kNestingMax) {
        identity = of_path(defined.carrier, depth);
      }
    }
    identity.is_known = true;
    return identities_[product] = std::move(identity);
  }

  Identity of_path(Node path, int depth) {
    const auto begin = identify(model_.product(path.text_at("beginning_product_reference")), depth + 1);
    Identity identity;
    identity.exact = begin.exact;
    identity.places = begin.places;
    identity.family = begin.family;
    // Each: what to add to the sum to have the family in the component's place.
    std::vector<Key> changes{mix(begin.family) - begin.exact};
    for (const auto subpath : path["subpaths"].elements()) {
      const auto category = hash(subpath.text_at("category"));
      const auto next_product = model_.product(subpath.text_at("next_product_reference"));
      if (subpath.text_at("category") == "installed_with") {
        if (identity.bases.size() < kComponentsMax) identity.bases.push_back(identity.exact);
        if (next_product != kNone) additions_[next_product].push_back(identity.exact);
      }
      const auto next = identify(next_product, depth + 1);
      const auto term = component(category, next.exact, identity.places);
      if (changes.size() < kComponentsMax) {
        changes.push_back(component(category, mix(next.family), identity.places) - term);
      }
      identity.exact += term;
      identity.family = mix(identity.family, mix(category, next.family));
      ++identity.places;
    }
    std::ranges::sort(identity.bases);
    if (identity.places - begin.places >= kComponentsMax) {
      identity.family = 0;
      return identity;
    }
    for (std::size_t i = 0; i < changes.size(); ++i) identity.variants.push_back(mix(i, identity.exact + changes[i]));
    return identity;
  }

  /// Vendor and product name; without the latter, all branches above that are no versions.
  Key family_of_branch(std::uint32_t branch) const {
    Key product_name = 0, vendor = 0, lineage = 0;
    for (auto at = branch; at != kNone; at = model_.branches[at].parent) {
      const auto node = model_.branches[at].node;
      const auto category = node.text_at("category");
      if (std::ranges::find(kVersionCategories, category) != std::end(kVersionCategories)) continue;
      const auto name = name_hash(at);
      if (category == "product_name" && product_name == 0) product_name = mix(name);
      if (category == "vendor" && vendor == 0) vendor = mix(name);
      lineage = mix(lineage, mix(hash(category), name));
    }
    return product_name != 0 ? mix(vendor, product_name) : lineage;
  }

  /// Once for each branch: a name may be long, and stand above thousands.
  Key name_hash(std::uint32_t branch) const {
    auto& known = name_hashes_[branch];
    if (!known) known = hash(model_.branches[branch].node.text_at("name"));
    return *known;
  }

  const Model& model_;
  mutable std::vector<std::optional<Key>> name_hashes_;
  std::vector<Identity> identities_;
  HashMap<ProductNumber, std::vector<Key>> additions_;
};

/// The products of one vulnerability that have a status, to be asked for the counterpart of one that has another.
class Counterparts {
 public:
  explicit Counterparts(const Identities& identities) : identities_(identities) {}

  void add(ProductNumber product) {
    const auto& identity = identities_.of(product);
    is_empty_ = false;
    exact_.push_back(identity.exact);
    if (identity.variants.empty()) {
      if (identity.family == 0) has_untold_ = true;
      note(identity.family, identity.exact);
    }
    for (const auto variant : identity.variants) note(variant, identity.exact);
  }
  void finish() { std::ranges::sort(exact_); }

  bool has_counterpart_of(ProductNumber product) const {
    const auto& identity = identities_.of(product);
    if (is_empty_) return false;
    if (have_common(identity.bases, exact_) || have_common(identities_.bases_of_addition(product), exact_)) return true;
    if (identity.variants.empty()) {
      return identity.family == 0 || has_untold_ || has_other(identity.family, identity.exact);
    }
    return std::ranges::any_of(identity.variants, [&](Key variant) { return has_other(variant, identity.exact); });
  }

 private:
  struct Seen {
    Key exact = 0;
    bool several = false;
  };

  void note(Key key, Key exact) {
    const auto [found, is_new] = seen_.try_emplace(key, Seen{exact, false});
    if (!is_new && found->second.exact != exact) found->second.several = true;
  }
  bool has_other(Key key, Key exact) const {
    const auto found = seen_.find(key);
    return found != seen_.end() && (found->second.several || found->second.exact != exact);
  }
  /// Of lists in ascending order; takes the time of the shorter one.
  static bool have_common(const std::vector<Key>& a, const std::vector<Key>& b) {
    const auto& shorter = a.size() < b.size() ? a : b;
    const auto& longer = a.size() < b.size() ? b : a;
    return std::ranges::any_of(shorter, [&](Key key) { return std::ranges::binary_search(longer, key); });
  }

  const Identities& identities_;
  HashMap<Key, Seen> seen_;
  std::vector<Key> exact_;
  bool is_empty_ = true;
  bool has_untold_ = false;
};

void corresponding_affected_products(const Model& model, Sink& sink) {
  if (model.category != "csaf_security_advisory") return;
  const auto is_class = [](StatusClass wanted) {
    return [wanted](const StatusEntry& entry) { return class_of(entry.member) == wanted; };
  };
  std::optional<Identities> identities;
  for (const auto& vulnerability : model.vulnerabilities) {
    if (std::ranges::none_of(vulnerability.status, is_class(StatusClass::fixed))) continue;
    if (!identities) identities.emplace(model);
    Counterparts affected{*identities};
    for (const auto& entry : vulnerability.status) {
      if (class_of(entry.member) == StatusClass::affected) affected.add(entry.product);
    }
    affected.finish();
    for (const auto& entry : vulnerability.status) {
      if (class_of(entry.member) != StatusClass::fixed || !model.is_defined(entry.product)) continue;
      if (affected.has_counterpart_of(entry.product)) continue;
      sink.add(entry.node,
               tr<"product id '{}' is {}, but no other version of the product is affected">(
                   model.products[entry.product].id, to_string(entry.member)),
               tr<"Name in known_affected the version of the product that this one fixes.">());
    }
  }
}

/// Does the name of a range end in "<4.2": a version that is not affected any more?
bool ends_below(std::string_view range) noexcept {
  const auto bar = range.rfind('|');
  auto last = bar == std::string_view::npos ? range : range.substr(bar + 1);
  if (bar == std::string_view::npos) {
    const auto slash = range.starts_with("vers:") ? range.find('/') : std::string_view::npos;
    if (slash != std::string_view::npos) last = range.substr(slash + 1);
  }
  return last.starts_with('<') && !last.starts_with("<=");
}

/// What remediations say of products: is there a version that is fixed?
class Outlook {
 public:
  explicit Outlook(const Model& model) : model_(model), none_(model.products.size()), some_(model.products.size()) {}

  void read(Node remediations) {
    for (const auto product : marked_) none_[product] = some_[product] = false;
    marked_.clear();
    for (const auto remediation : remediations.elements()) {
      const auto category = remediation.text_at("category");
      const bool none = category == "fix_planned" || category == "no_fix_planned" || category == "none_available";
      if (!none && category != "vendor_fix") continue;
      for (const auto product : model_.products_of(remediation)) {
        (none ? none_ : some_)[product] = true;
        marked_.push_back(product);
      }
    }
  }
  /// A clear indication that no fixed version exists, and none that one might.
  bool is_without_fix(ProductNumber product) const {
    return none_[product] && !some_[product] && !is_below_range(product);
  }

 private:
  bool is_below_range(ProductNumber product) const {
    const auto definition = model_.products[product].definition;
    if (definition == kNone) return false;
    for (auto at = model_.definitions[definition].branch; at != kNone; at = model_.branches[at].parent) {
      const auto node = model_.branches[at].node;
      if (node.text_at("category") == "product_version_range") return ends_below(node.text_at("name"));
    }
    return false;
  }

  const Model& model_;
  std::vector<bool> none_, some_;
  std::vector<ProductNumber> marked_;
};

void missing_fixed_product(const Model& model, Sink& sink) {
  if (model.category != "csaf_security_advisory") return;
  std::optional<Identities> identities;
  Outlook outlook{model};
  for (const auto& vulnerability : model.vulnerabilities) {
    const auto is_affected = [](const StatusEntry& each) { return class_of(each.member) == StatusClass::affected; };
    if (std::ranges::none_of(vulnerability.status, is_affected)) continue;
    if (!identities) identities.emplace(model);
    Counterparts fixed{*identities};
    for (const auto& entry : vulnerability.status) {
      if (class_of(entry.member) == StatusClass::fixed) fixed.add(entry.product);
    }
    fixed.finish();
    outlook.read(vulnerability.node["remediations"]);
    for (const auto& entry : vulnerability.status) {
      if (!is_affected(entry) || !model.is_defined(entry.product)) continue;
      if (outlook.is_without_fix(entry.product) || fixed.has_counterpart_of(entry.product)) continue;
      sink.add(entry.node,
               tr<"product id '{}' is {}, but no version of the product is said to be fixed">(
                   model.products[entry.product].id, to_string(entry.member)),
               tr<"Name the fixed version in fixed, or say in a remediation that there is none.">());
    }
  }
}

constexpr Test kTests[] = {
    {.id = "6.1.27.13", .in_2_0 = false, .run = corresponding_affected_products},
    {.id = "6.2.39.1", .in_2_0 = false, .run = missing_fixed_product},
};

}  // namespace

std::span<const Test> correspondence_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
