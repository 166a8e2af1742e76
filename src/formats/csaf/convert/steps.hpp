#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/messages.hpp"
#include "formats/csaf/convert/to_2_1.hpp"

/// The parts of the conversions; each changes the document in place and adds notes. Internal to convert/.
namespace tocsin::formats::csaf::convert {

class Notes {
 public:
  explicit Notes(std::vector<ConversionNote>& notes) : notes_(notes) {}
  void warn(std::string path, std::string message) {
    notes_.push_back({ConversionNote::Level::warning, std::move(path), std::move(message)});
  }
  /// What the target has no place for.
  void lose(std::string path, std::string_view what) {
    notes_.push_back(
        {ConversionNote::Level::warning, std::move(path), tr<"lost: {}">(what), ConversionNote::Kind::loss});
  }
  void fail(std::string path, std::string message, ConversionNote::Kind kind = ConversionNote::Kind::change) {
    notes_.push_back({ConversionNote::Level::error, std::move(path), std::move(message), kind});
  }

 private:
  std::vector<ConversionNote>& notes_;
};

// Tolerant access, for documents whose structure was checked: what is absent is null.
boost::json::value* find(boost::json::value& object, std::string_view key) noexcept;
boost::json::object* find_object(boost::json::value& object, std::string_view key) noexcept;
boost::json::array* find_array(boost::json::value& object, std::string_view key) noexcept;
std::string text_of(const boost::json::value* value);

std::vector<std::string> ids_of(const boost::json::value* list);
boost::json::array to_array(const std::vector<std::string>& ids);
/// Product groups by id, and how much more of them may be written out: groups name thousands of products in few bytes.
struct Groups {
  std::map<std::string, std::vector<std::string>, std::less<>> products;
  /// What comes out is validated, and would be too large for that.
  static constexpr std::size_t kBytesMax = std::size_t{64} << 20;
  mutable std::size_t left = kBytesMax;
  mutable bool exceeded = false;  ///< Then what came out is not whole.
  /// Afterwards: fails where it is not.
  void tell(Notes& notes) const;
};
Groups groups_of(boost::json::value& root);
/// product_ids and what group_ids stand for, each product once.
std::vector<std::string> products_of(boost::json::value& item, const Groups& groups);
/// Keeps the first of equal elements.
void drop_repeated(boost::json::array& list);
/// "A, B, C and 7 others", in the reader's language: for notes, not for documents.
std::string list_for_reader(const std::vector<std::string>& ids);

/// A branch keeps the place it had in the source here while it is moved about; taken away at the end. No member of
/// CSAF begins with a blank.
inline constexpr std::string_view kSourcePlace = " place";
/// Where a branch stood in the source.
std::string place_of(const boost::json::object& branch);

// ---- 2.0 to 2.1, in this order

/// Before anything else, for documents that are well-formed but for these: takes invalid CPEs away.
void drop_invalid_cpe(boost::json::value& root, const std::string& pointer, Notes& notes);
void convert_document(boost::json::value& root, const ConvertOptions& options, Notes& notes);
void convert_times(boost::json::value& root, Notes& notes);
void convert_product_tree(boost::json::value& root, const ConvertOptions& options, Notes& notes);
void convert_vulnerabilities(boost::json::value& root, const ConvertOptions& options, Notes& notes);
/// Sets license_expression where a legal disclaimer holds one.
void find_license_expression(boost::json::value& root, Notes& notes);
/// Binds notes whose title names a product to that product.
void bind_notes_to_products(boost::json::value& root, Notes& notes);
/// Adds the fixed versions that ranges of affected products end before, for the profile of security advisories.
void add_fixed_products(boost::json::value& root, Notes& notes);
void forget_source_places(boost::json::value& root);

// ---- Their parts

/// Hashes, numbers, purls and CPE of a full_product_name.
void convert_full_product_name(boost::json::value& product, const std::string& path, const ConvertOptions& options,
                               Notes& notes);
/// Ranges that CSAF 2.1 cannot hold become part of their product's name.
void keep_unreadable_ranges(boost::json::value& tree, Notes& notes);
/// scores, CVSS 4.0 from references and SSVC from notes become metrics.
/// `newest_revision`: nothing in the document is later (test 6.1.49); nothing where that does not matter.
void convert_metrics(boost::json::value& vulnerability, const std::string& path,
                     const std::optional<Timestamp>& newest_revision, Notes& notes);
/// The fragment of an address of FIRST's calculator for CVSS 4.0; nothing where it is another address.
std::optional<std::string> calculator_vector(std::string_view url);
void convert_ids(boost::json::object& vulnerability, const std::string& path, Notes& notes);
/// The products that SSVC and CVSS 4.0 of a vulnerability as a whole are about: the affected ones; where there are none
/// and `or_any`, those under investigation, else all that have a status.
std::vector<std::string> assessed_products(boost::json::value& vulnerability, bool or_any);

}  // namespace tocsin::formats::csaf::convert
