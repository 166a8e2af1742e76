#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/database.hpp"

/// The tables that a backup keeps. A migration that adds a table or a column adds it here, or to the derived tables of
/// backup_test.cpp, which fails otherwise.
namespace tocsin::exchange {

struct BackupColumn {
  std::string_view name;
  bool text = false;  ///< Else an integer.
  /// What rows of a backup from before the column had it mean; absent: whoever lacks the column is damaged.
  std::optional<std::int64_t> before = {};
};
using BackupColumns = std::span<const BackupColumn>;

/// The key of the last row that was written: before the first one, below all that there are.
struct BackupPosition {
  static constexpr auto kBelowAll = std::numeric_limits<std::int64_t>::min();
  std::array<std::int64_t, 3> numbers{kBelowAll, kBelowAll, kBelowAll};
  std::string text;
};

struct BackupTableCode {
  std::string_view name;
  BackupColumns columns;  ///< Those of the key first, in its order.
  bool text_key = false;  ///< The key is one text.
  /// The next rows by key, all columns.
  store::Sql (*page)(const BackupPosition& after, int limit) = nullptr;
  /// Values in the order of the columns.
  store::Sql (*insert)(const std::vector<store::Value>& values) = nullptr;
  std::size_t key_columns = 1;  ///< Else numbers, at most three.
};

/// Parents before children, so that foreign keys hold at every step.
std::span<const BackupTableCode> backup_table_list();

/// PostgreSQL gives the next id from a counter that rows with ids of their own do not move.
Status advance_identities(store::Connection& connection);

}  // namespace tocsin::exchange
