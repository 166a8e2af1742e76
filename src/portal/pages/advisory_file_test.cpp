#include "portal/pages/advisory_file.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>

#include "base/text.hpp"
#include "portal/app_fixture.hpp"

/// Advisories as files: alone, and as downloads of the portal.
namespace tocsin::portal {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string file_bytes(const std::filesystem::path& path) {
  std::ifstream file{std::filesystem::path{TOCSIN_SOURCE_DIR} / path, std::ios::binary};
  return {std::istreambuf_iterator<char>{file}, {}};
}

pages::ReadAdvisory read(const std::filesystem::path& path) {
  auto read = pages::read_document(file_bytes(path));
  EXPECT_TRUE(read.has_value()) << path << read.error().to_string();
  return std::move(read).value();
}

TEST(AdvisoryFile, StandsAlone) {
  for (const auto* path : {"src/formats/csaf/testdata/full-2.0.json", "src/formats/csaf/testdata/full-2.1.json",
                           "src/formats/csaf/testdata/hostile-2.0.json", "demo/advisories/tdc-2025-001-v3.json"}) {
    SCOPED_TRACE(path);
    const auto html = pages::advisory_file_html(read(path), domain::Tlp::amber_strict);
    for (const auto* refused : {"<script", "<link", "<img", "<iframe", "<object", "<base", " src=\"", "url(", "@import",
                                "href=\"javascript", "<svg", "href=\"/", "action="}) {
      EXPECT_FALSE(text::contains(html, refused)) << refused;
    }
    EXPECT_THAT(html, HasSubstr("Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\""));
    EXPECT_THAT(html, HasSubstr("@top-right{content:\"TLP:AMBER+STRICT\""));
    EXPECT_THAT(html, HasSubstr("@bottom-right{content:\"TLP:AMBER+STRICT\""));
  }
}

TEST(AdvisoryFile, IsNotMarkedWhereTheDocumentIsNot) {
  const auto html = pages::advisory_file_html(read("demo/advisories/tdc-2025-001-v3.json"), std::nullopt);
  EXPECT_THAT(html, Not(HasSubstr("TLP:")));
  EXPECT_THAT(html, Not(HasSubstr("@page{")));
}

struct LabelCase {
  std::string_view label;
  std::optional<domain::Tlp> tlp;
};
TEST(AdvisoryFile, TakesTheMarkingThatTheDocumentStates) {
  constexpr LabelCase kCases[] = {{"", std::nullopt},
                                  {"WHITE", domain::Tlp::clear},
                                  {"CLEAR", domain::Tlp::clear},
                                  {"GREEN", domain::Tlp::green},
                                  {"AMBER", domain::Tlp::amber},
                                  {"AMBER+STRICT", domain::Tlp::amber_strict},
                                  {"RED", domain::Tlp::red}};
  formats::csaf::Advisory advisory;
  for (const auto& each : kCases) {
    advisory.header.tlp_label = each.label;
    const auto tlp = pages::stated_tlp(advisory);
    ASSERT_TRUE(tlp.has_value()) << each.label;
    EXPECT_EQ(*tlp, each.tlp) << each.label;
  }
  for (const auto* label : {"PURPLE", "TLP", "AMBER STRICT+"}) {
    advisory.header.tlp_label = label;
    const auto tlp = pages::stated_tlp(advisory);
    ASSERT_FALSE(tlp.has_value()) << label;
    EXPECT_EQ(tlp.error().code, Error::Code::invalid_input);
    EXPECT_EQ(tlp.error().where, "/document/distribution/tlp/label");
  }
}

TEST(AdvisoryFile, NamesAreSafe) {
  formats::csaf::Advisory advisory;
  advisory.header.tracking_id = "../A b\"\r\n.pdf";
  EXPECT_EQ(pages::export_file_name(advisory, "pdf"), "_a_b_pdf.pdf");
}

class AdvisoryDownloads : public testing::PortalTest {};

TEST_P(AdvisoryDownloads, AreWhatTheCommandLineMakes) {
  const auto reply = get("/api/v1/advisories/TDC-2025-001/document.html");
  EXPECT_EQ(reply.status, 200);
  EXPECT_EQ(reply.header("content-type"), "text/html; charset=utf-8");
  EXPECT_EQ(reply.header("content-disposition"), "attachment; filename=\"tdc-2025-001.html\"");
  EXPECT_EQ(reply.body, pages::advisory_file_html(read("demo/advisories/tdc-2025-001-v3.json"), domain::Tlp::clear));
  const auto older = get("/api/v1/advisories/TDC-2025-001/revisions/1/document.html");
  EXPECT_EQ(older.body, pages::advisory_file_html(read("demo/advisories/tdc-2025-001-v1.json"), domain::Tlp::clear));
}

TEST_P(AdvisoryDownloads, PdfsAreCachedByETag) {
  for (const auto* target :
       {"/api/v1/advisories/TDC-2025-001/document.pdf", "/api/v1/advisories/TDC-2025-001/revisions/2/document.pdf"}) {
    const auto reply = get(target);
    EXPECT_EQ(reply.status, 200) << target;
    EXPECT_EQ(reply.header("content-type"), "application/pdf");
    EXPECT_EQ(reply.header("content-disposition"), "attachment; filename=\"tdc-2025-001.pdf\"");
    EXPECT_EQ(reply.header("cache-control"), "no-cache");
    EXPECT_TRUE(reply.body.starts_with("%PDF-1."));
    const auto etag = std::string{reply.header("etag")};
    ASSERT_FALSE(etag.empty());
    start();
    EXPECT_EQ(get(target, "If-None-Match: " + etag + "\r\n").status, 304) << target;
  }
}

TEST_P(AdvisoryDownloads, AreLinkedFromThePage) {
  const auto page = get("/advisories/TDC-2025-001", "Accept: text/html\r\n").body;
  EXPECT_THAT(page, HasSubstr("href=\"/api/v1/advisories/TDC-2025-001/document.pdf\""));
  EXPECT_THAT(page, HasSubstr("href=\"/api/v1/advisories/TDC-2025-001/document.html\""));
  const auto older = get("/advisories/TDC-2025-001/revisions/1", "Accept: text/html\r\n").body;
  EXPECT_THAT(older, HasSubstr("href=\"/api/v1/advisories/TDC-2025-001/revisions/1/document.pdf\""));
}

TEST_P(AdvisoryDownloads, WhatIsNotThereIs404AndWhatIsNotAskedFor400) {
  for (const auto* ending : {"html", "pdf"}) {
    const auto absent = fmt::format("/api/v1/advisories/NOTHING/document.{}", ending);
    EXPECT_EQ(get(absent).status, 404);
    const auto revision = fmt::format("/api/v1/advisories/TDC-2025-001/revisions/99/document.{}", ending);
    EXPECT_EQ(get(revision).status, 404);
    EXPECT_EQ(get(fmt::format("/api/v1/advisories/TDC-2025-001/document.{}?size=a4", ending)).status, 400);
  }
}

TOCSIN_ON_BOTH_DATABASES(AdvisoryDownloads);

}  // namespace
}  // namespace tocsin::portal
