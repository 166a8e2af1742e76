#include "engine/search/page.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"

namespace tocsin::engine::search {
namespace {

struct Spot {
  std::uint32_t tier = 0;
  std::uint32_t position = 0;
};

/// An order that the snapshot makes itself.
struct ByEntry {
  const CatalogueSnapshot& snapshot;
  CatalogueSnapshot::Order order;

  std::span<const std::uint32_t> positions() const { return snapshot.order(order); }
  std::int64_t key(std::uint32_t position) const { return snapshot.sort_key(snapshot[position], order); }
  /// First index that stands behind the cursor's row, or at it where `inclusive`.
  std::size_t behind(const Cursor& at, bool inclusive) const {
    const auto ordered = positions();
    const auto found = std::ranges::partition_point(ordered, [&](std::uint32_t position) {
      const auto own = key(position);
      if (own != at.key) return own > at.key;
      const auto record = snapshot[position].record;
      return inclusive ? record > at.record : record >= at.record;
    });
    return static_cast<std::size_t>(found - ordered.begin());
  }
};

/// One that the database made.
struct ByField {
  const CatalogueSnapshot& snapshot;
  const FieldOrder& order;

  std::span<const std::uint32_t> positions() const { return order.positions; }
  std::int64_t key(std::uint32_t position) const { return order.keys[position]; }
  std::size_t behind(const Cursor& at, bool inclusive) const {
    if (const auto position = snapshot.position_of(at.record)) {
      return order.places[*position] + (inclusive ? 0U : 1U);
    }
    // The row is gone: where those begin that are like it.
    const auto found = std::ranges::partition_point(
        order.positions, [&](std::uint32_t position) { return order.keys[position] < at.key; });
    return static_cast<std::size_t>(found - order.positions.begin());
  }
};

}  // namespace

std::string to_text(const Cursor& cursor) {
  return fmt::format("{}{}~{}~{}~{}", cursor.backwards ? 'p' : 'n', cursor.tier, cursor.key, cursor.record,
                     cursor.position);
}

Result<Cursor> parse_cursor(std::string_view text) {
  auto bad = Error::invalid(
      std::string{tr<"this cursor was not made by this server: start again from the first page">()}, "cursor");
  if (text.empty() || text.size() > 100 || (text.front() != 'n' && text.front() != 'p')) return bad;
  const auto parts = text::split(text.substr(1), '~');
  if (parts.size() != 4) return bad;
  std::array<std::int64_t, 4> numbers{};
  for (std::size_t i = 0; i < 4; ++i) {
    const auto [end, error] = std::from_chars(parts[i].data(), parts[i].data() + parts[i].size(), numbers[i]);
    if (error != std::errc{} || end != parts[i].data() + parts[i].size()) return bad;
  }
  if (numbers[0] < 0 || numbers[0] > 2 || numbers[3] < 0) return bad;
  return Cursor{text.front() == 'p', static_cast<std::uint32_t>(numbers[0]), numbers[1], numbers[2], numbers[3]};
}

namespace {

template <class Ordering>
PageOfPositions page_in(const CatalogueSnapshot& snapshot, const std::vector<Bits>& tiers, const Ordering& ordering,
                        const Cursor* cursor, std::size_t limit) {
  const auto ordered = ordering.positions();
  const bool backwards = cursor != nullptr && cursor->backwards;
  std::vector<Spot> found;
  bool more = false;
  const auto take = [&](std::uint32_t tier, std::uint32_t position) {
    if (!tiers[tier].test(position)) return false;
    if (found.size() == limit) {
      more = true;
      return true;
    }
    found.push_back({tier, position});
    return false;
  };
  const auto tier_count = static_cast<std::uint32_t>(tiers.size());
  if (backwards) {
    for (std::uint32_t tier = std::min(cursor->tier, tier_count - 1) + 1; tier-- > 0 && !more;) {
      std::size_t i = tier == cursor->tier ? ordering.behind(*cursor, true) : ordered.size();
      while (i-- > 0 && !take(tier, ordered[i])) {
      }
    }
    std::ranges::reverse(found);
  } else {
    for (std::uint32_t tier = cursor == nullptr ? 0 : cursor->tier; tier < tier_count && !more; ++tier) {
      const std::size_t begin = cursor != nullptr && tier == cursor->tier ? ordering.behind(*cursor, false) : 0;
      for (std::size_t i = begin; i < ordered.size() && !take(tier, ordered[i]); ++i) {
      }
    }
  }
  PageOfPositions page;
  for (const auto& spot : found) page.positions.push_back(spot.position);
  const auto count = static_cast<std::int64_t>(found.size());
  if (cursor == nullptr || (backwards && !more)) {
    page.first_position = 1;
  } else {
    page.first_position = std::max<std::int64_t>(1, backwards ? cursor->position - count : cursor->position + 1);
  }
  if (found.empty()) return page;
  const bool has_next = backwards || more;
  const bool has_previous = backwards ? more : cursor != nullptr;
  const auto cursor_at = [&](Spot spot, std::int64_t position, bool back) {
    return to_text(Cursor{back, spot.tier, ordering.key(spot.position), snapshot[spot.position].record, position});
  };
  if (has_next) page.next = cursor_at(found.back(), page.first_position + count - 1, false);
  if (has_previous) page.previous = cursor_at(found.front(), page.first_position, true);
  return page;
}

}  // namespace

PageOfPositions page_of(const CatalogueSnapshot& snapshot, const std::vector<Bits>& tiers,
                        CatalogueSnapshot::Order order, const Cursor* cursor, std::size_t limit) {
  return page_in(snapshot, tiers, ByEntry{snapshot, order}, cursor, limit);
}

PageOfPositions page_of(const CatalogueSnapshot& snapshot, const std::vector<Bits>& tiers, const FieldOrder& order,
                        const Cursor* cursor, std::size_t limit) {
  return page_in(snapshot, tiers, ByField{snapshot, order}, cursor, limit);
}

}  // namespace tocsin::engine::search
