#include "portal/http/multipart.hpp"

#include <fmt/format.h>

#include "base/text.hpp"

namespace tocsin::portal::http {
namespace {

constexpr std::size_t kPartsMax = 200;
constexpr std::size_t kPartHeadBytesMax = 4 << 10;
constexpr std::size_t kBoundaryBytesMax = 70;  // RFC 2046 section 5.1.1
constexpr std::string_view kType = "multipart/form-data";
constexpr std::string_view kLineEnd = "\r\n";

Error malformed(std::string_view what) { return Error::invalid(fmt::format("the form cannot be read: {}", what)); }

/// The value of a parameter: name=token or name="text", with browsers' way of writing quotes and line ends.
std::string parameter(std::string_view header, std::string_view name) {
  for (std::size_t at = header.find(';'); at != std::string_view::npos;) {
    auto rest = text::trim(header.substr(at + 1));
    const auto equals = rest.find('=');
    if (equals == std::string_view::npos) return {};
    const auto key = text::trim(rest.substr(0, equals));
    rest.remove_prefix(equals + 1);
    std::string value;
    std::size_t end = 0;
    if (rest.starts_with('"')) {
      end = 1;
      for (; end < rest.size() && rest[end] != '"'; ++end) {
        if (rest[end] == '\\' && end + 1 < rest.size() && (rest[end + 1] == '"' || rest[end + 1] == '\\')) ++end;
        value += rest[end];
      }
    } else {
      end = std::min(rest.find(';'), rest.size());
      value = text::trim(rest.substr(0, end));
    }
    if (text::equals_ignore_case_ascii(key, name)) return value;
    const auto begin = static_cast<std::size_t>(rest.data() - header.data());
    at = header.find(';', begin + end);
  }
  return {};
}

std::string with_quotes(std::string value) {
  for (const auto& [escape, character] : {std::pair{"%22", '"'}, {"%0D", '\r'}, {"%0A", '\n'}}) {
    for (auto at = value.find(escape); at != std::string::npos; at = value.find(escape, at + 1)) {
      value.replace(at, 3, 1, character);
    }
  }
  return value;
}

/// "Content-Disposition" of a part's head, or empty.
std::string_view disposition_of(std::string_view head) {
  constexpr std::string_view kName = "content-disposition";
  while (!head.empty()) {
    const auto end = head.find(kLineEnd);
    const auto line = head.substr(0, end);
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && text::equals_ignore_case_ascii(line.substr(0, colon), kName)) {
      return text::trim(line.substr(colon + 1));
    }
    if (end == std::string_view::npos) break;
    head.remove_prefix(end + kLineEnd.size());
  }
  return {};
}

}  // namespace

bool is_multipart_form(std::string_view content_type) noexcept {
  return text::equals_ignore_case_ascii(text::trim(content_type.substr(0, content_type.find(';'))), kType);
}

Result<Fields> parse_multipart(std::string_view body, std::string_view content_type) {
  const auto boundary = parameter(content_type, "boundary");
  if (boundary.empty() || boundary.size() > kBoundaryBytesMax) return malformed("it names no boundary");
  const auto delimiter = "--" + boundary;
  const auto between = std::string{kLineEnd} + delimiter;
  if (!body.starts_with(delimiter)) return malformed("it does not begin with its boundary");
  body.remove_prefix(delimiter.size());
  Fields fields;
  for (std::size_t parts = 0; !body.starts_with("--"); ++parts) {
    if (parts == kPartsMax) return malformed(fmt::format("it has more than {} fields", kPartsMax));
    if (!body.starts_with(kLineEnd)) return malformed("a boundary is not at the end of its line");
    body.remove_prefix(kLineEnd.size());
    const auto head_end = body.substr(0, kPartHeadBytesMax).find("\r\n\r\n");
    if (head_end == std::string_view::npos) return malformed("a field has no head, or a very long one");
    const auto disposition = disposition_of(body.substr(0, head_end));
    body.remove_prefix(head_end + 2 * kLineEnd.size());
    const auto end = body.find(between);
    if (end == std::string_view::npos) return malformed("it is cut off");
    auto name = with_quotes(parameter(disposition, "name"));
    if (!text::equals_ignore_case_ascii(disposition.substr(0, disposition.find(';')), "form-data") || name.empty()) {
      return malformed("a field has no name");
    }
    // A browser leaves the folder out; others are cut to the last part here.
    auto file = with_quotes(parameter(disposition, "filename"));
    file.erase(0, file.find_last_of("/\\") + 1);
    if (text::invalid_utf8_at(name) != std::string_view::npos ||
        text::invalid_utf8_at(file) != std::string_view::npos) {
      return malformed("a name in it is not UTF-8");
    }
    if (!file.empty()) fields.add(name + ".filename", std::move(file));
    fields.add(std::move(name), std::string{body.substr(0, end)});
    body.remove_prefix(end + between.size());
  }
  return fields;
}

}  // namespace tocsin::portal::http
