#include "portal/html/safe.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/threat_text/references.hpp"

namespace tocsin::portal::html {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct TextCase {
  const char* name;
  std::string_view text, html;
};
void PrintTo(const TextCase& each, std::ostream* out) { *out << each.name; }

constexpr TextCase kEscapes[] = {
    {"Nothing", "", ""},
    {"Plain", "Vendor S7-1500 (all)", "Vendor S7-1500 (all)"},
    {"Markup", "<b a=\"1\" c='2'>&amp;", "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;"},
    {"LettersOfTheWorld", "Geutebrück 东方 😀", "Geutebrück 东方 😀"},
    {"IllFormed", "a\xFF\xC3(b\xE2\x82", "a\xEF\xBF\xBD\xEF\xBF\xBD(b\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"OverlongSlashIsNoSlash", "\xC0\xAF", "\xEF\xBF\xBD\xEF\xBF\xBD"},
    {"Controls", std::string_view{"a\0b\x1B[31mc\x7F", 9}, "ab[31mc"},
    {"BlanksStay", "a\tb\r\nc", "a\tb\r\nc"},
    {"C1Controls",
     "a\xC2\x85"
     "b\xC2\xA0"
     "c",
     "ab\xC2\xA0"
     "c"},
    {"SpecialAtTheEnd", "a<", "a&lt;"},
};
class Escape : public testing::TestWithParam<TextCase> {};
TEST_P(Escape, MakesTextOfIt) { EXPECT_EQ(escaped(GetParam().text), GetParam().html); }
INSTANTIATE_TEST_SUITE_P(Html, Escape, testing::ValuesIn(kEscapes), [](const auto& each) { return each.param.name; });

struct UrlCase {
  std::string_view text;
  bool good;
};
void PrintTo(const UrlCase& each, std::ostream* out) { *out << each.text; }
constexpr UrlCase kUrls[] = {
    {"https://www.cisa.gov/ics", true},
    {"http://vendor.example", true},
    {"HTTPS://vendor.example/a?b=c&d=%20#e", true},
    {"  https://vendor.example/a  ", true},
    {"https://vendor.example:8443/ä", true},
    {"https://[2001:db8::1]/", true},
    {"mailto:psirt@vendor.example", true},
    {"", false},
    {"vendor.example", false},
    {"/advisories", false},
    {"javascript:alert(1)", false},
    {"JAVASCRIPT:alert(1)", false},
    {"java\tscript:alert(1)", false},
    {"\x01javascript:alert(1)", false},
    {"data:text/html;base64,xx", false},
    {"vbscript:x", false},
    {"file:///etc/passwd", false},
    {"ftp://vendor.example", false},
    {"https:vendor.example", false},
    {"https:/vendor.example", false},
    {"https://", false},
    {"https://:80/", false},
    {"https:///path", false},
    {"https://bank.example@evil.example/", false},
    {"https:\\\\evil.example", false},
    {"https://a b", false},
    {"https://a\"onclick=x", false},
    {"https://a<b>", false},
    {"mailto:", false},
    {"mailto:?body=x", false},
    {"https://\xFF.example", false},
};
class ExternalUrl : public testing::TestWithParam<UrlCase> {};
TEST_P(ExternalUrl, IsCheckedByScheme) { EXPECT_EQ(!Url::external(GetParam().text).empty(), GetParam().good); }
INSTANTIATE_TEST_SUITE_P(Html, ExternalUrl, testing::ValuesIn(kUrls));

TEST(ExternalUrlLength, IsBounded) {
  const std::string start = "https://vendor.example/";
  EXPECT_FALSE(Url::external(start + std::string(2000 - start.size(), 'a')).empty());
  EXPECT_TRUE(Url::external(start + std::string(2001 - start.size(), 'a')).empty());
}

constexpr TextCase kParagraphs[] = {
    {"Nothing", "", ""},
    {"OnlyBlanks", " \n\n  \n", ""},
    {"One", "One line.", "<p>One line.</p>"},
    {"TwoParagraphs", "One.\n\nTwo.", "<p>One.</p><p>Two.</p>"},
    {"LineEnds", "One.\r\nTwo.", "<p>One.<br>Two.</p>"},
    {"List", "Do:\n- first\n- second\nThen go.", "<p>Do:</p><ul><li>first</li><li>second Then go.</li></ul>"},
    {"BulletList", "• a\n•b\n\nc", "<ul><li>a</li><li>b</li></ul><p>c</p>"},
    {"StarsAreNotAlwaysLists", "*bold* text\n-5 degrees", "<p>*bold* text<br>-5 degrees</p>"},
    {"Markup", "<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>"},
    {"Link", "See https://a.example/x?y=1&z=2.",
     "<p>See <a href=\"https://a.example/x?y=1&amp;z=2\" rel=\"noopener noreferrer nofollow\">"
     "https://a.example/x?y=1&amp;z=2</a>.</p>"},
    {"LinkInBrackets", "(https://a.example/b_(c))",
     "<p>(<a href=\"https://a.example/b_(c)\" rel=\"noopener noreferrer nofollow\">https://a.example/b_(c)</a>)</p>"},
    {"HostileLink", "http://\"onclick=alert(1)", "<p>http://&quot;onclick=alert(1)</p>"},
    {"TwoLinks", "http://a.example, http://b.example",
     "<p><a href=\"http://a.example\" rel=\"noopener noreferrer nofollow\">http://a.example</a>, "
     "<a href=\"http://b.example\" rel=\"noopener noreferrer nofollow\">http://b.example</a></p>"},
    {"OtherSchemesAreText", "javascript:alert(1) ftp://x", "<p>javascript:alert(1) ftp://x</p>"},
};
class Paragraphs : public testing::TestWithParam<TextCase> {};
TEST_P(Paragraphs, AreMadeOfPlainText) { EXPECT_EQ(paragraphs(GetParam().text).str(), GetParam().html); }
INSTANTIATE_TEST_SUITE_P(Html, Paragraphs, testing::ValuesIn(kParagraphs),
                         [](const auto& each) { return each.param.name; });

constexpr TextCase kMarkdown[] = {
    {"Paragraph", "Some *text*.", "<p>Some <em>text</em>.</p>\n"},
    {"OwnLink", "[help](/help/search)", "<p><a href=\"/help/search\">help</a></p>\n"},
    {"OtherLink", "[x](https://a.example/)",
     "<p><a rel=\"noopener noreferrer nofollow\" href=\"https://a.example/\">x</a></p>\n"},
    {"ScriptLink", "[*x*](javascript:alert(1))", "<p><em>x</em></p>\n"},
    {"DataLink", "[x](data:image/png;base64,AAAA)", "<p>x</p>\n"},
    {"OtherHostWithoutScheme", "[x](//evil.example)", "<p>x</p>\n"},
    {"Image", "![a picture](https://a.example/x.png)", "<p>a picture</p>\n"},
    {"ImageInLink", "[![a](https://a.example/x.png)](https://a.example/)",
     "<p><a rel=\"noopener noreferrer nofollow\" href=\"https://a.example/\">a</a></p>\n"},
    {"Strikethrough", "~~old~~", "<p><del>old</del></p>\n"},
};
class Markdown : public testing::TestWithParam<TextCase> {};
TEST_P(Markdown, IsRestrained) { EXPECT_EQ(markdown(GetParam().text).str(), GetParam().html); }
INSTANTIATE_TEST_SUITE_P(Html, Markdown, testing::ValuesIn(kMarkdown),
                         [](const auto& each) { return each.param.name; });

Url at(const formats::threat_text::Reference& reference) { return Url::own("/at/" + reference.id); }

#define TOCSIN_CAMPAIGN "campaign--11111111-2222-4333-8444-555555555555"
#define TOCSIN_MALWARE "malware--11111111-2222-4333-8444-555555555555"
#define TOCSIN_LINK(id) "<a href=\"/at/" id "\">" id "</a>"
constexpr TextCase kReferences[] = {
    {"BareIds", "Uses T0855, T1078.004 (CVE-2024-1234).",
     "<p>Uses " TOCSIN_LINK("T0855") ", " TOCSIN_LINK("T1078.004") " (" TOCSIN_LINK("CVE-2024-1234") ").</p>\n"},
    {"StixIds", TOCSIN_CAMPAIGN " and " TOCSIN_MALWARE ".",
     "<p>" TOCSIN_LINK(TOCSIN_CAMPAIGN) " and " TOCSIN_LINK(TOCSIN_MALWARE) ".</p>\n"},
    {"StixIdAsTarget", "[x](" TOCSIN_CAMPAIGN ")", "<p><a href=\"/at/" TOCSIN_CAMPAIGN "\">x</a></p>\n"},
    {"StixIdIsLowerCase", "[x](Campaign--11111111-2222-4333-8444-555555555555)", "<p>x</p>\n"},
    {"CveAsTarget", "[*x*](cve-2024-1234)", "<p><a href=\"/at/CVE-2024-1234\"><em>x</em></a></p>\n"},
    {"TargetElsewhere", "[x]\n\n[x]: T0855", "<p><a href=\"/at/T0855\">x</a></p>\n"},
    {"OneIdBehindAnother", "[T0855](" TOCSIN_CAMPAIGN ")", "<p><a href=\"/at/" TOCSIN_CAMPAIGN "\">T0855</a></p>\n"},
    {"CodeSpan", "`T0855` T0856", "<p><code>T0855</code> " TOCSIN_LINK("T0856") "</p>\n"},
    {"CodeBlock", "```\nT0855\n```", "<pre><code>T0855\n</code></pre>\n"},
    {"IndentedCode", "    T0855", "<pre><code>T0855\n</code></pre>\n"},
    {"InLink", "[*T0855*](/help)", "<p><a href=\"/help\"><em>T0855</em></a></p>\n"},
    {"InAddress", "https://a.example/CVE-2024-1234",
     "<p><a rel=\"noopener noreferrer nofollow\" href=\"https://a.example/CVE-2024-1234\">"
     "https://a.example/CVE-2024-1234</a></p>\n"},
    {"InAddressMadeHarmless", "hxxps://a[.]example/T0855", "<p>hxxps://a[.]example/T0855</p>\n"},
    {"InWord", "XT0855 T0855X T0855_a", "<p>XT0855 T0855X T0855_a</p>\n"},
    {"Emphasis", "**T0855** _T0856_",
     "<p><strong>" TOCSIN_LINK("T0855") "</strong> <em>" TOCSIN_LINK("T0856") "</em></p>\n"},
    {"Heading", "# T0855", "<h1>" TOCSIN_LINK("T0855") "</h1>\n"},
    {"OtherHyphens", "CVE&#8209;2024\u20111234", "<p><a href=\"/at/CVE-2024-1234\">CVE\u20112024\u20111234</a></p>\n"},
    {"EscapedMarkup", "&lt;T0855&gt; \\<T0856\\>",
     "<p>&lt;" TOCSIN_LINK("T0855") "&gt; &lt;" TOCSIN_LINK("T0856") "&gt;</p>\n"},
    {"RawMarkup", "a <b title=\"T0855\">T0856</b>",
     "<p>a <!-- raw HTML omitted -->" TOCSIN_LINK("T0856") "<!-- raw HTML omitted --></p>\n"},
    {"Image", "![T0855](https://a.example/x.png)", "<p>" TOCSIN_LINK("T0855") "</p>\n"},
    {"RefusedTarget", "[T0855](javascript:alert(1))", "<p>" TOCSIN_LINK("T0855") "</p>\n"},
};
class MarkdownReferences : public testing::TestWithParam<TextCase> {};
TEST_P(MarkdownReferences, BecomeLinks) { EXPECT_EQ(markdown(GetParam().text, &at).str(), GetParam().html); }
INSTANTIATE_TEST_SUITE_P(Html, MarkdownReferences, testing::ValuesIn(kReferences),
                         [](const auto& each) { return each.param.name; });

TEST(MarkdownReferencesInBulk, StayWithinReason) {
  EXPECT_EQ(markdown("T0855 [x](" TOCSIN_CAMPAIGN ")").str(), "<p>T0855 x</p>\n");
  EXPECT_THAT(markdown("|a|\n|-|\n|T0855|\n", &at).str(), HasSubstr("<td>" TOCSIN_LINK("T0855") "</td>"));
  std::string text;
  for (int i = 0; i < 2'001; ++i) text += i % 2 == 0 ? "T0855 " : "T0855\n";
  const auto html = markdown(text + "end", &at).str();
  EXPECT_THAT(html, HasSubstr("</a>\nT0855 end</p>")) << html.substr(html.size() - 200);
}

TEST(MarkdownOfOthers, HasNoMarkupOfItsOwn) {
  const auto html =
      markdown("<script>alert(1)</script>\n\ntext <img src=x onerror=alert(1)> [a](<java&#115;cript:alert(1)>)").str();
  EXPECT_THAT(html, Not(HasSubstr("<script")));
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  EXPECT_THAT(html, Not(HasSubstr("script:")));
}

TEST(MarkdownOfOthers, KeepsTablesWithinReason) {
  EXPECT_THAT(markdown("|a|b|\n|-|-|\n|1|2|\n").str(), HasSubstr("<td>1</td>"));
  // Quadratic in columns in the library: beyond the limit it is text.
  const std::string wide(1001, '|');
  EXPECT_THAT(markdown(wide + "\n" + wide).str(), HasSubstr("<p>|||"));
  const std::string fits(1000, '|');
  EXPECT_THAT(markdown(fits).str(), HasSubstr("|||"));
}

}  // namespace
}  // namespace tocsin::portal::html
