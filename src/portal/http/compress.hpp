#pragma once
#include <string>
#include <string_view>

#include "portal/http/negotiate.hpp"

namespace tocsin::portal::http {

/// For live answers: quick rather than smallest. identity returns the bytes.
std::string compress(std::string_view bytes, Encoding encoding);
/// Is it worth it: at least 512 bytes of a textual type?
bool compressible(std::string_view content_type, std::size_t bytes) noexcept;

}  // namespace tocsin::portal::http
