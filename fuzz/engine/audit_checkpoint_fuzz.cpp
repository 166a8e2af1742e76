#include <cstddef>
#include <cstdint>

#include "base/check.hpp"
#include "engine/audit/checkpoint.hpp"

/// A checkpoint that was read and written again is the same one, to its signature's last bit.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin::engine::audit;
  const auto first = parse_checkpoint({reinterpret_cast<const char*>(data), size});
  if (!first) return 0;
  const auto second = parse_checkpoint(checkpoint_line(*first, "key"));
  // Escapes are longer than what they stand for, so a line at the limit may not come back.
  if (!second && second.error().code == tocsin::Error::Code::too_large) return 0;
  TOCSIN_CHECK(second.has_value() && statement_of(*second) == statement_of(*first));
  TOCSIN_CHECK(second->key_id == first->key_id && second->signature == first->signature);
  return 0;
}
