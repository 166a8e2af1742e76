#include "portal/http/multipart.hpp"

#include "base/messages.hpp"
#include "base/text.hpp"

namespace tocsin::portal::http {
namespace {

constexpr std::size_t kPartsMax = 200;
constexpr std::size_t kHeadBytesMax = 2'048;
constexpr std::size_t kBoundaryBytesMax = 70;  ///< RFC 2046 section 5.1.1

Error malformed() {
  return Error::invalid(std::string{tr<"the form's body is not well-formed multipart/form-data">()});
}

/// "name" of `form-data; name="logo"; filename="a.svg"`; browsers write %22 for a quote.
std::optional<std::string> parameter(std::string_view value, std::string_view name) {
  while (!value.empty()) {
    const auto semicolon = value.find(';');
    if (semicolon == std::string_view::npos) return std::nullopt;
    value = text::trim(value.substr(semicolon + 1));
    const auto equals = value.find('=');
    if (equals == std::string_view::npos) return std::nullopt;
    const auto key = text::trim(value.substr(0, equals));
    value.remove_prefix(equals + 1);
    std::string_view found;
    if (value.starts_with('"')) {
      const auto end = value.find('"', 1);
      if (end == std::string_view::npos) return std::nullopt;
      found = value.substr(1, end - 1);
      value.remove_prefix(end + 1);
    } else {
      found = text::trim(value.substr(0, value.find(';')));
    }
    if (text::equals_ignore_case_ascii(key, name)) return std::string{found};
  }
  return std::nullopt;
}

}  // namespace

Result<Multipart> parse_multipart(std::string_view content_type, std::string_view body) {
  const auto boundary = parameter(content_type, "boundary");
  if (!boundary || boundary->empty() || boundary->size() > kBoundaryBytesMax) return malformed();
  const auto first = "--" + *boundary, next = "\r\n--" + *boundary;
  if (!body.starts_with(first)) return malformed();
  body.remove_prefix(first.size());
  Multipart form;
  for (std::size_t parts = 0; !body.starts_with("--"); ++parts) {
    if (parts == kPartsMax || !body.starts_with("\r\n")) return malformed();
    body.remove_prefix(2);
    const auto head_end = body.find("\r\n\r\n");
    const auto end = body.find(next);
    if (head_end == std::string_view::npos || head_end > kHeadBytesMax || end == std::string_view::npos ||
        head_end + 4 > end) {
      return malformed();
    }
    std::optional<std::string> name, file;
    for (auto line : text::split(body.substr(0, head_end), '\n')) {
      const auto colon = line.find(':');
      if (colon == std::string_view::npos) return malformed();
      if (!text::equals_ignore_case_ascii(text::trim(line.substr(0, colon)), "content-disposition")) continue;
      const auto value = text::trim(line.substr(colon + 1));
      if (!text::equals_ignore_case_ascii(text::trim(value.substr(0, value.find(';'))), "form-data"))
        return malformed();
      name = parameter(value, "name");
      file = parameter(value, "filename");
    }
    if (!name) return malformed();
    const auto content = body.substr(head_end + 4, end - head_end - 4);
    if (!file) {
      if (text::invalid_utf8_at(content) != std::string_view::npos ||
          text::invalid_utf8_at(*name) != std::string_view::npos) {
        return malformed();
      }
      form.fields.add(*std::move(name), std::string{content});
    } else if (!content.empty() || !file->empty()) {
      form.uploads.push_back({.field = *std::move(name), .name = *std::move(file), .bytes = std::string{content}});
    }
    body.remove_prefix(end + next.size());
  }
  return form;
}

}  // namespace tocsin::portal::http
