#include <filesystem>
#include <thread>

#include <sqlite3.h>

#include "base/check.hpp"
#include "store/backend.hpp"
#include "store/sqlite_mapping.hpp"

namespace tocsin::store {
namespace {

/// 2 MiB a reader: an idle server stays small, and the operating system caches the rest. The writer may take 64 MiB:
/// keys that come in no order write to pages all over an index, each to the log again where it did not stay in memory.
constexpr int kReaderCacheKib = 2'048;
constexpr int kWriterCacheKib = 65'536;
/// Pages of 4 KiB: 64 MiB of log before it is copied back, so that an import does not copy hot pages all the time.
constexpr int kCheckpointPages = 16'384;

Error error_of(sqlite3* db, int code, std::string_view sql) {
  const std::string text = db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(code);
  const int extended = db != nullptr ? sqlite3_extended_errcode(db) : code;
  auto detail = sql.empty() ? fmt::format("{} (SQLite {})", text, extended)
                            : fmt::format("{} (SQLite {}) in: {}", text, extended, sql);
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT: {
      if (extended == SQLITE_CONSTRAINT_DATATYPE) return Error::internal("The database refused a value", detail);
      auto error = Error::conflict("This contradicts what is already stored");
      error.detail = std::move(detail);
      return error;
    }
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error::unavailable("The database is busy: another process is writing to it; try again in a moment",
                                detail);
    case SQLITE_FULL:
      return Error::unavailable("The disk is full: the database cannot grow", detail);
    case SQLITE_READONLY:
      return Error::unavailable("The database cannot be written: check owner and permissions of file and folder",
                                detail);
    case SQLITE_CANTOPEN:
      return Error::unavailable("The database file cannot be opened: check path, owner and permissions", detail);
    case SQLITE_NOTADB:
      return Error::unavailable("The file is not a database of Tocsin", detail);
    case SQLITE_CORRUPT:
      return Error::unavailable("The database file is damaged: stop, keep a copy, restore a backup", detail);
    case SQLITE_IOERR:
      return Error::unavailable("Reading or writing the database file failed: check the disk", detail);
    case SQLITE_NOMEM:
      return Error::unavailable("Not enough memory for the database", detail);
    case SQLITE_TOOBIG: {
      Error error = Error::internal("A value is too large for the database", detail);
      error.code = Error::Code::too_large;
      return error;
    }
    case SQLITE_INTERRUPT:
      return Error::timeout("The database gave up: it took too long");
    default:
      return Error::internal("The database refused a statement", detail);
  }
}

struct CloseDatabase {
  void operator()(sqlite3* db) const noexcept { sqlite3_close_v2(db); }
};
using DbPtr = std::unique_ptr<sqlite3, CloseDatabase>;
struct Finalize {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using StatementPtr = std::unique_ptr<sqlite3_stmt, Finalize>;

class SqliteRow final : public Row {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  bool is_null(int column) const override { return sqlite3_column_type(statement_, checked(column)) == SQLITE_NULL; }
  std::int64_t integer(int column) const override { return sqlite3_column_int64(statement_, checked(column)); }
  double real(int column) const override { return sqlite3_column_double(statement_, checked(column)); }
  std::string_view text(int column) const override {
    // A number becomes text in place; text and blobs stay as they are. Length after pointer, as SQLite asks.
    const bool blob = sqlite3_column_type(statement_, checked(column)) == SQLITE_BLOB;
    const void* bytes = blob ? sqlite3_column_blob(statement_, column) : sqlite3_column_text(statement_, column);
    if (bytes == nullptr) return {};
    return {static_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }

 private:
  int checked(int column) const {
    TOCSIN_CHECK(column >= 0 && column < sqlite3_column_count(statement_));
    return column;
  }
  sqlite3_stmt* statement_;
};

class SqliteConnection final : public Connection {
 public:
  enum class Mode { reader, writer, watcher };

  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, Mode mode, int wait_ms) {
    sqlite3* db = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &db,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                                         SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE,
                                     mode == Mode::reader ? vfs_that_keeps_mappings() : nullptr);
    std::unique_ptr<SqliteConnection> connection(new SqliteConnection(db));
    if (code != SQLITE_OK) return error_of(db, code, "open");
    TRY_VOID(connection->prepare_session(mode, wait_ms));
    return connection;
  }
  Dialect dialect() const noexcept override { return Dialect::sqlite; }
  bool writing() const noexcept override { return state_ == State::writing; }

  Result<std::int64_t> run(const Sql& sql) override {
    const auto before = sqlite3_total_changes64(db_.get());
    TRY_VOID(step_all(sql, nullptr));
    return sqlite3_total_changes64(db_.get()) == before ? 0 : sqlite3_changes64(db_.get());
  }

  Status each(const Sql& sql, const std::function<Status(const Row&)>& visit) override { return step_all(sql, &visit); }

  Status run_all(const std::vector<Sql>& statements) override {
    for (const auto& sql : statements) TRY_VOID(step_all(sql, nullptr));
    return ok();
  }

  Status run_script(std::string_view script) override {
    TRY_VOID(require_transaction());
    const std::string text{script};
    const int code = sqlite3_exec(db_.get(), text.c_str(), nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return error_of(db_.get(), code, text);
    return ok();
  }

  // BEGIN IMMEDIATE has already kept every other writer out.
  Status lock_changes() override { return ok(); }

  Status begin(bool write) {
    // IMMEDIATE: a transaction that reads first and writes later would fail at once where another wrote in between.
    TRY_VOID(control(write ? "BEGIN IMMEDIATE" : "BEGIN"));
    state_ = write ? State::writing : State::reading;
    return ok();
  }

  Status end(bool commit) {
    const auto lost = require_transaction();
    state_ = State::none;
    if (commit && lost) {
      auto committed = control("COMMIT");
      if (committed) return committed;
      rollback();
      return committed;
    }
    rollback();
    return commit ? lost : ok();
  }

  /// Ends what a body that threw has left open.
  void clear_up() noexcept {
    state_ = State::none;
    rollback();
  }

 protected:
  Status begin_attempt() override { return control("SAVEPOINT attempt"); }
  Status end_attempt(bool keep) override {
    TRY_VOID(require_transaction());
    if (!keep) TRY_VOID(control("ROLLBACK TO attempt"));
    return control("RELEASE attempt");
  }

 private:
  enum class State { none, reading, writing };
  struct Prepared {
    StatementPtr statement;
    std::uint64_t used = 0;
    bool busy = false;
  };
  /// A statement in use: reset, cleared and given back however the use ends.
  class Use {
   public:
    explicit Use(Prepared& prepared) : prepared_(prepared) { prepared_.busy = true; }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;
    ~Use() {
      sqlite3_reset(prepared_.statement.get());
      sqlite3_clear_bindings(prepared_.statement.get());
      prepared_.busy = false;
    }

   private:
    Prepared& prepared_;
  };

  explicit SqliteConnection(sqlite3* db) : db_(db) {}

  Status prepare_session(Mode mode, int wait_ms) {
    sqlite3_busy_timeout(db_.get(), wait_ms);
    sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    if (sqlite3_db_readonly(db_.get(), "main") == 1) return error_of(nullptr, SQLITE_READONLY, {});
    TRY_VOID(use_write_ahead_log(wait_ms));
    const auto settings = fmt::format(
        "PRAGMA foreign_keys=ON; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-{}; PRAGMA wal_autocheckpoint={};"
        "PRAGMA journal_size_limit={}; PRAGMA query_only={}; PRAGMA mmap_size={}",
        mode == Mode::writer ? kWriterCacheKib : kReaderCacheKib, kCheckpointPages, kCheckpointPages * 4'096,
        mode == Mode::writer ? "OFF" : "ON", mode == Mode::writer ? 0 : kReaderMappedBytes);
    return exec(settings.c_str());
  }

  Status use_write_ahead_log(int wait_ms) {
    // Two processes that create the file together get BUSY here whatever the timeout says: ask until it stands.
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms);
    for (;;) {
      std::string mode;
      const int code = sqlite3_exec(
          db_.get(), "PRAGMA journal_mode=WAL",
          [](void* to, int, char** values, char**) {
            *static_cast<std::string*>(to) = values[0] != nullptr ? values[0] : "";
            return 0;
          },
          &mode, nullptr);
      if (code == SQLITE_OK && mode == "wal") return ok();
      if (code == SQLITE_OK) {
        return Error::unavailable(
            "The database file needs a disk that processes can share memory on, not a network drive",
            fmt::format("journal_mode is {}", mode));
      }
      if ((code & 0xff) != SQLITE_BUSY || std::chrono::steady_clock::now() >= give_up)
        return error_of(db_.get(), code, "open");
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  Status exec(const char* text) {
    const int code = sqlite3_exec(db_.get(), text, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return error_of(db_.get(), code, text);
    return ok();
  }

  /// After a full disk and the like SQLite has undone the transaction by itself; a statement that ran now would stand
  /// alone and at once.
  Status require_transaction() const {
    if (state_ != State::none && sqlite3_get_autocommit(db_.get()) != 0) {
      return Error::unavailable("The database undid the transaction after an error");
    }
    return ok();
  }

  void rollback() noexcept {
    if (sqlite3_get_autocommit(db_.get()) == 0) sqlite3_exec(db_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }

  /// "?1" for "$1", which SQLite takes for a name: it looks names up one after the other, again for each.
  static std::string numbered(std::string text) {
    for (std::size_t i = 0; i + 1 < text.size(); ++i) {
      if (text[i] == '$' && text[i + 1] >= '1' && text[i + 1] <= '9') text[i] = '?';
    }
    return text;
  }

  Result<Prepared> prepare(const std::string& asked, std::size_t parameters) {
    const auto text = numbered(asked);
    sqlite3_stmt* raw = nullptr;
    const char* rest = nullptr;
    const int code = sqlite3_prepare_v3(db_.get(), text.data(), static_cast<int>(text.size() + 1),
                                        SQLITE_PREPARE_PERSISTENT, &raw, &rest);
    Prepared prepared{.statement = StatementPtr{raw}};
    if (code != SQLITE_OK) return error_of(db_.get(), code, text);
    if (raw == nullptr || *rest != '\0') return Error::internal("Not exactly one SQL statement", text);
    if (static_cast<std::size_t>(sqlite3_bind_parameter_count(raw)) != parameters) {
      return Error::internal("The parameters do not match the SQL statement", text);
    }
    return prepared;
  }

  /// The kept statement of this text; null where it is just being visited further up the stack.
  Result<Prepared*> kept(const std::string& text, std::size_t parameters) {
    auto found = statements_.find(text);
    if (found == statements_.end()) {
      TRY(auto prepared, prepare(text, parameters));
      if (statements_.size() >= kStatementsMax) forget_oldest();
      found = statements_.emplace(text, std::move(prepared)).first;
    }
    found->second.used = ++uses_;
    return found->second.busy ? nullptr : &found->second;
  }

  void forget_oldest() {
    auto oldest = statements_.end();
    for (auto each = statements_.begin(); each != statements_.end(); ++each) {
      if (!each->second.busy && (oldest == statements_.end() || each->second.used < oldest->second.used)) oldest = each;
    }
    if (oldest != statements_.end()) statements_.erase(oldest);
  }

  static int bind(sqlite3_stmt* statement, int position, const Value& value) {
    // The Sql outlives the step, so nothing is copied.
    return std::visit(
        [&](const auto& v) {
          using T = std::decay_t<decltype(v)>;
          if constexpr (std::is_same_v<T, std::monostate>) {
            return sqlite3_bind_null(statement, position);
          } else if constexpr (std::is_same_v<T, std::int64_t>) {
            return sqlite3_bind_int64(statement, position, v);
          } else if constexpr (std::is_same_v<T, double>) {
            return sqlite3_bind_double(statement, position, v);
          } else if constexpr (std::is_same_v<T, std::string>) {
            return sqlite3_bind_text64(statement, position, v.data(), v.size(), SQLITE_STATIC, SQLITE_UTF8);
          } else {
            return sqlite3_bind_blob64(statement, position, v.bytes.data(), v.bytes.size(), SQLITE_STATIC);
          }
        },
        value.variant());
  }

  Status step_all(const Sql& sql, const std::function<Status(const Row&)>* visit) {
    TRY_VOID(require_transaction());
    TRY_VOID(check_parameters(sql));
    TRY(auto* prepared, kept(sql.text(), sql.parameters().size()));
    if (prepared != nullptr) return step_all(*prepared, sql, visit);
    TRY(auto own, prepare(sql.text(), sql.parameters().size()));
    return step_all(own, sql, visit);
  }

  Status step_all(Prepared& prepared, const Sql& sql, const std::function<Status(const Row&)>* visit) {
    const Use use(prepared);
    auto* const statement = prepared.statement.get();
    for (std::size_t i = 0; i < sql.parameters().size(); ++i) {
      const int code = bind(statement, static_cast<int>(i + 1), sql.parameters()[i]);
      if (code != SQLITE_OK) return error_of(db_.get(), code, sql.text());
    }
    const SqliteRow row(statement);
    for (;;) {
      const int code = sqlite3_step(statement);
      if (code == SQLITE_DONE) return ok();
      if (code != SQLITE_ROW) return error_of(db_.get(), code, sql.text());
      if (visit != nullptr) TRY_VOID((*visit)(row));
    }
  }

  /// BEGIN and its like.
  Status control(const char* text) {
    TRY(auto* prepared, kept(text, 0));
    return step_all(*prepared, Sql{}, nullptr);
  }

  DbPtr db_;
  State state_ = State::none;
  std::unordered_map<std::string, Prepared> statements_;
  std::uint64_t uses_ = 0;
};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(std::string path, const DatabaseOptions& options)
      : path_(std::move(path)),
        wait_ms_(options.wait_ms),
        writers_(1, options.wait_ms, [this] { return connect(SqliteConnection::Mode::writer); }),
        readers_(options.connections, options.wait_ms, [this] { return connect(SqliteConnection::Mode::reader); }) {}

  /// Opens the first connections, so that what is wrong shows now.
  Status check() {
    TRY(auto* writer, writers_.take());
    writers_.give_back(writer);
    TRY(watcher_, connect(SqliteConnection::Mode::watcher));
    return ok();
  }

  Dialect dialect() const noexcept override { return Dialect::sqlite; }
  std::string describe() const override { return fmt::format("SQLite {} at {}", sqlite3_libversion(), path_); }

  Result<std::int64_t> heartbeat() override {
    // Seen from a connection that never writes, the version moves with every commit of every process, ours included.
    const std::lock_guard lock(watcher_mutex_);
    std::int64_t version = 0;
    TRY_VOID(watcher_->each(Sql{"PRAGMA data_version"}, [&](const Row& row) {
      version = row.integer(0);
      return ok();
    }));
    return version;
  }

 protected:
  Result<Lease> borrow(Use use) override {
    auto& pool = use == Use::write ? writers_ : readers_;
    TRY(auto* connection, pool.take());
    return Lease(connection, [&pool](Connection* lent) {
      auto* const own = static_cast<SqliteConnection*>(lent);
      own->clear_up();
      pool.give_back(own);
    });
  }
  Status begin(Connection& connection, Use use) override {
    return static_cast<SqliteConnection&>(connection).begin(use == Use::write);
  }
  Status end(Connection& connection, bool commit) override {
    return static_cast<SqliteConnection&>(connection).end(commit);
  }

 private:
  Result<std::unique_ptr<SqliteConnection>> connect(SqliteConnection::Mode mode) const {
    auto connection = SqliteConnection::open(path_, mode, wait_ms_);
    if (!connection) {
      auto error = std::move(connection).error();
      if (error.where.empty()) error.where = path_;
      return error;
    }
    return connection;
  }

  const std::string path_;
  const int wait_ms_;
  ConnectionPool<SqliteConnection> writers_;
  ConnectionPool<SqliteConnection> readers_;
  std::mutex watcher_mutex_;
  std::unique_ptr<SqliteConnection> watcher_;
};

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const DatabaseOptions& options) {
  static std::once_flag configured;
  // Without memory statistics connections on different threads share no lock at all.
  std::call_once(configured, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
  const std::filesystem::path path(options.url);
  std::error_code ignored;
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  if (!std::filesystem::is_directory(folder, ignored)) {
    auto error = Error::unavailable("The folder for the database does not exist; create it or name another");
    error.where = folder.string();
    return error;
  }
  if (std::filesystem::is_directory(path, ignored)) {
    auto error = Error::unavailable("The path of the database is a folder; name a file in it");
    error.where = path.string();
    return error;
  }
  auto database = std::make_unique<SqliteDatabase>(options.url, options);
  TRY_VOID(database->check());
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace tocsin::store
