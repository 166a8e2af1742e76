#pragma once
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/keyed_hash.hpp"
#include "base/result.hpp"
#include "formats/csaf/advisory.hpp"

/// The product tree, flattened, and the resolving of references into it. Used by read_advisory.
namespace tocsin::formats::csaf {

/// Text of a document as `Advisory` keeps it: trimmed, encoding repaired, control characters but tab and line ends
/// dropped.
std::string clean_text(std::string_view text);

/// Products and groups of one document, and the position of every product id that occurs in it. Borrows the strings of
/// the document.
class ProductTree {
 public:
  /// Errors: too_large beyond kProductsMax or kRepeatedBytesMax.
  static Result<ProductTree> read(const boost::json::value& root);

  std::vector<Product> products;
  std::vector<ProductGroup> groups;

  /// Ids of the array `product_ids` and of the groups named in `group_ids` (either may be null), sorted by position
  /// and without repeats. Errors: too_large beyond kProductReferencesMax or
  /// kRepeatedBytesMax over all calls.
  Result<std::vector<std::string>> resolve(const boost::json::value* product_ids, const boost::json::value* group_ids);

 private:
  ProductTree() = default;
  Status add(const boost::json::value& full_product_name, Product product);
  Status read_branches(const boost::json::value& tree);
  Status read_relationships(const boost::json::value& tree);
  Status inherit_from_components(std::size_t first);
  std::size_t position_of(std::string_view product_id);
  Status read_groups(const boost::json::value& tree);
  Status take(std::size_t bytes);

  HashMap<std::string_view, std::size_t> positions_;
  std::vector<std::string_view> ids_;  ///< By position: products first, then ids that have none.
  HashMap<std::string_view, std::vector<std::size_t>> group_positions_;
  std::vector<std::size_t> last_used_;  ///< By position: number of the list that last held it.
  std::size_t lists_ = 0;
  std::size_t references_ = 0;
  std::size_t repeated_ = 0;
};

}  // namespace tocsin::formats::csaf
