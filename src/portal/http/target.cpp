#include "portal/http/target.hpp"

#include <fmt/format.h>

#include "base/encoding.hpp"
#include "base/messages.hpp"
#include "base/text.hpp"

namespace tocsin::portal::http {
namespace {

constexpr std::size_t kTargetBytesMax = 8 << 10;
constexpr std::size_t kFieldsMax = 256;

enum class Plus { literal, space };

/// `at` is where `text` begins in the whole, for the error's column.
Result<std::string> decode(std::string_view text, Plus plus, std::size_t at) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return Error::invalid(std::string{tr<"'%' is followed by two hexadecimal digits, or written as %25">()},
                              std::to_string(at + i + 1));
      }
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus == Plus::space) {
      out += ' ';
    } else {
      out += c;
    }
  }
  if (out.find('\0') != std::string::npos)
    return Error::invalid(std::string{tr<"a NUL byte is not allowed">()}, std::to_string(at + 1));
  if (text::invalid_utf8_at(out) != std::string_view::npos) {
    return Error::invalid(std::string{tr<"not well-formed UTF-8">()}, std::to_string(at + 1));
  }
  return out;
}

Result<Fields> parse_fields(std::string_view text, std::size_t at) {
  Fields fields;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = std::min(text.find('&', begin), text.size());
    const auto field = text.substr(begin, end - begin);
    if (!field.empty()) {
      if (fields.list().size() == kFieldsMax) {
        return Error{Error::Code::too_large, fmt::format("more than {} fields", kFieldsMax), {}, {}};
      }
      const auto equals = std::min(field.find('='), field.size());
      TRY(auto name, decode(field.substr(0, equals), Plus::space, at + begin));
      std::string value;
      if (equals < field.size()) {
        TRY(value, decode(field.substr(equals + 1), Plus::space, at + begin + equals + 1));
      }
      fields.add(std::move(name), std::move(value));
    }
    begin = end + 1;
  }
  return fields;
}

/// Decoded segment by segment, so that an encoded slash cannot make two of one.
Result<std::string> parse_path(std::string_view raw) {
  if (raw.empty() || raw.front() != '/')
    return Error::invalid(std::string{tr<"a request target starts with '/'">()}, "1");
  std::string path;
  path.reserve(raw.size());
  for (std::size_t begin = 1; begin <= raw.size();) {
    const auto end = std::min(raw.find('/', begin), raw.size());
    TRY(const auto segment, decode(raw.substr(begin, end - begin), Plus::literal, begin));
    if (segment.empty() && end != raw.size())
      return Error::invalid(std::string{tr<"empty path segment">()}, std::to_string(begin + 1));
    if (segment == "." || segment == "..") {
      return Error::invalid(std::string{tr<"'.' and '..' are not allowed in paths">()}, std::to_string(begin + 1));
    }
    for (const char c : segment) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || byte == 0x7F || c == '\\' || c == '/') {
        return Error::invalid(
            std::string{tr<"control characters, backslashes and encoded slashes are not allowed in paths">()},
            std::to_string(begin + 1));
      }
    }
    path += '/';
    path += segment;
    begin = end + 1;
  }
  return path;
}

}  // namespace

Result<Target> parse_target(std::string_view target) {
  if (target.size() > kTargetBytesMax) return Error::too_large("request target", kTargetBytesMax);
  // A fragment never belongs on the wire; some clients send it all the same.
  target = target.substr(0, target.find('#'));
  const auto question = std::min(target.find('?'), target.size());
  Target parsed;
  TRY(parsed.path, parse_path(target.substr(0, question)));
  if (question < target.size()) {
    TRY(parsed.query, parse_fields(target.substr(question + 1), question + 1));
  }
  return parsed;
}

Result<Fields> parse_form(std::string_view body) { return parse_fields(body, 0); }

std::string encode_component(std::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                            c == '.' || c == '_' || c == '~';
    if (unreserved) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

std::string with_query(std::string_view path,
                       std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  std::string out{path};
  char separator = '?';
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    out += separator;
    out += encode_component(name);
    out += '=';
    out += encode_component(value);
    separator = '&';
  }
  return out;
}

}  // namespace tocsin::portal::http
