#pragma once
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "portal/http/message.hpp"

namespace tocsin::portal::http {

struct Multipart {
  Fields fields;
  std::vector<Upload> uploads;
};

/// multipart/form-data (RFC 7578) as browsers send it. `content_type` is the header's value, with the boundary. A file
/// field that was left empty is no upload. Errors: invalid_input for a boundary or part that is not well-formed, too
/// many parts, or text that is not UTF-8.
Result<Multipart> parse_multipart(std::string_view content_type, std::string_view body);

}  // namespace tocsin::portal::http
