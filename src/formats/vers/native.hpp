#pragma once
#include <string_view>

#include "formats/vers/range.hpp"

/// Ranges as the ecosystems themselves write them ("^1.2 || ~2.0" of npm, "[1.0,2.0)" of Maven and NuGet).
namespace tocsin::formats::vers {

/// Reads the native notation of a scheme into a range: constraints in order of versions, none left out. Errors:
/// not_found for a scheme without a native notation here; invalid_input with the part that cannot be read; too_large.
Result<Range> from_native(std::string_view scheme, std::string_view text);

}  // namespace tocsin::formats::vers
