#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/jose/jose.hpp"

/// What an OpenID provider says of itself (OpenID Connect Discovery 1.0, RFC 8414).
namespace tocsin::formats::oidc {

inline constexpr std::size_t kDiscoveryBytesMax = std::size_t{256} << 10;

struct Provider {
  std::string issuer;
  std::string authorization_endpoint, token_endpoint, jwks_uri;
  std::string end_session_endpoint;                 ///< Empty where the provider has none.
  std::string userinfo_endpoint;                    ///< Likewise.
  std::vector<jose::Algorithm> signing_algorithms;  ///< Announced for ID tokens and known to us; never empty.
  bool secret_basic = true, secret_post = false;    ///< How a client may show its secret at the token endpoint.
  bool iss_in_callback = false;                     ///< RFC 9207: the callback carries `iss`.
};

struct EndpointRules {
  bool allow_loopback_http = false;  ///< For tests: http to 127.0.0.1, [::1] and localhost.
};

/// An absolute https URL without user, fragment, blanks or control characters; at most 2,048 bytes. Errors:
/// invalid_input, `where` as given.
Status check_endpoint(std::string_view url, const EndpointRules& rules, std::string_view where);
/// Where the discovery document of an issuer lies. Errors: invalid_input for what is no issuer (section 3: https, no
/// query).
Result<std::string> discovery_url(std::string_view issuer, const EndpointRules& rules = {});
/// Reads the discovery document fetched for `issuer`. Errors: too_large; invalid_input where the document speaks for
/// another issuer, an endpoint is missing or not https, no code flow, no PKCE with S256 or no algorithm of ours is
/// offered. Where it says nothing of PKCE (Discovery 1.0 is older than RFC 7636) S256 is taken to work: providers that
/// do not know it ignore it.
Result<Provider> read_discovery(std::string_view json, std::string_view issuer, const EndpointRules& rules = {});

}  // namespace tocsin::formats::oidc
