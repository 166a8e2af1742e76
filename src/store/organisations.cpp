#include "store/organisations.hpp"

namespace tocsin::store {

Status Organisations::ensure_own(std::string_view name, Timestamp now) {
  TRY_VOID(
      connection_.run(Sql{"INSERT INTO organisation (id, kind, name, created_at) VALUES (?, ?, ?, ?) "
                          "ON CONFLICT (id) DO NOTHING",
                          domain::kOwnOrganisation, domain::OrganisationKind::cert, name, now}));
  return ok();
}

Result<std::optional<domain::Organisation>> Organisations::find(domain::OrganisationId id) {
  return connection_.first(Sql{"SELECT id, kind, name, created_at FROM organisation WHERE id = ?", id},
                           [](const Row& row) {
                             domain::Organisation found;
                             found.id = {row.integer(0)};
                             found.kind = static_cast<domain::OrganisationKind>(row.integer(1));
                             found.name = row.string(2);
                             found.created_at = row.time(3);
                             return found;
                           });
}

}  // namespace tocsin::store
