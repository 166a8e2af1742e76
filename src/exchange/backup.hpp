#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "store/database.hpp"

/// Backup of an installation while it serves: one .tar.zst with a manifest, every row of every table that is not
/// derived as JSON lines, every document byte for byte. The same on SQLite and PostgreSQL, so it also moves an
/// installation from one to the other. What lies in it, in this order:
///   tocsin-backup.json            format, version, schema, time
///   tables/NAME-00001.jsonl ...   rows, parents before children
///   documents/1-4096/17.json ...  one revision each, by revision id
///   manifest.json                 counts; name, bytes and SHA-512 of every part before it but the documents, whose
///                                 SHA-512 stands in their revision's row
///   manifest.sha512
namespace tocsin::exchange {

/// Of the backup's layout; a newer one is refused.
inline constexpr int kBackupVersion = 1;

struct BackupReport {
  std::int64_t records = 0, revisions = 0, changes = 0;
  std::uint64_t bytes = 0;  ///< Size of the file.
  int schema = 0;           ///< Migration number the database stood at.
  Timestamp taken_at;
};
using BackupProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Writes to `path` + ".part" and renames when it is complete and synced. From one database snapshot. The file is
/// readable by its owner only. A document whose bytes do not match their SHA-512 stops it: better to hear that from a
/// backup than from a restore.
/// Errors: conflict where `path` exists; unavailable.
Result<BackupReport> write_backup(store::Database& database, const std::string& path, Timestamp now,
                                  const BackupProgress& progress = {});
/// Checks a backup without a database: manifest, counts, SHA-512 of every part and document.
/// Errors: invalid_input where it is damaged, cut off, too new or no backup; not_found.
Result<BackupReport> verify_backup(const std::string& path, const BackupProgress& progress = {});
/// Verifies, then fills an empty, migrated database in one transaction, then derives the index. Progress runs twice
/// through the file.
/// Errors: conflict where the database already holds records; invalid_input where the backup is damaged or too new.
Result<BackupReport> restore_backup(store::Database& database, const std::string& path,
                                    const BackupProgress& progress = {});

/// What a backup keeps, for the test that holds it against the database's own catalogue.
struct BackupTable {
  std::string_view name;
  std::vector<std::string_view> columns;
};
std::vector<BackupTable> backup_tables();

}  // namespace tocsin::exchange
