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
                             return domain::Organisation{.id = {row.integer(0)},
                                                         .kind = static_cast<domain::OrganisationKind>(row.integer(1)),
                                                         .name = row.string(2),
                                                         .uuid = {},
                                                         .sectors = {},
                                                         .countries = {},
                                                         .homepage = {},
                                                         .description = {},
                                                         .vendor_keys = {},
                                                         .created_at = row.time(3)};
                           });
}

}  // namespace tocsin::store
