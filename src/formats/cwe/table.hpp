#pragma once
#include <cstdint>
#include <span>
#include <string_view>

/// The generated table behind cwe.hpp.
namespace tocsin::formats::cwe {

struct VersionEntry {
  std::string_view version;
  std::string_view date;  ///< Of its release, "2026-04-30".
};

/// A weakness in a span of versions in which nothing about it changed.
struct Span {
  std::uint16_t number;        ///< 79 of "CWE-79"
  std::uint8_t first, last;    ///< Indices of version_table().
  std::uint8_t status, usage;  ///< As the enumerations of cwe.hpp.
  std::string_view name;
};

/// Oldest first.
std::span<const VersionEntry> version_table() noexcept;
/// By number, then by version.
std::span<const Span> span_table() noexcept;

}  // namespace tocsin::formats::cwe
