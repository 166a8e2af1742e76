#pragma once
#include <string_view>

namespace tocsin::portal::pages {

/// "Attack pattern" for "attack-pattern", in the reader's language; what the standard does not know as it is written.
std::string_view threat_type_title(std::string_view type);

}  // namespace tocsin::portal::pages
