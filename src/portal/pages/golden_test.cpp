#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>

#include "base/json.hpp"
#include "base/text.hpp"
#include "portal/app_fixture.hpp"
#include "portal/pages/advisory_file.hpp"

/// Whole answers over the demo advisories, compared with files under golden/ that are reviewed like code. Where a
/// change is meant, `TOCSIN_UPDATE_GOLDEN=1 build/dev/bin/portal_tests --gtest_filter='*Golden*'` writes them anew.
namespace tocsin::portal {
namespace {

const std::filesystem::path kFolder = std::filesystem::path{TOCSIN_SOURCE_DIR} / "src/portal/pages/golden";

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

/// What changes with every touch of an asset or a demo document becomes a word: runs of twelve and more hex digits,
/// which are hashes in names of assets and of documents.
std::string masked(std::string_view text) {
  constexpr std::size_t kHashDigits = 12;
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    std::size_t end = i;
    while (end < text.size() && is_hex(text[end])) ++end;
    if (end - i >= kHashDigits) {
      out += "HASH";
    } else {
      out += text.substr(i, end - i);
    }
    i = end;
    if (i < text.size()) out += text[i++];
  }
  return out;
}

/// The main part of a page: head and foot are the layout's, which other tests look at. One tag a line at most, so that
/// a difference shows as few lines.
std::string main_part(std::string_view page) {
  const auto begin = page.find("<main");
  const auto end = page.find("</main>");
  if (begin == std::string_view::npos || end == std::string_view::npos) return "there is no <main> in this page";
  std::string out;
  for (const char c : masked(page.substr(begin, end - begin))) {
    if (c == '<' && out.ends_with('>')) out += '\n';
    out += c;
  }
  if (!out.ends_with('\n')) out += '\n';
  return out;
}

std::vector<std::string_view> lines(std::string_view text) { return text::split(text, '\n'); }

/// Where two texts part, with the lines around: a page is too long to be printed twice.
std::string difference(std::string_view expected, std::string_view actual) {
  constexpr std::size_t kBefore = 3, kShown = 12;
  const auto old_lines = lines(expected);
  const auto new_lines = lines(actual);
  const auto length = std::min(old_lines.size(), new_lines.size());
  std::size_t same = 0;
  while (same < length && old_lines[same] == new_lines[same]) ++same;
  // From the end, so that what is shown is what differs and not everything after it.
  std::size_t tail = 0;
  while (tail < length - same && old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail])
    ++tail;
  std::string out;
  for (std::size_t i = same - std::min(same, kBefore); i < same; ++i) out += fmt::format("  {}\n", old_lines[i]);
  const auto show = [&](char mark, const std::vector<std::string_view>& all) {
    const auto end = all.size() - tail;
    for (std::size_t i = same; i < std::min(end, same + kShown); ++i) out += fmt::format("{} {}\n", mark, all[i]);
    if (end > same + kShown) out += fmt::format("{} ... {} more lines\n", mark, end - same - kShown);
  };
  show('-', old_lines);
  show('+', new_lines);
  return fmt::format("from line {} on:\n{}", same + 1, out);
}

void expect_golden(const std::string& name, const std::string& actual) {
  const auto path = kFolder / name;
  if (const char* update = std::getenv("TOCSIN_UPDATE_GOLDEN"); update != nullptr && *update != '\0') {
    std::filesystem::create_directories(kFolder);
    std::ofstream{path, std::ios::binary} << actual;
  }
  std::ifstream file{path, std::ios::binary};
  ASSERT_TRUE(file) << path << " is missing; TOCSIN_UPDATE_GOLDEN=1 writes it";
  const std::string expected{std::istreambuf_iterator<char>{file}, {}};
  EXPECT_TRUE(expected == actual) << name << " differs " << difference(expected, actual)
                                  << "Meant? TOCSIN_UPDATE_GOLDEN=1 writes it anew; review the change like code.";
}

struct GoldenCase {
  std::string_view name, target;
};

// The advisory with every kind of remediation, two vulnerabilities and three revisions; the list with its facets, and
// one that a search and its sort have narrowed.
constexpr GoldenCase kPages[] = {
    {"advisory.html", "/advisories/TDC-2025-001"},
    {"advisories.html", "/advisories"},
    {"advisories-search.html", "/advisories?q=controller+severity%3Acritical&sort=severity"},
};
constexpr GoldenCase kAnswers[] = {
    {"advisory.json", "/api/v1/advisories/TDC-2025-001"},
    {"advisories.json", "/api/v1/advisories?limit=2&facets=true"},
};

class GoldenPages : public testing::PortalTest {};

TEST_P(GoldenPages, PagesAreAsReviewed) {
  for (const auto& each : kPages) {
    const auto reply = get(each.target, "Accept: text/html\r\n");
    ASSERT_EQ(reply.status, 200) << each.target;
    expect_golden(std::string{each.name}, main_part(reply.body));
  }
}

TEST_P(GoldenPages, ApiAnswersAreAsReviewed) {
  for (const auto& each : kAnswers) {
    const auto reply = get(each.target);
    ASSERT_EQ(reply.status, 200) << each.target;
    const auto parsed = json::parse(reply.body);
    ASSERT_TRUE(parsed.has_value()) << each.target;
    expect_golden(std::string{each.name}, masked(json::write_pretty(parsed->root())) + "\n");
  }
}

TOCSIN_ON_BOTH_DATABASES(GoldenPages);

TEST(GoldenFiles, AdvisoriesAsOneHtmlFileAreAsReviewed) {
  for (const std::string name : {"full-2.0", "full-2.1", "hostile-2.0"}) {
    std::ifstream file{std::filesystem::path{TOCSIN_SOURCE_DIR} / "src/formats/csaf/testdata" / (name + ".json"),
                       std::ios::binary};
    const auto read = pages::read_document({std::istreambuf_iterator<char>{file}, {}});
    ASSERT_TRUE(read.has_value()) << name << read.error().to_string();
    const auto tlp = pages::stated_tlp(read->advisory);
    ASSERT_TRUE(tlp.has_value()) << name << tlp.error().to_string();
    expect_golden("file-" + name + ".html", main_part(pages::advisory_file_html(*read, *tlp)));
  }
}

TEST(GoldenDifference, ShowsWhatChangedAndNotTheRest) {
  EXPECT_EQ(difference("a\nb\nc\nd\ne\n", "a\nb\nc\nD\ne\n"), "from line 4 on:\n  a\n  b\n  c\n- d\n+ D\n");
  EXPECT_EQ(difference("a\nz\n", "a\nb\nz\n"), "from line 2 on:\n  a\n+ b\n");
  EXPECT_EQ(difference("a\na\n", "a\n"), "from line 2 on:\n  a\n- a\n");
}

TEST(GoldenMask, HidesHashesOnly) {
  EXPECT_EQ(masked("/assets/portal.38c0c6856550.css"), "/assets/portal.HASH.css");
  EXPECT_EQ(masked("published 2025-02-11, 10,844 bytes, decade, 12345678901"),
            "published 2025-02-11, 10,844 bytes, decade, 12345678901");
}

}  // namespace
}  // namespace tocsin::portal
