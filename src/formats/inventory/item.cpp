#include "formats/inventory/item.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace tocsin::formats::inventory {

void add_version(Item& item, std::string_view component, std::string_view text) {
  text = text::trim(text);
  const bool known = std::ranges::any_of(
      item.versions, [&](const Version& each) { return each.component == component && each.text == text; });
  if (!text.empty() && !known) item.versions.push_back({std::string{component}, std::string{text}});
}

void add_address(Item& item, std::string_view address) {
  address = text::trim(address);
  if (!address.empty() && std::ranges::find(item.addresses, address) == item.addresses.end()) {
    item.addresses.emplace_back(address);
  }
}

void add_hash(Item& item, std::string_view algorithm, std::string_view value) {
  auto name = text::lower_ascii(text::trim(algorithm));
  // "SHA-256", but "SHA3-256" and "BLAKE2b-256", whose length is a choice, keep their dash.
  if (name.starts_with("sha-")) name.erase(3, 1);
  auto digits = text::lower_ascii(text::trim(value));
  if (!name.empty() && !digits.empty()) item.hashes.emplace_back(std::move(name), std::move(digits));
}

}  // namespace tocsin::formats::inventory
