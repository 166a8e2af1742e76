#include "formats/spdx/licences.hpp"

#include <algorithm>
#include <compare>

#include "base/text.hpp"
#include "formats/spdx/licence_table.hpp"

namespace tocsin::formats::spdx {
namespace {

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool comes_before(std::string_view a, std::string_view b) noexcept {
  return std::ranges::lexicographical_compare(a, b, {}, lower, lower);
}

Listing find(std::span<const TableEntry> table, std::string_view id) noexcept {
  const auto found = std::ranges::lower_bound(table, id, comes_before, &TableEntry::id);
  if (found == table.end() || !text::equals_ignore_case_ascii(found->id, id)) return Listing::unlisted;
  return found->deprecated ? Listing::deprecated : Listing::current;
}

Listing find(std::string_view id, std::span<const TableEntry> spdx, std::string_view prefix,
             std::span<const TableEntry> scancode) noexcept {
  if (id.starts_with(prefix)) return find(scancode, id.substr(prefix.size()));
  return find(spdx, id);
}

}  // namespace

Listing find_licence(std::string_view id) noexcept {
  // LicenseDB keeps exceptions and licences in one list, and has identifiers for exceptions as licences.
  constexpr std::string_view kPrefix = "LicenseRef-scancode-";
  const auto found = find(id, licence_table(), kPrefix, scancode_licence_table());
  if (found != Listing::unlisted || !id.starts_with(kPrefix)) return found;
  return find(scancode_exception_table(), id.substr(kPrefix.size()));
}

Listing find_exception(std::string_view id) noexcept {
  return find(id, exception_table(), "AdditionRef-scancode-", scancode_exception_table());
}

}  // namespace tocsin::formats::spdx
