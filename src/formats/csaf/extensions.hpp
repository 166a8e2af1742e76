#pragma once
#include <string>
#include <vector>

#include <boost/json.hpp>

/// Extensions of CSAF 2.1 (section 2.4) that a document uses. None has a meaning here that goes beyond keeping it, so a
/// consumer has to warn of each.
namespace tocsin::formats::csaf {

struct Extension {
  std::string path = {};      ///< JSON pointer.
  std::string schema = {};    ///< URL that names it.
  std::string category = {};  ///< "essential", "significant", "supplementary"; as written.
  bool critical = false;      ///< With it the document would fail a mandatory test that it is to pass without.
  /// What it says is crucial to understand the document. Earlier drafts call the category "critical".
  bool is_essential() const noexcept { return category == "essential" || category == "critical"; }
};

/// In document order; none in CSAF 2.0, which has no extensions. At most kExtensionsMax.
std::vector<Extension> extensions_of(const boost::json::value& root);
inline constexpr std::size_t kExtensionsMax = 1'000;

/// The schemas of those that are essential, each once.
std::vector<std::string> essential_schemas(const std::vector<Extension>& extensions);

/// "holds 2 extensions that Tocsin does not know; essential to understand it: https://...": the rest of a sentence
/// that begins with what holds them. Empty without extensions.
std::string warning_of(const std::vector<Extension>& extensions);

}  // namespace tocsin::formats::csaf
