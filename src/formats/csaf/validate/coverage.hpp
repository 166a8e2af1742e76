#pragma once
#include <cstdint>
#include <vector>

#include "base/keyed_hash.hpp"
#include "formats/csaf/validate/model.hpp"

namespace tocsin::formats::csaf {

/// Which products the items of one vulnerability name (remediations, flags, threats, ids), directly or through product
/// groups. One for a document, cleared for each vulnerability. Exact, and cheap also where thousands of vulnerabilities
/// name groups of thousands of products: a group is spread over its products only where asking it would cost more.
class Coverage {
 public:
  explicit Coverage(const Model& model);

  /// Forgets all items; takes constant time.
  void clear() noexcept;
  /// The products of `product_ids` (scores and metrics: `products`) and `group_ids`.
  void add(Node item);
  bool contains(ProductNumber product);

 private:
  void spread();

  const Model& model_;
  std::uint32_t round_ = 1;
  std::vector<std::uint32_t> products_;  ///< The round in which a product was named last.
  std::vector<std::uint32_t> groups_;    ///< The same for groups.
  std::vector<GroupNumber> waiting_;     ///< Named in this round and not yet spread.
  std::size_t waiting_products_ = 0;
  std::size_t asked_ = 0;              ///< How often a waiting group was asked in this round.
  HashSet<std::uint64_t> membership_;  ///< Group and product; filled when a group is asked first.
};

}  // namespace tocsin::formats::csaf
