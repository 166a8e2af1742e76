#pragma once
#include <exception>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <boost/system/result.hpp>

/// Errors are values: what the outside can cause is returned, never thrown.
namespace tocsin {

/// `code` knows no protocol: portal turns it into a status (RFC 9457), cli into an exit code.
struct Error {
  enum class Code { invalid_input, too_large, not_found, conflict, forbidden, timeout, unavailable, internal };
  Code code = Code::internal;
  std::string message;  ///< The reader may see it: what is wrong and what would be right.
  std::string where;    ///< "advisory.json:/document/tracking/id", "assets.csv:12:7", or empty.
  std::string detail;   ///< For the log only: SQL text, paths, peer addresses.

  static Error invalid(std::string message, std::string where = {});
  /// "NAME is larger than LIMIT bytes".
  static Error too_large(std::string_view name, std::size_t limit_bytes, std::string where = {});
  /// "No such NAME": also the answer for what the viewer may not see.
  static Error not_found(std::string_view name);
  static Error conflict(std::string message, std::string where = {});
  static Error forbidden(std::string message);
  static Error timeout(std::string message);
  static Error unavailable(std::string message, std::string detail = {});
  static Error internal(std::string message, std::string detail = {});

  /// "where: message", as a shell user reads it.
  std::string to_string() const;
};

/// "invalid_input", "not_found", ... : stable names, used in JSON.
std::string_view to_string(Error::Code code) noexcept;

/// What `.value()` of a failed Result throws; caught at the three borders: request, duty, main.
class ErrorException : public std::exception {
 public:
  explicit ErrorException(Error error) : error_(std::move(error)), text_(error_.to_string()) {}
  const char* what() const noexcept override { return text_.c_str(); }
  const Error& error() const noexcept { return error_; }

 private:
  Error error_;
  std::string text_;
};
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

/// Either a T or an Error.
template <class T>
class [[nodiscard]] Result : public boost::system::result<T, Error> {
 public:
  using boost::system::result<T, Error>::result;
};

/// Success without a value: `return ok();`
using Status = Result<void>;
inline Status ok() { return Status{boost::system::in_place_value}; }

}  // namespace tocsin

#define TOCSIN_CONCAT_(a, b) a##b
#define TOCSIN_CONCAT(a, b) TOCSIN_CONCAT_(a, b)
#define TOCSIN_TRY_(tmp, decl, expr)       \
  auto tmp = (expr);                       \
  if (!tmp) return std::move(tmp).error(); \
  decl = std::move(tmp).value()
#define TOCSIN_CO_TRY_(tmp, decl, expr)       \
  auto tmp = (expr);                          \
  if (!tmp) co_return std::move(tmp).error(); \
  decl = std::move(tmp).value()
/// `TRY(auto x, f());` returns f's error upwards. One per line; the caller returns some Result.
#define TRY(decl, ...) TOCSIN_TRY_(TOCSIN_CONCAT(result_, __COUNTER__), decl, (__VA_ARGS__))
#define CO_TRY(decl, ...) TOCSIN_CO_TRY_(TOCSIN_CONCAT(result_, __COUNTER__), decl, (__VA_ARGS__))
#define TRY_VOID(...)                                            \
  do {                                                           \
    auto tocsin_status = (__VA_ARGS__);                          \
    if (!tocsin_status) return std::move(tocsin_status).error(); \
  } while (false)
#define CO_TRY_VOID(...)                                            \
  do {                                                              \
    auto tocsin_status = (__VA_ARGS__);                             \
    if (!tocsin_status) co_return std::move(tocsin_status).error(); \
  } while (false)
