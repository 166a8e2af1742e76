#pragma once
#include <functional>
#include <span>
#include <string_view>

#include "base/result.hpp"
#include "store/database.hpp"

/// Numbered, forward only, each in one transaction; a database newer than the binary is refused with a sentence.
namespace tocsin::store {

struct Migration {
  int number;                 ///< 1, 2, ...
  std::string_view name;      ///< "record"
  std::string_view common;    ///< SQL for both; statements end with ";\n". Types: see migrations/README.md.
  std::string_view sqlite;    ///< Run after `common` on SQLite.
  std::string_view postgres;  ///< Run after `common` on PostgreSQL.
};

/// All of this binary, in order. Their text stands in migrations/NNNN_name.cpp.
std::span<const Migration> all_migrations();
/// Number of the newest migration the database has; 0 for an empty database.
Result<int> schema_version(Database& database);
/// Brings the database to the newest version. Several processes may try at once: one does it, the others wait.
/// Errors: conflict where the database is newer than this binary.
Status migrate(Database& database, const std::function<void(const Migration&)>& progress = {});
/// The same with another list: for tests that start from every earlier version.
Status migrate(Database& database, std::span<const Migration> migrations,
               const std::function<void(const Migration&)>& progress = {});

}  // namespace tocsin::store
