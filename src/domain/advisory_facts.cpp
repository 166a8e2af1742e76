#include "domain/advisory_facts.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/keyed_hash.hpp"
#include "base/text.hpp"
#include "domain/place.hpp"
#include "domain/summary.hpp"
#include "domain/vendor.hpp"
#include "formats/order_number.hpp"

namespace tocsin::domain {
namespace {

using formats::csaf::Advisory;
using formats::csaf::Note;
using formats::csaf::Product;
using formats::csaf::ProductStatus;
using formats::csaf::Vulnerability;
using formats::cvss::Severity;

// How bad a status is for the owner of the product; what a document leaves open is worse than what it calls fixed.
int badness(ProductStatus status) noexcept {
  switch (status) {
    case ProductStatus::known_affected:
      return 8;
    case ProductStatus::first_affected:
      return 7;
    case ProductStatus::last_affected:
      return 6;
    case ProductStatus::under_investigation:
      return 5;
    case ProductStatus::unknown:
      return 4;
    case ProductStatus::recommended:
      return 3;
    case ProductStatus::first_fixed:
    case ProductStatus::fixed:
      return 2;
    case ProductStatus::known_not_affected:
      return 1;
  }
  return 0;
}

bool is_network_vector(std::string_view vector) noexcept {
  return vector.starts_with("AV:N") || vector.starts_with("(AV:N") || text::contains(vector, "/AV:N");
}

bool says_easy(std::string_view text) noexcept {
  static constexpr std::string_view kSigns[] = {
      "low skill level",
      "low attack complexity",
      "public exploits are available",
      "exploits are publicly available",
      "exploit is publicly available",
      "exploits that target this vulnerability are publicly available",
      "exploits that target these vulnerabilities are publicly available",
  };
  return std::any_of(std::begin(kSigns), std::end(kSigns),
                     [&](std::string_view sign) { return text::contains_ignore_case_ascii(text, sign); });
}

// Words that issuers outside the CVSS scale use.
Severity severity_in_words(std::string_view text) {
  if (const auto severity = formats::cvss::parse_severity(text)) return *severity;
  if (text::equals_ignore_case_ascii(text, "important")) return Severity::high;
  if (text::equals_ignore_case_ascii(text, "moderate")) return Severity::medium;
  return Severity::none;
}

VulnerabilityFact fact_of(const Vulnerability& vulnerability) {
  VulnerabilityFact fact;
  fact.id = vulnerability.cve;
  if (fact.id.empty() && !vulnerability.ids.empty()) fact.id = vulnerability.ids.front().second;
  fact.title = vulnerability.title;
  for (const auto& cwe : vulnerability.cwes) fact.cwe_ids.push_back(cwe.id);
  if (const auto* score = vulnerability.headline_score(); score != nullptr) {
    fact.score_tenths = score->base_tenths;
    fact.severity = score->severity;
  } else if (vulnerability.qualitative_severity) {
    fact.severity = *vulnerability.qualitative_severity;
  }
  return fact;
}

class Reader {
 public:
  explicit Reader(const Advisory& advisory) : advisory_(advisory) {}

  AdvisoryFacts read() {
    read_notes();
    read_vulnerabilities();
    read_products();
    facts_.summary = summary_of(advisory_);
    return std::move(facts_);
  }

 private:
  void read_notes() {
    for (const auto& note : advisory_.notes) {
      if (is_boilerplate(note)) continue;
      if (text::contains_ignore_case_ascii(note.title, "infrastructure sector")) {
        for (const auto sector : read_sectors(note.text)) facts_.sectors.push_back(sector);
      } else if (text::contains_ignore_case_ascii(note.title, "areas deployed") ||
                 text::contains_ignore_case_ascii(note.title, "countries")) {
        facts_.countries = read_countries(note.text);
      } else if (text::contains_ignore_case_ascii(note.title, "headquarters")) {
        facts_.headquarters = read_headquarters(note.text);
      } else if (says_easy(note.text)) {
        facts_.low_skill = true;
      }
    }
    std::sort(facts_.sectors.begin(), facts_.sectors.end());
    facts_.sectors.erase(std::unique(facts_.sectors.begin(), facts_.sectors.end()), facts_.sectors.end());
  }

  void read_vulnerabilities() {
    for (const auto& vulnerability : advisory_.vulnerabilities) {
      auto fact = fact_of(vulnerability);
      facts_.score_tenths = std::max(facts_.score_tenths, fact.score_tenths);
      facts_.severity = std::max(facts_.severity, fact.severity);
      facts_.vulnerabilities.push_back(std::move(fact));
      if (vulnerability.first_known_exploitation) facts_.low_skill = true;
      const auto* score = vulnerability.headline_score();
      if (score != nullptr && is_network_vector(score->vector)) facts_.remotely_exploitable = true;
      for (const auto& remediation : vulnerability.remediations) {
        if (remediation.category == formats::csaf::RemediationCategory::vendor_fix) facts_.has_fix = true;
      }
      for (const auto& group : vulnerability.statuses) {
        for (const auto& product_id : group.product_ids) {
          const auto [found, is_new] = status_.emplace(product_id, group.status);
          if (!is_new && badness(group.status) > badness(found->second)) found->second = group.status;
        }
      }
    }
    if (facts_.severity == Severity::none) facts_.severity = severity_in_words(advisory_.aggregate_severity);
  }

  void read_products() {
    facts_.products.reserve(advisory_.products.size());
    for (const auto& product : advisory_.products) {
      ProductFact fact;
      // Vendors publish about their own products, and some leave the obvious out.
      const bool own = product.vendor.empty() && advisory_.header.publisher_category == "vendor";
      read_vendor(own ? advisory_.header.publisher_name : product.vendor, fact);
      fact.product_name = product_display_name(product.product.empty() ? product.name : product.product);
      fact.product_key = product_key(fact.product_name);
      fact.version = version_display_text(product.version);
      fact.version_original = product.version;
      if (const auto found = status_.find(product.id); found != status_.end()) fact.status = found->second;
      fact.order_numbers = order_numbers_of(product);
      facts_.products.push_back(std::move(fact));
    }
  }

  void read_vendor(std::string_view vendor, ProductFact& fact) {
    // The products of a document mostly share one vendor: its names are derived once.
    if (last_vendor_ != vendor || last_key_.empty()) {
      last_vendor_ = vendor;
      last_key_ = vendor_key(vendor);
      last_name_ = vendor_display_name(vendor);
      const auto known = std::find(facts_.vendor_keys.begin(), facts_.vendor_keys.end(), last_key_);
      if (known != facts_.vendor_keys.end()) {
        last_name_ = facts_.vendor_names[static_cast<std::size_t>(known - facts_.vendor_keys.begin())];
      } else if (last_key_ != "unknown") {
        facts_.vendor_keys.push_back(last_key_);
        facts_.vendor_names.push_back(last_name_);
      }
    }
    fact.vendor_key = last_key_;
    fact.vendor_name = last_name_;
  }

  static std::vector<std::string> order_numbers_of(const Product& product) {
    std::vector<std::string> numbers;
    const auto add = [&](const std::vector<std::string>& some) {
      for (const auto& each : some) {
        if (std::find(numbers.begin(), numbers.end(), each) == numbers.end()) numbers.push_back(each);
      }
    };
    add(product.model_numbers);
    add(product.skus);
    add(formats::order_numbers_in(product.product));
    if (product.name != product.product) add(formats::order_numbers_in(product.name));
    return numbers;
  }

  const Advisory& advisory_;
  AdvisoryFacts facts_;
  HashMap<std::string_view, ProductStatus> status_;
  std::string_view last_vendor_;
  std::string last_key_, last_name_;
};

}  // namespace

AdvisoryFacts facts_of(const Advisory& advisory) { return Reader(advisory).read(); }

}  // namespace tocsin::domain
