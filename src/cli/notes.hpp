#pragma once
#include "formats/csaf/convert/to_2_1.hpp"

namespace tocsin::cli {

/// A note about a converted or changed document, as a line to standard error; with `json` as a JSON object.
void tell(const formats::csaf::ConversionNote& note, bool json);

}  // namespace tocsin::cli
