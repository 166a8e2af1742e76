#pragma once
#include <string>
#include <string_view>

namespace tocsin::text {

/// Unicode Normalization Form C of well-formed UTF-8: texts that look alike are alike, byte by byte. Of ill-formed
/// bytes what they are.
std::string normal_form_c(std::string_view text);

}  // namespace tocsin::text
