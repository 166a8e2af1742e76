// The first line is a key set, the rest a token. Laws: what is refused is refused with a sentence; what verifies is
// written in the one canonical way, no longer verifies with another last part, and without its keys does not at all.
#include <cstdint>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "formats/jose/jose.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::formats::jose;
  using tocsin::base64url_decode, tocsin::base64url_encode;
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  const auto line_end = std::min(input.find('\n'), input.size());
  const auto token = input.substr(std::min(line_end + 1, input.size()));
  if (const auto bytes = base64url_decode(token)) TOCSIN_CHECK(base64url_encode(*bytes) == token);
  const auto keys = parse_jwks(input.substr(0, line_end));
  if (!keys) {
    TOCSIN_CHECK(!keys.error().message.empty());
    return 0;
  }
  TOCSIN_CHECK(keys->keys.size() + keys->unusable.size() <= kKeysMax);
  const JwsRules rules{.allowed = all_algorithms()};
  static_cast<void>(verify_jwt(token, *keys, rules));
  const auto jws = verify_jws(token, *keys, rules);
  if (!jws) {
    TOCSIN_CHECK(!jws.error().message.empty());
    return 0;
  }
  const auto payload_at = token.find('.') + 1;
  const auto signature_at = token.rfind('.') + 1;
  TOCSIN_CHECK(base64url_encode(jws->payload) == token.substr(payload_at, signature_at - 1 - payload_at));
  auto changed = std::string{token};
  changed[signature_at] = changed[signature_at] == 'A' ? 'B' : 'A';
  TOCSIN_CHECK(!verify_jws(changed, *keys, rules));
  TOCSIN_CHECK(!verify_jws(token, KeySet{}, rules));
  return 0;
}
