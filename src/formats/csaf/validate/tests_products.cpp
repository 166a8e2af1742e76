#include <algorithm>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "formats/csaf/validate/test_groups.hpp"

/// Definitions of and references to products and product groups: 6.1.1 to 6.1.5.
namespace tocsin::formats::csaf {
namespace {

void missing_definition_of_product_id(const Model& model, Sink& sink) {
  const auto is_defined = [&](ProductNumber product) { return model.is_defined(product); };
  std::vector<bool> list_is_defined;
  list_is_defined.reserve(model.lists.size());
  for (const auto& list : model.lists) list_is_defined.push_back(std::ranges::all_of(list.products, is_defined));
  const auto check = [&](ProductNumber product, Node id) {
    if (is_defined(product)) return;
    sink.add(id, tr<"product id '{}' is not defined">(model.products[product].id),
             tr<"Define a product with this id in the product tree, or correct the id.">());
  };
  for (const auto& reference : model.product_references) {
    if (reference.list == kNone) {
      check(reference.product, reference.node);
    } else if (!list_is_defined[reference.list]) {
      const auto products = model.lists[reference.list].products;
      for (std::size_t i = 0; i < products.size(); ++i) check(products[i], reference.node.text_element(i));
    }
  }
}

void multiple_definition_of_product_id(const Model& model, Sink& sink) {
  for (std::uint32_t i = 0; i < model.definitions.size(); ++i) {
    const auto& definition = model.definitions[i];
    if (model.products[definition.product].definition == i) continue;
    sink.add(definition.id(), tr<"product id '{}' is defined more than once">(model.products[definition.product].id),
             tr<"Give each product an id of its own.">());
  }
}

/// Walks relationships and product paths from what they define to what they are made of; a product met again on the way
/// down defines itself.
class CycleFinder {
 public:
  CycleFinder(const Model& model, Sink& sink)
      : model_(model), sink_(sink), state_(model.products.size(), State::fresh) {
    parts_.resize(model.products.size());
    for (const auto& definition : model.definitions) {
      auto& parts = parts_[definition.product];
      const auto add = [&](Node id) {
        if (id.is_string()) parts.push_back({model.product(id.text()), kNone, id});
      };
      if (definition.kind == Definition::Kind::relationship) {
        add(definition.carrier["product_reference"]);
        add(definition.carrier["relates_to_product_reference"]);
      } else if (definition.kind == Definition::Kind::product_path) {
        add(definition.carrier["beginning_product_reference"]);
        for (const auto subpath : definition.carrier["subpaths"].elements()) add(subpath["next_product_reference"]);
      }
    }
  }

  void find() {
    for (const auto& definition : model_.definitions) visit(definition.product);
  }

 private:
  enum class State : std::uint8_t { fresh, open, done };
  struct Step {
    ProductNumber product;
    std::size_t next = 0;
  };

  /// With a stack of its own: a chain of relationships may be as long as the document.
  void visit(ProductNumber start) {
    if (state_[start] != State::fresh) return;
    std::vector<Step> steps{{start}};
    state_[start] = State::open;
    while (!steps.empty()) {
      auto& step = steps.back();
      if (step.next == parts_[step.product].size()) {
        state_[step.product] = State::done;
        steps.pop_back();
        continue;
      }
      const auto& part = parts_[step.product][step.next++];
      if (state_[part.product] == State::open) {
        sink_.add(part.node, tr<"product id '{}' takes part in its own definition">(model_.products[part.product].id),
                  tr<"Let the relationship refer to products that do not contain it.">());
      } else if (state_[part.product] == State::fresh) {
        state_[part.product] = State::open;
        steps.push_back({part.product});
      }
    }
  }

  const Model& model_;
  Sink& sink_;
  std::vector<State> state_;
  std::vector<std::vector<ProductReference>> parts_;
};

void circular_definition_of_product_id(const Model& model, Sink& sink) {
  const auto is_made_of_others = [](const Definition& each) {
    return each.kind == Definition::Kind::relationship || each.kind == Definition::Kind::product_path;
  };
  if (std::ranges::any_of(model.definitions, is_made_of_others)) CycleFinder{model, sink}.find();
}

void missing_definition_of_product_group_id(const Model& model, Sink& sink) {
  for (const auto& reference : model.group_references) {
    if (model.groups[reference.group].definition) continue;
    sink.add(reference.node, tr<"product group id '{}' is not defined">(model.groups[reference.group].id),
             tr<"Define a group with this id in /product_tree/product_groups, or correct the id.">());
  }
}

void multiple_definition_of_product_group_id(const Model& model, Sink& sink) {
  for (const auto each : model.group_definitions) {
    const auto id = each["group_id"];
    const auto number = model.group(id.text());
    if (number == kNone || model.groups[number].definition == each) continue;
    sink.add(id, tr<"product group id '{}' is defined more than once">(id.text()),
             tr<"Give each product group an id of its own.">());
  }
}

constexpr Test kTests[] = {
    {.id = "6.1.1", .run = missing_definition_of_product_id},
    {.id = "6.1.2", .run = multiple_definition_of_product_id},
    {.id = "6.1.3", .run = circular_definition_of_product_id},
    {.id = "6.1.4", .run = missing_definition_of_product_group_id},
    {.id = "6.1.5", .run = multiple_definition_of_product_group_id},
};

}  // namespace

std::span<const Test> product_tests() noexcept { return kTests; }

}  // namespace tocsin::formats::csaf
