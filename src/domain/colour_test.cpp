#include "domain/colour.hpp"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>

namespace tocsin::domain {
namespace {

TEST(Colour, IsReadAndWritten) {
  EXPECT_EQ(parse_colour("#0b5d70"), (Colour{0x0B, 0x5D, 0x70}));
  EXPECT_EQ(parse_colour("#ABC"), (Colour{0xAA, 0xBB, 0xCC}));
  EXPECT_EQ(to_string(Colour{0x0B, 0x5D, 0x70}), "#0b5d70");
  for (const auto* bad :
       {"", "#", "0b5d70", "#0b5d7", "#0b5d7g", "#0b5d70aa", "red", "#abc;}", "#\"><s", "rgb(1,2,3)"}) {
    EXPECT_FALSE(parse_colour(bad)) << bad;
  }
}

TEST(Colour, ContrastIsThatOfTheGuidelines) {
  EXPECT_NEAR(contrast({0, 0, 0}, {255, 255, 255}), 21.0, 1e-9);
  EXPECT_NEAR(contrast({0x77, 0x77, 0x77}, {255, 255, 255}), 4.48, 0.01);
  EXPECT_NEAR(contrast({255, 0, 0}, {255, 255, 255}), 4.00, 0.01);
  EXPECT_EQ(contrast({1, 2, 3}, {3, 2, 1}), contrast({3, 2, 1}, {1, 2, 3}));
}

TEST(Colour, WhatIsProposedIsReadableForEveryColourAndLook) {
  for (const auto look : {Look::light, Look::dark}) {
    for (int red = 0; red < 256; red += 51) {
      for (int green = 0; green < 256; green += 51) {
        for (int blue = 0; blue < 256; blue += 51) {
          const Colour colour{static_cast<std::uint8_t>(red), static_cast<std::uint8_t>(green),
                              static_cast<std::uint8_t>(blue)};
          const auto near = nearest_readable(look, colour);
          EXPECT_GE(contrast_on(look, near), kReadableContrast) << to_string(colour);
          EXPECT_EQ(nearest_readable(look, near), near);
          if (contrast_on(look, colour) >= kReadableContrast) EXPECT_EQ(near, colour);
        }
      }
    }
  }
}

TEST(Colour, WhatCannotBeReadIsRefusedWithAColourThatCan) {
  EXPECT_TRUE(readable_accent(Look::light, " #0b5d70 ", "accent").has_value());
  const auto refused = readable_accent(Look::light, "#ffcc00", "accent");
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().where, "accent");
  const auto proposed = to_string(nearest_readable(Look::light, *parse_colour("#ffcc00")));
  EXPECT_THAT(refused.error().message, ::testing::HasSubstr(proposed));
  EXPECT_TRUE(readable_accent(Look::light, proposed, "accent").has_value());
  EXPECT_FALSE(readable_accent(Look::dark, "#0b5d70", "accent_dark").has_value());
  EXPECT_FALSE(readable_accent(Look::light, "url(x)", "accent").has_value());
}

/// The grounds are copies of the style sheets': this fails where one changes without the other.
TEST(Colour, GroundsAreThoseOfTheStyleSheets) {
  const auto file = [](const char* name) {
    std::ifstream in{std::string{TOCSIN_SOURCE_DIR} + "/web/styles/" + name};
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  };
  const auto light = file("tokens.css"), dark = file("dark.css");
  for (const auto* line : {"--bg: #f4f6f7;", "--surface: #ffffff;", "--surface-2: #edf1f3;"}) {
    EXPECT_THAT(light, ::testing::HasSubstr(line));
  }
  for (const auto* line : {"--bg: #0d1417;", "--surface: #141d21;", "--surface-2: #1c272c;"}) {
    EXPECT_THAT(dark, ::testing::HasSubstr(line));
  }
}

TEST(Colour, SheetHoldsNothingButOurOwnDeclarations) {
  EXPECT_EQ(accent_sheet({}, {}), "");
  const auto sheet = accent_sheet(parse_colour("#0b5d70"), parse_colour("#6ec6d8"));
  EXPECT_THAT(sheet, ::testing::HasSubstr(":root{--accent:#0b5d70;"));
  EXPECT_THAT(sheet, ::testing::HasSubstr("[data-theme=\"dark\"]{--accent:#6ec6d8;"));
}

}  // namespace
}  // namespace tocsin::domain
