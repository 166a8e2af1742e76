#include "formats/document/document.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/hash.hpp"
#include "formats/feed/html_text.hpp"

namespace tocsin::formats::document {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace std::string_view_literals;

/// "domain pump.example text 3", and what speaks against it.
std::vector<std::string> told(const Document& document) {
  std::vector<std::string> out;
  for (const auto& hit : hits_of(document)) {
    auto line = fmt::format("{} {} {}", threat_text::to_string(hit.found.kind), threat_text::spelled(hit.found),
                            to_string(hit.place));
    if (!hit.name.empty()) line += " " + hit.name;
    if (hit.page > 0) line += fmt::format(" p{}", hit.page);
    if (hit.line > 0) line += fmt::format(" {}", hit.line);
    if (hit.times > 1) line += fmt::format(" x{}", hit.times);
    if (hit.reserve != Reserve::none) line += fmt::format(" {}", to_string(hit.reserve));
    out.push_back(line);
  }
  return out;
}

TEST(Document, FilesAreRecognised) {
  struct Case {
    std::string_view bytes, name, format;
  };
  for (const auto& each :
       {Case{"hello", "", "text"}, Case{"hello", "a.md", "markdown"}, Case{"x", "X.HTM", "html"},
        Case{"  <!DOCTYPE html><p>", "a.txt", "html"}, Case{"<?xml version='1'?><html>", "", "html"},
        Case{"From: a\nTo: b\n\nx", "", "mail"}, Case{"x", "a.eml", "mail"}, Case{"%PDF-1.7\n", "a.txt", "pdf"},
        Case{"\n%PDF-1.7\n\0"sv, "", "pdf"}, Case{"\xFF\xFEp\0"sv, "", "text"}, Case{"", "", "text"}}) {
    EXPECT_EQ(to_string(recognise(each.bytes, each.name).value()), each.format) << each.bytes << " " << each.name;
  }
  EXPECT_FALSE(recognise("PK\x03\x04\0\0"sv, "a.docx"));
  EXPECT_FALSE(read("%PDF-1.7", Format::pdf));
  EXPECT_FALSE(read(std::string(kDocumentBytesMax + 1, 'a'), Format::text));
  for (const auto* name : {"text", "markdown", "html", "mail", "pdf"}) {
    EXPECT_EQ(to_string(parse_format(name).value()), name);
  }
  EXPECT_FALSE(parse_format("docx"));
}

TEST(Document, EachPortIsAHitOfItsOwn) {
  const auto document =
      read("C2 45.66.77.88:443, later 45.66.77.88:8443\n45.66.77[.]88:443 and 45.66.77.88, [2a0e::1]:502, 10.0.0.1:80",
           Format::text)
          .value();
  EXPECT_THAT(told(document),
              ElementsAre("ipv4 45.66.77.88:443 text 1 x2", "ipv4 45.66.77.88:8443 text 1", "ipv4 45.66.77.88 text 2",
                          "ipv6 [2a0e::1]:502 text 2", "ipv4 10.0.0.1:80 text 2 doubtful"));
}

TEST(Document, TextsTellWhatStandsWhere) {
  const auto document =
      read(
          "\n# Grey Heron\nC2 45.66.77[.]88 and pump-c2[.]net, https://heron-blog.net/x\n\n45.66.77.88 10.0.0.1 T0883\n"
          "CVE-2024-12345 CWE-79 hxxp://pump-c2.net/a",
          Format::markdown)
          .value();
  EXPECT_EQ(document.title, "Grey Heron");
  EXPECT_THAT(told(document),
              ElementsAre("ipv4 45.66.77.88 text 3 x2", "domain pump-c2.net text 3",
                          "url https://heron-blog.net/x text 3 plain-link", "ipv4 10.0.0.1 text 5 doubtful",
                          "technique T0883 text 5", "cve CVE-2024-12345 text 6", "cwe CWE-79 text 6 no-part",
                          "url http://pump-c2.net/a text 6"));
}

TEST(Document, HtmlTellsWhereItLeads) {
  const auto document =
      read(
          "<!doctype html><html><head><meta charset=iso-8859-1><TITLE>B\xFCro &amp; Pump</TITLE></head><body>"
          "<p>See <a class=x href = 'http://evil.pump-update.net/a?b=1&amp;c=2'>our bank</a><p>45.66.77[.]88<br>"
          "<img src=https://img.heron.net/i.png><a href=\"mailto:boss@evil-pump.net?subject=x\">mail</a>"
          "<script>var a='http://no.example.org/'</script><a href='/own'>x</a>",
          Format::html)
          .value();
  EXPECT_EQ(document.title, "Büro & Pump");
  EXPECT_THAT(
      told(document),
      ElementsAre("ipv4 45.66.77.88 html 5", "url http://evil.pump-update.net/a?b=1&c=2 link plain-link",
                  "url https://img.heron.net/i.png link plain-link", "email boss@evil-pump.net link plain-link"));
}

TEST(Document, LinksAreFoundInBrokenHtmlToo) {
  using feed::links_of_html;
  EXPECT_THAT(links_of_html("<a href=http://x/>a</a><A HREF=\"ftp://y\" x><a href='http://z"),
              ElementsAre("http://x/", "ftp://y", "http://z"));
  EXPECT_THAT(links_of_html("<!-- <a href=http://x> --><a title='<a href=http://q>' href=&#104;ttp://w>"),
              ElementsAre("http://w"));
  EXPECT_THAT(links_of_html("<a href=/own src=><form action=http://f><"), ElementsAre("http://f"));
  EXPECT_EQ(feed::charset_of_html("<meta http-equiv=x content='text/html; charset=KOI8-R'>"), "KOI8-R");
  EXPECT_EQ(feed::charset_of_html("<meta charset=\"utf-8\"/>"), "utf-8");
  EXPECT_EQ(feed::charset_of_html("charset"), "");
}

TEST(Document, MailsTellTheirLinksTheirFilesAndDoubtTheirHeaders) {
  const auto mail = fmt::format(
      "Received: from evil.pump-update.net ([45.66.77.88])\n by mx.plant-works.net\nFrom: Boss <boss@pump-update.net>\n"
      "Reply-To: x@reply-pump.net\nTo: you@plant.example\nSubject: Bill from pump-bills.net\n"
      "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nPay now\n"
      "--b\nContent-Type: text/html\nContent-Transfer-Encoding: base64\n\n{}\n"
      "--b\nContent-Type: application/zip; name=bill.zip\nContent-Transfer-Encoding: base64\n\n{}\n--b--\n",
      base64_encode("<a href=\"http://login.pump-update.net/b\">https://bank-pump.net/</a>"), base64_encode("PK"));
  const auto document = read(mail, Format::mail).value();
  EXPECT_EQ(document.title, "Bill from pump-bills.net");
  EXPECT_EQ(document.reading(), "Pay now");
  ASSERT_EQ(document.attachments.size(), 1);
  EXPECT_EQ(document.attachments[0].name, "bill.zip");
  EXPECT_EQ(document.attachments[0].sha256, sha256_hex("PK"));
  EXPECT_EQ(document.attachments[0].bytes, 2);
  EXPECT_THAT(
      told(document),
      ElementsAre("url https://bank-pump.net/ html 1", "url http://login.pump-update.net/b link",
                  fmt::format("sha256 {} attachment bill.zip", sha256_hex("PK")),
                  "domain evil.pump-update.net header Received header", "ipv4 45.66.77.88 header Received header",
                  "domain mx.plant-works.net header Received header", "email boss@pump-update.net header From header",
                  "email x@reply-pump.net header Reply-To header", "domain pump-bills.net header Subject"));
}

TEST(Document, PagesOfAPdfAreSaid) {
  const auto document = of_pages({"The report\nCVE-2024-12345", "T0883"}, "");
  EXPECT_EQ(document.title, "The report");
  EXPECT_THAT(told(document), ElementsAre("cve CVE-2024-12345 text p1 2", "technique T0883 text p2 1"));
}

TEST(Document, MuchOfItIsCut) {
  std::string text;
  for (int i = 0; i < 3'000; ++i) text += fmt::format("a{}.pump.example ", i);
  EXPECT_EQ(hits_of(read(text, Format::text).value()).size(), kHitsMax);
  const auto large = read(std::string(threat_text::kTextBytesMax, 'a') + "é pump.example", Format::text).value();
  EXPECT_TRUE(large.cut);
}

}  // namespace
}  // namespace tocsin::formats::document
