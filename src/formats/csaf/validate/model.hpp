#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/keyed_hash.hpp"
#include "base/time.hpp"
#include "formats/csaf/header.hpp"
#include "formats/csaf/validate/tape.hpp"
#include "formats/cvss/cvss.hpp"

/// What the tests of section 6 ask of a document, gathered in one walk: products and groups with their definitions and
/// references, product status as sets of numbers, revisions with their versions and times. Total: whatever the document
/// holds instead of what the schema demands is left out.
namespace tocsin::formats::csaf {

/// A product id as a number, the same for the same text, defined or not: index of Model::products.
using ProductNumber = std::uint32_t;
using GroupNumber = std::uint32_t;
inline constexpr std::uint32_t kNone = 0xFFFFFFFF;

/// A full_product_name_t (2.0 section 3.1.3, 2.1 section 3.1.10).
struct Definition {
  enum class Kind : std::uint8_t { branch, full_product_name, relationship, product_path };
  Kind kind = Kind::branch;
  ProductNumber product = kNone;
  Node node;     ///< The full product name.
  Node carrier;  ///< The branch, relationship or product path that holds it; for full_product_names itself.
  std::uint32_t branch = kNone;  ///< Index of Model::branches for Kind::branch.
  Node id() const noexcept { return node["product_id"]; }
};

struct ProductEntry {
  std::string_view id;
  std::uint32_t definition = kNone;  ///< The first one, index of Model::definitions.
};

/// A place that refers to a product id; definitions are none.
struct ProductReference {
  ProductNumber product = kNone;
  Node node;
};

struct Branch {
  Node node;
  std::uint32_t parent = kNone;  ///< Index of Model::branches.
  std::uint32_t depth = 1;       ///< 1 for the branches of product_tree.
};

struct Group {
  std::string_view id;
  Node definition;                      ///< The first product_groups[] item with this id, or none.
  std::vector<ProductNumber> products;  ///< Of that item.
};

struct GroupReference {
  GroupNumber group = kNone;
  Node node;
};

/// The members of product_status, in this order in Vulnerability::status.
enum class StatusMember : std::uint8_t {
  first_affected,
  first_fixed,
  fixed,
  known_affected,
  known_not_affected,
  last_affected,
  recommended,
  under_investigation,
  unknown,
};
inline constexpr std::size_t kStatusMembers = 9;
std::string_view to_string(StatusMember member) noexcept;

/// Product status groups that contradict each other (2.0 section 6.1.6, 2.1 section 3.2.4.13 and 6.1.6).
enum class StatusClass : std::uint8_t { affected, not_affected, fixed, under_investigation, unknown, recommended };
StatusClass class_of(StatusMember member) noexcept;

struct StatusEntry {
  ProductNumber product = kNone;
  StatusMember member = StatusMember::known_affected;
  Node node;
};

struct VulnerabilityView {
  Node node;
  std::vector<StatusEntry> status;  ///< In document order.
};

/// A CVSS object: in 2.0 a member of /vulnerabilities[]/scores[], in 2.1 of /vulnerabilities[]/metrics[]/content.
struct CvssView {
  Node node;
  Node item;                           ///< The score or metric that holds it.
  std::uint32_t vulnerability = 0;     ///< Index of Model::vulnerabilities.
  std::string_view key;                ///< "cvss_v2", "cvss_v3"; in 2.1 also "cvss_v4".
  std::optional<cvss::Vector> vector;  ///< Where it can be read and is of the major version that the key says.
};

/// tracking.version and revision_history[].number: "7" or "1.2.0-rc.1+b" (2.0 section 3.1.11, 2.1 section 3.1.19).
struct VersionNumber {
  enum class Kind : std::uint8_t { invalid, integer, semantic };
  Kind kind = Kind::invalid;
  std::string_view text;
  std::string_view major, minor, patch;  ///< Digits; major alone for integers.
  std::string_view prerelease, build;    ///< Without '-' and '+'.
  /// Major version 0.
  bool is_zero() const noexcept { return major == "0"; }
};
VersionNumber read_version_number(std::string_view text) noexcept;
/// Negative, 0, positive; build metadata does not count (SemVer 2.0.0 section 11). Invalid ones come first.
int compare(const VersionNumber& a, const VersionNumber& b) noexcept;

struct RevisionView {
  Node node;
  VersionNumber number;
  std::optional<Timestamp> date;
};

class Model {
 public:
  /// Walks the document once. `root` must outlive the model.
  Model(Node root, CsafVersion version);

  CsafVersion version() const noexcept { return version_; }
  bool is_2_0() const noexcept { return version_ == CsafVersion::v2_0; }
  bool is_2_1() const noexcept { return version_ == CsafVersion::v2_1; }
  Node root() const noexcept { return root_; }
  bool fits_schema = false;  ///< Known to: tests of what the schema demands as well need not look again.
  /// Known from the quick half of the grammar check, which takes no document with others.
  bool has_only_known_members = false;
  Node document;              ///< /document
  Node tracking;              ///< /document/tracking
  Node product_tree;          ///< /product_tree
  std::string_view category;  ///< /document/category
  std::string_view status;    ///< /document/tracking/status

  std::vector<ProductEntry> products;
  std::vector<Definition> definitions;  ///< In document order.
  std::vector<ProductReference> product_references;
  std::vector<Branch> branches;         ///< Parents before children.
  std::vector<Group> groups;            ///< Defined or only referred to.
  std::vector<Node> group_definitions;  ///< Items of /product_tree/product_groups.
  std::vector<GroupReference> group_references;
  std::vector<VulnerabilityView> vulnerabilities;
  std::vector<CvssView> cvss;           ///< In document order.
  std::vector<RevisionView> revisions;  ///< In document order.
  VersionNumber tracking_version;
  std::optional<Timestamp> initial_release_date, current_release_date;

  /// The number of a product id that stands anywhere in the document, else kNone.
  ProductNumber product(std::string_view id) const noexcept;
  GroupNumber group(std::string_view id) const noexcept;
  /// Products that an item names through product_ids and group_ids, each once, in order of appearance. Beyond
  /// kVisitsMax members of groups in one document, where thousands of items name groups of tens of thousands of
  /// products, a group is told by its first product only. One thread.
  static constexpr std::size_t kVisitsMax = 100'000'000;
  std::vector<ProductNumber> products_of(Node item) const;
  bool is_defined(ProductNumber product) const noexcept { return products[product].definition != kNone; }
  /// Revisions by date, then by version: the order in which they happened (section 6.1.14).
  std::vector<const RevisionView*> revisions_by_date() const;

 private:
  ProductNumber intern(std::string_view id);
  GroupNumber intern_group(std::string_view id);
  void define(Definition::Kind kind, Node full_product_name, Node carrier, std::uint32_t branch);
  void refer(Node id);
  void refer_products(Node array);
  void refer_groups(Node array);
  void refer_item(Node item);
  void refer_items(Node array);
  void read_tracking();
  void read_branches(Node array, std::uint32_t parent, std::uint32_t depth);
  void read_product_tree();
  void read_vulnerability(Node node);
  void read_cvss(Node scores);

  CsafVersion version_;
  Node root_;
  mutable std::size_t visits_ = 0;
  boost::unordered_flat_map<std::string_view, std::uint32_t, KeyedHash> product_numbers_, group_numbers_;
};

}  // namespace tocsin::formats::csaf
