#pragma once
#include <string>
#include <string_view>

#include "exchange/import.hpp"
#include "formats/misp/to_stix.hpp"

namespace tocsin::exchange {

/// `prepare` of events of MISP: each becomes STIX objects (formats/misp), and those are prepared as of a file of STIX.
/// MISP's distribution narrows whom they are for (docs/decisions/0038).
Prepared prepare_misp(const std::string& name, std::string_view bytes, const ImportOptions& options);

/// Whom a revision is addressed to: as wide as the marking lets it, but for what MISP's distribution takes away.
struct Addressed {
  domain::Audience audience = domain::Audience::everyone;
  std::vector<domain::Grantee> listed = {};
};
Addressed addressed(const formats::misp::Reach& reach, domain::Tlp tlp,
                    const std::vector<domain::Community>& communities);

}  // namespace tocsin::exchange
