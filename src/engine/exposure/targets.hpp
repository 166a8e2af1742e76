#pragma once
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/keyed_hash.hpp"
#include "engine/exposure/matcher.hpp"
#include "engine/exposure/product_name.hpp"
#include "formats/cpe/cpe.hpp"
#include "formats/vers/vendor_text.hpp"

/// What the matcher keeps of advisories: names once, products with what decides about versions, and the ways to find
/// them. Internal to engine/exposure.
namespace tocsin::engine::exposure {

/// A product's name under its vendor: many products of many advisories share one.
struct Name {
  std::string vendor;                ///< As written.
  std::string text;                  ///< For sentences.
  std::vector<std::string> vendors;  ///< vendor_group
  ProductName words;
  std::vector<double> weights;  ///< Of words.terms; of prepare().
  double weight = 0;            ///< Their sum.
  NamePieces pieces;
  std::vector<std::uint32_t> products;
};

struct Claim {
  std::uint32_t vulnerability = 0;  ///< Of its advisory.
  formats::csaf::ProductStatus status = formats::csaf::ProductStatus::known_affected;
};

/// One product of one advisory.
struct Product {
  std::uint32_t advisory = 0;
  std::uint32_t name = 0;
  std::string id;
  std::string version_text;
  formats::vers::VendorReading reading;
  bool has_fix = false;            ///< A vendor_fix speaks of it.
  std::int64_t installed_on = -1;  ///< The product that it must be installed on, or -1.
  std::vector<Claim> claims;
  std::optional<formats::cpe::Name> cpe;
};

struct Document {
  std::string id;
  std::vector<std::string> vulnerabilities;  ///< CVE, else another id, else the title.
};

/// Everything, with its indexes.
struct Targets {
  std::vector<Document> documents;
  std::vector<Name> names;
  std::vector<Product> products;

  HashMap<std::string, std::uint32_t> name_of;  ///< Vendor, line break, name.
  using Postings = HashMap<std::string, std::vector<std::uint32_t>>;
  Postings by_order_number;  ///< Products; compact numbers without wildcards.
  Postings by_order_prefix;  ///< The first kOrderPrefix characters of the same: order numbers.
  std::vector<std::pair<std::string, std::uint32_t>> order_patterns;  ///< With wildcards.
  Postings by_serial, by_hash, by_purl, by_cpe;
  Postings by_word;                               ///< Names, by each of their words.
  Postings by_anchor;                             ///< Names, by the words that say most.
  HashMap<std::string, std::uint32_t> frequency;  ///< In how many names a word stands.
  /// Words without digits by first letter and length, for finding what was mistyped.
  HashMap<std::uint32_t, std::vector<std::string>> words_like;

  std::uint32_t intern_name(const formats::csaf::Product& product);
  std::size_t add(const formats::csaf::Advisory& advisory);
  void prepare();
  /// What a word says, 0..1: rare words say more.
  double weight_of(const std::string& word) const noexcept;
  /// Words of names that differ from an unknown one by a slip of the keyboard.
  std::vector<std::string> near_words(const std::string& word) const;
};
inline constexpr std::size_t kOrderPrefix = 7;

/// "pkg:npm/name" of "pkg:npm/name@1.2": what names the package, not its version. Empty for what is no package URL.
std::string package_of(std::string_view purl, std::string* version = nullptr);
/// "vendor:product" of a CPE; empty where one of them is not told.
std::string product_of(const formats::cpe::Name& name);

/// Does the thing seem to be what the name names?
struct NameFit {
  double confidence = 0;  ///< 0: no.
  bool narrower = false;  ///< The name says more than the inventory does.
};
struct ItemWords {
  std::vector<std::string> vendors;  ///< vendor_group of the column; empty where it says nothing.
  NamePieces pieces;
  std::vector<std::pair<std::string, double>> to_explain;  ///< Words that the name should account for, with weights.
  double weight = 0;
  std::vector<std::string> order_numbers;
  std::vector<std::string> version_starts;  ///< "v3" and "3" of "3.5.16".
};
ItemWords words_of(const formats::inventory::Item& item, const Targets& targets);
NameFit fit(const Name& name, const ItemWords& item);

}  // namespace tocsin::engine::exposure
