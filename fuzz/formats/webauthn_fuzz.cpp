// Laws, by the first byte:
// 'j' a whole answer: what is verified has a key that reads, and the id that was claimed; no answer signs in.
// 'a' authenticator data: whatever reads is accepted or refused in an answer, the same way twice.
// 'o' an attestation object: as for a whole answer.
// 'k' CBOR: an item ends where it ends: no beginning of it is an item, and a key reads the same whatever follows it.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "formats/webauthn/authenticator_data.hpp"
#include "formats/webauthn/cbor.hpp"
#include "formats/webauthn/cose_key.hpp"
#include "formats/webauthn/webauthn.hpp"

namespace {

using tocsin::base64url_decode;
using tocsin::base64url_encode;
using namespace tocsin::formats::webauthn;
using std::string_literals::operator""s;

// Those of the specification's section 16.2, so that its vectors are seeds.
constexpr std::string_view kChallenge = "AMMPt4UxxGTStncdq417YDwBFi8vpIa-pw8oOuVW4TA";
constexpr std::string_view kCredentialId = "-R85HbTJsv3g6nAYnLo_tj9Xm6YSKzOtlP8-wzAIS-Q";

Expectation expectation() {
  Expectation expected;
  expected.challenge = kChallenge;
  expected.origins = {"https://example.org"};
  expected.rp_id = "example.org";
  expected.require_user_verification = false;
  return expected;
}

std::string answer(std::string_view id, std::string_view attestation_object) {
  const auto client_data =
      R"({"type":"webauthn.create","challenge":")" + std::string{kChallenge} + R"(","origin":"https://example.org"})";
  return R"({"id":")" + std::string{id} + R"(","rawId":")" + std::string{id} +
         R"(","type":"public-key","response":{"clientDataJSON":")" + base64url_encode(client_data) +
         R"(","attestationObject":")" + base64url_encode(attestation_object) + R"("}})";
}

void verify(std::string_view json) {
  const auto claimed = claimed_credential(json);
  const auto registered = verify_registration(json, expectation());
  if (!registered) {
    TOCSIN_CHECK(!registered.error().message.empty());
  } else {
    TOCSIN_CHECK(claimed && claimed->credential_id == registered->credential_id);
    TOCSIN_CHECK(registered->backup_eligible || !registered->backed_up);
    const auto key = PublicKey::parse(base64url_decode(registered->public_key).value());
    TOCSIN_CHECK(key && key->algorithm() == registered->algorithm);
  }
  if (!claimed) return;
  // The key of Ed25519's base point, whose private key nobody uses here.
  Stored stored;
  stored.credential_id = claimed->credential_id;
  stored.user_handle = claimed->user_handle;
  stored.public_key = base64url_encode("\xa4\x01\x01\x03\x27\x20\x06\x21\x58\x20\x58" + std::string(31, '\x66'));
  const auto asserted = verify_assertion(json, expectation(), stored);
  TOCSIN_CHECK(!asserted && !asserted.error().message.empty() && !is_possible_clone(asserted.error()));
}

void read_cbor(std::string_view bytes) {
  CborReader reader{bytes, "fuzz"};
  const auto item = reader.item();
  if (!item) return;
  TOCSIN_CHECK(item->size() == reader.offset() && item->size() <= bytes.size());
  for (std::size_t size = item->size() > 64 ? item->size() - 64 : 0; size < item->size(); ++size) {
    CborReader shorter{item->substr(0, size), "fuzz"};
    TOCSIN_CHECK(!shorter.item());
  }
  const auto key = PublicKey::parse(*item);
  if (key) TOCSIN_CHECK(!key->verifies("message", bytes));
  if (bytes.size() > item->size()) TOCSIN_CHECK(!PublicKey::parse(bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  switch (data[0]) {
    case 'j':
      verify(bytes);
      break;
    case 'a': {
      const auto read = read_authenticator_data(bytes);
      if (bytes.size() > 0xffff) break;
      // fmt "none", an empty attStmt, and authData of a length in two bytes, which must not be less than 256.
      const auto object =
          "\xa3\x63"
          "fmt\x64none\x67"
          "attStmt\xa0\x68"
          "authData"s +
          (bytes.size() < 24 ? std::string(1, static_cast<char>(0x40 + bytes.size()))
           : bytes.size() < 256
               ? std::string{'\x58', static_cast<char>(bytes.size())}
               : std::string{'\x59', static_cast<char>(bytes.size() >> 8), static_cast<char>(bytes.size() & 255)}) +
          std::string{bytes};
      const auto id = read && read->credential ? base64url_encode(read->credential->id) : std::string{kCredentialId};
      verify(answer(id, object));
      TOCSIN_CHECK(read || !verify_registration(answer(id, object), expectation()));
      break;
    }
    case 'o':
      verify(answer(kCredentialId, bytes));
      break;
    default:
      read_cbor(bytes);
  }
  return 0;
}
