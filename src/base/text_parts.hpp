#pragma once
#include <cstddef>
#include <string_view>

/// What the files of base/text share; of no interest to others.
namespace tocsin::text::parts {

constexpr bool is_blank_ascii(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }
constexpr unsigned byte_at(std::string_view bytes, std::size_t at) noexcept {
  return static_cast<unsigned char>(bytes[at]);
}

/// Code point of the well-formed sequence of `length` bytes at `at`.
inline char32_t decode(std::string_view bytes, std::size_t at, std::size_t length) noexcept {
  const auto tail = [&](std::size_t i) { return static_cast<char32_t>(byte_at(bytes, at + i) & 0x3F); };
  const auto lead = static_cast<char32_t>(byte_at(bytes, at));
  switch (length) {
    case 1:
      return lead;
    case 2:
      return (lead & 0x1F) << 6 | tail(1);
    case 3:
      return (lead & 0x0F) << 12 | tail(1) << 6 | tail(2);
    default:
      return (lead & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3);
  }
}

}  // namespace tocsin::text::parts
