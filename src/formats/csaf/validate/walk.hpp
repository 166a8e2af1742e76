#pragma once
#include "formats/csaf/validate/model.hpp"

/// Ways through a document that several tests of section 6.1 and 6.2 take. Templates, so that nothing is gathered that
/// is looked at once.
namespace tocsin::formats::csaf {

/// Every full product name, also those without a usable product_id, which Model::definitions leaves out.
template <class Visit>
void each_full_product_name(const Model& model, const Visit& visit) {
  for (const auto& branch : model.branches) {
    if (const auto product = branch.node["product"]) visit(product);
  }
  for (const auto each : model.product_tree["full_product_names"].elements()) visit(each);
  for (const auto* carriers : {"relationships", "product_paths"}) {
    for (const auto each : model.product_tree[carriers].elements()) {
      if (const auto product = each["full_product_name"]) visit(product);
    }
  }
}

/// vulnerabilities[].metrics[] of CSAF 2.1.
template <class Visit>
void each_metric(const Model& model, const Visit& visit) {
  for (const auto& vulnerability : model.vulnerabilities) {
    for (const auto metric : vulnerability.node["metrics"].elements()) visit(metric);
  }
}

}  // namespace tocsin::formats::csaf
