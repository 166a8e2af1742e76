#pragma once
#include <string_view>

#include "formats/csaf/convert/to_2_1.hpp"

/// CSAF 2.1 to CSAF 2.0, for readers that have not moved on. The standard has no rules for this way: these undo those
/// of the way there (to_2_1.hpp), so that what came from 2.0 becomes again what it was.
namespace tocsin::formats::csaf {

/// `source` as it was received. What 2.0 has no member for is written where to_csaf_2_1 finds it again: CVSS 4.0 into a
/// reference to the calculator, SSVC and licences into notes, TLP:AMBER+STRICT into the distribution text. What cannot
/// be found again is lost, though most of it is told in words: each such note is of the kind `loss`
/// (Conversion::is_lossless). Errors: invalid_input where the source is no structurally valid CSAF 2.1 document;
/// too_large as read_advisory.
Result<Conversion> to_csaf_2_0(std::string_view source);

}  // namespace tocsin::formats::csaf
