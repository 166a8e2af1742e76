#include "formats/otp/qr.hpp"

#include <cstdint>
#include <iterator>
#include <vector>

#include <fmt/format.h>
#include <qrcodegen/qrcodegen.hpp>

namespace tocsin::formats::otp {
namespace {

constexpr int kQuietZone = 4;

/// As character data of an element.
std::string escaped(std::string_view text) {
  std::string out;
  for (const auto c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// A rectangle for each run of dark modules in a row.
std::string path_of(const qrcodegen::QrCode& code) {
  std::string path;
  for (int y = 0; y < code.getSize(); ++y) {
    for (int x = 0; x < code.getSize(); ++x) {
      if (!code.getModule(x, y)) continue;
      const int start = x;
      while (code.getModule(x + 1, y)) ++x;  // Light outside.
      const int width = x - start + 1;
      fmt::format_to(std::back_inserter(path), "M{} {}h{}v1h-{}z", start + kQuietZone, y + kQuietZone, width, width);
    }
  }
  return path;
}

}  // namespace

Result<std::string> qr_svg(std::string_view text, std::string_view title) {
  if (text.empty()) return Error::invalid("a QR code needs a text");
  if (text.size() > kQrTextBytesMax) return Error::too_large("The text of a QR code", kQrTextBytesMax);
  const auto code = qrcodegen::QrCode::encodeBinary(std::vector<std::uint8_t>(text.begin(), text.end()),
                                                    qrcodegen::QrCode::Ecc::MEDIUM);
  const int side = code.getSize() + 2 * kQuietZone;
  return fmt::format(R"(<svg xmlns="http://www.w3.org/2000/svg" class="qr" role="img" viewBox="0 0 {0} {0}" )"
                     R"(shape-rendering="crispEdges"><title>{1}</title><path fill="#fff" d="M0 0h{0}v{0}h-{0}z"/>)"
                     R"(<path fill="#000" d="{2}"/></svg>)",
                     side, escaped(title), path_of(code));
}

}  // namespace tocsin::formats::otp
