#include "formats/stix/ids.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "formats/stix/sixteen.hpp"

namespace tocsin::formats::stix {
namespace {

using csaf::Node;

struct Contributing {
  std::string_view type, names;
};
constexpr Contributing kContributing[] = {
    {"artifact", "hashes payload_bin"},
    {"autonomous-system", "number"},
    {"directory", "path"},
    {"domain-name", "value"},
    {"email-addr", "value"},
    {"email-message", "from_ref subject body"},
    {"file", "hashes name extensions parent_directory_ref"},
    {"ipv4-addr", "value"},
    {"ipv6-addr", "value"},
    {"mac-addr", "value"},
    {"mutex", "name"},
    {"network-traffic", "start end src_ref dst_ref src_port dst_port protocols extensions"},
    {"software", "name cpe swid vendor version"},
    {"url", "value"},
    {"user-account", "account_type user_id account_login"},
    {"windows-registry-key", "key values"},
    {"x509-certificate", "hashes serial_number"},
};
/// Which hash contributes where there are several.
constexpr std::string_view kHashOrder[] = {"MD5", "SHA-1", "SHA-256", "SHA-512"};

/// Are 16 characters dashes where `dashes` has a bit, and hexadecimal digits in lower case elsewhere?
bool is_uuid_part(const char* text, std::uint16_t dashes) noexcept {
  const auto part = sixteen(text);
  const Sixteen digit = part - static_cast<unsigned char>('0'), letter = part - static_cast<unsigned char>('a');
  const auto hex = bits_of(digit <= 9) | bits_of(letter <= 5);
  return bits_of(part == '-') == dashes && (hex | dashes) == 0xFFFF;
}

/// JCS orders names by their UTF-16 code units: differs from bytes only for what lies beyond the basic plane.
bool utf16_less(std::string_view a, std::string_view b) noexcept {
  const auto rank = [](unsigned char c) {  // U+E000..U+FFFF (0xEE, 0xEF) come behind surrogates (0xF0..).
    return c >= 0xF0 ? 0x1EE : c >= 0xEE ? c + 0x200 : static_cast<int>(c);
  };
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i] != b[i]) {
      const auto x = static_cast<unsigned char>(a[i]), y = static_cast<unsigned char>(b[i]);
      const auto rx = rank(x), ry = rank(y);
      return rx != ry ? rx < ry : x < y;
    }
  }
  return a.size() < b.size();
}

/// As ECMAScript writes a number.
void append_number(std::string& out, double number) {
  if (number == 0 || !std::isfinite(number)) {
    out += '0';
    return;
  }
  std::array<char, 40> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number, std::chars_format::scientific);
  std::string_view text{buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data())};
  if (text.front() == '-') {
    out += '-';
    text.remove_prefix(1);
  }
  const auto e = text.find('e');
  std::string digits{text.substr(0, 1)};
  if (e > 2) digits += text.substr(2, e - 2);
  int exponent = 0;
  const auto power = text.substr(text[e + 1] == '+' ? e + 2 : e + 1);
  std::from_chars(power.data(), power.data() + power.size(), exponent);
  const int point = exponent + 1, count = static_cast<int>(digits.size());
  const auto size = [](int value) { return static_cast<std::size_t>(value); };
  if (count <= point && point <= 21) {
    out += digits + std::string(size(point - count), '0');
  } else if (point > 0 && point <= 21) {
    out += digits.substr(0, size(point)) + '.' + digits.substr(size(point));
  } else if (point > -6 && point <= 0) {
    out += "0." + std::string(size(-point), '0') + digits;
  } else {
    out += digits.substr(0, 1);
    if (count > 1) out += '.' + digits.substr(1);
    out += fmt::format("e{}{}", exponent < 0 ? '-' : '+', std::abs(exponent));
  }
}

}  // namespace

std::optional<IdParts> parse_id(std::string_view id) noexcept {
  constexpr std::size_t kUuid = 36;
  if (id.size() < kUuid + 3) return std::nullopt;
  const auto at = id.size() - kUuid;
  if (id[at - 1] != '-' || id[at - 2] != '-') return std::nullopt;
  const auto uuid = id.substr(at);
  // Dashes at 8, 13, 18 and 23; looked at from 0, from 16 and once more to the end.
  const auto* const from = uuid.data();
  if (!is_uuid_part(from, 0x2100) || !is_uuid_part(from + 16, 0x84) || !is_uuid_part(from + 20, 0x8)) {
    return std::nullopt;
  }
  // The variant of RFC 4122.
  if (uuid[19] != '8' && uuid[19] != '9' && uuid[19] != 'a' && uuid[19] != 'b') return std::nullopt;
  // Later versions are of RFC 9562, which the standard does not know.
  if (uuid[14] < '1' || uuid[14] > '5') return std::nullopt;
  return IdParts{id.substr(0, at - 2), uuid, uuid[14]};
}

void append_jcs_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

void append_jcs(std::string& out, Node value) {
  switch (value.tag()) {
    case '{': {
      std::vector<csaf::Member> members;
      for (const auto each : value.members()) members.push_back(each);
      std::ranges::sort(members, utf16_less, &csaf::Member::name);
      out += '{';
      for (std::size_t i = 0; i < members.size(); ++i) {
        if (i > 0) out += ',';
        append_jcs_string(out, members[i].name);
        out += ':';
        append_jcs(out, members[i].value);
      }
      out += '}';
      break;
    }
    case '[': {
      out += '[';
      bool first = true;
      for (const auto each : value.elements()) {
        if (!first) out += ',';
        first = false;
        append_jcs(out, each);
      }
      out += ']';
      break;
    }
    case '"':
      append_jcs_string(out, value.text());
      break;
    case 't':
      out += "true";
      break;
    case 'f':
      out += "false";
      break;
    case 'l':
    case 'u':
    case 'd':
      append_number(out, *value.number());
      break;
    default:
      out += "null";
  }
}

std::string observable_uuid(std::string_view name) {
  // 00abedb4-aa42-466c-9c01-fed23315a9b7
  std::string bytes{"\x00\xab\xed\xb4\xaa\x42\x46\x6c\x9c\x01\xfe\xd2\x33\x15\xa9\xb7", 16};
  bytes += name;
  auto hex = text::lower_ascii(sha1_hex_upper(bytes)).substr(0, 32);
  hex[12] = '5';
  constexpr std::string_view kVariant = "89ab";
  const auto nibble = hex[16] <= '9' ? hex[16] - '0' : hex[16] - 'a' + 10;
  hex[16] = kVariant[static_cast<std::size_t>(nibble) % 4];
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4),
                     hex.substr(20, 12));
}

std::string_view contributing_properties(std::string_view type) noexcept {
  for (const auto& row : kContributing) {
    if (row.type == type) return row.names;
  }
  return {};
}

std::optional<std::string> deterministic_id(Node observable) {
  const auto type = observable.text_at("type");
  const auto names = contributing_properties(type);
  if (names.empty()) return std::nullopt;
  std::vector<csaf::Member> members;
  for (const auto name : text::split(names, ' ')) {
    if (const auto value = observable[name]) members.push_back({name, value});
  }
  if (members.empty()) return std::nullopt;
  std::ranges::sort(members, utf16_less, &csaf::Member::name);
  std::string json = "{";
  for (const auto& [name, value] : members) {
    if (json.size() > 1) json += ',';
    append_jcs_string(json, name);
    json += ':';
    if (name != "hashes") {
      append_jcs(json, value);
      continue;
    }
    const auto* const chosen =
        std::ranges::find_if(kHashOrder, [&](auto each) { return static_cast<bool>(value[each]); });
    if (chosen == std::end(kHashOrder)) return std::nullopt;
    json += '{';
    append_jcs_string(json, *chosen);
    json += ':';
    append_jcs(json, value[*chosen]);
    json += '}';
  }
  json += '}';
  return fmt::format("{}--{}", type, observable_uuid(json));
}

}  // namespace tocsin::formats::stix
