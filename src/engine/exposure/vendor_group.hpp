#pragma once
#include <string>
#include <string_view>
#include <vector>

/// Which vendor's advisories speak of a device that bears another name: brands, former names, takeovers and sales.
namespace tocsin::engine::exposure {

/// The keys (domain::vendor_key) under which advisories for a thing of this vendor may stand, its own first. Empty for
/// a vendor that is not named.
std::vector<std::string> vendor_group(std::string_view vendor);
/// Do both lists have a key in common, or does one key begin with the words of the other ("hirschmann" and
/// "hirschmann-automation-control")?
bool may_be_one(const std::vector<std::string>& a, const std::vector<std::string>& b);
/// "ge", "ge-fanuc" of "ge-fanuc": a key and what it begins with.
std::vector<std::string> vendor_prefixes(std::string_view key);
/// What spellings of one key have in common: "phoenixcontact", "drager".
std::string vendor_spelling(std::string_view key);

}  // namespace tocsin::engine::exposure
