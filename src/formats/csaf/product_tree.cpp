#include "formats/csaf/product_tree.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"

namespace tocsin::formats::csaf {
namespace {

using boost::json::value;

std::string_view as_text(const value& each) noexcept {
  const auto* text = each.if_string();
  return text != nullptr ? std::string_view{text->data(), text->size()} : std::string_view{};
}

std::vector<std::string> texts_of(const value& object, std::string_view key) {
  std::vector<std::string> texts;
  for (const auto& each : json::array_at(object, key)) {
    if (auto text = clean_text(as_text(each)); !text.empty()) texts.push_back(std::move(text));
  }
  return texts;
}

// What the branches above a product say about it.
struct Context {
  std::string_view vendor, family, product, version, service_pack, patch_level;
  bool version_is_range = false;

  std::size_t bytes() const noexcept {
    return vendor.size() + family.size() + product.size() + version.size() + service_pack.size() + patch_level.size();
  }

  void enter(const value& branch) {
    const auto category = json::string_at(branch, "category");
    const auto name = json::string_at(branch, "name");
    if (category == "vendor") {
      vendor = name;
    } else if (category == "product_family") {
      family = name;
    } else if (category == "product_name") {
      product = name;
    } else if (category == "product_version" || category == "product_version_range") {
      version = name;
      version_is_range = category == "product_version_range";
    } else if (category == "service_pack") {
      service_pack = name;
    } else if (category == "patch_level") {
      patch_level = name;
    }
  }

  Product product_here() const {
    Product here;
    here.vendor = clean_text(vendor);
    here.family = clean_text(family);
    here.product = clean_text(product);
    here.version = clean_text(version);
    for (const auto part : {service_pack, patch_level}) {
      if (part.empty()) continue;
      if (!here.version.empty()) here.version += ' ';
      here.version += clean_text(part);
    }
    here.version_is_range = version_is_range;
    return here;
  }
};

void read_identification(const value& helper, Product& product) {
  product.model_numbers = texts_of(helper, "model_numbers");
  product.skus = texts_of(helper, "skus");
  product.serial_numbers = texts_of(helper, "serial_numbers");
  product.purls = texts_of(helper, "purls");
  // CSAF 2.0 knows one purl, 2.1 a list.
  if (auto purl = clean_text(json::string_at(helper, "purl")); !purl.empty()) product.purls.push_back(std::move(purl));
  product.cpe = clean_text(json::string_at(helper, "cpe"));
  for (const auto& file : json::array_at(helper, "hashes")) {
    const auto filename = clean_text(json::string_at(file, "filename"));
    for (const auto& hash : json::array_at(file, "file_hashes")) {
      product.hashes.push_back(
          {filename, clean_text(json::string_at(hash, "algorithm")), clean_text(json::string_at(hash, "value"))});
    }
  }
}

Error too_many_products() {
  Error error =
      Error::invalid("the document names more than " + std::to_string(kProductsMax) + " products", "/product_tree");
  error.code = Error::Code::too_large;
  return error;
}

Error repeats_too_much() {
  Error error =
      Error::invalid("its names and product ids, written out wherever branches and groups lead, take more than " +
                         std::to_string(kRepeatedBytesMax) + " bytes",
                     "/product_tree");
  error.code = Error::Code::too_large;
  return error;
}

}  // namespace

std::string clean_text(std::string_view text) {
  text = text::trim(text);
  unsigned high_bits = 0;
  unsigned controls = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    high_bits |= byte;
    controls |= static_cast<unsigned>(byte < 0x20) & static_cast<unsigned>(byte != '\n') &
                static_cast<unsigned>(byte != '\r') & static_cast<unsigned>(byte != '\t');
    controls |= static_cast<unsigned>(byte == 0x7f);
  }
  std::string clean = (high_bits & 0x80U) != 0 ? text::repair_mojibake(text) : std::string{text};
  if (controls != 0) {
    std::erase_if(clean, [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7f;
    });
  }
  return clean;
}

Result<ProductTree> ProductTree::read(const value& root) {
  ProductTree tree;
  if (const auto* node = json::find(root, "product_tree"); node != nullptr) {
    TRY_VOID(tree.read_branches(*node));
    TRY_VOID(tree.read_relationships(*node));
    TRY_VOID(tree.read_groups(*node));
  }
  return tree;
}

Status ProductTree::add(const value& full_product_name, Product product) {
  const auto id = json::string_at(full_product_name, "product_id");
  if (id.empty()) return ok();
  // The first definition of an id counts; a second one is a fault that the validator names.
  if (!positions_.emplace(id, products.size()).second) return ok();
  if (products.size() == kProductsMax) return too_many_products();
  ids_.push_back(id);
  product.id = std::string{id};
  product.name = clean_text(json::string_at(full_product_name, "name"));
  if (product.product.empty() && product.relationship.empty()) product.product = product.name;
  if (const auto* helper = json::find(full_product_name, "product_identification_helper"); helper != nullptr) {
    read_identification(*helper, product);
  }
  products.push_back(std::move(product));
  return ok();
}

Status ProductTree::read_branches(const value& tree) {
  struct Level {
    const boost::json::array* branches;
    std::size_t next;
    Context context;
  };
  // A stack of our own: how deep a document nests must not decide how much of the thread's stack is used.
  std::vector<Level> levels;
  levels.push_back({&json::array_at(tree, "branches"), 0, {}});
  while (!levels.empty()) {
    auto& level = levels.back();
    if (level.next == level.branches->size()) {
      levels.pop_back();
      continue;
    }
    const auto& branch = (*level.branches)[level.next++];
    Context context = level.context;
    context.enter(branch);
    TRY_VOID(take(context.bytes()));
    if (const auto* product = json::find(branch, "product"); product != nullptr) {
      TRY_VOID(add(*product, context.product_here()));
    }
    if (const auto& children = json::array_at(branch, "branches"); !children.empty()) {
      levels.push_back({&children, 0, context});
    }
  }
  for (const auto& each : json::array_at(tree, "full_product_names")) TRY_VOID(add(each, {}));
  return ok();
}

Status ProductTree::read_relationships(const value& tree) {
  const auto first = products.size();
  const auto add_related = [&](const value& entry, std::string_view category, std::string_view component,
                               std::string_view related_to) -> Status {
    const auto* name = json::find(entry, "full_product_name");
    if (name == nullptr) return ok();
    Product product;
    product.relationship = std::string{category};
    product.component = std::string{component};
    product.related_to = std::string{related_to};
    return add(*name, std::move(product));
  };
  for (const auto& each : json::array_at(tree, "relationships")) {
    TRY_VOID(add_related(each, json::string_at(each, "category"), json::string_at(each, "product_reference"),
                         json::string_at(each, "relates_to_product_reference")));
  }
  for (const auto& each : json::array_at(tree, "product_paths")) {
    const auto& steps = json::array_at(each, "subpaths");
    if (steps.empty()) continue;
    TRY_VOID(add_related(each, json::string_at(steps.front(), "category"),
                         json::string_at(each, "beginning_product_reference"),
                         json::string_at(steps.front(), "next_product_reference")));
  }
  return inherit_from_components(first);
}

Status ProductTree::inherit_from_components(std::size_t first) {
  // A component may itself come from a relationship that stands later, so the chain is followed to a product of the
  // branches; the bound stops rings.
  constexpr int kChainMax = 16;
  for (std::size_t i = first; i < products.size(); ++i) {
    auto origin = i;
    for (int step = 0; step < kChainMax && origin >= first; ++step) {
      const auto found = positions_.find(products[origin].component);
      if (found == positions_.end() || found->second == origin) break;
      origin = found->second;
    }
    auto& product = products[i];
    if (origin < first) {
      const auto& component = products[origin];
      TRY_VOID(take(component.vendor.size() + component.family.size() + component.product.size() +
                    component.version.size()));
      product.vendor = component.vendor;
      product.family = component.family;
      product.product = component.product;
      product.version = component.version;
      product.version_is_range = component.version_is_range;
    } else {
      product.product = product.name;
    }
  }
  return ok();
}

Status ProductTree::take(std::size_t bytes) {
  if (bytes > kRepeatedBytesMax - repeated_) return repeats_too_much();
  repeated_ += bytes;
  return ok();
}

std::size_t ProductTree::position_of(std::string_view product_id) {
  const auto [found, is_new] = positions_.emplace(product_id, ids_.size());
  if (is_new) ids_.push_back(product_id);
  return found->second;
}

Status ProductTree::read_groups(const value& tree) {
  for (const auto& each : json::array_at(tree, "product_groups")) {
    const auto id = json::string_at(each, "group_id");
    if (id.empty()) continue;
    ProductGroup group;
    group.id = std::string{id};
    group.summary = clean_text(json::string_at(each, "summary"));
    TRY(group.product_ids, resolve(json::find(each, "product_ids"), nullptr));
    std::vector<std::size_t> members;
    members.reserve(group.product_ids.size());
    for (const auto& product_id : group.product_ids) members.push_back(positions_.find(product_id)->second);
    if (group_positions_.emplace(id, std::move(members)).second) groups.push_back(std::move(group));
  }
  return ok();
}

Result<std::vector<std::string>> ProductTree::resolve(const value* product_ids, const value* group_ids) {
  ++lists_;
  std::vector<std::size_t> positions;
  const auto use = [&](std::size_t position) {
    if (position >= last_used_.size()) last_used_.resize(std::max(ids_.size(), position + 1), 0);
    if (std::exchange(last_used_[position], lists_) != lists_) positions.push_back(position);
  };
  if (const auto* ids = product_ids != nullptr ? product_ids->if_array() : nullptr; ids != nullptr) {
    positions.reserve(ids->size());
    references_ += ids->size();
    for (const auto& each : *ids) {
      if (const auto id = as_text(each); !id.empty()) use(position_of(id));
    }
  }
  if (const auto* ids = group_ids != nullptr ? group_ids->if_array() : nullptr; ids != nullptr) {
    for (const auto& each : *ids) {
      const auto found = group_positions_.find(as_text(each));
      if (found == group_positions_.end()) continue;
      references_ += found->second.size();
      if (references_ > kProductReferencesMax) break;
      for (const auto position : found->second) use(position);
    }
  }
  if (references_ > kProductReferencesMax) {
    Error error = Error::invalid("the document refers to products more than " + std::to_string(kProductReferencesMax) +
                                     " times, groups resolved",
                                 "/vulnerabilities");
    error.code = Error::Code::too_large;
    return error;
  }
  if (!std::is_sorted(positions.begin(), positions.end())) std::sort(positions.begin(), positions.end());
  std::vector<std::string> resolved;
  resolved.reserve(positions.size());
  for (const auto position : positions) {
    TRY_VOID(take(ids_[position].size()));
    resolved.emplace_back(ids_[position]);
  }
  return resolved;
}

}  // namespace tocsin::formats::csaf
