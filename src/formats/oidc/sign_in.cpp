#include "formats/oidc/sign_in.hpp"

#include <openssl/evp.h>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"

namespace tocsin::formats::oidc {
namespace {

constexpr std::size_t kCallbackValueBytesMax = 4096;
constexpr std::size_t kCallbackParametersMax = 32;

/// application/x-www-form-urlencoded, with %20 for the blank, which every reader takes.
void append_encoded(std::string& out, std::string_view text) {
  for (const char c : text) {
    const bool unreserved = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
}

std::string encoded(std::string_view text) {
  std::string out;
  append_encoded(out, text);
  return out;
}

std::string join(const std::vector<std::string>& words) {
  std::string out;
  for (const auto& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

/// What a provider says of an error, fit for one line of a page: RFC 6749 keeps it to printable ASCII, not all do.
std::string said(std::string_view error, std::string_view description) {
  std::string out{text::shorten(text::squeeze(error), 80)};
  if (!description.empty()) out += fmt::format(" ({})", text::shorten(text::squeeze(description), 300));
  std::erase_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  return text::invalid_utf8_at(out) == std::string::npos ? out : "an error without readable text";
}

}  // namespace

Attempt new_attempt() { return {random_token(), random_token(), random_token()}; }

std::string code_challenge(std::string_view code_verifier) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  TOCSIN_CHECK(EVP_Digest(code_verifier.data(), code_verifier.size(), digest.data(), &size, EVP_sha256(), nullptr) ==
               1);
  return base64url_encode({reinterpret_cast<const char*>(digest.data()), size});
}

std::string form_encode(std::span<const std::pair<std::string, std::string>> parameters) {
  std::string out;
  for (const auto& [name, value] : parameters) {
    if (!out.empty()) out += '&';
    append_encoded(out, name);
    out += '=';
    append_encoded(out, value);
  }
  return out;
}

std::string authorization_url(const Provider& provider, const Client& client, const Attempt& attempt,
                              const RequestOptions& options) {
  Parameters query{{"response_type", "code"},
                   {"client_id", client.id},
                   {"redirect_uri", client.redirect_uri},
                   {"scope", join(client.scopes)},
                   {"state", attempt.state},
                   {"nonce", attempt.nonce},
                   {"code_challenge", code_challenge(attempt.code_verifier)},
                   {"code_challenge_method", "S256"}};
  if (options.max_age_seconds) query.emplace_back("max_age", std::to_string(*options.max_age_seconds));
  if (!options.login_hint.empty()) query.emplace_back("login_hint", options.login_hint);
  if (!options.prompt.empty()) query.emplace_back("prompt", options.prompt);
  const bool has_query = provider.authorization_endpoint.find('?') != std::string::npos;
  return provider.authorization_endpoint + (has_query ? "&" : "?") + form_encode(query);
}

Result<std::string> read_callback(std::span<const std::pair<std::string, std::string>> query, const Provider& provider,
                                  const Attempt& attempt) {
  if (query.size() > kCallbackParametersMax) return Error::invalid("the sign-in answer has too many parameters");
  std::map<std::string_view, std::string_view> values;
  for (const auto& [name, value] : query) {
    if (value.size() > kCallbackValueBytesMax) return Error::too_large("a parameter", kCallbackValueBytesMax);
    if (!values.emplace(name, value).second) {
      return Error::invalid(fmt::format("the parameter '{}' is there twice", text::shorten(name, 40)));
    }
  }
  const auto value_of = [&](std::string_view name) {
    const auto found = values.find(name);
    return found == values.end() ? std::string_view{} : found->second;
  };
  if (attempt.state.empty() || !equal_secret(value_of("state"), attempt.state)) {
    return Error::forbidden("this answer belongs to no sign-in that was started in this browser; please start again");
  }
  const bool has_issuer = values.contains("iss");
  if ((has_issuer || provider.iss_in_callback) && value_of("iss") != provider.issuer) {
    return Error::forbidden(has_issuer ? "this answer comes from another provider than the one that was asked"
                                       : "this answer does not say which provider it comes from ('iss')");
  }
  if (values.contains("error")) {
    return Error::forbidden(
        fmt::format("the provider refused the sign-in: {}", said(value_of("error"), value_of("error_description"))));
  }
  const auto code = value_of("code");
  if (code.empty()) return Error::invalid("the sign-in answer has no code");
  return std::string{code};
}

TokenRequest token_request(const Provider& provider, const Client& client, const Attempt& attempt,
                           std::string_view code) {
  TokenRequest request;
  request.form = {{"grant_type", "authorization_code"},
                  {"code", std::string{code}},
                  {"redirect_uri", client.redirect_uri},
                  {"code_verifier", attempt.code_verifier}};
  if (!client.secret.empty() && (provider.secret_basic || !provider.secret_post)) {
    // RFC 6749 section 2.3.1: each is form-encoded before Basic puts a colon between them.
    request.authorization = "Basic " + base64_encode(encoded(client.id) + ":" + encoded(client.secret));
    return request;
  }
  request.form.emplace_back("client_id", client.id);
  if (!client.secret.empty()) request.form.emplace_back("client_secret", client.secret);
  return request;
}

Result<TokenResponse> read_token_response(int http_status, std::string_view text) {
  if (text.size() > kTokenResponseBytesMax) return Error::too_large("the token response", kTokenResponseBytesMax);
  if (http_status >= 500) {
    return Error::unavailable(fmt::format("the provider's token endpoint answered {}", http_status));
  }
  const auto parsed = json::parse(text, {.bytes_max = kTokenResponseBytesMax, .depth_max = 16});
  const bool is_object = parsed && parsed->root().is_object();
  if (http_status != 200) {
    const auto error = is_object ? json::string_at(parsed->root(), "error") : std::string_view{};
    if (error.empty()) {
      return Error::forbidden(fmt::format("the provider's token endpoint answered {}", http_status));
    }
    return Error::forbidden(fmt::format("the provider gave no tokens: {}",
                                        said(error, json::string_at(parsed->root(), "error_description"))));
  }
  if (!is_object) return Error::invalid("the token response is no JSON object");
  const auto& object = parsed->root();
  if (!text::equals_ignore_case_ascii(json::string_at(object, "token_type"), "Bearer")) {
    return Error::invalid("the token response is of another type than Bearer", "/token_type");
  }
  TokenResponse response{std::string{json::string_at(object, "id_token")},
                         std::string{json::string_at(object, "access_token")}};
  if (response.id_token.empty()) return Error::invalid("the token response has no ID token", "/id_token");
  if (response.access_token.empty()) return Error::invalid("the token response has no access token", "/access_token");
  return response;
}

}  // namespace tocsin::formats::oidc
