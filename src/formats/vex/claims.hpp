#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/keyed_hash.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "formats/csaf/advisory.hpp"
#include "formats/vex/made.hpp"

/// What the VEX formats have in common: one status of one product for one vulnerability, with its reason or its remedy.
/// Both ways go through it, so OpenVEX and CycloneDX differ only in how they are written.
namespace tocsin::formats::vex {

enum class Status { affected, not_affected, fixed, under_investigation };
inline constexpr std::size_t kStatuses = 4;

struct Claim {
  Status status = Status::under_investigation;
  std::string justification;  ///< A label of CSAF's flags, which are OpenVEX's justifications too; or empty.
  std::string impact;         ///< Why it is not affected, in words.
  std::string action;         ///< What to do, in words.
  std::vector<csaf::RemediationCategory> remedies;  ///< The kinds of `action`; only from CSAF.
  friend bool operator==(const Claim&, const Claim&) = default;
};

/// The products of which one claim is made.
struct ClaimGroup {
  Claim claim;
  std::vector<std::string> product_ids;
};

/// Bytes of text that a conversion may repeat: the VEX formats tell a description again with every statement, so a
/// small advisory with a long one could else fill any memory.
class Budget {
 public:
  static constexpr std::size_t kBytesMax = std::size_t{256} << 20;
  /// Errors: too_large when all is spent.
  tocsin::Status take(std::size_t bytes);

 private:
  std::size_t left_ = kBytesMax;
};

/// By product id: positions in a list of things that name products. What names none is of all products. Borrows.
class ByProduct {
 public:
  template <class List, class Wanted>
  ByProduct(const List& list, Wanted wanted) {
    for (std::size_t position = 0; position < list.size(); ++position) {
      if (!wanted(list[position])) continue;
      if (list[position].product_ids.empty()) of_all_.push_back(position);
      for (const auto& id : list[position].product_ids) at_[id].push_back(position);
    }
  }
  std::vector<std::size_t> of(std::string_view id) const;  ///< Ascending.

 private:
  HashMap<std::string_view, std::vector<std::size_t>> at_;
  std::vector<std::size_t> of_all_;
};

/// Claims of one vulnerability of an advisory, those alike together, in the order of their first product. What has no
/// place in a VEX status is told once each; `path` is that of the vulnerability.
/// Errors: too_large where the budget is spent.
Result<std::vector<ClaimGroup>> claims_of(const csaf::Vulnerability& vulnerability, const std::string& path,
                                          Budget& budget, std::vector<Loss>& losses);
/// "CVE-2024-1234".
bool is_cve(std::string_view text) noexcept;
/// CVE, else the first other id, else the title; empty where it has none.
std::string name_of(const csaf::Vulnerability& vulnerability);
/// Names besides name_of.
std::vector<std::string> aliases_of(const csaf::Vulnerability& vulnerability);
std::string description_of(const csaf::Vulnerability& vulnerability);
/// What is in the advisory but in no VEX format: revision history, distribution, other notes ...
void tell_common_losses(const csaf::Advisory& advisory, std::vector<Loss>& losses);

/// The way back.
struct SourceProduct {
  std::string name;
  std::string purl, cpe;  ///< As written; what is not well-formed is told as a loss.
};
struct SourceVulnerability {
  std::string name;
  std::vector<std::string> aliases;
  std::string description;
  std::map<std::size_t, Claim> claims;  ///< By position in `products`.
};
struct Source {
  std::string format;   ///< "OpenVEX"
  std::string id;       ///< What the source is called.
  std::string version;  ///< Of the source.
  std::string title;
  std::string author;
  std::string author_namespace;  ///< URI
  Timestamp issued, updated;
  std::vector<SourceProduct> products;
  std::vector<SourceVulnerability> vulnerabilities;
  std::string tlp_label;  ///< TLP 2.0, or empty.
  std::vector<Loss> losses;
};

/// A valid CSAF 2.1 document of profile csaf_vex. Errors: invalid_input where there is no claim, no id, no author or
/// no namespace; internal where the validator finds what it made not valid.
Result<Made> to_csaf_vex(Source source, const Origin& origin);

}  // namespace tocsin::formats::vex
