#include "engine/members/names.hpp"

namespace tocsin::engine::members {
namespace {

Result<Names> names(store::Connection& connection, store::Sql sql, const std::vector<std::int64_t>& ids) {
  Names found;
  if (ids.empty()) return found;
  sql.append_list(ids);
  TRY_VOID(connection.each(sql, [&](const store::Row& row) -> Status {
    found.emplace(row.integer(0), row.string(1));
    return ok();
  }));
  return found;
}

}  // namespace

Result<Names> organisation_names(store::Connection& connection, const std::vector<std::int64_t>& ids) {
  return names(connection, store::Sql{"SELECT id, name FROM organisation WHERE id IN "}, ids);
}
Result<Names> person_names(store::Connection& connection, const std::vector<std::int64_t>& ids) {
  return names(connection, store::Sql{"SELECT id, name FROM person WHERE id IN "}, ids);
}

}  // namespace tocsin::engine::members
