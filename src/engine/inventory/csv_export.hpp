#pragma once
#include <memory>
#include <optional>
#include <string>

#include "engine/inventory/inventory.hpp"

namespace tocsin::engine::inventory {

/// The inventory as CSV whose columns are read back to the same assets, in the order in which they were entered. In
/// pieces, each read by itself: no inventory is in memory as a whole, and nothing of the database is held while
/// somebody is slow to take them. The database has to outlive it.
class CsvExport {
 public:
  /// Audited, before anything leaves.
  static Result<CsvExport> begin(store::Database& database, const Actor& actor, const Access& access, Timestamp now);
  CsvExport(CsvExport&& other) noexcept;
  CsvExport& operator=(CsvExport&& other) noexcept;
  ~CsvExport();
  /// Nothing: that was all. Errors: conflict where an asset got a column meanwhile that the file does not have.
  Result<std::optional<std::string>> next();

 private:
  struct State;
  explicit CsvExport(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace tocsin::engine::inventory
