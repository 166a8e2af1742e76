#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "base/keyed_hash.hpp"
#include "base/time.hpp"
#include "formats/csaf/header.hpp"
#include "formats/csaf/validate/tape.hpp"
#include "formats/csaf/validate/vector_cache.hpp"
#include "formats/csaf/validate/version_number.hpp"

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

/// A place that refers to a product id, or an array of them that is one of Model::lists; definitions are none.
struct ProductReference {
  ProductNumber product = kNone;  ///< kNone for an array.
  std::uint32_t list = kNone;     ///< Index of Model::lists for an array.
  Node node;
};

/// Product ids that stand in one array. Most arrays of a document repeat one of few lists, so each list is looked at
/// once.
struct ProductList {
  std::string_view bytes;                   ///< All its ids as they stand in the reader's memory.
  std::span<const ProductNumber> products;  ///< In order of the array, repeated ones too.
  bool distinct = true;                     ///< No id stands twice.
  bool all_named = true;                    ///< No id is empty.
};

struct Branch {
  Node node;
  Node category, name;
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
  // Members that several tests ask for, or none.
  Node cve, cwe, flags, involvements, notes, product_status;
  Node scores;                          ///< In 2.1 metrics.
  std::span<const StatusEntry> status;  ///< In document order.
};

/// A CVSS object: in 2.0 a member of /vulnerabilities[]/scores[], in 2.1 of /vulnerabilities[]/metrics[]/content.
struct CvssView {
  Node node;
  Node item;                             ///< The score or metric that holds it.
  std::uint32_t vulnerability = 0;       ///< Index of Model::vulnerabilities.
  std::string_view key;                  ///< "cvss_v2", "cvss_v3"; in 2.1 also "cvss_v4".
  const cvss::Vector* vector = nullptr;  ///< Where it can be read and is of the major version that the key says.
  const cvss::Scores* scores = nullptr;  ///< Of `vector`, there and only there.
};

struct RevisionView {
  Node node;
  VersionNumber number;
  std::optional<Timestamp> date;
};

class Speller;

class Model {
 public:
  Model() = default;
  Model(Node root, CsafVersion version) { read(root, version); }
  /// Views of the document point into the model.
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  /// Walks the document once. What was read before is gone, its memory is used again. `root` must stay as it is for as
  /// long as it is asked about.
  void read(Node root, CsafVersion version);

  CsafVersion version() const noexcept { return version_; }
  bool is_2_0() const noexcept { return version_ == CsafVersion::v2_0; }
  bool is_2_1() const noexcept { return version_ == CsafVersion::v2_1; }
  Node root() const noexcept { return root_; }
  bool fits_schema = false;  ///< Known to: tests of what the schema demands as well need not look again.
  /// Known from the quick half of the grammar check, which takes no document with others.
  bool has_only_known_members = false;
  /// What 6.3.8 asks; null where the caller gave none.
  Speller* speller = nullptr;
  Node document;              ///< /document
  Node tracking;              ///< /document/tracking
  Node product_tree;          ///< /product_tree
  std::string_view category;  ///< /document/category
  std::string_view status;    ///< /document/tracking/status
  Node lang, source_lang;     ///< /document/lang, /document/source_lang

  std::vector<ProductEntry> products;
  std::vector<Definition> definitions;               ///< In document order.
  std::vector<ProductReference> product_references;  ///< In document order.
  std::vector<ProductList> lists;
  std::vector<Branch> branches;         ///< Parents before children.
  std::vector<Group> groups;            ///< Defined or only referred to.
  std::vector<Node> group_definitions;  ///< Items of /product_tree/product_groups.
  std::vector<GroupReference> group_references;
  std::vector<VulnerabilityView> vulnerabilities;
  /// Items of remediations and flags that name neither products nor groups of them.
  std::vector<Node> remediations_of_nothing, flags_of_nothing;
  std::vector<CvssView> cvss;           ///< In document order.
  std::vector<RevisionView> revisions;  ///< In document order.
  VersionNumber tracking_version;
  std::optional<Timestamp> initial_release_date, current_release_date;

  /// The number of a product id that stands anywhere in the document, else kNone.
  ProductNumber product(std::string_view id) const noexcept;
  GroupNumber group(std::string_view id) const noexcept;
  /// Products that an item names through product_ids and group_ids, each once, in order of appearance. Valid until the
  /// next call. Beyond kVisitsMax members of groups in one document, where thousands of items name groups of tens of
  /// thousands of products, a group is told by its first product only. One thread.
  static constexpr std::size_t kVisitsMax = 100'000'000;
  std::span<const ProductNumber> products_of(Node item) const;
  /// The list of an array of product ids, or null: then it is to be looked at element by element.
  const ProductList* list_of(Node array) const noexcept;
  bool is_defined(ProductNumber product) const noexcept { return products[product].definition != kNone; }
  /// Revisions by date, then by version: the order in which they happened (section 6.1.14).
  std::span<const RevisionView* const> revisions_by_date() const noexcept { return revisions_by_date_; }

 private:
  ProductNumber intern(std::string_view id);
  GroupNumber intern_group(std::string_view id);
  void clear();
  void define(Definition::Kind kind, Node full_product_name, Node carrier, std::uint32_t branch);
  void refer(Node id);
  std::uint32_t list_number(Node array);
  std::uint32_t new_list(Node array, std::string_view bytes);
  std::span<const ProductNumber> products_of_list(std::uint32_t list) const noexcept;
  void refer_products(Node array);
  void refer_groups(Node array);
  /// Whether it has a member for products or groups at all.
  bool refer_item(Node item);
  void refer_items(Node array, std::vector<Node>* of_nothing = nullptr);
  void read_document();
  void read_tracking();
  void sort_revisions();
  void read_branches(Node array, std::uint32_t parent, std::uint32_t depth);
  void read_product_tree();
  void read_vulnerability(Node node);
  void read_status(Node product_status);
  void read_cvss(Node scores);

  using Numbers = boost::unordered_flat_map<std::string_view, std::uint32_t, KeyedHash>;
  struct ListAt {
    std::uint32_t at;
    std::uint32_t list;
  };

  CsafVersion version_ = CsafVersion::v2_0;
  Node root_;
  Numbers product_numbers_, group_numbers_;
  std::vector<StatusEntry> status_;           ///< Of all vulnerabilities.
  std::vector<std::uint32_t> status_end_;     ///< Of each vulnerability, in status_.
  std::vector<ProductNumber> list_products_;  ///< Of all lists.
  std::vector<std::uint32_t> list_end_;       ///< Of each list, in list_products_.
  std::vector<std::uint32_t> listed_;         ///< By product: the list, counted from one, that named it last.
  std::vector<ListAt> list_at_;               ///< By place.
  std::uint32_t last_list_ = kNone;
  mutable std::size_t looked_up_ = 0;  ///< Where list_of() found something last: it is asked in document order.
  std::vector<const RevisionView*> revisions_by_date_;
  VectorCache vectors_;
  mutable std::vector<ProductNumber> gathered_;  ///< What products_of() put together last.
  mutable std::vector<bool> is_gathered_;        ///< By product; all false between calls.
  mutable std::size_t visits_ = 0;               ///< Of members of groups, by products_of().
};

}  // namespace tocsin::formats::csaf
