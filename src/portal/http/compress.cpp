#include "portal/http/compress.hpp"

#include <brotli/encode.h>
#include <zlib.h>

#include "base/check.hpp"

namespace tocsin::portal::http {
namespace {

constexpr int kGzipLevel = 6;
constexpr int kBrotliQuality = 5;  // 11, the library's default, is a hundred times slower
constexpr std::size_t kWorthwhileBytes = 512;

std::string gzip(std::string_view bytes) {
  z_stream stream{};
  constexpr int kGzipWindow = 15 + 16;  // 32 KiB window, gzip header
  constexpr int kMemory = 8;
  TOCSIN_CHECK(deflateInit2(&stream, kGzipLevel, Z_DEFLATED, kGzipWindow, kMemory, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  // zlib counts input in 32 bits: bodies are far smaller (ServerOptions), which this holds on to.
  TOCSIN_CHECK(bytes.size() <= UINT32_MAX && out.size() <= UINT32_MAX);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // zlib's API predates const
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int outcome = deflate(&stream, Z_FINISH);
  const auto written = out.size() - stream.avail_out;
  deflateEnd(&stream);
  TOCSIN_CHECK(outcome == Z_STREAM_END);
  out.resize(written);
  return out;
}

std::string brotli(std::string_view bytes) {
  std::string out(BrotliEncoderMaxCompressedSize(bytes.size()), '\0');
  std::size_t size = out.size();
  TOCSIN_CHECK(BrotliEncoderCompress(kBrotliQuality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT, bytes.size(),
                                     reinterpret_cast<const std::uint8_t*>(bytes.data()), &size,
                                     reinterpret_cast<std::uint8_t*>(out.data())) == BROTLI_TRUE);
  out.resize(size);
  return out;
}

}  // namespace

std::string compress(std::string_view bytes, Encoding encoding) {
  switch (encoding) {
    case Encoding::identity:
      return std::string{bytes};
    case Encoding::gzip:
      return gzip(bytes);
    case Encoding::br:
      return brotli(bytes);
  }
  return std::string{bytes};
}

bool compressible(std::string_view content_type, std::size_t bytes) noexcept {
  if (bytes < kWorthwhileBytes) return false;
  const auto type = content_type.substr(0, content_type.find(';'));
  return type.starts_with("text/") || type.ends_with("json") || type.ends_with("+xml") || type == "application/xml" ||
         type == "application/javascript";
}

}  // namespace tocsin::portal::http
