#include "engine/audit/trail.hpp"

#include <fstream>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "engine/audit/export.hpp"
#include "engine/audit/testing.hpp"

namespace tocsin::engine::audit {
namespace {

using ::testing::HasSubstr;
using testing::LogTest;
using testing::on_day;
using testing::somebody;

std::string documentation() {
  std::ifstream in(TOCSIN_SOURCE_DIR "/docs/audit.md");
  std::ostringstream text;
  text << in.rdbuf();
  return std::move(text).str();
}

TEST(Actions, AreThoseOfTheDocumentation) {
  std::string table;
  for (const auto& each : kActions) table += fmt::format("| `{}` | {} |\n", each.name, each.meaning);
  EXPECT_THAT(documentation(), HasSubstr("| action | meaning |\n| --- | --- |\n" + table + "\n"))
      << "docs/audit.md: the table of actions is\n"
      << table;
}

TEST(Actions, AreWellFormedAndOnce) {
  std::set<std::string_view> names;
  for (const auto& each : kActions) {
    EXPECT_TRUE(names.insert(each.name).second) << each.name;
    EXPECT_EQ(each.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz.-"), std::string_view::npos) << each.name;
    EXPECT_TRUE(each.meaning.ends_with('.')) << each.name;
  }
  EXPECT_EQ(meaning_of("sign-in"), "Somebody signed in.");
  EXPECT_EQ(meaning_of("sign"), "");
}

class TrailTest : public LogTest {
 protected:
  store::AuditRow written(const Actor& actor, const boost::json::object& detail = {}) {
    EXPECT_TRUE(database().write([&](store::Connection& connection) {
      return record(connection, actor, on_day(1), "organisation.vet", object_of(domain::OrganisationId{7}),
                    domain::OrganisationId{7}, domain::audit::Outcome::refused, detail);
    }));
    return database().read([](store::Connection& c) { return store::Audit(c).newest({}, 0, 1); }).value().at(0);
  }
};
TOCSIN_ON_BOTH_DATABASES(TrailTest);

TEST_P(TrailTest, AnEntrySaysWhoDidWhat) {
  boost::json::object detail;
  detail.emplace("from", "applied");
  detail.emplace("by", "somebody else");
  const auto row = written(somebody(), detail);
  EXPECT_EQ(row.entry.person, domain::PersonId{3});
  EXPECT_EQ(row.entry.organisation, domain::OrganisationId{2});
  EXPECT_EQ(row.entry.action, "organisation.vet");
  EXPECT_EQ(row.entry.object, "organisation:7");
  EXPECT_EQ(row.entry.owner, domain::OrganisationId{7});
  EXPECT_EQ(row.entry.outcome, domain::audit::Outcome::refused);
  EXPECT_EQ(row.entry.at, on_day(1));
  EXPECT_EQ(row.entry.request_id, "00ff00ff00ff00ff");
  EXPECT_EQ(row.entry.personal.address, "192.0.2.7");
  EXPECT_EQ(row.entry.personal.agent, "Browser/1.0");
  EXPECT_EQ(row.entry.personal.detail, R"({"by":"erika@plant.example","from":"applied"})");
  EXPECT_EQ(written({}).entry.personal.detail, "");
}

TEST_P(TrailTest, ADetailStaysAnObjectHoweverLong) {
  boost::json::object detail;
  detail.emplace("long", std::string(5'000, 'x'));
  detail.emplace("short", "kept");
  detail.emplace("quotes", std::string(2'100, '"'));
  const auto text = written(somebody(), detail).entry.personal.detail;
  EXPECT_EQ(text, R"({"by":"erika@plant.example","short":"kept","cut":true})");
  boost::json::object only;
  only.emplace("long", std::string(5'000, 'x'));
  EXPECT_EQ(written({}, only).entry.personal.detail, R"({"cut":true})");
  // As much as there is room for.
  boost::json::object full;
  full.emplace("x", std::string(store::kAuditDetailBytesMax, 'x'));
  for (;;) {
    const auto kept = written({}, full).entry.personal.detail;
    EXPECT_LE(kept.size(), store::kAuditDetailBytesMax);
    EXPECT_TRUE(json::parse(kept).has_value());
    if (kept.find("cut") == std::string::npos) break;
    auto& value = full.at("x").get_string();
    value.resize(value.size() - 1);
  }
  EXPECT_GT(full.at("x").get_string().size(), store::kAuditDetailBytesMax - 40);
}

TEST_P(TrailTest, ExportsLinesThatProgramsReadAndHash) {
  boost::json::object detail;
  detail.emplace("name", "Grid \"North\"\n");
  const auto row = written(somebody(), detail);
  const auto line = json_line(row);
  EXPECT_THAT(line, ::testing::StartsWith(
                        R"({"sequence":1,"at":"2023-03-02T12:00:00Z","person":3,"organisation":2,)"
                        R"("action":"organisation.vet","object":"organisation:7","owner":7,"outcome":"refused",)"
                        R"("request_id":"00ff00ff00ff00ff","erased":false,"address":"192.0.2.7","agent":"Browser/1.0",)"
                        R"("detail":{"by":"erika@plant.example","name":"Grid \"North\"\n"},"salt":")"));
  const auto parsed = json::parse(line);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(json::string_at(parsed->root(), "hash"), row.hash);
  EXPECT_EQ(json::write(parsed->root().at("detail")), row.entry.personal.detail);
}

TEST_P(TrailTest, ExportsWhatIsErasedOrNoObjectAsSuch) {
  auto row = written(somebody());
  for (const std::string text : {"{\"a\": 1}", "{\"a\":1", "[1]", "\"x\"", "\xFF"}) {
    row.entry.personal.detail = text;
    const auto parsed = json::parse(json_line(row));
    ASSERT_TRUE(parsed.has_value()) << text;
    EXPECT_TRUE(parsed->root().at("detail").is_string()) << text;
  }
  row.entry.personal = {};
  row.personal_erased = true;
  EXPECT_THAT(json_line(row), HasSubstr(R"("erased":true,"address":null,"agent":null,"detail":null,"salt":null,)"));
  row.entry.outcome = domain::audit::kUnknownOutcome;
  EXPECT_THAT(json_line(row), HasSubstr(R"("outcome":"unknown")"));
}

TEST_P(TrailTest, ExportsWhatTheFilterLetsThroughOldestFirst) {
  fill(1'203);  // Pages, and a rest.
  std::vector<std::int64_t> sequences;
  const auto all = database().snapshot([&](store::Connection& connection) {
    return export_json_lines(connection, {.from = on_day(2), .to = on_day(1'203)}, [&](std::string_view line) {
      EXPECT_TRUE(line.ends_with("}\n"));
      sequences.push_back(json::parse(line)->root().at("sequence").as_int64());
      return ok();
    });
  });
  EXPECT_EQ(all.value(), 1'201);
  EXPECT_TRUE(std::ranges::is_sorted(sequences));
  EXPECT_EQ(sequences.front(), 2);
  EXPECT_EQ(sequences.back(), 1'202);
  const auto stopped = database().snapshot([](store::Connection& connection) {
    return export_json_lines(connection, {}, [](std::string_view) -> Status { return Error::unavailable("full"); });
  });
  EXPECT_EQ(stopped.error().code, Error::Code::unavailable);
}

}  // namespace
}  // namespace tocsin::engine::audit
