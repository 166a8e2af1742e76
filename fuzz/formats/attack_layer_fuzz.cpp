// Law: any bytes are read as a layer or refused with a reason; what was read survives being written unchanged. And what
// texts name has the form of an id.
#include <cstdint>

#include "base/check.hpp"
#include "formats/attack/attack.hpp"
#include "formats/attack/layer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  namespace attack = formats::attack;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  for (const auto& id : attack::ids_in(text)) TOCSIN_CHECK(attack::kind_of_id(id).has_value());
  const auto layer = attack::read_layer(text);
  if (!layer) {
    TOCSIN_CHECK(!layer.error().message.empty());
    return 0;
  }
  const auto again = attack::read_layer(attack::write_layer(*layer));
  TOCSIN_CHECK(again.has_value() && *again == *layer);
  return 0;
}
