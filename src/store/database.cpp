#include "store/database.hpp"

#include "base/text.hpp"
#include "store/backend.hpp"

namespace tocsin::store {

Status Connection::attempt(const std::function<Status()>& body) {
  if (!writing()) return Error::internal("attempt outside a write transaction");
  TRY_VOID(begin_attempt());
  Status result = ok();
  try {
    result = body();
  } catch (...) {
    // The exception says more than a rollback that fails; then the transaction is unusable and says so itself.
    static_cast<void>(end_attempt(false));
    throw;
  }
  auto ended = end_attempt(result.has_value());
  if (result.has_value() && !ended) return ended;
  return result;
}

Result<std::unique_ptr<Database>> Database::open(const DatabaseOptions& options) {
  if (options.url.empty()) return Error::invalid("No database was named");
  const std::string_view url = options.url;
  if (url.starts_with("postgresql://") || url.starts_with("postgres://")) return open_postgres(options);
  if (const auto scheme = url.find("://"); scheme != std::string_view::npos) {
    return Error::invalid("A database is the path of a file or starts with postgresql://",
                          std::string{url.substr(0, scheme)});
  }
  return open_sqlite(options);
}

Status check_parameters(const Sql& sql) {
  for (const auto& parameter : sql.parameters()) {
    const auto* text = std::get_if<std::string>(&parameter.variant());
    if (text == nullptr) continue;
    if (text->find('\0') != std::string::npos) return Error::invalid("Text with a NUL byte cannot be stored");
    if (text::invalid_utf8_at(*text) != std::string_view::npos) {
      return Error::invalid("Text that is not UTF-8 cannot be stored");
    }
  }
  return ok();
}

Status renew_statistics(Database& database) {
  if (database.dialect() != Dialect::postgres) return ok();
  return database.write([](Connection& connection) -> Status {
    TRY_VOID(connection.run(Sql{"ANALYZE"}));
    return ok();
  });
}

}  // namespace tocsin::store
