#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/record.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// Stored as its number.
enum class BundleDirection { made = 1, applied = 2 };

/// A bundle that was made here or taken in. Rules: exchange/bundle.
struct BundleRow {
  std::int64_t id = 0;
  BundleDirection direction = BundleDirection::made;
  std::string key_id = {};
  std::string recipient = {};
  std::int64_t sequence = 0;
  std::string digest = {};
  Timestamp at = {};
  /// applied: the version of the own organisation's decision table that came with it.
  std::optional<std::int64_t> table_version = {};
};
/// A record that was told of and is gone.
struct BundleGone {
  std::string issuer, key;
};
/// What was told of a record.
struct BundleTold {
  domain::RevisionId revision = {};
  std::string marking = {};
  friend bool operator==(const BundleTold&, const BundleTold&) = default;
};

class Bundles {
 public:
  explicit Bundles(Connection& connection) : connection_(connection) {}
  /// The newest of the stream, or the one of this number.
  Result<std::optional<BundleRow>> find(BundleDirection direction, std::string_view key_id, std::string_view recipient,
                                        std::optional<std::int64_t> sequence = {});
  /// Gives its id. Errors: conflict where the number is taken.
  Result<std::int64_t> add(const BundleRow& row);
  using Told = std::map<std::int64_t, BundleTold>;  ///< By record.
  Result<Told> told(std::int64_t bundle);
  Status put_told(std::int64_t bundle, const Told& told);
  /// Forgets what was told in all but the newest `keep` bundles of the stream.
  Status forget_told(BundleDirection direction, std::string_view key_id, std::string_view recipient, int keep);
  /// What was told in a bundle made here and was removed since (Removals::remove).
  Result<std::vector<BundleGone>> gone(std::int64_t bundle);
  /// Is it told of in a bundle that was taken in?
  Result<bool> came_by_bundle(domain::RecordId record);
  /// Also, or only, in one of another stream?
  Result<bool> came_otherwise(domain::RecordId record, std::string_view key_id, std::string_view recipient);
  /// Did this version of the own organisation's decision table come with a bundle?
  Result<bool> brought_table(std::int64_t version);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
