#include "formats/misp/search.hpp"

#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/misp/describe_types.hpp"

namespace tocsin::formats::misp {
namespace {

using boost::json::object;

constexpr Timestamp kNow{std::int64_t{1'767'400'000} * 1'000'000};

object parsed(std::string_view text) { return boost::json::parse(text).as_object(); }
Result<Query> query(std::string_view body, Scope scope = Scope::events) {
  return read_query(parsed(body), scope, kNow);
}

TEST(MispSearch, NumbersFollowFromUuidsAlone) {
  EXPECT_EQ(number_of("00000000-0000-4000-8000-00000000000a"), 10);
  EXPECT_EQ(number_of("9f3ab1de-1c2d-4e5f-8a9b-ffffffffffff"), (std::int64_t{1} << 48) - 1);
  for (const auto* none : {"", "7", "00000000-0000-4000-8000-00000000000g", "00000000-0000-4000-8000-000000000000",
                           "00000000-0000-4000-8000--00000000001"}) {
    EXPECT_EQ(number_of(none), 0) << none;
  }
}

TEST(MispSearch, FiltersAreReadInEachFormThatMispKnows) {
  const auto value = query(R"({"value":["a","!b"],"tags":{"AND":"x","NOT":["y",7]},"type":"!ip-dst"})").value();
  EXPECT_THAT(value.value.any, ::testing::ElementsAre("a"));
  EXPECT_THAT(value.value.none, ::testing::ElementsAre("b"));
  EXPECT_THAT(value.tags.all, ::testing::ElementsAre("x"));
  EXPECT_THAT(value.tags.none, ::testing::ElementsAre("y", "7"));
  EXPECT_THAT(value.type.none, ::testing::ElementsAre("ip-dst"));
  EXPECT_TRUE(value.asks_attributes());
  // A text that is none: "!" alone is a value.
  EXPECT_THAT(query(R"({"value":"!"})").value().value.any, ::testing::ElementsAre("!"));
  EXPECT_TRUE(query(R"({"value":null,"type":""})").value().value.empty());
  const struct {
    const char* given;
    std::int64_t seconds;
  } times[] = {
      {R"("1767400000")", 1767400000}, {"1767400000", 1767400000},      {"1767400000.9", 1767400000},
      {R"("1d")", 1767313600},         {R"("2h")", 1767392800},         {R"("30m")", 1767398200},
      {R"("10s")", 1767399990},        {R"("2026-01-02")", 1767312000}, {R"("2026-01-02T00:00:01Z")", 1767312001},
      {R"("1000000000d")", 0}};
  for (const auto& each : times) {
    const auto read = query(fmt::format(R"({{"last":{}}})", each.given));
    ASSERT_TRUE(read.has_value()) << each.given;
    EXPECT_EQ(read->publish_timestamp.from->micros, each.seconds * 1'000'000) << each.given;
  }
  const auto range = query(R"({"timestamp":["1d","2d"]})", Scope::attributes).value();
  EXPECT_LT(range.timestamp.from->micros, range.timestamp.to->micros);
  EXPECT_EQ(query(R"({"date":"2026-01-02"})").value().date_from, "2026-01-02");
  for (const auto* bad : {R"({"last":"-1d"})", R"({"last":""})", R"({"last":"d"})", R"({"last":-5})",
                          R"({"last":1e300})", R"({"timestamp":{}})", R"({"page":"x"})", R"({"limit":1.5})",
                          R"({"published":"perhaps"})", R"({"value":{"value":"x"}})", R"({"nothing":1})"}) {
    const bool empty = std::string_view{bad} == R"({"last":""})";
    EXPECT_EQ(query(bad).has_value(), empty) << bad;
  }
}

TEST(MispSearch, RestTellsNumbersAndNothingDeleted) {
  const auto made = for_rest(parsed(R"({"uuid":"00000000-0000-4000-8000-000000000001","id":"77","info":"x",
      "Orgc":{"id":"5","uuid":"00000000-0000-4000-8000-0000000000ff","name":"O"},
      "Attribute":[{"uuid":"00000000-0000-4000-8000-000000000002","id":"9"},{"deleted":"1"},7],
      "Object":[{"uuid":"00000000-0000-4000-8000-000000000003","Attribute":[{"uuid":"00000000-0000-4000-8000-000000000004"},
      {"deleted":true}]},{"deleted":1}]})"));
  EXPECT_EQ(made.at("id"), "1");
  EXPECT_EQ(made.at("orgc_id"), "255");
  EXPECT_EQ(made.at("Orgc").at("id"), "255");
  EXPECT_EQ(made.at("attribute_count"), "2");
  ASSERT_EQ(made.at("Attribute").as_array().size(), 1U);
  EXPECT_EQ(made.at("Attribute").at(0).at("id"), "2");
  EXPECT_EQ(made.at("Attribute").at(0).at("event_id"), "1");
  EXPECT_EQ(made.at("Object").at(0).at("Attribute").at(0).at("object_id"), "3");
  EXPECT_EQ(made.at("Object").as_array().size(), 1U);
}

TEST(MispSearch, EveryTypeHasOneDefault) {
  const auto types = describe_types();
  EXPECT_GT(types.at("types").as_array().size(), 150U);
  std::set<std::string> mapped;
  for (const auto& [category, of] : types.at("category_type_mappings").as_object()) {
    for (const auto& each : of.as_array()) mapped.emplace(each.as_string());
  }
  EXPECT_EQ(mapped.size(), types.at("types").as_array().size()) << "a type without a default, or two";
  EXPECT_EQ(types.at("sane_defaults").as_object().size(), mapped.size());
}

}  // namespace
}  // namespace tocsin::formats::misp
