#include "formats/feed/news.hpp"

#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/feed/html_text.hpp"
#include "formats/feed/news_to_stix.hpp"
#include "formats/stix/validate.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::feed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string fixture(std::string_view name) {
  return testing::read_file(std::filesystem::path{TOCSIN_SOURCE_DIR} / "src/formats/feed/testdata" / name);
}

struct HtmlCase {
  std::string_view html, text;
};
void PrintTo(const HtmlCase& each, std::ostream* out) { *out << each.html; }
class TextOfHtml : public ::testing::TestWithParam<HtmlCase> {};
TEST_P(TextOfHtml, Is) { EXPECT_EQ(text_of_html(GetParam().html), GetParam().text); }
const HtmlCase kHtml[] = {
    {"", ""},
    {"plain", "plain"},
    {"  a \n b\t", "a b"},
    {"<p>one</p><p>two</p>", "one\n\ntwo"},
    {"one<br>two<br/>three", "one\ntwo\nthree"},
    {"a<br><br><br><br>b", "a\n\nb"},
    {"<ul><li>one</li><li>two</li></ul>", "- one\n- two"},
    {"x<ul><li></li></ul>", "x"},
    {"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"},
    {"<h1 title='a > b'>Head</h1>text", "Head\n\ntext"},
    {"fish &amp; chips &lt;b&gt; &eacute;&#233;&#xE9; &nbsp; x", "fish & chips <b> ééé x"},
    {"&unknown; & &#0; &#xD800; &#99999999999; &;", "&unknown; & &#0; &#xD800; &#99999999999; &;"},
    {"soft&shy;hyphen", "softhyphen"},
    {"a < b and b > c", "a < b and b > c"},
    {"<script>if (a < b) alert('</p>')</script>after", "after"},
    {"<SCRIPT src=x>hidden</Script >after", "after"},
    {"<style>p { }", ""},
    {"a<!-- <p>hidden</p> -->b", "ab"},
    {"a<!-- never closed", "a"},
    {"<a href=\"https://x.example/?a=1&b=2\">link</a>s", "links"},
    {"<p", ""},
    {"<", "<"},
    {"&lt;script&gt;", "<script>"},
};
INSTANTIATE_TEST_SUITE_P(Feed, TextOfHtml, ::testing::ValuesIn(kHtml));

TEST(News, IsRecognisedByItsRootWhateverStandsBeforeIt) {
  for (const std::string_view before : {"", "<?xml version=\"1.0\"?>", "<!-- <feed> --><?x y?>", "<!DOCTYPE rss>",
                                        "\xEF\xBB\xBF<?xml version='1.0'?>\n"}) {
    EXPECT_TRUE(looks_like_news(std::string{before} + "<rss version=\"2.0\"/>")) << before;
    EXPECT_FALSE(looks_like_news(std::string{before} + "<cvrfdoc/>")) << before;
  }
  // What ends where it begins, or not at all.
  for (const std::string_view broken :
       {"<?>", "<?><rss/>", "<?xml ?><?>", "<!-->", "<!--->", "<?xml", "<!", "<", "<?xml ?><!--"}) {
    EXPECT_FALSE(looks_like_news(broken)) << broken;
  }
}

TEST(TextOfHtml, IsLinear) {
  std::string html;
  for (int i = 0; i < 100'000; ++i) html += "<p a='<!-- &#";
  EXPECT_LE(text_of_html(html).size(), html.size());
  EXPECT_THAT(text_of_html(std::string(500'000, '<')), SizeIs(500'000));
  std::string scripts;
  for (int i = 0; i < 100'000; ++i) scripts += "<script></";
  EXPECT_THAT(text_of_html(scripts), IsEmpty());
}

struct DateCase {
  std::string_view text, read;
};
void PrintTo(const DateCase& each, std::ostream* out) { *out << each.text; }
class NewsDate : public ::testing::TestWithParam<DateCase> {};
TEST_P(NewsDate, IsRead) {
  const auto read = parse_news_date(GetParam().text);
  EXPECT_EQ(read ? format_rfc3339(*read) : "", GetParam().read);
}
const DateCase kDates[] = {
    {"Mon, 09 Feb 2026 13:05:06 +0100", "2026-02-09T12:05:06Z"},
    {"9 Feb 2026 13:05 GMT", "2026-02-09T13:05:00Z"},
    {"Mon, 9 February 2026 13:05:00 EST", "2026-02-09T18:05:00Z"},
    {"Sat, 07 Sep 02 00:00:01 -00:30", "2002-09-07T00:30:01Z"},
    {"Sat, 07 Sep 98 00:00:01 Z", "1998-09-07T00:00:01Z"},
    {"Mon, 09 Feb 2026 23:59:60 UT", "2026-02-09T23:59:59Z"},
    {" 2026-02-09T13:05:06.25+02:00\n", "2026-02-09T11:05:06.250000Z"},
    {"2026-02-09", "2026-02-09T00:00:00Z"},
    {"2026-02-09T13:05Z", "2026-02-09T13:05:00Z"},
    {"2026-02-09T13:05+01:00", "2026-02-09T12:05:00Z"},
    {"Mon, 31 Feb 2026 13:05:00 GMT", ""},
    {"Mon, 09 Feb 2026 25:05:00 GMT", ""},
    {"Mon, 09 Feb 2026 13:05:00 +9900", ""},
    {"Mon, 09 Feb 2026 13:05:00 XYZ", ""},
    {"Mon, 09 Feb 2026", ""},
    {"yesterday", ""},
    {"", ""},
};
INSTANTIATE_TEST_SUITE_P(Feed, NewsDate, ::testing::ValuesIn(kDates));

TEST(News, OfRss2) {
  const auto read = read_news(fixture("advisories.rss.xml"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->title, "Sluice CERT & friends");
  EXPECT_EQ(read->id, "https://cert.example/news");
  ASSERT_THAT(read->entries, SizeIs(2));
  const auto& first = read->entries[0];
  EXPECT_EQ(first.id, "cert.example:1");
  EXPECT_EQ(first.link, "https://cert.example/news/1");
  EXPECT_EQ(first.author, "Duty officer");
  EXPECT_THAT(first.categories, ElementsAre("ICS", "Water"));
  EXPECT_EQ(format_rfc3339(first.published), "2026-02-09T12:05:00Z");
  EXPECT_EQ(first.text,
            "Two faults, cve-2026-11111 and CVE-2026-22222, let anybody open sluices.\n\n- Close the port\n- Update – "
            "soon\n\na < b & c");
  // The date of the feed stands in, the link names it.
  EXPECT_EQ(read->entries[1].id, "https://cert.example/news/2");
  EXPECT_EQ(format_rfc3339(read->entries[1].published), "2026-02-10T08:00:00Z");
  EXPECT_EQ(read->entries[1].text, "Nothing is named.");
  // A link of a script is none, and nothing else names the third.
  ASSERT_THAT(read->refused, SizeIs(1));
  EXPECT_EQ(read->refused[0].where, "25:1");
  EXPECT_THAT(read->refused[0].text, HasSubstr("no id, no link and no title"));
}

TEST(News, OfAtom) {
  const auto read = read_news(fixture("threats.atom.xml"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->title, "Threats & tides");
  EXPECT_EQ(read->id, "urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6");
  EXPECT_EQ(read->link, "https://tides.example/");
  ASSERT_THAT(read->entries, SizeIs(2));
  EXPECT_EQ(read->entries[0].link, "https://tides.example/7");
  EXPECT_THAT(read->entries[0].text, HasSubstr("CVE-2026-11111"));
  EXPECT_THAT(read->entries[0].text, HasSubstr("\nMore later."));
  EXPECT_EQ(format_rfc3339(read->entries[0].published), "2026-01-31T23:00:00Z");
  EXPECT_EQ(format_rfc3339(read->entries[0].updated), "2026-02-03T12:30:00.500000Z");
  EXPECT_THAT(read->entries[0].categories, ElementsAre("Campaign"));
  EXPECT_EQ(read->entries[1].text, "a < b");
  EXPECT_THAT(read->refused, IsEmpty());
}

TEST(News, OfRss1) {
  const auto read = read_news(
      "<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' "
      "xmlns:dc='http://purl.org/dc/elements/1.1/'><channel rdf:about='x'><title>T</title>"
      "<link>https://a.example</link></channel><item rdf:about='https://a.example/1'><title>One</title>"
      "<dc:date>2026-02-09T13:05+01:00</dc:date><dc:subject>PLC</dc:subject><description>d</description></item>"
      "</rdf:RDF>");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_THAT(read->entries, SizeIs(1));
  EXPECT_EQ(read->entries[0].id, "https://a.example/1");
  EXPECT_EQ(read->entries[0].link, "https://a.example/1");
  EXPECT_THAT(read->entries[0].categories, ElementsAre("PLC"));
}

struct BadNews {
  std::string_view bytes, message;
};
TEST(News, SaysWhatIsWrong) {
  const BadNews kBad[] = {
      {"<feed xmlns='http://www.w3.org/2005/Atom'/>", "neither a title nor an id"},
      {"<rss version='2.0'/>", "no channel"},
      {"<html/>", "no feed of news"},
      {"<rss><channel>", ""},
      {"", ""},
  };
  for (const auto& each : kBad) {
    const auto read = read_news(each.bytes);
    ASSERT_FALSE(read) << each.bytes;
    EXPECT_THAT(read.error().message, HasSubstr(std::string{each.message}));
  }
  std::string many = "<rss><channel><title>T</title>";
  for (int i = 0; i < 3; ++i) many += "<item><guid>1</guid></item>";
  const auto read = read_news(many + "</channel></rss>", {.entries_max = 2});
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Error::Code::too_large);
}

TEST(NewsToStix, IsValidAndTheSameEachTime) {
  for (const std::string_view name : {"advisories.rss.xml", "threats.atom.xml"}) {
    const auto news = read_news(fixture(name));
    ASSERT_TRUE(news);
    const auto made = news_to_stix(*news);
    EXPECT_EQ(made.reports, 2U);
    const auto bundle = write_news_bundle(*news, made);
    stix::Validator validator{stix::ReadLimits{}};
    const auto verdict = validator.validate(bundle);
    for (const auto& each : verdict.findings) ADD_FAILURE() << each.path << ' ' << each.message;
    EXPECT_EQ(bundle, write_news_bundle(*news, news_to_stix(*news)));
  }
}

TEST(NewsToStix, NamesVulnerabilitiesAndChangesByVersion) {
  auto news = *read_news(fixture("advisories.rss.xml"));
  const auto parse = [](const std::string& object) { return json::parse(object).value(); };
  const auto made = news_to_stix(news);
  ASSERT_THAT(made.objects, SizeIs(5));
  const auto identity = parse(made.objects[0]), vulnerability = parse(made.objects[1]), report = parse(made.objects[3]),
             other = parse(made.objects[4]);
  EXPECT_EQ(identity.root().at("name"), "Sluice CERT & friends");
  EXPECT_EQ(vulnerability.root().at("name"), "CVE-2026-11111");
  EXPECT_EQ(report.root().at("object_refs").as_array().size(), 2U);
  EXPECT_EQ(report.root().at("object_refs").at(0), vulnerability.root().at("id"));
  EXPECT_EQ(report.root().at("created_by_ref"), identity.root().at("id"));
  EXPECT_EQ(report.root().at("published"), "2026-02-09T12:05:00.000Z");
  const auto& references = report.root().at("external_references").as_array();
  ASSERT_THAT(references, SizeIs(3));
  EXPECT_EQ(references[0].at("url"), "https://cert.example/news/1");
  EXPECT_EQ(references[0].at("external_id"), "cert.example:1");
  EXPECT_EQ(other.root().at("object_refs").at(0), identity.root().at("id"));
  // What is said later of the same entry is a version of the same report; the same CVE elsewhere the same object.
  news.entries[0].title = "Worse than that";
  news.entries[0].updated.micros += 60'000'000;
  const auto later = parse(news_to_stix(news).objects[3]);
  EXPECT_EQ(later.root().at("id"), report.root().at("id"));
  EXPECT_EQ(later.root().at("created"), report.root().at("created"));
  EXPECT_EQ(later.root().at("modified"), "2026-02-09T12:06:00.000Z");
  const auto atom = news_to_stix(*read_news(fixture("threats.atom.xml")));
  EXPECT_EQ(parse(atom.objects[1]).root().at("id"), vulnerability.root().at("id"));
  // Twice in one feed: once.
  news.entries.push_back(news.entries[0]);
  EXPECT_EQ(news_to_stix(news).reports, 2U);
}

}  // namespace
}  // namespace tocsin::formats::feed
