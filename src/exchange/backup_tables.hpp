#pragma once
#include <cstdint>
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
};
using BackupColumns = std::span<const BackupColumn>;

struct BackupTableCode {
  std::string_view name;
  BackupColumns columns;
  bool text_key = false;  ///< The first column, the key, is a text.
  /// The next rows by key, all columns.
  store::Sql (*page)(std::int64_t after, const std::string& after_key, int limit) = nullptr;
  /// Values in the order of the columns.
  store::Sql (*insert)(const std::vector<store::Value>& values) = nullptr;
};

/// Parents before children, so that foreign keys hold at every step.
std::span<const BackupTableCode> backup_table_list();

/// PostgreSQL gives the next id from a counter that rows with ids of their own do not move.
Status advance_identities(store::Connection& connection);

}  // namespace tocsin::exchange
