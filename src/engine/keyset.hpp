#pragma once
#include <charconv>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/result.hpp"
#include "base/text.hpp"

/// Cursors of lists that are sorted by one number or text and then by a unique text. A cursor says which order it
/// belongs to: in another it would skip and repeat.
namespace tocsin::engine {

struct Keyset {
  std::int64_t number = 0;  ///< First sort key, where it is a number.
  std::string text;         ///< The unique key (and the only one where a list is sorted by it).
};

/// `order`: a letter for the sort.
inline std::string keyset_text(char order, const Keyset& keyset) {
  return fmt::format("{}{}~{}", order, keyset.number, keyset.text);
}

/// Errors: invalid_input, `where` = "cursor".
inline Result<Keyset> parse_keyset(char order, std::string_view cursor) {
  constexpr std::size_t kCursorBytesMax = 2000;
  auto bad = Error::invalid("this cursor was not made by this server: start again from the first page", "cursor");
  const auto tilde = cursor.find('~');
  if (tilde == std::string_view::npos || tilde == 0 || cursor.size() > kCursorBytesMax ||
      text::invalid_utf8_at(cursor) != std::string_view::npos || cursor.find('\0') != std::string_view::npos) {
    return bad;
  }
  if (cursor.front() != order) {
    return Error::invalid("this cursor belongs to another order: start again from the first page", "cursor");
  }
  Keyset keyset;
  const auto [end, error] = std::from_chars(cursor.data() + 1, cursor.data() + tilde, keyset.number);
  if (error != std::errc{} || end != cursor.data() + tilde) return bad;
  keyset.text = std::string{cursor.substr(tilde + 1)};
  return keyset;
}

}  // namespace tocsin::engine
