#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "domain/record.hpp"
#include "domain/sector.hpp"
#include "formats/cvss/cvss.hpp"
#include "store/database.hpp"

/// Reading the normalised tables: cards for lists, and the pages of vulnerabilities, vendors and products. Every
/// function takes the viewer; counts count only what they may see.
namespace tocsin::engine {

/// What a list shows of an advisory.
struct AdvisoryCard {
  domain::RecordId id;
  std::string slug;
  std::string key;  ///< Tracking id as written.
  std::string title;
  std::string summary;
  std::string publisher;
  domain::Tlp tlp = domain::Tlp::clear;
  std::string version;
  std::string document_status;  ///< "final", "interim"
  formats::cvss::Severity severity = formats::cvss::Severity::none;
  std::optional<int> score_tenths;
  bool has_fix = false;
  std::vector<std::string> vendor_keys, vendor_names;
  std::vector<domain::Sector> sectors;
  std::vector<std::string> cves;  ///< At most 5.
  std::int64_t vulnerability_count = 0, product_count = 0;
  Timestamp initial_release_at, current_release_at;
};

/// In the order of `ids`; invisible ones left out.
Result<std::vector<AdvisoryCard>> advisory_cards(store::Connection& connection, const domain::policy::Viewer& viewer,
                                                 const std::vector<std::int64_t>& ids, Timestamp now);

struct VendorRow {
  std::string key, name;
  std::int64_t advisories = 0, products = 0;
  std::optional<int> top_score_tenths;
  Timestamp newest;  ///< Current release of its newest advisory.
};
enum class VendorSort { name, advisories, newest };
/// All vendors of visible advisories whose name contains `filter` (folded); keyset page after `cursor`.
struct VendorPage {
  std::vector<VendorRow> rows;
  std::string next_cursor;
  std::int64_t total = 0;
};
Result<VendorPage> vendors(store::Connection& connection, const domain::policy::Viewer& viewer, std::string_view filter,
                           VendorSort sort, int limit, std::string_view cursor, Timestamp now);

struct ProductRow {
  std::string key, name;
  std::int64_t advisories = 0;
  std::optional<int> top_score_tenths;
  Timestamp newest;
};
struct VendorDetail {
  VendorRow vendor;
  std::vector<std::string> spellings;  ///< As documents write it.
  std::vector<ProductRow> products;    ///< Most advisories first; at most 500.
};
Result<std::optional<VendorDetail>> vendor(store::Connection& connection, const domain::policy::Viewer& viewer,
                                           std::string_view vendor_key, Timestamp now);

struct ProductAdvisory {
  AdvisoryCard card;
  std::vector<std::pair<std::string, std::string>> versions;  ///< version text, status ("known_affected")
};
struct ProductDetail {
  std::string vendor_key, vendor_name, key, name;
  std::vector<std::string> order_numbers;
  std::vector<ProductAdvisory> advisories;  ///< Newest first; at most 500.
};
Result<std::optional<ProductDetail>> product(store::Connection& connection, const domain::policy::Viewer& viewer,
                                             std::string_view vendor_key, std::string_view product_key, Timestamp now);

/// One advisory's word on a vulnerability.
struct VulnerabilityMention {
  AdvisoryCard card;
  std::string title;
  std::vector<std::string> cwe_ids;
  std::optional<int> score_tenths;
  formats::cvss::Severity severity = formats::cvss::Severity::none;
  std::string vector;
  std::vector<std::string> products;  ///< "Vendor Product Version" of affected ones, at most 50.
  bool has_fix = false;
};
struct VulnerabilityDetail {
  std::string id;                              ///< "CVE-2021-22893"
  std::vector<VulnerabilityMention> mentions;  ///< Newest first.
};
/// By CVE or other id, any case.
Result<std::optional<VulnerabilityDetail>> vulnerability(store::Connection& connection,
                                                         const domain::policy::Viewer& viewer, std::string_view id,
                                                         Timestamp now);

struct VulnerabilityRow {
  std::string id;
  std::string title;  ///< Its own, else that of an advisory which speaks of it.
  std::int64_t advisories = 0;
  std::optional<int> score_tenths;
  Timestamp newest;
};
struct VulnerabilityPage {
  std::vector<VulnerabilityRow> rows;
  std::string next_cursor;
};
enum class VulnerabilitySort { newest, score, id };
/// Vulnerabilities of visible advisories; `filter` is a prefix of the id or a word of the title.
Result<VulnerabilityPage> vulnerabilities(store::Connection& connection, const domain::policy::Viewer& viewer,
                                          std::string_view filter, VulnerabilitySort sort, int limit,
                                          std::string_view cursor, Timestamp now);

}  // namespace tocsin::engine
