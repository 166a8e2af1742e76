#include "formats/otp/qr.hpp"

#include <cstdio>
#include <vector>

#include <gtest/gtest.h>

namespace tocsin::formats::otp {
namespace {

/// The picture's modules, read back from its path; the quiet zone too.
std::vector<std::vector<bool>> modules_of(const std::string& svg) {
  int side = 0;
  EXPECT_EQ(std::sscanf(svg.c_str() + svg.find("viewBox"), "viewBox=\"0 0 %d", &side), 1);  // NOLINT(cert-err34-c)
  std::vector<std::vector<bool>> dark(static_cast<std::size_t>(side),
                                      std::vector<bool>(static_cast<std::size_t>(side)));
  const auto start = svg.find("fill=\"#000\" d=\"") + 15;
  const auto path = svg.substr(start, svg.find('"', start) - start);
  EXPECT_EQ(path.find_first_not_of("Mhvz -0123456789"), std::string::npos);
  for (const char* at = path.c_str(); *at != '\0';) {
    int x = 0, y = 0, width = 0, back = 0, read = 0;
    if (std::sscanf(at, "M%d %dh%dv1h-%dz%n", &x, &y, &width, &back, &read) != 4 || read == 0 || width != back) {
      ADD_FAILURE() << at;
      break;
    }
    for (int i = 0; i < width; ++i) dark.at(static_cast<std::size_t>(y)).at(static_cast<std::size_t>(x + i)) = true;
    at += read;
  }
  return dark;
}

// ISO/IEC 18004: three finder patterns, timing patterns between them, a quiet zone of four modules.
TEST(Qr, HasTheStandardsPatterns) {
  for (const std::size_t length : {1U, 20U, 120U, 500U}) {
    const auto dark = modules_of(qr_svg(std::string(length, 'x')).value());
    const auto side = dark.size() - 8;
    EXPECT_EQ((side - 17) % 4, 0U);
    for (std::size_t y = 0; y < dark.size(); ++y) {
      for (std::size_t x = 0; x < dark.size(); ++x) {
        if (x < 4 || y < 4 || x >= side + 4 || y >= side + 4) EXPECT_FALSE(dark[y][x]) << x << ' ' << y;
      }
    }
    const std::size_t far = side + 4 - 7;
    for (const auto& [left, top] : {std::pair<std::size_t, std::size_t>{4, 4}, {far, 4}, {4, far}}) {
      for (std::size_t y = 0; y < 7; ++y) {
        for (std::size_t x = 0; x < 7; ++x) {
          const bool ring = x == 0 || y == 0 || x == 6 || y == 6;
          const bool core = x >= 2 && x <= 4 && y >= 2 && y <= 4;
          EXPECT_EQ(dark[top + y][left + x], ring || core);
        }
      }
    }
    for (std::size_t i = 8; i < side - 8; ++i) {
      EXPECT_EQ(dark[4 + 6][4 + i], i % 2 == 0);
      EXPECT_EQ(dark[4 + i][4 + 6], i % 2 == 0);
    }
  }
}

TEST(Qr, IsOneAccessibleElementWithoutStyles) {
  const auto svg = qr_svg("otpauth://totp/A:b", "For <your> app & nothing else").value();
  EXPECT_TRUE(svg.starts_with("<svg "));
  EXPECT_TRUE(svg.ends_with("</svg>"));
  EXPECT_NE(svg.find("role=\"img\""), std::string::npos);
  EXPECT_NE(svg.find("<title>For &lt;your&gt; app &amp; nothing else</title>"), std::string::npos);
  EXPECT_EQ(svg.find("style"), std::string::npos);
  EXPECT_EQ(svg.find("otpauth"), std::string::npos) << "the secret is in the picture only";
}

TEST(Qr, RefusesNothingAndTooMuch) {
  EXPECT_EQ(qr_svg("").error().code, Error::Code::invalid_input);
  EXPECT_TRUE(qr_svg(std::string(kQrTextBytesMax, '\xFF')).has_value());
  EXPECT_TRUE(qr_svg(std::string_view{"a\0b", 3}).has_value());
  EXPECT_EQ(qr_svg(std::string(kQrTextBytesMax + 1, 'x')).error().code, Error::Code::too_large);
}

}  // namespace
}  // namespace tocsin::formats::otp
