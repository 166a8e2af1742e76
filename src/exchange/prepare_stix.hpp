#pragma once
#include <string>
#include <string_view>

#include "exchange/import.hpp"

namespace tocsin::exchange {

/// `prepare` of what formats::stix::looks_like_stix: each object becomes a revision of a record of its own, under its
/// own id, with its own bytes; what was STIX 2.0 is lifted (docs/decisions/0019).
Prepared prepare_stix(const std::string& name, std::string_view bytes, const ImportOptions& options);

}  // namespace tocsin::exchange
