#include <algorithm>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/json.hpp"
#include "base/keyed_hash.hpp"
#include "base/text.hpp"
#include "formats/csaf/convert/steps.hpp"
#include "formats/vers/range.hpp"
#include "formats/vers/vendor_text.hpp"

/// The parts of the conversion that concern the product tree.
namespace tocsin::formats::csaf::convert {
namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

/// Hash algorithms as CSAF 2.1 spells them (section 3.1.10.3.3): lower case, with their dashes.
constexpr std::string_view kHashAlgorithms[] = {
    "blake2b-256", "blake2b-384", "blake2b-512", "blake2b512", "blake2s256", "blake3",   "md2",
    "md4",         "md5",         "md6",         "ripemd160",  "sha1",       "sha224",   "sha256",
    "sha384",      "sha512",      "sha512-224",  "sha512-256", "sha3-224",   "sha3-256", "sha3-384",
    "sha3-512",    "shake128",    "shake256",    "sm3",        "ssdeep",     "tlsh",     "whirlpool"};

std::string without_marks(std::string_view text) {
  std::string plain;
  for (const char c : text::lower_ascii(text)) {
    if (c != '-' && c != '_' && c != ' ' && c != '/') plain += c;
  }
  return plain;
}

void convert_hashes(value& helper, const std::string& path, Notes& notes) {
  auto* hashes = find_array(helper, "hashes");
  if (hashes == nullptr) return;
  for (std::size_t i = 0; i < hashes->size(); ++i) {
    auto* files = find_array((*hashes)[i], "file_hashes");
    if (files == nullptr) continue;
    for (std::size_t j = 0; j < files->size(); ++j) {
      auto* hash = (*files)[j].if_object();
      if (hash == nullptr) continue;
      (*hash)["value"] = text::lower_ascii(text_of(hash->if_contains("value")));
      const auto written = text_of(hash->if_contains("algorithm"));
      const auto* known = std::ranges::find_if(
          kHashAlgorithms, [&](std::string_view each) { return without_marks(each) == without_marks(written); });
      if (known != std::end(kHashAlgorithms)) {
        (*hash)["algorithm"] = *known;
        continue;
      }
      (*hash)["algorithm"] = text::lower_ascii(written);
      notes.warn(fmt::format("{}/hashes/{}/file_hashes/{}/algorithm", path, i, j),
                 fmt::format("unknown hash algorithm '{}' was converted to lower case", written));
    }
  }
}

std::size_t open_stars(std::string_view text) {
  std::size_t stars = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '*') {
      ++stars;
    }
  }
  return stars;
}

/// Model numbers, SKUs and serial numbers: 2.0 left open whether they are beginnings, 2.1 marks them.
void convert_numbers(value& helper, std::string_view key, std::string_view what, const std::string& path,
                     const ConvertOptions& options, Notes& notes) {
  auto* numbers = find_array(helper, key);
  if (numbers == nullptr) return;
  array kept;
  HashSet<std::string> seen;
  for (std::size_t i = 0; i < numbers->size(); ++i) {
    const auto before = text_of(&(*numbers)[i]);
    const auto place = fmt::format("{}/{}/{}", path, key, i);
    std::string after;
    for (const char c : before) {
      if (c == '\\') after += '\\';
      after += c;
    }
    if (!options.numbers_are_complete && !after.ends_with('*')) {
      after += '*';
      notes.warn(place, fmt::format("the {} '{}' may be a beginning: a star was added", what, before));
    }
    if (open_stars(after) > 1) {
      notes.warn(place, fmt::format("the {} '{}' has several stars and was removed", what, before));
      continue;
    }
    if (seen.insert(after).second) kept.push_back(value(after));
  }
  if (kept.empty()) {
    helper.as_object().erase(key);
  } else {
    *numbers = std::move(kept);
  }
}

void convert_full_product_name(value& product, const std::string& path, const ConvertOptions& options, Notes& notes) {
  auto* helper = find(product, "product_identification_helper");
  if (helper == nullptr || !helper->is_object()) return;
  const auto place = path + "/product_identification_helper";
  convert_hashes(*helper, place, notes);
  convert_numbers(*helper, "model_numbers", "model number", place, options, notes);
  convert_numbers(*helper, "serial_numbers", "serial number", place, options, notes);
  convert_numbers(*helper, "skus", "stock keeping unit", place, options, notes);
  auto& members = helper->as_object();
  if (const auto purl = text_of(members.if_contains("purl")); !purl.empty()) {
    members.erase("purl");
    members["purls"] = array{value(purl)};
  }
  if (members.empty()) product.as_object().erase("product_identification_helper");
}

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
  const auto plain = without_marks(name);
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
    notes.warn(leaf.path, fmt::format("the branch category '{}' stood several times along this path; that was resolved",
                                      *stacked));
  } else {
    notes.fail(leaf.path,
               fmt::format("the branch category '{}' stands several times along this path and could not be resolved",
                           *stacked));
  }
}

void mend_version_above_range(const Path& path, Notes& notes) {
  const auto version = first_of(path, "product_version");
  const auto range = first_of(path, "product_version_range");
  if (version == path.size() || range == path.size()) return;
  const auto& leaf = path.back();
  if (version < range && make_version_a_name(path, version)) {
    notes.warn(leaf.path,
               fmt::format("'{}' was a product_version above a product_version_range and became a product_name",
                           name_of(path[version])));
  } else {
    notes.fail(leaf.path, "product_version and product_version_range stand along one path and could not be resolved");
  }
}

/// Without the placeholder vendors along a path: what they hold moves up.
void drop_placeholder_vendors(value& parent, bool below_vendor, const std::string& path, Notes& notes) {
  auto* branches = find_array(parent, "branches");
  if (branches == nullptr) return;
  array kept;
  for (std::size_t i = 0; i < branches->size(); ++i) {
    auto& branch = (*branches)[i];
    const auto place = fmt::format("{}/branches/{}", path, i);
    const bool vendor = text_of(find(branch, "category")) == "vendor";
    drop_placeholder_vendors(branch, below_vendor || vendor, place, notes);
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
    notes.warn(place, fmt::format("the branch category 'vendor' stood several times along a path; '{}' was removed",
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
  notes.warn(
      path + "/name",
      fmt::format("CSAF 2.1 does not take the product_version_range '{}': it was written as '{}'", before, after));
}

void mend_range(object& branch, std::string_view product, const std::string& path, Notes& notes) {
  if (text_of(branch.if_contains("category")) != "product_version_range") return;
  write_range_in_form(branch, product, path, notes);
  const auto before = text_of(branch.if_contains("name"));
  for (const auto& [comparator, what] : {std::pair<std::string_view, std::string_view>{">=", "an upper open range"},
                                         {">", "an upper open range"},
                                         {"=", "a single version"},
                                         {"", "a single version"}}) {
    const auto version = lone_version(before, comparator);
    if (!version) continue;
    branch["category"] = "product_version";
    branch["name"] = *version;
    notes.warn(path + "/name", fmt::format("the product_version_range '{}' is {} and became the product_version '{}'",
                                           before, what, *version));
    return;
  }
}

class Branches {
 public:
  Branches(const ConvertOptions& options, Notes& notes) : options_(options), notes_(notes) {}

  void convert(value& parent, const std::string& path) {
    // Looked up anew each time: what a branch below mends along its path may move the members of this one.
    for (std::size_t i = 0; i < branches_of(parent); ++i) {
      auto& branch = (*find_array(parent, "branches"))[i];
      if (!branch.is_object()) continue;
      const auto place = fmt::format("{}/branches/{}", path, i);
      auto& members = branch.get_object();
      if (text_of(members.if_contains("category")) == "legacy") {
        members["category"] = "product_name";
        notes_.warn(place + "/category",
                    "CSAF 2.1 has no branch category 'legacy': it was replaced by 'product_name', which may not fit");
      }
      mend_range(members, product_above(), place, notes_);
      along_.push_back({&members, place});
      if (auto* product = members.if_contains("product"); product != nullptr) {
        convert_full_product_name(*product, place + "/product", options_, notes_);
      }
      if (auto* inner = members.if_contains("branches"); inner != nullptr && inner->is_array()) {
        convert(branch, place);
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
  tree.erase("relationships");
  if (!paths.empty()) tree["product_paths"] = std::move(paths);
}

}  // namespace

void convert_product_tree(value& root, const ConvertOptions& options, Notes& notes) {
  auto* tree = find(root, "product_tree");
  if (tree == nullptr || !tree->is_object()) return;
  drop_placeholder_vendors(*tree, false, "/product_tree", notes);
  Branches{options, notes}.convert(*tree, "/product_tree");
  if (auto* names = find_array(*tree, "full_product_names"); names != nullptr) {
    for (std::size_t i = 0; i < names->size(); ++i) {
      convert_full_product_name((*names)[i], fmt::format("/product_tree/full_product_names/{}", i), options, notes);
    }
  }
  convert_relationships(tree->as_object(), options, notes);
}

}  // namespace tocsin::formats::csaf::convert
