#pragma once
#include <boost/json.hpp>

#include "base/result.hpp"
#include "formats/csaf/advisory.hpp"
#include "formats/vex/made.hpp"

/// CycloneDX VEX: a BOM of version 1.6 (JSON) whose vulnerabilities have an analysis. From CSAF and to CSAF.
namespace tocsin::formats::vex {

/// One vulnerability with an analysis for each claim, the products as components. What CSAF and CycloneDX name alike
/// is kept: scores, weaknesses, references, credits; the document's title, id and TLP label as properties.
/// Errors: invalid_input where the advisory gives no product a status that CycloneDX has.
Result<Made> to_cyclonedx_vex(const csaf::Advisory& advisory);

/// CSAF 2.1 of profile csaf_vex. A vulnerability without an analysis makes no claim and is a loss.
/// Errors: invalid_input where there is no claim, or neither the BOM nor `origin` says who made it and what it is
/// called.
Result<Made> from_cyclonedx_vex(const boost::json::value& root, const Origin& origin = {});

}  // namespace tocsin::formats::vex
