#pragma once
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "domain/organisation.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// Organisations and people as far as ownership needs them.
class Organisations {
 public:
  explicit Organisations(Connection& connection) : connection_(connection) {}
  /// Creates the CERT's own organisation (id 1) where it is missing, else renames nothing.
  Status ensure_own(std::string_view name, Timestamp now);
  Result<std::optional<domain::Organisation>> find(domain::OrganisationId id);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
