#include "portal/html/template.hpp"

#include <gtest/gtest.h>

#include "portal/testing/other_catalogue.hpp"

namespace tocsin::portal::html {
namespace {

/// Does `render<S>(out, Args...)` compile?
template <Literal S, class... Args>
constexpr bool compiles = requires(std::string& out, const Args&... arguments) { render<S>(out, arguments...); };
template <Literal S>
constexpr Fault fault = detail::kParsed<S>.fault;

constexpr std::string_view kHostile = "\"><script>alert('x')</script>&{}";
constexpr std::string_view kHostileEscaped = "&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;{}";

TEST(Template, FillsHolesInOrder) {
  std::string out = "before ";
  render<"<a href=\"{}\">{}</a> is {} of {}.">(out, Url::own("/about?a=1&b=2"), "Somewhere", 3, std::size_t{4});
  EXPECT_EQ(out, "before <a href=\"/about?a=1&amp;b=2\">Somewhere</a> is 3 of 4.");
}

TEST(Template, EscapesTextEverywhere) {
  const auto text = fragment<"<p>{}</p>">(kHostile);
  EXPECT_EQ(text.str(), "<p>" + std::string{kHostileEscaped} + "</p>");
  const auto attribute = fragment<"<p title=\"{}\" lang='{}'>x</p>">(kHostile, kHostile);
  EXPECT_EQ(attribute.str(),
            "<p title=\"" + std::string{kHostileEscaped} + "\" lang='" + std::string{kHostileEscaped} + "'>x</p>");
  const auto title = fragment<"<title>{} - {}</title>">("</title><script>", 1);
  EXPECT_EQ(title.str(), "<title>&lt;/title&gt;&lt;script&gt; - 1</title>");
}

TEST(Template, HtmlStandsAsItIsInTextOnly) {
  const auto inner = fragment<"<b>{}</b>">("<x>");
  EXPECT_EQ(fragment<"<p>{}</p>">(inner).str(), "<p><b>&lt;x&gt;</b></p>");
  static_assert(compiles<"<p>{}</p>", Html>);
  static_assert(!compiles<"<p title=\"{}\">x</p>", Html>);
  static_assert(!compiles<"<title>{}</title>", Html>);
  static_assert(!compiles<"<textarea>{}</textarea>", Html>);
}

TEST(Template, DoubledBracesAreBraces) {
  EXPECT_EQ((fragment<"{{{}}} {{}} a">("x").str()), "{x} {} a");
  static_assert(fault<"a { b"> == Fault::single_brace);
  static_assert(fault<"a } b"> == Fault::single_brace);
  static_assert(fault<"{0}"> == Fault::single_brace);
}

TEST(Template, HostileUrlsNeverReachALink) {
  for (const auto* hostile : {"javascript:alert(1)", "JaVaScRiPt:alert(1)", " javascript:alert(1)", "data:text/html,x",
                              "vbscript:x", "//evil.example", "java\nscript:x", "https://"}) {
    EXPECT_EQ(fragment<"<a href=\"{}\">x</a>">(Url::external(hostile)).str(), "<a href=\"\">x</a>") << hostile;
  }
}

TEST(Template, UrlAttributesTakeOnlyUrls) {
  static_assert(compiles<"<a href=\"{}\">x</a>", Url>);
  static_assert(!compiles<"<a href=\"{}\">x</a>", std::string>);
  static_assert(!compiles<"<a HREF='{}'>x</a>", std::string_view>);
  static_assert(!compiles<"<img src=\"{}\">", const char*>);
  static_assert(!compiles<"<form action=\"{}\">", std::string>);
  static_assert(!compiles<"<button formaction=\"{}\">", std::string>);
  static_assert(!compiles<"<a href=\"{}\">x</a>", int>);
  static_assert(!compiles<"<p>{}</p>", Url>);
  static_assert(!compiles<"<p title=\"{}\">x</p>", Url>);
  // A part of a URL would have to be encoded, not escaped.
  static_assert(fault<"<a href=\"/advisories/{}\">x</a>"> == Fault::hole_in_part_of_url);
  static_assert(fault<"<a href=\"{}?q=1\">x</a>"> == Fault::hole_in_part_of_url);
  static_assert(fault<"<a href=\"{}{}\">x</a>"> == Fault::hole_in_part_of_url);
  static_assert(fault<"<a href=\" {}\">x</a>"> == Fault::hole_in_part_of_url);
  // But for fragments of the same page, which cannot change scheme or host.
  EXPECT_EQ(fragment<"<a href=\"#{}\">x</a>">("a\"b").str(), "<a href=\"#a&quot;b\">x</a>");
  static_assert(!compiles<"<a href=\"#{}\">x</a>", Url>);
}

TEST(Template, TwoAttributesWithUrlsAreTwoWholeValues) {
  EXPECT_EQ((fragment<"<a href=\"{}\"><img src=\"{}\" alt=\"\"></a>">(Url::own("/a"), Url::own("/b")).str()),
            "<a href=\"/a\"><img src=\"/b\" alt=\"\"></a>");
}

TEST(Template, RefusesDangerousPlaces) {
  static_assert(fault<"<script>var x = {};</script>"> == Fault::hole_in_raw_text);
  static_assert(fault<"<SCRIPT src='x'>{}</SCRIPT>"> == Fault::hole_in_raw_text);
  static_assert(fault<"<script>if (a</b) {}</script>"> == Fault::hole_in_raw_text);
  static_assert(fault<"<style>a{{color:{}}}</style>"> == Fault::hole_in_raw_text);
  static_assert(fault<"<iframe>{}</iframe>"> == Fault::hole_in_raw_text);
  static_assert(fault<"<a onclick=\"{}\">x</a>"> == Fault::hole_in_event_handler);
  static_assert(fault<"<a OnClick=\"f({})\">x</a>"> == Fault::hole_in_event_handler);
  static_assert(fault<"<p style=\"color:{}\">x</p>"> == Fault::hole_in_style);
  static_assert(fault<"<iframe srcdoc=\"{}\"></iframe>"> == Fault::hole_in_style);
  static_assert(fault<"<img srcset=\"{} 2x\">"> == Fault::hole_in_style);
  static_assert(fault<"<meta http-equiv=\"{}\" content=\"x\">"> == Fault::hole_in_style);
  static_assert(fault<"<a title={}>x</a>"> == Fault::hole_without_quotes);
  static_assert(fault<"<a title=a{}>x</a>"> == Fault::hole_without_quotes);
  static_assert(fault<"<!-- {} -->"> == Fault::hole_in_comment);
  static_assert(fault<"<!doctype {}>"> == Fault::hole_in_comment);
  static_assert(fault<"<{}>"> == Fault::bare_less_than);
  static_assert(fault<"<h{}>"> == Fault::hole_in_name);
  static_assert(fault<"</{}>"> == Fault::hole_in_name);
  static_assert(fault<"<a data-{}=\"1\">"> == Fault::hole_in_name);
  static_assert(fault<"a < b {}"> == Fault::bare_less_than);
  static_assert(fault<"<a href=\""> == Fault::ends_inside_tag);
  static_assert(fault<"<a"> == Fault::ends_inside_tag);
  static_assert(fault<"<script>"> == Fault::ends_inside_tag);
  static_assert(fault<"<!-- x"> == Fault::ends_inside_tag);
  static_assert(!compiles<"<script>{}</script>", int>);
  static_assert(!compiles<"<!-- {} -->", int>);
}

TEST(Template, AcceptsWhatIsInOrder) {
  static_assert(fault<"<ul>"> == Fault::none);
  static_assert(fault<"</ul>"> == Fault::none);
  static_assert(fault<"<!doctype html><html lang=\"{}\"><!-- x --><br/>{}"> == Fault::none);
  static_assert(fault<"<script src=\"/a.js\"></script><p>{}</p>"> == Fault::none);
  static_assert(fault<"<input value='a>b' disabled><p>{}</p>"> == Fault::none);
  static_assert(fault<"<a title = \"{}\" >x</a >"> == Fault::none);
  static_assert(fault<"<textarea><b>{}</b></textarea>{}"> == Fault::none);
  static_assert(detail::kParsed<"<textarea><b>{}</b></textarea>{}">.place[0] == Place::plain_text);
  static_assert(detail::kParsed<"<textarea><b>{}</b></textarea>{}">.place[1] == Place::text);
}

TEST(Template, CountsAndTypesOfArguments) {
  static_assert(compiles<"{}", std::string> && compiles<"{}", std::string_view> && compiles<"{}", const char*>);
  static_assert(compiles<"{}", int> && compiles<"{}", long> && compiles<"{}", std::size_t>);
  static_assert(!compiles<"{}">);
  static_assert(!compiles<"{}", int, int>);
  static_assert(!compiles<"x", int>);
  static_assert(!compiles<"{}", bool>);
  static_assert(!compiles<"{}", char>);
  static_assert(!compiles<"{}", double>);
  static_assert(!compiles<"{}", const void*>);
  EXPECT_EQ((fragment<"{}/{}">(-5, 18'446'744'073'709'551'615U).str()), "-5/18446744073709551615");
}

TEST(Template, AttributesMayBeAbsent) {
  EXPECT_EQ(fragment<"<input {}>">(attribute_if<"checked">(true)).str(), "<input checked>");
  EXPECT_EQ(fragment<"<input {}>">(attribute_if<"checked">(false)).str(), "<input >");
  EXPECT_EQ(fragment<"<a {}>x</a>">(attribute_if<"aria-current">(true, "page")).str(),
            "<a aria-current=\"page\">x</a>");
  EXPECT_EQ(fragment<"<a {}>x</a>">(attribute<"data-x">(kHostile)).str(),
            "<a data-x=\"" + std::string{kHostileEscaped} + "\">x</a>");
  static_assert(!compiles<"<a {}>x</a>", std::string>);
  static_assert(!compiles<"{}", Attribute>);
  static_assert(!detail::kSafeAttribute<"onclick">);
  static_assert(!detail::kSafeAttribute<"style">);
  static_assert(!detail::kSafeAttribute<"href">);
  static_assert(!detail::kSafeAttribute<"a b">);
  static_assert(!detail::kSafeAttribute<"a>b">);
  static_assert(detail::kSafeAttribute<"aria-sort">);
}

TEST(Template, MessagesAreEnglishAsTheyStand) {
  std::string out;
  render<"<p>[[{} of <a href=\"{}\">{{these}} tests</a>]]</p><i title=\"[[#noun#Test {}]]\">{}</i>">(
      out, 3, Url::own("/x"), "a\"b", "c");
  EXPECT_EQ(out, "<p>3 of <a href=\"/x\">{these} tests</a></p><i title=\"Test a&quot;b\">c</i>");
  EXPECT_EQ((fragment<"a[0] = [[[test]]]">().str()), "a[0] = [test]");
}

TEST(Template, MessagesStandWhereTheyCanBeTranslated) {
  static_assert(fault<"<a href=\"[[x]]\">y</a>"> == Fault::message_here);
  static_assert(fault<"<a [[x]]>y</a>"> == Fault::message_here);
  static_assert(fault<"<!-- [[x]] -->"> == Fault::message_here);
  static_assert(fault<"<script>[[x]]</script>"> == Fault::message_here);
  static_assert(fault<"[[a [[b]]"> == Fault::message_here);
  static_assert(fault<"<p>[[a"> == Fault::message_open);
  static_assert(fault<"<p>[[a\nb]]</p>"> == Fault::message_with_break);
  static_assert(fault<"<i title=\"[[a\">b]]</i>"> == Fault::message_open);
  static_assert(fault<"<textarea placeholder=\"[[a]]\">[[b {}]]</textarea>"> == Fault::none);
}

TEST(Template, ATranslationTurnsHolesRoundAndKeepsTheirPlaces) {
  const auto page = [] {
    return fragment<"<p>{}: [[{} of <a href=\"{}\">all {} for a test</a>]]</p><b title=\"[[Test of {}]]\">{}</b>">(
               "<1>", 2, Url::own("/three"), "<4>", "\"5\"", Html::from_trusted("<u>6</u>"))
        .str();
  };
  const auto english = page();
  const portal::testing::OtherCatalogue catalogue{Language::de,
                                                  "msgid \"{} of <a href=\\\"{}\\\">all {} for a test</a>\"\n"
                                                  "msgstr \"<a href=\\\"{1}\\\">{2}</a> hat {0}, {{nicht}} mehr\"\n\n"
                                                  "msgid \"Test of {}\"\nmsgstr \"{}-Prüfung\"\n"};
  {
    const LanguageScope german{Language::de};
    EXPECT_EQ(page(),
              "<p>&lt;1&gt;: <a href=\"/three\">&lt;4&gt;</a> hat 2, {nicht} mehr</p>"
              "<b title=\"&quot;5&quot;-Prüfung\"><u>6</u></b>");
  }
  EXPECT_EQ(page(), english);
}

TEST(Template, ATranslationCannotBringMarkup) {
  static_cast<void>(fragment<"<p>[[Hostile test]]</p><b title=\"[[Hostile title]]\">x</b>">());
  const portal::testing::OtherCatalogue catalogue{Language::es,
                                                  "msgid \"Hostile test\"\nmsgstr \"<script>alert(1)</script>\"\n\n"
                                                  "msgid \"Hostile title\"\nmsgstr \"x\\\" onclick=\\\"y\"\n"};
  int told = 0;
  for (const auto& problem : catalogue.problems()) told += problem.message.starts_with("Hostile") ? 1 : 0;
  EXPECT_EQ(told, 2);
  const LanguageScope spanish{Language::es};
  EXPECT_EQ((fragment<"<p>[[Hostile test]]</p><b title=\"[[Hostile title]]\">x</b>">().str()),
            "<p>Hostile test</p><b title=\"Hostile title\">x</b>");
}

}  // namespace
}  // namespace tocsin::portal::html
