#include "engine/members/overview.hpp"

namespace tocsin::engine::members {
namespace {

constexpr std::size_t kNamedMax = 20;
// Kinds of credential that are a second factor: migration 4 lists them.
constexpr int kTotp = 2, kPasskey = 4;

template <std::size_t N>
Status count_by_status(store::Connection& connection, const store::Sql& sql, std::array<std::int64_t, N>& counts) {
  return connection.each(sql, [&](const store::Row& row) -> Status {
    const auto status = row.integer(0);
    if (status >= 0 && status < static_cast<std::int64_t>(N)) counts[static_cast<std::size_t>(status)] = row.integer(1);
    return ok();
  });
}

Result<std::int64_t> count(store::Connection& connection, const store::Sql& sql) {
  TRY(const auto number, connection.first(sql, [](const store::Row& row) { return row.integer(0); }));
  return number.value_or(0);
}

Status add_without_factor(store::Connection& connection, Overview& overview) {
  // All roles of a person, over their organisations: one row each, whatever the database calls a bitwise or.
  TRY_VOID(connection.each(
      store::Sql{"SELECT DISTINCT p.id, p.name FROM person p JOIN membership m ON m.person_id = p.id "
                 "WHERE p.status = ? AND m.roles <> ? AND m.roles <> 0 AND NOT EXISTS (SELECT 1 FROM credential c "
                 "WHERE c.person_id = p.id AND c.kind IN (?, ?)) ORDER BY p.name, p.id",
                 domain::PersonStatus::active, domain::Roles{domain::Role::member}.bits(), kTotp, kPasskey},
      [&](const store::Row& row) -> Status {
        ++overview.without_factor_total;
        if (overview.without_factor.size() < kNamedMax) {
          overview.without_factor.push_back({{row.integer(0)}, row.string(1)});
        }
        return ok();
      }));
  return ok();
}

}  // namespace

Result<Overview> overview(store::Database& database, const Actor& actor, Timestamp now) {
  TRY_VOID(actor.require(domain::Permission::administer));
  return database.snapshot([&](store::Connection& connection) -> Result<Overview> {
    Overview found;
    TRY_VOID(count_by_status(connection, store::Sql{"SELECT status, count(*) FROM organisation GROUP BY status"},
                             found.organisations));
    TRY_VOID(
        count_by_status(connection, store::Sql{"SELECT status, count(*) FROM person GROUP BY status"}, found.people));
    TRY(found.communities, count(connection, store::Sql{"SELECT count(*) FROM community WHERE closed = 0"}));
    TRY(found.sessions, count(connection, store::Sql{"SELECT count(*) FROM session WHERE expires_at > ?", now}));
    TRY(found.tokens,
        count(connection,
              store::Sql{"SELECT count(*) FROM api_token WHERE revoked_at IS NULL AND expires_at > ?", now}));
    TRY_VOID(add_without_factor(connection, found));
    return found;
  });
}

}  // namespace tocsin::engine::members
