#include "formats/image/image.hpp"

#include <array>

#include <fmt/format.h>

#include "base/messages.hpp"
#include "base/text.hpp"
#include "formats/cvrf/xml.hpp"
#include "formats/image/svg.hpp"

namespace tocsin::formats::image {
namespace {

constexpr std::string_view kPngSignature = "\x89PNG\r\n\x1a\n";
constexpr std::string_view kJpegSignature = "\xFF\xD8\xFF";

Error broken(std::string_view kind) {
  return Error::invalid(tr<"The {} is damaged, or something hangs on its end: save the picture anew">(kind));
}

std::uint32_t at(std::string_view bytes, std::size_t index) { return static_cast<unsigned char>(bytes[index]); }
std::uint32_t big32(std::string_view bytes, std::size_t index) {
  return at(bytes, index) << 24U | at(bytes, index + 1) << 16U | at(bytes, index + 2) << 8U | at(bytes, index + 3);
}
std::uint32_t big16(std::string_view bytes, std::size_t index) { return at(bytes, index) << 8U | at(bytes, index + 1); }
std::uint32_t little32(std::string_view bytes, std::size_t index) {
  return at(bytes, index + 3) << 24U | at(bytes, index + 2) << 16U | at(bytes, index + 1) << 8U | at(bytes, index);
}
std::uint32_t little24(std::string_view bytes, std::size_t index) {
  return at(bytes, index + 2) << 16U | at(bytes, index + 1) << 8U | at(bytes, index);
}

std::uint32_t crc(std::string_view bytes) {
  static const auto kTable = [] {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t n = 0; n < table.size(); ++n) {
      auto c = n;
      for (int k = 0; k < 8; ++k) c = (c & 1U) != 0 ? 0xEDB88320U ^ c >> 1U : c >> 1U;
      table.at(n) = c;
    }
    return table;
  }();
  std::uint32_t c = 0xFFFFFFFFU;
  for (const char byte : bytes) c = kTable.at((c ^ static_cast<unsigned char>(byte)) & 0xFFU) ^ c >> 8U;
  return c ^ 0xFFFFFFFFU;
}

Status check_size(const Image& image) {
  if (image.width == 0 || image.height == 0) return Error::invalid(std::string{tr<"The picture has no size">()});
  if (image.width > kPixelsMax || image.height > kPixelsMax) {
    return Error::invalid(
        tr<"The picture is {} by {} pixels; at most {} a side">(image.width, image.height, kPixelsMax));
  }
  return ok();
}

Result<Image> read_png(std::string_view bytes) {
  Image image{.media_type = "image/png", .extension = "png", .bytes = std::string{kPngSignature}};
  std::size_t place = kPngSignature.size();
  bool first = true, data = false;
  for (;;) {
    if (bytes.size() - place < 12) return broken("PNG");
    const auto length = big32(bytes, place);
    if (length > bytes.size() - place - 12) return broken("PNG");
    const auto chunk = bytes.substr(place, std::size_t{length} + 12);
    const auto type = chunk.substr(4, 4);
    if (crc(chunk.substr(4, length + 4)) != big32(chunk, length + 8)) return broken("PNG");
    if (first != (type == "IHDR")) return broken("PNG");
    if (first) {
      if (length != 13) return broken("PNG");
      image.width = big32(chunk, 8);
      image.height = big32(chunk, 12);
      TRY_VOID(check_size(image));
      first = false;
    }
    if (type == "acTL")
      return Error::invalid(std::string{tr<"A logo does not move: save the PNG without animation">()});
    data = data || type == "IDAT";
    // Beside what draws: nothing of who made it where.
    for (const std::string_view kept :
         {"IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "sRGB", "cHRM", "sBIT", "pHYs"}) {
      if (type == kept) image.bytes += chunk;
    }
    const bool critical = (at(type, 0) & 0x20U) == 0;
    if (critical && type != "IHDR" && type != "PLTE" && type != "IDAT" && type != "IEND") return broken("PNG");
    place += chunk.size();
    if (type == "IEND") break;
  }
  if (place != bytes.size() || !data) return broken("PNG");
  return image;
}

Result<Image> read_jpeg(std::string_view bytes) {
  Image image{.media_type = "image/jpeg", .extension = "jpg", .bytes = std::string{"\xFF\xD8", 2}};
  std::size_t place = 2;
  for (;;) {
    if (bytes.size() - place < 4 || at(bytes, place) != 0xFF) return broken("JPEG");
    const auto marker = at(bytes, place + 1);
    if (marker == 0xFF) {
      ++place;  // fill
      continue;
    }
    const auto length = big16(bytes, place + 2);
    if (length < 2 || length > bytes.size() - place - 2) return broken("JPEG");
    const auto segment = bytes.substr(place, std::size_t{length} + 2);
    const bool frame = marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (frame) {
      if (segment.size() < 10 || image.width != 0) return broken("JPEG");
      image.height = big16(segment, 5);
      image.width = big16(segment, 7);
      TRY_VOID(check_size(image));
    }
    const bool metadata = (marker > 0xE0 && marker <= 0xEF && marker != 0xEE) || marker == 0xFE;
    if (!metadata) image.bytes += segment;
    place += segment.size();
    if (marker == 0xD9 || marker == 0xD8) return broken("JPEG");
    if (marker == 0xDA) break;
  }
  if (image.width == 0) return broken("JPEG");
  // Scans: what follows up to the end of the picture, which is the end of the file.
  const auto rest = bytes.substr(place);
  if (!rest.ends_with(std::string_view{"\xFF\xD9", 2})) return broken("JPEG");
  for (std::size_t i = 0; i + 2 < rest.size(); ++i) {
    if (at(rest, i) == 0xFF && at(rest, i + 1) == 0xD9) return broken("JPEG");
  }
  image.bytes += rest;
  return image;
}

Result<Image> read_webp(std::string_view bytes) {
  Image image{.media_type = "image/webp", .extension = "webp", .bytes = {}};
  if (bytes.size() < 20 || little32(bytes, 4) != bytes.size() - 8) return broken("WebP");
  std::string kept;
  bool drawn = false;
  for (std::size_t place = 12; place < bytes.size();) {
    if (bytes.size() - place < 8) return broken("WebP");
    const auto length = little32(bytes, place + 4);
    const std::size_t padded = std::size_t{length} + (length & 1U);
    if (padded > bytes.size() - place - 8) return broken("WebP");
    auto chunk = std::string{bytes.substr(place, padded + 8)};
    const auto type = std::string_view{chunk}.substr(0, 4);
    if (type == "ANIM" || type == "ANMF")
      return Error::invalid(std::string{tr<"A logo does not move: save the WebP without animation">()});
    if (type == "VP8X") {
      if (length != 10 || place != 12) return broken("WebP");
      if ((at(chunk, 8) & 0x02U) != 0)
        return Error::invalid(std::string{tr<"A logo does not move: save the WebP without animation">()});
      image.width = little24(chunk, 12) + 1;
      image.height = little24(chunk, 15) + 1;
      TRY_VOID(check_size(image));
      // Only that there may be transparency: colour profile, EXIF and XMP are left out.
      chunk[8] = static_cast<char>(at(chunk, 8) & 0x10U);
      kept += chunk;
    } else if (type == "VP8 ") {
      if (length < 10 || drawn) return broken("WebP");
      const auto width = (at(chunk, 15) << 8U | at(chunk, 14)) & 0x3FFFU;
      const auto height = (at(chunk, 17) << 8U | at(chunk, 16)) & 0x3FFFU;
      if (std::string_view{chunk}.substr(11, 3) != "\x9D\x01\x2A") return broken("WebP");
      if (image.width != 0 && (image.width != width || image.height != height)) return broken("WebP");
      image.width = width;
      image.height = height;
      TRY_VOID(check_size(image));
      drawn = true;
      kept += chunk;
    } else if (type == "VP8L") {
      if (length < 5 || drawn || at(chunk, 8) != 0x2F) return broken("WebP");
      const auto bits = little32(chunk, 9);
      const auto width = (bits & 0x3FFFU) + 1, height = (bits >> 14U & 0x3FFFU) + 1;
      if (image.width != 0 && (image.width != width || image.height != height)) return broken("WebP");
      image.width = width;
      image.height = height;
      TRY_VOID(check_size(image));
      drawn = true;
      kept += chunk;
    } else if (type == "ALPH") {
      kept += chunk;
    }
    place += padded + 8;
  }
  if (!drawn) return broken("WebP");
  const auto size = static_cast<std::uint32_t>(kept.size() + 4);
  image.bytes = "RIFF";
  for (unsigned shift = 0; shift < 32; shift += 8) image.bytes += static_cast<char>(size >> shift & 0xFFU);
  image.bytes += "WEBP" + kept;
  return image;
}

}  // namespace

Result<Image> read_image(std::string_view bytes) {
  if (bytes.size() > kBytesMax) return Error::too_large("logo", kBytesMax);
  if (bytes.starts_with(kPngSignature)) return read_png(bytes);
  if (bytes.starts_with(kJpegSignature)) return read_jpeg(bytes);
  if (bytes.starts_with("RIFF") && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP") return read_webp(bytes);
  if (cvrf::looks_like_xml(bytes)) {
    TRY(auto svg, sanitised_svg(bytes));
    return Image{.media_type = "image/svg+xml", .extension = "svg", .bytes = std::move(svg)};
  }
  return Error::invalid(std::string{tr<"A logo is an SVG, PNG, JPEG or WebP file">()});
}

}  // namespace tocsin::formats::image
