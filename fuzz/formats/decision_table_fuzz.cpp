// Law: any bytes are read as a decision table or refused with a reason; every combination of a table that was read
// leads to one of its outcomes.
#include <cstdint>
#include <vector>

#include "base/check.hpp"
#include "base/json.hpp"
#include "formats/ssvc/decision_table.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  const auto parsed = json::parse({reinterpret_cast<const char*>(data), size});
  if (!parsed) return 0;
  const auto table = formats::ssvc::read_decision_table(parsed->root());
  if (!table) {
    TOCSIN_CHECK(!table.error().message.empty());
    return 0;
  }
  for (std::size_t index = 0; index < table->outcomes.size(); ++index) {
    std::vector<std::size_t> values(table->inputs.size());
    auto rest = index;
    for (std::size_t i = values.size(); i-- > 0;) {
      values[i] = rest % table->inputs[i].values.size();
      rest /= table->inputs[i].values.size();
    }
    TOCSIN_CHECK(table->decide(values) < table->outcome.values.size());
  }
  return 0;
}
