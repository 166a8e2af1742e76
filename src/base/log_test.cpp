#include "base/log.hpp"

#include <algorithm>
#include <limits>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/time.hpp"

namespace tocsin::log {
namespace {

std::vector<std::string>& lines() {
  static std::vector<std::string> all;
  return all;
}

class Log : public testing::Test {
 protected:
  void SetUp() override {
    lines().clear();
    set_sink([](std::string_view line) { lines().emplace_back(line); });
  }
  void TearDown() override {
    set_sink(nullptr);
    set_level(Level::info);
  }
  /// The last line behind its time, which differs from run to run.
  static std::string last() {
    const auto& line = lines().back();
    return line.substr(line.find(',') + 1);
  }
};

TEST_F(Log, WritesOneObjectALine) {
  info("advisory.published", {{"id", "A-1"}, {"score", 9.8}, {"size", std::size_t{12}}, {"delta", -3}, {"new", true}});
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_EQ(last(),
            R"("level":"info","event":"advisory.published","id":"A-1","score":9.8,"size":12,"delta":-3,"new":true})");
  const auto parsed = json::parse(lines()[0]);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_TRUE(parse_rfc3339(json::string_at(parsed->root(), "time")).has_value());
}

TEST_F(Log, KnowsTheWholeRangeOfIntegers) {
  info("x", {{"least", std::numeric_limits<std::int64_t>::min()}, {"most", std::numeric_limits<std::uint64_t>::max()}});
  EXPECT_EQ(last(), R"("level":"info","event":"x","least":-9223372036854775808,"most":18446744073709551615})");
}

TEST_F(Log, NothingInAFieldForgesALine) {
  const std::string evil = "x\"}\n{\"level\":\"error\",\"event\":\"forged\"}\r\x1b[2J\u2028\u009b\xff";
  warn("login.refused", {{"user", evil}, {evil, 1}});
  ASSERT_EQ(lines().size(), 1U);
  const auto& line = lines()[0];
  EXPECT_TRUE(std::none_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }));
  EXPECT_EQ(line.find("\u2028"), std::string::npos);
  EXPECT_EQ(line.find("\u009b"), std::string::npos);
  const auto parsed = json::parse(line);
  ASSERT_TRUE(parsed.has_value()) << parsed.error().to_string();
  EXPECT_EQ(json::string_at(parsed->root(), "event"), "login.refused");
  EXPECT_EQ(json::string_at(parsed->root(), "level"), "warn");
}

TEST_F(Log, LongTextIsShortened) {
  info("x", {{"whole", std::string(kTextBytesMax, 'a')}, {"cut", std::string(kTextBytesMax + 1, 'b')}});
  const auto parsed = json::parse(lines().at(0));
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(json::string_at(parsed->root(), "whole").size(), kTextBytesMax);
  EXPECT_TRUE(json::string_at(parsed->root(), "cut").ends_with("b\u2026"));
  EXPECT_LE(json::string_at(parsed->root(), "cut").size(), kTextBytesMax);
}

struct LevelCase {
  Level level;
  std::vector<std::string_view> written;
};
TEST_F(Log, WritesFromItsLevelUpwards) {
  const LevelCase cases[] = {
      {Level::debug, {"debug", "info", "warn", "error"}},
      {Level::info, {"info", "warn", "error"}},
      {Level::warn, {"warn", "error"}},
      {Level::error, {"error"}},
      {Level::off, {}},
  };
  for (const auto& each : cases) {
    lines().clear();
    set_level(each.level);
    debug("x");
    info("x");
    warn("x");
    error("x");
    write(Level::off, "x", {});
    ASSERT_EQ(lines().size(), each.written.size());
    for (std::size_t i = 0; i < lines().size(); ++i) {
      EXPECT_NE(lines()[i].find("\"level\":\"" + std::string{each.written[i]} + "\""), std::string::npos);
    }
    EXPECT_EQ(enabled(Level::warn), each.level <= Level::warn);
    EXPECT_FALSE(enabled(Level::off));
  }
}

TEST_F(Log, LinesOfManyThreadsStayWhole) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([t] {
      for (int i = 0; i < 250; ++i) info("work.done", {{"thread", t}, {"i", i}});
    });
  }
  for (auto& thread : threads) thread.join();
  ASSERT_EQ(lines().size(), 1000U);
  for (const auto& line : lines()) EXPECT_TRUE(json::parse(line).has_value()) << line;
}

TEST_F(Log, GoesToStandardErrorWithoutASink) {
  set_sink(nullptr);
  testing::internal::CaptureStderr();
  info("server.started");
  flush();
  const auto text = testing::internal::GetCapturedStderr();
  EXPECT_TRUE(text.starts_with("{\"time\":\"")) << text;
  EXPECT_TRUE(text.ends_with("\"event\":\"server.started\"}\n")) << text;
  EXPECT_TRUE(lines().empty());
}

}  // namespace
}  // namespace tocsin::log
