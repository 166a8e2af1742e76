// Law: any bytes are opened as a bundle or refused with a reason, also where their list is signed with the right key;
// each entry that is given has the size and the hash that the list says.
#include <cstdint>

#include <fmt/format.h>

#include "base/check.hpp"
#include "base/hash.hpp"
#include "exchange/bundle_file.hpp"

namespace {

using tocsin::exchange::Bundle;
using tocsin::exchange::BundleEntry;

void read(std::string bytes, std::string_view key) {
  const auto bundle = Bundle::open(std::move(bytes), key);
  if (!bundle) {
    TOCSIN_CHECK(!bundle.error().message.empty());
    return;
  }
  const auto status = bundle->each([](const BundleEntry& entry, std::string content) {
    TOCSIN_CHECK(content.size() == entry.bytes && tocsin::sha512_hex(content) == entry.sha512);
    return tocsin::ok();
  });
  if (!status) TOCSIN_CHECK(!status.error().message.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto key = tocsin::SigningKey::from_seed(std::string(tocsin::kKeyBytes, 'k')).value();
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  read(std::string{text}, "");
  // Behind the gate: the first two bytes say how long the list is, and it is signed.
  if (size < 2) return 0;
  const auto length = std::min<std::size_t>((std::size_t{data[0]} << 8) | data[1], size - 2);
  const auto list = text.substr(2, length), content = text.substr(2 + length);
  const auto signed_text = "tocsin-bundle 1\n" + std::string{list};
  auto bytes = fmt::format("tocsin-bundle 1\n{}\n{}\n{}\n", key.public_key(), key.sign(signed_text), list.size());
  bytes.append(list).append(content);
  read(std::move(bytes), key.public_key());
  return 0;
}
