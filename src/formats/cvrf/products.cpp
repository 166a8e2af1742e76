#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/cpe/cpe.hpp"
#include "formats/cvrf/steps.hpp"

/// The parts of the conversion that concern the product tree.
namespace tocsin::formats::cvrf {
namespace {

using boost::json::array;
using boost::json::object;

constexpr Word kBranchTypes[] = {{"Vendor", "vendor"},
                                 {"Product Family", "product_family"},
                                 {"Product Name", "product_name"},
                                 {"Product Version", "product_version"},
                                 {"Patch Level", "patch_level"},
                                 {"Service Pack", "service_pack"},
                                 {"Architecture", "architecture"},
                                 {"Language", "language"},
                                 {"Legacy", "legacy"},
                                 {"Specification", "specification"},
                                 {"Host Name", "host_name"},
                                 // CSAF has no such categories.
                                 {"Realm", "product_name"},
                                 {"Resource", "product_name"}};
constexpr Word kRelationTypes[] = {{"Default Component Of", "default_component_of"},
                                   {"Optional Component Of", "optional_component_of"},
                                   {"External Component Of", "external_component_of"},
                                   {"Installed On", "installed_on"},
                                   {"Installed With", "installed_with"}};

object make_product(Context& context, const Element& element, std::string pointer) {
  object product;
  put(product, "name", line_of(&element));
  put(product, "product_id", attribute_of(element, "ProductID"));
  if (const auto written = attribute_of(element, "CPE"); !written.empty()) {
    if (const auto name = cpe::parse(written)) {
      product["product_identification_helper"] = object{{"cpe", written}};
    } else {
      context.note(csaf::ConversionNote::Level::warning, element, "/@CPE",
                   tr<"an invalid CPE '{}' was removed: {}">(text::shorten(written, 200), name.error().message));
    }
  }
  context.made_from(std::move(pointer), element);
  return product;
}

/// As deep as the reader let elements be nested.
array make_branches(Context& context, const Element& parent, const std::string& above) {
  array made;
  for (const auto* each : children_of(&parent, "Branch")) {
    const auto pointer = fmt::format("{}/branches/{}", above, made.size());
    context.made_from(pointer, *each);
    object branch;
    put(branch, "branches", make_branches(context, *each, pointer));
    const auto category = context.word_of(*each, "Type", tr<"type of branch">(), kBranchTypes);
    if (const auto type = text::lower_ascii(attribute_of(*each, "Type")); type == "realm" || type == "resource") {
      context.note(
          csaf::ConversionNote::Level::warning, *each, "/@Type",
          tr<"CSAF has no branch category for the type '{}' (here of '{}'): it was replaced by 'product_name', which "
             "may not fit">(attribute_of(*each, "Type"), text::shorten(attribute_of(*each, "Name"), 80)));
    }
    put(branch, "category", category);
    put(branch, "name", attribute_of(*each, "Name"));
    if (const auto* product = child_of(each, "FullProductName"); product != nullptr) {
      branch["product"] = make_product(context, *product, pointer + "/product");
    }
    made.push_back(std::move(branch));
  }
  return made;
}

array make_relationships(Context& context, const Element& tree) {
  array made;
  for (const auto* each : children_of(&tree, "Relationship")) {
    const auto pointer = fmt::format("/product_tree/relationships/{}", made.size());
    context.made_from(pointer, *each);
    // What CSAF 2.1 makes of it.
    context.made_from(fmt::format("/product_tree/product_paths/{}", made.size()), *each);
    object relationship;
    put(relationship, "category", context.word_of(*each, "RelationType", tr<"type of relationship">(), kRelationTypes));
    const auto names = children_of(each, "FullProductName");
    if (!names.empty()) {
      relationship["full_product_name"] = make_product(context, *names.front(), pointer + "/full_product_name");
    }
    if (names.size() > 1) {
      std::vector<std::string> skipped;
      for (std::size_t i = 1; i < names.size(); ++i) {
        skipped.push_back(fmt::format("'{}' ({})", line_of(names[i]), attribute_of(*names[i], "ProductID")));
      }
      context.warn(*each, tr<"information might be lost in converting the relationship: of its full product names only "
                             "'{}' was converted, not {}">(
                              line_of(names.front()), text::shorten(fmt::format("{}", fmt::join(skipped, ", ")), 400)));
    }
    put(relationship, "product_reference", attribute_of(*each, "ProductReference"));
    put(relationship, "relates_to_product_reference", attribute_of(*each, "RelatesToProductReference"));
    made.push_back(std::move(relationship));
  }
  return made;
}

array make_groups(Context& context, const Element& tree) {
  array made;
  for (const auto* each : children_of(child_of(&tree, "ProductGroups"), "Group")) {
    context.made_from(fmt::format("/product_tree/product_groups/{}", made.size()), *each);
    object group;
    put(group, "group_id", attribute_of(*each, "GroupID"));
    std::vector<std::string> ids;
    for (const auto* id : children_of(each, "ProductID")) ids.push_back(line_of(id));
    put(group, "product_ids", texts(ids));
    put(group, "summary", text_of(child_of(each, "Description")));
    made.push_back(std::move(group));
  }
  return made;
}

}  // namespace

object make_product_tree(Context& context, const Element& tree) {
  context.made_from("/product_tree", tree);
  object made;
  put(made, "branches", make_branches(context, tree, "/product_tree"));
  array names;
  for (const auto* each : children_of(&tree, "FullProductName")) {
    names.push_back(make_product(context, *each, fmt::format("/product_tree/full_product_names/{}", names.size())));
  }
  put(made, "full_product_names", std::move(names));
  put(made, "product_groups", make_groups(context, tree));
  put(made, "relationships", make_relationships(context, tree));
  return made;
}

}  // namespace tocsin::formats::cvrf
