#pragma once
#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "store/database.hpp"
#include "store/sql.hpp"

namespace tocsin::store {

/// Rows of one table. For PostgreSQL many of them to a statement: each statement is told to the server. SQLite would
/// note every page as it was before a statement of several rows, in a file that it makes for that, and FTS5 would write
/// what it has gathered; of one row at a time it can do without.
class Rows {
 public:
  /// `head`: "INSERT INTO ... VALUES ".
  explicit Rows(Sql head) : head_(std::move(head)) {}
  /// One row: "(?, ?, ?)" and its values. All rows have the same text.
  template <std::size_t N, class... Args>
  void add(const char (&text)[N], Args&&... parameters) {
    TOCSIN_CHECK(write_ == nullptr || (width_ == sizeof...(Args) && std::equal(text, text + N, text_)));
    text_ = text;
    width_ = sizeof...(Args);
    write_ = &write<N, sizeof...(Args)>;
    (values_.emplace_back(std::forward<Args>(parameters)), ...);
  }
  /// The statements; no row is left here.
  void append_to(std::vector<Sql>& out, Dialect dialect) {
    const auto count = rows();
    // Full groups and single rows: two texts a table, so that the statement cache stays small.
    const std::size_t group = dialect == Dialect::postgres ? 32 : 1;
    for (std::size_t at = 0; at < count;) {
      const auto end = at + group <= count ? at + group : at + 1;
      out.push_back(statement(at, end));
      at = end;
    }
    values_.clear();
  }
  /// The rows of each table, one table after the other.
  friend Status write_rows(Connection& connection, std::span<Rows* const> tables) {
    if (connection.dialect() == Dialect::postgres) {
      std::vector<Sql> statements;
      for (auto* table : tables) table->append_to(statements, Dialect::postgres);
      return connection.run_all(statements);
    }
    // One after the other, so that each finds its memory where the last one left it.
    for (auto* table : tables) {
      const auto count = table->rows();
      for (std::size_t at = 0; at < count; ++at) TRY_VOID(connection.run(table->statement(at, at + 1)));
      table->values_.clear();
    }
    return ok();
  }

 private:
  std::size_t rows() const noexcept { return width_ > 0 ? values_.size() / width_ : 0; }
  /// Of the rows from `begin` to before `end`, whose values it takes.
  Sql statement(std::size_t begin, std::size_t end) {
    Sql out{head_};
    for (auto row = begin; row < end; ++row) {
      if (row > begin) out.append(", ");
      write_(out, text_, &values_[row * width_]);
    }
    return out;
  }
  /// Text comes from literals alone, and its size is of its type: so each size has a function of its own.
  template <std::size_t N, std::size_t... Index>
  static void append_row(Sql& to, const char* text, Value* values, std::index_sequence<Index...>) {
    to.append(*reinterpret_cast<const char(*)[N]>(text), std::move(values[Index])...);
  }
  template <std::size_t N, std::size_t Width>
  static void write(Sql& to, const char* text, Value* values) {
    append_row<N>(to, text, values, std::make_index_sequence<Width>{});
  }

  Sql head_;
  const char* text_ = nullptr;
  std::size_t width_ = 0;
  void (*write_)(Sql& to, const char* text, Value* values) = nullptr;
  std::vector<Value> values_;
};

Status write_rows(Connection& connection, std::span<Rows* const> tables);

}  // namespace tocsin::store
