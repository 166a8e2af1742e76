#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "engine/threat/vulnerabilities.hpp"
#include "store/database.hpp"

/// Which products that advisories speak of a text names. Precise rather than complete: the vendor's name has to stand
/// in the text as whole words, and the product's as well, as at least two words, or as one right behind its vendor's.
/// CPEs name both, too. What may not be seen does not exist: of a product only advisories that the viewer sees count.
namespace tocsin::engine::threat {

/// A text is looked into up to here.
inline constexpr std::size_t kProductTextBytesMax = std::size_t{256} << 10;
inline constexpr std::size_t kProductsShown = 50;

struct NamedProduct {
  std::int64_t id = 0;
  std::string vendor_key, vendor, product_key, product;
  std::vector<SpeakingAdvisory> advisories;  ///< Newest first, at most kAdvisoriesShown.
  std::int64_t advisory_count = 0;
};
struct NamedProducts {
  std::vector<NamedProduct> items;  ///< Most advisories first, at most kProductsShown.
  std::int64_t total = 0;
};
Result<NamedProducts> products_named(store::Connection& connection, const domain::policy::Viewer& viewer,
                                     std::string_view text, Timestamp now);

/// An object that names products of an advisory.
struct ProductThreat {
  ThreatRow row;
  std::vector<std::string> products;  ///< Their names, in the order of products_named.
};
/// The other end: what is in force, is on lists and names a product that the advisory speaks of, newest version first.
/// Of at most `limit` of the kNamingCandidatesMax newest that have all words of such a product; of the kProductsAsked
/// first products. The caller has been allowed to see the advisory.
inline constexpr std::size_t kProductsAsked = 40;
inline constexpr std::size_t kNamingCandidatesMax = 100;
Result<std::vector<ProductThreat>> threats_naming_products(store::Connection& connection,
                                                           const domain::policy::Viewer& viewer,
                                                           domain::RecordId advisory, std::size_t limit, Timestamp now);

/// What an object of STIX says of products: its name and texts, its external references, vendor, name and CPE of
/// software. Custom properties are left aside.
std::string product_text_of(const boost::json::object& object);

}  // namespace tocsin::engine::threat
