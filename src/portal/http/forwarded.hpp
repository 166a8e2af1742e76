#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "engine/identity/networks.hpp"
#include "portal/http/message.hpp"

/// Who asks, where reverse proxies stand between: X-Forwarded-For counts only from those that the operator names.
namespace tocsin::portal::http {

class TrustedProxies {
 public:
  TrustedProxies() = default;
  /// Networks separated by commas; may be empty. Errors: invalid_input, saying which one is none.
  static Result<TrustedProxies> parse(std::string_view list);

  /// The peer, unless it is one of the proxies: then the rightmost address of X-Forwarded-For that is none of them.
  /// What stands left of it came from outside and may be invented. Where something in between is no address, the last
  /// proxy that vouched for it counts.
  std::string client(std::string_view peer, const Request& request) const;
  bool empty() const noexcept { return networks_.empty(); }

 private:
  bool trusted(std::string_view address) const;
  std::vector<engine::identity::Network> networks_;
};

}  // namespace tocsin::portal::http
