#include "base/result.hpp"

#include <cstdlib>

#include <fmt/format.h>

#include "base/messages.hpp"

namespace tocsin {

Error Error::invalid(std::string message, std::string where) {
  return {Code::invalid_input, std::move(message), std::move(where), {}};
}
Error Error::too_large(std::string_view name, std::size_t limit_bytes, std::string where) {
  return {Code::too_large, tr<"{} is larger than {} bytes">(tr_text(name), limit_bytes), std::move(where), {}};
}
Error Error::not_found(std::string_view name) { return {Code::not_found, fmt::format("No such {}", name), {}, {}}; }
Error Error::conflict(std::string message, std::string where) {
  return {Code::conflict, std::move(message), std::move(where), {}};
}
Error Error::forbidden(std::string message) { return {Code::forbidden, std::move(message), {}, {}}; }
Error Error::timeout(std::string message) { return {Code::timeout, std::move(message), {}, {}}; }
Error Error::unavailable(std::string message, std::string detail) {
  return {Code::unavailable, std::move(message), {}, std::move(detail)};
}
Error Error::internal(std::string message, std::string detail) {
  return {Code::internal, std::move(message), {}, std::move(detail)};
}

std::string Error::to_string() const { return where.empty() ? message : fmt::format("{}: {}", where, message); }

std::string_view to_string(Error::Code code) noexcept {
  switch (code) {
    case Error::Code::invalid_input:
      return "invalid_input";
    case Error::Code::too_large:
      return "too_large";
    case Error::Code::not_found:
      return "not_found";
    case Error::Code::conflict:
      return "conflict";
    case Error::Code::forbidden:
      return "forbidden";
    case Error::Code::timeout:
      return "timeout";
    case Error::Code::unavailable:
      return "unavailable";
    case Error::Code::internal:
      break;
  }
  return "internal";
}

void throw_exception_from_error([[maybe_unused]] const Error& error, const boost::source_location&) {
#ifdef __cpp_exceptions
  throw ErrorException(error);
#else
  std::abort();  // The build for browsers has none.
#endif
}

}  // namespace tocsin
