#include "formats/civil_date.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace tocsin::formats {

Result<Timestamp> read_date(std::string_view text) {
  const auto wrong = [&] {
    return Error::invalid(fmt::format("'{}' is no date; dates are written 2022-05-10", text::shorten(text, 40)));
  };
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return wrong();
  int value[3] = {};
  for (std::size_t at = 0, part = 0; at < text.size(); ++at) {
    if (at == 4 || at == 7) {
      ++part;
      continue;
    }
    if (text[at] < '0' || text[at] > '9') return wrong();
    value[part] = value[part] * 10 + (text[at] - '0');
  }
  auto date = from_date(value[0], static_cast<unsigned>(value[1]), static_cast<unsigned>(value[2]));
  if (!date) return wrong();
  return date;
}

}  // namespace tocsin::formats
