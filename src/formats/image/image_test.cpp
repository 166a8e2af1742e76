#include "formats/image/image.hpp"

#include <gmock/gmock.h>

#include "base/encoding.hpp"
#include "formats/image/svg.hpp"

namespace tocsin::formats::image {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string svg(std::string_view inside, std::string_view more = {}) {
  return "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 8 8\"" +
         std::string{more} + ">" + std::string{inside} + "</svg>";
}

TEST(SvgLogo, DrawingsStayAsTheyAre) {
  const auto image = read_image("<?xml version=\"1.0\"?>\n<!-- by hand -->" +
                                svg("<title>A &amp; B</title><defs><linearGradient id=\"a\"><stop offset=\"0\" "
                                    "stop-color=\"#fff\"/></linearGradient></defs><path d=\"M0 0L8,8z\" "
                                    "style=\"fill:url(#a);stroke:none\"/><g transform=\"rotate(45)\"><circle r=\"2\" "
                                    "clip-path=\"url(#a)\"/></g>"));
  ASSERT_TRUE(image.has_value()) << image.error().message;
  EXPECT_EQ(image->media_type, "image/svg+xml");
  EXPECT_EQ(image->bytes,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 8 8\"><title>A &amp; B</title><defs>"
            "<linearGradient id=\"a\"><stop offset=\"0\" stop-color=\"#fff\"></stop></linearGradient></defs><path "
            "d=\"M0 0L8,8z\" fill=\"url(#a)\" stroke=\"none\"></path><g transform=\"rotate(45)\"><circle r=\"2\" "
            "clip-path=\"url(#a)\"></circle></g></svg>");
  // Written anew, it reads the same.
  EXPECT_EQ(sanitised_svg(image->bytes).value(), image->bytes);
}

TEST(SvgLogo, WhatProgramsKeepForThemselvesIsLeftOut) {
  const auto made = sanitised_svg(
      svg("<metadata>x</metadata><i:view xmlns:i=\"http://www.inkscape.org/namespaces/inkscape\" i:zoom=\"1\"/>"
          "<rect width=\"1\" class=\"k\" style=\"fill:red;-inkscape-stroke:none\"/>",
          " xmlns:i=\"http://www.inkscape.org/namespaces/inkscape\" i:version=\"1\" xml:space=\"preserve\""));
  ASSERT_TRUE(made.has_value()) << made.error().message;
  EXPECT_THAT(*made, Not(HasSubstr("inkscape")));
  EXPECT_THAT(*made, HasSubstr("fill=\"red\""));
}

struct HostileCase {
  const char* name;
  const char* inside;
  const char* more;
};
constexpr HostileCase kHostile[] = {
    {"Script", "<script>alert(1)</script>", ""},
    {"ScriptOfAnotherPrefix", "<s:script xmlns:s=\"http://www.w3.org/2000/svg\">alert(1)</s:script>", ""},
    {"Event", "<path onclick=\"alert(1)\"/>", ""},
    {"EventOfTheRoot", "", " onload=\"alert(1)\""},
    {"ForeignObject", "<foreignObject><p>x</p></foreignObject>", ""},
    {"Html", "<p xmlns=\"http://www.w3.org/1999/xhtml\">x</p>", ""},
    {"NoNamespace", "<p xmlns=\"\">x</p>", ""},
    {"Link", "<a href=\"https://evil.example\"><path d=\"M0\"/></a>", ""},
    {"Use", "<use href=\"#a\"/>", ""},
    {"UseFromElsewhere", "<use xlink:href=\"https://evil.example/x.svg#a\"/>", ""},
    {"Picture", "<image href=\"https://evil.example/x.png\"/>", ""},
    {"PictureInside", "<image href=\"data:image/png;base64,AAAA\"/>", ""},
    {"Style", "<style>*{fill:url(https://evil.example)}</style>", ""},
    {"StyleWithAddress", "<path style=\"fill:url(https://evil.example)\"/>", ""},
    {"StyleWithImport", "<path style=\"behavior:url(x)\"/>", ""},
    {"StyleWithEscape", "<path style=\"fill:\\75rl(x)\"/>", ""},
    {"Address", "<path fill=\"url(https://evil.example/#a)\"/>", ""},
    {"AddressOfData", "<path fill=\"url(data:image/svg+xml,x)\"/>", ""},
    {"Animation", "<animate attributeName=\"href\" to=\"javascript:alert(1)\"/>", ""},
    {"Set", "<set attributeName=\"onclick\" to=\"alert(1)\"/>", ""},
    {"Filter", "<filter id=\"f\"/>", ""},
    {"GradientFromElsewhere", "<linearGradient href=\"https://evil.example/#a\"/>", ""},
    {"JavaScript", "<linearGradient xlink:href=\"javascript:alert(1)\"/>", ""},
    {"Handler", "<handler>x</handler>", ""},
    {"TextInAShape", "<g>&lt;script&gt;</g>", ""},
    {"MarkupInAnAttribute", "<path d=\"&lt;script&gt;\"/>", ""},
    {"QuoteInAnAttribute", "<path d='\"/&gt;'/>", ""},
};
class HostileSvg : public testing::TestWithParam<HostileCase> {};
TEST_P(HostileSvg, IsRefused) {
  const auto read = read_image(svg(GetParam().inside, GetParam().more));
  ASSERT_FALSE(read.has_value()) << read->bytes;
  EXPECT_EQ(read.error().code, Error::Code::invalid_input);
}
INSTANTIATE_TEST_SUITE_P(Formats, HostileSvg, testing::ValuesIn(kHostile),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(SvgLogo, EntitiesAndSizeAreBounded) {
  EXPECT_FALSE(read_image("<!DOCTYPE svg [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>" + svg("<text>&a;</text>")));
  EXPECT_EQ(read_image(svg(std::string(kBytesMax, ' '))).error().code, Error::Code::too_large);
  std::string deep;
  for (int i = 0; i < 60; ++i) deep += "<g>";
  for (int i = 0; i < 60; ++i) deep += "</g>";
  EXPECT_FALSE(read_image(svg(deep)));
  EXPECT_FALSE(read_image("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"));
  EXPECT_FALSE(read_image("<html/>"));
}

/// One pixel each.
const std::string kPng =
    base64_decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJg"
        "gg==")
        .value();
const std::string kWebp = base64_decode("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==").value();

TEST(PixelLogo, IsWhatItsBytesSay) {
  const auto png = read_image(kPng);
  ASSERT_TRUE(png.has_value()) << png.error().message;
  EXPECT_EQ(png->media_type, "image/png");
  EXPECT_EQ(png->width, 1U);
  EXPECT_EQ(png->bytes, kPng);
  const auto webp = read_image(kWebp);
  ASSERT_TRUE(webp.has_value()) << webp.error().message;
  EXPECT_EQ(webp->media_type, "image/webp");
  EXPECT_EQ(webp->bytes, kWebp);
  for (const auto* other : {"GIF89a", "<html><script>", "", "BM", "\x89PNG", "%PDF-1.4"}) {
    EXPECT_FALSE(read_image(other).has_value()) << other;
  }
}

TEST(PixelLogo, WhatHangsOnTheEndIsRefusedAndEveryCutToo) {
  for (const auto& good : {kPng, kWebp}) {
    EXPECT_FALSE(read_image(good + "<script>alert(1)</script>").has_value());
    for (std::size_t size = 0; size < good.size(); ++size) {
      EXPECT_FALSE(read_image(good.substr(0, size)).has_value()) << size;
    }
  }
  auto huge = kPng;
  huge[16] = '\x7F';
  EXPECT_FALSE(read_image(huge).has_value());
}

std::string jpeg(std::string_view before_the_frame) {
  using namespace std::string_literals;
  return "\xFF\xD8"s + "\xFF\xE0\0\x10JFIF\0\1\1\0\0\1\0\1\0\0"s + std::string{before_the_frame} +
         "\xFF\xC0\0\x0B\x08\0\1\0\1\1\1\x11\0"s + "\xFF\xDA\0\x08\1\1\0\0\x3F\0"s + "\x12\x34\xFF\xD9"s;
}

TEST(PixelLogo, MetadataOfAJpegIsLeftOut) {
  using namespace std::string_literals;
  const auto read =
      read_image(jpeg("\xFF\xE1\0\x0A"
                      "Exif\0\0ab"s +
                      "\xFF\xFE\0\x07hello"s));
  ASSERT_TRUE(read.has_value()) << read.error().message;
  EXPECT_EQ(read->media_type, "image/jpeg");
  EXPECT_EQ(read->bytes, jpeg({}));
  EXPECT_FALSE(read_image(jpeg({}) + "x").has_value());
  EXPECT_FALSE(read_image(jpeg({}) + "\xFF\xD9").has_value());
}

}  // namespace
}  // namespace tocsin::formats::image
