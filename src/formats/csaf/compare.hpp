#pragma once
#include <string>
#include <vector>

#include "formats/csaf/advisory.hpp"

/// What changed between two revisions of an advisory, told by meaning (products, vulnerabilities, remediations), not by
/// line.
namespace tocsin::formats::csaf {

struct Change {
  enum class Kind { added, removed, changed };
  /// What an asset owner has to look at again because of it; editorial where nothing but words changed.
  enum class Concerns { editorial, affected, remediation, severity };
  Kind kind = Kind::changed;
  Concerns concerns = Concerns::editorial;
  std::string section;  ///< "Document", "Products", "CVE-2022-1234", "Notes", "References", "Acknowledgments",
                        ///< "Revision history"
  std::string what;    ///< "CVSS 3.1 score", "Remediation (vendor_fix)", "Status of Acme Pump < V2 and 3 more products"
  std::string before;  ///< Empty for added.
  std::string after;   ///< Empty for removed.
};

std::string_view to_string(Change::Kind kind) noexcept;          ///< "added", "removed", "changed"
std::string_view to_string(Change::Concerns concerns) noexcept;  ///< "editorial", "affected", ...

/// Does any of them matter to who runs the products: which are affected, what to do about it, how bad it is?
bool matters_to_owners(const std::vector<Change>& changes) noexcept;

/// Changes in reading order: document, products, vulnerabilities, notes, references, history. Equal documents give
/// none. Products are told apart by vendor, product and version text, since ids may be renumbered; vulnerabilities by
/// CVE or id.
std::vector<Change> compare(const Advisory& before, const Advisory& after);

}  // namespace tocsin::formats::csaf
