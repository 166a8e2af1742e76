#include "formats/csaf/structure_fits.hpp"

#include <array>
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <re2/re2.h>

#include "base/json.hpp"
#include "formats/csaf/grammar.hpp"
#include "formats/csaf/structure.hpp"
#include "formats/csaf/structure_formats.hpp"
#include "formats/csaf/structure_patterns.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::csaf {
namespace {

const std::filesystem::path kTestdata = std::filesystem::path{TOCSIN_SOURCE_DIR} / "src/formats/csaf/testdata";

/// What stands in the place of each value of a document, one after the other.
constexpr std::array<std::string_view, 12> kOthers{"null",
                                                   "true",
                                                   "7",
                                                   "-1",
                                                   "1.5",
                                                   R"("")",
                                                   R"("CVE-2024-12345")",
                                                   R"("2024-05-10T13:05:00Z")",
                                                   "[]",
                                                   "{}",
                                                   R"(["a","a"])",
                                                   R"({"title":"x","unheard_of":1})"};

/// Both halves over one document. The quick one may be unsure, never wrong.
struct Counts {
  int right = 0, sure = 0;
};
void compare_halves(std::string_view bytes, CsafVersion version, Counts& counts) {
  TapeReader reader;
  const auto root = reader.read(bytes);
  ASSERT_TRUE(root.has_value());
  const auto findings = find_in_structure(*root, version);
  const bool sure = fits_certainly(*root, version);
  // One for all documents, as the validator has it.
  static Model model;
  model.read(*root, version);
  EXPECT_EQ(fits_certainly(model), sure);
  if (sure) EXPECT_TRUE(findings.empty()) << findings.front().path << ": " << findings.front().message;
  // Test 6.2.20 relies on this.
  if (sure) EXPECT_THAT(unknown_members(*root, version), ::testing::IsEmpty());
  counts.right += findings.empty() ? 1 : 0;
  counts.sure += sure ? 1 : 0;
}

/// Calls `use` with the document in which one value after the other is replaced, or a member more stands.
template <class F>
void change_each(boost::json::value& root, boost::json::value& here, const F& use) {
  const boost::json::value kept = here;
  for (const auto other : kOthers) {
    here = boost::json::parse(boost::json::string_view{other.data(), other.size()});
    use(root);
  }
  here = kept;
  if (auto* object = here.if_object(); object != nullptr) {
    for (const auto& member : kept.as_object()) {
      object->erase(member.key());
      use(root);
      here = kept;
      object = &here.as_object();
    }
    for (auto& member : *object) change_each(root, member.value(), use);
  } else if (auto* array = here.if_array(); array != nullptr) {
    for (auto& element : *array) change_each(root, element, use);
  }
}

class StructureHalves : public ::testing::TestWithParam<std::string_view> {};
TEST_P(StructureHalves, AgreeOnEveryChangeOfADocument) {
  auto parsed = json::parse(testing::read_file(kTestdata / GetParam()));
  ASSERT_TRUE(parsed.has_value());
  boost::json::value root = parsed->root();
  const auto version = GetParam().starts_with("full-2.0") ? CsafVersion::v2_0 : CsafVersion::v2_1;
  Counts counts;
  compare_halves(json::write(root), version, counts);
  EXPECT_EQ(counts.sure, 1) << "the document itself";
  change_each(root, root,
              [&](const boost::json::value& changed) { compare_halves(json::write(changed), version, counts); });
  EXPECT_GT(counts.right, 100);
  // Members that the grammar does not describe, and numbers such as 1.0, are all that it may be unsure about.
  EXPECT_GT(counts.sure, counts.right / 2) << counts.sure << " of " << counts.right;
}
INSTANTIATE_TEST_SUITE_P(Csaf, StructureHalves, ::testing::Values("full-2.0.json", "full-2.1.json"),
                         [](const auto& each) {
                           return std::string{each.param.substr(5, 1)} + "_" + std::string{each.param.substr(7, 1)};
                         });

/// `text` with each character changed, left out and doubled.
std::vector<std::string> misspelt(std::string_view text) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string before{text.substr(0, i)}, behind{text.substr(i + 1)};
    all.push_back(before + static_cast<char>(text[i] ^ 1) + behind);
    all.push_back(before + behind);
    all.push_back(before + text[i] + text[i] + behind);
  }
  return all;
}

TEST(StructureFits, AllowedTextsAreToldFromMisspeltOnes) {
  TapeReader reader;
  for (const auto version : {CsafVersion::v2_0, CsafVersion::v2_1}) {
    const auto& grammar = grammar_of(version);
    for (std::size_t i = 0; i < grammar.nodes.size(); ++i) {
      const auto& node = grammar.nodes[i];
      const auto allowed = grammar.texts.subspan(node.values.begin, node.values.count);
      for (const auto text : allowed) {
        boost::json::array texts{boost::json::string_view{text.data(), text.size()}};
        for (const auto& each : misspelt(text)) texts.emplace_back(each);
        const auto bytes = json::write(texts);
        const auto root = reader.read(bytes);
        ASSERT_TRUE(root.has_value()) << bytes;
        for (const auto each : root->elements()) {
          const bool is_allowed = std::ranges::find(allowed, each.text()) != allowed.end();
          EXPECT_EQ(fits_certainly(each, version, static_cast<std::int16_t>(i)), is_allowed) << each.text();
        }
      }
    }
  }
}

TEST(Formats, UrisOfEveryCharacterAtEveryPlace) {
  re2::RE2::Options options;
  options.set_encoding(re2::RE2::Options::EncodingLatin1);
  const std::string part = R"((?:[A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)";
  const re2::RE2 uri{"[A-Za-z][A-Za-z0-9+.-]*:" + part + "(?:#" + part + ")?", options};
  ASSERT_TRUE(uri.ok());
  int good = 0;
  // Shorter than what is looked at together, as long, and longer; one fragment already.
  for (const std::string_view text :
       {"https:", "http://a.example", "https://b.example/16", "urn:uuid:a/b/c#d/e/f/g/h/i",
        "https://c.example/path/of/two/blocks", "git+ssh://d.example/%7Etilde"}) {
    for (std::size_t i = 0; i <= text.size(); ++i) {
      for (int c = 0; c < 256; ++c) {
        for (const auto behind : {text.substr(i), text.substr(std::min(i + 1, text.size()))}) {
          const auto changed = std::string{text.substr(0, i)} + static_cast<char>(c) + std::string{behind};
          const bool expected = re2::RE2::FullMatch(changed, uri);
          EXPECT_EQ(has_format(changed, GrammarFormat::uri), expected) << changed;
          good += expected ? 1 : 0;
        }
      }
    }
  }
  EXPECT_GT(good, 10'000);
}

/// Texts as the patterns want them, a few of each; every other text is one of these with something changed.
constexpr std::string_view kPatternTexts[] = {
    "CVE-2024-1234",
    "CVE-2024-123456789",
    "CWE-79",
    "CWE-123456",
    "7",
    "0",
    "1.2.0-rc.1+b",
    "en",
    "en-US",
    "de-CH-1901",
    "i-default",
    "A name",
    "x",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.0/AV:P/AC:H/PR:L/UI:R/S:C/C:N/I:L/A:H/E:X/RL:O/RC:C/CR:X/IR:H/AR:L/MAV:X/MAC:L/MPR:N/MUI:R/MS:C/MC:X",
};

TEST(Patterns, WhatMatchesSurelyMatches) {
  int sure_matches = 0;
  for (const auto version : {CsafVersion::v2_0, CsafVersion::v2_1}) {
    for (const auto& node : grammar_of(version).nodes) {
      const auto matches_surely = node.pattern.empty() ? nullptr : sure_match_of(node.pattern);
      if (matches_surely == nullptr) continue;
      const re2::RE2 pattern{re2::StringPiece{node.pattern.data(), node.pattern.size()}};
      const auto compare = [&](const std::string& text) {
        if (!matches_surely(text)) return;
        ++sure_matches;
        EXPECT_TRUE(re2::RE2::PartialMatch(text, pattern)) << node.pattern << " against '" << text << "'";
      };
      for (const auto each : kPatternTexts) {
        const std::string text{each};
        compare(text);
        for (std::size_t i = 0; i <= text.size(); ++i) {
          compare(text.substr(0, i));
          compare(text.substr(i));
          for (const char c : std::string_view{"\n \t\0/:.-0A9Xx", 14}) {
            compare(text.substr(0, i) + c + text.substr(i));
            if (i < text.size()) compare(text.substr(0, i) + c + text.substr(i + 1));
          }
        }
      }
    }
  }
  EXPECT_GT(sure_matches, 1000);
}

TEST(StructureHalvesOf, EveryRealAdvisoryIsSure) {
  constexpr std::string_view kArchive = "csaf/cisa-ot-2017-2022.tar.zst";
  Counts counts;
  const bool present = testing::for_each_file(kArchive, [&](const std::string& name, const std::string& bytes) {
    if (name.ends_with(".json")) compare_halves(bytes, CsafVersion::v2_0, counts);
  });
  if (!present) GTEST_SKIP() << kArchive << " is not there; TOCSIN_DATA names the folder of real data";
  EXPECT_EQ(counts.right, 1'655);
  EXPECT_EQ(counts.sure, 1'655);
}

}  // namespace
}  // namespace tocsin::formats::csaf
