#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "base/time.hpp"
#include "formats/csaf/extensions.hpp"
#include "formats/csaf/header.hpp"
#include "formats/cvss/cvss.hpp"

/// A CSAF 2.0 or 2.1 document as a reader meets it: flattened products, one shape for both versions, texts as the
/// document has them but for white space at the ends and repaired encodings. Read once per page or index run.
namespace tocsin::formats::csaf {

struct Note {
  std::string category;  ///< "summary", "description", "details", "general", "faq", "legal_disclaimer", "other"
  std::string title;
  std::string text;
  std::string audience;
};

struct Reference {
  std::string category;  ///< "self" or "external"
  std::string summary;
  std::string url;  ///< As written: check the scheme before linking.
};

struct Acknowledgment {
  std::vector<std::string> names;
  std::string organization;
  std::string summary;
  std::vector<std::string> urls;
};

struct HistoryEntry {
  std::string number;
  std::optional<Timestamp> date;
  std::string summary;
};

/// Hash of one file that makes up a product.
struct FileHash {
  std::string filename;
  std::string algorithm;  ///< "sha256"
  std::string value;
};

/// A product of the tree, flattened: every leaf, full_product_name and relationship once.
struct Product {
  std::string id;                 ///< product_id, local to the document.
  std::string name;               ///< full_product_name/name as written.
  std::string vendor;             ///< Branch "vendor" above it, as written, mojibake repaired; may be empty.
  std::string family;             ///< Branch "product_family"; may be empty.
  std::string product;            ///< Branch "product_name", else the name.
  std::string version;            ///< Text of the version or version range branch, with service pack and patch level
                                  ///< where those are branches of their own; may be empty.
  bool version_is_range = false;  ///< Branch category product_version_range.
  std::vector<std::string> model_numbers, skus, serial_numbers, purls;
  std::string cpe;
  std::vector<FileHash> hashes;
  /// "installed_on" ... where it comes from a relationship (2.1: product path, its first step), else empty. Vendor,
  /// family, product and version are then the component's.
  std::string relationship;
  std::string related_to;  ///< Product id of relates_to_product_reference (2.1: next_product_reference).
  std::string component;   ///< Product id of product_reference (2.1: beginning_product_reference).
};

struct ProductGroup {
  std::string id;
  std::string summary;
  std::vector<std::string> product_ids;
};

struct Score {
  cvss::Version version = cvss::Version::v3_1;
  std::string vector;
  int base_tenths = 0;  ///< 98 is 9.8.
  cvss::Severity severity = cvss::Severity::none;
  std::vector<std::string> product_ids;
};

enum class ProductStatus {
  known_affected,
  first_affected,
  last_affected,
  under_investigation,
  known_not_affected,
  fixed,
  first_fixed,
  recommended,
  unknown
};
std::string_view to_string(ProductStatus status) noexcept;  ///< "known_affected"

struct StatusGroup {
  ProductStatus status = ProductStatus::known_affected;
  std::vector<std::string> product_ids;
};

enum class RemediationCategory {  ///< In the order of use to a plant: a fix first, no hope last.
  vendor_fix,
  fix_planned,
  optional_patch,
  workaround,
  mitigation,
  no_fix_planned,
  none_available
};
std::string_view to_string(RemediationCategory category) noexcept;

struct Remediation {
  RemediationCategory category = RemediationCategory::mitigation;
  std::string details;
  std::optional<Timestamp> date;
  std::string url;
  std::vector<std::string> entitlements;
  std::string restart_required;          ///< Category of restart_required, or empty.
  std::vector<std::string> product_ids;  ///< Groups resolved; sorted by position in `products`, no repeats.
};

struct Threat {
  std::string category;  ///< "impact", "exploit_status", "target_set"
  std::string details;
  std::vector<std::string> product_ids;
};

struct Flag {
  std::string label;  ///< "component_not_present", ...
  std::vector<std::string> product_ids;
};

/// What a party did about a vulnerability.
struct Involvement {
  std::string party;   ///< "coordinator", "vendor", ...
  std::string status;  ///< "in_progress", "disputed", ...
  std::string summary;
  std::optional<Timestamp> date;
};

struct Weakness {
  std::string id;  ///< "CWE-787"
  std::string name;
};

struct Vulnerability {
  std::string cve;                                       ///< Upper case, or empty.
  std::vector<std::pair<std::string, std::string>> ids;  ///< system_name, text
  std::string title;
  std::vector<Weakness> cwes;
  std::vector<Note> notes;
  std::vector<Score> scores;                           ///< Highest CVSS version first.
  std::optional<double> epss;                          ///< Probability 0..1 (2.1 metrics).
  std::optional<cvss::Severity> qualitative_severity;  ///< Highest rating in words (2.1 metrics).
  std::vector<StatusGroup> statuses;                   ///< In the order of the enumeration.
  std::vector<Remediation> remediations;               ///< Ordered by category.
  std::vector<Threat> threats;
  std::vector<Flag> flags;
  std::vector<Involvement> involvements;
  std::vector<Reference> references;
  std::vector<Acknowledgment> acknowledgments;
  std::optional<Timestamp> discovery_date, release_date;  ///< 2.1: disclosure_date reads as release_date.
  std::optional<Timestamp> first_known_exploitation;      ///< Earliest (2.1).

  /// Best score to show: highest CVSS version, then highest base score; nullptr where there is none.
  const Score* headline_score() const noexcept;
};

struct Advisory {
  Header header;
  std::string distribution_text;
  std::string aggregate_severity;  ///< As written, or empty.
  std::string generator;           ///< Engine name and version, or empty.
  std::string contact_details;     ///< Of the publisher.
  std::string issuing_authority;
  std::vector<Note> notes;
  std::vector<Reference> references;
  std::vector<Acknowledgment> acknowledgments;
  std::vector<HistoryEntry> history;  ///< Newest last.
  std::vector<Product> products;
  std::vector<ProductGroup> groups;
  std::vector<Vulnerability> vulnerabilities;
  std::vector<Extension> extensions;  ///< Whoever shows the document has to warn of them (2.1, section 2.4).

  const Product* find_product(std::string_view product_id) const noexcept;
  /// Highest base score of all vulnerabilities, or nullopt.
  std::optional<int> top_score_tenths() const noexcept;
};

inline constexpr std::size_t kProductsMax = 200'000;
/// Product references of all vulnerabilities together, groups resolved: a small file of groups could else ask for
/// more memory than any machine has.
inline constexpr std::size_t kProductReferencesMax = 5'000'000;
/// Names of branches and product ids, written out for each product and reference: one long name above many products
/// could do the same.
inline constexpr std::size_t kRepeatedBytesMax = std::size_t{256} << 20;

/// Reads a document whose structure was checked; members of wrong type read as absent. Lists of product ids come out
/// with groups resolved, sorted by position in `products`, without repeats; ids without a product stand last. Control
/// characters other than tab and line ends are dropped from texts.
/// Errors: those of read_header; too_large beyond kProductsMax, kProductReferencesMax or kRepeatedBytesMax.
Result<Advisory> read_advisory(const boost::json::value& root);

}  // namespace tocsin::formats::csaf
