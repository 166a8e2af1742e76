// Law: a key that we take reads as the same again from what we keep of it, and holds no secret.
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "base/text.hpp"
#include "formats/keys/public_key.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  using namespace tocsin::formats;
  const auto first = keys::read_public_key({reinterpret_cast<const char*>(data), size});
  if (!first) {
    TOCSIN_CHECK(first.error().where == "key" && !first.error().message.empty());
    return 0;
  }
  TOCSIN_CHECK(first->fingerprint.size() >= 40 && !text::contains(first->body, "PRIVATE KEY"));
  if (first->body.size() > keys::kPublicKeyBytesMax) return 0;
  const auto second = keys::read_public_key(first->body);
  TOCSIN_CHECK(second.has_value() && second->fingerprint == first->fingerprint && second->body == first->body);
  return 0;
}
