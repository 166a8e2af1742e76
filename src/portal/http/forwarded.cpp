#include "portal/http/forwarded.hpp"

#include "base/text.hpp"

namespace tocsin::portal::http {

Result<TrustedProxies> TrustedProxies::parse(std::string_view list) {
  TrustedProxies proxies;
  if (text::trim(list).empty()) return proxies;
  for (const auto each : text::split(list, ',')) {
    TRY(const auto network, engine::identity::parse_network(text::trim(each)));
    proxies.networks_.push_back(network);
  }
  return proxies;
}

bool TrustedProxies::trusted(std::string_view address) const {
  const auto parsed = engine::identity::parse_address(address);
  return parsed && std::any_of(networks_.begin(), networks_.end(),
                               [&](const auto& network) { return network.contains(*parsed); });
}

std::string TrustedProxies::client(std::string_view peer, const Request& request) const {
  if (networks_.empty() || !trusted(peer)) return std::string{peer};
  std::string all;
  for (const auto& [name, value] : request.headers) {
    if (name != "x-forwarded-for") continue;
    if (!all.empty()) all += ',';
    all += value;
  }
  std::string client{peer};
  std::string_view rest = all;
  while (!rest.empty()) {
    const auto comma = rest.rfind(',');
    const auto each = text::trim(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(0, comma);
    if (!engine::identity::parse_address(each)) break;
    client = std::string{each};
    if (!trusted(each)) break;
  }
  return client;
}

}  // namespace tocsin::portal::http
