#pragma once
#include <memory>
#include <optional>
#include <string>

#include "engine/inventory/inventory.hpp"

namespace tocsin::engine::inventory {

/// The inventory as a file that is read back to the same assets, in the order in which they were entered. In pieces,
/// each read by itself: no inventory is in memory as a whole, and nothing of the database is held while somebody is
/// slow to take them. The database has to outlive it.
class FileExport {
 public:
  /// Audited, before anything leaves.
  static Result<FileExport> begin(store::Database& database, const Actor& actor, const Access& access, ExportAs as,
                                  Timestamp now);
  FileExport(FileExport&& other) noexcept;
  FileExport& operator=(FileExport&& other) noexcept;
  ~FileExport();
  /// Nothing: that was all. Errors: conflict where an asset got a column meanwhile that the file does not have;
  /// invalid_input, before anything, for more assets or columns than a worksheet has, or more assets than a bill of
  /// materials is read with.
  Result<std::optional<std::string>> next();

 private:
  struct State;
  explicit FileExport(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::engine::inventory
