#pragma once
#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "base/result.hpp"
#include "domain/policy.hpp"
#include "domain/record.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// Which records a person has read: at their current revision, or at one that differed from it in nothing that concerns
/// who runs the products (Records::put carries the mark on).
class ReadMarks {
 public:
  explicit ReadMarks(Connection& connection) : connection_(connection) {}
  /// Those of `records` that the person has read, sorted.
  Result<std::set<std::int64_t>> among(domain::PersonId person, std::span<const std::int64_t> records);
  /// All, in no order.
  Result<std::vector<std::int64_t>> all(domain::PersonId person);
  /// Those of `records` that the viewer may see and that were stored at `until` or before; how many were unread.
  Result<std::int64_t> mark(domain::PersonId person, const domain::policy::Viewer& viewer,
                            std::span<const std::int64_t> records, Timestamp until, Timestamp now);
  /// Number of marks taken away.
  Result<std::int64_t> unmark(domain::PersonId person, domain::RecordId record);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
