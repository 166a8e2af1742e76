#pragma once
#include <span>
#include <string_view>

/// Vendors whose spellings no rule brings together: our own table, grown from the names that advisories really use.
namespace tocsin::domain {

struct VendorAlias {
  std::string_view key;        ///< What the rules of vendor_key make of the spelling.
  std::string_view canonical;  ///< The key it belongs to.
};
/// Sorted by key.
std::span<const VendorAlias> vendor_aliases() noexcept;

struct VendorDisplay {
  std::string_view key;
  std::string_view name;
};
/// The spelling to show, where documents have several or shout. Sorted by key.
std::span<const VendorDisplay> vendor_displays() noexcept;

}  // namespace tocsin::domain
