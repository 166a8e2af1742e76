#pragma once
#include <boost/json.hpp>

#include "base/result.hpp"
#include "formats/csaf/advisory.hpp"
#include "formats/vex/made.hpp"

/// OpenVEX 0.2.0, from CSAF and to CSAF.
namespace tocsin::formats::vex {

/// One statement for each vulnerability and each claim of it. A product is known by its package URL where no other has
/// it, else its place in the advisory; a component of a product is a subcomponent. Errors: invalid_input where the
/// advisory gives no product a status that OpenVEX has.
Result<Made> to_openvex(const csaf::Advisory& advisory);

/// CSAF 2.1 of profile csaf_vex. Of several statements on one product and vulnerability the latest counts, of the same
/// moment the worse. Errors: invalid_input with pointer for a member that OpenVEX demands and that is missing or wrong.
Result<Made> from_openvex(const boost::json::value& root, const Origin& origin = {});

}  // namespace tocsin::formats::vex
