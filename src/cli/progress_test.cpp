#include "cli/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ProgressLine, ShowsBarPercentCountAndRate) {
  EXPECT_EQ(progress_line(
                {.label = "Importing", .done = 50, .total = 100, .items = 1500, .noun = "documents", .seconds = 2}, 80),
            "Importing [###################....................]  50%  1,500 documents  750/s");
}

TEST(ProgressLine, FitsEveryWidth) {
  for (int width = 0; width < 200; ++width) {
    for (const std::uint64_t done :
         {std::uint64_t{0}, std::uint64_t{7}, std::uint64_t{1} << 40, ~std::uint64_t{0} / 200}) {
      const auto line = progress_line(
          {.label = "Importing", .done = done, .total = done + 3, .items = done, .noun = "documents", .seconds = 1.5},
          width);
      EXPECT_LE(line.size(), static_cast<std::size_t>(width));
    }
  }
}

TEST(ProgressLine, WithoutTotalShowsBytes) {
  const auto line = progress_line({.label = "Reading", .done = 12'300'000, .seconds = 3}, 80);
  EXPECT_THAT(line, HasSubstr("12.3 MB"));
  EXPECT_THAT(line, HasSubstr("4.1 MB/s"));
  EXPECT_THAT(line, Not(HasSubstr("[")));
}

TEST(ProgressLine, NeverPassesAHundredPercent) {
  EXPECT_THAT(progress_line({.label = "x", .done = 300, .total = 100}, 60), HasSubstr("100%"));
}

}  // namespace
}  // namespace tocsin::cli
