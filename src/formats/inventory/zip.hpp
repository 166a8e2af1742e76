#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// Packed files that inventories come in: parts of a ZIP (worksheets, AutomationML containers) and gzip. In memory,
/// with limits, so that what expands without end is refused before it is large.
namespace tocsin::formats::inventory {

inline constexpr std::size_t kPartBytesMax = std::size_t{256} << 20;  ///< One part, expanded.
inline constexpr std::size_t kPartsMax = 20'000;                      ///< Of one ZIP.

bool looks_like_zip(std::string_view bytes) noexcept;
bool looks_like_gzip(std::string_view bytes) noexcept;

/// The part of this name (ASCII letters without regard to case, as OPC part names are compared), or nothing. Errors:
/// invalid_input (damaged, encrypted, two parts of that name, too many parts), too_large.
Result<std::optional<std::string>> read_part(std::string_view zip, std::string_view name,
                                             std::size_t bytes_max = kPartBytesMax);

/// Errors: invalid_input (damaged), too_large.
Result<std::string> unpack_gzip(std::string_view bytes, std::size_t bytes_max = kPartBytesMax);

struct ZipPart {
  std::string name;
  std::string bytes;
};

/// A ZIP of these parts in this order, deflated, without times: the same parts give the same bytes. Parts and the whole
/// must stay below 4 GiB.
std::string write_zip(const std::vector<ZipPart>& parts);

}  // namespace tocsin::formats::inventory
