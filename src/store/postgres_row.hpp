#pragma once
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include <libpq-fe.h>

#include "store/database.hpp"

/// PostgreSQL's binary result format: integers of 2, 4 and 8 bytes, float, numeric, boolean, text, bytea and json.
/// Whatever else a query returns it must cast.
namespace tocsin::store {

/// Type numbers of pg_type.dat, which never change.
enum class PostgresType : Oid {
  boolean = 16,
  bytea = 17,
  name = 19,
  int8 = 20,
  int2 = 21,
  int4 = 23,
  text = 25,
  oid = 26,
  json = 114,
  float4 = 700,
  float8 = 701,
  unknown = 705,
  bpchar = 1042,
  varchar = 1043,
  numeric = 1700,
  void_type = 2278,
  jsonb = 3802
};

/// Errors: internal where a column has a type that PostgresRow cannot read.
Status check_columns(const PGresult* result);

class PostgresRow final : public Row {
 public:
  explicit PostgresRow(const PGresult* result) : result_(result) {}
  void move_to(int row) {
    row_ = row;
    converted_.clear();
  }
  bool is_null(int column) const override;
  std::int64_t integer(int column) const override;
  double real(int column) const override;
  std::string_view text(int column) const override;

 private:
  PostgresType type(int column) const;
  std::string_view bytes(int column) const;

  const PGresult* result_;
  int row_ = 0;
  mutable std::deque<std::string> converted_;  // numbers read as text
};

/// Network byte order, as parameters travel.
std::string encode_int8(std::int64_t value);
std::string encode_float8(double value);

}  // namespace tocsin::store
