#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "formats/webauthn/authenticator_data.hpp"
#include "formats/webauthn/webauthn.hpp"

struct evp_pkey_st;

/// A browser and an authenticator in software, for tests: real keys, real signatures, and every part of an answer open
/// to change before it is written, so that attacks can be tried. Binary parts are raw bytes here, not base64url.
///
///     Authenticator device;
///     const auto answer = device.create(options_json, "https://tocsin.example.org").json();
namespace tocsin::formats::webauthn::testing {

/// {"type":...,"challenge":...,"origin":...,"crossOrigin":false}; `more` is put before the last brace: `,"a":1`.
std::string client_data_json(std::string_view type, std::string_view challenge, std::string_view origin,
                             std::string_view more = {});
std::string sha256_bytes(std::string_view bytes);
/// Heads as short as can be.
std::string cbor_head(int major, std::uint64_t value);
std::string cbor_integer(std::int64_t value);
std::string cbor_bytes(std::string_view bytes);
std::string cbor_text(std::string_view text);

/// What both kinds of answers have.
struct Answer {
  std::string client_data;
  std::string rp_id_hash;
  std::uint8_t flags = kUserPresent | kUserVerified;
  std::uint32_t sign_count = 0;
  std::string extensions;  ///< CBOR; the flag for it is the caller's.
  std::string tail;        ///< Follows after the authenticator data, still inside of what is signed.
  std::string id;          ///< Of the JSON's "id" and "rawId".

 protected:
  std::string head() const;  ///< Hash, flags, counter.
};

struct Registration : Answer {
  std::string aaguid = std::string(kAaguidBytes, '\0');
  std::string credential_id, cose_key;
  std::string format = "none", statement = "\xa0";
  std::string transports = R"(["internal","hybrid"])";  ///< JSON.
  std::string extension_results = R"({"credProps":{"rk":true}})";

  std::string auth_data() const;
  std::string attestation_object() const;
  std::string json() const;
  /// With another attestation object than its parts make.
  std::string json_with(std::string_view attestation_object) const;
};

class Authenticator;

struct Assertion : Answer {
  std::string user_handle;                ///< Empty: none is sent.
  std::optional<std::string> signature;   ///< Instead of the right one.
  const Authenticator* signer = nullptr;  ///< Must live as long as this.

  std::string auth_data() const { return head() + extensions + tail; }
  std::string json() const;
};

class Authenticator {
 public:
  explicit Authenticator(Algorithm algorithm = Algorithm::es256, int rsa_bits = 2048);

  /// What navigator.credentials.create and get make of the portal's options at a page of this origin.
  Registration create(std::string_view creation_options_json, std::string_view origin);
  Assertion get(std::string_view request_options_json, std::string_view origin);

  std::string sign(std::string_view message) const;
  std::string cose_key() const;
  const std::string& credential_id() const noexcept { return credential_id_; }
  /// A device that keeps no counter says 0 for ever.
  void set_counter(std::uint32_t counter) noexcept { counter_ = counter; }

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const noexcept;
  };
  Algorithm algorithm_;
  std::unique_ptr<evp_pkey_st, Free> key_;
  std::string credential_id_, user_handle_;
  std::uint32_t counter_ = 0;
};

}  // namespace tocsin::formats::webauthn::testing
