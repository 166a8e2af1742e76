#pragma once
#include <algorithm>
#include <string_view>

#include "base/text.hpp"

/// Lists with weights as HTTP's Accept headers have them (RFC 9110 section 12.4.2): "de-AT, de;q=0.9, en;q=0.5".
namespace tocsin::weighted {

/// The weight among an element's parameters ("q=0.9"), in thousandths; what is not a weight counts as absent, 1000.
inline int weight_of(std::string_view parameters) noexcept {
  while (!parameters.empty()) {
    const auto end = std::min(parameters.find(';'), parameters.size());
    const auto parameter = text::trim(parameters.substr(0, end));
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
    if (parameter.size() < 3 || (parameter[0] != 'q' && parameter[0] != 'Q') || parameter[1] != '=') continue;
    const auto number = parameter.substr(2);
    if (number[0] != '0' && number[0] != '1') return 1000;
    int thousandths = (number[0] - '0') * 1000;
    int unit = 100;
    for (std::size_t i = 2; i < number.size() && i < 5 && number[1] == '.'; ++i, unit /= 10) {
      if (number[i] < '0' || number[i] > '9') return 1000;
      thousandths += (number[i] - '0') * unit;
    }
    return std::min(thousandths, 1000);
  }
  return 1000;
}

/// Calls `visit(value, weight)` for each element that is not empty, in their order.
template <class F>
void each(std::string_view list, F visit) {
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    const auto element = list.substr(0, end);
    list.remove_prefix(std::min(end + 1, list.size()));
    const auto semicolon = std::min(element.find(';'), element.size());
    const auto value = text::trim(element.substr(0, semicolon));
    if (value.empty()) continue;
    visit(value, semicolon < element.size() ? weight_of(element.substr(semicolon + 1)) : 1000);
  }
}

}  // namespace tocsin::weighted
