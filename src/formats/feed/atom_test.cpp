#include "formats/feed/atom.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"

namespace tocsin::formats::feed {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

AtomFeed small_feed() {
  AtomFeed feed;
  feed.id = "https://cert.example/feeds/advisories.atom";
  feed.title = "Advisories";
  feed.self_url = "https://cert.example/feeds/advisories.atom";
  feed.site_url = "https://cert.example/advisories";
  feed.updated = *parse_rfc3339("2022-06-01T12:30:00Z");
  AtomEntry entry;
  entry.id = "https://cert.example/advisories/EX-1";
  entry.title = "Open door";
  entry.url = "https://cert.example/advisories/EX-1";
  entry.summary = "Close it.";
  entry.author = "Example Pumps";
  entry.updated = *parse_rfc3339("2022-06-01T12:30:00Z");
  entry.published = *parse_rfc3339("2022-05-10T00:00:00Z");
  entry.categories = {"energy", "water"};
  feed.entries.push_back(entry);
  return feed;
}

TEST(WriteAtom, WritesWhatTheStandardAsksFor) {
  EXPECT_EQ(write_atom(small_feed()),
            R"(<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
<id>https://cert.example/feeds/advisories.atom</id>
<title>Advisories</title>
<link rel="self" type="application/atom+xml" href="https://cert.example/feeds/advisories.atom"/>
<link rel="alternate" type="text/html" href="https://cert.example/advisories"/>
<updated>2022-06-01T12:30:00Z</updated>
<author><name>Advisories</name>
</author>
<entry>
<id>https://cert.example/advisories/EX-1</id>
<title>Open door</title>
<link rel="alternate" type="text/html" href="https://cert.example/advisories/EX-1"/>
<updated>2022-06-01T12:30:00Z</updated>
<published>2022-05-10T00:00:00Z</published>
<author><name>Example Pumps</name>
</author>
<category term="energy"/>
<category term="water"/>
<summary>Close it.</summary>
</entry>
</feed>
)");
}

TEST(WriteAtom, LeavesOutWhatIsEmpty) {
  auto feed = small_feed();
  auto& entry = feed.entries.front();
  entry.author.clear();
  entry.summary.clear();
  entry.published.reset();
  entry.categories.clear();
  entry.url.clear();
  const auto xml = write_atom(feed);
  for (const auto* part : {"<published>", "<summary>", "<category", "href=\"\"", "rel=\"next\""}) {
    EXPECT_THAT(xml, Not(HasSubstr(part)));
  }
}

TEST(WriteAtom, LinksTheNextPage) {
  auto feed = small_feed();
  feed.next_url = "https://cert.example/feeds/advisories.atom?q=a&cursor=b";
  EXPECT_THAT(write_atom(feed), HasSubstr("<link rel=\"next\" type=\"application/atom+xml\" "
                                          "href=\"https://cert.example/feeds/advisories.atom?q=a&amp;cursor=b\"/>"));
}

struct Content {
  std::string_view name, text, written;
};
void PrintTo(const Content& each, std::ostream* out) { *out << each.name; }

// XML 1.0 section 2.2 says which characters may stand in a document at all.
constexpr Content kContents[] = {
    {"Plain", "Open door", "Open door"},
    {"Markup", "<b onclick=\"x\">&amp;</b>", "&lt;b onclick=&quot;x&quot;&gt;&amp;amp;&lt;/b&gt;"},
    {"EndOfCdata", "]]>", "]]&gt;"},
    {"TabAndLineEnd", "a\tb\nc", "a\tb\nc"},
    {"ControlCharacters", std::string_view{"a\0b\x01\x1F\x0B", 6}, "ab"},
    {"OtherScripts", "Pumpe \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x94\xA5", "Pumpe \xC3\xA4 \xE2\x82\xAC \xF0\x9F\x94\xA5"},
    {"IllFormedUtf8", "a\xFF\xC3 b\xC0\xAF\x80", "a b"},
    {"Surrogate", "a\xED\xA0\x80z", "az"},
    {"NoCharacters", "a\xEF\xBF\xBE\xEF\xBF\xBFz", "az"},
    {"CutSequence", "a\xF0\x9F\x94", "a"},
};

class AtomContent : public ::testing::TestWithParam<Content> {};
TEST_P(AtomContent, IsWellFormedEverywhere) {
  AtomFeed feed;
  AtomEntry entry;
  const std::string text{GetParam().text};
  feed.id = feed.title = feed.self_url = feed.site_url = feed.next_url = text;
  entry.id = entry.title = entry.url = entry.summary = entry.author = text;
  entry.categories = {text};
  feed.entries.push_back(entry);
  const auto xml = write_atom(feed);
  EXPECT_EQ(text::invalid_utf8_at(xml), std::string::npos);
  const std::string written{GetParam().written};
  for (const auto* element : {"id", "title", "summary", "name"}) {
    EXPECT_THAT(xml, HasSubstr(std::string{"<"} + element + ">" + written + "</" + element + ">"));
  }
  EXPECT_THAT(xml, HasSubstr("href=\"" + written + "\"/>"));
  EXPECT_THAT(xml, HasSubstr("<category term=\"" + written + "\"/>"));
}
INSTANTIATE_TEST_SUITE_P(Rfc4287, AtomContent, ::testing::ValuesIn(kContents),
                         [](const auto& each) { return std::string{each.param.name}; });

}  // namespace
}  // namespace tocsin::formats::feed
