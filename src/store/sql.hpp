#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.hpp"
#include "domain/organisation.hpp"
#include "domain/policy.hpp"
#include "domain/record.hpp"

/// SQL text with its parameters. Text comes only from literals in our own source, values only as parameters, so a
/// query cannot be injected into.
namespace tocsin::store {

struct Blob {
  std::string bytes;
};

/// What a column or parameter holds. Booleans travel as 0 and 1, times as microseconds. PostgreSQL takes parameters as
/// bigint, double precision, text and bytea (NULL: whatever fits): cast where a function wants another type.
class Value {
 public:
  using Variant = std::variant<std::monostate, std::int64_t, double, std::string, Blob>;
  Value() = default;
  Value(std::nullopt_t) {}
  Value(bool v) : v_(std::int64_t{v ? 1 : 0}) {}
  Value(double v) : v_(v) {}
  Value(std::string v) : v_(std::move(v)) {}
  Value(std::string_view v) : v_(std::string{v}) {}
  Value(const char* v) : v_(std::string{v}) {}
  Value(Blob v) : v_(std::move(v)) {}
  Value(Timestamp v) : v_(v.micros) {}
  Value(domain::RecordId v) : v_(v.value) {}
  Value(domain::RevisionId v) : v_(v.value) {}
  Value(domain::OrganisationId v) : v_(v.value) {}
  Value(domain::PersonId v) : v_(v.value) {}
  template <class Int>
    requires(std::is_integral_v<Int> && !std::is_same_v<Int, bool>)
  Value(Int v) : v_(static_cast<std::int64_t>(v)) {}
  template <class Enum>
    requires std::is_enum_v<Enum>
  Value(Enum v) : v_(static_cast<std::int64_t>(v)) {}
  template <class T>
  Value(const std::optional<T>& v) {
    if (v) *this = Value{*v};
  }
  const Variant& variant() const noexcept { return v_; }

 private:
  Variant v_;
};

/// A statement under construction: `Sql{"SELECT id FROM record WHERE slug = ?", slug}`. Each '?' in the text stands for
/// one parameter and becomes $1, $2, ... in order; a literal '?' is not possible. SQL that both databases understand.
class Sql {
 public:
  /// SQLite takes 32,766 parameters in one statement.
  static constexpr std::size_t kListMax = 16'384;
  Sql() = default;
  template <std::size_t N, class... Args>
  explicit Sql(const char (&text)[N], Args&&... parameters) {
    append(text, std::forward<Args>(parameters)...);
  }
  template <std::size_t N, class... Args>
  Sql& append(const char (&text)[N], Args&&... parameters) {
    append_text({text, N - 1}, sizeof...(Args));
    (parameters_.emplace_back(std::forward<Args>(parameters)), ...);
    return *this;
  }
  /// The policy's condition, in brackets.
  Sql& append(const domain::policy::SqlCondition& condition);
  /// "(?, ?, ...)" of the values, filled up to a power of two by repeating the last, so that the statement cache sees
  /// few texts. Empty gives "(NULL)", which nothing equals. At most kListMax values.
  Sql& append_list(std::span<const std::int64_t> values);
  Sql& append_list(std::span<const std::string> values);
  /// Appends another statement's text and parameters.
  Sql& append(const Sql& other);

  const std::string& text() const noexcept { return text_; }
  const std::vector<Value>& parameters() const noexcept { return parameters_; }

 private:
  void append_text(std::string_view text, std::size_t parameter_count);
  std::string text_;
  std::vector<Value> parameters_;
};

}  // namespace tocsin::store
