#include "portal/pages/exposure_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"

namespace tocsin::portal::pages {
namespace {

using engine::exposure::Status;
using ::testing::HasSubstr;
using ::testing::Not;

ExposureLine line(std::size_t row, Status status, double confidence, std::string asset, std::string site) {
  ExposureLine line{.row = row,
                    .asset = std::move(asset),
                    .site = std::move(site),
                    .address = "10.0.0.1",
                    .advisory = "TDC-2025-001",
                    .decision = "Next outage",
                    .match = {}};
  line.match.status = status;
  line.match.confidence = confidence;
  line.match.cves = {"CVE-1900-0101", "CVE-1900-0102"};
  line.match.because = "affected because 2.3 is in \"< 2.4\"";
  if (status == Status::undecidable) line.match.question = "Which version is installed?";
  return line;
}

Exposure exposure() {
  return {
      .made = *parse_rfc3339("2025-03-01T12:00:00Z"),
      .inventory = "plant.xlsx",
      .assets = 1200,
      .advisories = 1,
      .lists_all = true,
      .lines = {line(3, Status::fixed, 0.9, "Fixed one", "Hall 2"), line(2, Status::undecidable, 0.6, "Open one", ""),
                line(7, Status::affected, 0.8, "Less sure", "Hall 1"),
                line(9, Status::affected, 0.97, "Most urgent", "Hall 1"),
                line(9, Status::affected, 0.7, "<script>alert(1)</script>", "Hall 1")}};
}

TEST(ExposureFile, SortsByUrgencyAndSaysWhy) {
  const auto html = exposure_file_html(exposure());
  std::size_t at = 0;
  for (const auto* next :
       {"1,200 assets of plant.xlsx against 1 advisory", "<b>2</b><span>Affected", "<b>1</b><span>To be decided",
        "By site", "Hall 1", "<h2>Affected", "Most urgent", "97 %", "Less sure", "<h2>To be decided", "Open one",
        "Which version is installed?", "<h2>Fixed", "Fixed one"}) {
    const auto found = html.find(next, at);
    ASSERT_NE(found, std::string::npos) << next;
    at = found;
  }
  EXPECT_THAT(html, HasSubstr("CVE-1900-0101, CVE-1900-0102"));
  EXPECT_THAT(html, HasSubstr("To do: <strong>Next outage</strong>"));
  EXPECT_THAT(html, Not(HasSubstr("<h2>Not affected")));
  auto urgent = exposure();
  urgent.lists_all = false;
  const auto shorter = exposure_file_html(urgent);
  EXPECT_THAT(shorter, Not(HasSubstr("Fixed one")));
  EXPECT_THAT(shorter, HasSubstr("<b>1</b><span>Fixed")) << "counted is everything";
  EXPECT_EQ(html, exposure_file_html(exposure())) << "the same exposure gives the same bytes";
}

TEST(ExposureFile, StandsAloneWhateverTheInventorySays) {
  const auto html = exposure_file_html(exposure());
  for (const auto* refused :
       {"<script", "<link", "<img", "<iframe", " src=\"", "url(", "@import", "href=\"/", "action="}) {
    EXPECT_FALSE(text::contains(html, refused)) << refused;
  }
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;"));
  EXPECT_THAT(exposure_file_html({}), HasSubstr("No advisory speaks of anything"));
}

}  // namespace
}  // namespace tocsin::portal::pages
