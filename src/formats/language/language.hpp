#pragma once
#include <string>
#include <string_view>

#include "base/result.hpp"

/// Language tags (BCP 47: RFC 5646 with IANA's registry of subtags). Pure functions over a generated table.
namespace tocsin::formats::language {

/// Is the tag valid in the sense of RFC 5646 section 2.2.9: well-formed, every subtag registered or in a range for
/// private use, no variant and no singleton twice? Any case. Errors: invalid_input with what is wrong.
Status check_tag(std::string_view tag);

}  // namespace tocsin::formats::language
