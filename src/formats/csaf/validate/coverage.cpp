#include "formats/csaf/validate/coverage.hpp"

#include <algorithm>

namespace tocsin::formats::csaf {
namespace {

/// Groups of this many products altogether are spread at once: that costs less than filling the table of membership.
constexpr std::size_t kSpreadAtOnce = 1024;

std::uint64_t key(GroupNumber group, ProductNumber product) noexcept { return std::uint64_t{group} << 32 | product; }

}  // namespace

Coverage::Coverage(const Model& model)
    : model_(model), products_(model.products.size()), groups_(model.groups.size()) {}

void Coverage::clear() noexcept {
  ++round_;
  waiting_.clear();
  waiting_products_ = 0;
  asked_ = 0;
}

void Coverage::add(Node item) {
  for (const std::string_view list : {"product_ids", "products"}) {
    for (const auto each : item[list].elements()) {
      const auto number = model_.product(each.text());
      if (each.is_string() && number != kNone) products_[number] = round_;
    }
  }
  for (const auto each : item["group_ids"].elements()) {
    const auto number = model_.group(each.text());
    if (!each.is_string() || number == kNone || groups_[number] == round_) continue;
    groups_[number] = round_;
    waiting_.push_back(number);
    waiting_products_ += model_.groups[number].products.size();
  }
}

void Coverage::spread() {
  for (const auto group : waiting_) {
    for (const auto product : model_.groups[group].products) products_[product] = round_;
  }
  waiting_.clear();
  waiting_products_ = 0;
}

bool Coverage::contains(ProductNumber product) {
  if (!waiting_.empty() && waiting_products_ <= std::max(asked_, kSpreadAtOnce)) spread();
  if (products_[product] == round_) return true;
  if (waiting_.empty()) return false;
  if (membership_.empty()) {
    for (GroupNumber group = 0; group < model_.groups.size(); ++group) {
      for (const auto each : model_.groups[group].products) membership_.insert(key(group, each));
    }
  }
  asked_ += waiting_.size();
  return std::ranges::any_of(waiting_, [&](GroupNumber group) { return membership_.contains(key(group, product)); });
}

}  // namespace tocsin::formats::csaf
