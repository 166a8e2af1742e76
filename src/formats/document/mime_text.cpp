#include "formats/document/mime_text.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>
#include <optional>

#include "base/charset.hpp"
#include "base/encoding.hpp"
#include "base/text.hpp"

namespace tocsin::formats::document {
namespace {

constexpr std::size_t kParametersMax = 50;
constexpr unsigned kPartsMax = 100;

/// The byte that two digits at `at` say.
std::optional<char> hex_byte(std::string_view text, std::size_t at) noexcept {
  if (at + 2 > text.size()) return std::nullopt;
  const int high = hex_value(text[at]), low = hex_value(text[at + 1]);
  if (high < 0 || low < 0) return std::nullopt;
  return static_cast<char>(high * 16 + low);
}

std::string decode_percent(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (const auto byte = text[at] == '%' ? hex_byte(text, at + 1) : std::nullopt) {
      out += *byte;
      at += 2;
    } else {
      out += text[at];
    }
  }
  return out;
}

/// The "Q" encoding of words.
std::string decode_q(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (const auto byte = text[at] == '=' ? hex_byte(text, at + 1) : std::nullopt) {
      out += *byte;
      at += 2;
    } else {
      out += text[at] == '_' ? ' ' : text[at];
    }
  }
  return out;
}

bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

struct Word {
  std::string_view charset, bytes;
  char encoding = 'Q';
  std::size_t end = 0;  ///< Behind it.
};

/// The encoded word that starts at `at`.
std::optional<Word> word_at(std::string_view text, std::size_t at) {
  constexpr std::size_t kWordBytesMax = 2'000;  // 75 by the standard; many write longer ones.
  if (text.substr(at, 2) != "=?") return std::nullopt;
  const auto rest = text.substr(at + 2, kWordBytesMax);
  const auto charset_end = rest.find('?');
  if (charset_end == rest.npos || charset_end + 2 >= rest.size() || rest[charset_end + 2] != '?') return std::nullopt;
  const char encoding = static_cast<char>(rest[charset_end + 1] & ~0x20);
  const auto begin = charset_end + 3;
  const auto end = rest.find("?=", begin);
  if ((encoding != 'Q' && encoding != 'B') || end == rest.npos) return std::nullopt;
  auto charset = rest.substr(0, charset_end);
  charset = charset.substr(0, charset.find('*'));  // With a language behind it (RFC 2231 section 5).
  return Word{
      .charset = charset, .bytes = rest.substr(begin, end - begin), .encoding = encoding, .end = at + 2 + end + 2};
}

/// A parameter's name may say which part of it this is, and that it is percent-encoded: "name*1*".
struct ParameterName {
  std::string name;
  unsigned part = 0;
  bool encoded = false;
};
ParameterName parameter_name(std::string_view text) {
  ParameterName out;
  if (text.ends_with('*')) {
    out.encoded = true;
    text.remove_suffix(1);
  }
  if (const auto star = text.rfind('*'); star != text.npos) {
    const auto digits = text.substr(star + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.part);
    if (error == std::errc{} && end == digits.data() + digits.size()) text = text.substr(0, star);
    out.part = std::min(out.part, kPartsMax);
  }
  out.name = text::lower_ascii(text);
  return out;
}

/// The value that starts at `at`, and where it ends.
std::pair<std::string, std::size_t> parameter_value(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  std::string out;
  if (at < text.size() && text[at] == '"') {
    for (++at; at < text.size() && text[at] != '"'; ++at) {
      if (text[at] == '\\' && at + 1 < text.size()) ++at;
      out += text[at];
    }
    return {std::move(out), std::min(text.find(';', at), text.size())};
  }
  const auto end = std::min(text.find(';', at), text.size());
  return {std::string{text::trim(text.substr(at, end - at))}, end};
}

}  // namespace

std::string decode_quoted_printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '=') {
      out += text[at];
      continue;
    }
    if (const auto byte = hex_byte(text, at + 1)) {
      out += *byte;
      at += 2;
      continue;
    }
    // A soft end of line: blanks may stand behind it.
    auto end = at + 1;
    while (end < text.size() && (text[end] == ' ' || text[end] == '\t')) ++end;
    if (end < text.size() && text[end] == '\r') ++end;
    if (end >= text.size() || text[end] == '\n') {
      at = end;
    } else {
      out += '=';
    }
  }
  return out;
}

std::string decode_base64(std::string_view text) {
  std::string out;
  out.reserve(text.size() / 4 * 3 + 3);
  std::uint32_t held = 0;
  int bits = 0;
  for (const char c : text) {
    std::uint32_t value = 0;
    if (c >= 'A' && c <= 'Z') {
      value = static_cast<std::uint32_t>(c - 'A');
    } else if (c >= 'a' && c <= 'z') {
      value = static_cast<std::uint32_t>(c - 'a' + 26);
    } else if (c >= '0' && c <= '9') {
      value = static_cast<std::uint32_t>(c - '0' + 52);
    } else if (c == '+' || c == '/') {
      value = c == '+' ? 62 : 63;
    } else if (c == '=') {
      break;
    } else {
      continue;
    }
    held = ((held << 6) | value) & 0xFFFFFF;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out += static_cast<char>((held >> bits) & 0xFF);
    }
  }
  return out;
}

std::string decode_words(std::string_view text) {
  std::string out;
  std::size_t after_word = std::string::npos;  // Where in `out` the last word ends, as long as only blanks follow.
  // Letters may be parted between two words of one kind: they are decoded together.
  std::string pending, pending_charset;
  const auto flush = [&] {
    if (pending.empty()) return;
    out += text::to_utf8(pending, pending_charset);
    pending.clear();
    after_word = out.size();
  };
  for (std::size_t at = 0; at < text.size();) {
    if (const auto word = word_at(text, at)) {
      if (!text::equals_ignore_case_ascii(word->charset, pending_charset)) flush();
      if (after_word != std::string::npos) out.resize(after_word);
      pending_charset = word->charset;
      pending += word->encoding == 'B' ? decode_base64(word->bytes) : decode_q(word->bytes);
      at = word->end;
      // Blanks between two words are none.
      auto next = at;
      while (next < text.size() && is_blank(text[next])) ++next;
      if (word_at(text, next)) at = next;
      continue;
    }
    flush();
    if (!is_blank(text[at])) after_word = std::string::npos;
    out += text[at++];
  }
  flush();
  return out;
}

std::string_view FieldValue::parameter(std::string_view name) const noexcept {
  for (const auto& [each, value_of] : parameters) {
    if (each == name) return value_of;
  }
  return {};
}

FieldValue read_field(std::string_view text) {
  FieldValue out;
  auto at = std::min(text.find(';'), text.size());
  out.value = text::lower_ascii(text::trim(text.substr(0, at)));
  struct Part {
    std::string value;
    bool encoded = false;
  };
  std::map<std::string, std::map<unsigned, Part>> parts;
  for (std::size_t count = 0; at < text.size() && count < kParametersMax; ++count) {
    ++at;  // The semicolon.
    const auto equals = text.find_first_of("=;", at);
    if (equals == text.npos) break;
    if (text[equals] == ';') {
      at = equals;
      continue;
    }
    const auto name = parameter_name(text::trim(text.substr(at, equals - at)));
    auto [value, end] = parameter_value(text, equals + 1);
    at = end;
    parts[name.name].try_emplace(name.part, Part{.value = std::move(value), .encoded = name.encoded});
  }
  for (const auto& [name, each] : parts) {
    std::string joined, charset;
    bool encoded = false;
    for (const auto& [number, part] : each) {
      std::string_view value = part.value;
      if (part.encoded && joined.empty() && !encoded) {  // charset'language'value
        const auto first = value.find('\'');
        const auto second = first == value.npos ? value.npos : value.find('\'', first + 1);
        if (second != value.npos) {
          charset = value.substr(0, first);
          value.remove_prefix(second + 1);
        }
      }
      encoded = encoded || part.encoded;
      joined += part.encoded ? decode_percent(value) : std::string{value};
    }
    out.parameters.emplace_back(name, encoded ? text::to_utf8(joined, charset) : decode_words(joined));
  }
  return out;
}

}  // namespace tocsin::formats::document
