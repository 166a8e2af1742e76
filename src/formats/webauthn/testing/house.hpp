#pragma once
#include <string>
#include <string_view>

#include "base/encoding.hpp"
#include "formats/webauthn/testing/authenticator.hpp"
#include "formats/webauthn/webauthn.hpp"

/// The portal of these tests: its options, and what it expects of the answers.
namespace tocsin::formats::webauthn::testing {

inline constexpr std::string_view kOrigin = "https://cert.example.org";
inline constexpr std::string_view kRpId = "cert.example.org";

/// A challenge, or a user handle, that is easy to tell from others.
inline std::string filled(std::size_t bytes, char with) { return base64url_encode(std::string(bytes, with)); }
inline std::string user_handle() { return filled(kUserHandleBytes, 'u'); }
inline std::string challenge(char with = 'c') { return filled(kChallengeBytes, with); }

inline CreationRequest creation_request() {
  CreationRequest request;
  request.rp_id = kRpId;
  request.rp_name = "Example CERT";
  request.user_handle = user_handle();
  request.user_name = "ada";
  request.display_name = "Ada Example";
  request.challenge = challenge();
  return request;
}

inline AssertionRequest assertion_request() {
  AssertionRequest request;
  request.rp_id = kRpId;
  request.challenge = challenge();
  return request;
}

inline Expectation expectation() {
  Expectation expected;
  expected.challenge = challenge();
  expected.origins = {"https://other.example.org", std::string{kOrigin}};
  expected.rp_id = kRpId;
  return expected;
}

inline Registration registration_by(Authenticator& device) {
  return device.create(creation_options(creation_request()).value(), kOrigin);
}
inline Assertion assertion_by(Authenticator& device) {
  return device.get(request_options(assertion_request()).value(), kOrigin);
}

/// What the house stores of a registration.
inline Stored stored(const Registered& registered) {
  return {registered.credential_id, registered.public_key, registered.sign_count, user_handle(),
          registered.backup_eligible};
}

/// One device for each algorithm: keys are dear to make.
inline Authenticator& device_of(Algorithm algorithm) {
  static Authenticator es256{Algorithm::es256}, eddsa{Algorithm::eddsa}, rs256{Algorithm::rs256};
  return algorithm == Algorithm::es256 ? es256 : algorithm == Algorithm::eddsa ? eddsa : rs256;
}

}  // namespace tocsin::formats::webauthn::testing
