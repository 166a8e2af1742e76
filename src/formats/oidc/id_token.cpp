#include "formats/oidc/id_token.hpp"

#include <cmath>

#include <openssl/evp.h>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "base/secret.hpp"
#include "base/text.hpp"

namespace tocsin::formats::oidc {
namespace {

constexpr std::size_t kAudiencesMax = 20;
constexpr std::size_t kGroupBytesMax = 512;
constexpr std::size_t kNameBytesMax = 512;
/// 9999-12-31: later than any token, and far from where seconds times a million overflow.
constexpr double kSecondsMax = 253'402'300'799.0;

Error wrong(std::string_view claim, std::string message) {
  auto error = Error::forbidden(std::move(message));
  error.where = json::pointer_append("", claim);
  return error;
}

/// RFC 7519 section 2, NumericDate: seconds, perhaps with a fraction. Required ones must be there.
Result<std::optional<std::int64_t>> seconds_at(const boost::json::value& claims, std::string_view name) {
  const auto* value = json::find(claims, name);
  if (value == nullptr) return std::optional<std::int64_t>{};
  double seconds = -1;
  if (value->is_int64()) seconds = static_cast<double>(value->get_int64());
  if (value->is_uint64()) seconds = static_cast<double>(value->get_uint64());
  if (value->is_double()) seconds = value->get_double();
  if (!(seconds >= 0 && seconds <= kSecondsMax)) return wrong(name, fmt::format("'{}' is no time", name));
  return std::optional{static_cast<std::int64_t>(std::floor(seconds))};
}
Result<std::int64_t> required_seconds_at(const boost::json::value& claims, std::string_view name) {
  TRY(const auto seconds, seconds_at(claims, name));
  if (!seconds) return wrong(name, fmt::format("the ID token has no '{}'", name));
  return *seconds;
}

Result<std::vector<std::string_view>> audiences(const boost::json::value& claims) {
  const auto* aud = json::find(claims, "aud");
  std::vector<std::string_view> names;
  if (aud != nullptr && aud->is_string()) names.emplace_back(aud->get_string());
  if (aud != nullptr && aud->is_array() && aud->get_array().size() <= kAudiencesMax) {
    for (const auto& each : aud->get_array()) {
      if (!each.is_string()) return wrong("aud", "'aud' is no text and no list of texts");
      names.emplace_back(each.get_string());
    }
  }
  if (names.empty()) return wrong("aud", "the ID token is meant for nobody, or for too many ('aud')");
  return names;
}

/// Section 3.1.3.7, steps 3 to 5.
Status check_audience(const boost::json::value& claims, const Expected& expected) {
  TRY(const auto names, audiences(claims));
  if (std::ranges::find(names, expected.client_id) == names.end()) {
    return wrong("aud", "the ID token is meant for another application");
  }
  for (const auto name : names) {
    const auto& trusted = expected.trusted_audiences;
    if (name != expected.client_id && std::ranges::find(trusted, name) == trusted.end()) {
      return wrong("aud", "the ID token is also meant for an application that is not trusted here");
    }
  }
  const auto* azp = json::find(claims, "azp");
  if (azp == nullptr && names.size() > 1) {
    return wrong("azp", "the ID token is meant for several applications and does not say which one asked for it");
  }
  if (azp != nullptr && (!azp->is_string() || azp->get_string() != expected.client_id)) {
    return wrong("azp", "the ID token was issued to another application");
  }
  return ok();
}

/// Steps 9, 10 and 13, and `nbf` of RFC 7519.
Status check_times(const boost::json::value& claims, const Expected& expected, Timestamp now) {
  const auto now_seconds = now.micros / 1'000'000;
  const auto skew = kClockSkew.count();
  TRY(const auto expires, required_seconds_at(claims, "exp"));
  TRY(const auto issued, required_seconds_at(claims, "iat"));
  TRY(const auto not_before, seconds_at(claims, "nbf"));
  TRY(const auto authenticated, seconds_at(claims, "auth_time"));
  if (now_seconds >= expires + skew) return wrong("exp", "the ID token has expired");
  if (issued > now_seconds + skew) return wrong("iat", "the ID token was issued in the future; check both clocks");
  const auto age_max = std::chrono::seconds{kTokenAgeMax}.count();
  if (issued + age_max < now_seconds) return wrong("iat", "the ID token was issued too long ago");
  if (not_before && *not_before > now_seconds + skew) return wrong("nbf", "the ID token is not valid yet");
  if (authenticated && *authenticated > now_seconds + skew) {
    return wrong("auth_time", "the sign-in lies in the future; check both clocks");
  }
  if (expected.max_age_seconds) {
    if (!authenticated) return wrong("auth_time", "the ID token does not say when the person signed in");
    if (*authenticated + *expected.max_age_seconds + skew < now_seconds) {
      return wrong("auth_time", "the person signed in too long ago");
    }
  }
  return ok();
}

/// Section 3.1.3.6: the left half of the hash that belongs to the token's algorithm. For Ed25519 providers use
/// SHA-512, the hash inside the signature.
std::string at_hash_of(std::string_view access_token, jose::Algorithm algorithm) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  const auto* hash = algorithm == jose::Algorithm::eddsa ? EVP_sha512() : EVP_sha256();
  TOCSIN_CHECK(EVP_Digest(access_token.data(), access_token.size(), digest.data(), &size, hash, nullptr) == 1);
  return base64url_encode({reinterpret_cast<const char*>(digest.data()), size / 2});
}

Status check_access_token(const jose::Jwt& token, const Expected& expected) {
  const auto* at_hash = json::find(token.claims.root(), "at_hash");
  if (at_hash == nullptr || expected.access_token.empty()) return ok();
  if (!at_hash->is_string() ||
      !equal_secret(at_hash->get_string(), at_hash_of(expected.access_token, token.algorithm))) {
    return wrong("at_hash", "the ID token belongs to another access token");
  }
  return ok();
}

Status check_subject(const boost::json::value& claims) {
  const auto subject = json::string_at(claims, "sub");
  const bool printable = std::ranges::all_of(subject, [](char c) { return c >= 0x20 && c < 0x7F; });
  if (subject.empty() || subject.size() > kSubjectBytesMax || !printable) {
    return wrong("sub", fmt::format("'sub' is 1 to {} printable ASCII characters", kSubjectBytesMax));
  }
  return ok();
}

/// A text for a page and the database: trimmed, without control characters, not cut within a letter.
std::string display_text(std::string_view text) {
  std::string out = text::squeeze(text::shorten(text, kNameBytesMax));
  std::erase_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
  return out;
}

Result<std::vector<std::string>> groups_of(const boost::json::value& claims, std::string_view name) {
  const auto* value = name.starts_with('/') ? json::at_pointer(claims, name) : json::find(claims, name);
  std::vector<std::string> groups;
  if (value == nullptr || value->is_null()) return groups;
  const auto refuse = [&](std::string message) {
    return Error::invalid(std::move(message),
                          name.starts_with('/') ? std::string{name} : json::pointer_append("", name));
  };
  if (value->is_string()) {  // Some providers write a single group without brackets.
    groups.emplace_back(value->get_string());
  } else if (!value->is_array()) {
    return refuse("the groups are no list of texts");
  } else {
    if (value->get_array().size() > kGroupsMax) return refuse(fmt::format("more than {} groups", kGroupsMax));
    for (const auto& each : value->get_array()) {
      if (!each.is_string()) return refuse("the groups are no list of texts");
      groups.emplace_back(each.get_string());
    }
  }
  if (std::ranges::any_of(groups, [](const auto& each) { return each.size() > kGroupBytesMax; })) {
    return refuse(fmt::format("the name of a group has more than {} bytes", kGroupBytesMax));
  }
  std::ranges::sort(groups);
  groups.erase(std::unique(groups.begin(), groups.end()), groups.end());
  return groups;
}

}  // namespace

Result<json::Parsed> check_id_token(std::string_view id_token, const Provider& provider, const jose::KeySet& keys,
                                    const Expected& expected, Timestamp now) {
  TOCSIN_CHECK(!expected.client_id.empty() && !expected.nonce.empty());
  TRY(auto token, jose::verify_jwt(id_token, keys, {.allowed = provider.signing_algorithms}));
  const auto& claims = token.claims.root();
  if (json::string_at(claims, "iss") != provider.issuer) {
    return wrong("iss", "the ID token was issued by another provider");
  }
  TRY_VOID(check_subject(claims));
  TRY_VOID(check_audience(claims, expected));
  TRY_VOID(check_times(claims, expected, now));
  if (!equal_secret(json::string_at(claims, "nonce"), expected.nonce)) {
    return wrong("nonce", "the ID token belongs to another sign-in");
  }
  TRY_VOID(check_access_token(token, expected));
  return std::move(token.claims);
}

Result<Identity> read_identity(const boost::json::value& claims, const ClaimNames& names) {
  Identity identity;
  identity.issuer = json::string_at(claims, "iss");
  identity.subject = json::string_at(claims, "sub");
  if (identity.issuer.empty() || identity.subject.empty()) {
    return Error::invalid("the claims name no issuer or no subject");
  }
  identity.email = json::string_at(claims, names.email);
  // `email_verified` speaks of the claim `email` only, and of nothing that another claim holds.
  const auto* verified = json::find(claims, "email_verified");
  identity.email_verified = names.email == "email" && !identity.email.empty() && verified != nullptr &&
                            verified->is_bool() && verified->get_bool();
  identity.name = display_text(json::string_at(claims, names.name));
  TRY(identity.groups, groups_of(claims, names.groups));
  return identity;
}

Status add_userinfo(Identity& identity, std::string_view text, const ClaimNames& names) {
  if (text.size() > kUserInfoBytesMax) return Error::too_large("the provider's user information", kUserInfoBytesMax);
  TRY(const auto parsed, json::parse(text, {.bytes_max = kUserInfoBytesMax, .depth_max = 16}));
  if (!parsed.root().is_object()) return Error::invalid("the provider's user information is no JSON object");
  if (json::string_at(parsed.root(), "sub") != identity.subject) {
    return wrong("sub", "the provider's user information speaks of somebody else");
  }
  boost::json::object claims = parsed.root().get_object();
  claims["iss"] = identity.issuer;
  TRY(auto more, read_identity(boost::json::value(std::move(claims)), names));
  if (identity.email.empty()) {
    identity.email = std::move(more.email);
    identity.email_verified = more.email_verified;
  }
  if (identity.name.empty()) identity.name = std::move(more.name);
  if (identity.groups.empty()) identity.groups = std::move(more.groups);
  return ok();
}

bool signed_in_by(const boost::json::value& claims, std::span<const std::string> ways) noexcept {
  const auto is_way = [&](std::string_view word) {
    return !word.empty() && std::ranges::find(ways, word) != ways.end();
  };
  return is_way(json::string_at(claims, "acr")) ||
         std::ranges::any_of(json::array_at(claims, "amr"),
                             [&](const auto& each) { return each.is_string() && is_way(each.get_string()); });
}

}  // namespace tocsin::formats::oidc
