#pragma once
#include <string_view>

#include "portal/http/message.hpp"

namespace tocsin::portal::http {

enum class Encoding { identity, gzip, br };
std::string_view to_string(Encoding encoding) noexcept;
/// Best of what Accept-Encoding takes (RFC 9110 section 12.5.3); br before gzip at equal weight; q=0 is respected.
Encoding choose_encoding(std::string_view accept_encoding) noexcept;
/// html unless the client prefers application/json by weight (RFC 9110 section 12.5.1).
Representation choose_representation(std::string_view accept) noexcept;
/// Does If-None-Match hold this ETag (weak comparison, lists, "*")?
bool etag_matches(std::string_view if_none_match, std::string_view etag) noexcept;

}  // namespace tocsin::portal::http
