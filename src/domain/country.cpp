#include "domain/country.hpp"

#include <algorithm>

namespace tocsin::domain {

const Country* find_country(std::string_view code) {
  std::string upper{code.substr(0, 3)};
  for (auto& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  const auto all = all_countries();
  const auto found = std::ranges::lower_bound(all, std::string_view{upper}, {}, &Country::code);
  return found != all.end() && found->code == upper ? &*found : nullptr;
}

}  // namespace tocsin::domain
