#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

/// QR codes (ISO/IEC 18004) as SVG.
namespace tocsin::formats::otp {

inline constexpr std::size_t kQrTextBytesMax = 500;

/// An <svg> element for putting into a page: a viewBox in modules with the standard's quiet zone of four, one path of
/// dark modules on a white square, `title` for those who do not see it. No style attribute, which our pages' policy
/// forbids, and no size: that is the style sheet's (class "qr"). Error correction at least medium. Errors: too_large;
/// invalid_input for an empty text.
Result<std::string> qr_svg(std::string_view text, std::string_view title = "QR code");

}  // namespace tocsin::formats::otp
