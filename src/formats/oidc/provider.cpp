#include "formats/oidc/provider.hpp"

#include "base/json.hpp"
#include "base/text.hpp"

namespace tocsin::formats::oidc {
namespace {

constexpr std::size_t kUrlBytesMax = 2048;
constexpr std::string_view kWellKnown = "/.well-known/openid-configuration";

bool is_loopback(std::string_view host) noexcept {
  return host == "127.0.0.1" || host == "[::1]" || host == "localhost";
}

/// Host of an authority without user: "example.org:8443" -> "example.org"; empty where the port is none.
std::string_view host_of(std::string_view authority) noexcept {
  const auto end =
      authority.starts_with('[') ? authority.find(']') + 1 : std::min(authority.find(':'), authority.size());
  const auto host = authority.substr(0, end);
  auto port = authority.substr(end);
  if (port.empty()) return host;
  port.remove_prefix(1);
  const bool digits = std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
  return authority[end] == ':' && !port.empty() && port.size() <= 5 && digits ? host : std::string_view{};
}

/// The member must be an endpoint.
Result<std::string> endpoint(const boost::json::value& document, std::string_view name, const EndpointRules& rules) {
  const auto url = json::string_at(document, name);
  TRY_VOID(check_endpoint(url, rules, json::pointer_append("", name)));
  return std::string{url};
}

enum class Absent { no, yes };
/// Does the array member list the word? `absent`: what the specification says where the member is not there.
bool offers(const boost::json::value& document, std::string_view member, std::string_view word, Absent absent) {
  if (json::find(document, member) == nullptr) return absent == Absent::yes;
  return std::ranges::any_of(json::array_at(document, member),
                             [&](const auto& each) { return each.is_string() && each.get_string() == word; });
}

std::vector<jose::Algorithm> algorithms(const boost::json::value& document) {
  std::vector<jose::Algorithm> known;
  for (const auto& each : json::array_at(document, "id_token_signing_alg_values_supported")) {
    const auto algorithm = each.is_string() ? jose::parse_algorithm(each.get_string()) : std::nullopt;
    if (algorithm && std::ranges::find(known, *algorithm) == known.end()) known.push_back(*algorithm);
  }
  return known;
}

}  // namespace

Status check_endpoint(std::string_view url, const EndpointRules& rules, std::string_view where) {
  const auto refuse = [&](std::string_view why) {
    return Error::invalid(fmt::format("'{}' is no address to use here: {}", text::shorten(url, 80), why),
                          std::string{where});
  };
  if (url.empty()) return Error::invalid("an https address is missing", std::string{where});
  if (url.size() > kUrlBytesMax) return refuse(fmt::format("it has more than {} bytes", kUrlBytesMax));
  for (const char c : url) {
    if (c <= 0x20 || c == 0x7F || c == '"' || c == '<' || c == '>' || c == '\\') {
      return refuse("it contains blanks or characters that URLs do not have");
    }
  }
  const bool plain = url.starts_with("http://");
  if (!plain && !url.starts_with("https://")) return refuse("it must start with https://");
  const auto rest = url.substr(plain ? 7 : 8);
  const auto authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos) return refuse("it contains a user name");
  const auto host = host_of(authority);
  if (host.empty()) return refuse("its host or port is none");
  if (url.find('#') != std::string_view::npos) return refuse("it has a fragment");
  if (plain && !(rules.allow_loopback_http && is_loopback(host))) return refuse("it must start with https://");
  return ok();
}

Result<std::string> discovery_url(std::string_view issuer, const EndpointRules& rules) {
  TRY_VOID(check_endpoint(issuer, rules, "issuer"));
  if (issuer.find('?') != std::string_view::npos) {
    return Error::invalid("an issuer has no query (OpenID Connect Discovery section 3)", "issuer");
  }
  if (issuer.ends_with('/')) issuer.remove_suffix(1);
  return std::string{issuer} + std::string{kWellKnown};
}

Result<Provider> read_discovery(std::string_view text, std::string_view issuer, const EndpointRules& rules) {
  if (text.size() > kDiscoveryBytesMax) return Error::too_large("the discovery document", kDiscoveryBytesMax);
  TRY(const auto parsed, json::parse(text, {.bytes_max = kDiscoveryBytesMax, .depth_max = 16}));
  const auto& document = parsed.root();
  if (!document.is_object()) return Error::invalid("a discovery document is a JSON object");
  const auto speaks_for = json::string_at(document, "issuer");
  // Section 4.3: exactly equal, a slash at the end counts. Else one provider could speak for another.
  if (speaks_for.empty() || speaks_for != issuer) {
    return Error::invalid(fmt::format("the document speaks for '{}', not for '{}'", text::shorten(speaks_for, 200),
                                      text::shorten(issuer, 200)),
                          "/issuer");
  }
  TRY_VOID(check_endpoint(issuer, rules, "/issuer"));
  Provider provider;
  provider.issuer = issuer;
  TRY(provider.authorization_endpoint, endpoint(document, "authorization_endpoint", rules));
  TRY(provider.token_endpoint, endpoint(document, "token_endpoint", rules));
  TRY(provider.jwks_uri, endpoint(document, "jwks_uri", rules));
  if (json::find(document, "end_session_endpoint") != nullptr) {
    TRY(provider.end_session_endpoint, endpoint(document, "end_session_endpoint", rules));
  }
  if (json::find(document, "userinfo_endpoint") != nullptr) {
    TRY(provider.userinfo_endpoint, endpoint(document, "userinfo_endpoint", rules));
  }
  if (!offers(document, "response_types_supported", "code", Absent::no)) {
    return Error::invalid("the provider does not offer the authorization code flow", "/response_types_supported");
  }
  if (!offers(document, "code_challenge_methods_supported", "S256", Absent::yes)) {
    return Error::invalid("the provider does not offer PKCE with S256", "/code_challenge_methods_supported");
  }
  provider.signing_algorithms = algorithms(document);
  if (provider.signing_algorithms.empty()) {
    return Error::invalid("the provider signs ID tokens with none of RS256, PS256, ES256 and EdDSA",
                          "/id_token_signing_alg_values_supported");
  }
  constexpr std::string_view kMethods = "token_endpoint_auth_methods_supported";
  provider.secret_basic = offers(document, kMethods, "client_secret_basic", Absent::yes);
  provider.secret_post = offers(document, kMethods, "client_secret_post", Absent::no);
  const auto* announced = json::find(document, "authorization_response_iss_parameter_supported");
  provider.iss_in_callback = announced != nullptr && announced->is_bool() && announced->get_bool();
  return provider;
}

}  // namespace tocsin::formats::oidc
