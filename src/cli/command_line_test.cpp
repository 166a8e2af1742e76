#include "cli/command_line.hpp"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/output.hpp"

namespace tocsin::cli {
namespace {

/// The variable that names real advisories for the tests is also the one of --data: here only what a test sets counts.
[[maybe_unused]] const bool kWithoutCallersData = ::unsetenv("TOCSIN_DATA") == 0;

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Words = std::vector<std::string>;

struct Outcome {
  ParsedCommandLine parsed;
  std::string out, err;
};
Outcome parse(const Words& arguments) {
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Outcome outcome{parse_command_line(arguments), {}, {}};
  outcome.out = ::testing::internal::GetCapturedStdout();
  outcome.err = ::testing::internal::GetCapturedStderr();
  return outcome;
}

TEST(CommandLine, ReadsACommandWithItsOptions) {
  const auto line =
      parse({"import", "--data", "d", "--default-tlp", "GREEN", "--format", "json", "-q", "a.json", "-"}).parsed;
  ASSERT_TRUE(line.command_line);
  EXPECT_EQ(line.command_line->command, Command::import);
  EXPECT_EQ(line.command_line->location.folder, "d");
  EXPECT_EQ(line.command_line->location.flags.at("import.default_tlp"), "GREEN");
  EXPECT_THAT(line.command_line->paths, ElementsAre("a.json", "-"));
  EXPECT_TRUE(line.command_line->json);
  EXPECT_TRUE(line.command_line->quiet);
}

TEST(CommandLine, TakesOptionsFromTheEnvironment) {
  ::setenv("TOCSIN_DATA", "from-environment", 1);
  ::setenv("TOCSIN_FORMAT", "json", 1);
  const auto line = parse({"doctor"}).parsed;
  const auto flag = parse({"doctor", "--data", "given"}).parsed;
  const auto within = parse({"inventory", "list", "--data", "given"}).parsed;
  ::unsetenv("TOCSIN_DATA");
  ::unsetenv("TOCSIN_FORMAT");
  ASSERT_TRUE(line.command_line);
  EXPECT_EQ(line.command_line->location.folder, "from-environment");
  ASSERT_TRUE(within.command_line);
  EXPECT_EQ(within.command_line->command, Command::inventory);
  EXPECT_EQ(within.command_line->location.folder, "given");
  EXPECT_TRUE(line.command_line->json);
  EXPECT_EQ(flag.command_line->location.folder, "given");
}

TEST(CommandLine, ReadsTheOptionsOfAChange) {
  const auto line = parse({"withdraw", "--reason", "One.", "a.json", "--reason", "Two.", "--lang", "de", "--date",
                           "2026-06-01T00:00:00Z", "--keep-invalid"})
                        .parsed;
  ASSERT_TRUE(line.command_line);
  EXPECT_EQ(line.command_line->command, Command::withdraw);
  EXPECT_THAT(line.command_line->paths, ElementsAre("a.json"));
  EXPECT_THAT(line.command_line->change.reasons, ElementsAre("One.", "Two."));
  EXPECT_EQ(line.command_line->change.lang, "de");
  EXPECT_TRUE(line.command_line->keep_invalid);
  for (const Words& wrong :
       {Words{"withdraw", "a.json"},
        {"withdraw", "--reason", "x"},
        {"withdraw", "--reason", "x", "a.json", "b.json"},
        {"withdraw", "--reason", "x", "a.json", "--date", "yesterday"},
        {"supersede", "a.json"},
        {"modify", "a.json"},
        {"modify", "a.json", "--summary", "x", "--level", "huge"},
        {"modify", "a.json", "--summary", "x", "--status", "done"},
        {"modify", "a.json", "--summary", "x", "--id", "X", "--id-prefix", "Y"},
        {"translate", "a.json", "--texts", "t.json"},
        {"translate", "a.json", "--lang", "de"},
        {"translate", "a.json", "--lang", "de", "--texts", "t", "--publisher", "P", "--by-publisher"},
        {"update-ids"},
        {"update-ids", "a.json", "--dry-run", "--commit"},
        {"update-ids", "a.json", "--summary", "x"},
        {"update-ids", "a.json", "--interactive", "--dry-run"}}) {
    const auto outcome = parse(wrong);
    EXPECT_FALSE(outcome.parsed.command_line) << wrong[0] << " " << wrong.back();
    EXPECT_EQ(outcome.parsed.exit_code, kUsage) << wrong[0] << " " << wrong.back();
    EXPECT_NE(outcome.err, "") << wrong[0] << " " << wrong.back();
  }
}

const Words kCommandsWithHelp[] = {{"init"},
                                   {"serve"},
                                   {"import"},
                                   {"search"},
                                   {"show"},
                                   {"validate"},
                                   {"cvss"},
                                   {"purl"},
                                   {"vers", "compare"},
                                   {"vers", "contains"},
                                   {"vers", "canonical"},
                                   {"vers", "from-native"},
                                   {"vers", "affected"},
                                   {"withdraw"},
                                   {"supersede"},
                                   {"modify"},
                                   {"translate"},
                                   {"update-ids"},
                                   {"backup"},
                                   {"restore"},
                                   {"doctor"},
                                   {"reindex"},
                                   {"config"},
                                   {"config", "check"},
                                   {"config", "doc"},
                                   {"version"}};
TEST(CommandLine, EveryCommandHasHelpWithExamples) {
  for (auto words : kCommandsWithHelp) {
    for (const auto* flag : {"--help", "-h"}) {
      words.emplace_back(flag);
      const auto outcome = parse(words);
      words.pop_back();
      EXPECT_FALSE(outcome.parsed.command_line) << words[0];
      EXPECT_EQ(outcome.parsed.exit_code, kGood) << words[0];
      EXPECT_THAT(outcome.out, HasSubstr("Examples:\n  tocsin " + words[0])) << words[0];
      EXPECT_EQ(outcome.err, "") << words[0];
    }
  }
  EXPECT_EQ(parse({"--help"}).parsed.exit_code, kGood);
  EXPECT_EQ(parse({"--version"}).parsed.exit_code, kGood);
}

TEST(CommandLine, MistakesAreUsageErrors) {
  const Words kWrong[] = {{},
                          {"serch"},
                          {"import"},
                          {"import", "--data", "d"},
                          {"import", "--data", "d", "--colour", "red", "x"},
                          {"search", "--data", "d", "--limit", "0"},
                          {"search", "--data", "d", "--limit", "201"},
                          {"search", "--data", "d", "--sort", "weight"},
                          {"doctor", "--data", "d", "--format", "xml"},
                          {"show", "--data", "d"},
                          {"show", "--data", "d", "a", "b"},
                          {"backup", "x.tar.zst"},
                          {"config"},
                          {"config", "chek"}};
  for (const auto& words : kWrong) {
    const auto outcome = parse(words);
    EXPECT_FALSE(outcome.parsed.command_line) << fmt::format("{}", fmt::join(words, " "));
    EXPECT_EQ(outcome.parsed.exit_code, kUsage) << fmt::format("{}", fmt::join(words, " "));
    EXPECT_THAT(outcome.err, HasSubstr("tocsin")) << fmt::format("{}", fmt::join(words, " "));
    EXPECT_EQ(outcome.out, "");
  }
  EXPECT_THAT(parse({"serch"}).err, HasSubstr("did you mean search?"));
}

TEST(CommandLine, NegatedSearchWordsAreNoOptions) {
  const auto line = parse({"search", "--data", "d", "siemens", "-rejected", "-vendor:abb", "--limit", "5"}).parsed;
  ASSERT_TRUE(line.command_line);
  EXPECT_EQ(line.command_line->words, "siemens -rejected -vendor:abb");
  EXPECT_EQ(line.command_line->limit, 5);
  const auto behind = parse({"search", "--data", "d", "--public", "--", "--limit", "-x"}).parsed;
  ASSERT_TRUE(behind.command_line);
  EXPECT_EQ(behind.command_line->words, "--limit -x");
  EXPECT_THAT(with_words_marked(Words{"search", "--cursor", "-abc", "-x1"}),
              ElementsAre("search", "--cursor", "-abc", "\x1a-x1"));
  EXPECT_THAT(with_words_marked(Words{"import", "-q", "-abc"}), ElementsAre("import", "-q", "-abc"));
  EXPECT_THAT(with_words_marked(Words{"search", "-h"}), ElementsAre("search", "-h"));
}

TEST(CommandLine, QuotesThatTheShellAteAreGivenBack) {
  const auto words = [](const std::string& word) {
    return parse({"search", "--data", "d", word}).parsed.command_line->words;
  };
  EXPECT_EQ(words("vendor:Schneider Electric"), "vendor:\"Schneider Electric\"");
  EXPECT_EQ(words("vendor:\"Schneider Electric\""), "vendor:\"Schneider Electric\"");
  EXPECT_EQ(words("vendor:abb cvss>=9"), "vendor:abb cvss>=9");
  EXPECT_EQ(words("siemens s7"), "siemens s7");
}

}  // namespace
}  // namespace tocsin::cli
