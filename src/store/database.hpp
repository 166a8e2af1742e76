#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "store/sql.hpp"

/// Connections to the two databases behind one interface. Same SQL text on both; what must differ asks `dialect()`.
namespace tocsin::store {

enum class Dialect { sqlite, postgres };

/// One row while it is being visited; views die with the callback's return. Column index from 0; a column of another
/// type is converted as SQLite does; NULL reads as 0 or empty.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual std::string_view text(int column) const = 0;  ///< Text or blob bytes.
  bool boolean(int column) const { return integer(column) != 0; }
  std::string string(int column) const { return std::string{text(column)}; }
  Timestamp time(int column) const { return {integer(column)}; }
  std::optional<Timestamp> optional_time(int column) const {
    return is_null(column) ? std::nullopt : std::optional{time(column)};
  }
  std::optional<std::int64_t> optional_integer(int column) const {
    return is_null(column) ? std::nullopt : std::optional{integer(column)};
  }
};

/// One connection, used by one thread at a time, borrowed from the Database. Statements are prepared once per text.
/// Errors of every call: conflict (unique, foreign key, check; `detail` names the constraint), unavailable (busy too
/// long, connection lost, disk full), timeout (a statement took too long), invalid_input (text with a NUL byte or that
/// is not UTF-8), internal (our SQL is wrong).
class Connection {
 public:
  virtual ~Connection() = default;
  virtual Dialect dialect() const noexcept = 0;
  /// Runs a statement; returns the number of rows it changed.
  virtual Result<std::int64_t> run(const Sql& sql) = 0;
  /// Visits each row in order. An error from the visitor ends the visit and is returned. The visitor may use the
  /// connection. PostgreSQL holds the whole result in memory meanwhile: page through what is large.
  virtual Status each(const Sql& sql, const std::function<Status(const Row&)>& visit) = 0;
  /// Runs statements one after the other with as few round trips as the database allows (PostgreSQL: pipeline mode).
  /// The first error stops; what ran before it stands until the transaction ends. Rows they return are dropped.
  virtual Status run_all(const std::vector<Sql>& statements) = 0;
  /// Runs `body` under a savepoint: an error undoes only what body did, and is returned; the transaction stays usable.
  /// An exception undoes as well and goes on. Nests. Only inside Database::write. A body must return the error of a
  /// statement that failed: PostgreSQL runs none after it, so there an attempt that swallows one is undone as well.
  Status attempt(const std::function<Status()>& body);
  /// Statements without parameters, each closed by ';': for the literals of migrations.
  virtual Status run_script(std::string_view script) = 0;
  /// Waits until no other transaction writes to the change feed, and keeps the others out until this one ends.
  /// Whoever writes records takes it first, so that what it reads of them stays true. Cheap when already held.
  virtual Status lock_changes() = 0;
  /// Inside Database::write?
  virtual bool writing() const noexcept = 0;

  /// First row mapped, or nullopt. `map` is `T(const Row&)`.
  template <class F>
  auto first(const Sql& sql, F map) -> Result<std::optional<std::invoke_result_t<F, const Row&>>> {
    std::optional<std::invoke_result_t<F, const Row&>> found;
    TRY_VOID(each(sql, [&](const Row& row) -> Status {
      if (!found) found.emplace(map(row));
      return ok();
    }));
    return found;
  }
  /// Every row mapped.
  template <class F>
  auto all(const Sql& sql, F map) -> Result<std::vector<std::invoke_result_t<F, const Row&>>> {
    std::vector<std::invoke_result_t<F, const Row&>> rows;
    TRY_VOID(each(sql, [&](const Row& row) -> Status {
      rows.push_back(map(row));
      return ok();
    }));
    return rows;
  }

 protected:
  virtual Status begin_attempt() = 0;
  virtual Status end_attempt(bool keep) = 0;
};

struct DatabaseOptions {
  /// Path of the SQLite file, or "postgresql://user@host:port/db" (a libpq connection URI).
  std::string url;
  /// Connections for reading (SQLite: beside the one writer; PostgreSQL: all).
  int connections = 4;
  /// How long a writer waits for another process's write lock, and a reader for a free connection, milliseconds.
  int wait_ms = 10'000;
};

/// The database of one installation. Thread-safe.
class Database {
 public:
  /// Opens without migrating. Errors: unavailable with what to check.
  static Result<std::unique_ptr<Database>> open(const DatabaseOptions& options);
  virtual ~Database() = default;
  virtual Dialect dialect() const noexcept = 0;
  /// Safe to show and log: no password.
  virtual std::string describe() const = 0;

  /// Borrows a connection for reads; each statement sees its own newest state. Statements that write are refused.
  template <class F>
  auto read(F body) -> std::invoke_result_t<F, Connection&> {
    TRY(auto connection, borrow(Use::read));
    return body(*connection);
  }
  /// Like read, but all statements see one state (SQLite read transaction, PostgreSQL repeatable read).
  template <class F>
  auto snapshot(F body) -> std::invoke_result_t<F, Connection&> {
    TRY(auto connection, borrow(Use::read));
    TRY_VOID(begin(*connection, Use::snapshot));
    auto result = body(*connection);
    // Nothing was written, so nothing is lost where the end fails; the lease clears up.
    static_cast<void>(end(*connection, false));
    return result;
  }
  /// One transaction: commits where body succeeds, rolls back where it returns an error or throws. Writers queue.
  template <class F>
  auto write(F body) -> std::invoke_result_t<F, Connection&> {
    TRY(auto connection, borrow(Use::write));
    TRY_VOID(begin(*connection, Use::write));
    auto result = body(*connection);
    auto ended = end(*connection, result.has_value());
    // Why the body failed says more than why undoing it failed; what was not undone dies with the connection.
    if (result.has_value() && !ended) return std::move(ended).error();
    return result;
  }
  /// Another number whenever any process has committed something since the last look (and sometimes where none has);
  /// not ordered. Cheap: SQLite: PRAGMA data_version on a connection kept for it; PostgreSQL: the snapshot's name. For
  /// waking caches.
  virtual Result<std::int64_t> heartbeat() = 0;

 protected:
  enum class Use { read, snapshot, write };
  /// Gives the connection back on destruction; an open transaction is rolled back then.
  class Lease {
   public:
    Lease(Connection* connection, std::function<void(Connection*)> give_back)
        : connection_(connection), give_back_(std::move(give_back)) {}
    Lease(Lease&& other) noexcept
        : connection_(std::exchange(other.connection_, nullptr)), give_back_(std::move(other.give_back_)) {}
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (connection_ != nullptr) give_back_(connection_);
    }
    Connection& operator*() const noexcept { return *connection_; }

   private:
    Connection* connection_;
    std::function<void(Connection*)> give_back_;
  };
  virtual Result<Lease> borrow(Use use) = 0;
  virtual Status begin(Connection& connection, Use use) = 0;
  virtual Status end(Connection& connection, bool commit) = 0;
};

/// PostgreSQL plans by statistics, which it renews by itself, but not at once: after much was written, plans made for
/// nearly empty tables are slow. SQLite plans without (docs/decisions/0046).
Status renew_statistics(Database& database);

}  // namespace tocsin::store
