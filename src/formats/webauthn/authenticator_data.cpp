#include "formats/webauthn/authenticator_data.hpp"

#include <string>

#include <fmt/format.h>

#include "formats/webauthn/cbor.hpp"
#include "formats/webauthn/webauthn.hpp"

namespace tocsin::formats::webauthn {
namespace {

constexpr std::string_view kName = "authData";

class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}

  Result<std::string_view> take(std::size_t count) {
    if (count > bytes_.size() - at_) return error("the authenticator data ends too early");
    const auto taken = bytes_.substr(at_, count);
    at_ += count;
    return taken;
  }
  Result<std::uint32_t> big_endian(std::size_t count) {
    TRY(const auto taken, take(count));
    std::uint32_t value = 0;
    for (const char each : taken) value = value << 8 | static_cast<unsigned char>(each);
    return value;
  }
  /// The encoding of one CBOR map.
  Result<std::string_view> map() {
    CborReader reader{bytes_.substr(at_), fmt::format("{}:{}", kName, at_)};
    if (!reader.next_is_map()) return error("the authenticator data lacks a CBOR map");
    TRY(const auto taken, reader.item());
    at_ += taken.size();
    return taken;
  }
  bool at_end() const noexcept { return at_ == bytes_.size(); }
  Error error(std::string message) const {
    return Error::invalid(std::move(message), fmt::format("{}:{}", kName, at_));
  }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

}  // namespace

Result<AuthenticatorData> read_authenticator_data(std::string_view bytes) {
  Cursor cursor{bytes};
  AuthenticatorData data;
  TRY(data.rp_id_hash, cursor.take(kRpIdHashBytes));
  TRY(const auto flags, cursor.big_endian(1));
  data.flags = static_cast<std::uint8_t>(flags);
  TRY(data.sign_count, cursor.big_endian(4));
  if (data.has(kAttestedCredentialData)) {
    auto& credential = data.credential.emplace();
    TRY(credential.aaguid, cursor.take(kAaguidBytes));
    TRY(const auto id_bytes, cursor.big_endian(2));
    if (id_bytes < kCredentialIdBytesMin || id_bytes > kCredentialIdBytesMax) {
      return cursor.error(
          fmt::format("a credential id has {} to {} bytes", kCredentialIdBytesMin, kCredentialIdBytesMax));
    }
    TRY(credential.id, cursor.take(id_bytes));
    TRY(credential.public_key, cursor.map());
  }
  if (data.has(kExtensionData)) TRY_VOID(cursor.map());
  if (!cursor.at_end()) return cursor.error("something follows after the authenticator data");
  return data;
}

}  // namespace tocsin::formats::webauthn
