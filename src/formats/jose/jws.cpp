#include <array>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "formats/jose/jose.hpp"

namespace tocsin::formats::jose {
namespace {

constexpr std::array kAlgorithms{Algorithm::rs256, Algorithm::ps256, Algorithm::es256, Algorithm::eddsa};
constexpr std::array<std::string_view, 4> kNames{"RS256", "PS256", "ES256", "EdDSA"};
constexpr json::Limits kJsonLimits{.bytes_max = kTokenBytesMax, .depth_max = 32};

struct Parts {
  std::string_view header, payload, signature;
};

Result<Parts> split(std::string_view compact) {
  const auto first = compact.find('.');
  const auto second = first == std::string_view::npos ? first : compact.find('.', first + 1);
  if (second == std::string_view::npos || compact.find('.', second + 1) != std::string_view::npos) {
    return Error::invalid("a signed token has three parts with a dot between them (RFC 7515 section 7.1)");
  }
  return Parts{compact.substr(0, first), compact.substr(first + 1, second - first - 1), compact.substr(second + 1)};
}

Result<std::string> decode(std::string_view part, std::string_view name) {
  auto bytes = base64url_decode(part);
  if (!bytes) return Error::invalid(fmt::format("the token's {} is no canonical base64url", name));
  return std::move(*bytes);
}

/// "JWT" of "application/jwt": RFC 7515 section 4.1.9 lets writers leave the prefix out.
bool is_type(std::string_view written, std::string_view wanted) noexcept {
  constexpr std::string_view kPrefix = "application/";
  if (text::equals_ignore_case_ascii(written.substr(0, kPrefix.size()), kPrefix)) written.remove_prefix(kPrefix.size());
  return text::equals_ignore_case_ascii(written, wanted);
}

Status check_header(const boost::json::value& header, std::string_view type) {
  // RFC 7515 section 4.1.11: what must be understood is refused where it is not. We know no extension, and b64 (RFC
  // 7797) would change what was signed.
  for (const auto* extension : {"crit", "b64"}) {
    if (json::find(header, extension) != nullptr) {
      return Error::invalid(fmt::format("the token demands an extension ('{}') that is not known here", extension));
    }
  }
  // RFC 8725 section 3.10: a token does not say by which key it is judged.
  for (const auto* own_key : {"jwk", "jku", "x5u", "x5c"}) {
    if (json::find(header, own_key) != nullptr) {
      return Error::invalid(
          fmt::format("the token brings its own key ('{}'); only the issuer's key set counts", own_key));
    }
  }
  const auto* typ = json::find(header, "typ");
  const bool fits = typ == nullptr ? type == "JWT" : typ->is_string() && is_type(typ->get_string(), type);
  if (!fits) return Error::invalid(fmt::format("the token is of another type than '{}'", type));
  return ok();
}

Result<Algorithm> algorithm_of(const boost::json::value& header, std::span<const Algorithm> allowed) {
  const auto written = json::string_at(header, "alg");
  const auto algorithm = parse_algorithm(written);
  if (algorithm && std::ranges::find(allowed, *algorithm) != allowed.end()) return *algorithm;
  std::string names;
  for (const auto each : allowed) names += (names.empty() ? "" : ", ") + std::string{name(each)};
  return Error::forbidden(
      fmt::format("the token's algorithm '{}' is not one of those allowed ({})", text::shorten(written, 40), names));
}

std::vector<const Key*> candidates(const KeySet& set, const std::string* kid, Algorithm algorithm) {
  std::vector<const Key*> keys;
  for (const auto& key : set.keys) {
    if (key.fits(algorithm) && (kid == nullptr || key.kid() == *kid)) keys.push_back(&key);
  }
  return keys;
}

Error no_key(const KeySet& set, const std::string* kid, Algorithm algorithm) {
  Error error{Error::Code::not_found,
              kid == nullptr ? fmt::format("the issuer's key set has no key for {}", name(algorithm))
                             : fmt::format("the issuer's key set has no key '{}' for {}", text::shorten(*kid, 80),
                                           name(algorithm)),
              {},
              {}};
  for (const auto& each : set.unusable) {
    if (kid != nullptr && each.kid == *kid)
      error.message += fmt::format("; the one of this name is not used: {}", each.reason);
  }
  return error;
}

Status check_signature(const boost::json::value& header, Algorithm algorithm, const KeySet& set,
                       std::string_view message, std::string_view signature) {
  std::optional<std::string> kid;
  if (const auto* written = json::find(header, "kid")) {
    if (!written->is_string()) return Error::invalid("the token's 'kid' is no text");
    kid = std::string{written->get_string()};
  }
  const auto* wanted = kid ? &*kid : nullptr;
  const auto keys = candidates(set, wanted, algorithm);
  if (keys.empty()) return no_key(set, wanted, algorithm);
  if (!kid && keys.size() > 1) {
    return Error::invalid("the token does not say which of the issuer's keys signed it ('kid')");
  }
  for (const auto* key : keys) {
    if (key->verify(algorithm, message, signature)) return ok();
  }
  return Error::forbidden("the token's signature is not the issuer's");
}

}  // namespace

std::string_view name(Algorithm algorithm) noexcept { return kNames[static_cast<std::size_t>(algorithm)]; }
std::span<const Algorithm> all_algorithms() noexcept { return kAlgorithms; }
std::optional<Algorithm> parse_algorithm(std::string_view written) noexcept {
  for (const auto algorithm : kAlgorithms) {
    if (name(algorithm) == written) return algorithm;
  }
  if (written == "Ed25519") return Algorithm::eddsa;
  return std::nullopt;
}

Result<Jws> verify_jws(std::string_view compact, const KeySet& keys, const JwsRules& rules) {
  if (compact.size() > kTokenBytesMax) return Error::too_large("the token", kTokenBytesMax);
  TRY(const auto parts, split(compact));
  TRY(const auto header_text, decode(parts.header, "header"));
  TRY(auto payload, decode(parts.payload, "payload"));
  TRY(const auto signature, decode(parts.signature, "signature"));
  auto header = json::parse(header_text, kJsonLimits);
  if (!header || !header->root().is_object()) return Error::invalid("the token's header is no JSON object");
  TRY(const auto algorithm, algorithm_of(header->root(), rules.allowed));
  TRY_VOID(check_header(header->root(), rules.type));
  const auto signed_text = compact.substr(0, parts.header.size() + 1 + parts.payload.size());
  TRY_VOID(check_signature(header->root(), algorithm, keys, signed_text, signature));
  return Jws{std::move(*header), std::move(payload), algorithm};
}

Result<Jwt> verify_jwt(std::string_view compact, const KeySet& keys, const JwsRules& rules) {
  TRY(auto jws, verify_jws(compact, keys, rules));
  // Only now: what nobody vouches for is not worth reading.
  auto claims = json::parse(jws.payload, kJsonLimits);
  if (!claims || !claims->root().is_object()) return Error::invalid("the token's claims are no JSON object");
  return Jwt{std::move(jws.header), std::move(*claims), jws.algorithm};
}

}  // namespace tocsin::formats::jose
