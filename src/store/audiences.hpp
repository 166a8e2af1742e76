#pragma once
#include <cstdint>
#include <vector>

#include "base/result.hpp"
#include "domain/record.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// Lists of addressees. A list never changes once it is stored: a record that is addressed to others gets another list.
class Audiences {
 public:
  explicit Audiences(Connection& connection) : connection_(connection) {}
  /// Id of the list, stored where it is new; any order, repeats dropped. An empty list is one too: it reaches nobody.
  /// Inside a write transaction. Errors: invalid_input for more than kGranteesMax.
  Result<std::int64_t> intern(std::vector<domain::Grantee> listed);

 private:
  Connection& connection_;
};

/// More addressees than this want a community.
inline constexpr std::size_t kGranteesMax = 2'000;

}  // namespace tocsin::store
