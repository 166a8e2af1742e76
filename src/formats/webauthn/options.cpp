#include <algorithm>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/webauthn/webauthn.hpp"

namespace tocsin::formats::webauthn {
namespace {

constexpr std::string_view kPublicKey = "public-key";
/// Authenticators may cut names after 64 bytes (5.4.3); more than this is no name.
constexpr std::size_t kNameBytesMax = 256;
/// A host name (RFC 1035).
constexpr std::size_t kRpIdBytesMax = 253;
constexpr std::int64_t kTimeoutMsMin = 10'000, kTimeoutMsMax = 600'000;

Status require_bytes(std::string_view text, std::size_t min, std::size_t max, std::string_view name) {
  const auto bytes = base64url_decode(text);
  if (!bytes || bytes->size() < min || bytes->size() > max) {
    return Error::invalid(min == max ? fmt::format("'{}' is base64url of {} bytes", name, min)
                                     : fmt::format("'{}' is base64url of {} to {} bytes", name, min, max),
                          std::string{name});
  }
  return ok();
}

Status require_text(std::string_view text, std::size_t max, std::string_view name) {
  if (text.empty() || text.size() > max || text::invalid_utf8_at(text) != std::string_view::npos) {
    return Error::invalid(fmt::format("'{}' is a text of 1 to {} bytes", name, max), std::string{name});
  }
  return ok();
}

Status require_timeout(std::int64_t timeout_ms) {
  if (timeout_ms < kTimeoutMsMin || timeout_ms > kTimeoutMsMax) {
    return Error::invalid(fmt::format("'timeout' is {} to {} milliseconds", kTimeoutMsMin, kTimeoutMsMax), "timeout");
  }
  return ok();
}

std::string_view word(UserVerification wish) { return wish == UserVerification::required ? "required" : "preferred"; }

Result<boost::json::array> descriptors(const std::vector<Descriptor>& known, std::string_view name) {
  if (known.size() > kDescriptorsMax) {
    return Error::invalid(fmt::format("'{}' has at most {} credentials", name, kDescriptorsMax), std::string{name});
  }
  boost::json::array list;
  for (const auto& each : known) {
    TRY_VOID(require_bytes(each.credential_id, kCredentialIdBytesMin, kCredentialIdBytesMax, name));
    boost::json::object descriptor{{"type", kPublicKey}, {"id", each.credential_id}};
    if (!each.transports.empty()) {
      descriptor["transports"] = boost::json::array(each.transports.begin(), each.transports.end());
    }
    list.push_back(std::move(descriptor));
  }
  return list;
}

}  // namespace

std::string_view to_string(Algorithm algorithm) noexcept {
  switch (algorithm) {
    case Algorithm::es256:
      return "ES256";
    case Algorithm::eddsa:
      return "EdDSA";
    case Algorithm::rs256:
      return "RS256";
  }
  return "";
}

Result<std::string> creation_options(const CreationRequest& request) {
  TRY_VOID(require_text(request.rp_id, kRpIdBytesMax, "rp.id"));
  TRY_VOID(require_text(request.rp_name, kNameBytesMax, "rp.name"));
  TRY_VOID(require_bytes(request.user_handle, kUserHandleBytes, kUserHandleBytes, "user.id"));
  TRY_VOID(require_text(request.user_name, kNameBytesMax, "user.name"));
  TRY_VOID(require_text(request.display_name, kNameBytesMax, "user.displayName"));
  TRY_VOID(require_bytes(request.challenge, kChallengeBytes, kChallengeBytes, "challenge"));
  TRY_VOID(require_timeout(request.timeout_ms));
  TRY(auto exclude, descriptors(request.exclude, "excludeCredentials"));
  boost::json::array algorithms;
  for (const auto each : {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256}) {
    algorithms.push_back(boost::json::object{{"type", kPublicKey}, {"alg", static_cast<int>(each)}});
  }
  const bool resident = request.resident_key == ResidentKey::required;
  const boost::json::object options{
      {"rp", boost::json::object{{"id", request.rp_id}, {"name", request.rp_name}}},
      {"user",
       boost::json::object{
           {"id", request.user_handle}, {"name", request.user_name}, {"displayName", request.display_name}}},
      {"challenge", request.challenge},
      {"pubKeyCredParams", std::move(algorithms)},
      {"timeout", request.timeout_ms},
      {"excludeCredentials", std::move(exclude)},
      {"authenticatorSelection", boost::json::object{{"residentKey", resident ? "required" : "preferred"},
                                                     // The word of Level 1, for browsers that know no other (5.4.4).
                                                     {"requireResidentKey", resident},
                                                     {"userVerification", word(request.user_verification)}}},
      {"attestation", "none"},
      {"extensions", boost::json::object{{"credProps", true}}},
  };
  return json::write(options);
}

Result<std::string> request_options(const AssertionRequest& request) {
  TRY_VOID(require_text(request.rp_id, kRpIdBytesMax, "rpId"));
  TRY_VOID(require_bytes(request.challenge, kChallengeBytes, kChallengeBytes, "challenge"));
  TRY_VOID(require_timeout(request.timeout_ms));
  TRY(auto allow, descriptors(request.allow, "allowCredentials"));
  const boost::json::object options{
      {"challenge", request.challenge},
      {"timeout", request.timeout_ms},
      {"rpId", request.rp_id},
      {"allowCredentials", std::move(allow)},
      {"userVerification", word(request.user_verification)},
  };
  return json::write(options);
}

}  // namespace tocsin::formats::webauthn
