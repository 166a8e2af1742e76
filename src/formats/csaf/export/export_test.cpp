#include <algorithm>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "formats/csaf/export/markdown.hpp"
#include "formats/csaf/export/plain_text.hpp"
#include "formats/csaf/structure.hpp"
#include "formats/testing/corpus.hpp"
#include "formats/testing/golden.hpp"

namespace tocsin::formats::csaf {
namespace {

constexpr std::string_view kSamples[] = {"full-2.0.json", "full-2.1.json", "hostile-2.0.json"};

std::size_t columns(std::string_view line) {
  return static_cast<std::size_t>(std::count_if(
      line.begin(), line.end(), [](char each) { return (static_cast<unsigned char>(each) & 0xc0U) != 0x80U; }));
}

/// Markdown's escapes undone and the marks of lists and line ends dropped: what a reader sees of it, blanks squeezed.
std::string as_read(std::string_view markdown) {
  std::string out;
  for (std::size_t at = 0; at < markdown.size(); ++at) {
    if (markdown[at] == '\\' && at + 1 < markdown.size()) ++at;
    out += markdown[at];
  }
  return text::squeeze(out);
}

/// What the law demands of every export: each product, vulnerability and remediation.
std::vector<std::string> must_appear(const Advisory& advisory) {
  std::vector<std::string> texts{advisory.header.title, advisory.header.tracking_id, advisory.header.tlp_label};
  for (const auto& product : advisory.products) texts.push_back(product.name);
  for (const auto& vulnerability : advisory.vulnerabilities) {
    texts.push_back(vulnerability.cve);
    for (const auto& score : vulnerability.scores) texts.push_back(score.vector);
    for (const auto& cwe : vulnerability.cwes) texts.push_back(cwe.id);
    for (const auto& remediation : vulnerability.remediations) texts.push_back(remediation.details);
  }
  for (const auto& entry : advisory.history) texts.push_back(entry.summary);
  for (auto& each : texts) each = text::squeeze(each);
  return texts;
}

void expect_complete(const Advisory& advisory, const std::string& name) {
  const auto plain = text::squeeze(to_plain_text(advisory));
  const auto markdown = as_read(to_markdown(advisory));
  for (const auto& each : must_appear(advisory)) {
    EXPECT_TRUE(text::contains(plain, each)) << name << ", plain text: " << each;
    EXPECT_TRUE(text::contains(markdown, each)) << name << ", Markdown: " << each;
  }
}

TEST(Export, Golden) {
  for (const auto name : kSamples) {
    const auto advisory = testing::sample(name);
    const auto stem = std::string{name.substr(0, name.rfind('.'))};
    testing::expect_golden("csaf/export/testdata/" + stem + ".expected.md", to_markdown(advisory));
    testing::expect_golden("csaf/export/testdata/" + stem + ".expected.txt", to_plain_text(advisory));
  }
}

TEST(Export, SaysEveryProductVulnerabilityAndRemediation) {
  for (const auto name : kSamples) expect_complete(testing::sample(name), std::string{name});
}

TEST(Export, SaysEveryProductVulnerabilityAndRemediationOfRealAdvisories) {
  int read = 0;
  const bool there = testing::for_each_file("csaf/other-issuers.tar.zst", [&](const auto& name, const auto& bytes) {
    const auto parsed = json::parse(bytes);
    if (!parsed || read >= 400) return;
    const auto advisory = read_advisory(parsed->root());
    if (!advisory) return;
    ++read;
    expect_complete(*advisory, name);
  });
  if (!there) GTEST_SKIP() << "csaf/other-issuers.tar.zst of the shared archive is not here";
  EXPECT_GT(read, 0);
}

TEST(PlainText, KeepsToItsColumnsAndEndsNoLineInABlank) {
  for (const auto name : kSamples) {
    const auto text = to_plain_text(testing::sample(name));
    for (const auto line : text::split(text, '\n')) {
      const auto words = text::trim(line);
      EXPECT_FALSE(line.ends_with(' ')) << line;
      if (!text::contains(words, " ")) continue;  // One word alone may be longer.
      if (words.starts_with("- ") && !text::contains(words.substr(2), " ")) continue;
      EXPECT_LE(columns(line), kTextColumns) << line;
    }
  }
}

TEST(PlainText, WrapsAndSetsOff) {
  const auto text = to_plain_text(testing::sample("full-2.0.json"));
  EXPECT_TRUE(text::contains(text, "\nSummary\n-------\n  Successful exploitation")) << text;
  EXPECT_TRUE(text::contains(text, "  First released: 2022-05-10 08:00 UTC\n")) << text;
}

struct EscapeCase {
  std::string_view name, line, expected;
};
void PrintTo(const EscapeCase& each, std::ostream* out) { *out << each.line; }

constexpr EscapeCase kEscapes[] = {
    {"Plain", "Pump V4.5 (rev. 2), 12:30", "Pump V4.5 (rev. 2), 12:30"},
    {"Html", "<script>x</script>", "\\<script\\>x\\</script\\>"},
    {"Entity", "&lt;b&gt;", "\\&lt;b\\&gt;"},
    {"Link", "[here](https://evil.example)", "\\[here\\](https\\://evil.example)"},
    {"Image", "![x](y)", "\\!\\[x\\](y)"},
    {"BareAddress", "see WWW.evil.example", "see WWW\\.evil.example"},
    {"MailAddress", "MailTo:a@evil.example", "MailTo\\:a@evil.example"},
    {"AngleLink", "<https://evil.example>", "\\<https\\://evil.example\\>"},
    {"Heading", "# Fixed", "\\# Fixed"},
    {"Underline", "=====", "\\====="},
    {"List", "- item", "\\- item"},
    {"NumberedList", "12. item", "12\\. item"},
    {"NumberInFront", "9.8 critical", "9.8 critical"},
    {"NumberedListBracket", "1) item", "1\\) item"},
    {"Emphasis", "*a* _b_ ~~c~~ `d`", "\\*a\\* \\_b\\_ \\~\\~c\\~\\~ \\`d\\`"},
    {"TableCell", "a | b", "a \\| b"},
    {"Backslash", "a\\*", "a\\\\\\*"},
    {"Empty", "", ""},
};
class EscapeMarkdown : public ::testing::TestWithParam<EscapeCase> {};
TEST_P(EscapeMarkdown, ShowsTheLineAsItIsWritten) { EXPECT_EQ(escape_markdown(GetParam().line), GetParam().expected); }
INSTANTIATE_TEST_SUITE_P(Export, EscapeMarkdown, ::testing::ValuesIn(kEscapes),
                         [](const auto& each) { return std::string{each.param.name}; });

TEST(Markdown, LinksOnlyToTheWebAndLetsNoAddressEscape) {
  const auto advisory = testing::advisory_from(
      R"json({"document":{"category":"csaf_base","csaf_version":"2.0","title":"T",
"publisher":{"category":"vendor","name":"N","namespace":"https://n.example"},
"tracking":{"current_release_date":"2022-01-01T00:00:00Z","id":"X-1","initial_release_date":"2022-01-01T00:00:00Z",
"revision_history":[],"status":"final","version":"1"},"references":[
{"summary":"good","url":"https://n.example/?a=1&b=2"},{"summary":"script","url":"javascript:alert(1)"},
{"summary":"broken","url":"https://n.example/> <b onclick=x>"}]}})json");
  const auto markdown = to_markdown(advisory);
  EXPECT_TRUE(text::contains(markdown, "- good <https://n.example/?a=1&amp;b=2>\n")) << markdown;
  EXPECT_TRUE(text::contains(markdown, "- script javascript:alert(1)\n")) << markdown;
  EXPECT_TRUE(text::contains(markdown, "- broken <https://n.example/%3E%20%3Cb%20onclick=x%3E>\n")) << markdown;
}

}  // namespace
}  // namespace tocsin::formats::csaf
