#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/walk.hpp"

/// What is worth knowing about the product tree: 6.3.5, 6.3.9 to 6.3.11, 6.3.22.
namespace tocsin::formats::csaf {
namespace {

void use_of_short_hash(const Model& model, Sink& sink) {
  constexpr std::size_t kCharactersMin = 64;
  each_full_product_name(model, [&](Node product) {
    for (const auto file : product["product_identification_helper"]["hashes"].elements()) {
      for (const auto hash : file["file_hashes"].elements()) {
        const auto value = hash["value"];
        if (!value.is_string() || value.text().size() >= kCharactersMin) continue;
        sink.add(value, tr<"the hash has {} characters; 64 and more are advised">(value.text().size()),
                 tr<"Use a longer hash, such as sha256 or sha512.">());
      }
    }
  });
}

void branch_categories(const Model& model, Sink& sink) {
  constexpr std::array<std::string_view, 3> kWanted{"vendor", "product_name", "product_version"};
  // How many of the wanted categories stand in order on the way to each branch, itself included.
  std::vector<std::uint8_t> met(model.branches.size());
  for (std::size_t i = 0; i < model.branches.size(); ++i) {
    const auto& branch = model.branches[i];
    met[i] = branch.parent == kNone ? std::uint8_t{0} : met[branch.parent];
    if (met[i] < kWanted.size() && branch.node.text_at("category") == kWanted[met[i]]) ++met[i];
    const auto product = branch.node["product"];
    if (!product || met[i] == kWanted.size()) continue;
    sink.add(product,
             tr<"on the way to the product, branches of vendor, product_name and product_version do not stand in "
                "this order: {} is missing">(kWanted[met[i]]),
             tr<"Build the product tree of vendor, product name and product version.">());
  }
}

void usage_of_product_version_range(const Model& model, Sink& sink) {
  for (const auto& branch : model.branches) {
    const auto category = branch.node["category"];
    if (category.text() != "product_version_range") continue;
    sink.add(category, tr<"a range of versions is harder to match than versions">(),
             tr<"List the versions one by one, where you can.">());
  }
}

void usage_of_v_as_version_indicator(const Model& model, Sink& sink) {
  for (const auto& branch : model.branches) {
    if (branch.node.text_at("category") != "product_version") continue;
    const auto name = branch.node["name"];
    const auto text = name.text();
    if (text.size() < 2 || (text[0] != 'v' && text[0] != 'V') || text[1] < '0' || text[1] > '9') continue;
    sink.add(name, tr<"the version '{}' begins with {}">(text::shorten(text, 60), text[0]),
             tr<"Write the version without the letter.">());
  }
}

void nested_product_path(const Model& model, Sink& sink) {
  std::vector<bool> is_path(model.products.size());
  for (const auto& definition : model.definitions) {
    if (definition.kind == Definition::Kind::product_path) is_path[definition.product] = true;
  }
  const auto look = [&](Node id) {
    if (!id.is_string()) return;
    const auto product = model.product(id.text());
    if (product == kNone || !is_path[product]) return;
    sink.add(id, tr<"'{}' is made of a product path itself">(text::shorten(id.text(), 60)),
             tr<"Describe the whole way in one product path, where you can.">());
  };
  for (const auto path : model.product_tree["product_paths"].elements()) {
    look(path["beginning_product_reference"]);
    for (const auto subpath : path["subpaths"].elements()) look(subpath["next_product_reference"]);
  }
}

constexpr Test kTests[] = {
    {.id = "6.3.5", .run = use_of_short_hash},
    {.id = "6.3.9", .run = branch_categories},
    {.id = "6.3.10", .run = usage_of_product_version_range},
    {.id = "6.3.11", .run = usage_of_v_as_version_indicator},
    {.id = "6.3.22", .in_2_0 = false, .run = nested_product_path},
};

}  // namespace

std::span<const Test> info_product_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
