#include "cli/listen_address.hpp"

#include <charconv>

namespace tocsin::cli {

bool ListenAddress::loopback() const { return host.starts_with("127.") || host == "::1" || host == "localhost"; }

std::string ListenAddress::text() const {
  return host.find(':') == std::string::npos ? fmt::format("{}:{}", host, port) : fmt::format("[{}]:{}", host, port);
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const auto wrong = [&] {
    return Error::invalid(
        fmt::format("'{}' is no address to listen on: it looks like 127.0.0.1:8080 or [::1]:8080", text));
  };
  const auto colon = text.rfind(':');
  auto host = colon == std::string_view::npos ? std::string_view{} : text.substr(0, colon);
  const auto port = colon == std::string_view::npos ? text : text.substr(colon + 1);
  const bool brackets = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
  if (brackets) host = host.substr(1, host.size() - 2);
  if (!brackets && host.find(':') != std::string_view::npos) return wrong();
  // Never more open than told.
  ListenAddress address{.host = host.empty() ? "127.0.0.1" : std::string{host}};
  const auto [end, failure] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (failure != std::errc{} || end != port.data() + port.size()) return wrong();
  return address;
}

}  // namespace tocsin::cli
