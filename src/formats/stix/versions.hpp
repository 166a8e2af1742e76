#pragma once
#include <string>
#include <string_view>

#include "formats/stix/facts.hpp"

/// What tells versions of one STIX object apart (STIX 2.1 section 3.6).
namespace tocsin::formats::stix {

/// Byte order is the order of the times, however many digits of a second they give: "2016-01-01T00:00:00Z" and
/// "...00.000Z" are one version. An object that was lifted from STIX 2.0 comes before the same version that was written
/// as 2.1, so that the latter replaces it; also of what has no versions (observables, marking definitions).
std::string version_order(std::string_view modified, bool lifted);
/// Do the two say the same? The order of members counts for nothing, nor does how a number or a timestamp is written.
bool same_object(Node a, Node b);

}  // namespace tocsin::formats::stix
