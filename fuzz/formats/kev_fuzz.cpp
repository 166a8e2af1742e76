// Law: any bytes are read as a catalogue or refused with a reason; what was read is sorted, each CVE once.
#include <algorithm>
#include <cstdint>

#include "base/check.hpp"
#include "base/json.hpp"
#include "formats/kev/kev.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tocsin;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto check = [](const Result<formats::kev::Catalogue>& read) {
    if (!read) {
      TOCSIN_CHECK(!read.error().message.empty());
      return;
    }
    const auto& entries = read->entries;
    TOCSIN_CHECK(std::ranges::adjacent_find(entries, std::greater_equal{}, &formats::kev::Entry::cve) == entries.end());
    for (const auto& each : entries) TOCSIN_CHECK(each.added <= read->newest());
  };
  check(formats::kev::read_csv(text));
  const auto parsed = json::parse(text);
  if (parsed) check(formats::kev::read_json(parsed->root()));
  return 0;
}
