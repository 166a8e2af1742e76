#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "formats/oidc/provider.hpp"

/// The authorization code flow with PKCE, from our side: the address people are sent to, what they bring back, and what
/// is asked of the token endpoint (OpenID Connect Core 1.0 section 3.1, RFC 6749, RFC 7636, RFC 9207, RFC 9700).
namespace tocsin::formats::oidc {

struct Client {
  std::string id;
  std::string secret;  ///< Empty for a public client.
  std::string redirect_uri;
  std::vector<std::string> scopes{"openid", "profile", "email"};
};

/// The secrets of one attempt: kept with the browser's session, used once.
struct Attempt {
  std::string state, nonce, code_verifier;
};
/// 256 random bits each. The one function here that is not pure.
Attempt new_attempt();

/// BASE64URL(SHA256(verifier)): RFC 7636 section 4.2.
std::string code_challenge(std::string_view code_verifier);

struct RequestOptions {
  std::optional<int> max_age_seconds;  ///< 0: sign in anew. check_id_token then demands auth_time.
  std::string login_hint;              ///< A mail address, or empty.
  std::string prompt;                  ///< "login", "select_account", ..., or empty.
};
/// Parameters that the endpoint has already stay (RFC 6749 section 3.1).
std::string authorization_url(const Provider& provider, const Client& client, const Attempt& attempt,
                              const RequestOptions& options = {});

using Parameters = std::vector<std::pair<std::string, std::string>>;
/// "a=b&c=d", percent-encoded as application/x-www-form-urlencoded.
std::string form_encode(std::span<const std::pair<std::string, std::string>> parameters);

/// Reads the decoded query of the callback and gives the code. `state` is compared first and in constant time; `iss`
/// must be the provider's where it is there, and must be there where the provider announces it (RFC 9207: mix-up).
/// Errors: forbidden for another state or issuer; invalid_input for a repeated, oversized or missing parameter;
/// forbidden with the provider's own words where it refused.
Result<std::string> read_callback(std::span<const std::pair<std::string, std::string>> query, const Provider& provider,
                                  const Attempt& attempt);

/// What to post to the token endpoint.
struct TokenRequest {
  Parameters form;
  std::string authorization;  ///< Value of the header "Authorization", or empty. Secret.
};
TokenRequest token_request(const Provider& provider, const Client& client, const Attempt& attempt,
                           std::string_view code);

inline constexpr std::size_t kTokenResponseBytesMax = std::size_t{128} << 10;
struct TokenResponse {
  std::string id_token;
  std::string access_token;  ///< Used for at_hash only; never stored.
};
/// Reads the token endpoint's answer. Errors: too_large; unavailable for a 5xx; forbidden with the provider's error
/// code for a 4xx; invalid_input for an answer without tokens or with another token_type than Bearer.
Result<TokenResponse> read_token_response(int http_status, std::string_view json);

}  // namespace tocsin::formats::oidc
