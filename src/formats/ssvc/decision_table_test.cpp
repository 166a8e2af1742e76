#include "formats/ssvc/decision_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "formats/testing/corpus.hpp"

namespace tocsin::formats::ssvc {
namespace {

using ::testing::HasSubstr;

constexpr std::string_view kTable = R"({
  "namespace":"x_example.test#plant","key":"DT_X","version":"1.0.0","name":"X","definition":"d","schemaVersion":"2.0.0",
  "decision_points":{
    "ssvc:A:2.0.0":{"namespace":"ssvc","key":"A","version":"2.0.0","name":"Automatable","definition":"d",
      "schemaVersion":"2.0.0","values":[{"key":"N","name":"No","definition":"d"},{"key":"Y","name":"Yes","definition":"d"}]},
    "ssvc:TI:1.0.0":{"namespace":"ssvc","key":"TI","version":"1.0.0","name":"Technical Impact","definition":"d",
      "schemaVersion":"2.0.0","values":[{"key":"P","name":"Partial","definition":"d"},{"key":"T","name":"Total","definition":"d"}]},
    "x:D:1.0.0":{"namespace":"x_example.test#plant","key":"D","version":"1.0.0","name":"D","definition":"d",
      "schemaVersion":"2.0.0","values":[{"key":"L","name":"Later","definition":"d"},{"key":"S","name":"Soon","definition":"d"}]}},
  "outcome":"x:D:1.0.0",
  "mapping":[{"ssvc:A:2.0.0":"N","ssvc:TI:1.0.0":"P","x:D:1.0.0":"L"},{"ssvc:A:2.0.0":"N","ssvc:TI:1.0.0":"T","x:D:1.0.0":"L"},
    {"ssvc:A:2.0.0":"Y","ssvc:TI:1.0.0":"T","x:D:1.0.0":"S"},{"ssvc:A:2.0.0":"Y","ssvc:TI:1.0.0":"P","x:D:1.0.0":"L"}]})";

Result<DecisionTable> read_text(std::string_view text) {
  const auto parsed = json::parse(text);
  if (!parsed) return parsed.error();
  return read_decision_table(parsed->root());
}

TEST(DecisionTable, DecidesByItsRows) {
  const auto table = read_text(kTable);
  ASSERT_TRUE(table) << table.error().to_string();
  EXPECT_EQ(table->id(), "x_example.test#plant:DT_X:1.0.0");
  ASSERT_EQ(table->inputs.size(), 2U);
  for (const std::size_t a : {0U, 1U}) {
    for (const std::size_t ti : {0U, 1U}) {
      const std::array values{a, ti};
      EXPECT_EQ(table->decide(values), a == 1 && ti == 1 ? 1U : 0U) << a << ti;
    }
  }
}

TEST(DecisionTable, RefusesWhatIsNotCompleteAndSaysWhere) {
  struct Case {
    std::string from, to, where, message;
  };
  const Case cases[] = {
      {R"(,{"ssvc:A:2.0.0":"N","ssvc:TI:1.0.0":"T","x:D:1.0.0":"L"})", "", "/mapping",
       "1 of 4 combinations have no row; the first is ssvc:A:2.0.0=N, ssvc:TI:1.0.0=T"},
      {R"("ssvc:A:2.0.0":"N","ssvc:TI:1.0.0":"T")", R"("ssvc:A:2.0.0":"N","ssvc:TI:1.0.0":"P")", "/mapping/1",
       "stands twice"},
      {R"("ssvc:TI:1.0.0":"T","x:D:1.0.0":"S")", R"("ssvc:TI:1.0.0":"X","x:D:1.0.0":"S")", "/mapping/2/ssvc:TI:1.0.0",
       "there are P, T"},
      {R"("ssvc:TI:1.0.0":"T","x:D:1.0.0":"S")", R"("x:D:1.0.0":"S")", "/mapping/2", "no value of ssvc:TI:1.0.0"},
      {R"("outcome":"x:D:1.0.0")", R"("outcome":"x:E:1.0.0")", "/outcome", "none of the decision points"},
      {R"({"key":"Y","name":"Yes","definition":"d"})", R"({"key":"M","name":"Maybe","definition":"d"})",
       "/decision_points/ssvc:A:2.0.0", "registered decision point"},
      {R"("version":"1.0.0","name":"X")", R"("version":"1.0","name":"X")", "/version", "written 1.0.0"},
      {R"("key":"DT_X")", R"("key":"_X")", "/key", "letters, digits"},
      {R"("key":"DT_X",)", "", "/key", "missing"},
      {R"("definition":"d","schemaVersion":"2.0.0",
  "decision_points")",
       R"("definition":"d","schemaVersion":"1.0.0",
  "decision_points")",
       "/schemaVersion", "not known here"},
  };
  for (const auto& each : cases) {
    std::string text{kTable};
    const auto at = text.find(each.from);
    ASSERT_NE(at, std::string::npos) << each.from;
    text.replace(at, each.from.size(), each.to);
    const auto table = read_text(text);
    ASSERT_FALSE(table) << each.to;
    EXPECT_EQ(table.error().where, each.where) << table.error().message;
    EXPECT_THAT(table.error().message, HasSubstr(each.message));
  }
}

TEST(DecisionTable, ReadsEveryTableOfTheProject) {
  int read = 0;
  const bool there =
      formats::testing::for_each_file("vuln/ssvc.tar.zst", [&](const std::string& name, const std::string& bytes) {
        if (name.find("json/decision_tables/") == std::string::npos || !name.ends_with(".json")) return;
        const auto table = read_text(bytes);
        EXPECT_TRUE(table) << name << ": " << table.error().to_string();
        read += table ? 1 : 0;
      });
  if (!there) GTEST_SKIP() << "vuln/ssvc.tar.zst is not there";
  EXPECT_EQ(read, 16);
}

}  // namespace
}  // namespace tocsin::formats::ssvc
