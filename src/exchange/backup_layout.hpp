#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

/// How a backup is laid out: known to its writer and its reader only.
namespace tocsin::exchange {

inline constexpr std::string_view kFormat = "tocsin-backup";
inline constexpr std::string_view kHeadName = "tocsin-backup.json";
inline constexpr std::string_view kManifestName = "manifest.json";
inline constexpr std::string_view kManifestHashName = "manifest.sha512";
/// Rows of a table are cut into parts of about this size, which is what a restore holds in memory.
inline constexpr std::size_t kPartBytes = std::size_t{4} << 20;
inline constexpr std::size_t kPartBytesMax = std::size_t{80} << 20;  ///< A part and its longest row.
inline constexpr std::size_t kDocumentBytesMax = std::size_t{256} << 20;
inline constexpr std::size_t kManifestBytesMax = std::size_t{64} << 20;

}  // namespace tocsin::exchange
