#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/search/bits.hpp"
#include "engine/search/header_fields.hpp"
#include "engine/search/snapshot.hpp"

/// Keyset pages over tiers of positions.
namespace tocsin::engine::search {

/// Where a page begins or ends: after (or before) a row, told by what it is sorted by. Survives rows that come and go.
struct Cursor {
  bool backwards = false;
  std::uint32_t tier = 0;
  std::int64_t key = 0, record = 0;
  std::int64_t position = 0;  ///< 1-based position of the row, for "26 to 50 of 1,655".
};
std::string to_text(const Cursor& cursor);
/// Errors: invalid_input, `where` = "cursor".
Result<Cursor> parse_cursor(std::string_view text);

struct PageOfPositions {
  std::vector<std::uint32_t> positions;
  std::int64_t first_position = 0;
  std::string next, previous;
};
PageOfPositions page_of(const CatalogueSnapshot& snapshot, const std::vector<Bits>& tiers,
                        CatalogueSnapshot::Order order, const Cursor* cursor, std::size_t limit);
PageOfPositions page_of(const CatalogueSnapshot& snapshot, const std::vector<Bits>& tiers, const FieldOrder& order,
                        const Cursor* cursor, std::size_t limit);

}  // namespace tocsin::engine::search
