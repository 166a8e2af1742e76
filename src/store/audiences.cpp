#include "store/audiences.hpp"

#include <fmt/format.h>

#include "base/messages.hpp"

namespace tocsin::store {

Result<std::int64_t> Audiences::intern(std::vector<domain::Grantee> listed) {
  domain::tidy(listed);
  if (listed.size() > kGranteesMax) {
    return Error::invalid(
        tr<"a record is addressed to at most {} organisations and people: use a community">(kGranteesMax));
  }
  const auto digest = domain::write_grantees(listed);
  const auto number = [](const Row& row) { return row.integer(0); };
  TRY(const auto there, connection_.first(Sql{"SELECT id FROM audience WHERE digest = ?", digest}, number));
  if (there) return *there;
  // Another process may store the same list at this moment: then its id comes back.
  TRY(const auto made, connection_.first(Sql{"INSERT INTO audience (digest) VALUES (?) ON CONFLICT (digest) DO UPDATE "
                                             "SET digest = excluded.digest RETURNING id",
                                             digest},
                                         number));
  if (!made) return Error::internal("An INSERT returned no row");
  std::vector<Sql> grantees;
  grantees.reserve(listed.size());
  for (const auto& each : listed) {
    grantees.emplace_back(
        "INSERT INTO audience_grantee (audience_id, kind, grantee_id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", *made,
        each.kind, each.id);
  }
  TRY_VOID(connection_.run_all(grantees));
  return *made;
}

}  // namespace tocsin::store
