#pragma once
#include <optional>
#include <string>
#include <vector>

#include "domain/sector.hpp"
#include "formats/csaf/advisory.hpp"
#include "formats/order_number.hpp"

/// What lists, filters and search need of an advisory, in tidy values: derived once, when it is indexed.
namespace tocsin::domain {

struct ProductFact {
  std::string vendor_key, vendor_name;  ///< domain/vendor.hpp
  std::string product_key, product_name;
  std::string version;                                                          ///< version_display_text
  std::string version_original;                                                 ///< As written.
  formats::csaf::ProductStatus status = formats::csaf::ProductStatus::unknown;  ///< Worst over all vulnerabilities.
  std::vector<std::string> order_numbers;  ///< Model numbers, SKUs and those found in names, as written.
};

struct VulnerabilityFact {
  std::string id;  ///< CVE, else the first other id, else empty.
  std::string title;
  std::vector<std::string> cwe_ids;
  std::optional<int> score_tenths;
  formats::cvss::Severity severity = formats::cvss::Severity::none;
};

struct AdvisoryFacts {
  std::string summary;  ///< Plain text, one or two sentences: what an attacker could do.
  formats::cvss::Severity severity = formats::cvss::Severity::none;
  std::optional<int> score_tenths;    ///< Highest.
  bool has_fix = false;               ///< Some vendor_fix.
  bool low_skill = false;             ///< Document says: low attack complexity / public exploits known etc.
  bool remotely_exploitable = false;  ///< Some headline vector is AV:N.
  std::vector<Sector> sectors;
  std::vector<std::string> countries;  ///< "Countries/areas deployed", tidy ("Worldwide").
  std::string headquarters;            ///< "Company headquarters location", tidy, or empty.
  std::vector<ProductFact> products;
  std::vector<VulnerabilityFact> vulnerabilities;
  std::vector<std::string> vendor_keys;   ///< Distinct, in order of appearance; nameless vendors are left out.
  std::vector<std::string> vendor_names;  ///< Parallel to vendor_keys.
};

AdvisoryFacts facts_of(const formats::csaf::Advisory& advisory);

/// Notes that say the same in every document of a publisher (recommended practices, legal notices, disclaimers): kept,
/// but folded away in the view and left out of the search text.
bool is_boilerplate(const formats::csaf::Note& note);

}  // namespace tocsin::domain
