#pragma once
#include <string_view>

#include "base/result.hpp"
#include "portal/http/message.hpp"

namespace tocsin::portal::http {

/// Is this Content-Type "multipart/form-data"?
bool is_multipart_form(std::string_view content_type) noexcept;

/// multipart/form-data (RFC 7578) as browsers send it: each part is a field, a file one with its content as value and
/// its name as field NAME.filename. What a part says of its own type or encoding is not looked at. Errors:
/// invalid_input for a body that is not of this form, for more than 200 parts, for a header of a part beyond 4 KiB.
Result<Fields> parse_multipart(std::string_view body, std::string_view content_type);

}  // namespace tocsin::portal::http
