#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// Pictures that people upload: what they are by their bytes, how large, and whether they may be shown. Pure functions.
namespace tocsin::formats::image {

inline constexpr std::size_t kBytesMax = 256 << 10;
/// Pixels a side: small files can unpack into pictures that no browser should have to draw.
inline constexpr std::uint32_t kPixelsMax = 2'048;

struct Image {
  std::string media_type;               ///< "image/svg+xml", "image/png", "image/jpeg" or "image/webp".
  std::string_view extension;           ///< "svg", "png", "jpg", "webp"
  std::uint32_t width = 0, height = 0;  ///< Pixels; 0 for SVG.
  std::string bytes;  ///< As they may be served: SVG is written anew, PNG and JPEG end where they end.
};

/// By the bytes, never by a name. SVG: see svg.hpp. PNG (ISO/IEC 15948): signature, IHDR first, known chunks with their
/// CRC, no animation, nothing after IEND; text and metadata are left out. JPEG (ITU T.81): segments up to the scan,
/// one frame, metadata (APPn but JFIF and Adobe, comments) left out. WebP (RFC 9649): RIFF with a size that is true, no
/// animation; metadata left out.
/// Errors: too_large; invalid_input with what would be right.
Result<Image> read_image(std::string_view bytes);

}  // namespace tocsin::formats::image
