#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <openssl/sha.h>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "formats/webauthn/authenticator_data.hpp"
#include "formats/webauthn/cbor.hpp"
#include "formats/webauthn/cose_key.hpp"
#include "formats/webauthn/envelope.hpp"
#include "formats/webauthn/webauthn.hpp"

namespace tocsin::formats::webauthn {
namespace {

constexpr std::string_view kCounterWhere = "authData/signCount";
/// Attestation statement format identifiers (8.1) have at most 32 bytes.
constexpr std::size_t kFormatBytesMax = 32;
constexpr std::size_t kSignatureBytesMax = 1024;
constexpr std::size_t kTransportsMax = 8, kTransportBytesMax = 32;

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash.data());
  return {hash.begin(), hash.end()};
}

/// Steps 14 to 18 of 7.1, 15 to 18 of 7.2: whose site, and was somebody there.
Status check_flags(const AuthenticatorData& data, const Expectation& expected) {
  if (data.rp_id_hash != sha256(expected.rp_id)) {
    return refused("the passkey belongs to another site", "authData/rpIdHash");
  }
  if (!data.has(kUserPresent)) return refused("nobody touched the device", "authData/flags");
  if (expected.require_user_verification && !data.has(kUserVerified)) {
    return refused("the device did not ask for PIN, finger or face, which is needed here", "authData/flags");
  }
  if (data.has(kBackupState) && !data.has(kBackupEligible)) {
    return refused("the device says that the passkey is backed up and cannot be", "authData/flags");
  }
  return ok();
}

/// The authenticator data of an attestation object (6.5.4). Statements of formats other than "none" must be well-formed
/// and are not looked into: nobody is trusted for them.
Result<std::string_view> auth_data_of(std::string_view attestation_object) {
  CborReader whole{attestation_object, "attestationObject"};
  TRY_VOID(whole.item());  // No key twice, nothing ill-formed.
  TRY_VOID(whole.end());
  CborReader reader{attestation_object, "attestationObject"};
  TRY(const auto pairs, reader.map());
  std::string_view format, statement, auth_data;
  for (std::size_t i = 0; i < pairs; ++i) {
    TRY(const auto key, reader.text());
    if (key == "fmt") {
      TRY(format, reader.text());
    } else if (key == "attStmt") {
      TRY(statement, reader.item());
    } else if (key == "authData") {
      TRY(auth_data, reader.bytes());
    } else {
      return reader.error("the attestation object has a member that is not allowed there");
    }
  }
  if (format.empty() || format.size() > kFormatBytesMax || statement.empty() || auth_data.empty()) {
    return reader.error("the attestation object has 'fmt', 'attStmt' and 'authData'");
  }
  constexpr std::string_view kEmptyMap = "\xa0";
  if (format == "none" && statement != kEmptyMap) {
    return refused("attestation \"none\" has an empty statement (8.7)", "attestationObject/attStmt");
  }
  return auth_data;
}

std::string aaguid_text(std::string_view aaguid) {
  std::string text;
  for (std::size_t i = 0; i < aaguid.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", static_cast<unsigned char>(aaguid[i]));
  }
  return text;
}

/// Values that we do not know are kept, as 5.2.1.1 asks: a browser may know them at the next request.
Result<std::vector<std::string>> transports_of(const Envelope& envelope) {
  const auto fits = [](const boost::json::value& each) {
    const auto* const text = each.if_string();
    return text != nullptr && !text->empty() && text->size() <= kTransportBytesMax &&
           std::ranges::all_of(*text,
                               [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
  };
  const auto& list = json::array_at(envelope.response(), "transports");
  if (list.size() > kTransportsMax || !std::ranges::all_of(list, fits)) {
    return Error::invalid(fmt::format("'transports' has at most {} words", kTransportsMax),
                          "answer/response/transports");
  }
  std::vector<std::string> transports;
  for (const auto& each : list) transports.emplace_back(each.as_string());
  std::ranges::sort(transports);
  const auto repeated = std::ranges::unique(transports);
  transports.erase(repeated.begin(), repeated.end());
  return transports;
}

std::optional<bool> discoverable_of(const Envelope& envelope) {
  const auto* const rk = json::at_pointer(envelope.root(), "/clientExtensionResults/credProps/rk");
  if (rk == nullptr || !rk->is_bool()) return std::nullopt;
  return rk->as_bool();
}

}  // namespace

Result<Registered> verify_registration(std::string_view response_json, const Expectation& expected) {
  TRY(const auto envelope, Envelope::read(response_json));
  TRY(const auto client_data, envelope.bytes("clientDataJSON"));
  TRY_VOID(check_client_data(client_data, Ceremony::create, expected));
  TRY(const auto attestation_object, envelope.bytes("attestationObject"));
  TRY(const auto auth_data, auth_data_of(attestation_object));
  TRY(const auto data, read_authenticator_data(auth_data));
  TRY_VOID(check_flags(data, expected));
  if (!data.credential) return Error::invalid("the answer has no new credential", "authData/flags");
  if (base64url_encode(data.credential->id) != envelope.credential_id()) {
    return refused("the answer names another credential than the device made", "authData/credentialId");
  }
  TRY(const auto key, PublicKey::parse(data.credential->public_key));
  TRY_VOID(key.check());
  Registered registered;
  TRY(registered.transports, transports_of(envelope));
  registered.credential_id = envelope.credential_id();
  registered.public_key = base64url_encode(data.credential->public_key);
  registered.algorithm = key.algorithm();
  registered.sign_count = data.sign_count;
  registered.aaguid = aaguid_text(data.credential->aaguid);
  registered.user_verified = data.has(kUserVerified);
  registered.backup_eligible = data.has(kBackupEligible);
  registered.backed_up = data.has(kBackupState);
  registered.discoverable = discoverable_of(envelope);
  return registered;
}

Result<Claimed> claimed_credential(std::string_view response_json) {
  TRY(const auto envelope, Envelope::read(response_json));
  TRY(auto user_handle, envelope.user_handle());
  return Claimed{envelope.credential_id(), std::move(user_handle)};
}

Result<Asserted> verify_assertion(std::string_view response_json, const Expectation& expected, const Stored& stored) {
  TRY(const auto envelope, Envelope::read(response_json));
  if (envelope.credential_id() != stored.credential_id) {
    return refused("the answer is another credential's", "answer/id");
  }
  Asserted asserted;
  TRY(asserted.user_handle, envelope.user_handle());
  if (asserted.user_handle.empty() ? expected.require_user_handle : asserted.user_handle != stored.user_handle) {
    return refused("the answer does not name the account that the passkey belongs to", "answer/response/userHandle");
  }
  TRY(const auto client_data, envelope.bytes("clientDataJSON"));
  TRY_VOID(check_client_data(client_data, Ceremony::get, expected));
  TRY(const auto auth_data, envelope.bytes("authenticatorData"));
  TRY(const auto data, read_authenticator_data(auth_data));
  TRY_VOID(check_flags(data, expected));
  if (data.credential) return Error::invalid("a sign-in makes no new credential", "authData/flags");
  if (data.has(kBackupEligible) != stored.backup_eligible) {
    return refused("whether the passkey may be copied has changed since it was registered", "authData/flags");
  }
  TRY(const auto signature, envelope.bytes("signature"));
  if (signature.size() > kSignatureBytesMax) return Error::too_large("the signature", kSignatureBytesMax);
  TRY(const auto public_key, base64url_decode(stored.public_key));
  TRY(const auto key, PublicKey::parse(public_key));
  if (!key.verifies(auth_data + sha256(client_data), signature)) {
    return refused("the signature is not of this passkey", "answer/response/signature");
  }
  if ((data.sign_count != 0 || stored.sign_count != 0) && data.sign_count <= stored.sign_count) {
    auto error = Error::conflict("the passkey's counter did not grow: somebody may have a copy of it",
                                 std::string{kCounterWhere});
    error.detail = fmt::format("stored {}, received {}", stored.sign_count, data.sign_count);
    return error;
  }
  asserted.sign_count = data.sign_count;
  asserted.user_verified = data.has(kUserVerified);
  asserted.backed_up = data.has(kBackupState);
  return asserted;
}

bool is_possible_clone(const Error& error) noexcept {
  return error.code == Error::Code::conflict && error.where == kCounterWhere;
}

}  // namespace tocsin::formats::webauthn
