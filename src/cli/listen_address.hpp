#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace tocsin::cli {

struct ListenAddress {
  std::string host;  ///< Without brackets.
  std::uint16_t port = 8080;
  /// Reachable from this machine only?
  bool loopback() const;
  /// "[::1]:8080"
  std::string text() const;
};
/// "127.0.0.1:8080", "[::1]:8080", "localhost:8080", ":8080" (loopback), "8080" (loopback). Errors: invalid_input.
Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace tocsin::cli
