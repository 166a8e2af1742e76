#include <deque>

#include <libpq-fe.h>
#include <poll.h>

#include "base/check.hpp"
#include "store/backend.hpp"
#include "store/postgres_row.hpp"

namespace tocsin::store {
namespace {

/// No statement of a request takes that long; migrations set their own.
constexpr int kStatementTimeoutMs = 120'000;
/// A writer that hangs holds up all others.
constexpr int kIdleInTransactionTimeoutMs = 300'000;
/// Statements between two synchronisations of a pipeline.
constexpr std::size_t kPipelineMax = 256;

/// Statements after which a connection plans anew: first, and at most.
constexpr std::uint64_t kReplanUsesMin = 64;
constexpr std::uint64_t kReplanUsesMax = 100'000;

// Of pg_advisory_xact_lock. The number is arbitrary and must never change.
#define TOCSIN_CHANGE_LOCK "726911002"

struct CloseConnection {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using ConnectionPtr = std::unique_ptr<PGconn, CloseConnection>;
struct ClearResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ClearResult>;

std::string_view field(const PGresult* result, int code) {
  const char* text = PQresultErrorField(result, code);
  return text != nullptr ? text : "";
}

std::string first_line(std::string_view text) {
  while (text.ends_with('\n')) text.remove_suffix(1);
  return std::string{text.substr(0, text.find('\n'))};
}

/// The server's word, sorted by the classes of SQLSTATE (PostgreSQL manual, appendix A).
Error error_of(const PGresult* result, std::string_view sql) {
  const auto state = field(result, PG_DIAG_SQLSTATE);
  const auto constraint = field(result, PG_DIAG_CONSTRAINT_NAME);
  auto detail = fmt::format("{}{}{} (PostgreSQL {}) in: {}", constraint, constraint.empty() ? "" : ": ",
                            first_line(PQresultErrorMessage(result)), state, sql);
  const auto in = [state](std::string_view prefix) { return state.starts_with(prefix); };
  if (in("23")) {
    auto error = Error::conflict("This contradicts what is already stored");
    error.detail = std::move(detail);
    return error;
  }
  if (state == "22021") return Error::invalid("Text that is not UTF-8 cannot be stored");
  if (state == "40001" || state == "40P01" || state == "55P03") {
    return Error::unavailable("The database is busy: another process is writing to it; try again in a moment", detail);
  }
  if (state == "57014") {
    auto error = Error::timeout("The database gave up: it took too long");
    error.detail = std::move(detail);
    return error;
  }
  if (state == "53100") return Error::unavailable("The disk of the database server is full", detail);
  if (in("53")) return Error::unavailable("The database server has no resources left for this", detail);
  if (state == "25006") {
    return Error::internal("A statement wrote outside a write transaction, or the server is a standby", detail);
  }
  if (in("08") || in("57P") || in("58")) return Error::unavailable("The database server is not available", detail);
  if (state == "54000") {
    Error error = Error::internal("A value is too large for the database", detail);
    error.code = Error::Code::too_large;
    return error;
  }
  return Error::internal("The database refused a statement", detail);
}

/// Result formats, bytes and types of the parameters as libpq wants them; lives as long as the call.
class Parameters {
 public:
  explicit Parameters(const Sql& sql) {
    const auto& values = sql.parameters();
    types_.reserve(values.size());
    for (const auto& value : values) std::visit([this](const auto& v) { add(v); }, value.variant());
    formats_.assign(values.size(), 1);
  }
  int count() const { return static_cast<int>(values_.size()); }
  const Oid* types() const { return types_.data(); }
  const char* const* values() const { return values_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }
  /// One letter per type: statements of one text are prepared once per signature.
  const std::string& signature() const { return signature_; }

 private:
  void add(std::monostate) { add('n', 0, nullptr, 0); }
  void add(std::int64_t v) { number('i', PostgresType::int8, encode_int8(v)); }
  void add(double v) { number('d', PostgresType::float8, encode_float8(v)); }
  void add(const std::string& v) { add('t', static_cast<Oid>(PostgresType::text), v.data(), v.size()); }
  void add(const Blob& v) { add('b', static_cast<Oid>(PostgresType::bytea), v.bytes.data(), v.bytes.size()); }
  void number(char letter, PostgresType type, std::string bytes) {
    const auto& kept = numbers_.emplace_back(std::move(bytes));
    add(letter, static_cast<Oid>(type), kept.data(), kept.size());
  }
  void add(char letter, Oid type, const char* bytes, std::size_t size) {
    signature_ += letter;
    types_.push_back(type);
    values_.push_back(bytes);
    lengths_.push_back(static_cast<int>(size));
  }

  std::string signature_;
  std::deque<std::string> numbers_;
  std::vector<Oid> types_;
  std::vector<const char*> values_;
  std::vector<int> lengths_, formats_;
};

class PostgresConnection final : public Connection {
 public:
  static Result<std::unique_ptr<PostgresConnection>> open(const std::string& url, int wait_ms) {
    std::unique_ptr<PostgresConnection> connection(new PostgresConnection(url, wait_ms));
    TRY_VOID(connection->connect());
    return connection;
  }

  Dialect dialect() const noexcept override { return Dialect::postgres; }
  bool writing() const noexcept override { return state_ == State::writing; }
  const PGconn* handle() const noexcept { return connection_.get(); }

  Result<std::int64_t> run(const Sql& sql) override {
    TRY(const auto result, execute(sql));
    if (PQresultStatus(result.get()) == PGRES_TUPLES_OK &&
        std::string_view{PQcmdStatus(result.get())}.starts_with("SELECT")) {
      return 0;
    }
    return std::strtoll(PQcmdTuples(result.get()), nullptr, 10);
  }

  Status each(const Sql& sql, const std::function<Status(const Row&)>& visit) override {
    TRY(const auto result, execute(sql));
    TRY_VOID(check_columns(result.get()));
    PostgresRow row(result.get());
    const int rows = PQntuples(result.get());
    for (int i = 0; i < rows; ++i) {
      row.move_to(i);
      TRY_VOID(visit(row));
    }
    return ok();
  }

  Status run_all(const std::vector<Sql>& statements) override {
    for (const auto& sql : statements) TRY_VOID(check_parameters(sql));
    const std::span<const Sql> all = statements;
    for (std::size_t begin = 0; begin < all.size(); begin += kPipelineMax) {
      TRY_VOID(pipeline(all.subspan(begin, std::min(kPipelineMax, all.size() - begin))));
    }
    return ok();
  }

  Status run_script(std::string_view script) override {
    const std::string text{script};
    ++statements_in_transaction_;
    return control(text.c_str());
  }

  Status lock_changes() override {
    if (state_ != State::writing) return Error::internal("The change feed is locked only inside a write transaction");
    if (lock_depth_) return ok();
    TRY_VOID(run(Sql{"SELECT pg_advisory_xact_lock(" TOCSIN_CHANGE_LOCK ")"}));
    lock_depth_ = depth_;
    return ok();
  }

  /// Ready to be lent out: a connection that the server has closed meanwhile is opened anew.
  Status check() {
    if (PQstatus(connection_.get()) == CONNECTION_OK) {
      // Nothing is expected from an idle connection, so readable means a notice or the end.
      pollfd waiting{PQsocket(connection_.get()), POLLIN, 0};
      if (poll(&waiting, 1, 0) == 0) return refresh_plans();
      if (PQconsumeInput(connection_.get()) == 1) return refresh_plans();
    }
    return connect();
  }

  Status begin(bool write, bool retry = true) {
    const auto* text =
        write ? "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    state_ = State::none;
    depth_ = savepoints_ = 0;
    lock_depth_.reset();
    statements_in_transaction_ = 0;
    if (auto begun = control(text); !begun) {
      if (!retry || !lost()) return begun;
      TRY_VOID(connect());
      return begin(write, false);
    }
    state_ = write ? State::writing : State::snapshot;
    return ok();
  }

  Status end(bool commit) {
    state_ = State::none;
    lock_depth_.reset();
    if (!commit) {
      clear_up();
      return ok();
    }
    const ResultPtr result(PQexec(connection_.get(), "COMMIT"));
    TRY_VOID(check(result.get(), "COMMIT"));
    // COMMIT of a transaction that has failed succeeds as a ROLLBACK.
    if (std::string_view{PQcmdStatus(result.get())} != "COMMIT") {
      return Error::internal("The transaction had failed and was undone");
    }
    return ok();
  }

  void clear_up() noexcept {
    state_ = State::none;
    lock_depth_.reset();
    if (PQtransactionStatus(connection_.get()) == PQTRANS_IDLE) return;
    const ResultPtr ignored(PQexec(connection_.get(), "ROLLBACK"));
  }

 protected:
  // An attempt that was kept leaves its savepoint until the next one of its depth takes over or the transaction ends:
  // one round trip instead of two for each document of an import.
  Status begin_attempt() override {
    const int depth = depth_ + 1;
    const auto text = savepoints_ >= depth ? fmt::format("RELEASE attempt_{0}; SAVEPOINT attempt_{0}", depth)
                                           : fmt::format("SAVEPOINT attempt_{}", depth);
    ++statements_in_transaction_;
    TRY_VOID(control(text.c_str()));
    depth_ = savepoints_ = depth;
    return ok();
  }
  Status end_attempt(bool keep) override {
    const int depth = depth_--;
    const bool failed = PQtransactionStatus(connection_.get()) != PQTRANS_INTRANS;
    if (keep && !failed) {
      if (lock_depth_ && *lock_depth_ >= depth) lock_depth_ = depth_;
      return ok();
    }
    // Rolling back to a savepoint releases the locks taken since.
    if (lock_depth_ && *lock_depth_ >= depth) lock_depth_.reset();
    TRY_VOID(control(fmt::format("ROLLBACK TO attempt_{}", depth).c_str()));
    savepoints_ = depth;
    if (keep) return Error::internal("An attempt went on after a statement had failed");
    return ok();
  }

 private:
  enum class State { none, snapshot, writing };
  struct Prepared {
    std::string name;
    std::uint64_t used = 0;
  };

  PostgresConnection(std::string url, int wait_ms) : url_(std::move(url)), wait_ms_(wait_ms) {}

  Status connect() {
    statements_.clear();
    forget_all_ = false;
    const auto wait = std::to_string(std::max(2, (wait_ms_ + 999) / 1'000));
    // Later ones win: the URL may change the first ones, not the last.
    const char* const names[] = {"connect_timeout",  "keepalives_idle",  "keepalives_interval",
                                 "keepalives_count", "tcp_user_timeout", "dbname",
                                 "client_encoding",  "application_name", nullptr};
    const char* const values[] = {wait.c_str(), "30", "10", "3", "30000", url_.c_str(), "UTF8", "tocsin", nullptr};
    connection_.reset(PQconnectdbParams(names, values, 1));
    if (PQstatus(connection_.get()) != CONNECTION_OK) {
      return Error::unavailable(
          fmt::format("The database server does not let Tocsin in: {}", first_line(PQerrorMessage(connection_.get()))));
    }
    PQsetNoticeReceiver(connection_.get(), [](void*, const PGresult*) {}, nullptr);
    // Plain reads cannot write: a write transaction says READ WRITE. JIT costs more than it gains on short queries.
    const auto settings = fmt::format(
        "SET TIME ZONE 'UTC'; SET default_transaction_read_only = on; SET statement_timeout = {};"
        "SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {}; SET jit = off;"
        "SET standard_conforming_strings = on; SET extra_float_digits = 1;"
        "SELECT set_config('default_toast_compression', 'lz4', false) FROM pg_settings "
        "WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)",
        kStatementTimeoutMs, wait_ms_, kIdleInTransactionTimeoutMs);
    TRY_VOID(control(settings.c_str()));
    return ok();
  }

  bool lost() const noexcept { return PQstatus(connection_.get()) != CONNECTION_OK; }

  Status check(const PGresult* result, std::string_view sql) {
    const auto status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return ok();
    if (result == nullptr || lost()) {
      return Error::unavailable("The connection to the database server was lost",
                                first_line(PQerrorMessage(connection_.get())));
    }
    const auto state = field(result, PG_DIAG_SQLSTATE);
    // "cached plan must not change result type" after a migration elsewhere; a statement that a connection pooler does
    // not know on this server connection.
    if (state == "26000" || (state == "0A000" && std::string_view{PQresultErrorMessage(result)}.find("cached plan") !=
                                                     std::string_view::npos)) {
      statements_.clear();
      forget_all_ = true;
      return Error::unavailable("The database was changed by an upgrade; try again", std::string{sql});
    }
    return error_of(result, sql);
  }

  Status control(const char* text) {
    const ResultPtr result(PQexec(connection_.get(), text));
    return check(result.get(), text);
  }

  Status clean_cache() {
    if (!forget_all_) return ok();
    TRY_VOID(control("DEALLOCATE ALL"));
    forget_all_ = false;
    return ok();
  }

  /// PostgreSQL plans a prepared statement for good after its fifth run. A first import runs those on empty tables,
  /// where every index looks the same, so plans are made again while the tables grow.
  Status refresh_plans() {
    TRY_VOID(clean_cache());
    if (uses_ < replan_at_) return ok();
    TRY_VOID(control("DISCARD PLANS"));
    replan_at_ = uses_ + std::min(uses_, kReplanUsesMax);
    return ok();
  }

  Result<ResultPtr> execute(const Sql& sql) {
    TRY_VOID(check_parameters(sql));
    const Parameters parameters(sql);
    const bool first = statements_in_transaction_ == 0;
    auto result = execute_once(sql, parameters);
    if (result.has_value()) {
      ++statements_in_transaction_;
      return result;
    }
    // Once more where nothing can have been done yet: a plain read, or the first statement of a transaction.
    const bool again = state_ == State::none ? (lost() || forget_all_) : (first && forget_all_ && !lost());
    if (!again) {
      ++statements_in_transaction_;
      return result;
    }
    if (state_ != State::none) {
      const bool write = state_ == State::writing;
      clear_up();
      TRY_VOID(clean_cache());
      TRY_VOID(begin(write, false));
    } else {
      TRY_VOID(check());
    }
    ++statements_in_transaction_;
    return execute_once(sql, parameters);
  }

  Result<ResultPtr> execute_once(const Sql& sql, const Parameters& parameters) {
    const auto key = parameters.signature() + sql.text();
    auto found = statements_.find(key);
    if (found == statements_.end()) {
      TRY_VOID(make_room());
      auto name = next_name();
      const ResultPtr prepared(
          PQprepare(connection_.get(), name.c_str(), sql.text().c_str(), parameters.count(), parameters.types()));
      TRY_VOID(check(prepared.get(), sql.text()));
      found = statements_.emplace(key, Prepared{std::move(name)}).first;
    }
    found->second.used = ++uses_;
    ResultPtr result(PQexecPrepared(connection_.get(), found->second.name.c_str(), parameters.count(),
                                    parameters.values(), parameters.lengths(), parameters.formats(), 1));
    TRY_VOID(check(result.get(), sql.text()));
    return result;
  }

  std::string next_name() { return fmt::format("s{}", ++names_); }

  Status make_room() {
    if (statements_.size() < kStatementsMax) return ok();
    const auto oldest = std::ranges::min_element(statements_, {}, [](const auto& each) { return each.second.used; });
    const auto deallocate = "DEALLOCATE " + oldest->second.name;
    statements_.erase(oldest);
    return control(deallocate.c_str());
  }

  /// Everything sent before anything is awaited: one round trip.
  Status pipeline(std::span<const Sql> statements) {
    struct Step {
      const Sql* sql;
      std::string prepares;  // key of the cache, where this step prepares
      std::string name;
    };
    std::vector<Step> steps;
    for (const auto& sql : statements) {
      const Parameters parameters(sql);
      if (!statements_.contains(parameters.signature() + sql.text())) TRY_VOID(make_room());
    }
    if (PQenterPipelineMode(connection_.get()) != 1) return lost_while("pipeline");
    ++statements_in_transaction_;
    std::unordered_map<std::string, std::string> fresh;
    bool sent = true;
    for (const auto& sql : statements) {
      const Parameters parameters(sql);
      const auto key = parameters.signature() + sql.text();
      std::string name;
      if (const auto found = statements_.find(key); found != statements_.end()) {
        found->second.used = ++uses_;
        name = found->second.name;
      } else if (const auto new_one = fresh.find(key); new_one != fresh.end()) {
        name = new_one->second;
      } else {
        name = next_name();
        fresh.emplace(key, name);
        sent = sent && PQsendPrepare(connection_.get(), name.c_str(), sql.text().c_str(), parameters.count(),
                                     parameters.types()) == 1;
        steps.push_back({&sql, key, name});
      }
      sent = sent && PQsendQueryPrepared(connection_.get(), name.c_str(), parameters.count(), parameters.values(),
                                         parameters.lengths(), parameters.formats(), 1) == 1;
      steps.push_back({&sql, {}, {}});
    }
    sent = sent && PQpipelineSync(connection_.get()) == 1;
    Status outcome = sent ? ok() : lost_while("pipeline");
    for (const auto& step : steps) {
      if (lost()) break;
      const ResultPtr result(PQgetResult(connection_.get()));
      if (PQresultStatus(result.get()) != PGRES_PIPELINE_ABORTED) {
        auto checked = check(result.get(), step.sql->text());
        if (checked && !step.prepares.empty()) statements_[step.prepares] = {step.name, ++uses_};
        if (!checked && outcome) outcome = std::move(checked);
      }
      // Each statement's results end with a null.
      if (result != nullptr) const ResultPtr end(PQgetResult(connection_.get()));
    }
    if (!lost()) const ResultPtr sync(PQgetResult(connection_.get()));
    if (PQexitPipelineMode(connection_.get()) != 1 && outcome) outcome = lost_while("pipeline");
    return outcome;
  }

  Error lost_while(std::string_view what) const {
    return Error::unavailable("The connection to the database server was lost",
                              fmt::format("{}: {}", what, first_line(PQerrorMessage(connection_.get()))));
  }

  const std::string url_;
  const int wait_ms_;
  ConnectionPtr connection_;
  State state_ = State::none;
  int depth_ = 0;                  // attempts that are open
  int savepoints_ = 0;             // the server has attempt_1 ... attempt_N
  std::optional<int> lock_depth_;  // savepoint that the lock on the change feed dies with
  int statements_in_transaction_ = 0;
  std::unordered_map<std::string, Prepared> statements_;  // by signature and text
  std::uint64_t uses_ = 0;
  std::uint64_t replan_at_ = kReplanUsesMin;
  std::uint64_t names_ = 0;
  bool forget_all_ = false;
};

class PostgresDatabase final : public Database {
 public:
  explicit PostgresDatabase(const DatabaseOptions& options)
      : connections_(options.connections, options.wait_ms,
                     [options] { return PostgresConnection::open(options.url, options.wait_ms); }) {}

  /// Opens the first connection, so that what is wrong shows now.
  Status check() {
    TRY(auto* connection, connections_.take());
    const auto* handle = connection->handle();
    const auto text = [](const char* value) { return std::string_view{value != nullptr ? value : ""}; };
    description_ = fmt::format("PostgreSQL {} at {}:{}/{} as {}", PQserverVersion(handle) / 10'000,
                               text(PQhost(handle)), text(PQport(handle)), text(PQdb(handle)), text(PQuser(handle)));
    const auto encoding = text(PQparameterStatus(handle, "server_encoding"));
    const bool utf8 = encoding == "UTF8";
    auto refusal = fmt::format("The database keeps its text as {}; create it with ENCODING 'UTF8'", encoding);
    connections_.give_back(connection);
    if (!utf8) return Error::unavailable(std::move(refusal));
    return ok();
  }

  Dialect dialect() const noexcept override { return Dialect::postgres; }
  std::string describe() const override { return description_; }

  Result<std::int64_t> heartbeat() override {
    // The snapshot names the transactions that have ended: it moves with every commit.
    return read([](Connection& connection) -> Result<std::int64_t> {
      TRY(const auto value, connection.first(Sql{"SELECT hashtextextended(cast(pg_current_snapshot() AS text), 0)"},
                                             [](const Row& row) { return row.integer(0); }));
      return value.value_or(0);
    });
  }

 protected:
  Result<Lease> borrow(Use) override {
    TRY(auto* connection, connections_.take());
    Lease lease(connection, [this](Connection* lent) {
      auto* const own = static_cast<PostgresConnection*>(lent);
      own->clear_up();
      connections_.give_back(own);
    });
    TRY_VOID(connection->check());
    return lease;
  }
  Status begin(Connection& connection, Use use) override {
    return static_cast<PostgresConnection&>(connection).begin(use == Use::write);
  }
  Status end(Connection& connection, bool commit) override {
    return static_cast<PostgresConnection&>(connection).end(commit);
  }

 private:
  std::string description_;
  ConnectionPool<PostgresConnection> connections_;
};

}  // namespace

Result<std::unique_ptr<Database>> open_postgres(const DatabaseOptions& options) {
  auto database = std::make_unique<PostgresDatabase>(options);
  TRY_VOID(database->check());
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace tocsin::store
