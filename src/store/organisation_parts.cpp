#include "base/messages.hpp"
#include "store/organisations.hpp"

namespace tocsin::store {

Result<std::vector<domain::OrganisationContact>> Organisations::contacts(domain::OrganisationId id) {
  return connection_.all(
      Sql{"SELECT id, role, name, email, phone FROM organisation_contact WHERE organisation_id = ? ORDER BY id", id},
      [](const Row& row) {
        return domain::OrganisationContact{.id = row.integer(0),
                                           .role = row.string(1),
                                           .name = row.string(2),
                                           .email = row.string(3),
                                           .phone = row.string(4)};
      });
}

Result<std::int64_t> Organisations::add_contact(domain::OrganisationId id, const domain::OrganisationContact& contact) {
  TRY(const auto made,
      connection_.first(Sql{"INSERT INTO organisation_contact (organisation_id, role, name, email, phone) VALUES "
                            "(?, ?, ?, ?, ?) RETURNING id",
                            id, contact.role, contact.name, contact.email, contact.phone},
                        [](const Row& row) { return row.integer(0); }));
  if (!made) return Error::internal("An INSERT returned no row");
  return *made;
}

Result<std::int64_t> Organisations::remove_contact(domain::OrganisationId id, std::int64_t contact) {
  return connection_.run(Sql{"DELETE FROM organisation_contact WHERE organisation_id = ? AND id = ?", id, contact});
}

Result<std::vector<domain::OrganisationKey>> Organisations::keys(domain::OrganisationId id) {
  return connection_.all(Sql{"SELECT id, kind, fingerprint, label, body, created_at FROM organisation_key WHERE "
                             "organisation_id = ? ORDER BY id",
                             id},
                         [](const Row& row) {
                           return domain::OrganisationKey{
                               .id = row.integer(0),
                               .kind = static_cast<domain::OrganisationKey::Kind>(row.integer(1)),
                               .fingerprint = row.string(2),
                               .label = row.string(3),
                               .body = row.string(4),
                               .created_at = row.time(5)};
                         });
}

Result<std::int64_t> Organisations::add_key(domain::OrganisationId id, const domain::OrganisationKey& key) {
  TRY(const auto made,
      connection_.first(
          Sql{"INSERT INTO organisation_key (organisation_id, kind, fingerprint, label, body, created_at) "
              "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING id",
              id, key.kind, key.fingerprint, key.label, key.body, key.created_at},
          [](const Row& row) { return row.integer(0); }));
  if (!made) return Error::conflict(std::string{tr<"The organisation has this key already">()}, "key");
  return *made;
}

Result<std::int64_t> Organisations::remove_key(domain::OrganisationId id, std::int64_t key) {
  return connection_.run(Sql{"DELETE FROM organisation_key WHERE organisation_id = ? AND id = ?", id, key});
}

Result<std::vector<domain::Organisation>> Organisations::clients(domain::OrganisationId provider) {
  return connection_.all(Sql{"SELECT " TOCSIN_ORGANISATION_ROW
                             " FROM organisation_client c JOIN organisation o ON o.id = c.client_id WHERE "
                             "c.provider_id = ? ORDER BY o.folded_name, o.id",
                             provider},
                         [](const Row& row) { return read_organisation(row); });
}

Result<std::vector<domain::Organisation>> Organisations::providers(domain::OrganisationId client) {
  return connection_.all(Sql{"SELECT " TOCSIN_ORGANISATION_ROW
                             " FROM organisation_client c JOIN organisation o ON o.id = c.provider_id WHERE "
                             "c.client_id = ? ORDER BY o.folded_name, o.id",
                             client},
                         [](const Row& row) { return read_organisation(row); });
}

Status Organisations::add_client(domain::OrganisationId provider, domain::OrganisationId client) {
  TRY(const auto rows, connection_.run(Sql{"INSERT INTO organisation_client (provider_id, client_id) VALUES (?, ?) ON "
                                           "CONFLICT DO NOTHING",
                                           provider, client}));
  if (rows == 0) return Error::conflict(std::string{tr<"It is a client already">()}, "client");
  return ok();
}

Result<std::int64_t> Organisations::remove_client(domain::OrganisationId provider, domain::OrganisationId client) {
  return connection_.run(
      Sql{"DELETE FROM organisation_client WHERE provider_id = ? AND client_id = ?", provider, client});
}

}  // namespace tocsin::store
