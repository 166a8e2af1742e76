#include <algorithm>
#include <optional>

#include <fmt/format.h>

#include "base/keyed_hash.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/cpe/cpe.hpp"
#include "formats/csaf/names.hpp"
#include "formats/csaf/validate/test_groups.hpp"
#include "formats/csaf/validate/walk.hpp"
#include "formats/purl/purl.hpp"

/// What is advised about how products are told from each other in CSAF 2.1: 6.2.31, 6.2.32, 6.2.42, 6.2.48, 6.2.52.
namespace tocsin::formats::csaf {
namespace {

void hardware_and_software(const Model& model, Sink& sink) {
  std::vector<bool> in_path(model.products.size());
  const auto mark = [&](Node id) {
    if (id.is_string()) in_path[model.product(id.text())] = true;
  };
  for (const auto path : model.product_tree["product_paths"].elements()) {
    mark(path["beginning_product_reference"]);
    for (const auto subpath : path["subpaths"].elements()) mark(subpath["next_product_reference"]);
  }
  for (const auto& definition : model.definitions) {
    const auto helper = definition.node["product_identification_helper"];
    if (in_path[definition.product] || (!helper["serial_numbers"] && !helper["model_numbers"])) continue;
    sink.add(definition.node,
             tr<"'{}' is told by serial or model numbers, as hardware is, but no product path refers to it">(
                 text::shorten(definition.id().text(), 60)),
             tr<"Say in a product path which software is installed on it; leave it so where the hardware itself is "
                "meant.">());
  }
}

// ---- 6.2.32

/// Equal helpers give equal texts; hashes of a file in any order.
std::string canonical_helper(std::string_view category, Node value) {
  std::string text{category};
  text += ' ';
  const auto hashes = value["file_hashes"];
  if (!hashes.is_array()) {
    append_canonical(text, value);
    return text;
  }
  std::vector<std::string> each;
  for (const auto hash : hashes.elements()) append_canonical(each.emplace_back(), hash);
  std::ranges::sort(each);
  append_canonical(text, value["filename"]);
  for (const auto& hash : each) text += hash + ',';
  return text;
}

void same_helper_for_different_products(const Model& model, Sink& sink) {
  HashMap<std::string, ProductNumber> seen;
  for (const auto& definition : model.definitions) {
    const auto look = [&](std::string_view category, Node value) {
      const auto [found, is_new] = seen.try_emplace(canonical_helper(category, value), definition.product);
      if (is_new || found->second == definition.product) return;
      sink.add(value, tr<"'{}' is identified in the same way">(text::shorten(model.products[found->second].id, 60)),
               tr<"Give each product a helper that tells it from the others; leave it so where a product was only "
                  "renamed.">());
    };
    for (const auto member : definition.node["product_identification_helper"].members()) {
      if (member.value.is_array()) {
        for (const auto element : member.value.elements()) look(member.name, element);
      } else {
        look(member.name, member.value);
      }
    }
  }
}

// ---- 6.2.42

/// A name as CPE writes it: lower case, blanks as underscores.
std::string as_in_cpe(std::string_view name) {
  auto text = text::lower_ascii(text::trim(name));
  std::ranges::replace(text, ' ', '_');
  return text;
}

/// "v4.2" and "4.2" are the same version.
std::string_view without_v(std::string_view version) noexcept {
  const bool has_v =
      version.size() > 1 && (version[0] == 'v' || version[0] == 'V') && version[1] >= '0' && version[1] <= '9';
  return has_v ? version.substr(1) : version;
}

/// The branches on the way to a product, by category.
struct Categorised {
  std::vector<std::pair<std::string_view, std::string_view>> strings;  ///< Category and name, innermost first.

  std::string_view name_of(std::string_view category) const noexcept {
    const auto found = std::ranges::find(strings, category, &std::pair<std::string_view, std::string_view>::first);
    return found == strings.end() ? std::string_view{} : found->second;
  }
  bool contain(std::string_view text) const {
    return std::ranges::any_of(
        strings, [&](const auto& each) { return as_in_cpe(each.second).find(text) != std::string::npos; });
  }
};

struct Counterpart {
  cpe::Part part;
  std::string_view categories[2];
};
constexpr Counterpart kCounterparts[] = {
    {cpe::Part::vendor, {"vendor", {}}},
    {cpe::Part::product, {"product_name", {}}},
    {cpe::Part::version, {"product_version", {}}},
    {cpe::Part::update, {"service_pack", "patch_level"}},
    {cpe::Part::language, {"language", {}}},
    {cpe::Part::target_hw, {"architecture", "platform"}},
    {cpe::Part::edition, {}},
    {cpe::Part::sw_edition, {}},
    {cpe::Part::target_sw, {}},
    {cpe::Part::other, {}},
};

void check_cpe(const Categorised& path, Node text, Sink& sink) {
  const auto name = cpe::parse(text.text());
  if (!name) return;  // The schema's pattern tells of those.
  constexpr Message kMend = message<"Let branches and CPE say the same.">;
  for (const auto& [part, categories] : kCounterparts) {
    const auto& attribute = (*name)[part];
    const auto& written =
        path.name_of(categories[0]).empty() ? path.name_of(categories[1]) : path.name_of(categories[0]);
    const bool is_set = attribute.kind == cpe::Attribute::Kind::text;
    if (written.empty()) {
      if (is_set && !path.contain(attribute.text)) {
        sink.add(text,
                 tr<"the CPE says '{}' for {}, which the branches do not say">(text::shorten(attribute.text, 60),
                                                                               cpe::to_string(part)),
                 kMend);
      }
      continue;
    }
    const bool has_star = written.find('*') != std::string_view::npos;
    if (!is_set || (attribute.has_wildcards() && !has_star)) {
      sink.add(
          text,
          tr<"the branches say '{}' for {}, the CPE leaves it open">(text::shorten(written, 60), cpe::to_string(part)),
          kMend);
    } else if (part == cpe::Part::version && as_in_cpe(without_v(written)) != without_v(attribute.text)) {
      sink.add(text,
               tr<"the branches say version '{}', the CPE says '{}'">(text::shorten(written, 60),
                                                                      text::shorten(attribute.text, 60)),
               kMend);
    }
  }
}

void check_purl_version(const Categorised& path, Node text, Sink& sink) {
  const auto version = path.name_of("product_version");
  const auto purl = purl::parse(text.text());
  if (!purl || version.empty() || without_v(purl->version) == without_v(version)) return;
  sink.add(text,
           purl->version.empty() ? tr<"the branches say version '{}', the package URL none">(text::shorten(version, 60))
                                 : tr<"the branches say version '{}', the package URL '{}'">(
                                       text::shorten(version, 60), text::shorten(purl->version, 60)),
           tr<"Let branches and package URL say the same.">());
}

void inconsistent_helper(const Model& model, Sink& sink) {
  for (const auto& definition : model.definitions) {
    if (definition.kind != Definition::Kind::branch) continue;
    const auto helper = definition.node["product_identification_helper"];
    const auto cpe = helper["cpe"];
    const auto purls = helper["purls"];
    if (!cpe && purls.empty()) continue;
    Categorised path;
    for (auto at = definition.branch; at != kNone; at = model.branches[at].parent) {
      const auto node = model.branches[at].node;
      path.strings.emplace_back(node.text_at("category"), node.text_at("name"));
    }
    if (cpe.is_string()) check_cpe(path, cpe, sink);
    for (const auto purl : purls.elements()) check_purl_version(path, purl, sink);
  }
}

void misuse_at_vendor_name(const Model& model, Sink& sink) {
  for (const auto& branch : model.branches) {
    if (branch.node.text_at("category") != "vendor") continue;
    const auto name = branch.node["name"];
    if (name_without_separators(name.text()) != "opensource") continue;
    sink.add(name, tr<"'{}' is no vendor">(text::shorten(name.text(), 60)),
             tr<"Name the project or company that makes the product.">());
  }
}

void unknown_hash_algorithm(const Model& model, Sink& sink) {
  each_full_product_name(model, [&](Node product) {
    for (const auto file : product["product_identification_helper"]["hashes"].elements()) {
      for (const auto hash : file["file_hashes"].elements()) {
        const auto algorithm = hash["algorithm"];
        if (!algorithm.is_string() || is_listed_hash_algorithm(algorithm.text())) continue;
        sink.add(algorithm,
                 tr<"the hash algorithm '{}' is not among those that the standard lists, and is not supported here">(
                     text::shorten(algorithm.text(), 60)),
                 tr<"Use one that every tool knows, such as sha256 or sha512.">());
      }
    }
  });
}

constexpr Test kTests[] = {
    {.id = "6.2.31", .in_2_0 = false, .run = hardware_and_software},
    {.id = "6.2.32", .in_2_0 = false, .run = same_helper_for_different_products},
    {.id = "6.2.42", .in_2_0 = false, .run = inconsistent_helper},
    {.id = "6.2.48", .in_2_0 = false, .run = misuse_at_vendor_name},
    {.id = "6.2.52", .in_2_0 = false, .run = unknown_hash_algorithm},
};

}  // namespace

std::span<const Test> advice_helper_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
