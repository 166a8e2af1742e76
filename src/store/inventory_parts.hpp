#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "domain/organisation.hpp"
#include "store/database.hpp"

namespace tocsin::store {

/// A file that was sent and is not imported yet.
struct InventoryUpload {
  std::string id;
  domain::OrganisationId organisation;
  std::optional<domain::PersonId> person;
  std::string file_name;
  std::string bytes;
  Timestamp sent_at;
};

/// That the CERT may read an inventory.
struct InventoryGrant {
  std::int64_t id = 0;
  domain::OrganisationId organisation = {};
  std::string organisation_name = {};  ///< Read only.
  std::string site = {};               ///< Empty: all of it.
  std::string reason = {};
  std::optional<domain::PersonId> granted_by = {};
  std::string granted_by_name = {};  ///< Read only.
  Timestamp granted_at = {};
  std::optional<Timestamp> revoked_at = {};
};

/// What stands around an inventory: how its files are read, files on their way, who else may read it.
class InventoryParts {
 public:
  explicit InventoryParts(Connection& connection) : connection_(connection) {}
  /// Folded header and field, by header.
  Result<std::vector<std::pair<std::string, std::string>>> mapping(domain::OrganisationId organisation);
  Status remember(domain::OrganisationId organisation, std::string_view header, std::string_view field);

  /// One per person and organisation: the earlier one goes.
  Status put_upload(const InventoryUpload& upload);
  Result<std::optional<InventoryUpload>> upload(domain::OrganisationId organisation, domain::PersonId person,
                                                std::string_view id);
  Status remove_upload(std::string_view id);
  Status remove_uploads_before(Timestamp at);

  Result<std::int64_t> add_grant(const InventoryGrant& grant);
  /// Number of rows: 1 where it was in force.
  Result<std::int64_t> revoke_grant(domain::OrganisationId organisation, std::int64_t id,
                                    std::optional<domain::PersonId> by, Timestamp now);
  /// Newest first.
  Result<std::vector<InventoryGrant>> grants(domain::OrganisationId organisation);
  /// Those in force, of every organisation or one.
  Result<std::vector<InventoryGrant>> open_grants(std::optional<domain::OrganisationId> organisation);

 private:
  Connection& connection_;
};

}  // namespace tocsin::store
