#include "formats/cvrf/xml.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tocsin::formats::cvrf {
namespace {

using namespace std::string_view_literals;

/// ASCII as UTF-16.
std::string utf16(std::string_view text, bool little, bool mark) {
  std::string wide;
  if (mark) wide = little ? "\xFF\xFE" : "\xFE\xFF";
  for (const char c : text) {
    if (!little) wide += '\0';
    wide += c;
    if (little) wide += '\0';
  }
  return wide;
}

std::string nested(std::size_t depth) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += "<a>";
  for (std::size_t i = 0; i < depth; ++i) text += "</a>";
  return text;
}

std::string attributes(int count) {
  std::string text = "<a";
  for (int i = 0; i < count; ++i) text += fmt::format(" x{}='1'", i);
  return text + "/>";
}

std::string prefixes(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += fmt::format("<a xmlns:x{}='urn:{}'>", i, i);
  for (int i = 0; i < count; ++i) text += "</a>";
  return text;
}

struct Refused {
  std::string_view name;
  std::string bytes;
  std::string_view where, message;
  Limits limits = {};
};
void PrintTo(const Refused& each, std::ostream* out) { *out << each.name; }

const Refused kRefused[] = {
    {"Nothing", "", "1:1", "no root element"},
    {"Blanks", " \n ", "1:1", "no root element"},
    {"Text", "cvrfdoc", "1:1", "text outside"},
    {"TextBefore", "x\n<a/>", "1:1", "text outside"},
    {"TextBehind", "<a/>\nx", "1:5", "text outside"},
    {"CdataBehind", "<a/><![CDATA[x]]>", "1:14", "text outside"},
    {"OnlyAComment", "<!-- x -->", "1:1", "no root element"},
    {"NotClosed", "<a>\n<b></a>", "2:6", "mismatch"},
    {"CutOff", "<a><b", "1:5", "no well-formed XML"},
    {"TwoRoots", "<a/>\n<b/>", "2:2", "second root"},
    {"Doctype", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "1:11", "document type declaration"},
    {"DoctypeFromOutside", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", "1:11", "document type declaration"},
    {"Entity", "<a>\n <b>x &nbsp; y</b></a>", "2:5", "'&nbsp;'"},
    {"EntityInAttribute", "<a b='&x;'/>", "1:2", "'&x;'"},
    {"LoneAmpersand", "<a>R&D</a>", "1:4", "write &amp;"},
    {"Zero", "<a>&#0;</a>", "1:4", "'&#0;'"},
    {"Surrogate", "<a>&#xD800;</a>", "1:4", "'&#xD800;'"},
    {"BeyondUnicode", "<a>&#x110000;</a>", "1:4", "'&#x110000;'"},
    {"NoNumber", "<a>&#x;</a>", "1:4", "'&#x;'"},
    {"Control", "<a>\n\x01</a>", "2:1", "control character"},
    {"NulByte", std::string{"<a>\0</a>"sv}, "1:4", "control character"},
    {"IllFormed", "<a>\n\xC3(</a>", "2:1", "UTF-8"},
    {"Latin1", "<?xml version='1.0' encoding='ISO-8859-1'?><a>\xE4</a>", "1:1", "'iso-8859-1'"},
    {"DeclaresUtf16", "<?xml version='1.0' encoding='UTF-16'?><a/>", "1:1", "'utf-16'"},
    {"WideButDeclaresUtf8", utf16("<?xml version='1.0' encoding='UTF-8'?><a/>", true, true), "1:1", "is UTF-16"},
    {"Utf32", std::string{"\xFF\xFE\0\0<\0\0\0"sv}, "1:1", "UTF-32"},
    {"HalfACharacter", utf16("<a/>", true, true) + "x", "", "no UTF-16 at byte 11"},
    {"LoneSurrogate", std::string{"\xFE\xFF\0<\xD8\0\0a"sv}, "", "no UTF-16 at byte 5"},
    {"UnknownPrefix", "<x:a/>", "1:2", "'x:a' is not declared"},
    {"UnknownPrefixOfAttribute", "<a x:b=''/>", "1:2", "'x:b' is not declared"},
    {"PrefixOfASibling", "<a><b xmlns:x='u'/><x:c/></a>", "1:21", "'x:c' is not declared"},
    {"AttributeTwice", "<a b='1' b='2'/>", "1:2", "'b' twice"},
    {"TooDeep", nested(41), "1:122", "more than 40 deep"},
    {"FarTooDeep", nested(100'000), "1:122", "more than 40 deep"},
    {"ManyAttributes", attributes(65), "1:2", "more than 64 attributes"},
    {"ManyPrefixes", prefixes(64), "", "more than 64 namespaces", {.depth_max = 100}},
    {"LongName", "<" + std::string(257, 'a') + "/>", "1:2", "name is too long"},
    {"LongNameOfAttribute", "<a " + std::string(257, 'a') + "=''/>", "1:2", "name is too long"},
    {"ManyNodes", "<a b='1'><c/></a>", "1:10", "more than 2 elements", {.nodes_max = 2}},
};

class XmlRefuses : public ::testing::TestWithParam<Refused> {};
TEST_P(XmlRefuses, AndSaysWhere) {
  const auto& each = GetParam();
  const auto document = parse_xml(each.bytes, each.limits);
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().code, Error::Code::invalid_input);
  if (!each.where.empty()) EXPECT_EQ(document.error().where, each.where) << document.error().message;
  EXPECT_THAT(document.error().message, ::testing::HasSubstr(std::string{each.message}));
}
INSTANTIATE_TEST_SUITE_P(Cvrf, XmlRefuses, ::testing::ValuesIn(kRefused),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(CvrfXml, RefusesWhatIsTooLarge) {
  const auto document = parse_xml("<abc/>", {.bytes_max = 5});
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().code, Error::Code::too_large);
  EXPECT_TRUE(parse_xml("<abc/>", {.bytes_max = 6}));
}

struct Accepted {
  std::string_view name;
  std::string bytes;
  std::string_view text;  ///< Of the root element.
};
void PrintTo(const Accepted& each, std::ostream* out) { *out << each.name; }

const Accepted kAccepted[] = {
    {"Plain", "<a>x</a>", "x"},
    {"Mark", "\xEF\xBB\xBF<a>x</a>", "x"},
    {"Declared", "<?xml version='1.0' encoding=\"Utf-8\"?><a>\xC3\xA4</a>", "\xC3\xA4"},
    {"LittleUtf16", utf16("<?xml version='1.0' encoding='UTF-16'?><a>x</a>", true, true), "x"},
    {"BigUtf16WithoutMark", utf16("<a>x</a>", false, false), "x"},
    {"PairOfSurrogates", std::string{"\xFE\xFF\0<\0a\0>\xD8\x3D\xDE\x00\0<\0/\0a\0>"sv}, "\xF0\x9F\x98\x80"},
    {"References", "<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x1F600;</a>", "<&>\"'A\xF0\x9F\x98\x80"},
    {"Cdata", "<a>1<![CDATA[ <&x; ]]>2</a>", "1 <&x; 2"},
    {"CommentsAndInstructions", "<?x y?><a>1<!-- &x; -->2<?z?></a><!-- -->", "12"},
    {"LineEnds", "<a>1\r\n2\r3</a>", "1\n2\n3"},
    {"BlankBesideElements", "<a>\n <b/>\n</a>", ""},
    {"BlankAlone", "<a> </a>", ""},
    {"DeepAsAllowed", nested(40), ""},
    {"AttributesAsAllowed", attributes(64), ""},
    {"LongestName", "<" + std::string(256, 'a') + "/>", ""},
};

class XmlReads : public ::testing::TestWithParam<Accepted> {};
TEST_P(XmlReads, TheText) {
  const auto document = parse_xml(GetParam().bytes);
  ASSERT_TRUE(document) << document.error().to_string();
  EXPECT_EQ(document->root().text, GetParam().text);
}
INSTANTIATE_TEST_SUITE_P(Cvrf, XmlReads, ::testing::ValuesIn(kAccepted),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(CvrfXml, ResolvesNamespacesAndNamesPlaces) {
  const auto document = parse_xml(
      "<a xmlns='urn:one' xmlns:t='urn:two' t:x='1' x='2' xml:lang='en'>\n"
      "  <b/>\n"
      "  <t:b/>\n"
      "  <b xmlns=''>\n"
      "    <c/></b>\n"
      "</a>");
  ASSERT_TRUE(document) << document.error().to_string();
  const auto& root = document->root();
  EXPECT_EQ(root.uri, "urn:one");
  EXPECT_THAT(document->root_namespaces(), ::testing::ElementsAre("urn:one", "urn:two"));
  ASSERT_EQ(root.attributes.size(), 3U);
  EXPECT_EQ(root.attributes[0].uri, "urn:two");
  EXPECT_EQ(root.attributes[1].uri, "");
  EXPECT_EQ(root.attributes[2].uri, kXmlNamespace);
  ASSERT_NE(root.attribute("x"), nullptr);
  EXPECT_EQ(root.attribute("x")->value, "2");
  EXPECT_EQ(root.attribute("lang"), nullptr);
  ASSERT_EQ(root.children.size(), 3U);
  EXPECT_EQ(root.children[0]->path(), "/a/b[1]");
  EXPECT_EQ(root.children[1]->path(), "/a/t:b");
  EXPECT_EQ(root.children[1]->uri, "urn:two");
  EXPECT_EQ(root.children[2]->uri, "");
  const auto& inner = *root.children[2]->children.at(0);
  EXPECT_EQ(inner.path(), "/a/b[2]/c");
  EXPECT_EQ(inner.uri, "");
  EXPECT_EQ(inner.line, 5U);
}

TEST(CvrfXml, ADocumentMayBeMoved) {
  auto made = parse_xml("<a xmlns='urn:one'><b c='d'>text</b></a>");
  ASSERT_TRUE(made);
  const auto document = std::move(*made);
  EXPECT_EQ(document.root().uri, "urn:one");
  EXPECT_EQ(document.root().children.at(0)->path(), "/a/b");
  EXPECT_EQ(document.root().children.at(0)->text, "text");
}

}  // namespace
}  // namespace tocsin::formats::cvrf
