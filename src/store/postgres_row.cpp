#include "store/postgres_row.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/check.hpp"

namespace tocsin::store {
namespace {

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

std::string to_big_endian(std::uint64_t value) {
  std::string bytes(8, '\0');
  for (std::size_t i = 8; i-- > 0; value >>= 8) bytes[i] = static_cast<char>(value & 0xff);
  return bytes;
}

std::int64_t saturate(double value) {
  if (std::isnan(value)) return 0;
  if (value >= 9223372036854775807.0) return std::numeric_limits<std::int64_t>::max();
  if (value <= -9223372036854775808.0) return std::numeric_limits<std::int64_t>::min();
  return static_cast<std::int64_t>(value);
}

/// numeric: digit count, weight of the first, sign, scale, then digits to the base of 10,000, all of 16 bits.
struct Numeric {
  std::string_view digits;
  int weight = 0;
  bool negative = false;
  bool special = false;  // NaN, infinities

  explicit Numeric(std::string_view bytes) {
    if (bytes.size() < 8) return;
    weight = static_cast<std::int16_t>(big_endian(bytes.substr(2, 2)));
    const auto sign = big_endian(bytes.substr(4, 2));
    negative = sign == 0x4000;
    special = (sign & 0xC000) == 0xC000;
    digits = bytes.substr(8);
  }
  double real() const {
    if (special) return std::numeric_limits<double>::quiet_NaN();
    double value = 0;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
      value +=
          static_cast<double>(big_endian(digits.substr(i, 2))) * std::pow(10'000.0, weight - static_cast<int>(i / 2));
    }
    return negative ? -value : value;
  }
  /// Without the fraction; exact as far as 64 bits reach.
  std::int64_t integer() const {
    if (special || weight < 0) return 0;
    if (weight > 4) return saturate(real());
    __int128 value = 0;
    for (int i = 0; i <= weight; ++i) {
      const auto at = static_cast<std::size_t>(i) * 2;
      value = value * 10'000 + (at + 1 < digits.size() ? static_cast<int>(big_endian(digits.substr(at, 2))) : 0);
    }
    if (negative) value = -value;
    if (value > std::numeric_limits<std::int64_t>::max()) return std::numeric_limits<std::int64_t>::max();
    if (value < std::numeric_limits<std::int64_t>::min()) return std::numeric_limits<std::int64_t>::min();
    return static_cast<std::int64_t>(value);
  }
};

/// The number at the start of a text, as SQLite reads it; 0 where there is none.
template <class T>
T leading_number(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t\n\v\f\r");
  if (begin == std::string_view::npos) return {};
  text.remove_prefix(begin);
  if (text.starts_with('+')) text.remove_prefix(1);
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    const bool negative = text.starts_with('-');
    return negative ? std::numeric_limits<T>::lowest() : std::numeric_limits<T>::max();
  }
  return error == std::errc{} ? value : T{};
}

}  // namespace

std::string encode_int8(std::int64_t value) { return to_big_endian(static_cast<std::uint64_t>(value)); }
std::string encode_float8(double value) { return to_big_endian(std::bit_cast<std::uint64_t>(value)); }

Status check_columns(const PGresult* result) {
  for (int column = 0; column < PQnfields(result); ++column) {
    switch (static_cast<PostgresType>(PQftype(result, column))) {
      case PostgresType::boolean:
      case PostgresType::bytea:
      case PostgresType::name:
      case PostgresType::int8:
      case PostgresType::int2:
      case PostgresType::int4:
      case PostgresType::text:
      case PostgresType::oid:
      case PostgresType::json:
      case PostgresType::float4:
      case PostgresType::float8:
      case PostgresType::unknown:
      case PostgresType::bpchar:
      case PostgresType::varchar:
      case PostgresType::numeric:
      case PostgresType::void_type:
      case PostgresType::jsonb:
        continue;
    }
    return Error::internal(fmt::format("Column {} of a query has a type that must be cast", PQfname(result, column)),
                           fmt::format("PostgreSQL type {}", PQftype(result, column)));
  }
  return ok();
}

PostgresType PostgresRow::type(int column) const { return static_cast<PostgresType>(PQftype(result_, column)); }

std::string_view PostgresRow::bytes(int column) const {
  TOCSIN_CHECK(column >= 0 && column < PQnfields(result_));
  return {PQgetvalue(result_, row_, column), static_cast<std::size_t>(PQgetlength(result_, row_, column))};
}

bool PostgresRow::is_null(int column) const {
  TOCSIN_CHECK(column >= 0 && column < PQnfields(result_));
  return PQgetisnull(result_, row_, column) != 0;
}

std::int64_t PostgresRow::integer(int column) const {
  if (is_null(column)) return 0;
  const auto value = bytes(column);
  switch (type(column)) {
    case PostgresType::boolean:
    case PostgresType::oid:
      return static_cast<std::int64_t>(big_endian(value));
    case PostgresType::int2:
      return static_cast<std::int16_t>(big_endian(value));
    case PostgresType::int4:
      return static_cast<std::int32_t>(big_endian(value));
    case PostgresType::int8:
      return static_cast<std::int64_t>(big_endian(value));
    case PostgresType::float4:
    case PostgresType::float8:
      return saturate(real(column));
    case PostgresType::numeric:
      return Numeric(value).integer();
    default:
      return leading_number<std::int64_t>(text(column));
  }
}

double PostgresRow::real(int column) const {
  if (is_null(column)) return 0;
  const auto value = bytes(column);
  switch (type(column)) {
    case PostgresType::float4:
      return std::bit_cast<float>(static_cast<std::uint32_t>(big_endian(value)));
    case PostgresType::float8:
      return std::bit_cast<double>(big_endian(value));
    case PostgresType::boolean:
    case PostgresType::oid:
    case PostgresType::int2:
    case PostgresType::int4:
    case PostgresType::int8:
      return static_cast<double>(integer(column));
    case PostgresType::numeric:
      return Numeric(value).real();
    default:
      return leading_number<double>(text(column));
  }
}

std::string_view PostgresRow::text(int column) const {
  if (is_null(column)) return {};
  switch (type(column)) {
    case PostgresType::boolean:
    case PostgresType::oid:
    case PostgresType::int2:
    case PostgresType::int4:
    case PostgresType::int8:
      return converted_.emplace_back(std::to_string(integer(column)));
    case PostgresType::float4:
    case PostgresType::float8:
    case PostgresType::numeric: {
      auto number = fmt::format("{:.15g}", real(column));
      if (number.find_first_not_of("-0123456789") == std::string::npos && type(column) != PostgresType::numeric) {
        number += ".0";  // as SQLite shows that it is no integer
      }
      return converted_.emplace_back(std::move(number));
    }
    case PostgresType::jsonb:
      return bytes(column).substr(1);  // after the format's version
    default:
      return bytes(column);
  }
}

}  // namespace tocsin::store
