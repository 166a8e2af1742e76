#pragma once
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/result.hpp"
#include "formats/webauthn/webauthn.hpp"

/// The JSON around an answer (5.1, RegistrationResponseJSON and AuthenticationResponseJSON) and what the browser says
/// about it (5.8.1, CollectedClientData).
namespace tocsin::formats::webauthn {

/// A step of 7.1 or 7.2 that failed. `detail` is for the log.
Error refused(std::string message, std::string where, std::string_view detail = {});

class Envelope {
 public:
  /// Errors: too_large; invalid_input for what is no such JSON, `where` = the member.
  static Result<Envelope> read(std::string_view response_json);

  const std::string& credential_id() const noexcept { return credential_id_; }
  const boost::json::value& response() const noexcept { return *response_; }
  const boost::json::value& root() const noexcept { return parsed_.root(); }
  /// Bytes of a member of the response. Errors: invalid_input where it is absent or not base64url.
  Result<std::string> bytes(std::string_view member) const;
  /// The user handle, or empty where there is none (absent or null). Errors: invalid_input.
  Result<std::string> user_handle() const;

 private:
  Envelope() = default;
  json::Parsed parsed_;
  std::string credential_id_;
  const boost::json::value* response_ = nullptr;
};

enum class Ceremony { create, get };
/// Steps 5 to 12 of 7.1, 7 to 14 of 7.2: type, challenge, origin, crossOrigin, topOrigin of the client data's bytes.
/// tokenBinding, which Level 3 has not any more, and members that we do not know are ignored, as both say.
Status check_client_data(std::string_view bytes, Ceremony ceremony, const Expectation& expected);

}  // namespace tocsin::formats::webauthn
